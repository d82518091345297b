/* Extern ops: what is no cascade (data-dependent extents, strings, random numbers ...). One file each in ir/extern/, one row in extern.def.
 * The kernel is one C function that the compiler itself includes (reference) and that is embedded as text in generated code. */
#pragma once
#include "ir/graph.h"
#include "ir/tile.h"
#include "ir/ein.h"

typedef struct Extern {
  const char *op, *domain; int since;
  /* Types of the outputs; may make bounded symbols (ext_symbol) whose value the kernel sets. Diagnostics as ein_bind. */
  bool (*infer)(Ctx *ctx, const BindRequest *req, Type *out);
  /* Text of the C function(s) of the kernel, given once per library; and its name. The function's parameters: every present input pointer, every wanted output
   * pointer, then int64_t shape and option arguments in the order `args` gives them, then int64_t *symbols for those it sets. */
  const char *function, *source;
  /* Constant (or symbolic) integer arguments for this node. */
  int (*args)(Ctx *ctx, const BindRequest *req, const Expr **arg, int max);
  /* Same function called by the interpreter and by constant folding. */
  bool (*reference)(Ctx *ctx, void **in, void **out, const int64_t *arg, int nargs, int64_t *symbols);
} Extern;
const Extern *extern_find(const char *op, const char *domain, int opset);
