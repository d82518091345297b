/* Graph passes, from text to text; and what they must not change: the numbers that a model computes. */
#include "passes/node.h"
#include "tests/unit/suite.h"

#include <math.h>

bool pass_infer(Ctx *ctx, Unit *u);
bool pass_identity(Ctx *ctx, Unit *u);
bool pass_cse(Ctx *ctx, Unit *u);
bool pass_linear(Ctx *ctx, Unit *u);
bool pass_dead(Ctx *ctx, Unit *u);
bool pass_bind(Ctx *ctx, Unit *u);

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

typedef bool PassFn(Ctx *ctx, Unit *u);

static Model *model(const char *body) {
  Model *m = model_parse(ctx, "t", ctx_printf(ctx, "model m opset 17 hash 1\n%s", body), NULL);
  if (!m) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(m);
  m->lib = ein_lib_builtin(ctx);
  return m;
}

static const char *text(const Model *m) {
  Str s = str_new(ctx);
  model_print(ctx, m, &s);
  return strchr(s.s, '\n') + 1;
}

static bool run(Model *m, PassFn *const *passes) {
  static const Options options = {0};
  Unit u = {.model = m, .opt = &options};
  for (; *passes; passes++)
    if (!(*passes)(ctx, &u) || !graph_verify(ctx, m->graph)) return false;
  return true;
}

/* Runs infer and then the passes; the graph must then print as `want`, symbols left out. */
static void becomes(const char *body, PassFn *const *passes, const char *want) {
  Model *m = model(body);
  bool ok = run(m, (PassFn *[]){pass_infer, NULL}) && run(m, passes);
  if (!ok) diag_print(ctx, stderr);
  ck_assert(ok);
  const char *got = text(m);
  while (strncmp(got, "  symbol", 8) == 0) got = strchr(got, '\n') + 1;
  ck_assert_str_eq(got, want);
}

static PassFn *const none[] = {NULL};
static PassFn *const tidy[] = {pass_dead, NULL};

/* ---- infer */

START_TEST(constants_fold) {
  becomes("in x f32[2,3]\n const a i64[2] [1, 2] const b i64[2] [3, 4]\n"
          "s : i64[2] = Add(a, b) t : i64[2] = Mul(s, s) y : f32[2,3] = Relu(x) \"relu\" out y out t",
          tidy, "  in x f32[2,3]\n  const t i64[2] [16, 36]\n  y : f32[2,3] = Relu(x) \"relu\"\n  out y\n  out t\n");
}
END_TEST

START_TEST(shapes_fold_over_symbols) {
  becomes("symbol n 1 <= 8\n in x f32[n,2,3]\n const i i64[] [0] const m i64[1] [-1] const ax i64[1] [0]\n"
          "s : none[?] = Shape(x) g : none[?] = Gather(s, i; axis = 0) u : none[?] = Unsqueeze(g, ax) c : none[?] = Concat(u, m; axis = 0)\n"
          "y : none[?] = Reshape(x, c) \"r\" out y out c",
          tidy, "  in x f32[n,2,3]\n  const c i64[2] symbolic [n, -1]\n  y : f32[n,6] = Reshape(x, c) \"r\"\n  out y\n  out c\n");
}
END_TEST

START_TEST(extents_are_fractions) {
  /* floor(n * 1.5 / 2) and (n + 3) / 4 in shape arithmetic, as exporters write a Resize or a padding */
  becomes("symbol n 1 <= 8\n in x f32[n]\n const k f32[1] [1.5] const two i64[1] [2] const three i64[1] [3] const four i64[1] [4]\n"
          "s : none[?] = Shape(x) f : none[?] = Cast(s; to = 1) p : none[?] = Add(s, three) q : none[?] = Div(p, four) r : none[?] = Mul(s, two) out q out r out f",
          tidy, "  in x f32[n]\n  const f f32[1] symbolic [n]\n  const q i64[1] symbolic [fdiv(n+3, 4)]\n  const r i64[1] symbolic [2*n]\n  out q\n  out r\n  out f\n");
}
END_TEST

START_TEST(large_fills_stay_for_run_time) {
  Model *m = model("const s i64[2] [4096, 4096]\n y : none[?] = ConstantOfShape(s) \"fill\" out y");
  ck_assert(run(m, (PassFn *[]){pass_infer, NULL}));
  ck_assert_uint_eq(m->graph->nodes.n, 1);
  ck_assert_int_eq(m->graph->outputs.at[0]->type.rank, 2);
}
END_TEST

START_TEST(every_defect_is_reported_and_none_twice) {
  Model *m = model("in x f32[2,3] a : none[?] = Strange(x) \"one\" b : none[?] = Relu(a) \"two\" c : none[?] = Odd(x, x) \"three\"\n"
                   "d : none[?] = Concat(b, c; axis = 0) \"four\" out d");
  ck_assert(!run(m, (PassFn *[]){pass_infer, NULL}));
  ck_assert_uint_eq(ctx->diags.n, 2);
  for (int i = 0; i < 2; i++) ck_assert_int_eq(ctx->diags.at[i].code, E0400);
  ck_assert_str_eq(ctx->diags.at[0].place.node, "one");
  ck_assert_str_eq(ctx->diags.at[1].place.node, "three");
  ck_assert_ptr_nonnull(strstr(ctx->diags.at[1].text, "'x' f32[2,3], 'x' f32[2,3]"));
}
END_TEST

static const char *const choice =
    "in x f32[2] const c bool[] [%d]\n y : none[?] = If(c; then_branch = graph a { t : none[?] = Relu(x) \"r\" z : none[?] = Exp(t) \"e\" out z },"
    " else_branch = graph b { t : none[?] = Abs(x) \"r\" out t }) \"if\" out y";

START_TEST(a_known_condition_chooses_its_branch) {
  becomes(ctx_printf(ctx, choice, 1), (PassFn *[]){pass_identity, pass_dead, NULL},
          "  in x f32[2]\n  if/t : f32[2] = Relu(x) \"r\"\n  y : f32[2] = Exp(if/t) \"e\"\n  out y\n");
  becomes(ctx_printf(ctx, choice, 0), (PassFn *[]){pass_identity, pass_dead, NULL}, "  in x f32[2]\n  y : f32[2] = Abs(x) \"r\"\n  out y\n");
}
END_TEST

START_TEST(an_open_condition_keeps_both_branches) {
  Model *m = model("in x f32[2] in z f32[4] in c bool[]\n y : none[?] = If(c; then_branch = graph a { out x }, else_branch = graph b { out z }) \"if\" out y");
  ck_assert(run(m, (PassFn *[]){pass_infer, NULL}));
  const Node *n = m->graph->nodes.at[0];
  int count;
  const ext_t *symbol = node_symbols(ctx, m, n, &count);
  ck_assert_int_eq(count, 1);
  ck_assert(n->out.at[0]->type.dim[0] == symbol[0]);
  int64_t lo, hi;
  ext_range(ctx, symbol[0], &lo, &hi);
  ck_assert(lo == 2 && hi == 4);
}
END_TEST

START_TEST(branches_of_different_ranks_are_refused) {
  Model *m = model("in x f32[2] in z f32[2,1] in c bool[]\n y : none[?] = If(c; then_branch = graph a { out x }, else_branch = graph b { out z }) \"if\" out y");
  ck_assert(!run(m, (PassFn *[]){pass_infer, NULL}));
  ck_assert_int_eq(ctx->diags.at[0].code, E0202);
}
END_TEST

START_TEST(declared_types_are_checked) {
  Model *m = model("in x f32[2] y : f32[3] = Relu(x) \"r\" out y");
  ck_assert(run(m, (PassFn *[]){pass_infer, NULL}));
  ck_assert_uint_eq(ctx->diags.n, 1);
  ck_assert_int_eq(ctx->diags.at[0].code, W0001);
  m = model("in x f32[2] y : i64[2] = Relu(x) \"r\" out y");
  ck_assert(!run(m, (PassFn *[]){pass_infer, NULL}));
}
END_TEST

START_TEST(outputs_are_as_the_file_says) {
  static const Type other_elem = {.elem = ELEM_i8, .rank = 1, .dim = {2}}, other_shape = {.elem = ELEM_f32, .rank = 1, .dim = {3}}, open = {.elem = ELEM_f32, .rank = 1, .dim = {-1}};
  static const struct { const Type *said; bool good; size_t diags; } rows[] = {{&other_elem, false, 1}, {&other_shape, true, 1}, {&open, true, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t mark = diag_mark(ctx);
    Model *m = model("in x f32[2] y : none[?] = Relu(x) \"r\" out y");
    m->graph->outputs.at[0]->declared = rows[i].said;
    ck_assert_int_eq(run(m, (PassFn *[]){pass_infer, NULL}), rows[i].good);
    ck_assert_uint_eq(ctx->diags.n - mark, rows[i].diags);
    diag_rewind(ctx, mark);
  }
}
END_TEST

/* ---- identity, cse, dead */

START_TEST(copies_go) {
  static const char *const copies[] = {
      "Identity(a)", "Cast(a; to = 1)", "Dropout(a)", "Transpose(a; perm = [1, 0, 2])", "Reshape(a, shape)", "Concat(a; axis = 1)", "Pad(a, zeros)", "Slice(a, zero, end, zero)", "Flatten(b; axis = 1)", "Sum(a)",
  };
  const char *body = "in x f32[1,1,6] in w f32[1,6] const shape i64[3] [1, -1, 6] const zeros i64[6] [0, 0, 0, 0, 0, 0] const zero i64[1] [0] const end i64[1] [9]\n"
                     "a : none[?] = Relu(x) \"r\" b : none[?] = Relu(w) \"q\" c : none[?] = %s \"copy\" y : none[?] = Exp(c) \"e\" out y out a out b";
  Model *m = model(ctx_printf(ctx, body, copies[_i]));
  bool ok = run(m, (PassFn *[]){pass_infer, pass_identity, pass_dead, NULL});
  if (!ok) diag_print(ctx, stderr);
  ck_assert(ok);
  ck_assert_uint_eq(m->graph->nodes.n, 3);
}
END_TEST

START_TEST(what_moves_stays) {
  static const char *const moves[] = {"Transpose(a; perm = [1, 0, 2])", "Slice(a, zero, end, zero)", "Pad(a, shift)", "Cast(a; to = 7)", "Concat(a, a; axis = 1)"};
  const char *body = "in x f32[2,2,6] const shift i64[6] [1, 0, 0, -1, 0, 0] const zero i64[1] [0] const end i64[1] [1]\n"
                     "a : none[?] = Relu(x) \"r\" c : none[?] = %s \"move\" out c out a";
  Model *m = model(ctx_printf(ctx, body, moves[_i]));
  ck_assert(run(m, (PassFn *[]){pass_infer, pass_identity, pass_dead, NULL}));
  ck_assert_uint_eq(m->graph->nodes.n, 2);
}
END_TEST

START_TEST(a_copy_to_an_output_is_written_at_once) {
  becomes("in x f32[2] a : none[?] = Relu(x) \"r\" y : none[?] = Identity(a) \"i\" out y", (PassFn *[]){pass_identity, pass_dead, NULL}, "  in x f32[2]\n  y : f32[2] = Relu(x) \"r\"\n  out y\n");
  becomes("in x f32[2] y : none[?] = Identity(x) \"i\" out y", (PassFn *[]){pass_identity, pass_dead, NULL}, "  in x f32[2]\n  y : f32[2] = Identity(x) \"i\"\n  out y\n");
}
END_TEST

START_TEST(equal_nodes_become_one) {
  becomes("in x f32[2] const k f32[1] [2.0] const l f32[1] [2.0]\n"
          "a : none[?] = Mul(x, k) \"a\" b : none[?] = Mul(x, l) \"b\" c : none[?] = Sub(a, b) \"c\" d : none[?] = Elu(x; alpha = 1.0) \"d\" e : none[?] = Elu(x; alpha = 2.0) \"e\" out c out d out e",
          (PassFn *[]){pass_cse, pass_dead, NULL},
          "  in x f32[2]\n  const k f32[1] [2.0]\n  a : f32[2] = Mul(x, k) \"a\"\n  c : f32[2] = Sub(a, a) \"c\"\n  d : f32[2] = Elu(x; alpha = 1.0) \"d\"\n  e : f32[2] = Elu(x; alpha = 2.0) \"e\"\n  out c\n  out d\n  out e\n");
}
END_TEST

START_TEST(dead_nodes_and_outputs_go) {
  becomes("in x f32[2,4] in unused f32[1] const w f32[1] [1.0]\n a : none[?] = Exp(x) b : none[?], i : none[?] = Dropout(x) \"d\" z : none[?] = Mul(a, w) y : none[?] = Relu(b) \"r\" out y", tidy,
          "  in x f32[2,4]\n  in unused f32[1]\n  b : f32[2,4], _ = Dropout(x) \"d\"\n  y : f32[2,4] = Relu(b) \"r\"\n  out y\n");
}
END_TEST

/* ---- linear: structure, and equal numbers */

typedef struct Slot { const Buf *buf; void *bytes; } Slot;
typedef struct Slots { Slot at[16]; int n; } Slots;
static void *slot_of(void *arg, const Buf *b) {
  Slots *s = arg;
  for (int i = 0; i < s->n; i++)
    if (s->at[i].buf == b) return s->at[i].bytes;
  return NULL;
}

/* A number in [-1, 1) for each element, the same for each call. */
static double number(int64_t i) { return (double)((uint64_t)(i + 7) * 0x9E3779B97F4A7C15u >> 40) / (double)(1 << 23) - 1; }

static Data *made(const Type *t) {
  Data *d = data_new(ctx, t->elem, t->rank, t->dim);
  ck_assert_ptr_nonnull(d);
  return d;
}

/* The first output on inputs made of numbers. */
static const Data *result(Model *m) {
  static const Options options = {0};
  Unit u = {.model = m, .opt = &options};
  ck_assert(pass_bind(ctx, &u));
  Slots s = {.n = 0};
  for (size_t i = 0; i < u.program->inputs.n; i++) {
    Data *d = made(&m->graph->inputs.at[i]->type);
    for (int64_t j = 0; j < type_bound(ctx, &d->type); j++) data_set_real((void *)d->bytes, d->type.elem, j, number(j + 1000 * (int64_t)i));
    s.at[s.n++] = (Slot){u.program->inputs.at[i], (void *)d->bytes};
  }
  for (size_t i = 0; i < u.program->outputs.n; i++) s.at[s.n++] = (Slot){u.program->outputs.at[i], (void *)made(&m->graph->outputs.at[i]->type)->bytes};
  bool ok = interp_program(ctx, u.program, (Memory){.of = slot_of, .arg = &s}, 0);
  if (!ok) diag_print(ctx, stderr);
  ck_assert(ok);
  Data *y = made(&m->graph->outputs.at[0]->type);
  y->bytes = slot_of(&s, u.program->outputs.at[0]);
  return y;
}

static const char *constant(const char *name, int rank, const int64_t *dim, double offset) {
  Str s = str_new(ctx);
  int64_t n = 1;
  str_printf(&s, " const %s f32[", name);
  for (int i = 0; i < rank; i++) {
    str_printf(&s, "%s%lld", i ? "," : "", (long long)dim[i]);
    n *= dim[i];
  }
  str_add(&s, "] [");
  for (int64_t i = 0; i < n; i++) {
    if (i) str_add(&s, ", ");
    str_real(&s, number(i + (int64_t)name[0] * 100) + offset);
  }
  str_add(&s, "]\n");
  return s.s;
}
#define C(name, offset, ...) constant(name, (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__}, offset)

/* The pass leaves `nodes` nodes, and the same numbers. */
static void composes(const char *body, size_t nodes) {
  Model *plain = model(body), *composed = model(body);
  bool ok = run(plain, (PassFn *[]){pass_infer, NULL}) && run(composed, (PassFn *[]){pass_infer, pass_linear, pass_dead, NULL});
  if (!ok) diag_print(ctx, stderr);
  ck_assert(ok);
  if (composed->graph->nodes.n != nodes) fprintf(stderr, "%s\n", text(composed));
  ck_assert_uint_eq(composed->graph->nodes.n, nodes);
  const Data *a = result(plain), *b = result(composed);
  for (int64_t i = 0; i < type_bound(ctx, &a->type); i++) ck_assert_double_eq_tol(data_real(a, i), data_real(b, i), 1e-5 * (1 + fabs(data_real(a, i))));
}

static const char *join(const char *a, const char *b, const char *c, const char *d, const char *e) { return ctx_printf(ctx, "%s%s%s%s%s", a, b, c, d, e); }

static const char *norm(void) { return join(C("gamma", 1.5, 4), C("beta", 0, 4), C("mean", 0, 4), C("var", 1.5, 4), ""); }

START_TEST(batch_norm_goes_into_the_convolution_before) {
  const char *w = C("w", 0, 4, 3, 3, 3), *x = "in x f32[1,3,5,5]\n";
  composes(join(x, w, norm(), "c : none[?] = Conv(x, w; pads = [1, 1, 1, 1], strides = [2, 2]) y : none[?] = BatchNormalization(c, gamma, beta, mean, var) out y", ""), 1);
  composes(join(x, w, norm(), C("b", 0, 4), "c : none[?] = Conv(x, w, b) y : none[?] = BatchNormalization(c, gamma, beta, mean, var) out y"), 1);
}
END_TEST

START_TEST(batch_norm_goes_into_grouped_and_transposed_convolutions) {
  composes(join("in x f32[1,4,5,5]\n", C("w", 0, 4, 1, 3, 3), norm(), "c : none[?] = Conv(x, w; group = 4) y : none[?] = BatchNormalization(c, gamma, beta, mean, var) out y", ""), 1);
  composes(join("in x f32[1,4,5,5]\n", C("w", 0, 4, 2, 3, 3), norm(), "c : none[?] = ConvTranspose(x, w; group = 2, strides = [2, 2], pads = [1, 1, 1, 1]) y : none[?] = BatchNormalization(c, gamma, beta, mean, var) out y", ""), 1);
}
END_TEST

START_TEST(scale_and_bias_go_into_products) {
  composes(join("in x f32[3,5]\n", C("w", 0, 5, 4), C("k", 1.5, 4), C("b", 0, 1, 4), "c : none[?] = Gemm(x, w, b; alpha = 0.5, beta = 2.0) d : none[?] = Mul(c, k) y : none[?] = Add(d, b) out y"), 1);
  composes(join("in x f32[2,3,5]\n", C("w", 0, 5, 4), C("k", 1.5, 4), "c : none[?] = MatMul(x, w) y : none[?] = Div(c, k) out y", ""), 1);
  composes(join("in x f32[2,3,5]\n", C("w", 0, 5, 4), C("k", 1.5, 4), "c : none[?] = MatMul(x, w) y : none[?] = Add(c, k) out y", ""), 2); /* MatMul has no bias */
  composes(join("in x f32[1,3,5,5]\n", C("w", 0, 4, 3, 3, 3), "const k f32[] [0.25]\n", "c : none[?] = Conv(x, w) d : none[?] = Sub(c, k) y : none[?] = Mul(d, k) out y", ""), 1);
}
END_TEST

START_TEST(a_shift_does_not_cross_padding) {
  const char *n3 = join(C("gamma", 1.5, 3), C("beta", 0, 3), C("mean", 0, 3), C("var", 1.5, 3), "");
  const char *x = "in x f32[1,3,5,5]\n", *w = C("w", 0, 4, 3, 3, 3);
  composes(join(x, w, n3, "a : none[?] = BatchNormalization(x, gamma, beta, mean, var) y : none[?] = Conv(a, w) out y", ""), 1);
  composes(join(x, w, n3, "a : none[?] = BatchNormalization(x, gamma, beta, mean, var) y : none[?] = Conv(a, w; pads = [1, 0, 0, 0]) out y", ""), 2);
  composes(join(x, w, C("k", 1.5, 3, 1, 1), "a : none[?] = Mul(x, k) y : none[?] = Conv(a, w; pads = [1, 1, 1, 1]) out y", ""), 1);
}
END_TEST

START_TEST(a_value_with_two_readers_stays) {
  composes(join("in x f32[1,3,5,5]\n", C("w", 0, 4, 3, 3, 3), norm(), "c : none[?] = Conv(x, w) n : none[?] = BatchNormalization(c, gamma, beta, mean, var) y : none[?] = Add(n, c) out y", ""), 3);
  composes(join("in x f32[1,3,5,5]\n", C("w", 0, 4, 3, 3, 3), norm(), "c : none[?] = Conv(x, w) r : none[?] = Relu(c) y : none[?] = BatchNormalization(r, gamma, beta, mean, var) out y", ""), 3);
}
END_TEST

START_TEST(linear_blocks_collapse) {
  const char *x = "in x f32[1,3,6,6]\n";
  const char *w1 = C("w1", 0, 16, 3, 3, 3), *w2 = C("v", 0, 3, 16, 1, 1), *b = join(C("b", 0, 16), C("e", 0, 3), "", "", "");
  composes(join(x, w1, w2, b, "a : none[?] = Conv(x, w1, b; pads = [1, 1, 1, 1]) y : none[?] = Conv(a, v, e) out y"), 1);
  composes(join(x, w1, w2, b, "a : none[?] = Conv(x, w1, b; pads = [1, 1, 1, 1]) p : none[?] = Conv(a, v, e) y : none[?] = Add(x, p) out y"), 1);
  composes(join(x, w1, w2, b, "a : none[?] = Conv(x, w1, b; pads = [1, 1, 1, 1], strides = [2, 2]) p : none[?] = Conv(a, v) y : none[?] = Mul(p, p) out y"), 2);
}
END_TEST

START_TEST(a_mix_before_a_convolution) {
  const char *x = "in x f32[1,3,6,6]\n";
  const char *w1 = C("w1", 0, 16, 3, 1, 1), *w2 = C("v", 0, 2, 16, 3, 3), *b = C("b", 0, 16);
  composes(join(x, w1, w2, "a : none[?] = Conv(x, w1) y : none[?] = Conv(a, v; pads = [1, 1, 1, 1]) out y", ""), 1);
  composes(join(x, w1, w2, b, "a : none[?] = Conv(x, w1, b) y : none[?] = Conv(a, v) out y"), 1);
  composes(join(x, w1, w2, b, "a : none[?] = Conv(x, w1, b) y : none[?] = Conv(a, v; pads = [1, 1, 1, 1]) out y"), 2);
}
END_TEST

START_TEST(larger_weights_are_no_gain) {
  /* 3 -> 1 channel -> 16: composed, the weights would be larger than the two */
  composes(join("in x f32[1,8,6,6]\n", C("w1", 0, 1, 8, 3, 3), C("v", 0, 16, 1, 1, 1), "a : none[?] = Conv(x, w1) y : none[?] = Conv(a, v) out y", ""), 2);
}
END_TEST

START_TEST(products_compose) {
  composes(join("in x f32[4,6]\n", C("w1", 0, 6, 8), C("v", 0, 8, 3), "a : none[?] = MatMul(x, w1) y : none[?] = MatMul(a, v) out y", ""), 1);
  composes(join("in x f32[4,6]\n", C("w1", 0, 8, 6), C("v", 0, 8, 3), C("b", 0, 8), "a : none[?] = Gemm(x, w1, b; transB = 1) y : none[?] = Gemm(a, v) out y"), 1);
}
END_TEST

START_TEST(residuals) {
  composes(join("in x f32[1,4,5,5]\n", C("w", 0, 4, 4, 3, 3), "c : none[?] = Conv(x, w; pads = [1, 1, 1, 1]) y : none[?] = Add(c, x) out y", "", ""), 1);
  composes(join("in x f32[1,4,5,5]\n", C("w", 0, 4, 1, 3, 3), "c : none[?] = Conv(x, w; pads = [1, 1, 1, 1], group = 4) y : none[?] = Add(c, x) out y", "", ""), 1);
  composes(join("in x f32[3,4]\n", C("w", 0, 4, 4), "c : none[?] = Gemm(x, w; alpha = 2.0) y : none[?] = Add(c, x) out y", "", ""), 1);
  composes(join("in x f32[4,4]\n", C("w", 0, 4, 4), "c : none[?] = Gemm(x, w; transA = 1) y : none[?] = Add(c, x) out y", "", ""), 2);
  composes(join("in x f32[1,4,6,5]\n", C("w", 0, 4, 4, 2, 1), "c : none[?] = Conv(x, w; pads = [0, 0, 1, 0]) y : none[?] = Add(c, x) out y", "", ""), 1);
}
END_TEST

START_TEST(strict_arithmetic_composes_nothing) {
  static const Options strict = {.fp = FP_STRICT};
  Model *m = model(join("in x f32[2,5]\n", C("w", 0, 5, 4), C("k", 1.5, 4), "c : none[?] = MatMul(x, w) y : none[?] = Mul(c, k) out y", ""));
  ck_assert(run(m, (PassFn *[]){pass_infer, NULL}));
  ck_assert(pass_linear(ctx, &(Unit){.model = m, .opt = &strict}));
  ck_assert_uint_eq(m->graph->nodes.n, 2);
}
END_TEST

/* ---- bind */

START_TEST(a_program_of_kernels) {
  static const Options options = {0};
  Model *m = model("in x f32[2,6] const k f32[1] [2.0] const s i64[2] [3, 4] const e f32[2] [1.0, 2.0]\n"
                   "a : none[?] = Mul(x, k) \"a/b.c\" r : none[?] = Reshape(a, s) \"r\" y : none[?] = Exp(r) \"a/b c\" out y out x out e out y");
  Unit u = {.model = m, .opt = &options};
  ck_assert(run(m, (PassFn *[]){pass_infer, NULL}));
  ck_assert(pass_bind(ctx, &u));
  const Program *p = u.program;
  ck_assert_uint_eq(p->kernels.n, 5); /* Mul, Exp, and copies of x, e and the second y */
  ck_assert_str_eq(p->kernels.at[0]->name, "k_a_b_c");
  ck_assert_str_eq(p->kernels.at[1]->name, "k_a_b_c_2");
  ck_assert_int_eq(p->kernels.at[0]->flops, 12);
  ck_assert_int_eq(p->kernels.at[0]->bytes, 12 * 4 * 2 + 4);
  ck_assert_uint_eq(p->outputs.n, 4);
  const Buf *r = p->kernels.at[1]->cascade.steps.at[0].ein[0]->rhs->arg[0]->buf;
  ck_assert_ptr_nonnull(r->alias);
  ck_assert_str_eq(r->alias->name, "a");
  for (size_t i = 0; i < p->bufs.n; i++) ck_assert_str_ne(p->bufs.at[i]->name, "s"); /* known when compiling: no buffer */
}
END_TEST

START_TEST(constants_of_a_text_belong_to_the_program) {
  static const Options options = {0};
  Model *m = model("in x f32[2] a : none[?] = Pad(x; pads = [1, 0], value = 2.0) \"a\" b : none[?] = Pad(a; pads = [1, 0], value = 3.0) \"b\" out b");
  Unit u = {.model = m, .opt = &options};
  ck_assert(run(m, (PassFn *[]){pass_infer, NULL}));
  ck_assert(pass_bind(ctx, &u));
  ck_assert(program_verify(ctx, u.program));
  int constants = 0;
  for (size_t i = 0; i < u.program->bufs.n; i++) constants += u.program->bufs.at[i]->space == SPACE_CONST;
  ck_assert_int_eq(constants, 2);
  ck_assert_str_ne(u.program->bufs.at[u.program->bufs.n - 1]->name, u.program->bufs.at[u.program->bufs.n - 2]->name);
}
END_TEST

/* ---- manager */

/* A shape that is known only when running: its numbers become symbols, and what the text needs of them is checked when running. */
typedef struct Shaped { const Program *p; float x[6], y[36]; int64_t shape[2], symbol[2]; } Shaped;
static void *shaped_of(void *arg, const Buf *b) {
  Shaped *s = arg;
  return b == s->p->inputs.at[0] ? (void *)s->x : b == s->p->inputs.at[1] ? (void *)s->shape : b == s->p->outputs.at[0] ? (void *)s->y : NULL;
}
static int64_t shaped_symbol(void *arg, const char *name) { return ((Shaped *)arg)->symbol[name[strlen(name) - 1] - '0']; }
static void shaped_set(void *arg, const char *name, int64_t v) { ((Shaped *)arg)->symbol[name[strlen(name) - 1] - '0'] = v; }

START_TEST(shapes_known_when_running) {
  static const Options options = {0};
  static const struct { int64_t shape[2]; DiagCode code; } calls[] = {{{2, 3}, DIAG_COUNT}, {{6, 1}, DIAG_COUNT}, {{2, 2}, E0702}, {{7, 1}, E0701}, {{-1, 6}, E0701}};
  Model *m = model("in x f32[6] in s i64[2] y : none[?] = Reshape(x, s) \"r\" out y");
  Unit u = {.model = m, .opt = &options};
  ck_assert(!run(m, (PassFn *[]){pass_infer, NULL})); /* nothing says how large it may be */
  ck_assert_int_eq(ctx->diags.at[0].code, E0307);
  u.model = m = model("in x f32[6] in s i64[2] y : none[?] = Reshape(x, s) \"r\" out y");
  vec_push(ctx, &m->bounds, ((ValueBound){intern(ctx, "s"), 6}));
  diag_rewind(ctx, 0);
  ck_assert(run(m, (PassFn *[]){pass_infer, pass_dead, NULL}) && pass_bind(ctx, &u) && program_verify(ctx, u.program));
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    Shaped s = {.p = u.program, .x = {1, 2, 3, 4, 5, 6}, .shape = {calls[i].shape[0], calls[i].shape[1]}};
    diag_rewind(ctx, 0);
    bool ok = interp_program(ctx, u.program, (Memory){.of = shaped_of, .arg = &s, .symbol = shaped_symbol, .set_symbol = shaped_set}, 0);
    ck_assert_msg(ok == (calls[i].code == DIAG_COUNT), "shape %d of %zu", (int)calls[i].shape[0], i);
    if (!ok) ck_assert_int_eq(ctx->diags.at[0].code, calls[i].code);
    for (int k = 0; ok && k < 6; k++) ck_assert_float_eq(s.y[k], s.x[k]);
  }
}
END_TEST

START_TEST(disabled_passes_must_exist_and_be_optional) {
  static const struct { const char *list; bool ok; } rows[] = {{"fuse,cse", true}, {"fusee", false}, {"infer", false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Options options = {.disable = rows[i].list};
    Model *m = model("in x f32[2] y : none[?] = Relu(x) out y");
    Unit u = {.model = m, .opt = &options};
    ck_assert_int_eq(passes_run(ctx, &u, "dead", NULL, NULL), rows[i].ok);
  }
  ck_assert_int_eq(ctx->diags.at[0].code, E0802);
}
END_TEST

int main(void) {
  Suite *s = suite_create("passes");
  TCase *t = tcase_create("passes");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, constants_fold);
  tcase_add_test(t, shapes_fold_over_symbols);
  tcase_add_test(t, extents_are_fractions);
  tcase_add_test(t, large_fills_stay_for_run_time);
  tcase_add_test(t, every_defect_is_reported_and_none_twice);
  tcase_add_test(t, a_known_condition_chooses_its_branch);
  tcase_add_test(t, an_open_condition_keeps_both_branches);
  tcase_add_test(t, branches_of_different_ranks_are_refused);
  tcase_add_test(t, declared_types_are_checked);
  tcase_add_test(t, outputs_are_as_the_file_says);
  tcase_add_loop_test(t, copies_go, 0, 10);
  tcase_add_loop_test(t, what_moves_stays, 0, 5);
  tcase_add_test(t, a_copy_to_an_output_is_written_at_once);
  tcase_add_test(t, equal_nodes_become_one);
  tcase_add_test(t, dead_nodes_and_outputs_go);
  tcase_add_test(t, batch_norm_goes_into_the_convolution_before);
  tcase_add_test(t, batch_norm_goes_into_grouped_and_transposed_convolutions);
  tcase_add_test(t, scale_and_bias_go_into_products);
  tcase_add_test(t, a_shift_does_not_cross_padding);
  tcase_add_test(t, a_value_with_two_readers_stays);
  tcase_add_test(t, linear_blocks_collapse);
  tcase_add_test(t, a_mix_before_a_convolution);
  tcase_add_test(t, larger_weights_are_no_gain);
  tcase_add_test(t, products_compose);
  tcase_add_test(t, residuals);
  tcase_add_test(t, strict_arithmetic_composes_nothing);
  tcase_add_test(t, a_program_of_kernels);
  tcase_add_test(t, constants_of_a_text_belong_to_the_program);
  tcase_add_test(t, shapes_known_when_running);
  tcase_add_test(t, disabled_passes_must_exist_and_be_optional);
  suite_add_tcase(s, t);
  return run_suite(s);
}
