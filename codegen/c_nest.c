/* One kernel as one C function: loops, conditions, stores. Unrolled loops are text with their variables folded away; VEC loops are GCC vectors;
 * register arrays are separate variables. What is printed is decided by the nest alone. */
#include "codegen/c_text.h"
#include "ir/access.h"

void c_line(CPrint *p, const char *fmt, ...) {
  for (int i = 0; i < p->depth; i++) str_add(p->out, "  ");
  va_list args;
  va_start(args, fmt);
  char small[256];
  va_list again;
  va_copy(again, args);
  int n = vsnprintf(small, sizeof small, fmt, args);
  if (n >= 0 && (size_t)n < sizeof small) str_add(p->out, small);
  else if (n > 0) {
    char *big = arena_alloc(p->ctx->arena, (size_t)n + 1);
    vsnprintf(big, (size_t)n + 1, fmt, again);
    str_add(p->out, big);
  }
  va_end(again);
  va_end(args);
  str_add(p->out, "\n");
}

const Expr *c_fixed(CPrint *p, const Expr *e) {
  return p->fixed.n ? x_subst(p->ctx, e, (int)p->fixed.n, p->fixed.at, p->fixed_to.at) : e;
}

static void print_body(CPrint *p, const Body *body);

static bool declares(const Body *body) {
  for (size_t i = 0; i < body->n; i++)
    if (body->at[i]->kind == S_REG) return true;
  return false;
}

/* ---- registers */

static bool contains(const CPrint *p, const Buf *b) {
  for (size_t i = 0; i < p->arrays.n; i++)
    if (p->arrays.at[i] == b) return true;
  return false;
}

/* A register indexed by the variable of a loop that stays a loop has to be an array. */
typedef struct ArraySearch { CPrint *p; VEC(const Var *) loops; } ArraySearch;
static void note_array(ArraySearch *s, const Buf *b, int n, const Expr *const *index) {
  if (b->space != SPACE_REG || contains(s->p, b)) return;
  for (int i = 0; i < n; i++) {
    bool varies = index[i]->kind == X_OP || index[i]->kind == X_LOAD;
    for (size_t v = 0; v < s->loops.n && !varies; v++) varies = x_uses(index[i], s->loops.at[v]);
    if (varies) { vec_push(s->p->ctx, &s->p->arrays, b); return; }
  }
}
static void note_load(const Expr *load, void *arg) { note_array(arg, load->buf, load->n, load->arg); }
static bool is_number(const Expr *e) { return x_is_const(e, NULL, NULL); }

static void find_arrays(ArraySearch *s, const Body *body) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *t = body->at[i];
    switch (t->kind) {
    case S_LOOP: {
      size_t n = s->loops.n;
      if (t->loop.mode != LOOP_UNROLL && t->loop.mode != LOOP_VEC) vec_push(s->p->ctx, &s->loops, t->loop.var);
      if (t->loop.mode == LOOP_UNROLL && !(is_number(t->loop.lo) && is_number(t->loop.hi))) vec_push(s->p->ctx, &s->loops, t->loop.var);
      find_arrays(s, &t->loop.body);
      s->loops.n = n;
      break;
    }
    case S_IF: find_arrays(s, &t->cond.then); find_arrays(s, &t->cond.other); break;
    case S_STORE:
      note_array(s, t->store.buf, t->store.n, t->store.index);
      for (int j = 0; j < t->store.n; j++) x_each_load(t->store.index[j], note_load, s);
      x_each_load(t->store.value, note_load, s);
      break;
    default: break;
    }
  }
}

static int64_t dim_bound(const Ctx *ctx, ext_t d) {
  int64_t lo, hi;
  ext_range(ctx, d, &lo, &hi);
  return hi;
}

/* What tells element i of a register with indices from the others: _0_2 */
static const char *element_suffix(const CPrint *p, const Buf *b, int64_t i, int64_t count) {
  Str s = str_new(p->ctx);
  for (int d = 0; d < b->rank; d++) {
    count /= dim_bound(p->ctx, b->dim[d]);
    str_printf(&s, "_%lld", (long long)(i / count));
    i %= count;
  }
  return s.s;
}

static void print_reg(CPrint *p, const Buf *b) {
  bool vector = b->lanes > 1;
  const char *elem = elem_info(b->elem)->name;
  const char *type = vector ? ctx_printf(p->ctx, "v%d%s", b->lanes, elem) : elem_info(b->elem)->c;
  if (p->lane) vec_push(p->ctx, &p->inside, b);
  int64_t count = 1;
  for (int i = 0; i < b->rank; i++) count *= dim_bound(p->ctx, b->dim[i]);
  if (contains(p, b)) { c_line(p, "%s %s[%lld];", type, c_name_of(p, b, b->name), (long long)count); return; }
  if (b->rank == 0) { c_line(p, "%s %s%s;", type, c_name_of(p, b, b->name), elem_kind(b->elem) == KIND_OPAQUE ? " = 0" : ""); return; }
  const char **suffix = NEWN(p->ctx, const char *, count); /* one variable per element */
  for (int64_t i = 0; i < count; i++) suffix[i] = element_suffix(p, b, i, count);
  const char *name = c_name_family(p, b, b->name, (int)count, suffix);
  Str s = str_new(p->ctx);
  for (int64_t i = 0; i < count; i++) str_printf(&s, "%s%s%s", i ? ", " : "", name, suffix[i]);
  c_line(p, "%s %s;", type, s.s);
}

/* ---- stores */

typedef struct StoreText { const char *assign, *scalar, *integer, *vector, *across; } StoreText; /* vector: two meet lane by lane; across: the lanes of one meet */
static const StoreText store_text[] = {
  [RED_SET] = {.assign = "="}, [RED_LAST] = {.assign = "="}, [RED_FIRST] = {.assign = "="}, [RED_ADD] = {.assign = "+=", .across = "sum"}, [RED_MUL] = {.assign = "*=", .across = "product"},
  [RED_MAX] = {NULL, "sinter_max", "sinter_imax", "max", "greatest"}, [RED_MIN] = {NULL, "sinter_min", "sinter_imin", "min", "least"},
  [RED_AND] = {.scalar = "&&", .integer = "&&"}, [RED_OR] = {.scalar = "||", .integer = "||"},
};

static bool is_inside(const CPrint *p, const Buf *b) {
  for (size_t i = 0; i < p->inside.n; i++)
    if (p->inside.at[i] == b) return true;
  return false;
}

/* Lanes that lie apart are written one by one. */
static void scatter(CPrint *p, const Stmt *s, const char *value, const char *elem) {
  const Var *lane = p->lane;
  const char *name = c_name_of(p, s, "lanes");
  c_line(p, "{");
  p->depth++;
  c_line(p, "v%d%s %s = %s;", p->lanes, elem, name, value);
  for (int i = 0; i < p->live; i++) {
    const Expr **index = NEWN(p->ctx, const Expr *, s->store.n), *at = x_int(p->ctx, i);
    for (int d = 0; d < s->store.n; d++) index[d] = x_subst(p->ctx, c_fixed(p, s->store.index[d]), 1, &lane, &at);
    Str place = str_new(p->ctx);
    c_place(p, s->store.buf, s->store.n, index, &place);
    c_line(p, "%s = %s[%d];", place.s, name, i);
  }
  p->depth--;
  c_line(p, "}");
}

static void print_vector_store(CPrint *p, const Stmt *s) {
  Buf *b = s->store.buf;
  const Expr *value = c_fixed(p, s->store.value);
  const StoreText *t = &store_text[s->store.op];
  CType lane = c_elem_type(b->elem) == C_F32 ? C_F32 : C_I32;
  const char *v = c_vector_name(p, lane);
  Str text = str_new(p->ctx), place = str_new(p->ctx);
  if (b->space == SPACE_REG && b->lanes == p->lanes) {
    c_place(p, b, s->store.n, s->store.index, &place);
    bool infix = t->assign && s->store.op != RED_SET;
    if (infix && !c_is_vector(p, value)) c_expr(p, value, lane, PREC_ANY, &text);
    else c_vector(p, value, lane, PREC_ANY, &text);
    if (t->assign) { c_line(p, "%s %s %s;", place.s, t->assign, text.s); return; }
    const InsnRow *row = target_row(p->target, s->store.op == RED_MAX ? OP_MAX : OP_MIN, lane == C_F32 ? ELEM_f32 : ELEM_i32, p->lanes);
    if (!row) { c_line(p, "%s = sinter_%s_%s(%s, %s);", place.s, t->vector, v, place.s, text.s); return; }
    Str line = str_new(p->ctx);
    for (const char *c = row->text; *c; c++)
      if (*c == '%' && (c[1] == '0' || c[1] == '1')) str_printf(&line, "(%s)", *++c == '0' ? place.s : text.s);
      else str_addn(&line, c, 1);
    c_line(p, "%s = %s;", place.s, line.s);
    return;
  }
  if (b->space == SPACE_REG && !is_inside(p, b)) { /* lanes meet in one number */
    c_place(p, b, s->store.n, s->store.index, &place);
    c_vector(p, value, lane, PREC_ANY, &text);
    Str across = str_new(p->ctx);
    if (p->live < p->lanes) str_printf(&across, "sinter_%s_part_%s(%s, %d)", t->across, v, text.s, p->live);
    else str_printf(&across, "sinter_%s_%s(%s)", t->across, v, text.s);
    if (t->assign) c_line(p, "%s %s %s;", place.s, t->assign, across.s);
    else c_line(p, "%s = %s%s(%s, %s);", place.s, lane == C_F32 ? t->scalar : t->integer, lane == C_F32 ? "f" : "", place.s, across.s);
    return;
  }
  c_pointer(p, b, s->store.n, s->store.index, &place);
  const char *elem = b->elem == ELEM_bool ? "u8" : elem_info(b->elem)->name;
  bool narrow = elem_info(b->elem)->bits != 32;
  if (s->store.op != RED_SET) value = x_op2(p->ctx, s->store.op == RED_ADD ? OP_ADD : s->store.op == RED_MUL ? OP_MUL : s->store.op == RED_MAX ? OP_MAX : OP_MIN, x_load(p->ctx, b, s->store.n, s->store.index), s->store.value), value = c_fixed(p, value);
  c_vector(p, value, lane, PREC_ANY, &text);
  const char *stored = narrow ? ctx_printf(p->ctx, "__builtin_convertvector(%s, v%d%s)", text.s, p->lanes, elem) : text.s;
  int64_t stride;
  if (!c_lane_stride(p, b, s->store.n, s->store.index, &stride) || stride != 1) { scatter(p, s, stored, elem); return; }
  if (p->live < p->lanes) c_line(p, "sinter_store_part_v%d%s(%s, %s, %d);", p->lanes, elem, place.s, stored, p->live);
  else c_line(p, "*(u%d%s *)(%s) = %s;", p->lanes, elem, place.s, stored);
}

/* What is stored, as text of the type the element is computed in; a real value that goes into an integer is cut and wraps as everywhere. */
static void stored_value(CPrint *p, const Expr *value, Elem elem, Prec prec, Str *out) {
  const ElemInfo *to = elem_info(elem);
  if (value->vk == KIND_REAL && (to->cls == 'i' || to->cls == 'u')) {
    str_printf(out, "sinter_cast_%s(", to->name);
    c_expr(p, value, c_type(p, value), PREC_ANY, out);
    str_add(out, ")");
  } else if (to->cls == 'b') {
    if (value->vk == KIND_BOOL) c_expr(p, value, C_I32, prec, out);
    else { str_add(out, "("); c_expr(p, value, c_type(p, value), PREC_REL, out); str_add(out, " != 0)"); }
  } else {
    CType natural = value->kind == X_REAL ? c_elem_type(elem) : c_type(p, value); /* C converts the rest when it assigns */
    c_expr(p, value, natural, prec, out);
  }
}

static void print_scalar_store(CPrint *p, const Stmt *s) {
  Buf *b = s->store.buf;
  const Expr *value = c_fixed(p, s->store.value);
  const ElemInfo *e = elem_info(b->elem);
  const StoreText *t = &store_text[s->store.op];
  bool packed = c_is_packed(b->elem), coded = e->cls == 'r' && e->bits < 32 && !packed;
  const char *suffix = c_elem_type(b->elem) == C_F32 ? "f" : "";
  bool real = e->cls == 'r';
  Str place = str_new(p->ctx), text = str_new(p->ctx);
  if (packed) {
    const Expr **index = NEWN(p->ctx, const Expr *, s->store.n + 1);
    for (int i = 0; i < s->store.n; i++) index[i] = c_fixed(p, s->store.index[i]);
    str_printf(&place, "%s, ", c_name_of(p, b, b->name));
    c_index_text(p, access_address(p->ctx, b, s->store.n, index), PREC_ANY, &place);
  } else c_place(p, b, s->store.n, s->store.index, &place);
  const char *old = packed ? ctx_printf(p->ctx, "sinter_get_%s(%s)", e->name, place.s) : coded ? ctx_printf(p->ctx, "sinter_load_%s(%s)", e->name, place.s) : place.s;
  if (t->assign) {
    bool plain = t->assign[0] == '=';
    stored_value(p, value, b->elem, plain || (!packed && !coded) ? PREC_ANY : PREC_UNARY, &text);
    const char *sum = plain ? text.s : ctx_printf(p->ctx, "%s %c %s", old, t->assign[0], text.s);
    if (packed) c_line(p, "sinter_put_%s(%s, %s);", e->name, place.s, sum);
    else if (coded) c_line(p, "%s = sinter_store_%s(%s);", place.s, e->name, sum);
    else c_line(p, "%s %s %s;", place.s, t->assign, text.s);
    return;
  }
  if (s->store.op == RED_AND || s->store.op == RED_OR) {
    Str cond = str_new(p->ctx);
    c_expr(p, value, c_type(p, value), PREC_BOR, &cond);
    str_printf(&text, "%s %s %s", old, t->scalar, cond.s);
  } else {
    const char *name = real ? ctx_printf(p->ctx, "%s%s", t->scalar, suffix) : ctx_printf(p->ctx, "%s%s", t->integer, e->cls == 'u' && e->bits == 64 ? "_u" : "");
    str_printf(&text, "%s(%s, ", name, old);
    stored_value(p, value, b->elem, PREC_ANY, &text);
    str_add(&text, ")");
  }
  if (packed) c_line(p, "sinter_put_%s(%s, %s);", e->name, place.s, text.s);
  else if (coded) c_line(p, "%s = sinter_store_%s(%s);", place.s, e->name, text.s);
  else c_line(p, "%s = %s;", place.s, text.s);
}

static void print_store(CPrint *p, const Stmt *s) {
  Buf *b = s->store.buf;
  bool vector = false;
  if (p->lane) {
    int64_t stride;
    vector = (b->space == SPACE_REG && b->lanes == p->lanes) || !c_lane_stride(p, b, s->store.n, s->store.index, &stride) || stride != 0 || (b->space == SPACE_REG && !is_inside(p, b) && c_is_vector(p, c_fixed(p, s->store.value)));
  }
  if (vector) print_vector_store(p, s);
  else print_scalar_store(p, s);
}

/* ---- control */

static void print_braced(CPrint *p, const Body *body, bool braces) {
  if (braces) { c_line(p, "{"); p->depth++; }
  print_body(p, body);
  if (braces) { p->depth--; c_line(p, "}"); }
}

static void print_unrolled(CPrint *p, const Stmt *s, int64_t lo, int64_t hi) {
  bool braces = declares(&s->loop.body);
  vec_push(p->ctx, &p->fixed, s->loop.var);
  vec_push(p->ctx, &p->fixed_to, NULL);
  for (int64_t i = 0; i < hi - lo; i++) {
    p->fixed_to.at[p->fixed_to.n - 1] = x_int(p->ctx, s->loop.descending ? hi - 1 - i : lo + i);
    print_braced(p, &s->loop.body, braces);
  }
  p->fixed.n--;
  p->fixed_to.n--;
}

static void print_loop(CPrint *p, const Stmt *s) {
  const Expr *lo = c_fixed(p, s->loop.lo), *hi = c_fixed(p, s->loop.hi);
  int64_t l = 0, h = 0;
  bool constant = x_is_const(lo, NULL, &l) && x_is_const(hi, NULL, &h);
  if (s->loop.mode == LOOP_VEC && p->target->vector_extension && constant) {
    p->lane = s->loop.var;
    p->lanes = p->live = (int)h;
    p->inside.n = 0;
    print_braced(p, &s->loop.body, declares(&s->loop.body));
    p->lane = NULL;
    p->lanes = p->live = 0;
    return;
  }
  if (s->loop.mode == LOOP_UNROLL && constant) { print_unrolled(p, s, l, h); return; }
  if (constant && h <= l) return;
  if (constant && h == l + 1) { /* runs once */
    vec_push(p->ctx, &p->fixed, s->loop.var);
    vec_push(p->ctx, &p->fixed_to, lo);
    print_braced(p, &s->loop.body, declares(&s->loop.body));
    p->fixed.n--;
    p->fixed_to.n--;
    return;
  }
  const char *v = c_name_of(p, s->loop.var, s->loop.var->name);
  Str from = str_new(p->ctx), to = str_new(p->ctx);
  c_index_text(p, lo, PREC_ANY, &from);
  c_index_text(p, hi, PREC_SHIFT, &to);
  if (s->loop.descending) c_line(p, "for (int64_t %s = %s - 1; %s >= %s; %s--) {", v, to.s, v, from.s, v);
  else c_line(p, "for (int64_t %s = %s; %s < %s; %s++) {", v, from.s, v, to.s, v);
  size_t windows = p->windows.n;
  vec_push(p->ctx, &p->scope, s->loop.var);
  p->depth++;
  if (p->use_windows) c_open_windows(p, &s->loop.body, s->loop.var);
  print_body(p, &s->loop.body);
  p->depth--;
  p->scope.n--;
  p->windows.n = windows;
  c_line(p, "}");
}

/* Inside a VEC loop, `c + lane < n` says how many lanes take part. */
static bool lane_condition(CPrint *p, const Expr *e, int64_t *live) {
  if (!p->lane || e->kind != X_OP || e->op != OP_LT) return false;
  Aff a, b;
  if (!x_is_aff(e->arg[0], &a) || !x_is_aff(e->arg[1], &b)) return false;
  a = aff_add(p->ctx, a, b, -1);
  if (a.n != 1 || a.term[0].var != p->lane || a.term[0].k != 1 || !ext_is_const(p->ctx, a.c)) return false;
  *live = -a.c;
  return true;
}

static void print_if(CPrint *p, const Stmt *s) {
  const Expr *c = c_fixed(p, s->cond.cond);
  int64_t decided, live;
  if (x_is_const(c, NULL, &decided)) { print_body(p, decided ? &s->cond.then : &s->cond.other); return; }
  if (lane_condition(p, c, &live)) {
    int before = p->live;
    if (live < p->live) p->live = live < 0 ? 0 : (int)live;
    if (p->live > 0) print_body(p, &s->cond.then);
    p->live = before;
    return;
  }
  Str cond = str_new(p->ctx);
  c_condition(p, c, &cond);
  c_line(p, "if (%s) {", cond.s);
  p->depth++;
  print_body(p, &s->cond.then);
  p->depth--;
  if (s->cond.other.n) {
    c_line(p, "} else {");
    p->depth++;
    print_body(p, &s->cond.other);
    p->depth--;
  }
  c_line(p, "}");
}

static void print_hint(CPrint *p, const Stmt *s) {
  if (s->hint.what == HINT_FENCE) { c_line(p, "SINTER_FENCE;"); return; }
  const Expr *e = s->hint.arg;
  if (!e || e->kind != X_LOAD) return;
  Str text = str_new(p->ctx);
  if (s->hint.what == HINT_PIN && e->buf->space == SPACE_REG) { c_place(p, e->buf, e->n, e->arg, &text); c_line(p, "SINTER_PIN(%s);", text.s); }
  else if (s->hint.what == HINT_PIN) c_line(p, "SINTER_PIN_ADDRESS(%s);", c_base(p, e->buf, e->n, e->arg));
  else { c_pointer(p, e->buf, e->n, e->arg, &text); c_line(p, "SINTER_PREFETCH(%s);", text.s); }
}

/* The kernel of an extern op (ir/extern.h): pointers of what it reads and writes, NULL where absent, its numbers, and the extents it counts. */
static void print_pointers(CPrint *p, const char *type, const char *name, Buf *const *bufs, int n) {
  Str list = str_new(p->ctx);
  for (int i = 0; i < n; i++) str_printf(&list, "%s%s", i ? ", " : "", bufs[i] ? c_name_of(p, bufs[i], bufs[i]->name) : "NULL");
  c_line(p, "%s %s[] = {%s};", type, name, n ? list.s : "NULL");
}

static void print_call(CPrint *p, const Stmt *s) {
  print_pointers(p, "const void *const", "in", s->call.bufs, s->call.nin);
  print_pointers(p, "void *const", "out", s->call.bufs + s->call.nin, s->call.nbufs - s->call.nin);
  Str args = str_new(p->ctx);
  for (int i = 0; i < s->call.n; i++) {
    if (i) str_add(&args, ", ");
    c_index_text(p, c_fixed(p, s->call.arg[i]), PREC_ANY, &args);
  }
  c_line(p, "const int64_t arg[] = {%s};", s->call.n ? args.s : "0");
  if (s->call.fails) c_line(p, "int64_t count[%d] = {0};", s->call.nsymbols + 1);
  else c_line(p, "int64_t count[%d];", s->call.nsymbols ? s->call.nsymbols : 1);
  c_line(p, "%s(in, out, arg, count);", s->call.ext->function);
  if (s->call.fails) c_line(p, "if (count[%d]) return (int)count[%d];", s->call.nsymbols, s->call.nsymbols);
  for (int i = 0; i < s->call.nsymbols; i++) c_line(p, "*%s = count[%d];", s->call.symbol[i], i);
  if (!s->call.nsymbols && !s->call.fails) c_line(p, "(void)count;");
}

static bool sets_symbol(const Kernel *k, const char *symbol) {
  for (size_t i = 0; i < k->body.n; i++) {
    const Stmt *s = k->body.at[i];
    for (int j = 0; s->kind == S_CALL && j < s->call.nsymbols; j++)
      if (strcmp(s->call.symbol[j], symbol) == 0) return true;
  }
  return false;
}

static void print_body(CPrint *p, const Body *body) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    switch (s->kind) {
    case S_LOOP: print_loop(p, s); break;
    case S_IF: print_if(p, s); break;
    case S_STORE: print_store(p, s); break;
    case S_REG: print_reg(p, s->reg.buf); break;
    case S_HINT: print_hint(p, s); break;
    case S_CALL: print_call(p, s); break;
    }
  }
}

/* ---- the function */

static bool has_mode(const Body *body, LoopMode a, LoopMode b) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    if (s->kind == S_LOOP && (s->loop.mode == a || s->loop.mode == b || has_mode(&s->loop.body, a, b))) return true;
    if (s->kind == S_IF && (has_mode(&s->cond.then, a, b) || has_mode(&s->cond.other, a, b))) return true;
  }
  return false;
}

static bool has_call(const Body *body) {
  for (size_t i = 0; i < body->n; i++)
    if (body->at[i]->kind == S_CALL) return true;
  return false;
}

static bool any_f64(const KernelParam *params, size_t n) {
  bool narrow = false;
  for (size_t i = 0; i < n; i++) {
    const ElemInfo *e = elem_info(params[i].buf->elem);
    if (e->cls == 'r' && e->bits == 64) return true;
    narrow |= e->cls == 'r';
  }
  return !narrow; /* no real buffer at all: nothing is lost by computing in double */
}

/* Views of one buffer do, and so does the output of a map that the memory plan put in the place of its input. */
static bool shares_memory(const KernelParam *params, size_t n, size_t i) {
  const Buf *b = buf_root(params[i].buf);
  for (size_t j = 0; j < n; j++) {
    const Buf *other = buf_root(params[j].buf);
    if (j != i && (other == b || (other->space == SPACE_TEMP && b->space == SPACE_TEMP && b->offset >= 0 && other->offset == b->offset))) return true;
  }
  return false;
}

static void print_head_comment(CPrint *p, const Kernel *k, const KernelParam *params, size_t n) {
  Str s = str_new(p->ctx);
  str_add(&s, "/* ");
  for (size_t i = 0; i < k->nodes.n; i++) str_printf(&s, "%s%s", i ? ", " : "", k->nodes.at[i]);
  if (k->schedule) str_printf(&s, "%s%s", k->nodes.n ? ": " : "", k->schedule);
  for (size_t i = 0; i < n; i++) {
    const Buf *b = params[i].buf;
    str_printf(&s, "\n *   %s %s", c_name_of(p, b, b->name), elem_info(b->elem)->name);
    ext_print_list(p->ctx, b->rank, b->dim, &s);
    str_printf(&s, "%s%s", b->data ? " constant" : "", params[i].written ? " written" : "");
  }
  for (size_t at = 3; at + 1 < s.n; at++) /* a node's name must not end the comment */
    if (s.s[at] == '*' && s.s[at + 1] == '/') s.s[at + 1] = '|';
  str_add(&s, " */");
  c_line(p, "%s", s.s);
}

void c_kernel(const Ctx *ctx, const Program *program, const Kernel *k, const Target *t, Str *out) {
  (void)program; (void)ctx;
  CPrint print = {.ctx = out->ctx, .target = t, .out = out}, *p = &print;
  KernelParam *params; const char **symbols; size_t nsymbols;
  size_t n = kernel_params(p->ctx, k, &params, &symbols, &nsymbols);
  p->real = any_f64(params, n) || kernel_real(k) == ELEM_f64 ? C_F64 : C_F32;
  p->use_windows = has_mode(&k->body, LOOP_UNROLL, LOOP_VEC);
  for (size_t i = 0; i < nsymbols; i++) c_name_of(p, symbols[i], symbols[i]);
  static const char *const of_calls[] = {"in", "out", "arg", "count"};
  for (size_t i = 0; has_call(&k->body) && i < sizeof of_calls / sizeof *of_calls; i++) c_name_new(p, of_calls[i]);
  for (size_t i = 0; i < n; i++) c_name_of(p, params[i].buf, params[i].buf->name);
  ArraySearch search = {.p = p};
  find_arrays(&search, &k->body);
  print_head_comment(p, k, params, n);
  Str s = str_new(p->ctx);
  for (size_t i = 0; i < n; i++)
    str_printf(&s, "%s%s *%s%s", i ? ", " : "", params[i].written ? elem_info(params[i].buf->elem)->c : c_read_only(p->ctx, params[i].buf->elem), shares_memory(params, n, i) ? "" : "restrict ", c_name_of(p, params[i].buf, NULL));
  for (size_t i = 0; i < nsymbols; i++) str_printf(&s, "%sint64_t %s%s", s.n ? ", " : "", sets_symbol(k, symbols[i]) ? "*" : "", symbols[i]);
  bool fails = kernel_fails(k);
  c_line(p, "static %s %s(%s) {", fails ? "int" : "void", k->name, s.n ? s.s : "void");
  p->depth++;
  print_body(p, &k->body);
  if (fails) c_line(p, "return 0;");
  p->depth--;
  c_line(p, "}");
}
