/* Extents: integers of a tensor (or, without one, numbers given at the call) become the values of bounded symbols. Who calls checks them against their bounds.
 * arg: bytes of an element (4 or 8; 0: no tensor), how many, then the numbers where there is no tensor. count: the values. */
#include <stdint.h>
#include <string.h>

static void sinter_extents(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  (void)out;
  for (int64_t i = 0; i < arg[1]; i++) {
    int32_t narrow;
    if (arg[0] == 8) memcpy(&count[i], (const unsigned char *)in[0] + 8 * i, 8);
    else if (arg[0] == 4) memcpy(&narrow, (const unsigned char *)in[0] + 4 * i, 4), count[i] = narrow;
    else count[i] = arg[2 + i];
  }
}
