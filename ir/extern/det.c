/* Det: determinants of the matrices in the last two dimensions. */
#include "ir/extern/bind.h"
#include "ir/extern/det.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){NULL})) return false;
  const Type *x = req->in[0].type;
  int kind;
  if (!extern_real_kind(ctx, req, x->elem, &kind)) return false;
  if (x->rank < 2) return diag(ctx, E0401, req->place, "Det takes matrices, but its input has %d dimensions", x->rank);
  ext_t n = x->dim[x->rank - 1];
  if (ext_eq(ctx, n, x->dim[x->rank - 2]) != TRI_TRUE) return diag(ctx, E0302, req->place, "the matrices of Det are not square");
  *to = (ExternBound){.nargs = 3, .arg = {extern_size(ctx, x, 0, x->rank - 2), n, kind}};
  to->work = ext_mul(ctx, ext_mul(ctx, n, n), (int64_t)sizeof(double));
  to->out[0] = *x;
  to->out[0].rank -= 2;
  return true;
}

const Extern extern_det = {"Det", "", 11, 1, 1, "sinter_det", bind, sinter_det};
