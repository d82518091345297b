/* Unique: the different slices along one axis (or the different elements, without an axis). */
#include "ir/extern/bind.h"
#include "ir/extern/unique.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"axis", "sorted", NULL})) return false;
  const Type *x = req->in[0].type;
  if (!extern_plain_elem(ctx, req, x->elem, "riubs")) return false;
  bool flat = !extern_attr(req, "axis");
  int axis = 0;
  int64_t wanted, sorted;
  if (!extern_int(ctx, req, "axis", 0, &wanted) || !extern_int(ctx, req, "sorted", 1, &sorted)) return false;
  if (!flat && !extern_axis(ctx, req, wanted, x->rank, &axis)) return false;
  ext_t outer = flat ? 1 : extern_size(ctx, x, 0, axis), extent = flat ? extern_size(ctx, x, 0, x->rank) : x->dim[axis];
  ext_t inner = flat ? 1 : extern_size(ctx, x, axis + 1, x->rank), different;
  if (!extern_symbol(ctx, req, "count", extent, &different)) return false;
  const ElemInfo *e = elem_info(x->elem);
  *to = (ExternBound){.nargs = 6, .arg = {e->cls == 's' ? 0 : e->bits / 8, e->cls, outer, extent, inner, sorted}, .ncounts = 1, .count = {different}};
  to->work = ext_mul(ctx, extent, 3 * (int64_t)sizeof(int64_t));
  to->out[0] = *x;
  if (flat) to->out[0].rank = 1;
  to->out[0].dim[axis] = different;
  to->out[1] = to->out[3] = (Type){.elem = ELEM_i64, .rank = 1, .dim = {different}};
  to->out[2] = (Type){.elem = ELEM_i64, .rank = 1, .dim = {extent}};
  return true;
}

const Extern extern_unique = {"Unique", "", 11, 1, 4, "sinter_unique", bind, sinter_unique};
