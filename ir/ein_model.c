/* A file of operator texts as a model: its last op (or the one asked for) is the only node, the op's tensors are the model's inputs and outputs,
 * and the extents that the ranks leave open are bound by name. */
#include "ir/bind.h"
#include <xxhash.h>

enum { MAX_FILE = 1 << 24 };

static char *read_file(Ctx *ctx, const char *path, size_t *n) {
  FILE *f = fopen(path, "rb");
  if (!f) { diag(ctx, E0100, (Place){.file = path}, "%s cannot be opened", path); return NULL; }
  char *text = arena_alloc(ctx->arena, MAX_FILE + 1);
  *n = fread(text, 1, MAX_FILE + 1, f);
  bool failed = ferror(f) != 0;
  fclose(f);
  if (failed) { diag(ctx, E0100, (Place){.file = path}, "%s cannot be read", path); return NULL; }
  if (*n > MAX_FILE) { diag(ctx, E0104, (Place){.file = path}, "%s is larger than %d bytes", path, MAX_FILE); return NULL; }
  return text;
}

static const char *base_name(Ctx *ctx, const char *path) {
  const char *s = strrchr(path, '/');
  s = s ? s + 1 : path;
  const char *dot = strrchr(s, '.');
  return internn(ctx, s, dot && dot != s ? (size_t)(dot - s) : strlen(s));
}

static const Clause *find_clause(Ctx *ctx, const EinLib *lib, const char *path, const char *entry) {
  const char *file = intern(ctx, path);
  const Clause *found = NULL;
  for (size_t i = 0; i < lib->clauses.n; i++) {
    const Clause *c = lib->clauses.at[i];
    if (c->file == file && (!entry || strcmp(c->name, entry) == 0)) found = c;
  }
  if (!found) diag(ctx, E0200, (Place){.file = path}, entry ? "%s defines no op `%s`" : "%s defines no op", path, entry);
  return found;
}

/* ---- extents by name: ranks, and the members of a group as D0, D1 ... */
typedef struct Dims { int n; const char *const *name; const ext_t *extent; VEC(const char *) open; } Dims;

static bool find_dim(const Dims *d, const char *name, ext_t *out) {
  for (int i = 0; i < d->n; i++)
    if (strcmp(d->name[i], name) == 0) return *out = d->extent[i], true;
  return false;
}

static void bind_dims(Bind *b, const Dims *d, const Pat *q) {
  for (int i = 0; i < q->nparts; i++) bind_dims(b, d, q->part[i]);
  ext_t e;
  if (q->kind == PAT_RANK && find_dim(d, q->name, &e)) scope_set(b, &b->scope, KNOWN_RANK, q->name, val_int(e));
  if (q->kind != PAT_GROUP || scope_find(&b->scope, KNOWN_GROUP, q->name)) return;
  Val list[MAX_RANK];
  int n = 0;
  while (n < MAX_RANK && find_dim(d, ctx_printf(b->ctx, "%s%d", q->name, n), &e)) list[n++] = val_int(e);
  if (n || !*q->name) scope_set(b, &b->scope, KNOWN_GROUP, q->name, val_list(n, arena_copy(b->ctx->arena, list, sizeof list)));
}

static Elem first_choice(const Bind *b, const TensorDecl *d) {
  const char *a = d->type ? d->type : b->clause->cls ? b->clause->cls : "any";
  if (!is_type_class(a)) return elem_find(a) != ELEM_NONE ? elem_find(a) : d->type_default ? elem_find(d->type_default) : ELEM_f32;
  return elem_in_class(ELEM_f32, a) ? ELEM_f32 : elem_in_class(ELEM_i64, a) ? ELEM_i64 : ELEM_u8;
}

/* The type of an input from the ranks; what is missing is noted and taken as 1, so that everything missing is said at once. */
static bool input_type(Bind *b, Dims *d, const TensorDecl *decl, Type *out) {
  Tensor t = {.name = decl->name, .role = ROLE_INPUT};
  for (int tries = 0; tries < 64; tries++) {
    b->later = false;
    if (evaluate_output(b, decl, 0, &t)) {
      t.elem = first_choice(b, decl);
      *out = tensor_type(&t);
      return true;
    }
    if (!b->later) return false;
    vec_push(b->ctx, &d->open, b->missing);
    size_t n = strlen(b->missing);
    Val one = val_int(1);
    if (n > 2 && strcmp(b->missing + n - 2, "..") == 0) scope_set(b, &b->scope, KNOWN_GROUP, internn(b->ctx, b->missing, n - 2), val_list(0, NULL));
    else scope_set(b, &b->scope, KNOWN_RANK, b->missing, one);
  }
  return false;
}

static void say_open(Ctx *ctx, const char *path, const Dims *d, const Clause *c) {
  Str s = str_new(ctx);
  for (size_t i = 0; i < d->open.n; i++) {
    const char *name = d->open.at[i];
    size_t n = strlen(name);
    bool group = n > 2 && strcmp(name + n - 2, "..") == 0;
    if (i) str_add(&s, ", ");
    str_addn(&s, name, group ? n - 2 : n);
    if (group) str_printf(&s, "0 %.*s1 ...", (int)n - 2, name);
  }
  diag(ctx, E0203, (Place){.file = path, .line = c->line, .column = c->column, .op = c->name}, "the op %s leaves open: %s", c->name, s.s);
}

static const char *const *rank_names(Ctx *ctx, const TensorDecl *d, int rank) { /* where every dimension is one plain rank */
  const char **names = NEWN(ctx, const char *, rank);
  if (d->npats != rank) return NULL;
  for (int i = 0; i < rank; i++) {
    if (d->pat[i]->at || d->pat[i]->cond) return NULL;
    names[i] = d->pat[i]->kind == PAT_RANK ? d->pat[i]->name : NULL;
  }
  return names;
}

static bool fill(Ctx *ctx, Model *m, const EinLib *lib, const Clause *c, Dims *dims) {
  BindRequest none = {.op = c->name, .domain = c->domain, .opset = c->since, .place = {.file = m->path, .node = c->name, .op = c->name}};
  Bound unused = {0};
  Bind *b = NEW(ctx, Bind);
  *b = (Bind){.ctx = ctx, .lib = lib, .req = &none, .clause = c, .out = &unused};
  Graph *g = m->graph;
  Node *node = graph_node(ctx, g, c->name, c->domain, c->name);
  node->opset = c->since;
  for (int i = 0; i < c->nin; i++)
    for (int k = 0; c->in[i].tensor && k < c->in[i].tensor->npats; k++) bind_dims(b, dims, c->in[i].tensor->pat[k]);
  scope_collect(b, &b->scope, &c->body, true);
  BindInput *in = NEWN(ctx, BindInput, c->nin);
  for (int i = 0; i < c->nin; i++) {
    const TensorDecl *d = c->in[i].tensor;
    Value *v = NULL;
    if (d && d->star) return diag(ctx, E0202, (Place){.file = m->path, .line = d->line, .column = d->column}, "a list of tensors (`*%s`) as input of a model", d->name);
    if (d && !d->optional) {
      v = graph_value(ctx, g, d->name);
      v->is_input = true;
      if (!input_type(b, dims, d, &v->type)) return false;
      v->dim_names = rank_names(ctx, d, v->type.rank);
      vec_push(ctx, &g->inputs, v);
      in[i] = (BindInput){.type = &v->type, .name = v->name};
    }
    vec_push(ctx, &node->in, v);
  }
  if (dims->open.n) { say_open(ctx, m->path, dims, c); return false; }
  while (node->in.n && !node->in.at[node->in.n - 1]) node->in.n--;
  BindRequest req = none;
  Bound bound;
  req.nin = (int)node->in.n, req.in = in, req.nout = c->nout, req.infer_only = true;
  if (!ein_bind(ctx, lib, &req, &bound)) return false;
  for (int i = 0; i < c->nout; i++) {
    Value *v = bound.out[i].elem == ELEM_NONE ? NULL : graph_value(ctx, g, c->out[i]->name);
    if (v) {
      v->type = bound.out[i];
      v->def = node;
      v->out = i;
      v->dim_names = rank_names(ctx, c->out[i], v->type.rank);
      vec_push(ctx, &g->outputs, v);
    }
    vec_push(ctx, &node->out, v);
  }
  return true;
}

Model *ein_model(Ctx *ctx, EinLib *lib, const char *path, const char *entry, int ndims, const char *const *dim_name, const ext_t *dim) {
  size_t n;
  const char *text = read_file(ctx, path, &n);
  if (!text || !ein_load(ctx, lib, path, text, n)) return NULL;
  const Clause *c = find_clause(ctx, lib, path, entry);
  if (!c) return NULL;
  Model *m = NEW(ctx, Model);
  Dims dims = {.n = ndims, .name = dim_name, .extent = dim};
  m->path = intern(ctx, path);
  m->name = base_name(ctx, path);
  m->producer = "";
  m->hash = XXH64(text, n, 0);
  m->file_bytes = n;
  m->lib = lib;
  m->graph = NEW(ctx, Graph);
  m->graph->name = m->name;
  vec_push(ctx, &m->opsets, ((OpsetId){c->domain, c->since}));
  return fill(ctx, m, lib, c, &dims) ? m : NULL;
}
