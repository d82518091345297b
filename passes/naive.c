/* Naive: what has no schedule becomes its naive nest. */
#include "passes/pass.h"

bool pass_naive(Ctx *ctx, Unit *u) {
  bool good = true;
  for (size_t i = 0; i < u->program->kernels.n; i++) good = kernel_lower_naive(ctx, u->program->kernels.at[i]) && good;
  return good;
}
