/* The verifier of programs: what every pass may rely on and must leave so. It looks at structure, scopes, ranks, kinds and who may be written;
 * that values are right is the interpreter's to say. */
#include "ir/map.h"
#include "ir/tile.h"

enum { MAX_NEST = 256 };
typedef struct Scope { const Var *var; LoopMode mode; int64_t lanes; } Scope;
typedef struct Verifier {
  Ctx *ctx;
  const Kernel *kernel;
  Map known;                           /* buffers of the program */
  Map own;                             /* of this kernel: scratch, and registers with 1 while they are declared */
  Scope scope[MAX_NEST]; int nscopes;
  int conditions;                      /* that enclose this place */
  bool nest;                           /* else a cascade: emptiness is allowed */
  bool good;
} Verifier;

static bool wrong(Verifier *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(Verifier *v, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  char text[512];
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  v->good = false;
  return diag(v->ctx, E0601, (Place){.node = v->kernel ? v->kernel->name : NULL}, "%s", text);
}

static const char *text_of(const Verifier *v, const Expr *e) {
  Str s = str_new(v->ctx);
  x_print(v->ctx, e, &s);
  return s.s;
}

/* ---- expressions */
static const Scope *find_scope(const Verifier *v, const Var *var) {
  for (int i = v->nscopes - 1; i >= 0; i--)
    if (v->scope[i].var == var) return &v->scope[i];
  return NULL;
}

static bool is_unrolled(const Scope *s) { return s->mode == LOOP_UNROLL || s->mode == LOOP_VEC; }

/* Is e a number once loops are unrolled? */
static bool is_constant(const Verifier *v, const Expr *e) {
  if (e->kind == X_LOAD) return false;
  if (e->kind == X_AFF) {
    if (!ext_is_const(v->ctx, e->aff.c)) return false;
    for (int i = 0; i < e->aff.n; i++) {
      const Scope *s = find_scope(v, e->aff.term[i].var);
      if (!s || !is_unrolled(s) || !ext_is_const(v->ctx, e->aff.term[i].k)) return false;
    }
  }
  for (int i = 0; i < e->n; i++)
    if (!is_constant(v, e->arg[i])) return false;
  return true;
}

static void check_expr(Verifier *v, const Expr *e);

static void check_access(Verifier *v, const Buf *b, int n, const Expr *const *index) {
  if (!b) { wrong(v, "an access of no buffer"); return; }
  bool reg = b->space == SPACE_REG;
  const MapEntry *own = map_find(&v->own, b);
  if (reg ? !own || !own->i : !own && !map_find(&v->known, b) && !(b->alias && (map_find(&v->known, b->alias) || map_find(&v->own, b->alias)))) wrong(v, "%s %s is used where it is not known", reg ? "register" : "buffer", b->name);
  bool vector = reg && b->lanes > 1, lane_given = vector && n == b->rank + 1;
  if (n != b->rank && !lane_given) { wrong(v, "%s has %d dimensions, and %d indices", b->name, b->rank, n); return; }
  if (vector && !lane_given) {
    const Scope *lanes = NULL;
    for (int i = 0; i < v->nscopes; i++)
      if (v->scope[i].mode == LOOP_VEC) lanes = &v->scope[i];
    if (!lanes || lanes->lanes != b->lanes) wrong(v, "vectors of %s are used outside a vector loop of %d lanes", b->name, b->lanes);
  }
  for (int i = 0; i < n; i++) {
    check_expr(v, index[i]);
    if (index[i]->vk != KIND_INT && index[i]->vk != KIND_UINT) wrong(v, "index %s of %s is no integer", text_of(v, index[i]), b->name);
    if (reg && !is_constant(v, index[i])) wrong(v, "index %s of register %s depends on a loop that is not unrolled", text_of(v, index[i]), b->name);
    int64_t at, lo, hi = b->lanes;
    if (i < b->rank) ext_range(v->ctx, b->dim[i], &lo, &hi);
    if (v->nest && !v->conditions && x_is_const(index[i], NULL, &at) && (at < 0 || at >= hi)) wrong(v, "index %lld of %s lies outside its extent %lld", (long long)at, b->name, (long long)hi);
  }
}

static void check_expr(Verifier *v, const Expr *e) {
  switch ((ExprKind)e->kind) {
  case X_INT: case X_REAL: return;
  case X_AFF:
    for (int i = 0; i < e->aff.n; i++)
      if (!find_scope(v, e->aff.term[i].var)) wrong(v, "%s is used outside its loop", e->aff.term[i].var->name);
    return;
  case X_LOAD:
    check_access(v, e->buf, e->n, e->arg);
    if (e->vk != elem_kind(e->buf->elem)) wrong(v, "a load of %s is not of its kind", e->buf->name);
    return;
  case X_OP: break;
  }
  const OpInfo *op = op_info((Op)e->op);
  if (e->op >= OP_COUNT || e->n != op->arity) { wrong(v, "an operation %s of %d operands", op->text, e->n); return; }
  if (v->nest && (e->op == OP_IF || e->op == OP_ELSE || e->op == OP_HAS)) wrong(v, "`%s` in a nest", op->text);
  if ((e->op == OP_CAST || e->op == OP_SAT) && e->vk != elem_kind(e->elem)) wrong(v, "a cast to %s is not of its kind", elem_info(e->elem)->name);
  if (op->rule == 'r' && e->op != OP_REAL && e->arg[0]->vk != KIND_REAL) wrong(v, "%s of an integer", op->text);
  if (e->op == OP_SELECT && e->arg[0]->vk != KIND_BOOL) wrong(v, "select without a condition");
  bool guards = e->op == OP_SELECT || e->op == OP_AND || e->op == OP_OR; /* the operands after the first may not be evaluated */
  for (int i = 0; i < e->n; i++) {
    v->conditions += guards && i == 1;
    check_expr(v, e->arg[i]);
  }
  v->conditions -= guards;
}

static void check_written(Verifier *v, const Buf *b) {
  const Buf *root = b->alias ? b->alias : b;
  if (root->space == SPACE_CONST || root->space == SPACE_INPUT) wrong(v, "%s is written, and may only be read", b->name);
}

/* ---- nests */
static void check_body(Verifier *v, const Body *body);

static void check_loop(Verifier *v, const Stmt *s) {
  if (v->nscopes == MAX_NEST) { wrong(v, "more than %d loops inside each other", MAX_NEST); return; }
  check_expr(v, s->loop.lo);
  check_expr(v, s->loop.hi);
  const char *name = s->loop.var->name;
  if (s->loop.lo->vk != KIND_INT || s->loop.hi->vk != KIND_INT) wrong(v, "the bounds of the loop over %s are no integers", name);
  if (find_scope(v, s->loop.var)) wrong(v, "two loops over %s, one inside the other", name);
  bool constant = is_constant(v, s->loop.lo) && is_constant(v, s->loop.hi);
  int64_t lo = 0, hi = 0;
  if (s->loop.mode == LOOP_UNROLL && !constant) wrong(v, "the loop over %s is to be unrolled, and its bounds are no numbers", name);
  if (s->loop.mode == LOOP_VEC && (!x_is_const(s->loop.lo, NULL, &lo) || !x_is_const(s->loop.hi, NULL, &hi) || lo != 0 || hi < 1)) wrong(v, "the lanes of the loop over %s are not 0 .. a number", name);
  v->scope[v->nscopes++] = (Scope){s->loop.var, s->loop.mode, hi};
  check_body(v, &s->loop.body);
  v->nscopes--;
}

static void check_store(Verifier *v, const Stmt *s) {
  check_access(v, s->store.buf, s->store.n, (const Expr *const *)s->store.index);
  check_expr(v, s->store.value);
  if (!s->store.buf) return;
  check_written(v, s->store.buf);
  const Expr *e = s->store.value;
  bool opaque = e->vk == KIND_OPAQUE || elem_kind(s->store.buf->elem) == KIND_OPAQUE;
  if (opaque && (e->vk != KIND_OPAQUE || e->elem != s->store.buf->elem || s->store.op != RED_SET)) wrong(v, "a store of another type into %s", s->store.buf->name);
  if (x_misused(e)) wrong(v, "`%s` is not defined on texts and complex numbers", op_info((Op)x_misused(e)->op)->text);
  if (s->store.op == RED_LAST || s->store.op == RED_FIRST) wrong(v, "`%s` in a nest", reduce_text(s->store.op));
}

static void check_call(Verifier *v, const Stmt *s) {
  if (!s->call.ext || s->call.nin < 0 || s->call.nin > s->call.nbufs) { wrong(v, "a call of no kernel"); return; }
  for (int i = 0; i < s->call.n; i++) check_expr(v, s->call.arg[i]);
  for (int i = 0; i < s->call.nbufs; i++) {
    const Buf *b = s->call.bufs[i];
    if (!b) continue;
    if (b->space == SPACE_REG || (!map_find(&v->own, b) && !map_find(&v->known, b))) wrong(v, "buffer %s is used where it is not known", b->name);
    if (i >= s->call.nin) check_written(v, b);
  }
  for (int i = 0; i < s->call.nsymbols; i++) {
    ext_t e;
    if (!ext_find_symbol(v->ctx, s->call.symbol[i], &e)) wrong(v, "a call sets %s, which is no symbol", s->call.symbol[i]);
  }
}

static void check_body(Verifier *v, const Body *body) {
  for (size_t i = 0; i < body->n; i++) {
    const Stmt *s = body->at[i];
    switch (s->kind) {
    case S_LOOP: check_loop(v, s); break;
    case S_IF:
      check_expr(v, s->cond.cond);
      if (s->cond.cond->vk != KIND_BOOL) wrong(v, "the condition %s is no truth value", text_of(v, s->cond.cond));
      v->conditions++;
      check_body(v, &s->cond.then);
      check_body(v, &s->cond.other);
      v->conditions--;
      break;
    case S_STORE: check_store(v, s); break;
    case S_REG:
      if (s->reg.buf->space != SPACE_REG) wrong(v, "%s is declared as a register, and is none", s->reg.buf->name);
      for (int d = 0; d < s->reg.buf->rank; d++)
        if (!ext_is_const(v->ctx, s->reg.buf->dim[d])) wrong(v, "register %s has an extent that is no number", s->reg.buf->name);
      map_add(v->ctx->arena, &v->own, s->reg.buf)->i = 1;
      break;
    case S_HINT: if (s->hint.arg) check_expr(v, s->hint.arg); break;
    case S_CALL: check_call(v, s); break;
    default: wrong(v, "a statement of no kind");
    }
  }
  for (size_t i = 0; i < body->n; i++) /* the scope of a register ends with its body */
    if (body->at[i]->kind == S_REG) map_add(v->ctx->arena, &v->own, body->at[i]->reg.buf)->i = 0;
}

/* ---- cascades */
static void check_ein(Verifier *v, const Ein *e, const Step *step) {
  if (e->naxes < 0 || e->naxes > MAX_AXES || e->nout < 0 || e->nout > e->naxes) { wrong(v, "a statement on %s has an impossible number of axes", e->out->name); return; }
  bool iterates = !step->iter;
  for (int i = 0; i < e->naxes; i++) {
    iterates = iterates || e->axis[i] == step->iter;
    if (find_scope(v, e->axis[i])) wrong(v, "%s is an axis twice in a statement on %s", e->axis[i]->name, e->out->name);
    v->scope[v->nscopes++] = (Scope){.var = e->axis[i]};
  }
  if (!iterates) wrong(v, "a statement on %s lacks the axis %s of its recurrence", e->out->name, step->iter->name);
  check_access(v, e->out, e->out->rank, e->index);
  check_written(v, e->out);
  check_expr(v, e->rhs);
  for (int i = e->nout; i < e->naxes; i++)
    for (int d = 0; d < e->out->rank; d++)
      if (x_uses(e->index[d], e->axis[i])) wrong(v, "%s is on the left of a statement on %s, and counts as reduced", e->axis[i]->name, e->out->name);
  v->nscopes = 0;
}

/* ---- buffers, kernels, programs */
static void check_buf(Verifier *v, const Buf *b) {
  if (!b->name || b->rank < 0 || b->rank > MAX_RANK * 2) { wrong(v, "buffer %s has an impossible rank", b->name ? b->name : ""); return; }
  if (b->elem == ELEM_NONE) wrong(v, "buffer %s has no element type", b->name);
  int64_t count = 1;
  for (int i = 0; i < b->rank; i++) {
    int64_t lo, hi;
    if (ext_le(v->ctx, 0, b->dim[i]) != TRI_TRUE) wrong(v, "buffer %s has a negative extent", b->name); /* finer than the interval: 24 n - 24 min(n, 1) */
    ext_range(v->ctx, b->dim[i], &lo, &hi);
    if (__builtin_mul_overflow(count, hi, &count)) count = INT64_MAX;
  }
  int64_t bytes = elem_bytes(b->elem, count);
  if (b->space == SPACE_CONST && (!b->data || b->data->type.elem != b->elem || bytes < 0 || b->data->nbytes < (size_t)bytes)) wrong(v, "constant %s has no data of its size", b->name);
  if (b->mask) {
    bool same = b->mask->elem == ELEM_bool && b->mask->rank == b->rank;
    for (int i = 0; same && i < b->rank; i++) same = b->mask->dim[i] == b->dim[i];
    if (!same) wrong(v, "the mask of %s has another shape", b->name);
  }
  if (b->lasting && (b->space != SPACE_TEMP || b->alias)) wrong(v, "%s is to last, and is no memory of the arena", b->name);
  if (b->alias && (b->alias == b || b->alias->alias)) wrong(v, "%s is an alias of an alias", b->name);
}

static void know(Verifier *v, Map *m, const Buf *b) {
  if (!b || map_find(m, b)) return;
  map_add(v->ctx->arena, m, b);
  check_buf(v, b);
  know(v, m, b->mask);
  know(v, m, b->alias && !b->alias->alias ? b->alias : NULL);
}

static bool is_identifier(const char *s) {
  if (!s || !*s || (*s >= '0' && *s <= '9')) return false;
  for (; *s; s++)
    if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || *s == '_')) return false;
  return true;
}

static void check_marker(Verifier *v, const Kernel *k) {
  bool asks = k->control == CONTROL_IF || k->control == CONTROL_WHILE;
  if (k->body.n || k->cascade.steps.n || k->scratch.n || !k->lowered) wrong(v, "a marker of control flow that computes");
  if (asks != (k->cond != NULL)) wrong(v, "a marker of control flow %s condition", asks ? "without a" : "with a needless");
  if (k->trips < 0 || (k->trips && k->control != CONTROL_WHILE)) wrong(v, "%lld trips", (long long)k->trips);
  if (!k->cond) return;
  if (!map_find(&v->known, k->cond)) wrong(v, "buffer %s is used where it is not known", k->cond->name);
  bool one = k->cond->elem == ELEM_bool && k->cond->space != SPACE_REG;
  for (int i = 0; i < k->cond->rank; i++) one = one && k->cond->dim[i] == 1;
  if (!one) wrong(v, "the condition %s is not one truth value in memory", k->cond->name);
}

static void check_kernel(Verifier *v, const Kernel *k) {
  memset(&v->own, 0, sizeof v->own);
  v->nscopes = 0;
  v->conditions = 0;
  for (size_t i = 0; i < k->scratch.n; i++) {
    if (k->scratch.at[i]->space != SPACE_TEMP) wrong(v, "scratch %s is no temporary", k->scratch.at[i]->name);
    know(v, &v->own, k->scratch.at[i]);
  }
  for (size_t i = 0; i < k->cascade.locals.n; i++) know(v, &v->own, k->cascade.locals.at[i]);
  v->nest = k->lowered;
  if (k->lowered) {
    check_body(v, &k->body);
    return;
  }
  for (size_t i = 0; i < k->cascade.steps.n; i++)
    for (int s = 0; s < k->cascade.steps.at[i].n; s++) check_ein(v, k->cascade.steps.at[i].ein[s], &k->cascade.steps.at[i]);
}

bool program_verify(Ctx *ctx, const Program *p) {
  Verifier *v = NEW(ctx, Verifier);
  v->ctx = ctx;
  v->good = true;
  for (size_t i = 0; i < p->bufs.n; i++) {
    if (p->bufs.at[i]->space == SPACE_REG) wrong(v, "register %s outside a kernel", p->bufs.at[i]->name);
    know(v, &v->known, p->bufs.at[i]);
  }
  for (size_t i = 0; i < p->inputs.n; i++) {
    if (p->inputs.at[i]->space != SPACE_INPUT) wrong(v, "%s is an input, and lives elsewhere", p->inputs.at[i]->name);
    know(v, &v->known, p->inputs.at[i]);
  }
  for (size_t i = 0; i < p->outputs.n; i++) {
    if (p->outputs.at[i]->space != SPACE_OUTPUT) wrong(v, "%s is an output, and lives elsewhere", p->outputs.at[i]->name);
    know(v, &v->known, p->outputs.at[i]);
  }
  Map names = {0};
  for (size_t i = 0; i < p->kernels.n; i++) {
    const Kernel *k = p->kernels.at[i];
    v->kernel = k;
    if (!is_identifier(k->name)) { wrong(v, "a kernel's name is no C identifier"); continue; }
    MapEntry *name = map_add(ctx->arena, &names, intern(ctx, k->name));
    if (name->i++) wrong(v, "two kernels have this name");
    if (k->control) check_marker(v, k);
    else check_kernel(v, k);
  }
  v->kernel = NULL;
  if (!program_jumps(ctx, p)) v->good = false;
  return v->good;
}
