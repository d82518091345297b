/* From the bytes of a protobuf file to protobuf-c's structures, within a budget. */
#pragma once
#include "ir/base.h"
#include <protobuf-c/protobuf-c.h>

size_t onnx_budget(const Ctx *ctx, size_t file_bytes);  /* what reading a file of that size may take: 64 MiB and twice its size, or the context's cap when that is more */
/* NULL with E0103 (damaged) or E0104 (limit). The structures live in `arena`; TensorProtos hold spans of `bytes` instead of elements (onnx.proto). */
ProtobufCMessage *onnx_unpack(Ctx *ctx, Arena *arena, Place place, const uint8_t *bytes, size_t n, const ProtobufCMessageDescriptor *root);
