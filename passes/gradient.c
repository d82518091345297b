/* A Gradient node becomes the nodes that compute it (reverse mode): the nodes between `xs` and `y` backwards, each as a sinter.Adjoint (ir/adjoint.c).
 *
 * The inputs of the node are the values of `xs` and then of `zs` at which the derivative is taken. Where they are the very tensors of these names, the forward
 * values are there already; otherwise the nodes between are repeated on the given ones. Contributions by several readers of a value are summed. */
#include "ir/map.h"
#include "passes/node.h"

typedef struct Gradient {
  Ctx *ctx;
  const Model *model;
  Graph *graph;
  const Node *node;
  Map by;                       /* value -> its derivative, so far */
  Map stands_for;               /* named value -> the given one; a repeated value -> its copy */
  Map depends;                  /* values that depend on one of xs */
  VEC(Node *) path;             /* nodes from xs to y, in order */
  VEC(Node *) made;             /* in execution order */
} Gradient;

static Value *mapped(const Map *m, Value *v) {
  const MapEntry *e = v ? map_find(m, v) : NULL;
  return e ? e->p : NULL;
}

static const Attr *names(const Gradient *g, const char *name) {
  const Attr *a = node_attr(g->node, name);
  return a && a->kind == ATTR_STRINGS ? a : NULL;
}

static Node *make(Gradient *g, const char *op, const char *domain, int opset, const char *name) {
  Node *n = node_new(g->ctx, op, domain, opset, name);
  vec_push(g->ctx, &g->made, n);
  return n;
}

static Value *give(Gradient *g, Node *n, Value *v, const char *stem) {
  if (!v) v = graph_fresh(g->ctx, g->graph, stem);
  node_give(g->ctx, n, v);
  return v;
}

/* ---- what lies between */
static bool reads_dependent(const Gradient *g, const Node *n) {
  for (size_t i = 0; i < n->in.n; i++)
    if (n->in.at[i] && map_find(&g->depends, n->in.at[i])) return true;
  return false;
}

static bool bind_names(Gradient *g, size_t *xs) {
  const Attr *lists[] = {names(g, "xs"), names(g, "zs")};
  size_t at = 0;
  Place place = node_place(g->model, g->node);
  if (!lists[0]) return diag(g->ctx, E0403, place, "the attribute `xs` is missing");
  for (int l = 0; l < 2; l++)
    for (int i = 0; lists[l] && i < lists[l]->n; i++, at++) {
      Value *v = graph_find(g->ctx, g->graph, lists[l]->strings[i]), *given = at < g->node->in.n ? g->node->in.at[at] : NULL;
      if (!v || !given) return diag(g->ctx, E0200, place, "'%s' is no value of the graph, or has no input that gives it", lists[l]->strings[i]);
      map_add(g->ctx->arena, &g->stands_for, v)->p = given;
      if (l == 0) map_add(g->ctx->arena, &g->depends, v);
    }
  *xs = (size_t)lists[0]->n;
  return true;
}

/* The nodes stand in execution order: what reads a dependent value depends itself, and backwards from y it is known which of them matter. */
static void find_path(Gradient *g, Value *y) {
  Map wanted = {0};
  VEC(Node *) back = {0};
  for (size_t i = 0; i < g->graph->nodes.n; i++) {
    const Node *n = g->graph->nodes.at[i];
    if (!reads_dependent(g, n)) continue;
    for (size_t k = 0; k < n->out.n; k++)
      if (n->out.at[k]) map_add(g->ctx->arena, &g->depends, n->out.at[k]);
  }
  map_add(g->ctx->arena, &wanted, y);
  for (size_t i = g->graph->nodes.n; i-- > 0;) {
    Node *n = g->graph->nodes.at[i];
    bool matters = false;
    for (size_t k = 0; k < n->out.n; k++) matters |= n->out.at[k] && map_find(&wanted, n->out.at[k]) && !map_find(&g->stands_for, n->out.at[k]);
    if (!matters || !reads_dependent(g, n)) continue;
    vec_push(g->ctx, &back, n);
    for (size_t k = 0; k < n->in.n; k++)
      if (n->in.at[k]) map_add(g->ctx->arena, &wanted, n->in.at[k]);
  }
  for (size_t i = back.n; i-- > 0;) vec_push(g->ctx, &g->path, back.at[i]);
}

/* ---- forward, where the values given are others than those of the graph */
static Value *current(const Gradient *g, Value *v) {
  Value *other = mapped(&g->stands_for, v);
  return other ? other : v;
}

static void repeat_forward(Gradient *g) {
  for (size_t i = 0; i < g->path.n; i++) {
    const Node *n = g->path.at[i];
    bool other = false;
    for (size_t k = 0; k < n->in.n; k++) other |= n->in.at[k] && current(g, n->in.at[k]) != n->in.at[k];
    if (!other) continue;
    Node *copy = make(g, n->op, n->domain, n->opset, ctx_printf(g->ctx, "%s/%s", g->node->name, n->name));
    for (size_t a = 0; a < n->attrs.n; a++) vec_push(g->ctx, &copy->attrs, n->attrs.at[a]);
    for (size_t k = 0; k < n->in.n; k++) {
      Value *v = n->in.at[k] ? current(g, n->in.at[k]) : NULL;
      vec_push(g->ctx, &copy->in, v);
    }
    for (size_t k = 0; k < n->out.n; k++) {
      if (!n->out.at[k]) {
        vec_push(g->ctx, &copy->out, NULL);
        continue;
      }
      Value *v = give(g, copy, NULL, ctx_printf(g->ctx, "%s/%s", g->node->name, n->out.at[k]->name));
      map_add(g->ctx->arena, &g->stands_for, n->out.at[k])->p = v;
    }
  }
}

/* ---- backward */
enum { SHAPE_OPSET = 13, CAST_OPSET = 15 }; /* of the nodes that stand for ones, zeros and sums */

/* A tensor of the shape and type of v, all of one value. */
static Value *constant_like(Gradient *g, Value *v, float value, Value *to) {
  Ctx *ctx = g->ctx;
  const char *stem = ctx_printf(ctx, "%s/%g_like_%s", g->node->name, (double)value, v->name);
  const int64_t one = 1;
  Data *data = data_new(ctx, ELEM_f32, 1, &one);
  if (!data) return NULL;
  data_set_real((void *)data->bytes, ELEM_f32, 0, (double)value);
  Node *shape = make(g, "Shape", "", SHAPE_OPSET, ctx_printf(ctx, "%s/shape", stem));
  vec_push(ctx, &shape->in, v);
  Value *dims = give(g, shape, NULL, shape->name);
  Node *full = make(g, "ConstantOfShape", "", SHAPE_OPSET, ctx_printf(ctx, "%s/fill", stem));
  vec_push(ctx, &full->in, dims);
  node_set(g->ctx, full, "value", (Attr){.kind = ATTR_TENSOR, .tensor = data});
  Value *filled = give(g, full, NULL, full->name);
  Node *like = make(g, "CastLike", "", CAST_OPSET, stem);
  vec_push(ctx, &like->in, filled);
  vec_push(ctx, &like->in, v);
  return give(g, like, to, stem);
}

static void add_to(Gradient *g, Value *v, Value *part) {
  MapEntry *e = map_add(g->ctx->arena, &g->by, v);
  if (!e->p) {
    e->p = part;
    return;
  }
  Node *add = make(g, "Add", "", SHAPE_OPSET, ctx_printf(g->ctx, "%s/sum_%s", g->node->name, part->name));
  vec_push(g->ctx, &add->in, (Value *)e->p);
  vec_push(g->ctx, &add->in, part);
  e->p = give(g, add, NULL, add->name);
}

static void backward(Gradient *g, const Node *n) {
  Ctx *ctx = g->ctx;
  bool any = false;
  for (size_t k = 0; k < n->out.n; k++) any |= mapped(&g->by, n->out.at[k]) != NULL;
  if (!any) return;
  Node *back = make(g, "Adjoint", "sinter", 1, ctx_printf(ctx, "%s/d_%s", g->node->name, n->name));
  for (size_t a = 0; a < n->attrs.n; a++) vec_push(ctx, &back->attrs, n->attrs.at[a]);
  node_set(g->ctx, back, "of", (Attr){.kind = ATTR_STRING, .s = n->op});
  node_set(g->ctx, back, "of_domain", (Attr){.kind = ATTR_STRING, .s = n->domain});
  node_set(g->ctx, back, "of_opset", (Attr){.kind = ATTR_INT, .i = n->opset});
  node_set(g->ctx, back, "of_inputs", (Attr){.kind = ATTR_INT, .i = (int64_t)n->in.n});
  for (size_t k = 0; k < n->in.n; k++) {
    Value *v = n->in.at[k] ? current(g, n->in.at[k]) : NULL;
    vec_push(ctx, &back->in, v);
  }
  for (size_t k = 0; k < n->out.n; k++) {
    Value *v = mapped(&g->by, n->out.at[k]);
    vec_push(ctx, &back->in, v);
  }
  for (size_t k = 0; k < n->in.n; k++) {
    if (!n->in.at[k] || !map_find(&g->depends, n->in.at[k])) vec_push(ctx, &back->out, NULL);
    else give(g, back, NULL, ctx_printf(ctx, "%s/d_%s", g->node->name, n->in.at[k]->name));
  }
  for (size_t k = 0; k < n->in.n; k++)
    if (back->out.at[k]) add_to(g, n->in.at[k], back->out.at[k]);
}

static bool expand(Gradient *g) {
  Ctx *ctx = g->ctx;
  const Attr *y_name = node_attr(g->node, "y"), *xs_names = names(g, "xs");
  size_t xs = 0;
  Value *y = y_name && y_name->kind == ATTR_STRING ? graph_find(ctx, g->graph, y_name->s) : NULL;
  if (!y) return diag(ctx, E0200, node_place(g->model, g->node), "the attribute `y` names no value of the graph");
  if (!bind_names(g, &xs)) return false;
  find_path(g, y);
  repeat_forward(g);
  Value *ones = constant_like(g, current(g, y), 1, NULL);
  map_add(ctx->arena, &g->by, y)->p = ones;
  for (size_t i = g->path.n; i-- > 0;) backward(g, g->path.at[i]);
  for (size_t i = 0; i < g->node->out.n && i < xs; i++) {
    Value *to = g->node->out.at[i], *x = graph_find(ctx, g->graph, xs_names->strings[i]), *d = mapped(&g->by, x);
    if (!to) continue;
    if (!d) {
      constant_like(g, current(g, x), 0, to);
      continue;
    }
    Node *same = make(g, "Identity", "", SHAPE_OPSET, ctx_printf(ctx, "%s/out%zu", g->node->name, i));
    vec_push(ctx, &same->in, d);
    give(g, same, to, NULL);
  }
  return true;
}

bool pass_gradient(Ctx *ctx, Unit *u);
bool pass_gradient(Ctx *ctx, Unit *u) {
  Graph *graph = u->model->graph;
  for (size_t i = 0; i < graph->nodes.n;) {
    const Node *n = graph->nodes.at[i];
    if (strcmp(n->op, "Gradient") || strcmp(n->domain, "ai.onnx.preview.training")) {
      i++;
      continue;
    }
    Gradient g = {.ctx = ctx, .model = u->model, .graph = graph, .node = n};
    if (!expand(&g)) return false;
    VEC(Node *) nodes = {0};
    for (size_t k = 0; k < graph->nodes.n; k++) {
      if (graph->nodes.at[k] != n) vec_push(ctx, &nodes, graph->nodes.at[k]);
      else
        for (size_t m = 0; m < g.made.n; m++) vec_push(ctx, &nodes, g.made.at[m]);
    }
    graph_set_nodes(ctx, graph, nodes.n, nodes.at);
    if (!graph_sort(ctx, graph)) return false; /* it names values, so a circle may go through it unseen */
  }
  return true;
}
