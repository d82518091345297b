/* Elementary functions of floats in plain C99: computed in double and rounded once, so within about half a unit in the last place.
 *
 * exp, log and tanh have polynomials of their own, just long enough for a float; the others are the functions of doubles. */
#ifndef SINTER_MATH_F32_H
#define SINTER_MATH_F32_H
#include "runtime/math_f64.h"

static inline float sinter_expf(float x) {
  if (!(x < 89)) return x != x ? x : (float)SINTER_INF;
  if (x < -104) return 0;
  double y = x * 1.4426950408889634, k = (double)(int)(y + (y < 0 ? -0.5 : 0.5)), r = x - k * 0.6931471805599453, q = 0.00019890990824673654;
  q = q * r + 0.0013933649996309251;
  q = q * r + 0.0083333109254809;
  q = q * r + 0.041666464925285904;
  q = q * r + 0.16666666681623232;
  q = q * r + 0.500000001346581;
  return (float)((1 + (r + r * r * q)) * sinter_from_bits64((uint64_t)(1023 + (int)k) << 52)); /* subnormal floats are normal doubles */
}

static inline float sinter_logf(float x) {
  if (!(x > 0)) return x == 0 ? -(float)SINTER_INF : (float)SINTER_NAN;
  if (x == (float)SINTER_INF) return x;
  int k;
  double m = sinter_split(x, &k), s = (m - 1) / (m + 1), z = s * s, p = 0.23331614471843498;
  p = p * z + 0.28550778633191964;
  p = p * z + 0.4000012221181065;
  p = p * z + 0.6666666655404201;
  return (float)(k * 0.6931471805599453 + (2 * s + s * z * p));
}

static inline float sinter_tanhf(float x) {
  double a = sinter_fabs(x);
  if (x != x) return x;
  if (a > 9.5) return (float)sinter_copysign(1, x);
  if (a < 0.0625) { double z = a * a; return (float)sinter_copysign(x + x * z * (-0.3333333333333333 + z * (0.13333333333333333 - z * 0.05396825396825397)), x); } /* Taylor */
  double y = 2 * a * 1.4426950408889634, k = (double)(int)(y + 0.5), r = 2 * a - k * 0.6931471805599453, q = 0.00019890990824673654;
  q = q * r + 0.0013933649996309251;
  q = q * r + 0.0083333109254809;
  q = q * r + 0.041666464925285904;
  q = q * r + 0.16666666681623232;
  q = q * r + 0.500000001346581;
  double e = (1 + (r + r * r * q)) * sinter_from_bits64((uint64_t)(1023 + (int)k) << 52);
  return (float)sinter_copysign(1 - 2 / (1 + e), x);
}

static inline float sinter_sqrtf(float x) {
#if defined(__SSE__)
  float r;
  __asm__("sqrtss %1, %0" : "=x"(r) : "x"(x));
  return r;
#elif defined(__aarch64__)
  float r;
  __asm__("fsqrt %s0, %s1" : "=w"(r) : "w"(x));
  return r;
#elif defined(__ARM_FP) && __ARM_FP & 4
  float r;
  __asm__("vsqrt.f32 %0, %1" : "=t"(r) : "t"(x));
  return r;
#else
  return (float)sinter_sqrt(x); /* 53 bits are more than twice 24 and two: rounding twice is harmless */
#endif
}

static inline float sinter_fabsf(float x) { return sinter_from_bits32(sinter_bits32(x) & INT32_MAX); }
static inline float sinter_truncf(float x) { return sinter_fabsf(x) < 0x1p23f ? sinter_from_bits32(sinter_bits32((float)(int32_t)x) | (sinter_bits32(x) & UINT32_C(1) << 31)) : x; }
static inline float sinter_floorf(float x) { float t = sinter_truncf(x); return t > x ? t - 1 : t; }
static inline float sinter_ceilf(float x) { float t = sinter_truncf(x); return t < x ? sinter_from_bits32(sinter_bits32(t + 1) | (sinter_bits32(x) & UINT32_C(1) << 31)) : t; }
static inline float sinter_rintf(float x) { return (float)sinter_rint(x); }
static inline float sinter_fmodf(float x, float y) { return (float)sinter_fmod(x, y); }
static inline float sinter_powf(float x, float y) { return (float)sinter_pow(x, y); }
static inline float sinter_sinf(float x) { return (float)sinter_sin(x); }
static inline float sinter_cosf(float x) { return (float)sinter_cos(x); }
static inline float sinter_tanf(float x) { return (float)sinter_tan(x); }
static inline float sinter_asinf(float x) { return (float)sinter_asin(x); }
static inline float sinter_acosf(float x) { return (float)sinter_acos(x); }
static inline float sinter_atanf(float x) { return (float)sinter_atan(x); }
static inline float sinter_sinhf(float x) { return (float)sinter_sinh(x); }
static inline float sinter_coshf(float x) { return (float)sinter_cosh(x); }
static inline float sinter_asinhf(float x) { return (float)sinter_asinh(x); }
static inline float sinter_acoshf(float x) { return (float)sinter_acosh(x); }
static inline float sinter_atanhf(float x) { return (float)sinter_atanh(x); }
static inline float sinter_erff(float x) { return (float)sinter_erf(x); }
static inline float sinter_erfcf(float x) { return (float)sinter_erfc(x); }
static inline float sinter_expm1f(float x) { return (float)sinter_expm1(x); }
static inline float sinter_log1pf(float x) { return (float)sinter_log1p(x); }

#endif
