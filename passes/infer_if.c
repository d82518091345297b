/* If: a condition that is known takes its branch's place in the graph around; else both branches stay. Where they give different extents the output has a bounded
 * symbol, which each branch sets. */
#include "ir/record.h"
#include "passes/infer.h"

static bool merge_extents(Infer *I, Node *n, size_t out, Graph *const branch[2], Type *t) {
  const Type *a = &branch[0]->outputs.at[out]->type, *b = &branch[1]->outputs.at[out]->type;
  for (int d = 0; d < t->rank; d++) {
    if (ext_eq(I->ctx, a->dim[d], b->dim[d]) == TRI_TRUE && !infer_set_inside(I, branch[0], a->dim[d]) && !infer_set_inside(I, branch[1], b->dim[d])) continue;
    int64_t alo, ahi, blo, bhi;
    ext_range(I->ctx, a->dim[d], &alo, &ahi);
    ext_range(I->ctx, b->dim[d], &blo, &bhi);
    t->dim[d] = infer_symbol(I, n, ctx_printf(I->ctx, "out%zu_%d", out, d), alo < blo ? alo : blo, ahi > bhi ? ahi : bhi);
  }
  return true;
}

static bool merge_records(Infer *I, Node *n, size_t out, Graph *const branch[2]) {
  const Type a = infer_escape(I, branch[0], branch[0]->outputs.at[out]->type), b = infer_escape(I, branch[1], branch[1]->outputs.at[out]->type);
  const char *why;
  Type t;
  if (!record_join(I->ctx, &a, &b, &t, &why)) return diag(I->ctx, E0200, node_place(I->model, n), "output %zu of the branches cannot be one value: %s", out, why);
  for (int i = 0; i < 2; i++) infer_refit_output(I, n, branch[i], out, &t);
  return infer_output(I, n, out, &t);
}

static bool merge_types(Infer *I, Node *n, size_t out, Graph *const branch[2]) {
  const Type *a = &branch[0]->outputs.at[out]->type, *b = &branch[1]->outputs.at[out]->type;
  Type t = *a;
  if (type_is_record(a) || type_is_record(b)) return merge_records(I, n, out, branch);
  if (a->elem != b->elem) return diag(I->ctx, E0200, node_place(I->model, n), "output %zu is %s in one branch and %s in the other", out, elem_info(a->elem)->name, elem_info(b->elem)->name);
  if (a->rank != b->rank) return diag(I->ctx, E0202, node_place(I->model, n), "output %zu has %d dimensions in one branch and %d in the other", out, a->rank, b->rank);
  return merge_extents(I, n, out, branch, &t) && infer_output(I, n, out, &t);
}

static bool take_branch(Infer *I, Node *n, Graph *branch) {
  bool ok = infer_inline(I, n->name, branch);
  for (size_t i = 0; i < n->out.n; i++)
    if (n->out.at[i]) ok = infer_copy(I, ctx_printf(I->ctx, "%s/out%zu", n->name, i), branch->outputs.at[i], n->out.at[i]) && ok;
  return ok;
}

bool infer_if(Infer *I, Node *n) {
  Ctx *ctx = I->ctx;
  const Attr *yes = node_attr(n, "then_branch"), *no = node_attr(n, "else_branch");
  const Place at = node_place(I->model, n);
  if (!yes || !no || yes->kind != ATTR_GRAPH || no->kind != ATTR_GRAPH || n->in.n != 1 || !n->in.at[0]) return diag(ctx, E0403, at, "If takes a condition, a then_branch and an else_branch");
  Graph *const branch[2] = {yes->graph, no->graph};
  for (int b = 0; b < 2; b++)
    if (branch[b]->inputs.n || branch[b]->outputs.n < n->out.n)
      return diag(ctx, E0200, at, "the branch has %zu inputs and %zu outputs where 0 and %zu are expected", branch[b]->inputs.n, branch[b]->outputs.n, n->out.n);
  bool truth;
  if (!infer_typed(I, n)) return false;
  const Value *c = n->in.at[0];
  if (infer_known_truth(ctx, c, &truth)) return take_branch(I, n, branch[!truth]);
  if (c->type.elem != ELEM_bool || type_bound(ctx, &c->type) != 1) return diag(ctx, E0404, at, "the condition '%s' is not one truth value", c->name);
  const bool fits[2] = {infer_region(I, branch[0]), infer_region(I, branch[1])};
  bool ok = fits[0] && fits[1];
  if (fits[0] != fits[1]) diag(ctx, E0202, at, "the %s_branch does not compile, and the condition '%s' is known only when running: where the branch is never taken, make that known", fits[0] ? "else" : "then", c->name);
  for (size_t i = 0; ok && i < n->out.n; i++) {
    if (!n->out.at[i]) continue;
    if (infer_poisoned(I, branch[0]->outputs.at[i]) || infer_poisoned(I, branch[1]->outputs.at[i])) return false;
    ok = merge_types(I, n, i, branch);
  }
  if (ok) vec_push(ctx, &I->kept, n);
  return ok;
}
