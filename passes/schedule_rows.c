/* Rows: statements that walk the same axes, some reduced (norms, softmax), or none (maps), become one nest that passes over each row as often as they demand.
 *
 * A statement's *pass* is the largest over what it reads: the pass of that statement, one more if it was a reduction. Statements of a pass share a loop.
 * Lanes lie along the row where it has unit stride in memory (lanes of a reduction then meet at its end), else along an outer axis that has (each lane its own row).
 * Values fixed in a row are computed once per row; `x / s` with such an s becomes `x * (1 / s)`; a factor fixed in the row leaves the sum.
 * A sum of more than LONG_SUM steps is a sum of about as many partial sums as each has steps: errors of rounding grow with the length of either.
 * An intermediate read only in its own pass is a register; one that ends in an output at the same place lives there meanwhile; else it has a row of scratch. */
#include "passes/schedule.h"

enum { MOST_STATEMENTS = 16, UNROLL = 4, LONG_SUM = 64 };

typedef enum Shape { SHAPE_MAP, SHAPE_REDUCTION, SHAPE_ROW } Shape; /* per element; element to row; per row */

typedef struct Item {
  Ein *ein;                     /* told in the group's axes */
  Shape shape; int pass;
  const Expr *rhs, *scale;      /* scale: what left the sum, or NULL */
  Buf *reg;                     /* where its value is while the nest runs: a register, per vector or per row */
  Buf *memory;                  /* a map's value that a later pass reads: where it is kept */
  const Expr *keep[MAX_RANK * 2]; /* and at which index */
  bool stored;                  /* its tensor is needed in memory behind the nest */
} Item;

typedef struct Group {
  Schedule *s; Ctx *ctx; int lanes;
  int n; Item item[MOST_STATEMENTS];
  int naxes; const Var *axis[MAX_AXES]; bool reduced[MAX_AXES]; bool any_reduction;
  struct { const Buf *root; int n; const Expr *index[MAX_RANK * 2]; } seen[MOST_STATEMENTS * 4]; int nseen; /* how tensors were walked first */
  const Var *row;               /* the axis passed over; NULL: none */
  const Var *lane_axis;         /* lanes lie along it: the row itself, or an outer axis */
  const Var *l;
  int width;                    /* vectors side by side */
} Group;

/* ---- collecting statements in common axes */

static bool is_lone(const Expr *e, const Var **v) {
  Aff a;
  if (!x_is_aff(e, &a) || a.n != 1 || a.c != 0 || a.term[0].k != 1) return false;
  *v = a.term[0].var;
  return true;
}

typedef struct Matching { Group *g; const Ein *e; const Expr *by[MAX_AXES]; bool fine; } Matching;

static void match_index(Matching *m, int n, const Expr *const *index, const Expr *const *known) {
  for (int d = 0; d < n; d++) {
    const Var *mine, *theirs;
    if (!is_lone(index[d], &mine) || !is_lone(known[d], &theirs) || mine->extent != theirs->extent) continue;
    for (int a = 0; a < m->e->naxes; a++)
      if (m->e->axis[a] == mine && !m->by[a]) m->by[a] = x_var(m->g->ctx, theirs);
  }
}

static void match_load(const Expr *load, void *arg) {
  Matching *m = arg;
  for (int i = 0; i < m->g->nseen; i++)
    if (m->g->seen[i].root == load->buf) match_index(m, load->n, load->arg, m->g->seen[i].index);
}

static void remember(Group *g, const Buf *b, int n, const Expr *const *index) {
  for (int i = 0; i < g->nseen; i++)
    if (g->seen[i].root == b) return;
  if (g->nseen == MOST_STATEMENTS * 4) return;
  g->seen[g->nseen].root = b;
  g->seen[g->nseen].n = n;
  for (int i = 0; i < n; i++) g->seen[g->nseen].index[i] = index[i];
  g->nseen++;
}
static void remember_load(const Expr *load, void *arg) { remember(arg, load->buf, load->n, load->arg); }

static bool fine_value(const Group *g, const Expr *e) {
  if (e->kind == X_INT || e->kind == X_REAL) return true;
  if (e->kind == X_LOAD) {
    Aff a;
    return schedule_f32(g->s, e->buf) && !e->buf->mask && access_affine(g->ctx, e, &a) && !access_may_leave(g->ctx, e->buf, e->n, e->arg, NULL);
  }
  if (e->kind == X_AFF || e->op == OP_IF || e->op == OP_ELSE || e->op == OP_HAS) return false;
  if ((e->op == OP_CAST || e->op == OP_SAT) && e->elem != ELEM_f32) return false;
  if (e->vk != KIND_REAL && e->vk != KIND_BOOL) return false;
  for (int i = 0; i < e->n; i++)
    if (!fine_value(g, e->arg[i])) return false;
  return true;
}

static int axis_of(const Group *g, const Var *v) {
  for (int i = 0; i < g->naxes; i++)
    if (g->axis[i] == v) return i;
  return -1;
}

/* Tells e in the group's axes and adds it; false: it does not belong. */
static bool add(Group *g, Ein *e) {
  Ctx *ctx = g->ctx;
  bool reduction = e->nout < e->naxes;
  if (g->n == MOST_STATEMENTS || e->accumulate || e->out->mask || !schedule_f32(g->s, e->out) || e->rhs->vk != KIND_REAL || !schedule_writes_once(ctx, e)) return false;
  if (reduction ? e->reduce != RED_ADD && e->reduce != RED_MAX && e->reduce != RED_MIN : e->reduce != RED_SET) return false;
  for (int i = 0; i < e->naxes; i++)
    if (!ext_is_const(ctx, e->axis[i]->extent) || e->axis[i]->extent < 1) return false;
  Ein *told = arena_copy(ctx->arena, e, sizeof *e); /* a group that comes to nothing leaves no trace */
  if (!g->n) {
    for (int i = 0; i < e->naxes; i++) g->axis[g->naxes++] = e->axis[i];
  } else {
    Matching m = {.g = g, .e = e};
    x_each_load(e->rhs, match_load, &m);
    const Var *axes[MAX_AXES];
    for (int i = 0; i < e->naxes; i++) {
      if (!m.by[i] && e->axis[i]->extent == 1) m.by[i] = x_int(ctx, 0);
      if (!m.by[i]) return false;
      for (int j = 0; j < i; j++)
        if (m.by[j]->kind == X_AFF && x_equal(m.by[i], m.by[j])) return false;
      axes[i] = m.by[i]->kind == X_AFF ? m.by[i]->aff.term[0].var : e->axis[i];
    }
    told = ein_subst(ctx, e, e->naxes, e->nout, axes, m.by);
  }
  if (!fine_value(g, told->rhs) || access_may_leave(ctx, told->out, told->out->rank, told->index, NULL)) return false;
  bool on_left[MAX_AXES] = {false}, gone[MAX_AXES] = {false};
  for (int i = 0; i < told->naxes; i++) {
    int a = axis_of(g, told->axis[i]);
    if (a < 0) { if (told->axis[i]->extent == 1) continue; return false; }
    if (i < told->nout) on_left[a] = true;
    else gone[a] = true;
  }
  if (reduction && !g->any_reduction) {
    for (int a = 0; a < g->naxes; a++) g->reduced[a] = gone[a];
    g->any_reduction = true;
  }
  bool all = true, outer = true, reduces = true;
  for (int a = 0; a < g->naxes; a++) {
    bool trivial = g->axis[a]->extent == 1;
    all = all && (on_left[a] || trivial);
    outer = outer && (trivial || on_left[a] == !g->reduced[a]);
    reduces = reduces && (trivial || gone[a] == g->reduced[a]);
  }
  if (reduction ? !(reduces && outer) : !(all || (g->any_reduction && outer))) return false;
  Aff left;
  if (!x_is_aff(access_address(ctx, told->out, told->out->rank, told->index), &left) || !aff_is_const(ctx, &left)) return false;
  Item *it = &g->item[g->n++];
  *it = (Item){.ein = told, .rhs = told->rhs, .shape = reduction ? SHAPE_REDUCTION : all ? SHAPE_MAP : SHAPE_ROW};
  x_each_load(told->rhs, remember_load, g);
  remember(g, told->out, told->out->rank, told->index);
  return true;
}

/* ---- axes: drop, merge, choose */

static void replace_everywhere(Group *g, int n, const Var *const *var, const Expr *const *by) {
  for (int i = 0; i < g->n; i++) {
    Item *it = &g->item[i];
    it->rhs = access_subst(g->ctx, it->rhs, n, var, by);
    it->ein = arena_copy(g->ctx->arena, it->ein, sizeof *it->ein);
    for (int d = 0; d < it->ein->out->rank; d++) it->ein->index[d] = access_subst(g->ctx, it->ein->index[d], n, var, by);
  }
}

static void drop_axis(Group *g, int i) {
  for (g->naxes--; i < g->naxes; i++) {
    g->axis[i] = g->axis[i + 1];
    g->reduced[i] = g->reduced[i + 1];
  }
}

typedef struct Access { Aff at; Shape shape; bool left; } Access; /* shape of the statement it stands in; left: it is the place written */
typedef struct Accesses { Group *g; Shape shape; VEC(Access) list; } Accesses;
static void note_access(const Expr *load, void *arg) {
  Accesses *a = arg;
  Access x = {.shape = a->shape};
  access_affine(a->g->ctx, load, &x.at);
  vec_push(a->g->ctx, &a->list, x);
}
static Accesses accesses(Group *g) {
  Accesses all = {.g = g};
  for (int i = 0; i < g->n; i++) {
    const Item *it = &g->item[i];
    all.shape = it->shape;
    x_each_load(it->rhs, note_access, &all);
    Access left = {.shape = it->shape, .left = true};
    x_is_aff(access_address(g->ctx, it->ein->out, it->ein->out->rank, it->ein->index), &left.at);
    vec_push(g->ctx, &all.list, left);
  }
  return all;
}

static const Expr *flatten_load(Ctx *ctx, const Expr *e, void *arg) {
  if (e->kind != X_LOAD || e->buf->rank <= 1) return e;
  return x_load(ctx, schedule_flat(arg, e->buf), 1, (const Expr *const[]){access_address(ctx, e->buf, e->n, e->arg)});
}

static void flatten(Group *g) {
  for (int i = 0; i < g->n; i++) {
    Item *it = &g->item[i];
    it->rhs = x_map(g->ctx, it->rhs, flatten_load, g->s);
    Ein *e = it->ein;
    if (e->out->rank <= 1) continue;
    e->index[0] = access_address(g->ctx, e->out, e->out->rank, e->index);
    e->out = schedule_flat(g->s, e->out);
  }
}

static bool merge_one(Group *g) {
  Accesses all = accesses(g);
  for (int o = 0; o < g->naxes; o++)
    for (int n = 0; n < g->naxes; n++) {
      if (o == n || g->reduced[o] != g->reduced[n]) continue;
      bool nests = true;
      for (size_t i = 0; i < all.list.n && nests; i++) nests = aff_coef(&all.list.at[i].at, g->axis[o]) == aff_coef(&all.list.at[i].at, g->axis[n]) * g->axis[n]->extent;
      if (!nests) continue;
      flatten(g);
      const Var *both = var_new(g->ctx, ctx_printf(g->ctx, "%s%s", g->axis[o]->name, g->axis[n]->name), g->axis[o]->extent * g->axis[n]->extent);
      replace_everywhere(g, 2, (const Var *const[]){g->axis[o], g->axis[n]}, (const Expr *const[]){x_int(g->ctx, 0), x_var(g->ctx, both)});
      g->axis[n] = both;
      drop_axis(g, o);
      return true;
    }
  return false;
}

/* Every access moves by one along v, or not at all; and the places written move. */
static bool has_unit_stride(const Accesses *all, const Var *v, bool in_rows) {
  for (size_t i = 0; i < all->list.n; i++) {
    const Access *a = &all->list.at[i];
    ext_t k = aff_coef(&a->at, v);
    if (k != 0 && k != 1) return false;
    if (a->left && k == 0 && (in_rows ? a->shape == SHAPE_MAP : true)) return false;
  }
  return true;
}

static bool choose_axes(Group *g) {
  for (int i = g->naxes; i-- > 0;)
    if (g->axis[i]->extent == 1) {
      replace_everywhere(g, 1, &g->axis[i], (const Expr *const[]){x_int(g->ctx, 0)});
      drop_axis(g, i);
    }
  while (merge_one(g)) continue;
  Accesses all = accesses(g);
  for (size_t i = 0; i < all.list.n; i++)
    if (!aff_is_const(g->ctx, &all.list.at[i].at)) return false;
  int rows = 0;
  for (int i = 0; i < g->naxes; i++)
    if (g->reduced[i]) { g->row = g->axis[i]; rows++; }
  if (rows != g->any_reduction) return false; /* several rows; or one of a single element */
  int64_t enough = g->lanes > 1 ? g->lanes / 2 + 1 : 1;
  if (g->row && g->row->extent >= enough && has_unit_stride(&all, g->row, true)) g->lane_axis = g->row;
  for (int i = 0; i < g->naxes && !g->lane_axis; i++)
    if (!g->reduced[i] && g->axis[i]->extent >= enough && has_unit_stride(&all, g->axis[i], false)) g->lane_axis = g->axis[i];
  if (!g->row && g->lane_axis) g->row = g->lane_axis; /* maps: the row is what the lanes lie along */
  return g->row && g->lane_axis;
}

/* ---- passes and where values live */

static Item *made_by(Group *g, const Buf *b) {
  for (int i = 0; i < g->n; i++)
    if (buf_root(g->item[i].ein->out) == buf_root(b)) return &g->item[i];
  return NULL;
}

typedef struct Need { Group *g; int pass; } Need;
static void need_load(const Expr *load, void *arg) {
  Need *n = arg;
  const Item *from = made_by(n->g, load->buf);
  if (!from) return;
  int pass = from->pass + (from->shape == SHAPE_REDUCTION);
  if (pass > n->pass) n->pass = pass;
}

static bool is_fixed(const Group *g, const Expr *e) { return !x_uses(e, g->row); }

/* A factor or divisor that is fixed in the row leaves the sum. */
static void take_scale(Group *g, Item *it) {
  if (it->ein->reduce != RED_ADD || g->s->fp_strict || it->rhs->kind != X_OP) return;
  const Expr *e = it->rhs;
  if (e->op == OP_DIV && is_fixed(g, e->arg[1])) {
    it->scale = x_op2(g->ctx, OP_DIV, x_real(g->ctx, 1), e->arg[1]);
    it->rhs = e->arg[0];
  } else if (e->op == OP_MUL && (is_fixed(g, e->arg[1]) || is_fixed(g, e->arg[0]))) {
    int fixed = is_fixed(g, e->arg[1]);
    it->scale = e->arg[fixed];
    it->rhs = e->arg[1 - fixed];
  }
}

typedef struct Reader { Group *g; const Buf *root; int pass; bool later; const Item *last; const Expr *address; bool same; } Reader;
static void reader_load(const Expr *load, void *arg) {
  Reader *r = arg;
  if (buf_root(load->buf) != r->root) return;
  const Expr *address = access_address(r->g->ctx, load->buf, load->n, load->arg);
  if (!x_equal(address, r->address)) r->same = false;
}

/* What each statement's value is kept in. False: a read of an intermediate that is not at the place it was written. */
static bool place_values(Group *g, int first) {
  Ctx *ctx = g->ctx;
  for (int i = 0; i < g->n; i++) {
    Item *it = &g->item[i];
    const Buf *root = buf_root(it->ein->out);
    it->stored = schedule_reads_later(g->s, first + g->n, it->ein->out);
    Reader r = {g, root, it->pass, false, NULL, access_address(ctx, it->ein->out, it->ein->out->rank, it->ein->index), true};
    for (int j = i + 1; j < g->n; j++) {
      if (!x_reads(g->item[j].rhs, root) && !(g->item[j].scale && x_reads(g->item[j].scale, root))) continue;
      x_each_load(g->item[j].rhs, reader_load, &r);
      if (g->item[j].scale) x_each_load(g->item[j].scale, reader_load, &r);
      if (g->item[j].pass > it->pass) r.later = true;
      r.last = &g->item[j];
    }
    if (!r.same) return false;
    if (it->shape != SHAPE_MAP || !r.later) continue;
    if (it->stored) { /* in memory anyway */
      it->memory = it->ein->out;
      for (int d = 0; d < it->ein->out->rank; d++) it->keep[d] = it->ein->index[d];
      continue;
    }
    const Item *last = r.last; /* its row may lie in the output it ends in */
    bool ends_there = last->shape == SHAPE_MAP && schedule_reads_later(g->s, first + g->n, last->ein->out) && x_equal(access_address(ctx, last->ein->out, last->ein->out->rank, last->ein->index), r.address);
    for (int j = 0; j < g->n && ends_there; j++) ends_there = (&g->item[j] == last || buf_root(g->item[j].ein->out) != buf_root(last->ein->out)) && !x_reads(g->item[j].rhs, buf_root(last->ein->out)) && !(g->item[j].memory && buf_root(g->item[j].memory) == buf_root(last->ein->out));
    if (ends_there) {
      it->memory = last->ein->out;
      for (int d = 0; d < last->ein->out->rank; d++) it->keep[d] = last->ein->index[d];
    } else return false;
  }
  return true;
}

/* ---- building */

typedef struct Build {
  Group *g; Body *body;          /* where statements of the moment go */
  int nvalues; const Var *var[MAX_AXES]; const Expr *by[MAX_AXES];
  Buf *result[MOST_STATEMENTS];  /* a reduction's or row statement's value */
  int nfixed; const Expr *fixed[64]; Buf *fixed_reg[64];  /* values of a row that have a register */
} Build;

static void emit(Build *b, Stmt *s) { vec_push(b->g->ctx, b->body, s); }
static void set(Build *b, Reduce op, Buf *to, const Expr *value) { emit(b, s_store(b->g->ctx, op, to, 0, NULL, value)); }
static const Expr *at(const Build *b, const Expr *e) { return access_subst(b->g->ctx, e, b->nvalues, b->var, b->by); }
static Body *loop(Build *b, const Var *v, LoopMode mode) {
  Stmt *s = s_loop(b->g->ctx, v, x_int(b->g->ctx, 0), x_int(b->g->ctx, v->extent), mode);
  emit(b, s);
  return &s->loop.body;
}
static Buf *reg_new(Build *b, const char *name, int rank, ext_t extent, bool vector) {
  Buf *r = buf_new(b->g->ctx, name, ELEM_f32, SPACE_REG, rank, &extent);
  r->lanes = vector && b->g->lanes > 1 ? b->g->lanes : 0;
  emit(b, s_reg(b->g->ctx, r));
  return r;
}

static bool across(const Group *g) { return g->any_reduction && g->lane_axis == g->row && g->lanes > 1; } /* lanes of a reduction meet */
static bool rows_are_vectors(const Group *g) { return g->lane_axis != g->row && g->lanes > 1; }

/* Reads of the group's own statements become reads of registers, or of the memory where a value waits. */
typedef struct Reading { Build *b; int pass; int unroll_rank; const Expr *u; } Reading;
static const Expr *read_own(Ctx *ctx, const Expr *e, void *arg) {
  const Reading *r = arg;
  if (e->kind != X_LOAD || e->buf->space == SPACE_REG) return e;
  const Item *it = made_by(r->b->g, e->buf);
  if (!it) return e;
  long i = it - r->b->g->item;
  if (it->shape != SHAPE_MAP) {
    Buf *reg = r->b->result[i];
    return reg ? x_load(ctx, reg, reg->rank, &r->u) : e;
  }
  if (it->pass == r->pass) return it->reg ? x_load(ctx, it->reg, 0, NULL) : e;
  return x_load(ctx, it->memory, it->memory->rank, it->keep);
}

/* ---- values fixed in a row */

static int fixed_number(const Build *b, const Expr *e) {
  for (int i = 0; i < b->nfixed; i++)
    if (x_equal(b->fixed[i], e)) return i;
  return -1;
}

/* A register that holds e for this row. */
static const Expr *row_register(const Build *b, const Expr *e, const Expr *u) {
  int i = fixed_number(b, e);
  return i < 0 ? NULL : x_load(b->g->ctx, b->fixed_reg[i], b->fixed_reg[i]->rank, &u);
}

static bool worth_fixing(const Expr *e) { return e->kind == X_OP && x_has_load(e) && e->op != OP_REAL; }

static void fix(Build *b, const Expr *e) { /* e: told in registers, free of the row */
  if (b->nfixed == 64 || fixed_number(b, e) >= 0) return;
  b->fixed[b->nfixed++] = e;
}

static const Expr *divide_once(Ctx *ctx, const Expr *e, void *arg) {
  const Group *g = arg;
  if (e->kind == X_OP && e->op == OP_DIV && is_fixed(g, e->arg[1]) && !is_fixed(g, e->arg[0]) && x_has_load(e->arg[1])) return x_op2(ctx, OP_MUL, e->arg[0], x_op2(ctx, OP_DIV, x_real(ctx, 1), e->arg[1]));
  return e;
}

static void find_fixed(Build *b, const Expr *e) {
  if (is_fixed(b->g, e)) { if (worth_fixing(e)) fix(b, e); return; }
  for (int i = 0; e->kind == X_OP && i < e->n; i++) find_fixed(b, e->arg[i]);
}

typedef struct Fixing { Build *b; const Expr *u; } Fixing;
static const Expr *use_fixed(const Fixing *f, const Expr *e) {
  Ctx *ctx = f->b->g->ctx;
  if (e->kind != X_OP) return e;
  const Expr *r = worth_fixing(e) ? row_register(f->b, e, f->u) : NULL;
  if (r) return r;
  const Expr *arg[3];
  bool changed = false;
  for (int i = 0; i < e->n; i++) {
    arg[i] = use_fixed(f, e->arg[i]);
    changed |= arg[i] != e->arg[i];
  }
  if (!changed) return e;
  if (e->op == OP_CAST || e->op == OP_SAT) return x_cast(ctx, (Op)e->op, e->elem, arg[0]);
  return e->n == 1 ? x_op1(ctx, (Op)e->op, arg[0]) : e->n == 2 ? x_op2(ctx, (Op)e->op, arg[0], arg[1]) : x_op3(ctx, (Op)e->op, arg[0], arg[1], arg[2]);
}

/* ---- one pass over the row */

/* The statements of a pass for the elements that b->by names; u: which of the vectors side by side. */
static void elements(Build *b, int pass, const Expr *u, Buf **acc, bool tail) {
  Group *g = b->g;
  Ctx *ctx = g->ctx;
  for (int i = 0; i < g->n; i++) g->item[i].reg = NULL;
  for (int i = 0; i < g->n; i++) {
    Item *it = &g->item[i];
    if (it->pass != pass || it->shape == SHAPE_ROW) continue;
    Reading r = {b, pass, 0, u};
    const Expr *told = x_map(ctx, it->rhs, read_own, &r);
    if (!g->s->fp_strict) told = x_map(ctx, told, divide_once, g);
    const Expr *value = at(b, use_fixed(&(Fixing){b, u}, told));
    if (it->shape == SHAPE_REDUCTION) {
      Buf *to = tail && across(g) ? b->result[i] : acc[i];
      emit(b, s_store(ctx, it->ein->reduce, to, to->rank, &u, value));
      continue;
    }
    bool read_here = false;
    for (int j = i + 1; j < g->n; j++) read_here |= g->item[j].pass == pass && g->item[j].shape != SHAPE_ROW && x_reads(g->item[j].rhs, buf_root(it->ein->out));
    if (read_here) {
      it->reg = reg_new(b, "e", 0, 0, true);
      set(b, RED_SET, it->reg, value);
      value = x_load(ctx, it->reg, 0, NULL);
    }
    const Expr *index[MAX_RANK * 2];
    if (it->stored || it->memory) {
      Buf *to = it->stored ? it->ein->out : it->memory;
      const Expr *const *place = it->stored ? it->ein->index : it->keep;
      for (int d = 0; d < to->rank; d++) index[d] = at(b, place[d]);
      emit(b, s_store(ctx, RED_SET, to, to->rank, index, value));
    }
  }
}

static void let(Build *b, const Var *v, const Expr *by) { b->var[b->nvalues] = v; b->by[b->nvalues++] = by; }

static bool pass_has(const Group *g, int pass, Shape shape) {
  for (int i = 0; i < g->n; i++)
    if (g->item[i].pass == pass && g->item[i].shape == shape) return true;
  return false;
}

static int side_by_side(int64_t vectors) {
  int u = UNROLL;
  while (u > 1 && (vectors < u || vectors % u)) u--;
  return u;
}

/* About the root of them all, so that neither the partial sums nor their sum get long. */
static int64_t block_steps(int64_t all) {
  int64_t block = LONG_SUM;
  while (block < all / block) block *= 2;
  return block;
}

/* Some steps of pass_along, each of `width` vectors. */
typedef struct Steps { int pass; int64_t first, n; const Var *u; const Expr *lane; Buf **acc; } Steps;

static void steps(Build *b, const Steps *s, const Expr *before) {
  Group *g = b->g;
  Ctx *ctx = g->ctx;
  Body *outside = b->body;
  int saved = b->nvalues;
  const Var *i = var_new(ctx, "i", s->n);
  b->body = loop(b, i, LOOP_SEQ);
  b->body = loop(b, s->u, LOOP_UNROLL);
  const Expr *step = x_op2(ctx, OP_ADD, x_op2(ctx, OP_ADD, before, x_int(ctx, s->first)), x_var(ctx, i));
  const Expr *vector = x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, step, x_int(ctx, s->u->extent)), x_var(ctx, s->u));
  let(b, g->row, x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, vector, x_int(ctx, g->lanes)), s->lane));
  elements(b, s->pass, x_var(ctx, s->u), s->acc, false);
  b->nvalues = saved;
  b->body = outside;
}

/* to[u] op= from[u] for all u, or the same with a value. */
static void each(Build *b, Reduce op, Buf *to, const Var *u, Buf *from, const Expr *value) {
  const Expr *vu = x_var(b->g->ctx, u);
  Body *outside = b->body;
  b->body = loop(b, u, LOOP_UNROLL);
  emit(b, s_store(b->g->ctx, op, to, 1, &vu, from ? x_load(b->g->ctx, from, 1, &vu) : value));
  b->body = outside;
}

/* Lanes along the row: accumulators of several vectors, which meet at the end; then the ragged rest. */
static void pass_along(Build *b, int pass) {
  Group *g = b->g;
  Ctx *ctx = g->ctx;
  int64_t vectors = g->row->extent / g->lanes, rest = g->row->extent % g->lanes;
  int width = side_by_side(vectors);
  int64_t all = vectors / width, block = block_steps(all), blocks = 0;
  Buf *acc[MOST_STATEMENTS] = {NULL}, *total[MOST_STATEMENTS] = {NULL};
  Body *outside = b->body;
  int saved = b->nvalues;
  const Var *l = g->lanes > 1 ? var_new(ctx, "l", g->lanes) : NULL;
  if (l) b->body = loop(b, l, LOOP_VEC);
  const Expr *lane = l ? x_var(ctx, l) : x_int(ctx, 0);
  const Var *u = var_new(ctx, "u", width);
  Body *vec = b->body;
  if (vectors) {
    for (int i = 0; i < g->n; i++) {
      if (g->item[i].pass != pass || g->item[i].shape != SHAPE_REDUCTION) continue;
      const Expr *identity = reduce_identity(ctx, g->item[i].ein->reduce, ELEM_f32, KIND_REAL);
      acc[i] = reg_new(b, "acc", 1, width, true);
      each(b, RED_SET, acc[i], u, NULL, identity);
      if (g->item[i].ein->reduce != RED_ADD || all <= LONG_SUM) continue;
      blocks = all / block;
      total[i] = reg_new(b, "total", 1, width, true);
      each(b, RED_SET, total[i], u, NULL, identity);
    }
    if (blocks) {
      const Var *o = var_new(ctx, "o", blocks);
      b->body = loop(b, o, LOOP_SEQ);
      steps(b, &(Steps){pass, 0, block, u, lane, acc}, x_op2(ctx, OP_MUL, x_var(ctx, o), x_int(ctx, block)));
      for (int i = 0; i < g->n; i++)
        if (total[i]) {
          each(b, RED_ADD, total[i], u, acc[i], NULL);
          each(b, RED_SET, acc[i], u, NULL, x_real(ctx, 0));
        }
      b->body = vec;
    }
    if (all > blocks * block) steps(b, &(Steps){pass, blocks * block, all - blocks * block, u, lane, acc}, x_int(ctx, 0));
    for (int i = 0; i < g->n; i++)
      if (total[i]) each(b, RED_ADD, acc[i], u, total[i], NULL);
    for (int j = 0; j < g->n; j++)
      if (acc[j]) {
        const Expr *zero = x_int(ctx, 0);
        for (int k = 1; k < width; k++) emit(b, s_store(ctx, g->item[j].ein->reduce, acc[j], 1, &zero, x_load(ctx, acc[j], 1, (const Expr *const[]){x_int(ctx, k)})));
        emit(b, s_store(ctx, g->item[j].ein->reduce, b->result[j], 0, NULL, x_load(ctx, acc[j], 1, &zero)));
      }
  }
  if (rest) {
    const Expr *last = x_op2(ctx, OP_ADD, lane, x_int(ctx, vectors * g->lanes));
    Stmt *guard = s_if(ctx, x_op2(ctx, OP_LT, last, x_int(ctx, g->row->extent)));
    emit(b, guard);
    b->body = &guard->cond.then;
    let(b, g->row, last);
    elements(b, pass, x_int(ctx, 0), acc, true);
    b->nvalues = saved;
  }
  b->body = outside;
}

/* Each lane its own row: the row's loop is sequential, the accumulators are the results. */
static void pass_down(Build *b, int pass, const Var *u) {
  Group *g = b->g;
  Ctx *ctx = g->ctx;
  Body *outside = b->body;
  const Expr *vu = x_var(ctx, u);
  b->body = loop(b, g->row, LOOP_SEQ);
  b->body = loop(b, u, LOOP_UNROLL);
  elements(b, pass, vu, b->result, false);
  b->body = outside;
}

static void store_result(Build *b, int i, const Expr *u) {
  const Item *it = &b->g->item[i];
  if (!it->stored) return;
  const Expr *index[MAX_RANK * 2];
  for (int d = 0; d < it->ein->out->rank; d++) index[d] = at(b, it->ein->index[d]);
  emit(b, s_store(b->g->ctx, RED_SET, it->ein->out, it->ein->out->rank, index, x_load(b->g->ctx, b->result[i], b->result[i]->rank, &u)));
}

/* Statements per row whose reads are ready, and values fixed in the row that the pass needs. */
static void row_values(Build *b, int pass, const Var *u, bool before) {
  Group *g = b->g;
  Ctx *ctx = g->ctx;
  const Expr *vu = u ? x_var(ctx, u) : x_int(ctx, 0);
  Body *outside = b->body;
  for (int i = 0; i < g->n && before; i++) {
    Item *it = &g->item[i];
    if (it->pass != pass || it->shape != SHAPE_ROW) continue;
    Reading r = {b, pass, 0, vu};
    if (u) b->body = loop(b, u, LOOP_UNROLL);
    emit(b, s_store(ctx, RED_SET, b->result[i], b->result[i]->rank, &vu, at(b, x_map(ctx, it->rhs, read_own, &r))));
    store_result(b, i, vu);
    b->body = outside;
  }
  if (!before) return;
  b->nfixed = 0;
  for (int i = 0; i < g->n; i++) {
    const Item *it = &g->item[i];
    if (it->pass != pass || it->shape == SHAPE_ROW) continue;
    Reading r = {b, pass, 0, vu};
    const Expr *told = x_map(ctx, it->rhs, read_own, &r);
    if (!g->s->fp_strict) told = x_map(ctx, told, divide_once, g);
    int from = b->nfixed;
    find_fixed(b, told);
    for (int f = from; f < b->nfixed; f++) {
      b->fixed_reg[f] = reg_new(b, "row", u != NULL, u ? u->extent : 0, rows_are_vectors(g));
      if (u) b->body = loop(b, u, LOOP_UNROLL);
      emit(b, s_store(ctx, RED_SET, b->fixed_reg[f], b->fixed_reg[f]->rank, &vu, at(b, b->fixed[f])));
      b->body = outside;
    }
  }
}

static void finish_reductions(Build *b, int pass, const Var *u) {
  Group *g = b->g;
  Ctx *ctx = g->ctx;
  const Expr *vu = u ? x_var(ctx, u) : x_int(ctx, 0);
  Body *outside = b->body;
  for (int i = 0; i < g->n; i++) {
    Item *it = &g->item[i];
    if (it->pass != pass || it->shape != SHAPE_REDUCTION) continue;
    if (u) b->body = loop(b, u, LOOP_UNROLL);
    Reading r = {b, pass, 0, vu};
    if (it->scale) emit(b, s_store(ctx, RED_MUL, b->result[i], b->result[i]->rank, &vu, at(b, x_map(ctx, it->scale, read_own, &r))));
    store_result(b, i, vu);
    b->body = outside;
  }
}

/* All passes over one row, or over rows that lie side by side in lanes (u numbers the vectors). */
static void rows(Build *b, const Var *u) {
  Group *g = b->g;
  Ctx *ctx = g->ctx;
  int passes = 0;
  for (int i = 0; i < g->n; i++) passes = g->item[i].pass + 1 > passes ? g->item[i].pass + 1 : passes;
  for (int i = 0; i < g->n; i++)
    if (g->item[i].shape != SHAPE_MAP) b->result[i] = reg_new(b, g->item[i].ein->out->name, u != NULL, u ? u->extent : 0, rows_are_vectors(g));
  for (int pass = 0; pass < passes; pass++) {
    row_values(b, pass, u, true);
    const Expr *vu = u ? x_var(ctx, u) : x_int(ctx, 0);
    Body *outside = b->body;
    for (int i = 0; i < g->n; i++) {
      if (g->item[i].pass != pass || g->item[i].shape != SHAPE_REDUCTION) continue;
      if (u) b->body = loop(b, u, LOOP_UNROLL);
      emit(b, s_store(ctx, RED_SET, b->result[i], b->result[i]->rank, &vu, reduce_identity(ctx, g->item[i].ein->reduce, ELEM_f32, KIND_REAL)));
      b->body = outside;
    }
    if (pass_has(g, pass, SHAPE_MAP) || pass_has(g, pass, SHAPE_REDUCTION)) {
      if (u) pass_down(b, pass, u);
      else pass_along(b, pass);
    }
    finish_reductions(b, pass, u);
  }
}

/* Chunks of an outer axis in lanes: whole ones side by side, then the ragged rest. */
static void lane_chunks(Build *b) {
  Group *g = b->g;
  Ctx *ctx = g->ctx;
  int64_t vectors = g->lane_axis->extent / g->lanes, rest = g->lane_axis->extent % g->lanes;
  int width = side_by_side(vectors), saved = b->nvalues;
  Body *outside = b->body;
  for (int part = 0; part < 2; part++) {
    if (part == 0 ? vectors == 0 : rest == 0) continue;
    const Var *u = var_new(ctx, "u", part ? 1 : width), *c = var_new(ctx, g->lane_axis->name, part ? 1 : vectors / width), *l = var_new(ctx, "l", g->lanes);
    const Expr *vector = part ? x_int(ctx, vectors) : x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, x_var(ctx, c), x_int(ctx, width)), x_var(ctx, u));
    const Expr *lane = g->lanes > 1 ? x_op2(ctx, OP_ADD, x_op2(ctx, OP_MUL, vector, x_int(ctx, g->lanes)), x_var(ctx, l)) : vector;
    if (!part) b->body = loop(b, c, LOOP_SEQ);
    if (g->lanes > 1) b->body = loop(b, l, LOOP_VEC);
    if (part) {
      Stmt *guard = s_if(ctx, x_op2(ctx, OP_LT, lane, x_int(ctx, g->lane_axis->extent)));
      emit(b, guard);
      b->body = &guard->cond.then;
    }
    let(b, g->lane_axis, lane);
    rows(b, u);
    b->nvalues = saved;
    b->body = outside;
  }
}

static int schedule_group(Schedule *s, Group *g, int first) {
  Ctx *ctx = g->ctx;
  for (int i = 0; i < g->n; i++) {
    Need need = {g, 0};
    x_each_load(g->item[i].rhs, need_load, &need);
    g->item[i].pass = need.pass;
  }
  if (!choose_axes(g)) return 0;
  for (int i = 0; i < g->n; i++) {
    Item *it = &g->item[i];
    if (it->shape == SHAPE_REDUCTION) take_scale(g, it);
    if (!it->scale) continue;
    Need need = {g, 0}; /* a scale is applied behind the pass: what it reads is ready by then */
    x_each_load(it->scale, need_load, &need);
    if (need.pass > it->pass) return 0;
  }
  if (!place_values(g, first)) return 0;
  Body body = {0};
  Build b = {.g = g, .body = &body};
  for (int i = 0; i < g->naxes; i++) /* outer axes in the order of the statement */
    if (!g->reduced[i] && g->axis[i] != g->lane_axis && g->axis[i] != g->row) b.body = loop(&b, g->axis[i], LOOP_SEQ);
  if (g->lane_axis == g->row) rows(&b, NULL);
  else lane_chunks(&b);
  for (size_t i = 0; i < body.n; i++) vec_push(ctx, s->body, body.at[i]);
  int passes = 0;
  for (int i = 0; i < g->n; i++) passes = g->item[i].pass + 1 > passes ? g->item[i].pass + 1 : passes;
  if (!g->any_reduction) s->note = ctx_printf(ctx, "map, lanes %s", g->lane_axis->name);
  else s->note = ctx_printf(ctx, "rows of %s, %d pass%s, lanes %s", g->row->name, passes, passes > 1 ? "es" : "", g->lane_axis->name);
  return g->n;
}

static Group *group_new(Schedule *s) {
  Group *g = NEW(s->ctx, Group);
  g->s = s;
  g->ctx = s->ctx;
  g->lanes = s->target->vector_extension && s->target->lanes_f32 > 1 ? s->target->lanes_f32 : 1;
  return g;
}

int schedule_rows(Schedule *s, int first) {
  int most = 0;
  for (int limit = MOST_STATEMENTS; limit > 0; limit = most - 1) { /* as many statements as go together; fewer when they do not */
    Group *g = group_new(s);
    for (int i = first; i < s->n && g->n < limit; i++)
      if (!add(g, s->ein[i])) break;
    most = g->n;
    if (!g->n) return 0;
    int taken = schedule_group(s, g, first);
    if (taken) return taken;
  }
  return 0;
}
