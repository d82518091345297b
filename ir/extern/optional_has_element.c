/* OptionalHasElement: is there anything? A tensor and a sequence are always there, an input that is absent never. */
#include "ir/extern/bind.h"
#include "ir/extern/optional_has_element.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 0) || !extern_attrs(ctx, req, (const char *const[]){NULL})) return false;
  const Type *x = req->nin ? req->in[0].type : NULL;
  bool optional = x && (x->form == FORM_OPTIONAL || x->form == FORM_OPTIONAL_SEQUENCE);
  to->out[0] = (Type){.elem = ELEM_bool};
  return extern_put(ctx, req, to, !optional) && extern_put(ctx, req, to, optional ? x->form == FORM_OPTIONAL : x != NULL);
}

const Extern extern_optional_has_element = {"OptionalHasElement", "", 15, 1, 1, "sinter_optional_has_element", bind, sinter_optional_has_element};
