/* The shim between a model's own header and the one door of cli/entry.h: C text that is appended to the generated code; compiled, loaded. */
#include "cli/entry.h"
#include <dlfcn.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

bool entry_wait(Ctx *ctx, pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return diag(ctx, E0900, (Place){0}, "waiting for the compiled program: %s", strerror(errno));
  if (WIFSIGNALED(status)) return diag(ctx, E0900, (Place){0}, "the compiled program died of signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
  int code = WEXITSTATUS(status);
  if (code == SINTER_CAPACITY || code == SINTER_VALUE) return diag(ctx, E0702, (Place){0}, "the compiled program: %s", run_status_text(code));
  return code == SINTER_OK || diag(ctx, E0900, (Place){0}, "the compiled program ended with status %d: %s", code, code == ENTRY_MEMORY ? "out of memory" : run_status_text(code));
}


/* ---- the shim. Members of the generated structs come in a fixed order (codegen/codegen.h), so their initialisers need no names. */
static const char *listed(Ctx *ctx, const Texts *members) {
  Str s = str_new(ctx);
  str_add(&s, "{");
  for (size_t i = 0; i < members->n; i++) str_printf(&s, "%s%s", i ? ", " : "", members->at[i]);
  str_add(&s, members->n ? "}" : "0}"); /* a struct without members has one that is unused */
  return s.s;
}

static const char *shim_source(Ctx *ctx, const Program *p, const char *name) {
  Texts in = {0}, out = {0};
  ProgramSymbol *symbol;
  size_t nsymbols = program_symbols(ctx, p, &symbol);
  for (size_t i = 0; i < p->inputs.n; i++) vec_push(ctx, &in, ctx_printf(ctx, "in[%zu]", i));
  for (size_t i = 0; i < p->outputs.n; i++) vec_push(ctx, &out, ctx_printf(ctx, "out[%zu]", i));
  for (size_t i = 0; i < nsymbols; i++) {
    if (symbol[i].set) vec_push(ctx, &out, ctx_printf(ctx, "&symbols[%zu]", symbol[i].index));
    else vec_push(ctx, &in, ctx_printf(ctx, "symbols[%zu]", symbol[i].index));
  }
  if (p->state_bytes) vec_push(ctx, &out, "state");
  static const char head[] = "int sinter_entry(const void *const *in, void *const *out, int64_t *symbols, void *arena, void *state, const sinter_hooks *hooks)";
  return ctx_printf(ctx,
                    "\n/* ---- entry for sinter's own commands */\n%s;\n%s {\n"
                    "  const %s_inputs inputs = %s;\n"
                    "  const %s_outputs outputs = %s;\n"
                    "  (void)in, (void)out, (void)symbols, (void)state;\n"
                    "  return %s_run(&inputs, &outputs, arena, hooks);\n"
                    "}\n",
                    head, head, name, listed(ctx, &in), name, listed(ctx, &out), name);
}

bool entry_load(Ctx *ctx, const Command *cmd, const Unit *unit, bool peaks, Entry *out) {
  EmitOptions emit;
  if (!session_emit_options(ctx, cmd, &emit)) return false;
  if (!emit.name) emit.name = c_identifier(ctx, unit->model->name);
  emit.weights = WEIGHTS_C;
  const char *shim = shim_source(ctx, unit->program, emit.name);
  if (peaks) shim = ctx_printf(ctx, "%s%s", shim, peaks_source(ctx, unit->opt->target));
  progress("compiling %zu kernels", unit->program->kernels.n);
  const char *path = emit_shared(ctx, unit, &emit, shim);
  if (!path) return false;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  unlink(path);
  if (!library) return diag(ctx, E0900, (Place){0}, "the compiled program cannot be loaded: %s", dlerror());
  /* POSIX promises that a symbol's address fits a function pointer; ISO C does not. */
  *(void **)&out->run = dlsym(library, "sinter_entry");
  *(void **)&out->peak_flops = peaks ? dlsym(library, "sinter_peak_flops") : NULL;
  *(void **)&out->peak_bytes = peaks ? dlsym(library, "sinter_peak_bytes") : NULL;
  return out->run != NULL || diag(ctx, E0900, (Place){0}, "the compiled program has no entry: %s", dlerror());
}
