/* Portable network graphics: every colour type, bit depth and interlacing; of 16 bits the upper eight. Part of image_decoder.kernel.h. */

typedef struct SinterPng {
  SinterImage *im;
  int depth, colour, samples, interlaced;
  int64_t palette, colours; /* position in the file */
} SinterPng;

static int sinter_png_crc_fits(const SinterImage *im, int64_t at, int64_t n) {
  static const uint32_t nibble[16] = {0, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
                                      0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
  uint32_t crc = 0xFFFFFFFF;
  for (int64_t i = at; i < at + n; i++) {
    crc ^= im->data[i];
    crc = crc >> 4 ^ nibble[crc & 15];
    crc = crc >> 4 ^ nibble[crc & 15];
  }
  return (crc ^ 0xFFFFFFFF) == sinter_be32(im, at + n);
}

static int sinter_png_header(SinterPng *p, int64_t at, int64_t n) {
  static const uint8_t samples[7] = {1, 0, 3, 1, 2, 0, 4}, depths[7] = {0x1F, 0, 0x18, 0xF, 0x18, 0, 0x18}; /* per colour type: bit d for depth 2^d */
  SinterImage *im = p->im;
  int log = 0;
  if (n != 13 || sinter_u8(im, at + 9) > 6 || sinter_u8(im, at + 10) || sinter_u8(im, at + 11) || sinter_u8(im, at + 12) > 1) return 0;
  p->depth = (int)sinter_u8(im, at + 8);
  p->colour = (int)sinter_u8(im, at + 9);
  p->samples = samples[p->colour];
  p->interlaced = (int)sinter_u8(im, at + 12);
  while (log < 5 && 1 << log != p->depth) log++;
  return (depths[p->colour] >> log & 1) && sinter_image_begin(im, sinter_be32(im, at + 4), sinter_be32(im, at));
}

static int sinter_png_paeth(int a, int b, int c) {
  int p = a + b - c, pa = p > a ? p - a : a - p, pb = p > b ? p - b : b - p, pc = p > c ? p - c : c - p;
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* One row in place: `above` is NULL for the first one, `step` the distance of the byte to the left. */
static int sinter_png_unfilter(uint8_t *row, const uint8_t *above, int64_t n, int64_t step, int filter) {
  for (int64_t i = 0; i < n; i++) {
    int a = i >= step ? row[i - step] : 0, b = above ? above[i] : 0, c = above && i >= step ? above[i - step] : 0, add;
    switch (filter) {
      case 0: return 1;
      case 1: add = a; break;
      case 2: add = b; break;
      case 3: add = (a + b) / 2; break;
      case 4: add = sinter_png_paeth(a, b, c); break;
      default: return 0;
    }
    row[i] = (uint8_t)(row[i] + add);
  }
  return 1;
}

static void sinter_png_put(const SinterPng *p, int64_t y, int64_t x, const uint8_t *row, int64_t column) {
  int v[4] = {0};
  for (int s = 0; s < p->samples && s < 3; s++) {
    int64_t bit = (column * p->samples + s) * p->depth;
    v[s] = p->depth >= 8 ? row[bit / 8] : row[bit / 8] >> (8 - p->depth - bit % 8) & ((1 << p->depth) - 1);
  }
  if (p->colour == 3) {
    int64_t at = p->palette + 3 * v[0];
    for (int s = 2, i = v[0]; s >= 0; s--) v[s] = i < p->colours ? (int)sinter_u8(p->im, at + s) : 0;
  } else if (p->samples < 3) {
    int gray = p->depth < 8 ? v[0] * 255 / ((1 << p->depth) - 1) : v[0];
    v[0] = v[1] = v[2] = gray;
  }
  sinter_image_put(p->im, y, x, v[0], v[1], v[2]);
}

/* One pass: the pixels from (y0, x0) in steps of (dy, dx). Gives the bytes it took, -1 when a filter is unknown. */
static int64_t sinter_png_pass(const SinterPng *p, uint8_t *data, int64_t size, const uint8_t *grid) {
  int64_t rows = (p->im->height - grid[0] + grid[2] - 1) / grid[2], columns = (p->im->width - grid[1] + grid[3] - 1) / grid[3];
  int64_t bits = p->samples * p->depth, n = (columns * bits + 7) / 8;
  if (columns <= 0 || rows <= 0) return 0;
  if (rows * (n + 1) > size) return -1;
  for (int64_t i = 0; i < rows; i++) {
    uint8_t *row = data + i * (n + 1);
    if (!sinter_png_unfilter(row + 1, i ? row - n : NULL, n, (bits + 7) / 8, row[0])) return -1;
    for (int64_t k = 0; k < columns; k++) sinter_png_put(p, grid[0] + i * grid[2], grid[1] + k * grid[3], row + 1, k);
  }
  return rows * (n + 1);
}

static int sinter_png(SinterImage *im) {
  static const uint8_t whole[4] = {0, 0, 1, 1}, adam7[7][4] = {{0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4}, {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}};
  SinterPng p = {.im = im};
  uint8_t *packed = sinter_image_memory(im, im->size, 1), *rows;
  int64_t npacked = 0, n, used = 0;
  int ended = 0;
  if (!packed) return 0;
  for (int64_t at = 8; !ended && im->size - at >= 12;) {
    int64_t length = sinter_be32(im, at);
    uint32_t kind = sinter_be32(im, at + 4);
    if (length > im->size - at - 12) return 0;
    if (!(kind & 0x20000000) && !sinter_png_crc_fits(im, at + 4, length + 4)) return 0; /* bit 5 of the first letter: the chunk can be done without */
    if (!im->height && kind != 0x49484452) return 0;
    switch (kind) {
      case 0x49484452: /* IHDR */
        if (im->height || !sinter_png_header(&p, at + 8, length)) return 0;
        break;
      case 0x504C5445: p.palette = at + 8, p.colours = length / 3; break; /* PLTE */
      case 0x49444154: /* IDAT */
        memcpy(packed + npacked, im->data + at + 8, (size_t)length);
        npacked += length;
        break;
      case 0x49454E44: ended = 1; break; /* IEND */
      default: break;
    }
    at += length + 12;
  }
  if (!im->height || (p.colour == 3 && !p.colours)) return 0;
  int64_t cap = (im->width * p.samples * p.depth / 8 + 5) * im->height + 64; /* the passes have fewer than two rows per row, each with a filter and a broken byte */
  if (!(rows = sinter_image_memory(im, cap, 1))) return 0;
  n = sinter_inflate(packed, npacked, rows, cap);
  for (int i = 0; i < (p.interlaced ? 7 : 1); i++) {
    int64_t took = n < 0 ? -1 : sinter_png_pass(&p, rows + used, n - used, p.interlaced ? adam7[i] : whole);
    if (took < 0) return 0;
    used += took;
  }
  return 1;
}
