/* Operators that draw random numbers get the number of the run as an input, so that every run draws others and the same sequence of runs draws the same.
 *
 * Such an operator is recognised by its text, which declares an input `Draw` and an attribute `salt`: a random number is a hash of the element's number, the
 * run and the salt (ir/ops/random.ein). The salt comes from the node's `seed`, or without one from its name, so that two nodes draw different numbers.
 * The number of the run is state of the model (zero before the first run). */
#include "passes/node.h"

#include <xxhash.h>

enum { REGION_DEPTH = 64 };

typedef struct Draws { Ctx *ctx; const Model *model; Graph *top; Value *count; } Draws;

static const int64_t trips_apart = 1000003; /* of two runs: numbers of trips below do not meet those of another run */

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

static Node *arithmetic(Draws *d, Graph *g, const char *op, Value *a, Value *b, const char *name) {
  enum { OPSET = 14 };
  Node *n = graph_node(d->ctx, g, op, "", name);
  n->opset = OPSET;
  vec_push(d->ctx, &n->in, a);
  vec_push(d->ctx, &n->in, b);
  Value *out = graph_fresh(d->ctx, g, name);
  node_give(d->ctx, n, out);
  return n;
}

static Value *number(Draws *d, Graph *g, const char *name, int64_t v) {
  Data *data = data_new(d->ctx, ELEM_i64, 0, NULL);
  if (!data) return NULL;
  data_set_int((void *)data->bytes, ELEM_i64, 0, v);
  return graph_constant(d->ctx, g, name, data);
}

/* In the body of a Loop, whose first input is the number of the trip, every trip counts like a run of its own. */
static Value *count_in(Draws *d, Graph *body, Value *outside) {
  Value *apart = number(d, body, "trips_apart", trips_apart);
  if (!apart || !body->inputs.n) return outside;
  size_t before = body->nodes.n;
  Node *run = arithmetic(d, body, "Mul", outside, apart, "draws.run"), *trip = arithmetic(d, body, "Add", run->out.at[0], body->inputs.at[0], "draws.trip");
  for (size_t i = before; i-- > 0;) body->nodes.at[i + 2] = body->nodes.at[i];
  body->nodes.at[0] = run, body->nodes.at[1] = trip;
  return trip->out.at[0];
}

static bool draws_inside(const Draws *d, const Graph *g, int depth) {
  for (size_t i = 0; i < g->nodes.n && depth < REGION_DEPTH; i++) {
    const Node *n = g->nodes.at[i];
    if (ein_input_named(d->model->lib, n->op, n->domain, n->opset, "Draw") >= 0) return true;
    for (size_t a = 0; a < n->attrs.n; a++)
      if (n->attrs.at[a].kind == ATTR_GRAPH && draws_inside(d, n->attrs.at[a].graph, depth + 1)) return true;
  }
  return false;
}

/* around: the number of the run where g stands; NULL as long as nothing asked for it */
static void find_draws(Draws *d, Graph *g, Value *around, int depth) {
  for (size_t i = 0; i < g->nodes.n && depth < REGION_DEPTH; i++) {
    Node *n = g->nodes.at[i];
    for (size_t a = 0; a < n->attrs.n; a++) {
      Graph *region = n->attrs.at[a].kind == ATTR_GRAPH ? n->attrs.at[a].graph : NULL;
      if (!region || !draws_inside(d, region, depth + 1)) continue;
      Value *outside = around ? around : counter(d);
      find_draws(d, region, !strcmp(n->op, "Loop") ? count_in(d, region, outside) : outside, depth + 1);
    }
    int at = ein_input_named(d->model->lib, n->op, n->domain, n->opset, "Draw");
    if (at < 0 || (int)n->in.n > at) continue;
    Value *count = around ? around : counter(d);
    while ((int)n->in.n < at) vec_push(d->ctx, &n->in, NULL);
    vec_push(d->ctx, &n->in, count);
    node_set(d->ctx, n, "salt", (Attr){.kind = ATTR_INT, .i = salt_of(n)});
  }
}

/* draws.next = draws + 1 */
static void count_on(Draws *d) {
  Value *one = number(d, d->top, "one", 1);
  if (!one) return;
  Node *add = arithmetic(d, d->top, "Add", d->count, one, "draws.next");
  vec_push(d->ctx, &d->top->outputs, add->out.at[0]);
  vec_push(d->ctx, &d->top->states, ((StatePair){d->top->inputs.n - 1, d->top->outputs.n - 1}));
}

bool pass_draw(Ctx *ctx, Unit *u);
bool pass_draw(Ctx *ctx, Unit *u) {
  Draws d = {.ctx = ctx, .model = u->model, .top = u->model->graph};
  find_draws(&d, d.top, NULL, 0);
  if (d.count) count_on(&d);
  return true;
}
