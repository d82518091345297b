/* What operators share that look elements up: keys that attributes list, sorted for lookup.kernel.h. */
#pragma once
#include "ir/extern/bind.h"

typedef struct Keys {
  int64_t n;
  const Attr *ints, *reals, *texts; const Data *tensor;  /* the one that is not NULL; none: 0 .. n-1 */
} Keys;
Keys keys_of(const BindRequest *req, const char *ints, const char *reals, const char *texts, const char *tensor); /* attributes; names may be NULL. n is 0 where all are absent */

/* Sorts the keys into the first table and sets arguments 0..3 for an input of type x; where a key is listed twice, the last counts. `at`: for each sorted key,
 * which of the listed ones it is; n of them are left. E0404 where elements of x are not of the keys' kind; `cut`: reals are looked up among integers. */
bool keys_bind(Ctx *ctx, const BindRequest *req, const Keys *k, bool cut, ExternBound *to, int64_t **at, int64_t *n);
