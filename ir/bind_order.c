/* Order. Statements form a graph of tensors, not a list: what no output needs is dropped, the rest is written in order of dependence, and a
 * circle must go through one rank at constant offsets of one sign; that rank becomes the loop around the step. */
#include "ir/bind.h"

enum { MAX_STATEMENTS = 2000 };

/* ---- strongly connected components (Tarjan 1972), dependencies first */
typedef bool (*Edge)(void *arg, int from, int to);
typedef struct Graph_ { int n; Edge edge; void *arg; int *index, *low, *component, *stack; bool *on_stack; int next, depth, components; } Components;

static void visit(Components *g, int v) { /* recursion is bounded by MAX_STATEMENTS */
  g->index[v] = g->low[v] = ++g->next;
  g->stack[g->depth++] = v;
  g->on_stack[v] = true;
  for (int w = 0; w < g->n; w++) {
    if (!g->edge(g->arg, v, w)) continue;
    if (!g->index[w]) { visit(g, w); if (g->low[w] < g->low[v]) g->low[v] = g->low[w]; }
    else if (g->on_stack[w] && g->index[w] < g->low[v]) g->low[v] = g->index[w];
  }
  if (g->low[v] != g->index[v]) return;
  int w;
  do {
    w = g->stack[--g->depth];
    g->on_stack[w] = false;
    g->component[w] = g->components;
  } while (w != v);
  g->components++;
}

/* component[i], numbered so that what is depended on has the smaller number. */
static int find_components(Ctx *ctx, int n, Edge edge, void *arg, int **component) {
  Components g = {.n = n, .edge = edge, .arg = arg, .index = NEWN(ctx, int, n), .low = NEWN(ctx, int, n), .component = NEWN(ctx, int, n), .stack = NEWN(ctx, int, n), .on_stack = NEWN(ctx, bool, n)};
  for (int v = 0; v < n; v++)
    if (!g.index[v]) visit(&g, v);
  *component = g.component;
  return g.components;
}

/* ---- what a statement writes and may read, by name */
static bool writes(const EinStmt *s, const char *name) {
  if (s->kind == STMT_SET) return s->left->name == name;
  for (int i = 0; i < s->ntargets; i++)
    if (s->target[i].name == name) return true;
  return false;
}

typedef struct ReadSearch { const EinStmt *writer; bool found; } ReadSearch;
static void check_read(void *arg, const char *name) {
  ReadSearch *r = arg;
  r->found |= writes(r->writer, name);
}

typedef struct Plan { VEC(Work *) works; bool *edge; } Plan;

static bool work_edge(void *arg, int from, int to) {
  const Plan *p = arg;
  return p->edge[(size_t)from * p->works.n + (size_t)to];
}

/* ---- needed statements */
typedef struct Need { Bind *b; VEC(const char *) names; bool input; } Need;
static void need_name(void *arg, const char *name) {
  Need *n = arg;
  const Entity *e = bind_entity(n->b, name);
  for (int i = 0; e && e->role == ROLE_INPUT && i < e->n; i++) n->input |= e->member[i]->buf != NULL;
  for (size_t i = 0; i < n->names.n; i++)
    if (n->names.at[i] == name) return;
  vec_push(n->b->ctx, &n->names, name);
}

static bool *needed(Bind *b, bool *input) {
  Need n = {.b = b};
  bool *live = NEWN(b->ctx, bool, b->stmts.n);
  for (size_t i = 0; i < b->entities.n; i++) {
    const Entity *e = b->entities.at[i];
    for (int j = 0; e->role == ROLE_OUTPUT && j < e->n; j++)
      if (e->member[j]->wanted) need_name(&n, e->name);
  }
  for (size_t k = 0; k < n.names.n; k++)
    for (size_t i = 0; i < b->stmts.n; i++) {
      if (live[i] || !writes(b->stmts.at[i], n.names.at[k])) continue;
      live[i] = true;
      each_name(b, b->stmts.at[i], need_name, &n);
    }
  if (input) *input = n.input;
  return live;
}

bool statements_read_inputs(Bind *b) {
  bool input;
  needed(b, &input);
  return input;
}

/* ---- plan: one Work per statement; of several that write one tensor the later ones add to it */
static bool targets_exist(Bind *b, const EinStmt *s) {
  for (int i = 0; i < (s->kind == STMT_SET ? 1 : s->ntargets); i++) {
    const char *name = s->kind == STMT_SET ? s->left->name : s->target[i].name;
    const Entity *e = bind_entity(b, name);
    if (e && e->role == ROLE_INPUT) return bind_fail(b, E0311, s->right, "`%s` is an input", name);
    if (!e && !make_local(b, name)) return false;
    e = bind_entity(b, name);
    if (s->kind == STMT_SET && e->member[0]->nslots < 0) return bind_fail(b, E0309, s->left, "`%s` has no use with plain coordinates only", name);
    if (s->kind == STMT_SET && e->role == ROLE_OUTPUT && !e->member[0]->solved) return bind_fail(b, E0301, s->left, "the ranks of the output `%s` are not known", name);
  }
  return true;
}

static bool make_plan(Bind *b, Plan *p) {
  bool *live = needed(b, NULL);
  for (size_t i = 0; i < b->stmts.n; i++) {
    if (!live[i]) continue;
    const EinStmt *s = b->stmts.at[i];
    if (!targets_exist(b, s)) return false;
    Work *w = NEW(b->ctx, Work);
    *w = (Work){.stmt = s, .is_call = s->kind != STMT_SET};
    vec_push(b->ctx, &p->works, w);
  }
  if (p->works.n > MAX_STATEMENTS) return bind_fail(b, E0701, NULL, "%zu statements; the limit is %d", p->works.n, MAX_STATEMENTS);
  size_t n = p->works.n;
  p->edge = NEWN(b->ctx, bool, n * n);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      Work *w = p->works.at[i], *v = p->works.at[j];
      ReadSearch r = {.writer = v->stmt};
      each_name(b, w->stmt, check_read, &r);
      p->edge[i * n + j] = r.found;
      if (j >= i || w->is_call || !writes(v->stmt, w->stmt->left->name)) continue;
      if (v->is_call || v->stmt->reduce != w->stmt->reduce) return bind_fail(b, E0311, w->stmt->left, "`%s` is written by statements of different kinds", w->stmt->left->name);
      w->accumulate = w->several = v->several = true;
      p->edge[i * n + j] = true;
    }
  return true;
}

/* ---- circles */
static void push_step(Bind *b, const Var *iter, bool descending, int n, Ein **ein) {
  Step s = {iter, descending, n, arena_copy(b->ctx->arena, ein, (size_t)n * sizeof *ein)};
  vec_push(b->ctx, &b->out->cascade.steps, s);
}

typedef struct LoadSearch { const Buf *buf; bool found; } LoadSearch;
static void check_load(const Expr *load, void *arg) {
  LoadSearch *s = arg;
  s->found |= load->buf == s->buf;
}

static bool loads(const Ein *e, const Buf *buf) {
  LoadSearch s = {.buf = buf};
  x_each_load(e->rhs, check_load, &s);
  for (int p = 0; p < e->out->rank; p++) x_each_load(e->index[p], check_load, &s);
  return s.found;
}

typedef struct EinList { VEC(Ein *) list; } EinList;
static bool ein_edge(void *arg, int from, int to) {
  const EinList *l = arg;
  return loads(l->list.at[from], l->list.at[to]->out);
}

/* Dimension of e's target that v walks alone; -1. */
static int plain_dim(const Ein *e, const Var *v) {
  for (int p = 0; p < e->out->rank; p++) {
    Aff a;
    if (x_is_aff(e->index[p], &a) && a.c == 0 && a.n == 1 && a.term[0].var == v && a.term[0].k == 1) return p;
  }
  return -1;
}

typedef struct Circle {                   /* the question whether v orders the statements of a circle */
  Ctx *ctx; const Var *v;
  int n; Ein **ein; int *dim;
  int from;                               /* the statement whose loads are looked at */
  bool fits; int sign; bool *now;         /* now[i*n+j]: i reads what j writes at the same coordinate */
} Circle;

static void check_offset(const Expr *load, void *arg) {
  Circle *c = arg;
  for (int j = 0; j < c->n; j++) {
    if (c->ein[j]->out != load->buf) continue;
    Aff a;
    if (!x_is_aff(load->arg[c->dim[j]], &a) || a.n != 1 || a.term[0].var != c->v || a.term[0].k != 1 || !ext_is_const(c->ctx, a.c)) { c->fits = false; return; }
    int sign = (a.c > 0) - (a.c < 0);
    if (sign == 0) c->now[c->from * c->n + j] = true;
    else if (c->sign && c->sign != sign) c->fits = false;
    else c->sign = sign;
  }
}

static bool now_edge(void *arg, int from, int to) {
  const Circle *c = arg;
  return c->now[from * c->n + to];
}

static bool orders(Bind *b, const Var *v, int n, Ein **ein, bool *descending, Ein **sorted) {
  Circle c = {.ctx = b->ctx, .v = v, .n = n, .ein = ein, .dim = NEWN(b->ctx, int, n), .fits = true, .now = NEWN(b->ctx, bool, (size_t)n * (size_t)n)};
  for (int i = 0; i < n; i++)
    if ((c.dim[i] = plain_dim(ein[i], v)) < 0) return false;
  for (c.from = 0; c.from < n; c.from++) {
    x_each_load(ein[c.from]->rhs, check_offset, &c);
    for (int p = 0; p < ein[c.from]->out->rank; p++) x_each_load(ein[c.from]->index[p], check_offset, &c);
    if (!c.fits || c.now[c.from * n + c.from]) return false;
  }
  int *component;
  if (find_components(b->ctx, n, now_edge, &c, &component) != n) return false;
  for (int i = 0; i < n; i++) sorted[component[i]] = ein[i];
  *descending = c.sign > 0;
  return true;
}

static bool iterate(Bind *b, int n, Ein **ein) {
  Ein **sorted = NEWN(b->ctx, Ein *, n);
  bool descending;
  for (int k = 0; k < ein[0]->nout; k++)
    if (orders(b, ein[0]->axis[k], n, ein, &descending, sorted)) {
      push_step(b, ein[0]->axis[k], descending, n, sorted);
      return true;
    }
  return diag(b->ctx, E0310, ein[0]->place, "%s: `%s` depends on itself, and no rank is walked at a constant offset", b->clause->name, ein[0]->out->name);
}

/* Statements that may form a circle, as the text says it. Kinds and masks of what they write grow until nothing changes; then the loads tell
 * what really depends on what. */
static bool lower_circle(Bind *b, int n, Work **work) {
  AxisList shared = {0};
  bool changed = true;
  for (int i = 0; i < n; i++) {
    if (work[i]->is_call) return bind_fail(b, E0310, work[i]->stmt->right, "the use of an op depends on its own result");
    work[i]->shared = &shared;
    Entity *e = bind_entity(b, work[i]->stmt->left->name);
    if (e->star) return bind_fail(b, E0310, work[i]->stmt->left, "a list of tensors depends on itself");
    if (!make_buffer(b, e->member[0])) return false;
  }
  for (int round = 0; changed && round < 4 * n + 8; round++) {
    changed = false;
    for (int i = 0; i < n; i++) {
      Entity *e = bind_entity(b, work[i]->stmt->left->name);
      const Buf *buf = e->member[0]->buf;
      Elem elem = buf->elem;
      bool mask = buf->mask != NULL;
      if (!lower(b, work[i])) return false;
      changed |= buf->elem != elem || (buf->mask != NULL) != mask;
    }
  }
  EinList all = {0};
  for (int i = 0; i < n; i++)
    for (size_t k = 0; k < work[i]->eins.n; k++) vec_push(b->ctx, &all.list, work[i]->eins.at[k]);
  int *component, count = find_components(b->ctx, (int)all.list.n, ein_edge, &all, &component);
  Ein **group = NEWN(b->ctx, Ein *, all.list.n);
  for (int c = 0; c < count; c++) {
    int m = 0;
    for (size_t i = 0; i < all.list.n; i++)
      if (component[i] == c) group[m++] = all.list.at[i];
    if (m == 1 && !loads(group[0], group[0]->out)) push_step(b, NULL, false, 1, group);
    else if (!iterate(b, m, group)) return false;
  }
  return true;
}

static bool lower_component(Bind *b, Plan *p, int n, Work **work) {
  size_t self = 0;
  while (self < p->works.n && p->works.at[self] != work[0]) self++;
  if (n > 1 || work_edge(p, (int)self, (int)self)) return lower_circle(b, n, work);
  if (!lower(b, work[0])) return false;
  for (size_t i = 0; i < work[0]->steps.n; i++) vec_push(b->ctx, &b->out->cascade.steps, work[0]->steps.at[i]);
  for (size_t i = 0; i < work[0]->eins.n; i++) push_step(b, NULL, false, 1, &work[0]->eins.at[i]);
  return true;
}

/* ---- dead code that only the loads show (a choice folded away) */
static void drop_dead(Bind *b) {
  Cascade *c = &b->out->cascade;
  size_t n = c->steps.n;
  bool *live = NEWN(b->ctx, bool, n);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = n; i-- > 0;) {
      if (live[i]) continue;
      const Step *s = &c->steps.at[i];
      bool use = false;
      for (int k = 0; k < s->n; k++) {
        const Buf *out = s->ein[k]->out;
        bool local = false;
        for (size_t l = 0; l < c->locals.n; l++) local |= c->locals.at[l] == out;
        use |= !local;
        for (size_t j = 0; j < n && !use; j++)
          for (int m = 0; live[j] && m < c->steps.at[j].n; m++) use |= loads(c->steps.at[j].ein[m], out);
      }
      if (use) live[i] = changed = true;
    }
  }
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    if (live[i]) c->steps.at[kept++] = c->steps.at[i];
  c->steps.n = kept;
  size_t locals = 0;
  for (size_t l = 0; l < c->locals.n; l++) {
    bool used = false;
    for (size_t i = 0; i < kept; i++)
      for (int k = 0; k < c->steps.at[i].n; k++) used |= c->steps.at[i].ein[k]->out == c->locals.at[l] || loads(c->steps.at[i].ein[k], c->locals.at[l]);
    if (used) c->locals.at[locals++] = c->locals.at[l];
  }
  c->locals.n = locals;
}

static void check_input(const Expr *load, void *arg) { *(bool *)arg |= load->buf->space == SPACE_INPUT; }

bool bind_statements(Bind *b) {
  Plan p = {0};
  if (!make_plan(b, &p)) return false;
  int *component, count = find_components(b->ctx, (int)p.works.n, work_edge, &p, &component);
  Work **group = NEWN(b->ctx, Work *, p.works.n);
  for (int c = 0; c < count; c++) {
    int m = 0;
    for (size_t i = 0; i < p.works.n; i++)
      if (component[i] == c) group[m++] = p.works.at[i];
    if (!lower_component(b, &p, m, group)) return false;
  }
  drop_dead(b);
  for (size_t i = 0; i < b->entities.n; i++) {
    const Entity *e = b->entities.at[i];
    for (int j = 0; e->role == ROLE_OUTPUT && j < e->n; j++) {
      if (!e->member[j]->wanted || !e->member[j]->solved) continue;
      bool written = false;
      for (size_t k = 0; k < p.works.n; k++) written |= writes(p.works.at[k]->stmt, e->name);
      if (!written) return bind_fail(b, E0313, NULL, "nothing writes the output `%s`", e->name);
    }
  }
  for (size_t i = 0; i < b->out->cascade.steps.n; i++)
    for (int k = 0; k < b->out->cascade.steps.at[i].n; k++) {
      const Ein *e = b->out->cascade.steps.at[i].ein[k];
      x_each_load(e->rhs, check_input, &b->out->reads_inputs);
      for (int q = 0; q < e->out->rank; q++) x_each_load(e->index[q], check_input, &b->out->reads_inputs);
    }
  return true;
}
