/* The wire format and hostile files: bombs, every prefix, every flipped bit, foreign files, and real models. */
#include "frontend/onnx_scan.h"
#include "frontend/onnx_unpack.h"
#include "frontend/sha1.h"
#include "onnx.pb-c.h"
#include "tests/unit/onnx_bytes.h"
#include "tests/unit/suite.h"
#include <glob.h>
#include <sys/stat.h>
#include <time.h>

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- bombs */
static Pb nested(int depth) { /* a graph in an attribute of a node of a graph ... */
  Pb g = {0};
  for (int i = 0; i < depth; i++) g = pb_message((Pb){0}, 1, pb_message((Pb){0}, 5, pb_message((Pb){0}, 6, g)));
  return pb_model(g);
}

static Pb repeated(Pb piece, int n, unsigned id) {
  Pb m = {0};
  for (int i = 0; i < n; i++) m = pb_bytes(m, id, piece.at, piece.n);
  return m;
}

START_TEST(deep_nesting_is_refused) {
  static const int depths[] = {34, 128, 512, 4096, 20000};
  Pb m = nested(depths[_i]);
  Run r = run_pb(m, NULL);
  ck_assert_str_eq(codes(r.ctx), "E0104");
  ck_assert_uint_lt(r.ctx->memory_peak, 1 << 20);
  ctx_free(r.ctx);
} END_TEST

START_TEST(a_graph_given_again_and_again_is_refused) {
  Pb m = pb_join(pb_opset(pb_int((Pb){0}, 1, 8), "", 13), repeated((Pb){0}, 64000, 7));
  double t = seconds();
  expect(m, NULL, "E0103", "occurs twice");
  ck_assert_double_lt(seconds() - t, 0.2);
} END_TEST

START_TEST(empty_submessages_are_limited) {
  static const unsigned fields[] = {1, 5, 11, 12, 15}; /* nodes, initializers, inputs, outputs, sparse initializers of a graph */
  double t = seconds();
  Run r = run_pb(pb_model(repeated((Pb){0}, 1000000, fields[_i])), NULL);
  ck_assert_str_eq(codes(r.ctx), "E0104");
  ck_assert_uint_lt(r.ctx->memory_peak, 1 << 20);
  ck_assert_double_lt(seconds() - t, 0.5);
  ctx_free(r.ctx);
} END_TEST

START_TEST(lists_of_single_numbers_are_read) { /* as exporters of forests write them: a field for each number */
  Pb ints = pb_attr("ids", 7), texts = pb_attr("modes", 8);
  for (int i = 0; i < 20000; i++) {
    ints = pb_int(ints, 8, i % 100);
    texts = pb_text(texts, 9, "LEAF");
  }
  Pb node = pb_message(pb_message(pb_node("Relu", "x", "y"), 5, ints), 5, texts);
  expect(pb_model(pb_output(pb_input(pb_message((Pb){0}, 1, node), "x", 1, "2"), "y")), NULL, "", NULL);
} END_TEST

START_TEST(an_operator_set_may_be_named_again) {
  expect(pb_opset(pb_model(pb_relu()), "ai.onnx", 13), NULL, "", NULL);
} END_TEST

START_TEST(unknown_fields_cost_nothing) {
  Pb doc = {0};
  for (int i = 0; i < 100000; i++) doc = pb_raw(doc, "lorem ipsum ", 12);
  Pb g = pb_relu();
  for (int i = 0; i < 4; i++) g = pb_bytes(g, 10, doc.at, doc.n); /* doc_string; a field we do not read may even repeat */
  Run r = run_pb(pb_model(pb_bytes(g, 99, doc.at, doc.n)), NULL);
  free(doc.at);
  ck_assert_ptr_nonnull(r.model);
  ck_assert_uint_lt(r.ctx->memory_peak, 1 << 20);
  ctx_free(r.ctx);
} END_TEST

/* ---- small defects of the wire format */
typedef struct WireCase { const char *code, *text; size_t n; const char *bytes; } WireCase;
static const WireCase wire_cases[] = {
  {"E0103", "number 0", 2, "\x02\x00"},
  {"E0103", "group", 2, "\x0b\x0c"},
  {"E0103", "wire type", 2, "\x0e\x00"},
  {"E0103", "beyond the end", 4, "\x3a\x05\x0a\x01"},
  {"E0103", "cut off", 12, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
  {"E0103", "cut off", 12, "\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x08\x01"},
  {"E0103", "key", 7, "\xff\xff\xff\xff\xff\xff\x01"},
  {"E0103", "wrong wire type", 5, "\x0d\x01\x02\x03\x04"},
  {"E0103", "occurs twice", 4, "\x08\x07\x08\x07"},
  {"E0103", "NUL", 5, "\x12\x03""a\0b"},
  {"E0103", "UTF-8", 4, "\x12\x02\xc0\x80"},
  {"E0103", "UTF-8", 5, "\x12\x03\xed\xa0\x80"},
  {"E0103", "UTF-8", 3, "\x12\x01\xff"},
  {"E0103", "UTF-8", 4, "\x12\x02\xe2\x82"},
  {"E0103", "cut off", 1, "\x08"},
  {"E0101", "no graph", 2, "\x08\x07"},
};

START_TEST(wire_defects) {
  const WireCase *c = &wire_cases[_i];
  expect(pb_raw((Pb){0}, c->bytes, c->n), NULL, c->code, c->text);
} END_TEST

typedef struct Foreign { const char *code; size_t n; const char *bytes; } Foreign;
static const Foreign foreign[] = {
  {"E0101", 0, ""}, {"E0101", 12, "hello world\n"}, {"E0102", 60, "version https://git-lfs.github.com/spec/v1\noid sha256:00000000"}, {"E0101", 8, "\x1f\x8b\x08\0\0\0\0\0"},
  {"E0101", 8, "PK\x03\x04\0\0\0\0"}, {"E0101", 8, "\x28\xb5\x2f\xfd\0\0\0\0"}, {"E0101", 12, "\x1c\0\0\0TFL3\0\0\0\0"}, {"E0101", 8, "\x93NUMPY\1\0"},
};

START_TEST(foreign_files) { expect(pb_raw((Pb){0}, foreign[_i].bytes, foreign[_i].n), NULL, foreign[_i].code, NULL); } END_TEST

START_TEST(a_producer_named_like_a_mark_is_no_foreign_file) {
  Run r = run_pb(pb_join(pb_text(pb_int((Pb){0}, 1, 8), 2, "GGUF"), pb_message(pb_opset((Pb){0}, "", 13), 7, pb_relu())), NULL);
  ck_assert_ptr_nonnull(r.model);
  ck_assert_str_eq(r.model->producer, "GGUF");
  ctx_free(r.ctx);
} END_TEST

START_TEST(what_is_no_file_is_refused) {
  char path[64];
  temporary_path(path, ".fifo");
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  const char *paths[] = {"/tmp", "/dev/zero", "/nonexistent/model.onnx", path};
  for (size_t i = 0; i < 4; i++) {
    Run r = run_file(paths[i], NULL);
    ck_assert_str_eq(codes(r.ctx), "E0100");
    ctx_free(r.ctx);
  }
  unlink(path);
} END_TEST

START_TEST(a_file_beyond_the_limit_is_refused_at_once) {
  char path[64];
  write_bytes(temporary_path(path, ".onnx"), "\x08\x08\x3a\xff\xff\xff\xff\x0f", 8);
  if (truncate(path, (off_t)3 << 30) == 0) { /* a sparse file */
    Run r = run_file(path, NULL);
    ck_assert_str_eq(codes(r.ctx), "E0104");
    ctx_free(r.ctx);
  }
  unlink(path);
} END_TEST

START_TEST(private_fields_cannot_be_given) { /* a tensor that names a span of its own */
  Pb t = pb_tensor("w", 1, "1", "\0\0\x80\x3f", 4);
  t = pb_raw(pb_varint(t, 2046u << 3 | 1), "\xff\xff\xff\x7f\0\0\0\0", 8);
  Run r = run_pb(pb_model(pb_output(pb_message((Pb){0}, 5, t), "w")), NULL);
  ck_assert_ptr_nonnull(r.model);
  ck_assert_double_eq(data_real(graph_find(r.ctx, r.model->graph, "w")->data, 0), 1.0);
  ctx_free(r.ctx);
} END_TEST

/* ---- damage at every place of a model that has everything */
static Pb everything(void) {
  Pb g = {0}, branch = pb_output(pb_message((Pb){0}, 1, pb_node("Add", "x w", "z")), "z"), f = pb_text(pb_text((Pb){0}, 1, "Twice"), 10, "local");
  g = pb_message(g, 1, pb_message(pb_message(pb_node("If", "c", "i"), 5, pb_message(pb_attr("then_branch", 5), 6, branch)), 5, pb_message(pb_attr("else_branch", 5), 6, pb_output(pb_message((Pb){0}, 1, pb_node("Neg", "x", "q")), "q"))));
  g = pb_message(g, 1, pb_message(pb_node("Constant", "", "k"), 5, pb_bytes(pb_attr("value_ints", 7), 8, "\1\2\3", 3)));
  g = pb_message(g, 1, pb_message(pb_node_of("local", "Twice", "i", "y"), 5, pb_float(pb_attr("factor", 1), 2, 2.5f)));
  g = pb_message(g, 5, pb_tensor("w", 1, "2", "abcdefgh", 8));
  g = pb_message(g, 5, pb_bytes(pb_tensor("v", 7, "3", NULL, 0), 7, "\1\2\3", 3));
  g = pb_message(g, 15, pb_int(pb_message(pb_message((Pb){0}, 1, pb_tensor("s", 1, "1", "abcd", 4)), 2, pb_tensor("", 7, "1", "\1\0\0\0\0\0\0\0", 8)), 3, 4));
  g = pb_output(pb_output(pb_input(pb_input(g, "x", 1, "n 2"), "c", 9, ""), "y"), "k");
  f = pb_names(pb_names(pb_names(f, 4, "a"), 5, "b"), 6, "factor");
  f = pb_message(f, 7, pb_message(pb_node("LeakyRelu", "a", "b"), 5, pb_text(pb_attr("alpha", 1), 21, "factor")));
  f = pb_message(f, 9, pb_int(pb_text((Pb){0}, 1, ""), 2, 13));
  return pb_message(pb_opset(pb_model(g), "local", 1), 25, f);
}

static const DimOption bind_n = {.name = "n", .value = 2};
static ImportOptions with_n(void) { return (ImportOptions){.dims = {.at = (DimOption *)&bind_n, .n = 1, .cap = 1}}; }

START_TEST(the_model_with_everything_is_read) {
  ImportOptions opt = with_n();
  Run r = run_pb(everything(), &opt);
  diag_print(r.ctx, stderr);
  ck_assert_ptr_nonnull(r.model);
  ck_assert_uint_eq(r.model->graph->nodes.n, 2);
  ctx_free(r.ctx);
} END_TEST

START_TEST(every_prefix_ends_well) {
  ImportOptions opt = with_n();
  Pb m = everything();
  for (size_t n = 0; n < m.n; n++) ctx_free(run_bytes(m.at, n, &opt).ctx);
  free(m.at);
} END_TEST

START_TEST(every_flipped_bit_ends_well) {
  ImportOptions opt = with_n();
  Pb m = everything();
  for (size_t i = (size_t)_i; i < 8 * m.n; i += 8) {
    m.at[i / 8] ^= (uint8_t)(1 << i % 8);
    ctx_free(run_bytes(m.at, m.n, &opt).ctx);
    m.at[i / 8] ^= (uint8_t)(1 << i % 8);
  }
  free(m.at);
} END_TEST

/* Bytes exchanged by a fixed sequence of numbers: deeper damage than one bit. */
START_TEST(random_damage_ends_well) {
  ImportOptions opt = with_n();
  Pb m = everything();
  uint64_t state = 88172645463325252u + (uint64_t)_i;
  uint8_t *copy = malloc(m.n);
  for (int round = 0; round < 400; round++) {
    memcpy(copy, m.at, m.n);
    for (int k = 0; k < 4; k++) {
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      copy[state % m.n] = state >> 40 & 1 ? m.at[(state >> 20) % m.n] : (uint8_t)(state >> 32);
    }
    ctx_free(run_bytes(copy, m.n, &opt).ctx);
  }
  free(copy);
  free(m.at);
} END_TEST

START_TEST(running_out_of_memory_ends_well) { /* whatever the cap: the model, or E0901 and nothing else */
  ImportOptions opt = with_n();
  char path[64];
  Pb m = everything();
  write_bytes(temporary_path(path, ".onnx"), m.at, m.n);
  free(m.at);
  int refused = 0;
  for (size_t cap = 66000; cap < 1200000; cap += 8192) {
    Run r = {.ctx = ctx_new(), .path = path, .opt = &opt};
    r.ctx->memory_cap = cap;
    if (!ctx_try(r.ctx, run_body, &r)) {
      ck_assert_str_eq(codes(r.ctx), "E0901");
      refused++;
    }
    ctx_free(r.ctx);
  }
  unlink(path);
  ck_assert_int_gt(refused, 3);
} END_TEST

/* ---- the scan itself */
START_TEST(the_copy_has_no_weights_and_unpacks_to_the_same) {
  Ctx *ctx = ctx_new();
  size_t n = 1 << 20;
  uint8_t *weights = calloc(1, n);
  Pb m = pb_model(pb_output(pb_message((Pb){0}, 5, pb_tensor("w", 1, "512 512", weights, n)), "w"));
  OnnxScan scan;
  ck_assert(onnx_scan(m.at, m.n, &onnx__model_proto__descriptor, 1 << 20, &scan, NULL, 0));
  ck_assert_uint_lt(scan.compact_bytes, 200);
  Onnx__ModelProto *p = (Onnx__ModelProto *)(void *)onnx_unpack(ctx, ctx->arena, (Place){0}, m.at, m.n, &onnx__model_proto__descriptor);
  ck_assert_ptr_nonnull(p);
  ck_assert_str_eq(p->graph->initializer[0]->name, "w");
  ck_assert_int_eq(p->graph->initializer[0]->dims[1], 512);
  ck_assert_uint_gt(p->graph->initializer[0]->span_length, n);
  ck_assert_uint_lt(ctx->memory_peak, 1 << 18);
  free(m.at);
  free(weights);
  ctx_free(ctx);
} END_TEST

START_TEST(weights_stay_in_the_file) {
  size_t n = 16u << 20;
  uint8_t *weights = calloc(1, n);
  Pb g = pb_output(pb_message((Pb){0}, 5, pb_tensor("w", 1, "2048 2048", weights, n)), "w");
  uint64_t packed_length = n;
  Pb t = pb_tensor("v", 1, "2048 2048", NULL, 0);
  t = pb_bytes(t, 4, weights, packed_length); /* packed floats lie in the file as in memory */
  Run r = run_pb(pb_model(pb_output(pb_message(g, 5, t), "v")), NULL);
  ck_assert_ptr_nonnull(r.model);
  ck_assert_uint_lt(r.ctx->memory_peak, 1 << 20);
  free(weights);
  ctx_free(r.ctx);
} END_TEST

START_TEST(sha1_of_known_texts) {
  static const uint8_t empty[20] = {0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18, 0x90, 0xaf, 0xd8, 0x07, 0x09};
  static const uint8_t abc[20] = {0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d};
  static const uint8_t two[20] = {0x84, 0x98, 0x3e, 0x44, 0x1c, 0x3b, 0xd2, 0x6e, 0xba, 0xae, 0x4a, 0xa1, 0xf9, 0x51, 0x29, 0xe5, 0xe5, 0x46, 0x70, 0xf1};
  uint8_t digest[20];
  sha1("", 0, digest);
  ck_assert_mem_eq(digest, empty, 20);
  sha1("abc", 3, digest);
  ck_assert_mem_eq(digest, abc, 20);
  sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, digest);
  ck_assert_mem_eq(digest, two, 20);
} END_TEST

/* ---- models as they are: each is read, or refused for what is not supported or left open */
static int read_all(const char *pattern, double limit) {
  glob_t found;
  int n = 0;
  if (glob(pattern, 0, NULL, &found) != 0) return 0;
  for (size_t i = 0; i < found.gl_pathc; i++, n++) {
    double t = seconds();
    Run r = run_file(found.gl_pathv[i], NULL);
    for (size_t k = 0; k < r.ctx->diags.n; k++) {
      DiagCode code = r.ctx->diags.at[k].code;
      ck_assert_msg(code == E0202 || code == E0203, "%s: %s", found.gl_pathv[i], r.ctx->diags.at[k].text);
    }
    ck_assert_msg(seconds() - t < limit, "%s took %g s", found.gl_pathv[i], seconds() - t);
    ctx_free(r.ctx);
  }
  globfree(&found);
  return n;
}

START_TEST(the_test_models_of_onnx) { /* where the package libonnx-testdata is installed */
  int n = read_all("/usr/share/libonnx-testdata/data/*/*/model.onnx", 1.0);
  ck_assert(n == 0 || n >= 1000);
} END_TEST

START_TEST(the_zoo) { /* where there is one: SINTER_ZOO, or shared/zoo beside the sources */
  const char *zoo = getenv("SINTER_ZOO"), *usual[] = {SINTER_ROOT "/../shared/zoo", SINTER_ROOT "/../../shared/zoo"};
  char pattern[4096];
  int n = 0;
  for (int i = 0; i < 2 && !zoo; i++)
    if (access(usual[i], R_OK) == 0) zoo = usual[i];
  for (int i = 0; i < 2 && zoo; i++) {
    snprintf(pattern, sizeof pattern, "%s/%s", zoo, i ? "*/*/*.onnx" : "*/*.onnx");
    n += read_all(pattern, 1.0);
  }
  if (zoo) ck_assert_int_gt(n, 0);
} END_TEST

int main(void) {
  Suite *s = suite_create("frontend_wire");
  TCase *t = tcase_create("wire");
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, deep_nesting_is_refused, 0, 5);
  tcase_add_test(t, a_graph_given_again_and_again_is_refused);
  tcase_add_loop_test(t, empty_submessages_are_limited, 0, 5);
  tcase_add_test(t, lists_of_single_numbers_are_read);
  tcase_add_test(t, an_operator_set_may_be_named_again);
  tcase_add_test(t, unknown_fields_cost_nothing);
  tcase_add_loop_test(t, wire_defects, 0, sizeof wire_cases / sizeof *wire_cases);
  tcase_add_loop_test(t, foreign_files, 0, sizeof foreign / sizeof *foreign);
  tcase_add_test(t, a_producer_named_like_a_mark_is_no_foreign_file);
  tcase_add_test(t, what_is_no_file_is_refused);
  tcase_add_test(t, a_file_beyond_the_limit_is_refused_at_once);
  tcase_add_test(t, private_fields_cannot_be_given);
  tcase_add_test(t, the_model_with_everything_is_read);
  tcase_add_test(t, every_prefix_ends_well);
  tcase_add_loop_test(t, every_flipped_bit_ends_well, 0, 8);
  tcase_add_loop_test(t, random_damage_ends_well, 0, 4);
  tcase_add_test(t, running_out_of_memory_ends_well);
  tcase_add_test(t, the_copy_has_no_weights_and_unpacks_to_the_same);
  tcase_add_test(t, weights_stay_in_the_file);
  tcase_add_test(t, sha1_of_known_texts);
  tcase_add_test(t, the_test_models_of_onnx);
  tcase_add_test(t, the_zoo);
  suite_add_tcase(s, t);
  return run_suite(s);
}
