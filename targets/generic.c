/* generic: plain C99 for any machine with a C compiler. No vectors, no assembly, no assumption but two's complement. */
#include "targets/target.h"

extern const Target target_generic;
const Target target_generic = {
  .name = "generic",
  .about = "plain C99 scalars for any machine",
  .lanes_f32 = 1,
  .registers = 16,
  .fma_per_cycle = 1, .loads_per_cycle = 1, .latency = 4,
  .l2_bytes_per_cycle = 16, .epilogue_cycles = 2.5, .epilogue_free = 8,
  .l1_bytes = 32768, .l2_bytes = 262144,
  .cflags = "-O2",
  .march = "",
  .prelude = "",
};
