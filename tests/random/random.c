/* Random cases of every operator: compiled code for two targets against the interpreter, and the interpreter against ONNX Runtime.
 * Usage: random_cases N FOLDER EXPLAINED [--python PYTHON SCRIPT] [--seed S] [OP ...]
 *
 * N cases of each operator are drawn from its text, or from a row where it has none (draw.h). Many cases make one model, so that the C compiler starts once for all of them; a case
 * that differs is looked at alone and made smaller while it differs in the same way. What is left is a folder below FOLDER: model, inputs, expected
 * outputs, and a text. Differences that EXPLAINED accounts for are counted and no failure. */
#include "draw.h"
#include "oracle.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ORACLE_GONE = 2, BATCH = 64, TRIES = 1000, SHRINKS = 120, NEARBY = 12 };
typedef enum Side { SIDE_HOST, SIDE_GENERIC, SIDE_ORT, SIDES } Side;
static const char *const side_name[] = {"host", "generic", "ort"};

/* How a difference looks. One of each operator, side and kind is shown. */
typedef enum Looks { SAME, KIND_VALUE, KIND_NAN, KIND_INFINITE, KIND_TYPE, KIND_REFUSED, KIND_DIED } Looks;
static const char *const kind_name[] = {"same", "value", "nan", "infinite", "type", "refused", "died"};

typedef struct Tally { int drawn, tried, compared[SIDES], differ[SIDES], ill[SIDES], explained[SIDES], died; bool seen[SIDES][8]; } Tally; /* of one operator; shared with children */
typedef struct Job { const char *folder, *explained; Oracle oracle; uint64_t seed; int cases, batch; bool quick; Tally *tally; } Job;

typedef struct Subject { const char *op, *domain; const KernelRow *row; } Subject; /* what cases are drawn of: row NULL: an operator text */

/* As `sinter list ops` names operators; of what only a part is drawn by a row, that part behind it. */
static const char *label(const char *op, const char *domain, const KernelRow *row) {
  static char text[200];
  snprintf(text, sizeof text, "%s%s%s%s%s", domain ? domain : "", domain && *domain ? "." : "", op, row && row->what ? "-" : "", row && row->what ? row->what : "");
  return text;
}

static bool draw(Ctx *ctx, const EinLib *lib, const Subject *s, Choices *c, Case *out) {
  return s->row ? kernel_draw(ctx, s->row, c, out) : case_draw(ctx, lib, s->op, s->domain, c, out);
}

/* ---- cases as a model */
typedef struct Models { Model *model; Feeds feeds; } Models;

static Value *new_value(Ctx *ctx, Graph *g, const char *name, const Type *type) {
  Value *v = graph_value(ctx, g, name);
  v->type = type ? *type : (Type){.elem = ELEM_NONE, .rank = -1};
  return v;
}

static Value *through(Ctx *ctx, Graph *g, const char *op, Value *x, const char *name, int opset) {
  Node *n = graph_node(ctx, g, op, "", ctx_printf(ctx, "%s_node", name));
  n->opset = opset;
  vec_push(ctx, &n->in, x);
  Value *y = new_value(ctx, g, name, NULL);
  y->def = n;
  vec_push(ctx, &n->out, y);
  return y;
}

/* Names are of one model's only. */
static void name_apart(Ctx *ctx, Graph *g, const char *prefix) {
  for (size_t i = 0; i < g->values.n; i++) g->values.at[i]->name = intern(ctx, ctx_printf(ctx, "%s%s", prefix, g->values.at[i]->name));
  for (size_t i = 0; i < g->nodes.n; i++) {
    Node *n = g->nodes.at[i];
    n->name = intern(ctx, ctx_printf(ctx, "%s%s", prefix, n->name));
    for (size_t a = 0; a < n->attrs.n; a++)
      if (n->attrs.at[a].kind == ATTR_GRAPH) name_apart(ctx, n->attrs.at[a].graph, prefix);
  }
}

static void add_graph(Ctx *ctx, Models *m, const Case *k, const char *prefix) {
  Graph *g = m->model->graph, *part = graph_copy(ctx, k->graph);
  name_apart(ctx, part, prefix);
  for (size_t i = 0; i < part->values.n; i++) vec_push(ctx, &g->values, part->values.at[i]);
  for (size_t i = 0; i < part->nodes.n; i++) {
    Node *n = part->nodes.at[i];
    n->id = (int)g->nodes.n;
    vec_push(ctx, &g->nodes, n);
    for (size_t a = 0; a < n->attrs.n; a++)
      if (n->attrs.at[a].kind == ATTR_GRAPH) n->attrs.at[a].graph->outer = g;
  }
  for (size_t i = 0; i < part->inputs.n; i++) {
    vec_push(ctx, &g->inputs, part->inputs.at[i]);
    vec_push(ctx, &m->feeds, ((Feed){part->inputs.at[i]->name, k->in[i].data}));
  }
  for (size_t i = 0; i < part->outputs.n; i++) vec_push(ctx, &g->outputs, part->outputs.at[i]);
  for (int i = 0; i < k->nbounds; i++) vec_push(ctx, &m->model->bounds, ((ValueBound){intern(ctx, ctx_printf(ctx, "%s%s", prefix, k->bound[i].name)), k->bound[i].most}));
}

/* Symbols, of which nodes may make some, are one context's: no two models share a name. But what a node draws at random follows from its name. */
static const char *node_name(Ctx *ctx, const Models *m, const Case *k, const char *prefix) {
  const bool draws = ein_input_named(m->model->lib, k->op, k->domain, k->opset, "Draw") >= 0;
  return draws ? ctx_printf(ctx, "drawn%zu", m->model->graph->nodes.n) : ctx_printf(ctx, "%snode", prefix);
}

static void add_case(Ctx *ctx, Models *m, const Case *k, size_t number) {
  Graph *g = m->model->graph;
  const char *prefix = ctx_printf(ctx, "c%zu_", number);
  if (k->graph) { add_graph(ctx, m, k, prefix); return; }
  VEC(Value *) in = {0};
  int opset = *k->domain ? 17 : k->opset;
  for (int i = 0; i < k->nin; i++) {
    const Data *d = k->in[i].data;
    Value *v = d ? new_value(ctx, g, ctx_printf(ctx, "%sx%d", prefix, i), &d->type) : NULL;
    if (v && k->in[i].constant) v->data = d;
    else if (v) {
      v->is_input = true;
      vec_push(ctx, &g->inputs, v);
      vec_push(ctx, &m->feeds, ((Feed){v->name, d}));
    }
    if (v && i == 0 && k->before) v = through(ctx, g, k->before, v, ctx_printf(ctx, "%sbefore", prefix), opset);
    vec_push(ctx, &in, v);
  }
  Node *n = graph_node(ctx, g, k->op, k->domain, node_name(ctx, m, k, prefix));
  n->opset = k->opset;
  for (size_t i = 0; i < in.n; i++) vec_push(ctx, &n->in, in.at[i]);
  for (int i = 0; i < k->nattr; i++) vec_push(ctx, &n->attrs, k->attr[i]);
  for (int i = 0; i < k->nout; i++) {
    Value *y = k->want[i] ? new_value(ctx, g, ctx_printf(ctx, "%sy%d", prefix, i), NULL) : NULL;
    if (y) y->def = n, y->out = i;
    vec_push(ctx, &n->out, y);
    if (y && i == 0 && k->after) y = through(ctx, g, k->after, y, ctx_printf(ctx, "%safter", prefix), opset);
    if (y) vec_push(ctx, &g->outputs, y);
  }
}

static Models model_of(Ctx *ctx, const EinLib *lib, const Case *k, size_t n) {
  Models m = {.model = NEW(ctx, Model)};
  m.model->name = m.model->path = "random";
  m.model->lib = lib;
  m.model->graph = NEW(ctx, Graph);
  m.model->graph->name = "random";
  vec_push(ctx, &m.model->opsets, ((OpsetId){intern(ctx, ""), *k->domain ? 17 : k->opset}));
  if (*k->domain) vec_push(ctx, &m.model->opsets, ((OpsetId){k->domain, k->opset}));
  for (size_t i = 0; i < n; i++) add_case(ctx, &m, &k[i], (size_t)ctx->next_id++);
  return m;
}

/* ---- running */
typedef VEC(const Data *) Results;

/* quick: the C compiler optimises nothing. It takes most of the time. target: NULL interprets; then chance may be the state of random rounding. */
static bool run(Ctx *ctx, const EinLib *lib, bool quick, const Case *k, size_t n, const char *target, uint64_t *chance, Results *out) {
  Models m = model_of(ctx, lib, k, n);
  Command cmd = {.verb = &verb_verify, .cflags = quick ? "-O0" : "-O1", .recorded = ""};
  vec_push(ctx, &cmd.args, "random");
  Str disable = str_new(ctx);
  for (size_t i = 0; i < pass_count() && !target; i++)
    if (pass_at(i)->optional) str_printf(&disable, "%s%s", disable.n ? "," : "", pass_at(i)->name);
  Options options = {.target = target_find(ctx, target ? target : "generic"), .disable = target ? NULL : disable.s};
  Unit unit = {.model = m.model, .opt = &options};
  Execution x = {.unit = &unit, .cmd = &cmd, .chance = chance};
  if (!passes_run(ctx, &unit, target ? NULL : "bind", NULL, NULL) || !binding_make(ctx, unit.program, &m.feeds, &x.binding)) return false;
  if (!(target ? execute_compiled : execute_interpreted)(ctx, &x)) return false;
  for (size_t i = 0; i < x.binding.outputs.n; i++) vec_push(ctx, out, x.binding.outputs.at[i]);
  return true;
}

static size_t outputs_of(const Case *k) {
  size_t n = 0;
  for (int i = 0; i < k->nout; i++) n += k->want[i];
  return n;
}

/* ---- comparing */
static Looks differ(Ctx *ctx, const Data *got, const Data *want) {
  static const struct { double relative, absolute; } steps[] = {[2] = {0.5, 0.5}, [4] = {0.5, 0.5}, [8] = {0.25, 0x1p-9}, [16] = {0x1p-7, 1e-7}, [32] = {1e-3, 1e-7}, [64] = {1e-3, 1e-7}}; /* by bits */
  int bits = elem_info(want->type.elem)->bits;
  double most = 0;
  bool real = elem_info(want->type.elem)->cls == 'r';
  for (int64_t i = 0, n = type_bound(ctx, &want->type); i < n && real; i++)
    if (isfinite(data_real(want, i))) most = fmax(most, fabs(data_real(want, i)));
  Difference d = compare(ctx, got, want, (Tolerance){real ? steps[bits].relative : 0, real ? steps[bits].absolute + 1e-5 * fmin(most, 1e300) : 0, -1});
  if (d.mismatch) return KIND_TYPE;
  if (!d.wrong) return SAME;
  if (!real) return KIND_VALUE;
  double g = data_real(got, d.first), w = data_real(want, d.first);
  return isnan(g) || isnan(w) ? KIND_NAN : isinf(g) || isinf(w) ? KIND_INFINITE : KIND_VALUE;
}

static Looks differ_all(Ctx *ctx, const Results *got, size_t first, const Results *want, size_t from, size_t n) {
  for (size_t i = 0; i < n; i++) {
    Looks k = differ(ctx, got->at[first + i], want->at[from + i]);
    if (k) return k;
  }
  return SAME;
}

/* NumPy has no names for the smaller types. */
static bool has_name(const Type *t) {
  const ElemInfo *info = elem_info(t->elem);
  return info->bits >= 8 && (info->cls != 'r' || (info->bits >= 16 && t->elem != ELEM_bf16));
}

/* What draws at random draws the same in compiled code, and other numbers in ONNX Runtime. */
static bool by_chance(const char *op) {
  static const char *const drawers[] = {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"};
  for (size_t i = 0; i < sizeof drawers / sizeof *drawers; i++)
    if (!strcmp(op, drawers[i])) return true;
  return false;
}

static bool for_oracle(const Case *k, const Results *want, size_t from) {
  bool good = !by_chance(k->op);
  for (int i = 0; i < k->nin; i++) good = good && (!k->in[i].data || has_name(&k->in[i].data->type));
  for (size_t i = 0; i < outputs_of(k) && from + i < want->n; i++) good = good && has_name(&want->at[from + i]->type);
  return good;
}

/* NumPy's files have no texts, and hold tensors only: others are messages. What lay there before is gone. */
static const char *file_of(Ctx *ctx, const char *dir, const char *what, size_t i, const Type *t) {
  return ctx_printf(ctx, "%s/%s_%zu.%s", dir, what, i, t->form == FORM_TENSOR && npy_holds(t->elem) ? "npy" : "pb");
}

static bool write_input(Ctx *ctx, const char *dir, size_t i, const Feed *f) {
  const char *path = file_of(ctx, dir, "in", i, &f->data->type);
  bool array = path[strlen(path) - 1] == 'y';
  unlink(ctx_printf(ctx, "%s/in_%zu.%s", dir, i, array ? "pb" : "npy"));
  return array ? tensor_write_npy(ctx, path, f->data) : value_write_pb(ctx, path, f->name, f->data);
}

/* out: results to lie beside the model, or NULL. types: results whose types are the outputs'; the model's own outputs from there on. */
static bool write_case(Ctx *ctx, const EinLib *lib, const Case *k, const char *dir, const Results *types, size_t from, const Results *out) {
  Models m = model_of(ctx, lib, k, 1);
  for (size_t i = 0; i < m.model->graph->outputs.n && from + i < types->n; i++) {
    Type *t = &m.model->graph->outputs.at[i]->type;
    *t = types->at[from + i]->type;
    if (t->form == FORM_TENSOR) t->rank = -1;
  }
  bool good = onnx_write(ctx, ctx_printf(ctx, "%s/model.onnx", dir), m.model);
  for (size_t i = 0; i < m.feeds.n && good; i++)
    good = out ? value_write_pb(ctx, ctx_printf(ctx, "%s/input_%zu.pb", dir, i), m.feeds.at[i].name, m.feeds.at[i].data) : write_input(ctx, dir, i, &m.feeds.at[i]);
  for (size_t i = 0; out && i < out->n && good; i++) good = value_write_pb(ctx, ctx_printf(ctx, "%s/output_%zu.pb", dir, i), m.model->graph->outputs.at[i]->name, out->at[i]);
  return good;
}

/* SAME too when the oracle has no opinion; *asked: it had one. */
static Looks ask_oracle(Ctx *ctx, const EinLib *lib, Job *job, const Case *k, const Results *want, size_t from, bool *asked, Results *theirs) {
  const char *words, *dir = ctx_printf(ctx, "%s/.asked", job->folder);
  *asked = false;
  mkdir(dir, 0777);
  if (!job->oracle.python || !for_oracle(k, want, from) || !write_case(ctx, lib, k, dir, want, from, NULL)) return SAME;
  Verdict v = oracle_run(ctx, &job->oracle, k->row ? ctx_printf(ctx, "%s reference", dir) : dir, &words);
  if (v == ORACLE_REFUSED) {
    if (getenv("RANDOM_REFUSED")) printf("  %s: ort refuses: %.900s\n", k->op, words);
    return SAME;
  }
  *asked = true;
  if (v == ORACLE_DIED) return KIND_DIED;
  if (want->n < from + outputs_of(k)) return KIND_REFUSED; /* it ran what the interpreter does not */
  size_t n = outputs_of(k), mark = diag_mark(ctx);
  for (size_t i = 0; i < n; i++) {
    const Type *t = &want->at[from + i]->type;
    const Data *d = value_read(ctx, file_of(ctx, dir, "out", i, t), t);
    if (!d) { diag_rewind(ctx, mark); *asked = false; return SAME; }
    vec_push(ctx, theirs, d);
  }
  return differ_all(ctx, want, from, theirs, 0, n);
}

/* One case by itself, on one side. What was said stays among the diagnostics. */
static Looks look_closely(Ctx *ctx, const EinLib *lib, Job *job, const Case *k, Side side, Results *want, Results *got) {
  static const char *const targets[] = {"host", "generic"};
  bool asked;
  if (!run(ctx, lib, job->quick, k, 1, NULL, NULL, want)) return KIND_REFUSED;
  if (side == SIDE_ORT) return ask_oracle(ctx, lib, job, k, want, 0, &asked, got);
  if (!run(ctx, lib, job->quick, k, 1, targets[side], NULL, got)) return KIND_REFUSED;
  return differ_all(ctx, got, 0, want, 0, want->n);
}

static Looks look(Ctx *ctx, const EinLib *lib, Job *job, const Case *k, Side side, Results *want, Results *got) {
  size_t mark = diag_mark(ctx); /* an error left behind would fail the next */
  Looks looks = look_closely(ctx, lib, job, k, side, want, got);
  diag_rewind(ctx, mark);
  return looks;
}

/* ---- what may differ */
static bool has_doubles(const Case *k, const Results *want) {
  bool found = false;
  for (int i = 0; i < k->nin; i++) found = found || (k->in[i].data && k->in[i].data->type.elem == ELEM_f64);
  for (size_t i = 0; i < want->n; i++) found = found || want->at[i]->type.elem == ELEM_f64;
  return found;
}

/* The case says its results no better than this (conditioning.c). */
static bool is_ill_conditioned(Ctx *ctx, const EinLib *lib, Job *job, const Case *k, const Results *want, const Results *got) {
  Results near[1 + NEARBY] = {*want};
  int n = 1;
  uint64_t nudges = job->seed, chance = job->seed;
  bool in_f32 = !has_doubles(k, want), open = true;
  size_t mark = diag_mark(ctx);
  for (int tries = 0; tries < 2 * NEARBY && n <= NEARBY; tries++) {
    Case other = *k;
    for (int i = 0; i < k->nin; i++) {
      if (k->in[i].data) other.in[i].data = nudged(ctx, k->in[i].data, &nudges);
      other.in[i].constant = k->in[i].constant && !open; /* what is computed when compiling is not rounded by chance */
    }
    near[n] = (Results){0};
    bool same = run(ctx, lib, job->quick, &other, 1, NULL, in_f32 ? &chance : NULL, &near[n]) && near[n].n == want->n;
    if (!same && open) open = false; /* the operator needs to know some of them */
    for (size_t i = 0; i < want->n && same; i++) same = type_equal(&want->at[i]->type, &near[n].at[i]->type); /* scales make shapes too */
    n += same;
  }
  diag_rewind(ctx, mark);
  Results theirs = {0};
  for (size_t i = 0; i < got->n && i < want->n; i++) {
    const Data *answer[1 + NEARBY];
    for (int j = 0; j < n; j++) answer[j] = near[j].at[i];
    vec_push(ctx, &theirs, excused(ctx, got->at[i], answer, n));
  }
  return got->n == want->n && differ_all(ctx, &theirs, 0, want, 0, want->n) == SAME;
}

static bool is_nan(Elem e, double v) { return (void)e, isnan(v); }
static bool is_infinite(Elem e, double v) { return (void)e, isinf(v); }
static bool is_beyond_limit(Elem e, double v) { return (void)e, fabs(v) > 100; }
static bool is_one(Elem e, double v) { return elem_info(e)->cls == 'i' && v == 1; }
static const struct { const char *name; bool (*holds)(Elem e, double v); } number_kinds[] = {{"nan", is_nan}, {"infinite", is_infinite}, {"limit", is_beyond_limit}, {"one", is_one}};

static bool is_such(Ctx *ctx, const Case *k, const char *what) {
  if (*what == '<') return k->opset < atoi(what + 1);
  for (int i = 0; i < k->nin; i++) {
    const Data *d = k->in[i].data;
    int64_t n = d && d->type.form == FORM_TENSOR ? type_bound(ctx, &d->type) : -1;
    if (n == 0 && !strcmp(what, "empty")) return true;
    if (d && i == 0 && d->type.rank == 0 && !strcmp(what, "scalar")) return true;
    for (int64_t j = 0; j < n && d->type.elem == ELEM_string && !strcmp(what, "tab"); j++)
      if (strchr(data_text(d, j), '\t')) return true;
    for (size_t s = 0; s < sizeof number_kinds / sizeof *number_kinds; s++)
      for (int64_t j = 0; j < n && elem_is_number(d->type.elem) && !strcmp(what, number_kinds[s].name); j++)
        if (number_kinds[s].holds(d->type.elem, data_real(d, j))) return true;
  }
  return false;
}

/* A line `OP SIDE KIND reason`, * standing for any. OP/TYPE: the first input is of that type or class. KIND@nan, KIND@infinite, KIND@empty: an input holds a NaN, an
 * infinity, or nothing; KIND@limit: a number beyond 100; KIND@one: the integer 1; KIND@tab: a text with a tab; KIND@scalar: the first is of rank 0. KIND@<12: of an opset before 12. */
static bool is_explained(Ctx *ctx, const char *file, const Case *k, Side side, Looks kind) {
  FILE *f = fopen(file, "r");
  char line[500], o[100], s[20], how[40];
  const char *first = k->nin && k->in[0].data ? elem_info(k->in[0].data->type.elem)->name : "";
  bool found = false;
  while (f && !found && fgets(line, sizeof line, f)) {
    if (*line == '#' || sscanf(line, "%99s %19s %39s", o, s, how) != 3) continue;
    char *type = strchr(o, '/'), *with = strchr(how, '@');
    if (type) *type++ = 0;
    if (with) *with++ = 0;
    const struct { const char *said, *is; } word[] = {{o, label(k->op, k->domain, k->row)}, {s, side_name[side]}, {how, kind_name[kind]}};
    found = (!type || (*first && elem_in_class(elem_find(first), type))) && (!with || is_such(ctx, k, with));
    for (size_t i = 0; i < 3 && found; i++) found = !strcmp(word[i].said, "*") || !strcmp(word[i].said, word[i].is);
  }
  if (f) fclose(f);
  return found;
}

typedef enum Account { UNEXPLAINED, ILL_CONDITIONED, EXPLAINED } Account;

static Account account(Ctx *ctx, const EinLib *lib, Job *job, const Case *k, Side side, Looks kind, const Results *want, const Results *got) {
  bool numbers = kind == KIND_VALUE || kind == KIND_NAN || kind == KIND_INFINITE;
  return numbers && is_ill_conditioned(ctx, lib, job, k, want, got) ? ILL_CONDITIONED : is_explained(ctx, job->explained, k, side, kind) ? EXPLAINED : UNEXPLAINED;
}

/* ---- smaller */
static Case shrink(Ctx *ctx, const EinLib *lib, Job *job, const Case *k, Choices *c, Side side, Looks kind) {
  Case best = *k;
  int tries = SHRINKS;
  for (bool smaller = true; smaller && tries > 0;) {
    smaller = false;
    for (size_t i = 0; i < c->made.n && tries > 0; i++)
      for (uint32_t was = c->made.at[i], now = 0; was && now < was && tries > 0; now = now ? was : was / 2 ? was / 2 : was) {
        Choices trial = {.ctx = ctx, .replay = true};
        for (size_t j = 0; j < c->made.n; j++) vec_push(ctx, &trial.made, j == i ? now : c->made.at[j]);
        Case other;
        Results want = {0}, got = {0};
        size_t mark = diag_mark(ctx);
        bool same = draw(ctx, lib, &(Subject){k->op, k->domain, k->row}, &trial, &other) && (tries--, look(ctx, lib, job, &other, side, &want, &got) == kind);
        same = same && account(ctx, lib, job, &other, side, kind, &want, &got) == UNEXPLAINED;
        diag_rewind(ctx, mark);
        if (!same) continue;
        best = other, smaller = true;
        trial.made.n = trial.used; /* what was not asked for is no part of the case */
        *c = trial;
        break;
      }
  }
  return best;
}

static void print_both(Str *s, const char *side, const Data *got, const Data *want, Difference d) {
  Data g = *got, w = *want;
  if (d.element >= 0) g = record_element(s->ctx, got, d.element), w = record_element(s->ctx, want, d.element), str_printf(s, "tensor %lld, ", (long long)d.element);
  str_printf(s, "element %s: %s ", element_place(s->ctx, &w.type, d.first), side);
  element_print(&g, d.first, s), str_add(s, ", interpreter "), element_print(&w, d.first, s);
}

static void show(Ctx *ctx, const EinLib *lib, Job *job, const Case *k, Side side, Looks kind) {
  Results want = {0}, got = {0};
  size_t mark = diag_mark(ctx);
  look_closely(ctx, lib, job, k, side, &want, &got);
  Str text = str_new(ctx);
  Models m = model_of(ctx, lib, k, 1);
  model_print(ctx, m.model, &text);
  for (size_t i = 0; i < m.feeds.n; i++) {
    const Data *d = m.feeds.at[i].data;
    str_printf(&text, "# %s =", m.feeds.at[i].name);
    for (int64_t j = 0, n = type_bound(ctx, &d->type); j < n && j < 24; j++) str_add(&text, " "), element_print(d, j, &text);
    str_add(&text, "\n");
  }
  for (size_t i = 0; i < want.n && i < got.n; i++) {
    Difference diff = compare(ctx, got.at[i], want.at[i], (Tolerance){1e-3, 1e-7, -1});
    str_printf(&text, "# output %zu: %s", i, diff.mismatch ? diff.mismatch : "");
    if (!diff.mismatch && diff.first >= 0) print_both(&text, side_name[side], got.at[i], want.at[i], diff);
    str_add(&text, "\n");
  }
  for (size_t i = mark; i < ctx->diags.n; i++) str_printf(&text, "# %s\n", ctx->diags.at[i].text);
  diag_rewind(ctx, mark);
  const char *name = label(k->op, k->domain, k->row), *dir = ctx_printf(ctx, "%s/%s-%s-%s", job->folder, name, side_name[side], kind_name[kind]);
  mkdir(dir, 0777);
  write_case(ctx, lib, k, dir, &want, 0, side == SIDE_ORT && got.n ? &got : &want);
  FILE *f = fopen(ctx_printf(ctx, "%s/case.txt", dir), "w");
  if (f) fputs(text.s, f), fclose(f);
  printf("%s: %s differs (%s), see %s/case.txt\n", name, side_name[side], kind_name[kind], dir);
  fflush(stdout);
}

static void found(Ctx *ctx, const EinLib *lib, Job *job, const Case *k, Choices *c, Side side, Looks kind, const Results *want, const Results *got) {
  Tally *t = job->tally;
  switch (account(ctx, lib, job, k, side, kind, want, got)) {
    case ILL_CONDITIONED: t->ill[side]++; return;
    case EXPLAINED: t->explained[side]++; return;
    case UNEXPLAINED: break;
  }
  t->differ[side]++;
  if (t->seen[side][kind]) return;
  t->seen[side][kind] = true;
  Case small = shrink(ctx, lib, job, k, c, side, kind);
  show(ctx, lib, job, &small, side, kind);
}

/* ---- one batch, in a process of its own */
static void found_in_company(Job *job, const Case *k, Side side, Looks kind) {
  printf("%s: %s differs (%s) in one model with others, not alone; --seed %llu\n", label(k->op, k->domain, k->row), side_name[side], kind_name[kind], (unsigned long long)job->seed);
  job->tally->differ[side]++;
}

/* One model of all the cases; where that comes to nothing, one of each half, down to the case that is the reason. */
static void compare_cases(Ctx *ctx, const EinLib *lib, Job *job, const Case *k, Choices *c, size_t n) {
  static const char *const targets[] = {"host", "generic"};
  Results want = {0}, got[2] = {{0}};
  bool ran = run(ctx, lib, job->quick, k, n, NULL, NULL, &want);
  for (int side = SIDE_HOST; side <= SIDE_GENERIC && ran; side++) ran = run(ctx, lib, job->quick, k, n, targets[side], NULL, &got[side]);
  diag_rewind(ctx, 0);
  if (!ran && n > 1) {
    compare_cases(ctx, lib, job, k, c, n / 2);
    compare_cases(ctx, lib, job, k + n / 2, c + n / 2, n - n / 2);
    return;
  }
  Tally *t = job->tally;
  for (size_t i = 0, at = 0; i < n; at += outputs_of(&k[i++])) {
    for (int side = SIDE_HOST; side <= SIDE_GENERIC; side++) {
      t->compared[side]++;
      Looks kind = ran ? differ_all(ctx, &got[side], at, &want, at, outputs_of(&k[i])) : KIND_REFUSED;
      if (kind == SAME) continue;
      Results expected = {0}, result = {0};
      Looks alone = look(ctx, lib, job, &k[i], (Side)side, &expected, &result);
      if (alone) found(ctx, lib, job, &k[i], &c[i], (Side)side, alone, &expected, &result);
      else if (ran) found_in_company(job, &k[i], (Side)side, kind);
    }
    if (want.n < at + outputs_of(&k[i])) continue;
    bool asked = false;
    Results own = {want.at + at, outputs_of(&k[i]), 0}, theirs = {0};
    Looks kind = ask_oracle(ctx, lib, job, &k[i], &want, at, &asked, &theirs);
    t->compared[SIDE_ORT] += asked;
    if (kind) found(ctx, lib, job, &k[i], &c[i], SIDE_ORT, kind, &own, &theirs);
  }
}

/* A row may draw what is none: then nobody runs it. What the interpreter refuses and ONNX Runtime runs is a difference. */
static bool is_case(Ctx *ctx, const EinLib *lib, Job *job, const Case *k) {
  size_t mark = diag_mark(ctx);
  bool asked = run(ctx, lib, true, k, 1, NULL, NULL, &(Results){0});
  if (!asked && getenv("RANDOM_REFUSED")) diag_print(ctx, stdout);
  if (!asked) ask_oracle(ctx, lib, job, k, &(Results){0}, 0, &asked, &(Results){0});
  diag_rewind(ctx, mark);
  return asked;
}

static bool batch(Ctx *ctx, void *arg) {
  Job *job = ((void **)arg)[0];
  const Subject *op = ((void **)arg)[1];
  EinLib *lib = ein_lib_builtin(ctx);
  Case *k = NEWN(ctx, Case, BATCH);
  Choices *c = NEWN(ctx, Choices, BATCH);
  size_t n = 0;
  const Subject subject = {intern(ctx, op->op), intern(ctx, op->domain ? op->domain : ""), op->row};
  for (int tries = 0; n < BATCH && (int)n < job->batch && (int)n < job->cases && tries < TRIES * BATCH; tries++) {
    c[n] = (Choices){.ctx = ctx, .state = job->seed + (uint64_t)tries * 7919};
    job->tally->tried++;
    n += draw(ctx, lib, &subject, &c[n], &k[n]) && (!op->row || is_case(ctx, lib, job, &k[n]));
  }
  job->tally->drawn += (int)n;
  if (n) compare_cases(ctx, lib, job, k, c, n);
  return true;
}

/* ---- all of them */
static void one_operator(Job *job, const Subject *op) {
  Tally *t = job->tally;
  *t = (Tally){0};
  int batch_size = BATCH;
  for (int left = job->cases, b = 0; left > 0; b++) {
    const Tally before = *t;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
      Ctx *ctx = ctx_new();
      if (ctx) ctx->memory_cap = (size_t)2 << 30;
      job->cases = left, job->batch = batch_size;
      job->quick = b > 0; /* the C compiler's share is seen in the first model */
      job->seed += (uint64_t)b * 1000003;
      bool good = ctx && ctx_try(ctx, batch, (void *[]){job, (void *)(uintptr_t)op});
      fflush(stdout);
      if (job->oracle.deaths) oracle_stop(&job->oracle);
      _exit(job->oracle.deaths ? ORACLE_GONE : !good);
    }
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFSIGNALED(status)) {
      t->died++;
      printf("%s: sinter died of signal %d; --seed %llu\n", label(op->op, op->domain, op->row), WTERMSIG(status), (unsigned long long)(job->seed + (uint64_t)b * 1000003));
    }
    if (job->oracle.python && !(WIFEXITED(status) && WEXITSTATUS(status) <= 1)) { /* it died, or was left with half a question */
      oracle_stop(&job->oracle);
      if (!oracle_start(&job->oracle)) job->oracle.python = NULL;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 1 && batch_size > 1) { /* out of memory: again, fewer at a time */
      *t = before;
      batch_size /= 4;
      continue;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 1) {
      t->died++;
      printf("%s: a case takes more memory than there is; --seed %llu\n", label(op->op, op->domain, op->row), (unsigned long long)(job->seed + (uint64_t)b * 1000003));
    }
    if (t->drawn == before.drawn) break; /* nothing to draw from */
    left -= batch_size;
  }
}

/* A line of FOLDER/tally, of which tests/random/table makes a page: operator, cases, compared with ONNX Runtime, differences, those explained,
 * those of ill-conditioned cases. */
static void keep(const Job *job, const Subject *op) {
  char path[600];
  snprintf(path, sizeof path, "%s/tally", job->folder);
  FILE *f = fopen(path, "a");
  const Tally *t = job->tally;
  if (!f) return;
  int differ = t->died, ill = 0, explained = 0;
  for (int s = 0; s < SIDES; s++) differ += t->differ[s], ill += t->ill[s], explained += t->explained[s];
  fprintf(f, "%s\t%d\t%d\t%d\t%d\t%d\n", label(op->op, op->domain, op->row), t->drawn, t->compared[SIDE_ORT], differ, explained, ill);
  fclose(f);
}

static bool wanted(const Subject *op, int argc, char **argv) {
  if (op->domain && !strcmp(op->domain, "sinter")) return false; /* what only other texts use is tried with them */
  for (int i = 0; i < argc; i++)
    if (!strcmp(argv[i], op->op) || !strcmp(argv[i], label(op->op, op->domain, op->row))) return true;
  return argc == 0;
}

/* A row that draws all of an operator goes before its text. */
static bool has_row(const OpText *op) {
  const KernelRow *rows;
  for (size_t i = kernel_rows(&rows); i-- > 0;)
    if (!rows[i].what && !strcmp(rows[i].op, op->name) && !strcmp(rows[i].domain, op->domain ? op->domain : "")) return true;
  return false;
}

int main(int argc, char **argv) {
  if (argc < 4) return fprintf(stderr, "usage: random_cases N FOLDER EXPLAINED [--python PYTHON SCRIPT] [--seed S] [OP ...]\n"), 1;
  Job job = {.cases = atoi(argv[1]), .folder = argv[2], .explained = argv[3], .seed = 1};
  int at = 4;
  if (at + 2 < argc && !strcmp(argv[at], "--python")) job.oracle = (Oracle){.python = argv[at + 1], .script = argv[at + 2]}, at += 3;
  if (at + 1 < argc && !strcmp(argv[at], "--seed")) job.seed = strtoull(argv[at + 1], NULL, 10), at += 2;
  if (job.oracle.python && !oracle_start(&job.oracle)) job.oracle.python = NULL;
  signal(SIGPIPE, SIG_IGN);
  mkdir(job.folder, 0777);
  job.tally = mmap(NULL, sizeof *job.tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Ctx *ctx = ctx_new();
  EinLib *lib = ctx ? ein_lib_builtin(ctx) : NULL;
  if (!lib || job.tally == MAP_FAILED) return 5;
  OpText *texts;
  const KernelRow *rows;
  size_t n = 0, ntexts = ein_ops(ctx, lib, &texts), m = kernel_rows(&rows);
  Subject *ops = NEWN(ctx, Subject, ntexts + m);
  for (size_t i = 0; i < ntexts; i++)
    if (!has_row(&texts[i])) ops[n++] = (Subject){texts[i].name, texts[i].domain, NULL};
  for (size_t i = 0; i < m; i++, n++) ops[n] = (Subject){rows[i].op, rows[i].domain, &rows[i]};
  Table *table = table_new(ctx, "lrrrrrrrr");
  static const char *const head[] = {"operator", "cases", "drawn of", "host", "differ", "generic", "differ", "ort", "differ"};
  for (size_t i = 0; i < 9; i++) table_cell(table, "%s", head[i]);
  int cases = 0, bad = 0, ill = 0, explained = 0, with_oracle = 0;
  for (size_t i = 0; i < n; i++) {
    if ((i && !ops[i].row && !strcmp(ops[i].op, ops[i - 1].op) && !strcmp(ops[i].domain, ops[i - 1].domain)) || !wanted(&ops[i], argc - at, argv + at)) continue;
    one_operator(&job, &ops[i]);
    const Tally *t = job.tally;
    table_cell(table, "%s", label(ops[i].op, ops[i].domain, ops[i].row));
    keep(&job, &ops[i]);
    table_cell(table, "%d", t->drawn);
    table_cell(table, "%d", t->tried);
    for (int s = 0; s < SIDES; s++) {
      table_cell(table, "%d", t->compared[s]);
      table_cell(table, "%d", t->differ[s]);
      bad += t->differ[s], ill += t->ill[s], explained += t->explained[s];
    }
    bad += t->died, cases += t->drawn, with_oracle += t->compared[SIDE_ORT];
    progress("%zu of %zu texts, %d cases, %d differ", i, n, cases, bad);
  }
  progress_clear();
  table_print(table, stdout, "");
  if (!job.oracle.python) printf("without onnxruntime: compiled code and interpreter only\n");
  printf("%d random cases, %d also by onnxruntime; %d explained differences, %d of ill-conditioned cases\nrandom: %d passed, %d failed\n", cases, with_oracle, explained, ill, cases - bad, bad);
  return bad != 0;
}
