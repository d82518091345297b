about   operands that do not fit each other
run     check IN
in bad.txt
  model bad  opset 13
    in a f32[2,3]
    in b f32[4,5]
    y : none[?] = MatMul(a, b) "product"
    out y
exit    2
out
  bad.txt: 1 error, 0 warnings, 1 node looked at
err
  bad.txt: node 'product' (MatMul, opset 13): error[E0302]: B: K is 3 elsewhere, here it is 4 (ir/ops/matmul.ein:3:36) [closest of 4 texts of MatMul]; inputs: 'a' f32[2,3], 'b' f32[4,5]
      next: the same rank name must have the same extent everywhere
