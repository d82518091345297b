/* Pictures in files that take no art to write: PNM in its four forms with bytes and letters, and BMP with rows from below. */
#include "graphs.h"

typedef struct Picture { Choices *c; uint64_t state; int height, width; Str file; } Picture;

static uint8_t sample(Picture *p) { return (uint8_t)(random_bits(&p->state) >> 8); }
static void put(Picture *p, uint8_t byte) { str_addn(&p->file, (const char *)&byte, 1); }
static void put_number(Picture *p, uint32_t v, int bytes) { for (int i = 0; i < bytes; i++) put(p, (uint8_t)(v >> 8 * i)); }

static void write_pnm(Picture *p) {
  bool colours = one_in(p->c, 2), letters = one_in(p->c, 3);
  int n = p->height * p->width * (colours ? 3 : 1);
  str_printf(&p->file, "P%c%s%d %d\n255\n", (letters ? '2' : '5') + colours, one_in(p->c, 3) ? "\n# made\n" : "\n", p->width, p->height);
  for (int i = 0; i < n; i++) {
    if (letters) str_printf(&p->file, "%d%c", sample(p), i % 7 == 6 ? '\n' : ' ');
    else put(p, sample(p));
  }
}

static void write_bmp(Picture *p) {
  enum { HEAD = 54 };
  bool alpha = one_in(p->c, 3), from_above = one_in(p->c, 3);
  int channels = alpha ? 4 : 3, row = (p->width * channels + 3) / 4 * 4;
  str_add(&p->file, "BM");
  put_number(p, (uint32_t)(HEAD + row * p->height), 4), put_number(p, 0, 4), put_number(p, HEAD, 4);
  put_number(p, 40, 4), put_number(p, (uint32_t)p->width, 4), put_number(p, (uint32_t)(from_above ? -p->height : p->height), 4);
  put_number(p, 1, 2), put_number(p, (uint32_t)channels * 8, 2), put_number(p, 0, 4), put_number(p, (uint32_t)(row * p->height), 4);
  put_number(p, 2835, 4), put_number(p, 2835, 4), put_number(p, 0, 4), put_number(p, 0, 4);
  for (int y = 0; y < p->height; y++)
    for (int x = 0; x < row; x++) put(p, x < p->width * channels ? alpha && x % 4 == 3 ? 255 : sample(p) : 0);
}

/* The extents of a picture are in its file, so the model says how large it may be. */
bool draw_image(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  static const char *const formats[] = {"RGB", "BGR", "Grayscale"};
  Picture p = {.c = c, .state = choose(c, 1 << 20), .file = str_new(ctx)};
  Sketchbook b;
  (void)row;
  p.height = 1 + (int)choose(c, 6), p.width = 1 + (int)choose(c, 6);
  if (one_in(c, 2)) write_bmp(&p);
  else write_pnm(&p);
  const int64_t n = (int64_t)p.file.n;
  uint32_t format = choose(c, 3);
  Data *d = data_new(ctx, ELEM_u8, 1, &n);
  Type *most = NEW(ctx, Type);
  if (!d) return false;
  memcpy((void *)(uintptr_t)d->bytes, p.file.s, p.file.n);
  book_open(&b, ctx, c, out);
  Node *decoder = book_node(&b, "ImageDecoder", 1, (Value *const[]){book_input(&b, d)});
  if (format || one_in(c, 2)) node_set(ctx, decoder, "pixel_format", (Attr){.kind = ATTR_STRING, .s = formats[format]});
  Value *pixels = book_result(&b, decoder);
  *most = (Type){.elem = ELEM_u8, .rank = 3, .dim = {p.height + (int64_t)choose(c, 2), p.width + (int64_t)choose(c, 2), format == 2 ? 1 : 3}};
  pixels->declared = most;
  book_output(&b, pixels);
  return true;
}
