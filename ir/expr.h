/* Expressions over loop variables and buffers. One kind of tree serves cascades (einsum statements after binding) and tile nests.
 *
 * Integer expressions that are affine in loop variables are kept in the normal form X_AFF by the constructors, so an index
 * that is affine is always one X_AFF (or X_INT) node. Trees are immutable once built and may share subtrees. */
#pragma once
#include "ir/type.h"

typedef enum Op {
#define OP(name, text, arity, rule) OP_##name,
#include "ir/op.def"
#undef OP
  OP_COUNT
} Op;
typedef struct OpInfo { const char *name, *text; int arity; char rule; } OpInfo;
const OpInfo *op_info(Op op);
bool op_find(const char *text, int arity, Op *op);

/* Of a value: ordered, the later is the wider; UINT only where u64 is involved. OPAQUE: a text or a complex number, which is moved whole: it is loaded, chosen
 * (select, if, else, has) and stored, and texts are compared by content (== !=); nothing else is defined on it. */
typedef enum Kind { KIND_BOOL, KIND_INT, KIND_UINT, KIND_REAL, KIND_OPAQUE } Kind;

typedef struct Var { const char *name; ext_t extent; int id; } Var;   /* a loop axis, 0 <= value < extent when used in a cascade; identity is the pointer */
typedef struct Term { const Var *var; ext_t k; } Term;
typedef struct Aff { ext_t c; int n; Term *term; } Aff;               /* c + sum k*var; terms sorted by var->id, no zero coefficients */

/* Where a buffer lives decides how it is printed; what it holds is in elem and dim. */
typedef enum Space {
  SPACE_INPUT, SPACE_OUTPUT,  /* the caller's memory */
  SPACE_CONST,                /* weights, tables: data != NULL */
  SPACE_TEMP,                 /* arena, offset from the memory plan; between kernels or inside one */
  SPACE_STATE,                /* survives between calls */
  SPACE_REG                   /* scalars and register arrays of one kernel: after unrolling every index is constant */
} Space;
typedef struct Buf {
  const char *name; Elem elem; Space space;
  int rank; ext_t dim[MAX_RANK * 2];      /* storage extents, row-major; layouts are extra ranks */
  int lanes;                              /* SPACE_REG: vector lanes of each element; 0 or 1 scalar */
  const Data *data;                       /* SPACE_CONST */
  struct Buf *mask;                       /* presence of each element (bool, same dims) where elements may stay unwritten; else NULL */
  int64_t offset;                         /* SPACE_TEMP, SPACE_STATE: byte offset after planning; -1 before */
  const Type *record;                     /* a vector of i64 that is a record of this type (ir/record.h); NULL mostly */
  struct Buf *alias;                      /* same memory as this one, other dims (reshape) or in-place; NULL mostly. No chains. */
  bool lasting;                           /* SPACE_TEMP: kept from its kernel to the end of the run, because others hold pointers into it */
  int id;
} Buf;

typedef enum ExprKind { X_INT, X_REAL, X_AFF, X_LOAD, X_OP } ExprKind;
typedef struct Expr {
  uint8_t kind, op, vk;                   /* ExprKind, Op, Kind */
  Elem elem;                              /* CAST, SAT; of an opaque value: its type */
  int n;                                  /* operands, or indices of a load */
  union { int64_t i; double r; Aff aff; };
  Buf *buf;                               /* X_LOAD */
  const struct Expr **arg;                /* operands, or one index per rank of buf */
} Expr;

/* Constructors fold constants and normalise affine integer forms; operand kinds are converted (REAL inserted) where a rule needs it. */
const Expr *x_int(Ctx *ctx, ext_t v);                    /* may be a symbol: then an X_AFF without terms */
const Expr *x_bool(Ctx *ctx, bool v);
const Expr *x_real(Ctx *ctx, double v);
const Expr *x_zero(Ctx *ctx, Elem e);                    /* of an opaque type, the empty text or 0: a load of a constant of its own; else false, 0, 0.0 */
const Expr *x_var(Ctx *ctx, const Var *v);
const Expr *x_aff(Ctx *ctx, Aff a);                      /* takes the terms over; sorts and merges them */
const Expr *x_load(Ctx *ctx, Buf *b, int n, const Expr *const *index);
const Expr *x_op1(Ctx *ctx, Op op, const Expr *a);
const Expr *x_op2(Ctx *ctx, Op op, const Expr *a, const Expr *b);
const Expr *x_op3(Ctx *ctx, Op op, const Expr *a, const Expr *b, const Expr *c);
const Expr *x_cast(Ctx *ctx, Op cast_or_sat, Elem to, const Expr *a);

bool x_is_const(const Expr *e, double *r, int64_t *i);   /* X_INT or X_REAL; either out may be NULL */
bool x_is_aff(const Expr *e, Aff *a);                    /* X_INT (no terms) or X_AFF */
Aff aff_add(Ctx *ctx, Aff a, Aff b, ext_t kb);           /* a + kb*b */
ext_t aff_coef(const Aff *a, const Var *v);              /* 0 when absent */
bool x_equal(const Expr *a, const Expr *b);              /* structural */
bool x_uses(const Expr *e, const Var *v);
bool x_has_load(const Expr *e);
/* Interval of an integer expression from the extents of its variables; false when nothing is known. */
bool x_range(const Ctx *ctx, const Expr *e, int64_t *lo, int64_t *hi);
const Expr *x_rebuild(Ctx *ctx, const Expr *e, const Expr *const *arg); /* a load or operation like e of other operands */
/* Rebuilds e bottom-up; f sees each rebuilt node and returns it or a replacement. */
const Expr *x_map(Ctx *ctx, const Expr *e, const Expr *(*f)(Ctx *ctx, const Expr *e, void *arg), void *arg);
const Expr *x_subst(Ctx *ctx, const Expr *e, int n, const Var *const *vars, const Expr *const *by); /* variables -> integer expressions, simultaneously */
void x_each_load(const Expr *e, void (*f)(const Expr *load, void *arg), void *arg); /* also loads inside indices; each occurrence */
void x_print(const Ctx *ctx, const Expr *e, Str *out);   /* operator-language syntax: max(x[n,2*o+k-1] + 1, 0) */
Kind elem_kind(Elem e);
const Expr *x_misused(const Expr *e);                    /* an operation inside e that is not defined on the opaque values it is given; NULL: none */

Var *var_new(Ctx *ctx, const char *name, ext_t extent);
Buf *buf_new(Ctx *ctx, const char *name, Elem e, Space s, int rank, const ext_t *dim);
void buf_print_type(const Ctx *ctx, const Buf *b, Str *out); /* f32[1,n]; of a record its own type */
