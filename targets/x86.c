/* x86-64: AVX2 with FMA (Haswell 2013, Zen 2017 and later) and AVX-512 (Skylake-X 2017, Zen 4 2022 and later).
 *
 * The rows call static inline functions of runtime/vector.h, whose text is the same for both vector lengths. MAX and MIN must return NaN when an operand is
 * NaN, which neither the instruction nor a compiler's idiom does alone. BCAST is inline assembly because clang otherwise gathers neighbouring scalars into
 * one vector load and shuffles (55 % instead of 91 % of peak on a first convolution layer). */
#include "targets/target.h"

#define VECTOR_ROWS(lanes) \
  {OP_BCAST, ELEM_f32, lanes, "sinter_v" #lanes "_bcastf(&(%0))"}, \
  {OP_MAX, ELEM_f32, lanes, "sinter_v" #lanes "_maxf(%0, %1)"}, \
  {OP_MIN, ELEM_f32, lanes, "sinter_v" #lanes "_minf(%0, %1)"}, \
  {OP_ABS, ELEM_f32, lanes, "sinter_v" #lanes "_absf(%0)"}, \
  {OP_SQRT, ELEM_f32, lanes, "sinter_v" #lanes "_sqrtf(%0)"}, \
  {OP_FLOOR, ELEM_f32, lanes, "sinter_v" #lanes "_floorf(%0)"}, \
  {OP_CEIL, ELEM_f32, lanes, "sinter_v" #lanes "_ceilf(%0)"}, \
  {OP_ROUND, ELEM_f32, lanes, "sinter_v" #lanes "_rintf(%0)"}, \
  {OP_TRUNC, ELEM_f32, lanes, "sinter_v" #lanes "_truncf(%0)"}, \
  {OP_EXP, ELEM_f32, lanes, "sinter_v" #lanes "_expf(%0)"}, \
  {OP_LOG, ELEM_f32, lanes, "sinter_v" #lanes "_logf(%0)"}, \
  {OP_TANH, ELEM_f32, lanes, "sinter_v" #lanes "_tanhf(%0)"}, \
  {OP_ERF, ELEM_f32, lanes, "sinter_v" #lanes "_erff(%0)"}, \
  {OP_ERFC, ELEM_f32, lanes, "sinter_v" #lanes "_erfcf(%0)"}, \
  {OP_EXPM1, ELEM_f32, lanes, "sinter_v" #lanes "_expm1f(%0)"}, \
  {OP_LOG1P, ELEM_f32, lanes, "sinter_v" #lanes "_log1pf(%0)"}

static const InsnRow avx2_rows[] = {VECTOR_ROWS(8)};
static const InsnRow avx512_rows[] = {VECTOR_ROWS(16)};

extern const Target target_x86_avx2, target_x86_avx512;
const Target target_x86_avx2 = {
  .name = "x86-avx2",
  .about = "x86-64 with AVX2, FMA and F16C: 16 registers of 8 f32",
  .vector_extension = true,
  .lanes_f32 = 8,
  .f64_fast = true,
  .registers = 16,
  .fma_per_cycle = 2, .loads_per_cycle = 2, .latency = 6,
  .l2_bytes_per_cycle = 32, .epilogue_cycles = 2.5, .epilogue_free = 14,
  .l1_bytes = 32768, .l2_bytes = 524288,
  .cflags = "-O3 -mavx2 -mfma -mf16c",
  .march = "-mavx2 -mfma -mf16c",
  .prelude = "",
  .rows = avx2_rows, .nrows = sizeof avx2_rows / sizeof *avx2_rows,
};
const Target target_x86_avx512 = {
  .name = "x86-avx512",
  .about = "x86-64 with AVX-512 F, BW, DQ and VL: 32 registers of 16 f32",
  .vector_extension = true,
  .lanes_f32 = 16,
  .f64_fast = true,
  .registers = 32,
  .fma_per_cycle = 2, .loads_per_cycle = 2, .latency = 6,
  .l2_bytes_per_cycle = 62, .epilogue_cycles = 2.5, .epilogue_free = 14,
  .l1_bytes = 49152, .l2_bytes = 1048576,
  .cflags = "-O3 -mavx2 -mfma -mf16c -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512",
  .march = "-mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512",
  .prelude = "",
  .rows = avx512_rows, .nrows = sizeof avx512_rows / sizeof *avx512_rows,
};
