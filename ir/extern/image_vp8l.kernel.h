/* VP8L, lossless WebP: pixels as prefix codes, copies of earlier pixels and a cache of colours; before that, transforms that make them easier to code, each with
 * a small picture of its own. Part of image_decoder.kernel.h. */

enum { SINTER_VP8L_PREDICT, SINTER_VP8L_COLOUR, SINTER_VP8L_GREEN, SINTER_VP8L_INDEX, SINTER_VP8L_TRANSFORMS };
enum { SINTER_VP8L_CODES = 5, SINTER_VP8L_LENGTHS = 24, SINTER_VP8L_MOST = 256 + SINTER_VP8L_LENGTHS + (1 << 11) }; /* codes of a group: green or length or cache, red, blue, alpha, distance */
typedef struct SinterVp8lTransform { int kind, bits; int64_t width, size; uint32_t *data; } SinterVp8lTransform; /* width: of the picture it is applied to; size: colours of a palette */
typedef struct SinterVp8l {
  SinterImage *im;
  SinterBits bits;
  uint16_t *symbols;                  /* room for those of all codes */
  int64_t symbols_left;
  int ntransforms, seen;              /* seen: bit per kind */
  SinterVp8lTransform transform[SINTER_VP8L_TRANSFORMS];
  uint8_t length[SINTER_VP8L_MOST];
} SinterVp8l;

/* A picture within the stream. */
typedef struct SinterVp8lPicture {
  int64_t width, height;
  uint32_t *pixel;
  int cache_bits, group_bits;         /* group_bits: log of the tiles that share a group of codes; `group` says which, NULL: all the first */
  uint32_t *cache, *group;
  SinterCode *code;
} SinterVp8lPicture;

/* ---- codes */

static int sinter_vp8l_symbol(const SinterCode *c, SinterBits *b) { /* a code with one symbol takes no bits: its length is marked as 0 */
  return c->count[0] ? c->symbol[0] : sinter_code_read(c, b);
}

static int sinter_vp8l_make(SinterVp8l *v, SinterCode *c, int n) { /* from v->length */
  int used = 0;
  for (int i = 0; i < n; i++) used += v->length[i] != 0;
  if (!used || used > v->symbols_left) return 0;
  c->symbol = v->symbols;
  v->symbols += used;
  v->symbols_left -= used;
  if (used > 1) return sinter_code_make(c, v->length, n, 1);
  memset(c->count, 0, sizeof c->count);
  c->count[0] = 1;
  for (int i = 0; i < n; i++)
    if (v->length[i]) c->symbol[0] = (uint16_t)i;
  return 1;
}

static int sinter_vp8l_read_lengths(SinterVp8l *v, int n) { /* lengths are themselves coded */
  static const uint8_t order[19] = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  SinterBits *b = &v->bits;
  SinterCode code;
  uint16_t symbols[19];
  int64_t left = v->symbols_left;
  uint16_t *pool = v->symbols;
  int count = 4 + (int)sinter_bits(b, 4), last = 8, most = n;
  for (int i = 0; i < count; i++) v->length[order[i]] = (uint8_t)sinter_bits(b, 3);
  v->symbols = symbols; /* this code does not outlive the function */
  v->symbols_left = 19;
  int good = sinter_vp8l_make(v, &code, 19);
  v->symbols = pool;
  v->symbols_left = left;
  if (!good) return 0;
  memset(v->length, 0, sizeof v->length);
  if (sinter_bits(b, 1)) {
    int bits = 2 + 2 * (int)sinter_bits(b, 3);
    most = 2 + (int)sinter_bits(b, bits);
    if (most > n) return 0;
  }
  for (int at = 0; at < n && most > 0; most--) {
    int symbol = sinter_vp8l_symbol(&code, b), times = 1, value = symbol;
    if (symbol < 0 || b->over) return 0;
    if (symbol == 16) value = last, times = 3 + (int)sinter_bits(b, 2);
    if (symbol == 17) value = 0, times = 3 + (int)sinter_bits(b, 3);
    if (symbol == 18) value = 0, times = 11 + (int)sinter_bits(b, 7);
    if (value) last = value;
    if (at + times > n) return 0;
    for (; times; times--) v->length[at++] = (uint8_t)value;
  }
  return 1;
}

static int sinter_vp8l_read_code(SinterVp8l *v, SinterCode *c, int n) {
  SinterBits *b = &v->bits;
  memset(v->length, 0, sizeof v->length);
  if (sinter_bits(b, 1)) { /* one or two symbols */
    int two = (int)sinter_bits(b, 1), wide = (int)sinter_bits(b, 1), first = (int)sinter_bits(b, wide ? 8 : 1), second = two ? (int)sinter_bits(b, 8) : first;
    if (first >= n || second >= n) return 0;
    v->length[first] = v->length[second] = 1;
  } else if (!sinter_vp8l_read_lengths(v, n)) return 0;
  return !b->over && sinter_vp8l_make(v, c, n);
}

static int sinter_vp8l_read_codes(SinterVp8l *v, SinterVp8lPicture *p, int64_t groups) {
  p->code = sinter_image_memory(v->im, groups * SINTER_VP8L_CODES, sizeof *p->code);
  if (!p->code) return 0;
  for (int64_t i = 0; i < groups * SINTER_VP8L_CODES; i++) {
    int kind = (int)(i % SINTER_VP8L_CODES), n = kind == 0 ? 256 + SINTER_VP8L_LENGTHS + (p->cache_bits ? 1 << p->cache_bits : 0) : kind == 4 ? 40 : 256;
    if (!sinter_vp8l_read_code(v, &p->code[i], n)) return 0;
  }
  return 1;
}

/* ---- pixels, as alpha, red, green, blue from the highest byte down */

static int64_t sinter_vp8l_number(SinterBits *b, int symbol) { /* lengths and distances: 1, 2, 3, 4, then two symbols for every power of two */
  if (symbol < 4) return symbol + 1;
  int extra = (symbol - 2) >> 1;
  return ((int64_t)(2 + (symbol & 1)) << extra) + sinter_bits(b, extra) + 1;
}

/* Distances up to 120 stand for neighbours in two dimensions, near ones first: rows up in the high half, columns to the left plus 8 in the low half. */
static int64_t sinter_vp8l_distance(int64_t code, int64_t width) {
  static const uint8_t near[120] = {
    0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1A, 0x26, 0x2A, 0x38, 0x05, 0x37, 0x39, 0x15, 0x1B, 0x36, 0x3A, 0x25, 0x2B, 0x48, 0x04, 0x47, 0x49, 0x14, 0x1C, 0x35, 0x3B,
    0x46, 0x4A, 0x24, 0x2C, 0x58, 0x45, 0x4B, 0x34, 0x3C, 0x03, 0x57, 0x59, 0x13, 0x1D, 0x56, 0x5A, 0x23, 0x2D, 0x44, 0x4C, 0x55, 0x5B, 0x33, 0x3D, 0x68, 0x02, 0x67, 0x69, 0x12, 0x1E,
    0x66, 0x6A, 0x22, 0x2E, 0x54, 0x5C, 0x43, 0x4D, 0x65, 0x6B, 0x32, 0x3E, 0x78, 0x01, 0x77, 0x79, 0x53, 0x5D, 0x11, 0x1F, 0x64, 0x6C, 0x42, 0x4E, 0x76, 0x7A, 0x21, 0x2F, 0x75, 0x7B,
    0x31, 0x3F, 0x63, 0x6D, 0x52, 0x5E, 0x00, 0x74, 0x7C, 0x41, 0x4F, 0x10, 0x20, 0x62, 0x6E, 0x30, 0x73, 0x7D, 0x51, 0x5F, 0x40, 0x72, 0x7E, 0x61, 0x6F, 0x50, 0x71, 0x7F, 0x60, 0x70};
  if (code > 120) return code - 120;
  int64_t d = (near[code - 1] >> 4) * width + 8 - (near[code - 1] & 15);
  return d < 1 ? 1 : d;
}

static int sinter_vp8l_read_pixels(SinterVp8l *v, SinterVp8lPicture *p) {
  SinterBits *b = &v->bits;
  int64_t n = p->width * p->height, tiles = (p->width + (1 << p->group_bits) - 1) >> p->group_bits;
  for (int64_t at = 0; at < n && !b->over;) {
    int64_t group = p->group ? p->group[(at / p->width >> p->group_bits) * tiles + (at % p->width >> p->group_bits)] : 0, end = at + 1;
    const SinterCode *code = p->code + group * SINTER_VP8L_CODES;
    int symbol = sinter_vp8l_symbol(&code[0], b);
    if (symbol < 0) return 0;
    if (symbol < 256) {
      int red = sinter_vp8l_symbol(&code[1], b), blue = sinter_vp8l_symbol(&code[2], b), alpha = sinter_vp8l_symbol(&code[3], b);
      if (red < 0 || blue < 0 || alpha < 0) return 0;
      p->pixel[at] = (uint32_t)alpha << 24 | (uint32_t)red << 16 | (uint32_t)symbol << 8 | (uint32_t)blue;
    } else if (symbol < 256 + SINTER_VP8L_LENGTHS) {
      int64_t length = sinter_vp8l_number(b, symbol - 256);
      int d = sinter_vp8l_symbol(&code[4], b);
      int64_t back = d < 0 ? n : sinter_vp8l_distance(sinter_vp8l_number(b, d), p->width);
      if (back > at || length > n - at) return 0;
      end = at + length;
      for (int64_t i = at; i < end; i++) p->pixel[i] = p->pixel[i - back];
    } else p->pixel[at] = p->cache[symbol - 256 - SINTER_VP8L_LENGTHS];
    for (; at < end; at++)
      if (p->cache_bits) p->cache[(0x1E35A7BDu * p->pixel[at]) >> (32 - p->cache_bits)] = p->pixel[at];
  }
  return !b->over;
}

static int sinter_vp8l_open(SinterVp8l *v, SinterVp8lPicture *p) { /* memory for pixels and cache */
  if (!p->pixel) p->pixel = sinter_image_memory(v->im, p->width * p->height, sizeof *p->pixel);
  p->cache_bits = sinter_bits(&v->bits, 1) ? (int)sinter_bits(&v->bits, 4) : 0;
  if (p->cache_bits > 11) return 0;
  p->cache = p->cache_bits ? sinter_image_memory(v->im, (int64_t)1 << p->cache_bits, sizeof *p->cache) : NULL;
  return p->pixel && (p->cache || !p->cache_bits);
}

/* One of the small pictures: of transforms, and the one that says which group of codes a tile has. NULL: damaged. */
static uint32_t *sinter_vp8l_small(SinterVp8l *v, int64_t height, int64_t width) {
  SinterVp8lPicture p = {.width = width, .height = height};
  return sinter_vp8l_open(v, &p) && sinter_vp8l_read_codes(v, &p, 1) && sinter_vp8l_read_pixels(v, &p) ? p.pixel : NULL;
}

static int sinter_vp8l_main(SinterVp8l *v, SinterVp8lPicture *p) {
  int64_t groups = 1;
  if (!sinter_vp8l_open(v, p)) return 0;
  if (sinter_bits(&v->bits, 1)) {
    p->group_bits = 2 + (int)sinter_bits(&v->bits, 3);
    int64_t size = 1 << p->group_bits, tiles_down = (p->height + size - 1) / size, tiles_across = (p->width + size - 1) / size;
    if (!(p->group = sinter_vp8l_small(v, tiles_down, tiles_across))) return 0;
    for (int64_t i = 0; i < tiles_down * tiles_across; i++) {
      p->group[i] = p->group[i] >> 8 & 0xFFFF;
      if (p->group[i] >= groups) groups = p->group[i] + 1;
    }
  }
  return sinter_vp8l_read_codes(v, p, groups) && sinter_vp8l_read_pixels(v, p);
}

/* ---- transforms, undone */

static uint32_t sinter_vp8l_sum(uint32_t a, uint32_t b) { /* of each byte */
  return (((a & 0xFF00FF00) + (b & 0xFF00FF00)) & 0xFF00FF00) | (((a & 0xFF00FF) + (b & 0xFF00FF)) & 0xFF00FF);
}

static uint32_t sinter_vp8l_mean(uint32_t a, uint32_t b) { return (((a ^ b) & 0xFEFEFEFE) >> 1) + (a & b); }

static uint32_t sinter_vp8l_combine(uint32_t a, uint32_t b, uint32_t c, int half) { /* a + b - c, or a + (a - b) / 2, of each byte, clamped */
  uint32_t v = 0;
  for (int s = 0; s < 32; s += 8) {
    int x = (int)(a >> s & 255), y = (int)(b >> s & 255), z = (int)(c >> s & 255);
    v |= (uint32_t)sinter_clamp(half ? x + (x - y) / 2 : x + y - z, 0, 255) << s;
  }
  return v;
}

static uint32_t sinter_vp8l_nearer(uint32_t left, uint32_t top, uint32_t corner) { /* to left + top - corner */
  int to_left = 0, to_top = 0;
  for (int s = 0; s < 32; s += 8) {
    int l = (int)(left >> s & 255), t = (int)(top >> s & 255), c = (int)(corner >> s & 255);
    to_left += t > c ? t - c : c - t;
    to_top += l > c ? l - c : c - l;
  }
  return to_left < to_top ? left : top;
}

static uint32_t sinter_vp8l_predict(const uint32_t *p, int64_t width, int mode) {
  uint32_t left = p[-1], top = p[-width], right = p[1 - width], corner = p[-width - 1];
  switch (mode) {
    case 1: return left;
    case 2: return top;
    case 3: return right;
    case 4: return corner;
    case 5: return sinter_vp8l_mean(sinter_vp8l_mean(left, right), top);
    case 6: return sinter_vp8l_mean(left, corner);
    case 7: return sinter_vp8l_mean(left, top);
    case 8: return sinter_vp8l_mean(corner, top);
    case 9: return sinter_vp8l_mean(top, right);
    case 10: return sinter_vp8l_mean(sinter_vp8l_mean(left, corner), sinter_vp8l_mean(top, right));
    case 11: return sinter_vp8l_nearer(left, top, corner);
    case 12: return sinter_vp8l_combine(left, top, corner, 0);
    case 13: return sinter_vp8l_combine(sinter_vp8l_mean(left, top), corner, 0, 1);
    default: return 0xFF000000;
  }
}

static uint32_t sinter_vp8l_delta(uint32_t by, uint32_t of) { return (uint32_t)((int8_t)(by & 255) * (int8_t)(of & 255) >> 5); }

static void sinter_vp8l_undo(const SinterVp8lTransform *t, uint32_t *pixel, int64_t height) {
  int64_t width = t->width, tiles = (width + ((int64_t)1 << t->bits) - 1) >> t->bits, n = width * height;
  for (int64_t i = 0; i < n && t->kind != SINTER_VP8L_INDEX; i++) {
    int64_t y = i / width, x = i % width;
    uint32_t p = pixel[i], data = t->data ? t->data[(y >> t->bits) * tiles + (x >> t->bits)] : 0;
    if (t->kind == SINTER_VP8L_PREDICT) p = sinter_vp8l_sum(p, i == 0 ? 0xFF000000 : y == 0 ? pixel[i - 1] : x == 0 ? pixel[i - width] : sinter_vp8l_predict(pixel + i, width, data >> 8 & 15));
    else if (t->kind == SINTER_VP8L_GREEN) p = sinter_vp8l_sum(p, (p >> 8 & 255) * 0x10001);
    else {
      uint32_t green = p >> 8, red = (p >> 16) + sinter_vp8l_delta(data, green), blue = p + sinter_vp8l_delta(data >> 8, green) + sinter_vp8l_delta(data >> 16, red);
      p = (p & 0xFF00FF00) | (red & 255) << 16 | (blue & 255);
    }
    pixel[i] = p;
  }
  if (t->kind != SINTER_VP8L_INDEX) return;
  int depth = 8 >> t->bits; /* several indices share a pixel's green; from the end, so that none is written over before it is read */
  for (int64_t i = n - 1; i >= 0; i--) {
    int64_t y = i / width, x = i % width;
    uint32_t index = pixel[y * tiles + (x >> t->bits)] >> 8 >> (x & ((1 << t->bits) - 1)) * depth & ((1u << depth) - 1);
    pixel[i] = index < t->size ? t->data[index] : 0;
  }
}

/* Reads a transform; *width becomes that of what is coded. */
static int sinter_vp8l_read_transform(SinterVp8l *v, int64_t height, int64_t *width) {
  SinterBits *b = &v->bits;
  SinterVp8lTransform *t = &v->transform[v->ntransforms++];
  *t = (SinterVp8lTransform){.kind = (int)sinter_bits(b, 2), .width = *width};
  if (v->seen & 1 << t->kind) return 0;
  v->seen |= 1 << t->kind;
  if (t->kind == SINTER_VP8L_GREEN) return 1;
  if (t->kind != SINTER_VP8L_INDEX) {
    t->bits = 2 + (int)sinter_bits(b, 3);
    int64_t size = 1 << t->bits;
    return (t->data = sinter_vp8l_small(v, (height + size - 1) / size, (*width + size - 1) / size)) != NULL;
  }
  t->size = 1 + sinter_bits(b, 8);
  t->bits = t->size <= 2 ? 3 : t->size <= 4 ? 2 : t->size <= 16 ? 1 : 0;
  *width = (*width + (1 << t->bits) - 1) >> t->bits;
  if (!(t->data = sinter_vp8l_small(v, 1, t->size))) return 0;
  for (int64_t i = 1; i < t->size; i++) t->data[i] = sinter_vp8l_sum(t->data[i], t->data[i - 1]);
  return 1;
}

static int sinter_vp8l(SinterImage *im, const uint8_t *data, int64_t size) {
  SinterVp8l *v = sinter_image_memory(im, 1, sizeof *v);
  if (!v || size < 5 || data[0] != 0x2F) return 0;
  v->im = im;
  v->bits = (SinterBits){.data = data, .size = size, .at = 1};
  v->symbols_left = 8 * size + 16384; /* files as encoders write them take less than one per byte beyond the first group's */
  v->symbols = sinter_image_memory(im, v->symbols_left, sizeof *v->symbols);
  int64_t width = 1 + sinter_bits(&v->bits, 14), height = 1 + sinter_bits(&v->bits, 14);
  if (!v->symbols || sinter_bits(&v->bits, 4) >> 1 || !sinter_image_begin(im, height, width)) return 0; /* whether alpha is used; version 0 */
  while (sinter_bits(&v->bits, 1))
    if (v->ntransforms == SINTER_VP8L_TRANSFORMS || !sinter_vp8l_read_transform(v, height, &width)) return 0;
  uint32_t *whole = sinter_image_memory(im, im->width * height, sizeof *whole); /* wider than what is coded, where that holds several indices a pixel */
  SinterVp8lPicture p = {.width = width, .height = height, .pixel = whole};
  if (!whole || !sinter_vp8l_main(v, &p)) return 0;
  for (int i = v->ntransforms; i-- > 0;) sinter_vp8l_undo(&v->transform[i], whole, height);
  for (int64_t i = 0; i < im->width * height; i++) sinter_image_put(im, i / im->width, i % im->width, whole[i] >> 16 & 255, whole[i] >> 8 & 255, whole[i] & 255);
  return 1;
}
