/* What binding the operators of ai.onnx.ml begins with: rows of features, and attributes that are lists. */
#include "ir/extern/features.h"

const char *const ml_transforms[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT", NULL};

double ml_real(const Reals *r, int64_t i) { return r->tensor ? data_real(r->tensor, i) : r->list[i]; }

/* ---- attributes */

bool ml_ints(Ctx *ctx, const BindRequest *req, const char *name, int64_t n, const int64_t **to, int64_t *count) {
  const Attr *a = extern_attr(req, name);
  int64_t found = a && a->kind == ATTR_INTS ? a->n : 0;
  if (a && a->kind != ATTR_INTS && a->n) return diag(ctx, E0401, req->place, "attribute `%s` of %s is no list of integers", name, req->op);
  if (n >= 0 && found != n) return diag(ctx, E0401, req->place, "attribute `%s` of %s has %lld entries where %lld are expected", name, req->op, (long long)found, (long long)n);
  *to = found ? a->ints : NULL;
  if (count) *count = found;
  return true;
}

bool ml_reals(Ctx *ctx, const BindRequest *req, const char *name, int64_t n, Reals *to) {
  const Attr *list = extern_attr(req, name), *tensor = extern_attr(req, ctx_printf(ctx, "%s_as_tensor", name));
  *to = (Reals){0};
  if (list && list->kind == ATTR_TENSOR) tensor = list;
  if (tensor && tensor->kind == ATTR_TENSOR) {
    const Type *t = &tensor->tensor->type;
    if (t->rank != 1 || elem_info(t->elem)->cls != 'r') return diag(ctx, E0401, req->place, "attribute `%s` of %s is no vector of reals", name, req->op);
    *to = (Reals){.n = t->dim[0], .tensor = tensor->tensor};
  } else if (list && list->kind == ATTR_REALS) *to = (Reals){.n = list->n, .list = list->reals};
  else if (tensor || (list && list->n)) return diag(ctx, E0401, req->place, "attribute `%s` of %s is of another kind", name, req->op);
  if (n < 0 || to->n == n) return true;
  return diag(ctx, E0401, req->place, "attribute `%s` of %s has %lld entries where %lld are expected", name, req->op, (long long)to->n, (long long)n);
}

bool ml_choice(Ctx *ctx, const BindRequest *req, const char *name, const char *const *texts, int64_t otherwise, int64_t *to) {
  const Attr *a = extern_attr(req, name);
  *to = otherwise;
  if (!a) return true;
  for (*to = 0; a->kind == ATTR_STRING && texts[*to]; ++*to)
    if (!strcmp(texts[*to], a->s)) return true;
  return diag(ctx, E0401, req->place, "attribute `%s` of %s is `%s`, which it does not know", name, req->op, a->kind == ATTR_STRING ? a->s : "no text");
}

/* ---- the input */

bool rows_of(Ctx *ctx, const BindRequest *req, RowsOf *to) {
  static const Elem elems[] = {ELEM_f32, ELEM_f64, ELEM_i64, ELEM_i32, ELEM_f16};
  const Type *x = req->in[0].type;
  *to = (RowsOf){0};
  while (to->elem < (int64_t)(sizeof elems / sizeof *elems) && elems[to->elem] != x->elem) to->elem++;
  if (to->elem == sizeof elems / sizeof *elems) return diag(ctx, E0404, req->place, "%s does not take elements of type %s", req->op, elem_info(x->elem)->name);
  if (x->rank != 1 && x->rank != 2) return diag(ctx, E0401, req->place, "the input of %s has %d dimensions, not rows of features", req->op, x->rank);
  to->rows = x->rank == 2 ? x->dim[0] : 1;
  to->features = x->dim[x->rank - 1];
  return true;
}
