/* What the verifier accepts and refuses: programs as text, each with one defect. */
#include "tests/unit/nest.h"
#include "tests/unit/suite.h"

static bool verify(const char *body, const char **text) {
  Ctx *ctx = ctx_new();
  Str s = str_new(ctx);
  str_printf(&s,
    "program p\n  symbol n 1 <= 8\n"
    "  buf x f32[4] input\n  buf i i64[4] input\n  buf w f32[4] const [1, 2, 3, 4]\n  buf y f32[4] output\n  buf v f32[n] output\n"
    "%s", body);
  Program *p = program_parse(ctx, "test", s.s, NULL);
  if (!p) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(p);
  bool good = program_verify(ctx, p);
  static char kept[256]; /* outlives the context */
  snprintf(kept, sizeof kept, "%s", ctx->diags.n ? ctx->diags.at[0].text : "");
  if (!good) ck_assert_int_eq(ctx->diags.at[0].code, E0601);
  *text = kept;
  ctx_free(ctx);
  return good;
}

#define AXES "  kernel k\n    axes a:4 b:4 l:8\n    nest\n"

START_TEST(sound_programs) {
  static const char *const rows[] = {
    AXES "      for a in 0 .. 4\n        reg r real[]\n        r[] = 0.0\n        for b in 0 .. a+1\n          r[] += x[b]\n        y[a] = r[]\n",
    AXES "      reg r f32[4] lanes 8\n      vec l in 0 .. 8\n        unroll a in 0 .. 4\n          unroll b in a .. 4\n            r[b] = 0.0\n      y[0] = r[0,7]\n",
    AXES "      for a in 0 .. 4\n        y[a] = select(i[a] >= 0 and i[a] < 4, x[i[a]], 0.0)\n",
    AXES "      for a in 0 .. n\n        if a < 4\n          v[a] = x[a]\n        else\n          v[a] = 0.0\n",
    "  kernel k\n    axes a:4 b:4\n    cascade\n      y[a] += x[b] else 0.0   over a:4 | b:4\n",
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *text;
    ck_assert_msg(verify(rows[i], &text), "%zu: %s", i, text);
  }
} END_TEST

START_TEST(defects) {
  static const struct { const char *body, *part; } rows[] = {
    {AXES "      y[a] = 0.0\n", "a is used outside its loop"},
    {AXES "      for a in 0 .. 4\n        for a in 0 .. 4\n          y[a] = 0.0\n", "two loops over a"},
    {AXES "      for a in 0 .. 4\n        reg r real[]\n        r[] = 0.0\n      reg s real[]\n      s[] = r[]\n", "register r is used where it is not known"},
    {AXES "      for a in 0 .. 4\n        x[a] = 0.0\n", "x is written"},
    {AXES "      for a in 0 .. 4\n        w[a] = 0.0\n", "w is written"},
    {AXES "      for a in 0 .. 4\n        y[a] = x[a] else 0.0\n", "`else` in a nest"},
    {AXES "      for a in 0 .. 4\n        y[a] last= x[a]\n", "`last=` in a nest"},
    {AXES "      for a in 0 .. 4\n        unroll b in a .. 4\n          y[b] = 0.0\n", "bounds are no numbers"},
    {AXES "      unroll a in 0 .. n\n        y[a] = 0.0\n", "bounds are no numbers"},
    {AXES "      vec l in 1 .. 8\n        y[l] = 0.0\n", "lanes"},
    {AXES "      reg r f32[] lanes 8\n      r[] = 0.0\n", "outside a vector loop of 8"},
    {AXES "      reg r f32[] lanes 8\n      vec a in 0 .. 4\n        r[] = 0.0\n", "outside a vector loop of 8"},
    {AXES "      reg r f32[4]\n      for a in 0 .. 4\n        r[a] = 0.0\n", "not unrolled"},
    {AXES "      y[4] = 0.0\n", "index 4 of y"},
    {AXES "      y[x[0]] = 0.0\n", "no integer"},
    {AXES "      for a in 0 .. x[0]\n        y[a] = 0.0\n", "no integers"},
    {AXES "      if i[0]\n        y[0] = 0.0\n", "no truth value"},
    {AXES "  kernel k\n", "two kernels"},
    {"  kernel \"a b\"\n", "no C identifier"},
    {"  buf z f32[4] temp mask x\n", "the mask of z"},
    {"  inputs y\n", "y is an input"},
    {"  kernel k\n    axes a:4 b:4\n    cascade\n      y[a] = x[b]   over a:4\n", "b is used outside"},
    {"  kernel k\n    axes a:4 b:4\n    cascade\n      y[a] += x[b]   over | a:4 b:4\n", "counts as reduced"},
    {"  kernel k\n    axes a:4 b:4\n    cascade\n      iterate b\n        y[a] = x[a]   over a:4\n", "lacks the axis b"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *text;
    ck_assert_msg(!verify(rows[i].body, &text), "%zu: %s", i, rows[i].part);
    ck_assert_msg(strstr(text, rows[i].part) != NULL, "%zu: %s", i, text);
  }
} END_TEST

int main(void) {
  Suite *s = suite_create("tile_verify");
  TCase *t = tcase_create("programs");
  tcase_add_test(t, sound_programs);
  tcase_add_test(t, defects);
  suite_add_tcase(s, t);
  return run_suite(s);
}
