about   an option of another verb
run     compile --per-node m.onnx
exit    1
out
err
  sinter compile: --per-node is no option of `compile`; it belongs to: verify
