/* StringSplit: the pieces of each text. */
#include "ir/extern/bind.h"
#include "ir/extern/string_split.kernel.h"

enum { BYTES_OF_PIECE = 4 }; /* a text of --text-bytes has room for so many pieces of this many bytes */

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"delimiter", "maxsplit", NULL}) || !extern_texts(ctx, req, 0)) return false;
  const Type *x = req->in[0].type;
  const Attr *delimiter = extern_attr(req, "delimiter");
  if (delimiter && delimiter->kind != ATTR_STRING) return diag(ctx, E0401, req->place, "attribute `delimiter` of StringSplit is no text");
  if (x->rank == MAX_RANK) return diag(ctx, E0401, req->place, "the pieces would be a tensor of more than %d dimensions", MAX_RANK);
  int64_t splits, room = (ctx->text_bytes + BYTES_OF_PIECE - 1) / BYTES_OF_PIECE;
  if (!extern_int(ctx, req, "maxsplit", -1, &splits)) return false;
  if (splits < 0) splits = -1;
  else if (splits < room) room = splits + 1;
  ext_t n = extern_size(ctx, x, 0, x->rank), pieces;
  if (!extern_symbol(ctx, req, "pieces", room, &pieces)) return false;
  *to = (ExternBound){.nargs = 3, .arg = {n, splits, room}, .ncounts = 1, .count = {pieces}, .pool = extern_text_pool(ctx, n), .fails = true};
  to->out[0] = to->out[1] = *x;
  to->out[0].dim[to->out[0].rank++] = pieces;
  to->out[1].elem = ELEM_i64;
  Data *text = data_new(ctx, ELEM_string, 1, (const int64_t[]){1});
  if (text && delimiter) data_set_text(ctx, text, 0, delimiter->s);
  return extern_table(ctx, req, text, to);
}

const Extern extern_string_split = {"StringSplit", "", 20, 1, 2, "sinter_string_split", bind, sinter_string_split};
