/* Expressions inside a VEC loop, as GCC vector text. A load that moves with the lane is a vector, everything else a scalar that is broadcast.
 * Operations are target rows where the target has one, operators where the vector extension has one, else functions of the prelude
 * named like the scalar ones: sinter_exp_v8f32. Conditions are masks: int lanes, all ones where true. */
#include "codegen/c_text.h"

static bool is_register_vector(const CPrint *p, const Buf *b) { return b->space == SPACE_REG && b->lanes > 1 && b->lanes == p->lanes; }

bool c_is_vector(CPrint *p, const Expr *e) {
  int64_t stride;
  if (!p->lane) return false;
  if (e->kind == X_LOAD) return is_register_vector(p, e->buf) || !c_lane_stride(p, e->buf, e->n, e->arg, &stride) || stride != 0;
  if (e->kind == X_AFF) return x_uses(e, p->lane);
  if (e->kind == X_OP && e->op == OP_BCAST) return true;
  for (int i = 0; e->kind == X_OP && i < e->n; i++)
    if (c_is_vector(p, e->arg[i])) return true;
  return false;
}

/* Numbers of a vector have 32 bits: schedules make no other vectors. */
static CType lane_type(const CPrint *p, const Expr *e) {
  CType t = c_type(p, e);
  return t == C_F32 || t == C_F64 ? C_F32 : C_I32;
}

static void mask(CPrint *p, const Expr *e, Str *out);

static void zero(CPrint *p, CType t, Str *out) { str_printf(out, "(%s){0}", c_vector_name(p, t)); }

/* A scalar where a vector is asked for. Adding to or subtracting from a zero vector is how the vector extension broadcasts; x - 0 keeps every x. */
static void broadcast(CPrint *p, const Expr *e, CType want, Prec prec, Str *out) {
  double r; int64_t i;
  if (x_is_const(e, &r, &i) && r == 0 && i == 0) { zero(p, want, out); return; }
  bool wrap = PREC_ADD < prec;
  if (wrap) str_add(out, "(");
  c_expr(p, e, want, PREC_ADD, out);
  str_add(out, " - ");
  zero(p, want, out);
  if (wrap) str_add(out, ")");
}

/* An operand of an infix operator: a scalar of the right type broadcasts by itself. */
static void operand(CPrint *p, const Expr *e, CType want, Prec prec, Str *out) {
  if (c_is_vector(p, e)) c_vector(p, e, want, prec, out);
  else c_expr(p, e, want, prec < PREC_UNARY ? PREC_UNARY : prec, out);
}

/* Lanes that lie apart are read one by one. */
static void gather(CPrint *p, const Expr *e, Str *out) {
  const Buf *b = e->buf;
  const Var *lane = p->lane;
  const char *t = b->elem == ELEM_bool ? "u8" : elem_info(b->elem)->name;
  str_printf(out, "(v%d%s){", p->lanes, t);
  for (int i = 0; i < p->live; i++) {
    const Expr **index = NEWN(p->ctx, const Expr *, e->n), *at = x_int(p->ctx, i);
    for (int d = 0; d < e->n; d++) index[d] = x_subst(p->ctx, c_fixed(p, e->arg[d]), 1, &lane, &at);
    str_add(out, i ? ", " : "");
    c_place(p, b, e->n, index, out);
  }
  str_add(out, "}");
}

static void load(CPrint *p, const Expr *e, Str *out) {
  const Buf *b = e->buf;
  if (is_register_vector(p, b)) { c_place(p, b, e->n, e->arg, out); return; }
  Str at = str_new(p->ctx);
  c_pointer(p, b, e->n, e->arg, &at);
  const char *t = elem_info(b->elem)->name;
  if (b->elem == ELEM_bool) t = "u8";
  int64_t stride;
  if (!c_lane_stride(p, b, e->n, e->arg, &stride) || stride != 1) {
    if (stride == 2 && b->elem == ELEM_f32 && p->live == p->lanes) str_printf(out, "sinter_second_v%df32(%s)", p->lanes, at.s);
    else gather(p, e, out);
    return;
  }
  if (p->live < p->lanes) str_printf(out, "sinter_load_part_v%d%s(%s, %d)", p->lanes, t, at.s, p->live);
  else str_printf(out, "*(const u%d%s *)(%s)", p->lanes, t, at.s);
}

static bool row(CPrint *p, const Expr *e, CType in, Str *out) {
  const InsnRow *r = target_row(p->target, (Op)e->op, in == C_F32 ? ELEM_f32 : ELEM_i32, p->lanes);
  if (!r) return false;
  for (const char *c = r->text; *c; c++) {
    if (*c == '%' && c[1] >= '0' && c[1] <= '2' && c[1] - '0' < e->n) {
      const Expr *a = e->arg[*++c - '0'];
      if (e->op == OP_BCAST) c_expr(p, a, in, PREC_PRIMARY, out);
      else c_vector(p, a, in, PREC_PRIMARY, out);
    } else str_addn(out, c, 1);
  }
  return true;
}

static const char *const function[OP_COUNT] = {
  [OP_MIN] = "min", [OP_MAX] = "max", [OP_ABS] = "abs", [OP_SIGN] = "sign", [OP_EXP] = "exp", [OP_LOG] = "log", [OP_SQRT] = "sqrt", [OP_SIN] = "sin", [OP_COS] = "cos",
  [OP_TAN] = "tan", [OP_ASIN] = "asin", [OP_ACOS] = "acos", [OP_ATAN] = "atan", [OP_SINH] = "sinh", [OP_COSH] = "cosh", [OP_TANH] = "tanh", [OP_ASINH] = "asinh",
  [OP_ACOSH] = "acosh", [OP_ATANH] = "atanh", [OP_ERF] = "erf", [OP_ERFC] = "erfc", [OP_EXPM1] = "expm1", [OP_LOG1P] = "log1p", [OP_FLOOR] = "floor", [OP_CEIL] = "ceil", [OP_ROUND] = "rint", [OP_TRUNC] = "trunc", [OP_POW] = "pow",
  [OP_MOD] = "mod", [OP_FDIV] = "fdiv", [OP_TDIV] = "tdiv", [OP_FMOD] = "fmod", [OP_BCAST] = "splat",
};
static const struct { Op op; const char *text; Prec prec; } operators[] = {
  {OP_ADD, "+", PREC_ADD}, {OP_SUB, "-", PREC_ADD}, {OP_MUL, "*", PREC_MUL}, {OP_DIV, "/", PREC_MUL}, {OP_BAND, "&", PREC_BAND}, {OP_BOR, "|", PREC_BOR}, {OP_BXOR, "^", PREC_BXOR},
};
static const struct { Op op; const char *text; } relations[] = {{OP_EQ, "=="}, {OP_NE, "!="}, {OP_LT, "<"}, {OP_LE, "<="}, {OP_GT, ">"}, {OP_GE, ">="}};

/* Conditions. A scalar condition becomes all ones or zero. */
static void mask(CPrint *p, const Expr *e, Str *out) {
  if (!c_is_vector(p, e)) { str_add(out, "(-(int32_t)("); c_condition(p, e, out); str_add(out, ") - "); zero(p, C_I32, out); str_add(out, ")"); return; }
  if (e->kind == X_OP) {
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++)
      if (relations[i].op == (Op)e->op) {
        CType in = e->arg[0]->vk == KIND_REAL || e->arg[1]->vk == KIND_REAL ? C_F32 : C_I32;
        str_add(out, "(");
        operand(p, e->arg[0], in, PREC_SHIFT, out);
        str_printf(out, " %s ", relations[i].text);
        operand(p, e->arg[1], in, PREC_SHIFT, out);
        str_add(out, ")");
        return;
      }
    switch (e->op) {
    case OP_AND: case OP_OR:
      str_add(out, "("); mask(p, e->arg[0], out);
      str_add(out, e->op == OP_AND ? " & " : " | ");
      mask(p, e->arg[1], out); str_add(out, ")");
      return;
    case OP_NOT: str_add(out, "~"); mask(p, e->arg[0], out); return;
    case OP_ISNAN: case OP_ISINF:
      str_printf(out, "sinter_%s_v%df32(", e->op == OP_ISNAN ? "isnan" : "isinf", p->lanes);
      c_vector(p, e->arg[0], C_F32, PREC_ANY, out);
      str_add(out, ")");
      return;
    default: break;
    }
  }
  str_add(out, "("); /* a number as a condition */
  CType in = e->vk == KIND_BOOL ? C_I32 : lane_type(p, e);
  if (e->kind == X_LOAD) { str_printf(out, "__builtin_convertvector("); load(p, e, out); str_printf(out, ", %s)", c_vector_name(p, C_I32)); }
  else c_vector(p, e, in, PREC_SHIFT, out);
  str_add(out, " != 0)");
}

static void convert(CPrint *p, const Expr *e, CType own, CType want, Str *out) {
  if (own == want) { c_vector(p, e, own, PREC_ANY, out); return; }
  str_add(out, "__builtin_convertvector(");
  c_vector(p, e, own, PREC_ANY, out);
  str_printf(out, ", %s)", c_vector_name(p, want));
}

static void op_vector(CPrint *p, const Expr *e, CType own, Prec prec, Str *out) {
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (operators[i].op == (Op)e->op) {
      Prec own_prec = operators[i].prec, inner = own_prec < PREC_EQ ? PREC_UNARY : own_prec;
      if (own_prec < prec) str_add(out, "(");
      operand(p, e->arg[0], own, inner, out);
      str_printf(out, " %s ", operators[i].text);
      operand(p, e->arg[1], own, (Prec)(inner + 1), out);
      if (own_prec < prec) str_add(out, ")");
      return;
    }
  double two;
  switch (e->op) {
  case OP_NEG: case OP_BNOT:
    if (prec > PREC_UNARY) str_add(out, "(");
    str_add(out, e->op == OP_NEG ? "-" : "~");
    c_vector(p, e->arg[0], own, PREC_PRIMARY, out);
    if (prec > PREC_UNARY) str_add(out, ")");
    return;
  case OP_REAL: convert(p, e->arg[0], lane_type(p, e->arg[0]), own, out); return;
  case OP_SELECT:
    str_printf(out, "sinter_select_%s(", c_vector_name(p, own));
    mask(p, e->arg[0], out);
    for (int i = 1; i < 3; i++) { str_add(out, ", "); c_vector(p, e->arg[i], own, PREC_ANY, out); }
    str_add(out, ")");
    return;
  case OP_CAST: case OP_SAT: {
    const ElemInfo *to = elem_info(e->elem);
    if (to->cls == 'r') { c_vector(p, e->arg[0], own, prec, out); return; } /* f32: schedules vectorise no other */
    CType in = e->arg[0]->vk == KIND_REAL ? C_F32 : C_I32;
    str_printf(out, "sinter_%s_%s_v%d%s(", e->op == OP_SAT ? "sat" : "cast", to->name, p->lanes, in == C_F32 ? "f32" : "i32");
    c_vector(p, e->arg[0], in, PREC_ANY, out);
    str_add(out, ")");
    return;
  }
  case OP_FLOOR: case OP_CEIL: case OP_ROUND: case OP_TRUNC:
    if (own != C_F32) { c_vector(p, e->arg[0], own, prec, out); return; }
    break;
  case OP_POW:
    if (own == C_F32 && x_is_const(e->arg[1], &two, NULL) && two == 2.0) {
      str_printf(out, "sinter_square_%s(", c_vector_name(p, own));
      c_vector(p, e->arg[0], own, PREC_ANY, out);
      str_add(out, ")");
      return;
    }
    break;
  default: break;
  }
  if (row(p, e, own, out)) return;
  str_printf(out, "sinter_%s_%s(", function[e->op] ? function[e->op] : op_info((Op)e->op)->name, c_vector_name(p, own));
  for (int i = 0; i < e->n; i++) {
    if (i) str_add(out, ", ");
    if (e->op == OP_BCAST) { str_add(out, "&"); c_expr(p, e->arg[i], own, PREC_UNARY, out); }
    else c_vector(p, e->arg[i], own, PREC_ANY, out);
  }
  str_add(out, ")");
}

void c_vector(CPrint *p, const Expr *e, CType want, Prec prec, Str *out) {
  if (!c_is_vector(p, e)) { broadcast(p, e, want, prec, out); return; }
  if (e->kind == X_OP && e->vk == KIND_BOOL) { /* 0 and 1 as numbers */
    str_add(out, want == C_F32 ? "__builtin_convertvector(" : "(");
    mask(p, e, out);
    str_printf(out, want == C_F32 ? " & 1, %s)" : " & 1)", c_vector_name(p, want));
    return;
  }
  CType own = e->kind == X_LOAD ? c_elem_type(e->buf->elem) : lane_type(p, e);
  if (e->kind == X_LOAD) {
    bool same = elem_info(e->buf->elem)->bits == 32 && own == want && e->buf->elem != ELEM_u32;
    if (!same) str_add(out, "__builtin_convertvector(");
    if (same && prec == PREC_PRIMARY && !is_register_vector(p, e->buf) && p->live == p->lanes) { str_add(out, "("); load(p, e, out); str_add(out, ")"); }
    else load(p, e, out);
    if (!same) str_printf(out, ", %s)", c_vector_name(p, want));
    return;
  }
  if (e->kind == X_AFF) { /* lane numbers */
    const Expr *base = x_subst(p->ctx, e, 1, &p->lane, (const Expr *const[]){x_int(p->ctx, 0)});
    Aff a;
    x_is_aff(e, &a);
    str_printf(out, want == C_F32 ? "__builtin_convertvector(" : "(");
    c_expr(p, base, C_I32, PREC_ADD, out);
    str_printf(out, " + (%s){", c_vector_name(p, C_I32));
    for (int i = 0; i < p->lanes; i++) str_printf(out, i ? ", %lld" : "%lld", (long long)(aff_coef(&a, p->lane) * i));
    str_printf(out, want == C_F32 ? "}, %s)" : "})", c_vector_name(p, want));
    return;
  }
  if (own != want) { convert(p, e, own, want, out); return; }
  op_vector(p, e, own, prec, out);
}
