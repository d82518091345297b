/* Printers: they decide nothing. */
#pragma once
#include "passes/pass.h"

/* ---- codegen/c_nest.c: one static C function per kernel; and the vector typedefs it needs (once per file). */
void c_kernel(const Ctx *ctx, const Program *p, const Kernel *k, const Target *t, Str *out);
void c_prelude(const Ctx *ctx, const Target *t, Str *out);
/* Parameters of a kernel's function, in order: const bufs, inputs, temps (as typed pointers), outputs; then the base symbols it uses (int64_t). The caller prints the call from the same list. */
typedef struct KernelParam { const Buf *buf; bool written; } KernelParam;
size_t kernel_params(Ctx *ctx, const Kernel *k, KernelParam **out, const char ***symbols, size_t *nsymbols);

/* ---- codegen/library.c: files of a compiled model */
typedef enum WeightsMode { WEIGHTS_C, WEIGHTS_INCBIN, WEIGHTS_BIN } WeightsMode;
typedef struct EmitOptions { const char *dir, *name; WeightsMode weights; bool keep_sources, ir, archive; const char *cc; bool sanitize; const char *command; } EmitOptions;
typedef struct Sizes { int64_t arena, state, stack, weights, code; } Sizes;
/* Writes lib<name>.a, <name>.h, <name>.json (+ <name>.c, weights with keep_sources) into dir, whole or not at all. */
bool emit_library(Ctx *ctx, const Unit *u, const EmitOptions *o, Sizes *sizes);
/* A shared object in a temporary place for run, verify and bench; returns its path. `extra` is C text appended (bench drivers), may be NULL. */
const char *emit_shared(Ctx *ctx, const Unit *u, const EmitOptions *o, const char *extra);
const char *c_identifier(Ctx *ctx, const char *name); /* any model name -> C identifier, not a keyword; the caller makes it unique */

/* ---- codegen/draw.c: pictures of the graph and of a program */
bool draw_model(Ctx *ctx, const Model *m, const char *format, FILE *to); /* dot | svg */
/* ---- codegen/report.c */
bool report_json(Ctx *ctx, const Unit *u, const Sizes *s, Str *out);
