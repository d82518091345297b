/* Equal nodes with equal inputs become one, and so do equal constants. A region sees what the graphs around it have made before its node: an equal node in a
 * loop's body is not computed again in every trip.
 *
 * Only operators with a text take part: a cascade is a function of its inputs. Extern operators may draw random numbers. */
#include "ir/map.h"
#include "passes/node.h"

#include <inttypes.h>
#include <xxhash.h>

/* ---- keys: two nodes are equal when their keys are the same text */

static void key_text(Str *k, const char *s) { str_printf(k, "%zu:%s;", strlen(s), s); }

static void key_list(Str *k, const Attr *a) {
  for (int i = 0; i < a->n; i++) {
    if (a->kind == ATTR_INTS) str_printf(k, "%" PRId64 ",", a->ints[i]);
    else if (a->kind == ATTR_REALS) str_printf(k, "%a,", a->reals[i]);
    else key_text(k, a->strings[i]);
  }
}

/* False for an attribute that has no key: a graph is equal to nothing. */
static bool key_attr(Str *k, const Attr *a) {
  key_text(k, a->name);
  str_printf(k, "%d.%d=", (int)a->kind, a->n);
  switch (a->kind) {
  case ATTR_INT: str_printf(k, "%" PRId64, a->i); return true;
  case ATTR_REAL: str_printf(k, "%a", a->r); return true;
  case ATTR_STRING: key_text(k, a->s); return true;
  case ATTR_TYPE: return false;
  case ATTR_INTS: case ATTR_REALS: case ATTR_STRINGS: key_list(k, a); return true;
  case ATTR_TENSOR: str_printf(k, "%p", (const void *)a->tensor->bytes); return true;
  case ATTR_GRAPH: return false;
  }
  return false;
}

static const char *node_key(Ctx *ctx, const Node *n) {
  Str k = str_new(ctx);
  key_text(&k, n->domain);
  key_text(&k, n->op);
  str_printf(&k, "%d(", n->opset);
  for (size_t i = 0; i < n->in.n; i++) str_printf(&k, "%p,", (const void *)n->in.at[i]);
  for (size_t i = 0; i < n->out.n; i++) str_add(&k, n->out.at[i] ? "o" : "_");
  for (size_t i = 0; i < n->attrs.n; i++)
    if (!key_attr(&k, &n->attrs.at[i])) return NULL;
  return intern(ctx, k.s);
}

/* ---- constants */

typedef struct Same { Value *v; struct Same *next; } Same;

static bool equal_data(const Value *a, const Value *b) {
  return a->symbolic == b->symbolic && type_equal(&a->type, &b->type) && a->data->nbytes == b->data->nbytes && (a->data->nbytes == 0 || memcmp(a->data->bytes, b->data->bytes, a->data->nbytes) == 0);
}

/* What a graph has, and those around it had before. */
typedef struct Seen { Map nodes, constants; const struct Seen *around; } Seen;
typedef struct Search { Ctx *ctx; const Model *model; } Search;
enum { REGION_DEPTH = 64 };

static Value *equal_constant(const Seen *seen, const char *key, const Value *v) {
  for (; seen; seen = seen->around) {
    const MapEntry *e = map_find(&seen->constants, key);
    for (const Same *s = e ? e->p : NULL; s; s = s->next)
      if (equal_data(s->v, v)) return s->v;
  }
  return NULL;
}

static void merge_constants(Ctx *ctx, Graph *g, Seen *seen) {
  for (size_t i = 0; i < g->values.n; i++) {
    Value *v = g->values.at[i];
    if (!v->data || v->def || v->is_input || elem_info(v->type.elem)->cls == 's' || value_is_output(g, v)) continue;
    const char *key = intern(ctx, ctx_printf(ctx, "%016" PRIx64, (uint64_t)XXH3_64bits(v->data->bytes, v->data->nbytes)));
    Value *same = equal_constant(seen, key, v);
    if (same) {
      graph_replace(g, v, same);
      continue;
    }
    MapEntry *e = map_add(ctx->arena, &seen->constants, key);
    Same *s = NEW(ctx, Same);
    *s = (Same){v, e->p};
    e->p = s;
  }
}

static const Node *equal_node(const Seen *seen, const char *key) {
  const MapEntry *e = NULL;
  for (; seen && !e; seen = seen->around) e = map_find(&seen->nodes, key);
  return e ? e->p : NULL;
}

static bool writes_output(const Graph *g, const Node *n) {
  for (size_t i = 0; i < n->out.n; i++)
    if (n->out.at[i] && value_is_output(g, n->out.at[i])) return true;
  return false;
}

static void merge(Search *search, Graph *g, const Seen *around, int depth) {
  Ctx *ctx = search->ctx;
  Seen seen = {.around = around};
  bool *drop = NEWN(ctx, bool, g->nodes.n + 1);
  merge_constants(ctx, g, &seen);
  for (size_t i = 0; i < g->nodes.n; i++) {
    Node *n = g->nodes.at[i];
    for (size_t j = 0; j < n->attrs.n && depth < REGION_DEPTH; j++)
      if (n->attrs.at[j].kind == ATTR_GRAPH) merge(search, n->attrs.at[j].graph, &seen, depth + 1);
    const char *key = node_is_cascade(search->model, n) ? node_key(ctx, n) : NULL;
    if (!key) continue;
    const Node *same = equal_node(&seen, key);
    if (!same) {
      map_add(ctx->arena, &seen.nodes, key)->p = n;
      continue;
    }
    if (writes_output(g, n)) continue; /* its name is asked for */
    for (size_t j = 0; j < n->out.n; j++)
      if (n->out.at[j]) graph_replace(g, n->out.at[j], same->out.at[j]);
    drop[i] = true;
  }
  graph_drop_nodes(g, drop);
}

bool pass_cse(Ctx *ctx, Unit *u);
bool pass_cse(Ctx *ctx, Unit *u) {
  merge(&(Search){ctx, u->model}, u->model->graph, NULL, 0);
  return true;
}
