/* The tile IR as text, read: programs, kernels, statements. ir/tile_text.c shows the form. */
#include "ir/extern.h"
#include "ir/tile_read.h"
#include <stdlib.h>

/* ---- lines */
static bool split_lines(Reader *r, const char *text) {
  VEC(Line) lines = {0};
  int number = 0;
  for (const char *at = text; *at;) {
    size_t n = strcspn(at, "\n"), spaces = 0;
    number++;
    while (spaces < n && at[spaces] == ' ') spaces++;
    size_t end = n;
    while (end > spaces && (at[end - 1] == ' ' || at[end - 1] == '\r')) end--;
    if (end > spaces && at[spaces] != '#') {
      char *copy = arena_alloc(r->ctx->arena, end - spaces + 1);
      memcpy(copy, at + spaces, end - spaces);
      r->number = number;
      r->at = copy;
      if (spaces % 2 || spaces / 2 > TEXT_DEPTH) return read_fail(r, "indented by %zu spaces; a step is two, and %d steps are the most", spaces, TEXT_DEPTH);
      vec_push(r->ctx, &lines, ((Line){copy, (int)(spaces / 2), number}));
    }
    at += n + (at[n] == '\n');
  }
  r->line = lines.at;
  r->nlines = lines.n;
  return true;
}

static bool has_line(const Reader *r, int indent) { return r->next < r->nlines && r->line[r->next].indent == indent; }

static void begin_line(Reader *r) {
  r->at = r->line[r->next].text;
  r->number = r->line[r->next++].number;
}

static bool end_line(Reader *r) { return (read_text(r, ""), *r->at == 0) || read_fail(r, "more on the line than expected"); }

static bool begins(const Reader *r, const char *word) {
  const char *text = r->line[r->next].text;
  size_t n = strlen(word);
  return strncmp(text, word, n) == 0 && !text_name_part(text[n]);
}

/* A word of a table, by position; -1: none of them. */
static int one_of(Reader *r, const char *const *words, int n) {
  for (int i = 0; i < n; i++)
    if (words[i] && read_word(r, words[i])) return i;
  return -1;
}

static bool need_word(Reader *r, const char *word) { return read_word(r, word) || read_fail(r, "expected `%s`", word); }

static const char *need_name(Reader *r) {
  const char *name = read_name(r);
  if (!name) read_fail(r, "expected a name");
  return name;
}

static bool read_hash(Reader *r, uint64_t *hash) {
  read_text(r, "");
  char *end;
  *hash = strtoull(r->at, &end, 16);
  if (end != r->at + 16) return read_fail(r, "expected a hash of 16 digits");
  r->at = end;
  return true;
}

/* ---- buffers */
typedef struct Later { Buf *buf; const char *mask, *alias; int line; } Later; /* names of buffers that may be declared further down */
typedef VEC(Later) Laters;

static bool read_type(Reader *r, Elem *elem, int *rank, ext_t *dim, int *lanes) {
  const char *name = need_name(r);
  if (!name) return false;
  *elem = elem_find(name);
  if (*elem == ELEM_NONE || !read_char(r, '[')) return read_fail(r, "expected a type such as f32[1,n,8]");
  *rank = 0;
  if (!read_char(r, ']')) {
    do {
      if (*rank == MAX_RANK * 2) return read_fail(r, "more than %d dimensions", MAX_RANK * 2);
      if (!read_extent(r, &dim[*rank])) return false;
      int64_t lo, hi;
      ext_range(r->ctx, dim[(*rank)++], &lo, &hi);
      if (lo < 0) return read_fail(r, "a negative extent");
    } while (read_char(r, ','));
    if (!read_char(r, ']')) return read_fail(r, "expected `]`");
  }
  int64_t n = 0;
  if (read_word(r, "lanes") && (!read_number(r, &n) || n < 2 || n > 1024)) return read_fail(r, "expected a number of lanes");
  *lanes = (int)n;
  return true;
}

/* All constants of the program that was written: those it lists, and those only the cascade of a lowered kernel still mentions. */
static void add_weight(const Expr *load, void *arg) {
  Reader *r = arg;
  const Data *d = load->buf->data;
  if (!d || map_find(&r->weight_seen, d)) return;
  map_add(r->ctx->arena, &r->weight_seen, d);
  vec_push(r->ctx, &r->weight, ((Weight){data_hash(d), d}));
}

static void add_weights(const Expr *e, void *arg) { x_each_load(e, add_weight, arg); }

static bool add_stmt_weights(const Stmt *s, void *arg) {
  stmt_exprs(s, add_weights, arg);
  return true;
}

static void collect_weights(Reader *r) {
  for (size_t i = 0; i < r->weights->bufs.n; i++) add_weight(&(Expr){.buf = r->weights->bufs.at[i]}, r);
  for (size_t i = 0; i < r->weights->kernels.n; i++) {
    const Kernel *k = r->weights->kernels.at[i];
    stmts_walk(&k->body, add_stmt_weights, r);
    for (size_t j = 0; j < k->cascade.steps.n; j++)
      for (int e = 0; e < k->cascade.steps.at[j].n; e++) add_weights(k->cascade.steps.at[j].ein[e]->rhs, r);
  }
}

static const Data *find_data(Reader *r, uint64_t hash, const Buf *b) {
  if (r->weights && !r->weight.n) collect_weights(r);
  for (size_t i = 0; i < r->weight.n; i++)
    if (r->weight.at[i].hash == hash && r->weight.at[i].data->type.elem == b->elem) return r->weight.at[i].data;
  read_fail(r, "no constant of the given program has this hash");
  return NULL;
}

static bool read_data(Reader *r, Buf *b) {
  if (read_char(r, '#')) {
    uint64_t hash;
    return read_hash(r, &hash) && (b->data = find_data(r, hash, b));
  }
  if (!read_char(r, '[')) return read_fail(r, "expected `[` or `#`: a constant has data");
  int64_t dim[MAX_RANK], count = 1;
  if (b->rank > MAX_RANK) return read_fail(r, "a constant of more than %d dimensions", MAX_RANK);
  for (int i = 0; i < b->rank; i++) {
    if (!ext_is_const(r->ctx, b->dim[i])) return read_fail(r, "the extents of a constant are numbers");
    dim[i] = b->dim[i];
    if (__builtin_mul_overflow(count, dim[i], &count) || count > TEXT_INLINE) return read_fail(r, "more than %d elements in a list", TEXT_INLINE);
  }
  Data *d = data_new(r->ctx, b->elem, b->rank, dim);
  if (!d) return false;
  for (int64_t i = 0; i < count; i++) {
    bool is_real;
    int64_t v;
    double x;
    if (b->elem == ELEM_string) {
      const char *text = NULL;
      if ((!i || read_char(r, ',')) && (read_text(r, ""), *r->at == '"')) text = read_quoted(r);
      if (!text) return read_fail(r, "expected %lld texts, quoted", (long long)count);
      data_set_text(r->ctx, d, i, text);
      continue;
    }
    if ((i && !read_char(r, ',')) || !read_literal(r, &is_real, &v, &x)) return read_fail(r, "expected %lld numbers", (long long)count);
    void *bytes = (void *)(uintptr_t)d->bytes; /* fresh, and ours until it is handed out */
    if (is_real) data_set_real(bytes, b->elem, i, x);
    else data_set_int(bytes, b->elem, i, v);
  }
  b->data = d;
  return read_char(r, ']') || read_fail(r, "expected `]`");
}

static const Type *read_record(Reader *r) {
  Type *t = NEW(r->ctx, Type);
  while (*r->at == ' ') r->at++;
  if (type_parse(r->ctx, &r->at, t) && type_is_record(t)) return t;
  read_fail(r, "expected the type of a record, such as seq(f32[2,<=3])<=4");
  return NULL;
}

static Buf *read_buf(Reader *r, Map *scope, Laters *later) {
  const char *name = need_name(r);
  Elem elem;
  int rank, lanes;
  ext_t dim[MAX_RANK * 2];
  if (!name || !read_type(r, &elem, &rank, dim, &lanes)) return NULL;
  int space = one_of(r, text_space, SPACE_REG + 1);
  if (space < 0) { read_fail(r, "expected where the buffer lives: input, output, const, temp or state"); return NULL; }
  if (map_find(scope, name)) { read_fail(r, "%s is declared twice", name); return NULL; }
  Buf *b = buf_new(r->ctx, name, elem, (Space)space, rank, dim);
  b->lanes = lanes;
  map_add(r->ctx->arena, scope, name)->p = b;
  Later names = {.buf = b, .line = r->number};
  if (read_word(r, "mask") && !(names.mask = need_name(r))) return NULL;
  if (read_word(r, "record") && !(b->record = read_record(r))) return NULL;
  if (read_word(r, "alias") && !(names.alias = need_name(r))) return NULL;
  b->lasting = read_word(r, "lasting");
  if (read_word(r, "at") && !read_number(r, &b->offset)) return NULL;
  vec_push(r->ctx, later, names);
  if ((b->space == SPACE_CONST && !read_data(r, b)) || !end_line(r)) return NULL;
  return b;
}

static Buf *named(Reader *r, const char *name) {
  const MapEntry *e = map_find(&r->kernel_bufs, name);
  if (!e) e = map_find(&r->bufs, name);
  if (!e) read_fail(r, "there is no buffer %s", name);
  return e ? e->p : NULL;
}

static bool connect(Reader *r, const Laters *later) {
  for (size_t i = 0; i < later->n; i++) {
    const Later *l = &later->at[i];
    r->number = l->line;
    if (l->mask && !(l->buf->mask = named(r, l->mask))) return false;
    if (l->alias && !(l->buf->alias = named(r, l->alias))) return false;
    if (l->buf->alias && (l->buf->alias == l->buf || l->buf->alias->alias)) return read_fail(r, "an alias of an alias");
  }
  return true;
}

/* ---- statements */
static bool read_op(Reader *r, Reduce *op) {
  for (int i = RED_SET; i <= RED_FIRST; i++)
    if (read_text(r, reduce_text((Reduce)i))) return *op = (Reduce)i, true;
  return read_fail(r, "expected =, += or another assignment");
}

static bool body(Reader *r, Body *into, int indent);

static bool read_loop(Reader *r, LoopMode mode, Body *into, int indent) {
  const char *name = need_name(r);
  const MapEntry *var = name ? map_find(&r->vars, name) : NULL;
  if (!var) return read_fail(r, "expected an axis of this kernel");
  const Expr *lo, *hi;
  if (!need_word(r, "in") || !(lo = read_expr(r)) || !(read_text(r, "..") || read_fail(r, "expected `..`")) || !(hi = read_expr(r))) return false;
  Stmt *s = s_loop(r->ctx, var->p, lo, hi, mode);
  s->loop.descending = read_word(r, "down");
  vec_push(r->ctx, into, s);
  return end_line(r) && body(r, &s->loop.body, indent + 1);
}

static bool read_if(Reader *r, Body *into, int indent) {
  const Expr *cond = read_expr(r);
  if (!cond || !end_line(r)) return false;
  Stmt *s = s_if(r->ctx, cond);
  vec_push(r->ctx, into, s);
  if (!body(r, &s->cond.then, indent + 1)) return false;
  if (!has_line(r, indent) || !begins(r, "else")) return true;
  begin_line(r);
  return read_word(r, "else") && end_line(r) && body(r, &s->cond.other, indent + 1);
}

/* A register; declared again where another copy of the nest begins. */
static bool read_reg(Reader *r, Body *into) {
  const char *name = need_name(r);
  Elem elem;
  int rank, lanes;
  ext_t dim[MAX_RANK * 2];
  if (!name || !read_type(r, &elem, &rank, dim, &lanes)) return false;
  MapEntry *e = map_add(r->ctx->arena, &r->kernel_bufs, name);
  Buf *b = e->p;
  if (!b) {
    e->p = b = buf_new(r->ctx, name, elem, SPACE_REG, rank, dim);
    b->lanes = lanes;
  }
  bool same = b->space == SPACE_REG && b->elem == elem && b->rank == rank && b->lanes == lanes;
  for (int i = 0; same && i < rank; i++) same = b->dim[i] == dim[i];
  if (!same) return read_fail(r, "%s is declared twice, and differently", name);
  Stmt *s = s_reg(r->ctx, b);
  vec_push(r->ctx, into, s);
  return end_line(r);
}

static bool read_call(Reader *r, Body *into) {
  const char *op = read_name(r), *domain = read_name(r);
  int64_t since;
  if (!op || !domain) return read_fail(r, "expected the operator and its domain, quoted");
  if (!read_number(r, &since)) return false;
  const Extern *ext = extern_find(op, domain, (int)since);
  if (!ext) return read_fail(r, "there is no extern operator %s", op);
  VEC(Buf *) bufs = {0};
  VEC(const Expr *) args = {0};
  VEC(const char *) symbols = {0};
  const bool fails = read_word(r, "fails");
  if (!need_word(r, "in")) return false;
  bool out = false;
  int nin = 0;
  while (!read_word(r, "args")) {
    if (!out && read_word(r, "out")) {
      out = true;
      nin = (int)bufs.n;
      continue;
    }
    Buf *b = NULL;
    if (!read_char(r, '-') && !(b = read_buf_name(r))) return false;
    vec_push(r->ctx, &bufs, b);
  }
  if (!out) return read_fail(r, "expected `out`");
  while (!read_word(r, "sets")) {
    const Expr *e;
    if ((args.n && !(read_char(r, ',') || read_fail(r, "expected `,`"))) || !(e = read_expr(r))) return false;
    vec_push(r->ctx, &args, e);
  }
  for (const char *name; (name = read_name(r));) vec_push(r->ctx, &symbols, name);
  Stmt *s = s_call(r->ctx, ext, nin, (int)bufs.n, (int)args.n, (int)symbols.n);
  s->call.fails = fails;
  for (size_t i = 0; i < bufs.n; i++) s->call.bufs[i] = bufs.at[i];
  for (size_t i = 0; i < args.n; i++) s->call.arg[i] = args.at[i];
  for (size_t i = 0; i < symbols.n; i++) s->call.symbol[i] = symbols.at[i];
  vec_push(r->ctx, into, s);
  return end_line(r);
}

static bool read_hint(Reader *r, Body *into) {
  int what = one_of(r, text_hint, HINT_PREFETCH + 1);
  if (what < 0) return read_fail(r, "expected fence, pin or prefetch");
  const Expr *arg = NULL;
  read_text(r, "");
  if (*r->at && !(arg = read_expr(r))) return false;
  Stmt *s = s_hint(r->ctx, (Hint)what, arg);
  vec_push(r->ctx, into, s);
  return end_line(r);
}

static bool read_store(Reader *r, Body *into) {
  Buf *b;
  int n;
  const Expr *index[MAX_RANK * 2 + 1], *value;
  Reduce op = RED_SET;
  if (!read_access(r, &b, &n, index) || !read_op(r, &op) || !(value = read_expr(r))) return false;
  Stmt *s = s_store(r->ctx, op, b, n, index, value);
  vec_push(r->ctx, into, s);
  return end_line(r);
}

static bool body(Reader *r, Body *into, int indent) {
  if (indent > TEXT_DEPTH) return read_fail(r, "nested too deeply");
  while (has_line(r, indent)) {
    begin_line(r);
    int mode = one_of(r, text_loop, LOOP_PAR + 1);
    bool good = mode >= 0 ? read_loop(r, (LoopMode)mode, into, indent)
              : read_word(r, "if") ? read_if(r, into, indent)
              : read_word(r, "reg") ? read_reg(r, into)
              : read_word(r, "hint") ? read_hint(r, into)
              : read_word(r, "call") ? read_call(r, into)
              : read_store(r, into);
    if (!good) return false;
  }
  return true;
}

/* ---- cascades */
static bool read_axes_of(Reader *r, Ein *e) {
  bool reduced = false;
  for (;;) {
    if (!reduced && read_char(r, '|')) {
      reduced = true;
      e->nout = e->naxes;
      continue;
    }
    const char *name = read_name(r);
    if (!name) break;
    const MapEntry *var = map_find(&r->vars, name);
    ext_t extent;
    if (!var || e->naxes == MAX_AXES) return read_fail(r, var ? "too many axes" : "%s is no axis of this kernel", name);
    if (!(read_char(r, ':') || read_fail(r, "expected `:`")) || !read_extent(r, &extent)) return false;
    const Var *v = var->p;
    if (extent != v->extent) return read_fail(r, "%s has another extent in the list of axes", name);
    e->axis[e->naxes++] = v;
  }
  if (!reduced) e->nout = e->naxes;
  return true;
}

static Ein *read_statement(Reader *r) {
  Ein *e = NEW(r->ctx, Ein);
  int n;
  const Expr *index[MAX_RANK * 2 + 1];
  e->place = (Place){.file = r->file, .line = r->number};
  if (!read_access(r, &e->out, &n, index)) return NULL;
  if (n > e->out->rank) { read_fail(r, "%s has %d dimensions", e->out->name, e->out->rank); return NULL; }
  memcpy(e->index, index, (size_t)n * sizeof *index);
  e->accumulate = read_word(r, "also");
  if (!read_op(r, &e->reduce) || !(e->rhs = read_expr(r))) return NULL;
  if (read_word(r, "over") && !read_axes_of(r, e)) return NULL;
  return end_line(r) ? e : NULL;
}

static bool read_cascade(Reader *r, Cascade *c, int indent) {
  while (has_line(r, indent)) {
    VEC(Ein *) eins = {0};
    Step step = {0};
    begin_line(r);
    if (read_word(r, "iterate")) {
      const char *name = need_name(r);
      const MapEntry *var = name ? map_find(&r->vars, name) : NULL;
      if (!var) return read_fail(r, "expected an axis of this kernel");
      step.iter = var->p;
      step.descending = read_word(r, "down");
      if (!end_line(r)) return false;
      while (has_line(r, indent + 1)) {
        begin_line(r);
        Ein *e = read_statement(r);
        if (!e) return false;
        vec_push(r->ctx, &eins, e);
      }
    } else {
      Ein *e = read_statement(r);
      if (!e) return false;
      vec_push(r->ctx, &eins, e);
    }
    step.n = (int)eins.n;
    step.ein = eins.at;
    vec_push(r->ctx, &c->steps, step);
  }
  return true;
}

/* ---- kernels and programs */
static bool read_kernel_bufs(Reader *r, Kernel *k, int indent) {
  Laters later = {0};
  while (has_line(r, indent) && (begins(r, "buf") || begins(r, "local") || begins(r, "scratch"))) {
    begin_line(r);
    bool local = read_word(r, "local"), scratch = read_word(r, "scratch");
    if (!need_word(r, "buf")) return false;
    Buf *b = read_buf(r, &r->kernel_bufs, &later);
    if (!b) return false;
    if (local) vec_push(r->ctx, &k->cascade.locals, b);
    if (scratch) vec_push(r->ctx, &k->scratch, b);
  }
  return connect(r, &later);
}

static bool read_axes(Reader *r) {
  for (const char *name; (name = read_name(r));) {
    ext_t extent;
    if (!(read_char(r, ':') || read_fail(r, "expected `:`")) || !read_extent(r, &extent)) return false;
    if (map_find(&r->vars, name)) return read_fail(r, "%s is an axis twice", name);
    map_add(r->ctx->arena, &r->vars, name)->p = var_new(r->ctx, name, extent);
  }
  return end_line(r);
}

static Kernel *read_kernel(Reader *r, int indent, Control control) {
  Kernel *k = NEW(r->ctx, Kernel);
  k->control = control;
  k->lowered = control != CONTROL_NONE;
  memset(&r->kernel_bufs, 0, sizeof r->kernel_bufs);
  memset(&r->vars, 0, sizeof r->vars);
  if (!(k->name = need_name(r))) return NULL;
  if (read_word(r, "on") && !(k->cond = read_buf_name(r))) return NULL;
  k->doubles = read_word(r, "doubles");
  if (read_word(r, "trips") && !read_number(r, &k->trips)) return NULL;
  if (read_word(r, "from"))
    for (;;) {
      read_text(r, "");
      if (*r->at != '"') break;
      const char *node = need_name(r);
      if (!node) return NULL;
      vec_push(r->ctx, &k->nodes, node);
    }
  if (read_word(r, "schedule") && !(k->schedule = need_name(r))) return NULL;
  if (read_word(r, "cost") && (!read_number(r, &k->flops) || !read_number(r, &k->bytes))) return NULL;
  if (!end_line(r) || !read_kernel_bufs(r, k, indent)) return NULL;
  while (has_line(r, indent)) {
    begin_line(r);
    if (read_word(r, "axes")) {
      if (!read_axes(r)) return NULL;
    } else if (read_word(r, "cascade")) {
      if (!end_line(r) || !read_cascade(r, &k->cascade, indent + 1)) return NULL;
    } else if (read_word(r, "nest")) {
      k->lowered = true;
      if (!end_line(r) || !body(r, &k->body, indent + 1)) return NULL;
    } else {
      read_fail(r, "expected axes, cascade or nest");
      return NULL;
    }
  }
  return k;
}

static bool read_symbol(Reader *r) {
  const char *name = need_name(r);
  int64_t lo, hi;
  if (!name || !read_number(r, &lo) || !(read_text(r, "<=") || read_fail(r, "expected `<=`")) || !read_number(r, &hi)) return false;
  if (lo < 0 || hi < lo || hi > (int64_t)1 << 48) return read_fail(r, "bounds of %s that no extent has", name);
  ext_symbol(r->ctx, name, lo, hi);
  return end_line(r);
}

static bool read_memory(Reader *r, Program *p) {
  if (!need_word(r, "arena") || !read_number(r, &p->arena_bytes) || !need_word(r, "bound") || !read_number(r, &p->arena_bound)) return false;
  if (!need_word(r, "state") || !read_number(r, &p->state_bytes)) return false;
  if (read_word(r, "peak") && !(p->arena_culprit = need_name(r))) return false;
  return end_line(r);
}

static bool read_program(Reader *r, Program *p) {
  Laters later = {0};
  bool connected = false;
  while (has_line(r, 1)) {
    begin_line(r);
    Buf *b;
    if (!connected && !read_word(r, "symbol") && !read_word(r, "buf")) { /* all buffers are known */
      const char *from = r->at;
      int number = r->number;
      if (!connect(r, &later)) return false;
      connected = true;
      r->at = from;
      r->number = number;
    } else r->at = r->line[r->next - 1].text;
    if (read_word(r, "symbol")) {
      if (!read_symbol(r)) return false;
    } else if (read_word(r, "buf")) {
      if (connected) return read_fail(r, "buffers stand before inputs, outputs and kernels");
      if (!(b = read_buf(r, &r->bufs, &later))) return false;
      vec_push(r->ctx, &p->bufs, b);
    } else if (read_word(r, "inputs")) {
      for (read_text(r, ""); *r->at; read_text(r, "")) {
        if (!(b = read_buf_name(r))) return false;
        vec_push(r->ctx, &p->inputs, b);
      }
    } else if (read_word(r, "outputs")) {
      for (read_text(r, ""); *r->at; read_text(r, "")) {
        if (!(b = read_buf_name(r))) return false;
        vec_push(r->ctx, &p->outputs, b);
      }
    } else if (read_word(r, "memory")) {
      if (!read_memory(r, p)) return false;
    } else {
      Control control = 0;
      while (control <= CONTROL_END && !read_word(r, text_control[control])) control++;
      if (control > CONTROL_END) return read_fail(r, "expected symbol, buf, inputs, outputs, memory, kernel, if, else, while or end");
      Kernel *k = read_kernel(r, 2, control);
      if (!k) return false;
      vec_push(r->ctx, &p->kernels, k);
    }
  }
  if (r->next < r->nlines) {
    begin_line(r);
    return read_fail(r, "indented too deeply");
  }
  return connected || connect(r, &later);
}

Program *program_parse(Ctx *ctx, const char *file, const char *text, const Program *weights) {
  Reader *r = NEW(ctx, Reader);
  r->ctx = ctx;
  r->file = file;
  r->weights = weights;
  Program *p = NEW(ctx, Program);
  if (!split_lines(r, text)) return NULL;
  if (!has_line(r, 0)) {
    r->number = 1;
    read_fail(r, "expected a program");
    return NULL;
  }
  begin_line(r);
  if (!need_word(r, "program") || !(p->name = need_name(r))) return NULL;
  if (read_word(r, "hash") && !read_hash(r, &p->hash)) return NULL;
  return end_line(r) && read_program(r, p) ? p : NULL;
}
