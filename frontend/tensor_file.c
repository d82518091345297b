/* Tensors outside of models: files (TensorProto, NumPy) that are read, and the texts of options. */
#include "frontend/frontend.h"
#include "frontend/npy.h"
#include "frontend/onnx_tensor.h"
#include "frontend/onnx_unpack.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* ---- reading */
static const Data *read_pb(Ctx *ctx, const char *path, Place at, const uint8_t *bytes, size_t n) {
  Arena *scratch = arena_new(ctx);
  if (!scratch) ctx_out_of_memory(ctx);
  TensorSource from = {.ctx = ctx, .path = path, .file = bytes, .file_bytes = n, .scratch = scratch, .budget = onnx_budget(ctx, n)};
  const ProtobufCMessage *t = onnx_unpack(ctx, scratch, at, bytes, n, &onnx__tensor_proto__descriptor);
  const Data *d = t ? onnx_tensor(&from, (const Onnx__TensorProto *)(const void *)t, at, "the tensor") : NULL;
  arena_free(scratch);
  return d;
}

const Data *tensor_read(Ctx *ctx, const char *path) {
  Place at = {.file = path};
  const void *bytes;
  size_t n;
  if (!file_map(ctx, path, &bytes, &n)) return NULL;
  if (n == 0) { diag(ctx, E0103, at, "the file is empty, expected a tensor"); return NULL; }
  return npy_is(bytes, n) ? npy_read(ctx, at, bytes, n) : read_pb(ctx, path, at, bytes, n);
}

/* ---- literals: numbers and quoted texts, lists of them, lists of lists */
typedef struct Number { bool real; int64_t i; double r; const char *text; } Number; /* text: a quoted one, else NULL */
typedef struct Literal { Ctx *ctx; const char *at; VEC(Number) numbers; int rank; int64_t dim[MAX_RANK]; } Literal;

static void skip_space(Literal *l) { while (*l->at == ' ' || *l->at == '\t' || *l->at == '\n') l->at++; }

static bool take(Literal *l, char c) {
  skip_space(l);
  return *l->at == c && l->at++;
}

/* strtod follows the locale, and a comma means something else here: a number is cut out first and its point made the locale's. */
static bool take_number(Literal *l) {
  char text[64];
  Number v = {0};
  skip_space(l);
  size_t n = strspn(l->at, "+-0123456789.eExXabcdefABCDEFnNiItTrRuUlLsSyY_"), used = 0;
  if (n == 0 || n >= sizeof text) return false;
  memcpy(text, l->at, n);
  text[n] = 0;
  char *end;
  errno = 0;
  if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) v.i = *text == 't', used = n;
  else {
    v.i = strtoll(text, &end, 10);
    used = (size_t)(end - text);
    if (used != n || errno) { /* not a whole number, or beyond 64 bits */
      char *point = strchr(text, '.');
      char sign[4];
      snprintf(sign, sizeof sign, "%.1f", 0.5);
      if (point) *point = sign[1];
      v.real = true;
      v.r = strtod(text, &end);
      used = (size_t)(end - text);
    }
  }
  l->at += n;
  vec_push(l->ctx, &l->numbers, v);
  return used == n;
}

static bool take_quoted(Literal *l) {
  Str s = str_new(l->ctx);
  str_add(&s, "");
  for (l->at++; *l->at && *l->at != '"'; l->at++) {
    if (*l->at == '\\' && l->at[1]) l->at++;
    str_addn(&s, l->at, 1);
  }
  vec_push(l->ctx, &l->numbers, ((Number){.text = intern(l->ctx, s.s)}));
  return *l->at && l->at++;
}

static bool take_element(Literal *l) {
  skip_space(l);
  return *l->at == '"' ? take_quoted(l) : take_number(l);
}

static bool take_list(Literal *l, int depth) {
  if (!take(l, '[')) {
    if (l->rank < 0) l->rank = depth;
    return depth == l->rank && take_element(l);
  }
  if (depth == MAX_RANK) return false;
  int64_t n = 0;
  if (!take(l, ']')) {
    do {
      n++;
      if (!take_list(l, depth + 1)) return false;
    } while (take(l, ','));
    if (!take(l, ']')) return false;
  } else if (l->rank < 0) l->rank = depth + 1;
  if (l->dim[depth] >= 0 && l->dim[depth] != n) return false; /* ragged */
  l->dim[depth] = n;
  return true;
}

static bool ends_in(const char *text, const char *suffix) {
  size_t n = strlen(text), m = strlen(suffix);
  return n > m && strcmp(text + n - m, suffix) == 0;
}

static bool store(Data *d, int64_t i, Number v) {
  char cls = elem_info(d->type.elem)->cls;
  if (cls == 'r') data_set_real((void *)d->bytes, d->type.elem, i, v.real ? v.r : (double)v.i);
  else if (v.real) return v.r == rint(v.r) && fabs(v.r) < 9e18 && store(d, i, (Number){.i = (int64_t)v.r});
  else if (cls == 'u' && v.i < 0) return false;
  else data_set_int((void *)d->bytes, d->type.elem, i, v.i);
  return cls == 'r' || data_int(d, i) == v.i;
}

const Data *tensor_parse(Ctx *ctx, const char *text, Elem elem) {
  Place at = {.file = "command line"};
  if (ends_in(text, ".npy") || ends_in(text, ".pb")) return tensor_read(ctx, text);
  Literal l = {.ctx = ctx, .at = text, .rank = -1};
  for (int i = 0; i < MAX_RANK; i++) l.dim[i] = -1;
  bool ok = take_list(&l, 0);
  skip_space(&l);
  if (!ok || *l.at) { diag(ctx, E0802, at, "'%s' is no tensor: expected a number, a list such as [1,2,3] or [\"a\",\"b\"], or a file ending in .npy or .pb", text); return NULL; }
  bool any_real = false;
  size_t texts = 0;
  for (size_t i = 0; i < l.numbers.n; i++) any_real |= l.numbers.at[i].real, texts += l.numbers.at[i].text != NULL;
  if (texts && texts < l.numbers.n) { diag(ctx, E0802, at, "'%s' holds numbers and texts", text); return NULL; }
  if (elem == ELEM_NONE) elem = texts ? ELEM_string : any_real ? ELEM_f32 : ELEM_i64;
  if (texts ? elem != ELEM_string : !elem_is_number(elem)) { diag(ctx, E0404, at, "'%s' cannot be a tensor of type %s", text, elem_info(elem)->name); return NULL; }
  for (int i = 0; i < l.rank; i++)
    if (l.dim[i] < 0) l.dim[i] = 0;
  Data *d = data_new(ctx, elem, l.rank, l.dim);
  for (size_t i = 0; d && texts && i < texts; i++) data_set_text(ctx, d, (int64_t)i, l.numbers.at[i].text);
  for (size_t i = 0; d && !texts && i < l.numbers.n; i++)
    if (!store(d, (int64_t)i, l.numbers.at[i])) { diag(ctx, E0404, at, "'%s': element %zu does not fit into %s", text, i, elem_info(elem)->name); return NULL; }
  return d;
}
