/* Fusion: a tensor that one kernel writes and one other reads need not exist.
 *
 * Two cases, until nothing changes:
 *   view      the producer only moves elements (a transposition, a slice): the consumer reads the source itself;
 *   map       the consumer is one map that walks the tensor as it was written: it is told in the producer's axes and joins its kernel. Where the producer's last
 *             statement is a map too, the two become one statement; else the map follows the reduction, whose schedule makes it an epilogue.
 * Values are rounded to the tensor's type where leaving that out could be seen: integers, narrow floats, and f32 under strict floating point. */
#include "ir/access.h"
#include "passes/pass.h"

enum { LARGEST_MAP = 256, LARGEST_COPIED = 12 }; /* nodes of an expression; of one that is needed several times */

typedef struct Fusion { Ctx *ctx; Program *program; bool strict; } Fusion;

/* ---- who reads and writes what */

static bool is_cascade(const Kernel *k) {
  if (k->lowered || k->body.n || !k->cascade.steps.n) return false;
  for (size_t i = 0; i < k->cascade.steps.n; i++)
    if (k->cascade.steps.at[i].iter) return false;
  return true;
}

static bool ein_reads(const Ein *e, const Buf *root) {
  if (x_reads(e->rhs, root)) return true;
  for (int i = 0; i < e->out->rank; i++)
    if (x_reads(e->index[i], root)) return true;
  return false;
}

static int ein_writers(const Kernel *k, const Buf *root) {
  int n = 0;
  for (size_t i = 0; i < k->cascade.steps.n; i++)
    for (int j = 0; j < k->cascade.steps.at[i].n; j++) n += buf_root(k->cascade.steps.at[i].ein[j]->out) == root;
  return n;
}

static bool body_writes(const Body *body, const Buf *root) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    if (s->kind == S_STORE && buf_root(s->store.buf) == root) return true;
    if (s->kind == S_LOOP && body_writes(&s->loop.body, root)) return true;
    if (s->kind == S_IF && (body_writes(&s->cond.then, root) || body_writes(&s->cond.other, root))) return true;
    for (int b = s->kind == S_CALL ? s->call.nin : 0; s->kind == S_CALL && b < s->call.nbufs; b++)
      if (s->call.bufs[b] && buf_root(s->call.bufs[b]) == root) return true;
  }
  return false;
}

/* Per memory: how many kernels read and write it, the last that reads, and the first that reads what another wrote. Made anew for each sweep over the program. */
typedef struct Usage { int readers, writers; size_t reader, first; bool followed; const Kernel *seen_read, *seen_write; bool outside; } Usage;
typedef struct Usages { Usage *of; const Kernel *kernel; size_t at; } Usages;

static void note_read(const Buf *b, Usages *u) {
  Usage *x = &u->of[buf_root(b)->id];
  if (x->seen_read == u->kernel) return;
  x->seen_read = u->kernel;
  x->readers++;
  x->reader = u->at;
  if (!x->followed && x->seen_write != u->kernel) x->first = u->at, x->followed = true;
}
static void note_write(const Buf *b, Usages *u) {
  Usage *x = &u->of[buf_root(b)->id];
  if (x->seen_write == u->kernel) return;
  x->seen_write = u->kernel;
  x->writers++;
}
static void note_load(const Expr *load, void *arg) {
  note_read(load->buf, arg);
  if (load->buf->mask) note_read(load->buf->mask, arg);
}

static void note_body(const Body *body, Usages *u) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    switch (s->kind) {
    case S_LOOP: note_body(&s->loop.body, u); break;
    case S_IF: x_each_load(s->cond.cond, note_load, u); note_body(&s->cond.then, u); note_body(&s->cond.other, u); break;
    case S_STORE:
      note_write(s->store.buf, u);
      x_each_load(s->store.value, note_load, u);
      for (int j = 0; j < s->store.n; j++) x_each_load(s->store.index[j], note_load, u);
      break;
    case S_CALL:
      for (int j = 0; j < s->call.nbufs; j++)
        if (s->call.bufs[j]) { note_read(s->call.bufs[j], u); note_write(s->call.bufs[j], u); }
      for (int j = 0; j < s->call.n; j++) x_each_load(s->call.arg[j], note_load, u);
      break;
    case S_REG: case S_HINT: break;
    }
  }
}

static Usage *count_uses(const Fusion *f) {
  Program *p = f->program;
  Usages u = {.of = NEWN(f->ctx, Usage, f->ctx->next_id + 1)};
  for (size_t i = 0; i < p->kernels.n; i++) {
    u.kernel = p->kernels.at[i];
    u.at = i;
    for (size_t s = 0; s < u.kernel->cascade.steps.n; s++)
      for (int j = 0; j < u.kernel->cascade.steps.at[s].n; j++) {
        const Ein *e = u.kernel->cascade.steps.at[s].ein[j];
        note_write(e->out, &u);
        x_each_load(e->rhs, note_load, &u);
        for (int d = 0; d < e->out->rank; d++) x_each_load(e->index[d], note_load, &u);
      }
    note_body(&u.kernel->body, &u);
    if (u.kernel->cond) note_read(u.kernel->cond, &u);
  }
  for (size_t i = 0; i < p->outputs.n; i++) u.of[buf_root(p->outputs.at[i])->id].outside = true;
  return u.of;
}

static int64_t size_of(const Expr *e) {
  int64_t n = 1;
  for (int i = 0; (e->kind == X_OP || e->kind == X_LOAD) && i < e->n && n <= LARGEST_MAP; i++) n += size_of(e->arg[i]);
  return n;
}

static Ein *last_statement(const Kernel *k) {
  const Step *s = &k->cascade.steps.at[k->cascade.steps.n - 1];
  return s->ein[s->n - 1];
}

static Ein *only_statement(const Kernel *k) { return k->cascade.steps.n == 1 && k->cascade.steps.at[0].n == 1 ? k->cascade.steps.at[0].ein[0] : NULL; }

static bool is_map(const Ein *e) { return e->reduce == RED_SET && !e->accumulate && e->nout == e->naxes && !e->out->mask; }

/* ---- replacing reads */

typedef struct Inline { const Fusion *f; const Buf *root; const Expr *by; const Ein *view; bool fine; } Inline;

static const Expr *as_stored(const Fusion *f, Elem elem, const Expr *e) {
  bool wide = elem == ELEM_f64 || elem == ELEM_real || elem == ELEM_int || elem == ELEM_i64 || (elem == ELEM_f32 && !f->strict);
  if (wide && (elem_kind(elem) == KIND_REAL || e->vk != KIND_REAL)) return elem_kind(elem) == KIND_REAL ? x_op1(f->ctx, OP_REAL, e) : e;
  return e->vk == KIND_OPAQUE ? e : x_cast(f->ctx, OP_CAST, elem, e);
}

static const Expr *inline_value(Ctx *ctx, const Expr *e, void *arg) {
  (void)ctx;
  const Inline *q = arg;
  return e->kind == X_LOAD && buf_root(e->buf) == q->root ? q->by : e;
}

/* The view's source, at the place the reader names: each axis of the view is one coordinate of the load. */
static const Expr *inline_view(Ctx *ctx, const Expr *e, void *arg) {
  Inline *q = arg;
  const Ein *v = q->view;
  if (e->kind != X_LOAD || buf_root(e->buf) != q->root) return e;
  if (e->buf != v->out || access_may_leave(ctx, e->buf, e->n, e->arg, NULL)) { q->fine = false; return e; }
  const Var *axis[MAX_RANK * 2];
  const Expr *by[MAX_RANK * 2];
  int n = 0;
  for (int i = 0; i < e->n; i++) {
    Aff a;
    if (!x_is_aff(v->index[i], &a)) { q->fine = false; return e; }
    if (a.n == 0 && a.c == 0) continue;
    if (a.n != 1 || a.c != 0 || a.term[0].k != 1) { q->fine = false; return e; }
    axis[n] = a.term[0].var;
    by[n++] = e->arg[i];
  }
  return as_stored(q->f, v->out->elem, access_subst(ctx, v->rhs, n, axis, by));
}

/* ---- joining kernels */

static void remove_buf(Program *p, const Buf *b) {
  size_t kept = 0;
  for (size_t i = 0; i < p->bufs.n; i++)
    if (buf_root(p->bufs.at[i]) != b) p->bufs.at[kept++] = p->bufs.at[i];
  p->bufs.n = kept;
}

static void join_notes(Ctx *ctx, Kernel *into, const Kernel *from, bool before) {
  Kernel old = *into;
  into->nodes.at = NULL;
  into->nodes.n = into->nodes.cap = 0;
  const Kernel *const order[] = {before ? from : &old, before ? &old : from};
  for (int o = 0; o < 2; o++)
    for (size_t i = 0; i < order[o]->nodes.n; i++) vec_push(ctx, &into->nodes, order[o]->nodes.at[i]);
  for (size_t i = 0; i < from->cascade.locals.n; i++) vec_push(ctx, &into->cascade.locals, from->cascade.locals.at[i]);
  into->flops += from->flops;
}

/* The consumer reads through a view: the producer is not needed. */
static bool fuse_view(Fusion *f, size_t producer, Kernel *consumer, const Buf *root) {
  Ctx *ctx = f->ctx;
  Kernel *k = f->program->kernels.at[producer];
  const Ein *v = only_statement(k);
  if (!v || !is_map(v) || v->rhs->kind != X_LOAD || v->rhs->buf->mask || access_may_leave(ctx, v->rhs->buf, v->rhs->n, v->rhs->arg, NULL)) return false;
  Inline q = {f, root, NULL, v, true};
  for (int pass = 0; pass < 2 && q.fine; pass++) /* try, then do */
    for (size_t i = 0; i < consumer->cascade.steps.n; i++)
      for (int j = 0; j < consumer->cascade.steps.at[i].n; j++) {
        Ein *e = consumer->cascade.steps.at[i].ein[j];
        if (!ein_reads(e, root)) continue;
        bool product = e->reduce == RED_ADD && e->rhs->kind == X_OP && e->rhs->op == OP_MUL;
        if (!is_map(e) && !product) return false; /* a reduction may need the order the view makes */
        const Expr *rhs = x_map(ctx, e->rhs, inline_view, &q);
        for (int d = 0; d < e->out->rank; d++)
          if (x_reads(e->index[d], root)) return false;
        if (pass == 1) e->rhs = rhs;
      }
  if (!q.fine) return false;
  join_notes(ctx, consumer, k, true);
  remove_buf(f->program, root);
  f->program->kernels.at[producer] = NULL;
  return true;
}

/* The consumer's one map joins the producer's kernel, which then runs where the consumer ran. */
static bool fuse_map(Fusion *f, size_t producer, size_t at, Buf *t) {
  Ctx *ctx = f->ctx;
  const Buf *root = buf_root(t);
  Kernel *k = f->program->kernels.at[producer], *consumer = f->program->kernels.at[at];
  Ein *map = only_statement(consumer), *last = last_statement(k);
  const Expr *load = NULL;
  if (!map || !is_map(map) || buf_root(last->out) != root || last->out->mask || last->accumulate) return false;
  for (int d = 0; d < map->out->rank; d++)
    if (x_reads(map->index[d], root)) return false;
  int reads = x_count_loads(map->rhs, root, &load);
  const Expr *by[MAX_AXES];
  if (!reads || !ein_refine(ctx, last, map, load, by)) return false;
  Ein *told = ein_subst(ctx, map, last->nout, last->nout, last->axis, by);
  if (!x_reads_one_place(ctx, told->rhs, root, access_address(ctx, last->out, last->out->rank, last->index))) return false;
  Inline q = {f, root, NULL, NULL, true};
  if (is_map(last)) {
    int64_t size = size_of(last->rhs);
    if (size + size_of(told->rhs) > LARGEST_MAP || (reads > 1 && size > LARGEST_COPIED)) return false;
    q.by = as_stored(f, last->out->elem, last->rhs);
    told->rhs = x_map(ctx, told->rhs, inline_value, &q);
    *last = *told;
  } else {
    if (size_of(told->rhs) > LARGEST_MAP) return false;
    q.by = x_load(ctx, t, t->rank, last->index); /* what was read through a view */
    told->rhs = x_map(ctx, told->rhs, inline_value, &q);
    cascade_add(ctx, &k->cascade, told);
    vec_push(ctx, &k->cascade.locals, t);
  }
  join_notes(ctx, k, consumer, false);
  remove_buf(f->program, root);
  f->program->kernels.at[at] = k;
  f->program->kernels.at[producer] = NULL;
  return true;
}

/* ---- may a kernel wait until another one runs? Not where control branches in between, nor where something else that it writes is read by then, or what it
 * reads is written (state, what a loop carries round, a tensor that several kernels fill) or its extents get new values. */

typedef struct SymbolUse { const char *name; bool found; } SymbolUse;

static int64_t note_symbol(void *arg, const char *name) {
  SymbolUse *u = arg;
  u->found |= !strcmp(u->name, name);
  return 1;
}

static bool ein_uses_symbol(Ctx *ctx, const Ein *e, const char *name) {
  SymbolUse u = {name, false};
  for (int i = 0; i < e->naxes; i++) (void)ext_value(ctx, e->axis[i]->extent, note_symbol, &u);
  for (int i = 0; i < e->out->rank; i++) (void)ext_value(ctx, e->out->dim[i], note_symbol, &u);
  return u.found;
}

/* Does it set a symbol that a statement of `k` uses? */
static bool sets_symbol_of(Ctx *ctx, const Kernel *setter, const Kernel *k) {
  for (size_t i = 0; i < setter->body.n; i++) {
    const Stmt *s = setter->body.at[i];
    for (int n = 0; s->kind == S_CALL && n < s->call.nsymbols; n++)
      for (size_t j = 0; j < k->cascade.steps.n; j++)
        for (int e = 0; e < k->cascade.steps.at[j].n; e++)
          if (ein_uses_symbol(ctx, k->cascade.steps.at[j].ein[e], s->call.symbol[n])) return true;
  }
  return false;
}

typedef struct Waiting { const Fusion *f; const Usage *uses; size_t from, to; bool fine; } Waiting;

static bool written_between(const Waiting *w, const Buf *root) {
  for (size_t i = w->from + 1; i <= w->to; i++) {
    const Kernel *k = w->f->program->kernels.at[i];
    if (k && (body_writes(&k->body, root) || ein_writers(k, root))) return true;
  }
  return false;
}

static void check_waiting(const Expr *load, void *arg) {
  Waiting *w = arg;
  const Buf *root = buf_root(load->buf);
  if (root->space == SPACE_STATE) w->fine = false;
  else if (w->uses[root->id].writers > 1) w->fine = w->fine && !written_between(w, root);
}

static bool may_wait(const Fusion *f, const Usage *uses, size_t from, size_t to) {
  Waiting w = {f, uses, from, to, true};
  const Kernel *k = f->program->kernels.at[from];
  for (size_t i = from + 1; i < to; i++) {
    const Kernel *between = f->program->kernels.at[i];
    if (between && (between->control || sets_symbol_of(f->ctx, between, k))) return false;
  }
  for (size_t i = 0; i < k->cascade.steps.n; i++)
    for (int j = 0; j < k->cascade.steps.at[i].n; j++) {
      const Ein *e = k->cascade.steps.at[i].ein[j];
      const Usage *result = &uses[buf_root(e->out)->id];
      w.fine = w.fine && !(result->followed && result->first < to && result->reader > from);
      x_each_load(e->rhs, check_waiting, &w);
      for (int d = 0; d < e->out->rank; d++) x_each_load(e->index[d], check_waiting, &w);
    }
  return w.fine;
}

/* One sweep: each kernel takes part in one fusion at most, since the counts are from before it. */
static bool sweep(Fusion *f) {
  Program *p = f->program;
  const Usage *uses = count_uses(f);
  bool *touched = NEWN(f->ctx, bool, p->kernels.n + 1), changed = false;
  for (size_t i = 0; i < p->kernels.n; i++) {
    Kernel *k = p->kernels.at[i];
    if (!k || touched[i] || !is_cascade(k)) continue;
    Buf *t = last_statement(k)->out;
    const Usage *u = &uses[buf_root(t)->id];
    if (t->alias || t->space != SPACE_TEMP || t->mask || u->outside || u->readers != 1 || u->writers != 1 || ein_writers(k, t) != 1) continue;
    size_t r = u->reader;
    if (r <= i || touched[r] || !is_cascade(p->kernels.at[r]) || !may_wait(f, uses, i, r)) continue;
    if (!fuse_map(f, i, r, t) && !fuse_view(f, i, p->kernels.at[r], t)) continue;
    touched[i] = touched[r] = changed = true;
  }
  size_t kept = 0;
  for (size_t i = 0; i < p->kernels.n; i++)
    if (p->kernels.at[i]) p->kernels.at[kept++] = p->kernels.at[i];
  p->kernels.n = kept;
  return changed;
}

/* ---- inside one kernel: a map that only the next map needs */

static bool is_local(const Kernel *k, const Buf *b) {
  for (size_t i = 0; i < k->cascade.locals.n; i++)
    if (k->cascade.locals.at[i] == b) return true;
  return false;
}

static bool fuse_inside(Fusion *f, Kernel *k) {
  Ctx *ctx = f->ctx;
  for (size_t i = 0; i + 1 < k->cascade.steps.n; i++) {
    Step *step = &k->cascade.steps.at[i], *next = &k->cascade.steps.at[i + 1];
    if (step->n != 1 || next->n != 1) continue;
    Ein *a = step->ein[0], *b = next->ein[0];
    const Buf *root = buf_root(a->out);
    if (!is_map(a) || !is_map(b) || !is_local(k, a->out) || ein_writers(k, root) != 1) continue;
    int later = 0;
    for (size_t j = i + 2; j < k->cascade.steps.n; j++)
      for (int s = 0; s < k->cascade.steps.at[j].n; s++) later += ein_reads(k->cascade.steps.at[j].ein[s], root);
    const Expr *load = NULL, *by[MAX_AXES];
    int reads = x_count_loads(b->rhs, root, &load);
    if (later || reads != 1 || size_of(a->rhs) + size_of(b->rhs) > LARGEST_MAP || !ein_refine(ctx, a, b, load, by)) continue;
    Ein *told = ein_subst(ctx, b, a->nout, a->nout, a->axis, by);
    Inline q = {f, root, as_stored(f, a->out->elem, a->rhs), NULL, true};
    told->rhs = x_map(ctx, told->rhs, inline_value, &q);
    next->ein[0] = told;
    for (size_t j = i; j + 1 < k->cascade.steps.n; j++) k->cascade.steps.at[j] = k->cascade.steps.at[j + 1];
    k->cascade.steps.n--;
    size_t kept = 0;
    for (size_t j = 0; j < k->cascade.locals.n; j++)
      if (k->cascade.locals.at[j] != a->out) k->cascade.locals.at[kept++] = k->cascade.locals.at[j];
    k->cascade.locals.n = kept;
    return true;
  }
  return false;
}

bool pass_fuse(Ctx *ctx, Unit *u);
bool pass_fuse(Ctx *ctx, Unit *u) {
  Fusion f = {ctx, u->program, u->opt->fp != FP_DEFAULT};
  for (size_t i = 0; i < u->program->kernels.n; i++)
    if (is_cascade(u->program->kernels.at[i]))
      while (fuse_inside(&f, u->program->kernels.at[i])) continue;
  while (sweep(&f)) continue;
  return true;
}
