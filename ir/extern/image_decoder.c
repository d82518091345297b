/* ImageDecoder: pixels of a BMP, JPEG, JPEG 2000, TIFF, PNG, WebP or PNM file. Its extents are found in the file; how large they may be is the user's to say. */
#include "ir/extern/bind.h"
#include "ir/extern/image_decoder.kernel.h"

static const char *const formats[] = {"Grayscale", "RGB", "BGR"}; /* in the order of the kernel's numbers */

/* The most work memory that a decoder takes for a file of n bytes and h x w pixels, with room for what is rounded up. */
static ext_t work_memory(Ctx *ctx, int64_t n, int64_t h, int64_t w) {
  const struct { ext_t height, width, pixel, byte, fixed; } need[] = {
    {h + 32, w + 32, 12, 0, 16384},     /* JPEG: coefficients and samples of four components, whole units of at most 32 x 32 */
    {h, w + 512, 8, 0, 65536},          /* TIFF: a strip or tile of the picture's height and up to 8 bytes a pixel; tiles may be 512 wider than the picture */
    {h + 8, w + 8, 18, 16, 131072},     /* WebP: lossless pixels, three small pictures of at least 4 x 4 tiles, and for every tile five codes; symbols of codes. Lossy takes less */
    {h + 8, w + 8, 24, 16, 196608},     /* JPEG 2000: coefficients of four components, code-blocks of 64 samples or more, pieces of their data */
    {h, w + 8, 8, 1, 1024},             /* PNG: filtered rows of up to 8 bytes a pixel, and the compressed bytes in one piece */
  };
  ext_t most = 0;
  for (size_t i = 0; i < sizeof need / sizeof *need; i++) {
    ext_t pixels = ext_mul(ctx, ext_mul(ctx, need[i].height, need[i].width), need[i].pixel);
    most = ext_max(ctx, most, ext_add(ctx, ext_add(ctx, pixels, ext_mul(ctx, n, need[i].byte)), need[i].fixed));
  }
  return most;
}

static bool pixel_format(Ctx *ctx, const BindRequest *req, int64_t *to) {
  const Attr *a = extern_attr(req, "pixel_format");
  *to = SINTER_IMAGE_RGB;
  if (!a) return true;
  for (*to = 0; a->kind == ATTR_STRING && *to < 3; ++*to)
    if (!strcmp(a->s, formats[*to])) return true;
  return diag(ctx, E0401, req->place, "pixel_format is neither RGB, BGR nor Grayscale");
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"pixel_format", NULL})) return false;
  const Type *x = req->in[0].type;
  if (x->elem != ELEM_u8) return diag(ctx, E0404, req->place, "the file is u8, not %s", elem_info(x->elem)->name);
  if (x->rank != 1) return diag(ctx, E0401, req->place, "the file has %d dimensions, not one", x->rank);
  int64_t format, lo, n, h, w;
  ext_t height, width;
  if (!pixel_format(ctx, req, &format)) return false;
  bool high = extern_open_symbol(ctx, req, "height", 0, &height), wide = extern_open_symbol(ctx, req, "width", 1, &width);
  if (!high || !wide) return false;
  ext_range(ctx, x->dim[0], &lo, &n);
  ext_range(ctx, height, &lo, &h);
  ext_range(ctx, width, &lo, &w);
  *to = (ExternBound){.ncounts = 2, .count = {height, width}, .work = work_memory(ctx, n, h, w)};
  if (to->work == EXT_ERROR) return diag(ctx, E0701, req->place, "pictures of %lld x %lld pixels take more memory than there can be", (long long)h, (long long)w);
  to->nargs = 5;
  to->arg[0] = format, to->arg[1] = x->dim[0], to->arg[2] = h, to->arg[3] = w, to->arg[4] = to->work;
  to->out[0] = (Type){.elem = ELEM_u8, .rank = 3, .dim = {height, width, format == SINTER_IMAGE_GRAY ? 1 : 3}};
  return true;
}

const Extern extern_image_decoder = {"ImageDecoder", "", 20, 1, 1, "sinter_image_decoder", bind, sinter_image_decoder};
