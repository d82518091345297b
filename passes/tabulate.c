/* Tabulate: expressions of coordinates alone become constant tables.
 *
 * Where Resize, Pad or a window function looks, and with which weight, depends on one or two output coordinates and on constants. The
 * interpreter computes all values now, as it would have at run time; the statement then reads the table. What a C compiler does in a few
 * instructions (affine forms, // and % by constants, a clamp) stays: passes understand it better than a table.
 *
 * A table of reals is f32 where the kernel computes in f32. */
#include "passes/pass.h"

enum { MAX_TABLE = 65536, MAX_TABLE_AXES = 2, CHEAP_CLAMPS = 2, CHEAP_REAL_OPS = 2 };

/* ---- what is worth a table */
typedef struct Shape {          /* of one expression */
  int naxes; const Var *axis[MAX_TABLE_AXES];
  bool fits;                    /* no load, no symbol, at most that many axes */
  int clamps, reals, others;    /* operations */
} Shape;

static void measure(const Ctx *ctx, const Expr *e, Shape *s) {
  if (e->kind == X_LOAD) s->fits = false;
  if (e->kind == X_AFF) {
    if (!ext_is_const(ctx, e->aff.c)) s->fits = false;
    for (int t = 0; t < e->aff.n; t++) {
      const Var *v = e->aff.term[t].var;
      if (!ext_is_const(ctx, v->extent) || !ext_is_const(ctx, e->aff.term[t].k)) s->fits = false;
      int i = 0;
      while (i < s->naxes && s->axis[i] != v) i++;
      if (i < s->naxes) continue;
      if (i == MAX_TABLE_AXES) s->fits = false;
      else s->axis[s->naxes++] = v;
    }
  }
  if (e->kind == X_OP) {
    bool by_constant = (e->op == OP_FDIV || e->op == OP_MOD) && e->vk != KIND_REAL && e->arg[1]->kind == X_INT && e->arg[1]->i > 0;
    bool logic = e->vk == KIND_BOOL && e->n <= 2 && e->arg[0]->vk != KIND_REAL; /* comparisons of integers, and, or, not: become bounds of loops */
    bool sum = e->vk == KIND_INT && (e->op == OP_ADD || e->op == OP_SUB || e->op == OP_MUL);
    if (e->op == OP_MIN || e->op == OP_MAX) s->clamps += e->vk != KIND_REAL;
    else if (!by_constant && !logic && !sum && e->vk != KIND_REAL && e->arg[0]->vk != KIND_REAL) s->others++;
    if (e->vk == KIND_REAL || e->arg[0]->vk == KIND_REAL) s->reals += e->op != OP_REAL;
  }
  for (int i = 0; i < e->n && s->fits; i++) measure(ctx, e->arg[i], s);
}

static bool worth_a_table(const Ctx *ctx, const Expr *e, Shape *s) {
  *s = (Shape){.fits = e->kind == X_OP};
  if (s->fits) measure(ctx, e, s);
  int64_t cells = 1;
  for (int i = 0; s->fits && i < s->naxes; i++) s->fits = !__builtin_mul_overflow(cells, s->axis[i]->extent, &cells) && cells <= MAX_TABLE;
  if (!s->fits || s->naxes == 0 || cells == 0 || e->vk == KIND_UINT) return false;
  if (e->vk == KIND_REAL) return s->reals + s->others + s->clamps > CHEAP_REAL_OPS;
  return s->reals > 0 || s->others > 0 || s->clamps > CHEAP_CLAMPS;
}

/* ---- making one */
typedef struct Cells { const Buf *value, *there; void *value_bytes, *there_bytes; } Cells;

static void *cells_of(void *arg, const Buf *b) {
  const Cells *c = arg;
  return b == c->value ? c->value_bytes : b == c->there ? c->there_bytes : NULL;
}

static Elem smallest(const Data *values, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    int64_t v = data_int(values, i);
    if (v < INT32_MIN || v > INT32_MAX) return ELEM_i64;
  }
  return ELEM_i32;
}

typedef struct Tables { Ctx *ctx; Program *program; Elem real; const char *stem; size_t first; int made; } Tables;

static Buf *same_table(const Tables *t, const Data *d) {
  for (size_t i = t->first; i < t->program->bufs.n; i++) {
    Buf *b = t->program->bufs.at[i];
    if (b->data && type_equal(&b->data->type, &d->type) && memcmp(b->data->bytes, d->bytes, d->nbytes) == 0) return b;
  }
  return NULL;
}

static const char *table_name(Tables *t) {
  for (;;) {
    const char *name = intern(t->ctx, t->made++ ? ctx_printf(t->ctx, "%s.table%d", t->stem, t->made) : ctx_printf(t->ctx, "%s.table", t->stem));
    bool taken = false;
    for (size_t i = 0; i < t->program->bufs.n && !taken; i++) taken = strcmp(t->program->bufs.at[i]->name, name) == 0;
    if (!taken) return name;
  }
}

/* Values of e over its axes, or NULL where some element would be empty or the interpreter refuses: then e stays as it is. */
static const Data *evaluate(Tables *t, const Expr *e, const Shape *s) {
  Ctx *ctx = t->ctx;
  const Expr *index[MAX_TABLE_AXES];
  int64_t dim[MAX_TABLE_AXES], n = 1;
  for (int i = 0; i < s->naxes; i++) index[i] = x_var(ctx, s->axis[i]), n *= dim[i] = s->axis[i]->extent;
  Elem wide = e->vk == KIND_REAL ? ELEM_f64 : e->vk == KIND_BOOL ? ELEM_bool : ELEM_i64;
  Data *values = data_new(ctx, wide, s->naxes, dim), *there = data_new(ctx, ELEM_bool, s->naxes, dim);
  if (!values || !there) return NULL;
  Buf *out = buf_new(ctx, "table", wide, SPACE_OUTPUT, s->naxes, dim);
  out->mask = buf_new(ctx, "there", ELEM_bool, SPACE_OUTPUT, s->naxes, dim);
  Ein *ein = NEW(ctx, Ein);
  *ein = (Ein){.reduce = RED_SET, .out = out, .naxes = s->naxes, .nout = s->naxes, .rhs = e};
  for (int i = 0; i < s->naxes; i++) ein->axis[i] = s->axis[i], ein->index[i] = index[i];
  Kernel k = {.name = "table"};
  cascade_add(ctx, &k.cascade, ein);
  Cells cells = {out, out->mask, (void *)(uintptr_t)values->bytes, (void *)(uintptr_t)there->bytes};
  size_t mark = diag_mark(ctx);
  bool good = kernel_lower_naive(ctx, &k) && interp_kernel(ctx, &k, (Memory){.of = cells_of, .arg = &cells}, 0);
  diag_rewind(ctx, mark);
  for (int64_t i = 0; good && i < n; i++) good = data_int(there, i) != 0;
  if (!good) return NULL;
  Elem elem = e->vk == KIND_REAL ? t->real : e->vk == KIND_BOOL ? ELEM_bool : smallest(values, n);
  if (elem == wide) return values;
  Data *stored = data_new(ctx, elem, s->naxes, dim);
  if (!stored) return NULL;
  void *bytes = (void *)(uintptr_t)stored->bytes;
  for (int64_t i = 0; i < n; i++) {
    if (elem_info(elem)->cls == 'r') data_set_real(bytes, elem, i, data_real(values, i));
    else data_set_int(bytes, elem, i, data_int(values, i));
  }
  return stored;
}

static const Expr *tabulated(Tables *t, const Expr *e) {
  Shape s;
  if (worth_a_table(t->ctx, e, &s)) {
    const Data *d = evaluate(t, e, &s);
    if (d) {
      Buf *b = same_table(t, d);
      if (!b) {
        b = buf_new(t->ctx, table_name(t), d->type.elem, SPACE_CONST, d->type.rank, d->type.dim);
        b->data = d;
        vec_push(t->ctx, &t->program->bufs, b);
      }
      const Expr *index[MAX_TABLE_AXES];
      for (int i = 0; i < s.naxes; i++) index[i] = x_var(t->ctx, s.axis[i]);
      return x_load(t->ctx, b, s.naxes, index);
    }
  }
  return e;
}

/* Outermost first, so that a table holds as much as it may. */
static const Expr *rewritten(Tables *t, const Expr *e) {
  if (e->kind != X_LOAD && e->kind != X_OP) return e;
  const Expr *table = tabulated(t, e);
  if (table != e) return table;
  const Expr *arg[MAX_RANK * 2];
  bool changed = false;
  for (int i = 0; i < e->n; i++) {
    arg[i] = rewritten(t, e->arg[i]);
    changed = changed || arg[i] != e->arg[i];
  }
  return changed ? x_rebuild(t->ctx, e, arg) : e;
}

bool pass_tabulate(Ctx *ctx, Unit *u) {
  Program *p = u->program;
  Tables t = {.ctx = ctx, .program = p, .first = p->bufs.n};
  for (size_t i = 0; i < p->kernels.n; i++) {
    Kernel *k = p->kernels.at[i];
    if (k->lowered) continue;
    t.real = kernel_real(k);
    t.stem = k->name;
    t.made = 0;
    for (size_t j = 0; j < k->cascade.steps.n; j++)
      for (int s = 0; s < k->cascade.steps.at[j].n; s++) {
        Ein *e = k->cascade.steps.at[j].ein[s];
        e->rhs = rewritten(&t, e->rhs);
      }
  }
  return true;
}
