/* Arenas, interned names, vectors, strings, and the context of one compilation. */
#include "ir/base.h"
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { CHUNK_BYTES = 64 * 1024, ALIGN = 16 };

typedef struct Chunk { struct Chunk *next; size_t used, size; _Alignas(ALIGN) unsigned char bytes[]; } Chunk;
struct Arena { Ctx *ctx; Chunk *chunks; size_t bytes; Arena *next, **link; };

/* ---- arenas */
Arena *arena_new(Ctx *ctx) {
  Arena *a = calloc(1, sizeof *a);
  if (!a) return NULL;
  a->ctx = ctx;
  a->next = ctx->arenas;
  if (a->next) a->next->link = &a->next;
  a->link = &ctx->arenas;
  ctx->arenas = a;
  return a;
}

void arena_free(Arena *a) {
  if (!a) return;
  for (Chunk *c = a->chunks, *next; c; c = next) next = c->next, free(c);
  a->ctx->memory_used -= a->bytes;
  *a->link = a->next;
  if (a->next) a->next->link = a->link;
  free(a);
}

static Chunk *chunk_new(Arena *a, size_t need) {
  Ctx *ctx = a->ctx;
  size_t size = need > CHUNK_BYTES / 4 ? need : CHUNK_BYTES;
  if (size > SIZE_MAX - sizeof(Chunk) || (ctx->memory_cap && size > ctx->memory_cap - ctx->memory_used)) return NULL;
  Chunk *c = calloc(1, sizeof(Chunk) + size);
  if (!c) return NULL;
  c->size = size;
  a->bytes += size;
  ctx->memory_used += size;
  if (ctx->memory_used > ctx->memory_peak) ctx->memory_peak = ctx->memory_used;
  /* A large block goes behind the current chunk, so that what is left of the current one stays in use. */
  if (need > CHUNK_BYTES / 4 && a->chunks) c->next = a->chunks->next, a->chunks->next = c;
  else c->next = a->chunks, a->chunks = c;
  return c;
}

void *arena_alloc(Arena *a, size_t bytes) {
  if (bytes > SIZE_MAX - ALIGN) ctx_out_of_memory(a->ctx);
  size_t need = (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
  if (need == 0) need = ALIGN;
  Chunk *c = a->chunks;
  if (!c || c->size - c->used < need) c = chunk_new(a, need);
  if (!c) ctx_out_of_memory(a->ctx);
  void *p = c->bytes + c->used;
  c->used += need;
  return p;
}

void *arena_copy(Arena *a, const void *from, size_t bytes) {
  void *p = arena_alloc(a, bytes);
  if (bytes) memcpy(p, from, bytes);
  return p;
}

size_t arena_bytes(const Arena *a) { return a->bytes; }

size_t array_bytes(Ctx *ctx, size_t n, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(n, size, &bytes)) ctx_out_of_memory(ctx);
  return bytes;
}

void *vec_grow(Ctx *ctx, void *at, size_t *cap, size_t size) {
  size_t old = *cap, want = old ? old * 2 : 8;
  void *p = arena_alloc(ctx->arena, array_bytes(ctx, want, size));
  if (old) memcpy(p, at, old * size);
  *cap = want;
  return p;
}

/* ---- names: an open-addressing table of interned texts */
typedef struct Names { const char **slot; size_t n, cap; } Names;

static size_t name_slot(const Names *t, const char *s, size_t n) {
  size_t i = XXH3_64bits(s, n) & (t->cap - 1);
  while (t->slot[i] && (strncmp(t->slot[i], s, n) != 0 || t->slot[i][n] != 0)) i = (i + 1) & (t->cap - 1);
  return i;
}

const char *internn(Ctx *ctx, const char *s, size_t n) {
  Names *t = ctx->names;
  const char *nul = memchr(s, 0, n);
  if (nul) n = (size_t)(nul - s);
  if (t->n * 2 >= t->cap) {
    Names bigger = {.n = t->n, .cap = t->cap ? t->cap * 2 : 256};
    bigger.slot = NEWN(ctx, const char *, bigger.cap);
    for (size_t i = 0; i < t->cap; i++)
      if (t->slot[i]) bigger.slot[name_slot(&bigger, t->slot[i], strlen(t->slot[i]))] = t->slot[i];
    *t = bigger;
  }
  size_t i = name_slot(t, s, n);
  if (!t->slot[i]) {
    char *copy = arena_alloc(ctx->arena, n + 1);
    memcpy(copy, s, n);
    t->slot[i] = copy;
    t->n++;
  }
  return t->slot[i];
}

const char *intern(Ctx *ctx, const char *s) { return internn(ctx, s, strlen(s)); }

/* ---- strings */
Str str_new(Ctx *ctx) {
  Str s = {.ctx = ctx, .cap = 64};
  s.s = arena_alloc(ctx->arena, s.cap);
  return s;
}

static void str_room(Str *s, size_t more) {
  if (more > SIZE_MAX / 4 || s->n > SIZE_MAX / 4) ctx_out_of_memory(s->ctx);
  if (s->n + more + 1 <= s->cap) return;
  size_t cap = s->cap ? s->cap : 64;
  while (cap < s->n + more + 1) cap *= 2;
  char *bigger = arena_alloc(s->ctx->arena, cap);
  if (s->n) memcpy(bigger, s->s, s->n);
  s->s = bigger;
  s->cap = cap;
}

void str_addn(Str *s, const char *text, size_t n) {
  str_room(s, n);
  memcpy(s->s + s->n, text, n);
  s->n += n;
  s->s[s->n] = 0;
}

void str_add(Str *s, const char *text) { str_addn(s, text, strlen(text)); }

static void str_vprintf(Str *s, const char *fmt, va_list args) {
  va_list again;
  va_copy(again, args);
  char small[256];
  int n = vsnprintf(small, sizeof small, fmt, args);
  if (n >= 0 && (size_t)n < sizeof small) str_addn(s, small, (size_t)n);
  else if (n >= 0) {
    str_room(s, (size_t)n);
    vsnprintf(s->s + s->n, (size_t)n + 1, fmt, again);
    s->n += (size_t)n;
  }
  va_end(again);
}

void str_printf(Str *s, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  str_vprintf(s, fmt, args);
  va_end(args);
}

char *ctx_printf(Ctx *ctx, const char *fmt, ...) {
  Str s = str_new(ctx);
  va_list args;
  va_start(args, fmt);
  str_vprintf(&s, fmt, args);
  va_end(args);
  return s.s;
}

void str_real(Str *s, double v) {
  if (isnan(v)) { str_add(s, "nan"); return; }
  if (isinf(v)) { str_add(s, v < 0 ? "-inf" : "inf"); return; }
  char text[40];
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, v);
    if (strtod(text, NULL) == v) break;
  }
  /* A locale with another decimal sign must not leak into anything that is read again. */
  const char *point = localeconv()->decimal_point;
  char *at = point[0] != '.' ? strstr(text, point) : NULL;
  if (at) {
    *at = '.';
    memmove(at + 1, at + strlen(point), strlen(at + strlen(point)) + 1);
  }
  str_add(s, text);
  if (!strpbrk(text, ".e")) str_add(s, ".0");
}

/* ---- context */
Ctx *ctx_new(void) {
  Ctx *ctx = calloc(1, sizeof *ctx);
  if (!ctx) return NULL;
  ctx->arena = arena_new(ctx);
  ctx->names = calloc(1, sizeof(Names));
  ctx->text_bytes = TEXT_BYTES_DEFAULT;
  if (!ctx->arena || !ctx->names) { ctx_free(ctx); return NULL; }
  return ctx;
}

typedef struct Release { void (*run)(void *arg); void *arg; struct Release *next; } Release;

void ctx_on_free(Ctx *ctx, void (*release)(void *arg), void *arg) {
  Release *r = NEW(ctx, Release);
  *r = (Release){release, arg, ctx->releases};
  ctx->releases = r;
}

void ctx_free(Ctx *ctx) {
  if (!ctx) return;
  for (Release *r = ctx->releases; r; r = r->next) r->run(r->arg);
  while (ctx->arenas) arena_free(ctx->arenas);
  free(ctx->names);
  free(ctx);
}

bool ctx_try(Ctx *ctx, bool (*body)(Ctx *ctx, void *arg), void *arg) {
  jmp_buf here, *outer = ctx->escape;
  bool ok;
  if (setjmp(here) == 0) {
    ctx->escape = &here;
    ok = body(ctx, arg);
    ctx->escape = outer;
  } else {
    ctx->escape = outer;
    ctx->memory_cap += ctx->memory_cap ? 64 * 1024 : 0; /* room to say so */
    ok = diag(ctx, E0901, (Place){0}, "the compilation needs more than %zu bytes", ctx->memory_peak);
  }
  return ok;
}

void ctx_out_of_memory(Ctx *ctx) {
  if (ctx->escape) longjmp(*ctx->escape, 1);
  fputs("sinter: out of memory\n", stderr); /* nobody opened a ctx_try: a defect of the caller */
  _Exit(5);
}

/* ---- numbers without a pattern */
uint64_t random_bits(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}
