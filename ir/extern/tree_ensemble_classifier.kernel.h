/* TreeEnsembleClassifier: the votes of trees for each class, row by row, and the label of the class that wins.
 * in, arg: as tree.kernel.h; in[7]: base values, none, one per class, or one for the single score; in[8]: labels. out: labels, scores, both where wanted.
 * arg[9]: how many base values; arg[10]: bytes of a label, 0: it is a pointer; arg[11]: who gets votes; arg[12]: 1: no weight is negative.
 * Work memory: a double and a byte for each target.
 *
 * The votes of two classes are often one score: they are all for one class, and votes for it are votes against the other. What the standard leaves open there is
 * done as its most used implementation does: scores that are shares (no weight is negative) are 1 - s and s, and the second class wins above a half; otherwise
 * they are -s and s, and it wins above zero. */
#include "ir/extern/scores.kernel.h"
#include "ir/extern/tree.kernel.h"

enum { SINTER_VOTES_ALONE, SINTER_VOTES_FIRST, SINTER_VOTES_SECOND, SINTER_VOTES_MANY }; /* the only class; of two only the first or the second; any */

/* Two scores from one; the number of the class that wins. */
static int64_t sinter_tree_pair(double s, int64_t shares, int64_t transform, double *score) {
  score[1] = transform == SINTER_SCORES_LOGISTIC ? sinter_logistic(s) : s;
  score[0] = transform == SINTER_SCORES_LOGISTIC ? sinter_logistic(-s) : shares ? 1 - s : -s;
  return s > (shares ? 0.5 : 0);
}

/* The class of most votes among those that got any. */
static int64_t sinter_tree_winner(const double *score, const unsigned char *voted, int64_t n) {
  int64_t best = -1;
  for (int64_t c = 0; c < n; c++)
    if (voted[c] && (best < 0 || score[c] > score[best])) best = c;
  return best < 0 ? 0 : best;
}

static void sinter_tree_ensemble_classifier(const void *const *in, void *const *out, const int64_t *arg, int64_t *count) {
  int64_t classes = arg[4], transform = arg[8], bases = arg[9], votes = arg[11], shares = arg[12];
  size_t bytes = arg[10] ? (size_t)arg[10] : sizeof(const char *);
  double *score = out[2];
  unsigned char *voted = (unsigned char *)(score + classes);
  (void)count;
  for (int64_t n = 0; n < arg[0]; n++) {
    int64_t won;
    sinter_tree_votes(in, arg, n, score, voted);
    for (int64_t c = 0; c < classes; c++) {
      if (c < bases) score[c] += sinter_tree_real(in[7], c, arg[5]), voted[c] = 1;
      score[c] = (float)score[c];
    }
    if (votes == SINTER_VOTES_FIRST || (votes == SINTER_VOTES_SECOND && !voted[1])) won = sinter_tree_pair(score[0], shares, transform, score);
    else {
      won = votes == SINTER_VOTES_ALONE ? score[0] > 0 : votes == SINTER_VOTES_SECOND ? score[1] > (shares ? 0.5 : 0) : sinter_tree_winner(score, voted, classes);
      if (classes > 1 || transform == SINTER_SCORES_PROBIT) sinter_transform(score, classes, transform); /* a single score knows no other transform */
    }
    if (out[0]) memcpy((char *)out[0] + (size_t)n * bytes, (const char *)in[8] + (size_t)won * bytes, bytes);
    for (int64_t c = 0; out[1] && c < classes; c++) ((float *)out[1])[n * classes + c] = (float)score[c];
  }
}
