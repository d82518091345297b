/* Gradient against central finite differences, in f64: every model below is run with its gradient, and without it at two points beside each element. The
 * differentiated value is the sum of the elements of y, weighted (y is multiplied by fixed numbers first), so that errors do not cancel. */
#include "passes/pass.h"
#include "ir/tile.h"
#include "tests/unit/suite.h"
#include <math.h>

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

enum { MOST = 128, TENSORS = 8 };
typedef struct Run { const Program *p; double in[TENSORS][MOST]; double out[TENSORS][4096]; } Run;

static void *place_of(void *arg, const Buf *b) {
  Run *r = arg;
  for (size_t i = 0; i < r->p->inputs.n; i++)
    if (r->p->inputs.at[i] == b) return r->in[i];
  for (size_t i = 0; i < r->p->outputs.n; i++)
    if (r->p->outputs.at[i] == b) return r->out[i];
  return b->data ? (void *)b->data->bytes : NULL;
}
static int64_t no_symbol(void *arg, const char *name) { (void)arg, (void)name; return 0; }
static void ignore(void *arg, const char *name, int64_t v) { (void)arg, (void)name, (void)v; }

static void compute(Run *r) {
  bool ok = interp_program(ctx, r->p, (Memory){.of = place_of, .arg = r, .symbol = no_symbol, .set_symbol = ignore}, 0);
  if (!ok) diag_print(ctx, stderr);
  ck_assert(ok);
}

/* `x` and what else is listed are f64 inputs; `y` is what the body computes. */
typedef struct Case { const char *name, *inputs, *body; double least, most; } Case;
static const Case cases[] = {
  {"product", "x f64[2,3] w f64[3,4]", "y : none[?] = MatMul(x, w) \"m\"", -1, 1},
  {"broadcast", "x f64[2,3] w f64[3]", "a : none[?] = Mul(x, w) \"m\" b : none[?] = Add(a, w) \"a\" y : none[?] = Div(b, x) \"d\"", 1, 2},
  {"convolution", "x f64[1,4,5,4] w f64[4,2,3,2]", "y : none[?] = Conv(x, w; group = 2, strides = ints [2, 1], pads = ints [1, 0, 0, 1]) \"c\"", -1, 1},
  {"transposed convolution", "x f64[1,2,3,3] w f64[2,2,2,2]", "y : none[?] = ConvTranspose(x, w; strides = ints [2, 2]) \"c\"", -1, 1},
  {"softmax", "x f64[2,5]", "y : none[?] = Softmax(x; axis = 1) \"s\"", -1, 1},
  {"normalisation", "x f64[2,6] w f64[6]", "y : none[?] = LayerNormalization(x, w) \"l\"", -1, 1},
  {"maximum", "x f64[1,1,4,5]", "y : none[?] = MaxPool(x; kernel_shape = ints [2, 3], pads = ints [1, 1, 0, 0]) \"p\"", -1, 1},
  {"average", "x f64[1,2,5,4]", "y : none[?] = AveragePool(x; kernel_shape = ints [3, 2], pads = ints [1, 0, 1, 1]) \"p\"", -1, 1},
  {"gather", "x f64[4,3]", "const i i64[3] [2, 0, 2] y : none[?] = Gather(x, i; axis = 0) \"g\"", -1, 1},
  {"activations", "x f64[9]", "a : none[?] = Tanh(x) \"t\" b : none[?] = Sigmoid(a) \"s\" c : none[?] = Erf(b) \"e\" d : none[?] = LeakyRelu(x) \"l\" y : none[?] = Mul(c, d) \"m\"", -1, 1},
  {"powers", "x f64[6] w f64[6]", "a : none[?] = Pow(x, w) \"p\" b : none[?] = Log(a) \"l\" c : none[?] = Sqrt(x) \"q\" y : none[?] = Mul(b, c) \"m\"", 1, 2},
  {"views", "x f64[2,3,4]", "a : none[?] = Transpose(x; perm = ints [2, 0, 1]) \"t\" const s i64[2] [4, 6] b : none[?] = Reshape(a, s) \"r\" const from i64[1] [1] const to i64[1] [6] const ax i64[1] [1]"
                            " c : none[?] = Slice(b, from, to, ax) \"s\" y : none[?] = Concat(c, b; axis = 1) \"c\"", -1, 1},
  {"norms", "x f64[3,4]", "a : none[?] = ReduceL2(x; axes = ints [1], keepdims = 0) \"n\" y : none[?] = ReduceLogSumExp(a; keepdims = 0) \"l\"", 0.5, 1},
  {"recurrence", "x f64[3,1,2] w f64[1,3,2] r f64[1,3,3]", "y : none[?], _ = RNN(x, w, r; hidden_size = 3) \"r\"", -1, 1},
};

static const Program *program(const char *text) {
  static const Options options = {0};
  Model *m = model_parse(ctx, "t", text, NULL);
  Unit u = {.model = m, .opt = &options};
  if (m) m->lib = ein_lib_builtin(ctx);
  bool ok = m && passes_run(ctx, &u, "bind", NULL, NULL);
  if (!ok) diag_print(ctx, stderr);
  ck_assert(ok);
  return u.program;
}

static double noise(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 11) / (double)(UINT64_C(1) << 53);
}

static int64_t size_of(const Buf *b) {
  int64_t n = 1;
  for (int i = 0; i < b->rank; i++) n *= b->dim[i];
  return n;
}

/* Sum of y times 0.5, 0.6, 0.7 ... */
static double weighted(const Run *r, size_t y) {
  double sum = 0;
  for (int64_t i = 0, n = size_of(r->p->outputs.at[y]); i < n; i++) sum += (0.5 + 0.1 * (double)(i % 7)) * r->out[y][i];
  return sum;
}

START_TEST(agrees_with_differences) {
  const Case *c = &cases[_i];
  Str head = str_new(ctx), names = str_new(ctx), outs = str_new(ctx), back = str_new(ctx), list = str_new(ctx);
  size_t inputs = 0;
  for (const char *at = c->inputs; *at;) {
    size_t n = strcspn(at, " "), type = n + 1 + strcspn(at + n + 1, " ");
    str_printf(&head, "in %.*s\n", (int)type, at);
    str_printf(&names, "%s\"%.*s\"", inputs ? ", " : "", (int)n, at);
    str_printf(&list, "%s%.*s", inputs ? ", " : "", (int)n, at);
    str_printf(&outs, "%sd%.*s : none[?]", inputs ? ", " : "", (int)n, at);
    str_printf(&back, "out d%.*s\n", (int)n, at);
    inputs++;
    at += type + (at[type] == ' ');
  }
  const char *forward = ctx_printf(ctx, "model m opset 17 opset \"ai.onnx.preview.training\" 1 hash 1\n%s%s\n", head.s, c->body);
  const Program *plain = program(ctx_printf(ctx, "%sout y\n", forward));
  int64_t elements = size_of(plain->outputs.at[0]);
  ck_assert_int_le(elements, MOST);
  /* z = y * k, with k of y's shape */
  Str k = str_new(ctx), shape = str_new(ctx);
  for (int i = 0; i < plain->outputs.at[0]->rank; i++) str_printf(&shape, "%s%lld", i ? "," : "", (long long)plain->outputs.at[0]->dim[i]);
  for (int64_t i = 0; i < elements; i++) str_printf(&k, "%s%g", i ? ", " : "", 0.5 + 0.1 * (double)(i % 7));
  const char *weigh = elements <= 16 ? ctx_printf(ctx, "const k f64[%s] [%s]\nz : none[?] = Mul(y, k) \"weigh\"\n", shape.s, k.s) : "z : none[?] = Identity(y) \"weigh\"\n";
  Run *r = NEW(ctx, Run);
  r->p = program(ctx_printf(ctx, "%s%s%s = ai.onnx.preview.training:Gradient(%s; xs = [%s], y = \"z\") \"g\"\nout y\n%s", forward, weigh, outs.s, list.s, names.s, back.s));
  uint64_t state = 7;
  for (size_t i = 0; i < inputs; i++)
    for (int64_t e = 0; e < size_of(r->p->inputs.at[i]); e++) r->in[i][e] = c->least + (c->most - c->least) * noise(&state);
  compute(r);
  Run *beside = NEW(ctx, Run);
  for (size_t i = 0; i < inputs; i++)
    for (int64_t e = 0; e < size_of(r->p->inputs.at[i]); e++) {
      const double step = 1e-6;
      double at[2];
      for (int side = 0; side < 2; side++) {
        memcpy(beside->in, r->in, sizeof r->in);
        beside->p = plain;
        beside->in[i][e] += side ? step : -step;
        compute(beside);
        at[side] = weighted(beside, 0);
        if (elements > 16) {
          at[side] = 0;
          for (int64_t y = 0; y < elements; y++) at[side] += beside->out[0][y];
        }
      }
      double want = (at[1] - at[0]) / (2 * step), got = r->out[1 + i][e];
      ck_assert_msg(fabs(got - want) <= 1e-6 * (1 + fabs(want)), "%s: derivative by element %lld of input %zu is %.10g, the difference %.10g", c->name, (long long)e, i, got, want);
    }
}
END_TEST

int main(void) {
  Suite *s = suite_create("gradient");
  TCase *t = tcase_create("differences");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, agrees_with_differences, 0, sizeof cases / sizeof *cases);
  suite_add_tcase(s, t);
  return run_suite(s);
}
