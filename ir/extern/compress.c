/* Compress: the slices along one axis (or the elements, without an axis) whose condition is true. */
#include "ir/extern/bind.h"
#include "ir/extern/compress.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 2) || !extern_attrs(ctx, req, (const char *const[]){"axis", NULL})) return false;
  const Type *x = req->in[0].type, *keep = req->in[1].type;
  if (!extern_plain_elem(ctx, req, x->elem, "riubcs")) return false;
  if (keep->elem != ELEM_bool) return diag(ctx, E0404, req->place, "the condition of Compress is %s, not bool", elem_info(keep->elem)->name);
  if (keep->rank != 1) return diag(ctx, E0401, req->place, "the condition of Compress has %d dimensions, not 1", keep->rank);
  bool flat = !extern_attr(req, "axis");
  int axis = 0;
  int64_t wanted;
  if (!extern_int(ctx, req, "axis", 0, &wanted) || (!flat && !extern_axis(ctx, req, wanted, x->rank, &axis))) return false;
  ext_t outer = flat ? 1 : extern_size(ctx, x, 0, axis), extent = flat ? extern_size(ctx, x, 0, x->rank) : x->dim[axis];
  ext_t bytes = ext_mul(ctx, flat ? 1 : extern_size(ctx, x, axis + 1, x->rank), x->elem == ELEM_string ? 1 : elem_info(x->elem)->bits / 8), kept;
  if (!extern_symbol(ctx, req, "count", ext_min(ctx, keep->dim[0], extent), &kept)) return false;
  *to = (ExternBound){.nargs = 5, .arg = {outer, extent, bytes, keep->dim[0], x->elem == ELEM_string}, .ncounts = 1, .count = {kept}};
  to->out[0] = *x;
  if (flat) to->out[0].rank = 1;
  to->out[0].dim[axis] = kept;
  return true;
}

const Extern extern_compress = {"Compress", "", 9, 2, 1, "sinter_compress", bind, sinter_compress};
