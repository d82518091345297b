/* Inside the binding of a model: what bind.c and bind_control.c share. */
#pragma once
#include "ir/map.h"
#include "passes/node.h"

/* Buffers of values, by the graph they are made in: what a region makes is gone after it. */
typedef struct BindScope { Map bufs; struct BindScope *outer; } BindScope;

typedef struct Pool { Buf *buf; const Kernel *kernel; } Pool; /* memory for the texts that a kernel makes */
typedef struct Binder {
  Ctx *ctx;
  const Model *model;
  Program *program;
  bool doubles;                 /* all kernels compute in them */
  BindScope *scope;             /* the innermost; constants belong to the outermost */
  Map names;                    /* interned kernel names in use */
  VEC(Buf *) tables;            /* of extern operators, each content once */
  VEC(Pool) pools;              /* of texts */
} Binder;

bool bind_nodes(Binder *B, const Graph *g);                              /* the nodes of the graph or region, in order */
Buf *bind_find(const Binder *B, const Value *v);                         /* NULL: it has no buffer yet */
Buf *bind_read(Binder *B, const Value *v);                               /* the buffer a node reads: made on first use for constants, there already for everything else */
void bind_name(Binder *B, const Value *v, Buf *b);                       /* from here on, in this scope, v lies in b */
Buf *bind_buf(Binder *B, const Type *t, const char *name, Space space);  /* a new buffer of the program */
Kernel *bind_kernel(Binder *B, const char *node, const char *name);      /* at the end of the program; its name in C is made from `name` */
Kernel *bind_call(Binder *B, const char *node, const char *name, Stmt *call, const char *about); /* one that only calls an extern operator's kernel */
void bind_statement(Binder *B, Kernel *k, Reduce reduce, Buf *out, int naxes, const Var *const *axis, const Expr *const *index, const Expr *rhs, bool accumulate);
void bind_copy(Binder *B, const char *node, Buf *from, Buf *to);         /* Y[i..] = X[i..] over buffers of one shape */
void bind_cost(Binder *B, Kernel *k);                                    /* when its statements are complete */

bool bind_if(Binder *B, const Node *n);
bool bind_loop(Binder *B, const Node *n);

/* ---- passes/bind_pools.c */
Buf *bind_pool(Binder *B, const Kernel *k, const char *name, ext_t bytes); /* for the texts of one call of k */
bool bind_pools(Binder *B);                                                /* when all kernels are there: room for all calls, and kernels that set the pools up */
