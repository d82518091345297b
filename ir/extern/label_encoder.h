/* What LabelEncoder and CategoryMapper share when they are bound. */
#pragma once
#include "ir/extern/lookup.h"

/* Values as listed, one per key; `otherwise` is the attribute with the default, NULL: -1, -0.0 or "_Unused". */
bool label_encoder_bind(Ctx *ctx, const BindRequest *req, const Keys *keys, const Keys *values, const Attr *otherwise, ExternBound *to);
