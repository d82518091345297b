/* What classifiers and regressors of ai.onnx.ml share: the scores of a row, and its label. */
#include "runtime/math_f64.h"
#include <stdint.h>
#include <string.h>

enum { SINTER_SCORES_PLAIN, SINTER_SCORES_SOFTMAX, SINTER_SCORES_LOGISTIC, SINTER_SCORES_SOFTMAX_ZERO, SINTER_SCORES_PROBIT };

static double sinter_logistic(double x) { return 1 / (1 + sinter_exp(-x)); }

static double sinter_probit(double p) { /* Winitzki's approximation of the inverse of erf, as the standard's implementations have it */
  double x = 2 * p - 1, z = (1 - x) * (1 + x), l = sinter_log(z), v = 2 / (3.14159265358979323846 * 0.147) + l / 2;
  double r = sinter_sqrt(sinter_sqrt(v * v - l / 0.147) - v);
  return 1.4142135623730951 * (x < 0 ? -r : r);
}

/* The share of each score in the sum of their exponentials; with zero, a score of 0 has (nearly) none. */
static void sinter_softmax(double *s, int64_t n, int zero) {
  double most = s[0], sum = 0;
  for (int64_t i = 1; i < n; i++) most = s[i] > most ? s[i] : most;
  for (int64_t i = 0; i < n; i++) {
    s[i] = zero && sinter_fabs(s[i]) <= 1e-7 ? s[i] * sinter_exp(-most) : sinter_exp(s[i] - most);
    sum += s[i];
  }
  for (int64_t i = 0; i < n; i++) s[i] = sum != 0 ? s[i] / sum : 0.5;
}

static void sinter_transform(double *s, int64_t n, int64_t transform) {
  if (transform == SINTER_SCORES_SOFTMAX || transform == SINTER_SCORES_SOFTMAX_ZERO) sinter_softmax(s, n, transform == SINTER_SCORES_SOFTMAX_ZERO);
  for (int64_t i = 0; i < n && transform == SINTER_SCORES_LOGISTIC; i++) s[i] = sinter_logistic(s[i]);
  for (int64_t i = 0; i < n && transform == SINTER_SCORES_PROBIT; i++) s[i] = sinter_probit(s[i]);
}
