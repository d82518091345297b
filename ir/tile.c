/* Constructors of tile statements, and small helpers that every pass over nests wants. */
#include "ir/tile.h"

static Stmt *stmt_new(Ctx *ctx, StmtKind kind) {
  Stmt *s = NEW(ctx, Stmt);
  s->kind = kind;
  return s;
}

Stmt *s_loop(Ctx *ctx, const Var *v, const Expr *lo, const Expr *hi, LoopMode mode) {
  Stmt *s = stmt_new(ctx, S_LOOP);
  s->loop.var = v;
  s->loop.lo = lo;
  s->loop.hi = hi;
  s->loop.mode = mode;
  return s;
}

Stmt *s_if(Ctx *ctx, const Expr *cond) {
  Stmt *s = stmt_new(ctx, S_IF);
  s->cond.cond = cond;
  return s;
}

Stmt *s_store(Ctx *ctx, Reduce op, Buf *b, int n, const Expr *const *index, const Expr *value) {
  Stmt *s = stmt_new(ctx, S_STORE);
  s->store.op = op;
  s->store.value = value;
  s->store.buf = b;
  s->store.n = n;
  s->store.index = NEWN(ctx, const Expr *, n);
  if (n) memcpy(s->store.index, index, (size_t)n * sizeof *index);
  return s;
}

Stmt *s_reg(Ctx *ctx, Buf *b) {
  Stmt *s = stmt_new(ctx, S_REG);
  s->reg.buf = b;
  return s;
}

Stmt *s_hint(Ctx *ctx, Hint h, const Expr *arg) {
  Stmt *s = stmt_new(ctx, S_HINT);
  s->hint.what = h;
  s->hint.arg = arg;
  return s;
}

Stmt *s_call(Ctx *ctx, const struct Extern *x, int nin, int nbufs, int nargs, int nsymbols) {
  Stmt *s = stmt_new(ctx, S_CALL);
  s->call.ext = x;
  s->call.nin = nin;
  s->call.nbufs = nbufs, s->call.bufs = NEWN(ctx, Buf *, nbufs);
  s->call.n = nargs, s->call.arg = NEWN(ctx, const Expr *, nargs);
  s->call.nsymbols = nsymbols, s->call.symbol = NEWN(ctx, const char *, nsymbols);
  return s;
}

size_t *program_jumps(Ctx *ctx, const Program *p) {
  size_t *to = NEWN(ctx, size_t, p->kernels.n + 1), open[MAX_CONTROL], depth = 0;
  for (size_t i = 0; i < p->kernels.n; i++) {
    const Kernel *k = p->kernels.at[i];
    const Place at = {.node = k->name};
    to[i] = i;
    if (k->control == CONTROL_NONE) continue;
    if (k->control == CONTROL_IF || k->control == CONTROL_WHILE) {
      if (depth == MAX_CONTROL) return diag(ctx, E0601, at, "control flow is nested more than %d deep", MAX_CONTROL), NULL;
      open[depth++] = i;
      continue;
    }
    const size_t from = depth ? open[depth - 1] : i;
    const Control of = depth ? p->kernels.at[from]->control : CONTROL_NONE;
    if (of == CONTROL_NONE || (k->control == CONTROL_ELSE && of != CONTROL_IF)) return diag(ctx, E0601, at, "a marker of control flow that closes nothing"), NULL;
    to[from] = i;
    if (of == CONTROL_WHILE) to[i] = from;
    if (k->control == CONTROL_ELSE) open[depth - 1] = i;
    else depth--;
  }
  if (depth) return diag(ctx, E0601, (Place){.node = p->kernels.at[open[depth - 1]]->name}, "control flow that does not end"), NULL;
  return to;
}

Elem kind_elem(Kind k) {
  static const Elem elems[] = {[KIND_BOOL] = ELEM_bool, [KIND_INT] = ELEM_int, [KIND_UINT] = ELEM_u64, [KIND_REAL] = ELEM_real};
  return elems[k];
}

void stmts_walk(const Body *body, bool (*enter)(const Stmt *s, void *arg), void *arg) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    if (!enter(s, arg)) continue;
    if (s->kind == S_LOOP) stmts_walk(&s->loop.body, enter, arg);
    if (s->kind == S_IF) {
      stmts_walk(&s->cond.then, enter, arg);
      stmts_walk(&s->cond.other, enter, arg);
    }
  }
}

void stmt_exprs(const Stmt *s, void (*f)(const Expr *e, void *arg), void *arg) {
  switch (s->kind) {
  case S_LOOP: f(s->loop.lo, arg); f(s->loop.hi, arg); break;
  case S_IF: f(s->cond.cond, arg); break;
  case S_STORE:
    for (int i = 0; i < s->store.n; i++) f(s->store.index[i], arg);
    f(s->store.value, arg);
    break;
  case S_HINT: if (s->hint.arg) f(s->hint.arg, arg); break;
  case S_CALL: for (int i = 0; i < s->call.n; i++) f(s->call.arg[i], arg); break;
  case S_REG: break;
  }
}

static bool find_failing(const Stmt *s, void *arg) {
  if (s->kind == S_CALL && s->call.fails) *(bool *)arg = true;
  return true;
}

bool kernel_fails(const Kernel *k) {
  bool fails = false;
  stmts_walk(&k->body, find_failing, &fails);
  return fails;
}

/* ---- the type of reals */
typedef struct RealUse { bool f64; } RealUse;

static bool computes_reals(const Expr *e) { /* real arithmetic on what was loaded; a plain load or comparison is exact in any type */
  bool exact = e->kind != X_OP || e->vk != KIND_REAL || e->op == OP_REAL || e->op == OP_SELECT || e->op == OP_BCAST || e->op == OP_NEG || e->op == OP_ABS;
  if (!exact && x_has_load(e)) return true;
  for (int i = 0; i < e->n; i++)
    if (computes_reals(e->arg[i])) return true;
  return false;
}

static void use_buf(RealUse *use, const Buf *b) {
  if (b && b->elem == ELEM_f64 && b->space != SPACE_REG) use->f64 = true;
}

static void use_load(const Expr *load, void *arg) { use_buf(arg, load->buf); }
static void use_loads(const Expr *e, void *arg) { x_each_load(e, use_load, arg); }

static void use_store(RealUse *use, const Buf *b, const Expr *v) {
  char cls = elem_info(b->elem)->cls;
  use_buf(use, b);
  if ((cls == 'i' || cls == 'u') && computes_reals(v)) use->f64 = true;
}

static bool use_stmt(const Stmt *s, void *arg) {
  stmt_exprs(s, use_loads, arg);
  if (s->kind == S_STORE) use_store(arg, s->store.buf, s->store.value);
  for (int i = 0; s->kind == S_CALL && i < s->call.nbufs; i++) use_buf(arg, s->call.bufs[i]);
  return true;
}

Elem kernel_real(const Kernel *k) {
  RealUse use = {k->doubles};
  stmts_walk(&k->body, use_stmt, &use);
  for (size_t i = 0; !k->lowered && i < k->cascade.steps.n; i++)
    for (int s = 0; s < k->cascade.steps.at[i].n; s++) {
      const Ein *e = k->cascade.steps.at[i].ein[s];
      use_loads(e->rhs, &use);
      use_store(&use, e->out, e->rhs);
    }
  return use.f64 ? ELEM_f64 : ELEM_f32;
}
