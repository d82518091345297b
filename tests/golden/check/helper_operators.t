about   an operator that only texts use, and an axis of time beyond the second
run     check IN
in bad.txt
  model bad  opset 17
    in x f32[1,1,5]
    in l i64[5]
    c : none[?] = ReverseSequence(x, l; time_axis = -2, batch_axis = 2) "axis"
    d : none[?] = Hash(; dims = ints [3]) "helper"
    out c
    out d
exit    2
out
  bad.txt: 2 errors, 0 warnings, 2 nodes looked at
err
  bad.txt: node 'axis' (ReverseSequence, opset 17): error[E0401]: it is not so that time_axis in [0, 1]; time_axis is -2 (ir/ops/shape.ein:54:159); inputs: 'x' f32[1,1,5], 'l' i64[5]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'helper' (Hash, opset 17): error[E0400]: operator Hash of domain ai.onnx, version 17, has neither a text nor a kernel; inputs: none
      next: define it as text and pass --ops FILE.ein, or cut the graph before it
