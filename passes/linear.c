/* Composes linear maps with constant weights, as algebra on the nodes' cascades (passes/affine.c reads them; no operator is named):
 *
 *     scale*(sum x*w) + shift          the scale goes into w, the shift into the bias         BatchNormalization after Conv
 *     sum (scale*x + shift)*w          the same, where no element of x is read outside        BatchNormalization before Conv
 *     sum (sum x*w1)*w2                one sum, when one of the two only mixes channels       3x3 Conv, then 1x1 Conv
 *     x + sum x*w                      a 1 on the diagonal of w                               residual around such a pair
 *
 * New weights are computed in double and rounded once. A rewrite is made only when the value in between has no other reader and the new weights are
 * no more work; what is added outside a zero-padded border differs, so a shift or a bias does not cross padding. */
#include "passes/affine.h"

#include <math.h>

typedef struct Linear { Ctx *ctx; const Model *model; Graph *graph; int *uses; size_t nuses; } Linear;

/* ---- walking over the elements of a weight tensor */

typedef struct Walk {
  Ctx *ctx;
  const Contraction *c;
  const Data *data;
  int rank; int64_t dim[MAX_RANK], stride[MAX_RANK];
  Aff index[MAX_RANK];
  int naxes; const Var *axis[MAX_AXES]; int64_t value[MAX_AXES];
  int64_t element;                 /* number of the element the axes name */
} Walk;

static bool walk_value(const Walk *w, const Aff *a, int64_t *v) {
  *v = a->c;
  for (int i = 0; i < a->n; i++) {
    int j = 0;
    while (j < w->naxes && w->axis[j] != a->term[i].var) j++;
    if (j == w->naxes) return false;
    *v += a->term[i].k * w->value[j];
  }
  return true;
}

static bool note_axes(Walk *w, const Aff *a) {
  if (!ext_is_const(w->ctx, a->c)) return false;
  for (int i = 0; i < a->n; i++) {
    const Var *v = a->term[i].var;
    int j = 0;
    while (j < w->naxes && w->axis[j] != v) j++;
    if (j < w->naxes) continue;
    if (w->naxes == MAX_AXES || !ext_is_const(w->ctx, v->extent) || !ext_is_const(w->ctx, a->term[i].k)) return false;
    w->axis[w->naxes++] = v;
  }
  return true;
}

/* False when the indices are not affine, or the axes do not name every element exactly once. */
static bool walk_start(Ctx *ctx, const Contraction *c, Walk *w) {
  *w = (Walk){.ctx = ctx, .c = c, .data = c->node->in.at[c->w]->data, .rank = c->wload->n};
  bool ok = true;
  int64_t points = 1, stride = 1;
  if (w->rank > MAX_RANK) return false;
  for (int d = w->rank - 1; d >= 0; d--) {
    w->index[d] = affine_index(ctx, c->wload->arg[d], &ok);
    if (!ok || !note_axes(w, &w->index[d]) || !ext_is_const(ctx, c->wload->buf->dim[d])) return false;
    w->dim[d] = c->wload->buf->dim[d];
    w->stride[d] = stride;
    stride *= w->dim[d];
    int64_t last = w->index[d].c;
    for (int i = 0; i < w->index[d].n; i++) {
      if (w->index[d].term[i].k < 0) return false;
      last += w->index[d].term[i].k * (w->index[d].term[i].var->extent - 1);
    }
    if (w->index[d].c != 0 || last != w->dim[d] - 1) return false;
  }
  for (int i = 0; i < w->naxes; i++) points *= w->axis[i]->extent;
  return points == stride && points > 0;
}

/* Steps to the next element; false after the last. Start with walk_here. */
static void walk_here(Walk *w) {
  w->element = 0;
  for (int d = 0; d < w->rank; d++) {
    int64_t v;
    walk_value(w, &w->index[d], &v);
    w->element += v * w->stride[d];
  }
}

static bool walk_next(Walk *w) {
  int i = w->naxes - 1;
  while (i >= 0 && ++w->value[i] == w->axis[i]->extent) w->value[i--] = 0;
  if (i < 0) return false;
  walk_here(w);
  return true;
}

static bool uses_walked_axes_only(const Walk *w, const Aff *a) {
  int64_t v;
  return walk_value(w, a, &v);
}

static int64_t elements(const Data *d) {
  int64_t n = 1;
  for (int i = 0; i < d->type.rank; i++) n *= d->type.dim[i];
  return n;
}

/* The rank of the weights that is indexed by just this form, whose axes occur in no other rank; -1: none. */
static int weight_rank(const Walk *w, const Aff *a) {
  int found = -1;
  for (int d = 0; d < w->rank; d++) {
    if (aff_same(&w->index[d], a)) {
      if (found >= 0) return -1;
      found = d;
      continue;
    }
    for (int i = 0; i < a->n; i++)
      if (aff_coef(&w->index[d], a->term[i].var) != 0) return -1;
  }
  return found;
}

/* ---- weights and biases of the node to be */

static Data *like(Ctx *ctx, const Data *d) { return data_new(ctx, d->type.elem, d->type.rank, d->type.dim); }

static void put(Data *d, int64_t i, double v) { data_set_real((void *)d->bytes, d->type.elem, i, v); }

static double bias_at(const Contraction *c, int64_t i) { return c->bias < 0 ? 0 : data_real(c->node->in.at[c->bias]->data, i); }

/* What is added to the sum at coordinate i of the channel. */
static double added(const Contraction *c, int64_t i) { return c->shift + c->slope * bias_at(c, i); }

static bool all_zero(const double *v, int64_t n) {
  for (int64_t i = 0; i < n; i++)
    if (v[i] != 0) return false;
  return true;
}

static bool extent_of(const Linear *L, const Contraction *c, int rank, int64_t *n) {
  const Type *t = &c->node->out.at[0]->type;
  if (rank < 0 || rank >= t->rank || !ext_is_const(L->ctx, t->dim[rank])) return false;
  *n = t->dim[rank];
  return true;
}

static Node *copy_node(const Linear *L, const Node *n) {
  Node *copy = NEW(L->ctx, Node);
  *copy = *n;
  copy->in.at = arena_copy(L->ctx->arena, n->in.at, n->in.n * sizeof *n->in.at);
  copy->in.cap = n->in.n;
  copy->out.at = arena_copy(L->ctx->arena, n->out.at, n->out.n * sizeof *n->out.at);
  copy->out.cap = n->out.n;
  return copy;
}

static Value *loose_constant(const Linear *L, const char *name, const Data *d) {
  Value *v = NEW(L->ctx, Value);
  *v = (Value){.name = name, .type = d->type, .data = d};
  return v;
}

/* A place for a bias along `rank`, where the node has none: an optional input that is absent and acts as one when tried. */
static bool make_bias_place(Linear *L, Contraction *c, int rank) {
  int64_t n;
  if (c->bias >= 0) return c->channel == rank;
  if (!extent_of(L, c, rank, &n)) return false;
  const Data *zeros = data_new(L->ctx, c->node->in.at[c->w]->type.elem, 1, &n);
  if (!zeros) return false;
  for (size_t i = 2; i <= c->node->in.n; i++) {
    if (i < c->node->in.n && c->node->in.at[i]) continue;
    Node *trial = copy_node(L, c->node);
    Value *bias = loose_constant(L, "bias", zeros);
    if (i < trial->in.n) trial->in.at[i] = bias;
    else vec_push(L->ctx, &trial->in, bias);
    Contraction with;
    if (!affine_contraction(L->ctx, L->model, trial, &with) || with.bias != (int)i || with.channel != rank) continue;
    *c = with;
    return true;
  }
  return false;
}

/* The bias that makes `total` of what is added to the sum; NULL when there is no place for one and it is needed. *needed says which. */
static Data *bias_for(Linear *L, Contraction *c, int rank, const double *total, int64_t n, bool *ok) {
  bool same = true;
  *ok = true;
  for (int64_t i = 0; i < n; i++) same = same && total[i] == c->shift;
  if (same && c->bias < 0) return NULL;
  *ok = make_bias_place(L, c, rank);
  if (!*ok) return NULL;
  Type t = c->node->in.at[c->bias]->type;
  int64_t old = elements(c->node->in.at[c->bias]->data);
  for (int d = 0; d < t.rank; d++)
    if (t.dim[d] == old && old != 1) t.dim[d] = n;
  if (t.rank == 1) t.dim[0] = n;
  Data *b = data_new(L->ctx, t.elem, t.rank, t.dim);
  *ok = b && elements(b) == n;
  for (int64_t i = 0; *ok && i < n; i++) {
    double v = (total[i] - c->shift) / c->slope;
    *ok = isfinite(v);
    put(b, i, v);
  }
  return b;
}

/* ---- rewriting */

static bool used_once(const Linear *L, const Value *v) { return v && v->def && v->id >= 0 && (size_t)v->id < L->nuses && L->graph->values.at[v->id] == v && L->uses[v->id] == 1; }

/* The sum `c`, with other weights, reads x and writes what `last` wrote. False when the operator then has another type. */
static bool rewrite(Linear *L, Contraction *c, Value *x, const Data *weights, const Data *bias, Node *last, Node **to) {
  Ctx *ctx = L->ctx;
  Node *n = copy_node(L, c->node);
  Value *out = last->out.at[0];
  n->in.at[c->x] = x;
  n->in.at[c->w] = loose_constant(L, c->node->in.at[c->w]->name, weights);
  if (bias) n->in.at[c->bias] = loose_constant(L, "bias", bias);
  n->out.at[0] = out;
  size_t mark = diag_mark(ctx);
  Bound b;
  bool ok = node_bind(ctx, L->model, n, true, &b) && type_equal(&b.out[0], &out->type);
  diag_rewind(ctx, mark);
  if (!ok) return false;
  n->in.at[c->w] = graph_constant(ctx, L->graph, ctx_printf(ctx, "%s.weights", n->name), weights);
  if (bias) n->in.at[c->bias] = graph_constant(ctx, L->graph, ctx_printf(ctx, "%s.bias", n->name), bias);
  out->def = n;
  out->out = 0;
  *to = n;
  return true;
}

static bool finite_data(const Data *d) {
  int64_t n = elements(d);
  for (int64_t i = 0; i < n; i++)
    if (!isfinite(data_real(d, i))) return false;
  return true;
}

/* ---- scale and shift behind the sum */

static bool fold_after(Linear *L, Node *last, Node **to) {
  Ctx *ctx = L->ctx;
  Map1 m;
  Contraction c;
  Walk w;
  if (!affine_map(ctx, L->model, last, &m)) return false;
  Value *y = last->in.at[m.input];
  if (!used_once(L, y) || !affine_contraction(ctx, L->model, y->def, &c)) return false;
  int rank = m.channel >= 0 ? m.channel : c.channel;
  int64_t n = 1;
  if (rank >= 0 && !extent_of(L, &c, rank, &n)) return false;
  if (m.channel >= 0 && (m.n != n || (c.channel >= 0 && c.channel != m.channel))) return false;
  if (!walk_start(ctx, &c, &w) || (rank >= 0 && !uses_walked_axes_only(&w, &c.out[rank]))) return false;
  Data *weights = like(ctx, w.data);
  if (!weights) return false;
  walk_here(&w);
  do {
    int64_t at = 0;
    if (m.channel >= 0) walk_value(&w, &c.out[rank], &at);
    put(weights, w.element, data_real(w.data, w.element) * m.scale[at]);
  } while (walk_next(&w));
  double *total = NEWN(ctx, double, n);
  for (int64_t i = 0; i < n; i++) total[i] = m.scale[m.channel >= 0 ? i : 0] * added(&c, i) + m.shift[m.channel >= 0 ? i : 0];
  if (rank < 0 && total[0] != c.shift) {
    rank = c.out_rank - 1; /* one number for all: any rank will do that the operator has a bias for */
    while (rank >= 0 && !make_bias_place(L, &c, rank)) rank--;
    int64_t wide;
    if (rank < 0 || !extent_of(L, &c, rank, &wide)) return false;
    double same = total[0];
    total = NEWN(ctx, double, wide);
    for (n = 0; n < wide; n++) total[n] = same;
  }
  bool ok;
  Data *bias = bias_for(L, &c, rank, total, n, &ok);
  return ok && finite_data(weights) && rewrite(L, &c, c.node->in.at[c.x], weights, bias, last, to);
}

/* ---- what reads the sum's operand */

/* Every element of x that the sum asks for is there: no padding. */
static bool reads_inside(const Linear *L, const Contraction *c) {
  for (int d = 0; d < c->xload->n; d++) {
    int64_t lo, hi;
    if (!ext_is_const(L->ctx, c->xload->buf->dim[d])) {
      bool ok = true;
      Aff a = affine_index(L->ctx, c->xload->arg[d], &ok);
      if (!ok || a.c != 0 || a.n != 1 || a.term[0].k != 1 || a.term[0].var->extent != c->xload->buf->dim[d]) return false;
      continue;
    }
    if (!x_range(L->ctx, c->xload->arg[d], &lo, &hi) || lo < 0 || hi >= c->xload->buf->dim[d]) return false;
  }
  return true;
}

/* The sum must not drop what falls outside y either (a transposed convolution with padding): then not every weight reaches every element. */
static bool writes_plainly(const Contraction *c) {
  for (int d = 0; d < c->sum->out->rank; d++) {
    Aff a;
    if (!x_is_aff(c->sum->index[d], &a) || a.n > 1 || a.c != 0 || (a.n == 1 && a.term[0].k != 1)) return false;
  }
  return true;
}

/* What a shift of x by add[channel of x] adds to the sum, along `rank` of y. */
static bool shifted_sums(Linear *L, const Contraction *c, Walk *w, const Aff *xchannel, const double *add, int64_t nadd, int rank, double *sums) {
  if (all_zero(add, nadd)) return true;
  if (!reads_inside(L, c) || !writes_plainly(c) || rank < 0 || !uses_walked_axes_only(w, &c->out[rank])) return false;
  /* Every axis that is summed over must be one of the weights': otherwise an element of w counts several times. */
  for (int i = c->sum->nout; i < c->sum->naxes; i++) {
    Term t = {c->sum->axis[i], 1};
    Aff a = {.n = 1, .term = &t};
    if (c->sum->axis[i]->extent != 1 && !uses_walked_axes_only(w, &a)) return false;
  }
  walk_here(w);
  do {
    int64_t from = 0, at;
    if (xchannel) walk_value(w, xchannel, &from);
    walk_value(w, &c->out[rank], &at);
    sums[at] += data_real(w->data, w->element) * add[from];
  } while (walk_next(w));
  return true;
}

/* The rank of y that has the walked axes: where a bias would run. */
static int bias_rank(const Contraction *c, const Walk *w) {
  if (c->channel >= 0) return c->channel;
  int found = -1;
  for (int d = 0; d < c->out_rank; d++)
    if (c->out[d].n && uses_walked_axes_only(w, &c->out[d])) found = found < 0 ? d : -2;
  return found < 0 ? -1 : found;
}

/* ---- scale and shift before the sum */

static bool fold_before(Linear *L, Node *last, Node **to) {
  Ctx *ctx = L->ctx;
  Map1 m;
  Contraction c;
  Walk w;
  bool ok = true;
  if (!affine_contraction(ctx, L->model, last, &c)) return false;
  Value *x = last->in.at[c.x];
  if (!used_once(L, x) || !affine_map(ctx, L->model, x->def, &m) || !walk_start(ctx, &c, &w)) return false;
  Aff xchannel = {0};
  if (m.channel >= 0) xchannel = affine_index(ctx, c.xload->arg[m.channel], &ok);
  if (!ok || !uses_walked_axes_only(&w, &xchannel)) return false;
  int rank = bias_rank(&c, &w);
  int64_t n = 1;
  if (rank >= 0 && !extent_of(L, &c, rank, &n)) return false;
  double *sums = NEWN(ctx, double, n);
  if (!shifted_sums(L, &c, &w, m.channel >= 0 ? &xchannel : NULL, m.shift, m.n, rank, sums)) return false;
  Data *weights = like(ctx, w.data);
  if (!weights) return false;
  walk_here(&w);
  do {
    int64_t at = 0;
    if (m.channel >= 0) walk_value(&w, &xchannel, &at);
    if (at < 0 || at >= m.n) return false;
    put(weights, w.element, data_real(w.data, w.element) * m.scale[at]);
  } while (walk_next(&w));
  for (int64_t i = 0; i < n; i++) sums[i] = c.scale * sums[i] + added(&c, i);
  Data *bias = bias_for(L, &c, rank, sums, n, &ok);
  return ok && finite_data(weights) && rewrite(L, &c, x->def->in.at[m.input], weights, bias, last, to);
}

/* ---- sum of sums */

/* A sum that only mixes one rank: y[.., m, ..] = sum over c of x[.., c, ..]*w, all other coordinates the same. */
typedef struct Mix { int rank, wm, wc; } Mix; /* the rank of x and y; the ranks of w that m and c run along */

static bool read_mix(Linear *L, const Contraction *c, const Walk *w, Mix *mix) {
  bool ok = c->xload->n == c->out_rank && w->naxes <= 2;
  mix->rank = -1;
  for (int d = 0; ok && d < c->out_rank; d++) {
    Aff x = affine_index(L->ctx, c->xload->arg[d], &ok);
    if (!ok) return false;
    if (aff_same(&x, &c->out[d])) {
      /* the same coordinate on both sides; it must not meet the weights */
      for (int i = 0; i < x.n; i++)
        for (int j = 0; j < w->naxes; j++)
          if (x.term[i].var == w->axis[j]) return false;
      continue;
    }
    if (mix->rank >= 0 || (x.n == 1 && (x.term[0].k != 1 || x.c != 0)) || x.n > 1 || (x.n == 0 && x.c != 0)) return false;
    mix->rank = d;
    mix->wc = weight_rank(w, &x);
    mix->wm = weight_rank(w, &c->out[d]);
  }
  if (!ok || mix->rank < 0 || !ext_is_const(L->ctx, c->xload->buf->dim[mix->rank])) return false;
  if (mix->wc < 0 || mix->wm < 0 || mix->wc == mix->wm) return false;
  return w->dim[mix->wc] == c->xload->buf->dim[mix->rank] && w->dim[mix->wc] * w->dim[mix->wm] == elements(w->data) && reads_inside(L, c);
}

/* w[.., k at rank, ..] := sum over j of by(k, j) * w[.., j at rank, ..], the rank getting n entries. */
static Data *mixed(Linear *L, const Walk *w, int rank, int64_t n, const double *by) {
  Type t = w->data->type;
  int64_t inner = w->stride[rank], old = w->dim[rank], outer = elements(w->data) / (inner * old);
  t.dim[rank] = n;
  Data *d = data_new(L->ctx, t.elem, t.rank, t.dim);
  for (int64_t o = 0; d && o < outer; o++)
    for (int64_t k = 0; k < n; k++)
      for (int64_t i = 0; i < inner; i++) {
        double sum = 0;
        for (int64_t j = 0; j < old; j++) sum += by[k * old + j] * data_real(w->data, (o * old + j) * inner + i);
        put(d, (o * n + k) * inner + i, sum);
      }
  return d;
}

/* The matrix of a mix: element (m, c), or (c, m). */
static double *matrix(Linear *L, const Walk *w, const Mix *mix, bool transposed, double factor) {
  int64_t m = w->dim[mix->wm], c = w->dim[mix->wc];
  double *a = NEWN(L->ctx, double, m *c);
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < c; j++) a[transposed ? j * m + i : i * c + j] = factor * data_real(w->data, i * w->stride[mix->wm] + j * w->stride[mix->wc]);
  return a;
}

enum { MAX_WORK = 1 << 28 };

/* Work of making the weights, and whether they are no larger than the two tensors they replace. */
static bool worthwhile(const Walk *big, int rank, int64_t n, const Walk *small) {
  int64_t rest = elements(big->data) / big->dim[rank], result, work;
  if (__builtin_mul_overflow(rest, n, &result) || __builtin_mul_overflow(result, big->dim[rank], &work)) return false;
  return result <= elements(big->data) + elements(small->data) && work <= MAX_WORK;
}

/* first: any sum. second: mixes the channels that the first one makes. */
static bool compose_mix_behind(Linear *L, Contraction *first, Walk *w1, const Contraction *second, const Walk *w2, Node *last, Node **to) {
  Mix mix;
  int64_t old, n;
  if (!read_mix(L, second, w2, &mix) || (first->channel >= 0 && first->channel != mix.rank) || (second->channel >= 0 && second->channel != mix.rank)) return false;
  int rank = weight_rank(w1, &first->out[mix.rank]);
  if (rank < 0 || !extent_of(L, first, mix.rank, &old) || w1->dim[rank] != old) return false;
  for (int d = 0; d < first->xload->n; d++) { /* groups: what makes a channel must not choose what it reads */
    bool ok = true;
    Aff x = affine_index(L->ctx, first->xload->arg[d], &ok);
    for (int i = 0; ok && i < first->out[mix.rank].n; i++) ok = aff_coef(&x, first->out[mix.rank].term[i].var) == 0;
    if (!ok) return false;
  }
  n = w2->dim[mix.wm];
  if (!worthwhile(w1, rank, n, w2)) return false;
  double *by = matrix(L, w2, &mix, false, second->scale), *total = NEWN(L->ctx, double, n);
  for (int64_t i = 0; i < n; i++) {
    total[i] = added(second, i);
    for (int64_t j = 0; j < old; j++) total[i] += by[i * old + j] * added(first, j);
  }
  Data *weights = mixed(L, w1, rank, n, by);
  if (!weights || !finite_data(weights)) return false;
  bool ok;
  Value *x = first->node->in.at[first->x];
  Data *bias = bias_for(L, first, mix.rank, total, n, &ok);
  return ok && rewrite(L, first, x, weights, bias, last, to);
}

/* first: mixes channels. second: any sum over them. */
static bool compose_mix_before(Linear *L, const Contraction *first, const Walk *w1, Contraction *second, Walk *w2, Node *last, Node **to) {
  Mix mix;
  bool ok = true;
  if (!read_mix(L, first, w1, &mix) || (first->channel >= 0 && first->channel != mix.rank)) return false;
  Aff xchannel = affine_index(L->ctx, second->xload->arg[mix.rank], &ok);
  int rank = ok ? weight_rank(w2, &xchannel) : -1;
  int64_t made = w1->dim[mix.wm], n = w1->dim[mix.wc];
  if (rank < 0 || w2->dim[rank] != made || !worthwhile(w2, rank, n, w1)) return false;
  for (int d = 0; d < second->out_rank; d++)
    for (int i = 0; i < xchannel.n; i++)
      if (aff_coef(&second->out[d], xchannel.term[i].var) != 0) return false;
  int out = bias_rank(second, w2);
  int64_t nout = 1;
  if (out >= 0 && !extent_of(L, second, out, &nout)) return false;
  double *add = NEWN(L->ctx, double, made), *sums = NEWN(L->ctx, double, nout);
  for (int64_t i = 0; i < made; i++) add[i] = added(first, i);
  if (!shifted_sums(L, second, w2, &xchannel, add, made, out, sums)) return false;
  for (int64_t i = 0; i < nout; i++) sums[i] = second->scale * sums[i] + added(second, i);
  Data *weights = mixed(L, w2, rank, n, matrix(L, w1, &mix, true, first->scale));
  if (!weights || !finite_data(weights)) return false;
  Data *bias = bias_for(L, second, out, sums, nout, &ok);
  return ok && rewrite(L, second, first->node->in.at[first->x], weights, bias, last, to);
}

static bool compose(Linear *L, Node *last, Node **to) {
  Contraction first, second;
  Walk w1, w2;
  if (!affine_contraction(L->ctx, L->model, last, &second)) return false;
  const Value *x = last->in.at[second.x];
  if (!used_once(L, x) || !affine_contraction(L->ctx, L->model, x->def, &first)) return false;
  if (!walk_start(L->ctx, &first, &w1) || !walk_start(L->ctx, &second, &w2)) return false;
  return compose_mix_behind(L, &first, &w1, &second, &w2, last, to) || compose_mix_before(L, &first, &w1, &second, &w2, last, to);
}

/* ---- a residual around a sum */

/* The element of w that the axes name takes x at the very place it adds to. *fixed: whether it ever can. */
static bool on_diagonal(Linear *L, const Walk *w, const Contraction *c, bool *fixed) {
  bool ok = true, zero = true;
  for (int d = 0; d < c->out_rank && ok; d++) {
    Aff x = affine_index(L->ctx, c->xload->arg[d], &ok);
    if (!ok) break;
    Aff diff = aff_add(L->ctx, x, c->out[d], -1);
    int64_t v;
    ok = walk_value(w, &diff, &v);
    zero = zero && v == 0;
  }
  *fixed = ok;
  return ok && zero;
}

static bool fold_residual(Linear *L, Node *last, Node **to) {
  Contraction c;
  Walk w;
  if (!affine_residual(L->ctx, L->model, last)) return false;
  for (int k = 0; k < 2; k++) {
    Value *p = last->in.at[k], *x = last->in.at[1 - k];
    if (!used_once(L, p) || !affine_contraction(L->ctx, L->model, p->def, &c) || p->def->in.at[c.x] != x || c.xload->n != c.out_rank) continue;
    if (!walk_start(L->ctx, &c, &w) || !writes_plainly(&c)) continue;
    Data *weights = like(L->ctx, w.data);
    int64_t ones = 0, n;
    bool fixed = weights != NULL;
    walk_here(&w);
    if (fixed) do {
        bool one = on_diagonal(L, &w, &c, &fixed);
        ones += one;
        put(weights, w.element, data_real(w.data, w.element) + (one ? 1 / c.scale : 0));
      } while (fixed && walk_next(&w));
    /* As many ones as there are channels: each element of y has its own x among what it sums. */
    int rank = bias_rank(&c, &w);
    if (fixed && rank >= 0 && extent_of(L, &c, rank, &n) && ones == n && finite_data(weights)) return rewrite(L, &c, x, weights, NULL, last, to);
  }
  return false;
}

/* ---- the pass */

typedef bool Rule(Linear *L, Node *last, Node **to);
static Rule *const rules[] = {fold_after, fold_before, compose, fold_residual};

/* Where the producers of what node i read have gone: a node that lost its only reader is dropped. */
static void drop_unread(const Graph *g, const Node *old, const Node *now, bool *drop) {
  for (size_t i = 0; i < old->in.n; i++) {
    const Value *v = old->in.at[i];
    if (!v || !v->def || v->def == now || v->def == old) continue;
    bool read = false;
    for (size_t j = 0; j < now->in.n; j++) read = read || now->in.at[j] == v;
    if (!read && v->def->id >= 0 && (size_t)v->def->id < g->nodes.n && g->nodes.at[v->def->id] == v->def) drop[v->def->id] = true;
  }
}

static bool rewrite_graph(Ctx *ctx, Unit *u, Graph *g) {
  Linear L = {.ctx = ctx, .model = u->model, .graph = g};
  bool *drop = NEWN(ctx, bool, g->nodes.n + 1);
  L.uses = graph_uses(ctx, g);
  L.nuses = g->values.n;
  for (size_t i = 0; i < g->nodes.n; i++) g->nodes.at[i]->id = (int)i;
  for (size_t i = 0; i < g->nodes.n; i++)
    for (size_t r = 0; r < sizeof rules / sizeof *rules;) {
      Node *now;
      if (!rules[r](&L, g->nodes.at[i], &now)) {
        r++;
        continue;
      }
      drop_unread(g, g->nodes.at[i], now, drop);
      now->id = (int)i;
      g->nodes.at[i] = now;
      r = 0;
    }
  graph_drop_nodes(g, drop);
  return true;
}

bool pass_linear(Ctx *ctx, Unit *u);
bool pass_linear(Ctx *ctx, Unit *u) { return (u->opt && u->opt->fp != FP_DEFAULT) || each_graph(ctx, u, rewrite_graph); }
