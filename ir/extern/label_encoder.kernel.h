/* LabelEncoder: the value that belongs to a key, or the default.
 * in, arg: as lookup.kernel.h; in[2]: values in the order of the keys, then the default. arg[4]: elements; arg[5]: bytes of a value, 0: it is a pointer. */
#include "ir/extern/lookup.kernel.h"

static void sinter_label_encoder(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  size_t bytes = arg[5] ? (size_t)arg[5] : sizeof(const char *);
  (void)count;
  for (int64_t i = 0; i < arg[4]; i++) {
    int64_t place = sinter_lookup(in, arg, i);
    memcpy((char *)out[0] + (size_t)i * bytes, (const char *)in[2] + (size_t)(place < 0 ? arg[0] : place) * bytes, bytes);
  }
}
