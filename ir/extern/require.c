/* Require of domain sinter: ends the run where extents are not as an operator needs them. No model has this node, and no graph: the compiler puts its call in front
 * of a kernel whose text fits only then, and where bounds do not decide it (Bound.require). */
#include "ir/extern/bind.h"
#include "ir/extern/require.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  (void)to;
  return diag(ctx, E0400, req->place, "Require is no operator of models");
}

const Extern extern_require = {"Require", "sinter", 1, 0, 0, "sinter_require", bind, sinter_require};
