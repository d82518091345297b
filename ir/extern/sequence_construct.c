/* SequenceConstruct: a sequence of the tensors given, which may differ in their extents and in their rank. */
#include "ir/extern/bind.h"
#include "ir/extern/sequence_construct.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, req->nin) || !extern_attrs(ctx, req, (const char *const[]){NULL})) return false;
  if (req->nin == 0) return diag(ctx, E0403, req->place, "SequenceConstruct needs at least one input; SequenceEmpty makes an empty sequence");
  Type seq = {.form = FORM_SEQUENCE};
  for (int i = 0; i < req->nin; i++) {
    const char *why = NULL;
    if (!extern_form(ctx, req, i, FORM_TENSOR)) return false;
    if (!record_admit(ctx, &seq, req->in[i].type, &why)) return diag(ctx, E0302, req->place, "inputs 1 and %d cannot stand in one sequence: %s", i + 1, why);
    seq.cap++;
  }
  bool ok = extern_put(ctx, req, to, extern_bits(seq.elem)) && extern_put(ctx, req, to, req->nin) && extern_put(ctx, req, to, seq.rank) && extern_put_record(ctx, req, to, &seq);
  for (int i = 0; ok && i < req->nin; i++) {
    ok = extern_put_extents(ctx, req, to, req->in[i].type);
    for (int d = req->in[i].type->rank; ok && d < seq.rank; d++) ok = extern_put(ctx, req, to, -1);
  }
  to->out[0] = seq;
  to->fails = true;
  return ok;
}

const Extern extern_sequence_construct = {"SequenceConstruct", "", 11, EXTERN_MANY, 1, "sinter_sequence_construct", bind, sinter_sequence_construct};
