/* From ONNX to the graph IR: what a sound model becomes, with and without options. */
#include "tests/unit/onnx_bytes.h"
#include "tests/unit/suite.h"

#define PB0 ((Pb){0})
static Pb add_node(Pb g, Pb node) { return pb_message(g, 1, node); }
static Pb with_attr(Pb node, Pb attr) { return pb_message(node, 5, attr); }
static Pb attr_int(const char *name, int64_t v) { return pb_int(pb_attr(name, 2), 3, v); }
static Pb attr_graph(const char *name, Pb g) { return pb_message(pb_attr(name, 5), 6, g); }
static Pb scalar_input(Pb g, const char *name) { return pb_input(g, name, 1, ""); }

static Run sound(Pb m, const ImportOptions *opt) {
  Run r = run_pb(m, opt);
  if (!r.model) diag_print(r.ctx, stderr);
  ck_assert_ptr_nonnull(r.model);
  return r;
}

static const char *type_text(Run *r, const Value *v) {
  Str s = str_new(r->ctx);
  type_print(r->ctx, &v->type, &s);
  return s.s;
}

static Node *node_at(Run *r, size_t i) {
  ck_assert_uint_gt(r->model->graph->nodes.n, i);
  return r->model->graph->nodes.at[i];
}

/* ---- the model */
START_TEST(a_model_of_one_node) {
  Run r = sound(pb_model(pb_relu()), NULL);
  Graph *g = r.model->graph;
  ck_assert_uint_eq(g->inputs.n, 1);
  ck_assert_str_eq(g->inputs.at[0]->name, "x");
  ck_assert_str_eq(type_text(&r, g->inputs.at[0]), "f32[2]");
  ck_assert_uint_eq(g->nodes.n, 1);
  ck_assert_str_eq(g->nodes.at[0]->op, "Relu");
  ck_assert_str_eq(g->nodes.at[0]->name, "Relu_y");
  ck_assert_str_eq(g->nodes.at[0]->domain, "");
  ck_assert_int_eq(g->nodes.at[0]->opset, 13);
  ck_assert_ptr_eq(g->nodes.at[0]->in.at[0], g->inputs.at[0]);
  ck_assert_ptr_eq(g->outputs.at[0]->def, g->nodes.at[0]);
  ck_assert_int_eq(g->outputs.at[0]->type.rank, -1);
  ck_assert_int_eq(r.model->ir_version, 8);
  ck_assert_int_eq(r.model->opsets.at[0].version, 13);
  ck_assert_uint_ne(r.model->hash, 0);
  ck_assert_ptr_nonnull(strstr(r.model->name, "sinter_frontend_"));
  ck_assert_ptr_null(strchr(r.model->name, '/'));
  ctx_free(r.ctx);
} END_TEST

START_TEST(the_name_of_an_option_is_the_models) {
  ImportOptions opt = {.name = "mine"};
  Run r = sound(pb_model(pb_relu()), &opt);
  ck_assert_str_eq(r.model->name, "mine");
  ctx_free(r.ctx);
} END_TEST

START_TEST(ai_onnx_is_the_empty_domain) {
  Pb g = pb_output(pb_input(add_node(PB0, pb_node_of("ai.onnx", "Relu", "x", "y")), "x", 1, "2"), "y");
  Run r = sound(pb_message(pb_opset(pb_int(PB0, 1, 8), "ai.onnx", 17), 7, g), NULL);
  ck_assert_str_eq(node_at(&r, 0)->domain, "");
  ck_assert_int_eq(node_at(&r, 0)->opset, 17);
  ctx_free(r.ctx);
} END_TEST

START_TEST(before_ir_3_the_opset_is_1) {
  Run r = sound(pb_message(pb_int(PB0, 1, 2), 7, pb_relu()), NULL);
  ck_assert_int_eq(node_at(&r, 0)->opset, 1);
  ctx_free(r.ctx);
} END_TEST

START_TEST(unused_domains_are_fine) {
  Run r = sound(pb_opset(pb_model(pb_relu()), "com.example", 1), NULL);
  ck_assert_uint_eq(r.model->opsets.n, 2);
  ctx_free(r.ctx);
} END_TEST

START_TEST(names_of_nodes_are_unique) {
  Pb g = PB0;
  g = add_node(g, pb_text(pb_node("Relu", "x", "a"), 3, "layer"));
  g = add_node(g, pb_text(pb_node("Relu", "a", "b"), 3, "layer"));
  g = add_node(g, pb_text(pb_node("Relu", "b", "c"), 3, "layer"));
  Run r = sound(pb_model(pb_output(scalar_input(g, "x"), "c")), NULL);
  ck_assert_str_eq(node_at(&r, 0)->name, "layer");
  ck_assert_str_eq(node_at(&r, 1)->name, "layer_2");
  ck_assert_str_eq(node_at(&r, 2)->name, "layer_3");
  ck_assert_str_eq(codes(r.ctx), "W0001");
  ctx_free(r.ctx);
} END_TEST

START_TEST(unsorted_nodes_are_sorted_and_said) {
  Pb g = add_node(add_node(PB0, pb_node("Neg", "a", "y")), pb_node("Relu", "x", "a"));
  Run r = sound(pb_model(pb_output(scalar_input(g, "x"), "y")), NULL);
  ck_assert_str_eq(node_at(&r, 0)->op, "Relu");
  ck_assert_str_eq(codes(r.ctx), "W0001");
  ctx_free(r.ctx);
} END_TEST

START_TEST(optional_arguments_are_null) {
  Pb g = add_node(PB0, pb_node("Clip", "x - m", "y"));
  g = add_node(g, pb_node("Split", "x", "- z"));
  Run r = sound(pb_model(pb_output(pb_output(scalar_input(scalar_input(g, "x"), "m"), "y"), "z")), NULL);
  ck_assert_uint_eq(node_at(&r, 0)->in.n, 3);
  ck_assert_ptr_null(node_at(&r, 0)->in.at[1]);
  ck_assert_str_eq(node_at(&r, 0)->in.at[2]->name, "m");
  ck_assert_ptr_null(node_at(&r, 1)->out.at[0]);
  ck_assert_int_eq(node_at(&r, 1)->out.at[1]->out, 1);
  ctx_free(r.ctx);
} END_TEST

START_TEST(any_text_can_be_a_name) {
  static const char *const names[] = {"int", "a/b", "onnx::Flatten_0", "{\"q\": [1]}", "*/ evil", "\xc3\xa9\xe2\x82\xac", "39"};
  const char *name = names[_i];
  Pb node = pb_text(pb_text(pb_text(PB0, 1, "x"), 2, name), 4, "Relu");
  Run r = sound(pb_model(pb_output(scalar_input(add_node(PB0, node), "x"), name)), NULL);
  ck_assert_str_eq(r.model->graph->outputs.at[0]->name, name);
  ctx_free(r.ctx);
} END_TEST

START_TEST(a_name_may_be_a_megabyte) {
  size_t n = 1 << 20;
  char *name = malloc(n + 1);
  memset(name, 'a', n);
  name[n] = 0;
  Pb node = pb_text(pb_text(pb_text(PB0, 1, name), 2, "y"), 4, "Relu");
  Run r = sound(pb_model(pb_output(pb_input(add_node(PB0, node), name, 1, "2"), "y")), NULL);
  ck_assert_uint_eq(strlen(r.model->graph->inputs.at[0]->name), n);
  free(name);
  ctx_free(r.ctx);
} END_TEST

/* ---- inputs and options */
static Pb two_inputs(void) { /* x f32[batch,3,?], y i64[batch], and an output with a name of its own */
  Pb g = add_node(add_node(PB0, pb_node("Relu", "x", "p")), pb_node("Neg", "y", "q"));
  g = pb_input(pb_input(g, "x", 1, "batch 3 ?"), "y", 7, "batch");
  return pb_model(pb_message(pb_message(g, 12, pb_value("p", 1, "batch 3 m")), 12, pb_value("q", 7, NULL)));
}

START_TEST(open_dimensions_are_all_reported) {
  Run r = run_pb(two_inputs(), NULL);
  ck_assert_ptr_null(r.model);
  ck_assert_str_eq(codes(r.ctx), "E0203 E0203");
  ck_assert(said(r.ctx, "--shape 'x=Ax3xC'"));
  ck_assert(said(r.ctx, "--dim 'batch=N'"));
  ctx_free(r.ctx);
} END_TEST

START_TEST(dimensions_are_bound_by_options) {
  DimOption dims[] = {{"batch", false, 4}};
  ShapeOption shapes[] = {{"x", 3, {4, 3, 7}}};
  ImportOptions opt = {.dims = {dims, 1, 1}, .shapes = {shapes, 1, 1}};
  Run r = sound(two_inputs(), &opt);
  ck_assert_str_eq(type_text(&r, r.model->graph->inputs.at[0]), "f32[4,3,7]");
  ck_assert_str_eq(type_text(&r, r.model->graph->inputs.at[1]), "i64[4]");
  ck_assert_str_eq(r.model->graph->inputs.at[0]->dim_names[0], "batch");
  ck_assert_ptr_null(r.model->graph->inputs.at[0]->dim_names[1]);
  ck_assert_str_eq(r.model->graph->outputs.at[0]->dim_names[2], "m");
  ctx_free(r.ctx);
} END_TEST

START_TEST(a_shape_binds_its_names_everywhere) {
  ShapeOption shapes[] = {{"x", 3, {5, 3, 7}}};
  ImportOptions opt = {.shapes = {shapes, 1, 1}};
  Run r = sound(two_inputs(), &opt);
  ck_assert_str_eq(type_text(&r, r.model->graph->inputs.at[1]), "i64[5]");
  ctx_free(r.ctx);
} END_TEST

START_TEST(a_bounded_dimension_is_one_symbol) {
  Pb g = add_node(PB0, pb_node("Add", "a b", "y"));
  Pb m = pb_model(pb_output(pb_input(pb_input(g, "a", 1, "seq.len 2"), "b", 1, "seq.len seq_len"), "y"));
  DimOption dims[] = {{"seq.len", true, 128}, {"seq_len", true, 16}};
  ImportOptions opt = {.dims = {dims, 2, 2}};
  Run r = sound(m, &opt);
  const Type *a = &r.model->graph->inputs.at[0]->type, *b = &r.model->graph->inputs.at[1]->type;
  ck_assert(!type_is_const(r.ctx, a));
  ck_assert_int_eq(a->dim[0], b->dim[0]);
  ck_assert_int_ne(b->dim[0], b->dim[1]);
  int64_t lo, hi;
  ext_range(r.ctx, a->dim[0], &lo, &hi);
  ck_assert_int_eq(lo, 1);
  ck_assert_int_eq(hi, 128);
  ck_assert_str_eq(type_text(&r, &(Value){.type = *b}), "f32[seq_len,seq_len_2]"); /* identifiers, and different ones */
  ctx_free(r.ctx);
} END_TEST

/* What the file says of an output; then --dim for a name that only outputs have; then how large it is expected to get. */
static Pb open_output(void) {
  return pb_model(pb_message(pb_input(add_node(PB0, pb_node("Relu", "x", "y")), "x", 1, "2"), 12, pb_value("y", 1, "2 rows columns")));
}
START_TEST(outputs_are_declared) {
  DimOption dims[] = {{"rows", true, 128}};
  ShapeOption expected[] = {{"y", 3, {7, 8, 9}}};
  ImportOptions opt = {.dims = {dims, 1, 1}, .output = expected, .noutputs = 1};
  Run plain = sound(open_output(), NULL), r = sound(open_output(), &opt);
  const Type *t = plain.model->graph->outputs.at[0]->declared, *u = r.model->graph->outputs.at[0]->declared;
  ck_assert(t && t->rank == 3 && t->dim[0] == 2 && t->dim[1] == -1 && t->dim[2] == -1);
  ck_assert(u && u->rank == 3 && u->dim[0] == 2 && u->dim[1] == 128 && u->dim[2] == 9);
  ctx_free(plain.ctx);
  ctx_free(r.ctx);
} END_TEST

START_TEST(an_input_can_become_a_constant) {
  Ctx *texts = ctx_new();
  ShapeOption shapes[] = {{"x", 3, {1, 3, 1}}};
  ConstOption consts[] = {{"y", tensor_parse(texts, "16000", ELEM_NONE)}};
  ImportOptions opt = {.shapes = {shapes, 1, 1}, .consts = {consts, 1, 1}};
  Run r = sound(two_inputs(), &opt);
  ck_assert_uint_eq(r.model->graph->inputs.n, 1);
  const Value *y = graph_find(r.ctx, r.model->graph, "y");
  ck_assert(!y->is_input);
  ck_assert_str_eq(type_text(&r, y), "i64[1]"); /* one number for one element */
  ck_assert_int_eq(data_int(y->data, 0), 16000);
  ctx_free(r.ctx);
  ctx_free(texts);
} END_TEST

START_TEST(a_constant_is_cast_to_the_declared_type) {
  Ctx *texts = ctx_new();
  ConstOption consts[] = {{"x", tensor_parse(texts, "[1, 2]", ELEM_NONE)}};
  ImportOptions opt = {.consts = {consts, 1, 1}};
  Run r = sound(pb_model(pb_relu()), &opt);
  const Value *x = graph_find(r.ctx, r.model->graph, "x");
  ck_assert_int_eq(x->type.elem, ELEM_f32);
  ck_assert_double_eq(data_real(x->data, 1), 2.0);
  ctx_free(r.ctx);
  ctx_free(texts);
} END_TEST

typedef struct OptionCase { const char *code, *text; DimOption dim; ShapeOption shape; const char *const_input, *const_text; } OptionCase;
static const OptionCase option_cases[] = {
  {"E0204", "there are: 'batch', 'm'", .dim = {"nobody", false, 4}},
  {"E0204", "there are: 'x', 'y'", .shape = {"z", 1, {4}}},
  {"E0204", "there are: 'x', 'y'", .const_input = "z", .const_text = "1"},
  {"E0302", "has rank 3", .shape = {"x", 2, {4, 3}}},
  {"E0302", "fixes it to 3", .shape = {"x", 3, {4, 5, 6}}},
  {"E0302", "size 0", .dim = {"batch", true, 0}},
  {"E0302", "by --dim and", .dim = {"batch", false, 2}, .shape = {"x", 3, {4, 3, 6}}},
  {"W0001", "follows from the inputs", .dim = {"m", false, 2}},
  {"E0404", "cannot hold 1.5", .const_input = "y", .const_text = "[1.5]"},
  {"E0302", "which has rank 1", .const_input = "y", .const_text = "[[1,2]]"},
};

START_TEST(wrong_options_are_reported) {
  const OptionCase *c = &option_cases[_i];
  Ctx *texts = ctx_new();
  DimOption dims[] = {c->dim, {"batch", false, 3}};
  ShapeOption shapes[] = {c->shape, {"x", 3, {3, 3, 7}}};
  ConstOption consts[] = {{c->const_input, c->const_text ? tensor_parse(texts, c->const_text, ELEM_NONE) : NULL}};
  ImportOptions opt = {.dims = {dims, c->dim.name != NULL, 2}, .shapes = {shapes, c->shape.input != NULL, 2}, .consts = {consts, c->const_input != NULL, 1}};
  Run r = run_pb(two_inputs(), &opt);
  ck_assert_ptr_null(r.model);
  bool found = false;
  for (size_t i = 0; i < r.ctx->diags.n; i++) found |= strncmp(diag_info(r.ctx->diags.at[i].code)->name, c->code, 5) == 0;
  ck_assert(found);
  ck_assert(said(r.ctx, c->text));
  ctx_free(r.ctx);
  ctx_free(texts);
} END_TEST

START_TEST(an_input_with_an_initializer_is_a_constant) {
  Pb g = pb_message(pb_relu(), 5, pb_tensor("x", 1, "2", "\0\0\x80\x3f\0\0\0\x40", 8));
  Run r = sound(pb_model(g), NULL);
  ck_assert_uint_eq(r.model->graph->inputs.n, 0);
  ck_assert_double_eq(data_real(node_at(&r, 0)->in.at[0]->data, 1), 2.0);
  ctx_free(r.ctx);
} END_TEST

/* ---- constants */
typedef struct ConstantCase { const char *name, *type; int attr_type; unsigned field; bool packed; const char *bytes; size_t n; double first; } ConstantCase;
static const ConstantCase constant_cases[] = {
  {"value_int", "i64[]", 2, 3, false, "\x07", 1, 7}, {"value_ints", "i64[3]", 7, 8, true, "\1\2\3", 3, 1}, {"value_floats", "f32[2]", 6, 7, true, "\0\0\x80\x3f\0\0\0\x40", 8, 1},
};

START_TEST(constant_nodes_become_constants) {
  const ConstantCase *c = &constant_cases[_i];
  Pb attr = pb_attr(c->name, c->attr_type);
  attr = c->packed ? pb_bytes(attr, c->field, c->bytes, c->n) : pb_raw(pb_varint(attr, c->field << 3), c->bytes, c->n);
  Run r = sound(pb_model(pb_output(add_node(PB0, with_attr(pb_node("Constant", "", "k"), attr)), "k")), NULL);
  ck_assert_uint_eq(r.model->graph->nodes.n, 0);
  const Value *k = r.model->graph->outputs.at[0];
  ck_assert_str_eq(type_text(&r, k), c->type);
  ck_assert_double_eq(data_real(k->data, 0), c->first);
  ctx_free(r.ctx);
} END_TEST

START_TEST(constants_of_texts_and_tensors) {
  Pb g = PB0;
  g = add_node(g, with_attr(pb_node("Constant", "", "s"), pb_text(pb_text(pb_attr("value_strings", 8), 9, "one"), 9, "two")));
  g = add_node(g, with_attr(pb_node("Constant", "", "t"), pb_message(pb_attr("value", 4), 5, pb_tensor("", 3, "2", "\xff\x05", 2))));
  Pb sparse = pb_int(pb_message(pb_message(PB0, 1, pb_tensor("", 3, "1", "\x09", 1)), 2, pb_tensor("", 7, "1", "\2\0\0\0\0\0\0\0", 8)), 3, 4);
  g = add_node(g, with_attr(pb_node("Constant", "", "p"), pb_message(pb_attr("sparse_value", 11), 22, sparse)));
  Run r = sound(pb_model(pb_output(pb_output(pb_output(g, "s"), "t"), "p")), NULL);
  ck_assert_str_eq(((const char *const *)r.model->graph->outputs.at[0]->data->bytes)[1], "two");
  ck_assert_int_eq(data_int(r.model->graph->outputs.at[1]->data, 0), -1);
  ck_assert_int_eq(data_int(r.model->graph->outputs.at[2]->data, 2), 9);
  ck_assert_int_eq(data_int(r.model->graph->outputs.at[2]->data, 3), 0);
  ctx_free(r.ctx);
} END_TEST

/* ---- attributes */
START_TEST(attributes_of_every_kind) {
  Pb n = pb_node("Op", "x", "y");
  n = with_attr(n, attr_int("i", -5));
  n = with_attr(n, pb_float(pb_attr("f", 1), 2, 0.5f));
  n = with_attr(n, pb_text(pb_attr("s", 3), 4, "text"));
  n = with_attr(n, pb_int(pb_int(pb_attr("is", 7), 8, 3), 8, 4)); /* not packed */
  n = with_attr(n, pb_bytes(pb_attr("fs", 6), 7, "\0\0\x80\x3f", 4)); /* packed */
  n = with_attr(n, pb_text(pb_text(pb_attr("ss", 8), 9, "a"), 9, ""));
  n = with_attr(n, pb_message(pb_attr("t", 4), 5, pb_tensor("", 7, "", "\7\0\0\0\0\0\0\0", 8)));
  n = with_attr(n, pb_message(pb_attr("tp", 13), 14, pb_type(1, "2 n")));
  n = with_attr(n, pb_attr("zero", 2));   /* a value of 0 may be left out */
  n = with_attr(n, pb_attr("none", 7));   /* an empty list */
  n = with_attr(n, pb_int(pb_text(PB0, 1, "old"), 3, 9)); /* no type: the field tells */
  Run r = sound(pb_model(pb_output(scalar_input(add_node(PB0, n), "x"), "y")), NULL);
  const Node *node = node_at(&r, 0);
  ck_assert_int_eq(node_attr(node, "i")->i, -5);
  ck_assert_double_eq(node_attr(node, "f")->r, 0.5);
  ck_assert_str_eq(node_attr(node, "s")->s, "text");
  ck_assert_int_eq(node_attr(node, "is")->n, 2);
  ck_assert_int_eq(node_attr(node, "is")->ints[1], 4);
  ck_assert_double_eq(node_attr(node, "fs")->reals[0], 1.0);
  ck_assert_str_eq(node_attr(node, "ss")->strings[0], "a");
  ck_assert_int_eq(data_int(node_attr(node, "t")->tensor, 0), 7);
  ck_assert_int_eq(node_attr(node, "tp")->kind, ATTR_TYPE);
  ck_assert(type_equal(node_attr(node, "tp")->type, &(Type){.elem = ELEM_f32, .rank = 2, .dim = {2, -1}}));
  ck_assert_int_eq(node_attr(node, "zero")->i, 0);
  ck_assert_int_eq(node_attr(node, "none")->n, 0);
  ck_assert_int_eq(node_attr(node, "old")->i, 9);
  ck_assert_ptr_null(node_attr(node, "absent"));
  ctx_free(r.ctx);
} END_TEST

/* ---- regions */
START_TEST(regions_capture_outer_values) {
  Pb inner = pb_output(add_node(PB0, pb_node("Add", "deep x", "v")), "v"); /* two graphs out */
  Pb branch = add_node(PB0, with_attr(pb_node("If", "c", "u"), attr_graph("then_branch", inner)));
  branch = pb_output(add_node(branch, pb_node("Relu", "x", "deep")), "u");
  Pb g = add_node(PB0, with_attr(pb_node("If", "c", "y"), attr_graph("then_branch", branch)));
  Run r = sound(pb_model(pb_output(scalar_input(pb_input(g, "c", 9, ""), "x"), "y")), NULL);
  Graph *outer = r.model->graph, *first = node_attr(node_at(&r, 0), "then_branch")->graph;
  ck_assert_ptr_eq(first->outer, outer);
  ck_assert_str_eq(first->nodes.at[0]->op, "Relu"); /* sorted: the inner If reads it */
  Graph *second = node_attr(first->nodes.at[1], "then_branch")->graph;
  ck_assert_ptr_eq(second->outer, first);
  ck_assert_ptr_eq(second->nodes.at[0]->in.at[0], first->nodes.at[0]->out.at[0]);
  ck_assert_ptr_eq(second->nodes.at[0]->in.at[1], graph_find(r.ctx, outer, "x"));
  ck_assert_ptr_null(graph_find(r.ctx, second, "x"));
  ctx_free(r.ctx);
} END_TEST

START_TEST(inputs_of_regions_have_a_type_without_shape) {
  Pb body = add_node(add_node(PB0, pb_node("Identity", "cond", "cond_out")), pb_node("Relu", "state", "state_out"));
  body = pb_input(pb_input(pb_input(body, "i", 7, ""), "cond", 9, ""), "state", 1, "2 n");
  body = pb_output(pb_output(body, "cond_out"), "state_out");
  Pb g = add_node(PB0, with_attr(pb_node("Loop", "m c x", "y"), attr_graph("body", body)));
  Run r = sound(pb_model(pb_output(pb_input(pb_input(pb_input(g, "m", 7, ""), "c", 9, ""), "x", 1, "2 3"), "y")), NULL);
  const Graph *region = node_attr(node_at(&r, 0), "body")->graph;
  ck_assert_uint_eq(region->inputs.n, 3);
  ck_assert_int_eq(region->inputs.at[2]->type.elem, ELEM_f32);
  ck_assert_int_eq(region->inputs.at[2]->type.rank, -1);
  ck_assert_str_eq(region->inputs.at[2]->dim_names[1], "n");
  ctx_free(r.ctx);
} END_TEST

START_TEST(an_inner_name_may_hide_an_outer_one) {
  Pb branch = pb_output(add_node(add_node(PB0, pb_node("Neg", "c2", "x")), pb_node("Relu", "x", "z")), "z");
  Pb g = add_node(PB0, with_attr(pb_node("If", "c", "y"), attr_graph("then_branch", branch)));
  Run r = sound(pb_model(pb_output(scalar_input(scalar_input(pb_input(g, "c", 9, ""), "x"), "c2"), "y")), NULL);
  ck_assert_str_eq(codes(r.ctx), "W0001");
  const Graph *region = node_attr(node_at(&r, 0), "then_branch")->graph;
  ck_assert_ptr_eq(region->nodes.at[1]->in.at[0], region->nodes.at[0]->out.at[0]);
  ctx_free(r.ctx);
} END_TEST

/* ---- functions */
static Pb function(const char *name, const char *in, const char *out, const char *attributes) {
  Pb f = pb_names(pb_names(pb_names(pb_text(pb_text(PB0, 1, name), 10, "local"), 4, in), 5, out), 6, attributes);
  return pb_message(pb_message(f, 9, pb_int(pb_text(PB0, 1, ""), 2, 16)), 9, pb_int(pb_text(PB0, 1, "local"), 2, 1));
}
static Pb body(Pb f, Pb node) { return pb_message(f, 7, node); }
static Pb reference(const char *name, int type, const char *to) { return pb_text(pb_attr(name, type), 21, to); }
static Pb calling(Pb call, Pb f) { /* x -> call -> y */
  return pb_message(pb_opset(pb_model(pb_output(scalar_input(add_node(PB0, call), "x"), "y")), "local", 1), 25, f);
}

START_TEST(functions_are_inlined) {
  Pb f = body(body(function("F", "a b", "c", "slope"), pb_node("Relu", "a", "t")), with_attr(pb_node("LeakyRelu", "t", "c"), reference("alpha", 1, "slope")));
  Pb call = with_attr(pb_text(pb_node_of("local", "F", "x", "y"), 3, "call"), pb_float(pb_attr("slope", 1), 2, 0.25f));
  Run r = sound(calling(call, f), NULL);
  ck_assert_uint_eq(r.model->graph->nodes.n, 2);
  ck_assert_str_eq(node_at(&r, 0)->name, "call/Relu_t");
  ck_assert_str_eq(node_at(&r, 0)->out.at[0]->name, "call/t");
  ck_assert_int_eq(node_at(&r, 0)->opset, 16); /* the function's own */
  ck_assert_double_eq(node_attr(node_at(&r, 1), "alpha")->r, 0.25);
  ck_assert_ptr_eq(node_at(&r, 1)->out.at[0], r.model->graph->outputs.at[0]);
  ck_assert_str_eq(node_at(&r, 1)->out.at[0]->name, "y");
  ctx_free(r.ctx);
} END_TEST

START_TEST(attributes_of_functions_have_defaults_or_are_absent) {
  Pb f = function("F", "a", "c", "axis");
  f = pb_message(f, 11, pb_float(pb_attr("slope", 1), 2, 0.75f));
  f = body(f, with_attr(with_attr(pb_node("Op", "a", "c"), reference("alpha", 1, "slope")), reference("axis", 2, "axis")));
  Run r = sound(calling(pb_node_of("local", "F", "x", "y"), f), NULL);
  ck_assert_double_eq(node_attr(node_at(&r, 0), "alpha")->r, 0.75);
  ck_assert_ptr_null(node_attr(node_at(&r, 0), "axis"));
  ctx_free(r.ctx);
} END_TEST

START_TEST(functions_call_functions_and_pass_attributes_on) {
  Pb f = body(function("F", "a", "c", "p"), with_attr(pb_node_of("local", "G", "a", "c"), reference("q", 2, "p")));
  Pb g = body(function("G", "a", "c", "q"), with_attr(pb_node("Op", "a", "c"), reference("axis", 2, "q")));
  Run r = sound(pb_message(calling(with_attr(pb_text(pb_node_of("local", "F", "x", "y"), 3, "n"), attr_int("p", 3)), f), 25, g), NULL);
  ck_assert_uint_eq(r.model->graph->nodes.n, 1);
  ck_assert_int_eq(node_attr(node_at(&r, 0), "axis")->i, 3);
  ck_assert_ptr_eq(node_at(&r, 0)->in.at[0], r.model->graph->inputs.at[0]);
  ctx_free(r.ctx);
} END_TEST

START_TEST(inputs_that_a_call_leaves_out_are_absent_in_the_body) {
  Pb f = body(function("F", "a lo hi", "c", ""), pb_node("Clip", "a lo hi", "c"));
  Pb g = add_node(PB0, pb_node_of("local", "F", "x - m", "y"));
  Run r = sound(pb_message(pb_opset(pb_model(pb_output(scalar_input(scalar_input(g, "x"), "m"), "y")), "local", 1), 25, f), NULL);
  ck_assert_ptr_null(node_at(&r, 0)->in.at[1]);
  ck_assert_str_eq(node_at(&r, 0)->in.at[2]->name, "m");
  ctx_free(r.ctx);
} END_TEST

START_TEST(an_output_that_is_an_input_is_copied) {
  Run r = sound(calling(pb_node_of("local", "F", "x", "y"), function("F", "a", "a", "")), NULL);
  ck_assert_uint_eq(r.model->graph->nodes.n, 1);
  ck_assert_str_eq(node_at(&r, 0)->op, "Identity");
  ctx_free(r.ctx);
} END_TEST

START_TEST(two_calls_do_not_meet) {
  Pb f = body(body(function("F", "a", "c", ""), pb_node("Relu", "a", "t")), pb_node("Neg", "t", "c"));
  Pb g = add_node(add_node(PB0, pb_node_of("local", "F", "x", "m")), pb_node_of("local", "F", "m", "y"));
  Run r = sound(pb_message(pb_opset(pb_model(pb_output(scalar_input(g, "x"), "y")), "local", 1), 25, f), NULL);
  ck_assert_uint_eq(r.model->graph->nodes.n, 4);
  ck_assert_str_ne(node_at(&r, 0)->out.at[0]->name, node_at(&r, 2)->out.at[0]->name);
  ctx_free(r.ctx);
} END_TEST

START_TEST(a_region_in_a_function_sees_the_body_not_the_caller) {
  Pb branch = pb_output(add_node(PB0, pb_node("Neg", "t", "z")), "z");
  Pb f = body(body(function("F", "a", "c", ""), pb_node("Relu", "a", "t")), with_attr(pb_node("If", "a", "c"), attr_graph("then_branch", branch)));
  Run r = sound(calling(pb_node_of("local", "F", "x", "y"), f), NULL);
  const Graph *region = node_attr(node_at(&r, 1), "then_branch")->graph;
  ck_assert_ptr_eq(region->nodes.at[0]->in.at[0], node_at(&r, 0)->out.at[0]);
  ctx_free(r.ctx);
  Pb outside = pb_output(add_node(PB0, pb_node("Neg", "x", "z")), "z"); /* x is the caller's */
  Pb wrong = body(function("F", "a", "c", ""), with_attr(pb_node("If", "a", "c"), attr_graph("then_branch", outside)));
  expect(calling(pb_node_of("local", "F", "x", "y"), wrong), NULL, "E0200", "'x', is neither");
} END_TEST

START_TEST(a_graph_given_to_a_function_sees_the_caller) {
  Pb branch = pb_output(add_node(PB0, pb_node("Neg", "x", "z")), "z");
  Pb f = body(function("F", "a", "c", "then"), with_attr(pb_node("If", "a", "c"), reference("then_branch", 5, "then")));
  Run r = sound(calling(with_attr(pb_node_of("local", "F", "x", "y"), attr_graph("then", branch)), f), NULL);
  const Graph *region = node_attr(node_at(&r, 0), "then_branch")->graph;
  ck_assert_ptr_eq(region->nodes.at[0]->in.at[0], r.model->graph->inputs.at[0]);
  ctx_free(r.ctx);
} END_TEST

START_TEST(many_nodes_take_linear_time) {
  Pb g = PB0;
  char in[16], out[16];
  enum { N = 100000 };
  for (int i = 0; i < N; i++) {
    snprintf(in, sizeof in, "v%d", i);
    snprintf(out, sizeof out, "v%d", i + 1);
    g = add_node(g, pb_node("Relu", in, out));
  }
  snprintf(out, sizeof out, "v%d", N);
  Run r = sound(pb_model(pb_output(pb_input(g, "v0", 1, "2"), out)), NULL);
  ck_assert_uint_eq(r.model->graph->nodes.n, N);
  ctx_free(r.ctx);
} END_TEST

int main(void) {
  Suite *s = suite_create("frontend");
  TCase *t = tcase_create("graphs");
  tcase_set_timeout(t, 30);
  tcase_add_test(t, a_model_of_one_node);
  tcase_add_test(t, the_name_of_an_option_is_the_models);
  tcase_add_test(t, ai_onnx_is_the_empty_domain);
  tcase_add_test(t, before_ir_3_the_opset_is_1);
  tcase_add_test(t, unused_domains_are_fine);
  tcase_add_test(t, names_of_nodes_are_unique);
  tcase_add_test(t, unsorted_nodes_are_sorted_and_said);
  tcase_add_test(t, optional_arguments_are_null);
  tcase_add_loop_test(t, any_text_can_be_a_name, 0, 7);
  tcase_add_test(t, a_name_may_be_a_megabyte);
  tcase_add_test(t, open_dimensions_are_all_reported);
  tcase_add_test(t, dimensions_are_bound_by_options);
  tcase_add_test(t, a_shape_binds_its_names_everywhere);
  tcase_add_test(t, a_bounded_dimension_is_one_symbol);
  tcase_add_test(t, outputs_are_declared);
  tcase_add_test(t, an_input_can_become_a_constant);
  tcase_add_test(t, a_constant_is_cast_to_the_declared_type);
  tcase_add_loop_test(t, wrong_options_are_reported, 0, sizeof option_cases / sizeof *option_cases);
  tcase_add_test(t, an_input_with_an_initializer_is_a_constant);
  tcase_add_loop_test(t, constant_nodes_become_constants, 0, sizeof constant_cases / sizeof *constant_cases);
  tcase_add_test(t, constants_of_texts_and_tensors);
  tcase_add_test(t, attributes_of_every_kind);
  tcase_add_test(t, regions_capture_outer_values);
  tcase_add_test(t, inputs_of_regions_have_a_type_without_shape);
  tcase_add_test(t, an_inner_name_may_hide_an_outer_one);
  tcase_add_test(t, functions_are_inlined);
  tcase_add_test(t, attributes_of_functions_have_defaults_or_are_absent);
  tcase_add_test(t, functions_call_functions_and_pass_attributes_on);
  tcase_add_test(t, inputs_that_a_call_leaves_out_are_absent_in_the_body);
  tcase_add_test(t, an_output_that_is_an_input_is_copied);
  tcase_add_test(t, two_calls_do_not_meet);
  tcase_add_test(t, a_region_in_a_function_sees_the_body_not_the_caller);
  tcase_add_test(t, a_graph_given_to_a_function_sees_the_caller);
  tcase_add_test(t, many_nodes_take_linear_time);
  suite_add_tcase(s, t);
  return run_suite(s);
}
