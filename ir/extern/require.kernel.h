/* Require: pairs of extents that must be equal; SINTER_EXTENT where two differ. arg: how many pairs, then the pairs. */
#include <stdint.h>

static void sinter_require(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  (void)in, (void)out;
  for (int64_t i = 0; i < arg[0]; i++)
    if (arg[1 + 2 * i] != arg[2 + 2 * i]) count[0] = 3; /* SINTER_EXTENT */
}
