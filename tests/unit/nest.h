/* What tests of nests share: buffers with memory, statements built by hand, running a kernel. */
#pragma once
#include "ir/tile.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

enum { MAX_CELLS = 4096, MAX_BUFS = 24 };
typedef struct Lab {
  Ctx *ctx;
  Kernel kernel;
  struct { const Buf *buf; double bytes[MAX_CELLS]; } mem[MAX_BUFS];
  int nmem;
  int64_t n; /* value of the symbol n */
} Lab;

static inline void *lab_of(void *arg, const Buf *b) {
  Lab *l = arg;
  for (int i = 0; i < l->nmem; i++)
    if (l->mem[i].buf == b) return l->mem[i].bytes;
  return NULL;
}
static inline int64_t lab_symbol(void *arg, const char *name) { return strcmp(name, "n") == 0 ? ((Lab *)arg)->n : -1; }
static inline Memory lab_memory(Lab *l) { return (Memory){.of = lab_of, .arg = l, .symbol = lab_symbol}; }

static inline Lab *lab_new(void) {
  Lab *l = calloc(1, sizeof *l);
  l->ctx = ctx_new();
  l->kernel.name = "k";
  return l;
}
static inline void lab_free(Lab *l) { ctx_free(l->ctx); free(l); }

#define DIMS(...) (int)(sizeof((ext_t[]){__VA_ARGS__}) / sizeof(ext_t)), (const ext_t[]){__VA_ARGS__}
static inline Buf *lab_buf(Lab *l, const char *name, Elem e, Space s, int rank, const ext_t *dim) {
  Buf *b = buf_new(l->ctx, name, e, s, rank, dim);
  if (s == SPACE_TEMP) vec_push(l->ctx, &l->kernel.scratch, b);
  else l->mem[l->nmem++].buf = b;
  return b;
}
static inline void *lab_bytes(Lab *l, const Buf *b) { return lab_of(l, b); }

#define X(...) (int)(sizeof((const Expr *[]){__VA_ARGS__}) / sizeof(Expr *)), (const Expr *[]){__VA_ARGS__}
static inline const Expr *at(Lab *l, Buf *b, int n, const Expr *const *index) { return x_load(l->ctx, b, n, index); }

/* Axes are given in order; the first nout are those of the left side. */
#define V(...) (int)(sizeof((const Var *[]){__VA_ARGS__}) / sizeof(Var *)), (const Var *[]){__VA_ARGS__}
static inline Ein *statement(Lab *l, Reduce op, Buf *out, int n, const Expr *const *index, const Expr *rhs, int nout, int naxes, const Var *const *axis) {
  Ein *e = NEW(l->ctx, Ein);
  e->reduce = op;
  e->out = out;
  for (int i = 0; i < n; i++) e->index[i] = index[i];
  e->rhs = rhs;
  e->nout = nout;
  e->naxes = naxes;
  for (int i = 0; i < naxes; i++) e->axis[i] = axis[i];
  return e;
}
static inline void step(Lab *l, const Var *iter, bool descending, int n, Ein **ein) {
  Ein **copy = NEWN(l->ctx, Ein *, n);
  for (int i = 0; i < n; i++) copy[i] = ein[i];
  vec_push(l->ctx, &l->kernel.cascade.steps, ((Step){iter, descending, n, copy}));
}
static inline Ein *add(Lab *l, Reduce op, Buf *out, int n, const Expr *const *index, const Expr *rhs, int nout, int naxes, const Var *const *axis) {
  Ein *e = statement(l, op, out, n, index, rhs, nout, naxes, axis);
  step(l, NULL, false, 1, &e);
  return e;
}
static inline void lab_run(Lab *l) {
  bool good = kernel_lower_naive(l->ctx, &l->kernel) && interp_kernel(l->ctx, &l->kernel, lab_memory(l), 0);
  if (!good) diag_print(l->ctx, stderr);
  ck_assert(good);
}

/* How many statements of a kind the nest has. */
static inline bool lab_count_one(const Stmt *s, void *arg) {
  int *count = arg;
  count[s->kind]++;
  return true;
}
static inline int lab_count(const Lab *l, StmtKind k) {
  int count[S_CALL + 1] = {0};
  stmts_walk(&l->kernel.body, lab_count_one, count);
  return count[k];
}

/* Small numbers that differ everywhere and are exact in every type. */
static inline double pattern(int i) { return (double)((i * 37 + 11) % 23 - 9) / 4; }
static inline void fill_f32(Lab *l, const Buf *b, int n, int seed) {
  float *x = lab_bytes(l, b);
  for (int i = 0; i < n; i++) x[i] = (float)pattern(i + seed);
}
