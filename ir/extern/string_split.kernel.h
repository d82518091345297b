/* StringSplit: the pieces of each text, padded with empty texts to as many as the one with the most has; and how many each has.
 * in[1]: the delimiter; empty: runs of white space separate, and none stands at the ends. arg: texts, most splits (-1: any number), most pieces
 * there is room for. count: most pieces of a text; a status. */
#include <stdint.h>
#include <string.h>
#include "runtime/sinter.h"
#include "runtime/text.h"

static int sinter_split_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Length of the delimiter where it stands at s, else 0. */
static int64_t sinter_split_at(const char *s, const char *delimiter) {
  int64_t n = 0;
  while (delimiter[n] && s[n] == delimiter[n]) n++;
  return delimiter[n] ? 0 : n;
}

/* The next piece from *s on; 0 when there is none. */
static int sinter_split_next(const char **s, const char *delimiter, int64_t splits_left, const char **piece, int64_t *length) {
  const char *at = *s;
  int64_t n = 0;
  if (!at) return 0;
  if (!*delimiter) {
    while (sinter_split_blank(*at)) at++;
    if (!*at) return 0;
    while (at[n] && (!splits_left || !sinter_split_blank(at[n]))) n++;
    *s = at + n;
  } else {
    while (at[n] && (!splits_left || !sinter_split_at(at + n, delimiter))) n++;
    *s = at[n] ? at + n + sinter_split_at(at + n, delimiter) : NULL; /* a delimiter at the end leaves an empty piece */
  }
  *piece = at, *length = n;
  return 1;
}

static void sinter_string_split(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  const char *const *x = in[0], *delimiter = ((const char *const *)in[1])[0], *piece, *s;
  const char **y = out[0];
  int64_t *found = out[1], n = arg[0], most = 0, length;
  sinter_pool pool = sinter_pool_open(out[3]);
  for (int64_t i = 0; i < n; i++) {
    int64_t pieces = 0;
    for (s = x[i]; sinter_split_next(&s, delimiter, arg[1] - pieces, &piece, &length);) pieces++;
    if (found) found[i] = pieces;
    if (pieces > most) most = pieces;
  }
  count[0] = most;
  if (most > arg[2]) { count[1] = SINTER_CAPACITY; return; }
  for (int64_t i = 0; y && i < n; i++) {
    int64_t pieces = 0;
    for (s = x[i]; sinter_split_next(&s, delimiter, arg[1] - pieces, &piece, &length); pieces++) {
      char *from = pool.at;
      sinter_pool_text(&pool, piece, length);
      y[i * most + pieces] = sinter_pool_end(&pool, from);
    }
    for (; pieces < most; pieces++) y[i * most + pieces] = "";
  }
  if (sinter_pool_close(&pool)) count[1] = SINTER_CAPACITY;
}
