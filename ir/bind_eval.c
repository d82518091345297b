/* The evaluator. At compile time (no sheet) every name is a value and lists are whole. Inside a statement (sheet) lists and groups stand for
 * the entry of the group member round about, small letters are coordinates, and reads become loads. */
#include "ir/bind.h"

enum { MAX_STEPS = 4000000, MAX_EVAL_DEPTH = 400 };

static Val empty_value(void) { return (Val){.kind = VAL_EMPTY}; }

const Arg *frame_find(const Frame *f, const char *name) {
  for (int i = 0; f && i < f->n; i++)
    if (f->arg[i].name == name) return &f->arg[i];
  return NULL;
}

const Ast *resolve_name(const Env *env, const Ast *e, Env *where) {
  *where = *env;
  for (int hops = 0; e->kind == AST_NAME && hops < MAX_EVAL_DEPTH; hops++) {
    const Arg *a = frame_find(where->frame, e->name);
    if (!a) break;
    e = a->value;
    where->frame = a->frame;
  }
  return e;
}

/* Functions that are inlined: of the text, else of the library (fn, and maps without optional arguments). */
bool call_frame(Env *env, const Ast *call, Frame *f, const Ast **body) {
  Bind *b = env->b;
  const EinStmt *local = scope_fn(env->scope, call->name, call->n);
  if (local && call->n) {
    *f = (Frame){.n = local->nparams, .arg = NEWN(b->ctx, Arg, local->nparams)};
    for (int i = 0; i < local->nparams; i++) f->arg[i] = (Arg){local->param[i], call->arg[i], env->frame};
    *body = local->right;
    return true;
  }
  const Fn *fn = ein_find_fn(b->lib, call->name);
  if (!fn || call->n != fn->nparams) return false;
  *f = (Frame){.n = fn->nparams + fn->nattr, .arg = NEWN(b->ctx, Arg, fn->nparams + fn->nattr)};
  for (int i = 0; i < fn->nparams; i++) f->arg[i] = (Arg){fn->param[i], call->arg[i], env->frame};
  for (int i = 0; i < fn->nattr; i++) {
    f->arg[fn->nparams + i] = (Arg){fn->attr[i].name, fn->attr[i].fallback, NULL};
    for (int j = 0; j < call->nnamed; j++)
      if (call->named[j] == fn->attr[i].name) f->arg[fn->nparams + i] = (Arg){fn->attr[i].name, call->named_arg[j], env->frame};
    if (!f->arg[fn->nparams + i].value) return false;
  }
  *body = fn->value;
  return true;
}

/* ---- coordinates */
static bool coordinate_extent(Env *env, const Ast *at, const char *name, int member, ext_t *out) {
  const char *rank = upper_of(env->b, name);
  Val v;
  if (member >= 0) {
    if (!scope_group(env, at, rank, &v)) return false;
    if (v.kind != VAL_LIST || member >= v.n) return bind_fail(env->b, E0308, at, "`%s..` has %d members, here number %d is needed", name, v.n, member + 1);
    *out = v.list[member].i;
    return true;
  }
  if (!scope_value(env, at, rank, &v)) return false;
  const Known *star = scope_find(env->scope, KNOWN_STAR, rank);
  if (star) v = star->value;
  if (v.kind == VAL_LIST && env->star >= 0 && env->star < v.n) v = v.list[env->star];
  return val_ext(env->b, at, v, out);
}

static Val axis_value(Bind *b, const Axis *a) { return a->var ? val_expr(x_var(b->ctx, a->var), NEVER_EMPTY) : val_int(0); }

static const Axis *find_axis(const AxisList *l, const char *name, int member, ext_t extent) {
  for (size_t i = 0; i < l->list.n; i++)
    if (l->list.at[i].name == name && l->list.at[i].member == member && l->list.at[i].extent == extent) return &l->list.at[i];
  return NULL;
}

/* o.. member 1 -> o1, h' -> h_, the broadcast group -> i0 i1 */
static const char *axis_name(Bind *b, const char *name, int member) {
  char *s = ctx_printf(b->ctx, "%s", *name ? name : "i");
  for (char *c = s; *c; c++)
    if (*c == '\'') *c = '_';
  return member < 0 ? s : ctx_printf(b->ctx, "%s%d", s, member);
}

static bool use_axis(Env *env, const Ast *at, const char *name, int member, bool left, const Axis **out) {
  Bind *b = env->b;
  ext_t extent;
  if (!coordinate_extent(env, at, name, member, &extent)) return false;
  AxisList *axes = &env->sheet->axes;
  if ((*out = find_axis(axes, name, member, extent))) return true;
  Axis a = {.name = name, .member = member, .extent = extent, .left = left};
  if (extent != 1) {
    const Axis *shared = env->sheet->shared ? find_axis(env->sheet->shared, name, member, extent) : NULL;
    a.var = shared ? shared->var : var_new(b->ctx, axis_name(b, name, member), extent);
    if (env->sheet->shared && !shared) vec_push(b->ctx, &env->sheet->shared->list, a);
  }
  if (axes->list.n >= 4 * MAX_AXES) return bind_fail(b, E0701, at, "the statement has more than %d axes", MAX_AXES);
  vec_push(b->ctx, &axes->list, a);
  *out = &axes->list.at[axes->list.n - 1];
  return true;
}

bool eval_axis(Env *env, const Ast *at, const char *name, int member, Val *out) {
  if (env->sheet->flat == name && name) { *out = val_expr(env->sheet->flat_value, NEVER_EMPTY); return true; }
  const Axis *a;
  if (!use_axis(env, at, name, member, false, &a)) return false;
  *out = axis_value(env->b, a);
  return true;
}

static bool is_coordinate_group(const char *name) { return !(name[0] >= 'A' && name[0] <= 'Z'); }

/* All coordinates an expression mentions, also where a choice folds away: what is reduced is a matter of the text, not of the values. */
static bool collect_each(Env *env, const Ast *e, bool left) {
  Bind *b = env->b;
  if (++b->steps > MAX_STEPS) return bind_fail(b, E0701, e, "the text expands beyond every bound");
  Env where;
  switch (e->kind) {
    case AST_NAME: {
      const Ast *r = resolve_name(env, e, &where);
      if (r != e) return collect_axes(&where, r, left);
      const EinStmt *element = scope_fn(env->scope, e->name, 0);
      if (element) { where.frame = NULL; return collect_axes(&where, element->right, left); }
      const Axis *a;
      if (!scope_is_coordinate(env, e->name) || env->sheet->flat == e->name) return true;
      return use_axis(env, e, e->name, -1, left, &a);
    }
    case AST_GROUP: {
      if (!is_coordinate_group(e->name)) return true;
      int n;
      if (!group_length(env, e, &n)) return false;
      const Axis *a;
      for (int j = 0; j < n; j++)
        if (!use_axis(env, e, e->name, j, left, &a)) return false;
      return true;
    }
    case AST_CALL: {
      static const char *const structural[] = {"before", "count", "rank", "len", "dims", "type", "elem", "shape", "pos"};
      for (size_t i = 0; i < sizeof structural / sizeof *structural; i++)
        if (strcmp(e->name, structural[i]) == 0) return true;
      for (int i = 0; i < e->n; i++)
        if (!collect_axes(env, e->arg[i], left)) return false;
      Frame f;
      const Ast *body;
      if (call_frame(env, e, &f, &body)) {
        where = *env;
        where.frame = &f;
        if (!collect_axes(&where, body, left)) return false;
      }
      break;
    }
    default: break;
  }
  for (int i = 0; i < e->n; i++)
    if (!collect_axes(env, e->arg[i], left)) return false;
  for (int i = 0; i < e->nnamed; i++)
    if (!collect_axes(env, e->named_arg[i], left)) return false;
  return true;
}

bool collect_axes(Env *env, const Ast *e, bool left) {
  Bind *b = env->b;
  if (++b->depth > MAX_EVAL_DEPTH) { b->depth--; return bind_fail(b, E0300, e, "functions of the text nest too deeply"); }
  bool ok = collect_each(env, e, left);
  b->depth--;
  return ok;
}

/* ---- groups */
const Ast *first_group(Env *env, const Ast *e, Env *where) {
  if (env->b->depth > MAX_EVAL_DEPTH || ++env->b->steps > MAX_STEPS) return NULL;
  if (e->kind == AST_GROUP) { *where = *env; return e; }
  if (e->kind == AST_NAME) {
    Env inner;
    const Ast *r = resolve_name(env, e, &inner);
    return r == e ? NULL : first_group(&inner, r, where);
  }
  const Ast *found = NULL;
  for (int i = 0; i < e->n && !found; i++) found = first_group(env, e->arg[i], where);
  return found;
}

bool group_length(Env *env, const Ast *group, int *n) {
  Val v;
  const char *name = is_coordinate_group(group->name) && *group->name ? upper_of(env->b, group->name) : group->name;
  if (!scope_group(env, group, name, &v)) return false;
  *n = v.kind == VAL_LIST ? v.n : 1;
  return true;
}

static bool eval_group(Env *env, const Ast *e, Val *out) {
  Bind *b = env->b;
  bool coordinates = is_coordinate_group(e->name) && (env->sheet || *e->name);
  if (coordinates) {
    if (!env->sheet) return bind_later(b, e, ctx_printf(b->ctx, "%s..", e->name));
    if (env->member < 0) return bind_fail(b, E0308, e, "`%s..` stands outside a group", e->name);
    int n;
    if (!group_length(env, e, &n)) return false;
    if (env->members && n != env->members) return bind_fail(b, E0308, e, "the group has %d rank%s, and `%s..` %d", env->members, env->members == 1 ? "" : "s", e->name, n);
    return eval_axis(env, e, e->name, env->member, out);
  }
  if (!scope_group(env, e, e->name, out)) return false;
  if (out->kind != VAL_LIST) *out = val_list(1, arena_copy(b->ctx->arena, out, sizeof *out));
  return !env->sheet || eval_project(env, e, out);
}

bool eval_project(Env *env, const Ast *at, Val *v) {
  if (!env->sheet && env->member < 0) return true;
  *v = val_plain(env->b, *v);
  if (v->kind != VAL_LIST) return true;
  if (v->n == 1) { *v = v->list[0]; return true; }
  if (env->member < 0) return bind_fail(env->b, E0308, at, "a list of %d entries stands outside a group", v->n);
  if (env->member >= v->n) return bind_fail(env->b, E0308, at, "a list of %d entries in a group that has more", v->n);
  *v = v->list[env->member];
  return true;
}

/* ---- names and reads */
static bool eval_name(Env *env, const Ast *e, Val *out) {
  Env where;
  const Ast *r = resolve_name(env, e, &where);
  if (r != e) return eval(&where, r, out);
  const EinStmt *element = scope_fn(env->scope, e->name, 0);
  if (element) { where.frame = NULL; return eval(&where, element->right, out); }
  if (env->sheet && (env->sheet->flat == e->name || scope_is_coordinate(env, e->name))) return eval_axis(env, e, e->name, -1, out);
  const Known *star = env->sheet && env->star >= 0 ? scope_find(env->scope, KNOWN_STAR, e->name) : NULL;
  if (star && star->value.kind == VAL_LIST && env->star < star->value.n) { *out = star->value.list[env->star]; return true; }
  return scope_value(env, e, e->name, out) && eval_project(env, e, out);
}

/* A list as a vector in memory: of numbers, or of texts. */
static const Data *list_data(Bind *b, const Ast *e, const Val *v) {
  bool reals = false, ints = false, texts = false;
  for (int i = 0; i < v->n; i++) {
    const ValKind k = v->list[i].kind;
    reals |= k == VAL_REAL, ints |= k == VAL_INT || k == VAL_BOOL, texts |= k == VAL_STRING;
    if ((k != VAL_REAL && k != VAL_INT && k != VAL_BOOL && k != VAL_STRING) || (texts && (reals || ints))) return bind_fail(b, E0301, e, "`%s` is no list of numbers or of texts", e->name), NULL;
  }
  const int64_t dim[] = {v->n};
  Data *made = data_new(b->ctx, texts ? ELEM_string : reals ? ELEM_f64 : ELEM_i64, 1, dim);
  for (int i = 0; made && i < v->n; i++) {
    void *bytes = (void *)(uintptr_t)made->bytes;
    if (texts) ((const char **)bytes)[i] = v->list[i].s;
    else if (reals) data_set_real(bytes, ELEM_f64, i, v->list[i].kind == VAL_REAL ? v->list[i].r : (double)v->list[i].i);
    else data_set_int(bytes, ELEM_i64, i, v->list[i].i);
  }
  return made;
}

/* Entry of a constant list or tensor by coordinates; a table in memory when they are known only when running. */
static bool read_constant(Env *env, const Ast *e, Val v, Val *out) {
  Bind *b = env->b;
  Ctx *ctx = b->ctx;
  if (v.kind != VAL_LIST && v.kind != VAL_TENSOR) v = val_list(1, arena_copy(ctx->arena, &v, sizeof v));
  int rank = v.kind == VAL_TENSOR ? v.tensor->type.rank : 1, n = 0;
  const Expr *index[MAX_RANK];
  bool known = true;
  for (int i = 0; i < e->n; i++) {
    Env inner = *env, where;
    const Ast *group = env->sheet ? first_group(env, e->arg[i], &where) : NULL;
    int members = 1;
    if (group && !group_length(&where, group, &members)) return false;
    for (int j = 0; j < members; j++, n++) {
      Val c;
      inner.member = group ? j : -1, inner.members = 0;
      inner.outer = env->member >= 0 ? env->member : env->outer;
      if (!eval(&inner, e->arg[i], &c)) return false;
      if (c.kind == VAL_EMPTY) { *out = c; return true; }
      if (n >= rank) return bind_fail(b, E0306, e, "`%s` has %d ranks, here are more coordinates", e->name, rank);
      if (!val_to_expr(env, e->arg[i], &c, &index[n])) return false;
      index[n] = to_index(b, index[n]);
      known &= index[n]->kind == X_INT;
    }
  }
  if (n != rank && !(rank == 0 && n == 1 && known && index[0]->i == 0)) return bind_fail(b, E0306, e, "`%s` has %d ranks, here are %d coordinates", e->name, rank, n);
  if (rank == 0) n = 0;
  if (known) {
    int64_t at = 0;
    for (int i = 0; i < n; i++) {
      int64_t extent = v.kind == VAL_TENSOR ? v.tensor->type.dim[i] : v.n;
      int64_t k = index[i]->i < 0 && !env->sheet ? index[i]->i + extent : index[i]->i;
      if (k < 0 || k >= extent) { *out = empty_value(); return true; }
      at = at * extent + k;
    }
    *out = v.kind == VAL_TENSOR ? val_of_data(v.tensor, v.symbolic, at) : v.list[at];
    return true;
  }
  if (v.kind == VAL_TENSOR && v.symbolic) v = val_plain(b, v);
  bool symbols = false;
  for (int i = 0; v.kind == VAL_LIST && i < v.n; i++) symbols |= v.list[i].kind == VAL_INT && !ext_is_const(ctx, v.list[i].i);
  if (symbols) { /* n-th extent: a chain of choices */
    const Expr *chosen = NULL;
    for (int i = v.n; i-- > 0;) {
      const Expr *x;
      if (!val_to_expr(env, e, &v.list[i], &x)) return false;
      chosen = chosen ? x_op3(ctx, OP_SELECT, x_op2(ctx, OP_EQ, index[0], x_int(ctx, i)), x, chosen) : x;
    }
    *out = val_expr(chosen, surely_inside(ctx, index[0], v.n) ? NEVER_EMPTY : EMPTY_BY_RANGE);
    return true;
  }
  const Data *data = v.kind == VAL_LIST ? list_data(b, e, &v) : v.tensor;
  if (!data) return false;
  Buf *table = buf_new(ctx, ctx_printf(ctx, "%s", e->name), data->type.elem, SPACE_CONST, data->type.rank, data->type.dim);
  table->data = data;
  uint8_t empty = NEVER_EMPTY;
  for (int i = 0; i < n; i++)
    if (!surely_inside(ctx, index[i], table->dim[i])) empty |= x_has_load(index[i]) ? EMPTY_BY_DATA : EMPTY_BY_RANGE;
  *out = val_expr(x_load(ctx, table, n, index), empty);
  return true;
}

static bool eval_read(Env *env, const Ast *e, Val *out) {
  Bind *b = env->b;
  const char *name = e->name;
  const Frame *frame = env->frame;
  for (const Arg *a; (a = frame_find(frame, name)) && a->value->kind == AST_NAME; frame = a->frame) name = a->value->name; /* what was passed on and on */
  Entity *t = bind_entity(b, name);
  if (t && !env->scope->is_def) {
    if (t->star && env->star < 0) return bind_fail(b, E0306, e, "`%s` is a list of tensors", name);
    Tensor *one = t->n ? t->member[t->star ? env->star : 0] : NULL;
    if (!one || (t->role == ROLE_INPUT && !one->buf && one->solved)) { *out = empty_value(); return true; }
    if (!env->sheet) return bind_later(b, e, name);
    return read_tensor(env, e, one, out);
  }
  Val v;
  Env whole = static_env(b);
  whole.scope = env->scope;
  if (!scope_value(&whole, e, name, &v)) return false;
  return read_constant(env, e, v, out);
}

/* ---- choices */
static bool condition_expr(Env *env, const Ast *at, const Val *c, const Expr **out, uint8_t *empty) {
  *empty = c->kind == VAL_EXPR ? c->empty : NEVER_EMPTY;
  return val_to_expr(env, at, c, out);
}

/* Lists of conditions (compile time): entry by entry. */
static bool choose_entries(Env *env, const Val *c, const Ast *at, Val v, Val *out) {
  v = val_plain(env->b, v);
  const int n = c->n;
  if (v.kind == VAL_LIST && v.n != n) return bind_fail(env->b, E0308, at, "lists of %d and %d entries", v.n, c->n);
  Val *list = NEWN(env->b->ctx, Val, n);
  for (int i = 0; i < n; i++) {
    bool yes;
    if (!val_truth(env, at, &c->list[i], &yes)) return false;
    list[i] = !yes ? empty_value() : v.kind == VAL_LIST ? v.list[i] : v;
  }
  *out = val_list(n, list);
  return true;
}

static bool eval_if(Env *env, const Ast *e, Val *out) {
  Env inner = *env;
  inner.exact = inner.assume = false;
  Val c;
  if (!eval(&inner, e->arg[1], &c)) return false;
  c = val_plain(env->b, c);
  if (c.kind == VAL_EMPTY) { *out = c; return true; }
  if (c.kind == VAL_LIST) {
    Val v;
    return eval(env, e->arg[0], &v) && choose_entries(env, &c, e->arg[1], v, out);
  }
  if (c.kind != VAL_EXPR) {
    bool yes;
    if (!val_truth(env, e->arg[1], &c, &yes)) return false;
    if (yes) return eval(env, e->arg[0], out);
    *out = empty_value();
    return true;
  }
  Val v;
  const Expr *x, *cond;
  uint8_t empty;
  if (!eval(env, e->arg[0], &v)) return false;
  if (v.kind == VAL_EMPTY) { *out = v; return true; }
  if (!val_to_expr(env, e->arg[0], &v, &x) || !condition_expr(env, e->arg[1], &c, &cond, &empty)) return false;
  empty |= v.kind == VAL_EXPR ? v.empty : NEVER_EMPTY;
  *out = val_expr(x_op2(env->b->ctx, OP_IF, x, cond), (uint8_t)(EMPTY_BY_RANGE | empty));
  out->choice = !empty;
  return true;
}

static bool else_entries(Env *env, const Ast *e, Val a, Val *out) {
  bool holes = false;
  for (int i = 0; i < a.n; i++) holes |= a.list[i].kind == VAL_EMPTY;
  if (!holes) { *out = a; return true; }
  Val v;
  if (!eval(env, e->arg[1], &v)) return false;
  v = val_plain(env->b, v);
  const int n = a.n;
  if (v.kind == VAL_LIST && v.n != n) return bind_fail(env->b, E0308, e, "lists of %d and %d entries", a.n, v.n);
  Val *list = NEWN(env->b->ctx, Val, n);
  for (int i = 0; i < n; i++) {
    const Val *x = &a.list[i];
    list[i] = x->kind != VAL_EMPTY ? *x : v.kind == VAL_LIST ? v.list[i] : v;
  }
  *out = val_list(n, list);
  return true;
}

/* `a if c else b`: select(c, a, b) where neither a nor c can be empty; else(if(a, c), b) otherwise. */
static bool eval_else(Env *env, const Ast *e, Val *out) {
  Ctx *ctx = env->b->ctx;
  Val a, v;
  if (!eval(env, e->arg[0], &a)) return false;
  if (a.kind == VAL_EMPTY) return eval(env, e->arg[1], out);
  if (a.kind == VAL_LIST && !env->sheet) return else_entries(env, e, a, out);
  if (a.kind != VAL_EXPR || !a.empty) { *out = a; return true; }
  if (!eval(env, e->arg[1], &v)) return false;
  if (v.kind == VAL_EMPTY) { *out = a; return true; }
  const Expr *y;
  if (!val_to_expr(env, e->arg[1], &v, &y)) return false;
  uint8_t empty = v.kind == VAL_EXPR ? v.empty : NEVER_EMPTY;
  const Expr *x = a.x;
  *out = val_expr(a.choice ? x_op3(ctx, OP_SELECT, x->arg[1], x->arg[0], y) : x_op2(ctx, OP_ELSE, x, y), empty);
  return true;
}

static bool eval_list(Env *env, const Ast *e, Val *out) {
  VEC(Val) list = {0};
  for (int i = 0; i < e->n; i++) {
    Val v;
    if (!eval_static(env, e->arg[i], &v)) return false;
    if (e->arg[i]->kind == AST_GROUP && v.kind == VAL_LIST) for (int j = 0; j < v.n; j++) vec_push(env->b->ctx, &list, v.list[j]);
    else vec_push(env->b->ctx, &list, val_plain(env->b, v));
  }
  *out = val_list((int)list.n, list.at);
  return true;
}

static bool among(const Val *a, const Val *list) {
  for (int i = 0; i < list->n; i++)
    if (val_same(a, &list->list[i])) return true;
  return false;
}

static bool eval_in(Env *env, const Ast *e, Val *out) {
  Val a, l;
  if (!eval_static(env, e->arg[0], &a) || !eval_static(env, e->arg[1], &l)) return false;
  a = val_plain(env->b, a);
  l = val_plain(env->b, l);
  if (l.kind != VAL_LIST) return bind_fail(env->b, E0308, e, "`in` needs a list");
  if (a.kind != VAL_LIST) { *out = val_bool(among(&a, &l)); return true; }
  Val *each = NEWN(env->b->ctx, Val, a.n);
  for (int i = 0; i < a.n; i++) each[i] = val_bool(among(&a.list[i], &l));
  *out = val_list(a.n, each);
  return true;
}

static bool eval_binary(Env *env, const Ast *e, Val *out) {
  Env inner = *env;
  inner.exact = false;
  Val a, b;
  if (!eval(&inner, e->arg[0], &a)) return false;
  a = val_plain(env->b, a);
  if ((e->op == OP_AND || e->op == OP_OR) && (a.kind == VAL_BOOL || a.kind == VAL_INT)) {
    bool x;
    if (!val_truth(env, e->arg[0], &a, &x)) return false;
    if (x == (e->op == OP_OR)) { *out = val_bool(x); return true; }
  }
  return eval(&inner, e->arg[1], &b) && val_binary(env, e, e->op, a, b, out);
}

static bool eval_unary(Env *env, const Ast *e, Val *out) {
  Env inner = *env;
  inner.exact = false;
  inner.assume = env->assume && e->op != OP_NOT;
  Val a;
  return eval(&inner, e->arg[0], &a) && val_unary(env, e, e->op, a, out);
}

static bool eval_one(Env *env, const Ast *e, Val *out) {
  switch (e->kind) {
    case AST_INT: *out = val_int(e->i); return true;
    case AST_REAL: *out = val_real(e->r); return true;
    case AST_STRING: *out = (Val){.kind = VAL_STRING, .s = e->name}; return true;
    case AST_NAME: return eval_name(env, e, out);
    case AST_GROUP: return eval_group(env, e, out);
    case AST_READ: return eval_read(env, e, out);
    case AST_CALL: return eval_call(env, e, out);
    case AST_LIST: return eval_list(env, e, out);
    case AST_UNARY: return eval_unary(env, e, out);
    case AST_BINARY: return eval_binary(env, e, out);
    case AST_IN: return eval_in(env, e, out);
    case AST_IF: return eval_if(env, e, out);
    case AST_ELSE: return eval_else(env, e, out);
    case AST_FLAT: return bind_fail(env->b, E0306, e, "`$` counts the elements of a tensor: it stands alone between brackets");
  }
  return false;
}

bool eval(Env *env, const Ast *e, Val *out) {
  Bind *b = env->b;
  if (++b->steps > MAX_STEPS) return bind_fail(b, E0701, e, "the text expands beyond every bound");
  if (++b->depth > MAX_EVAL_DEPTH) { b->depth--; return bind_fail(b, E0300, e, "functions of the text nest too deeply"); }
  bool ok = eval_one(env, e, out);
  b->depth--;
  return ok;
}

bool eval_static(Env *env, const Ast *e, Val *out) {
  Env s = *env;
  s.sheet = NULL;
  s.member = s.outer = -1;
  return eval(&s, e, out);
}

bool eval_condition(Env *env, const Ast *e, bool *out) {
  Val v;
  if (!eval_static(env, e, &v)) return false;
  v = val_plain(env->b, v);
  return val_truth(env, e, &v, out);
}
