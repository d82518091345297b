/* Narrow: mathematical numbers get machine types.
 *
 * real becomes f32, or f64 where kernel_real says so; a temporary that several kernels touch is as wide as the widest of them wants. Where scalar
 * doubles are fast, a register that sums f32 terms one by one is f64 nevertheless: it may be long, and takes no longer (the rounded product is off its
 * critical path). int becomes i64, or i32 where intervals prove that every value stored fits: the accumulator of an int8 dot product of up to 2^17 terms. */
#include "ir/map.h"
#include "passes/pass.h"

typedef struct Narrow {
  Ctx *ctx;
  Kernel *kernel;
  Map own;               /* scratch and registers of the kernel */
  bool widen, changed;   /* reals to f64 */
  Buf *buf;              /* whose stores are looked at */
  bool fits;
} Narrow;

/* ---- reals */
static void real_buf(Narrow *n, Buf *b) {
  if (!b || b->elem != ELEM_real || !n->widen) return;
  b->elem = ELEM_f64;
  n->changed = true;
}

static void real_load(const Expr *load, void *arg) { real_buf(arg, load->buf); }
static void real_loads(const Expr *e, void *arg) { x_each_load(e, real_load, arg); }

static bool real_stmt(const Stmt *s, void *arg) {
  stmt_exprs(s, real_loads, arg);
  if (s->kind == S_STORE) real_buf(arg, s->store.buf);
  if (s->kind == S_REG) real_buf(arg, s->reg.buf);
  return true;
}

/* A scalar sum or product. Vectors are f32, and so is what their lanes meet in. */
static bool wide_sum(const Stmt *s, void *arg) {
  (void)arg;
  if (s->kind == S_STORE && (s->store.op == RED_ADD || s->store.op == RED_MUL) && s->store.buf->space == SPACE_REG && s->store.buf->elem == ELEM_real && s->store.buf->lanes <= 1)
    s->store.buf->elem = ELEM_f64;
  return s->kind != S_LOOP || s->loop.mode != LOOP_VEC;
}

static void f32_buf(Buf *b) {
  if (b && b->elem == ELEM_real) b->elem = ELEM_f32;
}

static void f32_load(const Expr *load, void *arg) { (void)arg; f32_buf(load->buf); }
static void f32_loads(const Expr *e, void *arg) { x_each_load(e, f32_load, arg); }

static bool f32_stmt(const Stmt *s, void *arg) {
  stmt_exprs(s, f32_loads, arg);
  if (s->kind == S_STORE) f32_buf(s->store.buf);
  if (s->kind == S_REG) f32_buf(s->reg.buf);
  return true;
}

/* ---- integers */
/* Greatest number of steps of a loop; -1: not known. */
static int64_t trips(const Ctx *ctx, const Stmt *s) {
  int64_t lo, hi, unused, extent;
  ext_range(ctx, s->loop.var->extent, &unused, &extent);
  if (!x_range(ctx, s->loop.lo, &lo, &unused) || !x_range(ctx, s->loop.hi, &unused, &hi) || hi - lo > extent) return extent;
  return hi > lo ? hi - lo : 0;
}

/* Do all stores into n->buf below `body` fit 32 bits? times: how often the body runs between two fillings of the buffer; -1: not known. */
static void look(Narrow *n, const Body *body, int64_t times, int64_t *lowest, int64_t *highest) {
  for (size_t i = 0; i < body->n && n->fits; i++) {
    const Stmt *s = body->at[i];
    if (s->kind == S_LOOP) {
      int64_t inner;
      if (times < 0 || __builtin_mul_overflow(times, trips(n->ctx, s), &inner)) inner = -1;
      look(n, &s->loop.body, inner, lowest, highest);
    }
    if (s->kind == S_IF) {
      look(n, &s->cond.then, times, lowest, highest);
      look(n, &s->cond.other, times, lowest, highest);
    }
    if (s->kind == S_CALL)
      for (int b = s->call.nin; b < s->call.nbufs; b++) n->fits = n->fits && s->call.bufs[b] != n->buf;
    if (s->kind == S_REG && s->reg.buf == n->buf) times = 1; /* a fresh one each time round */
    if (s->kind != S_STORE || s->store.buf != n->buf) continue;
    int64_t lo, hi;
    bool known = s->store.value->vk != KIND_REAL && x_range(n->ctx, s->store.value, &lo, &hi) && lo >= INT32_MIN && hi <= INT32_MAX;
    if (s->store.op == RED_ADD) known = known && times >= 0 && !__builtin_mul_overflow(lo, times, &lo) && !__builtin_mul_overflow(hi, times, &hi);
    else if (s->store.op == RED_MUL) known = false;
    if (!known) { n->fits = false; return; }
    if (s->store.op == RED_ADD) { /* on top of what was there */
      n->fits = !__builtin_add_overflow(*lowest, lo < 0 ? lo : 0, lowest) && !__builtin_add_overflow(*highest, hi > 0 ? hi : 0, highest);
    } else {
      if (lo < *lowest) *lowest = lo;
      if (hi > *highest) *highest = hi;
    }
  }
}

static void narrow_int(Narrow *n, Buf *b) {
  if (!b || b->elem != ELEM_int) return;
  int64_t lowest = 0, highest = 0;
  n->buf = b;
  n->fits = map_find(&n->own, b) != NULL; /* others may be written elsewhere */
  look(n, &n->kernel->body, 1, &lowest, &highest);
  b->elem = n->fits && lowest >= INT32_MIN && highest <= INT32_MAX ? ELEM_i32 : ELEM_i64;
}

static bool own_register(const Stmt *s, void *arg) {
  Narrow *n = arg;
  if (s->kind == S_REG) map_add(n->ctx->arena, &n->own, s->reg.buf);
  return true;
}

/* In the order of the stores: what is stored may come from a buffer that is narrow already. */
static bool int_stmt(const Stmt *s, void *arg) {
  if (s->kind == S_STORE) narrow_int(arg, s->store.buf);
  return true;
}

static void any_int_load(const Expr *load, void *arg) { narrow_int(arg, load->buf); }
static void any_int_loads(const Expr *e, void *arg) { x_each_load(e, any_int_load, arg); }
static bool any_int_stmt(const Stmt *s, void *arg) { /* read and never written: anything will do */
  stmt_exprs(s, any_int_loads, arg);
  if (s->kind == S_REG) narrow_int(arg, s->reg.buf);
  return true;
}

bool pass_narrow(Ctx *ctx, Unit *u) {
  Program *p = u->program;
  Narrow n = {.ctx = ctx, .changed = true};
  bool fast = u->opt && u->opt->target && u->opt->target->f64_fast;
  while (n.changed) { /* a kernel that gets an f64 temporary from its neighbour computes in f64 too */
    n.changed = false;
    for (size_t i = 0; i < p->kernels.n; i++) {
      n.widen = kernel_real(p->kernels.at[i]) == ELEM_f64;
      stmts_walk(&p->kernels.at[i]->body, real_stmt, &n);
    }
  }
  for (size_t i = 0; i < p->kernels.n; i++) {
    Kernel *k = n.kernel = p->kernels.at[i];
    if (fast) stmts_walk(&k->body, wide_sum, NULL);
    stmts_walk(&k->body, f32_stmt, NULL);
    memset(&n.own, 0, sizeof n.own);
    for (size_t b = 0; b < k->scratch.n; b++) map_add(ctx->arena, &n.own, k->scratch.at[b]);
    stmts_walk(&k->body, own_register, &n);
    stmts_walk(&k->body, int_stmt, &n);
    stmts_walk(&k->body, any_int_stmt, &n);
    for (size_t b = 0; b < k->scratch.n; b++) {
      f32_buf(k->scratch.at[b]);
      narrow_int(&n, k->scratch.at[b]);
    }
  }
  for (size_t i = 0; i < p->bufs.n; i++) {
    f32_buf(p->bufs.at[i]);
    if (p->bufs.at[i]->elem == ELEM_int) p->bufs.at[i]->elem = ELEM_i64;
  }
  return true;
}
