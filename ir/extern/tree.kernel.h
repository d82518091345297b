/* Decision trees: a row of the input walks from each root to a leaf, and the leaf votes.
 *
 * in[1..6] are tables: nodes, four numbers each (feature, test, next when it holds, next when not); thresholds, one per node; where each tree starts; the first
 * vote of each leaf, and one more; the target of each vote; its weight. A place that is not negative is a node, ~place a leaf. No walk can be longer than
 * there are nodes, and no place lies outside: who made the tables has proven it.
 * arg[0..8]: rows; features; element of a feature (features.kernel.h); trees; targets; 1: thresholds and weights are doubles;
 * the test of all nodes, or -1; how votes meet (0 average, 1 sum, 2 least, 3 greatest); the transform of the scores. */
#include "ir/extern/features.kernel.h"
#include <stdint.h>
#include <string.h>

enum { SINTER_TREE_AVERAGE, SINTER_TREE_SUM, SINTER_TREE_LEAST, SINTER_TREE_GREATEST };

static double sinter_tree_real(const void *list, int64_t i, int64_t doubles) { return doubles ? ((const double *)list)[i] : (double)((const float *)list)[i]; }

static int sinter_tree_test(int64_t test, double x, double t) { /* 8: what is not a number passes */
  if (test & 8 && x != x) return 1;
  switch (test & 7) {
    case 0: return x <= t;
    case 1: return x < t;
    case 2: return x >= t;
    case 3: return x > t;
    case 4: return x == t;
    default: return x != t;
  }
}

/* The votes for each target of the trees that row n goes through; voted: whether there was one. */
static void sinter_tree_votes(const void *const *in, const int64_t *arg, int64_t n, double *score, unsigned char *voted) {
  const int32_t *node = in[1], *root = in[3], *first = in[4], *target = in[5];
  int64_t features = arg[1], elem = arg[2], trees = arg[3], targets = arg[4], doubles = arg[5], uniform = arg[6], meet = arg[7];
  for (int64_t c = 0; c < targets; c++) score[c] = 0, voted[c] = 0;
  for (int64_t t = 0; t < trees; t++) {
    int32_t at = root[t];
    while (at >= 0) {
      const int32_t *it = node + 4 * (int64_t)at;
      double x = sinter_feature(in[0], n * features + it[0], elem);
      at = sinter_tree_test(uniform >= 0 ? uniform : it[1], x, sinter_tree_real(in[2], at, doubles)) ? it[2] : it[3];
    }
    for (int32_t v = first[~at]; v < first[~at + 1]; v++) {
      double w = sinter_tree_real(in[6], v, doubles), *s = &score[target[v]];
      if (meet == SINTER_TREE_LEAST) *s = !voted[target[v]] || w < *s ? w : *s;
      else if (meet == SINTER_TREE_GREATEST) *s = !voted[target[v]] || w > *s ? w : *s;
      else *s += w;
      voted[target[v]] = 1;
    }
  }
  for (int64_t c = 0; c < targets && meet == SINTER_TREE_AVERAGE; c++) score[c] /= (double)trees;
}
