/* Tree ensembles of ai.onnx.ml: what is computed, and that no attribute makes the kernel walk in a circle or read outside its tables. */
#include "ir/extern.h"
#include "tests/unit/suite.h"
#include <math.h>
#include <stdlib.h>

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

/* ---- one small forest, of which tests change what they are about
 *
 *   tree 0: x0 <= 0.5 ? leaf 1 (10 for target 0) : x1 > 2 ? leaf 3 (1 for target 1) : leaf 4 (100 for target 0)       tree 1: a leaf (0.25 for target 1) */
typedef struct Given {
  int64_t tree[6], node[6], feature[6], yes[6], no[6], missing[6], vote_tree[4], vote_node[4], vote_target[4], targets;
  double value[6], weight[4];
  const char *mode[6], *aggregate, *transform;
} Given;
static Given small(void) {
  return (Given){{0, 0, 0, 0, 0, 1}, {0, 1, 2, 3, 4, 0}, {0, 0, 1, 0, 0, 0}, {1, 0, 3, 0, 0, 0}, {2, 0, 4, 0, 0, 0}, {0}, {0, 0, 0, 1}, {1, 3, 4, 0}, {0, 1, 0, 1}, 2,
                 {0.5, 0, 2, 0, 0, 0}, {10, 1, 100, 0.25}, {"BRANCH_LEQ", "LEAF", "BRANCH_GT", "LEAF", "LEAF", "LEAF"}, "SUM", "NONE"};
}

static const Extern *the_regressor(void) { return extern_find("TreeEnsembleRegressor", "ai.onnx.ml", 3); }

static bool bind_regressor(const Given *g, int64_t features, ExternBound *to) {
  const Attr attr[] = {
    {.name = "nodes_treeids", .kind = ATTR_INTS, .n = 6, .ints = g->tree}, {.name = "nodes_nodeids", .kind = ATTR_INTS, .n = 6, .ints = g->node},
    {.name = "nodes_featureids", .kind = ATTR_INTS, .n = 6, .ints = g->feature}, {.name = "nodes_truenodeids", .kind = ATTR_INTS, .n = 6, .ints = g->yes},
    {.name = "nodes_falsenodeids", .kind = ATTR_INTS, .n = 6, .ints = g->no}, {.name = "nodes_missing_value_tracks_true", .kind = ATTR_INTS, .n = 6, .ints = g->missing},
    {.name = "nodes_values", .kind = ATTR_REALS, .n = 6, .reals = g->value}, {.name = "nodes_modes", .kind = ATTR_STRINGS, .n = 6, .strings = g->mode},
    {.name = "target_treeids", .kind = ATTR_INTS, .n = 4, .ints = g->vote_tree}, {.name = "target_nodeids", .kind = ATTR_INTS, .n = 4, .ints = g->vote_node},
    {.name = "target_ids", .kind = ATTR_INTS, .n = 4, .ints = g->vote_target}, {.name = "target_weights", .kind = ATTR_REALS, .n = 4, .reals = g->weight},
    {.name = "n_targets", .kind = ATTR_INT, .i = g->targets}, {.name = "aggregate_function", .kind = ATTR_STRING, .s = g->aggregate},
    {.name = "post_transform", .kind = ATTR_STRING, .s = g->transform}};
  const Type x = {ELEM_f32, 2, {3, features}};
  const BindInput in = {.type = &x};
  const BindRequest req = {.op = "TreeEnsembleRegressor", .domain = "ai.onnx.ml", .opset = 3, .nin = 1, .in = &in, .nattr = sizeof attr / sizeof *attr, .attr = attr};
  return the_regressor()->bind(ctx, &req, to);
}

static void run(const ExternBound *b, const float *x, float *y) {
  const void *in[1 + EXTERN_TABLES] = {x};
  void *out[] = {y, malloc((size_t)b->work)};
  for (int i = 0; i < b->ntables; i++) in[1 + i] = b->table[i]->bytes;
  the_regressor()->kernel(in, out, b->arg, NULL);
  free(out[1]);
}

static const float rows[3][2] = {{0, 0}, {1, 3}, {NAN, 1}};
static const struct { const char *aggregate; int64_t missing; float y[3][2]; } cases[] = {
  {"SUM", 0, {{10, 0.25f}, {0, 1.25f}, {100, 0.25f}}},
  {"SUM", 1, {{10, 0.25f}, {0, 1.25f}, {10, 0.25f}}}, /* NaN goes where the test holds */
  {"AVERAGE", 0, {{5, 0.125f}, {0, 0.625f}, {50, 0.125f}}},
  {"MIN", 0, {{10, 0.25f}, {0, 0.25f}, {100, 0.25f}}},
  {"MAX", 0, {{10, 0.25f}, {0, 1}, {100, 0.25f}}},
};
START_TEST(regression) {
  Given g = small();
  g.aggregate = cases[_i].aggregate;
  g.missing[0] = cases[_i].missing;
  ExternBound b;
  float y[3][2];
  ck_assert(bind_regressor(&g, 2, &b));
  ck_assert(b.out[0].rank == 2 && b.out[0].dim[0] == 3 && b.out[0].dim[1] == 2);
  run(&b, rows[0], y[0]);
  for (int n = 0; n < 3; n++)
    for (int t = 0; t < 2; t++) ck_assert_float_eq(y[n][t], cases[_i].y[n][t]);
}
END_TEST

START_TEST(softmax_of_votes) {
  Given g = small();
  g.transform = "SOFTMAX";
  ExternBound b;
  float y[3][2];
  ck_assert(bind_regressor(&g, 2, &b));
  run(&b, rows[0], y[0]);
  ck_assert_float_eq_tol(y[1][1], (float)(1 / (1 + exp(-1.25))), 1e-6);
  ck_assert_float_eq_tol(y[1][0] + y[1][1], 1, 1e-6);
}
END_TEST

static void lead_back(Given *g) { g->yes[2] = 2; }
static void lead_up(Given *g) { g->no[2] = 0; }
static void lead_nowhere(Given *g) { g->yes[0] = 9; }
static void ask_too_far(Given *g) { g->feature[2] = 2; }
static void ask_before(Given *g) { g->feature[2] = -1; }
static void vote_too_far(Given *g) { g->vote_target[1] = 2; }
static void vote_before(Given *g) { g->vote_target[1] = INT64_MIN; }
static void vote_of_nobody(Given *g) { g->vote_node[1] = 7; }
static void name_twice(Given *g) { g->node[3] = 1; }
static void no_targets(Given *g) { g->targets = 0; }
static void many_targets(Given *g) { g->targets = INT64_MAX; }
static void odd_mode(Given *g) { g->mode[2] = "BRANCH"; }
static void odd_aggregate(Given *g) { g->aggregate = "MEDIAN"; }
static void odd_transform(Given *g) { g->transform = "TANH"; }
static const struct { const char *what; void (*change)(Given *); DiagCode code; } broken[] = {
  {"a node leads to itself", lead_back, E0401},     {"a node leads to its parent", lead_up, E0401},    {"a node leads nowhere", lead_nowhere, E0401},
  {"a feature too far", ask_too_far, E0302},        {"a negative feature", ask_before, E0401},         {"a target too far", vote_too_far, E0401},
  {"a negative target", vote_before, E0401},        {"the vote of no node", vote_of_nobody, E0401},    {"a node twice", name_twice, E0401},
  {"no targets", no_targets, E0401},                {"too many targets", many_targets, E0401},         {"an unknown mode", odd_mode, E0401},
  {"an unknown aggregate", odd_aggregate, E0401},   {"an unknown transform", odd_transform, E0401},
};
START_TEST(what_is_refused) {
  Given g = small();
  ExternBound b;
  broken[_i].change(&g);
  ck_assert_msg(!bind_regressor(&g, 2, &b), "%s", broken[_i].what);
  ck_assert_uint_eq(diag_mark(ctx), 1);
  ck_assert_msg(ctx->diags.at[0].code == broken[_i].code, "%s: %s", broken[_i].what, ctx->diags.at[0].text);
}
END_TEST

/* ---- by number, with sets: x in {1, 3} ? leaf 0 : x in {} ? leaf 1 : leaf 2 */
START_TEST(membership) {
  const uint8_t mode[2] = {6, 6};
  const float split[2] = {0}, weight[3] = {5, 6, 7}, set[3] = {1, 3, NAN};
  const Data modes = {.type = {ELEM_u8, 1, {2}}, .bytes = mode, .nbytes = 2}, splits = {.type = {ELEM_f32, 1, {2}}, .bytes = split, .nbytes = sizeof split};
  const Data weights = {.type = {ELEM_f32, 1, {3}}, .bytes = weight, .nbytes = sizeof weight}, sets = {.type = {ELEM_f32, 1, {3}}, .bytes = set, .nbytes = sizeof set};
  const float more[4] = {1, 3, NAN, NAN};
  const Data two_sets = {.type = {ELEM_f32, 1, {4}}, .bytes = more, .nbytes = sizeof more};
  const int64_t zero[3] = {0}, yes[2] = {0, 1}, no[2] = {1, 2}, yes_leaf[2] = {1, 1}, no_leaf[2] = {0, 1};
  Attr attr[] = {
    {.name = "nodes_modes", .kind = ATTR_TENSOR, .tensor = &modes}, {.name = "nodes_splits", .kind = ATTR_TENSOR, .tensor = &splits}, {.name = "leaf_weights", .kind = ATTR_TENSOR, .tensor = &weights},
    {.name = "nodes_featureids", .kind = ATTR_INTS, .n = 2, .ints = zero}, {.name = "nodes_truenodeids", .kind = ATTR_INTS, .n = 2, .ints = yes}, {.name = "nodes_falsenodeids", .kind = ATTR_INTS, .n = 2, .ints = no},
    {.name = "nodes_trueleafs", .kind = ATTR_INTS, .n = 2, .ints = yes_leaf}, {.name = "nodes_falseleafs", .kind = ATTR_INTS, .n = 2, .ints = no_leaf},
    {.name = "leaf_targetids", .kind = ATTR_INTS, .n = 3, .ints = zero}, {.name = "tree_roots", .kind = ATTR_INTS, .n = 1, .ints = zero}, {.name = "membership_values", .kind = ATTR_TENSOR, .tensor = &two_sets}};
  const Type x = {ELEM_f32, 2, {3, 1}};
  const BindInput in = {.type = &x};
  const BindRequest req = {.op = "TreeEnsemble", .domain = "ai.onnx.ml", .opset = 5, .nin = 1, .in = &in, .nattr = sizeof attr / sizeof *attr, .attr = attr};
  const Extern *e = extern_find("TreeEnsemble", "ai.onnx.ml", 5);
  ExternBound b;
  float y[3], rows3[3] = {1, 3, 2};
  ck_assert(e->bind(ctx, &req, &b));
  run(&b, rows3, y);
  ck_assert(y[0] == 5 && y[1] == 5 && y[2] == 7);
  attr[10].tensor = &sets; /* one set for two nodes */
  ck_assert(!e->bind(ctx, &req, &b));
  ck_assert_uint_eq(diag_mark(ctx), 1);
}
END_TEST

int main(void) {
  TCase *t = tcase_create("tree");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, regression, 0, sizeof cases / sizeof *cases);
  tcase_add_test(t, softmax_of_votes);
  tcase_add_loop_test(t, what_is_refused, 0, sizeof broken / sizeof *broken);
  tcase_add_test(t, membership);
  Suite *s = suite_create("tree");
  suite_add_tcase(s, t);
  return run_suite(s);
}
