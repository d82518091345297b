/* The peaks a measurement is held against. */
#pragma once
#include "cli/cli.h"

/* C text of two functions, compiled like the kernels and in the same file; now: seconds of a clock.
 *   sinter_peak_flops   floating-point operations a second: f32, one core, a multiply-add is two
 *   sinter_peak_bytes   bytes a second read from memory */
const char *peaks_source(Ctx *ctx, const Target *t);
typedef double Clock(void);
typedef double PeakFlops(Clock *now, int rounds); /* the best of so many rounds of some 50 us */
typedef double PeakBytes(Clock *now, const void *memory, int64_t bytes);
