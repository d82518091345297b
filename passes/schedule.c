/* Chooses how kernels run: each statement, or run of statements, is offered to the schedulers in turn; what they all decline gets its naive nest.
 * A kernel none of whose statements is taken is left as it is. */
#include "passes/schedule.h"

typedef int (*Scheduler)(Schedule *s, int first);
static const Scheduler schedulers[] = {schedule_contraction, schedule_rows, schedule_window};

static bool is_local(const Kernel *k, const Buf *b) {
  for (size_t i = 0; i < k->cascade.locals.n; i++)
    if (buf_root(k->cascade.locals.at[i]) == buf_root(b)) return true;
  return false;
}

bool schedule_writes_once(Ctx *ctx, const Ein *e) {
  Left left = ein_left(ctx, e);
  return left.one_to_one && (left.covers || e->reduce == RED_SET);
}

bool schedule_reads_later(const Schedule *s, int from, const Buf *buf) {
  if (!is_local(s->kernel, buf)) return true;
  for (int i = from; i < s->n; i++)
    if (x_reads(s->ein[i]->rhs, buf_root(buf)) || buf_root(s->ein[i]->out) == buf_root(buf)) return true;
  return false;
}

bool schedule_f32(const Schedule *s, const Buf *b) { return b->elem == ELEM_f32 || (b->elem == ELEM_real && is_local(s->kernel, b)); }

Buf *schedule_flat(Schedule *s, Buf *b) {
  for (size_t i = 0; i < s->flat.n; i++)
    if (s->flat.at[i]->alias == buf_root(b)) return s->flat.at[i];
  ext_t count = 1;
  for (int i = 0; i < b->rank; i++) count = ext_mul(s->ctx, count, b->dim[i]);
  Buf *v = buf_new(s->ctx, ctx_printf(s->ctx, "%s_flat", b->name), b->elem, SPACE_TEMP, 1, &count); /* of its own it has no place: it lives where the buffer does */
  v->alias = b->alias ? b->alias : b;
  vec_push(s->ctx, &s->flat, v);
  return v;
}

/* The condition is rest + c*k >= 0, c positive or negative. */
bool schedule_clamp(Ctx *ctx, const Expr *cond, const Var *k, const Expr **lo, const Expr **hi) {
  Aff a, b;
  if (cond->kind != X_OP || cond->n != 2 || !x_is_aff(cond->arg[0], &a) || !x_is_aff(cond->arg[1], &b)) return false;
  Aff d = cond->op == OP_GE ? aff_add(ctx, a, b, -1) : aff_add(ctx, b, a, -1); /* d >= 0, or d > 0 for < */
  if (cond->op == OP_LT) d.c = ext_sub(ctx, d.c, 1);
  int64_t c = aff_coef(&d, k);
  const Expr *rest = x_aff(ctx, aff_add(ctx, d, (Aff){0, 1, &(Term){k, c}}, -1));
  if (c > 0) { /* k >= ceil(-rest / c) */
    const Expr *least = x_op2(ctx, OP_FDIV, x_op2(ctx, OP_SUB, x_int(ctx, c - 1), rest), x_int(ctx, c));
    *lo = x_op2(ctx, OP_MAX, *lo, c == 1 ? x_op2(ctx, OP_SUB, x_int(ctx, 0), rest) : least);
  } else if (c < 0) { /* k <= floor(rest / -c) */
    const Expr *most = c == -1 ? rest : x_op2(ctx, OP_FDIV, rest, x_int(ctx, -c));
    *hi = x_op2(ctx, OP_MIN, *hi, x_op2(ctx, OP_ADD, most, x_int(ctx, 1)));
  }
  return c != 0;
}

/* x ** 2 is a product; every other power stays. */
static const Expr *square(Ctx *ctx, const Expr *e, void *arg) {
  (void)arg;
  double two;
  return e->kind == X_OP && e->op == OP_POW && e->vk == KIND_REAL && x_is_const(e->arg[1], &two, NULL) && two == 2.0 ? x_op2(ctx, OP_MUL, e->arg[0], e->arg[0]) : e;
}
const Expr *schedule_square(Ctx *ctx, const Expr *e) { return x_map(ctx, e, square, NULL); }

/* What a scheduler must not meet: several statements on one tensor, masks, wide numbers. */
static void find_f64(const Expr *load, void *arg) {
  if (load->buf->elem == ELEM_f64 || load->buf->mask || elem_kind(load->buf->elem) == KIND_OPAQUE) *(bool *)arg = true;
}
static bool is_plain(const Kernel *k) {
  for (size_t i = 0; i < k->cascade.steps.n; i++) {
    const Step *step = &k->cascade.steps.at[i];
    if (step->iter) return false;
    for (int j = 0; j < step->n; j++) {
      const Ein *e = step->ein[j];
      bool odd = e->accumulate || e->out->mask || e->out->elem == ELEM_f64 || elem_kind(e->out->elem) == KIND_OPAQUE;
      x_each_load(e->rhs, find_f64, &odd);
      if (odd) return false;
    }
  }
  return true;
}

/* One statement's naive nest, at the end of s->body. */
static bool lower_naively(Schedule *s, Ein *e) {
  Kernel *one = NEW(s->ctx, Kernel);
  one->name = s->kernel->name;
  cascade_add(s->ctx, &one->cascade, e);
  if (!kernel_lower_naive(s->ctx, one)) return false;
  for (size_t i = 0; i < one->body.n; i++) vec_push(s->ctx, s->body, one->body.at[i]);
  for (size_t i = 0; i < one->scratch.n; i++) vec_push(s->ctx, &s->kernel->scratch, one->scratch.at[i]);
  return true;
}

typedef struct Use { const Buf *root; bool found; } Use;
static void note_use(const Expr *load, void *arg) {
  Use *u = arg;
  if (buf_root(load->buf) == u->root) u->found = true;
}
static bool body_uses(const Body *body, const Buf *b) {
  Use u = {buf_root(b), false};
  for (size_t i = 0; i < body->n && !u.found; i++) {
    const Stmt *s = body->at[i];
    switch (s->kind) {
    case S_LOOP: x_each_load(s->loop.lo, note_use, &u); x_each_load(s->loop.hi, note_use, &u); u.found |= body_uses(&s->loop.body, b); break;
    case S_IF: x_each_load(s->cond.cond, note_use, &u); u.found |= body_uses(&s->cond.then, b) || body_uses(&s->cond.other, b); break;
    case S_STORE:
      u.found |= buf_root(s->store.buf) == u.root;
      x_each_load(s->store.value, note_use, &u);
      for (int j = 0; j < s->store.n; j++) x_each_load(s->store.index[j], note_use, &u);
      break;
    case S_CALL:
      for (int j = 0; j < s->call.nbufs; j++) u.found |= s->call.bufs[j] && buf_root(s->call.bufs[j]) == u.root; /* NULL: absent */
      for (int j = 0; j < s->call.n; j++) x_each_load(s->call.arg[j], note_use, &u);
      break;
    case S_REG: case S_HINT: break;
    }
  }
  return u.found;
}

static bool schedule_kernel(Ctx *ctx, Unit *u, Kernel *k) {
  if (k->lowered || k->body.n || !k->cascade.steps.n || k->doubles || !is_plain(k)) return true;
  Body body = {0};
  Schedule s = {.ctx = ctx, .target = u->opt->target, .program = u->program, .kernel = k, .fp_strict = u->opt->fp != FP_DEFAULT, .body = &body};
  for (size_t i = 0; i < k->cascade.steps.n; i++) s.n += k->cascade.steps.at[i].n;
  s.ein = NEWN(ctx, Ein *, s.n);
  for (size_t i = 0, at = 0; i < k->cascade.steps.n; i++)
    for (int j = 0; j < k->cascade.steps.at[i].n; j++) s.ein[at++] = k->cascade.steps.at[i].ein[j];
  size_t scratch = k->scratch.n;
  Str notes = str_new(ctx);
  int scheduled = 0;
  for (int i = 0; i < s.n;) {
    int taken = 0;
    for (size_t j = 0; j < sizeof schedulers / sizeof *schedulers && !taken; j++) taken = schedulers[j](&s, i);
    if (taken) str_printf(&notes, "%s%s", notes.n ? "; " : "", s.note);
    else if (!lower_naively(&s, s.ein[i])) return false;
    scheduled += taken;
    i += taken ? taken : 1;
  }
  if (!scheduled) { k->scratch.n = scratch; return true; }
  for (size_t i = 0; i < k->cascade.locals.n; i++) { /* locals that live only in registers now are gone */
    Buf *b = k->cascade.locals.at[i];
    if (!body_uses(&body, b)) continue;
    if (b->elem == ELEM_real) b->elem = ELEM_f32;
    vec_push(ctx, &k->scratch, b);
  }
  for (size_t i = 0; i < s.flat.n; i++) {
    s.flat.at[i]->elem = s.flat.at[i]->alias->elem;
    if (is_local(k, s.flat.at[i])) vec_push(ctx, &k->scratch, s.flat.at[i]);
    else vec_push(ctx, &u->program->bufs, s.flat.at[i]);
  }
  k->body = body;
  k->lowered = true;
  k->schedule = notes.s;
  return true;
}

static bool ein_reads(const Ein *e, const Buf *b) {
  for (int d = 0; d < e->out->rank; d++)
    if (x_reads(e->index[d], b)) return true;
  return x_reads(e->rhs, b);
}

/* By a nest, or by statements that have no nest yet. */
static bool is_read(const Program *p, const Buf *b) {
  for (size_t i = 0; i < p->outputs.n; i++)
    if (p->outputs.at[i] == b) return true;
  for (size_t i = 0; i < p->kernels.n; i++) {
    const Kernel *k = p->kernels.at[i];
    if (body_uses(&k->body, b)) return true;
    for (size_t s = 0; s < k->cascade.steps.n && !k->lowered; s++)
      for (int e = 0; e < k->cascade.steps.at[s].n; e++)
        if (ein_reads(k->cascade.steps.at[s].ein[e], buf_root(b))) return true;
  }
  return false;
}

/* Constant tensors that were packed for their only reader are not needed as they were. */
static void drop_unread_constants(Program *p) {
  size_t kept = 0;
  for (size_t i = 0; i < p->bufs.n; i++) {
    Buf *b = p->bufs.at[i];
    if (b->space != SPACE_CONST || is_read(p, b)) p->bufs.at[kept++] = b;
  }
  p->bufs.n = kept;
}

/* And where they are large and were made when compiling, their memory is given back before the next kernel packs its own. */
static void release_packed(const Expr *load, void *arg) {
  const Program *p = arg;
  const Data *d = load->buf->data;
  if (!d || !d->own) return;
  for (size_t i = 0; i < p->bufs.n; i++)
    if (p->bufs.at[i]->data == d && is_read(p, p->bufs.at[i])) return;
  data_release((Data *)d);
}

bool pass_schedule(Ctx *ctx, Unit *u);
bool pass_schedule(Ctx *ctx, Unit *u) {
  for (size_t i = 0; i < u->program->kernels.n; i++) {
    Kernel *k = u->program->kernels.at[i];
    if (!schedule_kernel(ctx, u, k)) return false;
    for (size_t s = 0; s < k->cascade.steps.n; s++)
      for (int e = 0; e < k->cascade.steps.at[s].n; e++) x_each_load(k->cascade.steps.at[s].ein[e]->rhs, release_packed, u->program);
  }
  drop_unread_constants(u->program);
  return true;
}
