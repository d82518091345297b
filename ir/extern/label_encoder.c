/* LabelEncoder: from keys to values. Version 1 has one list of classes, which stand for their numbers; later ones list keys and values, of any two kinds. */
#include "ir/extern/label_encoder.h"
#include "ir/extern/label_encoder.kernel.h"

static Elem value_elem(const Keys *v) { return v->tensor ? v->tensor->type.elem : v->reals ? ELEM_f32 : v->texts ? ELEM_string : ELEM_i64; }

static void put_value(void *values, Elem e, int64_t i, const Keys *from, int64_t at) {
  if (e == ELEM_string) ((const char **)values)[i] = from->texts ? from->texts->strings[at] : ((const char *const *)from->tensor->bytes)[at];
  else if (elem_info(e)->cls == 'r') data_set_real(values, e, i, from->reals ? from->reals->reals[at] : data_real(from->tensor, at));
  else data_set_int(values, e, i, from->ints ? from->ints->ints[at] : from->tensor ? data_int(from->tensor, at) : at);
}

static bool put_default(Ctx *ctx, const BindRequest *req, void *values, Elem e, int64_t i, const Attr *a) {
  const Data *d = a && a->kind == ATTR_TENSOR ? a->tensor : NULL;
  char cls = elem_info(e)->cls;
  bool fits = d ? d->type.elem == e && type_bound(ctx, &d->type) == 1 : !a || a->kind == (cls == 's' ? ATTR_STRING : cls == 'r' ? ATTR_REAL : ATTR_INT);
  if (!fits) return diag(ctx, E0401, req->place, "the default of %s is not one element of type %s", req->op, elem_info(e)->name);
  if (cls == 's') ((const char **)values)[i] = d ? *(const char *const *)d->bytes : intern(ctx, a ? a->s : "_Unused");
  else if (cls == 'r') data_set_real(values, e, i, d ? data_real(d, 0) : a ? a->r : -0.0);
  else data_set_int(values, e, i, d ? data_int(d, 0) : a ? a->i : -1);
  return true;
}

bool label_encoder_bind(Ctx *ctx, const BindRequest *req, const Keys *keys, const Keys *values, const Attr *otherwise, ExternBound *to) {
  const Type *x = req->in[0].type;
  Elem e = value_elem(values);
  int64_t *at, n;
  *to = (ExternBound){0};
  if (keys->n != values->n) return diag(ctx, E0401, req->place, "%s has %lld keys and %lld values", req->op, (long long)keys->n, (long long)values->n);
  if (e != ELEM_string && !extern_plain_elem(ctx, req, e, "ri")) return false;
  if (!keys_bind(ctx, req, keys, false, to, &at, &n)) return false;
  const int64_t dim[] = {n + 1};
  Data *d = data_new(ctx, e, 1, dim);
  if (!d) return false;
  void *bytes = (void *)(uintptr_t)d->bytes;
  for (int64_t i = 0; i < n; i++) put_value(bytes, e, i, values, at[i]);
  if (!put_default(ctx, req, bytes, e, n, otherwise) || !extern_table(ctx, req, d, to)) return false;
  to->arg[to->nargs++] = extern_size(ctx, x, 0, x->rank);
  to->arg[to->nargs++] = e == ELEM_string ? 0 : elem_info(e)->bits / 8;
  to->out[0] = *x;
  to->out[0].elem = e;
  return true;
}

static const char *const known[] = {
  "classes_strings", "default_float", "default_int64", "default_string", "default_tensor", "keys_floats", "keys_int64s", "keys_strings", "keys_tensor", "values_floats", "values_int64s",
  "values_strings", "values_tensor", NULL};

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, known)) return false;
  Keys keys = keys_of(req, "keys_int64s", "keys_floats", "keys_strings", "keys_tensor"), values = keys_of(req, "values_int64s", "values_floats", "values_strings", "values_tensor");
  Keys classes = keys_of(req, NULL, NULL, "classes_strings", NULL), numbers = {.n = classes.n};
  if (classes.n) {
    bool texts = req->in[0].type->elem == ELEM_string;
    keys = texts ? classes : numbers;
    values = texts ? numbers : classes;
  }
  if (!keys.n) return diag(ctx, E0401, req->place, "%s has no keys", req->op);
  Elem e = value_elem(&values);
  const char *otherwise = values.tensor ? "default_tensor" : e == ELEM_string ? "default_string" : e == ELEM_f32 ? "default_float" : "default_int64";
  return label_encoder_bind(ctx, req, &keys, &values, extern_attr(req, otherwise), to);
}

const Extern extern_label_encoder = {"LabelEncoder", "ai.onnx.ml", 1, 1, 1, "sinter_label_encoder", bind, sinter_label_encoder};
