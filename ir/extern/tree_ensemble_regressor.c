/* TreeEnsembleRegressor: nodes with ids, votes for targets; base values are added to what the votes make. */
#include "ir/extern/tree.h"
#include "ir/extern/tree_ensemble_regressor.kernel.h"

static const char *const known[] = {
  "aggregate_function", "base_values", "base_values_as_tensor", "n_targets", "nodes_falsenodeids", "nodes_featureids", "nodes_hitrates", "nodes_hitrates_as_tensor",
  "nodes_missing_value_tracks_true", "nodes_modes", "nodes_nodeids", "nodes_treeids", "nodes_truenodeids", "nodes_values", "nodes_values_as_tensor", "post_transform",
  "target_ids", "target_nodeids", "target_treeids", "target_weights", "target_weights_as_tensor", NULL};
static const char *const aggregates[] = {"AVERAGE", "SUM", "MIN", "MAX", NULL}; /* in the kernel's order */

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  Forest f = {0};
  Reals base;
  int64_t aggregate, transform;
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, known) || !extern_int(ctx, req, "n_targets", 1, &f.targets)) return false;
  if (!ml_choice(ctx, req, "aggregate_function", aggregates, SINTER_TREE_SUM, &aggregate) || !ml_choice(ctx, req, "post_transform", ml_transforms, SINTER_SCORES_PLAIN, &transform)) return false;
  if (!ml_reals(ctx, req, "base_values", -1, &base) || !forest_of_ids(ctx, req, "target_", &f)) return false;
  if (base.n && base.n != f.targets) return diag(ctx, E0401, req->place, "%s has %lld base values for %lld targets", req->op, (long long)base.n, (long long)f.targets);
  if (!forest_bind(ctx, req, &f, aggregate, transform, &base, to)) return false;
  to->arg[to->nargs++] = base.n;
  to->arg[to->nargs++] = 0; /* f32 */
  return true;
}

const Extern extern_tree_ensemble_regressor = {"TreeEnsembleRegressor", "ai.onnx.ml", 1, 1, 1, "sinter_tree_ensemble", bind, sinter_tree_ensemble};
