/* RegexFullMatch: the pattern is compiled to tables here. */
#include "ir/extern/bind.h"
#include "ir/extern/regex.h"
#include "ir/extern/regex_full_match.kernel.h"

static bool table(Ctx *ctx, const BindRequest *req, Elem e, int64_t n, const void *from, ExternBound *to) {
  Data *d = data_new(ctx, e, 1, &n);
  if (d) memcpy((void *)(uintptr_t)d->bytes, from, d->nbytes);
  return extern_table(ctx, req, d, to);
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"pattern", NULL}) || !extern_texts(ctx, req, 0)) return false;
  const Attr *pattern = extern_attr(req, "pattern");
  if (!pattern || pattern->kind != ATTR_STRING) return diag(ctx, E0403, req->place, "RegexFullMatch needs the attribute `pattern`, a text");
  const Regex *r = regex_compile(ctx, req->place, pattern->s);
  if (!r) return false;
  const Type *x = req->in[0].type;
  *to = (ExternBound){.nargs = 2, .arg = {extern_size(ctx, x, 0, x->rank), r->classes}};
  to->out[0] = *x;
  to->out[0].elem = ELEM_bool;
  return table(ctx, req, ELEM_u8, REGEX_BYTES, r->of_byte, to) && table(ctx, req, ELEM_u16, (int64_t)r->states * r->classes, r->next, to) &&
         table(ctx, req, ELEM_u8, r->states, r->accepts, to);
}

const Extern extern_regex_full_match = {"RegexFullMatch", "", 20, 1, 1, "sinter_regex_full_match", bind, sinter_regex_full_match};
