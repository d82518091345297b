/* NonZero: coordinates of the elements that are not zero. */
#include "ir/extern/bind.h"
#include "ir/extern/non_zero.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){NULL})) return false;
  const Type *x = req->in[0].type;
  if (!extern_plain_elem(ctx, req, x->elem, "riubs")) return false;
  ext_t found;
  if (!extern_symbol(ctx, req, "count", extern_size(ctx, x, 0, x->rank), &found)) return false;
  const ElemInfo *e = elem_info(x->elem);
  *to = (ExternBound){.nargs = 3 + x->rank, .arg = {e->cls == 's' ? 0 : e->bits / 8, e->cls == 'r', x->rank}, .ncounts = 1, .count = {found}};
  for (int d = 0; d < x->rank; d++) to->arg[3 + d] = x->dim[d];
  to->out[0] = (Type){.elem = ELEM_i64, .rank = 2, .dim = {x->rank, found}};
  return true;
}

const Extern extern_non_zero = {"NonZero", "", 9, 1, 1, "sinter_non_zero", bind, sinter_non_zero};
