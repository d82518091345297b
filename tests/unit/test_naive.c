/* Naive nests mean what the statements say: each result is compared with loops written here. */
#include "tests/unit/nest.h"
#include "tests/unit/suite.h"

#define N(v) x_int(l->ctx, v)
#define A(v) x_var(l->ctx, v)
#define ADD(a, b) x_op2(l->ctx, OP_ADD, a, b)
#define SUB(a, b) x_op2(l->ctx, OP_SUB, a, b)
#define MUL(a, b) x_op2(l->ctx, OP_MUL, a, b)
#define ELSE(a, b) x_op2(l->ctx, OP_ELSE, a, b)
#define IF(a, c) x_op2(l->ctx, OP_IF, a, c)
#define R(v) x_real(l->ctx, v)
#define F(b) ((float *)lab_bytes(l, b))
#define I(b) ((int64_t *)lab_bytes(l, b))

START_TEST(matmul) {
  Lab *l = lab_new();
  Buf *a = lab_buf(l, "a", ELEM_f32, SPACE_INPUT, DIMS(3, 4)), *b = lab_buf(l, "b", ELEM_f32, SPACE_INPUT, DIMS(4, 5)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(3, 5));
  const Var *m = var_new(l->ctx, "m", 3), *n = var_new(l->ctx, "n", 5), *k = var_new(l->ctx, "k", 4);
  fill_f32(l, a, 12, 0);
  fill_f32(l, b, 20, 5);
  add(l, RED_ADD, y, X(A(m), A(n)), MUL(at(l, a, X(A(m), A(k))), at(l, b, X(A(k), A(n)))), 2, V(m, n, k));
  lab_run(l);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 5; j++) {
      double sum = 0;
      for (int c = 0; c < 4; c++) sum += (double)F(a)[i * 4 + c] * F(b)[c * 5 + j];
      ck_assert(F(y)[i * 5 + j] == (float)sum);
    }
  ck_assert_int_eq(lab_count(l, S_IF), 0);
  lab_free(l);
} END_TEST

/* Stride 2, pad 1, 2 groups: [g*2+c] and [g*3+m] are composed ranks. Bounds become bounds of the reduced loops: no test is left. */
START_TEST(padded_grouped_convolution) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(4, 7, 7)), *w = lab_buf(l, "w", ELEM_f32, SPACE_INPUT, DIMS(6, 2, 3, 3)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(6, 4, 4));
  const Var *g = var_new(l->ctx, "g", 2), *m = var_new(l->ctx, "m", 3), *o0 = var_new(l->ctx, "o0", 4), *o1 = var_new(l->ctx, "o1", 4), *c = var_new(l->ctx, "c", 2), *k0 = var_new(l->ctx, "k0", 3), *k1 = var_new(l->ctx, "k1", 3);
  fill_f32(l, x, 196, 0);
  fill_f32(l, w, 108, 7);
  const Expr *gm = ADD(MUL(A(g), N(3)), A(m)), *gc = ADD(MUL(A(g), N(2)), A(c));
  const Expr *row = SUB(ADD(MUL(A(o0), N(2)), A(k0)), N(1)), *col = SUB(ADD(MUL(A(o1), N(2)), A(k1)), N(1));
  add(l, RED_ADD, y, X(gm, A(o0), A(o1)), MUL(at(l, x, X(gc, row, col)), at(l, w, X(gm, A(c), A(k0), A(k1)))), 4, V(g, m, o0, o1, c, k0, k1));
  lab_run(l);
  for (int q = 0; q < 6; q++)
    for (int i = 0; i < 4; i++)
      for (int j = 0; j < 4; j++) {
        double sum = 0;
        for (int d = 0; d < 2; d++)
          for (int p = 0; p < 3; p++)
            for (int r = 0; r < 3; r++) {
              int u = 2 * i + p - 1, v = 2 * j + r - 1;
              if (u >= 0 && u < 7 && v >= 0 && v < 7) sum += (double)F(x)[(q / 3 * 2 + d) * 49 + u * 7 + v] * F(w)[((q * 2 + d) * 3 + p) * 3 + r];
            }
        ck_assert(F(y)[q * 16 + i * 4 + j] == (float)sum);
      }
  ck_assert_int_eq(lab_count(l, S_IF), 0);
  ck_assert_int_eq(lab_count(l, S_LOOP), 7);
  lab_free(l);
} END_TEST

/* A[s*d + k - p] += ...: filled, then updated in memory; what falls outside is dropped. */
START_TEST(transposed_convolution) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(2, 4)), *w = lab_buf(l, "w", ELEM_f32, SPACE_INPUT, DIMS(2, 3)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(7));
  const Var *d = var_new(l->ctx, "d", 4), *k = var_new(l->ctx, "k", 3), *c = var_new(l->ctx, "c", 2);
  fill_f32(l, x, 8, 0);
  fill_f32(l, w, 6, 3);
  F(y)[6] = 77;
  add(l, RED_ADD, y, X(SUB(ADD(MUL(A(d), N(2)), A(k)), N(1))), MUL(at(l, x, X(A(c), A(d))), at(l, w, X(A(c), A(k)))), 2, V(d, k, c));
  lab_run(l);
  for (int o = 0; o < 7; o++) {
    double sum = 0;
    for (int i = 0; i < 4; i++)
      for (int j = 0; j < 3; j++)
        for (int e = 0; e < 2; e++)
          if (2 * i + j - 1 == o) sum += (double)F(x)[e * 4 + i] * F(w)[e * 3 + j];
    ck_assert(F(y)[o] == (float)sum);
  }
  lab_free(l);
} END_TEST

START_TEST(softmax) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(2, 5)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(2, 5));
  Buf *m = lab_buf(l, "M", ELEM_real, SPACE_TEMP, DIMS(2)), *e = lab_buf(l, "E", ELEM_real, SPACE_TEMP, DIMS(2, 5)), *s = lab_buf(l, "S", ELEM_real, SPACE_TEMP, DIMS(2));
  const Var *n = var_new(l->ctx, "n", 2), *k = var_new(l->ctx, "k", 5);
  fill_f32(l, x, 10, 2);
  add(l, RED_MAX, m, X(A(n)), at(l, x, X(A(n), A(k))), 1, V(n, k));
  add(l, RED_SET, e, X(A(n), A(k)), x_op1(l->ctx, OP_EXP, SUB(at(l, x, X(A(n), A(k))), at(l, m, X(A(n))))), 2, V(n, k));
  add(l, RED_ADD, s, X(A(n)), at(l, e, X(A(n), A(k))), 1, V(n, k));
  add(l, RED_SET, y, X(A(n), A(k)), x_op2(l->ctx, OP_DIV, at(l, e, X(A(n), A(k))), at(l, s, X(A(n)))), 2, V(n, k));
  lab_run(l);
  for (int i = 0; i < 2; i++) {
    double top = -INFINITY, sum = 0;
    for (int j = 0; j < 5; j++) top = fmax(top, F(x)[i * 5 + j]);
    for (int j = 0; j < 5; j++) sum += exp(F(x)[i * 5 + j] - top);
    for (int j = 0; j < 5; j++) ck_assert(F(y)[i * 5 + j] == (float)(exp(F(x)[i * 5 + j] - top) / sum));
  }
  lab_free(l);
} END_TEST

/* S[k] = (S[k-1] else 0) + X[k]; and downwards: S[k] = (S[k+1] else 0) + X[k]. */
START_TEST(recurrence) {
  for (int down = 0; down < 2; down++) {
    Lab *l = lab_new();
    Buf *x = lab_buf(l, "x", ELEM_i32, SPACE_INPUT, DIMS(6)), *y = lab_buf(l, "y", ELEM_i64, SPACE_OUTPUT, DIMS(6)), *s = lab_buf(l, "S", ELEM_int, SPACE_TEMP, DIMS(6));
    const Var *k = var_new(l->ctx, "k", 6);
    int32_t *in = lab_bytes(l, x);
    for (int i = 0; i < 6; i++) in[i] = i * i - 7;
    Ein *e = statement(l, RED_SET, s, X(A(k)), ADD(ELSE(at(l, s, X(SUB(A(k), N(down ? -1 : 1)))), N(0)), at(l, x, X(A(k)))), 1, V(k));
    step(l, k, down, 1, &e);
    add(l, RED_SET, y, X(A(k)), at(l, s, X(A(k))), 1, V(k));
    lab_run(l);
    int64_t sum = 0;
    for (int i = 0; i < 6; i++) {
      int j = down ? 5 - i : i;
      sum += in[j];
      ck_assert_int_eq(I(y)[j], sum);
    }
    lab_free(l);
  }
} END_TEST

/* Two statements that advance together: a reduction over the state before, and the state. */
START_TEST(recurrent_network) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(4, 3)), *r = lab_buf(l, "r", ELEM_f32, SPACE_INPUT, DIMS(3, 3)), *h0 = lab_buf(l, "h0", ELEM_f32, SPACE_INPUT, DIMS(3)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(4, 3));
  Buf *u = lab_buf(l, "U", ELEM_real, SPACE_TEMP, DIMS(4, 3)), *s = lab_buf(l, "S", ELEM_real, SPACE_TEMP, DIMS(4, 3));
  const Var *t = var_new(l->ctx, "t", 4), *h = var_new(l->ctx, "h", 3), *p = var_new(l->ctx, "p", 3);
  fill_f32(l, x, 12, 0);
  fill_f32(l, r, 9, 4);
  fill_f32(l, h0, 3, 9);
  const Expr *before = ELSE(at(l, s, X(SUB(A(t), N(1)), A(p))), at(l, h0, X(A(p))));
  Ein *both[] = {statement(l, RED_ADD, u, X(A(t), A(h)), MUL(before, at(l, r, X(A(h), A(p)))), 2, V(t, h, p)),
                 statement(l, RED_SET, s, X(A(t), A(h)), x_op1(l->ctx, OP_TANH, ADD(at(l, u, X(A(t), A(h))), at(l, x, X(A(t), A(h))))), 2, V(t, h))};
  step(l, t, false, 2, both);
  add(l, RED_SET, y, X(A(t), A(h)), at(l, s, X(A(t), A(h))), 2, V(t, h));
  lab_run(l);
  double state[3] = {F(h0)[0], F(h0)[1], F(h0)[2]};
  for (int i = 0; i < 4; i++) {
    double next[3];
    for (int j = 0; j < 3; j++) {
      double sum = 0;
      for (int q = 0; q < 3; q++) sum += state[q] * F(r)[j * 3 + q];
      next[j] = tanh(sum + F(x)[i * 3 + j]);
    }
    for (int j = 0; j < 3; j++) ck_assert(F(y)[i * 3 + j] == (float)(state[j] = next[j]));
  }
  lab_free(l);
} END_TEST

/* S[I[i]] last= U[i] and first=; Y = S else X. */
START_TEST(scatter) {
  for (int first = 0; first < 2; first++) {
    Lab *l = lab_new();
    Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(5)), *i = lab_buf(l, "i", ELEM_i64, SPACE_INPUT, DIMS(4)), *u = lab_buf(l, "u", ELEM_f32, SPACE_INPUT, DIMS(4)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(5));
    Buf *s = lab_buf(l, "S", ELEM_real, SPACE_TEMP, DIMS(5));
    s->mask = lab_buf(l, "S_there", ELEM_bool, SPACE_TEMP, DIMS(5));
    const Var *j = var_new(l->ctx, "j", 4), *k = var_new(l->ctx, "k", 5);
    const int64_t index[] = {3, 1, 3, -2}; /* -2 falls outside */
    memcpy(lab_bytes(l, i), index, sizeof index);
    fill_f32(l, x, 5, 0);
    fill_f32(l, u, 4, 6);
    add(l, first ? RED_FIRST : RED_LAST, s, X(at(l, i, X(A(j)))), at(l, u, X(A(j))), 1, V(j));
    add(l, RED_SET, y, X(A(k)), ELSE(at(l, s, X(A(k))), at(l, x, X(A(k)))), 1, V(k));
    lab_run(l);
    for (int k2 = 0; k2 < 5; k2++) ck_assert(F(y)[k2] == (k2 == 3 ? F(u)[first ? 0 : 2] : k2 == 1 ? F(u)[1] : F(x)[k2]));
    lab_free(l);
  }
} END_TEST

START_TEST(first_without_a_mask) {
  Lab *l = lab_new();
  Buf *i = lab_buf(l, "i", ELEM_i64, SPACE_INPUT, DIMS(4)), *y = lab_buf(l, "y", ELEM_i64, SPACE_OUTPUT, DIMS(2));
  const Var *j = var_new(l->ctx, "j", 4), *r = var_new(l->ctx, "r", 2);
  const int64_t index[] = {1, 0, 1, 0};
  memcpy(lab_bytes(l, i), index, sizeof index);
  add(l, RED_FIRST, y, X(at(l, i, X(A(j)))), ADD(MUL(A(j), N(10)), A(r)), 1, V(j, r));
  lab_run(l);
  ck_assert_int_eq(I(y)[0], 10);
  ck_assert_int_eq(I(y)[1], 0);
  lab_free(l);
} END_TEST

/* Maximum over a padded window, and the least position that has it. */
START_TEST(max_pool_with_indices) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(9)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(5)), *p = lab_buf(l, "p", ELEM_i64, SPACE_OUTPUT, DIMS(5));
  const Var *o = var_new(l->ctx, "o", 5), *k = var_new(l->ctx, "k", 3);
  const Expr *pos = SUB(ADD(MUL(A(o), N(2)), A(k)), N(1));
  for (int i = 0; i < 9; i++) F(x)[i] = (float)((i * 5) % 4) - 9;
  add(l, RED_MAX, y, X(A(o)), at(l, x, X(pos)), 1, V(o, k));
  add(l, RED_MIN, p, X(A(o)), IF(pos, x_op2(l->ctx, OP_EQ, at(l, x, X(pos)), at(l, y, X(A(o))))), 1, V(o, k));
  lab_run(l);
  for (int i = 0; i < 5; i++) {
    int best = -1;
    for (int q = 2 * i - 1; q < 2 * i + 2; q++)
      if (q >= 0 && q < 9 && (best < 0 || F(x)[q] > F(x)[best])) best = q;
    ck_assert(F(y)[i] == F(x)[best]);
    ck_assert_int_eq(I(p)[i], best);
  }
  lab_free(l);
} END_TEST

START_TEST(gather_with_a_fallback) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(4, 2)), *i = lab_buf(l, "i", ELEM_i64, SPACE_INPUT, DIMS(3)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(3, 2));
  const Var *j = var_new(l->ctx, "j", 3), *r = var_new(l->ctx, "r", 2);
  const int64_t index[] = {2, 9, 0};
  memcpy(lab_bytes(l, i), index, sizeof index);
  fill_f32(l, x, 8, 1);
  add(l, RED_SET, y, X(A(j), A(r)), ELSE(at(l, x, X(at(l, i, X(A(j))), A(r))), R(-1)), 2, V(j, r));
  lab_run(l);
  for (int a = 0; a < 3; a++)
    for (int b = 0; b < 2; b++) ck_assert(F(y)[a * 2 + b] == (index[a] < 4 ? F(x)[index[a] * 2 + b] : -1.0f));
  lab_free(l);
} END_TEST

/* A causal mask is a bound of the loop, an equation on a reduced axis is no loop of many steps. */
START_TEST(filters_become_bounds) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(6)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(6)), *z = lab_buf(l, "z", ELEM_f32, SPACE_OUTPUT, DIMS(6));
  const Var *i = var_new(l->ctx, "i", 6), *j = var_new(l->ctx, "j", 6);
  fill_f32(l, x, 6, 0);
  add(l, RED_ADD, y, X(A(i)), IF(at(l, x, X(A(j))), x_op2(l->ctx, OP_LE, A(j), A(i))), 1, V(i, j));
  add(l, RED_ADD, z, X(A(i)), IF(at(l, x, X(A(j))), x_op2(l->ctx, OP_EQ, ADD(A(j), A(i)), N(3))), 1, V(i, j));
  lab_run(l);
  double sum = 0;
  for (int a = 0; a < 6; a++) {
    sum += F(x)[a];
    ck_assert(F(y)[a] == (float)sum);
    ck_assert(F(z)[a] == (a <= 3 ? F(x)[3 - a] : 0.0f));
  }
  ck_assert_int_eq(lab_count(l, S_IF), 0);
  lab_free(l);
} END_TEST

START_TEST(identities) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_i8, SPACE_INPUT, DIMS(3)), *a = lab_buf(l, "a", ELEM_i8, SPACE_OUTPUT, DIMS(1)), *b = lab_buf(l, "b", ELEM_f32, SPACE_OUTPUT, DIMS(1)), *c = lab_buf(l, "c", ELEM_u8, SPACE_OUTPUT, DIMS(1)), *d = lab_buf(l, "d", ELEM_i64, SPACE_OUTPUT, DIMS(1)), *e = lab_buf(l, "e", ELEM_bool, SPACE_OUTPUT, DIMS(1));
  const Var *o = var_new(l->ctx, "o", 1), *none = var_new(l->ctx, "none", 0), *three = var_new(l->ctx, "three", 3);
  const Expr *at0 = at(l, x, X(A(none)));
  add(l, RED_MAX, a, X(N(0)), at0, 1, V(o, none));
  add(l, RED_MIN, b, X(N(0)), x_op1(l->ctx, OP_REAL, at0), 1, V(o, none));
  add(l, RED_MIN, c, X(N(0)), at0, 1, V(o, none));
  add(l, RED_MUL, d, X(N(0)), at0, 1, V(o, none));
  add(l, RED_AND, e, X(N(0)), x_op2(l->ctx, OP_GT, at(l, x, X(A(three))), N(0)), 1, V(o, three));
  memcpy(lab_bytes(l, x), "\1\2\3", 3);
  lab_run(l);
  ck_assert_int_eq(*(int8_t *)lab_bytes(l, a), -128);
  ck_assert(isinf(F(b)[0]) && F(b)[0] > 0);
  ck_assert_int_eq(*(uint8_t *)lab_bytes(l, c), 255);
  ck_assert_int_eq(I(d)[0], 1);
  ck_assert_int_eq(*(uint8_t *)lab_bytes(l, e), 1);
  lab_free(l);
} END_TEST

/* A sum of several tensors, and of a count of booleans: the second statement goes on where the first stopped. */
START_TEST(accumulating_statements) {
  Lab *l = lab_new();
  Buf *p = lab_buf(l, "p", ELEM_f32, SPACE_INPUT, DIMS(4)), *q = lab_buf(l, "q", ELEM_f32, SPACE_INPUT, DIMS(4)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(4)), *n = lab_buf(l, "n", ELEM_i64, SPACE_OUTPUT, 0, NULL);
  const Var *i = var_new(l->ctx, "i", 4);
  fill_f32(l, p, 4, 0);
  fill_f32(l, q, 4, 3);
  F(y)[0] = 99;
  add(l, RED_ADD, y, X(A(i)), at(l, p, X(A(i))), 1, V(i));
  add(l, RED_ADD, y, X(A(i)), at(l, q, X(A(i))), 1, V(i))->accumulate = true;
  add(l, RED_ADD, n, 0, NULL, x_op2(l->ctx, OP_LT, at(l, p, X(A(i))), R(0)), 0, V(i));
  lab_run(l);
  int below = 0;
  for (int k = 0; k < 4; k++) {
    ck_assert(F(y)[k] == F(p)[k] + F(q)[k]);
    below += F(p)[k] < 0;
  }
  ck_assert_int_gt(below, 1);
  ck_assert_int_eq(I(n)[0], below);
  lab_free(l);
} END_TEST

/* A map that leaves elements unwritten says so in its mask; one over reduced axes keeps the last. */
START_TEST(masks) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_i64, SPACE_INPUT, DIMS(3, 4)), *y = lab_buf(l, "y", ELEM_i64, SPACE_OUTPUT, DIMS(3)), *z = lab_buf(l, "z", ELEM_i64, SPACE_OUTPUT, DIMS(12));
  Buf *s = lab_buf(l, "S", ELEM_int, SPACE_TEMP, DIMS(3)), *t = lab_buf(l, "T", ELEM_int, SPACE_TEMP, DIMS(12));
  s->mask = lab_buf(l, "S_there", ELEM_bool, SPACE_TEMP, DIMS(3));
  t->mask = lab_buf(l, "T_there", ELEM_bool, SPACE_TEMP, DIMS(12));
  const Var *i = var_new(l->ctx, "i", 3), *j = var_new(l->ctx, "j", 4), *k = var_new(l->ctx, "k", 12);
  const int64_t v[12] = {1, -1, 5, -3, -1, -2, -3, -4, -5, 7, -8, 9};
  memcpy(lab_bytes(l, x), v, sizeof v);
  const Expr *xij = at(l, x, X(A(i), A(j)));
  add(l, RED_LAST, s, X(A(i)), IF(xij, x_op2(l->ctx, OP_GT, xij, N(0))), 1, V(i, j));
  add(l, RED_SET, y, X(A(i)), ELSE(at(l, s, X(A(i))), N(-100)), 1, V(i));
  add(l, RED_SET, t, X(ADD(MUL(A(i), N(4)), A(j))), IF(xij, x_op2(l->ctx, OP_GT, xij, N(0))), 2, V(i, j));
  add(l, RED_SET, z, X(A(k)), ELSE(at(l, t, X(A(k))), N(0)), 1, V(k));
  lab_run(l);
  ck_assert_int_eq(I(y)[0], 5);
  ck_assert_int_eq(I(y)[1], -100);
  ck_assert_int_eq(I(y)[2], 9);
  for (int q = 0; q < 12; q++) ck_assert_int_eq(I(z)[q], v[q] > 0 ? v[q] : 0);
  lab_free(l);
} END_TEST

/* Reversal by a mirrored index is one-to-one: no fill. Extents are symbols: bounds prove without numbers. */
START_TEST(symbols_and_mirrors) {
  Lab *l = lab_new();
  ext_t n = ext_symbol(l->ctx, "n", 1, 16);
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(n, 3)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(n)), *z = lab_buf(l, "z", ELEM_f32, SPACE_OUTPUT, DIMS(n));
  const Var *i = var_new(l->ctx, "i", n), *j = var_new(l->ctx, "j", 3);
  add(l, RED_ADD, y, X(SUB(N(ext_sub(l->ctx, n, 1)), A(i))), at(l, x, X(A(i), A(j))), 1, V(i, j));
  add(l, RED_ADD, z, X(A(i)), at(l, y, X(SUB(N(ext_sub(l->ctx, n, 1)), A(i)))), 1, V(i));
  for (int size = 1; size <= 9; size += 4) {
    l->n = size;
    fill_f32(l, x, 3 * size, size);
    lab_run(l);
    for (int k = 0; k < size; k++) {
      double sum = 0;
      for (int q = 0; q < 3; q++) sum += F(x)[k * 3 + q];
      ck_assert(F(y)[size - 1 - k] == (float)sum);
      ck_assert(F(z)[k] == (float)sum);
    }
  }
  ck_assert_int_eq(lab_count(l, S_IF), 0);
  ck_assert_int_eq(lab_count(l, S_LOOP), 3);
  lab_free(l);
} END_TEST

START_TEST(a_hidden_reduction_is_refused) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(2, 3)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(2));
  const Var *i = var_new(l->ctx, "i", 2), *j = var_new(l->ctx, "j", 3);
  add(l, RED_SET, y, X(A(i)), at(l, x, X(A(i), A(j))), 1, V(i, j));
  ck_assert(!kernel_lower_naive(l->ctx, &l->kernel));
  ck_assert_int_eq(l->ctx->diags.at[0].code, E0601);
  lab_free(l);
} END_TEST

/* A[k*d + j*e] over 5 d and 4 e, in a tensor of n elements. */
static Left left_of(Ctx *ctx, ext_t k, ext_t j, ext_t n) {
  const Var *d = var_new(ctx, "d", 5), *e = var_new(ctx, "e", 4);
  Buf *a = buf_new(ctx, "A", ELEM_real, SPACE_TEMP, 1, &n);
  Ein ein = {.reduce = RED_ADD, .out = a, .naxes = 2, .nout = 2, .axis = {d, e}, .rhs = x_real(ctx, 1)};
  ein.index[0] = x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, x_int(ctx, k), x_var(ctx, d)), x_op2(ctx, OP_MUL, x_int(ctx, j), x_var(ctx, e)));
  return ein_left(ctx, &ein);
}

START_TEST(left_sides) {
  Ctx *ctx = ctx_new();
  Left left = left_of(ctx, 4, 1, 20);
  ck_assert(left.one_to_one && left.covers);
  left = left_of(ctx, 2, 1, 12); /* a transposed convolution: windows overlap */
  ck_assert(!left.one_to_one);
  left = left_of(ctx, 8, 2, 40); /* every other element */
  ck_assert(left.one_to_one && !left.covers);
  ctx_free(ctx);
}
END_TEST

int main(void) {
  Suite *s = suite_create("naive");
  TCase *t = tcase_create("lowering");
  tcase_add_test(t, left_sides);
  tcase_add_test(t, matmul);
  tcase_add_test(t, padded_grouped_convolution);
  tcase_add_test(t, transposed_convolution);
  tcase_add_test(t, softmax);
  tcase_add_test(t, recurrence);
  tcase_add_test(t, recurrent_network);
  tcase_add_test(t, scatter);
  tcase_add_test(t, first_without_a_mask);
  tcase_add_test(t, max_pool_with_indices);
  tcase_add_test(t, gather_with_a_fallback);
  tcase_add_test(t, filters_become_bounds);
  tcase_add_test(t, identities);
  tcase_add_test(t, accumulating_statements);
  tcase_add_test(t, masks);
  tcase_add_test(t, symbols_and_mirrors);
  tcase_add_test(t, a_hidden_reduction_is_refused);
  suite_add_tcase(s, t);
  return run_suite(s);
}
