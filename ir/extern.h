/* Extern ops: what is no cascade (data-dependent extents, sorting, elimination ...). One file each in ir/extern/, one row in extern.def.
 *
 * An extern op is two functions. `bind` does for a node what ein_bind does for a text: types, extents, checks. `kernel` computes. The kernel is
 * C99 text, ir/extern/NAME.kernel.h: NAME.c includes it, so the interpreter and constant folding call it, and it is embedded, so generated code
 * carries the very same text, and in place of its lines `#include "ir/extern/..."` the texts they name. It is freestanding: <stdint.h> and memcpy, no heap, no recursion, no globals. */
#pragma once
#include "ir/ein.h"

/* in: nin pointers, NULL where an input is absent. out: nout pointers, NULL where nobody asked, then the work memory if `bind` wanted some.
 * arg: the numbers `bind` chose. count: the symbols `bind` made, which the kernel sets; who called it checks them against their bounds. Tensors are row-major, dense at the values their symbols have. */
typedef void ExternKernel(const void *const *in, void *const *out, const int64_t *arg, int64_t *count);

enum { EXTERN_OUTPUTS = 8, EXTERN_ARGS = MAX_RANK + 8, EXTERN_COUNTS = MAX_RANK };
typedef struct ExternBound {
  Type out[EXTERN_OUTPUTS];                              /* nout of them, wanted or not */
  int nargs; ext_t arg[EXTERN_ARGS];                     /* extents (may be symbols) and options */
  int ncounts; ext_t count[EXTERN_COUNTS];               /* bounded symbols (ext_symbol), in the order of the kernel's `count` */
  ext_t work;                                            /* bytes of work memory, aligned to 16; 0: none */
} ExternBound;

typedef struct Extern {
  const char *op, *domain; int since;
  int nin, nout;                                         /* most inputs and outputs a node can have */
  const char *function;                                  /* name of the kernel in its text */
  bool (*bind)(Ctx *ctx, const BindRequest *req, ExternBound *to); /* diagnostics as ein_bind */
  ExternKernel *kernel;
} Extern;

const Extern *extern_find(const char *op, const char *domain, int opset); /* NULL: none */
size_t extern_ops(const Extern *const **all);            /* every extern op, for `list ops` and the documentation */
const char *extern_source(const Extern *e);              /* the kernel's text: static functions, to be given once per library */
const char *extern_text(const char *file);               /* a text that a kernel's text includes ("ir/extern/part.kernel.h"), also to be given once; NULL: none */
