/* A cascade: einsum statements after binding. Ranks are fixed, extents constant (or symbols), every compile-time choice is gone.
 *
 *     Y[lhs] op= rhs        for all axes; axes[0..nout) occur on the left, the rest are reduced
 *
 * Reading outside a buffer's extents, or where its mask says unwritten, is *empty*; empty passes through operations, a reduction skips
 * it, ELSE replaces it. A write outside is dropped. An X_LOAD index is in *storage order* of the buffer: composed ranks, placed axes
 * and transpositions have already become affine indices. */
#pragma once
#include "ir/expr.h"

typedef enum Reduce { RED_SET, RED_ADD, RED_MUL, RED_MAX, RED_MIN, RED_AND, RED_OR, RED_LAST, RED_FIRST } Reduce;
const char *reduce_text(Reduce r);                       /* "=", "+=", "max=" ... */
Op reduce_op(Reduce r);                                  /* OP_ADD, OP_MUL, ...; OP_COUNT for =, last=, first= */
/* What a reduction over nothing gives: dest is the type it is stored to (-inf or the least value of an integer type for max=), kind that of the value. NULL for =, last=, first=. */
const Expr *reduce_identity(Ctx *ctx, Reduce r, Elem dest, Kind kind);

#define MAX_AXES 32
typedef struct Ein {
  Reduce reduce;
  Buf *out; const Expr *index[MAX_RANK * 2];             /* left side; out->rank indices, X_AFF or computed */
  int naxes, nout; const Var *axis[MAX_AXES];
  const Expr *rhs;
  bool accumulate;                                       /* a later statement on the same tensor: out is not set to the identity (or its mask to false) first */
  Place place;                                           /* the operator text it comes from, and the node */
} Ein;

/* A step is one statement, or several that advance together along an iterative rank (recurrence): all their axes named iter are run by one
 * outer loop, ascending or descending, and the statements of the step run in order inside it. */
typedef struct Step { const Var *iter; bool descending; int n; Ein **ein; } Step;
typedef struct Cascade { VEC(Step) steps; VEC(Buf *) locals; } Cascade;

void cascade_add(Ctx *ctx, Cascade *c, Ein *e);          /* as a step of its own */
/* to[i..] = from[i..] over tensors of one shape; from NULL: = 0. */
Ein *ein_copy_of(Ctx *ctx, Buf *to, Buf *from, Place place);

/* `iter` is one Var object shared by all the statements of its step (each has it among its axes). */

/* How a left side walks its tensor. One that is not one-to-one (s*d + k - p, or S[I[i]]), or that leaves elements out, cannot be carried out element by element:
 * a reduction first fills the tensor with its identity, and updates it in memory. (ir/naive.c) */
typedef struct Left {
  bool one_to_one;                                       /* no two coordinates of the left axes name one element */
  bool covers;                                           /* and together they name all elements */
} Left;
Left ein_left(Ctx *ctx, const Ein *e);

void ein_print(const Ctx *ctx, const Ein *e, Str *out);  /* "A[n,m,o0] += x[n,c,2*o0+k0-1]*w[m,c,k0]   # n:1 m:64 o0:56 | c:64 k0:3" */
