/* SplitToSequence: pieces of a tensor along an axis, of lengths that may be known only when running. */
#include "ir/extern/bind.h"
#include "ir/extern/split_to_sequence.kernel.h"

/* How many pieces there may be, how long one may be, and whether all are that long. */
typedef struct Pieces { int64_t count, longest; bool equal; } Pieces;

static bool pieces(Ctx *ctx, const BindRequest *req, ext_t extent, Pieces *p) {
  const BindInput *split = req->nin > 1 && req->in[1].type ? &req->in[1] : NULL;
  int64_t lo, most;
  ext_range(ctx, extent, &lo, &most);
  *p = (Pieces){most, 1, true};
  if (!split) return true;
  const Data *known = split->symbolic ? NULL : split->data;
  bool listed = split->type->rank == 1;
  if (listed && !ext_is_const(ctx, split->type->dim[0])) return diag(ctx, E0700, req->place, "the number of pieces of SplitToSequence is known only when running");
  if (listed) p->count = split->type->dim[0];
  if (!known) return *p = (Pieces){p->count, most, most <= 1 && !listed}, true;
  if (!listed) {
    int64_t each = data_int(known, 0);
    if (each < 1) return diag(ctx, E0401, req->place, "SplitToSequence into pieces of length %lld", (long long)each);
    *p = (Pieces){most / each + (most % each != 0), each < most ? each : most, lo == most && most % each == 0};
    return true;
  }
  int64_t sum = 0;
  p->longest = 0;
  for (int64_t i = 0; i < p->count; i++) {
    int64_t each = data_int(known, i);
    if (each < 0 || each > most - sum) return diag(ctx, E0401, req->place, "SplitToSequence: the lengths of the pieces add up to more than %lld", (long long)most);
    sum += each;
    p->equal = p->equal && each == data_int(known, 0);
    p->longest = each > p->longest ? each : p->longest;
  }
  return (sum == most && lo == most) || !ext_is_const(ctx, extent) || diag(ctx, E0401, req->place, "SplitToSequence: the pieces add up to %lld, the axis has %lld", (long long)sum, (long long)most);
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  int64_t axis, keep;
  int at;
  Pieces p;
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"axis", "keepdims", NULL}) || !extern_form(ctx, req, 0, FORM_TENSOR) || !extern_form(ctx, req, 1, FORM_TENSOR)) return false;
  const Type *x = req->in[0].type, *split = req->nin > 1 ? req->in[1].type : NULL;
  if (!extern_int(ctx, req, "axis", 0, &axis) || !extern_int(ctx, req, "keepdims", 1, &keep) || !extern_axis(ctx, req, axis, x->rank, &at)) return false;
  if (split && (split->rank > 1 || (split->elem != ELEM_i64 && split->elem != ELEM_i32))) return diag(ctx, E0404, req->place, "`split` is an integer or a list of them, i32 or i64");
  if (extern_bits(x->elem) < 8) return diag(ctx, E0404, req->place, "SplitToSequence does not take elements of type %s", elem_info(x->elem)->name);
  if (!pieces(ctx, req, x->dim[at], &p)) return false;
  bool drops = !split && !keep;
  Type seq = *x;
  seq.form = FORM_SEQUENCE;
  seq.cap = p.count;
  if (drops) {
    for (int d = at; d + 1 < seq.rank; d++) seq.dim[d] = seq.dim[d + 1];
    seq.rank--;
  } else {
    seq.dim[at] = p.longest;
    seq.varies = p.equal ? 0 : 1u << at;
  }
  to->out[0] = seq;
  to->fails = true;
  return extern_put(ctx, req, to, extern_bits(x->elem)) && extern_put(ctx, req, to, !drops) && extern_put(ctx, req, to, at) && extern_put(ctx, req, to, split ? elem_info(split->elem)->bits / 8 : 0) &&
         extern_put(ctx, req, to, split && split->rank ? p.count : 0) && extern_put_record(ctx, req, to, &seq) && extern_put(ctx, req, to, x->rank) && extern_put_extents(ctx, req, to, x);
}

const Extern extern_split_to_sequence = {"SplitToSequence", "", 11, 2, 1, "sinter_split_to_sequence", bind, sinter_split_to_sequence};
