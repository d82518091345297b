/* What the tree ensembles of ai.onnx.ml share when they are bound: from the many ways attributes spell a forest to the tables of tree.kernel.h, proven sound. */
#pragma once
#include "ir/extern/bind.h"

/* Reals of an attribute: a list, or a tensor where numbers are doubles. Absent: n is 0. */
typedef struct TreeReals { int64_t n; const double *list; const Data *tensor; } TreeReals;
double tree_real(const TreeReals *r, int64_t i);

/* A place is a node, or ~leaf. */
enum { TREE_LEQ, TREE_LT, TREE_GTE, TREE_GT, TREE_EQ, TREE_NEQ, TREE_MEMBER, TREE_MISSING = 8 /* added to a test: what is not a number passes */ };
typedef struct TreeNode { int64_t feature, yes, no; int test; double threshold; } TreeNode;
typedef struct TreeVote { int64_t leaf, target; double weight; } TreeVote;
typedef struct Forest {
  VEC(TreeNode) nodes;
  VEC(TreeVote) votes;
  VEC(int64_t) roots;                                    /* places */
  int64_t leaves, targets;
  bool doubles;                                          /* thresholds and weights need doubles */
} Forest;

/* Attributes as the kinds that are expected; E0401 otherwise, and where a list has not n entries (n < 0: any number). */
bool tree_ints(Ctx *ctx, const BindRequest *req, const char *name, int64_t n, const int64_t **to, int64_t *count);
bool tree_reals(Ctx *ctx, const BindRequest *req, const char *name, int64_t n, TreeReals *to); /* NAME or NAME_as_tensor */
bool tree_choice(Ctx *ctx, const BindRequest *req, const char *name, const char *const *texts, int otherwise, int64_t *to); /* which of the texts (NULL ends them) */

/* Nodes as versions 1 and 3 give them, each with the ids of its tree and its own; votes: `class_` or `target_`. */
bool forest_of_ids(Ctx *ctx, const BindRequest *req, const char *votes, Forest *f);
/* Checks everything that the kernel relies on, then gives it the shapes, arguments 0..8 and tables 1..7 (base values last). `aggregate` and `transform` are the kernel's numbers. */
bool forest_bind(Ctx *ctx, const BindRequest *req, const Forest *f, int64_t aggregate, int64_t transform, const TreeReals *base, ExternBound *to);
extern const char *const tree_transforms[];              /* values of post_transform, in the kernel's order */
