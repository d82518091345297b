/* The one door through which sinter calls code it compiled, whatever the model's header looks like. */
#pragma once
#include "cli/cli.h"
#include "cli/peaks.h"
#include "runtime/sinter.h"
#include <sys/types.h>

/* in, out: one pointer per input and output, in the program's order. symbols: one number per symbol of the context; those that kernels set are
 * written. Returns what NAME_run returns. */
typedef int EntryFunction(const void *const *in, void *const *out, int64_t *symbols, void *arena, void *state, const sinter_hooks *hooks);
typedef struct Entry { EntryFunction *run; PeakFlops *peak_flops; PeakBytes *peak_bytes; } Entry; /* peaks: NULL unless asked for */
enum { ENTRY_MEMORY = 100 };             /* exit status of a child that got no memory; above all that NAME_run returns */

bool entry_load(Ctx *ctx, const Command *cmd, const Unit *unit, bool peaks, Entry *out); /* compiles the program to a shared object and loads it */
bool entry_wait(Ctx *ctx, pid_t child);  /* for the child that runs it; how it failed becomes a diagnostic */
