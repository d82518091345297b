/* Model-local functions: a node that calls one is replaced by the function's body. Names of the body get the call's name in front; attributes of
 * the body may refer to those of the call. A function may call others, but not itself, and what a model grows to is limited. */
#include "frontend/onnx_import.h"

enum { MAX_FUNCTIONS = 10000, MAX_ATTRIBUTES = 256, CALL_DEPTH = 100 };

static const char *function_key(Import *im, const char *domain, const char *name, const char *overload) {
  domain = onnx_name(im, domain);
  if (strcmp(domain, "ai.onnx") == 0) domain = "";
  return onnx_join(im, onnx_join(im, domain, "\n", onnx_name(im, name)), "\n", onnx_name(im, overload));
}

bool onnx_functions(Import *im, const Onnx__ModelProto *m) {
  Place at = {.file = im->path};
  bool ok = true;
  if (m->n_functions > MAX_FUNCTIONS) return diag(im->ctx, E0104, at, "the model has %zu functions, at most %d are supported", m->n_functions, MAX_FUNCTIONS);
  for (size_t i = 0; i < m->n_functions; i++) {
    Onnx__FunctionProto *f = m->functions[i];
    MapEntry *e = map_add(im->scratch, &im->functions, function_key(im, f->domain, f->name, f->overload));
    if (f->n_attribute + f->n_attribute_proto > MAX_ATTRIBUTES) ok = diag(im->ctx, E0104, at, "function '%s' has more than %d attributes", onnx_name(im, f->name), MAX_ATTRIBUTES);
    if (e->p) ok = diag(im->ctx, E0200, at, "function '%s' of domain '%s' is defined twice", onnx_name(im, f->name), onnx_name(im, f->domain));
    e->p = f;
  }
  return ok;
}

const Onnx__FunctionProto *onnx_find_function(Import *im, const Onnx__NodeProto *n) {
  const MapEntry *e = im->functions.n ? map_find(&im->functions, function_key(im, n->domain, n->op_type, n->overload)) : NULL;
  return e ? e->p : NULL;
}

bool onnx_opsets(Import *im, Opsets *into, size_t n, Onnx__OperatorSetIdProto *const *list, const char *of_function) {
  Place at = {.file = im->path, .node = of_function};
  bool ok = true;
  for (size_t i = 0; i < n; i++) {
    const char *domain = onnx_name(im, list[i]->domain);
    if (strcmp(domain, "ai.onnx") == 0) domain = intern(im->ctx, "");
    const MapEntry *before = map_find(into, domain);
    if (before && (int64_t)before->i == list[i]->version) continue; /* some exporters say it again */
    if (before) ok = diag(im->ctx, E0200, at, "operator set '%s' is imported twice, with versions %zu and %lld", *domain ? domain : "ai.onnx", (size_t)before->i, (long long)list[i]->version);
    else if (list[i]->version < 1 || list[i]->version > INT32_MAX) ok = diag(im->ctx, E0200, at, "operator set '%s' is imported with version %lld", *domain ? domain : "ai.onnx", (long long)list[i]->version);
    else map_add(im->scratch, into, domain)->i = (size_t)list[i]->version;
  }
  return ok;
}

static bool is_running(const Scope *s, const Onnx__FunctionProto *f, int *depth) {
  *depth = 0;
  for (const Call *c = s->call; c; c = c->caller->call, ++*depth)
    if (c->function == f) return true;
  return false;
}

/* The function's inputs are the call's values; one that is not given is absent wherever the body uses it. */
static bool bind_inputs(Import *im, Scope *body, const Scope *caller, const Call *call, Place at) {
  const Onnx__FunctionProto *f = call->function;
  bool ok = true;
  if (call->node->n_input > f->n_input) ok = diag(im->ctx, E0200, at, "the call has %zu inputs, function '%s' takes %zu", call->node->n_input, onnx_name(im, f->name), f->n_input);
  for (size_t i = 0; i < f->n_input; i++) {
    const char *name = onnx_name(im, f->input[i]), *given = i < call->node->n_input ? onnx_name(im, call->node->input[i]) : "";
    Value *v = *given ? onnx_lookup(caller, given) : NULL;
    if (*given && !v) ok = diag(im->ctx, E0200, at, "input %zu, '%s', is neither an input, an initializer nor the output of a node", i, given);
    if (!*name || map_find(&body->values, name)) ok = diag(im->ctx, E0200, at, "input %zu of function '%s' has no name or one that occurs twice", i, onnx_name(im, f->name));
    else map_add(im->scratch, &body->values, name)->p = v ? v : &im->absent;
  }
  return ok;
}

/* Outputs of the body that the call asks for become the caller's values. An output that is an input, or is asked for twice, needs an Identity. */
static bool bind_outputs(Import *im, const Scope *body, Call *call, const Scope *caller, Place at) {
  const Onnx__FunctionProto *f = call->function;
  const Onnx__NodeProto *n = call->node;
  bool ok = true;
  if (n->n_output > f->n_output) ok = diag(im->ctx, E0200, at, "the call has %zu outputs, function '%s' gives %zu", n->n_output, onnx_name(im, f->name), f->n_output);
  for (size_t i = 0; i < f->n_output && i < n->n_output; i++) {
    const char *name = onnx_name(im, f->output[i]);
    if (!*n->output[i] || map_find(&body->values, name) || map_find(&call->results, name)) continue;
    map_add(im->scratch, &call->results, name)->p = onnx_lookup(caller, onnx_name(im, n->output[i]));
  }
  return ok;
}

static bool finish_outputs(Import *im, const Scope *body, const Call *call, const Scope *caller, Place at) {
  const Onnx__FunctionProto *f = call->function;
  const Onnx__NodeProto *n = call->node;
  bool ok = true;
  for (size_t i = 0; i < f->n_output && i < n->n_output; i++) {
    const MapEntry *made = map_find(&body->values, onnx_name(im, f->output[i]));
    if (!*n->output[i]) continue;
    if (!made || made->p == &im->absent) { ok = diag(im->ctx, E0200, at, "function '%s' never produces its output '%s'", onnx_name(im, f->name), f->output[i]); continue; }
    Value *v = onnx_lookup(caller, onnx_name(im, n->output[i]));
    if (!v || v == made->p || v->def || v->data) continue;
    Node *copy = graph_node(im->ctx, caller->graph, "Identity", "", onnx_node_name(im, onnx_join(im, call->name, "/", f->output[i])));
    const MapEntry *opset = map_find(&im->opsets, intern(im->ctx, ""));
    copy->opset = opset ? (int)opset->i : 1;
    vec_push(im->ctx, &copy->in, made->p);
    vec_push(im->ctx, &copy->out, v);
    v->def = copy;
    v->out = 0;
  }
  return ok;
}

static bool check_attributes(Import *im, const Call *call, Place at) {
  const Onnx__FunctionProto *f = call->function;
  const Onnx__NodeProto *n = call->node;
  bool ok = true;
  for (size_t i = 0; i < n->n_attribute; i++) {
    const char *name = onnx_name(im, n->attribute[i]->name);
    bool known = false;
    for (size_t k = 0; k < f->n_attribute; k++) known |= strcmp(f->attribute[k], name) == 0;
    for (size_t k = 0; k < f->n_attribute_proto; k++) known |= strcmp(onnx_name(im, f->attribute_proto[k]->name), name) == 0;
    if (!known) ok = diag(im->ctx, E0402, at, "function '%s' has no attribute '%s'", onnx_name(im, f->name), name);
    for (size_t k = 0; k < i; k++)
      if (strcmp(onnx_name(im, n->attribute[k]->name), name) == 0) ok = diag(im->ctx, E0200, at, "attribute '%s' is given twice", name);
  }
  return ok;
}

bool onnx_inline(Import *im, Scope *s, const Onnx__FunctionProto *f, const Onnx__NodeProto *n, const char *name, Place at) {
  int depth;
  if (is_running(s, f, &depth)) return diag(im->ctx, E0200, at, "function '%s' calls itself", onnx_name(im, f->name));
  if (depth >= CALL_DEPTH) return diag(im->ctx, E0104, at, "functions call each other more than %d deep", CALL_DEPTH);
  Opsets opsets = {0};
  Call call = {.function = f, .node = n, .caller = s, .name = name};
  Scope body = {.graph = s->graph, .call = &call, .opsets = &opsets, .prefix = onnx_join(im, name, "/", ""), .depth = s->depth + 1};
  if (!onnx_spend(im, 1 + f->n_input + f->n_output + f->n_opset_import + strlen(body.prefix) / 16, at)) return false;
  bool ok = onnx_opsets(im, &opsets, f->n_opset_import, f->opset_import, f->name);
  if (!check_attributes(im, &call, at)) ok = false;
  if (!bind_inputs(im, &body, s, &call, at)) ok = false;
  if (!bind_outputs(im, &body, &call, s, at)) ok = false;
  if (!onnx_graph_body(im, &body, f->n_node, f->node)) return false;
  return finish_outputs(im, &body, &call, s, at) && ok;
}
