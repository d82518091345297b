/* BitCast: bytes as they are; a truth value is 0 or 1. arg: bytes, whether to truth values. */
#include <stdint.h>
#include <string.h>

static void sinter_bit_cast(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  const uint8_t *from = in[0];
  uint8_t *to = out[0];
  (void)count;
  if (!arg[1]) memcpy(to, from, (size_t)arg[0]);
  else for (int64_t i = 0; i < arg[0]; i++) to[i] = from[i] != 0;
}
