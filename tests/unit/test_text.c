/* Texts and complex numbers: what is defined on opaque values, kernels that read and make texts, and patterns. */
#include "ir/extern/bind.h"
#include "ir/extern/regex.h"
#include "ir/tile.h"
#include "runtime/sinter.h"
#include "tests/unit/suite.h"

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

/* ---- one call of an extern kernel on constants */
typedef struct Call { ExternBound b; void *out[EXTERN_OUTPUTS + 2]; int64_t count[EXTERN_COUNTS + 1]; int64_t status; } Call;

static Data *texts(int64_t n, const char *const *s) {
  Data *d = data_new(ctx, ELEM_string, 1, &n);
  for (int64_t i = 0; i < n; i++) data_set_text(ctx, d, i, s[i]);
  return d;
}
#define TEXTS(...) texts((int64_t)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)), (const char *const[]){__VA_ARGS__})

static bool bind_to(const char *op, int nin, Data *const *in, int nattr, const Attr *attr, ExternBound *to) {
  const Extern *e = extern_find(op, "", 20);
  BindInput inputs[4] = {0};
  for (int i = 0; i < nin; i++) inputs[i] = (BindInput){.type = &in[i]->type, .data = in[i]};
  BindRequest req = {.op = op, .domain = "", .opset = 20, .nin = nin, .in = inputs, .nattr = nattr, .attr = attr, .place = {.node = op}};
  ck_assert_ptr_nonnull(e);
  return e->bind(ctx, &req, to);
}

static void call(Call *c, const char *op, int nin, Data *const *in, int nattr, const Attr *attr) {
  *c = (Call){0};
  ck_assert(bind_to(op, nin, in, nattr, attr, &c->b));
  const Extern *e = extern_find(op, "", 20);
  const void *input[4 + EXTERN_TABLES];
  for (int i = 0; i < nin; i++) input[i] = in[i]->bytes;
  for (int i = 0; i < c->b.ntables; i++) input[e->nin + i] = c->b.table[i]->bytes;
  for (int i = 0; i < e->nout; i++) c->out[i] = arena_alloc(ctx->arena, (size_t)elem_bytes(c->b.out[i].elem, type_bound(ctx, &c->b.out[i])) + 8);
  if (c->b.pool) { /* exactly as large as it was asked for */
    int64_t *pool = arena_alloc(ctx->arena, (size_t)c->b.pool + 16);
    pool[1] = c->b.pool;
    c->out[e->nout + 1] = pool;
  }
  e->kernel(input, c->out, c->b.arg, c->count);
  c->status = c->b.fails ? c->count[c->b.ncounts] : SINTER_OK;
}

static const char *text_out(const Call *c, int output, int64_t i) { return ((const char *const *)c->out[output])[i]; }

/* ---- opaque values */
START_TEST(what_is_defined_on_opaque_values) {
  Buf *s = buf_new(ctx, "s", ELEM_string, SPACE_INPUT, 0, NULL), *z = buf_new(ctx, "z", ELEM_c64, SPACE_INPUT, 0, NULL), *c = buf_new(ctx, "c", ELEM_bool, SPACE_INPUT, 0, NULL);
  const Expr *text = x_load(ctx, s, 0, NULL), *complex = x_load(ctx, z, 0, NULL), *cond = x_load(ctx, c, 0, NULL), *zero = x_int(ctx, 0);
  const Expr *fine[] = {text, x_op3(ctx, OP_SELECT, cond, text, text), x_op2(ctx, OP_IF, text, cond), x_op2(ctx, OP_ELSE, text, zero), x_op2(ctx, OP_ELSE, complex, zero), x_op1(ctx, OP_HAS, text),
                        x_op2(ctx, OP_EQ, text, text), x_op2(ctx, OP_NE, text, text), x_op3(ctx, OP_SELECT, cond, complex, zero)};
  const Expr *bad[] = {x_op2(ctx, OP_ADD, text, text), x_op2(ctx, OP_EQ, complex, complex), x_op2(ctx, OP_EQ, text, zero), x_op2(ctx, OP_LT, text, text), x_op1(ctx, OP_NEG, complex), x_op1(ctx, OP_EXP, text),
                       x_op3(ctx, OP_SELECT, cond, text, complex), x_op3(ctx, OP_SELECT, cond, text, x_int(ctx, 1)), x_op2(ctx, OP_AND, text, cond), x_cast(ctx, OP_CAST, ELEM_i32, text)};
  for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) ck_assert_msg(!x_misused(fine[i]), "row %zu", i);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) ck_assert_msg(x_misused(bad[i]), "row %zu", i);
  ck_assert_int_eq(fine[3]->vk, KIND_OPAQUE);
  ck_assert_int_eq(fine[3]->elem, ELEM_string);
  ck_assert_str_eq(data_text(fine[3]->arg[1]->buf->data, 0), ""); /* else 0: the empty text */
  ck_assert_int_eq(fine[6]->vk, KIND_BOOL);
}
END_TEST

START_TEST(texts_are_hashed_by_content) {
  char a[] = "one", b[] = "one";
  Data x = {.type = {ELEM_string, 1, {1}}, .bytes = (const char *[]){a}, .nbytes = sizeof(char *)}, y = x;
  y.bytes = (const char *[]){b};
  ck_assert_uint_eq(data_hash(&x), data_hash(&y));
  b[0] = 'O';
  ck_assert_uint_ne(data_hash(&x), data_hash(&y));
  ck_assert_uint_ne(data_hash(TEXTS("ab", "c")), data_hash(TEXTS("a", "bc")));
}
END_TEST

/* ---- kernels */
START_TEST(reals_and_texts) {
  static const struct { double v; const char *text; } rows[] = {{0, "0.0"}, {1, "1.0"}, {-0.5, "-0.5"}, {0.1, "0.1"}, {1e15, "1000000000000000.0"}, {1e16, "1e+16"}, {1e-4, "0.0001"}, {1e-5, "1e-05"},
    {5e-324, "5e-324"}, {1.7976931348623157e308, "1.7976931348623157e+308"}, {801460044107.03125, "801460044107.0312"}, {123456.789, "123456.789"}};
  enum { N = sizeof rows / sizeof *rows };
  Data *x = data_new(ctx, ELEM_f64, 1, (const int64_t[]){N}), *s = data_new(ctx, ELEM_string, 1, (const int64_t[]){N});
  for (int i = 0; i < N; i++) data_set_real((void *)(uintptr_t)x->bytes, ELEM_f64, i, rows[i].v), data_set_text(ctx, s, i, rows[i].text);
  Call c;
  call(&c, "Cast", 1, &x, 1, &(Attr){.name = "to", .kind = ATTR_INT, .i = 8});
  for (int i = 0; i < N; i++) ck_assert_str_eq(text_out(&c, 0, i), rows[i].text);
  call(&c, "Cast", 1, &s, 1, &(Attr){.name = "to", .kind = ATTR_INT, .i = 11});
  for (int i = 0; i < N; i++) ck_assert_msg(((double *)c.out[0])[i] == (i == 10 ? 801460044107.0312 : rows[i].v), "%s", rows[i].text);
}
END_TEST

START_TEST(texts_round_once) {
  /* halfway between two floats, and a hair above it: through a double both would come out even */
  Data *s = TEXTS("1.00000005960464477539062500", "1.00000005960464477539062500000000001", "3.4028235677973367e38", "1e-46", " +Infinity ");
  Call c;
  call(&c, "Cast", 1, &s, 1, &(Attr){.name = "to", .kind = ATTR_INT, .i = 1});
  const float *y = c.out[0], want[] = {1, 1.00000011920929f, __builtin_inff(), 0, __builtin_inff()};
  for (int i = 0; i < 5; i++) ck_assert_msg(y[i] == want[i], "row %d: %g", i, (double)y[i]);
}
END_TEST

START_TEST(integers_and_texts) {
  static const struct { Elem to; const char *text; int64_t value; bool fits; } rows[] = {
    {ELEM_i8, "-128", -128, true}, {ELEM_i8, "128", 0, false}, {ELEM_u8, "-1", 0, false}, {ELEM_u64, "18446744073709551615", -1, true}, {ELEM_u64, "18446744073709551616", 0, false},
    {ELEM_i64, "-9223372036854775808", INT64_MIN, true}, {ELEM_i32, "100.5", 100, true}, {ELEM_i32, "1e9", 1000000000, true}, {ELEM_i32, "1e10", 0, false}, {ELEM_i32, "nan", 0, false},
    {ELEM_i32, "", 0, false}, {ELEM_i32, "1x", 0, false}, {ELEM_i32, "1e", 0, false}, {ELEM_bool, "true", 1, true}, {ELEM_bool, "0", 0, true}, {ELEM_bool, "maybe", 0, false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Data *s = TEXTS(rows[i].text);
    Call c;
    call(&c, "Cast", 1, &s, 1, &(Attr){.name = "to", .kind = ATTR_INT, .i = elem_info(rows[i].to)->onnx});
    ck_assert_msg(c.status == (rows[i].fits ? SINTER_OK : SINTER_VALUE), "%s", rows[i].text);
    if (rows[i].fits) ck_assert_int_eq(data_int(&(Data){.type = {.elem = rows[i].to}, .bytes = c.out[0]}, 0), rows[i].value);
  }
}
END_TEST

START_TEST(pools_end) {
  ctx->text_bytes = 8;
  Data *fits[] = {TEXTS("abc", "d"), TEXTS("defg", "efgh")}, *large[] = {TEXTS("abcdefghi", "d"), TEXTS("abcdefgh", "e")};
  Call c;
  call(&c, "StringConcat", 2, fits, 0, NULL);
  ck_assert_int_eq(c.status, SINTER_OK);
  ck_assert_str_eq(text_out(&c, 0, 0), "abcdefg");
  ck_assert_str_eq(text_out(&c, 0, 1), "defgh");
  call(&c, "StringConcat", 2, large, 0, NULL);
  ck_assert_int_eq(c.status, SINTER_CAPACITY);
  Data *many = TEXTS("a b c d e");
  call(&c, "StringSplit", 1, &many, 0, NULL); /* room for two pieces */
  ck_assert_int_eq(c.status, SINTER_CAPACITY);
}
END_TEST

START_TEST(split_as_python_does) {
  static const struct { const char *text, *delimiter; int64_t splits; int n; const char *piece[4]; } rows[] = {
    {"  a b  c ", NULL, -1, 3, {"a", "b", "c"}}, {" a b c ", NULL, 1, 2, {"a", "b c "}}, {"", NULL, -1, 0, {0}}, {"", ",", -1, 1, {""}}, {",a,", ",", -1, 3, {"", "a", ""}},
    {"a,b,c", ",", 1, 2, {"a", "b,c"}}, {"a--b-c", "--", -1, 2, {"a", "b-c"}}, {"abc", ",", 0, 1, {"abc"}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Attr attr[] = {{.name = "maxsplit", .kind = ATTR_INT, .i = rows[i].splits}, {.name = "delimiter", .kind = ATTR_STRING, .s = rows[i].delimiter}};
    Data *s = TEXTS(rows[i].text);
    Call c;
    call(&c, "StringSplit", 1, &s, rows[i].delimiter ? 2 : 1, attr);
    ck_assert_int_eq(c.count[0], rows[i].n);
    for (int k = 0; k < rows[i].n; k++) ck_assert_str_eq(text_out(&c, 0, k), rows[i].piece[k]);
  }
}
END_TEST

START_TEST(letters_have_two_cases) {
  static const struct { const char *upper, *lower; } rows[] = {{"AZ09_", "az09_"}, {"ÀÞ×ŸŽ", "àþ×ÿž"}, {"ΑΩΉ", "αωή"}, {"ЖЁЫ", "жёы"}, {"ԱՖ", "աֆ"}, {"ẀỸ", "ẁỹ"}, {"中𝄞", "中𝄞"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Attr to_lower = {.name = "case_change_action", .kind = ATTR_STRING, .s = "LOWER"}, to_upper = to_lower;
    to_upper.s = "UPPER";
    Data *upper = TEXTS(rows[i].upper), *lower = TEXTS(rows[i].lower);
    Call c;
    call(&c, "StringNormalizer", 1, &upper, 1, &to_lower);
    ck_assert_str_eq(text_out(&c, 0, 0), rows[i].lower);
    call(&c, "StringNormalizer", 1, &lower, 1, &to_upper);
    ck_assert_str_eq(text_out(&c, 0, 0), rows[i].upper);
  }
}
END_TEST

START_TEST(stop_words) {
  Attr words = {.name = "stopwords", .kind = ATTR_STRINGS, .n = 2, .strings = (const char *const[]){"monday", "É"}}, exact[] = {words, {.name = "is_case_sensitive", .kind = ATTR_INT, .i = 1}};
  Data *s = TEXTS("Monday", "tuesday", "é", "monday");
  Call c;
  call(&c, "StringNormalizer", 1, &s, 1, &words);
  ck_assert_int_eq(c.count[0], 1);
  ck_assert_str_eq(text_out(&c, 0, 0), "tuesday");
  call(&c, "StringNormalizer", 1, &s, 2, exact);
  ck_assert_int_eq(c.count[0], 3);
  Data *none = TEXTS("monday");
  call(&c, "StringNormalizer", 1, &none, 1, &words);
  ck_assert_int_eq(c.count[0], 1);
  ck_assert_str_eq(text_out(&c, 0, 0), "");
}
END_TEST

START_TEST(n_grams) {
  const Attr attr[] = {
    {.name = "mode", .kind = ATTR_STRING, .s = "TFIDF"}, {.name = "min_gram_length", .kind = ATTR_INT, .i = 1}, {.name = "max_gram_length", .kind = ATTR_INT, .i = 2}, {.name = "max_skip_count", .kind = ATTR_INT, .i = 1},
    {.name = "ngram_counts", .kind = ATTR_INTS, .n = 2, .ints = (const int64_t[]){0, 2}}, {.name = "ngram_indexes", .kind = ATTR_INTS, .n = 4, .ints = (const int64_t[]){3, 0, 1, 2}},
    {.name = "pool_strings", .kind = ATTR_STRINGS, .n = 6, .strings = (const char *const[]){"b", "a", "b", "a", "a", "c"}}, {.name = "weights", .kind = ATTR_REALS, .n = 4, .reals = (const double[]){10, 1, 1, 0.5}},
  };
  Data *s = TEXTS("a", "b", "a", "c");
  Call c;
  call(&c, "TfIdfVectorizer", 1, &s, 8, attr);
  const float *y = c.out[0]; /* columns: a, "b a", "a c" (once next to each other; never with one between), b */
  ck_assert(y[0] == 2 && y[1] == 1 && y[2] == 0.5f && y[3] == 10);
  ExternBound b;
  ck_assert(!bind_to("TfIdfVectorizer", 1, &s, 5, attr, &b));
}
END_TEST

/* ---- patterns */
static bool matches(const Regex *r, const char *text) {
  int state = 0;
  for (const char *s = text; *s; s++) state = r->next[state * r->classes + r->of_byte[(unsigned char)*s]];
  return r->accepts[state];
}

START_TEST(patterns) {
  static const struct { const char *pattern, *yes[4], *no[4]; } rows[] = {
    {"a*b", {"b", "aab"}, {"", "a", "ba"}}, {"(?:ab|c){2}", {"abc", "cc"}, {"ab", "ccc"}}, {"[^a-c]", {"d", "é"}, {"a", "dd", ""}}, {".", {"x", "\xf0\x9d\x84\x9e"}, {"\n", "xx"}},
    {"(?s).", {"\n"}, {""}}, {"(?i)aB", {"ab", "AB"}, {"b"}}, {"a{2,3}", {"aa", "aaa"}, {"a", "aaaa"}}, {"\\d+\\.\\w*", {"1.x_9"}, {".x", "1"}}, {"[[:alpha:]\\d-]+", {"a1-"}, {"_"}},
    {"^ab$", {"ab"}, {"ab\n"}}, {"\\bfoo\\b.*", {"foo", "foo-x"}, {"foox"}}, {"a\\Bb", {"ab"}, {"a-b"}}, {"\\Qa.b\\E+", {"a.b", "a.bb"}, {"axb"}}, {"(?P<n>x)|", {"x", ""}, {"xx"}},
    {"\\x41\\x{e9}", {"Aé"}, {"A"}}, {"[à-ÿ]+", {"éà"}, {"e"}}, {"a{,2}", {"a{,2}"}, {"aa"}}, {"(a*)*b", {"b", "aab"}, {"a"}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const Regex *r = regex_compile(ctx, (Place){0}, rows[i].pattern);
    ck_assert_msg(r, "%s", rows[i].pattern);
    for (int k = 0; k < 4 && rows[i].yes[k]; k++) ck_assert_msg(matches(r, rows[i].yes[k]), "%s matches %s", rows[i].pattern, rows[i].yes[k]);
    for (int k = 0; k < 4 && rows[i].no[k]; k++) ck_assert_msg(!matches(r, rows[i].no[k]), "%s does not match %s", rows[i].pattern, rows[i].no[k]);
  }
}
END_TEST

START_TEST(patterns_that_are_refused) {
  static const struct { const char *pattern; DiagCode code; } rows[] = {
    {"(a", E0401}, {"a)", E0401}, {"*", E0401}, {"a**", E0401}, {"[a", E0401}, {"[z-a]", E0401}, {"a\\", E0401}, {"\\pL", E0401}, {"(?m)a", E0401}, {"(?=a)", E0401}, {"\\1", E0401}, {"a{2000}", E0401},
    {"[[:word", E0401}, {"[[:foo:]]", E0401}, {"\\x{110000}", E0401}, {"(a|b)*a(a|b){14}", E0701}, {"((((a{900}){900}){900}){900})", E0701}, {"((((|){900}){900}){900}){900}", E0701},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t mark = diag_mark(ctx);
    ck_assert_msg(!regex_compile(ctx, (Place){0}, rows[i].pattern), "%s", rows[i].pattern);
    ck_assert_msg(ctx->diags.n == mark + 1 && ctx->diags.at[mark].code == rows[i].code, "%s", rows[i].pattern);
  }
  Str deep = str_new(ctx);
  for (int i = 0; i < 100000; i++) str_add(&deep, "(");
  ck_assert_ptr_null(regex_compile(ctx, (Place){0}, deep.s));
}
END_TEST

int main(void) {
  TCase *t = tcase_create("text");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, what_is_defined_on_opaque_values);
  tcase_add_test(t, texts_are_hashed_by_content);
  tcase_add_test(t, reals_and_texts);
  tcase_add_test(t, texts_round_once);
  tcase_add_test(t, integers_and_texts);
  tcase_add_test(t, pools_end);
  tcase_add_test(t, split_as_python_does);
  tcase_add_test(t, letters_have_two_cases);
  tcase_add_test(t, stop_words);
  tcase_add_test(t, n_grams);
  tcase_add_test(t, patterns);
  tcase_add_test(t, patterns_that_are_refused);
  Suite *s = suite_create("text");
  suite_add_tcase(s, t);
  return run_suite(s);
}
