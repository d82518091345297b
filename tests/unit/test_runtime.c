/* The runtime as the test's own compiler flags build it: no vector instructions beyond the machine's baseline. */
#pragma GCC diagnostic ignored "-Wpsabi"
#include "tests/unit/runtime_cases.h"

int main(void) { return run_runtime_tests("runtime, baseline"); }
