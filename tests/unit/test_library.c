/* The files of a compiled model, end to end: header, kernels, weights, archive; compiled by the system's compilers, linked, run. */
#include "codegen/emit.h"
#include "codegen/toolchain.h"
#include <dirent.h>
#include <dlfcn.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "runtime/sinter.h"
#include "tests/unit/suite.h"

static Ctx *ctx;
static Options options;
static char dir[] = "/tmp/sinter-test-XXXXXX", first_dir[sizeof dir];

static void setup(void) {
  ctx = ctx_new();
  options = (Options){.target = target_find(ctx, "generic")};
  strcpy(dir, "/tmp/sinter-test-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(dir));
  strcpy(first_dir, dir);
}
static int shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int shell(const char *fmt, ...) {
  char command[4096];
  va_list args;
  va_start(args, fmt);
  vsnprintf(command, sizeof command, fmt, args);
  va_end(args);
  return system(command);
}
static void teardown(void) {
  shell("rm -rf %s", first_dir);
  ctx_free(ctx);
}

/* y[i] = exp(x[i] * w[i]) + b[i]; z[i] = y[i] * 2; with hostile names */
static Program *model(ext_t n) {
  Program *p = NEW(ctx, Program);
  p->name = "tiny", p->hash = 0x1234;
  static const float w[] = {0.5f, -0.25f, 1.0f / 3, 0.1f, 1e-30f, 3e38f, 0, -1}, bias[] = {1, 2, 3, 4, 5, 6, 7, 0};
  static const Data wd = {{ELEM_f32, 1, {8}}, w, sizeof w}, bd = {{ELEM_f32, 1, {8}}, bias, sizeof bias};
  Buf *x = buf_new(ctx, "int", ELEM_f32, SPACE_INPUT, 1, &n), *z = buf_new(ctx, "a/b*/#evil\n", ELEM_f32, SPACE_OUTPUT, 1, &n), *y = buf_new(ctx, "hidden", ELEM_f32, SPACE_TEMP, 1, &n);
  Buf *cw = buf_new(ctx, "w.0", ELEM_f32, SPACE_CONST, 1, (const ext_t[]){8}), *cb = buf_new(ctx, "w/0", ELEM_f32, SPACE_CONST, 1, (const ext_t[]){8});
  cw->data = &wd, cb->data = &bd;
  Buf *all[] = {x, y, z, cw, cb};
  for (size_t i = 0; i < 5; i++) vec_push(ctx, &p->bufs, all[i]);
  vec_push(ctx, &p->inputs, x);
  vec_push(ctx, &p->outputs, z);
  for (int k = 0; k < 2; k++) {
    Kernel *kernel = NEW(ctx, Kernel);
    kernel->name = k ? "k_double" : "k_exp", kernel->schedule = "naive", kernel->flops = 16;
    vec_push(ctx, &kernel->nodes, k ? "node */ two" : "node one");
    Ein *e = NEW(ctx, Ein);
    Var *i = var_new(ctx, "i", n);
    const Expr *at = x_var(ctx, i);
    e->out = k ? z : y, e->index[0] = at, e->axis[0] = i, e->naxes = e->nout = 1;
    e->rhs = k ? x_op2(ctx, OP_MUL, x_load(ctx, y, 1, &at), x_real(ctx, 2))
               : x_op2(ctx, OP_ADD, x_op1(ctx, OP_EXP, x_op2(ctx, OP_MUL, x_load(ctx, x, 1, &at), x_load(ctx, cw, 1, &at))), x_load(ctx, cb, 1, &at));
    Ein **list = NEWN(ctx, Ein *, 1);
    list[0] = e;
    vec_push(ctx, &kernel->cascade.steps, ((Step){.n = 1, .ein = list}));
    ck_assert(kernel_lower_naive(ctx, kernel));
    kernel->lowered = true;
    vec_push(ctx, &p->kernels, kernel);
  }
  Unit u = {.program = p, .opt = &options};
  ck_assert(pass_plan(ctx, &u));
  return p;
}

static EmitOptions emit_options(WeightsMode mode) { return (EmitOptions){.dir = dir, .name = "tiny", .weights = mode, .keep_sources = true, .archive = true, .command = "sinter compile */ tiny.onnx"}; }

static size_t count_files(void) {
  size_t n = 0;
  DIR *d = opendir(dir);
  for (struct dirent *e; d && (e = readdir(d));) n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
  if (d) closedir(d);
  return n;
}

static const char caller[] =
  "#include \"tiny.h\"\n#include <stdio.h>\n#include <stdlib.h>\n"
  "static int calls;\nstatic void profile(void *user, int kernel, const char *name, int begin) { (void)user; (void)name; calls += begin ? 1 + kernel : 0; }\n"
  "int main(int argc, char **argv) {\n"
  "  static const float x[8] = {1, 2, 3, 4, 5, 0, 7, 1};\n  static float z[8];\n  static unsigned char memory[TINY_ARENA_BYTES + 64];\n"
  "  unsigned char *arena = memory + (64 - (uintptr_t)memory % 64) % 64;\n  sinter_hooks hooks = {0};\n  hooks.profile = profile;\n"
  "  tiny_inputs in = {0};\n  tiny_outputs out = {0};\n  (void)argc; (void)argv;\n"
  "  if (tiny_run(&in, &out, arena, &hooks) != SINTER_MISSING) return 2;\n"
  "  in.int_ = x;\n  out.a_b_evil = z;\n"
  "#ifdef BIN\n  static _Alignas(64) unsigned char w[TINY_WEIGHT_BYTES];\n  FILE *f = fopen(argv[1], \"rb\");\n  if (!f || fread(w, 1, sizeof w, f) != sizeof w) return 3;\n  in.weights = w;\n#endif\n"
  "  if (tiny_run(&in, &out, arena + 4, &hooks) != SINTER_ALIGNMENT) return 4;\n"
  "  if (tiny_run(&in, &out, arena, &hooks) != SINTER_OK || calls != 3) return 5;\n"
  "  for (int i = 0; i < TINY_IN_INT__ELEMENTS; i++) printf(\"%.6g \", (double)z[i]);\n  return 0;\n}\n";

static void write_file(const char *name, const char *text) {
  FILE *f = fopen(ctx_printf(ctx, "%s/%s", dir, name), "w");
  ck_assert_ptr_nonnull(f);
  fputs(text, f);
  fclose(f);
}
static const char *read_file(const char *name) { return file_text(ctx, dir, name, NULL); }

START_TEST(test_modes) { /* each way to keep weights gives the same results */
  WeightsMode mode = (WeightsMode)_i;
  Unit u = {.program = model(8), .opt = &options};
  EmitOptions o = emit_options(mode);
  Sizes sizes = {0};
  bool good = emit_library(ctx, &u, &o, &sizes);
  if (!good) diag_print(ctx, stderr);
  ck_assert(good);
  ck_assert(sizes.arena == 64 && sizes.weights == 128 && sizes.code > 100 && sizes.stack > 0 && sizes.stack < 2000);
  write_file("caller.c", caller);
  ck_assert_int_eq(shell("cd %s && gcc -std=c11 -Wall -Wextra -Werror %s caller.c libtiny.a -o caller && ./caller tiny.bin > out.txt", dir, mode == WEIGHTS_BIN ? "-DBIN" : ""), 0);
  ck_assert_str_eq(read_file("out.txt"), "5.29744 5.21306 11.4366 10.9836 12 14 16 0.735759 ");
  ck_assert_msg(shell("cd %s && nm -u libtiny.a | grep ' U ' | grep -v -w -e memcpy -e memset -e tiny_w_0 -e tiny_w_0_2 -e tiny_weights", dir) != 0, "the library needs more than memcpy and memset");
  ck_assert_int_eq(shell("cd %s && g++ -x c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only tiny.h 2>err.txt || ! command -v g++", dir), 0);
  ck_assert_int_eq(shell("cd %s && gcc -std=c99 -Wall -Wextra -Wpedantic -Werror -O2 -c tiny.c -o /dev/null && clang -std=c99 -Wall -Wextra -Wpedantic -Wno-unused-function -Werror -O2 -c tiny.c -o /dev/null", dir), 0);
}
END_TEST

START_TEST(test_names_are_tamed) {
  Unit u = {.program = model(8), .opt = &options};
  EmitOptions o = emit_options(WEIGHTS_C);
  o.name = "../../x y/int";
  ck_assert(emit_library(ctx, &u, &o, NULL));
  ck_assert_ptr_nonnull(read_file("libx_y_int.a"));
  const char *header = read_file("x_y_int.h");
  ck_assert_ptr_nonnull(header);
  ck_assert_ptr_null(strstr(header, "evil\n"));
  ck_assert_ptr_nonnull(strstr(header, "const float *int_;"));
  ck_assert_ptr_nonnull(strstr(header, "sinter compile * / tiny.onnx"));
  ck_assert_ptr_nonnull(strstr(header, "#define X_Y_INT_ARENA_BYTES 64"));
}
END_TEST

START_TEST(test_same_bytes) {
  Unit u = {.program = model(8), .opt = &options};
  EmitOptions o = emit_options(WEIGHTS_INCBIN);
  ck_assert(emit_library(ctx, &u, &o, NULL));
  char other[] = "/tmp/sinter-test-other-place-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(other));
  o.dir = other;
  ck_assert(emit_library(ctx, &u, &o, NULL));
  ck_assert_int_eq(shell("diff -r %s %s", dir, other), 0);
  shell("rm -rf %s", other);
}
END_TEST

START_TEST(test_whole_or_nothing) { /* a compiler that fails, a folder that cannot be written: no file, a diagnostic with the command */
  Unit u = {.program = model(8), .opt = &options};
  EmitOptions o = emit_options(WEIGHTS_C);
  o.cc = "sh -c nonsense_that_fails";
  ck_assert(!emit_library(ctx, &u, &o, NULL));
  ck_assert_uint_eq(count_files(), 0);
  ck_assert_int_eq(ctx->diags.at[0].code, E0801);
  ck_assert_ptr_nonnull(strstr(ctx->diags.at[0].text, "nonsense_that_fails"));
  o.cc = "no-such-compiler-here";
  ck_assert(!emit_library(ctx, &u, &o, NULL));
  ck_assert_uint_eq(count_files(), 0);
  o = emit_options(WEIGHTS_C);
  o.dir = "/proc/nowhere/at/all";
  ck_assert(!emit_library(ctx, &u, &o, NULL));
  ck_assert_int_eq(ctx->diags.at[ctx->diags.n - 1].code, E0800);
  mkdir(ctx_printf(ctx, "%s/tiny.json", dir), 0777); /* in the way of the last file */
  o = emit_options(WEIGHTS_C);
  ck_assert(!emit_library(ctx, &u, &o, NULL));
  ck_assert_uint_eq(count_files(), 1);
}
END_TEST

START_TEST(test_shared) {
  Unit u = {.program = model(8), .opt = &options};
  EmitOptions o = emit_options(WEIGHTS_BIN); /* overridden: a shared object carries its weights */
  const char *path = emit_shared(ctx, &u, &o,
    "int go(const float *x, float *z, void *arena);\nint go(const float *x, float *z, void *arena) { tiny_inputs in = {x}; tiny_outputs out = {z}; return tiny_run(&in, &out, arena, 0); }\n");
  if (!path) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(path);
  void *so = dlopen(path, RTLD_NOW);
  ck_assert_msg(so != NULL, "%s", dlerror());
  unlink(path);
  int (*go)(const float *, float *, void *);
  *(void **)&go = dlsym(so, "go");
  static _Alignas(64) unsigned char arena[64];
  float x[8] = {0}, z[8];
  ck_assert_int_eq(go(x, z, arena), SINTER_OK);
  for (int i = 0; i < 8; i++) ck_assert_float_eq(z[i], 2.0f * (float)(i < 7 ? i + 2 : 1));
  dlclose(so);
}
END_TEST

START_TEST(test_symbols) { /* a bounded extent is a member, checked, and the kernels run to its value */
  ext_t n = ext_symbol(ctx, "n", 1, 8);
  Unit u = {.program = model(n), .opt = &options};
  EmitOptions o = emit_options(WEIGHTS_C);
  ProgramSymbol *symbol;
  ck_assert_uint_eq(program_symbols(ctx, u.program, &symbol), 1);
  ck_assert(!strcmp(symbol[0].name, "n") && symbol[0].hi == 8 && !symbol[0].set);
  const char *path = emit_shared(ctx, &u, &o,
    "int go(const float *x, float *z, void *arena, int64_t n);\nint go(const float *x, float *z, void *arena, int64_t n) { tiny_inputs in = {x, n}; tiny_outputs out = {z}; return tiny_run(&in, &out, arena, 0); }\n");
  if (!path) diag_print(ctx, stderr);
  ck_assert_ptr_nonnull(path);
  void *so = dlopen(path, RTLD_NOW);
  unlink(path);
  ck_assert_ptr_nonnull(so);
  int (*go)(const float *, float *, void *, int64_t);
  *(void **)&go = dlsym(so, "go");
  static _Alignas(64) unsigned char arena[64];
  float x[8] = {0}, z[8] = {0};
  ck_assert_int_eq(go(x, z, arena, 9), SINTER_EXTENT);
  ck_assert_int_eq(go(x, z, arena, 0), SINTER_EXTENT);
  ck_assert_int_eq(go(x, z, arena, 3), SINTER_OK);
  ck_assert(z[2] == 8 && z[3] == 0);
  dlclose(so);
}
END_TEST

START_TEST(test_report) {
  Unit u = {.program = model(8), .opt = &options};
  Str text = str_new(ctx);
  ck_assert(report_json(ctx, &u, &(Sizes){.arena = 64, .stack = -1}, &text));
  json_t *j = json_loads(text.s, 0, NULL);
  ck_assert_ptr_nonnull(j);
  ck_assert_str_eq(json_string_value(json_object_get(json_array_get(json_object_get(j, "inputs"), 0), "c")), "int_");
  ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(json_object_get(j, "kernels"), 1), "arena_live_bytes")), 64);
  ck_assert(json_is_null(json_object_get(json_object_get(j, "bytes"), "stack")));
  ck_assert_str_eq(json_string_value(json_object_get(json_object_get(j, "arena"), "peak_at")), "k_exp");
  json_decref(j);
}
END_TEST

START_TEST(test_identifiers) {
  static const struct { const char *name, *want; } rows[] = {
    {"x", "x"}, {"", "x"}, {"a.b", "a_b"}, {"a/b", "a_b"}, {"/a//b/", "a_b"}, {"int", "int_"}, {"sinf", "sinf_"}, {"memcpy", "memcpy_"}, {"7up", "x7up"}, {"__x", "x"}, {"_", "x"}, {"sinter_run", "xsinter_run"},
    {"\xe5\xad\x97", "x"}, {"linux", "linux_"}, {"class", "class_"}, {"NULL", "NULL_"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) ck_assert_str_eq(c_identifier(ctx, rows[i].name), rows[i].want);
  char *longest = ctx_printf(ctx, "%0300d", 7);
  ck_assert_uint_le(strlen(c_identifier(ctx, longest)), 65);
  NameSet s = {.ctx = ctx};
  ck_assert_str_eq(name_unique(&s, "a.b"), "a_b");
  ck_assert_str_eq(name_unique(&s, "a/b"), "a_b_2");
  ck_assert_str_eq(name_unique(&s, "A-B"), "A_B_3"); /* its macro would be the same */
  ck_assert_str_eq(name_unique(&s, "a_b_2"), "a_b_2_2");
  for (int i = 0; i < 100000; i++) name_unique(&s, "same"); /* in time that grows with their number only */
  ck_assert_str_eq(name_unique(&s, "same"), "same_100001");
  ck_assert_str_eq(c_comment(ctx, "x*/y/*z\n\xe2\x80\xae"), "x* /y/ *z\\x0a\\xe2\\x80\\xae");
  ck_assert_ptr_null(strstr(c_comment(ctx, "*//*/"), "*/"));
}
END_TEST

START_TEST(test_targets) {
  ck_assert_str_eq(target_find(ctx, "x86-avx2")->name, "x86-avx2");
  ck_assert_ptr_nonnull(target_find(ctx, "host"));
  ck_assert_ptr_null(target_find(ctx, "vax"));
  ck_assert_int_eq(ctx->diags.at[0].code, E0802);
  const Target *t = target_find(ctx, "x86-avx2");
  ck_assert_str_eq(target_row(t, OP_MAX, ELEM_f32, 8)->text, "sinter_v8_maxf(%0, %1)");
  ck_assert_ptr_null(target_row(t, OP_MAX, ELEM_f32, 16));
  for (size_t i = 0; i < target_count(); i++) ck_assert_ptr_eq(target_find(ctx, target_at(i)->name), target_at(i));
}
END_TEST

int main(void) {
  Suite *s = suite_create("library");
  TCase *t = tcase_create("library");
  tcase_set_timeout(t, 60);
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, test_modes, WEIGHTS_C, WEIGHTS_BIN + 1);
  tcase_add_test(t, test_names_are_tamed);
  tcase_add_test(t, test_same_bytes);
  tcase_add_test(t, test_whole_or_nothing);
  tcase_add_test(t, test_shared);
  tcase_add_test(t, test_symbols);
  tcase_add_test(t, test_report);
  tcase_add_test(t, test_identifiers);
  tcase_add_test(t, test_targets);
  suite_add_tcase(s, t);
  return run_suite(s);
}
