/* Calls the library that `sinter compile attention.ein` made, and compares it with the same sums written as plain loops in double. */
#include "attention.h"
#include <math.h>
#include <stdio.h>

enum { M = 64, N = 128, D = 32, F = 32 };

static _Alignas(ATTENTION_ALIGN) unsigned char arena[ATTENTION_ARENA_BYTES + 1];
static float query[M][D], key[N][D], value[N][F], result[M][F];

/* Numbers that look random and are the same everywhere. */
static float next(unsigned *state) {
  *state = *state * 1664525u + 1013904223u;
  return (float)(*state >> 8) / (float)(1 << 23) - 1.0f;
}

static void fill(float *to, int count, unsigned seed) {
  for (int i = 0; i < count; i++) to[i] = next(&seed);
}

static double largest_error(void) {
  double worst = 0;
  for (int m = 0; m < M; m++) {
    double score[N], most = -1e300, sum = 0;
    for (int n = 0; n < N; n++) {
      score[n] = 0;
      for (int d = 0; d < D; d++) score[n] += (double)query[m][d] * key[n][d] / sqrt(D);
      if (score[n] > most) most = score[n];
    }
    for (int n = 0; n < N; n++) sum += score[n] = exp(score[n] - most);
    for (int f = 0; f < F; f++) {
      double want = 0;
      for (int n = 0; n < N; n++) want += score[n] * value[n][f] / sum;
      double error = fabs(want - result[m][f]);
      if (!(error <= worst)) worst = error; /* also when it is NaN */
    }
  }
  return worst;
}

int main(void) {
  fill(&query[0][0], M * D, 1);
  fill(&key[0][0], N * D, 2);
  fill(&value[0][0], N * F, 3);
  const attention_inputs in = {.Q = &query[0][0], .K = &key[0][0], .V = &value[0][0]};
  const attention_outputs out = {.Y = &result[0][0]};
  int status = attention_run(&in, &out, arena, NULL);
  if (status) {
    printf("attention_run returned %d\n", status);
    return 1;
  }
  double error = largest_error();
  printf("largest error %.2g, arena %lld bytes\n", error, (long long)ATTENTION_ARENA_BYTES);
  if (!(error < 1e-5)) return 1;
  printf("attention agrees with plain loops\n");
  return 0;
}
