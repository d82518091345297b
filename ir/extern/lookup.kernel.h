/* Where an element of the input stands among sorted keys.
 * in[0]: the input; in[1]: keys, all int64, all double, or all texts. arg[0..3]: how many keys; element of the input (0 int64, 1 int32, 2 int16, 3 float, 4 double,
 * 5 text); what the keys are (0 integers, 1 reals, 2 texts); the place of the key that is not a number, or -1. */
#include "runtime/convert.h"
#include "runtime/text.h"
#include <stdint.h>
#include <string.h>

enum { SINTER_KEY_INT, SINTER_KEY_REAL, SINTER_KEY_TEXT };
typedef struct sinter_key { int64_t i; double r; const char *s; } sinter_key;

static int sinter_key_below(const void *keys, int64_t at, int64_t kind, const sinter_key *x) {
  if (kind == SINTER_KEY_TEXT) return sinter_text_compare(((const char *const *)keys)[at], x->s) < 0;
  return kind == SINTER_KEY_REAL ? ((const double *)keys)[at] < x->r : ((const int64_t *)keys)[at] < x->i;
}

static int sinter_key_is(const void *keys, int64_t at, int64_t kind, const sinter_key *x) {
  if (kind == SINTER_KEY_TEXT) return sinter_text_equal(((const char *const *)keys)[at], x->s);
  return kind == SINTER_KEY_REAL ? ((const double *)keys)[at] == x->r : ((const int64_t *)keys)[at] == x->i;
}

/* Place of element number i among the keys; -1 when it is none of them. Looked up as an integer, a real is cut. */
static int64_t sinter_lookup(const void *const *in, const int64_t *arg, int64_t i) {
  int64_t lo = 0, hi = arg[0], kind = arg[2];
  sinter_key x = {0, 0, ""};
  switch (arg[1]) {
    case 0: x.i = ((const int64_t *)in[0])[i]; break;
    case 1: x.i = ((const int32_t *)in[0])[i]; break;
    case 2: x.i = ((const int16_t *)in[0])[i]; break;
    case 3: x.r = ((const float *)in[0])[i]; break;
    case 4: x.r = ((const double *)in[0])[i]; break;
    default: x.s = ((const char *const *)in[0])[i]; break;
  }
  if (arg[1] >= 3 && kind == SINTER_KEY_INT) x.i = sinter_cast_i64(x.r);
  if (x.r != x.r && kind == SINTER_KEY_REAL) return arg[3];
  while (lo < hi) { /* keys before lo are below x, keys from hi on are not */
    int64_t m = lo + (hi - lo) / 2;
    if (sinter_key_below(in[1], m, kind, &x)) lo = m + 1;
    else hi = m;
  }
  return lo < arg[0] && sinter_key_is(in[1], lo, kind, &x) ? lo : -1;
}
