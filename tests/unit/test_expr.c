/* Extents over symbols, affine normal form, intervals, constant folding, stores. */
#include "ir/cascade.h"
#include "tests/unit/suite.h"
#include <math.h>

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

static const char *ext_text(ext_t e) { Str s = str_new(ctx); ext_print(ctx, e, &s); return s.s; }
static const char *text(const Expr *e) { Str s = str_new(ctx); x_print(ctx, e, &s); return s.s; }

START_TEST(extents_are_polynomials) {
  ext_t n = ext_symbol(ctx, "n", 0, 8), m = ext_symbol(ctx, "m", 1, 4);
  ck_assert(!ext_is_const(ctx, n));
  ck_assert(ext_symbol(ctx, "n", 0, 8) == n);
  ck_assert(ext_sub(ctx, ext_add(ctx, n, 3), n) == 3);
  ck_assert(ext_mul(ctx, n, m) == ext_mul(ctx, m, n));
  ck_assert(ext_fdiv(ctx, ext_mul(ctx, ext_mul(ctx, n, m), 64), ext_mul(ctx, 16, m)) == ext_mul(ctx, n, 4));
  ck_assert_str_eq(ext_text(ext_add(ctx, ext_mul(ctx, n, 2), -1)), "2*n-1");
  int64_t lo, hi;
  ext_range(ctx, ext_add(ctx, ext_mul(ctx, n, 2), -1), &lo, &hi);
  ck_assert(lo == -1 && hi == 15);
  ck_assert(ext_lt(ctx, n, 9) == TRI_TRUE && ext_lt(ctx, n, 5) == TRI_UNKNOWN && ext_lt(ctx, ext_add(ctx, n, 1), n) == TRI_FALSE);
  ck_assert(ext_mul(ctx, (int64_t)1 << 40, (int64_t)1 << 40) == EXT_ERROR);
  ck_assert(ext_fdiv(ctx, n, 0) == EXT_ERROR);
  ck_assert(ext_cdiv(ctx, 7, 2) == 4 && ext_fdiv(ctx, -7, 2) == -4 && ext_mod(ctx, -7, 4) == 1);
}
END_TEST

START_TEST(few_values_decide) { /* what intervals of quotients and minima leave open */
  ext_t n = ext_symbol(ctx, "n", 1, 64), m = ext_symbol(ctx, "m", 1, 32), large = ext_symbol(ctx, "large", 1, 1 << 20);
  ext_t up = ext_add(ctx, ext_mul(ctx, ext_fdiv(ctx, ext_sub(ctx, n, 1), 2), 2), 2); /* n, or the even number after it */
  ck_assert(ext_le(ctx, n, up) == TRI_TRUE && ext_lt(ctx, up, n) == TRI_FALSE && ext_eq(ctx, n, up) == TRI_UNKNOWN);
  ck_assert(ext_min(ctx, n, up) == n);
  ck_assert(ext_le(ctx, ext_mul(ctx, ext_fdiv(ctx, ext_add(ctx, n, m), 3), 3), ext_add(ctx, n, m)) == TRI_TRUE);
  ext_t wide = ext_add(ctx, ext_mul(ctx, ext_fdiv(ctx, ext_sub(ctx, large, 1), 2), 2), 2);
  ck_assert(ext_le(ctx, large, wide) == TRI_UNKNOWN); /* too many values */
  ext_t window = ext_sub(ctx, n, 5); /* needs an n of five */
  ck_assert(!ext_keep_natural(ctx, ext_sub(ctx, n, m)) && ext_keep_natural(ctx, window) && ext_le(ctx, 0, window) == TRI_TRUE);
  ck_assert(!ext_keep_natural(ctx, ext_sub(ctx, 3, n)));
}
END_TEST

START_TEST(extents_read_back) {
  ext_t n = ext_symbol(ctx, "n", 0, 100), m = ext_symbol(ctx, "m", 1, 4);
  ext_t some[] = {0, -5, n, ext_add(ctx, ext_mul(ctx, n, m), 7), ext_fdiv(ctx, ext_add(ctx, n, 3), 4), ext_max(ctx, n, ext_mul(ctx, m, 9)), ext_sub(ctx, m, n)};
  for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
    const char *s = ext_text(some[i]);
    ext_t back;
    ck_assert_msg(ext_parse(ctx, &s, &back) && back == some[i] && !*s, "%s", ext_text(some[i]));
  }
}
END_TEST

static int64_t seven(void *arg, const char *name) { (void)arg; (void)name; return 7; }

START_TEST(extents_have_values) {
  ext_t n = ext_symbol(ctx, "n", 0, 100);
  ck_assert(ext_value(ctx, ext_add(ctx, ext_mul(ctx, n, n), ext_fdiv(ctx, n, 2)), seven, NULL) == 52);
}
END_TEST

START_TEST(indices_are_affine) {
  const Var *o = var_new(ctx, "o", 56), *k = var_new(ctx, "k", 3);
  const Expr *e = x_op2(ctx, OP_SUB, x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, x_int(ctx, 2), x_var(ctx, o)), x_var(ctx, k)), x_int(ctx, 1));
  ck_assert_int_eq(e->kind, X_AFF);
  ck_assert_str_eq(text(e), "2*o+k-1");
  int64_t lo, hi;
  ck_assert(x_range(ctx, e, &lo, &hi) && lo == -1 && hi == 111);
  ck_assert_str_eq(text(x_op2(ctx, OP_SUB, e, x_var(ctx, k))), "2*o-1");
  ck_assert_str_eq(text(x_op2(ctx, OP_GE, e, x_int(ctx, -1))), "true");
  ck_assert_str_eq(text(x_op2(ctx, OP_MOD, x_var(ctx, k), x_int(ctx, 3))), "k");
  const Expr *sub = x_subst(ctx, e, 1, &o, (const Expr *const[]){x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, x_int(ctx, 16), x_var(ctx, k)), x_int(ctx, 5))});
  ck_assert_str_eq(text(sub), "33*k+9");
}
END_TEST

/* Arithmetic wraps, so an interval that might is none: an index that is taken from such numbers must be tested when running. */
START_TEST(what_may_wrap_has_no_interval) {
  static const int64_t numbers[] = {-4, INT64_MIN}, tame[] = {-4, 9};
  static const Data wild_data = {{ELEM_i64, 1, {2}}, numbers, sizeof numbers}, tame_data = {{ELEM_i64, 1, {2}}, tame, sizeof tame};
  Buf *wild = buf_new(ctx, "wild", ELEM_i64, SPACE_CONST, 1, (const ext_t[]){2}), *calm = buf_new(ctx, "calm", ELEM_i64, SPACE_CONST, 1, (const ext_t[]){2});
  wild->data = &wild_data, calm->data = &tame_data;
  const Expr *at = x_var(ctx, var_new(ctx, "i", 2)), *w = x_load(ctx, wild, 1, &at), *c = x_load(ctx, calm, 1, &at), *some = x_op2(ctx, OP_MIN, x_load(ctx, buf_new(ctx, "x", ELEM_i64, SPACE_INPUT, 1, (const ext_t[]){2}), 1, &at), x_int(ctx, 5));
  int64_t lo, hi;
  ck_assert(x_range(ctx, x_op2(ctx, OP_SUB, x_int(ctx, 1), c), &lo, &hi) && lo == -8 && hi == 5);
  ck_assert(x_range(ctx, x_op2(ctx, OP_MUL, c, c), &lo, &hi) && lo == -36 && hi == 81);
  ck_assert(!x_range(ctx, x_op2(ctx, OP_SUB, x_int(ctx, 1), w), &lo, &hi));
  ck_assert(!x_range(ctx, x_op2(ctx, OP_ADD, w, w), &lo, &hi));
  ck_assert(!x_range(ctx, x_op2(ctx, OP_MUL, w, c), &lo, &hi));
  ck_assert(!x_range(ctx, x_op1(ctx, OP_ABS, w), &lo, &hi));
  ck_assert(!x_range(ctx, x_op2(ctx, OP_SUB, x_int(ctx, 10), some), &lo, &hi));
  ck_assert(x_range(ctx, x_op2(ctx, OP_MAX, some, x_int(ctx, 0)), &lo, &hi) && lo == 0 && hi == 5);
}
END_TEST

START_TEST(constants_fold) {
  ck_assert_str_eq(text(x_op2(ctx, OP_MAX, x_real(ctx, 2), x_int(ctx, 3))), "3.0");
  ck_assert_str_eq(text(x_op2(ctx, OP_TDIV, x_int(ctx, -7), x_int(ctx, 2))), "-3");
  ck_assert_str_eq(text(x_op2(ctx, OP_DIV, x_int(ctx, 7), x_int(ctx, 2))), "3.5");
  ck_assert_str_eq(text(x_op2(ctx, OP_TDIV, x_int(ctx, INT64_MIN), x_int(ctx, -1))), "-9223372036854775808");
  ck_assert_str_eq(text(x_op2(ctx, OP_AND, x_bool(ctx, true), x_bool(ctx, false))), "false");
  ck_assert_str_eq(text(x_cast(ctx, OP_CAST, ELEM_f32, x_real(ctx, 0.1))), "0.10000000149011612");
  Buf *x = buf_new(ctx, "x", ELEM_f32, SPACE_INPUT, 1, (ext_t[]){4});
  const Expr *i = x_var(ctx, var_new(ctx, "i", 4)), *load = x_load(ctx, x, 1, &i);
  ck_assert_str_eq(text(x_op2(ctx, OP_MUL, load, x_int(ctx, 1))), "x[i]");
  ck_assert_str_eq(text(x_op2(ctx, OP_MUL, x_op2(ctx, OP_ADD, load, x_real(ctx, 1)), load)), "(x[i] + 1.0)*x[i]");
  ck_assert_str_eq(text(x_op2(ctx, OP_ELSE, x_op2(ctx, OP_IF, load, x_op2(ctx, OP_GT, load, x_int(ctx, 0))), x_int(ctx, 0))), "x[i] if x[i] > 0.0 else 0.0");
}
END_TEST

START_TEST(stores_round_to_nearest_even_and_integers_wrap) {
  uint8_t bytes[8];
  struct { Elem e; double in, out; } cases[] = {
    {ELEM_f16, 65504, 65504}, {ELEM_f16, 65520, INFINITY}, {ELEM_f16, 1e-8, 0}, {ELEM_f16, 5.9604644775390625e-8, 5.9604644775390625e-8}, {ELEM_f16, 2049, 2048}, {ELEM_f16, 2051, 2052},
    {ELEM_bf16, 1.00390625, 1.0}, {ELEM_bf16, 1.01171875, 1.015625}, {ELEM_f8e4m3fn, 448, 448}, {ELEM_f8e4m3fn, -0.0625, -0.0625}, {ELEM_f8e5m2, 1e6, INFINITY}, {ELEM_f4e2m1, 100, 6},
    {ELEM_i8, 127.9, 127}, {ELEM_i8, 128, -128}, {ELEM_u8, -1, 255}, {ELEM_i4, 7, 7}, {ELEM_i4, 8, -8}, {ELEM_bool, 0.5, 1}, {ELEM_i32, -2.9, -2}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    memset(bytes, 0, sizeof bytes);
    data_set_real(bytes, cases[i].e, 0, cases[i].in);
    double got = data_real(&(Data){.type = {.elem = cases[i].e}, .bytes = bytes}, 0);
    ck_assert_msg(got == cases[i].out, "%s(%g) is %g, not %g", elem_info(cases[i].e)->name, cases[i].in, got, cases[i].out);
  }
}
END_TEST

START_TEST(types_read_back) {
  ext_symbol(ctx, "n", 0, 8);
  const char *s = "f32[n,1,2*n+1]";
  Type t;
  const char *at = s;
  ck_assert(type_parse(ctx, &at, &t) && t.rank == 3 && t.elem == ELEM_f32);
  Str out = str_new(ctx);
  type_print(ctx, &t, &out);
  ck_assert_str_eq(out.s, s);
  ck_assert(type_bound(ctx, &t) == 8 * 17);
}
END_TEST

static bool hungry(Ctx *c, void *arg) {
  (void)arg;
  for (;;) arena_alloc(c->arena, 1 << 16);
}

START_TEST(memory_out_unwinds) {
  ctx->memory_cap = 1 << 22;
  ck_assert(!ctx_try(ctx, hungry, NULL));
  ck_assert(ctx->diags.n == 1 && ctx->diags.at[0].code == E0901);
}
END_TEST

int main(void) {
  Suite *s = suite_create("expr");
  TCase *t = tcase_create("expr");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, extents_are_polynomials);
  tcase_add_test(t, few_values_decide);
  tcase_add_test(t, extents_read_back);
  tcase_add_test(t, extents_have_values);
  tcase_add_test(t, indices_are_affine);
  tcase_add_test(t, what_may_wrap_has_no_interval);
  tcase_add_test(t, constants_fold);
  tcase_add_test(t, stores_round_to_nearest_even_and_integers_wrap);
  tcase_add_test(t, types_read_back);
  tcase_add_test(t, memory_out_unwinds);
  suite_add_tcase(s, t);
  return run_suite(s);
}
