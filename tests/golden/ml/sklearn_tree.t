about   a pipeline of sklearn-onnx, a scaler and a decision tree whose labels are texts: interpreted and compiled
run     run $G/ml/sklearn_tree.onnx --input 'X=[[-1.0,0.0],[1.0,0.0],[1.0,1.0]]' --interpret && "$sinter" run $G/ml/sklearn_tree.onnx --input 'X=[[-1.0,0.0],[1.0,0.0],[1.0,1.0]]' --cc-opt=-O0
out
  label string[3] = "low" "mid" "high"
  probabilities f32[3,3] = 0 1 0 0 0 1 1 0 0
  label string[3] = "low" "mid" "high"
  probabilities f32[3,3] = 0 1 0 0 0 1 1 0 0
