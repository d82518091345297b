/* The data of one run: every input checked and at its place, memory for every output, a value for every symbol. */
#include "cli/cli.h"

static const char *buf_type(Ctx *ctx, const Buf *b) {
  Str s = str_new(ctx);
  buf_print_type(ctx, b, &s);
  return s.s;
}

static SymbolValue *symbol_find(const Binding *b, const char *name) {
  for (size_t i = 0; i < b->symbols.n; i++)
    if (!strcmp(b->symbols.at[i].name, name)) return &b->symbols.at[i];
  return NULL;
}

int64_t binding_symbol(void *arg, const char *name) {
  const SymbolValue *s = symbol_find(arg, name);
  return s ? s->value : 0;
}

void binding_set_symbol(void *arg, const char *name, int64_t value) {
  SymbolValue *s = symbol_find(arg, name);
  if (s) s->value = value, s->known = true;
}

/* One extent of an input: a number must agree; a symbol takes the extent of the data, once. */
static bool bind_extent(Ctx *ctx, Binding *b, ext_t want, int64_t have) {
  if (ext_is_const(ctx, want)) return want == have;
  SymbolValue *s = symbol_find(b, ext_name(ctx, want));
  if (!s) return true; /* a polynomial of symbols: checked below, when all have values */
  int64_t lo, hi;
  ext_range(ctx, want, &lo, &hi);
  if (have < lo || have > hi || (s->known && s->value != have)) return false;
  s->value = have, s->known = true;
  return true;
}

static bool bind_input(Ctx *ctx, Binding *b, const Buf *input, const Data **from) {
  const Data *data = *from;
  if (input->record && (*from = record_refit(ctx, data, input->record))) return true;
  bool fits = !input->record && data->type.elem == input->elem && data->type.rank == input->rank;
  for (int d = 0; fits && d < input->rank; d++) fits = bind_extent(ctx, b, input->dim[d], data->type.dim[d]);
  if (fits) return true;
  Str have = str_new(ctx);
  type_print(ctx, &data->type, &have);
  return diag(ctx, E0500, (Place){0}, "data of input '%s' are %s, the program takes %s", input->name, have.s, buf_type(ctx, input));
}

typedef struct Asked { const Binding *b; bool open; } Asked;

static int64_t ask(void *arg, const char *name) {
  Asked *a = arg;
  const SymbolValue *s = symbol_find(a->b, name);
  a->open |= !s || !s->known;
  return s ? s->value : 0;
}

/* The largest that an extent may be, before anything ran. Not what it is at the bounds of the symbols: min(n, 1) - max(n - 2, 0) is 0 where n is 3, and 1 where it is 1. */
static int64_t most_of(Ctx *ctx, const Binding *b, ext_t e) {
  Asked a = {.b = b};
  int64_t lo, most = ext_value(ctx, e, ask, &a);
  if (a.open) ext_range(ctx, e, &lo, &most);
  return most;
}

static Type type_now(Ctx *ctx, const Binding *b, const Buf *buf) {
  Type t = {.elem = buf->elem, .rank = buf->rank};
  for (int d = 0; d < buf->rank; d++) t.dim[d] = ext_value(ctx, buf->dim[d], binding_symbol, (void *)b);
  return t;
}

bool binding_make(Ctx *ctx, const Program *p, const Feeds *feeds, Binding *out) {
  *out = (Binding){.program = p};
  for (size_t i = 0; i < ext_symbols(ctx); i++) {
    int64_t lo, hi;
    const char *name = ext_symbol_name(ctx, i, &lo, &hi);
    vec_push(ctx, &out->symbols, ((SymbolValue){name, hi, false}));
  }
  bool good = true;
  for (size_t i = 0; i < p->inputs.n; i++) {
    const Buf *input = p->inputs.at[i];
    const Data *data = NULL;
    for (size_t j = 0; j < feeds->n; j++)
      if (!strcmp(feeds->at[j].name, input->name)) data = feeds->at[j].data;
    if (data) good = bind_input(ctx, out, input, &data) && good;
    else good = diag(ctx, E0204, (Place){0}, "there are no data for input '%s' %s", input->name, buf_type(ctx, input));
    vec_push(ctx, &out->inputs, data);
  }
  if (!good) return false;
  for (size_t i = 0; i < p->outputs.n; i++) {
    const Type *record = p->outputs.at[i]->record;
    Type t = {.elem = p->outputs.at[i]->elem, .rank = p->outputs.at[i]->rank};
    for (int d = 0; d < t.rank; d++) t.dim[d] = most_of(ctx, out, p->outputs.at[i]->dim[d]);
    Data *data = record ? record_new(ctx, record) : data_new(ctx, t.elem, t.rank, t.dim);
    if (!data) return false;
    vec_push(ctx, &out->outputs, data);
  }
  return true;
}

void binding_close(Ctx *ctx, Binding *b) {
  for (size_t i = 0; i < b->outputs.n; i++) {
    Data *d = b->outputs.at[i];
    if (type_is_record(&d->type)) continue; /* says itself how large it is */
    d->type = type_now(ctx, b, b->program->outputs.at[i]);
    d->nbytes = (size_t)elem_bytes(d->type.elem, type_bound(ctx, &d->type));
  }
}
