/* Equations of Einsum nodes become texts; what is no equation becomes a diagnostic. */
#include "ir/ein.h"
#include "tests/unit/suite.h"

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

static const struct { const char *equation; int n; const char *text; } good[] = {
  {"bij,bjk->bik", 2, "op Einsum: num (X1[B, I, J], X2[B, J, K]; equation) -> Y0[B, I, K] { Y0[b, i, k] += X1[b, i, j] * X2[b, j, k] }\n"},
  {" i j , j k ", 2, "op Einsum: num (X1[I, J], X2[J, K]; equation) -> Y0[I, K] { Y0[i, k] += X1[i, j] * X2[j, k] }\n"},
  {"...ii->...i", 1, "op Einsum: num (X1[.., I, I]; equation) -> Y0[.., I] { Y0[.., i] += X1[.., i, i] }\n"},
  {"...ij,...jk", 2, "op Einsum: num (X1[.., I, J], X2[.., J, K]; equation) -> Y0[.., I, K] { Y0[.., i, k] += X1[.., i, j] * X2[.., j, k] }\n"},
  {"ba", 1, "op Einsum: num (X1[B, A]; equation) -> Y0[A, B] { Y0[a, b] += X1[b, a] }\n"},
  {"ii", 1, "op Einsum: num (X1[I, I]; equation) -> Y0[] { Y0[] += X1[i, i] }\n"},
  {"aA->Aa", 1, "op Einsum: num (X1[A, UA]; equation) -> Y0[UA, A] { Y0[ua, a] += X1[a, ua] }\n"},
  {",i->i", 2, "op Einsum: num (X1[], X2[I]; equation) -> Y0[I] { Y0[i] += X1[] * X2[i] }\n"},
};
START_TEST(equation_to_text) {
  const char *text = einsum_text(ctx, (Place){0}, good[_i].equation, good[_i].n);
  ck_assert_ptr_nonnull(text);
  ck_assert_str_eq(text, good[_i].text);
}
END_TEST

static const struct { const char *equation; int n; } bad[] = {
  {"ij,jk->il", 2}, {"ij->ii", 1}, {"ij", 2}, {"i-j", 1}, {"i->j->k", 1}, {"i1", 1}, {"......i", 1}, {"i->...i", 1}, {"i..j", 1}, {"abcdefghijklmnopqrs", 1}, {"i->i,", 1},
};
START_TEST(not_an_equation) {
  ck_assert_ptr_null(einsum_text(ctx, (Place){0}, bad[_i].equation, bad[_i].n));
  ck_assert_uint_eq(diag_errors(ctx), 1);
  ck_assert_int_eq(ctx->diags.at[0].code, E0401);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("einsum");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, equation_to_text, 0, sizeof good / sizeof *good);
  tcase_add_loop_test(t, not_an_equation, 0, sizeof bad / sizeof *bad);
  Suite *s = suite_create("einsum");
  suite_add_tcase(s, t);
  return run_suite(s);
}
