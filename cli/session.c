/* The steps most verbs share: operator library, model, target, pipeline. */
#include "cli/cli.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

Place place_of_model(const Command *cmd) { return (Place){.file = cmd->args.n ? cmd->args.at[0] : NULL}; }

/* ---- options that speak about the model */
static bool usage(Ctx *ctx, const char *option, const char *text) {
  return diag(ctx, E0802, (Place){.file = "command line"}, "%s '%s' is not understood", option, text);
}

/* NAME=5 or NAME<=5 */
static bool parse_dim(Ctx *ctx, const char *text, DimOption *out) {
  const char *equals = strchr(text, '=');
  if (!equals || equals == text) return usage(ctx, "--dim", text);
  bool bounded = equals[-1] == '<';
  char *end;
  errno = 0;
  long long value = strtoll(equals + 1, &end, 10);
  if (end == equals + 1 || *end || errno || value < 0 || equals - bounded == text) return usage(ctx, "--dim", text);
  *out = (DimOption){internn(ctx, text, (size_t)(equals - text) - bounded), bounded, value};
  return true;
}

/* INPUT=1x3x224x224; INPUT= alone is a scalar; INPUT=4*1x<=8 is a sequence. Input names may hold an equals sign: the last one that is not of a bound counts. */
static bool parse_shape(Ctx *ctx, const char *text, ShapeOption *out) {
  const char *equals = strchr(text, '='), *p;
  for (const char *c = equals; (c = strchr(c + 1, '='));)
    if (c[-1] != '<') equals = c;
  p = equals + 1;
  *out = (ShapeOption){.input = internn(ctx, text, (size_t)(equals - text))};
  const char *star = strchr(p, '*');
  if (star) {
    char *end;
    errno = 0;
    long long cap = strtoll(p, &end, 10);
    if (end != star || errno || cap < 0) return usage(ctx, "--shape", text);
    out->has_cap = true;
    out->cap = cap;
    p = star + 1;
  }
  while (*p) {
    char *end;
    bool bound = p[0] == '<' && p[1] == '=';
    if (bound && out->rank < MAX_RANK) out->varies |= 1u << out->rank;
    p += bound ? 2 : 0;
    errno = 0;
    long long value = strtoll(p, &end, 10);
    if (end == p || errno || value < 0 || out->rank == MAX_RANK || (*end && *end != 'x' && *end != ',')) return usage(ctx, "--shape", text);
    out->dim[out->rank++] = value;
    p = end + (*end != 0);
  }
  return true;
}

static bool parse_const(Ctx *ctx, const char *text, ConstOption *out) {
  const char *equals = strchr(text, '=');
  out->input = internn(ctx, text, (size_t)(equals - text));
  out->data = tensor_parse(ctx, equals + 1, ELEM_NONE);
  return out->data != NULL;
}

static bool load_ops(Ctx *ctx, EinLib *lib, const char *path) {
  const void *bytes;
  size_t n;
  return file_map(ctx, path, &bytes, &n) && ein_load(ctx, lib, path, bytes, n);
}

bool session_import(Ctx *ctx, const Command *cmd, ImportOptions *import) {
  *import = (ImportOptions){.name = cmd->name};
  EinLib *lib = ein_lib_builtin(ctx);
  if (!lib) return false;
  bool good = true;
  for (size_t i = 0; i < cmd->ops.n; i++) good = load_ops(ctx, lib, cmd->ops.at[i]) && good;
  import->lib = lib;
  for (size_t i = 0; i < cmd->dims.n; i++) {
    DimOption dim;
    if (parse_dim(ctx, cmd->dims.at[i], &dim)) vec_push(ctx, &import->dims, dim);
    else good = false;
  }
  for (size_t i = 0; i < cmd->shapes.n; i++) {
    ShapeOption shape;
    if (parse_shape(ctx, cmd->shapes.at[i], &shape)) vec_push(ctx, &import->shapes, shape);
    else good = false;
  }
  for (size_t i = 0; i < cmd->consts.n; i++) {
    ConstOption constant;
    if (parse_const(ctx, cmd->consts.at[i], &constant)) vec_push(ctx, &import->consts, constant);
    else good = false;
  }
  for (size_t i = 0; i < cmd->states.n; i++) {
    const char *text = cmd->states.at[i], *equals = strchr(text, '=');
    vec_push(ctx, &import->states, ((StateOption){internn(ctx, text, (size_t)(equals - text)), intern(ctx, equals + 1)}));
  }
  return good;
}

/* ---- the model */
static bool ends_with(const char *text, const char *end) {
  size_t n = strlen(text), m = strlen(end);
  return n >= m && !strcmp(text + n - m, end);
}

/* A file of einsum cascades: which op is the model is the command line's to say. */
static Model *read_ein(Ctx *ctx, const Command *cmd, const char *path, const ImportOptions *import) {
  size_t n = import->dims.n;
  const char **names = NEWN(ctx, const char *, n);
  ext_t *values = NEWN(ctx, ext_t, n);
  for (size_t i = 0; i < n; i++) {
    DimOption d = import->dims.at[i];
    names[i] = d.name;
    values[i] = d.bounded ? ext_symbol(ctx, d.name, 1, d.value) : d.value;
  }
  return ein_model(ctx, (EinLib *)import->lib, path, cmd->entry, (int)n, names, values);
}

Model *session_read(Ctx *ctx, const Command *cmd, const ImportOptions *import) {
  const char *path = cmd->args.at[0];
  progress("reading %s", path);
  bool cascades = ends_with(path, ".ein");
  Model *model = cascades ? read_ein(ctx, cmd, path, import) : model_read(ctx, path, import);
  if (!model || !model_states(ctx, model, import)) return NULL;
  if (cascades && cmd->name) model->name = cmd->name;
  return model;
}

/* ---- the target and the pipeline */
const Target *session_target(Ctx *ctx, const Command *cmd) { return target_find(ctx, cmd->target ? cmd->target : "host"); }

static bool pass_known(const char *name, size_t n, Nearest *near) {
  for (size_t i = 0; i < pass_count(); i++) {
    const char *known = pass_at(i)->name;
    if (strlen(known) == n && !strncmp(known, name, n)) return true;
    nearest_try(near, known);
  }
  return false;
}

static bool check_pass_names(Ctx *ctx, const char *option, const char *list) {
  bool good = true;
  for (const char *p = list; p && *p;) {
    size_t n = strcspn(p, ",");
    const char *name = internn(ctx, p, n);
    Nearest near = nearest_to(name);
    if (!pass_known(p, n, &near))
      good = diag(ctx, E0802, (Place){.file = "command line"}, "%s: there is no pass '%s'%s%s%s", option, name, near.best ? "; did you mean '" : "", near.best ? near.best : "", near.best ? "'?" : "");
    p += n + (p[n] == ',');
  }
  return good;
}

static Fp fp_named(const char *name) { /* NULL: nobody asked; the option takes no other names */
  Fp fp = FP_DEFAULT;
  for (int i = 0; name && i < FP_COUNT; i++)
    if (!strcmp(fp_name[i], name)) fp = (Fp)i;
  return fp;
}

bool session_options(Ctx *ctx, const Command *cmd, Options *options) {
  const Target *target = session_target(ctx, cmd);
  bool good = check_pass_names(ctx, "--disable", cmd->disable) && check_pass_names(ctx, "--after", cmd->after);
  if (cmd->codegen && !strcmp(cmd->codegen, "llvm")) good = diag(ctx, E0802, (Place){.file = "command line"}, "--codegen llvm is not in this build; --codegen c is");
  *options = (Options){.target = target, .fp = fp_named(cmd->fp), .disable = cmd->disable, .read_back = cmd->read_back};
  return good && target;
}

bool session_emit_options(Ctx *ctx, const Command *cmd, EmitOptions *options) {
  const char *slash = strrchr(cmd->args.at[0], '/');
  *options = (EmitOptions){
    .dir = cmd->output,
    .name = cmd->name,
    .weights = !cmd->weights ? WEIGHTS_AUTO : !strcmp(cmd->weights, "c") ? WEIGHTS_C : !strcmp(cmd->weights, "incbin") ? WEIGHTS_INCBIN : WEIGHTS_BIN,
    .keep_sources = cmd->emit && !strcmp(cmd->emit, "c"),
    .ir = cmd->emit && !strcmp(cmd->emit, "ir"),
    .archive = true,
    .cc = cmd->cc,
    .cflags = cmd->cflags,
    .sanitize = cmd->sanitize,
    .command = ctx_printf(ctx, "sinter %s %s%s", cmd->verb->name, slash ? slash + 1 : cmd->args.at[0], cmd->recorded),
  };
  return true;
}

typedef struct Watch { const Command *cmd; int stage; bool good; } Watch;

/* --dump: one file for every pass, numbered in their order. */
static bool dump_stage(Ctx *ctx, const Watch *w, const Unit *u, const Pass *p) {
  Str text = str_new(ctx);
  if (u->program) program_print(ctx, u->program, &text);
  else model_print(ctx, u->model, &text);
  char *path = ctx_printf(ctx, "%s/%02d-%s.txt", w->cmd->dump, w->stage, p->name);
  FILE *f = fopen(path, "w");
  bool written = f && fwrite(text.s, 1, text.n, f) == text.n;
  if (f && fclose(f)) written = false;
  return written || diag(ctx, E0800, (Place){.file = path}, "%s", strerror(errno));
}

static void watch_pass(Ctx *ctx, const Unit *u, const Pass *p, double seconds, void *arg) {
  Watch *w = arg;
  w->stage++;
  if (w->cmd->verbose) fprintf(stderr, "[%2d/%zu] %-10s %8.1f ms %8.1f MB\n", w->stage, pass_count(), p->name, seconds * 1e3, (double)ctx->memory_used / 1e6);
  else progress("[%d/%zu] %s", w->stage, pass_count(), p->name);
  if (w->cmd->dump && w->good) w->good = dump_stage(ctx, w, u, p);
  file_rest(u->model->file, u->model->file_bytes); /* most weights have been folded or packed into others by now, or will be read once more */
}

bool session_passes(Ctx *ctx, const Command *cmd, Unit *unit, const char *until) {
  Watch watch = {.cmd = cmd, .good = true};
  if (cmd->dump && mkdir(cmd->dump, 0777) && errno != EEXIST) return diag(ctx, E0800, (Place){.file = cmd->dump}, "%s", strerror(errno));
  return passes_run(ctx, unit, until, watch_pass, &watch) && watch.good;
}

/* ---- what people and programs see */
bool session_json(Ctx *ctx, const void *json) {
  json_t *j = (json_t *)json;
  bool written = j && json_dumpf(j, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
  json_decref(j);
  return written || diag(ctx, E0800, (Place){.file = "standard output"}, "the JSON text cannot be written");
}

void progress(const char *fmt, ...) {
  if (!isatty(STDERR_FILENO)) return;
  va_list list;
  va_start(list, fmt);
  fputs("\r\033[K", stderr);
  vfprintf(stderr, fmt, list);
  va_end(list);
  fflush(stderr);
}

void progress_clear(void) {
  if (isatty(STDERR_FILENO)) fputs("\r\033[K", stderr);
}
