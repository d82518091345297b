about   an empty tensor has no element that an index could take: refused, not left unwritten
run     check IN
in      in.gir
  model m  opset 17  opset "ai.onnx.ml" 1
  in x f32[0]
  in i i64[3]
  y : none[?] = Gather(x, i) "gather"
  z : none[?] = ai.onnx.ml:ArrayFeatureExtractor(x, i) "extract"
  out y
  out z
exit    2
out
  in.gir: 2 errors, 0 warnings, 2 nodes looked at
