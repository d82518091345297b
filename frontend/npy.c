/* NumPy's array files: a magic, a version, a Python literal that describes the array, and its elements. */
#include "frontend/npy.h"

static const char magic[] = "\x93NUMPY";
enum { MAGIC_BYTES = 6, PREFIX_BYTES = 10, HEADER_ALIGN = 64, LONGEST_HEADER = 1 << 16 };

typedef struct NpyType { const char *name; Elem elem; } NpyType; /* kind and bytes of an element */
static const NpyType types[] = {
  {"b1", ELEM_bool}, {"f2", ELEM_f16}, {"f4", ELEM_f32}, {"f8", ELEM_f64}, {"i1", ELEM_i8}, {"i2", ELEM_i16}, {"i4", ELEM_i32}, {"i8", ELEM_i64},
  {"u1", ELEM_u8}, {"u2", ELEM_u16}, {"u4", ELEM_u32}, {"u8", ELEM_u64}, {"c8", ELEM_c64}, {"c16", ELEM_c128},
};

bool npy_is(const void *bytes, size_t n) { return n >= MAGIC_BYTES && memcmp(bytes, magic, MAGIC_BYTES) == 0; }

/* ---- the literal: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } */
typedef struct Cursor { const char *at, *end; } Cursor;

static void skip_space(Cursor *c) { while (c->at < c->end && strchr(" \t\n\r", *c->at)) c->at++; }

static bool take(Cursor *c, const char *text) {
  size_t n = strlen(text);
  skip_space(c);
  if ((size_t)(c->end - c->at) < n || memcmp(c->at, text, n) != 0) return false;
  c->at += n;
  return true;
}

static bool take_text(Cursor *c, char *out, size_t room) {
  skip_space(c);
  if (c->at == c->end || (*c->at != '\'' && *c->at != '"')) return false;
  char quote = *c->at++;
  size_t n = 0;
  for (; c->at < c->end && *c->at != quote; c->at++)
    if (n + 1 < room) out[n++] = *c->at;
  out[n] = 0;
  return c->at < c->end && c->at++;
}

static bool take_number(Cursor *c, int64_t *v) {
  skip_space(c);
  const char *from = c->at;
  for (*v = 0; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
    if (__builtin_mul_overflow(*v, 10, v) || __builtin_add_overflow(*v, *c->at - '0', v)) return false;
  return c->at > from && *v <= (int64_t)1 << 48;
}

typedef struct Header { char descr[32]; bool fortran, has_descr, has_order, has_shape; int rank; int64_t dim[MAX_RANK]; } Header;

static bool take_shape(Cursor *c, Header *h) {
  if (!take(c, "(")) return false;
  while (!take(c, ")")) {
    if (h->rank == MAX_RANK || !take_number(c, &h->dim[h->rank++])) return false;
    take(c, "L"); /* Python 2 */
    if (!take(c, ",") && !take(c, ")")) return false;
    if (c->at[-1] == ')') break;
  }
  return h->has_shape = true;
}

static bool parse_header(Cursor *c, Header *h) {
  char key[32];
  if (!take(c, "{")) return false;
  while (!take(c, "}")) {
    if (!take_text(c, key, sizeof key) || !take(c, ":")) return false;
    if (strcmp(key, "descr") == 0) {
      if (!(h->has_descr = take_text(c, h->descr, sizeof h->descr))) return false;
    } else if (strcmp(key, "fortran_order") == 0) {
      h->fortran = take(c, "True");
      if (!h->fortran && !take(c, "False")) return false;
      h->has_order = true;
    } else if (strcmp(key, "shape") != 0 || !take_shape(c, h)) return false;
    take(c, ",");
  }
  return h->has_descr && h->has_order && h->has_shape;
}

/* ---- reading */
static bool find_header(const uint8_t *b, size_t n, Cursor *c, const uint8_t **data) {
  if (n < PREFIX_BYTES || b[6] < 1 || b[6] > 3) return false;
  size_t wide = b[6] == 1 ? 2 : 4, length = 0;
  if (n < 8 + wide) return false;
  for (size_t i = 0; i < wide; i++) length |= (size_t)b[8 + i] << (8 * i);
  if (length > LONGEST_HEADER || length > n - 8 - wide) return false;
  const char *from = (const char *)b + 8 + wide;
  *c = (Cursor){from, from + length};
  *data = b + 8 + wide + length;
  return true;
}

static Elem find_type(const char *descr) {
  bool single = strcmp(descr + (*descr != 0), "b1") == 0 || strcmp(descr + (*descr != 0), "i1") == 0 || strcmp(descr + (*descr != 0), "u1") == 0;
  if (*descr != '<' && !(*descr == '|' && single) && !(*descr == '>' && single) && !(*descr == '=' && single)) return ELEM_NONE;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strcmp(types[i].name, descr + 1) == 0) return types[i].elem;
  return ELEM_NONE;
}

/* Elements stand with the first coordinate running fastest. */
static void transpose(const Type *t, const uint8_t *from, uint8_t *to, size_t size, int64_t count) {
  int64_t at[MAX_RANK] = {0};
  for (int64_t i = 0; i < count; i++) {
    int64_t row_major = 0;
    for (int k = 0; k < t->rank; k++) row_major = row_major * t->dim[k] + at[k];
    memcpy(to + (size_t)row_major * size, from + (size_t)i * size, size);
    for (int k = 0; k < t->rank && ++at[k] == t->dim[k]; k++) at[k] = 0;
  }
}

const Data *npy_read(Ctx *ctx, Place at, const uint8_t *bytes, size_t n) {
  Cursor c;
  Header h = {0};
  const uint8_t *data;
  if (!find_header(bytes, n, &c, &data) || !parse_header(&c, &h)) { diag(ctx, E0103, at, "the header of this NumPy file cannot be read"); return NULL; }
  Type type = {.elem = find_type(h.descr), .rank = h.rank};
  if (type.elem == ELEM_NONE) { diag(ctx, E0404, at, "the array has NumPy type '%s'; little-endian numbers and bool can be read", h.descr); return NULL; }
  for (int i = 0; i < h.rank; i++) type.dim[i] = h.dim[i];
  int64_t count = type_bound(ctx, &type), want = count < 0 ? -1 : elem_bytes(type.elem, count);
  size_t have = (size_t)(bytes + n - data);
  if (want < 0 || (size_t)want != have) { diag(ctx, E0103, at, "the array holds %zu bytes, its shape needs %lld", have, (long long)want); return NULL; }
  Data *d = NEW(ctx, Data);
  *d = (Data){.type = type, .bytes = data, .nbytes = have};
  if (h.fortran && h.rank > 1) {
    uint8_t *copy = arena_alloc(ctx->arena, have);
    transpose(&type, data, copy, (size_t)elem_info(type.elem)->bits / 8, count);
    d->bytes = copy;
  }
  for (size_t i = 0; type.elem == ELEM_bool && i < have; i++)
    if (data[i] > 1) { diag(ctx, E0500, at, "element %zu of a bool array is %d", i, data[i]); return NULL; }
  return d;
}

/* ---- writing: version 1.0 */
static const char *name_of(Elem e) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (types[i].elem == e) return types[i].name;
  return NULL;
}

bool npy_holds(Elem e) { return name_of(e) != NULL; }

bool npy_header(Ctx *ctx, Place at, const Type *type, Str *out) {
  const char *name = name_of(type->elem);
  if (!name) return diag(ctx, E0404, at, "NumPy has no element type %s; a .pb file can hold it", elem_info(type->elem)->name);
  Str text = str_new(ctx);
  str_printf(&text, "{'descr': '%c%s', 'fortran_order': False, 'shape': (", elem_info(type->elem)->bits == 8 ? '|' : '<', name);
  for (int i = 0; i < type->rank; i++) str_printf(&text, "%s%lld", i ? ", " : "", (long long)type->dim[i]);
  str_add(&text, type->rank == 1 ? ",), }" : "), }");
  while ((PREFIX_BYTES + text.n + 1) % HEADER_ALIGN) str_add(&text, " ");
  str_add(&text, "\n");
  str_addn(out, magic, MAGIC_BYTES);
  str_addn(out, (const char[]){1, 0, (char)(text.n & 0xff), (char)(text.n >> 8)}, 4);
  str_addn(out, text.s, text.n);
  return true;
}
