/* Writing values to files: tensors as TensorProto and NumPy arrays; sequences, optionals and maps as the messages ONNX has for them. Field numbers: onnx.proto. */
#include "frontend/frontend.h"
#include "frontend/npy.h"
#include "frontend/onnx_write.h"
#include "ir/record.h"
#include <errno.h>
#include <unistd.h>

/* ---- writing: the file appears whole or not at all */
bool file_write(Ctx *ctx, const char *path, const Str *head, const void *body, size_t n) {
  char *part = ctx_printf(ctx, "%s.part", path);
  FILE *f = fopen(part, "wb");
  bool ok = f != NULL;
  if (ok && head->n) ok = fwrite(head->s, 1, head->n, f) == head->n;
  if (ok && n) ok = fwrite(body, 1, n, f) == n;
  if (f && fclose(f) != 0) ok = false;
  if (ok) ok = rename(part, path) == 0;
  if (ok) return true;
  int error = errno;
  if (f) unlink(part);
  return diag(ctx, E0800, (Place){.file = path}, "%s", strerror(error));
}

bool tensor_write_npy(Ctx *ctx, const char *path, const Data *d) {
  Str head = str_new(ctx);
  return npy_header(ctx, (Place){.file = path}, &d->type, &head) && file_write(ctx, path, &head, d->bytes, d->nbytes);
}

/* All of a TensorProto but its elements, which a text tensor has before the end. */
static void tensor_head(Str *s, const char *name, const Data *d) {
  int64_t count = type_bound(s->ctx, &d->type);
  for (int i = 0; i < d->type.rank; i++) wire_put_number(s, 1, (uint64_t)d->type.dim[i]);
  wire_put_number(s, 2, (uint64_t)elem_info(d->type.elem)->onnx);
  if (name && *name) wire_put_text(s, 8, name);
  if (d->type.elem == ELEM_string) {
    for (int64_t i = 0; i < count; i++) wire_put_text(s, 6, ((const char *const *)d->bytes)[i]);
    return;
  }
  wire_put_head(s, 9, d->nbytes);
}

static size_t body_bytes(const Data *d) { return d->type.elem == ELEM_string ? 0 : d->nbytes; }

bool tensor_write_pb(Ctx *ctx, const char *path, const char *name, const Data *d) {
  Str s = str_new(ctx);
  tensor_head(&s, name, d);
  return file_write(ctx, path, &s, d->bytes, body_bytes(d));
}

/* ---- records; numbers of elem_type: 1 tensor, 3 sequence, 4 map */
enum { PB_TENSOR = 1, PB_SEQUENCE = 3, PB_MAP = 4 };

Str tensor_message(Ctx *ctx, const char *name, const Data *d) {
  Str s = str_new(ctx);
  tensor_head(&s, name, d);
  str_addn(&s, d->bytes, body_bytes(d));
  return s;
}

static Str map_message(Ctx *ctx, const Data *d) {
  Str s = str_new(ctx), values = str_new(ctx);
  const void *keys = record_keys(ctx, d);
  Data value = record_element(ctx, d, 0);
  int64_t bytes = elem_info(value.type.elem)->bits / 8;
  wire_put_number(&s, 2, (uint64_t)elem_info(d->type.key)->onnx);
  wire_put_number(&values, 2, PB_TENSOR);
  for (int64_t i = 0; i < record_length(d); i++) {
    if (d->type.key == ELEM_string) wire_put_text(&s, 4, ((const char *const *)keys)[i]);
    else wire_put_number(&s, 3, (uint64_t)((const int64_t *)keys)[i]);
    Data one = {.type = {.elem = value.type.elem}, .bytes = (const char *)value.bytes + i * bytes, .nbytes = (size_t)bytes};
    Str message = tensor_message(ctx, NULL, &one);
    wire_put_message(&values, 3, &message);
  }
  wire_put_message(&s, 5, &values);
  return s;
}

static Str sequence_message(Ctx *ctx, const char *name, const Data *d) {
  Str s = str_new(ctx);
  bool maps = d->type.key != ELEM_NONE;
  if (name && *name) wire_put_text(&s, 1, name);
  wire_put_number(&s, 2, maps ? PB_MAP : PB_TENSOR);
  for (int64_t i = 0; i < record_length(d); i++) {
    Data e = record_element(ctx, d, i);
    Str message = maps ? map_message(ctx, &e) : tensor_message(ctx, NULL, &e);
    wire_put_message(&s, maps ? 6 : 3, &message);
  }
  return s;
}

static Str optional_message(Ctx *ctx, const char *name, const Data *d) {
  Str s = str_new(ctx), value;
  bool sequence = d->type.form == FORM_OPTIONAL_SEQUENCE;
  if (name && *name) wire_put_text(&s, 1, name);
  wire_put_number(&s, 2, sequence ? PB_SEQUENCE : PB_TENSOR);
  if (record_length(d) < !sequence) return s; /* none */
  if (sequence) value = sequence_message(ctx, NULL, d);
  else {
    Data e = record_element(ctx, d, 0);
    value = tensor_message(ctx, NULL, &e);
  }
  wire_put_message(&s, sequence ? 5 : 3, &value);
  return s;
}

bool value_write_pb(Ctx *ctx, const char *path, const char *name, const Data *d) {
  if (d->type.form == FORM_TENSOR) return tensor_write_pb(ctx, path, name, d);
  Str s = d->type.form == FORM_SEQUENCE ? sequence_message(ctx, name, d) : d->type.form == FORM_MAP ? map_message(ctx, d) : optional_message(ctx, name, d);
  return file_write(ctx, path, &s, NULL, 0);
}
