/* Windows: statements whose reads may leave their tensor (convolutions of planes, pooling, padding), lanes along an axis with unit stride in the result.
 *
 * Along that axis a row is border | interior | border: in the interior no read leaves because of it, and vectors of accumulators stand side by side; the columns
 * of the borders are numbers when printing, so each keeps the taps that lie inside. Another such axis, the rows, is split the same way, so that the inner rows
 * have all their taps, unrolled. What is still not proven clamps the loops of the taps.
 *
 *     outer axes | rows: border, interior, border | columns: border, interior, border | accumulators | taps | accumulators
 *
 * The last vector of an interior row overlaps the one before: some elements are made twice. */
#include "passes/schedule.h"

enum { WIDEST_STEP = 4, SIDE_BY_SIDE = 4, BORDER_UNROLLED = 8, BODY_STATEMENTS = 128, MAX_VALUES = 4 };

typedef struct Plan {
  Schedule *s; Ctx *ctx; int lanes;
  Ein result;                             /* the statement, but with the place the last of its epilogue writes to */
  int ntaken;                             /* statements */
  Reduce op;                              /* how an accumulator takes a value in: RED_SET for a map */
  const Expr *start, *value, *epilogue;   /* what accumulators start with; the value of a tap; what is stored, which reads the accumulator as `sum` */
  Buf *sum;
  const Var *column, *row;                /* row NULL: no other axis has guards */
} Plan;

/* What stands for an axis while the nest is built. */
typedef struct Values { int n; const Var *var[MAX_VALUES]; const Expr *by[MAX_VALUES]; } Values;
static Values with(Values v, const Var *var, const Expr *by) { v.var[v.n] = var; v.by[v.n++] = by; return v; }
static const Expr *at(const Plan *p, const Values *v, const Expr *e) { return access_subst(p->ctx, e, v->n, v->var, v->by); }

/* ---- recognising */

static bool recognise(Plan *p, int first) {
  Schedule *s = p->s;
  Ctx *ctx = p->ctx;
  const Ein *e = s->ein[first];
  bool map = e->reduce == RED_SET;
  if (!map && e->reduce != RED_ADD && e->reduce != RED_MUL && e->reduce != RED_MAX && e->reduce != RED_MIN) return false;
  if (e->accumulate || e->out->mask || !schedule_f32(s, e->out) || e->rhs->vk != KIND_REAL || !schedule_writes_once(ctx, e)) return false;
  if (map && (e->nout < e->naxes || e->rhs->kind != X_OP || e->rhs->op != OP_ELSE)) return false;
  for (int i = 0; i < e->naxes; i++)
    if (!ext_is_const(ctx, e->axis[i]->extent) || e->axis[i]->extent < 1) return false;
  p->op = e->reduce;
  p->value = map ? e->rhs->arg[0] : e->rhs;
  p->start = map ? e->rhs->arg[1] : reduce_identity(ctx, e->reduce, ELEM_f32, KIND_REAL);
  if (!schedule_is_plain(p->value) || x_has_op(p->value, OP_SELECT) || !schedule_is_vectorisable(p->value) || !schedule_loads_are_fine(s, p->value, true)) return false;
  if (!schedule_is_plain(p->start) || !schedule_is_vectorisable(p->start) || !schedule_loads_are_fine(s, p->start, false)) return false;
  if (access_may_leave(ctx, e->out, e->out->rank, e->index, NULL)) return false;
  p->sum = buf_new(ctx, "sum", ELEM_f32, SPACE_REG, 0, NULL);
  p->epilogue = x_load(ctx, p->sum, 0, NULL);
  p->result = *e;
  p->ntaken = 1;
  while (first + p->ntaken < s->n && schedule_take_map(s, &p->result, first + p->ntaken, &p->epilogue)) p->ntaken++;
  return true;
}

/* ---- guards */

typedef struct Guards { Ctx *ctx; ExprList list; } Guards;
static void collect_guards(const Expr *load, void *arg) {
  Guards *g = arg;
  access_may_leave(g->ctx, load->buf, load->n, load->arg, &g->list);
}
/* Conditions under which the reads of e stay inside, as far as they are not proven. */
static ExprList guards_of(Ctx *ctx, const Expr *e) {
  Guards g = {.ctx = ctx};
  x_each_load(e, collect_guards, &g);
  return g.list;
}

typedef struct Span { int64_t from, to; } Span;
/* Where along v all guards with v in them hold, whatever the other axes. */
static Span interior(const Plan *p, const Var *v) {
  Ctx *ctx = p->ctx;
  ExprList guards = guards_of(ctx, p->value);
  Span in = {0, v->extent};
  for (size_t i = 0; i < guards.n; i++) {
    Aff a;
    if (!x_is_aff(guards.at[i]->arg[0], &a)) return (Span){0, 0};
    int64_t k = aff_coef(&a, v), least, greatest, limit;
    if (!k) continue;
    const Expr *rest = x_aff(ctx, aff_add(ctx, a, (Aff){0, 1, &(Term){v, k}}, -1));
    if (!x_range(ctx, rest, &least, &greatest) || !x_is_const(guards.at[i]->arg[1], NULL, &limit)) return (Span){0, 0};
    bool below = guards.at[i]->op == OP_LT; /* k*v + rest < limit; else >= 0 */
    int64_t slack = below ? limit - 1 - greatest : least;
    if (below) k = -k;
    if (k > 0) { int64_t from = ext_cdiv(ctx, -slack, k); if (from > in.from) in.from = from; }
    else { int64_t to = ext_fdiv(ctx, slack, -k) + 1; if (to < in.to) in.to = to; }
  }
  if (in.from > v->extent) in.from = v->extent;
  if (in.to < in.from) in.to = in.from;
  return in;
}

/* ---- axes */

typedef struct Walk { const Plan *p; const Var *v; bool moves, fine; } Walk;
static void check_walk(const Expr *load, void *arg) {
  Walk *w = arg;
  Aff a;
  if (load->buf->space == SPACE_REG) return;
  int64_t k = access_affine(w->p->ctx, load, &a) ? aff_coef(&a, w->v) : -1;
  w->moves |= k != 0;
  w->fine &= k >= 0 && k <= WIDEST_STEP;
}

static bool choose_axes(Plan *p) {
  Ctx *ctx = p->ctx;
  const Ein *e = &p->result;
  Aff out;
  if (!x_is_aff(access_address(ctx, e->out, e->out->rank, e->index), &out) || !aff_is_const(ctx, &out)) return false;
  for (int i = 0; i < e->nout; i++) {
    const Var *v = e->axis[i];
    Walk w = {p, v, false, true};
    x_each_load(p->value, check_walk, &w);
    bool moves = w.moves;
    x_each_load(p->start, check_walk, &w);
    x_each_load(p->epilogue, check_walk, &w);
    if (v->extent > 1 && aff_coef(&out, v) == 1 && moves && w.fine && (!p->column || v->extent > p->column->extent)) p->column = v;
  }
  if (!p->column) return false;
  for (int i = 0; i < e->nout; i++) { /* the innermost other axis that is guarded */
    Span in = interior(p, e->axis[i]);
    if (e->axis[i] != p->column && in.to - in.from < e->axis[i]->extent) p->row = e->axis[i];
  }
  return true;
}

/* ---- building the nest */

static void emit(Ctx *ctx, Body *body, Stmt *s) { vec_push(ctx, body, s); }
static Body *loop(Ctx *ctx, Body *body, const Var *v, const Expr *lo, const Expr *hi, LoopMode mode) {
  Stmt *s = s_loop(ctx, v, lo, hi, mode);
  emit(ctx, body, s);
  return &s->loop.body;
}
static Body *whole_loop(Ctx *ctx, Body *body, const Var *v, LoopMode mode) { return loop(ctx, body, v, x_int(ctx, 0), x_int(ctx, v->extent), mode); }

static Body *under(Ctx *ctx, Body *body, const Expr *cond) {
  Stmt *s = s_if(ctx, cond);
  emit(ctx, body, s);
  return &s->cond.then;
}

/* Loops over the taps that lie inside, and over v, which tells elements side by side: as far inside as its guards let it. Returns the innermost body. */
static Body *taps(const Plan *p, Body *body, const Expr *value, const Var *v) {
  Ctx *ctx = p->ctx;
  ExprList guards = guards_of(ctx, value);
  int n = p->result.naxes - p->result.nout;
  const Var *const *tap = p->result.axis + p->result.nout;
  const Expr *lo[MAX_AXES], *hi[MAX_AXES], *of_v = x_bool(ctx, true);
  for (int t = 0; t < n; t++) { lo[t] = x_int(ctx, 0); hi[t] = x_int(ctx, tap[t]->extent); }
  for (size_t g = 0; g < guards.n; g++) { /* a guard bounds the innermost of its taps */
    int deepest = n - 1;
    while (deepest >= 0 && !x_uses(guards.at[g], tap[deepest])) deepest--;
    if (deepest >= 0) schedule_clamp(ctx, guards.at[g], tap[deepest], &lo[deepest], &hi[deepest]);
    else if (x_uses(guards.at[g], v)) of_v = x_op2(ctx, OP_AND, of_v, guards.at[g]);
    else body = under(ctx, body, guards.at[g]);
  }
  LoopMode mode[MAX_AXES];
  const Expr *const zero = x_int(ctx, 0);
  int64_t statements = v->extent;
  bool all = true;
  for (int t = n - 1; t >= 0; t--) { /* as many as a body of moderate length holds, from inside out; v is a number when printing */
    all = all && x_is_const(x_subst(ctx, lo[t], 1, &v, &zero), NULL, NULL) && x_is_const(x_subst(ctx, hi[t], 1, &v, &zero), NULL, NULL);
    all = all && tap[t]->extent <= BODY_STATEMENTS / statements;
    if (all) statements *= tap[t]->extent;
    mode[t] = all ? LOOP_UNROLL : LOOP_SEQ;
  }
  bool open = false;
  for (int t = 0; t <= n; t++) {
    if (!open && (t == n || x_uses(of_v, v) || x_uses(lo[t], v) || x_uses(hi[t], v))) {
      body = whole_loop(ctx, body, v, LOOP_UNROLL);
      if (x_uses(of_v, v)) body = under(ctx, body, of_v);
      open = true;
    }
    if (t < n) body = loop(ctx, body, tap[t], lo[t], hi[t], mode[t]);
  }
  return body;
}

/* Accumulators side by side: `count` vectors of `lanes` elements (1: scalars), from column `first` on. */
static void elements(const Plan *p, Body *body, const Values *rows, const Expr *first, int64_t count, int lanes) {
  Ctx *ctx = p->ctx;
  const Var *v = var_new(ctx, "v", count), *l = lanes > 1 ? var_new(ctx, "l", lanes) : NULL;
  const Expr *which = x_var(ctx, v), *column = count > 1 ? x_op2(ctx, OP_ADD, first, x_op2(ctx, OP_MUL, which, x_int(ctx, lanes))) : first;
  if (l) {
    column = x_op2(ctx, OP_ADD, column, x_var(ctx, l));
    body = whole_loop(ctx, body, l, LOOP_VEC);
  }
  Values values = with(*rows, p->column, column);
  Buf *acc = buf_new(ctx, "t", ELEM_f32, SPACE_REG, 1, &v->extent);
  acc->lanes = l ? lanes : 0;
  emit(ctx, body, s_reg(ctx, acc));
  emit(ctx, whole_loop(ctx, body, v, LOOP_UNROLL), s_store(ctx, RED_SET, acc, 1, &which, at(p, &values, p->start)));
  const Expr *value = at(p, &values, p->value);
  emit(ctx, taps(p, body, value, v), s_store(ctx, p->op, acc, 1, &which, value));
  const Expr *index[MAX_RANK * 2];
  for (int i = 0; i < p->result.out->rank; i++) index[i] = at(p, &values, p->result.index[i]);
  const Expr *stored = schedule_replace_loads(ctx, at(p, &values, p->epilogue), p->sum, x_load(ctx, acc, 1, &which));
  emit(ctx, whole_loop(ctx, body, v, LOOP_UNROLL), s_store(ctx, RED_SET, p->result.out, p->result.out->rank, index, stored));
}

/* Columns as scalars; few of them are numbers when printing. */
static void border(const Plan *p, Body *body, const Values *rows, int64_t from, int64_t to) {
  Ctx *ctx = p->ctx;
  if (from >= to) return;
  if (to - from <= BORDER_UNROLLED) { elements(p, body, rows, x_int(ctx, from), to - from, 1); return; }
  const Var *c = var_new(ctx, p->column->name, to - from);
  elements(p, whole_loop(ctx, body, c, LOOP_SEQ), rows, x_op2(ctx, OP_ADD, x_var(ctx, c), x_int(ctx, from)), 1, 1);
}

/* Whole vectors of `lanes` elements, several side by side. Returns the first column that is left. */
static int64_t vectors(const Plan *p, Body *body, const Values *rows, Span in, int lanes) {
  Ctx *ctx = p->ctx;
  int64_t count = (in.to - in.from) / lanes, turns = count / SIDE_BY_SIDE, rest = count % SIDE_BY_SIDE;
  if (turns) {
    const Var *c = var_new(ctx, p->column->name, turns);
    elements(p, whole_loop(ctx, body, c, LOOP_SEQ), rows, x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, x_var(ctx, c), x_int(ctx, SIDE_BY_SIDE * lanes)), x_int(ctx, in.from)), SIDE_BY_SIDE, lanes);
  }
  int64_t next = in.from + turns * SIDE_BY_SIDE * lanes;
  if (rest) elements(p, body, rows, x_int(ctx, next), rest, lanes);
  return next + rest * lanes;
}

static void columns(const Plan *p, Body *body, const Values *rows) {
  Span in = interior(p, p->column);
  border(p, body, rows, 0, in.from);
  int64_t next = p->lanes > 1 ? vectors(p, body, rows, in, p->lanes) : in.from;
  bool twice = p->op != RED_SET; /* a map may write where it reads */
  if (next < in.to && next > in.from && twice) elements(p, body, rows, x_int(p->ctx, in.to - p->lanes), 1, p->lanes);
  else if (next < in.to) vectors(p, body, rows, (Span){next, in.to}, 1);
  border(p, body, rows, in.to, p->column->extent);
}

static void some_rows(const Plan *p, Body *body, int64_t from, int64_t to) {
  if (from >= to) return;
  const Var *r = var_new(p->ctx, p->row->name, to - from);
  Values rows = with((Values){0}, p->row, x_op2(p->ctx, OP_ADD, x_var(p->ctx, r), x_int(p->ctx, from)));
  columns(p, whole_loop(p->ctx, body, r, LOOP_SEQ), &rows);
}

int schedule_window(Schedule *s, int first) {
  Ctx *ctx = s->ctx;
  Plan *p = NEW(ctx, Plan);
  p->s = s;
  p->ctx = ctx;
  p->lanes = s->target->vector_extension && s->target->lanes_f32 > 1 ? s->target->lanes_f32 : 1;
  if (!recognise(p, first) || !choose_axes(p)) return 0;
  Body nest = {0}, *body = &nest;
  for (int i = 0; i < p->result.nout; i++)
    if (p->result.axis[i] != p->column && p->result.axis[i] != p->row) body = whole_loop(ctx, body, p->result.axis[i], LOOP_SEQ);
  if (p->row) {
    Span in = interior(p, p->row);
    some_rows(p, body, 0, in.from);
    some_rows(p, body, in.from, in.to);
    some_rows(p, body, in.to, p->row->extent);
  } else columns(p, body, &(Values){0});
  for (size_t i = 0; i < nest.n; i++) vec_push(ctx, s->body, nest.at[i]);
  s->note = ctx_printf(ctx, "window, lanes %s", p->column->name);
  return p->ntaken;
}
