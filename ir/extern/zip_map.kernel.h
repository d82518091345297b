/* ZipMap: a map for every row, from keys to the row's elements.
 * in[0]: the rows; in[1]: the keys, ascending; in[2]: for each which column it has. arg: rows, keys, bytes from one map to the next. */
#include <stdint.h>
#include <string.h>

static void sinter_zip_map(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  const float *x = in[0];
  const int64_t *column = in[2], keys = arg[1];
  int64_t *words = out[0];
  (void)count;
  words[0] = arg[0];
  for (int64_t i = 0; i < arg[0]; i++) {
    unsigned char *map = (unsigned char *)(words + 1) + i * arg[2];
    memcpy(map, &keys, sizeof keys);
    if (keys) memcpy(map + 8, in[1], (size_t)keys * 8);
    for (int64_t k = 0; k < keys; k++) memcpy(map + 8 + 8 * keys + 4 * k, &x[i * keys + column[k]], sizeof *x);
  }
}
