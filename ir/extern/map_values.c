/* MapValues of domain sinter: the values of a map as a tensor of their own type. No model has this node: CastMap is this and a Cast (passes/infer_sequence.c).
 * Attributes are those of CastMap: map_form and max_map. */
#include "ir/extern/bind.h"
#include "ir/extern/map_values.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  int64_t places;
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"map_form", "max_map", NULL}) || !extern_form(ctx, req, 0, FORM_MAP) || !extern_int(ctx, req, "max_map", 1, &places)) return false;
  const Type *x = req->in[0].type;
  const Attr *form = extern_attr(req, "map_form");
  bool sparse = form && form->kind == ATTR_STRING && !strcmp(form->s, "SPARSE");
  if (form && !sparse && (form->kind != ATTR_STRING || strcmp(form->s, "DENSE"))) return diag(ctx, E0401, req->place, "`map_form` is neither DENSE nor SPARSE");
  if (x->key != ELEM_i64) return diag(ctx, E0404, req->place, "CastMap takes maps with int64 keys");
  if (sparse && (places < 1 || places > (int64_t)1 << 40)) return diag(ctx, E0401, req->place, "`max_map` is %lld", (long long)places);
  Record r;
  Type *y = &to->out[0];
  if (!record_layout(ctx, x, &r)) return false;
  *y = (Type){.elem = x->elem, .rank = 2, .dim = {1, sparse ? places : x->dim[0]}};
  to->fails = true;
  return extern_put(ctx, req, to, r.elements) && extern_put(ctx, req, to, extern_bits(x->elem) / 8) && extern_put(ctx, req, to, sparse ? places : 0) && extern_put(ctx, req, to, x->elem == ELEM_string) &&
         (sparse || extern_open_extents(ctx, req, to, 2, y));
}

const Extern extern_map_values = {"MapValues", "sinter", 1, 1, 1, "sinter_map_values", bind, sinter_map_values};
