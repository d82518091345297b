/* NonZero: coordinates of the elements that are not zero, one row per dimension.
 * arg: bytes of an element (0: a text, which is zero when empty), 1 if it is a real number, dimensions, extents. count: how many are not zero. */
#include <stdint.h>
#include <string.h>

static int sinter_non_zero_at(const unsigned char *x, int64_t bytes, int64_t real) {
  uint64_t bits = 0;
  for (int64_t b = 0; b < bytes; b++) bits |= (uint64_t)x[b] << (8 * b);
  return real ? bits << (64 - 8 * bytes + 1) != 0 : bits != 0; /* the sign of a real zero does not count */
}

static int64_t sinter_non_zero_is(const void *x, int64_t i, int64_t bytes, int64_t real) {
  if (!bytes) return *((const char *const *)x)[i] != 0;
  return sinter_non_zero_at((const unsigned char *)x + i * bytes, bytes, real);
}

static void sinter_non_zero(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t *y = out[0], bytes = arg[0], real = arg[1], rank = arg[2], size = 1, found = 0;
  for (int64_t d = 0; d < rank; d++) size *= arg[3 + d];
  for (int64_t i = 0; i < size; i++) found += sinter_non_zero_is(in[0], i, bytes, real);
  for (int64_t i = 0, n = 0; y && i < size; i++) {
    if (!sinter_non_zero_is(in[0], i, bytes, real)) continue;
    for (int64_t d = rank - 1, rest = i; d >= 0; rest /= arg[3 + d], d--) y[d * found + n] = rest % arg[3 + d];
    n++;
  }
  count[0] = found;
}
