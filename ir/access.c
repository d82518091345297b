/* Accesses in affine form: addresses, bounds, clean division, and telling a statement in another's axes. */
#include "ir/access.h"

const Expr *access_address(Ctx *ctx, const Buf *b, int n, const Expr *const *index) {
  Aff sum = {0, 0, NULL};
  const Expr *rest = NULL;
  ext_t stride = 1;
  for (int i = n - 1; i >= 0; i--) {
    Aff a;
    if (x_is_aff(index[i], &a)) sum = aff_add(ctx, sum, a, stride);
    else {
      const Expr *term = x_op2(ctx, OP_MUL, index[i], x_int(ctx, stride));
      rest = rest ? x_op2(ctx, OP_ADD, rest, term) : term;
    }
    stride = ext_mul(ctx, stride, b->dim[i]);
  }
  const Expr *affine = x_aff(ctx, sum);
  return rest ? x_op2(ctx, OP_ADD, rest, affine) : affine;
}

bool aff_is_const(const Ctx *ctx, const Aff *a) {
  if (!ext_is_const(ctx, a->c)) return false;
  for (int i = 0; i < a->n; i++)
    if (!ext_is_const(ctx, a->term[i].k)) return false;
  return true;
}

bool access_affine(Ctx *ctx, const Expr *load, Aff *a) {
  return x_is_aff(access_address(ctx, load->buf, load->n, load->arg), a) && aff_is_const(ctx, a);
}

bool access_may_leave(Ctx *ctx, const Buf *b, int n, const Expr *const *index, ExprList *list) {
  bool leaves = false;
  for (int i = 0; i < n; i++) {
    const Expr *both[] = {x_op2(ctx, OP_GE, index[i], x_int(ctx, 0)), x_op2(ctx, OP_LT, index[i], x_int(ctx, b->dim[i]))};
    for (int j = 0; j < 2; j++) {
      int64_t yes;
      if (x_is_const(both[j], NULL, &yes) && yes) continue;
      leaves = true;
      if (list) vec_push(ctx, list, both[j]);
    }
  }
  return leaves;
}

/* ---- clean division */

static bool split_by(Ctx *ctx, const Aff *a, int64_t n, Aff *quotient, Aff *rest) {
  quotient->term = NEWN(ctx, Term, a->n + 1);
  rest->term = NEWN(ctx, Term, a->n + 1);
  quotient->n = rest->n = 0;
  for (int i = 0; i < a->n; i++) {
    ext_t k = a->term[i].k;
    if (!ext_is_const(ctx, k)) return false;
    if (k % n == 0) quotient->term[quotient->n++] = (Term){a->term[i].var, k / n};
    else rest->term[rest->n++] = a->term[i];
  }
  if (!ext_is_const(ctx, a->c)) return false;
  int64_t lo, hi;
  rest->c = a->c % n < 0 ? a->c % n + n : a->c % n;
  quotient->c = (a->c - rest->c) / n;
  if (!x_range(ctx, x_aff(ctx, *rest), &lo, &hi)) return false;
  return lo >= 0 && hi < n;
}

static const Expr *divide(Ctx *ctx, const Expr *e, void *arg) {
  (void)arg;
  Aff a, q, r;
  int64_t n;
  if (e->kind != X_OP || (e->op != OP_FDIV && e->op != OP_MOD) || e->vk != KIND_INT) return e;
  if (!x_is_aff(e->arg[0], &a) || !x_is_const(e->arg[1], NULL, &n) || n <= 0 || !split_by(ctx, &a, n, &q, &r)) return e;
  return x_aff(ctx, e->op == OP_FDIV ? q : r);
}

/* Integer sums become affine again once their quotients did. */
static const Expr *renormal(Ctx *ctx, const Expr *e, void *arg) {
  e = divide(ctx, e, arg);
  if (e->kind == X_OP && e->n == 2 && e->vk == KIND_INT && (e->op == OP_ADD || e->op == OP_SUB || e->op == OP_MUL)) return x_op2(ctx, (Op)e->op, e->arg[0], e->arg[1]);
  return e;
}

const Expr *x_divided(Ctx *ctx, const Expr *e) { return x_map(ctx, e, renormal, NULL); }

const Expr *access_subst(Ctx *ctx, const Expr *e, int n, const Var *const *vars, const Expr *const *by) {
  return x_divided(ctx, x_subst(ctx, e, n, vars, by));
}

/* ---- buffers */

const Buf *buf_root(const Buf *b) { return b->alias ? b->alias : b; }

int x_count_loads(const Expr *e, const Buf *root, const Expr **one) {
  int n = 0;
  if (e->kind == X_LOAD && buf_root(e->buf) == root) {
    n = 1;
    if (one) *one = e;
  }
  for (int i = 0; (e->kind == X_LOAD || e->kind == X_OP) && i < e->n; i++) n += x_count_loads(e->arg[i], root, one);
  return n;
}
bool x_reads(const Expr *e, const Buf *root) { return x_count_loads(e, root, NULL) > 0; }

typedef struct OnePlace { Ctx *ctx; const Buf *root; const Expr *address; bool fine; } OnePlace;
static void check_place(const Expr *load, void *arg) {
  OnePlace *c = arg;
  if (buf_root(load->buf) != c->root) return;
  const Expr *address = access_address(c->ctx, load->buf, load->n, load->arg);
  if (c->address && !x_equal(c->address, address)) c->fine = false;
  c->address = address;
}
bool x_reads_one_place(Ctx *ctx, const Expr *e, const Buf *root, const Expr *address) {
  OnePlace c = {ctx, root, address, true};
  x_each_load(e, check_place, &c);
  return c.fine;
}

bool x_has_op(const Expr *e, Op op) {
  if (e->kind == X_OP && e->op == op) return true;
  for (int i = 0; (e->kind == X_LOAD || e->kind == X_OP) && i < e->n; i++)
    if (x_has_op(e->arg[i], op)) return true;
  return false;
}

/* ---- a statement in another's axes */

bool ein_refine(Ctx *ctx, const Ein *producer, const Ein *consumer, const Expr *load, const Expr **by) {
  Aff p, c;
  if (!x_is_aff(access_address(ctx, producer->out, producer->out->rank, producer->index), &p) || !access_affine(ctx, load, &c) || !aff_is_const(ctx, &p)) return false;
  if (p.c != c.c || access_may_leave(ctx, load->buf, load->n, load->arg, NULL) || access_may_leave(ctx, producer->out, producer->out->rank, producer->index, NULL)) return false;
  int covered = 0, wanted = 0;
  for (int i = 0; i < producer->nout; i++) {
    if (!ext_is_const(ctx, producer->axis[i]->extent)) return false;
    wanted += producer->axis[i]->extent != 1;
  }
  for (int i = 0; i < consumer->naxes; i++) {
    const Var *axis = consumer->axis[i];
    int64_t extent = axis->extent, stride = aff_coef(&c, axis), product = 1;
    if (!ext_is_const(ctx, extent)) return false;
    by[i] = x_int(ctx, 0);
    if (extent == 1) continue;
    if (stride <= 0) return false; /* an axis the read does not walk: each element would be needed many times */
    Aff sum = {0, 0, NEWN(ctx, Term, p.n + 1)};
    for (int t = 0; t < p.n; t++) {
      const Var *v = p.term[t].var;
      int64_t s = p.term[t].k;
      if (v->extent == 1 || s < stride || s >= stride * extent) continue;
      if (s % stride) return false;
      sum.term[sum.n++] = (Term){v, s / stride};
      product *= v->extent;
      covered++;
    }
    if (product != extent) return false;
    by[i] = x_aff(ctx, sum);
  }
  return covered == wanted;
}

Ein *ein_subst(Ctx *ctx, const Ein *e, int naxes, int nout, const Var *const *axes, const Expr *const *by) {
  Ein *r = arena_copy(ctx->arena, e, sizeof *e);
  const Var *vars[MAX_AXES];
  for (int i = 0; i < e->naxes; i++) vars[i] = e->axis[i];
  for (int i = 0; i < e->out->rank; i++) r->index[i] = access_subst(ctx, e->index[i], e->naxes, vars, by);
  r->rhs = access_subst(ctx, e->rhs, e->naxes, vars, by);
  r->naxes = naxes;
  r->nout = nout;
  for (int i = 0; i < naxes; i++) r->axis[i] = axes[i];
  return r;
}
