/* SequenceErase: a sequence with one tensor less, at a position that may be known only when running. */
#include "ir/extern/bind.h"
#include "ir/extern/sequence_erase.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){NULL}) || !extern_form(ctx, req, 0, FORM_SEQUENCE)) return false;
  const Type *from = req->in[0].type;
  int64_t position = extern_position(ctx, req, 1);
  if (position < 0) return false;
  if (from->cap == 0) return diag(ctx, E0401, req->place, "nothing can be erased from '%s', which is always empty", req->in[0].name);
  Type seq = *from;
  seq.cap--;
  to->out[0] = seq;
  to->fails = true;
  return extern_put(ctx, req, to, extern_bits(seq.elem)) && extern_put(ctx, req, to, position) && extern_put_record(ctx, req, to, from) && extern_put_record(ctx, req, to, &seq);
}

const Extern extern_sequence_erase = {"SequenceErase", "", 11, 2, 1, "sinter_sequence_erase", bind, sinter_sequence_erase};
