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
  return code == SINTER_OK || diag(ctx, E0900, (Place){0}, "the compiled program ended with status %d%s", code, code == ENTRY_MEMORY ? ": out of memory" : "");
}


/* ---- the shim: members of the generated structs come in the order of the program's inputs and outputs, so initialisers need no names */
static const char *shim_source(Ctx *ctx, const Program *p, const char *name) {
  Str s = str_new(ctx);
  str_add(&s, "\n/* ---- entry for sinter's own commands */\n"
              "int sinter_entry(const void *const *in, void *const *out, int64_t *symbols, void *arena, void *state, const sinter_hooks *hooks);\n"
              "int sinter_entry(const void *const *in, void *const *out, int64_t *symbols, void *arena, void *state, const sinter_hooks *hooks) {\n");
  str_printf(&s, "  const %s_inputs inputs = {", name);
  for (size_t i = 0; i < p->inputs.n; i++) str_printf(&s, "%sin[%zu]", i ? ", " : "", i);
  str_printf(&s, "};\n  const %s_outputs outputs = {", name);
  for (size_t i = 0; i < p->outputs.n; i++) str_printf(&s, "%sout[%zu]", i ? ", " : "", i);
  str_printf(&s, "};\n  (void)in, (void)out, (void)symbols, (void)state;\n  return %s_run(&inputs, &outputs, arena, hooks);\n}\n", name);
  return s.s;
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
