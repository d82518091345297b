/* Expressions: constructors that keep the affine normal form and fold constants, walking, intervals, printing. */
#include "ir/expr.h"
#include <math.h>

static const OpInfo rows[OP_COUNT] = {
#define OP(name, text, arity, rule) [OP_##name] = {#name, text, arity, rule},
#include "ir/op.def"
#undef OP
};

const OpInfo *op_info(Op op) { return &rows[op < OP_COUNT ? op : OP_ADD]; }

bool op_find(const char *text, int arity, Op *op) {
  for (int i = 0; i < OP_COUNT; i++)
    if (rows[i].arity == arity && strcmp(rows[i].text, text) == 0) return *op = (Op)i, true;
  return false;
}

Kind elem_kind(Elem e) {
  switch (elem_info(e)->cls) {
    case 'r': return KIND_REAL;
    case 's': case 'c': return KIND_OPAQUE;
    case 'u': return e == ELEM_u64 ? KIND_UINT : KIND_INT;
    case 'b': return KIND_BOOL;
    default: return KIND_INT;
  }
}

Var *var_new(Ctx *ctx, const char *name, ext_t extent) {
  Var *v = NEW(ctx, Var);
  *v = (Var){intern(ctx, name), extent, ++ctx->next_id};
  return v;
}

Buf *buf_new(Ctx *ctx, const char *name, Elem e, Space s, int rank, const ext_t *dim) {
  Buf *b = NEW(ctx, Buf);
  *b = (Buf){.name = intern(ctx, name), .elem = e, .space = s, .rank = rank, .offset = -1, .id = ++ctx->next_id};
  for (int i = 0; i < rank; i++) b->dim[i] = dim[i];
  return b;
}

void buf_print_type(const Ctx *ctx, const Buf *b, Str *out) {
  if (b->record) { type_print(ctx, b->record, out); return; }
  str_add(out, elem_info(b->elem)->name);
  ext_print_list(ctx, b->rank, b->dim, out);
}

/* ---- affine forms */
static Expr *leaf(Ctx *ctx, ExprKind kind, Kind vk) {
  Expr *e = NEW(ctx, Expr);
  e->kind = (uint8_t)kind;
  e->vk = (uint8_t)vk;
  return e;
}

const Expr *x_int(Ctx *ctx, ext_t v) {
  bool plain = ext_is_const(ctx, v);
  Expr *e = leaf(ctx, plain ? X_INT : X_AFF, KIND_INT);
  if (plain) e->i = v;
  else e->aff.c = v;
  return e;
}

const Expr *x_bool(Ctx *ctx, bool v) {
  Expr *e = leaf(ctx, X_INT, KIND_BOOL);
  e->i = v;
  return e;
}

const Expr *x_real(Ctx *ctx, double v) {
  Expr *e = leaf(ctx, X_REAL, KIND_REAL);
  e->r = v;
  return e;
}

const Expr *x_var(Ctx *ctx, const Var *v) {
  Term *t = NEW(ctx, Term);
  *t = (Term){v, 1};
  return x_aff(ctx, (Aff){0, 1, t});
}

const Expr *x_aff(Ctx *ctx, Aff a) {
  for (int i = 1; i < a.n; i++)
    for (int j = i; j > 0 && a.term[j].var->id < a.term[j - 1].var->id; j--) { Term t = a.term[j]; a.term[j] = a.term[j - 1]; a.term[j - 1] = t; }
  int n = 0;
  for (int i = 0; i < a.n; i++) {
    if (n && a.term[n - 1].var == a.term[i].var) a.term[n - 1].k = ext_add(ctx, a.term[n - 1].k, a.term[i].k);
    else a.term[n++] = a.term[i];
    if (a.term[n - 1].k == 0) n--;
  }
  a.n = n;
  if (!n) return x_int(ctx, a.c);
  Expr *e = leaf(ctx, X_AFF, KIND_INT);
  e->aff = a;
  return e;
}

bool x_is_aff(const Expr *e, Aff *a) {
  if (e->kind == X_AFF) *a = e->aff;
  else if (e->kind == X_INT && e->vk != KIND_BOOL) *a = (Aff){.c = e->i};
  else return false;
  return true;
}

Aff aff_add(Ctx *ctx, Aff a, Aff b, ext_t kb) {
  Aff r = {.c = ext_add(ctx, a.c, ext_mul(ctx, b.c, kb)), .term = NEWN(ctx, Term, a.n + b.n)};
  for (int i = 0, j = 0; i < a.n || j < b.n;) {
    Term t;
    if (j >= b.n || (i < a.n && a.term[i].var->id < b.term[j].var->id)) t = a.term[i++];
    else {
      t = (Term){b.term[j].var, ext_mul(ctx, b.term[j].k, kb)};
      if (i < a.n && a.term[i].var == b.term[j].var) t.k = ext_add(ctx, t.k, a.term[i++].k);
      j++;
    }
    if (t.k != 0) r.term[r.n++] = t;
  }
  return r;
}

ext_t aff_coef(const Aff *a, const Var *v) {
  for (int i = 0; i < a->n; i++)
    if (a->term[i].var == v) return a->term[i].k;
  return 0;
}

static bool aff_valid(const Aff *a) { /* no coefficient overflowed */
  if (a->c == EXT_ERROR) return false;
  for (int i = 0; i < a->n; i++)
    if (a->term[i].k == EXT_ERROR) return false;
  return true;
}

bool x_is_const(const Expr *e, double *r, int64_t *i) {
  if (e->kind == X_INT) {
    if (i) *i = e->i;
    if (r) *r = e->vk == KIND_UINT ? (double)(uint64_t)e->i : (double)e->i;
    return true;
  }
  if (e->kind == X_REAL) {
    if (r) *r = e->r;
    if (i) *i = 0;
    return r != NULL;
  }
  return false;
}

/* ---- operations */
static const Expr *op_node(Ctx *ctx, Op op, Kind vk, Elem elem, int n, const Expr *const *arg) {
  Expr *e = leaf(ctx, X_OP, vk);
  e->op = (uint8_t)op;
  e->elem = vk == KIND_OPAQUE ? arg[op == OP_SELECT]->elem : elem;
  e->n = n;
  e->arg = NEWN(ctx, const Expr *, n);
  for (int i = 0; i < n; i++) e->arg[i] = arg[i];
  return e;
}

static const Expr *to_real(Ctx *ctx, const Expr *a) {
  if (a->vk == KIND_REAL || a->vk == KIND_OPAQUE) return a; /* opaque: misused, which x_misused finds */
  double v;
  if (x_is_const(a, &v, NULL)) return x_real(ctx, v);
  return op_node(ctx, OP_REAL, KIND_REAL, ELEM_NONE, 1, &a);
}

static const Expr *to_int(Ctx *ctx, const Expr *a) { /* bool -> int: the same tree, read as 0 or 1 */
  if (a->vk != KIND_BOOL) return a;
  if (a->kind == X_INT) return x_int(ctx, a->i);
  const Expr *const arg[] = {a, x_int(ctx, 1), x_int(ctx, 0)};
  return op_node(ctx, OP_SELECT, KIND_INT, ELEM_NONE, 3, arg);
}

static const Expr *to_bool(Ctx *ctx, const Expr *a) {
  if (a->vk == KIND_BOOL || a->vk == KIND_OPAQUE) return a;
  return x_op2(ctx, OP_NE, a, a->vk == KIND_REAL ? x_real(ctx, 0) : x_int(ctx, 0));
}

static const Expr *to_kind(Ctx *ctx, const Expr *a, Kind k) {
  if (k == KIND_REAL) return to_real(ctx, a);
  if (k == KIND_BOOL) return to_bool(ctx, a);
  if (k == KIND_OPAQUE) return a;
  a = to_int(ctx, a);
  if (a->vk == k || a->vk == KIND_REAL || k == KIND_INT) return a;
  if (a->kind == X_INT) { Expr *u = leaf(ctx, X_INT, KIND_UINT); u->i = a->i; return u; }
  return a; /* a signed operand of an unsigned operation is read modulo 2^64 */
}


/* Integer operations on constants; false: leave the tree. Wrapping, division by zero and shifts as op.def says. */
static bool fold_int(Op op, int64_t a, int64_t b, int64_t *r) {
  switch (op) {
    case OP_ADD: *r = (int64_t)((uint64_t)a + (uint64_t)b); return true;
    case OP_SUB: *r = (int64_t)((uint64_t)a - (uint64_t)b); return true;
    case OP_MUL: *r = (int64_t)((uint64_t)a * (uint64_t)b); return true;
    case OP_TDIV: *r = b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b; return true;
    case OP_FDIV: *r = b == 0 ? 0 : b == -1 ? (int64_t)(0 - (uint64_t)a) : floor_div(a, b); return true;
    case OP_MOD: *r = b == 0 || b == -1 ? 0 : a - b * floor_div(a, b); return true;
    case OP_MIN: *r = a < b ? a : b; return true;
    case OP_MAX: *r = a > b ? a : b; return true;
    case OP_BAND: *r = a & b; return true;
    case OP_BOR: *r = a | b; return true;
    case OP_BXOR: *r = a ^ b; return true;
    case OP_EQ: *r = a == b; return true;
    case OP_NE: *r = a != b; return true;
    case OP_LT: *r = a < b; return true;
    case OP_LE: *r = a <= b; return true;
    case OP_GT: *r = a > b; return true;
    case OP_GE: *r = a >= b; return true;
    default: return false;
  }
}

static bool fold_real(Op op, double a, double b, double *r) {
  switch (op) {
    case OP_ADD: *r = a + b; return true;
    case OP_SUB: *r = a - b; return true;
    case OP_MUL: *r = a * b; return true;
    case OP_DIV: *r = a / b; return true;
    case OP_MIN: *r = isnan(a) || isnan(b) ? NAN : a < b ? a : b; return true;
    case OP_MAX: *r = isnan(a) || isnan(b) ? NAN : a > b ? a : b; return true;
    case OP_NEG: *r = -a; return true;
    case OP_ABS: *r = fabs(a); return true;
    case OP_FLOOR: *r = floor(a); return true;
    case OP_CEIL: *r = ceil(a); return true;
    case OP_ROUND: *r = nearbyint(a); return true;
    case OP_TRUNC: *r = trunc(a); return true;
    case OP_SQRT: *r = sqrt(a); return true;
    default: return false;
  }
}

static bool compare(Op op) { return op >= OP_EQ && op <= OP_GE; }

/* A comparison of affine forms that intervals decide. */
static bool decide(Ctx *ctx, Op op, const Expr *a, const Expr *b, bool *r) {
  Aff x, y;
  if (!x_is_aff(a, &x) || !x_is_aff(b, &y)) return false;
  Aff d = aff_add(ctx, x, y, -1);
  if (!aff_valid(&d)) return false;
  int64_t lo, hi;
  const Expr *diff = x_aff(ctx, d);
  if (!x_range(ctx, diff, &lo, &hi)) return false;
  switch (op) {
    case OP_LT: if (hi < 0) return *r = true, true; if (lo >= 0) return *r = false, true; return false;
    case OP_LE: if (hi <= 0) return *r = true, true; if (lo > 0) return *r = false, true; return false;
    case OP_GT: if (lo > 0) return *r = true, true; if (hi <= 0) return *r = false, true; return false;
    case OP_GE: if (lo >= 0) return *r = true, true; if (hi < 0) return *r = false, true; return false;
    case OP_EQ: if (lo == 0 && hi == 0) return *r = true, true; if (lo > 0 || hi < 0) return *r = false, true; return false;
    case OP_NE: if (lo == 0 && hi == 0) return *r = false, true; if (lo > 0 || hi < 0) return *r = true, true; return false;
    default: return false;
  }
}

const Expr *x_op1(Ctx *ctx, Op op, const Expr *a) {
  char rule = rows[op].rule;
  if (op == OP_REAL) return to_real(ctx, a);
  if (op == OP_NOT) {
    a = to_bool(ctx, a);
    if (a->kind == X_INT) return x_bool(ctx, !a->i);
    if (a->kind == X_OP && a->op == OP_NOT) return a->arg[0];
    return op_node(ctx, op, KIND_BOOL, ELEM_NONE, 1, &a);
  }
  if ((op == OP_ISNAN || op == OP_ISINF) && a->vk != KIND_REAL) return x_bool(ctx, false);
  if (rule == 'r' || op == OP_ISNAN || op == OP_ISINF) a = to_real(ctx, a);
  else if (a->vk == KIND_BOOL && op != OP_HAS && op != OP_BCAST) a = to_int(ctx, a);
  if (a->vk != KIND_REAL && (op == OP_FLOOR || op == OP_CEIL || op == OP_ROUND || op == OP_TRUNC)) return a;
  if (op == OP_NEG && a->vk == KIND_INT) return x_op2(ctx, OP_SUB, x_int(ctx, 0), a);
  double r, v;
  if (a->kind == X_REAL && fold_real(op, a->r, 0, &r)) return x_real(ctx, r);
  if (a->kind == X_REAL && (op == OP_ISNAN || op == OP_ISINF)) return x_bool(ctx, op == OP_ISNAN ? isnan(a->r) : isinf(a->r));
  if (a->kind == X_REAL && op == OP_SIGN) return x_real(ctx, isnan(a->r) ? a->r : (a->r > 0) - (a->r < 0));
  if (a->kind == X_INT && a->vk == KIND_INT && x_is_const(a, &v, NULL)) {
    if (op == OP_ABS) return x_int(ctx, a->i < 0 ? (int64_t)(0 - (uint64_t)a->i) : a->i);
    if (op == OP_SIGN) return x_int(ctx, (a->i > 0) - (a->i < 0));
    if (op == OP_BNOT) return x_int(ctx, ~a->i);
  }
  Kind vk = rule == 'r' ? KIND_REAL : rule == 'b' ? KIND_BOOL : (Kind)a->vk;
  return op_node(ctx, op, vk, ELEM_NONE, 1, &a);
}

static Kind widest(const Expr *a, const Expr *b) {
  Kind k = a->vk > b->vk ? (Kind)a->vk : (Kind)b->vk;
  return k == KIND_BOOL ? KIND_INT : k;
}

static bool is_number(const Expr *e, double want) {
  double v;
  return x_is_const(e, &v, NULL) && v == want && e->vk != KIND_BOOL && !(want == 0 && signbit(v));
}

/* x*1, x+0, and the like: exact for every x. */
static const Expr *neutral(Op op, const Expr *a, const Expr *b) {
  if (op == OP_MUL && is_number(b, 1)) return a;
  if (op == OP_MUL && is_number(a, 1)) return b;
  if (op == OP_DIV && is_number(b, 1)) return a;
  if ((op == OP_SUB || (op == OP_ADD && a->vk != KIND_REAL)) && is_number(b, 0)) return a;
  if (op == OP_ADD && a->vk != KIND_REAL && is_number(a, 0)) return b;
  if (op == OP_ADD && a->vk == KIND_REAL && is_number(b, 0)) return a; /* -0 + 0 is 0, not -0: a sign of zero nobody asked for */
  if (op == OP_ADD && a->vk == KIND_REAL && is_number(a, 0)) return b;
  if (op == OP_POW && is_number(b, 1)) return a;
  return NULL;
}

/* A number that is 0, where a value like `of` is wanted: `else 0` among texts is the empty text. */
static const Expr *as_opaque(Ctx *ctx, const Expr *a, const Expr *of) {
  double v;
  return a->vk != KIND_OPAQUE && x_is_const(a, &v, NULL) && v == 0 ? x_zero(ctx, of->elem) : a;
}

const Expr *x_zero(Ctx *ctx, Elem e) {
  switch (elem_kind(e)) {
    case KIND_BOOL: return x_bool(ctx, false);
    case KIND_REAL: return x_real(ctx, 0);
    case KIND_OPAQUE: break;
    default: return x_int(ctx, 0);
  }
  Buf *b = buf_new(ctx, e == ELEM_string ? "empty" : "zero", e, SPACE_CONST, 0, NULL);
  Data *d = data_new(ctx, e, 0, NULL);
  if (e == ELEM_string) *(const char **)(uintptr_t)d->bytes = intern(ctx, "");
  b->data = d;
  return x_load(ctx, b, 0, NULL);
}

const Expr *x_misused(const Expr *e) {
  int opaque = 0;
  if (e->kind != X_LOAD && e->kind != X_OP) return NULL;
  for (int i = 0; i < e->n; i++) {
    const Expr *inside = x_misused(e->arg[i]);
    if (inside) return inside;
    opaque += e->arg[i]->vk == KIND_OPAQUE;
  }
  if (!opaque) return NULL;
  if (e->kind == X_LOAD) return e;
  switch ((Op)e->op) {
    case OP_IF: return e->arg[1]->vk == KIND_OPAQUE ? e : NULL;
    case OP_HAS: case OP_BCAST: return NULL;
    case OP_SELECT: return opaque == 2 && e->arg[1]->elem == e->arg[2]->elem && e->arg[0]->vk == KIND_BOOL ? NULL : e;
    case OP_ELSE: return opaque == 2 && e->arg[0]->elem == e->arg[1]->elem ? NULL : e;
    case OP_EQ: case OP_NE: return opaque == 2 && e->arg[0]->elem == ELEM_string && e->arg[1]->elem == ELEM_string ? NULL : e;
    default: return e;
  }
}

const Expr *x_op2(Ctx *ctx, Op op, const Expr *a, const Expr *b) {
  if (op == OP_AND || op == OP_OR) {
    a = to_bool(ctx, a);
    b = to_bool(ctx, b);
    bool absorbs = op == OP_OR;
    if (a->kind == X_INT) return (a->i != 0) == absorbs ? a : b;
    if (b->kind == X_INT) return (b->i != 0) == absorbs ? b : a;
    if (x_equal(a, b)) return a;
    return op_node(ctx, op, KIND_BOOL, ELEM_NONE, 2, (const Expr *const[]){a, b});
  }
  if (op == OP_IF) {
    b = to_bool(ctx, b);
    if (b->kind == X_INT && b->i) return a;
    return op_node(ctx, op, (Kind)a->vk, ELEM_NONE, 2, (const Expr *const[]){a, b});
  }
  if (a->vk == KIND_OPAQUE || b->vk == KIND_OPAQUE) {
    if (op == OP_ELSE) a = as_opaque(ctx, a, b), b = as_opaque(ctx, b, a);
    return op_node(ctx, op, compare(op) ? KIND_BOOL : (Kind)a->vk, ELEM_NONE, 2, (const Expr *const[]){a, b});
  }
  bool bools = a->vk == KIND_BOOL && b->vk == KIND_BOOL;
  Kind k = rows[op].rule == 'r' ? KIND_REAL : rows[op].rule == '1' ? (a->vk == KIND_BOOL ? KIND_INT : (Kind)a->vk) : widest(a, b);
  if (op == OP_ELSE && bools) k = KIND_BOOL;
  if (bools && (op == OP_EQ || op == OP_NE || op == OP_MIN || op == OP_MAX || op == OP_BAND || op == OP_BOR || op == OP_BXOR)) k = KIND_BOOL;
  a = to_kind(ctx, a, k);
  b = to_kind(ctx, b, k == KIND_REAL || k == KIND_BOOL ? k : rows[op].rule == '1' && b->vk == KIND_REAL ? KIND_REAL : k);
  Kind result = compare(op) ? KIND_BOOL : k;
  if (op != OP_ELSE && k == KIND_INT && a->kind == X_INT && b->kind == X_INT) {
    int64_t r;
    if (fold_int(op, a->i, b->i, &r)) return result == KIND_BOOL ? x_bool(ctx, r) : x_int(ctx, r);
  }
  if (op != OP_ELSE && k == KIND_REAL && a->kind == X_REAL && b->kind == X_REAL) {
    double r;
    if (fold_real(op, a->r, b->r, &r)) return x_real(ctx, r);
    if (compare(op)) {
      bool t[] = {[OP_EQ - OP_EQ] = a->r == b->r, [OP_NE - OP_EQ] = a->r != b->r, [OP_LT - OP_EQ] = a->r < b->r, [OP_LE - OP_EQ] = a->r <= b->r, [OP_GT - OP_EQ] = a->r > b->r, [OP_GE - OP_EQ] = a->r >= b->r};
      return x_bool(ctx, t[op - OP_EQ]);
    }
  }
  const Expr *n = k == KIND_BOOL ? NULL : neutral(op, a, b);
  if (n) return n;
  Aff x, y;
  if (k == KIND_INT && x_is_aff(a, &x) && x_is_aff(b, &y)) {
    Aff sum = {.c = EXT_ERROR};
    if (op == OP_ADD || op == OP_SUB) sum = aff_add(ctx, x, y, op == OP_ADD ? 1 : -1);
    if (op == OP_MUL && y.n == 0) sum = aff_add(ctx, (Aff){0}, x, y.c);
    if (op == OP_MUL && x.n == 0) sum = aff_add(ctx, (Aff){0}, y, x.c);
    if (x.n == 0 && y.n == 0) { /* symbols */
      ext_t (*f)(Ctx *, ext_t, ext_t) = op == OP_FDIV ? ext_fdiv : op == OP_MOD ? ext_mod : op == OP_MIN ? ext_min : op == OP_MAX ? ext_max : NULL;
      if (f) sum.c = f(ctx, x.c, y.c);
    }
    if (aff_valid(&sum)) return x_aff(ctx, sum);
    bool r;
    if (compare(op) && decide(ctx, op, a, b, &r)) return x_bool(ctx, r);
    int64_t lo, hi; /* x % n and x // n where x is known to lie in [0, n) */
    if ((op == OP_MOD || op == OP_FDIV) && y.n == 0 && ext_is_const(ctx, y.c) && y.c > 0 && x_range(ctx, a, &lo, &hi) && lo >= 0 && hi < y.c) return op == OP_MOD ? a : x_int(ctx, 0);
  }
  if (k == KIND_INT && (op == OP_MIN || op == OP_MAX)) { /* one is never the other's rival */
    int64_t alo, ahi, blo, bhi;
    if (x_range(ctx, a, &alo, &ahi) && x_range(ctx, b, &blo, &bhi)) {
      if (ahi <= blo) return op == OP_MIN ? a : b;
      if (bhi <= alo) return op == OP_MIN ? b : a;
    }
  }
  return op_node(ctx, op, result, ELEM_NONE, 2, (const Expr *const[]){a, b});
}

const Expr *x_op3(Ctx *ctx, Op op, const Expr *c, const Expr *a, const Expr *b) {
  c = to_bool(ctx, c);
  if (a->vk == KIND_OPAQUE || b->vk == KIND_OPAQUE) a = as_opaque(ctx, a, b), b = as_opaque(ctx, b, a);
  else if (!(a->vk == KIND_BOOL && b->vk == KIND_BOOL)) {
    Kind k = widest(a, b);
    a = to_kind(ctx, a, k);
    b = to_kind(ctx, b, k);
  }
  if (c->kind == X_INT) return c->i ? a : b;
  if (x_equal(a, b)) return a;
  return op_node(ctx, op, (Kind)a->vk, ELEM_NONE, 3, (const Expr *const[]){c, a, b});
}

const Expr *x_cast(Ctx *ctx, Op op, Elem to, const Expr *a) {
  Kind k = elem_kind(to);
  if (a->kind == X_REAL && k == KIND_REAL) return x_real(ctx, elem_round(to, a->r));
  if (a->kind == X_REAL && k == KIND_INT && op == OP_CAST) {
    int64_t v;
    data_set_real(&v, ELEM_i64, 0, a->r);
    uint8_t bytes[8] = {0};
    data_set_int(bytes, to, 0, v);
    return x_int(ctx, data_int(&(Data){.type = {.elem = to}, .bytes = bytes}, 0));
  }
  if (k == KIND_BOOL) return to_bool(ctx, a);
  if (k == KIND_REAL && (to == ELEM_f64 || to == ELEM_real)) return to_real(ctx, a);
  if (a->vk == KIND_BOOL) a = to_int(ctx, a);
  Aff x;
  if (k == KIND_INT && a->vk == KIND_INT && (to == ELEM_i64 || to == ELEM_int || (x_is_aff(a, &x)))) {
    int64_t lo, hi;
    int bits = elem_info(to)->bits;
    bool is_unsigned = elem_info(to)->cls == 'u';
    if (bits == 64) return a;
    if (x_range(ctx, a, &lo, &hi) && lo >= (is_unsigned ? 0 : -((int64_t)1 << (bits - 1))) && hi <= (is_unsigned ? ((int64_t)1 << bits) - 1 : ((int64_t)1 << (bits - 1)) - 1)) return a;
  }
  return op_node(ctx, op, k, to, 1, &a);
}

const Expr *x_load(Ctx *ctx, Buf *b, int n, const Expr *const *index) {
  Expr *e = leaf(ctx, X_LOAD, elem_kind(b->elem));
  if (e->vk == KIND_OPAQUE) e->elem = b->elem;
  e->buf = b;
  e->n = n;
  e->arg = NEWN(ctx, const Expr *, n);
  for (int i = 0; i < n; i++) e->arg[i] = index[i];
  return e;
}

/* ---- walking */
bool x_equal(const Expr *a, const Expr *b) {
  if (a == b) return true;
  if (a->kind != b->kind || a->vk != b->vk) return false;
  switch ((ExprKind)a->kind) {
    case X_INT: return a->i == b->i;
    case X_REAL: return memcmp(&a->r, &b->r, sizeof a->r) == 0;
    case X_AFF:
      if (a->aff.c != b->aff.c || a->aff.n != b->aff.n) return false;
      for (int i = 0; i < a->aff.n; i++)
        if (a->aff.term[i].var != b->aff.term[i].var || a->aff.term[i].k != b->aff.term[i].k) return false;
      return true;
    case X_LOAD: case X_OP:
      if (a->op != b->op || a->elem != b->elem || a->n != b->n || a->buf != b->buf) return false;
      for (int i = 0; i < a->n; i++)
        if (!x_equal(a->arg[i], b->arg[i])) return false;
      return true;
  }
  return false;
}

bool x_uses(const Expr *e, const Var *v) {
  if (e->kind == X_AFF) return aff_coef(&e->aff, v) != 0;
  for (int i = 0; i < e->n; i++)
    if (x_uses(e->arg[i], v)) return true;
  return false;
}

bool x_has_load(const Expr *e) {
  if (e->kind == X_LOAD) return true;
  for (int i = 0; i < e->n; i++)
    if (x_has_load(e->arg[i])) return true;
  return false;
}

void x_each_load(const Expr *e, void (*f)(const Expr *load, void *arg), void *arg) {
  if (e->kind == X_LOAD) f(e, arg);
  for (int i = 0; i < e->n; i++) x_each_load(e->arg[i], f, arg);
}

const Expr *x_rebuild(Ctx *ctx, const Expr *e, const Expr *const *arg) {
  if (e->kind == X_LOAD) return x_load(ctx, e->buf, e->n, arg);
  if (e->op == OP_CAST || e->op == OP_SAT) return x_cast(ctx, (Op)e->op, e->elem, arg[0]);
  if (e->n == 1) return x_op1(ctx, (Op)e->op, arg[0]);
  if (e->n == 2) return x_op2(ctx, (Op)e->op, arg[0], arg[1]);
  return x_op3(ctx, (Op)e->op, arg[0], arg[1], arg[2]);
}

const Expr *x_map(Ctx *ctx, const Expr *e, const Expr *(*f)(Ctx *ctx, const Expr *e, void *arg), void *arg) {
  if (e->kind == X_LOAD || e->kind == X_OP) {
    const Expr *small[8], **args = e->n <= 8 ? small : NEWN(ctx, const Expr *, e->n);
    bool changed = false;
    for (int i = 0; i < e->n; i++) {
      args[i] = x_map(ctx, e->arg[i], f, arg);
      changed |= args[i] != e->arg[i];
    }
    if (changed) e = x_rebuild(ctx, e, args);
  }
  return f(ctx, e, arg);
}

typedef struct Subst { int n; const Var *const *vars; const Expr *const *by; } Subst;

static const Expr *subst_one(Ctx *ctx, const Expr *e, void *arg) {
  const Subst *s = arg;
  if (e->kind != X_AFF) return e;
  bool any = false;
  for (int i = 0; i < s->n; i++) any |= aff_coef(&e->aff, s->vars[i]) != 0;
  if (!any) return e;
  const Expr *sum = x_int(ctx, e->aff.c);
  for (int i = 0; i < e->aff.n; i++) {
    const Term *t = &e->aff.term[i];
    const Expr *v = NULL;
    for (int j = 0; j < s->n; j++)
      if (s->vars[j] == t->var) v = s->by[j];
    if (!v) v = x_var(ctx, t->var);
    sum = x_op2(ctx, OP_ADD, sum, x_op2(ctx, OP_MUL, v, x_int(ctx, t->k)));
  }
  return sum;
}

const Expr *x_subst(Ctx *ctx, const Expr *e, int n, const Var *const *vars, const Expr *const *by) {
  return x_map(ctx, e, subst_one, &(Subst){n, vars, by});
}

/* ---- intervals */
static int64_t saturate(int64_t a, int64_t b, bool product) {
  int64_t r;
  bool over = product ? __builtin_mul_overflow(a, b, &r) : __builtin_add_overflow(a, b, &r);
  if (!over) return r;
  return (product ? (a < 0) != (b < 0) : a < 0) ? INT64_MIN / 4 : INT64_MAX / 4;
}

/* Sums of two such intervals do not wrap. What is not near may, and then lies anywhere; INT64_MIN / 4 and INT64_MAX / 4 also stand for an end that is not known. */
static bool is_near(int64_t lo, int64_t hi) { return lo > INT64_MIN / 4 && hi < INT64_MAX / 4; }
static int64_t farthest(int64_t lo, int64_t hi) { return -lo > hi ? -lo : hi; }

/* The values themselves, where a constant is short: the tables indices are made of. */
static bool small_table(const Data *d, int64_t *lo, int64_t *hi) {
  enum { LOOK_AT = 4096 };
  int64_t bits = elem_info(d->type.elem)->bits, n = bits ? (int64_t)d->nbytes * 8 / bits : 0;
  if (bits < 8 || n < 1 || n > LOOK_AT) return false;
  *lo = *hi = data_int(d, 0);
  for (int64_t i = 1; i < n; i++) {
    int64_t v = data_int(d, i);
    if (v < *lo) *lo = v;
    if (v > *hi) *hi = v;
  }
  return true;
}

bool x_range(const Ctx *ctx, const Expr *e, int64_t *lo, int64_t *hi) {
  if (e->vk == KIND_BOOL) { *lo = e->kind == X_INT ? e->i : 0; *hi = e->kind == X_INT ? e->i : 1; return true; }
  if (e->vk != KIND_INT) return false;
  if (e->kind == X_INT) { *lo = *hi = e->i; return true; }
  if (e->kind == X_AFF) {
    ext_range(ctx, e->aff.c, lo, hi);
    for (int i = 0; i < e->aff.n; i++) {
      int64_t klo, khi, nlo, n;
      ext_range(ctx, e->aff.term[i].k, &klo, &khi);
      ext_range(ctx, e->aff.term[i].var->extent, &nlo, &n);
      n = n > 0 ? n - 1 : 0;
      int64_t a = saturate(klo, n, true), b = saturate(khi, n, true);
      *lo = saturate(*lo, a < 0 ? a : 0, false);
      *hi = saturate(*hi, b > 0 ? b : 0, false);
    }
    return true;
  }
  if (e->kind == X_LOAD && e->buf->data && small_table(e->buf->data, lo, hi)) return true;
  if (e->kind == X_LOAD) {
    int bits = elem_info(e->buf->elem)->bits;
    if (bits >= 64) return false;
    bool is_unsigned = elem_info(e->buf->elem)->cls != 'i';
    *lo = is_unsigned ? 0 : -((int64_t)1 << (bits - 1));
    *hi = is_unsigned ? ((int64_t)1 << bits) - 1 : ((int64_t)1 << (bits - 1)) - 1;
    return true;
  }
  int64_t alo, ahi, blo, bhi;
  Op op = (Op)e->op;
  const Expr *a = e->arg[op == OP_SELECT], *b = e->n > 1 ? e->arg[op == OP_SELECT ? 2 : 1] : NULL;
  bool ra = x_range(ctx, a, &alo, &ahi), rb = b && x_range(ctx, b, &blo, &bhi);
  switch (op) {
    case OP_MIN:
      if (!ra && !rb) return false;
      *hi = !ra ? bhi : !rb ? ahi : ahi < bhi ? ahi : bhi;
      *lo = !ra || !rb ? INT64_MIN / 4 : alo < blo ? alo : blo;
      return true;
    case OP_MAX:
      if (!ra && !rb) return false;
      *lo = !ra ? blo : !rb ? alo : alo > blo ? alo : blo;
      *hi = !ra || !rb ? INT64_MAX / 4 : ahi > bhi ? ahi : bhi;
      return true;
    case OP_SELECT: case OP_ELSE:
      if (!ra || !rb) return false;
      *lo = alo < blo ? alo : blo;
      *hi = ahi > bhi ? ahi : bhi;
      return true;
    case OP_IF: case OP_BCAST:
      *lo = alo, *hi = ahi;
      return ra;
    case OP_MOD:
      if (!rb || blo <= 0) return false;
      *lo = 0;
      *hi = bhi - 1;
      if (ra && alo >= 0 && ahi < *hi) *hi = ahi;
      return true;
    case OP_FDIV:
      if (!ra || !rb || blo != bhi || blo <= 0) return false;
      *lo = floor_div(alo, blo), *hi = floor_div(ahi, blo);
      return true;
    case OP_ADD: case OP_SUB:
      if (!ra || !rb || !is_near(alo, ahi) || !is_near(blo, bhi)) return false;
      *lo = alo + (op == OP_ADD ? blo : -bhi);
      *hi = ahi + (op == OP_ADD ? bhi : -blo);
      return true;
    case OP_MUL: {
      int64_t most;
      if (!ra || !rb || !is_near(alo, ahi) || !is_near(blo, bhi) || __builtin_mul_overflow(farthest(alo, ahi), farthest(blo, bhi), &most)) return false;
      int64_t c[] = {saturate(alo, blo, true), saturate(alo, bhi, true), saturate(ahi, blo, true), saturate(ahi, bhi, true)};
      *lo = *hi = c[0];
      for (int i = 1; i < 4; i++) { if (c[i] < *lo) *lo = c[i]; if (c[i] > *hi) *hi = c[i]; }
      return true;
    }
    case OP_ABS:
      if (!ra || !is_near(alo, ahi)) return false;
      *lo = alo > 0 ? alo : ahi < 0 ? -ahi : 0;
      *hi = -alo > ahi ? -alo : ahi;
      return true;
    case OP_CAST: case OP_SAT: {
      int bits = elem_info(e->elem)->bits;
      if (bits >= 64) { *lo = alo, *hi = ahi; return ra; }
      bool is_unsigned = elem_info(e->elem)->cls != 'i';
      *lo = is_unsigned ? 0 : -((int64_t)1 << (bits - 1));
      *hi = is_unsigned ? ((int64_t)1 << bits) - 1 : ((int64_t)1 << (bits - 1)) - 1;
      return true;
    }
    default: return false;
  }
}

/* ---- text */
static void print_aff(const Ctx *ctx, const Aff *a, Str *out) {
  for (int i = 0; i < a->n; i++) {
    ext_t k = a->term[i].k;
    bool plain = ext_is_const(ctx, k);
    if (i && !(plain && k < 0)) str_add(out, "+");
    if (plain && k == -1) str_add(out, "-");
    else if (k != 1) {
      bool parens = !plain;
      if (parens) str_add(out, "(");
      ext_print(ctx, k, out);
      str_add(out, parens ? ")*" : "*");
    }
    str_add(out, a->term[i].var->name);
  }
  if (!a->n || a->c != 0) {
    if (a->n && !(ext_is_const(ctx, a->c) && a->c < 0)) str_add(out, "+");
    bool parens = !ext_is_const(ctx, a->c);
    if (parens) str_add(out, "(");
    ext_print(ctx, a->c, out);
    if (parens) str_add(out, ")");
  }
}

/* Binding strength of what prints infix; calls and leaves bind tightest. */
static int strength(const Expr *e) {
  if (e->kind == X_AFF) return e->aff.n + (e->aff.c != 0) > 1 || (e->aff.n && e->aff.term[0].k != 1) ? 6 : 9;
  if (e->kind == X_INT) return e->i < 0 ? 6 : 9;
  if (e->kind == X_REAL) return signbit(e->r) ? 6 : 9;
  if (e->kind != X_OP) return 9;
  switch ((Op)e->op) {
    case OP_ELSE: case OP_IF: return 1;
    case OP_OR: return 2;
    case OP_AND: return 3;
    case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE: return 4;
    case OP_BAND: case OP_BOR: case OP_BXOR: case OP_SHL: case OP_SHR: return 5;
    case OP_ADD: case OP_SUB: return 6;
    case OP_MUL: case OP_DIV: case OP_FDIV: case OP_MOD: return 7;
    case OP_POW: return 8;
    default: return 9;
  }
}

static void print_at(const Ctx *ctx, const Expr *e, int least, Str *out) {
  bool parens = strength(e) < least;
  if (parens) str_add(out, "(");
  x_print(ctx, e, out);
  if (parens) str_add(out, ")");
}

void x_print(const Ctx *ctx, const Expr *e, Str *out) {
  switch ((ExprKind)e->kind) {
    case X_INT: str_printf(out, e->vk == KIND_BOOL ? (e->i ? "true" : "false") : "%lld", (long long)e->i); return;
    case X_REAL: str_real(out, e->r); return;
    case X_AFF: print_aff(ctx, &e->aff, out); return;
    case X_LOAD:
      str_add(out, e->buf->name);
      str_add(out, "[");
      for (int i = 0; i < e->n; i++) {
        if (i) str_add(out, ",");
        x_print(ctx, e->arg[i], out);
      }
      str_add(out, "]");
      return;
    case X_OP: break;
  }
  const char *text = rows[e->op].text;
  int s = strength(e);
  if (s < 9) { /* infix: ELSE groups to the right, and `a if c else b` needs no parentheses; the others group to the left */
    bool choice = e->op == OP_ELSE && e->arg[0]->kind == X_OP && e->arg[0]->op == OP_IF;
    print_at(ctx, e->arg[0], s == 1 && !choice ? 2 : s, out);
    str_add(out, s == 7 ? "" : " ");
    str_add(out, text);
    str_add(out, s == 7 ? "" : " ");
    print_at(ctx, e->arg[1], s == 1 ? (e->op == OP_IF ? 2 : 1) : s + 1, out);
    return;
  }
  if (e->op == OP_CAST || e->op == OP_SAT) {
    if (e->op == OP_SAT) str_add(out, "sat_");
    str_add(out, elem_info(e->elem)->name);
  } else str_add(out, text);
  str_add(out, "(");
  for (int i = 0; i < e->n; i++) {
    if (i) str_add(out, ", ");
    x_print(ctx, e->arg[i], out);
  }
  str_add(out, ")");
}
