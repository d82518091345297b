/* NonMaxSuppression: boxes of highest score that do not overlap too much. */
#include "ir/extern/bind.h"
#include "ir/extern/non_max_suppression.kernel.h"

static const Elem elem[5] = {ELEM_f32, ELEM_f32, ELEM_i64, ELEM_f32, ELEM_f32};
static const char *const name[5] = {"boxes", "scores", "max_output_boxes_per_class", "iou_threshold", "score_threshold"};

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 2) || !extern_attrs(ctx, req, (const char *const[]){"center_point_box", NULL})) return false;
  for (int i = 0; i < req->nin; i++) {
    const Type *t = req->in[i].type;
    if (!t) continue;
    if (t->elem != elem[i]) return diag(ctx, E0404, req->place, "%s is %s, not %s", name[i], elem_info(t->elem)->name, elem_info(elem[i])->name);
    if (i < 2 ? t->rank != 3 : extern_size(ctx, t, 0, t->rank) != 1)
      return diag(ctx, E0401, req->place, "%s has the wrong shape: expected %s", name[i], i < 2 ? "3 dimensions" : "one element");
  }
  const Type *boxes = req->in[0].type, *scores = req->in[1].type;
  if (ext_eq(ctx, boxes->dim[0], scores->dim[0]) != TRI_TRUE || ext_eq(ctx, boxes->dim[1], scores->dim[2]) != TRI_TRUE || boxes->dim[2] != 4)
    return diag(ctx, E0302, req->place, "boxes must be [batches, boxes, 4] and scores [batches, classes, boxes]");
  int64_t centre;
  if (!extern_int(ctx, req, "center_point_box", 0, &centre)) return false;
  if (centre != 0 && centre != 1) return diag(ctx, E0401, req->place, "center_point_box is %lld, neither 0 nor 1", (long long)centre);
  bool given = req->nin > 2 && req->in[2].type;
  int64_t most = !given ? 0 : req->in[2].data ? data_int(req->in[2].data, 0) : INT64_MAX;
  ext_t groups = ext_mul(ctx, scores->dim[0], scores->dim[1]), each = boxes->dim[1], taken;
  if (most < ((int64_t)1 << 40)) each = ext_min(ctx, each, most < 0 ? 0 : most);
  if (!extern_symbol(ctx, req, "count", ext_mul(ctx, groups, each), &taken)) return false;
  *to = (ExternBound){.nargs = 4, .arg = {scores->dim[0], scores->dim[1], boxes->dim[1], centre}, .ncounts = 1, .count = {taken}};
  to->work = ext_mul(ctx, boxes->dim[1], (int64_t)sizeof(int64_t));
  to->out[0] = (Type){.elem = ELEM_i64, .rank = 2, .dim = {taken, 3}};
  return true;
}

const Extern extern_non_max_suppression = {"NonMaxSuppression", "", 10, 5, 1, "sinter_non_max_suppression", bind, sinter_non_max_suppression};
