/* What graph passes ask of nodes and values: binding, facts of the bound cascade, uses, replacement (passes/node.c). */
#pragma once
#include "passes/pass.h"

Place node_place(const Model *m, const Node *n);
/* The binder's question about a node; outputs that are NULL are not wanted. Its arrays live in ctx->arena. */
BindRequest node_request(Ctx *ctx, const Model *m, const Node *n, bool infer_only);
bool node_bind(Ctx *ctx, const Model *m, const Node *n, bool infer_only, Bound *b);
bool node_is_cascade(const Model *m, const Node *n);               /* an operator text applies (no kernel for its strings, no sequences), so it is a pure function of its inputs */
const Extern *node_extern(const Model *m, const Node *n);          /* the extern operator that it is; NULL: a cascade, or unknown */
bool node_reads_records(const Node *n);                            /* a sequence, an optional or a map is among its inputs */
Node *node_refit(Ctx *ctx, const char *name, Value *from, const Type *type); /* a node that gives a record the room of another type; it is in no graph yet, and has no output */
void node_inputs_text(const Ctx *ctx, const Node *n, Str *out);    /* "x f32[1,8], w i64[2]" */

/* A node that gives bounded symbols the values of an integer tensor's elements when the model runs. It is in no graph yet: it belongs before the first node
 * whose types have these symbols. A value outside a symbol's bounds ends the run with SINTER_EXTENT. */
Node *node_extents(Ctx *ctx, const char *name, Value *from, int n, const ext_t *symbol);
/* Symbols that an extern operator or a node with regions sets, those set inside a region left out; NULL for other nodes. `n`: how many. */
const ext_t *node_symbols(Ctx *ctx, const Model *m, const Node *node, int *n);

/* Element by element in row-major order the one output of the cascade equals input number `*input`: a copy, whatever it is called. The types may differ. */
bool bound_is_copy(Ctx *ctx, const Bound *b, int nin, int *input);
bool bound_has_symbols(const Ctx *ctx, const Bound *b);            /* an extent, stride or number of the cascade is no constant */
int64_t bound_points(const Ctx *ctx, const Bound *b);              /* iterations of all statements at the symbols' bounds; -1 beyond 2^60 */

/* Uses of the values of g (regions inside count), indexed by Value.id; the ids are renewed. A graph output is one use. */
int *graph_uses(Ctx *ctx, Graph *g);
bool graph_owns(const Graph *g, const Value *v);                   /* it is a value of g itself, not of a graph around it; ids must be those of graph_uses */
bool value_is_output(const Graph *g, const Value *v);
/* A pass on one graph, made on the model's and then on the regions of the nodes that are left, outside first. A region reads values of the graphs around it: what their
 * nodes and uses are is not its own business. */
typedef bool GraphPass(Ctx *ctx, Unit *u, Graph *g);
bool each_graph(Ctx *ctx, Unit *u, GraphPass *pass);
/* Replaces `from` by `to` wherever nodes of g and of its regions read it, and among the outputs. */
void graph_replace(Graph *g, const Value *from, Value *to);
void graph_drop_inputs(Graph *g);                                  /* of a region, when nothing reads them any more */
void graph_drop_nodes(Graph *g, const bool *drop);                 /* by position */
Value *graph_fresh(Ctx *ctx, Graph *g, const char *stem);          /* a new value named stem, or stem.2 ... where that is taken */
Value *graph_constant(Ctx *ctx, Graph *g, const char *stem, const Data *d); /* a new constant with a name of its own */
