/* State that a model keeps between runs: what an output gives, an input takes in the next run. */
#include "frontend/frontend.h"

static size_t position(Ctx *ctx, const Value *const *list, size_t n, const char *name) {
  const char *known = intern(ctx, name);
  size_t i = 0;
  while (i < n && list[i]->name != known) i++;
  return i;
}

bool model_states(Ctx *ctx, Model *m, const ImportOptions *opt) {
  Graph *g = m->graph;
  Place at = {.file = m->path};
  bool ok = true;
  for (size_t i = 0; i < opt->states.n; i++) {
    const StateOption *o = &opt->states.at[i];
    StatePair pair = {position(ctx, (const Value *const *)g->inputs.at, g->inputs.n, o->input), position(ctx, (const Value *const *)g->outputs.at, g->outputs.n, o->output)};
    if (pair.in == g->inputs.n) ok = diag(ctx, E0204, at, "--state: there is no input '%s'", o->input);
    else if (pair.out == g->outputs.n) ok = diag(ctx, E0204, at, "--state: there is no output '%s'", o->output);
    else if (graph_is_state_input(g, pair.in)) ok = diag(ctx, E0204, at, "--state is given twice for input '%s'", o->input);
    else vec_push(ctx, &g->states, pair);
  }
  if (ok && opt->states.n && g->states.n >= g->outputs.n) return diag(ctx, E0204, at, "--state: every output is a state, so a run would give nothing");
  return ok;
}
