about   identity, cse and linear work inside regions: the copy goes, the sum that stands outside is not made again, the scale goes into the weights
run     inspect in.gir --after dead
in      in.gir
  model m  opset 17
  bound M <= 6
  in M i64[]
  in x f32[2,3]
  in a f32[2]
  const w f32[3,3] [1, 0, 0, 0, 2, 0, 0, 0, 3]
  const s f32[1] [10]
  total : none[?] = ReduceSum(a; keepdims = 0) "outside"
  y : none[?] = Loop(M, _, x; body = graph b {
    in number i64[]
    in again bool[]
    in h f32[2,3]
    const w2 f32[3,3] [1, 0, 0, 0, 2, 0, 0, 0, 3]
    const s2 f32[1] [10]
    same : none[?] = ReduceSum(a; keepdims = 0) "again"
    copy : none[?] = Identity(h) "copy"
    product : none[?] = MatMul(copy, w2) "product"
    scaled : none[?] = Mul(product, s2) "scale"
    sum : none[?] = Add(scaled, same) "sum"
    next : none[?] = Identity(sum) "last"
    out again
    out next
  }) "loop"
  z : none[?] = Add(y, total) "after"
  out z
out
  model m  opset 17  hash 0000000000000000
    symbol loop_limit 0 <= 6
    bound M <= 6
    in M i64[]
    in x f32[2,3]
    in a f32[2]
    total : f32[] = ReduceSum(a; keepdims = 0) "outside"
    y : f32[2,3] = Loop(M, _, x; body = graph b {
        in number i64[]
        in again bool[]
        in h f32[2,3]
        const true bool[] [1]
        const product.weights f32[3,3] [1e+01, 0.0, 0.0, 0.0, 2e+01, 0.0, 0.0, 0.0, 3e+01]
        scaled : f32[2,3] = MatMul(h, product.weights) "product"
        next : f32[2,3] = Add(scaled, total) "sum"
        out true
        out next
      }, symbols = ["loop_limit"], limit = "loop_limit", trips = 6) "loop"
    z : f32[2,3] = Add(y, total) "after"
    out z
