/* Records: layout, types, and constant data (ir/record.h). */
#include "ir/record.h"

enum { WORD = 8, KEY_BYTES = 8 };
static const int64_t largest = (int64_t)1 << 40;

static bool mul(int64_t a, int64_t b, int64_t *to) { return a >= 0 && b >= 0 && !__builtin_mul_overflow(a, b, to) && *to <= largest; }
static int64_t words(int64_t bytes) { return (bytes + WORD - 1) / WORD * WORD; }

static bool is_map(const Type *t) { return t->form == FORM_MAP; }
static bool holds_maps(const Type *t) { return t->form == FORM_SEQUENCE && t->key != ELEM_NONE; }

bool record_layout(const Ctx *ctx, const Type *t, Record *r) {
  *r = (Record){.cap = t->cap, .rank = t->rank, .dim = WORD};
  if (holds_maps(t)) {
    Type one = record_element_type(t);
    Record map;
    if (!record_layout(ctx, &one, &map) || !mul(t->cap, map.bytes, &r->bytes)) return false;
    *r = (Record){.cap = t->cap, .slot = map.bytes, .elements = 1, .dim = WORD, .data = WORD, .bytes = WORD + r->bytes};
    return true;
  }
  r->elements = type_bound(ctx, t);
  r->slot = r->elements < 0 || r->elements > largest ? -1 : elem_bytes(t->elem, r->elements);
  int64_t head, body;
  if (r->slot < 0) return false;
  if (is_map(t)) {
    if (!mul(r->elements, KEY_BYTES, &head) || r->slot > largest) return false;
    *r = (Record){.cap = 1, .slot = r->slot, .elements = r->elements, .dim = WORD, .data = WORD + head, .bytes = WORD + head + words(r->slot)};
    return true;
  }
  if (!mul(t->cap, (int64_t)t->rank * WORD, &head) || !mul(t->cap, r->slot, &body)) return false;
  r->data = WORD + head;
  r->bytes = r->data + words(body);
  return true;
}

int64_t record_words(const Ctx *ctx, const Type *t) {
  Record r;
  return record_layout(ctx, t, &r) ? r.bytes / WORD : -1;
}

Type record_element_type(const Type *t) {
  Type e = *t;
  e.form = holds_maps(t) ? FORM_MAP : FORM_TENSOR;
  e.cap = holds_maps(t);
  if (!holds_maps(t)) e.varies = 0, e.key = ELEM_NONE, e.ranks_vary = false;
  return e;
}

/* ---- types */
static int64_t most(const Ctx *ctx, ext_t e) {
  int64_t lo, hi;
  ext_range(ctx, e, &lo, &hi);
  return hi;
}

bool record_admit(Ctx *ctx, Type *of, const Type *element, const char **why) {
  if (of->elem == ELEM_NONE) of->elem = element->elem;
  if (of->elem != element->elem || of->key != element->key) return *why = "their elements are of different types", false;
  if (of->cap == 0 && !holds_maps(of)) { /* no element yet */
    of->rank = element->rank;
    of->varies = element->varies;
    of->ranks_vary = element->ranks_vary;
    memcpy(of->dim, element->dim, sizeof of->dim);
    return true;
  }
  int common = of->rank < element->rank ? of->rank : element->rank;
  of->ranks_vary = of->ranks_vary || element->ranks_vary || of->rank != element->rank;
  for (int d = common; d < element->rank; d++) of->dim[d] = element->dim[d];
  of->rank = of->rank > element->rank ? of->rank : element->rank;
  for (int d = common; d < of->rank; d++) {
    of->dim[d] = most(ctx, of->dim[d]);
    of->varies |= 1u << d;
  }
  for (int d = 0; of->ranks_vary && d < of->rank; d++) /* where one is empty, another has an element all the same */
    if (most(ctx, of->dim[d]) < 1) of->dim[d] = 1, of->varies |= 1u << d;
  for (int d = 0; d < common; d++) {
    bool same = ext_eq(ctx, of->dim[d], element->dim[d]) == TRI_TRUE;
    if (same && !((of->varies | element->varies) >> d & 1)) continue;
    int64_t a = most(ctx, of->dim[d]), b = most(ctx, element->dim[d]);
    of->dim[d] = a > b ? a : b;
    of->varies |= 1u << d;
  }
  return true;
}

bool record_join(Ctx *ctx, const Type *a, const Type *b, Type *to, const char **why) {
  if (a->form != b->form) return *why = "one is a sequence, an optional or a map, the other is not", false;
  if (a->cap == 0) {
    Elem elem = a->elem;
    *to = *b;
    if (to->elem == ELEM_NONE) to->elem = elem;
    return elem == ELEM_NONE || to->elem == elem || (*why = "their elements are of different types", false);
  }
  *to = *a;
  if (b->cap > to->cap) to->cap = b->cap;
  if (b->cap > 0) return record_admit(ctx, to, b, why);
  if (b->elem != ELEM_NONE && b->elem != to->elem) return *why = "their elements are of different types", false;
  return true;
}

/* ---- data */
Data *record_new(Ctx *ctx, const Type *t) {
  int64_t n = record_words(ctx, t);
  Data *words = n < 0 ? NULL : data_new(ctx, ELEM_i64, 1, &n);
  if (!words) { diag(ctx, E0701, (Place){0}, "a record of that many elements cannot be held"); return NULL; }
  words->type = *t;
  return words;
}

static int64_t *words_of(const Data *d) { return (int64_t *)(uintptr_t)d->bytes; }

int64_t record_length(const Data *d) { return words_of(d)[0]; }
void record_set_length(Data *d, int64_t n) { words_of(d)[0] = n; }

Data record_element(Ctx *ctx, const Data *d, int64_t i) {
  Record r;
  Data e = {.type = record_element_type(&d->type)};
  if (!record_layout(ctx, &d->type, &r)) return e;
  const char *base = d->bytes;
  if (!is_map(&d->type) && !holds_maps(&d->type)) memcpy(e.type.dim, base + r.dim + i * r.rank * WORD, (size_t)r.rank * WORD);
  while (d->type.ranks_vary && e.type.rank && e.type.dim[e.type.rank - 1] == -1) e.type.rank--;
  if (is_map(&d->type)) e.type.dim[0] = record_length(d);
  e.bytes = base + r.data + i * r.slot;
  e.nbytes = holds_maps(&d->type) ? (size_t)r.slot : (size_t)elem_bytes(e.type.elem, type_bound(ctx, &e.type));
  return e;
}

const void *record_keys(const Ctx *ctx, const Data *map) {
  Record r;
  return record_layout(ctx, &map->type, &r) ? (const char *)map->bytes + r.dim : NULL;
}

bool record_is_sound(Ctx *ctx, const Data *d) {
  Record r;
  if (!record_layout(ctx, &d->type, &r) || (size_t)r.bytes != d->nbytes) return false;
  int64_t n = record_length(d), least = d->type.form == FORM_OPTIONAL_SEQUENCE ? -1 : 0;
  if (n < least || n > (is_map(&d->type) ? r.elements : r.cap)) return false;
  for (int64_t i = 0; i < n && !is_map(&d->type); i++) {
    Data e = record_element(ctx, d, i);
    if (holds_maps(&d->type) && !record_is_sound(ctx, &e)) return false;
    for (int k = 0; !holds_maps(&d->type) && k < e.type.rank; k++)
      if (e.type.dim[k] < 0 || e.type.dim[k] > most(ctx, d->type.dim[k])) return false;
  }
  return true;
}

static void each_text(const Data *d, void (*f)(const char **text, void *arg), void *arg) {
  for (size_t i = 0; d->type.elem == ELEM_string && i < d->nbytes / sizeof(char *); i++) f((const char **)(uintptr_t)d->bytes + i, arg);
}

void record_each_text(Ctx *ctx, const Data *d, void (*f)(const char **text, void *arg), void *arg) {
  if (!type_is_record(&d->type)) { each_text(d, f, arg); return; }
  if ((d->type.elem != ELEM_string && d->type.key != ELEM_string) || !record_is_sound(ctx, d)) return;
  int64_t n = record_length(d);
  if (is_map(&d->type)) {
    const char **key = (const char **)(uintptr_t)record_keys(ctx, d);
    for (int64_t i = 0; d->type.key == ELEM_string && i < n; i++) f(key + i, arg);
    n = 1;
  }
  for (int64_t i = 0; i < n; i++) {
    Data e = record_element(ctx, d, i);
    record_each_text(ctx, &e, f, arg);
  }
}

static bool map_refit(Ctx *ctx, const Data *from, Data *to) {
  Record a, b;
  int64_t n = record_length(from);
  if (!record_layout(ctx, &from->type, &a) || !record_layout(ctx, &to->type, &b) || n < 0 || n > a.elements || n > b.elements) return false;
  if (from->type.key != to->type.key || from->type.elem != to->type.elem) return false;
  record_set_length(to, n);
  memcpy((char *)(uintptr_t)to->bytes + b.dim, (const char *)from->bytes + a.dim, (size_t)n * KEY_BYTES);
  memcpy((char *)(uintptr_t)to->bytes + b.data, (const char *)from->bytes + a.data, (size_t)elem_bytes(from->type.elem, n));
  return true;
}

bool record_push(Ctx *ctx, Data *d, const Data *element) {
  Record r;
  int64_t at = record_length(d);
  if (!record_layout(ctx, &d->type, &r) || at < 0 || at >= r.cap || element->type.elem != d->type.elem) return false;
  char *base = (char *)(uintptr_t)d->bytes, *slot = base + r.data + at * r.slot;
  if (holds_maps(&d->type)) {
    Data map = {.type = record_element_type(&d->type), .bytes = slot, .nbytes = (size_t)r.slot};
    if (element->type.form != FORM_MAP || !map_refit(ctx, element, &map)) return false;
  } else {
    if (element->type.form != FORM_TENSOR || element->type.rank > d->type.rank || (element->type.rank < d->type.rank && !d->type.ranks_vary) || element->nbytes > (size_t)r.slot) return false;
    for (int k = 0; k < element->type.rank; k++) {
      bool fits = d->type.varies >> k & 1 || !ext_is_const(ctx, d->type.dim[k]) ? element->type.dim[k] <= most(ctx, d->type.dim[k]) : element->type.dim[k] == d->type.dim[k];
      if (!fits) return false;
    }
    int64_t dim[MAX_RANK];
    for (int k = 0; k < d->type.rank; k++) dim[k] = k < element->type.rank ? element->type.dim[k] : -1;
    memcpy(base + r.dim + at * r.rank * WORD, dim, (size_t)r.rank * WORD);
    memcpy(slot, element->bytes, element->nbytes);
  }
  record_set_length(d, at + 1);
  return true;
}

static int compare_keys(const Data *keys, int64_t a, int64_t b) {
  if (keys->type.elem == ELEM_string) return strcmp(data_text(keys, a), data_text(keys, b));
  return (data_int(keys, a) > data_int(keys, b)) - (data_int(keys, a) < data_int(keys, b));
}

bool record_sort_map(Ctx *ctx, Data *map) {
  int64_t n = record_length(map), size = elem_info(map->type.elem)->bits / 8;
  const Data keys = {.type = {.elem = map->type.key}, .bytes = arena_copy(ctx->arena, record_keys(ctx, map), (size_t)n * KEY_BYTES)};
  Data value = record_element(ctx, map, 0);
  const char *values = arena_copy(ctx->arena, value.bytes, value.nbytes);
  int64_t *order = NEWN(ctx, int64_t, n + 1), *merged = NEWN(ctx, int64_t, n + 1);
  for (int64_t i = 0; i < n; i++) order[i] = i;
  for (int64_t width = 1; width < n; width *= 2) { /* a merge sort */
    for (int64_t from = 0; from < n; from += 2 * width) {
      int64_t middle = from + width < n ? from + width : n, end = from + 2 * width < n ? from + 2 * width : n, a = from, b = middle;
      for (int64_t i = from; i < end; i++) merged[i] = a < middle && (b == end || compare_keys(&keys, order[a], order[b]) <= 0) ? order[a++] : order[b++];
    }
    int64_t *swap = order;
    order = merged;
    merged = swap;
  }
  for (int64_t i = 0; i < n; i++) {
    if (i && compare_keys(&keys, order[i - 1], order[i]) == 0) return false;
    memcpy((char *)(uintptr_t)record_keys(ctx, map) + i * KEY_BYTES, (const char *)keys.bytes + order[i] * KEY_BYTES, KEY_BYTES);
    memcpy((char *)(uintptr_t)value.bytes + i * size, values + order[i] * size, (size_t)size);
  }
  return true;
}

/* What holds the values and may as well be an optional, or a sequence that is none or not. */
const Data *record_refit(Ctx *ctx, const Data *d, const Type *to) {
  if (type_equal(&d->type, to)) return d;
  bool optional = d->type.form == FORM_TENSOR && to->form == FORM_OPTIONAL, some = d->type.form == FORM_SEQUENCE && to->form == FORM_OPTIONAL_SEQUENCE;
  if (d->type.form != to->form && !optional && !some) return NULL;
  Data *made = record_new(ctx, to);
  if (!made) return NULL;
  if (optional) return record_push(ctx, made, d) ? made : NULL;
  if (is_map(to)) return map_refit(ctx, d, made) ? made : NULL;
  int64_t n = record_length(d);
  for (int64_t i = 0; i < n; i++) {
    Data e = record_element(ctx, d, i);
    if (!record_push(ctx, made, &e)) return NULL;
  }
  record_set_length(made, n); /* -1: none */
  return made;
}
