/* The peaks a measurement is held against. */
#pragma once
#include "cli/cli.h"

/* C text of two functions, compiled like the kernels and in the same file:
 *   double sinter_peak_flops(void)        floating-point operations a second, f32, one core, multiply-add counted as two
 *   double sinter_peak_bytes(void *memory, int64_t bytes)   bytes a second read from memory */
const char *peaks_source(Ctx *ctx, const Target *t);
typedef double PeakFlops(void);
typedef double PeakBytes(const void *memory, int64_t bytes);
