/* The graph IR as text: the printed form is the input form.
 *
 *     model digits  opset 17  hash 00000000000000aa
 *       symbol n 1 <= 8
 *       bound M <= 10
 *       in x f32[n,1,8,8]
 *       const w f32[16,1,3,3] #5f1c0d2e8a9b7c44
 *       y : f32[n,16,8,8] = Conv(x, w, _; pads = [1, 1, 1, 1]) "conv1"
 *       out y
 *       state h hn        what the output hn gives, the input h takes in the next run
 *
 * A name that is no plain word is quoted. `_` is an absent input or an output nobody asked for. An attribute that holds a graph is a block in
 * braces. Line ends matter in one place: the quoted name of a node stands on the line its argument list ends on. */
#include "ir/graph.h"
#include "ir/map.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

enum { INLINE_ELEMENTS = 16, MAX_DEPTH = 64, MAX_ITEMS = 1 << 20 };

/* ---- names */

static const char *const keywords[] = {"model", "symbol", "bound", "in", "out", "state", "const", "graph", "named", "symbolic", "tensor", "type", "ints", "reals", "strings", "inf", "nan", "_"};

static bool word_start(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool word_part(int c) { return word_start(c) || (c >= '0' && c <= '9') || c == '.' || c == '/'; }

static bool is_plain(const char *s) {
  if (!word_start((unsigned char)*s)) return false;
  for (const char *c = s; *c; c++)
    if (!word_part((unsigned char)*c)) return false;
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strcmp(s, keywords[i]) == 0) return false;
  return true;
}

static void print_quoted(const char *s, Str *out) {
  str_add(out, "\"");
  for (; *s; s++) {
    unsigned char c = (unsigned char)*s;
    if (c == '"' || c == '\\') str_printf(out, "\\%c", c);
    else if (c == '\n') str_add(out, "\\n");
    else if (c < 0x20 || c == 0x7f) str_printf(out, "\\x%02x", c);
    else str_addn(out, s, 1);
  }
  str_add(out, "\"");
}

static void print_name(const char *s, Str *out) {
  if (is_plain(s)) str_add(out, s);
  else print_quoted(s, out);
}

/* ---- printing */

/* Symbolic data are extents kept as i64 whatever the element type of their value. */
static void print_data(const Ctx *ctx, const Type *type, const Data *d, bool symbolic, Str *out) {
  type_print(ctx, type, out);
  int64_t n = type_bound(ctx, type);
  if (symbolic) str_add(out, " symbolic");
  else if (n > INLINE_ELEMENTS || n < 0 || elem_info(d->type.elem)->cls == 'c') {
    str_printf(out, " #%016" PRIx64, data_hash(d));
    return;
  }
  str_add(out, " [");
  for (int64_t i = 0; i < n; i++) {
    if (i) str_add(out, ", ");
    if (symbolic) ext_print(ctx, ((const ext_t *)d->bytes)[i], out);
    else if (d->type.elem == ELEM_string) print_quoted(data_text(d, i), out);
    else if (elem_info(d->type.elem)->cls == 'r') str_real(out, data_real(d, i));
    else if (d->type.elem == ELEM_u64) str_printf(out, "%" PRIu64, (uint64_t)data_int(d, i));
    else str_printf(out, "%" PRId64, data_int(d, i));
  }
  str_add(out, "]");
}

static void indent(Str *out, int depth) {
  for (int i = 0; i < depth; i++) str_add(out, "  ");
}

static void print_body(const Ctx *ctx, const Model *m, const Graph *g, int depth, Str *out);

static void print_attr(const Ctx *ctx, const Model *m, const Attr *a, int depth, Str *out) {
  print_name(a->name, out);
  str_add(out, " = ");
  const char *const empty_list[] = {[ATTR_INTS] = "ints []", [ATTR_REALS] = "reals []", [ATTR_STRINGS] = "strings []"};
  bool list = a->kind == ATTR_INTS || a->kind == ATTR_REALS || a->kind == ATTR_STRINGS;
  if (list && a->n == 0) {
    str_add(out, empty_list[a->kind]);
    return;
  }
  if (list) str_add(out, "[");
  for (int i = 0; i < (list ? a->n : 1); i++) {
    if (i) str_add(out, ", ");
    switch (a->kind) {
    case ATTR_INT: str_printf(out, "%" PRId64, a->i); break;
    case ATTR_REAL: str_real(out, a->r); break;
    case ATTR_STRING: print_quoted(a->s ? a->s : "", out); break;
    case ATTR_INTS: str_printf(out, "%" PRId64, a->ints[i]); break;
    case ATTR_REALS: str_real(out, a->reals[i]); break;
    case ATTR_STRINGS: print_quoted(a->strings[i] ? a->strings[i] : "", out); break;
    case ATTR_TENSOR:
      str_add(out, "tensor ");
      print_data(ctx, &a->tensor->type, a->tensor, false, out);
      break;
    case ATTR_GRAPH:
      str_add(out, "graph ");
      print_name(a->graph->name ? a->graph->name : "", out);
      str_add(out, " {\n");
      print_body(ctx, m, a->graph, depth + 2, out);
      indent(out, depth + 1);
      str_add(out, "}");
      break;
    case ATTR_TYPE:
      str_add(out, "type ");
      type_print(ctx, a->type, out);
      break;
    }
  }
  if (list) str_add(out, "]");
}

static int64_t model_opset(const Model *m, const char *domain) {
  for (size_t i = 0; i < m->opsets.n; i++)
    if (strcmp(m->opsets.at[i].domain, domain) == 0) return m->opsets.at[i].version;
  return 0;
}

static void print_node(const Ctx *ctx, const Model *m, const Node *n, int depth, Str *out) {
  const char *domain = n->domain ? n->domain : "";
  indent(out, depth);
  for (size_t i = 0; i < n->out.n; i++) {
    if (i) str_add(out, ", ");
    if (!n->out.at[i]) {
      str_add(out, "_");
      continue;
    }
    print_name(n->out.at[i]->name, out);
    str_add(out, " : ");
    type_print(ctx, &n->out.at[i]->type, out);
  }
  str_add(out, n->out.n ? " = " : "= ");
  if (*domain) {
    print_name(domain, out);
    str_add(out, ":");
  }
  print_name(n->op, out);
  if (n->opset != model_opset(m, domain)) str_printf(out, "@%d", n->opset);
  str_add(out, "(");
  for (size_t i = 0; i < n->in.n; i++) {
    if (i) str_add(out, ", ");
    if (n->in.at[i]) print_name(n->in.at[i]->name, out);
    else str_add(out, "_");
  }
  for (size_t i = 0; i < n->attrs.n; i++) {
    str_add(out, i ? ", " : "; ");
    print_attr(ctx, m, &n->attrs.at[i], depth, out);
  }
  str_add(out, ") ");
  print_quoted(n->name, out);
  str_add(out, "\n");
}

static void print_named(const Value *v, Str *out) {
  if (!v->dim_names || v->type.rank <= 0) return;
  str_add(out, " named [");
  for (int i = 0; i < v->type.rank; i++) {
    if (i) str_add(out, ", ");
    if (v->dim_names[i]) print_name(v->dim_names[i], out);
    else str_add(out, "_");
  }
  str_add(out, "]");
}

static void print_body(const Ctx *ctx, const Model *m, const Graph *g, int depth, Str *out) {
  for (size_t i = 0; i < g->inputs.n; i++) {
    const Value *v = g->inputs.at[i];
    indent(out, depth);
    str_add(out, "in ");
    print_name(v->name, out);
    str_add(out, " ");
    type_print(ctx, &v->type, out);
    print_named(v, out);
    str_add(out, "\n");
  }
  for (size_t i = 0; i < g->values.n; i++) {
    const Value *v = g->values.at[i];
    if (!v->data || v->def || v->is_input) continue;
    indent(out, depth);
    str_add(out, "const ");
    print_name(v->name, out);
    str_add(out, " ");
    print_data(ctx, v->symbolic ? &v->type : &v->data->type, v->data, v->symbolic, out);
    str_add(out, "\n");
  }
  for (size_t i = 0; i < g->nodes.n; i++) print_node(ctx, m, g->nodes.at[i], depth, out);
  for (size_t i = 0; i < g->outputs.n; i++) {
    indent(out, depth);
    str_add(out, "out ");
    print_name(g->outputs.at[i]->name, out);
    print_named(g->outputs.at[i], out);
    str_add(out, "\n");
  }
  for (size_t i = 0; i < g->states.n; i++) {
    indent(out, depth);
    str_add(out, "state ");
    print_name(g->inputs.at[g->states.at[i].in]->name, out);
    str_add(out, " ");
    print_name(g->outputs.at[g->states.at[i].out]->name, out);
    str_add(out, "\n");
  }
}

void model_print(const Ctx *ctx, const Model *m, Str *out) {
  str_add(out, "model ");
  print_name(m->name ? m->name : "", out);
  for (size_t i = 0; i < m->opsets.n; i++) {
    str_add(out, "  opset ");
    if (*m->opsets.at[i].domain) {
      print_quoted(m->opsets.at[i].domain, out);
      str_add(out, " ");
    }
    str_printf(out, "%" PRId64, m->opsets.at[i].version);
  }
  str_printf(out, "  hash %016" PRIx64, m->hash);
  if (m->ir_version) str_printf(out, "  ir %" PRId64, m->ir_version);
  if (m->producer && *m->producer) {
    str_add(out, "  producer ");
    print_quoted(m->producer, out);
  }
  str_add(out, "\n");
  for (size_t i = 0; i < ext_symbols(ctx); i++) {
    int64_t lo, hi;
    const char *name = ext_symbol_name(ctx, i, &lo, &hi);
    str_add(out, "  symbol ");
    print_name(name, out);
    str_printf(out, " %" PRId64 " <= %" PRId64 "\n", lo, hi);
  }
  for (size_t i = 0; i < m->bounds.n; i++) {
    str_add(out, "  bound ");
    print_name(m->bounds.at[i].name, out);
    str_printf(out, " <= %" PRId64 "\n", m->bounds.at[i].most);
  }
  print_body(ctx, m, m->graph, 1, out);
}

/* ---- reading */

/* Constants of the model that `#hash` refers to, sorted by hash. */
typedef struct Weight { uint64_t hash; const Data *data; } Weight;

typedef struct Scope { struct Scope *outer; Graph *graph; Map names; } Scope; /* interned name -> Value */

typedef struct Reader {
  Ctx *ctx;
  const char *file, *text, *at;
  Model *model;
  VEC(Weight) weights;
  Scope *scope;
  int depth;
} Reader;

static bool fail(Reader *r, const char *at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static bool fail(Reader *r, const char *at, const char *fmt, ...) {
  Place place = {.file = r->file, .line = 1, .column = 1};
  for (const char *c = r->text; c < at; c++) {
    if (*c == '\n') place.line++, place.column = 1;
    else place.column++;
  }
  char text[256];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return diag(r->ctx, E0600, place, "%s", text);
}

static bool is_space(int c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static void skip_space(Reader *r) {
  while (is_space((unsigned char)*r->at)) r->at++;
}

static bool peek(Reader *r, char c) {
  skip_space(r);
  return *r->at == c;
}

static bool take(Reader *r, char c) {
  if (!peek(r, c)) return false;
  r->at++;
  return true;
}

static bool expect(Reader *r, char c) { return take(r, c) || fail(r, r->at, "expected '%c'", c); }

/* Takes the word `w` when it stands here as a whole word. */
static bool take_word(Reader *r, const char *w) {
  skip_space(r);
  size_t n = strlen(w);
  if (strncmp(r->at, w, n) != 0 || word_part((unsigned char)r->at[n])) return false;
  r->at += n;
  return true;
}

static int hex_digit(int c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

static bool read_quoted(Reader *r, const char **out) {
  const char *from = r->at;
  Str s = str_new(r->ctx);
  str_add(&s, "");
  if (!expect(r, '"')) return false;
  while (*r->at != '"') {
    char c = *r->at;
    if (!c || c == '\n') return fail(r, from, "a quoted name that does not end on its line");
    if (c == '\\') {
      c = *++r->at;
      if (c == 'n') c = '\n';
      else if (c == 'x') {
        int hi = hex_digit((unsigned char)r->at[1]), lo = hi < 0 ? -1 : hex_digit((unsigned char)r->at[2]);
        if (lo < 0 || hi + lo == 0) return fail(r, r->at, "\\x takes two hexadecimal digits, not both zero");
        c = (char)(hi * 16 + lo);
        r->at += 2;
      } else if (c != '"' && c != '\\') return fail(r, r->at, "unknown escape in a quoted name");
    }
    str_addn(&s, &c, 1);
    r->at++;
  }
  r->at++;
  *out = intern(r->ctx, s.s);
  return true;
}

static bool read_name(Reader *r, const char **out) {
  if (peek(r, '"')) return read_quoted(r, out);
  const char *from = r->at;
  while (word_part((unsigned char)*r->at)) r->at++;
  if (r->at == from || !word_start((unsigned char)*from)) return fail(r, r->at = from, "expected a name");
  *out = internn(r->ctx, from, (size_t)(r->at - from));
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strcmp(*out, keywords[i]) == 0) return fail(r, from, "`%s` is a word of the language: quote it when it is a name", *out);
  return true;
}

static bool read_int(Reader *r, int64_t *out) {
  skip_space(r);
  const char *at = r->at;
  bool negative = *at == '-';
  if (negative) at++;
  if (*at < '0' || *at > '9') return fail(r, r->at, "expected an integer");
  uint64_t v = 0;
  for (; *at >= '0' && *at <= '9'; at++) {
    uint64_t digit = (uint64_t)(*at - '0');
    if (v > (UINT64_MAX - digit) / 10) return fail(r, r->at, "an integer beyond 64 bits");
    v = v * 10 + digit;
  }
  if (negative && v > (uint64_t)INT64_MAX + 1) return fail(r, r->at, "an integer beyond 64 bits");
  r->at = at;
  *out = (int64_t)(negative ? 0 - v : v);
  return true;
}

static bool is_real_here(Reader *r) {
  skip_space(r);
  const char *at = r->at + (*r->at == '-');
  if (strncmp(at, "inf", 3) == 0 || strncmp(at, "nan", 3) == 0) return true;
  while (*at >= '0' && *at <= '9') at++;
  return *at == '.' || *at == 'e';
}

static bool read_real(Reader *r, double *out) {
  skip_space(r);
  const char *from = r->at;
  bool negative = *r->at == '-';
  if (negative) r->at++;
  if (take_word(r, "inf") || take_word(r, "nan")) {
    *out = r->at[-1] == 'n' ? (double)NAN : (double)INFINITY;
    if (negative) *out = -*out;
    return true;
  }
  /* strtod obeys the locale, the text does not: the point is replaced by what strtod wants to see. */
  const char *point = localeconv()->decimal_point;
  char digits[64];
  size_t n = 0;
  if (negative) digits[n++] = '-';
  for (const char *c = r->at; (*c >= '0' && *c <= '9') || *c == '.' || *c == 'e' || ((*c == '-' || *c == '+') && c[-1] == 'e'); c++) {
    size_t width = *c == '.' ? strlen(point) : 1;
    if (n + width >= sizeof digits) return fail(r, from, "a number of too many digits");
    memcpy(digits + n, *c == '.' ? point : c, width);
    n += width;
    r->at = c + 1;
  }
  digits[n] = 0;
  char *end;
  *out = strtod(digits, &end);
  return (end != digits && !*end) || fail(r, from, "expected a number");
}

static bool read_type(Reader *r, Type *t) {
  skip_space(r);
  return type_parse(r->ctx, &r->at, t) || fail(r, r->at, "expected a type such as f32[1,n,8]; symbols are declared at the head of the model");
}

/* ---- constants */

static int by_hash(const void *a, const void *b) {
  uint64_t x = ((const Weight *)a)->hash, y = ((const Weight *)b)->hash;
  return (x > y) - (x < y);
}

static void collect_weights(Reader *r, const Graph *g, int depth) {
  if (depth > MAX_DEPTH) return;
  for (size_t i = 0; i < g->values.n; i++) {
    const Value *v = g->values.at[i];
    if (v->data && !v->symbolic) vec_push(r->ctx, &r->weights, ((Weight){data_hash(v->data), v->data}));
  }
  for (size_t i = 0; i < g->nodes.n; i++) {
    const Node *n = g->nodes.at[i];
    for (size_t j = 0; j < n->attrs.n; j++) {
      const Attr *a = &n->attrs.at[j];
      if (a->kind == ATTR_TENSOR) vec_push(r->ctx, &r->weights, ((Weight){data_hash(a->tensor), a->tensor}));
      if (a->kind == ATTR_GRAPH) collect_weights(r, a->graph, depth + 1);
    }
  }
}

static const Data *find_weight(const Reader *r, uint64_t hash, const Type *t) {
  const Weight key = {.hash = hash};
  const Weight *w = r->weights.n ? bsearch(&key, r->weights.at, r->weights.n, sizeof key, by_hash) : NULL;
  if (!w) return NULL;
  while (w > r->weights.at && w[-1].hash == hash) w--;
  for (; w < r->weights.at + r->weights.n && w->hash == hash; w++)
    if (type_equal(&w->data->type, t)) return w->data;
  return NULL;
}

/* A type, then `#hash`, a list of elements, or `symbolic` and a list of extents. */
static bool read_data(Reader *r, Type *type, const Data **out, bool *symbolic) {
  Type t;
  skip_space(r);
  const char *from = r->at;
  if (!read_type(r, &t)) return false;
  if (t.elem == ELEM_NONE || t.rank < 0 || !type_is_const(r->ctx, &t)) return fail(r, from, "a constant has an element type and extents that are numbers");
  *type = t;
  *symbolic = take_word(r, "symbolic");
  if (*symbolic) t.elem = ELEM_i64;
  if (!*symbolic && take(r, '#')) {
    const char *at = r->at;
    uint64_t hash = 0;
    for (; hex_digit((unsigned char)*r->at) >= 0 && r->at - at < 16; r->at++) hash = hash * 16 + (uint64_t)hex_digit((unsigned char)*r->at);
    *out = find_weight(r, hash, &t);
    return *out || fail(r, from, "the constant #%016" PRIx64 " is not in the model that belongs to this text", hash);
  }
  int64_t n = type_bound(r->ctx, &t);
  if (n < 0 || n > MAX_ITEMS) return fail(r, from, "a list of elements has at most %d", MAX_ITEMS);
  char cls = elem_info(t.elem)->cls;
  if (cls == 'c') return fail(r, from, "elements of this type cannot be listed");
  Data *d = data_new(r->ctx, t.elem, t.rank, t.dim);
  if (!d || !expect(r, '[')) return false;
  for (int64_t i = 0; i < n; i++) {
    if (i && !expect(r, ',')) return false;
    skip_space(r);
    if (*symbolic) {
      if (!ext_parse(r->ctx, &r->at, &((ext_t *)d->bytes)[i])) return fail(r, r->at, "expected an extent over declared symbols");
    } else if (cls == 's') {
      const char *text;
      if (!read_quoted(r, &text)) return false;
      data_set_text(r->ctx, d, i, text);
    } else if (cls == 'r') {
      double v;
      if (!read_real(r, &v)) return false;
      data_set_real((void *)d->bytes, t.elem, i, v);
    } else {
      int64_t v;
      if (!read_int(r, &v)) return false;
      data_set_int((void *)d->bytes, t.elem, i, v);
    }
  }
  *out = d;
  return expect(r, ']');
}

/* ---- scopes */

static Value *scope_find(const Scope *s, const char *name) {
  const MapEntry *e = map_find(&s->names, name);
  return e ? e->p : NULL;
}

static Value *new_value(Reader *r, const char *name) {
  Graph *g = r->scope->graph;
  Value *v = NEW(r->ctx, Value);
  v->name = name;
  v->type.rank = -1;
  v->id = (int)g->values.n;
  vec_push(r->ctx, &g->values, v);
  map_add(r->ctx->arena, &r->scope->names, name)->p = v;
  return v;
}

/* A value is defined once; it may have been used before, since nodes need not be in order. */
static Value *define(Reader *r, const char *at, const char *name) {
  Value *v = scope_find(r->scope, name);
  if (!v) return new_value(r, name);
  if (v->def || v->data || v->is_input) {
    fail(r, at, "value '%s' is defined twice", name);
    return NULL;
  }
  return v;
}

static Value *use(Reader *r, const char *name) {
  for (const Scope *s = r->scope; s; s = s->outer) {
    Value *v = scope_find(s, name);
    if (v) return v;
  }
  return new_value(r, name);
}

/* ---- statements */

static Graph *read_graph(Reader *r, const char *name, char end);

static bool read_list(Reader *r, Attr *a) {
  VEC(int64_t) ints = {0};
  VEC(double) reals = {0};
  VEC(const char *) strings = {0};
  bool first = true, typed = a->kind != ATTR_INT;
  if (!expect(r, '[')) return false;
  for (int n = 0; !take(r, ']'); n++, first = false) {
    if (n == MAX_ITEMS) return fail(r, r->at, "a list has at most %d entries", MAX_ITEMS);
    if (!first && !expect(r, ',')) return false;
    if (!typed && first) a->kind = peek(r, '"') ? ATTR_STRINGS : is_real_here(r) ? ATTR_REALS : ATTR_INTS;
    int64_t i;
    double d;
    const char *s;
    switch (a->kind) {
    case ATTR_STRINGS:
      if (!read_quoted(r, &s)) return false;
      vec_push(r->ctx, &strings, s);
      break;
    case ATTR_REALS:
      if (!read_real(r, &d)) return false;
      vec_push(r->ctx, &reals, d);
      break;
    default:
      if (!read_int(r, &i)) return false;
      vec_push(r->ctx, &ints, i);
    }
    a->n = n + 1;
  }
  if (a->kind == ATTR_STRINGS) a->strings = strings.at;
  else if (a->kind == ATTR_REALS) a->reals = reals.at;
  else a->kind = ATTR_INTS, a->ints = ints.at;
  return true;
}

static bool read_attr(Reader *r, Attr *a) {
  *a = (Attr){.kind = ATTR_INT};
  if (!read_name(r, &a->name) || !expect(r, '=')) return false;
  Type type = {0};
  bool symbolic;
  const char *name;
  if (peek(r, '[')) return read_list(r, a);
  if (take_word(r, "ints")) return a->kind = ATTR_INTS, read_list(r, a);
  if (take_word(r, "reals")) return a->kind = ATTR_REALS, read_list(r, a);
  if (take_word(r, "strings")) return a->kind = ATTR_STRINGS, read_list(r, a);
  if (peek(r, '"')) return a->kind = ATTR_STRING, read_quoted(r, &a->s);
  if (take_word(r, "tensor")) return a->kind = ATTR_TENSOR, read_data(r, &type, &a->tensor, &symbolic);
  if (take_word(r, "type")) {
    a->kind = ATTR_TYPE;
    a->type = arena_copy(r->ctx->arena, &type, sizeof type);
    return read_type(r, (Type *)(uintptr_t)a->type);
  }
  if (take_word(r, "graph")) {
    a->kind = ATTR_GRAPH;
    return read_name(r, &name) && expect(r, '{') && (a->graph = read_graph(r, name, '}')) != NULL;
  }
  if (is_real_here(r)) return a->kind = ATTR_REAL, read_real(r, &a->r);
  return read_int(r, &a->i);
}

/* Bytes up to the end of the line hold nothing but spaces and what comes next: the node's name stands there. */
static bool name_on_this_line(Reader *r) {
  while (*r->at == ' ' || *r->at == '\t') r->at++;
  return *r->at == '"';
}

static bool read_outputs(Reader *r, Node *n) {
  while (!take(r, '=')) {
    if (n->out.n && !expect(r, ',')) return false;
    skip_space(r);
    const char *at = r->at, *name;
    if (take_word(r, "_")) {
      vec_push(r->ctx, &n->out, NULL);
      continue;
    }
    Value *v;
    if (!read_name(r, &name) || !(v = define(r, at, name)) || !expect(r, ':') || !read_type(r, &v->type)) return false;
    v->def = n;
    v->out = (int)n->out.n;
    vec_push(r->ctx, &n->out, v);
  }
  return true;
}

static bool read_node(Reader *r) {
  Graph *g = r->scope->graph;
  Node *n = NEW(r->ctx, Node);
  n->domain = intern(r->ctx, "");
  if (!read_outputs(r, n)) return false;
  if (!read_name(r, &n->op)) return false;
  if (take(r, ':')) {
    n->domain = n->op;
    if (!read_name(r, &n->op)) return false;
  }
  int64_t version = model_opset(r->model, n->domain);
  if (take(r, '@') && !read_int(r, &version)) return false;
  if (version < 0 || version > INT32_MAX) return fail(r, r->at, "an opset version beyond 31 bits");
  n->opset = (int)version;
  if (!expect(r, '(')) return false;
  while (!peek(r, ')') && !peek(r, ';')) {
    if (n->in.n && !expect(r, ',')) return false;
    const char *name;
    if (take_word(r, "_")) vec_push(r->ctx, &n->in, NULL);
    else if (!read_name(r, &name)) return false;
    else vec_push(r->ctx, &n->in, use(r, name));
  }
  if (take(r, ';'))
    for (bool first = true; !peek(r, ')'); first = false) {
      Attr a;
      if ((!first && !expect(r, ',')) || !read_attr(r, &a)) return false;
      vec_push(r->ctx, &n->attrs, a);
    }
  if (!expect(r, ')')) return false;
  if (name_on_this_line(r)) {
    if (!read_quoted(r, &n->name)) return false;
  } else n->name = intern(r->ctx, ctx_printf(r->ctx, "%s_%s", n->op, n->out.n && n->out.at[0] ? n->out.at[0]->name : "none"));
  n->id = (int)g->nodes.n;
  vec_push(r->ctx, &g->nodes, n);
  return true;
}

static bool read_named(Reader *r, Value *v) {
  if (!take_word(r, "named")) return true;
  if (v->type.rank <= 0) return fail(r, r->at, "names of dimensions need a rank");
  const char **names = NEWN(r->ctx, const char *, v->type.rank);
  if (!expect(r, '[')) return false;
  for (int i = 0; i < v->type.rank; i++)
    if ((i && !expect(r, ',')) || (!take_word(r, "_") && !read_name(r, &names[i]))) return false;
  v->dim_names = names;
  return expect(r, ']');
}

static bool read_bound(Reader *r) {
  ValueBound b;
  if (!read_name(r, &b.name) || !expect(r, '<') || !expect(r, '=') || !read_int(r, &b.most)) return false;
  vec_push(r->ctx, &r->model->bounds, b);
  return true;
}

static bool read_symbol(Reader *r) {
  const char *name;
  int64_t lo, hi;
  if (!read_name(r, &name) || !read_int(r, &lo)) return false;
  if (!expect(r, '<') || !expect(r, '=') || !read_int(r, &hi)) return false;
  if (lo > hi) return fail(r, r->at, "the bounds of symbol '%s' are empty", name);
  return ext_symbol(r->ctx, name, lo, hi) != EXT_ERROR || fail(r, r->at, "symbol '%s' cannot have these bounds", name);
}

static bool read_input(Reader *r) {
  const char *at = r->at, *name;
  if (!read_name(r, &name)) return false;
  Value *v = define(r, at, name);
  if (!v || !read_type(r, &v->type) || !read_named(r, v)) return false;
  v->is_input = true;
  vec_push(r->ctx, &r->scope->graph->inputs, v);
  return true;
}

static bool read_const(Reader *r) {
  const char *at = r->at, *name;
  if (!read_name(r, &name)) return false;
  Value *v = define(r, at, name);
  return v && read_data(r, &v->type, &v->data, &v->symbolic);
}

static bool read_output(Reader *r) {
  const char *name;
  if (!read_name(r, &name)) return false;
  Value *v = use(r, name);
  vec_push(r->ctx, &r->scope->graph->outputs, v);
  return read_named(r, v);
}

static bool read_state(Reader *r) {
  const char *at = r->at, *in, *out;
  const Graph *g = r->scope->graph;
  StatePair pair = {0};
  if (!read_name(r, &in) || !read_name(r, &out)) return false;
  while (pair.in < g->inputs.n && g->inputs.at[pair.in]->name != in) pair.in++;
  while (pair.out < g->outputs.n && g->outputs.at[pair.out]->name != out) pair.out++;
  if (g->outer || pair.in == g->inputs.n || pair.out == g->outputs.n) return fail(r, at, "expected an input and an output of the model after `state`");
  vec_push(r->ctx, &r->scope->graph->states, pair);
  return true;
}

typedef struct Statement { const char *word; bool (*read)(Reader *r); } Statement;
static const Statement statements[] = {{"symbol", read_symbol}, {"bound", read_bound}, {"in", read_input}, {"const", read_const}, {"out", read_output}, {"state", read_state}, {"", read_node}};

/* Statements up to the character `end`. */
static Graph *read_graph(Reader *r, const char *name, char end) {
  if (++r->depth > MAX_DEPTH) {
    fail(r, r->at, "graphs are nested more than %d deep", MAX_DEPTH);
    return NULL;
  }
  Graph *g = NEW(r->ctx, Graph);
  Scope scope = {.outer = r->scope, .graph = g};
  g->name = name;
  g->outer = r->scope ? r->scope->graph : NULL;
  r->scope = &scope;
  bool ok = true;
  while (ok && !peek(r, end)) {
    const Statement *s = statements;
    while (*s->word && !take_word(r, s->word)) s++;
    ok = *r->at ? s->read(r) : fail(r, r->at, "the text ends inside a graph");
  }
  if (ok && end) r->at++;
  for (size_t i = 0; ok && i < g->values.n; i++) {
    const Value *v = g->values.at[i];
    if (!v->def && !v->data && !v->is_input) ok = fail(r, r->at, "value '%s' is used but not defined", v->name);
  }
  r->scope = scope.outer;
  r->depth--;
  return ok ? g : NULL;
}

static bool read_hash(Reader *r, uint64_t *hash) {
  skip_space(r);
  const char *from = r->at;
  for (*hash = 0; hex_digit((unsigned char)*r->at) >= 0 && r->at - from < 16; r->at++) *hash = *hash * 16 + (uint64_t)hex_digit((unsigned char)*r->at);
  return r->at > from || fail(r, from, "expected a hash of up to 16 hexadecimal digits");
}

static bool read_head(Reader *r) {
  Model *m = r->model;
  if (!take_word(r, "model") || !read_name(r, &m->name)) return fail(r, r->at, "expected `model NAME`");
  for (;;) {
    if (take_word(r, "opset")) {
      OpsetId id = {.domain = intern(r->ctx, "")};
      if (peek(r, '"') && !read_quoted(r, &id.domain)) return false;
      if (!read_int(r, &id.version)) return false;
      vec_push(r->ctx, &m->opsets, id);
    } else if (take_word(r, "hash")) {
      if (!read_hash(r, &m->hash)) return false;
    } else if (take_word(r, "ir")) {
      if (!read_int(r, &m->ir_version)) return false;
    } else if (take_word(r, "producer")) {
      if (!read_quoted(r, &m->producer)) return false;
    } else return true;
  }
}

Model *model_parse(Ctx *ctx, const char *file, const char *text, const Model *weights) {
  Reader r = {.ctx = ctx, .file = file, .text = text, .at = text};
  Model *m = r.model = NEW(ctx, Model);
  m->path = file;
  m->file_bytes = strlen(text);
  if (weights) {
    m->lib = weights->lib;
    collect_weights(&r, weights->graph, 0);
    if (r.weights.n) qsort(r.weights.at, r.weights.n, sizeof *r.weights.at, by_hash);
  }
  if (!read_head(&r) || !(m->graph = read_graph(&r, m->name, 0))) return NULL;
  return m;
}
