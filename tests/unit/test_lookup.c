/* LabelEncoder, CategoryMapper, OneHotEncoder: keys of every kind, keys listed twice, what is no key. */
#include "ir/extern.h"
#include "runtime/sinter.h"
#include "tests/unit/suite.h"
#include <math.h>

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

static const Extern *find(const char *op) { return extern_find(op, "ai.onnx.ml", 4); }
static bool bind(const char *op, Elem e, int64_t n, int nattr, const Attr *attr, ExternBound *to) {
  const Type x = {e, 1, {n}};
  const BindInput in = {.type = &x};
  const BindRequest req = {.op = op, .domain = "ai.onnx.ml", .opset = 4, .nin = 1, .in = &in, .nattr = nattr, .attr = attr};
  return find(op)->bind(ctx, &req, to);
}
static int64_t run(const char *op, const ExternBound *b, const void *x, void *y) {
  const void *in[1 + EXTERN_TABLES] = {x};
  void *out[] = {y, NULL};
  int64_t count[1] = {0};
  for (int i = 0; i < b->ntables; i++) in[1 + i] = b->table[i]->bytes;
  find(op)->kernel(in, out, b->arg, count);
  return count[0];
}

static const int64_t ints[4] = {7, -3, 7, 0}, tens[4] = {10, 20, 30, 40};
static const double reals[4] = {0.1, NAN, -INFINITY, 0};
static const char *const texts[4] = {"b", "", "b", "\xc3\xa4"};
static const Attr keys_ints = {.name = "keys_int64s", .kind = ATTR_INTS, .n = 4, .ints = ints}, keys_reals = {.name = "keys_floats", .kind = ATTR_REALS, .n = 4, .reals = reals};
static const Attr keys_texts = {.name = "keys_strings", .kind = ATTR_STRINGS, .n = 4, .strings = texts};
static const Attr values_ints = {.name = "values_int64s", .kind = ATTR_INTS, .n = 4, .ints = tens}, values_texts = {.name = "values_strings", .kind = ATTR_STRINGS, .n = 4, .strings = texts};

START_TEST(integers) {
  const int64_t x[4] = {-3, 7, 1, 0};
  int64_t y[4];
  ExternBound b;
  ck_assert(bind("LabelEncoder", ELEM_i64, 4, 2, (const Attr[]){keys_ints, values_ints}, &b));
  run("LabelEncoder", &b, x, y);
  ck_assert(y[0] == 20 && y[1] == 30 && y[2] == -1 && y[3] == 40); /* of 7, listed twice, the last */
}
END_TEST

START_TEST(reals_and_nan) {
  const float x[5] = {-INFINITY, NAN, 0.1f, -0.0f, 1};
  int64_t y[5];
  ExternBound b;
  ck_assert(bind("LabelEncoder", ELEM_f32, 5, 2, (const Attr[]){keys_reals, values_ints}, &b));
  run("LabelEncoder", &b, x, y);
  ck_assert(y[0] == 30 && y[1] == 20 && y[2] == 10 && y[3] == 40 && y[4] == -1);
}
END_TEST

START_TEST(texts_to_texts) {
  const char *x[3] = {"\xc3\xa4", "a", ""}, *y[3];
  ExternBound b;
  ck_assert(bind("LabelEncoder", ELEM_string, 3, 2, (const Attr[]){keys_texts, values_texts}, &b));
  ck_assert_int_eq(b.out[0].elem, ELEM_string);
  run("LabelEncoder", &b, x, y);
  ck_assert_str_eq(y[0], "\xc3\xa4");
  ck_assert_str_eq(y[1], "_Unused");
  ck_assert_str_eq(y[2], "");
}
END_TEST

START_TEST(classes_by_number) {
  const Attr classes = {.name = "classes_strings", .kind = ATTR_STRINGS, .n = 2, .strings = texts};
  const char *x[2] = {"", "x"}, *back[2];
  int64_t y[2], z[2] = {0, 2};
  ExternBound b;
  ck_assert(bind("LabelEncoder", ELEM_string, 2, 1, &classes, &b));
  run("LabelEncoder", &b, x, y);
  ck_assert(y[0] == 1 && y[1] == -1);
  ck_assert(bind("LabelEncoder", ELEM_i64, 2, 1, &classes, &b));
  run("LabelEncoder", &b, z, back);
  ck_assert_str_eq(back[0], "b");
  ck_assert_str_eq(back[1], "_Unused");
}
END_TEST

START_TEST(one_hot) {
  const Attr cats = {.name = "cats_int64s", .kind = ATTR_INTS, .n = 2, .ints = ints}, strict = {.name = "zeros", .kind = ATTR_INT, .i = 0};
  const double x[2] = {-3.9, 1};
  float y[4];
  ExternBound b;
  ck_assert(bind("OneHotEncoder", ELEM_f64, 2, 1, &cats, &b));
  ck_assert(b.out[0].rank == 2 && b.out[0].dim[1] == 2 && !b.fails);
  run("OneHotEncoder", &b, x, y);
  ck_assert(y[0] == 0 && y[1] == 1 && y[2] == 0 && y[3] == 0);
  ck_assert(bind("OneHotEncoder", ELEM_f64, 2, 2, (const Attr[]){cats, strict}, &b));
  ck_assert(b.fails);
  ck_assert_int_eq(run("OneHotEncoder", &b, x, y), SINTER_VALUE);
}
END_TEST

START_TEST(refusals) {
  const Attr few = {.name = "values_int64s", .kind = ATTR_INTS, .n = 3, .ints = tens}, word = {.name = "default_int64", .kind = ATTR_STRING, .s = "x"};
  const struct { const char *op; Elem x; int n; Attr attr[3]; DiagCode code; } bad[] = {
    {"LabelEncoder", ELEM_i64, 2, {keys_ints, few}, E0401},         {"LabelEncoder", ELEM_f32, 2, {keys_ints, values_ints}, E0404},
    {"LabelEncoder", ELEM_i64, 1, {values_ints}, E0401},            {"LabelEncoder", ELEM_i64, 3, {keys_ints, values_ints, word}, E0401},
    {"CategoryMapper", ELEM_i64, 1, {keys_ints}, E0402},            {"OneHotEncoder", ELEM_i64, 0, {{0}}, E0401},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    ExternBound b;
    size_t mark = diag_mark(ctx);
    ck_assert(!bind(bad[i].op, bad[i].x, 2, bad[i].n, bad[i].attr, &b));
    ck_assert_uint_eq(diag_mark(ctx), mark + 1);
    ck_assert_msg(ctx->diags.at[mark].code == bad[i].code, "%s, row %zu: %s", bad[i].op, i, ctx->diags.at[mark].text);
  }
}
END_TEST

int main(void) {
  TCase *t = tcase_create("lookup");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, integers);
  tcase_add_test(t, reals_and_nan);
  tcase_add_test(t, texts_to_texts);
  tcase_add_test(t, classes_by_number);
  tcase_add_test(t, one_hot);
  tcase_add_test(t, refusals);
  Suite *s = suite_create("lookup");
  suite_add_tcase(s, t);
  return run_suite(s);
}
