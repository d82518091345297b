/* Inside shape inference: what infer.c and the rules of nodes with regions (infer_if.c, infer_loop.c, infer_scan.c, infer_staged.c) share. */
#pragma once
#include "ir/map.h"
#include "passes/node.h"

typedef VEC(Node *) NodeList;
typedef struct Infer {
  Ctx *ctx;
  Model *model;
  Graph *graph;                 /* whose nodes are being inferred */
  NodeList kept;                /* those of its nodes that stay */
  VEC(const Value *) poisoned;  /* sorted by nothing: few, and only in models that are refused */
  VEC(const char *) found;      /* symbols that operators set */
  Map elements;                 /* Value -> what is known of its elements (infer_sequence.c) */
  int depth;
  int64_t work;                 /* left for copying and inferring nodes of regions, which is done several times */
  int symbols;                  /* made so far, for their names */
} Infer;

/* The rule of an operator with regions: types of its outputs, and what stands for the node is kept. False after a diagnostic. */
typedef bool RegionRule(Infer *I, Node *n);
RegionRule infer_if, infer_loop, infer_scan, infer_sequence_map, infer_staged;

bool infer_nodes(Infer *I, Graph *g);                                        /* nodes of g, as nodes of I->graph */
bool infer_region(Infer *I, Graph *g);                                       /* a region on its own: its nodes stay in it */
bool infer_spend(Infer *I, size_t work);                                     /* false when regions have taken more than they may, which is said in the end */
bool infer_typed(Infer *I, const Node *n);                                   /* are all inputs' types known, and of numbers? */
bool infer_output(Infer *I, const Node *n, size_t out, const Type *t);       /* against what the file declares */
bool infer_poisoned(const Infer *I, const Value *v);                         /* it depends on what failed, which was said */
bool infer_inline(Infer *I, const char *name, Graph *region);                /* what the region computes is computed by I->graph, in values named after `name`; its nodes are inferred */
bool infer_copy(Infer *I, const char *name, Value *from, Value *to);         /* to = from: an Identity node, inferred */
Node *infer_make(Infer *I, const char *op, int opset, const char *name);     /* a node of domain ai.onnx that is in no list yet */
/* infer_record.c: records that leave regions. Extents that something inside the region sets are bounds outside. */
Type infer_escape(Infer *I, const Graph *region, Type t);
void infer_refit_output(Infer *I, const Node *around, Graph *region, size_t output, const Type *to); /* where the layout differs the region gives a copy that has it */
void infer_refit_input(Infer *I, Node *n, size_t input, const Type *to);     /* the same for what n, which is not kept yet, reads */
/* Before n is inferred: where it reads elements of a sequence or an optional that are known, it becomes a node that reads these, or (*folded) a constant. */
bool infer_elements(Infer *I, Node *n, bool *folded);
void infer_note_elements(Infer *I, const Node *n);                           /* after it: elements of what it makes */
/* A bounded symbol that node n sets when running, named after it; noted in the node's attribute `symbols` (node_symbols finds it there). */
ext_t infer_symbol(Infer *I, Node *n, const char *what, int64_t lo, int64_t hi);
/* Does e use a symbol that something inside the region sets? Outside, and in another trip, it has another value. */
bool infer_set_inside(Infer *I, const Graph *region, ext_t e);
bool infer_bound(const Model *m, const char *name, int64_t *most);          /* the largest value the user states for what has that name */
/* The same for v, or for one that it is a copy of: through nodes of one input that keep a number what it is. */
bool infer_value_bound(const Model *m, const Value *v, int64_t *most);
bool infer_values(Infer *I, Node *n);                                        /* inputs whose numbers must be known become symbols where the user bounds them */
bool infer_known_truth(const Ctx *ctx, const Value *v, bool *truth);         /* one constant element */
