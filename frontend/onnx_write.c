/* The graph IR as an ONNX file. Field numbers: onnx.proto, and for elements ONNX's own schema.
 * ONNX has no capacities: who reads a sequence back says how long it may get. */
#include "frontend/frontend.h"
#include "frontend/onnx_write.h"

enum { WRITTEN_IR = 10 }; /* of ONNX 1.16 to 1.17: what readers of today understand */

static void put_tensor(Str *s, unsigned id, const char *name, const Data *d) {
  Str t = tensor_message(s->ctx, name, d);
  wire_put_message(s, id, &t);
}

/* ---- the type of an input or output, as far as it is known. Kinds of TypeProto: 1 tensor, 4 sequence, 5 map, 9 optional */
static Str tensor_type(Ctx *ctx, Elem elem, const Type *t, const char *const *dim_names) {
  Str type = str_new(ctx), tensor = str_new(ctx), shape = str_new(ctx);
  if (elem != ELEM_NONE) wire_put_number(&tensor, 1, (uint64_t)elem_info(elem)->onnx);
  for (int i = 0; i < t->rank && !t->ranks_vary; i++) {
    Str dim = str_new(ctx);
    bool open = t->dim[i] < 0 || !ext_is_const(ctx, t->dim[i]) || (t->varies >> i & 1);
    if (!open) wire_put_number(&dim, 1, (uint64_t)t->dim[i]);
    else if (dim_names && dim_names[i]) wire_put_text(&dim, 2, dim_names[i]);
    wire_put_message(&shape, 1, &dim);
  }
  if (t->rank >= 0 && !t->ranks_vary) wire_put_message(&tensor, 2, &shape);
  wire_put_message(&type, 1, &tensor);
  return type;
}

static Str map_type(Ctx *ctx, const Type *t) {
  Str type = str_new(ctx), map = str_new(ctx), value = tensor_type(ctx, t->elem, &(Type){0}, NULL);
  wire_put_number(&map, 1, (uint64_t)elem_info(t->key)->onnx);
  wire_put_message(&map, 2, &value);
  wire_put_message(&type, 5, &map);
  return type;
}

static Str holder_type(Ctx *ctx, unsigned kind, const Str *element) {
  Str type = str_new(ctx), holder = str_new(ctx);
  wire_put_message(&holder, 1, element);
  wire_put_message(&type, kind, &holder);
  return type;
}

static Str type_message(Ctx *ctx, const Type *t, const char *const *dim_names) {
  Str element = t->key != ELEM_NONE ? map_type(ctx, t) : tensor_type(ctx, t->elem, t, dim_names);
  bool sequence = t->form == FORM_SEQUENCE || t->form == FORM_OPTIONAL_SEQUENCE, optional = t->form == FORM_OPTIONAL || t->form == FORM_OPTIONAL_SEQUENCE;
  if (sequence) element = holder_type(ctx, 4, &element);
  return optional ? holder_type(ctx, 9, &element) : element;
}

static void put_value(Str *s, unsigned id, const Value *v) {
  Str value = str_new(s->ctx), type = type_message(s->ctx, &v->type, v->dim_names);
  wire_put_text(&value, 1, v->name);
  if (v->type.elem != ELEM_NONE || v->type.rank >= 0) wire_put_message(&value, 2, &type);
  wire_put_message(s, id, &value);
}

/* ---- nodes */
static void put_graph(Str *s, unsigned id, const Graph *g);

static void put_attr(Str *s, const Attr *a) {
  static const unsigned types[] = {[ATTR_REAL] = 1, [ATTR_INT] = 2, [ATTR_STRING] = 3, [ATTR_TENSOR] = 4, [ATTR_GRAPH] = 5, [ATTR_REALS] = 6, [ATTR_INTS] = 7, [ATTR_STRINGS] = 8, [ATTR_TYPE] = 13};
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
    case ATTR_TYPE: { Str type = type_message(s->ctx, a->type, NULL); wire_put_message(&attr, 14, &type); break; }
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

bool onnx_write(Ctx *ctx, const char *path, const Model *m) {
  Str s = str_new(ctx);
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
