/* Finding targets and their rows; `host` is whichever of them this machine runs best. */
#include "targets/target.h"
#include <unistd.h>

#define TARGET(object) extern const Target object;
#include "targets/targets.def"
#undef TARGET

static const Target *const targets[] = {
#define TARGET(object) &object,
#include "targets/targets.def"
#undef TARGET
};

size_t target_count(void) { return sizeof targets / sizeof *targets; }
const Target *target_at(size_t i) { return i < target_count() ? targets[i] : NULL; }

const InsnRow *target_row(const Target *t, Op op, Elem e, int lanes) {
  for (int i = 0; i < t->nrows; i++)
    if (t->rows[i].op == op && t->rows[i].elem == e && t->rows[i].lanes == lanes) return &t->rows[i];
  return NULL;
}

static const Target *best_of_this_machine(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) return &target_x86_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &target_x86_avx2;
#endif
  return &target_generic;
}

static const Target *host_target(Ctx *ctx) {
  Target *t = arena_copy(ctx->arena, best_of_this_machine(), sizeof *t);
  long l1 = sysconf(_SC_LEVEL1_DCACHE_SIZE), l2 = sysconf(_SC_LEVEL2_CACHE_SIZE); /* 0 or -1 where the system does not say */
  if (l1 > 0) t->l1_bytes = l1;
  if (l2 > 0) t->l2_bytes = l2;
  return t;
}

const Target *target_find(Ctx *ctx, const char *name) {
  if (!strcmp(name, "host")) return host_target(ctx);
  for (size_t i = 0; i < target_count(); i++)
    if (!strcmp(targets[i]->name, name)) return targets[i];
  Str known = str_new(ctx);
  for (size_t i = 0; i < target_count(); i++) str_printf(&known, "%s, ", targets[i]->name);
  diag(ctx, E0802, (Place){0}, "no target is called '%s'; there are %sand host", name, known.s);
  return NULL;
}
