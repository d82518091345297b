about   a loop without a bound is refused, with the way to state one
run     check in.gir
in      in.gir
  model m  opset 17
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
exit    2
out
  in.gir: 1 error, 0 warnings, 1 node looked at
err
  in.gir: node 'grow' (Loop, opset 17): error[E0202]: the trip count 'M' is known only when running: say how large it may be with --dim 'M<=N'
      next: pin what decides it with --const or --dim so that it folds away
