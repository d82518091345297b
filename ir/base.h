/* The ground everything stands on: arenas, interned names, growing vectors, strings, diagnostics, and the context of one
 * compilation that owns them. No other state exists: there is no mutable global in the compiler.
 *
 * Memory. Everything lives in an arena and is freed with it; passes never free. An allocation that cannot be had unwinds
 * (longjmp) to the innermost ctx_try of that context, where it becomes diagnostic E0901; so allocation never returns NULL. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef struct Arena Arena;
typedef struct Ctx Ctx;

/* ---- arenas */
Arena *arena_new(Ctx *ctx);                 /* NULL when memory is out; freed by arena_free or with the context that made it (ctx may not be NULL) */
void arena_free(Arena *a);
void *arena_alloc(Arena *a, size_t bytes);  /* zeroed, aligned to 16; never NULL (see above) */
void *arena_copy(Arena *a, const void *from, size_t bytes);
size_t arena_bytes(const Arena *a);

#define NEW(ctx, T) ((T *)arena_alloc((ctx)->arena, sizeof(T)))
#define NEWN(ctx, T, n) ((T *)arena_alloc((ctx)->arena, array_bytes((ctx), (size_t)(n), sizeof(T))))
size_t array_bytes(Ctx *ctx, size_t n, size_t size); /* n * size; unwinds as out of memory when that overflows */

/* ---- growing vectors: declare `VEC(Stmt *) body;`, add with vec_push(ctx, &v, x). v.at[i], v.n. Memory from ctx->arena. */
#define VEC(T) struct { T *at; size_t n, cap; }
#define vec_push(ctx, v, x) ((v)->n == (v)->cap ? ((v)->at = vec_grow((ctx), (v)->at, &(v)->cap, sizeof *(v)->at), (void)0) : (void)0, (void)((v)->at[(v)->n++] = (x)))
void *vec_grow(Ctx *ctx, void *at, size_t *cap, size_t size);

/* ---- strings */
typedef struct Str { char *s; size_t n, cap; Ctx *ctx; } Str; /* a growing text, always NUL-terminated once used; memory from ctx->arena */
Str str_new(Ctx *ctx);
void str_add(Str *s, const char *text);
void str_addn(Str *s, const char *text, size_t n);
void str_printf(Str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *ctx_printf(Ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *intern(Ctx *ctx, const char *s);                  /* one pointer per text: interned names compare with == */
const char *internn(Ctx *ctx, const char *s, size_t n);
void str_real(Str *s, double v);                              /* shortest decimal that reads back as the same double; locale-free; inf -inf nan */

uint64_t random_bits(uint64_t *state);                        /* the same numbers from the same state, everywhere (splitmix64) */

/* ---- diagnostics: collected in the context, printed only by cli/. Rows in diag.def: code, severity, title, next step. */
typedef enum Severity { SEV_NOTE, SEV_WARNING, SEV_ERROR } Severity;
typedef enum DiagCode {
#define DIAG(code, sev, title, next) code,
#include "ir/diag.def"
#undef DIAG
  DIAG_COUNT
} DiagCode;
typedef struct Place { const char *file; int line, column; const char *node, *op; int opset; } Place; /* any field may be 0/NULL */
typedef struct Diag { DiagCode code; Severity severity; Place place; const char *text; const char *next; } Diag;
typedef struct DiagInfo { const char *name; Severity severity; const char *title, *next; } DiagInfo;
const DiagInfo *diag_info(DiagCode code);
bool diag_find(const char *name, DiagCode *code);             /* "E0412" -> code */
/* Adds one diagnostic. The text says what was found and what was expected; the row's title and next step are added when printed.
 * Returns false, so that a function can `return diag(...)`. Identical diagnostics (code, place, text) are kept once. At most 200 are kept. */
bool diag(Ctx *ctx, DiagCode code, Place place, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void diag_print(const Ctx *ctx, FILE *to);                    /* the text form of specs: place: severity[code]: text, then `next:` */
size_t diag_errors(const Ctx *ctx);
size_t diag_mark(const Ctx *ctx);                             /* for trials: keep a mark, try something, */
void diag_rewind(Ctx *ctx, size_t mark);                      /* drop what was said since */

/* ---- the context of one compilation */
struct Ctx {
  Arena *arena;                                               /* lives as long as the context */
  VEC(Diag) diags;
  struct Names *names;
  struct ExtTable *exts;                                      /* ir/ext.h */
  size_t memory_cap;                                          /* bytes all arenas of the context may take; 0: none */
  size_t memory_used, memory_peak;
  jmp_buf *escape;                                            /* innermost ctx_try */
  struct Arena *arenas;
  struct Release *releases;                                   /* ctx_on_free */
  int64_t text_bytes;                                         /* room that a kernel has for each text it makes, on average */
  int next_id;                                                /* of variables and buffers: orders terms, names nothing */
  bool verbose;
};
enum { TEXT_BYTES_DEFAULT = 256 };                            /* of Ctx.text_bytes */
Ctx *ctx_new(void);                                           /* NULL when memory is out */
void ctx_free(Ctx *ctx);
void ctx_on_free(Ctx *ctx, void (*release)(void *arg), void *arg); /* runs when the context is freed, last one first: for what no arena holds (mapped files) */
bool ctx_try(Ctx *ctx, bool (*body)(Ctx *ctx, void *arg), void *arg); /* runs body; false when it returned false or memory ran out (E0901) */
_Noreturn void ctx_out_of_memory(Ctx *ctx);
