/* Names while binding. A name is, in this order: a compile-time value already known, a parameter of the signature, a rank, the extents of a
 * starred rank, a let (computed when first asked for, so that an attribute may depend on ranks and a pattern on a let), or a constant. */
#include "ir/bind.h"
#include <math.h>

bool bind_later(Bind *b, const Ast *at, const char *name) {
  b->later = true;
  b->missing = name;
  b->missing_at = at;
  return false;
}

/* The open dimensions among the extents and shapes a node is given: who reads that they are in the way wants to know which. */
typedef struct OpenNames { Ctx *ctx; VEC(const char *) list; } OpenNames;
static int64_t note_name(void *arg, const char *name) {
  OpenNames *o = arg;
  for (size_t i = 0; i < o->list.n; i++)
    if (o->list.at[i] == name) return 1;
  vec_push(o->ctx, &o->list, name);
  return 1;
}
static void say_open_dimensions(const Bind *b, Str *s) {
  OpenNames o = {.ctx = b->ctx};
  for (int i = 0; i < b->req->nin; i++) {
    const BindInput *in = &b->req->in[i];
    for (int d = 0; in->type && d < in->type->rank; d++) (void)ext_value(b->ctx, in->type->dim[d], note_name, &o);
    int64_t n = in->symbolic && in->data ? type_bound(b->ctx, &in->data->type) : 0;
    for (int64_t j = 0; j < n; j++) (void)ext_value(b->ctx, data_int(in->data, j), note_name, &o);
  }
  for (size_t i = 0; i < o.list.n; i++) str_printf(s, "%s%s", i ? ", " : "; open here: ", o.list.at[i]);
}

bool bind_fail(Bind *b, DiagCode code, const Ast *at, const char *fmt, ...) {
  Str s = str_new(b->ctx);
  va_list args, again;
  va_start(args, fmt);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, fmt, args);
  va_end(args);
  char *text = NEWN(b->ctx, char, n + 1);
  vsnprintf(text, (size_t)n + 1, fmt, again);
  va_end(again);
  str_add(&s, text);
  if (code == E0700) say_open_dimensions(b, &s);
  if (at) str_printf(&s, " (%s:%d:%d)", at->file, at->line, at->column);
  else str_printf(&s, " (%s:%d)", b->clause->file, b->clause->line);
  b->later = false;
  return diag(b->ctx, code, b->req->place, "%s", s.s);
}

const char *upper_of(Bind *b, const char *coordinate) {
  char *u = ctx_printf(b->ctx, "%s", coordinate);
  size_t n = strlen(u);
  while (n && u[n - 1] == '\'') u[--n] = '\0';
  for (char *c = u; *c; c++)
    if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
  return intern(b->ctx, u);
}

void bind_require(Bind *b, ext_t x, ext_t y, bool at_most) {
  for (size_t i = 0; i < b->out->require.n; i++) {
    ExtentPair p = b->out->require.at[i];
    if (p.a == x && p.b == y && p.at_most == at_most) return;
  }
  vec_push(b->ctx, &b->out->require, ((ExtentPair){x, y, at_most}));
}

Tri bind_equal(Bind *b, ext_t x, ext_t y) {
  Tri same = ext_eq(b->ctx, x, y);
  if (same != TRI_UNKNOWN || !b->lenient) return same;
  bind_require(b, x, y, false);
  return TRI_TRUE;
}

static bool is_capital(const char *name) { return name[0] >= 'A' && name[0] <= 'Z'; }

Env static_env(Bind *b) { return (Env){.b = b, .scope = &b->scope, .member = -1, .outer = -1, .star = -1}; }

Entity *bind_entity(const Bind *b, const char *name) {
  for (size_t i = 0; i < b->entities.n; i++)
    if (b->entities.at[i]->name == name) return b->entities.at[i];
  return NULL;
}

/* ---- what is known */
const Known *scope_find(const Scope *s, KnownKind kind, const char *name) {
  for (size_t i = 0; i < s->known.n; i++)
    if (s->known.at[i].name == name && s->known.at[i].kind == kind) return &s->known.at[i];
  return NULL;
}

void scope_set(Bind *b, Scope *s, KnownKind kind, const char *name, Val v) {
  for (size_t i = 0; i < s->known.n; i++)
    if (s->known.at[i].name == name && s->known.at[i].kind == kind) { s->known.at[i].value = v; return; }
  vec_push(b->ctx, &s->known, ((Known){kind, name, v}));
  b->changes++;
}

/* ---- statements of a block: lets, functions, choices; the others are kept for later */
static void add_let(Bind *b, Scope *s, const EinStmt *stmt) {
  for (int i = 0; i < stmt->ntargets; i++) {
    Let let = {.target = stmt->target[i], .stmt = stmt, .which = i};
    bool replaced = false;
    for (size_t j = 0; j < s->lets.n && !replaced; j++)
      if (s->lets.at[j].target.name == let.target.name && s->lets.at[j].target.group == let.target.group) s->lets.at[j] = let, replaced = true;
    if (!replaced) vec_push(b->ctx, &s->lets, let);
  }
}

void scope_collect(Bind *b, Scope *s, const Block *block, bool statements) {
  for (int i = 0; i < block->n; i++) {
    const EinStmt *stmt = block->stmt[i];
    switch (stmt->kind) {
      case STMT_LET: if (statements && is_op_call(b, stmt)) vec_push(b->ctx, &b->stmts, stmt); else add_let(b, s, stmt); break;
      case STMT_FN: vec_push(b->ctx, &s->fns, stmt); break;
      case STMT_WHEN: vec_push(b->ctx, &s->pending, stmt); break;
      case STMT_SET: if (statements) vec_push(b->ctx, &b->stmts, stmt); break;
    }
  }
}

bool scope_collect_pending(Bind *b, Scope *s) {
  for (size_t i = 0; i < s->pending.n; i++) {
    const EinStmt *stmt = s->pending.at[i];
    if (!stmt) continue;
    Env env = static_env(b);
    env.scope = s;
    bool c;
    if (!eval_condition(&env, stmt->right, &c)) {
      if (b->later) continue;
      return false;
    }
    s->pending.at[i] = NULL;
    b->changes++;
    scope_collect(b, s, c ? &stmt->then : &stmt->otherwise, !s->is_def);
  }
  return true;
}

const EinStmt *scope_fn(const Scope *s, const char *name, int nparams) {
  for (size_t i = s->fns.n; i-- > 0;)
    if (s->fns.at[i]->name == name && (s->fns.at[i]->nparams == nparams)) return s->fns.at[i];
  return NULL;
}

static Let *find_let(Scope *s, const char *name, bool group) {
  for (size_t i = 0; i < s->lets.n; i++)
    if (s->lets.at[i].target.name == name && s->lets.at[i].target.group == group) return &s->lets.at[i];
  return NULL;
}

bool scope_has_let(const Scope *s, const char *name, bool group) { return find_let((Scope *)s, name, group) != NULL; }

/* ---- parameters of the signature */
const Attr *bind_attr(const Bind *b, const char *name, const char *alias) {
  for (int i = 0; i < b->req->nattr; i++)
    if (strcmp(b->req->attr[i].name, name) == 0) return &b->req->attr[i];
  for (int i = 0; alias && i < b->req->nattr; i++)
    if (strcmp(b->req->attr[i].name, alias) == 0) return &b->req->attr[i];
  return NULL;
}

Val val_of_attr(Bind *b, const Attr *a) {
  Ctx *ctx = b->ctx;
  int n = a->n > 0 ? a->n : 0;
  Val *list = a->kind == ATTR_INTS || a->kind == ATTR_REALS || a->kind == ATTR_STRINGS ? NEWN(ctx, Val, n) : NULL;
  const Data one = {.type = {.elem = ELEM_i64}, .bytes = &a->i, .nbytes = sizeof a->i};
  switch (a->kind) {
    case ATTR_INT: return val_of_data(&one, false, 0);
    case ATTR_REAL: return val_real(a->r);
    case ATTR_STRING: return (Val){.kind = VAL_STRING, .s = intern(ctx, a->s)};
    case ATTR_INTS: {
      const Data d = {.type = {.elem = ELEM_i64, .rank = 1, .dim = {n}}, .bytes = a->ints, .nbytes = (size_t)n * sizeof *a->ints};
      for (int i = 0; i < n; i++) list[i] = val_of_data(&d, false, i);
      return val_list(n, list);
    }
    case ATTR_REALS: for (int i = 0; i < n; i++) list[i] = val_real(a->reals[i]); return val_list(n, list);
    case ATTR_STRINGS: for (int i = 0; i < n; i++) list[i] = (Val){.kind = VAL_STRING, .s = intern(ctx, a->strings[i])}; return val_list(n, list);
    case ATTR_TENSOR: return (Val){.kind = VAL_TENSOR, .tensor = a->tensor};
    default: return (Val){.kind = VAL_EMPTY};
  }
}

static const Param *find_param(const Clause *c, const char *name, int *input) {
  for (int i = 0; i < c->nattr; i++)
    if (c->attr[i].name == name) return *input = -1, &c->attr[i];
  for (int i = 0; i < c->nin; i++)
    if (!c->in[i].tensor && c->in[i].name == name) return *input = i, &c->in[i];
  return *input = -1, NULL;
}

static bool param_value(Env *env, const Ast *at, const Param *p, int input, Val *out) {
  Bind *b = env->b;
  if (input >= 0 && input < b->req->nin && b->req->in[input].type) {
    const BindInput *in = &b->req->in[input];
    if (!in->data) return bind_fail(b, E0307, at, "the input `%s` (%s of %s) must be known when compiling: give it with --const %s=VALUE, or say how large its numbers may be with --dim '%s<=N'", in->name ? in->name : p->name, p->name, b->clause->name, in->name ? in->name : p->name, in->name ? in->name : p->name);
    *out = (Val){.kind = VAL_TENSOR, .tensor = in->data, .symbolic = in->symbolic};
    return true;
  }
  const Attr *a = bind_attr(b, p->name, p->alias);
  if (a) { *out = val_of_attr(b, a); return true; }
  if (p->fallback) {
    Env plain = static_env(b);
    return eval(&plain, p->fallback, out);
  }
  return bind_fail(b, E0403, at, "%s `%s` is missing", input >= 0 ? "the input" : "the attribute", p->name);
}

/* ---- lets */
static bool run_let(Env *env, const Ast *at, Scope *s, Let *let) {
  Bind *b = env->b;
  if (let->busy) return bind_later(b, at, let->target.name); /* depends on itself */
  const EinStmt *stmt = let->stmt;
  Env plain = static_env(b);
  plain.scope = s;
  Val v;
  let->busy = true;
  bool ok = eval(&plain, stmt->right, &v);
  let = find_let(s, let->target.name, let->target.group);
  let->busy = false;
  if (!ok) return false;
  if (stmt->ntargets > 1 && (v.kind != VAL_LIST || v.n != stmt->ntargets)) return bind_fail(b, E0308, stmt->right, "%d names for %d values", stmt->ntargets, v.kind == VAL_LIST ? v.n : 1);
  for (int i = 0; i < stmt->ntargets; i++) {
    const Target *t = &stmt->target[i];
    Val x = stmt->ntargets > 1 ? v.list[i] : v;
    if (t->group) {
      x = val_plain(b, x);
      int n = x.kind == VAL_LIST ? x.n : 1;
      Val *extent = NEWN(b->ctx, Val, n);
      for (int j = 0; j < n; j++) {
        ext_t e;
        if (!val_ext(b, stmt->right, x.kind == VAL_LIST ? x.list[j] : x, &e)) return false;
        extent[j] = val_int(e);
      }
      scope_set(b, s, KNOWN_GROUP, t->name, val_list(n, extent));
      continue;
    }
    Val flat = val_plain(b, x);
    if (is_capital(t->name) && !s->is_def && !(flat.kind == VAL_LIST && flat.n != 1)) {
      ext_t e;
      if (!val_ext(b, stmt->right, flat, &e)) return false;
      scope_set(b, s, KNOWN_RANK, t->name, val_int(e));
    } else scope_set(b, s, KNOWN_VALUE, t->name, x);
  }
  return true;
}

static bool constant_value(Bind *b, const char *name, Val *out) {
  static const struct { const char *name; double v; } reals[] = {{"inf", INFINITY}, {"nan", NAN}, {"pi", 3.14159265358979323846}};
  for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
    if (strcmp(name, reals[i].name) == 0) return *out = val_real(reals[i].v), true;
  if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0) return *out = val_bool(name[0] == 't'), true;
  if (strcmp(name, "all") == 0) return *out = (Val){.kind = VAL_ALL}, true;
  if (elem_find(name) != ELEM_NONE) return *out = (Val){.kind = VAL_STRING, .s = intern(b->ctx, name)}, true;
  return false;
}

bool scope_value(Env *env, const Ast *at, const char *name, Val *out) {
  Bind *b = env->b;
  Scope *s = env->scope;
  const Known *k = scope_find(s, KNOWN_VALUE, name);
  if (k) { *out = k->value; return true; }
  int input;
  const Param *p = s->is_def ? NULL : find_param(b->clause, name, &input);
  Let *let = find_let(s, name, false);
  if (p && (p->fallback || !let || bind_attr(b, p->name, p->alias))) {
    if (!param_value(env, at, p, input, out)) return false;
    scope_set(b, s, KNOWN_VALUE, name, *out);
    return true;
  }
  if ((k = scope_find(s, KNOWN_RANK, name)) || (k = scope_find(s, KNOWN_STAR, name))) { *out = k->value; return true; }
  if (let) {
    if (!run_let(env, at, s, let)) return false;
    k = scope_find(s, KNOWN_VALUE, name);
    if (!k) k = scope_find(s, KNOWN_RANK, name);
    *out = k->value;
    return true;
  }
  if (constant_value(b, name, out)) return true;
  return bind_later(b, at, name);
}

bool scope_group(Env *env, const Ast *at, const char *name, Val *out) {
  Scope *s = env->scope;
  const Known *k = scope_find(s, KNOWN_GROUP, name);
  if (!k) {
    Let *let = find_let(s, name, true);
    if (!let) return bind_later(env->b, at, *name ? ctx_printf(env->b->ctx, "%s..", name) : "..");
    if (!run_let(env, at, s, let)) return false;
    k = scope_find(s, KNOWN_GROUP, name);
  }
  *out = k->value;
  return true;
}

bool scope_is_static(Env *env, const char *name) {
  Scope *s = env->scope;
  int input;
  Val v;
  return scope_find(s, KNOWN_VALUE, name) || (!s->is_def && find_param(env->b->clause, name, &input)) || (find_let(s, name, false) && !is_capital(name)) || constant_value(env->b, name, &v);
}

bool scope_is_coordinate(Env *env, const char *name) {
  if (is_capital(name) || scope_is_static(env, name)) return false;
  const char *rank = upper_of(env->b, name);
  return scope_find(env->scope, KNOWN_RANK, rank) || scope_find(env->scope, KNOWN_STAR, rank) || find_let(env->scope, rank, false);
}

/* ---- compile-time functions with several results */
bool def_call(Env *env, const Ast *call, const Def *def, Val *out) {
  Bind *b = env->b;
  if (call->n != def->nparams) return bind_fail(b, E0301, call, "%s takes %d arguments, here are %d", def->name, def->nparams, call->n);
  Scope *s = NEW(b->ctx, Scope);
  s->is_def = true;
  for (int i = 0; i < call->n; i++) {
    Val v;
    if (!eval_static(env, call->arg[i], &v)) return false;
    scope_set(b, s, KNOWN_VALUE, def->param[i], v);
    scope_set(b, s, KNOWN_GROUP, def->param[i], val_plain(b, v));
  }
  scope_collect(b, s, &def->body, false);
  if (!scope_collect_pending(b, s)) return false;
  Env inner = static_env(b);
  inner.scope = s;
  Val *result = NEWN(b->ctx, Val, def->nresults);
  for (int i = 0; i < def->nresults; i++) {
    bool group = !scope_has_let(s, def->result[i], false) && scope_has_let(s, def->result[i], true);
    if (group ? !scope_group(&inner, call, def->result[i], &result[i]) : !scope_value(&inner, call, def->result[i], &result[i])) return false;
  }
  *out = def->nresults == 1 ? result[0] : val_list(def->nresults, result);
  return true;
}
