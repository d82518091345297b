/* TreeEnsemble and TreeEnsembleRegressor: what trees say of each target, row by row.
 * in, arg: as tree.kernel.h; in[7]: base values, none or one per target; arg[9]: how many; arg[10]: element of the output, as that of a feature.
 * Work memory: a double and a byte for each target. */
#include "ir/extern/scores.kernel.h"
#include "ir/extern/tree.kernel.h"

static void sinter_tree_ensemble(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t targets = arg[4];
  double *score = out[1];
  unsigned char *voted = (unsigned char *)(score + targets);
  (void)count;
  for (int64_t n = 0; n < arg[0]; n++) {
    sinter_tree_votes(in, arg, n, score, voted);
    for (int64_t c = 0; c < targets; c++) {
      if (c < arg[9]) score[c] += sinter_tree_real(in[7], c, arg[5]);
      if (arg[10] != 1) score[c] = (float)score[c];
    }
    if (targets > 1 || arg[8] == SINTER_SCORES_PROBIT) sinter_transform(score, targets, arg[8]); /* a single score knows no other transform */
    for (int64_t c = 0; c < targets; c++) {
      if (arg[10] == 0) ((float *)out[0])[n * targets + c] = (float)score[c];
      else if (arg[10] == 1) ((double *)out[0])[n * targets + c] = score[c];
      else ((uint16_t *)out[0])[n * targets + c] = sinter_store_f16(score[c]);
    }
  }
}
