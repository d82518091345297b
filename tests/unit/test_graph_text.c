/* Text of the graph IR: what is printed reads back as itself, and what cannot be read says where. */
#include "ir/graph.h"
#include "tests/unit/suite.h"


static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

static const char *printed(const Model *m) {
  Str s = str_new(ctx);
  model_print(ctx, m, &s);
  return s.s;
}

static void round_trips(const char *text, const Model *weights) {
  Model *m = model_parse(ctx, "t", text, weights);
  if (!m) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(m);
  ck_assert_str_eq(printed(m), text);
}

START_TEST(a_model_reads_back) {
  round_trips("model m  opset 17  opset \"com.example\" 2  hash 00000000000000aa  ir 8  producer \"a \\\"b\\\"\"\n"
              "  symbol n 1 <= 8\n"
              "  in x f32[n,1,8,8] named [n, _, \"in.h w\", _]\n"
              "  in \"39\" i64[]\n"
              "  const \"in\" f32[3] [0.5, -inf, nan]\n"
              "  const s i64[2] symbolic [n, 2*n+1]\n"
              "  const e u8[0] []\n"
              "  const big u64[1] [18446744073709551615]\n"
              "  y : f32[n,16,8,8], _ = Conv(x, \"in\", _; pads = [1, 1, 1, 1], alpha = 1.0, auto_pad = \"SAME\", empty = reals [], t = tensor f32[2] [1.0, 2.5]) \"conv1\"\n"
              "  z : none[?] = com.example:Strange@1(\"39\"; names = [\"a\", \"b\\n\"]) \"z{}\"\n"
              "  out y\n"
              "  out z\n",
              NULL);
}
END_TEST

START_TEST(a_region_sees_the_values_outside) {
  Model *m = model_parse(ctx, "t",
                         "model m opset 17 hash 1\n"
                         "in c bool[] in x f32[2]\n"
                         "y : f32[2] = If(c; then_branch = graph a { t : f32[2] = Relu(x) \"r\" out t }, else_branch = graph b { out x }) out y\n",
                         NULL);
  ck_assert_ptr_nonnull(m);
  const Node *n = m->graph->nodes.at[0];
  ck_assert_str_eq(n->name, "If_y");
  const Graph *a = n->attrs.at[0].graph;
  ck_assert_ptr_eq(a->nodes.at[0]->in.at[0], m->graph->inputs.at[1]);
  ck_assert_ptr_eq(n->attrs.at[1].graph->outputs.at[0], m->graph->inputs.at[1]);
  ck_assert_ptr_eq(a->outer, m->graph);
  round_trips(printed(m), NULL);
}
END_TEST

START_TEST(large_constants_come_from_the_model) {
  Model *m = model_parse(ctx, "t", "model m opset 17 hash 1\nconst w i8[4] [1, 2, 3, 4] out w", NULL);
  int64_t dims[] = {5, 5};
  Data *d = data_new(ctx, ELEM_f32, 2, dims);
  for (int i = 0; i < 25; i++) data_set_real((void *)d->bytes, ELEM_f32, i, i * 0.5);
  m->graph->values.at[0]->data = d;
  m->graph->values.at[0]->type = d->type;
  const char *text = printed(m);
  ck_assert_ptr_nonnull(strstr(text, "f32[5,5] #"));
  round_trips(text, m);
  ck_assert_ptr_null(model_parse(ctx, "t", text, NULL));
}
END_TEST

static const struct { const char *text; int line, column; } bad[] = {
    {"modle m", 1, 1},
    {"model m opset 17\n in x f32[k]", 2, 7},
    {"model m opset 17\n y : f32[] = Relu(x) out y", 2, 27},
    {"model m opset 17\n in x f32[] in x f32[]", 2, 15},
    {"model m opset 17\n y : f32[] = Relu(\"x", 2, 19},
    {"model m opset 17\n const x f32[3] [1.0, 2.0]", 2, 26},
    {"model m opset 17\n const x f32[99999999] [1.0]", 2, 10},
    {"model m opset 17\n in in f32[]", 2, 5},
    {"model m opset 17\n in x f32[] y : f32[] = Relu(x; a = 99999999999999999999)", 2, 37},
    {"model m opset 17\n in x f32[] y : f32[] = If(x; a = graph g { in z f32[] ", 2, 56},
};

START_TEST(what_cannot_be_read_says_where) {
  ck_assert_ptr_null(model_parse(ctx, "t", bad[_i].text, NULL));
  ck_assert_uint_eq(ctx->diags.n, 1);
  ck_assert_int_eq(ctx->diags.at[0].code, E0600);
  ck_assert_int_eq(ctx->diags.at[0].place.line, bad[_i].line);
  ck_assert_int_eq(ctx->diags.at[0].place.column, bad[_i].column);
}
END_TEST

START_TEST(nesting_is_bounded) {
  Str s = str_new(ctx);
  str_add(&s, "model m opset 17\n");
  for (int i = 0; i < 100000; i++) str_add(&s, "= If(; b = graph g { ");
  ck_assert_ptr_null(model_parse(ctx, "t", s.s, NULL));
}
END_TEST

int main(void) {
  Suite *s = suite_create("graph_text");
  TCase *t = tcase_create("graph_text");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, a_model_reads_back);
  tcase_add_test(t, a_region_sees_the_values_outside);
  tcase_add_test(t, large_constants_come_from_the_model);
  tcase_add_loop_test(t, what_cannot_be_read_says_where, 0, (int)(sizeof bad / sizeof *bad));
  tcase_add_test(t, nesting_is_bounded);
  suite_add_tcase(s, t);
  return run_suite(s);
}
