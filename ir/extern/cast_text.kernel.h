/* Cast between numbers and texts.
 * arg: elements; class, bits and mantissa bits (0: no real) of what is read; the same of what is made.
 * count[0]: SINTER_VALUE where a text is no number of the type. Reals are written with as few digits as read back the same, with an exponent from 1e16 on and
 * below 1e-4; both ways are exact, by arithmetic on large integers (Steele and White, "How to print floating-point numbers accurately", 1990). */
#include <stdint.h>
#include <string.h>
#include "runtime/sinter.h"
#include "runtime/text.h"

/* ---- natural numbers of up to 5120 bits: enough for 800 digits over the smallest double */
enum { SINTER_BIG_WORDS = 160, SINTER_BIG_DIGITS = 800 };
typedef struct sinter_big { uint32_t word[SINTER_BIG_WORDS]; int n; } sinter_big;

static void sinter_big_set(sinter_big *b, uint64_t v) {
  for (b->n = 0; v; v >>= 32) b->word[b->n++] = (uint32_t)v;
}

static void sinter_big_times(sinter_big *b, uint32_t factor, uint32_t plus) {
  uint64_t carry = plus;
  for (int i = 0; i < b->n; i++) {
    carry += (uint64_t)b->word[i] * factor;
    b->word[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry && b->n < SINTER_BIG_WORDS) b->word[b->n++] = (uint32_t)carry;
}

static void sinter_big_shift(sinter_big *b, int bits) { /* to the left */
  int words = bits / 32;
  if (!b->n) return;
  sinter_big_times(b, (uint32_t)1 << bits % 32, 0);
  if (!words || b->n + words > SINTER_BIG_WORDS) return;
  for (int i = b->n; i-- > 0;) b->word[i + words] = b->word[i];
  for (int i = 0; i < words; i++) b->word[i] = 0;
  b->n += words;
}

static void sinter_big_halve(sinter_big *b) {
  for (int i = 0; i < b->n; i++) b->word[i] = b->word[i] >> 1 | (i + 1 < b->n ? b->word[i + 1] << 31 : 0);
  if (b->n && !b->word[b->n - 1]) b->n--;
}

static int sinter_big_compare(const sinter_big *a, const sinter_big *b) {
  if (a->n != b->n) return a->n < b->n ? -1 : 1;
  for (int i = a->n; i-- > 0;)
    if (a->word[i] != b->word[i]) return a->word[i] < b->word[i] ? -1 : 1;
  return 0;
}

static void sinter_big_add(sinter_big *a, const sinter_big *b) {
  uint64_t carry = 0;
  for (int i = 0; i < a->n || i < b->n; i++) {
    if (i == a->n) a->word[a->n++] = 0;
    carry += (uint64_t)a->word[i] + (i < b->n ? b->word[i] : 0);
    a->word[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry && a->n < SINTER_BIG_WORDS) a->word[a->n++] = (uint32_t)carry;
}

static void sinter_big_subtract(sinter_big *a, const sinter_big *b) { /* a >= b */
  int64_t borrow = 0;
  for (int i = 0; i < a->n; i++) {
    borrow += (int64_t)a->word[i] - (i < b->n ? b->word[i] : 0);
    a->word[i] = (uint32_t)borrow;
    borrow >>= 32;
  }
  while (a->n && !a->word[a->n - 1]) a->n--;
}

static int sinter_big_bits(const sinter_big *b) {
  int bits = b->n * 32;
  for (uint32_t top = b->n ? b->word[b->n - 1] : 0; b->n && !(top & 0x80000000u); top <<= 1) bits--;
  return bits;
}

/* ---- a real format: sign, exponent, mantissa of `digits` bits, the hidden one counted; least: exponent of the last bit of the smallest number */
typedef struct sinter_real { int bits, digits, least; } sinter_real;

static sinter_real sinter_real_format(int64_t bits, int64_t digits) {
  sinter_real f;
  f.bits = (int)bits, f.digits = (int)digits;
  f.least = 3 - (1 << (bits - digits - 1)) - f.digits;
  return f;
}

/* ---- texts of numbers */
static void sinter_put_natural(sinter_pool *p, uint64_t v, int least) {
  char digit[20];
  int n = 0;
  do digit[n++] = (char)('0' + v % 10); while (v /= 10);
  while (n < least) digit[n++] = '0';
  while (n) sinter_pool_put(p, digit[--n]);
}

/* The shortest decimals of mantissa * 2^exponent; returns how many, and where the point stands behind the first `*point` of them. */
static int sinter_shortest(uint64_t mantissa, int exponent, int narrow, char *digit, int *point) {
  sinter_big r, s, above, below, sum; /* value r/s; half the distance to the neighbours above/s and below/s */
  int even = !(mantissa & 1), up = exponent > 0 ? exponent : 0, n = 0;
  sinter_big_set(&r, mantissa), sinter_big_set(&s, 1), sinter_big_set(&above, 1);
  sinter_big_shift(&r, up + 1 + narrow);
  sinter_big_shift(&s, up - exponent + 1 + narrow);
  sinter_big_shift(&above, up);
  below = above;
  if (narrow) sinter_big_shift(&above, 1); /* a power of two: the neighbour below is nearer */
  for (*point = 0;; ++*point) {
    sum = r;
    sinter_big_add(&sum, &above);
    if (sinter_big_compare(&sum, &s) < (even ? 0 : 1)) break;
    sinter_big_times(&s, 10, 0);
  }
  for (;;) {
    sum = r;
    sinter_big_add(&sum, &above);
    sinter_big_times(&sum, 10, 0);
    if (sinter_big_compare(&sum, &s) >= (even ? 0 : 1)) break;
    sinter_big_times(&r, 10, 0), sinter_big_times(&above, 10, 0), sinter_big_times(&below, 10, 0);
    --*point;
  }
  for (;;) {
    int d = 0, low, high;
    sinter_big_times(&r, 10, 0), sinter_big_times(&above, 10, 0), sinter_big_times(&below, 10, 0);
    while (sinter_big_compare(&r, &s) >= 0) sinter_big_subtract(&r, &s), d++;
    sum = r;
    sinter_big_add(&sum, &above);
    low = sinter_big_compare(&r, &below) < (even ? 1 : 0);
    high = sinter_big_compare(&sum, &s) > (even ? -1 : 0);
    if (low && high) {
      sinter_big_shift(&r, 1);
      high = sinter_big_compare(&r, &s) > -(d & 1); /* nearest, half to even */
      low = !high;
    }
    digit[n++] = (char)(d + (high && !low));
    if (low || high) return n;
  }
}

static void sinter_put_real(sinter_pool *p, uint64_t code, sinter_real f) {
  char digit[24];
  int point, n, exponent = (int)(code >> (f.digits - 1) & (((uint64_t)1 << (f.bits - f.digits)) - 1)), top = (1 << (f.bits - f.digits)) - 1;
  uint64_t hidden = (uint64_t)1 << (f.digits - 1), mantissa = code & (hidden - 1);
  if (exponent == top && mantissa) { sinter_pool_text(p, "nan", 3); return; }
  if (code >> (f.bits - 1) & 1) sinter_pool_put(p, '-');
  if (exponent == top) { sinter_pool_text(p, "inf", 3); return; }
  if (!exponent && !mantissa) { sinter_pool_text(p, "0.0", 3); return; }
  n = sinter_shortest(exponent ? mantissa | hidden : mantissa, f.least + (exponent ? exponent - 1 : 0), exponent > 1 && !mantissa, digit, &point);
  if (point > 16 || point < -3) { /* d.ddde+xx */
    sinter_pool_put(p, (char)('0' + digit[0]));
    if (n > 1) sinter_pool_put(p, '.');
    for (int i = 1; i < n; i++) sinter_pool_put(p, (char)('0' + digit[i]));
    sinter_pool_put(p, 'e');
    sinter_pool_put(p, point > 0 ? '+' : '-');
    sinter_put_natural(p, (uint64_t)(point > 0 ? point - 1 : 1 - point), 2);
    return;
  }
  if (point <= 0) sinter_pool_text(p, "0.", 2);
  for (int i = point; i < 0; i++) sinter_pool_put(p, '0');
  for (int i = 0; i < n || i < point; i++) {
    if (i == point && i) sinter_pool_put(p, '.');
    sinter_pool_put(p, (char)(i < n ? '0' + digit[i] : '0'));
  }
  if (point >= n) sinter_pool_text(p, ".0", 2);
}

/* ---- numbers of texts */
typedef struct sinter_decimal { int negative, special, whole; sinter_big digits; int count, exponent; uint64_t integer; int fits; } sinter_decimal;
/* special: 0 a number, 'i' infinite, 'n' not a number. whole: neither point nor exponent; then `integer` is it, where it fits. The value is digits * 10^exponent. */

static int sinter_is_word(const char *s, int64_t n, const char *word) {
  for (; n > 0 && *word; n--, s++, word++)
    if ((*s | 0x20) != *word) return 0;
  return !n && !*word;
}

static int sinter_read_decimal(const char *s, sinter_decimal *d) {
  int64_t n = sinter_text_length(s);
  int seen = 0, point = 0;
  while (n && (*s == ' ' || (*s >= '\t' && *s <= '\r'))) s++, n--;
  while (n && (s[n - 1] == ' ' || (s[n - 1] >= '\t' && s[n - 1] <= '\r'))) n--;
  d->negative = n && *s == '-', d->special = 0, d->whole = 1, d->count = 0, d->exponent = 0, d->integer = 0, d->fits = 1;
  sinter_big_set(&d->digits, 0);
  if (n && (*s == '-' || *s == '+')) s++, n--;
  if (sinter_is_word(s, n, "inf") || sinter_is_word(s, n, "infinity")) return d->special = 'i';
  if (sinter_is_word(s, n, "nan")) return d->special = 'n';
  for (; n; s++, n--) {
    if (*s == '.' && !point) { point = 1, d->whole = 0; continue; }
    if (*s < '0' || *s > '9') break;
    seen = 1;
    if (d->integer > (UINT64_MAX - (uint64_t)(*s - '0')) / 10) d->fits = 0;
    d->integer = d->integer * 10 + (uint64_t)(*s - '0');
    if (d->count == SINTER_BIG_DIGITS) { /* beyond what can decide a rounding, but for not being exact */
      if (*s != '0' && d->digits.n) d->digits.word[0] |= 1;
      if (!point && d->exponent < 1 << 20) d->exponent++;
      continue;
    }
    if (d->count || *s != '0') {
      if (d->digits.n) sinter_big_times(&d->digits, 10, (uint32_t)(*s - '0'));
      else sinter_big_set(&d->digits, (uint64_t)(*s - '0'));
      d->count++;
    }
    if (point && d->exponent > -(1 << 20)) d->exponent--;
  }
  if (!seen) return 0;
  if (n && (*s == 'e' || *s == 'E')) {
    int minus, e = 0;
    s++, n--, d->whole = 0;
    minus = n && *s == '-';
    if (n && (*s == '-' || *s == '+')) s++, n--;
    if (!n) return 0;
    for (; n && *s >= '0' && *s <= '9'; s++, n--)
      if (e < 1 << 20) e = e * 10 + (*s - '0');
    d->exponent += minus ? -e : e;
  }
  return !n;
}

/* The bits of the nearest real, half to even. */
static uint64_t sinter_decimal_real(sinter_decimal *d, sinter_real f) {
  uint64_t sign = (uint64_t)d->negative << (f.bits - 1), hidden = (uint64_t)1 << (f.digits - 1), infinite = (((uint64_t)1 << (f.bits - f.digits)) - 1) << (f.digits - 1), q = 0;
  sinter_big den;
  int e;
  if (d->special == 'n') return infinite | hidden >> 1;
  if (d->special || (d->count && d->count + d->exponent > 310)) return sign | infinite;
  if (!d->digits.n || d->count + d->exponent < -330) return sign;
  sinter_big_set(&den, 1);
  for (int i = 0; i < d->exponent; i++) sinter_big_times(&d->digits, 10, 0);
  for (int i = d->exponent; i < 0; i++) sinter_big_times(&den, 10, 0);
  e = sinter_big_bits(&d->digits) - sinter_big_bits(&den) - f.digits; /* the quotient by 2^e has as many bits as the mantissa, or one more */
  if (e < f.least) e = f.least;
  if (e < 0) sinter_big_shift(&d->digits, -e);
  else sinter_big_shift(&den, e);
  sinter_big_shift(&den, f.digits + 1);
  for (int i = 0; i <= f.digits + 1; i++) {
    int takes = sinter_big_compare(&d->digits, &den) >= 0;
    if (takes) sinter_big_subtract(&d->digits, &den);
    q = q << 1 | (uint64_t)takes;
    if (i <= f.digits) sinter_big_halve(&den);
  }
  if (q >> f.digits) { /* one bit more: it is the half */
    int half = (int)(q & 1), rest = d->digits.n != 0;
    q >>= 1, e++;
    if (half && (rest || (q & 1))) q++;
  } else {
    int order;
    sinter_big_shift(&d->digits, 1);
    order = sinter_big_compare(&d->digits, &den);
    if (order > 0 || (order == 0 && (q & 1))) q++;
  }
  if (q >> f.digits) q >>= 1, e++;
  q = q < hidden ? q : ((uint64_t)(e - f.least + 1) << (f.digits - 1)) + (q - hidden);
  return sign | (q < infinite ? q : infinite);
}

/* An integer of the type: whole numbers exactly, others cut toward zero. 0: it does not fit. */
static int sinter_decimal_integer(sinter_decimal *d, int is_signed, int bits, uint64_t *to) {
  uint64_t v = d->integer, most = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
  if (d->special) return 0;
  if (!d->whole) {
    uint64_t code = sinter_decimal_real(d, sinter_real_format(64, 53)) & INT64_MAX, mantissa = (code & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    int shift = (int)(code >> 52) - 1075;
    if (shift > 11) return 0;
    v = shift >= 0 ? mantissa << shift : shift > -64 ? mantissa >> -shift : 0;
  } else if (!d->fits) return 0;
  if (is_signed) most = (most >> 1) + (uint64_t)d->negative;
  else if (d->negative && v) return 0;
  *to = d->negative ? 0 - v : v;
  return v <= most;
}

/* ---- the kernel */
static void sinter_cast_text(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t n = arg[0], bits = arg[1] == 's' ? arg[5] : arg[2], size = bits / 8;
  sinter_pool pool = sinter_pool_open(arg[1] == 's' ? NULL : out[2]);
  if (arg[1] == 's' && arg[4] == 's') {
    memcpy(out[0], in[0], (size_t)n * sizeof(const char *));
    return;
  }
  for (int64_t i = 0; i < n && arg[1] == 's'; i++) {
    sinter_decimal d;
    const char *text = ((const char *const *)in[0])[i];
    uint64_t v = 0;
    int fine = sinter_read_decimal(text, &d);
    if (arg[4] == 'b') {
      int64_t length = sinter_text_length(text);
      v = fine ? d.special || d.digits.n : (uint64_t)sinter_is_word(text, length, "true");
      fine = fine || v || sinter_is_word(text, length, "false");
    } else if (fine && arg[4] == 'r') v = sinter_decimal_real(&d, sinter_real_format(bits, arg[6]));
    else if (fine) fine = sinter_decimal_integer(&d, arg[4] == 'i', (int)bits, &v);
    if (!fine) { count[0] = SINTER_VALUE; return; }
    for (int64_t b = 0; b < size; b++) ((unsigned char *)out[0])[i * size + b] = (unsigned char)(v >> (8 * b));
  }
  for (int64_t i = 0; i < n && arg[1] != 's'; i++) {
    const unsigned char *x = (const unsigned char *)in[0] + i * size;
    char *from = pool.at;
    uint64_t v = 0;
    for (int64_t b = 0; b < size; b++) v |= (uint64_t)x[b] << (8 * b);
    if (arg[1] == 'b') sinter_pool_text(&pool, v ? "True" : "False", v ? 4 : 5);
    else if (arg[1] == 'r') sinter_put_real(&pool, v, sinter_real_format(bits, arg[3]));
    else {
      int minus = arg[1] == 'i' && v >> (bits - 1) & 1;
      if (minus) sinter_pool_put(&pool, '-'), v = 0 - (v | (bits < 64 ? UINT64_MAX << bits : 0));
      sinter_put_natural(&pool, v, 1);
    }
    ((const char **)out[0])[i] = sinter_pool_end(&pool, from);
  }
  sinter_pool_close(&pool); /* there is room for any number */
}
