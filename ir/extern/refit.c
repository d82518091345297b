/* Refit of domain sinter: a record in the room of another type, so that the branches of an If and the turns of a Loop agree. No model has this node: the
 * compiler makes it (passes/node.h, node_refit). Attribute: the type. What turns out too long or too large when running ends the run. */
#include "ir/extern/bind.h"
#include "ir/extern/record_copy.kernel.h"

/* May a value of this type be one of that type? */
static bool fits(const Type *from, const Type *to) {
  if (from->form != to->form && !(from->form == FORM_SEQUENCE && to->form == FORM_OPTIONAL_SEQUENCE)) return false;
  if (from->cap == 0) return (from->elem == to->elem || from->elem == ELEM_NONE) && from->key == to->key;
  if (to->cap == 0) return from->elem == to->elem && from->key == to->key;
  return from->elem == to->elem && from->key == to->key && (from->rank == to->rank || (from->rank < to->rank && to->ranks_vary)) && (to->ranks_vary || !from->ranks_vary) && (type_equal(from, to) || from->key == ELEM_NONE);
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"type", NULL})) return false;
  const Attr *a = extern_attr(req, "type");
  const Type *x = req->in[0].type;
  if (!a || a->kind != ATTR_TYPE || !type_is_record(a->type) || !fits(x, a->type)) return diag(ctx, E0401, req->place, "Refit needs attribute `type`, a type that has room for its input");
  to->out[0] = *a->type;
  to->fails = true;
  if (type_equal(x, a->type)) return extern_put(ctx, req, to, 0) && extern_put(ctx, req, to, record_words(ctx, x));
  return extern_put(ctx, req, to, extern_bits(a->type->elem)) && extern_put_record(ctx, req, to, x) && extern_put_record(ctx, req, to, a->type);
}

const Extern extern_refit = {"Refit", "sinter", 1, 1, 1, "sinter_record_copy", bind, sinter_record_copy};
