/* Operators that draw random numbers get the number of the run as an input, so that every run draws others and the same sequence of runs draws the same.
 *
 * Such an operator is recognised by its text, which declares an input `Draw` and an attribute `salt`: a random number is a hash of the element's number, the
 * run and the salt (ir/ops/random.ein). The salt comes from the node's `seed`, or without one from its name, so that two nodes draw different numbers.
 * The number of the run is state of the model (zero before the first run). */
#include "passes/node.h"

#include <xxhash.h>

enum { REGION_DEPTH = 64 };

typedef struct Draws { Ctx *ctx; const Model *model; Graph *top; Value *count; } Draws;

static Value *counter(Draws *d) {
  if (d->count) return d->count;
  d->count = graph_fresh(d->ctx, d->top, "draws");
  d->count->type = (Type){.elem = ELEM_i64, .rank = 0};
  d->count->is_input = true;
  vec_push(d->ctx, &d->top->inputs, d->count);
  return d->count;
}

static int64_t salt_of(const Node *n) {
  const Attr *seed = node_attr(n, "seed");
  XXH64_hash_t h = seed && seed->kind == ATTR_REAL ? XXH64(&seed->r, sizeof seed->r, 0) : XXH64(n->name, strlen(n->name), 1);
  return (int64_t)(h & 0xffffffff);
}

static void find_draws(Draws *d, Graph *g, int depth) {
  for (size_t i = 0; i < g->nodes.n && depth < REGION_DEPTH; i++) {
    Node *n = g->nodes.at[i];
    for (size_t a = 0; a < n->attrs.n; a++)
      if (n->attrs.at[a].kind == ATTR_GRAPH) find_draws(d, n->attrs.at[a].graph, depth + 1);
    int at = ein_input_named(d->model->lib, n->op, n->domain, n->opset, "Draw");
    if (at < 0 || (int)n->in.n > at) continue;
    Value *count = counter(d);
    const Attr salt = {.name = intern(d->ctx, "salt"), .kind = ATTR_INT, .i = salt_of(n)};
    while ((int)n->in.n < at) vec_push(d->ctx, &n->in, NULL);
    vec_push(d->ctx, &n->in, count);
    vec_push(d->ctx, &n->attrs, salt);
  }
}

/* draws.next = draws + 1 */
static void count_on(Draws *d) {
  enum { OPSET = 14 };
  Ctx *ctx = d->ctx;
  Data *one = data_new(ctx, ELEM_i64, 0, NULL);
  if (!one) return;
  data_set_int((void *)one->bytes, ELEM_i64, 0, 1);
  Value *next = graph_fresh(ctx, d->top, "draws.next");
  Node *add = graph_node(ctx, d->top, "Add", "", next->name);
  add->opset = OPSET;
  vec_push(ctx, &add->in, d->count);
  vec_push(ctx, &add->in, graph_constant(ctx, d->top, "one", one));
  vec_push(ctx, &add->out, next);
  next->def = add;
  vec_push(ctx, &d->top->outputs, next);
  vec_push(ctx, &d->top->states, ((StatePair){d->top->inputs.n - 1, d->top->outputs.n - 1}));
}

bool pass_draw(Ctx *ctx, Unit *u);
bool pass_draw(Ctx *ctx, Unit *u) {
  Draws d = {.ctx = ctx, .model = u->model, .top = u->model->graph};
  find_draws(&d, d.top, 0);
  if (d.count) count_on(&d);
  return true;
}
