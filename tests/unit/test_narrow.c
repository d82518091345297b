/* Machine types of what was mathematical: programs as text, and the types their buffers end with. */
#include "passes/pass.h"
#include "tests/unit/nest.h"
#include "tests/unit/suite.h"

bool pass_narrow(Ctx *ctx, Unit *u);

/* Narrows for the target (NULL: none) and returns the text. */
static const char *narrowed_for(Ctx *ctx, const Target *target, const char *text) {
  Program *p = program_parse(ctx, "test", text, NULL);
  if (!p) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(p);
  ck_assert(pass_narrow(ctx, &(Unit){.program = p, .opt = &(Options){.target = target}}));
  Str s = str_new(ctx);
  program_print(ctx, p, &s);
  return s.s;
}

static const char *narrowed(Ctx *ctx, const char *text) { return narrowed_for(ctx, NULL, text); }

static void has(const char *text, const char *part) { ck_assert_msg(strstr(text, part) != NULL, "%s\n%s", part, text); }

START_TEST(reals) {
  Ctx *ctx = ctx_new();
  const char *text = narrowed(ctx,
    "program p\n"
    "  buf x f32[4] input\n"
    "  buf d f64[4] input\n"
    "  buf s real[4] temp\n"
    "  buf t real[4] temp\n"
    "  buf q i8[4] output\n"
    "  kernel single\n    axes a:4\n    nest\n      for a in 0 .. 4\n        reg r real[]\n        r[] = x[a] + x[a]\n        s[a] = r[]\n"
    "  kernel shares\n    axes b:4\n    nest\n      for b in 0 .. 4\n        reg r2 real[]\n        r2[] = x[b] + x[b]\n        t[b] = r2[]\n"
    "  kernel double\n    axes c:4\n    nest\n      for c in 0 .. 4\n        t[c] += d[c]\n"
    "  kernel rounds\n    scratch buf u real[4] temp\n    axes e:4\n    nest\n      for e in 0 .. 4\n        u[e] = x[e]\n        q[e] = sat_i8(round(u[e]*x[0]))\n");
  has(text, "buf s f32[4]");
  has(text, "reg r f32[]");
  has(text, "buf t f64[4]"); /* because `double` touches it, so `shares` computes in f64 too */
  has(text, "reg r2 f64[]");
  has(text, "scratch buf u f64[4]"); /* integers come out the same everywhere */
  ctx_free(ctx);
} END_TEST

/* Where doubles are fast, scalar sums are wide; what they add up, other registers, scratch and vectors stay f32. */
START_TEST(wide_sums) {
  static const char *const text =
    "program p\n"
    "  buf x f32[64] input\n"
    "  buf y f32[64] output\n"
    "  buf z f32[8] output\n"
    "  kernel sums\n    scratch buf s real[4] temp\n    axes a:4 k:16\n    nest\n"
    "      for a in 0 .. 4\n        reg r real[]\n        r[] = 0.0\n        for k in 0 .. 16\n          r[] += x[16*a+k]\n        reg m real[]\n        m[] = x[a]\n        m[] max= x[a + 1]\n        s[a] = r[] + m[]\n        y[a] = s[a]/3.0\n"
    "  kernel vectors\n    axes b:8 l:8 j:64\n    nest\n"
    "      vec l in 0 .. 8\n        reg v f32[2] lanes 8\n        v[0] = x[l]\n        z[l] = v[0]\n"
    "      for b in 0 .. 8\n        reg q real[]\n        q[] = 0.0\n        for j in 0 .. 64\n          q[] += x[j]*x[j]\n        z[b] += q[]\n";
  static const Target fast = {.name = "fast", .f64_fast = true}, slow = {.name = "slow"};
  Ctx *ctx = ctx_new();
  const char *wide = narrowed_for(ctx, &fast, text), *narrow = narrowed_for(ctx, &slow, text);
  has(wide, "reg r f64[]");
  has(wide, "scratch buf s f32[4]");
  has(wide, "reg m f32[]");
  has(wide, "reg q f64[]");
  has(wide, "reg v f32[2] lanes 8");
  has(narrow, "reg r f32[]");
  has(narrow, "scratch buf s f32[4]");
  has(narrow, "reg q f32[]");
  Program *p = program_parse(ctx, "test", wide, NULL);
  ck_assert_ptr_nonnull(p);
  ck_assert(kernel_real(p->kernels.at[0]) == ELEM_f32);
  ck_assert(kernel_real(p->kernels.at[1]) == ELEM_f32);
  ctx_free(ctx);
} END_TEST

/* A kernel of doubles computes in them whatever it reads and writes; a store rounds. */
START_TEST(doubles) {
  Ctx *ctx = ctx_new();
  const char *text = narrowed(ctx,
    "program p\n"
    "  buf x f32[4] input\n"
    "  buf y f32[4] output\n"
    "  kernel k doubles\n    scratch buf s real[4] temp\n    axes a:4\n    nest\n"
    "      for a in 0 .. 4\n        reg r real[]\n        r[] = x[a]*x[a]\n        s[a] = r[]\n        y[a] = s[a]/3.0\n");
  has(text, "kernel k doubles");
  has(text, "scratch buf s f64[4]");
  has(text, "reg r f64[]");
  has(text, "buf y f32[4] output");
  ctx_free(ctx);
} END_TEST

START_TEST(integers) {
  Ctx *ctx = ctx_new();
  const char *text = narrowed(ctx,
    "program p\n"
    "  buf x i8[200000] input\n"
    "  buf w u8[200000] input\n"
    "  buf l i32[4] input\n"
    "  buf z i64[4] output\n"
    "  buf shared int[4] temp\n"
    "  kernel k\n"
    "    scratch buf sum int[4] temp\n"
    "    scratch buf wide int[4] temp\n"
    "    axes a:4 i:65536 j:200000 n:4\n"
    "    nest\n"
    "      for a in 0 .. 4\n"
    "        reg dot int[]\n"
    "        dot[] = 0\n"
    "        for i in 0 .. 65536\n"
    "          dot[] += x[i]*w[i]\n"            /* 65536 * 128 * 255 < 2^31 */
    "        sum[a] = dot[]\n"
    "        reg long int[]\n"
    "        long[] = 0\n"
    "        for j in 0 .. 200000\n"
    "          long[] += x[j]*w[j]\n"           /* 200000 * 128 * 255 > 2^31 */
    "        reg least int[]\n"
    "        least[] = -128\n"
    "        least[] max= x[a]\n"
    "        reg product int[]\n"
    "        product[] = 1\n"
    "        product[] *= x[a]\n"
    "        wide[a] = l[a] + 1\n"
    "        shared[a] = 1\n"
    "        reg back int[]\n"
    "        back[] = back[] + 1\n"
    "        z[a] = long[] + sum[a] + least[] + product[] + wide[a]\n");
  has(text, "reg dot i32[]");
  has(text, "scratch buf sum i32[4]");
  has(text, "reg long i64[]");
  has(text, "reg least i32[]");
  has(text, "reg product i64[]");
  has(text, "scratch buf wide i64[4]");
  has(text, "buf shared i64[4]");
  has(text, "reg back i64[]");
  ctx_free(ctx);
} END_TEST

int main(void) {
  Suite *s = suite_create("narrow");
  TCase *t = tcase_create("types");
  tcase_add_test(t, reals);
  tcase_add_test(t, wide_sums);
  tcase_add_test(t, doubles);
  tcase_add_test(t, integers);
  suite_add_tcase(s, t);
  return run_suite(s);
}
