/* SplitToSequence: pieces of a tensor along an axis.
 * arg: bits of an element, 1 to keep the axis, axis, bytes of a length in `split` (0: pieces of length 1), lengths (0: one, for all pieces), the sequence, extents
 * of the tensor, the tensor's extents. count: a status. */
#include "ir/extern/record.kernel.h"

static void sinter_split_to_sequence(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  sinter_record to = sinter_record_of(out[0], arg + 5);
  int64_t axis = arg[2], rank = arg[8], lengths = arg[4], extent = arg[9 + axis], outer = 1, inner = arg[0] / 8, n = 0, from = 0, dim[16] = {0};
  for (int64_t d = 0; d < rank; d++) {
    dim[d - (d > axis && !arg[1])] = arg[9 + d];
    if (d < axis) outer *= arg[9 + d];
    if (d > axis) inner *= arg[9 + d];
  }
  for (; lengths ? n < lengths : from < extent; n++) {
    const unsigned char *length = in[1];
    int64_t piece = arg[3] ? sinter_integer(length + (lengths ? n * arg[3] : 0), arg[3], 1) : 1;
    if (!lengths && piece > extent - from) piece = extent - from;
    if (piece < !lengths || piece > extent - from) break; /* only a list may hold pieces of length 0 */
    if (arg[1]) dim[axis] = piece;
    if (n >= to.cap || outer * piece * inner > to.slot) {
      count[0] = 4; /* SINTER_CAPACITY */
      return;
    }
    unsigned char *slot = sinter_record_slot(to, n);
    if (to.rank) memcpy(sinter_record_dim(to, n), dim, (size_t)to.rank * sizeof *dim);
    for (int64_t o = 0; o < outer && piece * inner > 0; o++) memcpy(slot + o * piece * inner, (const unsigned char *)in[0] + (o * extent + from) * inner, (size_t)(piece * inner));
    from += piece;
  }
  to.words[0] = n;
  if (from != extent) count[0] = 5; /* SINTER_VALUE: the lengths do not add up */
}
