/* Types and shapes of every value, and the values of those that are known when compiling.
 *
 * Nodes are bound in execution order. A node that is bound to constants, or whose cascade reads no input (Shape), is run by the reference
 * interpreter and becomes a constant; over symbols, extents_eval runs it. Nodes with regions have rules of their own (infer_if.c ...). All
 * defects of the model are reported in one run: what depends on a node that failed is passed over in silence. */
#include "passes/extents.h"
#include "passes/infer.h"

#include <inttypes.h>

enum {
  FOLD_BYTES = 64 << 20,       /* of a folded result */
  FOLD_GROWTH = 16,            /* times its inputs ... */
  FOLD_FREE = 1 << 20,         /* ... plus this: a small fill or table may always be made when compiling */
  FOLD_POINTS = 1 << 28,       /* iterations the interpreter may take for one node */
  REGION_DEPTH = 64,
  REGION_WORK = 1 << 15,       /* nodes copied and inferred for regions ... */
  REGION_TIMES = 8             /* ... and so often the nodes of the model */
};

/* ---- what failed */

bool infer_poisoned(const Infer *I, const Value *v) {
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
    if (infer_poisoned(I, n->in.at[i])) return true;
  return false;
}

/* ---- types */

static bool same_extent(const Ctx *ctx, ext_t a, ext_t b) { return ext_eq(ctx, a, b) != TRI_FALSE; }

/* Of an output of the model the caller knows what the file says: another element type would be read as that one. Another shape is told, and followed. */
static bool output_as_declared(Infer *I, const Node *n, const Value *v, const Type *t) {
  const Type *said = v->declared;
  if (!said || said->form != FORM_TENSOR || I->graph->outer || !value_is_output(I->graph, v)) return true;
  bool same = said->rank == t->rank;
  for (int i = 0; same && i < t->rank; i++) same = said->dim[i] < 0 || !ext_is_const(I->ctx, said->dim[i]) || same_extent(I->ctx, said->dim[i], t->dim[i]);
  const bool elem = said->elem == ELEM_NONE || said->elem == t->elem;
  if (same && elem) return true;
  Str d = str_new(I->ctx), f = str_new(I->ctx);
  type_print(I->ctx, said, &d);
  type_print(I->ctx, t, &f);
  if (!elem) return diag(I->ctx, E0200, node_place(I->model, n), "output '%s' is declared %s, but the operator gives %s", v->name, d.s, f.s);
  diag(I->ctx, W0001, node_place(I->model, n), "output '%s' is declared %s, but the operator gives %s, which is used", v->name, d.s, f.s);
  return true;
}

static bool form_differs(Infer *I, const Node *n, const Value *v, const Type *declared, const Type *t) {
  Str d = str_new(I->ctx), f = str_new(I->ctx);
  type_print(I->ctx, declared, &d);
  type_print(I->ctx, t, &f);
  return diag(I->ctx, E0200, node_place(I->model, n), "output '%s' is declared %s, but the operator gives %s", v->name, d.s, f.s);
}

/* The type that the file declares for a value, where it declares one, against the type that follows from the operators. */
static bool set_type(Infer *I, const Node *n, Value *v, const Type *t) {
  Ctx *ctx = I->ctx;
  Type declared = v->type;
  v->type = *t;
  if (v->declared && v->declared->form != t->form) return form_differs(I, n, v, v->declared, t);
  if (!output_as_declared(I, n, v, t)) return false;
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

bool infer_output(Infer *I, const Node *n, size_t out, const Type *t) { return !n->out.at[out] || set_type(I, n, n->out.at[out], t); }

static bool set_types(Infer *I, Node *n, const Type *out) {
  bool ok = true;
  for (size_t i = 0; i < n->out.n; i++) {
    if (!n->out.at[i]) continue;
    if (out[i].elem == ELEM_NONE && !type_is_record(&out[i])) ok = diag(I->ctx, E0401, node_place(I->model, n), "output %zu '%s' is used, but the operator does not give it here", i, n->out.at[i]->name);
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
    if (!type_is_const(I->ctx, &v->type)) return false;
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
  if ((!k.all && b.reads_inputs) || b.require.n) return FOLD_NOT;
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

/* A value of a region gets a name that is free in the graph it moves to. */
static void adopt(Infer *I, const char *name, Value *v) {
  Value *slot = graph_fresh(I->ctx, I->graph, ctx_printf(I->ctx, "%s/%s", name, v->name));
  v->name = slot->name;
  v->id = slot->id;
  I->graph->values.at[v->id] = v;
}

static void move_regions(Node *n, Graph *to) {
  for (size_t i = 0; i < n->attrs.n; i++)
    if (n->attrs.at[i].kind == ATTR_GRAPH) n->attrs.at[i].graph->outer = to;
}

bool infer_inline(Infer *I, const char *name, Graph *region) {
  for (size_t i = 0; i < region->values.n; i++) adopt(I, name, region->values.at[i]);
  for (size_t i = 0; i < region->nodes.n; i++) move_regions(region->nodes.at[i], I->graph);
  return infer_nodes(I, region);
}

bool infer_region(Infer *I, Graph *g) {
  Graph *around = I->graph;
  NodeList kept = I->kept;
  forget_unused_outputs(I->ctx, g);
  I->graph = g;
  I->kept = (NodeList){0};
  bool ok = infer_nodes(I, g);
  graph_set_nodes(I->ctx, g, I->kept.n, I->kept.at);
  I->graph = around;
  I->kept = kept;
  return ok;
}

static int64_t opset_of(const Model *m, const char *domain) {
  for (size_t i = 0; i < m->opsets.n; i++)
    if (strcmp(m->opsets.at[i].domain, domain) == 0) return m->opsets.at[i].version;
  return 1;
}

Node *infer_make(Infer *I, const char *op, int opset, const char *name) {
  return node_new(I->ctx, op, "", opset, name);
}

bool infer_spend(Infer *I, size_t work) { return (I->work -= (int64_t)work) >= 0; }

static bool infer_node(Infer *I, Node *n);

bool infer_copy(Infer *I, const char *name, Value *from, Value *to) {
  Node *copy = infer_make(I, "Identity", (int)opset_of(I->model, ""), name);
  vec_push(I->ctx, &copy->in, from);
  node_give(I->ctx, copy, to);
  return infer_node(I, copy);
}

bool infer_known_truth(const Ctx *ctx, const Value *v, bool *truth) {
  if (!v->data || v->symbolic || type_bound(ctx, &v->data->type) != 1) return false;
  *truth = data_int(v->data, 0) != 0;
  return true;
}

/* ---- symbols of nodes with regions */

ext_t infer_symbol(Infer *I, Node *n, const char *what, int64_t lo, int64_t hi) {
  Ctx *ctx = I->ctx;
  Str name = str_new(ctx);
  ext_t taken;
  for (const char *c = n->name; *c; c++) {
    bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9' && name.n);
    str_addn(&name, plain ? c : "_", 1);
  }
  str_printf(&name, "_%s", what);
  const char *unique = name.s;
  while (ext_find_symbol(ctx, unique, &taken)) unique = ctx_printf(ctx, "%s_%d", name.s, ++I->symbols + 1);
  Attr *list = (Attr *)(uintptr_t)node_attr(n, "symbols");
  if (!list) {
    node_set(ctx, n, "symbols", (Attr){.kind = ATTR_STRINGS});
    list = &n->attrs.at[n->attrs.n - 1];
  }
  const char **names = NEWN(ctx, const char *, list->n + 1);
  if (list->n) memcpy(names, list->strings, (size_t)list->n * sizeof *names);
  names[list->n++] = intern(ctx, unique);
  list->strings = names;
  return ext_symbol(ctx, unique, lo, hi);
}

typedef struct SymbolSearch { Ctx *ctx; const char *name; bool found; } SymbolSearch;
static int64_t compare_symbol(void *arg, const char *name) {
  SymbolSearch *s = arg;
  s->found |= !strcmp(s->name, name);
  return 1;
}

bool infer_set_inside(Infer *I, const Graph *region, ext_t e) {
  if (ext_is_const(I->ctx, e)) return false;
  for (size_t i = 0; i < region->nodes.n; i++) {
    const Node *n = region->nodes.at[i];
    int count;
    const ext_t *symbol = node_symbols(I->ctx, I->model, n, &count);
    for (int k = 0; k < count; k++) {
      SymbolSearch s = {I->ctx, ext_name(I->ctx, symbol[k]), false};
      (void)ext_value(I->ctx, e, compare_symbol, &s);
      if (s.found) return true;
    }
    for (size_t a = 0; a < n->attrs.n; a++)
      if (n->attrs.at[a].kind == ATTR_GRAPH && infer_set_inside(I, n->attrs.at[a].graph, e)) return true;
  }
  return false;
}

/* ---- all regions */

static const struct { const char *op, *domain; RegionRule *rule; } region_rules[] = {
  {"If", "", infer_if}, {"Loop", "", infer_loop}, {"Scan", "", infer_scan}, {"SequenceMap", "", infer_sequence_map},
  {"FlexAttention", "ai.onnx.preview", infer_staged}};

static bool infer_regions(Infer *I, Node *n) {
  for (size_t i = 0; i < sizeof region_rules / sizeof *region_rules; i++)
    if (!strcmp(region_rules[i].op, n->op) && !strcmp(region_rules[i].domain, n->domain)) return region_rules[i].rule(I, n);
  Str in = str_new(I->ctx);
  node_inputs_text(I->ctx, n, &in);
  return diag(I->ctx, E0202, node_place(I->model, n), "no rule is known for the regions of this operator; inputs: %s", in.s);
}

static bool lacks_region(const Node *n) { /* FlexAttention's graphs are optional */
  for (size_t i = 0; i < sizeof region_rules / sizeof *region_rules; i++)
    if (!strcmp(region_rules[i].op, n->op) && !strcmp(region_rules[i].domain, n->domain)) return region_rules[i].rule != infer_staged && !region_of(n);
  return false;
}

static bool has_type(const Value *v) { return !v || ((v->type.elem != ELEM_NONE || type_is_record(&v->type)) && v->type.rank >= 0); }

bool infer_typed(Infer *I, const Node *n) {
  for (size_t i = 0; i < n->in.n; i++) {
    const Value *v = n->in.at[i];
    if (!has_type(v)) return diag(I->ctx, E0203, node_place(I->model, n), "the shape of input '%s' is not known", v->name);
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
  for (int i = 0; i < c->b->ncounts; i++)
    if (strcmp(ext_name(c->ctx, c->b->count[i]), symbol) == 0) return c->value[i];
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
  if (bytes < 0 || bytes > FOLD_BYTES) return NULL;
  for (int i = 0; i < t->rank; i++) ext_range(ctx, t->dim[i], &lo, &dim[i]);
  return data_new(ctx, t->elem, t->rank, dim);
}

/* Calls the kernel on constants; the extents it counts are numbers then. */
static bool fold_extern(Infer *I, Node *n, const Extern *x, ExternBound *b) {
  Ctx *ctx = I->ctx;
  const int nin = extern_nin(x, n->in.n);
  const void **in = NEWN(ctx, const void *, nin + b->ntables);
  void **out = NEWN(ctx, void *, x->nout + 2);
  Data **data = NEWN(ctx, Data *, x->nout);
  int64_t work, pool, lo, count[EXTERN_COUNTS + 1] = {0};
  if (!n->out.n || !all_constant(ctx, n, b)) return false; /* without outputs: it is there for the symbols it sets */
  for (size_t i = 0; i < n->in.n; i++) in[i] = n->in.at[i] ? data_aligned(ctx, n->in.at[i]->data) : NULL;
  for (size_t i = 0; i < n->out.n; i++) {
    if (!n->out.at[i]) continue;
    if (type_is_record(&b->out[i]) || !(data[i] = output_at_bound(ctx, &b->out[i]))) return false;
    out[i] = (void *)data[i]->bytes;
  }
  for (int i = 0; i < b->ntables; i++) in[nin + i] = b->table[i]->bytes;
  ext_range(ctx, b->work, &lo, &work);
  ext_range(ctx, b->pool, &lo, &pool);
  if (work > FOLD_BYTES || pool > FOLD_BYTES) return false;
  if (work) out[x->nout] = NEWN(ctx, char, work);
  if (pool) {
    int64_t *memory = out[x->nout + 1] = arena_alloc(ctx->arena, (size_t)pool + 2 * sizeof *memory);
    memory[1] = pool;
  }
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
  for (int i = 0; i < b.ncounts; i++) {
    const char *name = ext_name(I->ctx, b.count[i]);
    vec_push(I->ctx, &I->found, name);
  }
  *folded = fold_extern(I, n, x, &b);
  return set_types(I, n, b.out);
}

static bool unknown_op(Infer *I, const Node *n) {
  Str in = str_new(I->ctx);
  node_inputs_text(I->ctx, n, &in);
  if (node_reads_records(n) && (node_extern(I->model, n) || ein_has_op(I->model->lib, n->op, n->domain, n->opset)))
    return diag(I->ctx, E0404, node_place(I->model, n), "%s takes tensors, neither sequences, optionals nor maps; inputs: %s", n->op, in.s);
  const char *domain = *n->domain ? n->domain : "ai.onnx";
  return diag(I->ctx, E0400, node_place(I->model, n), "operator %s of domain %s, version %d, has neither a text nor a kernel; inputs: %s", n->op, domain, n->opset, in.s);
}

/* ---- one node */

static bool infer_node(Infer *I, Node *n) {
  bool folded = false, ok;
  const Extern *x = NULL;
  if (reads_poison(I, n)) return poison(I, n), true;
  if (I->graph->outer && !infer_spend(I, 1)) return poison(I, n), false;
  if (region_of(n)) {
    if (infer_regions(I, n)) return true;
    return poison(I, n), false;
  }
  if (lacks_region(n)) ok = diag(I->ctx, E0403, node_place(I->model, n), "%s runs a graph, and the node has none among its attributes", n->op);
  else if (!infer_typed(I, n) || !infer_elements(I, n, &folded)) ok = false;
  else if (folded) ok = true;
  else if (node_is_cascade(I->model, n)) ok = infer_values(I, n) && infer_cascade(I, n, &folded);
  else if ((x = node_extern(I->model, n)) && (extern_takes_records(x) || !node_reads_records(n))) ok = infer_extern(I, n, x, &folded);
  else ok = unknown_op(I, n);
  if (!ok) poison(I, n);
  else if (!folded) infer_note_elements(I, n);
  if (!folded) vec_push(I->ctx, &I->kept, n);
  return ok;
}

bool infer_nodes(Infer *I, Graph *g) {
  bool ok = true;
  if (I->depth == REGION_DEPTH) return diag(I->ctx, E0104, (Place){.file = I->model->path}, "graphs are nested more than %d deep", REGION_DEPTH);
  I->depth++;
  for (size_t i = 0; i < g->nodes.n; i++) ok = infer_node(I, g->nodes.at[i]) && ok;
  I->depth--;
  return ok;
}

/* A bound that the user gave must be one of something. */
static bool bounds_are_used(const Infer *I) {
  bool ok = true;
  Str all = str_new(I->ctx);
  for (size_t i = 0; i < I->found.n; i++) str_printf(&all, "%s'%s'", i ? ", " : "", I->found.at[i]);
  for (size_t i = 0; i < I->model->bounded.n; i++) {
    size_t k = 0;
    while (k < I->found.n && strcmp(I->found.at[k], I->model->bounded.at[i])) k++;
    if (k == I->found.n)
      ok = diag(I->ctx, E0204, (Place){.file = I->model->path}, "--dim: neither a dimension of an input nor an extent found when running is named '%s'; of the latter there are: %s", I->model->bounded.at[i], all.n ? all.s : "none");
  }
  return ok;
}

bool pass_infer(Ctx *ctx, Unit *u);
bool pass_infer(Ctx *ctx, Unit *u) {
  Graph *g = u->model->graph;
  Infer I = {.ctx = ctx, .model = u->model, .graph = g};
  if (!graph_sort(ctx, g)) return false;
  I.work = REGION_WORK + REGION_TIMES * (int64_t)graph_size(g);
  forget_unused_outputs(ctx, g);
  const bool ok = infer_nodes(&I, g);
  if (I.work < 0) return diag(ctx, E0701, (Place){.file = u->model->path}, "finding the types of what the model's loops carry takes too many steps: regions are inferred again and again");
  if (!ok || !bounds_are_used(&I)) return false;
  graph_set_nodes(ctx, g, I.kept.n, I.kept.at);
  return true;
}
