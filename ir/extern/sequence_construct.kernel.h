/* SequenceConstruct: a sequence of the tensors given.
 * arg: bits of an element, tensors, extents of each, the sequence, the extents of all tensors (-1: it has none). count: a status. */
#include "ir/extern/record.kernel.h"

static void sinter_sequence_construct(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  sinter_record to = sinter_record_of(out[0], arg + 3);
  for (int64_t i = 0; i < arg[1]; i++)
    if (!sinter_record_put(to, i, arg[0], arg[2], arg + 6 + i * arg[2], in[i])) count[0] = 4; /* SINTER_CAPACITY */
  to.words[0] = arg[1];
}
