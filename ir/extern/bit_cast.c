/* BitCast: the same bits, read as another type of the same width. A value of the operator language has no bits (a NaN is one NaN), so this is no text. */
#include "ir/extern/bind.h"
#include "ir/extern/bit_cast.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  int64_t number;
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"to", NULL}) || !extern_int(ctx, req, "to", 0, &number)) return false;
  const Type *x = req->in[0].type;
  const ElemInfo *from = elem_info(x->elem);
  Elem e = elem_from_onnx(number);
  if (e == ELEM_NONE || e == ELEM_string) return diag(ctx, E0401, req->place, "BitCast to type number %lld, which has no bits to be cast to", (long long)number);
  if (x->elem == ELEM_string || elem_info(e)->bits != from->bits)
    return diag(ctx, E0404, req->place, "BitCast from %s to %s, which are not of one width", from->name, elem_info(e)->name);
  ext_t count = extern_size(ctx, x, 0, x->rank), bits = ext_mul(ctx, count, from->bits);
  *to = (ExternBound){.nargs = 2, .arg = {ext_fdiv(ctx, ext_add(ctx, bits, 7), 8), e == ELEM_bool}};
  to->out[0] = *x;
  to->out[0].elem = e;
  return true;
}

const Extern extern_bit_cast = {"BitCast", "", 26, 1, 1, "sinter_bit_cast", bind, sinter_bit_cast};
