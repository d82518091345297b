/* Extern ops: what is no cascade (data-dependent extents, sorting, elimination ...). One file each in ir/extern/, one row in extern.def.
 *
 * An extern op is two functions. `bind` does for a node what ein_bind does for a text: types, extents, checks. `kernel` computes. The kernel is
 * C99 text, ir/extern/NAME.kernel.h: NAME.c includes it, so the interpreter and constant folding call it, and it is embedded, so generated code
 * carries the very same text, and in place of its lines `#include "ir/extern/..."` the texts they name. It is freestanding: <stdint.h> and memcpy, no heap, no recursion, no globals. */
#pragma once
#include "ir/ein.h"

/* in: nin pointers, NULL where an input is absent, then the tables of `bind`. out: nout pointers, NULL where nobody asked; if `bind` wanted them, out[nout] is
 * the work memory and out[nout + 1] the pool. arg: the numbers `bind` chose. count: the symbols `bind` made, which the kernel sets and its caller checks against their bounds; if the kernel may fail,
 * count[ncounts] is 0 before, and what the kernel sets there (a status of runtime/sinter.h) ends the run. Tensors are row-major, dense at the values
 * their symbols have; an element of a string tensor is a `const char *`, in inputs, tables and outputs alike. */
typedef void ExternKernel(const void *const *in, void *const *out, const int64_t *arg, int64_t *count);

enum { EXTERN_OUTPUTS = 8, EXTERN_ARGS = 512, EXTERN_COUNTS = MAX_RANK, EXTERN_TABLES = 24 };
typedef struct ExternBound {
  Type out[EXTERN_OUTPUTS];                              /* nout of them, wanted or not */
  int nargs; ext_t arg[EXTERN_ARGS];                     /* extents (may be symbols) and options */
  int ncounts; ext_t count[EXTERN_COUNTS];               /* bounded symbols (ext_symbol), in the order of the kernel's `count` */
  ext_t work;                                            /* bytes of work memory, aligned to 16; 0: none */
  ext_t pool;                                            /* bytes for the texts that one call of the kernel makes, which its outputs point at: memory that lasts to the end of the run (sinter_pool) */
  int ntables; const Data *table[EXTERN_TABLES];         /* constants the kernel reads as in[nin + i]: what attributes say that is more than a few numbers */
  bool fails;                                            /* the kernel reports a status in count[ncounts] */
} ExternBound;

typedef struct Extern {
  const char *op, *domain; int since;
  int nin, nout;                                         /* most inputs and outputs a node can have */
  const char *function;                                  /* name of the kernel in its text */
  bool (*bind)(Ctx *ctx, const BindRequest *req, ExternBound *to); /* diagnostics as ein_bind */
  ExternKernel *kernel;
} Extern;
enum { EXTERN_MANY = 256 };                              /* nin of an operator that takes any number of inputs; a call has as many as its node */
bool extern_takes_records(const Extern *e);              /* sequences, optionals or maps (ir/record.h) may be among its inputs */
bool extern_is_for_texts(const Extern *e);               /* it is for nodes that read or make strings; an operator text is for the others */
int extern_nin(const Extern *e, size_t inputs);          /* pointers in `in` before the tables, for a node of that many inputs */

const Extern *extern_find(const char *op, const char *domain, int opset); /* NULL: none */
size_t extern_ops(const Extern *const **all);            /* every extern op, for `list ops` and the documentation */
const char *run_status_text(int status);                   /* what a status of runtime/sinter.h says */
const char *extern_source(const Extern *e);              /* the kernel's text: static functions, to be given once per library */
const char *extern_text(const char *file);               /* a text that a kernel's text includes ("ir/extern/part.kernel.h"), also to be given once; NULL: none */
