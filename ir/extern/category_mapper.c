/* CategoryMapper: from texts to the integers beside them, or back. */
#include "ir/extern/label_encoder.h"
#include "ir/extern/category_mapper.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"cats_int64s", "cats_strings", "default_int64", "default_string", NULL})) return false;
  Keys ints = keys_of(req, "cats_int64s", NULL, NULL, NULL), texts = keys_of(req, NULL, NULL, "cats_strings", NULL);
  if (!ints.n || !texts.n) return diag(ctx, E0401, req->place, "%s needs `cats_int64s` and `cats_strings`", req->op);
  bool of_texts = req->in[0].type->elem == ELEM_string;
  return label_encoder_bind(ctx, req, of_texts ? &texts : &ints, of_texts ? &ints : &texts, extern_attr(req, of_texts ? "default_int64" : "default_string"), to);
}

const Extern extern_category_mapper = {"CategoryMapper", "ai.onnx.ml", 1, 1, 1, "sinter_label_encoder", bind, sinter_label_encoder};
