/* Operators against results of another implementation: every case of tests/ops/NAME.txt (microsoft.txt is made by tests/ops/make) is a model of one node, run by the
 * interpreter, and compiled too when SINTER_COMPILED names a target; those of random.txt always for host. A case: the operator with its attributes, a line per input, a line with `=` per expected output. */
#include "cli/cli.h"
#include "tests/unit/suite.h"
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

static VEC(const char *) begins; /* of the cases, in files read before the tests fork */
static size_t compiled;          /* the first that is compiled in any case */

static const char *file_text(Ctx *ctx, const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  Str s = str_new(ctx);
  char part[65536];
  for (size_t n; (n = fread(part, 1, sizeof part - 1, f)) > 0;) part[n] = 0, str_add(&s, part);
  fclose(f);
  return s.s;
}

/* ---- reading */
static const char *past(const char *s, const char *what) { return s + strspn(s, what); }

static bool is_end(char c) { return !c || c == ' ' || c == '\n' || c == ']' || c == ','; }

/* NAME=3  NAME=0.5  NAME="text"  NAME=[1,2]  NAME=["a","b"] */
static Attr attribute(Ctx *ctx, const char **at) {
  const char *s = *at;
  size_t n = strcspn(s, "=");
  Attr a = {.name = internn(ctx, s, n)};
  s += n + 1;
  bool list = *s == '[', real = false, string = false;
  VEC(int64_t) ints = {0};
  VEC(double) reals = {0};
  VEC(const char *) strings = {0};
  if (list) s++;
  while (*s && *s != ']' && *s != ' ' && *s != '\n') {
    if (*s == ',') s++;
    if (*s == '"') {
      n = strcspn(++s, "\"");
      string = true;
      vec_push(ctx, &strings, internn(ctx, s, n));
      s += n + 1;
    } else {
      for (n = 0; !is_end(s[n]); n++) real |= s[n] == '.' || s[n] == 'e';
      vec_push(ctx, &ints, strtoll(s, NULL, 10));
      vec_push(ctx, &reals, strtod(s, NULL));
      s += n;
    }
    a.n++;
  }
  *at = list ? s + 1 : s;
  a.kind = string ? (list ? ATTR_STRINGS : ATTR_STRING) : real ? (list ? ATTR_REALS : ATTR_REAL) : list ? ATTR_INTS : ATTR_INT;
  if (list) {
    if (string) a.strings = strings.at;
    else if (real) a.reals = reals.at;
    else a.ints = ints.at;
  } else {
    if (string) a.s = strings.at[0];
    else if (real) a.r = reals.at[0];
    else a.i = ints.at[0];
  }
  return a;
}

/* f32[2,3] and its numbers */
static Data *tensor(Ctx *ctx, const char *s) {
  Type t;
  if (!type_parse(ctx, &s, &t)) return NULL;
  Data *d = data_new(ctx, t.elem, t.rank, t.dim);
  for (int64_t i = 0, n = type_bound(ctx, &t); i < n; i++) {
    char *end;
    if (elem_info(t.elem)->cls == 'r') data_set_real((void *)d->bytes, t.elem, i, strtod(s, &end));
    else data_set_int((void *)d->bytes, t.elem, i, strtoll(s, &end, 10));
    if (end == s) return NULL;
    s = end;
  }
  return d;
}

typedef struct Case { const char *op; Model *model; Feeds feeds; VEC(const Data *) want; } Case; /* want: NULL where the output is not asked for */

static Value *value(Ctx *ctx, Graph *g, const char *prefix, size_t number) { return graph_value(ctx, g, ctx_printf(ctx, "%s%zu", prefix, number)); }

static Case read_case(Ctx *ctx, const char *s) {
  Case c = {.model = NEW(ctx, Model)};
  Model *m = c.model;
  m->path = m->name = "case";
  Graph *g = m->graph = NEW(ctx, Graph);
  g->name = "case";
  m->lib = ein_lib_builtin(ctx);
  size_t n = strcspn(s, " \n"), dot = n;
  while (dot > 0 && s[dot - 1] != '.') dot--;
  const char *domain = dot ? internn(ctx, s, dot - 1) : intern(ctx, "");
  c.op = internn(ctx, s + dot, n - dot);
  vec_push(ctx, &m->opsets, ((OpsetId){domain, dot ? 1 : 17}));
  Node *node = graph_node(ctx, g, c.op, domain, "n");
  node->opset = dot ? 1 : 17;
  for (s += n; *s == ' ';) {
    s++;
    vec_push(ctx, &node->attrs, attribute(ctx, &s));
  }
  for (s = past(s, "\n"); *s == ' '; s = *s ? s + 1 : s) {
    const char *line = past(s, " ");
    s += strcspn(s, "\n");
    if (*line == '=') {
      line = past(line + 1, " ");
      Value *v = *line == '-' ? NULL : value(ctx, g, "y", c.want.n);
      vec_push(ctx, &c.want, v ? tensor(ctx, line) : NULL);
      vec_push(ctx, &node->out, v);
      if (v) v->def = node, v->out = (int)c.want.n - 1, v->type.rank = -1, vec_push(ctx, &g->outputs, v);
    } else if (*line == '-') {
      vec_push(ctx, &node->in, NULL);
    } else {
      bool fixed = !strncmp(line, "const ", 6);
      const Data *d = tensor(ctx, fixed ? line + 6 : line);
      Value *v = value(ctx, g, "x", node->in.n);
      ck_assert_msg(d != NULL, "%s: input %zu is no tensor", c.op, node->in.n);
      v->type = d->type;
      vec_push(ctx, &node->in, v);
      if (fixed) { v->data = d; continue; }
      v->is_input = true;
      vec_push(ctx, &g->inputs, v);
      vec_push(ctx, &c.feeds, ((Feed){v->name, d}));
    }
  }
  return c;
}

/* ---- running */
static void agrees(Ctx *ctx, const Case *c, const char *target) {
  Options options = {.target = target_find(ctx, target ? target : "generic"), .read_back = true};
  Unit unit = {.model = c->model, .opt = &options};
  Command cmd = {.verb = &verb_verify, .cflags = "-O1", .recorded = ""};
  vec_push(ctx, &cmd.args, "case");
  Execution x = {.unit = &unit, .cmd = &cmd};
  bool ran = passes_run(ctx, &unit, target ? NULL : "bind", NULL, NULL) && binding_make(ctx, unit.program, &c->feeds, &x.binding) &&
             (target ? execute_compiled(ctx, &x) : execute_interpreted(ctx, &x));
  if (!ran) diag_print(ctx, stderr);
  ck_assert_msg(ran, "%s does not run", c->op);
  binding_close(ctx, &x.binding);
  size_t k = 0;
  for (size_t i = 0; i < c->want.n; i++) {
    const Data *want = c->want.at[i], *got = want ? x.binding.outputs.at[k++] : NULL;
    if (!want) continue;
    ck_assert_msg(type_equal(&want->type, &got->type), "%s: output %zu has another type", c->op, i);
    Difference d = compare(ctx, got, want, (Tolerance){.rtol = 1e-3, .atol = 1e-5, .ulp = -1});
    ck_assert_msg(d.first < 0, "%s: output %zu, element %lld is %g, expected %g", c->op, i, (long long)d.first, data_real(got, d.first), data_real(want, d.first));
  }
}

START_TEST(agrees_with_the_other_implementation) {
  Ctx *ctx = ctx_new();
  Case c = read_case(ctx, begins.at[_i]);
  agrees(ctx, &c, NULL);
  const char *target = getenv("SINTER_COMPILED");
  if (!target && (size_t)_i >= compiled) target = "host";
  if (target) {
    c = read_case(ctx, begins.at[_i]);
    agrees(ctx, &c, target);
  }
  ctx_free(ctx);
}
END_TEST

static void find_cases(Ctx *ctx, const char *path) {
  for (const char *s = file_text(ctx, path); s && *s; s += strcspn(s, "\n"), s = past(s, "\n"))
    if (isalpha((unsigned char)*s)) vec_push(ctx, &begins, s);
}

int main(void) {
  Ctx *ctx = ctx_new();
  find_cases(ctx, SINTER_ROOT "/tests/ops/microsoft.txt");
  compiled = begins.n;
  find_cases(ctx, SINTER_ROOT "/tests/ops/random.txt");
  Suite *s = suite_create("operators");
  TCase *t = tcase_create("operators");
  tcase_set_timeout(t, 60);
  tcase_add_loop_test(t, agrees_with_the_other_implementation, 0, (int)begins.n + (begins.n == 0)); /* no case is a failure */
  suite_add_tcase(s, t);
  const int failed = run_suite(s);
  ctx_free(ctx);
  return failed;
}
