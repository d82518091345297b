/* What the decoders of pictures share: the file, the picture that comes out, work memory. Part of image_decoder.kernel.h.
 *
 * A decoder is a function of a SinterImage that gives 1, or 0 when the file is damaged, larger than the bounds, or of a kind it does not know. It calls
 * sinter_image_begin once the extents are known, then sinter_image_put for every pixel. Reading beyond the file gives zeros, and every loop is
 * bounded by the extents or by the bytes of the file, so that no file can lead outside or go on forever. */
#include <stdint.h>
#include <string.h>

enum { SINTER_IMAGE_GRAY, SINTER_IMAGE_RGB, SINTER_IMAGE_BGR };
typedef struct SinterImage {
  const uint8_t *data;
  int64_t size;                    /* of the file */
  uint8_t *pixels;
  int64_t format, height, width, max_height, max_width;
  uint8_t *work;
  int64_t work_left;
} SinterImage;

static unsigned sinter_u8(const SinterImage *im, int64_t at) { return at >= 0 && at < im->size ? im->data[at] : 0; }
static uint32_t sinter_le16(const SinterImage *im, int64_t at) { return sinter_u8(im, at) | sinter_u8(im, at + 1) << 8; }
static uint32_t sinter_be16(const SinterImage *im, int64_t at) { return sinter_u8(im, at) << 8 | sinter_u8(im, at + 1); }
static uint32_t sinter_le32(const SinterImage *im, int64_t at) { return sinter_le16(im, at) | sinter_le16(im, at + 2) << 16; }
static uint32_t sinter_be32(const SinterImage *im, int64_t at) { return sinter_be16(im, at) << 16 | sinter_be16(im, at + 2); }

static int sinter_image_starts(const SinterImage *im, const char *with, int64_t n) {
  for (int64_t i = 0; i < n; i++)
    if (i >= im->size || im->data[i] != (uint8_t)with[i]) return 0;
  return 1;
}

/* Memory, zeroed and aligned to 16; NULL when there is not enough. It is never given back: the next picture starts afresh. */
static void *sinter_image_memory(SinterImage *im, int64_t count, int64_t size) {
  if (count < 0 || size <= 0 || count > im->work_left / size) return NULL;
  int64_t bytes = (count * size + 15) / 16 * 16;
  if (bytes > im->work_left) return NULL;
  void *p = im->work;
  im->work += bytes;
  im->work_left -= bytes;
  memset(p, 0, (size_t)bytes);
  return p;
}

static int sinter_image_begin(SinterImage *im, int64_t height, int64_t width) {
  if (height <= 0 || width <= 0 || height > im->max_height || width > im->max_width) return 0;
  im->height = height;
  im->width = width;
  return 1;
}

/* ITU-R BT.601 luma in 16 bits of fraction; a gray pixel stays what it is, since the weights sum to one. */
static void sinter_image_put(const SinterImage *im, int64_t y, int64_t x, int r, int g, int b) {
  int64_t at = y * im->width + x;
  if (im->format == SINTER_IMAGE_GRAY) {
    im->pixels[at] = (uint8_t)((19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16);
    return;
  }
  uint8_t *p = im->pixels + 3 * at;
  p[0] = (uint8_t)(im->format == SINTER_IMAGE_RGB ? r : b);
  p[1] = (uint8_t)g;
  p[2] = (uint8_t)(im->format == SINTER_IMAGE_RGB ? b : r);
}

static void sinter_image_put_cmyk(const SinterImage *im, int64_t y, int64_t x, int c, int m, int ye, int k) { /* of ink: 255 is full */
  int ink[3] = {c, m, ye}, light[3];
  for (int i = 0; i < 3; i++) {
    int t = ink[i] * (255 - k) + 128;
    light[i] = 255 - k - (((t >> 8) + t) >> 8);
  }
  sinter_image_put(im, y, x, light[0], light[1], light[2]);
}

static int sinter_clamp(int v, int lo, int hi) { return v < lo ? lo : v > hi ? hi : v; }
