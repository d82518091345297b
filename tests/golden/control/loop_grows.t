about   a carried tensor that grows by one row a trip: its extent is a symbol, set anew each trip, and bounded by the trips there may be
run     inspect in.gir --after infer
in      in.gir
  model m  opset 17
  bound M <= 6
  in M i64[]
  in x f32[2,3]
  h_out : none[?] = Loop(M, _, x; body = graph b {
    in number i64[]
    in again bool[]
    in h f32[2,3]
    const at i64[1] [0]
    const to i64[1] [1]
    row : none[?] = Slice(h, at, to) "row"
    h2 : none[?] = Concat(h, row; axis = 0) "join"
    out again
    out h2
  }) "grow"
  out h_out
out
  model m  opset 17  hash 0000000000000000
    symbol trial.1 2 <= 70
    symbol grow_carried0_0 2 <= 8
    symbol grow_limit 0 <= 6
    bound M <= 6
    in M i64[]
    in x f32[2,3]
    h_out : f32[grow_carried0_0,3] = Loop(M, _, x; body = graph b {
        in number i64[]
        in again bool[]
        in h f32[grow_carried0_0,3]
        const at i64[1] [0]
        const to i64[1] [1]
        const true bool[] [1]
        row : f32[1,3] = Slice(h, at, to) "row"
        h2 : f32[grow_carried0_0+1,3] = Concat(h, row; axis = 0) "join"
        out true
        out h2
      }, symbols = ["grow_carried0_0", "grow_limit"], limit = "grow_limit", trips = 6) "grow"
    out h_out
