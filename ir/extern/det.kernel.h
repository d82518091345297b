/* Det: determinants of square matrices, by elimination with partial pivoting in double.
 * arg: matrices, rows of each, type of an element (real.kernel.h). Work memory: one matrix of doubles. */
#include "ir/extern/real.kernel.h"

static void sinter_det(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t n = arg[1];
  double *a = out[1];
  (void)count;
  for (int64_t m = 0; m < arg[0]; m++) {
    double det = 1;
    for (int64_t i = 0; i < n * n; i++) a[i] = sinter_real_load(in[0], m * n * n + i, arg[2]);
    for (int64_t k = 0; k < n; k++) {
      int64_t pivot = k;
      for (int64_t i = k + 1; i < n; i++)
        if ((a[i * n + k] < 0 ? -a[i * n + k] : a[i * n + k]) > (a[pivot * n + k] < 0 ? -a[pivot * n + k] : a[pivot * n + k])) pivot = i;
      for (int64_t j = 0; pivot != k && j < n; j++) {
        double t = a[k * n + j];
        a[k * n + j] = a[pivot * n + j];
        a[pivot * n + j] = t;
      }
      det *= pivot == k ? a[k * n + k] : -a[k * n + k];
      for (int64_t i = k + 1; a[k * n + k] != 0 && i < n; i++)
        for (int64_t j = n - 1; j > k; j--) a[i * n + j] -= a[i * n + k] / a[k * n + k] * a[k * n + j];
    }
    sinter_real_store(out[0], m, arg[2], det);
  }
}
