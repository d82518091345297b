/* Loop: how often it runs at most, and the types of what it carries round.
 *
 * A loop must have a bound: a constant trip count, the extent that a symbolic one is, or the largest value that the user states for one that is known only when
 * running. What the body only hands on is taken out of the loop. Where extents of carried values stay the same from trip to trip the loop stays a loop. Where they do
 * not, a loop whose trips are known is unrolled, so that all extents are; in others such an extent becomes a bounded symbol, which each trip sets anew: it grows by
 * what one trip adds times the trips there may be. */
#include "ir/record.h"
#include "passes/infer.h"

enum {
  UNROLL_NODES = 20000,        /* that unrolling one loop may make */
  ROUNDS = 8,                  /* of inferring a body until the types of what it carries stand still */
  MARGIN = 64                  /* room for a symbol whose bound is not known yet */
};
static const int64_t endless = (int64_t)1 << 40; /* a trip count from here on is no bound, but a way to write that there is none */

typedef enum Stage { FIXED, OPEN, WIDER, BOUND } Stage; /* of an extent that a loop carries: always the same; changes, by how much is being found out, once and again; bounded */

typedef struct Loop {
  Infer *I;
  Node *node;
  Graph *body;                 /* as the model has it: every trial infers a copy */
  size_t ncarried, nrows;      /* rows: what is collected, one row per trip */
  const Value *limit;          /* the trip count; NULL: none */
  ext_t count;                 /* its value; EXT_ERROR: known only when running, or none */
  int64_t most;                /* trips at most; -1: nothing says */
  bool entered;                /* the first condition is absent or known to be true */
  Type *type;                  /* of the carried values, while they are found out */
  Stage (*stage)[MAX_RANK];    /* of a record only the first counts: that of its capacity */
  int64_t (*growth)[MAX_RANK]; /* per trip, as the first look found it */
} Loop;

static Place place(const Loop *L) { return node_place(L->I->model, L->node); }

/* ---- what the node says */

/* The value under nodes that hand it on. */
static const Value *source(const Value *v) {
  while (v->def && v->def->in.n && v->def->in.at[0] && !strcmp(v->def->op, "Identity") && !*v->def->domain) v = v->def->in.at[0];
  return v;
}

static void set_input(Graph *g, size_t i, Value *to) { graph_replace(g, g->inputs.at[i], to); }

static Value *scalar(Ctx *ctx, Graph *g, const char *name, Elem elem, int64_t v) {
  Data *d = data_new(ctx, elem, 0, NULL);
  if (!d) return NULL;
  data_set_int((void *)d->bytes, elem, 0, v);
  return graph_constant(ctx, g, name, d);
}

static bool read_loop(Loop *L) {
  Ctx *ctx = L->I->ctx;
  Node *n = L->node;
  const Attr *body = node_attr(n, "body");
  if (!body || body->kind != ATTR_GRAPH) return diag(ctx, E0403, place(L), "Loop needs a body");
  Graph *g = L->body = body->graph;
  while (n->in.n < 2) vec_push(ctx, &n->in, NULL);
  L->ncarried = n->in.n - 2;
  if (g->inputs.n != 2 + L->ncarried || g->outputs.n < 1 + L->ncarried || n->out.n > g->outputs.n - 1)
    return diag(ctx, E0200, place(L), "the body has %zu inputs and %zu outputs, the node %zu carried values and %zu outputs", g->inputs.n, g->outputs.n, L->ncarried, n->out.n);
  while (n->out.n < g->outputs.n - 1) vec_push(ctx, &n->out, NULL);
  L->nrows = n->out.n - L->ncarried;
  for (size_t k = 0; k < L->ncarried; k++)
    if (!n->in.at[2 + k]) return diag(ctx, E0403, place(L), "carried value %zu has no first value", k);
  return infer_typed(L->I, n);
}

/* What comes round as it went in, and rows that nobody asks for, are no part of the loop. */
static bool simplify(Loop *L) {
  Ctx *ctx = L->I->ctx;
  Node *n = L->node;
  Graph *g = L->body;
  bool ok = true;
  size_t in = 2, out = 0, result = 1;
  Value *always = scalar(ctx, g, "true", ELEM_bool, true); /* the body only runs while the condition holds */
  if (!always) return false;
  for (size_t i = 0; i < L->ncarried + L->nrows; i++) {
    bool carried = i < L->ncarried, handed_on = carried && source(g->outputs.at[1 + i]) == g->inputs.at[2 + i];
    Value *first = carried ? n->in.at[2 + i] : NULL, *to = n->out.at[i];
    if (handed_on) {
      set_input(g, 2 + i, first);
      if (to) ok = infer_copy(L->I, ctx_printf(ctx, "%s/out%zu", n->name, i), first, to) && ok;
    }
    if (handed_on || (!carried && !to)) continue;
    if (carried) {
      n->in.at[in] = first;
      g->inputs.at[in++] = g->inputs.at[2 + i];
    }
    if (to) to->out = (int)out;
    n->out.at[out++] = to;
    g->outputs.at[result++] = g->outputs.at[1 + i];
  }
  L->ncarried = in - 2;
  L->nrows = out - L->ncarried;
  n->in.n = g->inputs.n = in;
  n->out.n = out;
  g->outputs.n = result;
  set_input(g, 1, always);
  return ok;
}

/* ---- how many trips */

static bool read_trips(Loop *L) {
  Ctx *ctx = L->I->ctx;
  const Value *m = L->node->in.at[0], *c = L->node->in.at[1];
  bool truth;
  L->count = EXT_ERROR;
  L->most = -1;
  L->limit = m;
  if (m && (elem_info(m->type.elem)->cls != 'i' || type_bound(ctx, &m->type) != 1)) return diag(ctx, E0404, place(L), "the trip count '%s' is not one integer", m->name);
  if (c && (c->type.elem != ELEM_bool || type_bound(ctx, &c->type) != 1)) return diag(ctx, E0404, place(L), "the condition '%s' is not one truth value", c->name);
  L->entered = !c || (infer_known_truth(ctx, c, &truth) && truth);
  if (m && m->data) {
    L->count = ext_max(ctx, m->symbolic ? *(const ext_t *)m->data->bytes : data_int(m->data, 0), 0);
    int64_t lo;
    ext_range(ctx, L->count, &lo, &L->most);
    if (L->most >= endless) L->count = EXT_ERROR, L->most = -1, L->limit = NULL;
  }
  if (c && infer_known_truth(ctx, c, &truth) && !truth) L->count = L->most = 0, L->entered = true;
  if (L->most < 0 && (!L->limit || !infer_value_bound(L->I->model, L->limit, &L->most))) infer_bound(L->I->model, L->node->name, &L->most);
  return true;
}

static bool no_bound(const Loop *L) {
  if (!L->limit) return diag(L->I->ctx, E0202, place(L), "nothing bounds how often the loop runs: say it with --dim '%s<=N'", L->node->name);
  return diag(L->I->ctx, E0202, place(L), "the trip count '%s' is known only when running: say how large it may be with --dim '%s<=N'", L->limit->name, L->limit->name);
}

/* ---- unrolling */

/* A copy of the body whose inputs are values of the graph around. */
static Graph *body_of_trip(Loop *L, int64_t trip, Value *const *carried) {
  Ctx *ctx = L->I->ctx;
  if (!infer_spend(L->I, 2 * graph_size(L->body))) return NULL;
  Graph *g = graph_copy(ctx, L->body);
  Value *number = scalar(ctx, g, "trip", ELEM_i64, trip);
  if (!number) return NULL;
  set_input(g, 0, number);
  for (size_t k = 0; k < L->ncarried; k++) set_input(g, 2 + k, carried[k]);
  graph_drop_inputs(g);
  return g;
}

/* [rows..] under each other. */
static bool stack_rows(Loop *L, size_t row, Value *const *rows, size_t n, Value *to) {
  Infer *I = L->I;
  static const int64_t leading[] = {0};
  NodeList made = {0};
  Node *all = infer_make(I, "Concat", 11, ctx_printf(I->ctx, "%s/rows%zu", L->node->name, row));
  node_set(I->ctx, all, "axis", (Attr){.kind = ATTR_INT, .i = 0});
  for (size_t t = 0; t < n; t++) {
    Node *one = infer_make(I, "Unsqueeze", 11, ctx_printf(I->ctx, "%s/row%zu.%zu", L->node->name, row, t));
    node_set(I->ctx, one, "axes", (Attr){.kind = ATTR_INTS, .n = 1, .ints = leading});
    vec_push(I->ctx, &one->in, rows[t]);
    Value *v = graph_fresh(I->ctx, I->graph, one->name);
    node_give(I->ctx, one, v);
    vec_push(I->ctx, &all->in, v);
    vec_push(I->ctx, &made, one);
  }
  node_give(I->ctx, all, to);
  vec_push(I->ctx, &made, all);
  Graph list = {.nodes = {.at = made.at, .n = made.n}};
  return infer_nodes(I, &list);
}

static bool no_rows(Loop *L, const Type *row, Value *to) {
  if (!row) return diag(L->I->ctx, E0202, place(L), "no trip is made, and the type of '%s' is not known", to->name);
  Type t = {.elem = row->elem, .rank = row->rank + 1};
  for (int d = 0; d < row->rank; d++) t.dim[d + 1] = row->dim[d];
  if (t.rank > MAX_RANK || !type_is_const(L->I->ctx, &t)) return diag(L->I->ctx, E0202, place(L), "no trip is made, and the extents of '%s' are no numbers", to->name);
  to->data = data_new(L->I->ctx, t.elem, t.rank, t.dim);
  to->type = t;
  to->def = NULL;
  return to->data != NULL;
}

/* Sets *done when the loop was replaced by its trips: the number of them, or the condition of each, turned out to be known. sample: an inferred body, or NULL. */
static bool unroll(Loop *L, const Graph *sample, bool *done) {
  Infer *I = L->I;
  Ctx *ctx = I->ctx;
  const size_t kept = I->kept.n, values = I->graph->values.n, nodes = graph_size(L->body) + L->ncarried + L->nrows + 1;
  Value **carried = NEWN(ctx, Value *, L->ncarried);
  VEC(Value *) rows = {0};
  bool again = L->entered, ok = true;
  int64_t trip = 0;
  *done = L->entered && (L->count == EXT_ERROR ? !L->limit : ext_is_const(ctx, L->count) && L->count <= (int64_t)(UNROLL_NODES / nodes));
  if (!*done) return true;
  for (size_t k = 0; k < L->ncarried; k++) carried[k] = L->node->in.at[2 + k];
  for (; ok && again && (L->count == EXT_ERROR || trip < L->count); trip++) {
    Graph *g = body_of_trip(L, trip, carried);
    if (!g || !infer_inline(I, ctx_printf(ctx, "%s/%lld", L->node->name, (long long)trip), g)) return false;
    for (size_t k = 0; k < L->ncarried; k++) carried[k] = g->outputs.at[1 + k];
    for (size_t r = 0; r < L->nrows; r++) vec_push(ctx, &rows, g->outputs.at[1 + L->ncarried + r]);
    if (infer_known_truth(ctx, g->outputs.at[0], &again) && (size_t)trip * nodes < UNROLL_NODES) continue;
    I->kept.n = kept;
    I->graph->values.n = values;
    I->graph->index = NULL;
    *done = false;
    return true;
  }
  Value **column = NEWN(ctx, Value *, trip + 1);
  for (size_t k = 0; k < L->ncarried; k++)
    if (L->node->out.at[k]) ok = infer_copy(I, ctx_printf(ctx, "%s/out%zu", L->node->name, k), carried[k], L->node->out.at[k]) && ok;
  for (size_t r = 0; r < L->nrows; r++) {
    Value *to = L->node->out.at[L->ncarried + r];
    for (int64_t t = 0; t < trip; t++) column[t] = rows.at[(size_t)t * L->nrows + r];
    ok = (trip ? stack_rows(L, r, column, (size_t)trip, to) : no_rows(L, sample ? &sample->outputs.at[1 + L->ncarried + r]->type : NULL, to)) && ok;
  }
  return ok;
}

/* ---- types that stand still */

static Graph *trial(Loop *L) {
  if (!infer_spend(L->I, graph_size(L->body))) return NULL;
  Graph *g = graph_copy(L->I->ctx, L->body);
  g->inputs.at[0]->type = (Type){.elem = ELEM_i64};
  g->inputs.at[1]->type = (Type){.elem = ELEM_bool};
  for (size_t k = 0; k < L->ncarried; k++) g->inputs.at[2 + k]->type = L->type[k];
  if (!infer_region(L->I, g)) return NULL;
  for (size_t i = 0; i < g->outputs.n; i++)
    if (infer_poisoned(L->I, g->outputs.at[i])) return NULL;
  return g;
}

static ext_t trial_symbol(Loop *L, int64_t lo, int64_t hi) {
  Ctx *ctx = L->I->ctx;
  ext_t taken;
  const char *name = ctx_printf(ctx, "trial.%d", ++L->I->symbols);
  while (ext_find_symbol(ctx, name, &taken)) name = ctx_printf(ctx, "trial.%d", ++L->I->symbols);
  return ext_symbol(ctx, name, lo, hi);
}

/* An extent that a trip changes: first a symbol of any bound, to see how the next trip's follows from it; where that does not tell, one of another bound, to see whether
 * it grows by the same; then one that holds all of them. A run checks it in any case. */
static bool widen(Loop *L, size_t k, int d, ext_t next) {
  Ctx *ctx = L->I->ctx;
  const Value *first = L->node->in.at[2 + k];
  ext_t *now = &L->type[k].dim[d];
  Stage *stage = &L->stage[k][d];
  int64_t lo, hi, next_lo, next_hi, at_lo, at_hi, less, more, change;
  ext_range(ctx, first->type.dim[d], &lo, &hi);
  ext_range(ctx, next, &next_lo, &next_hi);
  ext_range(ctx, *now, &at_lo, &at_hi);
  if (*stage == FIXED) {
    *now = trial_symbol(L, next_lo < lo ? next_lo : lo, 2 * (next_hi > hi ? next_hi : hi) + MARGIN);
    *stage = OPEN;
    return true;
  }
  ext_range(ctx, ext_sub(ctx, next, *now), &less, &more);
  const bool inside = next_lo >= at_lo && next_hi <= at_hi, known = inside || less == more;
  if (!known && *stage == OPEN) {
    L->growth[k][d] = next_hi - at_hi;
    *now = trial_symbol(L, at_lo, 2 * at_hi + MARGIN);
    *stage = WIDER;
    return true;
  }
  if (!known) less = -hi, more = next_hi - at_hi;
  if (L->most < 0 || (!known && more != L->growth[k][d])) return diag(ctx, E0202, place(L), "dimension %d of carried value '%s' changes from trip to trip, and nothing bounds it", d, first->name);
  if (next_hi <= at_hi) hi = next_hi > hi ? next_hi : hi;
  else if (__builtin_mul_overflow(more, L->most, &change) || __builtin_add_overflow(hi, change, &hi) || hi > endless)
    return diag(ctx, E0701, place(L), "dimension %d of carried value '%s' grows by %lld in each of %lld trips", d, first->name, (long long)more, (long long)L->most);
  if (next_lo >= at_lo) lo = next_lo < lo ? next_lo : lo;
  else if (__builtin_mul_overflow(less, L->most, &change) || __builtin_add_overflow(lo, change, &lo) || lo < 0) lo = 0;
  *now = infer_symbol(L->I, L->node, ctx_printf(ctx, "carried%zu_%d", k, d), lo, hi);
  *stage = BOUND;
  return true;
}

/* A sequence grows by as many elements as one trip adds, in as many trips as there may be; its elements become as large as they come. */
static bool compare_record(Loop *L, const Graph *g, size_t k, bool *stable, bool may_widen) {
  Ctx *ctx = L->I->ctx;
  const Type *now = &L->type[k], next = infer_escape(L->I, g, g->outputs.at[1 + k]->type);
  const Value *first = L->node->in.at[2 + k];
  const char *why;
  Type joined;
  if (!record_join(ctx, now, &next, &joined, &why)) return diag(ctx, E0202, place(L), "carried value '%s' is something else after a trip: %s", first->name, why);
  int64_t grown = 0, growth = next.cap - now->cap;
  if (growth > 0 && L->stage[k][0] == BOUND) joined.cap = now->cap;
  else if (growth > 0 && may_widen) {
    if (__builtin_mul_overflow(growth, L->most, &grown) || __builtin_add_overflow(now->cap, grown, &joined.cap) || joined.cap > endless)
      return diag(ctx, E0701, place(L), "carried value '%s' grows by %lld elements in each of %lld trips", first->name, (long long)growth, (long long)L->most);
    L->stage[k][0] = BOUND;
  }
  if (type_equal(&joined, now)) return true;
  *stable = false;
  if (may_widen) L->type[k] = joined;
  return true;
}

/* Compares what the body gives with what it was given. */
static bool compare_carried(Loop *L, const Graph *g, bool *stable, bool may_widen) {
  Ctx *ctx = L->I->ctx;
  for (size_t k = 0; k < L->ncarried; k++) {
    const Type *t = &L->type[k], *next = &g->outputs.at[1 + k]->type;
    const char *name = L->node->in.at[2 + k]->name;
    if (type_is_record(t) || type_is_record(next)) {
      if (!compare_record(L, g, k, stable, may_widen)) return false;
      continue;
    }
    if (t->elem != next->elem) return diag(ctx, E0200, place(L), "carried value '%s' is %s, the body makes it %s", name, elem_info(t->elem)->name, elem_info(next->elem)->name);
    if (t->rank != next->rank) return diag(ctx, E0202, place(L), "carried value '%s' has %d dimensions, the body makes it %d", name, t->rank, next->rank);
    for (int d = 0; d < t->rank; d++) {
      if (L->stage[k][d] == BOUND || (ext_eq(ctx, t->dim[d], next->dim[d]) == TRI_TRUE && !infer_set_inside(L->I, g, next->dim[d]))) continue;
      *stable = false;
      if (may_widen && !widen(L, k, d, next->dim[d])) return false;
    }
  }
  return true;
}

/* ---- results */

static bool uses_own(Loop *L, ext_t e) {
  Graph self = {.nodes = {.at = &L->node, .n = 1}};
  return infer_set_inside(L->I, &self, e);
}

static bool set_outputs(Loop *L, const Graph *g) {
  Ctx *ctx = L->I->ctx;
  bool truth, always = L->entered && infer_known_truth(ctx, g->outputs.at[0], &truth) && truth;
  ext_t trips = L->count;
  bool ok = true;
  for (size_t r = 0; r < L->nrows; r++) {
    const Type *row = &g->outputs.at[1 + L->ncarried + r]->type;
    if (type_is_record(row)) return diag(ctx, E0200, place(L), "'%s' is no tensor: only tensors can be collected row by row", g->outputs.at[1 + L->ncarried + r]->name);
    if (row->rank + 1 > MAX_RANK) return diag(ctx, E0104, place(L), "collecting rows of '%s' makes more than %d dimensions", g->outputs.at[1 + L->ncarried + r]->name, MAX_RANK);
    for (int d = 0; d < row->rank; d++)
      if (infer_set_inside(L->I, g, row->dim[d]) || uses_own(L, row->dim[d]))
        return diag(ctx, E0202, place(L), "dimension %d of the rows collected from '%s' may change from trip to trip", d, g->outputs.at[1 + L->ncarried + r]->name);
  }
  Node *n = L->node;
  if (L->count == EXT_ERROR && L->limit) {
    const ext_t limit = infer_symbol(L->I, n, "limit", 0, L->most);
    node_set(ctx, n, "limit", (Attr){.kind = ATTR_STRING, .s = ext_name(ctx, limit)});
    if (always) trips = limit;
  }
  if (!always || trips == EXT_ERROR) {
    trips = infer_symbol(L->I, n, "trips", 0, L->most);
    node_set(ctx, n, "counted", (Attr){.kind = ATTR_STRING, .s = ext_name(ctx, trips)});
  }
  node_set(ctx, n, "trips", (Attr){.kind = ATTR_INT, .i = L->most});
  for (size_t k = 0; k < L->ncarried; k++) ok = infer_output(L->I, n, k, &L->type[k]) && ok;
  for (size_t r = 0; r < L->nrows; r++) {
    const Type *row = &g->outputs.at[1 + L->ncarried + r]->type;
    Type t = {.elem = row->elem, .rank = row->rank + 1, .dim = {trips}};
    for (int d = 0; d < row->rank; d++) t.dim[d + 1] = row->dim[d];
    ok = infer_output(L->I, n, L->ncarried + r, &t) && ok;
  }
  return ok;
}

bool infer_loop(Infer *I, Node *n) {
  Ctx *ctx = I->ctx;
  Loop L = {.I = I, .node = n};
  if (!read_loop(&L) || !read_trips(&L) || !simplify(&L)) return false;
  L.type = NEWN(ctx, Type, L.ncarried);
  L.growth = arena_alloc(ctx->arena, array_bytes(ctx, L.ncarried + 1, sizeof *L.growth));
  L.stage = arena_alloc(ctx->arena, array_bytes(ctx, L.ncarried + 1, sizeof *L.stage));
  for (size_t k = 0; k < L.ncarried; k++) L.type[k] = n->in.at[2 + k]->type;
  for (int round = 0; round < ROUNDS; round++) {
    bool stable = true, done = false;
    size_t mark = diag_mark(ctx), poisoned = I->poisoned.n;
    Graph *g = trial(&L);
    if (!g && round == 0) { /* what the body needs when compiling may be known in each trip: the number of the trip */
      diag_rewind(ctx, mark);
      I->poisoned.n = poisoned;
      if (!unroll(&L, NULL, &done)) return false;
      if (done) return true;
      g = trial(&L); /* to say why not */
    }
    if (!g || !compare_carried(&L, g, &stable, false)) return false;
    if (!stable || L.most < 0) {
      if (round == 0 && !unroll(&L, g, &done)) return false;
      if (done) return true;
      if (L.most < 0) return no_bound(&L);
      if (!compare_carried(&L, g, &stable, true)) return false;
      if (!stable) continue;
    }
    for (size_t a = 0; a < n->attrs.n; a++)
      if (n->attrs.at[a].kind == ATTR_GRAPH) n->attrs.at[a].graph = g;
    for (size_t k = 0; k < L.ncarried; k++) {
      if (!type_is_record(&L.type[k])) continue;
      infer_refit_input(I, n, 2 + k, &L.type[k]);
      infer_refit_output(I, n, g, 1 + k, &L.type[k]);
    }
    vec_push(ctx, &I->kept, n);
    return set_outputs(&L, g);
  }
  return diag(ctx, E0202, place(&L), "the extents of what the loop carries round do not stand still");
}
