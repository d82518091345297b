about   what inspect prints is a model again
run     inspect IN
in relu.txt
  model relu  opset 14
    in x f32[2,3]
    y : f32[2,3] = Relu(x) "relu"
    out y
out
  model relu  opset 14  hash 0000000000000000
    in x f32[2,3]
    y : f32[2,3] = Relu(x) "relu"
    out y
