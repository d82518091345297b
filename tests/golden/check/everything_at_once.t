about   two nodes nobody knows and one with a wrong attribute: three diagnostics in one run
run     check IN
in bad.txt
  model bad  opset 13
    in x f32[2,3]
    a : none[?] = Frobnicate(x) "first"
    b : none[?] = Relu(x; slope = 2.0) "second"
    c : none[?] = com.example:Grate(x) "third"
    out a
    out b
    out c
exit    2
out
  bad.txt: 3 errors, 0 warnings, 3 nodes looked at
err
  bad.txt: node 'first' (Frobnicate, opset 13): error[E0400]: operator Frobnicate of domain ai.onnx, version 13, has neither a text nor a kernel; inputs: 'x' f32[2,3]
      next: define it as text and pass --ops FILE.ein, or cut the graph before it
  bad.txt: node 'second' (Relu, opset 13): error[E0402]: Relu has an attribute `slope` (ir/ops/elementwise.ein:29)
      next: remove it, or check its spelling and the opset
  bad.txt: node 'third' (Grate): error[E0400]: operator Grate of domain com.example, version 0, has neither a text nor a kernel; inputs: 'x' f32[2,3]
      next: define it as text and pass --ops FILE.ein, or cut the graph before it
