/* A library whose batch is a bounded symbol, `--dim 'n<=8'`, called for several batches; the logits must be those of the reference interpreter, memory behind
 * what was asked for stays as it was, and a batch outside the bound is refused. Usage: symbols images.npy logits.npy */
#include "digits.h"
#include "npy.h"
#include <math.h>

enum { PIXELS = 64, CLASSES = 10, MOST = 8 };
static const float UNTOUCHED = -12345.0f;
static _Alignas(DIGITS_ALIGN) unsigned char arena[DIGITS_ARENA_BYTES + 64];

static int call(const float *images, int64_t n, float *logits) {
  const digits_inputs in = {.x = images, .n = n};
  const digits_outputs out = {.logits = logits};
  return digits_run(&in, &out, arena, NULL);
}

int main(int argc, char **argv) {
  Npy none = {NULL, 0}, images = argc == 3 ? npy_read(argv[1], "<f4", sizeof(float)) : none, want = argc == 3 ? npy_read(argv[2], "<f4", sizeof(float)) : none;
  if (!images.data || !want.data || want.count < MOST * CLASSES || images.count < MOST * PIXELS) {
    fprintf(stderr, "usage: symbols images.npy logits.npy\n");
    return 1;
  }
  static const int64_t batches[] = {1, 3, 8, 2, 1};
  float logits[(MOST + 1) * CLASSES];
  int wrong = 0;
  for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
    const int64_t n = batches[b];
    for (int i = 0; i < (MOST + 1) * CLASSES; i++) logits[i] = UNTOUCHED;
    memset(arena + DIGITS_ARENA_BYTES, 0x5a, 64);
    if (call(images.data, n, logits)) { printf("n = %d: refused\n", (int)n); wrong++; continue; }
    for (int i = 0; i < (MOST + 1) * CLASSES; i++) {
      const float expected = i < n * CLASSES ? ((const float *)want.data)[i] : UNTOUCHED;
      if (fabsf(logits[i] - expected) <= 1e-3f * fabsf(expected) + 1e-4f) continue;
      printf("n = %d: element %d is %g, want %g\n", (int)n, i, (double)logits[i], (double)expected);
      wrong++;
    }
    for (int i = 0; i < 64; i++) wrong += arena[DIGITS_ARENA_BYTES + i] != 0x5a;
  }
  if (!call(images.data, 0, logits) || !call(images.data, MOST + 1, logits) || !call(images.data, -1, logits)) { printf("a batch outside 1..8 was taken\n"); wrong++; }
  free(images.data);
  free(want.data);
  return wrong != 0;
}
