/* Where an element lies: row-major addresses, pointers hoisted out of loops (windows), and the names of registers. */
#include "codegen/c_text.h"
#include "ir/access.h"

bool c_is_packed(Elem e) { return elem_info(e)->bits < 8 && e != ELEM_bool && elem_info(e)->bits > 0; }

static bool address_aff(CPrint *p, const Buf *b, int n, const Expr *const *index, const Expr **e, Aff *a) {
  const Expr **fixed = NEWN(p->ctx, const Expr *, n + 1);
  for (int i = 0; i < n; i++) fixed[i] = c_fixed(p, index[i]);
  *e = access_address(p->ctx, b, n, fixed);
  return x_is_aff(*e, a);
}

bool c_lane_stride(CPrint *p, const Buf *b, int n, const Expr *const *index, int64_t *stride) {
  const Expr *e; Aff a;
  *stride = 0;
  if (!p->lane || n == 0 || b->space == SPACE_REG) return true;
  if (!address_aff(p, b, n, index, &e, &a)) return !x_uses(e, p->lane);
  *stride = aff_coef(&a, p->lane);
  return true;
}

/* ---- windows */

static bool in_scope(const CPrint *p, const Var *v) {
  for (size_t i = 0; i < p->scope.n; i++)
    if (p->scope.at[i] == v) return true;
  return false;
}

static ext_t coefficient(const Term *t, int n, const Var *v) {
  for (int i = 0; i < n; i++)
    if (t[i].var == v) return t[i].k;
  return 0;
}

/* The window whose terms are exactly those of `a` over loop variables now in scope, not counting `without`. */
static const Window *find_window(const CPrint *p, const Buf *b, const Aff *a, const Var *without) {
  for (size_t i = p->windows.n; i-- > 0;) {
    const Window *w = &p->windows.at[i];
    if (w->buf != b) continue;
    int matched = 0, wanted = 0;
    for (int t = 0; t < a->n; t++) {
      const Var *v = a->term[t].var;
      if (v == without || !in_scope(p, v)) continue;
      wanted++;
      if (coefficient(w->term, w->n, v) == a->term[t].k) matched++;
    }
    if (matched == wanted && wanted == w->n) return w;
  }
  return NULL;
}

static const char *storage_type(const Buf *b) { return elem_info(b->elem)->c; }

typedef struct Opening { CPrint *p; const Var *v; const Body *body; } Opening;

static bool is_written(const Body *body, const Buf *b) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    if (s->kind == S_STORE && s->store.buf == b) return true;
    if (s->kind == S_LOOP && is_written(&s->loop.body, b)) return true;
    if (s->kind == S_IF && (is_written(&s->cond.then, b) || is_written(&s->cond.other, b))) return true;
  }
  return false;
}

static void open_window(Opening *o, Buf *b, int n, const Expr *const *index) {
  CPrint *p = o->p;
  if (b->space == SPACE_REG || c_is_packed(b->elem)) return;
  const Expr *e; Aff a;
  if (!address_aff(p, b, n, index, &e, &a)) return;
  ext_t k = aff_coef(&a, o->v);
  if (k == 0 || find_window(p, b, &a, NULL)) return;
  const Window *parent = find_window(p, b, &a, o->v);
  const char *from = parent ? parent->name : c_name_of(p, b, b->name);
  Window w = {b, c_name_new(p, b->name), 0, NEWN(p->ctx, Term, a.n)};
  Term *terms = NEWN(p->ctx, Term, a.n);
  Str outer = str_new(p->ctx); /* terms of enclosing loops that no window covers yet */
  for (int t = 0; t < a.n; t++) {
    const Var *v = a.term[t].var;
    if (!in_scope(p, v)) continue;
    terms[w.n++] = a.term[t];
    if (v == o->v || (parent && coefficient(parent->term, parent->n, v))) continue;
    str_add(&outer, " + ");
    c_index_text(p, x_aff(p->ctx, (Aff){0, 1, &a.term[t]}), PREC_MUL, &outer);
  }
  w.term = terms;
  Str step = str_new(p->ctx);
  c_index_text(p, x_aff(p->ctx, (Aff){0, 1, &(Term){o->v, k}}), PREC_MUL, &step);
  c_line(p, "%s *%s = %s%s + %s;", is_written(o->body, b) ? storage_type(b) : c_read_only(p->ctx, b->elem), w.name, from, outer.n ? outer.s : "", step.s);
  vec_push(p->ctx, &p->windows, w);
}

static void open_load(const Expr *load, void *arg) {
  open_window(arg, load->buf, load->n, load->arg);
}

static void open_body(Opening *o, const Body *body) {
  for (size_t i = 0; i < body->n; i++) {
    Stmt *s = body->at[i];
    switch (s->kind) {
    case S_LOOP: open_body(o, &s->loop.body); break;
    case S_IF: open_body(o, &s->cond.then); open_body(o, &s->cond.other); break;
    case S_STORE: open_window(o, s->store.buf, s->store.n, s->store.index); x_each_load(s->store.value, open_load, o); break;
    case S_HINT: if (s->hint.arg) x_each_load(s->hint.arg, open_load, o); break;
    case S_REG: case S_CALL: break;
    }
  }
}

void c_open_windows(CPrint *p, const Body *body, const Var *v) {
  open_body(&(Opening){p, v, body}, body);
}

/* ---- texts */

void c_index_text(CPrint *p, const Expr *e, Prec prec, Str *out) { c_expr(p, e, C_I64, prec, out); }

/* Base pointer and the rest of the address (an expression; the lane's term left out). */
static const char *base_and_rest(CPrint *p, const Buf *b, int n, const Expr *const *index, const Expr **rest) {
  Aff a;
  bool affine = address_aff(p, b, n, index, rest, &a);
  if (p->lane) *rest = x_subst(p->ctx, *rest, 1, &p->lane, (const Expr *const[]){x_int(p->ctx, 0)});
  const Window *w = affine && p->use_windows ? find_window(p, b, &a, NULL) : NULL;
  if (!w) return c_name_of(p, b, b->name);
  Aff left = {a.c, 0, NEWN(p->ctx, Term, a.n + 1)};
  for (int i = 0; i < a.n; i++)
    if (a.term[i].var != p->lane && !coefficient(w->term, w->n, a.term[i].var)) left.term[left.n++] = a.term[i];
  *rest = x_aff(p->ctx, left);
  return w->name;
}

static bool is_array(const CPrint *p, const Buf *b) {
  for (size_t i = 0; i < p->arrays.n; i++)
    if (p->arrays.at[i] == b) return true;
  return false;
}

void c_place(CPrint *p, const Buf *b, int n, const Expr *const *index, Str *out) {
  if (b->space == SPACE_REG && !is_array(p, b)) {
    str_add(out, c_name_of(p, b, b->name));
    for (int i = 0; i < n; i++) {
      int64_t at = 0;
      x_is_const(c_fixed(p, index[i]), NULL, &at);
      str_printf(out, "_%lld", (long long)at);
    }
    return;
  }
  const Expr *rest;
  const char *base = base_and_rest(p, b, n, index, &rest);
  str_printf(out, "%s[", base);
  c_index_text(p, rest, PREC_ANY, out);
  str_add(out, "]");
}

void c_pointer(CPrint *p, const Buf *b, int n, const Expr *const *index, Str *out) {
  const Expr *rest;
  str_add(out, base_and_rest(p, b, n, index, &rest));
  int64_t at;
  if (x_is_const(rest, NULL, &at)) {
    if (at) str_printf(out, " %c %lld", at < 0 ? '-' : '+', (long long)(at < 0 ? -at : at));
    return;
  }
  str_add(out, " + ");
  c_index_text(p, rest, PREC_ADD, out);
}

const char *c_base(CPrint *p, const Buf *b, int n, const Expr *const *index) {
  const Expr *rest;
  return base_and_rest(p, b, n, index, &rest);
}
