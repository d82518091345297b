/* The memory plan, seen from outside: who asks for sizes and lifetimes, and the independent check. */
#pragma once
#include "passes/pass.h"

#define PLAN_ALIGN 64                                              /* of every buffer in the arena, in the state and in the weights */

int64_t buf_bound_bytes(const Ctx *ctx, const Buf *b);             /* bytes at the symbols' bounds, sub-byte elements packed; -1 on overflow */

/* Calls f once per buffer that kernel k touches in memory (registers left out), in order of first occurrence; aliases are not resolved. A lowered kernel
 * is read from its body, another from its cascade. */
void kernel_each_buf(Ctx *ctx, const Kernel *k, void (*f)(Buf *b, bool read, bool written, void *arg), void *arg);

/* First and last kernel that touches a buffer of the arena (a lasting one: the last kernel of all); aliases count for the buffer whose memory they share. */
typedef struct Lifetime { Buf *buf; int64_t bytes; int first, last; bool scratch; } Lifetime;
size_t plan_lifetimes(Ctx *ctx, const Program *p, Lifetime **out); /* in order of first touch */

/* Is k one elementwise map that reads `from` only where it writes `to`, so that both may be the same memory? */
bool plan_in_place(const Ctx *ctx, const Kernel *k, const Buf *from, const Buf *to);

bool pass_plan(Ctx *ctx, Unit *u);

/* Every buffer of the arena lies inside it, aligned, and no two that live at the same time overlap (but for plan_in_place). E0601 names the two. */
bool plan_check(Ctx *ctx, const Program *p);
