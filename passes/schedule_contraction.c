/* Contractions: a sum of products of two tensors becomes a register tile of `rows x vectors` accumulators.
 *
 * One operand lies on the lane side: its elements are vectors, read in the order of the nest from a packed copy (packed when compiling where it is constant, else
 * panel by panel when running). Elements of the other are broadcast. Which axis plays which role follows from where it occurs:
 *
 *     not on the left: reduced      in both operands: shared      in the broadcast operand only: row      in the lane operand only: lane
 *
 * Loops, outermost first: shared | panels of lanes | other lane axes | other rows | tiles of the tiled row axis | accumulators | reduced axes.
 * The maps that follow a contraction in its own axes are its epilogue; a term they add to the bare sum is its start value. */
#include "passes/schedule.h"

enum { PANELS = -1 }; /* among the outer loops: the one over panels of lanes */
enum { BODY_STATEMENTS = 500, LONGEST_UNROLLED = 64, SHORT_TAP = 8, MAX_VALUES = MAX_AXES * 3 };

typedef enum Role { ROLE_REDUCED, ROLE_SHARED, ROLE_ROW, ROLE_LANE } Role;
typedef struct Axis { const Var *var; int64_t extent; Role role; int64_t in_row, in_lane, in_out; } Axis; /* and its coefficient in the address of the operands and the result */
typedef struct Guard { const Expr *cond; const Var *tap; bool clamped; } Guard;                             /* tap: the one reduced axis in it */

/* Panels of equal width: all, or all but the last. */
typedef struct Run { int64_t first, count; int vectors; const Var *panel, *vec_var; const Expr *weights; } Run; /* weights: the lane operand as packed; NULL: not yet */

typedef struct Plan {
  Schedule *s; Ctx *ctx; int lanes;
  const Expr *row, *lane;                 /* the two operands: loads */
  const Expr *start, *epilogue;           /* start NULL: zero. The epilogue reads the sum as `sum` */
  Buf *sum, *out; int rank; const Expr *index[MAX_RANK * 2];
  int naxes; Axis axis[MAX_AXES];
  int ntaken;                             /* statements */
  VEC(Guard) guards;
  const Var *vec;                         /* the axis cut into lanes: its number of vectors is vec_count; lane_of_vec: a lane's own variable */
  int64_t vec_extent, vec_count;
  const Var *l;
  bool both_vectors;                      /* the lane axis is shared: no operand is broadcast */
  const Var *tiled; int64_t tiled_extent;
  Tile tile;
  int nouter; int outer[MAX_AXES];        /* loops, as numbers of axes */
  int nreduced; int reduced[MAX_AXES];
  const Var *block;                       /* rows come in blocks of it, so that the broadcast operand of a block stays in L2 while all panels pass */
  int nruns; Run run[2];
} Plan;

/* What stands for an axis while the nest is built. */
typedef struct Values { int n; const Var *var[MAX_VALUES]; const Expr *by[MAX_VALUES]; } Values;

static const Expr *at(const Plan *p, const Values *v, const Expr *e) { return access_subst(p->ctx, e, v->n, v->var, v->by); }
static void let(Values *v, const Var *var, const Expr *by) { v->var[v->n] = var; v->by[v->n++] = by; }

/* ---- recognising */

/* Factors of a product: two loads, and what is free of the reduced axes (it leaves the sum). */
static bool factors(Plan *p, const Expr *e, const Ein *ein, const Expr **scale) {
  if (e->kind == X_OP && e->op == OP_MUL) return factors(p, e->arg[0], ein, scale) && factors(p, e->arg[1], ein, scale);
  bool moves = false;
  for (int i = 0; i < ein->naxes; i++) moves |= x_uses(e, ein->axis[i]);
  if (!moves) {
    *scale = *scale ? x_op2(p->ctx, OP_MUL, *scale, e) : e;
    return e->vk == KIND_REAL;
  }
  if (e->kind != X_LOAD || !schedule_f32(p->s, e->buf) || (p->row && p->lane)) return false;
  *(p->row ? &p->lane : &p->row) = e;
  return true;
}

/* Takes the next statement into the epilogue. */
static bool take_map(Plan *p, const Ein *contraction, int number) {
  Ein now = *contraction; /* the contraction as it stands: its left axes and where it writes */
  now.out = p->out;
  for (int i = 0; i < p->rank; i++) now.index[i] = p->index[i];
  if (!schedule_take_map(p->s, &now, number, &p->epilogue)) return false;
  p->out = now.out;
  p->rank = now.out->rank;
  for (int i = 0; i < p->rank; i++) p->index[i] = now.index[i];
  return true;
}

/* A term added to the bare sum becomes the start value of the accumulators, if the sum is read in no other way. */
static const Expr *added_term(const Plan *p, const Expr *e) {
  for (int i = 0; e->kind == X_OP && e->op == OP_ADD && i < 2; i++) {
    const Expr *sum = e->arg[i], *term = e->arg[1 - i];
    if (sum->kind == X_LOAD && sum->buf == p->sum && term->kind == X_LOAD && term->buf != p->sum) return term;
  }
  return NULL;
}
static const Expr *first_term(const Plan *p, const Expr *e) {
  const Expr *term = added_term(p, e);
  for (int i = 0; !term && e->kind == X_OP && i < e->n; i++) term = first_term(p, e->arg[i]);
  return term;
}
typedef struct Peeling { const Plan *p; const Expr *term; int peeled; } Peeling;
static const Expr *peel(Ctx *ctx, const Expr *e, void *arg) {
  (void)ctx;
  Peeling *q = arg;
  const Expr *term = added_term(q->p, e);
  if (!term || !x_equal(term, q->term)) return e;
  q->peeled++;
  return e->arg[e->arg[0] == term];
}
static void peel_start(Plan *p) {
  Peeling q = {p, first_term(p, p->epilogue), 0};
  if (!q.term) return;
  int reads = x_count_loads(p->epilogue, p->sum, NULL);
  const Expr *rest = x_map(p->ctx, p->epilogue, peel, &q);
  if (q.peeled != reads) return;
  p->start = q.term;
  p->epilogue = rest;
}

static bool recognise(Plan *p, int first) {
  Schedule *s = p->s;
  Ctx *ctx = p->ctx;
  const Ein *e = s->ein[first];
  if (e->reduce != RED_ADD || e->accumulate || e->naxes == e->nout || !schedule_f32(s, e->out) || e->out->mask || !schedule_is_plain(e->rhs) || !schedule_writes_once(ctx, e)) return false;
  for (int i = 0; i < e->naxes; i++)
    if (!ext_is_const(ctx, e->axis[i]->extent) || e->axis[i]->extent < 1) return false;
  const Expr *scale = NULL;
  if (!factors(p, e->rhs, e, &scale) || !p->lane || p->row->buf->mask || p->lane->buf->mask) return false;
  p->sum = buf_new(ctx, "sum", ELEM_f32, SPACE_REG, 0, NULL);
  p->epilogue = x_load(ctx, p->sum, 0, NULL);
  if (scale) p->epilogue = x_op2(ctx, OP_MUL, p->epilogue, scale);
  p->out = e->out;
  p->rank = e->out->rank;
  for (int i = 0; i < p->rank; i++) p->index[i] = e->index[i];
  if (access_may_leave(ctx, p->out, p->rank, p->index, NULL)) return false;
  p->ntaken = 1;
  while (first + p->ntaken < s->n && take_map(p, e, first + p->ntaken)) p->ntaken++;
  if (!s->fp_strict) peel_start(p);
  p->naxes = e->naxes;
  for (int i = 0; i < e->naxes; i++) p->axis[i] = (Axis){.var = e->axis[i], .extent = e->axis[i]->extent, .role = i < e->nout ? ROLE_SHARED : ROLE_REDUCED};
  return true;
}

/* ---- axes */

static void replace_everywhere(Plan *p, int n, const Var *const *var, const Expr *const *by) {
  Ctx *ctx = p->ctx;
  const Expr **all[] = {&p->row, &p->lane, &p->epilogue, &p->start};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (*all[i]) *all[i] = access_subst(ctx, *all[i], n, var, by);
  for (int i = 0; i < p->rank; i++) p->index[i] = access_subst(ctx, p->index[i], n, var, by);
  for (size_t i = 0; i < p->guards.n; i++) p->guards.at[i].cond = access_subst(ctx, p->guards.at[i].cond, n, var, by);
}

static void drop_axis(Plan *p, int i) {
  for (p->naxes--; i < p->naxes; i++) p->axis[i] = p->axis[i + 1];
}

static void drop_unit_axes(Plan *p) {
  for (int i = p->naxes; i-- > 0;)
    if (p->axis[i].extent == 1) {
      replace_everywhere(p, 1, &p->axis[i].var, (const Expr *const[]){x_int(p->ctx, 0)});
      drop_axis(p, i);
    }
}

/* Replaces axis i by an outer and an inner one, of `inner` steps. */
static void split_axis(Plan *p, int i, int64_t inner, const char *outer_name) {
  Ctx *ctx = p->ctx;
  Axis a = p->axis[i];
  const Var *o = var_new(ctx, ctx_printf(ctx, "%s_%s", a.var->name, outer_name), a.extent / inner), *n = var_new(ctx, a.var->name, inner);
  const Expr *sum = x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, x_var(ctx, o), x_int(ctx, inner)), x_var(ctx, n));
  replace_everywhere(p, 1, &a.var, &sum);
  p->axis[i].var = o;
  p->axis[i].extent = a.extent / inner;
  for (int j = p->naxes++; j > i + 1; j--) p->axis[j] = p->axis[j - 1];
  p->axis[i + 1] = (Axis){.var = n, .extent = inner, .role = a.role};
}

/* Layouts index by m // 8 and m % 8: the axis m becomes two, so that everything is affine. Finds one such divisor. */
static int64_t divisor_of(const Expr *e, const Var *v) {
  int64_t d;
  if (e->kind == X_OP && (e->op == OP_FDIV || e->op == OP_MOD) && x_uses(e->arg[0], v) && x_is_const(e->arg[1], NULL, &d) && d > 1) return d;
  for (int i = 0; (e->kind == X_OP || e->kind == X_LOAD) && i < e->n; i++) {
    d = divisor_of(e->arg[i], v);
    if (d) return d;
  }
  return 0;
}

static int64_t any_divisor(const Plan *p, const Var *v) {
  const Expr *const all[] = {p->row, p->lane, p->epilogue, p->start};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    int64_t d = all[i] ? divisor_of(all[i], v) : 0;
    if (d) return d;
  }
  for (int i = 0; i < p->rank; i++) {
    int64_t d = divisor_of(p->index[i], v);
    if (d) return d;
  }
  return 0;
}

static bool split_divided_axes(Plan *p) {
  for (int i = 0; i < p->naxes; i++) {
    Axis a = p->axis[i];
    int64_t d = any_divisor(p, a.var);
    if (!d || d >= a.extent) continue;
    if (a.extent % d || p->naxes == MAX_AXES) return false;
    split_axis(p, i, d, "o");
    i--; /* the outer part may be divided again */
  }
  return true;
}

static bool addresses(Plan *p) {
  Aff row, lane, out;
  if (!access_affine(p->ctx, p->row, &row) || !access_affine(p->ctx, p->lane, &lane)) return false;
  if (!x_is_aff(access_address(p->ctx, p->out, p->rank, p->index), &out) || !aff_is_const(p->ctx, &out)) return false;
  for (int i = 0; i < p->naxes; i++) {
    Axis *a = &p->axis[i];
    a->in_row = aff_coef(&row, a->var);
    a->in_lane = aff_coef(&lane, a->var);
    a->in_out = aff_coef(&out, a->var);
    if (a->role == ROLE_REDUCED) continue;
    a->role = a->in_row && a->in_lane ? ROLE_SHARED : a->in_row ? ROLE_ROW : ROLE_LANE;
    if (!a->in_row && !a->in_lane) return false; /* only possible for an axis nothing depends on */
    if (a->in_row < 0 || a->in_lane < 0 || a->in_out <= 0) return false;
  }
  return true;
}

static int64_t longest(const Plan *p, Role role, bool unit_out) {
  int64_t best = 0;
  for (int i = 0; i < p->naxes; i++)
    if (p->axis[i].role == role && (!unit_out || p->axis[i].in_out == 1) && p->axis[i].extent > best) best = p->axis[i].extent;
  return best;
}

static void swap_operands(Plan *p) {
  const Expr *t = p->row;
  p->row = p->lane;
  p->lane = t;
}

static bool is_constant(const Expr *load) { return load->buf->space == SPACE_CONST && load->buf->data; }

static bool leaves(const Plan *p, const Expr *load) { return access_may_leave(p->ctx, load->buf, load->n, load->arg, NULL); }

/* The lane operand: constant weights if there are, else the one that walks the result's innermost axis, else the one with the longer axis. */
static bool choose_operands(Plan *p) {
  bool row_const = is_constant(p->row), lane_const = is_constant(p->lane);
  bool swap = row_const != lane_const ? row_const : longest(p, ROLE_ROW, true) > longest(p, ROLE_LANE, true) || (!longest(p, ROLE_LANE, true) && longest(p, ROLE_ROW, false) > longest(p, ROLE_LANE, false));
  bool row_leaves = leaves(p, p->row), lane_leaves = leaves(p, p->lane); /* reads outside are dropped on the broadcast side only */
  if (row_leaves && lane_leaves) return false;
  if (row_leaves || lane_leaves) swap = lane_leaves;
  if (swap) swap_operands(p);
  return addresses(p);
}

static bool moves_by_one(const Plan *p, const Expr *e, const Var *v) {
  Aff a;
  return access_affine(p->ctx, e, &a) && aff_coef(&a, v) == 1;
}

/* The lane axis: the longest of the lane side; a multiple of the vector length is better than a longer one that is not. Else a shared axis with unit stride. */
static bool choose_lane_axis(Plan *p) {
  int best = -1;
  for (int i = 0; i < p->naxes; i++) {
    const Axis *a = &p->axis[i], *b = best < 0 ? NULL : &p->axis[best];
    if (a->role != ROLE_LANE) continue;
    bool whole = a->extent % p->lanes == 0, best_whole = b && b->extent % p->lanes == 0;
    bool unit = a->in_out == 1, best_unit = b && b->in_out == 1;
    if (!b || (whole && unit) > (best_whole && best_unit) || ((whole && unit) == (best_whole && best_unit) && (whole > best_whole || (whole == best_whole && a->extent > b->extent)))) best = i;
  }
  int64_t enough = p->lanes > 1 ? p->lanes / 2 + 1 : 1;
  if (best >= 0 && p->axis[best].extent < enough) best = -1;
  p->both_vectors = false;
  if (best < 0) {
    for (int i = 0; i < p->naxes; i++) {
      const Axis *a = &p->axis[i];
      if (a->role == ROLE_SHARED && a->in_row == 1 && a->in_out == 1 && a->extent >= enough && (best < 0 || a->extent > p->axis[best].extent)) best = i;
    }
    p->both_vectors = best >= 0;
  }
  if (best < 0) return false;
  p->vec = p->axis[best].var;
  p->vec_extent = p->axis[best].extent;
  p->vec_count = (p->vec_extent + p->lanes - 1) / p->lanes;
  return true;
}

/* Reads outside: what is not proven of each index, and the reduced axis (tap) each condition hangs on. */
static void find_guards(Plan *p) {
  ExprList conds = {0};
  access_may_leave(p->ctx, p->row->buf, p->row->n, p->row->arg, &conds);
  p->guards.n = 0;
  for (size_t i = 0; i < conds.n; i++) {
    Guard g = {conds.at[i], NULL, false};
    int taps = 0;
    for (int a = 0; a < p->naxes; a++)
      if (p->axis[a].role == ROLE_REDUCED && x_uses(g.cond, p->axis[a].var)) { g.tap = p->axis[a].var; taps++; }
    if (taps != 1) g.tap = NULL;
    vec_push(p->ctx, &p->guards, g);
  }
}

static bool is_guarded(const Plan *p, const Var *v) {
  for (size_t i = 0; i < p->guards.n; i++)
    if (x_uses(p->guards.at[i].cond, v)) return true;
  return false;
}

/* ---- merging row axes: a 1x1 convolution walks a flat plane */

typedef struct Nesting { Plan *p; const Var *outer, *inner; int64_t extent; bool fine; } Nesting;
static void check_nesting(const Expr *load, void *arg) {
  Nesting *n = arg;
  Aff a;
  if (load->buf->space == SPACE_REG) return;
  if (!access_affine(n->p->ctx, load, &a) || aff_coef(&a, n->outer) != aff_coef(&a, n->inner) * n->extent) n->fine = false;
}

static const Expr *flatten_load(Ctx *ctx, const Expr *e, void *arg) {
  if (e->kind != X_LOAD || e->buf->space == SPACE_REG || e->buf->rank <= 1) return e;
  return x_load(ctx, schedule_flat(arg, e->buf), 1, (const Expr *const[]){access_address(ctx, e->buf, e->n, e->arg)});
}

static void flatten_everything(Plan *p) {
  const Expr **all[] = {&p->row, &p->epilogue, &p->start};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (*all[i]) *all[i] = x_map(p->ctx, *all[i], flatten_load, p->s);
  if (p->rank > 1) {
    p->index[0] = access_address(p->ctx, p->out, p->rank, p->index);
    p->out = schedule_flat(p->s, p->out);
    p->rank = 1;
  }
}

static bool merge_one(Plan *p) {
  for (int i = 0; i < p->naxes; i++)
    for (int j = 0; j < p->naxes; j++) {
      Axis *o = &p->axis[i], *n = &p->axis[j];
      if (i == j || o->role != ROLE_ROW || n->role != ROLE_ROW || is_guarded(p, o->var) || is_guarded(p, n->var)) continue;
      if (o->in_row != n->in_row * n->extent || o->in_out != n->in_out * n->extent) continue;
      Nesting nest = {p, o->var, n->var, n->extent, true};
      if (p->start) x_each_load(p->start, check_nesting, &nest);
      x_each_load(p->epilogue, check_nesting, &nest);
      if (!nest.fine) continue;
      flatten_everything(p);
      const Var *both = var_new(p->ctx, ctx_printf(p->ctx, "%s%s", o->var->name, n->var->name), o->extent * n->extent);
      replace_everywhere(p, 2, (const Var *const[]){o->var, n->var}, (const Expr *const[]){x_int(p->ctx, 0), x_var(p->ctx, both)});
      n->var = both;
      n->extent *= o->extent;
      drop_axis(p, i);
      return true;
    }
  return false;
}

/* ---- order */

static void sort_axes(const Plan *p, int n, int *order) { /* by falling stride in the broadcast operand */
  for (int i = 1; i < n; i++)
    for (int j = i; j > 0 && p->axis[order[j]].in_row > p->axis[order[j - 1]].in_row; j--) { int t = order[j]; order[j] = order[j - 1]; order[j - 1] = t; }
}

static void add_outer(Plan *p, Role role) {
  int n = 0, order[MAX_AXES];
  for (int i = 0; i < p->naxes; i++)
    if (p->axis[i].role == role && p->axis[i].var != p->vec && p->axis[i].var != p->tiled && p->axis[i].var != p->block) order[n++] = i;
  sort_axes(p, n, order);
  for (int i = 0; i < n; i++) p->outer[p->nouter++] = order[i];
}

/* Where the broadcast operand does not fit L2, every panel would fetch it again: the longest row axis is cut so that a block of it fits half of L2. */
static void choose_block(Plan *p) {
  int64_t bytes = 4, budget = p->s->target->l2_bytes / 2;
  int best = -1;
  for (int i = 0; i < p->row->buf->rank; i++) bytes *= p->row->buf->dim[i];
  for (int i = 0; i < p->naxes; i++) {
    if (p->axis[i].role == ROLE_SHARED) bytes /= p->axis[i].extent;
    if (p->axis[i].role == ROLE_ROW && (best < 0 || p->axis[i].extent > p->axis[best].extent)) best = i;
  }
  if (best < 0 || budget <= 0 || bytes <= budget || p->vec_count <= p->tile.vectors || p->naxes == MAX_AXES) return;
  Axis *a = &p->axis[best];
  bool tiled = a->var == p->tiled;
  int64_t inner = 0, least = tiled ? 2 * p->tile.rows : 1;
  for (int64_t d = least; d < a->extent; d++)
    if (a->extent % d == 0 && bytes / a->extent * d <= budget) inner = d;
  if (!inner) return;
  split_axis(p, best, inner, "b");
  p->block = p->axis[best].var;
  if (tiled) {
    p->tiled = p->axis[best + 1].var;
    p->tiled_extent = inner;
  }
  addresses(p);
  p->nreduced = 0;
  for (int i = 0; i < p->naxes; i++)
    if (p->axis[i].role == ROLE_REDUCED) p->reduced[p->nreduced++] = i;
  sort_axes(p, p->nreduced, p->reduced);
}

static void choose_order(Plan *p) {
  int64_t steps = 1;
  int tiled = -1;
  for (int i = 0; i < p->naxes; i++) {
    const Axis *a = &p->axis[i];
    if (a->role == ROLE_REDUCED) { p->reduced[p->nreduced++] = i; steps *= a->extent; }
    if (a->role == ROLE_ROW && (tiled < 0 || a->in_row < p->axis[tiled].in_row)) tiled = i;
  }
  sort_axes(p, p->nreduced, p->reduced);
  p->tiled = tiled < 0 ? NULL : p->axis[tiled].var;
  p->tiled_extent = tiled < 0 ? 1 : p->axis[tiled].extent;
  p->tile = tile_pick(p->s->target, p->tiled_extent, p->both_vectors ? 1 : p->vec_count, steps);
  choose_block(p);
  add_outer(p, ROLE_SHARED);
  for (int i = 0; i < p->naxes; i++)
    if (p->axis[i].var == p->block) p->outer[p->nouter++] = i;
  p->outer[p->nouter++] = PANELS;
  add_outer(p, ROLE_LANE);
  add_outer(p, ROLE_ROW);
}

/* ---- building the nest */

typedef struct Build {
  Plan *p;
  Values values;
  const Run *run;          /* the panels this is one of */
  int vectors;             /* of this panel */
  int rows;                /* of this tile */
  const Expr *weights;     /* the lane operand as it is read here: packed or not */
  const Var *row_var, *vec_var;
  Buf *acc, *vec_regs, *x;
} Build;

static void emit(Ctx *ctx, Body *body, Stmt *s) { vec_push(ctx, body, s); }
static Stmt *loop(Ctx *ctx, Body *body, const Var *v, const Expr *lo, const Expr *hi, LoopMode mode) {
  Stmt *s = s_loop(ctx, v, lo, hi, mode);
  vec_push(ctx, body, s);
  return s;
}
static Body *simple_loop(Ctx *ctx, Body *body, const Var *v, LoopMode mode) { return &loop(ctx, body, v, x_int(ctx, 0), x_int(ctx, v->extent), mode)->loop.body; }

static Body *under(Ctx *ctx, Body *body, const Expr *cond) {
  int64_t yes;
  if (x_is_const(cond, NULL, &yes) && yes) return body;
  Stmt *s = s_if(ctx, cond);
  vec_push(ctx, body, s);
  return &s->cond.then;
}

/* The lane axis still lies inside its extent: cuts the last, ragged vector. */
static const Expr *inside_lanes(const Build *b) {
  Ctx *ctx = b->p->ctx;
  return x_op2(ctx, OP_LT, at(b->p, &b->values, x_var(ctx, b->p->vec)), x_int(ctx, b->p->vec_extent));
}

static Body *tile_loops(const Build *b, Body *body, bool rows, bool vectors) {
  if (rows) body = simple_loop(b->p->ctx, body, b->row_var, LOOP_UNROLL);
  if (vectors) body = simple_loop(b->p->ctx, body, b->vec_var, LOOP_UNROLL);
  return body;
}

static const Expr *acc_at(const Build *b) { return x_load(b->p->ctx, b->acc, 2, (const Expr *const[]){x_var(b->p->ctx, b->row_var), x_var(b->p->ctx, b->vec_var)}); }

static void step(const Build *b, Body *body, bool guarded) {
  Plan *p = b->p;
  Ctx *ctx = p->ctx;
  const Expr *vec = x_var(ctx, b->vec_var);
  Body *weights = under(ctx, tile_loops(b, body, false, true), p->lanes > 1 && b->weights == p->lane ? inside_lanes(b) : x_bool(ctx, true));
  vec_push(ctx, weights, s_store(ctx, RED_SET, b->vec_regs, 1, &vec, at(p, &b->values, b->weights)));
  if (p->lanes > 1) vec_push(ctx, weights, s_hint(ctx, HINT_PIN, x_load(ctx, b->vec_regs, 1, &vec)));
  Body *rows = tile_loops(b, body, true, false);
  const Expr *cond = x_bool(ctx, true);
  for (size_t i = 0; i < p->guards.n && guarded; i++)
    if (!p->guards.at[i].clamped) cond = x_op2(ctx, OP_AND, cond, at(p, &b->values, p->guards.at[i].cond));
  rows = under(ctx, rows, cond);
  const Expr *x = at(p, &b->values, p->row);
  if (p->both_vectors) rows = under(ctx, tile_loops(b, rows, false, true), inside_lanes(b)); /* x is a vector too: it moves with the lanes */
  vec_push(ctx, rows, s_store(ctx, RED_SET, b->x, 0, NULL, p->lanes > 1 && !p->both_vectors ? x_op1(ctx, OP_BCAST, x) : x));
  Body *all = p->both_vectors ? rows : simple_loop(ctx, rows, b->vec_var, LOOP_UNROLL);
  vec_push(ctx, all, s_store(ctx, RED_ADD, b->acc, 2, (const Expr *const[]){x_var(ctx, b->row_var), vec}, x_op2(ctx, OP_MUL, x_load(ctx, b->x, 0, NULL), x_load(ctx, b->vec_regs, 1, &vec))));
}

static bool uses_tile(const Plan *p, const Expr *e) { return (p->tiled && x_uses(e, p->tiled)); }

static void reduce(Build *b, Body *body, int level, int taps, bool guarded) {
  Plan *p = b->p;
  Ctx *ctx = p->ctx;
  if (level == p->nreduced) { step(b, body, guarded); return; }
  const Axis *a = &p->axis[p->reduced[level]];
  bool unrolled_tap = false;
  const Expr *lo = x_int(ctx, 0), *hi = x_int(ctx, a->extent);
  for (size_t i = 0; i < p->guards.n; i++) {
    const Guard *g = &p->guards.at[i];
    if (g->tap != a->var) continue;
    if (g->clamped) schedule_clamp(ctx, at(p, &b->values, g->cond), a->var, &lo, &hi);
    else unrolled_tap = true;
  }
  int64_t from = 0, to = a->extent;
  bool known = x_is_const(lo, NULL, &from) && x_is_const(hi, NULL, &to), last = level == p->nreduced - 1;
  int64_t steps = known ? to - from : a->extent;
  if (steps <= 0) return; /* every tap reads outside */
  bool short_tap = last && known && steps <= SHORT_TAP && b->rows * b->vectors * taps * (int)steps <= BODY_STATEMENTS;
  if ((unrolled_tap && steps <= LONGEST_UNROLLED) || short_tap) {
    Body *in = known ? &loop(ctx, body, a->var, lo, hi, LOOP_UNROLL)->loop.body : simple_loop(ctx, body, a->var, LOOP_UNROLL), *tap = in;
    if (!known) tap = under(ctx, in, x_op2(ctx, OP_AND, x_op2(ctx, OP_GE, x_var(ctx, a->var), lo), x_op2(ctx, OP_LT, x_var(ctx, a->var), hi)));
    reduce(b, tap, level + 1, taps * (int)steps, guarded);
    vec_push(ctx, in, s_hint(ctx, HINT_FENCE, NULL));
    return;
  }
  if (last && known && steps <= LONGEST_UNROLLED) { /* a short innermost axis: a few steps per turn */
    int by = 4;
    while (by > 1 && (steps % by || b->rows * b->vectors * by * taps > BODY_STATEMENTS)) by /= 2;
    if (by > 1) {
      const Var *outer = var_new(ctx, a->var->name, steps / by), *inner = var_new(ctx, ctx_printf(ctx, "%s_u", a->var->name), by);
      int n = b->values.n;
      let(&b->values, a->var, x_op2(ctx, OP_ADD, x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, x_var(ctx, outer), x_int(ctx, by)), x_var(ctx, inner)), lo));
      reduce(b, simple_loop(ctx, simple_loop(ctx, body, outer, LOOP_SEQ), inner, LOOP_UNROLL), level + 1, taps * by, guarded);
      b->values.n = n;
      return;
    }
  }
  reduce(b, &loop(ctx, body, a->var, lo, hi, LOOP_SEQ)->loop.body, level + 1, taps, guarded);
}

/* Compilers hoist what an epilogue reads (a bias) out of the loops around the tile, and then spill accumulators for it: the addresses are pinned at the tile. */
typedef struct Pinning { const Build *b; Body *body; } Pinning;
static void pin_load(const Expr *load, void *arg) {
  Pinning *q = arg;
  if (load->buf->space != SPACE_REG) vec_push(q->b->p->ctx, q->body, s_hint(q->b->p->ctx, HINT_PIN, load));
}

static void accumulators(Build *b, Body *body, bool guarded) {
  Plan *p = b->p;
  Ctx *ctx = p->ctx;
  const Values saved = b->values;
  b->row_var = var_new(ctx, "r", b->rows);
  for (int i = 0; i < b->values.n; i++) { /* the tile's own variables join what the tiled axis and the vector axis stand for */
    if (b->values.var[i] == p->tiled) b->values.by[i] = x_op2(ctx, OP_ADD, b->values.by[i], x_var(ctx, b->row_var));
    if (b->values.var[i] == p->vec) {
      const Expr *lane = x_op2(ctx, OP_MUL, x_op2(ctx, OP_ADD, b->values.by[i], x_var(ctx, b->vec_var)), x_int(ctx, p->lanes));
      b->values.by[i] = p->lanes > 1 ? x_op2(ctx, OP_ADD, lane, x_var(ctx, p->l)) : lane;
    }
  }
  b->acc = buf_new(ctx, "t", ELEM_f32, SPACE_REG, 2, (ext_t[]){b->rows, b->vectors});
  b->vec_regs = buf_new(ctx, "w", ELEM_f32, SPACE_REG, 1, (ext_t[]){b->vectors});
  b->x = buf_new(ctx, "x", ELEM_f32, SPACE_REG, 0, NULL);
  Buf *const regs[] = {b->acc, b->vec_regs, b->x};
  if (p->lanes > 1) body = simple_loop(ctx, body, p->l, LOOP_VEC);
  for (int i = 0; i < 3; i++) {
    regs[i]->lanes = p->lanes > 1 ? p->lanes : 0;
    vec_push(ctx, body, s_reg(ctx, regs[i]));
  }
  const Expr *const which[] = {x_var(ctx, b->row_var), x_var(ctx, b->vec_var)};
  if (p->lanes > 1) {
    Pinning pin = {b, body};
    Values first = b->values; /* of the tile's first element */
    let(&first, b->row_var, x_int(ctx, 0));
    let(&first, b->vec_var, x_int(ctx, 0));
    if (p->start) x_each_load(at(p, &first, at(p, &b->values, p->start)), pin_load, &pin);
    x_each_load(at(p, &first, at(p, &b->values, p->epilogue)), pin_load, &pin);
  }
  Body *start = tile_loops(b, body, true, true);
  if (p->start) {
    const Expr *lanes_fit = inside_lanes(b);
    int64_t yes;
    if (!x_is_const(lanes_fit, NULL, &yes)) vec_push(ctx, start, s_store(ctx, RED_SET, b->acc, 2, which, x_real(ctx, 0)));
    emit(ctx, under(ctx, start, lanes_fit), s_store(ctx, RED_SET, b->acc, 2, which, at(p, &b->values, p->start)));
  } else vec_push(ctx, start, s_store(ctx, RED_SET, b->acc, 2, which, x_real(ctx, 0)));
  Body *sums = body; /* conditions without a tap stand around the reduction */
  for (size_t i = 0; i < p->guards.n; i++)
    if (p->guards.at[i].clamped && !p->guards.at[i].tap) sums = under(ctx, sums, at(p, &b->values, p->guards.at[i].cond));
  reduce(b, sums, 0, 1, guarded);
  Body *end = under(ctx, tile_loops(b, body, true, true), inside_lanes(b));
  const Expr *index[MAX_RANK * 2];
  for (int i = 0; i < p->rank; i++) index[i] = at(p, &b->values, p->index[i]);
  vec_push(ctx, end, s_store(ctx, RED_SET, p->out, p->rank, index, schedule_replace_loads(ctx, at(p, &b->values, p->epilogue), p->sum, acc_at(b))));
  b->values = saved;
}

/* Do all conditions that are not clamped hold on this tile, whatever the taps and outer loops? */
static bool tile_is_inner(const Build *b, int64_t from, int64_t rows) {
  Plan *p = b->p;
  Values v = b->values;
  if (p->tiled) let(&v, p->tiled, x_op2(p->ctx, OP_ADD, x_var(p->ctx, var_new(p->ctx, "r", rows)), x_int(p->ctx, from)));
  for (size_t i = 0; i < p->guards.n; i++) {
    int64_t yes;
    if (!p->guards.at[i].clamped && !(x_is_const(at(p, &v, p->guards.at[i].cond), NULL, &yes) && yes)) return false;
  }
  return true;
}

/* The tiled axis in balanced tiles: edge tiles, whose taps may fall outside, one by one; equal tiles between them in a loop. */
static void tiles(Build *b, Body *body) {
  Plan *p = b->p;
  Ctx *ctx = p->ctx;
  int64_t n = p->tiled_extent, count = (n + p->tile.rows - 1) / p->tile.rows, larger = n % count;
  for (int64_t i = 0, from = 0; i < count;) {
    int64_t rows = n / count + (i < larger), run = 1;
    bool inner = tile_is_inner(b, from, rows);
    while (inner && i + run < count && n / count + (i + run < larger) == rows && tile_is_inner(b, from + run * rows, rows)) run++;
    b->rows = (int)rows;
    int saved = b->values.n;
    Body *in = body;
    if (p->tiled) {
      const Expr *start = x_int(ctx, from);
      if (run > 1) {
        const Var *v = var_new(ctx, ctx_printf(ctx, "%s_t", p->tiled->name), run);
        in = simple_loop(ctx, body, v, LOOP_SEQ);
        start = x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, x_var(ctx, v), x_int(ctx, rows)), start);
      }
      let(&b->values, p->tiled, start);
    }
    accumulators(b, in, !inner);
    b->values.n = saved;
    i += run;
    from += run * rows;
  }
}

/* ---- the packed operand */

static bool lane_depends(const Plan *p, const Axis *a) { return a->in_lane != 0 && a->var != p->vec; }

/* Dimensions of a packed copy, in nest order: panel | outer axes | reduced axes | vectors | lanes. */
typedef struct Packed { Buf *buf; int n; const Var *var[MAX_AXES + 3]; } Packed;

/* Of one run of panels; `from`: the outer loop that the copy is made in front of. */
static Packed packed_new(const Plan *p, const Run *run, int from, Space space) {
  Ctx *ctx = p->ctx;
  Packed k = {0};
  ext_t dim[MAX_AXES + 3];
  for (int i = from; i < p->nouter; i++)
    if (p->outer[i] == PANELS) k.var[k.n++] = run->panel;
  for (int i = from; i < p->nouter; i++)
    if (p->outer[i] != PANELS && lane_depends(p, &p->axis[p->outer[i]])) k.var[k.n++] = p->axis[p->outer[i]].var;
  for (int i = 0; i < p->nreduced; i++)
    if (lane_depends(p, &p->axis[p->reduced[i]])) k.var[k.n++] = p->axis[p->reduced[i]].var;
  k.var[k.n++] = run->vec_var;
  if (p->lanes > 1) k.var[k.n++] = p->l;
  for (int i = 0; i < k.n; i++) dim[i] = k.var[i]->extent;
  k.buf = buf_new(ctx, ctx_printf(ctx, "%s_packed", p->lane->buf->name), ELEM_f32, space, k.n, dim);
  return k;
}

static const Expr *packed_load(const Plan *p, const Packed *k) {
  const Expr *index[MAX_AXES + 3];
  for (int i = 0; i < k->n; i++) index[i] = x_var(p->ctx, k->var[i]);
  return x_load(p->ctx, k->buf, k->n, index);
}

/* Gathers the constant operand into its packed order. */
static bool pack_constant(const Plan *p, const Packed *k, const Run *run) {
  const Var *panel = run->panel, *vec_var = run->vec_var;
  int64_t first = run->first, vectors = run->vectors;
  int64_t dims[MAX_RANK];
  if (k->n > MAX_RANK) return false;
  for (int i = 0; i < k->n; i++) dims[i] = k->buf->dim[i];
  Data *to = data_new(p->ctx, ELEM_f32, k->n, dims);
  if (!to) return false;
  Aff from;
  access_affine(p->ctx, p->lane, &from);
  int64_t step = aff_coef(&from, p->vec), coef[MAX_AXES + 3], count[MAX_AXES + 3] = {0}, total = 1;
  for (int i = 0; i < k->n; i++) {
    const Var *v = k->var[i];
    coef[i] = v == panel ? step * p->lanes * vectors : v == vec_var ? step * p->lanes : v == p->l ? step : aff_coef(&from, v);
    total *= dims[i];
  }
  float *out = (float *)(uintptr_t)to->bytes;
  const Data *data = p->lane->buf->data;
  for (int64_t i = 0; i < total; i++) {
    int64_t address = from.c + step * p->lanes * first, lane = first * p->lanes;
    for (int d = 0; d < k->n; d++) {
      address += coef[d] * count[d];
      lane += k->var[d] == panel ? p->lanes * vectors * count[d] : k->var[d] == vec_var ? (int64_t)p->lanes * count[d] : k->var[d] == p->l ? count[d] : 0;
    }
    out[i] = lane < p->vec_extent ? (float)data_real(data, address) : 0;
    for (int d = k->n; d-- > 0 && ++count[d] == dims[d];) count[d] = 0;
  }
  k->buf->data = to;
  vec_push(p->ctx, &p->s->program->bufs, k->buf);
  return true;
}

static const Expr *first_vector(const Plan *p, const Run *run) { return x_op2(p->ctx, OP_ADD, x_op2(p->ctx, OP_MUL, x_var(p->ctx, run->panel), x_int(p->ctx, run->vectors)), x_int(p->ctx, run->first)); }

/* Packs when running, into scratch of the kernel. */
static void pack_running(const Build *b, Body *body, const Packed *k, const Run *run) {
  Plan *p = b->p;
  Ctx *ctx = p->ctx;
  const Var *l = p->lanes > 1 ? p->l : NULL;
  Values v = b->values;
  const Expr *lane = x_op2(ctx, OP_MUL, x_op2(ctx, OP_ADD, first_vector(p, run), x_var(ctx, run->vec_var)), x_int(ctx, p->lanes));
  let(&v, p->vec, l ? x_op2(ctx, OP_ADD, lane, x_var(ctx, l)) : lane);
  vec_push(ctx, &p->s->kernel->scratch, k->buf);
  bool unit = l && moves_by_one(p, p->lane, p->vec);
  for (int i = 0; i < k->n; i++) body = simple_loop(ctx, body, k->var[i], k->var[i] == l && unit ? LOOP_VEC : k->var[i] == run->vec_var ? LOOP_UNROLL : LOOP_SEQ);
  const Expr *index[MAX_AXES + 3], *in = x_op2(ctx, OP_LT, at(p, &v, x_var(ctx, p->vec)), x_int(ctx, p->vec_extent)), *load = at(p, &v, p->lane);
  for (int i = 0; i < k->n; i++) index[i] = x_var(ctx, k->var[i]);
  int64_t yes;
  bool whole = x_is_const(in, NULL, &yes);
  if (!whole) vec_push(ctx, body, s_store(ctx, RED_SET, k->buf, k->n, index, x_real(ctx, 0)));
  emit(ctx, under(ctx, body, in), s_store(ctx, RED_SET, k->buf, k->n, index, load));
}

/* ---- outer loops */

static void outer_loops(Build *b, Body *body, int level);

static void panels(Build *b, Body *body, int level, Run *run) {
  Plan *p = b->p;
  int saved = b->values.n;
  const Expr *packed = run->weights;
  b->vectors = run->vectors;
  b->vec_var = run->vec_var;
  b->weights = packed;
  b->run = run;
  let(&b->values, p->vec, first_vector(p, run));
  outer_loops(b, simple_loop(p->ctx, body, run->panel, LOOP_SEQ), level);
  b->values.n = saved;
}

static int64_t row_tiles(const Plan *p) {
  int64_t n = (p->tiled_extent + p->tile.rows - 1) / p->tile.rows;
  for (int i = 0; i < p->naxes; i++)
    if (p->axis[i].role == ROLE_ROW && p->axis[i].var != p->tiled) n *= p->axis[i].extent;
  return n;
}

static void pack_here(Build *b, Body *body, int level, Run *run) {
  Packed k = packed_new(b->p, run, level, SPACE_TEMP);
  pack_running(b, body, &k, run);
  run->weights = packed_load(b->p, &k);
}

static void outer_loops(Build *b, Body *body, int level) {
  Plan *p = b->p;
  bool blocks = level < p->nouter && p->outer[level] != PANELS && p->axis[p->outer[level]].var == p->block;
  for (int i = 0; i < p->nruns && blocks; i++)
    if (!p->run[i].weights) pack_here(b, body, level, &p->run[i]); /* once for all blocks */
  bool settled = b->run && !b->weights; /* below here the lane operand does not move any more: this is where a panel is packed */
  for (int i = level; i < p->nouter && settled; i++) settled = p->outer[i] != PANELS && !p->axis[p->outer[i]].in_lane;
  if (settled) {
    if (row_tiles(p) > 1 || !moves_by_one(p, p->lane, p->vec)) {
      Packed k = packed_new(p, b->run, p->nouter, SPACE_TEMP);
      pack_running(b, body, &k, b->run);
      b->weights = packed_load(p, &k);
    } else b->weights = p->lane;
  }
  if (level == p->nouter) tiles(b, body);
  else if (p->outer[level] != PANELS) outer_loops(b, simple_loop(p->ctx, body, p->axis[p->outer[level]].var, LOOP_SEQ), level + 1);
  else
    for (int i = 0; i < p->nruns; i++) panels(b, body, level + 1, &p->run[i]);
}

static void add_run(Plan *p, int64_t first, int64_t count, int vectors) {
  if (count <= 0 || vectors <= 0) return;
  p->run[p->nruns++] = (Run){first, count, vectors, var_new(p->ctx, ctx_printf(p->ctx, "%s_p", p->vec->name), count), var_new(p->ctx, "v", vectors), NULL};
}

/* Panels of the tile's width; what is left over, or has a vector partly outside, stands alone. */
static bool choose_runs(Plan *p) {
  int width = p->both_vectors ? 1 : p->tile.vectors, rest = (int)(p->vec_count % width);
  int64_t full = p->vec_count / width;
  if (p->vec_extent % p->lanes != 0 && rest == 0) { full--; rest = width; }
  add_run(p, 0, full, width);
  add_run(p, full * width, 1, rest);
  if (!is_constant(p->lane)) return true;
  for (int i = 0; i < p->nruns; i++) {
    Packed k = packed_new(p, &p->run[i], 0, SPACE_CONST);
    if (!pack_constant(p, &k, &p->run[i])) return false;
    p->run[i].weights = packed_load(p, &k);
  }
  return true;
}

static void mark_clamped(Plan *p) {
  for (size_t i = 0; i < p->guards.n; i++) {
    Guard *g = &p->guards.at[i];
    bool others = false; /* conditions on the tile are decided where it is printed; on loops, by bounds of the tap's loop */
    for (int a = 0; a < p->naxes; a++) others |= p->axis[a].role == ROLE_REDUCED && p->axis[a].var != g->tap && x_uses(g->cond, p->axis[a].var);
    g->clamped = !uses_tile(p, g->cond) && !others && g->cond->kind == X_OP && (g->cond->op == OP_GE || g->cond->op == OP_LT);
  }
}

int schedule_contraction(Schedule *s, int first) {
  Ctx *ctx = s->ctx;
  Plan *p = NEW(ctx, Plan);
  p->s = s;
  p->ctx = ctx;
  p->lanes = s->target->vector_extension && s->target->lanes_f32 > 1 ? s->target->lanes_f32 : 1;
  if (!recognise(p, first)) return 0;
  drop_unit_axes(p);
  if (!split_divided_axes(p) || !addresses(p) || !choose_operands(p) || !choose_lane_axis(p)) return 0;
  find_guards(p);
  while (merge_one(p)) addresses(p);
  if (p->lanes > 1) p->l = var_new(ctx, "l", p->lanes);
  choose_order(p);
  mark_clamped(p);
  if (!choose_runs(p)) return 0;
  Body body = {0};
  Build b = {.p = p};
  outer_loops(&b, &body, 0);
  for (size_t i = 0; i < body.n; i++) vec_push(ctx, s->body, body.at[i]);
  s->note = ctx_printf(ctx, "contraction, tile %d x %d, lanes %s%s%s", p->tile.rows, p->both_vectors ? 1 : p->tile.vectors, p->vec->name, p->tiled ? ", rows " : "", p->tiled ? p->tiled->name : "");
  return p->ntaken;
}
