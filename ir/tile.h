/* The tile IR: how a kernel runs. Loops, conditions, stores; the order of loops is the schedule. Six kinds of statement.
 *
 * The naive nest of a cascade is its definition; the interpreter runs nests, naive or scheduled, ignoring all modes.
 * A program is the whole model after binding: buffers, and kernels that run one after another. A kernel holds a cascade until it is
 * lowered, then a nest. */
#pragma once
#include "ir/cascade.h"

typedef enum StmtKind { S_LOOP, S_IF, S_STORE, S_REG, S_HINT, S_CALL } StmtKind;
typedef enum LoopMode { LOOP_SEQ, LOOP_UNROLL, LOOP_VEC, LOOP_PAR } LoopMode;
typedef enum Hint { HINT_FENCE, HINT_PIN, HINT_PREFETCH } Hint; /* no meaning; FENCE: keep unrolled taps apart; PIN: keep a register vector in a register */

typedef struct Stmt Stmt;
typedef VEC(Stmt *) Body;
struct Stmt {
  StmtKind kind;
  union {
    struct { const Var *var; const Expr *lo, *hi; LoopMode mode; Body body; bool descending; } loop; /* lo <= var < hi; VEC: hi - lo = lanes, lo = 0, var is the lane */
    struct { const Expr *cond; Body then, other; } cond;      /* a condition that is constant after unrolling is decided while printing */
    struct { Reduce op; const Expr *value; Buf *buf; int n; const Expr **index; } store; /* RED_SET, ADD, MUL, MAX, MIN, AND, OR; into memory or a register */
    struct { Buf *buf; } reg;                                 /* declares a register (array), scope: the rest of this body */
    struct { Hint what; const Expr *arg; } hint;
    struct { const struct Extern *ext; int n; const Expr **arg; Buf **bufs; int nbufs, nin; const char **symbol; int nsymbols; bool fails; } call; /* an extern op's kernel (ir/extern.h): bufs[0..nin) are its `in`, the others its `out`, work memory and pool, NULL where absent; the symbols it sets; may it end the run */
  };
};
/* Vectors: inside a VEC loop over l with L lanes, a load whose last index has coefficient 1 of l is a vector load, one without l is a scalar
 * that broadcasts; a REG buffer with lanes == L holds vectors. Nothing else may depend on l. Outside a VEC loop one lane of such a buffer is reached with
 * one more index: the lane. */

/* Control flow between kernels. A marker is a kernel that computes nothing: it stands in the list where control branches. Loops repeat what is between WHILE and
 * END as long as `cond` holds, and no more than `trips` times whatever it says: every program ends, and how long it may take is known when compiling.
 * A buffer is an ordinary piece of memory, so what a loop carries round is written before it and again inside it. */
typedef enum Control { CONTROL_NONE, CONTROL_IF, CONTROL_ELSE, CONTROL_WHILE, CONTROL_END } Control;

typedef struct Kernel {
  const char *name;                                           /* C identifier, unique in the program */
  VEC(const char *) nodes;                                    /* the model's nodes it came from */
  Cascade cascade;                                            /* before lowering */
  Body body;                                                  /* after lowering; empty before */
  VEC(Buf *) scratch;                                         /* SPACE_TEMP buffers used only inside */
  bool lowered;
  const char *schedule;                                       /* one line for people: "contraction 6x2, lanes oc", "naive", ... */
  bool doubles;                                               /* reals are f64, whatever it touches */
  int64_t flops, bytes;                                       /* cost at the bounds: operations, bytes read and written at least once */
  Control control;                                            /* a marker: no cascade and no nest */
  Buf *cond;                                                  /* IF, WHILE: one truth value in memory */
  int64_t trips;                                              /* WHILE */
} Kernel;

typedef struct Program {
  const char *name;
  VEC(Buf *) bufs;                                            /* every buffer but registers and scratch */
  VEC(Buf *) inputs, outputs;                                 /* in the model's order; input and output names are the model's own */
  VEC(Kernel *) kernels;
  int64_t arena_bytes, arena_bound, state_bytes;              /* after planning; bound: largest sum of live bytes at one kernel */
  const char *arena_culprit;                                  /* kernel at the peak */
  uint64_t hash;                                              /* of the model file and the options that change the code */
} Program;

/* For each kernel where control goes on: from IF to its ELSE or END, from ELSE to its END, from WHILE to its END and back; others name themselves. NULL with E0601
 * when the markers do not nest, or nest more than MAX_CONTROL deep. */
enum { MAX_CONTROL = 64 };
size_t *program_jumps(Ctx *ctx, const Program *p);

Stmt *s_loop(Ctx *ctx, const Var *v, const Expr *lo, const Expr *hi, LoopMode mode);
Stmt *s_if(Ctx *ctx, const Expr *cond);
Stmt *s_store(Ctx *ctx, Reduce op, Buf *b, int n, const Expr *const *index, const Expr *value);
Stmt *s_reg(Ctx *ctx, Buf *b);
Stmt *s_hint(Ctx *ctx, Hint h, const Expr *arg);
Stmt *s_call(Ctx *ctx, const struct Extern *x, int nin, int nbufs, int nargs, int nsymbols); /* that many places, for the caller to fill */
/* The type this kernel computes reals in, f32 or f64: f64 where it is told so (doubles), where it touches f64 memory, and where what it computes is rounded into integers, so that
 * integers come out the same everywhere; registers do not count, since a sum may be wider than what it adds up. In it, a real sub-expression without loads is a double, one with loads is of this type. */
Elem kernel_real(const Kernel *k);
Elem kind_elem(Kind k);                                       /* bool, int, u64, real: the type of a register that holds any value of the kind; not OPAQUE */
bool kernel_fails(const Kernel *k);                           /* may it end the run: some call in it reports a status */
/* Every statement, outside in; enter returns false to leave out what is inside. Depth is the depth of the nest. */
void stmts_walk(const Body *body, bool (*enter)(const Stmt *s, void *arg), void *arg);
void stmt_exprs(const Stmt *s, void (*f)(const Expr *e, void *arg), void *arg); /* the expressions of this statement alone */

/* ---- text (ir/tile_text.c): printed form = input form, at every stage */
void program_print(const Ctx *ctx, const Program *p, Str *out);
void kernel_print(const Ctx *ctx, const Kernel *k, Str *out);
/* Constants of more than 16 elements print as #hash; `weights` says where they come from (matched by hash), may be NULL. E0600 with the line. */
Program *program_parse(Ctx *ctx, const char *file, const char *text, const Program *weights);
/* ---- ir/tile_verify.c: structure, scopes, ranks, types, proven bounds where intervals allow; E0601 */
bool program_verify(Ctx *ctx, const Program *p);
/* ---- ir/naive.c: cascade -> naive nest (k->body). Emptiness becomes explicit conditions; IF, ELSE, HAS disappear; masks are materialised. */
bool kernel_lower_naive(Ctx *ctx, Kernel *k);
/* ---- ir/interp.c: runs a lowered (or not: then naively lowered copy) program. mem(buf) gives the memory of inputs, outputs and state, in stored form
 * (elem of the buffer); temporaries are kept in double / int64 where the element type is real / int. Any access out of bounds or unwritten read is E0601.
 * steps: budget of statement executions, 0 unlimited; exceeding it is E0701.
 * chance: NULL, or the state of random rounding (Monte Carlo arithmetic): every real operation whose result is no f32 gives one of the two next to it. How far the
 * results of several such runs lie apart says how much of them rounding in f32 leaves. */
typedef struct Memory {
  void *(*of)(void *arg, const Buf *b); void *arg;
  int64_t (*symbol)(void *arg, const char *name);
  void (*set_symbol)(void *arg, const char *name, int64_t v);
  uint64_t *chance;
  void (*done)(void *arg, size_t kernel);                    /* after each kernel that is no marker, whenever it has run; NULL: nobody asks */
} Memory;
bool interp_kernel(Ctx *ctx, const Kernel *k, Memory mem, int64_t steps);
bool interp_program(Ctx *ctx, const Program *p, Memory mem, int64_t steps);
