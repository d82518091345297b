/* StringConcat: texts joined, element by element. */
#include "ir/extern/bind.h"
#include "ir/extern/string_concat.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 2) || !extern_attrs(ctx, req, (const char *const[]){NULL})) return false;
  const Type *in[] = {req->in[0].type, req->in[1].type};
  if (!extern_texts(ctx, req, 0) || !extern_texts(ctx, req, 1)) return false;
  int rank = in[0]->rank > in[1]->rank ? in[0]->rank : in[1]->rank;
  Type *y = &to->out[0];
  *to = (ExternBound){.nargs = 1 + 3 * rank, .fails = true};
  *y = (Type){.elem = ELEM_string, .rank = rank};
  for (int d = 0; d < rank; d++) {
    ext_t side[2];
    for (int s = 0; s < 2; s++) {
      int at = d - (rank - in[s]->rank);
      to->arg[1 + (s + 1) * rank + d] = side[s] = at < 0 ? 1 : in[s]->dim[at];
    }
    y->dim[d] = to->arg[1 + d] = side[0] == 1 ? side[1] : side[0];
    Tri same = side[0] == 1 || side[1] == 1 ? TRI_TRUE : ext_eq(ctx, side[0], side[1]);
    if (same != TRI_TRUE) return diag(ctx, same == TRI_FALSE ? E0302 : E0700, req->place, "the extents at axis %d do not broadcast", d);
  }
  to->pool = extern_text_pool(ctx, extern_size(ctx, y, 0, rank));
  to->arg[0] = rank;
  return true;
}

const Extern extern_string_concat = {"StringConcat", "", 20, 2, 1, "sinter_string_concat", bind, sinter_string_concat};
