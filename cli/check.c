/* sinter check: everything that is wrong with a model, at once; writes nothing. */
#include "cli/cli.h"
#include <jansson.h>

static json_t *place_json(const Place *p) {
  json_t *j = json_object();
  const struct { const char *key, *text; } texts[] = {{"file", p->file}, {"node", p->node}, {"op", p->op}};
  const struct { const char *key; int number; } numbers[] = {{"line", p->line}, {"column", p->column}, {"opset", p->opset}};
  for (size_t i = 0; i < 3; i++) {
    if (texts[i].text) json_object_set_new(j, texts[i].key, json_string_nocheck(texts[i].text));
    if (numbers[i].number) json_object_set_new(j, numbers[i].key, json_integer(numbers[i].number));
  }
  return j;
}

static json_t *diags_json(const Ctx *ctx) {
  static const char *const severities[] = {[SEV_NOTE] = "note", [SEV_WARNING] = "warning", [SEV_ERROR] = "error"};
  json_t *rows = json_array();
  for (size_t i = 0; i < ctx->diags.n; i++) {
    const Diag *d = &ctx->diags.at[i];
    const DiagInfo *info = diag_info(d->code);
    json_t *row = json_pack("{ss ss ss ss so}", "code", info->name, "severity", severities[d->severity], "title", info->title, "next", d->next ? d->next : info->next, "place", place_json(&d->place));
    json_object_set_new(row, "text", json_string_nocheck(d->text));
    json_array_append_new(rows, row);
  }
  return rows;
}

static size_t count(const Ctx *ctx, Severity severity) {
  size_t n = 0;
  for (size_t i = 0; i < ctx->diags.n; i++) n += ctx->diags.at[i].severity == severity;
  return n;
}

static bool check_budget(Ctx *ctx, const Command *cmd, const Program *p) {
  int64_t need = p->arena_bytes + p->state_bytes;
  if (!cmd->ram || need <= cmd->ram) return true;
  return diag(ctx, E0803, place_of_model(cmd), "arena and state need %s bytes of RAM, the budget has %s; at the peak runs '%s'", thousands(ctx, need), thousands(ctx, cmd->ram), p->arena_culprit ? p->arena_culprit : "?");
}

static bool check(Ctx *ctx, const Command *cmd) {
  ImportOptions import;
  Options options;
  bool good = session_options(ctx, cmd, &options);
  good = session_import(ctx, cmd, &import) && good;
  if (!good) return false;
  Unit unit = {.opt = &options};
  size_t nodes = 0;
  unit.model = session_read(ctx, cmd, &import);
  if (unit.model) {
    nodes = unit.model->graph->nodes.n;
    good = session_passes(ctx, cmd, &unit, NULL) && check_budget(ctx, cmd, unit.program);
  } else good = false;
  progress_clear();
  if (cmd->json) return session_json(ctx, json_pack("{ss sb sI so}", "model", cmd->args.at[0], "good", good, "nodes", (json_int_t)nodes, "diagnostics", diags_json(ctx))) && good;
  size_t errors = count(ctx, SEV_ERROR), warnings = count(ctx, SEV_WARNING);
  printf("%s: %zu error%s, %zu warning%s, ", cmd->args.at[0], errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
  if (unit.model) printf("%zu node%s looked at\n", nodes, nodes == 1 ? "" : "s");
  else printf("the model could not be read\n");
  return good;
}

const Verb verb_check = {
  .name = "check", .synopsis = "check MODEL", .about = "everything that is wrong with a model, at once", .min_args = 1, .max_args = 1, .run = check,
  .description = "  Reads MODEL (.onnx, .ein or IR text) and runs the whole compilation up to the point where files\n"
                 "  would be written. Every unsupported node and every defect is reported in one run: where it is,\n"
                 "  what was found, what was expected and what to do next. Nothing is written.\n",
  .examples = "  sinter check model.onnx\n  sinter check model.onnx --dim batch=1 --budget ram=64K\n  sinter check model.onnx --json\n",
};
