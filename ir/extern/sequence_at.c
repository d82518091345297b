/* SequenceAt: one tensor of a sequence, at a position that may be known only when running. */
#include "ir/extern/bind.h"
#include "ir/extern/sequence_at.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 2) || !extern_attrs(ctx, req, (const char *const[]){NULL}) || !extern_form(ctx, req, 0, FORM_SEQUENCE)) return false;
  int64_t position = extern_position(ctx, req, 1);
  return position >= 0 && extern_element(ctx, req, position, to);
}

const Extern extern_sequence_at = {"SequenceAt", "", 11, 2, 1, "sinter_sequence_at", bind, sinter_sequence_at};
