/* What a text says of itself besides what it computes: element types, what must be known when compiling, attributes, limits, cost. For the operator reference. */
#include "ir/bind.h"
#include <ctype.h>

/* ---- expressions as text */
static void put_ast(const Ast *e, int outer, Str *out);

static void put_list(const Ast *const *list, int n, Str *out) {
  for (int i = 0; i < n; i++) {
    if (i) str_add(out, ", ");
    put_ast(list[i], 0, out);
  }
}

/* Loose to tight; what binds looser than what is around it is put in parentheses. */
static int tightness(const Ast *e) {
  if (e->kind == AST_IF || e->kind == AST_ELSE) return 1;
  if (e->kind == AST_IN) return 5;
  if (e->kind == AST_UNARY) return e->op == OP_NOT ? 4 : 9;
  if (e->kind != AST_BINARY) return 12;
  switch (e->op) {
  case OP_OR: return 2;
  case OP_AND: return 3;
  case OP_EQ: case OP_NE: case OP_LT: case OP_LE: case OP_GT: case OP_GE: return 5;
  case OP_BAND: case OP_BOR: case OP_BXOR: case OP_SHL: case OP_SHR: return 6;
  case OP_ADD: case OP_SUB: return 7;
  case OP_POW: return 10;
  default: return 8;
  }
}

static void put_plain(const Ast *e, Str *out) {
  int own = tightness(e);
  switch (e->kind) {
  case AST_INT: str_printf(out, "%lld", (long long)e->i); break;
  case AST_REAL: str_real(out, e->r); break;
  case AST_STRING: str_printf(out, "\"%s\"", e->name); break;
  case AST_NAME: str_add(out, e->name); break;
  case AST_GROUP: str_printf(out, "%s..", e->name); break;
  case AST_READ: str_printf(out, "%s[", e->name), put_list(e->arg, e->n, out), str_add(out, "]"); break;
  case AST_CALL: str_printf(out, "%s(", e->name), put_list(e->arg, e->n, out), str_add(out, ")"); break;
  case AST_LIST: str_add(out, "["), put_list(e->arg, e->n, out), str_add(out, "]"); break;
  case AST_UNARY: str_add(out, e->op == OP_NOT ? "not " : e->op == OP_NEG ? "-" : op_info(e->op)->text), put_ast(e->arg[0], own, out); break;
  case AST_BINARY: put_ast(e->arg[0], own, out), str_printf(out, " %s ", op_info(e->op)->text), put_ast(e->arg[1], own + 1, out); break;
  case AST_IN: put_ast(e->arg[0], own, out), str_add(out, " in "), put_ast(e->arg[1], own, out); break;
  case AST_IF: put_ast(e->arg[0], own + 1, out), str_add(out, " if "), put_ast(e->arg[1], own + 1, out); break;
  case AST_ELSE: put_ast(e->arg[0], own, out), str_add(out, " else "), put_ast(e->arg[1], own, out); break;
  case AST_FLAT: str_add(out, "$"), put_list(e->arg, e->n, out); break;
  }
}

static void put_ast(const Ast *e, int outer, Str *out) {
  bool brackets = tightness(e) < outer;
  if (brackets) str_add(out, "(");
  put_plain(e, out);
  if (brackets) str_add(out, ")");
}

void ast_print(const Ast *e, Str *out) { put_ast(e, 0, out); }

/* ---- types */
static void put_elems(const char *cls, Str *out) {
  bool first = true;
  for (int e = 1; e < ELEM_COUNT; e++) {
    if (elem_info((Elem)e)->onnx < 0 || !elem_in_class((Elem)e, cls)) continue;
    str_printf(out, "%s%s", first ? "" : " ", elem_info((Elem)e)->name);
    first = false;
  }
}

static const char *type_of(const TensorDecl *d) { return d->type ? d->type : "T"; }

/* Tensors of one type variable stand together: `X, W, Y: f64 f32 ...`. */
static void put_types(const Clause *c, Str *out) {
  const TensorDecl *decl[64];
  int n = 0;
  bool told[64] = {false}, first = true;
  for (int i = 0; i < c->nin && n < 64; i++)
    if (c->in[i].tensor) decl[n++] = c->in[i].tensor;
  for (int i = 0; i < c->nout && n < 64; i++) decl[n++] = c->out[i];
  for (int i = 0; i < n; i++) {
    if (told[i]) continue;
    const char *type = type_of(decl[i]);
    str_printf(out, "%s`%s", first ? "" : "; ", decl[i]->name);
    first = false;
    for (int j = i + 1; j < n; j++)
      if (!strcmp(type_of(decl[j]), type)) str_printf(out, ", %s", decl[j]->name), told[j] = true;
    str_add(out, "`: ");
    if (!strcmp(type, "T")) put_elems(c->cls ? c->cls : "any", out);
    else if (is_type_class(type)) put_elems(type, out);
    else if (elem_find(type) != ELEM_NONE) str_add(out, type);
    else str_printf(out, "the type that `%s` says%s%s", type, decl[i]->type_default ? ", else " : "", decl[i]->type_default ? decl[i]->type_default : "");
  }
}

/* ---- cost */
typedef struct Points { Ctx *ctx; VEC(const char *) ranks; int operations; } Points;

static void add_rank(Points *p, const char *name, bool group) {
  char *u = ctx_printf(p->ctx, "%s", name); /* k' walks K once more: it stays apart, since it is a loop of its own */
  for (char *s = u; *s; s++) *s = (char)toupper((unsigned char)*s);
  const char *rank = intern(p->ctx, group ? ctx_printf(p->ctx, "%s..", u) : u);
  for (size_t i = 0; i < p->ranks.n; i++)
    if (p->ranks.at[i] == rank) return;
  vec_push(p->ctx, &p->ranks, rank);
}

static bool has_rank(const Clause *c, const char *coordinate);

static void walk_coordinates(Points *p, const Clause *c, const Ast *e) {
  if (e->kind == AST_GROUP && (!*e->name || islower((unsigned char)*e->name))) add_rank(p, e->name, true);
  if (e->kind == AST_NAME && has_rank(c, e->name)) add_rank(p, e->name, false);
  for (int i = 0; i < e->n; i++) walk_coordinates(p, c, e->arg[i]);
}

static void walk_value(Points *p, const Clause *c, const Ast *e) {
  if (e->kind == AST_READ) {
    for (int i = 0; i < e->n; i++) walk_coordinates(p, c, e->arg[i]);
    return;
  }
  p->operations += e->kind == AST_BINARY || e->kind == AST_UNARY || e->kind == AST_CALL;
  if (e->kind == AST_NAME && has_rank(c, e->name)) add_rank(p, e->name, false);
  for (int i = 0; i < e->n; i++) walk_value(p, c, e->arg[i]);
}

static bool pattern_has(const Pat *q, const char *rank) {
  if (q->name && !strcmp(q->name, rank) && q->kind == PAT_RANK) return true;
  for (int i = 0; i < q->nparts; i++)
    if (pattern_has(q->part[i], rank)) return true;
  return false;
}

static bool block_has(const Block *b, const char *rank) {
  for (int i = 0; i < b->n; i++) {
    const EinStmt *s = b->stmt[i];
    for (int t = 0; s->kind == STMT_LET && t < s->ntargets; t++)
      if (!s->target[t].group && !strcmp(s->target[t].name, rank)) return true;
    if (s->kind == STMT_WHEN && (block_has(&s->then, rank) || block_has(&s->otherwise, rank))) return true;
  }
  return false;
}

/* Does the small name walk a rank of the text? An attribute or compile-time input of that name hides it. */
static bool has_rank(const Clause *c, const char *coordinate) {
  char rank[64];
  size_t n = 0;
  for (; coordinate[n] && n < sizeof rank - 1; n++) rank[n] = (char)toupper((unsigned char)coordinate[n]);
  while (n && rank[n - 1] == '\'') n--;
  rank[n] = 0;
  if (!islower((unsigned char)*coordinate)) return false;
  for (int i = 0; i < c->nattr; i++)
    if (!strcmp(c->attr[i].name, coordinate)) return false;
  for (int i = 0; i < c->nin; i++) {
    if (!c->in[i].tensor && !strcmp(c->in[i].name, coordinate)) return false;
    for (int k = 0; c->in[i].tensor && k < c->in[i].tensor->npats; k++)
      if (pattern_has(c->in[i].tensor->pat[k], rank)) return true;
  }
  for (int i = 0; i < c->nout; i++)
    for (int k = 0; k < c->out[i]->npats; k++)
      if (pattern_has(c->out[i]->pat[k], rank)) return true;
  return block_has(&c->body, rank);
}

static void put_cost(Ctx *ctx, const Clause *c, const Block *b, bool *any, Str *out) {
  for (int i = 0; i < b->n; i++) {
    const EinStmt *s = b->stmt[i];
    if (s->kind == STMT_WHEN) {
      put_cost(ctx, c, &s->then, any, out);
      put_cost(ctx, c, &s->otherwise, any, out);
    }
    if (s->kind != STMT_SET || s->left->kind != AST_READ) continue;
    Points p = {.ctx = ctx, .operations = s->reduce != RED_SET};
    walk_value(&p, c, s->left);
    walk_value(&p, c, s->right);
    str_printf(out, "%s`%s`: ", *any ? "; " : "", s->left->name);
    *any = true;
    for (size_t r = 0; r < p.ranks.n; r++) str_printf(out, "%s%s", r ? "·" : "", p.ranks.at[r]);
    if (!p.ranks.n) str_add(out, "1");
    str_printf(out, " × %d", p.operations);
  }
}

/* ---- all of it */
static void put_params(const Param *list, int n, bool required, Str *out) {
  bool first = true;
  for (int i = 0; i < n; i++) {
    if (list[i].tensor || (list[i].fallback == NULL) != required) continue;
    str_printf(out, "%s`%s", first ? "" : ", ", list[i].name);
    if (list[i].fallback) str_add(out, " = "), put_ast(list[i].fallback, 0, out);
    str_add(out, "`");
    first = false;
  }
}

static void put_row(const char *what, const Str *text, Str *out) {
  if (!text->n) return;
  str_printf(out, "| %s | ", what);
  for (const char *s = text->s; *s; s++) {
    if (*s == '|') str_add(out, "\\");
    str_addn(out, s, 1);
  }
  str_add(out, " |\n");
}

void ein_facts(Ctx *ctx, const Clause *c, Str *out) {
  Str types = str_new(ctx), optional = str_new(ctx), compile = str_new(ctx), required = str_new(ctx), attributes = str_new(ctx), when = str_new(ctx), cost = str_new(ctx);
  bool any = false;
  put_types(c, &types);
  for (int i = 0; i < c->nin; i++)
    if (c->in[i].tensor && c->in[i].tensor->optional) str_printf(&optional, "%s`%s`", optional.n ? ", " : "", c->in[i].name);
  for (int i = 0; i < c->nin; i++)
    if (!c->in[i].tensor) str_printf(&compile, "%s`%s`", compile.n ? ", " : "", c->in[i].name);
  put_params(c->attr, c->nattr, true, &required);
  put_params(c->attr, c->nattr, false, &attributes);
  if (c->guard) str_add(&when, "`"), put_ast(c->guard, 0, &when), str_add(&when, "`");
  put_cost(ctx, c, &c->body, &any, &cost);
  str_add(out, "| | |\n|-|-|\n");
  put_row("types", &types, out);
  put_row("may be absent", &optional, out);
  put_row("known when compiling", &compile, out);
  put_row("attributes, required", &required, out);
  put_row("attributes", &attributes, out);
  put_row("only when", &when, out);
  put_row("operations", &cost, out);
}
