/* The tile IR as text, written. The printed form is the input form (ir/tile_read.c), at every stage:
 *
 *     program digits
 *       symbol n 1 <= 8
 *       buf x f32[n,8,8] input
 *       buf w f32[16,1,3,3] const #5f1c0d2e8a9b7c44
 *       inputs x
 *       kernel conv1_relu1  from "conv1" "relu1"  schedule "naive"  cost 9216 2048
 *         local buf A real[16,8,8] temp
 *         axes m:16 o0:8 k0:3
 *         cascade
 *           A[m,o0] += x[0,o0+k0-1]*w[m,k0]   over m:16 o0:8 | k0:3
 *         nest
 *           for m in 0 .. 16
 *             reg acc real[]
 *             if o0+k0-1 >= 0
 *               acc[] += x[0,o0+k0-1]*w[m,k0]
 *
 * Between kernels stand the markers of control flow, at the margin of the kernels: `if k_a on c`, `else k_b`, `while k_c on again trips 8`, `end k_d`.
 *
 * Names in a text are unique: a name that occurs again gets a number. Axes are listed in the order that terms of affine forms follow. A name
 * that is no plain word is quoted. */
#include "ir/tile_text.h"
#include "ir/extern.h"
#include "ir/map.h"
#include <inttypes.h>
#include <stdlib.h>

const char *const text_space[] = {[SPACE_INPUT] = "input", [SPACE_OUTPUT] = "output", [SPACE_CONST] = "const", [SPACE_TEMP] = "temp", [SPACE_STATE] = "state", [SPACE_REG] = "reg"};
const char *const text_loop[] = {[LOOP_SEQ] = "for", [LOOP_UNROLL] = "unroll", [LOOP_VEC] = "vec", [LOOP_PAR] = "par"};
const char *const text_control[] = {[CONTROL_NONE] = "kernel", [CONTROL_IF] = "if", [CONTROL_ELSE] = "else", [CONTROL_WHILE] = "while", [CONTROL_END] = "end"};
const char *const text_hint[] = {[HINT_FENCE] = "fence", [HINT_PIN] = "pin", [HINT_PREFETCH] = "prefetch"};

/* Words with a meaning in expressions and at the start of a line. */
static const char *const keywords[] = {"and", "or", "if", "else", "true", "false", "inf", "nan", "over", "also", "call", "hint", "for", "unroll", "vec", "par", "reg", "iterate"};

static bool name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool text_name_part(char c) { return name_start(c) || (c >= '0' && c <= '9') || c == '.' || c == '\''; }

bool text_is_plain(const char *name) {
  if (!name_start(*name)) return false;
  for (const char *c = name; *c; c++)
    if (!text_name_part(*c)) return false;
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strcmp(name, keywords[i]) == 0) return false;
  return true;
}


/* Variables and buffers are printed through copies whose name is the text to print: x_print needs to know nothing of this. */
typedef struct Scope { Map copies, taken; } Scope;
typedef struct Writer {
  Ctx *ctx;
  Arena *arena;                /* of this printing alone */
  Str *out;
  Scope program, kernel;
  bool in_kernel;
} Writer;

static void quoted(Str *out, const char *s) {
  str_add(out, "\"");
  for (; *s; s++) {
    unsigned char c = (unsigned char)*s;
    if (c == '"' || c == '\\') str_printf(out, "\\%c", c);
    else if (c < 0x20 || c == 0x7f) str_printf(out, "\\x%02x", c);
    else str_addn(out, s, 1);
  }
  str_add(out, "\"");
}

static bool is_taken(Writer *w, const char *name) { return map_find(&w->program.taken, name) || (w->in_kernel && map_find(&w->kernel.taken, name)); }

/* A name nobody has yet in this scope, as it is printed. */
static const char *fresh_name(Writer *w, const char *name) {
  const char *base = intern(w->ctx, name && *name ? name : "_"), *unique = base;
  for (int i = 2; is_taken(w, unique); i++) unique = intern(w->ctx, ctx_printf(w->ctx, "%s_%d", base, i));
  map_add(w->arena, w->in_kernel ? &w->kernel.taken : &w->program.taken, unique);
  if (text_is_plain(unique)) return unique;
  Str text = str_new(w->ctx);
  quoted(&text, unique);
  return text.s;
}

static void *copy_of(const Writer *w, const void *thing) {
  const MapEntry *e = w->in_kernel ? map_find(&w->kernel.copies, thing) : NULL;
  if (!e) e = map_find(&w->program.copies, thing);
  return e ? e->p : NULL;
}

static bool name_buf(Writer *w, const Buf *b) { /* false: it has its name already */
  if (copy_of(w, b)) return false;
  Buf *copy = arena_copy(w->arena, b, sizeof *b);
  copy->name = fresh_name(w, b->name);
  map_add(w->arena, w->in_kernel ? &w->kernel.copies : &w->program.copies, b)->p = copy;
  return true;
}

static const char *name_of(const Writer *w, const Buf *b) { return ((const Buf *)copy_of(w, b))->name; }

static const Expr *copy_expr(const Writer *w, const Expr *e) {
  if (e->kind == X_INT || e->kind == X_REAL) return e;
  Expr *copy = arena_copy(w->arena, e, sizeof *e);
  if (e->kind == X_AFF) {
    copy->aff.term = arena_copy(w->arena, e->aff.term, (size_t)e->aff.n * sizeof *e->aff.term);
    for (int i = 0; i < e->aff.n; i++) copy->aff.term[i].var = copy_of(w, e->aff.term[i].var);
    return copy;
  }
  if (e->kind == X_LOAD) copy->buf = copy_of(w, e->buf);
  copy->arg = arena_alloc(w->arena, array_bytes(w->ctx, (size_t)e->n, sizeof *copy->arg));
  for (int i = 0; i < e->n; i++) copy->arg[i] = copy_expr(w, e->arg[i]);
  return copy;
}

static void expr(const Writer *w, const Expr *e) { x_print(w->ctx, copy_expr(w, e), w->out); }

static void indent(const Writer *w, int depth) {
  for (int i = 0; i < depth; i++) str_add(w->out, "  ");
}

/* ---- buffers */
static void data(const Writer *w, const Data *d) {
  int64_t n = type_bound(w->ctx, &d->type);
  if (n < 0 || n > TEXT_INLINE || elem_info(d->type.elem)->cls == 'c') {
    str_printf(w->out, " #%016" PRIx64, data_hash(d));
    return;
  }
  str_add(w->out, " [");
  for (int64_t i = 0; i < n; i++) {
    if (i) str_add(w->out, ", ");
    if (d->type.elem == ELEM_string) quoted(w->out, data_text(d, i));
    else if (elem_info(d->type.elem)->cls == 'r') str_real(w->out, data_real(d, i));
    else if (d->type.elem == ELEM_u64) str_printf(w->out, "%" PRIu64, (uint64_t)data_int(d, i));
    else str_printf(w->out, "%" PRId64, data_int(d, i));
  }
  str_add(w->out, "]");
}

static void type(const Writer *w, const Buf *b) {
  str_add(w->out, elem_info(b->elem)->name);
  ext_print_list(w->ctx, b->rank, b->dim, w->out);
  if (b->lanes > 1) str_printf(w->out, " lanes %d", b->lanes);
}

static void buffer(const Writer *w, const Buf *b, int depth, const char *prefix) {
  indent(w, depth);
  str_printf(w->out, "%sbuf %s ", prefix, name_of(w, b));
  type(w, b);
  str_printf(w->out, " %s", text_space[b->space]);
  if (b->mask) str_printf(w->out, " mask %s", name_of(w, b->mask));
  if (b->record) {
    str_add(w->out, " record ");
    type_print(w->ctx, b->record, w->out);
  }
  if (b->alias) str_printf(w->out, " alias %s", name_of(w, b->alias));
  if (b->lasting) str_add(w->out, " lasting");
  if (b->offset >= 0) str_printf(w->out, " at %" PRId64, b->offset);
  if (b->data) data(w, b->data);
  str_add(w->out, "\n");
}

/* ---- statements */
typedef VEC(const Var *) Vars;
typedef VEC(const Buf *) Bufs;
typedef struct Finder { Writer *w; Vars vars; Bufs bufs; } Finder; /* what a kernel mentions, each once */

static void find_var(Finder *f, const Var *v) {
  if (copy_of(f->w, v)) return;
  map_add(f->w->arena, &f->w->kernel.copies, v)->p = arena_copy(f->w->arena, v, sizeof *v);
  vec_push(f->w->ctx, &f->vars, v);
}

static void find_buf(Finder *f, const Buf *b) {
  if (b && name_buf(f->w, b)) {
    vec_push(f->w->ctx, &f->bufs, b);
    find_buf(f, b->mask);
    find_buf(f, b->alias);
  }
}

static void find_in(const Expr *e, void *arg) {
  Finder *f = arg;
  if (e->kind == X_AFF)
    for (int i = 0; i < e->aff.n; i++) find_var(f, e->aff.term[i].var);
  if (e->kind == X_LOAD) find_buf(f, e->buf);
  for (int i = 0; i < e->n; i++) find_in(e->arg[i], arg);
}

static bool find_in_stmt(const Stmt *s, void *arg) {
  Finder *f = arg;
  if (s->kind == S_LOOP) find_var(f, s->loop.var);
  if (s->kind == S_STORE) find_buf(f, s->store.buf);
  if (s->kind == S_REG) find_buf(f, s->reg.buf);
  for (int i = 0; s->kind == S_CALL && i < s->call.nbufs; i++) find_buf(f, s->call.bufs[i]);
  stmt_exprs(s, find_in, arg);
  return true;
}

static void find_in_ein(Finder *f, const Ein *e) {
  for (int i = 0; i < e->naxes; i++) find_var(f, e->axis[i]);
  find_buf(f, e->out);
  for (int i = 0; i < e->out->rank; i++) find_in(e->index[i], f);
  find_in(e->rhs, f);
}

static void access(const Writer *w, const Buf *b, int n, const Expr *const *index) {
  str_printf(w->out, "%s[", name_of(w, b));
  for (int i = 0; i < n; i++) {
    if (i) str_add(w->out, ",");
    expr(w, index[i]);
  }
  str_add(w->out, "]");
}

static void call(const Writer *w, const Stmt *s) {
  str_add(w->out, "call ");
  quoted(w->out, s->call.ext->op);
  str_add(w->out, " ");
  quoted(w->out, s->call.ext->domain);
  str_printf(w->out, " %d%s in", s->call.ext->since, s->call.fails ? " fails" : "");
  for (int i = 0; i < s->call.nbufs; i++) {
    if (i == s->call.nin) str_add(w->out, " out");
    str_printf(w->out, " %s", s->call.bufs[i] ? name_of(w, s->call.bufs[i]) : "-");
  }
  if (s->call.nin == s->call.nbufs) str_add(w->out, " out");
  str_add(w->out, " args");
  for (int i = 0; i < s->call.n; i++) {
    str_add(w->out, i ? ", " : " ");
    expr(w, s->call.arg[i]);
  }
  str_add(w->out, " sets");
  for (int i = 0; i < s->call.nsymbols; i++) str_printf(w->out, " %s", s->call.symbol[i]);
}

static void body(const Writer *w, const Body *b, int depth) {
  for (size_t i = 0; i < b->n; i++) {
    const Stmt *s = b->at[i];
    indent(w, depth);
    switch (s->kind) {
    case S_LOOP:
      str_printf(w->out, "%s %s in ", text_loop[s->loop.mode], ((const Var *)copy_of(w, s->loop.var))->name);
      expr(w, s->loop.lo);
      str_add(w->out, " .. ");
      expr(w, s->loop.hi);
      str_add(w->out, s->loop.descending ? " down\n" : "\n");
      body(w, &s->loop.body, depth + 1);
      continue;
    case S_IF:
      str_add(w->out, "if ");
      expr(w, s->cond.cond);
      str_add(w->out, "\n");
      body(w, &s->cond.then, depth + 1);
      if (s->cond.other.n) {
        indent(w, depth);
        str_add(w->out, "else\n");
        body(w, &s->cond.other, depth + 1);
      }
      continue;
    case S_STORE:
      access(w, s->store.buf, s->store.n, (const Expr *const *)s->store.index);
      str_printf(w->out, " %s ", reduce_text(s->store.op));
      expr(w, s->store.value);
      break;
    case S_REG:
      str_printf(w->out, "reg %s ", name_of(w, s->reg.buf));
      type(w, s->reg.buf);
      break;
    case S_HINT:
      str_printf(w->out, "hint %s", text_hint[s->hint.what]);
      if (s->hint.arg) {
        str_add(w->out, " ");
        expr(w, s->hint.arg);
      }
      break;
    case S_CALL: call(w, s); break;
    }
    str_add(w->out, "\n");
  }
}

static void statement(const Writer *w, const Ein *e, int depth) {
  Ein copy = *e;
  copy.out = copy_of(w, e->out);
  for (int i = 0; i < e->out->rank; i++) copy.index[i] = copy_expr(w, e->index[i]);
  for (int i = 0; i < e->naxes; i++) copy.axis[i] = copy_of(w, e->axis[i]);
  copy.rhs = copy_expr(w, e->rhs);
  indent(w, depth);
  ein_print(w->ctx, &copy, w->out);
  str_add(w->out, "\n");
}

/* ---- kernels */
static int by_id(const void *a, const void *b) {
  const Var *x = *(const Var *const *)a, *y = *(const Var *const *)b;
  return (x->id > y->id) - (x->id < y->id);
}

static void kernel(Writer *w, const Kernel *k, int depth) {
  Finder f = {.w = w};
  memset(&w->kernel, 0, sizeof w->kernel);
  w->in_kernel = true;
  Map scratch = {0}, local = {0};
  if (k->cond) find_buf(&f, k->cond);
  for (size_t i = 0; i < k->cascade.locals.n; i++) {
    map_add(w->arena, &local, k->cascade.locals.at[i]);
    find_buf(&f, k->cascade.locals.at[i]);
  }
  for (size_t i = 0; i < k->scratch.n; i++) {
    map_add(w->arena, &scratch, k->scratch.at[i]);
    find_buf(&f, k->scratch.at[i]);
  }
  for (size_t i = 0; i < k->cascade.steps.n; i++) {
    if (k->cascade.steps.at[i].iter) find_var(&f, k->cascade.steps.at[i].iter);
    for (int s = 0; s < k->cascade.steps.at[i].n; s++) find_in_ein(&f, k->cascade.steps.at[i].ein[s]);
  }
  stmts_walk(&k->body, find_in_stmt, &f);
  if (f.vars.n) qsort(f.vars.at, f.vars.n, sizeof *f.vars.at, by_id);
  for (size_t i = 0; i < f.vars.n; i++) ((Var *)copy_of(w, f.vars.at[i]))->name = fresh_name(w, f.vars.at[i]->name);

  indent(w, depth);
  str_printf(w->out, "%s ", text_control[k->control]);
  if (text_is_plain(k->name)) str_add(w->out, k->name);
  else quoted(w->out, k->name);
  if (k->cond) str_printf(w->out, " on %s", name_of(w, k->cond));
  if (k->doubles && !k->control) str_add(w->out, " doubles");
  if (k->control == CONTROL_WHILE) str_printf(w->out, " trips %" PRId64, k->trips);
  if (k->nodes.n) str_add(w->out, "  from");
  for (size_t i = 0; i < k->nodes.n; i++) {
    str_add(w->out, " ");
    quoted(w->out, k->nodes.at[i]);
  }
  if (k->schedule) {
    str_add(w->out, "  schedule ");
    quoted(w->out, k->schedule);
  }
  if (k->flops || k->bytes) str_printf(w->out, "  cost %" PRId64 " %" PRId64, k->flops, k->bytes);
  str_add(w->out, "\n");
  for (size_t i = 0; i < f.bufs.n; i++) {
    const Buf *b = f.bufs.at[i];
    if (b->space == SPACE_REG) continue; /* declared where it begins */
    bool is_local = map_find(&local, b), is_scratch = map_find(&scratch, b);
    buffer(w, b, depth + 1, is_local && is_scratch ? "local scratch " : is_local ? "local " : is_scratch ? "scratch " : "");
  }
  if (f.vars.n) {
    indent(w, depth + 1);
    str_add(w->out, "axes");
    for (size_t i = 0; i < f.vars.n; i++) {
      const Var *v = copy_of(w, f.vars.at[i]);
      str_printf(w->out, " %s:", v->name);
      ext_print(w->ctx, v->extent, w->out);
    }
    str_add(w->out, "\n");
  }
  if (k->cascade.steps.n) {
    indent(w, depth + 1);
    str_add(w->out, "cascade\n");
  }
  for (size_t i = 0; i < k->cascade.steps.n; i++) {
    const Step *step = &k->cascade.steps.at[i];
    if (step->iter) {
      indent(w, depth + 2);
      str_printf(w->out, "iterate %s%s\n", ((const Var *)copy_of(w, step->iter))->name, step->descending ? " down" : "");
    }
    for (int s = 0; s < step->n; s++) statement(w, step->ein[s], depth + 2 + (step->iter != NULL));
  }
  if (k->lowered && !k->control) {
    indent(w, depth + 1);
    str_add(w->out, "nest\n");
    body(w, &k->body, depth + 2);
  }
  w->in_kernel = false;
}

static Writer *writer_new(const Ctx *ctx, Str *out) {
  Arena *arena = arena_new(out->ctx);
  if (!arena) ctx_out_of_memory(out->ctx);
  Writer *w = arena_alloc(arena, sizeof *w);
  w->ctx = out->ctx;
  w->arena = arena;
  w->out = out;
  for (size_t i = 0; i < ext_symbols(ctx); i++) { /* no variable may look like a symbol */
    int64_t lo, hi;
    map_add(arena, &w->program.taken, intern(w->ctx, ext_symbol_name(ctx, i, &lo, &hi)));
  }
  return w;
}

void kernel_print(const Ctx *ctx, const Kernel *k, Str *out) {
  Writer *w = writer_new(ctx, out);
  kernel(w, k, 0);
  arena_free(w->arena);
}

static void name_list(const Writer *w, const char *title, size_t n, Buf *const *bufs) {
  if (!n) return;
  str_printf(w->out, "  %s", title);
  for (size_t i = 0; i < n; i++) str_printf(w->out, " %s", name_of(w, bufs[i]));
  str_add(w->out, "\n");
}

/* Buffers of the program: those it lists, then masks and aliases and what inputs and outputs add. */
static void program_bufs(Writer *w, const Program *p, Finder *f) {
  for (size_t i = 0; i < p->bufs.n; i++) find_buf(f, p->bufs.at[i]);
  for (size_t i = 0; i < p->inputs.n; i++) find_buf(f, p->inputs.at[i]);
  for (size_t i = 0; i < p->outputs.n; i++) find_buf(f, p->outputs.at[i]);
  for (size_t i = 0; i < f->bufs.n; i++) buffer(w, f->bufs.at[i], 1, "");
}

void program_print(const Ctx *ctx, const Program *p, Str *out) {
  Writer *w = writer_new(ctx, out);
  Finder f = {.w = w};
  str_add(out, "program ");
  if (text_is_plain(p->name)) str_add(out, p->name);
  else quoted(out, p->name);
  if (p->hash) str_printf(out, "  hash %016" PRIx64, p->hash);
  str_add(out, "\n");
  for (size_t i = 0; i < ext_symbols(ctx); i++) {
    int64_t lo, hi;
    const char *name = ext_symbol_name(ctx, i, &lo, &hi);
    str_printf(out, "  symbol %s %" PRId64 " <= %" PRId64 "\n", name, lo, hi);
  }
  program_bufs(w, p, &f);
  name_list(w, "inputs", p->inputs.n, p->inputs.at);
  name_list(w, "outputs", p->outputs.n, p->outputs.at);
  if (p->arena_bytes || p->arena_bound || p->state_bytes || p->arena_culprit) {
    str_printf(out, "  memory arena %" PRId64 " bound %" PRId64 " state %" PRId64, p->arena_bytes, p->arena_bound, p->state_bytes);
    if (p->arena_culprit) {
      str_add(out, " peak ");
      quoted(out, p->arena_culprit);
    }
    str_add(out, "\n");
  }
  for (size_t i = 0; i < p->kernels.n; i++) kernel(w, p->kernels.at[i], 1);
  arena_free(w->arena);
}
