/* Accesses: the coordinates of X[...] become one index per storage dimension. Placed, permuted and composed ranks are arithmetic here and
 * nothing but indices afterwards. */
#include "ir/bind.h"
#include <math.h>

/* ---- intervals that know symbols */
static bool affine_bounds(Ctx *ctx, const Expr *index, ext_t *lo, ext_t *hi) {
  Aff a;
  if (!x_is_aff(index, &a)) return false;
  *lo = *hi = a.c;
  for (int i = 0; i < a.n; i++) {
    int64_t klo, khi;
    ext_range(ctx, a.term[i].k, &klo, &khi);
    if (klo < 0 && khi > 0) return false;
    ext_t far = ext_mul(ctx, a.term[i].k, ext_sub(ctx, a.term[i].var->extent, 1));
    if (klo >= 0) *hi = ext_add(ctx, *hi, far);
    else *lo = ext_add(ctx, *lo, far);
  }
  return *lo != EXT_ERROR && *hi != EXT_ERROR;
}

static bool is_extent(const Expr *e, ext_t extent) {
  Aff a;
  return x_is_aff(e, &a) && a.n == 0 && a.c == extent;
}

/* Interval of a real expression: coordinates such as floor((o + 0.5) / s). */
static bool real_range(Ctx *ctx, const Expr *e, double *lo, double *hi) {
  int64_t from, to;
  double a, b, c, d;
  if (e->kind == X_REAL) return *lo = *hi = e->r, !isnan(e->r);
  if (e->vk != KIND_REAL) {
    if (!x_range(ctx, e, &from, &to)) return false;
    *lo = (double)from, *hi = (double)to;
    return true;
  }
  if (e->kind != X_OP || !real_range(ctx, e->arg[0], &a, &b)) return false;
  switch ((Op)e->op) {
    case OP_REAL: *lo = a, *hi = b; return true;
    case OP_NEG: *lo = -b, *hi = -a; return true;
    case OP_FLOOR: *lo = floor(a), *hi = floor(b); return true;
    case OP_CEIL: *lo = ceil(a), *hi = ceil(b); return true;
    case OP_ROUND: *lo = nearbyint(a), *hi = nearbyint(b); return true;
    case OP_TRUNC: *lo = trunc(a), *hi = trunc(b); return true;
    case OP_ADD: case OP_SUB: case OP_MUL: case OP_DIV: case OP_MIN: case OP_MAX: break;
    default: return false;
  }
  if (!real_range(ctx, e->arg[1], &c, &d)) return false;
  switch ((Op)e->op) {
    case OP_ADD: *lo = a + c, *hi = b + d; break;
    case OP_SUB: *lo = a - d, *hi = b - c; break;
    case OP_MIN: *lo = fmin(a, c), *hi = fmin(b, d); break;
    case OP_MAX: *lo = fmax(a, c), *hi = fmax(b, d); break;
    default: { /* the corners; a quotient by an interval round 0 has none */
      bool quotient = e->op == OP_DIV;
      if (quotient && c <= 0 && d >= 0) return false;
      const double corner[] = {quotient ? a / c : a * c, quotient ? a / d : a * d, quotient ? b / c : b * c, quotient ? b / d : b * d};
      *lo = *hi = corner[0];
      for (int i = 1; i < 4; i++) *lo = fmin(*lo, corner[i]), *hi = fmax(*hi, corner[i]);
    }
  }
  return !isnan(*lo) && !isnan(*hi);
}

static bool is_op(const Expr *e, Op op) { return e->kind == X_OP && e->op == op; }

static bool surely_below(Ctx *ctx, const Expr *e, ext_t extent) {
  ext_t lo, hi;
  int64_t from, to, least, most;
  double low, high;
  if (affine_bounds(ctx, e, &lo, &hi)) return ext_lt(ctx, hi, extent) == TRI_TRUE;
  if (is_op(e, OP_MIN) && (surely_below(ctx, e->arg[0], extent) || surely_below(ctx, e->arg[1], extent))) return true;
  if (is_op(e, OP_MAX) && surely_below(ctx, e->arg[0], extent) && surely_below(ctx, e->arg[1], extent)) return true;
  if (is_op(e, OP_SELECT) && surely_below(ctx, e->arg[1], extent) && surely_below(ctx, e->arg[2], extent)) return true;
  if (is_op(e, OP_MOD) && is_extent(e->arg[1], extent)) return true;
  if (is_op(e, OP_FDIV) && e->arg[1]->kind == X_INT && e->arg[1]->i > 0 && affine_bounds(ctx, e->arg[0], &lo, &hi) && ext_lt(ctx, ext_fdiv(ctx, hi, e->arg[1]->i), extent) == TRI_TRUE) return true;
  ext_range(ctx, extent, &least, &most);
  if (is_op(e, OP_CAST) && real_range(ctx, e->arg[0], &low, &high)) return high < (double)least;
  return x_range(ctx, e, &from, &to) && to < least;
}

/* Where a modulus is 0 nothing runs: an axis of what is divided has no more trips than some multiple of it. */
static bool positive_where_it_runs(Ctx *ctx, const Expr *x, const Expr *modulus) {
  Aff a, m;
  if (!x_is_aff(x, &a) || !x_is_aff(modulus, &m) || m.n) return false;
  for (int i = 0; i < a.n; i++) {
    ext_t trips = a.term[i].var->extent;
    int64_t lo, most;
    ext_range(ctx, trips, &lo, &most);
    if (most > 0 && ext_le(ctx, trips, ext_mul(ctx, m.c, most)) == TRI_TRUE) return true;
  }
  return false;
}

static bool surely_not_negative(Ctx *ctx, const Expr *e) {
  ext_t lo, hi;
  int64_t from, to;
  double low, high;
  if (affine_bounds(ctx, e, &lo, &hi)) return ext_le(ctx, 0, lo) == TRI_TRUE;
  if (is_op(e, OP_MAX) && (surely_not_negative(ctx, e->arg[0]) || surely_not_negative(ctx, e->arg[1]))) return true;
  if (is_op(e, OP_MIN) && surely_not_negative(ctx, e->arg[0]) && surely_not_negative(ctx, e->arg[1])) return true;
  if (is_op(e, OP_SELECT) && surely_not_negative(ctx, e->arg[1]) && surely_not_negative(ctx, e->arg[2])) return true;
  if (is_op(e, OP_FDIV) && e->arg[1]->kind == X_INT && e->arg[1]->i > 0 && surely_not_negative(ctx, e->arg[0])) return true;
  if (is_op(e, OP_MOD) && affine_bounds(ctx, e->arg[1], &lo, &hi) && ext_lt(ctx, 0, lo) == TRI_TRUE) return true;
  if (is_op(e, OP_MOD) && positive_where_it_runs(ctx, e->arg[0], e->arg[1])) return true;
  if (is_op(e, OP_CAST) && real_range(ctx, e->arg[0], &low, &high)) return low > -1;
  return x_range(ctx, e, &from, &to) && from >= 0;
}

bool surely_inside(Ctx *ctx, const Expr *index, ext_t extent) { return surely_not_negative(ctx, index) && surely_below(ctx, index, extent); }

/* What must hold of extents when running is checked before: what is inside the one is inside the other. */
static bool inside(Bind *b, const Expr *index, ext_t extent) {
  if (surely_inside(b->ctx, index, extent)) return true;
  for (size_t i = 0; i < b->out->require.n; i++) {
    ExtentPair p = b->out->require.at[i];
    if ((p.a == extent && !p.at_most && surely_inside(b->ctx, index, p.b)) || (p.b == extent && surely_inside(b->ctx, index, p.a))) return true;
  }
  return false;
}

static bool surely_outside(Ctx *ctx, const Expr *index, ext_t extent) {
  ext_t lo, hi;
  return affine_bounds(ctx, index, &lo, &hi) && (ext_lt(ctx, hi, 0) == TRI_TRUE || ext_le(ctx, extent, lo) == TRI_TRUE);
}

/* ---- coordinates */
typedef struct Coordinate { const Expr *x; uint8_t empty; bool nothing; } Coordinate;

static bool coordinate(Env *env, const Ast *e, Coordinate *out) {
  Val v;
  if (!eval(env, e, &v)) return false;
  *out = (Coordinate){0};
  if (v.kind == VAL_EMPTY) { out->nothing = true; return true; }
  if (v.kind == VAL_EXPR) out->empty = v.empty;
  if (v.kind == VAL_STRING || v.kind == VAL_ALL) return bind_fail(env->b, E0306, e, "a coordinate is a number");
  if (!val_to_expr(env, e, &v, &out->x)) return false;
  out->x = to_index(env->b, out->x);
  return true;
}

static bool is_capital(const char *s) { return s[0] >= 'A' && s[0] <= 'Z'; }

/* A group walked by its own coordinates aligns at the right, as numpy does, and repeats where the tensor has extent 1. */
static bool walks_group(Env *env, const Ast *e, const Slot *s, Env *where) {
  const Ast *r = resolve_name(env, e, where);
  if (r->kind != AST_GROUP || is_capital(r->name)) return false;
  return !s->rank || !*s->rank || upper_of(env->b, r->name) == s->rank;
}

static bool group_member(Env *env, const Ast *e, const Slot *s, int j, Coordinate *out) {
  Env where;
  if (walks_group(env, e, s, &where)) {
    const Ast *r = resolve_name(env, e, &where);
    int n;
    if (!group_length(&where, r, &n)) return false;
    if (n < s->n) return bind_fail(env->b, E0308, e, "%d coordinates for %d ranks", n, s->n);
    Val v = val_int(0);
    *out = (Coordinate){0};
    if (s->part[j].extent != 1 && !eval_axis(&where, r, r->name, j + n - s->n, &v)) return false;
    return val_to_expr(env, e, &v, &out->x);
  }
  Env inner = *env;
  inner.member = j, inner.members = s->n;
  return coordinate(&inner, e, out);
}

/* A plain variable walks the rank of the same name: extents alone miss swapped ranks. */
static bool check_plain(Env *env, const Ast *e, const Slot *s) {
  Env where;
  const Ast *r = resolve_name(env, e, &where);
  if (!s->rank || !*s->rank || is_capital(r->name ? r->name : "A")) return true;
  if (r->kind == AST_NAME && !s->group && scope_is_coordinate(&where, r->name) && env->sheet->flat != r->name && upper_of(env->b, r->name) != s->rank)
    return bind_fail(env->b, E0306, e, "`%s` walks the rank %s, and stands on the rank %s", r->name, upper_of(env->b, r->name), s->rank);
  if (r->kind == AST_GROUP && s->group && *r->name && upper_of(env->b, r->name) != s->rank)
    return bind_fail(env->b, E0306, e, "`%s..` walks the group %s.., and stands on the group %s..", r->name, upper_of(env->b, r->name), s->rank);
  return true;
}

static void place_coordinate(Ctx *ctx, const Part *p, const Coordinate *c, Access *out) {
  out->empty |= c->empty;
  if (p->dim < 0) return; /* not stored, or repeated */
  const Expr *scaled = x_op2(ctx, OP_MUL, c->x, x_int(ctx, p->scale));
  out->index[p->dim] = out->index[p->dim] ? x_op2(ctx, OP_ADD, out->index[p->dim], scaled) : scaled;
  if (!p->inner || surely_inside(ctx, c->x, p->extent)) return;
  if (surely_outside(ctx, c->x, p->extent)) { out->nothing = true; return; } /* leaving a part of a composed rank would reach its neighbour */
  const Expr *inside = x_op2(ctx, OP_AND, x_op2(ctx, OP_GE, c->x, x_int(ctx, 0)), x_op2(ctx, OP_LT, c->x, x_int(ctx, p->extent)));
  out->guard = out->guard ? x_op2(ctx, OP_AND, out->guard, inside) : inside;
}

bool access_tensor(Env *env, const Ast *e, const Tensor *t, Access *out) {
  Bind *b = env->b;
  *out = (Access){0};
  if (e->n == 1 && e->arg[0]->kind == AST_FLAT) return flat_index(env, e, e->arg[0]->arg[0], t, out);
  if (e->n != t->nslots) return bind_fail(b, E0306, e, "`%s` has %d coordinates here, its pattern has %d", t->name, e->n, t->nslots);
  for (int i = 0; i < e->n; i++) {
    const Slot *s = &t->slot[i];
    const Ast *a = e->arg[i];
    Env inner = *env;
    inner.exact = false;
    if (!check_plain(env, a, s)) return false;
    for (int j = 0; j < s->n; j++) {
      Coordinate c;
      if (s->group) { if (!group_member(&inner, a, s, j, &c)) return false; }
      else {
        inner.outer = env->member >= 0 ? env->member : env->outer;
        inner.member = -1, inner.members = 0;
        if (s->optional && s->part[j].extent == 1) c = (Coordinate){.x = x_int(b->ctx, 0)};
        else if (!coordinate(&inner, a, &c)) return false;
      }
      if (c.nothing) { out->nothing = true; continue; }
      place_coordinate(b->ctx, &s->part[j], &c, out);
    }
  }
  for (int p = 0; p < t->rank; p++) {
    if (!out->index[p]) out->index[p] = x_int(b->ctx, 0);
    if (surely_outside(b->ctx, out->index[p], t->dim[p])) out->nothing = true;
  }
  return true;
}

bool read_tensor(Env *env, const Ast *e, Tensor *t, Val *out) {
  Bind *b = env->b;
  Access a;
  if (!t->buf) return bind_fail(b, E0301, e, "`%s` is read, and nothing writes it", t->name);
  if (!access_tensor(env, e, t, &a)) return false;
  if (a.nothing || t->absent) { *out = (Val){.kind = VAL_EMPTY}; return true; }
  uint8_t empty = a.empty;
  for (int p = 0; p < t->rank && !a.inside; p++)
    if (!inside(b, a.index[p], t->dim[p])) empty |= x_has_load(a.index[p]) ? EMPTY_BY_DATA : EMPTY_BY_RANGE;
  if (t->buf->mask) empty |= EMPTY_BY_RANGE;
  const Expr *x = x_load(b->ctx, t->buf, t->rank, a.index);
  if (a.guard) x = x_op2(b->ctx, OP_IF, x, a.guard), empty |= x_has_load(a.guard) ? EMPTY_BY_DATA : EMPTY_BY_RANGE;
  *out = val_expr(x, empty);
  return true;
}
