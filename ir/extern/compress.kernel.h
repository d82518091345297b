/* Compress: the slices along one axis whose condition is true.
 * arg: extent before the axis, of the axis, bytes of one slice after it (of texts, how many), length of the condition, 1: texts. count: slices kept. */
#include <stdint.h>
#include <string.h>

static void sinter_compress(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  const unsigned char *x = in[0], *keep = in[1];
  unsigned char *y = out[0];
  int64_t outer = arg[0], extent = arg[1], bytes = arg[4] ? arg[2] * (int64_t)sizeof(const char *) : arg[2], given = arg[3] < extent ? arg[3] : extent, kept = 0;
  for (int64_t o = 0; y && o < outer; o++)
    for (int64_t k = 0; k < given; k++) {
      if (!keep[k]) continue;
      memcpy(y, x + (o * extent + k) * bytes, (size_t)bytes);
      y += bytes;
    }
  for (int64_t k = 0; k < given; k++) kept += keep[k] != 0;
  count[0] = kept;
}
