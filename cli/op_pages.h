/* The operator reference as pages, made from the library itself. */
#pragma once
#include "ir/ein.h"

size_t list_all_ops(Ctx *ctx, const EinLib *lib, OpText **out); /* texts of the library, extern ops and Einsum; sorted by name, domain, since */
bool op_pages_write(Ctx *ctx, const char *dir, const OpText *ops, size_t n); /* DIR/README.md, an index, and a page for each file of the library */
