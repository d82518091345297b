/* SequenceInsert: a sequence with one more tensor at a position that may be known only when running. */
#include "ir/extern/bind.h"
#include "ir/extern/sequence_insert.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 2) || !extern_attrs(ctx, req, (const char *const[]){NULL}) || !extern_form(ctx, req, 0, FORM_SEQUENCE) || !extern_form(ctx, req, 1, FORM_TENSOR)) return false;
  const Type *from = req->in[0].type, *tensor = req->in[1].type;
  int64_t position = extern_position(ctx, req, 2);
  const char *why = NULL;
  Type seq = *from;
  if (position < 0) return false;
  if (!record_admit(ctx, &seq, tensor, &why)) return diag(ctx, E0302, req->place, "the tensor cannot stand in the sequence: %s", why);
  seq.cap++;
  to->out[0] = seq;
  to->fails = true;
  return extern_put(ctx, req, to, extern_bits(seq.elem)) && extern_put(ctx, req, to, position) && extern_put(ctx, req, to, tensor->rank) && extern_put_record(ctx, req, to, from) &&
         extern_put_record(ctx, req, to, &seq) && extern_put_extents(ctx, req, to, tensor);
}

const Extern extern_sequence_insert = {"SequenceInsert", "", 11, 3, 1, "sinter_sequence_insert", bind, sinter_sequence_insert};
