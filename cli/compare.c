/* How far apart two tensors are: absolute, relative, and in units in the last place. */
#include "cli/cli.h"
#include <math.h>

static bool same_shape(const Type *a, const Type *b) {
  for (int i = 0; i < a->rank && a->rank == b->rank; i++)
    if (a->dim[i] != b->dim[i]) return false;
  return a->rank == b->rank;
}

static const char *type_text(Ctx *ctx, const Type *t) {
  Str s = str_new(ctx);
  type_print(ctx, t, &s);
  return s.s;
}

/* The stored bits of a real element, so ordered that neighbours differ by one: sign and magnitude become two's complement. */
static int64_t ordered_bits(const Data *d, int64_t i) {
  int bits = elem_info(d->type.elem)->bits;
  const unsigned char *p = d->bytes;
  uint64_t u = 0;
  if (bits < 8) u = (uint64_t)(p[i * bits / 8] >> (i * bits % 8)) & ((1u << bits) - 1);
  else memcpy(&u, p + i * (bits / 8), (size_t)bits / 8); /* little-endian, as tensors are stored */
  uint64_t sign = (uint64_t)1 << (bits - 1);
  return u & sign ? -(int64_t)(u & (sign - 1)) : (int64_t)u;
}

static double ulp_between(const Data *a, const Data *b, int64_t i) {
  int64_t x = ordered_bits(a, i), y = ordered_bits(b, i);
  return (double)(x > y ? (uint64_t)x - (uint64_t)y : (uint64_t)y - (uint64_t)x); /* exact where doubles are not */
}

typedef struct Error { double absolute, relative, ulp; } Error;

static const Error apart = {INFINITY, INFINITY, INFINITY};

static Error real_error(const Data *got, const Data *want, int64_t i) {
  double a = data_real(got, i), b = data_real(want, i);
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b) ? (Error){0} : apart;
  if (a == b) return (Error){0};
  if (isinf(a) || isinf(b)) return apart;
  double d = fabs(a - b);
  return (Error){d, b != 0 ? d / fabs(b) : INFINITY, ulp_between(got, want, i)};
}

/* The parts of a complex number are two reals that lie side by side. */
static Error complex_error(const Data *got, const Data *want, int64_t i) {
  Data a = *got, b = *want;
  a.type.elem = b.type.elem = want->type.elem == ELEM_c64 ? ELEM_f32 : ELEM_f64;
  Error re = real_error(&a, &b, 2 * i), im = real_error(&a, &b, 2 * i + 1);
  return (Error){fmax(re.absolute, im.absolute), fmax(re.relative, im.relative), fmax(re.ulp, im.ulp)};
}

static double complex_magnitude(const Data *d, int64_t i) {
  Data parts = *d;
  parts.type.elem = d->type.elem == ELEM_c64 ? ELEM_f32 : ELEM_f64;
  return hypot(data_real(&parts, 2 * i), data_real(&parts, 2 * i + 1));
}

static Error text_error(const Data *got, const Data *want, int64_t i) { return strcmp(data_text(got, i), data_text(want, i)) ? apart : (Error){0}; }

static double int_magnitude(const Data *d, int64_t i) { return fabs((double)data_int(d, i)); }
static double real_magnitude(const Data *d, int64_t i) { return fabs(data_real(d, i)); }
static double text_magnitude(const Data *d, int64_t i) { (void)d, (void)i; return 0; }

static Error int_error(const Data *got, const Data *want, int64_t i) {
  int64_t a = data_int(got, i), b = data_int(want, i);
  double d = want->type.elem == ELEM_u64 ? fabs((double)(uint64_t)a - (double)(uint64_t)b) : fabs((double)a - (double)b);
  if (a != b && d == 0) d = 1; /* equal only after rounding to double */
  return (Error){d, b ? d / fabs((double)b) : d > 0 ? INFINITY : 0, d};
}

/* How elements of a class are compared; a class without a row as integers. */
typedef struct Measure { char cls; Error (*error)(const Data *got, const Data *want, int64_t i); double (*magnitude)(const Data *d, int64_t i); } Measure;
static const Measure measures[] = {{'r', real_error, real_magnitude}, {'c', complex_error, complex_magnitude}, {'s', text_error, text_magnitude}, {0, int_error, int_magnitude}};

static const Measure *measure_of(Elem e) {
  const Measure *m = measures;
  while (m->cls && m->cls != elem_info(e)->cls) m++;
  return m;
}

/* The distance of the numbers of type e around v: how much smaller a share of the power of two below v may be and still make another number. */
static double spacing(Elem e, double v) {
  int exponent;
  if (v == 0 || !isfinite(v)) return 0;
  frexp(v, &exponent);
  double power = ldexp(1, exponent - 1), step = power;
  while (power + step / 2 > power && elem_round(e, power + step / 2) == power + step / 2) step /= 2;
  return step;
}

static Elem real_part(Elem e) { return e == ELEM_c64 ? ELEM_f32 : e == ELEM_c128 ? ELEM_f64 : e; }

static Difference compare_tensors(Ctx *ctx, const Data *got, const Data *want, Tolerance t) {
  Difference r = {.first = -1, .worst = -1, .element = -1};
  if (got->type.elem != want->type.elem || !same_shape(&got->type, &want->type)) {
    r.mismatch = ctx_printf(ctx, "got %s, want %s", type_text(ctx, &got->type), type_text(ctx, &want->type));
    return r;
  }
  const Measure *m = measure_of(want->type.elem);
  double worst = -1, largest = 0;
  r.count = type_bound(ctx, &want->type);
  for (int64_t i = 0; i < r.count; i++) {
    Error e = m->error(got, want, i);
    /* Against zero a relative error says nothing; the absolute one judges there. */
    double magnitude = m->magnitude(want, i);
    bool within = e.absolute == 0 || (isfinite(e.absolute) && (t.ulp >= 0 ? e.ulp <= t.ulp : e.absolute <= t.atol + t.rtol * magnitude));
    if (isfinite(magnitude) && magnitude > largest) largest = magnitude;
    if (e.absolute > r.max_abs) r.max_abs = e.absolute;
    if (e.relative > r.max_rel && magnitude > 0) r.max_rel = e.relative;
    if (e.ulp > r.max_ulp) r.max_ulp = e.ulp;
    if (e.absolute > worst) worst = e.absolute, r.worst = i;
    if (within) continue;
    r.wrong++;
    if (r.first < 0) r.first = i;
  }
  double step = m->cls == 'r' || m->cls == 'c' ? spacing(real_part(want->type.elem), largest) : 1;
  r.max_ulp_of_max = step > 0 ? r.max_abs / step : r.max_ulp;
  return r;
}

/* ---- records: as long as one another, and their elements equal one by one */
static const char *length_text(Ctx *ctx, const Data *d) {
  int64_t n = record_length(d);
  bool none = d->type.form == FORM_OPTIONAL ? n == 0 : n < 0;
  return none ? "none" : d->type.form == FORM_OPTIONAL ? "a tensor" : ctx_printf(ctx, "%lld element%s", (long long)n, n == 1 ? "" : "s");
}

static bool same_keys(Ctx *ctx, const Data *a, const Data *b) {
  const void *x = record_keys(ctx, a), *y = record_keys(ctx, b);
  bool same = a->type.key == b->type.key;
  for (int64_t i = 0; same && i < record_length(a); i++)
    same = a->type.key == ELEM_string ? !strcmp(((const char *const *)x)[i], ((const char *const *)y)[i]) : ((const int64_t *)x)[i] == ((const int64_t *)y)[i];
  return same;
}

static void add_difference(Ctx *ctx, Difference *r, Difference e, int64_t element) {
  if (e.mismatch && !r->mismatch) r->mismatch = ctx_printf(ctx, "element %lld: %s", (long long)element, e.mismatch);
  if (e.max_abs > r->max_abs) r->max_abs = e.max_abs;
  if (e.max_rel > r->max_rel) r->max_rel = e.max_rel;
  if (e.max_ulp > r->max_ulp) r->max_ulp = e.max_ulp;
  if (e.max_ulp_of_max > r->max_ulp_of_max) r->max_ulp_of_max = e.max_ulp_of_max;
  if (e.wrong && !r->wrong) r->first = e.first, r->element = element;
  r->count += e.count;
  r->wrong += e.wrong;
}

Difference compare(Ctx *ctx, const Data *got, const Data *want, Tolerance t) {
  Difference r = {.first = -1, .worst = -1, .element = -1};
  if (!type_is_record(&want->type) && !type_is_record(&got->type)) return compare_tensors(ctx, got, want, t);
  bool alike = got->type.form == want->type.form && got->type.key == want->type.key && record_is_sound(ctx, got);
  if (!alike) r.mismatch = ctx_printf(ctx, "got %s, want %s", type_text(ctx, &got->type), type_text(ctx, &want->type));
  else if (record_length(got) != record_length(want)) r.mismatch = ctx_printf(ctx, "got %s, want %s", length_text(ctx, got), length_text(ctx, want));
  else if (want->type.form == FORM_MAP && !same_keys(ctx, got, want)) r.mismatch = "the keys differ";
  if (r.mismatch) return r;
  for (int64_t i = 0, n = want->type.form == FORM_MAP ? 1 : record_length(want); i < n; i++) {
    Data a = record_element(ctx, got, i), b = record_element(ctx, want, i);
    add_difference(ctx, &r, compare(ctx, &a, &b, t), i);
  }
  return r;
}

const char *element_place(Ctx *ctx, const Type *t, int64_t i) {
  int64_t index[MAX_RANK] = {0};
  for (int d = t->rank - 1; d >= 0 && i > 0; d--) index[d] = i % t->dim[d], i /= t->dim[d];
  Str s = str_new(ctx);
  str_add(&s, "[");
  for (int d = 0; d < t->rank; d++) str_printf(&s, "%s%lld", d ? "," : "", (long long)index[d]);
  str_add(&s, "]");
  return s.s;
}

void element_print(const Data *d, int64_t i, Str *out) {
  Data parts = *d;
  switch (elem_info(d->type.elem)->cls) {
    case 'r':
      if (d->type.elem == ELEM_f64) str_real(out, data_real(d, i));
      else str_printf(out, "%.9g", data_real(d, i));
      return;
    case 'c':
      parts.type.elem = d->type.elem == ELEM_c64 ? ELEM_f32 : ELEM_f64;
      element_print(&parts, 2 * i, out);
      str_add(out, signbit(data_real(&parts, 2 * i + 1)) ? "" : "+");
      element_print(&parts, 2 * i + 1, out);
      str_add(out, "i");
      return;
    case 's':
      str_add(out, "\"");
      for (const char *c = data_text(d, i); *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) str_printf(out, "\\x%02x", (unsigned)(unsigned char)*c);
        else str_printf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
      str_add(out, "\"");
      return;
    default:
      if (d->type.elem == ELEM_u64) str_printf(out, "%llu", (unsigned long long)data_int(d, i));
      else str_printf(out, "%lld", (long long)data_int(d, i));
  }
}
