/* A TensorProto as constant data. Elements lie in one of seven fields; where they lie as we hold them (raw_data, packed floats) the data points into
 * the mapped file, so weights cost no memory. What is not as the tensor's type and shape say is refused. */
#include "frontend/onnx_tensor.h"
#include "frontend/wire.h"

/* ---- the fields that hold elements: numbers of onnx.proto */
enum { FLOAT_DATA = 4, INT32_DATA = 5, STRING_DATA = 6, INT64_DATA = 7, RAW_DATA = 9, DOUBLE_DATA = 10, UINT64_DATA = 11, DATA_FIELDS = 12 };
typedef struct DataField { const char *name; WireType wire; int bytes; } DataField; /* bytes: of one entry where they are fixed */
static const DataField data_fields[DATA_FIELDS] = {
  [FLOAT_DATA] = {"float_data", WIRE_FIXED32, 4}, [INT32_DATA] = {"int32_data", WIRE_VARINT, 0}, [STRING_DATA] = {"string_data", WIRE_BYTES, 0},
  [INT64_DATA] = {"int64_data", WIRE_VARINT, 0}, [RAW_DATA] = {"raw_data", WIRE_BYTES, 1}, [DOUBLE_DATA] = {"double_data", WIRE_FIXED64, 8},
  [UINT64_DATA] = {"uint64_data", WIRE_VARINT, 0},
};

/* Which typed field holds the elements of a type. Whatever has at most 32 bits and is no float is in int32_data, as its bits or its value. */
static int typed_field(Elem e) {
  switch (e) {
    case ELEM_f32: case ELEM_c64: return FLOAT_DATA;
    case ELEM_f64: case ELEM_c128: return DOUBLE_DATA;
    case ELEM_i64: return INT64_DATA;
    case ELEM_u32: case ELEM_u64: return UINT64_DATA;
    case ELEM_string: return STRING_DATA;
    default: return INT32_DATA;
  }
}

typedef struct Elements { size_t chunks, entries; const uint8_t *at; } Elements; /* what one field holds; at: of the only chunk */

/* One chunk of entries of a field: false when the wire type is not the field's. */
static bool take_chunk(Elements *e, const DataField *d, const WireField *f) {
  if (f->type != d->wire && f->type != WIRE_BYTES) return false;
  size_t entries = 1;
  if (d->wire == WIRE_BYTES) entries = d->bytes ? f->bytes : 1;
  else if (f->type == WIRE_BYTES && d->bytes) {
    if (f->bytes % (size_t)d->bytes) return false;
    entries = f->bytes / (size_t)d->bytes;
  } else if (f->type == WIRE_BYTES) {
    entries = 0;
    for (size_t i = 0; i < f->bytes; i++) entries += !(f->value[i] & 0x80);
    if (f->bytes && (f->value[f->bytes - 1] & 0x80)) return false;
  }
  e->chunks += entries > 0;
  e->entries += entries;
  if (entries) e->at = f->value;
  return true;
}

static bool survey(TensorSource *from, const Onnx__TensorProto *t, Place at, const char *what, Elements found[DATA_FIELDS]) {
  const uint8_t *p = from->file + t->span_begin, *end = p + t->span_length;
  while (p < end) {
    WireField f;
    if (wire_field(&p, end, &f)) return diag(from->ctx, E0103, at, "%s: its elements cannot be read", what);
    if (f.id >= DATA_FIELDS || !data_fields[f.id].name) continue;
    if (!take_chunk(&found[f.id], &data_fields[f.id], &f)) return diag(from->ctx, E0500, at, "%s: field %s is damaged", what, data_fields[f.id].name);
  }
  return true;
}

/* ---- elements that must be decoded */
typedef struct Store { TensorSource *from; Place at; const char *what; Elem elem; int field; uint8_t *out; size_t next, room; } Store; /* next, room: entries, or bytes */

static bool has_room(Store *s, size_t n) { /* the survey has counted; a file that changes under us must still not overflow */
  return n <= s->room - s->next || diag(s->from->ctx, E0103, s->at, "%s: the file changed while it was read", s->what);
}

static bool store_number(Store *s, uint64_t v) {
  const ElemInfo *info = elem_info(s->elem);
  int bits = info->bits < 8 ? 8 : info->bits; /* several small elements in a byte, a byte in an entry */
  bool is_signed = info->cls == 'i' && info->bits >= 8, fits;
  if (s->field == INT32_DATA && v >> 32 == 0) v = (uint64_t)(int64_t)(int32_t)v; /* protobuf reads an int32 by its low 32 bits */
  if (!has_room(s, 1)) return false;
  if (info->cls == 'b') fits = v <= 1;
  else if (bits == 64) fits = true;
  else if (is_signed) fits = (int64_t)v >= -((int64_t)1 << (bits - 1)) && (int64_t)v < (int64_t)1 << (bits - 1);
  else fits = v >> bits == 0 || (info->cls != 'u' && (int64_t)v < 0 && (int64_t)v >= -((int64_t)1 << (bits - 1))); /* bit patterns may come sign-extended */
  if (!fits) return diag(s->from->ctx, E0500, s->at, "%s: entry %zu, %lld, does not fit into %s", s->what, s->next, (long long)v, info->name);
  for (int i = 0; i < bits / 8; i++) s->out[s->next * (size_t)(bits / 8) + (size_t)i] = (uint8_t)(v >> (8 * i));
  s->next++;
  return true;
}

static bool store_text(Store *s, const WireField *f) {
  if (memchr(f->value, 0, f->bytes)) return diag(s->from->ctx, E0500, s->at, "%s: text %zu holds a NUL byte", s->what, s->next);
  char *text = has_room(s, 1) ? onnx_tensor_bytes(s->from, f->bytes + 1, s->at, s->what) : NULL;
  if (!text) return false;
  memcpy(text, f->value, f->bytes);
  ((const char **)(void *)s->out)[s->next++] = text;
  return true;
}

static bool store_chunk(Store *s, const DataField *d, const WireField *f) {
  if (d->wire == WIRE_BYTES && !d->bytes) return store_text(s, f);
  if (d->bytes) { /* raw or fixed width, in more than one piece */
    if (!has_room(s, f->bytes)) return false;
    memcpy(s->out + s->next, f->value, f->bytes);
    s->next += f->bytes;
    return true;
  }
  if (f->type == WIRE_VARINT) return store_number(s, f->number);
  for (const uint8_t *p = f->value, *end = p + f->bytes; p < end;) {
    uint64_t v;
    if (!wire_varint(&p, end, 10, &v)) return diag(s->from->ctx, E0500, s->at, "%s: entry %zu is longer than 64 bits", s->what, s->next);
    if (!store_number(s, v)) return false;
  }
  return true;
}

static const void *decode(TensorSource *from, const Onnx__TensorProto *t, Elem elem, int field, size_t entries, size_t bytes, Place at, const char *what) {
  Store s = {.from = from, .at = at, .what = what, .elem = elem, .field = field, .room = data_fields[field].bytes ? bytes : entries, .out = onnx_tensor_bytes(from, bytes, at, what)};
  const uint8_t *p = from->file + t->span_begin, *end = p + t->span_length;
  WireField f;
  while (s.out && p < end && !wire_field(&p, end, &f))
    if (f.id == (uint32_t)field && !store_chunk(&s, &data_fields[field], &f)) return NULL;
  return s.out;
}

void *onnx_tensor_bytes(TensorSource *from, size_t n, Place at, const char *what) {
  if (n > from->budget) { diag(from->ctx, E0104, at, "%s takes %zu bytes, more than reading a file of this size may take", what, n); return NULL; }
  from->budget -= n;
  return arena_alloc(from->ctx->arena, n);
}

/* ---- type and shape */
static bool read_type(TensorSource *from, const Onnx__TensorProto *t, Place at, const char *what, Type *type, int64_t *count) {
  Ctx *ctx = from->ctx;
  bool ok = true;
  *type = (Type){.elem = elem_from_onnx(t->data_type)};
  if (type->elem == ELEM_NONE) ok = diag(ctx, E0500, at, "%s: element type %lld is unknown", what, (long long)t->data_type);
  if (t->segment) ok = diag(ctx, E0500, at, "%s: a tensor in segments is not supported", what);
  if (t->n_dims > MAX_RANK) return diag(ctx, E0104, at, "%s has rank %zu, at most %d is supported", what, t->n_dims, MAX_RANK);
  type->rank = (int)t->n_dims;
  for (size_t i = 0; i < t->n_dims; i++) {
    if (t->dims[i] < 0) return diag(ctx, E0500, at, "%s: dimension %zu is %lld", what, i, (long long)t->dims[i]);
    if (t->dims[i] > (int64_t)1 << 48) return diag(ctx, E0104, at, "%s: dimension %zu is %lld", what, i, (long long)t->dims[i]);
    type->dim[i] = t->dims[i];
  }
  *count = type_bound(ctx, type);
  if (*count < 0) return diag(ctx, E0104, at, "%s has more than 2^48 elements", what);
  return ok;
}

/* The one field that holds the elements; 0 with a diagnostic when there are two, or it is not the type's. */
static int choose_field(TensorSource *from, const Elements found[DATA_FIELDS], Elem elem, Place at, const char *what) {
  int typed = typed_field(elem), field = 0;
  for (int f = 1; f < DATA_FIELDS; f++) {
    if (!found[f].entries) continue;
    if (field) return diag(from->ctx, E0500, at, "%s has both %s and %s", what, data_fields[field].name, data_fields[f].name), 0;
    field = f;
  }
  if (!field) return typed;
  if (field == RAW_DATA && elem == ELEM_string) return diag(from->ctx, E0500, at, "%s: texts cannot lie in raw_data", what), 0;
  if (field != RAW_DATA && field != typed) return diag(from->ctx, E0500, at, "%s: elements of type %s lie in %s, expected raw_data or %s", what, elem_info(elem)->name, data_fields[field].name, data_fields[typed].name), 0;
  return field;
}

static bool are_bools(const uint8_t *bytes, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (bytes[i] > 1) return false;
  return true;
}

static const void *elements(TensorSource *from, const Onnx__TensorProto *t, const Type *type, int64_t count, size_t bytes, Place at, const char *what) {
  Elements found[DATA_FIELDS] = {0};
  if (!survey(from, t, at, what, found)) return NULL;
  if (t->data_location != ONNX__TENSOR_PROTO__DATA_LOCATION__DEFAULT) {
    for (int f = 1; f < DATA_FIELDS; f++)
      if (found[f].entries) { diag(from->ctx, E0500, at, "%s has external data and %s", what, data_fields[f].name); return NULL; }
    if (t->data_location != ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL) { diag(from->ctx, E0500, at, "%s: data location %lld is unknown", what, (long long)t->data_location); return NULL; }
    if (type->elem == ELEM_string) { diag(from->ctx, E0500, at, "%s: texts cannot be external data", what); return NULL; }
    return onnx_external(from, t, bytes, at, what);
  }
  int field = choose_field(from, found, type->elem, at, what), bits = elem_info(type->elem)->bits;
  if (!field) return NULL;
  size_t want = (size_t)count;
  if (field == RAW_DATA) want = bytes;
  else if (elem_info(type->elem)->cls == 'c') want = 2 * (size_t)count;
  else if (bits && bits < 8) want = bytes;
  if (found[field].entries != want) {
    diag(from->ctx, E0500, at, "%s: %s holds %zu %s, the shape needs %zu", what, data_fields[field].name, found[field].entries, field == RAW_DATA ? "bytes" : "entries", want);
    return NULL;
  }
  if (!want) return "";
  if (data_fields[field].bytes && found[field].chunks == 1) return found[field].at;
  return decode(from, t, type->elem, field, want, bytes, at, what);
}

const Data *onnx_tensor(TensorSource *from, const Onnx__TensorProto *t, Place at, const char *what) {
  MapEntry *known = map_find(&from->read, t);
  if (known) return known->p;
  Type type;
  int64_t count = 0;
  Data *d = NULL;
  if (t->span_begin > from->file_bytes || t->span_length > from->file_bytes - t->span_begin) diag(from->ctx, E0103, at, "%s: its elements cannot be read", what);
  else if (read_type(from, t, at, what, &type, &count)) {
    size_t bytes = (size_t)elem_bytes(type.elem, count);
    const void *at_bytes = elements(from, t, &type, count, bytes, at, what);
    if (at_bytes && type.elem == ELEM_bool && !are_bools(at_bytes, bytes)) diag(from->ctx, E0500, at, "%s: an element of type bool is neither 0 nor 1", what);
    else if (at_bytes) {
      d = NEW(from->ctx, Data);
      *d = (Data){.type = type, .bytes = at_bytes, .nbytes = bytes};
    }
  }
  map_add(from->scratch, &from->read, t)->p = d;
  return d;
}
