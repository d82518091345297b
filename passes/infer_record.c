/* Sequences, optionals and maps at the edges of regions: both branches of an If, and every trip of a Loop, must give records of one layout. */
#include "ir/record.h"
#include "passes/infer.h"

Type infer_escape(Infer *I, const Graph *region, Type t) {
  for (int d = 0; d < t.rank; d++) {
    int64_t lo;
    if (!infer_set_inside(I, region, t.dim[d])) continue;
    ext_range(I->ctx, t.dim[d], &lo, &t.dim[d]);
    t.varies |= 1u << d;
  }
  return t;
}

/* The node that gives v the room of a type, and its result in g; NULL where v has that room. */
static Node *refit(Infer *I, Graph *g, const char *name, Value *v, const Type *to) {
  if (type_equal(&v->type, to)) return NULL;
  Node *n = node_refit(I->ctx, name, v, to);
  Value *out = graph_fresh(I->ctx, g, name);
  out->type = *to;
  node_give(I->ctx, n, out);
  return n;
}

void infer_refit_output(Infer *I, const Node *around, Graph *region, size_t output, const Type *to) {
  Node *n = refit(I, region, ctx_printf(I->ctx, "%s/refit%zu", around->name, output), region->outputs.at[output], to);
  if (!n) return;
  n->id = (int)region->nodes.n;
  vec_push(I->ctx, &region->nodes, n);
  region->outputs.at[output] = n->out.at[0];
}

void infer_refit_input(Infer *I, Node *n, size_t input, const Type *to) {
  Node *made = refit(I, I->graph, ctx_printf(I->ctx, "%s/first%zu", n->name, input), n->in.at[input], to);
  if (!made) return;
  vec_push(I->ctx, &I->kept, made);
  n->in.at[input] = made->out.at[0];
}
