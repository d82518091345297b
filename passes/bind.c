/* The model becomes a program: a buffer for every value that is needed when running, and one kernel per node, which holds the node's cascade.
 *
 * A node that only changes the shape becomes no kernel: its output has the same memory. What the caller receives must lie in the caller's memory,
 * so an output that is an input, a constant, or another output gets a kernel that copies. */
#include "ir/record.h"
#include "passes/binder.h"

#include <inttypes.h>
#include <xxhash.h>

/* ---- buffers */

void bind_name(Binder *B, const Value *v, Buf *b) {
  BindScope *s = B->scope;
  while (b->space == SPACE_CONST && s->outer) s = s->outer;
  map_add(B->ctx->arena, &s->bufs, v)->p = b;
}

/* A record is a vector of i64 for everyone but the operators on records and the caller. */
static Buf *value_buf(Binder *B, const Type *t, const char *name, Space space) {
  if (!type_is_record(t)) return buf_new(B->ctx, name, t->elem, space, t->rank, t->dim);
  const ext_t words = record_words(B->ctx, t);
  Buf *b = buf_new(B->ctx, name, ELEM_i64, space, 1, &words);
  b->record = arena_copy(B->ctx->arena, t, sizeof *t);
  return b;
}

Buf *bind_buf(Binder *B, const Type *t, const char *name, Space space) {
  Buf *b = value_buf(B, t, name, space);
  vec_push(B->ctx, &B->program->bufs, b);
  return b;
}

static Buf *add_buf(Binder *B, const Value *v, Space space) {
  Buf *b = bind_buf(B, &v->type, v->name, space);
  b->data = space == SPACE_CONST ? v->data : NULL;
  bind_name(B, v, b);
  return b;
}

Buf *bind_find(const Binder *B, const Value *v) {
  for (const BindScope *s = B->scope; s; s = s->outer) {
    const MapEntry *e = map_find(&s->bufs, v);
    if (e) return e->p;
  }
  return NULL;
}

/* ---- kernels */

static bool is_letter(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(int c) { return c >= '0' && c <= '9'; }

/* A C identifier that is unique in the program, from a name of the model. The prefix keeps it from any word of C. */
static const char *kernel_name(Binder *B, const char *name) {
  Str s = str_new(B->ctx);
  str_add(&s, "k_");
  for (const char *c = name; *c && s.n < 60; c++)
    if (is_letter((unsigned char)*c) || is_digit((unsigned char)*c)) str_addn(&s, c, 1);
    else if (s.s[s.n - 1] != '_') str_add(&s, "_");
  const char *unique = intern(B->ctx, s.s);
  for (int i = 2; map_find(&B->names, unique); i++) unique = intern(B->ctx, ctx_printf(B->ctx, "%s_%d", s.s, i));
  map_add(B->ctx->arena, &B->names, unique);
  return unique;
}

Kernel *bind_kernel(Binder *B, const char *node, const char *name) {
  Kernel *k = NEW(B->ctx, Kernel);
  k->name = kernel_name(B, name);
  k->doubles = B->doubles;
  vec_push(B->ctx, &k->nodes, node);
  vec_push(B->ctx, &B->program->kernels, k);
  return k;
}

Kernel *bind_call(Binder *B, const char *node, const char *name, Stmt *call, const char *about) {
  Kernel *k = bind_kernel(B, node, name);
  vec_push(B->ctx, &k->body, call);
  k->lowered = true;
  k->schedule = about;
  return k;
}

/* ---- cost */

typedef struct Touched { Binder *B; Map seen; int64_t bytes; } Touched;

static void saturating_add(int64_t *to, int64_t v) {
  if (v < 0 || __builtin_add_overflow(*to, v, to)) *to = INT64_MAX;
}

static void touch(Touched *t, const Buf *b) {
  if (map_find(&t->seen, b)) return;
  map_add(t->B->ctx->arena, &t->seen, b);
  Type type = {.elem = b->elem, .rank = b->rank};
  if (b->rank > MAX_RANK) return;
  memcpy(type.dim, b->dim, sizeof type.dim);
  int64_t count = type_bound(t->B->ctx, &type);
  saturating_add(&t->bytes, count < 0 ? -1 : elem_bytes(b->elem, count));
}

static void touch_load(const Expr *load, void *arg) { touch(arg, load->buf); }

static int64_t operations(const Expr *e) {
  int64_t n = e->kind == X_OP && e->op != OP_ELSE && e->op != OP_IF && e->op != OP_HAS && e->op != OP_CAST && e->op != OP_REAL;
  for (int i = 0; e->kind == X_OP && i < e->n; i++) n += operations(e->arg[i]);
  return n;
}

void bind_cost(Binder *B, Kernel *k) {
  Touched t = {.B = B};
  for (size_t i = 0; i < k->cascade.locals.n; i++) map_add(B->ctx->arena, &t.seen, k->cascade.locals.at[i]);
  for (size_t i = 0; i < k->cascade.steps.n; i++)
    for (int j = 0; j < k->cascade.steps.at[i].n; j++) {
      const Ein *e = k->cascade.steps.at[i].ein[j];
      int64_t points = 1;
      for (int a = 0; a < e->naxes; a++) {
        int64_t lo, hi;
        ext_range(B->ctx, e->axis[a]->extent, &lo, &hi);
        if (__builtin_mul_overflow(points, hi, &points)) points = INT64_MAX;
      }
      int64_t each = operations(e->rhs) + (e->nout < e->naxes);
      saturating_add(&k->flops, __builtin_mul_overflow(points, each, &points) ? -1 : points);
      touch(&t, e->out);
      x_each_load(e->rhs, touch_load, &t);
      for (int d = 0; d < e->out->rank; d++) x_each_load(e->index[d], touch_load, &t);
    }
  k->bytes = t.bytes;
}

/* ---- cascades */

static const Expr *real_buffer(Ctx *ctx, const Expr *e, void *arg) {
  const MapEntry *to = e->kind == X_LOAD ? map_find(arg, e->buf) : NULL;
  return to ? x_load(ctx, to->p, e->n, e->arg) : e;
}

static void replace_buffers(Ctx *ctx, Cascade *c, Map *by) {
  for (size_t i = 0; i < c->steps.n; i++)
    for (int j = 0; j < c->steps.at[i].n; j++) {
      Ein *e = c->steps.at[i].ein[j];
      const MapEntry *to = map_find(by, e->out);
      e->rhs = x_map(ctx, e->rhs, real_buffer, by);
      for (int d = 0; d < e->out->rank; d++) e->index[d] = x_map(ctx, e->index[d], real_buffer, by);
      if (to) e->out = to->p;
    }
}

/* Constants that a text brings along (an attribute that stands for a tensor) belong to the program, under the name of the kernel. */
typedef struct Brought { Binder *B; const Node *node; const Kernel *kernel; Map seen; int n; } Brought;
static void add_constant(const Expr *load, void *arg) {
  Brought *to = arg;
  Ctx *ctx = to->B->ctx;
  Buf *b = load->buf;
  if (b->space != SPACE_CONST || map_find(&to->seen, b)) return;
  for (size_t i = 0; i < to->node->in.n; i++)
    if (to->node->in.at[i] && bind_find(to->B, to->node->in.at[i]) == b) return;
  map_add(ctx->arena, &to->seen, b);
  b->name = to->n++ ? ctx_printf(ctx, "%s.%s%d", to->kernel->name, b->name, to->n) : ctx_printf(ctx, "%s.%s", to->kernel->name, b->name);
  vec_push(ctx, &to->B->program->bufs, b);
}

static void add_constants(Binder *B, const Node *n, const Kernel *k) {
  Brought to = {.B = B, .node = n, .kernel = k};
  for (size_t i = 0; i < k->cascade.steps.n; i++)
    for (int j = 0; j < k->cascade.steps.at[i].n; j++) {
      const Ein *e = k->cascade.steps.at[i].ein[j];
      x_each_load(e->rhs, add_constant, &to);
      for (int d = 0; d < e->out->rank; d++) x_each_load(e->index[d], add_constant, &to);
    }
}

static Place statement_place(const Binder *B, const Kernel *k) { return (Place){.file = B->model->path, .node = k->nodes.at[0]}; }

void bind_statement(Binder *B, Kernel *k, Reduce reduce, Buf *out, int naxes, const Var *const *axis, const Expr *const *index, const Expr *rhs, bool accumulate) {
  Ein *e = NEW(B->ctx, Ein);
  *e = (Ein){.reduce = reduce, .out = out, .naxes = naxes, .nout = naxes, .rhs = rhs, .accumulate = accumulate, .place = statement_place(B, k)};
  for (int i = 0; i < naxes; i++) e->axis[i] = axis[i];
  for (int i = 0; i < out->rank; i++) e->index[i] = index[i];
  cascade_add(B->ctx, &k->cascade, e);
}

void bind_copy(Binder *B, const char *node, Buf *from, Buf *to) {
  Kernel *k = bind_kernel(B, node, node);
  cascade_add(B->ctx, &k->cascade, ein_copy_of(B->ctx, to, from, statement_place(B, k)));
  bind_cost(B, k);
}

/* A tensor of extents that is needed when running: one statement per element, each a polynomial of the symbols. */
static Buf *add_extents(Binder *B, const Value *v, Buf *to) {
  Ctx *ctx = B->ctx;
  Kernel *k = bind_kernel(B, v->name, v->name);
  int64_t count = type_bound(ctx, &v->type);
  for (int64_t i = 0; i < count; i++) {
    const Expr *index[MAX_RANK * 2], *extent = x_int(ctx, ((const ext_t *)v->data->bytes)[i]);
    int64_t rest = i;
    for (int d = to->rank - 1; d >= 0; d--) {
      index[d] = x_int(ctx, rest % to->dim[d]);
      rest /= to->dim[d];
    }
    bind_statement(B, k, RED_SET, to, 0, NULL, index, elem_info(v->type.elem)->cls == 'r' ? x_op1(ctx, OP_REAL, extent) : extent, i > 0);
  }
  bind_cost(B, k);
  return to;
}

Buf *bind_read(Binder *B, const Value *v) {
  Buf *b = bind_find(B, v);
  if (b) return b;
  return v->symbolic ? add_extents(B, v, add_buf(B, v, SPACE_TEMP)) : add_buf(B, v, SPACE_CONST);
}

static Buf *root(Buf *b) { return b->alias ? b->alias : b; }

/* ---- nodes */

/* The run ends here where the extents are others than the cascade needs. */
static bool bind_requirements(Binder *B, const Node *n, const Bound *b) {
  Ctx *ctx = B->ctx;
  size_t pairs = b->require.n;
  if (!pairs) return true;
  if (3 * pairs >= EXTERN_ARGS) return diag(ctx, E0701, node_place(B->model, n), "%zu pairs of extents would have to be compared when running", pairs);
  Stmt *s = s_call(ctx, extern_find("Require", "sinter", 1), 0, 0, 1 + 3 * (int)pairs, 0);
  s->call.fails = true;
  s->call.arg[0] = x_int(ctx, (int64_t)pairs);
  for (size_t i = 0; i < pairs; i++) {
    s->call.arg[1 + 3 * i] = x_int(ctx, b->require.at[i].a);
    s->call.arg[2 + 3 * i] = x_int(ctx, b->require.at[i].b);
    s->call.arg[3 + 3 * i] = x_int(ctx, b->require.at[i].at_most);
  }
  bind_call(B, n->name, ctx_printf(ctx, "%s_require", n->name), s, "extents are compared");
  return true;
}

static bool bind_cascade(Binder *B, const Node *n) {
  Ctx *ctx = B->ctx;
  Bound b;
  if (!node_bind(ctx, B->model, n, false, &b) || !bind_requirements(B, n, &b)) return false;
  int input;
  Value *out = NULL;
  for (size_t i = 0; i < n->out.n; i++) out = n->out.at[i] ? n->out.at[i] : out;
  if (bound_is_copy(ctx, &b, (int)n->in.n, &input) && bind_find(B, out)->space == SPACE_TEMP) {
    bind_find(B, out)->alias = root(bind_read(B, n->in.at[input]));
    return true;
  }
  Map by = {0};
  for (size_t i = 0; i < n->in.n; i++)
    if (n->in.at[i] && b.in_buf[i]) map_add(ctx->arena, &by, b.in_buf[i])->p = bind_read(B, n->in.at[i]);
  for (size_t i = 0; i < n->out.n; i++)
    if (n->out.at[i]) map_add(ctx->arena, &by, b.out_buf[i])->p = bind_find(B, n->out.at[i]);
  Kernel *k = bind_kernel(B, n->name, n->name);
  k->cascade = b.cascade;
  replace_buffers(ctx, &k->cascade, &by);
  add_constants(B, n, k);
  bind_cost(B, k);
  return true;
}

/* A table of an extern operator, as a constant of the program. */
static Buf *table_buf(Binder *B, const char *node, const Data *d) {
  uint64_t hash = data_hash(d);
  for (size_t i = 0; i < B->tables.n; i++) {
    Buf *b = B->tables.at[i];
    if (type_equal(&b->data->type, &d->type) && data_hash(b->data) == hash && b->data->nbytes == d->nbytes) return b;
  }
  Buf *b = buf_new(B->ctx, ctx_printf(B->ctx, "%s.table", node), d->type.elem, SPACE_CONST, d->type.rank, d->type.dim);
  b->data = d;
  vec_push(B->ctx, &B->program->bufs, b);
  vec_push(B->ctx, &B->tables, b);
  return b;
}

/* Memory that only an extern kernel touches, while it runs. */
static Buf *work_memory(Binder *B, Kernel *k, const char *name, ext_t bytes) {
  if (bytes == 0) return NULL;
  Buf *b = buf_new(B->ctx, name, ELEM_u8, SPACE_TEMP, 1, &bytes);
  vec_push(B->ctx, &k->scratch, b);
  return b;
}

/* The kernel's pointers stand in the order and number its text expects: an absent input and an output nobody wants are NULL. */
static bool bind_extern(Binder *B, const Node *n, const Extern *x) {
  Ctx *ctx = B->ctx;
  BindRequest req = node_request(ctx, B->model, n, false);
  ExternBound b = {0};
  if (!x->bind(ctx, &req, &b)) return false;
  const int nin = extern_nin(x, n->in.n) + b.ntables;
  Stmt *s = s_call(ctx, x, nin, nin + x->nout + (b.pool != 0 ? 2 : b.work != 0), b.nargs, b.ncounts);
  s->call.fails = b.fails;
  Touched t = {.B = B};
  for (size_t i = 0; i < n->in.n; i++)
    if (n->in.at[i]) touch(&t, s->call.bufs[i] = bind_read(B, n->in.at[i]));
  for (size_t i = 0; i < n->out.n; i++)
    if (n->out.at[i]) touch(&t, s->call.bufs[nin + (int)i] = bind_find(B, n->out.at[i]));
  for (int i = 0; i < b.ntables; i++) touch(&t, s->call.bufs[nin - b.ntables + i] = table_buf(B, n->name, b.table[i]));
  for (int i = 0; i < b.nargs; i++) s->call.arg[i] = x_int(ctx, b.arg[i]);
  for (int i = 0; i < b.ncounts; i++) s->call.symbol[i] = ext_name(ctx, b.count[i]);
  Kernel *k = bind_call(B, n->name, n->name, s, "extern");
  if (b.work != 0 || b.pool != 0) s->call.bufs[nin + x->nout] = work_memory(B, k, ctx_printf(ctx, "%s.work", n->name), b.work);
  if (b.pool != 0) s->call.bufs[nin + x->nout + 1] = bind_pool(B, k, ctx_printf(ctx, "%s.pool", n->name), b.pool);
  k->bytes = t.bytes;
  return true;
}

static const struct { const char *op; bool (*bind)(Binder *B, const Node *n); } region_ops[] = {{"If", bind_if}, {"Loop", bind_loop}};

static bool bind_node(Binder *B, const Node *n) {
  for (size_t i = 0; !*n->domain && i < sizeof region_ops / sizeof *region_ops; i++)
    if (!strcmp(n->op, region_ops[i].op)) return region_ops[i].bind(B, n);
  if (node_is_cascade(B->model, n)) return bind_cascade(B, n);
  const Extern *x = node_extern(B->model, n);
  return x ? bind_extern(B, n, x) : diag(B->ctx, E0400, node_place(B->model, n), "operator %s has neither a text nor a kernel", n->op);
}

bool bind_nodes(Binder *B, const Graph *g) {
  bool ok = true;
  for (size_t i = 0; i < g->nodes.n; i++)
    for (size_t j = 0; j < g->nodes.at[i]->out.n; j++)
      if (g->nodes.at[i]->out.at[j] && !bind_find(B, g->nodes.at[i]->out.at[j])) add_buf(B, g->nodes.at[i]->out.at[j], SPACE_TEMP);
  for (size_t i = 0; i < g->nodes.n; i++) ok = bind_node(B, g->nodes.at[i]) && ok;
  return ok;
}

/* ---- outputs */

/* Outputs get their buffers before the nodes are bound, so that producers write them at once. */
static void make_outputs(Binder *B) {
  const Graph *g = B->model->graph;
  for (size_t i = 0; i < g->outputs.n; i++) {
    if (graph_is_state_output(g, i)) continue;
    const Value *v = g->outputs.at[i];
    bool direct = v->def && !bind_find(B, v);
    Buf *b = direct ? add_buf(B, v, SPACE_OUTPUT) : value_buf(B, &v->type, v->name, SPACE_OUTPUT);
    if (!direct) vec_push(B->ctx, &B->program->bufs, b);
    vec_push(B->ctx, &B->program->outputs, b);
  }
}

static void copy_value(Binder *B, const Value *v, Buf *to) {
  if (bind_find(B, v) == to) return;
  if (v->symbolic && !bind_find(B, v)) add_extents(B, v, to);
  else bind_copy(B, v->name, bind_read(B, v), to);
}

/* What no node writes is copied from where it lies. */
static void copy_outputs(Binder *B) {
  const Graph *g = B->model->graph;
  for (size_t i = 0, next = 0; i < g->outputs.n; i++) {
    if (graph_is_state_output(g, i)) continue;
    copy_value(B, g->outputs.at[i], B->program->outputs.at[next++]);
  }
}

/* ---- state */

/* The next run's value of a state, which lies elsewhere as long as anybody still reads this run's. One state may take over what another held,
 * so such values are put aside first. */
static bool copy_states(Binder *B) {
  Ctx *ctx = B->ctx;
  const Graph *g = B->model->graph;
  Buf **from = NEWN(ctx, Buf *, g->states.n + 1);
  for (size_t i = 0; i < g->states.n; i++) {
    const Value *in = g->inputs.at[g->states.at[i].in], *out = g->outputs.at[g->states.at[i].out];
    if (!type_equal(&in->type, &out->type)) {
      Str have = str_new(ctx), want = str_new(ctx);
      type_print(ctx, &out->type, &have);
      type_print(ctx, &in->type, &want);
      return diag(ctx, E0302, (Place){.file = B->model->path}, "the state '%s' is %s, the output '%s' that it takes over is %s", in->name, want.s, out->name, have.s);
    }
    from[i] = bind_read(B, out);
    if (root(from[i])->space != SPACE_STATE || from[i] == bind_find(B, in)) continue;
    Buf *aside = buf_new(ctx, ctx_printf(ctx, "%s.next", in->name), in->type.elem, SPACE_TEMP, in->type.rank, in->type.dim);
    vec_push(ctx, &B->program->bufs, aside);
    bind_copy(B, out->name, from[i], aside);
    from[i] = aside;
  }
  for (size_t i = 0; i < g->states.n; i++) {
    Buf *to = bind_find(B, g->inputs.at[g->states.at[i].in]);
    if (from[i] != to) bind_copy(B, to->name, from[i], to);
  }
  return true;
}

static uint64_t program_hash(const Ctx *ctx, const Unit *u) {
  (void)ctx;
  const Options *o = u->opt;
  XXH64_hash_t h = XXH64(&u->model->hash, sizeof u->model->hash, o ? (XXH64_hash_t)o->fp : 0);
  const char *texts[] = {o && o->target ? o->target->name : "", o && o->disable ? o->disable : ""};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) h = XXH64(texts[i], strlen(texts[i]) + 1, h);
  return h;
}

bool pass_bind(Ctx *ctx, Unit *u);
bool pass_bind(Ctx *ctx, Unit *u) {
  const Graph *g = u->model->graph;
  Program *p = NEW(ctx, Program);
  BindScope scope = {0};
  Binder B = {.ctx = ctx, .model = u->model, .program = p, .doubles = u->opt && u->opt->fp == FP_REFERENCE, .scope = &scope};
  p->name = u->model->name;
  p->hash = program_hash(ctx, u);
  for (size_t i = 0; i < g->inputs.n; i++) {
    bool state = graph_is_state_input(g, i);
    if (state && g->inputs.at[i]->type.elem == ELEM_string) return diag(ctx, E0404, (Place){.file = u->model->path}, "the state '%s' holds texts, which last for one run only", g->inputs.at[i]->name);
    Buf *b = add_buf(&B, g->inputs.at[i], state ? SPACE_STATE : SPACE_INPUT);
    if (!state) vec_push(ctx, &p->inputs, b);
  }
  make_outputs(&B);
  if (!bind_nodes(&B, g)) return false;
  copy_outputs(&B);
  u->program = p;
  return copy_states(&B) && bind_pools(&B);
}
