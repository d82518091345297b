/* SequenceLength: how many elements a sequence has. */
#include "ir/extern/bind.h"
#include "ir/extern/sequence_length.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  to->out[0] = (Type){.elem = ELEM_i64};
  return extern_inputs(ctx, req, 1) && extern_attrs(ctx, req, (const char *const[]){NULL}) && extern_form(ctx, req, 0, FORM_SEQUENCE);
}

const Extern extern_sequence_length = {"SequenceLength", "", 11, 1, 1, "sinter_sequence_length", bind, sinter_sequence_length};
