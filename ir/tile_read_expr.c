/* The tile IR as text, read: words and expressions. What x_print wrote goes through the constructors again, so normal forms hold. */
#include "ir/tile_read.h"
#include <locale.h>
#include <math.h>
#include <stdlib.h>

bool read_fail(Reader *r, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  char text[512];
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return diag(r->ctx, E0600, (Place){.file = r->file, .line = r->number}, "%s, before `%.40s`", text, r->at ? r->at : "");
}

/* ---- words */
static void skip(Reader *r) { while (*r->at == ' ') r->at++; }

bool read_char(Reader *r, char c) {
  skip(r);
  if (*r->at != c) return false;
  r->at++;
  return true;
}

bool read_text(Reader *r, const char *text) {
  skip(r);
  size_t n = strlen(text);
  if (strncmp(r->at, text, n) != 0) return false;
  r->at += n;
  return true;
}

bool read_word(Reader *r, const char *word) {
  skip(r);
  size_t n = strlen(word);
  if (strncmp(r->at, word, n) != 0 || text_name_part(r->at[n])) return false;
  r->at += n;
  return true;
}

static int hex(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

const char *read_quoted(Reader *r) {
  const char *from = r->at++;
  Str s = str_new(r->ctx);
  str_add(&s, "");
  while (*r->at && *r->at != '"') {
    char c = *r->at++;
    if (c == '\\') {
      c = *r->at;
      if (!c) break;
      r->at++;
      if (c == 'x') {
        int high = hex(r->at[0]), low = high < 0 ? -1 : hex(r->at[1]);
        if (low < 0 || high * 16 + low == 0) break;
        c = (char)(high * 16 + low);
        r->at += 2;
      }
    }
    str_addn(&s, &c, 1);
  }
  if (*r->at != '"') {
    r->at = from;
    return NULL;
  }
  r->at++;
  return intern(r->ctx, s.s);
}

const char *read_name(Reader *r) {
  skip(r);
  if (*r->at == '"') return read_quoted(r);
  size_t n = 0;
  while (text_name_part(r->at[n])) n++;
  if (!n) return NULL;
  const char *name = internn(r->ctx, r->at, n);
  if (!text_is_plain(name)) return NULL;
  r->at += n;
  return name;
}

bool read_number(Reader *r, int64_t *v) {
  bool is_real;
  double d;
  const char *from = r->at;
  if (read_literal(r, &is_real, v, &d) && !is_real) return true;
  r->at = from;
  return read_fail(r, "expected a whole number");
}

bool read_literal(Reader *r, bool *is_real, int64_t *i, double *v) {
  skip(r);
  const char *from = r->at;
  bool negative = *r->at == '-';
  if (negative) r->at++;
  *is_real = true;
  if (read_word(r, "inf")) return *v = negative ? -(double)INFINITY : (double)INFINITY, true;
  if (!negative && read_word(r, "nan")) return *v = (double)NAN, true;
  char digits[64]; /* strtod obeys the locale, the text does not: the point is replaced by what strtod wants to see */
  const char *point = localeconv()->decimal_point;
  size_t n = 0;
  bool whole = true;
  for (const char *c = r->at; (*c >= '0' && *c <= '9') || (*c == '.' && c[1] != '.') || (*c == 'e' && n) || ((*c == '-' || *c == '+') && n && c[-1] == 'e'); c++) {
    size_t width = *c == '.' ? strlen(point) : 1;
    if (n + width >= sizeof digits) break;
    memcpy(digits + n, *c == '.' ? point : c, width);
    n += width;
    whole = whole && *c >= '0' && *c <= '9';
    r->at = c + 1;
  }
  digits[n] = 0;
  char *end;
  *is_real = !whole;
  if (whole) {
    uint64_t u = strtoull(digits, &end, 10);
    *i = (int64_t)(negative ? 0 - u : u);
  } else *v = strtod(digits, &end) * (negative ? -1 : 1);
  if (n && !*end && !text_name_part(*r->at)) return true;
  r->at = from;
  return false;
}

bool read_extent(Reader *r, ext_t *e) {
  skip(r);
  return ext_parse(r->ctx, &r->at, e) || read_fail(r, "expected an extent over declared symbols");
}

Buf *read_buf_name(Reader *r) {
  const char *from = r->at, *name = read_name(r);
  const MapEntry *e = name ? map_find(&r->kernel_bufs, name) : NULL;
  if (!e && name) e = map_find(&r->bufs, name);
  if (e) return e->p;
  r->at = from;
  read_fail(r, "expected the name of a buffer");
  return NULL;
}

/* ---- expressions */
typedef struct Infix { int strength; const char *text; Op op; } Infix;
static const Infix infix[] = { /* longer texts before their beginnings */
  {1, "or", OP_OR}, {2, "and", OP_AND},
  {3, "==", OP_EQ}, {3, "!=", OP_NE}, {3, "<=", OP_LE}, {3, ">=", OP_GE}, {4, "<<", OP_SHL}, {4, ">>", OP_SHR}, {3, "<", OP_LT}, {3, ">", OP_GT},
  {4, "&", OP_BAND}, {4, "|", OP_BOR}, {4, "^", OP_BXOR}, {5, "+", OP_ADD}, {5, "-", OP_SUB},
  {7, "**", OP_POW}, {6, "*", OP_MUL}, {6, "//", OP_FDIV}, {6, "/", OP_DIV}, {6, "%", OP_MOD},
};

static const Expr *nothing(Reader *r, const char *what) {
  read_fail(r, "%s", what);
  return NULL;
}

static const Expr *choice(Reader *r);

static const Expr *call(Reader *r, const char *name) {
  const Expr *arg[3];
  int n = 0;
  do {
    if (n == 3) return nothing(r, "a call has at most 3 operands");
    if (!(arg[n++] = choice(r))) return NULL;
  } while (read_char(r, ','));
  if (!read_char(r, ')')) return nothing(r, "expected `)`");
  Op op;
  if (n == 2 && strcmp(name, "fdiv") == 0) return x_op2(r->ctx, OP_FDIV, arg[0], arg[1]); /* so extents print it */
  if (op_find(name, n, &op) && op != OP_CAST && op != OP_SAT)
    return n == 1 ? x_op1(r->ctx, op, arg[0]) : n == 2 ? x_op2(r->ctx, op, arg[0], arg[1]) : x_op3(r->ctx, op, arg[0], arg[1], arg[2]);
  bool sat = strncmp(name, "sat_", 4) == 0;
  Elem to = elem_find(name + (sat ? 4 : 0));
  if (n == 1 && to != ELEM_NONE) return x_cast(r->ctx, sat ? OP_SAT : OP_CAST, to, arg[0]);
  return nothing(r, ctx_printf(r->ctx, "there is no operation `%s` of %d operands", name, n));
}

static bool indices(Reader *r, const Buf *b, int *n, const Expr **index) {
  *n = 0;
  if (read_char(r, ']')) return b->rank == 0 || read_fail(r, "%s has %d dimensions", b->name, b->rank);
  do {
    if (*n == b->rank + (b->lanes > 1)) return read_fail(r, "%s has %d dimensions", b->name, b->rank);
    if (!(index[(*n)++] = choice(r))) return false;
  } while (read_char(r, ','));
  if (*n < b->rank) return read_fail(r, "%s has %d dimensions", b->name, b->rank);
  return read_char(r, ']') || read_fail(r, "expected `]`");
}

bool read_access(Reader *r, Buf **b, int *n, const Expr **index) {
  return (*b = read_buf_name(r)) && (read_char(r, '[') || read_fail(r, "expected `[`")) && indices(r, *b, n, index);
}

static const Expr *atom(Reader *r) {
  bool is_real;
  int64_t i = 0;
  double v = 0;
  if (read_char(r, '(')) {
    const Expr *e = choice(r);
    return !e || read_char(r, ')') ? e : nothing(r, "expected `)`");
  }
  if (read_literal(r, &is_real, &i, &v)) return is_real ? x_real(r->ctx, v) : x_int(r->ctx, i);
  if (read_word(r, "true")) return x_bool(r->ctx, true);
  if (read_word(r, "false")) return x_bool(r->ctx, false);
  if (read_char(r, '-')) { /* the beginning of an affine form */
    if (*r->at == '-') return nothing(r, "expected an operand");
    const Expr *e = atom(r);
    return e ? x_op1(r->ctx, OP_NEG, e) : NULL;
  }
  if (read_char(r, '~')) {
    const Expr *e = *r->at == '~' ? nothing(r, "expected an operand") : atom(r);
    return e ? x_op1(r->ctx, OP_BNOT, e) : NULL;
  }
  const char *from = r->at, *name = read_name(r);
  if (!name) return nothing(r, "expected an operand");
  if (*r->at == '[') {
    Buf *b;
    int n;
    const Expr *index[MAX_RANK * 2 + 1];
    r->at = from;
    return read_access(r, &b, &n, index) ? x_load(r->ctx, b, n, index) : NULL;
  }
  if (read_char(r, '(')) return call(r, name);
  const MapEntry *var = map_find(&r->vars, name);
  if (var) return x_var(r->ctx, var->p);
  ext_t symbol;
  if (ext_find_symbol(r->ctx, name, &symbol)) return x_int(r->ctx, symbol);
  r->at = from;
  return nothing(r, ctx_printf(r->ctx, "`%s` is no axis of this kernel and no symbol", name));
}

static const Infix *operator_here(Reader *r, int least) {
  skip(r);
  for (size_t i = 0; i < sizeof infix / sizeof *infix; i++) {
    const Infix *o = &infix[i];
    size_t n = strlen(o->text);
    if (strncmp(r->at, o->text, n) != 0 || (text_name_part(o->text[0]) && text_name_part(r->at[n]))) continue;
    return o->strength >= least ? o : NULL;
  }
  return NULL;
}

static const Expr *operation(Reader *r, int least) {
  const Expr *a = atom(r);
  for (const Infix *o; a && (o = operator_here(r, least));) {
    r->at += strlen(o->text);
    const Expr *b = operation(r, o->strength + 1);
    a = b ? x_op2(r->ctx, o->op, a, b) : NULL;
  }
  return a;
}

/* a, a if c, a else b, a if c else b */
static const Expr *choice(Reader *r) {
  if (r->depth >= TEXT_DEPTH) return nothing(r, "nested too deeply");
  r->depth++;
  const Expr *a = operation(r, 0);
  if (a && read_word(r, "if")) {
    const Expr *c = operation(r, 0);
    a = c ? x_op2(r->ctx, OP_IF, a, c) : NULL;
  }
  if (a && read_word(r, "else")) {
    const Expr *b = choice(r);
    a = b ? x_op2(r->ctx, OP_ELSE, a, b) : NULL;
  }
  r->depth--;
  return a;
}

const Expr *read_expr(Reader *r) { return choice(r); }
