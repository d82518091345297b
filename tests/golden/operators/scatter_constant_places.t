about   a constant that only the left side of a statement reads is kept
run     check in.gir
in      in.gir
  model t  opset 18
    in x f32[4]
    const i i64[2] [2, -4]
    const u f32[2] [7.0, 8.0]
    y : f32[4] = ScatterElements(x, i, u; axis = 0) "s"
    out y
out
  in.gir: 0 errors, 0 warnings, 1 node looked at
