/* Models that are sound protobuf but no sound model: each defect has its code, and all defects of a model are found in one run. */
#include "tests/unit/onnx_bytes.h"
#include "tests/unit/suite.h"
#include <sys/stat.h>

#define PB0 ((Pb){0})
static Pb add_node(Pb g, Pb node) { return pb_message(g, 1, node); }
static Pb with_attr(Pb node, Pb attr) { return pb_message(node, 5, attr); }
static Pb scalar_input(Pb g, const char *name) { return pb_input(g, name, 1, ""); }
static Pb in_out(Pb g) { return pb_output(scalar_input(g, "x"), "y"); } /* x in, y out */
static Pb relu_with(Pb attr) { return pb_model(in_out(add_node(PB0, with_attr(pb_node("Relu", "x", "y"), attr)))); }

/* ---- the model */
static Pb no_graph(void) { return pb_opset(pb_int(PB0, 1, 8), "", 13); }
static Pb ir_zero(void) { return pb_message(pb_opset(pb_int(PB0, 1, 0), "", 13), 7, pb_relu()); }
static Pb ir_missing(void) { return pb_message(pb_opset(PB0, "", 13), 7, pb_relu()); }
static Pb ir_negative(void) { return pb_message(pb_opset(pb_int(PB0, 1, -1), "", 13), 7, pb_relu()); }
static Pb ir_future(void) { return pb_message(pb_opset(pb_int(PB0, 1, 1 << 20), "", 13), 7, pb_relu()); }
static Pb opset_missing(void) { return pb_message(pb_int(PB0, 1, 8), 7, pb_relu()); }
static Pb opset_twice(void) { return pb_opset(pb_model(pb_relu()), "ai.onnx", 12); }
static Pb opset_zero(void) { return pb_message(pb_opset(pb_int(PB0, 1, 8), "", 0), 7, pb_relu()); }
static Pb opset_future(void) { return pb_message(pb_opset(pb_int(PB0, 1, 8), "", 99), 7, pb_relu()); }
static Pb domain_unknown(void) { return pb_model(in_out(add_node(PB0, pb_node_of("com.x", "Relu", "x", "y")))); }

/* ---- names */
static Pb two_producers(void) { return pb_model(in_out(add_node(add_node(PB0, pb_node("Relu", "x", "y")), pb_node("Neg", "x", "y")))); }
static Pb output_is_input(void) { return pb_model(in_out(add_node(add_node(PB0, pb_node("Relu", "x", "x")), pb_node("Neg", "x", "y")))); }
static Pb cycle(void) { return pb_model(in_out(add_node(add_node(PB0, pb_node("Add", "x y", "a")), pb_node("Neg", "a", "y")))); }
static Pb self_loop(void) { return pb_model(in_out(add_node(PB0, pb_node("Relu", "y", "y")))); }
static Pb undefined_input(void) { return pb_model(in_out(add_node(PB0, pb_node("Add", "x ghost", "y")))); }
static Pb output_missing(void) { return pb_model(pb_output(pb_relu(), "ghost")); }
static Pb output_twice(void) { return pb_model(pb_output(pb_relu(), "y")); }
static Pb output_unnamed(void) { return pb_model(pb_output(pb_relu(), "")); }
static Pb no_outputs(void) { return pb_model(scalar_input(add_node(PB0, pb_node("Relu", "x", "y")), "x")); }
static Pb input_twice(void) { return pb_model(scalar_input(pb_relu(), "x")); }
static Pb input_unnamed(void) { return pb_model(scalar_input(pb_relu(), "")); }
static Pb initializer_unnamed(void) { return pb_model(pb_message(pb_relu(), 5, pb_tensor("", 1, "1", "abcd", 4))); }
static Pb initializer_twice(void) { return pb_model(pb_message(pb_message(pb_relu(), 5, pb_tensor("w", 1, "1", "abcd", 4)), 5, pb_tensor("w", 1, "1", "abcd", 4))); }
static Pb initializer_of_other_shape(void) { return pb_model(pb_message(pb_relu(), 5, pb_tensor("x", 1, "1", "abcd", 4))); }
static Pb no_operator(void) { return pb_model(in_out(add_node(PB0, pb_names(pb_names(PB0, 1, "x"), 2, "y")))); }

/* ---- types of inputs */
static Pb input_of(Pb type) { return pb_model(pb_message(pb_relu(), 11, pb_message(pb_text(PB0, 1, "z"), 2, type))); }
static Pb input_sequence(void) { return input_of(pb_message(PB0, 4, pb_message(PB0, 1, pb_type(1, "2")))); }
static Pb input_nested(void) { return input_of(pb_message(PB0, 9, pb_message(PB0, 1, pb_message(PB0, 9, pb_message(PB0, 1, pb_type(1, "2")))))); }
static Pb input_map(void) { return input_of(pb_message(PB0, 5, pb_int(PB0, 1, 7))); }
static Pb input_untyped(void) { return pb_model(pb_message(pb_relu(), 11, pb_text(PB0, 1, "z"))); }
static Pb input_unknown_type(void) { return input_of(pb_type(99, "2")); }
static Pb input_no_shape(void) { return input_of(pb_type(1, NULL)); }
static Pb input_open(void) { return input_of(pb_type(1, "-1 2")); }
static Pb input_negative(void) { return input_of(pb_type(1, "-7 2")); }
static Pb input_huge(void) { return input_of(pb_type(1, "9223372036854775807")); }
static Pb input_product(void) { return input_of(pb_type(1, "4294967296 4294967296")); }
static Pb input_rank(void) {
  char dims[2 * MAX_RANK + 4] = "1";
  for (int i = 0; i < MAX_RANK; i++) strcat(dims, " 1");
  return input_of(pb_type(1, dims));
}

/* ---- attributes */
static Pb attr_two_fields(void) { return relu_with(pb_float(pb_int(pb_attr("a", 2), 3, 1), 2, 1.0f)); }
static Pb attr_wrong_field(void) { return relu_with(pb_bytes(pb_attr("a", 2), 7, "abcd", 4)); }
static Pb attr_type_99(void) { return relu_with(pb_int(pb_attr("a", 99), 3, 1)); }
static Pb attr_no_type(void) { return relu_with(pb_text(PB0, 1, "a")); }
static Pb attr_unnamed(void) { return relu_with(pb_int(pb_attr("", 2), 3, 1)); }
static Pb attr_empty_tensor(void) { return relu_with(pb_attr("a", 4)); }
static Pb attr_graphs(void) { return relu_with(pb_message(pb_attr("a", 10), 11, pb_relu())); }
static Pb attr_nul(void) { return relu_with(pb_bytes(pb_attr("a", 3), 4, "a\0b", 3)); }
static Pb attr_twice(void) { return pb_model(in_out(add_node(PB0, with_attr(with_attr(pb_node("Relu", "x", "y"), pb_int(pb_attr("a", 2), 3, 1)), pb_int(pb_attr("a", 2), 3, 1))))); }
static Pb attr_reference(void) { return relu_with(pb_text(pb_attr("a", 2), 21, "of_no_function")); }
static Pb attr_many(void) {
  Pb n = pb_node("Relu", "x", "y");
  char name[16];
  for (int i = 0; i < 300; i++) snprintf(name, sizeof name, "a%d", i), n = with_attr(n, pb_int(pb_attr(name, 2), 3, 1));
  return pb_model(in_out(add_node(PB0, n)));
}
static Pb constant_empty(void) { return pb_model(pb_output(add_node(PB0, pb_node("Constant", "", "y")), "y")); }
static Pb constant_unknown(void) { return pb_model(pb_output(add_node(PB0, with_attr(pb_node("Constant", "", "y"), pb_int(pb_attr("valve_int", 2), 3, 1))), "y")); }
static Pb constant_kind(void) { return pb_model(pb_output(add_node(PB0, with_attr(pb_node("Constant", "", "y"), pb_int(pb_attr("value_float", 2), 3, 1))), "y")); }
static Pb region_captures_nothing(void) { return relu_with(pb_message(pb_attr("then_branch", 5), 6, pb_output(add_node(PB0, pb_node("Neg", "ghost", "z")), "z"))); }
static Pb region_output_missing(void) { return relu_with(pb_message(pb_attr("then_branch", 5), 6, pb_output(PB0, "ghost"))); }
static Pb region_tensor(void) { return relu_with(pb_message(pb_attr("then_branch", 5), 6, pb_output(pb_message(PB0, 5, pb_tensor("z", 1, "2", "abcd", 4)), "z"))); }

/* ---- functions */
static Pb function(const char *name, Pb node) {
  Pb f = pb_names(pb_names(pb_text(pb_text(PB0, 1, name), 10, "local"), 4, "a"), 5, "c");
  f = pb_message(pb_message(f, 9, pb_int(pb_text(PB0, 1, ""), 2, 13)), 9, pb_int(pb_text(PB0, 1, "local"), 2, 1));
  return pb_message(f, 7, node);
}
static Pb calling(Pb f) { return pb_message(pb_opset(pb_model(in_out(add_node(PB0, pb_node_of("local", "F", "x", "y")))), "local", 1), 25, f); }
static Pb recursion(void) { return calling(function("F", pb_node_of("local", "F", "a", "c"))); }
static Pb mutual_recursion(void) { return pb_message(calling(function("F", pb_node_of("local", "G", "a", "c"))), 25, function("G", pb_node_of("local", "F", "a", "c"))); }
static Pb recursion_in_region(void) {
  Pb branch = pb_output(add_node(PB0, pb_node_of("local", "F", "a", "z")), "z");
  return calling(function("F", with_attr(pb_node("If", "a", "c"), pb_message(pb_attr("then_branch", 5), 6, branch))));
}
static Pb function_twice(void) { return pb_message(calling(function("F", pb_node("Relu", "a", "c"))), 25, function("F", pb_node("Relu", "a", "c"))); }
static Pb function_without_output(void) { return calling(function("F", pb_node("Relu", "a", "t"))); }
static Pb function_undeclared_attribute(void) { return calling(function("F", with_attr(pb_node("Relu", "a", "c"), pb_text(pb_attr("alpha", 1), 21, "slope")))); }
static Pb function_unknown_attribute(void) {
  Pb call = with_attr(pb_node_of("local", "F", "x", "y"), pb_int(pb_attr("extra", 2), 3, 1));
  return pb_message(pb_opset(pb_model(in_out(add_node(PB0, call))), "local", 1), 25, function("F", pb_node("Relu", "a", "c")));
}
static Pb function_arity(void) { return pb_message(pb_opset(pb_model(in_out(add_node(PB0, pb_node_of("local", "F", "x x", "y")))), "local", 1), 25, function("F", pb_node("Relu", "a", "c"))); }
static Pb default_is_reference(void) {
  Pb f = function("F", with_attr(pb_node("Relu", "a", "c"), pb_text(pb_attr("alpha", 1), 21, "slope")));
  return calling(pb_message(f, 11, pb_text(pb_attr("slope", 1), 21, "slope")));
}
static Pb fan_out(void) { /* each function calls the next twice: 2^30 nodes */
  Pb m = pb_opset(pb_model(in_out(add_node(PB0, pb_node_of("local", "F0", "x", "y")))), "local", 1);
  for (int i = 0; i < 30; i++) {
    char name[16], next[16];
    snprintf(name, sizeof name, "F%d", i);
    snprintf(next, sizeof next, "F%d", i + 1);
    m = pb_message(m, 25, pb_message(function(name, pb_node_of("local", next, "a", "t")), 7, pb_node_of("local", next, "t", "c")));
  }
  return pb_message(m, 25, function("F30", pb_node("Relu", "a", "c")));
}
static Pb long_call_chain(void) {
  Pb m = pb_opset(pb_model(in_out(add_node(PB0, pb_node_of("local", "F0", "x", "y")))), "local", 1);
  for (int i = 0; i < 150; i++) {
    char name[16], next[16];
    snprintf(name, sizeof name, "F%d", i);
    snprintf(next, sizeof next, "F%d", i + 1);
    m = pb_message(m, 25, function(name, pb_node_of("local", next, "a", "c")));
  }
  return pb_message(m, 25, function("F150", pb_node("Relu", "a", "c")));
}
static Pb many_functions(void) {
  Pb m = pb_model(pb_relu());
  char name[16];
  for (int i = 0; i < 10001; i++) snprintf(name, sizeof name, "F%d", i), m = pb_message(m, 25, pb_text(PB0, 1, name));
  return m;
}

typedef struct Defect { Pb (*make)(void); const char *codes, *text; } Defect;
static const Defect defects[] = {
  {no_graph, "E0101", "no graph"}, {ir_zero, "E0200", "ir_version"}, {ir_missing, "E0200", "ir_version"}, {ir_negative, "E0200", "is -1"}, {ir_future, "E0201", "1048576"},
  {opset_missing, "E0200", "no operator set"}, {opset_twice, "E0200", "imported twice"}, {opset_zero, "E0200 E0200", "version 0"}, {opset_future, "E0201", "99"}, {domain_unknown, "E0200", "'com.x'"},
  {two_producers, "E0200", "more than once"}, {output_is_input, "E0200", "more than once"}, {cycle, "E0200", "circle: Add_a -> Neg_y -> Add_a"}, {self_loop, "E0200", "Relu_y -> Relu_y"}, {undefined_input, "E0200", "'ghost'"},
  {output_missing, "E0200", "never produced"}, {output_twice, "E0200", "listed twice"}, {output_unnamed, "E0200", "no name"}, {no_outputs, "E0200", "no outputs"}, {input_twice, "E0200", "more than once"}, {input_unnamed, "E0200", "no name"},
  {initializer_unnamed, "E0200", "no name"}, {initializer_twice, "E0200", "more than once"}, {initializer_of_other_shape, "E0200", "declared otherwise"}, {no_operator, "E0200", "no operator"},
  {input_sequence, "E0203", "=N*2"}, {input_nested, "E0202", "nested"}, {input_map, "E0202", "a map"}, {input_untyped, "E0200", "no type"}, {input_unknown_type, "E0200", "99"}, {input_no_shape, "E0203", "no shape"},
  {input_open, "E0203", "--shape 'z=Ax2'"}, {input_negative, "E0200", "-7"}, {input_huge, "E0104", "9223372036854775807"}, {input_product, "E0104", "2^48"}, {input_rank, "E0104", "rank 17"},
  {attr_two_fields, "E0200", "something else"}, {attr_wrong_field, "E0200", "said to be INT"}, {attr_type_99, "E0200", "type 99"}, {attr_no_type, "E0200", "type 0"}, {attr_unnamed, "E0200", "no name"}, {attr_empty_tensor, "E0200", "empty"},
  {attr_graphs, "E0202", "GRAPHS"}, {attr_nul, "E0200", "NUL"}, {attr_twice, "E0200", "twice"}, {attr_reference, "E0200", "stands in none"}, {attr_many, "E0104", "300 attributes"},
  {constant_empty, "E0403", "exactly one"}, {constant_unknown, "E0402", "valve_int"}, {constant_kind, "E0200", "wrong kind"}, {region_captures_nothing, "E0200", "'ghost'"}, {region_output_missing, "E0200", "'ghost'"}, {region_tensor, "E0500", "needs 8"},
  {recursion, "E0200", "calls itself"}, {mutual_recursion, "E0200", "calls itself"}, {recursion_in_region, "E0200", "calls itself"}, {function_twice, "E0200", "defined twice"}, {function_without_output, "E0200", "never produces"},
  {function_undeclared_attribute, "E0200", "does not declare"}, {function_unknown_attribute, "E0402", "'extra'"}, {function_arity, "E0200", "2 inputs"}, {default_is_reference, "E0200", "is a reference"},
  {fan_out, "E0104", "far larger"}, {long_call_chain, "E0104", "more than 100"}, {many_functions, "E0104", "10001"},
};

START_TEST(each_defect_has_its_code) { expect(defects[_i].make(), NULL, defects[_i].codes, defects[_i].text); } END_TEST

START_TEST(all_defects_are_reported_at_once) {
  Pb g = add_node(add_node(PB0, pb_node("Add", "x ghost", "a")), pb_node_of("com.x", "Op", "a", "b"));
  g = add_node(add_node(g, pb_node("Add", "b c", "c")), with_attr(pb_node("Relu", "c", "y"), pb_int(pb_attr("a", 99), 3, 1)));
  g = pb_message(g, 5, pb_tensor("w", 1, "2", "abcd", 4));
  g = pb_output(pb_output(pb_input(g, "x", 1, "n"), "y"), "nobody");
  Run r = run_pb(pb_model(g), NULL);
  ck_assert_str_eq(codes(r.ctx), "E0500 E0203 E0200 E0200 E0200 E0200 E0200");
  static const char *const texts[] = {"needs 8", "'n=N'", "'ghost'", "'com.x'", "type 99", "'nobody'", "circle"};
  for (size_t i = 0; i < 7; i++) ck_assert_msg(said(r.ctx, texts[i]), "%s", texts[i]);
  ctx_free(r.ctx);
} END_TEST

/* ---- tensors: an initializer w */
typedef struct TensorCase { const char *code, *text; int elem; const char *dims; unsigned field, wire; const char *bytes; size_t n; } TensorCase; /* wire 2: bytes; 0: as they stand, with a varint key */
static const TensorCase tensor_cases[] = {
  {"E0500", "needs 8", 1, "2", 9, 2, "abcd", 4}, {"E0500", "needs 4", 1, "1", 9, 2, "abcdefgh", 8}, {"E0500", "holds 3 bytes", 1, "1", 9, 2, "abc", 3}, {"E0500", "dimension 0 is -1", 1, "-1", 9, 2, "abcd", 4},
  {"E0500", "needs 1", 1, "", 9, 2, "", 0}, {"E0500", "type 0", 0, "1", 9, 2, "abcd", 4}, {"E0500", "type 99", 99, "1", 9, 2, "abcd", 4}, {"E0500", "type 1099511627776", -1, "1", 9, 2, "abcd", 4},
  {"E0104", "dimension 0", 1, "9223372036854775807", 9, 2, "abcd", 4}, {"E0104", "2^48", 1, "4294967296 4294967296", 9, 2, "abcd", 4}, {"E0500", "needs 1125899906842624", 1, "281474976710656", 9, 2, "abcd", 4},
  {"E0104", "rank 17", 1, "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", 9, 2, "abcd", 4},
  {"E0500", "float_data is damaged", 1, "1", 4, 2, "abc", 3}, {"E0500", "holds 1 entries", 1, "2", 4, 2, "abcd", 4}, {"E0500", "lie in int64_data", 1, "1", 7, 2, "\1", 1}, {"E0500", "cannot lie in raw_data", 8, "1", 9, 2, "abcd", 4},
  {"E0500", "300, does not fit into i8", 3, "1", 5, 2, "\xac\x02", 2}, {"E0500", "2, does not fit into bool", 9, "1", 5, 2, "\2", 1}, {"E0500", "65536, does not fit into f16", 10, "1", 5, 2, "\x80\x80\x04", 3},
  {"E0500", "neither 0 nor 1", 9, "2", 9, 2, "\1\2", 2}, {"E0500", "needs 2", 22, "3", 9, 2, "abc", 3}, {"E0500", "int64_data is damaged", 7, "1", 7, 2, "\x80", 1}, {"E0500", "segments", 1, "1", 3, 2, "\x08\1", 2},
  {"E0500", "NUL", 8, "1", 6, 2, "a\0b", 3},
};

START_TEST(tensor_defects) {
  const TensorCase *c = &tensor_cases[_i];
  Pb t = pb_tensor("w", c->elem < 0 ? 0 : c->elem, c->dims, NULL, 0);
  if (c->elem < 0) {
    free(t.at);
    t = pb_text(pb_int(pb_int(PB0, 1, 1), 2, (int64_t)1 << 40), 8, "w");
  }
  expect(pb_model(pb_message(pb_relu(), 5, pb_bytes(t, c->field, c->bytes, c->n))), NULL, c->code, c->text);
} END_TEST

START_TEST(two_fields_are_refused) {
  Pb t = pb_bytes(pb_tensor("w", 1, "1", "abcd", 4), 4, "abcd", 4);
  expect(pb_model(pb_message(pb_relu(), 5, t)), NULL, "E0500", "both float_data and raw_data");
} END_TEST

typedef struct SparseCase { const char *text; const char *index_dims, *indices; size_t n; int64_t dims[2]; const char *code; } SparseCase;
static const SparseCase sparse_cases[] = {
  {"does not ascend", "2", "\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 16, {4, 4}, "E0500"}, {"does not ascend", "2", "\2\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16, {4, 4}, "E0500"},
  {"out of range", "2", "\2\0\0\0\0\0\0\0\x10\0\0\0\0\0\0\0", 16, {4, 4}, "E0500"}, {"out of range", "2", "\xff\xff\xff\xff\xff\xff\xff\xff\1\0\0\0\0\0\0\0", 16, {4, 4}, "E0500"},
  {"1 indices", "1", "\2\0\0\0\0\0\0\0", 8, {4, 4}, "E0500"}, {"have 1 coordinates", "2 1", "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 16, {4, 4}, "E0500"}, {"dimension 0 is -4", "2", "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 16, {-4, 4}, "E0500"},
  {"more than reading", "2", "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 16, {1 << 20, 1 << 20}, "E0104"}, {"2^48", "2", "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 16, {(int64_t)1 << 40, (int64_t)1 << 40}, "E0104"},
};

START_TEST(sparse_defects) {
  const SparseCase *c = &sparse_cases[_i];
  Pb t = pb_message(pb_message(PB0, 1, pb_tensor("w", 1, "2", "abcdefgh", 8)), 2, pb_tensor("", 7, c->index_dims, c->indices, c->n));
  expect(pb_model(pb_message(pb_relu(), 15, pb_int(pb_int(t, 3, c->dims[0]), 3, c->dims[1]))), NULL, c->code, c->text);
} END_TEST

/* ---- external data: a folder with a file, links to it, and things that are no files */
static char folder[64];

static const char *in_folder(const char *name) {
  static char path[8][128];
  static int next;
  char *p = path[next++ % 8];
  snprintf(p, 128, "%s/%s", folder, name);
  return p;
}

static void make_folder(void) {
  temporary_path(folder, ".dir");
  ck_assert_int_eq(mkdir(folder, 0700), 0);
  ck_assert_int_eq(mkdir(in_folder("sub"), 0700), 0);
  write_bytes(in_folder("data.bin"), "_\0\0\x80\x3f\0\0\0\x40tail", 13); /* 1.0f 2.0f, not aligned */
  write_bytes(in_folder("sub/data.bin"), "\0\0\x80\x3f\0\0\0\x40", 8);
  write_bytes(in_folder("linked.bin"), "\0\0\x80\x3f\0\0\0\x40", 8);
  ck_assert_int_eq(link(in_folder("linked.bin"), in_folder("hard.bin")), 0);
  ck_assert_int_eq(symlink("data.bin", in_folder("leaf.bin")), 0);
  ck_assert_int_eq(symlink("sub", in_folder("parent")), 0);
  ck_assert_int_eq(mkfifo(in_folder("fifo"), 0600), 0);
}

static void remove_folder(void) {
  static const char *const names[] = {"data.bin", "sub/data.bin", "linked.bin", "hard.bin", "leaf.bin", "parent", "fifo", "model.onnx", "sub"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) remove(in_folder(names[i]));
  ck_assert_int_eq(rmdir(folder), 0);
}

static Pb entry(Pb t, const char *key, const char *value) { return pb_message(t, 13, pb_text(pb_text(PB0, 1, key), 2, value)); }

typedef struct External { const char *codes, *text, *location, *offset, *length, *key, *value; } External;
static const External externals[] = {
  {"", NULL, "data.bin", "1", "8", NULL, NULL}, {"", NULL, "data.bin", "1", NULL, NULL, NULL}, {"", NULL, "sub/data.bin", NULL, NULL, NULL, NULL}, {"", NULL, "./sub//data.bin", "0", "8", NULL, NULL},
  {"", NULL, "sub/data.bin", NULL, NULL, "checksum", "7f6e1d7de3ab2d47658382fc453ea1e6b73e05b1"},
  {"E0501", "checksum", "data.bin", "1", NULL, "checksum", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
  {"E0501", "leaves", "../data.bin", NULL, NULL, NULL, NULL}, {"E0501", "leaves", "sub/../data.bin", NULL, NULL, NULL, NULL}, {"E0501", "leaves", "sub/..", NULL, NULL, NULL, NULL},
  {"E0501", "absolute", "/etc/passwd", NULL, NULL, NULL, NULL}, {"E0501", "empty", "", NULL, NULL, NULL, NULL}, {"E0501", "backslash", "sub\\data.bin", NULL, NULL, NULL, NULL}, {"E0501", "drive", "C:data.bin", NULL, NULL, NULL, NULL},
  {"E0501", "symbolic link", "leaf.bin", NULL, NULL, NULL, NULL}, {"E0501", "symbolic link", "parent/data.bin", NULL, NULL, NULL, NULL}, {"E0501", "hard links", "hard.bin", NULL, NULL, NULL, NULL},
  {"E0501", "not a regular file", "fifo", NULL, NULL, NULL, NULL}, {"E0501", "not a regular file", "sub", NULL, NULL, NULL, NULL}, {"E0501", "No such file", "nobody.bin", NULL, NULL, NULL, NULL},
  {"E0501", "which has 13", "data.bin", "6", "8", NULL, NULL}, {"E0501", "which has 13", "data.bin", "18446744073709551608", "8", NULL, NULL}, {"E0501", "not a number", "data.bin", "18446744073709551616", "8", NULL, NULL},
  {"E0501", "not a number", "data.bin", "-1", NULL, NULL, NULL}, {"E0501", "not a number", "data.bin", " 1", NULL, NULL, NULL}, {"E0501", "not a number", "data.bin", "0x1", NULL, NULL, NULL}, {"E0501", "not a number", "data.bin", "1e0", NULL, NULL, NULL}, {"E0501", "not a number", "data.bin", "", NULL, NULL, NULL},
  {"E0501", "length 0", "data.bin", "1", "0", NULL, NULL}, {"E0501", "length 4", "data.bin", "1", "4", NULL, NULL}, {"E0501", "length 12", "data.bin", "1", "12", NULL, NULL},
  {"E0501", "unknown key '__class__'", "data.bin", "1", NULL, "__class__", "x"}, {"E0501", "occurs twice", "data.bin", "1", NULL, "location", "x"}, {"E0501", "no location", NULL, NULL, NULL, NULL, NULL},
};

static Pb external_tensor(const External *c) {
  Pb t = pb_int(pb_tensor("w", 1, "2", NULL, 0), 14, 1);
  if (c->location) t = entry(t, "location", c->location);
  if (c->offset) t = entry(t, "offset", c->offset);
  if (c->length) t = entry(t, "length", c->length);
  return c->key ? entry(t, c->key, c->value) : t;
}

/* The one way in is the same wherever the tensor stands: each case as initializer, attribute, in a region, sparse, and in a function. */
static Pb place_tensor(Pb t, int where) {
  Pb sparse;
  switch (where) {
    case 0: return pb_model(pb_output(pb_message(PB0, 5, t), "w"));
    case 1: return pb_model(pb_output(add_node(PB0, with_attr(pb_node("Constant", "", "w"), pb_message(pb_attr("value", 4), 5, t))), "w"));
    case 2: return relu_with(pb_message(pb_attr("then_branch", 5), 6, pb_output(pb_message(PB0, 5, t), "w")));
    case 3:
      sparse = pb_int(pb_message(pb_message(PB0, 1, t), 2, pb_tensor("", 7, "2", "\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 16)), 3, 4);
      return pb_model(pb_output(pb_message(PB0, 15, sparse), "w"));
    default: return calling(function("F", with_attr(pb_node("Constant", "", "c"), pb_message(pb_attr("value", 4), 5, t))));
  }
}

START_TEST(external_data) {
  const External *c = &externals[_i];
  make_folder();
  for (int where = 0; where < 5; where++) {
    Pb m = place_tensor(external_tensor(c), where);
    write_bytes(in_folder("model.onnx"), m.at, m.n);
    free(m.at);
    Run r = run_file(in_folder("model.onnx"), NULL);
    if (strcmp(codes(r.ctx), c->codes) != 0) diag_print(r.ctx, stderr);
    ck_assert_str_eq(codes(r.ctx), c->codes);
    ck_assert(!c->text || said(r.ctx, c->text));
    if (!c->text && where == 0) ck_assert_double_eq(data_real(r.model->graph->outputs.at[0]->data, 1), 2.0);
    ctx_free(r.ctx);
  }
  remove_folder();
} END_TEST

START_TEST(external_data_beside_other_data_is_refused) {
  Pb t = pb_bytes(entry(pb_int(pb_tensor("w", 1, "1", NULL, 0), 14, 1), "location", "x"), 9, "abcd", 4);
  expect(pb_model(pb_message(pb_relu(), 5, t)), NULL, "E0500", "external data and raw_data");
} END_TEST

int main(void) {
  Suite *s = suite_create("frontend_defects");
  TCase *t = tcase_create("defects");
  tcase_set_timeout(t, 20);
  tcase_add_loop_test(t, each_defect_has_its_code, 0, sizeof defects / sizeof *defects);
  tcase_add_test(t, all_defects_are_reported_at_once);
  tcase_add_loop_test(t, tensor_defects, 0, sizeof tensor_cases / sizeof *tensor_cases);
  tcase_add_test(t, two_fields_are_refused);
  tcase_add_loop_test(t, sparse_defects, 0, sizeof sparse_cases / sizeof *sparse_cases);
  tcase_add_loop_test(t, external_data, 0, sizeof externals / sizeof *externals);
  tcase_add_test(t, external_data_beside_other_data_is_refused);
  suite_add_tcase(s, t);
  return run_suite(s);
}
