/* Which operators an ONNX model uses, whether or not anything is known of them: nodes of the graph, of its regions and of its functions are counted;
 * calls of the model's own functions are not. */
#include "frontend/onnx_import.h"
#include "frontend/onnx_unpack.h"

typedef struct Nodes { Onnx__NodeProto *const *node; size_t n; const Opsets *opsets; } Nodes;
typedef struct Uses { Import im; OperatorUses *out; VEC(Nodes) open; } Uses; /* open: lists of nodes still to be looked at */

static void note(Uses *u, const Onnx__NodeProto *n, const Opsets *opsets) {
  const char *op = onnx_name(&u->im, n->op_type), *domain = onnx_name(&u->im, n->domain);
  if (!strcmp(domain, "ai.onnx")) domain = intern(u->im.ctx, "");
  const MapEntry *version = map_find(opsets, domain);
  OperatorUse use = {op, domain, version ? (int)version->i : 1, 1};
  for (size_t i = 0; i < u->out->n; i++) {
    OperatorUse *known = &u->out->at[i];
    if (known->op == op && known->domain == domain && known->opset == use.opset) {
      known->nodes++;
      return;
    }
  }
  vec_push(u->im.ctx, u->out, use);
}

static void look(Uses *u, Nodes list) {
  for (size_t i = 0; i < list.n; i++) {
    const Onnx__NodeProto *n = list.node[i];
    if (!onnx_find_function(&u->im, n)) note(u, n, list.opsets);
    for (size_t a = 0; a < n->n_attribute; a++) {
      const Onnx__AttributeProto *attr = n->attribute[a];
      if (attr->g) vec_push(u->im.ctx, &u->open, ((Nodes){attr->g->node, attr->g->n_node, list.opsets}));
      for (size_t g = 0; g < attr->n_graphs; g++) vec_push(u->im.ctx, &u->open, ((Nodes){attr->graphs[g]->node, attr->graphs[g]->n_node, list.opsets}));
    }
  }
}

static bool find(Uses *u, const Onnx__ModelProto *m) {
  bool ok = onnx_opsets(&u->im, &u->im.opsets, m->n_opset_import, m->opset_import, NULL) && onnx_functions(&u->im, m);
  if (m->graph) vec_push(u->im.ctx, &u->open, ((Nodes){m->graph->node, m->graph->n_node, &u->im.opsets}));
  for (size_t i = 0; ok && i < m->n_functions; i++) {
    const Onnx__FunctionProto *f = m->functions[i];
    Opsets *own = arena_alloc(u->im.scratch, sizeof *own);
    ok = onnx_opsets(&u->im, own, f->n_opset_import, f->opset_import, f->name);
    vec_push(u->im.ctx, &u->open, ((Nodes){f->node, f->n_node, own}));
  }
  while (ok && u->open.n) look(u, u->open.at[--u->open.n]);
  return ok;
}

bool onnx_uses(Ctx *ctx, const char *path, OperatorUses *out) {
  const void *bytes;
  size_t n;
  if (!file_map(ctx, path, &bytes, &n)) return false;
  Arena *scratch = arena_new(ctx);
  if (!scratch) ctx_out_of_memory(ctx);
  Uses u = {.im = {.ctx = ctx, .path = intern(ctx, path), .scratch = scratch, .text = str_new(ctx)}, .out = out};
  const ProtobufCMessage *m = onnx_unpack(ctx, scratch, (Place){.file = path}, bytes, n, &onnx__model_proto__descriptor);
  bool ok = m && find(&u, (const Onnx__ModelProto *)(const void *)m);
  arena_free(scratch);
  return ok;
}
