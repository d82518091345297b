/* TreeEnsemble: nodes and leaves by number, and tests of membership, which become a chain of nodes that compare. */
#include "ir/extern/tree.h"
#include "ir/extern/tree_ensemble.kernel.h"

static const char *const known[] = {
  "aggregate_function", "leaf_targetids", "leaf_weights", "membership_values", "n_targets", "nodes_falseleafs", "nodes_falsenodeids", "nodes_featureids", "nodes_hitrates",
  "nodes_missing_value_tracks_true", "nodes_modes", "nodes_splits", "nodes_trueleafs", "nodes_truenodeids", "post_transform", "tree_roots", NULL};

/* Where a branch leads: nodes are numbered on after those of chains, which stand at the end, so a number is a place. */
static int64_t place_of(int64_t id, int64_t is_leaf) { return is_leaf ? (id >= 0 ? ~id : INT64_MAX) : (id >= 0 ? id : INT64_MAX); }

/* The chain for one set, of which the members begin at *next: x == first, else x == second ... The first link stands in place of the node. */
static bool add_chain(Ctx *ctx, const BindRequest *req, Forest *f, size_t at, const Reals *members, int64_t *next) {
  TreeNode link = f->nodes.at[at];
  int64_t otherwise = link.no;
  link.test = TREE_EQ + (link.test & TREE_MISSING);
  link.threshold = *next < members->n ? ml_real(members, *next) : 0;
  if (*next >= members->n) return diag(ctx, E0401, req->place, "%s has more nodes that test membership than sets in `membership_values`", req->op);
  if (link.threshold == link.threshold) ++*next;         /* an empty set: NaN, which nothing equals */
  f->nodes.at[at] = link;
  for (; *next < members->n && ml_real(members, *next) == ml_real(members, *next); ++*next) {
    f->nodes.at[at].no = (int64_t)f->nodes.n;
    at = f->nodes.n;
    link.threshold = ml_real(members, *next);
    vec_push(ctx, &f->nodes, link);
  }
  ++*next;                                               /* the NaN that ends the set */
  f->nodes.at[at].no = otherwise;
  return true;
}

static bool read_forest(Ctx *ctx, const BindRequest *req, Forest *f) {
  enum { FEATURE, YES, NO, YES_LEAF, NO_LEAF, FIELDS };
  static const char *const fields[FIELDS] = {"nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids", "nodes_trueleafs", "nodes_falseleafs"};
  const int64_t *field[FIELDS], *missing, *root, *target;
  int64_t nmissing, nroots, nleaves, next = 0;
  Reals split, weight, members;
  const Attr *modes = extern_attr(req, "nodes_modes");
  if (!modes || modes->kind != ATTR_TENSOR || modes->tensor->type.elem != ELEM_u8 || modes->tensor->type.rank != 1) return diag(ctx, E0401, req->place, "%s needs `nodes_modes`, a vector of u8", req->op);
  int64_t n = modes->tensor->type.dim[0];
  for (int i = 0; i < FIELDS; i++)
    if (!ml_ints(ctx, req, fields[i], n, &field[i], NULL)) return false;
  if (!ml_reals(ctx, req, "nodes_splits", n, &split) || !ml_ints(ctx, req, "nodes_missing_value_tracks_true", -1, &missing, &nmissing)) return false;
  if (nmissing && nmissing != n) return diag(ctx, E0401, req->place, "attribute `nodes_missing_value_tracks_true` of %s has %lld entries for %lld nodes", req->op, (long long)nmissing, (long long)n);
  if (!ml_ints(ctx, req, "tree_roots", -1, &root, &nroots) || !ml_ints(ctx, req, "leaf_targetids", -1, &target, &nleaves)) return false;
  if (!ml_reals(ctx, req, "leaf_weights", nleaves, &weight) || !ml_reals(ctx, req, "membership_values", -1, &members)) return false;
  for (int64_t i = 0; i < n; i++) {
    TreeNode t = {.feature = field[FEATURE][i], .threshold = ml_real(&split, i), .test = (int)data_int(modes->tensor, i)};
    if (t.test > TREE_MEMBER) return diag(ctx, E0401, req->place, "%s does not know the node mode %d", req->op, t.test);
    if (nmissing && missing[i]) t.test += TREE_MISSING;
    t.yes = place_of(field[YES][i], field[YES_LEAF][i]);
    t.no = place_of(field[NO][i], field[NO_LEAF][i]);
    if ((t.yes >= n && t.yes >= 0) || (t.no >= n && t.no >= 0)) return diag(ctx, E0401, req->place, "node %lld of %s leads to a node that is not there", (long long)i, req->op);
    vec_push(ctx, &f->nodes, t);
  }
  for (int64_t i = 0; i < n; i++)
    if ((f->nodes.at[i].test & 7) == TREE_MEMBER && !add_chain(ctx, req, f, (size_t)i, &members, &next)) return false;
  for (int64_t i = 0; i < nroots; i++) vec_push(ctx, &f->roots, root[i] >= 0 && root[i] < n ? root[i] : INT64_MAX);
  for (int64_t i = 0; i < nleaves; i++) vec_push(ctx, &f->votes, ((TreeVote){i, target[i], ml_real(&weight, i)}));
  f->leaves = nleaves;
  f->doubles = (split.tensor && split.tensor->type.elem == ELEM_f64) || (weight.tensor && weight.tensor->type.elem == ELEM_f64) || (members.tensor && members.tensor->type.elem == ELEM_f64);
  return true;
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  Forest f = {0};
  int64_t aggregate, transform;
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, known) || !extern_int(ctx, req, "n_targets", 1, &f.targets)) return false;
  if (!extern_int(ctx, req, "aggregate_function", SINTER_TREE_SUM, &aggregate) || !extern_int(ctx, req, "post_transform", SINTER_SCORES_PLAIN, &transform)) return false;
  if (aggregate < SINTER_TREE_AVERAGE || aggregate > SINTER_TREE_GREATEST) return diag(ctx, E0401, req->place, "aggregate_function is %lld", (long long)aggregate);
  if (transform < SINTER_SCORES_PLAIN || transform > SINTER_SCORES_PROBIT) return diag(ctx, E0401, req->place, "post_transform is %lld", (long long)transform);
  Elem elem = req->in[0].type->elem;
  if (elem != ELEM_f32 && elem != ELEM_f64 && elem != ELEM_f16) return diag(ctx, E0404, req->place, "TreeEnsemble does not take elements of type %s", elem_info(elem)->name);
  if (!read_forest(ctx, req, &f) || !forest_bind(ctx, req, &f, aggregate, transform, &(Reals){0}, to)) return false;
  to->arg[to->nargs++] = 0;
  to->arg[to->nargs++] = elem == ELEM_f32 ? 0 : elem == ELEM_f64 ? 1 : 4;
  to->out[0].elem = elem;
  return true;
}

const Extern extern_tree_ensemble = {"TreeEnsemble", "ai.onnx.ml", 5, 1, 1, "sinter_tree_ensemble", bind, sinter_tree_ensemble};
