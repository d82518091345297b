/* Inside shape inference: what infer.c and the rules of nodes with regions (infer_if.c, infer_loop.c, infer_scan.c) share. */
#pragma once
#include "passes/node.h"

typedef VEC(Node *) NodeList;
typedef struct Infer {
  Ctx *ctx;
  Model *model;
  Graph *graph;                 /* whose nodes are being inferred */
  NodeList kept;                /* those of its nodes that stay */
  VEC(const Value *) poisoned;  /* sorted by nothing: few, and only in models that are refused */
  VEC(const char *) found;      /* symbols that operators set */
  int depth;
  int64_t work;                 /* left for copying and inferring nodes of regions, which is done several times */
  int symbols;                  /* made so far, for their names */
} Infer;

/* The rule of an operator with regions: types of its outputs, and what stands for the node is kept. False after a diagnostic. */
typedef bool RegionRule(Infer *I, Node *n);
RegionRule infer_if, infer_loop, infer_scan;

bool infer_nodes(Infer *I, Graph *g);                                        /* nodes of g, as nodes of I->graph */
bool infer_region(Infer *I, Graph *g);                                       /* a region on its own: its nodes stay in it */
bool infer_spend(Infer *I, size_t work);                                     /* false when regions have taken more than they may, which is said in the end */
bool infer_typed(Infer *I, const Node *n);                                   /* are all inputs' types known, and of numbers? */
bool infer_output(Infer *I, const Node *n, size_t out, const Type *t);       /* against what the file declares */
bool infer_poisoned(const Infer *I, const Value *v);                         /* it depends on what failed, which was said */
bool infer_inline(Infer *I, const char *name, Graph *region);                /* what the region computes is computed by I->graph, in values named after `name`; its nodes are inferred */
bool infer_copy(Infer *I, const char *name, Value *from, Value *to);         /* to = from: an Identity node, inferred */
Node *infer_make(Infer *I, const char *op, int opset, const char *name);     /* a node of domain ai.onnx that is in no list yet */
/* A bounded symbol that node n sets when running, named after it; noted in the node's attribute `symbols` (node_symbols finds it there). */
ext_t infer_symbol(Infer *I, Node *n, const char *what, int64_t lo, int64_t hi);
/* Does e use a symbol that something inside the region sets? Outside, and in another trip, it has another value. */
bool infer_set_inside(Infer *I, const Graph *region, ext_t e);
bool infer_known_truth(const Ctx *ctx, const Value *v, bool *truth);         /* one constant element */
