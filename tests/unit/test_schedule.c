#include "bench/cases.h"
#include "passes/schedule.h"
#include "run_c.h"
#include "tests/unit/suite.h"
#include <math.h>

bool pass_schedule(Ctx *ctx, Unit *u);

static const Target avx2 = {.name = "test-avx2", .vector_extension = true, .lanes_f32 = 8, .registers = 16, .fma_per_cycle = 2, .loads_per_cycle = 2, .latency = 6, .l2_bytes_per_cycle = 32,
  .epilogue_cycles = 2.5, .epilogue_free = 14, .l1_bytes = 32768, .l2_bytes = 524288, .cflags = "-O2 -mavx2 -mfma -Wno-psabi"};
static const Target generic = {.name = "test-generic", .vector_extension = false, .lanes_f32 = 1, .registers = 16, .fma_per_cycle = 1, .loads_per_cycle = 1, .latency = 4, .l2_bytes_per_cycle = 8,
  .epilogue_cycles = 2, .epilogue_free = 8, .l1_bytes = 32768, .l2_bytes = 262144, .cflags = "-O2"};

static int64_t count(const Buf *b) {
  int64_t n = 1;
  for (int i = 0; i < b->rank; i++) n *= b->dim[i];
  return n;
}

/* Memory of a case by name, shared between the naive and the scheduled program. */
typedef struct Store { int n; const char *name[16]; float *at[16]; } Store;
static float *stored(Store *s, const Buf *b) {
  for (int i = 0; i < s->n; i++)
    if (s->name[i] == b->name) return s->at[i];
  float *f = calloc((size_t)count(b) + 8, 4);
  unsigned seed = 7u + (unsigned)b->name[0];
  for (int64_t i = 0; i < count(b); i++) {
    seed = seed * 1664525u + 1013904223u;
    f[i] = (float)(int)(seed >> 16 & 1023) / 512.0f - 1.0f;
  }
  s->name[s->n] = b->name;
  return s->at[s->n++] = f;
}
static void *memory_of(void *arg, const Buf *b) { return stored(arg, b->alias ? b->alias : b); }

/* The naive nest, interpreted, is what the scheduled kernel, compiled and interpreted, must give. Returns the largest error over the largest value; -1: not scheduled. */
static double compare(Ctx *ctx, Case (*make)(Ctx *, const void *), const void *arg, const Target *t, bool compiled) {
  Case want = make(ctx, arg), got = make(ctx, arg);
  for (size_t i = 0; i < want.program->bufs.n; i++) got.program->bufs.at[i]->data = want.program->bufs.at[i]->data;
  Store a = {0}, b = {0};
  Memory ma = {.of = memory_of, .arg = &a}, mb = {.of = memory_of, .arg = &b};
  ck_assert(interp_program(ctx, want.program, ma, 0));
  Options o = {.target = t};
  Unit u = {.program = got.program, .opt = &o};
  ck_assert(pass_schedule(ctx, &u));
  if (!got.kernel->lowered) return -1;
  if (!program_verify(ctx, got.program)) { diag_print(ctx, stderr); ck_abort_msg("not valid"); }
  Buf *out = got.program->outputs.at[0];
  if (compiled) {
    KernelFn f = compile_kernel(ctx, got.kernel, t, "cc");
    ck_assert_ptr_nonnull(f);
    KernelParam *params; const char **symbols; size_t nsymbols;
    size_t n = kernel_params(ctx, got.kernel, &params, &symbols, &nsymbols);
    void *args[16];
    for (size_t i = 0; i < n; i++) args[i] = params[i].buf->data ? (void *)(uintptr_t)params[i].buf->data->bytes : memory_of(&b, params[i].buf);
    f(args);
  } else {
    bool ran = interp_program(ctx, got.program, mb, 0);
    if (!ran) diag_print(ctx, stderr);
    ck_assert(ran);
  }
  double error = 0, largest = 0;
  const float *y = stored(&a, want.program->outputs.at[0]), *z = stored(&b, out);
  for (int64_t i = 0; i < count(out); i++) {
    if (y[i] == z[i] && isinf(y[i])) continue; /* a maximum of nothing */
    if (!(fabs((double)y[i] - (double)z[i]) <= error)) error = fabs((double)y[i] - (double)z[i]);
    if (fabs((double)y[i]) > largest) largest = fabs((double)y[i]);
  }
  ck_assert_float_eq(z[count(out)], 0); /* nothing behind the end was touched */
  for (int i = 0; i < a.n; i++) free(a.at[i]);
  for (int i = 0; i < b.n; i++) free(b.at[i]);
  return error / (largest > 0 ? largest : 1);
}

/* The nest by the interpreter, and as C for vectors and for scalars, against the naive nest. */
static void check_all(Case (*make)(Ctx *, const void *), const void *q, double bound) {
  static const struct { const char *how; const Target *target; bool compiled; } ways[] = {{"interpreted", &avx2, false}, {"compiled", &avx2, true}, {"generic", &generic, true}};
  Ctx *ctx = ctx_new();
  for (int i = 0; i < 3; i++) {
    double e = compare(ctx, make, q, ways[i].target, ways[i].compiled);
    ck_assert_msg(e >= 0 && e < bound, "%s: error %g", ways[i].how, e);
  }
  ctx_free(ctx);
}

static Case make_conv(Ctx *ctx, const void *q) { return case_conv(ctx, *(const ConvCase *)q); }
static Case make_matmul(Ctx *ctx, const void *q) { return case_matmul(ctx, *(const MatCase *)q); }

static const ConvCase convs[] = {
  {1, 8, 16, 9, 10, 3, 3, 1, 1, 1, 1, true, false, true, false},    /* two vectors, tiles with edges */
  {1, 3, 16, 13, 13, 5, 5, 2, 2, 1, 1, true, false, true, false},   /* stride, few channels */
  {2, 6, 12, 7, 7, 3, 3, 1, 1, 1, 1, true, true, true, false},      /* ragged lanes, batch, residual */
  {1, 8, 24, 6, 6, 1, 1, 1, 0, 1, 1, true, true, false, false},     /* flat plane */
  {1, 5, 9, 7, 8, 1, 1, 1, 1, 1, 1, false, false, false, false},    /* kernel 1 with padding, ragged */
  {1, 8, 32, 8, 8, 3, 3, 1, 2, 2, 2, true, false, true, false},     /* dilation, groups */
  {1, 4, 40, 5, 17, 2, 3, 2, 1, 1, 1, true, false, true, false},
  {1, 6, 16, 1, 1, 3, 3, 1, 1, 1, 1, true, false, true, false}, /* one output element: taps that only ever lie outside */
  {1, 6, 16, 5, 1, 3, 3, 1, 1, 1, 1, true, false, true, false},
  {1, 4, 16, 6, 6, 3, 3, 1, 1, 1, 1, true, false, false, true}, /* the biased sum is read three times */
  {1, 8, 16, 1, 1, 3, 3, 1, 1, 1, 1, true, false, true, false},   /* one pixel: all taps but one read outside, on every tile */
  {1, 8, 16, 2, 1, 5, 5, 1, 2, 1, 1, true, false, true, false},   /* taps in part outside, a constant number of them */
  {1, 16, 16, 1, 1, 5, 5, 1, 2, 1, 16, true, false, true, false}, /* depthwise over one pixel: lanes along the channels of both operands */
};

START_TEST(convolutions) {
  const ConvCase *q = &convs[_i];
  check_all(make_conv, q, 1e-5);
} END_TEST

static const MatCase mats[] = {
  {1, 13, 32, 20, true, false, false, false}, {1, 13, 32, 20, false, false, false, false}, {1, 7, 21, 33, true, true, true, true}, {3, 14, 19, 8, false, true, false, false},
  {2, 12, 16, 9, false, false, true, true}, {1, 1, 64, 50, true, false, true, false}, {1, 1, 40, 17, false, false, false, false},
};

START_TEST(products) {
  const MatCase *q = &mats[_i];
  check_all(make_matmul, q, 1e-5);
} END_TEST

static Case make_shared(Ctx *ctx, const void *q) { return case_shared(ctx, *(const SharedCase *)q); }
static const SharedCase shared[] = {{9, 16, 3, false}, {20, 21, 5, false}, {3, 6, 3, false}};

START_TEST(shared_lanes) {
  const SharedCase *q = &shared[_i];
  check_all(make_shared, q, 1e-5);
} END_TEST

/* Convolutions of planes: no axis of the channels is long enough for lanes. */
static const ConvCase planes[] = {
  {1, 6, 6, 9, 30, 3, 3, 1, 1, 1, 6, true, false, true, false},   /* two vectors, one that overlaps, two borders */
  {1, 3, 3, 5, 56, 3, 3, 1, 1, 1, 3, false, false, false, false}, /* four vectors side by side */
  {2, 5, 5, 7, 7, 3, 3, 1, 1, 1, 5, true, true, true, false},     /* an interior shorter than a vector; a residual */
  {1, 4, 4, 13, 40, 5, 5, 2, 2, 1, 4, true, false, false, true},  /* stride */
  {1, 4, 8, 11, 24, 3, 3, 1, 2, 2, 4, true, false, true, false},  /* dilation; two results for each plane */
  {1, 3, 3, 2, 1, 3, 3, 1, 1, 1, 3, true, false, true, false},    /* columns that are all border */
  {1, 8, 3, 10, 21, 3, 3, 1, 1, 1, 1, true, false, false, false}, /* few results of many planes */
  {1, 2, 2, 12, 50, 1, 9, 1, 20, 5, 2, false, false, false, false}, /* borders too long to unroll */
};
static bool is_window(Ctx *ctx, Case c, const Target *t) {
  Options o = {.target = t};
  Unit u = {.program = c.program, .opt = &o};
  return pass_schedule(ctx, &u) && c.kernel->lowered && strncmp(c.kernel->schedule, "window", 6) == 0;
}

START_TEST(convolutions_of_planes) {
  const ConvCase *q = &planes[_i];
  Ctx *ctx = ctx_new();
  ck_assert(is_window(ctx, case_conv(ctx, *q), &avx2));
  double e = compare(ctx, make_conv, q, &avx2, false);
  ck_assert_msg(e >= 0 && e < 1e-5, "interpreted: error %g", e);
  e = compare(ctx, make_conv, q, &avx2, true);
  ck_assert_msg(e >= 0 && e < 1e-5, "compiled: error %g", e);
  e = compare(ctx, make_conv, q, &generic, true);
  ck_assert_msg(e >= 0 && e < 1e-5, "generic: error %g", e);
  ctx_free(ctx);
} END_TEST

static Case make_window(Ctx *ctx, const void *q) { return case_window(ctx, *(const WindowCase *)q); }

START_TEST(windows) { /* shapes at random, the same ones every time */
  unsigned seed = 77u + (unsigned)_i;
#define DRAW(from, to) (seed = seed * 1664525u + 1013904223u, (from) + (int64_t)((seed >> 16) % ((to) - (from) + 1)))
  WindowCase q = {.what = (int)(_i % 4)};
  q.c = DRAW(1, 3); /* one after the other: an initializer has no order */
  q.h = DRAW(1, 12);
  q.w = DRAW(2, 60);
  q.kh = DRAW(1, 4);
  q.kw = DRAW(1, 5);
  q.stride = DRAW(1, 3);
  q.dilation = DRAW(1, 2);
  q.before = DRAW(0, 3);
  q.after = DRAW(0, 3);
#undef DRAW
  if (q.what == WINDOW_PAD) q.stride = 1;
  while (q.h + q.before + q.after < (q.kh - 1) * q.dilation + 1) q.h++;
  while (q.w + q.before + q.after < (q.kw - 1) * q.dilation + 1 + q.stride) q.w++;
  if (q.what == WINDOW_PAD && q.before + q.after == 0) q.before = 1;
  Ctx *ctx = ctx_new();
  if (q.what != WINDOW_PAD && q.kh > 1 && q.kw > 1) ck_assert(is_window(ctx, case_window(ctx, q), &avx2));
  double e = compare(ctx, make_window, &q, &avx2, false);
  ck_assert_msg(e < 2e-6, "interpreted: error %g", e);
  e = compare(ctx, make_window, &q, &avx2, true);
  ck_assert_msg(e < 2e-6, "compiled: error %g", e);
  e = compare(ctx, make_window, &q, &generic, true);
  ck_assert_msg(e < 2e-6, "generic: error %g", e);
  ctx_free(ctx);
} END_TEST

static Case make_rows(Ctx *ctx, const void *q) { return case_rows(ctx, *(const RowCase *)q); }
static const RowCase rows[] = {
  {3, 64, 1, ROW_SOFTMAX}, {5, 21, 1, ROW_SOFTMAX}, {2, 10, 40, ROW_SOFTMAX}, {2, 10, 13, ROW_SOFTMAX}, {4, 48, 1, ROW_NORM}, {3, 37, 1, ROW_NORM}, {2, 5, 24, ROW_NORM},
  {6, 49, 1, ROW_MEAN}, {2, 7, 32, ROW_MEAN}, {3, 30, 1, ROW_LOGSOFTMAX}, {4, 33, 1, ROW_GELU}, {4, 24, 1, ROW_BIAS}, {4, 12, 10, ROW_BIAS}, {3, 24, 1, ROW_CELU},
};

START_TEST(a_row_of_one_element_is_no_row) {
  Ctx *ctx = ctx_new();
  RowCase q = {4, 1, 14, ROW_SOFTMAX};
  double e = compare(ctx, make_rows, &q, &avx2, false);
  ck_assert_msg(e < 2e-6, "error %g", e);
  ctx_free(ctx);
} END_TEST

START_TEST(row_operations) {
  const RowCase *q = &rows[_i];
  check_all(make_rows, q, 2e-6);
} END_TEST

/* The mean of many times 0.1, whose every addition rounds the same way while a sum stays between two powers of two. */
static Case make_drift(Ctx *ctx, const void *q) {
  Case c = case_rows(ctx, *(const RowCase *)q);
  Ein *e = c.kernel->cascade.steps.at[0].ein[0];
  const Expr *x = e->rhs->arg[0];
  e->rhs = x_op2(ctx, OP_DIV, x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, x, x_real(ctx, 0)), x_real(ctx, 0.1)), e->rhs->arg[1]);
  return c;
}

START_TEST(long_sums_do_not_drift) {
  const RowCase q = {1, 300007, 1, ROW_MEAN};
  check_all(make_drift, &q, 3e-5);
} END_TEST

START_TEST(tile_rule) { /* 16 registers of 8 lanes: six rows of two vectors */
  Tile t = {0};
  t = tile_pick(&avx2, 1024, 128, 1024);
  ck_assert_int_eq(t.rows, 6);
  ck_assert_int_eq(t.vectors, 2);
} END_TEST

int main(void) {
  Suite *s = suite_create("schedule");
  TCase *t = tcase_create("contractions");
  tcase_set_timeout(t, 120);
  tcase_add_test(t, long_sums_do_not_drift);
  tcase_add_test(t, tile_rule);
  tcase_add_loop_test(t, convolutions, 0, sizeof convs / sizeof *convs);
  tcase_add_loop_test(t, products, 0, sizeof mats / sizeof *mats);
  tcase_add_loop_test(t, shared_lanes, 0, sizeof shared / sizeof *shared);
  tcase_add_loop_test(t, convolutions_of_planes, 0, sizeof planes / sizeof *planes);
  tcase_add_loop_test(t, windows, 0, 16);
  tcase_add_test(t, a_row_of_one_element_is_no_row);
  tcase_add_loop_test(t, row_operations, 0, sizeof rows / sizeof *rows);
  suite_add_tcase(s, t);
  return run_suite(s);
}
