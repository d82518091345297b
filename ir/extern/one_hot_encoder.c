/* OneHotEncoder: a column for each category, in a last dimension of its own. */
#include "ir/extern/lookup.h"
#include "ir/extern/one_hot_encoder.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"cats_int64s", "cats_strings", "zeros", NULL})) return false;
  const Type *x = req->in[0].type;
  Keys keys = keys_of(req, "cats_int64s", NULL, "cats_strings", NULL);
  int64_t zeros, *at, n;
  if (!extern_int(ctx, req, "zeros", 1, &zeros)) return false;
  if (!keys.n || (keys.ints && keys.texts)) return diag(ctx, E0401, req->place, "%s needs either `cats_int64s` or `cats_strings`", req->op);
  if (x->rank == MAX_RANK) return diag(ctx, E0701, req->place, "the input of %s has %d dimensions, which leaves none for the categories", req->op, x->rank);
  *to = (ExternBound){.fails = !zeros};
  if (!keys_bind(ctx, req, &keys, true, to, &at, &n)) return false;
  Data *column = data_new(ctx, ELEM_i32, 1, &n);
  if (!column) return false;
  for (int64_t i = 0; i < n; i++) data_set_int((void *)(uintptr_t)column->bytes, ELEM_i32, i, at[i]);
  to->arg[to->nargs++] = extern_size(ctx, x, 0, x->rank);
  to->arg[to->nargs++] = keys.n;
  to->arg[to->nargs++] = zeros != 0;
  to->out[0] = *x;
  to->out[0].elem = ELEM_f32;
  to->out[0].dim[to->out[0].rank++] = keys.n;
  return extern_table(ctx, req, column, to);
}

const Extern extern_one_hot_encoder = {"OneHotEncoder", "ai.onnx.ml", 1, 1, 1, "sinter_one_hot_encoder", bind, sinter_one_hot_encoder};
