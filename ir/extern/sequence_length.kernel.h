/* SequenceLength: how many elements a sequence has. */
#include <stdint.h>
#include <string.h>

static void sinter_sequence_length(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  (void)arg, (void)count;
  memcpy(out[0], in[0], sizeof(int64_t));
}
