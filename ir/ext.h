/* Extents: numbers known when compiling, or polynomials over bounded symbols (`seq<=512`).
 *
 * An ext_t is an int64_t. Nearly all are plain numbers; a few code points far from any real extent are handles of polynomials
 * kept in the context (hash-consed: equal polynomials are equal numbers). So constant models pay nothing, and every field that
 * holds an extent, a stride or a coefficient can hold a symbol. Symbols: a base symbol is an input dimension or a number set
 * by a kernel at run time; an opaque one stands for a quotient, minimum ... that is no polynomial. All have bounds.
 * Who cannot deal with symbols asks ext_is_const and says E0700. */
#pragma once
#include "ir/base.h"

typedef int64_t ext_t;
#define EXT_ERROR INT64_MAX /* overflow beyond +-2^60, or division by zero */

bool ext_is_const(const Ctx *ctx, ext_t e);
ext_t ext_symbol(Ctx *ctx, const char *name, int64_t lo, int64_t hi);   /* the base symbol of that name; made when new */
bool ext_find_symbol(const Ctx *ctx, const char *name, ext_t *e);
ext_t ext_add(Ctx *ctx, ext_t a, ext_t b);
ext_t ext_sub(Ctx *ctx, ext_t a, ext_t b);
ext_t ext_mul(Ctx *ctx, ext_t a, ext_t b);
ext_t ext_fdiv(Ctx *ctx, ext_t a, ext_t b);                             /* floor(a / b) */
ext_t ext_cdiv(Ctx *ctx, ext_t a, ext_t b);                             /* ceil(a / b) */
ext_t ext_mod(Ctx *ctx, ext_t a, ext_t b);                              /* a - b*floor(a/b) */
ext_t ext_min(Ctx *ctx, ext_t a, ext_t b);
ext_t ext_max(Ctx *ctx, ext_t a, ext_t b);
void ext_range(const Ctx *ctx, ext_t e, int64_t *lo, int64_t *hi);      /* interval that holds e; a constant: lo == hi */
int64_t floor_div(int64_t a, int64_t b);                                /* of plain numbers; b is not 0, and not -1 with the least a */
typedef enum Tri { TRI_FALSE, TRI_TRUE, TRI_UNKNOWN } Tri;
Tri ext_eq(const Ctx *ctx, ext_t a, ext_t b);                           /* decided by polynomial identity and intervals; by trying all values of the symbols where these are few */
Tri ext_lt(const Ctx *ctx, ext_t a, ext_t b);
Tri ext_le(const Ctx *ctx, ext_t a, ext_t b);
bool ext_keep_natural(Ctx *ctx, ext_t e);                               /* raises the lower bound of e's one symbol until e is never negative; false: that cannot be done */
void ext_print(const Ctx *ctx, ext_t e, Str *out);                      /* "12", "n", "2*n+1", "fdiv(n+3, 4)" */
void ext_print_list(const Ctx *ctx, int n, const ext_t *e, Str *out);    /* "[1,n,28]" */
const char *ext_name(Ctx *ctx, ext_t e);                                /* what ext_print says, interned: of a base symbol its name */
void ext_print_c(const Ctx *ctx, ext_t e, Str *out);                    /* an int64_t expression of C over the symbols' names */
int64_t ext_value(const Ctx *ctx, ext_t e, int64_t (*lookup)(void *arg, const char *symbol), void *arg); /* value under an assignment of the base symbols */
bool ext_parse(Ctx *ctx, const char **text, ext_t *e);                  /* reads what ext_print wrote; advances *text */

/* Base symbols in the order they were made. */
size_t ext_symbols(const Ctx *ctx);
const char *ext_symbol_name(const Ctx *ctx, size_t i, int64_t *lo, int64_t *hi);
