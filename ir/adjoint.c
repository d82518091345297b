/* The derivative of a cascade is a cascade (reverse mode).
 *
 * For a statement L[l] += f(R1[a1], R2[a2], ...) every read gets one statement
 *
 *     dRi[ai] += dL[l] * ∂f/∂Ri        wherever f has a value
 *
 * over the same axes, so a gather's derivative is a scatter, a convolution's a transposed one, and a read outside falls away because a write outside is dropped.
 * `=` alike; under max= and min= only where f is the result (of equal ones each). Statements run backwards, and so do the ranks of recurrences. What the
 * derivatives read of the forward statements is computed again in the same cascade.
 *
 * The operator is sinter.Adjoint: the inputs of the forward node, then the derivatives by its outputs; its outputs are the derivatives by its inputs. Its attributes
 * are those of the forward node and `of`, `of_domain`, `of_opset`, `of_inputs`. */
#include "ir/bind.h"
#include "ir/map.h"
#include <math.h>

typedef struct Adjoint {
  Ctx *ctx;
  Place place;
  Bound forward;
  Map by;                      /* forward buffer -> buffer of its derivative */
  Cascade *to;
} Adjoint;

bool adjoint_is_op(const char *op, const char *domain) { return !strcmp(op, "Adjoint") && domain && !strcmp(domain, "sinter"); }

/* ---- derivatives of expressions. NULL is zero. */
static const Expr *number(Ctx *ctx, double v) { return x_real(ctx, v); }
static const Expr *binary(Ctx *ctx, Op op, const Expr *a, const Expr *b) { return x_op2(ctx, op, a, b); }
static const Expr *unary(Ctx *ctx, Op op, const Expr *a) { return x_op1(ctx, op, a); }
static const Expr *square(Ctx *ctx, const Expr *a) { return binary(ctx, OP_MUL, a, a); }
static const Expr *inverse(Ctx *ctx, const Expr *a) { return binary(ctx, OP_DIV, number(ctx, 1), a); }
static const Expr *one_minus(Ctx *ctx, const Expr *a) { return binary(ctx, OP_SUB, number(ctx, 1), a); }

static const Expr *product(Ctx *ctx, const Expr *a, const Expr *b) {
  double v;
  if (!a || !b) return NULL;
  if (x_is_const(a, &v, NULL) && v == 1) return b;
  if (x_is_const(b, &v, NULL) && v == 1) return a;
  return binary(ctx, OP_MUL, a, b);
}

static const Expr *sum(Ctx *ctx, const Expr *a, const Expr *b) { return !a ? b : !b ? a : binary(ctx, OP_ADD, a, b); }

/* Derivative of the operation by its first and by its second operand; a and b are the operands, e is the operation itself. */
typedef const Expr *Partial(Ctx *ctx, const Expr *e, const Expr *a, const Expr *b);
#define PARTIAL(name, text) static const Expr *name(Ctx *ctx, const Expr *e, const Expr *a, const Expr *b) { (void)ctx, (void)e, (void)a, (void)b; return text; }
PARTIAL(d_one, number(ctx, 1))
PARTIAL(d_minus, number(ctx, -1))
PARTIAL(d_other_b, unary(ctx, OP_REAL, b))
PARTIAL(d_other_a, unary(ctx, OP_REAL, a))
PARTIAL(d_over, inverse(ctx, b))
PARTIAL(d_under, unary(ctx, OP_NEG, binary(ctx, OP_DIV, a, square(ctx, unary(ctx, OP_REAL, b)))))
PARTIAL(d_base, product(ctx, unary(ctx, OP_REAL, b), binary(ctx, OP_POW, unary(ctx, OP_REAL, a), binary(ctx, OP_SUB, unary(ctx, OP_REAL, b), number(ctx, 1)))))
PARTIAL(d_exponent, product(ctx, e, unary(ctx, OP_LOG, a)))
PARTIAL(d_less, x_op3(ctx, OP_SELECT, binary(ctx, OP_LE, a, b), number(ctx, 1), number(ctx, 0)))
PARTIAL(d_not_less, x_op3(ctx, OP_SELECT, binary(ctx, OP_LE, a, b), number(ctx, 0), number(ctx, 1)))
PARTIAL(d_greater, x_op3(ctx, OP_SELECT, binary(ctx, OP_GE, a, b), number(ctx, 1), number(ctx, 0)))
PARTIAL(d_not_greater, x_op3(ctx, OP_SELECT, binary(ctx, OP_GE, a, b), number(ctx, 0), number(ctx, 1)))
PARTIAL(d_mod, unary(ctx, OP_NEG, unary(ctx, OP_FLOOR, binary(ctx, OP_DIV, a, b))))
PARTIAL(d_fmod, unary(ctx, OP_NEG, unary(ctx, OP_TRUNC, binary(ctx, OP_DIV, a, b))))
PARTIAL(d_abs, unary(ctx, OP_SIGN, a))
PARTIAL(d_exp, e)
PARTIAL(d_log, inverse(ctx, a))
PARTIAL(d_sqrt, binary(ctx, OP_DIV, number(ctx, 0.5), e))
PARTIAL(d_sin, unary(ctx, OP_COS, a))
PARTIAL(d_cos, unary(ctx, OP_NEG, unary(ctx, OP_SIN, a)))
PARTIAL(d_tan, binary(ctx, OP_ADD, number(ctx, 1), square(ctx, e)))
PARTIAL(d_asin, inverse(ctx, unary(ctx, OP_SQRT, one_minus(ctx, square(ctx, a)))))
PARTIAL(d_acos, unary(ctx, OP_NEG, inverse(ctx, unary(ctx, OP_SQRT, one_minus(ctx, square(ctx, a))))))
PARTIAL(d_atan, inverse(ctx, binary(ctx, OP_ADD, number(ctx, 1), square(ctx, a))))
PARTIAL(d_sinh, unary(ctx, OP_COSH, a))
PARTIAL(d_cosh, unary(ctx, OP_SINH, a))
PARTIAL(d_tanh, one_minus(ctx, square(ctx, e)))
PARTIAL(d_asinh, inverse(ctx, unary(ctx, OP_SQRT, binary(ctx, OP_ADD, square(ctx, a), number(ctx, 1)))))
PARTIAL(d_acosh, inverse(ctx, unary(ctx, OP_SQRT, binary(ctx, OP_SUB, square(ctx, a), number(ctx, 1)))))
PARTIAL(d_atanh, inverse(ctx, one_minus(ctx, square(ctx, a))))
PARTIAL(d_erf, product(ctx, number(ctx, 2 / sqrt(M_PI)), unary(ctx, OP_EXP, unary(ctx, OP_NEG, square(ctx, a)))))
#undef PARTIAL

/* Operations without a row have the derivative zero (almost everywhere), or are told apart below. */
static Partial *const partials[OP_COUNT][2] = {
  [OP_ADD] = {d_one, d_one}, [OP_SUB] = {d_one, d_minus}, [OP_MUL] = {d_other_b, d_other_a}, [OP_DIV] = {d_over, d_under}, [OP_POW] = {d_base, d_exponent},
  [OP_MIN] = {d_less, d_not_less}, [OP_MAX] = {d_greater, d_not_greater}, [OP_MOD] = {d_one, d_mod}, [OP_FMOD] = {d_one, d_fmod},
  [OP_NEG] = {d_minus}, [OP_ABS] = {d_abs}, [OP_EXP] = {d_exp}, [OP_LOG] = {d_log}, [OP_SQRT] = {d_sqrt}, [OP_SIN] = {d_sin}, [OP_COS] = {d_cos}, [OP_TAN] = {d_tan},
  [OP_ASIN] = {d_asin}, [OP_ACOS] = {d_acos}, [OP_ATAN] = {d_atan}, [OP_SINH] = {d_sinh}, [OP_COSH] = {d_cosh}, [OP_TANH] = {d_tanh},
  [OP_ASINH] = {d_asinh}, [OP_ACOSH] = {d_acosh}, [OP_ATANH] = {d_atanh}, [OP_ERF] = {d_erf}, [OP_REAL] = {d_one}, [OP_BCAST] = {d_one},
};

static bool is_real(Elem e) { return elem_info(e)->cls == 'r'; }
static const Expr *or_zero(Ctx *ctx, const Expr *e) { return e ? e : x_real(ctx, 0); }

static const Expr *derivative(Ctx *ctx, const Expr *e, const Expr *by) {
  if (x_equal(e, by)) return x_real(ctx, 1);
  if (e->kind != X_OP) return NULL;
  const Expr *a = e->n > 0 ? e->arg[0] : NULL, *b = e->n > 1 ? e->arg[1] : NULL;
  const Expr *da = e->n > 0 ? derivative(ctx, a, by) : NULL, *db = e->n > 1 ? derivative(ctx, b, by) : NULL;
  switch (e->op) {
  case OP_CAST: case OP_SAT: return is_real(e->elem) ? da : NULL; /* rounding is told as if it were exact */
  case OP_IF: return da ? binary(ctx, OP_IF, da, b) : NULL;
  case OP_ELSE: {
    const Expr *there = unary(ctx, OP_HAS, a), *yes = da ? binary(ctx, OP_IF, da, there) : NULL, *no = db ? binary(ctx, OP_IF, db, unary(ctx, OP_NOT, there)) : NULL;
    return yes && no ? binary(ctx, OP_ELSE, yes, no) : yes ? yes : no;
  }
  case OP_SELECT: {
    const Expr *dc = derivative(ctx, e->arg[2], by);
    return db || dc ? x_op3(ctx, OP_SELECT, a, or_zero(ctx, db), or_zero(ctx, dc)) : NULL;
  }
  default: break;
  }
  Partial *const *p = partials[e->op];
  if (da) da = p[0] ? product(ctx, p[0](ctx, e, a, b), da) : NULL;
  if (db) db = p[1] ? product(ctx, p[1](ctx, e, a, b), db) : NULL;
  return sum(ctx, da, db);
}

/* ---- statements */
static void start(Adjoint *A, Buf *derivative, Buf *from) { cascade_add(A->ctx, A->to, ein_copy_of(A->ctx, derivative, from, A->place)); }

static Buf *derivative_of(const Adjoint *A, const Buf *b) {
  const MapEntry *e = map_find(&A->by, b);
  return e ? e->p : NULL;
}

typedef VEC(const Expr *) Loads;
typedef struct Reads { Adjoint *A; Loads list; } Reads;

static void note_read(const Expr *load, void *arg) {
  Reads *r = arg;
  if (!is_real(load->buf->elem) || !derivative_of(r->A, load->buf)) return;
  for (size_t i = 0; i < r->list.n; i++)
    if (x_equal(r->list.at[i], load)) return;
  vec_push(r->A->ctx, &r->list, load);
}

static bool uses(const Expr *const *index, int n, const Var *v) {
  for (int i = 0; i < n; i++)
    if (x_uses(index[i], v)) return true;
  return false;
}

/* The statements that one statement gives; in a recurrence they become one step, so they are only collected. */
typedef VEC(Ein *) Eins;
static bool differentiate(Adjoint *A, const Ein *e, Eins *out) {
  Ctx *ctx = A->ctx;
  Buf *d = derivative_of(A, e->out);
  Reads reads = {.A = A};
  if (!d) return true;
  x_each_load(e->rhs, note_read, &reads);
  const Expr *result = x_load(ctx, e->out, e->out->rank, e->index), *share = x_load(ctx, d, d->rank, e->index);
  bool chosen = e->reduce == RED_MAX || e->reduce == RED_MIN;
  if (reads.list.n && e->reduce != RED_SET && e->reduce != RED_ADD && !chosen)
    return diag(ctx, E0401, A->place, "no derivative is known of a statement with `%s`", reduce_text(e->reduce));
  for (size_t i = 0; i < reads.list.n; i++) {
    const Expr *load = reads.list.at[i], *slope = derivative(ctx, e->rhs, load);
    if (!slope) continue;
    if (chosen) slope = product(ctx, slope, x_op3(ctx, OP_SELECT, binary(ctx, OP_EQ, e->rhs, result), number(ctx, 1), number(ctx, 0)));
    Ein *to = NEW(ctx, Ein);
    *to = (Ein){.reduce = RED_ADD, .out = derivative_of(A, load->buf), .naxes = e->naxes, .accumulate = true, .place = A->place};
    for (int r = 0; r < load->n; r++) to->index[r] = load->arg[r];
    for (int a = 0; a < e->naxes; a++)
      if (uses(load->arg, load->n, e->axis[a])) to->axis[to->nout++] = e->axis[a];
    for (int a = 0, at = to->nout; a < e->naxes; a++)
      if (!uses(load->arg, load->n, e->axis[a])) to->axis[at++] = e->axis[a];
    to->rhs = binary(ctx, OP_IF, product(ctx, share, slope), unary(ctx, OP_HAS, e->rhs));
    vec_push(ctx, out, to);
  }
  return true;
}

static bool step_backwards(Adjoint *A, const Step *s) {
  Eins list = {0};
  for (int i = s->n; i-- > 0;)
    if (!differentiate(A, s->ein[i], &list)) return false;
  if (s->iter && list.n) vec_push(A->ctx, &A->to->steps, ((Step){.iter = s->iter, .descending = !s->descending, .n = (int)list.n, .ein = list.at}));
  else
    for (size_t i = 0; i < list.n; i++) cascade_add(A->ctx, A->to, list.at[i]);
  return true;
}

/* ---- forward statements that the derivatives read */
typedef struct Needed { Ctx *ctx; Map bufs; } Needed;

static void need(const Expr *load, void *arg) {
  Needed *n = arg;
  map_add(n->ctx->arena, &n->bufs, load->buf);
}

static void need_ein(Needed *n, const Ein *e) {
  x_each_load(e->rhs, need, n);
  for (int i = 0; i < e->out->rank; i++) x_each_load(e->index[i], need, n);
}

static void need_step(Needed *n, const Step *s) {
  for (int i = 0; i < s->n; i++) need_ein(n, s->ein[i]);
}

static bool writes_needed(const Needed *n, const Step *s) {
  for (int i = 0; i < s->n; i++)
    if (map_find(&n->bufs, s->ein[i]->out)) return true;
  return false;
}

/* In front of the derivatives, in their own order; an output of the forward node is a temporary here. */
static void repeat_forward(Adjoint *A, const Cascade *derivatives, Cascade *to) {
  Ctx *ctx = A->ctx;
  const Cascade *f = &A->forward.cascade;
  Needed n = {.ctx = ctx};
  bool *keep = NEWN(ctx, bool, f->steps.n + 1);
  for (size_t i = 0; i < derivatives->steps.n; i++) need_step(&n, &derivatives->steps.at[i]);
  for (size_t i = f->steps.n; i-- > 0;)
    if ((keep[i] = writes_needed(&n, &f->steps.at[i]))) need_step(&n, &f->steps.at[i]);
  for (size_t i = 0; i < f->steps.n; i++)
    if (keep[i]) vec_push(ctx, &to->steps, f->steps.at[i]);
  for (size_t i = 0; i < f->locals.n; i++)
    if (map_find(&n.bufs, f->locals.at[i])) vec_push(ctx, &to->locals, f->locals.at[i]);
  for (int i = 0; i < A->forward.nout; i++) {
    Buf *b = A->forward.out_buf[i];
    if (!b || !map_find(&n.bufs, b)) continue;
    b->space = SPACE_TEMP;
    vec_push(ctx, &to->locals, b);
  }
}

/* ---- the request */
static bool attr_text(const BindRequest *req, const char *name, const char **to) {
  for (int i = 0; i < req->nattr; i++)
    if (!strcmp(req->attr[i].name, name) && req->attr[i].kind == ATTR_STRING) return *to = req->attr[i].s, true;
  return false;
}

static bool attr_number(const BindRequest *req, const char *name, int *to) {
  for (int i = 0; i < req->nattr; i++)
    if (!strcmp(req->attr[i].name, name) && req->attr[i].kind == ATTR_INT && req->attr[i].i >= 0 && req->attr[i].i < 4096) return *to = (int)req->attr[i].i, true;
  return false;
}

static bool forward_request(Ctx *ctx, const BindRequest *req, BindRequest *to) {
  *to = *req;
  if (!attr_text(req, "of", &to->op) || !attr_text(req, "of_domain", &to->domain) || !attr_number(req, "of_opset", &to->opset) || !attr_number(req, "of_inputs", &to->nin) || to->nin > req->nin || adjoint_is_op(to->op, to->domain))
    return diag(ctx, E0403, req->place, "Adjoint needs the attributes `of`, `of_domain`, `of_opset` and `of_inputs`");
  Attr *rest = NEWN(ctx, Attr, req->nattr);
  bool *want = NEWN(ctx, bool, req->nin + 1);
  to->nattr = 0;
  for (int i = 0; i < req->nattr; i++)
    if (strncmp(req->attr[i].name, "of", 2) || (req->attr[i].name[2] && req->attr[i].name[2] != '_')) rest[to->nattr++] = req->attr[i];
  to->attr = rest;
  to->nout = req->nin - to->nin;
  for (int i = 0; i < to->nout; i++) want[i] = req->in[to->nin + i].type != NULL;
  to->want = want;
  return true;
}

/* The derivative by an input is a tensor like it; by one that is no real number there is none. */
static bool output_types(Ctx *ctx, const BindRequest *req, const BindRequest *forward, Bound *out) {
  *out = (Bound){.nout = req->nout, .out = NEWN(ctx, Type, req->nout), .in_buf = NEWN(ctx, Buf *, req->nin), .out_buf = NEWN(ctx, Buf *, req->nout), .reads_inputs = true};
  for (int i = 0; i < req->nout; i++) {
    if (!req->want[i]) continue;
    if (i >= forward->nin || !req->in[i].type || !is_real(req->in[i].type->elem)) return diag(ctx, E0401, req->place, "there is no derivative by input number %d of %s", i + 1, forward->op);
    out->out[i] = *req->in[i].type;
  }
  return true;
}

static void name_derivatives(Adjoint *A, const BindRequest *req, const BindRequest *forward, Bound *out) {
  Ctx *ctx = A->ctx;
  const Bound *f = &A->forward;
  Needed read = {.ctx = ctx}; /* outputs that the forward statements read, too: their derivative grows */
  for (size_t i = 0; i < f->cascade.steps.n; i++) need_step(&read, &f->cascade.steps.at[i]);
  for (int i = 0; i < forward->nin; i++) {
    out->in_buf[i] = f->in_buf[i];
    if (i >= req->nout || !req->want[i] || !f->in_buf[i]) continue;
    const Type *t = req->in[i].type;
    map_add(ctx->arena, &A->by, f->in_buf[i])->p = out->out_buf[i] = buf_new(ctx, ctx_printf(ctx, "d%s", f->in_buf[i]->name), t->elem, SPACE_OUTPUT, t->rank, t->dim);
  }
  for (size_t i = 0; i < f->cascade.locals.n; i++) {
    const Buf *b = f->cascade.locals.at[i];
    if (!is_real(b->elem)) continue;
    Buf *d = buf_new(ctx, ctx_printf(ctx, "d%s", b->name), b->elem, SPACE_TEMP, b->rank, b->dim);
    map_add(ctx->arena, &A->by, b)->p = d;
    vec_push(ctx, &A->to->locals, d);
    start(A, d, NULL);
  }
  for (int i = 0; i < forward->nout; i++) {
    const BindInput *in = &req->in[forward->nin + i];
    if (!in->type || !f->out_buf[i] || !is_real(in->type->elem)) continue;
    Buf *given = out->in_buf[forward->nin + i] = buf_new(ctx, ctx_printf(ctx, "d%s", f->out_buf[i]->name), in->type->elem, SPACE_INPUT, in->type->rank, in->type->dim), *d = given;
    if (map_find(&read.bufs, f->out_buf[i])) {
      d = buf_new(ctx, ctx_printf(ctx, "%s.all", given->name), ELEM_real, SPACE_TEMP, given->rank, given->dim);
      vec_push(ctx, &A->to->locals, d);
      start(A, d, given);
    }
    map_add(ctx->arena, &A->by, f->out_buf[i])->p = d;
  }
  for (int i = 0; i < req->nout; i++) {
    const Type *t = &out->out[i];
    if (!out->out_buf[i] && req->want[i]) out->out_buf[i] = buf_new(ctx, ctx_printf(ctx, "d%d", i), t->elem, SPACE_OUTPUT, t->rank, t->dim);
    if (out->out_buf[i]) start(A, out->out_buf[i], NULL);
  }
}

bool adjoint_bind(Ctx *ctx, const EinLib *lib, const BindRequest *req, Bound *out) {
  BindRequest forward;
  Cascade derivatives = {0};
  Adjoint A = {.ctx = ctx, .place = req->place, .to = &derivatives};
  if (!forward_request(ctx, req, &forward) || !bind_op(ctx, lib, &forward, NULL, NULL, 0, &A.forward) || !output_types(ctx, req, &forward, out)) return false;
  out->clause = A.forward.clause;
  if (req->infer_only) return true;
  name_derivatives(&A, req, &forward, out);
  for (size_t i = A.forward.cascade.steps.n; i-- > 0;)
    if (!step_backwards(&A, &A.forward.cascade.steps.at[i])) return false;
  repeat_forward(&A, &derivatives, &out->cascade);
  for (size_t i = 0; i < derivatives.locals.n; i++) vec_push(ctx, &out->cascade.locals, derivatives.locals.at[i]);
  for (size_t i = 0; i < derivatives.steps.n; i++) vec_push(ctx, &out->cascade.steps, derivatives.steps.at[i]);
  return true;
}
