/* Printers: they decide nothing. */
#pragma once
#include "passes/pass.h"

/* ---- codegen/c_nest.c: one static C function per kernel; and the vector typedefs it needs (once per file). */
void c_kernel(const Ctx *ctx, const Program *p, const Kernel *k, const Target *t, Str *out);
void c_prelude(const Ctx *ctx, const Target *t, Str *out);
/* Parameters of a kernel's function, in order: const bufs, inputs, temps (as typed pointers), outputs; then the base symbols it uses (int64_t). The caller prints the call from the same list. */
typedef struct KernelParam { const Buf *buf; bool written; } KernelParam;
size_t kernel_params(Ctx *ctx, const Kernel *k, KernelParam **out, const char ***symbols, size_t *nsymbols);
/* A kernel that may end the run (kernel_fails) returns a status of runtime/sinter.h, others nothing. */
/* A symbol that the kernel sets (an extern op's) is an `int64_t *` in that list, the others are `int64_t`. */

/* ---- codegen/library.c: files of a compiled model */
typedef enum WeightsMode { WEIGHTS_AUTO, WEIGHTS_C, WEIGHTS_INCBIN, WEIGHTS_BIN } WeightsMode; /* AUTO: C text up to 1 MiB, which people and old tools can read; beyond that incbin, which no compiler has to read */
typedef struct Sizes { int64_t arena, state, stack, weights, code; } Sizes;
typedef struct EmitOptions { const char *dir, *name; WeightsMode weights; bool keep_sources, ir, archive; const char *cc, *cflags; bool sanitize; const char *command;
  bool (*accept)(Ctx *ctx, const Sizes *s, void *arg); void *accept_arg; } EmitOptions; /* accept: asked when the sizes are known and before any file appears; false: none does. NULL: all is well. cflags: added after the target's; NULL: none */
/* Base symbols the program needs, in the order they were made. Members of the generated structs come in this order: of <name>_inputs the input pointers, an int64_t per
 * symbol that no kernel sets, `weights` (WEIGHTS_BIN only); of <name>_outputs the output pointers, an int64_t * per symbol that a kernel sets (may be NULL), `state` (when
 * the model has any). */
typedef struct ProgramSymbol { const char *name; size_t index; int64_t lo, hi; bool set; } ProgramSymbol; /* index: for ext_symbol_name */
size_t program_symbols(Ctx *ctx, const Program *p, ProgramSymbol **out);
bool kernel_sets(const Kernel *k, const char *symbol);       /* it gives the symbol its value when it runs */
/* Writes lib<name>.a, <name>.h, <name>.json (+ sources with keep_sources, <name>.bin with WEIGHTS_BIN, <name>.ir with ir) into dir, whole or not at all. */
bool emit_library(Ctx *ctx, const Unit *u, const EmitOptions *o, Sizes *sizes);
/* A shared object in a temporary place for run, verify and bench, its weights inside whatever o->weights says; returns its path, the caller unlinks it. `extra` is C text
 * appended (bench drivers), may be NULL. */
const char *emit_shared(Ctx *ctx, const Unit *u, const EmitOptions *o, const char *extra);
const char *c_read_only(Ctx *ctx, Elem e);            /* C type of an element that may not be written: const float, const char *const */
/* ---- codegen/identifier.c */
const char *c_identifier(Ctx *ctx, const char *name); /* any model name -> C identifier of at most 64 letters, no word of C, C++ or their libraries; the caller makes it unique */

/* ---- codegen/draw.c: pictures of the graph and of a program */
bool draw_model(Ctx *ctx, const Model *m, const char *format, FILE *to); /* dot | svg */
/* ---- codegen/report.c */
bool report_json(Ctx *ctx, const Unit *u, const Sizes *s, Str *out);
