/* Use of another op: P = LogSoftmax(X; axis = 1). The other op is bound to the tensors of this one, and its cascade is spliced in. */
#include "ir/bind.h"

enum { MAX_CALLS = 8 };

/* The domain a used op is found in: that of the text that uses it (unless it is its own name), ONNX's own, or `sinter`, where texts are that only other texts use.
 * NULL: no such op. */
static const char *domain_of_call(const Bind *b, const char *op) {
  const char *const domains[] = {b->clause->domain, "", "sinter"};
  for (int i = b->clause->name == op; i < 3; i++)
    if (ein_has_op(b->lib, op, domains[i], INT32_MAX)) return domains[i];
  return NULL;
}

bool is_op_call(const Bind *b, const EinStmt *s) {
  if (s->kind != STMT_LET || s->right->kind != AST_CALL || ein_find_def(b->lib, s->right->name) || !domain_of_call(b, s->right->name)) return false;
  for (int i = 0; i < s->ntargets; i++)
    if (s->target[i].group || !(s->target[i].name[0] >= 'A' && s->target[i].name[0] <= 'Z')) return false;
  return true;
}

static bool list_attr(Bind *b, const Ast *at, const Val *v, Attr *a) {
  bool reals = false, strings = false;
  for (int i = 0; i < v->n; i++) reals |= v->list[i].kind == VAL_REAL, strings |= v->list[i].kind == VAL_STRING;
  int64_t *ints = NEWN(b->ctx, int64_t, v->n);
  double *numbers = NEWN(b->ctx, double, v->n);
  const char **texts = NEWN(b->ctx, const char *, v->n);
  for (int i = 0; i < v->n; i++) {
    const Val *e = &v->list[i];
    if (strings) { if (e->kind != VAL_STRING) return bind_fail(b, E0301, at, "a list of strings and numbers"); texts[i] = e->s; }
    else if (reals) numbers[i] = e->kind == VAL_REAL ? e->r : (double)e->i;
    else if (!val_ext(b, at, *e, &ints[i])) return false;
  }
  a->n = v->n;
  a->kind = strings ? ATTR_STRINGS : reals ? ATTR_REALS : ATTR_INTS;
  if (strings) a->strings = texts;
  else if (reals) a->reals = numbers;
  else a->ints = ints;
  return true;
}

static bool attr_of(Bind *b, const Ast *at, const char *name, Val v, Attr *a) {
  *a = (Attr){.name = name};
  switch (v.kind) {
    case VAL_BOOL: case VAL_INT: a->kind = ATTR_INT; a->i = v.i; return true;
    case VAL_REAL: a->kind = ATTR_REAL; a->r = v.r; return true;
    case VAL_STRING: a->kind = ATTR_STRING; a->s = v.s; return true;
    case VAL_TENSOR: a->kind = ATTR_TENSOR; a->tensor = v.tensor; return true;
    case VAL_LIST: return list_attr(b, at, &v, a);
    default: return bind_fail(b, E0301, at, "the argument `%s` is no attribute value", name);
  }
}

static bool result_tensor(Bind *b, const Ast *at, Tensor *t, const Type *type) {
  if (t->nslots < 0 || (t->role == ROLE_LOCAL && t->elem == ELEM_NONE)) {
    bool open = t->nslots < 0;
    if (open) {
      t->nslots = 0;
      t->slot = NEWN(b->ctx, Slot, type->rank);
      t->rank = type->rank;
    }
    for (int i = 0; open && i < type->rank; i++) {
      t->dim[i] = type->dim[i];
      t->slot[t->nslots++] = (Slot){.n = 1, .part = arena_copy(b->ctx->arena, &(Part){type->dim[i], 1, i, false}, sizeof(Part))};
    }
    t->elem = type->elem;
  }
  bool same = t->rank == type->rank;
  for (int i = 0; same && i < type->rank; i++) same = bind_equal(b, t->dim[i], type->dim[i]) == TRI_TRUE;
  return same || bind_fail(b, E0302, at, "the result `%s` of %s has another shape than its ranks say", t->name, at->name);
}

/* A tensor that only a `when` that does not hold writes is absent, like `none`. */
static bool written_elsewhere(const Block *block, const char *name) {
  for (int i = 0; i < block->n; i++) {
    const EinStmt *s = block->stmt[i];
    if (s->kind == STMT_SET && s->left->name == name) return true;
    for (int k = 0; s->kind == STMT_LET && k < s->ntargets; k++)
      if (s->target[k].name == name) return true;
    if (s->kind == STMT_WHEN && (written_elsewhere(&s->then, name) || written_elsewhere(&s->otherwise, name))) return true;
  }
  return false;
}

bool lower_call(Bind *b, Work *w) {
  const EinStmt *s = w->stmt;
  const Ast *call = s->right;
  Ctx *ctx = b->ctx;
  const Clause *clause;
  if (b->calls >= MAX_CALLS) return bind_fail(b, E0300, call, "ops use each other more than %d deep", MAX_CALLS);
  const char *domain = domain_of_call(b, call->name);
  ein_candidates(b->lib, call->name, domain, INT32_MAX, &clause, 1);
  BindInput *in = NEWN(ctx, BindInput, call->n);
  Buf **in_buf = NEWN(ctx, Buf *, call->n), **out_buf = NEWN(ctx, Buf *, s->ntargets);
  bool *want = NEWN(ctx, bool, s->ntargets);
  VEC(Attr) attrs = {0};
  Env env = static_env(b);
  for (int i = 0; i < call->n; i++) {
    const Entity *e = call->arg[i]->kind == AST_NAME ? bind_entity(b, call->arg[i]->name) : NULL;
    Attr a;
    Val v;
    if (!e && call->arg[i]->kind == AST_NAME && (!strcmp(call->arg[i]->name, "none") || written_elsewhere(&b->clause->body, call->arg[i]->name))) continue;
    if (e && !e->star) {
      const Tensor *t = e->member[0];
      if (!t->buf || t->absent) continue;
      Type *type = NEW(ctx, Type);
      *type = tensor_type(t);
      if (type->elem == ELEM_NONE && !bind_output_type(b, &(TensorDecl){.name = t->name}, &type->elem)) return false;
      in[i] = (BindInput){.type = type, .name = t->name};
      in_buf[i] = t->buf;
    } else if (i < clause->nin && !clause->in[i].tensor) {
      if (!eval_static(&env, call->arg[i], &v) || !attr_of(b, call->arg[i], clause->in[i].name, val_plain(b, v), &a)) return false;
      vec_push(ctx, &attrs, a);
    } else return bind_fail(b, E0301, call->arg[i], "an argument of %s must be a tensor of this text", call->name);
  }
  for (int i = 0; i < call->nnamed; i++) {
    Attr a;
    Val v;
    if (!eval_static(&env, call->named_arg[i], &v) || !attr_of(b, call->named_arg[i], call->named[i], val_plain(b, v), &a)) return false;
    vec_push(ctx, &attrs, a);
  }
  for (int i = 0; i < s->ntargets; i++) {
    Tensor *t = bind_entity(b, s->target[i].name)->member[0];
    want[i] = true;
    if (t->role == ROLE_OUTPUT && !t->buf) {
      t->buf = buf_new(ctx, t->name, t->elem, SPACE_TEMP, t->rank, t->dim);
      vec_push(ctx, &b->out->cascade.locals, t->buf);
    }
    out_buf[i] = t->buf;
  }
  BindRequest req = {.op = call->name, .domain = domain, .opset = INT32_MAX, .nin = call->n, .in = in, .nattr = (int)attrs.n, .attr = attrs.at, .nout = s->ntargets, .want = want, .place = b->req->place};
  Bound bound;
  b->later = false;
  if (!bind_op(ctx, b->lib, &req, in_buf, out_buf, b->calls + 1, &bound)) return false;
  for (size_t i = 0; i < bound.require.n; i++) vec_push(ctx, &b->out->require, bound.require.at[i]);
  for (int i = 0; i < s->ntargets; i++) {
    Tensor *t = bind_entity(b, s->target[i].name)->member[0];
    if (!bound.out_buf[i]) return bind_fail(b, E0313, call, "%s does not compute its result number %d", call->name, i);
    if (!result_tensor(b, call, t, &bound.out[i])) return false;
    if (t->buf) continue;
    t->buf = bound.out_buf[i];
    t->buf->space = SPACE_TEMP;
    t->buf->name = t->name;
    vec_push(ctx, &b->out->cascade.locals, t->buf);
  }
  w->steps.n = 0;
  for (size_t i = 0; i < bound.cascade.steps.n; i++) vec_push(ctx, &w->steps, bound.cascade.steps.at[i]);
  for (size_t i = 0; i < bound.cascade.locals.n; i++) vec_push(ctx, &b->out->cascade.locals, bound.cascade.locals.at[i]);
  return true;
}
