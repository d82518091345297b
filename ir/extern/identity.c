/* Identity of a sequence, an optional or a map. Of a tensor it is a text. */
#include "ir/extern/bind.h"
#include "ir/extern/record_copy.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){NULL})) return false;
  to->out[0] = *req->in[0].type;
  to->fails = true;
  return extern_put(ctx, req, to, 0) && extern_put(ctx, req, to, record_words(ctx, req->in[0].type));
}

const Extern extern_identity = {"Identity", "", 1, 1, 1, "sinter_record_copy", bind, sinter_record_copy};
