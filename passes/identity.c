/* Removes nodes that copy: Identity, Dropout in inference, Cast to the type a value has, Reshape to the shape it has, Transpose of ranks of extent 1,
 * Slice of everything, Concat of one. None of them is named here: the bound cascade shows that the output is the input, element by element.
 * A copy into another shape stays: `bind` gives it the same memory. */
#include "passes/node.h"

/* The one output somebody asked for; NULL when there are several. */
static Value *only_output(const Node *n) {
  Value *only = NULL;
  for (size_t i = 0; i < n->out.n; i++) {
    if (!n->out.at[i]) continue;
    if (only) return NULL;
    only = n->out.at[i];
  }
  return only;
}

/* Binding every node in full would be waste: a copy has an input of the output's very type. */
static bool may_copy(const Node *n, const Value *out) {
  for (size_t i = 0; i < n->in.n; i++)
    if (n->in.at[i] && type_equal(&n->in.at[i]->type, &out->type)) return true;
  return false;
}

/* `from` -> node -> `to`, where `to` is an output of the graph: the producer of `from` writes it at once. */
static bool produce_directly(Graph *g, Value *from, Value *to) {
  if (!from->def || !graph_owns(g, from) || value_is_output(g, from)) return false;
  graph_replace(g, from, to);
  from->def->out.at[from->out] = to;
  to->def = from->def;
  to->out = from->out;
  from->def = NULL;
  return true;
}

static bool is_copy(Ctx *ctx, const Model *m, const Node *n, int *input) {
  Bound b;
  const Value *out = only_output(n);
  if (!out || !may_copy(n, out) || !node_is_cascade(m, n) || !node_bind(ctx, m, n, false, &b) || !bound_is_copy(ctx, &b, (int)n->in.n, input)) return false;
  return type_equal(&n->in.at[*input]->type, &out->type);
}

static bool drop_copies(Ctx *ctx, Unit *u, Graph *g) {
  size_t errors = diag_errors(ctx);
  graph_uses(ctx, g); /* ids */
  bool *drop = NEWN(ctx, bool, g->nodes.n + 1);
  for (size_t i = 0; i < g->nodes.n; i++) {
    Node *n = g->nodes.at[i];
    int input;
    if (!is_copy(ctx, u->model, n, &input)) continue;
    Value *from = n->in.at[input], *to = only_output(n);
    if (value_is_output(g, to)) drop[i] = produce_directly(g, from, to);
    else {
      graph_replace(g, to, from);
      drop[i] = true;
    }
  }
  graph_drop_nodes(g, drop);
  graph_uses(ctx, g);
  return diag_errors(ctx) == errors;
}

bool pass_identity(Ctx *ctx, Unit *u);
bool pass_identity(Ctx *ctx, Unit *u) { return each_graph(ctx, u, drop_copies); }
