/* Extents that only running shows: an operator that finds them, and a chain of operators behind it that work along them, add to them and ask for them. Of values that
 * are made, only the rank is followed; the extents are what is tested. */
#include "graphs.h"

typedef struct Found { Sketchbook b; Value *v; int rank; } Found;

static void put_attr(Found *f, Node *n, const char *name, int64_t v) { node_set(f->b.ctx, n, name, (Attr){.kind = ATTR_INT, .i = v}); }

static Value *numbers(Found *f, int n, const int64_t *v) {
  const int64_t dim[] = {n};
  Data *d = data_new(f->b.ctx, ELEM_i64, 1, dim);
  for (int i = 0; d && i < n; i++) data_set_int((void *)(uintptr_t)d->bytes, ELEM_i64, i, v[i]);
  return book_constant(&f->b, d);
}

static int64_t any_axis(Found *f, int rank) {
  int64_t axis = choose(f->b.c, (uint32_t)rank);
  return one_in(f->b.c, 3) ? axis - rank : axis;
}

static void become(Found *f, const char *op, int nin, Value *const *in) { f->v = book_result(&f->b, book_node(&f->b, op, nin, in)); }

static void as_reals(Found *f) {
  Node *n = book_node(&f->b, "Cast", 1, (Value *const[]){f->v});
  put_attr(f, n, "to", elem_info(ELEM_f32)->onnx);
  f->v = book_result(&f->b, n);
}

/* ---- links of the chain */
static void alone(Found *f) {
  static const char *const ops[] = {"Neg", "Abs", "Relu", "Sigmoid", "Identity"};
  become(f, ops[choose(f->b.c, 5)], 1, (Value *const[]){f->v});
}

static void with_number(Found *f) {
  static const char *const ops[] = {"Add", "Mul", "Max", "Sub"};
  const int64_t one[] = {1};
  Value *k = book_constant(&f->b, draw_values(f->b.c, ELEM_f32, (int)choose(f->b.c, 2), one, SORT_ANY, 0, MOOD_PLAIN));
  become(f, ops[choose(f->b.c, 4)], 2, one_in(f->b.c, 2) ? (Value *const[]){k, f->v} : (Value *const[]){f->v, k});
}

static void with_itself(Found *f) { become(f, one_in(f->b.c, 2) ? "Mul" : "Add", 2, (Value *const[]){f->v, f->v}); }
static void turned(Found *f) { become(f, "Transpose", 1, (Value *const[]){f->v}); }

static void twice(Found *f) {
  Node *n = book_node(&f->b, "Concat", 2, (Value *const[]){f->v, f->v});
  put_attr(f, n, "axis", any_axis(f, f->rank));
  f->v = book_result(&f->b, n);
}

static void reduced(Found *f) {
  static const char *const ops[] = {"ReduceSum", "ReduceSumSquare", "ReduceMean", "ReduceMax", "ReduceL1"};
  const int64_t axis[] = {any_axis(f, f->rank)};
  bool keeps = one_in(f->b.c, 2) || f->rank == 1;
  Node *n = book_node(&f->b, ops[choose(f->b.c, 5)], 2, (Value *const[]){f->v, numbers(f, 1, axis)});
  put_attr(f, n, "keepdims", keeps);
  f->rank -= !keeps;
  f->v = book_result(&f->b, n);
}

static void softened(Found *f) {
  Node *n = book_node(&f->b, one_in(f->b.c, 2) ? "Softmax" : "LogSoftmax", 1, (Value *const[]){f->v});
  put_attr(f, n, "axis", any_axis(f, f->rank));
  f->v = book_result(&f->b, n);
}

static void summed(Found *f) {
  Node *n = book_node(&f->b, "CumSum", 2, (Value *const[]){f->v, book_number(&f->b, any_axis(f, f->rank))});
  if (one_in(f->b.c, 2)) put_attr(f, n, "reverse", 1);
  f->v = book_result(&f->b, n);
}

static void flat(Found *f) {
  const int64_t to[][2] = {{-1, 1}, {1, -1}, {-1, 0}};
  int rank = 1 + (int)choose(f->b.c, 2);
  become(f, "Reshape", 2, (Value *const[]){f->v, numbers(f, rank, to[choose(f->b.c, 2)])});
  f->rank = rank;
}

static void cut(Found *f) {
  const int64_t start[] = {PICK(f->b.c, 0, 1, -2, 2)}, end[] = {PICK(f->b.c, INT64_MAX, -1, 3, 1)}, axis[] = {any_axis(f, f->rank)}, step[] = {PICK(f->b.c, 1, 2)};
  become(f, "Slice", 5, (Value *const[]){f->v, numbers(f, 1, start), numbers(f, 1, end), numbers(f, 1, axis), numbers(f, 1, step)});
}

static void backwards(Found *f) {
  const int64_t start[] = {-1}, end[] = {INT64_MIN}, axis[] = {any_axis(f, f->rank)}, step[] = {-1};
  become(f, "Slice", 5, (Value *const[]){f->v, numbers(f, 1, start), numbers(f, 1, end), numbers(f, 1, axis), numbers(f, 1, step)});
}

static void wider(Found *f) {
  if (f->rank == 3) return;
  const int64_t axis[] = {any_axis(f, f->rank + 1)};
  become(f, "Unsqueeze", 2, (Value *const[]){f->v, numbers(f, 1, axis)});
  f->rank++;
}

static void tiled(Found *f) {
  int64_t repeats[3];
  for (int i = 0; i < f->rank; i++) repeats[i] = PICK(f->b.c, 1, 2, 3);
  become(f, "Tile", 2, (Value *const[]){f->v, numbers(f, f->rank, repeats)});
}

static void padded(Found *f) {
  int64_t pads[6];
  for (int i = 0; i < 2 * f->rank; i++) pads[i] = PICK(f->b.c, 0, 1, 2);
  become(f, "Pad", 2, (Value *const[]){f->v, numbers(f, 2 * f->rank, pads)});
}

static void squared(Found *f) { /* every row with every row */
  if (f->rank != 2) return;
  Value *v = f->v;
  turned(f);
  become(f, "MatMul", 2, (Value *const[]){v, f->v});
}

static void chosen(Found *f) {
  const Data *zero = data_new(f->b.ctx, ELEM_f32, 0, NULL);
  Value *k = book_constant(&f->b, zero);
  become(f, "Where", 3, (Value *const[]){book_apply(&f->b, "Less", f->v, k), k, f->v});
}

static void measured(Found *f) {
  become(f, one_in(f->b.c, 2) ? "Shape" : "Size", 1, (Value *const[]){f->v});
  bool size = !strcmp(f->v->def->op, "Size");
  as_reals(f);
  f->rank = 1;
  if (!size) return;
  const int64_t one[] = {1};
  become(f, "Reshape", 2, (Value *const[]){f->v, numbers(f, 1, one)});
}

static void found_again(Found *f) { /* another extent that depends on the first */
  Node *n = book_node(&f->b, one_in(f->b.c, 2) ? "NonZero" : "Unique", 1, (Value *const[]){f->v});
  bool indices = !strcmp(n->op, "NonZero");
  f->v = book_result(&f->b, n);
  f->rank = indices ? 2 : 1;
  if (indices) as_reals(f);
}

static void spread(Found *f) { /* to the shape of what it was, times a vector of ones */
  Value *shape = book_apply(&f->b, "Shape", f->v, NULL);
  const int64_t axis[] = {-1};
  Node *n = book_node(&f->b, "ReduceSum", 2, (Value *const[]){f->v, numbers(f, 1, axis)});
  put_attr(f, n, "keepdims", 1);
  become(f, "Expand", 2, (Value *const[]){book_result(&f->b, n), shape});
}

typedef void AddLink(Found *f);
static AddLink *const links[] = {
  alone, with_number, with_itself, turned, twice, reduced, softened, summed, flat, cut, backwards, wider, tiled, padded, squared, chosen, measured, found_again, spread};

bool draw_extents_found(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  Found f = {.rank = 1};
  int64_t dim[2] = {PICK(c, 3, 2, 4, 1, 6), PICK(c, 2, 3, 1, 5)};
  book_open(&f.b, ctx, c, out);
  bool flat_one = !strcmp(row->op, "Unique");
  Value *x = book_input(&f.b, draw_values(c, ELEM_f32, flat_one ? 1 : 2, dim, SORT_ANY, 0, MOOD_WHOLE));
  if (!strcmp(row->op, "Compress")) {
    int64_t axis = choose(c, 2);
    Node *n = book_node(&f.b, "Compress", 2, (Value *const[]){x, book_input(&f.b, draw_values(c, ELEM_bool, 1, &dim[axis], SORT_ANY, 0, MOOD_PLAIN))});
    put_attr(&f, n, "axis", axis);
    f.v = book_result(&f.b, n), f.rank = 2;
  } else {
    f.v = book_apply(&f.b, row->op, x, NULL);
    if (!flat_one) as_reals(&f), f.rank = 2;
  }
  for (uint32_t i = 1 + choose(c, 4); i > 0; i--) links[choose(c, sizeof links / sizeof *links)](&f);
  book_output(&f.b, f.v);
  return true;
}
