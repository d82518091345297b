/* sinter list: what this build knows. */
#include "cli/cli.h"
#include "cli/op_pages.h"
#include "ir/extern.h"
#include <jansson.h>
#include <stdlib.h>

/* ---- operators */
static int by_name_and_since(const void *a, const void *b) {
  const OpText *x = a, *y = b;
  int order = strcmp(x->name, y->name);
  if (!order) order = strcmp(x->domain, y->domain);
  return order ? order : x->since != y->since ? x->since - y->since : x->line - y->line;
}

/* An operator that is a text for tensors and a kernel for sequences is told as the text. */
static bool has_text(const OpText *texts, size_t n, const Extern *e) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(texts[i].name, e->op) && !strcmp(texts[i].domain, e->domain)) return true;
  return false;
}

/* The texts of the library, and what is no text: extern ops, whose text is their kernel, and Einsum, whose equation is one. */
size_t list_all_ops(Ctx *ctx, const EinLib *lib, OpText **out) {
  static const char einsum[] = "# An Einsum node is a statement: `bij, bjk -> bik` is read as the text below, other equations likewise.\n"
                               "op Einsum: num (X0[B, I, J], X1[B, J, K]) -> Y[B, I, K] { Y[b, i, k] += X0[b, i, j] * X1[b, j, k] }\n";
  OpText *texts;
  const Extern *const *externs;
  size_t n = ein_ops(ctx, lib, &texts), m = 0, count = extern_ops(&externs);
  OpText *all = NEWN(ctx, OpText, n + count + 1);
  for (size_t i = 0; i < n; i++) all[m++] = texts[i];
  all[m++] = (OpText){.name = "Einsum", .domain = "", .file = "ir/einsum.c", .text = einsum, .since = 12};
  for (size_t i = 0; i < count; i++)
    if (!has_text(texts, n, externs[i])) all[m++] = (OpText){.name = externs[i]->op, .domain = externs[i]->domain, .file = "ir/extern", .text = extern_source(externs[i]), .since = externs[i]->since};
  qsort(all, m, sizeof *all, by_name_and_since);
  *out = all;
  return m;
}

static void print_op_texts(const OpText *ops, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++) {
    if (strcmp(ops[i].name, name)) continue;
    size_t length = strlen(ops[i].text);
    printf("# %s:%d%s%s\n%s%s", ops[i].file, ops[i].line, *ops[i].domain ? "   domain " : "", ops[i].domain, ops[i].text, length && ops[i].text[length - 1] == '\n' ? "" : "\n");
  }
}

static bool list_op_texts(Ctx *ctx, const Command *cmd, const OpText *ops, size_t n) {
  for (size_t a = 1; a < cmd->args.n; a++) {
    const char *name = cmd->args.at[a];
    Nearest near = nearest_to(name);
    bool known = false;
    for (size_t i = 0; i < n; i++) {
      known = known || !strcmp(ops[i].name, name);
      nearest_try(&near, ops[i].name);
    }
    if (known) print_op_texts(ops, n, name);
    else diag(ctx, E0802, (Place){.file = "command line"}, "there is no operator '%s'%s%s%s", name, near.best ? "; did you mean '" : "", near.best ? near.best : "", near.best ? "'?" : "");
  }
  return diag_errors(ctx) == 0;
}

static bool list_ops(Ctx *ctx, const Command *cmd) {
  ImportOptions import;
  OpText *ops;
  if (!session_import(ctx, cmd, &import)) return false;
  size_t n = list_all_ops(ctx, import.lib, &ops), names = 0;
  if (cmd->output) return op_pages_write(ctx, cmd->output, ops, n);
  if (cmd->args.n > 1) return list_op_texts(ctx, cmd, ops, n);
  json_t *rows = json_array();
  Table *t = table_new(ctx, "llll");
  for (size_t i = 0; i < n;) {
    size_t first = i, texts = 0;
    Str since = str_new(ctx);
    for (; i < n && !strcmp(ops[i].name, ops[first].name) && !strcmp(ops[i].domain, ops[first].domain); i++) {
      texts++;
      if (i == first || ops[i].since != ops[i - 1].since) str_printf(&since, "%s%d", i > first ? "," : "", ops[i].since);
    }
    names++;
    json_array_append_new(rows, json_pack("{ss ss si ss si}", "name", ops[first].name, "domain", ops[first].domain, "texts", (int)texts, "file", ops[first].file, "line", ops[first].line));
    table_cell(t, "%s%s%s", ops[first].domain, *ops[first].domain ? "." : "", ops[first].name);
    table_cell(t, "since %s", since.s);
    table_cell(t, "%zu text%s", texts, texts == 1 ? "" : "s");
    table_cell(t, "%s:%d", ops[first].file, ops[first].line);
  }
  if (cmd->json) return session_json(ctx, rows);
  json_decref(rows);
  table_print(t, stdout, "");
  printf("%zu operators in %zu texts; `sinter list ops NAME` prints the text of one\n", names, n);
  return true;
}

/* ---- the operators of models */
static int by_operator(const void *a, const void *b) {
  const OperatorUse *x = a, *y = b;
  int order = strcmp(x->domain, y->domain);
  return order ? order : strcmp(x->op, y->op);
}

static const char *how_defined(const EinLib *lib, const OperatorUse *use) {
  if (ein_has_op(lib, use->op, use->domain, use->opset)) return ein_op_sums(lib, use->op, use->domain, use->opset) ? "text, sums" : "text";
  return extern_find(use->op, use->domain, use->opset) ? "kernel" : "-";
}

/* Any number of models, one after another; a model that cannot be read does not hide the others. */
static bool list_uses(Ctx *ctx, const Command *cmd) {
  ImportOptions import;
  if (!session_import(ctx, cmd, &import)) return false;
  if (cmd->args.n < 2) return diag(ctx, E0802, (Place){.file = "command line"}, "`sinter list uses` wants the name of a model");
  json_t *rows = json_array();
  Table *t = table_new(ctx, "lllll");
  for (size_t m = 1; m < cmd->args.n; m++) {
    OperatorUses uses = {0};
    if (!onnx_uses(ctx, cmd->args.at[m], &uses)) continue;
    if (uses.n) qsort(uses.at, uses.n, sizeof *uses.at, by_operator);
    for (size_t i = 0; i < uses.n; i++) {
      const OperatorUse *use = &uses.at[i];
      const char *how = how_defined(import.lib, use);
      json_t *row = json_pack("{si si ss}", "opset", use->opset, "nodes", use->nodes, "defined", how);
      json_object_set_new(row, "model", json_string_nocheck(cmd->args.at[m]));
      json_object_set_new(row, "op", json_string_nocheck(use->op));
      json_object_set_new(row, "domain", json_string_nocheck(use->domain));
      json_array_append_new(rows, row);
      table_cell(t, "%s", cmd->args.at[m]);
      table_cell(t, "%s%s%s", use->domain, *use->domain ? "." : "", use->op);
      table_cell(t, "opset %d", use->opset);
      table_cell(t, "%d node%s", use->nodes, use->nodes == 1 ? "" : "s");
      table_cell(t, "%s", how);
    }
  }
  if (cmd->json) return session_json(ctx, rows) && diag_errors(ctx) == 0;
  json_decref(rows);
  table_print(t, stdout, "");
  return diag_errors(ctx) == 0;
}

/* ---- targets */
static bool list_targets(Ctx *ctx, const Command *cmd) {
  json_t *rows = json_array();
  Table *t = table_new(ctx, "lrrll");
  for (size_t i = 0; i < target_count(); i++) {
    const Target *g = target_at(i);
    json_array_append_new(rows, json_pack("{ss ss si si ss* ss*}", "name", g->name, "about", g->about, "lanes_f32", g->lanes_f32, "registers", g->registers, "cc", g->cc, "cflags", g->cflags));
    table_cell(t, "%s", g->name);
    table_cell(t, "%d x f32", g->lanes_f32);
    table_cell(t, "%d registers", g->registers);
    table_cell(t, "%s", g->about);
    table_cell(t, "%s", g->cflags ? g->cflags : "");
  }
  if (cmd->json) return session_json(ctx, rows);
  json_decref(rows);
  table_print(t, stdout, "");
  return true;
}

/* ---- passes */
static const char *const levels[] = {[PASS_GRAPH] = "graph", [PASS_BIND] = "bind", [PASS_CASCADE] = "cascade", [PASS_LOWER] = "lower", [PASS_TILE] = "tile", [PASS_PLAN] = "plan"};

static bool list_passes(Ctx *ctx, const Command *cmd) {
  json_t *rows = json_array();
  Table *t = table_new(ctx, "llll");
  for (size_t i = 0; i < pass_count(); i++) {
    const Pass *p = pass_at(i);
    json_array_append_new(rows, json_pack("{ss ss sb ss}", "name", p->name, "level", levels[p->level], "optional", p->optional, "about", p->about));
    table_cell(t, "%s", p->name);
    table_cell(t, "%s", levels[p->level]);
    table_cell(t, "%s", p->optional ? "optional" : "");
    table_cell(t, "%s", p->about);
  }
  if (cmd->json) return session_json(ctx, rows);
  json_decref(rows);
  table_print(t, stdout, "");
  return true;
}

/* ---- element types */
static bool list_formats(Ctx *ctx, const Command *cmd) {
  static const struct { char letter; const char *text; } classes[] = {{'r', "real"}, {'i', "signed integer"}, {'u', "unsigned integer"}, {'b', "truth value"}, {'s', "text"}, {'c', "complex"}};
  json_t *rows = json_array();
  Table *t = table_new(ctx, "lrll");
  for (int e = 1; e < ELEM_COUNT; e++) {
    const ElemInfo *info = elem_info((Elem)e);
    const char *class = "";
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
      if (classes[i].letter == info->cls) class = classes[i].text;
    if (info->onnx < 0) continue; /* mathematical numbers are not stored */
    json_array_append_new(rows, json_pack("{ss si ss ss si}", "name", info->name, "bits", info->bits, "class", class, "c", info->c, "onnx", info->onnx));
    table_cell(t, "%s", info->name);
    if (info->bits) table_cell(t, "%d bits", info->bits);
    else table_cell(t, "%s", "any length");
    table_cell(t, "%s", class);
    table_cell(t, "in C: %s%s", info->c, info->bits && info->bits < 8 ? ", packed" : "");
  }
  if (cmd->json) return session_json(ctx, rows);
  json_decref(rows);
  table_print(t, stdout, "");
  return true;
}

static const struct { const char *name; bool (*list)(Ctx *ctx, const Command *cmd); bool names; } lists[] = {
  {"ops", list_ops, true}, {"uses", list_uses, true}, {"targets", list_targets, false}, {"passes", list_passes, false}, {"formats", list_formats, false},
};

static bool list(Ctx *ctx, const Command *cmd) {
  const char *what = cmd->args.at[0];
  Nearest near = nearest_to(what);
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    nearest_try(&near, lists[i].name);
    if (strcmp(lists[i].name, what)) continue;
    if (cmd->args.n > 1 && !lists[i].names) return diag(ctx, E0802, (Place){.file = "command line"}, "`sinter list %s` takes no name, but got '%s'", what, cmd->args.at[1]);
    return lists[i].list(ctx, cmd);
  }
  return diag(ctx, E0802, (Place){.file = "command line"}, "there is no list of '%s', only of ops, uses, targets, passes and formats%s%s%s", what, near.best ? "; did you mean '" : "", near.best ? near.best : "", near.best ? "'?" : "");
}

const Verb verb_list = {
  .name = "list", .synopsis = "list ops|uses|targets|passes|formats", .about = "what this build knows", .min_args = 1, .max_args = -1, .run = list,
  .description = "  ops      the operator library; `list ops NAME ...` prints the texts that define an operator\n"
                 "  uses     the operators of MODEL ..., and how each is defined: as a text, as a text that sums (so that\n"
                 "           errors of rounding add up), as a kernel, or not as an operator of its own (-)\n"
                 "  targets  machines that --target names\n"
                 "  passes   the pipeline in its order; optional ones may be left out with --disable\n"
                 "  formats  element types of tensors\n",
  .examples = "  sinter list ops\n  sinter list ops Softmax Conv\n  sinter list uses model.onnx\n  sinter list targets --json\n",
};
