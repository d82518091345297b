/* Values from files, by the type the model declares: what a file holds is never found out by trying. */
#include "frontend/frontend.h"
#include "frontend/onnx_tensor.h"
#include "frontend/onnx_unpack.h"
#include "ir/record.h"
#include <sys/stat.h>

typedef VEC(const Data *) Elements;
typedef struct Source { TensorSource tensors; Place at; const Type *type; } Source;

enum { PB_TENSOR = 1, PB_SEQUENCE = 3, PB_MAP = 4, MOST_ELEMENTS = 1 << 20 };

/* ---- records of what was read */

/* What says nothing of its elements has no room for any. */
static Data *empty(Ctx *ctx, const Type *declared, int64_t length) {
  Type t = {.elem = declared->elem, .form = declared->form, .key = declared->key, .rank = declared->key != ELEM_NONE, .varies = declared->key != ELEM_NONE};
  if (declared->form == FORM_MAP) t.cap = 1;
  Data *d = record_new(ctx, &t);
  if (d) record_set_length(d, length);
  return d;
}

static const Data *record_of(Ctx *ctx, Place at, const Type *declared, const Elements *elements) {
  Type t = {.elem = declared->elem, .form = declared->form, .key = declared->key};
  if (!elements->n) return empty(ctx, declared, 0);
  for (size_t i = 0; i < elements->n; i++) {
    const char *why;
    const Type *e = &elements->at[i]->type;
    bool first_map = i == 0 && t.key != ELEM_NONE;
    if (first_map) memcpy(t.dim, e->dim, sizeof t.dim), t.rank = 1, t.varies = 1;
    if (!record_admit(ctx, &t, e, &why)) { diag(ctx, E0500, at, "elements 0 and %zu cannot stand in one sequence: %s", i, why); return NULL; }
    t.cap++;
  }
  Data *d = record_new(ctx, &t);
  for (size_t i = 0; d && i < elements->n; i++)
    if (!record_push(ctx, d, elements->at[i])) { diag(ctx, E0500, at, "element %zu cannot stand in the sequence", i); return NULL; }
  return d;
}

/* ---- messages */
static const Data *read_map(Ctx *ctx, Source *s, const Onnx__MapProto *m) {
  size_t n = m->n_keys ? m->n_keys : m->n_string_keys, values = m->values ? m->values->n_tensor_values : 0;
  Elem key = elem_from_onnx(m->key_type);
  if (key != s->type->key || (key == ELEM_i64 ? m->n_string_keys : m->n_keys)) { diag(ctx, E0500, s->at, "the map's keys are not of type %s", elem_info(s->type->key)->name); return NULL; }
  if (n != values || n > MOST_ELEMENTS) { diag(ctx, E0500, s->at, "the map has %zu keys and %zu values", n, values); return NULL; }
  Type t = {.elem = s->type->elem, .form = FORM_MAP, .key = key, .rank = 1, .dim = {(int64_t)n}, .varies = 1, .cap = 1};
  Data *map = record_new(ctx, &t);
  if (!map) return NULL;
  Data to = record_element(ctx, map, 0);
  for (size_t i = 0; i < n; i++) {
    const Data *v = onnx_tensor(&s->tensors, m->values->tensor_values[i], s->at, "a value of the map");
    if (!v) return NULL;
    if (v->type.elem != t.elem || type_bound(ctx, &v->type) != 1) { diag(ctx, E0500, s->at, "value %zu of the map is not one %s", i, elem_info(t.elem)->name); return NULL; }
    memcpy((char *)(uintptr_t)to.bytes + i * v->nbytes, v->bytes, v->nbytes);
    void *keys = (void *)(uintptr_t)record_keys(ctx, map);
    if (key == ELEM_i64) ((int64_t *)keys)[i] = m->keys[i];
    else if (memchr(m->string_keys[i].data, 0, m->string_keys[i].len)) { diag(ctx, E0500, s->at, "key %zu of the map holds a NUL byte", i); return NULL; }
    else ((const char **)keys)[i] = internn(ctx, (const char *)m->string_keys[i].data, m->string_keys[i].len);
  }
  record_set_length(map, (int64_t)n);
  if (!record_sort_map(ctx, map)) { diag(ctx, E0500, s->at, "a key stands in the map twice"); return NULL; }
  return map;
}

static const Data *read_sequence(Ctx *ctx, Source *s, const Onnx__SequenceProto *p) {
  Elements elements = {0};
  bool maps = s->type->key != ELEM_NONE;
  int64_t kind = maps ? PB_MAP : PB_TENSOR;
  if ((p->elem_type && p->elem_type != kind) || (maps ? p->n_tensor_values : p->n_map_values)) { diag(ctx, E0500, s->at, "the file holds a sequence of something else than the model declares"); return NULL; }
  for (size_t i = 0; i < (maps ? p->n_map_values : p->n_tensor_values); i++) {
    const Data *e = maps ? read_map(ctx, s, p->map_values[i]) : onnx_tensor(&s->tensors, p->tensor_values[i], s->at, ctx_printf(ctx, "element %zu", i));
    if (!e) return NULL;
    vec_push(ctx, &elements, e);
  }
  return record_of(ctx, s->at, s->type, &elements);
}

static const Data *read_optional(Ctx *ctx, Source *s, const Onnx__OptionalProto *p) {
  bool sequence = s->type->form == FORM_OPTIONAL_SEQUENCE;
  if (sequence ? p->tensor_value != NULL : p->sequence_value != NULL) { diag(ctx, E0500, s->at, "the file holds an optional of something else than the model declares"); return NULL; }
  if (!p->tensor_value && !p->sequence_value) return empty(ctx, s->type, sequence ? -1 : 0);
  if (sequence) return read_sequence(ctx, s, p->sequence_value);
  Elements one = {0};
  const Data *e = onnx_tensor(&s->tensors, p->tensor_value, s->at, "the tensor");
  if (!e) return NULL;
  vec_push(ctx, &one, e);
  return record_of(ctx, s->at, s->type, &one);
}

static const Data *read_message(Ctx *ctx, Source *s, const ProtobufCMessage *m) {
  const void *p = m;
  switch (s->type->form) {
    case FORM_SEQUENCE: return read_sequence(ctx, s, p);
    case FORM_MAP: return read_map(ctx, s, p);
    case FORM_OPTIONAL: case FORM_OPTIONAL_SEQUENCE: return read_optional(ctx, s, p);
    default: return NULL;
  }
}

static const Data *read_file(Ctx *ctx, const char *path, const Type *type) {
  const ProtobufCMessageDescriptor *root[] = {[FORM_SEQUENCE] = &onnx__sequence_proto__descriptor, [FORM_OPTIONAL] = &onnx__optional_proto__descriptor,
                                              [FORM_OPTIONAL_SEQUENCE] = &onnx__optional_proto__descriptor, [FORM_MAP] = &onnx__map_proto__descriptor};
  const void *bytes;
  size_t n;
  Place at = {.file = path};
  if (!file_map(ctx, path, &bytes, &n)) return NULL;
  if (n == 0) return empty(ctx, type, type->form == FORM_OPTIONAL_SEQUENCE ? -1 : 0); /* a message all of whose fields are left out */
  Arena *scratch = arena_new(ctx);
  if (!scratch) ctx_out_of_memory(ctx);
  Source s = {.tensors = {.ctx = ctx, .path = path, .file = bytes, .file_bytes = n, .scratch = scratch, .budget = onnx_budget(ctx, n)}, .at = at, .type = type};
  const ProtobufCMessage *m = onnx_unpack(ctx, scratch, at, bytes, n, root[type->form]);
  const Data *d = m ? read_message(ctx, &s, m) : NULL;
  arena_free(scratch);
  return d;
}

/* ---- folders: elements in files 0.npy, 1.pb ... */
static const Data *read_folder(Ctx *ctx, const char *path, const Type *type) {
  Elements elements = {0};
  for (int i = 0; i < MOST_ELEMENTS; i++) {
    const char *npy = ctx_printf(ctx, "%s/%d.npy", path, i), *pb = ctx_printf(ctx, "%s/%d.pb", path, i);
    struct stat st;
    bool is_npy = stat(npy, &st) == 0;
    if (!is_npy && stat(pb, &st) != 0) break;
    const Data *e = tensor_read(ctx, is_npy ? npy : pb);
    if (!e) return NULL;
    vec_push(ctx, &elements, e);
  }
  return record_of(ctx, (Place){.file = path}, type, &elements);
}

const Data *value_read(Ctx *ctx, const char *path, const Type *type) {
  struct stat st;
  bool optional = type->form == FORM_OPTIONAL || type->form == FORM_OPTIONAL_SEQUENCE;
  size_t n = strlen(path);
  if (!type_is_record(type)) return tensor_read(ctx, path);
  if (optional && !strcmp(path, "none")) return empty(ctx, type, type->form == FORM_OPTIONAL_SEQUENCE ? -1 : 0);
  if (type->form == FORM_OPTIONAL && n > 4 && !strcmp(path + n - 4, ".npy")) {
    Elements one = {0};
    const Data *e = tensor_read(ctx, path);
    if (!e) return NULL;
    vec_push(ctx, &one, e);
    return record_of(ctx, (Place){.file = path}, type, &one);
  }
  bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
  if (folder && type->key == ELEM_NONE && type->form != FORM_OPTIONAL) return read_folder(ctx, path, type);
  return read_file(ctx, path, type);
}
