/* Every block marked `ein` in docs/language.md is read, and so is the whole operator library. */
#include "ir/ein.h"
#include "tests/unit/suite.h"

static char *read_file(Ctx *ctx, const char *path) {
  FILE *f = fopen(path, "rb");
  ck_assert_msg(f, "cannot open %s", path);
  Str s = str_new(ctx);
  char part[4096];
  for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;) str_addn(&s, part, n);
  fclose(f);
  return s.s;
}

static void expect_silence(Ctx *ctx, const char *what) {
  if (diag_errors(ctx)) diag_print(ctx, stdout);
  ck_assert_msg(!diag_errors(ctx), "%s has errors", what);
}

START_TEST(blocks_are_read) {
  Ctx *ctx = ctx_new();
  const char *at = read_file(ctx, SINTER_ROOT "/docs/language.md");
  int blocks = 0;
  while ((at = strstr(at, "\n```ein\n"))) {
    at += 8;
    const char *end = strstr(at, "\n```");
    ck_assert_ptr_nonnull(end);
    EinLib *lib = ein_lib_new(ctx);
    ck_assert(ein_load(ctx, lib, "docs/language.md", at, (size_t)(end - at + 1)));
    OpText *ops;
    ck_assert_uint_gt(ein_ops(ctx, lib, &ops), 0);
    at = end;
    blocks++;
  }
  expect_silence(ctx, "docs/language.md");
  ck_assert_int_ge(blocks, 12);
  ctx_free(ctx);
}
END_TEST

START_TEST(library_is_read) {
  Ctx *ctx = ctx_new();
  EinLib *lib = ein_lib_builtin(ctx);
  expect_silence(ctx, "ir/ops");
  ck_assert_ptr_nonnull(lib);
  static const char *const some[] = {"Conv", "MatMul", "LSTM", "GRU", "RNN", "Resize", "GridSample", "TopK", "Softmax", "QLinearConv", "ScatterND", "STFT", "RoiAlign"};
  for (size_t i = 0; i < sizeof some / sizeof *some; i++) ck_assert_msg(ein_has_op(lib, some[i], "", 17), "no text for %s", some[i]);
  ck_assert(!ein_has_op(lib, "Dense", "", 17));
  ctx_free(ctx);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("language");
  tcase_add_test(t, blocks_are_read);
  tcase_add_test(t, library_is_read);
  Suite *s = suite_create("language");
  suite_add_tcase(s, t);
  return run_suite(s);
}
