/* SequenceErase: a sequence without the element of a position or, without one, without its last.
 * arg: bits of an element, bytes of the position (0: none), the old sequence, the new one. count: a status. */
#include "ir/extern/record.kernel.h"

static void sinter_sequence_erase(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  sinter_record from = sinter_record_of(in[0], arg + 2), to = sinter_record_of(out[0], arg + 5);
  int64_t n = from.words[0], at = sinter_integer(in[1], arg[1], n - 1);
  if (at < 0) at += n;
  if (at < 0 || at >= n) {
    count[0] = 5; /* SINTER_VALUE */
    return;
  }
  for (int64_t i = 0; i < n; i++)
    if (i != at && !sinter_record_put(to, i - (i > at), arg[0], from.rank, sinter_record_dim(from, i), sinter_record_slot(from, i))) count[0] = 4; /* SINTER_CAPACITY */
  to.words[0] = n - 1;
}
