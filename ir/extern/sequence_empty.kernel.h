/* SequenceEmpty: a sequence without elements. */
#include <stdint.h>

static void sinter_sequence_empty(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t *words = out[0];
  (void)in, (void)arg, (void)count;
  words[0] = 0;
}
