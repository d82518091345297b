/* The graph IR: SSA values with types; nodes are operators, regions hold control flow. What the model says. */
#pragma once
#include "ir/type.h"

typedef enum AttrKind { ATTR_INT, ATTR_REAL, ATTR_STRING, ATTR_INTS, ATTR_REALS, ATTR_STRINGS, ATTR_TENSOR, ATTR_GRAPH, ATTR_TYPE } AttrKind;
typedef struct Attr {
  const char *name; AttrKind kind; int n;                /* n: entries of a list */
  union { int64_t i; double r; const char *s; const int64_t *ints; const double *reals; const char *const *strings; const Data *tensor; struct Graph *graph; const Type *type; };
} Attr;

typedef struct Value {
  const char *name;                                      /* the model's own, unique in its graph; interned */
  Type type;                                             /* elem ELEM_NONE or rank -1 where not known yet */
  const Data *data;                                      /* constant: initializer or folded; NULL otherwise. i64 data may hold ext_t handles (symbolic shapes) when `symbolic` */
  bool symbolic;
  struct Node *def; int out;                             /* producer and which output; NULL for inputs and initializers */
  bool is_input;
  int id;
  const Type *declared;                                  /* what the file says of a value, extents that it leaves open are -1: bounds extents that no operator bounds; NULL: nothing */
  const char *const *dim_names;                          /* of a declared input or output: per dim the model's dim_param or NULL; NULL when none */
} Value;

typedef struct Node {
  const char *name, *op, *domain;                        /* domain "" for ai.onnx; name never empty (made from op and an output when the model has none) */
  VEC(Attr) attrs;
  VEC(Value *) in;                                       /* NULL: an optional input that is absent */
  VEC(Value *) out;                                      /* NULL: an output that nobody asked for */
  int opset;                                             /* version of its domain that applies to this node */
  int id;
} Node;

typedef struct StatePair { size_t in, out; } StatePair;  /* what output number `out` gives is what input number `in` takes in the next run; zeros in the first */

typedef struct Graph {
  const char *name;
  VEC(Value *) inputs, outputs;                          /* inputs: without initializers */
  VEC(StatePair) states;                                 /* of the outermost graph: neither the caller's input nor the caller's output */
  VEC(Value *) values;
  VEC(Node *) nodes;                                     /* in execution order after graph_sort */
  struct Graph *outer;                                   /* the graph a region sits in */
  struct ValueIndex *index;                              /* names to values, kept by graph_value; who removes from or renames in `values` sets it to NULL */
} Graph;

typedef struct ValueBound { const char *name; int64_t most; } ValueBound; /* what the user says of an integer value, or of how often the loop of that node name runs */
typedef struct OpsetId { const char *domain; int64_t version; } OpsetId;
typedef struct Model {
  const char *path, *name, *producer;                    /* name: file name without extension unless --name */
  Graph *graph;
  uint64_t hash; const void *file; size_t file_bytes;    /* the mapped file: constants that nobody changed lie in it */
  int64_t ir_version;
  VEC(OpsetId) opsets;
  VEC(ValueBound) bounds;
  VEC(const char *) bounded;                             /* symbols the user gave a bound (--dim 'NAME<=N') that are no dimension of an input: operators set them, see extern_open_symbol */
  const struct EinLib *lib;                              /* operator texts that apply (library, --ops, the model's own) */
} Model;

Value *graph_value(Ctx *ctx, Graph *g, const char *name);        /* find or make; in this graph only, not in outer ones */
Value *graph_find(Ctx *ctx, Graph *g, const char *name);         /* NULL when this graph has no such value */
Node *graph_node(Ctx *ctx, Graph *g, const char *op, const char *domain, const char *name);
Node *node_new(Ctx *ctx, const char *op, const char *domain, int opset, const char *name); /* in no graph yet */
void node_give(Ctx *ctx, Node *n, Value *out);                   /* its next output; NULL: one that nobody asks for */
void node_set(Ctx *ctx, Node *n, const char *name, Attr value);  /* one more attribute: value without its name */
void graph_set_nodes(Ctx *ctx, Graph *g, size_t n, Node *const *nodes); /* instead of those it has; ids are their places */
const Attr *node_attr(const Node *n, const char *name);
size_t graph_size(const Graph *g);                                /* nodes, with those of its regions */
Graph *graph_copy(Ctx *ctx, const Graph *g);                     /* a region once more, with the regions inside it; what it reads from outside stays the same */
bool graph_is_state_input(const Graph *g, size_t input);
bool graph_is_state_output(const Graph *g, size_t output);
bool graph_sort(Ctx *ctx, Graph *g);                             /* topological; E0200 names a cycle or an undefined value */
bool graph_verify(Ctx *ctx, const Graph *g);
void model_print(const Ctx *ctx, const Model *m, Str *out);      /* text IR; constants larger than 16 elements print as `const f32[..] @hash` and need the model to be read back */
Model *model_parse(Ctx *ctx, const char *file, const char *text, const Model *weights); /* weights: where @hash constants come from; may be NULL */
