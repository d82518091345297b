/* SequenceAt, and the element of an optional: one tensor of a record.
 * arg: bits of an element, bytes of the position (0: the first), the record, how many extents vary, which. count: those extents, then a status. */
#include "ir/extern/record.kernel.h"

static void sinter_sequence_at(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  sinter_record from = sinter_record_of(in[0], arg + 2);
  int64_t n = from.words[0], at = arg[1] ? sinter_integer(in[1], arg[1], 0) : 0, varying = arg[5];
  if (at < 0) at += n;
  if (at < 0 || at >= n) {
    for (int64_t i = 0; i < varying; i++) count[i] = 0;
    count[varying] = 5; /* SINTER_VALUE */
    return;
  }
  const int64_t *dim = sinter_record_dim(from, at);
  int64_t bytes = sinter_tensor_bytes(arg[0], from.rank, dim);
  for (int64_t i = 0; i < varying; i++) count[i] = dim[arg[6 + i]];
  if (out[0] && bytes) memcpy(out[0], sinter_record_slot(from, at), (size_t)bytes);
}
