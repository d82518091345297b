about   no trip: what is carried is what came in, and there are no rows
run     run in.gir --input M=-1 --input x=[3.0,7.0] --interpret
in      in.gir
  model m  opset 17
  bound M <= 6
  in M i64[]
  in x f32[2]
  const limit f32[] [100]
  h_out : none[?], rows : none[?] = Loop(M, _, x; body = graph b {
    in number i64[]
    in again bool[]
    in h f32[2]
    h2 : none[?] = Add(h, h) "double"
    top : none[?] = ReduceMax(h2; keepdims = 0) "top"
    more : none[?] = Less(top, limit) "more"
    out more
    out h2
    out top
  }) "grow"
  out h_out
  out rows
out
  h_out f32[2] = 3 7
  rows f32[0] =
