/* Operators with hooks, attributes that are graphs and modify a value on its way: the node becomes a chain. A stage is an operator of its own, with a text
 * (ir/ops/attention.ein), or the graph of an attribute. */
#include "passes/infer.h"

enum { WAY = -1, NO_INPUT = -2, STAGE_INPUTS = 2, STAGE_ATTRS = 2, MAX_STAGES = 6 };
/* hook: of which attribute; else op with inputs (of the node, or WAY: what came so far) and those attributes of the node that it takes. */
typedef struct Stage { const char *hook, *op, *domain; int in[STAGE_INPUTS]; const char *attr[STAGE_ATTRS]; } Stage;
typedef struct Staged { const char *op, *domain; Stage stage[MAX_STAGES]; } Staged;

static const Staged staged[] = {
  {"FlexAttention", "ai.onnx.preview", {
    {.op = "FlexScores", .domain = "sinter", .in = {0, 1}, .attr = {"scale", "softmax_precision"}},
    {.hook = "score_mod"},
    {.op = "Softmax", .domain = "", .in = {WAY, NO_INPUT}},
    {.hook = "prob_mod"},
    {.op = "FlexValues", .domain = "sinter", .in = {WAY, 2}},
  }},
};

static const Staged *find(const Node *n) {
  for (size_t i = 0; i < sizeof staged / sizeof *staged; i++)
    if (strcmp(staged[i].op, n->op) == 0 && strcmp(staged[i].domain, n->domain) == 0) return &staged[i];
  return NULL;
}

static int opset_of(const Model *m, const char *domain, int otherwise) {
  for (size_t i = 0; i < m->opsets.n; i++)
    if (strcmp(m->opsets.at[i].domain, domain) == 0) return (int)m->opsets.at[i].version;
  return otherwise;
}

static bool check_attributes(Ctx *ctx, const Model *m, const Node *n, const Staged *s) {
  for (size_t i = 0; i < n->attrs.n; i++) {
    const char *name = n->attrs.at[i].name;
    bool known = false;
    for (const Stage *p = s->stage; p < s->stage + MAX_STAGES; p++) {
      known |= p->hook && strcmp(p->hook, name) == 0;
      for (int a = 0; a < STAGE_ATTRS; a++) known |= p->attr[a] && strcmp(p->attr[a], name) == 0;
    }
    if (!known) return diag(ctx, E0402, node_place(m, n), "%s has an attribute `%s`", n->op, name);
  }
  return true;
}

/* The hook's nodes and values move into g; its input is what came so far. */
static Value *apply_hook(Ctx *ctx, const Model *m, const Node *n, Graph *g, const Attr *hook, Value *way) {
  Graph *h = hook->kind == ATTR_GRAPH ? hook->graph : NULL;
  if (!h || h->inputs.n != 1 || h->outputs.n != 1) {
    diag(ctx, E0200, node_place(m, n), "the attribute `%s` is no graph with one input and one output", hook->name);
    return NULL;
  }
  Value *formal = h->inputs.at[0];
  graph_replace(h, formal, way);
  for (size_t i = 0; i < h->values.n; i++)
    if (h->values.at[i] != formal) vec_push(ctx, &g->values, h->values.at[i]);
  for (size_t i = 0; i < h->nodes.n; i++) vec_push(ctx, &g->nodes, h->nodes.at[i]);
  return h->outputs.at[0];
}

static Value *apply_stage(Ctx *ctx, const Model *m, const Node *n, Graph *g, const Stage *s, Value *way) {
  Node *p = graph_node(ctx, g, s->op, s->domain, ctx_printf(ctx, "%s/%s", n->name, s->op));
  Value *out = graph_value(ctx, g, ctx_printf(ctx, "%s/out", s->op));
  p->opset = opset_of(m, s->domain, n->opset);
  for (int i = 0; i < STAGE_INPUTS; i++)
    if (s->in[i] != NO_INPUT) vec_push(ctx, &p->in, s->in[i] == WAY ? way : n->in.at[s->in[i]]);
  for (int i = 0; i < STAGE_ATTRS; i++) {
    const Attr *a = s->attr[i] ? node_attr(n, s->attr[i]) : NULL;
    if (a) vec_push(ctx, &p->attrs, *a);
  }
  node_give(ctx, p, out);
  return out;
}

/* A graph without inputs, which reads n's inputs as values of the graph around and whose only output is n's; it takes the hooks apart. */
static Graph *chain(Ctx *ctx, const Model *m, const Node *n, const Staged *s) {
  size_t needed = 0;
  for (const Stage *p = s->stage; p < s->stage + MAX_STAGES; p++)
    for (int i = 0; p->op && i < STAGE_INPUTS; i++)
      if (p->in[i] >= (int)needed) needed = (size_t)p->in[i] + 1;
  if (n->in.n != needed || n->out.n != 1) {
    diag(ctx, E0401, node_place(m, n), "%s has %zu inputs and %zu outputs where %zu and 1 are expected", n->op, n->in.n, n->out.n, needed);
    return NULL;
  }
  if (!check_attributes(ctx, m, n, s)) return NULL;
  Graph *g = NEW(ctx, Graph);
  g->name = n->name;
  Value *way = NULL;
  for (const Stage *p = s->stage; p < s->stage + MAX_STAGES && (p->op || p->hook); p++) {
    const Attr *hook = p->hook ? node_attr(n, p->hook) : NULL;
    if (p->hook && !hook) continue;
    way = hook ? apply_hook(ctx, m, n, g, hook, way) : apply_stage(ctx, m, n, g, p, way);
    if (!way) return NULL;
  }
  vec_push(ctx, &g->outputs, way);
  return g;
}

bool infer_staged(Infer *I, Node *n) {
  const Staged *s = find(n);
  Graph *g = s ? chain(I->ctx, I->model, n, s) : NULL;
  return g && infer_inline(I, n->name, g) && infer_copy(I, ctx_printf(I->ctx, "%s/out", n->name), g->outputs.at[0], n->out.at[0]);
}
