/* What the schedulers share. A scheduler looks at the statements of a kernel from one on, and either appends a nest for the first few of them, or declines. */
#pragma once
#include "ir/access.h"
#include "passes/pass.h"

typedef struct Schedule {
  Ctx *ctx; const Target *target; Program *program; Kernel *kernel;
  int n; Ein **ein;               /* the statements of the kernel, in order */
  bool fp_strict;
  Body *body;                     /* of the kernel: nests are appended */
  const char *note;               /* for people: what the last nest is */
  VEC(Buf *) flat;                /* views of buffers as one row of elements */
} Schedule;

/* Each returns how many statements, from `first` on, its nest carries out; 0: declined. */
int schedule_contraction(Schedule *s, int first);
int schedule_rows(Schedule *s, int first);
int schedule_window(Schedule *s, int first);

bool schedule_writes_once(Ctx *ctx, const Ein *e);                       /* can its elements be made one by one, each once, none left out of a reduction? */
bool schedule_reads_later(const Schedule *s, int from, const Buf *buf);  /* is buf read by statement `from` or a later one, or owned by somebody else? */
bool schedule_f32(const Schedule *s, const Buf *buf);                    /* f32, or a local number of a kernel without f64 */
Buf *schedule_flat(Schedule *s, Buf *buf);                               /* the buffer's memory as one row of elements */
const Expr *schedule_square(Ctx *ctx, const Expr *e);

/* A condition `a >= b` or `a < b` of affine forms as a bound of k's loop; false: k is not in it. */
bool schedule_clamp(Ctx *ctx, const Expr *cond, const Var *k, const Expr **lo, const Expr **hi);

/* ---- epilogues (schedule_epilogue.c) */
bool schedule_is_plain(const Expr *e);                                   /* no `if`, `else`, `has`: it is empty only where a load is */
bool schedule_is_vectorisable(const Expr *e);                            /* only operations that exist on f32 vectors */
bool schedule_loads_are_fine(const Schedule *s, const Expr *e, bool may_leave); /* f32 at affine addresses, and inside their tensors unless they may leave */
const Expr *schedule_replace_loads(Ctx *ctx, const Expr *e, const Buf *root, const Expr *by);
/* Takes statement `number` into the epilogue of a producer when it is a map over its result, nobody else needs the result, and it reads it element by
 * element. The producer then writes what the map did, in its own axes; *epilogue is what it stores, told in what *epilogue was. */
bool schedule_take_map(const Schedule *s, Ein *producer, int number, const Expr **epilogue);

/* ---- the register tile, by closed form from the target's numbers */
typedef struct Tile { int rows, vectors; } Tile;
/* rows: extent of the tiled axis; vectors: vectors on the lane side; steps: of the reduction. */
Tile tile_pick(const Target *t, int64_t rows, int64_t vectors, int64_t steps);
