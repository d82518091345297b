/* Keys: read, sorted, each kept once. */
#include "ir/extern/lookup.h"
#include <stdlib.h>

enum { KEY_INT, KEY_REAL, KEY_TEXT };
typedef struct Key { int64_t i; double r; const char *s; int64_t at; } Key;

static const Attr *list_of(const BindRequest *req, const char *name, AttrKind kind) {
  const Attr *a = name ? extern_attr(req, name) : NULL;
  return a && a->kind == kind && (kind == ATTR_TENSOR || a->n) ? a : NULL;
}

Keys keys_of(const BindRequest *req, const char *ints, const char *reals, const char *texts, const char *tensor) {
  const Attr *t = list_of(req, tensor, ATTR_TENSOR);
  Keys k = {.ints = list_of(req, ints, ATTR_INTS), .reals = list_of(req, reals, ATTR_REALS), .texts = list_of(req, texts, ATTR_STRINGS), .tensor = t ? t->tensor : NULL};
  k.n = k.ints ? k.ints->n : k.reals ? k.reals->n : k.texts ? k.texts->n : k.tensor && k.tensor->type.rank == 1 ? k.tensor->type.dim[0] : 0;
  return k;
}

static int kind_of(const Keys *k) {
  char cls = k->tensor ? elem_info(k->tensor->type.elem)->cls : k->reals ? 'r' : k->texts ? 's' : 'i';
  return cls == 'r' ? KEY_REAL : cls == 's' ? KEY_TEXT : KEY_INT;
}

static Key key_at(const Keys *k, int kind, int64_t i) {
  Key key = {.at = i};
  if (kind == KEY_INT) key.i = k->ints ? k->ints->ints[i] : k->tensor ? data_int(k->tensor, i) : i;
  if (kind == KEY_REAL) key.r = k->reals ? elem_round(ELEM_f32, k->reals->reals[i]) : data_real(k->tensor, i);
  if (kind == KEY_TEXT) key.s = k->texts ? k->texts->strings[i] : ((const char *const *)k->tensor->bytes)[i];
  return key;
}

/* Only the fields of one kind differ. What is not a number stands at the end; of equal keys the later one comes first. */
static int order(const Key *x, const Key *y) {
  int d = (x->r != x->r) - (y->r != y->r);
  if (!d) d = (x->i > y->i) - (x->i < y->i);
  if (!d) d = (x->r > y->r) - (x->r < y->r);
  return d || !x->s ? d : strcmp(x->s, y->s);
}
static int by_key(const void *a, const void *b) {
  const Key *x = a, *y = b;
  int d = order(x, y);
  return d ? d : (y->at > x->at) - (y->at < x->at);
}

static bool element(Ctx *ctx, const BindRequest *req, Elem e, int kind, bool cut, int64_t *code) {
  static const Elem elems[] = {ELEM_i64, ELEM_i32, ELEM_i16, ELEM_f32, ELEM_f64, ELEM_string};
  static const int kinds[] = {KEY_INT, KEY_INT, KEY_INT, KEY_REAL, KEY_REAL, KEY_TEXT};
  for (*code = 0; *code < (int64_t)(sizeof elems / sizeof *elems); ++*code)
    if (elems[*code] == e && (kinds[*code] == kind || (cut && kind == KEY_INT && kinds[*code] == KEY_REAL))) return true;
  return diag(ctx, E0404, req->place, "%s has elements of type %s, and keys of another kind", req->op, elem_info(e)->name);
}

bool keys_bind(Ctx *ctx, const BindRequest *req, const Keys *k, bool cut, ExternBound *to, int64_t **at, int64_t *n) {
  static const Elem stored[] = {[KEY_INT] = ELEM_i64, [KEY_REAL] = ELEM_f64, [KEY_TEXT] = ELEM_string};
  int kind = kind_of(k);
  Key *key = NEWN(ctx, Key, k->n);
  for (int64_t i = 0; i < k->n; i++) key[i] = key_at(k, kind, i);
  qsort(key, (size_t)k->n, sizeof *key, by_key);
  *n = 0;
  for (int64_t i = 0; i < k->n; i++)
    if (i == 0 || order(&key[i - 1], &key[i])) key[(*n)++] = key[i];
  Data *d = data_new(ctx, stored[kind], 1, n);
  if (!d) return false;
  void *bytes = (void *)(uintptr_t)d->bytes;
  *at = NEWN(ctx, int64_t, *n);
  for (int64_t i = 0; i < *n; i++) {
    (*at)[i] = key[i].at;
    if (kind == KEY_INT) data_set_int(bytes, ELEM_i64, i, key[i].i);
    else if (kind == KEY_REAL) data_set_real(bytes, ELEM_f64, i, key[i].r);
    else ((const char **)bytes)[i] = key[i].s;
  }
  bool odd = kind == KEY_REAL && *n && key[*n - 1].r != key[*n - 1].r; /* the key that is not a number is found without the table */
  int64_t code;
  if (!element(ctx, req, req->in[0].type->elem, kind, cut, &code)) return false;
  to->nargs = 4;
  to->arg[0] = *n, to->arg[1] = code, to->arg[2] = kind, to->arg[3] = odd ? *n - 1 : -1;
  return extern_table(ctx, req, d, to);
}
