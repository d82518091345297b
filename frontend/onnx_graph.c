/* Graphs: names become values, nodes become nodes. First every name that the graph defines is made, then nodes are connected: so every
 * duplicate, every undefined name and every wrong attribute is found in one reading, in whatever order the nodes stand. */
#include "frontend/onnx_import.h"

enum { NEST_DEPTH = 200, MAX_ATTRIBUTES = 256 }; /* regions and function calls within each other; attributes of one node */

const char *onnx_name(Import *im, const char *name) { return intern(im->ctx, name ? name : ""); }

const char *onnx_join(Import *im, const char *a, const char *b, const char *c) {
  im->text.n = 0;
  str_add(&im->text, a);
  str_add(&im->text, b);
  str_add(&im->text, c);
  return intern(im->ctx, im->text.s);
}

Place onnx_place(const Import *im, const Onnx__NodeProto *n, const char *name, int opset) {
  return (Place){.file = im->path, .node = name && *name ? name : NULL, .op = n->op_type, .opset = opset};
}

bool onnx_spend(Import *im, size_t work, Place at) {
  if (work <= im->work) return im->work -= work, true;
  if (!im->work_done) diag(im->ctx, E0104, at, "inlining the model's functions gives a graph far larger than the file");
  im->work_done = true;
  im->work = 0;
  return false;
}

/* ---- names */
static const char *unique(Import *im, const char *name, bool (*taken)(Import *im, void *arg, const char *name), void *arg) {
  const char *first = intern(im->ctx, name), *made = first;
  while (taken(im, arg, made)) { /* the counter stays with the text, so that n equal names take n steps */
    MapEntry *e = map_add(im->scratch, &im->suffixes, first);
    if (e->i < 1) e->i = 1;
    char number[24];
    snprintf(number, sizeof number, "_%zu", ++e->i);
    made = onnx_join(im, first, number, "");
  }
  return made;
}

static bool value_taken(Import *im, void *graph, const char *name) { return graph_find(im->ctx, graph, name) != NULL; }
static bool node_taken(Import *im, void *unused, const char *name) { (void)unused; return map_find(&im->node_names, name) != NULL; }

const char *onnx_node_name(Import *im, const char *wish) {
  const char *name = unique(im, wish, node_taken, NULL);
  map_add(im->scratch, &im->node_names, name);
  return name;
}

static const char *node_name(Import *im, const Scope *s, const Onnx__NodeProto *n) {
  const char *own = n->name ? n->name : "", *output = "";
  for (size_t i = 0; i < n->n_output && !*output; i++) output = n->output[i];
  const char *wish = *own ? onnx_join(im, s->prefix, own, "") : onnx_join(im, s->prefix, onnx_join(im, onnx_name(im, n->op_type), "_", output), "");
  const char *name = onnx_node_name(im, wish);
  if (*own && name != wish && im->renamed++ == 0) im->renamed_example = wish;
  return name;
}

Value *onnx_lookup(const Scope *s, const char *name) {
  for (; s; s = s->outer) {
    const MapEntry *e = map_find(&s->values, name);
    if (e) return e->p;
  }
  return NULL;
}

Value *onnx_define(Import *im, Scope *s, const char *name, Place at) {
  name = intern(im->ctx, name);
  if (map_find(&s->values, name)) { diag(im->ctx, E0200, at, "'%s' is defined more than once; every value has one producer", name); return NULL; }
  if (s->outer && onnx_lookup(s->outer, name) && im->shadowing++ == 0) im->shadowing_example = name;
  const MapEntry *result = s->call && !s->outer ? map_find(&s->call->results, name) : NULL;
  Value *v = result ? result->p : graph_value(im->ctx, s->graph, unique(im, onnx_join(im, s->prefix, name, ""), value_taken, s->graph));
  map_add(im->scratch, &s->values, name)->p = v;
  return v;
}

/* ---- nodes */
static size_t node_work(const Scope *s, const Onnx__NodeProto *n) {
  size_t work = 1 + n->n_input + n->n_output, prefix = strlen(s->prefix);
  for (size_t i = 0; i < n->n_output; i++) work += (strlen(n->output[i]) + prefix) / 16;
  for (size_t i = 0; i < n->n_attribute; i++) {
    const Onnx__AttributeProto *a = n->attribute[i];
    work += 1 + a->n_floats + a->n_ints + a->n_strings + a->s.len / 16;
    for (size_t k = 0; k < a->n_strings; k++) work += a->strings[k].len / 16;
  }
  return work;
}

static bool define_outputs(Import *im, Scope *s, const Onnx__NodeProto *n) {
  bool ok = true;
  for (size_t i = 0; i < n->n_output; i++)
    if (*n->output[i] && !onnx_define(im, s, n->output[i], onnx_place(im, n, *onnx_name(im, n->name) ? n->name : n->output[i], 0))) ok = false;
  return ok;
}

static bool read_constant(Import *im, const Scope *s, const Onnx__NodeProto *n, Place at) {
  if (n->n_output != 1 || !*n->output[0] || n->n_input) return diag(im->ctx, E0200, at, "a Constant has no inputs and one output, this one has %zu and %zu", n->n_input, n->n_output);
  const Data *d = onnx_constant(im, s, n, at);
  Value *v = onnx_lookup(s, onnx_name(im, n->output[0]));
  if (!d || !v) return false;
  v->data = d;
  v->type = d->type;
  return true;
}

static bool read_operator(Import *im, Scope *s, const Onnx__NodeProto *n, const char *name, int opset, Place at) {
  Ctx *ctx = im->ctx;
  bool ok = true;
  Node *node = graph_node(ctx, s->graph, n->op_type, onnx_name(im, n->domain), name);
  if (strcmp(node->domain, "ai.onnx") == 0) node->domain = intern(ctx, "");
  node->opset = opset;
  node->in.cap = n->n_input;
  node->in.at = NEWN(ctx, Value *, n->n_input);
  node->out.cap = n->n_output;
  node->out.at = NEWN(ctx, Value *, n->n_output);
  for (size_t i = 0; i < n->n_input; i++) {
    const char *input = onnx_name(im, n->input[i]);
    Value *v = *input ? onnx_lookup(s, input) : NULL;
    if (*input && !v) ok = diag(ctx, E0200, at, "input %zu, '%s', is neither an input, an initializer nor the output of a node", i, input);
    vec_push(ctx, &node->in, v == &im->absent ? NULL : v);
  }
  for (size_t i = 0; i < n->n_output; i++) {
    const MapEntry *e = *n->output[i] ? map_find(&s->values, onnx_name(im, n->output[i])) : NULL;
    Value *v = e ? e->p : NULL;
    if (v && (v->def || v->data || v->is_input)) v = NULL; /* a second definition, which was reported */
    if (v) v->def = node, v->out = (int)i;
    vec_push(ctx, &node->out, v);
  }
  return onnx_attributes(im, s, n, at, node) && ok;
}

/* A node that could not be read still produces its outputs: its readers are not wrong. */
static void stand_in(Import *im, Scope *s, const Onnx__NodeProto *n, const char *name) {
  Node *node = NULL;
  for (size_t i = 0; i < n->n_output; i++) {
    const MapEntry *e = *n->output[i] ? map_find(&s->values, onnx_name(im, n->output[i])) : NULL;
    Value *v = e ? e->p : NULL;
    if (!v || v->def || v->data || v->is_input) continue;
    if (!node) node = graph_node(im->ctx, s->graph, onnx_name(im, n->op_type), "", name);
    v->def = node;
    v->out = (int)i;
  }
}

static bool read_known_node(Import *im, Scope *s, const Onnx__NodeProto *n, const char *name) {
  Ctx *ctx = im->ctx;
  const char *domain = onnx_name(im, n->domain);
  Place at = onnx_place(im, n, name, 0);
  if (!onnx_spend(im, node_work(s, n), at)) return false;
  if (n->n_attribute > MAX_ATTRIBUTES) return diag(ctx, E0104, at, "the node has %zu attributes, at most %d are supported", n->n_attribute, MAX_ATTRIBUTES);
  if (!n->op_type || !*n->op_type) return diag(ctx, E0200, at, "the node names no operator");
  const Onnx__FunctionProto *f = onnx_find_function(im, n);
  if (f) return onnx_inline(im, s, f, n, name, at);
  if (strcmp(domain, "ai.onnx") == 0) domain = intern(ctx, "");
  const MapEntry *opset = map_find(s->opsets, domain);
  if (!opset) return diag(ctx, E0200, at, "domain '%s' is not among the imported operator sets", *domain ? domain : "ai.onnx");
  at.opset = (int)opset->i;
  if (!*domain && strcmp(n->op_type, "Constant") == 0) return read_constant(im, s, n, at);
  return read_operator(im, s, n, name, (int)opset->i, at);
}

static bool read_node(Import *im, Scope *s, const Onnx__NodeProto *n) {
  const char *name = node_name(im, s, n);
  if (read_known_node(im, s, n, name)) return true;
  stand_in(im, s, n, name);
  return false;
}

bool onnx_graph_body(Import *im, Scope *s, size_t n, Onnx__NodeProto *const *nodes) {
  bool ok = true;
  if (s->depth > NEST_DEPTH) return diag(im->ctx, E0104, (Place){.file = im->path}, "regions and functions are nested more than %d deep", NEST_DEPTH);
  for (size_t i = 0; i < n && !im->work_done; i++)
    if (!define_outputs(im, s, nodes[i])) ok = false;
  for (size_t i = 0; i < n && !im->work_done; i++)
    if (!read_node(im, s, nodes[i])) ok = false;
  return ok && !im->work_done;
}

/* ---- initializers and outputs */
static bool add_initializer(Import *im, Scope *s, const char *name, const Data *d, Place at, const Map *inputs) {
  if (!*name) return diag(im->ctx, E0200, at, "an initializer has no name");
  const MapEntry *input = map_find(inputs, onnx_name(im, name));
  Value *v = input ? input->p : NULL;
  if (v && v->data) return diag(im->ctx, E0200, at, "initializer '%s' occurs twice", name);
  if (!v) v = onnx_define(im, s, name, at);
  if (!v) return false;
  v->is_input = !d; /* where its data was refused, its readers are not wrong */
  if (!d) return false;
  v->data = d;
  v->type = d->type;
  return true;
}

bool onnx_initializers(Import *im, Scope *s, const Onnx__GraphProto *g, const Map *inputs) {
  bool ok = true;
  Place at = {.file = im->path};
  for (size_t i = 0; i < g->n_initializer; i++) {
    const char *name = onnx_name(im, g->initializer[i]->name);
    const Data *d = onnx_tensor(&im->tensors, g->initializer[i], at, ctx_printf(im->ctx, "initializer '%s'", name));
    if (!add_initializer(im, s, name, d, at, inputs)) ok = false;
  }
  for (size_t i = 0; i < g->n_sparse_initializer; i++) {
    const Onnx__SparseTensorProto *t = g->sparse_initializer[i];
    const char *name = onnx_name(im, t->values ? t->values->name : NULL);
    const Data *d = onnx_sparse_tensor(&im->tensors, t, at, ctx_printf(im->ctx, "sparse initializer '%s'", name));
    if (!add_initializer(im, s, name, d, at, inputs)) ok = false;
  }
  return ok;
}

bool onnx_outputs(Import *im, Scope *s, const Onnx__GraphProto *g) {
  Ctx *ctx = im->ctx;
  Place at = {.file = im->path};
  Map seen = {0};
  bool ok = true;
  for (size_t i = 0; i < g->n_output; i++) {
    const char *name = onnx_name(im, g->output[i]->name), *what = ctx_printf(ctx, "output '%s'", name);
    Value *v = *name ? onnx_lookup(s, name) : NULL;
    if (v == &im->absent) v = NULL;
    if (!*name) ok = diag(ctx, E0200, at, "output %zu has no name", i);
    else if (!v) ok = diag(ctx, E0200, at, "output '%s' is never produced", name);
    else if (map_find(&seen, name)) ok = diag(ctx, E0200, at, "output '%s' is listed twice", name);
    else if (!s->outer && !onnx_type(im, g->output[i]->type, at, what, &(Type){0})) ok = false;
    if (!v) continue;
    map_add(im->scratch, &seen, name);
    if (!s->outer) onnx_declare(im, v, g->output[i]->type);
    if (!v->dim_names && !s->outer) v->dim_names = onnx_dim_names(im, g->output[i]->type);
    vec_push(ctx, &s->graph->outputs, v);
  }
  return ok;
}

/* ---- regions: the graphs in attributes of If, Loop, Scan */
Graph *onnx_region(Import *im, const Scope *outer, const Onnx__GraphProto *g, Graph *sits_in, Place at, const char *attribute) {
  Ctx *ctx = im->ctx;
  Graph *graph = NEW(ctx, Graph);
  graph->name = *onnx_name(im, g->name) ? onnx_name(im, g->name) : intern(ctx, attribute);
  graph->outer = sits_in;
  Scope s = {.graph = graph, .outer = outer, .call = outer->call, .opsets = outer->opsets, .prefix = outer->prefix, .depth = outer->depth + 1};
  bool ok = onnx_spend(im, 1 + g->n_input + g->n_output + g->n_initializer + g->n_sparse_initializer, at);
  for (size_t i = 0; i < g->n_input; i++) {
    const char *name = onnx_name(im, g->input[i]->name);
    if (!*name) { ok = diag(ctx, E0200, at, "input %zu of region '%s' has no name", i, attribute); continue; }
    Value *v = onnx_define(im, &s, name, at);
    if (!v) { ok = false; continue; }
    v->is_input = true;
    v->type.elem = onnx_elem(g->input[i]->type); /* the shape is what the caller gives */
    v->dim_names = onnx_dim_names(im, g->input[i]->type);
    vec_push(ctx, &graph->inputs, v);
  }
  if (!onnx_initializers(im, &s, g, &(Map){0})) ok = false;
  if (!onnx_graph_body(im, &s, g->n_node, g->node)) ok = false;
  if (!onnx_outputs(im, &s, g)) ok = false;
  return ok ? graph : NULL;
}
