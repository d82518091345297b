/* Control flow: small graphs with regions, whose nodes are element operators on values of one shape, and now and then on what lies outside. */
#include "graphs.h"

enum { MOST_KNOWN = 24 };
typedef struct Known { Value *v; Elem elem; int rank; int64_t dim[4]; } Known;                   /* a value of which type and shape are known */
typedef struct Pool {
  Sketchbook b;
  int n; Known at[MOST_KNOWN];                                     /* what nodes may read */
  bool steady;                                                     /* no shape may change: no trip of a loop may double what it carries */
} Pool;

static void add_known(Pool *p, Known k) {
  if (p->n < MOST_KNOWN) p->at[p->n++] = k;
}

static Known like(const Known *k, Value *v) {
  Known to = *k;
  return to.v = v, to;
}

static const Data *draw_known(Pool *p, Elem e, int rank, const int64_t *dim) { return draw_values(p->b.c, e, rank, dim, SORT_ANY, 0, MOOD_WHOLE); }

static Known known_input(Pool *p, Elem e, int rank, const int64_t *dim) {
  Known k = {.elem = e, .rank = rank};
  memcpy(k.dim, dim, (size_t)rank * sizeof *dim);
  const Data *d = draw_known(p, e, rank, dim);
  k.v = one_in(p->b.c, 6) ? book_constant(&p->b, d) : book_input(&p->b, d);
  return k;
}

static bool same_shape(const Known *a, const Known *b) {
  return a->elem == b->elem && a->rank == b->rank && !memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim);
}

/* Another of the same type and shape, or the value itself. */
static const Known *partner(Pool *p, const Known *k) {
  const Known *fit[MOST_KNOWN];
  uint32_t n = 0;
  for (int i = 0; i < p->n; i++)
    if (same_shape(&p->at[i], k)) fit[n++] = &p->at[i];
  return n ? fit[choose(p->b.c, n)] : k;
}

/* Results stay small: a loop does this many times. */
static Known step(Pool *p, const Known *from) {
  static const char *const unary[] = {"Identity", "Neg", "Abs", "Sign"}, *const binary[] = {"Add", "Sub", "Max", "Min"};
  if (one_in(p->b.c, 2)) return like(from, book_apply(&p->b, unary[choose(p->b.c, p->b.opset < 9 ? 3 : 4)], from->v, NULL)); /* Sign is since 9 */
  return like(from, book_apply(&p->b, binary[choose(p->b.c, 4)], from->v, partner(p, from)->v));
}

/* The greater of each element and the sum of those that are below 0: how many there are, only running shows. */
static Known with_found(Pool *p, const Known *k) {
  const int64_t one = 1;
  Data *flat = data_new(p->b.ctx, ELEM_i64, 1, &one), *zero = data_new(p->b.ctx, k->elem, 0, NULL);
  if (flat) data_set_int((void *)(uintptr_t)flat->bytes, ELEM_i64, 0, -1);
  Value *v = book_apply(&p->b, "Reshape", k->v, book_constant(&p->b, flat));
  Value *found = book_apply(&p->b, "Compress", v, book_apply(&p->b, "Less", v, book_constant(&p->b, zero)));
  Node *sum = book_node(&p->b, "ReduceSum", 1, &found);
  node_set(p->b.ctx, sum, "keepdims", (Attr){.kind = ATTR_INT});
  return like(k, book_apply(&p->b, "Max", k->v, book_result(&p->b, sum)));
}

/* A loop of known length in a region or around it. */
static Known small_loop(Pool *p, const Known *k) {
  int before = p->n;
  Value *in[3] = {book_number(&p->b, choose(p->b.c, 4)), NULL, k->v};
  Graph *outer = book_enter(&p->b);
  book_parameter(&p->b, ELEM_i64, 0);
  Value *going = book_parameter(&p->b, ELEM_bool, 0);
  Known inside = like(k, book_parameter(&p->b, k->elem, -1));
  add_known(p, inside);
  Known next = step(p, &inside);
  book_output(&p->b, book_apply(&p->b, "Identity", going, NULL));
  book_output(&p->b, next.v);
  Graph *body = book_leave(&p->b, outer);
  p->n = before;
  Node *n = book_node(&p->b, "Loop", 3, in);
  node_set(p->b.ctx, n, "body", (Attr){.kind = ATTR_GRAPH, .graph = body});
  return like(k, book_result(&p->b, n));
}

static Known steps(Pool *p, Known k) {
  if (one_in(p->b.c, 12)) k = small_loop(p, &k);
  if (one_in(p->b.c, 8)) k = with_found(p, &k);
  for (uint32_t i = 1 + choose(p->b.c, 3); i > 0; i--) {
    k = step(p, &k);
    add_known(p, k);
  }
  return k;
}

/* Twice as long along the first axis. */
static Value *doubled(Pool *p, Value *x, Value *y) {
  Node *n = book_node(&p->b, "Concat", 2, (Value *const[]){x, y});
  node_set(p->b.ctx, n, "axis", (Attr){.kind = ATTR_INT});
  return book_result(&p->b, n);
}

/* Whether the sum of a value's elements is below a number. */
static Value *test_of(Pool *p, const Known *k, int64_t limit) {
  Data *d = data_new(p->b.ctx, k->elem, 0, NULL);
  if (d && elem_info(k->elem)->cls == 'r') data_set_real((void *)(uintptr_t)d->bytes, k->elem, 0, (double)limit);
  else if (d) data_set_int((void *)(uintptr_t)d->bytes, k->elem, 0, limit);
  Value *sum = k->v;
  if (k->rank) {
    Node *n = book_node(&p->b, "ReduceSum", 1, (Value *const[]){k->v});
    node_set(p->b.ctx, n, "keepdims", (Attr){.kind = ATTR_INT});
    sum = book_result(&p->b, n);
  }
  return book_apply(&p->b, "Less", sum, book_constant(&p->b, d));
}

static const Data *truth(Pool *p, bool v) {
  Data *d = data_new(p->b.ctx, ELEM_bool, 0, NULL);
  if (d) data_set_int((void *)(uintptr_t)d->bytes, ELEM_bool, 0, v);
  return d;
}

static void open_pool(Pool *p, Ctx *ctx, Choices *c, Case *out) {
  int64_t dim[4];
  *p = (Pool){0};
  book_open(&p->b, ctx, c, out);
  Elem e = (Elem)PICK(c, ELEM_f32, ELEM_f32, ELEM_i64, ELEM_i32, ELEM_f64);
  int rank = draw_extents(c, 0, 3, false, dim);
  for (uint32_t i = 1 + choose(c, 3); i > 0; i--) add_known(p, known_input(p, e, rank, dim));
  if (one_in(c, 2)) add_known(p, known_input(p, ELEM_f32, 0, dim));
}

static const Known *any_known(Pool *p) { return &p->at[choose(p->b.c, (uint32_t)p->n)]; }

/* ---- If */
static void add_if(Pool *p, int depth, int results, const Known *kind, Known *to) {
  Choices *c = p->b.c;
  Value *condition = one_in(c, 2) ? test_of(p, any_known(p), (int64_t)choose(c, 5) - 2) : NULL;
  if (!condition) condition = one_in(c, 4) ? book_constant(&p->b, truth(p, one_in(c, 2))) : book_input(&p->b, truth(p, one_in(c, 2)));
  Graph *branch[2];
  int before = p->n;
  for (int side = 0; side < 2; side++, p->n = before) {
    Graph *outer = book_enter(&p->b);
    Known made[2];
    if (depth && one_in(p->b.c, 3)) add_if(p, depth - 1, results, kind, made);
    else
      for (int i = 0; i < results; i++) {
        made[i] = steps(p, kind[i]);
        if (kind[i].rank && !p->steady && one_in(p->b.c, 8)) made[i].v = doubled(p, made[i].v, kind[i].v); /* of other extents than what the other branch gives */
      }
    for (int i = 0; i < results; i++) book_output(&p->b, made[i].v);
    branch[side] = book_leave(&p->b, outer);
  }
  Node *n = book_node(&p->b, "If", 1, (Value *const[]){condition});
  node_set(p->b.ctx, n, "then_branch", (Attr){.kind = ATTR_GRAPH, .graph = branch[0]});
  node_set(p->b.ctx, n, "else_branch", (Attr){.kind = ATTR_GRAPH, .graph = branch[1]});
  for (int i = 0; i < results; i++) add_known(p, to[i] = like(&kind[i], book_result(&p->b, n)));
}

bool draw_if(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  Pool p;
  Known kind[2], made[2];
  (void)row;
  open_pool(&p, ctx, c, out);
  int results = 1 + (int)choose(c, 2);
  for (int i = 0; i < results; i++) kind[i] = *any_known(&p);
  add_if(&p, 1, results, kind, made);
  for (int i = 0; i < results; i++) book_output(&p.b, one_in(c, 3) ? step(&p, &made[i]).v : made[i].v);
  return true;
}

/* ---- Loop: carried values, rows that are collected, conditions that end it early; trips that are known or not */
/* A row that names a part: loops that never run. What they collect has no rows; others run at least once where they collect. */
bool draw_loop(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  enum { MOST_TRIPS = 4 };
  Pool p;
  bool never = row->what;
  open_pool(&p, ctx, c, out);
  p.steady = true;
  int carried = (int)PICK(c, 1, 2, 0, 3), rows = (int)PICK(c, carried == 0, 0, 1, 2);
  if (!carried && !rows) rows = 1;
  bool counted = !one_in(c, 4), known = one_in(c, 2), ends = !counted || one_in(c, 3), runs = rows && !never;
  bool kept = !never && p.b.opset >= 13 && one_in(c, 4), refuses = never && (!counted || one_in(c, 2)); /* kept: a sequence grows with every trip */
  int64_t trips = never && !refuses ? 0 : runs ? 1 + choose(c, MOST_TRIPS) : choose(c, MOST_TRIPS + 1);
  Data *limit = data_new(ctx, ELEM_i64, 0, NULL);
  if (limit) data_set_int((void *)(uintptr_t)limit->bytes, ELEM_i64, 0, trips);
  Value *in[6] = {!counted ? NULL : known ? book_constant(&p.b, limit) : book_input(&p.b, limit), NULL};
  bool enters = !refuses && (runs || !one_in(c, 4));
  if (refuses || (ends && one_in(c, 2))) in[1] = one_in(c, 2) ? book_input(&p.b, truth(&p, enters)) : book_constant(&p.b, truth(&p, enters));
  else if (!counted) in[1] = book_constant(&p.b, truth(&p, true));
  Known first[3], inside[3];
  for (int i = 0; i < carried; i++) first[i] = *any_known(&p), in[2 + i] = first[i].v;
  Known element = *any_known(&p);
  if (kept) {
    Node *empty = book_node(&p.b, "SequenceEmpty", 0, NULL);
    node_set(ctx, empty, "dtype", (Attr){.kind = ATTR_INT, .i = elem_info(element.elem)->onnx});
    in[2 + carried] = book_result(&p.b, empty);
  }
  Value *members = NULL; /* a sequence outside, of which each trip reads its own */
  if (p.b.opset >= 13 && one_in(c, 5)) {
    Value *made[MOST_TRIPS];
    for (int i = 0; i < MOST_TRIPS; i++) made[i] = partner(&p, &element)->v;
    members = book_result(&p.b, book_node(&p.b, "SequenceConstruct", MOST_TRIPS, made));
  }
  Graph *outer = book_enter(&p.b);
  int before = p.n;
  Known trip = {.v = book_parameter(&p.b, ELEM_i64, 0), .elem = ELEM_i64};
  Value *going = book_parameter(&p.b, ELEM_bool, 0);
  for (int i = 0; i < carried; i++) inside[i] = like(&first[i], book_parameter(&p.b, first[i].elem, -1)), add_known(&p, inside[i]);
  Value *sequence = kept ? book_parameter(&p.b, ELEM_NONE, -1) : NULL;
  if (members) add_known(&p, like(&element, book_apply(&p.b, "SequenceAt", members, trip.v)));
  add_known(&p, trip);
  Known next[3], row_made[2];
  for (int i = 0; i < carried; i++) {
    next[i] = steps(&p, inside[i]);
    if (one_in(c, 6)) add_if(&p, 0, 1, &next[i], &next[i]);
  }
  bool grows = carried && first[0].rank && one_in(c, 6) && carried == 1 && !rows && !kept && !members;
  if (grows) { /* alone: what else is there keeps its shape */
    p.b.g->nodes.n = 0, p.b.g->values.n = 2 + (size_t)carried;
    next[0].v = doubled(&p, inside[0].v, first[0].v);
  }
  for (int i = 0; i < rows; i++) row_made[i] = steps(&p, one_in(c, 3) && carried ? inside[0] : *any_known(&p));
  if (kept) sequence = book_apply(&p.b, "SequenceInsert", sequence, step(&p, &element).v);
  Value *on = NULL;
  if (!ends) on = book_apply(&p.b, "Identity", going, NULL);
  else on = carried && !grows && one_in(c, 2) ? test_of(&p, &next[0], (int64_t)choose(c, 12)) : test_of(&p, &trip, choose(c, MOST_TRIPS));
  if (!counted) on = book_apply(&p.b, "And", on, test_of(&p, &trip, MOST_TRIPS - 1)); /* ends for sure */
  book_output(&p.b, on);
  for (int i = 0; i < carried; i++) book_output(&p.b, next[i].v);
  if (kept) book_output(&p.b, sequence);
  for (int i = 0; i < rows; i++) book_output(&p.b, row_made[i].v);
  Graph *body = book_leave(&p.b, outer);
  p.n = before;
  Node *n = book_node(&p.b, "Loop", 2 + carried + kept, in);
  node_set(ctx, n, "body", (Attr){.kind = ATTR_GRAPH, .graph = body});
  for (int i = 0; i < carried + kept + rows; i++) {
    Value *v = book_result(&p.b, n);
    book_output(&p.b, i < carried && one_in(c, 3) ? book_apply(&p.b, "Neg", v, NULL) : v);
  }
  if (!counted) out->bound[out->nbounds++] = (ValueBound){n->name, MOST_TRIPS};
  else if (!known) out->bound[out->nbounds++] = (ValueBound){in[0]->name, MOST_TRIPS};
  return true;
}

/* ---- Scan: along any axes, forwards and backwards */
static int64_t place_of(Pool *p, int axis, int rank) { return one_in(p->b.c, 3) ? axis - rank : axis; }

static void give_ints(Pool *p, Node *n, const char *name, int count, const int64_t *v) {
  node_set(p->b.ctx, n, name, (Attr){.kind = ATTR_INTS, .n = count, .ints = arena_copy(p->b.ctx->arena, v, (size_t)(count ? count : 1) * sizeof *v)});
}

bool draw_scan(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  Pool p;
  (void)row;
  open_pool(&p, ctx, c, out);
  int states = (int)PICK(c, 1, 0, 2), scanned = 1 + (int)choose(c, 2), rows = (int)PICK(c, 1, 0, 2);
  if (!states && !rows) rows = 1;
  int64_t length = PICK(c, 3, 1, 2, 4), axis[2], backwards[2], to[2], back_to[2];
  Value *in[4];
  Known first[2], inside[4], member[2];
  for (int i = 0; i < states; i++) first[i] = *any_known(&p), in[i] = first[i].v;
  for (int i = 0; i < scanned; i++) { /* a member is like something that is there, so that they can be added */
    int64_t dim[4];
    member[i] = *any_known(&p);
    if (member[i].rank > 2) member[i].rank = 2;
    axis[i] = choose(c, (uint32_t)member[i].rank + 1), backwards[i] = choose(c, 2);
    for (int k = 0, m = 0; k <= member[i].rank; k++) dim[k] = k == (int)axis[i] ? length : member[i].dim[m++];
    Known whole = known_input(&p, member[i].elem, member[i].rank + 1, dim);
    in[states + i] = whole.v;
  }
  Graph *outer = book_enter(&p.b);
  int before = p.n;
  for (int i = 0; i < states + scanned; i++) {
    const Known *k = i < states ? &first[i] : &member[i - states];
    add_known(&p, inside[i] = like(k, book_parameter(&p.b, k->elem, -1)));
  }
  Known made[4];
  for (int i = 0; i < states + rows; i++) made[i] = steps(&p, i < states ? inside[i] : inside[choose(c, (uint32_t)(states + scanned))]);
  for (int i = 0; i < states + rows; i++) { /* ONNX Runtime wants to know the shape, which it infers of most */
    Type *t = &made[i].v->type;
    *t = (Type){.elem = made[i].elem, .rank = made[i].rank};
    for (int d = 0; d < t->rank; d++) t->dim[d] = made[i].dim[d];
    book_output(&p.b, made[i].v);
  }
  Graph *body = book_leave(&p.b, outer);
  p.n = before;
  for (int i = 0; i < rows; i++) to[i] = place_of(&p, (int)choose(c, (uint32_t)made[states + i].rank + 1), made[states + i].rank + 1), back_to[i] = choose(c, 2);
  for (int i = 0; i < scanned; i++) axis[i] = place_of(&p, (int)axis[i], member[i].rank + 1);
  Node *n = book_node(&p.b, "Scan", states + scanned, in);
  node_set(ctx, n, "body", (Attr){.kind = ATTR_GRAPH, .graph = body});
  node_set(ctx, n, "num_scan_inputs", (Attr){.kind = ATTR_INT, .i = scanned});
  bool along = false;
  for (int i = 0; i < scanned; i++) along |= axis[i] != 0;
  if (along) give_ints(&p, n, "scan_input_axes", scanned, axis);
  if (one_in(c, 2)) give_ints(&p, n, "scan_input_directions", scanned, backwards);
  if (rows && one_in(c, 2)) give_ints(&p, n, "scan_output_axes", rows, to);
  if (rows && one_in(c, 2)) give_ints(&p, n, "scan_output_directions", rows, back_to);
  for (int i = 0; i < states + rows; i++) book_output(&p.b, book_result(&p.b, n));
  return true;
}

/* The Scan of opset 8: a batch in front of everything, and the axis that is scanned behind it. */
bool draw_scan_of_batches(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  Pool p = {0};
  int64_t dim[6], batch = PICK(c, 2, 1, 3), length = PICK(c, 3, 1, 2, 4), backwards[2];
  (void)row;
  out->opset = 8;
  book_open(&p.b, ctx, c, out);
  int rank = draw_extents(c, 0, 2, false, dim + 2), states = 1 + (int)choose(c, 2), scanned = 1 + (int)choose(c, 2), rows = (int)choose(c, 3);
  Value *in[5] = {NULL};
  dim[1] = batch;
  for (int i = 0; i < states; i++) in[1 + i] = known_input(&p, ELEM_f32, rank + 1, dim + 1).v;
  dim[0] = batch, dim[1] = length;
  for (int i = 0; i < scanned; i++) in[1 + states + i] = known_input(&p, ELEM_f32, rank + 2, dim).v, backwards[i] = choose(c, 2);
  Graph *outer = book_enter(&p.b);
  Known element = {.elem = ELEM_f32, .rank = rank}, inside[4];
  memcpy(element.dim, dim + 2, sizeof element.dim);
  for (int i = 0; i < states + scanned; i++) add_known(&p, inside[i] = like(&element, book_parameter(&p.b, ELEM_f32, -1)));
  for (int i = 0; i < states + rows; i++) book_output(&p.b, step(&p, &inside[i < states ? i : (int)choose(c, (uint32_t)(states + scanned))]).v);
  Graph *body = book_leave(&p.b, outer);
  Node *n = book_node(&p.b, "Scan", 1 + states + scanned, in);
  node_set(ctx, n, "body", (Attr){.kind = ATTR_GRAPH, .graph = body});
  node_set(ctx, n, "num_scan_inputs", (Attr){.kind = ATTR_INT, .i = scanned});
  if (one_in(c, 2)) give_ints(&p, n, "directions", scanned, backwards);
  for (int i = 0; i < states + rows; i++) book_output(&p.b, book_result(&p.b, n));
  return true;
}
