/* What binding the operators of ai.onnx.ml begins with (features.c): rows of features, and attributes that are lists. */
#pragma once
#include "ir/extern/bind.h"

typedef struct RowsOf { ext_t rows, features; int64_t elem; } RowsOf; /* elem: the number of features.kernel.h */
bool rows_of(Ctx *ctx, const BindRequest *req, RowsOf *to);          /* of input 0: [N, F], or [F], which is one row; E0401, E0404 */

/* Reals of an attribute: a list, or a tensor where numbers are doubles. Absent: n is 0. */
typedef struct Reals { int64_t n; const double *list; const Data *tensor; } Reals;
double ml_real(const Reals *r, int64_t i);

/* Attributes as the kinds that are expected; E0401 otherwise, and where a list has not n entries (n < 0: any number). */
bool ml_ints(Ctx *ctx, const BindRequest *req, const char *name, int64_t n, const int64_t **to, int64_t *count);
bool ml_reals(Ctx *ctx, const BindRequest *req, const char *name, int64_t n, Reals *to); /* NAME or NAME_as_tensor */
bool ml_choice(Ctx *ctx, const BindRequest *req, const char *name, const char *const *texts, int64_t otherwise, int64_t *to); /* which of the texts (NULL ends them) */
extern const char *const ml_transforms[];                /* values of post_transform, in the order of scores.kernel.h */
