/* SVMClassifier: support vectors of each class, or (without any) one linear score for each. */
#include "ir/extern/features.h"
#include "ir/extern/svm_classifier.kernel.h"

enum { MAX_CLASSES = 1 << 12 };

static const char *const known[] = {
  "classlabels_ints", "classlabels_strings", "coefficients", "kernel_params", "kernel_type", "post_transform", "prob_a", "prob_b", "rho", "support_vectors", "vectors_per_class", NULL};
static const char *const likenesses[] = {"LINEAR", "POLY", "RBF", "SIGMOID", NULL}; /* in the kernel's order */

/* The first vector of each class, and the end of the last. */
static bool class_table(Ctx *ctx, const BindRequest *req, int64_t classes, int64_t *vectors, ExternBound *to) {
  const int64_t *per, dim[] = {classes + 1};
  int64_t n;
  Data *d = data_new(ctx, ELEM_i64, 1, dim);
  if (!d || !ml_ints(ctx, req, "vectors_per_class", -1, &per, &n)) return false;
  if (n && n != classes) return diag(ctx, E0401, req->place, "%s counts the vectors of %lld classes, and has %lld", req->op, (long long)n, (long long)classes);
  *vectors = 0;
  for (int64_t i = 0; i < n; i++) {
    if (per[i] < 0 || per[i] > INT32_MAX) return diag(ctx, E0401, req->place, "%s has %lld vectors for class %lld", req->op, (long long)per[i], (long long)i);
    *vectors += per[i];
    data_set_int((void *)(uintptr_t)d->bytes, ELEM_i64, i + 1, *vectors);
  }
  return extern_table(ctx, req, d, to);
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  RowsOf x;
  Reals vector, coefficient, rho, a, b, param;
  int64_t like, transform, vectors = 0;
  *to = (ExternBound){0};
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, known) || !rows_of(ctx, req, &x)) return false;
  const Attr *ints = extern_attr(req, "classlabels_ints"), *texts = extern_attr(req, "classlabels_strings");
  int64_t nints = ints && ints->kind == ATTR_INTS ? ints->n : 0, ntexts = texts && texts->kind == ATTR_STRINGS ? texts->n : 0, classes = nints + ntexts;
  if (classes < 1 || classes > MAX_CLASSES || (nints && ntexts)) return diag(ctx, E0401, req->place, "%s needs either `classlabels_ints` or `classlabels_strings`, at most %d", req->op, MAX_CLASSES);
  if (!ml_choice(ctx, req, "kernel_type", likenesses, SINTER_LIKE_LINEAR, &like) || !ml_choice(ctx, req, "post_transform", ml_transforms, SINTER_SCORES_PLAIN, &transform)) return false;
  int64_t pairs = classes * (classes - 1) / 2;
  static const char *const reals[] = {"support_vectors", "coefficients", "rho", "prob_a", "prob_b"};
  for (int i = 0; i < 5; i++)
    if (!extern_table_reals(ctx, req, reals[i], ELEM_f32, to)) return false;
  if (!class_table(ctx, req, classes, &vectors, to) || !extern_table_reals(ctx, req, "kernel_params", ELEM_f32, to)) return false;
  if (!(ntexts ? extern_table_strings(ctx, req, "classlabels_strings", to) : extern_table_ints(ctx, req, "classlabels_ints", ELEM_i64, to))) return false;

  if (!ml_reals(ctx, req, "support_vectors", -1, &vector) || !ml_reals(ctx, req, "coefficients", vectors ? vectors * (classes - 1) : -1, &coefficient)) return false;
  if (!ml_reals(ctx, req, "rho", vectors ? pairs : -1, &rho) || !ml_reals(ctx, req, "prob_a", -1, &a) || !ml_reals(ctx, req, "prob_b", a.n, &b)) return false;
  if (!ml_reals(ctx, req, "kernel_params", like == SINTER_LIKE_LINEAR || !vectors ? -1 : 3, &param)) return false;
  if (vectors && ext_eq(ctx, ext_mul(ctx, vectors, x.features), vector.n) != TRI_TRUE) return diag(ctx, E0302, req->place, "%lld numbers are not %lld support vectors of as many features as the input of %s has", (long long)vector.n, (long long)vectors, req->op);
  if (!vectors && ext_eq(ctx, ext_mul(ctx, classes, x.features), coefficient.n) != TRI_TRUE) return diag(ctx, E0302, req->place, "%s has %lld coefficients, not one for each of %lld classes and each feature", req->op, (long long)coefficient.n, (long long)classes);
  if (!vectors && rho.n < 1) return diag(ctx, E0401, req->place, "%s needs `rho`", req->op);
  if (vectors && classes < 2) return diag(ctx, E0401, req->place, "%s has support vectors and one class", req->op);
  if (a.n && vectors && a.n != pairs) return diag(ctx, E0401, req->place, "%s has `prob_a` for %lld of %lld pairs", req->op, (long long)a.n, (long long)pairs);
  bool probable = a.n && vectors, shares = true;
  if (vectors && !probable && classes == 2 && transform == SINTER_SCORES_PROBIT) return diag(ctx, E0401, req->place, "%s: PROBIT says nothing of the other one of two classes", req->op);
  for (int64_t i = 0; i < coefficient.n; i++) shares &= ml_real(&coefficient, i) >= 0;

  int64_t columns = vectors && !probable ? (pairs > 2 ? pairs : classes) : classes;
  const ext_t arg[] = {x.rows, x.features, x.elem, classes, vectors, like, transform, probable, ntexts ? 0 : (int64_t)sizeof(int64_t), columns, shares};
  to->nargs = sizeof arg / sizeof *arg;
  memcpy(to->arg, arg, sizeof arg);
  to->work = (classes + (pairs > 2 ? pairs : 2) + vectors + (probable ? 2 * classes * classes + classes : 0)) * (int64_t)sizeof(double);
  to->out[0] = (Type){.elem = ntexts ? ELEM_string : ELEM_i64, .rank = 1, .dim = {x.rows}};
  to->out[1] = (Type){.elem = ELEM_f32, .rank = 2, .dim = {x.rows, columns}};
  return true;
}

const Extern extern_svm_classifier = {"SVMClassifier", "ai.onnx.ml", 1, 1, 2, "sinter_svm_classifier", bind, sinter_svm_classifier};
