/* ImageDecoder: the pixels of a picture in a file, row by row, one byte per channel.
 * arg: 0 gray, 1 RGB, 2 BGR; bytes of the file; greatest height and width; bytes of work memory. count: height and width. A file that is damaged, of no
 * known format, or larger than the greatest extents gives 0 x 0 pixels. Palettes are looked up, 16-bit samples keep their upper eight bits, and an alpha channel is
 * dropped. Work memory: see image_decoder.c. */
#include "ir/extern/image.kernel.h"
#include "ir/extern/image_inflate.kernel.h"
#include "ir/extern/image_bmp.kernel.h"
#include "ir/extern/image_pnm.kernel.h"
#include "ir/extern/image_png.kernel.h"
#include "ir/extern/image_jpeg.kernel.h"
#include "ir/extern/image_tiff.kernel.h"
#include "ir/extern/image_vp8_tables.kernel.h"
#include "ir/extern/image_vp8.kernel.h"
#include "ir/extern/image_vp8l.kernel.h"
#include "ir/extern/image_webp.kernel.h"
#include "ir/extern/image_j2k_block.kernel.h"
#include "ir/extern/image_j2k_wavelet.kernel.h"
#include "ir/extern/image_j2k.kernel.h"

/* Formats by the first bytes of a file. */
static int sinter_image_decode(SinterImage *im) {
  if (sinter_image_starts(im, "BM", 2)) return sinter_bmp(im);
  if (sinter_image_starts(im, "\x89PNG\r\n\x1A\n", 8)) return sinter_png(im);
  if (sinter_image_starts(im, "\xFF\xD8\xFF", 3)) return sinter_jpeg(im);
  if (sinter_image_starts(im, "II*\0", 4) || sinter_image_starts(im, "MM\0*", 4)) return sinter_tiff(im);
  if (sinter_image_starts(im, "RIFF", 4) && sinter_be32(im, 8) == 0x57454250) return sinter_webp(im); /* "WEBP" */
  if (sinter_image_starts(im, "\0\0\0\x0CjP  \r\n\x87\n", 12)) return sinter_jp2(im);
  if (sinter_image_starts(im, "\xFF\x4F\xFF\x51", 4)) return sinter_j2k(im, 0);
  if (sinter_image_starts(im, "P", 1) && sinter_u8(im, 1) >= '1' && sinter_u8(im, 1) <= '6') return sinter_pnm(im);
  return 0;
}

static void sinter_image_decoder(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  SinterImage im = {.data = in[0], .size = arg[1], .pixels = out[0], .format = arg[0], .max_height = arg[2], .max_width = arg[3], .work = out[1], .work_left = arg[4]};
  int good = im.pixels && sinter_image_decode(&im);
  count[0] = good ? im.height : 0;
  count[1] = good ? im.width : 0;
}
