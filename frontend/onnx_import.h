/* The import of one ONNX model: what the files onnx_*.c share. */
#pragma once
#include "frontend/onnx_tensor.h"

typedef Map Opsets;                   /* domain (interned, "" for ai.onnx) -> version */

/* One model being read. */
typedef struct Import {
  Ctx *ctx; const ImportOptions *opt; const char *path;
  Model *model;
  Arena *scratch;                     /* protobuf structures, maps */
  TensorSource tensors;
  Opsets opsets;                      /* of the model */
  Map functions;                      /* key (onnx_function.c) -> Onnx__FunctionProto */
  Map node_names, suffixes;           /* names taken; a text -> the last number appended to it */
  Str text;                           /* for names while they are put together */
  Map most;                           /* names of dimensions that only outputs have -> what --dim says of them (DimOption) */
  Value absent;                       /* stands for an input of a function that the call does not give */
  size_t work;                        /* what inlining may still make: nodes, arguments and list entries */
  bool work_done;                     /* that limit was reached, and said so */
  size_t renamed, shadowing;          /* nodes whose name was taken, names that hide one of an outer graph: reported as a warning each */
  const char *renamed_example, *shadowing_example;
} Import;

/* Where names mean something: a graph, a region within it, or the body of a function that is being inlined. */
typedef struct Scope {
  Graph *graph;                       /* what is being filled; the caller's for a function body */
  const struct Scope *outer;          /* where names are looked up that are not found here; NULL at a model's graph and at a function body */
  const struct Call *call;            /* the call whose body this is or sits in; NULL in the model itself */
  const Opsets *opsets;
  const char *prefix;                 /* of the names made here: "" or "the_call/" */
  Map values;                         /* name in the file (interned) -> Value */
  int depth;
} Scope;

/* One call of a model-local function. */
typedef struct Call {
  const Onnx__FunctionProto *function;
  const Onnx__NodeProto *node;
  const Scope *caller;
  const char *name;                   /* of the node, made unique */
  Map results;                        /* the function's output names -> the caller's Values */
} Call;

/* onnx_graph.c */
bool onnx_graph_body(Import *im, Scope *s, size_t n, Onnx__NodeProto *const *nodes);            /* values and nodes of a graph or a function */
Graph *onnx_region(Import *im, const Scope *outer, const Onnx__GraphProto *g, Graph *sits_in, Place at, const char *attribute);
bool onnx_initializers(Import *im, Scope *s, const Onnx__GraphProto *g, const Map *inputs);     /* inputs: names of graph inputs, which an initializer may give a value */
bool onnx_outputs(Import *im, Scope *s, const Onnx__GraphProto *g);
Value *onnx_lookup(const Scope *s, const char *name);                                           /* here or further out; NULL when undefined; may be &im->absent; name is interned */
Value *onnx_define(Import *im, Scope *s, const char *name, Place at);                           /* a new value of that name; NULL with E0200 when there is one */
bool onnx_spend(Import *im, size_t work, Place at);                                             /* false, with E0104 the first time, when a model grows without bound */
const char *onnx_node_name(Import *im, const char *wish);                                       /* the wish, or with a number appended where a node has that name */
const char *onnx_name(Import *im, const char *name);                                            /* interned; "" for NULL */
const char *onnx_join(Import *im, const char *a, const char *b, const char *c);                 /* interned */
Place onnx_place(const Import *im, const Onnx__NodeProto *n, const char *name, int opset);

/* onnx_attribute.c */
bool onnx_attributes(Import *im, const Scope *s, const Onnx__NodeProto *n, Place at, Node *node);
/* The attribute itself, or what it refers to where it names an attribute of the function it stands in; *scope becomes the one in which graphs of it look up
 * names. NULL: the call does not give it and it has no default, or (*ok false) the reference is wrong. */
const Onnx__AttributeProto *onnx_resolve(Import *im, const Scope **scope, const Onnx__AttributeProto *a, Place at, bool *ok);
const Data *onnx_constant(Import *im, const Scope *s, const Onnx__NodeProto *n, Place at);      /* the value of a Constant node */

/* onnx_function.c */
bool onnx_functions(Import *im, const Onnx__ModelProto *m);
const Onnx__FunctionProto *onnx_find_function(Import *im, const Onnx__NodeProto *n);
bool onnx_inline(Import *im, Scope *s, const Onnx__FunctionProto *f, const Onnx__NodeProto *n, const char *name, Place at);
bool onnx_opsets(Import *im, Opsets *into, size_t n, Onnx__OperatorSetIdProto *const *list, const char *of_function);

/* onnx_inputs.c */
bool onnx_inputs(Import *im, Scope *s, const Onnx__GraphProto *g);                              /* inputs and initializers of the model's graph, with the user's options */
void onnx_declare(Import *im, Value *v, const Onnx__TypeProto *t);                              /* v->declared, from the file and from what the user says of outputs */
const char **onnx_dim_names(Import *im, const Onnx__TypeProto *t);                              /* MAX_RANK + 1 entries; NULL when there are none */
Elem onnx_elem(const Onnx__TypeProto *t);                                                       /* of a declared tensor; ELEM_NONE when not given */

/* onnx_type.c: declared types */
typedef struct DeclaredType { TypeForm form; Elem key; const Onnx__TypeProto__Tensor *tensor; } DeclaredType; /* tensor: of the elements; NULL when nothing is said of them */
/* Takes apart what a value is: a tensor, or a form that holds tensors (ir/type.h). Where it is something else, false with what that is, in words. */
bool onnx_form(const Onnx__TypeProto *t, DeclaredType *d, const char **other);
/* The type with everything that is open as -1; false with E0202 or E0200. `what` names it: "input 'x'". */
bool onnx_type(Import *im, const Onnx__TypeProto *t, Place at, const char *what, Type *type);
