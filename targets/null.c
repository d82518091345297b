/* null: a target that explains targets. It prints what generic prints; copy this file to begin a new one, then add a row to targets.def.
 * Numbers steer the choice of schedules and never the meaning of a program. */
#include "targets/target.h"

/* One row per operation that the C compiler would not find by itself, or not fast enough. The text is a C expression; %0 %1 %2 are the operands, each a
 * value of `lanes` elements; BCAST alone takes a scalar that lies in memory (an lvalue). An operation on vectors without a row is printed lane by lane
 * or not vectorised. Helpers that a text names live in runtime/ (static inline, named sinter_*); only those in use are copied into generated code. */
static const InsnRow rows[] = {
  {OP_SQRT, ELEM_f32, 1, "sinter_sqrtf(%0)"},
};

extern const Target target_null;
const Target target_null = {
  .name = "null",                   /* for --target; a family and a level: x86-avx2 */
  .about = "an example: prints what generic prints", /* one line for `sinter list targets` */
  .vector_extension = false,        /* may generated code use GCC vector types? */
  .lanes_f32 = 1,                   /* f32 elements in one vector register */
  .f64_fast = false,                /* is scalar arithmetic in doubles as fast as in floats? */
  .registers = 16,                  /* vector registers: bounds the register tile, T*NV + NV + 2 <= registers */
  .fma_per_cycle = 1,               /* vector multiply-adds begun per cycle, when all data is in registers */
  .loads_per_cycle = 1,             /* vector loads from L1 per cycle */
  .latency = 4,                     /* cycles between two updates of one accumulator, scheduling included */
  .l2_bytes_per_cycle = 16,         /* sustained reading from L2 */
  .epilogue_cycles = 2.5,           /* stores and loads per accumulator that out-of-order execution does not hide ... */
  .epilogue_free = 8,               /* ... beyond this many accumulators */
  .l1_bytes = 32768, .l2_bytes = 262144, /* data caches of one core; `host` asks the machine */
  .ram_bytes = 0, .flash_bytes = 0, /* what a program may use; 0: no limit known */
  .cc = NULL, .ar = NULL,           /* a cross compiler and its archiver; NULL: cc and ar */
  .cflags = "-O2",                  /* exact flags: -march=native means something else on every machine and compiler */
  .march = "",                      /* the part of cflags that names the instruction set, for the report */
  .prelude = "",                    /* C text at the top of generated sources */
  .rows = rows, .nrows = sizeof rows / sizeof *rows,
};
