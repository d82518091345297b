about   an operator with hooks becomes a chain of its stages and of the hooks' nodes
run     inspect in.gir --after infer
in      in.gir
  model t  opset 26  opset "ai.onnx.preview" 1
    in q f32[1,4,3,8]
    in k f32[1,2,5,8]
    in v f32[1,2,5,6]
    y : none[?] = ai.onnx.preview:FlexAttention(q, k, v; scale = 0.5, score_mod = graph "score" {
      in s f32[1,4,3,5]
      const half f32[] [0.5]
      t : f32[1,4,3,5] = Mul(s, half) "halve"
      out t
    }) "flex"
    out y
out
  model t  opset 26  opset "ai.onnx.preview" 1  hash 0000000000000000
    in q f32[1,4,3,8]
    in k f32[1,2,5,8]
    in v f32[1,2,5,6]
    const flex/half f32[] [0.5]
    flex/FlexScores/out : f32[1,4,3,5] = sinter:FlexScores@1(q, k; scale = 0.5) "flex/FlexScores"
    flex/t : f32[1,4,3,5] = Mul(flex/FlexScores/out, flex/half) "halve"
    flex/Softmax/out : f32[1,4,3,5] = Softmax(flex/t) "flex/Softmax"
    flex/FlexValues/out : f32[1,4,3,6] = sinter:FlexValues@1(flex/Softmax/out, v) "flex/FlexValues"
    y : f32[1,4,3,6] = Identity(flex/FlexValues/out) "flex/out"
    out y
