/* StringNormalizer: the texts that are no stop words, in the case that is asked for.
 * in[1]: stop words. arg: texts, stop words, 1: case counts when comparing, 'l' lower case, 'u' upper case, 0 as it is. count: texts that stay, at
 * least one, which is empty then; a status. Letters are those of the Latin, Greek, Cyrillic and Armenian scripts that have two cases of one character each. */
#include <stdint.h>
#include <string.h>
#include "runtime/sinter.h"
#include "runtime/text.h"

/* Capital letters from..to, every `step`-th of them; the small letter lies `small` further. */
typedef struct sinter_letters { uint32_t from, to; int32_t step, small; } sinter_letters;

static const sinter_letters sinter_capitals[] = {
  {0x41, 0x5a, 1, 32}, {0xc0, 0xd6, 1, 32}, {0xd8, 0xde, 1, 32}, {0x100, 0x12e, 2, 1}, {0x132, 0x136, 2, 1}, {0x139, 0x147, 2, 1}, {0x14a, 0x176, 2, 1}, {0x178, 0x178, 1, -121},
  {0x179, 0x17d, 2, 1}, {0x386, 0x386, 1, 38}, {0x388, 0x38a, 1, 37}, {0x38c, 0x38c, 1, 64}, {0x38e, 0x38f, 1, 63}, {0x391, 0x3a1, 1, 32}, {0x3a3, 0x3ab, 1, 32},
  {0x400, 0x40f, 1, 80}, {0x410, 0x42f, 1, 32}, {0x460, 0x480, 2, 1}, {0x48a, 0x4be, 2, 1}, {0x4c1, 0x4cd, 2, 1}, {0x4d0, 0x52e, 2, 1}, {0x531, 0x556, 1, 48},
  {0x1e00, 0x1e94, 2, 1}, {0x1ea0, 0x1efe, 2, 1},
};

static uint32_t sinter_in_case(uint32_t c, int64_t wanted) {
  for (uint32_t i = 0; i < sizeof sinter_capitals / sizeof *sinter_capitals; i++) {
    const sinter_letters *l = &sinter_capitals[i];
    uint32_t shift = wanted == 'u' ? (uint32_t)l->small : 0, capital = c - shift; /* c, or the capital it would be the small letter of */
    if (capital < l->from || capital > l->to || (capital - l->from) % (uint32_t)l->step) continue;
    return wanted == 'u' ? capital : c + (uint32_t)l->small;
  }
  return c;
}

/* A character of two or three bytes, or a byte that is taken as it is. */
static uint32_t sinter_character(const char **s) {
  const unsigned char *b = (const unsigned char *)*s;
  if (b[0] >= 0xc2 && b[0] < 0xe0 && (b[1] & 0xc0) == 0x80) { *s += 2; return (b[0] & 0x1fu) << 6 | (b[1] & 0x3fu); }
  if (b[0] >= 0xe0 && b[0] < 0xf0 && (b[1] & 0xc0) == 0x80 && (b[2] & 0xc0) == 0x80) { *s += 3; return (b[0] & 0xfu) << 12 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu); }
  *s += 1;
  return b[0] < 0x80 ? b[0] : b[0] | 0x80000000u; /* a byte of something longer */
}

static void sinter_put_character(sinter_pool *p, uint32_t c) {
  if (c < 0x80 || c & 0x80000000u) { sinter_pool_put(p, (char)(unsigned char)c); return; }
  if (c < 0x800) sinter_pool_put(p, (char)(unsigned char)(0xc0 | c >> 6));
  else {
    sinter_pool_put(p, (char)(unsigned char)(0xe0 | c >> 12));
    sinter_pool_put(p, (char)(unsigned char)(0x80 | (c >> 6 & 0x3f)));
  }
  sinter_pool_put(p, (char)(unsigned char)(0x80 | (c & 0x3f)));
}

static int sinter_same_letters(const char *a, const char *b) {
  while (*a && *b)
    if (sinter_in_case(sinter_character(&a), 'l') != sinter_in_case(sinter_character(&b), 'l')) return 0;
  return !*a && !*b;
}

static void sinter_string_normalizer(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  const char *const *x = in[0], *const *stop = in[1];
  const char **y = out[0];
  int64_t n = arg[0], stays = 0;
  sinter_pool pool = sinter_pool_open(arg[3] ? out[2] : NULL);
  for (int64_t i = 0; i < n; i++) {
    int64_t word = 0;
    while (word < arg[1] && !(arg[2] ? sinter_text_equal(x[i], stop[word]) : sinter_same_letters(x[i], stop[word]))) word++;
    if (word < arg[1]) continue;
    if (y && arg[3]) {
      char *from = pool.at;
      for (const char *s = x[i]; *s;) sinter_put_character(&pool, sinter_in_case(sinter_character(&s), arg[3]));
      y[stays] = sinter_pool_end(&pool, from);
    } else if (y) y[stays] = x[i];
    stays++;
  }
  if (!stays && y) y[0] = "";
  count[0] = stays ? stays : 1;
  if (sinter_pool_close(&pool)) count[1] = SINTER_CAPACITY;
}
