/* OneHotEncoder: a row of zeros with a one in the column of the element's category.
 * in, arg: as lookup.kernel.h; in[2]: the column of each key. arg[4]: elements; arg[5]: columns; arg[6]: 0: an element of no category ends the run. */
#include "ir/extern/lookup.kernel.h"
#include "runtime/sinter.h"

static void sinter_one_hot_encoder(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  float *y = out[0];
  memset(y, 0, (size_t)(arg[4] * arg[5]) * sizeof *y);
  for (int64_t i = 0; i < arg[4]; i++) {
    int64_t place = sinter_lookup(in, arg, i);
    if (place >= 0) y[i * arg[5] + ((const int32_t *)in[2])[place]] = 1;
    else if (!arg[6]) count[0] = SINTER_VALUE;
  }
}
