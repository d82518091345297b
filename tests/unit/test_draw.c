/* Pictures: repeated blocks are drawn once, names of any kind do no harm, and our own layout places every box. */
#include "codegen/codegen.h"
#include "codegen/picture.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

/* A chain of `layers` times Conv, Relu, and then a Softmax. */
static Model *chain(int layers) {
  Str s = str_new(ctx);
  str_add(&s, "model chain opset 17\n in x f32[1,8]\n const w f32[1,2] [1.0, 2.0]\n");
  for (int i = 0; i < layers; i++)
    str_printf(&s, " c%d : f32[1,8] = Conv(%s%d, w) \"conv%d\"\n r%d : f32[1,8] = Relu(c%d) \"relu%d\"\n", i, i ? "r" : "x", i - 1, i, i, i, i);
  str_printf(&s, " y : f32[1,8] = Softmax(r%d) \"soft\"\n out y", layers - 1);
  char *x = strstr(s.s, "x-1");
  memcpy(x, "x  ", 3);
  Model *m = model_parse(ctx, "t", s.s, NULL);
  ck_assert_ptr_nonnull(m);
  return m;
}

static const char *drawn(const Model *m, const char *format) {
  char *text = NULL;
  size_t n = 0;
  FILE *f = open_memstream(&text, &n);
  ck_assert(draw_model(ctx, m, format, f));
  fclose(f);
  const char *kept = arena_copy(ctx->arena, text, n + 1);
  free(text);
  return kept;
}

static int count(const char *text, const char *what) {
  int n = 0;
  for (; (text = strstr(text, what)); text += strlen(what)) n++;
  return n;
}

START_TEST(repeated_blocks_are_drawn_once) {
  Picture p;
  picture_of(ctx, chain(500), &p);
  ck_assert_uint_eq(p.nodes, 1001);
  ck_assert_uint_eq(p.boxes.n, 5); /* x, Conv, Relu, Softmax, y */
  ck_assert_uint_eq(p.blocks.n, 1);
  ck_assert_int_eq(p.blocks.at[0].times, 500);
  ck_assert_str_eq(p.blocks.at[0].to, "relu499");
  const char *dot = drawn(chain(500), "dot");
  ck_assert_int_eq(count(dot, "\xc3\x97" "500"), 1);
  ck_assert_int_eq(count(dot, "style=dashed, constraint=false"), 1); /* from one turn to the next */
}
END_TEST

START_TEST(names_are_escaped) {
  Model *m = model_parse(ctx, "t", "model \"a\\\"<b>\" opset 17 in \"in\\\\\\n&<\\xff\" f32[2] \"y]\" : f32[2] = Relu(\"in\\\\\\n&<\\xff\") \"n\\\"\" out \"y]\"", NULL);
  ck_assert_ptr_nonnull(m);
  const char *dot = drawn(m, "dot");
  ck_assert_ptr_nonnull(strstr(dot, "in\\\\?&amp;<?"));
  ck_assert_ptr_nonnull(strstr(dot, "a&quot;&lt;b&gt;"));
  ck_assert_ptr_null(strchr(dot, '\xff'));
  const char *svg = drawn(m, "svg");
  ck_assert_ptr_nonnull(strstr(svg, "</svg>"));
  ck_assert_ptr_null(strstr(svg, "&<"));
}
END_TEST

START_TEST(our_own_layers) {
  Picture p;
  Str out = str_new(ctx);
  picture_of(ctx, chain(3), &p);
  ck_assert_uint_eq(p.blocks.n, 0); /* small: seen whole */
  picture_layers_svg(ctx, &p, &out);
  ck_assert_int_eq(count(out.s, "<rect"), (int)p.boxes.n);
  ck_assert_int_eq(count(out.s, "marker-end"), (int)p.arrows.n);
  ck_assert_ptr_nonnull(strstr(out.s, "</svg>"));
}
END_TEST

START_TEST(unknown_format) {
  ck_assert(!draw_model(ctx, chain(1), "png", stdout));
  ck_assert_int_eq(ctx->diags.at[0].code, E0802);
}
END_TEST

int main(void) {
  Suite *s = suite_create("draw");
  TCase *t = tcase_create("draw");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_set_timeout(t, 60);
  tcase_add_test(t, repeated_blocks_are_drawn_once);
  tcase_add_test(t, names_are_escaped);
  tcase_add_test(t, our_own_layers);
  tcase_add_test(t, unknown_format);
  suite_add_tcase(s, t);
  return run_suite(s);
}
