/* SequenceInsert: a sequence with one more tensor, before the element of a position or, without one, at the end.
 * arg: bits of an element, bytes of the position (0: none), extents of the tensor, the old sequence, the new one, the tensor's extents. count: a status. */
#include "ir/extern/record.kernel.h"

static void sinter_sequence_insert(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  sinter_record from = sinter_record_of(in[0], arg + 3), to = sinter_record_of(out[0], arg + 6);
  int64_t n = from.words[0], at = sinter_integer(in[2], arg[1], n);
  if (at < 0) at += n;
  if (at < 0 || at > n) {
    count[0] = 5; /* SINTER_VALUE */
    return;
  }
  for (int64_t i = 0; i < n; i++)
    if (!sinter_record_put(to, i + (i >= at), arg[0], from.rank, sinter_record_dim(from, i), sinter_record_slot(from, i))) count[0] = 4; /* SINTER_CAPACITY */
  if (!sinter_record_put(to, at, arg[0], arg[2], arg + 9, in[1])) count[0] = 4;
  to.words[0] = n + 1;
}
