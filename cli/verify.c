/* sinter verify: does the compiled model give the results that are expected? */
#include "cli/chance.h"
#include "cli/cli.h"
#include "cli/verify.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static const char *folder_of(Ctx *ctx, const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? internn(ctx, path, (size_t)(slash - path) + (slash == path)) : ".";
}

/* The official absolute tolerance of ONNX, and a share of the largest magnitude: a sum that cancels to almost nothing keeps the error of its parts. */
static const double ATOL = 1e-7, ATOL_OF_MAX = 1e-5;

static double share_of_max(const Command *cmd) { return cmd->atol_of_max >= 0 ? cmd->atol_of_max : cmd->atol >= 0 ? 0 : ATOL_OF_MAX; }

static double largest(Ctx *ctx, const Data *d) {
  double most = 0;
  bool record = type_is_record(&d->type);
  for (int64_t i = 0, n = record ? record_length(d) : type_bound(ctx, &d->type); i < n; i++) {
    Data e = record ? record_element(ctx, d, d->type.form == FORM_MAP ? 0 : i) : *d;
    double v = record ? largest(ctx, &e) : fabs(data_real(d, i));
    if (isfinite(v) && v > most) most = v;
  }
  return most;
}

Tolerance verify_tolerance(Ctx *ctx, const Command *cmd, const Data *want) {
  double share = share_of_max(cmd), most = share > 0 ? largest(ctx, want) : 0;
  return (Tolerance){cmd->rtol, (cmd->atol >= 0 ? cmd->atol : ATOL) + share * most, cmd->ulp};
}

/* ---- the optional passes on the graph, left out: the reference is the model as it was written */
const char *verify_without_rewrites(Ctx *ctx, const Command *cmd) {
  Str s = str_new(ctx);
  str_add(&s, cmd->disable ? cmd->disable : "");
  for (size_t i = 0; i < pass_count(); i++)
    if (pass_at(i)->optional) str_printf(&s, "%s%s", s.n ? "," : "", pass_at(i)->name);
  return s.s;
}

bool verify_reference(Ctx *ctx, const Command *cmd, const Options *options, const Feeds *feeds, bool want_values, Execution *x) {
  Options *plain = NEW(ctx, Options);
  Unit *unit = NEW(ctx, Unit);
  *plain = *options;
  plain->disable = verify_without_rewrites(ctx, cmd);
  *unit = (Unit){.opt = plain};
  *x = (Execution){.unit = unit, .cmd = cmd, .want_values = want_values};
  return feed_compile(ctx, cmd, feeds, "bind", unit) && binding_make(ctx, unit->program, feeds, &x->binding) && execute_interpreted(ctx, x);
}

/* ---- one data set */
static const char *number(Ctx *ctx, double v) {
  Str s = str_new(ctx);
  if (v == 0) str_add(&s, "0");
  else if (isinf(v)) str_add(&s, "inf");
  else if (v == floor(v) && v < 1e6) str_printf(&s, "%.0f", v);
  else str_printf(&s, "%.2g", v);
  return s.s;
}

static const char *element_text(Ctx *ctx, const Data *d, int64_t i) {
  if (elem_info(d->type.elem)->cls == 'r') return ctx_printf(ctx, "%a (%.9g)", data_real(d, i), data_real(d, i));
  Str s = str_new(ctx);
  element_print(d, i, &s);
  return s.s;
}

/* own: what the reference interpreter gives, NULL when that was not asked for. Whoever made the expected data rounded too; the interpreter computes in doubles and
 * rounds at stores alone, so the distance from it is the error of the compiled code by itself. */
static bool report_output(Ctx *ctx, const Command *cmd, const char *name, const Data *got, const Data *expected, const Data *own, Table *table, json_t *rows) {
  const Data *want = feed_as_declared(ctx, expected, got->type.elem);
  Difference d = compare(ctx, got, want, verify_tolerance(ctx, cmd, want));
  bool good = !d.mismatch && !d.wrong;
  Str type = str_new(ctx);
  type_print(ctx, &got->type, &type);
  table_cell(table, "%s", name);
  table_cell(table, "%s", type.s);
  table_cell(table, "max abs %s", number(ctx, d.max_abs));
  table_cell(table, "max rel %s", number(ctx, d.max_rel));
  table_cell(table, "max %s ulp", number(ctx, d.max_ulp));
  Difference o = {0};
  if (own) {
    o = compare(ctx, got, own, (Tolerance){.ulp = -1});
    table_cell(table, "own %s ulp", number(ctx, o.mismatch ? INFINITY : o.max_ulp));
    table_cell(table, "%s of the largest", number(ctx, o.mismatch ? INFINITY : o.max_ulp_of_max));
  }
  table_cell(table, "%s", good ? "ok" : d.mismatch ? d.mismatch : ctx_printf(ctx, "%s of %s differ", thousands(ctx, d.wrong), thousands(ctx, d.count)));
  json_t *row = json_pack("{ss sb sf sf sf sI sI}", "type", type.s, "good", good, "max_abs", fmin(d.max_abs, 1e308), "max_rel", fmin(d.max_rel, 1e308), "max_ulp", fmin(d.max_ulp, 1e308),
                          "count", (json_int_t)d.count, "wrong", (json_int_t)d.wrong);
  if (own) json_object_update_new(row, json_pack("{sf sf}", "own_ulp", fmin(o.max_ulp, 1e308), "own_ulp_of_max", fmin(o.max_ulp_of_max, 1e308)));
  json_object_set_new(row, "name", json_string_nocheck(name));
  json_array_append_new(rows, row);
  if (good) return true;
  if (d.mismatch) return diag(ctx, E0804, place_of_model(cmd), "output '%s': %s", name, d.mismatch);
  Data in_got = *got, in_want = *want;
  const char *in = "";
  if (d.element >= 0) in_got = record_element(ctx, got, d.element), in_want = record_element(ctx, want, d.element), in = ctx_printf(ctx, "element %lld, ", (long long)d.element);
  return diag(ctx, E0804, place_of_model(cmd), "output '%s' %s: %s of %s elements out of tolerance, first at %s%s: got %s, want %s", name, type.s, thousands(ctx, d.wrong), thousands(ctx, d.count),
              in, element_place(ctx, &in_want.type, d.first), element_text(ctx, &in_got, d.first), element_text(ctx, &in_want, d.first));
}

/* An output that is drawn at random has no expected values, only an expected distribution. */
static bool report_drawn(Ctx *ctx, const Command *cmd, const char *name, const Data *got, const char *wrong, int columns, Table *table, json_t *rows) {
  Str type = str_new(ctx);
  type_print(ctx, &got->type, &type);
  table_cell(table, "%s", name);
  table_cell(table, "%s", type.s);
  for (int i = 4; i < columns; i++) table_cell(table, "%s", "");
  table_cell(table, "by chance");
  table_cell(table, "%s", wrong ? wrong : "ok");
  json_t *row = json_pack("{ss sb sb}", "type", type.s, "good", !wrong, "drawn", 1);
  json_object_set_new(row, "name", json_string_nocheck(name));
  json_array_append_new(rows, row);
  return !wrong || diag(ctx, E0804, place_of_model(cmd), "output '%s' %s, which is drawn at random: %s", name, type.s, wrong);
}

/* NULL for a state: it is no output of the program. */
static const Data *output_data(const Binding *b, const char *name) {
  for (size_t i = 0; i < b->outputs.n; i++)
    if (!strcmp(b->program->outputs.at[i]->name, name)) return b->outputs.at[i];
  return NULL;
}

static bool verify_set(Ctx *ctx, const Command *cmd, const Options *options, const Model *model, const DataSet *set, Shapes largest, json_t *json) {
  Feeds feeds = {.outputs = largest};
  Texts outputs = {0};
  Unit unit = {.opt = options};
  Execution x = {.unit = &unit, .cmd = cmd};
  if (!feed_names(ctx, model, set, &feeds, &outputs)) return false;
  if (cmd->interpret) {
    if (!verify_reference(ctx, cmd, options, &feeds, false, &x)) return false;
  } else {
    if (!feed_compile(ctx, cmd, &feeds, NULL, &unit) || !binding_make(ctx, unit.program, &feeds, &x.binding)) return false;
    x.want_values = cmd->per_node;
    if (!execute_compiled(ctx, &x)) return false;
  }
  Execution own = {0};
  bool judges = cmd->own_error && !cmd->interpret;
  if (judges && !verify_reference(ctx, cmd, options, &feeds, false, &own)) return false;
  progress_clear();
  const char *columns = judges ? "llllllll" : "llllll";
  Table *table = table_new(ctx, columns);
  json_t *rows = json_array();
  bool good = true;
  VEC(const Data *) got = {0};
  for (size_t i = 0; i < set->outputs.n; i++) vec_push(ctx, &got, output_data(&x.binding, outputs.at[i]));
  for (size_t i = 0; i < set->outputs.n; i++) {
    const Data *want = set->outputs.at[i];
    if (!want || !got.at[i]) continue;
    if (chance_value(ctx, model->graph, model->graph->outputs.at[i]))
      good = report_drawn(ctx, cmd, outputs.at[i], got.at[i], chance_compare(ctx, model->graph, &feeds, i, got.at, got.n, want), (int)strlen(columns), table, rows) && good;
    else good = report_output(ctx, cmd, outputs.at[i], got.at[i], want, judges ? output_data(&own.binding, outputs.at[i]) : NULL, table, rows) && good;
  }
  json_array_append_new(json, json_pack("{ss so}", "data", set->dir, "outputs", rows));
  if (!cmd->json) table_print(table, stdout, "");
  if (cmd->per_node && !cmd->interpret) good = verify_per_node(ctx, cmd, options, &feeds, &x) && good;
  return good;
}

/* ---- sanitizers must be there before the first line of the program runs: sinter starts itself again with their library in front */
static const char *sanitizer_library(Ctx *ctx, const Command *cmd) {
  static const char *const names[] = {"libasan.so", "libclang_rt.asan-x86_64.so", "libclang_rt.asan-aarch64.so"};
  const char *cc = cmd->cc ? cmd->cc : "cc";
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[4096] = "";
    FILE *f = popen(ctx_printf(ctx, "%s -print-file-name=%s 2>/dev/null", cc, names[i]), "r");
    if (!f) return NULL;
    bool read = fgets(path, sizeof path, f) != NULL;
    pclose(f);
    path[strcspn(path, "\n")] = 0;
    if (read && *path == '/' && access(path, R_OK) == 0) return ctx_printf(ctx, "%s", path);
  }
  return NULL;
}

static bool start_sanitized(Ctx *ctx, const Command *cmd) {
#ifdef __SANITIZE_ADDRESS__
  (void)ctx, (void)cmd;
  return true; /* sinter itself carries the library */
#else
  if (getenv("SINTER_SANITIZED")) {
    unsetenv("LD_PRELOAD"); /* not for the C compiler */
    return true;
  }
  const char *library = sanitizer_library(ctx, cmd);
  if (!library) return diag(ctx, E0801, (Place){0}, "the C compiler has no AddressSanitizer library");
  setenv("LD_PRELOAD", library, 1);
  setenv("ASAN_OPTIONS", "detect_leaks=0:verify_asan_link_order=0", 0);
  setenv("UBSAN_OPTIONS", "print_stacktrace=1:halt_on_error=1", 0);
  setenv("SINTER_SANITIZED", "1", 1);
  execv("/proc/self/exe", cmd->argv);
  return diag(ctx, E0900, (Place){0}, "cannot start again with %s", library);
#endif
}

static bool verify(Ctx *ctx, const Command *cmd) {
  Options options;
  DataSets sets = {0};
  if (cmd->sanitize && !cmd->interpret && !start_sanitized(ctx, cmd)) return false;
  if (!session_options(ctx, cmd, &options)) return false;
  const Model *model = feed_model(ctx, cmd); /* before its data: a defect of the model explains those of the data */
  if (!model || !dataset_find(ctx, cmd->data ? cmd->data : folder_of(ctx, cmd->args.at[0]), model, &sets)) return false;
  Shapes largest = feed_outputs(ctx, model, &sets);
  json_t *json = json_array();
  bool good = true;
  for (size_t i = 0; i < sets.n; i++) {
    if (!cmd->json && sets.n > 1) printf("%s\n", sets.at[i].dir);
    good = verify_set(ctx, cmd, &options, model, &sets.at[i], largest, json) && good;
  }
  if (cmd->json) return session_json(ctx, json_pack("{ss sb so}", "model", cmd->args.at[0], "good", good, "sets", json)) && good;
  if (json_array_size(json) < sets.n) {
    json_decref(json);
    return false; /* one could not be run: its diagnostics say why */
  }
  json_decref(json);
  printf("%s: %s on %zu data set%s", cmd->args.at[0], good ? "equal" : "not equal", sets.n, sets.n == 1 ? "" : "s");
  if (cmd->ulp >= 0) printf("  (within %g ulp)\n", cmd->ulp);
  else printf("  (rtol %g, atol %g + %g of the largest)\n", cmd->rtol, cmd->atol >= 0 ? cmd->atol : ATOL, share_of_max(cmd));
  return good;
}

const Verb verb_verify = {
  .name = "verify", .synopsis = "verify MODEL --data DIR", .about = "compares results with expected ones", .min_args = 1, .max_args = 1, .run = verify,
  .description =
    "  Compiles MODEL, runs it on the inputs of every data set in DIR and compares each output with the\n"
    "  expected one: type, shape and values; NaN equals NaN. A data set is a folder with input_K.pb and\n"
    "  output_K.pb, K counting the inputs and outputs of the model; DIR is one, or holds folders\n"
    "  test_data_set_N. For each output the largest absolute and relative error and the largest distance\n"
    "  in units in the last place are printed. Open dimensions are bound by the shapes of the data, and\n"
    "  inputs that operators need when compiling are taken from them; notes say so. Of an output that an\n"
    "  operator draws at random (RandomNormal, Bernoulli, Dropout in training ...) the distribution is\n"
    "  compared: type, shape, range, mean, and frequencies.\n"
    "  --own-error compares the results with those of the reference interpreter too, which computes in\n"
    "  doubles and rounds where a value is stored: its distance is the error of the compiled code alone,\n"
    "  in units in the last place of each result, and of the largest result of the tensor.\n"
    "  --per-node compares every value between kernels with the reference interpreter, on the model as\n"
    "  it was written, and names the first node that is wrong. --sanitize lets AddressSanitizer and\n"
    "  UndefinedBehaviorSanitizer watch the generated code.\n",
  .examples =
    "  sinter verify model.onnx --data test_data_set_0\n"
    "  sinter verify model.onnx --data . --per-node --ulp 16\n"
    "  sinter verify model.onnx --interpret\n",
};
