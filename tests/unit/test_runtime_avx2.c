/* The runtime with AVX2, FMA and F16C: inline assembly paths, and products fused into sums. Passes without a look where the machine lacks them. */
#if defined(__x86_64__) && !defined(__clang__)
#pragma GCC target("avx2,fma,f16c")
#pragma GCC diagnostic ignored "-Wpsabi"
#include "tests/unit/runtime_cases.h"

int main(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c") ? run_runtime_tests("runtime, AVX2") : 0; }
#else
int main(void) { return 0; }
#endif
