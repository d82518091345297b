about   what no operator of ONNX accepts: each message names the part that fails, and the values in it
run     check IN
in bad.txt
  model bad  opset 17
    in x f32[1,4]
    in z f32[1,1,5,5]
    in w f32[1,1,3,3]
    in v f32[4,4]
    in g f32[1,2,2,3]
    in p f32[1,4,4]
    const k i64[1] [9]
    const one i64[1] [1]
    const two i64[2] [0, 1]
    a : none[?] = Conv(x, v) "no_window"
    b : none[?] = Conv(z, w; strides = ints [2]) "short_strides"
    c : none[?] = Conv(z, w; pads = ints [1, 1, 1]) "odd_pads"
    d : none[?] = Conv(z, w; auto_pad = "SAME") "unknown_padding"
    e : none[?] = Conv(z, w; dilations = ints [1, 0]) "no_dilation"
    f : none[?] = ConvTranspose(z, w; output_padding = ints [0, -1]) "padding_below_zero"
    h : none[?] = MaxPool(x; kernel_shape = ints []) "pool_of_rank_2"
    j : none[?] = AveragePool(z; kernel_shape = ints [0, 2]) "empty_window"
    l : none[?], m : none[?] = TopK(x, k) "more_than_there_are"
    n : none[?], o : none[?] = TopK(x, one; axis = ints [0, 1]) "two_axes"
    q : none[?] = Concat(x, p; axis = 0) "ranks_differ"
    r : none[?] = Slice(x, two, one) "starts_without_ends"
    t : none[?] = GridSample(z, g) "grid_of_three"
    A : none[?] = Gemm(v, v; alpha = "1") "a_text"
    B : none[?] = Gemm(v, v; transA = 0.5) "half"
    C : none[?] = Relu(v; slope = 1) "one_more"
    D : none[?] = Col2Im(p, two, two) "blocks_of_nothing"
    E : none[?] = LRN(z; size = "3") "also_a_text"
    F : none[?] = Clip(v, x) "a_limit_per_column"
    out a
    out b
    out c
    out d
    out e
    out f
    out h
    out j
    out l
    out n
    out q
    out r
    out t
    out A
    out B
    out C
    out D
    out E
    out F
exit    2
out
  bad.txt: 18 errors, 0 warnings, 19 nodes looked at
err
  bad.txt: node 'no_window' (Conv, opset 17): error[E0401]: it is not so that len(D) > 0; D is [] (ir/ops/conv.ein:21:84); inputs: 'x' f32[1,4], 'v' f32[4,4]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'short_strides' (Conv, opset 17): error[E0308]: lists of 2 and 1 entries meet in `span // strides` (ir/ops/conv.ein:16:12); inputs: 'z' f32[1,1,5,5], 'w' f32[1,1,3,3]
      next: a list has one entry per member of the group it stands in
  bad.txt: node 'odd_pads' (Conv, opset 17): error[E0308]: a list of 3 entries has no halves (ir/ops/conv.ein:8:116); inputs: 'z' f32[1,1,5,5], 'w' f32[1,1,3,3]
      next: a list has one entry per member of the group it stands in
  bad.txt: node 'unknown_padding' (Conv, opset 17): error[E0401]: it is not so that auto_pad in ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"]; auto_pad is "SAME" (ir/ops/conv.ein:21:84); inputs: 'z' f32[1,1,5,5], 'w' f32[1,1,3,3]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'no_dilation' (Conv, opset 17): error[E0401]: it is not so that all(dilations > 0); dilations is [1, 0] (ir/ops/conv.ein:21:84); inputs: 'z' f32[1,1,5,5], 'w' f32[1,1,3,3]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'padding_below_zero' (ConvTranspose, opset 17): error[E0401]: it is not so that all(output_padding >= 0); output_padding is [0, -1] (ir/ops/conv.ein:29:129); inputs: 'z' f32[1,1,5,5], 'w' f32[1,1,3,3]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'pool_of_rank_2' (MaxPool, opset 17): error[E0401]: it is not so that len(D) > 0; D is [] (ir/ops/pool.ein:5:54); inputs: 'x' f32[1,4]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'empty_window' (AveragePool, opset 17): error[E0401]: it is not so that all(kernel_shape > 0); kernel_shape is [0, 2] (ir/ops/pool.ein:14:38); inputs: 'z' f32[1,1,5,5]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'more_than_there_are' (TopK, opset 17): error[E0401]: it is not so that k <= N; k is [9]; N is 4 (ir/ops/reduce.ein:49:118); inputs: 'x' f32[1,4], 'k' i64[1]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'two_axes' (TopK, opset 17): error[E0308]: X: 2 axes for 1 rank (ir/ops/reduce.ein:49:21); inputs: 'x' f32[1,4], 'one' i64[1]
      next: a list has one entry per member of the group it stands in
  bad.txt: node 'ranks_differ' (Concat, opset 17): error[E0401]: X has rank 3, the text wants 2 (ir/ops/shape.ein:14:20); inputs: 'x' f32[1,4], 'p' f32[1,4,4]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'starts_without_ends' (Slice, opset 17): error[E0401]: it is not so that len(ends) == len(starts); ends is [1]; starts is [0, 1] (ir/ops/shape.ein:18:128); inputs: 'x' f32[1,4], 'two' i64[2], 'one' i64[1]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'grid_of_three' (GridSample, opset 17): error[E0401]: it is not so that J == len(D..); J is 3; D.. is [5, 5] (ir/ops/sample.ein:59:165) [closest of 2 texts of GridSample]; inputs: 'z' f32[1,1,5,5], 'g' f32[1,2,2,3]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'a_text' (Gemm, opset 17): error[E0401]: the attribute `alpha` is a text, but its usual value is 1.0 (ir/ops/matmul.ein:7); inputs: 'v' f32[4,4], 'v' f32[4,4]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'half' (Gemm, opset 17): error[E0401]: the attribute `transA` is a real, but its usual value is 0 (ir/ops/matmul.ein:7); inputs: 'v' f32[4,4], 'v' f32[4,4]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'one_more' (Relu, opset 17): error[E0402]: Relu has an attribute `slope` (ir/ops/elementwise.ein:29)
      next: remove it, or check its spelling and the opset
  bad.txt: node 'blocks_of_nothing' (Col2Im, opset 17): error[E0401]: it is not so that all(block_shape > 0); block_shape is [0, 1] (ir/ops/conv.ein:39:259); inputs: 'p' f32[1,4,4], 'two' i64[2], 'two' i64[2]
      next: `sinter list ops NAME` shows what is accepted
  bad.txt: node 'a_limit_per_column' (Clip, opset 17): error[E0401]: it is not so that not has(Min) or prod(A..) == 1; has(Min) is true; A.. is [1, 4] (ir/ops/elementwise.ein:47:102); inputs: 'v' f32[4,4], 'x' f32[1,4]
      next: `sinter list ops NAME` shows what is accepted
