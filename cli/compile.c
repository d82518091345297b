/* sinter compile: a model becomes a static library, a header and a report. */
#include "cli/cli.h"
#include "ir/access.h"
#include <errno.h>
#include <sys/stat.h>

/* First and last node stand for all. */
static const char *node_names(Ctx *ctx, const Kernel *k) {
  if (!k->nodes.n) return "-";
  if (k->nodes.n == 1) return k->nodes.at[0];
  const char *between = k->nodes.n == 2 ? "" : ".. ";
  return ctx_printf(ctx, "%s %s%s", k->nodes.at[0], between, k->nodes.at[k->nodes.n - 1]);
}

static bool is_scratch(const Kernel *k, const Buf *b) {
  for (size_t i = 0; i < k->scratch.n; i++)
    if (k->scratch.at[i] == b) return true;
  return false;
}

static const char *kernel_result(Ctx *ctx, const Kernel *k) {
  KernelParam *param;
  const char **symbols;
  size_t nsymbols, n = kernel_params(ctx, k, &param, &symbols, &nsymbols);
  for (size_t i = n; i-- > 0;) {
    if (!param[i].written || is_scratch(k, param[i].buf)) continue;
    Str s = str_new(ctx);
    buf_print_type(ctx, buf_root(param[i].buf), &s); /* a schedule may write through a flat view of it */
    return s.s;
  }
  return "-";
}

static void print_kernels(Ctx *ctx, const Program *p) {
  Table *t = table_new(ctx, "lllrrl");
  const char *const head[] = {"kernel", "nodes", "result", "flop", "bytes", "schedule"};
  for (size_t i = 0; i < sizeof head / sizeof *head; i++) table_cell(t, "%s", head[i]);
  for (size_t i = 0; i < p->kernels.n; i++) {
    const Kernel *k = p->kernels.at[i];
    table_cell(t, "%s", k->name);
    table_cell(t, "%.40s", node_names(ctx, k));
    table_cell(t, "%s", kernel_result(ctx, k));
    table_cell(t, "%s", thousands(ctx, k->flops));
    table_cell(t, "%s", thousands(ctx, k->bytes));
    table_cell(t, "%s%s", k->schedule ? k->schedule : "", p->arena_culprit && !strcmp(p->arena_culprit, k->name) && p->kernels.n > 1 ? "  <- arena peak" : "");
  }
  table_print(t, stdout, "  ");
}

typedef struct Budget { const Command *cmd; const char *name[2]; int64_t need[2], limit[2]; bool within, asked; Sizes sizes; } Budget;

/* Asked when everything is built and nothing is written yet. */
static bool within_budget(Ctx *ctx, const Sizes *s, void *arg) {
  Budget *b = arg;
  *b = (Budget){.cmd = b->cmd, .name = {"ram", "flash"}, .need = {s->arena + s->state + s->stack, s->weights + s->code}, .limit = {b->cmd->ram, b->cmd->flash}, .within = true, .asked = true, .sizes = *s};
  for (int i = 0; i < 2; i++)
    if (b->limit[i] && b->need[i] > b->limit[i])
      b->within = diag(ctx, E0803, place_of_model(b->cmd), "%s %s bytes needed, the budget has %s", b->name[i], thousands(ctx, b->need[i]), thousands(ctx, b->limit[i]));
  return b->within;
}

static void print_budget(Ctx *ctx, const Budget *b) {
  const char *between = "  budget:";
  for (int i = 0; i < 2; i++) {
    if (!b->limit[i]) continue;
    printf("%s %s %s of %s", between, b->name[i], thousands(ctx, b->need[i]), thousands(ctx, b->limit[i]));
    between = ",";
  }
  if (b->limit[0] || b->limit[1]) printf(": %s\n", b->within ? "within" : "over");
}

static void print_summary(Ctx *ctx, const Unit *u, size_t nodes, const EmitOptions *o, const Sizes *s) {
  const Program *p = u->program;
  int64_t flops = 0;
  for (size_t i = 0; i < p->kernels.n; i++) flops += p->kernels.at[i]->flops;
  printf("%s   model %016llx   %zu node%s -> %zu kernel%s   %s flop   target %s\n", o->name, (unsigned long long)p->hash, nodes, nodes == 1 ? "" : "s",
         p->kernels.n, p->kernels.n == 1 ? "" : "s", thousands(ctx, flops), u->opt->target->name);
  print_kernels(ctx, p);
  printf("  weights %s  code %s  arena %s (lower bound %s%s%s)  state %s  stack %s\n", thousands(ctx, s->weights), thousands(ctx, s->code), thousands(ctx, s->arena),
         thousands(ctx, p->arena_bound), p->arena_culprit ? ", at " : "", p->arena_culprit ? p->arena_culprit : "", thousands(ctx, s->state), s->stack < 0 ? "not known" : thousands(ctx, s->stack));
}

static void print_files(const EmitOptions *o) {
  static const struct { const char *prefix, *suffix; bool sources; } files[] = {{"lib", ".a", false}, {"", ".h", false}, {"", ".json", false}, {"", ".c", true}};
  const char *between = "";
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    if (files[i].sources && !o->keep_sources) continue;
    printf("%s%s/%s%s%s", between, o->dir, files[i].prefix, o->name, files[i].suffix);
    between = "  ";
  }
  printf("%s\n", o->weights == WEIGHTS_BIN ? "  and the weights beside them" : "");
}

static bool compile(Ctx *ctx, const Command *cmd) {
  ImportOptions import;
  Options options;
  EmitOptions emit;
  if (!cmd->output) return diag(ctx, E0802, (Place){.file = "command line"}, "compile needs -o DIR, the folder for the library");
  bool good = session_options(ctx, cmd, &options);
  if (!session_import(ctx, cmd, &import) || !good) return false;
  Unit unit = {.opt = &options};
  unit.model = session_read(ctx, cmd, &import);
  if (!unit.model) return false;
  size_t nodes = unit.model->graph->nodes.n;
  if (!session_passes(ctx, cmd, &unit, NULL) || !session_emit_options(ctx, cmd, &emit)) return false;
  if (!emit.name) emit.name = c_identifier(ctx, unit.model->name);
  if (mkdir(emit.dir, 0777) && errno != EEXIST) return diag(ctx, E0800, (Place){.file = emit.dir}, "%s", strerror(errno));
  progress("compiling %zu kernels", unit.program->kernels.n);
  Budget budget = {.cmd = cmd};
  emit.accept = within_budget;
  emit.accept_arg = &budget;
  bool written = emit_library(ctx, &unit, &emit, NULL);
  progress_clear();
  if (!written && (!budget.asked || budget.within)) return false;
  if (cmd->json) {
    Str report = str_new(ctx);
    if (!report_json(ctx, &unit, &budget.sizes, &report)) return false;
    printf("%s\n", report.s);
    return written;
  }
  print_summary(ctx, &unit, nodes, &emit, &budget.sizes);
  print_budget(ctx, &budget);
  if (written) print_files(&emit);
  return written;
}

const Verb verb_compile = {
  .name = "compile", .synopsis = "compile MODEL -o DIR", .about = "a static library, a header and a report", .min_args = 1, .max_args = 1, .run = compile,
  .description =
    "  Reads MODEL (.onnx, .ein or IR text) and writes into DIR\n"
    "    lib<name>.a   the kernels and, unless --weights bin, the weights\n"
    "    <name>.h      a C99 and C++ header: one function, typed pointers, sizes as macros\n"
    "    <name>.json   the report: kernels, sizes, memory plan\n"
    "  Files appear whole or not at all, and the same input gives the same bytes on any machine.\n"
    "  The table printed shows each kernel with the model's nodes it came from, its result, the\n"
    "  floating-point operations and bytes it must at least move, and its schedule.\n",
  .examples =
    "  sinter compile kws.onnx -o build\n"
    "  sinter compile kws.onnx -o build --target x86-avx2 --dim batch=1 --emit c\n"
    "  sinter compile softmax.ein -o build --dim K=64 --budget ram=16K,flash=64K\n",
};
