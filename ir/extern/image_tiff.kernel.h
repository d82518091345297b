/* TIFF 6.0, the first picture of the file: gray, RGB, palette and CMYK of 1 to 16 bits a sample in strips or tiles; plain, PackBits, LZW or deflate; horizontal
 * differences. Part of image_decoder.kernel.h. */

enum { SINTER_TIFF_SAMPLES = 4 };
enum { SINTER_TIFF_PLAIN = 1, SINTER_TIFF_LZW = 5, SINTER_TIFF_DEFLATE = 8, SINTER_TIFF_OLD_DEFLATE = 32946, SINTER_TIFF_PACKBITS = 32773 };
enum { SINTER_TIFF_WHITE_IS_ZERO, SINTER_TIFF_BLACK_IS_ZERO, SINTER_TIFF_RGB, SINTER_TIFF_PALETTE, SINTER_TIFF_CMYK = 5 };
typedef struct SinterTiffField { int64_t at, count; int bytes; } SinterTiffField; /* a list of numbers in the file; count 0: not there */
typedef struct SinterTiffLzw { int64_t start[4096]; int32_t length[4096]; } SinterTiffLzw;
typedef struct SinterTiff {
  SinterImage *im;
  int big;                             /* byte order */
  int64_t directory, bits, packing, meaning, samples, apart, predictor, extra; /* apart: every sample has segments of its own */
  int64_t across, rows, stride;        /* of a segment (strip or tile): columns, rows, bytes per row */
  SinterTiffField offsets, sizes, colours;
  SinterTiffLzw *lzw;
  uint8_t *plane[SINTER_TIFF_SAMPLES]; /* a segment, unpacked; only the first one unless the samples are apart */
} SinterTiff;

static uint32_t sinter_tiff_u16(const SinterTiff *t, int64_t at) { return t->big ? sinter_be16(t->im, at) : sinter_le16(t->im, at); }
static uint32_t sinter_tiff_u32(const SinterTiff *t, int64_t at) { return t->big ? sinter_be32(t->im, at) : sinter_le32(t->im, at); }

static SinterTiffField sinter_tiff_field(const SinterTiff *t, unsigned tag) {
  static const uint8_t bytes[5] = {0, 1, 0, 2, 4}; /* by type: bytes, 16 bits, 32 bits */
  for (int64_t i = 0, n = sinter_tiff_u16(t, t->directory); i < n; i++) {
    int64_t at = t->directory + 2 + 12 * i;
    unsigned type = sinter_tiff_u16(t, at + 2);
    if (sinter_tiff_u16(t, at) != tag || type > 4 || !bytes[type]) continue;
    SinterTiffField f = {at + 8, sinter_tiff_u32(t, at + 4), bytes[type]};
    if (f.count * f.bytes > 4) f.at = sinter_tiff_u32(t, at + 8);
    if (f.at + f.count * f.bytes > t->im->size) f.count = 0;
    return f;
  }
  return (SinterTiffField){0, 0, 0};
}

static int64_t sinter_tiff_number(const SinterTiff *t, SinterTiffField f, int64_t i, int64_t otherwise) {
  if (i >= f.count) return otherwise;
  int64_t at = f.at + i * f.bytes;
  return f.bytes == 1 ? sinter_u8(t->im, at) : f.bytes == 2 ? sinter_tiff_u16(t, at) : sinter_tiff_u32(t, at);
}

static int64_t sinter_tiff_tag(const SinterTiff *t, unsigned tag, int64_t otherwise) { return sinter_tiff_number(t, sinter_tiff_field(t, tag), 0, otherwise); }

/* ---- packings: all give how many of `cap` bytes they made */

static int64_t sinter_tiff_packbits(const uint8_t *data, int64_t size, uint8_t *out, int64_t cap) {
  int64_t n = 0;
  for (int64_t at = 0; at + 1 < size && n < cap;) {
    int head = data[at++];
    if (head == 128) continue;
    for (int k = head < 128 ? head + 1 : 257 - head; k && n < cap && at < size; k--) {
      out[n++] = data[at];
      at += head < 128;
    }
    at += head > 128;
  }
  return n;
}

/* Codes of 9 to 12 bits, high bits first. A code stands for a text that occurred before, and for the byte that came after it there. */
static int64_t sinter_tiff_unlzw(SinterTiffLzw *table, const uint8_t *data, int64_t size, uint8_t *out, int64_t cap) {
  enum { CLEAR = 256, END = 257, FIRST = 258 };
  int64_t n = 0, start = 0; /* start: where the text of the code before was put */
  int next = FIRST, width = 9, fresh = 1;
  for (int64_t bit = 0; bit + width <= 8 * size && n < cap;) {
    int code = 0;
    for (int i = 0; i < width; i++, bit++) code = 2 * code + (data[bit / 8] >> (7 - bit % 8) & 1);
    if (code == END) break;
    if (code == CLEAR) {
      next = FIRST, width = 9, fresh = 1;
      continue;
    }
    if (!fresh && next < 4096) {
      table->start[next] = start;
      table->length[next] = (int32_t)(n - start + 1);
      next++;
    }
    if (code >= next) return -1;
    int64_t from = code < 256 ? 0 : table->start[code], length = code < 256 ? 1 : table->length[code];
    start = n;
    for (int64_t k = 0; k < length && n < cap; k++, n++) out[n] = code < 256 ? (uint8_t)code : out[from + k];
    fresh = 0;
    width = next + 1 >= 2048 ? 12 : next + 1 >= 1024 ? 11 : next + 1 >= 512 ? 10 : 9; /* one code earlier than it would have to be */
  }
  return n;
}

static int sinter_tiff_unpack(const SinterTiff *t, int64_t segment, uint8_t *out, int64_t n) {
  const SinterImage *im = t->im;
  int64_t at = sinter_tiff_number(t, t->offsets, segment, -1), size = sinter_tiff_number(t, t->sizes, segment, im->size);
  if (at < 0 || at >= im->size) return 0;
  if (size > im->size - at) size = im->size - at;
  switch (t->packing) {
    case SINTER_TIFF_PLAIN:
      if (size < n) return 0;
      memcpy(out, im->data + at, (size_t)n);
      return 1;
    case SINTER_TIFF_PACKBITS: return sinter_tiff_packbits(im->data + at, size, out, n) == n;
    case SINTER_TIFF_LZW: return sinter_tiff_unlzw(t->lzw, im->data + at, size, out, n) == n;
    default: return sinter_inflate(im->data + at, size, out, n) == n;
  }
}

/* ---- samples */

static void sinter_tiff_sum(const SinterTiff *t, uint8_t *row) { /* differences to the sample before of the same kind become samples */
  int64_t step = t->apart ? 1 : t->samples, n = t->across * step;
  for (int64_t i = step; i < n; i++) {
    if (t->bits == 8) row[i] = (uint8_t)(row[i] + row[i - step]);
    else {
      uint8_t *v = row + 2 * i, *before = v - 2 * step;
      int high = t->big ? 0 : 1, sum = v[high] * 256 + v[!high] + before[high] * 256 + before[!high];
      v[high] = (uint8_t)(sum >> 8);
      v[!high] = (uint8_t)sum;
    }
  }
}

static int sinter_tiff_sample(const SinterTiff *t, int64_t y, int64_t x, int s) {
  const uint8_t *row = t->plane[t->apart ? s : 0] + y * t->stride;
  int64_t i = t->apart ? x : x * t->samples + s, bit = i * t->bits;
  if (t->bits == 16) return row[2 * i + !t->big];
  return row[bit / 8] >> (8 - t->bits - bit % 8) & ((1 << t->bits) - 1);
}

static void sinter_tiff_put(const SinterTiff *t, int64_t y, int64_t x, int64_t row, int64_t column) {
  int v[SINTER_TIFF_SAMPLES] = {0}, n = (int)t->samples, most = t->bits == 16 ? 255 : (1 << t->bits) - 1;
  for (int s = 0; s < n; s++) v[s] = sinter_tiff_sample(t, row, column, s);
  switch (t->meaning) {
    case SINTER_TIFF_PALETTE:
      for (int s = 2, i = v[0]; s >= 0; s--) v[s] = (int)(sinter_tiff_number(t, t->colours, i + ((int64_t)s << t->bits), 0) >> 8);
      break;
    case SINTER_TIFF_CMYK: sinter_image_put_cmyk(t->im, y, x, v[0], v[1], v[2], v[3]); return;
    case SINTER_TIFF_RGB:
      for (int s = 0; s < 3 && n == 4 && t->extra == 1; s++) v[s] = v[3] ? sinter_clamp(v[s] * 255 / v[3], 0, 255) : 0; /* colours were multiplied by alpha */
      break;
    default: v[0] = v[1] = v[2] = (t->meaning == SINTER_TIFF_WHITE_IS_ZERO ? most - v[0] : v[0]) * 255 / most;
  }
  sinter_image_put(t->im, y, x, v[0], v[1], v[2]);
}

static int sinter_tiff_segments(SinterTiff *t) {
  const SinterImage *im = t->im;
  int64_t across = (im->width + t->across - 1) / t->across, down = (im->height + t->rows - 1) / t->rows;
  for (int64_t i = 0; i < across * down; i++) {
    int64_t y = i / across * t->rows, x = i % across * t->across;
    int64_t rows = im->height - y < t->rows ? im->height - y : t->rows, columns = im->width - x < t->across ? im->width - x : t->across;
    for (int s = 0; s < (t->apart ? t->samples : 1); s++) {
      if (!sinter_tiff_unpack(t, i + s * across * down, t->plane[s], rows * t->stride)) return 0;
      for (int64_t k = 0; k < rows && t->predictor == 2; k++) sinter_tiff_sum(t, t->plane[s] + k * t->stride);
    }
    for (int64_t k = 0; k < rows * columns; k++) sinter_tiff_put(t, y + k / columns, x + k % columns, k / columns, k % columns);
  }
  return 1;
}

/* Is it a combination that is known? */
static int sinter_tiff_accepts(const SinterTiff *t) {
  int packing = t->packing == SINTER_TIFF_PLAIN || t->packing == SINTER_TIFF_LZW || t->packing == SINTER_TIFF_DEFLATE || t->packing == SINTER_TIFF_OLD_DEFLATE || t->packing == SINTER_TIFF_PACKBITS;
  int64_t least = t->meaning == SINTER_TIFF_RGB ? 3 : t->meaning == SINTER_TIFF_CMYK ? 4 : 1;
  int small = t->bits == 1 || t->bits == 2 || t->bits == 4, wide = t->bits == 8 || t->bits == 16;
  SinterTiffField bits = sinter_tiff_field(t, 258);
  for (int64_t i = 1; i < t->samples; i++)
    if (sinter_tiff_number(t, bits, i, t->bits) != t->bits) return 0;
  if (t->meaning > SINTER_TIFF_PALETTE && t->meaning != SINTER_TIFF_CMYK) return 0;
  if (t->samples < least || t->samples > SINTER_TIFF_SAMPLES || !(wide || (small && least == 1))) return 0;
  if (t->meaning == SINTER_TIFF_PALETTE && (t->bits == 16 || t->colours.count < (int64_t)3 << t->bits)) return 0;
  if (t->predictor != 1 && (t->predictor != 2 || small)) return 0;
  return packing && sinter_tiff_tag(t, 266, 1) == 1 && sinter_tiff_tag(t, 339, 1) == 1; /* high bits first, samples without sign */
}

static int sinter_tiff(SinterImage *im) {
  SinterTiff t = {.im = im, .big = sinter_u8(im, 0) == 'M'};
  t.directory = sinter_tiff_u32(&t, 4);
  if (!sinter_image_begin(im, sinter_tiff_tag(&t, 257, 0), sinter_tiff_tag(&t, 256, 0))) return 0;
  t.bits = sinter_tiff_tag(&t, 258, 1);
  t.packing = sinter_tiff_tag(&t, 259, SINTER_TIFF_PLAIN);
  t.meaning = sinter_tiff_tag(&t, 262, SINTER_TIFF_BLACK_IS_ZERO);
  t.samples = sinter_tiff_tag(&t, 277, 1);
  t.apart = sinter_tiff_tag(&t, 284, 1) == 2;
  t.predictor = sinter_tiff_tag(&t, 317, 1);
  t.extra = sinter_tiff_tag(&t, 338, 0);
  t.colours = sinter_tiff_field(&t, 320);
  int tiled = sinter_tiff_field(&t, 322).count > 0;
  t.offsets = sinter_tiff_field(&t, tiled ? 324 : 273);
  t.sizes = sinter_tiff_field(&t, tiled ? 325 : 279);
  t.across = tiled ? sinter_tiff_tag(&t, 322, 0) : im->width;
  t.rows = sinter_tiff_tag(&t, tiled ? 323 : 278, im->height);
  if (t.rows > im->height) t.rows = im->height; /* what lies below the picture is not unpacked */
  if (t.across < 1 || t.rows < 1 || !sinter_tiff_accepts(&t)) return 0;
  t.stride = (t.across * (t.apart ? 1 : t.samples) * t.bits + 7) / 8;
  for (int s = 0; s < (t.apart ? t.samples : 1); s++)
    if (!(t.plane[s] = sinter_image_memory(im, t.rows * t.stride, 1))) return 0;
  if (t.packing == SINTER_TIFF_LZW && !(t.lzw = sinter_image_memory(im, 1, sizeof *t.lzw))) return 0;
  return sinter_tiff_segments(&t);
}
