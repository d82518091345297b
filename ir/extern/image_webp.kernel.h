/* WebP: the chunk of a RIFF file that holds the picture, lossy or lossless. Part of image_decoder.kernel.h. */

static int sinter_webp(SinterImage *im) {
  for (int64_t at = 12; at + 8 <= im->size;) {
    uint32_t kind = sinter_be32(im, at);
    int64_t n = sinter_le32(im, at + 4);
    if (n > im->size - at - 8) return 0;
    if (kind == 0x56503820) return sinter_vp8(im, im->data + at + 8, n);  /* "VP8 " */
    if (kind == 0x5650384C) return sinter_vp8l(im, im->data + at + 8, n); /* "VP8L" */
    if (kind == 0x414E4D46) return 0;                                     /* "ANMF": several pictures */
    at += 8 + n + n % 2;
  }
  return 0;
}
