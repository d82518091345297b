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
           -> Y[N, (G, M), O..] when slides(D.., strides, dilations, pads, auto_pad) and windows(D.., K.., kernel_shape) {
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

  # ---- lists: a node over parallel lists of tensors becomes a node per member
  (unchanged)

  # ---- gradient: a Gradient becomes the nodes that compute it, backwards
  (unchanged)

  # ---- draw: operators that draw random numbers get the number of the run as an input
  (unchanged)

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
    inputs x
    outputs y
    kernel k_sobel  from "sobel"  schedule "window, lanes o1"  cost 648 324
      local buf A real[1,1,1,6,6] temp
      axes o0:6 o1:6 k0:3 k1:3 o0_2:6 o1_2:6 o0_3:1 v:1 o1_3:1 v_2:4 v_3:1 o0_4:4 v_4:1 o1_4:1 v_5:4 v_6:1 o0_5:1 v_7:1 o1_5:1 v_8:4 v_9:1
      cascade
        A[0,0,0,o0,o1] += x[0,0,o0+k0-1,o1+k1-1]*w[0,0,k0,k1]   over o0:6 o1:6 | k0:3 k1:3
        y[0,0,o0_2,o1_2] = A[0,0,0,o0_2,o1_2]   over o0_2:6 o1_2:6
      nest
        for o0_3 in 0 .. 1
          reg t f32[1]
          unroll v in 0 .. 1
            t[v] = 0.0
          for k0 in -o0_3+1 .. 3
            unroll k1 in 1 .. 3
              unroll v in 0 .. 1
                t[v] += x[0,0,k0+o0_3-1,k1-1]*w[0,0,k0,k1]
          unroll v in 0 .. 1
            y[0,0,o0_3,0] = t[v]
          for o1_3 in 0 .. 1
            reg t_2 f32[4]
            unroll v_2 in 0 .. 4
              t_2[v_2] = 0.0
            for k0 in -o0_3+1 .. 3
              unroll k1 in 0 .. 3
                unroll v_2 in 0 .. 4
                  t_2[v_2] += x[0,0,k0+o0_3-1,k1+4*o1_3+v_2]*w[0,0,k0,k1]
            unroll v_2 in 0 .. 4
              y[0,0,o0_3,4*o1_3+v_2+1] = t_2[v_2]
          reg t_3 f32[1]
          unroll v_3 in 0 .. 1
            t_3[v_3] = 0.0
          for k0 in -o0_3+1 .. 3
            unroll k1 in 0 .. 2
              unroll v_3 in 0 .. 1
                t_3[v_3] += x[0,0,k0+o0_3-1,k1+4]*w[0,0,k0,k1]
          unroll v_3 in 0 .. 1
            y[0,0,o0_3,5] = t_3[v_3]
        for o0_4 in 0 .. 4
          reg t_4 f32[1]
          unroll v_4 in 0 .. 1
            t_4[v_4] = 0.0
          unroll k0 in 0 .. 3
            unroll k1 in 1 .. 3
              unroll v_4 in 0 .. 1
                t_4[v_4] += x[0,0,k0+o0_4,k1-1]*w[0,0,k0,k1]
          unroll v_4 in 0 .. 1
            y[0,0,o0_4+1,0] = t_4[v_4]
          for o1_4 in 0 .. 1
            reg t_5 f32[4]
            unroll v_5 in 0 .. 4
              t_5[v_5] = 0.0
            unroll k0 in 0 .. 3
              unroll k1 in 0 .. 3
                unroll v_5 in 0 .. 4
                  t_5[v_5] += x[0,0,k0+o0_4,k1+4*o1_4+v_5]*w[0,0,k0,k1]
            unroll v_5 in 0 .. 4
              y[0,0,o0_4+1,4*o1_4+v_5+1] = t_5[v_5]
          reg t_6 f32[1]
          unroll v_6 in 0 .. 1
            t_6[v_6] = 0.0
          unroll k0 in 0 .. 3
            unroll k1 in 0 .. 2
              unroll v_6 in 0 .. 1
                t_6[v_6] += x[0,0,k0+o0_4,k1+4]*w[0,0,k0,k1]
          unroll v_6 in 0 .. 1
            y[0,0,o0_4+1,5] = t_6[v_6]
        for o0_5 in 0 .. 1
          reg t_7 f32[1]
          unroll v_7 in 0 .. 1
            t_7[v_7] = 0.0
          for k0 in 0 .. -o0_5+2
            unroll k1 in 1 .. 3
              unroll v_7 in 0 .. 1
                t_7[v_7] += x[0,0,k0+o0_5+4,k1-1]*w[0,0,k0,k1]
          unroll v_7 in 0 .. 1
            y[0,0,o0_5+5,0] = t_7[v_7]
          for o1_5 in 0 .. 1
            reg t_8 f32[4]
            unroll v_8 in 0 .. 4
              t_8[v_8] = 0.0
            for k0 in 0 .. -o0_5+2
              unroll k1 in 0 .. 3
                unroll v_8 in 0 .. 4
                  t_8[v_8] += x[0,0,k0+o0_5+4,k1+4*o1_5+v_8]*w[0,0,k0,k1]
            unroll v_8 in 0 .. 4
              y[0,0,o0_5+5,4*o1_5+v_8+1] = t_8[v_8]
          reg t_9 f32[1]
          unroll v_9 in 0 .. 1
            t_9[v_9] = 0.0
          for k0 in 0 .. -o0_5+2
            unroll k1 in 0 .. 2
              unroll v_9 in 0 .. 1
                t_9[v_9] += x[0,0,k0+o0_5+4,k1+4]*w[0,0,k0,k1]
          unroll v_9 in 0 .. 1
            y[0,0,o0_5+5,5] = t_9[v_9]

  # ---- naive: what has no schedule becomes its naive nest
  (unchanged)

  # ---- narrow: mathematical numbers get machine types
  (unchanged)

  # ---- plan: offsets in one arena
  (unchanged)

  # ---- C: of every kernel
  /* sobel: window, lanes o1
   *   w f32[1,1,3,3] constant
   *   x f32[1,1,6,6]
   *   y f32[1,1,6,6] written */
  static void k_sobel(const float *restrict w, const float *restrict x, float *restrict y) {
    {
      float t_0;
      t_0 = 0.0f;
      for (int64_t k0 = 1; k0 < 3; k0++) {
        const float *x_2 = x + 6*k0;
        const float *w_2 = w + 3*k0;
        t_0 += x_2[-6] * w_2[1];
        t_0 += x_2[-5] * w_2[2];
      }
      y[0] = t_0;
      {
        float t_2_0, t_2_1, t_2_2, t_2_3;
        t_2_0 = 0.0f;
        t_2_1 = 0.0f;
        t_2_2 = 0.0f;
        t_2_3 = 0.0f;
        for (int64_t k0 = 1; k0 < 3; k0++) {
          const float *x_3 = x + 6*k0;
          const float *w_3 = w + 3*k0;
          t_2_0 += x_3[-6] * w_3[0];
          t_2_1 += x_3[-5] * w_3[0];
          t_2_2 += x_3[-4] * w_3[0];
          t_2_3 += x_3[-3] * w_3[0];
          t_2_0 += x_3[-5] * w_3[1];
          t_2_1 += x_3[-4] * w_3[1];
          t_2_2 += x_3[-3] * w_3[1];
          t_2_3 += x_3[-2] * w_3[1];
          t_2_0 += x_3[-4] * w_3[2];
          t_2_1 += x_3[-3] * w_3[2];
          t_2_2 += x_3[-2] * w_3[2];
          t_2_3 += x_3[-1] * w_3[2];
        }
        y[1] = t_2_0;
        y[2] = t_2_1;
        y[3] = t_2_2;
        y[4] = t_2_3;
      }
      float t_3_0;
      t_3_0 = 0.0f;
      for (int64_t k0 = 1; k0 < 3; k0++) {
        const float *x_4 = x + 6*k0;
        const float *w_4 = w + 3*k0;
        t_3_0 += x_4[-2] * w_4[0];
        t_3_0 += x_4[-1] * w_4[1];
      }
      y[5] = t_3_0;
    }
    for (int64_t o0 = 0; o0 < 4; o0++) {
      const float *x_5 = x + 6*o0;
      float *y_2 = y + 6*o0;
      float t_4_0;
      t_4_0 = 0.0f;
      t_4_0 += x_5[0] * w[1];
      t_4_0 += x_5[1] * w[2];
      t_4_0 += x_5[6] * w[4];
      t_4_0 += x_5[7] * w[5];
      t_4_0 += x_5[12] * w[7];
      t_4_0 += x_5[13] * w[8];
      y_2[6] = t_4_0;
      {
        float t_5_0, t_5_1, t_5_2, t_5_3;
        t_5_0 = 0.0f;
        t_5_1 = 0.0f;
        t_5_2 = 0.0f;
        t_5_3 = 0.0f;
        t_5_0 += x_5[0] * w[0];
        t_5_1 += x_5[1] * w[0];
        t_5_2 += x_5[2] * w[0];
        t_5_3 += x_5[3] * w[0];
        t_5_0 += x_5[1] * w[1];
        t_5_1 += x_5[2] * w[1];
        t_5_2 += x_5[3] * w[1];
        t_5_3 += x_5[4] * w[1];
        t_5_0 += x_5[2] * w[2];
        t_5_1 += x_5[3] * w[2];
        t_5_2 += x_5[4] * w[2];
        t_5_3 += x_5[5] * w[2];
        t_5_0 += x_5[6] * w[3];
        t_5_1 += x_5[7] * w[3];
        t_5_2 += x_5[8] * w[3];
        t_5_3 += x_5[9] * w[3];
        t_5_0 += x_5[7] * w[4];
        t_5_1 += x_5[8] * w[4];
        t_5_2 += x_5[9] * w[4];
        t_5_3 += x_5[10] * w[4];
        t_5_0 += x_5[8] * w[5];
        t_5_1 += x_5[9] * w[5];
        t_5_2 += x_5[10] * w[5];
        t_5_3 += x_5[11] * w[5];
        t_5_0 += x_5[12] * w[6];
        t_5_1 += x_5[13] * w[6];
        t_5_2 += x_5[14] * w[6];
        t_5_3 += x_5[15] * w[6];
        t_5_0 += x_5[13] * w[7];
        t_5_1 += x_5[14] * w[7];
        t_5_2 += x_5[15] * w[7];
        t_5_3 += x_5[16] * w[7];
        t_5_0 += x_5[14] * w[8];
        t_5_1 += x_5[15] * w[8];
        t_5_2 += x_5[16] * w[8];
        t_5_3 += x_5[17] * w[8];
        y_2[7] = t_5_0;
        y_2[8] = t_5_1;
        y_2[9] = t_5_2;
        y_2[10] = t_5_3;
      }
      float t_6_0;
      t_6_0 = 0.0f;
      t_6_0 += x_5[4] * w[0];
      t_6_0 += x_5[5] * w[1];
      t_6_0 += x_5[10] * w[3];
      t_6_0 += x_5[11] * w[4];
      t_6_0 += x_5[16] * w[6];
      t_6_0 += x_5[17] * w[7];
      y_2[11] = t_6_0;
    }
    {
      float t_7_0;
      t_7_0 = 0.0f;
      for (int64_t k0 = 0; k0 < 2; k0++) {
        const float *x_6 = x + 6*k0;
        const float *w_5 = w + 3*k0;
        t_7_0 += x_6[24] * w_5[1];
        t_7_0 += x_6[25] * w_5[2];
      }
      y[30] = t_7_0;
      {
        float t_8_0, t_8_1, t_8_2, t_8_3;
        t_8_0 = 0.0f;
        t_8_1 = 0.0f;
        t_8_2 = 0.0f;
        t_8_3 = 0.0f;
        for (int64_t k0 = 0; k0 < 2; k0++) {
          const float *x_7 = x + 6*k0;
          const float *w_6 = w + 3*k0;
          t_8_0 += x_7[24] * w_6[0];
          t_8_1 += x_7[25] * w_6[0];
          t_8_2 += x_7[26] * w_6[0];
          t_8_3 += x_7[27] * w_6[0];
          t_8_0 += x_7[25] * w_6[1];
          t_8_1 += x_7[26] * w_6[1];
          t_8_2 += x_7[27] * w_6[1];
          t_8_3 += x_7[28] * w_6[1];
          t_8_0 += x_7[26] * w_6[2];
          t_8_1 += x_7[27] * w_6[2];
          t_8_2 += x_7[28] * w_6[2];
          t_8_3 += x_7[29] * w_6[2];
        }
        y[31] = t_8_0;
        y[32] = t_8_1;
        y[33] = t_8_2;
        y[34] = t_8_3;
      }
      float t_9_0;
      t_9_0 = 0.0f;
      for (int64_t k0 = 0; k0 < 2; k0++) {
        const float *x_8 = x + 6*k0;
        const float *w_7 = w + 3*k0;
        t_9_0 += x_8[28] * w_7[0];
        t_9_0 += x_8[29] * w_7[1];
      }
      y[35] = t_9_0;
    }
  }
