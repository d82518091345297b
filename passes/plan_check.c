/* The independent check of a memory plan: it knows nothing of how places were chosen, only what must hold of them. */
#include "passes/plan.h"
#include <stdlib.h>

static int by_start(const void *pa, const void *pb) {
  const Lifetime *a = pa, *b = pb;
  return a->first != b->first ? (a->first > b->first) - (a->first < b->first) : (a->buf->id > b->buf->id) - (a->buf->id < b->buf->id);
}

/* May b begin in the memory of a? Only when a ends in the very kernel that writes b over it, element by element. */
static bool follows_in_place(const Ctx *ctx, const Program *p, const Lifetime *a, const Lifetime *b) {
  return a->last == b->first && a->first < b->first && a->buf->offset == b->buf->offset && a->bytes == b->bytes && plan_in_place(ctx, p->kernels.at[b->first], a->buf, b->buf);
}

bool plan_check(Ctx *ctx, const Program *p) {
  Lifetime *all, **live;
  size_t n = plan_lifetimes(ctx, p, &all), nlive = 0;
  bool ok = true;
  Lifetime *life = NEWN(ctx, Lifetime, n + 1);
  if (n) memcpy(life, all, n * sizeof *life);
  qsort(life, n, sizeof *life, by_start);
  live = NEWN(ctx, Lifetime *, n + 1);
  for (size_t i = 0; i < n; i++) {
    Lifetime *b = &life[i];
    const char *kernel = p->kernels.at[b->first]->name;
    int64_t offset = b->buf->offset;
    if (b->bytes < 0 || offset < 0 || offset % PLAN_ALIGN || offset > p->arena_bytes || b->bytes > p->arena_bytes - offset) {
      ok = diag(ctx, E0601, (Place){0}, "the plan puts '%s' (%lld bytes) at %lld of an arena of %lld bytes, kernel '%s'", b->buf->name, (long long)b->bytes, (long long)offset, (long long)p->arena_bytes, kernel);
      continue;
    }
    size_t kept = 0;
    for (size_t j = 0; j < nlive; j++) {
      Lifetime *a = live[j];
      if (a->last < b->first) continue;
      live[kept++] = a;
      if (a->buf->offset >= offset + b->bytes || offset >= a->buf->offset + a->bytes || follows_in_place(ctx, p, a, b)) continue;
      ok = diag(ctx, E0601, (Place){0}, "the plan lets '%s' and '%s' overlap in kernel '%s'", a->buf->name, b->buf->name, kernel);
    }
    nlive = kept;
    live[nlive++] = b;
  }
  return ok;
}
