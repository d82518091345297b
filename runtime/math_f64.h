/* Elementary functions of doubles in plain C99.
 *
 * Errors are within 2 units in the last place of the result (tests/unit/test_runtime.c asserts it); infinities, NaN, signed zeros and subnormal numbers
 * are treated as C99 Annex F says. Polynomials interpolate at Chebyshev nodes, in the variable and on the interval each comment names.
 * Arithmetic must be IEEE double: no -ffast-math, no x87 extended registers. */
#ifndef SINTER_MATH_F64_H
#define SINTER_MATH_F64_H
#include "runtime/bits.h"

#define SINTER_LN2_HI 0x1.62e42feep-1 /* 32 bits of ln 2: exact when multiplied by an exponent */

#define SINTER_LN2_LO 0x1.a39ef35793c76p-33

/* ---- rounding to integers: exact, the sign of zero is kept */

static inline double sinter_trunc(double x) {
  return sinter_fabs(x) < 0x1p52 ? sinter_copysign((double)(int64_t)x, x) : x; /* larger numbers are integers already; NaN fails the test */
}

static inline double sinter_floor(double x) {
  double t = sinter_trunc(x);
  return t > x ? t - 1 : t;
}

static inline double sinter_ceil(double x) {
  double t = sinter_trunc(x);
  return t < x ? sinter_copysign(t + 1, x) : t;
}

static inline double sinter_rint(double x) { /* half to even */
  double t = sinter_trunc(x), d = sinter_fabs(x - t);
  if (!(sinter_fabs(x) < 0x1p52)) return x;
  return d > 0.5 || (d == 0.5 && ((int64_t)t & 1)) ? t + sinter_copysign(1, x) : t;
}

/* ---- square root, correctly rounded: the instruction where there is one, else digit by digit */

static inline double sinter_sqrt(double x) {
#if defined(__SSE2__)
  double r;
  __asm__("sqrtsd %1, %0" : "=x"(r) : "x"(x));
  return r;
#elif defined(__aarch64__)
  double r;
  __asm__("fsqrt %d0, %d1" : "=w"(r) : "w"(x));
  return r;
#else
  if (!(x > 0) || x == SINTER_INF) return x < 0 ? SINTER_NAN : x;
  int e = 0;
  if (x < 0x1p-1022) x *= 0x1p54, e = -54;
  uint64_t u = sinter_bits64(x), m = (u & UINT64_C(0xfffffffffffff)) | UINT64_C(1) << 52, root = 0, rest = 0;
  e += (int)(u >> 52) - 1075;
  if (e & 1) m <<= 1, e -= 1;
  for (int i = 0; i < 54; i++) { /* root of m * 2^54, two bits of the radicand at a time: 53 bits and one to round with */
    rest = rest << 2 | (i < 27 ? m >> (52 - 2 * i) & 3 : 0);
    root <<= 1;
    if (rest >= 2 * root + 1) rest -= 2 * root + 1, root += 1;
  }
  root += root & 1; /* a rest means above half; an exact half cannot occur */
  return sinter_scale((double)(root >> 1), e / 2 - 26);
#endif
}

/* ---- remainder with the sign of x: exact, by long division in binary */

static inline double sinter_fmod(double x, double y) {
  uint64_t a = sinter_bits64(x) & INT64_MAX, b = sinter_bits64(y) & INT64_MAX, inf = UINT64_C(0x7ff0000000000000);
  if (a >= inf || b > inf || b == 0) return SINTER_NAN;
  if (a < b) return x;
  int ea = (int)(a >> 52), eb = (int)(b >> 52);
  uint64_t ma = ea ? (a & UINT64_C(0xfffffffffffff)) | UINT64_C(1) << 52 : (ea = 1, a);
  uint64_t mb = eb ? (b & UINT64_C(0xfffffffffffff)) | UINT64_C(1) << 52 : (eb = 1, b);
  for (ma %= mb; ea > eb; ea--) {
    ma <<= 1;
    if (ma >= mb) ma -= mb;
  }
  if (!ma) return sinter_copysign(0, x);
  while (ma < UINT64_C(1) << 52 && eb > 1) ma <<= 1, eb--;
  return sinter_copysign(sinter_from_bits64(ma >= UINT64_C(1) << 52 ? (uint64_t)(eb - 1) * (UINT64_C(1) << 52) + ma : ma), x);
}

/* ---- exponentials: x = k ln 2 + r */

/* e^r - 1 for |r| <= ln2/2, polynomial in r */
static inline double sinter_expm1_near(double r) {
  double q = 2.0914686968086855e-09;
  q = q * r + 2.5105217004720745e-08;
  q = q * r + 2.75572736431103e-07;
  q = q * r + 2.7557255400206422e-06;
  q = q * r + 2.4801587325547743e-05;
  q = q * r + 0.00019841269874820627;
  q = q * r + 0.0013888888888883748;
  q = q * r + 0.008333333333326136;
  q = q * r + 0.04166666666666667;
  q = q * r + 0.1666666666666667;
  return r + r * r * (q * r + 0.5);
}

/* 2^n e^x */
static inline double sinter_exp_scaled(double x, int n) {
  if (!(x < 711)) return x != x ? x : SINTER_INF;
  if (x < -746) return 0;
  double k = sinter_rint(x * 1.4426950408889634), hi = x - k * SINTER_LN2_HI;
  return sinter_scale(1 + sinter_expm1_near(hi - k * SINTER_LN2_LO), (int)k + n);
}

static inline double sinter_exp(double x) { return sinter_exp_scaled(x, 0); }

/* e^x - 1 = 2^k (e^r - 1) + (2^k - 1) */
static inline double sinter_expm1(double x) {
  if (x > 40) return sinter_exp(x);
  if (!(x > -40)) return x != x ? x : -1;
  if (sinter_fabs(x) < 0x1p-54) return x;
  double k = sinter_rint(x * 1.4426950408889634), hi = x - k * SINTER_LN2_HI, p = sinter_scale(1, (int)k);
  return p * sinter_expm1_near(hi - k * SINTER_LN2_LO) + (p - 1);
}

/* ---- logarithms: x = 2^k m with m within sqrt(1/2) .. sqrt(2), s = (m-1)/(m+1), log m = 2 atanh s */

static inline double sinter_split(double x, int *k) { /* m and k of a positive finite number */
  int e = 0;
  if (x < 0x1p-1022) x *= 0x1p54, e = -54;
  uint64_t u = sinter_bits64(x) - UINT64_C(0x3fe6a09e667f3bcd); /* sqrt(1/2) */
  *k = e + (int)((int64_t)u >> 52);
  return sinter_from_bits64((u & UINT64_C(0xfffffffffffff)) + UINT64_C(0x3fe6a09e667f3bcd));
}

/* log(x * (1 + correction)), |correction| <= 2^-53: what log1p lost in forming 1 + x */
static inline double sinter_log_corrected(double x, double correction) {
  int k;
  double f = sinter_split(x, &k) - 1, s = f / (2 + f), z = s * s, half = 0.5 * f * f;
  double p = 0.13088034850927555;
  p = p * z + 0.13268638369266825;
  p = p * z + 0.15386244737621665;
  p = p * z + 0.18181795547521137;
  p = p * z + 0.22222222392581045;
  p = p * z + 0.28571428570799784;
  p = p * z + 0.40000000000000885;
  p = p * z + 0.6666666666666666;
  return k * SINTER_LN2_HI + (f - (half - (s * (half + p * z) + (k * SINTER_LN2_LO + correction))));
}

static inline double sinter_log(double x) {
  if (!(x > 0)) return x == 0 ? -SINTER_INF : SINTER_NAN;
  if (x == SINTER_INF) return x;
  return sinter_log_corrected(x, 0);
}

static inline double sinter_log1p(double x) {
  if (!(x > -1)) return x == -1 ? -SINTER_INF : SINTER_NAN;
  if (x == SINTER_INF || sinter_fabs(x) < 0x1p-54) return x;
  double u = 1 + x, lost = u < 2 ? x - (u - 1) : 1 - (u - x);
  return sinter_log_corrected(u, lost / u);
}

/* ---- trigonometry */

/* The sum of two numbers without error: the result is hi + lo. */
typedef struct sinter_double2 { double hi, lo; } sinter_double2;

static inline sinter_double2 sinter_two_sum(double a, double b) {
  double s = a + b, t = s - a;
  return (sinter_double2){s, (a - (s - t)) + (b - t)};
}

/* The product of two numbers without error (Dekker 1971: halves of 26 bits). */
static inline sinter_double2 sinter_two_product(double a, double b) {
  volatile double p = a * b; /* rounded here and nowhere else: a compiler that fuses it into a sum would lose the error it has */
  double ah = sinter_from_bits64(sinter_bits64(a) & ~UINT64_C(0x7ffffff)), al = a - ah;
  double bh = sinter_from_bits64(sinter_bits64(b) & ~UINT64_C(0x7ffffff)), bl = b - bh;
  double hi = p;
  return (sinter_double2){hi, (((ah * bh - hi) + ah * bl) + al * bh) + al * bl}; /* the products of halves are exact */
}

/* The bits of 2/pi, after 64 zeros. */
static const uint32_t sinter_two_over_pi[42] = {
  0, 0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c,
  0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
  0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08,
  0x56033046, 0xfc7b6bab, 0xf0cfbc20, 0x9af4361d};

/* x = n pi/2 + r with |r| <= pi/4; returns n mod 4. Any finite x: the product with 2/pi is formed from just the bits that matter (Payne and Hanek 1983). */
static inline int sinter_reduce_large(double x, sinter_double2 *r) {
  uint64_t u = sinter_bits64(x), m = (u & UINT64_C(0xfffffffffffff)) | UINT64_C(1) << 52;
  int first = (int)(u >> 52 & 2047) - 1075 + 62; /* x = m 2^e; bit 2^(1-e) of 2/pi, counted in the table: those before it give multiples of 4 */
  uint32_t w[6], p[6] = {0}, m0 = (uint32_t)m, m1 = (uint32_t)(m >> 32);
  for (int i = 0; i < 6; i++) { /* 192 bits from there, the most significant word first */
    const uint32_t *t = &sinter_two_over_pi[first / 32 + i];
    w[i] = first % 32 ? t[0] << first % 32 | t[1] >> (32 - first % 32) : t[0];
  }
  for (int half = 0; half < 2; half++) { /* p = m * w mod 2^192 */
    uint64_t carry = 0;
    for (int i = 5; i - half >= 0; i--) {
      carry += (uint64_t)(half ? m1 : m0) * w[i] + p[i - half];
      p[i - half] = (uint32_t)carry;
      carry >>= 32;
    }
  }
  int n = (int)(p[0] >> 30), negative = (int)(p[0] >> 29 & 1); /* two bits of n, then the fraction: from 1/2 on it counts down from the next n */
  p[0] &= 0x3fffffff;
  if (negative) {
    uint64_t borrow = 1;
    for (int i = 5; i >= 0; i--) borrow += (uint32_t)~p[i], p[i] = (uint32_t)borrow, borrow >>= 32;
    p[0] &= 0x3fffffff;
    n += 1;
  }
  int shift = 0; /* 30 + 160 bits of fraction: its leading one to the top */
  while (shift < 160 && !(p[0] >> 29)) {
    for (int i = 0; i < 5; i++) p[i] = p[i] << 1 | p[i + 1] >> 31;
    p[5] <<= 1;
    shift++;
  }
  p[0] &= 0x3fffffff;
  double hi = (double)((uint64_t)p[0] << 23 | p[1] >> 9), lo = (double)((uint64_t)(p[1] & 0x1ff) << 44 | (uint64_t)p[2] << 12 | p[3] >> 20);
  double f = sinter_scale(hi, -53 - shift), g = sinter_scale(lo, -106 - shift);
  sinter_double2 q = sinter_two_product(f, 0x1.921fb54442d18p+0);
  q.lo += f * 0x1.1a62633145c07p-54 + g * 0x1.921fb54442d18p+0;
  *r = sinter_two_sum(q.hi, q.lo);
  if (negative != (int)(u >> 63)) r->hi = -r->hi, r->lo = -r->lo;
  return (u >> 63 ? -n : n) & 3;
}

static inline int sinter_reduce(double x, sinter_double2 *r) {
  double n = sinter_rint(x * 0.6366197723675814);
  if (!(sinter_fabs(n) <= 4096)) return sinter_reduce_large(x, r);
  double a = x - n * 0x1.921fb544p+0;                       /* pi/2 in three parts (Cody and Waite 1980); 33 bits times n is exact, and so is the difference */
  sinter_double2 s = sinter_two_sum(a, -(n * 0x1.0b4611a6p-34));
  *r = sinter_two_sum(s.hi, s.lo - n * 0x1.3198a2e037073p-69);
  return (int)n & 3;
}

/* sin(r.hi + r.lo), |r| <= pi/4, polynomial in r^2 */
static inline double sinter_sin_near(sinter_double2 r) {
  double z = r.hi * r.hi, p = -7.586636882825159e-13;
  p = p * z + 1.6058530596645953e-10;
  p = p * z - 2.50521062259944e-08;
  p = p * z + 2.755731921932058e-06;
  p = p * z - 0.0001984126984126504;
  p = p * z + 0.008333333333333331;
  p = p * z - 0.16666666666666666;
  return r.hi + (r.lo * (1 - 0.5 * z) + r.hi * z * p);
}

static inline double sinter_cos_near(sinter_double2 r) {
  double z = r.hi * r.hi, p = 4.745838412531023e-14;
  p = p * z - 1.1470460319209511e-11;
  p = p * z + 2.0876755787492604e-09;
  p = p * z - 2.755731922139249e-07;
  p = p * z + 2.4801587301584632e-05;
  p = p * z - 0.0013888888888888887;
  p = p * z + 0.041666666666666664;
  double half = 0.5 * z, w = 1 - half;
  return w + (((1 - w) - half) + (z * z * p - r.hi * r.lo));
}

static inline double sinter_sin(double x) {
  if (!(sinter_fabs(x) < SINTER_INF)) return SINTER_NAN;
  if (sinter_fabs(x) < 0x1p-27) return x;
  sinter_double2 r;
  int n = sinter_reduce(x, &r);
  double y = n & 1 ? sinter_cos_near(r) : sinter_sin_near(r);
  return n & 2 ? -y : y;
}

static inline double sinter_cos(double x) {
  if (!(sinter_fabs(x) < SINTER_INF)) return SINTER_NAN;
  sinter_double2 r;
  int n = sinter_reduce(x, &r) + 1;
  double y = n & 1 ? sinter_cos_near(r) : sinter_sin_near(r);
  return n & 2 ? -y : y;
}

static inline double sinter_tan(double x) {
  if (!(sinter_fabs(x) < SINTER_INF)) return SINTER_NAN;
  if (sinter_fabs(x) < 0x1p-27) return x;
  sinter_double2 r;
  int n = sinter_reduce(x, &r);
  double s = sinter_sin_near(r), c = sinter_cos_near(r);
  return n & 1 ? -c / s : s / c;
}

/* ---- inverse trigonometry */

/* (asin(x) - x) / x for z = x^2 <= 1/4 */
static inline double sinter_asin_tail(double z) {
  double p = 0.02963502626354855;
  p = p * z - 0.019277545928584557;
  p = p * z + 0.019579201619744684;
  p = p * z + 0.0030350071727267623;
  p = p * z + 0.009322101501082774;
  p = p * z + 0.00962140274734483;
  p = p * z + 0.011566511821890942;
  p = p * z + 0.013963775787848137;
  p = p * z + 0.017352816768546473;
  p = p * z + 0.022372157435623815;
  p = p * z + 0.030381944475693704;
  p = p * z + 0.04464285714255019;
  p = p * z + 0.07500000000000119;
  p = p * z + 0.16666666666666666;
  return p * z;
}

/* sqrt(z) as a number of 26 bits and a rest */
static inline sinter_double2 sinter_sqrt2(double z) {
  double s = sinter_sqrt(z), hi = sinter_from_bits64(sinter_bits64(s) & ~UINT64_C(0x7ffffff));
  return (sinter_double2){hi, s > 0 ? (z - hi * hi) / (s + hi) : 0};
}

static inline double sinter_asin(double x) {
  double a = sinter_fabs(x);
  if (!(a <= 1)) return SINTER_NAN;
  if (a < 0.5) return a < 0x1p-27 ? x : x + x * sinter_asin_tail(x * x);
  double z = (1 - a) * 0.5; /* asin a = pi/2 - 2 asin(sqrt z) */
  sinter_double2 s = sinter_sqrt2(z);
  double t = (s.hi + s.lo) * sinter_asin_tail(z);
  return sinter_copysign(0x1.921fb54442d18p-1 - 2 * s.hi + (0x1.921fb54442d18p-1 + (0x1.1a62633145c07p-54 - 2 * (s.lo + t))), x);
}

static inline double sinter_acos(double x) {
  double a = sinter_fabs(x);
  if (!(a <= 1)) return SINTER_NAN;
  if (a < 0.5) return 0x1.921fb54442d18p+0 - (x - (0x1.1a62633145c07p-54 - x * sinter_asin_tail(x * x)));
  double z = (1 - a) * 0.5, p = sinter_asin_tail(z);
  sinter_double2 s = sinter_sqrt2(z);
  double t = s.lo + (s.hi + s.lo) * p;
  return x > 0 ? 2 * (s.hi + t) : 2 * (0x1.921fb54442d18p+0 - (s.hi + (t - 0x1.1a62633145c07p-54)));
}

static inline double sinter_atan(double x) {
  static const struct { double from, c, hi, lo; } part[4] = { /* atan a = atan c + atan((a - c) / (1 + a c)) from `from` on */
    {0.4375, 0.5, 0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56}, {0.6875, 1, 0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55},
    {1.1875, 1.5, 0x1.f730bd281f69bp-1, 0x1.007887af0cbbdp-56}, {2.4375, 0, 0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54}}; /* c = 0 stands for infinity */
  double a = sinter_fabs(x), t = a, hi = 0, lo = 0;
  if (x != x) return x;
  for (int i = 3; i >= 0; i--)
    if (a >= part[i].from) {
      t = part[i].c == 0 ? -1 / a : (a - part[i].c) / (1 + a * part[i].c);
      hi = part[i].hi, lo = part[i].lo;
      break;
    }
  double z = t * t, p = 0.01476642155379467;
  p = p * z - 0.033121323310643644;
  p = p * z + 0.044919637149159995;
  p = p * z - 0.05216607416783708;
  p = p * z + 0.0587693549653035;
  p = p * z - 0.06666240859375808;
  p = p * z + 0.0769228548876496;
  p = p * z - 0.09090908353049669;
  p = p * z + 0.11111111096587765;
  p = p * z - 0.1428571428556615;
  p = p * z + 0.19999999999999407;
  p = p * z - 0.3333333333333333;
  return sinter_copysign(hi + (t + (lo + t * z * p)), x);
}

/* ---- hyperbolic functions: odd polynomials near 0, then by e^|x| */

static inline double sinter_sinh(double x) {
  double a = sinter_fabs(x), z = x * x;
  if (a < 1) {
    double p = 8.309260939020764e-18;
    p = p * z + 2.8112906307818087e-15;
    p = p * z + 7.647165419659899e-13;
    p = p * z + 1.6059043826860684e-10;
    p = p * z + 2.5052108385476243e-08;
    p = p * z + 2.7557319223985825e-06;
    p = p * z + 0.0001984126984126984;
    p = p * z + 0.008333333333333333;
    p = p * z + 0.16666666666666666;
    return x + x * (z * p);
  }
  double e = sinter_exp_scaled(a, -1);
  return sinter_copysign(a < 40 ? e - 0.25 / e : e, x);
}

static inline double sinter_cosh(double x) {
  double a = sinter_fabs(x), e = sinter_exp_scaled(a, -1);
  return a < 40 ? e + 0.25 / e : e;
}

static inline double sinter_tanh(double x) {
  double a = sinter_fabs(x), z = x * x;
  if (x != x) return x;
  if (a < 0.55) {
    double p = 7.872519584876026e-06;
    p = p * z - 3.3718010044053525e-05;
    p = p * z + 9.454941758935152e-05;
    p = p * z - 0.00023847198564355907;
    p = p * z + 0.0005899051200674843;
    p = p * z - 0.0014558190700396025;
    p = p * z + 0.0035921267673025663;
    p = p * z - 0.008863235462984688;
    p = p * z + 0.021869488534068168;
    p = p * z - 0.05396825396822027;
    p = p * z + 0.1333333333333331;
    p = p * z - 0.3333333333333333;
    return sinter_copysign(x + x * (z * p), x);
  }
  return sinter_copysign(a > 22 ? 1 : 1 - 2 / (1 + sinter_exp(2 * a)), x);
}

static inline double sinter_asinh(double x) {
  double a = sinter_fabs(x), y;
  if (!(a < SINTER_INF) || a < 0x1p-27) return x;
  if (a > 0x1p28) y = sinter_log(a) + 0.6931471805599453;
  else if (a > 2) y = sinter_log(2 * a + 1 / (a + sinter_sqrt(a * a + 1)));
  else y = sinter_log1p(a + a * a / (1 + sinter_sqrt(1 + a * a)));
  return sinter_copysign(y, x);
}

static inline double sinter_acosh(double x) {
  if (!(x >= 1)) return SINTER_NAN;
  if (x > 0x1p28) return sinter_log(x) + 0.6931471805599453;
  if (x > 2) return sinter_log(2 * x - 1 / (x + sinter_sqrt(x * x - 1)));
  double t = x - 1;
  return sinter_log1p(t + sinter_sqrt(2 * t + t * t));
}

static inline double sinter_atanh(double x) {
  double a = sinter_fabs(x);
  if (!(a <= 1)) return SINTER_NAN;
  if (a < 0x1p-27) return x;
  if (a == 1) return sinter_copysign(SINTER_INF, x);
  double t = 2 * a;
  return sinter_copysign(0.5 * sinter_log1p(a < 0.5 ? t + t * a / (1 - a) : t / (1 - a)), x);
}

/* ---- error function: x + x p(x^2) near 0, then 1 - e^(-x^2) q(t), t = (x-2)/(x+2) */

static inline double sinter_erf(double x) {
  double a = sinter_fabs(x), z = x * x;
  if (x != x) return x;
  if (a < 0.875) {
    double p = -4.709805777318569e-12;
    p = p * z + 8.972811233546852e-11;
    p = p * z - 1.222909971819717e-09;
    p = p * z + 1.4801633490174699e-08;
    p = p * z - 1.6365497150525454e-07;
    p = p * z + 1.6462099066746483e-06;
    p = p * z - 1.4925649882965942e-05;
    p = p * z + 0.00012055332971479266;
    p = p * z - 0.0008548327023298945;
    p = p * z + 0.005223977625440737;
    p = p * z - 0.02686617064513117;
    p = p * z + 0.11283791670955126;
    p = p * z - 0.37612638903183754;
    p = p * z + 0.1283791670955126;
    return x + x * p;
  }
  if (a > 6) return sinter_copysign(1, x);
  double t = (a - 2) / (a + 2), q = -9.129431056231442e-07;
  q = q * t + 9.787537044347685e-07;
  q = q * t + 4.03549367788087e-06;
  q = q * t + 1.4194072432304343e-06;
  q = q * t - 1.403264171679727e-05;
  q = q * t - 2.7578894565291677e-05;
  q = q * t + 2.75343211521683e-05;
  q = q * t + 0.00017436061057696557;
  q = q * t + 4.3554926573214094e-05;
  q = q * t - 0.0009819769745779531;
  q = q * t - 0.0008471432225597245;
  q = q * t + 0.006997461737163595;
  q = q * t + 0.003732892403734518;
  q = q * t - 0.07897858101569999;
  q = q * t + 0.24165819424247126;
  q = q * t - 0.42718584741395854;
  q = q * t + 0.25539567631050575;
  return sinter_copysign(1 - sinter_exp(-z) * q, x);
}

/* erfc x = 1 - erf x near 0, then e^(-x^2) q(t) / (1 + 2x), t = (x-4)/(x+4); the square without error */
static inline double sinter_erfc(double x) {
  double a = sinter_fabs(x);
  if (x != x) return x;
  if (a < 0.5) return 1 - sinter_erf(x);
  if (a > 27.5) return x > 0 ? 0 : 2;
  double t = (a - 4) / (a + 4), q = -1.8206098680308683e-9;
  q = q * t - 1.3670989863347382e-8;
  q = q * t - 7.7154186144178301e-9;
  q = q * t + 1.1534943745754157e-7;
  q = q * t + 6.2707271571983109e-8;
  q = q * t - 8.3516196886968471e-7;
  q = q * t + 3.0135049944875395e-7;
  q = q * t + 5.7178872846321852e-6;
  q = q * t - 1.1224789135154701e-5;
  q = q * t - 2.4403169244974075e-5;
  q = q * t + 0.00015062224394830299;
  q = q * t - 0.00019925550755614952;
  q = q * t - 0.00075777334141333004;
  q = q * t + 0.0050319697558954261;
  q = q * t - 0.016197734059115007;
  q = q * t + 0.037167515562492866;
  q = q * t - 0.066330365811529384;
  q = q * t + 0.093732834996794116;
  q = q * t - 0.10103906603635213;
  q = q * t + 0.068097054254737324;
  q = q * t + 0.015379652102620741;
  q = q * t - 0.13962111684056289;
  q = q * t + 1.2329951186255525;
  sinter_double2 z = sinter_two_product(a, a);
  q /= 1 + 2 * a;
  double y = sinter_exp(-z.hi) * (q - q * z.lo);
  return x < 0 ? 2 - y : y;
}

/* ---- powers: x^y = e^(y log x), the logarithm in two doubles */

/* log of a positive finite number to about 2^-64 of its size */
static inline sinter_double2 sinter_log2d(double x) {
  int k;
  double m = sinter_split(x, &k), f = m - 1;              /* exact */
  sinter_double2 d = sinter_two_sum(m, 1);
  double s = f / d.hi;                                     /* s = f / (2 + f), then its rest */
  sinter_double2 sd = sinter_two_product(s, d.hi);
  double s_lo = (((f - sd.hi) - sd.lo) - s * d.lo) / d.hi;
  sinter_double2 z = sinter_two_product(s, s);
  z.lo += 2 * s * s_lo;
  double p = 0.0538181075745563; /* atanh(s)/s = 1 + z/3 + z^2 p(z) */
  p = p * z.hi + 0.05228097555200746;
  p = p * z.hi + 0.05883409510814777;
  p = p * z.hi + 0.06666648198981917;
  p = p * z.hi + 0.07692307881454075;
  p = p * z.hi + 0.09090909089822495;
  p = p * z.hi + 0.11111111111114234;
  p = p * z.hi + 0.14285714285714282;
  p = p * z.hi + 0.2;
  sinter_double2 c = sinter_two_sum(0x1.5555555555555p-2, p * z.hi);
  c.lo += 0x1.5555555555555p-56;
  sinter_double2 t = sinter_two_product(z.hi, c.hi);       /* z (1/3 + z p) */
  t.lo += z.hi * c.lo + z.lo * c.hi;
  sinter_double2 u = sinter_two_product(s, t.hi);          /* s z (1/3 + z p) */
  u.lo += s * t.lo + s_lo * t.hi;
  sinter_double2 a = sinter_two_sum(s, u.hi);
  a.lo += s_lo + u.lo;
  sinter_double2 r = sinter_two_sum(k * SINTER_LN2_HI, 2 * a.hi); /* k ln2_hi is exact; ln2_lo carries 85 bits in all, so its own rest is not needed */
  sinter_double2 l = sinter_two_product(k, SINTER_LN2_LO);
  sinter_double2 v = sinter_two_sum(r.hi, l.hi);
  return sinter_two_sum(v.hi, v.lo + r.lo + l.lo + 2 * a.lo);
}

static inline double sinter_pow(double x, double y) {
  double a = sinter_fabs(x);
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return SINTER_NAN;
  int whole = sinter_trunc(y) == y, odd = whole && sinter_fabs(y) < 0x1p53 && ((int64_t)y & 1);
  if (sinter_fabs(y) == SINTER_INF) return a == 1 ? 1 : (a > 1) == (y > 0) ? SINTER_INF : 0;
  double sign = odd && sinter_bits64(x) >> 63 ? -1 : 1;
  if (a == 0) return y < 0 ? sign * SINTER_INF : sign * 0;
  if (a == SINTER_INF) return y < 0 ? sign * 0 : sign * SINTER_INF;
  if (x < 0 && !whole) return SINTER_NAN;
  if (a == 1) return sign;
  if (sinter_fabs(y) > 0x1p64) return (a > 1) == (y > 0) ? SINTER_INF : 0; /* such a y is even */
  sinter_double2 l = sinter_log2d(a);
  if (!(sinter_fabs(y * l.hi) < 800)) return y * l.hi > 0 ? sign * SINTER_INF : sign * 0;
  sinter_double2 e = sinter_two_product(y, l.hi);
  e.lo += y * l.lo;
  double k = sinter_rint(e.hi * 1.4426950408889634);
  sinter_double2 r = sinter_two_sum(e.hi - k * SINTER_LN2_HI, e.lo - k * SINTER_LN2_LO);
  double m = sinter_expm1_near(r.hi);
  return sign * sinter_scale(1 + (m + r.lo * (1 + m)), (int)k);
}

#endif
