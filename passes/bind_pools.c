/* Pools: memory for the texts that kernels make (runtime/text.h). It lasts to the end of the run, because others hold pointers into it; so every turn of the loops
 * around a kernel makes texts of its own, and a kernel before the outermost of them sets the pool up. */
#include "passes/binder.h"

enum { HEAD = 2, MOST_WORDS = 1 << 30, WORD = sizeof(int64_t) };

Buf *bind_pool(Binder *B, const Kernel *k, const char *name, ext_t bytes) {
  int64_t lo, hi;
  ext_range(B->ctx, bytes, &lo, &hi);
  Buf *b = buf_new(B->ctx, name, ELEM_i64, SPACE_TEMP, 1, (const ext_t[]){hi / WORD + 1});
  b->lasting = true;
  vec_push(B->ctx, &B->program->bufs, b);
  vec_push(B->ctx, &B->pools, ((Pool){b, k}));
  return b;
}

/* Makes room for all calls. The kernel that the pool is set up before. */
static bool enlarge(Binder *B, const Pool *pool, const size_t *jump, size_t *outermost) {
  const Program *p = B->program;
  size_t at = 0;
  int64_t words = pool->buf->dim[0];
  while (p->kernels.at[at] != pool->kernel) at++;
  *outermost = at;
  for (size_t w = at; w-- > 0;) {
    const Kernel *k = p->kernels.at[w];
    if (k->control != CONTROL_WHILE || jump[w] < at) continue;
    *outermost = w;
    if (__builtin_mul_overflow(words, k->trips, &words)) words = INT64_MAX;
  }
  if (words > MOST_WORDS) return diag(B->ctx, E0701, (Place){.file = B->model->path, .node = pool->kernel->nodes.at[0]}, "there is no room for all the texts that this may make in one run");
  pool->buf->dim[0] = HEAD + words;
  return true;
}

/* Nothing taken, and how much there is. */
static Kernel *set_up(Binder *B, const Pool *pool) {
  Ctx *ctx = B->ctx;
  const ext_t head[HEAD] = {0, (pool->buf->dim[0] - HEAD) * WORD};
  Kernel *k = bind_kernel(B, pool->kernel->nodes.at[0], pool->buf->name);
  k->lowered = true;
  k->schedule = "an empty pool";
  for (int i = 0; i < HEAD; i++) {
    const Expr *index = x_int(ctx, i);
    vec_push(ctx, &k->body, s_store(ctx, RED_SET, pool->buf, 1, &index, x_int(ctx, head[i])));
  }
  return k;
}

bool bind_pools(Binder *B) {
  Ctx *ctx = B->ctx;
  Program *p = B->program;
  size_t n = p->kernels.n, *at = NEWN(ctx, size_t, B->pools.n);
  if (!B->pools.n) return true;
  const size_t *jump = program_jumps(ctx, p);
  for (size_t i = 0; jump && i < B->pools.n; i++)
    if (!enlarge(B, &B->pools.at[i], jump, &at[i])) return false;
  if (!jump) return false;
  for (size_t i = 0; i < B->pools.n; i++) set_up(B, &B->pools.at[i]); /* at the end, in the order of the pools; from there to their places */
  Kernel **old = arena_copy(ctx->arena, p->kernels.at, p->kernels.n * sizeof(Kernel *));
  p->kernels.n = 0;
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < B->pools.n; k++)
      if (at[k] == i) vec_push(ctx, &p->kernels, old[n + k]);
    vec_push(ctx, &p->kernels, old[i]);
  }
  return true;
}
