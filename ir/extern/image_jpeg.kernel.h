/* JPEG (ITU T.81), baseline, extended and progressive with Huffman codes: coefficients are collected over all scans, then transformed, then chroma is interpolated and
 * colours are converted. The transform is the exact integer one of 13 fractional bits, the interpolation weighs 3:1 with alternating rounding: two
 * decoders of this kind agree to the bit. Part of image_decoder.kernel.h. */

enum { SINTER_JPEG_PARTS = 4, SINTER_JPEG_SCANS = SINTER_JPEG_PARTS * 64 * 14 }; /* scans: one for each bit of each coefficient */
typedef struct SinterJpegCode { uint8_t count[17], symbol[256]; int known; } SinterJpegCode;
typedef struct SinterJpegPart {      /* a component: Y, Cb, Cr ... */
  int id, h, v, table, latched;      /* sampling factors; quantisation */
  int dc_code, ac_code, dc;          /* of the scan: codes, prediction */
  uint16_t quant[64];
  int64_t width, height;             /* in samples that belong to the picture */
  int64_t columns, rows, across;     /* in blocks: those of the picture; stored ones per row */
  int16_t *coefficient;              /* 64 per block, in natural order */
  uint8_t *sample;                   /* 8 * across per row */
} SinterJpegPart;
typedef struct SinterJpeg {
  SinterImage *im;
  int64_t at;                        /* position in the file */
  uint32_t hold;
  int bits, over;                    /* unread bits in hold; over: bits were read that are not there */
  int nparts, progressive, h, v, jfif, adobe, transform;
  int64_t mcus_across, mcus_down, restart;
  uint16_t quant[4][64];
  SinterJpegCode dc[4], ac[4];
  SinterJpegPart part[SINTER_JPEG_PARTS];
  int from, to, high, low, run;      /* of the scan: band of coefficients, bit before and now; blocks that are known to end */
} SinterJpeg;

static const uint8_t sinter_jpeg_zigzag[64] = {
  0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

/* ---- entropy coding */

static int sinter_jpeg_bit(SinterJpeg *j) {
  if (!j->bits) {
    const SinterImage *im = j->im;
    int marker = j->at >= im->size || (im->data[j->at] == 0xFF && sinter_u8(im, j->at + 1) != 0); /* the data end here: what follows is a marker */
    j->over |= marker;
    j->hold = marker ? 0 : im->data[j->at];
    if (!marker) j->at += j->hold == 0xFF ? 2 : 1;
    j->bits = 8;
  }
  return (int)(j->hold >> --j->bits & 1);
}

static int sinter_jpeg_bits(SinterJpeg *j, int n) {
  int v = 0;
  while (n-- > 0) v = 2 * v + sinter_jpeg_bit(j);
  return v;
}

static int sinter_jpeg_signed(SinterJpeg *j, int n) { /* n bits; without a leading one they stand for a negative number */
  int v = sinter_jpeg_bits(j, n);
  return n && v < 1 << (n - 1) ? v - (1 << n) + 1 : v;
}

static int sinter_jpeg_symbol(SinterJpeg *j, const SinterJpegCode *c) {
  int code = 0, first = 0, index = 0;
  for (int i = 1; i <= 16; i++) {
    code = 2 * code + sinter_jpeg_bit(j);
    first *= 2;
    if (code - first < c->count[i]) return c->symbol[index + code - first];
    index += c->count[i];
    first += c->count[i];
  }
  j->over = 1; /* no such code */
  return 0;
}

static void sinter_jpeg_dc(SinterJpeg *j, SinterJpegPart *p, int16_t *block) {
  int n = sinter_jpeg_symbol(j, &j->dc[p->dc_code]);
  p->dc = (int16_t)(p->dc + sinter_jpeg_signed(j, n > 15 ? 15 : n));
  block[0] = (int16_t)(p->dc * (1 << j->low));
}

/* A band of coefficients seen for the first time: runs of zeros and values. In progressive files a block's end may stand for that of many blocks. */
static void sinter_jpeg_ac(SinterJpeg *j, const SinterJpegPart *p, int16_t *block) {
  if (j->run) {
    j->run--;
    return;
  }
  for (int k = j->from ? j->from : 1; k <= j->to; k++) {
    int symbol = sinter_jpeg_symbol(j, &j->ac[p->ac_code]), zeros = symbol >> 4, n = symbol & 15;
    if (!n && zeros < 15) {
      j->run = j->progressive ? (1 << zeros) - 1 + sinter_jpeg_bits(j, zeros) : 0;
      return;
    }
    k += zeros;
    int v = sinter_jpeg_signed(j, n);
    if (n && k <= j->to) block[sinter_jpeg_zigzag[k]] = (int16_t)(v * (1 << j->low));
  }
}

static void sinter_jpeg_correct(SinterJpeg *j, int16_t *c) { /* one more bit of a coefficient that is not zero */
  if (sinter_jpeg_bit(j) && !(*c & 1 << j->low)) *c = (int16_t)(*c + (*c < 0 ? -(1 << j->low) : 1 << j->low));
}

/* A band again: coefficients that were not zero get one more bit, others may become one. */
static void sinter_jpeg_ac_again(SinterJpeg *j, const SinterJpegPart *p, int16_t *block) {
  int k = j->from;
  while (!j->run && k <= j->to) {
    int symbol = sinter_jpeg_symbol(j, &j->ac[p->ac_code]), zeros = symbol >> 4, n = symbol & 15, v = 0;
    if (!n && zeros < 15) {
      j->run = (1 << zeros) + sinter_jpeg_bits(j, zeros);
      break;
    }
    if (n) v = sinter_jpeg_bit(j) ? 1 << j->low : -(1 << j->low);
    for (; k <= j->to; k++) {
      int16_t *c = &block[sinter_jpeg_zigzag[k]];
      if (*c) sinter_jpeg_correct(j, c);
      else if (zeros-- == 0) {
        *c = (int16_t)v;
        break;
      }
    }
    k++;
  }
  if (!j->run) return;
  for (; k <= j->to; k++)
    if (block[sinter_jpeg_zigzag[k]]) sinter_jpeg_correct(j, &block[sinter_jpeg_zigzag[k]]);
  j->run--;
}

static void sinter_jpeg_block(SinterJpeg *j, SinterJpegPart *p, int64_t y, int64_t x) {
  int16_t *block = p->coefficient + 64 * (y * p->across + x);
  if (j->from == 0 && j->high == 0) sinter_jpeg_dc(j, p, block);
  else if (j->from == 0) block[0] = (int16_t)(block[0] | sinter_jpeg_bit(j) << j->low);
  if (j->to == 0) return;
  if (j->high == 0) sinter_jpeg_ac(j, p, block);
  else sinter_jpeg_ac_again(j, p, block);
}

static int sinter_jpeg_restart(SinterJpeg *j) {
  const SinterImage *im = j->im;
  while (sinter_u8(im, j->at) == 0xFF && sinter_u8(im, j->at + 1) == 0xFF) j->at++;
  if (sinter_u8(im, j->at) != 0xFF || (sinter_u8(im, j->at + 1) & 0xF8) != 0xD0) return 0;
  j->at += 2;
  j->bits = j->run = 0;
  for (int i = 0; i < j->nparts; i++) j->part[i].dc = 0;
  return 1;
}

/* The data of a scan: one component's blocks row by row, or of several components unit by unit. */
static int sinter_jpeg_scan(SinterJpeg *j, int n, SinterJpegPart *const *part) {
  int64_t across = n == 1 ? part[0]->columns : j->mcus_across, down = n == 1 ? part[0]->rows : j->mcus_down;
  j->bits = j->run = 0;
  for (int i = 0; i < n; i++) part[i]->dc = 0;
  for (int64_t u = 0; u < across * down; u++) {
    if (j->restart && u && u % j->restart == 0 && !sinter_jpeg_restart(j)) return 0;
    int64_t y = u / across, x = u % across;
    if (n == 1) sinter_jpeg_block(j, part[0], y, x);
    for (int i = 0; i < n && n > 1; i++)
      for (int k = 0; k < part[i]->h * part[i]->v; k++) sinter_jpeg_block(j, part[i], y * part[i]->v + k / part[i]->h, x * part[i]->h + k % part[i]->h);
    if (j->over) return 0;
  }
  return 1;
}

/* ---- segments; `at` is the first byte after the length, n how many there are */

static int sinter_jpeg_quant_tables(SinterJpeg *j, int64_t at, int64_t n) {
  for (int64_t end = at + n; at < end;) {
    unsigned kind = sinter_u8(j->im, at++), wide = kind >> 4;
    if (wide > 1 || (kind & 15) > 3 || at + 64 * (1 + wide) > end) return 0;
    for (int i = 0; i < 64; i++, at += 1 + wide) j->quant[kind & 15][sinter_jpeg_zigzag[i]] = (uint16_t)(wide ? sinter_be16(j->im, at) : sinter_u8(j->im, at));
  }
  return 1;
}

static int sinter_jpeg_codes(SinterJpeg *j, int64_t at, int64_t n) {
  for (int64_t end = at + n; at < end;) {
    unsigned kind = sinter_u8(j->im, at++);
    int total = 0, left = 1;
    if (kind >> 4 > 1 || (kind & 15) > 3 || at + 16 > end) return 0;
    SinterJpegCode *c = kind >> 4 ? &j->ac[kind & 15] : &j->dc[kind & 15];
    for (int i = 1; i <= 16; i++) {
      c->count[i] = (uint8_t)sinter_u8(j->im, at++);
      total += c->count[i];
      left = 2 * left - c->count[i];
      if (left < 0) return 0;
    }
    if (total > 256 || at + total > end) return 0;
    for (int i = 0; i < total; i++) c->symbol[i] = (uint8_t)sinter_u8(j->im, at++);
    c->known = 1;
  }
  return 1;
}

static int sinter_jpeg_frame(SinterJpeg *j, int64_t at, int64_t n) {
  SinterImage *im = j->im;
  j->nparts = (int)sinter_u8(im, at + 5);
  if (j->h || sinter_u8(im, at) != 8 || j->nparts > SINTER_JPEG_PARTS || n != 6 + 3 * j->nparts) return 0;
  if ((j->nparts != 1 && j->nparts < 3) || !sinter_image_begin(im, sinter_be16(im, at + 1), sinter_be16(im, at + 3))) return 0;
  for (int i = 0; i < j->nparts; i++) {
    int64_t p = at + 6 + 3 * i;
    j->part[i] = (SinterJpegPart){.id = (int)sinter_u8(im, p), .h = (int)sinter_u8(im, p + 1) >> 4, .v = (int)sinter_u8(im, p + 1) & 15, .table = (int)sinter_u8(im, p + 2)};
    if (!j->part[i].h || j->part[i].h > 4 || !j->part[i].v || j->part[i].v > 4 || j->part[i].table > 3) return 0;
    if (j->part[i].h > j->h) j->h = j->part[i].h;
    if (j->part[i].v > j->v) j->v = j->part[i].v;
  }
  j->mcus_across = (im->width + 8 * j->h - 1) / (8 * j->h);
  j->mcus_down = (im->height + 8 * j->v - 1) / (8 * j->v);
  for (int i = 0; i < j->nparts; i++) {
    SinterJpegPart *p = &j->part[i];
    if (j->h % p->h || j->v % p->v) return 0; /* no whole number of pixels per sample */
    p->width = (im->width * p->h + j->h - 1) / j->h;
    p->height = (im->height * p->v + j->v - 1) / j->v;
    p->columns = (p->width + 7) / 8;
    p->rows = (p->height + 7) / 8;
    p->across = j->mcus_across * p->h;
    int64_t blocks = p->across * j->mcus_down * p->v;
    p->coefficient = sinter_image_memory(im, 64 * blocks, sizeof(int16_t));
    p->sample = sinter_image_memory(im, 64 * blocks, 1);
    if (!p->coefficient || !p->sample) return 0;
  }
  return 1;
}

/* A scan's header, then its data; *next is where they end. */
static int sinter_jpeg_start(SinterJpeg *j, int64_t at, int64_t n, int64_t *next) {
  const SinterImage *im = j->im;
  SinterJpegPart *part[SINTER_JPEG_PARTS];
  int count = (int)sinter_u8(im, at++);
  if (!j->nparts || count < 1 || count > j->nparts || n != 4 + 2 * count) return 0;
  for (int i = 0; i < count; i++, at += 2) {
    int k = 0;
    while (k < j->nparts && j->part[k].id != (int)sinter_u8(im, at)) k++;
    if (k == j->nparts) return 0;
    for (int l = 0; l < i; l++)
      if (part[l] == &j->part[k]) return 0;
    part[i] = &j->part[k];
    part[i]->dc_code = (int)sinter_u8(im, at + 1) >> 4;
    part[i]->ac_code = (int)sinter_u8(im, at + 1) & 15;
    if (part[i]->dc_code > 3 || part[i]->ac_code > 3) return 0;
    if (!part[i]->latched++) memcpy(part[i]->quant, j->quant[part[i]->table], sizeof part[i]->quant);
  }
  j->from = j->progressive ? (int)sinter_u8(im, at) : 0;
  j->to = j->progressive ? (int)sinter_u8(im, at + 1) : 63;
  j->high = j->progressive ? (int)sinter_u8(im, at + 2) >> 4 : 0;
  j->low = j->progressive ? (int)sinter_u8(im, at + 2) & 15 : 0;
  if (j->from > j->to || j->to > 63 || j->low > 13 || (j->progressive && (j->from == 0 ? j->to != 0 : count > 1))) return 0;
  for (int i = 0; i < count; i++)
    if ((j->from == 0 && j->high == 0 && !j->dc[part[i]->dc_code].known) || (j->to > 0 && !j->ac[part[i]->ac_code].known)) return 0;
  j->at = at + 3;
  int good = sinter_jpeg_scan(j, count, part);
  *next = j->at;
  return good;
}

static int sinter_jpeg_read(SinterJpeg *j) {
  const SinterImage *im = j->im;
  int scans = 0;
  for (int64_t at = 2; at + 3 < im->size || scans;) {
    if (at >= im->size) return 0; /* no end marker */
    if (im->data[at] != 0xFF) { at++; continue; }
    unsigned marker = sinter_u8(im, at + 1);
    if (marker == 0xFF || marker == 0 || marker == 1 || (marker & 0xF8) == 0xD0) { at += 1 + (marker != 0xFF); continue; }
    if (marker == 0xD9) return scans > 0;
    int64_t n = sinter_be16(im, at + 2) - 2, body = at + 4;
    if (n < 0 || n > im->size - body) return 0;
    at = body + n;
    switch (marker) {
      case 0xC0: case 0xC1: case 0xC2:
        j->progressive = marker == 0xC2;
        if (!sinter_jpeg_frame(j, body, n)) return 0;
        break;
      case 0xC4: if (!sinter_jpeg_codes(j, body, n)) return 0; break;
      case 0xDA: if (++scans > SINTER_JPEG_SCANS || !sinter_jpeg_start(j, body, n, &at)) return 0; break;
      case 0xDB: if (!sinter_jpeg_quant_tables(j, body, n)) return 0; break;
      case 0xDD: j->restart = sinter_be16(im, body); break;
      case 0xE0: j->jfif |= n >= 5 && sinter_be32(im, body) == 0x4A464946; break; /* "JFIF" */
      case 0xEE:
        if (n < 12 || sinter_be32(im, body) != 0x41646F62) break; /* "Adobe" */
        j->adobe = 1;
        j->transform = (int)sinter_u8(im, body + 11);
        break;
      case 0xC3: case 0xC5: case 0xC6: case 0xC7: case 0xC9: case 0xCA: case 0xCB: case 0xCD: case 0xCE: case 0xCF: return 0; /* other processes */
      default: break;
    }
  }
  return 0;
}

/* ---- from coefficients to pixels */

/* Eight values at a distance of `step`, by the factorisation of Loeffler, Ligtenberg and Moschytz; results are scaled by 2^13 * sqrt(8), then shifted right. */
static void sinter_jpeg_transform(int64_t *v, int step, int shift) {
  int64_t a = v[2 * step], b = v[6 * step], common = (a + b) * 4433, two = common - b * 15137, three = common + a * 6270;
  int64_t sum = (v[0] + v[4 * step]) * 8192, difference = (v[0] - v[4 * step]) * 8192;
  int64_t even[4] = {sum + three, difference + two, difference - two, sum - three};
  int64_t o7 = v[7 * step], o5 = v[5 * step], o3 = v[3 * step], o1 = v[step];
  int64_t z1 = (o7 + o1) * -7373, z2 = (o5 + o3) * -20995, z3 = (o7 + o3) * -16069, z4 = (o5 + o1) * -3196, z5 = (o7 + o3 + o5 + o1) * 9633;
  int64_t odd[4] = {o1 * 12299 + z1 + z4 + z5, o3 * 25172 + z2 + z3 + z5, o5 * 16819 + z2 + z4 + z5, o7 * 2446 + z1 + z3 + z5};
  int64_t half = (int64_t)1 << (shift - 1);
  for (int i = 0; i < 4; i++) {
    v[i * step] = (even[i] + odd[i] + half) >> shift;
    v[(7 - i) * step] = (even[i] - odd[i] + half) >> shift;
  }
}

static void sinter_jpeg_samples(const SinterJpegPart *p) {
  for (int64_t i = 0; i < p->columns * p->rows; i++) {
    int64_t y = i / p->columns, x = i % p->columns, v[64];
    const int16_t *block = p->coefficient + 64 * (y * p->across + x);
    for (int k = 0; k < 64; k++) v[k] = block[k] * p->quant[k];
    for (int k = 0; k < 8; k++) sinter_jpeg_transform(v + k, 8, 11);
    for (int k = 0; k < 8; k++) sinter_jpeg_transform(v + 8 * k, 1, 18);
    for (int k = 0; k < 64; k++) p->sample[(8 * y + k / 8) * 8 * p->across + 8 * x + k % 8] = (uint8_t)(v[k] < -128 ? 0 : v[k] > 127 ? 255 : v[k] + 128);
  }
}

/* The sample for a pixel. Where there are half as many of them, it is a mean of 3 to 1 with the neighbour on the pixel's side; what is rounded up and what is
 * rounded down alternates. Components of two columns or fewer, and those with other ratios, are repeated. */
static int sinter_jpeg_sample(const SinterJpeg *j, const SinterJpegPart *p, int64_t y, int64_t x) {
  int h = j->h / p->h, v = j->v / p->v, wide = h == 2 && v <= 2 && p->width > 2, tall = v == 2 && (wide || h == 1);
  int64_t row = y / v, column = x / h, stride = 8 * p->across;
  const uint8_t *s = p->sample + row * stride, *other = s;
  if (!wide && !tall) return s[column];
  if (tall) other = p->sample + (y % 2 ? row + 1 < p->height ? row + 1 : row : row ? row - 1 : 0) * stride;
  if (!wide) return (3 * s[column] + other[column] + 1 + (int)(y % 2)) >> 2;
  int64_t beside = x % 2 ? column + 1 < p->width ? column + 1 : column : column ? column - 1 : 0;
  if (!tall) return (3 * s[column] + s[beside] + 1 + (int)(x % 2)) >> 2;
  return (3 * (3 * s[column] + other[column]) + 3 * s[beside] + other[beside] + 8 - (int)(x % 2)) >> 4;
}

static void sinter_jpeg_colour(const SinterJpeg *j, int64_t y, int64_t x) {
  int v[SINTER_JPEG_PARTS] = {0}, n = j->nparts;
  const SinterJpegPart *p = j->part;
  for (int i = 0; i < n; i++) v[i] = sinter_jpeg_sample(j, &p[i], y, x);
  int letters = p[0].id == 'R' && p[1].id == 'G' && p[2].id == 'B';
  int luma = n == 4 ? j->adobe && j->transform == 2 : n == 3 && (j->jfif || (j->adobe ? j->transform != 0 : !letters));
  if (n == 1) v[1] = v[2] = v[0];
  if (luma) { /* BT.601 with full range, 16 fractional bits */
    int cb = v[1] - 128, cr = v[2] - 128, l = v[0];
    v[0] = sinter_clamp(l + ((91881 * cr + 32768) >> 16), 0, 255);
    v[1] = sinter_clamp(l + ((-22554 * cb - 46802 * cr + 32768) >> 16), 0, 255);
    v[2] = sinter_clamp(l + ((116130 * cb + 32768) >> 16), 0, 255);
  }
  if (n < 4) sinter_image_put(j->im, y, x, v[0], v[1], v[2]);
  else if (luma) sinter_image_put_cmyk(j->im, y, x, v[0], v[1], v[2], 255 - v[3]); /* samples of four components say how much paper is left */
  else sinter_image_put_cmyk(j->im, y, x, 255 - v[0], 255 - v[1], 255 - v[2], 255 - v[3]);
}

static int sinter_jpeg(SinterImage *im) {
  SinterJpeg *j = sinter_image_memory(im, 1, sizeof *j);
  if (!j) return 0;
  j->im = im;
  if (!sinter_jpeg_read(j)) return 0;
  for (int i = 0; i < j->nparts; i++) {
    if (!j->part[i].latched) return 0; /* a component without a scan */
    sinter_jpeg_samples(&j->part[i]);
  }
  for (int64_t y = 0; y < im->height; y++)
    for (int64_t x = 0; x < im->width; x++) sinter_jpeg_colour(j, y, x);
  return 1;
}
