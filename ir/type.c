/* Element types, tensor types, constant data. */
#include "ir/type.h"
#include <math.h>
#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

static const ElemInfo rows[ELEM_COUNT] = {
  [ELEM_NONE] = {"none", 0, 0, '-', "void"},
#define ELEM(name, onnx, bits, cls, c) [ELEM_##name] = {#name, onnx, bits, cls, c},
#include "ir/elem.def"
#undef ELEM
};

const ElemInfo *elem_info(Elem e) { return &rows[e < ELEM_COUNT ? e : ELEM_NONE]; }

Elem elem_find(const char *name) {
  for (int e = 1; e < ELEM_COUNT; e++)
    if (strcmp(rows[e].name, name) == 0) return (Elem)e;
  return strcmp(name, "_Bool") == 0 ? ELEM_bool : ELEM_NONE;
}

Elem elem_from_onnx(int64_t number) {
  for (int e = 1; e < ELEM_COUNT; e++)
    if (rows[e].onnx == number && number > 0) return (Elem)e;
  return ELEM_NONE;
}

bool elem_in_class(Elem e, const char *cls) {
  static const struct { const char *name, *letters; } classes[] = {{"float", "r"}, {"int", "iu"}, {"uint", "u"}, {"num", "riu"}, {"any", "riubsc"}};
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    if (strcmp(cls, classes[i].name) == 0) return e != ELEM_NONE && strchr(classes[i].letters, rows[e].cls) != NULL;
  return strcmp(cls, rows[e].name) == 0;
}

bool elem_is_number(Elem e) { return strchr("riub", elem_info(e)->cls) != NULL; }

int64_t elem_bytes(Elem e, int64_t count) {
  int64_t bits;
  if (count < 0 || __builtin_mul_overflow(count, (int64_t)rows[e].bits, &bits) || bits > INT64_MAX - 7) return -1;
  return (bits + 7) / 8;
}

/* ---- tensor types */
int64_t type_bound(const Ctx *ctx, const Type *t) {
  int64_t n = 1;
  for (int i = 0; i < t->rank; i++) {
    int64_t lo, hi;
    ext_range(ctx, t->dim[i], &lo, &hi);
    if (hi < 0 || __builtin_mul_overflow(n, hi, &n) || n > (int64_t)1 << 48) return -1;
  }
  return n;
}

bool type_is_const(const Ctx *ctx, const Type *t) {
  for (int i = 0; i < t->rank; i++)
    if (!ext_is_const(ctx, t->dim[i])) return false;
  return true;
}

bool type_is_record(const Type *t) { return t->form != FORM_TENSOR; }

bool type_equal(const Type *a, const Type *b) {
  if (a->elem != b->elem || a->rank != b->rank || a->form != b->form || a->key != b->key || a->varies != b->varies || a->cap != b->cap || a->ranks_vary != b->ranks_vary) return false;
  for (int i = 0; i < a->rank; i++)
    if (a->dim[i] != b->dim[i]) return false;
  return true;
}

/* ---- as text. A form is a word in front of what it holds, and the room for it behind: opt(seq(f32[2,<=3])<=4) */
static const char *const form_words[] = {[FORM_SEQUENCE] = "seq(", [FORM_OPTIONAL] = "opt(", [FORM_OPTIONAL_SEQUENCE] = "opt(seq(", [FORM_MAP] = "map("};

static void print_tensor(const Ctx *ctx, const Type *t, Str *out) {
  str_add(out, elem_info(t->elem)->name);
  if (t->rank < 0) { str_add(out, "[?]"); return; }
  str_add(out, t->ranks_vary ? "[.." : "[");
  for (int i = 0; i < t->rank; i++) {
    str_add(out, i ? "," : "");
    str_add(out, t->varies >> i & 1 ? "<=" : "");
    ext_print(ctx, t->dim[i], out);
  }
  str_add(out, "]");
}

static void print_map(const Ctx *ctx, const Type *t, Str *out) {
  str_printf(out, "map(%s,%s)<=", elem_info(t->key)->name, elem_info(t->elem)->name);
  ext_print(ctx, t->dim[0], out);
}

void type_print(const Ctx *ctx, const Type *t, Str *out) {
  if (t->form == FORM_TENSOR) print_tensor(ctx, t, out);
  else if (t->form == FORM_MAP) print_map(ctx, t, out);
  else {
    str_add(out, form_words[t->form]);
    if (t->key != ELEM_NONE) print_map(ctx, t, out);
    else print_tensor(ctx, t, out);
    str_add(out, ")");
    if (t->cap >= 0) str_printf(out, "<=%lld", (long long)t->cap);
    if (t->form == FORM_OPTIONAL_SEQUENCE) str_add(out, ")");
  }
}

static bool parse_elem(Ctx *ctx, const char **text, Elem *e) {
  const char *s = *text;
  size_t n = 0;
  while ((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= '0' && s[n] <= '9')) n++;
  *e = elem_find(internn(ctx, s, n));
  *text = s + n;
  return n && (*e != ELEM_NONE || strncmp(s, "none", n) == 0);
}

static bool parse_word(const char **text, const char *word) {
  size_t n = strlen(word);
  if (strncmp(*text, word, n) != 0) return false;
  *text += n;
  return true;
}

static bool parse_tensor(Ctx *ctx, const char **text, Type *t) {
  if (!parse_elem(ctx, text, &t->elem) || !parse_word(text, "[")) return false;
  if (parse_word(text, "?]")) { t->rank = -1; return true; }
  t->ranks_vary = t->form != FORM_TENSOR && parse_word(text, "..");
  while (!parse_word(text, "]")) {
    if (t->rank && !parse_word(text, ",")) return false;
    while (**text == ' ') ++*text;
    if (t->rank == MAX_RANK) return false;
    if (t->form != FORM_TENSOR && parse_word(text, "<=")) t->varies |= 1u << t->rank;
    if (!ext_parse(ctx, text, &t->dim[t->rank++])) return false;
  }
  return true;
}

static bool parse_map(Ctx *ctx, const char **text, Type *t) {
  t->rank = 1;
  t->varies = 1;
  return parse_elem(ctx, text, &t->key) && t->key != ELEM_NONE && parse_word(text, ",") && parse_elem(ctx, text, &t->elem) && parse_word(text, ")<=") && ext_parse(ctx, text, &t->dim[0]);
}

static bool parse_type(Ctx *ctx, const char **text, Type *t) {
  *t = (Type){0};
  for (int f = FORM_MAP; f > FORM_TENSOR; f--) { /* the longer word first */
    if (!parse_word(text, form_words[f])) continue;
    t->form = (TypeForm)f;
    t->cap = 1;
    if (f == FORM_MAP) return parse_map(ctx, text, t);
    bool maps = f == FORM_SEQUENCE && parse_word(text, form_words[FORM_MAP]);
    if (!(maps ? parse_map(ctx, text, t) : parse_tensor(ctx, text, t)) || !parse_word(text, ")")) return false;
    ext_t cap = -1; /* open, as a model declares it */
    if (parse_word(text, "<=") && (!ext_parse(ctx, text, &cap) || !ext_is_const(ctx, cap) || cap < 0)) return false;
    t->cap = cap;
    return f != FORM_OPTIONAL_SEQUENCE || parse_word(text, ")");
  }
  return parse_tensor(ctx, text, t);
}

bool type_parse(Ctx *ctx, const char **text, Type *t) {
  const char *at = *text;
  if (!parse_type(ctx, &at, t)) return false;
  *text = at;
  return true;
}

/* ---- small floating-point formats: sign, exponent, mantissa; how the top codes are used */
typedef struct Float { int exp_bits, man_bits, bias; enum { IEEE, FN, FNUZ, FINITE } top; } Float;

static const Float *small_float(Elem e) {
  static const Float f16 = {5, 10, 15, IEEE}, bf16 = {8, 7, 127, IEEE}, e4m3fn = {4, 3, 7, FN}, e4m3fnuz = {4, 3, 8, FNUZ}, e5m2 = {5, 2, 15, IEEE}, e5m2fnuz = {5, 2, 16, FNUZ}, e2m1 = {2, 1, 1, FINITE};
  switch (e) {
    case ELEM_f16: return &f16;
    case ELEM_bf16: return &bf16;
    case ELEM_f8e4m3fn: return &e4m3fn;
    case ELEM_f8e4m3fnuz: return &e4m3fnuz;
    case ELEM_f8e5m2: return &e5m2;
    case ELEM_f8e5m2fnuz: return &e5m2fnuz;
    case ELEM_f4e2m1: return &e2m1;
    default: return NULL;
  }
}

static double float_decode(const Float *f, uint32_t code) {
  uint32_t man_mask = (1u << f->man_bits) - 1, exp_mask = (1u << f->exp_bits) - 1;
  uint32_t man = code & man_mask, exp = code >> f->man_bits & exp_mask, sign = code >> (f->man_bits + f->exp_bits) & 1;
  if (f->top == IEEE && exp == exp_mask) return man ? NAN : sign ? -INFINITY : INFINITY;
  if (f->top == FN && exp == exp_mask && man == man_mask) return NAN;
  if (f->top == FNUZ && sign && !exp && !man) return NAN;
  double v = exp ? ldexp(1.0 + (double)man / (1u << f->man_bits), (int)exp - f->bias) : ldexp((double)man / (1u << f->man_bits), 1 - f->bias);
  return sign ? -v : v;
}

/* Nearest even; beyond the largest finite value: infinity where the format has one, else NaN (FINITE: the largest). */
static uint32_t float_encode(const Float *f, double v) {
  uint32_t man_mask = (1u << f->man_bits) - 1, exp_mask = (1u << f->exp_bits) - 1, sign = (uint32_t)(signbit(v) != 0) << (f->man_bits + f->exp_bits);
  uint32_t inf = f->top == IEEE ? exp_mask << f->man_bits : f->top == FN ? (exp_mask << f->man_bits) | man_mask : f->top == FNUZ ? 1u << (f->man_bits + f->exp_bits) : (exp_mask << f->man_bits) | man_mask;
  uint32_t nan = f->top == IEEE ? inf | 1u << (f->man_bits - 1) : inf;
  uint32_t top = f->top == IEEE ? inf - 1 : f->top == FN ? inf - 1 : (exp_mask << f->man_bits) | man_mask; /* largest finite code */
  if (isnan(v)) return f->top == FINITE ? 0 : f->top == FNUZ ? nan : sign | nan;
  v = fabs(v);
  if (isinf(v)) return f->top == FNUZ ? inf : sign | inf;
  int exp;
  frexp(v, &exp);
  exp = v == 0 || exp - 1 < 1 - f->bias ? 1 - f->bias : exp - 1;
  double scaled = nearbyint(ldexp(v, f->man_bits - exp)); /* the mode is round to nearest even: nothing here changes it */
  uint64_t code = scaled >= ldexp(1.0, 30) ? UINT64_MAX : (uint64_t)scaled + (scaled > 0 ? (uint64_t)(exp + f->bias - 1) << f->man_bits : 0);
  if (code > top) return f->top == FNUZ ? inf : sign | inf;
  if (!code) sign = f->top == FNUZ ? 0 : sign;
  return sign | (uint32_t)code;
}

static double e8m0_decode(uint32_t code) { return code == 255 ? NAN : ldexp(1.0, (int)code - 127); }
static uint32_t e8m0_encode(double v) {
  if (isnan(v) || v < 0) return 255;
  int exp;
  double m = frexp(v, &exp);
  int code = v == 0 ? 0 : isinf(v) ? 254 : exp - 1 + 127 + (m >= 0.75);
  return (uint32_t)(code < 0 ? 0 : code > 254 ? 254 : code);
}

double elem_round(Elem e, double v) {
  const Float *f = small_float(e);
  if (f) return float_decode(f, float_encode(f, v));
  if (e == ELEM_f32) return (double)(float)v;
  if (e == ELEM_f8e8m0) return e8m0_decode(e8m0_encode(v));
  return v;
}

/* ---- elements of constant data */
static uint32_t code_at(const void *bytes, Elem e, int64_t i) {
  const uint8_t *b = bytes;
  switch (rows[e].bits) {
    case 2: return b[i / 4] >> (i % 4 * 2) & 3;
    case 4: return b[i / 2] >> (i % 2 * 4) & 15;
    case 8: return b[i];
    default: { uint16_t v; memcpy(&v, b + 2 * i, 2); return v; }
  }
}

static void code_set(void *bytes, Elem e, int64_t i, uint32_t code) {
  uint8_t *b = bytes;
  switch (rows[e].bits) {
    case 2: b[i / 4] = (uint8_t)((b[i / 4] & ~(3u << (i % 4 * 2))) | (code & 3) << (i % 4 * 2)); break;
    case 4: b[i / 2] = (uint8_t)((b[i / 2] & ~(15u << (i % 2 * 4))) | (code & 15) << (i % 2 * 4)); break;
    case 8: b[i] = (uint8_t)code; break;
    default: { uint16_t v = (uint16_t)code; memcpy(b + 2 * i, &v, 2); }
  }
}

static int64_t sign_extend(uint32_t code, int bits) { return (int64_t)((uint64_t)code << (64 - bits)) >> (64 - bits); }

#define LOAD(T) { T v_; memcpy(&v_, (const char *)d->bytes + (size_t)i * sizeof v_, sizeof v_); return v_; }

int64_t data_int(const Data *d, int64_t i) {
  switch (d->type.elem) {
    case ELEM_i64: case ELEM_int: LOAD(int64_t)
    case ELEM_u64: { uint64_t v; memcpy(&v, (const char *)d->bytes + (size_t)i * 8, 8); return (int64_t)v; }
    case ELEM_i32: LOAD(int32_t)
    case ELEM_u32: LOAD(uint32_t)
    case ELEM_i16: LOAD(int16_t)
    case ELEM_u16: LOAD(uint16_t)
    case ELEM_i8: LOAD(int8_t)
    case ELEM_u8: case ELEM_bool: LOAD(uint8_t)
    case ELEM_i4: return sign_extend(code_at(d->bytes, ELEM_i4, i), 4);
    case ELEM_i2: return sign_extend(code_at(d->bytes, ELEM_i2, i), 2);
    case ELEM_u4: case ELEM_u2: return code_at(d->bytes, d->type.elem, i);
    default: {
      double v = data_real(d, i);
      return isnan(v) ? 0 : v >= 9223372036854775807.0 ? INT64_MAX : v <= -9223372036854775808.0 ? INT64_MIN : (int64_t)v;
    }
  }
}

double data_real(const Data *d, int64_t i) {
  Elem e = d->type.elem;
  const Float *f = small_float(e);
  if (f) return float_decode(f, code_at(d->bytes, e, i));
  switch (e) {
    case ELEM_f64: case ELEM_real: LOAD(double)
    case ELEM_f32: LOAD(float)
    case ELEM_f8e8m0: return e8m0_decode(code_at(d->bytes, e, i));
    case ELEM_u64: return (double)(uint64_t)data_int(d, i);
    default: return rows[e].cls == 'i' || rows[e].cls == 'u' || rows[e].cls == 'b' ? (double)data_int(d, i) : 0;
  }
}

#define STORE(T, x) { T v_ = (T)(x); memcpy((char *)bytes + (size_t)i * sizeof v_, &v_, sizeof v_); return; }

void data_set_int(void *bytes, Elem e, int64_t i, int64_t v) {
  switch (e) {
    case ELEM_i64: case ELEM_u64: case ELEM_int: STORE(uint64_t, v)
    case ELEM_i32: case ELEM_u32: STORE(uint32_t, v)
    case ELEM_i16: case ELEM_u16: STORE(uint16_t, v)
    case ELEM_i8: case ELEM_u8: STORE(uint8_t, v)
    case ELEM_bool: STORE(uint8_t, v != 0)
    case ELEM_i4: case ELEM_u4: case ELEM_i2: case ELEM_u2: code_set(bytes, e, i, (uint32_t)v); return;
    default: data_set_real(bytes, e, i, (double)v);
  }
}

void data_set_real(void *bytes, Elem e, int64_t i, double v) {
  const Float *f = small_float(e);
  if (f) { code_set(bytes, e, i, float_encode(f, v)); return; }
  switch (e) {
    case ELEM_f64: case ELEM_real: STORE(double, v)
    case ELEM_f32: STORE(float, v)
    case ELEM_f8e8m0: code_set(bytes, e, i, e8m0_encode(v)); return;
    case ELEM_bool: STORE(uint8_t, v != 0)
    case ELEM_u64: if (v >= 9223372036854775808.0 && v < 18446744073709551616.0) STORE(uint64_t, v) /* fall through */
    default: /* cut toward zero, then wrap; outside 64 bits and NaN: 0 */
      if (!strchr("iu", rows[e].cls)) return;
      data_set_int(bytes, e, i, v >= -9223372036854775808.0 && v < 9223372036854775808.0 ? (int64_t)v : 0);
  }
}

enum { OWN_BYTES = 256 * 1024 };

Data *data_new(Ctx *ctx, Elem e, int rank, const int64_t *dims) {
  Data *d = NEW(ctx, Data);
  d->type = (Type){.elem = e, .rank = rank};
  for (int i = 0; i < rank; i++) d->type.dim[i] = dims[i];
  int64_t n = type_bound(ctx, &d->type), bytes = n < 0 ? -1 : elem_bytes(e, n);
  if (bytes < 0) { diag(ctx, E0701, (Place){0}, "a constant of that many elements cannot be held"); return NULL; }
  d->nbytes = (size_t)bytes;
  if (d->nbytes >= OWN_BYTES && !(d->own = arena_new(ctx))) ctx_out_of_memory(ctx);
  d->bytes = arena_alloc(d->own ? d->own : ctx->arena, d->nbytes);
  for (int64_t i = 0; e == ELEM_string && i < n; i++) ((const char **)(uintptr_t)d->bytes)[i] = "";
  return d;
}

const char *data_text(const Data *d, int64_t i) { return ((const char *const *)d->bytes)[i]; }

uint64_t data_hash(const Data *d) {
  if (d->hash) return d->hash;
  if (d->type.elem != ELEM_string) return XXH3_64bits_withSeed(d->bytes, d->nbytes, (XXH64_hash_t)d->type.elem);
  uint64_t hash = ELEM_string; /* of what the texts say, wherever they lie */
  for (size_t i = 0; i < d->nbytes / sizeof(char *); i++) hash = XXH3_64bits_withSeed(data_text(d, (int64_t)i), strlen(data_text(d, (int64_t)i)) + 1, hash);
  return hash;
}

void data_set_text(Ctx *ctx, Data *d, int64_t i, const char *text) { ((const char **)(uintptr_t)d->bytes)[i] = intern(ctx, text); }

const void *data_aligned(Ctx *ctx, const Data *d) {
  const size_t most = sizeof(int64_t); /* of any element, complex ones too */
  return (uintptr_t)d->bytes % most ? arena_copy(ctx->arena, d->bytes, d->nbytes) : d->bytes;
}

void data_release(Data *d) {
  if (!d->own) return;
  d->hash = data_hash(d);
  arena_free(d->own);
  d->own = NULL;
  d->bytes = "";
  d->nbytes = 0;
}
