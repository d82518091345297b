/* Binding: of the texts that bear the op's name, the first that fits is taken. A text fits when its attributes are the node's, its patterns
 * have a solution for the input types, its guard holds, its type variables agree and its outputs can be computed. */
#include "ir/bind.h"

#include <math.h>

enum { STAGE_GUARD, STAGE_INPUTS, STAGE_PATTERN, STAGE_LATE_GUARD, STAGE_TYPES, STAGE_OUTPUTS, STAGE_ATTRIBUTES, STAGE_FITS };

/* What is still unknown when no pass makes progress. */
static bool say_missing(Bind *b) {
  const Ast *at = b->missing_at;
  const Entity *e = bind_entity(b, b->missing);
  if (e && e->role != ROLE_OUTPUT) return bind_fail(b, E0307, at, "`%s` is needed when compiling, and known only when running", b->missing);
  return bind_fail(b, E0301, at, "`%s` is not bound", b->missing);
}

/* ---- entities of the signature */
static Tensor *new_tensor(Bind *b, const TensorDecl *d, Role role, int number, int member) {
  Tensor *t = NEW(b->ctx, Tensor);
  *t = (Tensor){.name = d->star ? intern(b->ctx, ctx_printf(b->ctx, "%s%d", d->name, member)) : d->name, .role = role, .number = number};
  return t;
}

/* An attribute that stands in for an absent input (V|value) is a constant tensor. */
static bool tensor_from_attr(Bind *b, const Attr *a, Tensor *t) {
  Val v = val_of_attr(b, a);
  const Data *data = v.kind == VAL_TENSOR ? v.tensor : NULL;
  if (!data) {
    bool list = v.kind == VAL_LIST, real = a->kind == ATTR_REAL || a->kind == ATTR_REALS;
    if (!real && a->kind != ATTR_INT && a->kind != ATTR_INTS) return bind_fail(b, E0401, NULL, "the attribute `%s` stands for a tensor and is no number", a->name);
    const int64_t n = list ? v.n : 1;
    Data *made = data_new(b->ctx, real ? ELEM_f32 : ELEM_i64, list, &n);
    if (!made) return false;
    for (int64_t i = 0; i < n; i++) {
      const Val *x = list ? &v.list[i] : &v;
      if (real) data_set_real((void *)made->bytes, ELEM_f32, i, x->r);
      else data_set_int((void *)made->bytes, ELEM_i64, i, x->i);
    }
    data = made;
  }
  t->number = -1;
  t->elem = data->type.elem;
  t->buf = buf_new(b->ctx, t->name, data->type.elem, SPACE_CONST, data->type.rank, data->type.dim);
  t->buf->data = data;
  return true;
}

/* A list takes the rest of what is given; several lists at the end share it evenly: one after the other, or as tuples. `i` starts the first of `lists`. */
static int list_share(int given, int i, int lists) { return given > i && (given - i) % lists == 0 ? (given - i) / lists : 0; }

static bool declare_inputs(Bind *b) {
  const BindRequest *req = b->req;
  const Clause *c = b->clause;
  int given = req->nin;
  while (given > 0 && !req->in[given - 1].type) given--;
  bool star = c->nin && c->in[c->nin - 1].tensor && c->in[c->nin - 1].tensor->star;
  int lists = 0;
  while (lists < c->nin && c->in[c->nin - 1 - lists].tensor && c->in[c->nin - 1 - lists].tensor->star) lists++;
  int share = lists ? list_share(given, c->nin - lists, lists) : 0;
  if (given > c->nin && !star) return bind_fail(b, E0401, NULL, "%s has %d inputs, the text takes %d", c->name, given, c->nin);
  for (int i = 0; i < c->nin; i++) {
    const TensorDecl *d = c->in[i].tensor;
    if (!d) continue;
    Entity *e = NEW(b->ctx, Entity);
    *e = (Entity){.name = d->name, .decl = d, .role = ROLE_INPUT, .star = d->star, .n = d->star ? share : 1};
    e->member = NEWN(b->ctx, Tensor *, e->n);
    int first = c->nin - lists, list = i - first;
    for (int j = 0; j < e->n; j++) {
      int at = !d->star ? i : d->tuple ? first + j * lists + list : first + list * share + j;
      Tensor *t = e->member[j] = new_tensor(b, d, ROLE_INPUT, at, j);
      const Type *type = at < req->nin ? req->in[at].type : NULL;
      const Attr *a = !type && (d->alias) ? bind_attr(b, d->alias, NULL) : NULL;
      if (type && type->rank > MAX_RANK) return bind_fail(b, E0701, NULL, "%s has rank %d", d->name, type->rank);
      if (type && type->rank < 0) return bind_fail(b, E0203, NULL, "the shape of %s is not known", req->in[at].name ? req->in[at].name : d->name);
      if (type) t->buf = b->in_buf && b->in_buf[at] ? b->in_buf[at] : buf_new(b->ctx, t->name, type->elem, SPACE_INPUT, type->rank, type->dim);
      else if (a) { if (!tensor_from_attr(b, a, t)) return false; }
      else t->solved = true;
      if (t->buf) { /* rank() and dims() may ask before the pattern is solved */
        t->rank = t->buf->rank;
        for (int k = 0; k < t->rank; k++) t->dim[k] = t->buf->dim[k];
      }
      if (type && !b->out->in_buf[at]) b->out->in_buf[at] = t->buf;
    }
    vec_push(b->ctx, &b->entities, e);
  }
  return true;
}

static bool check_missing(Bind *b) {
  for (size_t i = 0; i < b->entities.n; i++) {
    const Entity *e = b->entities.at[i];
    for (int j = 0; e->role == ROLE_INPUT && !e->decl->optional && j < e->n; j++)
      if (!e->member[j]->buf) return bind_fail(b, E0403, NULL, "the input %s is missing", e->name);
  }
  return true;
}

static bool is_wanted(const BindRequest *req, int i) { return i < req->nout && (!req->want || req->want[i]); }

static void declare_outputs(Bind *b) {
  const Clause *c = b->clause;
  int lists = 0, share;
  while (lists < c->nout && c->out[c->nout - 1 - lists]->star) lists++;
  share = lists ? list_share(b->req->nout, c->nout - lists, lists) : 0;
  for (int i = 0; i < c->nout; i++) {
    const TensorDecl *d = c->out[i];
    Entity *e = NEW(b->ctx, Entity);
    *e = (Entity){.name = d->name, .decl = d, .role = ROLE_OUTPUT, .star = d->star, .n = d->star ? share : 1};
    e->member = NEWN(b->ctx, Tensor *, e->n);
    for (int j = 0; j < e->n; j++) {
      int at = d->star ? c->nout - lists + (i - (c->nout - lists)) * share + j : i;
      e->member[j] = new_tensor(b, d, ROLE_OUTPUT, at, j);
      e->member[j]->wanted = is_wanted(b->req, at);
    }
    vec_push(b->ctx, &b->entities, e);
  }
}

/* ---- patterns: repeated passes until nothing changes */
static bool solve_pass(Bind *b, bool *open) {
  *open = false;
  for (size_t i = 0; i < b->entities.n; i++) {
    const Entity *e = b->entities.at[i];
    for (int j = 0; e->role == ROLE_INPUT && j < e->n; j++) {
      Tensor *t = e->member[j];
      if (t->solved) continue;
      Type type = {.elem = t->buf->elem, .rank = t->buf->rank};
      for (int k = 0; k < type.rank; k++) type.dim[k] = t->buf->dim[k];
      if (solve_input(b, e->decl, &type, j, t)) t->solved = true, b->changes++;
      else if (b->later) *open = true;
      else return false;
    }
  }
  return true;
}

static bool is_placed(const Pat *q) { return q->at && (q->kind == PAT_GROUP || q->kind == PAT_NUMBER); }

static bool solve_patterns(Bind *b) {
  b->all_rank = 0;
  for (size_t i = 0; i < b->entities.n; i++) {
    const Entity *e = b->entities.at[i];
    for (int k = 0; e->role == ROLE_INPUT && !e->star && e->member[0]->buf && k < e->decl->npats; k++)
      if (is_placed(e->decl->pat[k])) b->all_rank = e->member[0]->buf->rank;
  }
  for (;;) {
    int before = b->changes;
    bool open;
    if (!solve_pass(b, &open) || !scope_collect_pending(b, &b->scope)) return false;
    if (b->changes != before) continue;
    if (!open) return true;
    return say_missing(b);
  }
}

static bool check_pending(Bind *b) {
  for (size_t i = 0; i < b->scope.pending.n; i++)
    if (b->scope.pending.at[i]) {
      Env env = static_env(b);
      bool c;
      return eval_condition(&env, b->scope.pending.at[i]->right, &c) || (b->later && say_missing(b));
    }
  return true;
}

/* A rank given by a let must agree with what patterns found before the let could be computed. */
static bool check_lets(Bind *b) {
  for (size_t i = 0; i < b->scope.lets.n; i++) {
    Let let = b->scope.lets.at[i];
    const Known *k = let.target.group ? NULL : scope_find(&b->scope, KNOWN_RANK, let.target.name);
    if (!k || let.stmt->ntargets != 1) continue;
    ext_t found = k->value.i, e;
    Env env = static_env(b);
    Val v;
    if (!eval(&env, let.stmt->right, &v)) {
      if (b->later) continue;
      return false;
    }
    if (!val_ext(b, let.stmt->right, v, &e)) return false;
    if (ext_eq(b->ctx, found, e) == TRI_FALSE) {
      Str s = str_new(b->ctx);
      ext_print(b->ctx, found, &s);
      str_add(&s, ", and the text makes it ");
      ext_print(b->ctx, e, &s);
      return bind_fail(b, E0302, let.stmt->right, "the rank %s is %s", let.target.name, s.s);
    }
  }
  return true;
}

/* ---- guard, attributes, outputs */
static bool check_guard(Bind *b, bool late) {
  bool open;
  return guard_holds(b, &open) && (!open || !late || say_missing(b));
}

/* A default that is written out says what the attribute is: a text, a real, an integer (or a whole real, as some were once), or a list; one integer also stands for a list of them. */
static bool fits_default(const Attr *a, const Ast *usual) {
  while (usual && usual->kind == AST_UNARY) usual = usual->arg[0];
  if (!usual) return true;
  bool ints = a->kind == ATTR_INT || a->kind == ATTR_INTS;
  switch (usual->kind) {
  case AST_INT: return ints || (a->kind == ATTR_REAL && a->r == floor(a->r));
  case AST_REAL: return a->kind == ATTR_INT || a->kind == ATTR_REAL;
  case AST_STRING: return a->kind == ATTR_STRING;
  case AST_LIST: return a->kind == ATTR_INTS || a->kind == ATTR_REALS || a->kind == ATTR_STRINGS || a->kind == ATTR_TENSOR;
  default: return true;
  }
}

static const Param *declared_as(const Clause *c, const char *name) {
  for (int i = 0; i < c->nattr + c->nin; i++) {
    const Param *p = i < c->nattr ? &c->attr[i] : &c->in[i - c->nattr];
    if ((!p->tensor && strcmp(p->name, name) == 0) || (p->alias && strcmp(p->alias, name) == 0)) return p;
  }
  return NULL;
}

static bool check_kinds(Bind *b) {
  static const char *const kind[] = {"an integer", "a real", "a text", "a list of integers", "a list of reals", "a list of texts", "a tensor", "a graph", "a type"};
  for (int i = 0; i < b->req->nattr; i++) {
    const Attr *a = &b->req->attr[i];
    const Param *p = declared_as(b->clause, a->name);
    if (!p || fits_default(a, p->fallback)) continue;
    Str usual = str_new(b->ctx);
    ast_print(p->fallback, &usual);
    return bind_fail(b, E0401, NULL, "the attribute `%s` is %s, but its usual value is %s", a->name, kind[a->kind], usual.s);
  }
  return true;
}

static bool check_attributes(Bind *b) {
  for (int i = 0; i < b->req->nattr; i++)
    if (!declared_as(b->clause, b->req->attr[i].name)) return bind_fail(b, E0402, NULL, "%s has an attribute `%s`", b->clause->name, b->req->attr[i].name);
  return true;
}

/* A coordinate that an attribute hides would silently become a number. */
static bool check_hidden(Bind *b) {
  Env env = static_env(b);
  for (size_t i = 0; i < b->scope.known.n; i++) {
    const Known *k = &b->scope.known.at[i];
    if (k->kind != KNOWN_RANK && k->kind != KNOWN_STAR) continue;
    char *name = ctx_printf(b->ctx, "%s", k->name);
    for (char *c = name; *c; c++) if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
    const char *lower_name = intern(b->ctx, name);
    if (lower_name == k->name || !scope_is_static(&env, lower_name)) continue;
    for (int p = 0; p < b->clause->nattr + b->clause->nin; p++) {
      const Param *q = p < b->clause->nattr ? &b->clause->attr[p] : &b->clause->in[p - b->clause->nattr];
      if (!q->tensor && q->name == lower_name) return bind_fail(b, E0312, NULL, "`%s` is an attribute of %s and the coordinate of its rank %s", lower_name, b->clause->name, k->name);
    }
  }
  return true;
}

static bool evaluate_outputs(Bind *b) {
  Bound *out = b->out;
  for (size_t i = 0; i < b->entities.n; i++) {
    const Entity *e = b->entities.at[i];
    for (int j = 0; e->role == ROLE_OUTPUT && j < e->n; j++) {
      Tensor *t = e->member[j];
      size_t mark = diag_mark(b->ctx);
      if (bind_output_type(b, e->decl, &t->elem) && evaluate_output(b, e->decl, j, t)) t->solved = true;
      else if (!t->wanted || (b->later && e->decl->optional)) { diag_rewind(b->ctx, mark); b->later = false; continue; }
      else return b->later ? say_missing(b) : false;
      if (!t->wanted) continue;
      out->out[t->number] = tensor_type(t);
      t->buf = b->out_buf && b->out_buf[t->number] ? b->out_buf[t->number] : buf_new(b->ctx, t->name, t->elem, SPACE_OUTPUT, t->rank, t->dim);
      out->out_buf[t->number] = t->buf;
    }
  }
  return true;
}

static bool fits(Bind *b) {
  b->stage = STAGE_INPUTS;
  scope_collect(b, &b->scope, &b->clause->body, true);
  if (!declare_inputs(b)) return false;
  declare_outputs(b);
  b->stage = STAGE_GUARD;
  if (!check_kinds(b) || !check_guard(b, false)) return false;
  b->stage = STAGE_INPUTS;
  if (!check_missing(b)) return false;
  if (!scope_collect_pending(b, &b->scope)) return false;
  b->stage = STAGE_PATTERN;
  if (!solve_patterns(b)) return false;
  b->stage = STAGE_LATE_GUARD;
  if (!check_guard(b, true) || !check_pending(b)) return false;
  b->stage = STAGE_TYPES;
  if (!bind_input_types(b)) return false;
  b->stage = STAGE_OUTPUTS;
  if (!check_lets(b) || !check_hidden(b) || !evaluate_outputs(b)) return false;
  b->stage = STAGE_ATTRIBUTES;
  if (!check_attributes(b)) return false;
  b->stage = STAGE_FITS;
  return true;
}

/* What one clause says to a request: it is bound; it fits, but its statements cannot be bound; it does not fit. */
typedef enum Answer { ANSWER_BOUND, ANSWER_FAILED, ANSWER_REFUSED } Answer;
typedef struct Attempt { Ctx *ctx; const EinLib *lib; const BindRequest *req; Buf *const *in_buf, *const *out_buf; int calls; size_t mark; int stage; } Attempt; /* stage: how far the last clause got */

static Answer try_clause(Attempt *a, const Clause *clause, bool lenient, Bound *out) {
  Ctx *ctx = a->ctx;
  const BindRequest *req = a->req;
  *out = (Bound){.clause = clause, .nout = req->nout, .out = NEWN(ctx, Type, req->nout), .in_buf = NEWN(ctx, Buf *, req->nin), .out_buf = NEWN(ctx, Buf *, req->nout)};
  Bind *b = NEW(ctx, Bind);
  *b = (Bind){.ctx = ctx, .lib = a->lib, .req = req, .clause = clause, .calls = a->calls, .in_buf = a->in_buf, .out_buf = a->out_buf, .lenient = lenient, .out = out};
  bool fit = fits(b);
  if (!fit && b->later) say_missing(b);
  a->stage = b->stage;
  if (!fit) return ANSWER_REFUSED;
  diag_rewind(ctx, a->mark);
  if (req->infer_only) {
    out->reads_inputs = statements_read_inputs(b);
    return ANSWER_BOUND;
  }
  b->later = false;
  return bind_statements(b) || (b->later && say_missing(b)) ? ANSWER_BOUND : ANSWER_FAILED;
}

static bool undecided_since(const Ctx *ctx, size_t mark) {
  for (size_t i = mark; i < ctx->diags.n; i++)
    if (ctx->diags.at[i].code == E0700) return true;
  return false;
}

/* What the reader calls the tensors that a text calls X and W. */
static const char *inputs_text(Ctx *ctx, const BindRequest *req, const Diag *d, int calls) {
  enum { MAX_SAID = 10 };
  static const DiagCode about_inputs[] = {E0302, E0303, E0308, E0401, E0404};
  bool say = false;
  for (size_t i = 0; i < sizeof about_inputs / sizeof *about_inputs; i++) say |= d->code == about_inputs[i];
  if (!say || calls) return "";
  Str s = str_new(ctx);
  str_add(&s, "; inputs: ");
  for (int i = 0; i < req->nin; i++) {
    if (i) str_add(&s, ", ");
    if (i == MAX_SAID) { str_printf(&s, "and %d more", req->nin - i); break; }
    if (!req->in[i].type) { str_add(&s, "absent"); continue; }
    if (req->in[i].name) str_printf(&s, "'%s' ", req->in[i].name);
    type_print(ctx, req->in[i].type, &s);
  }
  if (req->nin == 0) str_add(&s, "none");
  return s.s;
}

/* The first clause that fits; where extents that depend on the input leave that open, the first that fits if they are equal. */
bool bind_op(Ctx *ctx, const EinLib *lib, const BindRequest *req, Buf *const *in_buf, Buf *const *out_buf, int calls, Bound *out) {
  enum { MAX_CLAUSES = 64 };
  const Clause *clause[MAX_CLAUSES];
  if (einsum_is_op(req->op, req->domain, req->opset) && !(lib = einsum_lib(ctx, req))) return *out = (Bound){0}, false;
  int n = ein_candidates(lib, req->op, req->domain, req->opset, clause, MAX_CLAUSES);
  if (!n) return diag(ctx, E0400, req->place, "%s%s%s, opset %d", req->domain ? req->domain : "", req->domain && *req->domain ? "." : "", req->op, req->opset);
  Attempt a = {.ctx = ctx, .lib = lib, .req = req, .in_buf = in_buf, .out_buf = out_buf, .calls = calls, .mark = diag_mark(ctx)};
  int best_stage = -1;
  Diag best = {0};
  bool open = false;
  for (int round = 0; round < (open ? 2 : 1); round++)
    for (int i = 0; i < n; i++) {
      Answer answer = try_clause(&a, clause[i], round == 1, out);
      if (answer == ANSWER_FAILED && undecided_since(ctx, a.mark)) {
        diag_rewind(ctx, a.mark);
        answer = try_clause(&a, clause[i], true, out);
      }
      if (answer != ANSWER_REFUSED) return answer == ANSWER_BOUND;
      open = open || undecided_since(ctx, a.mark);
      if (a.stage > best_stage && ctx->diags.n > a.mark) {
        best_stage = a.stage;
        best = ctx->diags.at[a.mark];
      }
      diag_rewind(ctx, a.mark);
    }
  *out = (Bound){0};
  if (best_stage < 0) return false; /* the reason was told before */
  return diag(ctx, best.code, best.place, "%s%s%s", best.text ? best.text : "", n > 1 ? ctx_printf(ctx, " [closest of %d texts of %s]", n, req->op) : "", inputs_text(ctx, req, &best, calls));
}

bool ein_bind(Ctx *ctx, const EinLib *lib, const BindRequest *req, Bound *out) {
  if (adjoint_is_op(req->op, req->domain)) return adjoint_bind(ctx, lib, req, out);
  return bind_op(ctx, lib, req, NULL, NULL, 0, out);
}
