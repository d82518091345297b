/* Naive lowering: the nest that defines what a cascade means.
 *
 * A statement becomes loops over its left axes, inside them a register that reduces over the others, and a store. What may be empty
 * is split in two expressions: present(e), whether e has a value, and value(e), which one; so nests know no emptiness. A condition is
 * tested at the outermost loop where it is known, and one that is affine in a loop's variable becomes a bound of that loop.
 *
 * A left side that is not a one-to-one walk of its tensor (s*d + k - p, or S[I[i]]) is filled first and then updated in memory. */
#include "ir/tile.h"

typedef VEC(const Expr *) Exprs;

/* ---- conditions that fold */
static bool is_true(const Expr *e) { int64_t i; return e->vk == KIND_BOOL && x_is_const(e, NULL, &i) && i != 0; }
static bool is_false(const Expr *e) { int64_t i; return e->vk == KIND_BOOL && x_is_const(e, NULL, &i) && i == 0; }

static const Expr *both(Ctx *ctx, const Expr *a, const Expr *b) {
  if (is_true(a) || is_false(b)) return b;
  if (is_true(b) || is_false(a)) return a;
  return x_op2(ctx, OP_AND, a, b);
}

static const Expr *either(Ctx *ctx, const Expr *a, const Expr *b) {
  if (is_true(a) || is_false(b)) return a;
  if (is_true(b) || is_false(a)) return b;
  return x_op2(ctx, OP_OR, a, b);
}

static const Expr *negation(Ctx *ctx, const Expr *a) {
  if (is_true(a) || is_false(a)) return x_bool(ctx, is_false(a));
  return x_op1(ctx, OP_NOT, a);
}

/* ---- bounds */
/* Least and greatest value of an affine form as extents, so that symbols cancel: 0 <= o < n proves o inside n. False when a coefficient's sign is open. */
static bool aff_limits(Ctx *ctx, const Aff *a, ext_t *least, ext_t *greatest) {
  *least = *greatest = a->c;
  for (int t = 0; t < a->n; t++) {
    int64_t lo, hi;
    ext_range(ctx, a->term[t].k, &lo, &hi);
    ext_t reach = ext_mul(ctx, a->term[t].k, ext_sub(ctx, a->term[t].var->extent, 1));
    if (lo >= 0) *greatest = ext_add(ctx, *greatest, reach);
    else if (hi <= 0) *least = ext_add(ctx, *least, reach);
    else return false;
    if (reach == EXT_ERROR || *least == EXT_ERROR || *greatest == EXT_ERROR) return false;
  }
  return true;
}

/* The part of 0 <= index < extent that is not proven. */
static const Expr *inside(Ctx *ctx, const Expr *index, ext_t extent) {
  bool low = false, high = false;
  int64_t lo, hi, extent_lo, extent_hi;
  ext_range(ctx, extent, &extent_lo, &extent_hi);
  if (x_range(ctx, index, &lo, &hi)) low = lo >= 0, high = hi < extent_lo;
  Aff a;
  ext_t least, greatest;
  if (!(low && high) && x_is_aff(index, &a) && aff_limits(ctx, &a, &least, &greatest)) {
    low = low || ext_le(ctx, 0, least) == TRI_TRUE;
    high = high || ext_lt(ctx, greatest, extent) == TRI_TRUE;
  }
  const Expr *from = low ? x_bool(ctx, true) : x_op2(ctx, OP_GE, index, x_int(ctx, 0));
  const Expr *below = high ? x_bool(ctx, true) : x_op2(ctx, OP_LT, index, x_int(ctx, extent));
  return both(ctx, from, below);
}

/* ---- emptiness: present(e) and value(e) */
static const Expr *present(Ctx *ctx, const Expr *e);

/* Meant where present(e) holds. */
static const Expr *value(Ctx *ctx, const Expr *e) {
  if (e->kind != X_LOAD && e->kind != X_OP) return e;
  if (e->kind == X_OP && e->op == OP_IF) return value(ctx, e->arg[0]);
  if (e->kind == X_OP && e->op == OP_HAS) return present(ctx, e->arg[0]);
  if (e->kind == X_OP && e->op == OP_ELSE) {
    const Expr *there = present(ctx, e->arg[0]);
    if (is_true(there)) return value(ctx, e->arg[0]);
    if (is_false(there)) return value(ctx, e->arg[1]);
    return x_op3(ctx, OP_SELECT, there, value(ctx, e->arg[0]), value(ctx, e->arg[1]));
  }
  const Expr *arg[MAX_RANK * 2];
  bool changed = false;
  for (int i = 0; i < e->n; i++) {
    arg[i] = value(ctx, e->arg[i]);
    changed = changed || arg[i] != e->arg[i];
  }
  return changed ? x_rebuild(ctx, e, arg) : e;
}

/* The element of b at index, which may itself be computed from what may be empty: inside the extents, and written. */
static const Expr *element_present(Ctx *ctx, Buf *b, int n, const Expr *const *index) {
  const Expr *at[MAX_RANK * 2], *known = x_bool(ctx, true), *in = x_bool(ctx, true);
  for (int i = 0; i < n; i++) {
    known = both(ctx, known, present(ctx, index[i]));
    at[i] = value(ctx, index[i]);
    in = both(ctx, in, inside(ctx, at[i], b->dim[i]));
  }
  const Expr *there = both(ctx, known, in);
  return b->mask ? both(ctx, there, x_load(ctx, b->mask, n, at)) : there;
}

static const Expr *present(Ctx *ctx, const Expr *e) {
  if (e->kind == X_LOAD) return element_present(ctx, e->buf, e->n, e->arg);
  if (e->kind != X_OP) return x_bool(ctx, true);
  switch (e->op) {
  case OP_HAS: return x_bool(ctx, true);
  case OP_IF: /* the condition first: it may guard the reads of the value */
    return both(ctx, both(ctx, present(ctx, e->arg[1]), value(ctx, e->arg[1])), present(ctx, e->arg[0]));
  case OP_ELSE: {
    const Expr *other = present(ctx, e->arg[1]);
    return is_true(other) ? other : either(ctx, present(ctx, e->arg[0]), other);
  }
  case OP_SELECT: {
    const Expr *cond = value(ctx, e->arg[0]), *a = present(ctx, e->arg[1]), *b = present(ctx, e->arg[2]);
    const Expr *side = is_true(a) && is_true(b) ? a : x_op3(ctx, OP_SELECT, cond, a, b);
    return both(ctx, present(ctx, e->arg[0]), side);
  }
  default: {
    const Expr *all = x_bool(ctx, true);
    for (int i = 0; i < e->n; i++) all = both(ctx, all, present(ctx, e->arg[i]));
    return all;
  }
  }
}

/* ---- loops under conditions */
static void flatten(Ctx *ctx, const Expr *cond, Exprs *list) {
  if (is_true(cond)) return;
  if (cond->kind == X_OP && cond->op == OP_AND) {
    flatten(ctx, cond->arg[0], list);
    flatten(ctx, cond->arg[1], list);
  } else vec_push(ctx, list, cond);
}

/* a >= 0, for a comparison of affine forms; an equation is two of them. */
static int as_affine(Ctx *ctx, const Expr *cond, Aff out[2]) {
  Aff a, b;
  if (cond->kind != X_OP || cond->n != 2 || !x_is_aff(cond->arg[0], &a) || !x_is_aff(cond->arg[1], &b)) return 0;
  Aff up = aff_add(ctx, a, b, -1), down = aff_add(ctx, b, a, -1); /* a - b, b - a */
  switch (cond->op) {
  case OP_GE: out[0] = up; return 1;
  case OP_LE: out[0] = down; return 1;
  case OP_GT: up.c = ext_sub(ctx, up.c, 1), out[0] = up; return 1;
  case OP_LT: down.c = ext_sub(ctx, down.c, 1), out[0] = down; return 1;
  case OP_EQ: out[0] = up, out[1] = down; return 2;
  default: return 0;
  }
}

/* Turns `a >= 0` into a bound of v's loop; a's coefficient of v is a constant other than zero. */
static void clip(Ctx *ctx, const Aff *a, const Var *v, const Expr **lo, const Expr **hi) {
  ext_t k = aff_coef(a, v);
  const Expr *rest = x_aff(ctx, aff_add(ctx, *a, (Aff){.n = 1, .term = &(Term){v, k}}, -1));
  if (k > 0) { /* v >= ceil(-rest / k) */
    const Expr *least = x_op2(ctx, OP_SUB, x_int(ctx, k - 1), rest);
    *lo = x_op2(ctx, OP_MAX, *lo, k == 1 ? least : x_op2(ctx, OP_FDIV, least, x_int(ctx, k)));
  } else { /* v <= floor(rest / -k) */
    const Expr *most = k == -1 ? rest : x_op2(ctx, OP_FDIV, rest, x_int(ctx, -k));
    *hi = x_op2(ctx, OP_MIN, *hi, x_op2(ctx, OP_ADD, most, x_int(ctx, 1)));
  }
}

static bool clips(Ctx *ctx, const Expr *cond, const Var *v, Aff part[2], int *n) {
  *n = as_affine(ctx, cond, part);
  for (int i = 0; i < *n; i++) {
    ext_t k = aff_coef(&part[i], v);
    if (k == 0 || !ext_is_const(ctx, k)) return false;
  }
  return *n > 0;
}

static Body *under(Ctx *ctx, Body *at, const Expr *cond) {
  if (is_true(cond)) return at;
  Stmt *s = s_if(ctx, cond);
  vec_push(ctx, at, s);
  return &s->cond.then;
}

/* Loops over var[0..n) at the end of `at`, with every condition at the outermost place where all its variables, and all conditions that
 * guard its reads, are known. Returns the innermost body, which runs where all conditions hold. */
static Body *loops(Ctx *ctx, Body *at, int n, const Var *const *var, const Exprs *conds) {
  int *level = NEWN(ctx, int, conds->n), deepest = 0;
  for (size_t c = 0; c < conds->n; c++) {
    for (int i = 0; i < n; i++)
      if (x_uses(conds->at[c], var[i])) level[c] = i + 1;
    if (x_has_load(conds->at[c]) && level[c] < deepest) level[c] = deepest;
    if (level[c] > deepest) deepest = level[c];
  }
  for (int l = 0; l <= n; l++) {
    const Expr *lo = x_int(ctx, 0), *hi = l ? x_int(ctx, var[l - 1]->extent) : NULL, *test = x_bool(ctx, true);
    for (size_t c = 0; c < conds->n; c++) {
      if (level[c] != l) continue;
      Aff part[2];
      int parts = 0;
      if (l && clips(ctx, conds->at[c], var[l - 1], part, &parts))
        for (int p = 0; p < parts; p++) clip(ctx, &part[p], var[l - 1], &lo, &hi);
      else test = both(ctx, test, conds->at[c]);
    }
    if (l) {
      Stmt *loop = s_loop(ctx, var[l - 1], lo, hi, LOOP_SEQ);
      vec_push(ctx, at, loop);
      at = &loop->loop.body;
    }
    at = under(ctx, at, test);
  }
  return at;
}

/* ---- the left side */

static ext_t magnitude(const Ctx *ctx, ext_t k) { return ext_is_const(ctx, k) && k < 0 ? -k : k; }

/* A sum of coefficient * axis where each coefficient reaches over all smaller ones: digits of a mixed radix. Marks the axes it uses. */
static bool is_radix(Ctx *ctx, const Aff *a, ext_t dim, const Ein *e, bool *used, bool *covers) {
  if (a->n > MAX_AXES) return false;
  bool done[MAX_AXES] = {false};
  ext_t span = 1, least, greatest; /* the digits so far reach span - 1 at most */
  bool dense = aff_limits(ctx, a, &least, &greatest) && least == 0;
  for (int round = 0; round < a->n; round++) {
    int next = -1; /* the smallest coefficient that is left */
    for (int t = 0; t < a->n; t++)
      if (!done[t] && (next < 0 || ext_le(ctx, magnitude(ctx, a->term[t].k), magnitude(ctx, a->term[next].k)) == TRI_TRUE)) next = t;
    done[next] = true;
    const Var *v = a->term[next].var;
    ext_t k = magnitude(ctx, a->term[next].k);
    if (ext_le(ctx, span, k) != TRI_TRUE) return false;
    dense = dense && k == span;
    span = ext_mul(ctx, k, v->extent);
    for (int i = 0; i < e->naxes; i++) {
      if (e->axis[i] != v) continue;
      if (used[i]) return false;
      used[i] = true;
    }
  }
  *covers = *covers && dense && ext_eq(ctx, span, dim) == TRI_TRUE;
  return true;
}

Left ein_left(Ctx *ctx, const Ein *e) {
  Left left = {true, true};
  bool used[MAX_AXES] = {false};
  for (int d = 0; d < e->out->rank; d++) {
    Aff a;
    if (!x_is_aff(e->index[d], &a) || !is_radix(ctx, &a, e->out->dim[d], e, used, &left.covers)) return (Left){false, false};
  }
  for (int i = 0; i < e->nout; i++)
    if (!used[i] && e->axis[i]->extent != 1) return (Left){false, false};
  return left;
}

/* ---- one statement */
typedef struct Lower {
  Ctx *ctx;
  Kernel *kernel;
  int registers;          /* made so far, for their names */
} Lower;

static Buf *register_new(Lower *l, const char *name, Elem elem) {
  const char *unique = l->registers ? ctx_printf(l->ctx, "%s%d", name, l->registers + 1) : name;
  l->registers++;
  return buf_new(l->ctx, intern(l->ctx, unique), elem, SPACE_REG, 0, NULL);
}

static void store(Ctx *ctx, Body *at, Reduce op, Buf *b, int n, const Expr *const *index, const Expr *v) {
  vec_push(ctx, at, s_store(ctx, op, b, n, index, v));
}

static void fill(Ctx *ctx, Body *at, Buf *b, const Expr *v) {
  const Var *var[MAX_RANK * 2];
  const Expr *index[MAX_RANK * 2];
  for (int i = 0; i < b->rank; i++) {
    var[i] = var_new(ctx, intern(ctx, ctx_printf(ctx, "i%d", i)), b->dim[i]);
    index[i] = x_var(ctx, var[i]);
  }
  store(ctx, loops(ctx, at, b->rank, var, &(Exprs){0}), RED_SET, b, b->rank, index, v);
}

/* What all forms of a statement share. */
typedef struct Form {
  const Ein *ein;
  const Expr *index[MAX_RANK * 2], *value, *there;  /* value(rhs), present(rhs) */
  const Expr *writes;                               /* the left side names an element of out */
  const Expr *identity;                             /* NULL for =, last=, first= */
  int nouter, ninner;
  const Var *outer[MAX_AXES], *inner[MAX_AXES];     /* left and reduced axes, without the iterative one */
  Kind kind;                                        /* of the accumulator */
} Form;

static void mark_written(Lower *l, Body *at, const Form *f, bool yes) {
  Buf *out = f->ein->out;
  if (out->mask) store(l->ctx, at, RED_SET, out->mask, out->rank, f->index, x_bool(l->ctx, yes));
}

static void store_out(Lower *l, Body *at, const Form *f, Reduce op, const Expr *v) {
  store(l->ctx, at, op, f->ein->out, f->ein->out->rank, f->index, v);
  mark_written(l, at, f, true);
}

static Exprs conditions(Lower *l, const Expr *a, const Expr *b) {
  Exprs list = {0};
  flatten(l->ctx, a, &list);
  if (b) flatten(l->ctx, b, &list);
  return list;
}

/* acc = identity; for inner: if present: acc op= value */
static const Expr *reduced(Lower *l, Body *at, const Form *f) {
  Ctx *ctx = l->ctx;
  Buf *acc = register_new(l, "acc", kind_elem(f->kind));
  vec_push(ctx, at, s_reg(ctx, acc));
  store(ctx, at, RED_SET, acc, 0, NULL, f->identity);
  Exprs conds = conditions(l, f->there, NULL);
  store(ctx, loops(ctx, at, f->ninner, f->inner, &conds), f->ein->reduce, acc, 0, NULL, f->value);
  return x_load(ctx, acc, 0, NULL);
}

/* Nothing is reduced, each element is written at most once. */
static void lower_map(Lower *l, const Form *f, Body *into) {
  Ctx *ctx = l->ctx;
  const Ein *e = f->ein;
  const Expr *there = f->there;
  if (e->reduce == RED_FIRST && e->accumulate && e->out->mask)
    there = both(ctx, negation(ctx, x_load(ctx, e->out->mask, e->out->rank, f->index)), there);
  bool marks = !f->identity && e->out->mask && !e->accumulate;
  if (f->identity && !e->accumulate) { /* the identity where nothing is there */
    Exprs writes = conditions(l, f->writes, NULL);
    const Expr *v = is_true(there) ? f->value : is_false(there) ? f->identity : x_op3(ctx, OP_SELECT, there, f->value, f->identity);
    store_out(l, loops(ctx, into, f->nouter, f->outer, &writes), f, RED_SET, v);
  } else if (marks && !is_true(there)) { /* an element that stays unwritten says so */
    Exprs writes = conditions(l, f->writes, NULL);
    Stmt *choice = s_if(ctx, there);
    store_out(l, &choice->cond.then, f, RED_SET, f->value);
    mark_written(l, &choice->cond.other, f, false);
    Body *at = loops(ctx, into, f->nouter, f->outer, &writes);
    vec_push(ctx, at, choice);
  } else {
    Exprs conds = conditions(l, f->writes, there);
    store_out(l, loops(ctx, into, f->nouter, f->outer, &conds), f, f->identity ? e->reduce : RED_SET, f->value);
  }
}

/* last= and first= over reduced axes: the register keeps the value, another whether there was one. */
static void lower_pick(Lower *l, const Form *f, Body *into) {
  Ctx *ctx = l->ctx;
  const Ein *e = f->ein;
  Exprs writes = conditions(l, f->writes, NULL);
  Body *at = loops(ctx, into, f->nouter, f->outer, &writes);
  Buf *pick = register_new(l, "pick", f->kind == KIND_OPAQUE ? e->out->elem : kind_elem(f->kind)), *found = register_new(l, "found", ELEM_bool);
  const Expr *was_found = x_load(ctx, found, 0, NULL);
  vec_push(ctx, at, s_reg(ctx, pick));
  vec_push(ctx, at, s_reg(ctx, found));
  if (f->kind != KIND_OPAQUE) store(ctx, at, RED_SET, pick, 0, NULL, x_zero(ctx, pick->elem)); /* what is not found is not stored */
  bool blocked = e->reduce == RED_FIRST && e->accumulate && e->out->mask; /* by an earlier statement */
  store(ctx, at, RED_SET, found, 0, NULL, blocked ? x_load(ctx, e->out->mask, e->out->rank, f->index) : x_bool(ctx, false));
  Buf *fresh = blocked ? register_new(l, "fresh", ELEM_bool) : found; /* found here, by this statement */
  if (blocked) {
    vec_push(ctx, at, s_reg(ctx, fresh));
    store(ctx, at, RED_SET, fresh, 0, NULL, x_bool(ctx, false));
  }
  Exprs conds = conditions(l, f->there, NULL);
  Body *in = loops(ctx, at, f->ninner, f->inner, &conds);
  if (e->reduce == RED_FIRST) in = under(ctx, in, x_op1(ctx, OP_NOT, was_found)); /* changes in the loops: tested inside them */
  store(ctx, in, RED_SET, pick, 0, NULL, f->value);
  store(ctx, in, RED_SET, found, 0, NULL, x_bool(ctx, true));
  if (blocked) store(ctx, in, RED_SET, fresh, 0, NULL, x_bool(ctx, true));
  Stmt *choice = s_if(ctx, x_load(ctx, fresh, 0, NULL));
  store_out(l, &choice->cond.then, f, RED_SET, x_load(ctx, pick, 0, NULL));
  if (!e->accumulate) mark_written(l, &choice->cond.other, f, false);
  vec_push(ctx, at, choice);
}

/* Elements are met in any order and more than once: updates in memory, over all axes in their order. */
static void lower_scatter(Lower *l, const Form *f, Buf *seen, Body *into) {
  Ctx *ctx = l->ctx;
  const Ein *e = f->ein;
  if (f->identity && f->ninner) { /* the inner sum stays in a register */
    Exprs writes = conditions(l, f->writes, NULL);
    Body *at = loops(ctx, into, f->nouter, f->outer, &writes);
    const Expr *v = reduced(l, at, f);
    store_out(l, at, f, e->reduce, v);
    return;
  }
  const Var *var[2 * MAX_AXES];
  int n = 0;
  for (int i = 0; i < f->nouter; i++) var[n++] = f->outer[i];
  for (int i = 0; i < f->ninner; i++) var[n++] = f->inner[i];
  Exprs conds = conditions(l, f->writes, f->there);
  Body *at = loops(ctx, into, n, var, &conds);
  if (seen) at = under(ctx, at, x_op1(ctx, OP_NOT, x_load(ctx, seen, e->out->rank, f->index)));
  store_out(l, at, f, f->identity ? e->reduce : RED_SET, f->value);
  if (seen && seen != e->out->mask) store(ctx, at, RED_SET, seen, e->out->rank, f->index, x_bool(ctx, true));
}

/* first= into a tensor without a mask needs one of its own, for all statements on that tensor. */
static Buf *seen_mask(Lower *l, const Buf *out, Body *before) {
  const char *name = intern(l->ctx, ctx_printf(l->ctx, "%s_seen", out->name));
  for (size_t i = 0; i < l->kernel->scratch.n; i++)
    if (l->kernel->scratch.at[i]->name == name) return l->kernel->scratch.at[i];
  Buf *seen = buf_new(l->ctx, name, ELEM_bool, SPACE_TEMP, out->rank, out->dim);
  vec_push(l->ctx, &l->kernel->scratch, seen);
  fill(l->ctx, before, seen, x_bool(l->ctx, false));
  return seen;
}

/* `before` is where a fill goes: outside the loop of an iterative rank. */
static bool lower_ein(Lower *l, const Ein *e, const Var *iter, Body *before, Body *into) {
  Ctx *ctx = l->ctx;
  Buf *out = e->out;
  if (e->naxes > MAX_AXES || e->nout > e->naxes) return diag(ctx, E0601, e->place, "a statement on %s has more axes than it may", out->name);
  Form f = {.ein = e, .value = value(ctx, e->rhs), .there = present(ctx, e->rhs)};
  f.kind = f.value->vk;
  if (elem_kind(out->elem) > f.kind) f.kind = elem_kind(out->elem);
  if (e->reduce == RED_AND || e->reduce == RED_OR) f.kind = KIND_BOOL;
  if (f.kind == KIND_BOOL && (e->reduce == RED_ADD || e->reduce == RED_MUL)) f.kind = KIND_INT; /* counts */
  f.identity = reduce_identity(ctx, e->reduce, out->elem, f.kind);
  const Expr *known = x_bool(ctx, true), *in = known;
  for (int d = 0; d < out->rank; d++) {
    known = both(ctx, known, present(ctx, e->index[d]));
    f.index[d] = value(ctx, e->index[d]);
    in = both(ctx, in, inside(ctx, f.index[d], out->dim[d]));
  }
  f.writes = both(ctx, known, in);
  bool on_left = !iter;
  for (int i = 0; i < e->naxes; i++) {
    if (e->axis[i] == iter) on_left = i < e->nout;
    else if (i < e->nout) f.outer[f.nouter++] = e->axis[i];
    else f.inner[f.ninner++] = e->axis[i];
  }
  Left left = ein_left(ctx, e);
  bool direct = left.one_to_one && on_left;
  if (e->reduce == RED_SET) {
    for (int i = 0; i < f.ninner; i++)
      if (f.inner[i]->extent != 1) return diag(ctx, E0601, e->place, "`=` on %s reduces over %s", out->name, f.inner[i]->name);
  }
  Buf *seen = NULL;
  if (!direct && e->reduce == RED_FIRST) {
    seen = out->mask ? out->mask : seen_mask(l, out, before);
  }
  if (!e->accumulate && !(direct && left.covers)) {
    if (f.identity) fill(ctx, before, out, f.identity);
    if (out->mask) fill(ctx, before, out->mask, x_bool(ctx, f.identity != NULL));
  }
  if (!direct) lower_scatter(l, &f, seen, into);
  else if (f.ninner == 0 || e->reduce == RED_SET) {
    for (int i = 0; i < f.ninner; i++) f.outer[f.nouter++] = f.inner[i]; /* of extent 1 */
    lower_map(l, &f, into);
  } else if (!f.identity) lower_pick(l, &f, into);
  else {
    Exprs writes = conditions(l, f.writes, NULL);
    Body *at = loops(ctx, into, f.nouter, f.outer, &writes);
    const Expr *v = reduced(l, at, &f);
    store_out(l, at, &f, e->accumulate ? e->reduce : RED_SET, v);
  }
  return true;
}

static void add_scratch(Lower *l, Buf *b) {
  for (size_t i = 0; i < l->kernel->scratch.n; i++)
    if (l->kernel->scratch.at[i] == b) return;
  vec_push(l->ctx, &l->kernel->scratch, b);
}

bool kernel_lower_naive(Ctx *ctx, Kernel *k) {
  if (k->lowered) return true;
  Lower l = {.ctx = ctx, .kernel = k};
  Body body = {0};
  for (size_t i = 0; i < k->cascade.locals.n; i++) {
    add_scratch(&l, k->cascade.locals.at[i]);
    if (k->cascade.locals.at[i]->mask) add_scratch(&l, k->cascade.locals.at[i]->mask);
  }
  bool good = true;
  for (size_t i = 0; i < k->cascade.steps.n; i++) {
    const Step *step = &k->cascade.steps.at[i];
    if (!step->iter) {
      for (int s = 0; s < step->n; s++) good = lower_ein(&l, step->ein[s], NULL, &body, &body) && good;
      continue;
    }
    Stmt *loop = s_loop(ctx, step->iter, x_int(ctx, 0), x_int(ctx, step->iter->extent), LOOP_SEQ);
    loop->loop.descending = step->descending;
    for (int s = 0; s < step->n; s++) good = lower_ein(&l, step->ein[s], step->iter, &body, &loop->loop.body) && good;
    vec_push(ctx, &body, loop);
  }
  if (!good) return false;
  k->body = body;
  k->lowered = true;
  k->schedule = "naive";
  return true;
}
