/* sinter inspect: the model at any stage of its way to C, as text, picture or JSON. */
#include "cli/cli.h"
#include <jansson.h>

/* ---- stages as text */
static const char *stage_text(Ctx *ctx, const Unit *u) {
  Str s = str_new(ctx);
  if (u->program) program_print(ctx, u->program, &s);
  else model_print(ctx, u->model, &s);
  return s.s;
}

static void heading(const char *name, const char *about) { printf("# ---- %s%s%s\n", name, *about ? ": " : "", about); }

static void body(const char *text) {
  size_t n = strlen(text);
  printf("%s%s\n", text, n && text[n - 1] == '\n' ? "" : "\n");
}

/* ---- the operator texts a model uses */
static bool same_op(const Node *a, const Node *b) { return a->op == b->op && a->domain == b->domain && a->opset == b->opset; }

static void print_op_text(const OpText *ops, size_t n, const Node *node) {
  int since = 0;
  for (size_t i = 0; i < n; i++)
    if (!strcmp(ops[i].name, node->op) && !strcmp(ops[i].domain, node->domain) && ops[i].since <= node->opset && ops[i].since > since) since = ops[i].since;
  for (size_t i = 0; i < n; i++)
    if (!strcmp(ops[i].name, node->op) && !strcmp(ops[i].domain, node->domain) && ops[i].since == since) body(ops[i].text);
}

static void print_op_texts(Ctx *ctx, const Model *m) {
  OpText *ops;
  size_t n = ein_ops(ctx, m->lib, &ops);
  heading("operator texts", "what the nodes compute; every stage below follows from them");
  for (size_t i = 0; i < m->graph->nodes.n; i++) {
    const Node *node = m->graph->nodes.at[i];
    bool seen = false;
    for (size_t j = 0; j < i && !seen; j++) seen = same_op(node, m->graph->nodes.at[j]);
    if (!seen) print_op_text(ops, n, node);
  }
}

/* ---- the definition of each kernel: the nest its cascade means, before anything is scheduled */
static bool print_naive_nests(Ctx *ctx, const Program *p) {
  heading("naive nests", "what the cascades mean, and what the interpreter runs");
  for (size_t i = 0; i < p->kernels.n; i++) {
    Kernel copy = *p->kernels.at[i];
    if (!copy.lowered) {
      copy.body = (Body){0};
      memset(&copy.scratch, 0, sizeof copy.scratch);
      if (!kernel_lower_naive(ctx, &copy)) return false;
    }
    Str s = str_new(ctx);
    kernel_print(ctx, &copy, &s);
    body(s.s);
  }
  return true;
}

static void print_c(Ctx *ctx, const Unit *u) {
  heading("C", "of every kernel");
  for (size_t i = 0; i < u->program->kernels.n; i++) {
    if (u->program->kernels.at[i]->control) continue;
    Str s = str_new(ctx);
    c_kernel(ctx, u->program, u->program->kernels.at[i], u->opt->target, &s);
    body(s.s);
  }
}

typedef struct Way { const char *before; bool nests, good; } Way;

static void print_stage(Ctx *ctx, const Unit *u, const Pass *p, double seconds, void *arg) {
  (void)seconds;
  Way *way = arg;
  const char *now = stage_text(ctx, u);
  heading(p->name, p->about);
  if (way->before && !strcmp(way->before, now)) printf("(unchanged)\n\n");
  else body(now);
  way->before = now;
  /* The last moment at which every kernel is still a cascade. */
  bool last_cascade = (p->level == PASS_BIND || p->level == PASS_CASCADE) && !way->nests;
  for (size_t i = 0; last_cascade && i + 1 < pass_count(); i++)
    if (!strcmp(pass_at(i)->name, p->name)) last_cascade = pass_at(i + 1)->level > PASS_CASCADE;
  if (last_cascade && way->good) way->nests = true, way->good = print_naive_nests(ctx, u->program);
}

static bool print_way(Ctx *ctx, Unit *u) {
  print_op_texts(ctx, u->model);
  Way way = {.before = stage_text(ctx, u), .good = true};
  heading("read", "the model as the file says it");
  body(way.before);
  if (!passes_run(ctx, u, NULL, print_stage, &way) || !way.good) return false;
  print_c(ctx, u);
  return true;
}

/* ---- JSON */
static json_t *values_json(Ctx *ctx, Value *const *values, size_t n) {
  json_t *rows = json_array();
  for (size_t i = 0; i < n; i++) {
    Str type = str_new(ctx);
    if (!values[i]) {
      json_array_append_new(rows, json_null());
      continue;
    }
    type_print(ctx, &values[i]->type, &type);
    json_t *row = json_pack("{ss sb}", "type", type.s, "constant", values[i]->data != NULL);
    json_object_set_new(row, "name", json_string_nocheck(values[i]->name));
    json_array_append_new(rows, row);
  }
  return rows;
}

static bool print_json(Ctx *ctx, const Model *m) {
  const Graph *g = m->graph;
  json_t *nodes = json_array(), *opsets = json_object();
  for (size_t i = 0; i < g->nodes.n; i++) {
    const Node *n = g->nodes.at[i];
    json_t *row = json_pack("{ss ss si so so}", "op", n->op, "domain", n->domain, "opset", n->opset, "inputs", values_json(ctx, n->in.at, n->in.n), "outputs", values_json(ctx, n->out.at, n->out.n));
    json_object_set_new(row, "name", json_string_nocheck(n->name));
    json_array_append_new(nodes, row);
  }
  for (size_t i = 0; i < m->opsets.n; i++) json_object_set_new_nocheck(opsets, m->opsets.at[i].domain, json_integer(m->opsets.at[i].version));
  return session_json(ctx, json_pack("{ss so so so so}", "name", m->name, "opsets", opsets, "inputs", values_json(ctx, g->inputs.at, g->inputs.n), "outputs", values_json(ctx, g->outputs.at, g->outputs.n), "nodes", nodes));
}

/* A picture says more with types. Where they cannot be had (an open dimension, an unknown operator), it shows what there is. */
static void infer_if_possible(Ctx *ctx, Unit *unit) {
  const Graph *g = unit->model->graph;
  for (size_t i = 0; i < g->inputs.n; i++) {
    const Type *t = &g->inputs.at[i]->type;
    if (t->rank < 0) return;
    for (int d = 0; d < t->rank; d++)
      if (t->dim[d] == -1) return;
  }
  size_t mark = diag_mark(ctx);
  if (!passes_run(ctx, unit, "infer", NULL, NULL)) diag_rewind(ctx, mark);
}

static bool inspect(Ctx *ctx, const Command *cmd) {
  ImportOptions import;
  Options options;
  bool good = session_options(ctx, cmd, &options);
  const char *format = cmd->json ? "json" : cmd->format ? cmd->format : "text";
  if (!strcmp(format, "html")) return diag(ctx, E0802, (Place){.file = "command line"}, "--format html is not in this build; text, dot, svg and json are");
  if (cmd->all && strcmp(format, "text")) return diag(ctx, E0802, (Place){.file = "command line"}, "--all shows the whole way, which only --format text can hold");
  if (!session_import(ctx, cmd, &import) || !good) return false;
  Unit unit = {.opt = &options};
  import.keep_open = !cmd->all && !cmd->after; /* a model can be looked at before its dimensions are bound */
  unit.model = session_read(ctx, cmd, &import);
  progress_clear();
  if (!unit.model) return false;
  if (cmd->all) return print_way(ctx, &unit);
  if (cmd->after && !session_passes(ctx, cmd, &unit, cmd->after)) return false;
  progress_clear();
  if (!strcmp(format, "json")) return print_json(ctx, unit.model);
  if (strcmp(format, "text")) {
    if (!cmd->after) infer_if_possible(ctx, &unit);
    return draw_model(ctx, unit.model, format, stdout);
  }
  printf("%s", stage_text(ctx, &unit));
  return true;
}

const Verb verb_inspect = {
  .name = "inspect", .synopsis = "inspect MODEL", .about = "the model at any stage of its way to C", .min_args = 1, .max_args = 1, .run = inspect,
  .description =
    "  Prints MODEL as it was read, or after a pass: first the graph, from the pass `bind` on the program\n"
    "  with its kernels. The text can be read again: it is a MODEL too. --all prints the whole way: the\n"
    "  texts of the operators, every stage ('(unchanged)' where a pass did nothing), the naive nests that\n"
    "  define the result, and the C of every kernel. dot and svg draw the graph.\n",
  .examples =
    "  sinter inspect model.onnx\n"
    "  sinter inspect conv.onnx --all --target x86-avx2\n"
    "  sinter inspect model.onnx --after fuse\n"
    "  sinter inspect model.onnx --format svg > model.svg\n",
};
