/* OptionalGetElement: what an optional holds; a run that finds none ends. Of a tensor or a sequence it is a copy, which infer makes an Identity. */
#include "ir/extern/bind.h"
#include "ir/extern/optional_get_element.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){NULL})) return false;
  const Type *x = req->in[0].type;
  if (x->form == FORM_OPTIONAL) return extern_element(ctx, req, 0, to);
  if (!extern_form(ctx, req, 0, FORM_OPTIONAL_SEQUENCE)) return false;
  to->out[0] = *x;
  to->out[0].form = FORM_SEQUENCE;
  to->fails = true;
  return extern_put(ctx, req, to, 0) && extern_put(ctx, req, to, record_words(ctx, x));
}

const Extern extern_optional_get_element = {"OptionalGetElement", "", 15, 1, 1, "sinter_optional_get_element", bind, sinter_optional_get_element};
