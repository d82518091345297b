/* A SparseTensorProto as a dense constant: a list of values and where they stand, in ascending order. */
#include "frontend/onnx_tensor.h"

/* The position in row-major order of entry k; -1 when a coordinate is out of range. */
static int64_t position(const Data *indices, const int64_t *dims, int rank, int64_t k) {
  if (indices->type.rank == 1) return data_int(indices, k);
  int64_t at = 0;
  for (int i = 0; i < rank; i++) {
    int64_t c = data_int(indices, k * rank + i);
    if (c < 0 || c >= dims[i]) return -1;
    at = at * dims[i] + c;
  }
  return at;
}

static bool check_shapes(Ctx *ctx, const Data *values, const Data *indices, int rank, Place at, const char *what) {
  const Type *v = &values->type, *i = &indices->type;
  if (v->elem == ELEM_string || elem_info(v->elem)->cls == 'c') return diag(ctx, E0500, at, "%s: sparse tensors of type %s are not supported", what, elem_info(v->elem)->name);
  if (v->rank != 1) return diag(ctx, E0500, at, "%s: the values have rank %d, expected 1", what, v->rank);
  if (i->elem != ELEM_i64) return diag(ctx, E0500, at, "%s: the indices are %s, expected i64", what, elem_info(i->elem)->name);
  if (i->rank != 1 && i->rank != 2) return diag(ctx, E0500, at, "%s: the indices have rank %d, expected 1 or 2", what, i->rank);
  if (i->dim[0] != v->dim[0]) return diag(ctx, E0500, at, "%s: %lld values but %lld indices", what, (long long)v->dim[0], (long long)i->dim[0]);
  if (i->rank == 2 && i->dim[1] != rank) return diag(ctx, E0500, at, "%s: indices have %lld coordinates, the tensor has rank %d", what, (long long)i->dim[1], rank);
  return true;
}

static void copy_element(uint8_t *to, int64_t at, const Data *from, int64_t k) {
  int bits = elem_info(from->type.elem)->bits;
  const uint8_t *b = from->bytes;
  if (bits >= 8) { memcpy(to + at * (bits / 8), b + k * (bits / 8), (size_t)bits / 8); return; }
  int per_byte = 8 / bits, mask = (1 << bits) - 1, code = b[k / per_byte] >> (k % per_byte * bits) & mask, shift = (int)(at % per_byte) * bits;
  to[at / per_byte] = (uint8_t)((to[at / per_byte] & ~(mask << shift)) | code << shift);
}

const Data *onnx_sparse_tensor(TensorSource *from, const Onnx__SparseTensorProto *t, Place at, const char *what) {
  Ctx *ctx = from->ctx;
  MapEntry *known = map_find(&from->read, t);
  if (known) return known->p;
  map_add(from->scratch, &from->read, t)->p = NULL;
  if (!t->values || !t->indices) { diag(ctx, E0500, at, "%s: a sparse tensor needs values and indices", what); return NULL; }
  const Data *values = onnx_tensor(from, t->values, at, what), *indices = onnx_tensor(from, t->indices, at, what);
  if (!values || !indices) return NULL;
  if (t->n_dims == 0 || t->n_dims > MAX_RANK) { diag(ctx, t->n_dims ? E0104 : E0500, at, "%s has rank %zu, expected 1 to %d", what, t->n_dims, MAX_RANK); return NULL; }
  Type type = {.elem = values->type.elem, .rank = (int)t->n_dims};
  for (size_t i = 0; i < t->n_dims; i++) {
    type.dim[i] = t->dims[i];
    if (t->dims[i] <= 0 || t->dims[i] > (int64_t)1 << 48) { diag(ctx, E0500, at, "%s: dimension %zu is %lld", what, i, (long long)t->dims[i]); return NULL; }
  }
  int64_t count = type_bound(ctx, &type), bytes = count < 0 ? -1 : elem_bytes(type.elem, count), last = -1;
  if (bytes < 0) { diag(ctx, E0104, at, "%s has more than 2^48 elements", what); return NULL; }
  if (!check_shapes(ctx, values, indices, type.rank, at, what)) return NULL;
  uint8_t *dense = onnx_tensor_bytes(from, (size_t)bytes, at, what);
  if (!dense) return NULL;
  for (int64_t k = 0; k < values->type.dim[0]; k++) {
    int64_t to = position(indices, t->dims, type.rank, k);
    if (to < 0 || to >= count) { diag(ctx, E0500, at, "%s: index %lld is out of range", what, (long long)k); return NULL; }
    if (to <= last) { diag(ctx, E0500, at, "%s: index %lld repeats or does not ascend", what, (long long)k); return NULL; }
    copy_element(dense, to, values, k);
    last = to;
  }
  Data *d = NEW(ctx, Data);
  *d = (Data){.type = type, .bytes = dense, .nbytes = (size_t)bytes};
  map_add(from->scratch, &from->read, t)->p = d;
  return d;
}
