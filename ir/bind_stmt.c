/* Statements: coordinates on the left are loops, the other coordinates are reduced, the right side becomes one expression. */
#include "ir/bind.h"
#include "ir/tile.h"

/* ---- what a statement reads, as written */
static void names_in(const Bind *b, const Ast *e, int depth, NameVisitor f, void *arg) {
  if (depth > 128) return;
  if (e->kind == AST_READ || e->kind == AST_NAME) f(arg, e->name);
  if (e->kind == AST_CALL) {
    const EinStmt *fn = scope_fn(&b->scope, e->name, e->n);
    if (fn && fn->nparams) names_in(b, fn->right, depth + 16, f, arg);
  }
  if (e->kind == AST_NAME) {
    const EinStmt *element = scope_fn(&b->scope, e->name, 0);
    if (element) names_in(b, element->right, depth + 16, f, arg);
  }
  for (int i = 0; i < e->n; i++) names_in(b, e->arg[i], depth + 1, f, arg);
  for (int i = 0; i < e->nnamed; i++) names_in(b, e->named_arg[i], depth + 1, f, arg);
}

void each_name(const Bind *b, const EinStmt *s, NameVisitor f, void *arg) {
  names_in(b, s->right, 0, f, arg);
  for (int i = 0; s->left && i < s->left->n; i++) names_in(b, s->left->arg[i], 0, f, arg);
}

/* ---- locals: their ranks are the coordinates of a use where all of them are plain */
static bool is_plain(Env *env, const Ast *e) {
  for (int i = 0; i < e->n; i++) {
    const Ast *a = e->arg[i];
    bool group = a->kind == AST_GROUP && !(a->name[0] >= 'A' && a->name[0] <= 'Z');
    if (!group && !(a->kind == AST_NAME && scope_is_coordinate(env, a->name))) return false;
    for (int j = 0; j < i; j++)
      if (e->arg[j]->kind == a->kind && e->arg[j]->name == a->name) return false;
  }
  return true;
}

static const Ast *plain_read(Env *env, const Ast *e, const char *name) {
  if (e->kind == AST_READ && e->name == name && is_plain(env, e)) return e;
  const Ast *found = NULL;
  for (int i = 0; i < e->n && !found; i++) found = plain_read(env, e->arg[i], name);
  return found;
}

static const Ast *plain_use(Bind *b, const char *name) {
  Env env = static_env(b);
  for (size_t i = 0; i < b->stmts.n; i++)
    if (b->stmts.at[i]->kind == STMT_SET && b->stmts.at[i]->left->name == name && is_plain(&env, b->stmts.at[i]->left)) return b->stmts.at[i]->left;
  const Ast *found = NULL;
  for (size_t i = 0; i < b->stmts.n && !found; i++) found = plain_read(&env, b->stmts.at[i]->right, name);
  for (size_t i = 0; i < b->scope.fns.n && !found; i++) found = plain_read(&env, b->scope.fns.at[i]->right, name);
  return found;
}

static bool local_slots(Bind *b, Tensor *t, const Ast *use) {
  Env env = static_env(b);
  t->slot = NEWN(b->ctx, Slot, use->n);
  for (int i = 0; i < use->n; i++) {
    const Ast *a = use->arg[i];
    bool group = a->kind == AST_GROUP;
    const char *rank = *a->name ? upper_of(b, a->name) : a->name;
    int n = 1;
    Val v;
    if (group ? !scope_group(&env, a, rank, &v) : !scope_value(&env, a, rank, &v)) return false;
    if (group) n = v.n;
    Slot *s = &t->slot[t->nslots++];
    *s = (Slot){.rank = rank, .group = group, .n = n, .part = NEWN(b->ctx, Part, n)};
    for (int j = 0; j < n; j++) {
      if (t->rank == MAX_RANK * 2) return bind_fail(b, E0701, use, "`%s` would have more than %d ranks", t->name, MAX_RANK * 2);
      ext_t e;
      if (!val_ext(b, a, group ? v.list[j] : v, &e)) return false;
      s->part[j] = (Part){e, 1, t->rank, false};
      t->dim[t->rank++] = e;
    }
  }
  return true;
}

bool make_local(Bind *b, const char *name) {
  Entity *e = NEW(b->ctx, Entity);
  Tensor *t = NEW(b->ctx, Tensor);
  *t = (Tensor){.name = name, .role = ROLE_LOCAL, .solved = true};
  *e = (Entity){.name = name, .role = ROLE_LOCAL, .n = 1, .member = NEWN(b->ctx, Tensor *, 1)};
  e->member[0] = t;
  const Ast *use = plain_use(b, name);
  if (use && !local_slots(b, t, use)) return false;
  if (!use) t->nslots = -1; /* for who can tell in another way: the result of an op */
  vec_push(b->ctx, &b->entities, e);
  return true;
}

bool make_buffer(Bind *b, Tensor *t) {
  if (t->buf) return true;
  Elem e = t->elem == ELEM_NONE || (t->role == ROLE_OUTPUT && elem_info(t->elem)->cls == 'r') ? ELEM_bool : t->elem; /* bool: the narrowest; widened by what is written */
  t->buf = buf_new(b->ctx, t->name, e, SPACE_TEMP, t->rank, t->dim);
  vec_push(b->ctx, &b->out->cascade.locals, t->buf);
  return true;
}

/* The value of a local is stored as a number of its kind, unless the text declares a type. */
static void widen(Tensor *t, Reduce reduce, const Expr *value) {
  Kind k = (Kind)value->vk;
  bool free = t->buf->space == SPACE_TEMP && (t->elem == ELEM_NONE || (t->role == ROLE_OUTPUT && elem_info(t->elem)->cls == 'r'));
  bool counts = reduce == RED_ADD || reduce == RED_MUL || reduce == RED_MAX || reduce == RED_MIN;
  if (!free) return;
  if (k == KIND_BOOL && counts) k = KIND_INT;
  if (reduce == RED_AND || reduce == RED_OR) k = KIND_BOOL;
  Kind now = elem_kind(t->buf->elem);
  if (k > now) t->buf->elem = k == KIND_OPAQUE ? value->elem : kind_elem(k);
}

/* ---- is every element written? Each index must count through its extent like the digits of a number, with digits of its own. */
static bool covers_dim(Ctx *ctx, const Expr *index, ext_t extent, const Var **used, int *nused) {
  Aff a;
  if (!x_is_aff(index, &a)) return false;
  ext_t reach = 1, low = a.c;
  bool taken[MAX_AXES] = {0};
  if (a.n > MAX_AXES) return false;
  for (int digits = 0; digits < a.n; digits++) { /* the next digit has weight +-reach */
    int i = 0;
    while (i < a.n && (taken[i] || (a.term[i].k != reach && a.term[i].k != ext_mul(ctx, reach, -1)))) i++;
    if (i == a.n) return false;
    taken[i] = true;
    for (int j = 0; j < *nused; j++) if (used[j] == a.term[i].var) return false;
    if (*nused < 2 * MAX_AXES) used[(*nused)++] = a.term[i].var;
    ext_t n = a.term[i].var->extent;
    if (a.term[i].k != reach) low = ext_sub(ctx, low, ext_mul(ctx, reach, ext_sub(ctx, n, 1)));
    reach = ext_mul(ctx, reach, n);
  }
  return low == 0 && reach == extent;
}

bool covers(Ctx *ctx, const Tensor *t, const Expr *const *index) {
  const Var *used[2 * MAX_AXES];
  int n = 0;
  for (int p = 0; p < t->rank; p++)
    if (!covers_dim(ctx, index[p], t->dim[p], used, &n)) return false;
  return true;
}

static bool is_affine(const Tensor *t, const Access *a) {
  Aff f;
  for (int p = 0; p < t->rank; p++)
    if (!x_is_aff(a->index[p], &f)) return false;
  return true;
}

/* Two loops that shift one index against each other, or a loop that no index follows, write an element twice. */
static bool writes_twice(Ctx *ctx, const Tensor *t, const Access *a, const Sheet *s) {
  for (size_t i = 0; i < s->axes.list.n; i++) {
    const Var *v = s->axes.list.at[i].var;
    int64_t lo, hi;
    if (!v || !s->axes.list.at[i].left) continue;
    ext_range(ctx, v->extent, &lo, &hi);
    int uses = 0;
    for (int p = 0; p < t->rank; p++) uses += x_uses(a->index[p], v);
    if (!uses && lo > 1) return true;
  }
  for (int p = 0; p < t->rank; p++) {
    Aff f;
    if (!x_is_aff(a->index[p], &f)) continue;
    for (int i = 0; i < f.n; i++)
      for (int j = 0; j < i; j++) {
        const Term *x = &f.term[i], *y = &f.term[j];
        bool elsewhere = false;
        for (int q = 0; q < t->rank; q++) elsewhere |= q != p && (x_uses(a->index[q], x->var) || x_uses(a->index[q], y->var));
        if (elsewhere || !ext_is_const(ctx, x->k) || !ext_is_const(ctx, y->k) || !ext_is_const(ctx, x->var->extent) || !ext_is_const(ctx, y->var->extent)) continue;
        int64_t m = x->k < 0 ? -x->k : x->k, n = y->k < 0 ? -y->k : y->k, g = m, r = n;
        while (r) { int64_t next = g % r; g = r; r = next; }
        if (n / g < x->var->extent && m / g < y->var->extent) return true;
      }
  }
  return false;
}

/* ---- one Ein */
void emit(Bind *b, Work *w, const Tensor *t, Reduce reduce, const Access *left, const Expr *rhs, const Sheet *sheet) {
  Ein *e = NEW(b->ctx, Ein);
  *e = (Ein){.reduce = reduce, .out = t->buf, .rhs = rhs, .accumulate = w->accumulate || (w->eins.n && w->eins.at[w->eins.n - 1]->out == t->buf), .place = b->req->place};
  e->place.file = w->stmt->file, e->place.line = w->stmt->line, e->place.column = w->stmt->column;
  for (int p = 0; p < t->rank; p++) e->index[p] = left->index[p];
  for (int reduced = 0; reduced < 2; reduced++) {
    for (size_t i = 0; i < sheet->axes.list.n; i++) {
      const Axis *a = &sheet->axes.list.at[i];
      bool on_left = false;
      for (int p = 0; p < t->rank && a->var; p++) on_left |= x_uses(left->index[p], a->var);
      if (!a->var || (on_left || (a->left && reduce == RED_SET)) == (reduced == 1) || e->naxes == MAX_AXES) continue;
      e->axis[e->naxes++] = a->var;
    }
    if (!reduced) e->nout = e->naxes;
  }
  vec_push(b->ctx, &w->eins, e);
}

/* ---- the pieces of a statement */
static bool declared_elem(Bind *b, const EinStmt *s, Tensor *t) {
  if (!s->type) return true;
  TensorDecl d = {.name = t->name, .type = s->type, .line = s->line, .column = s->column};
  Elem e;
  if (!bind_output_type(b, &d, &e)) return false;
  if (t->role == ROLE_LOCAL) t->elem = e;
  if (t->role == ROLE_LOCAL && t->buf) t->buf->elem = e;
  return true;
}

static Env statement_env(Bind *b, const Tensor *t, Reduce reduce, Sheet *sheet, int star) {
  Env env = static_env(b);
  char cls = elem_info(t->elem)->cls;
  env.sheet = sheet;
  env.star = star;
  env.dest = t->elem;
  env.exact = reduce == RED_SET && (cls == 'i' || cls == 'u');
  return env;
}

static bool open_axes(Env *env, const EinStmt *s) {
  for (int i = 0; i < s->left->n; i++)
    if (!collect_axes(env, s->left->arg[i], true)) return false;
  if (!collect_axes(env, s->right, false)) return false;
  int live = 0;
  for (size_t i = 0; i < env->sheet->axes.list.n; i++) {
    const Axis *a = &env->sheet->axes.list.at[i];
    live += a->var != NULL;
    if (!a->left && s->reduce == RED_SET) return bind_fail(env->b, E0304, s->left, "`%s%s` is not on the left of `=`", a->name, a->member >= 0 ? ".." : "");
  }
  return live <= MAX_AXES || bind_fail(env->b, E0701, s->left, "the statement has %d axes; the limit is %d", live, MAX_AXES);
}

static bool keeps_empty(Reduce r) { return r == RED_SET || r == RED_LAST || r == RED_FIRST; }

static void give_mask(Bind *b, Tensor *t) {
  if (t->buf->mask) return;
  t->buf->mask = buf_new(b->ctx, ctx_printf(b->ctx, "%s_there", t->name), ELEM_bool, SPACE_TEMP, t->rank, t->dim);
}

/* Emptiness: a local remembers it in a mask, an output may not have it. */
static bool check_empty(Bind *b, const EinStmt *s, Tensor *t, const Access *left, uint8_t empty, bool one_of_several) {
  bool whole = covers(b->ctx, t, left->index), affine = is_affine(t, left), constant = true;
  for (int p = 0; p < t->rank; p++) constant &= ext_is_const(b->ctx, t->dim[p]);
  if (!keeps_empty(s->reduce)) return true;
  if (t->buf->space == SPACE_TEMP) {
    if (!whole || empty || one_of_several) give_mask(b, t);
    return true;
  }
  if (whole && (empty & EMPTY_BY_RANGE) && !one_of_several && !constant) return bind_fail(b, E0700, s->left, "an element of `%s` may be empty, and the bounds of its extents do not tell", t->name);
  if (whole && (empty & EMPTY_BY_RANGE) && !one_of_several) return bind_fail(b, E0305, s->left, "an element of `%s` may be empty", t->name);
  if (!whole && affine && s->reduce == RED_SET && !one_of_several && constant)
    return bind_fail(b, E0305, s->left, "not every element of `%s` is written", t->name);
  return true;
}

/* Texts and complex numbers are moved, not computed with; a plain 0 is the empty text among texts. */
bool fits_opaque(Bind *b, const EinStmt *s, const Tensor *t, const Expr **rhs) {
  double v;
  Elem to = t->buf ? t->buf->elem : t->elem;
  const Expr *bad = x_misused(*rhs);
  if (elem_kind(to) == KIND_OPAQUE && (*rhs)->vk != KIND_OPAQUE && x_is_const(*rhs, &v, NULL) && v == 0) *rhs = x_zero(b->ctx, to);
  if (bad) return bind_fail(b, E0404, s->right, "`%s` is not defined on texts and complex numbers", bad->kind == X_LOAD ? "[]" : op_info((Op)bad->op)->text);
  bool opaque = (*rhs)->vk == KIND_OPAQUE;
  if (!opaque && elem_kind(to) != KIND_OPAQUE) return true;
  if (!opaque) return bind_fail(b, E0404, s->left, "numbers do not become elements of type %s, as `%s` has", elem_info(to)->name, t->name);
  if ((*rhs)->elem != to) return bind_fail(b, E0404, s->left, "elements of type %s do not become %s, as `%s` has", elem_info((*rhs)->elem)->name, elem_info(to)->name, t->name);
  return keeps_empty(s->reduce) || bind_fail(b, E0404, s->left, "`%s` is not defined on elements of type %s", reduce_text(s->reduce), elem_info(to)->name);
}

static bool right_side(Env *env, const EinStmt *s, Tensor *t, const Access *left, const Expr **rhs, uint8_t *empty) {
  Bind *b = env->b;
  Val v;
  if (!eval(env, s->right, &v)) return false;
  *rhs = NULL;
  *empty = NEVER_EMPTY;
  if (v.kind == VAL_EMPTY || left->nothing) return true;
  if (!val_to_expr(env, s->right, &v, rhs)) return false;
  if (v.kind == VAL_EXPR) *empty = v.empty;
  if (left->guard) {
    *rhs = x_op2(b->ctx, OP_IF, *rhs, left->guard);
    *empty |= x_has_load(left->guard) ? EMPTY_BY_DATA : EMPTY_BY_RANGE;
  }
  widen(t, s->reduce, *rhs);
  return fits_opaque(b, s, t, rhs);
}

/* Every element gets the value, by a statement of its own. */
static void write_all(Bind *b, Work *w, const Tensor *t, const Expr *value) {
  Sheet sheet = {0};
  Access left = {0};
  for (int p = 0; p < t->rank; p++) {
    Axis a = {.name = "", .member = p, .extent = t->dim[p], .left = true};
    if (a.extent != 1) a.var = var_new(b->ctx, ctx_printf(b->ctx, "i%d", p), a.extent);
    vec_push(b->ctx, &sheet.axes.list, a);
    left.index[p] = a.var ? x_var(b->ctx, a.var) : x_int(b->ctx, 0);
  }
  emit(b, w, t, RED_SET, &left, value, &sheet);
}

/* Nothing to write: a reduction leaves its identity, anything else leaves the tensor empty. */
static bool write_nothing(Bind *b, Work *w, Tensor *t, Sheet *sheet, const Access *left) {
  const EinStmt *s = w->stmt;
  if (keeps_empty(s->reduce)) {
    if (w->several) return true;
    if (t->buf->space != SPACE_TEMP) return bind_fail(b, E0305, s->left, "`%s` would be empty", t->name);
    t->absent = true;
    return true;
  }
  Kind k = elem_kind(t->buf->elem);
  if (left->nothing && !w->several) write_all(b, w, t, reduce_identity(b->ctx, s->reduce, t->elem, k)); /* no loop would run */
  if (left->nothing) return true;
  emit(b, w, t, s->reduce, left, reduce_identity(b->ctx, s->reduce, t->elem, k), sheet);
  return true;
}

static bool is_zero_size(const Ctx *ctx, const Tensor *t) {
  for (int p = 0; p < t->rank; p++) {
    int64_t lo, hi;
    ext_range(ctx, t->dim[p], &lo, &hi);
    if (hi == 0) return true;
  }
  return false;
}

static bool lower_once(Bind *b, Work *w, Tensor *t, int star) {
  const EinStmt *s = w->stmt;
  bool flat = s->left->n == 1 && s->left->arg[0]->kind == AST_FLAT;
  if (flat && !flat_fits(b, s, t)) return false;
  if (is_zero_size(b->ctx, t)) { write_all(b, w, t, x_zero(b->ctx, t->buf->elem)); return true; } /* no element, no question of what it holds */
  Sheet sheet = {.shared = w->shared};
  Env env = statement_env(b, t, s->reduce, &sheet, star);
  if (flat) return lower_flat(b, w, t, &env, &sheet);
  Access left;
  const Expr *rhs;
  uint8_t empty;
  Env coordinates = env;
  coordinates.exact = false;
  if (!open_axes(&env, s) || !access_tensor(&coordinates, s->left, t, &left) || !right_side(&env, s, t, &left, &rhs, &empty)) return false;
  if (!rhs) return write_nothing(b, w, t, &sheet, &left);
  if (s->reduce == RED_SET && writes_twice(b->ctx, t, &left, &sheet)) return bind_fail(b, E0311, s->left, "two coordinates of `%s` meet in one element", t->name);
  if (!check_empty(b, s, t, &left, empty, w->several)) return false;
  emit(b, w, t, s->reduce, &left, rhs, &sheet);
  return true;
}

/* ---- starred tensors */
typedef struct StarSearch { const Bind *b; int members; bool conflict; } StarSearch;
static void find_star(void *arg, const char *name) {
  StarSearch *s = arg;
  const Entity *e = bind_entity(s->b, name);
  if (!e || !e->star) return;
  if (s->members >= 0 && s->members != e->n) s->conflict = true;
  s->members = e->n;
}

/* All members in one expression: possible when the loops do not depend on the member and nothing else is reduced. */
static bool lower_members_joined(Bind *b, Work *w, Tensor *t, int members, bool *done) {
  const EinStmt *s = w->stmt;
  Op op = reduce_op(s->reduce);
  Sheet sheet = {.shared = w->shared};
  *done = false;
  if (op == OP_COUNT) return true;
  size_t axes = 0;
  Access left;
  const Expr *total = NULL;
  for (int i = 0; i < members; i++) {
    Env env = statement_env(b, t, s->reduce, &sheet, i);
    if (!open_axes(&env, s)) return false;
    if (i && sheet.axes.list.n != axes) return true;
    axes = sheet.axes.list.n;
    for (size_t k = 0; k < axes; k++)
      if (!sheet.axes.list.at[k].left && sheet.axes.list.at[k].extent != 1) return true;
    Access here;
    const Expr *rhs;
    uint8_t empty;
    if (!access_tensor(&env, s->left, t, &here) || !right_side(&env, s, t, &here, &rhs, &empty)) return false;
    for (int p = 0; i && p < t->rank; p++)
      if (!x_equal(here.index[p], left.index[p])) return true;
    left = here;
    if (!rhs) continue;
    if (empty) rhs = x_op2(b->ctx, OP_ELSE, rhs, reduce_identity(b->ctx, s->reduce, t->elem, (Kind)rhs->vk));
    total = total ? x_op2(b->ctx, op, total, rhs) : rhs;
  }
  if (!total) total = reduce_identity(b->ctx, s->reduce, t->elem, elem_kind(t->buf->elem));
  emit(b, w, t, s->reduce, &left, total, &sheet);
  *done = true;
  return true;
}

static bool lower_set(Bind *b, Work *w) {
  const EinStmt *s = w->stmt;
  Entity *e = bind_entity(b, s->left->name);
  StarSearch star = {.b = b, .members = -1};
  each_name(b, s, find_star, &star);
  if (e->star) find_star(&star, e->name);
  if (star.conflict) return bind_fail(b, E0401, s->left, "lists of tensors of different length meet");
  if (e->star) {
    for (int i = 0; i < star.members; i++)
      if (!make_buffer(b, e->member[i]) || !lower_once(b, w, e->member[i], i)) return false;
    return true;
  }
  Tensor *t = e->member[0];
  if (!declared_elem(b, s, t) || !make_buffer(b, t)) return false;
  if (star.members < 0) return lower_once(b, w, t, -1);
  if (star.members == 0) return bind_fail(b, E0403, s->left, "the list of inputs is empty");
  bool joined;
  if (!lower_members_joined(b, w, t, star.members, &joined)) return false;
  if (joined) return true;
  w->several |= star.members > 1;
  for (int i = 0; i < star.members; i++)
    if (!lower_once(b, w, t, i)) return false;
  return true;
}

bool lower(Bind *b, Work *w) {
  w->eins.n = 0;
  return w->is_call ? lower_call(b, w) : lower_set(b, w);
}
