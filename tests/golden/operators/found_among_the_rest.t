about   work memory for a difference of extents, whose interval reaches below 0 and which never is
run     run in.gir --input x=[2.0,1.0,2.0]
in      in.gir
  model m  opset 18
  in x f32[3]
  const start i64[1] [1]
  const end i64[1] [9223372036854775807]
  u : none[?] = Unique(x) "u"
  rest : none[?] = Slice(u, start, end) "s"
  y : none[?] = Unique(rest) "y"
  out y
out
  y f32[1] = 2
