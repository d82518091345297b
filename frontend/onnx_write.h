/* Writing ONNX: what the files that write share. */
#pragma once
#include "frontend/wire.h"
#include "ir/type.h"

Str tensor_message(Ctx *ctx, const char *name, const Data *d);         /* a TensorProto */
/* Head, then body: the file appears whole or not at all. */
bool file_write(Ctx *ctx, const char *path, const Str *head, const void *body, size_t n);
