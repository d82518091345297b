/* Results of chance: who draws, and what a sample must and must not look like. */
#include "cli/chance.h"
#include "tests/unit/suite.h"

static Ctx *ctx;
static Feeds none;
static void setup(void) { ctx = ctx_new(), none = (Feeds){0}; }
static void teardown(void) { ctx_free(ctx); }

static Graph *graph(const char *op) {
  Graph *g = NEW(ctx, Graph);
  Value *x = graph_value(ctx, g, "x"), *y = graph_value(ctx, g, "y"), *mask = graph_value(ctx, g, "mask"), *z = graph_value(ctx, g, "z"), *other = graph_value(ctx, g, "other");
  vec_push(ctx, &g->inputs, x);
  Node *n = graph_node(ctx, g, op, "", "n"), *after = graph_node(ctx, g, "Neg", "", "after"), *beside = graph_node(ctx, g, "Neg", "", "beside");
  vec_push(ctx, &n->in, x);
  vec_push(ctx, &n->out, y);
  vec_push(ctx, &n->out, mask);
  vec_push(ctx, &after->in, y);
  vec_push(ctx, &after->out, z);
  vec_push(ctx, &beside->in, x);
  vec_push(ctx, &beside->out, other);
  y->def = mask->def = n, z->def = after, other->def = beside;
  vec_push(ctx, &g->outputs, y);
  vec_push(ctx, &g->outputs, mask);
  vec_push(ctx, &g->outputs, z);
  vec_push(ctx, &g->outputs, other);
  return g;
}

enum { COUNT = 400 };
/* Equally spread over low to high, in an order of its own. */
static Data *spread(double low, double high) {
  int64_t dims[] = {COUNT};
  Data *d = data_new(ctx, ELEM_f32, 1, dims);
  for (int i = 0; i < COUNT; i++) data_set_real((void *)d->bytes, ELEM_f32, i, low + (high - low) * ((i * 7) % COUNT + 0.5) / COUNT);
  return d;
}

static const char *judge(const Graph *g, size_t number, const Data *y, const Data *want) {
  const Data *got[] = {y, y, y, y};
  return chance_compare(ctx, g, &none, number, got, 4, want);
}

START_TEST(what_reads_a_drawn_value_is_drawn) {
  const Graph *g = graph("RandomNormalLike"), *plain = graph("Relu"), *idle = graph("Dropout");
  static const bool drawn[] = {true, true, true, false};
  for (size_t i = 0; i < 4; i++) {
    ck_assert_int_eq(chance_value(ctx, g, g->outputs.at[i]), drawn[i]);
    ck_assert(!chance_value(ctx, plain, plain->outputs.at[i]));
    ck_assert(!chance_value(ctx, idle, idle->outputs.at[i])); /* no training_mode */
  }
}
END_TEST

START_TEST(samples_of_one_distribution_agree) {
  ck_assert_ptr_null(judge(graph("RandomNormalLike"), 2, spread(0, 1), spread(0.01, 1.01)));
}
END_TEST

START_TEST(samples_of_two_distributions_do_not) {
  const Graph *g = graph("RandomNormalLike");
  ck_assert_ptr_nonnull(judge(g, 0, spread(0.5, 1.5), spread(0, 1)));   /* the mean */
  ck_assert_ptr_nonnull(judge(g, 2, spread(-1, 2), spread(0.4, 0.6)));  /* the spread */
}
END_TEST

START_TEST(type_and_shape_leave_nothing_to_chance) {
  int64_t dims[] = {COUNT, 1};
  ck_assert_ptr_nonnull(judge(graph("RandomNormalLike"), 0, spread(0, 1), data_new(ctx, ELEM_f32, 2, dims)));
}
END_TEST

START_TEST(uniform_numbers_stay_in_their_range) {
  Data *y = spread(0, 1);
  ck_assert_ptr_null(judge(graph("RandomUniformLike"), 0, y, spread(0, 1)));
  data_set_real((void *)y->bytes, ELEM_f32, 3, 1.001);
  ck_assert_ptr_nonnull(judge(graph("RandomUniformLike"), 0, y, spread(0, 1)));
}
END_TEST

/* Dropout of x = 1 at ratio 1/2: every third element dropped would be too few of many. */
static const char *judge_dropout(int step, bool wrong_mask, bool wrong_scale) {
  Graph *g = graph("Dropout");
  Node *n = g->outputs.at[0]->def;
  vec_push(ctx, &n->in, NULL);
  vec_push(ctx, &n->in, graph_value(ctx, g, "training"));
  int64_t dims[] = {COUNT};
  Data *x = data_new(ctx, ELEM_f32, 1, dims), *y = data_new(ctx, ELEM_f32, 1, dims), *mask = data_new(ctx, ELEM_bool, 1, dims);
  for (int i = 0; i < COUNT; i++) {
    bool kept = i % step != 0;
    data_set_real((void *)x->bytes, ELEM_f32, i, 1);
    data_set_real((void *)y->bytes, ELEM_f32, i, kept ? wrong_scale ? 1 : 2 : 0);
    data_set_int((void *)mask->bytes, ELEM_bool, i, kept != (wrong_mask && i == 5));
  }
  Feeds feeds = {0};
  vec_push(ctx, &feeds, ((Feed){"x", x}));
  const Data *got[] = {y, mask};
  return chance_compare(ctx, g, &feeds, 0, got, 2, y);
}

START_TEST(dropout_keeps_or_drops_as_its_mask_says) {
  ck_assert_ptr_null(judge_dropout(2, false, false));
  ck_assert_ptr_nonnull(judge_dropout(2, true, false));
  ck_assert_ptr_nonnull(judge_dropout(2, false, true));
  ck_assert_ptr_nonnull(judge_dropout(3, false, false));
}
END_TEST

int main(void) {
  Suite *s = suite_create("chance");
  TCase *c = tcase_create("chance");
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_test(c, what_reads_a_drawn_value_is_drawn);
  tcase_add_test(c, samples_of_one_distribution_agree);
  tcase_add_test(c, samples_of_two_distributions_do_not);
  tcase_add_test(c, type_and_shape_leave_nothing_to_chance);
  tcase_add_test(c, uniform_numbers_stay_in_their_range);
  tcase_add_test(c, dropout_keeps_or_drops_as_its_mask_says);
  suite_add_tcase(s, c);
  return run_suite(s);
}
