/* SequenceEmpty: a sequence without elements, and without room for any: whoever inserts one makes room. With `dtype` 0, which the compiler writes, whoever inserts
 * one decides the element type too. */
#include "ir/extern/bind.h"
#include "ir/extern/sequence_empty.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  int64_t dtype;
  if (!extern_inputs(ctx, req, 0) || !extern_attrs(ctx, req, (const char *const[]){"dtype", NULL}) || !extern_int(ctx, req, "dtype", elem_info(ELEM_f32)->onnx, &dtype)) return false;
  Elem elem = elem_from_onnx(dtype);
  if (elem == ELEM_NONE && dtype != 0) return diag(ctx, E0401, req->place, "attribute `dtype` is %lld, which is no element type", (long long)dtype);
  to->out[0] = (Type){.form = FORM_SEQUENCE, .elem = elem};
  return true;
}

const Extern extern_sequence_empty = {"SequenceEmpty", "", 11, 0, 1, "sinter_sequence_empty", bind, sinter_sequence_empty};
