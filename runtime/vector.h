/* Functions of f32 vectors, over GCC vector types. Include with SINTER_LANES defined as 4, 8 or 16; may be included once for each.
 *
 * Errors are within 3 units in the last place (exp 2); infinities, NaN and signed zeros are treated as the scalar functions do; exp rounds subnormal results
 * twice. Selections are by bit masks because C has no vector ?:. */
#include "runtime/math_f32.h"

#define SINTER_PASTE2(lanes, name) sinter_v##lanes##_##name
#define SINTER_PASTE(lanes, name) SINTER_PASTE2(lanes, name)
#define SINTER_V(name) SINTER_PASTE(SINTER_LANES, name)

typedef float SINTER_V(f32) __attribute__((vector_size(4 * SINTER_LANES)));

typedef int32_t SINTER_V(i32) __attribute__((vector_size(4 * SINTER_LANES)));

/* One scalar in memory to all lanes. */
static inline SINTER_V(f32) SINTER_V(bcastf)(const float *p) {
#if (defined(__AVX512F__) || (defined(__AVX__) && SINTER_LANES <= 8))
  SINTER_V(f32) r;
  __asm__("vbroadcastss %1, %0" : "=v"(r) : "m"(*p));
  return r;
#else
  return *p - (SINTER_V(f32)){0};
#endif
}

static inline SINTER_V(f32) SINTER_V(select)(SINTER_V(i32) mask, SINTER_V(f32) a, SINTER_V(f32) b) {
  return (SINTER_V(f32))((mask & (SINTER_V(i32))a) | (~mask & (SINTER_V(i32))b));
}

/* NaN when either is. The instruction returns its last source when one is NaN: that leaves the other to be tested, for free when it is a constant (put it second). */
static inline SINTER_V(f32) SINTER_V(maxf)(SINTER_V(f32) a, SINTER_V(f32) b) {
#if (defined(__AVX512F__) || (defined(__AVX__) && SINTER_LANES <= 8))
  SINTER_V(f32) r;
  __asm__("vmaxps %2, %1, %0" : "=v"(r) : "v"(b), "v"(a));
  return (SINTER_V(f32))((SINTER_V(i32))r | (b != b));
#else
  return (SINTER_V(f32))((SINTER_V(i32))SINTER_V(select)(b > a, b, a) | (b != b));
#endif
}

static inline SINTER_V(f32) SINTER_V(minf)(SINTER_V(f32) a, SINTER_V(f32) b) {
#if (defined(__AVX512F__) || (defined(__AVX__) && SINTER_LANES <= 8))
  SINTER_V(f32) r;
  __asm__("vminps %2, %1, %0" : "=v"(r) : "v"(b), "v"(a));
  return (SINTER_V(f32))((SINTER_V(i32))r | (b != b));
#else
  return (SINTER_V(f32))((SINTER_V(i32))SINTER_V(select)(b < a, b, a) | (b != b));
#endif
}

static inline SINTER_V(f32) SINTER_V(absf)(SINTER_V(f32) x) { return (SINTER_V(f32))((SINTER_V(i32))x & INT32_MAX); }

static inline SINTER_V(f32) SINTER_V(copysignf)(SINTER_V(f32) x, SINTER_V(f32) s) { return (SINTER_V(f32))(((SINTER_V(i32))x & INT32_MAX) | ((SINTER_V(i32))s & INT32_MIN)); }

static inline SINTER_V(f32) SINTER_V(sqrtf)(SINTER_V(f32) x) {
#if (defined(__AVX512F__) || (defined(__AVX__) && SINTER_LANES <= 8))
  SINTER_V(f32) r;
  __asm__("vsqrtps %1, %0" : "=v"(r) : "v"(x));
  return r;
#else
  for (int l = 0; l < SINTER_LANES; l++) x[l] = sinter_sqrtf(x[l]);
  return x;
#endif
}

/* ---- rounding to integers: numbers from 2^23 on are integers already */

static inline SINTER_V(f32) SINTER_V(truncf)(SINTER_V(f32) x) {
#if defined(__AVX512F__) && SINTER_LANES == 16
  SINTER_V(f32) r;
  __asm__("vrndscaleps $11, %1, %0" : "=v"(r) : "v"(x));
  return r;
#elif defined(__AVX__) && SINTER_LANES <= 8
  SINTER_V(f32) r;
  __asm__("vroundps $11, %1, %0" : "=x"(r) : "x"(x));
  return r;
#else
  for (int l = 0; l < SINTER_LANES; l++) x[l] = sinter_truncf(x[l]);
  return x;
#endif
}

static inline SINTER_V(f32) SINTER_V(floorf)(SINTER_V(f32) x) {
#if defined(__AVX512F__) && SINTER_LANES == 16
  SINTER_V(f32) r;
  __asm__("vrndscaleps $9, %1, %0" : "=v"(r) : "v"(x));
  return r;
#elif defined(__AVX__) && SINTER_LANES <= 8
  SINTER_V(f32) r;
  __asm__("vroundps $9, %1, %0" : "=x"(r) : "x"(x));
  return r;
#else
  for (int l = 0; l < SINTER_LANES; l++) x[l] = sinter_floorf(x[l]);
  return x;
#endif
}

static inline SINTER_V(f32) SINTER_V(ceilf)(SINTER_V(f32) x) {
#if defined(__AVX512F__) && SINTER_LANES == 16
  SINTER_V(f32) r;
  __asm__("vrndscaleps $10, %1, %0" : "=v"(r) : "v"(x));
  return r;
#elif defined(__AVX__) && SINTER_LANES <= 8
  SINTER_V(f32) r;
  __asm__("vroundps $10, %1, %0" : "=x"(r) : "x"(x));
  return r;
#else
  for (int l = 0; l < SINTER_LANES; l++) x[l] = sinter_ceilf(x[l]);
  return x;
#endif
}

static inline SINTER_V(f32) SINTER_V(rintf)(SINTER_V(f32) x) { /* half to even */
#if defined(__AVX512F__) && SINTER_LANES == 16
  SINTER_V(f32) r;
  __asm__("vrndscaleps $8, %1, %0" : "=v"(r) : "v"(x));
  return r;
#elif defined(__AVX__) && SINTER_LANES <= 8
  SINTER_V(f32) r;
  __asm__("vroundps $8, %1, %0" : "=x"(r) : "x"(x));
  return r;
#else
  for (int l = 0; l < SINTER_LANES; l++) x[l] = sinter_rintf(x[l]);
  return x;
#endif
}

/* ---- e^x = 2^k e^r, |r| <= ln2/2; 2^k in two factors, so that results may overflow or become subnormal */

static inline SINTER_V(f32) SINTER_V(expf)(SINTER_V(f32) x) {
  SINTER_V(f32) zero = {0}, magic = zero + 12582912.0f;                    /* 1.5 * 2^23: adding it rounds to an integer and leaves it in the low bits */
  x = SINTER_V(minf)(SINTER_V(maxf)(x, zero - 104.0f), zero + 89.0f);
  SINTER_V(f32) t = x * 1.44269504f + magic, k = t - magic;
  SINTER_V(f32) r = (x - k * 0.693145752f) - k * 1.42860682e-6f, q = zero + 0.0001989108f;
  q = q * r + 0.0013933732f;
  q = q * r + 0.0083333105f;
  q = q * r + 0.041666463f;
  q = q * r + 0.16666667f;
  q = q * r + 0.5f;
  SINTER_V(i32) n = (SINTER_V(i32))t - (SINTER_V(i32))magic, half = n >> 1;
  SINTER_V(f32) y = 1.0f + (r + r * r * q);
  return y * (SINTER_V(f32))((half + 127) << 23) * (SINTER_V(f32))((n - half + 127) << 23);
}

/* ---- log x = k ln2 + log(1 + f), 1 + f within sqrt(1/2) .. sqrt(2) */

static inline SINTER_V(f32) SINTER_V(logf)(SINTER_V(f32) x) {
  SINTER_V(f32) zero = {0};
  SINTER_V(i32) tiny = x < 1.17549435e-38f;
  SINTER_V(i32) u = (SINTER_V(i32))SINTER_V(select)(tiny, x * 8388608.0f, x) - 0x3f3504f3;
  SINTER_V(f32) k = __builtin_convertvector((u >> 23) - (tiny & 23), SINTER_V(f32));
  SINTER_V(f32) f = (SINTER_V(f32))((u & 0x7fffff) + 0x3f3504f3) - 1.0f, p = zero + 0.06971612f;
  p = p * f - 0.11479734f;
  p = p * f + 0.1168542f;
  p = p * f - 0.12425687f;
  p = p * f + 0.14249058f;
  p = p * f - 0.16667803f;
  p = p * f + 0.20000716f;
  p = p * f - 0.24999997f;
  p = p * f + 0.3333333f;
  SINTER_V(f32) z = f * f, y = (f - (0.5f * z - (z * f * p - k * 2.12194440e-4f))) + k * 0.693359375f;
  y = SINTER_V(select)(x < (float)SINTER_INF, y, x);                       /* inf and NaN stay */
  y = SINTER_V(select)(x < 0.0f, zero + (float)SINTER_NAN, y);
  return SINTER_V(select)(x == 0.0f, zero - (float)SINTER_INF, y);
}

/* ---- tanh x: x + x^3 p(x^2) near 0, then 1 - 2 / (e^2x + 1) */

static inline SINTER_V(f32) SINTER_V(tanhf)(SINTER_V(f32) x) {
  SINTER_V(f32) zero = {0}, a = SINTER_V(absf)(x), z = x * x, p = zero - 0.0060946415f;
  p = p * z + 0.020995755f;
  p = p * z - 0.05385061f;
  p = p * z + 0.13332768f;
  p = p * z - 0.33333328f;
  SINTER_V(f32) far = 1.0f - 2.0f / (SINTER_V(expf)(a + a) + 1.0f);
  return SINTER_V(copysignf)(SINTER_V(select)(a < 0.625f, x + x * z * p, far), x);
}

/* ---- erf x: x + x p(x^2) near 0, then 1 - e^q(x), q a polynomial for log(erfc x); 1 from 3.95 on */

static inline SINTER_V(f32) SINTER_V(erf_near)(SINTER_V(f32) x) {
  SINTER_V(f32) zero = {0}, z = x * x, p = zero + 8.688995e-05f;
  p = p * z - 0.0008214281f;
  p = p * z + 0.0052070264f;
  p = p * z - 0.026861697f;
  p = p * z + 0.11283735f;
  p = p * z - 0.37612635f;
  p = p * z + 0.12837917f;
  return x + x * p;
}

static inline SINTER_V(f32) SINTER_V(erff)(SINTER_V(f32) x) {
  SINTER_V(f32) zero = {0}, a = SINTER_V(absf)(x);
  SINTER_V(f32) b = SINTER_V(minf)(a, zero + 3.95f), q = zero + 1.6553748e-06f;
  q = q * b - 4.6379046e-05f;
  q = q * b + 0.0005991569f;
  q = q * b - 0.0047688275f;
  q = q * b + 0.026441922f;
  q = q * b - 0.11010641f;
  q = q * b - 0.6318097f;
  q = q * b - 1.1302358f;
  q = q * b + 0.0003188438f;
  return SINTER_V(select)(a < 0.875f, SINTER_V(erf_near)(x), SINTER_V(copysignf)(1.0f - SINTER_V(expf)(q), x));
}

/* ---- erfc x = 1 - erf x near 0, then e^(-x^2) q(t) / (1 + 2x), t = (x-3)/(x+3); x = h + l, where the square of h has no error */

static inline SINTER_V(f32) SINTER_V(erfcf)(SINTER_V(f32) x) {
  SINTER_V(f32) zero = {0}, a = SINTER_V(minf)(SINTER_V(absf)(x), zero + 10.5f), t = (a - 3.0f) / (a + 3.0f), q = zero - 0.000272670748f;
  q = q * t - 0.000785626298f;
  q = q * t + 0.00200346947f;
  q = q * t + 0.00257612559f;
  q = q * t - 0.0237957587f;
  q = q * t + 0.0682929452f;
  q = q * t - 0.119271729f;
  q = q * t + 0.129646746f;
  q = q * t - 0.0475623285f;
  q = q * t - 0.13562115f;
  q = q * t + 1.25300806f;
  SINTER_V(f32) h = (SINTER_V(f32))((SINTER_V(i32))a & ~0xfff), c = (a - h) * (a + h);
  SINTER_V(f32) e = 1.0f - c * (1.0f - c * (1.0f / 2) * (1.0f - c * (1.0f / 3) * (1.0f - c * (1.0f / 4) * (1.0f - c * (1.0f / 5)))));
  SINTER_V(f32) y = SINTER_V(expf)(zero - h * h) * e * q / (1.0f + (a + a));
  y = SINTER_V(select)(x < 0.0f, 2.0f - y, y);
  return SINTER_V(select)(a < 0.5f, 1.0f - SINTER_V(erf_near)(x), y);
}

/* ---- e^x - 1 = 2^k (e^r - 1) + (2^k - 1), as long as 1 can be seen beside 2^k */

static inline SINTER_V(f32) SINTER_V(expm1f)(SINTER_V(f32) x) {
  SINTER_V(f32) zero = {0}, magic = zero + 12582912.0f, b = SINTER_V(minf)(SINTER_V(maxf)(x, zero - 18.0f), zero + 18.0f);
  SINTER_V(f32) t = b * 1.44269504f + magic, k = t - magic;
  SINTER_V(f32) r = (b - k * 0.693145752f) - k * 1.42860682e-6f, q = zero + 0.0001989108f;
  q = q * r + 0.0013933732f;
  q = q * r + 0.0083333105f;
  q = q * r + 0.041666463f;
  q = q * r + 0.16666667f;
  q = q * r + 0.5f;
  SINTER_V(f32) p = (SINTER_V(f32))(((SINTER_V(i32))t - (SINTER_V(i32))magic + 127) << 23), y = p * (r + r * r * q) + (p - 1.0f);
  return SINTER_V(copysignf)(SINTER_V(select)(x > 18.0f, SINTER_V(expf)(x), y), x);
}

/* ---- log(1 + x): what 1 + x loses of x is added to its logarithm */

static inline SINTER_V(f32) SINTER_V(log1pf)(SINTER_V(f32) x) {
  SINTER_V(f32) w = 1.0f + x, y = SINTER_V(logf)(w);
  SINTER_V(i32) plain = w > 0.0f, far = w > 1e30f;                         /* inf, NaN and the pole have no such part */
  return SINTER_V(copysignf)(SINTER_V(select)(plain & ~far, y + (x - (w - 1.0f)) / w, y), x);
}

#undef SINTER_PASTE2
#undef SINTER_PASTE
#undef SINTER_V
