/* Floating-point numbers as bit patterns. No maths library, no assumption but IEEE 754 formats. */
#ifndef SINTER_BITS_H
#define SINTER_BITS_H
#include <stdint.h>
#include <string.h>

static inline uint64_t sinter_bits64(double x) { uint64_t u; memcpy(&u, &x, sizeof u); return u; }
static inline double sinter_from_bits64(uint64_t u) { double x; memcpy(&x, &u, sizeof x); return x; }
static inline uint32_t sinter_bits32(float x) { uint32_t u; memcpy(&u, &x, sizeof u); return u; }
static inline float sinter_from_bits32(uint32_t u) { float x; memcpy(&x, &u, sizeof x); return x; }

#define SINTER_INF (sinter_from_bits64(UINT64_C(0x7ff0000000000000)))

#define SINTER_NAN (sinter_from_bits64(UINT64_C(0x7ff8000000000000)))

static inline double sinter_fabs(double x) { return sinter_from_bits64(sinter_bits64(x) & INT64_MAX); }
static inline double sinter_copysign(double x, double s) { return sinter_from_bits64((sinter_bits64(x) & INT64_MAX) | (sinter_bits64(s) & UINT64_C(1) << 63)); }

/* x * 2^n, rounded once; n may be anything. */
static inline double sinter_scale(double x, int n) {
  if (n > 1023) { x *= 0x1p1023, n -= 1023; if (n > 1023) { x *= 0x1p1023, n -= 1023; if (n > 1023) n = 1023; } }
  else if (n < -1022) { x *= 0x1p-969, n += 969; if (n < -1022) { x *= 0x1p-969, n += 969; if (n < -1022) n = -1022; } } /* 969 = 1022 - 53: the bits that are dropped are dropped by the last step */
  return x * sinter_from_bits64((uint64_t)(n + 1023) << 52);
}

#endif
