/* A library whose outputs hn and gn are kept for its inputs h and g: h sums what came in, g is the h of the run before; r are random numbers, others in every run
 * and the same in every process. Returns 0 when four runs give what they should. */
#include "state.h"
#include <stdio.h>
#include <string.h>

static _Alignas(STATE_ALIGN) unsigned char arena[STATE_ARENA_BYTES + 64], state[STATE_STATE_BYTES];

static int runs(float r[4][4]) {
  const float x[4] = {1, 2, 3, -1};
  float h[4] = {0}, g[4] = {0};
  int wrong = 0;
  memset(state, 0, sizeof state);
  for (int run = 0; run < 4; run++) {
    float y[4], z[4];
    const state_inputs in = {.x = x};
    const state_outputs out = {.y = y, .z = z, .r = r[run], .state = state};
    if (state_run(&in, &out, arena, NULL) != SINTER_OK) return 1;
    for (int i = 0; i < 4; i++) {
      const float want = h[i] * h[i] + x[i];
      if (y[i] != want || z[i] != want - g[i] || !(r[run][i] >= 0 && r[run][i] < 1)) {
        printf("run %d, element %d: y %g z %g r %g, want y %g z %g\n", run, i, (double)y[i], (double)z[i], (double)r[run][i], (double)want, (double)(want - g[i]));
        wrong++;
      }
      g[i] = h[i], h[i] += x[i];
    }
    if (run && !memcmp(r[run], r[run - 1], sizeof r[run])) printf("run %d draws the numbers of the run before\n", run), wrong++;
  }
  return wrong;
}

int main(void) {
  float first[4][4], second[4][4];
  if (runs(first) || runs(second)) return 1;
  if (memcmp(first, second, sizeof first)) return printf("the same state gives other random numbers\n"), 1;
  return 0;
}
