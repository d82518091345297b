/* Expressions as C text: one table says how each operation is written, for scalars and (GCC) vectors.
 *
 * Real values that depend on memory are computed in the kernel's real type; those that do not, in double. Integers are int64_t, or
 * int where the interval proves that int holds them; nothing relies on overflow except where the language wraps (-fwrapv). */
#include "codegen/c_text.h"
#include "ir/access.h"
#include <math.h>
#include <stdlib.h>

/* ---- how an operation is written. real: f32 and f64 share the text; %s in a function's name is `f` or empty. */
typedef struct Spelling { Prec prec; const char *infix; const char *real, *integer; } Spelling;
static const Spelling op_text[OP_COUNT] = {
  [OP_ADD] = {PREC_ADD, "+", NULL, NULL}, [OP_SUB] = {PREC_ADD, "-", NULL, NULL}, [OP_MUL] = {PREC_MUL, "*", NULL, NULL}, [OP_DIV] = {PREC_MUL, "/", NULL, NULL},
  [OP_BAND] = {PREC_BAND, "&", NULL, NULL}, [OP_BOR] = {PREC_BOR, "|", NULL, NULL}, [OP_BXOR] = {PREC_BXOR, "^", NULL, NULL},
  [OP_EQ] = {PREC_EQ, "==", NULL, NULL}, [OP_NE] = {PREC_EQ, "!=", NULL, NULL}, [OP_LT] = {PREC_REL, "<", NULL, NULL}, [OP_LE] = {PREC_REL, "<=", NULL, NULL},
  [OP_GT] = {PREC_REL, ">", NULL, NULL}, [OP_GE] = {PREC_REL, ">=", NULL, NULL}, [OP_AND] = {PREC_AND, "&&", NULL, NULL}, [OP_OR] = {PREC_OR, "||", NULL, NULL},
  [OP_TDIV] = {PREC_PRIMARY, NULL, "sinter_real_tdiv%s", "sinter_tdiv"}, [OP_FDIV] = {PREC_PRIMARY, NULL, "sinter_real_fdiv%s", "sinter_fdiv"},
  [OP_MOD] = {PREC_PRIMARY, NULL, "sinter_real_mod%s", "sinter_mod"}, [OP_FMOD] = {PREC_PRIMARY, NULL, "sinter_fmod%s", "sinter_tmod"},
  [OP_POW] = {PREC_PRIMARY, NULL, "sinter_pow%s", "sinter_ipow"}, [OP_SHL] = {PREC_PRIMARY, NULL, NULL, "sinter_shl"}, [OP_SHR] = {PREC_PRIMARY, NULL, NULL, "sinter_shr"},
  [OP_MIN] = {PREC_PRIMARY, NULL, "sinter_min%s", "sinter_imin"}, [OP_MAX] = {PREC_PRIMARY, NULL, "sinter_max%s", "sinter_imax"},
  [OP_ABS] = {PREC_PRIMARY, NULL, "sinter_abs%s", "sinter_iabs"}, [OP_SIGN] = {PREC_PRIMARY, NULL, "sinter_sign%s", "sinter_isign"},
  [OP_EXP] = {PREC_PRIMARY, NULL, "sinter_exp%s", NULL}, [OP_LOG] = {PREC_PRIMARY, NULL, "sinter_log%s", NULL}, [OP_SQRT] = {PREC_PRIMARY, NULL, "sinter_sqrt%s", NULL},
  [OP_SIN] = {PREC_PRIMARY, NULL, "sinter_sin%s", NULL}, [OP_COS] = {PREC_PRIMARY, NULL, "sinter_cos%s", NULL}, [OP_TAN] = {PREC_PRIMARY, NULL, "sinter_tan%s", NULL},
  [OP_ASIN] = {PREC_PRIMARY, NULL, "sinter_asin%s", NULL}, [OP_ACOS] = {PREC_PRIMARY, NULL, "sinter_acos%s", NULL}, [OP_ATAN] = {PREC_PRIMARY, NULL, "sinter_atan%s", NULL},
  [OP_SINH] = {PREC_PRIMARY, NULL, "sinter_sinh%s", NULL}, [OP_COSH] = {PREC_PRIMARY, NULL, "sinter_cosh%s", NULL}, [OP_TANH] = {PREC_PRIMARY, NULL, "sinter_tanh%s", NULL},
  [OP_ASINH] = {PREC_PRIMARY, NULL, "sinter_asinh%s", NULL}, [OP_ACOSH] = {PREC_PRIMARY, NULL, "sinter_acosh%s", NULL}, [OP_ATANH] = {PREC_PRIMARY, NULL, "sinter_atanh%s", NULL},
  [OP_ERF] = {PREC_PRIMARY, NULL, "sinter_erf%s", NULL}, [OP_ERFC] = {PREC_PRIMARY, NULL, "sinter_erfc%s", NULL},
  [OP_EXPM1] = {PREC_PRIMARY, NULL, "sinter_expm1%s", NULL}, [OP_LOG1P] = {PREC_PRIMARY, NULL, "sinter_log1p%s", NULL},
  [OP_FLOOR] = {PREC_PRIMARY, NULL, "sinter_floor%s", NULL}, [OP_CEIL] = {PREC_PRIMARY, NULL, "sinter_ceil%s", NULL},
  [OP_ROUND] = {PREC_PRIMARY, NULL, "sinter_rint%s", NULL}, [OP_TRUNC] = {PREC_PRIMARY, NULL, "sinter_trunc%s", NULL},
  [OP_ISNAN] = {PREC_PRIMARY, NULL, "sinter_isnan%s", NULL}, [OP_ISINF] = {PREC_PRIMARY, NULL, "sinter_isinf%s", NULL},
};

typedef struct TypeText { const char *scalar, *vector, *suffix; } TypeText;
static const TypeText type_text[] = {
  [C_I32] = {"int32_t", "i32", ""}, [C_I64] = {"int64_t", "i64", ""}, [C_U64] = {"uint64_t", "u64", "_u"}, [C_F32] = {"float", "f32", "f"}, [C_F64] = {"double", "f64", ""}, [C_OPAQUE] = {"", "", ""},
};
const char *c_type_name(CType t) { return type_text[t].scalar; }
const char *c_vector_name(CPrint *p, CType t) { return ctx_printf(p->ctx, "v%d%s", p->lanes, type_text[t].vector); }

CType c_elem_type(Elem e) {
  const ElemInfo *i = elem_info(e);
  if (i->cls == 'r') return i->bits == 64 ? C_F64 : C_F32;
  if (i->cls == 'b') return C_I32;
  if (elem_kind(e) == KIND_OPAQUE) return C_OPAQUE;
  if (i->cls == 'u') return i->bits == 64 ? C_U64 : i->bits == 32 ? C_I64 : C_I32;
  return i->bits == 64 ? C_I64 : C_I32;
}

static bool is_real(CType t) { return t == C_F32 || t == C_F64; }

/* ---- types */

__extension__ typedef __int128 wide_t;
typedef struct Interval { wide_t lo, hi; } Interval;

static Interval interval_of_elem(Elem e) {
  const ElemInfo *i = elem_info(e);
  if (i->cls == 'b') return (Interval){0, 1};
  if (i->cls == 'u') return (Interval){0, ((wide_t)1 << i->bits) - 1};
  return (Interval){-((wide_t)1 << (i->bits - 1)), ((wide_t)1 << (i->bits - 1)) - 1};
}

static const Interval unknown = {-((wide_t)1 << 64), (wide_t)1 << 64};
static bool within(Interval a, Interval b) { return a.lo >= b.lo && a.hi <= b.hi; }
static Interval hull(Interval a, Interval b) { return (Interval){a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi}; }

static Interval interval(const CPrint *p, const Expr *e) {
  if (e->vk == KIND_BOOL) return (Interval){0, 1};
  if (e->vk != KIND_INT) return unknown;
  int64_t lo, hi;
  switch ((ExprKind)e->kind) {
  case X_INT: return (Interval){e->i, e->i};
  case X_AFF: return x_range(p->ctx, e, &lo, &hi) ? (Interval){lo, hi} : unknown;
  case X_LOAD: return interval_of_elem(e->buf->elem);
  default: break;
  }
  Interval a = e->n > 0 ? interval(p, e->arg[0]) : unknown, b = e->n > 1 ? interval(p, e->arg[1]) : unknown;
  bool known = !(a.lo == unknown.lo || a.hi == unknown.hi) && (e->n < 2 || !(b.lo == unknown.lo || b.hi == unknown.hi));
  Interval r = unknown;
  switch (e->op) {
  case OP_ADD: if (known) r = (Interval){a.lo + b.lo, a.hi + b.hi}; break;
  case OP_SUB: if (known) r = (Interval){a.lo - b.hi, a.hi - b.lo}; break;
  case OP_NEG: if (known) r = (Interval){-a.hi, -a.lo}; break;
  case OP_MUL:
    if (known && within(a, interval_of_elem(ELEM_i32)) && within(b, interval_of_elem(ELEM_i32)))
      r = hull(hull((Interval){a.lo * b.lo, a.lo * b.lo}, (Interval){a.lo * b.hi, a.lo * b.hi}), hull((Interval){a.hi * b.lo, a.hi * b.lo}, (Interval){a.hi * b.hi, a.hi * b.hi}));
    break;
  case OP_SELECT: r = hull(interval(p, e->arg[1]), interval(p, e->arg[2])); break;
  case OP_CAST: case OP_SAT: r = interval_of_elem(e->elem); break;
  case OP_BAND: case OP_BOR: case OP_BXOR:
    if (known && within(a, interval_of_elem(ELEM_i32)) && within(b, interval_of_elem(ELEM_i32))) r = interval_of_elem(ELEM_i32);
    break;
  default: break;
  }
  return within(r, interval_of_elem(ELEM_i64)) ? r : unknown;
}

/* Operations that C computes in int when their operands are ints. */
static bool stays_int(Op op) {
  static const bool stays[OP_COUNT] = {[OP_ADD] = true, [OP_SUB] = true, [OP_MUL] = true, [OP_NEG] = true, [OP_SELECT] = true, [OP_BAND] = true, [OP_BOR] = true, [OP_BXOR] = true, [OP_BNOT] = true, [OP_CAST] = true};
  return stays[op];
}

static CType real_type(const CPrint *p, const Expr *e) { return x_has_load(e) ? p->real : C_F64; }

CType c_type(const CPrint *p, const Expr *e) {
  switch ((ExprKind)e->kind) {
  case X_INT: return e->i >= INT32_MIN && e->i <= INT32_MAX ? C_I32 : C_I64;
  case X_REAL: return C_F64;
  case X_AFF: return C_I64;
  case X_LOAD: return c_elem_type(e->buf->elem);
  case X_OP: break;
  }
  if (e->op == OP_BCAST) return c_type(p, e->arg[0]);
  if (e->vk == KIND_BOOL) return C_I32;
  if (e->vk == KIND_UINT) return C_U64;
  if (e->vk == KIND_OPAQUE) return C_OPAQUE;
  if (e->vk == KIND_REAL) return real_type(p, e);
  if (!stays_int(e->op) || !within(interval(p, e), interval_of_elem(ELEM_i32))) return C_I64;
  for (int i = e->op == OP_SELECT; i < e->n; i++)
    if (e->op != OP_CAST && c_type(p, e->arg[i]) != C_I32) return C_I64;
  return C_I32;
}

/* The type two operands of a comparison meet in. */
static CType common_type(const CPrint *p, const Expr *a, const Expr *b) {
  if (a->vk == KIND_REAL || b->vk == KIND_REAL) return x_has_load(a) || x_has_load(b) ? p->real : C_F64;
  CType s = c_type(p, a), t = c_type(p, b);
  return s == C_U64 || t == C_U64 ? C_U64 : s == C_I64 || t == C_I64 ? C_I64 : C_I32;
}

/* ---- literals */

void c_literal(double v, CType t, Str *out) {
  if (t == C_F32) v = (double)(float)v;
  const char *f = type_text[t].suffix;
  if (isnan(v)) { str_printf(out, "__builtin_nan%s(\"\")", f); return; }
  if (isinf(v)) { str_printf(out, v < 0 ? "-__builtin_inf%s()" : "__builtin_inf%s()", f); return; }
  char text[40];
  if (t == C_F32) { /* shortest text that reads back as the same float */
    for (int digits = 1; digits <= 9; digits++) {
      snprintf(text, sizeof text, "%.*g", digits, v);
      for (char *c = text; *c; c++)
        if (*c == ',') *c = '.';
      if (strtof(text, NULL) == (float)v) break;
    }
  } else {
    Str s = str_new(out->ctx);
    str_real(&s, v);
    snprintf(text, sizeof text, "%s", s.s);
  }
  str_printf(out, "%s%s%s", text, strpbrk(text, ".e") ? "" : ".0", f);
}

static void int_literal(int64_t v, Prec prec, Str *out) {
  bool wrap = v < 0 && prec >= PREC_UNARY;
  if (v == INT64_MIN) str_add(out, "INT64_MIN");
  else if (v >= INT32_MIN + 1 && v <= INT32_MAX) str_printf(out, wrap ? "(%lld)" : "%lld", (long long)v);
  else str_printf(out, wrap ? "(%sINT64_C(%lld))" : "%sINT64_C(%lld)", v < 0 ? "-" : "", (long long)(v < 0 ? -v : v));
}

/* ---- affine forms: 3*i + j - 1, positive terms first */

static void aff_text(CPrint *p, const Aff *a, Str *out) {
  bool first = true;
  for (int sign = 0; sign < 2; sign++)
    for (int i = 0; i < a->n; i++) {
      ext_t k = a->term[i].k;
      bool number = ext_is_const(p->ctx, k), minus = number && k < 0;
      if (minus != (sign == 1)) continue;
      str_add(out, first ? (minus ? "-" : "") : minus ? " - " : " + ");
      first = false;
      if (!number) { ext_print_c(p->ctx, k, out); str_add(out, "*"); }
      else if (k != 1 && k != -1) str_printf(out, "%lld*", (long long)(minus ? -k : k));
      str_add(out, c_name_of(p, a->term[i].var, a->term[i].var->name));
    }
  if (a->c == 0 && !first) return;
  if (!ext_is_const(p->ctx, a->c)) { str_add(out, first ? "" : " + "); ext_print_c(p->ctx, a->c, out); }
  else if (first) int_literal(a->c, PREC_ANY, out);
  else str_printf(out, " %c %lld", a->c < 0 ? '-' : '+', (long long)(a->c < 0 ? -a->c : a->c));
}

static Prec aff_prec(const Ctx *ctx, const Aff *a) {
  if (a->n == 0 && ext_is_const(ctx, a->c)) return a->c < 0 ? PREC_UNARY : PREC_PRIMARY;
  if (a->n == 1 && a->c == 0) return a->term[0].k == 1 ? PREC_PRIMARY : ext_is_const(ctx, a->term[0].k) && a->term[0].k < 0 ? PREC_ADD : PREC_MUL;
  return PREC_ADD;
}

/* ---- scalars */

static void open_paren(Prec own, Prec asked, Str *out) { if (own < asked) str_add(out, "("); }
static void close_paren(Prec own, Prec asked, Str *out) { if (own < asked) str_add(out, ")"); }

static void call(CPrint *p, const char *name, const Expr *e, CType want, Str *out) {
  str_printf(out, "%s(", name);
  for (int i = 0; i < e->n; i++) {
    if (i) str_add(out, ", ");
    c_expr(p, e->arg[i], want, PREC_ANY, out);
  }
  str_add(out, ")");
}

static void infix(CPrint *p, const char *op, Prec prec, const Expr *a, const Expr *b, CType want, Str *out) {
  c_expr(p, a, want, prec, out);
  str_printf(out, " %s ", op);
  c_expr(p, b, want, (Prec)(prec + 1), out);
}

/* cast and sat: the value as it reads back after a store into elem. */
static void cast_text(CPrint *p, const Expr *e, Prec prec, Str *out) {
  const Expr *a = e->arg[0];
  const ElemInfo *to = elem_info(e->elem);
  bool real = a->vk == KIND_REAL, sat = e->op == OP_SAT;
  if (to->cls == 'b') { /* true where not zero */
    open_paren(PREC_EQ, prec, out);
    c_expr(p, a, c_type(p, a), PREC_REL, out);
    str_add(out, " != 0");
    close_paren(PREC_EQ, prec, out);
  } else if (to->cls == 'r' && (to->bits == 64 || e->elem == ELEM_f32)) {
    str_printf(out, "(%s)", to->c);
    c_expr(p, a, c_type(p, a) == C_F64 && a->kind != X_REAL ? C_F64 : real ? (e->elem == ELEM_f32 ? C_F32 : C_F64) : c_type(p, a), PREC_UNARY, out);
  } else if (to->cls == 'r' || real) { /* through the stored form; or a real into an integer */
    str_printf(out, "sinter_%s_%s(", sat ? "sat" : "cast", e->elem == ELEM_int ? "i64" : to->name); /* the integers of texts have 64 bits */
    c_expr(p, a, real ? c_type(p, a) : C_F64, PREC_ANY, out);
    str_add(out, ")");
  } else if (!sat) {
    if (c_is_packed(e->elem)) { str_printf(out, "sinter_wrap_%s(", to->name); c_expr(p, a, c_type(p, a), PREC_ANY, out); str_add(out, ")"); }
    else { str_printf(out, "(%s)", to->c); c_expr(p, a, c_type(p, a), PREC_UNARY, out); }
  } else if (a->vk == KIND_UINT) {
    if (to->cls == 'u' && to->bits == 64) { c_expr(p, a, C_U64, prec, out); return; }
    str_add(out, "sinter_umin(");
    c_expr(p, a, C_U64, PREC_ANY, out);
    str_printf(out, ", UINT64_C(%llu))", (unsigned long long)interval_of_elem(e->elem).hi);
  } else {
    Interval in = interval(p, a), to_in = interval_of_elem(e->elem);
    bool low = in.lo < to_in.lo, high = in.hi > to_in.hi && to->bits < 64;
    if (to->bits == 64) low = to->cls == 'u';
    str_printf(out, "%s%s", low ? "sinter_imax(" : "", high ? "sinter_imin(" : "");
    c_expr(p, a, C_I64, low || high ? PREC_ANY : prec, out);
    if (high) { str_add(out, ", "); int_literal((int64_t)to_in.hi, PREC_ANY, out); str_add(out, ")"); }
    if (low) { str_add(out, ", "); int_literal((int64_t)to_in.lo, PREC_ANY, out); str_add(out, ")"); }
  }
}

static Prec cast_prec(const Expr *e) {
  const ElemInfo *to = elem_info(e->elem);
  if (to->cls == 'b') return PREC_EQ;
  if (to->cls == 'r' && (to->bits == 64 || e->elem == ELEM_f32)) return PREC_UNARY;
  return e->op == OP_CAST && to->cls != 'r' && e->arg[0]->vk != KIND_REAL ? PREC_UNARY : PREC_PRIMARY;
}

static void op_scalar(CPrint *p, const Expr *e, CType own, Prec prec, Str *out) {
  const Spelling *t = &op_text[e->op];
  Op op = e->op;
  if ((op == OP_EQ || op == OP_NE) && e->arg[0]->vk == KIND_OPAQUE) { /* by content */
    str_add(out, op == OP_EQ ? "" : "!");
    call(p, "sinter_text_equal", e, C_OPAQUE, out);
    return;
  }
  if (t->infix) {
    CType in = own;
    if (op_info(op)->rule == 'b') in = op == OP_AND || op == OP_OR ? C_I32 : common_type(p, e->arg[0], e->arg[1]);
    open_paren(t->prec, prec, out);
    if (op == OP_AND || op == OP_OR) { /* C's precedence of && and || is fine, but compilers ask for parentheses when they mix */
      for (int i = 0; i < 2; i++) {
        const Expr *side = e->arg[i];
        if (i) str_printf(out, " %s ", t->infix);
        c_expr(p, side, C_I32, side->kind == X_OP && side->op == op ? t->prec : PREC_BOR, out);
      }
    } else infix(p, t->infix, t->prec >= PREC_EQ && t->prec <= PREC_REL ? PREC_SHIFT : t->prec < PREC_EQ ? PREC_UNARY : t->prec, e->arg[0], e->arg[1], in, out);
    close_paren(t->prec, prec, out);
    return;
  }
  switch (op) {
  case OP_NEG: case OP_NOT: case OP_BNOT:
    open_paren(PREC_UNARY, prec, out);
    str_add(out, op == OP_NEG ? "-" : op == OP_NOT ? "!" : "~");
    c_expr(p, e->arg[0], op == OP_NOT ? c_type(p, e->arg[0]) : own, PREC_PRIMARY, out);
    close_paren(PREC_UNARY, prec, out);
    return;
  case OP_SELECT:
    open_paren(PREC_SELECT, prec, out);
    c_expr(p, e->arg[0], C_I32, PREC_OR, out);
    str_add(out, " ? ");
    c_expr(p, e->arg[1], own, PREC_OR, out);
    str_add(out, " : ");
    c_expr(p, e->arg[2], own, e->arg[2]->kind == X_OP && e->arg[2]->op == OP_SELECT ? PREC_SELECT : PREC_OR, out);
    close_paren(PREC_SELECT, prec, out);
    return;
  case OP_CAST: case OP_SAT: cast_text(p, e, prec, out); return;
  case OP_REAL: case OP_BCAST: c_expr(p, e->arg[0], own, prec, out); return;
  case OP_ISNAN: case OP_ISINF: {
    if (e->arg[0]->vk != KIND_REAL) { str_add(out, "0"); return; }
    CType in = real_type(p, e->arg[0]);
    call(p, ctx_printf(p->ctx, t->real, type_text[in].suffix), e, in, out);
    return;
  }
  case OP_FLOOR: case OP_CEIL: case OP_ROUND: case OP_TRUNC:
    if (!is_real(own)) { c_expr(p, e->arg[0], own, prec, out); return; }
    break;
  case OP_POW: { /* a square is a product, exact like pow's */
    double two;
    if (is_real(own) && x_is_const(e->arg[1], &two, NULL) && two == 2.0) {
      str_printf(out, "sinter_square%s(", type_text[own].suffix);
      c_expr(p, e->arg[0], own, PREC_ANY, out);
      str_add(out, ")");
      return;
    }
    break;
  }
  default: break;
  }
  if (is_real(own)) call(p, ctx_printf(p->ctx, t->real, type_text[own].suffix), e, own, out);
  else if (op == OP_SHL || op == OP_SHR) {
    str_printf(out, "%s%s(", t->integer, own == C_U64 ? "_u" : "");
    c_expr(p, e->arg[0], own == C_U64 ? C_U64 : C_I64, PREC_ANY, out);
    str_add(out, ", ");
    c_expr(p, e->arg[1], C_I64, PREC_ANY, out);
    str_add(out, ")");
  } else call(p, ctx_printf(p->ctx, "%s%s", t->integer, own == C_U64 ? "_u" : ""), e, own == C_I32 ? C_I64 : own, out);
}

static void load_scalar(CPrint *p, const Expr *e, Str *out) {
  const Buf *b = e->buf;
  if (c_is_packed(b->elem)) {
    str_printf(out, "sinter_get_%s(%s, ", elem_info(b->elem)->name, c_name_of(p, b, b->name));
    const Expr **index = NEWN(p->ctx, const Expr *, e->n + 1);
    for (int i = 0; i < e->n; i++) index[i] = c_fixed(p, e->arg[i]);
    c_index_text(p, access_address(p->ctx, b, e->n, index), PREC_ANY, out);
    str_add(out, ")");
    return;
  }
  bool decode = elem_info(b->elem)->cls == 'r' && elem_info(b->elem)->bits < 32;
  if (decode) str_printf(out, "sinter_load_%s(", elem_info(b->elem)->name);
  if (b->elem == ELEM_u32) str_add(out, "(int64_t)");
  c_place(p, b, e->n, e->arg, out);
  if (decode) str_add(out, ")");
}

/* May a number of type `own` stand where `want` is asked for, without a cast in the text? */
static bool fits(const Expr *e, CType own, CType want) {
  if (own == want) return true;
  if (e->kind == X_INT) return !is_real(want) && (want != C_I32 || own == C_I32) && (want != C_U64 || e->i >= 0);
  return e->kind == X_REAL && is_real(want);
}

void c_expr(CPrint *p, const Expr *e, CType want, Prec prec, Str *out) {
  CType own = c_type(p, e);
  if (e->kind == X_REAL && is_real(want)) {
    bool minus = e->r < 0 && prec >= PREC_UNARY;
    if (minus) str_add(out, "(");
    c_literal(e->r, want, out);
    if (minus) str_add(out, ")");
    return;
  }
  if (e->kind == X_INT && is_real(want)) { c_literal((double)e->i, want, out); return; }
  if (e->kind == X_OP && e->op == OP_REAL && is_real(want)) { e = e->arg[0]; own = c_type(p, e); }
  if (!fits(e, own, want)) {
    open_paren(PREC_UNARY, prec, out);
    str_printf(out, "(%s)", c_type_name(want));
    c_expr(p, e, own, PREC_UNARY, out);
    close_paren(PREC_UNARY, prec, out);
    return;
  }
  Aff a;
  switch ((ExprKind)e->kind) {
  case X_INT: int_literal(e->i, prec, out); return;
  case X_REAL: c_literal(e->r, C_F64, out); return;
  case X_AFF:
    x_is_aff(e, &a);
    open_paren(aff_prec(p->ctx, &a), prec, out);
    aff_text(p, &a, out);
    close_paren(aff_prec(p->ctx, &a), prec, out);
    return;
  case X_LOAD: {
    Prec own_prec = e->buf->elem == ELEM_u32 ? PREC_UNARY : PREC_PRIMARY;
    open_paren(own_prec, prec, out);
    load_scalar(p, e, out);
    close_paren(own_prec, prec, out);
    return;
  }
  case X_OP: {
    Prec own_prec = e->op == OP_CAST || e->op == OP_SAT ? cast_prec(e) : PREC_PRIMARY;
    if (own_prec == PREC_UNARY) open_paren(own_prec, prec, out);
    op_scalar(p, e, own, own_prec == PREC_UNARY ? PREC_ANY : prec, out);
    if (own_prec == PREC_UNARY) close_paren(own_prec, prec, out);
    return;
  }
  }
}

void c_condition(CPrint *p, const Expr *e, Str *out) { c_expr(p, e, c_type(p, e), PREC_ANY, out); }
