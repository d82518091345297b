/* verify --per-node: where does a wrong result begin?
 *
 * The values that the compiled program had between its kernels are compared, in the order they were written, with those of the reference
 * interpreter on the model as it was written. The first that differs tells the node; the stages of the compilation, each interpreted in
 * turn, tell the pass. */
#include "cli/verify.h"

static const Data *value_find(const Feeds *values, const char *name) {
  for (size_t i = 0; i < values->n; i++)
    if (!strcmp(values->at[i].name, name)) return values->at[i].data;
  return NULL;
}

static const Kernel *writer_of(Ctx *ctx, const Program *p, const char *value) {
  for (size_t k = 0; k < p->kernels.n; k++) {
    KernelParam *param;
    const char **symbols;
    size_t nsymbols, n = kernel_params(ctx, p->kernels.at[k], &param, &symbols, &nsymbols);
    for (size_t i = 0; i < n; i++)
      if (param[i].written && !strcmp(param[i].buf->name, value)) return p->kernels.at[k];
  }
  return NULL;
}

static const char *nodes_of(Ctx *ctx, const Kernel *k) {
  Str s = str_new(ctx);
  for (size_t i = 0; k && i < k->nodes.n; i++) str_printf(&s, "%s%s", i ? " " : "", k->nodes.at[i]);
  return s.n ? s.s : "?";
}

/* ---- which pass? Interpret the program after every pass; the first whose outputs leave the reference is at fault. */
static bool outputs_agree(Ctx *ctx, const Command *cmd, const Binding *got, const Binding *want) {
  for (size_t i = 0; i < got->outputs.n && i < want->outputs.n; i++) {
    Difference d = compare(ctx, got->outputs.at[i], want->outputs.at[i], verify_tolerance(ctx, cmd, want->outputs.at[i]));
    if (d.mismatch || d.wrong) return false;
  }
  return true;
}

static const char *guilty_pass(Ctx *ctx, const Command *cmd, const Options *options, const Feeds *feeds, const Execution *reference) {
  for (size_t i = 0; i < pass_count(); i++) {
    const Pass *pass = pass_at(i);
    if (pass->level == PASS_GRAPH) continue; /* seen after bind */
    Unit unit = {.opt = options};
    Execution x = {.unit = &unit, .cmd = cmd};
    if (!feed_compile(ctx, cmd, feeds, pass->name, &unit) || !binding_make(ctx, unit.program, feeds, &x.binding) || !execute_interpreted(ctx, &x)) return pass->name;
    if (!outputs_agree(ctx, cmd, &x.binding, &reference->binding)) return pass->level == PASS_BIND ? "bind, or a graph pass before it" : pass->name;
  }
  return "none: the C printer or the C compiler";
}

bool verify_per_node(Ctx *ctx, const Command *cmd, const Options *options, const Feeds *feeds, const Execution *compiled) {
  Execution reference;
  size_t mark = diag_mark(ctx);
  bool good = verify_reference(ctx, cmd, options, feeds, true, &reference);
  progress_clear();
  if (!good) return false;
  diag_rewind(ctx, mark); /* the notes were given before */
  Table *table = table_new(ctx, "llll");
  const char *first = NULL;
  size_t looked = 0, inherit = 0, wrong = 0;
  for (size_t i = 0; i < compiled->values.n; i++) {
    const char *name = compiled->values.at[i].name;
    const Data *got = compiled->values.at[i].data, *want = value_find(&reference.values, name);
    if (!want || want->type.elem != got->type.elem || want->type.rank != got->type.rank) continue; /* made or laid out by a pass */
    Difference d = compare(ctx, got, want, verify_tolerance(ctx, cmd, want));
    if (d.mismatch) continue;
    looked++;
    table_cell(table, "%s", name);
    table_cell(table, "max abs %.2g", d.max_abs);
    table_cell(table, "max %.4g ulp", d.max_ulp);
    table_cell(table, "%s", !d.wrong ? "ok" : first ? "inherits" : "first wrong value");
    if (!d.wrong) continue;
    wrong++;
    if (first) inherit++;
    else first = name;
  }
  if (!cmd->json) {
    table_print(table, stdout, "  ");
    printf("  %zu of %zu values between kernels compared, %zu wrong\n", looked, compiled->values.n, wrong);
  }
  bool outputs = outputs_agree(ctx, cmd, &compiled->binding, &reference.binding);
  if (!first && outputs) return true;
  const char *pass = guilty_pass(ctx, cmd, options, feeds, &reference);
  progress_clear();
  const Program *p = compiled->binding.program;
  const Kernel *k = first ? writer_of(ctx, p, first) : p->kernels.n ? p->kernels.at[p->kernels.n - 1] : NULL;
  return diag(ctx, E0804, (Place){.file = cmd->args.at[0], .node = k && k->nodes.n ? k->nodes.at[0] : NULL},
              "first wrong: %s '%s' of kernel %s (nodes %s); %zu later values inherit it; first pass whose result is wrong: %s",
              first ? "value" : "the outputs, last", first ? first : k ? k->name : "?", k ? k->name : "?", nodes_of(ctx, k), inherit, pass ? pass : "not known");
}
