/* Kernels made by hand, for benches and tests of schedules: convolutions and products with their epilogues, as bound statements. */
#pragma once
#include "passes/pass.h"

typedef struct Case { Program *program; Kernel *kernel; double flops; } Case;

static inline const Expr *case_aff(Ctx *ctx, const Expr *a, int64_t k, const Expr *b) { return x_op2(ctx, OP_ADD, a, x_op2(ctx, OP_MUL, b, x_int(ctx, k))); } /* a + k*b */

static inline Data *case_data(Ctx *ctx, int rank, const ext_t *dim, unsigned seed) {
  Data *d = data_new(ctx, ELEM_f32, rank, dim);
  float *f = (float *)(uintptr_t)d->bytes;
  for (size_t i = 0; i < d->nbytes / 4; i++) {
    seed = seed * 1664525u + 1013904223u;
    f[i] = (float)(int)(seed >> 16 & 1023) / 512.0f - 1.0f;
  }
  return d;
}

static inline Buf *case_buf(Ctx *ctx, Program *p, const char *name, Space space, int rank, const ext_t *dim) {
  Buf *b = buf_new(ctx, name, ELEM_f32, space, rank, dim);
  if (space == SPACE_CONST) b->data = case_data(ctx, rank, dim, (unsigned)b->id);
  if (space == SPACE_INPUT) vec_push(ctx, &p->inputs, b);
  if (space == SPACE_OUTPUT) vec_push(ctx, &p->outputs, b);
  vec_push(ctx, &p->bufs, b);
  return b;
}

static inline void case_add(Ctx *ctx, Kernel *k, Reduce op, Buf *out, const Expr *const *index, const Expr *rhs, int nout, int naxes, const Var *const *axis) {
  Ein *e = NEW(ctx, Ein);
  e->reduce = op;
  e->out = out;
  for (int i = 0; i < out->rank; i++) e->index[i] = index[i];
  e->rhs = rhs;
  e->nout = nout;
  e->naxes = naxes;
  for (int i = 0; i < naxes; i++) e->axis[i] = axis[i];
  Ein **list = NEW(ctx, Ein *);
  *list = e;
  vec_push(ctx, &k->cascade.steps, ((Step){.n = 1, .ein = list}));
}

static inline Case case_new(Ctx *ctx, const char *name) {
  Case c = {NEW(ctx, Program), NEW(ctx, Kernel), 0};
  c.program->name = "case";
  c.kernel->name = name;
  vec_push(ctx, &c.program->kernels, c.kernel);
  return c;
}

typedef struct ConvCase { int64_t n, ic, oc, h, w, kh, kw, stride, pad, dilation, group; bool bias, residual, relu, leaky; } ConvCase;

/* A += X*W; Y = A + B; Z = max(Y + R, 0) */
static inline Case case_conv(Ctx *ctx, ConvCase q) {
  Case c = case_new(ctx, "conv");
  Program *p = c.program;
  int64_t oh = (q.h + 2 * q.pad - (q.kh - 1) * q.dilation - 1) / q.stride + 1, ow = (q.w + 2 * q.pad - (q.kw - 1) * q.dilation - 1) / q.stride + 1, mg = q.oc / q.group, cg = q.ic / q.group;
  Buf *x = case_buf(ctx, p, "x", SPACE_INPUT, 4, (ext_t[]){q.n, q.ic, q.h, q.w}), *w = case_buf(ctx, p, "w", SPACE_CONST, 4, (ext_t[]){q.oc, cg, q.kh, q.kw});
  ext_t out[] = {q.n, q.oc, oh, ow};
  Buf *b = q.bias ? case_buf(ctx, p, "b", SPACE_CONST, 1, &q.oc) : NULL, *r = q.residual ? case_buf(ctx, p, "r", SPACE_INPUT, 4, out) : NULL;
  Buf *z = case_buf(ctx, p, "z", SPACE_OUTPUT, 4, out);
  bool more = q.bias || q.residual || q.relu;
  Buf *a = more ? buf_new(ctx, "a", ELEM_real, SPACE_TEMP, 4, out) : z;
  if (more) vec_push(ctx, &c.kernel->cascade.locals, a);
  const Var *v[] = {var_new(ctx, "n", q.n), var_new(ctx, "g", q.group), var_new(ctx, "m", mg), var_new(ctx, "o0", oh), var_new(ctx, "o1", ow), var_new(ctx, "c", cg), var_new(ctx, "k0", q.kh), var_new(ctx, "k1", q.kw)};
  const Expr *e[8];
  for (int i = 0; i < 8; i++) e[i] = x_var(ctx, v[i]);
  const Expr *gm = case_aff(ctx, e[2], mg, e[1]), *zero = x_int(ctx, 0);
  const Expr *ih = x_op2(ctx, OP_SUB, case_aff(ctx, case_aff(ctx, zero, q.stride, e[3]), q.dilation, e[6]), x_int(ctx, q.pad)), *iw = x_op2(ctx, OP_SUB, case_aff(ctx, case_aff(ctx, zero, q.stride, e[4]), q.dilation, e[7]), x_int(ctx, q.pad));
  const Expr *xi[] = {e[0], case_aff(ctx, e[5], cg, e[1]), ih, iw}, *wi[] = {gm, e[5], e[6], e[7]}, *ai[] = {e[0], gm, e[3], e[4]};
  case_add(ctx, c.kernel, RED_ADD, a, ai, x_op2(ctx, OP_MUL, x_load(ctx, x, 4, xi), x_load(ctx, w, 4, wi)), 5, 8, v);
  if (more) { /* in axes of its own: i1 walks all channels */
    const Var *u[] = {var_new(ctx, "i0", q.n), var_new(ctx, "i1", q.oc), var_new(ctx, "i2", oh), var_new(ctx, "i3", ow)};
    const Expr *f[] = {x_var(ctx, u[0]), x_var(ctx, u[1]), x_var(ctx, u[2]), x_var(ctx, u[3])}, *rhs = x_load(ctx, a, 4, f);
    if (b) rhs = x_op2(ctx, OP_ADD, rhs, x_load(ctx, b, 1, &f[1]));
    if (r) rhs = x_op2(ctx, OP_ADD, rhs, x_load(ctx, r, 4, f));
    if (q.relu) rhs = x_op2(ctx, OP_MAX, rhs, x_real(ctx, 0));
    if (q.leaky) rhs = x_op3(ctx, OP_SELECT, x_op2(ctx, OP_LT, rhs, x_real(ctx, 0)), x_op2(ctx, OP_MUL, rhs, x_real(ctx, 0.25)), rhs);
    case_add(ctx, c.kernel, RED_SET, z, f, rhs, 4, 4, u);
  }
  c.flops = 2.0 * (double)(q.n * q.oc * oh * ow * cg * q.kh * q.kw);
  return c;
}

typedef struct MatCase { int64_t batch, m, n, k; bool b_const, trans_b, bias, relu; } MatCase;
static inline Case case_matmul(Ctx *ctx, MatCase q) {
  Case c = case_new(ctx, "matmul");
  Program *p = c.program;
  Buf *a = case_buf(ctx, p, "a", SPACE_INPUT, 3, (ext_t[]){q.batch, q.m, q.k});
  Buf *b = q.trans_b ? case_buf(ctx, p, "b", q.b_const ? SPACE_CONST : SPACE_INPUT, 3, (ext_t[]){q.b_const ? 1 : q.batch, q.n, q.k}) : case_buf(ctx, p, "b", q.b_const ? SPACE_CONST : SPACE_INPUT, 3, (ext_t[]){q.b_const ? 1 : q.batch, q.k, q.n});
  Buf *bias = q.bias ? case_buf(ctx, p, "bias", SPACE_CONST, 1, &q.n) : NULL;
  ext_t dim[] = {q.batch, q.m, q.n};
  Buf *y = case_buf(ctx, p, "y", SPACE_OUTPUT, 3, dim), *s = q.bias || q.relu ? buf_new(ctx, "s", ELEM_real, SPACE_TEMP, 3, dim) : y;
  if (s != y) vec_push(ctx, &c.kernel->cascade.locals, s);
  const Var *v[] = {var_new(ctx, "h", q.batch), var_new(ctx, "m", q.m), var_new(ctx, "n", q.n), var_new(ctx, "k", q.k)};
  const Expr *h = x_var(ctx, v[0]), *m = x_var(ctx, v[1]), *n = x_var(ctx, v[2]), *k = x_var(ctx, v[3]), *hb = q.b_const ? x_int(ctx, 0) : h;
  const Expr *load_b = q.trans_b ? x_load(ctx, b, 3, (const Expr *const[]){hb, n, k}) : x_load(ctx, b, 3, (const Expr *const[]){hb, k, n});
  const Expr *out[] = {h, m, n};
  case_add(ctx, c.kernel, RED_ADD, s, out, x_op2(ctx, OP_MUL, x_load(ctx, a, 3, (const Expr *const[]){h, m, k}), load_b), 3, 4, v);
  if (s != y) {
    const Expr *rhs = x_load(ctx, s, 3, out);
    if (bias) rhs = x_op2(ctx, OP_ADD, rhs, x_load(ctx, bias, 1, &n));
    if (q.relu) rhs = x_op2(ctx, OP_MAX, rhs, x_real(ctx, 0));
    case_add(ctx, c.kernel, RED_SET, y, out, rhs, 3, 3, v);
  }
  c.flops = 2.0 * (double)(q.batch * q.m * q.n * q.k);
  return c;
}

/* y[m,n] += x[m+k,n] * w[k,n]: the lane axis is in both operands, as in a depthwise convolution with channels innermost. */
typedef struct SharedCase { int64_t m, n, k; bool relu; } SharedCase;
static inline Case case_shared(Ctx *ctx, SharedCase q) {
  Case c = case_new(ctx, "shared");
  Program *p = c.program;
  Buf *x = case_buf(ctx, p, "x", SPACE_INPUT, 2, (ext_t[]){q.m, q.n}), *w = case_buf(ctx, p, "w", SPACE_CONST, 2, (ext_t[]){q.k, q.n}), *y = case_buf(ctx, p, "y", SPACE_OUTPUT, 2, (ext_t[]){q.m, q.n});
  const Var *v[] = {var_new(ctx, "m", q.m), var_new(ctx, "n", q.n), var_new(ctx, "k", q.k)};
  const Expr *m = x_var(ctx, v[0]), *n = x_var(ctx, v[1]), *k = x_var(ctx, v[2]), *at = x_op2(ctx, OP_SUB, x_op2(ctx, OP_ADD, m, k), x_int(ctx, q.k / 2)); /* leaves at both ends */
  case_add(ctx, c.kernel, RED_ADD, y, (const Expr *const[]){m, n}, x_op2(ctx, OP_MUL, x_load(ctx, x, 2, (const Expr *const[]){at, n}), x_load(ctx, w, 2, (const Expr *const[]){k, n})), 2, 3, v);
  c.flops = 2.0 * (double)(q.m * q.n * q.k);
  return c;
}

/* Windows over planes: y[c,o0,o1] op= x[c, stride*o0 + dilation*k0 - pad, ...]; WINDOW_MEAN divides the sum, WINDOW_PAD reads one element, or 0.5 outside. */
typedef struct WindowCase { int64_t c, h, w, kh, kw, stride, dilation, before, after; enum { WINDOW_MAX, WINDOW_MIN, WINDOW_MEAN, WINDOW_PAD } what; } WindowCase;
static inline Case case_window(Ctx *ctx, WindowCase q) {
  Case c = case_new(ctx, "window");
  Program *p = c.program;
  if (q.what == WINDOW_PAD) q.kh = q.kw = 1;
  int64_t oh = (q.h + q.before + q.after - (q.kh - 1) * q.dilation - 1) / q.stride + 1, ow = (q.w + q.before + q.after - (q.kw - 1) * q.dilation - 1) / q.stride + 1;
  ext_t out[] = {q.c, oh, ow};
  Buf *x = case_buf(ctx, p, "x", SPACE_INPUT, 3, (ext_t[]){q.c, q.h, q.w}), *y = case_buf(ctx, p, "y", SPACE_OUTPUT, 3, out);
  const Var *v[] = {var_new(ctx, "c", q.c), var_new(ctx, "o0", oh), var_new(ctx, "o1", ow), var_new(ctx, "k0", q.kh), var_new(ctx, "k1", q.kw)};
  const Expr *e[5];
  for (int i = 0; i < 5; i++) e[i] = x_var(ctx, v[i]);
  const Expr *xi[] = {e[0], NULL, NULL};
  for (int i = 0; i < 2; i++) {
    xi[i + 1] = x_op2(ctx, OP_SUB, x_op2(ctx, OP_MUL, e[i + 1], x_int(ctx, q.stride)), x_int(ctx, q.before));
    if (q.what != WINDOW_PAD) xi[i + 1] = case_aff(ctx, xi[i + 1], q.dilation, e[i + 3]);
  }
  const Expr *load = x_load(ctx, x, 3, xi);
  if (q.what == WINDOW_PAD) case_add(ctx, c.kernel, RED_SET, y, e, x_op2(ctx, OP_ELSE, load, x_real(ctx, 0.5)), 3, 3, v);
  else if (q.what != WINDOW_MEAN) case_add(ctx, c.kernel, q.what == WINDOW_MAX ? RED_MAX : RED_MIN, y, e, load, 3, 5, v);
  else {
    Buf *s = buf_new(ctx, "s", ELEM_real, SPACE_TEMP, 3, out);
    vec_push(ctx, &c.kernel->cascade.locals, s);
    case_add(ctx, c.kernel, RED_ADD, s, e, load, 3, 5, v);
    const Var *u[] = {var_new(ctx, "i0", q.c), var_new(ctx, "i1", oh), var_new(ctx, "i2", ow)};
    const Expr *f[] = {x_var(ctx, u[0]), x_var(ctx, u[1]), x_var(ctx, u[2])};
    case_add(ctx, c.kernel, RED_SET, y, f, x_op2(ctx, OP_DIV, x_load(ctx, s, 3, f), x_real(ctx, (double)(q.kh * q.kw))), 3, 3, u);
  }
  return c;
}

/* Row operations over the middle axis of [outer, row, inner]. */
typedef struct RowCase { int64_t outer, row, inner; enum { ROW_SOFTMAX, ROW_NORM, ROW_MEAN, ROW_LOGSOFTMAX, ROW_GELU, ROW_BIAS, ROW_CELU } what; } RowCase;
static inline Case case_rows(Ctx *ctx, RowCase q) {
  Case c = case_new(ctx, "rows");
  Program *p = c.program;
  Kernel *k = c.kernel;
  ext_t dim[] = {q.outer, q.row, q.inner}, per_row[] = {q.outer, q.inner};
  Buf *x = case_buf(ctx, p, "x", SPACE_INPUT, 3, dim);
  const Var *v[4][3]; /* each statement has axes of its own: outer, inner, row */
  const Expr *full[4][3], *row[4][2];
  for (int i = 0; i < 4; i++) {
    v[i][0] = var_new(ctx, "a", q.outer);
    v[i][1] = var_new(ctx, "i", q.inner);
    v[i][2] = var_new(ctx, "k", q.row);
    const Expr *a = x_var(ctx, v[i][0]), *in = x_var(ctx, v[i][1]), *r = x_var(ctx, v[i][2]);
    full[i][0] = a, full[i][1] = r, full[i][2] = in;
    row[i][0] = a, row[i][1] = in;
  }
#define ROW_LOCAL(name, rank, d) Buf *name = buf_new(ctx, #name, ELEM_real, SPACE_TEMP, rank, d); vec_push(ctx, &k->cascade.locals, name)
#define X(i) x_load(ctx, x, 3, full[i])
  if (q.what == ROW_MEAN) {
    Buf *y = case_buf(ctx, p, "y", SPACE_OUTPUT, 2, per_row);
    case_add(ctx, k, RED_ADD, y, row[0], x_op2(ctx, OP_DIV, X(0), x_real(ctx, (double)q.row)), 2, 3, v[0]);
    return c;
  }
  if (q.what == ROW_CELU) { /* a quotient that is fixed in the row up to its numerator, several times in one statement */
    Buf *alpha = case_buf(ctx, p, "alpha", SPACE_CONST, 1, &q.outer), *y = case_buf(ctx, p, "y", SPACE_OUTPUT, 3, dim);
    const Expr *t = x_op2(ctx, OP_DIV, X(0), x_op2(ctx, OP_ADD, x_load(ctx, alpha, 1, &full[0][0]), x_real(ctx, 3)));
    case_add(ctx, k, RED_SET, y, full[0], x_op3(ctx, OP_SELECT, x_op2(ctx, OP_GE, t, x_real(ctx, 0)), t, x_op2(ctx, OP_SUB, x_op1(ctx, OP_EXP, t), x_real(ctx, 1))), 3, 3, v[0]);
    return c;
  }
  Buf *scale = q.what == ROW_NORM || q.what == ROW_BIAS ? case_buf(ctx, p, "scale", SPACE_CONST, 1, &q.row) : NULL;
  Buf *y = case_buf(ctx, p, "y", SPACE_OUTPUT, 3, dim);
  if (q.what == ROW_GELU || q.what == ROW_BIAS) {
    const Expr *e = X(0);
    if (q.what == ROW_GELU) e = x_op2(ctx, OP_MUL, x_op2(ctx, OP_MUL, e, x_real(ctx, 0.5)), x_op2(ctx, OP_ADD, x_op1(ctx, OP_ERF, x_op2(ctx, OP_MUL, e, x_real(ctx, 0.70710678))), x_real(ctx, 1)));
    else e = x_op2(ctx, OP_ADD, e, x_load(ctx, scale, 1, &full[0][1]));
    case_add(ctx, k, RED_SET, y, full[0], e, 3, 3, v[0]);
    return c;
  }
  if (q.what == ROW_NORM) {
    ROW_LOCAL(mean, 2, per_row); ROW_LOCAL(var, 2, per_row); ROW_LOCAL(inv, 2, per_row);
    const Expr *n = x_real(ctx, (double)q.row);
    case_add(ctx, k, RED_ADD, mean, row[0], x_op2(ctx, OP_DIV, X(0), n), 2, 3, v[0]);
    const Expr *d = x_op2(ctx, OP_SUB, X(1), x_load(ctx, mean, 2, row[1]));
    case_add(ctx, k, RED_ADD, var, row[1], x_op2(ctx, OP_DIV, x_op2(ctx, OP_POW, d, x_real(ctx, 2)), n), 2, 3, v[1]);
    case_add(ctx, k, RED_SET, inv, row[2], x_op2(ctx, OP_DIV, x_real(ctx, 1), x_op1(ctx, OP_SQRT, x_op2(ctx, OP_ADD, x_load(ctx, var, 2, row[2]), x_real(ctx, 1e-5)))), 2, 2, v[2]);
    const Expr *e = x_op2(ctx, OP_MUL, x_op2(ctx, OP_SUB, X(3), x_load(ctx, mean, 2, row[3])), x_load(ctx, inv, 2, row[3]));
    case_add(ctx, k, RED_SET, y, full[3], x_op2(ctx, OP_MUL, e, x_load(ctx, scale, 1, &full[3][1])), 3, 3, v[3]);
    return c;
  }
  ROW_LOCAL(m, 2, per_row); ROW_LOCAL(s, 2, per_row);
  case_add(ctx, k, RED_MAX, m, row[0], X(0), 2, 3, v[0]);
  if (q.what == ROW_LOGSOFTMAX) {
    case_add(ctx, k, RED_ADD, s, row[1], x_op1(ctx, OP_EXP, x_op2(ctx, OP_SUB, X(1), x_load(ctx, m, 2, row[1]))), 2, 3, v[1]);
    case_add(ctx, k, RED_SET, y, full[2], x_op2(ctx, OP_SUB, x_op2(ctx, OP_SUB, X(2), x_load(ctx, m, 2, row[2])), x_op1(ctx, OP_LOG, x_load(ctx, s, 2, row[2]))), 3, 3, v[2]);
    return c;
  }
  ROW_LOCAL(e, 3, dim);
  case_add(ctx, k, RED_SET, e, full[1], x_op1(ctx, OP_EXP, x_op2(ctx, OP_SUB, X(1), x_load(ctx, m, 2, row[1]))), 3, 3, v[1]);
  case_add(ctx, k, RED_ADD, s, row[2], x_load(ctx, e, 3, full[2]), 2, 3, v[2]);
  case_add(ctx, k, RED_SET, y, full[3], x_op2(ctx, OP_DIV, x_load(ctx, e, 3, full[3]), x_load(ctx, s, 2, row[3])), 3, 3, v[3]);
#undef ROW_LOCAL
#undef X
  return c;
}
