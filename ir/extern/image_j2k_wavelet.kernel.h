/* Inverse wavelet transforms of JPEG 2000 (ITU T.800, annex F): the reversible 5/3 of integers and the 9/7 of reals, both by lifting. Part of image_decoder.kernel.h. */

typedef union SinterJ2kSample { int32_t i; float f; } SinterJ2kSample;

static float sinter_j2k_product(float a, float b) { /* rounded by itself: never fused with a sum, whatever the compiler may do elsewhere */
  volatile float p = a * b;
  return p;
}

/* Adds to every second element of n, from `first` on, what the mean of its neighbours gives; at the ends the one neighbour counts twice. */
static void sinter_j2k_lift_reals(SinterJ2kSample *v, int64_t n, int64_t first, float by) {
  for (int64_t i = first; i < n; i += 2) {
    float left = v[i > 0 ? i - 1 : i + 1].f, right = v[i + 1 < n ? i + 1 : i - 1].f;
    v[i].f += sinter_j2k_product(left + right, by);
  }
}

static void sinter_j2k_lift_integers(SinterJ2kSample *v, int64_t n, int64_t first, int round, int shift, int sign) {
  for (int64_t i = first; i < n; i += 2) {
    int64_t left = v[i > 0 ? i - 1 : i + 1].i, right = v[i + 1 < n ? i + 1 : i - 1].i;
    v[i].i = (int32_t)(v[i].i + sign * ((left + right + round) >> shift));
  }
}

/* n interleaved values; `odd`: the first of them is of the high band. */
static void sinter_j2k_line(SinterJ2kSample *v, int64_t n, int64_t odd, int reversible) {
  if (n == 1) {
    if (odd && reversible) v[0].i /= 2;
    return;
  }
  if (reversible) {
    sinter_j2k_lift_integers(v, n, odd, 2, 2, -1);
    sinter_j2k_lift_integers(v, n, 1 - odd, 0, 1, 1);
    return;
  }
  for (int64_t i = 0; i < n; i++) v[i].f *= (i + odd) % 2 ? 1.625732422f : 1.230174105f; /* the high band's gain of two is here, not in its step */
  sinter_j2k_lift_reals(v, n, odd, -0.443506852f);
  sinter_j2k_lift_reals(v, n, 1 - odd, -0.882911075f);
  sinter_j2k_lift_reals(v, n, odd, 0.052980118f);
  sinter_j2k_lift_reals(v, n, 1 - odd, 1.586134342f);
}

/* One line of a picture at `v`, elements `step` apart: `low` of them are of the low band, the rest follows. `line` has room for n. */
static void sinter_j2k_unsplit(SinterJ2kSample *v, int64_t step, int64_t n, int64_t low, int64_t odd, int reversible, SinterJ2kSample *line) {
  for (int64_t i = 0; i < n; i++) line[i < low ? 2 * i + odd : 2 * (i - low) + 1 - odd] = v[i * step];
  sinter_j2k_line(line, n, odd, reversible);
  for (int64_t i = 0; i < n; i++) v[i * step] = line[i];
}
