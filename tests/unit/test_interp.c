/* The interpreter: arithmetic of every kind, memory in stored form, vectors, and what it refuses. */
#include "ir/extern.h"
#include "tests/unit/nest.h"
#include "tests/unit/suite.h"

#define N(v) x_int(l->ctx, v)
#define A(v) x_var(l->ctx, v)
#define ADD(a, b) x_op2(l->ctx, OP_ADD, a, b)
#define MUL(a, b) x_op2(l->ctx, OP_MUL, a, b)
#define SET(b, ...) s_store(l->ctx, RED_SET, b, __VA_ARGS__)
static void push(Lab *l, Body *body, Stmt *s) { vec_push(l->ctx, body, s); }

static bool run(Lab *l) {
  l->kernel.lowered = true;
  return interp_kernel(l->ctx, &l->kernel, lab_memory(l), 0);
}

static Stmt *loop(Lab *l, Body *at, const Var *v, int64_t n, LoopMode mode) {
  Stmt *s = s_loop(l->ctx, v, N(0), N(n), mode);
  vec_push(l->ctx, at, s);
  return s;
}

/* op(a, b) on loaded operands, so that nothing folds. */
static int64_t on_ints(Op op, int64_t a, int64_t b, Elem e) {
  Lab *l = lab_new();
  Buf *in = lab_buf(l, "in", e, SPACE_INPUT, DIMS(2)), *out = lab_buf(l, "out", ELEM_i64, SPACE_OUTPUT, 0, NULL);
  ((int64_t *)lab_bytes(l, in))[0] = a;
  ((int64_t *)lab_bytes(l, in))[1] = b;
  const Expr *x = at(l, in, X(N(0))), *y = at(l, in, X(N(1)));
  push(l, &l->kernel.body, SET(out, 0, NULL, op_info(op)->arity == 1 ? x_op1(l->ctx, op, x) : x_op2(l->ctx, op, x, y)));
  ck_assert(run(l));
  int64_t r = *(int64_t *)lab_bytes(l, out);
  lab_free(l);
  return r;
}

static double on_reals(Op op, double a, double b) {
  Lab *l = lab_new();
  Buf *in = lab_buf(l, "in", ELEM_f64, SPACE_INPUT, DIMS(2)), *out = lab_buf(l, "out", ELEM_f64, SPACE_OUTPUT, 0, NULL);
  ((double *)lab_bytes(l, in))[0] = a;
  ((double *)lab_bytes(l, in))[1] = b;
  const Expr *x = at(l, in, X(N(0))), *y = at(l, in, X(N(1)));
  push(l, &l->kernel.body, SET(out, 0, NULL, op_info(op)->arity == 1 ? x_op1(l->ctx, op, x) : x_op2(l->ctx, op, x, y)));
  ck_assert(run(l));
  double r = *(double *)lab_bytes(l, out);
  lab_free(l);
  return r;
}

static double by_chance(Op op, double a, double b, uint64_t *chance) {
  Lab *l = lab_new();
  Buf *in = lab_buf(l, "in", ELEM_f64, SPACE_INPUT, DIMS(2)), *out = lab_buf(l, "out", ELEM_f64, SPACE_OUTPUT, 0, NULL);
  ((double *)lab_bytes(l, in))[0] = a;
  ((double *)lab_bytes(l, in))[1] = b;
  push(l, &l->kernel.body, SET(out, 0, NULL, x_op2(l->ctx, op, at(l, in, X(N(0))), at(l, in, X(N(1))))));
  Memory memory = lab_memory(l);
  memory.chance = chance;
  l->kernel.lowered = true;
  ck_assert(interp_kernel(l->ctx, &l->kernel, memory, 0));
  double r = *(double *)lab_bytes(l, out);
  lab_free(l);
  return r;
}

static int64_t converted_real(Op op, Elem to, double v) {
  Lab *l = lab_new();
  Buf *in = lab_buf(l, "in", ELEM_f64, SPACE_INPUT, DIMS(1)), *out = lab_buf(l, "out", ELEM_i64, SPACE_OUTPUT, 0, NULL);
  *(double *)lab_bytes(l, in) = v;
  push(l, &l->kernel.body, SET(out, 0, NULL, x_cast(l->ctx, op, to, at(l, in, X(N(0))))));
  ck_assert(run(l));
  int64_t r = *(int64_t *)lab_bytes(l, out);
  lab_free(l);
  return r;
}

START_TEST(integers) {
  static const struct { Op op; int64_t a, b, want; } rows[] = {
    {OP_ADD, INT64_MAX, 1, INT64_MIN}, {OP_SUB, INT64_MIN, 1, INT64_MAX}, {OP_MUL, INT64_MAX, 2, -2},
    {OP_TDIV, -7, 2, -3}, {OP_TDIV, 5, 0, 0}, {OP_TDIV, INT64_MIN, -1, INT64_MIN},
    {OP_FDIV, -7, 2, -4}, {OP_FDIV, 7, -2, -4}, {OP_FDIV, 5, 0, 0}, {OP_FDIV, INT64_MIN, -1, INT64_MIN},
    {OP_MOD, -7, 3, 2}, {OP_MOD, 7, -3, -2}, {OP_MOD, 7, 0, 0}, {OP_MOD, INT64_MIN, -1, 0}, {OP_FMOD, -7, 3, -1}, {OP_FMOD, 7, 0, 0},
    {OP_POW, 3, 4, 81}, {OP_POW, 2, -1, 0}, {OP_POW, -1, -3, -1}, {OP_POW, 1, -9, 1}, {OP_POW, 0, 0, 1},
    {OP_MIN, -3, 2, -3}, {OP_MAX, -3, 2, 2}, {OP_ABS, INT64_MIN, 0, INT64_MIN}, {OP_ABS, -4, 0, 4}, {OP_SIGN, -4, 0, -1},
    {OP_EQ, 3, 3, 1}, {OP_NE, 3, 3, 0}, {OP_LT, -1, 0, 1}, {OP_GE, -1, 0, 0},
    {OP_BAND, 12, 10, 8}, {OP_BOR, 12, 10, 14}, {OP_BXOR, 12, 10, 6}, {OP_BNOT, 5, 0, -6},
    {OP_SHL, 3, 2, 12}, {OP_SHL, 3, 64, 0}, {OP_SHL, 3, -1, 0}, {OP_SHR, -8, 1, -4}, {OP_SHR, 8, 64, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    ck_assert_msg(on_ints(rows[i].op, rows[i].a, rows[i].b, ELEM_i64) == rows[i].want, "%s %lld %lld", op_info(rows[i].op)->text, (long long)rows[i].a, (long long)rows[i].b);
  ck_assert_int_eq(on_ints(OP_LT, -1, 0, ELEM_u64), 0);
  ck_assert_int_eq(on_ints(OP_TDIV, -2, 2, ELEM_u64), INT64_MAX);
  ck_assert_int_eq(on_ints(OP_SHR, -1, 1, ELEM_u64), INT64_MAX);
  ck_assert_int_eq(on_ints(OP_MAX, -1, 1, ELEM_u64), -1);
} END_TEST

START_TEST(reals) {
  ck_assert(on_reals(OP_DIV, 1, 0) == INFINITY);
  ck_assert(on_reals(OP_FDIV, -7, 2) == -4);
  ck_assert(on_reals(OP_MOD, -7, 3) == 2);
  ck_assert(on_reals(OP_FMOD, -7, 3) == -1);
  ck_assert(isnan(on_reals(OP_MAX, NAN, 1)));
  ck_assert(isnan(on_reals(OP_MIN, 1, NAN)));
  ck_assert(on_reals(OP_ROUND, 2.5, 0) == 2);
  ck_assert(on_reals(OP_ROUND, -3.5, 0) == -4);
  ck_assert(on_reals(OP_ERF, 0.5, 0) == erf(0.5));
  ck_assert(on_reals(OP_POW, 2, -1) == 0.5);
  ck_assert(on_reals(OP_ISNAN, NAN, 0) == 1);
  ck_assert(on_reals(OP_LT, NAN, 1) == 0);
} END_TEST

START_TEST(casts) {
  ck_assert_int_eq(converted_real(OP_CAST, ELEM_i8, 300.7), 44);
  ck_assert_int_eq(converted_real(OP_CAST, ELEM_u8, -1.5), 255);
  ck_assert_int_eq(converted_real(OP_SAT, ELEM_i8, 300.7), 127);
  ck_assert_int_eq(converted_real(OP_SAT, ELEM_i8, -300.7), -128);
  ck_assert_int_eq(converted_real(OP_SAT, ELEM_u8, -3), 0);
  ck_assert_int_eq(converted_real(OP_SAT, ELEM_i4, 99), 7);
  ck_assert_int_eq(converted_real(OP_SAT, ELEM_i64, 1e30), INT64_MAX);
  ck_assert_int_eq(converted_real(OP_SAT, ELEM_u64, 1e30), -1);
  ck_assert_int_eq(converted_real(OP_SAT, ELEM_i32, NAN), 0);
  ck_assert_int_eq(converted_real(OP_CAST, ELEM_f16, 2049), 2048);
  ck_assert_int_eq(converted_real(OP_CAST, ELEM_bool, 0.5), 1);
} END_TEST

/* A store rounds into the buffer's own type, also when it updates. */
/* Both neighbours come up, and nothing else; what f32 holds stays. */
START_TEST(rounds_by_chance) {
  uint64_t chance = 1;
  float below = 0x1.555554p-2f, above = 0x1.555556p-2f; /* of 1/3 */
  int low = 0, high = 0;
  for (int i = 0; i < 64; i++) {
    double third = by_chance(OP_DIV, 1, 3, &chance);
    low += third == (double)below, high += third == (double)above;
    ck_assert(by_chance(OP_DIV, 3, 4, &chance) == 0.75);
    ck_assert(isinf(by_chance(OP_MUL, 1e30, 1e30, &chance)));
  }
  ck_assert_int_eq(low + high, 64);
  ck_assert(low > 10 && high > 10);
}
END_TEST

START_TEST(stores_round) {
  Lab *l = lab_new();
  Buf *half = lab_buf(l, "half", ELEM_f16, SPACE_OUTPUT, DIMS(2)), *byte = lab_buf(l, "byte", ELEM_i8, SPACE_OUTPUT, DIMS(1)), *nibble = lab_buf(l, "nibble", ELEM_u4, SPACE_OUTPUT, DIMS(4));
  const Var *i = var_new(l->ctx, "i", 4);
  push(l, &l->kernel.body, SET(half, X(N(1)), x_real(l->ctx, 2049)));
  push(l, &l->kernel.body, s_store(l->ctx, RED_ADD, byte, X(N(0)), N(100)));
  push(l, &l->kernel.body, s_store(l->ctx, RED_ADD, byte, X(N(0)), N(100)));
  push(l, &loop(l, &l->kernel.body, i, 4, LOOP_SEQ)->loop.body, SET(nibble, X(A(i)), ADD(MUL(A(i), N(7)), N(1))));
  ck_assert(run(l));
  ck_assert_int_eq(((uint16_t *)lab_bytes(l, half))[1], 0x6800);
  ck_assert_int_eq(*(int8_t *)lab_bytes(l, byte), -56);
  ck_assert_int_eq(((uint8_t *)lab_bytes(l, nibble))[0], 0x81);
  ck_assert_int_eq(((uint8_t *)lab_bytes(l, nibble))[1], 0x6F);
  lab_free(l);
} END_TEST

/* y[8*t + lane] = x*2 through a vector register, then a sum over its lanes. */
START_TEST(vectors) {
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(16)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(16)), *z = lab_buf(l, "z", ELEM_f32, SPACE_OUTPUT, DIMS(1));
  Buf *v = buf_new(l->ctx, "v", ELEM_f32, SPACE_REG, DIMS(2)), *s = buf_new(l->ctx, "s", ELEM_real, SPACE_REG, 0, NULL);
  v->lanes = 8;
  const Var *t = var_new(l->ctx, "t", 2), *lane = var_new(l->ctx, "l", 8), *u = var_new(l->ctx, "u", 8);
  fill_f32(l, x, 16, 0);
  Body *b = &l->kernel.body;
  const Expr *flat = ADD(MUL(A(t), N(8)), A(lane));
  push(l, b, s_reg(l->ctx, v));
  push(l, b, s_reg(l->ctx, s));
  push(l, &loop(l, &loop(l, b, lane, 8, LOOP_VEC)->loop.body, t, 2, LOOP_UNROLL)->loop.body, SET(v, X(A(t)), MUL(at(l, x, X(flat)), x_real(l->ctx, 2))));
  push(l, &loop(l, &loop(l, b, lane, 8, LOOP_VEC)->loop.body, t, 2, LOOP_UNROLL)->loop.body, SET(y, X(flat), at(l, v, X(A(t)))));
  push(l, b, SET(s, 0, NULL, x_real(l->ctx, 0)));
  push(l, &loop(l, b, u, 8, LOOP_UNROLL)->loop.body, s_store(l->ctx, RED_ADD, s, 0, NULL, at(l, v, X(N(1), A(u)))));
  push(l, b, SET(z, X(N(0)), at(l, s, 0, NULL)));
  ck_assert(run(l));
  const float *in = lab_bytes(l, x), *out = lab_bytes(l, y);
  float sum = 0;
  for (int i = 0; i < 16; i++) {
    ck_assert(out[i] == 2 * in[i]);
    if (i >= 8) sum += 2 * in[i];
  }
  ck_assert(*(float *)lab_bytes(l, z) == sum);
  lab_free(l);
} END_TEST

static void refused(Lab *l, DiagCode code, const char *part) {
  ck_assert(!run(l));
  ck_assert_uint_ge(l->ctx->diags.n, 1);
  ck_assert_int_eq(l->ctx->diags.at[0].code, code);
  ck_assert_msg(strstr(l->ctx->diags.at[0].text, part) != NULL, "%s", l->ctx->diags.at[0].text);
  lab_free(l);
}

START_TEST(refusals) {
  Lab *l = lab_new(); /* an affine access out of bounds, in the last step of the loop */
  Buf *x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(4)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(5));
  const Var *i = var_new(l->ctx, "i", 5);
  push(l, &loop(l, &l->kernel.body, i, 5, LOOP_SEQ)->loop.body, SET(y, X(A(i)), at(l, x, X(A(i)))));
  refused(l, E0601, "out of bounds: 4 of 4");

  l = lab_new(); /* a computed one */
  x = lab_buf(l, "x", ELEM_i64, SPACE_INPUT, DIMS(2)), y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(5));
  *(int64_t *)lab_bytes(l, x) = -1;
  push(l, &l->kernel.body, SET(y, X(at(l, x, X(N(0)))), x_real(l->ctx, 1)));
  refused(l, E0601, "out of bounds: -1 of 5");

  l = lab_new(); /* reading what nobody wrote */
  x = lab_buf(l, "t", ELEM_f32, SPACE_TEMP, DIMS(2)), y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(2));
  push(l, &l->kernel.body, SET(x, X(N(0)), x_real(l->ctx, 1)));
  push(l, &l->kernel.body, SET(y, X(N(0)), at(l, x, X(N(1)))));
  refused(l, E0601, "unwritten");

  l = lab_new(); /* a variable without a loop */
  y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(2));
  push(l, &l->kernel.body, SET(y, X(A(var_new(l->ctx, "q", 2))), x_real(l->ctx, 1)));
  refused(l, E0601, "outside a loop");

  l = lab_new(); /* writing into an input */
  x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(2));
  push(l, &l->kernel.body, SET(x, X(N(0)), x_real(l->ctx, 1)));
  refused(l, E0601, "only be read");

  l = lab_new(); /* emptiness that was not lowered */
  y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(2)), x = lab_buf(l, "x", ELEM_f32, SPACE_INPUT, DIMS(2));
  push(l, &l->kernel.body, SET(y, X(N(0)), x_op2(l->ctx, OP_ELSE, at(l, x, X(N(0))), x_real(l->ctx, 1))));
  refused(l, E0601, "cannot be run");
} END_TEST

START_TEST(steps_are_a_budget) {
  Lab *l = lab_new();
  Buf *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(1));
  const Var *i = var_new(l->ctx, "i", 1000000), *j = var_new(l->ctx, "j", 1000000);
  push(l, &loop(l, &loop(l, &l->kernel.body, i, 1000000, LOOP_SEQ)->loop.body, j, 1000000, LOOP_SEQ)->loop.body, SET(y, X(N(0)), x_real(l->ctx, 1)));
  l->kernel.lowered = true;
  ck_assert(!interp_kernel(l->ctx, &l->kernel, lab_memory(l), 10000000));
  ck_assert_int_eq(l->ctx->diags.at[0].code, E0701);
  lab_free(l);
} END_TEST

/* An alias is the same memory under other extents. */
START_TEST(aliases) {
  Lab *l = lab_new();
  Buf *t = lab_buf(l, "t", ELEM_f32, SPACE_TEMP, DIMS(2, 3)), *flat = lab_buf(l, "flat", ELEM_f32, SPACE_TEMP, DIMS(6)), *y = lab_buf(l, "y", ELEM_f32, SPACE_OUTPUT, DIMS(6));
  flat->alias = t;
  const Var *i = var_new(l->ctx, "i", 2), *j = var_new(l->ctx, "j", 3), *k = var_new(l->ctx, "k", 6);
  push(l, &loop(l, &loop(l, &l->kernel.body, i, 2, LOOP_SEQ)->loop.body, j, 3, LOOP_SEQ)->loop.body, SET(t, X(A(i), A(j)), ADD(MUL(A(i), N(10)), A(j))));
  push(l, &loop(l, &l->kernel.body, k, 6, LOOP_SEQ)->loop.body, SET(y, X(A(k)), at(l, flat, X(A(k)))));
  ck_assert(run(l));
  ck_assert(((float *)lab_bytes(l, y))[5] == 12);
  lab_free(l);
} END_TEST

static void set_symbol(void *arg, const char *name, int64_t v) {
  if (strcmp(name, "n") == 0) ((Lab *)arg)->n = v;
}

/* NonZero finds n columns; the kernel after it runs over them. */
START_TEST(extern_kernels_set_symbols) {
  const Extern *e = extern_find("NonZero", "", 13);
  ck_assert_ptr_nonnull(e);
  Lab *l = lab_new();
  ext_t n = ext_symbol(l->ctx, "n", 0, 4);
  Buf *x = lab_buf(l, "x", ELEM_i32, SPACE_INPUT, DIMS(4)), *y = lab_buf(l, "y", ELEM_i64, SPACE_OUTPUT, DIMS(n));
  Buf *found = buf_new(l->ctx, "found", ELEM_i64, SPACE_TEMP, DIMS(1, n));
  const int32_t in[] = {0, 5, 0, -2};
  memcpy(lab_bytes(l, x), in, sizeof in);
  const Var *i = var_new(l->ctx, "i", n);
  Stmt *call = NEW(l->ctx, Stmt);
  const Expr *arg[] = {N(4), N(0), N(1), N(4)}; /* bytes of an element, not real, rank, extents */
  Buf *bufs[] = {x, found};
  const char *symbol[] = {"n"};
  call->kind = S_CALL;
  call->call.ext = e;
  call->call.n = 4, call->call.arg = arg;
  call->call.bufs = bufs, call->call.nbufs = 2, call->call.nin = 1;
  call->call.symbol = symbol, call->call.nsymbols = 1;
  Kernel first = {.name = "first", .lowered = true}, second = {.name = "second", .lowered = true};
  vec_push(l->ctx, &first.body, call);
  Stmt *copy = s_loop(l->ctx, i, N(0), N(n), LOOP_SEQ);
  push(l, &copy->loop.body, SET(y, X(A(i)), at(l, found, X(N(0), A(i)))));
  vec_push(l->ctx, &second.body, copy);
  Program p = {.name = "p"};
  vec_push(l->ctx, &p.kernels, &first);
  vec_push(l->ctx, &p.kernels, &second);
  Memory mem = lab_memory(l);
  mem.set_symbol = set_symbol;
  bool good = interp_program(l->ctx, &p, mem, 0);
  if (!good) diag_print(l->ctx, stderr);
  ck_assert(good);
  ck_assert_int_eq(l->n, 2);
  ck_assert_int_eq(((int64_t *)lab_bytes(l, y))[0], 1);
  ck_assert_int_eq(((int64_t *)lab_bytes(l, y))[1], 3);
  lab_free(l);
} END_TEST

/* A kernel that takes what its input says from a table, and ends the run where there is nothing. */
static void pick(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  const int32_t *x = in[0], *table = in[1];
  if (*x < arg[0]) *(int32_t *)out[0] = table[*x];
  else count[0] = 4;
}

START_TEST(extern_kernels_end_the_run) {
  static const Extern e = {.op = "Pick", .domain = "", .nin = 1, .nout = 1, .function = "pick", .kernel = pick};
  Lab *l = lab_new();
  Buf *x = lab_buf(l, "x", ELEM_i32, SPACE_INPUT, DIMS(1)), *y = lab_buf(l, "y", ELEM_i32, SPACE_OUTPUT, DIMS(1));
  Buf *table = buf_new(l->ctx, "table", ELEM_i32, SPACE_CONST, DIMS(3));
  Data *d = data_new(l->ctx, ELEM_i32, 1, (const int64_t[]){3});
  for (int i = 0; i < 3; i++) data_set_int((void *)(uintptr_t)d->bytes, ELEM_i32, i, 10 * i);
  table->data = d;
  const Expr *arg[] = {N(3)};
  Buf *bufs[] = {x, table, y};
  Stmt *call = NEW(l->ctx, Stmt);
  call->kind = S_CALL;
  call->call.ext = &e;
  call->call.n = 1, call->call.arg = arg;
  call->call.bufs = bufs, call->call.nbufs = 3, call->call.nin = 2;
  call->call.fails = true;
  push(l, &l->kernel.body, call);
  ck_assert(kernel_fails(&l->kernel));
  ((int32_t *)lab_bytes(l, x))[0] = 2;
  ck_assert(run(l));
  ck_assert_int_eq(((int32_t *)lab_bytes(l, y))[0], 20);
  ((int32_t *)lab_bytes(l, x))[0] = 3;
  ck_assert(!interp_kernel(l->ctx, &l->kernel, lab_memory(l), 0));
  ck_assert(l->ctx->diags.n && l->ctx->diags.at[0].code == E0702);
  lab_free(l);
} END_TEST

int main(void) {
  Suite *s = suite_create("interp");
  TCase *t = tcase_create("nests");
  tcase_add_test(t, integers);
  tcase_add_test(t, reals);
  tcase_add_test(t, casts);
  tcase_add_test(t, rounds_by_chance);
  tcase_add_test(t, stores_round);
  tcase_add_test(t, vectors);
  tcase_add_test(t, refusals);
  tcase_add_test(t, steps_are_a_budget);
  tcase_add_test(t, aliases);
  tcase_add_test(t, extern_kernels_set_symbols);
  tcase_add_test(t, extern_kernels_end_the_run);
  suite_add_tcase(s, t);
  return run_suite(s);
}
