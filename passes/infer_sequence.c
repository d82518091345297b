/* Sequences and optionals whose elements are known when compiling: what reads them reads the elements.
 *
 * Models as they are exported make a sequence and take it apart again: SplitToSequence, then SequenceAt of numbers. For these no record needs to exist: SequenceAt
 * becomes an Identity, ConcatFromSequence a Concat, a length a number. What nobody reads any more is dropped by the pass `dead`. SequenceMap is rewritten into
 * what it means: the body once for every element that is known, else a Loop over the length. */
#include "ir/record.h"
#include "passes/infer.h"

enum { MOST_ELEMENTS = 256 };             /* of a sequence that is followed */

/* An element is a value, or a piece of one that is cut out when it is asked for. */
typedef struct Element { Value *value, *whole; int64_t from, to; int axis; bool drop; } Element; /* drop: the axis is not kept */
struct Elements { size_t n; Element at[MOST_ELEMENTS]; };
typedef struct Elements Elements;

static const Elements *elements_of(const Infer *I, const Value *v) {
  const MapEntry *e = v ? map_find(&I->elements, v) : NULL;
  return e ? e->p : NULL;
}

static bool is_op(const Node *n, const char *op) { return !*n->domain && !strcmp(n->op, op); }

static bool known_int(const Ctx *ctx, const Value *v, int64_t *to) {
  if (!v || !v->data || v->symbolic || type_bound(ctx, &v->data->type) != 1) return false;
  *to = data_int(v->data, 0);
  return true;
}

static int64_t int_attr(const Node *n, const char *name, int64_t otherwise) {
  const Attr *a = node_attr(n, name);
  return a && a->kind == ATTR_INT ? a->i : otherwise;
}

/* ---- nodes that are made */
static Value *output(Infer *I, Node *n) {
  Value *v = graph_fresh(I->ctx, I->graph, n->name);
  node_give(I->ctx, n, v);
  return v;
}

static void set_list(Ctx *ctx, Node *n, const char *name, int64_t v) { /* of one entry */
  node_set(ctx, n, name, (Attr){.kind = ATTR_INTS, .n = 1, .ints = arena_copy(ctx->arena, &v, sizeof v)});
}

static bool infer_one(Infer *I, Node *n) {
  Graph list = {.nodes = {.at = &n, .n = 1}};
  return infer_nodes(I, &list);
}

static Value *cut(Infer *I, const char *name, const Element *e) {
  Node *slice = infer_make(I, "Slice", 1, ctx_printf(I->ctx, "%s/slice", name)); /* version 1: bounds are attributes */
  vec_push(I->ctx, &slice->in, e->whole);
  set_list(I->ctx, slice, "axes", e->axis);
  set_list(I->ctx, slice, "starts", e->from);
  set_list(I->ctx, slice, "ends", e->to);
  Value *v = output(I, slice);
  if (!infer_one(I, slice) || !e->drop) return v;
  Node *squeeze = infer_make(I, "Squeeze", 11, ctx_printf(I->ctx, "%s/squeeze", name));
  vec_push(I->ctx, &squeeze->in, v);
  set_list(I->ctx, squeeze, "axes", e->axis);
  v = output(I, squeeze);
  infer_one(I, squeeze);
  return v;
}

static Value *element(Infer *I, const char *name, const Element *e) { return e->value ? e->value : cut(I, name, e); }

/* n becomes an Identity of v: the node itself stays in its place. */
static void become_copy(Infer *I, Node *n, Value *v) {
  n->op = intern(I->ctx, "Identity");
  n->opset = 13;
  n->attrs.n = 0;
  n->in.n = 0;
  vec_push(I->ctx, &n->in, v);
}

static bool become_constant(Infer *I, Node *n, Elem elem, int64_t v) {
  Data *d = data_new(I->ctx, elem, 0, NULL);
  Value *out = n->out.n ? n->out.at[0] : NULL;
  if (!d || !out) return false;
  data_set_int((void *)(uintptr_t)d->bytes, elem, 0, v);
  out->data = d;
  out->type = d->type;
  out->def = NULL;
  return true;
}

/* ---- what is known */
static Elements *elements_new(Infer *I, const Elements *from) { return from ? arena_copy(I->ctx->arena, from, sizeof *from) : NEW(I->ctx, Elements); }

static bool position(const Infer *I, const Node *n, size_t input, int64_t length, int64_t otherwise, int64_t *at) {
  const Value *v = input < n->in.n ? n->in.at[input] : NULL;
  *at = otherwise;
  if (v && !known_int(I->ctx, v, at)) return false;
  if (*at < 0) *at += length;
  return *at >= 0 && *at <= length;
}

static Elements *of_construct(Infer *I, const Node *n) {
  Elements *e = elements_new(I, NULL);
  if (n->in.n > MOST_ELEMENTS) return NULL;
  for (size_t i = 0; i < n->in.n; i++) e->at[e->n++] = (Element){.value = n->in.at[i]};
  return e;
}

static Elements *of_empty(Infer *I, const Node *n) { return n->in.n ? NULL : elements_new(I, NULL); }

static Elements *of_insert(Infer *I, const Node *n) {
  const Elements *from = elements_of(I, n->in.at[0]);
  int64_t at;
  if (!from || from->n == MOST_ELEMENTS || !position(I, n, 2, (int64_t)from->n, (int64_t)from->n, &at)) return NULL;
  Elements *e = elements_new(I, from);
  memmove(e->at + at + 1, e->at + at, (e->n++ - (size_t)at) * sizeof *e->at);
  e->at[at] = (Element){.value = n->in.at[1]};
  return e;
}

static Elements *of_erase(Infer *I, const Node *n) {
  const Elements *from = elements_of(I, n->in.at[0]);
  int64_t at;
  if (!from || !position(I, n, 1, (int64_t)from->n, (int64_t)from->n - 1, &at) || at == (int64_t)from->n) return NULL;
  Elements *e = elements_new(I, from);
  memmove(e->at + at, e->at + at + 1, (--e->n - (size_t)at) * sizeof *e->at);
  return e;
}

/* Of a length, or lengths, that are numbers, along an axis whose extent is one. */
static Elements *of_split(Infer *I, const Node *n) {
  Ctx *ctx = I->ctx;
  const Value *x = n->in.at[0], *split = n->in.n > 1 ? n->in.at[1] : NULL;
  int64_t axis = int_attr(n, "axis", 0), from = 0;
  axis += axis < 0 ? x->type.rank : 0;
  if (axis < 0 || axis >= x->type.rank || !ext_is_const(ctx, x->type.dim[axis]) || (split && (!split->data || split->symbolic))) return NULL;
  const int64_t extent = x->type.dim[axis];
  const bool listed = split && split->data->type.rank == 1;
  Elements *e = elements_new(I, NULL);
  for (int64_t i = 0; listed ? i < split->data->type.dim[0] : from < extent; i++) {
    int64_t length = !split ? 1 : data_int(split->data, listed ? i : 0);
    if (length < !listed || i == MOST_ELEMENTS) return NULL;
    if (!listed && length > extent - from) length = extent - from;
    if (length > extent - from) return NULL;
    e->at[e->n++] = (Element){.whole = n->in.at[0], .from = from, .to = from + length, .axis = (int)axis, .drop = !split && !int_attr(n, "keepdims", 1)};
    from += length;
  }
  return e;
}

static Elements *of_copy(Infer *I, const Node *n) {
  const Elements *from = n->in.n && n->in.at[0] ? elements_of(I, n->in.at[0]) : NULL;
  return from ? elements_new(I, from) : NULL;
}

static Elements *of_optional(Infer *I, const Node *n) {
  if (!n->in.n || !n->in.at[0]) return NULL;
  return type_is_record(&n->in.at[0]->type) ? of_copy(I, n) : of_construct(I, n);
}

typedef struct Maker { const char *op; Elements *(*elements)(Infer *I, const Node *n); } Maker;
static const Maker makers[] = {{"SequenceConstruct", of_construct}, {"SequenceEmpty", of_empty}, {"SequenceInsert", of_insert}, {"SequenceErase", of_erase},
                               {"SplitToSequence", of_split}, {"Identity", of_copy}, {"Optional", of_optional}};

void infer_note_elements(Infer *I, const Node *n) {
  const Value *v = n->out.n == 1 ? n->out.at[0] : NULL;
  if (!v || !type_is_record(&v->type) || v->type.key != ELEM_NONE) return;
  for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
    if (is_op(n, makers[i].op)) {
      Elements *e = makers[i].elements(I, n);
      if (e) map_add(I->ctx->arena, &I->elements, v)->p = e;
    }
}

/* ---- who reads them */
static bool at(Infer *I, Node *n, bool *folded) {
  const Elements *e = elements_of(I, n->in.at[0]);
  int64_t i;
  (void)folded;
  if (e && n->in.n == 2 && position(I, n, 1, (int64_t)e->n, 0, &i) && i < (int64_t)e->n) become_copy(I, n, element(I, n->name, &e->at[i]));
  return true;
}

static bool length(Infer *I, Node *n, bool *folded) {
  const Elements *e = elements_of(I, n->in.at[0]);
  *folded = e && become_constant(I, n, ELEM_i64, (int64_t)e->n);
  return true;
}

static bool concat(Infer *I, Node *n, bool *folded) {
  const Elements *e = elements_of(I, n->in.at[0]);
  const bool fresh = int_attr(n, "new_axis", 0) != 0;
  const int64_t axis = int_attr(n, "axis", 0);
  (void)folded;
  if (!e || !e->n || !node_attr(n, "axis")) return true;
  n->in.n = 0;
  for (size_t i = 0; i < e->n; i++) {
    const char *name = ctx_printf(I->ctx, "%s/%zu", n->name, i);
    Value *v = element(I, name, &e->at[i]);
    if (fresh) {
      Node *wider = infer_make(I, "Unsqueeze", 11, ctx_printf(I->ctx, "%s/unsqueeze", name));
      vec_push(I->ctx, &wider->in, v);
      set_list(I->ctx, wider, "axes", axis);
      v = output(I, wider);
      if (!infer_one(I, wider)) return false;
    }
    vec_push(I->ctx, &n->in, v);
  }
  n->op = intern(I->ctx, "Concat");
  n->opset = 11;
  n->attrs.n = 0;
  node_set(I->ctx, n, "axis", (Attr){.kind = ATTR_INT, .i = axis});
  return true;
}

static bool get_element(Infer *I, Node *n, bool *folded) {
  (void)folded;
  Value *v = n->in.n ? n->in.at[0] : NULL;
  const Elements *e = elements_of(I, v);
  if (!v) return true;
  if (v->type.form == FORM_TENSOR || v->type.form == FORM_SEQUENCE) become_copy(I, n, v);
  else if (v->type.form == FORM_OPTIONAL && e && e->n) become_copy(I, n, element(I, n->name, &e->at[0]));
  else if (v->type.form == FORM_OPTIONAL_SEQUENCE && v->def && is_op(v->def, "Optional") && v->def->in.n) become_copy(I, n, v->def->in.at[0]);
  return true;
}

static bool has_element(Infer *I, Node *n, bool *folded) {
  const Value *v = n->in.n ? n->in.at[0] : NULL;
  bool optional = v && (v->type.form == FORM_OPTIONAL || v->type.form == FORM_OPTIONAL_SEQUENCE), made = optional && v->def && is_op(v->def, "Optional");
  if (!optional) *folded = become_constant(I, n, ELEM_bool, v != NULL);
  else if (made) *folded = become_constant(I, n, ELEM_bool, v->def->in.n && v->def->in.at[0]);
  return true;
}

/* CastMap: the values as they are, and a Cast. */
static bool cast_map(Infer *I, Node *n) {
  static const struct { const char *word; Elem elem; } types[] = {{"TO_FLOAT", ELEM_f32}, {"TO_STRING", ELEM_string}, {"TO_INT64", ELEM_i64}};
  Ctx *ctx = I->ctx;
  const Attr *to = node_attr(n, "cast_to");
  Elem elem = to ? ELEM_NONE : ELEM_f32;
  for (size_t i = 0; to && to->kind == ATTR_STRING && i < sizeof types / sizeof *types; i++)
    if (!strcmp(types[i].word, to->s)) elem = types[i].elem;
  if (elem == ELEM_NONE) return diag(ctx, E0401, node_place(I->model, n), "`cast_to` is none of TO_FLOAT, TO_STRING and TO_INT64");
  Node *values = infer_make(I, "MapValues", 1, ctx_printf(ctx, "%s/values", n->name));
  values->domain = intern(ctx, "sinter");
  for (size_t i = 0; i < n->attrs.n; i++)
    if (&n->attrs.at[i] != to) vec_push(ctx, &values->attrs, n->attrs.at[i]);
  vec_push(ctx, &values->in, n->in.at[0]);
  Value *v = output(I, values);
  n->op = intern(ctx, "Cast");
  n->domain = intern(ctx, "");
  n->opset = 13;
  n->attrs.n = 0;
  n->in.n = 0;
  vec_push(ctx, &n->in, v);
  node_set(ctx, n, "to", (Attr){.kind = ATTR_INT, .i = elem_info(elem)->onnx});
  return infer_one(I, values);
}

typedef struct Reader { const char *op; bool (*read)(Infer *I, Node *n, bool *folded); } Reader;
static const Reader readers[] = {{"SequenceAt", at}, {"SequenceLength", length}, {"ConcatFromSequence", concat}, {"OptionalGetElement", get_element}, {"OptionalHasElement", has_element}};

bool infer_elements(Infer *I, Node *n, bool *folded) {
  if (!strcmp(n->op, "CastMap") && !strcmp(n->domain, "ai.onnx.ml") && n->in.n == 1 && n->in.at[0]) return cast_map(I, n);
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
    if (is_op(n, readers[i].op) && (n->in.n && n->in.at[0] ? true : !strcmp(n->op, "OptionalHasElement"))) return readers[i].read(I, n, folded);
  return true;
}

/* ---- SequenceMap */

/* The body for every element of sequences that are known; tensors among the inputs are the same for all. */
static bool unroll(Infer *I, Node *n, Graph *body, size_t length) {
  Ctx *ctx = I->ctx;
  Node **made = NEWN(ctx, Node *, n->out.n);
  bool ok = true;
  for (size_t k = 0; k < n->out.n; k++) made[k] = infer_make(I, length ? "SequenceConstruct" : "SequenceEmpty", 11, ctx_printf(ctx, "%s/out%zu", n->name, k));
  for (size_t i = 0; ok && i < length; i++) {
    const char *name = ctx_printf(ctx, "%s/%zu", n->name, i);
    Graph *g = graph_copy(ctx, body);
    for (size_t k = 0; k < n->in.n; k++) {
      const Elements *e = elements_of(I, n->in.at[k]);
      graph_replace(g, g->inputs.at[k], e ? element(I, ctx_printf(ctx, "%s/in%zu", name, k), &e->at[i]) : n->in.at[k]);
    }
    graph_drop_inputs(g);
    ok = infer_inline(I, name, g);
    for (size_t k = 0; k < n->out.n; k++) vec_push(ctx, &made[k]->in, g->outputs.at[k]);
  }
  for (size_t k = 0; ok && k < n->out.n; k++) {
    if (!n->out.at[k]) continue;
    if (!length) node_set(ctx, made[k], "dtype", (Attr){.kind = ATTR_INT, .i = 0});
    node_give(ctx, made[k], n->out.at[k]);
    ok = infer_one(I, made[k]);
  }
  return ok;
}

static Value *region_value(Infer *I, Graph *g, const char *name, bool is_input) {
  Value *v = graph_fresh(I->ctx, g, name);
  v->is_input = is_input;
  if (is_input) vec_push(I->ctx, &g->inputs, v);
  return v;
}

static Node *region_node(Infer *I, const char *op, const char *name, Value *a, Value *b, Value *out) {
  Node *n = infer_make(I, op, 11, name);
  vec_push(I->ctx, &n->in, a);
  vec_push(I->ctx, &n->in, b);
  node_give(I->ctx, n, out);
  return n;
}

/* Loop(length, _, empty ..) { body of x[i] ..; out = insert(out, ..) .. } */
static bool rewrite(Infer *I, Node *n, Graph *body) {
  Ctx *ctx = I->ctx;
  Graph *g = graph_copy(ctx, body);
  Value **in = arena_copy(ctx->arena, g->inputs.at, g->inputs.n * sizeof *in), **result = arena_copy(ctx->arena, g->outputs.at, g->outputs.n * sizeof *result);
  Node *count = infer_make(I, "SequenceLength", 11, ctx_printf(ctx, "%s/length", n->name)), *loop = infer_make(I, "Loop", 16, n->name);
  NodeList nodes = {0};
  vec_push(ctx, &count->in, n->in.at[0]);
  vec_push(ctx, &loop->in, output(I, count));
  vec_push(ctx, &loop->in, NULL);
  if (!infer_one(I, count)) return false;
  g->inputs.n = g->outputs.n = 0;
  Value *trip = region_value(I, g, "trip", true), *cond = region_value(I, g, "condition", true);
  vec_push(ctx, &g->outputs, cond);
  for (size_t k = 0; k < n->in.n; k++) {
    if (n->in.at[k]->type.form != FORM_SEQUENCE) {
      graph_replace(g, in[k], n->in.at[k]);
      continue;
    }
    in[k]->is_input = false;
    vec_push(ctx, &nodes, region_node(I, "SequenceAt", ctx_printf(ctx, "%s/at%zu", n->name, k), n->in.at[k], trip, in[k]));
  }
  for (size_t i = 0; i < g->nodes.n; i++) vec_push(ctx, &nodes, g->nodes.at[i]);
  for (size_t k = 0; k < n->out.n; k++) {
    Node *empty = infer_make(I, "SequenceEmpty", 11, ctx_printf(ctx, "%s/empty%zu", n->name, k));
    node_set(ctx, empty, "dtype", (Attr){.kind = ATTR_INT, .i = 0});
    vec_push(ctx, &loop->in, output(I, empty));
    if (!infer_one(I, empty)) return false;
    Value *so_far = region_value(I, g, ctx_printf(ctx, "out%zu", k), true), *next = region_value(I, g, ctx_printf(ctx, "next%zu", k), false);
    vec_push(ctx, &nodes, region_node(I, "SequenceInsert", ctx_printf(ctx, "%s/insert%zu", n->name, k), so_far, result[k], next));
    vec_push(ctx, &g->outputs, next);
    node_give(ctx, loop, n->out.at[k]);
  }
  graph_set_nodes(ctx, g, nodes.n, nodes.at);
  node_set(ctx, loop, "body", (Attr){.kind = ATTR_GRAPH, .graph = g});
  size_t kept = 0; /* inputs that became the tensors themselves are no values of the region */
  for (size_t i = 0; i < g->values.n; i++) {
    bool gone = false;
    for (size_t k = 0; k < n->in.n; k++) gone = gone || (g->values.at[i] == in[k] && in[k]->is_input);
    if (!gone) g->values.at[kept++] = g->values.at[i];
  }
  g->values.n = kept;
  g->index = NULL;
  return infer_one(I, loop);
}

bool infer_sequence_map(Infer *I, Node *n) {
  const Attr *body = node_attr(n, "body");
  Place where = node_place(I->model, n);
  if (!body || body->kind != ATTR_GRAPH || !n->in.n || !n->in.at[0]) return diag(I->ctx, E0403, where, "SequenceMap needs a sequence and a body");
  Graph *g = body->graph;
  if (g->inputs.n != n->in.n || g->outputs.n < n->out.n) return diag(I->ctx, E0200, where, "the body has %zu inputs and %zu outputs, the node %zu and %zu", g->inputs.n, g->outputs.n, n->in.n, n->out.n);
  if (!infer_typed(I, n)) return false;
  const Elements *first = elements_of(I, n->in.at[0]);
  bool known = first != NULL;
  for (size_t k = 0; k < n->in.n; k++) {
    const Value *v = n->in.at[k];
    if (!v || (v->type.form != FORM_SEQUENCE && (k == 0 || v->type.form != FORM_TENSOR))) return diag(I->ctx, E0404, where, "input %zu of SequenceMap is no %s", k, k ? "sequence or tensor" : "sequence");
    if (v->type.form == FORM_TENSOR) continue;
    const Elements *e = elements_of(I, v);
    known = known && e && e->n == first->n;
  }
  return known ? unroll(I, n, g, first->n) : rewrite(I, n, g);
}
