/* Tensors: every element type and field of a TensorProto, NumPy files, and the texts of options. */
#include "tests/unit/onnx_bytes.h"
#include "tests/unit/suite.h"
#include <locale.h>
#include <math.h>

static Ctx *ctx;
static char path[64];
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

static const Data *read_bytes(const void *bytes, size_t n, const char *suffix) {
  write_bytes(temporary_path(path, suffix), bytes, n);
  const Data *d = tensor_read(ctx, path);
  unlink(path);
  return d;
}
static const Data *read_pb(Pb t) {
  const Data *d = read_bytes(t.at, t.n, ".pb");
  free(t.at);
  return d;
}
static const char *type_text(const Data *d) {
  Str s = str_new(ctx);
  type_print(ctx, &d->type, &s);
  return s.s;
}

/* ---- TensorProto: the same values in raw_data and in the typed field */
typedef struct Field { int elem; const char *type; unsigned field; const char *typed; size_t ntyped; const char *raw; size_t nraw; double value[3]; } Field;
static const Field fields[] = {
  {1, "f32[3]", 4, "\0\0\x80\x3f\0\0\0\xc0\0\0\x80\x7f", 12, "\0\0\x80\x3f\0\0\0\xc0\0\0\x80\x7f", 12, {1, -2, INFINITY}},
  {11, "f64[3]", 10, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0\0", 24, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0\0", 24, {1, -2, 0}},
  {7, "i64[3]", 7, "\1\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1\3", 12, "\1\0\0\0\0\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff\3\0\0\0\0\0\0\0", 24, {1, -2, 3}},
  {6, "i32[3]", 5, "\1\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1\3", 12, "\1\0\0\0\xfe\xff\xff\xff\3\0\0\0", 12, {1, -2, 3}},
  {6, "i32[3]", 5, "\1\xfe\xff\xff\xff\x0f\3", 7, "\1\0\0\0\xfe\xff\xff\xff\3\0\0\0", 12, {1, -2, 3}}, /* a negative int32 in five bytes */
  {5, "i16[3]", 5, "\1\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1\3", 12, "\1\0\xfe\xff\3\0", 6, {1, -2, 3}},
  {3, "i8[3]", 5, "\1\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1\3", 12, "\1\xfe\3", 3, {1, -2, 3}},
  {2, "u8[3]", 5, "\1\xff\1\3", 4, "\1\xff\3", 3, {1, 255, 3}},
  {4, "u16[3]", 5, "\1\xff\xff\3\3", 5, "\1\0\xff\xff\3\0", 6, {1, 65535, 3}},
  {12, "u32[3]", 11, "\1\xff\xff\xff\xff\x0f\3", 7, "\1\0\0\0\xff\xff\xff\xff\3\0\0\0", 12, {1, 4294967295.0, 3}},
  {13, "u64[3]", 11, "\1\2\3", 3, "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 24, {1, 2, 3}},
  {9, "bool[3]", 5, "\1\0\1", 3, "\1\0\1", 3, {1, 0, 1}},
  {10, "f16[3]", 5, "\x80\x78\x80\x80\x03\0", 6, "\0\x3c\0\xc0\0\0", 6, {1, -2, 0}},
  {16, "bf16[3]", 5, "\x80\x7f\x80\x80\x03\0", 6, "\x80\x3f\0\xc0\0\0", 6, {1, -2, 0}},
  {17, "f8e4m3fn[3]", 5, "\x38\xc0\1\0", 4, "\x38\xc0\0", 3, {1, -2, 0}},
  {19, "f8e5m2[3]", 5, "\x3c\xc0\1\0", 4, "\x3c\xc0\0", 3, {1, -2, 0}},
  {24, "f8e8m0[3]", 5, "\x7f\x80\1\x7e", 4, "\x7f\x80\x7e", 3, {1, 2, 0.5}},
  {22, "i4[3]", 5, "\xe1\1\3", 3, "\xe1\3", 2, {1, -2, 3}},
  {21, "u4[3]", 5, "\xe1\1\3", 3, "\xe1\3", 2, {1, 14, 3}},
  {26, "i2[3]", 5, "\x19", 1, "\x19", 1, {1, -2, 1}},
  {25, "u2[3]", 5, "\x39", 1, "\x39", 1, {1, 2, 3}},
  {23, "f4e2m1[3]", 5, "\xc2\1\3", 3, "\xc2\3", 2, {1, -2, 1.5}},
};

static void check_values(const Data *d, const Field *f) {
  if (!d) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(d);
  ck_assert_str_eq(type_text(d), f->type);
  ck_assert_uint_eq(d->nbytes, f->nraw);
  for (int i = 0; i < 3; i++) ck_assert_double_eq(data_real(d, i), f->value[i]);
}

START_TEST(raw_and_typed_elements_are_the_same) {
  const Field *f = &fields[_i];
  check_values(read_pb(pb_tensor("", f->elem, "3", f->raw, f->nraw)), f);
  check_values(read_pb(pb_bytes(pb_tensor("", f->elem, "3", NULL, 0), f->field, f->typed, f->ntyped)), f);
} END_TEST

START_TEST(elements_need_not_be_packed) {
  const Field *floats = &fields[0], *ints = &fields[2];
  Pb t = pb_tensor("", 1, "3", NULL, 0);
  for (size_t i = 0; i < 3; i++) t = pb_raw(pb_varint(t, 4 << 3 | 5), floats->raw + 4 * i, 4);
  check_values(read_pb(t), floats);
  check_values(read_pb(pb_int(pb_int(pb_int(pb_tensor("", 7, "3", NULL, 0), 7, 1), 7, -2), 7, 3)), ints);
  check_values(read_pb(pb_bytes(pb_bytes(pb_tensor("", 1, "3", NULL, 0), 4, floats->raw, 4), 4, floats->raw + 4, 8)), floats); /* two pieces */
} END_TEST

START_TEST(texts) {
  const Data *d = read_pb(pb_text(pb_text(pb_tensor("", 8, "2", NULL, 0), 6, "one"), 6, ""));
  ck_assert_ptr_nonnull(d);
  ck_assert_str_eq(((const char *const *)d->bytes)[0], "one");
  ck_assert_str_eq(((const char *const *)d->bytes)[1], "");
} END_TEST

START_TEST(scalars_and_empty_tensors) {
  const Data *scalar = read_pb(pb_tensor("", 1, "", "\0\0\x80\x3f", 4)), *empty = read_pb(pb_tensor("", 1, "0 3", NULL, 0)), *raw = read_pb(pb_tensor("", 1, "0 3", "", 0));
  ck_assert_str_eq(type_text(scalar), "f32[]");
  ck_assert_str_eq(type_text(empty), "f32[0,3]");
  ck_assert_uint_eq(empty->nbytes, 0);
  ck_assert_ptr_nonnull(raw);
} END_TEST

START_TEST(complex_numbers) {
  const Data *d = read_pb(pb_bytes(pb_tensor("", 14, "1", NULL, 0), 4, "\0\0\x80\x3f\0\0\0\x40", 8));
  ck_assert_ptr_nonnull(d);
  ck_assert_uint_eq(d->nbytes, 8);
} END_TEST

START_TEST(a_sequence_is_no_tensor) { /* SequenceProto { elem_type TENSOR, tensor_values }: sound protobuf for a TensorProto too */
  Pb t = pb_message(pb_message(pb_int(pb_text((Pb){0}, 1, "s"), 2, 1), 3, pb_tensor("", 1, "1", "abcd", 4)), 3, pb_tensor("", 1, "1", "abcd", 4));
  ck_assert_ptr_null(read_pb(t));
  ck_assert_uint_gt(diag_errors(ctx), 0);
} END_TEST

START_TEST(pb_round_trip) {
  const Field *f = &fields[_i];
  const Data *d = read_pb(pb_tensor("", f->elem, "3", f->raw, f->nraw));
  ck_assert(tensor_write_pb(ctx, temporary_path(path, ".pb"), "name", d));
  check_values(tensor_read(ctx, path), f);
  unlink(path);
} END_TEST

/* ---- NumPy */
static Pb npy(int version, const char *header, const void *bytes, size_t n) {
  Pb m = pb_raw((Pb){0}, "\x93NUMPY", 6);
  size_t length = strlen(header);
  m = pb_raw(m, (const uint8_t[]){(uint8_t)version, 0, (uint8_t)length, (uint8_t)(length >> 8), 0, 0}, version == 1 ? 4 : 6);
  return pb_raw(pb_raw(m, header, length), bytes, n);
}
static const Data *read_npy(Pb m) {
  const Data *d = read_bytes(m.at, m.n, ".npy");
  free(m.at);
  return d;
}

typedef struct Npy { const char *descr, *type; const char *bytes; size_t n; double second; } Npy;
static const Npy arrays[] = {
  {"<f4", "f32[2]", "\0\0\x80\x3f\0\0\0\x40", 8, 2}, {"<f8", "f64[2]", "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40", 16, 2}, {"<f2", "f16[2]", "\0\x3c\0\x40", 4, 2}, {"|b1", "bool[2]", "\0\1", 2, 1},
  {"|i1", "i8[2]", "\0\xff", 2, -1}, {"<i2", "i16[2]", "\0\0\xff\xff", 4, -1}, {"<i4", "i32[2]", "\0\0\0\0\xff\xff\xff\xff", 8, -1}, {"<i8", "i64[2]", "\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16, 2},
  {"|u1", "u8[2]", "\0\xff", 2, 255}, {"<u2", "u16[2]", "\0\0\xff\xff", 4, 65535}, {"<u4", "u32[2]", "\0\0\0\0\1\0\0\0", 8, 1}, {"<u8", "u64[2]", "\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16, 2},
};

START_TEST(npy_of_every_type_and_version) {
  const Npy *a = &arrays[_i];
  for (int version = 1; version <= 3; version++) {
    const Data *d = read_npy(npy(version, ctx_printf(ctx, "{'descr': '%s', 'fortran_order': False, 'shape': (2,), }\n", a->descr), a->bytes, a->n));
    ck_assert_ptr_nonnull(d);
    ck_assert_str_eq(type_text(d), a->type);
    ck_assert_double_eq(data_real(d, 1), a->second);
  }
} END_TEST

START_TEST(npy_in_fortran_order) {
  const Data *d = read_npy(npy(1, "{'shape': (2, 3), 'fortran_order': True, 'descr': '|u1'}", "\0\3\1\4\2\5", 6));
  ck_assert_ptr_nonnull(d);
  for (int i = 0; i < 6; i++) ck_assert_int_eq(data_int(d, i), i);
  const Data *scalar = read_npy(npy(1, "{'descr': '|u1', 'fortran_order': True, 'shape': ()}", "\7", 1));
  ck_assert_int_eq(scalar->type.rank, 0);
  ck_assert_int_eq(data_int(scalar, 0), 7);
} END_TEST

typedef struct BadNpy { const char *code, *header; size_t n; } BadNpy;
static const BadNpy bad_npys[] = {
  {"E0103", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 7}, {"E0103", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 9}, {"E0103", "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8},
  {"E0103", "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", 8}, {"E0103", "{'descr': '<f4', 'fortran_order': False, 'shape': (281474976710656,281474976710656), }", 8},
  {"E0103", "{'descr': '<f4', 'fortran_order': False}", 8}, {"E0103", "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,), }", 8}, {"E0103", "", 8}, {"E0103", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,", 8}, {"E0103", "{'other': 3}", 8},
  {"E0404", "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", 8}, {"E0404", "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8}, {"E0404", "{'descr': '<U2', 'fortran_order': False, 'shape': (1,), }", 8}, {"E0404", "{'descr': '', 'fortran_order': False, 'shape': (1,), }", 8},
};

START_TEST(npy_defects) {
  ck_assert_ptr_null(read_npy(npy(1, bad_npys[_i].header, "\0\0\0\0\0\0\0\0\0\0", bad_npys[_i].n)));
  ck_assert_str_eq(codes(ctx), bad_npys[_i].code);
} END_TEST

START_TEST(every_prefix_of_an_npy_file_ends_well) {
  Pb m = npy(2, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "abcdefgh", 8);
  for (size_t n = 0; n < m.n; n++) ck_assert_ptr_null(read_bytes(m.at, n, ".npy"));
  free(m.at);
} END_TEST

START_TEST(npy_round_trip) {
  static const struct { int64_t dim[3]; int rank; } shapes[] = {{{0}, 0}, {{5}, 1}, {{2, 3}, 2}, {{2, 0, 3}, 3}, {{2, 1, 3}, 3}};
  Data *d = data_new(ctx, ELEM_f32, shapes[_i].rank, shapes[_i].dim);
  int64_t n = type_bound(ctx, &d->type);
  for (int64_t i = 0; i < n; i++) data_set_real((void *)d->bytes, ELEM_f32, i, (double)i * 0.5);
  ck_assert(tensor_write_npy(ctx, temporary_path(path, ".npy"), d));
  const Data *again = tensor_read(ctx, path);
  unlink(path);
  ck_assert_ptr_nonnull(again);
  ck_assert(type_equal(&again->type, &d->type));
  ck_assert_mem_eq(again->bytes, d->bytes, d->nbytes);
  ck_assert_uint_eq((uintptr_t)again->bytes % 64, 0);
} END_TEST

START_TEST(writing_says_what_cannot_be_written) {
  Data *d = data_new(ctx, ELEM_bf16, 1, (int64_t[]){2});
  ck_assert(!tensor_write_npy(ctx, temporary_path(path, ".npy"), d));
  ck_assert_int_ne(access(path, F_OK), 0);
  ck_assert(!tensor_write_pb(ctx, "/nonexistent/folder/a.pb", "a", d));
  ck_assert_str_eq(codes(ctx), "E0404 E0800");
} END_TEST

/* ---- texts of options */
typedef struct Text { const char *text; Elem elem; const char *type; double last; } Text; /* type NULL: refused */
static const Text text_cases[] = {
  {"16000", ELEM_NONE, "i64[]", 16000}, {"-3", ELEM_NONE, "i64[]", -3}, {"1.5", ELEM_NONE, "f32[]", 1.5}, {"1e3", ELEM_NONE, "f32[]", 1000}, {"[1,2,3]", ELEM_NONE, "i64[3]", 3}, {" [ 1 , 2.5 ] ", ELEM_NONE, "f32[2]", 2.5},
  {"[[1,2],[3,4],[5,6]]", ELEM_NONE, "i64[3,2]", 6}, {"[]", ELEM_NONE, "i64[0]", 0}, {"true", ELEM_bool, "bool[]", 1}, {"[1,0]", ELEM_bool, "bool[2]", 0}, {"3", ELEM_f16, "f16[]", 3}, {"2.0", ELEM_i32, "i32[]", 2}, {"-inf", ELEM_NONE, "f32[]", -INFINITY}, {"010", ELEM_NONE, "i64[]", 10},
  {"300", ELEM_u8, NULL, 0}, {"-1", ELEM_u64, NULL, 0}, {"1.5", ELEM_i32, NULL, 0}, {"2", ELEM_bool, NULL, 0}, {"", ELEM_NONE, NULL, 0}, {"[1,2", ELEM_NONE, NULL, 0}, {"[1,[2]]", ELEM_NONE, NULL, 0}, {"[[1],[2,3]]", ELEM_NONE, NULL, 0}, {"1 2", ELEM_NONE, NULL, 0}, {"one", ELEM_NONE, NULL, 0},
  {"[1,]", ELEM_NONE, NULL, 0}, {"[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]", ELEM_NONE, NULL, 0}, {"/nonexistent/a.npy", ELEM_NONE, NULL, 0}, {"1", ELEM_string, NULL, 0},
};

START_TEST(texts_of_options) {
  const Text *c = &text_cases[_i];
  setlocale(LC_ALL, "");
  const Data *d = tensor_parse(ctx, c->text, c->elem);
  ck_assert_msg((d != NULL) == (c->type != NULL), "'%s'", c->text);
  if (!d) { ck_assert_uint_eq(diag_errors(ctx), 1); return; }
  ck_assert_str_eq(type_text(d), c->type);
  int64_t n = type_bound(ctx, &d->type);
  if (n) ck_assert_double_eq(data_real(d, n - 1), c->last);
} END_TEST

int main(void) {
  Suite *s = suite_create("frontend_tensor");
  TCase *t = tcase_create("tensors");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, raw_and_typed_elements_are_the_same, 0, sizeof fields / sizeof *fields);
  tcase_add_test(t, elements_need_not_be_packed);
  tcase_add_test(t, texts);
  tcase_add_test(t, scalars_and_empty_tensors);
  tcase_add_test(t, complex_numbers);
  tcase_add_test(t, a_sequence_is_no_tensor);
  tcase_add_loop_test(t, pb_round_trip, 0, sizeof fields / sizeof *fields);
  tcase_add_loop_test(t, npy_of_every_type_and_version, 0, sizeof arrays / sizeof *arrays);
  tcase_add_test(t, npy_in_fortran_order);
  tcase_add_loop_test(t, npy_defects, 0, sizeof bad_npys / sizeof *bad_npys);
  tcase_add_test(t, every_prefix_of_an_npy_file_ends_well);
  tcase_add_loop_test(t, npy_round_trip, 0, 5);
  tcase_add_test(t, writing_says_what_cannot_be_written);
  tcase_add_loop_test(t, texts_of_options, 0, sizeof text_cases / sizeof *text_cases);
  suite_add_tcase(s, t);
  return run_suite(s);
}
