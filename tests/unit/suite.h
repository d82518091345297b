/* How every unit test program ends: all tests of its one suite run, and the exit status tells whether one failed. */
#pragma once
#include <check.h>

static inline int run_suite(Suite *suite) {
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV); /* CK_VERBOSITY says how much is told */
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
