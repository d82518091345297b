about   a window of more or fewer ranks than what it walks
run     check IN
in bad.txt
  model bad  opset 17
    in x f32[1,1,5]
    in z f32[1,1,5,5]
    in w f32[1,1,2,3]
    a : none[?] = Conv(x, w) "more"
    b : none[?] = MaxPool(z; kernel_shape = ints [2]) "fewer"
    out a
    out b
exit    2
out
  bad.txt: 2 errors, 0 warnings, 2 nodes looked at
err
  bad.txt: node 'more' (Conv, opset 17): error[E0401]: it is not so that len(K) == len(D); K is [2, 3]; D is [5] (ir/ops/conv.ein:21:84); inputs: 'x' f32[1,1,5], 'w' f32[1,1,2,3]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'fewer' (MaxPool, opset 17): error[E0401]: it is not so that len(kernel_shape) == len(D); kernel_shape is [2]; D is [5, 5] (ir/ops/pool.ein:5:54); inputs: 'z' f32[1,1,5,5]
      next: `sinter list ops NAME` shows what is accepted
