/* The reader of operator texts: every builtin text parses; errors carry a place; nothing recurses without bound. */
#include "ir/ein_ast.h"
#include "tests/unit/suite.h"

static Ctx *ctx;
static void setup(void) { ctx = ctx_new(); }
static void teardown(void) { ctx_free(ctx); }

static bool load(EinLib *lib, const char *text) { return ein_load(ctx, lib, "t.ein", text, strlen(text)); }

/* What the reference says of a text: types by variable, what is optional or required, the guard as it was written, and the points of each statement. */
START_TEST(facts) {
  EinLib *lib = ein_lib_new(ctx);
  ck_assert(load(lib, "op f since 3: float (X[N, D..], I[M]: int, B?[N], shape; k, axis = -1) -> Y[N, M]: i64 when (axis + 1) * 2 in [0, 2] and not k == \"a|b\" {\n"
                      "  A[n,d..]  = exp(X[n,d..]) + (B[n] else 0)\n  Y[n,m]   += A[n,d..] * I[m]\n}\n"));
  OpText *ops;
  Str s = str_new(ctx);
  ck_assert_uint_eq(ein_ops(ctx, lib, &ops), 1);
  ein_facts(ctx, ops[0].clause, &s);
  ck_assert_str_eq(s.s, "| | |\n|-|-|\n"
                        "| types | `X, B`: f64 f32 f16 bf16 f8e4m3fn f8e4m3fnuz f8e5m2 f8e5m2fnuz f8e8m0 f4e2m1; `I`: i64 i32 i16 i8 i4 i2 u64 u32 u16 u8 u4 u2; `Y`: i64 |\n"
                        "| may be absent | `B` |\n| known when compiling | `shape` |\n| attributes, required | `k` |\n| attributes | `axis = -1` |\n"
                        "| only when | `(axis + 1) * 2 in [0, 2] and not k == \"a\\|b\"` |\n| operations | `A`: N·D.. × 2; `Y`: N·M·D.. × 2 |\n");
}
END_TEST

START_TEST(builtin) {
  EinLib *lib = ein_lib_builtin(ctx);
  diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(lib);
  OpText *ops;
  size_t n = ein_ops(ctx, lib, &ops);
  ck_assert_uint_ge(n, 150);
  for (size_t i = 1; i < n; i++) ck_assert_int_le(strcmp(ops[i - 1].name, ops[i].name) * (strcmp(ops[i - 1].domain, ops[i].domain) == 0), 0);
  ck_assert(ein_has_op(lib, "Conv", "", 11));
  ck_assert(!ein_has_op(lib, "Conv", "com.example", 11));
  ck_assert(!ein_has_op(lib, "Convolution", "", 11));
  ck_assert(ein_static_input(lib, "Reshape", "", 13, 1));
  ck_assert(!ein_static_input(lib, "Reshape", "", 13, 0));
}
END_TEST

START_TEST(versions) {
  EinLib *lib = ein_lib_new(ctx);
  ck_assert(load(lib, "op F (X[..]) -> Y[..] { Y[..] = X[..] }\nop F since 7 (X[..]) -> Y[..] { Y[..] = -X[..] }\nop F since 7: num (X[N]) -> Y[N] { Y[n] = X[n] }\n"));
  const Clause *c[4];
  ck_assert_int_eq(ein_candidates(lib, "F", "", 6, c, 4), 1);
  ck_assert_int_eq(c[0]->since, 1);
  ck_assert_int_eq(ein_candidates(lib, "F", "ai.onnx", 9, c, 4), 2);
  ck_assert_str_eq(c[1]->cls, "num");
}
END_TEST

START_TEST(domain_and_source) {
  EinLib *lib = ein_lib_new(ctx);
  ck_assert(load(lib, "# not this\n\n# doubles\n# every element\nop com.example.Twice: num (X[..]) -> Y[..] { Y[..] = 2 * X[..] }   # done\nmap F (x) = x\n"));
  OpText *ops;
  ck_assert_uint_eq(ein_ops(ctx, lib, &ops), 2);
  ck_assert_str_eq(ops[1].domain, "com.example");
  ck_assert_str_eq(ops[1].name, "Twice");
  ck_assert_str_eq(ops[1].text, "# doubles\n# every element\nop com.example.Twice: num (X[..]) -> Y[..] { Y[..] = 2 * X[..] }   # done");
  ck_assert_int_eq(ops[1].line, 5);
}
END_TEST

START_TEST(structure) {
  EinLib *lib = ein_lib_new(ctx);
  ck_assert(load(lib, "op F (*X[A..{axis}, *K@axis, (G, C), 1..{n}, M?], V|value?[]: U, k = 3; a|b = [1, 2], c) -> Y[.., 1@r if keepdims]: U|u8 when a == 1\n{\n  Y[a.., k'] max= X[a..]\n    if a > 1\n    else 0\n  P, q.. = f(1; z = 2);  at(o, p) = o\n  when a { Y[n] = 1 }\n  else { Y[n] = 2 }\n}\n"));
  const Clause *c = lib->clauses.at[0];
  ck_assert_int_eq(c->nin, 3);
  ck_assert(c->in[0].tensor->star && c->in[0].tensor->pat[1]->star);
  ck_assert_int_eq(c->in[0].tensor->pat[2]->nparts, 2);
  ck_assert(c->in[0].tensor->pat[3]->repeated && c->in[0].tensor->pat[4]->optional);
  ck_assert_str_eq(c->in[1].alias, "value");
  ck_assert_ptr_null(c->in[2].tensor);
  ck_assert_int_eq(c->nattr, 2);
  ck_assert_ptr_nonnull(c->out[0]->pat[1]->cond);
  ck_assert_str_eq(c->out[0]->type_default, "u8");
  ck_assert_ptr_nonnull(c->guard);
  ck_assert_int_eq(c->body.n, 4);
  ck_assert_int_eq(c->body.stmt[0]->reduce, RED_MAX);
  ck_assert_int_eq(c->body.stmt[0]->right->kind, AST_ELSE);
  ck_assert_int_eq(c->body.stmt[1]->ntargets, 2);
  ck_assert_int_eq(c->body.stmt[3]->otherwise.n, 1);
}
END_TEST

static const struct { const char *text; int line, column; } wrong[] = {
  {"op F(X[..]) -> Y[..] { Y[..] + X[..] }", 1, 30},
  {"op F(X[..]) -> Y[..] {\n  Y[..] = \n}", 3, 1},
  {"op F as Nothing { }", 1, 9},
  {"hello", 1, 1},
  {"op F(X[..]) -> Y[..] { Y[..] = \"abc }", 1, 32},
  {"op F(X[..]) -> Y[..] { Y[..] = X[..] ` 2 }", 1, 38},
  {"op F(X[..] -> Y[..] { }", 1, 12},
  {"op F(X[..]) -> Y[..] { Y[..] = 99999999999999999999 }", 1, 32},
};
START_TEST(errors_have_places) {
  EinLib *lib = ein_lib_new(ctx);
  ck_assert(!load(lib, wrong[_i].text));
  ck_assert_uint_eq(ctx->diags.n, 1);
  const Diag *d = &ctx->diags.at[0];
  ck_assert_int_eq(d->code, E0300);
  ck_assert_str_eq(d->place.file, "t.ein");
  ck_assert_int_eq(d->place.line, wrong[_i].line);
  ck_assert_int_eq(d->place.column, wrong[_i].column);
}
END_TEST

static const char *const nests[] = {"(", "-", "[", "not ", "$", "f(", "1 else ", "1 + (", "x ** "};
START_TEST(depth_is_bounded) {
  EinLib *lib = ein_lib_new(ctx);
  Str s = str_new(ctx);
  str_add(&s, "fn f(x) = ");
  for (int i = 0; i < 100000; i++) str_add(&s, nests[_i]);
  ck_assert(!load(lib, s.s));
  ck_assert_int_eq(ctx->diags.at[0].code, E0300);
}
END_TEST

int main(void) {
  Suite *s = suite_create("ein_parse");
  TCase *t = tcase_create("all");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, builtin);
  tcase_add_test(t, facts);
  tcase_add_test(t, versions);
  tcase_add_test(t, domain_and_source);
  tcase_add_test(t, structure);
  tcase_add_loop_test(t, errors_have_places, 0, sizeof wrong / sizeof *wrong);
  tcase_add_loop_test(t, depth_is_bounded, 0, sizeof nests / sizeof *nests);
  suite_add_tcase(s, t);
  return run_suite(s);
}
