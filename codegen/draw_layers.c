/* A layout of our own, for graphs that Graphviz does not finish or where it is not there: a box stands one layer below the lowest box it reads, and
 * inside a layer near the middle of what it reads. */
#include "codegen/picture.h"

#include <stdlib.h>

enum { BOX_W = 190, BOX_H = 44, GAP_X = 24, GAP_Y = 40, MARGIN = 20, LINE_H = 12 };

typedef struct Spot { int layer, column; double wish; int box; } Spot;

static int by_wish(const void *a, const void *b) {
  const Spot *x = a, *y = b;
  if (x->layer != y->layer) return x->layer < y->layer ? -1 : 1;
  if (x->wish != y->wish) return x->wish < y->wish ? -1 : 1;
  return (x->box > y->box) - (x->box < y->box);
}

/* Boxes are in execution order, so one walk over the arrows in the order of their targets finds the longest way to each. */
static int by_target(const void *a, const void *b) {
  const Arrow *x = a, *y = b;
  if (x->to != y->to) return x->to < y->to ? -1 : 1;
  return (x->from > y->from) - (x->from < y->from);
}

/* Places every box; returns the number of layers, and in *widest the boxes of the widest one. */
static int place(Ctx *ctx, const Picture *p, Spot *spot, int *widest) {
  size_t n = p->boxes.n;
  Arrow *arrow = arena_copy(ctx->arena, p->arrows.at, p->arrows.n * sizeof *arrow);
  if (p->arrows.n) qsort(arrow, p->arrows.n, sizeof *arrow, by_target);
  int layers = 0;
  for (size_t i = 0; i < n; i++) spot[i].box = (int)i;
  for (size_t i = 0; i < p->arrows.n; i++)
    if (!arrow[i].back && spot[arrow[i].to].layer <= spot[arrow[i].from].layer) spot[arrow[i].to].layer = spot[arrow[i].from].layer + 1;
  for (size_t i = 0; i < n; i++) layers = spot[i].layer >= layers ? spot[i].layer + 1 : layers;
  /* Columns, layer after layer: the wish of a box is the mean column of what it reads. */
  Spot *order = arena_copy(ctx->arena, spot, n * sizeof *order);
  if (n) qsort(order, n, sizeof *order, by_wish);
  size_t *first_arrow = NEWN(ctx, size_t, n + 1);
  for (size_t i = 0, a = 0; i <= n; i++) {
    while (a < p->arrows.n && arrow[a].to < (int)i) a++;
    first_arrow[i] = a;
  }
  for (size_t from = 0, to; from < n; from = to) {
    for (to = from; to < n && order[to].layer == order[from].layer; to++) {
      size_t a0 = first_arrow[order[to].box], a1 = first_arrow[order[to].box + 1];
      double sum = 0;
      for (size_t a = a0; a < a1; a++) sum += spot[arrow[a].from].column;
      order[to].wish = a1 > a0 ? sum / (double)(a1 - a0) : 0;
    }
    qsort(order + from, to - from, sizeof *order, by_wish);
    for (size_t i = from; i < to; i++) spot[order[i].box].column = (int)(i - from);
    if ((int)(to - from) > *widest) *widest = (int)(to - from);
  }
  return layers;
}

static int left(const Spot *s) { return MARGIN + s->column * (BOX_W + GAP_X); }
static int top(const Spot *s) { return MARGIN + LINE_H * 2 + s->layer * (BOX_H + GAP_Y); }

static void add_text(Str *out, int x, int y, int size, const char *anchor, const char *s) {
  str_printf(out, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" text-anchor=\"%s\">", x, y, size, anchor);
  picture_xml(out, s);
  str_add(out, "</text>\n");
}

static void add_arrows(const Picture *p, const Spot *spot, Str *out) {
  for (size_t i = 0; i < p->arrows.n; i++) {
    const Arrow *a = &p->arrows.at[i];
    if (a->back) continue;
    int x0 = left(&spot[a->from]) + BOX_W / 2, y0 = top(&spot[a->from]) + BOX_H, x1 = left(&spot[a->to]) + BOX_W / 2, y1 = top(&spot[a->to]);
    int bend = (y1 - y0) / 2;
    str_printf(out, "<path d=\"M%d,%d C%d,%d %d,%d %d,%d\" fill=\"none\" stroke=\"#888888\" marker-end=\"url(#tip)\"/>\n", x0, y0, x0, y0 + bend, x1, y1 - bend, x1, y1);
    if (spot[a->to].layer == spot[a->from].layer + 1) add_text(out, (x0 + x1) / 2 + 4, (y0 + y1) / 2, 8, "start", a->label);
  }
}

static void add_boxes(Ctx *ctx, const Picture *p, const Spot *spot, Str *out) {
  for (size_t i = 0; i < p->boxes.n; i++) {
    const Box *b = &p->boxes.at[i];
    int x = left(&spot[i]), y = top(&spot[i]);
    int round = b->kind == BOX_INPUT || b->kind == BOX_OUTPUT ? BOX_H / 2 : 5;
    str_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"%s\" stroke=\"#666666\"%s/>\n", x, y, BOX_W, BOX_H, round, box_look(b->kind)->fill,
               b->block >= 0 ? " stroke-dasharray=\"4 2\"" : "");
    for (int j = 0; j < b->nlines; j++) add_text(out, x + BOX_W / 2, y + LINE_H * (j + 1), j ? 8 : 10, "middle", b->line[j]);
    if (b->block >= 0) add_text(out, x + BOX_W - 4, y + LINE_H, 11, "end", ctx_printf(ctx, "\xc3\x97%d", p->blocks.at[b->block].times));
  }
}

void picture_layers_svg(Ctx *ctx, const Picture *p, Str *out) {
  Spot *spot = NEWN(ctx, Spot, p->boxes.n + 1);
  int widest = 0, layers = place(ctx, p, spot, &widest);
  int w = 2 * MARGIN + widest * (BOX_W + GAP_X), h = 2 * MARGIN + LINE_H * 2 + layers * (BOX_H + GAP_Y);
  str_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"Helvetica,sans-serif\">\n", w, h, w, h);
  str_add(out, "<defs><marker id=\"tip\" markerWidth=\"7\" markerHeight=\"7\" refX=\"6\" refY=\"3\" orient=\"auto\"><path d=\"M0,0 L6,3 L0,6 z\" fill=\"#888888\"/></marker></defs>\n");
  add_text(out, MARGIN, MARGIN, 12, "start", ctx_printf(ctx, "%s, %zu nodes", p->title, p->nodes));
  add_arrows(p, spot, out);
  add_boxes(ctx, p, spot, out);
  str_add(out, "</svg>\n");
}
