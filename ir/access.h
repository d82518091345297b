/* Accesses in affine form: what schedules, fusion and layouts ask of a load or a left side. */
#pragma once
#include "ir/cascade.h"

/* Row-major element number of an access; affine where the indices are. */
const Expr *access_address(Ctx *ctx, const Buf *b, int n, const Expr *const *index);
bool access_affine(Ctx *ctx, const Expr *load, Aff *a);                /* the address of a load as an affine form with constant coefficients */
bool aff_is_const(const Ctx *ctx, const Aff *a);                       /* no symbols in it */

/* May the access leave the buffer? Adds what is not proven of 0 <= index < extent, as conditions, to `list` (none may be wanted: NULL). */
typedef VEC(const Expr *) ExprList;
bool access_may_leave(Ctx *ctx, const Buf *b, int n, const Expr *const *index, ExprList *list);

/* x // n and x % n of affine forms whose terms divide cleanly: (8*o + l) // 8 is o where 0 <= l < 8. */
const Expr *x_divided(Ctx *ctx, const Expr *e);

/* Substitutes in an expression and divides cleanly after. */
const Expr *access_subst(Ctx *ctx, const Expr *e, int n, const Var *const *vars, const Expr *const *by);

/* A consumer that walks a tensor as its producer wrote it can be told in the producer's axes: each of its axes is a digit string of producer axes.
 * Fills by[i] for the consumer's axis i. False when the walks do not match one to one. */
bool ein_refine(Ctx *ctx, const Ein *producer, const Ein *consumer, const Expr *load, const Expr **by);
Ein *ein_subst(Ctx *ctx, const Ein *e, int naxes, int nout, const Var *const *axes, const Expr *const *by); /* e told in other axes; by[i] replaces e->axis[i] */

const Buf *buf_root(const Buf *b);                                     /* the buffer whose memory it is */
bool x_reads(const Expr *e, const Buf *root);                          /* is there a load of that memory in e? */
int x_count_loads(const Expr *e, const Buf *root, const Expr **one);   /* how many; and one of them */
bool x_reads_one_place(Ctx *ctx, const Expr *e, const Buf *root, const Expr *address); /* every load of that memory in e has this address (NULL: any, but one) */
bool x_has_op(const Expr *e, Op op);
