/* verify --per-node: where does a wrong result begin?
 *
 * The values that the compiled program had between its kernels are compared, in the order they were written, with those of the reference
 * interpreter on the model as it was written: those of a loop trip by trip, since a trip reads what the one before it made. The first that
 * differs tells the node; the stages of the compilation, each interpreted in turn, tell the pass. */
#include "cli/verify.h"
#include "ir/map.h"
#include <math.h>

/* Everything that bears a name, the latest first: the reference looks back over it for a trip. */
typedef struct Times { Map latest; size_t *before; } Times;

static Times times_of(Ctx *ctx, const Execution *x) {
  Times t = {.before = NEWN(ctx, size_t, x->written.n)};
  for (size_t i = 0; i < x->written.n; i++) {
    MapEntry *e = map_add(ctx->arena, &t.latest, x->written.at[i].name);
    t.before[i] = e->i; /* one more than the number; 0: none */
    e->i = i + 1;
  }
  return t;
}

static const Data *value_find(const Times *t, const Execution *x, const char *name, int64_t trip) {
  const MapEntry *e = map_find(&t->latest, name);
  for (size_t i = e ? e->i : 0; i; i = t->before[i - 1])
    if (x->written.at[i - 1].trip == trip) return x->written.at[i - 1].data;
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

typedef struct Row { const char *name; size_t written, looked, wrong; bool first; double max_abs, max_ulp; } Row; /* of a value, over all trips */

/* Elements that the model has not written yet, rows of later trips, hold anything in compiled code: zeros on both sides. */
static void clear_unwritten(const Data *got, const Data *want) {
  const size_t bytes = type_is_record(&want->type) || want->type.elem == ELEM_string ? 0 : (size_t)(elem_info(want->type.elem)->bits + 7) / 8;
  unsigned char *g = (void *)(uintptr_t)got->bytes, *w = (void *)(uintptr_t)want->bytes;
  for (size_t at = 0; bytes && at + bytes <= want->nbytes && at + bytes <= got->nbytes; at += bytes) {
    size_t same = 0;
    while (same < bytes && w[at + same] == UNWRITTEN) same++;
    if (same < bytes) continue;
    memset(w + at, 0, bytes);
    memset(g + at, 0, bytes);
  }
}

bool verify_per_node(Ctx *ctx, const Command *cmd, const Options *options, const Feeds *feeds, const Execution *compiled) {
  Execution reference;
  size_t mark = diag_mark(ctx);
  bool good = verify_reference(ctx, cmd, options, feeds, true, &reference);
  progress_clear();
  if (!good) return false;
  diag_rewind(ctx, mark); /* the notes were given before */
  Table *table = table_new(ctx, "llllr");
  const Times times = times_of(ctx, &reference);
  const Written *first = NULL;
  Map row = {0};
  VEC(Row) rows = {0};
  size_t looked = 0, inherit = 0, wrong = 0;
  for (size_t i = 0; i < compiled->written.n; i++) {
    const Written *w = &compiled->written.at[i];
    const Data *want = value_find(&times, &reference, w->name, w->trip);
    if (!map_find(&row, w->name)) {
      map_add(ctx->arena, &row, w->name)->i = rows.n;
      vec_push(ctx, &rows, ((Row){.name = w->name}));
    }
    Row *r = &rows.at[map_find(&row, w->name)->i];
    r->written++;
    if (!want || want->type.elem != w->data->type.elem || want->type.rank != w->data->type.rank) continue; /* made or laid out by a pass */
    clear_unwritten(w->data, want);
    Difference d = compare(ctx, w->data, want, verify_tolerance(ctx, cmd, want));
    if (d.mismatch) continue;
    r->looked++;
    looked += r->looked == 1;
    r->max_abs = fmax(r->max_abs, d.max_abs);
    r->max_ulp = fmax(r->max_ulp, d.max_ulp);
    if (!d.wrong) continue;
    wrong += r->wrong == 0;
    inherit += first && r->wrong == 0;
    r->wrong++;
    if (first) continue;
    first = w;
    r->first = true;
  }
  for (size_t i = 0; i < rows.n; i++) {
    const Row *r = &rows.at[i];
    if (!r->looked) continue;
    table_cell(table, "%s", r->name);
    table_cell(table, "max abs %.2g", r->max_abs);
    table_cell(table, "max %.4g ulp", r->max_ulp);
    table_cell(table, "%s", !r->wrong ? "ok" : r->first ? "first wrong value" : "inherits");
    table_cell(table, "%s", r->written > 1 ? ctx_printf(ctx, "%zu of %zu times", r->looked, r->written) : "");
  }
  if (!cmd->json) {
    table_print(table, stdout, "  ");
    printf("  %zu of %zu values between kernels compared, %zu wrong%s\n", looked, rows.n, wrong, compiled->cut || reference.cut ? "; of long loops the first trips only" : "");
  }
  bool outputs = outputs_agree(ctx, cmd, &compiled->binding, &reference.binding);
  if (!first && outputs) return true;
  const char *pass = guilty_pass(ctx, cmd, options, feeds, &reference);
  progress_clear();
  const Program *p = compiled->binding.program;
  const Kernel *k = first ? p->kernels.at[first->kernel] : p->kernels.n ? p->kernels.at[p->kernels.n - 1] : NULL;
  const char *when = first && rows.at[map_find(&row, first->name)->i].written > 1 ? ctx_printf(ctx, ", after %lld trips of loops", (long long)first->trip) : "";
  return diag(ctx, E0804, (Place){.file = cmd->args.at[0], .node = k && k->nodes.n ? k->nodes.at[0] : NULL},
              "first wrong: %s '%s' of kernel %s (nodes %s)%s; %zu later values inherit it; first pass whose result is wrong: %s",
              first ? "value" : "the outputs, last", first ? first->name : k ? k->name : "?", k ? k->name : "?", nodes_of(ctx, k), when, inherit, pass ? pass : "not known");
}
