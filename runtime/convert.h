/* Conversions between element types, with the one rounding rule of the project: reals round to nearest even into real types; into an integer type a real is cut
 * toward zero and wraps, and what does not fit 64 bits is 0; saturating stores clamp, and NaN becomes 0. No undefined behaviour for any argument. */
#ifndef SINTER_CONVERT_H
#define SINTER_CONVERT_H
#include "runtime/bits.h"

/* ---- integers */

static inline int64_t sinter_cast_i64(double x) { return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : 0; }
static inline uint64_t sinter_cast_u64(double x) { return x >= 0x1p63 && x < 0x1p64 ? (uint64_t)x : (uint64_t)sinter_cast_i64(x); }

/* lo and hi within +-2^53 */
static inline int64_t sinter_clamp_real(double x, int64_t lo, int64_t hi) { return x > (double)lo ? (x < (double)hi ? (int64_t)x : hi) : x == x ? lo : 0; }
static inline int64_t sinter_sat_i64(double x) { return x >= 0x1p63 ? INT64_MAX : x >= -0x1p63 ? (int64_t)x : x == x ? INT64_MIN : 0; }
static inline uint64_t sinter_sat_u64(double x) { return x >= 0x1p64 ? UINT64_MAX : x > 0 ? (uint64_t)x : 0; }

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

/* ---- by element type: load decodes what is stored, store encodes; cast is a store and a load; sat clamps where cast wraps; wrap is cast for integers */

static inline int32_t sinter_cast_i32(double x) { return (int32_t)sinter_wrap_signed(sinter_cast_i64(x), 32); }
static inline int32_t sinter_sat_i32(double x) { return (int32_t)sinter_clamp_real(x, INT32_MIN, INT32_MAX); }
static inline int32_t sinter_cast_i16(double x) { return (int32_t)sinter_wrap_signed(sinter_cast_i64(x), 16); }
static inline int32_t sinter_sat_i16(double x) { return (int32_t)sinter_clamp_real(x, -32768, 32767); }
static inline int32_t sinter_cast_i8(double x) { return (int32_t)sinter_wrap_signed(sinter_cast_i64(x), 8); }
static inline int32_t sinter_sat_i8(double x) { return (int32_t)sinter_clamp_real(x, -128, 127); }
static inline int32_t sinter_cast_i4(double x) { return (int32_t)sinter_wrap_signed(sinter_cast_i64(x), 4); }
static inline int32_t sinter_sat_i4(double x) { return (int32_t)sinter_clamp_real(x, -8, 7); }
static inline int32_t sinter_cast_i2(double x) { return (int32_t)sinter_wrap_signed(sinter_cast_i64(x), 2); }
static inline int32_t sinter_sat_i2(double x) { return (int32_t)sinter_clamp_real(x, -2, 1); }
static inline int64_t sinter_cast_u32(double x) { return (int64_t)(sinter_cast_i64(x) & 0xffffffff); }
static inline int64_t sinter_sat_u32(double x) { return (int64_t)sinter_clamp_real(x, 0, UINT32_MAX); }
static inline int32_t sinter_cast_u16(double x) { return (int32_t)(sinter_cast_i64(x) & 0xffff); }
static inline int32_t sinter_sat_u16(double x) { return (int32_t)sinter_clamp_real(x, 0, 65535); }
static inline int32_t sinter_cast_u8(double x) { return (int32_t)(sinter_cast_i64(x) & 0xff); }
static inline int32_t sinter_sat_u8(double x) { return (int32_t)sinter_clamp_real(x, 0, 255); }
static inline int32_t sinter_cast_u4(double x) { return (int32_t)(sinter_cast_i64(x) & 0xf); }
static inline int32_t sinter_sat_u4(double x) { return (int32_t)sinter_clamp_real(x, 0, 15); }
static inline int32_t sinter_cast_u2(double x) { return (int32_t)(sinter_cast_i64(x) & 0x3); }
static inline int32_t sinter_sat_u2(double x) { return (int32_t)sinter_clamp_real(x, 0, 3); }
static inline int32_t sinter_wrap_i4(int64_t x) { return (int32_t)sinter_wrap_signed(x, 4); }
static inline int32_t sinter_wrap_i2(int64_t x) { return (int32_t)sinter_wrap_signed(x, 2); }
static inline int32_t sinter_wrap_u4(int64_t x) { return (int32_t)(x & 15); }
static inline int32_t sinter_wrap_u2(int64_t x) { return (int32_t)(x & 3); }

static inline float sinter_load_f16(uint16_t h) {
#if defined(__F16C__)
  float x;
  __asm__("vmovd %1, %0\n\tvcvtph2ps %0, %0" : "=x"(x) : "r"((uint32_t)h));
  return x;
#else
  return (float)sinter_small_decode(h, 5, 10, 15, 0);
#endif
}

static inline uint16_t sinter_store_f16(double x) { return (uint16_t)sinter_small_encode(x, 5, 10, 15, 0); }
static inline float sinter_load_bf16(uint16_t h) { return sinter_from_bits32((uint32_t)h << 16); }
static inline uint16_t sinter_store_bf16(double x) { return (uint16_t)sinter_small_encode(x, 8, 7, 127, 0); }
static inline float sinter_load_f8e4m3fn(uint8_t c) { return (float)sinter_small_decode(c, 4, 3, 7, 1); }
static inline uint8_t sinter_store_f8e4m3fn(double x) { return (uint8_t)sinter_small_encode(x, 4, 3, 7, 1); }
static inline float sinter_load_f8e4m3fnuz(uint8_t c) { return (float)sinter_small_decode(c, 4, 3, 8, 2); }
static inline uint8_t sinter_store_f8e4m3fnuz(double x) { return (uint8_t)sinter_small_encode(x, 4, 3, 8, 2); }
static inline float sinter_load_f8e5m2(uint8_t c) { return (float)sinter_small_decode(c, 5, 2, 15, 0); }
static inline uint8_t sinter_store_f8e5m2(double x) { return (uint8_t)sinter_small_encode(x, 5, 2, 15, 0); }
static inline float sinter_load_f8e5m2fnuz(uint8_t c) { return (float)sinter_small_decode(c, 5, 2, 16, 2); }
static inline uint8_t sinter_store_f8e5m2fnuz(double x) { return (uint8_t)sinter_small_encode(x, 5, 2, 16, 2); }
static inline float sinter_load_f8e8m0(uint8_t c) { return c == 255 ? (float)SINTER_NAN : (float)sinter_from_bits64((uint64_t)(c - 127 + 1023) << 52); }

/* powers of two have no even ones: half goes up */
static inline uint8_t sinter_store_f8e8m0(double x) {
  uint64_t u = sinter_bits64(x);
  int e = (int)(u >> 52 & 2047) - 1023 + 127 + ((u & UINT64_C(0xfffffffffffff)) > UINT64_C(0x7ffffffffffff));
  if (x != x || x < 0) return 255;
  return (uint8_t)(e < 0 ? 0 : e > 254 ? 254 : e);
}

static inline float sinter_load_f4e2m1(uint8_t c) { return (float)sinter_small_decode(c & 15u, 2, 1, 1, 3); }
static inline uint8_t sinter_store_f4e2m1(double x) { return (uint8_t)sinter_small_encode(x, 2, 1, 1, 3); }
static inline float sinter_cast_f16(double x) { return sinter_load_f16(sinter_store_f16(x)); }
static inline float sinter_sat_f16(double x) { return sinter_cast_f16(x); }
static inline float sinter_cast_bf16(double x) { return sinter_load_bf16(sinter_store_bf16(x)); }
static inline float sinter_sat_bf16(double x) { return sinter_cast_bf16(x); }
static inline float sinter_cast_f8e4m3fn(double x) { return sinter_load_f8e4m3fn(sinter_store_f8e4m3fn(x)); }
static inline float sinter_sat_f8e4m3fn(double x) { return sinter_cast_f8e4m3fn(x); }
static inline float sinter_cast_f8e4m3fnuz(double x) { return sinter_load_f8e4m3fnuz(sinter_store_f8e4m3fnuz(x)); }
static inline float sinter_sat_f8e4m3fnuz(double x) { return sinter_cast_f8e4m3fnuz(x); }
static inline float sinter_cast_f8e5m2(double x) { return sinter_load_f8e5m2(sinter_store_f8e5m2(x)); }
static inline float sinter_sat_f8e5m2(double x) { return sinter_cast_f8e5m2(x); }
static inline float sinter_cast_f8e5m2fnuz(double x) { return sinter_load_f8e5m2fnuz(sinter_store_f8e5m2fnuz(x)); }
static inline float sinter_sat_f8e5m2fnuz(double x) { return sinter_cast_f8e5m2fnuz(x); }
static inline float sinter_cast_f8e8m0(double x) { return sinter_load_f8e8m0(sinter_store_f8e8m0(x)); }
static inline float sinter_sat_f8e8m0(double x) { return sinter_cast_f8e8m0(x); }
static inline float sinter_cast_f4e2m1(double x) { return sinter_load_f4e2m1(sinter_store_f4e2m1(x)); }
static inline float sinter_sat_f4e2m1(double x) { return sinter_cast_f4e2m1(x); }

/* ---- several elements to a byte, the first in the low bits */

static inline unsigned sinter_get_bits(const uint8_t *p, int64_t i, int bits) { return (unsigned)p[i * bits / 8] >> (i * bits % 8) & ((1u << bits) - 1); }

static inline void sinter_put_bits(uint8_t *p, int64_t i, int bits, unsigned code) {
  unsigned mask = (1u << bits) - 1, shift = (unsigned)(i * bits % 8);
  uint8_t *byte = &p[i * bits / 8];
  *byte = (uint8_t)((*byte & ~(mask << shift)) | (code & mask) << shift);
}

static inline int32_t sinter_get_i4(const uint8_t *p, int64_t i) { return (int32_t)sinter_wrap_signed((int64_t)sinter_get_bits(p, i, 4), 4); }
static inline void sinter_put_i4(uint8_t *p, int64_t i, int64_t x) { sinter_put_bits(p, i, 4, (unsigned)x); }
static inline int32_t sinter_get_i2(const uint8_t *p, int64_t i) { return (int32_t)sinter_wrap_signed((int64_t)sinter_get_bits(p, i, 2), 2); }
static inline void sinter_put_i2(uint8_t *p, int64_t i, int64_t x) { sinter_put_bits(p, i, 2, (unsigned)x); }
static inline int32_t sinter_get_u4(const uint8_t *p, int64_t i) { return (int32_t)sinter_get_bits(p, i, 4); }
static inline void sinter_put_u4(uint8_t *p, int64_t i, int64_t x) { sinter_put_bits(p, i, 4, (unsigned)x); }
static inline int32_t sinter_get_u2(const uint8_t *p, int64_t i) { return (int32_t)sinter_get_bits(p, i, 2); }
static inline void sinter_put_u2(uint8_t *p, int64_t i, int64_t x) { sinter_put_bits(p, i, 2, (unsigned)x); }
static inline float sinter_get_f4e2m1(const uint8_t *p, int64_t i) { return sinter_load_f4e2m1((uint8_t)sinter_get_bits(p, i, 4)); }
static inline void sinter_put_f4e2m1(uint8_t *p, int64_t i, double x) { sinter_put_bits(p, i, 4, sinter_store_f4e2m1(x)); }

#endif
