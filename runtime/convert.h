/* Conversions between element types, with the one rounding rule of the project: reals round to nearest even into real types; into an integer type a real is cut
 * toward zero and wraps, and what does not fit 64 bits is 0; saturating stores clamp, and NaN becomes 0. No undefined behaviour for any argument. */
#ifndef SINTER_CONVERT_H
#define SINTER_CONVERT_H
#include "runtime/bits.h"

/* ---- integers */

static inline int64_t sinter_int_from_real(double x) { return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : 0; }

static inline uint64_t sinter_u64_from_real(double x) { return x >= 0x1p63 && x < 0x1p64 ? (uint64_t)x : (uint64_t)sinter_int_from_real(x); }

static inline int64_t sinter_clamp(int64_t x, int64_t lo, int64_t hi) { return x < lo ? lo : x > hi ? hi : x; }

/* lo and hi within +-2^53 */
static inline int64_t sinter_clamp_real(double x, int64_t lo, int64_t hi) { return x > (double)lo ? (x < (double)hi ? (int64_t)x : hi) : x == x ? lo : 0; }

static inline int64_t sinter_i64_saturate(double x) { return x >= 0x1p63 ? INT64_MAX : x >= -0x1p63 ? (int64_t)x : x == x ? INT64_MIN : 0; }

static inline uint64_t sinter_u64_saturate(double x) { return x >= 0x1p64 ? UINT64_MAX : x > 0 ? (uint64_t)x : 0; }

/* the low bits of x as a two's complement number */
static inline int64_t sinter_wrap_signed(int64_t x, int bits) {
  uint64_t sign = UINT64_C(1) << (bits - 1), low = (uint64_t)x & (2 * sign - 1);
  return low & sign ? (int64_t)(low - sign) - (int64_t)(sign - 1) - 1 : (int64_t)low;
}

/* ---- small floating-point formats. A format is its exponent bits, mantissa bits, bias, and how the top codes are used:
 * 0 IEEE (infinities, NaN), 1 FN (one NaN code), 2 FNUZ (minus zero is the NaN), 3 finite only. */

static inline double sinter_small_decode(uint32_t code, int exp_bits, int man_bits, int bias, int top) {
  uint32_t man_mask = (1u << man_bits) - 1, exp_mask = (1u << exp_bits) - 1, man = code & man_mask, exp = code >> man_bits & exp_mask, sign = code >> (man_bits + exp_bits) & 1;
  uint64_t s = (uint64_t)sign << 63;
  if (top == 0 && exp == exp_mask) return sinter_from_bits64(s | UINT64_C(0x7ff0000000000000) | (uint64_t)man << (52 - man_bits));
  if ((top == 1 && exp == exp_mask && man == man_mask) || (top == 2 && sign && !exp && !man)) return SINTER_NAN;
  double v = exp ? sinter_from_bits64((uint64_t)((int)exp - bias + 1023) << 52 | (uint64_t)man << (52 - man_bits)) : (double)man * sinter_from_bits64((uint64_t)(1024 - bias - man_bits) << 52);
  return sinter_from_bits64(sinter_bits64(v) | s);
}

static inline uint32_t sinter_small_encode(double v, int exp_bits, int man_bits, int bias, int top) {
  uint32_t man_mask = (1u << man_bits) - 1, exp_mask = (1u << exp_bits) - 1, above = exp_mask << man_bits, sign_bit = 1u << (man_bits + exp_bits);
  uint32_t inf = top == 0 ? above : top == 2 ? sign_bit : above | man_mask, nan = top == 0 ? inf | 1u << (man_bits - 1) : inf, largest = top < 2 ? inf - 1 : above | man_mask;
  uint64_t u = sinter_bits64(v), a = u & INT64_MAX;
  uint32_t sign = u >> 63 ? sign_bit : 0;
  if (a > UINT64_C(0x7ff0000000000000)) return top == 3 ? 0 : top == 2 ? nan : sign | nan;
  int exp = (int)(a >> 52) - 1023, least = 1 - bias, drop = 52 - man_bits + (exp < least ? least - exp : 0);
  uint64_t code = 0;
  if (exp >= 128 + 16) code = UINT32_MAX;
  else if (drop < 55) { /* otherwise less than half of the smallest number */
    uint64_t m = (a & UINT64_C(0xfffffffffffff)) | UINT64_C(1) << 52, rest = m & ((UINT64_C(1) << drop) - 1), half = UINT64_C(1) << (drop - 1);
    code = m >> drop;
    code += rest > half || (rest == half && (code & 1));
    if (exp > least) code += (uint64_t)(exp - least) << man_bits;
  }
  if (code > largest) return top == 2 ? inf : sign | inf;
  return code || top != 2 ? sign | (uint32_t)code : 0;
}

static inline float sinter_f32_from_f16(uint16_t h) {
#if defined(__F16C__)
  float x;
  __asm__("vmovd %1, %0\n\tvcvtph2ps %0, %0" : "=x"(x) : "r"((uint32_t)h));
  return x;
#else
  return (float)sinter_small_decode(h, 5, 10, 15, 0);
#endif
}

static inline uint16_t sinter_f16_from_real(double x) { return (uint16_t)sinter_small_encode(x, 5, 10, 15, 0); }

static inline uint16_t sinter_f16_from_f32(float x) {
#if defined(__F16C__)
  uint32_t h;
  float t;
  __asm__("vcvtps2ph $0, %2, %1\n\tvmovd %1, %0" : "=r"(h), "=&x"(t) : "x"(x));
  return (uint16_t)h;
#else
  return sinter_f16_from_real(x);
#endif
}

static inline float sinter_f32_from_bf16(uint16_t h) { return sinter_from_bits32((uint32_t)h << 16); }

static inline uint16_t sinter_bf16_from_real(double x) { return (uint16_t)sinter_small_encode(x, 8, 7, 127, 0); }

static inline uint16_t sinter_bf16_from_f32(float x) {
  uint32_t u = sinter_bits32(x);
  if (x != x) return (uint16_t)((u >> 31 << 15) | 0x7fc0);
  return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

static inline float sinter_f32_from_f8e4m3fn(uint8_t c) { return (float)sinter_small_decode(c, 4, 3, 7, 1); }

static inline float sinter_f32_from_f8e4m3fnuz(uint8_t c) { return (float)sinter_small_decode(c, 4, 3, 8, 2); }

static inline float sinter_f32_from_f8e5m2(uint8_t c) { return (float)sinter_small_decode(c, 5, 2, 15, 0); }

static inline float sinter_f32_from_f8e5m2fnuz(uint8_t c) { return (float)sinter_small_decode(c, 5, 2, 16, 2); }

static inline float sinter_f32_from_f4e2m1(uint8_t c) { return (float)sinter_small_decode(c & 15u, 2, 1, 1, 3); }

static inline double sinter_real_from_f8e8m0(uint8_t c) { return c == 255 ? SINTER_NAN : sinter_from_bits64((uint64_t)(c - 127 + 1023) << 52); }

static inline uint8_t sinter_f8e4m3fn_from_real(double x) { return (uint8_t)sinter_small_encode(x, 4, 3, 7, 1); }

static inline uint8_t sinter_f8e4m3fnuz_from_real(double x) { return (uint8_t)sinter_small_encode(x, 4, 3, 8, 2); }

static inline uint8_t sinter_f8e5m2_from_real(double x) { return (uint8_t)sinter_small_encode(x, 5, 2, 15, 0); }

static inline uint8_t sinter_f8e5m2fnuz_from_real(double x) { return (uint8_t)sinter_small_encode(x, 5, 2, 16, 2); }

static inline uint8_t sinter_f4e2m1_from_real(double x) { return (uint8_t)sinter_small_encode(x, 2, 1, 1, 3); }

/* a power of two: half up, as its values have no even ones */
static inline uint8_t sinter_f8e8m0_from_real(double x) {
  uint64_t u = sinter_bits64(x);
  int e = (int)(u >> 52 & 2047) - 1023 + 127 + ((u & UINT64_C(0xfffffffffffff)) > UINT64_C(0x8000000000000));
  if (x != x || x < 0) return 255;
  return (uint8_t)(e < 0 ? 0 : e > 254 ? 254 : e);
}

#endif
