/* A model as boxes and arrows. Blocks of operators that repeat one after another (the layers of a network) are drawn once, with the number of
 * times: a picture of 1,700 nodes says nothing, and takes seconds to lay out. */
#include "codegen/picture.h"

#include "ir/map.h"
#include "passes/node.h"

enum { ALL_SHOWN = 64, LONGEST_BLOCK = 96, LONGEST_LINE = 44, WEIGHTS_SHOWN = 1 };

static const BoxLook looks[] = {
    [BOX_INPUT] = {"input", "#ffffff"},          [BOX_OUTPUT] = {"output", "#ffffff"},         [BOX_CONTRACTION] = {"contraction", "#9ecae1"},
    [BOX_REDUCTION] = {"reduction", "#a1d99b"},  [BOX_MAP] = {"element by element", "#fdd0a2"}, [BOX_COPY] = {"movement of data", "#e5e5e5"},
    [BOX_RECURRENCE] = {"recurrence", "#c7b9e2"}, [BOX_EXTERN] = {"extern", "#f4a6a6"},         [BOX_REGION] = {"control flow", "#f7c6e0"},
    [BOX_UNKNOWN] = {"not bound", "#fafafa"}};

const BoxLook *box_look(BoxKind k) { return &looks[k]; }

/* ---- kinds */

typedef struct Loads { int n; const Var *const *reduced; int nreduced; } Loads;

static void count_reduced_load(const Expr *load, void *arg) {
  Loads *l = arg;
  bool reduced = false;
  for (int i = 0; i < l->nreduced; i++) reduced = reduced || x_uses(load, l->reduced[i]);
  l->n += reduced;
}

static bool is_movement(const Expr *e) {
  while (e->kind == X_OP && (e->op == OP_ELSE || e->op == OP_IF || e->op == OP_CAST || e->op == OP_REAL)) e = e->arg[0];
  return e->kind != X_OP;
}

static BoxKind kind_of_cascade(const Cascade *c) {
  BoxKind kind = BOX_COPY;
  for (size_t i = 0; i < c->steps.n; i++) {
    const Step *s = &c->steps.at[i];
    if (s->iter) return BOX_RECURRENCE;
    for (int j = 0; j < s->n; j++) {
      const Ein *e = s->ein[j];
      Loads l = {.reduced = e->axis + e->nout, .nreduced = e->naxes - e->nout};
      x_each_load(e->rhs, count_reduced_load, &l);
      BoxKind here = l.nreduced && l.n > 1 ? BOX_CONTRACTION : l.nreduced ? BOX_REDUCTION : is_movement(e->rhs) ? BOX_COPY : BOX_MAP;
      if (here < kind) kind = here; /* the kinds are listed by weight */
    }
  }
  return kind;
}

static BoxKind kind_of(Ctx *ctx, const Model *m, const Node *n) {
  for (size_t i = 0; i < n->attrs.n; i++)
    if (n->attrs.at[i].kind == ATTR_GRAPH) return BOX_REGION;
  if (!m->lib || !node_is_cascade(m, n)) return extern_find(n->op, n->domain, n->opset) ? BOX_EXTERN : BOX_UNKNOWN;
  for (size_t i = 0; i < n->in.n; i++)
    if (n->in.at[i] && (n->in.at[i]->type.elem == ELEM_NONE || n->in.at[i]->type.rank < 0)) return BOX_UNKNOWN;
  size_t mark = diag_mark(ctx); /* a picture of a model with defects is still a picture */
  Bound b;
  bool bound = node_bind(ctx, m, n, false, &b);
  diag_rewind(ctx, mark);
  return bound ? kind_of_cascade(&b.cascade) : BOX_UNKNOWN;
}

/* ---- texts */

size_t picture_utf8(const char *s) {
  const unsigned char *c = (const unsigned char *)s;
  size_t n = c[0] < 0x80 ? 1 : c[0] >= 0xc2 && c[0] < 0xe0 ? 2 : c[0] >= 0xe0 && c[0] < 0xf0 ? 3 : c[0] >= 0xf0 && c[0] < 0xf5 ? 4 : 0;
  for (size_t i = 1; i < n; i++)
    if ((c[i] & 0xc0) != 0x80) return 0;
  if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] >= 0xa0) || (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] >= 0x90)) return 0;
  return n;
}

void picture_xml(Str *out, const char *s) {
  while (*s) {
    size_t n = picture_utf8(s);
    if (n == 0 || (n == 1 && ((unsigned char)*s < 0x20 || *s == 0x7f))) str_add(out, "?"), n = 1;
    else if (*s == '<') str_add(out, "&lt;");
    else if (*s == '>') str_add(out, "&gt;");
    else if (*s == '&') str_add(out, "&amp;");
    else if (*s == '"') str_add(out, "&quot;");
    else str_addn(out, s, n);
    s += n;
  }
}

/* A name of bounded length; the end of a name tells more than its beginning. */
static const char *shortened(Ctx *ctx, const char *s) {
  size_t n = strlen(s);
  if (n <= LONGEST_LINE) return s;
  s += n - LONGEST_LINE;
  while (((unsigned char)*s & 0xc0) == 0x80) s++;
  return ctx_printf(ctx, "...%s", s);
}

static const char *type_text(Ctx *ctx, const Type *t) {
  if (t->elem == ELEM_NONE || t->rank < 0) return "";
  Str s = str_new(ctx);
  type_print(ctx, t, &s);
  return shortened(ctx, s.s);
}

static void add_line(Box *b, const char *s) {
  if (*s && b->nlines < (int)(sizeof b->line / sizeof *b->line)) b->line[b->nlines++] = s;
}

static int add_box(Ctx *ctx, Picture *p, Box b) {
  vec_push(ctx, &p->boxes, b);
  return (int)p->boxes.n - 1;
}

static int add_node_box(Ctx *ctx, Picture *p, const Model *m, const Node *n, int block) {
  Box b = {.kind = kind_of(ctx, m, n), .block = block};
  add_line(&b, n->op);
  add_line(&b, shortened(ctx, n->name));
  int shown = 0;
  for (size_t i = 0; i < n->in.n && shown < WEIGHTS_SHOWN; i++) {
    const Value *v = n->in.at[i];
    if (v && v->data && v->type.rank > 1) add_line(&b, type_text(ctx, &v->type)), shown++;
  }
  return add_box(ctx, p, b);
}

static int add_value_box(Ctx *ctx, Picture *p, const Value *v, BoxKind kind) {
  Box b = {.kind = kind, .block = -1};
  add_line(&b, shortened(ctx, v->name));
  add_line(&b, type_text(ctx, &v->type));
  return add_box(ctx, p, b);
}

/* ---- blocks that repeat */

static bool alike(const Node *a, const Node *b) { return a->op == b->op && a->domain == b->domain && a->out.n == b->out.n; }

/* How often the `period` nodes from `at` on stand one after another. */
static size_t turns(const Graph *g, size_t at, size_t period) {
  size_t same = 0;
  while (at + period + same < g->nodes.n && alike(g->nodes.at[at + same], g->nodes.at[at + period + same])) same++;
  return same / period + 1;
}

/* The period whose repetition saves most boxes; false when it is not worth a frame. */
static bool best_block(const Graph *g, size_t at, size_t *period, size_t *times) {
  size_t best = 0;
  if (g->nodes.n <= ALL_SHOWN) return false; /* small enough to be seen whole */
  for (size_t p = 1; p <= LONGEST_BLOCK && at + 2 * p <= g->nodes.n; p++) {
    size_t t = turns(g, at, p), saved = (t - 1) * p;
    if (saved > best) best = saved, *period = p, *times = t;
  }
  return best >= 4 && *times > 1;
}

typedef struct Builder { Ctx *ctx; Picture *p; const Model *m; Map producer; Map arrows; VEC(int) box; } Builder; /* producer: Value -> 1 + box; box: per node */

static void produce(Builder *B, const Node *n, int box) {
  for (size_t i = 0; i < n->out.n; i++)
    if (n->out.at[i]) map_add(B->ctx->arena, &B->producer, n->out.at[i])->i = (size_t)box + 1;
}

static void place_nodes(Builder *B, const Graph *g) {
  for (size_t i = 0; i < g->nodes.n;) {
    size_t period = 1, times = 1;
    int block = -1;
    if (best_block(g, i, &period, &times)) {
      block = (int)B->p->blocks.n;
      vec_push(B->ctx, &B->p->blocks, ((Block){(int)times, g->nodes.at[i]->name, g->nodes.at[i + period * times - 1]->name}));
    } else period = times = 1;
    int first = (int)B->p->boxes.n;
    for (size_t j = 0; j < period * times; j++) {
      const Node *n = g->nodes.at[i + j];
      int box = j < period ? add_node_box(B->ctx, B->p, B->m, n, block) : first + (int)(j % period);
      vec_push(B->ctx, &B->box, box);
      produce(B, n, box);
    }
    i += period * times;
  }
}

static void add_arrow(Builder *B, const Value *v, int to) {
  const MapEntry *from = v ? map_find(&B->producer, v) : NULL;
  if (!from) return;
  Arrow a = {.from = (int)from->i - 1, .to = to, .label = type_text(B->ctx, &v->type)};
  a.back = a.from >= a.to;
  const char *key = intern(B->ctx, ctx_printf(B->ctx, "arrow %d %d", a.from, a.to));
  if (map_find(&B->arrows, key)) return;
  map_add(B->ctx->arena, &B->arrows, key);
  vec_push(B->ctx, &B->p->arrows, a);
}

static void add_region_arrows(Builder *B, const Graph *g, int to, int depth) {
  if (depth > 32) return;
  for (size_t i = 0; i < g->nodes.n; i++) {
    const Node *n = g->nodes.at[i];
    for (size_t j = 0; j < n->in.n; j++) add_arrow(B, n->in.at[j], to);
    for (size_t j = 0; j < n->attrs.n; j++)
      if (n->attrs.at[j].kind == ATTR_GRAPH) add_region_arrows(B, n->attrs.at[j].graph, to, depth + 1);
  }
  for (size_t i = 0; i < g->outputs.n; i++) add_arrow(B, g->outputs.at[i], to);
}

void picture_of(Ctx *ctx, const Model *m, Picture *p) {
  const Graph *g = m->graph;
  *p = (Picture){.title = m->name ? m->name : "", .nodes = g->nodes.n};
  Builder B = {.ctx = ctx, .p = p, .m = m};
  for (size_t i = 0; i < g->inputs.n; i++) map_add(ctx->arena, &B.producer, g->inputs.at[i])->i = (size_t)add_value_box(ctx, p, g->inputs.at[i], BOX_INPUT) + 1;
  place_nodes(&B, g);
  for (size_t i = 0; i < g->nodes.n; i++) {
    const Node *n = g->nodes.at[i];
    for (size_t j = 0; j < n->in.n; j++) add_arrow(&B, n->in.at[j], B.box.at[i]);
    for (size_t j = 0; j < n->attrs.n; j++)
      if (n->attrs.at[j].kind == ATTR_GRAPH) add_region_arrows(&B, n->attrs.at[j].graph, B.box.at[i], 0);
  }
  for (size_t i = 0; i < g->outputs.n; i++) add_arrow(&B, g->outputs.at[i], add_value_box(ctx, p, g->outputs.at[i], BOX_OUTPUT));
}
