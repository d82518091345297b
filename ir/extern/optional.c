/* Optional: a tensor or a sequence as something that may be there or not; without an input it is none, of the type of its attribute. */
#include "ir/extern/bind.h"
#include "ir/extern/optional.kernel.h"

static bool none(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  const Attr *type = extern_attr(req, "type");
  if (!type || type->kind != ATTR_TYPE) return diag(ctx, E0403, req->place, "Optional has neither an input nor attribute `type`");
  if (type->type->form != FORM_TENSOR && type->type->form != FORM_SEQUENCE) return diag(ctx, E0202, req->place, "attribute `type` of Optional is neither a tensor nor a sequence");
  bool sequence = type->type->form == FORM_SEQUENCE;
  to->out[0] = (Type){.elem = type->type->elem, .form = sequence ? FORM_OPTIONAL_SEQUENCE : FORM_OPTIONAL};
  return extern_put(ctx, req, to, 0) && extern_put(ctx, req, to, sequence ? -1 : 0);
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 0) || !extern_attrs(ctx, req, (const char *const[]){"type", NULL})) return false;
  if (!req->nin || !req->in[0].type) return none(ctx, req, to);
  const Type *x = req->in[0].type;
  Type *y = &to->out[0];
  *y = *x;
  to->fails = true;
  if (x->form == FORM_SEQUENCE && x->key == ELEM_NONE) {
    y->form = FORM_OPTIONAL_SEQUENCE;
    return extern_put(ctx, req, to, 2) && extern_put(ctx, req, to, record_words(ctx, x));
  }
  if (!extern_form(ctx, req, 0, FORM_TENSOR)) return false;
  y->form = FORM_OPTIONAL;
  y->cap = 1;
  return extern_put(ctx, req, to, 1) && extern_put(ctx, req, to, extern_bits(x->elem)) && extern_put(ctx, req, to, x->rank) && extern_put_record(ctx, req, to, y) && extern_put_extents(ctx, req, to, x);
}

const Extern extern_optional = {"Optional", "", 15, 1, 1, "sinter_optional", bind, sinter_optional};
