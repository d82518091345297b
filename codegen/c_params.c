/* What a kernel's function is given: its buffers in a fixed order, and the symbols of its extents. */
#include "codegen/c_text.h"
#include <stdlib.h>

typedef struct Walk { Ctx *ctx; VEC(KernelParam) params; VEC(const char *) symbols; VEC(const Buf *) local; } Walk;

static void add_symbols(Walk *w, ext_t e);
static int64_t note_symbol(void *arg, const char *name) {
  Walk *w = arg;
  for (size_t i = 0; i < w->symbols.n; i++)
    if (w->symbols.at[i] == name) return 1;
  vec_push(w->ctx, &w->symbols, name);
  return 1;
}
static void add_symbols(Walk *w, ext_t e) {
  if (!ext_is_const(w->ctx, e)) (void)ext_value(w->ctx, e, note_symbol, w);
}

static void add_buf(Walk *w, const Buf *b, bool written) {
  for (int i = 0; i < b->rank; i++) add_symbols(w, b->dim[i]);
  if (b->space == SPACE_REG) return;
  for (size_t i = 0; i < w->params.n; i++)
    if (w->params.at[i].buf == b) { w->params.at[i].written |= written; return; }
  vec_push(w->ctx, &w->params, ((KernelParam){b, written}));
}

static void add_expr(Walk *w, const Expr *e) {
  if (e->kind == X_AFF) {
    add_symbols(w, e->aff.c);
    for (int i = 0; i < e->aff.n; i++) add_symbols(w, e->aff.term[i].k);
  }
  if (e->kind == X_LOAD) add_buf(w, e->buf, false);
  for (int i = 0; (e->kind == X_LOAD || e->kind == X_OP) && i < e->n; i++) add_expr(w, e->arg[i]);
}

static void add_body(Walk *w, const Body *body) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    switch (s->kind) {
    case S_LOOP: add_expr(w, s->loop.lo); add_expr(w, s->loop.hi); add_body(w, &s->loop.body); break;
    case S_IF: add_expr(w, s->cond.cond); add_body(w, &s->cond.then); add_body(w, &s->cond.other); break;
    case S_STORE:
      add_buf(w, s->store.buf, true);
      for (int j = 0; j < s->store.n; j++) add_expr(w, s->store.index[j]);
      add_expr(w, s->store.value);
      break;
    case S_REG: add_buf(w, s->reg.buf, true); break;
    case S_HINT: if (s->hint.arg) add_expr(w, s->hint.arg); break;
    case S_CALL:
      for (int j = 0; j < s->call.nbufs; j++)
        if (s->call.bufs[j]) add_buf(w, s->call.bufs[j], j >= s->call.nin);
      for (int j = 0; j < s->call.n; j++) add_expr(w, s->call.arg[j]);
      for (int j = 0; j < s->call.nsymbols; j++) note_symbol(w, s->call.symbol[j]);
      break;
    }
  }
}

static const int space_order[] = {[SPACE_CONST] = 0, [SPACE_INPUT] = 1, [SPACE_TEMP] = 2, [SPACE_STATE] = 3, [SPACE_OUTPUT] = 4, [SPACE_REG] = 5};
static int by_space_then_age(const void *a, const void *b) {
  const KernelParam *x = a, *y = b;
  int d = space_order[x->buf->space] - space_order[y->buf->space];
  return d ? d : (x->buf->id > y->buf->id) - (x->buf->id < y->buf->id);
}

size_t kernel_params(Ctx *ctx, const Kernel *k, KernelParam **out, const char ***symbols, size_t *nsymbols) {
  Walk w = {.ctx = ctx};
  add_body(&w, &k->body);
  if (w.params.n) qsort(w.params.at, w.params.n, sizeof *w.params.at, by_space_then_age);
  *out = w.params.at;
  *symbols = w.symbols.at;
  *nsymbols = w.symbols.n;
  return w.params.n;
}

const char *c_read_only(Ctx *ctx, Elem e) {
  const char *c = elem_info(e)->c;
  return ctx_printf(ctx, c[strlen(c) - 1] == '*' ? "%sconst" : "const %s", c);
}
