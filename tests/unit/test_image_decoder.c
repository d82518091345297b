/* ImageDecoder: files of every kind give the pixels that other decoders give; damaged ones give nothing, and nothing is read or written beyond. And where the
 * bounds of its extents come from. */
#include "image_files.h"
#include "ir/extern.h"
#include "tests/unit/suite.h"
#include <stdlib.h>

enum { FILES = sizeof image_files / sizeof *image_files, GUARD = 64, MARK = 0xA5 };
static Ctx *ctx;
static const Extern *decoder;
static void setup(void) {
  ctx = ctx_new();
  decoder = extern_find("ImageDecoder", "", 20);
  ck_assert_ptr_nonnull(decoder);
}
static void teardown(void) { ctx_free(ctx); }

/* ---- decoding */
typedef struct Bytes { uint8_t *at; int64_t n; } Bytes;

static Bytes from_base64(const char *s) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Bytes b = {malloc(strlen(s)), 0};
  uint32_t hold = 0;
  int bits = 0;
  for (; *s && *s != '='; s++) {
    hold = hold << 6 | (uint32_t)(strchr(digits, *s) - digits);
    bits += 6;
    if (bits >= 8) b.at[b.n++] = (uint8_t)(hold >> (bits -= 8));
  }
  return b;
}

typedef struct Decoded { int64_t height, width; uint8_t *pixels; } Decoded;

static bool bind_bounds(const char *node, const char *format, int64_t n, const Type *declared, ExternBound *to) {
  const Type file = {ELEM_u8, 1, {n}};
  const BindInput in = {.type = &file};
  const Attr attr = {.name = "pixel_format", .kind = ATTR_STRING, .s = format};
  const bool want = true;
  BindRequest req = {.op = "ImageDecoder", .domain = "", .opset = 20, .nin = 1, .in = &in, .nattr = 1, .attr = &attr, .nout = 1, .want = &want, .declared = &declared, .place = {.node = node}};
  return decoder->bind(ctx, &req, to);
}

/* With memory of exactly the size that `bind` asks for; what lies behind must stay as it was. */
static Decoded decode(const uint8_t *bytes, int64_t n, const ExternBound *b) {
  int64_t arg[EXTERN_ARGS], count[2] = {-1, -1}, work_bytes = b->work, lo, h, w, channels = b->out[0].dim[2];
  for (int i = 0; i < b->nargs; i++) arg[i] = b->arg[i];
  arg[1] = n; /* a file may be shorter than its bound */
  ext_range(ctx, b->count[0], &lo, &h);
  ext_range(ctx, b->count[1], &lo, &w);
  uint8_t *pixels = malloc((size_t)(h * w * channels + GUARD)), *work = malloc((size_t)(work_bytes + GUARD)), *exact = malloc((size_t)n + !n);
  memcpy(exact, bytes, (size_t)n); /* so that a sanitizer sees reads beyond */
  memset(pixels, MARK, (size_t)(h * w * channels + GUARD));
  memset(work, MARK, (size_t)(work_bytes + GUARD));
  decoder->kernel((const void *const[]){exact}, (void *const[]){pixels, work}, arg, count);
  for (int i = 0; i < GUARD; i++) ck_assert_msg(pixels[h * w * channels + i] == MARK && work[work_bytes + i] == MARK, "memory beyond the end was written");
  ck_assert_msg((count[0] == 0) == (count[1] == 0) && count[0] >= 0 && count[0] <= h && count[1] >= 0 && count[1] <= w, "extents %d x %d", (int)count[0], (int)count[1]);
  free(work);
  free(exact);
  return (Decoded){count[0], count[1], pixels};
}

static ExternBound bounds(const char *format, int64_t n, int64_t h, int64_t w) {
  static int serial;
  char node[32];
  Type declared = {ELEM_u8, 3, {h, w, 3}};
  ExternBound b = {0};
  snprintf(node, sizeof node, "n%d", serial++); /* a node of its own: symbols keep their bounds */
  ck_assert(bind_bounds(node, format, n, &declared, &b));
  return b;
}

static uint32_t hash_of(const uint8_t *p, int64_t n) {
  uint32_t h = 2166136261u;
  for (int64_t i = 0; i < n; i++) h = (h ^ p[i]) * 16777619u;
  return h;
}

START_TEST(files_decode) {
  const ImageFile *f = &image_files[_i];
  Bytes file = from_base64(f->base64);
  int64_t n = (int64_t)f->height * f->width;
  ExternBound b[3] = {bounds("RGB", file.n, f->height, f->width), bounds("BGR", file.n, f->height + 3, f->width + 1), bounds("Grayscale", file.n, f->height, f->width + 7)};
  Decoded d[3];
  for (int i = 0; i < 3; i++) {
    d[i] = decode(file.at, file.n, &b[i]);
    ck_assert_msg(d[i].height == f->height && d[i].width == f->width, "%s: %d x %d", f->name, (int)d[i].height, (int)d[i].width);
  }
  const uint8_t *rgb = d[0].pixels;
  ck_assert_msg(hash_of(rgb, 3 * n) == f->hash, "%s: the pixels differ", f->name);
  for (int64_t i = 0; i < n; i++) {
    const uint8_t *p = rgb + 3 * i, *q = d[1].pixels + 3 * i;
    ck_assert_msg(p[0] == q[2] && p[1] == q[1] && p[2] == q[0], "%s: BGR, pixel %d", f->name, (int)i);
    int luma = (19595 * p[0] + 38470 * p[1] + 7471 * p[2] + 32768) >> 16;
    ck_assert_msg(d[2].pixels[i] == luma, "%s: gray, pixel %d", f->name, (int)i);
  }
  for (int i = 0; i < 3; i++) free(d[i].pixels);
  free(file.at);
}
END_TEST

START_TEST(larger_than_bounds) {
  const ImageFile *f = &image_files[_i];
  Bytes file = from_base64(f->base64);
  ExternBound low = bounds("RGB", file.n, f->height - 1, f->width), narrow = bounds("RGB", file.n, f->height, f->width - 1);
  Decoded a = decode(file.at, file.n, &low), b = decode(file.at, file.n, &narrow);
  ck_assert_msg(a.height == 0 && a.width == 0 && b.height == 0 && b.width == 0, "%s", f->name);
  free(a.pixels);
  free(b.pixels);
  free(file.at);
}
END_TEST

/* Every prefix is a picture or nothing; so is every file with a few bytes changed. */
START_TEST(damaged_files) {
  const ImageFile *f = &image_files[_i];
  Bytes file = from_base64(f->base64);
  ExternBound b = bounds("RGB", file.n, f->height + 2, f->width + 2);
  uint32_t random = 12345;
  int64_t nothing = 0;
  for (int64_t n = 0; n < file.n; n += 1 + file.n / 100) {
    Decoded d = decode(file.at, n, &b);
    nothing += d.height == 0;
    free(d.pixels);
  }
  ck_assert_msg(nothing > 0, "%s: half a file is a picture", f->name);
  for (int round = 0; round < 60; round++) {
    Bytes bad = from_base64(f->base64);
    for (int k = 0; k <= round % 3; k++) {
      random = random * 1664525u + 1013904223u;
      int64_t at = (random >> 8) % (uint32_t)(round % 2 && file.n > 100 ? 100 : file.n);
      bad.at[at] = round % 5 == 0 ? 0xFF : (uint8_t)(bad.at[at] ^ 1u << (random >> 29));
    }
    free(decode(bad.at, bad.n, &b).pixels);
    free(bad.at);
  }
  free(file.at);
}
END_TEST

START_TEST(what_is_no_picture) {
  static const char *const texts[] = {"", "B", "BM", "P6", "P6 1 1 255", "\x89PNG\r\n\x1a\n", "\xFF\xD8\xFF", "II*", "RIFF....WEBP", "GIF89a", "\xFF\x4F\xFF\x51"};
  ExternBound b = bounds("RGB", 64, 4, 4);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    Decoded d = decode((const uint8_t *)texts[i], (int64_t)strlen(texts[i]), &b);
    ck_assert_int_eq(d.height, 0);
    ck_assert_int_eq(d.width, 0);
    free(d.pixels);
  }
}
END_TEST

/* ---- bounds */
static int64_t most(ext_t e) {
  int64_t lo, hi;
  ext_range(ctx, e, &lo, &hi);
  ck_assert_int_eq(lo, 0);
  return hi;
}

START_TEST(bounds_are_declared) {
  ExternBound b = bounds("Grayscale", 100, 30, 40);
  ck_assert_int_eq(most(b.out[0].dim[0]), 30);
  ck_assert_int_eq(most(b.out[0].dim[1]), 40);
  ck_assert_int_eq(b.out[0].dim[2], 1);
}
END_TEST

START_TEST(bounds_are_given) { /* --dim makes the symbol beforehand; it goes before what the model declares */
  const Type declared = {ELEM_u8, 3, {-1, 40, 3}};
  ExternBound b = {0};
  ext_symbol(ctx, "camera_height", 0, 480);
  ck_assert(bind_bounds("camera", "RGB", 100, &declared, &b));
  ck_assert_int_eq(most(b.out[0].dim[0]), 480);
  ck_assert_int_eq(most(b.out[0].dim[1]), 40);
}
END_TEST

START_TEST(bounds_are_missing) {
  ExternBound b = {0};
  ck_assert(!bind_bounds("camera", "RGB", 100, NULL, &b));
  ck_assert_uint_eq(ctx->diags.n, 2);
  ck_assert_int_eq(ctx->diags.at[0].code, E0203);
  ck_assert_msg(strstr(ctx->diags.at[0].text, "--dim 'camera_height<=N'") != NULL, "%s", ctx->diags.at[0].text);
}
END_TEST

START_TEST(refusals) {
  const Type declared = {ELEM_u8, 3, {4, 4, 3}};
  ExternBound b = {0};
  ck_assert(!bind_bounds("a", "YUV", 100, &declared, &b));
  ck_assert_int_eq(ctx->diags.at[0].code, E0401);
  const Type huge = {ELEM_u8, 3, {(int64_t)1 << 40, (int64_t)1 << 40, 3}};
  ck_assert(!bind_bounds("b", "RGB", 100, &huge, &b));
  ck_assert_int_eq(ctx->diags.at[1].code, E0701);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("image_decoder");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, files_decode, 0, FILES);
  tcase_add_loop_test(t, larger_than_bounds, 0, FILES);
  tcase_add_loop_test(t, damaged_files, 0, FILES);
  tcase_add_test(t, what_is_no_picture);
  tcase_add_test(t, bounds_are_declared);
  tcase_add_test(t, bounds_are_given);
  tcase_add_test(t, bounds_are_missing);
  tcase_add_test(t, refusals);
  Suite *s = suite_create("image_decoder");
  suite_add_tcase(s, t);
  return run_suite(s);
}
