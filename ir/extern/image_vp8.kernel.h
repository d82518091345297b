/* VP8 key frames (RFC 6386), as lossy WebP holds them: boolean entropy coding, prediction from pixels above and to the left, 4x4 transforms, loop filters; then
 * chroma is interpolated by weights 9:3:3:1 and colours are converted in 14-bit fixed point. Part of image_decoder.kernel.h. */

enum { SINTER_VP8_DC, SINTER_VP8_TM, SINTER_VP8_V, SINTER_VP8_H, SINTER_VP8_LD, SINTER_VP8_RD, SINTER_VP8_VR, SINTER_VP8_VL, SINTER_VP8_HD, SINTER_VP8_HU, SINTER_VP8_BLOCKS }; /* modes; BLOCKS: each 4x4 block has its own */
typedef struct SinterBool { const uint8_t *data; int64_t size, at; uint32_t value, range; int shifted; } SinterBool;
typedef struct SinterVp8Plane { uint8_t *pixel; int64_t stride; } SinterVp8Plane; /* pixel: of row 0, column 0; there are a row above and a column to the left */
typedef struct SinterVp8Segment { int quantiser, filter; int step[3][2]; } SinterVp8Segment; /* step: of Y, Y2, chroma; DC and the others */
typedef struct SinterVp8Filter { uint8_t level, inside; } SinterVp8Filter; /* of a macroblock; inside: its inner edges too */
typedef struct SinterVp8 {
  SinterImage *im;
  SinterBool head, part[8];
  int nparts;
  int segmented, segments_given, absolute, segment_tree[3];
  SinterVp8Segment segment[4];
  int simple, level, sharpness, adjusted, adjust_frame, adjust_blocks; /* of the loop filter */
  int may_skip, skip_probability;
  uint8_t token[4][8][3][11];
  int64_t across, down;                  /* macroblocks */
  SinterVp8Plane plane[3];
  uint8_t *modes_above, modes_left[4];   /* of 4x4 blocks */
  uint8_t *coded_above, coded_left[9];   /* had the block coefficients: 4 of Y, 2 of U, 2 of V, Y2 */
  SinterVp8Filter *filter;
  int16_t coefficient[25][16];           /* of a macroblock: 16 of Y, 4 of U, 4 of V, Y2 */
  uint8_t block_mode[16];
} SinterVp8;

/* ---- boolean decoder */

static void sinter_bool_start(SinterBool *b, const uint8_t *data, int64_t size) {
  *b = (SinterBool){.data = data, .size = size, .at = 2, .range = 255};
  b->value = (size > 0 ? (uint32_t)data[0] << 8 : 0) | (size > 1 ? data[1] : 0);
}

static int sinter_bool(SinterBool *b, int probability) { /* of a zero, in 256ths */
  uint32_t split = 1 + (((b->range - 1) * (uint32_t)probability) >> 8);
  int bit = b->value >= split << 8;
  b->value -= bit ? split << 8 : 0;
  b->range = bit ? b->range - split : split;
  while (b->range < 128) {
    b->value <<= 1;
    b->range <<= 1;
    if (++b->shifted < 8) continue;
    b->shifted = 0;
    if (b->at < b->size) b->value |= b->data[b->at];
    b->at++;
  }
  return bit;
}

static int sinter_bool_bits(SinterBool *b, int n) {
  int v = 0;
  while (n-- > 0) v = 2 * v + sinter_bool(b, 128);
  return v;
}

static int sinter_bool_signed(SinterBool *b, int n) {
  int v = sinter_bool_bits(b, n);
  return sinter_bool(b, 128) ? -v : v;
}

static int sinter_bool_optional(SinterBool *b, int n) { return sinter_bool(b, 128) ? sinter_bool_signed(b, n) : 0; } /* a number that may be left out */

static int sinter_bool_tree(SinterBool *b, const int8_t *tree, const uint8_t *probability) { /* pairs of next nodes; what is not positive is a leaf */
  int i = 0;
  do i = tree[i + sinter_bool(b, probability[i >> 1])];
  while (i > 0);
  return -i;
}

/* ---- header */

static void sinter_vp8_read_segments(SinterVp8 *v) {
  SinterBool *b = &v->head;
  v->segments_given = sinter_bool(b, 128);
  if (sinter_bool(b, 128)) {
    v->absolute = sinter_bool(b, 128);
    for (int i = 0; i < 4; i++) v->segment[i].quantiser = sinter_bool_optional(b, 7);
    for (int i = 0; i < 4; i++) v->segment[i].filter = sinter_bool_optional(b, 6);
  }
  for (int i = 0; i < 3 && v->segments_given; i++) v->segment_tree[i] = sinter_bool(b, 128) ? sinter_bool_bits(b, 8) : 255;
}

static void sinter_vp8_read_filter(SinterVp8 *v) {
  SinterBool *b = &v->head;
  v->simple = sinter_bool(b, 128);
  v->level = sinter_bool_bits(b, 6);
  v->sharpness = sinter_bool_bits(b, 3);
  v->adjusted = sinter_bool(b, 128);
  if (!v->adjusted || !sinter_bool(b, 128)) return;
  for (int i = 0; i < 8; i++) { /* four kinds of reference, of which there is only the frame itself, and four of mode */
    int adjust = sinter_bool_optional(b, 6);
    if (i == 0) v->adjust_frame = adjust;
    if (i == 4) v->adjust_blocks = adjust;
  }
}

static void sinter_vp8_read_steps(SinterVp8 *v) {
  SinterBool *b = &v->head;
  int base = sinter_bool_bits(b, 7), more[3][2] = {{0, 0}, {0, 0}, {0, 0}};
  for (int i = 0; i < 6; i++)
    if (i != 1) more[i / 2][i % 2] = sinter_bool_optional(b, 4);
  for (int s = 0; s < 4; s++) {
    SinterVp8Segment *g = &v->segment[s];
    int q = !v->segmented ? base : v->absolute ? g->quantiser : base + g->quantiser;
    for (int i = 0; i < 3; i++) {
      g->step[i][0] = sinter_vp8_dc_step[sinter_clamp(q + more[i][0], 0, 127)];
      g->step[i][1] = sinter_vp8_ac_step[sinter_clamp(q + more[i][1], 0, 127)];
    }
    g->step[1][0] *= 2;
    g->step[1][1] = g->step[1][1] * 155 / 100 < 8 ? 8 : g->step[1][1] * 155 / 100;
    if (g->step[2][0] > 132) g->step[2][0] = 132;
  }
}

static int sinter_vp8_start(SinterVp8 *v, const uint8_t *data, int64_t size) {
  if (size < 10 || (data[0] & 1) || data[3] != 0x9D || data[4] != 1 || data[5] != 0x2A) return 0; /* a key frame */
  int64_t first = (data[0] | data[1] << 8 | data[2] << 16) >> 5, at = 10 + first;
  if (!sinter_image_begin(v->im, (data[8] | data[9] << 8) & 0x3FFF, (data[6] | data[7] << 8) & 0x3FFF) || at > size) return 0;
  SinterBool *b = &v->head;
  sinter_bool_start(b, data + 10, first);
  sinter_bool_bits(b, 2); /* colour space; whether sums stay in range by themselves: they are clamped all the same */
  v->segmented = sinter_bool(b, 128);
  if (v->segmented) sinter_vp8_read_segments(v);
  sinter_vp8_read_filter(v);
  v->nparts = 1 << sinter_bool_bits(b, 2);
  if (at + 3 * (v->nparts - 1) > size) return 0;
  for (int64_t i = 0, sizes = at, from = at + 3 * (v->nparts - 1); i < v->nparts; i++, sizes += 3) {
    int64_t n = i + 1 == v->nparts ? size - from : data[sizes] | data[sizes + 1] << 8 | data[sizes + 2] << 16;
    if (n > size - from) return 0;
    sinter_bool_start(&v->part[i], data + from, n);
    from += n;
  }
  sinter_vp8_read_steps(v);
  sinter_bool(b, 128); /* whether probabilities outlive the frame */
  const uint8_t *update = &sinter_vp8_token_updates[0][0][0][0];
  uint8_t *token = &v->token[0][0][0][0];
  memcpy(token, sinter_vp8_tokens, sizeof v->token);
  for (int64_t i = 0; i < (int64_t)sizeof v->token; i++)
    if (sinter_bool(b, update[i])) token[i] = (uint8_t)sinter_bool_bits(b, 8);
  v->may_skip = sinter_bool(b, 128);
  if (v->may_skip) v->skip_probability = sinter_bool_bits(b, 8);
  return 1;
}

/* ---- coefficients */

/* One block's tokens from position `at`; whether there was any. */
static int sinter_vp8_tokens_of(SinterBool *b, uint8_t (*probability)[3][11], int context, int at, const int *step, int16_t *block) {
  static const uint8_t band[16] = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7}, zigzag[16] = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
  static const uint8_t more[6][12] = {{159}, {165, 145}, {173, 148, 140}, {176, 155, 140, 135}, {180, 157, 141, 134, 130}, {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}};
  static const uint8_t base[6] = {5, 7, 11, 19, 35, 67};
  static const int8_t tree[20] = {-0, 2, -1, 4, 6, 10, -2, 8, -3, -4, 12, 14, -5, -6, 16, 18, -7, -8, -9, -10}; /* 0 to 4, then ranges; the end of the block is asked for before */
  int first = at, was_zero = 0;
  for (; at < 16; at++) {
    const uint8_t *p = probability[band[at]][context];
    if (!was_zero && !sinter_bool(b, p[0])) break;
    int v = sinter_bool_tree(b, tree, p + 1), range = v - 5;
    if (range >= 0) {
      int extra = 0;
      for (const uint8_t *q = more[range]; *q; q++) extra = 2 * extra + sinter_bool(b, *q);
      v = base[range] + extra;
    }
    was_zero = v == 0;
    context = v > 2 ? 2 : v > 1 ? 2 : v;
    if (v) block[zigzag[at]] = (int16_t)((sinter_bool(b, 128) ? -v : v) * step[at > 0]);
  }
  return at > first;
}

/* All blocks of a macroblock; whether any had a coefficient. */
static int sinter_vp8_residue(SinterVp8 *v, SinterBool *b, const SinterVp8Segment *g, uint8_t *above, int y2) {
  uint8_t *left = v->coded_left;
  int any = 0;
  memset(v->coefficient, 0, sizeof v->coefficient);
  if (y2) any = above[8] = left[8] = (uint8_t)sinter_vp8_tokens_of(b, v->token[1], above[8] + left[8], 0, g->step[1], v->coefficient[24]);
  for (int i = 0; i < 24; i++) {
    int chroma = i >= 16, wide = chroma ? 2 : 4, k = chroma ? i % 4 : i, from = chroma ? i < 20 ? 4 : 6 : 0;
    uint8_t *a = &above[from + k % wide], *l = &left[from + k / wide];
    *a = *l = (uint8_t)sinter_vp8_tokens_of(b, v->token[chroma ? 2 : y2 ? 0 : 3], *a + *l, !chroma && y2, g->step[chroma ? 2 : 0], v->coefficient[i]);
    any |= *a;
  }
  return any;
}

static void sinter_vp8_unwalsh(SinterVp8 *v) { /* Y2: the DC coefficients of Y's blocks */
  int16_t *in = v->coefficient[24];
  int t[16];
  for (int i = 0; i < 4; i++) {
    int a = in[i] + in[12 + i], b = in[4 + i] + in[8 + i], c = in[4 + i] - in[8 + i], d = in[i] - in[12 + i];
    t[i] = a + b, t[4 + i] = c + d, t[8 + i] = a - b, t[12 + i] = d - c;
  }
  for (int i = 0; i < 16; i += 4) {
    int a = t[i] + t[i + 3], b = t[i + 1] + t[i + 2], c = t[i + 1] - t[i + 2], d = t[i] - t[i + 3], out[4] = {a + b, c + d, a - b, d - c};
    for (int k = 0; k < 4; k++) v->coefficient[i + k][0] = (int16_t)((out[k] + 3) >> 3);
  }
}

static int sinter_vp8_cos(int v) { return v + (int)(((int64_t)v * 20091) >> 16); } /* sqrt(2) cos(pi/8) and sqrt(2) sin(pi/8) in 16 bits */
static int sinter_vp8_sin(int v) { return (int)(((int64_t)v * 35468) >> 16); }

static void sinter_vp8_add(const int16_t *in, uint8_t *pixel, int64_t stride) { /* the inverse transform, added to the prediction */
  int t[16];
  for (int i = 0; i < 4; i++) {
    int a = in[i] + in[8 + i], b = in[i] - in[8 + i], c = sinter_vp8_sin(in[4 + i]) - sinter_vp8_cos(in[12 + i]), d = sinter_vp8_cos(in[4 + i]) + sinter_vp8_sin(in[12 + i]);
    t[i] = a + d, t[4 + i] = b + c, t[8 + i] = b - c, t[12 + i] = a - d;
  }
  for (int i = 0; i < 4; i++) {
    const int *r = t + 4 * i;
    int a = r[0] + r[2], b = r[0] - r[2], c = sinter_vp8_sin(r[1]) - sinter_vp8_cos(r[3]), d = sinter_vp8_cos(r[1]) + sinter_vp8_sin(r[3]), out[4] = {a + d, b + c, b - c, a - d};
    for (int k = 0; k < 4; k++) pixel[i * stride + k] = (uint8_t)sinter_clamp(pixel[i * stride + k] + ((out[k] + 4) >> 3), 0, 255);
  }
}

/* ---- prediction */

/* A square of n x n pixels; a mean leaves out the edges that lie outside the frame. */
static void sinter_vp8_predict(uint8_t *p, int64_t stride, int n, int mode, int has_above, int has_left) {
  int sum = 0, count = n * (has_above + has_left);
  for (int i = 0; i < n; i++) sum += (has_above ? p[i - stride] : 0) + (has_left ? p[i * stride - 1] : 0);
  int mean = count ? (sum + count / 2) / count : 128;
  for (int64_t y = 0; y < n; y++)
    for (int64_t x = 0; x < n; x++) {
      int above = p[x - stride], left = p[y * stride - 1], corner = p[-stride - 1];
      p[y * stride + x] = (uint8_t)(mode == SINTER_VP8_DC ? mean : mode == SINTER_VP8_V ? above : mode == SINTER_VP8_H ? left : sinter_clamp(above + left - corner, 0, 255));
    }
}

/* A 4x4 block from its edge e: e[0..3] the left column upwards, e[4] the corner, e[5..12] the eight pixels above and to the right. Diagonal modes take means of
 * two or three neighbours along the edge: `line` has, per pixel, twice the place of the middle one; odd places lie between two pixels. */
static void sinter_vp8_predict_block(uint8_t *p, int64_t stride, int mode, const uint8_t *e) {
  static const uint8_t line[6][16] = {
    {12, 14, 16, 18, 14, 16, 18, 20, 16, 18, 20, 22, 18, 20, 22, 24}, /* LD */
    {8, 10, 12, 14, 6, 8, 10, 12, 4, 6, 8, 10, 2, 4, 6, 8},           /* RD */
    {9, 11, 13, 15, 8, 10, 12, 14, 6, 9, 11, 13, 4, 8, 10, 12},       /* VR */
    {11, 13, 15, 17, 12, 14, 16, 18, 13, 15, 17, 20, 14, 16, 18, 22}, /* VL */
    {7, 8, 10, 12, 5, 6, 7, 8, 3, 4, 5, 6, 1, 2, 3, 4},               /* HD */
    {5, 4, 3, 2, 3, 2, 1, 25, 1, 25, 26, 26, 26, 26, 26, 26},         /* HU, along the left column; 25: the last two, 26: the last */
  };
  int mean = 4;
  for (int i = 0; i < 4; i++) mean += e[i] + e[5 + i];
  for (int i = 0; i < 16; i++) {
    int y = i / 4, x = i % 4, v, at = mode >= SINTER_VP8_LD ? line[mode - SINTER_VP8_LD][i] : mode == SINTER_VP8_V ? 10 + 2 * x : 6 - 2 * y, m = at / 2;
    if (mode == SINTER_VP8_DC) v = mean >> 3;
    else if (mode == SINTER_VP8_TM) v = sinter_clamp(e[3 - y] + e[5 + x] - e[4], 0, 255);
    else if (at == 26) v = e[0];
    else if (at == 25 || at == 0) v = (e[1] + 3 * e[0] + 2) >> 2;
    else if (at == 24) v = (e[11] + 3 * e[12] + 2) >> 2;
    else if (at % 2) v = (e[m] + e[m + 1] + 1) >> 1;
    else v = (e[m - 1] + 2 * e[m] + e[m + 1] + 2) >> 2;
    p[y * stride + x] = (uint8_t)v;
  }
}

/* Y in 4x4 blocks. To the right of the last column's blocks lie pixels of the macroblock above, whichever row they are in. */
static void sinter_vp8_blocks(const SinterVp8 *v, uint8_t *p, int64_t stride, int64_t my, int64_t mx) {
  uint8_t right[4], e[13];
  for (int i = 0; i < 4; i++) right[i] = my > 0 && mx + 1 == v->across ? p[15 - stride] : p[16 + i - stride];
  for (int i = 0; i < 16; i++) {
    uint8_t *q = p + i / 4 * 4 * stride + i % 4 * 4;
    for (int k = 0; k < 4; k++) e[3 - k] = q[k * stride - 1];
    for (int k = 0; k < 9; k++) e[4 + k] = k > 4 && i % 4 == 3 ? right[k - 5] : q[k - 1 - stride];
    sinter_vp8_predict_block(q, stride, v->block_mode[i], e);
    sinter_vp8_add(v->coefficient[i], q, stride);
  }
}

/* ---- macroblocks */

static int sinter_vp8_read_mode(SinterVp8 *v, uint8_t *above) { /* of Y */
  static const int8_t tree[8] = {-SINTER_VP8_BLOCKS, 2, 4, 6, -SINTER_VP8_DC, -SINTER_VP8_V, -SINTER_VP8_H, -SINTER_VP8_TM};
  static const int8_t block_tree[18] = {-SINTER_VP8_DC, 2, -SINTER_VP8_TM, 4, -SINTER_VP8_V, 6, 8, 12, -SINTER_VP8_H, 10, -SINTER_VP8_RD, -SINTER_VP8_VR, -SINTER_VP8_LD, 14, -SINTER_VP8_VL, 16, -SINTER_VP8_HD, -SINTER_VP8_HU};
  static const uint8_t probability[4] = {145, 156, 163, 128};
  int mode = sinter_bool_tree(&v->head, tree, probability);
  for (int i = 0; i < 16; i++) {
    uint8_t *a = &above[i % 4], *l = &v->modes_left[i / 4];
    *a = *l = v->block_mode[i] = (uint8_t)(mode == SINTER_VP8_BLOCKS ? sinter_bool_tree(&v->head, block_tree, sinter_vp8_modes[*a][*l]) : mode);
  }
  return mode;
}

static void sinter_vp8_macroblock(SinterVp8 *v, int64_t my, int64_t mx) {
  static const int8_t chroma_tree[6] = {-SINTER_VP8_DC, 2, -SINTER_VP8_V, 4, -SINTER_VP8_H, -SINTER_VP8_TM};
  static const uint8_t chroma_probability[3] = {142, 114, 183};
  SinterBool *b = &v->head;
  int segment = 0, skip = 0, coded = 0;
  if (v->segments_given) segment = sinter_bool(b, v->segment_tree[0]) ? 2 + sinter_bool(b, v->segment_tree[2]) : sinter_bool(b, v->segment_tree[1]);
  if (v->may_skip) skip = sinter_bool(b, v->skip_probability);
  int mode = sinter_vp8_read_mode(v, v->modes_above + 4 * mx), y2 = mode != SINTER_VP8_BLOCKS;
  int chroma = sinter_bool_tree(b, chroma_tree, chroma_probability);

  uint8_t *above = v->coded_above + 9 * mx;
  if (!skip) coded = sinter_vp8_residue(v, &v->part[my % v->nparts], &v->segment[segment], above, y2);
  else {
    memset(v->coefficient, 0, sizeof v->coefficient);
    memset(above, 0, (size_t)(8 + y2)); /* what is known of Y2 stays where there is none */
    memset(v->coded_left, 0, (size_t)(8 + y2));
  }
  if (y2) sinter_vp8_unwalsh(v);

  int64_t stride = v->plane[0].stride;
  uint8_t *y = v->plane[0].pixel + 16 * (my * stride + mx);
  if (!y2) sinter_vp8_blocks(v, y, stride, my, mx);
  else {
    sinter_vp8_predict(y, stride, 16, mode, my > 0, mx > 0);
    for (int i = 0; i < 16; i++) sinter_vp8_add(v->coefficient[i], y + i / 4 * 4 * stride + i % 4 * 4, stride);
  }
  for (int c = 1; c < 3; c++) {
    stride = v->plane[c].stride;
    uint8_t *p = v->plane[c].pixel + 8 * (my * stride + mx);
    sinter_vp8_predict(p, stride, 8, chroma, my > 0, mx > 0);
    for (int i = 0; i < 4; i++) sinter_vp8_add(v->coefficient[12 + 4 * c + i], p + i / 2 * 4 * stride + i % 2 * 4, stride);
  }

  int level = !v->segmented ? v->level : v->absolute ? v->segment[segment].filter : v->level + v->segment[segment].filter;
  if (v->adjusted) level += v->adjust_frame + (y2 ? 0 : v->adjust_blocks);
  v->filter[my * v->across + mx] = (SinterVp8Filter){(uint8_t)sinter_clamp(level, 0, 63), (uint8_t)(!y2 || coded)};
}

/* ---- loop filter: across an edge lie ... p1 p0 | q0 q1 ... at a distance of `step` */

static int sinter_distance(int a, int b) { return a > b ? a - b : b - a; }

static void sinter_vp8_soften(uint8_t *q, int64_t step, int outer, int inner) { /* outer: p1 and q1 count; inner: they change */
  int p1 = q[-2 * step], p0 = q[-step], q0 = q[0], q1 = q[step];
  int a = sinter_clamp(3 * (q0 - p0) + (outer ? sinter_clamp(p1 - q1, -128, 127) : 0), -128, 127);
  int down = sinter_clamp(a + 4, -128, 127) >> 3, up = sinter_clamp(a + 3, -128, 127) >> 3, half = (down + 1) >> 1;
  q[-step] = (uint8_t)sinter_clamp(p0 + up, 0, 255);
  q[0] = (uint8_t)sinter_clamp(q0 - down, 0, 255);
  if (!inner) return;
  q[-2 * step] = (uint8_t)sinter_clamp(p1 + half, 0, 255);
  q[step] = (uint8_t)sinter_clamp(q1 - half, 0, 255);
}

static void sinter_vp8_smooth(uint8_t *q, int64_t step) { /* three pixels on each side, by 27, 18 and 9 parts of 128 */
  int a = sinter_clamp(3 * (q[0] - q[-step]) + sinter_clamp(q[-2 * step] - q[step], -128, 127), -128, 127);
  for (int i = 0, weight = 27; i < 3; i++, weight -= 9) {
    int by = (weight * a + 63) >> 7;
    uint8_t *left = q - (i + 1) * step, *right = q + i * step;
    *left = (uint8_t)sinter_clamp(*left + by, 0, 255);
    *right = (uint8_t)sinter_clamp(*right - by, 0, 255);
  }
}

typedef struct SinterVp8Edge { int limit, within, sharp, simple, macroblock; } SinterVp8Edge; /* limit: of the step at the edge; within: of steps beside it; sharp: above this they are one feature */

static void sinter_vp8_edge(uint8_t *q, int64_t along, int64_t step, int n, const SinterVp8Edge *e) {
  for (int i = 0; i < n; i++, q += along) {
    if (4 * sinter_distance(q[-step], q[0]) + sinter_distance(q[-2 * step], q[step]) > 2 * e->limit + 1) continue;
    if (e->simple) {
      sinter_vp8_soften(q, step, 1, 0);
      continue;
    }
    int calm = 1, p = sinter_distance(q[-2 * step], q[-step]), r = sinter_distance(q[step], q[0]);
    for (int k = -4; k < 3; k++) calm &= k == -1 || sinter_distance(q[k * step], q[(k + 1) * step]) <= e->within;
    if (!calm) continue;
    if (p > e->sharp || r > e->sharp) sinter_vp8_soften(q, step, 1, 0);
    else if (e->macroblock) sinter_vp8_smooth(q, step);
    else sinter_vp8_soften(q, step, 0, 1);
  }
}

static void sinter_vp8_filter_macroblock(const SinterVp8 *v, int64_t my, int64_t mx) {
  SinterVp8Filter f = v->filter[my * v->across + mx];
  int within = v->sharpness ? f.level >> (v->sharpness > 4 ? 2 : 1) : f.level;
  if (!f.level) return;
  if (v->sharpness && within > 9 - v->sharpness) within = 9 - v->sharpness;
  if (within < 1) within = 1;
  SinterVp8Edge outer = {2 * (f.level + 2) + within, within, f.level >= 40 ? 2 : f.level >= 15, v->simple, 1}, inner = outer;
  inner.limit = 2 * f.level + within;
  inner.macroblock = 0;
  for (int across = 1; across >= 0; across--) /* vertical edges first */
    for (int c = 0; c < (v->simple ? 1 : 3); c++) {
      int n = c ? 8 : 16;
      int64_t stride = v->plane[c].stride, along = across ? stride : 1, step = across ? 1 : stride;
      uint8_t *p = v->plane[c].pixel + n * (my * stride + mx);
      if (across ? mx > 0 : my > 0) sinter_vp8_edge(p, along, step, n, &outer);
      for (int i = 4; f.inside && i < n; i += 4) sinter_vp8_edge(p + i * step, along, step, n, &inner);
    }
}

/* ---- pixels */

static int sinter_vp8_chroma(const SinterVp8 *v, const SinterVp8Plane *p, int64_t y, int64_t x) {
  int64_t rows = (v->im->height + 1) / 2, columns = (v->im->width + 1) / 2, r = y / 2, c = x / 2, s = y % 2 ? r + 1 : r - 1, d = x % 2 ? c + 1 : c - 1;
  if (s < 0 || s >= rows) s = r;
  if (d < 0 || d >= columns) d = c;
  const uint8_t *near = p->pixel + r * p->stride, *far = p->pixel + s * p->stride;
  return (near[c] + ((near[c] + 3 * near[d] + 3 * far[c] + far[d] + 8) >> 3)) >> 1; /* rounded down twice */
}

static int sinter_vp8_level(int v) { return v < 0 ? 0 : v >> 6 > 255 ? 255 : v >> 6; }

static int sinter_vp8(SinterImage *im, const uint8_t *data, int64_t size) {
  SinterVp8 *v = sinter_image_memory(im, 1, sizeof *v);
  if (!v) return 0;
  v->im = im;
  if (!sinter_vp8_start(v, data, size)) return 0;
  v->across = (im->width + 15) / 16;
  v->down = (im->height + 15) / 16;
  v->modes_above = sinter_image_memory(im, v->across, 4);
  v->coded_above = sinter_image_memory(im, v->across, 9);
  v->filter = sinter_image_memory(im, v->across * v->down, sizeof *v->filter);
  if (!v->modes_above || !v->coded_above || !v->filter) return 0;
  for (int c = 0; c < 3; c++) {
    int64_t n = c ? 8 : 16, stride = n * v->across + 16;
    uint8_t *memory = sinter_image_memory(im, (n * v->down + 1) * stride, 1);
    if (!memory) return 0;
    v->plane[c] = (SinterVp8Plane){memory + stride + 8, stride};
    memset(memory, 127, (size_t)stride); /* pixels above the frame, and those to the left of it */
    for (int64_t y = 0; y < n * v->down; y++) v->plane[c].pixel[y * stride - 1] = 129;
  }
  for (int64_t my = 0; my < v->down; my++) {
    memset(v->modes_left, 0, sizeof v->modes_left);
    memset(v->coded_left, 0, sizeof v->coded_left);
    for (int64_t mx = 0; mx < v->across; mx++) sinter_vp8_macroblock(v, my, mx);
    const SinterBool *b = &v->part[my % v->nparts];
    if (v->head.at > v->head.size + 2 || b->at > b->size + 2) return 0; /* the data ended before */
  }
  for (int64_t i = 0; i < v->across * v->down && v->level; i++) sinter_vp8_filter_macroblock(v, i / v->across, i % v->across);
  for (int64_t y = 0; y < im->height; y++)
    for (int64_t x = 0; x < im->width; x++) {
      int luma = (v->plane[0].pixel[y * v->plane[0].stride + x] * 19077) >> 8, cb = sinter_vp8_chroma(v, &v->plane[1], y, x), cr = sinter_vp8_chroma(v, &v->plane[2], y, x);
      int r = luma + ((cr * 26149) >> 8) - 14234, g = luma - ((cb * 6419) >> 8) - ((cr * 13320) >> 8) + 8708, bl = luma + ((cb * 33050) >> 8) - 17685;
      sinter_image_put(im, y, x, sinter_vp8_level(r), sinter_vp8_level(g), sinter_vp8_level(bl));
    }
  return 1;
}
