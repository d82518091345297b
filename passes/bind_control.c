/* Control flow becomes markers between kernels (ir/tile.h), and ordinary kernels for everything else: conditions, trip counts, what a loop carries round, rows of what
 * it collects. The region's values get buffers like any others. */
#include "passes/binder.h"

/* ---- markers */

static Kernel *marker(Binder *B, const Node *n, Control control, const char *suffix, Buf *cond, int64_t trips, const char *about) {
  Kernel *k = bind_kernel(B, n->name, ctx_printf(B->ctx, "%s_%s", n->name, suffix));
  k->control = control;
  k->cond = cond;
  k->trips = trips;
  k->lowered = true;
  k->schedule = about;
  return k;
}

/* ---- symbols */

/* Gives symbols values that are known at this place of the program: expressions of other symbols, or elements of buffers. */
static void set_symbols(Binder *B, const Node *n, int count, const ext_t *symbol, const Expr *const *value) {
  Ctx *ctx = B->ctx;
  if (!count) return;
  const Extern *extents = extern_find("Extents", "sinter", 1);
  Stmt *s = s_call(ctx, extents, extents->nin, extents->nin, 2 + count, count);
  s->call.arg[0] = x_int(ctx, 0);
  s->call.arg[1] = x_int(ctx, count);
  for (int i = 0; i < count; i++) {
    s->call.arg[2 + i] = value[i];
    s->call.symbol[i] = ext_name(ctx, symbol[i]);
  }
  bind_call(B, n->name, ctx_printf(ctx, "%s_extents", n->name), s, "extern");
}

static bool is_own_symbol(Ctx *ctx, const Node *n, ext_t e) {
  int count;
  const ext_t *symbol = node_symbols(ctx, NULL, n, &count);
  for (int i = 0; i < count; i++)
    if (symbol[i] == e) return true;
  return false;
}

/* The symbols among the extents of `to` that node n sets take the extents of the value that goes there. */
static void set_extents(Binder *B, const Node *n, const Buf *to, const Buf *value) {
  ext_t symbol[MAX_RANK];
  const Expr *extent[MAX_RANK];
  int count = 0;
  for (int d = 0; d < to->rank; d++) {
    if (!is_own_symbol(B->ctx, n, to->dim[d])) continue;
    symbol[count] = to->dim[d];
    extent[count++] = x_int(B->ctx, value->dim[d]);
  }
  set_symbols(B, n, count, symbol, extent);
}

static bool same_dims(const Buf *a, const Buf *b) {
  bool same = a->rank == b->rank;
  for (int d = 0; same && d < a->rank; d++) same = a->dim[d] == b->dim[d];
  return same;
}

static Buf *root(Buf *b) { return b->alias ? b->alias : b; }

/* The memory of b with other extents. */
static Buf *view(Binder *B, Buf *b, int rank, const ext_t *dim) {
  Buf *v = buf_new(B->ctx, ctx_printf(B->ctx, "%s.view", b->name), b->elem, root(b)->space == SPACE_OUTPUT ? SPACE_TEMP : b->space, rank, dim);
  v->alias = root(b);
  vec_push(B->ctx, &B->program->bufs, v);
  return v;
}

/* to = from, whose extents are those that `to` has by now, perhaps in other words. */
static void copy_into(Binder *B, const Node *n, Buf *from, Buf *to) { bind_copy(B, n->name, from, same_dims(from, to) ? to : view(B, to, from->rank, from->dim)); }

/* ---- If */

static bool bind_branch(Binder *B, const Node *n, const Graph *branch) {
  BindScope scope = {.outer = B->scope};
  B->scope = &scope;
  bool ok = bind_nodes(B, branch);
  for (size_t i = 0; ok && i < n->out.n; i++) {
    if (!n->out.at[i]) continue;
    Buf *from = bind_read(B, branch->outputs.at[i]), *to = bind_find(B, n->out.at[i]);
    set_extents(B, n, to, from);
    copy_into(B, n, from, to);
  }
  B->scope = scope.outer;
  return ok;
}

bool bind_if(Binder *B, const Node *n) {
  marker(B, n, CONTROL_IF, "if", bind_read(B, n->in.at[0]), 0, "if");
  bool ok = bind_branch(B, n, node_attr(n, "then_branch")->graph);
  marker(B, n, CONTROL_ELSE, "else", NULL, 0, "else");
  ok = bind_branch(B, n, node_attr(n, "else_branch")->graph) && ok;
  marker(B, n, CONTROL_END, "end", NULL, 0, "end");
  return ok;
}

/* ---- Loop
 *
 *     number = 0; again = 0 < limit and condition; carried = first values
 *     while again
 *       the body
 *       again = number + 1 < limit and the body's condition
 *       rows[number] = ...; carried = ...; number += 1
 */

typedef struct Loop {
  Binder *B;
  const Node *node;
  const Graph *body;
  Buf *number, *again;
  ext_t limit;                  /* trips, the condition aside; EXT_ERROR: none */
  size_t ncarried, nrows;
  Buf **carried, **row;
} Loop;

/* The only element of a buffer. */
static const Expr *only(Ctx *ctx, Buf *b) {
  const Expr *index[MAX_RANK * 2];
  for (int d = 0; d < b->rank; d++) index[d] = x_int(ctx, 0);
  return x_load(ctx, b, b->rank, index);
}

static Buf *scalar_buf(Loop *L, const char *name, Elem elem) { return bind_buf(L->B, &(Type){.elem = elem}, ctx_printf(L->B->ctx, "%s.%s", L->node->name, name), SPACE_TEMP); }

/* How many trips there may be, apart from the condition: a number, an extent, or a symbol that takes the value now. */
static ext_t read_limit(Loop *L) {
  Ctx *ctx = L->B->ctx;
  const Attr *symbol = node_attr(L->node, "limit");
  const Value *m = L->node->in.at[0];
  ext_t limit = EXT_ERROR;
  if (symbol && ext_find_symbol(ctx, symbol->s, &limit)) set_symbols(L->B, L->node, 1, &limit, (const Expr *const[]){x_op2(ctx, OP_MAX, only(ctx, bind_read(L->B, m)), x_int(ctx, 0))});
  else if (m && m->data) limit = ext_max(ctx, m->symbolic ? *(const ext_t *)m->data->bytes : data_int(m->data, 0), 0);
  return limit;
}

static const Expr *both(Ctx *ctx, const Expr *a, const Expr *b) { return a ? x_op2(ctx, OP_AND, a, b) : b; }

/* again = number + ahead < limit and this condition */
static void ask(Loop *L, const Expr *number, const Value *cond) {
  Ctx *ctx = L->B->ctx;
  Buf *c = cond && !cond->data ? bind_read(L->B, cond) : NULL;
  const Expr *test = L->limit == EXT_ERROR ? NULL : x_op2(ctx, OP_LT, number, x_int(ctx, L->limit));
  if (c) test = both(ctx, test, only(ctx, c));
  else if (cond && !data_int(cond->data, 0)) test = x_bool(ctx, false);
  else if (!test) test = x_bool(ctx, true);
  Kernel *k = bind_kernel(L->B, L->node->name, ctx_printf(ctx, "%s_again", L->node->name));
  bind_statement(L->B, k, RED_SET, L->again, 0, NULL, NULL, test, false);
  bind_cost(L->B, k);
}

static void count_trip(Loop *L, bool first) {
  Ctx *ctx = L->B->ctx;
  Kernel *k = bind_kernel(L->B, L->node->name, ctx_printf(ctx, "%s_number", L->node->name));
  bind_statement(L->B, k, first ? RED_SET : RED_ADD, L->number, 0, NULL, NULL, x_int(ctx, !first), !first);
  bind_cost(L->B, k);
}

/* rows[number, ..] = row. While the loop runs the rows lie in memory for all trips, whose number is not known yet. */
static void collect(Loop *L, Buf *from, Buf *to) {
  Ctx *ctx = L->B->ctx;
  Kernel *k = bind_kernel(L->B, L->node->name, ctx_printf(ctx, "%s_collect", L->node->name));
  const Expr *index[MAX_RANK * 2], *source[MAX_RANK * 2];
  const Var *axis[MAX_RANK * 2];
  index[0] = only(ctx, L->number);
  for (int d = 0; d < from->rank; d++) {
    axis[d] = var_new(ctx, ctx_printf(ctx, "i%d", d), from->dim[d]);
    index[d + 1] = source[d] = x_var(ctx, axis[d]);
  }
  bind_statement(L->B, k, RED_SET, to, from->rank, axis, index, x_load(ctx, from, from->rank, source), true);
  bind_cost(L->B, k);
}

/* The symbols of carried extents take their next values only when everything is copied: until then what the body made is told in the old ones. `next` checks the bounds
 * before anything is copied. */
typedef struct Turn { ext_t symbol, next; const Expr *value; } Turn;
typedef VEC(Turn) Turns;

static void find_turns(Loop *L, const Buf *carried, const Buf *next, Turns *turns) {
  Ctx *ctx = L->B->ctx;
  for (int d = 0; d < carried->rank; d++) {
    if (!is_own_symbol(ctx, L->node, carried->dim[d])) continue;
    int64_t lo, hi;
    ext_range(ctx, carried->dim[d], &lo, &hi);
    const char *name = ctx_printf(ctx, "%s_next", ext_name(ctx, carried->dim[d]));
    vec_push(ctx, turns, ((Turn){carried->dim[d], ext_symbol(ctx, name, lo, hi), x_int(ctx, next->dim[d])}));
  }
}

static void take_turns(Loop *L, const Turns *turns, bool check) {
  for (size_t i = 0; i < turns->n; i++) {
    const Turn *t = &turns->at[i];
    set_symbols(L->B, L->node, 1, check ? &t->next : &t->symbol, (const Expr *const[]){check ? t->value : x_int(L->B->ctx, t->next)});
  }
}

/* Is this the memory of a carried value that is overwritten before number k is? */
static bool overwritten_before(const Loop *L, Buf *from, size_t k) {
  for (size_t i = 0; i < k; i++)
    if (root(from) == root(L->carried[i])) return true;
  return false;
}

static void carry(Loop *L) {
  Ctx *ctx = L->B->ctx;
  Buf **from = NEWN(ctx, Buf *, L->ncarried);
  Turns turns = {0};
  for (size_t k = 0; k < L->ncarried; k++) {
    from[k] = bind_read(L->B, L->body->outputs.at[1 + k]);
    find_turns(L, L->carried[k], from[k], &turns);
  }
  take_turns(L, &turns, true);
  for (size_t k = 0; k < L->ncarried; k++) {
    if (!overwritten_before(L, from[k], k)) continue;
    Type t = {.elem = from[k]->elem, .rank = from[k]->rank};
    memcpy(t.dim, from[k]->dim, sizeof t.dim);
    Buf *aside = bind_buf(L->B, &t, ctx_printf(ctx, "%s.next%zu", L->node->name, k), SPACE_TEMP);
    bind_copy(L->B, L->node->name, from[k], aside);
    from[k] = aside;
  }
  for (size_t k = 0; k < L->ncarried; k++)
    if (root(from[k]) != root(L->carried[k])) copy_into(L->B, L->node, from[k], L->carried[k]);
  take_turns(L, &turns, false);
}

static bool bind_trip(Loop *L) {
  Ctx *ctx = L->B->ctx;
  bind_name(L->B, L->body->inputs.at[0], L->number);
  for (size_t k = 0; k < L->ncarried; k++) bind_name(L->B, L->body->inputs.at[2 + k], L->carried[k]);
  if (!bind_nodes(L->B, L->body)) return false;
  ask(L, x_op2(ctx, OP_ADD, only(ctx, L->number), x_int(ctx, 1)), L->body->outputs.at[0]);
  for (size_t r = 0; r < L->nrows; r++) collect(L, bind_read(L->B, L->body->outputs.at[1 + L->ncarried + r]), L->row[r]);
  carry(L);
  count_trip(L, false);
  return true;
}

/* Where the results lie is where they are made: nobody reads them before the loop is over. */
static void make_results(Loop *L, int64_t trips) {
  Binder *B = L->B;
  for (size_t k = 0; k < L->ncarried; k++) {
    const Value *out = L->node->out.at[k];
    Type t = L->body->inputs.at[2 + k]->type;
    L->carried[k] = out ? bind_find(B, out) : bind_buf(B, &t, ctx_printf(B->ctx, "%s.carried%zu", L->node->name, k), SPACE_TEMP);
    Buf *first = bind_read(B, L->node->in.at[2 + k]);
    set_extents(B, L->node, L->carried[k], first);
    copy_into(B, L->node, first, L->carried[k]);
  }
  for (size_t r = 0; r < L->nrows; r++) {
    Buf *all = bind_find(B, L->node->out.at[L->ncarried + r]);
    ext_t dim[MAX_RANK];
    memcpy(dim, all->dim, sizeof dim);
    dim[0] = trips;
    L->row[r] = all->dim[0] == trips ? all : view(B, all, all->rank, dim);
  }
}

bool bind_loop(Binder *B, const Node *n) {
  Ctx *ctx = B->ctx;
  const Attr *body = node_attr(n, "body"), *trips = node_attr(n, "trips"), *counted = node_attr(n, "counted");
  Loop L = {.B = B, .node = n, .body = body->graph, .ncarried = n->in.n - 2};
  L.nrows = n->out.n - L.ncarried;
  L.carried = NEWN(ctx, Buf *, L.ncarried);
  L.row = NEWN(ctx, Buf *, L.nrows);
  L.number = scalar_buf(&L, "number", ELEM_i64);
  L.again = scalar_buf(&L, "again", ELEM_bool);
  L.limit = read_limit(&L);
  make_results(&L, trips->i);
  count_trip(&L, true);
  ask(&L, x_int(ctx, 0), n->in.at[1]);
  marker(B, n, CONTROL_WHILE, "while", L.again, trips->i, ctx_printf(ctx, "while, at most %lld trips", (long long)trips->i));
  BindScope scope = {.outer = B->scope};
  B->scope = &scope;
  bool ok = bind_trip(&L);
  B->scope = scope.outer;
  marker(B, n, CONTROL_END, "end", NULL, 0, "end");
  ext_t symbol;
  if (counted && ext_find_symbol(ctx, counted->s, &symbol)) /* a condition that still holds wants more trips than there may be: one too many for the bounds */
    set_symbols(B, n, 1, &symbol, (const Expr *const[]){x_op2(ctx, OP_ADD, only(ctx, L.number), x_op3(ctx, OP_SELECT, only(ctx, L.again), x_int(ctx, 1), x_int(ctx, 0)))});
  return ok;
}
