/* Values while binding: numbers, strings, lists known when compiling, and expressions of the statement that is being written.
 * Operations fold what is known, lift over lists, and build expressions from the rest; empty passes through. */
#include "ir/bind.h"
#include <math.h>

enum { MAX_ENTRIES = 1 << 16 };

Val val_int(ext_t i) { return (Val){.kind = VAL_INT, .i = i}; }
Val val_bool(bool v) { return (Val){.kind = VAL_BOOL, .i = v}; }
Val val_real(double r) { return (Val){.kind = VAL_REAL, .r = r}; }
Val val_list(int n, const Val *list) { return (Val){.kind = VAL_LIST, .n = n, .list = list}; }

/* Constants stay values, so that they go on folding and choosing. */
Val val_expr(const Expr *x, uint8_t empty) {
  Aff a;
  if (!empty && x->kind == X_REAL) return val_real(x->r);
  if (!empty && x->kind == X_INT && x->vk == KIND_BOOL) return val_bool(x->i != 0);
  if (!empty && x->vk == KIND_INT && x_is_aff(x, &a) && a.n == 0) return val_int(a.c);
  return (Val){.kind = VAL_EXPR, .x = x, .empty = empty};
}

bool val_is_const(const Val *v) {
  if (v->kind != VAL_LIST) return v->kind != VAL_EXPR;
  for (int i = 0; i < v->n; i++)
    if (!val_is_const(&v->list[i])) return false;
  return true;
}

/* A plain number far outside what extents can be (INT64_MAX as "to the end") is cut to the end of their range: every use clamps it to an extent. */
static ext_t cut(int64_t v) {
  const int64_t end = (int64_t)1 << 59;
  return v > end ? end : v < -end ? -end : v;
}

Val val_of_data(const Data *d, bool symbolic, int64_t i) {
  switch (elem_info(d->type.elem)->cls) {
    case 'r': return val_real(data_real(d, i));
    case 'b': return val_bool(data_int(d, i) != 0);
    default: return val_int(symbolic ? data_int(d, i) : cut(data_int(d, i)));
  }
}

Val val_plain(Bind *b, Val v) {
  if (v.kind != VAL_TENSOR || elem_info(v.tensor->type.elem)->cls == 's' || elem_info(v.tensor->type.elem)->cls == 'c') return v;
  const Type *t = &v.tensor->type;
  if (t->rank == 0) return val_of_data(v.tensor, v.symbolic, 0);
  if (t->rank != 1 || t->dim[0] > MAX_ENTRIES) return v;
  Val *list = NEWN(b->ctx, Val, t->dim[0]);
  for (int64_t i = 0; i < t->dim[0]; i++) list[i] = val_of_data(v.tensor, v.symbolic, i);
  return val_list((int)t->dim[0], list);
}

static const char *kind_name(ValKind k) {
  static const char *const name[] = {"nothing", "a truth value", "a number", "a number", "a number", "a string", "`all`", "a list", "a tensor", "a value known only when running"};
  return name[k];
}

static bool undecided(Bind *b, const Ast *at, ext_t x, ext_t y) {
  Str s = str_new(b->ctx);
  ext_print(b->ctx, x, &s);
  str_add(&s, " and ");
  ext_print(b->ctx, y, &s);
  return bind_fail(b, E0700, at, "the text compares the extents %s, and their bounds do not decide it", s.s);
}

static bool tri(Bind *b, const Ast *at, Tri t, ext_t x, ext_t y, bool *out) {
  if (t == TRI_UNKNOWN) return undecided(b, at, x, y);
  *out = t == TRI_TRUE;
  return true;
}

bool val_truth(Env *env, const Ast *at, const Val *v, bool *out) {
  switch (v->kind) {
    case VAL_BOOL: *out = v->i != 0; return true;
    case VAL_INT: if (!tri(env->b, at, ext_eq(env->b->ctx, v->i, 0), v->i, 0, out)) return false; *out = !*out; return true;
    case VAL_REAL: *out = v->r != 0; return true;
    case VAL_LIST: if (v->n == 1) return val_truth(env, at, &v->list[0], out); break;
    default: break;
  }
  return bind_fail(env->b, E0401, at, "%s where a condition known when compiling is needed", kind_name(v->kind));
}

bool val_ext(Bind *b, const Ast *at, Val v, ext_t *out) {
  v = val_plain(b, v);
  switch (v.kind) {
    case VAL_BOOL: case VAL_INT: *out = v.i; break;
    case VAL_REAL:
      if (v.r != floor(v.r) || fabs(v.r) > 1e18) return bind_fail(b, E0301, at, "%g where an integer is needed", v.r);
      *out = (ext_t)v.r;
      break;
    case VAL_RATIO: *out = ext_fdiv(b->ctx, v.i, v.den); break; /* exact where the text divides extents that divide */
    case VAL_LIST: if (v.n == 1) return val_ext(b, at, v.list[0], out); return bind_fail(b, E0308, at, "a list of %d entries where one integer is needed", v.n);
    case VAL_EXPR: return bind_fail(b, E0307, at, "an integer must be known when compiling here");
    default: return bind_fail(b, E0401, at, "%s where an integer is needed", kind_name(v.kind));
  }
  return *out != EXT_ERROR || bind_fail(b, E0701, at, "an extent overflows");
}

bool val_to_expr(Env *env, const Ast *at, const Val *value, const Expr **out) {
  Bind *b = env->b;
  Val v = val_plain(b, *value);
  switch (v.kind) {
    case VAL_BOOL: *out = x_bool(b->ctx, v.i != 0); return true;
    case VAL_INT: *out = x_int(b->ctx, v.i); return true;
    case VAL_REAL: *out = x_real(b->ctx, v.r); return true;
    case VAL_RATIO: *out = x_op2(b->ctx, OP_DIV, x_int(b->ctx, v.i), x_int(b->ctx, v.den)); return true;
    case VAL_EXPR: *out = v.x; return true;
    case VAL_LIST:
      if (v.n == 1) return val_to_expr(env, at, &v.list[0], out);
      return bind_fail(b, E0308, at, "a list of %d entries stands outside a group", v.n);
    default: return bind_fail(b, E0401, at, "%s where a number is needed", kind_name(v.kind));
  }
}

bool val_same(const Val *a, const Val *b) {
  if (a->kind != b->kind) return false;
  switch (a->kind) {
    case VAL_BOOL: case VAL_INT: return a->i == b->i;
    case VAL_REAL: return a->r == b->r;
    case VAL_STRING: return strcmp(a->s, b->s) == 0;
    default: return a->kind == VAL_ALL || a->kind == VAL_EMPTY;
  }
}

void val_print(const Ctx *ctx, const Val *v, Str *out) {
  switch (v->kind) {
    case VAL_BOOL: str_add(out, v->i ? "true" : "false"); break;
    case VAL_INT: ext_print(ctx, v->i, out); break;
    case VAL_REAL: str_real(out, v->r); break;
    case VAL_RATIO: ext_print(ctx, v->i, out), str_add(out, " / "), ext_print(ctx, v->den, out); break;
    case VAL_STRING: str_printf(out, "\"%s\"", v->s); break;
    case VAL_LIST:
      str_add(out, "[");
      for (int i = 0; i < v->n; i++) str_add(out, i ? ", " : ""), val_print(ctx, &v->list[i], out);
      str_add(out, "]");
      break;
    default: str_add(out, kind_name(v->kind)); break;
  }
}

Elem val_elem(const Val *v) {
  if (v->kind == VAL_STRING) return elem_find(v->s);
  if (v->kind == VAL_INT) return elem_from_onnx(v->i);
  return ELEM_NONE;
}

/* ---- numbers */
static double as_real(const Val *v) { return v->kind == VAL_REAL ? v->r : (double)v->i; }
static bool is_whole(const Val *v) { return v->kind == VAL_INT || v->kind == VAL_BOOL; }
static bool is_number(const Val *v) { return is_whole(v) || v->kind == VAL_REAL || v->kind == VAL_RATIO; }

static Val ratio(Ctx *ctx, ext_t n, ext_t d) {
  ext_t q = ext_fdiv(ctx, n, d);
  if (q != EXT_ERROR && ext_mul(ctx, q, d) == n) return val_int(q);
  if (ext_is_const(ctx, n) && ext_is_const(ctx, d)) return val_real((double)n / (double)d);
  return (Val){.kind = VAL_RATIO, .i = n, .den = d};
}

/* A number as n / d, so that symbols can be scaled by 0.5 and the like. */
static bool as_ratio(const Val *v, ext_t *n, ext_t *d) {
  *d = 1;
  if (is_whole(v)) return *n = v->i, true;
  if (v->kind == VAL_RATIO) return *n = v->i, *d = v->den, true;
  for (int k = 1; k <= 1024; k++)
    if (v->r * k == floor(v->r * k) && fabs(v->r * k) < 1e15) return *n = (ext_t)(v->r * k), *d = k, true;
  return false;
}

static bool compares(Op op) { return op >= OP_EQ && op <= OP_GE; }

/* Taken to hold, and checked when running. What two extents are not cannot be checked, so it is not taken. */
static bool assumed(Env *env, Op op, ext_t x, ext_t y) {
  Ctx *ctx = env->b->ctx;
  Tri t = op == OP_EQ ? ext_eq(ctx, x, y) : op == OP_LT || op == OP_GE ? ext_lt(ctx, x, y) : ext_le(ctx, x, y);
  if (!env->assume || t != TRI_UNKNOWN || op == OP_NE) return false;
  bool less = op == OP_LT || op == OP_LE, strict = op == OP_LT || op == OP_GT;
  ext_t low = less || op == OP_EQ ? x : y, high = low == x ? y : x;
  bind_require(env->b, strict ? ext_add(ctx, low, 1) : low, high, op != OP_EQ);
  return true;
}

static bool compare_ext(Env *env, const Ast *at, Op op, ext_t x, ext_t y, Val *out) {
  const Ctx *ctx = env->b->ctx;
  bool r = false;
  if (assumed(env, op, x, y)) return *out = val_bool(true), true;
  switch (op) {
    case OP_EQ: case OP_NE: if (!tri(env->b, at, ext_eq(ctx, x, y), x, y, &r)) return false; r ^= op == OP_NE; break;
    case OP_LT: case OP_GE: if (!tri(env->b, at, ext_lt(ctx, x, y), x, y, &r)) return false; r ^= op == OP_GE; break;
    default: if (!tri(env->b, at, ext_le(ctx, x, y), x, y, &r)) return false; r ^= op == OP_GT; break;
  }
  *out = val_bool(r);
  return true;
}

static bool whole_op(Env *env, const Ast *at, Op op, ext_t x, ext_t y, Val *out) {
  Ctx *ctx = env->b->ctx;
  if (compares(op)) return compare_ext(env, at, op, x, y, out);
  ext_t r;
  switch (op) {
    case OP_ADD: r = ext_add(ctx, x, y); break;
    case OP_SUB: r = ext_sub(ctx, x, y); break;
    case OP_MUL: r = ext_mul(ctx, x, y); break;
    case OP_FDIV: r = ext_fdiv(ctx, x, y); break;
    case OP_MOD: r = ext_mod(ctx, x, y); break;
    case OP_MIN: r = ext_min(ctx, x, y); break;
    case OP_MAX: r = ext_max(ctx, x, y); break;
    case OP_DIV:
      if (y == 0) { *out = val_real(x == 0 ? NAN : x > 0 ? INFINITY : -INFINITY); return true; }
      *out = ratio(ctx, x, y);
      return true;
    default: {
      const Expr *e = x_op2(ctx, op, x_int(ctx, x), x_int(ctx, y));
      *out = val_expr(e, NEVER_EMPTY);
      return true;
    }
  }
  if (r == EXT_ERROR) return bind_fail(env->b, E0701, at, op == OP_FDIV || op == OP_MOD ? "a division by zero, or an extent that overflows" : "an extent overflows");
  *out = val_int(r);
  return true;
}

/* n1/d1 op n2/d2 where symbols are involved. */
static bool ratio_op(Env *env, const Ast *at, Op op, const Val *a, const Val *b, Val *out) {
  Ctx *ctx = env->b->ctx;
  ext_t n1, d1, n2, d2;
  if (!as_ratio(a, &n1, &d1) || !as_ratio(b, &n2, &d2)) return bind_fail(env->b, E0700, at, "an extent that depends on the input meets a number that is no simple fraction");
  int64_t lo, hi;
  ext_range(ctx, d2, &lo, &hi);
  if (op == OP_DIV && lo <= 0) return bind_fail(env->b, E0700, at, "division by an extent that may be zero");
  if (op == OP_MUL || op == OP_DIV) {
    *out = op == OP_MUL ? ratio(ctx, ext_mul(ctx, n1, n2), ext_mul(ctx, d1, d2)) : ratio(ctx, ext_mul(ctx, n1, d2), ext_mul(ctx, d1, n2));
    return true;
  }
  ext_t x = ext_mul(ctx, n1, d2), y = ext_mul(ctx, n2, d1), d = ext_mul(ctx, d1, d2);
  if (compares(op)) return compare_ext(env, at, op, x, y, out);
  switch (op) {
    case OP_ADD: *out = ratio(ctx, ext_add(ctx, x, y), d); return true;
    case OP_SUB: *out = ratio(ctx, ext_sub(ctx, x, y), d); return true;
    case OP_FDIV: return whole_op(env, at, OP_FDIV, x, y, out);
    case OP_MIN: *out = ratio(ctx, ext_min(ctx, x, y), d); return true;
    case OP_MAX: *out = ratio(ctx, ext_max(ctx, x, y), d); return true;
    default: return bind_fail(env->b, E0700, at, "`%s` of a fraction of an extent that depends on the input", op_info(op)->text);
  }
}

static bool is_symbolic(const Bind *b, const Val *v) { return v->kind == VAL_RATIO || (v->kind == VAL_INT && !ext_is_const(b->ctx, v->i)); }

static bool number_op(Env *env, const Ast *at, Op op, const Val *a, const Val *b, Val *out) {
  if (is_whole(a) && is_whole(b)) {
    bool bits = a->kind == VAL_BOOL && b->kind == VAL_BOOL && (op == OP_BAND || op == OP_BOR || op == OP_BXOR);
    if (!whole_op(env, at, op, a->i, b->i, out)) return false;
    if (bits) *out = val_bool(out->i != 0);
    return true;
  }
  if (is_symbolic(env->b, a) || is_symbolic(env->b, b)) return ratio_op(env, at, op, a, b, out);
  double x = as_real(a), y = as_real(b);
  switch (op) {
    case OP_DIV: *out = val_real(x / y); return true;
    case OP_FDIV: *out = val_real(floor(x / y)); return true;
    case OP_MOD: *out = val_real(y == 0 ? NAN : x - y * floor(x / y)); return true;
    default: *out = val_expr(x_op2(env->b->ctx, op, x_real(env->b->ctx, x), x_real(env->b->ctx, y)), NEVER_EMPTY); return true;
  }
}

static bool logic(Env *env, const Ast *at, Op op, const Val *a, const Val *b, Val *out) {
  bool x, y;
  if (!val_truth(env, at, a, &x) || !val_truth(env, at, b, &y)) return false;
  *out = val_bool(op == OP_AND ? x && y : x || y);
  return true;
}

static bool is_zero(const Val *v) { return v->kind == VAL_INT && v->i == 0; }
static bool may_be_empty(const Val *v) { return v->kind == VAL_EXPR && v->empty; }

static bool binary_one(Env *env, const Ast *at, Op op, const Val *a, const Val *b, Val *out) {
  if (a->kind == VAL_EMPTY || b->kind == VAL_EMPTY) { *out = (Val){.kind = VAL_EMPTY}; return true; }
  if (a->kind == VAL_STRING || b->kind == VAL_STRING || a->kind == VAL_ALL || b->kind == VAL_ALL) {
    if (op != OP_EQ && op != OP_NE) return bind_fail(env->b, E0401, at, "`%s` of %s and %s", op_info(op)->text, kind_name(a->kind), kind_name(b->kind));
    *out = val_bool(val_same(a, b) == (op == OP_EQ));
    return true;
  }
  if (a->kind != VAL_EXPR && b->kind != VAL_EXPR) {
    if (op == OP_AND || op == OP_OR) return logic(env, at, op, a, b, out);
    if (is_number(a) && is_number(b)) return number_op(env, at, op, a, b, out);
  }
  /* an exact 0, as `else 0` leaves where an input is absent, takes its product with it */
  if (op == OP_MUL && ((is_zero(a) && !may_be_empty(b)) || (is_zero(b) && !may_be_empty(a)))) { *out = val_int(0); return true; }
  const Expr *x, *y;
  if (!val_to_expr(env, at, a, &x) || !val_to_expr(env, at, b, &y)) return false;
  if (op == OP_DIV && env->exact && x->vk != KIND_REAL && y->vk != KIND_REAL) op = OP_TDIV;
  *out = val_expr(x_op2(env->b->ctx, op, x, y), (uint8_t)((a->kind == VAL_EXPR ? a->empty : 0) | (b->kind == VAL_EXPR ? b->empty : 0)));
  return true;
}

static bool lengths_differ(Bind *b, const Ast *at, int n, int m) {
  Str s = str_new(b->ctx);
  ast_print(at, &s);
  return bind_fail(b, E0308, at, "lists of %d and %d entries meet in `%s`", n, m, s.s);
}

bool val_binary(Env *env, const Ast *at, Op op, Val a, Val b, Val *out) {
  a = val_plain(env->b, a);
  b = val_plain(env->b, b);
  if (a.kind != VAL_LIST && b.kind != VAL_LIST) return binary_one(env, at, op, &a, &b, out);
  int na = a.kind == VAL_LIST ? a.n : 1, nb = b.kind == VAL_LIST ? b.n : 1;
  int n = a.kind != VAL_LIST ? nb : na;
  if (a.kind == VAL_LIST && b.kind == VAL_LIST && na != nb) return lengths_differ(env->b, at, na, nb);
  Val *list = NEWN(env->b->ctx, Val, n);
  for (int i = 0; i < n; i++) {
    Val x = a.kind != VAL_LIST ? a : a.list[i], y = b.kind != VAL_LIST ? b : b.list[i];
    if (!val_binary(env, at, op, x, y, &list[i])) return false;
  }
  *out = val_list(n, list);
  return true;
}

/* ---- one operand */
static bool round_ratio(Env *env, const Ast *at, Op op, const Val *a, Val *out) {
  Ctx *ctx = env->b->ctx;
  ext_t r = op == OP_FLOOR ? ext_fdiv(ctx, a->i, a->den) : op == OP_CEIL ? ext_cdiv(ctx, a->i, a->den) : EXT_ERROR;
  if (r == EXT_ERROR) return bind_fail(env->b, E0700, at, "`%s` of a fraction of an extent that depends on the input", op_info(op)->text);
  *out = val_int(r);
  return true;
}

static bool rounds(Op op) { return op == OP_FLOOR || op == OP_CEIL || op == OP_ROUND || op == OP_TRUNC; }

static bool unary_one(Env *env, const Ast *at, Op op, const Val *a, Val *out) {
  Ctx *ctx = env->b->ctx;
  if (a->kind == VAL_EMPTY) { *out = *a; return true; }
  if (op == OP_NOT && a->kind != VAL_EXPR) {
    bool v;
    if (!val_truth(env, at, a, &v)) return false;
    *out = val_bool(!v);
    return true;
  }
  if (op == OP_NEG && is_number(a)) {
    const Val zero = val_int(0);
    if (a->kind == VAL_REAL) { *out = val_real(-a->r); return true; }
    return number_op(env, at, OP_SUB, &zero, a, out);
  }
  if (rounds(op) && is_whole(a)) { *out = val_int(a->i); return true; }
  if (rounds(op) && a->kind == VAL_RATIO) return round_ratio(env, at, op, a, out);
  if (rounds(op) && a->kind == VAL_REAL && !env->sheet && fabs(a->r) < 1e15) { /* compile time: an integer from here on */
    *out = val_int((ext_t)x_op1(ctx, op, x_real(ctx, a->r))->r);
    return true;
  }
  if ((op == OP_ABS || op == OP_SIGN) && is_symbolic(env->b, a)) {
    int64_t lo, hi;
    ext_range(ctx, a->i, &lo, &hi);
    if (lo <= 0) return bind_fail(env->b, E0700, at, "`%s` of an extent that depends on the input and may be negative", op_info(op)->text);
    *out = op == OP_ABS ? *a : val_int(1);
    return true;
  }
  const Expr *x;
  if (!val_to_expr(env, at, a, &x)) return false;
  *out = val_expr(x_op1(ctx, op, x), a->kind == VAL_EXPR ? a->empty : 0);
  return true;
}

bool val_unary(Env *env, const Ast *at, Op op, Val a, Val *out) {
  a = val_plain(env->b, a);
  if (a.kind != VAL_LIST) return unary_one(env, at, op, &a, out);
  Val *list = NEWN(env->b->ctx, Val, a.n);
  for (int i = 0; i < a.n; i++)
    if (!unary_one(env, at, op, &a.list[i], &list[i])) return false;
  *out = val_list(a.n, list);
  return true;
}
