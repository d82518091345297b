/* A record as it is, or in the room of another type.
 * arg: 0 and its words; or bits of an element, the record, the new one. count: a status. */
#include "ir/extern/record.kernel.h"

static void sinter_record_copy(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  if (!arg[0]) {
    memcpy(out[0], in[0], (size_t)arg[1] * sizeof(int64_t));
    return;
  }
  sinter_record from = sinter_record_of(in[0], arg + 1), to = sinter_record_of(out[0], arg + 4);
  for (int64_t i = 0; i < from.words[0]; i++)
    if (!sinter_record_put(to, i, arg[0], from.rank, sinter_record_dim(from, i), sinter_record_slot(from, i))) count[0] = 4; /* SINTER_CAPACITY */
  to.words[0] = from.words[0];
}
