/* Bits read from the low end of bytes, canonical prefix codes, and with them the deflate format (RFC 1950, 1951). Part of image_decoder.kernel.h. */

typedef struct SinterBits { const uint8_t *data; int64_t size, at; uint64_t hold; int n, over; } SinterBits; /* over: bits were read that the data do not have */

static uint32_t sinter_bits(SinterBits *b, int count) { /* at most 32 */
  while (b->n < count) {
    if (b->at < b->size) b->hold |= (uint64_t)b->data[b->at] << b->n;
    else b->over = 1;
    b->at++;
    b->n += 8;
  }
  uint32_t v = (uint32_t)(b->hold & (((uint64_t)1 << count) - 1));
  b->hold >>= count;
  b->n -= count;
  return v;
}

/* A canonical prefix code: how many codes there are of each length, and the symbols in the order of their codes. */
enum { SINTER_CODE_BITS = 15 };
typedef struct SinterCode { uint16_t count[SINTER_CODE_BITS + 1]; uint16_t *symbol; } SinterCode;

/* From the lengths of n symbols' codes (0: none); `symbol` has room for those that have one. 0: more codes than there can be, or (complete) fewer. One code alone
 * of one bit counts as complete. */
static int sinter_code_make(SinterCode *c, const uint8_t *length, int n, int complete) {
  uint16_t at[SINTER_CODE_BITS + 2] = {0};
  int left = 1, used = 0;
  memset(c->count, 0, sizeof c->count);
  for (int i = 0; i < n; i++) c->count[length[i]]++;
  c->count[0] = 0;
  for (int i = 1; i <= SINTER_CODE_BITS; i++) {
    left = 2 * left - c->count[i];
    if (left < 0) return 0;
    used += c->count[i];
    at[i + 1] = (uint16_t)(at[i] + c->count[i]);
  }
  for (int i = 0; i < n; i++)
    if (length[i]) c->symbol[at[length[i]]++] = (uint16_t)i;
  return !complete || left == 0 || (used == 1 && c->count[1] == 1);
}

static int sinter_code_read(const SinterCode *c, SinterBits *b) { /* -1: no such code */
  int code = 0, first = 0, index = 0;
  for (int i = 1; i <= SINTER_CODE_BITS; i++) {
    code |= (int)sinter_bits(b, 1);
    if (code - first < c->count[i]) return c->symbol[index + code - first];
    index += c->count[i];
    first = (first + c->count[i]) << 1;
    code <<= 1;
  }
  return -1;
}

typedef struct SinterInflate { SinterBits bits; uint8_t *out; int64_t n, cap; uint16_t literals[288], distances[32]; SinterCode literal, distance; } SinterInflate;

static int sinter_inflate_stored(SinterInflate *s) {
  SinterBits *b = &s->bits;
  sinter_bits(b, b->n & 7);
  uint32_t n = sinter_bits(b, 16), not_n = sinter_bits(b, 16);
  if (b->over || n != (~not_n & 0xFFFF)) return 0;
  for (; n && s->n < s->cap && !b->over; n--) s->out[s->n++] = (uint8_t)sinter_bits(b, 8);
  return !b->over;
}

static int sinter_inflate_codes(SinterInflate *s, int fixed) {
  static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  SinterBits *b = &s->bits;
  uint8_t length[320] = {0};
  int literals = 288, distances = 30, at = 0;
  s->literal.symbol = s->literals;
  s->distance.symbol = s->distances;
  if (fixed) {
    for (int i = 0; i < 288; i++) length[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    for (int i = 0; i < 30; i++) length[288 + i] = 5;
  } else {
    literals = 257 + (int)sinter_bits(b, 5);
    distances = 1 + (int)sinter_bits(b, 5);
    int n = 4 + (int)sinter_bits(b, 4);
    for (int i = 0; i < n; i++) length[order[i]] = (uint8_t)sinter_bits(b, 3);
    if (literals > 286 || distances > 30 || !sinter_code_make(&s->literal, length, 19, 1)) return 0;
    memset(length, 0, sizeof length);
    while (at < literals + distances) {
      int symbol = sinter_code_read(&s->literal, b), times = 1, value = symbol;
      if (symbol < 0 || b->over || (symbol == 16 && at == 0)) return 0;
      if (symbol == 16) value = length[at - 1], times = 3 + (int)sinter_bits(b, 2);
      if (symbol == 17) value = 0, times = 3 + (int)sinter_bits(b, 3);
      if (symbol == 18) value = 0, times = 11 + (int)sinter_bits(b, 7);
      if (at + times > literals + distances) return 0;
      for (; times; times--) length[at++] = (uint8_t)value;
    }
    if (!length[256]) return 0;
  }
  return sinter_code_make(&s->literal, length, literals, !fixed) && sinter_code_make(&s->distance, length + literals, distances, 0);
}

static int sinter_inflate_block(SinterInflate *s) {
  SinterBits *b = &s->bits;
  while (s->n < s->cap) {
    int symbol = sinter_code_read(&s->literal, b);
    if (symbol < 0 || symbol > 285 || b->over) return 0;
    if (symbol == 256) return 1;
    if (symbol < 256) {
      s->out[s->n++] = (uint8_t)symbol;
      continue;
    }
    int k = symbol - 257, extra = k < 8 || k == 28 ? 0 : (k - 4) / 4; /* lengths 3, 4 ... 258; distances 1, 2 ... 32768: steps that double every four or two codes */
    int64_t length = k == 28 ? 258 : k < 8 ? 3 + k : 3 + ((4 + k % 4) << extra);
    length += sinter_bits(b, extra);
    int d = sinter_code_read(&s->distance, b);
    if (d < 0 || d > 29) return 0;
    extra = d < 4 ? 0 : (d - 2) / 2;
    int64_t back = d < 4 ? 1 + d : 1 + ((int64_t)(2 + d % 2) << extra);
    back += sinter_bits(b, extra);
    if (b->over || back > s->n) return 0;
    for (; length && s->n < s->cap; length--, s->n++) s->out[s->n] = s->out[s->n - back];
  }
  return 1;
}

/* A zlib stream into at most cap bytes; the number of bytes made, -1 when it is damaged. What would lie beyond cap is not looked at. */
static int64_t sinter_inflate(const uint8_t *data, int64_t size, uint8_t *out, int64_t cap) {
  SinterInflate s = {.bits = {.data = data, .size = size, .at = 2}, .out = out, .cap = cap};
  int last = 0;
  if (size < 2 || (data[0] & 15) != 8 || (data[0] * 256 + data[1]) % 31 || (data[1] & 32)) return -1;
  while (!last && s.n < cap) {
    last = (int)sinter_bits(&s.bits, 1);
    int kind = (int)sinter_bits(&s.bits, 2), ok = !s.bits.over && kind < 3;
    if (ok) ok = kind == 0 ? sinter_inflate_stored(&s) : sinter_inflate_codes(&s, kind == 1) && sinter_inflate_block(&s);
    if (!ok) return -1;
  }
  return s.n;
}
