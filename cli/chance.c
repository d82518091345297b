/* Results of chance: two right programs draw different numbers, from the same distribution. What that leaves to compare:
 *
 *   every output       type and shape; the two sets of values, by their means and by the test of Kolmogorov and Smirnov
 *   of a known drawer  also what its definition says of each element: a row of the table below
 *
 * Bounds are those that a right program breaks about once in a million runs. */
#include "cli/chance.h"
#include <math.h>
#include <stdlib.h>

/* ---- who draws */
typedef struct Drawing { const Graph *graph; const Node *node; const Feeds *feeds; const Data *const *got; size_t ngot; const Data *y; } Drawing;
typedef const char *DrawingCheck(Ctx *ctx, const Drawing *d);
static DrawingCheck check_uniform, check_bernoulli, check_multinomial, check_dropout;
static const struct { const char *op; DrawingCheck *check; } drawers[] = {
  {"RandomUniform", check_uniform}, {"RandomUniformLike", check_uniform}, {"RandomNormal", NULL}, {"RandomNormalLike", NULL},
  {"Bernoulli", check_bernoulli}, {"Multinomial", check_multinomial}, {"Dropout", check_dropout},
};
enum { DRAWERS = sizeof drawers / sizeof *drawers };

static int drawer_of(const Node *n) {
  for (int i = 0; i < DRAWERS && !*n->domain; i++)
    if (!strcmp(n->op, drawers[i].op)) return strcmp(n->op, "Dropout") || (n->in.n > 2 && n->in.at[2]) ? i : -1; /* Dropout without training_mode draws nothing */
  return -1;
}

static bool draws(const Graph *g, int depth) { /* depth: the reader has limited it */
  for (size_t i = 0; i < g->nodes.n; i++) {
    const Node *n = g->nodes.at[i];
    if (drawer_of(n) >= 0) return true;
    for (size_t a = 0; a < n->attrs.n && depth; a++)
      if (n->attrs.at[a].kind == ATTR_GRAPH && draws(n->attrs.at[a].graph, depth - 1)) return true;
  }
  return false;
}

static bool node_draws(const Node *n) {
  enum { REGIONS = 200 };
  for (size_t a = 0; a < n->attrs.n; a++)
    if (n->attrs.at[a].kind == ATTR_GRAPH && draws(n->attrs.at[a].graph, REGIONS)) return true;
  return drawer_of(n) >= 0;
}

bool chance_value(Ctx *ctx, const Graph *g, const Value *v) {
  VEC(const Value *) reached = {0};
  for (size_t i = 0; i < g->nodes.n; i++) { /* in the order of execution: whoever reads a drawn value comes after it */
    const Node *n = g->nodes.at[i];
    bool drawn = node_draws(n);
    for (size_t k = 0; k < n->in.n && !drawn; k++)
      for (size_t r = 0; r < reached.n && !drawn; r++) drawn = reached.at[r] == n->in.at[k];
    for (size_t k = 0; k < n->out.n && drawn; k++)
      if (n->out.at[k]) vec_push(ctx, &reached, n->out.at[k]);
  }
  for (size_t r = 0; r < reached.n; r++)
    if (reached.at[r] == v) return true;
  return false;
}

static const double deviations = 5;

/* ---- two samples */
static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

typedef struct Sample { double *at, mean, variance; size_t n; } Sample;

static Sample sample(Ctx *ctx, const Data *d) {
  Sample s = {.n = (size_t)type_bound(ctx, &d->type)};
  s.at = NEWN(ctx, double, s.n + 1);
  for (size_t i = 0; i < s.n; i++) s.mean += (s.at[i] = data_real(d, (int64_t)i)) / (double)s.n;
  for (size_t i = 0; i < s.n; i++) s.variance += (s.at[i] - s.mean) * (s.at[i] - s.mean) / (double)s.n;
  if (s.n) qsort(s.at, s.n, sizeof *s.at, by_value);
  return s;
}

/* The greatest distance between the two cumulated frequencies. */
static double distance(const Sample *a, const Sample *b) {
  double most = 0;
  for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
    double x = fmin(a->at[i], b->at[k]);
    while (i < a->n && a->at[i] <= x) i++;
    while (k < b->n && b->at[k] <= x) k++;
    most = fmax(most, fabs((double)i / (double)a->n - (double)k / (double)b->n));
  }
  return most;
}

static const char *compare_samples(Ctx *ctx, const Data *got, const Data *want) {
  const double smirnov = 2.7; /* exceeded once in a million */
  Sample a = sample(ctx, got), b = sample(ctx, want);
  if (!a.n) return NULL;
  for (size_t i = 0; i < a.n; i++)
    if (isnan(a.at[i]) != isnan(b.at[i])) return "NaN where there is none expected";
  double spread = sqrt((a.variance + b.variance) / (double)a.n), far = distance(&a, &b), most = smirnov * sqrt(2 / (double)a.n);
  if (fabs(a.mean - b.mean) > deviations * spread + 1e-6 * fabs(b.mean)) return ctx_printf(ctx, "the mean of the drawn values is %.4g, expected near %.4g", a.mean, b.mean);
  if (far > most) return ctx_printf(ctx, "the distribution of the drawn values is %.2g away from the expected one, at most %.2g is chance", far, most);
  return NULL;
}

/* ---- what a definition says of each element */
static double attr_real(const Node *n, const char *name, double otherwise) {
  const Attr *a = node_attr(n, name);
  return !a ? otherwise : a->kind == ATTR_REAL ? a->r : a->kind == ATTR_INT ? (double)a->i : otherwise;
}

static const Data *given(const Drawing *d, size_t input) {
  const Value *v = input < d->node->in.n ? d->node->in.at[input] : NULL;
  if (!v || v->data) return v ? v->data : NULL;
  for (size_t i = 0; i < d->feeds->n; i++)
    if (!strcmp(d->feeds->at[i].name, v->name)) return d->feeds->at[i].data;
  return NULL;
}

static const char *outside(Ctx *ctx, const Drawing *d, double low, double high) {
  for (int64_t i = 0, n = type_bound(ctx, &d->y->type); i < n; i++) {
    double y = data_real(d->y, i);
    if (!(y >= low && y <= high)) return ctx_printf(ctx, "element %s is %.9g, expected %g to %g", element_place(ctx, &d->y->type, i), y, low, high);
  }
  return NULL;
}

static const char *unlikely(Ctx *ctx, const char *what, double count, double expected, double variance) {
  return fabs(count - expected) > deviations * sqrt(variance) ? ctx_printf(ctx, "%g elements were %s, expected near %g", count, what, expected) : NULL;
}

static const char *check_uniform(Ctx *ctx, const Drawing *d) {
  Elem e = d->y->type.elem; /* a bound that the type rounds may be met */
  return outside(ctx, d, elem_round(e, attr_real(d->node, "low", 0)), elem_round(e, attr_real(d->node, "high", 1)));
}

static const char *check_bernoulli(Ctx *ctx, const Drawing *d) {
  const Data *p = given(d, 0);
  double expected = 0, variance = 0, ones = 0;
  for (int64_t i = 0, n = type_bound(ctx, &d->y->type); i < n; i++) {
    double y = data_real(d->y, i), chance = p ? data_real(p, i) : 0.5;
    if ((y != 0 && y != 1) || (p && ((chance == 0 && y != 0) || (chance == 1 && y != 1)))) return ctx_printf(ctx, "element %s is %.9g, drawn with probability %g", element_place(ctx, &d->y->type, i), y, chance);
    expected += chance, variance += chance * (1 - chance), ones += y;
  }
  return p ? unlikely(ctx, "one", ones, expected, variance) : NULL;
}

static const char *check_multinomial(Ctx *ctx, const Drawing *d) {
  const Data *x = given(d, 0);
  return x && x->type.rank == 2 ? outside(ctx, d, 0, (double)x->type.dim[1] - 1) : NULL;
}

/* Each element was kept, and scaled so that the mean stays, or dropped; the mask, if it is an output of the model too, says which. */
static const char *check_dropout(Ctx *ctx, const Drawing *d) {
  const Data *x = given(d, 0), *r = given(d, 1), *mask = NULL;
  const Value *m = d->node->out.n > 1 ? d->node->out.at[1] : NULL;
  for (size_t i = 0; i < d->ngot && m; i++)
    if (d->graph->outputs.at[i] == m) mask = d->got[i];
  if (mask == d->y) return outside(ctx, d, 0, 1);
  if (!x) return NULL;
  double ratio = r ? data_real(r, 0) : 0.5, scale = 1 / (1 - ratio), count = 0, dropped = 0;
  for (int64_t i = 0, n = type_bound(ctx, &d->y->type); i < n; i++) {
    double y = data_real(d->y, i), kept = data_real(x, i) * scale, most = fabs(kept) * 1e-3;
    bool may_keep = fabs(y - kept) <= most || (isnan(y) && isnan(kept)), may_drop = y == 0 && (ratio > 0 || kept == 0);
    count += kept != 0, dropped += kept != 0 && y == 0;
    if (mask ? (data_int(mask, i) ? may_keep : may_drop) : may_keep || may_drop) continue;
    return ctx_printf(ctx, "element %s is %.9g: neither 0 nor %.9g%s", element_place(ctx, &d->y->type, i), y, kept, mask ? ", as its mask says" : "");
  }
  return unlikely(ctx, "dropped", dropped, ratio * count, ratio * (1 - ratio) * count);
}

const char *chance_compare(Ctx *ctx, const Graph *g, const Feeds *feeds, size_t number, const Data *const *got, size_t ngot, const Data *want) {
  const Data *y = got[number];
  Difference types = compare(ctx, y, want, (Tolerance){.ulp = -1});
  if (types.mismatch) return types.mismatch;
  const Node *n = g->outputs.at[number]->def;
  int drawer = n ? drawer_of(n) : -1;
  const char *words = drawer >= 0 && drawers[drawer].check ? drawers[drawer].check(ctx, &(Drawing){g, n, feeds, got, ngot, y}) : NULL;
  return words ? words : compare_samples(ctx, y, want);
}
