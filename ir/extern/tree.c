/* Forests: reading, proving, and laying out as tables. The proof is what lets the kernel walk without tests: places and features are inside, and no walk is a circle. */
#include "ir/extern/tree.h"
#include <stdlib.h>

enum { MAX_PLACES = 1 << 28 };

static bool is_double(const Reals *r) { return r->tensor && r->tensor->type.elem == ELEM_f64; }

/* ---- nodes named by the ids of their tree and their own */

typedef struct Named { int64_t tree, node, place; } Named;

static int by_ids(const void *a, const void *b) {
  const Named *x = a, *y = b;
  if (x->tree != y->tree) return x->tree < y->tree ? -1 : 1;
  return (x->node > y->node) - (x->node < y->node);
}

typedef struct Ids { Ctx *ctx; const BindRequest *req; Named *named; int64_t n; } Ids;

static bool find_place(const Ids *ids, int64_t tree, int64_t node, int64_t *place) {
  const Named wanted = {.tree = tree, .node = node}, *found = bsearch(&wanted, ids->named, (size_t)ids->n, sizeof wanted, by_ids);
  if (!found) return diag(ids->ctx, E0401, ids->req->place, "%s has no node %lld in tree %lld", ids->req->op, (long long)node, (long long)tree);
  *place = found->place;
  return true;
}

static bool test_of(const char *mode, int *test) {
  static const char *const modes[] = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"};
  for (*test = 0; *test < (int)(sizeof modes / sizeof *modes); ++*test)
    if (!strcmp(mode, modes[*test])) return true;
  return false;
}

bool forest_of_ids(Ctx *ctx, const BindRequest *req, const char *votes, Forest *f) {
  enum { TREE, NODE, FEATURE, YES, NO, FIELDS };
  static const char *const fields[FIELDS] = {"nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids"};
  const Attr *modes = extern_attr(req, "nodes_modes");
  const int64_t *field[FIELDS], *missing, *vote[3];
  int64_t nmissing, nvotes = -1, n = modes && modes->kind == ATTR_STRINGS ? modes->n : 0;
  Reals threshold, weight;
  if (n == 0 || n > MAX_PLACES) return diag(ctx, E0401, req->place, "%s has no nodes, or more than %d", req->op, MAX_PLACES);
  for (int i = 0; i < FIELDS; i++)
    if (!ml_ints(ctx, req, fields[i], n, &field[i], NULL)) return false;
  if (!ml_reals(ctx, req, "nodes_values", n, &threshold) || !ml_ints(ctx, req, "nodes_missing_value_tracks_true", -1, &missing, &nmissing)) return false;
  if (nmissing && nmissing != n) return diag(ctx, E0401, req->place, "attribute `nodes_missing_value_tracks_true` of %s has %lld entries for %lld nodes", req->op, (long long)nmissing, (long long)n);

  Ids ids = {ctx, req, NEWN(ctx, Named, n), n};
  int64_t inner = 0;
  for (int64_t i = 0; i < n; i++) ids.named[i] = (Named){field[TREE][i], field[NODE][i], strcmp(modes->strings[i], "LEAF") ? inner++ : ~f->leaves++};
  for (int64_t i = 0; i < n; i++)
    if (i == 0 || field[TREE][i] != field[TREE][i - 1]) vec_push(ctx, &f->roots, ids.named[i].place); /* a tree begins with its root */
  qsort(ids.named, (size_t)n, sizeof *ids.named, by_ids);
  for (int64_t i = 1; i < n; i++)
    if (!by_ids(&ids.named[i - 1], &ids.named[i])) return diag(ctx, E0401, req->place, "%s has node %lld of tree %lld twice", req->op, (long long)ids.named[i].node, (long long)ids.named[i].tree);
  for (int64_t i = 0; i < n; i++) {
    if (!strcmp(modes->strings[i], "LEAF")) continue;
    TreeNode t = {.feature = field[FEATURE][i], .threshold = ml_real(&threshold, i)};
    if (!test_of(modes->strings[i], &t.test)) return diag(ctx, E0401, req->place, "%s does not know the node mode `%s`", req->op, modes->strings[i]);
    if (nmissing && missing[i]) t.test += TREE_MISSING;
    if (!find_place(&ids, field[TREE][i], field[YES][i], &t.yes) || !find_place(&ids, field[TREE][i], field[NO][i], &t.no)) return false;
    vec_push(ctx, &f->nodes, t);
  }

  static const char *const parts[3] = {"treeids", "nodeids", "ids"};
  for (int i = 0; i < 3; i++)
    if (!ml_ints(ctx, req, ctx_printf(ctx, "%s%s", votes, parts[i]), nvotes, &vote[i], &nvotes)) return false;
  if (!ml_reals(ctx, req, ctx_printf(ctx, "%sweights", votes), nvotes, &weight)) return false;
  for (int64_t i = 0; i < nvotes; i++) {
    int64_t place;
    if (!find_place(&ids, vote[0][i], vote[1][i], &place)) return false;
    if (place < 0) vec_push(ctx, &f->votes, ((TreeVote){~place, vote[2][i], ml_real(&weight, i)})); /* no walk ends at an inner node: its votes are never cast */
  }
  f->doubles = is_double(&threshold) || is_double(&weight);
  return true;
}

/* ---- proof */

static bool place_is_inside(const Forest *f, int64_t place) { return place >= 0 ? place < (int64_t)f->nodes.n : ~place < f->leaves; }

/* Takes nodes away that nothing leads to, until none is left; what cannot be taken away is a circle. */
static bool walks_end(Ctx *ctx, const BindRequest *req, const Forest *f) {
  int64_t n = (int64_t)f->nodes.n, *leads = NEWN(ctx, int64_t, n), *free_node = NEWN(ctx, int64_t, n), nfree = 0, taken = 0;
  for (int64_t i = 0; i < n; i++) {
    if (f->nodes.at[i].yes >= 0) leads[f->nodes.at[i].yes]++;
    if (f->nodes.at[i].no >= 0) leads[f->nodes.at[i].no]++;
  }
  for (int64_t i = 0; i < n; i++)
    if (!leads[i]) free_node[nfree++] = i;
  for (; taken < nfree; taken++) {
    const TreeNode *t = &f->nodes.at[free_node[taken]];
    if (t->yes >= 0 && !--leads[t->yes]) free_node[nfree++] = t->yes;
    if (t->no >= 0 && !--leads[t->no]) free_node[nfree++] = t->no;
  }
  return taken == n || diag(ctx, E0401, req->place, "the nodes of %s lead in a circle", req->op);
}

static bool forest_check(Ctx *ctx, const BindRequest *req, const Forest *f, ext_t features) {
  if (f->nodes.n > MAX_PLACES || f->votes.n > MAX_PLACES || f->roots.n > MAX_PLACES || f->leaves > MAX_PLACES) return diag(ctx, E0701, req->place, "%s has more than %d nodes", req->op, MAX_PLACES);
  if (f->targets < 1 || f->targets > MAX_PLACES) return diag(ctx, E0401, req->place, "%s has %lld targets", req->op, (long long)f->targets);
  for (size_t i = 0; i < f->roots.n; i++)
    if (!place_is_inside(f, f->roots.at[i])) return diag(ctx, E0401, req->place, "tree %zu of %s has no such root", i, req->op);
  int64_t last = 0;
  for (size_t i = 0; i < f->nodes.n; i++) {
    const TreeNode *t = &f->nodes.at[i];
    if (!place_is_inside(f, t->yes) || !place_is_inside(f, t->no)) return diag(ctx, E0401, req->place, "node %zu of %s leads to a node that is not there", i, req->op);
    if (t->feature < 0) return diag(ctx, E0401, req->place, "node %zu of %s asks for feature %lld", i, req->op, (long long)t->feature);
    last = t->feature > last ? t->feature : last;
  }
  if (f->nodes.n && ext_lt(ctx, last, features) != TRI_TRUE) return diag(ctx, E0302, req->place, "%s asks for feature %lld, which its input does not have", req->op, (long long)last);
  for (size_t i = 0; i < f->votes.n; i++)
    if (f->votes.at[i].target < 0 || f->votes.at[i].target >= f->targets) return diag(ctx, E0401, req->place, "%s has a vote for target %lld of %lld", req->op, (long long)f->votes.at[i].target, (long long)f->targets);
  return walks_end(ctx, req, f);
}

/* ---- tables */

static bool int_table(Ctx *ctx, const BindRequest *req, int rank, const int64_t *dim, void **ints, ExternBound *to) {
  Data *d = data_new(ctx, ELEM_i32, rank, dim);
  if (!d) return false;
  *ints = (void *)(uintptr_t)d->bytes;
  return extern_table(ctx, req, d, to);
}

static bool real_table(Ctx *ctx, const BindRequest *req, const Forest *f, int64_t n, void **reals, ExternBound *to) {
  Data *d = data_new(ctx, f->doubles ? ELEM_f64 : ELEM_f32, 1, &n);
  if (!d) return false;
  *reals = (void *)(uintptr_t)d->bytes;
  return extern_table(ctx, req, d, to);
}

static void store_real(const Forest *f, void *reals, int64_t i, double v) { data_set_real(reals, f->doubles ? ELEM_f64 : ELEM_f32, i, v); }

static bool forest_tables(Ctx *ctx, const BindRequest *req, const Forest *f, const Reals *base, ExternBound *to) {
  int64_t n = (int64_t)f->nodes.n, trees = (int64_t)f->roots.n, votes = (int64_t)f->votes.n;
  void *node, *threshold, *root, *first, *target, *weight, *bases;
  if (!int_table(ctx, req, 2, (const int64_t[]){n, 4}, &node, to) || !real_table(ctx, req, f, n, &threshold, to) || !int_table(ctx, req, 1, &trees, &root, to)) return false;
  if (!int_table(ctx, req, 1, (const int64_t[]){f->leaves + 1}, &first, to) || !int_table(ctx, req, 1, &votes, &target, to)) return false;
  if (!real_table(ctx, req, f, votes, &weight, to) || !real_table(ctx, req, f, base->n, &bases, to)) return false;
  for (int64_t i = 0; i < n; i++) {
    const TreeNode *t = &f->nodes.at[i];
    memcpy((int32_t *)node + 4 * i, (const int32_t[]){(int32_t)t->feature, t->test, (int32_t)t->yes, (int32_t)t->no}, 4 * sizeof(int32_t));
    store_real(f, threshold, i, t->threshold);
  }
  for (int64_t i = 0; i < trees; i++) ((int32_t *)root)[i] = (int32_t)f->roots.at[i];
  int32_t *start = first, *next = NEWN(ctx, int32_t, f->leaves + 1);
  for (int64_t i = 0; i < votes; i++) start[f->votes.at[i].leaf + 1]++;
  for (int64_t i = 0; i < f->leaves; i++) start[i + 1] += start[i];
  memcpy(next, start, (size_t)(f->leaves + 1) * sizeof *next);
  for (int64_t i = 0; i < votes; i++) {
    int32_t at = next[f->votes.at[i].leaf]++;
    ((int32_t *)target)[at] = (int32_t)f->votes.at[i].target;
    store_real(f, weight, at, f->votes.at[i].weight);
  }
  for (int64_t i = 0; i < base->n; i++) store_real(f, bases, i, ml_real(base, i));
  return true;
}

static int uniform_test(const Forest *f) {
  for (size_t i = 1; i < f->nodes.n; i++)
    if (f->nodes.at[i].test != f->nodes.at[0].test) return -1;
  return f->nodes.n ? f->nodes.at[0].test : 0;
}

bool forest_bind(Ctx *ctx, const BindRequest *req, const Forest *f, int64_t aggregate, int64_t transform, const Reals *base, ExternBound *to) {
  RowsOf x;
  if (!rows_of(ctx, req, &x)) return false;
  Forest wide = *f;
  wide.doubles |= is_double(base);
  if (!forest_check(ctx, req, f, x.features)) return false;
  *to = (ExternBound){.nargs = 9, .arg = {x.rows, x.features, x.elem, (int64_t)f->roots.n, f->targets, wide.doubles, uniform_test(f), aggregate, transform}};
  to->work = f->targets * (int64_t)(sizeof(double) + 1);
  to->out[0] = (Type){.elem = ELEM_f32, .rank = 2, .dim = {x.rows, f->targets}};
  return forest_tables(ctx, req, &wide, base, to);
}
