/* Chains of operators on sequences and optionals: what makes one, what changes it, what is read from it. The shapes of the elements are followed, so that most chains
 * are sound; the operator that the row names is among them. */
#include "graphs.h"
#include "ir/record.h"

enum { MOST_MEMBERS = 8 };
typedef struct Shape { int rank; int64_t dim[4]; } Shape;
typedef struct Chain {
  Sketchbook b;
  const char *op;                                                  /* which the row names */
  Elem elem;
  Value *at; int n; Shape shape[MOST_MEMBERS];                     /* the sequence now, and its members */
  Shape base; bool varied;                                         /* what members are like; some have other extents */
} Chain;

static bool wants(const Chain *s, const char *op) { return !strcmp(s->op, op); }

static Shape draw_member(Chain *s) {
  Shape shape = s->base;
  for (int i = 0; i < shape.rank; i++)
    if (s->varied && one_in(s->b.c, 3)) shape.dim[i] = PICK(s->b.c, 1, 2, 3);
  return shape;
}

static const Data *member_data(Chain *s, const Shape *shape) {
  if (s->elem == ELEM_string) return draw_texts(s->b.c, shape->rank, shape->dim, WORDS_FEW, MOOD_PLAIN);
  return draw_values(s->b.c, s->elem, shape->rank, shape->dim, SORT_ANY, 0, MOOD_PLAIN);
}

static Value *member(Chain *s, const Shape *shape) {
  const Data *d = member_data(s, shape);
  return one_in(s->b.c, 6) ? book_constant(&s->b, d) : book_input(&s->b, d);
}

/* A number that is known when compiling, or not. */
static Value *position(Chain *s, int64_t v) {
  Elem e = one_in(s->b.c, 4) ? ELEM_i32 : ELEM_i64;
  Data *d = data_new(s->b.ctx, e, 0, NULL);
  if (d) data_set_int((void *)(uintptr_t)d->bytes, e, 0, v);
  return one_in(s->b.c, 2) ? book_input(&s->b, d) : book_constant(&s->b, d);
}

static void at_attr(Chain *s, Node *n, const char *name, int64_t v) { node_set(s->b.ctx, n, name, (Attr){.kind = ATTR_INT, .i = v}); }

/* ---- what makes a sequence */
static void construct(Chain *s) {
  Value *in[3];
  s->n = 1 + (int)choose(s->b.c, 3);
  for (int i = 0; i < s->n; i++) s->shape[i] = draw_member(s), in[i] = member(s, &s->shape[i]);
  s->at = book_result(&s->b, book_node(&s->b, "SequenceConstruct", s->n, in));
}

static void make_empty(Chain *s) {
  Node *n = book_node(&s->b, "SequenceEmpty", 0, NULL);
  if (s->elem != ELEM_f32 || one_in(s->b.c, 2)) at_attr(s, n, "dtype", elem_info(s->elem)->onnx);
  s->n = 0, s->at = book_result(&s->b, n);
}

static void fed(Chain *s) {
  Type t = {.elem = s->elem, .form = FORM_SEQUENCE};
  s->n = (int)choose(s->b.c, 4);
  const Data *data[4];
  const char *why;
  for (int i = 0; i < s->n; i++) {
    s->shape[i] = draw_member(s), data[i] = member_data(s, &s->shape[i]);
    record_admit(s->b.ctx, &t, &data[i]->type, &why);
    t.cap++;
  }
  if (!s->n) { /* room for one that is not there */
    t.rank = s->base.rank, t.cap = 1;
    for (int i = 0; i < t.rank; i++) t.dim[i] = s->base.dim[i];
  }
  Data *d = record_new(s->b.ctx, &t);
  for (int i = 0; d && i < s->n; i++) record_push(s->b.ctx, d, data[i]);
  s->at = book_input(&s->b, d);
}

/* Parts along an axis: of one length, of lengths that are listed, or each of length 1. */
static void split(Chain *s) {
  Choices *c = s->b.c;
  Shape whole = s->base;
  if (!whole.rank) whole.rank = 1, whole.dim[0] = PICK(c, 3, 2, 5);
  int axis = (int)choose(c, (uint32_t)whole.rank), way = (int)choose(c, 3);
  int64_t extent = whole.dim[axis] = PICK(c, 3, 4, 2, 5, 1), length = 1, *lengths = NEWN(s->b.ctx, int64_t, MOST_MEMBERS);
  bool keep = true;
  Value *in[2] = {member(s, &whole), NULL};
  s->n = 0;
  for (int64_t left = extent; left > 0 && s->n < MOST_MEMBERS; s->n++) {
    if (s->n == 0 && way == 1) length = PICK(c, 2, 1, 3);
    if (way == 2) length = 1 + (int64_t)choose(c, (uint32_t)left);
    lengths[s->n] = length < left ? length : left;
    left -= lengths[s->n];
  }
  const int64_t count = s->n;
  Elem e = one_in(c, 4) ? ELEM_i32 : ELEM_i64;
  Data *d = way ? data_new(s->b.ctx, e, way == 2, &count) : NULL;
  for (int i = 0; d && i < (way == 2 ? s->n : 1); i++) data_set_int((void *)(uintptr_t)d->bytes, e, i, way == 2 ? lengths[i] : length);
  if (d) in[1] = one_in(c, 3) ? book_input(&s->b, d) : book_constant(&s->b, d);
  Node *n = book_node(&s->b, "SplitToSequence", d ? 2 : 1, in);
  if (axis || one_in(c, 2)) at_attr(s, n, "axis", one_in(c, 3) ? axis - whole.rank : axis);
  if (one_in(c, 3)) keep = way || one_in(c, 2), at_attr(s, n, "keepdims", keep); /* beside `split` it says nothing, but ONNX Runtime listens */
  for (int i = 0; i < s->n; i++) {
    s->shape[i] = whole, s->shape[i].dim[axis] = lengths[i];
    if (keep) continue;
    s->shape[i].rank = 0;
    for (int k = 0; k < whole.rank; k++)
      if (k != axis) s->shape[i].dim[s->shape[i].rank++] = whole.dim[k];
  }
  s->base = s->shape[0];
  s->at = book_result(&s->b, n);
}

/* ---- what changes it */
static void insert(Chain *s) {
  Choices *c = s->b.c;
  if (s->n == MOST_MEMBERS) return;
  Shape shape = draw_member(s);
  bool behind = one_in(c, 3);
  int place = behind ? s->n : (int)choose(c, (uint32_t)s->n + 1);
  Value *in[3] = {s->at, member(s, &shape), NULL};
  if (!behind) in[2] = position(s, one_in(c, 3) && s->n > place ? place - s->n : place);
  for (int i = s->n; i > place; i--) s->shape[i] = s->shape[i - 1];
  s->shape[place] = shape, s->n++;
  s->at = book_result(&s->b, book_node(&s->b, "SequenceInsert", behind ? 2 : 3, in));
}

static void erase(Chain *s) {
  Choices *c = s->b.c;
  if (!s->n) insert(s);
  bool last = one_in(c, 3);
  int place = last ? s->n - 1 : (int)choose(c, (uint32_t)s->n);
  Value *in[2] = {s->at, last ? NULL : position(s, one_in(c, 3) ? place - s->n : place)};
  for (int i = place; i + 1 < s->n; i++) s->shape[i] = s->shape[i + 1];
  s->n--;
  s->at = book_result(&s->b, book_node(&s->b, "SequenceErase", last ? 1 : 2, in));
}

static void copy(Chain *s) { if (s->b.opset >= 14) s->at = book_apply(&s->b, "Identity", s->at, NULL); }

/* ---- what is read from it */
static void take(Chain *s) {
  if (!s->n) insert(s);
  int place = (int)choose(s->b.c, (uint32_t)s->n);
  book_output(&s->b, book_apply(&s->b, "SequenceAt", s->at, position(s, one_in(s->b.c, 3) ? place - s->n : place)));
}

static void count(Chain *s) { book_output(&s->b, book_apply(&s->b, "SequenceLength", s->at, NULL)); }

static void join(Chain *s) {
  Choices *c = s->b.c;
  if (!s->n) insert(s);
  int rank = s->shape[0].rank;
  bool fresh = !rank || one_in(c, 3);
  int axis = (int)choose(c, (uint32_t)(rank + fresh));
  Node *n = book_node(&s->b, "ConcatFromSequence", 1, (Value *const[]){s->at});
  at_attr(s, n, "axis", one_in(c, 3) ? axis - rank - fresh : axis);
  if (fresh || one_in(c, 2)) at_attr(s, n, "new_axis", fresh);
  book_output(&s->b, book_result(&s->b, n));
}

static void show_it(Chain *s) { book_output(&s->b, s->at); }

typedef struct Link { const char *op; void (*add)(Chain *s); } Link;
static const Link makers[] = {{"SequenceConstruct", construct}, {"SequenceEmpty", make_empty}, {"SplitToSequence", split}, {"", fed}};
static const Link changers[] = {{"", copy}, {"SequenceInsert", insert}, {"SequenceErase", erase}};
static const Link readers[] = {{"", show_it}, {"SequenceAt", take}, {"SequenceLength", count}, {"ConcatFromSequence", join}};

/* The one that the row names, or any. */
static bool add_link(Chain *s, const Link *links, uint32_t n, bool named) {
  for (uint32_t i = 0; i < n; i++)
    if (named && wants(s, links[i].op)) return links[i].add(s), true;
  if (!named) links[choose(s->b.c, n)].add(s);
  return !named;
}

#define COUNT(links) ((uint32_t)(sizeof(links) / sizeof *(links)))

static bool open_chain(Chain *s, Ctx *ctx, const char *op, Choices *c, Case *out) {
  *s = (Chain){.op = op};
  s->elem = (Elem)PICK(c, ELEM_f32, ELEM_f32, ELEM_i64, ELEM_string, ELEM_f64, ELEM_bool, ELEM_i32);
  s->varied = one_in(c, 3), s->base.rank = (int)PICK(c, 1, 2, 0, 3);
  for (int i = 0; i < s->base.rank; i++) s->base.dim[i] = PICK(c, 2, 1, 3);
  book_open(&s->b, ctx, c, out);
  return true;
}

bool draw_sequences(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  Chain s;
  if (!open_chain(&s, ctx, row->op, c, out)) return false;
  if (!add_link(&s, makers, COUNT(makers), true)) add_link(&s, makers, COUNT(makers), false);
  for (uint32_t i = choose(c, 3); i > 0; i--) add_link(&s, changers, COUNT(changers), false);
  add_link(&s, changers, COUNT(changers), true);
  for (uint32_t i = choose(c, 2); i > 0; i--) add_link(&s, changers, COUNT(changers), false);
  bool read = add_link(&s, readers, COUNT(readers), true);
  for (uint32_t i = choose(c, 2) + !read; i > 0; i--) add_link(&s, readers, COUNT(readers), false);
  return true;
}

/* ---- optionals: of a tensor or a sequence, or none; made by a node or fed */
static Value *fed_optional(Chain *s, bool there) {
  Type t = {.elem = s->elem, .form = FORM_OPTIONAL, .rank = s->base.rank, .cap = 1};
  for (int i = 0; i < t.rank; i++) t.dim[i] = s->base.dim[i];
  Data *d = record_new(s->b.ctx, &t);
  if (d && there) record_push(s->b.ctx, d, member_data(s, &s->base));
  return book_input(&s->b, d);
}

static Value *make_optional(Chain *s, bool *there) {
  Choices *c = s->b.c;
  bool sequence = one_in(c, 3);
  *there = !one_in(c, 4);
  if (one_in(c, 4)) return fed_optional(s, *there);
  if (*there && sequence) add_link(s, makers, COUNT(makers), false);
  Node *n = book_node(&s->b, "Optional", *there, (Value *const[]){!*there ? NULL : sequence ? s->at : member(s, &s->base)});
  if (*there) return book_result(&s->b, n);
  Type *t = NEW(s->b.ctx, Type);
  *t = (Type){.elem = s->elem, .rank = s->base.rank, .form = sequence ? FORM_SEQUENCE : FORM_TENSOR};
  for (int i = 0; i < t->rank; i++) t->dim[i] = s->base.dim[i];
  node_set(s->b.ctx, n, "type", (Attr){.kind = ATTR_TYPE, .type = t});
  return book_result(&s->b, n);
}

bool draw_optionals(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  Chain s;
  if (!open_chain(&s, ctx, row->op, c, out)) return false;
  bool there = true, plain = strcmp(row->op, "Optional") && one_in(c, 4);
  Value *v = plain ? member(&s, &s.base) : make_optional(&s, &there); /* since opset 18 what is no optional counts as one that is there */
  if (one_in(c, 4)) v = book_apply(&s.b, "Identity", v, NULL);
  bool has = !there || !strcmp(row->op, "OptionalHasElement") || one_in(c, 2), get = there && (strcmp(row->op, "OptionalHasElement") || one_in(c, 2));
  if (has) book_output(&s.b, book_apply(&s.b, "OptionalHasElement", v, NULL));
  if (get) book_output(&s.b, book_apply(&s.b, "OptionalGetElement", v, NULL));
  return true;
}

/* ---- SequenceMap: element operators on each element, and on a tensor beside */
bool draw_sequence_map(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  static const char *const unary[] = {"Identity", "Neg", "Abs", "Shape"}, *const binary[] = {"Add", "Mul", "Sub", "Max"};
  Chain s;
  if (!open_chain(&s, ctx, row->op, c, out)) return false;
  if (!elem_is_number(s.elem) || s.elem == ELEM_bool) s.elem = ELEM_f32;
  add_link(&s, makers, COUNT(makers), false);
  Value *in[3] = {s.at}, *p[3];
  int nin = 1;
  bool second = one_in(c, 3), beside = one_in(c, 3);
  if (second) in[nin++] = s.at;
  if (beside) in[nin++] = member(&s, &(Shape){0});
  Graph *outer = book_enter(&s.b);
  for (int i = 0; i < nin; i++) p[i] = book_parameter(&s.b, s.elem, -1);
  uint32_t results = 1 + choose(c, 2);
  for (uint32_t k = 0; k < results; k++) {
    Value *v = book_apply(&s.b, unary[choose(c, k ? 4 : 3)], p[0], NULL);
    bool shape = !strcmp(v->def->op, "Shape");
    for (int i = 1; i < nin && !shape; i++) v = book_apply(&s.b, binary[choose(c, 4)], v, p[i]);
    v->type.elem = shape ? ELEM_i64 : s.elem; /* ONNX Runtime makes a sequence of this type */
    book_output(&s.b, v);
  }
  Graph *body = book_leave(&s.b, outer);
  Node *n = book_node(&s.b, "SequenceMap", nin, in);
  node_set(ctx, n, "body", (Attr){.kind = ATTR_GRAPH, .graph = body});
  for (uint32_t k = 0; k < results; k++) book_output(&s.b, book_result(&s.b, n));
  return true;
}
