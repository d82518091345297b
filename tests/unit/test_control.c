/* Markers of control flow between kernels: their text, what the verifier refuses, what the interpreter does at them, and what fusion and the memory plan must keep. */
#include "ir/graph.h"
#include "passes/plan.h"
#include "tests/unit/suite.h"

bool pass_fuse(Ctx *ctx, Unit *u);

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

/* y: x doubled while it is below 100, at most %d times; z: how often, negative when `odd` */
static const char loop_text[] =
  "program p\n"
  "  buf x f32[2] input\n"
  "  buf odd bool[] input\n"
  "  buf y f32[2] output\n"
  "  buf z i64[] output\n"
  "  buf again bool[] temp\n"
  "  buf next f32[2] temp\n"
  "  buf side f32[2] temp\n"
  "  inputs x odd\n"
  "  outputs y z\n"
  "  kernel k_first  from \"loop\"\n"
  "    axes i:2\n"
  "    cascade\n"
  "      y[i] = x[i]   over i:2\n"
  "  kernel k_zero\n"
  "    cascade\n"
  "      z[] = 0\n"
  "  kernel k_enter\n"
  "    cascade\n"
  "      again[] = x[0] < 99.5\n"
  "  while k_loop on again trips %d  from \"loop\"  schedule \"while\"\n"
  "  kernel k_double\n"
  "    axes i:2\n"
  "    cascade\n"
  "      next[i] = y[i] + y[i]   over i:2\n"
  "  kernel k_back\n"
  "    axes i:2\n"
  "    cascade\n"
  "      y[i] = next[i]   over i:2\n"
  "  kernel k_count\n"
  "    cascade\n"
  "      z[] also += 1\n"
  "  kernel k_again\n"
  "    cascade\n"
  "      again[] = y[0] < 99.5\n"
  "  end k_end\n"
  "  if k_if on odd\n"
  "  kernel k_negative\n"
  "    cascade\n"
  "      z[] = 0 - z[]\n"
  "  else k_else\n"
  "  kernel k_side\n"
  "    axes i:2\n"
  "    cascade\n"
  "      side[i] = y[i]   over i:2\n"
  "  end k_end_2\n";

static Program *parse(const char *text) {
  Program *p = program_parse(ctx, "test", text, NULL);
  if (!p) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(p);
  return p;
}

static Program *loop_program(int trips) { return parse(ctx_printf(ctx, loop_text, trips)); }

static Buf *find(const Program *p, const char *name) {
  for (size_t i = 0; i < p->bufs.n; i++)
    if (!strcmp(p->bufs.at[i]->name, name)) return p->bufs.at[i];
  ck_abort_msg("there is no buffer %s", name);
}

static size_t number(const Program *p, const char *name) {
  for (size_t i = 0; i < p->kernels.n; i++)
    if (!strcmp(p->kernels.at[i]->name, name)) return i;
  ck_abort_msg("there is no kernel %s", name);
}

START_TEST(text_reads_back) {
  const char *text = ctx_printf(ctx, loop_text, 7);
  Str again = str_new(ctx);
  Program *p = parse(text);
  program_print(ctx, p, &again);
  ck_assert_str_eq(again.s, text);
  ck_assert(program_verify(ctx, p));
  Str one = str_new(ctx); /* on its own it brings its buffer along */
  kernel_print(ctx, p->kernels.at[number(p, "k_loop")], &one);
  ck_assert_ptr_nonnull(strstr(one.s, "while k_loop on again trips 7"));
  ck_assert_ptr_nonnull(strstr(one.s, "buf again bool[] temp"));
}
END_TEST

START_TEST(jumps) {
  Program *p = loop_program(7);
  size_t *to = program_jumps(ctx, p), begin = number(p, "k_loop"), end = number(p, "k_end");
  ck_assert_ptr_nonnull(to);
  ck_assert_uint_eq(to[begin], end);
  ck_assert_uint_eq(to[end], begin);
  ck_assert_uint_eq(to[number(p, "k_if")], number(p, "k_else"));
  ck_assert_uint_eq(to[number(p, "k_else")], number(p, "k_end_2"));
  ck_assert_uint_eq(to[0], 0);
}
END_TEST

static const char *const broken[] = {
  "  while k on c trips 3\n", "  end k\n", "  else k\n", "  if k on c\n  else a\n  else b\n  end e\n", "  while k on c trips 3\n  else a\n  end e\n", "  if k\n  end e\n", "  if k on x\n  end e\n",
  "  if k on two\n  end e\n", "  end k on c\n", "  while k on c trips -1\n  end e\n", "  if k on c trips 3\n  end e\n", "  if k on c\n    cascade\n      x[] = 0.0\n  end e\n"};
START_TEST(the_verifier_refuses) {
  Program *p = parse(ctx_printf(ctx, "program p\n  buf c bool[] input\n  buf two bool[2] input\n  buf x f32[] output\n  inputs c two\n  outputs x\n%s", broken[_i]));
  ck_assert_msg(!program_verify(ctx, p), "%s", broken[_i]);
  ck_assert_int_eq(ctx->diags.at[0].code, E0601);
}
END_TEST

START_TEST(too_deep) {
  Str text = str_new(ctx);
  str_add(&text, "program p\n  buf c bool[] input\n  inputs c\n");
  for (int i = 0; i <= MAX_CONTROL; i++) str_printf(&text, "  if k%d on c\n", i);
  for (int i = 0; i <= MAX_CONTROL; i++) str_printf(&text, "  end e%d\n", i);
  ck_assert(!program_verify(ctx, parse(text.s)));
}
END_TEST

static float xs[2], ys[2];
static int64_t count;
static unsigned char odd;
static void *memory_of(void *arg, const Buf *b) {
  (void)arg;
  return !strcmp(b->name, "x") ? (void *)xs : !strcmp(b->name, "y") ? (void *)ys : !strcmp(b->name, "z") ? (void *)&count : !strcmp(b->name, "odd") ? (void *)&odd : NULL;
}

static void runs(const Program *p, float x, bool is_odd, float y, int64_t z) {
  xs[0] = x, xs[1] = -1;
  odd = is_odd;
  ck_assert(interp_program(ctx, p, (Memory){.of = memory_of}, 0));
  ck_assert_float_eq(ys[0], y);
  ck_assert_int_eq(count, z);
}

START_TEST(the_interpreter_follows) {
  Program *p = loop_program(7);
  runs(p, 3, false, 192, 6);
  runs(p, 3, true, 192, -6);
  runs(p, 100, false, 100, 0);            /* not entered */
  runs(p, 0.25f, false, 32, 7);           /* ended by the number of trips */
  runs(loop_program(0), 3, false, 3, 0);
}
END_TEST

START_TEST(steps_are_spent) {
  xs[0] = 0;
  ck_assert(!interp_program(ctx, loop_program(1 << 30), (Memory){.of = memory_of}, 1000));
  ck_assert_int_eq(ctx->diags.at[0].code, E0701);
}
END_TEST

static bool fused(Program *p) { return pass_fuse(ctx, &(Unit){.program = p, .opt = &(Options){0}}); }

START_TEST(fusion_stays_inside) {
  Program *p = loop_program(7);
  ck_assert(fused(p) && program_verify(ctx, p));
  runs(p, 3, true, 192, -6);
  runs(p, 100, false, 100, 0);
}
END_TEST

/* a and b change places: what is read for one is not read after the other was written. */
static const char swap_text[] =
  "program p\n"
  "  buf x f32[2] input\n"
  "  buf y f32[2] output\n"
  "  buf a f32[2] temp\n"
  "  buf b f32[2] temp\n"
  "  buf next f32[2] temp\n"
  "  inputs x\n"
  "  outputs y\n"
  "  kernel k_a\n    axes i:2\n    cascade\n      a[i] = x[i]   over i:2\n"
  "  kernel k_b\n    axes i:2\n    cascade\n      b[i] = x[i]*10.0   over i:2\n"
  "  kernel k_next\n    axes i:2\n    cascade\n      next[i] = a[i]+1.0   over i:2\n"
  "  kernel k_a2\n    axes i:2\n    cascade\n      a[i] = b[i]   over i:2\n"
  "  kernel k_b2\n    axes i:2\n    cascade\n      b[i] = next[i]   over i:2\n"
  "  kernel k_y\n    axes i:2\n    cascade\n      y[i] = a[i]-b[i]   over i:2\n";

START_TEST(what_is_overwritten_does_not_wait) {
  for (int fuse = 0; fuse < 2; fuse++) {
    Program *p = parse(swap_text);
    ck_assert(!fuse || fused(p));
    xs[0] = 2, xs[1] = 5;
    ck_assert(interp_program(ctx, p, (Memory){.of = memory_of}, 0));
    ck_assert_float_eq(ys[0], 17); /* 20 - 3 */
    ck_assert_float_eq(ys[1], 44); /* 50 - 6 */
  }
}
END_TEST

static Lifetime life_of(const Program *p, const char *name) {
  Lifetime *all;
  size_t n = plan_lifetimes(ctx, p, &all);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(all[i].buf->name, name)) return all[i];
  ck_abort_msg("%s does not live", name);
}

START_TEST(lives_through_loops) {
  Program *p = loop_program(7);
  Lifetime again = life_of(p, "again"), next = life_of(p, "next");
  ck_assert_int_eq(again.first, (int)number(p, "k_enter"));
  ck_assert_int_eq(again.last, (int)number(p, "k_end")); /* asked after each trip */
  ck_assert_int_eq(next.first, (int)number(p, "k_double"));
  ck_assert_int_eq(next.last, (int)number(p, "k_back")); /* of one trip only */
}
END_TEST

/* In two loops inside each other: `late` is written in the inner one and read after both, `early` only before it in the outer one. */
static const char nested_text[] =
  "program p\n"
  "  buf c bool[] input\n"
  "  buf y f32[8] output\n"
  "  buf early f32[8] temp\n"
  "  buf late f32[8] temp\n"
  "  buf left f32[8] temp\n"
  "  buf right f32[8] temp\n"
  "  inputs c\n"
  "  outputs y\n"
  "  while k_outer on c trips 3\n"
  "  kernel k_early\n    axes i:8\n    cascade\n      early[i] = 1.0   over i:8\n"
  "  kernel k_use\n    axes i:8\n    cascade\n      y[i] = early[i]   over i:8\n"
  "  while k_inner on c trips 3\n"
  "  kernel k_late\n    axes i:8\n    cascade\n      late[i] = 2.0   over i:8\n"
  "  end k_end\n"
  "  end k_end_2\n"
  "  if k_if on c\n"
  "  kernel k_left\n    axes i:8\n    cascade\n      left[i] = 1.0   over i:8\n"
  "  kernel k_left_y\n    axes i:8\n    cascade\n      y[i] = left[i]+late[i]   over i:8\n"
  "  else k_else\n"
  "  kernel k_right\n    axes i:8\n    cascade\n      right[i] = 1.0   over i:8\n"
  "  kernel k_right_y\n    axes i:8\n    cascade\n      y[i] = right[i]-late[i]   over i:8\n"
  "  end k_end_3\n";

START_TEST(arms_share_and_loops_do_not) {
  Program *p = parse(nested_text);
  ck_assert_int_eq(life_of(p, "late").first, 0); /* from the outer WHILE on: its next trip must not write over it */
  ck_assert(pass_plan(ctx, &(Unit){.program = p}));
  ck_assert_int_ne(find(p, "early")->offset, find(p, "late")->offset);
  ck_assert_int_eq(find(p, "left")->offset, find(p, "right")->offset);
}
END_TEST

int main(void) {
  Suite *s = suite_create("control");
  TCase *t = tcase_create("control");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, text_reads_back);
  tcase_add_test(t, jumps);
  tcase_add_loop_test(t, the_verifier_refuses, 0, sizeof broken / sizeof *broken);
  tcase_add_test(t, too_deep);
  tcase_add_test(t, the_interpreter_follows);
  tcase_add_test(t, steps_are_spent);
  tcase_add_test(t, fusion_stays_inside);
  tcase_add_test(t, what_is_overwritten_does_not_wait);
  tcase_add_test(t, lives_through_loops);
  tcase_add_test(t, arms_share_and_loops_do_not);
  suite_add_tcase(s, t);
  return run_suite(s);
}
