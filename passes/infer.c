/* Types and shapes of every value, and the values of those that are known when compiling.
 *
 * Nodes are bound in execution order. A node that is bound to constants, or whose cascade reads no input (Shape), is run by the reference
 * interpreter and becomes a constant; over symbols, extents_eval runs it. An `If` whose condition is known is replaced by its branch. All
 * defects of the model are reported in one run: what depends on a node that failed is passed over in silence. */
#include "passes/extents.h"
#include "passes/node.h"
#include "passes/stages.h"

#include <inttypes.h>

enum {
  FOLD_BYTES = 64 << 20,       /* of a folded result */
  FOLD_GROWTH = 16,            /* times its inputs ... */
  FOLD_FREE = 1 << 20,         /* ... plus this: a small fill or table may always be made when compiling */
  FOLD_POINTS = 1 << 28,       /* iterations the interpreter may take for one node */
  REGION_DEPTH = 64
};

typedef struct Infer {
  Ctx *ctx;
  Model *model;
  Graph *graph;
  VEC(Node *) kept;
  VEC(const Value *) poisoned;  /* sorted by nothing: few, and only in models that are refused */
  int depth;
} Infer;

/* ---- what failed */

static bool is_poisoned(const Infer *I, const Value *v) {
  for (size_t i = 0; v && i < I->poisoned.n; i++)
    if (I->poisoned.at[i] == v) return true;
  return false;
}

static void poison(Infer *I, const Node *n) {
  for (size_t i = 0; i < n->out.n; i++)
    if (n->out.at[i]) vec_push(I->ctx, &I->poisoned, n->out.at[i]);
}

static bool reads_poison(const Infer *I, const Node *n) {
  for (size_t i = 0; I->poisoned.n && i < n->in.n; i++)
    if (is_poisoned(I, n->in.at[i])) return true;
  return false;
}

/* ---- types */

static bool same_extent(const Ctx *ctx, ext_t a, ext_t b) { return ext_eq(ctx, a, b) != TRI_FALSE; }

/* The type that the file declares for a value, where it declares one, against the type that follows from the operators. */
static bool set_type(Infer *I, const Node *n, Value *v, const Type *t) {
  Ctx *ctx = I->ctx;
  Type declared = v->type;
  v->type = *t;
  bool rank = declared.rank >= 0, same = !rank || declared.rank == t->rank;
  for (int i = 0; same && rank && i < t->rank; i++) same = same_extent(ctx, declared.dim[i], t->dim[i]);
  bool elem = declared.elem == ELEM_NONE || declared.elem == t->elem;
  if (same && elem) return true;
  Str d = str_new(ctx), f = str_new(ctx);
  type_print(ctx, &declared, &d);
  type_print(ctx, t, &f);
  if (!elem) return diag(ctx, E0200, node_place(I->model, n), "output '%s' is declared %s, but the operator gives %s", v->name, d.s, f.s);
  if (declared.elem != ELEM_NONE) diag(ctx, W0001, node_place(I->model, n), "output '%s' is declared %s, but the operator gives %s, which is used", v->name, d.s, f.s);
  return true;
}

static bool set_types(Infer *I, Node *n, const Type *out) {
  bool ok = true;
  for (size_t i = 0; i < n->out.n; i++) {
    if (!n->out.at[i]) continue;
    if (out[i].elem == ELEM_NONE) ok = diag(I->ctx, E0401, node_place(I->model, n), "output %zu '%s' is used, but the operator does not give it here", i, n->out.at[i]->name);
    else if (!elem_is_number(out[i].elem)) ok = diag(I->ctx, E0404, node_place(I->model, n), "output '%s' has elements of type %s, which are not computed", n->out.at[i]->name, elem_info(out[i].elem)->name);
    else ok = set_type(I, n, n->out.at[i], &out[i]) && ok;
  }
  return ok;
}

/* ---- folding */

typedef struct Known { bool all, symbolic; int64_t bytes; } Known;

/* What is known of the inputs that the cascade reads. */
static Known known_inputs(const Node *n, const Bound *b) {
  Known k = {.all = true};
  for (size_t i = 0; i < n->in.n; i++) {
    const Value *v = n->in.at[i];
    if (!v || (b && !b->in_buf[i])) continue;
    k.all = k.all && v->data != NULL;
    k.symbolic = k.symbolic || v->symbolic;
    if (v->data) k.bytes += (int64_t)v->data->nbytes;
  }
  return k;
}

/* May the results be made when compiling: numbers, of constant extents, not too large for what they are made of? */
static bool worth_folding(const Infer *I, const Node *n, int64_t input_bytes) {
  int64_t sum = 0;
  for (size_t i = 0; i < n->out.n; i++) {
    const Value *v = n->out.at[i];
    if (!v) continue;
    if (!type_is_const(I->ctx, &v->type) || !elem_is_number(v->type.elem)) return false;
    int64_t count = type_bound(I->ctx, &v->type), bytes = count < 0 ? -1 : elem_bytes(v->type.elem, count);
    if (bytes < 0 || bytes > FOLD_BYTES) return false;
    sum += bytes;
  }
  return sum <= FOLD_BYTES && sum / FOLD_GROWTH <= input_bytes + FOLD_FREE / FOLD_GROWTH;
}

typedef struct Binding { const Buf *buf; void *bytes; } Binding;
typedef struct Fold { Binding *at; int n; } Fold;

static void *fold_memory(void *arg, const Buf *b) {
  const Fold *f = arg;
  for (int i = 0; i < f->n; i++)
    if (f->at[i].buf == b) return f->at[i].bytes;
  return b->data ? (void *)b->data->bytes : NULL;
}

static int64_t no_symbol(void *arg, const char *name) { (void)arg, (void)name; return 0; }
static void ignore_symbol(void *arg, const char *name, int64_t v) { (void)arg, (void)name, (void)v; }

static bool fold_numbers(Infer *I, Node *n, const Bound *b, const Data **out) {
  Ctx *ctx = I->ctx;
  Fold f = {.at = NEWN(ctx, Binding, n->in.n + n->out.n)};
  for (size_t i = 0; i < n->in.n; i++)
    if (n->in.at[i] && n->in.at[i]->data && b->in_buf[i]) f.at[f.n++] = (Binding){b->in_buf[i], (void *)n->in.at[i]->data->bytes};
  for (size_t i = 0; i < n->out.n; i++) {
    if (!n->out.at[i]) continue;
    const Type *t = &n->out.at[i]->type;
    Data *d = data_new(ctx, t->elem, t->rank, t->dim);
    if (!d) return false;
    out[i] = d;
    f.at[f.n++] = (Binding){b->out_buf[i], (void *)d->bytes};
  }
  Kernel k = {.name = n->name, .cascade = b->cascade};
  Memory memory = {.of = fold_memory, .arg = &f, .symbol = no_symbol, .set_symbol = ignore_symbol};
  return kernel_lower_naive(ctx, &k) && interp_kernel(ctx, &k, memory, 0);
}

static void become_constants(Node *n, const Data *const *out, const bool *symbolic) {
  for (size_t i = 0; i < n->out.n; i++) {
    Value *v = n->out.at[i];
    if (!v) continue;
    v->data = out[i];
    v->symbolic = symbolic && symbolic[i];
    v->def = NULL;
  }
}

typedef enum Folding { FOLD_FAILED, FOLD_NOT, FOLD_DONE } Folding;

/* Makes constants of the outputs where that can be done. Cheap questions come first: the full binding is only made when it can be of use. */
static Folding fold(Infer *I, Node *n, bool reads_inputs) {
  Ctx *ctx = I->ctx;
  Known k = known_inputs(n, NULL);
  if ((!k.all && reads_inputs) || !worth_folding(I, n, k.bytes)) return FOLD_NOT;
  Bound b;
  if (!node_bind(ctx, I->model, n, false, &b)) return FOLD_FAILED;
  k = known_inputs(n, &b);
  if (!k.all && b.reads_inputs) return FOLD_NOT;
  const Data **out = NEWN(ctx, const Data *, n->out.n);
  bool *symbolic = NEWN(ctx, bool, n->out.n);
  if (k.symbolic || bound_has_symbols(ctx, &b)) {
    BindRequest req = node_request(ctx, I->model, n, false);
    if (!extents_eval(ctx, &b, req.nin, req.in, out, symbolic)) return FOLD_NOT;
  } else {
    int64_t points = bound_points(ctx, &b);
    if (points < 0 || points > FOLD_POINTS) return FOLD_NOT;
    if (!fold_numbers(I, n, &b, out)) return FOLD_FAILED;
  }
  become_constants(n, out, symbolic);
  return FOLD_DONE;
}

/* ---- regions */

static const Attr *region_of(const Node *n) {
  for (size_t i = 0; i < n->attrs.n; i++)
    if (n->attrs.at[i].kind == ATTR_GRAPH) return &n->attrs.at[i];
  return NULL;
}

static bool infer_nodes(Infer *I, Graph *g);

/* A value of a branch gets a name that is free in the graph it moves to. */
static void adopt(Infer *I, const Node *n, Value *v) {
  Value *slot = graph_fresh(I->ctx, I->graph, ctx_printf(I->ctx, "%s/%s", n->name, v->name));
  v->name = slot->name;
  v->id = slot->id;
  I->graph->values.at[v->id] = v;
}

static void move_regions(Node *n, Graph *to) {
  for (size_t i = 0; i < n->attrs.n; i++)
    if (n->attrs.at[i].kind == ATTR_GRAPH) n->attrs.at[i].graph->outer = to;
}

static int64_t opset_of(const Model *m, const char *domain) {
  for (size_t i = 0; i < m->opsets.n; i++)
    if (strcmp(m->opsets.at[i].domain, domain) == 0) return m->opsets.at[i].version;
  return 1;
}

/* The branch takes the place of its node: what it computes moves to the graph around, its outputs go to the node's outputs. */
static bool inline_branch(Infer *I, Node *n, Graph *branch) {
  if (branch->inputs.n || branch->outputs.n != n->out.n)
    return diag(I->ctx, E0200, node_place(I->model, n), "the branch has %zu inputs and %zu outputs where 0 and %zu are expected", branch->inputs.n, branch->outputs.n, n->out.n);
  for (size_t i = 0; i < branch->values.n; i++) adopt(I, n, branch->values.at[i]);
  for (size_t i = 0; i < branch->nodes.n; i++) move_regions(branch->nodes.at[i], I->graph);
  for (size_t i = 0; i < n->out.n; i++) {
    Value *to = n->out.at[i], *from = branch->outputs.at[i];
    if (!to) continue;
    Node *copy = NEW(I->ctx, Node);
    copy->name = intern(I->ctx, ctx_printf(I->ctx, "%s/out%zu", n->name, i));
    copy->op = intern(I->ctx, "Identity");
    copy->domain = intern(I->ctx, "");
    copy->opset = (int)opset_of(I->model, "");
    vec_push(I->ctx, &copy->in, from);
    vec_push(I->ctx, &copy->out, to);
    to->def = copy;
    to->out = 0;
    vec_push(I->ctx, &branch->nodes, copy);
  }
  return infer_nodes(I, branch);
}

/* Node with regions: an operator with a condition first and a region for each truth, when the condition is known; nothing else yet. */
static bool infer_region(Infer *I, Node *n) {
  const Attr *yes = node_attr(n, "then_branch"), *no = node_attr(n, "else_branch");
  const Value *c = n->in.n == 1 ? n->in.at[0] : NULL;
  bool choice = yes && no && c && yes->kind == ATTR_GRAPH && no->kind == ATTR_GRAPH;
  if (choice && c->data && !c->symbolic && type_bound(I->ctx, &c->data->type) == 1) return inline_branch(I, n, data_int(c->data, 0) ? yes->graph : no->graph);
  if (choice) return diag(I->ctx, E0202, node_place(I->model, n), "the condition '%s' is known only when running: both branches would have to be compiled", c->name);
  if (stages_has(n)) {
    Graph *chain = stages_graph(I->ctx, I->model, n);
    return chain && inline_branch(I, n, chain);
  }
  Str in = str_new(I->ctx);
  node_inputs_text(I->ctx, n, &in);
  return diag(I->ctx, E0202, node_place(I->model, n), "a loop over a region of the graph cannot be compiled; inputs: %s", in.s);
}

static bool has_type(const Value *v) { return !v || (v->type.elem != ELEM_NONE && v->type.rank >= 0); }

static bool inputs_are_typed(Infer *I, const Node *n) {
  for (size_t i = 0; i < n->in.n; i++) {
    const Value *v = n->in.at[i];
    if (!has_type(v)) return diag(I->ctx, E0203, node_place(I->model, n), "the shape of input '%s' is not known", v->name);
    if (v && !elem_is_number(v->type.elem)) return diag(I->ctx, E0404, node_place(I->model, n), "input '%s' has elements of type %s, which are not computed", v->name, elem_info(v->type.elem)->name);
  }
  return true;
}

static bool infer_cascade(Infer *I, Node *n, bool *folded) {
  Bound b;
  if (!node_bind(I->ctx, I->model, n, true, &b) || !set_types(I, n, b.out)) return false;
  Folding f = fold(I, n, b.reads_inputs);
  *folded = f == FOLD_DONE;
  return f != FOLD_FAILED;
}

/* ---- extern operators */

typedef struct Counts { Ctx *ctx; const ExternBound *b; const int64_t *value; } Counts;

static int64_t counted(void *arg, const char *symbol) {
  const Counts *c = arg;
  for (int i = 0; i < c->b->ncounts; i++) {
    Str name = str_new(c->ctx);
    ext_print(c->ctx, c->b->count[i], &name);
    if (strcmp(name.s, symbol) == 0) return c->value[i];
  }
  return 0;
}

static bool all_constant(Ctx *ctx, const Node *n, const ExternBound *b) {
  if (n->in.n == 0) return false;
  for (size_t i = 0; i < n->in.n; i++)
    if (n->in.at[i] && (!n->in.at[i]->data || n->in.at[i]->symbolic)) return false;
  for (int i = 0; i < b->nargs; i++)
    if (!ext_is_const(ctx, b->arg[i])) return false;
  return true;
}

/* Memory for an output at the bounds of its symbols; NULL when that is too much to be made when compiling. */
static Data *output_at_bound(Ctx *ctx, const Type *t) {
  int64_t dim[MAX_RANK], lo, count = type_bound(ctx, t), bytes = count < 0 ? -1 : elem_bytes(t->elem, count);
  if (bytes < 0 || bytes > FOLD_BYTES || !elem_is_number(t->elem)) return NULL;
  for (int i = 0; i < t->rank; i++) ext_range(ctx, t->dim[i], &lo, &dim[i]);
  return data_new(ctx, t->elem, t->rank, dim);
}

/* Calls the kernel on constants; the extents it counts are numbers then. */
static bool fold_extern(Infer *I, Node *n, const Extern *x, ExternBound *b) {
  Ctx *ctx = I->ctx;
  const void **in = NEWN(ctx, const void *, x->nin + b->ntables);
  void **out = NEWN(ctx, void *, x->nout + 2);
  Data **data = NEWN(ctx, Data *, x->nout);
  int64_t work, pool, lo, count[EXTERN_COUNTS + 1] = {0};
  if (!n->out.n || !all_constant(ctx, n, b)) return false; /* without outputs: it is there for the symbols it sets */
  for (size_t i = 0; i < n->in.n; i++) in[i] = n->in.at[i] ? n->in.at[i]->data->bytes : NULL;
  for (size_t i = 0; i < n->out.n; i++) {
    if (!n->out.at[i]) continue;
    if (!(data[i] = output_at_bound(ctx, &b->out[i]))) return false;
    out[i] = (void *)data[i]->bytes;
  }
  for (int i = 0; i < b->ntables; i++) in[x->nin + i] = b->table[i]->bytes;
  ext_range(ctx, b->work, &lo, &work);
  ext_range(ctx, b->pool, &lo, &pool);
  if (work > FOLD_BYTES || pool > FOLD_BYTES) return false;
  if (work) out[x->nout] = NEWN(ctx, char, work);
  if (pool) out[x->nout + 1] = NEWN(ctx, char, pool);
  x->kernel(in, out, b->arg, count);
  if (b->fails && count[b->ncounts]) return false; /* so does the run, if it comes to that */
  Counts counts = {ctx, b, count};
  for (size_t i = 0; i < n->out.n; i++) {
    Value *v = n->out.at[i];
    if (!v) continue;
    Type *t = &b->out[i];
    for (int d = 0; d < t->rank; d++) t->dim[d] = ext_value(ctx, t->dim[d], counted, &counts);
    data[i]->type = *t;
    data[i]->nbytes = (size_t)elem_bytes(t->elem, type_bound(ctx, t));
    v->data = data[i];
    v->def = NULL;
  }
  return true;
}

static bool infer_extern(Infer *I, Node *n, const Extern *x, bool *folded) {
  BindRequest req = node_request(I->ctx, I->model, n, true);
  ExternBound b = {0};
  if (!x->bind(I->ctx, &req, &b)) return false;
  *folded = fold_extern(I, n, x, &b);
  return set_types(I, n, b.out);
}

static bool unknown_op(Infer *I, const Node *n) {
  Str in = str_new(I->ctx);
  node_inputs_text(I->ctx, n, &in);
  const char *domain = *n->domain ? n->domain : "ai.onnx";
  return diag(I->ctx, E0400, node_place(I->model, n), "operator %s of domain %s, version %d, has neither a text nor a kernel; inputs: %s", n->op, domain, n->opset, in.s);
}

/* ---- one node */

static bool infer_node(Infer *I, Node *n) {
  bool folded = false, ok;
  const Extern *x = NULL;
  if (reads_poison(I, n)) return poison(I, n), true;
  if (region_of(n)) {
    if (infer_region(I, n)) return true;
    return poison(I, n), false;
  }
  if (!inputs_are_typed(I, n)) ok = false;
  else if (node_is_cascade(I->model, n)) ok = infer_cascade(I, n, &folded);
  else if ((x = extern_find(n->op, n->domain, n->opset))) ok = infer_extern(I, n, x, &folded);
  else ok = unknown_op(I, n);
  if (!ok) poison(I, n);
  if (!folded) vec_push(I->ctx, &I->kept, n);
  return ok;
}

static bool infer_nodes(Infer *I, Graph *g) {
  bool ok = true;
  if (I->depth == REGION_DEPTH) return diag(I->ctx, E0104, (Place){.file = I->model->path}, "graphs are nested more than %d deep", REGION_DEPTH);
  I->depth++;
  for (size_t i = 0; i < g->nodes.n; i++) ok = infer_node(I, g->nodes.at[i]) && ok;
  I->depth--;
  return ok;
}

/* Outputs that nobody reads are not asked for: a text need not give them. */
static void forget_unused_outputs(Ctx *ctx, Graph *g) {
  const int *uses = graph_uses(ctx, g);
  for (size_t i = 0; i < g->nodes.n; i++) {
    Node *n = g->nodes.at[i];
    size_t used = 0;
    for (size_t j = 0; j < n->out.n; j++) used += n->out.at[j] && uses[n->out.at[j]->id] > 0;
    for (size_t j = 0; used && j < n->out.n; j++)
      if (n->out.at[j] && uses[n->out.at[j]->id] == 0) n->out.at[j] = NULL;
  }
}

bool pass_infer(Ctx *ctx, Unit *u);
bool pass_infer(Ctx *ctx, Unit *u) {
  Graph *g = u->model->graph;
  Infer I = {.ctx = ctx, .model = u->model, .graph = g};
  if (!graph_sort(ctx, g)) return false;
  forget_unused_outputs(ctx, g);
  if (!infer_nodes(&I, g)) return false;
  g->nodes.n = 0;
  for (size_t i = 0; i < I.kept.n; i++) {
    I.kept.at[i]->id = (int)i;
    vec_push(ctx, &g->nodes, I.kept.at[i]);
  }
  return true;
}
