/* Which nodes are affine in one input, read off their cascades (passes/affine.c). No operator is named: BatchNormalization, Mul by a constant, Add of a
 * bias, Div ... are all `y = scale[c]*x + shift[c]`; Conv, ConvTranspose, Gemm and MatMul are all `y = sum x*w`, then such a map. */
#pragma once
#include "passes/node.h"

/* y[i] = scale[c]*x[i] + shift[c], where c is the coordinate of i along `channel`, and x has the dimensions of y. channel -1: one scale for all. */
typedef struct Map1 { int input; int channel; int64_t n; double *scale, *shift; } Map1;
bool affine_map(Ctx *ctx, const Model *m, const Node *n, Map1 *out);

/* y = scale * sum(x*w) + shift + slope*bias[channel]: a sum over a variable input and a constant one, and what is done to it element by element.
 * Indices are in the axes of the sum; axes of extent 1 have been dropped. */
typedef struct Contraction {
  Node *node;
  int x, w, bias;                 /* numbers of the inputs; bias -1: the node has none */
  const Ein *sum;                 /* A[..] += x[..]*w[..] */
  const Expr *xload, *wload;
  int out_rank, channel;          /* channel: the rank of y that a bias would run along; -1 when bias is */
  Aff out[MAX_RANK];              /* where an element of the sum lands in y */
  double scale, shift, slope;
} Contraction;
bool affine_contraction(Ctx *ctx, const Model *m, Node *n, Contraction *out);

/* y = x + p (in either order), all of the same dimensions and none constant. */
bool affine_residual(Ctx *ctx, const Model *m, const Node *n);

Aff affine_index(Ctx *ctx, const Expr *e, bool *ok);              /* an index as an affine form without axes of extent 1 */
bool aff_same(const Aff *a, const Aff *b);
