/* Removes what no output of the model depends on: nodes, single outputs of nodes, states, and constants nobody reads any more. A node is also needed for the
 * symbols it sets, where what is left has them in its extents. */
#include "ir/map.h"
#include "passes/node.h"

enum { REGION_DEPTH = 64 };

typedef struct Live { Ctx *ctx; const Model *model; Map values, symbols; } Live; /* symbols: by interned name */

static int64_t use_symbol(void *arg, const char *name) {
  Live *l = arg;
  map_add(l->ctx->arena, &l->symbols, intern(l->ctx, name));
  return 1;
}

static void use_extent(Live *l, ext_t e) {
  if (!ext_is_const(l->ctx, e)) (void)ext_value(l->ctx, e, use_symbol, l);
}

static void use(Live *l, const Value *v) {
  if (!v || map_find(&l->values, v)) return;
  map_add(l->ctx->arena, &l->values, v);
  for (int i = 0; i < v->type.rank; i++) use_extent(l, v->type.dim[i]);
  for (size_t i = 0; v->symbolic && i < v->data->nbytes / sizeof(ext_t); i++) use_extent(l, ((const ext_t *)v->data->bytes)[i]);
}

static bool is_live(const Live *l, const Node *n) {
  for (size_t i = 0; i < n->out.n; i++)
    if (n->out.at[i] && map_find(&l->values, n->out.at[i])) return true;
  int count;
  const ext_t *symbol = l->symbols.n ? node_symbols(l->ctx, l->model, n, &count) : NULL;
  for (int i = 0; symbol && i < count; i++)
    if (map_find(&l->symbols, ext_name(l->ctx, symbol[i]))) return true;
  return false;
}

static void mark(Live *l, const Graph *g, int depth);

/* All that a region gives is needed where its node is. */
static void use_node(Live *l, const Node *n, int depth) {
  for (size_t i = 0; i < n->in.n; i++) use(l, n->in.at[i]);
  for (size_t i = 0; i < n->attrs.n && depth < REGION_DEPTH; i++) {
    if (n->attrs.at[i].kind != ATTR_GRAPH) continue;
    const Graph *region = n->attrs.at[i].graph;
    for (size_t j = 0; j < region->outputs.n; j++) use(l, region->outputs.at[j]);
    mark(l, region, depth + 1);
  }
}

static void mark(Live *l, const Graph *g, int depth) {
  for (size_t i = g->nodes.n; i-- > 0;)
    if (is_live(l, g->nodes.at[i])) use_node(l, g->nodes.at[i], depth);
}

/* A state that only itself depends on is dead, however long it lives: what a state becomes is used when the state is. */
static void mark_states(Live *l, const Graph *g) {
  bool more = true;
  while (more) {
    mark(l, g, 0);
    more = false;
    for (size_t i = 0; i < g->states.n; i++) {
      const Value *next = g->outputs.at[g->states.at[i].out];
      if (!map_find(&l->values, g->inputs.at[g->states.at[i].in]) || map_find(&l->values, next)) continue;
      use(l, next);
      more = true;
    }
  }
}

/* The pairs count in the lists of inputs and outputs, so the others move up. */
static void remove_state(Graph *g, size_t pair) {
  StatePair dead = g->states.at[pair];
  g->inputs.at[dead.in]->is_input = false;
  for (size_t i = dead.in; i + 1 < g->inputs.n; i++) g->inputs.at[i] = g->inputs.at[i + 1];
  for (size_t i = dead.out; i + 1 < g->outputs.n; i++) g->outputs.at[i] = g->outputs.at[i + 1];
  g->inputs.n--, g->outputs.n--;
  for (size_t i = pair; i + 1 < g->states.n; i++) g->states.at[i] = g->states.at[i + 1];
  g->states.n--;
  for (size_t i = 0; i < g->states.n; i++) {
    g->states.at[i].in -= g->states.at[i].in > dead.in;
    g->states.at[i].out -= g->states.at[i].out > dead.out;
  }
}

/* Removes what is not marked, in regions too. */
static void sweep(Live *l, Graph *g, int depth) {
  bool *drop = NEWN(l->ctx, bool, g->nodes.n + 1);
  for (size_t i = 0; i < g->nodes.n; i++) {
    Node *n = g->nodes.at[i];
    drop[i] = !is_live(l, n);
    for (size_t j = 0; j < n->out.n && !drop[i]; j++)
      if (n->out.at[j] && !map_find(&l->values, n->out.at[j])) n->out.at[j] = NULL;
    for (size_t a = 0; a < n->attrs.n && !drop[i] && depth < REGION_DEPTH; a++)
      if (n->attrs.at[a].kind == ATTR_GRAPH) sweep(l, n->attrs.at[a].graph, depth + 1);
  }
  graph_drop_nodes(g, drop);
  size_t kept = 0;
  for (size_t i = 0; i < g->values.n; i++) {
    Value *v = g->values.at[i];
    if (v->is_input || map_find(&l->values, v)) g->values.at[kept++] = v;
  }
  g->values.n = kept;
  g->index = NULL; /* positions have changed */
  graph_uses(l->ctx, g);
}

bool pass_dead(Ctx *ctx, Unit *u);
bool pass_dead(Ctx *ctx, Unit *u) {
  Graph *g = u->model->graph;
  Live l = {.ctx = ctx, .model = u->model};
  for (size_t i = 0; i < g->outputs.n; i++)
    if (!graph_is_state_output(g, i)) use(&l, g->outputs.at[i]);
  mark_states(&l, g);
  for (size_t i = g->states.n; i-- > 0;)
    if (!map_find(&l.values, g->inputs.at[g->states.at[i].in])) remove_state(g, i);
  sweep(&l, g, 0);
  return true;
}
