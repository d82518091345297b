/* What graph passes ask of nodes and values: binding, facts of the bound cascade, uses, replacement. */
#include "passes/node.h"

/* ---- binding */

Place node_place(const Model *m, const Node *n) { return (Place){.file = m->path, .node = n->name, .op = n->op, .opset = n->opset}; }

BindRequest node_request(Ctx *ctx, const Model *m, const Node *n, bool infer_only) {
  BindInput *in = NEWN(ctx, BindInput, n->in.n);
  bool *want = NEWN(ctx, bool, n->out.n);
  for (size_t i = 0; i < n->in.n; i++) {
    const Value *v = n->in.at[i];
    if (v) in[i] = (BindInput){.type = &v->type, .data = v->data, .symbolic = v->symbolic, .name = v->name};
  }
  const Type **declared = NEWN(ctx, const Type *, n->out.n);
  for (size_t i = 0; i < n->out.n; i++) {
    want[i] = n->out.at[i] != NULL;
    declared[i] = want[i] ? n->out.at[i]->declared : NULL;
  }
  return (BindRequest){.op = n->op, .domain = n->domain, .opset = n->opset, .nin = (int)n->in.n, .in = in, .nattr = (int)n->attrs.n, .attr = n->attrs.at,
                       .nout = (int)n->out.n, .want = want, .declared = declared, .place = node_place(m, n), .infer_only = infer_only};
}

bool node_bind(Ctx *ctx, const Model *m, const Node *n, bool infer_only, Bound *b) {
  BindRequest req = node_request(ctx, m, n, infer_only);
  return ein_bind(ctx, m->lib, &req, b);
}

/* Reads or makes strings. What is made may be known from the attribute `to` alone, before types are. */
static bool has_texts(const Node *n) {
  const Attr *to = node_attr(n, "to");
  bool any = to && to->kind == ATTR_INT && elem_from_onnx(to->i) == ELEM_string;
  for (size_t i = 0; i < n->in.n; i++) any = any || (n->in.at[i] && n->in.at[i]->type.elem == ELEM_string);
  return any;
}

bool node_reads_records(const Node *n) {
  for (size_t i = 0; i < n->in.n; i++)
    if (n->in.at[i] && type_is_record(&n->in.at[i]->type)) return true;
  return false;
}

bool node_is_cascade(const Model *m, const Node *n) {
  if (!ein_has_op(m->lib, n->op, n->domain, n->opset) || node_reads_records(n)) return false;
  const Extern *x = has_texts(n) ? extern_find(n->op, n->domain, n->opset) : NULL;
  return !x || !extern_is_for_texts(x);
}

const Extern *node_extern(const Model *m, const Node *n) { return node_is_cascade(m, n) ? NULL : extern_find(n->op, n->domain, n->opset); }

Node *node_refit(Ctx *ctx, const char *name, Value *from, const Type *type) {
  Node *n = node_new(ctx, "Refit", "sinter", 1, name);
  vec_push(ctx, &n->in, from);
  node_set(ctx, n, "type", (Attr){.kind = ATTR_TYPE, .type = arena_copy(ctx->arena, type, sizeof *type)});
  return n;
}

void node_inputs_text(const Ctx *ctx, const Node *n, Str *out) {
  for (size_t i = 0; i < n->in.n; i++) {
    if (i) str_add(out, ", ");
    if (!n->in.at[i]) {
      str_add(out, "absent");
      continue;
    }
    str_printf(out, "'%s' ", n->in.at[i]->name);
    type_print(ctx, &n->in.at[i]->type, out);
  }
  if (n->in.n == 0) str_add(out, "none");
}

/* ---- symbols that are set when running */

Node *node_extents(Ctx *ctx, const char *name, Value *from, int n, const ext_t *symbol) {
  const char **names = NEWN(ctx, const char *, n);
  int64_t *least = NEWN(ctx, int64_t, n), *most = NEWN(ctx, int64_t, n);
  for (int i = 0; i < n; i++) {
    names[i] = ext_name(ctx, symbol[i]);
    ext_range(ctx, symbol[i], &least[i], &most[i]);
  }
  Node *node = node_new(ctx, "Extents", "sinter", 1, name);
  vec_push(ctx, &node->in, from);
  node_set(ctx, node, "names", (Attr){.kind = ATTR_STRINGS, .n = n, .strings = names});
  node_set(ctx, node, "least", (Attr){.kind = ATTR_INTS, .n = n, .ints = least});
  node_set(ctx, node, "most", (Attr){.kind = ATTR_INTS, .n = n, .ints = most});
  return node;
}

/* Nodes with regions say which symbols they set. */
static const ext_t *listed_symbols(Ctx *ctx, const Attr *list, int *n) {
  ext_t *symbol = NEWN(ctx, ext_t, list->n);
  *n = 0;
  for (int i = 0; i < list->n; i++) *n += ext_find_symbol(ctx, list->strings[i], &symbol[*n]);
  return symbol;
}

const ext_t *node_symbols(Ctx *ctx, const Model *m, const Node *node, int *n) {
  const Attr *list = node_attr(node, "symbols");
  if (list && list->kind == ATTR_STRINGS) return listed_symbols(ctx, list, n);
  *n = 0;
  for (size_t i = 0; i < node->attrs.n; i++)
    if (node->attrs.at[i].kind == ATTR_GRAPH) return NULL;
  const Extern *x = node_extern(m, node);
  ExternBound b = {0};
  if (!x) return NULL;
  BindRequest req = node_request(ctx, m, node, true);
  size_t mark = diag_mark(ctx);
  if (!x->bind(ctx, &req, &b)) return diag_rewind(ctx, mark), NULL; /* whoever binds it in earnest says why */
  *n = b.ncounts;
  return arena_copy(ctx->arena, b.count, sizeof b.count);
}

/* ---- copies */

static const Expr *stripped(const Expr *e, Op op, int64_t by) {
  int64_t k;
  if (e->kind != X_OP || e->op != op || !x_is_const(e->arg[1], NULL, &k) || k != by) return NULL;
  return e->arg[0];
}

/* The indices take one number apart, n // below % extent: that number is the position. */
static bool taken_apart(Ctx *ctx, const Buf *b, const Expr *const *index, Aff *at) {
  const Expr *number = NULL;
  bool leading = false; /* only the first rank does without % */
  int64_t below = 1, lo, hi;
  for (int i = b->rank - 1; i >= 0; i--) {
    if (!ext_is_const(ctx, b->dim[i]) || b->dim[i] <= 0) return false;
    if (b->dim[i] == 1) continue;
    if (leading) return false;
    const Expr *q = stripped(index[i], OP_MOD, b->dim[i]);
    if (!q) q = index[i], leading = true;
    if (below > 1 && !(q = stripped(q, OP_FDIV, below))) return false;
    if (number && !x_equal(number, q)) return false;
    number = q;
    if (__builtin_mul_overflow(below, b->dim[i], &below)) return false;
  }
  return number && x_is_aff(number, at) && x_range(ctx, number, &lo, &hi) && lo >= 0 && hi < below;
}

/* Row-major position of an index list; false when an index is not affine or may leave its rank. Ranks and axes of extent 1 stand still. */
static bool position(Ctx *ctx, const Buf *b, const Expr *const *index, Aff *at) {
  if (taken_apart(ctx, b, index, at)) return true;
  *at = (Aff){0};
  ext_t stride = 1;
  for (int i = b->rank - 1; i >= 0; i--) {
    Aff a;
    int64_t lo, hi;
    if (!x_is_aff(index[i], &a)) return false;
    if (ext_is_const(ctx, b->dim[i])) {
      if (!x_range(ctx, index[i], &lo, &hi) || lo < 0 || hi >= b->dim[i]) return false;
    } else if (a.n != 1 || a.c != 0 || a.term[0].k != 1 || a.term[0].var->extent != b->dim[i]) return false;
    *at = aff_add(ctx, *at, a, stride);
    stride = ext_mul(ctx, stride, b->dim[i]);
    if (stride == EXT_ERROR) return false;
  }
  return true;
}

static bool same_position(Ctx *ctx, Aff a, Aff b) {
  Aff d = aff_add(ctx, a, b, -1);
  for (int i = 0; i < d.n; i++)
    if (d.term[i].var->extent != 1) return false;
  return d.c == 0;
}

static ext_t elements(Ctx *ctx, int rank, const ext_t *dim) {
  ext_t n = 1;
  for (int i = 0; i < rank; i++) n = ext_mul(ctx, n, dim[i]);
  return n;
}

/* The load under casts that change nothing and an `else` that cannot be needed, since every index is proven inside. */
static const Expr *copied_load(const Expr *e, Elem elem) {
  for (;;) {
    bool through = e->kind == X_OP && (e->op == OP_ELSE || e->op == OP_REAL || ((e->op == OP_CAST || e->op == OP_SAT) && e->elem == elem));
    if (!through) return e->kind == X_LOAD && e->buf->elem == elem && !e->buf->mask ? e : NULL;
    e = e->arg[0];
  }
}

/* One statement that copies: number of the input it reads, or -1. */
static int copied_input(Ctx *ctx, const Bound *b, int nin, const Ein *e) {
  const Expr *load = copied_load(e->rhs, e->out->elem); /* every element is written once, so the reduction is no matter */
  if (!load || e->nout != e->naxes || e->out->mask) return -1;
  Aff to, from;
  if (!position(ctx, e->out, e->index, &to) || !position(ctx, load->buf, load->arg, &from) || !same_position(ctx, to, from)) return -1;
  ext_t points = 1;
  for (int i = 0; i < e->naxes; i++) points = ext_mul(ctx, points, e->axis[i]->extent);
  ext_t all = elements(ctx, e->out->rank, e->out->dim);
  if (all == EXT_ERROR || points != all || elements(ctx, load->buf->rank, load->buf->dim) != all) return -1;
  for (int i = 0; i < nin; i++)
    if (b->in_buf[i] == load->buf) return i;
  return -1;
}

bool bound_is_copy(Ctx *ctx, const Bound *b, int nin, int *input) {
  if (b->cascade.steps.n != 1 || b->require.n) return false;
  const Step *s = &b->cascade.steps.at[0];
  if (s->iter || s->n != 1) return false;
  *input = copied_input(ctx, b, nin, s->ein[0]);
  return *input >= 0;
}

static bool has_symbols(const Ctx *ctx, const Expr *e) {
  if (e->kind == X_AFF) {
    if (!ext_is_const(ctx, e->aff.c)) return true;
    for (int i = 0; i < e->aff.n; i++)
      if (!ext_is_const(ctx, e->aff.term[i].k)) return true;
  }
  for (int i = 0; (e->kind == X_LOAD || e->kind == X_OP) && i < e->n; i++)
    if (has_symbols(ctx, e->arg[i])) return true;
  return false;
}

static bool ein_has_symbols(const Ctx *ctx, const Ein *e) {
  if (has_symbols(ctx, e->rhs)) return true;
  for (int i = 0; i < e->naxes; i++)
    if (!ext_is_const(ctx, e->axis[i]->extent)) return true;
  for (int i = 0; i < e->out->rank; i++)
    if (!ext_is_const(ctx, e->out->dim[i]) || has_symbols(ctx, e->index[i])) return true;
  return false;
}

bool bound_has_symbols(const Ctx *ctx, const Bound *b) {
  for (size_t i = 0; i < b->cascade.steps.n; i++)
    for (int j = 0; j < b->cascade.steps.at[i].n; j++)
      if (ein_has_symbols(ctx, b->cascade.steps.at[i].ein[j])) return true;
  return false;
}

int64_t bound_points(const Ctx *ctx, const Bound *b) {
  int64_t sum = 0;
  for (size_t i = 0; i < b->cascade.steps.n; i++)
    for (int j = 0; j < b->cascade.steps.at[i].n; j++) {
      const Ein *e = b->cascade.steps.at[i].ein[j];
      int64_t points = 1;
      for (int k = 0; k < e->naxes; k++) {
        int64_t lo, hi;
        ext_range(ctx, e->axis[k]->extent, &lo, &hi);
        if (__builtin_mul_overflow(points, hi, &points) || points > INT64_MAX / 8) return -1;
      }
      if (__builtin_add_overflow(sum, points, &sum) || sum > INT64_MAX / 8) return -1;
    }
  return sum;
}

/* ---- uses */

enum { MAX_REGION_DEPTH = 64 };

bool graph_owns(const Graph *g, const Value *v) { return v->id >= 0 && (size_t)v->id < g->values.n && g->values.at[v->id] == v; }

static void count_uses(const Graph *top, const Graph *g, int *uses, int depth) {
  if (depth > MAX_REGION_DEPTH) return;
  for (size_t i = 0; i < g->nodes.n; i++) {
    const Node *n = g->nodes.at[i];
    for (size_t j = 0; j < n->in.n; j++)
      if (n->in.at[j] && graph_owns(top, n->in.at[j])) uses[n->in.at[j]->id]++;
    for (size_t j = 0; j < n->attrs.n; j++)
      if (n->attrs.at[j].kind == ATTR_GRAPH) count_uses(top, n->attrs.at[j].graph, uses, depth + 1);
  }
  for (size_t i = 0; i < g->outputs.n; i++)
    if (graph_owns(top, g->outputs.at[i])) uses[g->outputs.at[i]->id]++;
}

int *graph_uses(Ctx *ctx, Graph *g) {
  for (size_t i = 0; i < g->values.n; i++) g->values.at[i]->id = (int)i;
  int *uses = NEWN(ctx, int, g->values.n + 1);
  count_uses(g, g, uses, 0);
  return uses;
}

static bool each_below(Ctx *ctx, Unit *u, Graph *g, GraphPass *pass, int depth) {
  if (depth > MAX_REGION_DEPTH) return true;
  bool ok = pass(ctx, u, g);
  for (size_t i = 0; ok && i < g->nodes.n; i++)
    for (size_t j = 0; ok && j < g->nodes.at[i]->attrs.n; j++)
      if (g->nodes.at[i]->attrs.at[j].kind == ATTR_GRAPH) ok = each_below(ctx, u, g->nodes.at[i]->attrs.at[j].graph, pass, depth + 1);
  return ok;
}

bool each_graph(Ctx *ctx, Unit *u, GraphPass *pass) { return each_below(ctx, u, u->model->graph, pass, 0); }

bool value_is_output(const Graph *g, const Value *v) {
  for (size_t i = 0; i < g->outputs.n; i++)
    if (g->outputs.at[i] == v) return true;
  return false;
}

static void replace(Graph *g, const Value *from, Value *to, int depth) {
  if (depth > MAX_REGION_DEPTH) return;
  for (size_t i = 0; i < g->nodes.n; i++) {
    Node *n = g->nodes.at[i];
    for (size_t j = 0; j < n->in.n; j++)
      if (n->in.at[j] == from) n->in.at[j] = to;
    for (size_t j = 0; j < n->attrs.n; j++)
      if (n->attrs.at[j].kind == ATTR_GRAPH) replace(n->attrs.at[j].graph, from, to, depth + 1);
  }
  for (size_t i = 0; i < g->outputs.n; i++)
    if (g->outputs.at[i] == from) g->outputs.at[i] = to;
}

void graph_replace(Graph *g, const Value *from, Value *to) { replace(g, from, to, 0); }

void graph_drop_inputs(Graph *g) {
  size_t kept = 0;
  for (size_t i = 0; i < g->values.n; i++)
    if (!g->values.at[i]->is_input) g->values.at[kept++] = g->values.at[i];
  g->values.n = kept;
  g->inputs.n = 0;
  g->index = NULL;
}

void graph_drop_nodes(Graph *g, const bool *drop) {
  size_t kept = 0;
  for (size_t i = 0; i < g->nodes.n; i++)
    if (!drop[i]) {
      g->nodes.at[i]->id = (int)kept;
      g->nodes.at[kept++] = g->nodes.at[i];
    }
  g->nodes.n = kept;
}

Value *graph_fresh(Ctx *ctx, Graph *g, const char *stem) {
  size_t before = g->values.n;
  Value *v = graph_value(ctx, g, stem);
  for (int i = 2; g->values.n == before; i++) v = graph_value(ctx, g, ctx_printf(ctx, "%s.%d", stem, i));
  return v;
}

Value *graph_constant(Ctx *ctx, Graph *g, const char *stem, const Data *d) {
  Value *v = graph_fresh(ctx, g, stem);
  v->type = d->type;
  v->data = d;
  return v;
}
