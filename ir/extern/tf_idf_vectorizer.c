/* TfIdfVectorizer: counts of n-grams. The pool is sorted when compiling, so that the kernel searches by halves. */
#include "ir/extern/bind.h"
#include "ir/extern/tf_idf_vectorizer.kernel.h"
#include <stdlib.h>

enum { LONGEST_GRAM = 16, HEAD = 9 };

/* One n-gram: where it stands in the pool as the model gives it, and its column. */
typedef struct Gram { const Data *pool; int64_t at, length, number; } Gram;

static int compare_members(const Data *pool, int64_t i, int64_t j) {
  if (pool->type.elem == ELEM_string) return strcmp(data_text(pool, i), data_text(pool, j));
  int64_t a = data_int(pool, i), b = data_int(pool, j);
  return (a > b) - (a < b);
}

static int by_members(const void *pa, const void *pb) {
  const Gram *a = pa, *b = pb;
  for (int64_t k = 0; k < a->length; k++) {
    int c = compare_members(a->pool, a->at + k, b->at + k);
    if (c) return c;
  }
  return a->number < b->number ? -1 : a->number > b->number;
}

static const Attr *ints_of(Ctx *ctx, const BindRequest *req, const char *name) {
  const Attr *a = extern_attr(req, name);
  if (a && a->kind == ATTR_INTS) return a;
  diag(ctx, E0403, req->place, "%s needs the attribute `%s`, a list of integers", req->op, name);
  return NULL;
}

static bool sizes(Ctx *ctx, const BindRequest *req, int64_t *shortest, int64_t *longest, int64_t *skips) {
  static const char *const needed[] = {"min_gram_length", "max_gram_length", "max_skip_count"};
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (!extern_attr(req, needed[i])) return diag(ctx, E0403, req->place, "%s needs the attribute `%s`, an integer", req->op, needed[i]);
  if (!extern_int(ctx, req, "min_gram_length", 1, shortest) || !extern_int(ctx, req, "max_gram_length", 1, longest) || !extern_int(ctx, req, "max_skip_count", 0, skips)) return false;
  if (*shortest >= 1 && *shortest <= *longest && *longest <= LONGEST_GRAM && *skips >= 0 && *skips < 1 << 30) return true;
  return diag(ctx, E0401, req->place, "n-grams of length %lld to %lld with %lld skips; lengths lie between 1 and %d", (long long)*shortest, (long long)*longest, (long long)*skips, LONGEST_GRAM);
}

/* The pool: texts or integers, as the type of the input asks. */
static const Data *pool_of(Ctx *ctx, const BindRequest *req) {
  ExternBound one = {0};
  bool texts = req->in[0].type->elem == ELEM_string;
  const char *name = texts ? "pool_strings" : "pool_int64s", *other = texts ? "pool_int64s" : "pool_strings";
  const Attr *wrong = extern_attr(req, other);
  if (wrong && wrong->n) { diag(ctx, E0401, req->place, "elements of type %s and a pool in `%s`", elem_info(req->in[0].type->elem)->name, other); return NULL; }
  bool good = texts ? extern_table_strings(ctx, req, name, &one) : extern_table_ints(ctx, req, name, ELEM_i64, &one);
  return good ? one.table[0] : NULL;
}

/* Sorts the n-grams of one length behind those already in `pool`; of equal ones the last counts. */
static bool add_grams(Ctx *ctx, const BindRequest *req, Gram *gram, int64_t n, const Attr *columns, Data *pool, Data *column, int64_t *members, int64_t *grams) {
  qsort(gram, (size_t)n, sizeof *gram, by_members);
  for (int64_t i = 0; i < n; i++) {
    bool repeated = i + 1 < n;
    for (int64_t k = 0; repeated && k < gram->length; k++) repeated = !compare_members(gram->pool, gram[i].at + k, gram[i + 1].at + k);
    if (repeated) continue;
    if (gram[i].number >= columns->n) return diag(ctx, E0401, req->place, "n-gram %lld has no entry in `ngram_indexes`", (long long)gram[i].number);
    size_t size = (size_t)elem_info(pool->type.elem)->bits / 8;
    memcpy((char *)(uintptr_t)pool->bytes + (size_t)*members * size, (const char *)gram->pool->bytes + (size_t)gram[i].at * size, (size_t)gram->length * size);
    data_set_int((void *)(uintptr_t)column->bytes, ELEM_i64, (*grams)++, columns->ints[gram[i].number]);
    *members += gram->length;
  }
  return true;
}

static bool make_pool(Ctx *ctx, const BindRequest *req, const Data *given, int64_t longest, ExternBound *to) {
  const Attr *starts = ints_of(ctx, req, "ngram_counts"), *columns = ints_of(ctx, req, "ngram_indexes");
  int64_t total = given->type.dim[0], members = 0, grams = 0, number = 0;
  if (!starts || !columns) return false;
  Data *pool = data_new(ctx, given->type.elem, 1, &total), *column = data_new(ctx, ELEM_i64, 1, &total);
  Gram *gram = NEWN(ctx, Gram, total + 1);
  if (!pool || !column) return false;
  for (int64_t length = 1; length <= starts->n; length++) {
    int64_t from = starts->ints[length - 1], end = length < starts->n ? starts->ints[length] : total, first[] = {members, grams};
    if (from < 0 || end > total || from > end) return diag(ctx, E0401, req->place, "`ngram_counts` names no parts of a pool of %lld", (long long)total);
    int64_t n = (end - from) / length;
    for (int64_t i = 0; i < n; i++) gram[i] = (Gram){given, from + i * length, length, number + i};
    number += n;
    if (length > longest) continue;
    if (!add_grams(ctx, req, gram, n, columns, pool, column, &members, &grams)) return false;
    int64_t *part = to->arg + HEAD + 3 * (length - 1);
    part[0] = first[0], part[1] = first[1], part[2] = grams - first[1];
  }
  return extern_table(ctx, req, pool, to) && extern_table(ctx, req, column, to);
}

/* A weight per column, that of its n-gram; all 1 where the model gives none. */
static bool make_weights(Ctx *ctx, const BindRequest *req, const Attr *indexes, int64_t columns, ExternBound *to) {
  const Attr *a = extern_attr(req, "weights");
  if (a && a->n && (a->kind != ATTR_REALS || a->n != indexes->n)) return diag(ctx, E0401, req->place, "`weights` holds %d numbers for %d n-grams", a->n, indexes->n);
  Data *d = data_new(ctx, ELEM_f32, 1, &columns);
  if (!d) return false;
  void *bytes = (void *)(uintptr_t)d->bytes;
  for (int64_t i = 0; i < columns; i++) data_set_real(bytes, ELEM_f32, i, 1);
  for (int i = 0; a && i < a->n; i++) data_set_real(bytes, ELEM_f32, indexes->ints[i], a->reals[i]);
  return extern_table(ctx, req, d, to);
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  static const char *const known[] = {"max_gram_length", "max_skip_count", "min_gram_length", "mode", "ngram_counts", "ngram_indexes", "pool_int64s", "pool_strings", "weights", NULL};
  static const struct { const char *name; bool once, weighs; } modes[] = {{"TF", false, false}, {"IDF", true, true}, {"TFIDF", false, true}};
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, known)) return false;
  const Type *x = req->in[0].type;
  if (x->elem != ELEM_string && x->elem != ELEM_i32 && x->elem != ELEM_i64) return diag(ctx, E0404, req->place, "TfIdfVectorizer does not take elements of type %s", elem_info(x->elem)->name);
  if (x->rank != 1 && x->rank != 2) return diag(ctx, E0401, req->place, "TfIdfVectorizer takes a tensor of shape [C] or [N,C]");
  const Attr *mode = extern_attr(req, "mode"), *indexes = ints_of(ctx, req, "ngram_indexes");
  size_t m = 0;
  while (m < 3 && !(mode && mode->kind == ATTR_STRING && !strcmp(mode->s, modes[m].name))) m++;
  if (m == 3) return diag(ctx, E0401, req->place, "attribute `mode` of TfIdfVectorizer is none of TF, IDF, TFIDF");
  int64_t shortest, longest, skips, columns = 0;
  const Data *pool = pool_of(ctx, req);
  if (!indexes || !pool || !sizes(ctx, req, &shortest, &longest, &skips)) return false;
  for (int i = 0; i < indexes->n; i++)
    if (indexes->ints[i] < 0) return diag(ctx, E0401, req->place, "`ngram_indexes` holds %lld", (long long)indexes->ints[i]);
  for (int i = 0; i < indexes->n; i++) columns = indexes->ints[i] >= columns ? indexes->ints[i] + 1 : columns;
  if (columns > 1 << 28) return diag(ctx, E0701, req->place, "`ngram_indexes` asks for %lld columns", (long long)columns);
  int64_t type = x->elem == ELEM_string ? 's' : elem_info(x->elem)->bits / 8;
  *to = (ExternBound){.nargs = (int)(HEAD + 3 * longest), .arg = {x->rank == 2 ? x->dim[0] : 1, x->dim[x->rank - 1], columns, type, shortest, longest, skips, modes[m].once, modes[m].weighs}};
  to->out[0] = *x;
  to->out[0].elem = ELEM_f32;
  to->out[0].dim[x->rank - 1] = columns;
  return make_pool(ctx, req, pool, longest, to) && make_weights(ctx, req, indexes, columns, to);
}

const Extern extern_tf_idf_vectorizer = {"TfIdfVectorizer", "", 9, 1, 1, "sinter_tf_idf_vectorizer", bind, sinter_tf_idf_vectorizer};
