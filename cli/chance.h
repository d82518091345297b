/* Outputs that operators draw at random: `sinter verify` compares their distribution with that of the expected ones. */
#pragma once
#include "cli/cli.h"

/* Does the value depend on an operator that draws? Decided by the model as it was written. */
bool chance_value(Ctx *ctx, const Graph *g, const Value *v);
/* NULL, or in words why got cannot have been drawn as want was: type, shape, range, mean and distribution; for Dropout, that each element was kept or
 * dropped, and that the mask says so. got: every output of the model; number: which of them. */
const char *chance_compare(Ctx *ctx, const Graph *g, const Feeds *feeds, size_t number, const Data *const *got, size_t ngot, const Data *want);
