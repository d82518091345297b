/* Evaluation of a bound cascade over tiny tensors whose elements are extents (passes/extents.c). */
#pragma once
#include "ir/ein.h"

enum { EXTENTS_MAX = 256 }; /* elements of one tensor */

/* data[i] belongs to b->in_buf[i]; symbolic[i]: its elements are ext_t. out[i] for output i: constants of its element type, or extents (as i64) where
 * *symbolic_out[i]. False, without a diagnostic, when some element is no polynomial of symbols: the node stays for run time. */
bool extents_eval(Ctx *ctx, const Bound *b, int nin, const BindInput *in, const Data **out, bool *symbolic_out);
