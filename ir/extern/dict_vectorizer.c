/* DictVectorizer: the values of a map in the order of a vocabulary. */
#include "ir/extern/bind.h"
#include "ir/extern/dict_vectorizer.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"int64_vocabulary", "string_vocabulary", NULL}) || !extern_form(ctx, req, 0, FORM_MAP)) return false;
  const Type *x = req->in[0].type;
  const char *name = x->key == ELEM_string ? "string_vocabulary" : "int64_vocabulary";
  const Attr *a = extern_attr(req, name);
  if (!a || !a->n) return diag(ctx, E0403, req->place, "DictVectorizer needs `%s` for a map with keys of type %s", name, elem_info(x->key)->name);
  Record r;
  to->out[0] = (Type){.elem = x->elem, .rank = 2, .dim = {1, a->n}};
  if (!record_layout(ctx, x, &r) || !(x->key == ELEM_string ? extern_table_strings(ctx, req, name, to) : extern_table_ints(ctx, req, name, ELEM_i64, to))) return false;
  return extern_put(ctx, req, to, r.elements) && extern_put(ctx, req, to, extern_bits(x->elem) / 8) && extern_put(ctx, req, to, a->n) && extern_put(ctx, req, to, x->key == ELEM_string) &&
         extern_put(ctx, req, to, x->elem == ELEM_string);
}

const Extern extern_dict_vectorizer = {"DictVectorizer", "ai.onnx.ml", 1, 1, 1, "sinter_dict_vectorizer", bind, sinter_dict_vectorizer};
