/* Which nodes are affine in one input, read off their cascades. */
#include "passes/affine.h"

#include <math.h>

/* ---- indices */

Aff affine_index(Ctx *ctx, const Expr *e, bool *ok) {
  Aff a, kept = {0};
  if (!x_is_aff(e, &a)) return *ok = false, kept;
  kept = (Aff){.c = a.c, .term = NEWN(ctx, Term, a.n)};
  for (int i = 0; i < a.n; i++)
    if (a.term[i].var->extent != 1) kept.term[kept.n++] = a.term[i];
  return kept;
}

bool aff_same(const Aff *a, const Aff *b) {
  if (a->c != b->c || a->n != b->n) return false;
  for (int i = 0; i < a->n; i++)
    if (a->term[i].var != b->term[i].var || a->term[i].k != b->term[i].k) return false;
  return true;
}

/* The load reads the element that the statement writes. */
static bool reads_in_place(Ctx *ctx, const Ein *e, const Expr *load) {
  bool ok = load->buf->rank == e->out->rank;
  for (int i = 0; ok && i < e->out->rank; i++) {
    Aff a = affine_index(ctx, e->index[i], &ok), b = affine_index(ctx, load->arg[i], &ok);
    ok = ok && load->buf->dim[i] == e->out->dim[i] && aff_same(&a, &b);
  }
  return ok;
}

/* The statement writes every element of its tensor once: its indices are its axes, one by one. */
static bool writes_all(Ctx *ctx, const Ein *e) {
  ext_t points = 1, elements = 1;
  for (int i = 0; i < e->nout; i++) points = ext_mul(ctx, points, e->axis[i]->extent);
  for (int i = 0; i < e->out->rank; i++) elements = ext_mul(ctx, elements, e->out->dim[i]);
  return points == elements && points != EXT_ERROR;
}

/* ---- affine expressions: y = s*x + t with numbers s and t, at one coordinate of the channel */

typedef struct Reading {
  Ctx *ctx;
  const Ein *e;
  const Buf *x;                    /* what y is affine in */
  const Expr *placed;              /* the one load of x, when where it reads has been checked; NULL: it must read in place */
  const Buf *bias;                 /* a constant read as the number bias_value, whatever it holds; NULL: none */
  double bias_value;
  Buf *const *in_buf; const Node *node;
  int channel; int64_t at;         /* channel -1: not known yet */
} Reading;

typedef struct Line { double s, t; } Line;

static const Data *constant_of(const Reading *r, const Buf *b) {
  if (b->data) return b->data;
  for (size_t i = 0; i < r->node->in.n; i++)
    if (r->in_buf[i] == b && !r->node->in.at[i]->symbolic) return r->node->in.at[i]->data;
  return NULL;
}

/* Number of the element of a constant: its indices are numbers, or the channel. */
static bool constant_element(const Reading *r, const Expr *load, int64_t *at) {
  *at = 0;
  for (int i = 0; i < load->n; i++) {
    bool ok = true;
    Aff a = affine_index(r->ctx, load->arg[i], &ok);
    if (!ok || !ext_is_const(r->ctx, load->buf->dim[i])) return false;
    int64_t index = a.c;
    if (a.n) {
      if (r->channel < 0) return false;
      Aff c = affine_index(r->ctx, r->e->index[r->channel], &ok);
      if (!ok || !aff_same(&a, &c)) return false;
      index = r->at;
    }
    if (index < 0 || index >= load->buf->dim[i]) return false;
    *at = *at * load->buf->dim[i] + index;
  }
  return true;
}

static bool line_of(const Reading *r, const Expr *e, Line *v);

static bool line_of_load(const Reading *r, const Expr *e, Line *v) {
  int64_t at;
  if (e->buf == r->x) return *v = (Line){1, 0}, r->placed ? x_equal(e, r->placed) : reads_in_place(r->ctx, r->e, e);
  if (r->bias && e->buf == r->bias) return *v = (Line){0, r->bias_value}, constant_element(r, e, &at);
  const Data *d = constant_of(r, e->buf);
  if (!d || elem_info(d->type.elem)->cls != 'r' || !constant_element(r, e, &at)) return false;
  return *v = (Line){0, data_real(d, at)}, true;
}

static bool line_of_op(const Reading *r, const Expr *e, Line *v) {
  Line a, b = {0, 0};
  if (!line_of(r, e->arg[0], &a)) return false;
  if (e->op == OP_ELSE || e->op == OP_REAL) return *v = a, true; /* what is read here is there */
  if (e->n > 2 || (e->n == 2 && !line_of(r, e->arg[1], &b))) return false;
  switch ((Op)e->op) {
  case OP_ADD: *v = (Line){a.s + b.s, a.t + b.t}; return true;
  case OP_SUB: *v = (Line){a.s - b.s, a.t - b.t}; return true;
  case OP_NEG: *v = (Line){-a.s, -a.t}; return true;
  case OP_MUL:
    if (a.s != 0 && b.s != 0) return false;
    *v = a.s != 0 ? (Line){a.s * b.t, a.t * b.t} : (Line){b.s * a.t, b.t * a.t};
    return true;
  case OP_DIV: *v = (Line){a.s / b.t, a.t / b.t}; return b.s == 0 && b.t != 0;
  default: break;
  }
  if (a.s != 0 || b.s != 0) return false;
  switch ((Op)e->op) {
  case OP_SQRT: v->t = sqrt(a.t); break;
  case OP_EXP: v->t = exp(a.t); break;
  case OP_ABS: v->t = fabs(a.t); break;
  case OP_POW: v->t = pow(a.t, b.t); break;
  case OP_MAX: v->t = fmax(a.t, b.t); break;
  case OP_MIN: v->t = fmin(a.t, b.t); break;
  case OP_CAST:
    if (elem_info(e->elem)->cls != 'r') return false;
    v->t = elem_round(e->elem, a.t);
    break;
  default: return false;
  }
  v->s = 0;
  return true;
}

static bool line_of(const Reading *r, const Expr *e, Line *v) {
  switch ((ExprKind)e->kind) {
  case X_INT: return *v = (Line){0, (double)e->i}, true;
  case X_REAL: return *v = (Line){0, e->r}, true;
  case X_LOAD: return line_of_load(r, e, v);
  case X_OP: return line_of_op(r, e, v);
  case X_AFF: break;
  }
  return false;
}

typedef struct Channel { Reading *r; bool ok; } Channel;

/* The rank of y along which the constants run: each load names at most one, all the same. */
static void find_channel(const Expr *load, void *arg) {
  Channel *c = arg;
  Reading *r = c->r;
  if (load->buf == r->x) return;
  for (int i = 0; i < load->n; i++) {
    bool ok = true;
    Aff a = affine_index(r->ctx, load->arg[i], &ok);
    if (!ok) c->ok = false;
    if (!ok || a.n == 0) continue;
    int rank = -1;
    for (int d = 0; d < r->e->out->rank && rank < 0; d++) {
      Aff o = affine_index(r->ctx, r->e->index[d], &ok);
      if (ok && aff_same(&a, &o)) rank = d;
    }
    if (rank < 0 || (r->channel >= 0 && r->channel != rank)) c->ok = false;
    r->channel = rank;
  }
}

static bool is_pointwise(Ctx *ctx, const Ein *e) { return e->reduce == RED_SET && e->nout == e->naxes && !e->out->mask && writes_all(ctx, e); }

static bool line_is_finite(const Line *v) { return isfinite(v->s) && isfinite(v->t); }

/* ---- nodes */

static bool is_real(const Value *v) { return v && elem_info(v->type.elem)->cls == 'r' && elem_info(v->type.elem)->bits >= 16; }

/* The number of the only input that is no constant; -1 when there are several, or something is no real number. */
static int only_variable(const Node *n) {
  int x = -1;
  for (size_t i = 0; i < n->in.n; i++) {
    if (!n->in.at[i] || n->in.at[i]->data) continue;
    if (x >= 0 || !is_real(n->in.at[i])) return -1;
    x = (int)i;
  }
  return x;
}

static bool one_real_output(const Node *n) {
  int wanted = 0;
  for (size_t i = 0; i < n->out.n; i++) wanted += n->out.at[i] != NULL;
  return wanted == 1 && n->out.n && is_real(n->out.at[0]);
}

static bool bind_silently(Ctx *ctx, const Model *m, const Node *n, Bound *b) {
  size_t mark = diag_mark(ctx);
  bool ok = node_is_cascade(m, n) && node_bind(ctx, m, n, false, b);
  diag_rewind(ctx, mark);
  return ok;
}

static const Ein *only_statement(const Step *s) { return !s->iter && s->n == 1 ? s->ein[0] : NULL; }

bool affine_map(Ctx *ctx, const Model *m, const Node *n, Map1 *out) {
  Bound b;
  int x = only_variable(n);
  if (x < 0 || !one_real_output(n) || !bind_silently(ctx, m, n, &b) || b.cascade.steps.n != 1 || !b.in_buf[x]) return false;
  const Ein *e = only_statement(&b.cascade.steps.at[0]);
  if (!e || !is_pointwise(ctx, e)) return false;
  Reading r = {.ctx = ctx, .e = e, .x = b.in_buf[x], .in_buf = b.in_buf, .node = n, .channel = -1};
  Channel c = {.r = &r, .ok = true};
  x_each_load(e->rhs, find_channel, &c);
  if (!c.ok || (r.channel >= 0 && !ext_is_const(ctx, e->out->dim[r.channel]))) return false;
  *out = (Map1){.input = x, .channel = r.channel, .n = r.channel < 0 ? 1 : e->out->dim[r.channel]};
  out->scale = NEWN(ctx, double, out->n);
  out->shift = NEWN(ctx, double, out->n);
  for (r.at = 0; r.at < out->n; r.at++) {
    Line v;
    if (!line_of(&r, e->rhs, &v) || !line_is_finite(&v) || v.s == 0) return false;
    out->scale[r.at] = v.s;
    out->shift[r.at] = v.t;
  }
  return true;
}

/* ---- contractions */

static const Expr *bare(const Expr *e) {
  while (e->kind == X_OP && e->op == OP_REAL) e = e->arg[0];
  return e;
}

/* A[..] += x[..] * w[..], in either order. */
static bool read_sum(const Ein *e, const Node *n, const Bound *b, Contraction *c) {
  if (e->reduce != RED_ADD || e->rhs->kind != X_OP || e->rhs->op != OP_MUL) return false;
  const Expr *load[2] = {bare(e->rhs->arg[0]), bare(e->rhs->arg[1])};
  c->x = c->w = -1;
  for (int k = 0; k < 2; k++) {
    if (load[k]->kind != X_LOAD) return false;
    for (size_t i = 0; i < n->in.n; i++) {
      if (!n->in.at[i] || b->in_buf[i] != load[k]->buf) continue;
      bool constant = n->in.at[i]->data && !n->in.at[i]->symbolic && is_real(n->in.at[i]);
      if (constant) c->w = (int)i, c->wload = load[k];
      else c->x = (int)i, c->xload = load[k];
    }
  }
  c->sum = e;
  return c->x >= 0 && c->w >= 0;
}

/* Without a second statement the sum is y. With one, its axes are translated into those of the sum: A[v..] was written as A[u..]. */
static bool read_place(Ctx *ctx, const Ein *last, const Expr *aload, Contraction *c) {
  bool ok = true;
  const Ein *sum = c->sum;
  c->out_rank = last->out->rank;
  for (int d = 0; ok && d < c->out_rank; d++) c->out[d] = affine_index(ctx, last->index[d], &ok);
  if (!aload) return ok;
  for (int i = 0; ok && i < aload->n; i++) {
    Aff v = affine_index(ctx, aload->arg[i], &ok), u = affine_index(ctx, sum->index[i], &ok);
    if (!ok || (v.n == 0 && v.c == 0 && aload->buf->dim[i] == 1)) continue;
    if (v.n != 1 || v.c != 0 || v.term[0].k != 1 || v.term[0].var->extent != aload->buf->dim[i]) return false;
    const Var *var = v.term[0].var;
    for (int d = 0; d < c->out_rank; d++) {
      ext_t k = aff_coef(&c->out[d], var);
      if (k == 0) continue;
      Term minus = {var, 1};
      Aff gone = {.n = 1, .term = &minus};
      c->out[d] = aff_add(ctx, aff_add(ctx, c->out[d], gone, -k), u, k);
    }
  }
  return ok;
}

static void find_load(const Expr *load, void *arg) {
  const Expr **found = arg;
  if (found[0]->buf == load->buf) found[1] = load;
}

static const Expr *load_of(const Expr *e, const Buf *b) {
  Expr key = {.kind = X_LOAD, .buf = (Buf *)b};
  const Expr *found[2] = {&key, NULL};
  x_each_load(e, find_load, found);
  return found[1];
}

/* y = scale*A + shift + slope*bias[channel]; scale, shift and slope are the same for every element. */
static bool read_last(Ctx *ctx, const Bound *b, const Ein *e, const Buf *bias, Contraction *c) {
  const Expr *aload = load_of(e->rhs, c->sum->out);
  if (!is_pointwise(ctx, e) || !aload || !read_place(ctx, e, aload, c)) return false;
  Reading r = {.ctx = ctx, .e = e, .x = c->sum->out, .placed = aload, .bias = bias, .in_buf = b->in_buf, .node = c->node, .channel = -1};
  Channel ch = {.r = &r, .ok = true};
  x_each_load(e->rhs, find_channel, &ch);
  Line zero, one;
  if (!ch.ok || !line_of(&r, e->rhs, &zero)) return false;
  r.bias_value = 1;
  if (!line_of(&r, e->rhs, &one) || !line_is_finite(&zero) || !line_is_finite(&one)) return false;
  c->scale = zero.s;
  c->shift = zero.t;
  c->slope = one.t - zero.t;
  c->channel = bias ? r.channel : -1;
  return c->scale != 0 && one.s == zero.s && (!bias || (c->slope != 0 && r.channel >= 0));
}

/* The number of the constant input beside the weights; -1: none, -2: several. */
static int third_input(const Contraction *c) {
  int third = -1;
  for (size_t i = 0; i < c->node->in.n; i++) {
    if (!c->node->in.at[i] || (int)i == c->x || (int)i == c->w) continue;
    if (third >= 0 || c->node->in.at[i]->symbolic || !is_real(c->node->in.at[i])) return -2;
    third = (int)i;
  }
  return third;
}

bool affine_contraction(Ctx *ctx, const Model *m, Node *n, Contraction *out) {
  Bound b;
  *out = (Contraction){.node = n, .bias = -1, .channel = -1, .scale = 1};
  if (only_variable(n) < 0 || !one_real_output(n) || !bind_silently(ctx, m, n, &b)) return false;
  size_t steps = b.cascade.steps.n;
  if (steps < 1 || steps > 2) return false;
  const Ein *first = only_statement(&b.cascade.steps.at[0]), *last = only_statement(&b.cascade.steps.at[steps - 1]);
  if (!first || !last || !read_sum(first, n, &b, out)) return false;
  int third = third_input(out);
  if (steps == 1) return third == -1 && read_place(ctx, first, NULL, out);
  if (third == -2 || !read_last(ctx, &b, last, third >= 0 ? b.in_buf[third] : NULL, out)) return false;
  out->bias = third;
  return true;
}

/* ---- */

typedef struct Operands { const Buf *buf[2]; int n; } Operands;

static void note_operand(const Expr *load, void *arg) {
  Operands *o = arg;
  if (o->n < 2) o->buf[o->n] = load->buf;
  o->n++;
}

bool affine_residual(Ctx *ctx, const Model *m, const Node *n) {
  Bound b;
  if (n->in.n != 2 || !n->in.at[0] || !n->in.at[1] || n->in.at[0]->data || n->in.at[1]->data || !one_real_output(n) || !bind_silently(ctx, m, n, &b)) return false;
  if (b.cascade.steps.n != 1) return false;
  const Ein *e = only_statement(&b.cascade.steps.at[0]);
  if (!e || !is_pointwise(ctx, e) || e->rhs->kind != X_OP || e->rhs->op != OP_ADD) return false;
  Operands o = {.n = 0};
  x_each_load(e->rhs, note_operand, &o);
  if (o.n != 2 || o.buf[0] == o.buf[1]) return false;
  const Expr *p = bare(e->rhs->arg[0]), *q = bare(e->rhs->arg[1]);
  return p->kind == X_LOAD && q->kind == X_LOAD && reads_in_place(ctx, e, p) && reads_in_place(ctx, e, q);
}
