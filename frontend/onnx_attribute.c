/* Attributes of nodes, of every kind; and the Constant node, which is an attribute that became a value. */
#include "frontend/onnx_import.h"

typedef Onnx__AttributeProto Proto;

/* ---- kinds: how the format numbers them, and where the value lies */
typedef struct KindRow { const char *name; int kind; } KindRow; /* kind -1: exists in the format, but no operator uses it */
static const KindRow kinds[] = {
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT] = {"FLOAT", ATTR_REAL},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT] = {"INT", ATTR_INT},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING] = {"STRING", ATTR_STRING},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR] = {"TENSOR", ATTR_TENSOR},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH] = {"GRAPH", ATTR_GRAPH},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS] = {"FLOATS", ATTR_REALS},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS] = {"INTS", ATTR_INTS},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS] = {"STRINGS", ATTR_STRINGS},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSORS] = {"TENSORS", -1},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPHS] = {"GRAPHS", -1},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSOR] = {"SPARSE_TENSOR", ATTR_TENSOR},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSORS] = {"SPARSE_TENSORS", -1},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTO] = {"TYPE_PROTO", ATTR_TYPE},
  [ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTOS] = {"TYPE_PROTOS", -1},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static unsigned fields_set(const Proto *a) { /* bit k: the field of kind k */
  const bool set[KINDS] = {false, a->has_f, a->has_i, a->has_s, a->t != NULL, a->g != NULL, a->n_floats > 0, a->n_ints > 0, a->n_strings > 0, a->n_tensors > 0, a->n_graphs > 0, a->sparse_tensor != NULL, a->n_sparse_tensors > 0, a->tp != NULL, a->n_type_protos > 0};
  unsigned bits = 0;
  for (int k = 0; k < KINDS; k++) bits |= (unsigned)set[k] << k;
  return bits;
}

/* The kind of a well-formed attribute, 0 with a diagnostic otherwise. Old files give no type: the field tells. Numbers and texts that are 0 or empty may be left out. */
static int kind_of(Import *im, const Proto *a, Place at) {
  unsigned set = fields_set(a);
  const char *name = onnx_name(im, a->name);
  int64_t type = a->type;
  if (type == 0 && set && !(set & (set - 1)))
    while (!(set >> type & 1)) type++;
  if (type <= 0 || type >= KINDS) return diag(im->ctx, E0200, at, "attribute '%s' has type %lld, which does not exist", name, (long long)type), 0;
  if (set & ~(1u << type)) return diag(im->ctx, E0200, at, "attribute '%s' is said to be %s but holds something else", name, kinds[type].name), 0;
  if (kinds[type].kind < 0) return diag(im->ctx, E0202, at, "attribute '%s': lists of kind %s are not supported", name, kinds[type].name), 0;
  bool may_be_left_out = kinds[type].kind != ATTR_TENSOR && kinds[type].kind != ATTR_GRAPH && kinds[type].kind != ATTR_TYPE;
  if (!set && !may_be_left_out) return diag(im->ctx, E0200, at, "attribute '%s' is said to be %s but is empty", name, kinds[type].name), 0;
  return (int)type;
}

/* ---- references from the body of a function to its attributes */
static const Proto *find_attribute(size_t n, Proto *const *list, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (list[i]->name && strcmp(list[i]->name, name) == 0) return list[i];
  return NULL;
}

static bool is_declared(const Onnx__FunctionProto *f, const char *name) {
  for (size_t i = 0; i < f->n_attribute; i++)
    if (strcmp(f->attribute[i], name) == 0) return true;
  return find_attribute(f->n_attribute_proto, f->attribute_proto, name) != NULL;
}

const Proto *onnx_resolve(Import *im, const Scope **scope, const Proto *a, Place at, bool *ok) {
  int64_t type = a->type;
  while (a->ref_attr_name && *a->ref_attr_name) {
    const Call *call = (*scope)->call;
    const char *name = a->ref_attr_name;
    if (!call) { *ok = diag(im->ctx, E0200, at, "attribute '%s' refers to attribute '%s' of a function but stands in none", onnx_name(im, a->name), name); return NULL; }
    if (!is_declared(call->function, name)) { *ok = diag(im->ctx, E0200, at, "attribute '%s' refers to '%s', which function '%s' does not declare", onnx_name(im, a->name), name, onnx_name(im, call->function->name)); return NULL; }
    const Proto *given = find_attribute(call->node->n_attribute, call->node->attribute, name), *standard = find_attribute(call->function->n_attribute_proto, call->function->attribute_proto, name);
    if (given) *scope = call->caller;
    else if (!standard) return NULL;
    else if (standard->ref_attr_name && *standard->ref_attr_name) { *ok = diag(im->ctx, E0200, at, "the default of attribute '%s' is a reference", name); return NULL; }
    a = given ? given : standard;
  }
  if (type && a->type && a->type != type) { *ok = diag(im->ctx, E0200, at, "attribute '%s' is given with type %lld where type %lld is needed", onnx_name(im, a->name), (long long)a->type, (long long)type); return NULL; }
  return a;
}

/* ---- values */
static const char *text_of(Import *im, const ProtobufCBinaryData *s, Place at, const char *name, bool *ok) {
  if (s->len && memchr(s->data, 0, s->len)) *ok = diag(im->ctx, E0200, at, "attribute '%s': the text holds a NUL byte", name);
  char *text = arena_alloc(im->ctx->arena, s->len + 1);
  if (s->len) memcpy(text, s->data, s->len);
  return text;
}

static bool convert(Import *im, const Scope *s, const Proto *a, Place at, const char *name, Graph *sits_in, Attr *out) {
  Ctx *ctx = im->ctx;
  int type = kind_of(im, a, at);
  bool ok = type != 0;
  if (!ok) return false;
  *out = (Attr){.name = name, .kind = (AttrKind)kinds[type].kind};
  const char *what = ctx_printf(ctx, "attribute '%s'", name);
  switch (out->kind) {
    case ATTR_INT: out->i = a->i; break;
    case ATTR_REAL: out->r = (double)a->f; break;
    case ATTR_STRING: out->s = text_of(im, &a->s, at, name, &ok); break;
    case ATTR_INTS:
      out->n = (int)a->n_ints;
      out->ints = arena_copy(ctx->arena, a->ints, a->n_ints * sizeof *a->ints);
      break;
    case ATTR_REALS: {
      double *reals = NEWN(ctx, double, a->n_floats);
      for (size_t i = 0; i < a->n_floats; i++) reals[i] = (double)a->floats[i];
      out->n = (int)a->n_floats;
      out->reals = reals;
      break;
    }
    case ATTR_STRINGS: {
      const char **strings = NEWN(ctx, const char *, a->n_strings);
      for (size_t i = 0; i < a->n_strings; i++) strings[i] = text_of(im, &a->strings[i], at, name, &ok);
      out->n = (int)a->n_strings;
      out->strings = strings;
      break;
    }
    case ATTR_TENSOR: out->tensor = a->t ? onnx_tensor(&im->tensors, a->t, at, what) : onnx_sparse_tensor(&im->tensors, a->sparse_tensor, at, what); return out->tensor != NULL;
    case ATTR_GRAPH: out->graph = onnx_region(im, s, a->g, sits_in, at, name); return out->graph != NULL;
    case ATTR_TYPE: {
      Type *made = NEW(ctx, Type);
      out->type = made;
      return onnx_type(im, a->tp, at, what, made);
    }
  }
  return ok;
}

bool onnx_attributes(Import *im, const Scope *s, const Onnx__NodeProto *n, Place at, Node *node) {
  bool ok = true;
  Map seen = {0};
  for (size_t i = 0; i < n->n_attribute; i++) {
    const Proto *a = n->attribute[i];
    const char *name = onnx_name(im, a->name);
    if (!*name) { ok = diag(im->ctx, E0200, at, "attribute %zu has no name", i); continue; }
    if (map_find(&seen, name)) { ok = diag(im->ctx, E0200, at, "attribute '%s' is given twice", name); continue; }
    map_add(im->scratch, &seen, name);
    const Scope *scope = s;
    Attr attr;
    a = onnx_resolve(im, &scope, a, at, &ok);
    if (!a) continue; /* absent: the operator's own default applies */
    if (convert(im, scope, a, at, name, s->graph, &attr)) vec_push(im->ctx, &node->attrs, attr);
    else ok = false;
  }
  return ok;
}

/* ---- Constant */
static const Data *list_of(Ctx *ctx, const Attr *a, Elem elem, bool is_list) {
  int64_t n = is_list ? a->n : 1;
  Data *d = data_new(ctx, elem, is_list, &n);
  if (!d) return NULL;
  void *bytes = (void *)d->bytes;
  for (int64_t i = 0; i < n; i++) {
    if (elem == ELEM_f32) data_set_real(bytes, elem, i, is_list ? a->reals[i] : a->r);
    else if (elem == ELEM_i64) data_set_int(bytes, elem, i, is_list ? a->ints[i] : a->i);
    else ((const char **)bytes)[i] = is_list ? a->strings[i] : a->s;
  }
  return d;
}

typedef struct ConstantRow { const char *name; AttrKind kind; Elem elem; } ConstantRow;
static const ConstantRow constant_rows[] = {
  {"value", ATTR_TENSOR, ELEM_NONE}, {"sparse_value", ATTR_TENSOR, ELEM_NONE}, {"value_float", ATTR_REAL, ELEM_f32}, {"value_floats", ATTR_REALS, ELEM_f32},
  {"value_int", ATTR_INT, ELEM_i64}, {"value_ints", ATTR_INTS, ELEM_i64}, {"value_string", ATTR_STRING, ELEM_string}, {"value_strings", ATTR_STRINGS, ELEM_string},
};

const Data *onnx_constant(Import *im, const Scope *s, const Onnx__NodeProto *n, Place at) {
  Ctx *ctx = im->ctx;
  Node holder = {.name = at.node, .op = at.op};
  if (!onnx_attributes(im, s, n, at, &holder)) return NULL;
  if (holder.attrs.n != 1) { diag(ctx, E0403, at, "a Constant has exactly one attribute, this one has %zu", holder.attrs.n); return NULL; }
  const Attr *a = &holder.attrs.at[0];
  for (size_t i = 0; i < sizeof constant_rows / sizeof *constant_rows; i++) {
    const ConstantRow *row = &constant_rows[i];
    if (strcmp(row->name, a->name) != 0) continue;
    if (row->kind != a->kind) { diag(ctx, E0200, at, "attribute '%s' is of the wrong kind", a->name); return NULL; }
    if (a->kind == ATTR_TENSOR) return a->tensor;
    return list_of(ctx, a, row->elem, a->kind == ATTR_INTS || a->kind == ATTR_REALS || a->kind == ATTR_STRINGS);
  }
  diag(ctx, E0402, at, "a Constant has no attribute '%s'", a->name);
  return NULL;
}
