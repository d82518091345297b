/* Random shapes and attributes: what is compiled must agree with the interpreter of the naive nests, which sees no optional pass. Fixed seeds, so that a failure can be
 * repeated; SINTER_RANDOM=N in the environment tries N seeds. Official node tests are weak: they pass even where a convolution ignores its dilations. */
#include "cli/cli.h"
#include "tests/unit/suite.h"
#include <math.h>
#include <stdlib.h>

typedef struct Maker { Ctx *ctx; Model *model; Value *last; uint64_t state; int n; } Maker;

static int pick(Maker *m, int lo, int hi) { return lo + (int)(random_bits(&m->state) % (uint64_t)(hi - lo + 1)); }
static bool coin(Maker *m) { return random_bits(&m->state) >> 63; }
#define ONE_OF(m, ...) ((const int[]){__VA_ARGS__}[random_bits(&m->state) % (sizeof((const int[]){__VA_ARGS__}) / sizeof(int))])

static Value *value(Maker *m, Elem e, int rank, const int64_t *dim) {
  Value *v = graph_value(m->ctx, m->model->graph, ctx_printf(m->ctx, "v%d", m->n++));
  v->type = (Type){.elem = e, .rank = rank};
  for (int i = 0; i < rank; i++) v->type.dim[i] = dim[i];
  return v;
}
static Value *input(Maker *m, int rank, const int64_t *dim) {
  Value *v = value(m, ELEM_f32, rank, dim);
  v->is_input = true;
  vec_push(m->ctx, &m->model->graph->inputs, v);
  return v;
}
static const Data *numbers(Maker *m, int rank, const int64_t *dim) {
  Data *d = data_new(m->ctx, ELEM_f32, rank, dim);
  int64_t n = type_bound(m->ctx, &d->type);
  for (int64_t i = 0; i < n; i++) data_set_real((void *)d->bytes, ELEM_f32, i, (double)(random_bits(&m->state) >> 11) * 0x1p-52 - 1);
  return d;
}
static Value *weight(Maker *m, int rank, const int64_t *dim) {
  Value *v = value(m, ELEM_f32, rank, dim);
  v->data = numbers(m, rank, dim);
  return v;
}
static Value *positive(Maker *m, int64_t n) {
  Value *v = weight(m, 1, &n);
  for (int64_t i = 0; i < n; i++) data_set_real((void *)v->data->bytes, ELEM_f32, i, 1.5 + data_real(v->data, i));
  return v;
}
static Value *integers(Maker *m, int n, const int64_t *x) {
  const int64_t dim[] = {n};
  Value *v = value(m, ELEM_i64, 1, dim);
  v->data = data_new(m->ctx, ELEM_i64, 1, dim);
  for (int i = 0; i < n; i++) data_set_int((void *)v->data->bytes, ELEM_i64, i, x[i]);
  return v;
}
static Node *node(Maker *m, const char *op, int n, Value *const *in) {
  Node *node = graph_node(m->ctx, m->model->graph, op, "", ctx_printf(m->ctx, "%s%d", op, m->n));
  node->opset = 17;
  for (int i = 0; i < n; i++) vec_push(m->ctx, &node->in, in[i]);
  m->last = value(m, ELEM_NONE, -1, NULL);
  m->last->def = node;
  vec_push(m->ctx, &node->out, m->last);
  return node;
}
static void attr_int(Maker *m, Node *n, const char *name, int64_t v) { vec_push(m->ctx, &n->attrs, ((Attr){.name = intern(m->ctx, name), .kind = ATTR_INT, .i = v})); }
static void attr_ints(Maker *m, Node *n, const char *name, int count, const int64_t *v) {
  const int64_t *copy = arena_copy(m->ctx->arena, v, (size_t)count * sizeof *v);
  vec_push(m->ctx, &n->attrs, ((Attr){.name = intern(m->ctx, name), .kind = ATTR_INTS, .n = count, .ints = copy}));
}
static void attr_text(Maker *m, Node *n, const char *name, const char *v) { vec_push(m->ctx, &n->attrs, ((Attr){.name = intern(m->ctx, name), .kind = ATTR_STRING, .s = v})); }
#define DIMS(...) (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]){__VA_ARGS__}
#define IN(...) (int)(sizeof((Value *const[]){__VA_ARGS__}) / sizeof(Value *)), (Value *const[]){__VA_ARGS__}

static void convolution(Maker *m) {
  bool depthwise = coin(m) && coin(m);
  int group = depthwise ? ONE_OF(m, 3, 8, 20) : ONE_OF(m, 1, 1, 2, 4), in = depthwise ? group : group * ONE_OF(m, 1, 2, 5, 8), out = depthwise ? group : group * ONE_OF(m, 1, 3, 8, 12), spatial = ONE_OF(m, 1, 2, 2, 2, 3);
  int64_t x[5] = {pick(m, 1, 2), in}, w[5] = {out, in / group}, stride[3], dilation[3], pad[6];
  for (int i = 0; i < spatial; i++) {
    stride[i] = pick(m, 1, 3), dilation[i] = pick(m, 1, 2), pad[i] = pick(m, 0, 2), pad[i + spatial] = pick(m, 0, 2);
    w[2 + i] = pick(m, 1, 4);
    x[2 + i] = pick(m, (int)((w[2 + i] - 1) * dilation[i] + 1), 15);
  }
  Node *n = node(m, "Conv", 3, (Value *const[]){input(m, 2 + spatial, x), weight(m, 2 + spatial, w), weight(m, DIMS(out))});
  attr_int(m, n, "group", group), attr_ints(m, n, "strides", spatial, stride), attr_ints(m, n, "dilations", spatial, dilation), attr_ints(m, n, "pads", 2 * spatial, pad);
  if (coin(m)) node(m, "BatchNormalization", IN(m->last, weight(m, DIMS(out)), weight(m, DIMS(out)), weight(m, DIMS(out)), positive(m, out)));
  if (coin(m)) node(m, coin(m) ? "Relu" : "HardSwish", IN(m->last));
}
static void transposed(Maker *m) {
  int group = pick(m, 1, 2), in = group * ONE_OF(m, 1, 3, 8), out = ONE_OF(m, 1, 2, 8);
  int64_t kernel[] = {pick(m, 1, 4), pick(m, 1, 4)}, stride[] = {pick(m, 1, 3), pick(m, 1, 3)};
  Node *n = node(m, "ConvTranspose", IN(input(m, DIMS(1, in, pick(m, 3, 8), pick(m, 3, 8))), weight(m, DIMS(in, out, kernel[0], kernel[1])), weight(m, DIMS(group * out))));
  attr_int(m, n, "group", group), attr_ints(m, n, "strides", 2, stride);
}
static void product(Maker *m) {
  int rows = ONE_OF(m, 1, 3, 8, 17, 40), cols = ONE_OF(m, 1, 2, 8, 17, 40), inner = ONE_OF(m, 1, 7, 16, 33), batch = pick(m, 1, 3);
  Value *a = coin(m) ? input(m, DIMS(batch, rows, inner)) : input(m, DIMS(rows, inner)), *b = coin(m) ? weight(m, DIMS(inner, cols)) : input(m, DIMS(inner, cols));
  node(m, "MatMul", IN(a, b));
  if (coin(m)) node(m, "Add", IN(m->last, weight(m, DIMS(cols))));
  if (coin(m)) node(m, "Sigmoid", IN(m->last));
}
static void gemm(Maker *m) {
  int rows = ONE_OF(m, 1, 5, 16, 33), cols = ONE_OF(m, 1, 8, 21), inner = ONE_OF(m, 1, 9, 32);
  bool ta = coin(m), tb = coin(m);
  Value *a = ta ? input(m, DIMS(inner, rows)) : input(m, DIMS(rows, inner)), *b = tb ? weight(m, DIMS(cols, inner)) : weight(m, DIMS(inner, cols));
  Node *n = node(m, "Gemm", IN(a, b, coin(m) ? weight(m, DIMS(cols)) : weight(m, DIMS(rows, 1))));
  attr_int(m, n, "transA", ta), attr_int(m, n, "transB", tb);
}
static void pool(Maker *m) {
  int64_t kernel[] = {pick(m, 1, 3), pick(m, 1, 3)}, stride[] = {pick(m, 1, 3), pick(m, 1, 3)}, pad[] = {pick(m, 0, (int)kernel[0] - 1), pick(m, 0, (int)kernel[1] - 1), pick(m, 0, (int)kernel[0] - 1), pick(m, 0, (int)kernel[1] - 1)};
  Node *n = node(m, coin(m) ? "MaxPool" : "AveragePool", IN(input(m, DIMS(pick(m, 1, 2), ONE_OF(m, 1, 3, 8), pick(m, 5, 20), pick(m, 5, 20)))));
  attr_ints(m, n, "kernel_shape", 2, kernel), attr_ints(m, n, "strides", 2, stride), attr_ints(m, n, "pads", 4, pad);
}
static Value *any(Maker *m, int *rank) {
  int64_t dim[4];
  *rank = pick(m, 1, 4);
  for (int i = 0; i < *rank; i++) dim[i] = ONE_OF(m, 1, 2, 5, 8, 17);
  return input(m, *rank, dim);
}
static void along_axis(Maker *m) {
  static const char *const ops[] = {"Softmax", "LogSoftmax", "ReduceMean", "ReduceMax", "ReduceL2", "ReduceLogSumExp", "ArgMax"};
  int rank, op = pick(m, 0, 6);
  Value *x = any(m, &rank);
  int64_t axis = pick(m, -rank, rank - 1);
  Node *n = node(m, ops[op], IN(x));
  if (op < 2 || op == 6) attr_int(m, n, "axis", axis);
  else attr_ints(m, n, "axes", 1, &axis);
}
static void norm(Maker *m) {
  int64_t c = ONE_OF(m, 1, 5, 16, 40);
  Node *n = node(m, "LayerNormalization", IN(input(m, DIMS(pick(m, 1, 4), pick(m, 1, 9), c)), weight(m, DIMS(c)), weight(m, DIMS(c))));
  attr_int(m, n, "axis", -1);
}
static void movement(Maker *m) {
  int64_t perm[] = {0, 1, 2}, a = pick(m, 2, 9), b = pick(m, 2, 9), c = pick(m, 2, 9);
  for (int i = 2; i > 0; i--) { int j = pick(m, 0, i); int64_t t = perm[i]; perm[i] = perm[j], perm[j] = t; }
  attr_ints(m, node(m, "Transpose", IN(input(m, DIMS(a, b, c)))), "perm", 3, perm);
  node(m, "Reshape", IN(m->last, integers(m, DIMS(-1))));
  node(m, "Exp", IN(m->last));
  if (coin(m)) attr_int(m, node(m, "Concat", IN(m->last, input(m, DIMS(pick(m, 1, 5))), m->last)), "axis", 0);
}
static void padded(Maker *m) {
  static const char *const modes[] = {"constant", "edge", "reflect"};
  Node *n = node(m, "Pad", IN(input(m, DIMS(pick(m, 3, 6), pick(m, 3, 20))), integers(m, DIMS(pick(m, 0, 2), pick(m, 0, 2), pick(m, 0, 2), pick(m, 0, 2)))));
  attr_text(m, n, "mode", modes[pick(m, 0, 2)]);
  node(m, "Slice", IN(m->last, integers(m, DIMS(pick(m, -3, 2))), integers(m, DIMS(INT64_MAX)), integers(m, DIMS(pick(m, 0, 1))), integers(m, DIMS(pick(m, 1, 2)))));
}
static void broadcast(Maker *m) {
  int64_t a[4], b[4];
  for (int i = 0; i < 4; i++) a[i] = pick(m, 1, 9), b[i] = coin(m) ? a[i] : 1;
  int from = pick(m, 0, 3);
  node(m, coin(m) ? "Mul" : "Sub", IN(input(m, 4 - from, b + from), input(m, 4, a)));
  node(m, coin(m) ? "Tanh" : "Erf", IN(m->last));
}
static void attention(Maker *m) {
  int64_t heads = pick(m, 1, 3), length = ONE_OF(m, 3, 8, 17), width = ONE_OF(m, 4, 8, 12), perm[] = {0, 2, 1};
  Value *q = input(m, DIMS(heads, length, width)), *k = input(m, DIMS(heads, length, width)), *v = input(m, DIMS(heads, length, width));
  attr_ints(m, node(m, "Transpose", IN(k)), "perm", 3, perm);
  node(m, "MatMul", IN(q, m->last));
  attr_int(m, node(m, "Softmax", IN(m->last)), "axis", -1);
  node(m, "MatMul", IN(m->last, v));
}

static void (*const makers[])(Maker *) = {convolution, convolution, convolution, transposed, product, product, gemm, pool, pool, along_axis, along_axis, norm, movement, padded, broadcast, attention};

static Maker make(Ctx *ctx, uint64_t seed) {
  Maker m = {.ctx = ctx, .model = NEW(ctx, Model), .state = seed};
  m.model->name = m.model->path = "random";
  m.model->graph = NEW(ctx, Graph);
  m.model->graph->name = "random";
  m.model->lib = ein_lib_builtin(ctx);
  vec_push(ctx, &m.model->opsets, ((OpsetId){intern(ctx, ""), 17}));
  makers[seed % (sizeof makers / sizeof *makers)](&m);
  vec_push(ctx, &m.model->graph->outputs, m.last);
  return m;
}

static const Data *run(Ctx *ctx, uint64_t seed, const char *target, Fp fp, const char *until) {
  Maker m = make(ctx, seed);
  Options options = {.target = target_find(ctx, target), .fp = fp, .disable = until ? "identity,cse,linear" : NULL, .read_back = true};
  Unit unit = {.model = m.model, .opt = &options};
  Command cmd = {.verb = &verb_verify, .cflags = "-O1", .recorded = ""};
  vec_push(ctx, &cmd.args, "random");
  Feeds feeds = {0};
  Maker data = {.ctx = ctx, .state = seed + 1};
  for (size_t i = 0; i < m.model->graph->inputs.n; i++) {
    const Value *v = m.model->graph->inputs.at[i];
    const Data *d = numbers(&data, v->type.rank, v->type.dim);
    vec_push(ctx, &feeds, ((Feed){v->name, d}));
  }
  Execution x = {.unit = &unit, .cmd = &cmd};
  if (!passes_run(ctx, &unit, until, NULL, NULL) || !binding_make(ctx, unit.program, &feeds, &x.binding)) return NULL;
  return (until ? execute_interpreted(ctx, &x) : execute_compiled(ctx, &x)) ? x.binding.outputs.at[0] : NULL;
}

START_TEST(compiled_code_agrees_with_the_interpreter) {
  uint64_t seed = (uint64_t)_i;
  static const struct { const char *about, *target; Fp fp; double error; } ways[] = {
    {"host", "host", FP_DEFAULT, 2e-6}, {"generic", "generic", FP_DEFAULT, 2e-6}, {"reference", "host", FP_REFERENCE, 0}};
  Ctx *ctx = ctx_new();
  const Data *want = run(ctx, seed, "generic", FP_DEFAULT, "bind");
  for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
    const char *about = ways[w].about;
    const Data *got = want ? run(ctx, seed, ways[w].target, ways[w].fp, NULL) : NULL;
    if (!got) diag_print(ctx, stderr);
    ck_assert_msg(got != NULL, "seed %d, %s: no result", _i, about);
    int64_t n = type_bound(ctx, &want->type);
    ck_assert_msg(type_equal(&want->type, &got->type), "seed %d, %s: another type", _i, about);
    double most = 0, worst = 0;
    for (int64_t i = 0; i < n; i++) {
      double expected = data_real(want, i), g = data_real(got, i);
      if (isnan(expected) && isnan(g)) continue;
      most = fmax(most, fabs(expected));
      worst = fabs(expected - g) <= worst ? worst : fabs(expected - g);
    }
    ck_assert_msg(worst <= ways[w].error * (1 + most), "seed %d, %s: off by %g of %g", _i, about, worst, most);
  }
  ctx_free(ctx);
}
END_TEST

int main(void) {
  const char *many = getenv("SINTER_RANDOM");
  Suite *s = suite_create("random");
  TCase *t = tcase_create("random");
  tcase_set_timeout(t, 60);
  tcase_add_loop_test(t, compiled_code_agrees_with_the_interpreter, 0, many ? atoi(many) : 32);
  suite_add_tcase(s, t);
  return run_suite(s);
}
