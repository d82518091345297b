/* Texts: words that meet again, so that something is found, and now and then what is rare in them: nothing at all, blanks, capitals, letters beyond ASCII. */
#include "draw.h"

static const char *const few[] = {"a", "b", "ab", "c", "ba", "abc", "d"};
static const char *const rare[] = {"", " ", "A", "Ab", "\xc3\xa4", "\xc3\x84", "\xe6\x97\xa5\xe6\x9c\xac", "a b", "a\tb", "\xf0\x9f\x98\x80", "a,b", "0", "-1", "x.y", "aa"};
static const char *const between[] = {" ", ",", "  ", "-", "::", "\t"};
static const char *const numbers[] = {"0", "1", "-1", "7", "42", "-13", "3", "100", "12"};
static const char *const rare_numbers[] = {"0.5", "-2.25", "1e3", "1e-3", "NaN", "INF", "-INF", "3.4e38", "123456789"};
#define ANY_OF(words, bits) (words)[(bits) % (sizeof(words) / sizeof *(words))]

const char *draw_text(Choices *c, uint64_t *state, Wording wording, Mood mood) {
  uint64_t bits = random_bits(state);
  bool plain = mood == MOOD_PLAIN || bits % 3;
  bits /= 3;
  if (wording == WORDS_WHOLE) return ANY_OF(numbers, bits);
  if (wording == WORDS_NUMBERS) return plain ? ANY_OF(numbers, bits) : ANY_OF(rare_numbers, bits);
  if (wording == WORDS_FEW) return plain ? ANY_OF(few, bits) : ANY_OF(rare, bits);
  Str s = str_new(c->ctx);
  str_add(&s, "");
  for (uint64_t i = 0, n = bits % (wording == WORDS_SPACED ? 5 : 3); i <= n; i++) {
    uint64_t more = random_bits(state);
    if (i || more % 7 == 0) str_add(&s, wording == WORDS_SPACED ? ANY_OF(between, more / 7) : "");
    str_add(&s, plain ? ANY_OF(few, more / 64) : ANY_OF(rare, more / 64));
  }
  return intern(c->ctx, s.s);
}

const Data *draw_texts(Choices *c, int rank, const int64_t *dim, Wording wording, Mood mood) {
  Data *d = data_new(c->ctx, ELEM_string, rank, dim);
  uint64_t state = choose(c, 1 << 20);
  for (int64_t i = 0, n = d ? type_bound(c->ctx, &d->type) : 0; i < n; i++) data_set_text(c->ctx, d, i, draw_text(c, &state, wording, mood));
  return d;
}

const char *const *draw_different_texts(Choices *c, int n, Wording wording) {
  const char **to = NEWN(c->ctx, const char *, n + 1);
  uint64_t state = choose(c, 1 << 20);
  for (int i = 0; i < n; i++) {
    bool again = false;
    to[i] = intern(c->ctx, draw_text(c, &state, wording, i < 4 ? MOOD_PLAIN : MOOD_SPECIAL));
    for (int k = 0; k < i; k++) again |= to[k] == to[i];
    if (again) to[i] = intern(c->ctx, ctx_printf(c->ctx, "%s%d", to[i], i));
  }
  return to;
}
