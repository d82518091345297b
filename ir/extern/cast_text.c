/* Cast and CastLike where texts are read or made; between numbers they are operator texts. */
#include "ir/extern/bind.h"
#include "ir/extern/cast_text.kernel.h"

/* Mantissa bits of a real type with an exponent of IEEE's kind, the hidden one counted; 0: of another type. */
static int mantissa_digits(Elem e) {
  switch (e) {
    case ELEM_f64: return 53;
    case ELEM_f32: return 24;
    case ELEM_f16: return 11;
    case ELEM_bf16: return 8;
    default: return 0;
  }
}

static bool castable(Ctx *ctx, const BindRequest *req, Elem e) {
  const ElemInfo *i = elem_info(e);
  bool fine = e == ELEM_string || mantissa_digits(e) || (strchr("iub", i->cls) && i->bits >= 8);
  return fine || diag(ctx, E0404, req->place, "%s between texts and elements of type %s is not defined; cast to float32 between them", req->op, i->name);
}

static bool bind_cast(Ctx *ctx, const BindRequest *req, Elem to_elem, ExternBound *to) {
  const Type *x = req->in[0].type;
  if (!castable(ctx, req, x->elem) || !castable(ctx, req, to_elem)) return false;
  const ElemInfo *from = elem_info(x->elem), *made = elem_info(to_elem);
  ext_t n = extern_size(ctx, x, 0, x->rank);
  *to = (ExternBound){.nargs = 7, .arg = {n, from->cls, from->bits, mantissa_digits(x->elem), made->cls, made->bits, mantissa_digits(to_elem)}};
  if (to_elem == ELEM_string && x->elem != ELEM_string) to->pool = ext_mul(ctx, n, 32); /* no number is longer */
  to->fails = to_elem != ELEM_string;
  to->out[0] = *x;
  to->out[0].elem = to_elem;
  return true;
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  int64_t wanted;
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"to", "saturate", "round_mode", NULL})) return false;
  if (!extern_attr(req, "to")) return diag(ctx, E0403, req->place, "%s needs the attribute `to`", req->op);
  return extern_int(ctx, req, "to", 0, &wanted) && bind_cast(ctx, req, elem_from_onnx(wanted), to);
}

static bool bind_like(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 2) || !extern_attrs(ctx, req, (const char *const[]){"saturate", "round_mode", NULL})) return false;
  return bind_cast(ctx, req, req->in[1].type->elem, to);
}

const Extern extern_cast_text = {"Cast", "", 9, 1, 1, "sinter_cast_text", bind, sinter_cast_text};
const Extern extern_cast_like_text = {"CastLike", "", 15, 2, 1, "sinter_cast_text", bind_like, sinter_cast_text};
