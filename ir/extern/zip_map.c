/* ZipMap: a map for every row of a table, whose keys the attributes list. */
#include "ir/extern/bind.h"
#include "ir/extern/zip_map.kernel.h"
#include <stdlib.h>

typedef struct Label { int64_t number; const char *text; int64_t column; } Label;

static int by_key(const void *a, const void *b) {
  const Label *x = a, *y = b;
  return x->text ? strcmp(x->text, y->text) : (x->number > y->number) - (x->number < y->number);
}

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, (const char *const[]){"classlabels_int64s", "classlabels_strings", NULL}) || !extern_form(ctx, req, 0, FORM_TENSOR)) return false;
  const Type *x = req->in[0].type;
  const Attr *ints = extern_attr(req, "classlabels_int64s"), *texts = extern_attr(req, "classlabels_strings");
  bool is_ints = ints && ints->kind == ATTR_INTS && ints->n, is_texts = texts && texts->kind == ATTR_STRINGS && texts->n;
  if (is_ints == is_texts) return diag(ctx, E0401, req->place, "ZipMap needs one of `classlabels_int64s` and `classlabels_strings`");
  int64_t n = is_ints ? ints->n : texts->n;
  if (x->elem != ELEM_f32) return diag(ctx, E0404, req->place, "ZipMap takes f32, not %s", elem_info(x->elem)->name);
  if (x->rank < 1 || x->rank > 2 || ext_eq(ctx, x->dim[x->rank - 1], n) != TRI_TRUE) return diag(ctx, E0302, req->place, "ZipMap lists %lld keys, and its rows are not that long", (long long)n);
  Label *label = NEWN(ctx, Label, n);
  for (int64_t i = 0; i < n; i++) label[i] = (Label){is_ints ? ints->ints[i] : 0, is_ints ? NULL : texts->strings[i], i};
  qsort(label, (size_t)n, sizeof *label, by_key);
  Data *keys = data_new(ctx, is_ints ? ELEM_i64 : ELEM_string, 1, &n), *columns = data_new(ctx, ELEM_i64, 1, &n);
  if (!keys || !columns) return false;
  for (int64_t i = 0; i < n; i++) {
    if (i && by_key(&label[i - 1], &label[i]) == 0) return diag(ctx, E0401, req->place, "ZipMap lists a key twice");
    if (is_ints) data_set_int((void *)(uintptr_t)keys->bytes, ELEM_i64, i, label[i].number);
    else data_set_text(ctx, keys, i, label[i].text);
    data_set_int((void *)(uintptr_t)columns->bytes, ELEM_i64, i, label[i].column);
  }
  ext_t rows = x->rank == 2 ? x->dim[0] : 1;
  int64_t lo, most;
  ext_range(ctx, rows, &lo, &most);
  Type *y = &to->out[0];
  *y = (Type){.elem = ELEM_f32, .form = FORM_SEQUENCE, .key = is_ints ? ELEM_i64 : ELEM_string, .rank = 1, .dim = {n}, .varies = 1, .cap = most};
  Record r;
  if (!record_layout(ctx, y, &r)) return diag(ctx, E0701, req->place, "ZipMap would make more maps than fit");
  return extern_table(ctx, req, keys, to) && extern_table(ctx, req, columns, to) && extern_put(ctx, req, to, rows) && extern_put(ctx, req, to, n) && extern_put(ctx, req, to, r.slot);
}

const Extern extern_zip_map = {"ZipMap", "ai.onnx.ml", 1, 1, 1, "sinter_zip_map", bind, sinter_zip_map};
