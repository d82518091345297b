/* Small graphs as cases. */
#include "graphs.h"

static const char *next_name(Sketchbook *b, const char *what) { return ctx_printf(b->ctx, "%s%d", what, b->values++); }

static Value *add_value(Sketchbook *b, const char *what, const Type *type) {
  Value *v = graph_value(b->ctx, b->g, next_name(b, what));
  v->type = type ? *type : (Type){.elem = ELEM_NONE, .rank = -1};
  return v;
}

void book_open(Sketchbook *b, Ctx *ctx, Choices *c, Case *out) {
  *b = (Sketchbook){.ctx = ctx, .c = c, .out = out, .g = NEW(ctx, Graph), .opset = out->opset};
  b->g->name = "case";
  out->graph = b->g;
}

Value *book_input(Sketchbook *b, const Data *d) {
  Value *v = graph_value(b->ctx, b->out->graph, next_name(b, "x"));
  v->type = d->type, v->is_input = true;
  vec_push(b->ctx, &b->out->graph->inputs, v);
  give_input(b->out, d);
  return v;
}

Value *book_constant(Sketchbook *b, const Data *d) {
  Value *v = add_value(b, "k", &d->type);
  v->data = d;
  return v;
}

Value *book_number(Sketchbook *b, int64_t number) {
  Data *d = data_new(b->ctx, ELEM_i64, 0, NULL);
  if (d) data_set_int((void *)(uintptr_t)d->bytes, ELEM_i64, 0, number);
  return book_constant(b, d);
}

Value *book_parameter(Sketchbook *b, Elem e, int rank) {
  Type t = {.elem = e, .rank = rank};
  Value *v = add_value(b, "p", &t);
  v->is_input = true;
  vec_push(b->ctx, &b->g->inputs, v);
  return v;
}

Node *book_node(Sketchbook *b, const char *op, int nin, Value *const *in) {
  Node *n = graph_node(b->ctx, b->g, op, "", next_name(b, "n"));
  n->opset = b->opset;
  for (int i = 0; i < nin; i++) vec_push(b->ctx, &n->in, in[i]);
  return n;
}

Value *book_result(Sketchbook *b, Node *n) {
  Value *v = add_value(b, "v", NULL);
  node_give(b->ctx, n, v);
  return v;
}

Value *book_apply(Sketchbook *b, const char *op, Value *x, Value *y) { return book_result(b, book_node(b, op, y ? 2 : 1, (Value *const[]){x, y})); }

void book_output(Sketchbook *b, Value *v) {
  vec_push(b->ctx, &b->g->outputs, v);
  if (b->g == b->out->graph && b->out->nout < CASE_OUTPUTS) b->out->want[b->out->nout++] = true;
}

Graph *book_enter(Sketchbook *b) {
  Graph *outer = b->g;
  b->g = NEW(b->ctx, Graph);
  b->g->name = next_name(b, "region"), b->g->outer = outer;
  return outer;
}

Graph *book_leave(Sketchbook *b, Graph *outer) {
  Graph *region = b->g;
  b->g = outer;
  return region;
}
