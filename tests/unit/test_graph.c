/* ir/graph.c and ir/map.c: values by name, execution order, the verifier. */
#include "ir/graph.h"
#include "ir/map.h"
#include "tests/unit/suite.h"

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

static Node *node(Graph *g, const char *op, const char *in, const char *out) {
  Node *n = graph_node(ctx, g, op, "", out);
  if (in) vec_push(ctx, &n->in, graph_value(ctx, g, in));
  Value *v = graph_value(ctx, g, out);
  v->def = n;
  v->out = 0;
  vec_push(ctx, &n->out, v);
  return n;
}

static Graph *chain(void) { /* x -> a -> b -> c, written backwards */
  Graph *g = NEW(ctx, Graph);
  Value *x = graph_value(ctx, g, "x");
  x->is_input = true;
  vec_push(ctx, &g->inputs, x);
  node(g, "C", "b", "c");
  node(g, "B", "a", "b");
  node(g, "A", "x", "a");
  vec_push(ctx, &g->outputs, graph_value(ctx, g, "c"));
  return g;
}

START_TEST(map_keeps_what_is_added) {
  Map m = {0};
  int keys[1000] = {0};
  ck_assert_ptr_null(map_find(&m, &keys[0]));
  for (size_t i = 0; i < 1000; i++) map_add(ctx->arena, &m, &keys[i])->i = i;
  for (size_t i = 0; i < 1000; i++) ck_assert_uint_eq(map_find(&m, &keys[i])->i, i);
  ck_assert_uint_eq(m.n, 1000);
  ck_assert_uint_eq(map_add(ctx->arena, &m, &keys[7])->i, 7);
  ck_assert_uint_eq(m.n, 1000);
} END_TEST

START_TEST(values_are_found_by_name) {
  Graph *g = NEW(ctx, Graph);
  ck_assert_ptr_null(graph_find(ctx, g, "v7"));
  for (int i = 0; i < 500; i++) graph_value(ctx, g, ctx_printf(ctx, "v%d", i));
  Value *v = graph_value(ctx, g, "v7");
  ck_assert_uint_eq(g->values.n, 500);
  ck_assert_int_eq(v->type.rank, -1);
  ck_assert_ptr_eq(graph_find(ctx, g, "v7"), v);
  g->values.at[7] = g->values.at[--g->values.n]; /* a pass that removes says so */
  g->index = NULL;
  ck_assert_ptr_null(graph_find(ctx, g, "v7"));
  ck_assert_ptr_nonnull(graph_find(ctx, g, "v499"));
} END_TEST

START_TEST(sort_brings_producers_first) {
  Graph *g = chain();
  ck_assert(graph_sort(ctx, g));
  ck_assert_str_eq(g->nodes.at[0]->op, "A");
  ck_assert_str_eq(g->nodes.at[1]->op, "B");
  ck_assert_str_eq(g->nodes.at[2]->op, "C");
  ck_assert(graph_verify(ctx, g));
} END_TEST

START_TEST(sort_keeps_an_order_that_is_right) {
  Graph *g = NEW(ctx, Graph);
  Value *x = graph_value(ctx, g, "x");
  x->is_input = true;
  for (int i = 0; i < 50; i++) node(g, "N", "x", ctx_printf(ctx, "y%d", i));
  ck_assert(graph_sort(ctx, g));
  for (int i = 0; i < 50; i++) ck_assert_str_eq(g->nodes.at[i]->name, ctx_printf(ctx, "y%d", i));
} END_TEST

START_TEST(sort_names_the_nodes_of_a_circle) {
  Graph *g = chain();
  Value *c = graph_value(ctx, g, "c");
  vec_push(ctx, &graph_value(ctx, g, "a")->def->in, c);
  ck_assert(!graph_sort(ctx, g));
  ck_assert_uint_eq(diag_errors(ctx), 1);
  ck_assert_int_eq(ctx->diags.at[0].code, E0200);
  ck_assert_ptr_nonnull(strstr(ctx->diags.at[0].text, "c -> a -> b -> c"));
} END_TEST

START_TEST(sort_reports_a_node_that_reads_itself) {
  Graph *g = NEW(ctx, Graph);
  node(g, "N", "y", "y");
  ck_assert(!graph_sort(ctx, g));
  ck_assert_ptr_nonnull(strstr(ctx->diags.at[0].text, "y -> y"));
} END_TEST

START_TEST(sort_reports_undefined_values) {
  Graph *g = chain();
  vec_push(ctx, &g->nodes.at[0]->in, graph_value(ctx, g, "ghost"));
  ck_assert(!graph_sort(ctx, g));
  ck_assert_ptr_nonnull(strstr(ctx->diags.at[0].text, "ghost"));
} END_TEST

static Node *with_region(Graph *g, Value *captured) { /* an If whose branch reads `captured` */
  Node *n = node(g, "If", "x", "r");
  Graph *region = NEW(ctx, Graph);
  region->outer = g;
  Node *inner = node(region, "Neg", NULL, "z");
  vec_push(ctx, &inner->in, captured);
  vec_push(ctx, &region->outputs, graph_value(ctx, region, "z"));
  vec_push(ctx, &n->attrs, ((Attr){.name = "then_branch", .kind = ATTR_GRAPH, .graph = region}));
  return n;
}

START_TEST(a_region_waits_for_what_it_captures) {
  Graph *g = NEW(ctx, Graph);
  Value *x = graph_value(ctx, g, "x");
  x->is_input = true;
  vec_push(ctx, &g->inputs, x);
  with_region(g, graph_value(ctx, g, "late"));
  node(g, "Late", "x", "late");
  ck_assert(graph_sort(ctx, g));
  ck_assert_str_eq(g->nodes.at[0]->op, "Late");
  ck_assert(graph_verify(ctx, g));
} END_TEST

START_TEST(a_region_that_reads_its_own_node_is_a_circle) {
  Graph *g = NEW(ctx, Graph);
  graph_value(ctx, g, "x")->is_input = true;
  with_region(g, graph_value(ctx, g, "r"));
  ck_assert(!graph_sort(ctx, g));
} END_TEST

static void break_order(Graph *g) { Node *n = g->nodes.at[0]; g->nodes.at[0] = g->nodes.at[2]; g->nodes.at[2] = n; }
static void break_producer(Graph *g) { g->nodes.at[0]->out.at[0]->def = g->nodes.at[1]; }
static void break_name(Graph *g) { graph_find(ctx, g, "b")->name = graph_find(ctx, g, "a")->name; }
static void break_rank(Graph *g) { graph_find(ctx, g, "b")->type.rank = MAX_RANK + 1; }
static void break_output(Graph *g) { g->outputs.at[0] = graph_value(ctx, g, "nobody"); }
static void break_input(Graph *g) { g->inputs.at[0]->is_input = false; }
static void break_data(Graph *g) {
  Data *d = data_new(ctx, ELEM_f32, 1, (int64_t[]){3});
  Value *v = graph_value(ctx, g, "w");
  v->data = d;
  v->type = d->type;
  ck_assert(graph_verify(ctx, g));
  d->nbytes = 8;
}
static void break_attribute(Graph *g) {
  for (int i = 0; i < 2; i++) vec_push(ctx, &g->nodes.at[1]->attrs, ((Attr){.name = "axis", .kind = ATTR_INT}));
}
static void (*const breaks[])(Graph *) = {break_order, break_producer, break_name, break_rank, break_output, break_input, break_data, break_attribute};

START_TEST(verify_finds_every_inconsistency) {
  Graph *g = chain();
  ck_assert(graph_sort(ctx, g));
  ck_assert(graph_verify(ctx, g));
  breaks[_i](g);
  ck_assert(!graph_verify(ctx, g));
  ck_assert_int_eq(ctx->diags.at[0].code, E0601);
} END_TEST

START_TEST(a_long_chain_needs_no_deep_stack) {
  Graph *g = NEW(ctx, Graph);
  graph_value(ctx, g, "v0")->is_input = true;
  enum { N = 200000 };
  for (int i = N; i > 0; i--) node(g, "N", ctx_printf(ctx, "v%d", i - 1), ctx_printf(ctx, "v%d", i));
  ck_assert(graph_sort(ctx, g));
  ck_assert_str_eq(g->nodes.at[0]->name, "v1");
} END_TEST

int main(void) {
  Suite *s = suite_create("graph");
  TCase *t = tcase_create("graph");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 30);
  tcase_add_test(t, map_keeps_what_is_added);
  tcase_add_test(t, values_are_found_by_name);
  tcase_add_test(t, sort_brings_producers_first);
  tcase_add_test(t, sort_keeps_an_order_that_is_right);
  tcase_add_test(t, sort_names_the_nodes_of_a_circle);
  tcase_add_test(t, sort_reports_a_node_that_reads_itself);
  tcase_add_test(t, sort_reports_undefined_values);
  tcase_add_test(t, a_region_waits_for_what_it_captures);
  tcase_add_test(t, a_region_that_reads_its_own_node_is_a_circle);
  tcase_add_loop_test(t, verify_finds_every_inconsistency, 0, sizeof breaks / sizeof *breaks);
  tcase_add_test(t, a_long_chain_needs_no_deep_stack);
  suite_add_tcase(s, t);
  return run_suite(s);
}
