/* Optional: a value, or none.
 * arg: 0, the length that says none; 1, bits of an element, extents, the record, the tensor's extents; or 2, words of the sequence. count: a status. */
#include "ir/extern/record.kernel.h"

static void sinter_optional(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t *words = out[0];
  if (arg[0] == 2) memcpy(words, in[0], (size_t)arg[1] * sizeof *words);
  else words[0] = arg[0] ? 1 : arg[1];
  if (arg[0] == 1 && !sinter_record_put(sinter_record_of(words, arg + 3), 0, arg[1], arg[2], arg + 6, in[0])) count[0] = 4; /* SINTER_CAPACITY */
}
