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
  bad.txt: node 'more' (Conv, opset 17): error[E0308]: the group has 1 rank, and `o..` 2 (ir/ops/conv.ein:22:38)
      next: a list has one entry per member of the group it stands in
  bad.txt: node 'fewer' (MaxPool, opset 17): error[E0308]: the group has 2 ranks, and `k..` 1 (ir/ops/pool.ein:8:35)
      next: a list has one entry per member of the group it stands in
