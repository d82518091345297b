/* What the tree ensembles of ai.onnx.ml share when they are bound: from the many ways attributes spell a forest to the tables of tree.kernel.h, proven sound. */
#pragma once
#include "ir/extern/features.h"

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

/* Nodes as versions 1 and 3 give them, each with the ids of its tree and its own; votes: `class_` or `target_`. */
bool forest_of_ids(Ctx *ctx, const BindRequest *req, const char *votes, Forest *f);
/* Checks everything that the kernel relies on, then gives it the shapes, arguments 0..8 and tables 1..7 (base values last). `aggregate` and `transform` are the kernel's numbers. */
bool forest_bind(Ctx *ctx, const BindRequest *req, const Forest *f, int64_t aggregate, int64_t transform, const Reals *base, ExternBound *to);
