/* SVMClassifier: each pair of classes has a score that says which of them a row is like; the class that wins most pairs labels the row.
 * in[0]: rows of features. Tables: in[1] support vectors, in the order of their classes; in[2] their coefficients, a row for each class but one; in[3] what is added
 * to a score; in[4], in[5] what makes a probability of it; in[6] the first vector of each class, and one more; in[7] three parameters of likeness; in[8] labels.
 * arg: rows; features; element of a feature (features.kernel.h); classes; vectors, 0: a score for each class is linear in the features; likeness (0 linear,
 * 1 polynomial, 2 radial, 3 sigmoid); the transform of the scores; 1: scores are probabilities; bytes of a label, 0: it is a pointer; columns of the scores;
 * 1: no coefficient is negative.
 * Work memory, in doubles: one for each vector, pair and class, and for probabilities two squares and two rows of classes. */
#include "ir/extern/features.kernel.h"
#include "ir/extern/scores.kernel.h"

enum { SINTER_LIKE_LINEAR, SINTER_LIKE_POLYNOMIAL, SINTER_LIKE_RADIAL, SINTER_LIKE_SIGMOID };

static double sinter_likeness(const void *x, int64_t from, int64_t elem, const float *v, int64_t features, int64_t kind, const float *param) {
  double sum = 0;
  for (int64_t f = 0; f < features; f++) {
    double a = sinter_feature(x, from + f, elem), d = a - v[f];
    sum += kind == SINTER_LIKE_RADIAL ? d * d : a * v[f];
  }
  if (kind == SINTER_LIKE_RADIAL) return sinter_exp(-param[0] * sum);
  if (kind == SINTER_LIKE_POLYNOMIAL) return sinter_pow(param[0] * sum + param[1], param[2]);
  return kind == SINTER_LIKE_SIGMOID ? sinter_tanh(param[0] * sum + param[1]) : sum;
}

/* The score of every pair, first with second, first with third ...; and how many pairs each class wins. */
static void sinter_svm_pairs(const void *const *in, const int64_t *arg, const double *like, double *pair, double *won) {
  const float *coefficient = in[2], *add = in[3];
  const int64_t *first = in[6];
  int64_t classes = arg[3], vectors = arg[4], p = 0;
  for (int64_t c = 0; c < classes; c++) won[c] = 0;
  for (int64_t i = 0; i < classes; i++)
    for (int64_t j = i + 1; j < classes; j++, p++) {
      pair[p] = add[p];
      for (int64_t v = first[i]; v < first[i + 1]; v++) pair[p] += coefficient[(j - 1) * vectors + v] * like[v];
      for (int64_t v = first[j]; v < first[j + 1]; v++) pair[p] += coefficient[i * vectors + v] * like[v];
      won[pair[p] > 0 ? i : j] += 1;
    }
}

/* Probabilities of classes from those of pairs: Wu, Lin and Weng's second method, by their iteration. */
static void sinter_svm_probabilities(const void *const *in, const double *pair, int64_t n, double *memory, double *p) {
  const float *a = in[4], *b = in[5];
  double *r = memory, *q = r + n * n, *qp = q + n * n;
  for (int64_t i = 0, k = 0; i < n; i++)
    for (int64_t j = i + 1; j < n; j++, k++) {
      double share = sinter_logistic(-(pair[k] * a[k] + b[k]));
      r[i * n + j] = share < 1e-7 ? 1e-7 : share > 1 - 1e-7 ? 1 - 1e-7 : share;
      r[j * n + i] = 1 - r[i * n + j];
    }
  for (int64_t t = 0; t < n; t++) {
    p[t] = 1 / (double)n;
    q[t * n + t] = 0;
    for (int64_t j = 0; j < n; j++) {
      if (j == t) continue;
      q[t * n + t] += r[j * n + t] * r[j * n + t];
      q[t * n + j] = -r[j * n + t] * r[t * n + j];
    }
  }
  for (int64_t step = 0; step < (n > 100 ? n : 100); step++) {
    double mean = 0, worst = 0;
    for (int64_t t = 0; t < n; t++) {
      qp[t] = 0;
      for (int64_t j = 0; j < n; j++) qp[t] += q[t * n + j] * p[j];
      mean += p[t] * qp[t];
    }
    for (int64_t t = 0; t < n; t++) worst = sinter_fabs(qp[t] - mean) > worst ? sinter_fabs(qp[t] - mean) : worst;
    if (worst < 0.005 / (double)n) return;
    for (int64_t t = 0; t < n; t++) {
      double d = (mean - qp[t]) / q[t * n + t];
      p[t] += d;
      mean = (mean + d * (d * q[t * n + t] + 2 * qp[t])) / ((1 + d) * (1 + d));
      for (int64_t j = 0; j < n; j++) qp[j] = (qp[j] + d * q[t * n + j]) / (1 + d), p[j] /= 1 + d;
    }
  }
}

static int64_t sinter_svm_greatest(const double *s, int64_t n) {
  int64_t best = 0;
  for (int64_t i = 1; i < n; i++) best = s[i] > s[best] ? i : best;
  return best;
}

static void sinter_svm_classifier(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t features = arg[1], elem = arg[2], classes = arg[3], vectors = arg[4], transform = arg[6], columns = arg[9];
  size_t bytes = arg[8] ? (size_t)arg[8] : sizeof(const char *);
  double *won = out[2], *pair = won + classes, *like = pair + (classes * (classes - 1) / 2 > 2 ? classes * (classes - 1) / 2 : 2), *score = pair;
  (void)count;
  for (int64_t n = 0; n < arg[0]; n++) {
    int64_t best;
    if (vectors) {
      for (int64_t v = 0; v < vectors; v++) like[v] = sinter_likeness(in[0], n * features, elem, (const float *)in[1] + v * features, features, arg[5], in[7]);
      sinter_svm_pairs(in, arg, like, pair, won);
      best = sinter_svm_greatest(won, classes);
      if (arg[7]) sinter_svm_probabilities(in, pair, classes, like + vectors, score = won);
    } else {
      score = won;
      for (int64_t c = 0; c < classes; c++) score[c] = sinter_likeness(in[0], n * features, elem, (const float *)in[2] + c * features, features, SINTER_LIKE_LINEAR, NULL) + ((const float *)in[3])[0];
      best = sinter_svm_greatest(score, classes);
      if (classes == 2 && (arg[10] ? score[best] >= 0.5 : score[best] > 0)) best = 1; /* of two classes the second is the one that is sought */
    }
    if (score == pair && classes == 2) { /* the one pair, seen from both sides */
      double s = pair[0];
      int logistic = transform == SINTER_SCORES_LOGISTIC;
      score[0] = logistic ? sinter_logistic(-s) : transform == SINTER_SCORES_PLAIN ? -s : 1 - s;
      score[1] = logistic ? sinter_logistic(s) : s;
    } else if (columns > 1 || transform == SINTER_SCORES_PROBIT) sinter_transform(score, columns, transform);
    if (out[0]) memcpy((char *)out[0] + (size_t)n * bytes, (const char *)in[8] + (size_t)best * bytes, bytes);
    for (int64_t c = 0; out[1] && c < columns; c++) ((float *)out[1])[n * columns + c] = (float)score[c];
  }
}
