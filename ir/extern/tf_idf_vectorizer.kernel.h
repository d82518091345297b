/* TfIdfVectorizer: how often each n-gram of a pool occurs in each row, the members of an n-gram `skip` apart, weighed.
 * in[1]: the pool, n-grams of one length together and sorted; in[2]: for each n-gram its column; in[3]: a weight per column. arg: rows, members of a row, columns,
 * 's' texts, 4 or 8 bytes of an integer, shortest and longest n-gram, most skips, 1: a count above 1 is 1, 1: weights count; then for each length its first member in
 * the pool, its first n-gram in in[2], and how many there are. */
#include <stdint.h>
#include <string.h>
#include "runtime/text.h"

static int sinter_tf_idf_compare(const void *x, int64_t i, int64_t type, const void *pool, int64_t at) {
  if (type == 's') return sinter_text_compare(((const char *const *)x)[i], ((const char *const *)pool)[at]);
  int64_t a = type == 4 ? ((const int32_t *)x)[i] : ((const int64_t *)x)[i], b = ((const int64_t *)pool)[at];
  return (a > b) - (a < b);
}

/* The n-gram that begins at member `at` of the row; -1: it is not in the pool. */
static int64_t sinter_tf_idf_find(const void *x, int64_t at, int64_t skip, int64_t type, const void *pool, int64_t length, const int64_t *part) {
  int64_t low = 0, high = part[2];
  while (low < high) {
    int64_t middle = (low + high) / 2;
    int order = 0;
    for (int64_t k = 0; k < length && !order; k++) order = sinter_tf_idf_compare(x, at + k * skip, type, pool, part[0] + middle * length + k);
    if (!order) return part[1] + middle;
    if (order > 0) low = middle + 1;
    else high = middle;
  }
  return -1;
}

static void sinter_tf_idf_vectorizer(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t rows = arg[0], members = arg[1], columns = arg[2], type = arg[3];
  const int64_t *column = in[2];
  const float *weight = in[3];
  float *y = out[0];
  (void)count;
  for (int64_t r = 0; r < rows; r++, y += columns) {
    for (int64_t c = 0; c < columns; c++) y[c] = 0;
    for (int64_t skip = 1; skip <= arg[6] + 1; skip++)
      for (int64_t length = arg[4]; length <= arg[5]; length++) {
        if (length == 1 && skip > 1) continue; /* of one member, and the same whatever is skipped */
        for (int64_t at = 0; at + skip * (length - 1) < members; at++) {
          int64_t gram = sinter_tf_idf_find(in[0], r * members + at, skip, type, in[1], length, arg + 9 + 3 * (length - 1));
          if (gram >= 0) y[column[gram]] += 1;
        }
      }
    for (int64_t c = 0; c < columns; c++) {
      if (arg[7] && y[c] > 1) y[c] = 1;
      if (arg[8]) y[c] *= weight[c];
    }
  }
}
