/* Sequences, optionals and maps: their types as text, their layout, and their elements as data. */
#include "ir/record.h"
#include "tests/unit/suite.h"


static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

static Type type_of(const char *text) {
  Type t;
  const char *at = text;
  ck_assert_msg(type_parse(ctx, &at, &t) && !*at, "'%s' is no type", text);
  return t;
}

static const char *text_of(const Type *t) {
  Str s = str_new(ctx);
  type_print(ctx, t, &s);
  return s.s;
}

static const Data *tensor(int rank, const int64_t *dim, float first) {
  Data *d = data_new(ctx, ELEM_f32, rank, dim);
  for (int64_t i = 0; i < type_bound(ctx, &d->type); i++) ((float *)(uintptr_t)d->bytes)[i] = first + (float)i;
  return d;
}

START_TEST(types_read_back) {
  static const char *const texts[] = {"seq(f32[2,<=3])<=4", "seq(f32[])<=0", "seq(f32[?])", "opt(i64[2])<=1", "seq(f32[..2,<=3])<=4", "opt(seq(string[<=5])<=3)", "map(i64,f32)<=7", "seq(map(string,f32)<=3)<=2", "f32[1,2]"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    Type t = type_of(texts[i]);
    ck_assert_str_eq(text_of(&t), texts[i]);
  }
}
END_TEST

START_TEST(what_is_no_type_is_left_where_it_stands) {
  static const char *const texts[] = {"seq(f32[2]", "seq(f32[2])<=", "seq(f32[2])<=-1", "seq(seq(f32[2])<=1)<=1", "map(f32)<=2", "map(none,f32)<=2", "f32[<=2]", "opt(seq(f32[2])<=4"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    Type t;
    const char *at = texts[i];
    ck_assert_msg(!type_parse(ctx, &at, &t), "'%s' was read", texts[i]);
    ck_assert_ptr_eq(at, texts[i]);
  }
}
END_TEST

/* As the struct of a header is laid out by a compiler. */
START_TEST(layouts_are_structs) {
  struct sequence { int64_t length; int64_t dim[3][2]; float data[3][5]; };
  struct map { int64_t length; int64_t key[3]; float value[3]; };
  struct maps { int64_t length; struct map data[2]; };
  struct scalars { int64_t length; uint8_t data[3][1]; };
  const struct { const char *type; size_t bytes; } cases[] = {{"seq(f32[<=5,1])<=3", sizeof(struct sequence)}, {"map(i64,f32)<=3", sizeof(struct map)}, {"seq(map(i64,f32)<=3)<=2", sizeof(struct maps)},
                                                              {"seq(u8[])<=3", sizeof(struct scalars)}, {"seq(f32[])<=0", 8}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Type t = type_of(cases[i].type);
    ck_assert_int_eq(record_words(ctx, &t) * 8, (int64_t)cases[i].bytes);
  }
  Type huge = type_of("seq(f32[1000000,1000000])<=1000000");
  ck_assert_int_eq(record_words(ctx, &huge), -1);
}
END_TEST

START_TEST(elements_come_back_as_they_went_in) {
  Type t = type_of("seq(f32[<=3,2])<=2"), wider = type_of("opt(seq(f32[<=4,<=2])<=3)"), narrow = type_of("seq(f32[<=1,2])<=2");
  Data *d = record_new(ctx, &t);
  ck_assert(record_push(ctx, d, tensor(2, (const int64_t[]){1, 2}, 1)));
  ck_assert(record_push(ctx, d, tensor(2, (const int64_t[]){3, 2}, 5)));
  ck_assert(!record_push(ctx, d, tensor(2, (const int64_t[]){1, 2}, 0))); /* full */
  ck_assert(record_is_sound(ctx, d));
  const Data *copy = record_refit(ctx, d, &wider);
  ck_assert_ptr_nonnull(copy);
  ck_assert_int_eq(record_length(copy), 2);
  Data e = record_element(ctx, copy, 1);
  ck_assert_int_eq(e.type.dim[0], 3);
  ck_assert_float_eq((float)data_real(&e, 5), 10);
  ck_assert_ptr_null(record_refit(ctx, d, &narrow));
  record_set_length(d, 3);
  ck_assert(!record_is_sound(ctx, d));
}
END_TEST

START_TEST(ranks_may_differ) {
  Type t = type_of("seq(f32[..<=3,<=2])<=3");
  Data *d = record_new(ctx, &t);
  ck_assert(record_push(ctx, d, tensor(0, NULL, 4)));
  ck_assert(record_push(ctx, d, tensor(1, (const int64_t[]){3}, 5)));
  ck_assert(record_push(ctx, d, tensor(2, (const int64_t[]){2, 2}, 6)));
  ck_assert(record_is_sound(ctx, d));
  for (int i = 0; i < 3; i++) {
    Data e = record_element(ctx, d, i);
    ck_assert_int_eq(e.type.rank, i);
    ck_assert_float_eq((float)data_real(&e, 0), (float)(4 + i));
  }
}
END_TEST

START_TEST(what_does_not_fit_is_refused) {
  Type t = type_of("seq(f32[<=3,2])<=4");
  Data *d = record_new(ctx, &t);
  ck_assert(!record_push(ctx, d, tensor(2, (const int64_t[]){4, 2}, 0)));
  ck_assert(!record_push(ctx, d, tensor(2, (const int64_t[]){3, 1}, 0))); /* an extent that does not vary */
  ck_assert(!record_push(ctx, d, tensor(1, (const int64_t[]){2}, 0)));
}
END_TEST

START_TEST(joins) {
  const struct { const char *a, *b, *both; } cases[] = {
    {"seq(f32[2])<=1", "seq(f32[2])<=3", "seq(f32[2])<=3"},      {"seq(f32[2])<=1", "seq(f32[5])<=1", "seq(f32[<=5])<=1"}, {"seq(f32[])<=0", "seq(f32[2,3])<=2", "seq(f32[2,3])<=2"},
    {"seq(none[])<=0", "seq(i64[<=2])<=2", "seq(i64[<=2])<=2"}, {"seq(f32[2])<=1", "seq(i64[2])<=1", NULL},                {"seq(f32[2])<=1", "seq(f32[2,2])<=1", "seq(f32[..2,<=2])<=1"},
    {"seq(f32[])<=1", "seq(f32[0,3])<=2", "seq(f32[..<=1,<=3])<=2"},
    {"seq(f32[2])<=1", "opt(f32[2])<=1", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Type a = type_of(cases[i].a), b = type_of(cases[i].b), both;
    const char *why = NULL;
    bool joined = record_join(ctx, &a, &b, &both, &why);
    ck_assert_int_eq(joined, cases[i].both != NULL);
    if (joined) ck_assert_str_eq(text_of(&both), cases[i].both);
    else ck_assert_ptr_nonnull(why);
  }
}
END_TEST

START_TEST(maps_are_sorted) {
  Type t = type_of("map(i64,f32)<=4");
  Data *map = record_new(ctx, &t);
  const int64_t keys[] = {5, -7, 9, 0};
  Data values = record_element(ctx, map, 0);
  memcpy((void *)(uintptr_t)record_keys(ctx, map), keys, sizeof keys);
  for (int i = 0; i < 4; i++) ((float *)(uintptr_t)values.bytes)[i] = (float)keys[i] * 2;
  record_set_length(map, 4);
  ck_assert(record_sort_map(ctx, map));
  for (int i = 0; i < 4; i++) {
    const int64_t key = ((const int64_t *)record_keys(ctx, map))[i];
    ck_assert_int_eq(key, ((const int64_t[]){-7, 0, 5, 9})[i]);
    ck_assert_float_eq(((const float *)values.bytes)[i], (float)key * 2);
  }
  ((int64_t *)(uintptr_t)record_keys(ctx, map))[3] = 5;
  ck_assert(!record_sort_map(ctx, map)); /* twice */
}
END_TEST

int main(void) {
  Suite *s = suite_create("record");
  TCase *t = tcase_create("all");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, types_read_back);
  tcase_add_test(t, what_is_no_type_is_left_where_it_stands);
  tcase_add_test(t, layouts_are_structs);
  tcase_add_test(t, elements_come_back_as_they_went_in);
  tcase_add_test(t, ranks_may_differ);
  tcase_add_test(t, what_does_not_fit_is_refused);
  tcase_add_test(t, joins);
  tcase_add_test(t, maps_are_sorted);
  suite_add_tcase(s, t);
  return run_suite(s);
}
