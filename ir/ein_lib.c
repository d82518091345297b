/* The library of operator texts: loading, and finding what a name may mean at an opset. */
#include "ir/ein_ast.h"
#include <stdlib.h>

EinLib *ein_lib_new(Ctx *ctx) { return NEW(ctx, EinLib); }

bool ein_load(Ctx *ctx, EinLib *lib, const char *file, const char *text, size_t n) {
  return ein_parse(ctx, lib, intern(ctx, file), text, n);
}

EinLib *ein_lib_builtin(Ctx *ctx) {
  EinLib *lib = ein_lib_new(ctx);
  for (size_t i = 0; i < text_builtin_count; i++)
    if (!ein_load(ctx, lib, text_builtin_texts[i].file, text_builtin_texts[i].text, text_builtin_texts[i].n)) return NULL;
  return lib;
}

const Fn *ein_find_fn(const EinLib *lib, const char *name) {
  for (size_t i = lib->fns.n; i-- > 0;)
    if (lib->fns.at[i]->name == name) return lib->fns.at[i];
  return NULL;
}

const Def *ein_find_def(const EinLib *lib, const char *name) {
  for (size_t i = lib->defs.n; i-- > 0;)
    if (lib->defs.at[i]->name == name) return lib->defs.at[i];
  return NULL;
}

static bool same_domain(const char *a, const char *b) {
  const char *x = a && strcmp(a, "ai.onnx") != 0 ? a : "", *y = b && strcmp(b, "ai.onnx") != 0 ? b : "";
  return strcmp(x, y) == 0;
}

/* Texts of one name stand in the order of their file; a file that was loaded later goes before the earlier ones, so that a user's text is tried
 * before the library's. */
int ein_candidates(const EinLib *lib, const char *op, const char *domain, int opset, const Clause **out, int max) {
  int newest = -1, n = 0;
  for (size_t i = 0; i < lib->clauses.n; i++) {
    const Clause *c = lib->clauses.at[i];
    if (c->since <= opset && c->since > newest && strcmp(c->name, op) == 0 && same_domain(c->domain, domain)) newest = c->since;
  }
  for (size_t end = lib->clauses.n; end > 0;) {
    size_t start = end;
    while (start > 0 && lib->clauses.at[start - 1]->file == lib->clauses.at[end - 1]->file) start--;
    for (size_t i = start; i < end; i++) {
      const Clause *c = lib->clauses.at[i];
      if (c->since == newest && n < max && strcmp(c->name, op) == 0 && same_domain(c->domain, domain)) out[n++] = c;
    }
    end = start;
  }
  return n;
}

bool ein_has_op(const EinLib *lib, const char *op, const char *domain, int opset) {
  const Clause *one;
  return einsum_is_op(op, domain, opset) || adjoint_is_op(op, domain) || ein_candidates(lib, op, domain, opset, &one, 1) > 0;
}

enum { MAX_CLAUSES = 64, CALL_DEPTH = 8 };

static bool block_sums(const EinLib *lib, const Block *b, int depth);

static bool statement_sums(const EinLib *lib, const EinStmt *s, int depth) {
  if (s->kind == STMT_WHEN) return block_sums(lib, &s->then, depth) || block_sums(lib, &s->otherwise, depth);
  if (s->kind == STMT_SET) return s->reduce == RED_ADD || s->reduce == RED_MUL;
  if (s->kind != STMT_LET || !s->right || s->right->kind != AST_CALL || !depth) return false;
  for (size_t i = 0; i < lib->clauses.n; i++) /* another operator */
    if (lib->clauses.at[i]->name == s->right->name && block_sums(lib, &lib->clauses.at[i]->body, depth - 1)) return true;
  return false;
}

static bool block_sums(const EinLib *lib, const Block *b, int depth) {
  for (int i = 0; i < b->n; i++)
    if (statement_sums(lib, b->stmt[i], depth)) return true;
  return false;
}

bool ein_op_sums(const EinLib *lib, const char *op, const char *domain, int opset) {
  const Clause *c[MAX_CLAUSES];
  int n = ein_candidates(lib, op, domain, opset, c, MAX_CLAUSES);
  for (int i = 0; i < n; i++)
    if (block_sums(lib, &c[i]->body, CALL_DEPTH)) return true;
  return einsum_is_op(op, domain, opset);
}

bool ein_static_input(const EinLib *lib, const char *op, const char *domain, int opset, int index) {
  const Clause *c[MAX_CLAUSES];
  int n = ein_candidates(lib, op, domain, opset, c, MAX_CLAUSES);
  for (int i = 0; i < n; i++)
    if (index >= 0 && index < c[i]->nin && !c[i]->in[index].tensor) return true;
  return false;
}

bool ein_lists(const EinLib *lib, const char *op, const char *domain, int opset, EinLists *to) {
  const Clause *c;
  *to = (EinLists){0};
  if (ein_candidates(lib, op, domain, opset, &c, 1) < 1) return false;
  while (to->in < c->nin && c->in[c->nin - 1 - to->in].tensor && c->in[c->nin - 1 - to->in].tensor->star) to->in++;
  while (to->out < c->nout && c->out[c->nout - 1 - to->out]->star) to->out++;
  to->first_in = c->nin - to->in;
  to->first_out = c->nout - to->out;
  return to->in > 1 && !c->in[to->first_in].tensor->tuple;
}

int ein_input_named(const EinLib *lib, const char *op, const char *domain, int opset, const char *name) {
  const Clause *c[MAX_CLAUSES];
  int n = ein_candidates(lib, op, domain, opset, c, MAX_CLAUSES);
  for (int i = 0; i < n; i++)
    for (int k = 0; k < c[i]->nin; k++)
      if (!strcmp(c[i]->in[k].name, name)) return k;
  return -1;
}

static int by_name(const void *a, const void *b) {
  const OpText *x = a, *y = b;
  int d = strcmp(x->domain, y->domain);
  if (!d) d = strcmp(x->name, y->name);
  if (!d) d = x->since - y->since;
  if (!d) d = strcmp(x->file, y->file);
  return d ? d : x->line - y->line;
}

size_t ein_ops(Ctx *ctx, const EinLib *lib, OpText **out) {
  *out = NEWN(ctx, OpText, lib->clauses.n);
  for (size_t i = 0; i < lib->clauses.n; i++) {
    const Clause *c = lib->clauses.at[i];
    (*out)[i] = (OpText){c->name, c->domain, c->file, c->text, c->line, c->since, c};
  }
  qsort(*out, lib->clauses.n, sizeof **out, by_name);
  return lib->clauses.n;
}
