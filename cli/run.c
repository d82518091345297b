/* sinter run: a model on data given on the command line. */
#include "cli/cli.h"
#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>

static bool read_inputs(Ctx *ctx, const Command *cmd, Feeds *out) {
  bool good = true;
  for (size_t i = 0; i < cmd->inputs.n; i++) {
    const char *text = cmd->inputs.at[i], *equals = strchr(text, '=');
    const char *name = internn(ctx, text, (size_t)(equals - text));
    const Data *data = tensor_parse(ctx, equals + 1, ELEM_NONE);
    if (data) vec_push(ctx, out, ((Feed){name, data}));
    else good = false;
  }
  return good;
}

/* Names of outputs may hold anything; file names may not. */
static const char *file_for(Ctx *ctx, const char *dir, const char *name) {
  char *safe = ctx_printf(ctx, "%s", name);
  for (char *p = safe; *p; p++)
    if (*p == '/' || (unsigned char)*p < 32) *p = '_';
  return ctx_printf(ctx, "%s/%s.npy", dir, *safe == '.' ? c_identifier(ctx, name) : safe);
}

static bool write_outputs(Ctx *ctx, const Command *cmd, const Binding *b) {
  if (mkdir(cmd->output, 0777) && errno != EEXIST) return diag(ctx, E0800, (Place){.file = cmd->output}, "%s", strerror(errno));
  for (size_t i = 0; i < b->outputs.n; i++) {
    const char *path = file_for(ctx, cmd->output, b->program->outputs.at[i]->name);
    if (!tensor_write_npy(ctx, path, b->outputs.at[i])) return false;
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

static json_t *json_element(Ctx *ctx, const Data *d, int64_t i) {
  Str s = str_new(ctx);
  switch (elem_info(d->type.elem)->cls) {
    case 'r': return json_real(data_real(d, i));
    case 's': return json_string(data_text(d, i));
    case 'c': element_print(d, i, &s); return json_string(s.s);
    default: return json_integer(data_int(d, i));
  }
}

static bool print_json(Ctx *ctx, const Binding *b) {
  json_t *rows = json_object();
  for (size_t i = 0; i < b->outputs.n; i++) {
    const Data *d = b->outputs.at[i];
    json_t *shape = json_array(), *values = json_array();
    for (int k = 0; k < d->type.rank; k++) json_array_append_new(shape, json_integer(d->type.dim[k]));
    for (int64_t j = 0; j < type_bound(ctx, &d->type); j++) {
      json_t *v = json_element(ctx, d, j);
      json_array_append_new(values, v ? v : json_null()); /* JSON has no NaN and no infinity */
    }
    json_object_set_new_nocheck(rows, b->program->outputs.at[i]->name, json_pack("{ss so so}", "type", elem_info(d->type.elem)->name, "shape", shape, "values", values));
  }
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
  for (size_t i = 0; i < x.binding.outputs.n; i++) print_tensor(ctx, unit.program->outputs.at[i]->name, x.binding.outputs.at[i]);
  return true;
}

const Verb verb_run = {
  .name = "run", .synopsis = "run MODEL --input NAME=FILE ...", .about = "runs a model on data", .min_args = 1, .max_args = 1, .run = run,
  .description =
    "  Compiles MODEL, loads the code and runs it once on the inputs given. Each --input names an input\n"
    "  and a .npy file, a .pb file (TensorProto), or a value such as 3 or [1,2,3]. Open dimensions are\n"
    "  bound by the shapes of the data. Outputs are printed, or written to DIR as .npy files with -o.\n"
    "  --interpret runs the reference interpreter on the cascades instead: slow, and the definition of\n"
    "  the right result.\n",
  .examples =
    "  sinter run kws.onnx --input audio=clip.npy -o out\n"
    "  sinter run softmax.ein --input X=scores.npy --interpret\n",
};
