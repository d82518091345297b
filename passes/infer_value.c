/* Integers that an operator needs when compiling (a shape, an end, a count) and that are known only when running. Where the user states how large they may be,
 * --dim 'NAME<=N', each becomes a symbol that a node sinter.Extents sets when running, and what is computed from it has bounded extents. */
#include "passes/infer.h"

enum { MOST_NUMBERS = MAX_RANK }; /* of one value: a shape has no more */

bool infer_bound(const Model *m, const char *name, int64_t *most) {
  for (size_t i = 0; i < m->bounds.n; i++)
    if (!strcmp(m->bounds.at[i].name, name)) return *most = m->bounds.at[i].most, true;
  return false;
}

bool infer_value_bound(const Model *m, const Value *v, int64_t *most) {
  static const char *const copies[] = {"Identity", "Cast", "Squeeze", "Unsqueeze", "Reshape"};
  for (int depth = 0; depth < 16; depth++) {
    if (infer_bound(m, v->name, most)) return true;
    if (v->def && !strcmp(v->def->op, "SequenceLength") && v->def->in.n && v->def->in.at[0]) return *most = v->def->in.at[0]->type.cap, true;
    bool copy = false;
    for (size_t i = 0; v->def && i < sizeof copies / sizeof *copies; i++) copy = copy || !strcmp(v->def->op, copies[i]);
    if (!copy || !v->def->in.n || !v->def->in.at[0]) return false;
    v = v->def->in.at[0];
  }
  return false;
}

/* The value that stands for v where its numbers must be known, made once in this graph. */
static Value *as_symbols(Infer *I, Value *v, int64_t most) {
  Ctx *ctx = I->ctx;
  const char *name = ctx_printf(ctx, "%s.extents", v->name);
  Value *known = graph_find(ctx, I->graph, name);
  if (known) return known->symbolic ? known : NULL;
  int64_t count = type_bound(ctx, &v->type);
  ext_t *symbol = NEWN(ctx, ext_t, count);
  Node *set = node_extents(ctx, name, v, 0, NULL);
  for (int64_t i = 0; i < count; i++) symbol[i] = infer_symbol(I, set, count == 1 ? "value" : ctx_printf(ctx, "%lld", (long long)i), 0, most);
  *set = *node_extents(ctx, name, v, (int)count, symbol);
  Data *data = data_new(ctx, ELEM_i64, v->type.rank, v->type.dim);
  if (!data) return NULL;
  memcpy((void *)data->bytes, symbol, (size_t)count * sizeof *symbol);
  known = graph_value(ctx, I->graph, name);
  known->type = v->type;
  known->data = data;
  known->symbolic = true;
  vec_push(ctx, &I->kept, set);
  return known;
}

bool infer_values(Infer *I, Node *n) {
  for (size_t i = 0; i < n->in.n; i++) {
    Value *v = n->in.at[i];
    int64_t most, count;
    if (!v || v->data || elem_info(v->type.elem)->cls != 'i' || v->type.rank > 1 || !ein_static_input(I->model->lib, n->op, n->domain, n->opset, (int)i)) continue;
    if (!type_is_const(I->ctx, &v->type) || (count = type_bound(I->ctx, &v->type)) < 1 || count > MOST_NUMBERS || !infer_value_bound(I->model, v, &most)) continue;
    Value *known = as_symbols(I, v, most);
    if (!known) return false;
    n->in.at[i] = known;
  }
  return true;
}
