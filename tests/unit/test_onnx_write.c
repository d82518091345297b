/* A model that was written reads back as the same graph; and what operators a file uses. */
#include "frontend/frontend.h"
#include "tests/unit/suite.h"
#include <stdlib.h>
#include <unistd.h>

static Ctx *ctx;
static char path[] = "/tmp/sinter-write-XXXXXX";
static void setup(void) {
  ctx = ctx_new();
  strcpy(path + sizeof path - 7, "XXXXXX");
  int fd = mkstemp(path);
  ck_assert(fd >= 0);
  close(fd);
}
static void teardown(void) {
  unlink(path);
  ctx_free(ctx);
}

/* The text of a graph without its first lines: which file it came from, and names of dimensions that are bound now. */
static const char *graph_text(const Model *m, int lines) {
  Str s = str_new(ctx);
  model_print(ctx, m, &s);
  const char *at = s.s;
  for (const char *end; lines-- && (end = strchr(at, '\n'));) at = end + 1;
  return at;
}

static const char text[] =
  "model m  opset 17  ir 8  hash 0000000000000000\n"
  "  in x f32[2,3]\n"
  "  const w f32[3] [1, -2.5, nan]\n"
  "  const k i64[1] [-1]\n"
  "  y : none[?] = Add(x, w) \"a\"\n"
  "  z : none[?] = Softmax(y; axis = -1) \"b\"\n"
  "  p : none[?] = Transpose(z; perm = [1, 0]) \"c\"\n"
  "  q : none[?] = Elu(p; alpha = 0.5) \"d\"\n"
  "  c : none[?], _ = Dropout(q) \"e\"\n"
  "  out c\n";

START_TEST(what_was_written_reads_back) {
  ImportOptions options = {.lib = ein_lib_builtin(ctx)};
  Model *m = model_parse(ctx, "text", text, NULL);
  if (!m) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(m);
  ck_assert(onnx_write(ctx, path, m));
  Model *again = onnx_read(ctx, path, &options);
  if (!again) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(again);
  ck_assert_str_eq(graph_text(again, 1), graph_text(m, 1));
}
END_TEST

/* How long a sequence may get is no part of a file: the options say it again. */
START_TEST(what_is_no_tensor_reads_back) {
  static const char records[] =
    "model m  opset 17  ir 8  hash 0000000000000000\n"
    "  in s seq(f32[2,<=3])<=4\n"
    "  x : none[?] = Identity(s) \"a\"\n"
    "  o : none[?] = Optional(; \"type\" = type f32[2]) \"b\"\n"
    "  q : none[?] = Optional(; \"type\" = type seq(f32[2])<=1) \"c\"\n"
    "  out x\n"
    "  out o\n"
    "  out q\n";
  ImportOptions options = {.lib = ein_lib_builtin(ctx)};
  vec_push(ctx, &options.shapes, ((ShapeOption){.input = "s", .rank = 2, .dim = {2, 3}, .varies = 2, .has_cap = true, .cap = 4}));
  Model *m = model_parse(ctx, "text", records, NULL);
  ck_assert_ptr_nonnull(m);
  ck_assert(onnx_write(ctx, path, m));
  Model *again = onnx_read(ctx, path, &options);
  if (!again) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(again);
  Str was = str_new(ctx), is = str_new(ctx);
  type_print(ctx, &m->graph->inputs.at[0]->type, &was);
  type_print(ctx, &again->graph->inputs.at[0]->type, &is);
  ck_assert_str_eq(is.s, was.s);
  ck_assert_int_eq(node_attr(again->graph->nodes.at[1], "type")->type->form, FORM_TENSOR);
  ck_assert_int_eq(node_attr(again->graph->nodes.at[2], "type")->type->form, FORM_SEQUENCE);
}
END_TEST

START_TEST(a_network_is_written_with_its_weights) {
  ImportOptions options = {.lib = ein_lib_builtin(ctx)};
  vec_push(ctx, &options.dims, ((DimOption){"n", false, 1}));
  Model *m = onnx_read(ctx, SINTER_ROOT "/examples/digits/digits.onnx", &options);
  ck_assert_ptr_nonnull(m);
  ck_assert(onnx_write(ctx, path, m));
  options.dims.n = 0;
  Model *again = onnx_read(ctx, path, &options);
  ck_assert_ptr_nonnull(again);
  ck_assert(!strcmp(graph_text(again, 2), graph_text(m, 2)));
}
END_TEST

START_TEST(operators_are_counted_by_name) {
  OperatorUses uses = {0};
  ck_assert(onnx_write(ctx, path, model_parse(ctx, "text", text, NULL)));
  ck_assert(onnx_uses(ctx, path, &uses));
  ck_assert_uint_eq(uses.n, 5);
  ck_assert_str_eq(uses.at[1].op, "Softmax");
  ck_assert_int_eq(uses.at[1].opset, 17);
  ck_assert_int_eq(uses.at[1].nodes, 1);
}
END_TEST

START_TEST(operators_that_sum_are_told_from_those_that_do_not) {
  const EinLib *lib = ein_lib_builtin(ctx);
  static const struct { const char *op; bool sums; } cases[] = {{"Softmax", true}, {"Conv", true}, {"SoftmaxCrossEntropyLoss", true}, {"MaxPool", false}, {"Relu", false}, {"Transpose", false}, {"Einsum", true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) ck_assert_msg(ein_op_sums(lib, cases[i].op, "", 17) == cases[i].sums, "%s", cases[i].op);
}
END_TEST

int main(void) {
  Suite *s = suite_create("onnx_write");
  TCase *c = tcase_create("onnx_write");
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_test(c, what_was_written_reads_back);
  tcase_add_test(c, what_is_no_tensor_reads_back);
  tcase_add_test(c, a_network_is_written_with_its_weights);
  tcase_add_test(c, operators_are_counted_by_name);
  tcase_add_test(c, operators_that_sum_are_told_from_those_that_do_not);
  suite_add_tcase(s, c);
  return run_suite(s);
}
