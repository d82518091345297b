/* Tables of coordinate expressions: what becomes one, what stays, and that values do not change. */
#include "passes/pass.h"
#include "tests/unit/nest.h"
#include "tests/unit/suite.h"

bool pass_tabulate(Ctx *ctx, Unit *u);

#define HEAD "program p\n  symbol n 1 <= 8\n  buf x f32[5] input\n  buf y f32[9] output\n  buf v f32[n] output\n  buf q i8[9] output\n  kernel k\n    axes o:9 t:2 c:400 r:400 i:n\n    cascade\n      "

static Program *tabulated(Ctx *ctx, const char *statement) {
  Str s = str_new(ctx);
  str_printf(&s, HEAD "%s\n", statement);
  Program *p = program_parse(ctx, "test", s.s, NULL);
  if (!p) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(p);
  ck_assert(pass_tabulate(ctx, &(Unit){.program = p}));
  ck_assert_uint_eq(ctx->diags.n, 0);
  return p;
}

/* `parts` of the text after the pass; and how many tables there are. */
static void expect(const char *statement, size_t tables, const char *part) {
  Ctx *ctx = ctx_new();
  Program *p = tabulated(ctx, statement);
  Str s = str_new(ctx);
  kernel_print(ctx, p->kernels.at[0], &s);
  ck_assert_msg(p->bufs.n == 4 + tables, "%zu tables: %s", p->bufs.n - 4, s.s);
  ck_assert_msg(strstr(s.s, part) != NULL, "%s\n%s", part, s.s);
  ctx_free(ctx);
}

START_TEST(what_becomes_a_table) {
  /* nearest neighbour */
  expect("y[o] = x[min(max(i64(floor((real(o) + 0.5)/1.8 - 0.25)), 0), 4)]   over o:9", 1, "y[o] = x[k.table[o]]");
  /* a weight over two coordinates, and where it belongs */
  expect("y[o] += x[min(max(i64(floor(real(o)/1.8)) + t, 0), 4)]*(1.0 - abs(real(o)/1.8 - floor(real(o)/1.8) - real(t)))   over o:9 | t:2", 2, "x[k.table[o,t]]*k.table2[o,t]");
  /* reflection */
  expect("y[o] = x[4 - abs(4 - abs(o-2))]   over o:9", 1, "x[k.table[o]]");
  /* the same table twice is one */
  expect("y[o] = x[abs(o-4)] + x[abs(4-o)]   over o:9", 1, "x[k.table[o]] + x[k.table[o]]");
  /* a chosen value is never empty */
  expect("y[o] = x[0]*(exp(real(o)*0.5)*sin(real(o)) if o < 4 else 0.0)   over o:9", 1, "x[0]*k.table[o]");
} END_TEST

START_TEST(what_stays) {
  expect("y[o] = x[o-2] else 0.0   over o:9", 0, "x[o-2]");                                     /* affine */
  expect("y[o] = x[o//2]   over o:9", 0, "x[o//2]");                                             /* division by a constant */
  expect("y[o] = x[min(max(o-2, 0), 4)]   over o:9", 0, "x[min(max(o-2, 0), 4)]");               /* a clamp */
  expect("y[o] = x[0] if o >= 2 and o < 7   over o:9", 0, "if o >= 2 and o < 7");                /* bounds of loops */
  expect("y[o] = x[0]*(real(o) + 0.5)   over o:9", 0, "real(o) + 0.5");                          /* two operations */
  expect("v[i] = exp(sin(cos(exp(real(i)))))   over i:n", 0, "sin(cos(");                        /* as long as a symbol says */
  expect("y[o] = exp(sin(cos(real(r+c))))   over o:9 r:400 c:400", 0, "sin(cos(");               /* too large */
  expect("y[o] = exp(sin(cos(real(r*1+c+o))))   over o:9 r:400 c:400", 0, "sin(cos(");           /* too many axes */
  expect("y[o] = x[0]*(exp(real(o)*0.5)*sin(real(o)) if o < 4) else 1.0   over o:9", 1, "if o < 4"); /* empty elements: only what is inside */
} END_TEST

/* In integers rounded from reals, the table keeps double precision. */
START_TEST(precision) {
  Ctx *ctx = ctx_new();
  Program *p = tabulated(ctx, "q[o] = sat_i8(round(x[0]*exp(real(o)*0.1 + 0.3)))   over o:9");
  ck_assert_int_eq(p->bufs.at[4]->elem, ELEM_f64);
  ck_assert(data_real(p->bufs.at[4]->data, 2) == exp(2 * 0.1 + 0.3));
  p = tabulated(ctx, "y[o] = x[0]*exp(real(o)*0.1 + 0.3)   over o:9");
  ck_assert_int_eq(p->bufs.at[4]->elem, ELEM_f32);
  ctx_free(ctx);
} END_TEST

/* Reading a table needs no test of bounds: the values are known to lie inside. */
START_TEST(tables_prove_bounds) {
  Lab *l = lab_new();
  Program *p = tabulated(l->ctx, "y[o] = x[4 - abs(4 - abs(o-2))] else 7.0   over o:9");
  Kernel *k = p->kernels.at[0];
  ck_assert(kernel_lower_naive(l->ctx, k));
  Str s = str_new(l->ctx);
  kernel_print(l->ctx, k, &s);
  ck_assert_ptr_nonnull(strstr(s.s, "for o in 0 .. 9\n      y[o] = x[k.table[o]]\n"));
  float *x = (float *)l->mem[0].bytes, *y = (float *)l->mem[1].bytes;
  l->mem[0].buf = p->bufs.at[0];
  l->mem[1].buf = p->bufs.at[1];
  l->nmem = 2;
  for (int i = 0; i < 5; i++) x[i] = (float)i;
  ck_assert(interp_kernel(l->ctx, k, lab_memory(l), 0));
  for (int o = 0; o < 9; o++) ck_assert(y[o] == (float)(4 - abs(4 - abs(o - 2))));
  lab_free(l);
} END_TEST

int main(void) {
  Suite *s = suite_create("tabulate");
  TCase *t = tcase_create("tables");
  tcase_add_test(t, what_becomes_a_table);
  tcase_add_test(t, what_stays);
  tcase_add_test(t, precision);
  tcase_add_test(t, tables_prove_bounds);
  suite_add_tcase(s, t);
  return run_suite(s);
}
