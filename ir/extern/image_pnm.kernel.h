/* Portable bitmaps, graymaps and pixmaps: P1 to P3 as text, P4 to P6 as bytes. Part of image_decoder.kernel.h. */

static int sinter_pnm_space(unsigned c) { return c == ' ' || (c >= 9 && c <= 13); }

static int64_t sinter_pnm_skip(const SinterImage *im, int64_t at) { /* white space and comments */
  while (at < im->size && (sinter_pnm_space(im->data[at]) || im->data[at] == '#')) {
    if (im->data[at++] == '#')
      while (at < im->size && im->data[at] != '\n' && im->data[at] != '\r') at++;
  }
  return at;
}

/* The next number of at most so many digits; -1 when there is none or it is too large. */
static int64_t sinter_pnm_number(const SinterImage *im, int64_t *at, int digits) {
  int64_t v = 0, i = sinter_pnm_skip(im, *at), start = i;
  for (; i < im->size && i - start < digits && im->data[i] >= '0' && im->data[i] <= '9'; i++)
    if ((v = 10 * v + im->data[i] - '0') > INT32_MAX) return -1;
  *at = i;
  return i > start ? v : -1;
}

static int sinter_pnm_stretch(int64_t v, int64_t most) { /* to 0..255, halves to even */
  double exact = (double)v / (double)most * 255;
  int64_t n = (int64_t)exact;
  double rest = exact - (double)n;
  return (int)(n + (rest > 0.5 || (rest == 0.5 && n % 2)));
}

static int sinter_pnm(SinterImage *im) {
  int kind = im->data[1] - '0', text = kind <= 3, bitmap = kind % 3 == 1, samples = kind % 3 == 0 ? 3 : 1;
  int64_t at = 2, width = sinter_pnm_number(im, &at, 10), height = sinter_pnm_number(im, &at, 10), most = bitmap ? 1 : sinter_pnm_number(im, &at, 10);
  if (most < 1 || most > 65535 || !sinter_image_begin(im, height, width)) return 0;
  at++; /* one white space ends the header */
  int64_t bytes = most > 255 ? 2 : 1, stride = bitmap ? (width + 7) / 8 : width * samples * bytes;
  if (!text && at + stride * height > im->size) return 0;
  for (int64_t y = 0; y < height; y++)
    for (int64_t x = 0; x < width; x++) {
      int v[3];
      for (int s = 0; s < samples; s++) {
        int64_t p = at + y * stride + (x * samples + s) * bytes;
        int64_t sample = text ? sinter_pnm_number(im, &at, bitmap ? 1 : 10) : bitmap ? (im->data[at + y * stride + x / 8] >> (7 - x % 8)) & 1 : bytes == 2 ? (int64_t)sinter_be16(im, p) : im->data[p];
        if (sample < 0 || (text && sample > most)) return 0;
        if (sample > most) sample = most;
        v[s] = sinter_pnm_stretch(bitmap ? 1 - sample : sample, most);
      }
      sinter_image_put(im, y, x, v[0], v[samples == 3], v[samples == 3 ? 2 : 0]);
    }
  return 1;
}
