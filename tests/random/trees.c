/* Forests: small trees of random tests whose thresholds features often meet, and votes at their leaves. Support vectors: few, with round numbers. */
#include "draw.h"
#include <math.h>

enum { MOST_NODES = 128, DEEPEST = 3 };
typedef VEC(int64_t) Ints;
typedef VEC(double) Reals;

static Attr ints_attr(const Ints *v) { return (Attr){.kind = ATTR_INTS, .n = (int)v->n, .ints = v->at}; }
static Attr reals_attr(const Reals *v) { return (Attr){.kind = ATTR_REALS, .n = (int)v->n, .reals = v->at}; }

static double draw_half(Choices *c) { return (double)PICK(c, 0, 1, -1, 2, -3, 4, 5) / 2; }

static void draw_table(Choices *c, int64_t dim[2]) {
  draw_extents(c, 2, 2, false, dim);
  if (one_in(c, 10)) dim[0] = 0;
}

static const Data *draw_rows(Choices *c, Elem e, const int64_t dim[2]) { return draw_values(c, e, 2, dim, SORT_ANY, 0, (Mood)PICK(c, MOOD_WHOLE, MOOD_PLAIN, MOOD_SPECIAL)); }

/* ---- nodes that are named by their tree and a number in it */
typedef struct Trees {
  Choices *c;
  Ints tree, node, feature, yes, no, missing; Reals value; VEC(const char *) mode;
  Ints vote_tree, vote_node, vote_for; Reals vote;
  int64_t features, targets;
  const char *only;                                                /* the test of all nodes; NULL: any */
  int64_t one;                                                     /* the class that gets all votes; -1: none */
  bool sparse;                                                     /* there may be targets without a vote */
} Trees;

static const char *const modes[] = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"};

/* A leaf of the first tree votes for all, so that every target gets a vote; of two classes only one does, whose score stands for both. */
static void add_votes(Trees *t, int64_t tree, int64_t node) {
  Ctx *ctx = t->c->ctx;
  bool one = t->one >= 0;
  uint32_t n = one ? 1 : tree == 0 && !t->sparse ? (uint32_t)t->targets : one_in(t->c, 4) && t->targets > 1 ? 2 : 1, first = one ? (uint32_t)t->one : choose(t->c, (uint32_t)t->targets);
  for (uint32_t i = 0; i < n; i++) {
    vec_push(ctx, &t->vote_tree, tree), vec_push(ctx, &t->vote_node, node);
    vec_push(ctx, &t->vote_for, (int64_t)((first + i) % (uint32_t)t->targets));
    vec_push(ctx, &t->vote, (double)PICK(t->c, 1, 2, -1, 3, 0, -4, 5) / 4);
  }
}

/* The number of the node that it makes, and of those below it. */
static int64_t grow(Trees *t, int64_t tree, int64_t *next, int depth) {
  Ctx *ctx = t->c->ctx;
  size_t at = t->node.n;
  bool leaf = depth == DEEPEST || !one_in(t->c, 2) || at >= MOST_NODES;
  int64_t number = (*next)++;
  vec_push(ctx, &t->tree, tree), vec_push(ctx, &t->node, number);
  vec_push(ctx, &t->feature, leaf ? 0 : (int64_t)choose(t->c, (uint32_t)t->features));
  vec_push(ctx, &t->value, leaf ? 0 : draw_half(t->c));
  vec_push(ctx, &t->mode, leaf ? "LEAF" : t->only ? t->only : modes[choose(t->c, 6)]);
  vec_push(ctx, &t->missing, leaf ? 0 : (int64_t)choose(t->c, 2));
  vec_push(ctx, &t->yes, 0), vec_push(ctx, &t->no, 0);
  if (leaf) { add_votes(t, tree, number); return number; }
  int64_t yes = grow(t, tree, next, depth + 1), no = grow(t, tree, next, depth + 1);
  t->yes.at[at] = yes, t->no.at[at] = no;
  return number;
}

static void give_votes(Ctx *ctx, Case *out, const char *prefix, const char *ids, const Trees *t) {
  give_attr(out, ctx, ctx_printf(ctx, "%s_treeids", prefix), ints_attr(&t->vote_tree));
  give_attr(out, ctx, ctx_printf(ctx, "%s_nodeids", prefix), ints_attr(&t->vote_node));
  give_attr(out, ctx, ctx_printf(ctx, "%s_ids", ids), ints_attr(&t->vote_for));
  give_attr(out, ctx, ctx_printf(ctx, "%s_weights", prefix), reals_attr(&t->vote));
}

static void give_labels(Ctx *ctx, Choices *c, Case *out, int n, const char *ints) {
  if (n > 1 && one_in(c, 2)) give_attr(out, ctx, "classlabels_strings", (Attr){.kind = ATTR_STRINGS, .n = n, .strings = draw_different_texts(c, n, WORDS_FEW)});
  else give_attr(out, ctx, ints, (Attr){.kind = ATTR_INTS, .n = n, .ints = draw_different_ints(c, n)});
}

static const char *const transforms[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};

bool draw_trees(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  static const char *const aggregates[] = {"SUM", "AVERAGE", "MIN", "MAX"};
  bool classes = !strcmp(row->op, "TreeEnsembleClassifier");
  Trees t = {.c = c};
  out->opset = (int)PICK(c, 3, 1), out->nout = 1 + classes, out->want[0] = out->want[1] = true;
  int64_t dim[2];
  draw_table(c, dim);
  const Data *x = draw_rows(c, (Elem)PICK(c, ELEM_f32, ELEM_f32, ELEM_f64, ELEM_i64, ELEM_i32), dim);
  t.features = dim[1];
  t.targets = (int64_t)PICK(c, 1, 2, 3, 2, 4);
  if (t.targets == 1 && t.sparse) t.targets = 2;
  t.sparse = row->what && !strcmp(row->what, "not-all-voted"), t.one = classes && t.targets == 2 && !row->what ? (int64_t)choose(c, 2) : -1;
  if (row->what && classes && !t.sparse) t.targets = 2;
  t.only = one_in(c, 3) ? NULL : modes[choose(c, 6)];
  int64_t trees = 1 + choose(c, 3);
  for (int64_t i = 0, next = 0; i < trees; i++, next = 0) grow(&t, i, &next, 0);
  give_attr(out, ctx, "nodes_treeids", ints_attr(&t.tree));
  give_attr(out, ctx, "nodes_nodeids", ints_attr(&t.node));
  give_attr(out, ctx, "nodes_featureids", ints_attr(&t.feature));
  give_attr(out, ctx, "nodes_modes", (Attr){.kind = ATTR_STRINGS, .n = (int)t.mode.n, .strings = t.mode.at});
  give_attr(out, ctx, "nodes_values", reals_attr(&t.value));
  give_attr(out, ctx, "nodes_truenodeids", ints_attr(&t.yes));
  give_attr(out, ctx, "nodes_falsenodeids", ints_attr(&t.no));
  if (one_in(c, 2)) give_attr(out, ctx, "nodes_missing_value_tracks_true", ints_attr(&t.missing));
  give_votes(ctx, out, classes ? "class" : "target", classes ? "class" : "target", &t);
  if (classes) give_labels(ctx, c, out, (int)t.targets, "classlabels_int64s");
  else give_attr(out, ctx, "n_targets", (Attr){.kind = ATTR_INT, .i = t.targets});
  if (!classes && one_in(c, 2)) give_attr(out, ctx, "aggregate_function", (Attr){.kind = ATTR_STRING, .s = aggregates[choose(c, 4)]});
  if (one_in(c, 3)) {
    Reals base = {0};
    for (int64_t i = 0; i < (t.one == 0 ? 1 : t.targets); i++) vec_push(ctx, &base, draw_half(c)); /* one for a score that stands for both */
    if (t.one != 1) give_attr(out, ctx, "base_values", reals_attr(&base));
  }
  if (one_in(c, 2)) give_attr(out, ctx, "post_transform", (Attr){.kind = ATTR_STRING, .s = transforms[choose(c, t.one >= 0 ? 4 : 5)]}); /* PROBIT says nothing of the other class */
  give_input(out, x);
  return true;
}

/* ---- nodes and leaves by their places */
typedef struct Forest {
  Choices *c;
  Ints feature, yes, no, yes_leaf, no_leaf, missing, root, target, mode; Reals split, weight, members;
  int64_t features, targets;
  bool sparse;
} Forest;

static Attr tensor_attr(Ctx *ctx, Elem e, const Reals *reals, const Ints *ints) {
  const int64_t dim[] = {(int64_t)(reals ? reals->n : ints->n)};
  Data *d = data_new(ctx, e, 1, dim);
  for (int64_t i = 0; d && i < dim[0]; i++) {
    if (reals) data_set_real((void *)(uintptr_t)d->bytes, e, i, reals->at[i]);
    else data_set_int((void *)(uintptr_t)d->bytes, e, i, ints->at[i]);
  }
  return (Attr){.kind = ATTR_TENSOR, .tensor = d};
}

static int64_t draw_leaf(Forest *f) {
  Ctx *ctx = f->c->ctx;
  int64_t trees = (int64_t)f->root.n;
  vec_push(ctx, &f->target, !f->sparse && trees < f->targets ? trees : (int64_t)choose(f->c, (uint32_t)f->targets)); /* each of the first trees is for one target */
  vec_push(ctx, &f->weight, (double)PICK(f->c, 1, 2, -1, 3, 0, -4, 5) / 4);
  return (int64_t)f->target.n - 1;
}

static int64_t plant(Forest *f, int depth) {
  enum { MEMBER = 6 };
  Ctx *ctx = f->c->ctx;
  size_t at = f->feature.n;
  int64_t mode = choose(f->c, MEMBER + 1);
  vec_push(ctx, &f->feature, (int64_t)choose(f->c, (uint32_t)f->features));
  vec_push(ctx, &f->mode, mode);
  vec_push(ctx, &f->split, mode == MEMBER ? 0 : draw_half(f->c));
  vec_push(ctx, &f->missing, (int64_t)choose(f->c, 2));
  vec_push(ctx, &f->yes, 0), vec_push(ctx, &f->no, 0), vec_push(ctx, &f->yes_leaf, 1), vec_push(ctx, &f->no_leaf, 1);
  for (int side = 0; side < 2; side++) {
    bool leaf = depth == DEEPEST || !one_in(f->c, 2) || at >= MOST_NODES;
    int64_t to = leaf ? draw_leaf(f) : plant(f, depth + 1);
    (side ? &f->no : &f->yes)->at[at] = to, (side ? &f->no_leaf : &f->yes_leaf)->at[at] = leaf;
  }
  return (int64_t)at;
}

bool draw_tree_ensemble(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  Forest f = {.c = c, .sparse = one_in(c, 3)};
  Elem e = (Elem)PICK(c, ELEM_f32, ELEM_f32, ELEM_f64);
  out->nout = 1, out->want[0] = true;
  int64_t dim[2];
  draw_table(c, dim);
  f.features = dim[1];
  f.targets = 1 + f.sparse + choose(c, 3);
  for (uint32_t i = 0, n = (f.sparse ? 1 : (uint32_t)f.targets) + choose(c, 3); i < n; i++) {
    int64_t root = plant(&f, 0);
    vec_push(ctx, &f.root, root);
  }
  for (size_t i = 0; i < f.mode.n; i++) { /* a set for every node that tests membership, in the order of the nodes, each with a NaN behind it */
    if (f.mode.at[i] != 6) continue;
    for (uint32_t k = 0, n = 1 + choose(c, 3); k < n; k++) vec_push(ctx, &f.members, floor(draw_half(c)));
    vec_push(ctx, &f.members, NAN);
  }
  give_attr(out, ctx, "n_targets", (Attr){.kind = ATTR_INT, .i = f.targets});
  give_attr(out, ctx, "tree_roots", ints_attr(&f.root));
  give_attr(out, ctx, "nodes_featureids", ints_attr(&f.feature));
  give_attr(out, ctx, "nodes_modes", tensor_attr(ctx, ELEM_u8, NULL, &f.mode));
  give_attr(out, ctx, "nodes_splits", tensor_attr(ctx, e, &f.split, NULL));
  give_attr(out, ctx, "nodes_truenodeids", ints_attr(&f.yes));
  give_attr(out, ctx, "nodes_falsenodeids", ints_attr(&f.no));
  give_attr(out, ctx, "nodes_trueleafs", ints_attr(&f.yes_leaf));
  give_attr(out, ctx, "nodes_falseleafs", ints_attr(&f.no_leaf));
  give_attr(out, ctx, "leaf_targetids", ints_attr(&f.target));
  give_attr(out, ctx, "leaf_weights", tensor_attr(ctx, e, &f.weight, NULL));
  if (f.members.n) give_attr(out, ctx, "membership_values", tensor_attr(ctx, e, &f.members, NULL));
  if (one_in(c, 2)) give_attr(out, ctx, "nodes_missing_value_tracks_true", ints_attr(&f.missing));
  if (one_in(c, 2)) give_attr(out, ctx, "aggregate_function", (Attr){.kind = ATTR_INT, .i = choose(c, 4)});
  if (row->what || one_in(c, 2)) give_attr(out, ctx, "post_transform", (Attr){.kind = ATTR_INT, .i = row->what ? PICK(c, 1, 2) : PICK(c, 0, 3, 4)});
  give_input(out, f.members.n ? draw_values(c, e, 2, dim, SORT_ANY, 0, MOOD_WHOLE) : draw_rows(c, e, dim)); /* ONNX Runtime looks for whole numbers in sets only */
  return true;
}

/* ---- support vectors: a sum over those of every two classes, or a linear score for each class */
static Attr draw_reals(Choices *c, int64_t n) {
  Reals v = {0};
  for (int64_t i = 0; i < n; i++) vec_push(c->ctx, &v, draw_half(c));
  return reals_attr(&v);
}

bool draw_svm(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  static const char *const kernels[] = {"LINEAR", "POLY", "RBF", "SIGMOID"};
  int64_t dim[2], classes = 2 + choose(c, 3), pairs = classes * (classes - 1) / 2, vectors = 0;
  draw_table(c, dim);
  const Data *x = draw_rows(c, (Elem)PICK(c, ELEM_f32, ELEM_f32, ELEM_f64, ELEM_i64, ELEM_i32), dim);
  bool linear = one_in(c, 4);
  (void)row;
  out->nout = 2, out->want[0] = out->want[1] = true;
  Ints per = {0};
  for (int64_t i = 0; i < classes && !linear; i++) {
    int64_t n = 1 + choose(c, 3);
    vec_push(ctx, &per, n);
    vectors += n;
  }
  give_labels(ctx, c, out, (int)classes, "classlabels_ints");
  if (linear) {
    give_attr(out, ctx, "coefficients", draw_reals(c, classes * dim[1]));
    give_attr(out, ctx, "rho", draw_reals(c, 1));
  } else {
    give_attr(out, ctx, "vectors_per_class", ints_attr(&per));
    give_attr(out, ctx, "support_vectors", draw_reals(c, vectors * dim[1]));
    give_attr(out, ctx, "coefficients", draw_reals(c, vectors * (classes - 1)));
    give_attr(out, ctx, "rho", draw_reals(c, pairs));
  }
  give_attr(out, ctx, "kernel_type", (Attr){.kind = ATTR_STRING, .s = kernels[choose(c, 4)]});
  const double params[] = {0.25, 0.5, (double)(1 + choose(c, 3))};
  give_attr(out, ctx, "kernel_params", (Attr){.kind = ATTR_REALS, .n = 3, .reals = arena_copy(ctx->arena, params, sizeof params)});
  bool probable = !linear && one_in(c, 2);
  if (probable) {
    give_attr(out, ctx, "prob_a", draw_reals(c, pairs));
    give_attr(out, ctx, "prob_b", draw_reals(c, pairs));
  }
  if (one_in(c, 2)) { /* SOFTMAX_ZERO jumps where a probability is next to nothing; PROBIT says nothing of the other of two classes */
    uint32_t n = probable ? 3 : classes == 2 && !linear ? 4 : 5;
    give_attr(out, ctx, "post_transform", (Attr){.kind = ATTR_STRING, .s = transforms[choose(c, n)]});
  }
  give_input(out, x);
  return true;
}
