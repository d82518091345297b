/* Runs the pipeline of passes.def: in order, timed when somebody watches, verified after each pass. */
#include "passes/pass.h"

#include <time.h>

#define PASS(name, level, optional, about) bool pass_##name(Ctx *ctx, Unit *u);
#include "passes/passes.def"
#undef PASS

static const Pass table[] = {
#define PASS(name, level, optional, about) {#name, level, pass_##name, about, optional},
#include "passes/passes.def"
#undef PASS
};

const char *const fp_name[FP_COUNT] = {[FP_DEFAULT] = "default", [FP_STRICT] = "strict", [FP_REFERENCE] = "reference"};

size_t pass_count(void) { return sizeof table / sizeof *table; }
const Pass *pass_at(size_t i) { return i < pass_count() ? &table[i] : NULL; }

static const Pass *pass_find(const char *name, size_t n) {
  for (size_t i = 0; i < pass_count(); i++)
    if (strlen(table[i].name) == n && memcmp(table[i].name, name, n) == 0) return &table[i];
  return NULL;
}

/* Marks the passes that --disable names. A misspelt name must not pass for a bisection that found nothing. */
static bool read_disabled(Ctx *ctx, const char *list, bool *disabled) {
  bool ok = true;
  for (const char *at = list ? list : ""; *at;) {
    size_t n = strcspn(at, ",");
    const Pass *p = pass_find(at, n);
    if (!p) ok = diag(ctx, E0802, (Place){0}, "--disable %.*s: there is no such pass; `sinter list passes` shows them", (int)n, at);
    else if (!p->optional) ok = diag(ctx, E0802, (Place){0}, "--disable %s: this pass cannot be left out", p->name);
    else disabled[p - table] = true;
    at += n;
    if (*at == ',') at++;
  }
  return ok;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool verify(Ctx *ctx, const Unit *u) { return u->program ? program_verify(ctx, u->program) : graph_verify(ctx, u->model->graph); }

/* The printed form is the input form, of every stage of every model. */
static bool reads_back(Ctx *ctx, const Unit *u, const Pass *p) {
  Str once = str_new(ctx), again = str_new(ctx);
  if (u->program) {
    program_print(ctx, u->program, &once);
    const Program *read = program_parse(ctx, "the IR's text", once.s, u->program);
    if (!read) return false;
    program_print(ctx, read, &again);
  } else {
    model_print(ctx, u->model, &once);
    const Model *read = model_parse(ctx, "the IR's text", once.s, u->model);
    if (!read) return false;
    model_print(ctx, read, &again);
  }
  if (!strcmp(once.s, again.s)) return true;
  size_t at = 0;
  while (once.s[at] == again.s[at]) at++;
  while (at && once.s[at - 1] != '\n') at--;
  int n = (int)strcspn(once.s + at, "\n"), m = (int)strcspn(again.s + at, "\n");
  return diag(ctx, E0601, (Place){0}, "after pass '%s' the text of the IR reads back as something else: '%.*s' became '%.*s'", p->name, n > 200 ? 200 : n, once.s + at, m > 200 ? 200 : m, again.s + at);
}

bool passes_run(Ctx *ctx, Unit *u, const char *until, PassWatch watch, void *arg) {
  bool disabled[sizeof table / sizeof *table] = {false};
  if (!read_disabled(ctx, u->opt->disable, disabled)) return false;
  if (until && !pass_find(until, strlen(until))) return diag(ctx, E0802, (Place){0}, "there is no pass '%s'; `sinter list passes` shows them", until);
  for (size_t i = 0; i < pass_count(); i++) {
    const Pass *p = &table[i];
    if (!disabled[i]) {
      double start = watch ? now() : 0;
      size_t errors = diag_errors(ctx);
      if (!p->run(ctx, u) || diag_errors(ctx) > errors) return false;
      if (watch) watch(ctx, u, p, now() - start, arg);
      if (!verify(ctx, u)) return diag(ctx, E0601, (Place){0}, "after pass '%s'", p->name);
      if (u->opt->read_back && !reads_back(ctx, u, p)) return diag(ctx, E0601, (Place){0}, "after pass '%s'", p->name);
    }
    if (until && strcmp(until, p->name) == 0) return true;
  }
  return true;
}
