/* The inputs of a model: their declared types, and what the user says about them. Dimensions with a name get a number or a bounded symbol (--dim), those
 * without get it with the whole shape (--shape), and an input may become a constant (--const). What is still open afterwards is reported, all of it. */
#include "frontend/onnx_import.h"
#include "ir/record.h"

/* ---- declared types */
typedef enum DimKind { DIM_FIXED, DIM_NAMED, DIM_OPEN } DimKind;
typedef struct Dim { DimKind kind; int64_t value; const char *name; } Dim; /* name: interned */
typedef struct Declared { const char *name; TypeForm form; Elem key; int64_t cap; uint32_t varies; Elem elem; int rank; Dim dim[MAX_RANK]; const char **dim_names; const ShapeOption *shape; const Data *data; bool broken; } Declared; /* rank -1: no shape; cap -1: open */

static const int64_t largest_dim = (int64_t)1 << 48;

Elem onnx_elem(const Onnx__TypeProto *t) { return t && t->tensor_type ? elem_from_onnx(t->tensor_type->elem_type) : ELEM_NONE; }

const char **onnx_dim_names(Import *im, const Onnx__TypeProto *t) {
  DeclaredType d;
  const char *other;
  const Onnx__TensorShapeProto *shape = onnx_form(t, &d, &other) && d.tensor ? d.tensor->shape : NULL;
  const char **names = NULL;
  for (size_t i = 0; shape && i < shape->n_dim && i < MAX_RANK; i++) {
    const char *name = shape->dim[i]->dim_param;
    if (!name || !*name) continue;
    if (!names) names = NEWN(im->ctx, const char *, MAX_RANK + 1);
    names[i] = intern(im->ctx, name);
  }
  return names;
}

static bool read_dim(Import *im, const Onnx__TensorShapeProto__Dimension *p, Place at, const char *input, size_t i, Dim *d) {
  *d = (Dim){.kind = DIM_OPEN};
  if (p->has_dim_value && p->dim_value < -1) return diag(im->ctx, E0200, at, "input '%s': dimension %zu is %lld", input, i, (long long)p->dim_value);
  if (p->has_dim_value && p->dim_value > largest_dim) return diag(im->ctx, E0104, at, "input '%s': dimension %zu is %lld", input, i, (long long)p->dim_value);
  if (p->has_dim_value && p->dim_value >= 0) *d = (Dim){.kind = DIM_FIXED, .value = p->dim_value};
  else if (p->dim_param && *p->dim_param) *d = (Dim){.kind = DIM_NAMED, .name = intern(im->ctx, p->dim_param)};
  return true; /* -1 is what some exporters write for a dimension that is open */
}

static bool read_declared(Import *im, const Onnx__ValueInfoProto *p, Place at, Declared *d) {
  Ctx *ctx = im->ctx;
  Type type;
  *d = (Declared){.name = onnx_name(im, p->name), .rank = -1};
  if (!*d->name) return diag(ctx, E0200, at, "an input has no name");
  if (!onnx_type(im, p->type, at, ctx_printf(ctx, "input '%s'", d->name), &type)) return false;
  DeclaredType of;
  const char *other;
  if (!onnx_form(p->type, &of, &other) || !of.tensor) return diag(ctx, E0200, at, "input '%s' has no type", d->name);
  *d = (Declared){.name = d->name, .form = type.form, .key = type.key, .cap = type.cap, .varies = type.varies, .elem = type.elem, .rank = type.rank, .dim_names = onnx_dim_names(im, p->type)};
  if (d->elem == ELEM_NONE) return diag(ctx, E0200, at, "input '%s' has element type %lld, which is unknown", d->name, (long long)of.tensor->elem_type);
  bool ok = true;
  if (d->key != ELEM_NONE) d->dim[0] = (Dim){.kind = DIM_OPEN}; /* how many entries */
  for (int i = 0; d->key == ELEM_NONE && i < d->rank; i++)
    if (!read_dim(im, of.tensor->shape->dim[i], at, d->name, (size_t)i, &d->dim[i])) ok = false;
  return ok;
}

/* ---- what the user gives, against what there is */
typedef struct Inputs { Import *im; Place at; size_t n; Declared *all; Map by_name; Map bound; } Inputs; /* bound: dimension name -> Binding */
typedef struct Binding { int64_t value; bool bounded; const char *by; } Binding;                       /* by: "--dim" or the input whose shape says so */

static const char *list_names(Import *im, size_t n, const char *(*name)(const void *all, size_t i), const void *all) {
  enum { SHOWN = 20 };
  Str s = str_new(im->ctx);
  for (size_t i = 0; i < n && i < SHOWN; i++) str_printf(&s, "%s'%.60s'", i ? ", " : "", name(all, i));
  if (n > SHOWN) str_printf(&s, " and %zu more", n - SHOWN);
  if (!n) str_add(&s, "none");
  return s.s;
}

static const char *input_name(const void *all, size_t i) { return ((const Declared *)all)[i].name; }
static const char *plain_name(const void *all, size_t i) { return ((const char *const *)all)[i]; }

static Declared *option_input(Inputs *in, const char *option, const char *name, bool *ok) {
  const MapEntry *e = map_find(&in->by_name, intern(in->im->ctx, name));
  if (e) return &in->all[e->i];
  *ok = diag(in->im->ctx, E0204, in->at, "%s: there is no input '%s'; there are: %s", option, name, list_names(in->im, in->n, input_name, in->all));
  return NULL;
}

static bool bind_name(Inputs *in, const char *name, int64_t value, bool bounded, const char *by) {
  MapEntry *e = map_add(in->im->scratch, &in->bound, name);
  Binding *old = e->p;
  if (!old) {
    Binding *b = arena_alloc(in->im->scratch, sizeof *b);
    *b = (Binding){value, bounded, by};
    e->p = b;
    return true;
  }
  if (old->value == value && old->bounded == bounded) return true;
  if (old->bounded && !bounded && value <= old->value) return old->value = value, old->bounded = false, true; /* a shape within the bound */
  return diag(in->im->ctx, E0302, in->at, "dimension '%s' is %s%lld by %s and %lld by %s", name, old->bounded ? "at most " : "", (long long)old->value, old->by, (long long)value, by);
}

/* A shape from outside against the declared one; names in it become bound. */
static bool unify(Inputs *in, Declared *d, const char *option, int rank, const int64_t *dim) {
  Ctx *ctx = in->im->ctx;
  bool ok = true;
  if (d->rank >= 0 && d->rank != rank) return diag(ctx, E0302, in->at, "%s gives rank %d to input '%s', which has rank %d", option, rank, d->name, d->rank);
  for (int i = 0; i < rank; i++) {
    if (dim[i] < 0 || dim[i] > largest_dim) { ok = diag(ctx, E0302, in->at, "%s gives dimension %d of input '%s' the size %lld", option, i, d->name, (long long)dim[i]); continue; }
    Dim *own = &d->dim[i];
    if (d->rank >= 0 && own->kind == DIM_FIXED && own->value != dim[i]) ok = diag(ctx, E0302, in->at, "%s gives dimension %d of input '%s' the size %lld, the model fixes it to %lld", option, i, d->name, (long long)dim[i], (long long)own->value);
    if (d->rank >= 0 && own->kind == DIM_NAMED && !bind_name(in, own->name, dim[i], false, ctx_printf(ctx, "%s %s", option, d->name))) ok = false;
    *own = (Dim){.kind = DIM_FIXED, .value = dim[i]};
  }
  d->rank = rank;
  return ok;
}

/* Is there an integer input of this name, a value that a node makes, or a node? Only the types of inputs are known yet. */
static bool names_value(const Onnx__GraphProto *g, const char *name, int depth) {
  enum { DEPTH = 64 };
  for (size_t i = 0; i < g->n_input; i++) {
    Elem e = onnx_elem(g->input[i]->type);
    if (g->input[i]->name && !strcmp(g->input[i]->name, name) && (depth || e == ELEM_i64 || e == ELEM_i32)) return true;
  }
  for (size_t i = 0; i < g->n_node; i++) {
    const Onnx__NodeProto *n = g->node[i];
    if (n->name && !strcmp(n->name, name)) return true;
    for (size_t k = 0; k < n->n_output; k++)
      if (n->output[k] && !strcmp(n->output[k], name)) return true;
    for (size_t k = 0; k < n->n_attribute && depth < DEPTH; k++)
      if (n->attribute[k]->g && names_value(n->attribute[k]->g, name, depth + 1)) return true;
  }
  return false;
}

/* What may be as large as this when running: an integer that extents or trips follow from, or the trips of a loop. */
static bool take_bound(Inputs *in, const DimOption *o, const char *name) {
  if (!o->bounded) return diag(in->im->ctx, E0204, in->at, "--dim: '%s' is no dimension but a value: '%s<=%lld' bounds it, --const gives it", name, name, (long long)o->value);
  if (o->value < 0 || o->value > largest_dim) return diag(in->im->ctx, E0302, in->at, "--dim gives '%s' the bound %lld", name, (long long)o->value);
  vec_push(in->im->ctx, &in->im->model->bounds, ((ValueBound){name, o->value}));
  return true;
}

static bool is_identifier(const char *name) {
  size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
  return n && !name[n] && (*name < '0' || *name > '9');
}

/* A bound for a name that no dimension has is one for an extent that an operator finds when running; inference says so when none does. */
static bool take_dims(Inputs *in, const Onnx__GraphProto *g) {
  Ctx *ctx = in->im->ctx;
  Arena *scratch = in->im->scratch;
  Map known = {0};
  VEC(const char *) names = {0};
  bool ok = true;
  for (size_t pass = 0; pass < 2; pass++) /* of outputs too: a name that only they have is known, though it decides nothing */
    for (size_t i = 0; i < (pass ? g->n_output : g->n_input); i++) {
      const char **of = onnx_dim_names(in->im, (pass ? g->output : g->input)[i]->type);
      for (int k = 0; of && k < MAX_RANK; k++)
        if (of[k] && !map_find(&known, of[k])) {
          map_add(scratch, &known, of[k])->i = pass;
          vec_push(ctx, &names, of[k]);
        }
    }
  for (size_t i = 0; i < in->im->opt->dims.n; i++) {
    const DimOption *o = &in->im->opt->dims.at[i];
    const char *name = intern(ctx, o->name);
    const MapEntry *e = map_find(&known, name);
    if (!e && names_value(g, name, 0)) ok = take_bound(in, o, name) && ok;
    else if (!e && o->bounded && is_identifier(name)) {
      vec_push(ctx, &in->im->model->bounded, name);
      ext_symbol(ctx, name, 0, o->value < largest_dim ? o->value : largest_dim);
    } else if (!e) ok = diag(ctx, E0204, in->at, "--dim: no dimension is named '%s'; there are: %s", name, list_names(in->im, names.n, plain_name, names.at));
    else if (o->value < (o->bounded ? 1 : 0) || o->value > largest_dim) ok = diag(ctx, E0302, in->at, "--dim gives '%s' the size %lld", name, (long long)o->value);
    else if (e->i == 1 && o->bounded) map_add(scratch, &in->im->most, name)->p = (void *)o;
    else if (e->i == 1) diag(ctx, W0001, in->at, "--dim: dimension '%s' occurs only in outputs, so it follows from the inputs", name);
    else if (!bind_name(in, name, o->value, o->bounded, "--dim")) ok = false;
  }
  return ok;
}

/* ---- constants */
static bool fits(const Data *from, const Data *to, int64_t i) {
  char cls = elem_info(from->type.elem)->cls;
  if (cls == 'r') return elem_info(to->type.elem)->cls == 'r' || data_real(to, i) == data_real(from, i);
  return elem_info(to->type.elem)->cls == 'r' || (data_int(to, i) == data_int(from, i) && (data_int(from, i) >= 0 || (cls == 'i' && elem_info(to->type.elem)->cls == 'i') || cls == 'u'));
}


static const Data *cast(Inputs *in, const Declared *d, const Data *from) {
  Ctx *ctx = in->im->ctx;
  if (from->type.elem == d->elem) return from;
  if (!elem_is_number(from->type.elem) || !elem_is_number(d->elem)) { diag(ctx, E0404, in->at, "--const: input '%s' is %s, a value of type %s is given", d->name, elem_info(d->elem)->name, elem_info(from->type.elem)->name); return NULL; }
  Data *to = data_new(ctx, d->elem, from->type.rank, from->type.dim);
  int64_t n = type_bound(ctx, &from->type);
  for (int64_t i = 0; to && i < n; i++) {
    bool real = elem_info(from->type.elem)->cls == 'r' || elem_info(d->elem)->cls == 'r';
    if (real) data_set_real((void *)to->bytes, d->elem, i, data_real(from, i));
    else data_set_int((void *)to->bytes, d->elem, i, data_int(from, i));
    if (!fits(from, to, i)) { diag(ctx, E0404, in->at, "--const: input '%s' is %s, which cannot hold %.17g", d->name, elem_info(d->elem)->name, data_real(from, i)); return NULL; }
  }
  return to;
}

/* One number for an input of one element, however many dimensions of size 1 that has. */
static const Data *reshape_scalar(Inputs *in, const Declared *d, const Data *from) {
  if (d->rank <= 0 || from->type.rank > 1 || type_bound(in->im->ctx, &from->type) != 1 || d->rank == from->type.rank) return from;
  Data *to = NEW(in->im->ctx, Data);
  *to = *from;
  to->type.rank = d->rank;
  for (int i = 0; i < d->rank; i++) to->type.dim[i] = 1;
  return to;
}

static const Data *drop_single_rank(Inputs *in, const Declared *d, const Data *from) { /* [x] for an input of rank 0 */
  if (d->rank != 0 || from->type.rank != 1 || from->type.dim[0] != 1) return from;
  Data *to = NEW(in->im->ctx, Data);
  *to = *from;
  to->type.rank = 0;
  return to;
}

static bool take_const(Inputs *in, const ConstOption *o) {
  bool ok = true;
  Declared *d = option_input(in, "--const", o->input, &ok);
  if (!d || d->broken) return ok;
  if (d->form != FORM_TENSOR) return diag(in->im->ctx, E0204, in->at, "--const: input '%s' is no tensor", d->name);
  if (d->data) return diag(in->im->ctx, E0204, in->at, "--const is given twice for input '%s'", d->name);
  const Data *data = drop_single_rank(in, d, reshape_scalar(in, d, o->data));
  if (!type_is_const(in->im->ctx, &data->type) || !unify(in, d, "--const", data->type.rank, data->type.dim)) return false;
  d->data = cast(in, d, data);
  return d->data != NULL;
}

static bool take_shape(Inputs *in, const ShapeOption *o) {
  bool ok = true;
  Declared *d = option_input(in, "--shape", o->input, &ok);
  if (!d || d->broken) return ok;
  if (d->shape) return diag(in->im->ctx, E0204, in->at, "--shape is given twice for input '%s'", d->name);
  d->shape = o;
  if (o->rank < 0 || o->rank > MAX_RANK) return diag(in->im->ctx, E0302, in->at, "--shape gives rank %d to input '%s'", o->rank, d->name);
  bool room = d->form == FORM_SEQUENCE || d->form == FORM_OPTIONAL_SEQUENCE;
  if (o->has_cap && !room && d->form != FORM_OPTIONAL) return diag(in->im->ctx, E0302, in->at, "--shape gives room for %lld elements to input '%s', which is no sequence", (long long)o->cap, d->name);
  if (o->varies && d->form == FORM_TENSOR) return diag(in->im->ctx, E0302, in->at, "--shape gives a bound to input '%s'; that is for elements of sequences, --dim bounds named dimensions", d->name);
  if (o->has_cap) d->cap = o->cap;
  if (d->form != FORM_TENSOR && d->cap == 0 && !o->rank) return true; /* no elements: nothing is said of them */
  if (d->key == ELEM_NONE) d->varies = o->varies;
  return unify(in, d, "--shape", o->rank, o->dim);
}

/* ---- types */
/* A symbol is printed as a variable of C: the name of the dimension where it is an identifier, else what is left of it. */
static ext_t symbol(Inputs *in, const char *name, int64_t bound) {
  Ctx *ctx = in->im->ctx;
  Str s = str_new(ctx);
  if (*name >= '0' && *name <= '9') str_add(&s, "d");
  for (const char *c = name; *c; c++) str_addn(&s, (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ? c : "_", 1);
  MapEntry *e = map_add(in->im->scratch, &in->im->suffixes, intern(ctx, ctx_printf(ctx, "symbol %s", s.s))); /* two names may leave the same */
  const char *made = e->i++ ? ctx_printf(ctx, "%s_%zu", s.s, e->i) : s.s;
  return ext_symbol(ctx, made, 1, bound);
}

static ext_t bound_dim(Inputs *in, const char *name, Binding *b) {
  if (!b->bounded) return b->value;
  MapEntry *e = map_add(in->im->scratch, &in->bound, intern(in->im->ctx, ctx_printf(in->im->ctx, "symbol of %s", name)));
  if (!e->p) {
    ext_t *made = arena_alloc(in->im->scratch, sizeof *made);
    *made = symbol(in, name, b->value);
    map_add(in->im->scratch, &in->bound, e->key)->p = made;
    return *made;
  }
  return *(ext_t *)e->p;
}

static const char *shape_hint(Inputs *in, const Declared *d) {
  Str s = str_new(in->im->ctx);
  str_add(&s, d->cap < 0 ? "N*" : "");
  for (int i = 0; i < d->rank; i++) {
    const MapEntry *e = d->dim[i].name ? map_find(&in->bound, d->dim[i].name) : NULL;
    const Binding *b = e ? e->p : NULL;
    if (i) str_add(&s, "x");
    if (d->dim[i].kind == DIM_FIXED) str_printf(&s, "%lld", (long long)d->dim[i].value);
    else if (b && !b->bounded) str_printf(&s, "%lld", (long long)b->value);
    else str_printf(&s, "%c", 'A' + i);
  }
  return s.s;
}

static bool report_unnamed(Inputs *in, const Declared *d) {
  Str s = str_new(in->im->ctx);
  int n = 0;
  for (int i = 0; i < d->rank; i++)
    if (d->dim[i].kind == DIM_OPEN) str_printf(&s, "%s%d", n++ ? ", " : "", i);
  return diag(in->im->ctx, E0203, in->at, "input '%s': dimension%s %s %s open and %s no name: pass --shape '%s=%s'", d->name, n > 1 ? "s" : "", s.s, n > 1 ? "are" : "is", n > 1 ? "have" : "has", d->name, shape_hint(in, d));
}

static bool make_type(Inputs *in, const Declared *d, Map *reported, Type *type) {
  Ctx *ctx = in->im->ctx;
  bool ok = true, unnamed = false;
  *type = (Type){.elem = d->elem, .rank = d->rank, .form = d->form, .key = d->key, .varies = d->varies, .cap = d->cap};
  bool keep = in->im->opt->keep_open, record = type_is_record(type);
  if (record && d->cap == 0 && !keep) return type->rank = d->rank < 0 ? 0 : d->rank, true;
  if (record && d->cap < 0 && !keep && d->rank < 0) return diag(ctx, E0203, in->at, "input '%s' says neither how many elements it has nor their shape: pass --shape '%s=N*AxB', room for N elements of A by B, or '<=B' where they differ", d->name, d->name);
  if (record && d->cap < 0 && !keep) return diag(ctx, E0203, in->at, "input '%s' does not say how many elements it has: pass --shape '%s=%s', room for N elements", d->name, d->name, shape_hint(in, d));
  if (d->rank < 0) return keep || diag(ctx, E0203, in->at, "input '%s' has no shape: pass --shape '%s=AxBxC' with its sizes", d->name, d->name);
  for (int i = 0; i < d->rank; i++) {
    const Dim *dim = &d->dim[i];
    const MapEntry *e = dim->name ? map_find(&in->bound, dim->name) : NULL;
    if (dim->kind == DIM_FIXED) type->dim[i] = dim->value;
    else if (record && e && e->p) { /* elements have extents of their own */
      type->dim[i] = ((const Binding *)e->p)->value;
      if (((const Binding *)e->p)->bounded) type->varies |= 1u << i;
    } else if (e && e->p) type->dim[i] = bound_dim(in, dim->name, e->p);
    else if (keep) type->dim[i] = -1;
    else if (dim->kind == DIM_OPEN) ok = false, unnamed = true;
    else {
      ok = false;
      if (map_find(reported, dim->name)) continue; /* once per name: one option binds it everywhere */
      map_add(in->im->scratch, reported, dim->name);
      diag(ctx, E0203, in->at, "input '%s': dimension %d, '%s', is open: pass --dim '%s=N', or --dim '%s<=N' to leave it variable", d->name, i, dim->name, dim->name, dim->name);
    }
  }
  if (unnamed) report_unnamed(in, d);
  if (ok && !keep && record && record_words(ctx, type) < 0) return diag(ctx, E0104, in->at, "input '%s' is larger than any memory", d->name);
  if (ok && !keep && type_bound(ctx, type) < 0) return diag(ctx, E0104, in->at, "input '%s' has more than 2^48 elements", d->name);
  return ok;
}

/* An initializer of the same name gives the input its value; its shape must be the declared one. */
static bool check_initializer(Inputs *in, const Declared *d, const Value *v) {
  const Type *t = &v->data->type;
  bool same = t->elem == d->elem && (d->rank < 0 || d->rank == t->rank);
  for (int i = 0; same && i < d->rank; i++) same = d->dim[i].kind != DIM_FIXED || d->dim[i].value == t->dim[i];
  if (same) return true;
  Str s = str_new(in->im->ctx);
  type_print(in->im->ctx, t, &s);
  return diag(in->im->ctx, E0200, in->at, "initializer '%s' is %s, the input of that name is declared otherwise", d->name, s.s);
}

/* ---- declared types of other values */

/* What was said of an output from outside goes before what the file leaves open, and after what it says. */
void onnx_declare(Import *im, Value *v, const Onnx__TypeProto *t) {
  DeclaredType of;
  const char *other;
  bool record = onnx_form(t, &of, &other) && of.form != FORM_TENSOR;
  const Onnx__TensorShapeProto *shape = t && t->tensor_type ? t->tensor_type->shape : NULL;
  const ShapeOption *most = NULL;
  Type type = {.elem = of.tensor ? elem_from_onnx(of.tensor->elem_type) : ELEM_NONE, .rank = -1, .form = of.form, .key = of.key}; /* of a record its elements are what the operators give */
  for (size_t i = 0; i < im->opt->noutputs; i++)
    if (!strcmp(im->opt->output[i].input, v->name)) most = &im->opt->output[i];
  if (shape && shape->n_dim <= MAX_RANK) type.rank = (int)shape->n_dim;
  else if (most) type.rank = most->rank;
  for (int i = 0; i < type.rank; i++) {
    const Onnx__TensorShapeProto__Dimension *d = shape ? shape->dim[i] : NULL;
    const MapEntry *e = d && d->dim_param && *d->dim_param ? map_find(&im->most, intern(im->ctx, d->dim_param)) : NULL;
    bool fixed = d && d->has_dim_value && d->dim_value >= 0 && d->dim_value <= largest_dim;
    type.dim[i] = fixed ? d->dim_value : e ? ((const DimOption *)e->p)->value : most && most->rank == type.rank ? most->dim[i] : -1;
  }
  if (type.rank >= 0 || record) v->declared = arena_copy(im->ctx->arena, &type, sizeof type);
}

/* ---- all of it */
static bool declare(Inputs *in, Scope *s, const Onnx__GraphProto *g, Map *values) {
  Import *im = in->im;
  bool ok = true;
  for (size_t i = 0; i < g->n_input; i++) {
    Declared *d = &in->all[i];
    if (!read_declared(im, g->input[i], in->at, d)) d->broken = true, ok = false;
    if (!*d->name) continue;
    Value *v = onnx_define(im, s, d->name, in->at);
    if (!v) { ok = false, d->broken = true; continue; }
    map_add(im->scratch, &in->by_name, d->name)->i = i;
    map_add(im->scratch, values, d->name)->p = v;
    v->dim_names = d->dim_names;
    v->is_input = true;
  }
  return ok;
}

static bool take_options(Inputs *in, const Onnx__GraphProto *g) {
  const ImportOptions *opt = in->im->opt;
  bool ok = take_dims(in, g);
  for (size_t i = 0; i < opt->shapes.n; i++)
    if (!take_shape(in, &opt->shapes.at[i])) ok = false;
  for (size_t i = 0; i < opt->consts.n; i++)
    if (!take_const(in, &opt->consts.at[i])) ok = false;
  return ok;
}

bool onnx_inputs(Import *im, Scope *s, const Onnx__GraphProto *g) {
  Ctx *ctx = im->ctx;
  Inputs in = {.im = im, .at = {.file = im->path}, .n = g->n_input, .all = arena_alloc(im->scratch, (g->n_input + 1) * sizeof(Declared))};
  Map values = {0}, reported = {0};
  bool ok = declare(&in, s, g, &values);
  if (!onnx_initializers(im, s, g, &values)) ok = false;
  if (!take_options(&in, g)) ok = false;
  for (size_t i = 0; i < in.n; i++) {
    const Declared *d = &in.all[i];
    const MapEntry *e = map_find(&values, d->name);
    Value *v = e ? e->p : NULL;
    if (!v || d->broken) continue;
    if (d->data) {
      v->data = d->data;
      v->type = d->data->type;
      v->is_input = false;
    } else if (v->data) {
      if (!check_initializer(&in, d, v)) ok = false;
    } else {
      if (!make_type(&in, d, &reported, &v->type)) ok = false;
      vec_push(ctx, &s->graph->inputs, v);
    }
  }
  for (size_t i = 0; !ok && i < im->model->bounded.n; i++) /* inference will not come to it */
    diag(ctx, E0204, in.at, "--dim: no dimension of an input is named '%s'", im->model->bounded.at[i]);
  return ok;
}
