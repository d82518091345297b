/* $i, the row-major number of an element: Y[$i] = X[$i]. Where the extents of both sides have a common refinement ([6,4] and [2,12] refine to
 * [2,3,4]), the loop runs over the refinement and every index stays affine; otherwise the number is taken apart with // and %. */
#include "ir/bind.h"

enum { MAX_ATOMS = MAX_AXES };
typedef struct Atoms { int n; ext_t extent[MAX_ATOMS]; } Atoms;

static bool divides(Ctx *ctx, ext_t a, ext_t b, ext_t *quotient) { /* a divides b */
  if (a == 0) return false;
  *quotient = ext_fdiv(ctx, b, a);
  return *quotient != EXT_ERROR && ext_mul(ctx, *quotient, a) == b;
}

static bool take(Atoms *r, ext_t e) {
  if (r->n == MAX_ATOMS) return false;
  r->extent[r->n++] = e;
  return true;
}

/* The coarsest list of extents that both lists are groupings of; false when there is none. */
static bool refine(Ctx *ctx, const Atoms *a, int rank, const ext_t *dim, Atoms *out) {
  Atoms r = {0};
  int i = a->n, j = rank;
  ext_t x = 1, y = 1, q;
  for (;;) { /* from the right: x and y are what is left of the current extents */
    while (x == 1 && i > 0) x = a->extent[--i];
    while (y == 1 && j > 0) y = dim[--j];
    if (x == 1 && y == 1) break;
    if (x == 1 || y == 1) return false;
    if (x == y) { if (!take(&r, x)) return false; x = y = 1; }
    else if (divides(ctx, x, y, &q)) { if (!take(&r, x)) return false; x = 1; y = q; }
    else if (divides(ctx, y, x, &q)) { if (!take(&r, y)) return false; y = 1; x = q; }
    else return false;
  }
  out->n = r.n;
  for (int k = 0; k < r.n; k++) out->extent[k] = r.extent[r.n - 1 - k];
  return true;
}

static ext_t product(Ctx *ctx, int n, const ext_t *e) {
  ext_t p = 1;
  for (int i = 0; i < n; i++) p = ext_mul(ctx, p, e[i]);
  return p;
}

/* Indices of t from the atoms: each extent of t is a run of atoms. */
static bool index_by_atoms(Ctx *ctx, const Sheet *s, const Tensor *t, const Expr **index) {
  int k = s->natoms;
  for (int p = t->rank; p-- > 0;) {
    index[p] = x_int(ctx, 0);
    ext_t done = 1;
    while (done != t->dim[p]) {
      if (k == 0) return false;
      k--;
      index[p] = x_op2(ctx, OP_ADD, index[p], x_op2(ctx, OP_MUL, x_var(ctx, s->atom[k]), x_int(ctx, done)));
      ext_t next = ext_mul(ctx, done, s->atom_extent[k]), rest;
      if (next == EXT_ERROR || !divides(ctx, next, t->dim[p], &rest)) return false;
      done = next;
    }
  }
  return k == 0;
}

bool flat_index(Env *env, const Ast *at, const Ast *number, const Tensor *t, Access *out) {
  Bind *b = env->b;
  Ctx *ctx = b->ctx;
  Sheet *s = env->sheet;
  bool whole = number->kind == AST_NAME && s->flat == number->name;
  out->inside = whole; /* a tensor that $i runs over has as many elements as the left one (flat_fits) */
  if (whole && index_by_atoms(ctx, s, t, out->index)) return true;
  Env inner = *env;
  inner.exact = false;
  Val v;
  const Expr *n;
  if (!eval(&inner, number, &v)) return false;
  if (v.kind == VAL_EMPTY) { out->nothing = true; return true; }
  if (!val_to_expr(env, at, &v, &n)) return false;
  n = to_index(b, n);
  if (v.kind == VAL_EXPR) out->empty |= v.empty;
  ext_t below = 1;
  for (int p = t->rank; p-- > 0;) {
    const Expr *q = below == 1 ? n : x_op2(ctx, OP_FDIV, n, x_int(ctx, below));
    out->index[p] = p || (whole && !surely_inside(ctx, q, t->dim[p])) ? x_op2(ctx, OP_MOD, q, x_int(ctx, t->dim[p])) : q;
    below = ext_mul(ctx, below, t->dim[p]);
  }
  if (t->rank == 0 && !surely_inside(ctx, n, 1)) out->empty |= EMPTY_BY_RANGE;
  return true;
}

/* Tensors of the right side that are read by [$i]. */
static void flat_reads(const Bind *b, const Ast *e, const char *flat, int depth, int *n, const Tensor **list) {
  if (e->kind == AST_READ && e->n == 1 && e->arg[0]->kind == AST_FLAT && e->arg[0]->arg[0]->kind == AST_NAME && e->arg[0]->arg[0]->name == flat) {
    const Entity *t = bind_entity(b, e->name);
    if (t && t->n && !t->star && t->member[0]->buf && *n < MAX_AXES) list[(*n)++] = t->member[0];
  }
  for (int i = 0; i < e->n && depth < 64; i++) flat_reads(b, e->arg[i], flat, depth + 1, n, list);
}

static bool same_count(Bind *b, const Ast *at, const Tensor *x, const Tensor *y) {
  ext_t m = product(b->ctx, x->rank, x->dim), n = product(b->ctx, y->rank, y->dim);
  if (m == EXT_ERROR || n == EXT_ERROR) return bind_fail(b, E0701, at, "a number of elements overflows");
  Tri same = bind_equal(b, m, n);
  if (same == TRI_TRUE) return true;
  Str s = str_new(b->ctx);
  str_printf(&s, "`%s` has ", x->name);
  ext_print(b->ctx, m, &s);
  str_printf(&s, " elements and `%s` has ", y->name);
  ext_print(b->ctx, n, &s);
  return bind_fail(b, same == TRI_FALSE ? E0302 : E0700, at, "%s", s.s);
}

bool flat_fits(Bind *b, const EinStmt *stmt, const Tensor *t) {
  const Ast *number = stmt->left->arg[0]->arg[0];
  const Tensor *reads[MAX_AXES];
  int n = 0;
  if (number->kind != AST_NAME) return bind_fail(b, E0306, stmt->left, "on the left `$` counts with a plain name");
  if (stmt->reduce != RED_SET) return bind_fail(b, E0306, stmt->left, "`$` on the left goes with `=`");
  flat_reads(b, stmt->right, number->name, 0, &n, reads);
  for (int i = 0; i < n; i++)
    if (!same_count(b, stmt->right, reads[i], t)) return false;
  return true;
}

bool lower_flat(Bind *b, Work *w, const Tensor *t, Env *env, Sheet *sheet) {
  Ctx *ctx = b->ctx;
  const EinStmt *stmt = w->stmt;
  const Ast *number = stmt->left->arg[0]->arg[0];
  const Tensor *reads[MAX_AXES];
  int n = 0;
  flat_reads(b, stmt->right, number->name, 0, &n, reads);
  Atoms atoms = {0};
  for (int p = 0; p < t->rank; p++)
    if (t->dim[p] != 1) atoms.extent[atoms.n++] = t->dim[p];
  for (int i = 0; i < n; i++) refine(ctx, &atoms, reads[i]->rank, reads[i]->dim, &atoms);
  const Var **var = NEWN(ctx, const Var *, atoms.n);
  const Expr *value = x_int(ctx, 0);
  ext_t below = 1;
  for (int k = 0; k < atoms.n; k++) var[k] = var_new(ctx, ctx_printf(ctx, "%s%d", number->name, k), atoms.extent[k]);
  for (int k = atoms.n; k-- > 0;) {
    value = x_op2(ctx, OP_ADD, value, x_op2(ctx, OP_MUL, x_var(ctx, var[k]), x_int(ctx, below)));
    below = ext_mul(ctx, below, atoms.extent[k]);
  }
  for (int k = 0; k < atoms.n; k++) vec_push(ctx, &sheet->axes.list, ((Axis){.name = "$", .member = k, .extent = atoms.extent[k], .var = var[k], .left = true}));
  sheet->flat = number->name;
  sheet->flat_value = value;
  sheet->natoms = atoms.n;
  sheet->atom = var;
  sheet->atom_extent = arena_copy(ctx->arena, atoms.extent, sizeof atoms.extent);
  Access left = {0};
  if (!access_tensor(env, stmt->left, t, &left)) return false;
  Val v;
  const Expr *rhs;
  if (!eval(env, stmt->right, &v)) return false;
  if (v.kind == VAL_EMPTY) return bind_fail(b, E0305, stmt->right, "`%s` would be empty", t->name);
  if (v.kind == VAL_EXPR && (v.empty & EMPTY_BY_RANGE)) return bind_fail(b, E0305, stmt->right, "an element of `%s` may be empty", t->name);
  if (!val_to_expr(env, stmt->right, &v, &rhs) || !fits_opaque(b, stmt, t, &rhs)) return false;
  emit(b, w, t, RED_SET, &left, rhs, sheet);
  return true;
}
