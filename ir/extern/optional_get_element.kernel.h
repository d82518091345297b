/* OptionalGetElement: the tensor (numbers as in sequence_at.kernel.h) or the sequence that is there. arg of a sequence: 0, its words. count: extents, a status. */
#include "ir/extern/sequence_at.kernel.h"

static void sinter_optional_get_element(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  const int64_t *words = in[0];
  if (arg[0]) sinter_sequence_at(in, out, arg, count);
  else if (words[0] < 0) count[0] = 5; /* SINTER_VALUE: none */
  else memcpy(out[0], words, (size_t)arg[1] * sizeof *words);
}
