/* Extents: numbers, or hash-consed polynomials over bounded symbols. */
#include "ir/ext.h"
#include <stdlib.h>

enum { MAX_DEGREE = 6, MAX_TERMS = 64, MAX_POLYS = 1 << 16, MAX_TRIED = 4096 };
__extension__ typedef __int128 wide_t;
static const int64_t HANDLE_BASE = -0x5A5A5A5A00000000; /* far from any extent: a plain number that falls here by accident reads as a symbol, never as a crash */
static const int64_t LIMIT = (int64_t)1 << 60;

typedef enum SymbolKind { SYMBOL_BASE, SYMBOL_FDIV, SYMBOL_MIN, SYMBOL_MAX } SymbolKind; /* the others are opaque: defined by two extents */
typedef struct Symbol { SymbolKind kind; const char *name; ext_t a, b; int64_t lo, hi; } Symbol;
typedef struct Mono { int64_t k; int degree; int sym[MAX_DEGREE]; } Mono; /* k * product of symbols, ascending */
typedef struct Poly { int n; Mono *term; int64_t lo, hi; bool tried; } Poly; /* tried: lo and hi are exact, or never will be */
typedef struct ExtTable { VEC(Symbol) syms; VEC(Poly) polys; } ExtTable;

static ExtTable *table(Ctx *ctx) {
  if (!ctx->exts) ctx->exts = NEW(ctx, ExtTable);
  return ctx->exts;
}

static const Poly *poly_of(const Ctx *ctx, ext_t e) {
  const ExtTable *t = ctx->exts;
  if (!t || e < HANDLE_BASE || (uint64_t)e - (uint64_t)HANDLE_BASE >= t->polys.n) return NULL;
  return &t->polys.at[e - HANDLE_BASE];
}

bool ext_is_const(const Ctx *ctx, ext_t e) { return !poly_of(ctx, e); }

static int mono_order(const Mono *a, const Mono *b) { /* higher degree first, then by symbols: the constant is last */
  if (a->degree != b->degree) return b->degree - a->degree;
  for (int i = 0; i < a->degree; i++)
    if (a->sym[i] != b->sym[i]) return a->sym[i] - b->sym[i];
  return 0;
}

static int64_t clamp_limit(wide_t v) { return v > LIMIT ? LIMIT : v < -LIMIT ? -LIMIT : (int64_t)v; }

static void mono_range(const ExtTable *t, const Mono *m, int64_t *lo, int64_t *hi) {
  wide_t l = m->k, h = m->k;
  for (int i = 0; i < m->degree; i++) {
    const Symbol *s = &t->syms.at[m->sym[i]];
    wide_t c[4] = {l * s->lo, l * s->hi, h * s->lo, h * s->hi};
    l = h = c[0];
    for (int j = 1; j < 4; j++) { if (c[j] < l) l = c[j]; if (c[j] > h) h = c[j]; }
    l = clamp_limit(l), h = clamp_limit(h);
  }
  *lo = (int64_t)l, *hi = (int64_t)h;
}

/* Makes the canonical extent of a list of monomials (any order, duplicates allowed). */
static ext_t poly_make(Ctx *ctx, Mono *term, int n) {
  ExtTable *t = table(ctx);
  for (int i = 1; i < n; i++) /* insertion sort: lists are short */
    for (int j = i; j > 0 && mono_order(&term[j], &term[j - 1]) < 0; j--) { Mono x = term[j]; term[j] = term[j - 1]; term[j - 1] = x; }
  int m = 0;
  for (int i = 0; i < n; i++) {
    if (m && mono_order(&term[m - 1], &term[i]) == 0) { if (__builtin_add_overflow(term[m - 1].k, term[i].k, &term[m - 1].k)) return EXT_ERROR; }
    else term[m++] = term[i];
    if (m && term[m - 1].k == 0) m--;
  }
  for (int i = 0; i < m; i++) if (term[i].k > LIMIT || term[i].k < -LIMIT) return EXT_ERROR;
  if (m == 0) return 0;
  if (m == 1 && term[0].degree == 0) return term[0].k;
  if (m > MAX_TERMS) return EXT_ERROR;
  for (size_t p = 0; p < t->polys.n; p++) {
    const Poly *q = &t->polys.at[p];
    bool equal = q->n == m;
    for (int i = 0; equal && i < m; i++) equal = q->term[i].k == term[i].k && mono_order(&q->term[i], &term[i]) == 0;
    if (equal) return HANDLE_BASE + (int64_t)p;
  }
  if (t->polys.n >= MAX_POLYS) return EXT_ERROR;
  Poly q = {.n = m, .term = arena_copy(ctx->arena, term, (size_t)m * sizeof *term)};
  wide_t lo = 0, hi = 0;
  for (int i = 0; i < m; i++) {
    int64_t l, h;
    mono_range(t, &q.term[i], &l, &h);
    lo += l, hi += h;
  }
  q.lo = clamp_limit(lo), q.hi = clamp_limit(hi);
  vec_push(ctx, &t->polys, q);
  return HANDLE_BASE + (int64_t)t->polys.n - 1;
}

static ext_t symbol_extent(Ctx *ctx, int sym) { return poly_make(ctx, &(Mono){.k = 1, .degree = 1, .sym = {sym}}, 1); }

ext_t ext_symbol(Ctx *ctx, const char *name, int64_t lo, int64_t hi) {
  ext_t e;
  if (ext_find_symbol(ctx, name, &e)) return e;
  vec_push(ctx, &table(ctx)->syms, ((Symbol){.kind = SYMBOL_BASE, .name = intern(ctx, name), .lo = lo, .hi = hi}));
  return symbol_extent(ctx, (int)ctx->exts->syms.n - 1);
}

bool ext_find_symbol(const Ctx *ctx, const char *name, ext_t *e) {
  const ExtTable *t = ctx->exts;
  for (size_t i = 0; t && i < t->syms.n; i++)
    if (t->syms.at[i].kind == SYMBOL_BASE && strcmp(t->syms.at[i].name, name) == 0) {
      for (size_t p = 0; p < t->polys.n; p++) {
        const Poly *q = &t->polys.at[p];
        if (q->n == 1 && q->term[0].k == 1 && q->term[0].degree == 1 && q->term[0].sym[0] == (int)i) return *e = HANDLE_BASE + (int64_t)p, true;
      }
    }
  return false;
}

static ext_t opaque(Ctx *ctx, SymbolKind kind, ext_t a, ext_t b, int64_t lo, int64_t hi) {
  ExtTable *t = table(ctx);
  for (size_t i = 0; i < t->syms.n; i++) {
    const Symbol *s = &t->syms.at[i];
    if (s->kind == kind && s->a == a && s->b == b) return symbol_extent(ctx, (int)i);
  }
  if (t->syms.n >= MAX_POLYS) return EXT_ERROR;
  vec_push(ctx, &t->syms, ((Symbol){.kind = kind, .a = a, .b = b, .lo = lo, .hi = hi}));
  return symbol_extent(ctx, (int)t->syms.n - 1);
}

/* The terms of an extent in a buffer of MAX_TERMS; returns their number. */
static int terms_of(const Ctx *ctx, ext_t e, Mono *out) {
  const Poly *p = poly_of(ctx, e);
  if (p) { memcpy(out, p->term, (size_t)p->n * sizeof *out); return p->n; }
  out[0] = (Mono){.k = e};
  return 1;
}

static bool bad(ext_t a, ext_t b) { return a == EXT_ERROR || b == EXT_ERROR; }

ext_t ext_add(Ctx *ctx, ext_t a, ext_t b) {
  if (bad(a, b)) return EXT_ERROR;
  int64_t r;
  if (ext_is_const(ctx, a) && ext_is_const(ctx, b)) return __builtin_add_overflow(a, b, &r) || r > LIMIT || r < -LIMIT ? EXT_ERROR : r;
  Mono term[2 * MAX_TERMS];
  int n = terms_of(ctx, a, term);
  n += terms_of(ctx, b, term + n);
  return poly_make(ctx, term, n);
}

ext_t ext_mul(Ctx *ctx, ext_t a, ext_t b) {
  if (bad(a, b)) return EXT_ERROR;
  int64_t r;
  if (ext_is_const(ctx, a) && ext_is_const(ctx, b)) return __builtin_mul_overflow(a, b, &r) || r > LIMIT || r < -LIMIT ? EXT_ERROR : r;
  Mono x[MAX_TERMS], y[MAX_TERMS];
  int nx = terms_of(ctx, a, x), ny = terms_of(ctx, b, y), n = 0;
  if (nx * ny > 4 * MAX_TERMS) return EXT_ERROR;
  Mono *term = NEWN(ctx, Mono, nx * ny);
  for (int i = 0; i < nx; i++)
    for (int j = 0; j < ny; j++) {
      Mono *m = &term[n++];
      if (x[i].degree + y[j].degree > MAX_DEGREE || __builtin_mul_overflow(x[i].k, y[j].k, &m->k)) return EXT_ERROR;
      for (int p = 0, q = 0; p < x[i].degree || q < y[j].degree;)
        m->sym[m->degree++] = q >= y[j].degree || (p < x[i].degree && x[i].sym[p] <= y[j].sym[q]) ? x[i].sym[p++] : y[j].sym[q++];
    }
  return poly_make(ctx, term, n);
}

ext_t ext_sub(Ctx *ctx, ext_t a, ext_t b) { return ext_add(ctx, a, ext_mul(ctx, b, -1)); }

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a % b < 0) != (b < 0)); }

/* Exact quotient of every term by one monomial; false when it does not divide. */
static bool divide_exactly(const Mono *x, int n, const Mono *by, Mono *out) {
  for (int i = 0; i < n; i++) {
    if (x[i].k % by->k) return false;
    out[i] = (Mono){.k = x[i].k / by->k};
    int q = 0;
    for (int p = 0; p < x[i].degree; p++) {
      if (q < by->degree && x[i].sym[p] == by->sym[q]) q++;
      else out[i].sym[out[i].degree++] = x[i].sym[p];
    }
    if (q < by->degree) return false;
  }
  return true;
}

ext_t ext_fdiv(Ctx *ctx, ext_t a, ext_t b) {
  if (bad(a, b) || b == 0) return EXT_ERROR;
  if (ext_is_const(ctx, a) && ext_is_const(ctx, b)) return floor_div(a, b);
  if (a == b) return 1;
  Mono x[MAX_TERMS], y[MAX_TERMS], quotient[MAX_TERMS];
  int nx = terms_of(ctx, a, x), ny = terms_of(ctx, b, y);
  int64_t alo, ahi, blo, bhi;
  ext_range(ctx, a, &alo, &ahi);
  ext_range(ctx, b, &blo, &bhi);
  if (ny == 1) {
    if (divide_exactly(x, nx, &y[0], quotient)) return poly_make(ctx, quotient, nx);
    /* c*p + rest with rest's constant in [0, c): the multiple leaves the quotient */
    if (y[0].degree == 0 && y[0].k > 0) {
      Mono whole[MAX_TERMS], rest[MAX_TERMS];
      int nw = 0, nr = 0;
      for (int i = 0; i < nx; i++) {
        if (x[i].degree && x[i].k % y[0].k == 0) whole[nw] = x[i], whole[nw++].k /= y[0].k;
        else rest[nr++] = x[i];
      }
      if (nw) return ext_add(ctx, poly_make(ctx, whole, nw), ext_fdiv(ctx, poly_make(ctx, rest, nr), b));
    }
  }
  /* p*b by polynomial product: q = a / b for b with several terms, tried by the leading monomial */
  if (ny > 1 && nx >= 1) {
    Mono lead;
    if (divide_exactly(x, 1, &y[0], &lead)) {
      ext_t q = poly_make(ctx, &lead, 1), left = ext_sub(ctx, a, ext_mul(ctx, q, b));
      if (left == 0) return q;
      Mono l[MAX_TERMS];
      if (left != EXT_ERROR && terms_of(ctx, left, l) < nx) {
        ext_t more = ext_fdiv(ctx, left, b);
        if (more != EXT_ERROR && ext_add(ctx, ext_mul(ctx, more, b), 0) == left) return ext_add(ctx, q, more);
      }
    }
  }
  int64_t lo = -LIMIT, hi = LIMIT;
  if (blo > 0) {
    lo = alo >= 0 ? floor_div(alo, bhi) : floor_div(alo, blo);
    hi = ahi >= 0 ? floor_div(ahi, blo) : floor_div(ahi, bhi);
  }
  if (lo == hi) return lo;
  return opaque(ctx, SYMBOL_FDIV, a, b, lo, hi);
}

ext_t ext_cdiv(Ctx *ctx, ext_t a, ext_t b) { return ext_mul(ctx, ext_fdiv(ctx, ext_mul(ctx, a, -1), b), -1); }
ext_t ext_mod(Ctx *ctx, ext_t a, ext_t b) { return ext_sub(ctx, a, ext_mul(ctx, ext_fdiv(ctx, a, b), b)); }

ext_t ext_min(Ctx *ctx, ext_t a, ext_t b) {
  if (bad(a, b)) return EXT_ERROR;
  if (ext_le(ctx, a, b) == TRI_TRUE) return a;
  if (ext_le(ctx, b, a) == TRI_TRUE) return b;
  int64_t alo, ahi, blo, bhi;
  ext_range(ctx, a, &alo, &ahi);
  ext_range(ctx, b, &blo, &bhi);
  return opaque(ctx, SYMBOL_MIN, a < b ? a : b, a < b ? b : a, alo < blo ? alo : blo, ahi < bhi ? ahi : bhi);
}

ext_t ext_max(Ctx *ctx, ext_t a, ext_t b) {
  if (bad(a, b)) return EXT_ERROR;
  if (ext_le(ctx, a, b) == TRI_TRUE) return b;
  if (ext_le(ctx, b, a) == TRI_TRUE) return a;
  int64_t alo, ahi, blo, bhi;
  ext_range(ctx, a, &alo, &ahi);
  ext_range(ctx, b, &blo, &bhi);
  return opaque(ctx, SYMBOL_MAX, a < b ? a : b, a < b ? b : a, alo > blo ? alo : blo, ahi > bhi ? ahi : bhi);
}

void ext_range(const Ctx *ctx, ext_t e, int64_t *lo, int64_t *hi) {
  const Poly *p = poly_of(ctx, e);
  *lo = p ? p->lo : e;
  *hi = p ? p->hi : e;
}

/* ---- exact intervals: bounded symbols are tried, where there are few values */
typedef struct Trial { int n; const char *name[4]; int64_t lo[4], hi[4], at[4]; bool many; } Trial;

static void trial_symbols(const ExtTable *t, ext_t e, Trial *q, const Ctx *ctx) {
  const Poly *p = poly_of(ctx, e);
  for (int i = 0; p && i < p->n; i++)
    for (int j = 0; j < p->term[i].degree && !q->many; j++) {
      const Symbol *s = &t->syms.at[p->term[i].sym[j]];
      if (s->kind != SYMBOL_BASE) { trial_symbols(t, s->a, q, ctx); trial_symbols(t, s->b, q, ctx); continue; }
      int k = 0;
      while (k < q->n && q->name[k] != s->name) k++;
      if (k < q->n) continue;
      if (q->n == 4) { q->many = true; return; }
      q->name[q->n] = s->name;
      q->lo[q->n] = q->at[q->n] = s->lo;
      q->hi[q->n++] = s->hi;
    }
}
static int64_t trial_value(void *arg, const char *name) {
  const Trial *q = arg;
  int k = 0;
  while (k + 1 < q->n && q->name[k] != name) k++;
  return q->at[k];
}
static bool trial_next(Trial *q) {
  for (int k = 0; k < q->n; k++) {
    if (q->at[k]++ < q->hi[k]) return true;
    q->at[k] = q->lo[k];
  }
  return false;
}

/* Quotients and minima make intervals wide: 2*fdiv(n+1, 2) - n is 0 or 1, and its interval knows only of n's bounds. */
static void make_exact(const Ctx *ctx, ext_t e) {
  Poly *p = (Poly *)(uintptr_t)poly_of(ctx, e);
  if (!p || p->tried) return;
  p->tried = true;
  Trial q = {0};
  trial_symbols(ctx->exts, e, &q, ctx);
  int64_t count = 1;
  for (int k = 0; k < q.n; k++)
    if (q.hi[k] < q.lo[k] || __builtin_mul_overflow(count, q.hi[k] - q.lo[k] + 1, &count) || count > MAX_TRIED) return;
  if (q.many || p->lo <= -LIMIT || p->hi >= LIMIT) return;
  int64_t lo = INT64_MAX, hi = INT64_MIN;
  do {
    int64_t v = ext_value(ctx, e, trial_value, &q);
    if (v < lo) lo = v;
    if (v > hi) hi = v;
  } while (trial_next(&q));
  p->lo = lo, p->hi = hi;
}

/* The sign of a - b from its own interval: finer than comparing the two intervals, since equal terms cancel. */
static void difference(const Ctx *ctx, ext_t a, ext_t b, int64_t *lo, int64_t *hi) {
  ext_t d = ext_sub((Ctx *)ctx, a, b); /* may add a row to the table of polynomials: not a change anyone can see */
  if (d == EXT_ERROR) { *lo = -LIMIT; *hi = LIMIT; return; }
  ext_range(ctx, d, lo, hi);
  if (*lo > 0 || *hi < 0) return;
  make_exact(ctx, d);
  ext_range(ctx, d, lo, hi);
}

Tri ext_eq(const Ctx *ctx, ext_t a, ext_t b) {
  if (a == b) return TRI_TRUE;
  int64_t lo, hi;
  difference(ctx, a, b, &lo, &hi);
  return lo == 0 && hi == 0 ? TRI_TRUE : lo > 0 || hi < 0 ? TRI_FALSE : TRI_UNKNOWN;
}

Tri ext_lt(const Ctx *ctx, ext_t a, ext_t b) {
  if (ext_is_const(ctx, a) && ext_is_const(ctx, b)) return a < b ? TRI_TRUE : TRI_FALSE;
  int64_t lo, hi;
  difference(ctx, a, b, &lo, &hi);
  return hi < 0 ? TRI_TRUE : lo >= 0 ? TRI_FALSE : TRI_UNKNOWN;
}

Tri ext_le(const Ctx *ctx, ext_t a, ext_t b) {
  Tri gt = ext_lt(ctx, b, a);
  return gt == TRI_UNKNOWN ? gt : gt == TRI_TRUE ? TRI_FALSE : TRI_TRUE;
}

/* Extents that only large values of a symbol make sense of: x - 2 where a window of three slides over x. */
bool ext_keep_natural(Ctx *ctx, ext_t e) {
  if (ext_lt(ctx, e, 0) == TRI_FALSE) return true;
  Trial q = {0};
  trial_symbols(table(ctx), e, &q, ctx);
  if (q.n != 1 || q.hi[0] - q.lo[0] >= MAX_TRIED) return false;
  int64_t least = q.hi[0] + 1;
  for (q.at[0] = q.hi[0]; q.at[0] >= q.lo[0] && ext_value(ctx, e, trial_value, &q) >= 0; q.at[0]--) least = q.at[0];
  if (least > q.hi[0]) return false;
  for (size_t i = 0; i < ctx->exts->syms.n; i++)
    if (ctx->exts->syms.at[i].kind == SYMBOL_BASE && ctx->exts->syms.at[i].name == q.name[0]) ctx->exts->syms.at[i].lo = least;
  Poly *p = (Poly *)(uintptr_t)poly_of(ctx, e); /* intervals of other extents stay true, and wider than they need be */
  p->tried = false;
  make_exact(ctx, e);
  return ext_lt(ctx, e, 0) == TRI_FALSE;
}

/* ---- text */
static void print(const Ctx *ctx, ext_t e, Str *out, bool c);

static void print_symbol(const Ctx *ctx, int i, Str *out, bool c) {
  const Symbol *s = &ctx->exts->syms.at[i];
  if (s->kind == SYMBOL_BASE) { str_add(out, s->name); return; }
  static const char *const call[2][4] = {{"", "fdiv(", "min(", "max("}, {"", "sinter_fdiv(", "sinter_imin(", "sinter_imax("}};
  str_add(out, call[c][s->kind]);
  print(ctx, s->a, out, c);
  str_add(out, ", ");
  print(ctx, s->b, out, c);
  str_add(out, ")");
}

static void print(const Ctx *ctx, ext_t e, Str *out, bool c) {
  const Poly *p = poly_of(ctx, e);
  if (!p) { str_printf(out, "%lld", (long long)e); return; }
  for (int i = 0; i < p->n; i++) {
    const Mono *m = &p->term[i];
    if (m->degree == 0) { str_printf(out, i ? "%+lld" : "%lld", (long long)m->k); continue; }
    if (m->k == -1) str_add(out, "-");
    else if (i) str_add(out, m->k < 0 ? "" : "+");
    if (m->k != 1 && m->k != -1) str_printf(out, "%lld*", (long long)m->k);
    for (int j = 0; j < m->degree; j++) {
      if (j) str_add(out, "*");
      print_symbol(ctx, m->sym[j], out, c);
    }
  }
}

void ext_print(const Ctx *ctx, ext_t e, Str *out) { print(ctx, e, out, false); }

void ext_print_list(const Ctx *ctx, int n, const ext_t *e, Str *out) {
  str_add(out, "[");
  for (int i = 0; i < n; i++) {
    if (i) str_add(out, ",");
    ext_print(ctx, e[i], out);
  }
  str_add(out, "]");
}

const char *ext_name(Ctx *ctx, ext_t e) {
  Str s = str_new(ctx);
  ext_print(ctx, e, &s);
  return intern(ctx, s.s);
}

void ext_print_c(const Ctx *ctx, ext_t e, Str *out) {
  bool sum = poly_of(ctx, e) && poly_of(ctx, e)->n > 1;
  if (sum) str_add(out, "(");
  print(ctx, e, out, true);
  if (sum) str_add(out, ")");
}

int64_t ext_value(const Ctx *ctx, ext_t e, int64_t (*lookup)(void *arg, const char *symbol), void *arg) {
  const Poly *p = poly_of(ctx, e);
  if (!p) return e;
  uint64_t sum = 0; /* wraps instead of overflowing: values are checked against bounds by who sets them */
  for (int i = 0; i < p->n; i++) {
    uint64_t v = (uint64_t)p->term[i].k;
    for (int j = 0; j < p->term[i].degree; j++) {
      const Symbol *s = &ctx->exts->syms.at[p->term[i].sym[j]];
      int64_t x;
      if (s->kind == SYMBOL_BASE) x = lookup(arg, s->name);
      else {
        int64_t a = ext_value(ctx, s->a, lookup, arg), b = ext_value(ctx, s->b, lookup, arg);
        x = s->kind == SYMBOL_MIN ? (a < b ? a : b) : s->kind == SYMBOL_MAX ? (a > b ? a : b) : b == 0 ? 0 : floor_div(a, b);
      }
      v *= (uint64_t)x;
    }
    sum += v;
  }
  return (int64_t)sum;
}

/* sum of products of numbers, names and calls; bounded depth */
static bool parse_sum(Ctx *ctx, const char **at, ext_t *e, int depth);

static bool parse_factor(Ctx *ctx, const char **at, ext_t *e, int depth) {
  const char *s = *at;
  if (*s >= '0' && *s <= '9') {
    char *end;
    *e = strtoll(s, &end, 10);
    *at = end;
    return *e <= LIMIT;
  }
  size_t n = 0;
  while (s[n] == '_' || s[n] == '.' || s[n] == ':' || (s[n] >= '0' && s[n] <= '9') || (s[n] >= 'a' && s[n] <= 'z') || (s[n] >= 'A' && s[n] <= 'Z')) n++;
  if (!n) return false;
  const char *name = internn(ctx, s, n);
  *at = s + n;
  if (**at != '(') return ext_find_symbol(ctx, name, e);
  (*at)++;
  ext_t a, b;
  if (depth > 32 || !parse_sum(ctx, at, &a, depth + 1) || **at != ',') return false;
  (*at)++;
  while (**at == ' ') (*at)++;
  if (!parse_sum(ctx, at, &b, depth + 1) || **at != ')') return false;
  (*at)++;
  if (strcmp(name, "fdiv") == 0) *e = ext_fdiv(ctx, a, b);
  else if (strcmp(name, "min") == 0) *e = ext_min(ctx, a, b);
  else if (strcmp(name, "max") == 0) *e = ext_max(ctx, a, b);
  else return false;
  return *e != EXT_ERROR;
}

static bool parse_sum(Ctx *ctx, const char **at, ext_t *e, int depth) {
  *e = 0;
  for (bool first = true;; first = false) {
    int64_t sign = 1;
    if (**at == '-') sign = -1, (*at)++;
    else if (**at == '+') (*at)++;
    else if (!first) break;
    ext_t term = sign, factor;
    do {
      if (**at == '*') (*at)++;
      if (!parse_factor(ctx, at, &factor, depth)) return false;
      term = ext_mul(ctx, term, factor);
    } while (**at == '*');
    *e = ext_add(ctx, *e, term);
    if (*e == EXT_ERROR) return false;
  }
  return true;
}

bool ext_parse(Ctx *ctx, const char **text, ext_t *e) { return parse_sum(ctx, text, e, 0); }

/* ---- base symbols */
size_t ext_symbols(const Ctx *ctx) {
  size_t n = 0;
  for (size_t i = 0; ctx->exts && i < ctx->exts->syms.n; i++) n += ctx->exts->syms.at[i].kind == SYMBOL_BASE;
  return n;
}

const char *ext_symbol_name(const Ctx *ctx, size_t i, int64_t *lo, int64_t *hi) {
  for (size_t j = 0; ctx->exts && j < ctx->exts->syms.n; j++) {
    const Symbol *s = &ctx->exts->syms.at[j];
    if (s->kind != SYMBOL_BASE || i--) continue;
    if (lo) *lo = s->lo;
    if (hi) *hi = s->hi;
    return s->name;
  }
  return NULL;
}
