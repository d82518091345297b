/* The interpreter: runs a kernel's nest and defines what is correct.
 *
 * A body is compiled once into closures. Affine forms become cursors: sums that the loops keep up to date by adding a coefficient per
 * step, so an access costs an addition. An index that intervals prove inside needs no test; all others are tested on every access.
 * Symbols are numbers by then: a kernel is compiled just before it runs. */
#include "ir/extern.h"
#include "ir/tile.h"
#include <math.h>
#include <stdlib.h>

typedef struct Run Run;
typedef struct Calc Calc;
typedef struct Code Code;
typedef int64_t IntFn(const Calc *n, Run *run);
typedef double RealFn(const Calc *n, Run *run);

/* Memory of one buffer. */
/* Elements that may lie at any address, as those of a constant in a mapped file do. */
#define ANYWHERE __attribute__((aligned(1), may_alias))
typedef float AnyFloat ANYWHERE;
typedef double AnyDouble ANYWHERE;
typedef int64_t AnyInt64 ANYWHERE;
typedef int32_t AnyInt32 ANYWHERE;

typedef struct Storage {
  const Buf *buf;
  unsigned char *base;
  unsigned char *written;              /* a byte per element, where the interpreter owns the memory and reading before writing is an error; else NULL */
  int64_t count;                       /* elements */
  struct Storage *next;                /* in its bucket */
} Storage;

typedef struct Check { int cursor; int64_t c, extent; } Check;                 /* 0 <= cursor + c < extent */
typedef struct Computed { const Calc *index; int64_t extent, stride; } Computed; /* an index that is no affine form */
typedef struct Access {
  const Buf *buf;
  const Storage *storage;
  Elem elem;
  int cursor; int64_t offset;
  int nchecks; Check *check;
  int ncomputed; Computed *computed;
} Access;

struct Calc {
  IntFn *as_int;                       /* bool, int, uint (its bits) */
  RealFn *as_real;                     /* real */
  const Calc *a, *b, *c;
  union { int64_t i; double r; int cursor; Elem elem; };
  int64_t offset;                      /* with cursor */
  unsigned char *base;                 /* loads that need no test */
  const Access *access;
};

/* What an extern kernel is given. */
typedef struct Call { void **memory; Storage **storage; int64_t *arg, *symbol; } Call;

typedef void ExecFn(const Code *code, Run *run);
typedef struct Codes { const Code *at; int n; } Codes;
typedef struct Update { int cursor; int64_t k; } Update;
struct Code {
  ExecFn *exec;
  const Calc *value, *value2;          /* store: the value; loop: bounds; if: condition */
  const Access *access;
  Reduce op;
  Kind kind;                           /* store: in which the update is computed */
  Codes body, other;
  int nupdates; const Update *update;
  bool descending;
  double *cell;                        /* real scalar register */
  const Stmt *stmt;                    /* call, reg */
  const Calc *const *arg;
  Call *call;
};

enum { BUCKETS = 1024, MAX_DEPTH = 2000, MAX_LOOPS = 256 };
struct Run {
  Ctx *ctx;
  Arena *owned, *code;                 /* memory of temporaries; what was compiled */
  Memory mem;
  Storage *bucket[BUCKETS];
  const Kernel *kernel;
  int64_t steps;
  int64_t changes;                     /* of symbols' values */
  int64_t *cursor;
  jmp_buf fail;
};

static _Noreturn void fail(Run *run, DiagCode code, const char *text) {
  diag(run->ctx, code, (Place){.node = run->kernel->name}, "%s", text);
  longjmp(run->fail, 1);
}

/* ---- numbers */
static int64_t wrap_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static int64_t wrap_sub(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
static int64_t wrap_mul(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
static int64_t int_tdiv(int64_t a, int64_t b) { return b == 0 ? 0 : b == -1 ? wrap_sub(0, a) : a / b; }
static int64_t int_rem(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }
static int64_t int_fdiv(int64_t a, int64_t b) { return b == 0 ? 0 : b == -1 ? wrap_sub(0, a) : a / b - (a % b != 0 && (a < 0) != (b < 0)); }
static int64_t int_mod(int64_t a, int64_t b) {
  int64_t m = int_rem(a, b);
  return m != 0 && (m < 0) != (b < 0) ? m + b : m;
}
static uint64_t uint_div(uint64_t a, uint64_t b) { return b == 0 ? 0 : a / b; }
static uint64_t uint_rem(uint64_t a, uint64_t b) { return b == 0 ? 0 : a % b; }
static uint64_t power(uint64_t base, uint64_t exponent) {
  uint64_t p = 1;
  for (; exponent; exponent >>= 1, base *= base)
    if (exponent & 1) p *= base;
  return p;
}
static int64_t int_pow(int64_t a, int64_t b) {
  if (b >= 0) return (int64_t)power((uint64_t)a, (uint64_t)b);
  return a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
}
static int64_t int_shl(int64_t a, int64_t b) { return b < 0 || b > 63 ? 0 : (int64_t)((uint64_t)a << b); }
static int64_t int_shr(int64_t a, int64_t b) { return b < 0 || b > 63 ? 0 : a >> b; }
static int64_t uint_shr(int64_t a, int64_t b) { return b < 0 || b > 63 ? 0 : (int64_t)((uint64_t)a >> b); }
static double real_min(double a, double b) { return isnan(a) ? a : isnan(b) ? b : a < b ? a : b; }
static double real_max(double a, double b) { return isnan(a) ? a : isnan(b) ? b : a > b ? a : b; }
static double real_mod(double a, double b) {
  double m = fmod(a, b);
  return m != 0 && (m < 0) != (b < 0) ? m + b : m;
}

/* An integer as it reads back after a store into type e. */
static int64_t wrapped(Elem e, int64_t v) {
  const ElemInfo *info = elem_info(e);
  if (info->cls == 'b') return v != 0;
  if (info->bits >= 64) return v;
  uint64_t low = (uint64_t)v << (64 - info->bits);
  return info->cls == 'u' ? (int64_t)(low >> (64 - info->bits)) : (int64_t)low >> (64 - info->bits);
}

static int64_t cut(Elem e, double v) { /* a real into integer type e: toward zero, then wrap */
  if (elem_info(e)->cls == 'b') return v != 0;
  if (e == ELEM_u64 && v >= 0x1p63 && v < 0x1p64) return (int64_t)(uint64_t)v;
  return wrapped(e, v >= -0x1p63 && v < 0x1p63 ? (int64_t)v : 0);
}

static void limits(Elem e, int64_t *lo, int64_t *hi) {
  const ElemInfo *info = elem_info(e);
  *lo = info->cls == 'i' ? (int64_t)(UINT64_MAX << (info->bits - 1)) : 0;
  *hi = info->cls == 'b' ? 1 : (int64_t)((UINT64_C(1) << (info->bits - 1)) - 1);
  if (info->cls == 'u') *hi = info->bits == 64 ? -1 : (int64_t)((UINT64_C(1) << info->bits) - 1);
}

static int64_t saturated(Elem e, int64_t v) { /* signed value */
  int64_t lo, hi;
  limits(e, &lo, &hi);
  if (e == ELEM_u64) return v < 0 ? 0 : v;
  return v < lo ? lo : v > hi ? hi : v;
}

static int64_t saturated_uint(Elem e, uint64_t v) {
  int64_t lo, hi;
  limits(e, &lo, &hi);
  return (int64_t)(v > (uint64_t)hi ? (uint64_t)hi : v);
}

static int64_t saturated_real(Elem e, double v) {
  int64_t lo, hi;
  limits(e, &lo, &hi);
  double top = e == ELEM_u64 ? 0x1p64 : (double)hi;
  return isnan(v) ? 0 : v <= (double)lo ? lo : v >= top ? hi : cut(e, v);
}

/* ---- expressions: one function per operation and kind of operand */
#define A_INT n->a->as_int(n->a, run)
#define B_INT n->b->as_int(n->b, run)
#define A_REAL n->a->as_real(n->a, run)
#define B_REAL n->b->as_real(n->b, run)
#define INT1(name, x) static int64_t name(const Calc *n, Run *run) { int64_t a = A_INT; return (x); }
#define INT2(name, x) static int64_t name(const Calc *n, Run *run) { int64_t a = A_INT, b = B_INT; return (x); }
#define UINT2(name, x) static int64_t name(const Calc *n, Run *run) { uint64_t a = (uint64_t)A_INT, b = (uint64_t)B_INT; return (int64_t)(x); }
#define REAL1(name, x) static double name(const Calc *n, Run *run) { double a = A_REAL; return (x); }
#define REAL2(name, x) static double name(const Calc *n, Run *run) { double a = A_REAL, b = B_REAL; return (x); }
#define TEST1(name, x) static int64_t name(const Calc *n, Run *run) { double a = A_REAL; return (x) != 0; }
#define TEST2(name, x) static int64_t name(const Calc *n, Run *run) { double a = A_REAL, b = B_REAL; return (x); }

INT2(i_add, wrap_add(a, b)) INT2(i_sub, wrap_sub(a, b)) INT2(i_mul, wrap_mul(a, b))
INT2(i_tdiv, int_tdiv(a, b)) INT2(i_fdiv, int_fdiv(a, b)) INT2(i_mod, int_mod(a, b)) INT2(i_fmod, int_rem(a, b)) INT2(i_pow, int_pow(a, b))
INT2(i_min, a < b ? a : b) INT2(i_max, a > b ? a : b)
INT2(i_band, a & b) INT2(i_bor, a | b) INT2(i_bxor, a ^ b) INT2(i_shl, int_shl(a, b)) INT2(i_shr, int_shr(a, b)) INT2(u_shr, uint_shr(a, b))
INT2(i_eq, a == b) INT2(i_ne, a != b) INT2(i_lt, a < b) INT2(i_le, a <= b) INT2(i_gt, a > b) INT2(i_ge, a >= b)
INT1(i_neg, wrap_sub(0, a)) INT1(i_abs, a < 0 ? wrap_sub(0, a) : a) INT1(i_sign, (a > 0) - (a < 0)) INT1(u_sign, a != 0) INT1(i_same, a) INT1(i_bnot, ~a) INT1(i_not, !a)
UINT2(u_div, uint_div(a, b)) UINT2(u_rem, uint_rem(a, b)) UINT2(u_pow, power(a, b)) UINT2(u_min, a < b ? a : b) UINT2(u_max, a > b ? a : b)
UINT2(u_lt, a < b) UINT2(u_le, a <= b) UINT2(u_gt, a > b) UINT2(u_ge, a >= b)
REAL2(r_add, a + b) REAL2(r_sub, a - b) REAL2(r_mul, a * b) REAL2(r_div, a / b) REAL2(r_tdiv, trunc(a / b)) REAL2(r_fdiv, floor(a / b))
REAL2(r_mod, real_mod(a, b)) REAL2(r_fmod, fmod(a, b)) REAL2(r_pow, pow(a, b)) REAL2(r_min, real_min(a, b)) REAL2(r_max, real_max(a, b))
REAL1(r_neg, -a) REAL1(r_abs, fabs(a)) REAL1(r_sign, isnan(a) ? a : (a > 0) - (a < 0)) REAL1(r_same, a)
REAL1(r_exp, exp(a)) REAL1(r_log, log(a)) REAL1(r_sqrt, sqrt(a)) REAL1(r_sin, sin(a)) REAL1(r_cos, cos(a)) REAL1(r_tan, tan(a))
REAL1(r_asin, asin(a)) REAL1(r_acos, acos(a)) REAL1(r_atan, atan(a)) REAL1(r_sinh, sinh(a)) REAL1(r_cosh, cosh(a)) REAL1(r_tanh, tanh(a))
REAL1(r_asinh, asinh(a)) REAL1(r_acosh, acosh(a)) REAL1(r_atanh, atanh(a)) REAL1(r_erf, erf(a)) REAL1(r_erfc, erfc(a))
REAL1(r_expm1, expm1(a)) REAL1(r_log1p, log1p(a))
REAL1(r_floor, floor(a)) REAL1(r_ceil, ceil(a)) REAL1(r_round, nearbyint(a)) REAL1(r_trunc, trunc(a))
TEST1(r_isnan, isnan(a)) TEST1(r_isinf, isinf(a))
TEST2(r_eq, a == b) TEST2(r_ne, a != b) TEST2(r_lt, a < b) TEST2(r_le, a <= b) TEST2(r_gt, a > b) TEST2(r_ge, a >= b)

/* An opaque value is the address of an element. */
static bool same_text(int64_t a, int64_t b) { return strcmp(*(const char *const *)(intptr_t)a, *(const char *const *)(intptr_t)b) == 0; }
INT2(t_eq, same_text(a, b)) INT2(t_ne, !same_text(a, b))

static int64_t i_and(const Calc *n, Run *run) { return A_INT && B_INT; }
static int64_t i_or(const Calc *n, Run *run) { return A_INT || B_INT; }
static int64_t i_select(const Calc *n, Run *run) { const Calc *side = A_INT ? n->b : n->c; return side->as_int(side, run); }
static double r_select(const Calc *n, Run *run) { const Calc *side = A_INT ? n->b : n->c; return side->as_real(side, run); }
static double int_to_real(const Calc *n, Run *run) { return (double)A_INT; }
static double uint_to_real(const Calc *n, Run *run) { return (double)(uint64_t)A_INT; }
static int64_t real_to_int(const Calc *n, Run *run) { return cut(n->elem, A_REAL); }
static double real_to_elem(const Calc *n, Run *run) { return elem_round(n->elem, A_REAL); }
static int64_t int_to_elem(const Calc *n, Run *run) { return wrapped(n->elem, A_INT); }
static int64_t sat_int(const Calc *n, Run *run) { return saturated(n->elem, A_INT); }
static int64_t sat_uint(const Calc *n, Run *run) { return saturated_uint(n->elem, (uint64_t)A_INT); }
static int64_t sat_real(const Calc *n, Run *run) { return saturated_real(n->elem, A_REAL); }
static int64_t int_constant(const Calc *n, Run *run) { (void)run; return n->i; }
static double real_constant(const Calc *n, Run *run) { (void)run; return n->r; }
static int64_t affine(const Calc *n, Run *run) { return run->cursor[n->cursor] + n->offset; }

/* Random rounding, where the caller asks for it (tile.h): what is no f32 becomes one of the two next to it. */
static double by_chance(double v, Run *run) {
  double nearest = elem_round(ELEM_f32, v);
  if (nearest == v || isnan(v) || isinf(nearest)) return nearest;
  uint64_t bits = *run->mem.chance = *run->mem.chance * 0x5851f42d4c957f2d + 0x14057b7ef767814f;
  return bits >> 63 ? nearest : (double)nextafterf((float)nearest, v > nearest ? INFINITY : -INFINITY);
}
static double real_by_chance(const Calc *n, Run *run) { return by_chance(A_REAL, run); }

/* A gap is a combination that the constructors never make. */
typedef struct OpFns { IntFn *of_int, *of_uint; RealFn *of_real; IntFn *test_real; } OpFns;
static const OpFns op_fns[OP_COUNT] = {
  [OP_ADD] = {i_add, i_add, r_add, NULL},        [OP_SUB] = {i_sub, i_sub, r_sub, NULL},      [OP_MUL] = {i_mul, i_mul, r_mul, NULL},
  [OP_DIV] = {NULL, NULL, r_div, NULL},          [OP_TDIV] = {i_tdiv, u_div, r_tdiv, NULL},   [OP_FDIV] = {i_fdiv, u_div, r_fdiv, NULL},
  [OP_MOD] = {i_mod, u_rem, r_mod, NULL},        [OP_FMOD] = {i_fmod, u_rem, r_fmod, NULL},   [OP_POW] = {i_pow, u_pow, r_pow, NULL},
  [OP_MIN] = {i_min, u_min, r_min, NULL},        [OP_MAX] = {i_max, u_max, r_max, NULL},      [OP_NEG] = {i_neg, i_neg, r_neg, NULL},
  [OP_ABS] = {i_abs, i_same, r_abs, NULL},       [OP_SIGN] = {i_sign, u_sign, r_sign, NULL},
  [OP_EXP] = {NULL, NULL, r_exp, NULL},          [OP_LOG] = {NULL, NULL, r_log, NULL},        [OP_SQRT] = {NULL, NULL, r_sqrt, NULL},
  [OP_SIN] = {NULL, NULL, r_sin, NULL},          [OP_COS] = {NULL, NULL, r_cos, NULL},        [OP_TAN] = {NULL, NULL, r_tan, NULL},
  [OP_ASIN] = {NULL, NULL, r_asin, NULL},        [OP_ACOS] = {NULL, NULL, r_acos, NULL},      [OP_ATAN] = {NULL, NULL, r_atan, NULL},
  [OP_SINH] = {NULL, NULL, r_sinh, NULL},        [OP_COSH] = {NULL, NULL, r_cosh, NULL},      [OP_TANH] = {NULL, NULL, r_tanh, NULL},
  [OP_ASINH] = {NULL, NULL, r_asinh, NULL},      [OP_ACOSH] = {NULL, NULL, r_acosh, NULL},    [OP_ATANH] = {NULL, NULL, r_atanh, NULL},
  [OP_ERF] = {NULL, NULL, r_erf, NULL},          [OP_ERFC] = {NULL, NULL, r_erfc, NULL},      [OP_EXPM1] = {NULL, NULL, r_expm1, NULL},    [OP_LOG1P] = {NULL, NULL, r_log1p, NULL},
  [OP_FLOOR] = {i_same, i_same, r_floor, NULL},  [OP_CEIL] = {i_same, i_same, r_ceil, NULL},  [OP_ROUND] = {i_same, i_same, r_round, NULL},
  [OP_TRUNC] = {i_same, i_same, r_trunc, NULL},  [OP_ISNAN] = {NULL, NULL, NULL, r_isnan},    [OP_ISINF] = {NULL, NULL, NULL, r_isinf},
  [OP_EQ] = {i_eq, i_eq, NULL, r_eq},            [OP_NE] = {i_ne, i_ne, NULL, r_ne},          [OP_LT] = {i_lt, u_lt, NULL, r_lt},
  [OP_LE] = {i_le, u_le, NULL, r_le},            [OP_GT] = {i_gt, u_gt, NULL, r_gt},          [OP_GE] = {i_ge, u_ge, NULL, r_ge},
  [OP_AND] = {i_and, i_and, NULL, NULL},         [OP_OR] = {i_or, i_or, NULL, NULL},          [OP_NOT] = {i_not, i_not, NULL, NULL},
  [OP_BAND] = {i_band, i_band, NULL, NULL},      [OP_BOR] = {i_bor, i_bor, NULL, NULL},       [OP_BXOR] = {i_bxor, i_bxor, NULL, NULL},
  [OP_BNOT] = {i_bnot, i_bnot, NULL, NULL},      [OP_SHL] = {i_shl, i_shl, NULL, NULL},       [OP_SHR] = {i_shr, u_shr, NULL, NULL},
  [OP_SELECT] = {i_select, i_select, r_select, NULL},
  [OP_BCAST] = {i_same, i_same, r_same, NULL},
};

/* ---- memory */
static const char *text_of(Run *run, const Buf *b, const char *what) { return ctx_printf(run->ctx, "%s of %s", what, b->name); }

/* Element number of an access, tested. */
static int64_t element(const Access *a, Run *run) {
  int64_t at = run->cursor[a->cursor] + a->offset;
  for (int i = 0; i < a->nchecks; i++) {
    int64_t v = run->cursor[a->check[i].cursor] + a->check[i].c;
    if ((uint64_t)v >= (uint64_t)a->check[i].extent) fail(run, E0601, ctx_printf(run->ctx, "an access of %s out of bounds: %lld of %lld", a->buf->name, (long long)v, (long long)a->check[i].extent));
  }
  for (int i = 0; i < a->ncomputed; i++) {
    int64_t v = a->computed[i].index->as_int(a->computed[i].index, run);
    if ((uint64_t)v >= (uint64_t)a->computed[i].extent) fail(run, E0601, ctx_printf(run->ctx, "an access of %s out of bounds: %lld of %lld", a->buf->name, (long long)v, (long long)a->computed[i].extent));
    at += v * a->computed[i].stride;
  }
  return at;
}

static int64_t element_written(const Access *a, Run *run) {
  int64_t at = element(a, run);
  if (a->storage->written && !a->storage->written[at]) fail(run, E0601, text_of(run, a->buf, "a read of an unwritten element"));
  return at;
}

static int64_t get_int(const Access *a, int64_t at) { return data_int(&(Data){.type = {.elem = a->elem}, .bytes = a->storage->base}, at); }
static double get_real(const Access *a, int64_t at) { return data_real(&(Data){.type = {.elem = a->elem}, .bytes = a->storage->base}, at); }

/* Types that get a load of their own: without tests, and with. */
#define LOADS(name, T, result) \
  static result load_##name(const Calc *n, Run *run) { return ((const T *)(const void *)n->base)[run->cursor[n->cursor] + n->offset]; } \
  static result checked_##name(const Calc *n, Run *run) { return ((const T *)(const void *)n->base)[element_written(n->access, run)]; }
LOADS(f32, AnyFloat, double)
LOADS(f64, AnyDouble, double)
LOADS(i64, AnyInt64, int64_t)
LOADS(i32, AnyInt32, int64_t)
LOADS(i8, int8_t, int64_t)
LOADS(u8, uint8_t, int64_t)
static int64_t address(const Calc *n, Run *run) {
  const Access *a = n->access;
  return (int64_t)(intptr_t)(a->storage->base + element_written(a, run) * (elem_info(a->elem)->bits / 8));
}
static int64_t checked_int(const Calc *n, Run *run) { return get_int(n->access, element_written(n->access, run)); }
static double checked_real(const Calc *n, Run *run) { return get_real(n->access, element_written(n->access, run)); }

typedef struct LoadFns { IntFn *load_int, *checked_int; RealFn *load_real, *checked_real; } LoadFns;
static const LoadFns load_fns[ELEM_COUNT] = {
  [ELEM_f32] = {.load_real = load_f32, .checked_real = checked_f32},  [ELEM_f64] = {.load_real = load_f64, .checked_real = checked_f64},
  [ELEM_real] = {.load_real = load_f64, .checked_real = checked_f64}, [ELEM_i64] = {.load_int = load_i64, .checked_int = checked_i64},
  [ELEM_int] = {.load_int = load_i64, .checked_int = checked_i64},    [ELEM_u64] = {.load_int = load_i64, .checked_int = checked_i64},
  [ELEM_i32] = {.load_int = load_i32, .checked_int = checked_i32},    [ELEM_i8] = {.load_int = load_i8, .checked_int = checked_i8},
  [ELEM_u8] = {.load_int = load_u8, .checked_int = checked_u8},       [ELEM_bool] = {.load_int = load_u8, .checked_int = checked_u8},
};

static int64_t lookup(void *arg, const char *symbol) {
  Run *run = arg;
  if (!run->mem.symbol) fail(run, E0700, ctx_printf(run->ctx, "the value of %s is not known", symbol));
  return run->mem.symbol(run->mem.arg, symbol);
}

static int64_t number(Run *run, ext_t e) { return ext_is_const(run->ctx, e) ? e : ext_value(run->ctx, e, lookup, run); }

/* Elements of the buffer; at the bounds of its symbols when `bound`. */
static int64_t count_of(Run *run, const Buf *b, bool bound) {
  int64_t n = b->space == SPACE_REG && b->lanes > 1 ? b->lanes : 1;
  for (int i = 0; i < b->rank; i++) {
    int64_t lo, dim;
    if (bound) ext_range(run->ctx, b->dim[i], &lo, &dim);
    else dim = number(run, b->dim[i]);
    if (dim < 0 || __builtin_mul_overflow(n, dim, &n) || n > (int64_t)1 << 48) fail(run, E0701, text_of(run, b, "the size"));
  }
  return n;
}

static bool is_symbolic(Run *run, const Buf *b) {
  for (int i = 0; i < b->rank; i++)
    if (!ext_is_const(run->ctx, b->dim[i])) return true;
  return false;
}

static Storage *storage_of(Run *run, const Buf *b) {
  const Buf *root = b->alias ? b->alias : b;
  Storage **bucket = &run->bucket[(uintptr_t)root / 16 % BUCKETS], *s = *bucket;
  while (s && s->buf != root) s = s->next;
  if (!s) {
    s = arena_alloc(run->owned, sizeof *s);
    s->buf = root;
    s->next = *bucket;
    *bucket = s;
    bool own = root->space == SPACE_TEMP || root->space == SPACE_REG;
    s->count = count_of(run, root, is_symbolic(run, root)); /* a symbol may get its value later, from an extern kernel */
    int64_t bytes = elem_bytes(root->elem, s->count);
    if (bytes < 0) fail(run, E0701, text_of(run, root, "the size"));
    if (own) s->base = arena_alloc(root->lasting ? run->ctx->arena : run->owned, (size_t)bytes); /* what outputs point at outlives the run */
    if (root->space == SPACE_TEMP) s->written = arena_alloc(run->owned, (size_t)s->count);
    if (root->space == SPACE_CONST) {
      if (!root->data || root->data->nbytes < (size_t)bytes || root->data->type.elem != root->elem) fail(run, E0601, text_of(run, root, "missing or short data"));
      s->base = (unsigned char *)(uintptr_t)root->data->bytes; /* read only: stores into constants are refused when compiling */
    }
    if (!s->base) s->base = run->mem.of ? run->mem.of(run->mem.arg, root) : NULL;
    if (!s->base && s->count) fail(run, E0601, text_of(run, root, "no memory was given for the elements"));
  }
  if (s->written && !memchr(s->written, 0, (size_t)s->count)) s->written = NULL; /* whole by now: no more tests */
  if (b != root && (count_of(run, b, false) > s->count || elem_info(b->elem)->bits > elem_info(root->elem)->bits)) fail(run, E0601, text_of(run, b, "the alias is larger than its memory: elements"));
  return s;
}

static void set_int(const Access *a, int64_t at, int64_t v) {
  unsigned char *base = a->storage->base;
  switch (a->elem) {
  case ELEM_i64: case ELEM_u64: case ELEM_int: ((int64_t *)(void *)base)[at] = v; break;
  case ELEM_i32: ((int32_t *)(void *)base)[at] = (int32_t)(uint32_t)v; break;
  case ELEM_i8: case ELEM_u8: base[at] = (unsigned char)v; break;
  case ELEM_bool: base[at] = v != 0; break;
  default: data_set_int(base, a->elem, at, v);
  }
}

static void set_real(const Access *a, int64_t at, double v) {
  unsigned char *base = a->storage->base;
  switch (a->elem) {
  case ELEM_f32: ((float *)(void *)base)[at] = (float)v; break;
  case ELEM_f64: case ELEM_real: ((double *)(void *)base)[at] = v; break;
  default: data_set_real(base, a->elem, at, v);
  }
}

/* ---- statements */
static void run_codes(Codes codes, Run *run) {
  for (int i = 0; i < codes.n; i++) codes.at[i].exec(&codes.at[i], run);
}

static void spend(Run *run, int64_t steps, int64_t times) {
  int64_t cost;
  if (__builtin_mul_overflow(steps, times, &cost) || cost > run->steps) fail(run, E0701, "the nest takes more steps than allowed here");
  run->steps -= cost;
}

static void exec_loop(const Code *c, Run *run) {
  int64_t lo = c->value->as_int(c->value, run), hi = c->value2->as_int(c->value2, run);
  if (lo >= hi) return;
  int64_t n = hi - lo, first = c->descending ? hi - 1 : lo, step = c->descending ? -1 : 1;
  spend(run, n, c->body.n);
  for (int u = 0; u < c->nupdates; u++) run->cursor[c->update[u].cursor] += c->update[u].k * first;
  for (int64_t i = 0; i < n; i++) {
    for (int s = 0; s < c->body.n; s++) c->body.at[s].exec(&c->body.at[s], run);
    for (int u = 0; u < c->nupdates; u++) run->cursor[c->update[u].cursor] += c->update[u].k * step;
  }
  for (int u = 0; u < c->nupdates; u++) run->cursor[c->update[u].cursor] -= c->update[u].k * (first + n * step);
}

static void exec_if(const Code *c, Run *run) {
  Codes side = c->value->as_int(c->value, run) ? c->body : c->other;
  spend(run, side.n, 1);
  run_codes(side, run);
}

static void exec_set_real(const Code *c, Run *run) {
  double v = c->value->as_real(c->value, run);
  int64_t at = element(c->access, run);
  set_real(c->access, at, v);
  if (c->access->storage->written) c->access->storage->written[at] = 1;
}

static void exec_set_opaque(const Code *c, Run *run) {
  int64_t v = c->value->as_int(c->value, run), at = element(c->access, run);
  size_t size = (size_t)elem_info(c->access->elem)->bits / 8;
  memmove(c->access->storage->base + (size_t)at * size, (const void *)(intptr_t)v, size);
  if (c->access->storage->written) c->access->storage->written[at] = 1;
}

static void exec_set_int(const Code *c, Run *run) {
  int64_t v = c->value->as_int(c->value, run);
  int64_t at = element(c->access, run);
  set_int(c->access, at, v);
  if (c->access->storage->written) c->access->storage->written[at] = 1;
}

/* acc += ..., the step that most time goes to. */
static void exec_sum(const Code *c, Run *run) { *c->cell += c->value->as_real(c->value, run); }
static void exec_dot(const Code *c, Run *run) {
  const Calc *a = c->value->a, *b = c->value->b;
  *c->cell += a->as_real(a, run) * b->as_real(b, run);
}

/* A loop over nothing but that: the same sums in the same order, without a call per step. */
#define DOT(name, T, U) \
  static double name(double sum, const void *a, const void *b, int64_t step_a, int64_t step_b, int64_t n) { \
    const T *x = a; \
    const U *y = b; \
    for (int64_t i = 0; i < n; i++) sum += (double)x[i * step_a] * (double)y[i * step_b]; \
    return sum; \
  }
DOT(dot_f32_f32, AnyFloat, AnyFloat)
DOT(dot_f32_f64, AnyFloat, AnyDouble)
DOT(dot_f64_f32, AnyDouble, AnyFloat)
DOT(dot_f64_f64, AnyDouble, AnyDouble)

static void exec_dot_loop(const Code *c, Run *run) {
  int64_t lo = c->value->as_int(c->value, run), hi = c->value2->as_int(c->value2, run);
  if (lo >= hi) return;
  const Code *dot = c->body.at;
  const Calc *a = dot->value->a, *b = dot->value->b;
  int64_t first = c->descending ? hi - 1 : lo, step = c->descending ? -1 : 1, ka = 0, kb = 0;
  spend(run, hi - lo, 1);
  for (int u = 0; u < c->nupdates; u++) {
    if (c->update[u].cursor == a->cursor) ka = c->update[u].k;
    if (c->update[u].cursor == b->cursor) kb = c->update[u].k;
  }
  const unsigned char *x = a->base + (run->cursor[a->cursor] + a->offset + ka * first) * (a->as_real == load_f32 ? 4 : 8);
  const unsigned char *y = b->base + (run->cursor[b->cursor] + b->offset + kb * first) * (b->as_real == load_f32 ? 4 : 8);
  double (*f)(double, const void *, const void *, int64_t, int64_t, int64_t) =
    a->as_real == load_f32 ? (b->as_real == load_f32 ? dot_f32_f32 : dot_f32_f64) : (b->as_real == load_f32 ? dot_f64_f32 : dot_f64_f64);
  *dot->cell = f(*dot->cell, x, y, ka * step, kb * step, hi - lo);
}

static bool is_dot(const Code *c) {
  if (c->exec != exec_dot) return false;
  RealFn *a = c->value->a->as_real, *b = c->value->b->as_real;
  return (a == load_f32 || a == load_f64) && (b == load_f32 || b == load_f64);
}

static double update_real(Reduce op, double a, double b) {
  switch (op) {
  case RED_ADD: return a + b;
  case RED_MUL: return a * b;
  case RED_MAX: return real_max(a, b);
  case RED_MIN: return real_min(a, b);
  case RED_AND: return a != 0 && b != 0;
  case RED_OR: return a != 0 || b != 0;
  default: return b;
  }
}

static int64_t update_int(Reduce op, int64_t a, int64_t b, bool is_unsigned) {
  bool less = is_unsigned ? (uint64_t)a < (uint64_t)b : a < b;
  switch (op) {
  case RED_ADD: return wrap_add(a, b);
  case RED_MUL: return wrap_mul(a, b);
  case RED_MAX: return less ? b : a;
  case RED_MIN: return less ? a : b;
  case RED_AND: return a && b;
  case RED_OR: return a || b;
  default: return b;
  }
}

static void exec_update_real(const Code *c, Run *run) {
  double v = c->value->as_real(c->value, run);
  int64_t at = element_written(c->access, run);
  v = update_real(c->op, get_real(c->access, at), v);
  set_real(c->access, at, run->mem.chance ? by_chance(v, run) : v);
}

static void exec_update_int(const Code *c, Run *run) {
  int64_t v = c->value->as_int(c->value, run);
  int64_t at = element_written(c->access, run);
  set_int(c->access, at, update_int(c->op, get_int(c->access, at), v, c->kind == KIND_UINT));
}

/* A fresh register holds all ones, NaN for reals: what reads it before writing it shows. */
static void exec_reg(const Code *c, Run *run) {
  (void)run;
  const Storage *s = c->access->storage;
  memset(s->base, 0xFF, (size_t)elem_bytes(s->buf->elem, s->count));
}

static void set_symbol(Run *run, const char *name, int64_t v) {
  ext_t symbol;
  int64_t lo, hi;
  if (!ext_find_symbol(run->ctx, name, &symbol)) fail(run, E0601, ctx_printf(run->ctx, "%s is set, which is no symbol", name));
  ext_range(run->ctx, symbol, &lo, &hi);
  if (v < lo || v > hi) fail(run, E0701, ctx_printf(run->ctx, "the extent %s is %lld, outside its bounds %lld .. %lld", name, (long long)v, (long long)lo, (long long)hi));
  if (run->mem.symbol && run->mem.symbol(run->mem.arg, name) != v) run->changes++;
  if (run->mem.set_symbol) run->mem.set_symbol(run->mem.arg, name, v);
}

static void exec_call(const Code *c, Run *run) {
  const Stmt *s = c->stmt;
  int nin = s->call.nin, nbufs = s->call.nbufs;
  for (int i = 0; i < s->call.n; i++) c->call->arg[i] = c->arg[i]->as_int(c->arg[i], run);
  c->call->symbol[s->call.nsymbols] = 0;
  s->call.ext->kernel((const void *const *)c->call->memory, c->call->memory + nin, c->call->arg, c->call->symbol);
  if (s->call.fails && c->call->symbol[s->call.nsymbols]) fail(run, E0702, ctx_printf(run->ctx, "%s: %s", s->call.ext->op, run_status_text((int)c->call->symbol[s->call.nsymbols])));
  for (int i = 0; i < s->call.nsymbols; i++) set_symbol(run, s->call.symbol[i], c->call->symbol[i]);
  for (int i = nin; i < nbufs; i++) {
    const Storage *out = c->call->storage[i];
    if (out && out->written) memset(out->written, 1, (size_t)out->count);
  }
}

/* ---- compiling */
typedef struct Scope {                 /* a loop that encloses what is being compiled */
  const Var *var;
  int64_t lo, hi;                      /* lo <= var <= hi */
  bool vec; int64_t lanes;
  struct { Update *at; int n, cap; } updates;
} Scope;
typedef struct Cursor { int n; const Var **var; int64_t *k; } Cursor;
typedef struct Compiler {
  Run *run;
  Scope *scope; int nscopes;
  Cursor *cursor; int ncursors, cap;
  int depth;
} Compiler;

static void *make(Compiler *c, size_t n, size_t size) { return arena_alloc(c->run->code, array_bytes(c->run->ctx, n, size)); }

static Calc *calc_new(Compiler *c) { return make(c, 1, sizeof(Calc)); }

static Scope *scope_of(Compiler *c, const Var *v) {
  for (int i = c->nscopes - 1; i >= 0; i--)
    if (c->scope[i].var == v) return &c->scope[i];
  fail(c->run, E0601, ctx_printf(c->run->ctx, "the variable %s is used outside a loop over it", v->name));
}

static void scope_update(Compiler *c, Scope *s, int cursor, int64_t k) {
  for (int i = 0; i < s->updates.n; i++)
    if (s->updates.at[i].cursor == cursor) return;
  if (s->updates.n == s->updates.cap) {
    int cap = s->updates.cap ? 2 * s->updates.cap : 8;
    Update *more = make(c, (size_t)cap, sizeof *more);
    if (s->updates.n) memcpy(more, s->updates.at, (size_t)s->updates.n * sizeof *more);
    s->updates.at = more;
    s->updates.cap = cap;
  }
  s->updates.at[s->updates.n++] = (Update){cursor, k};
}

/* The cursor that holds sum k*var; cursor 0 is always 0. */
static int cursor_of(Compiler *c, int n, const Var **var, int64_t *k) {
  if (n == 0) return 0;
  int found = 1;
  for (; found < c->ncursors; found++) {
    const Cursor *x = &c->cursor[found];
    if (x->n == n && memcmp(x->var, var, (size_t)n * sizeof *var) == 0 && memcmp(x->k, k, (size_t)n * sizeof *k) == 0) break;
  }
  if (found == c->ncursors) {
    if (c->ncursors == c->cap) {
      Cursor *more = make(c, (size_t)(c->cap *= 2), sizeof *more);
      memcpy(more, c->cursor, (size_t)c->ncursors * sizeof *more);
      c->cursor = more;
    }
    Cursor *x = &c->cursor[c->ncursors++];
    x->n = n;
    x->var = memcpy(make(c, (size_t)n, sizeof *var), var, (size_t)n * sizeof *var);
    x->k = memcpy(make(c, (size_t)n, sizeof *k), k, (size_t)n * sizeof *k);
  }
  for (int i = 0; i < n; i++) scope_update(c, scope_of(c, var[i]), found, k[i]);
  return found;
}

/* Linear forms with numbers for coefficients, while an access is put together. */
typedef struct Line { int n; const Var *var[4 * MAX_RANK]; int64_t k[4 * MAX_RANK]; int64_t c; } Line;

static void line_add(Compiler *c, Line *l, const Var *v, int64_t k) {
  int at = 0;
  while (at < l->n && l->var[at]->id < v->id) at++;
  if (at < l->n && l->var[at] == v) {
    l->k[at] += k;
    if (l->k[at]) return;
    l->n--;
    for (int i = at; i < l->n; i++) l->var[i] = l->var[i + 1], l->k[i] = l->k[i + 1];
    return;
  }
  if (!k) return;
  if (l->n == 4 * MAX_RANK) fail(c->run, E0701, "an index has too many variables");
  for (int i = l->n++; i > at; i--) l->var[i] = l->var[i - 1], l->k[i] = l->k[i - 1];
  l->var[at] = v;
  l->k[at] = k;
}

static void line_add_aff(Compiler *c, Line *l, const Aff *a, int64_t scale) {
  l->c = wrap_add(l->c, wrap_mul(number(c->run, a->c), scale));
  for (int i = 0; i < a->n; i++) line_add(c, l, a->term[i].var, wrap_mul(number(c->run, a->term[i].k), scale));
}

static bool line_range(Compiler *c, const Line *l, int64_t *lo, int64_t *hi) {
  *lo = *hi = l->c;
  for (int i = 0; i < l->n; i++) {
    const Scope *s = scope_of(c, l->var[i]);
    int64_t a, b;
    if (__builtin_mul_overflow(l->k[i], s->lo, &a) || __builtin_mul_overflow(l->k[i], s->hi, &b)) return false;
    if (__builtin_add_overflow(*lo, a < b ? a : b, lo) || __builtin_add_overflow(*hi, a < b ? b : a, hi)) return false;
  }
  return true;
}

/* Interval of a loop bound; wide when nothing is known. */
static void bound_range(Compiler *c, const Expr *e, int64_t *lo, int64_t *hi) {
  const int64_t wide = (int64_t)1 << 60;
  Aff a;
  int64_t alo, ahi, blo, bhi;
  *lo = -wide, *hi = wide;
  if (x_is_aff(e, &a)) {
    Line l = {0};
    line_add_aff(c, &l, &a, 1);
    if (!line_range(c, &l, &alo, &ahi)) return;
    if (alo > -wide) *lo = alo;
    if (ahi < wide) *hi = ahi;
  } else if (e->kind == X_OP && e->n == 2 && e->vk == KIND_INT) {
    bound_range(c, e->arg[0], &alo, &ahi);
    bound_range(c, e->arg[1], &blo, &bhi);
    if (e->op == OP_MIN) *lo = alo < blo ? alo : blo, *hi = ahi < bhi ? ahi : bhi;
    if (e->op == OP_MAX) *lo = alo > blo ? alo : blo, *hi = ahi > bhi ? ahi : bhi;
    if (e->op == OP_ADD) *lo = alo + blo > -wide ? alo + blo : -wide, *hi = ahi + bhi < wide ? ahi + bhi : wide;
    if (e->op == OP_FDIV && blo == bhi && blo > 0) *lo = int_fdiv(alo, blo), *hi = int_fdiv(ahi, blo);
  }
}

static const Calc *expression(Compiler *c, const Expr *e);

/* A value of kind `from` where kind `to` is wanted. */
static const Calc *converted(Compiler *c, const Calc *a, Kind from, Kind to) {
  if ((from == KIND_REAL) == (to == KIND_REAL)) return a;
  Calc *n = calc_new(c);
  n->a = a;
  if (to == KIND_REAL) n->as_real = from == KIND_UINT ? uint_to_real : int_to_real;
  else n->as_int = real_to_int, n->elem = to == KIND_BOOL ? ELEM_bool : to == KIND_UINT ? ELEM_u64 : ELEM_i64;
  return n;
}

static Access *access_new(Compiler *c, const Buf *b, int n, const Expr *const *index) {
  Run *run = c->run;
  Access *a = make(c, 1, sizeof *a);
  a->buf = b;
  a->elem = b->elem;
  a->storage = storage_of(run, b);
  bool vector = b->space == SPACE_REG && b->lanes > 1, lane_given = vector && n == b->rank + 1;
  if (n != b->rank && !lane_given) fail(run, E0601, text_of(run, b, "the number of indices"));
  a->check = make(c, (size_t)n, sizeof *a->check);
  a->computed = make(c, (size_t)n, sizeof *a->computed);
  Line at = {0};
  int64_t stride = 1;
  if (vector && !lane_given) {
    const Var *lane = NULL;
    for (int i = 0; i < c->nscopes; i++)
      if (c->scope[i].vec) lane = c->scope[i].lanes == b->lanes ? c->scope[i].var : lane;
    if (!lane) fail(run, E0601, text_of(run, b, "vectors are used outside a vector loop of their lanes: an access"));
    line_add(c, &at, lane, 1);
  }
  if (vector) stride = b->lanes;
  for (int i = n - 1; i >= 0; i--) {
    int64_t extent = i == b->rank ? b->lanes : number(run, b->dim[i]), step = i == b->rank ? 1 : stride;
    Aff aff;
    if (x_is_aff(index[i], &aff)) {
      Line l = {0};
      int64_t lo, hi;
      line_add_aff(c, &l, &aff, 1);
      line_add_aff(c, &at, &aff, step);
      if (!line_range(c, &l, &lo, &hi) || lo < 0 || hi >= extent) a->check[a->nchecks++] = (Check){cursor_of(c, l.n, l.var, l.k), l.c, extent};
    } else {
      if (index[i]->vk == KIND_REAL) fail(run, E0601, text_of(run, b, "a real number as index"));
      a->computed[a->ncomputed++] = (Computed){expression(c, index[i]), extent, step};
    }
    if (i < b->rank && __builtin_mul_overflow(stride, extent, &stride)) fail(run, E0701, text_of(run, b, "the size"));
  }
  a->cursor = cursor_of(c, at.n, at.var, at.k);
  a->offset = at.c;
  return a;
}

static const Calc *load(Compiler *c, const Expr *e) {
  Calc *n = calc_new(c);
  Access *a = access_new(c, e->buf, e->n, e->arg);
  const LoadFns *fns = &load_fns[a->elem];
  bool simple = !a->nchecks && !a->ncomputed && !a->storage->written, real = elem_kind(a->elem) == KIND_REAL;
  n->access = a;
  n->base = a->storage->base;
  n->cursor = a->cursor;
  n->offset = a->offset;
  if (elem_kind(a->elem) == KIND_OPAQUE) n->as_int = address;
  else if (real) n->as_real = simple && fns->load_real ? fns->load_real : fns->checked_real ? fns->checked_real : checked_real;
  else n->as_int = simple && fns->load_int ? fns->load_int : fns->checked_int ? fns->checked_int : checked_int;
  return n;
}

static const Calc *cast(Compiler *c, const Expr *e) {
  Calc *n = calc_new(c);
  Kind from = (Kind)e->arg[0]->vk, to = elem_kind(e->elem);
  n->a = expression(c, e->arg[0]);
  n->elem = e->elem;
  if (to == KIND_REAL) {
    n->a = converted(c, n->a, from, KIND_REAL);
    n->as_real = real_to_elem;
  } else if (e->op == OP_SAT) n->as_int = from == KIND_REAL ? sat_real : from == KIND_UINT ? sat_uint : sat_int;
  else n->as_int = from == KIND_REAL ? real_to_int : int_to_elem;
  return n;
}

static const Calc *expression(Compiler *c, const Expr *e) {
  if (++c->depth > MAX_DEPTH) fail(c->run, E0701, "an expression is nested too deeply");
  Calc *n = NULL;
  const Calc *done = NULL;
  switch ((ExprKind)e->kind) {
  case X_INT:
    n = calc_new(c);
    n->i = e->i;
    n->as_int = int_constant;
    break;
  case X_REAL:
    n = calc_new(c);
    n->r = e->r;
    n->as_real = real_constant;
    break;
  case X_AFF: {
    Line l = {0};
    line_add_aff(c, &l, &e->aff, 1);
    n = calc_new(c);
    n->cursor = cursor_of(c, l.n, l.var, l.k);
    n->offset = l.c;
    n->as_int = affine;
    break;
  }
  case X_LOAD: done = load(c, e); break;
  case X_OP: {
    if (e->op == OP_CAST || e->op == OP_SAT) { done = cast(c, e); break; }
    if (e->op == OP_REAL) { done = converted(c, expression(c, e->arg[0]), (Kind)e->arg[0]->vk, KIND_REAL); break; }
    const OpFns *fns = &op_fns[e->op];
    bool select = e->op == OP_SELECT;
    Kind kind = (Kind)e->arg[select ? 1 : 0]->vk; /* of the operands: the widest; a shift count does not matter */
    if (e->n > 1 && e->op != OP_SHL && e->op != OP_SHR && e->arg[e->n - 1]->vk > kind) kind = (Kind)e->arg[e->n - 1]->vk;
    const Calc *arg[3] = {0};
    for (int i = 0; i < e->n && i < 3; i++) arg[i] = converted(c, expression(c, e->arg[i]), (Kind)e->arg[i]->vk, select && i == 0 ? KIND_BOOL : kind);
    n = calc_new(c);
    n->a = arg[0], n->b = arg[1], n->c = arg[2];
    if (kind == KIND_REAL) n->as_int = fns->test_real, n->as_real = fns->of_real;
    else n->as_int = kind == KIND_UINT ? fns->of_uint : fns->of_int;
    if (kind == KIND_OPAQUE && (e->op == OP_EQ || e->op == OP_NE)) n->as_int = e->op == OP_EQ ? t_eq : t_ne;
    if (kind == KIND_OPAQUE && x_misused(e)) n->as_int = NULL;
    if (e->vk == KIND_REAL ? !n->as_real : !n->as_int) fail(c->run, E0601, ctx_printf(c->run->ctx, "`%s` cannot be run here", op_info((Op)e->op)->text));
    if (c->run->mem.chance && e->vk == KIND_REAL) {
      const Calc *exact = n;
      n = calc_new(c);
      n->a = exact;
      n->as_real = real_by_chance;
    }
    break;
  }
  }
  c->depth--;
  return done ? done : n;
}

static Codes codes(Compiler *c, const Body *body);

static void loop(Compiler *c, const Stmt *s, Code *code) {
  if (c->nscopes == MAX_LOOPS) fail(c->run, E0701, "loops are nested too deeply");
  int64_t lo, hi, unused;
  bound_range(c, s->loop.lo, &lo, &unused);
  bound_range(c, s->loop.hi, &unused, &hi);
  code->exec = exec_loop;
  code->value = expression(c, s->loop.lo);
  code->value2 = expression(c, s->loop.hi);
  code->descending = s->loop.descending;
  for (int i = 0; i < c->nscopes; i++)
    if (c->scope[i].var == s->loop.var) fail(c->run, E0601, ctx_printf(c->run->ctx, "two loops over %s, one inside the other", s->loop.var->name));
  Scope *scope = &c->scope[c->nscopes++];
  *scope = (Scope){.var = s->loop.var, .lo = lo, .hi = hi > lo ? hi - 1 : lo, .vec = s->loop.mode == LOOP_VEC, .lanes = hi - lo};
  code->body = codes(c, &s->loop.body);
  if (code->body.n == 1 && is_dot(code->body.at)) code->exec = exec_dot_loop;
  code->update = scope->updates.at;
  code->nupdates = scope->updates.n;
  c->nscopes--;
}

static void store(Compiler *c, const Stmt *s, Code *code) {
  Buf *b = s->store.buf;
  if (b->space == SPACE_CONST || b->space == SPACE_INPUT) fail(c->run, E0601, text_of(c->run, b, "a store into what may only be read: an element"));
  Kind from = (Kind)s->store.value->vk, of_buf = elem_kind(b->elem);
  code->op = s->store.op;
  code->access = access_new(c, b, s->store.n, (const Expr *const *)s->store.index);
  code->kind = s->store.op == RED_SET ? from : from > of_buf ? from : of_buf;
  if (s->store.op == RED_SET && of_buf == KIND_REAL) code->kind = KIND_REAL;
  code->value = converted(c, expression(c, s->store.value), from, code->kind);
  bool real = code->kind == KIND_REAL;
  if (from == KIND_OPAQUE || of_buf == KIND_OPAQUE) {
    if (s->store.op != RED_SET || from != of_buf || s->store.value->elem != b->elem) fail(c->run, E0601, text_of(c->run, b, "a store of another type into an element"));
    code->exec = exec_set_opaque;
    return;
  }
  if (s->store.op == RED_SET) code->exec = real ? exec_set_real : exec_set_int;
  else code->exec = real ? exec_update_real : exec_update_int;
  const Access *a = code->access;
  if (s->store.op == RED_ADD && b->elem == ELEM_real && !a->nchecks && !a->ncomputed && !a->cursor && !a->storage->written && !c->run->mem.chance) {
    code->cell = (double *)(void *)a->storage->base + a->offset;
    code->exec = s->store.value->kind == X_OP && s->store.value->op == OP_MUL && from == KIND_REAL ? exec_dot : exec_sum;
  }
}

static void call(Compiler *c, const Stmt *s, Code *code) {
  const Calc **arg = make(c, (size_t)s->call.n, sizeof *arg);
  Call *call = make(c, 1, sizeof *call);
  call->memory = make(c, (size_t)s->call.nbufs, sizeof *call->memory);
  call->storage = make(c, (size_t)s->call.nbufs, sizeof *call->storage);
  call->arg = make(c, (size_t)s->call.n, sizeof *call->arg);
  call->symbol = make(c, (size_t)s->call.nsymbols + 1, sizeof *call->symbol); /* the last: its status */
  for (int i = 0; i < s->call.n; i++) arg[i] = converted(c, expression(c, s->call.arg[i]), (Kind)s->call.arg[i]->vk, KIND_INT);
  for (int i = 0; i < s->call.nbufs; i++) {
    Buf *b = s->call.bufs[i];
    if (!b) continue; /* absent */
    if (i >= s->call.nin && (b->space == SPACE_CONST || b->space == SPACE_INPUT)) fail(c->run, E0601, text_of(c->run, b, "a store into what may only be read: an element"));
    call->storage[i] = storage_of(c->run, b);
    call->memory[i] = b->space == SPACE_CONST && b->data ? (void *)(uintptr_t)data_aligned(c->run->ctx, b->data) : call->storage[i]->base;
  }
  code->exec = exec_call;
  code->stmt = s;
  code->arg = arg;
  code->call = call;
}

static Codes codes(Compiler *c, const Body *body) {
  Code *at = make(c, body->n, sizeof *at);
  int n = 0;
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    if (s->kind == S_HINT) continue;
    Code *code = &at[n++];
    switch (s->kind) {
    case S_LOOP: loop(c, s, code); break;
    case S_IF:
      code->exec = exec_if;
      code->value = converted(c, expression(c, s->cond.cond), (Kind)s->cond.cond->vk, KIND_BOOL);
      code->body = codes(c, &s->cond.then);
      code->other = codes(c, &s->cond.other);
      break;
    case S_STORE: store(c, s, code); break;
    case S_REG: {
      Access *a = make(c, 1, sizeof *a);
      a->buf = s->reg.buf;
      a->storage = storage_of(c->run, s->reg.buf);
      code->access = a;
      code->exec = exec_reg;
      break;
    }
    case S_CALL: call(c, s, code); break;
    case S_HINT: break;
    }
  }
  return (Codes){at, n};
}

/* ---- running */
/* A kernel that is ready to run: lowered, and compiled for the values that symbols have. Inside a loop it stays so from trip to trip while they keep them. */
typedef struct Ready { const Kernel *kernel; Arena *code; Codes body; int64_t *cursor; int64_t changes; bool in_loop; } Ready;

static bool make_ready(Run *run, const Kernel *k, Ready *r) {
  if (!r->kernel && !k->lowered) {
    Kernel *copy = arena_copy(run->owned, k, sizeof *k);
    copy->body = (Body){0};
    memset(&copy->scratch, 0, sizeof copy->scratch);
    if (!kernel_lower_naive(run->ctx, copy)) return false;
    k = copy;
  }
  if (!r->kernel) r->kernel = k;
  run->kernel = k = r->kernel;
  if (r->code && r->changes == run->changes) return true;
  if (r->code) arena_free(r->code);
  r->code = NULL; /* freed once, whatever happens next */
  if (!(run->code = r->code = arena_new(run->ctx))) ctx_out_of_memory(run->ctx);
  Compiler *c = arena_alloc(run->code, sizeof *c);
  *c = (Compiler){.run = run, .cap = 16, .ncursors = 1};
  c->scope = make(c, MAX_LOOPS, sizeof *c->scope);
  c->cursor = make(c, (size_t)c->cap, sizeof *c->cursor);
  r->body = codes(c, &k->body);
  r->cursor = make(c, (size_t)c->ncursors, sizeof *run->cursor);
  r->changes = run->changes;
  return true;
}

static bool run_kernel(Run *run, const Kernel *k, Ready *r) {
  if (!make_ready(run, k, r)) return false;
  run->cursor = r->cursor;
  spend(run, r->body.n, 1);
  run_codes(r->body, run);
  if (r->in_loop) return true;
  arena_free(r->code);
  r->code = NULL;
  return true;
}

static bool holds(Run *run, const Kernel *marker) {
  run->kernel = marker;
  const Storage *s = storage_of(run, marker->cond);
  if (s->written && !s->written[0]) fail(run, E0601, text_of(run, marker->cond, "a read of an unwritten element"));
  return s->base[0] != 0;
}

/* Where to go on after marker number i. trip: how often each loop has begun since it was entered. */
static size_t branch(Run *run, Kernel *const *kernels, const size_t *jump, size_t i, int64_t *trip) {
  const Kernel *k = kernels[i];
  switch (k->control) {
  case CONTROL_IF: return holds(run, k) ? i + 1 : jump[i] + 1;
  case CONTROL_WHILE:
    if (trip[i] < k->trips && holds(run, k)) {
      trip[i]++;
      spend(run, 1, 1);
      return i + 1;
    }
    trip[i] = 0;
    return jump[i] + 1;
  case CONTROL_ELSE: return jump[i] + 1;
  case CONTROL_END: return jump[i] < i ? jump[i] : i + 1;
  case CONTROL_NONE: break;
  }
  return i + 1;
}

/* jump: as program_jumps; NULL where there are no markers. */
static bool run_kernels(Ctx *ctx, size_t n, Kernel *const *kernels, const size_t *jump, Memory mem, int64_t steps) {
  Arena *owned = arena_new(ctx);
  if (!owned) ctx_out_of_memory(ctx);
  Run *run = arena_alloc(owned, sizeof *run);
  run->ctx = ctx;
  run->owned = owned;
  run->mem = mem;
  run->steps = steps > 0 ? steps : INT64_MAX;
  int64_t *trip = arena_alloc(owned, array_bytes(ctx, n, sizeof *trip));
  Ready *ready = arena_alloc(owned, array_bytes(ctx, n, sizeof *ready));
  for (size_t i = 0; jump && i < n; i++)
    for (size_t k = jump[i]; kernels[i]->control == CONTROL_END && k < i; k++) ready[k].in_loop = true;
  volatile bool good = true;
  if (setjmp(run->fail)) good = false;
  else
    for (size_t i = 0; good && i < n;) {
      if (kernels[i]->control) {
        i = branch(run, kernels, jump, i, trip);
        continue;
      }
      good = run_kernel(run, kernels[i], &ready[i]);
      if (good && mem.done) mem.done(mem.arg, i);
      i++;
    }
  for (size_t i = 0; i < n; i++)
    if (ready[i].code) arena_free(ready[i].code);
  arena_free(owned);
  return good;
}

bool interp_kernel(Ctx *ctx, const Kernel *k, Memory mem, int64_t steps) {
  Kernel copy = *k, *one = &copy;
  return run_kernels(ctx, 1, &one, NULL, mem, steps);
}

bool interp_program(Ctx *ctx, const Program *p, Memory mem, int64_t steps) {
  const size_t *jump = program_jumps(ctx, p);
  return jump && run_kernels(ctx, p->kernels.n, p->kernels.at, jump, mem, steps);
}
