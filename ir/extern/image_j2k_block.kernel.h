/* JPEG 2000 code-blocks (ITU T.800, annexes C and D): the adaptive binary decoder MQ, and with it coefficients bit plane by bit plane, three passes each.
 * Part of image_decoder.kernel.h. */

enum { SINTER_J2K_BLOCK = 4096, SINTER_J2K_FLAGS = 6400 };  /* samples of a code-block; those with a margin around: at most 1024 x 4 or 64 x 64 */
enum { SINTER_J2K_BYPASS = 1, SINTER_J2K_RESET = 2, SINTER_J2K_TERMINATE = 4, SINTER_J2K_CAUSAL = 8, SINTER_J2K_SYMBOLS = 32 }; /* style of code-blocks */
enum { SINTER_J2K_SIGNIFICANT = 1, SINTER_J2K_NEGATIVE = 2, SINTER_J2K_VISITED = 4, SINTER_J2K_REFINED = 8 };
enum { SINTER_J2K_SIGN = 9, SINTER_J2K_MAGNITUDE = 14, SINTER_J2K_RUN = 17, SINTER_J2K_UNIFORM = 18, SINTER_J2K_CONTEXTS };

typedef struct SinterMq { const uint8_t *data; int64_t size, at; uint32_t c, a; int bits; uint8_t state[SINTER_J2K_CONTEXTS], likely[SINTER_J2K_CONTEXTS]; } SinterMq;
typedef struct SinterJ2kCoder {
  SinterMq mq;
  int raw, raw_bits, width, height, stride, style, band; /* band: 0 LL, 1 HL, 2 LH, 3 HH; raw: this pass is not coded */
  uint8_t flag[SINTER_J2K_FLAGS];
  int32_t value[SINTER_J2K_BLOCK];       /* magnitudes, with one binary place: a half stands for what was not sent */
} SinterJ2kCoder;

/* ---- MQ */

static unsigned sinter_mq_peek(const SinterMq *m, int64_t at) { return at < m->size ? m->data[at] : 0xFF; }

static void sinter_mq_byte(SinterMq *m) { /* after FF comes a bit that is stuffed, or a marker, which ends the data */
  int stuffed = sinter_mq_peek(m, m->at) == 0xFF, marker = stuffed && sinter_mq_peek(m, m->at + 1) > 0x8F;
  if (!marker) m->at++;
  m->c += marker ? 0xFF00 : (uint32_t)sinter_mq_peek(m, m->at) << (stuffed ? 9 : 8);
  m->bits = stuffed && !marker ? 7 : 8;
}

static void sinter_mq_start(SinterMq *m, const uint8_t *data, int64_t size) {
  m->data = data;
  m->size = size;
  m->at = 0;
  m->c = (uint32_t)sinter_mq_peek(m, 0) << 16;
  sinter_mq_byte(m);
  m->c <<= 7;
  m->bits -= 7;
  m->a = 0x8000;
}

static void sinter_mq_reset(SinterMq *m) {
  memset(m->state, 0, sizeof m->state);
  memset(m->likely, 0, sizeof m->likely);
  m->state[0] = 4;
  m->state[SINTER_J2K_RUN] = 3;
  m->state[SINTER_J2K_UNIFORM] = 46;
}

static int sinter_mq_bit(SinterMq *m, int context) {
  /* width of the less likely symbol; next state after the likely and after the less likely one; whether they change places then */
  static const struct { uint16_t width; uint8_t likely, other, swap; } table[47] = {
    {0x5601, 1, 1, 1},    {0x3401, 2, 6, 0},    {0x1801, 3, 9, 0},    {0x0AC1, 4, 12, 0},   {0x0521, 5, 29, 0},   {0x0221, 38, 33, 0},  {0x5601, 7, 6, 1},    {0x5401, 8, 14, 0},
    {0x4801, 9, 14, 0},   {0x3801, 10, 14, 0},  {0x3001, 11, 17, 0},  {0x2401, 12, 18, 0},  {0x1C01, 13, 20, 0},  {0x1601, 29, 21, 0},  {0x5601, 15, 14, 1},  {0x5401, 16, 14, 0},
    {0x5101, 17, 15, 0},  {0x4801, 18, 16, 0},  {0x3801, 19, 17, 0},  {0x3401, 20, 18, 0},  {0x3001, 21, 19, 0},  {0x2801, 22, 19, 0},  {0x2401, 23, 20, 0},  {0x2201, 24, 21, 0},
    {0x1C01, 25, 22, 0},  {0x1801, 26, 23, 0},  {0x1601, 27, 24, 0},  {0x1401, 28, 25, 0},  {0x1201, 29, 26, 0},  {0x1101, 30, 27, 0},  {0x0AC1, 31, 28, 0},  {0x09C1, 32, 29, 0},
    {0x08A1, 33, 30, 0},  {0x0521, 34, 31, 0},  {0x0441, 35, 32, 0},  {0x02A1, 36, 33, 0},  {0x0221, 37, 34, 0},  {0x0141, 38, 35, 0},  {0x0111, 39, 36, 0},  {0x0085, 40, 37, 0},
    {0x0049, 41, 38, 0},  {0x0025, 42, 39, 0},  {0x0015, 43, 40, 0},  {0x0009, 44, 41, 0},  {0x0005, 45, 42, 0},  {0x0001, 45, 43, 0},  {0x5601, 46, 46, 0}};
  uint8_t *state = &m->state[context], *likely = &m->likely[context];
  uint32_t width = table[*state].width;
  m->a -= width;
  int below = (m->c >> 16) < width; /* the lower part is the less likely symbol's, unless it is the larger one */
  if (!below) m->c -= width << 16;
  if (!below && (m->a & 0x8000)) return *likely;
  int other = below ? m->a >= width : m->a < width, bit = other ? 1 - *likely : *likely;
  if (below) m->a = width;
  if (other && table[*state].swap) *likely = (uint8_t)(1 - *likely);
  *state = other ? table[*state].other : table[*state].likely;
  do {
    if (!m->bits) sinter_mq_byte(m);
    m->a <<= 1;
    m->c <<= 1;
    m->bits--;
  } while (!(m->a & 0x8000));
  return bit;
}

static int sinter_j2k_raw_bit(SinterJ2kCoder *k) { /* after FF, seven bits */
  SinterMq *m = &k->mq;
  if (!k->raw_bits) {
    int stuffed = m->c == 0xFF;
    m->c = sinter_mq_peek(m, m->at++);
    k->raw_bits = stuffed ? 7 : 8;
  }
  return (int)(m->c >> --k->raw_bits & 1);
}

/* ---- contexts: what the eight neighbours say */

typedef struct SinterJ2kAround { int horizontal, vertical, diagonal; } SinterJ2kAround; /* how many of them are significant */

static int sinter_j2k_below(const SinterJ2kCoder *k, int y) { return !(k->style & SINTER_J2K_CAUSAL) || y % 4 != 3; } /* does the next row count? */

static SinterJ2kAround sinter_j2k_around(const SinterJ2kCoder *k, int y, const uint8_t *f) {
  const uint8_t *up = f - k->stride, *down = f + k->stride;
  int below = sinter_j2k_below(k, y);
  return (SinterJ2kAround){(f[-1] & 1) + (f[1] & 1), (up[0] & 1) + (down[0] & below), (up[-1] & 1) + (up[1] & 1) + (down[-1] & below) + (down[1] & below)};
}

static int sinter_j2k_zero_context(const SinterJ2kCoder *k, SinterJ2kAround n) {
  int h = k->band == 1 ? n.vertical : n.horizontal, v = k->band == 1 ? n.horizontal : n.vertical, d = n.diagonal, hv = h + v;
  if (k->band == 3) return d >= 3 ? 8 : d == 2 ? 6 + (hv > 0) : d == 1 ? 3 + (hv > 1 ? 2 : hv) : hv > 1 ? 2 : hv;
  if (h == 2) return 8;
  if (h == 1) return v ? 7 : d ? 6 : 5;
  return v ? 2 + v : d > 1 ? 2 : d;
}

static int sinter_j2k_sign_of(uint8_t flag) { return !(flag & SINTER_J2K_SIGNIFICANT) ? 0 : flag & SINTER_J2K_NEGATIVE ? -1 : 1; }

static void sinter_j2k_sign(SinterJ2kCoder *k, int y, uint8_t *f) {
  int h = sinter_clamp(sinter_j2k_sign_of(f[-1]) + sinter_j2k_sign_of(f[1]), -1, 1);
  int v = sinter_clamp(sinter_j2k_sign_of(f[-k->stride]) + (sinter_j2k_below(k, y) ? sinter_j2k_sign_of(f[k->stride]) : 0), -1, 1);
  int turned = h < 0 || (h == 0 && v < 0), context = h == 0 ? v != 0 : 3 + (turned ? -v : v);
  int negative = k->raw ? sinter_j2k_raw_bit(k) : sinter_mq_bit(&k->mq, SINTER_J2K_SIGN + context) ^ turned;
  *f |= (uint8_t)(SINTER_J2K_SIGNIFICANT | (negative ? SINTER_J2K_NEGATIVE : 0));
}

/* ---- passes over stripes of four rows, column by column; `one` is the bit of the plane */

static void sinter_j2k_significance(SinterJ2kCoder *k, int32_t one) { /* of samples with a significant neighbour */
  for (int s = 0; s < k->height; s += 4)
    for (int x = 0; x < k->width; x++)
      for (int y = s; y < s + 4 && y < k->height; y++) {
        uint8_t *f = &k->flag[(y + 1) * k->stride + x + 1];
        SinterJ2kAround n = sinter_j2k_around(k, y, f);
        if ((*f & SINTER_J2K_SIGNIFICANT) || n.horizontal + n.vertical + n.diagonal == 0) continue;
        *f |= SINTER_J2K_VISITED;
        if (!(k->raw ? sinter_j2k_raw_bit(k) : sinter_mq_bit(&k->mq, sinter_j2k_zero_context(k, n)))) continue;
        sinter_j2k_sign(k, y, f);
        k->value[y * k->width + x] = one | one >> 1;
      }
}

static void sinter_j2k_refinement(SinterJ2kCoder *k, int32_t one) { /* of samples that were significant before this plane */
  for (int s = 0; s < k->height; s += 4)
    for (int x = 0; x < k->width; x++)
      for (int y = s; y < s + 4 && y < k->height; y++) {
        uint8_t *f = &k->flag[(y + 1) * k->stride + x + 1];
        if ((*f & (SINTER_J2K_SIGNIFICANT | SINTER_J2K_VISITED)) != SINTER_J2K_SIGNIFICANT) continue;
        SinterJ2kAround n = sinter_j2k_around(k, y, f);
        int context = SINTER_J2K_MAGNITUDE + (*f & SINTER_J2K_REFINED ? 2 : n.horizontal + n.vertical + n.diagonal > 0);
        int bit = k->raw ? sinter_j2k_raw_bit(k) : sinter_mq_bit(&k->mq, context);
        k->value[y * k->width + x] += bit ? one >> 1 : -(one >> 1);
        *f |= SINTER_J2K_REFINED;
      }
}

static void sinter_j2k_cleanup(SinterJ2kCoder *k, int32_t one) { /* of all others; four in a column without significant neighbours are told together */
  SinterMq *m = &k->mq;
  for (int s = 0; s < k->height; s += 4)
    for (int x = 0; x < k->width; x++) {
      int y = s, quiet = s + 4 <= k->height, found = 0;
      for (int i = s; quiet && i < s + 4; i++) {
        const uint8_t *f = &k->flag[(i + 1) * k->stride + x + 1];
        SinterJ2kAround n = sinter_j2k_around(k, i, f);
        quiet = !(*f & (SINTER_J2K_SIGNIFICANT | SINTER_J2K_VISITED)) && n.horizontal + n.vertical + n.diagonal == 0;
      }
      if (quiet) {
        if (!sinter_mq_bit(m, SINTER_J2K_RUN)) continue;
        int high = sinter_mq_bit(m, SINTER_J2K_UNIFORM);
        y += 2 * high + sinter_mq_bit(m, SINTER_J2K_UNIFORM);
        found = 1;
      }
      for (; y < s + 4 && y < k->height; y++, found = 0) {
        uint8_t *f = &k->flag[(y + 1) * k->stride + x + 1];
        if (!found && (*f & (SINTER_J2K_SIGNIFICANT | SINTER_J2K_VISITED))) continue;
        if (!found && !sinter_mq_bit(m, sinter_j2k_zero_context(k, sinter_j2k_around(k, y, f)))) continue;
        sinter_j2k_sign(k, y, f);
        k->value[y * k->width + x] = one | one >> 1;
      }
    }
  for (int i = 0; i < k->stride * (k->height + 2); i++) k->flag[i] &= (uint8_t)~SINTER_J2K_VISITED;
  for (int i = 0; i < 4 && k->style & SINTER_J2K_SYMBOLS; i++) sinter_mq_bit(m, SINTER_J2K_UNIFORM);
}

/* ---- blocks: passes come in segments, each of which starts the decoder anew */

static void sinter_j2k_start(SinterJ2kCoder *k, int width, int height, int band, int style) {
  k->width = width, k->height = height, k->stride = width + 2, k->band = band, k->style = style;
  memset(k->flag, 0, (size_t)(k->stride * (height + 2)));
  memset(k->value, 0, (size_t)(width * height) * sizeof *k->value);
  sinter_mq_reset(&k->mq);
}

static int sinter_j2k_is_raw(int style, int pass) { return style & SINTER_J2K_BYPASS && pass >= 10 && pass % 3 != 0; } /* pass 0 is the first plane's cleanup; then significance, refinement, cleanup */

/* The first pass that is not in the segment of this one. */
static int sinter_j2k_segment_end(int style, int pass) {
  if (style & SINTER_J2K_TERMINATE) return pass + 1;
  if (!(style & SINTER_J2K_BYPASS)) return INT32_MAX;
  return pass < 10 ? 10 : pass % 3 == 0 ? pass + 1 : pass / 3 * 3 + 3;
}

static void sinter_j2k_segment(SinterJ2kCoder *k, const uint8_t *data, int64_t size, int pass, int end, int planes) {
  k->raw = sinter_j2k_is_raw(k->style, pass);
  k->raw_bits = 0;
  sinter_mq_start(&k->mq, data, size);
  if (k->raw) k->mq.at = 0, k->mq.c = 0;
  for (; pass < end; pass++) {
    int plane = planes - (pass + 2) / 3;
    if (plane < 1) return;
    if (pass % 3 == 1) sinter_j2k_significance(k, (int32_t)1 << plane);
    else if (pass % 3 == 2) sinter_j2k_refinement(k, (int32_t)1 << plane);
    else sinter_j2k_cleanup(k, (int32_t)1 << plane);
    if (k->style & SINTER_J2K_RESET) sinter_mq_reset(&k->mq);
  }
}
