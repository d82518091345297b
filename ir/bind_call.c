/* The built-in functions of the operator language, by what they look at: tensors and groups as written, compile-time lists, or numbers. */
#include "ir/bind.h"
#include <math.h>

typedef bool (*Structural)(Env *env, const Ast *call, Val *out);

static bool needs(Env *env, const Ast *call, int least, int most) {
  if (call->n >= least && call->n <= most) return true;
  return bind_fail(env->b, E0301, call, "`%s` takes %d argument%s, here are %d", call->name, least, least == 1 ? "" : "s", call->n);
}

static Entity *entity_arg(Env *env, const Ast *call) {
  Env where;
  const Ast *a = call->n ? resolve_name(env, call->arg[0], &where) : NULL;
  Entity *t = a && (a->kind == AST_NAME || a->kind == AST_READ) ? bind_entity(env->b, a->name) : NULL;
  if (!t) bind_fail(env->b, E0301, call, "`%s` needs the name of a tensor", call->name);
  return t;
}

/* ---- tensors and groups as written */
static bool call_has(Env *env, const Ast *call, Val *out) {
  if (!needs(env, call, 1, 1)) return false;
  if (call->arg[0]->kind == AST_NAME || !env->sheet) {
    Entity *t = entity_arg(env, call);
    if (!t) return false;
    *out = val_bool(t->role != ROLE_INPUT || (t->n && t->member[0]->buf));
    return true;
  }
  Val v;
  if (!eval(env, call->arg[0], &v)) return false;
  if (v.kind != VAL_EXPR || !v.empty) *out = val_bool(v.kind != VAL_EMPTY);
  else *out = val_expr(x_op1(env->b->ctx, OP_HAS, v.x), NEVER_EMPTY);
  return true;
}

static bool call_count(Env *env, const Ast *call, Val *out) {
  Entity *t = entity_arg(env, call);
  if (!t) return false;
  *out = val_int(t->n);
  return true;
}

static Tensor *present(Env *env, const Ast *call) {
  Entity *t = entity_arg(env, call);
  if (!t) return NULL;
  if (t->role == ROLE_INPUT && t->n && t->member[0]->buf) return t->member[0];
  bind_fail(env->b, E0301, call, "`%s` needs an input that is present", call->name);
  return NULL;
}

static bool call_rank(Env *env, const Ast *call, Val *out) {
  const Tensor *t = present(env, call);
  if (t) *out = val_int(t->rank);
  return t != NULL;
}

static bool call_dims(Env *env, const Ast *call, Val *out) {
  const Tensor *t = present(env, call);
  if (!t) return false;
  Val *list = NEWN(env->b->ctx, Val, t->rank);
  for (int i = 0; i < t->rank; i++) list[i] = val_int(t->dim[i]);
  *out = val_list(t->rank, list);
  return true;
}

static Val elem_value(Elem e) { return (Val){.kind = VAL_STRING, .s = elem_info(e)->name}; }

static bool call_type(Env *env, const Ast *call, Val *out) {
  if (!needs(env, call, 1, 1) || call->arg[0]->kind != AST_NAME) return bind_fail(env->b, E0301, call, "`type` needs the name of an input");
  Elem e = bind_type_of(env->b, call->arg[0]->name);
  if (e == ELEM_NONE) return bind_fail(env->b, E0403, call, "the input `%s` is missing", call->arg[0]->name);
  *out = elem_value(e);
  return true;
}

static bool call_elem(Env *env, const Ast *call, Val *out) {
  Val v;
  if (!needs(env, call, 1, 1) || !eval_static(env, call->arg[0], &v)) return false;
  while (v.kind == VAL_LIST && v.n) v = v.list[0];
  *out = elem_value(v.kind == VAL_TENSOR ? v.tensor->type.elem : v.kind == VAL_INT ? ELEM_i64 : v.kind == VAL_BOOL ? ELEM_bool : v.kind == VAL_STRING ? ELEM_string : ELEM_f32);
  return true;
}

static bool call_shape(Env *env, const Ast *call, Val *out) {
  Val v;
  if (!needs(env, call, 1, 1) || !eval_static(env, call->arg[0], &v)) return false;
  if (v.kind == VAL_TENSOR) {
    Val *list = NEWN(env->b->ctx, Val, v.tensor->type.rank);
    for (int i = 0; i < v.tensor->type.rank; i++) list[i] = val_int(v.tensor->type.dim[i]);
    *out = val_list(v.tensor->type.rank, list);
  } else if (v.kind == VAL_LIST) {
    Val n = val_int(v.n);
    *out = val_list(1, arena_copy(env->b->ctx->arena, &n, sizeof n));
  } else *out = val_list(0, NULL);
  return true;
}

static bool call_pos(Env *env, const Ast *call, Val *out) {
  int j = env->member >= 0 ? env->member : env->outer;
  if (j < 0) return bind_fail(env->b, E0308, call, "`pos` stands outside a group");
  *out = val_int(j);
  return true;
}

static bool call_before(Env *env, const Ast *call, Val *out) {
  Val v;
  if (!needs(env, call, 1, 1) || !eval_static(env, call->arg[0], &v)) return false;
  v = val_plain(env->b, v);
  if (v.kind != VAL_LIST || env->star < 0 || env->star > v.n) return bind_fail(env->b, E0306, call, "`before` needs the rank of a starred tensor");
  ext_t sum = 0;
  for (int i = 0; i < env->star; i++) {
    ext_t e;
    if (!val_ext(env->b, call, v.list[i], &e)) return false;
    sum = ext_add(env->b->ctx, sum, e);
  }
  *out = val_int(sum);
  return true;
}

static bool static_list(Env *env, const Ast *e, Val *out) {
  if (!eval_static(env, e, out)) return false;
  *out = val_plain(env->b, *out);
  if (out->kind != VAL_LIST) *out = val_list(1, arena_copy(env->b->ctx->arena, out, sizeof *out));
  return true;
}

/* flat(c.., D..): row-major number of a coordinate list; with a third argument the first coordinate runs fastest. */
static bool call_flat(Env *env, const Ast *call, Val *out) {
  Val extent, sum = val_int(0);
  if (!needs(env, call, 2, 3) || !static_list(env, call->arg[1], &extent)) return false;
  for (int i = 0; i < extent.n; i++) {
    Env inner = *env;
    inner.exact = false;
    inner.member = call->n == 3 ? extent.n - 1 - i : i, inner.members = 0;
    Val c, scaled;
    if (!eval(&inner, call->arg[0], &c) || !val_binary(env, call, OP_MUL, sum, extent.list[inner.member], &scaled) || !val_binary(env, call, OP_ADD, scaled, c, &sum)) return false;
  }
  *out = sum;
  return true;
}

static bool call_unflat(Env *env, const Ast *call, Val *out) {
  Val extent, n;
  if (!needs(env, call, 2, 2) || !static_list(env, call->arg[1], &extent)) return false;
  int j = env->member >= 0 ? env->member : env->outer;
  if (j < 0 || j >= extent.n) return bind_fail(env->b, E0308, call, "`unflat` stands outside the group it gives coordinates of");
  Env inner = *env;
  inner.exact = false;
  inner.outer = j;
  inner.member = -1, inner.members = 0;
  if (!eval(&inner, call->arg[0], &n)) return false;
  Val below = val_int(1);
  for (int i = j + 1; i < extent.n; i++)
    if (!val_binary(env, call, OP_MUL, below, extent.list[i], &below)) return false;
  return val_binary(env, call, OP_FDIV, n, below, &n) && val_binary(env, call, OP_MOD, n, extent.list[j], out);
}

static Elem destination(const Env *env) {
  if (env->dest != ELEM_NONE) return env->dest;
  for (size_t i = 0; i < env->b->types.n; i++)
    if (strcmp(env->b->types.at[i].name, "T") == 0) return env->b->types.at[i].elem;
  return ELEM_NONE;
}

static bool limit(Env *env, const Ast *call, bool high, Val *out) {
  Ctx *ctx = env->b->ctx;
  Elem e = destination(env);
  int bits = elem_info(e)->bits;
  const Expr *x;
  switch (elem_info(e)->cls) {
    case 'r': *out = val_real(high ? INFINITY : -INFINITY); return true;
    case 'b': *out = val_bool(high); return true;
    case 'i': x = x_int(ctx, high ? INT64_MAX >> (64 - bits) : INT64_MIN >> (64 - bits)); break;
    case 'u': x = !high ? x_int(ctx, 0) : bits < 64 ? x_int(ctx, ((int64_t)1 << bits) - 1) : x_cast(ctx, OP_CAST, ELEM_u64, x_int(ctx, -1)); break;
    default: return bind_fail(env->b, E0404, call, "`%s` needs a destination of a number type", call->name);
  }
  *out = (Val){.kind = VAL_EXPR, .x = x}; /* no extent: it may be as large as extents' error mark */
  return true;
}
static bool call_lowest(Env *env, const Ast *call, Val *out) { return limit(env, call, false, out); }
static bool call_highest(Env *env, const Ast *call, Val *out) { return limit(env, call, true, out); }

static bool cast_to(Env *env, const Ast *call, Op op, Elem to, Val *out) {
  Env inner = *env;
  inner.exact = false;
  Val v;
  const Expr *x;
  if (!needs(env, call, 1, 1) || !eval(&inner, call->arg[0], &v)) return false;
  if (v.kind == VAL_EMPTY) { *out = v; return true; }
  if (!val_to_expr(env, call, &v, &x)) return false;
  *out = val_expr(x_cast(env->b->ctx, op, to, x), v.kind == VAL_EXPR ? v.empty : NEVER_EMPTY);
  return true;
}

static bool call_sat(Env *env, const Ast *call, Val *out) {
  Elem e = destination(env);
  if (e == ELEM_NONE) return bind_fail(env->b, E0404, call, "`sat` needs a destination with a declared type");
  return cast_to(env, call, OP_SAT, e, out);
}

/* prod sum all any: over the members of the first group in the argument; else over the entries of a compile-time list. */
static bool fold(Env *env, const Ast *call, Op op, Val start, Val *out) {
  if (!needs(env, call, 1, 1)) return false;
  Val total = start;
  Env where;
  const Ast *group = env->sheet ? first_group(env, call->arg[0], &where) : NULL;
  if (group) {
    int n;
    if (!group_length(&where, group, &n)) return false;
    for (int j = 0; j < n; j++) {
      Env inner = *env;
      inner.exact = false;
      inner.member = j, inner.members = 0;
      Val v;
      if (!eval(&inner, call->arg[0], &v) || !val_binary(&inner, call, op, total, v, &total)) return false;
    }
  } else {
    Val list;
    if (!static_list(env, call->arg[0], &list)) return false;
    for (int j = 0; j < list.n; j++)
      if (!val_binary(env, call, op, total, list.list[j], &total)) return false;
  }
  *out = total;
  return true;
}
static bool call_prod(Env *env, const Ast *call, Val *out) { return fold(env, call, OP_MUL, val_int(1), out); }
static bool call_sum(Env *env, const Ast *call, Val *out) { return fold(env, call, OP_ADD, val_int(0), out); }
static bool call_all(Env *env, const Ast *call, Val *out) { return fold(env, call, OP_AND, val_bool(true), out); }
static bool call_any(Env *env, const Ast *call, Val *out) { return fold(env, call, OP_OR, val_bool(false), out); }

static const struct { const char *name; Structural f; } structural[] = {
  {"has", call_has}, {"count", call_count}, {"rank", call_rank}, {"dims", call_dims}, {"type", call_type}, {"elem", call_elem}, {"shape", call_shape},
  {"pos", call_pos}, {"before", call_before}, {"flat", call_flat}, {"unflat", call_unflat}, {"lowest", call_lowest}, {"highest", call_highest}, {"sat", call_sat},
  {"prod", call_prod}, {"sum", call_sum}, {"all", call_all}, {"any", call_any}};

/* ---- compile-time lists: arguments are evaluated whole */
typedef struct Call { Env *env; const Ast *at; Ctx *ctx; int n; Val *arg; } Call;

static bool entry(const Call *c, int i, int64_t *out) { /* argument i as a plain number */
  ext_t e;
  *out = 0;
  if (!val_ext(c->env->b, c->at, c->arg[i], &e)) return false;
  if (!ext_is_const(c->ctx, e)) return bind_fail(c->env->b, E0700, c->at, "`%s` with an extent that depends on the input", c->at->name);
  *out = e;
  return true;
}

static Val as_list(const Call *c, Val v) {
  return v.kind == VAL_LIST ? v : val_list(1, arena_copy(c->ctx->arena, &v, sizeof v));
}

static Val part(Val l, int64_t from, int64_t to) {
  from = from < 0 ? from + l.n : from;
  to = to < 0 ? to + l.n : to;
  from = from < 0 ? 0 : from > l.n ? l.n : from;
  to = to < from ? from : to > l.n ? l.n : to;
  return val_list((int)(to - from), l.list + from);
}

static bool list_len(const Call *c, Val *out) { *out = val_int(c->arg[0].kind == VAL_LIST ? c->arg[0].n : c->arg[0].kind == VAL_ALL ? 0 : 1); return true; }
static bool half(const Call *c, bool high, Val *out) {
  const Val v = c->arg[0];
  *out = v;
  if (v.kind != VAL_LIST) return true;
  if (v.n % 2) return bind_fail(c->env->b, E0308, c->at, "a list of %d entries has no halves", v.n);
  *out = part(v, high ? v.n / 2 : 0, high ? v.n : v.n / 2);
  return true;
}
static bool list_lo(const Call *c, Val *out) { return half(c, false, out); }
static bool list_hi(const Call *c, Val *out) { return half(c, true, out); }

enum { MAX_LIST = 1 << 16 };

static bool list_range(const Call *c, Val *out) {
  int64_t v[3] = {0, 0, 1}, n;
  if (c->n == 1) { if (!entry(c, 0, &v[1])) return false; }
  else for (int i = 0; i < c->n; i++) if (!entry(c, i, &v[i])) return false;
  if (v[2] == 0) return bind_fail(c->env->b, E0301, c->at, "`range` with step 0");
  n = v[2] > 0 ? (v[1] - v[0] + v[2] - 1) / v[2] : (v[0] - v[1] - v[2] - 1) / -v[2];
  if (n > MAX_LIST) return bind_fail(c->env->b, E0701, c->at, "a list of %lld entries", (long long)n);
  if (n < 0) n = 0;
  Val *list = NEWN(c->ctx, Val, n);
  for (int64_t i = 0; i < n; i++) list[i] = val_int(v[0] + i * v[2]);
  *out = val_list((int)n, list);
  return true;
}

static bool list_fill(const Call *c, Val *out) {
  int64_t n;
  if (!entry(c, 0, &n)) return false;
  if (n < 0 || n > MAX_LIST) return bind_fail(c->env->b, E0701, c->at, "a list of %lld entries", (long long)n);
  Val *list = NEWN(c->ctx, Val, n);
  for (int64_t i = 0; i < n; i++) list[i] = c->arg[1];
  *out = val_list((int)n, list);
  return true;
}

static bool list_reverse(const Call *c, Val *out) {
  Val l = as_list(c, c->arg[0]), *list = NEWN(c->ctx, Val, l.n);
  for (int i = 0; i < l.n; i++) list[i] = l.list[l.n - 1 - i];
  *out = val_list(l.n, list);
  return true;
}

static bool list_ones(const Call *c, Val *out) { /* where the entries are 1 */
  Val l = as_list(c, c->arg[0]), *list = NEWN(c->ctx, Val, l.n);
  int n = 0;
  for (int i = 0; i < l.n; i++)
    if (l.list[i].kind == VAL_INT && l.list[i].i == 1) list[n++] = val_int(i);
  *out = val_list(n, list);
  return true;
}

static bool list_copyzero(const Call *c, Val *out) { /* 0 in the first means: the entry of the second */
  Val a = as_list(c, c->arg[0]), b = as_list(c, c->arg[1]), *list = NEWN(c->ctx, Val, a.n);
  for (int i = 0; i < a.n; i++) {
    bool zero = a.list[i].kind == VAL_INT && a.list[i].i == 0;
    if (zero && i >= b.n) return bind_fail(c->env->b, E0308, c->at, "entry %d is 0, which copies an extent, and there are %d", i, b.n);
    list[i] = zero ? b.list[i] : a.list[i];
  }
  *out = val_list(a.n, list);
  return true;
}

static bool list_broadcast(const Call *c, Val *out) {
  Val a = as_list(c, c->arg[0]), b = as_list(c, c->arg[1]);
  int n = a.n > b.n ? a.n : b.n;
  Val *list = NEWN(c->ctx, Val, n);
  for (int i = 0; i < n; i++) {
    ext_t x = 1, y = 1;
    if (i >= n - a.n && !val_ext(c->env->b, c->at, a.list[i - (n - a.n)], &x)) return false;
    if (i >= n - b.n && !val_ext(c->env->b, c->at, b.list[i - (n - b.n)], &y)) return false;
    if (x != 1 && y != 1) {
      Tri same = bind_equal(c->env->b, x, y);
      if (same != TRI_TRUE) return bind_fail(c->env->b, same == TRI_FALSE ? E0302 : E0700, c->at, "the extents at axis %d do not broadcast", i);
    }
    list[i] = val_int(x == 1 ? y : x);
  }
  *out = val_list(n, list);
  return true;
}

static bool list_slice(const Call *c, Val *out) {
  int64_t from, to = INT32_MAX;
  if (!entry(c, 1, &from)) return false;
  if (!(c->arg[2].kind == VAL_REAL && isinf(c->arg[2].r)) && !entry(c, 2, &to)) return false;
  *out = part(as_list(c, c->arg[0]), from, to);
  return true;
}

static bool list_take(const Call *c, Val *out) {
  int64_t n;
  if (!entry(c, 1, &n)) return false;
  *out = part(as_list(c, c->arg[0]), 0, n);
  return true;
}

static bool list_drop(const Call *c, Val *out) {
  int64_t n;
  if (!entry(c, 1, &n)) return false;
  *out = part(as_list(c, c->arg[0]), n, INT32_MAX);
  return true;
}

static bool list_append(const Call *c, Val *out) {
  Val a = as_list(c, c->arg[0]), b = as_list(c, c->arg[1]), *list = NEWN(c->ctx, Val, a.n + b.n);
  for (int i = 0; i < a.n; i++) list[i] = a.list[i];
  for (int i = 0; i < b.n; i++) list[a.n + i] = b.list[i];
  *out = val_list(a.n + b.n, list);
  return true;
}

static bool list_inverse(const Call *c, Val *out) { /* of a permutation */
  Val l = as_list(c, c->arg[0]), *list = NEWN(c->ctx, Val, l.n);
  for (int i = 0; i < l.n; i++) {
    int at = -1;
    for (int j = 0; j < l.n; j++) if (l.list[j].kind == VAL_INT && l.list[j].i == i) at = j;
    if (at < 0) return bind_fail(c->env->b, E0303, c->at, "not a permutation: %d is missing", i);
    list[i] = val_int(at);
  }
  *out = val_list(l.n, list);
  return true;
}

static bool list_scatter(const Call *c, Val *out) { /* scatter(base, axes, v): v at the axes, base elsewhere */
  Val base = as_list(c, c->arg[0]), axes = as_list(c, c->arg[1]), v = c->arg[2], *list = NEWN(c->ctx, Val, base.n);
  for (int i = 0; i < base.n; i++) list[i] = base.list[i];
  for (int i = 0; i < axes.n; i++) {
    ext_t a;
    if (!val_ext(c->env->b, c->at, axes.list[i], &a)) return false;
    if (a < 0) a += base.n;
    if (a < 0 || a >= base.n) return bind_fail(c->env->b, E0303, c->at, "axis %lld of a list of %d", (long long)a, base.n);
    if (v.kind == VAL_LIST && i >= v.n) return bind_fail(c->env->b, E0308, c->at, "lists of %d and %d entries", axes.n, v.n);
    list[a] = v.kind == VAL_LIST ? v.list[i] : v;
  }
  *out = val_list(base.n, list);
  return true;
}

static bool list_aslist(const Call *c, Val *out) { *out = as_list(c, c->arg[0]); return true; }

static const struct { const char *name; int least, most; bool (*f)(const Call *, Val *); } lists[] = {
  {"len", 1, 1, list_len}, {"lo", 1, 1, list_lo}, {"hi", 1, 1, list_hi}, {"range", 1, 3, list_range}, {"fill", 2, 2, list_fill}, {"reverse", 1, 1, list_reverse},
  {"ones", 1, 1, list_ones}, {"copyzero", 2, 2, list_copyzero}, {"broadcast", 2, 2, list_broadcast}, {"slice", 3, 3, list_slice}, {"take", 2, 2, list_take},
  {"drop", 2, 2, list_drop}, {"append", 2, 2, list_append}, {"inverse", 1, 1, list_inverse}, {"scatter", 3, 3, list_scatter}, {"aslist", 1, 1, list_aslist}};

static bool call_list(Env *env, const Ast *call, size_t which, Val *out) {
  if (call->n < lists[which].least || call->n > lists[which].most) return needs(env, call, lists[which].least, lists[which].most);
  Call c = {env, call, env->b->ctx, call->n, NEWN(env->b->ctx, Val, call->n)};
  for (int i = 0; i < call->n; i++) {
    if (!eval_static(env, call->arg[i], &c.arg[i])) return false;
    c.arg[i] = val_plain(env->b, c.arg[i]);
  }
  return lists[which].f(&c, out) && eval_project(env, call, out);
}

/* ---- numbers */
static bool call_minmax(Env *env, const Ast *call, Op op, Val *out) {
  Env inner = *env;
  inner.exact = false;
  if (!needs(env, call, 1, 64) || !eval(&inner, call->arg[0], out)) return false;
  *out = val_plain(env->b, *out);
  if (call->n == 1 && out->kind == VAL_LIST && out->n) {
    Val l = *out;
    *out = l.list[0];
    for (int i = 1; i < l.n; i++)
      if (!val_binary(env, call, op, *out, l.list[i], out)) return false;
  }
  for (int i = 1; i < call->n; i++) {
    Val v;
    if (!eval(&inner, call->arg[i], &v) || !val_binary(env, call, op, *out, v, out)) return false;
  }
  return true;
}

static bool call_number(Env *env, const Ast *call, Val *out) {
  Env inner = *env;
  inner.exact = false;
  Op op;
  Val v[3];
  if (call->n > 3) return bind_fail(env->b, E0301, call, "no function `%s` of %d arguments", call->name, call->n);
  for (int i = 0; i < call->n; i++)
    if (!eval(&inner, call->arg[i], &v[i])) return false;
  if (strcmp(call->name, "clamp") == 0 && call->n == 3) return val_binary(env, call, OP_MAX, v[0], v[1], out) && val_binary(env, call, OP_MIN, *out, v[2], out);
  if (strcmp(call->name, "xor") == 0 && call->n == 2) return val_binary(env, call, OP_NE, v[0], v[1], out);
  bool word = (call->name[0] >= 'a' && call->name[0] <= 'z');
  if (word && op_find(call->name, call->n, &op) && op <= OP_ISINF && op != OP_NEG) return call->n == 1 ? val_unary(env, call, op, v[0], out) : val_binary(env, call, op, v[0], v[1], out);
  return bind_fail(env->b, E0301, call, "no function `%s` of %d argument%s", call->name, call->n, call->n == 1 ? "" : "s");
}

bool eval_call(Env *env, const Ast *call, Val *out) {
  Frame f;
  const Ast *body;
  Env inner = *env;
  if (scope_fn(env->scope, call->name, call->n) && call->n && call_frame(env, call, &f, &body)) { inner.frame = &f; return eval(&inner, body, out); }
  for (size_t i = 0; i < sizeof structural / sizeof *structural; i++)
    if (strcmp(call->name, structural[i].name) == 0) return structural[i].f(env, call, out);
  const Def *def = ein_find_def(env->b->lib, call->name);
  if (def) return def_call(env, call, def, out) && eval_project(env, call, out);
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    if (strcmp(call->name, lists[i].name) == 0) return call_list(env, call, i, out);
  if (call_frame(env, call, &f, &body)) { inner.frame = &f; return eval(&inner, body, out); }
  if (strcmp(call->name, "min") == 0 || strcmp(call->name, "max") == 0) return call_minmax(env, call, call->name[1] == 'i' ? OP_MIN : OP_MAX, out);
  Elem to = strcmp(call->name, "real") == 0 ? ELEM_NONE : elem_find(call->name);
  if (to != ELEM_NONE && env->sheet) return cast_to(env, call, OP_CAST, to, out);
  if (to == ELEM_int) { /* compile time */
    Val v;
    return needs(env, call, 1, 1) && eval(env, call->arg[0], &v) && val_unary(env, call, OP_TRUNC, v, out);
  }
  return call_number(env, call, out);
}

/* floor(n / k) of integers, written with real division: n // k. */
static const Expr *floor_quotient(Ctx *ctx, const Expr *e) {
  const Expr *q = e->kind == X_OP && e->op == OP_FLOOR ? e->arg[0] : NULL;
  if (!q || q->kind != X_OP || q->op != OP_DIV || q->arg[0]->kind != X_OP || q->arg[0]->op != OP_REAL || q->arg[1]->kind != X_REAL) return NULL;
  double k = q->arg[1]->r;
  return k >= 1 && k <= 1 << 30 && k == floor(k) ? x_op2(ctx, OP_FDIV, q->arg[0]->arg[0], x_int(ctx, (int64_t)k)) : NULL;
}

const Expr *to_index(Bind *b, const Expr *e) {
  Ctx *ctx = b->ctx;
  if (e->vk == KIND_BOOL) return x_op3(ctx, OP_SELECT, e, x_int(ctx, 1), x_int(ctx, 0));
  if (e->vk != KIND_REAL) return e;
  if (e->kind == X_REAL) return x_int(ctx, fabs(e->r) < 1e15 ? (int64_t)e->r : e->r < 0 ? -((int64_t)1 << 59) : (int64_t)1 << 59);
  if (e->kind == X_OP) { /* cut inside, where intervals can be seen */
    switch ((Op)e->op) {
      case OP_REAL: return e->arg[0];
      case OP_FLOOR: if (floor_quotient(ctx, e)) return floor_quotient(ctx, e); break;
      case OP_MIN: case OP_MAX: case OP_ELSE: return x_op2(ctx, (Op)e->op, to_index(b, e->arg[0]), to_index(b, e->arg[1]));
      case OP_SELECT: return x_op3(ctx, OP_SELECT, e->arg[0], to_index(b, e->arg[1]), to_index(b, e->arg[2]));
      case OP_IF: return x_op2(ctx, OP_IF, to_index(b, e->arg[0]), e->arg[1]);
      default: break;
    }
  }
  return x_cast(ctx, OP_CAST, ELEM_i64, e);
}
