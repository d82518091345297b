/* Shape arithmetic with symbols: runs a bound cascade over extents instead of numbers.
 *
 * Shape of a tensor with bounded symbols, and what exporters do with it (Gather, Concat, Mul, Div, Cast ...), must be known when compiling though
 * its value is not. The cascade says what to compute whatever the operator is called; here its elements are fractions of extents. Whatever is no
 * such fraction, or depends on a comparison that the symbols' bounds leave open, is given up without a word: the node then runs with the model. */
#include "passes/extents.h"

#include <math.h>

/* n / d with d > 0; bools are 0 and 1. */
typedef struct Ratio { ext_t n, d; } Ratio;
typedef enum Outcome { GIVEN_UP, EMPTY, THERE } Outcome;
typedef struct Cell { Ratio v; bool there; } Cell;
typedef struct Store { const Buf *buf; Cell *cell; int64_t count; } Store;

typedef struct Run {
  Ctx *ctx;
  VEC(Store) stores;
  const Var *var[MAX_AXES + 1];
  int64_t value[MAX_AXES + 1];
  int nvars, depth;
  int64_t steps;
} Run;

enum { MAX_STEPS = 1 << 18, MAX_EXPR_DEPTH = 200 };

/* ---- fractions */

static bool known(ext_t e) { return e != EXT_ERROR; }
static bool positive(Run *r, ext_t e) { return ext_lt(r->ctx, 0, e) == TRI_TRUE; }

static bool reduce_ratio(Run *r, Ratio *v) {
  if (!known(v->n) || !known(v->d)) return false;
  if (ext_lt(r->ctx, v->d, 0) == TRI_TRUE) v->n = ext_sub(r->ctx, 0, v->n), v->d = ext_sub(r->ctx, 0, v->d);
  if (!positive(r, v->d)) return false;
  if (v->d == 1) return true;
  ext_t q = ext_fdiv(r->ctx, v->n, v->d);
  if (known(q) && ext_eq(r->ctx, ext_mul(r->ctx, q, v->d), v->n) == TRI_TRUE) *v = (Ratio){q, 1};
  return true;
}

static Ratio whole(ext_t e) { return (Ratio){e, 1}; }

static bool from_real(double x, Ratio *v) {
  enum { SCALE = 1 << 20 };
  double scaled = x * (double)SCALE;
  if (!isfinite(x) || fabs(scaled) > 0x1p52 || scaled != floor(scaled)) return false;
  int64_t n = (int64_t)scaled, d = SCALE;
  while (d > 1 && n % 2 == 0) n /= 2, d /= 2;
  *v = (Ratio){n, d};
  return true;
}

static bool cut(Run *r, Ratio *v) {
  if (v->d == 1) return true;
  if (ext_le(r->ctx, 0, v->n) == TRI_TRUE) *v = whole(ext_fdiv(r->ctx, v->n, v->d));
  else if (ext_le(r->ctx, v->n, 0) == TRI_TRUE) *v = whole(ext_sub(r->ctx, 0, ext_fdiv(r->ctx, ext_sub(r->ctx, 0, v->n), v->d)));
  else return false;
  return known(v->n);
}

static bool divide(Run *r, Ratio a, Ratio b, Ratio *v) {
  *v = (Ratio){ext_mul(r->ctx, a.n, b.d), ext_mul(r->ctx, a.d, b.n)};
  return reduce_ratio(r, v);
}

static bool compare(Run *r, Op op, Ratio a, Ratio b, Ratio *v) {
  ext_t x = ext_mul(r->ctx, a.n, b.d), y = ext_mul(r->ctx, b.n, a.d);
  if (!known(x) || !known(y)) return false;
  static const struct { Op op; Tri (*test)(const Ctx *, ext_t, ext_t); bool swap, negate; } rows[] = {
      {OP_EQ, ext_eq, false, false}, {OP_NE, ext_eq, false, true}, {OP_LT, ext_lt, false, false},
      {OP_LE, ext_le, false, false}, {OP_GT, ext_lt, true, false}, {OP_GE, ext_le, true, false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (rows[i].op != op) continue;
    Tri t = rows[i].swap ? rows[i].test(r->ctx, y, x) : rows[i].test(r->ctx, x, y);
    *v = whole((t == TRI_TRUE) != rows[i].negate);
    return t != TRI_UNKNOWN;
  }
  return false;
}

static bool extreme(Run *r, Op op, Ratio a, Ratio b, Ratio *v) {
  Ratio less;
  if (compare(r, OP_LE, a, b, &less)) *v = (less.n == 1) == (op == OP_MIN) ? a : b;
  else if (a.d == 1 && b.d == 1) *v = whole(op == OP_MIN ? ext_min(r->ctx, a.n, b.n) : ext_max(r->ctx, a.n, b.n));
  else return false;
  return known(v->n);
}

/* A value as it reads back from element type e: integers are cut, and what may not fit, or would be rounded, is given up. */
static bool as_elem(Run *r, Elem e, Ratio *v) {
  const ElemInfo *info = elem_info(e);
  if (info->cls == 'b') return v->d == 1 && compare(r, OP_NE, *v, whole(0), v);
  if (info->cls != 'r' ? !cut(r, v) : !ext_is_const(r->ctx, v->d) || (v->d & (v->d - 1)) != 0) return false;
  int64_t lo, hi;
  ext_range(r->ctx, v->n, &lo, &hi);
  int bits = info->cls == 'i' ? info->bits - 1 : info->cls == 'u' ? info->bits : e == ELEM_f16 ? 11 : e == ELEM_bf16 ? 8 : info->bits == 32 ? 24 : 53;
  if (info->bits < 16 && info->cls == 'r') return false;
  int64_t limit = bits >= 60 ? INT64_MAX : (int64_t)1 << bits;
  return (info->cls == 'u' ? lo >= 0 : lo >= -limit) && hi < limit;
}

static bool unary(Run *r, const Expr *e, Ratio a, Ratio *v) {
  *v = a;
  switch ((Op)e->op) {
  case OP_REAL: case OP_BCAST: return true;
  case OP_NEG: v->n = ext_sub(r->ctx, 0, a.n); return known(v->n);
  case OP_ABS:
    if (ext_le(r->ctx, 0, a.n) == TRI_TRUE) return true;
    v->n = ext_sub(r->ctx, 0, a.n);
    return known(v->n) && ext_le(r->ctx, 0, v->n) == TRI_TRUE;
  case OP_FLOOR: *v = whole(ext_fdiv(r->ctx, a.n, a.d)); return known(v->n);
  case OP_CEIL: *v = whole(ext_cdiv(r->ctx, a.n, a.d)); return known(v->n);
  case OP_ROUND: return a.d == 1;
  case OP_TRUNC: return cut(r, v);
  case OP_CAST: case OP_SAT: return as_elem(r, e->elem, v);
  case OP_NOT: *v = whole(!a.n); return ext_is_const(r->ctx, a.n);
  case OP_SIGN: return ext_is_const(r->ctx, a.n) && (*v = whole((a.n > 0) - (a.n < 0)), true);
  default: return false;
  }
}

static bool binary(Run *r, Op op, Ratio a, Ratio b, Ratio *v) {
  Ctx *ctx = r->ctx;
  switch (op) {
  case OP_ADD: case OP_SUB:
    v->n = (op == OP_ADD ? ext_add : ext_sub)(ctx, ext_mul(ctx, a.n, b.d), ext_mul(ctx, b.n, a.d));
    v->d = ext_mul(ctx, a.d, b.d);
    return reduce_ratio(r, v);
  case OP_MUL: *v = (Ratio){ext_mul(ctx, a.n, b.n), ext_mul(ctx, a.d, b.d)}; return reduce_ratio(r, v);
  case OP_DIV: return divide(r, a, b, v);
  case OP_TDIV: return divide(r, a, b, v) && cut(r, v);
  case OP_FDIV: return divide(r, a, b, v) && (*v = whole(ext_fdiv(ctx, v->n, v->d)), known(v->n));
  case OP_MOD: return a.d == 1 && b.d == 1 && positive(r, b.n) && (*v = whole(ext_mod(ctx, a.n, b.n)), known(v->n));
  case OP_MIN: case OP_MAX: return extreme(r, op, a, b, v);
  case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE: return compare(r, op, a, b, v);
  default: return false;
  }
}

/* ---- expressions */

static Store *store_of(Run *r, const Buf *b) {
  for (size_t i = 0; i < r->stores.n; i++)
    if (r->stores.at[i].buf == b) return &r->stores.at[i];
  return NULL;
}

static Outcome eval(Run *r, const Expr *e, Ratio *v);

static bool eval_aff(Run *r, const Aff *a, Ratio *v) {
  *v = whole(a->c);
  for (int i = 0; i < a->n; i++) {
    int j = 0;
    while (j < r->nvars && r->var[j] != a->term[i].var) j++;
    if (j == r->nvars) return false;
    v->n = ext_add(r->ctx, v->n, ext_mul(r->ctx, a->term[i].k, r->value[j]));
  }
  return known(v->n);
}

/* The element that the indices name: THERE, EMPTY when outside. */
static Outcome element(Run *r, const Buf *b, const Expr *const *index, int64_t *at) {
  *at = 0;
  bool inside = true;
  for (int i = 0; i < b->rank; i++) {
    Ratio x;
    Outcome o = eval(r, index[i], &x);
    if (o != THERE) return o;
    if (x.d != 1 || !ext_is_const(r->ctx, x.n) || !ext_is_const(r->ctx, b->dim[i])) return GIVEN_UP;
    inside = inside && x.n >= 0 && x.n < b->dim[i];
    if (inside) *at = *at * b->dim[i] + x.n;
  }
  return inside ? THERE : EMPTY;
}

static Outcome eval_load(Run *r, const Expr *e, Ratio *v) {
  const Store *s = store_of(r, e->buf);
  int64_t at;
  if (!s) return GIVEN_UP;
  Outcome o = element(r, e->buf, e->arg, &at);
  if (o != THERE) return o;
  *v = s->cell[at].v;
  return s->cell[at].there ? THERE : EMPTY;
}

/* Operations that do not evaluate all their operands, or look at emptiness. */
static Outcome eval_choice(Run *r, const Expr *e, Ratio *v) {
  Outcome o = eval(r, e->arg[e->op == OP_IF], v);
  if (o == GIVEN_UP) return o;
  switch ((Op)e->op) {
  case OP_HAS: *v = whole(o == THERE); return THERE;
  case OP_ELSE: return o == THERE ? o : eval(r, e->arg[1], v);
  default: break;
  }
  if (o == EMPTY) return o;
  if (!ext_is_const(r->ctx, v->n)) return GIVEN_UP;
  bool yes = v->n != 0;
  switch ((Op)e->op) {
  case OP_IF: return yes ? eval(r, e->arg[0], v) : EMPTY;
  case OP_SELECT: return eval(r, e->arg[yes ? 1 : 2], v);
  case OP_AND: return yes ? eval(r, e->arg[1], v) : THERE;
  default: return yes ? THERE : eval(r, e->arg[1], v); /* OP_OR */
  }
}

static Outcome eval_op(Run *r, const Expr *e, Ratio *v) {
  switch ((Op)e->op) {
  case OP_HAS: case OP_ELSE: case OP_IF: case OP_SELECT: case OP_AND: case OP_OR: return eval_choice(r, e, v);
  default: break;
  }
  Ratio a, b;
  Outcome o = eval(r, e->arg[0], &a);
  if (o != THERE) return o;
  if (e->n == 1) return unary(r, e, a, v) ? THERE : GIVEN_UP;
  o = eval(r, e->arg[1], &b);
  if (o != THERE || e->n > 2) return e->n > 2 ? GIVEN_UP : o;
  return binary(r, (Op)e->op, a, b, v) ? THERE : GIVEN_UP;
}

static Outcome eval(Run *r, const Expr *e, Ratio *v) {
  if (r->depth >= MAX_EXPR_DEPTH || r->steps++ > MAX_STEPS) return GIVEN_UP;
  r->depth++;
  Outcome o = GIVEN_UP;
  switch ((ExprKind)e->kind) {
  case X_INT: *v = whole(e->i), o = THERE; break;
  case X_REAL: o = from_real(e->r, v) ? THERE : GIVEN_UP; break;
  case X_AFF: o = eval_aff(r, &e->aff, v) ? THERE : GIVEN_UP; break;
  case X_LOAD: o = eval_load(r, e, v); break;
  case X_OP: o = eval_op(r, e, v); break;
  }
  r->depth--;
  return o;
}

/* ---- statements */

static bool combine(Run *r, Reduce op, Cell *c, Ratio v) {
  static const Op by[] = {[RED_ADD] = OP_ADD, [RED_MUL] = OP_MUL, [RED_MAX] = OP_MAX, [RED_MIN] = OP_MIN, [RED_AND] = OP_MIN, [RED_OR] = OP_MAX};
  if (c->there && op == RED_FIRST) return true;
  if (c->there && op != RED_SET && op != RED_LAST) return binary(r, by[op], c->v, v, &c->v);
  *c = (Cell){v, true};
  return true;
}

static bool run_point(Run *r, const Ein *e) {
  Ratio v;
  int64_t at;
  Outcome o = element(r, e->out, e->index, &at);
  if (o != THERE) return o == EMPTY;
  o = eval(r, e->rhs, &v);
  return o == EMPTY || (o == THERE && combine(r, e->reduce, &store_of(r, e->out)->cell[at], v));
}

static bool run_axes(Run *r, const Ein *e, int axis, const Var *skip) {
  if (axis == e->naxes) return run_point(r, e);
  if (e->axis[axis] == skip) return run_axes(r, e, axis + 1, skip);
  if (!ext_is_const(r->ctx, e->axis[axis]->extent) || r->nvars > MAX_AXES) return false;
  int slot = r->nvars++;
  r->var[slot] = e->axis[axis];
  bool ok = true;
  for (r->value[slot] = 0; ok && r->value[slot] < e->axis[axis]->extent; r->value[slot]++) ok = ++r->steps <= MAX_STEPS && run_axes(r, e, axis + 1, skip);
  r->nvars--;
  return ok;
}

static bool run_step(Run *r, const Step *s) {
  int64_t turns = 1;
  if (s->iter) {
    if (!ext_is_const(r->ctx, s->iter->extent)) return false;
    turns = s->iter->extent;
    r->var[r->nvars++] = s->iter;
  }
  for (int64_t t = 0; t < turns; t++) {
    if (s->iter) r->value[0] = s->descending ? turns - 1 - t : t;
    for (int i = 0; i < s->n; i++)
      if (++r->steps > MAX_STEPS || !run_axes(r, s->ein[i], 0, s->iter)) return false;
  }
  r->nvars = 0;
  return true;
}

static bool add_store(Run *r, const Buf *b) {
  if (store_of(r, b)) return true;
  int64_t n = 1;
  for (int i = 0; i < b->rank; i++) {
    if (!ext_is_const(r->ctx, b->dim[i]) || b->dim[i] < 0 || b->dim[i] > EXTENTS_MAX) return false;
    n *= b->dim[i];
    if (n > EXTENTS_MAX) return false;
  }
  vec_push(r->ctx, &r->stores, ((Store){b, NEWN(r->ctx, Cell, n), n}));
  return true;
}

static bool fill(Run *r, const Buf *b, const Data *d, bool symbolic) {
  if (!add_store(r, b)) return false;
  Store *s = store_of(r, b);
  for (int64_t i = 0; i < s->count; i++) {
    s->cell[i].there = true;
    if (symbolic) s->cell[i].v = whole(((const ext_t *)d->bytes)[i]);
    else if (elem_info(d->type.elem)->cls != 'r') s->cell[i].v = whole(data_int(d, i));
    else if (!from_real(data_real(d, i), &s->cell[i].v)) return false;
    if (!known(s->cell[i].v.n)) return false;
  }
  return true;
}

/* What the sum, product ... of nothing is. Others stay empty. */
static void start_reduction(Store *s, Reduce op) {
  if (op != RED_ADD && op != RED_MUL && op != RED_AND && op != RED_OR) return;
  for (int64_t i = 0; i < s->count; i++) s->cell[i] = (Cell){whole(op == RED_MUL || op == RED_AND), true};
}

typedef struct Constants { Run *run; bool ok; } Constants;

static void fill_constant(const Expr *load, void *arg) {
  Constants *c = arg;
  if (load->buf->space == SPACE_CONST && load->buf->data && !store_of(c->run, load->buf)) c->ok = fill(c->run, load->buf, load->buf->data, false) && c->ok;
}

static bool prepare(Run *r, const Ein *e) {
  Constants constants = {r, true};
  x_each_load(e->rhs, fill_constant, &constants);
  for (int i = 0; i < e->out->rank; i++) x_each_load(e->index[i], fill_constant, &constants);
  if (!constants.ok) return false;
  if (store_of(r, e->out)) return true;
  if (!add_store(r, e->out)) return false;
  start_reduction(store_of(r, e->out), e->reduce);
  return true;
}

static const Data *result(Run *r, const Buf *b, bool *symbolic) {
  Store *s = store_of(r, b);
  if (!s) return NULL;
  *symbolic = false;
  for (int64_t i = 0; i < s->count; i++) {
    if (!s->cell[i].there || !as_elem(r, b->elem, &s->cell[i].v)) return NULL;
    if (!ext_is_const(r->ctx, s->cell[i].v.n) || !ext_is_const(r->ctx, s->cell[i].v.d)) *symbolic = true;
  }
  Data *d = data_new(r->ctx, *symbolic ? ELEM_i64 : b->elem, b->rank, b->dim);
  for (int64_t i = 0; d && i < s->count; i++) {
    Ratio v = s->cell[i].v;
    if (*symbolic && v.d != 1) return NULL;
    if (*symbolic) ((ext_t *)d->bytes)[i] = v.n;
    else if (elem_info(b->elem)->cls == 'r') data_set_real((void *)d->bytes, b->elem, i, (double)v.n / (double)v.d);
    else data_set_int((void *)d->bytes, b->elem, i, v.n);
  }
  return d;
}

bool extents_eval(Ctx *ctx, const Bound *b, int nin, const BindInput *in, const Data **out, bool *symbolic_out) {
  Run r = {.ctx = ctx};
  for (int i = 0; i < nin; i++)
    if (b->in_buf[i] && in[i].data && !fill(&r, b->in_buf[i], in[i].data, in[i].symbolic)) return false;
  for (size_t i = 0; i < b->cascade.steps.n; i++) {
    const Step *s = &b->cascade.steps.at[i];
    for (int j = 0; j < s->n; j++)
      if (!prepare(&r, s->ein[j])) return false;
  }
  for (size_t i = 0; i < b->cascade.steps.n; i++)
    if (!run_step(&r, &b->cascade.steps.at[i])) return false;
  for (int i = 0; i < b->nout; i++)
    if (b->out_buf[i] && b->out[i].elem != ELEM_NONE && !(out[i] = result(&r, b->out_buf[i], &symbolic_out[i]))) return false;
  return true;
}
