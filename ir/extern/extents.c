/* Extents of domain sinter: sets bounded symbols from the elements of an integer tensor. No model has this node: the compiler makes it where an extent is a value
 * that is known only when running (passes/node.h, node_extents). Attributes: names of the symbols, and the least and most that each may be. */
#include "ir/extern/bind.h"
#include "ir/extern/extents.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"names", "least", "most", NULL})) return false;
  const Type *x = req->in[0].type;
  const Attr *names = extern_attr(req, "names"), *least = extern_attr(req, "least"), *most = extern_attr(req, "most");
  if (x->elem != ELEM_i64 && x->elem != ELEM_i32) return diag(ctx, E0404, req->place, "extents are i64 or i32, not %s", elem_info(x->elem)->name);
  bool fits = names && least && most && names->kind == ATTR_STRINGS && least->kind == ATTR_INTS && most->kind == ATTR_INTS;
  fits = fits && names->n <= EXTERN_COUNTS && least->n == names->n && most->n == names->n && extern_size(ctx, x, 0, x->rank) == names->n;
  if (!fits) return diag(ctx, E0401, req->place, "Extents needs `names`, `least` and `most`, an entry for each of at most %d elements", EXTERN_COUNTS);
  *to = (ExternBound){.nargs = 2, .arg = {elem_info(x->elem)->bits / 8, names->n}, .ncounts = names->n};
  for (int i = 0; i < names->n; i++) {
    int64_t lo, hi;
    if (least->ints[i] < 0 || most->ints[i] < least->ints[i] || most->ints[i] > (int64_t)1 << 48) return diag(ctx, E0401, req->place, "the symbol `%s` has bounds that no extent has", names->strings[i]);
    to->count[i] = ext_symbol(ctx, names->strings[i], least->ints[i], most->ints[i]);
    ext_range(ctx, to->count[i], &lo, &hi);
    if (lo > most->ints[i] || hi != most->ints[i]) return diag(ctx, E0401, req->place, "the symbol `%s` is bounded otherwise elsewhere", names->strings[i]);
  }
  return true;
}

const Extern extern_extents = {"Extents", "sinter", 1, 1, 0, "sinter_extents", bind, sinter_extents};
