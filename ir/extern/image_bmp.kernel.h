/* Windows and OS/2 bitmaps: 1 to 32 bits a pixel, with palette, bit fields or run lengths. Part of image_decoder.kernel.h. */

typedef struct SinterBmp {
  SinterImage *im;
  int64_t bits, pixels, palette, colours, entry; /* file positions of pixels and palette; entry: bytes of one colour */
  int down;                                      /* the first row is the top one */
  uint32_t mask[3];
} SinterBmp;

static void sinter_bmp_put(const SinterBmp *b, int64_t row, int64_t x, int r, int g, int bl) {
  sinter_image_put(b->im, b->down ? row : b->im->height - 1 - row, x, r, g, bl);
}

static void sinter_bmp_put_index(const SinterBmp *b, int64_t row, int64_t x, int64_t i) {
  int64_t at = b->palette + i * b->entry;
  int known = i < b->colours;
  sinter_bmp_put(b, row, x, known ? (int)sinter_u8(b->im, at + 2) : 0, known ? (int)sinter_u8(b->im, at + 1) : 0, known ? (int)sinter_u8(b->im, at) : 0);
}

static int sinter_bmp_field(uint32_t v, uint32_t mask) { /* the bits under the mask, stretched to 0..255 */
  if (!mask) return 0;
  while (!(mask & 1)) mask >>= 1, v >>= 1;
  return (int)((uint64_t)(v & mask) * 255 / mask);
}

static int sinter_bmp_plain(const SinterBmp *b) {
  const SinterImage *im = b->im;
  int64_t stride = (im->width * b->bits + 31) / 32 * 4;
  if (b->pixels > im->size || stride * im->height > im->size - b->pixels + 3) return 0; /* the padding of the last row may be missing */
  for (int64_t y = 0; y < im->height; y++)
    for (int64_t x = 0, row = b->pixels + y * stride; x < im->width; x++) {
      int64_t bit = x * b->bits, at = row + bit / 8;
      if (b->bits <= 8) sinter_bmp_put_index(b, y, x, sinter_u8(im, at) >> (8 - b->bits - bit % 8) & ((1u << b->bits) - 1));
      else if (b->bits == 24) sinter_bmp_put(b, y, x, (int)sinter_u8(im, at + 2), (int)sinter_u8(im, at + 1), (int)sinter_u8(im, at));
      else {
        uint32_t v = b->bits == 16 ? sinter_le16(im, at) : sinter_le32(im, at);
        sinter_bmp_put(b, y, x, sinter_bmp_field(v, b->mask[0]), sinter_bmp_field(v, b->mask[1]), sinter_bmp_field(v, b->mask[2]));
      }
    }
  return 1;
}

/* Runs (count, value), or after a zero: end of row, end of picture, a jump, or a stretch of plain pixels. What is jumped over has colour 0. */
static int sinter_bmp_runs(const SinterBmp *b) {
  const SinterImage *im = b->im;
  int64_t x = 0, y = 0, at = b->pixels, per = 8 / b->bits;
  for (int64_t i = 0; i < im->height; i++)
    for (int64_t k = 0; k < im->width; k++) sinter_bmp_put_index(b, i, k, 0);
  while (y < im->height && at + 1 < im->size) {
    int64_t n = sinter_u8(im, at), v = sinter_u8(im, at + 1);
    at += 2;
    if (n == 0 && v == 1) return 1;
    if (n == 0 && v == 0) x = 0, y++;
    else if (n == 0 && v == 2) {
      x += sinter_u8(im, at);
      y += sinter_u8(im, at + 1);
      at += 2;
    } else {
      int64_t count = n ? n : v;
      for (int64_t k = 0; k < count && x < im->width; k++, x++) {
        int64_t byte = n ? v : sinter_u8(im, at + k / per);
        sinter_bmp_put_index(b, y, x, per == 1 ? byte : k % 2 ? byte & 15 : byte >> 4);
      }
      if (!n) at += ((count + per - 1) / per + 1) / 2 * 2;
    }
  }
  return y >= im->height;
}

static int sinter_bmp(SinterImage *im) {
  SinterBmp b = {.im = im, .pixels = sinter_le32(im, 10), .mask = {0xFF0000, 0xFF00, 0xFF}};
  int64_t header = sinter_le32(im, 14), width, height, packing = 0;
  if (header == 12) {
    width = sinter_le16(im, 18), height = sinter_le16(im, 20), b.bits = sinter_le16(im, 24), b.entry = 3;
  } else if (header >= 40 && header <= 124) {
    width = (int32_t)sinter_le32(im, 18), height = (int32_t)sinter_le32(im, 22), b.bits = sinter_le16(im, 28), b.entry = 4;
    packing = sinter_le32(im, 30);
    b.colours = sinter_le32(im, 46);
  } else return 0;
  b.down = height < 0;
  if (!sinter_image_begin(im, b.down ? -height : height, width)) return 0;
  b.palette = 14 + header;
  if (b.bits <= 8 && (b.colours == 0 || b.colours > (int64_t)1 << b.bits)) b.colours = (int64_t)1 << b.bits;
  if (b.bits == 16 && packing == 0) b.mask[0] = 0x7C00, b.mask[1] = 0x3E0, b.mask[2] = 0x1F;
  for (int i = 0; i < 3 && packing == 3; i++) b.mask[i] = sinter_le32(im, 54 + 4 * i);
  switch (packing) {
    case 1: return b.bits == 8 && sinter_bmp_runs(&b);
    case 2: return b.bits == 4 && sinter_bmp_runs(&b);
    case 3: return (b.bits == 16 || b.bits == 32) && sinter_bmp_plain(&b);
    case 0: return (b.bits == 1 || b.bits == 4 || b.bits == 8 || b.bits == 16 || b.bits == 24 || b.bits == 32) && sinter_bmp_plain(&b);
    default: return 0;
  }
}
