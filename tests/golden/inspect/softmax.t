about   the whole way of a softmax, from its text to plain C
run     inspect IN --all --target generic
in softmax.txt
  model softmax  opset 13
    in x f32[2,5]
    y : f32[2,5] = Softmax(x) "softmax"
    out y
out
  # ---- operator texts: what the nodes compute; every stage below follows from them
  # Normalisations: statistics over some ranks, then one line that applies them.
  # Softmax and its relatives subtract the maximum first, so that nothing overflows.
  op Softmax since 13: float (X[.., K@axis]; axis = -1) -> Y[.., K@axis] {
    M[..]   max= X[.., k]
    E[.., k]   = exp(X[.., k] - M[..])
    S[..]     += E[.., k]
    Y[.., k]   = E[.., k] / S[..]
  }

  # ---- read: the model as the file says it
  model softmax  opset 13  hash 0000000000000000
    in x f32[2,5]
    y : f32[2,5] = Softmax(x) "softmax"
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
  program softmax  hash 01dc3801fdc85fdd
    buf x f32[2,5] input
    buf y f32[2,5] output
    inputs x
    outputs y
    kernel k_softmax  from "softmax"  cost 50 80
      local buf M real[2] temp
      local buf E real[2,5] temp
      local buf S real[2] temp
      axes i0:2 k:5 i0_2:2 k_2:5 i0_3:2 k_3:5 i0_4:2 k_4:5
      cascade
        M[i0] max= x[i0,k]   over i0:2 | k:5
        E[i0_2,k_2] = exp(x[i0_2,k_2] - M[i0_2])   over i0_2:2 k_2:5
        S[i0_3] += E[i0_3,k_3]   over i0_3:2 | k_3:5
        y[i0_4,k_4] = E[i0_4,k_4]/S[i0_4]   over i0_4:2 k_4:5

  # ---- tabulate: load-free coordinate and weight expressions become constant tables
  (unchanged)

  # ---- fuse: maps join their producer or consumer; equal loops merge
  (unchanged)

  # ---- naive nests: what the cascades mean, and what the interpreter runs
  kernel k_softmax  from "softmax"  schedule "naive"  cost 50 80
    local scratch buf M real[2] temp
    local scratch buf E real[2,5] temp
    local scratch buf S real[2] temp
    buf x f32[2,5] input
    buf y f32[2,5] output
    axes i0:2 k:5 i0_2:2 k_2:5 i0_3:2 k_3:5 i0_4:2 k_4:5
    cascade
      M[i0] max= x[i0,k]   over i0:2 | k:5
      E[i0_2,k_2] = exp(x[i0_2,k_2] - M[i0_2])   over i0_2:2 k_2:5
      S[i0_3] += E[i0_3,k_3]   over i0_3:2 | k_3:5
      y[i0_4,k_4] = E[i0_4,k_4]/S[i0_4]   over i0_4:2 k_4:5
    nest
      for i0 in 0 .. 2
        reg acc real[]
        acc[] = -inf
        for k in 0 .. 5
          acc[] max= x[i0,k]
        M[i0] = acc[]
      for i0_2 in 0 .. 2
        for k_2 in 0 .. 5
          E[i0_2,k_2] = exp(x[i0_2,k_2] - M[i0_2])
      for i0_3 in 0 .. 2
        reg acc2 real[]
        acc2[] = 0.0
        for k_3 in 0 .. 5
          acc2[] += E[i0_3,k_3]
        S[i0_3] = acc2[]
      for i0_4 in 0 .. 2
        for k_4 in 0 .. 5
          y[i0_4,k_4] = E[i0_4,k_4]/S[i0_4]

  # ---- schedule: contractions, row operations and maps get a register-tiled vector nest
  program softmax  hash 01dc3801fdc85fdd
    buf x f32[2,5] input
    buf y f32[2,5] output
    inputs x
    outputs y
    kernel k_softmax  from "softmax"  schedule "rows of k, 3 passes, lanes k"  cost 50 80
      local buf M real[2] temp
      local buf E real[2,5] temp
      local buf S real[2] temp
      axes i0:2 k:5 i0_2:2 k_2:5 i0_3:2 k_3:5 i0_4:2 k_4:5 u:1 i:5 u_2:1 i_2:5 u_3:1 i_3:5
      cascade
        M[i0] max= x[i0,k]   over i0:2 | k:5
        E[i0_2,k_2] = exp(x[i0_2,k_2] - M[i0_2])   over i0_2:2 k_2:5
        S[i0_3] += E[i0_3,k_3]   over i0_3:2 | k_3:5
        y[i0_4,k_4] = E[i0_4,k_4]/S[i0_4]   over i0_4:2 k_4:5
      nest
        for i0 in 0 .. 2
          reg M_2 f32[]
          reg S_2 f32[]
          M_2[] = -inf
          reg acc f32[1]
          unroll u in 0 .. 1
            acc[u] = -inf
          for i in 0 .. 5
            unroll u in 0 .. 1
              acc[u] max= x[i0,u+i]
          M_2[] max= acc[0]
          S_2[] = 0.0
          reg acc_2 f32[1]
          unroll u_2 in 0 .. 1
            acc_2[u_2] = 0.0
          for i_2 in 0 .. 5
            unroll u_2 in 0 .. 1
              reg e f32[]
              e[] = exp(x[i0,u_2+i_2] - M_2[])
              y[i0,u_2+i_2] = e[]
              acc_2[u_2] += e[]
          S_2[] += acc_2[0]
          reg row f32[]
          row[] = 1.0/S_2[]
          for i_3 in 0 .. 5
            unroll u_3 in 0 .. 1
              y[i0,u_3+i_3] = y[i0,u_3+i_3]*row[]

  # ---- naive: what has no schedule becomes its naive nest
  (unchanged)

  # ---- narrow: mathematical numbers get machine types
  (unchanged)

  # ---- plan: offsets in one arena
  (unchanged)

  # ---- C: of every kernel
  /* softmax: rows of k, 3 passes, lanes k
   *   x f32[2,5]
   *   y f32[2,5] written */
  static void k_softmax(const float *restrict x, float *restrict y) {
    for (int64_t i0 = 0; i0 < 2; i0++) {
      const float *x_2 = x + 5*i0;
      float *y_2 = y + 5*i0;
      float M;
      float S;
      M = -__builtin_inff();
      float acc_0;
      acc_0 = -__builtin_inff();
      for (int64_t i = 0; i < 5; i++) {
        const float *x_3 = x_2 + i;
        acc_0 = sinter_maxf(acc_0, x_3[0]);
      }
      M = sinter_maxf(M, acc_0);
      S = 0.0f;
      float acc_2_0;
      acc_2_0 = 0.0f;
      for (int64_t i_2 = 0; i_2 < 5; i_2++) {
        const float *x_4 = x_2 + i_2;
        float *y_3 = y_2 + i_2;
        {
          float e;
          e = sinter_expf(x_4[0] - M);
          y_3[0] = e;
          acc_2_0 += e;
        }
      }
      S += acc_2_0;
      float row;
      row = 1.0f / S;
      for (int64_t i_3 = 0; i_3 < 5; i_3++) {
        float *y_4 = y_2 + i_3;
        y_4[0] = y_4[0] * row;
      }
    }
  }
