/* Extern ops: what bind says of types and symbols, what it refuses, and what the kernels compute. */
#include "ir/extern/bind.h"
#include "tests/unit/suite.h"

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

/* Binds op to inputs of these types; NULL type: absent. */
static bool bind_to(const char *op, int nin, const Type *const *type, int nattr, const Attr *attr, ExternBound *to) {
  const Extern *e = extern_find(op, "", 17);
  ck_assert_ptr_nonnull(e);
  BindInput in[8] = {0};
  for (int i = 0; i < nin; i++) in[i].type = type[i];
  BindRequest req = {.op = op, .domain = "", .opset = 17, .nin = nin, .in = in, .nattr = nattr, .attr = attr, .place = {.node = "a.b"}};
  return e->bind(ctx, &req, to);
}
static int64_t bound_of(ext_t e) {
  int64_t lo, hi;
  ext_range(ctx, e, &lo, &hi);
  ck_assert_int_eq(lo, 0);
  return hi;
}
static void run(const char *op, const ExternBound *b, const void *const *in, void *const *out, int64_t *count) {
  int64_t arg[EXTERN_ARGS];
  for (int i = 0; i < b->nargs; i++) arg[i] = b->arg[i];
  extern_find(op, "", 17)->kernel(in, out, arg, count);
}

START_TEST(every_op_has_its_text) {
  const Extern *const *all;
  size_t n = extern_ops(&all);
  ck_assert_uint_ge(n, 5);
  for (size_t i = 0; i < n; i++) {
    const char *text = extern_source(all[i]);
    ck_assert_msg(text && strstr(text, all[i]->function), "%s: no kernel text with %s", all[i]->op, all[i]->function);
    ck_assert_ptr_eq(extern_find(all[i]->op, all[i]->domain, all[i]->since), all[i]);
    ck_assert_ptr_null(extern_find(all[i]->op, all[i]->domain, all[i]->since - 1));
  }
}
END_TEST

START_TEST(non_zero) {
  const float x[6] = {1, 0, -0.0f, 2, 0, 3};
  const Type t = {ELEM_f32, 2, {2, 3}};
  ExternBound b;
  ck_assert(bind_to("NonZero", 1, (const Type *const[]){&t}, 0, NULL, &b));
  ck_assert_int_eq(b.out[0].rank, 2);
  ck_assert_int_eq(b.out[0].dim[0], 2);
  ck_assert_int_eq(bound_of(b.out[0].dim[1]), 6);
  int64_t y[12], count;
  run("NonZero", &b, (const void *const[]){x}, (void *const[]){y}, &count);
  ck_assert_int_eq(count, 3);
  const int64_t want[6] = {0, 1, 1, 0, 0, 2};
  ck_assert_mem_eq(y, want, sizeof want);
}
END_TEST

/* Bounded symbols take the values of a tensor's elements, or of numbers given at the call. */
START_TEST(extents) {
  const Type t = {ELEM_i32, 1, {2}}, real = {ELEM_f32, 1, {2}};
  const char *const names[] = {"rows", "cols"};
  const int64_t least[] = {0, 1}, most[] = {7, 9}, wrong[] = {0, -1};
  Attr attr[] = {{.name = "names", .kind = ATTR_STRINGS, .n = 2, .strings = names}, {.name = "least", .kind = ATTR_INTS, .n = 2, .ints = least}, {.name = "most", .kind = ATTR_INTS, .n = 2, .ints = most}};
  const Extern *e = extern_find("Extents", "sinter", 1);
  ck_assert_ptr_nonnull(e);
  BindInput in = {.type = &t};
  BindRequest req = {.op = "Extents", .domain = "sinter", .opset = 1, .nin = 1, .in = &in, .nattr = 3, .attr = attr};
  ExternBound b;
  ck_assert(e->bind(ctx, &req, &b));
  ck_assert_int_eq(b.ncounts, 2);
  ext_t cols;
  int64_t lo, hi, count[2];
  ck_assert(ext_find_symbol(ctx, "cols", &cols) && b.count[1] == cols);
  ext_range(ctx, cols, &lo, &hi);
  ck_assert(lo == 1 && hi == 9);
  const int32_t value[] = {-3, 4};
  e->kernel((const void *const[]){value}, NULL, b.arg, count);
  ck_assert(count[0] == -3 && count[1] == 4);
  e->kernel(NULL, NULL, (const int64_t[]){0, 2, 5, 6}, count);
  ck_assert(count[0] == 5 && count[1] == 6);

  in.type = &real;
  ck_assert(!e->bind(ctx, &req, &b));
  in.type = &t;
  attr[2].ints = wrong;
  ck_assert(!e->bind(ctx, &req, &b));
  req.nattr = 1;
  ck_assert(!e->bind(ctx, &req, &b));
}
END_TEST

START_TEST(compress_along_an_axis) {
  const int16_t x[6] = {1, 2, 3, 4, 5, 6};
  const uint8_t keep[2] = {0, 1};
  const Type t = {ELEM_i16, 2, {3, 2}}, c = {ELEM_bool, 1, {2}};
  const Attr axis = {.name = "axis", .kind = ATTR_INT, .i = -1};
  ExternBound b;
  ck_assert(bind_to("Compress", 2, (const Type *const[]){&t, &c}, 1, &axis, &b));
  int64_t count;
  int16_t y[6];
  run("Compress", &b, (const void *const[]){x, keep}, (void *const[]){y}, &count);
  ck_assert_int_eq(count, 1);
  ck_assert_int_eq(b.out[0].dim[0], 3);
  ck_assert(y[0] == 2 && y[1] == 4 && y[2] == 6);
}
END_TEST

START_TEST(compress_of_elements) {
  const double x[4] = {1, 2, 3, 4};
  const uint8_t keep[3] = {1, 0, 1};
  const Type t = {ELEM_f64, 2, {2, 2}}, c = {ELEM_bool, 1, {3}};
  ExternBound b;
  ck_assert(bind_to("Compress", 2, (const Type *const[]){&t, &c}, 0, NULL, &b));
  ck_assert_int_eq(b.out[0].rank, 1);
  ck_assert_int_eq(bound_of(b.out[0].dim[0]), 3);
  int64_t count;
  double y[3];
  run("Compress", &b, (const void *const[]){x, keep}, (void *const[]){y}, &count);
  ck_assert_int_eq(count, 2);
  ck_assert(y[0] == 1 && y[1] == 3);
}
END_TEST

static const struct { int sorted; float y[5]; int64_t first[5], inverse[7], counts[5]; } unique_case[] = {
  {1, {-3, -1, 0, 2, 5}, {5, 1, 4, 0, 3}, {3, 1, 3, 4, 2, 0, 2}, {1, 1, 2, 2, 1}},
  {0, {2, -1, 5, 0, -3}, {0, 1, 3, 4, 5}, {0, 1, 0, 2, 3, 4, 3}, {2, 1, 1, 2, 1}},
};
START_TEST(unique) {
  const float x[7] = {2, -1, 2, 5, 0, -3, -0.0f};
  const Type t = {ELEM_f32, 1, {7}};
  const Attr sorted = {.name = "sorted", .kind = ATTR_INT, .i = unique_case[_i].sorted};
  ExternBound b;
  ck_assert(bind_to("Unique", 1, (const Type *const[]){&t}, 1, &sorted, &b));
  float y[7];
  int64_t first[7], inverse[7], counts[7], work[21], count;
  ck_assert_int_le(b.work, (ext_t)sizeof work);
  run("Unique", &b, (const void *const[]){x}, (void *const[]){y, first, inverse, counts, work}, &count);
  ck_assert_int_eq(count, 5);
  for (int i = 0; i < 5; i++) {
    ck_assert_float_eq(y[i], unique_case[_i].y[i]);
    ck_assert_int_eq(first[i], unique_case[_i].first[i]);
    ck_assert_int_eq(counts[i], unique_case[_i].counts[i]);
  }
  ck_assert_mem_eq(inverse, unique_case[_i].inverse, sizeof inverse);
}
END_TEST

START_TEST(unique_slices) {
  const int8_t x[8] = {-1, 2, -1, 3, 5, 6, 5, 7}; /* [2, 2, 2]: slices along axis 1 differ in their second column only */
  const Type t = {ELEM_i8, 3, {2, 2, 2}};
  const Attr axis = {.name = "axis", .kind = ATTR_INT, .i = 1};
  ExternBound b;
  ck_assert(bind_to("Unique", 1, (const Type *const[]){&t}, 1, &axis, &b));
  int8_t y[8];
  int64_t work[6], count;
  run("Unique", &b, (const void *const[]){x}, (void *const[]){y, NULL, NULL, NULL, work}, &count);
  ck_assert_int_eq(count, 2);
  ck_assert_mem_eq(y, x, sizeof x);
}
END_TEST

START_TEST(non_max_suppression) {
  const float boxes[3][4] = {{0, 0, 1, 1}, {0, 0.1f, 1, 1.1f}, {0, 10, 1, 11}}, scores[3] = {0.9f, 0.75f, 0.6f}, overlap = 0.5f, least = 0.65f;
  const int64_t most = 3;
  const Type tb = {ELEM_f32, 3, {1, 3, 4}}, ts = {ELEM_f32, 3, {1, 1, 3}}, ti = {ELEM_i64, 0, {0}}, tf = {ELEM_f32, 1, {1}};
  ExternBound b;
  ck_assert(bind_to("NonMaxSuppression", 5, (const Type *const[]){&tb, &ts, &ti, &tf, &tf}, 0, NULL, &b));
  ck_assert_int_eq(bound_of(b.out[0].dim[0]), 3);
  int64_t y[9], work[3], count;
  run("NonMaxSuppression", &b, (const void *const[]){boxes, scores, &most, &overlap, NULL}, (void *const[]){y, work}, &count);
  ck_assert_int_eq(count, 2);
  ck_assert_int_eq(y[2], 0);
  ck_assert_int_eq(y[5], 2);
  run("NonMaxSuppression", &b, (const void *const[]){boxes, scores, &most, &overlap, &least}, (void *const[]){y, work}, &count);
  ck_assert_int_eq(count, 1);
}
END_TEST

START_TEST(det) {
  const float x[2][4] = {{0, 2, 3, 4}, {1, 2, 2, 4}};
  const Type t = {ELEM_f32, 3, {2, 2, 2}};
  ExternBound b;
  ck_assert(bind_to("Det", 1, (const Type *const[]){&t}, 0, NULL, &b));
  ck_assert_int_eq(b.out[0].rank, 1);
  float y[2];
  double work[4];
  run("Det", &b, (const void *const[]){x}, (void *const[]){y, work}, NULL);
  ck_assert_float_eq(y[0], -6);
  ck_assert_float_eq(y[1], 0);
}
END_TEST

START_TEST(refusals) {
  const Type square = {ELEM_f32, 2, {2, 2}}, wide = {ELEM_f32, 2, {2, 3}}, text = {ELEM_string, 1, {2}}, pair = {ELEM_c64, 1, {2}}, flag = {ELEM_bool, 1, {2}};
  const Attr axis = {.name = "axis", .kind = ATTR_INT, .i = 2}, odd = {.name = "odd", .kind = ATTR_INT}, word = {.name = "axis", .kind = ATTR_STRING, .s = "x"};
  const struct { const char *op; int nin; const Type *in[3]; const Attr *attr; DiagCode code; } bad[] = {
    {"Det", 1, {&wide}, NULL, E0302},          {"Det", 1, {&text}, NULL, E0404},        {"NonZero", 0, {NULL}, NULL, E0403},
    {"NonZero", 2, {&wide, &wide}, NULL, E0401}, {"NonZero", 1, {&wide}, &odd, E0402},    {"NonZero", 1, {&pair}, NULL, E0404},
    {"Compress", 2, {&wide, &wide}, NULL, E0404}, {"Compress", 2, {&wide, &flag}, &axis, E0303}, {"Unique", 1, {&square}, &word, E0401},
    {"NonMaxSuppression", 2, {&wide, &wide}, NULL, E0401},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    ExternBound b;
    size_t mark = diag_mark(ctx);
    ck_assert(!bind_to(bad[i].op, bad[i].nin, bad[i].in, bad[i].attr ? 1 : 0, bad[i].attr, &b));
    ck_assert_uint_eq(diag_mark(ctx), mark + 1);
    ck_assert_msg(ctx->diags.at[mark].code == bad[i].code, "%s, row %zu: %s", bad[i].op, i, ctx->diags.at[mark].text);
  }
}
END_TEST

START_TEST(nodes_keep_their_symbols_apart) {
  const Type t = {ELEM_f32, 1, {4}};
  ExternBound b;
  ck_assert(bind_to("NonZero", 1, (const Type *const[]){&t}, 0, NULL, &b));
  ext_t e;
  ck_assert(ext_find_symbol(ctx, "a_2Eb_count", &e));
  ck_assert_int_eq(e, b.count[0]);
}
END_TEST

START_TEST(tables_of_attributes) {
  const Data tensor = {.type = {ELEM_f64, 1, {2}}, .bytes = (const double[]){1, 2}, .nbytes = 16};
  const Attr attr[] = {
    {.name = "ints", .kind = ATTR_INTS, .n = 3, .ints = (const int64_t[]){1, -2, 300}},
    {.name = "reals", .kind = ATTR_REALS, .n = 2, .reals = (const double[]){0.5, -1}},
    {.name = "texts", .kind = ATTR_STRINGS, .n = 2, .strings = (const char *const[]){"a", ""}},
    {.name = "tensor", .kind = ATTR_TENSOR, .tensor = &tensor},
  };
  BindRequest req = {.op = "Op", .domain = "", .nattr = 4, .attr = attr};
  ExternBound b = {0};
  ck_assert(extern_table_ints(ctx, &req, "ints", ELEM_i16, &b));
  ck_assert_int_eq(((const int16_t *)b.table[0]->bytes)[2], 300);
  ck_assert(extern_table_reals(ctx, &req, "reals", ELEM_f32, &b));
  ck_assert_float_eq(((const float *)b.table[1]->bytes)[1], -1);
  ck_assert(extern_table_strings(ctx, &req, "texts", &b));
  ck_assert_str_eq(((const char *const *)b.table[2]->bytes)[0], "a");
  ck_assert(extern_table_tensor(ctx, &req, "tensor", &b));
  ck_assert_ptr_eq(b.table[3], &tensor);
  ck_assert(extern_table_ints(ctx, &req, "none", ELEM_i64, &b));
  ck_assert_int_eq(b.table[4]->type.dim[0], 0);
  ck_assert_int_eq(b.ntables, 5);
  ck_assert(!extern_table_ints(ctx, &req, "ints", ELEM_i8, &b)); /* 300 */
  ck_assert(!extern_table_ints(ctx, &req, "reals", ELEM_i64, &b));
  ck_assert(!extern_table_tensor(ctx, &req, "texts", &b));
  ck_assert_uint_eq(diag_errors(ctx), 3);
  while (b.ntables < EXTERN_TABLES) ck_assert(extern_table(ctx, &req, &tensor, &b));
  ck_assert(!extern_table(ctx, &req, &tensor, &b));
}
END_TEST

START_TEST(places_without_a_key_hold_a_text_of_zero) { /* which a Cast reads */
  const Type t = {.elem = ELEM_string, .form = FORM_MAP, .key = ELEM_i64, .rank = 1, .dim = {2}, .varies = 1, .cap = 1};
  const Attr attr[] = {{.name = "map_form", .kind = ATTR_STRING, .s = "SPARSE"}, {.name = "max_map", .kind = ATTR_INT, .i = 3}};
  const Extern *e = extern_find("MapValues", "sinter", 1);
  const BindInput in = {.type = &t};
  const BindRequest req = {.op = "MapValues", .domain = "sinter", .opset = 1, .nin = 1, .in = &in, .nattr = 2, .attr = attr, .nout = 1, .want = (const bool[]){true}};
  ExternBound b = {0};
  ck_assert(e->bind(ctx, &req, &b));
  Data *map = record_new(ctx, &t);
  record_set_length(map, 1);
  ((int64_t *)(uintptr_t)record_keys(ctx, map))[0] = 1;
  Data value = record_element(ctx, map, 0);
  ((const char **)(uintptr_t)value.bytes)[0] = "7";
  const char *y[3];
  int64_t count[2] = {0};
  e->kernel((const void *const[]){map->bytes}, (void *const[]){y}, b.arg, count);
  ck_assert_str_eq(y[0], "0");
  ck_assert_str_eq(y[1], "7");
  ck_assert_str_eq(y[2], "0");
}
END_TEST

int main(void) {
  TCase *t = tcase_create("extern");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, every_op_has_its_text);
  tcase_add_test(t, places_without_a_key_hold_a_text_of_zero);
  tcase_add_test(t, non_zero);
  tcase_add_test(t, extents);
  tcase_add_test(t, compress_along_an_axis);
  tcase_add_test(t, compress_of_elements);
  tcase_add_loop_test(t, unique, 0, 2);
  tcase_add_test(t, unique_slices);
  tcase_add_test(t, non_max_suppression);
  tcase_add_test(t, det);
  tcase_add_test(t, refusals);
  tcase_add_test(t, nodes_keep_their_symbols_apart);
  tcase_add_test(t, tables_of_attributes);
  Suite *s = suite_create("extern");
  suite_add_tcase(s, t);
  return run_suite(s);
}
