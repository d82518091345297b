/* Det: determinants of square matrices, by elimination with partial pivoting in double.
 * arg: matrices, rows of each, type of an element (0 float, 1 double, 2 half, 3 bfloat16). Work memory: one matrix of doubles. */
#include "runtime/convert.h"
#include <stdint.h>
#include <string.h>

static double sinter_det_load(const void *x, int64_t i, int64_t type) {
  switch (type) {
    case 0: return ((const float *)x)[i];
    case 1: return ((const double *)x)[i];
    case 2: return sinter_load_f16(((const uint16_t *)x)[i]);
    default: return sinter_load_bf16(((const uint16_t *)x)[i]);
  }
}

static void sinter_det_store(void *x, int64_t i, int64_t type, double v) {
  switch (type) {
    case 0: ((float *)x)[i] = (float)v; break;
    case 1: ((double *)x)[i] = v; break;
    case 2: ((uint16_t *)x)[i] = sinter_store_f16(v); break;
    default: ((uint16_t *)x)[i] = sinter_store_bf16(v); break;
  }
}

static void sinter_det(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t n = arg[1];
  double *a = out[1];
  (void)count;
  for (int64_t m = 0; m < arg[0]; m++) {
    double det = 1;
    for (int64_t i = 0; i < n * n; i++) a[i] = sinter_det_load(in[0], m * n * n + i, arg[2]);
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
    sinter_det_store(out[0], m, arg[2], det);
  }
}
