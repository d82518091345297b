/* Cascades: names of reductions, and the one-line text of a bound statement. */
#include "ir/cascade.h"

const char *reduce_text(Reduce r) {
  static const char *const text[] = {[RED_SET] = "=", [RED_ADD] = "+=", [RED_MUL] = "*=", [RED_MAX] = "max=", [RED_MIN] = "min=", [RED_AND] = "and=", [RED_OR] = "or=", [RED_LAST] = "last=", [RED_FIRST] = "first="};
  return text[r];
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
  str_printf(out, "] %s ", reduce_text(e->reduce));
  x_print(ctx, e->rhs, out);
  if (!e->naxes) return;
  str_add(out, "   over");
  print_axes(ctx, e, 0, e->nout, out);
  if (e->nout < e->naxes) {
    str_add(out, " |");
    print_axes(ctx, e, e->nout, e->naxes, out);
  }
}
