/* The memory plan: lifetimes, gaps, in-place maps, aliases; and the check, which must find what is wrong. */
#include "passes/plan.h"
#include "tests/unit/suite.h"

static Ctx *ctx;
static Program *program;
static void setup(void) { ctx = ctx_new(); program = NEW(ctx, Program); program->name = "p"; }
static void teardown(void) { ctx_free(ctx); }

static Buf *buf(const char *name, Space space, int64_t n) {
  Buf *b = buf_new(ctx, name, ELEM_f32, space, 1, (const ext_t[]){n});
  vec_push(ctx, &program->bufs, b);
  return b;
}
/* out[i] = from[i*stride + offset] + ... : a map kernel over n elements */
static Kernel *map(const char *name, Buf *out, int64_t n, int nfrom, Buf *const *from, int64_t shift) {
  Kernel *k = NEW(ctx, Kernel);
  k->name = name;
  Ein *e = NEW(ctx, Ein);
  Var *i = var_new(ctx, "i", n);
  const Expr *x = x_var(ctx, i);
  e->out = out, e->index[0] = x, e->axis[0] = i, e->naxes = e->nout = 1;
  const Expr *sum = x_real(ctx, 1);
  for (int a = 0; a < nfrom; a++) {
    const Expr *at = shift ? x_op2(ctx, OP_ADD, x, x_int(ctx, shift)) : x;
    sum = x_op2(ctx, OP_ADD, sum, x_load(ctx, from[a], 1, &at));
  }
  e->rhs = sum;
  Ein **list = NEWN(ctx, Ein *, 1);
  list[0] = e;
  vec_push(ctx, &k->cascade.steps, ((Step){.n = 1, .ein = list}));
  vec_push(ctx, &program->kernels, k);
  return k;
}
#define FROM(...) (int)(sizeof((Buf *[]){__VA_ARGS__}) / sizeof(Buf *)), (Buf *const[]){__VA_ARGS__}
static bool plan(void) { return pass_plan(ctx, &(Unit){.program = program}); }

START_TEST(test_chain_in_place) {
  Buf *x = buf("x", SPACE_INPUT, 100), *a = buf("a", SPACE_TEMP, 100), *b = buf("b", SPACE_TEMP, 100), *y = buf("y", SPACE_OUTPUT, 100);
  map("k0", a, 100, FROM(x), 0), map("k1", b, 100, FROM(a), 0), map("k2", y, 100, FROM(b), 0);
  ck_assert(plan());
  ck_assert_int_eq(program->arena_bytes, 448); /* 400 bytes, rounded up */
  ck_assert_int_eq(a->offset, b->offset);
  ck_assert_int_eq(program->arena_bound, 448);
  ck_assert(plan_check(ctx, program));
}
END_TEST

START_TEST(test_lasting) { /* others point into it: nothing comes to lie there after its last use */
  Buf *x = buf("x", SPACE_INPUT, 100), *a = buf("a", SPACE_TEMP, 100), *b = buf("b", SPACE_TEMP, 100), *c = buf("c", SPACE_TEMP, 100), *y = buf("y", SPACE_OUTPUT, 100);
  map("k0", a, 100, FROM(x), 0), map("k1", y, 99, FROM(a), 1), map("k2", b, 99, FROM(x), 1), map("k3", c, 99, FROM(b), 1), map("k4", y, 99, FROM(c), 1);
  ck_assert(plan());
  ck_assert(b->offset == a->offset || c->offset == a->offset);
  a->lasting = true;
  ck_assert(plan());
  ck_assert(b->offset != a->offset && c->offset != a->offset);
  Lifetime *life;
  ck_assert_uint_eq(plan_lifetimes(ctx, program, &life), 3);
  ck_assert(life[0].buf == a && life[0].last == 4);
  c->offset = a->offset;
  ck_assert(!plan_check(ctx, program));
}
END_TEST

START_TEST(test_not_in_place) { /* a shifted load, another use after, another element size: the output needs a place of its own */
  Buf *x = buf("x", SPACE_INPUT, 101), *a = buf("a", SPACE_TEMP, 101), *b = buf("b", SPACE_TEMP, 100), *c = buf("c", SPACE_TEMP, 100), *d = buf("d", SPACE_TEMP, 100), *y = buf("y", SPACE_OUTPUT, 100);
  map("k0", a, 101, FROM(x), 0), map("k1", b, 100, FROM(a), 1), map("k2", c, 100, FROM(b), 0), map("k3", d, 100, FROM(c, b), 0), map("k4", y, 100, FROM(d), 0);
  ck_assert(plan());
  ck_assert_int_ne(a->offset, b->offset);
  ck_assert_int_ne(b->offset, c->offset);
  ck_assert(d->offset == c->offset || d->offset == b->offset);
  ck_assert(!plan_in_place(ctx, program->kernels.at[1], a, b));
  b->elem = ELEM_i32;
  ck_assert(!plan_in_place(ctx, program->kernels.at[2], b, c));
}
END_TEST

START_TEST(test_check_finds_overlap) {
  Buf *x = buf("x", SPACE_INPUT, 64), *a = buf("a", SPACE_TEMP, 64), *b = buf("b", SPACE_TEMP, 64), *y = buf("y", SPACE_OUTPUT, 64);
  map("k0", a, 64, FROM(x), 0), map("k1", b, 64, FROM(x), 0), map("k2", y, 64, FROM(a, b), 0);
  ck_assert(plan());
  ck_assert_int_eq(program->arena_bytes, 512);
  ck_assert_str_eq(program->arena_culprit, "k1");
  int64_t right = b->offset;
  b->offset = a->offset;
  ck_assert(!plan_check(ctx, program));
  b->offset = a->offset + 64 * 3;
  ck_assert(!plan_check(ctx, program));
  b->offset = right + 64;
  ck_assert_msg(!plan_check(ctx, program), "outside the arena, or overlapping");
  b->offset = right + 4;
  ck_assert_msg(!plan_check(ctx, program), "not aligned");
  b->offset = right;
  ck_assert(plan_check(ctx, program));
}
END_TEST

START_TEST(test_views_share) {
  Buf *x = buf("x", SPACE_INPUT, 64), *a = buf("a", SPACE_TEMP, 64), *view = buf("view", SPACE_TEMP, 64), *y = buf("y", SPACE_OUTPUT, 64), *t = buf("t", SPACE_TEMP, 64), *z = buf("z", SPACE_OUTPUT, 64);
  view->alias = a;
  z->alias = t; /* the memory of an output is the caller's: t moves there */
  map("k0", a, 64, FROM(x), 0), map("k1", t, 64, FROM(x), 0), map("k2", y, 64, FROM(view), 0);
  ck_assert(plan());
  ck_assert_int_eq(view->offset, a->offset);
  ck_assert_ptr_eq(t->alias, z);
  ck_assert_ptr_eq(z->alias, NULL);
  ck_assert_int_eq(program->arena_bytes, 256);
}
END_TEST

START_TEST(test_scratch_and_state) {
  Buf *x = buf("x", SPACE_INPUT, 64), *a = buf("a", SPACE_TEMP, 64), *y = buf("y", SPACE_OUTPUT, 64), *s = buf("s", SPACE_STATE, 10), *r = buf("r", SPACE_STATE, 10);
  Buf *scratch = buf_new(ctx, "scratch", ELEM_f32, SPACE_TEMP, 1, (const ext_t[]){16});
  Kernel *k = map("k0", a, 64, FROM(x, s), 0);
  vec_push(ctx, &k->scratch, scratch);
  map("k1", y, 64, FROM(a, r), 0);
  ck_assert(plan());
  ck_assert_int_eq(program->state_bytes, 128);
  ck_assert(s->offset == 0 && r->offset == 64);
  ck_assert_int_eq(program->arena_bytes, 256 + 64);
  ck_assert_str_eq(program->arena_culprit, "k0");
}
END_TEST

START_TEST(test_too_large) {
  Buf *x = buf("x", SPACE_INPUT, 64), *a = buf("a", SPACE_TEMP, INT64_C(1) << 50);
  map("k0", a, 64, FROM(x), 0);
  ck_assert(!plan());
  ck_assert_int_eq(ctx->diags.at[0].code, E0701);
}
END_TEST

static uint64_t next(uint64_t *s) { *s = *s * UINT64_C(6364136223846793005) + 1442695040888963407; return *s >> 33; }

START_TEST(test_random) { /* any program: the check passes, the bound holds, and the arena is close to it */
  uint64_t seed = (uint64_t)_i + 1;
  int n = 5 + (int)(next(&seed) % 60);
  Buf *all[80], *x = buf("x", SPACE_INPUT, 4096);
  for (int i = 0; i < n; i++) {
    int64_t size = 1 + (int64_t)(next(&seed) % 4096);
    all[i] = buf("t", SPACE_TEMP, size);
    Buf *from[3];
    int nfrom = 0;
    for (int f = 0; f < 3 && i > 0; f++) {
      Buf *b = all[i - 1 - (int)(next(&seed) % (uint64_t)(i < 6 ? i : 6))];
      bool twice = false;
      for (int g = 0; g < nfrom; g++) twice |= from[g] == b;
      if (!twice) from[nfrom++] = b;
    }
    if (!nfrom) from[nfrom++] = x;
    map("k", all[i], size, nfrom, from, 0);
  }
  ck_assert(plan());
  ck_assert(program->arena_bytes >= program->arena_bound);
  ck_assert_msg(program->arena_bytes <= program->arena_bound + program->arena_bound / 6, "%lld bytes where %lld are live", (long long)program->arena_bytes, (long long)program->arena_bound);
}
END_TEST

START_TEST(test_many_buffers) { /* linear enough: a long chain with a skip */
  enum { N = 20000 };
  Buf *before = buf("x", SPACE_INPUT, 8), *skip = before;
  for (int i = 0; i < N; i++) {
    Buf *b = buf("t", SPACE_TEMP, 8 + i % 3);
    map("k", b, 8 + i % 3, FROM(before, skip), 1);
    skip = before, before = b;
  }
  ck_assert(plan());
  ck_assert_int_le(program->arena_bytes, 256);
}
END_TEST

int main(void) {
  Suite *s = suite_create("plan");
  TCase *t = tcase_create("plan");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, test_chain_in_place);
  tcase_add_test(t, test_lasting);
  tcase_add_test(t, test_not_in_place);
  tcase_add_test(t, test_check_finds_overlap);
  tcase_add_test(t, test_views_share);
  tcase_add_test(t, test_scratch_and_state);
  tcase_add_test(t, test_too_large);
  tcase_add_loop_test(t, test_random, 0, 200);
  tcase_add_test(t, test_many_buffers);
  suite_add_tcase(s, t);
  return run_suite(s);
}
