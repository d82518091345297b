/* The parts of the program that decide something: options, hints, comparison, data sets. */
#include "cli/cli.h"
#include "tests/unit/suite.h"
#include <math.h>

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

/* ---- comparison */
static Data *reals(Elem e, int n, const double *v) {
  int64_t dims[] = {n};
  Data *d = data_new(ctx, e, 1, dims);
  for (int i = 0; i < n; i++) data_set_real((void *)d->bytes, e, i, v[i]);
  return d;
}

static const Tolerance official = {1e-3, 1e-7, -1};

START_TEST(equal_tensors_have_no_difference) {
  const double v[] = {1, -2, NAN, INFINITY, 0};
  Difference d = compare(ctx, reals(ELEM_f32, 5, v), reals(ELEM_f32, 5, v), official);
  ck_assert_ptr_null(d.mismatch);
  ck_assert_int_eq(d.count, 5);
  ck_assert_int_eq(d.wrong, 0);
  ck_assert(d.max_abs == 0 && d.max_ulp == 0);
}
END_TEST

START_TEST(neighbours_are_one_ulp_apart) {
  static const Elem elems[] = {ELEM_f64, ELEM_f32, ELEM_f16, ELEM_bf16};
  static const double next[] = {1 + 0x1p-52, 1 + 0x1p-23, 1 + 0x1p-10, 1 + 0x1p-7};
  for (int i = 0; i < 4; i++) {
    const double one[] = {1, -1}, other[] = {next[i], -next[i]};
    Difference d = compare(ctx, reals(elems[i], 2, one), reals(elems[i], 2, other), (Tolerance){0, 0, 1});
    ck_assert_msg(d.max_ulp == 1, "%s: %g ulp", elem_info(elems[i])->name, d.max_ulp);
    ck_assert_int_eq(d.wrong, 0);
    d = compare(ctx, reals(elems[i], 2, one), reals(elems[i], 2, other), (Tolerance){0, 0, 0});
    ck_assert_int_eq(d.wrong, 2);
  }
}
END_TEST

START_TEST(ulps_are_counted_across_zero) {
  const double a[] = {0x1p-149}, b[] = {-0x1p-149}, zero[] = {-0.0};
  ck_assert(compare(ctx, reals(ELEM_f32, 1, a), reals(ELEM_f32, 1, b), official).max_ulp == 2);
  ck_assert(compare(ctx, reals(ELEM_f32, 1, a), reals(ELEM_f32, 1, zero), official).max_ulp == 1);
}
END_TEST

/* Where terms cancel the result is far from exact in its own units, and close in those of what it was made of. */
START_TEST(errors_are_told_in_units_of_the_largest_too) {
  static const struct { Elem elem; double step; } of[] = {{ELEM_f64, 0x1p-52}, {ELEM_f32, 0x1p-23}, {ELEM_f16, 0x1p-10}, {ELEM_bf16, 0x1p-7}};
  for (int i = 0; i < 4; i++) {
    const double want[] = {5, 0, 1}, got[] = {5, 8 * of[i].step, 1}; /* 5 lies in [4, 8), whose steps are 4 times those of 1 */
    Difference d = compare(ctx, reals(of[i].elem, 3, got), reals(of[i].elem, 3, want), official);
    ck_assert_msg(d.max_ulp_of_max == 2, "%s: %g", elem_info(of[i].elem)->name, d.max_ulp_of_max);
    ck_assert(d.max_ulp > 16);
  }
  const double zero[] = {0}, tiny[] = {0x1p-149};
  ck_assert(compare(ctx, reals(ELEM_f32, 1, tiny), reals(ELEM_f32, 1, zero), official).max_ulp_of_max == 1);
}
END_TEST

START_TEST(what_is_not_a_number_is_wrong_beside_a_number) {
  const double got[] = {NAN, 1, INFINITY, INFINITY}, want[] = {1, NAN, 1, -INFINITY};
  Difference d = compare(ctx, reals(ELEM_f32, 4, got), reals(ELEM_f32, 4, want), official);
  ck_assert_int_eq(d.wrong, 4);
  ck_assert_int_eq(d.first, 0);
}
END_TEST

START_TEST(tolerance_is_absolute_plus_relative) {
  const double want[] = {1000, 1000, 0, 0}, got[] = {1000.9, 1001.1, 0.9e-7, 1.1e-7};
  Difference d = compare(ctx, reals(ELEM_f64, 4, got), reals(ELEM_f64, 4, want), official);
  ck_assert_int_eq(d.wrong, 2);
  ck_assert_int_eq(d.first, 1);
}
END_TEST

START_TEST(integers_compare_exactly_where_doubles_cannot) {
  int64_t dims[] = {1};
  Data *a = data_new(ctx, ELEM_i64, 1, dims), *b = data_new(ctx, ELEM_i64, 1, dims);
  data_set_int((void *)a->bytes, ELEM_i64, 0, INT64_MAX);
  data_set_int((void *)b->bytes, ELEM_i64, 0, INT64_MAX - 1);
  ck_assert(compare(ctx, a, b, (Tolerance){0, 0, -1}).wrong == 1);
}
END_TEST

START_TEST(types_and_shapes_must_agree) {
  const double v[] = {1, 2};
  ck_assert_ptr_nonnull(compare(ctx, reals(ELEM_f32, 2, v), reals(ELEM_f64, 2, v), official).mismatch);
  ck_assert_ptr_nonnull(compare(ctx, reals(ELEM_f32, 2, v), reals(ELEM_f32, 1, v), official).mismatch);
}
END_TEST

START_TEST(a_place_counts_from_the_last_dimension) {
  Type t = {.elem = ELEM_f32, .rank = 3, .dim = {2, 3, 4}};
  ck_assert_str_eq(element_place(ctx, &t, 23), "[1,2,3]");
  ck_assert_str_eq(element_place(ctx, &t, 5), "[0,1,1]");
}
END_TEST

/* ---- hints */
static const char *hint(const char *word) {
  static const char *const known[] = {"compile", "check", "verify", "list"};
  Nearest n = nearest_to(word);
  for (int i = 0; i < 4; i++) nearest_try(&n, known[i]);
  return n.best ? n.best : "";
}

START_TEST(hints_are_near_or_not_given) {
  ck_assert_str_eq(hint("comple"), "compile");
  ck_assert_str_eq(hint("chekc"), "check"); /* neighbours swapped: one slip */
  ck_assert_str_eq(hint("lst"), "list");
  ck_assert_str_eq(hint("frobnicate"), "");
  ck_assert_str_eq(hint("x"), "");
}
END_TEST

/* ---- options */
static bool parse(Command *cmd, const char *line, char *complaint, size_t room) {
  char *argv[32], *copy = ctx_printf(ctx, "%s", line);
  int argc = 0;
  for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) argv[argc++] = word;
  argv[argc] = NULL;
  static const Verb verb = {.name = "compile", .synopsis = "compile MODEL -o DIR", .min_args = 1, .max_args = 1};
  *cmd = (Command){.verb = &verb, .program = "sinter"};
  Str s = str_new(ctx);
  bool good = options_parse(ctx, argc, argv, cmd, &s);
  snprintf(complaint, room, "%s", s.s);
  return good;
}

START_TEST(options_reach_their_fields) {
  Command cmd;
  char why[400];
  ck_assert_msg(parse(&cmd, "compile m.onnx -o out --dim n=1 --dim seq<=8 --budget ram=64K,flash=1.5M --target generic --json", why, sizeof why), "%s", why);
  ck_assert_str_eq(cmd.args.at[0], "m.onnx");
  ck_assert_str_eq(cmd.output, "out");
  ck_assert_int_eq(cmd.dims.n, 2);
  ck_assert_str_eq(cmd.dims.at[1], "seq<=8");
  ck_assert_int_eq(cmd.ram, 64 * 1024);
  ck_assert_int_eq(cmd.flash, 1536 * 1024);
  ck_assert(cmd.json);
  ck_assert_str_eq(cmd.recorded, " --dim n=1 --dim seq<=8 --target generic"); /* no folder, no budget: they change no byte */
}
END_TEST

START_TEST(bad_options_are_complained_about) {
  static const struct { const char *line, *says; } rows[] = {
    {"compile m.onnx --taget x", "did you mean --target?"}, {"compile m.onnx --ulp 3", "belongs to: verify"}, {"compile", "usage"}, {"compile a b", "one argument too many"},
    {"compile m --budget ram=64Q", "--budget wants"}, {"compile m --budget", "--budget"}, {"compile m --threads 2", "one thread"}, {"compile m --fp loose", "default|strict|reference"},
    {"compile m --memory -4", "--memory"}, {"compile m --const x", "--const wants"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    Command cmd;
    char why[400];
    ck_assert_msg(!parse(&cmd, rows[i].line, why, sizeof why), "%s was taken", rows[i].line);
    ck_assert_msg(strstr(why, rows[i].says) != NULL, "%s: %s", rows[i].line, why);
  }
}
END_TEST

/* ---- numbers for people */
START_TEST(numbers_can_be_read) {
  ck_assert_str_eq(thousands(ctx, 1234567), "1,234,567");
  ck_assert_str_eq(thousands(ctx, -999), "-999");
  ck_assert_str_eq(thousands(ctx, 0), "0");
  ck_assert_str_eq(engineering(ctx, 12.34e9, "FLOP/s"), "12.3 GFLOP/s");
  ck_assert_str_eq(engineering(ctx, 4.2e-5, "s"), "42.0 us");
  ck_assert_str_eq(engineering(ctx, 0, "s"), "0.00 s");
}
END_TEST

int main(void) {
  Suite *suite = suite_create("cli");
  TCase *all = tcase_create("all");
  tcase_add_checked_fixture(all, setup, teardown);
  tcase_add_test(all, equal_tensors_have_no_difference);
  tcase_add_test(all, neighbours_are_one_ulp_apart);
  tcase_add_test(all, ulps_are_counted_across_zero);
  tcase_add_test(all, errors_are_told_in_units_of_the_largest_too);
  tcase_add_test(all, what_is_not_a_number_is_wrong_beside_a_number);
  tcase_add_test(all, tolerance_is_absolute_plus_relative);
  tcase_add_test(all, integers_compare_exactly_where_doubles_cannot);
  tcase_add_test(all, types_and_shapes_must_agree);
  tcase_add_test(all, a_place_counts_from_the_last_dimension);
  tcase_add_test(all, hints_are_near_or_not_given);
  tcase_add_test(all, options_reach_their_fields);
  tcase_add_test(all, bad_options_are_complained_about);
  tcase_add_test(all, numbers_can_be_read);
  suite_add_tcase(suite, all);
  return run_suite(suite);
}
