/* A pass is one function in its own file and one row in passes.def. The manager runs, times, verifies and dumps. */
#pragma once
#include "ir/ein.h"
#include "ir/extern.h"
#include "targets/target.h"

/* How floating-point results may round. STRICT: without rewrites that change it. REFERENCE: as in the interpreter, in doubles, rounded where the model declares a type. */
typedef enum Fp { FP_DEFAULT, FP_STRICT, FP_REFERENCE, FP_COUNT } Fp;
extern const char *const fp_name[FP_COUNT];

typedef struct Options {
  const Target *target;
  Fp fp;
  const char *disable;           /* comma-separated pass names to leave out (bisection) */
  bool read_back;                /* after each pass the IR's text is read and printed again, and must be the same */
} Options;

/* The unit a pass works on: the model until `bind`, the program afterwards. */
typedef struct Unit { Model *model; Program *program; const Options *opt; } Unit;

typedef enum PassLevel { PASS_GRAPH, PASS_BIND, PASS_CASCADE, PASS_LOWER, PASS_TILE, PASS_PLAN } PassLevel;
typedef struct Pass { const char *name; PassLevel level; bool (*run)(Ctx *ctx, Unit *u); const char *about; bool optional; } Pass;
size_t pass_count(void);
const Pass *pass_at(size_t i);
/* Runs the pipeline; after each pass calls watch (dumping, --after) when not NULL; verifies after each pass. Stops at `until` (a pass name) when not NULL. */
typedef void (*PassWatch)(Ctx *ctx, const Unit *u, const Pass *p, double seconds, void *arg);
bool passes_run(Ctx *ctx, Unit *u, const char *until, PassWatch watch, void *arg);
