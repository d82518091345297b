/* ConcatFromSequence: the tensors of a sequence next to one another along an axis, or along a new one. */
#include "ir/extern/bind.h"
#include "ir/extern/concat_from_sequence.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  int64_t axis, fresh;
  int at;
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"axis", "new_axis", NULL}) || !extern_form(ctx, req, 0, FORM_SEQUENCE)) return false;
  if (!extern_attr(req, "axis")) return diag(ctx, E0403, req->place, "ConcatFromSequence needs attribute `axis`");
  const Type *seq = req->in[0].type;
  if (seq->key != ELEM_NONE || extern_bits(seq->elem) < 8) return diag(ctx, E0404, req->place, "ConcatFromSequence does not take such elements");
  if (seq->ranks_vary) return diag(ctx, E0202, req->place, "elements of '%s' have different ranks", req->in[0].name);
  if (seq->cap == 0) return diag(ctx, E0401, req->place, "'%s' is always empty: there is nothing to concatenate", req->in[0].name);
  if (!extern_int(ctx, req, "axis", 0, &axis) || !extern_int(ctx, req, "new_axis", 0, &fresh) || !extern_axis(ctx, req, axis, seq->rank + (fresh != 0), &at)) return false;
  if (seq->rank + (fresh != 0) > MAX_RANK) return diag(ctx, E0104, req->place, "the result has rank %d, at most %d is supported", seq->rank + 1, MAX_RANK);
  Type y = record_element_type(seq);
  uint32_t open = seq->varies;
  if (fresh) {
    for (int d = y.rank++; d > at; d--) y.dim[d] = y.dim[d - 1];
    open = (open & ((1u << at) - 1)) | (open >> at) << (at + 1);
    y.dim[at] = seq->cap;
  } else {
    int64_t lo, most;
    ext_range(ctx, y.dim[at], &lo, &most);
    y.dim[at] = ext_mul(ctx, most, seq->cap);
  }
  open |= 1u << at;
  bool ok = extern_put(ctx, req, to, extern_bits(seq->elem)) && extern_put(ctx, req, to, at) && extern_put(ctx, req, to, fresh != 0) && extern_put_record(ctx, req, to, seq) &&
            extern_put(ctx, req, to, __builtin_popcount(open)) && extern_open_extents(ctx, req, to, open, &y);
  for (int d = 0; ok && d < y.rank; d++)
    if (open >> d & 1) ok = extern_put(ctx, req, to, d);
  to->out[0] = y;
  to->fails = true;
  return ok;
}

const Extern extern_concat_from_sequence = {"ConcatFromSequence", "", 11, 1, 1, "sinter_concat_from_sequence", bind, sinter_concat_from_sequence};
