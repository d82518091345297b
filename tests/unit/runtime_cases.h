/* Accuracy and special values of the runtime, against long double functions of the C library. Included by one test per instruction set. */
#include "ir/type.h"
#include "tests/unit/suite.h"
#include <math.h>
#include <stdlib.h>
#include "runtime/math_f32.h"
#include "runtime/convert.h"
#include "runtime/integer.h"
#define SINTER_LANES 4
#include "runtime/vector.h"
#undef SINTER_LANES
#define SINTER_LANES 8
#include "runtime/vector.h"
#undef SINTER_LANES
#define SINTER_LANES 16
#include "runtime/vector.h"
#undef SINTER_LANES

static double random_in(uint64_t *r, double lo, double hi) { return lo + (hi - lo) * ((double)(random_bits(r) >> 11) * 0x1p-53); }

/* error in units of the last place of the exact result; equal infinities and NaN have none */
static double ulps64(double got, long double want) {
  if (isnan(want)) return isnan(got) ? 0 : INFINITY;
  if ((double)want == got) return fabsl(want - (long double)got) == 0 || isinf(got) ? 0 : (double)(fabsl(want - got) / ldexpl(1, (fabsl(want) < 0x1p-1022L ? -1022 : ilogbl(want)) - 52));
  if (isinf((double)want) || isnan(got) || isinf(got)) return INFINITY;
  return (double)(fabsl(want - got) / ldexpl(1, (fabsl(want) < 0x1p-1022L ? -1022 : ilogbl(want)) - 52));
}
static double ulps32(float got, long double want) {
  if (isnan(want)) return isnan(got) ? 0 : INFINITY;
  if ((float)want == got && isinf(got)) return 0;
  if (isinf((float)want) || isnan(got) || isinf(got)) return INFINITY;
  return (double)(fabsl(want - got) / ldexpl(1, (fabsl(want) < 0x1p-126L ? -126 : ilogbl(want)) - 23));
}

typedef struct Unary { const char *name; double (*f64)(double); float (*f32)(float); long double (*want)(long double); double lo, hi; bool odd_bits; double ulps; } Unary;
#define UNARY_WITHIN(name, lo, hi, bits, ulps) {#name, sinter_##name, sinter_##name##f, name##l, lo, hi, bits, ulps}
#define UNARY(name, lo, hi, bits) UNARY_WITHIN(name, lo, hi, bits, 2)
static const Unary unary[] = { /* a range, and whether any bit pattern is a fair argument of the reference */
  UNARY(exp, -750, 720, true), UNARY(log, 0, 10, true), UNARY(sin, -100, 100, true), UNARY(cos, -100, 100, true), UNARY(tan, -10, 10, true),
  UNARY(sin, -1e5, 1e5, false), UNARY(cos, -1e9, 1e9, false), UNARY(asin, -1, 1, true), UNARY(acos, -1, 1, true), UNARY(atan, -5, 5, true), UNARY(sinh, -3, 3, true), UNARY(sinh, -711, 711, false),
  UNARY(cosh, -3, 3, true), UNARY(cosh, -711, 711, false), UNARY(tanh, -3, 3, true), UNARY(asinh, -4, 4, true), UNARY(acosh, 1, 4, true), UNARY(atanh, -1, 1, true), UNARY(erf, -6.5, 6.5, true), UNARY(erf, -1, 1, true), UNARY_WITHIN(erfc, -6, 6, true, 4.5), UNARY_WITHIN(erfc, 6, 26.5, false, 4.5),
  UNARY(expm1, -40, 40, true), UNARY(expm1, -1, 1, true), UNARY(log1p, -1, 10, true), UNARY(log1p, -0.1, 0.1, true),
  UNARY(sqrt, 0, 1e3, true)};
static const double special[] = {0, -0.0, 1, -1, 0.5, -0.5, 2, -2, INFINITY, -INFINITY, NAN, 0x1p-1074, -0x1p-1074, 0x1p-1022, 1e308, -1e308, 88.8, -104.5, 709.9, -745.5, 1e22, 0x1p-149, 0x1p-126, 3.4e38};

START_TEST(test_doubles) {
  const Unary *u = &unary[_i];
  uint64_t r = 42 + (uint64_t)_i;
  double worst = 0, where = 0;
  for (int i = 0; i < 30000; i++) {
    uint64_t bits = random_bits(&r);
    double x = u->odd_bits && i % 4 == 3 ? sinter_from_bits64(bits) : random_in(&r, u->lo, u->hi);
    if (i < (int)(sizeof special / sizeof *special)) x = special[i];
    double e = ulps64(u->f64(x), u->want(x));
    if (e > worst) worst = e, where = x;
  }
  ck_assert_msg(worst <= u->ulps, "%s(%a) is %.3f ulp off: %a, not %La", u->name, where, worst, u->f64(where), u->want(where));
  if (getenv("SHOW_ULPS")) printf("%-6s f64 %.3f at %g\n", u->name, worst, where);
}
END_TEST

START_TEST(test_floats) {
  const Unary *u = &unary[_i];
  uint64_t r = 99 + (uint64_t)_i;
  double worst = 0, where = 0;
  for (int i = 0; i < 30000; i++) {
    uint64_t bits = random_bits(&r);
    float x = u->odd_bits && i % 4 == 3 ? sinter_from_bits32((uint32_t)bits) : (float)random_in(&r, u->lo, u->hi);
    if (i < (int)(sizeof special / sizeof *special)) x = (float)special[i];
    double e = ulps32(u->f32(x), u->want((long double)x));
    if (e > worst) worst = e, where = (double)x;
  }
  ck_assert_msg(worst <= 0.55, "%sf(%a) is %.3f ulp off", u->name, where, worst);
  if (getenv("SHOW_ULPS")) printf("%-6s f32 %.3f at %g\n", u->name, worst, where);
}
END_TEST

START_TEST(test_signed_zero) {
  for (size_t i = 0; i < sizeof unary / sizeof *unary; i++) {
    double want = (double)unary[i].want(-0.0L);
    ck_assert_msg(isnan(want) || !!signbit(unary[i].f64(-0.0)) == !!signbit(want), "%s(-0)", unary[i].name);
    ck_assert_msg(isnan(want) || !!signbit(unary[i].f32(-0.0f)) == !!signbit(want), "%sf(-0)", unary[i].name);
  }
}
END_TEST

START_TEST(test_rounding) {
  uint64_t r = 7;
  for (int i = 0; i < 20000; i++) {
    double x = i & 1 ? random_in(&r, -10, 10) : sinter_from_bits64(random_bits(&r));
    if (i % 3 == 0) x = rint(x * 2) / 2;
    if (i < (int)(sizeof special / sizeof *special)) x = special[i];
    float s = (float)x;
    ck_assert(isnan(x) || (sinter_floor(x) == floor(x) && sinter_ceil(x) == ceil(x) && sinter_trunc(x) == trunc(x) && sinter_rint(x) == rint(x)));
    ck_assert(isnan(x) || (!!signbit(sinter_ceil(x)) == !!signbit(ceil(x)) && !!signbit(sinter_rint(x)) == !!signbit(rint(x)) && !!signbit(sinter_floor(x)) == !!signbit(floor(x))));
    ck_assert(isnan(s) || (sinter_floorf(s) == floorf(s) && sinter_ceilf(s) == ceilf(s) && sinter_truncf(s) == truncf(s) && sinter_rintf(s) == rintf(s)));
    ck_assert(isnan(s) || (!!signbit(sinter_ceilf(s)) == !!signbit(ceilf(s)) && !!signbit(sinter_floorf(s)) == !!signbit(floorf(s))));
  }
}
END_TEST

START_TEST(test_fmod) {
  uint64_t r = 11;
  for (int i = 0; i < 20000; i++) {
    double x = i & 1 ? random_in(&r, -100, 100) : sinter_from_bits64(random_bits(&r)), y = i & 2 ? random_in(&r, -10, 10) : sinter_from_bits64(random_bits(&r));
    if (i % 5 == 0) x = sinter_from_bits64(random_bits(&r) >> 12), y = sinter_from_bits64(random_bits(&r) >> (12 + random_bits(&r) % 50)); /* subnormal */
    double got = sinter_fmod(x, y), want = fmod(x, y);
    ck_assert_msg((isnan(got) && isnan(want)) || (got == want && !!signbit(got) == !!signbit(want)), "fmod(%a, %a) = %a, not %a", x, y, got, want);
  }
}
END_TEST

START_TEST(test_pow) {
  static const double values[] = {0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, INFINITY, -INFINITY, NAN, 0x1p-1074, 1e308, 0x1p53, 0x1p54, 1e300, -1e300, 1.5, 1 + 0x1p-52, 1 - 0x1p-53};
  enum { N = sizeof values / sizeof *values };
  uint64_t r = 13;
  double worst = 0, wx = 0, wy = 0;
  for (int i = 0; i < 60000 + N * N; i++) {
    double x = random_in(&r, 0, 10), y = random_in(&r, -20, 20);
    if (i % 4 == 1) x = sinter_from_bits64(random_bits(&r) >> 1), y = random_in(&r, -1.05, 1.05);
    if (i % 4 == 2) x = random_in(&r, 0.9, 1.1), y = random_in(&r, -8000, 8000);
    if (i % 4 == 3) x = -x, y = rint(y);
    if (i < N * N) x = values[i / N], y = values[i % N];
    double got = sinter_pow(x, y);
    long double want = powl(x, y);
    double e = ulps64(got, want);
    if (i < N * N && got == 0) ck_assert_msg(!!signbit(got) == !!signbit(want), "pow(%g, %g)", x, y);
    if (e > worst) worst = e, wx = x, wy = y;
  }
  ck_assert_msg(worst <= 2, "pow(%a, %a) is %.3f ulp off: %a, not %La", wx, wy, worst, sinter_pow(wx, wy), powl(wx, wy));
  if (getenv("SHOW_ULPS")) printf("pow    f64 %.3f at %g %g\n", worst, wx, wy);
}
END_TEST

/* ---- vectors: one function of 16 lanes through each length */
typedef struct VectorUnary { const char *name; void (*run)(int lanes, const float *x, float *y); long double (*want)(long double); double lo, hi, ulps; } VectorUnary;
#define RUN_LANES(fn, L) for (int i = 0; i < 16; i += L) { sinter_v##L##_f32 v; memcpy(&v, x + i, sizeof v); v = sinter_v##L##_##fn(v); memcpy(y + i, &v, sizeof v); }
#define VECTOR(fn) static void run_##fn(int lanes, const float *x, float *y) { if (lanes == 4) RUN_LANES(fn, 4) else if (lanes == 8) RUN_LANES(fn, 8) else RUN_LANES(fn, 16) }
VECTOR(expf) VECTOR(logf) VECTOR(tanhf) VECTOR(erff) VECTOR(erfcf) VECTOR(expm1f) VECTOR(log1pf) VECTOR(sqrtf) VECTOR(floorf) VECTOR(ceilf) VECTOR(rintf) VECTOR(truncf) VECTOR(absf)
static const VectorUnary vector_unary[] = {
  {"exp", run_expf, expl, -87, 89, 2}, {"exp", run_expf, expl, -105, 89, 3}, {"log", run_logf, logl, 0, 3, 3}, {"log", run_logf, logl, 1e-45, 1e30, 3}, {"tanh", run_tanhf, tanhl, -10, 10, 3}, {"tanh", run_tanhf, tanhl, -1, 1, 3},
  {"erf", run_erff, erfl, -5, 5, 3}, {"erf", run_erff, erfl, -1.5, 1.5, 3}, {"erfc", run_erfcf, erfcl, -5, 9, 4.5}, {"expm1", run_expm1f, expm1l, -20, 88, 3}, {"expm1", run_expm1f, expm1l, -1, 1, 3},
  {"log1p", run_log1pf, log1pl, -0.99, 100, 3}, {"log1p", run_log1pf, log1pl, -0.1, 0.1, 3}, {"sqrt", run_sqrtf, sqrtl, 0, 100, 0.501}, {"floor", run_floorf, floorl, -100, 100, 0}, {"ceil", run_ceilf, ceill, -100, 100, 0},
  {"rint", run_rintf, rintl, -100, 100, 0}, {"trunc", run_truncf, truncl, -100, 100, 0}, {"abs", run_absf, fabsl, -100, 100, 0}};

START_TEST(test_vectors) {
  const VectorUnary *u = &vector_unary[_i / 3];
  int lanes = 4 << _i % 3;
  uint64_t r = 5 + (uint64_t)_i;
  double worst = 0, where = 0;
  for (int i = 0; i < 4000; i++) {
    float x[16], y[16];
    for (int l = 0; l < 16; l++) {
      uint32_t bits = (uint32_t)random_bits(&r);
      x[l] = i % 4 == 3 ? sinter_from_bits32(bits) : (float)random_in(&r, u->lo, u->hi);
      if (i == 0 || i == 1) x[l] = (float)special[(i * 16 + l) % (int)(sizeof special / sizeof *special)];
      if (!strcmp(u->name, "exp") && x[l] < -87 && u->ulps <= 2) x[l] = 1; /* subnormal results: rounded twice, tested in the next row */
    }
    u->run(lanes, x, y);
    for (int l = 0; l < 16; l++) {
      double e = ulps32(y[l], u->want((long double)x[l]));
      if (x[l] == 0 && !!signbit(y[l]) != !!signbit(u->want((long double)x[l]))) e = INFINITY;
      if (e > worst) worst = e, where = (double)x[l];
    }
  }
  ck_assert_msg(worst <= u->ulps, "%s of %d lanes at %a is %.3f ulp off", u->name, lanes, where, worst);
  if (getenv("SHOW_ULPS")) printf("v%-2d %-6s %.3f at %g\n", lanes, u->name, worst, where);
}
END_TEST

START_TEST(test_vector_extremes) {
  static const float v[] = {0, 1, -1, INFINITY, -INFINITY, NAN, 3.5f, -2.25f};
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < 8; j++) {
      sinter_v8_f32 a = v[i] - (sinter_v8_f32){0}, b = v[j] - (sinter_v8_f32){0}, hi = sinter_v8_maxf(a, b), lo = sinter_v8_minf(a, b);
      bool nan = isnan(v[i]) || isnan(v[j]);
      ck_assert(nan ? isnan(hi[3]) && isnan(lo[3]) : hi[3] == fmaxf(v[i], v[j]) && lo[3] == fminf(v[i], v[j]));
    }
  float x = 2.5f;
  sinter_v8_f32 b = sinter_v8_bcastf(&x);
  for (int l = 0; l < 8; l++) ck_assert(b[l] == 2.5f);
}
END_TEST

/* ---- conversions: the compiler's own stores are the rule */
static int64_t as_stored(Elem e, double v) {
  uint8_t bytes[8] = {0};
  data_set_real(bytes, e, 0, v);
  Data d = {{e, 1, {1}}, bytes, 8};
  return data_int(&d, 0);
}
static uint32_t stored_code(Elem e, double v) {
  uint32_t code = 0;
  data_set_real(&code, e, 0, v);
  return code;
}

START_TEST(test_small_floats) {
  static const struct { Elem e; int exp, man, bias, top; } f[] = {{ELEM_f16, 5, 10, 15, 0}, {ELEM_bf16, 8, 7, 127, 0}, {ELEM_f8e4m3fn, 4, 3, 7, 1}, {ELEM_f8e4m3fnuz, 4, 3, 8, 2}, {ELEM_f8e5m2, 5, 2, 15, 0}, {ELEM_f8e5m2fnuz, 5, 2, 16, 2}, {ELEM_f4e2m1, 2, 1, 1, 3}};
  uint64_t r = 17;
  for (size_t k = 0; k < sizeof f / sizeof *f; k++) {
    for (uint32_t code = 0; code < 1u << (f[k].exp + f[k].man + 1); code++) {
      Data d = {{f[k].e, 1, {1}}, &code, 4};
      double want = data_real(&d, 0), got = sinter_small_decode(code, f[k].exp, f[k].man, f[k].bias, f[k].top);
      ck_assert((isnan(want) && isnan(got)) || (want == got && !!signbit(want) == !!signbit(got)));
    }
    for (int i = 0; i < 20000; i++) {
      double v = i % 3 ? random_in(&r, -500, 500) * ldexp(1, -(int)(random_bits(&r) % 40)) : sinter_from_bits64(random_bits(&r));
      if (i % 5 == 0) v = ldexp((double)(random_bits(&r) % 4096), -(int)(random_bits(&r) % 30)); /* ties */
      if (i < (int)(sizeof special / sizeof *special)) v = special[i];
      ck_assert_msg(sinter_small_encode(v, f[k].exp, f[k].man, f[k].bias, f[k].top) == stored_code(f[k].e, v), "%s of %a: %x, not %x", elem_info(f[k].e)->name, v,
                    sinter_small_encode(v, f[k].exp, f[k].man, f[k].bias, f[k].top), stored_code(f[k].e, v));
      float s = (float)v;
      if (isnan(s)) continue;
      ck_assert_uint_eq(sinter_store_f16(s), stored_code(ELEM_f16, (double)s));
      ck_assert_uint_eq(sinter_store_bf16(s), stored_code(ELEM_bf16, (double)s));
      ck_assert_uint_eq(sinter_store_f8e8m0(v), stored_code(ELEM_f8e8m0, v));
    }
  }
  for (uint32_t h = 0; h < 65536; h++) {
    float got = sinter_load_f16((uint16_t)h);
    double want = sinter_small_decode(h, 5, 10, 15, 0);
    ck_assert((isnan(want) && isnan(got)) || (double)got == want);
  }
}
END_TEST

START_TEST(test_integers) {
  static const double v[] = {0, -0.9, 0.9, 127.5, 128, -128.9, -129, 255.9, 256, 1e9, -1e9, 4294967295.5, 4294967296, 1e18, -1e18, 0x1p63, -0x1p63, 0x1p64, 1e19, 1e300, -1e300, INFINITY, -INFINITY, NAN};
  for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
    ck_assert(as_stored(ELEM_i8, v[i]) == sinter_cast_i8(v[i]) && as_stored(ELEM_i16, v[i]) == sinter_cast_i16(v[i]) && as_stored(ELEM_i32, v[i]) == sinter_cast_i32(v[i]));
    ck_assert(as_stored(ELEM_i4, v[i]) == sinter_cast_i4(v[i]) && as_stored(ELEM_i2, v[i]) == sinter_cast_i2(v[i]) && as_stored(ELEM_u4, v[i]) == sinter_cast_u4(v[i]) && as_stored(ELEM_u2, v[i]) == sinter_cast_u2(v[i]));
    ck_assert(as_stored(ELEM_u8, v[i]) == sinter_cast_u8(v[i]) && as_stored(ELEM_u16, v[i]) == sinter_cast_u16(v[i]) && as_stored(ELEM_u32, v[i]) == sinter_cast_u32(v[i]));
    ck_assert(as_stored(ELEM_u64, v[i]) == (int64_t)sinter_cast_u64(v[i]) && as_stored(ELEM_i64, v[i]) == sinter_cast_i64(v[i]));
  }
  ck_assert_int_eq(sinter_sat_i8(1e300), 127);
  ck_assert_int_eq(sinter_sat_i8(-INFINITY), -128);
  ck_assert_int_eq(sinter_sat_i8(NAN), 0);
  ck_assert_int_eq(sinter_sat_i8(-3.9), -3);
  ck_assert(sinter_sat_i64(1e30) == INT64_MAX && sinter_sat_i64(-1e30) == INT64_MIN && sinter_sat_i64(-0x1p63) == INT64_MIN && sinter_sat_i64(NAN) == 0);
  ck_assert(sinter_sat_u64(-5) == 0 && sinter_sat_u64(1e30) == UINT64_MAX && sinter_sat_u64(NAN) == 0 && sinter_sat_u64(12.7) == 12);
}
END_TEST

START_TEST(test_packed) {
  uint8_t mine[8] = {0}, theirs[8] = {0};
  for (int i = 0; i < 8; i++) sinter_put_i4(mine, i, i * 3 - 9), data_set_int(theirs, ELEM_i4, i, i * 3 - 9);
  ck_assert(!memcmp(mine, theirs, 4));
  Data d = {{ELEM_i4, 1, {8}}, theirs, 4};
  for (int i = 0; i < 8; i++) ck_assert_int_eq(sinter_get_i4(mine, i), data_int(&d, i));
  for (int i = 0; i < 16; i++) sinter_put_u2(mine, i, i), data_set_int(theirs, ELEM_u2, i, i);
  ck_assert(!memcmp(mine, theirs, 4) && sinter_get_u2(mine, 7) == 3);
  for (int i = 0; i < 8; i++) sinter_put_f4e2m1(mine, i, i * 0.9 - 3), data_set_real(theirs, ELEM_f4e2m1, i, i * 0.9 - 3);
  ck_assert(!memcmp(mine, theirs, 4));
}
END_TEST

START_TEST(test_integer_operations) {
  ck_assert(sinter_tdiv(-7, 2) == -3 && sinter_tdiv(5, 0) == 0 && sinter_tdiv(INT64_MIN, -1) == INT64_MIN && sinter_tdiv_u(7, 0) == 0);
  ck_assert(sinter_fdiv(-7, 2) == -4 && sinter_fdiv(7, -2) == -4 && sinter_fdiv(-8, 2) == -4 && sinter_fdiv(INT64_MIN, -1) == INT64_MIN);
  ck_assert(sinter_mod(-7, 2) == 1 && sinter_mod(7, -2) == -1 && sinter_mod(7, 0) == 0 && sinter_mod(INT64_MIN, -1) == 0);
  ck_assert(sinter_ipow(3, 4) == 81 && sinter_ipow(-1, -3) == -1 && sinter_ipow(2, -1) == 0 && sinter_ipow(2, 64) == 0 && sinter_ipow(0, 0) == 1);
  ck_assert(sinter_shl(1, 63) == INT64_MIN && sinter_shl(1, 64) == 0 && sinter_shl(1, -1) == 0 && sinter_shr(-8, 1) == -4 && sinter_shr(-8, 64) == 0 && sinter_shr_u(UINT64_MAX, 63) == 1);
}
END_TEST

static int run_runtime_tests(const char *name) {
  Suite *s = suite_create(name);
  TCase *t = tcase_create("runtime");
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, test_doubles, 0, sizeof unary / sizeof *unary);
  tcase_add_loop_test(t, test_floats, 0, sizeof unary / sizeof *unary);
  tcase_add_test(t, test_signed_zero);
  tcase_add_test(t, test_rounding);
  tcase_add_test(t, test_fmod);
  tcase_add_test(t, test_pow);
  tcase_add_loop_test(t, test_vectors, 0, 3 * (int)(sizeof vector_unary / sizeof *vector_unary));
  tcase_add_test(t, test_vector_extremes);
  tcase_add_test(t, test_small_floats);
  tcase_add_test(t, test_integers);
  tcase_add_test(t, test_packed);
  tcase_add_test(t, test_integer_operations);
  suite_add_tcase(s, t);
  return run_suite(s);
}
