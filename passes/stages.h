/* Operators with hooks (passes/stages.c): an attribute that is a graph modifies a value on its way through the operator. */
#pragma once
#include "passes/node.h"

bool stages_has(const Node *n);                                          /* is n one of them? */
/* What the node is: texts for the stages and, between them, the nodes of the hooks it has. A graph without inputs, which reads n's inputs as values of the graph
 * around and whose only output is n's; it takes the hooks apart. NULL with a diagnostic. */
Graph *stages_graph(Ctx *ctx, const Model *m, const Node *n);
