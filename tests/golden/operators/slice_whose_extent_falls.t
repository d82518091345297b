about   the extent of a result is the largest in the middle: one of a single number found, none of three
run     run in.gir --input x=[-1.0,-1.0,-1.0]
in      in.gir
  model m  opset 18
  in x f32[3]
  const start i64[1] [-2]
  const end i64[1] [1]
  u : none[?] = Unique(x) "u"
  n : none[?] = Neg(u) "n"
  y : none[?] = Slice(n, start, end) "s"
  out y
out
  y f32[1] = 1
