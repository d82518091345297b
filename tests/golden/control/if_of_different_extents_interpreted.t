about   both branches stay where the condition is known only when running; what they give has a bounded extent, which each of them sets
run     run in.gir --input n=1 --input x=[1.0,-2.0,3.0] --interpret
in      in.gir
  model m  opset 17
  in n i64[]
  const zero i64[] [0]
  c : none[?] = Greater(n, zero) "positive"
  in x f32[3]
  y : none[?] = If(c; then_branch = graph a {
    a : none[?] = Slice(x, s, e) "slice"
    const s i64[1] [0]
    const e i64[1] [2]
    out a
  }, else_branch = graph b {
    b : none[?] = Neg(x) "neg"
    out b
  }) "choice"
  z : none[?] = Abs(y) "abs"
  out y
  out z
out
  y f32[2] = 1 -2
  z f32[2] = 1 2
