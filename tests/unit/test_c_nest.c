#include "run_c.h"
#include "tests/unit/suite.h"
#include <math.h>

static const Target scalar_target = {.name = "test", .cflags = "-O1"};
static const Target vector_target = {.name = "test8", .vector_extension = true, .lanes_f32 = 8, .registers = 16, .cflags = "-O2 -Wno-psabi"};

static const char *text_of(Ctx *ctx, const Kernel *k, const Target *t) {
  Str s = str_new(ctx);
  c_kernel(ctx, NULL, k, t, &s);
  return s.s;
}

static const Expr *load(Ctx *ctx, Buf *b, const Expr *i, const Expr *j) { return x_load(ctx, b, j ? 2 : i ? 1 : 0, (const Expr *const[]){i, j}); }

/* y[i] = sum_j w[i,j] * x[j]: the naive nest with a register. */
static Kernel *matvec(Ctx *ctx, ext_t n, ext_t m) {
  Kernel *k = NEW(ctx, Kernel);
  k->name = "matvec";
  Buf *w = buf_new(ctx, "w", ELEM_f32, SPACE_CONST, 2, (ext_t[]){n, m}), *x = buf_new(ctx, "x", ELEM_f32, SPACE_INPUT, 1, &m), *y = buf_new(ctx, "float", ELEM_f32, SPACE_OUTPUT, 1, &n);
  Buf *acc = buf_new(ctx, "acc", ELEM_f32, SPACE_REG, 0, NULL);
  Var *i = var_new(ctx, "i", n), *j = var_new(ctx, "j", m);
  Stmt *li = s_loop(ctx, i, x_int(ctx, 0), x_int(ctx, n), LOOP_SEQ), *lj = s_loop(ctx, j, x_int(ctx, 0), x_int(ctx, m), LOOP_SEQ);
  const Expr *vi = x_var(ctx, i), *vj = x_var(ctx, j);
  vec_push(ctx, &lj->loop.body, s_store(ctx, RED_ADD, acc, 0, NULL, x_op2(ctx, OP_MUL, load(ctx, w, vi, vj), load(ctx, x, vj, NULL))));
  vec_push(ctx, &li->loop.body, s_reg(ctx, acc));
  vec_push(ctx, &li->loop.body, s_store(ctx, RED_SET, acc, 0, NULL, x_real(ctx, 0)));
  vec_push(ctx, &li->loop.body, lj);
  vec_push(ctx, &li->loop.body, s_store(ctx, RED_SET, y, 1, &vi, load(ctx, acc, NULL, NULL)));
  vec_push(ctx, &k->body, li);
  return k;
}

START_TEST(naive_nest_runs) {
  Ctx *ctx = ctx_new();
  Kernel *k = matvec(ctx, 5, 7);
  KernelFn f = compile_kernel(ctx, k, &scalar_target, "cc");
  ck_assert_ptr_nonnull(f);
  float w[35], x[7], y[5];
  for (int i = 0; i < 35; i++) w[i] = (float)(i % 6) - 2;
  for (int i = 0; i < 7; i++) x[i] = (float)i;
  f((void *[]){w, x, y});
  for (int i = 0; i < 5; i++) {
    float want = 0;
    for (int j = 0; j < 7; j++) want += w[i * 7 + j] * x[j];
    ck_assert_float_eq(y[i], want);
  }
  const char *text = text_of(ctx, k, &scalar_target);
  ck_assert_ptr_nonnull(strstr(text, "static void matvec(const float *restrict w, const float *restrict x, float *restrict float_) {"));
  ck_assert_ptr_nonnull(strstr(text, "acc += w[7*i + j] * x[j];"));
  ctx_free(ctx);
} END_TEST

START_TEST(symbolic_extents_become_parameters) {
  Ctx *ctx = ctx_new();
  Kernel *k = matvec(ctx, 5, ext_symbol(ctx, "seq", 1, 16));
  const char *text = text_of(ctx, k, &scalar_target);
  ck_assert_ptr_nonnull(strstr(text, "int64_t seq) {"));
  ck_assert_ptr_nonnull(strstr(text, "acc += w[seq*i + j] * x[j];"));
  ctx_free(ctx);
} END_TEST

/* y[i] = max(2 * x[i] + b[0], 0) in vectors, last one ragged; the loop over two vectors is unrolled. */
START_TEST(vectors_and_unrolling) {
  Ctx *ctx = ctx_new();
  ext_t n = 13;
  Kernel *k = NEW(ctx, Kernel);
  k->name = "relu";
  Buf *x = buf_new(ctx, "x", ELEM_f32, SPACE_INPUT, 1, &n), *b = buf_new(ctx, "b", ELEM_f32, SPACE_INPUT, 1, (ext_t[]){1}), *y = buf_new(ctx, "y", ELEM_f32, SPACE_OUTPUT, 1, &n);
  Buf *t = buf_new(ctx, "t", ELEM_f32, SPACE_REG, 1, (ext_t[]){2});
  t->lanes = 8;
  Var *l = var_new(ctx, "l", 8), *o = var_new(ctx, "o", 2);
  Stmt *vec = s_loop(ctx, l, x_int(ctx, 0), x_int(ctx, 8), LOOP_VEC), *un = s_loop(ctx, o, x_int(ctx, 0), x_int(ctx, 2), LOOP_UNROLL);
  const Expr *vo = x_var(ctx, o), *at = x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, vo, x_int(ctx, 8)), x_var(ctx, l)), *zero = x_int(ctx, 0);
  Stmt *guard = s_if(ctx, x_op2(ctx, OP_LT, at, x_int(ctx, n)));
  vec_push(ctx, &guard->cond.then, s_store(ctx, RED_SET, t, 1, &vo, x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, load(ctx, x, at, NULL), x_real(ctx, 2)), load(ctx, b, zero, NULL))));
  vec_push(ctx, &guard->cond.then, s_store(ctx, RED_SET, y, 1, &at, x_op2(ctx, OP_MAX, load(ctx, t, vo, NULL), x_real(ctx, 0))));
  vec_push(ctx, &un->loop.body, guard);
  vec_push(ctx, &vec->loop.body, s_reg(ctx, t));
  vec_push(ctx, &vec->loop.body, un);
  vec_push(ctx, &k->body, vec);
  KernelFn f = compile_kernel(ctx, k, &vector_target, "cc");
  ck_assert_ptr_nonnull(f);
  float xs[13], bs[1] = {-3}, ys[14] = {[13] = 77};
  for (int i = 0; i < 13; i++) xs[i] = (float)(i % 5);
  f((void *[]){xs, bs, ys});
  for (int i = 0; i < 13; i++) ck_assert_float_eq(ys[i], fmaxf(2 * xs[i] - 3, 0));
  ck_assert_float_eq(ys[13], 77);
  ctx_free(ctx);
} END_TEST

/* y[i] = t_1[i]^2 by way of three registers that are all called t, one of them an array that becomes a variable per element. */
START_TEST(scattered_registers_keep_clear_of_other_names) {
  Ctx *ctx = ctx_new();
  ext_t three = 3;
  Kernel *k = NEW(ctx, Kernel);
  k->name = "squares";
  Buf *x = buf_new(ctx, "t_1", ELEM_f32, SPACE_INPUT, 1, &three), *y = buf_new(ctx, "y", ELEM_f32, SPACE_OUTPUT, 1, &three);
  Buf *t = buf_new(ctx, "t", ELEM_f32, SPACE_REG, 1, &three), *other = buf_new(ctx, "t", ELEM_f64, SPACE_REG, 0, NULL), *last = buf_new(ctx, "t", ELEM_f64, SPACE_REG, 0, NULL);
  Var *i = var_new(ctx, "i", 3), *j = var_new(ctx, "j", 3);
  const Expr *vi = x_var(ctx, i), *vj = x_var(ctx, j);
  Stmt *fill = s_loop(ctx, i, x_int(ctx, 0), x_int(ctx, 3), LOOP_UNROLL), *use = s_loop(ctx, j, x_int(ctx, 0), x_int(ctx, 3), LOOP_UNROLL);
  vec_push(ctx, &k->body, s_reg(ctx, t));
  vec_push(ctx, &fill->loop.body, s_store(ctx, RED_SET, t, 1, &vi, load(ctx, x, vi, NULL)));
  vec_push(ctx, &k->body, fill);
  vec_push(ctx, &k->body, s_reg(ctx, other));
  vec_push(ctx, &k->body, s_reg(ctx, last));
  vec_push(ctx, &use->loop.body, s_store(ctx, RED_SET, other, 0, NULL, load(ctx, t, vj, NULL)));
  vec_push(ctx, &use->loop.body, s_store(ctx, RED_SET, last, 0, NULL, load(ctx, other, NULL, NULL)));
  vec_push(ctx, &use->loop.body, s_store(ctx, RED_SET, y, 1, &vj, x_op2(ctx, OP_MUL, load(ctx, other, NULL, NULL), load(ctx, last, NULL, NULL))));
  vec_push(ctx, &k->body, use);
  KernelFn f = compile_kernel(ctx, k, &scalar_target, "cc");
  ck_assert_ptr_nonnull(f);
  float xs[3] = {2, -3, 5}, ys[3];
  f((void *[]){xs, ys});
  for (int e = 0; e < 3; e++) ck_assert_float_eq(ys[e], xs[e] * xs[e]);
  ctx_free(ctx);
} END_TEST

int main(void) {
  Suite *s = suite_create("c_nest");
  TCase *t = tcase_create("kernels");
  tcase_set_timeout(t, 60);
  tcase_add_test(t, naive_nest_runs);
  tcase_add_test(t, symbolic_extents_become_parameters);
  tcase_add_test(t, vectors_and_unrolling);
  tcase_add_test(t, scattered_registers_keep_clear_of_other_names);
  suite_add_tcase(s, t);
  return run_suite(s);
}
