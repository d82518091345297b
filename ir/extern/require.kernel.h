/* Require: pairs of extents of which the first must equal the second, or be at most as large; SINTER_EXTENT where one is not. arg: how many pairs, then of each the extents and
 * whether the first may be smaller. */
#include <stdint.h>

static void sinter_require(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  (void)in, (void)out;
  for (int64_t i = 0; i < arg[0]; i++)
    if (arg[1 + 3 * i] > arg[2 + 3 * i] || (!arg[3 + 3 * i] && arg[1 + 3 * i] < arg[2 + 3 * i])) count[0] = 3; /* SINTER_EXTENT */
}
