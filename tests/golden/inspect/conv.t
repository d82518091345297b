about   the whole way of a convolution with padding, from its text to plain C
run     inspect IN --all --target generic
in conv.txt
  model conv  opset 13
    in x f32[1,1,6,6]
    const w f32[1,1,3,3] [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, -1.0, -2.0, -1.0]
    y : f32[1,1,6,6] = Conv(x, w; pads = [1, 1, 1, 1]) "sobel"
    out y
out
  # ---- operator texts: what the nodes compute; every stage below follows from them
  op Conv: float (X[N, (G, C), D..], W[(G, M), C, K..], B?[(G, M)];
                  auto_pad = "NOTSET", strides = 1, dilations = 1, pads = 0, group = 1, kernel_shape = K..)
           -> Y[N, (G, M), O..] when known(auto_pad) and all(kernel_shape == K..) {
    G = group
    O.., p = window(D.., K.., strides, dilations, pads, auto_pad, 0)
    A[n,g,m,o..] += X[n, g, c, strides*o.. + dilations*k.. - p] * W[g, m, c, k..]
    Y[n,g,m,o..]  = A[n,g,m,o..] + (B[g,m] else 0)
  }

  # ---- read: the model as the file says it
  model conv  opset 13  hash 0000000000000000
    in x f32[1,1,6,6]
    const w f32[1,1,3,3] [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, -1.0, -2.0, -1.0]
    y : f32[1,1,6,6] = Conv(x, w; pads = [1, 1, 1, 1]) "sobel"
    out y

  # ---- infer: types and shapes of every value; folds what is known when compiling
  (unchanged)

  # ---- identity: nodes that copy: Identity, Dropout in inference, Cast to the same type, no-op Reshape
  (unchanged)

  # ---- cse: equal nodes with equal inputs become one
  (unchanged)

  # ---- linear: composes linear maps with constant weights: BatchNorm, scale, bias, conv of conv
  (unchanged)

  # ---- dead: nodes and constants nobody reads
  (unchanged)

  # ---- bind: operator texts become cascades: one kernel per node
  program conv  hash 01dc3801fdc85fdd
    buf x f32[1,1,6,6] input
    buf y f32[1,1,6,6] output
    buf w f32[1,1,3,3] const [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, -1.0, -2.0, -1.0]
    inputs x
    outputs y
    kernel k_sobel  from "sobel"  cost 648 324
      local buf A real[1,1,1,6,6] temp
      axes o0:6 o1:6 k0:3 k1:3 o0_2:6 o1_2:6
      cascade
        A[0,0,0,o0,o1] += x[0,0,o0+k0-1,o1+k1-1]*w[0,0,k0,k1]   over o0:6 o1:6 | k0:3 k1:3
        y[0,0,o0_2,o1_2] = A[0,0,0,o0_2,o1_2]   over o0_2:6 o1_2:6

  # ---- tabulate: load-free coordinate and weight expressions become constant tables
  (unchanged)

  # ---- fuse: maps join their producer or consumer; equal loops merge
  (unchanged)

  # ---- naive nests: what the cascades mean, and what the interpreter runs
  kernel k_sobel  from "sobel"  schedule "naive"  cost 648 324
    local scratch buf A real[1,1,1,6,6] temp
    buf x f32[1,1,6,6] input
    buf w f32[1,1,3,3] const [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, -1.0, -2.0, -1.0]
    buf y f32[1,1,6,6] output
    axes o0:6 o1:6 k0:3 k1:3 o0_2:6 o1_2:6
    cascade
      A[0,0,0,o0,o1] += x[0,0,o0+k0-1,o1+k1-1]*w[0,0,k0,k1]   over o0:6 o1:6 | k0:3 k1:3
      y[0,0,o0_2,o1_2] = A[0,0,0,o0_2,o1_2]   over o0_2:6 o1_2:6
    nest
      for o0 in 0 .. 6
        for o1 in 0 .. 6
          reg acc real[]
          acc[] = 0.0
          for k0 in max(0, -o0+1) .. min(3, -o0+7)
            for k1 in max(0, -o1+1) .. min(3, -o1+7)
              acc[] += x[0,0,o0+k0-1,o1+k1-1]*w[0,0,k0,k1]
          A[0,0,0,o0,o1] = acc[]
      for o0_2 in 0 .. 6
        for o1_2 in 0 .. 6
          y[0,0,o0_2,o1_2] = A[0,0,0,o0_2,o1_2]

  # ---- schedule: contractions, row operations and maps get a register-tiled vector nest
  program conv  hash 01dc3801fdc85fdd
    buf x f32[1,1,6,6] input
    buf y f32[1,1,6,6] output
    buf w f32[1,1,3,3] const [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, -1.0, -2.0, -1.0]
    buf y_flat f32[36] temp alias y
    inputs x
    outputs y
    kernel k_sobel  from "sobel"  schedule "map, lanes o0o1"  cost 648 324
      local scratch buf A f32[1,1,1,6,6] temp
      scratch buf A_flat f32[36] temp alias A
      axes o0:6 o1:6 k0:3 k1:3 o0_2:6 o1_2:6 u:4 i:9
      cascade
        A[0,0,0,o0,o1] += x[0,0,o0+k0-1,o1+k1-1]*w[0,0,k0,k1]   over o0:6 o1:6 | k0:3 k1:3
        y[0,0,o0_2,o1_2] = A[0,0,0,o0_2,o1_2]   over o0_2:6 o1_2:6
      nest
        for o0 in 0 .. 6
          for o1 in 0 .. 6
            reg acc real[]
            acc[] = 0.0
            for k0 in max(0, -o0+1) .. min(3, -o0+7)
              for k1 in max(0, -o1+1) .. min(3, -o1+7)
                acc[] += x[0,0,o0+k0-1,o1+k1-1]*w[0,0,k0,k1]
            A[0,0,0,o0,o1] = acc[]
        for i in 0 .. 9
          unroll u in 0 .. 4
            y_flat[u+4*i] = A_flat[u+4*i]

  # ---- naive: what has no schedule becomes its naive nest
  (unchanged)

  # ---- narrow: mathematical numbers get machine types
  program conv  hash 01dc3801fdc85fdd
    buf x f32[1,1,6,6] input
    buf y f32[1,1,6,6] output
    buf w f32[1,1,3,3] const [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, -1.0, -2.0, -1.0]
    buf y_flat f32[36] temp alias y
    inputs x
    outputs y
    kernel k_sobel  from "sobel"  schedule "map, lanes o0o1"  cost 648 324
      local scratch buf A f32[1,1,1,6,6] temp
      scratch buf A_flat f32[36] temp alias A
      axes o0:6 o1:6 k0:3 k1:3 o0_2:6 o1_2:6 u:4 i:9
      cascade
        A[0,0,0,o0,o1] += x[0,0,o0+k0-1,o1+k1-1]*w[0,0,k0,k1]   over o0:6 o1:6 | k0:3 k1:3
        y[0,0,o0_2,o1_2] = A[0,0,0,o0_2,o1_2]   over o0_2:6 o1_2:6
      nest
        for o0 in 0 .. 6
          for o1 in 0 .. 6
            reg acc f32[]
            acc[] = 0.0
            for k0 in max(0, -o0+1) .. min(3, -o0+7)
              for k1 in max(0, -o1+1) .. min(3, -o1+7)
                acc[] += x[0,0,o0+k0-1,o1+k1-1]*w[0,0,k0,k1]
            A[0,0,0,o0,o1] = acc[]
        for i in 0 .. 9
          unroll u in 0 .. 4
            y_flat[u+4*i] = A_flat[u+4*i]

  # ---- plan: offsets in one arena
  program conv  hash 01dc3801fdc85fdd
    buf x f32[1,1,6,6] input
    buf y f32[1,1,6,6] output
    buf w f32[1,1,3,3] const [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, -1.0, -2.0, -1.0]
    buf y_flat f32[36] temp alias y
    inputs x
    outputs y
    memory arena 192 bound 192 state 0 peak "k_sobel"
    kernel k_sobel  from "sobel"  schedule "map, lanes o0o1"  cost 648 324
      local scratch buf A f32[1,1,1,6,6] temp at 0
      scratch buf A_flat f32[36] temp alias A
      axes o0:6 o1:6 k0:3 k1:3 o0_2:6 o1_2:6 u:4 i:9
      cascade
        A[0,0,0,o0,o1] += x[0,0,o0+k0-1,o1+k1-1]*w[0,0,k0,k1]   over o0:6 o1:6 | k0:3 k1:3
        y[0,0,o0_2,o1_2] = A[0,0,0,o0_2,o1_2]   over o0_2:6 o1_2:6
      nest
        for o0 in 0 .. 6
          for o1 in 0 .. 6
            reg acc f32[]
            acc[] = 0.0
            for k0 in max(0, -o0+1) .. min(3, -o0+7)
              for k1 in max(0, -o1+1) .. min(3, -o1+7)
                acc[] += x[0,0,o0+k0-1,o1+k1-1]*w[0,0,k0,k1]
            A[0,0,0,o0,o1] = acc[]
        for i in 0 .. 9
          unroll u in 0 .. 4
            y_flat[u+4*i] = A_flat[u+4*i]

  # ---- C: of every kernel
  /* sobel: map, lanes o0o1
   *   w f32[1, 1, 3, 3] constant
   *   x f32[1, 1, 6, 6]
   *   A f32[1, 1, 1, 6, 6] written
   *   A_flat f32[36]
   *   y_flat f32[36] written */
  static void k_sobel(const float *restrict w, const float *restrict x, float *A, const float *A_flat, float *restrict y_flat) {
    for (int64_t o0 = 0; o0 < 6; o0++) {
      const float *x_2 = x + 6*o0;
      float *A_2 = A + 6*o0;
      for (int64_t o1 = 0; o1 < 6; o1++) {
        const float *x_3 = x_2 + o1;
        float *A_3 = A_2 + o1;
        float acc;
        acc = 0.0f;
        for (int64_t k0 = sinter_imax(0, -o0 + 1); k0 < sinter_imin(3, -o0 + 7); k0++) {
          const float *x_4 = x_3 + 6*k0;
          const float *w_2 = w + 3*k0;
          for (int64_t k1 = sinter_imax(0, -o1 + 1); k1 < sinter_imin(3, -o1 + 7); k1++) {
            const float *x_5 = x_4 + k1;
            const float *w_3 = w_2 + k1;
            acc += x_5[-7] * w_3[0];
          }
        }
        A_3[0] = acc;
      }
    }
    for (int64_t i = 0; i < 9; i++) {
      float *y_flat_2 = y_flat + 4*i;
      const float *A_flat_2 = A_flat + 4*i;
      y_flat_2[0] = A_flat_2[0];
      y_flat_2[1] = A_flat_2[1];
      y_flat_2[2] = A_flat_2[2];
      y_flat_2[3] = A_flat_2[3];
    }
  }
