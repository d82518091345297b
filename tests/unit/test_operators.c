/* Values of operators where their texts are easily wrong: NaN, infinities, cancellation, empty masks, blocks that end early. A node of constants is
 * folded by the interpreter, so the numbers stand in the graph after inference. */
#include "passes/node.h"
#include "tests/unit/suite.h"

#include <math.h>

bool pass_infer(Ctx *ctx, Unit *u);

enum { MOST = 8 };
#define NODE(text) text " out y"
typedef struct Row { int opset; const char *body; int n; double want[MOST]; } Row;
static const Row rows[] = {
  /* NaN: its place is that of the maximum and of the minimum, and it stands above every number */
  {17, NODE("const x f32[4] [1.0, nan, 3.0, nan] y : none[?] = ArgMax(x; axis = 0, keepdims = 0)"), 1, {1}},
  {17, NODE("const x f32[4] [1.0, nan, 3.0, nan] y : none[?] = ArgMin(x; axis = 0, keepdims = 0, select_last_index = 1)"), 1, {3}},
  {17, NODE("const x f32[4] [1.0, nan, 3.0, nan] const k i64[1] [3] v : none[?], y : none[?] = TopK(x, k; axis = 0)"), 3, {1, 3, 2}},
  {17, NODE("const x f32[4] [1.0, nan, 3.0, nan] const k i64[1] [3] v : none[?], y : none[?] = TopK(x, k; axis = 0, largest = 0)"), 3, {0, 2, 1}},
  {17, NODE("const x f32[1,3] [1.0, nan, 3.0] y : none[?] = Hardmax(x)"), 3, {0, 1, 0}},
  {17, NODE("const x f32[1,1,3] [1.0, nan, 3.0] v : none[?], y : none[?] = MaxPool(x; kernel_shape = ints [2])"), 2, {1, 1}},
  /* infinities */
  {17, NODE("const x f32[3] [-inf, -inf, -inf] y : none[?] = ReduceLogSumExp(x; keepdims = 0)"), 1, {-INFINITY}},
  {17, NODE("const x f32[3] [1.0, inf, 2.0] y : none[?] = ReduceLogSumExp(x; keepdims = 0)"), 1, {INFINITY}},
  /* terms that would hide each other */
  {17, NODE("const x f32[2] [-40.0, 100.0] y : none[?] = Softplus(x)"), 2, {4.248354255291589e-18, 100}},
  {17, NODE("const x f32[2] [-1e-6, -200.0] y : none[?] = Elu(x)"), 2, {-9.99999466e-7, -1}},
  {20, NODE("const x f32[2] [-6.0, 6.0] y : none[?] = Gelu(x)"), 2, {-5.91952e-9, 6}},
  {18, NODE("const x f32[1] [-30.0] y : none[?] = Mish(x)"), 1, {-2.8072869e-12}},
  {17, NODE("const x f32[1] [-2.9999998] y : none[?] = HardSwish(x)"), 1, {-1.1920928e-7}},
  {17, NODE("const x f32[1] [3.0e38] y : none[?] = HardSwish(x)"), 1, {3.0e38}},
  {17, NODE("const x f32[1,1,1,2] [100000.0, 100001.0] y : none[?] = MeanVarianceNormalization(x)"), 2, {-1, 1}},
  /* powers of two, rounded as asked */
  {24, NODE("const x f32[4] [1.1, 1.5, 1.75, 3.0] y : none[?] = Cast(x; to = 24)"), 4, {2, 2, 2, 4}},
  {24, NODE("const x f32[4] [1.1, 1.5, 1.75, 3.0] y : none[?] = Cast(x; to = 24, round_mode = \"down\")"), 4, {1, 1, 1, 2}},
  {24, NODE("const x f32[4] [1.1, 1.5, 1.25, 3.0] y : none[?] = Cast(x; to = 24, round_mode = \"nearest\")"), 4, {1, 2, 1, 4}},
  {24, NODE("const x f32[2] [3e38, 2.0] y : none[?] = Cast(x; to = 24, saturate = 0)"), 2, {NAN, 2}},
  /* quantisation: a last block that is a part of one; numbers too large for float8; a quotient of halves */
  {21, NODE("const x f32[5] [1.0, 2.0, 3.0, 8.0, 9.0] const s f32[2] [1.0, 4.0] y : none[?] = QuantizeLinear(x, s; axis = 0, block_size = 3)"), 5, {1, 2, 3, 2, 2}},
  {21, NODE("const x f32[1] [1000.0] const s f32[] [1.0] y : none[?] = QuantizeLinear(x, s; output_dtype = 17)"), 1, {448}},
  {21, NODE("const x f32[1] [1000.0] const s f32[] [1.0] y : none[?] = QuantizeLinear(x, s; output_dtype = 17, saturate = 0)"), 1, {NAN}},
  {23, NODE("const x f32[1] [1000.6] const s f32[] [1.0] y : none[?] = QuantizeLinear(x, s; output_dtype = 5, precision = 16)"), 1, {1000}},
  {21, NODE("const x u8[5] [1, 2, 3, 4, 5] const s f32[2] [1.0, 4.0] y : none[?] = DequantizeLinear(x, s; axis = 0, block_size = 4)"), 5, {1, 2, 3, 4, 20}},
  {21, NODE("const a f8e4m3fn[1,1] [2.5] const b f8e4m3fn[1,1] [3.0] const s f32[] [1.0] const z f8e4m3fn[] [0.0] y : none[?] = QLinearMatMul(a, s, z, b, s, z, s, z)"), 1, {7.5}},
  {22, NODE("const x f16[2,2] [1.0, 2.0, 3.0, 4.5] y : none[?] = Det(x)"), 1, {-1.5}},
  {26, NODE("const x f32[2] [1.0, -2.0] y : none[?] = BitCast(x; to = 6)"), 2, {1065353216, -1073741824}},
  /* regions: as many samples as a cell has elements; whole elements, and none */
  {16, NODE("const x f32[1,1,2,2] [1.0, 2.0, 3.0, 4.0] const r f32[1,4] [0.0, 0.0, 2.0, 2.0] const i i64[1] [0] y : none[?] = RoiAlign(x, r, i)"), 1, {2.5}},
  {16, NODE("const x f32[1,1,2,2] [1.0, 2.0, 3.0, 4.0] const r f32[1,4] [-9.0, -9.0, -8.0, -8.0] const i i64[1] [0] y : none[?] = RoiAlign(x, r, i; mode = \"max\")"), 1, {0}},
  {16, NODE("const x f32[1,1,2,2] [-1.0, -2.0, -3.0, -4.0] const r f32[2,5] [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 5.0, 5.0, 6.0, 6.0] y : none[?] = MaxRoiPool(x, r; pooled_shape = ints [1, 1])"), 2, {-1, 0}},
  /* an activation's own alpha; those of the second direction come after those of the first */
  {14, NODE("const x f32[1,1,1] [-2.0] const w f32[2,1,1] [1.0, 1.0] const r f32[2,1,1] [0.0, 0.0] y : none[?] = RNN(x, w, r; activation_alpha = reals [0.5, 0.25],"
            " activations = strings [\"LeakyRelu\", \"LeakyRelu\"], direction = \"bidirectional\", hidden_size = 1)"), 2, {-1, -0.5}},
  /* a query that sees nothing; a mask that hides a key; the offset of the past */
  {23, NODE("const q f32[1,1,1,1] [1.0] const k f32[1,1,2,1] [1.0, 2.0] const v f32[1,1,2,1] [3.0, 5.0] const m bool[1,2] [0, 0] y : none[?] = Attention(q, k, v, m)"), 1, {0}},
  {23, NODE("const q f32[1,1,1,1] [1.0] const k f32[1,1,2,1] [1.0, 2.0] const v f32[1,1,2,1] [3.0, 5.0] const m f32[1,2] [0.0, -inf] y : none[?] = Attention(q, k, v, m)"), 1, {3}},
  {23, NODE("const q f32[1,1,2,1] [0.0, 0.0] const k f32[1,1,2,1] [1.0, 2.0] const v f32[1,1,2,1] [3.0, 5.0] y : none[?] = Attention(q, k, v; is_causal = 1)"), 2, {3, 4}},
  {24, NODE("const x f32[1,4,1] [1.0, 2.0, 3.0, 4.0] const u f32[1,2,1] [7.0, 8.0] const i i64[1] [3] y : none[?] = TensorScatter(x, u, i; mode = \"circular\")"), 4, {8, 2, 3, 7}},
  {27, NODE("const x f32[1,1,2] [1.0, 2.0] const w f32[1,1,3] [1.0, 10.0, 100.0] const b f32[1] [0.0] const p f32[1,1,2] [3.0, 4.0] y : none[?] = CausalConvWithState(x, w, b, p)"), 2, {143, 214}},
  /* integers: 10 / 5 is 2, however the sum is taken */
  {18, NODE("const a i32[2,5] [1, -2, 3, 7, 1, 2, -7, 4, -5, -2] const x i64[1] [1] y : none[?] = ReduceMean(a, x; keepdims = 0)"), 2, {2, -1}},
  /* texts of the first opsets */
  {1, NODE("const a bool[2,2] [1, 1, 0, 1] const b bool[2] [1, 0] y : none[?] = And(a, b; axis = 0, broadcast = 1)"), 4, {1, 1, 0, 0}},
  {1, NODE("const a f32[2] [1.5, -1.5] y : none[?] = Cast(a; to = \"INT32\")"), 2, {1, -1}},
};

START_TEST(values) {
  const Row *r = &rows[_i];
  Ctx *ctx = ctx_new();
  static const Options options = {0};
  Model *m = model_parse(ctx, "t", ctx_printf(ctx, "model m opset %d hash 1\n%s", r->opset, r->body), NULL);
  if (m) m->lib = ein_lib_builtin(ctx);
  if (!m || !pass_infer(ctx, &(Unit){.model = m, .opt = &options})) diag_print(ctx, stderr);
  const Data *d = m ? m->graph->outputs.at[0]->data : NULL;
  ck_assert_msg(d != NULL, "row %d: %s", _i, r->body);
  ck_assert_int_eq(type_bound(ctx, &d->type), r->n);
  for (int i = 0; i < r->n; i++) {
    double got = data_real(d, i), want = r->want[i];
    bool same = isnan(want) ? isnan(got) : isinf(want) ? got == want : fabs(got - want) <= 2e-6 * fabs(want);
    ck_assert_msg(same, "row %d, element %d: got %.9g, want %.9g\n%s", _i, i, got, want, r->body);
  }
  ctx_free(ctx);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("operators");
  TCase *t = tcase_create("all");
  tcase_add_loop_test(t, values, 0, sizeof rows / sizeof *rows);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
