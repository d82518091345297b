about   with a known number of trips it is unrolled, and all extents are numbers
run     inspect in.gir --after infer
in      in.gir
  model m  opset 17
  const M i64[] [2]
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
    in x f32[2,3]
    const M i64[] [2]
    const grow/0/at i64[1] [0]
    const grow/0/to i64[1] [1]
    const grow/0/true bool[] [1]
    const grow/0/trip i64[] [0]
    const grow/1/at i64[1] [0]
    const grow/1/to i64[1] [1]
    const grow/1/true bool[] [1]
    const grow/1/trip i64[] [1]
    grow/0/row : f32[1,3] = Slice(x, grow/0/at, grow/0/to) "row"
    grow/0/h2 : f32[3,3] = Concat(x, grow/0/row; axis = 0) "join"
    grow/1/row : f32[1,3] = Slice(grow/0/h2, grow/1/at, grow/1/to) "row"
    grow/1/h2 : f32[4,3] = Concat(grow/0/h2, grow/1/row; axis = 0) "join"
    h_out : f32[4,3] = Identity(grow/1/h2) "grow/out0"
    out h_out
