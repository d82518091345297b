/* Cascades: names of reductions and their scalar meaning, and the one-line text of a bound statement. */
#include "ir/cascade.h"
#include <math.h>

const char *reduce_text(Reduce r) {
  static const char *const text[] = {[RED_SET] = "=", [RED_ADD] = "+=", [RED_MUL] = "*=", [RED_MAX] = "max=", [RED_MIN] = "min=", [RED_AND] = "and=", [RED_OR] = "or=", [RED_LAST] = "last=", [RED_FIRST] = "first="};
  return text[r];
}

Op reduce_op(Reduce r) {
  static const Op op[] = {[RED_SET] = OP_COUNT, [RED_ADD] = OP_ADD, [RED_MUL] = OP_MUL, [RED_MAX] = OP_MAX, [RED_MIN] = OP_MIN, [RED_AND] = OP_AND, [RED_OR] = OP_OR, [RED_LAST] = OP_COUNT, [RED_FIRST] = OP_COUNT};
  return op[r];
}

/* The least and greatest value of an integer type. Those of int are those of int64: the interpreter's own. */
static int64_t int_limit(Elem e, bool greatest) {
  const ElemInfo *info = elem_info(e);
  if (info->cls == 'b') return greatest;
  if (info->cls == 'u') return !greatest ? 0 : info->bits == 64 ? -1 : (int64_t)((UINT64_C(1) << info->bits) - 1);
  int64_t top = (int64_t)((UINT64_C(1) << (info->bits - 1)) - 1);
  return greatest ? top : -top - 1;
}

const Expr *reduce_identity(Ctx *ctx, Reduce r, Elem dest, Kind kind) {
  switch (r) {
  case RED_ADD: return kind == KIND_REAL ? x_real(ctx, 0) : x_int(ctx, 0);
  case RED_MUL: return kind == KIND_REAL ? x_real(ctx, 1) : x_int(ctx, 1);
  case RED_AND: return x_bool(ctx, true);
  case RED_OR: return x_bool(ctx, false);
  case RED_MAX:
  case RED_MIN:
    if (kind == KIND_BOOL) return x_bool(ctx, r == RED_MIN);
    if (elem_info(dest)->cls == 'r') return x_real(ctx, r == RED_MAX ? -INFINITY : INFINITY);
    int64_t limit = int_limit(dest, r == RED_MIN);
    if (kind != KIND_REAL) return x_int(ctx, limit);
    return x_real(ctx, elem_info(dest)->cls == 'u' ? (double)(uint64_t)limit : (double)limit);
  case RED_SET:
  case RED_LAST:
  case RED_FIRST: return NULL;
  }
  return NULL;
}

void cascade_add(Ctx *ctx, Cascade *c, Ein *e) {
  const Step one = {.n = 1, .ein = arena_copy(ctx->arena, &e, sizeof(Ein *))};
  vec_push(ctx, &c->steps, one);
}

Ein *ein_copy_of(Ctx *ctx, Buf *to, Buf *from, Place place) {
  Ein *e = NEW(ctx, Ein);
  *e = (Ein){.reduce = RED_SET, .out = to, .naxes = to->rank, .nout = to->rank, .place = place};
  for (int i = 0; i < to->rank; i++) {
    e->axis[i] = var_new(ctx, ctx_printf(ctx, "i%d", i), to->dim[i]);
    e->index[i] = x_var(ctx, e->axis[i]);
  }
  e->rhs = from ? x_load(ctx, from, from->rank, e->index) : x_real(ctx, 0);
  return e;
}

static void print_axes(const Ctx *ctx, const Ein *e, int from, int to, Str *out) {
  for (int i = from; i < to; i++) {
    str_printf(out, " %s:", e->axis[i]->name);
    ext_print(ctx, e->axis[i]->extent, out);
  }
}

void ein_print(const Ctx *ctx, const Ein *e, Str *out) {
  str_printf(out, "%s[", e->out->name);
  for (int i = 0; i < e->out->rank; i++) {
    if (i) str_add(out, ",");
    x_print(ctx, e->index[i], out);
  }
  str_printf(out, "] %s%s ", e->accumulate ? "also " : "", reduce_text(e->reduce));
  x_print(ctx, e->rhs, out);
  if (!e->naxes) return;
  str_add(out, "   over");
  print_axes(ctx, e, 0, e->nout, out);
  if (e->nout < e->naxes) {
    str_add(out, " |");
    print_axes(ctx, e, e->nout, e->naxes, out);
  }
}
