/* Unique: the different slices along one axis, where each stands first, which one every slice is, and how often each occurs.
 * arg: bytes of an element (0: a text), its class ('r' real, 'i' signed, other: unsigned), extent before the axis, of the axis, elements after it, 1: sorted.
 * count: different slices. Work memory: three numbers per slice. */
#include <stdint.h>
#include <string.h>
#include "runtime/text.h"

/* The element as an unsigned number of the same order. The two real zeros are one; NaNs stand above (or, with their sign set, below) everything. */
static uint64_t sinter_unique_key(const unsigned char *x, int64_t bytes, int64_t cls) {
  uint64_t bits = 0, sign = (uint64_t)1 << (8 * bytes - 1);
  for (int64_t b = 0; b < bytes; b++) bits |= (uint64_t)x[b] << (8 * b);
  if (cls == 'i') return bits ^ sign;
  if (cls != 'r') return bits;
  if (bits == sign) bits = 0;
  return bits & sign ? (sign - 1) - (bits & (sign - 1)) : bits | sign;
}

static int sinter_unique_compare(const unsigned char *x, const int64_t *arg, int64_t a, int64_t b) {
  int64_t bytes = arg[0], outer = arg[2], extent = arg[3], inner = arg[4];
  for (int64_t o = 0; o < outer; o++)
    for (int64_t i = 0; i < inner; i++) {
      if (!bytes) {
        const char *const *text = (const char *const *)(const void *)x;
        int c = sinter_text_compare(text[(o * extent + a) * inner + i], text[(o * extent + b) * inner + i]);
        if (c) return c;
        continue;
      }
      uint64_t ka = sinter_unique_key(x + ((o * extent + a) * inner + i) * bytes, bytes, arg[1]);
      uint64_t kb = sinter_unique_key(x + ((o * extent + b) * inner + i) * bytes, bytes, arg[1]);
      if (ka != kb) return ka < kb ? -1 : 1;
    }
  return 0;
}

static int sinter_unique_before(const unsigned char *x, const int64_t *arg, int64_t a, int64_t b) {
  int c = sinter_unique_compare(x, arg, a, b);
  return c ? c < 0 : a < b;
}

static void sinter_unique_sift(const unsigned char *x, const int64_t *arg, int64_t *heap, int64_t at, int64_t n) {
  for (int64_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && sinter_unique_before(x, arg, heap[child], heap[child + 1])) child++;
    if (!sinter_unique_before(x, arg, heap[at], heap[child])) return;
    int64_t t = heap[at];
    heap[at] = heap[child];
    heap[child] = t;
  }
}

static void sinter_unique(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  const unsigned char *x = in[0];
  unsigned char *y = out[0];
  int64_t *first = out[1], *inverse = out[2], *counts = out[3];
  int64_t bytes = arg[0] ? arg[0] : (int64_t)sizeof(const char *), outer = arg[2], n = arg[3], inner = arg[4], sorted = arg[5], different = 0;
  int64_t *order = out[4], *head = order + n, *number = head + n;
  for (int64_t i = 0; i < n; i++) order[i] = i;
  for (int64_t i = n / 2; i-- > 0;) sinter_unique_sift(x, arg, order, i, n);
  for (int64_t i = n; i-- > 1;) {
    int64_t t = order[0];
    order[0] = order[i];
    order[i] = t;
    sinter_unique_sift(x, arg, order, 0, i);
  }
  for (int64_t i = 0; i < n; i++) { /* equal slices stand together, the first of them in front */
    int same = i > 0 && !sinter_unique_compare(x, arg, order[i - 1], order[i]);
    head[order[i]] = same ? head[order[i - 1]] : order[i];
    if (!same) number[order[i]] = different++;
  }
  for (int64_t i = 0, next = 0; !sorted && i < n; i++)
    if (head[i] == i) number[i] = next++;
  for (int64_t u = 0; counts && u < different; u++) counts[u] = 0;
  for (int64_t i = 0; i < n; i++) {
    int64_t u = number[head[i]];
    if (inverse) inverse[i] = u;
    if (counts) counts[u]++;
    if (head[i] != i) continue;
    if (first) first[u] = i;
    for (int64_t o = 0; y && o < outer; o++) memcpy(y + (o * different + u) * inner * bytes, x + (o * n + i) * inner * bytes, (size_t)(inner * bytes));
  }
  count[0] = different;
}
