/* What looks keys up: labels, categories, vocabularies, n-grams, and the maps of ai.onnx.ml. What is looked for is drawn from the keys and from what is none. */
#include "draw.h"
#include "ir/record.h"
#include <math.h>

#define OTHERS 3 /* of the elements that are looked for, one of so many is drawn without a look at the keys */
typedef enum KeyKind { KEY_INTS, KEY_TEXTS, KEY_REALS } KeyKind;
typedef struct Keys { KeyKind kind; int n; const int64_t *ints; const char *const *texts; const double *reals; } Keys;

static const Elem key_elem[] = {ELEM_i64, ELEM_string, ELEM_f32};

const int64_t *draw_different_ints(Choices *c, int n) {
  int64_t *to = NEWN(c->ctx, int64_t, n + 1), at = (int64_t)choose(c, 4);
  for (int i = 0; i < n; i++, at += 1 + (int64_t)choose(c, 3)) to[i] = at;
  for (int i = n - 1; i > 0; i--) {
    int k = i - (int)choose(c, (uint32_t)i + 1);
    int64_t t = to[i];
    to[i] = to[k], to[k] = t;
  }
  return to;
}

static Keys draw_keys(Choices *c, KeyKind kind, int n) {
  Keys k = {.kind = kind, .n = n};
  double *reals = NEWN(c->ctx, double, n + 1);
  if (kind == KEY_TEXTS) k.texts = draw_different_texts(c, n, WORDS_FEW);
  else k.ints = draw_different_ints(c, n);
  for (int i = 0; i < n && kind == KEY_REALS; i++) reals[i] = (double)k.ints[i] / 2 - 1;
  k.reals = reals;
  return k;
}

static Attr keys_attr(const Keys *k) {
  if (k->kind == KEY_TEXTS) return (Attr){.kind = ATTR_STRINGS, .n = k->n, .strings = k->texts};
  return k->kind == KEY_INTS ? (Attr){.kind = ATTR_INTS, .n = k->n, .ints = k->ints} : (Attr){.kind = ATTR_REALS, .n = k->n, .reals = k->reals};
}

/* As a tensor of a type that the lists of an attribute do not have. */
static Attr keys_tensor(Ctx *ctx, const Keys *k, Elem e) {
  const int64_t dim[] = {k->n};
  Data *d = data_new(ctx, e, 1, dim);
  for (int i = 0; d && i < k->n; i++) {
    if (e == ELEM_string) data_set_text(ctx, d, i, k->texts[i]);
    else if (k->kind == KEY_REALS) data_set_real((void *)(uintptr_t)d->bytes, e, i, k->reals[i]);
    else data_set_int((void *)(uintptr_t)d->bytes, e, i, k->ints[i]);
  }
  return (Attr){.kind = ATTR_TENSOR, .tensor = d};
}

static const Data *draw_among(Choices *c, const Keys *k, Elem e, int rank, const int64_t *dim) {
  Data *d = data_new(c->ctx, e, rank, dim);
  uint64_t state = choose(c, 1 << 20);
  for (int64_t i = 0, n = d ? type_bound(c->ctx, &d->type) : 0; i < n; i++) {
    uint64_t bits = random_bits(&state), at = bits / 16 % (uint64_t)(k->n ? k->n : 1);
    bool other = bits % OTHERS == 0 || !k->n;
    void *bytes = (void *)(uintptr_t)d->bytes;
    if (e == ELEM_string) data_set_text(c->ctx, d, i, other ? draw_text(c, &state, WORDS_FEW, MOOD_SPECIAL) : k->texts[at]);
    else if (elem_info(e)->cls == 'r') data_set_real(bytes, e, i, other ? (bits / 3 % 5 ? (double)(bits / 3 % 7) / 2 : NAN) : k->kind == KEY_REALS ? k->reals[at] : (double)k->ints[at]);
    else data_set_int(bytes, e, i, other ? (int64_t)(bits / 3 % 9) - 2 : k->ints[at]);
  }
  return d;
}

bool draw_label_encoder(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  static const char *const keys_name[] = {"keys_int64s", "keys_strings", "keys_floats"}, *const values_name[] = {"values_int64s", "values_strings", "values_floats"};
  static const char *const otherwise[] = {"default_int64", "default_string", "default_float"};
  int64_t dim[MAX_RANK];
  int rank = draw_extents(c, 0, 3, one_in(c, 10), dim), n = 1 + (int)choose(c, 6);
  (void)row;
  out->opset = (int)PICK(c, 4, 2, 4, 1), out->nout = 1, out->want[0] = true;
  KeyKind from = (KeyKind)choose(c, out->opset > 1 ? 3 : 2), to = out->opset > 1 ? (KeyKind)choose(c, 3) : from == KEY_INTS ? KEY_TEXTS : KEY_INTS;
  Keys keys = draw_keys(c, from, n), values = draw_keys(c, to, n);
  Elem e = key_elem[from];
  if (out->opset == 1) {
    const Keys *classes = from == KEY_TEXTS ? &keys : &values;
    give_attr(out, ctx, "classes_strings", keys_attr(classes));
    if (from == KEY_INTS) {
      int64_t *numbers = NEWN(ctx, int64_t, n);
      for (int i = 0; i < n; i++) numbers[i] = i;
      keys.ints = numbers;
    }
  } else if (out->opset == 4 && one_in(c, 4)) {
    Elem v = to == KEY_REALS ? (Elem)PICK(c, ELEM_f32, ELEM_f64) : to == KEY_INTS ? (Elem)PICK(c, ELEM_i64, ELEM_i16, ELEM_i32) : ELEM_string;
    if (from == KEY_REALS) e = (Elem)PICK(c, ELEM_f32, ELEM_f64);
    Keys one = values;
    one.n = 1;
    give_attr(out, ctx, "keys_tensor", keys_tensor(ctx, &keys, e));
    give_attr(out, ctx, "values_tensor", keys_tensor(ctx, &values, v));
    give_attr(out, ctx, "default_tensor", keys_tensor(ctx, &one, v));
  } else {
    give_attr(out, ctx, keys_name[from], keys_attr(&keys));
    give_attr(out, ctx, values_name[to], keys_attr(&values));
  }
  if (!(out->nattr == 3) && one_in(c, 2)) {
    Attr a = {.kind = to == KEY_TEXTS ? ATTR_STRING : to == KEY_INTS ? ATTR_INT : ATTR_REAL};
    if (to == KEY_TEXTS) a.s = "none";
    else if (to == KEY_INTS) a.i = 77;
    else a.r = 0.25;
    give_attr(out, ctx, otherwise[to], a);
  }
  give_input(out, draw_among(c, &keys, e, rank, dim));
  return true;
}

bool draw_category_mapper(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  int64_t dim[MAX_RANK];
  int rank = draw_extents(c, 0, 3, one_in(c, 10), dim), n = 1 + (int)choose(c, 6);
  Keys ints = draw_keys(c, KEY_INTS, n), texts = draw_keys(c, KEY_TEXTS, n);
  bool of_texts = one_in(c, 2);
  (void)row;
  out->nout = 1, out->want[0] = true;
  give_attr(out, ctx, "cats_int64s", keys_attr(&ints));
  give_attr(out, ctx, "cats_strings", keys_attr(&texts));
  if (one_in(c, 2)) give_attr(out, ctx, "default_int64", (Attr){.kind = ATTR_INT, .i = -7});
  if (one_in(c, 2)) give_attr(out, ctx, "default_string", (Attr){.kind = ATTR_STRING, .s = "none"});
  give_input(out, draw_among(c, of_texts ? &texts : &ints, of_texts ? ELEM_string : ELEM_i64, rank, dim));
  return true;
}

/* ---- n-grams: for each length the same words, which the text consists of too */
bool draw_tf_idf(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  static const char *const modes[] = {"TF", "IDF", "TFIDF"};
  enum { LONGEST = 3, MOST = 5 };
  int64_t dim[2], *starts = NEWN(ctx, int64_t, LONGEST), *pool = NEWN(ctx, int64_t, LONGEST * LONGEST * MOST);
  int rank = draw_extents(c, 1, 2, one_in(c, 10), dim), longest = 1 + (int)choose(c, LONGEST), lengths = longest, members = 0, grams = 0;
  bool texts = one_in(c, 2);
  (void)row;
  dim[rank - 1] *= 2;
  out->nout = 1, out->want[0] = true;
  Keys words = draw_keys(c, texts ? KEY_TEXTS : KEY_INTS, 3);
  const char **pool_texts = NEWN(ctx, const char *, LONGEST * LONGEST * MOST);
  for (int length = 1; length <= lengths; length++) {
    int n = (int)choose(c, MOST), all = 1;
    for (int k = 0; k < length; k++) all *= words.n;
    starts[length - 1] = members;
    uint32_t first = choose(c, (uint32_t)all);
    for (int g = 0; g < n && g < all; g++, grams++) /* no two the same: numbers of as many digits as the gram has members */
      for (int k = 0, number = (int)((first + 2 * (uint32_t)g) % (uint32_t)all); k < length; k++, number /= words.n) {
        if (texts) pool_texts[members] = words.texts[number % words.n];
        else pool[members] = words.ints[number % words.n];
        members++;
      }
  }
  if (!grams) return false;
  give_attr(out, ctx, "mode", (Attr){.kind = ATTR_STRING, .s = modes[choose(c, 3)]});
  give_attr(out, ctx, "max_gram_length", (Attr){.kind = ATTR_INT, .i = longest});
  give_attr(out, ctx, "min_gram_length", (Attr){.kind = ATTR_INT, .i = 1 + (int64_t)choose(c, (uint32_t)longest)});
  give_attr(out, ctx, "max_skip_count", (Attr){.kind = ATTR_INT, .i = choose(c, 3)});
  give_attr(out, ctx, "ngram_counts", (Attr){.kind = ATTR_INTS, .n = lengths, .ints = starts});
  give_attr(out, ctx, "ngram_indexes", (Attr){.kind = ATTR_INTS, .n = grams, .ints = draw_different_ints(c, grams)});
  if (texts) give_attr(out, ctx, "pool_strings", (Attr){.kind = ATTR_STRINGS, .n = members, .strings = pool_texts});
  else give_attr(out, ctx, "pool_int64s", (Attr){.kind = ATTR_INTS, .n = members, .ints = pool});
  if (one_in(c, 2)) {
    double *weights = NEWN(ctx, double, grams);
    for (int i = 0; i < grams; i++) weights[i] = (double)choose(c, 9) / 4;
    give_attr(out, ctx, "weights", (Attr){.kind = ATTR_REALS, .n = grams, .reals = weights});
  }
  give_input(out, draw_among(c, &words, texts ? ELEM_string : (Elem)PICK(c, ELEM_i64, ELEM_i32), rank, dim));
  return true;
}

/* ---- maps: entries in any order, some of whose keys the vocabulary has */
static const Data *draw_map(Choices *c, const Keys *keys, int n, Elem value) {
  const Type t = {.elem = value, .form = FORM_MAP, .key = key_elem[keys->kind], .rank = 1, .dim = {n}, .varies = 1, .cap = 1};
  Data *map = record_new(c->ctx, &t);
  if (!map) return NULL;
  Data to = record_element(c->ctx, map, 0);
  void *key = (void *)(uintptr_t)record_keys(c->ctx, map);
  uint64_t state = choose(c, 1 << 20);
  for (int i = 0; i < n; i++) {
    if (keys->kind == KEY_TEXTS) ((const char **)key)[i] = keys->texts[i];
    else ((int64_t *)key)[i] = keys->ints[i];
    int64_t v = (int64_t)(random_bits(&state) % 41) - 20;
    if (value == ELEM_string) ((const char **)(uintptr_t)to.bytes)[i] = intern(c->ctx, ctx_printf(c->ctx, "%lld", (long long)v));
    else if (elem_info(value)->cls == 'r') data_set_real((void *)(uintptr_t)to.bytes, value, i, (double)v / 4);
    else data_set_int((void *)(uintptr_t)to.bytes, value, i, v);
  }
  record_set_length(map, n);
  return record_sort_map(c->ctx, map) ? map : NULL;
}

bool draw_dict_vectorizer(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  int n = 1 + (int)choose(c, 6), had = 1 + (int)choose(c, (uint32_t)n), asked = 1 + (int)choose(c, (uint32_t)n);
  KeyKind kind = (KeyKind)choose(c, 2);
  Keys keys = draw_keys(c, kind, n), vocabulary = keys;
  (void)row;
  out->nout = 1, out->want[0] = true;
  vocabulary.n = asked;
  if (kind == KEY_INTS) vocabulary.ints += n - asked;
  else vocabulary.texts += n - asked;
  give_attr(out, ctx, kind == KEY_INTS ? "int64_vocabulary" : "string_vocabulary", keys_attr(&vocabulary));
  give_input(out, draw_map(c, &keys, had, (Elem)(kind == KEY_INTS ? PICK(c, ELEM_f32, ELEM_f64, ELEM_string) : PICK(c, ELEM_f32, ELEM_f64, ELEM_i64))));
  return out->in[0].data != NULL;
}

bool draw_cast_map(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  static const char *const kinds[] = {"TO_FLOAT", "TO_INT64", "TO_STRING"};
  int n = 1 + (int)choose(c, 5);
  Keys keys = draw_keys(c, KEY_INTS, n);
  bool sparse = one_in(c, 2);
  int64_t most = 0;
  (void)row;
  out->nout = 1, out->want[0] = true;
  for (int i = 0; i < n; i++) most = keys.ints[i] > most ? keys.ints[i] : most;
  if (one_in(c, 2)) give_attr(out, ctx, "cast_to", (Attr){.kind = ATTR_STRING, .s = kinds[choose(c, 3)]});
  if (sparse) give_attr(out, ctx, "map_form", (Attr){.kind = ATTR_STRING, .s = "SPARSE"});
  if (sparse) give_attr(out, ctx, "max_map", (Attr){.kind = ATTR_INT, .i = most + 1 + choose(c, 3)});
  give_input(out, draw_map(c, &keys, n, (Elem)PICK(c, ELEM_f32, ELEM_string)));
  return out->in[0].data != NULL;
}

bool draw_zip_map(Ctx *ctx, const KernelRow *row, Choices *c, Case *out) {
  int64_t dim[2];
  int rank = draw_extents(c, 1, 2, false, dim);
  Keys keys = draw_keys(c, (KeyKind)choose(c, 2), (int)dim[rank - 1]);
  (void)row;
  out->nout = 1, out->want[0] = true;
  give_attr(out, ctx, keys.kind == KEY_INTS ? "classlabels_int64s" : "classlabels_strings", keys_attr(&keys));
  give_input(out, draw_values(c, ELEM_f32, rank, dim, SORT_ANY, 0, MOOD_PLAIN));
  return true;
}
