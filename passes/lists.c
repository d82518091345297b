/* An operator over parallel lists of tensors (values, gradients, accumulators: ir/ops/train.ein) treats each member alone and in a shape of its own:
 * a node of k members becomes k nodes of one. */
#include "passes/node.h"

typedef struct Part { Value *const *from; size_t n, first, lists; } Part; /* the inputs or the outputs of a node */

/* Number `i` of what one of the members keeps: first what stands in front of the lists, then its own of every list. NULL: absent. */
static Value *pick(const Part *p, size_t i, size_t member, size_t members) {
  size_t at = i < p->first ? i : p->first + (i - p->first) * members + member;
  return at < p->n ? p->from[at] : NULL;
}

static Node *member(Ctx *ctx, const Node *n, const EinLists *lists, size_t at, size_t members) {
  Node *one = NEW(ctx, Node);
  *one = *n;
  one->name = intern(ctx, ctx_printf(ctx, "%s/%zu", n->name, at));
  memset(&one->in, 0, sizeof one->in);
  memset(&one->out, 0, sizeof one->out);
  const Part in = {n->in.at, n->in.n, (size_t)lists->first_in, (size_t)lists->in}, out = {n->out.at, n->out.n, (size_t)lists->first_out, (size_t)lists->out};
  for (size_t i = 0; i < in.first + in.lists; i++) {
    Value *v = pick(&in, i, at, members);
    vec_push(ctx, &one->in, v);
  }
  for (size_t i = 0; i < out.first + out.lists; i++) node_give(ctx, one, pick(&out, i, at, members));
  return one;
}

bool pass_lists(Ctx *ctx, Unit *u);
bool pass_lists(Ctx *ctx, Unit *u) {
  Graph *g = u->model->graph;
  VEC(Node *) nodes = {0};
  for (size_t i = 0; i < g->nodes.n; i++) {
    Node *n = g->nodes.at[i];
    EinLists lists;
    size_t members = 1;
    if (ein_lists(u->model->lib, n->op, n->domain, n->opset, &lists) && n->in.n > (size_t)lists.first_in && (n->in.n - (size_t)lists.first_in) % (size_t)lists.in == 0)
      members = (n->in.n - (size_t)lists.first_in) / (size_t)lists.in;
    if (members == 1) {
      vec_push(ctx, &nodes, n);
      continue;
    }
    for (size_t m = 0; m < members; m++) {
      Node *one = member(ctx, n, &lists, m, members);
      vec_push(ctx, &nodes, one);
    }
  }
  graph_set_nodes(ctx, g, nodes.n, nodes.at);
  return true;
}
