/* Declared types: what a model says that a value is. */
#include "frontend/onnx_import.h"

static bool unknown(const Onnx__TypeProto *t, const char **other) {
  *other = t->sparse_tensor_type ? "a sparse tensor" : t->opaque_type ? "an opaque value" : t->map_type ? "a map of something else than single numbers or texts" : "nested deeper than an optional sequence or a sequence of maps";
  return false;
}

/* A map holds one number or text for each key. */
static bool map_form(const Onnx__TypeProto *t, DeclaredType *d, const char **other) {
  const Onnx__TypeProto *value = t->map_type->value_type;
  d->key = elem_from_onnx(t->map_type->key_type);
  if (d->key != ELEM_i64 && d->key != ELEM_string) return *other = "a map whose keys are neither int64 nor strings", false;
  if (!value || !value->tensor_type || (value->tensor_type->shape && value->tensor_type->shape->n_dim > 1)) return unknown(t, other);
  d->tensor = value->tensor_type;
  return true;
}

bool onnx_form(const Onnx__TypeProto *t, DeclaredType *d, const char **other) {
  *d = (DeclaredType){0};
  if (!t) return true;
  if (t->optional_type) {
    const Onnx__TypeProto *inner = t->optional_type->elem_type;
    if (!onnx_form(inner && inner->optional_type ? NULL : inner, d, other)) return false;
    if ((inner && inner->optional_type) || d->form == FORM_MAP || d->key != ELEM_NONE) return unknown(t, other);
    d->form = d->form == FORM_SEQUENCE ? FORM_OPTIONAL_SEQUENCE : FORM_OPTIONAL;
    return true;
  }
  if (t->sequence_type) {
    const Onnx__TypeProto *inner = t->sequence_type->elem_type;
    d->form = FORM_SEQUENCE;
    if (inner && inner->map_type) return map_form(inner, d, other);
    if (inner && !inner->tensor_type) return unknown(inner->sparse_tensor_type || inner->opaque_type ? inner : t, other);
    d->tensor = inner ? inner->tensor_type : NULL;
    return true;
  }
  if (t->map_type) return d->form = FORM_MAP, map_form(t, d, other);
  if (!t->tensor_type && (t->sparse_tensor_type || t->opaque_type)) return unknown(t, other);
  d->tensor = t->tensor_type;
  return true;
}

bool onnx_type(Import *im, const Onnx__TypeProto *t, Place at, const char *what, Type *type) {
  DeclaredType d;
  const char *other = NULL;
  if (!onnx_form(t, &d, &other)) return diag(im->ctx, E0202, at, "%s is %s", what, other);
  *type = (Type){.elem = d.tensor ? elem_from_onnx(d.tensor->elem_type) : ELEM_NONE, .rank = -1, .form = d.form, .key = d.key, .cap = d.form == FORM_TENSOR ? 0 : d.form == FORM_SEQUENCE || d.form == FORM_OPTIONAL_SEQUENCE ? -1 : 1};
  if (d.key != ELEM_NONE) type->rank = 1, type->varies = 1, type->dim[0] = -1;
  const Onnx__TensorShapeProto *shape = d.tensor && d.key == ELEM_NONE ? d.tensor->shape : NULL;
  if (!shape) return true;
  if (shape->n_dim > MAX_RANK) return diag(im->ctx, E0104, at, "%s has rank %zu, at most %d is supported", what, shape->n_dim, MAX_RANK);
  type->rank = (int)shape->n_dim;
  for (int i = 0; i < type->rank; i++) type->dim[i] = shape->dim[i]->has_dim_value && shape->dim[i]->dim_value >= 0 ? shape->dim[i]->dim_value : -1;
  return true;
}
