/* Removes what no output of the model depends on: nodes, single outputs of nodes, and constants nobody reads any more. A node is also needed for the symbols
 * it sets, where what is left has them in its extents. */
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

static void use_node(Live *l, const Node *n, int depth) {
  for (size_t i = 0; i < n->in.n; i++) use(l, n->in.at[i]);
  for (size_t i = 0; i < n->attrs.n && depth < REGION_DEPTH; i++) {
    if (n->attrs.at[i].kind != ATTR_GRAPH) continue;
    const Graph *region = n->attrs.at[i].graph;
    for (size_t j = 0; j < region->nodes.n; j++) use_node(l, region->nodes.at[j], depth + 1);
    for (size_t j = 0; j < region->outputs.n; j++) use(l, region->outputs.at[j]);
  }
}

static bool is_live(const Live *l, const Node *n) {
  for (size_t i = 0; i < n->out.n; i++)
    if (n->out.at[i] && map_find(&l->values, n->out.at[i])) return true;
  int count;
  const ext_t *symbol = l->symbols.n ? node_symbols(l->ctx, l->model, n, &count) : NULL;
  for (int i = 0; symbol && i < count; i++) {
    Str name = str_new(l->ctx);
    ext_print(l->ctx, symbol[i], &name);
    if (map_find(&l->symbols, intern(l->ctx, name.s))) return true;
  }
  return false;
}

bool pass_dead(Ctx *ctx, Unit *u);
bool pass_dead(Ctx *ctx, Unit *u) {
  Graph *g = u->model->graph;
  Live l = {.ctx = ctx, .model = u->model};
  bool *drop = NEWN(ctx, bool, g->nodes.n + 1);
  for (size_t i = 0; i < g->outputs.n; i++) use(&l, g->outputs.at[i]);
  for (size_t i = g->nodes.n; i-- > 0;) {
    Node *n = g->nodes.at[i];
    drop[i] = !is_live(&l, n);
    if (drop[i]) continue;
    use_node(&l, n, 0);
    for (size_t j = 0; j < n->out.n; j++)
      if (n->out.at[j] && !map_find(&l.values, n->out.at[j])) n->out.at[j] = NULL;
  }
  graph_drop_nodes(g, drop);
  size_t kept = 0;
  for (size_t i = 0; i < g->values.n; i++) {
    Value *v = g->values.at[i];
    if (v->is_input || map_find(&l.values, v)) g->values.at[kept++] = v;
  }
  g->values.n = kept;
  g->index = NULL; /* positions have changed */
  graph_uses(ctx, g);
  return true;
}
