/* NumPy's array files. */
#pragma once
#include "frontend/frontend.h"

bool npy_is(const void *bytes, size_t n);
const Data *npy_read(Ctx *ctx, Place at, const uint8_t *bytes, size_t n); /* data in C order stays in `bytes`, which live as long as the context */
bool npy_header(Ctx *ctx, Place at, const Type *type, Str *out);          /* what stands before the elements */
