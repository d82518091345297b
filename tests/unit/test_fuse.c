/* Fusion on small programs: what joins, what must not, and that results stay. */
#include "bench/cases.h"
#include "tests/unit/suite.h"
#include <math.h>

bool pass_fuse(Ctx *ctx, Unit *u);

static void add_kernel(Ctx *ctx, Program *p, const char *name, Reduce op, Buf *out, const Expr *const *index, const Expr *rhs, int nout, int naxes, const Var *const *axis) {
  Kernel *k = NEW(ctx, Kernel);
  k->name = name;
  vec_push(ctx, &k->nodes, name);
  vec_push(ctx, &p->kernels, k);
  case_add(ctx, k, op, out, index, rhs, nout, naxes, axis);
}

typedef struct Chain { Program *p; Buf *x, *y; } Chain;
/* s[a,b] = sum_k x[a,b,k]; t[i,j] = s[i,j] + 1; u[f] = max(t as one row, 0); y[c,d] = u as rows of two, turned */
static Chain chain(Ctx *ctx, bool t_is_output) {
  Program *p = NEW(ctx, Program);
  p->name = "chain";
  ext_t n = 6, all[] = {3, 2, 4}, pair[] = {3, 2}, turned[] = {2, 3};
  Buf *x = case_buf(ctx, p, "x", SPACE_INPUT, 3, all), *s = case_buf(ctx, p, "s", SPACE_TEMP, 2, pair), *t = case_buf(ctx, p, "t", t_is_output ? SPACE_OUTPUT : SPACE_TEMP, 2, pair);
  Buf *v = buf_new(ctx, "v", ELEM_f32, SPACE_TEMP, 1, &n), *u = case_buf(ctx, p, "u", SPACE_TEMP, 1, &n), *w = buf_new(ctx, "w", ELEM_f32, SPACE_TEMP, 2, pair), *y = case_buf(ctx, p, "y", SPACE_OUTPUT, 2, turned);
  v->alias = t;
  w->alias = u;
  vec_push(ctx, &p->bufs, v);
  vec_push(ctx, &p->bufs, w);
  const Var *a = var_new(ctx, "a", 3), *b = var_new(ctx, "b", 2), *k = var_new(ctx, "k", 4), *i = var_new(ctx, "i", 3), *j = var_new(ctx, "j", 2), *f = var_new(ctx, "f", 6), *c = var_new(ctx, "c", 2), *d = var_new(ctx, "d", 3);
  const Expr *ab[] = {x_var(ctx, a), x_var(ctx, b), x_var(ctx, k)}, *ij[] = {x_var(ctx, i), x_var(ctx, j)}, *vf = x_var(ctx, f), *cd[] = {x_var(ctx, c), x_var(ctx, d)}, *dc[] = {cd[1], cd[0]};
  add_kernel(ctx, p, "sum", RED_ADD, s, ab, x_load(ctx, x, 3, ab), 2, 3, (const Var *const[]){a, b, k});
  add_kernel(ctx, p, "one", RED_SET, t, ij, x_op2(ctx, OP_ADD, x_load(ctx, s, 2, ij), x_real(ctx, 1)), 2, 2, (const Var *const[]){i, j});
  add_kernel(ctx, p, "relu", RED_SET, u, &vf, x_op2(ctx, OP_MAX, x_load(ctx, v, 1, &vf), x_real(ctx, 0)), 1, 1, &f);
  add_kernel(ctx, p, "turn", RED_SET, y, cd, x_load(ctx, w, 2, dc), 2, 2, (const Var *const[]){c, d});
  return (Chain){p, x, y};
}

static float xs[24], ts[6], ys[6];
static void *memory_of(void *arg, const Buf *b) {
  (void)arg;
  return b->name[0] == 'x' ? xs : b->name[0] == 't' ? ts : (void *)ys;
}

static void run(Ctx *ctx, Program *p) {
  for (int i = 0; i < 24; i++) xs[i] = (float)(i % 7) - 4;
  bool ran = interp_program(ctx, p, (Memory){.of = memory_of}, 0);
  if (!ran) diag_print(ctx, stderr);
  ck_assert(ran);
  for (int c = 0; c < 2; c++)
    for (int d = 0; d < 3; d++) {
      float sum = 1;
      for (int k = 0; k < 4; k++) sum += xs[(2 * d + c) * 4 + k];
      ck_assert_float_eq(ys[3 * c + d], fmaxf(sum, 0));
    }
}

START_TEST(a_chain_becomes_one_kernel) {
  Ctx *ctx = ctx_new();
  Chain c = chain(ctx, false);
  Options o = {0};
  Unit u = {.program = c.p, .opt = &o};
  run(ctx, c.p);
  ck_assert(pass_fuse(ctx, &u));
  ck_assert_uint_eq(c.p->kernels.n, 1);
  ck_assert_uint_eq(c.p->kernels.at[0]->nodes.n, 4);
  ck_assert_uint_eq(c.p->kernels.at[0]->cascade.steps.n, 2); /* the sum, and one map */
  ck_assert(program_verify(ctx, c.p));
  run(ctx, c.p);
  ctx_free(ctx);
} END_TEST

START_TEST(an_output_stays) {
  Ctx *ctx = ctx_new();
  Chain c = chain(ctx, true);
  Options o = {0};
  Unit u = {.program = c.p, .opt = &o};
  ck_assert(pass_fuse(ctx, &u));
  ck_assert_uint_eq(c.p->kernels.n, 3); /* up to the output; behind it, `turn` would need the axis f in two */
  ck_assert(program_verify(ctx, c.p));
  run(ctx, c.p);
  ctx_free(ctx);
} END_TEST

START_TEST(two_readers_keep_their_tensor) {
  Ctx *ctx = ctx_new();
  Chain c = chain(ctx, false);
  const Buf *s = c.p->kernels.at[0]->cascade.steps.at[0].ein[0]->out;
  ext_t pair[] = {3, 2};
  Buf *z = case_buf(ctx, c.p, "z", SPACE_TEMP, 2, pair);
  const Var *q[] = {var_new(ctx, "q", 3), var_new(ctx, "r", 2)};
  const Expr *at[] = {x_var(ctx, q[0]), x_var(ctx, q[1])};
  add_kernel(ctx, c.p, "again", RED_SET, z, at, x_load(ctx, (Buf *)(uintptr_t)s, 2, at), 2, 2, q);
  Options o = {0};
  Unit u = {.program = c.p, .opt = &o};
  ck_assert(pass_fuse(ctx, &u));
  ck_assert_uint_eq(c.p->kernels.n, 3);
  run(ctx, c.p);
  ctx_free(ctx);
} END_TEST

/* l[i] = x[i], r[i] = x[i + 3] in one kernel; sum[] = sum of l; y[i] = r[i] * sum[]: joined with the map, the halves would come after the sum. */
START_TEST(a_kernel_stays_before_who_reads_its_other_result) {
  Ctx *ctx = ctx_new();
  Program *p = NEW(ctx, Program);
  p->name = "halves";
  ext_t six = 6, three = 3;
  Buf *x = case_buf(ctx, p, "x", SPACE_INPUT, 1, &six), *l = case_buf(ctx, p, "l", SPACE_TEMP, 1, &three), *r = case_buf(ctx, p, "r", SPACE_TEMP, 1, &three);
  Buf *sum = case_buf(ctx, p, "s", SPACE_TEMP, 0, NULL), *y = case_buf(ctx, p, "y", SPACE_OUTPUT, 1, &three);
  const Var *v[] = {var_new(ctx, "i", 3), var_new(ctx, "j", 3), var_new(ctx, "k", 3), var_new(ctx, "m", 3)};
  const Expr *i = x_var(ctx, v[0]), *j = x_var(ctx, v[1]), *k = x_var(ctx, v[2]), *m = x_var(ctx, v[3]), *behind = x_op2(ctx, OP_ADD, j, x_int(ctx, 3));
  add_kernel(ctx, p, "halves", RED_SET, l, &i, x_load(ctx, x, 1, &i), 1, 1, &v[0]);
  case_add(ctx, p->kernels.at[0], RED_SET, r, &j, x_load(ctx, x, 1, &behind), 1, 1, &v[1]);
  add_kernel(ctx, p, "sum", RED_ADD, sum, NULL, x_load(ctx, l, 1, &k), 0, 1, &v[2]);
  add_kernel(ctx, p, "scale", RED_SET, y, &m, x_op2(ctx, OP_MUL, x_load(ctx, r, 1, &m), x_load(ctx, sum, 0, NULL)), 1, 1, &v[3]);
  Options o = {0};
  Unit u = {.program = p, .opt = &o};
  ck_assert(pass_fuse(ctx, &u));
  for (int n = 0; n < 6; n++) xs[n] = (float)n + 1;
  bool ran = interp_program(ctx, p, (Memory){.of = memory_of}, 0);
  if (!ran) diag_print(ctx, stderr);
  ck_assert(ran);
  for (int n = 0; n < 3; n++) ck_assert_float_eq(ys[n], 6.0f * (float)(n + 4));
  ctx_free(ctx);
} END_TEST

int main(void) {
  Suite *s = suite_create("fuse");
  TCase *t = tcase_create("programs");
  tcase_add_test(t, a_chain_becomes_one_kernel);
  tcase_add_test(t, an_output_stays);
  tcase_add_test(t, two_readers_keep_their_tensor);
  tcase_add_test(t, a_kernel_stays_before_who_reads_its_other_result);
  suite_add_tcase(s, t);
  return run_suite(s);
}
