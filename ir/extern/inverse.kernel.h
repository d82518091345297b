/* Inverse: of square matrices, by elimination with partial pivoting in double on [a | identity], until the left half is the identity.
 * arg: matrices, rows of each, type of an element (real.kernel.h). Work memory: one matrix of doubles of twice the width. */
#include "ir/extern/real.kernel.h"

static double sinter_inverse_size(double v) { return v < 0 ? -v : v; }

static void sinter_inverse(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t n = arg[1], wide = 2 * n;
  double *a = out[1];
  (void)count;
  for (int64_t m = 0; m < arg[0]; m++) {
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < n; j++) {
        a[i * wide + j] = sinter_real_load(in[0], (m * n + i) * n + j, arg[2]);
        a[i * wide + n + j] = i == j;
      }
    for (int64_t k = 0; k < n; k++) {
      int64_t pivot = k;
      for (int64_t i = k + 1; i < n; i++)
        if (sinter_inverse_size(a[i * wide + k]) > sinter_inverse_size(a[pivot * wide + k])) pivot = i;
      for (int64_t j = 0; pivot != k && j < wide; j++) {
        double t = a[k * wide + j];
        a[k * wide + j] = a[pivot * wide + j];
        a[pivot * wide + j] = t;
      }
      double by = 1 / a[k * wide + k]; /* a matrix that has no inverse gives infinities and NaN */
      for (int64_t j = 0; j < wide; j++) a[k * wide + j] *= by;
      for (int64_t i = 0; i < n; i++) {
        double f = i == k ? 0 : a[i * wide + k];
        for (int64_t j = 0; f != 0 && j < wide; j++) a[i * wide + j] -= f * a[k * wide + j];
      }
    }
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < n; j++) sinter_real_store(out[0], (m * n + i) * n + j, arg[2], a[i * wide + n + j]);
  }
}
