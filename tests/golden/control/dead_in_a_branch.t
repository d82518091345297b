about   what no output of a region depends on is removed there too; the node whose symbol is needed stays
run     inspect in.gir --after dead
in      in.gir
  model m  opset 17
  in n i64[]
  in x f32[3]
  const zero i64[] [0]
  c : none[?] = Greater(n, zero) "positive"
  y : none[?] = If(c; then_branch = graph a {
    waste : none[?] = Exp(x) "waste"
    more : none[?] = Neg(waste) "more"
    at : none[?] = NonZero(x) "found"
    shape : none[?] = Shape(at) "shape"
    wide : none[?] = Cast(shape; to = 1) "wide"
    a : none[?] = ReduceSum(wide; keepdims = 0) "sum"
    out a
  }, else_branch = graph b {
    b : none[?] = ReduceSum(x; keepdims = 0) "all"
    out b
  }) "choice"
  out y
out
  model m  opset 17  hash 0000000000000000
    symbol found_count 0 <= 3
    in n i64[]
    in x f32[3]
    const zero i64[] [0]
    c : bool[] = Greater(n, zero) "positive"
    y : f32[] = If(c; then_branch = graph a {
        const a f32[] symbolic [found_count+1]
        _ = NonZero(x) "found"
        out a
      }, else_branch = graph b {
        b : f32[] = ReduceSum(x; keepdims = 0) "all"
        out b
      }) "choice"
    out y
