/* The graph IR as a data structure: making values and nodes, bringing nodes into execution order, and checking that a graph holds together. */
#include "ir/graph.h"
#include "ir/map.h"

/* ---- values and nodes */
typedef struct ValueIndex { Map by_name; size_t seen; } ValueIndex; /* the first `seen` values are in the map, as positions */

static Value *find_interned(Ctx *ctx, Graph *g, const char *name) {
  ValueIndex *index = g->index;
  if (!index || index->seen > g->values.n) g->index = index = NEW(ctx, ValueIndex);
  for (; index->seen < g->values.n; index->seen++) {
    const char *key = g->values.at[index->seen]->name;
    if (!map_find(&index->by_name, key)) map_add(ctx->arena, &index->by_name, key)->i = index->seen;
  }
  const MapEntry *e = map_find(&index->by_name, name);
  return e ? g->values.at[e->i] : NULL;
}

Value *graph_find(Ctx *ctx, Graph *g, const char *name) { return find_interned(ctx, g, intern(ctx, name)); }

Value *graph_value(Ctx *ctx, Graph *g, const char *name) {
  name = intern(ctx, name);
  Value *v = find_interned(ctx, g, name);
  if (v) return v;
  v = NEW(ctx, Value);
  v->name = name;
  v->type.rank = -1;
  v->id = (int)g->values.n;
  vec_push(ctx, &g->values, v);
  return v;
}

Node *graph_node(Ctx *ctx, Graph *g, const char *op, const char *domain, const char *name) {
  Node *n = NEW(ctx, Node);
  n->op = intern(ctx, op);
  n->domain = intern(ctx, domain ? domain : "");
  n->id = (int)g->nodes.n;
  n->name = name && *name ? intern(ctx, name) : intern(ctx, ctx_printf(ctx, "%s_%d", op, n->id));
  vec_push(ctx, &g->nodes, n);
  return n;
}

Node *node_new(Ctx *ctx, const char *op, const char *domain, int opset, const char *name) {
  Node *n = NEW(ctx, Node);
  *n = (Node){.name = intern(ctx, name), .op = intern(ctx, op), .domain = intern(ctx, domain), .opset = opset};
  return n;
}

void node_give(Ctx *ctx, Node *n, Value *out) {
  if (out) out->def = n, out->out = (int)n->out.n;
  vec_push(ctx, &n->out, out);
}

void node_set(Ctx *ctx, Node *n, const char *name, Attr value) {
  value.name = intern(ctx, name);
  vec_push(ctx, &n->attrs, value);
}

void graph_set_nodes(Ctx *ctx, Graph *g, size_t n, Node *const *nodes) {
  g->nodes.n = 0;
  for (size_t i = 0; i < n; i++) {
    nodes[i]->id = (int)i;
    vec_push(ctx, &g->nodes, nodes[i]);
  }
}

const Attr *node_attr(const Node *n, const char *name) {
  for (size_t i = 0; i < n->attrs.n; i++)
    if (strcmp(n->attrs.at[i].name, name) == 0) return &n->attrs.at[i];
  return NULL;
}

bool graph_is_state_input(const Graph *g, size_t input) {
  for (size_t i = 0; i < g->states.n; i++)
    if (g->states.at[i].in == input) return true;
  return false;
}

bool graph_is_state_output(const Graph *g, size_t output) {
  for (size_t i = 0; i < g->states.n; i++)
    if (g->states.at[i].out == output) return true;
  return false;
}

static Place place_of(const Node *n) { return (Place){.node = n->name, .op = n->op, .opset = n->opset}; }

size_t graph_size(const Graph *g) {
  size_t n = g->nodes.n;
  for (size_t i = 0; i < g->nodes.n; i++)
    for (size_t a = 0; a < g->nodes.at[i]->attrs.n; a++)
      if (g->nodes.at[i]->attrs.at[a].kind == ATTR_GRAPH) n += graph_size(g->nodes.at[i]->attrs.at[a].graph);
  return n;
}

/* ---- copies of regions */
static Value *copied(const Map *values, Value *v) {
  const MapEntry *e = v ? map_find(values, v) : NULL;
  return e ? e->p : v;
}

static Graph *copy_in(Ctx *ctx, const Graph *g, Graph *outer, Map *values);

static Node *copy_node(Ctx *ctx, const Node *n, Graph *into, Map *values) {
  Node *to = NEW(ctx, Node);
  *to = (Node){.name = n->name, .op = n->op, .domain = n->domain, .opset = n->opset, .id = n->id};
  for (size_t i = 0; i < n->in.n; i++) vec_push(ctx, &to->in, copied(values, n->in.at[i]));
  for (size_t i = 0; i < n->out.n; i++) {
    Value *v = copied(values, n->out.at[i]);
    if (v) v->def = to;
    vec_push(ctx, &to->out, v);
  }
  for (size_t i = 0; i < n->attrs.n; i++) {
    Attr a = n->attrs.at[i];
    if (a.kind == ATTR_GRAPH) a.graph = copy_in(ctx, a.graph, into, values);
    vec_push(ctx, &to->attrs, a);
  }
  return to;
}

static Graph *copy_in(Ctx *ctx, const Graph *g, Graph *outer, Map *values) {
  Graph *to = NEW(ctx, Graph);
  to->name = g->name;
  to->outer = outer;
  for (size_t i = 0; i < g->values.n; i++) {
    Value *v = NEW(ctx, Value);
    *v = *g->values.at[i];
    map_add(ctx->arena, values, g->values.at[i])->p = v;
    vec_push(ctx, &to->values, v);
  }
  for (size_t i = 0; i < g->inputs.n; i++) vec_push(ctx, &to->inputs, copied(values, g->inputs.at[i]));
  for (size_t i = 0; i < g->nodes.n; i++) vec_push(ctx, &to->nodes, copy_node(ctx, g->nodes.at[i], to, values));
  for (size_t i = 0; i < g->outputs.n; i++) vec_push(ctx, &to->outputs, copied(values, g->outputs.at[i]));
  return to;
}

Graph *graph_copy(Ctx *ctx, const Graph *g) {
  Map values = {0};
  return copy_in(ctx, g, g->outer, &values);
}

/* ---- execution order: depth first over producers, in the order the nodes stand in, so that a sorted graph stays as it is.
 * A node with regions also depends on what its regions read from this graph. */
typedef struct Edges { size_t *producer, n, cap; Arena *arena; } Edges;
typedef struct Frame { size_t node, next, end; } Frame;
typedef enum Mark { NEW_NODE, OPEN_NODE, DONE_NODE } Mark;

static void add_edge(const Graph *g, Edges *edges, const Value *v) {
  if (!v || !v->def) return;
  int id = v->def->id;
  if (id < 0 || (size_t)id >= g->nodes.n || g->nodes.at[id] != v->def) return; /* of an outer or inner graph */
  if (edges->n == edges->cap) {
    size_t cap = edges->cap ? edges->cap * 2 : 64, *bigger = arena_alloc(edges->arena, cap * sizeof *bigger);
    if (edges->n) memcpy(bigger, edges->producer, edges->n * sizeof *bigger);
    edges->producer = bigger;
    edges->cap = cap;
  }
  edges->producer[edges->n++] = (size_t)id;
}

static void add_region_edges(const Graph *g, Edges *edges, const Node *n) {
  for (size_t a = 0; a < n->attrs.n; a++) {
    if (n->attrs.at[a].kind != ATTR_GRAPH) continue;
    const Graph *region = n->attrs.at[a].graph;
    for (size_t i = 0; i < region->nodes.n; i++) {
      const Node *inner = region->nodes.at[i];
      for (size_t k = 0; k < inner->in.n; k++) add_edge(g, edges, inner->in.at[k]);
      add_region_edges(g, edges, inner);
    }
    for (size_t i = 0; i < region->outputs.n; i++) add_edge(g, edges, region->outputs.at[i]);
  }
}

static bool report_cycle(Ctx *ctx, const Graph *g, const Frame *stack, size_t depth, size_t again) {
  size_t first = depth;
  while (stack[first - 1].node != again) first--;
  Str path = str_new(ctx); /* the stack goes from reader to producer: backwards is the way the data would flow */
  str_add(&path, g->nodes.at[again]->name);
  for (size_t i = depth; i >= first && path.n < 400; i--) str_printf(&path, " -> %s", g->nodes.at[stack[i - 1].node]->name);
  return diag(ctx, E0200, place_of(g->nodes.at[again]), "nodes depend on each other in a circle: %s", path.s);
}

static bool sort_in(Ctx *ctx, Arena *scratch, Graph *g) {
  size_t n = g->nodes.n, depth = 0, placed = 0;
  bool ok = true;
  Edges edges = {.arena = scratch};
  size_t *first_edge = arena_alloc(scratch, (n + 1) * sizeof *first_edge);
  Mark *mark = arena_alloc(scratch, (n + 1) * sizeof *mark);
  Frame *stack = arena_alloc(scratch, (n + 1) * sizeof *stack);
  Node **order = arena_alloc(scratch, (n + 1) * sizeof *order);
  for (size_t i = 0; i < n; i++) g->nodes.at[i]->id = (int)i;
  for (size_t i = 0; i < n; i++) {
    const Node *node = g->nodes.at[i];
    first_edge[i] = edges.n;
    for (size_t k = 0; k < node->in.n; k++) {
      const Value *v = node->in.at[k];
      if (v && !v->def && !v->is_input && !v->data) ok = diag(ctx, E0200, place_of(node), "input %zu, '%s', is produced by no node and is neither an input nor an initializer", k, v->name);
      add_edge(g, &edges, v);
    }
    add_region_edges(g, &edges, node);
  }
  first_edge[n] = edges.n;
  for (size_t root = 0; root < n; root++) {
    if (mark[root] != NEW_NODE) continue;
    stack[depth++] = (Frame){root, first_edge[root], first_edge[root + 1]};
    mark[root] = OPEN_NODE;
    while (depth) {
      Frame *f = &stack[depth - 1];
      if (f->next == f->end) {
        mark[f->node] = DONE_NODE;
        order[placed++] = g->nodes.at[f->node];
        depth--;
        continue;
      }
      size_t to = edges.producer[f->next++];
      if (mark[to] == OPEN_NODE) ok = report_cycle(ctx, g, stack, depth, to);
      if (mark[to] != NEW_NODE) continue;
      mark[to] = OPEN_NODE;
      stack[depth++] = (Frame){to, first_edge[to], first_edge[to + 1]};
    }
  }
  for (size_t i = 0; i < n; i++) {
    g->nodes.at[i] = order[i];
    order[i]->id = (int)i;
  }
  for (size_t i = 0; i < n; i++)
    for (size_t a = 0; a < order[i]->attrs.n; a++)
      if (order[i]->attrs.at[a].kind == ATTR_GRAPH && !sort_in(ctx, scratch, order[i]->attrs.at[a].graph)) ok = false;
  return ok;
}

bool graph_sort(Ctx *ctx, Graph *g) {
  Arena *scratch = arena_new(ctx);
  if (!scratch) ctx_out_of_memory(ctx);
  bool ok = sort_in(ctx, scratch, g);
  arena_free(scratch);
  return ok;
}

/* ---- verification: every rule that passes rely on */
typedef struct Visible { Map values; const struct Visible *outer; Arena *arena; } Visible;

static bool is_visible(const Visible *at, const Value *v) {
  for (; at; at = at->outer)
    if (map_find(&at->values, v)) return true;
  return false;
}

static bool make_visible(Visible *at, const Value *v) {
  if (map_find(&at->values, v)) return false;
  map_add(at->arena, &at->values, v);
  return true;
}

static bool verify_value(Ctx *ctx, const Value *v) {
  const Type *t = &v->type;
  Place none = {0};
  bool ok = true;
  if (!v->name || !*v->name) ok = diag(ctx, E0601, none, "a value has no name");
  if (t->rank < -1 || t->rank > MAX_RANK) return diag(ctx, E0601, none, "value '%s' has rank %d", v->name, t->rank);
  for (int i = 0; i < t->rank; i++)
    if (ext_is_const(ctx, t->dim[i]) && t->dim[i] < 0) ok = diag(ctx, E0601, none, "dimension %d of value '%s' is negative", i, v->name);
  if (!v->data) return ok;
  if (v->def) ok = diag(ctx, E0601, none, "value '%s' is a constant and also the output of node '%s'", v->name, v->def->name);
  Type stored = *t;
  if (v->symbolic) stored.elem = ELEM_i64; /* extents, whatever the element type of the value */
  if (!type_equal(&stored, &v->data->type)) ok = diag(ctx, E0601, none, "the type of constant '%s' is not that of its data", v->name);
  int64_t count = type_bound(ctx, &v->data->type), bytes = count < 0 ? -1 : elem_bytes(v->data->type.elem, count);
  if (bytes < 0 || (uint64_t)bytes != v->data->nbytes) ok = diag(ctx, E0601, none, "constant '%s' has %zu bytes of data where its type has %lld", v->name, v->data->nbytes, (long long)bytes);
  return ok;
}

static bool verify_in(Ctx *ctx, const Graph *g, const Visible *outer, Arena *arena);

static bool verify_node(Ctx *ctx, const Graph *g, const Node *n, Visible *scope) {
  bool ok = true;
  Place at = place_of(n);
  if (!n->name || !*n->name || !n->op || !*n->op || !n->domain) return diag(ctx, E0601, (Place){.node = n->name}, "a node has no name, operator or domain");
  for (size_t i = 0; i < n->in.n; i++)
    if (n->in.at[i] && !is_visible(scope, n->in.at[i])) ok = diag(ctx, E0601, at, "input %zu, '%s', is not defined before this node", i, n->in.at[i]->name);
  for (size_t a = 0; a < n->attrs.n; a++) {
    const Attr *attr = &n->attrs.at[a];
    if (node_attr(n, attr->name) != attr) ok = diag(ctx, E0601, at, "attribute '%s' occurs twice", attr->name);
    if (attr->kind != ATTR_GRAPH) continue;
    if (attr->graph->outer != g) ok = diag(ctx, E0601, at, "region '%s' does not name the graph it sits in", attr->name);
    if (!verify_in(ctx, attr->graph, scope, scope->arena)) ok = false;
  }
  for (size_t i = 0; i < n->out.n; i++) {
    const Value *v = n->out.at[i];
    if (!v) continue;
    if (v->def != n || v->out != (int)i) ok = diag(ctx, E0601, at, "output %zu, '%s', names another producer", i, v->name);
    if (!make_visible(scope, v)) ok = diag(ctx, E0601, at, "output %zu, '%s', is defined before", i, v->name);
  }
  return ok;
}

static bool verify_in(Ctx *ctx, const Graph *g, const Visible *outer, Arena *arena) {
  bool ok = true;
  Visible scope = {.outer = outer, .arena = arena};
  Map names = {0};
  for (size_t i = 0; i < g->values.n; i++) {
    const Value *v = g->values.at[i];
    if (!verify_value(ctx, v)) { ok = false; continue; }
    if (map_find(&names, v->name)) ok = diag(ctx, E0601, (Place){0}, "two values are named '%s'", v->name);
    else map_add(arena, &names, v->name);
    if (v->data) make_visible(&scope, v);
  }
  for (size_t i = 0; i < g->inputs.n; i++) {
    const Value *v = g->inputs.at[i];
    if (!v->is_input || v->def) ok = diag(ctx, E0601, (Place){0}, "'%s' is listed as an input but has a producer or is not marked as one", v->name);
    make_visible(&scope, v);
  }
  for (size_t i = 0; i < g->nodes.n; i++)
    if (!verify_node(ctx, g, g->nodes.at[i], &scope)) ok = false;
  for (size_t i = 0; i < g->outputs.n; i++)
    if (!is_visible(&scope, g->outputs.at[i])) ok = diag(ctx, E0601, (Place){0}, "output '%s' is never produced", g->outputs.at[i]->name);
  return ok;
}

bool graph_verify(Ctx *ctx, const Graph *g) {
  Arena *scratch = arena_new(ctx);
  if (!scratch) ctx_out_of_memory(ctx);
  bool ok = verify_in(ctx, g, NULL, scratch);
  arena_free(scratch);
  return ok;
}
