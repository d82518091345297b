/* The nearest spelling: what a hint offers for a word nobody knows. */
#include "cli/cli.h"

#define LONGEST 64

/* Edit distance with transpositions (optimal string alignment): insert, delete, replace or swap neighbours. */
static size_t edit_distance(const char *a, const char *b) {
  size_t na = strlen(a), nb = strlen(b);
  if (na > LONGEST || nb > LONGEST) return SIZE_MAX;
  size_t rows[3][LONGEST + 1];
  for (size_t j = 0; j <= nb; j++) rows[0][j] = j;
  for (size_t i = 1; i <= na; i++) {
    size_t *now = rows[i % 3], *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
    now[0] = i;
    for (size_t j = 1; j <= nb; j++) {
      size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);
      if (above[j] + 1 < best) best = above[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped && before[j - 2] + 1 < best) best = before[j - 2] + 1;
      now[j] = best;
    }
  }
  return rows[na % 3][nb];
}

Nearest nearest_to(const char *word)
{
  /* Half of a short word may be wrong, but never all of it. */
  size_t reach = strlen(word) / 3 + 1;
  return (Nearest){.word = word, .distance = (reach < strlen(word) ? reach : strlen(word) - (*word != 0)) + 1};
}

void nearest_try(Nearest *n, const char *candidate) {
  size_t d = edit_distance(n->word, candidate);
  if (d < n->distance) *n = (Nearest){n->word, candidate, d};
}
