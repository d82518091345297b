/* A target: numbers, toolchain, and instruction rows. One file per family in targets/, one row per target in targets.def. Data only. */
#pragma once
#include "ir/tile.h"

/* An instruction row gives the C text for an operation on vectors (or scalars: lanes 1); its meaning is the operation's. %0 %1 %2 are the operands. */
typedef struct InsnRow { Op op; Elem elem; int lanes; const char *text; } InsnRow;

typedef struct Target {
  const char *name, *about;
  bool vector_extension;          /* prints GCC vector types; false: plain C99 scalars */
  int lanes_f32;                  /* 1 on generic */
  bool f64_fast;                  /* scalar additions of doubles cost what those of floats cost; false: firmware may have to do it in software */
  int registers;                  /* vector registers */
  int fma_per_cycle, loads_per_cycle, latency;  /* latency: steps an accumulator needs between updates, scheduling included (specs/schedules.md section 4: 6) */
  double l2_bytes_per_cycle, epilogue_cycles;   /* the rule's constants */
  int epilogue_free;              /* accumulators whose epilogue is hidden */
  int64_t l1_bytes, l2_bytes;
  int64_t ram_bytes, flash_bytes; /* 0: not limited */
  const char *cc, *cflags, *ar;   /* NULL cc: the host's cc */
  const char *march;              /* what cflags carry, for the report */
  const char *prelude;            /* C text put at the top of kernels: vector typedefs, row helpers; "" mostly */
  const InsnRow *rows; int nrows;
} Target;
const Target *target_find(Ctx *ctx, const char *name); /* "host" picks by cpuid; E0802 when unknown */
size_t target_count(void);
const Target *target_at(size_t i);
const InsnRow *target_row(const Target *t, Op op, Elem e, int lanes); /* NULL when there is none */
