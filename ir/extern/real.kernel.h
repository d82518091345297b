/* Reals of several types as doubles, for kernels that compute in double. type: 0 float, 1 double, 2 half, 3 bfloat16. */
#include "runtime/convert.h"
#include <stdint.h>
#include <string.h>

static double sinter_real_load(const void *x, int64_t i, int64_t type) {
  switch (type) {
    case 0: return ((const float *)x)[i];
    case 1: return ((const double *)x)[i];
    case 2: return sinter_load_f16(((const uint16_t *)x)[i]);
    default: return sinter_load_bf16(((const uint16_t *)x)[i]);
  }
}

static void sinter_real_store(void *x, int64_t i, int64_t type, double v) {
  switch (type) {
    case 0: ((float *)x)[i] = (float)v; break;
    case 1: ((double *)x)[i] = v; break;
    case 2: ((uint16_t *)x)[i] = sinter_store_f16(v); break;
    default: ((uint16_t *)x)[i] = sinter_store_bf16(v); break;
  }
}
