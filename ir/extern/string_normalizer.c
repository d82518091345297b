/* StringNormalizer: stop words out, letters in one case. The attribute `locale` changes nothing: letters have the case that Unicode gives them. */
#include "ir/extern/bind.h"
#include "ir/extern/string_normalizer.kernel.h"

static bool bind(Ctx *ctx, const BindRequest *req, ExternBound *to) {
  static const char *const known[] = {"case_change_action", "is_case_sensitive", "locale", "stopwords", NULL};
  if (!extern_inputs(ctx, req, 1) || !extern_attrs(ctx, req, known) || !extern_texts(ctx, req, 0)) return false;
  static const struct { const char *name; int letter; } actions[] = {{"NONE", 0}, {"LOWER", 'l'}, {"UPPER", 'u'}};
  const Type *x = req->in[0].type;
  const Attr *action = extern_attr(req, "case_change_action");
  int letter = action ? -1 : 0;
  for (size_t i = 0; action && action->kind == ATTR_STRING && i < sizeof actions / sizeof *actions; i++)
    if (!strcmp(actions[i].name, action->s)) letter = actions[i].letter;
  if (letter < 0) return diag(ctx, E0401, req->place, "attribute `case_change_action` of StringNormalizer is none of NONE, LOWER, UPPER");
  if (x->rank != 1 && !(x->rank == 2 && ext_eq(ctx, x->dim[0], 1) == TRI_TRUE)) return diag(ctx, E0401, req->place, "StringNormalizer takes a tensor of shape [C] or [1,C]");
  int64_t sensitive;
  if (!extern_int(ctx, req, "is_case_sensitive", 0, &sensitive)) return false;
  ext_t n = x->dim[x->rank - 1], stays;
  if (!extern_symbol(ctx, req, "count", ext_max(ctx, n, 1), &stays)) return false;
  *to = (ExternBound){.nargs = 4, .arg = {n, 0, sensitive != 0, letter}, .ncounts = 1, .count = {stays}, .fails = true};
  if (letter) to->pool = extern_text_pool(ctx, ext_max(ctx, n, 1));
  to->out[0] = *x;
  to->out[0].dim[x->rank - 1] = stays;
  if (!extern_table_strings(ctx, req, "stopwords", to)) return false;
  to->arg[1] = to->table[0]->type.dim[0];
  return true;
}

const Extern extern_string_normalizer = {"StringNormalizer", "", 10, 1, 1, "sinter_string_normalizer", bind, sinter_string_normalizer};
