/* StringConcat: two texts joined, element by element of tensors that broadcast.
 * arg: rank, extents of the output, of the first and of the second input (padded with 1 in front). count[0]: a status. */
#include <stdint.h>
#include <string.h>
#include "runtime/sinter.h"
#include "runtime/text.h"

static void sinter_string_concat(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t rank = arg[0], n = 1;
  const int64_t *extent = arg + 1, *of_x = extent + rank, *of_y = of_x + rank;
  sinter_pool pool = sinter_pool_open(out[2]);
  for (int64_t d = 0; d < rank; d++) n *= extent[d];
  for (int64_t i = 0; i < n; i++) {
    int64_t at[2] = {0, 0}, stride[2] = {1, 1};
    for (int64_t d = rank, rest = i; d-- > 0; rest /= extent[d]) {
      at[0] += of_x[d] == 1 ? 0 : rest % extent[d] * stride[0];
      at[1] += of_y[d] == 1 ? 0 : rest % extent[d] * stride[1];
      stride[0] *= of_x[d], stride[1] *= of_y[d];
    }
    char *from = pool.at;
    for (int side = 0; side < 2; side++) {
      const char *text = ((const char *const *)in[side])[at[side]];
      sinter_pool_text(&pool, text, sinter_text_length(text));
    }
    ((const char **)out[0])[i] = sinter_pool_end(&pool, from);
  }
  if (sinter_pool_close(&pool)) count[0] = SINTER_CAPACITY;
}
