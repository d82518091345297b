/* JPEG 2000 (ITU T.800), a codestream or a JP2 file: tiles, resolutions, precincts, packets and layers in all five orders of progression. Not known are regions of
 * interest, changes of the order, packed packet headers, and palettes. Part of image_decoder.kernel.h. */

enum { SINTER_J2K_PARTS = 4, SINTER_J2K_LEVELS = 32 };
typedef struct SinterJ2kChunk { int64_t at; int32_t size, passes; struct SinterJ2kChunk *next; } SinterJ2kChunk; /* what a packet holds of a code-block */
typedef struct SinterJ2kBlock { int32_t x0, y0, x1, y1, included, planes, length_bits, passes; SinterJ2kChunk *first, *last; } SinterJ2kBlock; /* place: within its band */
typedef struct SinterJ2kNode { int32_t value, low; } SinterJ2kNode;
typedef struct SinterJ2kTree { int64_t across, down; SinterJ2kNode *node; } SinterJ2kTree; /* a tag tree: each node the least of four below it; leaves first */
typedef struct SinterJ2kCell { int64_t across, down; SinterJ2kBlock *block; SinterJ2kTree inclusion, planes; } SinterJ2kCell; /* a precinct's part of a band */
typedef struct SinterJ2kBand { int64_t x0, y0, x1, y1, left, top; int kind, planes; float step; SinterJ2kCell *cell; } SinterJ2kBand; /* left, top: in the picture of coefficients */
typedef struct SinterJ2kResolution { int64_t x0, y0, x1, y1, across, down; int log_w, log_h, nbands, next; SinterJ2kBand band[3]; } SinterJ2kResolution; /* across, down, log: precincts */

typedef struct SinterJ2kCoding { int levels, block_w, block_h, style, reversible; uint8_t precinct[SINTER_J2K_LEVELS + 1]; } SinterJ2kCoding; /* block: logs */
typedef struct SinterJ2kSteps { int kind, guard; uint16_t step[3 * SINTER_J2K_LEVELS + 1]; } SinterJ2kSteps; /* kind: 0 exponents only, 1 one for all, 2 one each */
typedef struct SinterJ2kPart {                        /* a component of a tile */
  int depth, is_signed, dx, dy;
  SinterJ2kCoding coding;
  SinterJ2kSteps steps;
  int64_t x0, y0, x1, y1;
  SinterJ2kSample *sample;
  SinterJ2kResolution resolution[SINTER_J2K_LEVELS + 1];
} SinterJ2kPart;
typedef struct SinterJ2kPiece { int64_t at, end; struct SinterJ2kPiece *next; } SinterJ2kPiece; /* a tile-part: packets */
typedef struct SinterJ2kTile { SinterJ2kPiece *first, *last; } SinterJ2kTile;
typedef struct SinterJ2k {
  SinterImage *im;
  int64_t x0, y0, x1, y1, tile_w, tile_h, tile_x, tile_y, across, down; /* the reference grid */
  int nparts, order, layers, mixed, sop, eph;         /* mixed: colours were transformed */
  SinterJ2kPart part[SINTER_J2K_PARTS];
  SinterJ2kTile *tile;
  SinterJ2kPiece *piece;                              /* being read, from `at` */
  int64_t at;
  int bits, last, over;                               /* of a packet's header: unread bits of the last byte */
  SinterJ2kSample *line;
  uint8_t *data;                                      /* a segment in one piece */
  SinterJ2kCoder coder;
} SinterJ2k;

static int64_t sinter_j2k_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
static int64_t sinter_j2k_up_log(int64_t a, int log) { return (a + ((int64_t)1 << log) - 1) >> log; }
static int64_t sinter_j2k_max(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t sinter_j2k_min(int64_t a, int64_t b) { return a < b ? a : b; }

/* ---- main header */

static int sinter_j2k_size(SinterJ2k *j, int64_t at, int64_t n) {
  SinterImage *im = j->im;
  j->x1 = sinter_be32(im, at + 2), j->y1 = sinter_be32(im, at + 6), j->x0 = sinter_be32(im, at + 10), j->y0 = sinter_be32(im, at + 14);
  j->tile_w = sinter_be32(im, at + 18), j->tile_h = sinter_be32(im, at + 22), j->tile_x = sinter_be32(im, at + 26), j->tile_y = sinter_be32(im, at + 30);
  j->nparts = (int)sinter_be16(im, at + 34);
  if (n < 36 + 3 * j->nparts || j->nparts < 1 || j->nparts > SINTER_J2K_PARTS || !j->tile_w || !j->tile_h) return 0;
  if (j->tile_x > j->x0 || j->tile_y > j->y0 || j->tile_x + j->tile_w <= j->x0 || j->tile_y + j->tile_h <= j->y0) return 0;
  for (int c = 0; c < j->nparts; c++) {
    unsigned depth = sinter_u8(im, at + 36 + 3 * c);
    SinterJ2kPart *p = &j->part[c];
    p->depth = (int)(depth & 127) + 1;
    p->is_signed = depth >> 7;
    p->dx = (int)sinter_u8(im, at + 37 + 3 * c);
    p->dy = (int)sinter_u8(im, at + 38 + 3 * c);
    if (p->depth > 16 || !p->dx || !p->dy) return 0;
  }
  if (j->part[0].dx != 1 || j->part[0].dy != 1 || !sinter_image_begin(im, j->y1 - j->y0, j->x1 - j->x0)) return 0;
  j->across = sinter_j2k_up(j->x1 - j->tile_x, j->tile_w);
  j->down = sinter_j2k_up(j->y1 - j->tile_y, j->tile_h);
  j->tile = sinter_image_memory(im, j->across * j->down, sizeof *j->tile);
  return j->tile != NULL;
}

static int sinter_j2k_coding(const SinterJ2k *j, SinterJ2kCoding *c, int64_t at, int64_t end, int precincts) {
  const SinterImage *im = j->im;
  c->levels = (int)sinter_u8(im, at);
  c->block_w = (int)sinter_u8(im, at + 1) + 2;
  c->block_h = (int)sinter_u8(im, at + 2) + 2;
  c->style = (int)sinter_u8(im, at + 3);
  c->reversible = sinter_u8(im, at + 4) == 1;
  if (c->levels > SINTER_J2K_LEVELS || c->block_w > 10 || c->block_h > 10 || c->block_w + c->block_h > 12 || at + 5 + (precincts ? c->levels + 1 : 0) > end) return 0;
  for (int r = 0; r <= c->levels; r++) {
    c->precinct[r] = precincts ? (uint8_t)sinter_u8(im, at + 5 + r) : 0xFF;
    if (r && (!(c->precinct[r] & 15) || !(c->precinct[r] >> 4))) return 0; /* nothing would be left for the bands */
  }
  return 1;
}

static void sinter_j2k_read_steps(const SinterJ2k *j, SinterJ2kSteps *s, int64_t at, int64_t end) {
  const SinterImage *im = j->im;
  s->kind = (int)sinter_u8(im, at) & 31;
  s->guard = (int)sinter_u8(im, at) >> 5;
  at++;
  memset(s->step, 0, sizeof s->step);
  for (int i = 0; i < 3 * SINTER_J2K_LEVELS + 1 && at < end; i++, at += s->kind ? 2 : 1) s->step[i] = (uint16_t)(s->kind ? sinter_be16(im, at) : sinter_u8(im, at) << 8);
}

/* Segments for all components before those for one: encoders write them in this order. */
static int sinter_j2k_segment_of_header(SinterJ2k *j, unsigned marker, int64_t at, int64_t end) {
  const SinterImage *im = j->im;
  int c = (int)sinter_u8(im, at);
  switch (marker) {
    case 0xFF51: return !j->nparts && sinter_j2k_size(j, at, end - at);
    case 0xFF52: { /* COD */
      unsigned style = sinter_u8(im, at);
      j->sop = style >> 1 & 1;
      j->eph = style >> 2 & 1;
      j->order = (int)sinter_u8(im, at + 1);
      j->layers = (int)sinter_be16(im, at + 2);
      j->mixed = (int)sinter_u8(im, at + 4);
      if (j->order > 4 || !j->layers || (j->mixed && j->nparts < 3)) return 0;
      for (int i = 0; i < j->nparts; i++)
        if (!sinter_j2k_coding(j, &j->part[i].coding, at + 5, end, style & 1)) return 0;
      return 1;
    }
    case 0xFF53: return c < j->nparts && sinter_j2k_coding(j, &j->part[c].coding, at + 2, end, (int)sinter_u8(im, at + 1) & 1); /* COC */
    case 0xFF5C:                                                                                                               /* QCD */
      for (int i = 0; i < j->nparts; i++) sinter_j2k_read_steps(j, &j->part[i].steps, at, end);
      return 1;
    case 0xFF5D: /* QCC */
      if (c < j->nparts) sinter_j2k_read_steps(j, &j->part[c].steps, at + 1, end);
      return c < j->nparts;
    case 0xFF5E: case 0xFF5F: case 0xFF60: case 0xFF61: return 0; /* region of interest, changes of order, packed headers */
    default: return 1;
  }
}

/* Headers, and where the packets of each tile lie. Those of tile-parts that change something are not known. */
static int sinter_j2k_read_headers(SinterJ2k *j, int64_t at) {
  SinterImage *im = j->im;
  int coded = 0, quantised = 0;
  for (at += 2; at + 4 <= im->size;) {
    unsigned marker = sinter_be16(im, at);
    int64_t end = at + 2 + sinter_be16(im, at + 2);
    if (marker == 0xFFD9) break;
    if (marker < 0xFF30 || end > im->size || end < at + 4) return 0;
    coded |= marker == 0xFF52;
    quantised |= marker == 0xFF5C;
    if (marker != 0xFF51 && !j->nparts) return 0;
    if (marker != 0xFF90) { /* all but SOT */
      if (!sinter_j2k_segment_of_header(j, marker, at + 4, end)) return 0;
      at = end;
      continue;
    }
    int64_t tile = sinter_be16(im, at + 4), size = sinter_be32(im, at + 6), stop = size ? at + size : im->size;
    if (!coded || !quantised || tile >= j->across * j->down || stop > im->size) return 0;
    for (at = end; at + 2 <= stop && sinter_be16(im, at) != 0xFF93; at = end) { /* SOD ends the header of a tile-part */
      marker = sinter_be16(im, at);
      end = at + 2 + sinter_be16(im, at + 2);
      if (end < at + 4 || (marker != 0xFF58 && marker != 0xFF64)) return 0; /* lengths of packets, comments */
    }
    SinterJ2kPiece *p = sinter_image_memory(im, 1, sizeof *p);
    if (!p) return 0;
    *p = (SinterJ2kPiece){.at = at + 2, .end = stop};
    SinterJ2kTile *t = &j->tile[tile];
    if (t->last) t->last->next = p;
    else t->first = p;
    t->last = p;
    at = stop;
  }
  return coded && quantised;
}

/* ---- the structure of a tile */

static int sinter_j2k_make_tree(SinterJ2k *j, SinterJ2kTree *t, int64_t across, int64_t down) {
  int64_t n = 0;
  t->across = across, t->down = down;
  for (int64_t w = across, h = down;; w = (w + 1) / 2, h = (h + 1) / 2) {
    n += w * h;
    if (w * h <= 1) break;
  }
  if (!(t->node = sinter_image_memory(j->im, n, sizeof *t->node))) return 0;
  for (int64_t i = 0; i < n; i++) t->node[i].value = INT32_MAX;
  return 1;
}

/* The code-blocks of a precinct, the (px, py)-th of its resolution, in one band. */
static int sinter_j2k_make_cell(SinterJ2k *j, const SinterJ2kPart *p, const SinterJ2kResolution *r, const SinterJ2kBand *b, SinterJ2kCell *cell, int64_t px, int64_t py) {
  int half = b->kind != 0, w = r->log_w - half, h = r->log_h - half, bw = p->coding.block_w < w ? p->coding.block_w : w, bh = p->coding.block_h < h ? p->coding.block_h : h;
  int64_t x0 = sinter_j2k_max(b->x0, px << w), x1 = sinter_j2k_min(b->x1, (px + 1) << w), y0 = sinter_j2k_max(b->y0, py << h), y1 = sinter_j2k_min(b->y1, (py + 1) << h);
  if (x0 >= x1 || y0 >= y1) return 1;
  int64_t bx = x0 >> bw, by = y0 >> bh;
  cell->across = sinter_j2k_up_log(x1, bw) - bx;
  cell->down = sinter_j2k_up_log(y1, bh) - by;
  cell->block = sinter_image_memory(j->im, cell->across * cell->down, sizeof *cell->block);
  if (!cell->block || !sinter_j2k_make_tree(j, &cell->inclusion, cell->across, cell->down) || !sinter_j2k_make_tree(j, &cell->planes, cell->across, cell->down)) return 0;
  for (int64_t i = 0; i < cell->across * cell->down; i++) {
    int64_t x = bx + i % cell->across, y = by + i / cell->across;
    cell->block[i] = (SinterJ2kBlock){
      .x0 = (int32_t)(sinter_j2k_max(x0, x << bw) - b->x0), .x1 = (int32_t)(sinter_j2k_min(x1, (x + 1) << bw) - b->x0),
      .y0 = (int32_t)(sinter_j2k_max(y0, y << bh) - b->y0), .y1 = (int32_t)(sinter_j2k_min(y1, (y + 1) << bh) - b->y0), .length_bits = 3};
  }
  return 1;
}

static float sinter_j2k_step(const SinterJ2kPart *p, unsigned step) { /* 1 + 11 bits, times a power of two; halved, as values have one binary place */
  int power = p->depth - (int)(step >> 11) - 1;
  float v = 1 + (float)(step & 2047) / 2048;
  for (; power > 0; power--) v *= 2;
  for (; power < 0; power++) v /= 2;
  return v;
}

static int sinter_j2k_make_resolution(SinterJ2k *j, SinterJ2kPart *p, int r) {
  SinterJ2kResolution *s = &p->resolution[r];
  int level = p->coding.levels - r;
  *s = (SinterJ2kResolution){.log_w = p->coding.precinct[r] & 15, .log_h = p->coding.precinct[r] >> 4, .nbands = r ? 3 : 1};
  s->x0 = sinter_j2k_up_log(p->x0, level), s->x1 = sinter_j2k_up_log(p->x1, level), s->y0 = sinter_j2k_up_log(p->y0, level), s->y1 = sinter_j2k_up_log(p->y1, level);
  int64_t px = s->x0 >> s->log_w, py = s->y0 >> s->log_h;
  if (s->x1 > s->x0) s->across = sinter_j2k_up_log(s->x1, s->log_w) - px;
  if (s->y1 > s->y0) s->down = sinter_j2k_up_log(s->y1, s->log_h) - py;
  for (int i = 0; i < s->nbands; i++) {
    SinterJ2kBand *b = &s->band[i];
    int kind = r ? i + 1 : 0, depth = r ? level + 1 : level, number = r ? 3 * (r - 1) + 1 + i : 0;
    int64_t right = r ? (int64_t)(kind & 1) << level : 0, lower = r ? (int64_t)(kind >> 1) << level : 0;
    *b = (SinterJ2kBand){.kind = kind};
    b->x0 = sinter_j2k_up_log(p->x0 - right, depth), b->x1 = sinter_j2k_up_log(p->x1 - right, depth);
    b->y0 = sinter_j2k_up_log(p->y0 - lower, depth), b->y1 = sinter_j2k_up_log(p->y1 - lower, depth);
    if (kind & 1) b->left = p->resolution[r - 1].x1 - p->resolution[r - 1].x0;
    if (kind & 2) b->top = p->resolution[r - 1].y1 - p->resolution[r - 1].y0;
    unsigned step = p->steps.step[p->steps.kind == 1 ? 0 : number];
    if (p->steps.kind == 1 && r > 1) step -= step >> 11 >= (unsigned)(r - 1) ? (unsigned)(r - 1) << 11 : step & 0xF800; /* one exponent for all: less by one for every level */
    b->planes = p->steps.guard + (int)(step >> 11) - 1;
    b->step = sinter_j2k_step(p, step);
    b->cell = sinter_image_memory(j->im, s->across * s->down, sizeof *b->cell);
    if (!b->cell) return 0;
    for (int64_t k = 0; k < s->across * s->down; k++)
      if (!sinter_j2k_make_cell(j, p, s, b, &b->cell[k], px + k % s->across, py + k / s->across)) return 0;
  }
  return 1;
}

static int sinter_j2k_make_part(SinterJ2k *j, SinterJ2kPart *p, const int64_t *tile) { /* tile: x0, y0, x1, y1 */
  p->x0 = sinter_j2k_up(tile[0], p->dx), p->y0 = sinter_j2k_up(tile[1], p->dy), p->x1 = sinter_j2k_up(tile[2], p->dx), p->y1 = sinter_j2k_up(tile[3], p->dy);
  if (p->x1 <= p->x0 || p->y1 <= p->y0) return 0;
  p->sample = sinter_image_memory(j->im, (p->x1 - p->x0) * (p->y1 - p->y0), sizeof *p->sample);
  for (int r = 0; r <= p->coding.levels; r++)
    if (!sinter_j2k_make_resolution(j, p, r)) return 0;
  return p->sample != NULL;
}

/* ---- packets */

static int sinter_j2k_bit(SinterJ2k *j) { /* after FF, a byte has seven bits */
  if (!j->bits) {
    j->bits = j->last == 0xFF ? 7 : 8;
    j->over |= j->at >= j->piece->end;
    j->last = j->over ? 0 : j->im->data[j->at++];
  }
  return j->last >> --j->bits & 1;
}

static int sinter_j2k_bits_of(SinterJ2k *j, int n) {
  int v = 0;
  while (n-- > 0) v = 2 * v + sinter_j2k_bit(j);
  return v;
}

/* Is the leaf's value below the limit? From the root down, each node's bound is raised until it is known or reaches the limit. */
static int sinter_j2k_tag(SinterJ2k *j, SinterJ2kTree *t, int64_t leaf, int32_t limit) {
  int64_t w = t->across, h = t->down, x = leaf % w, y = leaf / w, at[32], from = 0;
  int depth = 0;
  for (;; w = (w + 1) / 2, h = (h + 1) / 2, x /= 2, y /= 2) {
    at[depth++] = from + y * w + x;
    from += w * h;
    if (w * h <= 1 || depth == 32) break;
  }
  int32_t low = 0;
  while (depth-- > 0) {
    SinterJ2kNode *n = &t->node[at[depth]];
    if (n->low < low) n->low = low;
    while (n->low < limit && n->low < n->value) {
      if (sinter_j2k_bit(j)) n->value = n->low;
      else n->low++;
      if (j->over) return 0;
    }
    low = n->low;
  }
  return t->node[leaf].value < limit;
}

static int sinter_j2k_pass_count(SinterJ2k *j) { /* 1, 2, 3 to 5, 6 to 36, 37 to 164 */
  if (!sinter_j2k_bit(j)) return 1;
  if (!sinter_j2k_bit(j)) return 2;
  int n = sinter_j2k_bits_of(j, 2);
  if (n < 3) return 3 + n;
  n = sinter_j2k_bits_of(j, 5);
  return n < 31 ? 6 + n : 37 + sinter_j2k_bits_of(j, 7);
}

/* What the header says of one code-block; chunks get their places when the header is read. */
static int sinter_j2k_block_header(SinterJ2k *j, const SinterJ2kPart *p, const SinterJ2kBand *b, SinterJ2kCell *cell, int64_t i, int layer) {
  SinterJ2kBlock *k = &cell->block[i];
  if (k->included ? !sinter_j2k_bit(j) : !sinter_j2k_tag(j, &cell->inclusion, i, layer + 1)) return !j->over;
  if (!k->included) {
    int32_t zero = 0;
    while (!j->over && !sinter_j2k_tag(j, &cell->planes, i, zero + 1)) zero++;
    k->planes = b->planes - zero;
    k->included = 1;
  }
  int n = sinter_j2k_pass_count(j), style = p->coding.style;
  while (sinter_j2k_bit(j) && !j->over) k->length_bits++;
  while (n > 0 && !j->over) {
    int end = sinter_j2k_segment_end(style, k->passes), now = n < end - k->passes ? n : end - k->passes, bits = k->length_bits;
    for (int v = now; v > 1; v /= 2) bits++;
    if (bits > 30) return 0;
    SinterJ2kChunk *c = sinter_image_memory(j->im, 1, sizeof *c);
    if (!c) return 0;
    *c = (SinterJ2kChunk){.at = -1, .size = sinter_j2k_bits_of(j, bits), .passes = now};
    if (k->last) k->last->next = c;
    else k->first = c;
    k->last = c;
    k->passes += now;
    n -= now;
  }
  return !j->over;
}

static int sinter_j2k_block_data(SinterJ2k *j, SinterJ2kBlock *k) { /* chunks that have no place yet */
  SinterJ2kChunk *c = k->first;
  while (c && c->at >= 0) c = c->next;
  for (; c; c = c->next) {
    c->at = j->at;
    if (c->size > j->piece->end - j->at) return 0;
    j->at += c->size;
  }
  return 1;
}

static int sinter_j2k_packet(SinterJ2k *j, SinterJ2kPart *p, SinterJ2kResolution *r, int64_t precinct, int layer) {
  const SinterImage *im = j->im;
  while (j->piece && j->at >= j->piece->end) {
    j->piece = j->piece->next;
    if (j->piece) j->at = j->piece->at;
  }
  if (!j->piece) return 0;
  if (j->sop && sinter_be16(im, j->at) == 0xFF91) j->at += 6;
  j->bits = j->last = 0;
  int full = sinter_j2k_bit(j);
  for (int b = 0; b < r->nbands && full; b++) {
    SinterJ2kCell *cell = &r->band[b].cell[precinct];
    for (int64_t i = 0; i < cell->across * cell->down; i++)
      if (!sinter_j2k_block_header(j, p, &r->band[b], cell, i, layer)) return 0;
  }
  if (j->last == 0xFF) j->at++; /* the byte after FF belongs to the header, even when no bit of it is used */
  if (j->eph && sinter_be16(im, j->at) == 0xFF92) j->at += 2;
  for (int b = 0; b < r->nbands && full; b++) {
    SinterJ2kCell *cell = &r->band[b].cell[precinct];
    for (int64_t i = 0; i < cell->across * cell->down; i++)
      if (!sinter_j2k_block_data(j, &cell->block[i])) return 0;
  }
  return !j->over;
}

/* Progressions by place take the precincts of a resolution as their upper left corners come up on the reference grid, that is row by row: `next` is the one whose
 * turn it is. Whether it starts at (x, y), or lies beyond the tile's upper or left border and starts there. */
static int sinter_j2k_is_next(const SinterJ2kPart *p, const SinterJ2kResolution *r, int level, int64_t x, int64_t y, const int64_t *tile) {
  if (r->next >= r->across * r->down) return 0;
  int64_t px = ((r->x0 >> r->log_w) + r->next % r->across) << r->log_w, py = ((r->y0 >> r->log_h) + r->next / r->across) << r->log_h;
  int64_t gx = px <= r->x0 ? tile[0] : (px * p->dx) << level, gy = py <= r->y0 ? tile[1] : (py * p->dy) << level;
  return gx == x && gy == y;
}

/* Which packets come in which order: from outside inward by layer, resolution, component, place. */
static int sinter_j2k_by_layer(SinterJ2k *j, int levels) { /* layer, resolution, component, precinct; or the first two exchanged */
  int outer = j->order == 0 ? j->layers : levels + 1, inner = j->order == 0 ? levels + 1 : j->layers;
  for (int64_t i = 0; i < (int64_t)outer * inner; i++) {
    int first = (int)(i / inner), second = (int)(i % inner), layer = j->order == 0 ? first : second, r = j->order == 0 ? second : first;
    for (int c = 0; c < j->nparts; c++) {
      SinterJ2kPart *p = &j->part[c];
      SinterJ2kResolution *s = &p->resolution[r];
      for (int64_t k = 0; r <= p->coding.levels && k < s->across * s->down; k++)
        if (!sinter_j2k_packet(j, p, s, k, layer)) return 0;
    }
  }
  return 1;
}

/* All layers of precincts that start at a place, of components [c, c_end) and resolutions [r, r_end). */
static int sinter_j2k_at_place(SinterJ2k *j, int c, int c_end, int r, int r_end, int64_t x, int64_t y, const int64_t *tile) {
  for (; c < c_end; c++)
    for (int i = r; i < r_end && i <= j->part[c].coding.levels; i++) {
      SinterJ2kPart *p = &j->part[c];
      SinterJ2kResolution *s = &p->resolution[i];
      if (!sinter_j2k_is_next(p, s, p->coding.levels - i, x, y, tile)) continue;
      for (int layer = 0; layer < j->layers; layer++)
        if (!sinter_j2k_packet(j, p, s, s->next, layer)) return 0;
      s->next++;
    }
  return 1;
}

static int sinter_j2k_by_place(SinterJ2k *j, int levels, const int64_t *tile) {
  int groups = j->order == 2 ? levels + 1 : j->order == 3 ? 1 : j->nparts; /* resolution or component comes before place */
  int64_t step = INT32_MAX;                                              /* places lie on multiples of this, or on the tile's border */
  for (int c = 0; c < j->nparts; c++)
    for (int r = 0; r <= j->part[c].coding.levels; r++) {
      const SinterJ2kPart *p = &j->part[c];
      int level = p->coding.levels - r;
      step = sinter_j2k_min(step, sinter_j2k_min((int64_t)1 << (p->resolution[r].log_w + level), (int64_t)1 << (p->resolution[r].log_h + level)));
    }
  for (int g = 0; g < groups; g++)
    for (int64_t y = tile[1]; y < tile[3]; y = (y / step + 1) * step)
      for (int64_t x = tile[0]; x < tile[2]; x = (x / step + 1) * step)
        if (!sinter_j2k_at_place(j, j->order == 4 ? g : 0, j->order == 4 ? g + 1 : j->nparts, j->order == 2 ? g : 0, j->order == 2 ? g + 1 : levels + 1, x, y, tile)) return 0;
  return 1;
}

/* ---- coefficients and samples */

static int sinter_j2k_decode_block(SinterJ2k *j, const SinterJ2kPart *p, const SinterJ2kBand *b, const SinterJ2kBlock *k) {
  SinterJ2kCoder *coder = &j->coder;
  int w = k->x1 - k->x0, h = k->y1 - k->y0, pass = 0;
  if (k->planes < 1 || k->planes > 29) return k->passes == 0 || k->planes == 0;
  sinter_j2k_start(coder, w, h, b->kind, p->coding.style);
  for (const SinterJ2kChunk *c = k->first; c;) {
    int64_t n = 0;
    int start = pass, end = sinter_j2k_segment_end(p->coding.style, pass);
    for (; c && pass < end; pass += c->passes, n += c->size, c = c->next) memcpy(j->data + n, j->im->data + c->at, (size_t)c->size);
    sinter_j2k_segment(coder, j->data, n, start, pass, k->planes);
  }
  int64_t stride = p->x1 - p->x0;
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++) {
      SinterJ2kSample *to = &p->sample[(b->top + k->y0 + y) * stride + b->left + k->x0 + x];
      int32_t v = coder->value[y * w + x];
      if (coder->flag[(y + 1) * coder->stride + x + 1] & SINTER_J2K_NEGATIVE) v = -v;
      if (p->coding.reversible) to->i = v / 2;
      else to->f = (float)v * b->step;
    }
  return 1;
}

static int sinter_j2k_decode_part(SinterJ2k *j, SinterJ2kPart *p) {
  int64_t stride = p->x1 - p->x0;
  for (int r = 0; r <= p->coding.levels; r++)
    for (int b = 0; b < p->resolution[r].nbands; b++)
      for (int64_t c = 0; c < p->resolution[r].across * p->resolution[r].down; c++) {
        const SinterJ2kCell *cell = &p->resolution[r].band[b].cell[c];
        for (int64_t i = 0; i < cell->across * cell->down; i++)
          if (cell->block[i].included && !sinter_j2k_decode_block(j, p, &p->resolution[r].band[b], &cell->block[i])) return 0;
      }
  for (int r = 1; r <= p->coding.levels; r++) {
    const SinterJ2kResolution *s = &p->resolution[r], *below = s - 1;
    int64_t w = s->x1 - s->x0, h = s->y1 - s->y0, low_w = below->x1 - below->x0, low_h = below->y1 - below->y0;
    for (int64_t y = 0; y < h && w > 0; y++) sinter_j2k_unsplit(p->sample + y * stride, 1, w, low_w, s->x0 & 1, p->coding.reversible, j->line);
    for (int64_t x = 0; x < w && h > 0; x++) sinter_j2k_unsplit(p->sample + x, stride, h, low_h, s->y0 & 1, p->coding.reversible, j->line);
  }
  return 1;
}

static void sinter_j2k_unmix(const SinterJ2k *j, SinterJ2kSample *a, SinterJ2kSample *b, SinterJ2kSample *c) { /* luma and differences become red, green, blue */
  if (j->part[0].coding.reversible) {
    int64_t y = a->i, u = b->i, v = c->i, g = y - ((u + v) >> 2);
    a->i = (int32_t)(v + g), b->i = (int32_t)g, c->i = (int32_t)(u + g);
  } else {
    float y = a->f, u = b->f, v = c->f;
    a->f = y + sinter_j2k_product(v, 1.402f);
    b->f = y - sinter_j2k_product(u, 0.34413f) - sinter_j2k_product(v, 0.71414f);
    c->f = y + sinter_j2k_product(u, 1.772f);
  }
}

static int sinter_j2k_byte(const SinterJ2kPart *p, SinterJ2kSample s) { /* eight bits, from 0 up */
  int64_t most = ((int64_t)1 << p->depth) - 1, v = s.i;
  if (!p->coding.reversible) { /* to the nearest, halves to even */
    float f = s.f < -1e6f ? -1e6f : s.f > 1e6f ? 1e6f : s.f;
    v = (int64_t)f;
    float rest = f - (float)v;
    if (rest > 0.5f || (rest == 0.5f && v % 2)) v++;
    if (rest < -0.5f || (rest == -0.5f && v % 2)) v--;
  }
  v += ((int64_t)1 << p->depth) / 2;
  v = v < 0 ? 0 : v > most ? most : v;
  if (p->depth <= 8) return (int)v << (8 - p->depth);
  return (int)sinter_j2k_min((v + ((int64_t)1 << (p->depth - 9))) >> (p->depth - 8), 255);
}

static int sinter_j2k_same_grid(const SinterJ2kPart *a, const SinterJ2kPart *b) { return a->dx == b->dx && a->dy == b->dy && a->coding.reversible == b->coding.reversible; }

static int sinter_j2k_put_tile(const SinterJ2k *j, const int64_t *tile) {
  int n = j->nparts < 3 ? 1 : 3;
  if (j->mixed && (!sinter_j2k_same_grid(&j->part[0], &j->part[1]) || !sinter_j2k_same_grid(&j->part[0], &j->part[2]))) return 0;
  for (int64_t y = tile[1]; y < tile[3]; y++)
    for (int64_t x = tile[0]; x < tile[2]; x++) {
      SinterJ2kSample s[3];
      for (int c = 0; c < n; c++) {
        const SinterJ2kPart *p = &j->part[c];
        int64_t px = sinter_j2k_max(x / p->dx, p->x0) - p->x0, py = sinter_j2k_max(y / p->dy, p->y0) - p->y0;
        s[c] = p->sample[py * (p->x1 - p->x0) + px];
      }
      if (j->mixed) sinter_j2k_unmix(j, &s[0], &s[1], &s[2]);
      int v[3];
      for (int c = 0; c < 3; c++) v[c] = sinter_j2k_byte(&j->part[c < n ? c : 0], s[c < n ? c : 0]);
      sinter_image_put(j->im, y - j->y0, x - j->x0, v[0], v[1], v[2]);
    }
  return 1;
}

static int sinter_j2k_tile(SinterJ2k *j, int64_t number) {
  int64_t tx = j->tile_x + number % j->across * j->tile_w, ty = j->tile_y + number / j->across * j->tile_h;
  int64_t tile[4] = {sinter_j2k_max(tx, j->x0), sinter_j2k_max(ty, j->y0), sinter_j2k_min(tx + j->tile_w, j->x1), sinter_j2k_min(ty + j->tile_h, j->y1)};
  int levels = 0;
  if (!(j->piece = j->tile[number].first)) return 0;
  j->at = j->piece->at;
  for (int c = 0; c < j->nparts; c++) {
    if (!sinter_j2k_make_part(j, &j->part[c], tile)) return 0;
    if (j->part[c].coding.levels > levels) levels = j->part[c].coding.levels;
  }
  if (!(j->order < 2 ? sinter_j2k_by_layer(j, levels) : sinter_j2k_by_place(j, levels, tile))) return 0;
  for (int c = 0; c < j->nparts; c++)
    if (!sinter_j2k_decode_part(j, &j->part[c])) return 0;
  return sinter_j2k_put_tile(j, tile);
}

static int sinter_j2k(SinterImage *im, int64_t at) { /* the codestream that starts there */
  SinterJ2k *j = sinter_image_memory(im, 1, sizeof *j);
  if (!j) return 0;
  j->im = im;
  if (!sinter_j2k_read_headers(j, at) || !im->height) return 0;
  j->data = sinter_image_memory(im, im->size, 1);
  j->line = sinter_image_memory(im, im->height + im->width, sizeof *j->line);
  if (!j->data || !j->line) return 0;
  for (int64_t i = 0; i < j->across * j->down; i++) {
    uint8_t *work = im->work;
    int64_t left = im->work_left;
    if (!sinter_j2k_tile(j, i)) return 0;
    im->work = work, im->work_left = left; /* tiles take turns */
  }
  return 1;
}

static int sinter_jp2(SinterImage *im) { /* boxes: length, kind, contents; the codestream is one of them */
  for (int64_t at = 0; at + 8 <= im->size;) {
    int64_t n = sinter_be32(im, at), head = n == 1 ? 16 : 8;
    uint32_t kind = sinter_be32(im, at + 4);
    if (n == 1) n = sinter_be32(im, at + 8) ? -1 : (int64_t)sinter_be32(im, at + 12); /* a length of 64 bits, of which no file here needs more than 32 */
    if (n == 0) n = im->size - at;
    if (kind == 0x6A703263) return sinter_j2k(im, at + head); /* "jp2c" */
    if (n < head || n > im->size - at) return 0;
    at += n;
  }
  return 0;
}
