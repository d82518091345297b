/* TreeEnsembleClassifier: nodes with ids, votes for classes, and a label for each class. */
#include "ir/extern/tree.h"
#include "ir/extern/tree_ensemble_classifier.kernel.h"

static const char *const known[] = {
  "base_values", "base_values_as_tensor", "class_ids", "class_nodeids", "class_treeids", "class_weights", "class_weights_as_tensor", "classlabels_int64s", "classlabels_strings",
  "nodes_falsenodeids", "nodes_featureids", "nodes_hitrates", "nodes_hitrates_as_tensor", "nodes_missing_value_tracks_true", "nodes_modes", "nodes_nodeids", "nodes_treeids",
  "nodes_truenodeids", "nodes_values", "nodes_values_as_tensor", "post_transform", NULL};

/* One score or one for each class? Two base values are two scores. And does no weight speak against its class? */
static int64_t who_gets_votes(const BindRequest *req, const Forest *f, int64_t bases, bool *shares) {
  const Attr *ids = extern_attr(req, "class_ids");
  bool same = true;
  *shares = true;
  for (int i = 1; ids && ids->kind == ATTR_INTS && i < ids->n; i++) same &= ids->ints[i] == ids->ints[0];
  for (size_t i = 0; i < f->votes.n; i++) *shares &= f->votes.at[i].weight >= 0;
  if (f->targets == 1) return SINTER_VOTES_ALONE;
  if (f->targets > 2 || !same || !f->votes.n || bases == 2) return SINTER_VOTES_MANY;
  return f->votes.at[0].target == 0 ? SINTER_VOTES_FIRST : SINTER_VOTES_SECOND;
}

static bool label_table(Ctx *ctx, const BindRequest *req, int64_t votes, bool strings, ExternBound *to) {
  if (strings) return extern_table_strings(ctx, req, "classlabels_strings", to);
  if (votes != SINTER_VOTES_ALONE) return extern_table_ints(ctx, req, "classlabels_int64s", ELEM_i64, to);
  Data *d = data_new(ctx, ELEM_i64, 1, (const int64_t[]){2}); /* the only class wins, 1, or does not, 0 */
  if (d) data_set_int((void *)(uintptr_t)d->bytes, ELEM_i64, 1, 1);
  return extern_table(ctx, req, d, to);
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  Forest f = {0};
  Reals base;
  int64_t transform;
  bool shares;
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, known)) return false;
  const Attr *ints = extern_attr(req, "classlabels_int64s"), *texts = extern_attr(req, "classlabels_strings");
  int64_t nints = ints && ints->kind == ATTR_INTS ? ints->n : 0, ntexts = texts && texts->kind == ATTR_STRINGS ? texts->n : 0;
  f.targets = nints + ntexts;
  if (f.targets == 0 || (nints && ntexts)) return diag(ctx, E0401, req->place, "%s needs either `classlabels_int64s` or `classlabels_strings`", req->op);
  if (!ml_choice(ctx, req, "post_transform", ml_transforms, SINTER_SCORES_PLAIN, &transform) || !ml_reals(ctx, req, "base_values", -1, &base)) return false;
  if (!forest_of_ids(ctx, req, "class_", &f)) return false;
  int64_t votes = who_gets_votes(req, &f, base.n, &shares), most = votes == SINTER_VOTES_FIRST ? 1 : votes == SINTER_VOTES_SECOND ? 0 : f.targets;
  if (base.n && base.n != most) return diag(ctx, E0401, req->place, "%s has %lld base values for %lld scores", req->op, (long long)base.n, (long long)most);
  if ((votes == SINTER_VOTES_FIRST || votes == SINTER_VOTES_SECOND) && transform == SINTER_SCORES_PROBIT) return diag(ctx, E0401, req->place, "%s: PROBIT says nothing of the other one of two classes", req->op);
  if (votes == SINTER_VOTES_ALONE && ntexts) return diag(ctx, E0401, req->place, "%s has one label, and none for what is not in its class", req->op);
  if (!forest_bind(ctx, req, &f, SINTER_TREE_SUM, transform, &base, to) || !label_table(ctx, req, votes, ntexts > 0, to)) return false;
  to->arg[to->nargs++] = base.n;
  to->arg[to->nargs++] = ntexts ? 0 : (int64_t)sizeof(int64_t);
  to->arg[to->nargs++] = votes;
  to->arg[to->nargs++] = shares;
  to->out[1] = to->out[0];
  to->out[0] = (Type){.elem = ntexts ? ELEM_string : ELEM_i64, .rank = 1, .dim = {to->out[1].dim[0]}};
  return true;
}

const Extern extern_tree_ensemble_classifier = {"TreeEnsembleClassifier", "ai.onnx.ml", 1, 1, 2, "sinter_tree_ensemble_classifier", bind, sinter_tree_ensemble_classifier};
