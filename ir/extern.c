/* The table of extern ops, and what their bind functions share. */
#include "ir/extern/bind.h"
#include "runtime/sinter.h"

#define EXTERN_RECORD(name) EXTERN(name)
#define EXTERN_TEXTS(name) EXTERN(name)
#define EXTERN(name) extern const Extern extern_##name;
#include "ir/extern.def"
#undef EXTERN

static const Extern *const table[] = {
#define EXTERN(name) &extern_##name,
#include "ir/extern.def"
#undef EXTERN
};
static const char *const file[] = {
#define EXTERN(name) "ir/extern/" #name ".kernel.h",
#include "ir/extern.def"
#undef EXTERN
};
enum { COUNT = sizeof table / sizeof *table };

const Extern *extern_find(const char *op, const char *domain, int opset) {
  for (size_t i = 0; i < COUNT; i++)
    if (!strcmp(table[i]->op, op) && !strcmp(table[i]->domain, domain ? domain : "") && table[i]->since <= opset) return table[i];
  return NULL;
}

size_t extern_ops(const Extern *const **all) {
  *all = table;
  return COUNT;
}

const char *extern_text(const char *path) {
  for (size_t k = 0; k < text_extern_count; k++)
    if (!strcmp(text_extern_texts[k].file, path)) return text_extern_texts[k].text;
  return NULL;
}

const char *extern_source(const Extern *e) {
  for (size_t i = 0; i < COUNT; i++)
    if (table[i] == e) return extern_text(file[i]);
  return NULL;
}

/* What a row of the table says beside its name. */
typedef enum RowKind { ROW_TENSORS, ROW_RECORDS, ROW_TEXTS } RowKind;
static const RowKind kinds[] = {
#undef EXTERN_RECORD
#undef EXTERN_TEXTS
#define EXTERN(name) ROW_TENSORS,
#define EXTERN_RECORD(name) ROW_RECORDS,
#define EXTERN_TEXTS(name) ROW_TEXTS,
#include "ir/extern.def"
#undef EXTERN
#undef EXTERN_RECORD
#undef EXTERN_TEXTS
};

static bool is_of_kind(const Extern *e, RowKind kind) {
  for (size_t i = 0; i < COUNT; i++)
    if (table[i] == e) return kinds[i] == kind;
  return false;
}

bool extern_takes_records(const Extern *e) { return is_of_kind(e, ROW_RECORDS); }
bool extern_is_for_texts(const Extern *e) { return is_of_kind(e, ROW_TEXTS); }

int extern_nin(const Extern *e, size_t inputs) { return e->nin == EXTERN_MANY ? (int)inputs : e->nin; }

const char *run_status_text(int status) {
  static const char *const texts[] = {
    [SINTER_OK] = "all is well", [SINTER_MISSING] = "a pointer is missing", [SINTER_ALIGNMENT] = "memory is not aligned",
    [SINTER_EXTENT] = "an extent found while running lies outside its bounds", [SINTER_CAPACITY] = "what is made is larger than the memory there is for it",
    [SINTER_VALUE] = "an input holds what has no result",
  };
  return status >= 0 && status < (int)(sizeof texts / sizeof *texts) ? texts[status] : "an unknown status";
}

bool extern_inputs(Ctx *ctx, const BindRequest *req, int required) {
  for (int i = 0; i < required; i++)
    if (i >= req->nin || !req->in[i].type) return diag(ctx, E0403, req->place, "%s needs input number %d", req->op, i + 1);
  const Extern *e = extern_find(req->op, req->domain, req->opset);
  if (e && req->nin > e->nin) return diag(ctx, E0401, req->place, "%s takes at most %d inputs, there are %d", req->op, e->nin, req->nin);
  return true;
}

bool extern_attrs(Ctx *ctx, const BindRequest *req, const char *const *known) {
  for (int i = 0; i < req->nattr; i++) {
    const char *const *k = known;
    while (*k && strcmp(*k, req->attr[i].name)) k++;
    if (!*k) return diag(ctx, E0402, req->place, "%s has no attribute `%s`", req->op, req->attr[i].name);
  }
  return true;
}

const Attr *extern_attr(const BindRequest *req, const char *name) {
  for (int i = 0; i < req->nattr; i++)
    if (!strcmp(req->attr[i].name, name)) return &req->attr[i];
  return NULL;
}

bool extern_int(Ctx *ctx, const BindRequest *req, const char *name, int64_t otherwise, int64_t *to) {
  const Attr *a = extern_attr(req, name);
  *to = otherwise;
  if (!a) return true;
  if (a->kind != ATTR_INT) return diag(ctx, E0401, req->place, "attribute `%s` of %s is not an integer", name, req->op);
  *to = a->i;
  return true;
}

bool extern_axis(Ctx *ctx, const BindRequest *req, int64_t axis, int rank, int *to) {
  if (axis < -rank || axis >= rank) return diag(ctx, E0303, req->place, "axis %lld of a tensor with %d dimensions", (long long)axis, rank);
  *to = (int)(axis < 0 ? axis + rank : axis);
  return true;
}

ext_t extern_size(Ctx *ctx, const Type *t, int from, int to) {
  ext_t n = 1;
  for (int d = from; d < to; d++) n = ext_mul(ctx, n, t->dim[d]);
  return n;
}

/* The symbol is named after the node; what is no letter or digit becomes _XX, so that different nodes keep different names. */
static const char *symbol_name(Ctx *ctx, const BindRequest *req, const char *what) {
  Str name = str_new(ctx);
  for (const char *c = req->place.node ? req->place.node : req->op; *c; c++) {
    bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9' && name.n);
    if (plain) str_addn(&name, c, 1);
    else str_printf(&name, "_%02X", (unsigned)(unsigned char)*c);
  }
  str_printf(&name, "_%s", what);
  return name.s;
}

bool extern_symbol(Ctx *ctx, const BindRequest *req, const char *what, ext_t bound, ext_t *to) {
  int64_t lo, hi, most;
  ext_range(ctx, bound, &lo, &hi);
  if (bound == EXT_ERROR || hi < 0 || hi > ((int64_t)1 << 40)) return diag(ctx, E0701, req->place, "%s may make more elements than fit", req->op);
  const char *name = symbol_name(ctx, req, what);
  *to = ext_symbol(ctx, name, 0, hi);
  ext_range(ctx, *to, &lo, &most);
  return most >= hi || diag(ctx, E0302, req->place, "the extent `%s` may be %lld, but is bounded by %lld elsewhere", name, (long long)hi, (long long)most);
}

bool extern_open_symbol(Ctx *ctx, const BindRequest *req, const char *what, int dim, ext_t *to) {
  const char *name = symbol_name(ctx, req, what);
  const Type *declared = req->declared && req->nout ? req->declared[0] : NULL;
  if (ext_find_symbol(ctx, name, to)) return true;
  if (!declared || dim >= declared->rank || declared->dim[dim] < 0)
    return diag(ctx, E0203, req->place, "the %s is known only when running and the model does not bound it: pass --dim '%s<=N' with the largest there can be", what, name);
  *to = ext_symbol(ctx, name, 0, declared->dim[dim]);
  return true;
}

bool extern_real_kind(Ctx *ctx, const BindRequest *req, Elem e, int *kind) {
  static const Elem elems[] = {ELEM_f32, ELEM_f64, ELEM_f16, ELEM_bf16};
  for (*kind = 0; *kind < 4; ++*kind)
    if (elems[*kind] == e) return true;
  return diag(ctx, E0404, req->place, "%s takes f32, f64, f16 and bf16, not %s", req->op, elem_info(e)->name);
}

bool extern_plain_elem(Ctx *ctx, const BindRequest *req, Elem e, const char *classes) {
  const ElemInfo *info = elem_info(e);
  if (info->bits >= 8 && strchr(classes, info->cls)) return true;
  return diag(ctx, E0404, req->place, "%s does not take elements of type %s", req->op, info->name);
}

/* ---- tables */

bool extern_table(Ctx *ctx, const BindRequest *req, const Data *d, ExternBound *to) {
  if (!d) return false;
  if (to->ntables == EXTERN_TABLES) return diag(ctx, E0701, req->place, "%s has more than %d tables", req->op, EXTERN_TABLES);
  to->table[to->ntables++] = d;
  return true;
}

/* The attribute, of the kind asked for or absent; and room for its entries. */
static bool listed(Ctx *ctx, const BindRequest *req, const char *name, AttrKind kind, Elem elem, const Attr **a, Data **d) {
  *a = extern_attr(req, name);
  if (*a && (*a)->kind != kind && (*a)->n) return diag(ctx, E0401, req->place, "attribute `%s` of %s is of another kind", name, req->op);
  return (*d = data_new(ctx, elem, 1, (const int64_t[]){*a ? (*a)->n : 0})) != NULL;
}

bool extern_table_ints(Ctx *ctx, const BindRequest *req, const char *name, Elem elem, ExternBound *to) {
  const Attr *a;
  Data *d;
  if (!listed(ctx, req, name, ATTR_INTS, elem, &a, &d)) return false;
  for (int i = 0; a && i < a->n; i++) {
    data_set_int((void *)(uintptr_t)d->bytes, elem, i, a->ints[i]);
    if (data_int(d, i) != a->ints[i]) return diag(ctx, E0401, req->place, "attribute `%s` of %s: entry %d is %lld, which does not fit", name, req->op, i, (long long)a->ints[i]);
  }
  return extern_table(ctx, req, d, to);
}

bool extern_table_reals(Ctx *ctx, const BindRequest *req, const char *name, Elem elem, ExternBound *to) {
  const Attr *a;
  Data *d;
  if (!listed(ctx, req, name, ATTR_REALS, elem, &a, &d)) return false;
  for (int i = 0; a && i < a->n; i++) data_set_real((void *)(uintptr_t)d->bytes, elem, i, a->reals[i]);
  return extern_table(ctx, req, d, to);
}

bool extern_table_strings(Ctx *ctx, const BindRequest *req, const char *name, ExternBound *to) {
  const Attr *a;
  Data *d;
  if (!listed(ctx, req, name, ATTR_STRINGS, ELEM_string, &a, &d)) return false;
  if (a && a->n) memcpy((void *)(uintptr_t)d->bytes, a->strings, d->nbytes);
  return extern_table(ctx, req, d, to);
}

bool extern_table_tensor(Ctx *ctx, const BindRequest *req, const char *name, ExternBound *to) {
  const Attr *a = extern_attr(req, name);
  if (a && a->kind != ATTR_TENSOR) return diag(ctx, E0401, req->place, "attribute `%s` of %s is no tensor", name, req->op);
  return extern_table(ctx, req, a ? a->tensor : data_new(ctx, ELEM_f32, 1, (const int64_t[]){0}), to);
}

ext_t extern_text_pool(Ctx *ctx, ext_t texts) { return ext_add(ctx, ext_mul(ctx, texts, ctx->text_bytes), 1); } /* never none */

bool extern_texts(Ctx *ctx, const BindRequest *req, int input) {
  Elem e = req->in[input].type->elem;
  return e == ELEM_string || diag(ctx, E0404, req->place, "input number %d of %s is %s, not string", input + 1, req->op, elem_info(e)->name);
}

/* ---- records */

static const char *const form_names[] = {[FORM_TENSOR] = "a tensor", [FORM_SEQUENCE] = "a sequence", [FORM_OPTIONAL] = "an optional tensor", [FORM_OPTIONAL_SEQUENCE] = "an optional sequence", [FORM_MAP] = "a map"};

bool extern_form(Ctx *ctx, const BindRequest *req, int i, TypeForm form) {
  const Type *t = i < req->nin ? req->in[i].type : NULL;
  if (!t || t->form == form) return true;
  Str s = str_new(ctx);
  type_print(ctx, t, &s);
  return diag(ctx, E0404, req->place, "input number %d, '%s', is %s: expected %s", i + 1, req->in[i].name ? req->in[i].name : "?", s.s, form_names[form]);
}

bool extern_put(Ctx *ctx, const BindRequest *req, ExternBound *to, ext_t number) {
  if (to->nargs == EXTERN_ARGS) return diag(ctx, E0701, req->place, "%s has more inputs and dimensions than %d numbers describe", req->op, EXTERN_ARGS);
  to->arg[to->nargs++] = number;
  return true;
}

bool extern_put_record(Ctx *ctx, const BindRequest *req, ExternBound *to, const Type *t) {
  Record r;
  if (!record_layout(ctx, t, &r)) return diag(ctx, E0701, req->place, "%s would need a sequence too large for any memory", req->op);
  return extern_put(ctx, req, to, r.cap) && extern_put(ctx, req, to, r.rank) && extern_put(ctx, req, to, r.slot);
}

bool extern_put_extents(Ctx *ctx, const BindRequest *req, ExternBound *to, const Type *t) {
  bool ok = true;
  for (int d = 0; ok && d < t->rank; d++) ok = extern_put(ctx, req, to, t->dim[d]);
  return ok;
}

int64_t extern_bits(Elem e) { return e == ELEM_string ? 64 : elem_info(e)->bits; }

/* 0 where there is no such input, -1 with a diagnostic when it is none. */
int64_t extern_position(Ctx *ctx, const BindRequest *req, int i) {
  const Type *t = i < req->nin ? req->in[i].type : NULL;
  if (!t) return 0;
  bool fits = t->form == FORM_TENSOR && (t->elem == ELEM_i64 || t->elem == ELEM_i32) && extern_size(ctx, t, 0, t->rank) == 1;
  if (!fits) diag(ctx, E0404, req->place, "input number %d of %s is a position: one integer, i32 or i64", i + 1, req->op);
  return fits ? elem_info(t->elem)->bits / 8 : -1;
}

bool extern_open_extents(Ctx *ctx, const BindRequest *req, ExternBound *to, uint32_t open, Type *out) {
  for (int d = 0; d < out->rank; d++)
    if (open >> d & 1) {
      if (!extern_symbol(ctx, req, ctx_printf(ctx, "dim%d", d), out->dim[d], &out->dim[d])) return false;
      to->count[to->ncounts++] = out->dim[d];
    }
  out->varies = 0;
  return true;
}

/* Numbers of the kernel sequence_at, and the tensor it gives. */
bool extern_element(Ctx *ctx, const BindRequest *req, int64_t position, ExternBound *to) {
  const Type *seq = req->in[0].type;
  if (seq->key != ELEM_NONE) return diag(ctx, E0404, req->place, "the elements of '%s' are maps, not tensors", req->in[0].name);
  if (seq->cap == 0) return diag(ctx, E0401, req->place, "'%s' is always empty: there is no element to take", req->in[0].name);
  if (seq->ranks_vary) return diag(ctx, E0202, req->place, "elements of '%s' have different ranks: which one is taken must be known when compiling", req->in[0].name);
  to->out[0] = record_element_type(seq);
  to->fails = true;
  bool ok = extern_put(ctx, req, to, extern_bits(seq->elem)) && extern_put(ctx, req, to, position) && extern_put_record(ctx, req, to, seq) &&
            extern_put(ctx, req, to, __builtin_popcount(seq->varies)) && extern_open_extents(ctx, req, to, seq->varies, &to->out[0]);
  for (int d = 0; ok && d < seq->rank; d++)
    if (seq->varies >> d & 1) ok = extern_put(ctx, req, to, d);
  return ok;
}
