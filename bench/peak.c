/* The machine's arithmetic limit: GFLOP/s of independent f32 FMA chains, as `peak` of other benches. Built with the flags of the target it is compared with. */
#include <stdio.h>
#include <time.h>

#ifdef __AVX512F__
enum { LANES = 16, CHAINS = 24 };
#else
enum { LANES = 8, CHAINS = 12 };
#endif
typedef float vec __attribute__((vector_size(LANES * 4)));

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

__attribute__((noinline)) double peak_gflops(void);
double peak_gflops(void) {
  double best = 0;
  for (int round = 0; round < 3; round++) {
    vec a[CHAINS], x = {0}, y = {0};
    for (int i = 0; i < CHAINS; i++) a[i] = x + (float)i;
    x += 0.999f;
    y += 1e-3f;
    long steps = 200000;
    double start = seconds();
    for (long s = 0; s < steps; s++)
#pragma GCC unroll 24
      for (int i = 0; i < CHAINS; i++) __asm__ volatile("vfmadd213ps %2, %1, %0" : "+v"(a[i]) : "v"(x), "v"(y));
    double took = seconds() - start, rate = 2.0 * LANES * CHAINS * (double)steps / took * 1e-9;
    if (rate > best) best = rate;
    volatile float sink = a[0][0];
    (void)sink;
  }
  return best;
}

#ifndef SINTER_PEAK_NO_MAIN
int main(void) {
  printf("%.1f GFLOP/s\n", peak_gflops());
  return 0;
}
#endif
