/* Features of the operators of ai.onnx.ml, whatever they are stored as: 0 float, 1 double, 2 int64, 3 int32, 4 float16. */
#include "runtime/convert.h"
#include <stdint.h>

static double sinter_feature(const void *x, int64_t i, int64_t elem) {
  switch (elem) {
    case 0: return ((const float *)x)[i];
    case 1: return ((const double *)x)[i];
    case 2: return (double)((const int64_t *)x)[i];
    case 3: return ((const int32_t *)x)[i];
    default: return sinter_load_f16(((const uint16_t *)x)[i]);
  }
}
