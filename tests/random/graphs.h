/* Small graphs as cases: values are made from nodes, and what each of them is can be asked while the graph grows. */
#pragma once
#include "draw.h"

typedef struct Sketchbook { Ctx *ctx; Choices *c; Case *out; Graph *g; int opset, values; } Sketchbook; /* g: the graph, or the region, that nodes go into */

void book_open(Sketchbook *b, Ctx *ctx, Choices *c, Case *out);
Value *book_input(Sketchbook *b, const Data *d);                               /* of the outermost graph, fed with d */
Value *book_constant(Sketchbook *b, const Data *d);                            /* an initializer where nodes go now */
Value *book_number(Sketchbook *b, int64_t v);                                  /* an i64 of rank 0 */
Value *book_parameter(Sketchbook *b, Elem e, int rank);                        /* an input of a region; rank 0: one number, -1: not said */
Node *book_node(Sketchbook *b, const char *op, int nin, Value *const *in);     /* NULL among in: absent */
Value *book_result(Sketchbook *b, Node *n);                                    /* its next output */
Value *book_apply(Sketchbook *b, const char *op, Value *x, Value *y);          /* y NULL: of one input */
void book_output(Sketchbook *b, Value *v);
Graph *book_enter(Sketchbook *b);                                              /* a region: nodes go into it; what it returns is to be given to book_leave */
Graph *book_leave(Sketchbook *b, Graph *outer);                                /* the region, done */
