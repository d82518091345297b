about   more trips than the bound allows end the run
run     run in.gir --input M=7 --input x=[1.0,2.0]
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
exit    5
out
err
  error[E0900]: the compiled program ended with status 3: an extent found while running lies outside its bounds
      next: see the message
