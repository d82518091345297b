/* The first look at a protobuf file: is it sound, is it affordable, and a copy of it without the weights. */
#pragma once
#include "frontend/wire.h"
#include <protobuf-c/protobuf-c.h>

enum { ONNX_DEPTH = 100 };           /* of messages within messages; a subgraph takes three */

typedef struct OnnxScan {
  uint64_t cost;                     /* bytes that unpacking would take, from above, but for */
  uint64_t numbers;                  /* single numbers, of which each takes two bytes of the file and more: at most 24 times as much (the nodes of a forest are such lists) */
  size_t compact_bytes;              /* of the copy */
  const char *fault, *field;         /* what is wrong; field: its name, or NULL */
  size_t fault_at;                   /* byte offset */
  bool over_limit;                   /* sound so far, but deeper or dearer than allowed */
} OnnxScan;

/* Walks over the message iteratively and without allocation. Where `compact` is not NULL, writes a copy that holds only what frontend/onnx.proto names:
 * unknown fields are gone, and each TensorProto holds the span of the file it came from. `room`: compact_bytes of a walk without it; should the bytes
 * have changed since (a mapped file that somebody writes), no more than that is written. */
bool onnx_scan(const uint8_t *bytes, size_t n, const ProtobufCMessageDescriptor *root, uint64_t budget, OnnxScan *result, uint8_t *compact, size_t room);
