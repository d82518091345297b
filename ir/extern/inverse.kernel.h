/* Inverse: of square matrices, by elimination with partial pivoting in double on [a | identity], until the left half is the identity.
 * arg: matrices, rows of each, bytes of an element (4: float, 8: double). Work memory: one matrix of doubles of twice the width. */
#include <stdint.h>
#include <string.h>

static double sinter_inverse_size(double v) { return v < 0 ? -v : v; }

static void sinter_inverse(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t n = arg[1], wide = 2 * n, single = arg[2] == 4;
  double *a = out[1];
  (void)count;
  for (int64_t m = 0; m < arg[0]; m++) {
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < n; j++) {
        int64_t at = (m * n + i) * n + j;
        a[i * wide + j] = single ? (double)((const float *)in[0])[at] : ((const double *)in[0])[at];
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
      for (int64_t j = 0; j < n; j++) {
        int64_t at = (m * n + i) * n + j;
        if (single) ((float *)out[0])[at] = (float)a[i * wide + n + j];
        else ((double *)out[0])[at] = a[i * wide + n + j];
      }
  }
}
