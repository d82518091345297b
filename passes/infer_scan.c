/* Scan: a Loop over slices. Inside the body each input is read at the trip's place (from the end where its direction says so); what is collected is a row per trip,
 * turned round and moved to its axis afterwards. The Scan of opset 8, which has a batch in front of everything, is a Loop over the batch of such a Scan. */
#include "passes/infer.h"

typedef struct Scan {
  Infer *I;
  Node *node;
  Graph *body;
  size_t nstates, ninputs, nrows;
  const int64_t *in_axis, *in_back, *out_axis, *out_back; /* one per scan input or row; NULL: all 0 */
} Scan;

static Place place(const Scan *s) { return node_place(s->I->model, s->node); }

/* ---- making nodes */

static void connect(Infer *I, Node *n, size_t nin, Value *const *in, Value *out) {
  for (size_t i = 0; i < nin; i++) vec_push(I->ctx, &n->in, in[i]);
  node_give(I->ctx, n, out);
}

/* An extent as a constant of g. */
static Value *extent_value(Infer *I, Graph *g, const char *name, ext_t e) {
  Data *d = data_new(I->ctx, ELEM_i64, 0, NULL);
  if (!d) return NULL;
  memcpy((void *)d->bytes, &e, sizeof e);
  Value *v = graph_constant(I->ctx, g, name, d);
  v->symbolic = !ext_is_const(I->ctx, e);
  return v;
}

static Value *list_value(Infer *I, const char *name, int64_t e) {
  Data *d = data_new(I->ctx, ELEM_i64, 1, (const int64_t[]){1});
  if (!d) return NULL;
  memcpy((void *)d->bytes, &e, sizeof e);
  return graph_constant(I->ctx, I->graph, name, d);
}

static Value *input_value(Infer *I, Graph *g, const char *name, Elem elem) {
  Value *v = graph_fresh(I->ctx, g, name);
  v->type = (Type){.elem = elem};
  v->is_input = true;
  vec_push(I->ctx, &g->inputs, v);
  return v;
}

/* to = from without the axis, at one place of it. */
static Node *gather(Infer *I, const char *name, Value *from, Value *at, int64_t axis, Value *to) {
  Node *n = infer_make(I, "Gather", 13, name);
  node_set(I->ctx, n, "axis", (Attr){.kind = ATTR_INT, .i = axis});
  connect(I, n, 2, (Value *const[]){from, at}, to);
  return n;
}

/* ---- what the node says */

static bool list_attr(const Scan *s, const char *name, size_t count, const int64_t **to) {
  const Attr *a = node_attr(s->node, name);
  *to = NULL;
  if (!a || (a->kind == ATTR_INTS && a->n == 0)) return true;
  if (a->kind != ATTR_INTS || (size_t)a->n != count) return diag(s->I->ctx, E0401, place(s), "attribute `%s` has %d entries, %zu are expected", name, a->n, count);
  *to = a->ints;
  return true;
}

static bool read_scan(Scan *s, size_t before) {
  Ctx *ctx = s->I->ctx;
  Node *n = s->node;
  const Attr *body = node_attr(n, "body"), *count = node_attr(n, "num_scan_inputs");
  if (!body || body->kind != ATTR_GRAPH || !count || count->kind != ATTR_INT) return diag(ctx, E0403, place(s), "Scan needs a body and num_scan_inputs");
  s->body = body->graph;
  s->ninputs = (size_t)count->i;
  if (count->i < 1 || n->in.n < before + s->ninputs) return diag(ctx, E0200, place(s), "%lld of %zu inputs are to be scanned", (long long)count->i, n->in.n);
  s->nstates = n->in.n - before - s->ninputs;
  if (s->body->inputs.n != s->nstates + s->ninputs || s->body->outputs.n < s->nstates || n->out.n > s->body->outputs.n)
    return diag(ctx, E0200, place(s), "the body has %zu inputs and %zu outputs, the node %zu and %zu", s->body->inputs.n, s->body->outputs.n, n->in.n - before, n->out.n);
  s->nrows = s->body->outputs.n - s->nstates;
  for (size_t i = before; i < n->in.n; i++)
    if (!n->in.at[i]) return diag(ctx, E0403, place(s), "input %zu is absent", i);
  while (n->out.n < s->body->outputs.n) vec_push(ctx, &n->out, NULL);
  return infer_typed(s->I, n);
}

/* ---- one Scan */

static bool axis_of(const Scan *s, int64_t axis, int rank, int *to) {
  if (axis < -rank || axis >= rank) return diag(s->I->ctx, E0303, place(s), "axis %lld of a tensor with %d dimensions", (long long)axis, rank);
  *to = (int)(axis < 0 ? axis + rank : axis);
  return true;
}

/* The body reads its slices itself: they are no inputs any more, the trip's number is one. */
static bool slice_in_body(Scan *s, ext_t *trips) {
  Infer *I = s->I;
  Ctx *ctx = I->ctx;
  Graph *g = s->body;
  NodeList first = {0};
  VEC(Value *) old = {0};
  for (size_t i = 0; i < g->inputs.n; i++) vec_push(ctx, &old, g->inputs.at[i]);
  g->inputs.n = 0;
  Value *trip = input_value(I, g, "trip", ELEM_i64), *back = NULL;
  Value *again = input_value(I, g, "again", ELEM_bool);
  for (size_t k = 0; k < s->nstates; k++) vec_push(ctx, &g->inputs, old.at[k]);
  for (size_t i = 0; i < s->ninputs; i++) {
    Value *from = s->node->in.at[s->node->in.n - s->ninputs + i], *slice = old.at[s->nstates + i];
    int axis = 0;
    if (!axis_of(s, s->in_axis ? s->in_axis[i] : 0, from->type.rank, &axis)) return false;
    if (i == 0) *trips = from->type.dim[axis];
    else if (ext_eq(ctx, *trips, from->type.dim[axis]) == TRI_FALSE) return diag(ctx, E0302, place(s), "scan input '%s' has another extent than the first", from->name);
    if (s->in_back && s->in_back[i] && !back) {
      Value *last = extent_value(I, g, "last", ext_sub(ctx, *trips, 1));
      if (!last) return false;
      back = graph_fresh(ctx, g, "trip.back");
      Node *n = infer_make(I, "Sub", 14, ctx_printf(ctx, "%s/back", s->node->name));
      connect(I, n, 2, (Value *const[]){last, trip}, back);
      vec_push(ctx, &first, n);
    }
    slice->is_input = false;
    vec_push(ctx, &first, gather(I, ctx_printf(ctx, "%s/slice%zu", s->node->name, i), from, s->in_back && s->in_back[i] ? back : trip, axis, slice));
  }
  for (size_t i = 0; i < g->nodes.n; i++) vec_push(ctx, &first, g->nodes.at[i]);
  graph_set_nodes(ctx, g, first.n, first.at);
  VEC(Value *) out = {0};
  vec_push(ctx, &out, again);
  for (size_t i = 0; i < g->outputs.n; i++) vec_push(ctx, &out, g->outputs.at[i]);
  g->outputs.n = 0;
  for (size_t i = 0; i < out.n; i++) vec_push(ctx, &g->outputs, out.at[i]);
  return true;
}

/* Rows as the node gives them: turned round, and along their axis. */
static bool arrange(Scan *s, size_t row, Value *rows, Value *to) {
  Infer *I = s->I;
  Ctx *ctx = I->ctx;
  NodeList made = {0};
  const int rank = rows->type.rank;
  int axis = 0;
  bool back = s->out_back && s->out_back[row];
  if (!axis_of(s, s->out_axis ? s->out_axis[row] : 0, rank, &axis)) return false;
  if (!back && !axis) return infer_copy(I, ctx_printf(ctx, "%s/out%zu", s->node->name, row), rows, to); /* an axis that is the first, counted from the end */
  if (back) {
    Value *start = list_value(I, "start", -1), *end = list_value(I, "end", INT64_MIN), *axes = list_value(I, "axes", 0), *step = list_value(I, "step", -1);
    if (!start || !end || !axes || !step) return false;
    Value *turned = axis ? graph_fresh(ctx, I->graph, ctx_printf(ctx, "%s/turned%zu", s->node->name, row)) : to;
    Node *n = infer_make(I, "Slice", 13, turned->name);
    connect(I, n, 5, (Value *const[]){rows, start, end, axes, step}, turned);
    vec_push(ctx, &made, n);
    rows = turned;
  }
  if (axis) {
    Node *n = infer_make(I, "Transpose", 13, ctx_printf(ctx, "%s/moved%zu", s->node->name, row));
    int64_t *perm = NEWN(ctx, int64_t, MAX_RANK);
    for (int d = 0; d < rank; d++) perm[d] = d < axis ? d + 1 : d == axis ? 0 : d;
    node_set(I->ctx, n, "perm", (Attr){.kind = ATTR_INTS, .n = rank, .ints = perm});
    connect(I, n, 1, &rows, to);
    vec_push(ctx, &made, n);
  }
  Graph list = {.nodes = {.at = made.at, .n = made.n}};
  return infer_nodes(I, &list);
}

static bool scan_once(Scan *s) {
  Infer *I = s->I;
  Ctx *ctx = I->ctx;
  ext_t trips = 0;
  if (!slice_in_body(s, &trips)) return false;
  Value *limit = extent_value(I, I->graph, ctx_printf(ctx, "%s/trips", s->node->name), trips);
  if (!limit) return false;
  Node *loop = infer_make(I, "Loop", 13, s->node->name);
  node_set(I->ctx, loop, "body", (Attr){.kind = ATTR_GRAPH, .graph = s->body});
  vec_push(ctx, &loop->in, limit);
  vec_push(ctx, &loop->in, NULL);
  for (size_t k = 0; k < s->nstates; k++) vec_push(ctx, &loop->in, s->node->in.at[s->node->in.n - s->ninputs - s->nstates + k]);
  Value **rows = NEWN(ctx, Value *, s->nrows);
  for (size_t i = 0; i < s->nstates + s->nrows; i++) {
    Value *to = s->node->out.at[i], *made = to;
    if (to && i >= s->nstates) {
      size_t r = i - s->nstates;
      bool as_is = !(s->out_back && s->out_back[r]) && !(s->out_axis && s->out_axis[r]);
      if (!as_is) made = rows[r] = graph_fresh(ctx, I->graph, ctx_printf(ctx, "%s/rows%zu", s->node->name, r));
    }
    node_give(ctx, loop, made);
  }
  bool ok = infer_loop(I, loop);
  for (size_t r = 0; ok && r < s->nrows; r++)
    if (rows[r]) ok = arrange(s, r, rows[r], s->node->out.at[s->nstates + r]);
  return ok;
}

/* ---- a batch of them */

static bool scan_batch(Scan *s) {
  Infer *I = s->I;
  Ctx *ctx = I->ctx;
  Node *n = s->node;
  if (n->in.at[0]) return diag(ctx, E0202, place(s), "sequences of different lengths (input sequence_lens) cannot be scanned");
  Graph *g = NEW(ctx, Graph);
  g->name = s->body->name;
  g->outer = I->graph;
  Value *item = input_value(I, g, "item", ELEM_i64), *again = input_value(I, g, "again", ELEM_bool);
  Node *one = infer_make(I, "Scan", 9, ctx_printf(ctx, "%s/item", n->name));
  for (size_t i = 1; i < n->in.n; i++) {
    Value *from = n->in.at[i], *slice = graph_fresh(ctx, g, ctx_printf(ctx, "item.%zu", i));
    if (from->type.rank < 1) return diag(ctx, E0401, place(s), "input '%s' has no batch dimension", from->name);
    vec_push(ctx, &g->nodes, gather(I, ctx_printf(ctx, "%s/item%zu", n->name, i), from, item, 0, slice));
    vec_push(ctx, &one->in, slice);
  }
  node_set(I->ctx, one, "body", (Attr){.kind = ATTR_GRAPH, .graph = s->body});
  s->body->outer = g;
  node_set(I->ctx, one, "num_scan_inputs", (Attr){.kind = ATTR_INT, .i = (int64_t)s->ninputs});
  if (s->in_back) node_set(I->ctx, one, "scan_input_directions", (Attr){.kind = ATTR_INTS, .n = (int)s->ninputs, .ints = s->in_back});
  vec_push(ctx, &g->outputs, again);
  for (size_t i = 0; i < n->out.n; i++) {
    Value *result = graph_fresh(ctx, g, ctx_printf(ctx, "result.%zu", i));
    node_give(ctx, one, result);
    vec_push(ctx, &g->outputs, result);
  }
  vec_push(ctx, &g->nodes, one);
  Value *limit = extent_value(I, I->graph, ctx_printf(ctx, "%s/batch", n->name), n->in.at[1]->type.dim[0]);
  if (!limit) return false;
  Node *loop = infer_make(I, "Loop", 13, n->name);
  node_set(I->ctx, loop, "body", (Attr){.kind = ATTR_GRAPH, .graph = g});
  vec_push(ctx, &loop->in, limit);
  vec_push(ctx, &loop->in, NULL);
  for (size_t i = 0; i < n->out.n; i++) node_give(ctx, loop, n->out.at[i]);
  return infer_loop(I, loop);
}

bool infer_scan(Infer *I, Node *n) {
  Scan s = {.I = I, .node = n};
  bool batch = n->opset < 9;
  if (!read_scan(&s, batch)) return false;
  if (batch) return list_attr(&s, "directions", s.ninputs, &s.in_back) && scan_batch(&s);
  return list_attr(&s, "scan_input_axes", s.ninputs, &s.in_axis) && list_attr(&s, "scan_input_directions", s.ninputs, &s.in_back) && list_attr(&s, "scan_output_axes", s.nrows, &s.out_axis) &&
         list_attr(&s, "scan_output_directions", s.nrows, &s.out_back) && scan_once(&s);
}
