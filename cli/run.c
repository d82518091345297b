/* sinter run: a model on data given on the command line. */
#include "cli/cli.h"
#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>

/* A sequence, an optional or a map is read as the model declares it, everything else as it is written. */
static const Data *read_input(Ctx *ctx, const Model *model, const char *name, const char *text) {
  const Graph *g = model->graph;
  for (size_t i = 0; i < g->inputs.n; i++)
    if (!strcmp(g->inputs.at[i]->name, name) && type_is_record(&g->inputs.at[i]->type)) return value_read(ctx, text, &g->inputs.at[i]->type);
  return tensor_parse(ctx, text, ELEM_NONE);
}

static bool read_inputs(Ctx *ctx, const Command *cmd, Feeds *out) {
  const Model *model = feed_model(ctx, cmd);
  bool good = model != NULL;
  if (!good) return false;
  for (size_t i = 0; i < cmd->inputs.n; i++) {
    const char *text = cmd->inputs.at[i], *equals = strchr(text, '=');
    const char *name = internn(ctx, text, (size_t)(equals - text));
    const Data *data = read_input(ctx, model, name, equals + 1);
    if (data) vec_push(ctx, out, ((Feed){name, data}));
    else good = false;
  }
  return good;
}

/* Names of outputs may hold anything; file names may not. */
static const char *file_for(Ctx *ctx, const char *dir, const char *name, const char *suffix) {
  char *safe = ctx_printf(ctx, "%s", name);
  for (char *p = safe; *p; p++)
    if (*p == '/' || (unsigned char)*p < 32) *p = '_';
  return ctx_printf(ctx, "%s/%s.%s", dir, *safe == '.' ? c_identifier(ctx, name) : safe, suffix);
}

static bool write_outputs(Ctx *ctx, const Command *cmd, const Binding *b) {
  if (mkdir(cmd->output, 0777) && errno != EEXIST) return diag(ctx, E0800, (Place){.file = cmd->output}, "%s", strerror(errno));
  for (size_t i = 0; i < b->outputs.n; i++) {
    const char *name = b->program->outputs.at[i]->name;
    const Data *d = b->outputs.at[i];
    bool npy = !type_is_record(&d->type) && npy_holds(d->type.elem);
    const char *path = file_for(ctx, cmd->output, name, npy ? "npy" : "pb");
    if (!(npy ? tensor_write_npy(ctx, path, d) : value_write_pb(ctx, path, name, d))) return false;
    printf("%s\n", path);
  }
  return true;
}

static void print_tensor(Ctx *ctx, const char *name, const Data *d) {
  enum { SHOWN = 16 };
  Str s = str_new(ctx);
  int64_t n = type_bound(ctx, &d->type);
  str_printf(&s, "%s ", name);
  type_print(ctx, &d->type, &s);
  str_add(&s, " =");
  for (int64_t i = 0; i < n && i < SHOWN; i++) {
    str_add(&s, " ");
    element_print(d, i, &s);
  }
  if (n > SHOWN) str_printf(&s, " ... %lld more", (long long)(n - SHOWN));
  printf("%s\n", s.s);
}

/* name[0] f32[2] = 1 2, for every element; and what there is of a map, key by key */
static void print_value(Ctx *ctx, const char *name, const Data *d) {
  if (!type_is_record(&d->type)) {
    print_tensor(ctx, name, d);
    return;
  }
  Str s = str_new(ctx);
  int64_t n = record_length(d);
  bool optional = d->type.form == FORM_OPTIONAL, none = optional ? n == 0 : n < 0;
  type_print(ctx, &d->type, &s);
  printf(none ? "%s %s = none\n" : optional ? "%s %s\n" : "%s %s = %lld element%s\n", name, s.s, (long long)n, n == 1 ? "" : "s");
  if (d->type.form == FORM_MAP) {
    Type t = {.elem = d->type.key, .rank = 1, .dim = {n}};
    Data keys = {.type = t, .bytes = record_keys(ctx, d)}, values = record_element(ctx, d, 0);
    print_tensor(ctx, ctx_printf(ctx, "%s.keys", name), &keys);
    print_tensor(ctx, ctx_printf(ctx, "%s.values", name), &values);
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    Data e = record_element(ctx, d, i);
    print_value(ctx, ctx_printf(ctx, "%s[%lld]", name, (long long)i), &e);
  }
}

static json_t *json_element(Ctx *ctx, const Data *d, int64_t i) {
  Str s = str_new(ctx);
  switch (elem_info(d->type.elem)->cls) {
    case 'r': return json_real(data_real(d, i));
    case 's': return json_string(data_text(d, i));
    case 'c': element_print(d, i, &s); return json_string(s.s);
    default: return json_integer(data_int(d, i));
  }
}

static json_t *json_tensor(Ctx *ctx, const Data *d) {
  json_t *shape = json_array(), *values = json_array();
  for (int k = 0; k < d->type.rank; k++) json_array_append_new(shape, json_integer(d->type.dim[k]));
  for (int64_t j = 0; j < type_bound(ctx, &d->type); j++) {
    json_t *v = json_element(ctx, d, j);
    json_array_append_new(values, v ? v : json_null()); /* JSON has no NaN and no infinity */
  }
  return json_pack("{ss so so}", "type", elem_info(d->type.elem)->name, "shape", shape, "values", values);
}

/* A sequence is a list, none is null, a map an object. */
static json_t *json_value(Ctx *ctx, const Data *d) {
  if (!type_is_record(&d->type)) return json_tensor(ctx, d);
  int64_t n = record_length(d);
  if (d->type.form == FORM_MAP) {
    Data keys = {.type = {.elem = d->type.key}, .bytes = record_keys(ctx, d)}, values = record_element(ctx, d, 0);
    json_t *map = json_object();
    for (int64_t i = 0; i < n; i++) {
      const char *key = d->type.key == ELEM_string ? data_text(&keys, i) : ctx_printf(ctx, "%lld", (long long)data_int(&keys, i));
      json_t *v = json_element(ctx, &values, i);
      json_object_set_new(map, key, v ? v : json_null());
    }
    return map;
  }
  if (n < 0 || (d->type.form == FORM_OPTIONAL && n == 0)) return json_null();
  json_t *list = json_array();
  for (int64_t i = 0; i < n; i++) {
    Data e = record_element(ctx, d, i);
    json_t *v = json_value(ctx, &e);
    if (d->type.form == FORM_OPTIONAL) return json_decref(list), v;
    json_array_append_new(list, v);
  }
  return list;
}

static bool print_json(Ctx *ctx, const Binding *b) {
  json_t *rows = json_object();
  for (size_t i = 0; i < b->outputs.n; i++) json_object_set_new_nocheck(rows, b->program->outputs.at[i]->name, json_value(ctx, b->outputs.at[i]));
  return session_json(ctx, rows);
}

static bool run(Ctx *ctx, const Command *cmd) {
  Options options;
  Feeds feeds = {0};
  if (!session_options(ctx, cmd, &options) || !read_inputs(ctx, cmd, &feeds)) return false;
  Unit unit = {.opt = &options};
  if (!feed_compile(ctx, cmd, &feeds, cmd->interpret ? "bind" : NULL, &unit)) return false;
  Execution x = {.unit = &unit, .cmd = cmd};
  if (!binding_make(ctx, unit.program, &feeds, &x.binding)) return false;
  if (!(cmd->interpret ? execute_interpreted : execute_compiled)(ctx, &x)) return false;
  progress_clear();
  if (cmd->json) return print_json(ctx, &x.binding);
  if (cmd->output) return write_outputs(ctx, cmd, &x.binding);
  for (size_t i = 0; i < x.binding.outputs.n; i++) print_value(ctx, unit.program->outputs.at[i]->name, x.binding.outputs.at[i]);
  return true;
}

const Verb verb_run = {
  .name = "run", .synopsis = "run MODEL --input NAME=FILE ...", .about = "runs a model on data", .min_args = 1, .max_args = 1, .run = run,
  .description =
    "  Compiles MODEL, loads the code and runs it once on the inputs given. Each --input names an input\n"
    "  and a .npy file, a .pb file (TensorProto), or a value such as 3 or [1,2,3]; a sequence is a .pb file\n"
    "  (SequenceProto) or a folder of 0.npy, 1.npy ..., an optional a .pb or .npy file or `none`, a map a\n"
    "  .pb file. Open dimensions are bound by the shapes of the data. Outputs are printed, or written to\n"
    "  DIR with -o: tensors as .npy files, others, and tensors of types that NumPy lacks (texts,\n"
    "  bfloat16), as .pb files.\n"
    "  --interpret runs the reference interpreter on the cascades instead: slow, and the definition of\n"
    "  the right result.\n",
  .examples =
    "  sinter run kws.onnx --input audio=clip.npy -o out\n"
    "  sinter run softmax.ein --input X=scores.npy --interpret\n",
};
