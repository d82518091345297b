/* A model and the data that goes into it: data bind the model's open dimensions, and give the inputs that operators need when compiling. */
#include "cli/cli.h"

static const Data *feed_find(const Feeds *feeds, const char *name) {
  for (size_t i = 0; i < feeds->n; i++)
    if (!strcmp(feeds->at[i].name, name)) return feeds->at[i].data;
  return NULL;
}

/* Test data of older ONNX releases keep bfloat16 as the uint16 of its bits: what a file holds is decided by the model, not by the file. */
const Data *feed_as_declared(Ctx *ctx, const Data *data, Elem elem) {
  if (!data || type_is_record(&data->type) || data->type.elem != ELEM_u16 || elem != ELEM_bf16) return data;
  Data *d = NEW(ctx, Data);
  *d = *data;
  d->type.elem = elem;
  return d;
}

const Model *feed_model(Ctx *ctx, const Command *cmd) {
  ImportOptions import;
  if (!session_import(ctx, cmd, &import)) return NULL;
  import.keep_open = true;
  import.consts.n = 0; /* inputs that --const makes constants are counted by the files all the same */
  return session_read(ctx, cmd, &import);
}

bool feed_names(Ctx *ctx, const Model *model, const DataSet *set, Feeds *out, Texts *outputs) {
  const Graph *g = model->graph;
  if (set->inputs.n > g->inputs.n) return diag(ctx, E0500, (Place){.file = set->dir}, "holds %zu inputs, the model has %zu", set->inputs.n, g->inputs.n);
  if (set->outputs.n > g->outputs.n) return diag(ctx, E0500, (Place){.file = set->dir}, "holds %zu outputs, the model has %zu", set->outputs.n, g->outputs.n);
  for (size_t i = 0; i < set->inputs.n && i < g->inputs.n; i++)
    if (set->inputs.at[i]) vec_push(ctx, out, ((Feed){g->inputs.at[i]->name, feed_as_declared(ctx, set->inputs.at[i], g->inputs.at[i]->type.elem)}));
  for (size_t i = 0; i < g->outputs.n; i++) vec_push(ctx, outputs, g->outputs.at[i]->name);
  return true;
}

Shapes feed_outputs(Ctx *ctx, const Model *model, const DataSets *sets) {
  const Graph *g = model->graph;
  Shapes most = {0};
  for (size_t i = 0; i < g->outputs.n; i++) {
    ShapeOption s = {.input = g->outputs.at[i]->name, .rank = -1};
    for (size_t k = 0; k < sets->n; k++) {
      const Data *d = i < sets->at[k].outputs.n ? sets->at[k].outputs.at[i] : NULL;
      if (!d || type_is_record(&d->type) || (s.rank >= 0 && s.rank != d->type.rank)) continue;
      s.rank = d->type.rank;
      for (int j = 0; j < s.rank; j++)
        if (d->type.dim[j] > s.dim[j]) s.dim[j] = d->type.dim[j];
    }
    if (s.rank >= 0) vec_push(ctx, &most, s);
  }
  return most;
}

/* ---- open dimensions */
static bool dim_given(const ImportOptions *import, const char *name) {
  for (size_t i = 0; i < import->dims.n; i++)
    if (!strcmp(import->dims.at[i].name, name)) return true;
  return false;
}

static bool shape_given(const ImportOptions *import, const char *input) {
  for (size_t i = 0; i < import->shapes.n; i++)
    if (!strcmp(import->shapes.at[i].input, input)) return true;
  return false;
}

static void bind_shape(Ctx *ctx, ImportOptions *import, const char *input, const Type *data) {
  ShapeOption shape = {.input = input, .rank = data->rank, .varies = data->varies, .has_cap = type_is_record(data) && data->form != FORM_MAP, .cap = data->cap};
  for (int d = 0; d < data->rank; d++) shape.dim[d] = data->dim[d];
  if (!shape_given(import, input)) vec_push(ctx, &import->shapes, shape);
}

/* What a sequence, an optional or a map leaves open: how many elements there are, and how large they are. */
static bool bind_record(Ctx *ctx, const Value *v, const Data *data, ImportOptions *import) {
  const Type *t = &v->type;
  if (data->type.form != t->form || data->type.key != t->key) return diag(ctx, E0500, (Place){0}, "the data of input '%s' are no value of its type", v->name);
  bool open = t->rank < 0 || t->cap < 0;
  for (int d = 0; d < t->rank; d++) open = open || t->dim[d] < 0;
  if (!open || shape_given(import, v->name)) return true;
  Type shape = *t; /* of no elements: whatever fits the declaration */
  if (data->type.cap || data->type.form == FORM_MAP) shape = data->type;
  if (shape.rank < 0) shape.rank = 0;
  if (t->rank >= 0 && t->rank != shape.rank) return diag(ctx, E0500, (Place){0}, "elements of input '%s' have rank %d, in its data rank %d", v->name, t->rank, shape.rank);
  shape.cap = t->form == FORM_OPTIONAL ? 1 : data->type.cap;
  for (int d = 0; d < shape.rank; d++) {
    if (t->rank >= 0 && t->dim[d] >= 0) shape.dim[d] = t->dim[d], shape.varies &= ~(1u << d);
    if (shape.dim[d] < 0) shape.dim[d] = 0, shape.varies |= 1u << d;
  }
  bind_shape(ctx, import, v->name, &shape);
  diag(ctx, N0001, (Place){0}, "how many elements input '%s' has, and their shape, is taken from its data", v->name);
  return true;
}

const Type *feed_type(const Value *v) { return v->declared && !v->is_input ? v->declared : &v->type; }

/* Dimensions that are open and that the command line leaves open take the extent of the data. */
static bool bind_dims(Ctx *ctx, const Value *v, const Data *data, ImportOptions *import) {
  if (type_is_record(&v->type)) return bind_record(ctx, v, data, import);
  if (v->type.rank < 0) {
    bind_shape(ctx, import, v->name, &data->type);
    return true;
  }
  if (v->type.rank != data->type.rank)
    return diag(ctx, E0500, (Place){0}, "input '%s' has rank %d, its data have rank %d", v->name, v->type.rank, data->type.rank);
  bool bound = false;
  for (int d = 0; d < v->type.rank; d++) {
    ext_t extent = v->type.dim[d];
    if (extent >= 0 && ext_is_const(ctx, extent)) continue;
    const char *name = v->dim_names ? v->dim_names[d] : NULL;
    if (name && dim_given(import, name)) continue;
    if (name && *name) vec_push(ctx, &import->dims, ((DimOption){name, false, data->type.dim[d]}));
    else bind_shape(ctx, import, v->name, &data->type);
    bound = true;
  }
  if (bound) diag(ctx, N0001, (Place){0}, "the shape of input '%s' is taken from its data", v->name);
  return true;
}

/* ---- inputs that are needed when compiling */
static bool read_when_compiling(const Graph *g, const EinLib *lib, const Value *v) {
  for (size_t i = 0; i < g->nodes.n; i++) {
    const Node *n = g->nodes.at[i];
    for (size_t j = 0; j < n->in.n; j++)
      if (n->in.at[j] == v && ein_static_input(lib, n->op, n->domain, n->opset, (int)j)) return true;
  }
  return false;
}

/* Shapes, axes and counts: small, and not real. Where that does not do, single real numbers too: the ends of a range. */
static bool may_be_setting(const Ctx *ctx, const Data *d, bool real) {
  enum { MOST = 4096 };
  int64_t count = type_bound(ctx, &d->type);
  if (type_is_record(&d->type)) return false;
  return strchr("iub", elem_info(d->type.elem)->cls) ? count <= MOST : real && elem_info(d->type.elem)->cls == 'r' && count == 1;
}

static bool add_constant(Ctx *ctx, ImportOptions *import, const char *input, const Data *data) {
  for (size_t i = 0; i < import->consts.n; i++)
    if (!strcmp(import->consts.at[i].input, input)) return false;
  vec_push(ctx, &import->consts, ((ConstOption){input, data}));
  return true;
}

static void note_constants(Ctx *ctx, const ImportOptions *import, size_t given) {
  for (size_t i = given; i < import->consts.n; i++)
    diag(ctx, N0001, (Place){0}, "input '%s' is needed when compiling and taken as a constant from its data", import->consts.at[i].input);
}

/* A shape, an axis, or the condition of a branch. */
static bool needs_constant(const Ctx *ctx, size_t mark) {
  for (size_t i = mark; i < ctx->diags.n; i++)
    if (ctx->diags.at[i].code == E0307 || ctx->diags.at[i].code == E0202) return true;
  return false;
}

static bool compile(Ctx *ctx, const Command *cmd, const ImportOptions *import, const char *until, Unit *unit) {
  *unit = (Unit){.opt = unit->opt};
  unit->model = session_read(ctx, cmd, import);
  return unit->model && session_passes(ctx, cmd, unit, until);
}

bool feed_compile(Ctx *ctx, const Command *cmd, const Feeds *feeds, const char *until, Unit *unit) {
  ImportOptions import;
  if (!session_import(ctx, cmd, &import)) return false;
  import.keep_open = true;
  const Model *model = session_read(ctx, cmd, &import);
  import.keep_open = false;
  import.output = feeds->outputs.at;
  import.noutputs = feeds->outputs.n;
  if (!model) return false;
  const Graph *g = model->graph;
  size_t given = import.consts.n;
  for (size_t i = 0; i < g->inputs.n; i++) {
    const Value *v = g->inputs.at[i];
    const Data *data = feed_find(feeds, v->name);
    if (!data) continue;
    if (!bind_dims(ctx, v, data, &import)) return false;
    if (read_when_compiling(g, import.lib, v)) add_constant(ctx, &import, v->name, data);
  }
  note_constants(ctx, &import, given);
  size_t mark = diag_mark(ctx);
  if (compile(ctx, cmd, &import, until, unit)) return true;
  for (int real = 0; real < 2 && needs_constant(ctx, mark); real++) {
    bool added = false;
    for (size_t i = 0; i < g->inputs.n; i++) {
      const Data *data = feed_find(feeds, g->inputs.at[i]->name);
      if (data && may_be_setting(ctx, data, real)) added = add_constant(ctx, &import, g->inputs.at[i]->name, data) || added;
    }
    if (!added) continue;
    diag_rewind(ctx, mark);
    note_constants(ctx, &import, given);
    mark = diag_mark(ctx);
    if (compile(ctx, cmd, &import, until, unit)) return true;
  }
  return false;
}
