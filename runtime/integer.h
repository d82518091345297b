/* Integer operations that C leaves undefined, or means differently: division by zero is 0, quotients of the least integer wrap, shifts by any count.
 * Names ending in _u are for uint64_t. */
#ifndef SINTER_INTEGER_H
#define SINTER_INTEGER_H
#include <stdint.h>

/* quotient toward zero */
static inline int64_t sinter_tdiv(int64_t a, int64_t b) { return b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b; }
static inline uint64_t sinter_tdiv_u(uint64_t a, uint64_t b) { return b == 0 ? 0 : a / b; }

/* floor of the quotient */
static inline int64_t sinter_fdiv(int64_t a, int64_t b) { return b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b - (a % b != 0 && (a < 0) != (b < 0)); }
static inline uint64_t sinter_fdiv_u(uint64_t a, uint64_t b) { return b == 0 ? 0 : a / b; }

/* a - b * floor(a / b): the sign of b */
static inline int64_t sinter_mod(int64_t a, int64_t b) {
  if (b == 0 || b == -1) return 0;
  int64_t r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
static inline uint64_t sinter_mod_u(uint64_t a, uint64_t b) { return b == 0 ? 0 : a % b; }

/* repeated product, wrapping */
static inline uint64_t sinter_ipow_u(uint64_t a, uint64_t n) {
  uint64_t power = 1;
  for (; n; n >>= 1, a *= a)
    if (n & 1) power *= a;
  return power;
}

/* a negative exponent gives 0, but for 1 and -1 */
static inline int64_t sinter_ipow(int64_t a, int64_t n) {
  if (n < 0) return a == 1 ? 1 : a == -1 ? (n & 1 ? -1 : 1) : 0;
  return (int64_t)sinter_ipow_u((uint64_t)a, (uint64_t)n);
}

static inline int64_t sinter_shl(int64_t a, int64_t n) { return n < 0 || n > 63 ? 0 : (int64_t)((uint64_t)a << n); }
static inline uint64_t sinter_shl_u(uint64_t a, int64_t n) { return n < 0 || n > 63 ? 0 : a << n; }
static inline int64_t sinter_shr(int64_t a, int64_t n) { return n < 0 || n > 63 ? 0 : a < 0 ? (int64_t)~(~(uint64_t)a >> n) : (int64_t)((uint64_t)a >> n); }
static inline uint64_t sinter_shr_u(uint64_t a, int64_t n) { return n < 0 || n > 63 ? 0 : a >> n; }

static inline uint64_t sinter_umin(uint64_t a, uint64_t b) { return a < b ? a : b; }

#endif
