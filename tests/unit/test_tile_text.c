/* The text of the tile IR: what is written reads back, and writes the same again, and runs the same. */
#include "tests/unit/nest.h"
#include "tests/unit/suite.h"

#define N(v) x_int(l->ctx, v)
#define A(v) x_var(l->ctx, v)

static Program *parse(Ctx *ctx, const char *text, const Program *weights) {
  Program *p = program_parse(ctx, "test", text, weights);
  if (!p) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(p);
  return p;
}

static const char *print(Ctx *ctx, const Program *p) {
  Str s = str_new(ctx);
  program_print(ctx, p, &s);
  return s.s;
}

static void round_trip(Ctx *ctx, const char *text, const Program *weights) { ck_assert_str_eq(print(ctx, parse(ctx, text, weights)), text); }

static const char convolution[] =
  "program digits  hash 00000000000000aa\n"
  "  symbol n 1 <= 8\n"
  "  buf x f32[n,8] input\n"
  "  buf w f32[2,3] const [0.5, -1.0, 2.0, nan, inf, 0.25]\n"
  "  buf y f32[n,2,8] output mask \"y there\"\n"
  "  buf \"y there\" bool[n,2,8] temp at 128\n"
  "  buf flat f32[16*n] temp alias y\n"
  "  inputs x\n"
  "  outputs y\n"
  "  memory arena 4096 bound 4000 state 0 peak \"conv/1\"\n"
  "  kernel conv1_relu1  from \"conv/1\" \"relu \\\"1\\\"\"  schedule \"naive\"  cost 96 1024\n"
  "    local scratch buf A real[2,8] temp\n"
  "    axes i:n m:2 o0:8 k0:3\n"
  "    cascade\n"
  "      A[m,o0] += x[0,o0+k0-1]*w[m,k0]   over m:2 o0:8 | k0:3\n"
  "      y[i,m,o0] also max= (A[m,o0] if o0 > 3 else 0.0) if A[m,o0] < 1.0 else 2.0   over i:n m:2 o0:8\n"
  "      iterate i down\n"
  "        y[i,m,o0] = (y[i-1,m,o0] else 0.0) + real(-8*i-o0+(2*n))   over i:n m:2 o0:8\n"
  "    nest\n"
  "      for m in 0 .. 2\n"
  "        unroll o0 in 0 .. 8\n"
  "          reg acc real[]\n"
  "          acc[] = 0.0\n"
  "          for k0 in max(-o0+1, 0) .. min(-o0+9, 3)\n"
  "            acc[] += real(x[0,o0+k0-1])*w[m,k0]\n"
  "          if acc[] >= -1.5 and not(isnan(acc[]))\n"
  "            A[m,o0] = acc[]\n"
  "          else\n"
  "            A[m,o0] = -inf\n"
  "      par i in 0 .. (n) down\n"
  "        reg v f32[2] lanes 8\n"
  "        vec o0 in 0 .. 8\n"
  "          hint prefetch x[i,o0]\n"
  "          unroll m in 0 .. 2\n"
  "            v[m] = select(A[m,o0] > 0.0, A[m,o0], exp(A[m,o0]) - 1.0)\n"
  "            hint pin v[m]\n"
  "            y[i,m,o0] = v[m]\n"
  "        hint fence\n"
  "        y[i,0,0] max= v[1,3]\n";

START_TEST(everything_round_trips) {
  Ctx *ctx = ctx_new();
  /* `real(` of a real folds away: the text above is not yet what the constructors make of it */
  const char *first = print(ctx, parse(ctx, convolution, NULL));
  ck_assert_ptr_nonnull(strstr(first, "acc[] += x[0,o0+k0-1]*w[m,k0]\n"));
  round_trip(ctx, first, NULL);
  ck_assert_ptr_nonnull(strstr(first, "y[i,m,o0] also max= (A[m,o0] if o0 > 3 else 0.0) if A[m,o0] < 1.0 else 2.0   over i:n m:2 o0:8\n"));
  for (const char *a = convolution, *b = first; *a;) { /* all other lines are the same */
    size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");
    if (!strstr(a, "real(x") || strstr(a, "real(x") > a + n) ck_assert_msg(n == m && strncmp(a, b, n) == 0, "%.*s\n%.*s", (int)n, a, (int)m, b);
    a += n + 1;
    b += m + 1;
  }
  ctx_free(ctx);
} END_TEST

/* Names that occur twice get numbers; a variable must not look like a symbol. */
START_TEST(names_are_unique) {
  Lab *l = lab_new();
  ext_symbol(l->ctx, "n", 1, 4);
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(4)), *t = lab_buf(l, "x", ELEM_real, SPACE_TEMP, DIMS(4)), *y = lab_buf(l, "a/b:0", ELEM_f32, SPACE_OUTPUT, DIMS(4));
  const Var *i = var_new(l->ctx, "n", 4), *j = var_new(l->ctx, "n", 4), *k = var_new(l->ctx, "if", 4);
  add(l, RED_SET, t, X(A(i)), at(l, x, X(A(i))), 1, V(i));
  add(l, RED_SET, y, X(A(j)), at(l, t, X(A(j))), 1, V(j));
  add(l, RED_MAX, y, X(A(k)), at(l, t, X(A(k))), 1, V(k))->accumulate = true;
  ck_assert(kernel_lower_naive(l->ctx, &l->kernel));
  Program p = {.name = "names"};
  vec_push(l->ctx, &p.bufs, x);
  vec_push(l->ctx, &p.bufs, y);
  vec_push(l->ctx, &p.inputs, x);
  vec_push(l->ctx, &p.outputs, y);
  vec_push(l->ctx, &p.kernels, &l->kernel);
  const char *text = print(l->ctx, &p);
  ck_assert_ptr_nonnull(strstr(text, "axes n_2:4 n_3:4 \"if\":4\n"));
  ck_assert_ptr_nonnull(strstr(text, "\"a/b:0\"[n_3] = x_2[n_3]\n"));
  round_trip(l->ctx, text, NULL);
  lab_free(l);
} END_TEST

/* Constants of more than 16 elements stay where they are; a read program runs as the one that was written. */
START_TEST(a_read_program_runs) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(5, 5)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(5, 5));
  Buf *w = buf_new(l->ctx, "w", ELEM_f32, SPACE_CONST, DIMS(5, 5));
  Data *d = data_new(l->ctx, ELEM_f32, 2, (const int64_t[]){5, 5});
  for (int i = 0; i < 25; i++) data_set_real((void *)(uintptr_t)d->bytes, ELEM_f32, i, pattern(i));
  w->data = d;
  const Var *m = var_new(l->ctx, "m", 5), *n = var_new(l->ctx, "q", 5), *k = var_new(l->ctx, "k", 5);
  add(l, RED_ADD, y, X(A(m), A(n)), x_op2(l->ctx, OP_MUL, at(l, x, X(x_op2(l->ctx, OP_SUB, A(m), A(k)), A(n))), at(l, w, X(A(k), A(n)))), 2, V(m, n, k));
  fill_f32(l, x, 25, 4);
  lab_run(l);
  float want[25];
  memcpy(want, lab_bytes(l, y), sizeof want);
  Program p = {.name = "p"};
  vec_push(l->ctx, &p.bufs, x);
  vec_push(l->ctx, &p.bufs, w);
  vec_push(l->ctx, &p.bufs, y);
  vec_push(l->ctx, &p.kernels, &l->kernel);
  const char *text = print(l->ctx, &p);
  round_trip(l->ctx, text, &p);
  Program *read = parse(l->ctx, text, &p);
  l->mem[0].buf = read->bufs.at[0];
  l->mem[1].buf = read->bufs.at[2];
  memset(l->mem[1].bytes, 0, sizeof want);
  ck_assert(interp_program(l->ctx, read, lab_memory(l), 0));
  ck_assert(memcmp(want, l->mem[1].bytes, sizeof want) == 0);
  ck_assert_ptr_null(program_parse(l->ctx, "test", text, NULL));
  ck_assert_ptr_nonnull(strstr(l->ctx->diags.at[0].text, "hash"));
  lab_free(l);
} END_TEST

START_TEST(texts_round_trip) {
  Ctx *ctx = ctx_new();
  round_trip(ctx,
    "program p\n"
    "  buf k string[3] const [\"a\\\"b\\\\\", \"\", \"\\x0aé\"]\n"
    "  buf x string[3] input\n"
    "  buf y string[3] output\n"
    "  buf e bool[3] output\n"
    "  inputs x\n"
    "  outputs y e\n"
    "  kernel t\n"
    "    axes i:3\n"
    "    nest\n"
    "      for i in 0 .. 3\n"
    "        e[i] = x[i] == k[i]\n"
    "        y[i] = select(x[i] != k[i], x[i], k[-i+2])\n", NULL);
  ctx_free(ctx);
} END_TEST

START_TEST(extern_calls_round_trip) {
  Ctx *ctx = ctx_new();
  round_trip(ctx,
    "program p\n"
    "  symbol found 0 <= 4\n"
    "  buf x i32[4] input\n"
    "  buf y i64[1,found] output\n"
    "  kernel nonzero\n"
    "    nest\n"
    "      call \"NonZero\" \"\" 9 in x out y - args 4, 0, 1, 4 sets found\n", NULL);
  round_trip(ctx,
    "program p\n"
    "  symbol found 0 <= 4\n"
    "  buf x i32[4] input\n"
    "  buf y i64[1,4] output\n"
    "  buf pool u8[64] temp lasting at 128\n"
    "  kernel k\n"
    "    nest\n"
    "      call \"NonZero\" \"\" 9 fails in x out y - pool args 4, 0, 1, 4 sets\n", NULL);
  ctx_free(ctx);
} END_TEST

START_TEST(defects_name_their_line) {
  static const struct { const char *text; int line; const char *part; } rows[] = {
    {"", 1, "expected a program"},
    {"program p\n  kernel k\n    nest\n      y[0] = 1\n", 4, "name of a buffer"},
    {"program p\n  buf y f32[2] output\n  kernel k\n    nest\n      y[0] = 1 +\n", 5, "expected an operand"},
    {"program p\n  buf y f32[2] output\n  kernel k\n    nest\n      y[0,1] = 1\n", 5, "1 dimensions"},
    {"program p\n  buf y f32[2] output\n  kernel k\n    nest\n      y[i] = 1\n", 5, "no axis"},
    {"program p\n  buf y f32[2] output\n  kernel k\n    nest\n      for i in 0 .. 2\n", 5, "expected an axis"},
    {"program p\n  buf y f33[2] output\n", 2, "expected a type"},
    {"program p\n  buf y f32[q] output\n", 2, "extent"},
    {"program p\n  buf y f32[-2] output\n", 2, "negative"},
    {"program p\n  buf y f32[2] output\n  buf y f32[2] output\n", 3, "twice"},
    {"program p\n  buf y f32[2] output mask z\n", 2, "no buffer z"},
    {"program p\n  buf y f32[3] const [1, 2]\n", 2, "expected 3 numbers"},
    {"program p\n  buf y f32[300] const [1, 2]\n", 2, "more than 16"},
    {"program p\n   buf y f32[3] output\n", 2, "indented"},
    {"program p\n  buf y f32[3] output\n      buf z f32[3] output\n", 3, "indented"},
    {"program p\n  buf y f32[2] output\n  kernel k\n    nest\n      y[0] = frob(1)\n", 5, "no operation `frob`"},
    {"program p\n  kernel k\n    nest\n      call \"Nonsense\" \"\" 1 in out args sets\n", 4, "no extern operator"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Ctx *ctx = ctx_new();
    ck_assert_ptr_null(program_parse(ctx, "test", rows[i].text, NULL));
    ck_assert_uint_eq(ctx->diags.n, 1);
    ck_assert_int_eq(ctx->diags.at[0].code, E0600);
    ck_assert_msg(ctx->diags.at[0].place.line == rows[i].line && strstr(ctx->diags.at[0].text, rows[i].part), "%zu: line %d: %s", i, ctx->diags.at[0].place.line, ctx->diags.at[0].text);
    ctx_free(ctx);
  }
} END_TEST

/* Depth is bounded, in expressions and in blocks. */
START_TEST(depth_is_bounded) {
  Ctx *ctx = ctx_new();
  Str s = str_new(ctx);
  str_add(&s, "program p\n  buf y f32[2] output\n  kernel k\n    nest\n      y[0] = ");
  for (int i = 0; i < 100000; i++) str_add(&s, "(");
  ck_assert_ptr_null(program_parse(ctx, "test", s.s, NULL));
  ck_assert_ptr_nonnull(strstr(ctx->diags.at[0].text, "too deeply"));
  Str t = str_new(ctx);
  str_add(&t, "program p\n  buf y f32[2] output\n  kernel k\n    nest\n      y[0] = ");
  for (int i = 0; i < 100000; i++) str_add(&t, "-");
  ck_assert_ptr_null(program_parse(ctx, "test", t.s, NULL));
  ctx_free(ctx);
} END_TEST

int main(void) {
  Suite *s = suite_create("tile_text");
  TCase *t = tcase_create("text");
  tcase_add_test(t, everything_round_trips);
  tcase_add_test(t, names_are_unique);
  tcase_add_test(t, a_read_program_runs);
  tcase_add_test(t, texts_round_trip);
  tcase_add_test(t, extern_calls_round_trip);
  tcase_add_test(t, defects_name_their_line);
  tcase_add_test(t, depth_is_bounded);
  suite_add_tcase(s, t);
  return run_suite(s);
}
