/* What generated kernels stand on besides the runtime: small scalar helpers, and for targets with vectors their types and helpers. Printed once per file,
 * after the runtime's headers. */
#include "codegen/c_text.h"

static const char scalar_helpers[] =
  "#define SINTER_REAL_HELPERS(T, f) \\\n"
  "  static inline T sinter_min##f(T a, T b) { return a < b || a != a ? a : b; } /* NaN when either is */ \\\n"
  "  static inline T sinter_max##f(T a, T b) { return a > b || a != a ? a : b; } \\\n"
  "  static inline T sinter_abs##f(T a) { return __builtin_fabs##f(a); } \\\n"
  "  static inline T sinter_sign##f(T a) { return a > 0 ? 1 : a < 0 ? -1 : a; } \\\n"
  "  static inline T sinter_square##f(T a) { return a * a; } \\\n"
  "  static inline int sinter_isnan##f(T a) { return a != a; } \\\n"
  "  static inline int sinter_isinf##f(T a) { return a - a != a - a && a == a; } \\\n"
  "  static inline T sinter_real_tdiv##f(T a, T b) { return sinter_trunc##f(a / b); } \\\n"
  "  static inline T sinter_real_fdiv##f(T a, T b) { return sinter_floor##f(a / b); } \\\n"
  "  static inline T sinter_real_mod##f(T a, T b) { T r = sinter_fmod##f(a, b); return r != 0 && (r < 0) != (b < 0) ? r + b : r; } /* sign of the divisor */\n"
  "SINTER_REAL_HELPERS(float, f)\n"
  "SINTER_REAL_HELPERS(double, )\n"
  "static inline int64_t sinter_imin(int64_t a, int64_t b) { return a < b ? a : b; }\n"
  "static inline int64_t sinter_imax(int64_t a, int64_t b) { return a > b ? a : b; }\n"
  "static inline uint64_t sinter_imin_u(uint64_t a, uint64_t b) { return a < b ? a : b; }\n"
  "static inline uint64_t sinter_imax_u(uint64_t a, uint64_t b) { return a > b ? a : b; }\n"
  "static inline int64_t sinter_iabs(int64_t a) { return a < 0 ? (int64_t)-(uint64_t)a : a; }\n"
  "static inline uint64_t sinter_iabs_u(uint64_t a) { return a; }\n"
  "static inline int64_t sinter_isign(int64_t a) { return (a > 0) - (a < 0); }\n"
  "static inline uint64_t sinter_isign_u(uint64_t a) { return a > 0; }\n"
  "static inline int64_t sinter_tmod(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }\n"
  "static inline uint64_t sinter_tmod_u(uint64_t a, uint64_t b) { return b == 0 ? 0 : a % b; }\n";

/* Hints: keep an unrolled tap's loads behind the fence; keep a vector in its register (else compilers fold the load into each use, or spill); keep loads from an
 * address inside the loop they stand in. */
static const char hints[] =
  "#define SINTER_FENCE __asm__ volatile(\"\" ::: \"memory\")\n"
  "#if defined(__x86_64__)\n"
  "#define SINTER_PIN(v) __asm__ volatile(\"\" : \"+v\"(v))\n"
  "#elif defined(__aarch64__)\n"
  "#define SINTER_PIN(v) __asm__(\"\" : \"+w\"(v))\n"
  "#else\n"
  "#define SINTER_PIN(v) ((void)0)\n"
  "#endif\n"
  "#define SINTER_PIN_ADDRESS(p) __asm__ volatile(\"\" : \"+r\"(p))\n"
  "#define SINTER_PREFETCH(p) __builtin_prefetch((p), 0, 2)\n";

/* gcc warns of how functions pass vectors wider than the machine's; these are all inlined. And it fills the registers a tile leaves with constants and merges its variables, then spills accumulators in the innermost loop (1.6 times slower). */
static const char register_tiles[] =
  "#if defined(__GNUC__) && !defined(__clang__)\n"
  "#pragma GCC diagnostic ignored \"-Wpsabi\"\n"
  "#pragma GCC optimize(\"no-tree-coalesce-vars\", \"no-move-loop-invariants\")\n"
  "#endif\n";

typedef struct LaneElem { const char *name, *c; int bytes; } LaneElem;
static const LaneElem lane_elems[] = {
  {"f32", "float", 4}, {"i32", "int32_t", 4}, {"u32", "uint32_t", 4}, {"i16", "int16_t", 2}, {"u16", "uint16_t", 2}, {"i8", "int8_t", 1}, {"u8", "uint8_t", 1},
  {"f64", "double", 8}, {"i64", "int64_t", 8}, {"u64", "uint64_t", 8},
};

static void vector_types(int lanes, Str *out) {
  for (size_t i = 0; i < sizeof lane_elems / sizeof *lane_elems; i++) {
    const LaneElem *e = &lane_elems[i];
    str_printf(out, "typedef %s v%d%s __attribute__((vector_size(%d)));\n", e->c, lanes, e->name, lanes * e->bytes);
    str_printf(out, "typedef %s u%d%s __attribute__((vector_size(%d), aligned(%d), may_alias));\n", e->c, lanes, e->name, lanes * e->bytes, e->bytes);
    str_printf(out, "static inline v%d%s sinter_load_part_v%d%s(const %s *p, int n) { v%d%s v = {0}; memcpy(&v, p, (size_t)n * %d); return v; }\n", lanes, e->name, lanes, e->name, e->c, lanes, e->name, e->bytes);
    str_printf(out, "static inline void sinter_store_part_v%d%s(%s *p, v%d%s v, int n) { memcpy(p, &v, (size_t)n * %d); }\n", lanes, e->name, e->c, lanes, e->name, e->bytes);
  }
}

/* Every second element from p on, as two loads that reach no further than the last of them. */
static void every_second(int lanes, Str *out) {
  Str which = str_new(out->ctx);
  for (int i = 0; i < lanes; i++) str_printf(&which, i ? ", %d" : "%d", 2 * i + (i >= lanes / 2));
  str_printf(out, "static inline v%df32 sinter_second_v%df32(const float *p) {\n  v%df32 a = *(const u%df32 *)p, b = *(const u%df32 *)(p + %d);\n", lanes, lanes, lanes, lanes, lanes, lanes - 1);
  str_printf(out, "#ifdef __clang__\n  return __builtin_shufflevector(a, b, %s);\n#else\n  return __builtin_shuffle(a, b, (v%di32){%s});\n#endif\n}\n", which.s, lanes, which.s);
}

/* Everything a schedule may ask of vectors that has no row in the target: lane by lane, or with masks. */
static const char vector_helpers[] =
  "static inline v@f32 sinter_select_v@f32(v@i32 c, v@f32 a, v@f32 b) { return (v@f32)((c & (v@i32)a) | (~c & (v@i32)b)); }\n"
  "static inline v@i32 sinter_select_v@i32(v@i32 c, v@i32 a, v@i32 b) { return (c & a) | (~c & b); }\n"
  "static inline v@f32 sinter_square_v@f32(v@f32 a) { return a * a; }\n"
  "static inline v@i32 sinter_isnan_v@f32(v@f32 a) { return a != a; }\n"
  "static inline v@i32 sinter_isinf_v@f32(v@f32 a) { return (a == a) & (a - a != a - a); }\n"
  "static inline v@f32 sinter_min_v@f32(v@f32 a, v@f32 b) { return sinter_select_v@f32((a < b) | (a != a), a, b); }\n"
  "static inline v@f32 sinter_max_v@f32(v@f32 a, v@f32 b) { return sinter_select_v@f32((a > b) | (a != a), a, b); }\n"
  "static inline v@i32 sinter_min_v@i32(v@i32 a, v@i32 b) { return sinter_select_v@i32(a < b, a, b); }\n"
  "static inline v@i32 sinter_max_v@i32(v@i32 a, v@i32 b) { return sinter_select_v@i32(a > b, a, b); }\n"
  "static inline v@f32 sinter_abs_v@f32(v@f32 a) { return (v@f32)((v@i32)a & 0x7fffffff); }\n"
  "static inline v@i32 sinter_abs_v@i32(v@i32 a) { return sinter_select_v@i32(a < 0, -a, a); }\n"
  "static inline v@f32 sinter_splat_v@f32(const float *p) { return *p - (v@f32){0}; }\n"
  "static inline v@i32 sinter_splat_v@i32(const int32_t *p) { return *p - (v@i32){0}; }\n"
  "#define SINTER_LANES1(name) static inline v@f32 sinter_##name##_v@f32(v@f32 a) { v@f32 r; for (int i = 0; i < @; i++) r[i] = sinter_##name##f(a[i]); return r; }\n"
  "SINTER_LANES1(sign) SINTER_LANES1(exp) SINTER_LANES1(log) SINTER_LANES1(sqrt) SINTER_LANES1(sin) SINTER_LANES1(cos) SINTER_LANES1(tan) SINTER_LANES1(asin)\n"
  "SINTER_LANES1(acos) SINTER_LANES1(atan) SINTER_LANES1(sinh) SINTER_LANES1(cosh) SINTER_LANES1(tanh) SINTER_LANES1(asinh) SINTER_LANES1(acosh)\n"
  "SINTER_LANES1(atanh) SINTER_LANES1(erf) SINTER_LANES1(erfc) SINTER_LANES1(expm1) SINTER_LANES1(log1p) SINTER_LANES1(floor) SINTER_LANES1(ceil) SINTER_LANES1(rint) SINTER_LANES1(trunc)\n"
  "#define SINTER_LANES2(name, fn) static inline v@f32 sinter_##name##_v@f32(v@f32 a, v@f32 b) { v@f32 r; for (int i = 0; i < @; i++) r[i] = sinter_##fn##f(a[i], b[i]); return r; }\n"
  "SINTER_LANES2(pow, pow) SINTER_LANES2(mod, real_mod) SINTER_LANES2(fdiv, real_fdiv) SINTER_LANES2(tdiv, real_tdiv) SINTER_LANES2(fmod, fmod)\n"
  "/* a real into a narrow integer: NaN is 0, the limits hold */\n"
  "static inline v@i32 sinter_clamp_v@f32(v@f32 a, float lo, float hi) {\n"
  "  a = sinter_select_v@f32(a > lo, a, sinter_select_v@f32(a != a, (v@f32){0}, lo - (v@f32){0}));\n"
  "  return __builtin_convertvector(sinter_select_v@f32(a < hi, a, hi - (v@f32){0}), v@i32);\n"
  "}\n"
  "static inline v@i32 sinter_clamp_v@i32(v@i32 a, int32_t lo, int32_t hi) { return sinter_min_v@i32(sinter_max_v@i32(a, lo - (v@i32){0}), hi - (v@i32){0}); }\n"
  "#define SINTER_SAT(elem, lo, hi) \\\n"
  "  static inline v@i32 sinter_sat_##elem##_v@f32(v@f32 a) { return sinter_clamp_v@f32(a, lo, hi); } \\\n"
  "  static inline v@i32 sinter_sat_##elem##_v@i32(v@i32 a) { return sinter_clamp_v@i32(a, lo, hi); }\n"
  "SINTER_SAT(i8, -128, 127) SINTER_SAT(u8, 0, 255) SINTER_SAT(i16, -32768, 32767) SINTER_SAT(u16, 0, 65535)\n"
  "/* lanes meet in one number: halves, then quarters ... as a tree would add them */\n"
  "#define SINTER_ACROSS(name, T, t, expr) \\\n"
  "  static inline T sinter_##name##_v@##t(v@##t v) { for (int n = @ / 2; n; n /= 2) for (int i = 0; i < n; i++) { T a = v[i], b = v[i + n]; v[i] = expr; } return v[0]; } \\\n"
  "  static inline T sinter_##name##_part_v@##t(v@##t v, int n) { T a = v[0]; for (int i = 1; i < n; i++) { T b = v[i]; a = expr; } return a; }\n"
  "SINTER_ACROSS(sum, float, f32, a + b) SINTER_ACROSS(product, float, f32, a * b)\n"
  "SINTER_ACROSS(sum, int32_t, i32, a + b) SINTER_ACROSS(product, int32_t, i32, a * b)\n"
  "SINTER_ACROSS(greatest, float, f32, sinter_maxf(a, b)) SINTER_ACROSS(least, float, f32, sinter_minf(a, b))\n"
  "SINTER_ACROSS(greatest, int32_t, i32, a > b ? a : b) SINTER_ACROSS(least, int32_t, i32, a < b ? a : b)\n";

/* The text with @ replaced by the number of lanes. */
static void instantiate(const char *text, int lanes, Str *out) {
  for (const char *at; (at = strchr(text, '@')); text = at + 1) {
    str_addn(out, text, (size_t)(at - text));
    str_printf(out, "%d", lanes);
  }
  str_add(out, text);
}

void c_prelude(const Ctx *ctx, const Target *t, Str *out) {
  (void)ctx;
  str_add(out, "/* ---- helpers of the kernels */\n#include <stdint.h>\n#include <string.h>\n");
  str_add(out, scalar_helpers);
  str_add(out, hints);
  if (t->vector_extension && t->lanes_f32 > 1) {
    str_add(out, register_tiles);
    vector_types(t->lanes_f32, out);
    every_second(t->lanes_f32, out);
    instantiate(vector_helpers, t->lanes_f32, out);
  }
  if (t->prelude) str_add(out, t->prelude);
  str_add(out, "\n");
}
