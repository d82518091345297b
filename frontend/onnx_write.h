/* Writing ONNX: what the files that write share. */
#pragma once
#include "frontend/wire.h"
#include "ir/type.h"

/* Appends a TensorProto but for the last bytes of it, which are the first bytes of d; returns how many they are. */
size_t tensor_message(Str *s, const char *name, const Data *d);
/* Head, then body: the file appears whole or not at all. */
bool file_write(Ctx *ctx, const char *path, const Str *head, const void *body, size_t n);
