/* The graph IR as an ONNX file. Field numbers: onnx.proto, and for elements ONNX's own schema. Sequences, optionals and maps are not written. */
#include "frontend/frontend.h"
#include "frontend/onnx_write.h"

enum { WRITTEN_IR = 10 }; /* of ONNX 1.16 to 1.17: what readers of today understand */

static void put_tensor(Str *s, unsigned id, const char *name, const Data *d) {
  Str t = tensor_message(s->ctx, name, d);
  wire_put_message(s, id, &t);
}

/* ---- the type of an input or output, as far as it is known */
static void put_value(Str *s, unsigned id, const Value *v) {
  Str value = str_new(s->ctx), type = str_new(s->ctx), tensor = str_new(s->ctx), shape = str_new(s->ctx);
  const Type *t = &v->type;
  wire_put_text(&value, 1, v->name);
  if (t->elem != ELEM_NONE) wire_put_number(&tensor, 1, (uint64_t)elem_info(t->elem)->onnx);
  for (int i = 0; i < t->rank; i++) {
    Str dim = str_new(s->ctx);
    if (t->dim[i] >= 0 && ext_is_const(s->ctx, t->dim[i])) wire_put_number(&dim, 1, (uint64_t)t->dim[i]);
    else if (v->dim_names && v->dim_names[i]) wire_put_text(&dim, 2, v->dim_names[i]);
    wire_put_message(&shape, 1, &dim);
  }
  if (t->rank >= 0) wire_put_message(&tensor, 2, &shape);
  wire_put_message(&type, 1, &tensor);
  wire_put_message(&value, 2, &type);
  wire_put_message(s, id, &value);
}

/* ---- nodes */
static void put_graph(Str *s, unsigned id, const Graph *g);

static void put_attr(Str *s, const Attr *a) {
  static const unsigned types[] = {[ATTR_REAL] = 1, [ATTR_INT] = 2, [ATTR_STRING] = 3, [ATTR_TENSOR] = 4, [ATTR_GRAPH] = 5, [ATTR_REALS] = 6, [ATTR_INTS] = 7, [ATTR_STRINGS] = 8};
  Str attr = str_new(s->ctx);
  wire_put_text(&attr, 1, a->name);
  for (int i = 0; i < a->n && a->kind == ATTR_INTS; i++) wire_put_number(&attr, 8, (uint64_t)a->ints[i]);
  for (int i = 0; i < a->n && a->kind == ATTR_REALS; i++) wire_put_real(&attr, 7, (float)a->reals[i]);
  for (int i = 0; i < a->n && a->kind == ATTR_STRINGS; i++) wire_put_text(&attr, 9, a->strings[i]);
  switch (a->kind) {
    case ATTR_REAL: wire_put_real(&attr, 2, (float)a->r); break;
    case ATTR_INT: wire_put_number(&attr, 3, (uint64_t)a->i); break;
    case ATTR_STRING: wire_put_text(&attr, 4, a->s); break;
    case ATTR_TENSOR: put_tensor(&attr, 5, NULL, a->tensor); break;
    case ATTR_GRAPH: put_graph(&attr, 6, a->graph); break;
    default: break;
  }
  wire_put_number(&attr, 20, types[a->kind]);
  wire_put_message(s, 5, &attr);
}

static void put_node(Str *s, const Node *n) {
  Str node = str_new(s->ctx);
  for (size_t i = 0; i < n->in.n; i++) wire_put_text(&node, 1, n->in.at[i] ? n->in.at[i]->name : "");
  for (size_t i = 0; i < n->out.n; i++) wire_put_text(&node, 2, n->out.at[i] ? n->out.at[i]->name : "");
  wire_put_text(&node, 3, n->name);
  wire_put_text(&node, 4, n->op);
  for (size_t i = 0; i < n->attrs.n; i++) put_attr(&node, &n->attrs.at[i]);
  if (*n->domain) wire_put_text(&node, 7, n->domain);
  wire_put_message(s, 1, &node);
}

static void put_graph(Str *s, unsigned id, const Graph *g) {
  Str graph = str_new(s->ctx);
  for (size_t i = 0; i < g->nodes.n; i++) put_node(&graph, g->nodes.at[i]);
  wire_put_text(&graph, 2, g->name ? g->name : "graph");
  for (size_t i = 0; i < g->values.n; i++)
    if (g->values.at[i]->data && !g->values.at[i]->def) put_tensor(&graph, 5, g->values.at[i]->name, g->values.at[i]->data);
  for (size_t i = 0; i < g->inputs.n; i++) put_value(&graph, 11, g->inputs.at[i]);
  for (size_t i = 0; i < g->outputs.n; i++) put_value(&graph, 12, g->outputs.at[i]);
  wire_put_message(s, id, &graph);
}

static bool only_tensors(Ctx *ctx, const char *path, const Graph *g) {
  for (size_t i = 0; i < g->values.n; i++)
    if (g->values.at[i]->type.form != FORM_TENSOR) return diag(ctx, E0404, (Place){.file = path}, "'%s' is no tensor, and only tensors are written", g->values.at[i]->name);
  return true;
}

bool onnx_write(Ctx *ctx, const char *path, const Model *m) {
  Str s = str_new(ctx);
  if (!only_tensors(ctx, path, m->graph)) return false;
  wire_put_number(&s, 1, m->ir_version ? (uint64_t)m->ir_version : WRITTEN_IR);
  wire_put_text(&s, 2, "sinter");
  put_graph(&s, 7, m->graph);
  for (size_t i = 0; i < m->opsets.n; i++) {
    Str opset = str_new(ctx);
    wire_put_text(&opset, 1, m->opsets.at[i].domain);
    wire_put_number(&opset, 2, (uint64_t)m->opsets.at[i].version);
    wire_put_message(&s, 8, &opset);
  }
  return file_write(ctx, path, &s, NULL, 0);
}
