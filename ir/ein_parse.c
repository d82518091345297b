/* Parser of the operator language: recursive descent over the tokens of one file, of bounded depth. The first error ends the file. */
#include "ir/ein_ast.h"

enum { MAX_DEPTH = 200, MAX_LIST = 4096 };

typedef struct Parser {
  Ctx *ctx; EinLib *lib;
  const char *file, *text;
  size_t n;
  Tokens tokens;
  size_t at;
  int depth;
  bool bad;                                /* an error was said: every loop ends, nothing more is said */
} Parser;

/* ---- tokens */
static const Token *peek(const Parser *p, size_t ahead) {
  size_t last = p->tokens.list.n - 1;
  return &p->tokens.list.at[p->bad || p->at + ahead > last ? last : p->at + ahead];
}
static const Token *next(Parser *p) {
  const Token *t = peek(p, 0);
  if (t->kind != TOKEN_END) p->at++;
  return t;
}
static bool is_mark(const Token *t, const char *text) { return t->kind == TOKEN_MARK && strcmp(t->text, text) == 0; }
static bool is_word(const Token *t, const char *text) { return t->kind == TOKEN_NAME && strcmp(t->text, text) == 0; }
static bool at(const Parser *p, const char *mark) { return is_mark(peek(p, 0), mark); }
static bool eat(Parser *p, const char *mark) { return at(p, mark) ? (void)next(p), true : false; }
static bool eat_word(Parser *p, const char *word) { return is_word(peek(p, 0), word) ? (void)next(p), true : false; }
static bool more(const Parser *p, const char *close) { return !p->bad && !at(p, close); }

static Place place_of(const Parser *p, const Token *t) { return (Place){.file = p->file, .line = t->line, .column = t->column}; }

static void error(Parser *p, const Token *t, const char *expected) {
  if (!p->bad) diag(p->ctx, E0300, place_of(p, t), "expected %s, found `%s`", expected, t->text);
  p->bad = true;
}
static void need(Parser *p, const char *mark) {
  if (!eat(p, mark)) error(p, peek(p, 0), ctx_printf(p->ctx, "`%s`", mark));
}
static const char *name(Parser *p) {
  const Token *t = peek(p, 0);
  if (t->kind != TOKEN_NAME) error(p, t, "a name");
  else next(p);
  return t->text;
}
static bool enter(Parser *p) {
  if (++p->depth <= MAX_DEPTH) return true;
  error(p, peek(p, 0), "less nesting");
  return false;
}
static void leave(Parser *p) { p->depth--; }
static void skip_ends(Parser *p) { while (!p->bad && (peek(p, 0)->kind == TOKEN_NEWLINE || at(p, ";"))) next(p); }

/* ---- expressions */
static const Ast *expr(Parser *p);
static const Ast *unary(Parser *p);

static Ast *node(Parser *p, AstKind kind, const Token *t) {
  Ast *e = NEW(p->ctx, Ast);
  *e = (Ast){.kind = kind, .op = OP_COUNT, .name = t->text, .file = p->file, .line = t->line, .column = t->column};
  return e;
}

static const Ast *with_args(Parser *p, AstKind kind, Op op, const Token *t, int n, const Ast *a, const Ast *b) {
  Ast *e = node(p, kind, t);
  e->op = op;
  e->n = n;
  e->arg = NEWN(p->ctx, const Ast *, n);
  e->arg[0] = a;
  if (n > 1) e->arg[1] = b;
  return e;
}

typedef VEC(const Ast *) AstList;

/* Arguments up to the closing mark: expressions, then name = expression. */
static void arguments(Parser *p, Ast *e, const char *close) {
  AstList list = {0}, named_arg = {0};
  VEC(const char *) named = {0};
  while (more(p, close)) {
    if (eat(p, ";")) continue;
    if (list.n + named.n >= MAX_LIST) { error(p, peek(p, 0), "fewer arguments"); break; }
    if (peek(p, 0)->kind == TOKEN_NAME && is_mark(peek(p, 1), "=")) {
      vec_push(p->ctx, &named, name(p));
      need(p, "=");
      vec_push(p->ctx, &named_arg, expr(p));
    } else vec_push(p->ctx, &list, expr(p));
    if (!eat(p, ",") && !at(p, ";") && !at(p, close)) error(p, peek(p, 0), ctx_printf(p->ctx, "`,` or `%s`", close));
  }
  need(p, close);
  e->n = (int)list.n, e->arg = list.at;
  e->nnamed = (int)named.n, e->named = named.at, e->named_arg = named_arg.at;
}

static const Ast *atom_at(Parser *p) {
  const Token *t = next(p);
  Ast *e;
  switch (t->kind) {
    case TOKEN_INT: e = node(p, AST_INT, t); e->i = t->i; return e;
    case TOKEN_REAL: e = node(p, AST_REAL, t); e->r = t->r; return e;
    case TOKEN_STRING: return node(p, AST_STRING, t);
    case TOKEN_GROUP: return node(p, AST_GROUP, t);
    case TOKEN_NAME:
      if (eat(p, "(")) { e = node(p, AST_CALL, t); arguments(p, e, ")"); return e; }
      if (eat(p, "[")) { e = node(p, AST_READ, t); arguments(p, e, "]"); return e; }
      return node(p, AST_NAME, t);
    case TOKEN_MARK:
      if (is_mark(t, "..")) { e = node(p, AST_GROUP, t); e->name = intern(p->ctx, ""); return e; }
      if (is_mark(t, "$")) {
        const Ast *number = unary(p);
        return with_args(p, AST_FLAT, OP_COUNT, t, 1, number, NULL);
      }
      if (is_mark(t, "(")) { const Ast *inner = expr(p); need(p, ")"); return inner; }
      if (is_mark(t, "[")) { e = node(p, AST_LIST, t); arguments(p, e, "]"); return e; }
      break;
    default: break;
  }
  error(p, t, "an expression");
  return node(p, AST_INT, t);
}

static const Ast *atom(Parser *p) {
  const Ast *e = enter(p) ? atom_at(p) : node(p, AST_INT, peek(p, 0));
  leave(p);
  return e;
}

static const Ast *unary(Parser *p) {
  const Token *t = peek(p, 0);
  if (!enter(p)) return node(p, AST_INT, t);
  const Ast *e;
  if (eat(p, "-")) e = with_args(p, AST_UNARY, OP_NEG, t, 1, unary(p), NULL);
  else if (eat(p, "~")) e = with_args(p, AST_UNARY, OP_BNOT, t, 1, unary(p), NULL);
  else {
    e = atom(p);
    t = peek(p, 0);
    if (eat(p, "**")) e = with_args(p, AST_BINARY, OP_POW, t, 2, e, unary(p));
  }
  leave(p);
  return e;
}

/* Left-grouping binary operators, loosest first; below the last row stands `unary`. */
typedef struct Level { const char *mark[8]; Op op[8]; } Level;
static const Level levels[] = {
  {{"or"}, {OP_OR}},
  {{"and"}, {OP_AND}},
  {{"not"}, {OP_NOT}}, /* prefix: see below */
  {{"==", "!=", "<=", ">=", "<", ">", "in"}, {OP_EQ, OP_NE, OP_LE, OP_GE, OP_LT, OP_GT, OP_COUNT}},
  {{"&", "|", "^", "<<", ">>"}, {OP_BAND, OP_BOR, OP_BXOR, OP_SHL, OP_SHR}},
  {{"+", "-"}, {OP_ADD, OP_SUB}},
  {{"*", "/", "//", "%"}, {OP_MUL, OP_DIV, OP_FDIV, OP_MOD}},
};
enum { LEVELS = sizeof levels / sizeof *levels, LEVEL_OR = 0, LEVEL_NOT = 2, LEVEL_ADD = 5 };

static const Ast *binary(Parser *p, int level) {
  if (level == LEVELS) return unary(p);
  const Token *t = peek(p, 0);
  if (level == LEVEL_NOT) {
    if (!eat(p, "not")) return binary(p, level + 1);
    if (!enter(p)) return node(p, AST_INT, t);
    const Ast *e = with_args(p, AST_UNARY, OP_NOT, t, 1, binary(p, level), NULL);
    leave(p);
    return e;
  }
  const Ast *e = binary(p, level + 1);
  for (int run = 0;; run++) {
    t = peek(p, 0);
    int i = 0;
    while (i < 8 && levels[level].mark[i] && !is_mark(t, levels[level].mark[i])) i++;
    if (p->bad || i == 8 || !levels[level].mark[i]) return e;
    if (run == MAX_DEPTH) { error(p, t, "a shorter chain of operators"); return e; } /* the tree grows to the left: whoever walks it recurses */
    next(p);
    Op op = levels[level].op[i];
    e = with_args(p, op == OP_COUNT ? AST_IN : AST_BINARY, op, t, 2, e, binary(p, level + 1));
  }
}

static const Ast *expr(Parser *p) {
  const Token *t = peek(p, 0);
  if (!enter(p)) return node(p, AST_INT, t);
  const Ast *e = binary(p, LEVEL_OR);
  t = peek(p, 0);
  if (eat(p, "if")) e = with_args(p, AST_IF, OP_IF, t, 2, e, binary(p, LEVEL_OR));
  t = peek(p, 0);
  if (eat(p, "else")) e = with_args(p, AST_ELSE, OP_ELSE, t, 2, e, expr(p));
  leave(p);
  return e;
}

/* ---- patterns */
static const Pat *pattern(Parser *p) {
  Pat *q = NEW(p->ctx, Pat);
  if (!enter(p)) return q;
  q->star = eat(p, "*");
  const Token *t = peek(p, 0), *after = peek(p, 1);
  q->line = t->line, q->column = t->column;
  static const char *const ends[] = {",", "]", ")", "@", "?", "if", "{"};
  bool plain = false;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) plain |= is_mark(after, ends[i]);
  if (eat(p, "(")) {
    q->kind = PAT_COMPOSED;
    VEC(const Pat *) parts = {0};
    while (more(p, ")") && parts.n < MAX_RANK) {
      vec_push(p->ctx, &parts, pattern(p));
      if (!eat(p, ",") && !at(p, ")")) error(p, peek(p, 0), "`,` or `)`");
    }
    need(p, ")");
    q->nparts = (int)parts.n, q->part = parts.at;
  } else if (eat(p, "..")) q->kind = PAT_GROUP, q->name = intern(p->ctx, "");
  else if (t->kind == TOKEN_GROUP) q->kind = PAT_GROUP, q->name = next(p)->text;
  else if (t->kind == TOKEN_NAME && plain) q->kind = PAT_RANK, q->name = next(p)->text;
  else {
    q->extent = binary(p, LEVEL_ADD);
    q->kind = q->extent->kind == AST_INT ? PAT_NUMBER : PAT_EXTENT;
    q->repeated = eat(p, "..");
  }
  if (eat(p, "{")) { q->count = expr(p); need(p, "}"); }
  if (eat(p, "@")) q->at = atom(p);
  q->optional = eat(p, "?");
  if (eat(p, "if")) q->cond = binary(p, LEVEL_OR);
  leave(p);
  return q;
}

static TensorDecl *tensor(Parser *p) {
  TensorDecl *d = NEW(p->ctx, TensorDecl);
  d->line = peek(p, 0)->line, d->column = peek(p, 0)->column;
  d->star = eat(p, "*");
  d->name = name(p);
  if (eat(p, "|")) d->alias = name(p);
  d->optional = eat(p, "?");
  need(p, "[");
  VEC(const Pat *) pats = {0};
  while (more(p, "]")) {
    if (pats.n == 2 * MAX_RANK) { error(p, peek(p, 0), "fewer ranks"); break; }
    vec_push(p->ctx, &pats, pattern(p));
    if (!eat(p, ",") && !at(p, "]")) error(p, peek(p, 0), "`,` or `]`");
  }
  need(p, "]");
  d->npats = (int)pats.n, d->pat = pats.at;
  if (eat(p, ":")) {
    d->type = name(p);
    if (eat(p, "|")) d->type_default = name(p);
  }
  return d;
}

/* Is a tensor next: [*] NAME [|name] [?] "[" ? */
static bool tensor_ahead(const Parser *p) {
  if (at(p, "*")) return true;
  size_t i = 1;
  if (is_mark(peek(p, i), "|")) i += 2;
  if (is_mark(peek(p, i), "?")) i++;
  return is_mark(peek(p, i), "[");
}

typedef VEC(Param) ParamList;

static Param value_param(Parser *p) {
  Param q = {.line = peek(p, 0)->line, .column = peek(p, 0)->column};
  q.name = name(p);
  if (eat(p, "|")) q.alias = name(p);
  if (eat(p, "=")) q.fallback = expr(p);
  return q;
}

/* *(X[..], S[]): a list of tuples */
static void tuples(Parser *p, ParamList *in) {
  need(p, "*");
  need(p, "(");
  while (more(p, ")")) {
    if (in->n >= MAX_LIST) { error(p, peek(p, 0), "fewer parameters"); break; }
    TensorDecl *d = tensor(p);
    d->star = d->tuple = true;
    vec_push(p->ctx, in, ((Param){.tensor = d, .name = d->name, .alias = d->alias, .line = d->line, .column = d->column}));
    if (!eat(p, ",") && !at(p, ")")) error(p, peek(p, 0), "`,` or `)`");
  }
  need(p, ")");
}

static void signature(Parser *p, Clause *c) {
  ParamList in = {0}, attrs = {0};
  VEC(const TensorDecl *) out = {0};
  bool options = false;
  need(p, "(");
  while (more(p, ")")) {
    if (eat(p, ";")) { options = true; continue; }
    if (in.n + attrs.n >= MAX_LIST) { error(p, peek(p, 0), "fewer parameters"); break; }
    if (options) vec_push(p->ctx, &attrs, value_param(p));
    else if (at(p, "*") && is_mark(peek(p, 1), "(")) tuples(p, &in);
    else if (tensor_ahead(p)) {
      const TensorDecl *d = tensor(p);
      vec_push(p->ctx, &in, ((Param){.tensor = d, .name = d->name, .alias = d->alias, .line = d->line, .column = d->column}));
    } else vec_push(p->ctx, &in, value_param(p));
    if (!eat(p, ",") && !at(p, ";") && !at(p, ")")) error(p, peek(p, 0), "`,`, `;` or `)`");
  }
  need(p, ")");
  need(p, "->");
  do vec_push(p->ctx, &out, tensor(p));
  while (!p->bad && out.n < MAX_LIST && eat(p, ","));
  c->nin = (int)in.n, c->in = in.at;
  c->nattr = (int)attrs.n, c->attr = attrs.at;
  c->nout = (int)out.n, c->out = out.at;
}

/* ---- statements */
static Block block(Parser *p);

static const char **names_in_parens(Parser *p, int *n) {
  VEC(const char *) names = {0};
  need(p, "(");
  while (more(p, ")")) {
    if (names.n == MAX_LIST) { error(p, peek(p, 0), "fewer names"); break; }
    const Token *t = peek(p, 0);
    if (t->kind == TOKEN_GROUP) { next(p); vec_push(p->ctx, &names, t->text); } /* a list: D.. is written like D */
    else vec_push(p->ctx, &names, name(p));
    if (!eat(p, ",") && !at(p, ")")) error(p, peek(p, 0), "`,` or `)`");
  }
  need(p, ")");
  *n = (int)names.n;
  return names.at;
}

static void assignment(Parser *p, EinStmt *s) {
  s->kind = STMT_SET;
  s->left = atom(p);
  if (eat(p, ":")) s->type = name(p);
  for (int r = RED_SET; r <= RED_FIRST; r++)
    if (eat(p, reduce_text((Reduce)r))) {
      s->reduce = (Reduce)r;
      s->right = expr(p);
      return;
    }
  error(p, peek(p, 0), "an assignment (=, +=, *=, max= ...)");
}

static void function(Parser *p, EinStmt *s) {
  s->kind = STMT_FN;
  s->name = name(p);
  s->param = names_in_parens(p, &s->nparams);
  need(p, "=");
  s->right = expr(p);
}

static void let(Parser *p, EinStmt *s) {
  s->kind = STMT_LET;
  VEC(Target) targets = {0};
  do {
    const Token *t = peek(p, 0);
    if (t->kind != TOKEN_NAME && t->kind != TOKEN_GROUP) error(p, t, "a statement");
    else next(p);
    vec_push(p->ctx, &targets, ((Target){t->text, t->kind == TOKEN_GROUP}));
  } while (!p->bad && targets.n < MAX_LIST && eat(p, ","));
  s->ntargets = (int)targets.n, s->target = targets.at;
  need(p, "=");
  s->right = expr(p);
}

static void choice(Parser *p, EinStmt *s) {
  s->kind = STMT_WHEN;
  next(p);
  s->right = expr(p);
  s->then = block(p);
  size_t here = p->at;
  skip_ends(p);
  if (eat(p, "else")) s->otherwise = block(p);
  else p->at = here;
}

static const EinStmt *statement(Parser *p) {
  EinStmt *s = NEW(p->ctx, EinStmt);
  const Token *t = peek(p, 0), *after = peek(p, 1);
  s->file = p->file, s->line = t->line, s->column = t->column;
  if (!enter(p)) return s;
  if (is_word(t, "when") && !is_mark(after, "=") && !is_mark(after, "[")) choice(p, s);
  else if (t->kind == TOKEN_NAME && is_mark(after, "[")) assignment(p, s);
  else if (t->kind == TOKEN_NAME && is_mark(after, "(")) function(p, s);
  else let(p, s);
  leave(p);
  return s;
}

static Block block(Parser *p) {
  VEC(const EinStmt *) list = {0};
  while (!p->bad && peek(p, 0)->kind == TOKEN_NEWLINE) next(p);
  need(p, "{");
  for (;;) {
    skip_ends(p);
    if (p->bad || eat(p, "}")) break;
    if (list.n == MAX_LIST) { error(p, peek(p, 0), "fewer statements"); break; }
    vec_push(p->ctx, &list, statement(p));
    if (!p->bad && peek(p, 0)->kind != TOKEN_NEWLINE && !at(p, ";") && !at(p, "}")) error(p, peek(p, 0), "the end of the statement");
  }
  return (Block){(int)list.n, list.at};
}

/* ---- definitions */
static const char *upper(Parser *p, const char *s) {
  char *u = ctx_printf(p->ctx, "%s", s);
  for (char *c = u; *c; c++)
    if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
  return intern(p->ctx, u);
}

/* NAME, or domain.parts.NAME */
static void op_name(Parser *p, Clause *c) {
  const char *domain = intern(p->ctx, ""), *last = name(p);
  while (eat(p, ".")) {
    domain = intern(p->ctx, *domain ? ctx_printf(p->ctx, "%s.%s", domain, last) : last);
    last = name(p);
  }
  c->name = last;
  c->domain = domain;
}

static void head(Parser *p, Clause *c) {
  op_name(p, c);
  c->since = 1;
  if (eat_word(p, "since")) {
    const Token *t = next(p);
    if (t->kind != TOKEN_INT || t->i > 1 << 20) error(p, t, "a version");
    else c->since = (int)t->i;
  }
  if (eat(p, ":")) c->cls = name(p);
}

/* Bytes [from, to) of the file with the comment lines directly above and a comment behind on the last line. */
static const char *source(Parser *p, size_t from, size_t to) {
  while (from > 0 && p->text[from - 1] != '\n') from--;
  while (from > 0) {
    size_t line = from - 1;
    while (line > 0 && p->text[line - 1] != '\n') line--;
    size_t s = line;
    while (s < from && (p->text[s] == ' ' || p->text[s] == '\t')) s++;
    if (p->text[s] != '#') break;
    from = line;
  }
  size_t s = to;
  while (s < p->n && (p->text[s] == ' ' || p->text[s] == '\t')) s++;
  if (s < p->n && p->text[s] == '#') {
    while (s < p->n && p->text[s] != '\n') s++;
    to = s;
  }
  return internn(p->ctx, p->text + from, to - from);
}

static size_t end_of_last(const Parser *p) { return p->at ? p->tokens.list.at[p->at - 1].end : 0; }

static Block joined(Parser *p, Block a, Block b) {
  if (!a.n) return b;
  Block r = {a.n + b.n, NEWN(p->ctx, const EinStmt *, a.n + b.n)};
  for (int i = 0; i < a.n; i++) r.stmt[i] = a.stmt[i];
  for (int i = 0; i < b.n; i++) r.stmt[a.n + i] = b.stmt[i];
  return r;
}

static const Signature *find_signature(const EinLib *lib, const char *wanted) {
  for (size_t i = lib->signatures.n; i-- > 0;)
    if (lib->signatures.at[i]->name == wanted) return lib->signatures.at[i];
  return NULL;
}

static void define_op(Parser *p, const Token *first) {
  Clause *c = NEW(p->ctx, Clause);
  *c = (Clause){.file = p->file, .line = first->line, .column = first->column};
  head(p, c);
  const char *shared = "";
  if (eat_word(p, "as")) {
    const Token *t = peek(p, 0);
    const Signature *s = find_signature(p->lib, name(p));
    if (!s) { error(p, t, "the name of a `sig` above"); return; }
    Clause full = s->shape;
    full.name = c->name, full.domain = c->domain, full.cls = c->cls, full.since = c->since;
    full.file = c->file, full.line = c->line, full.column = c->column;
    shared = ctx_printf(p->ctx, "%s\n", s->shape.text);
    *c = full;
  } else signature(p, c);
  if (eat_word(p, "when")) c->guard = expr(p);
  c->body = joined(p, c->body, block(p));
  if (p->bad) return;
  c->text = ctx_printf(p->ctx, "%s%s", shared, source(p, first->begin, end_of_last(p)));
  vec_push(p->ctx, &p->lib->clauses, c);
}

static void define_signature(Parser *p, const Token *first) {
  Signature *s = NEW(p->ctx, Signature);
  s->name = name(p);
  signature(p, &s->shape);
  if (at(p, "{")) s->shape.body = block(p);
  if (p->bad) return;
  s->shape.text = source(p, first->begin, end_of_last(p));
  vec_push(p->ctx, &p->lib->signatures, s);
}

static Ast *whole(Parser *p, const char *tensor_name, const Token *t) { /* NAME[..] */
  Ast *group = node(p, AST_GROUP, t), *read = node(p, AST_READ, t);
  group->name = intern(p->ctx, "");
  read->name = tensor_name;
  read->n = 1;
  read->arg = NEWN(p->ctx, const Ast *, 1);
  read->arg[0] = group;
  return read;
}

static TensorDecl *broadcast_tensor(Parser *p, const char *tensor_name, const Token *t) {
  TensorDecl *d = NEW(p->ctx, TensorDecl);
  Pat *q = NEW(p->ctx, Pat);
  *q = (Pat){.kind = PAT_GROUP, .name = intern(p->ctx, ""), .line = t->line, .column = t->column};
  d->name = tensor_name;
  d->npats = 1;
  d->pat = NEWN(p->ctx, const Pat *, 1);
  d->pat[0] = q;
  d->line = t->line, d->column = t->column;
  return d;
}

/* `map F (x, y; a) = e` is the op F(X[..], Y[..]; a) -> RESULT[..] { x = X[..] ...; RESULT[..] = e }, and, when every argument must be given, the
 * element function F as well. An argument may arrive as an attribute of its own name. */
static void define_map(Parser *p, const Token *first) {
  Clause *c = NEW(p->ctx, Clause);
  *c = (Clause){.file = p->file, .line = first->line, .column = first->column};
  head(p, c);
  ParamList in = {0}, attrs = {0};
  VEC(const char *) elements = {0};
  VEC(const EinStmt *) body = {0};
  bool options = false, some_optional = false;
  need(p, "(");
  while (more(p, ")")) {
    if (eat(p, ";")) { options = true; continue; }
    if (in.n + attrs.n >= MAX_LIST) { error(p, peek(p, 0), "fewer parameters"); break; }
    if (options) vec_push(p->ctx, &attrs, value_param(p));
    else {
      const Token *t = peek(p, 0);
      const char *element = name(p);
      TensorDecl *d = broadcast_tensor(p, upper(p, element), t);
      d->alias = element;
      d->optional = eat(p, "?");
      if (eat(p, ":")) d->type = name(p);
      some_optional |= d->optional;
      vec_push(p->ctx, &in, ((Param){.tensor = d, .name = d->name, .alias = element, .line = t->line, .column = t->column}));
      vec_push(p->ctx, &elements, element);
      EinStmt *alias = NEW(p->ctx, EinStmt);
      *alias = (EinStmt){.kind = STMT_FN, .name = element, .right = whole(p, d->name, t), .file = p->file, .line = t->line, .column = t->column};
      vec_push(p->ctx, &body, alias);
    }
    if (!eat(p, ",") && !at(p, ";") && !at(p, ")")) error(p, peek(p, 0), "`,`, `;` or `)`");
  }
  need(p, ")");
  TensorDecl *result = broadcast_tensor(p, intern(p->ctx, "RESULT"), first);
  if (eat(p, ":")) result->type = name(p);
  need(p, "=");
  EinStmt *set = NEW(p->ctx, EinStmt);
  *set = (EinStmt){.kind = STMT_SET, .reduce = RED_SET, .left = whole(p, result->name, first), .file = p->file, .line = first->line, .column = first->column};
  set->right = expr(p);
  if (p->bad) return;
  vec_push(p->ctx, &body, set);
  c->nin = (int)in.n, c->in = in.at;
  c->nattr = (int)attrs.n, c->attr = attrs.at;
  c->nout = 1;
  c->out = NEWN(p->ctx, const TensorDecl *, 1);
  c->out[0] = result;
  c->body = (Block){(int)body.n, body.at};
  c->text = source(p, first->begin, end_of_last(p));
  vec_push(p->ctx, &p->lib->clauses, c);
  if (some_optional) return;
  Fn *f = NEW(p->ctx, Fn);
  *f = (Fn){.name = c->name, .nparams = (int)elements.n, .param = elements.at, .nattr = c->nattr, .attr = c->attr, .value = set->right};
  vec_push(p->ctx, &p->lib->fns, f);
}

static void define_fn(Parser *p, const Token *first) {
  (void)first;
  Fn *f = NEW(p->ctx, Fn);
  f->name = name(p);
  f->param = names_in_parens(p, &f->nparams);
  need(p, "=");
  f->value = expr(p);
  if (!p->bad) vec_push(p->ctx, &p->lib->fns, f);
}

static void define_def(Parser *p, const Token *first) {
  (void)first;
  Def *d = NEW(p->ctx, Def);
  d->name = name(p);
  d->param = names_in_parens(p, &d->nparams);
  need(p, "->");
  VEC(const char *) results = {0};
  do {
    const Token *t = next(p);
    if (t->kind != TOKEN_NAME && t->kind != TOKEN_GROUP) error(p, t, "a name");
    vec_push(p->ctx, &results, t->text);
  } while (!p->bad && eat(p, ","));
  d->nresults = (int)results.n, d->result = results.at;
  d->body = block(p);
  if (!p->bad) vec_push(p->ctx, &p->lib->defs, d);
}

bool ein_parse(Ctx *ctx, EinLib *lib, const char *file, const char *text, size_t n) {
  static const struct { const char *word; void (*define)(Parser *, const Token *); } definitions[] = {
    {"op", define_op}, {"map", define_map}, {"sig", define_signature}, {"fn", define_fn}, {"def", define_def}};
  enum { DEFINITIONS = sizeof definitions / sizeof *definitions };
  Parser p = {.ctx = ctx, .lib = lib, .file = file, .text = text, .n = n};
  if (!ein_lex(ctx, file, text, n, &p.tokens)) return false;
  for (;;) {
    skip_ends(&p);
    if (p.bad) return false;
    const Token *first = peek(&p, 0);
    if (first->kind == TOKEN_END) return true;
    int i = 0;
    while (i < DEFINITIONS && !is_word(first, definitions[i].word)) i++;
    if (i == DEFINITIONS) error(&p, first, "`op`, `map`, `sig`, `fn` or `def`");
    else { next(&p); definitions[i].define(&p, first); }
  }
}
