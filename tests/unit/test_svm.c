/* SVMClassifier: pairs, votes, probabilities; and what is refused. */
#include "ir/extern.h"
#include "tests/unit/suite.h"
#include <math.h>
#include <stdlib.h>

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

/* One vector for each of three classes, at 0, 1 and 2 on the line; likeness is linear. */
static const int64_t labels[3] = {4, 5, 6}, per_class[3] = {1, 1, 1};
static const double vectors[3] = {0, 1, 2}, coefficients[6] = {1, 0, -1, 1, 1, -1}, rho[3] = {0.25, 0.5, 0.25}, a[3] = {-1, -1, -1}, b[3] = {0, 0, 0};
enum { PROBABLE = 8 };
static const Attr attrs[] = {
  {.name = "classlabels_ints", .kind = ATTR_INTS, .n = 3, .ints = labels}, {.name = "vectors_per_class", .kind = ATTR_INTS, .n = 3, .ints = per_class},
  {.name = "support_vectors", .kind = ATTR_REALS, .n = 3, .reals = vectors}, {.name = "coefficients", .kind = ATTR_REALS, .n = 6, .reals = coefficients},
  {.name = "rho", .kind = ATTR_REALS, .n = 3, .reals = rho}, {.name = "kernel_type", .kind = ATTR_STRING, .s = "LINEAR"},
  {.name = "prob_a", .kind = ATTR_REALS, .n = 3, .reals = a}, {.name = "prob_b", .kind = ATTR_REALS, .n = 3, .reals = b}};

static const Extern *svm(void) { return extern_find("SVMClassifier", "ai.onnx.ml", 1); }
static bool bind(int64_t features, int nattr, const Attr *attr, ExternBound *to) {
  const Type x = {ELEM_f32, 2, {2, features}};
  const BindInput in = {.type = &x};
  const BindRequest req = {.op = "SVMClassifier", .domain = "ai.onnx.ml", .opset = 1, .nin = 1, .in = &in, .nattr = nattr, .attr = attr};
  return svm()->bind(ctx, &req, to);
}
static void run(const ExternBound *bound, const float *x, int64_t *y, float *z) {
  const void *in[1 + EXTERN_TABLES] = {x};
  void *out[] = {y, z, malloc((size_t)bound->work)};
  for (int i = 0; i < bound->ntables; i++) in[1 + i] = bound->table[i]->bytes;
  svm()->kernel(in, out, bound->arg, NULL);
  free(out[2]);
}

START_TEST(pairs_vote) {
  const float x[2] = {1, -1};
  int64_t y[2];
  float z[2][3];
  ExternBound bound;
  ck_assert(bind(1, 6, attrs, &bound));
  ck_assert(bound.out[1].dim[1] == 3);
  run(&bound, x, y, z[0]);
  /* likeness of 1: 0 1 2. first with second: 0.25 + 1*0 + 0*1; first with third: 0.5 + 1*0 - 1*2; second with third: 0.25 + 1*1 - 1*2 */
  ck_assert(z[0][0] == 0.25f && z[0][1] == -1.5f && z[0][2] == -0.75f);
  ck_assert(z[1][0] == 0.25f && z[1][1] == 2.5f && z[1][2] == 1.25f);
  ck_assert(y[0] == 6 && y[1] == 4);
}
END_TEST

START_TEST(probabilities) {
  const float x[2] = {1, -1};
  int64_t y[2];
  float z[2][3];
  ExternBound bound;
  ck_assert(bind(1, PROBABLE, attrs, &bound));
  run(&bound, x, y, z[0]);
  for (int n = 0; n < 2; n++) ck_assert_float_eq_tol(z[n][0] + z[n][1] + z[n][2], 1, 1e-6);
  ck_assert(z[0][2] > z[0][1] && z[0][1] > z[0][0] && z[1][0] > z[1][1] && z[1][1] > z[1][2]);
  ck_assert(y[0] == 6 && y[1] == 4);
}
END_TEST

START_TEST(refusals) {
  const int64_t odd[3] = {1, -1, 3};
  const struct { int which, n; const int64_t *ints; DiagCode code; } bad[] = {{1, 2, per_class, E0401}, {1, 3, odd, E0401}, {2, 2, NULL, E0302}, {3, 5, NULL, E0401}, {4, 2, NULL, E0401}, {7, 2, NULL, E0401}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    Attr attr[PROBABLE];
    ExternBound bound;
    size_t mark = diag_mark(ctx);
    memcpy(attr, attrs, sizeof attr);
    attr[bad[i].which].n = bad[i].n;
    if (bad[i].ints) attr[bad[i].which].ints = bad[i].ints;
    ck_assert(!bind(1, PROBABLE, attr, &bound));
    ck_assert_uint_eq(diag_mark(ctx), mark + 1);
    ck_assert_msg(ctx->diags.at[mark].code == bad[i].code, "row %zu: %s", i, ctx->diags.at[mark].text);
  }
  ExternBound bound;
  ck_assert(!bind(2, PROBABLE, attrs, &bound)); /* vectors of one feature */
}
END_TEST

int main(void) {
  TCase *t = tcase_create("svm");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, pairs_vote);
  tcase_add_test(t, probabilities);
  tcase_add_test(t, refusals);
  Suite *s = suite_create("svm");
  suite_add_tcase(s, t);
  return run_suite(s);
}
