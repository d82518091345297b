/* Inverse: of the matrices in the last two dimensions. */
#include "ir/extern/bind.h"
#include "ir/extern/inverse.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){NULL})) return false;
  const Type *x = req->in[0].type;
  int kind;
  if (!extern_real_kind(ctx, req, x->elem, &kind)) return false;
  if (x->rank < 2) return diag(ctx, E0401, req->place, "Inverse takes matrices, but its input has %d dimensions", x->rank);
  ext_t n = x->dim[x->rank - 1];
  if (ext_eq(ctx, n, x->dim[x->rank - 2]) != TRI_TRUE) return diag(ctx, E0302, req->place, "the matrices of Inverse are not square");
  *to = (ExternBound){.nargs = 3, .arg = {extern_size(ctx, x, 0, x->rank - 2), n, kind}};
  to->work = ext_mul(ctx, ext_mul(ctx, n, n), (int64_t)(2 * sizeof(double)));
  to->out[0] = *x;
  return true;
}

const Extern extern_inverse = {"Inverse", "com.microsoft", 1, 1, 1, "sinter_inverse", bind, sinter_inverse};
