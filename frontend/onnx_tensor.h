/* ONNX tensors as constant data. One way in for every TensorProto, wherever it stands. */
#pragma once
#include "frontend/frontend.h"
#include "ir/map.h"
#include "onnx.pb-c.h"

/* Where tensors come from: the mapped file with their elements, and what has been read so far. */
typedef struct TensorSource {
  Ctx *ctx; const char *path;
  const uint8_t *file; size_t file_bytes;
  Arena *scratch;                   /* of the maps */
  size_t budget;                    /* bytes that decoded elements may still take; mapped ones are free */
  Map read;                         /* TensorProto -> Data */
  Map external;                     /* location (interned) -> ExternalFile */
} TensorSource;

/* `what` names the tensor in diagnostics: "initializer 'w'". NULL with diagnostics (E0500, E0501, E0104, E0202). */
const Data *onnx_tensor(TensorSource *from, const Onnx__TensorProto *t, Place at, const char *what);
const Data *onnx_sparse_tensor(TensorSource *from, const Onnx__SparseTensorProto *t, Place at, const char *what); /* as a dense one */

/* Memory for decoded elements, out of the budget; NULL with E0104. */
void *onnx_tensor_bytes(TensorSource *from, size_t n, Place at, const char *what);
/* The bytes of a tensor of n bytes that lie in an external file; NULL with E0501. */
const uint8_t *onnx_external(TensorSource *from, const Onnx__TensorProto *t, size_t n, Place at, const char *what);
