about   votes for the first of two classes and a base value for each: two scores, not one that stands for both
run     run in.gir --input x=[[0.0],[2.0]]
in      in.gir
  model m  opset 17  opset "ai.onnx.ml" 3
  in x f32[2,1]
  label : none[?], scores : none[?] = ai.onnx.ml:TreeEnsembleClassifier(x; nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], nodes_values = [1.0, 0.0, 0.0], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], class_treeids = [0, 0], class_nodeids = [1, 2], class_ids = [0, 0], class_weights = [0.25, 2.0], classlabels_int64s = [5, 7], base_values = [0.5, 1.0]) "trees"
  out label
  out scores
out
  label i64[2] = 7 5
  scores f32[2,2] = 0.75 1 2.5 1
