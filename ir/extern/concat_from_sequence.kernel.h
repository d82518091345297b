/* ConcatFromSequence: the tensors of a sequence next to one another along an axis, or along a new one.
 * arg: bits of an element, axis, 1 if it is new, the sequence, how many extents of the result are counted, which. count: those extents, then a status. */
#include "ir/extern/record.kernel.h"

static void sinter_concat_from_sequence(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  sinter_record from = sinter_record_of(in[0], arg + 3);
  int64_t axis = arg[1], fresh = arg[2], n = from.words[0], sum = 0, outer = 1, inner = arg[0] / 8, dim[17] = {0};
  for (int64_t i = 0; i < n; i++) {
    const int64_t *own = sinter_record_dim(from, i), *first = sinter_record_dim(from, 0);
    sum += fresh ? 1 : own[axis];
    for (int64_t d = 0; d < from.rank; d++)
      if (own[d] != first[d] && (fresh || d != axis)) count[arg[6]] = 5; /* SINTER_VALUE: they do not fit together */
  }
  for (int64_t d = 0; n && d < from.rank + fresh; d++) {
    dim[d] = d == axis ? sum : sinter_record_dim(from, 0)[d - (fresh && d > axis)];
    if (d < axis) outer *= dim[d];
    if (d > axis) inner *= dim[d];
  }
  for (int64_t i = 0; i < arg[6]; i++) count[i] = dim[arg[7 + i]];
  if (n == 0 && !arg[6]) count[0] = 5; /* of nothing */
  if (!out[0] || count[arg[6]]) return;
  for (int64_t i = 0, at = 0; i < n; i++) {
    int64_t piece = (fresh ? 1 : sinter_record_dim(from, i)[axis]) * inner;
    for (int64_t o = 0; o < outer && piece; o++) memcpy((unsigned char *)out[0] + o * sum * inner + at, sinter_record_slot(from, i) + o * piece, (size_t)piece);
    at += piece;
  }
}
