/* Equations of Einsum: up to three operands whose labels meet, diagonals, dots for what is broadcast, and a result that is written down or implied. */
#include "draw.h"

enum { LABELS = 4 };
static const char labels[LABELS + 1] = "ijkB";

bool draw_einsum(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  int64_t extent[LABELS], dots[2], dim[MAX_RANK];
  int used[LABELS] = {0}, operands = 1 + (int)choose(c, 3), batch = one_in(c, 3) ? draw_extents(c, 1, 2, false, dots) : 0;
  bool empty = one_in(c, 10), any_dots = false;
  Elem e = (Elem)PICK(c, ELEM_f32, ELEM_f32, ELEM_f64, ELEM_i64, ELEM_i32);
  Str text = str_new(ctx);
  (void)row;
  out->nout = 1, out->want[0] = true;
  for (int i = 0; i < LABELS; i++) extent[i] = empty && one_in(c, 3) ? 0 : PICK(c, 2, 3, 1, 4);
  for (int k = 0; k < operands; k++) {
    int rank = 0;
    bool has_dots = batch && !one_in(c, 4);
    any_dots |= has_dots;
    if (k) str_add(&text, one_in(c, 12) ? ", " : ",");
    if (has_dots) {
      str_add(&text, "...");
      for (int d = one_in(c, 8) && batch > 1; d < batch; d++) dim[rank++] = one_in(c, 6) ? 1 : dots[d]; /* as numpy broadcasts: ones, and ranks that are missing in front */
    }
    for (uint32_t i = choose(c, 4); i > 0; i--) {
      uint32_t label = choose(c, LABELS);
      str_addn(&text, &labels[label], 1);
      dim[rank++] = extent[label], used[label]++;
    }
    const Data *d = draw_values(c, e, rank, dim, SORT_ANY, 0, (Mood)PICK(c, MOOD_PLAIN, MOOD_WHOLE));
    if (!d) return false;
    out->in[out->nin++] = (CaseInput){d, one_in(c, 8)};
  }
  if (!one_in(c, 3)) {
    uint32_t first = choose(c, LABELS);
    str_add(&text, "->");
    if (any_dots) str_add(&text, "...");
    for (uint32_t i = 0; i < LABELS; i++) {
      uint32_t label = (first + i) % LABELS;
      if (used[label] && !one_in(c, 3)) str_addn(&text, &labels[label], 1);
    }
  }
  if (!text.n) return false;
  give_attr(out, ctx, "equation", (Attr){.kind = ATTR_STRING, .s = text.s});
  return true;
}
