/* The equation of an Einsum node as a text of the operator language: `bij,bjk->bik` becomes
 *
 *     op Einsum: num (X1[B, I, J], X2[B, J, K]; equation) -> Y0[B, I, K] { Y0[b, i, k] += X1[b, i, j] * X2[b, j, k] }
 *
 * A small label x is rank X; a capital one, which is another label, rank UX. `...` is the broadcast group. */
#include "ir/ein.h"

typedef struct Labels { int n; char label[MAX_RANK + 1]; int dots; } Labels;                 /* labels in order; '.' stands for the dots */
typedef struct Equation { VEC(Labels) in; Labels out; int used[256]; } Equation;

static bool is_label(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* One term, up to `,`, `->` or the end. Blanks may stand anywhere. */
static const char *read_labels(const char *s, Labels *t, const char **complaint) {
  *t = (Labels){0};
  for (;; s++) {
    if (*s == ' ') continue;
    if (!*s || *s == ',' || *s == '-') return s;
    bool dots = !strncmp(s, "...", 3);
    if (!dots && !is_label(*s)) *complaint = "it may hold letters, `...`, `,` and one `->`";
    else if (dots && t->dots++) *complaint = "`...` stands twice in one term";
    else if (t->n == MAX_RANK) *complaint = "a term has too many labels";
    if (*complaint) return s;
    t->label[t->n++] = *s;
    if (dots) s += 2;
  }
}

/* Without `->`: the dots, then every label that occurs once, in the order of their codes. */
static void implied_output(Equation *q, const char **complaint) {
  q->out = (Labels){0};
  for (size_t i = 0; i < q->in.n; i++)
    if (q->in.at[i].dots) q->out.dots = 1;
  if (q->out.dots) q->out.label[q->out.n++] = '.';
  for (int c = 'A'; c <= 'z'; c++) {
    if (q->used[c] != 1) continue;
    if (q->out.n == MAX_RANK) *complaint = "the result has too many labels";
    else q->out.label[q->out.n++] = (char)c;
  }
}

static void check_output(const Equation *q, const char **complaint) {
  int seen[256] = {0};
  bool dots = false;
  for (size_t i = 0; i < q->in.n; i++) dots |= q->in.at[i].dots > 0;
  if (q->out.dots && !dots) *complaint = "the result has `...` and no operand does";
  for (int i = 0; i < q->out.n; i++) {
    unsigned char c = (unsigned char)q->out.label[i];
    if (c == '.') continue;
    if (!q->used[c]) *complaint = "the result has a label that no operand has";
    if (seen[c]++) *complaint = "the result has a label twice";
  }
}

static bool read_equation(Ctx *ctx, const char *s, Equation *q, const char **complaint) {
  for (;; s++) {
    Labels t;
    s = read_labels(s, &t, complaint);
    if (*complaint) return false;
    for (int i = 0; i < t.n; i++) q->used[(unsigned char)t.label[i]]++;
    vec_push(ctx, &q->in, t);
    if (*s != ',') break;
  }
  if (*s == '-' && s[1] == '>') s = read_labels(s + 2, &q->out, complaint);
  else if (!*s) implied_output(q, complaint);
  if (!*complaint && *s) *complaint = "it may hold letters, `...`, `,` and one `->`";
  if (!*complaint) check_output(q, complaint);
  return !*complaint;
}

static void print_labels(Str *to, const Labels *t, bool coordinates) {
  str_add(to, "[");
  for (int i = 0; i < t->n; i++) {
    char c = t->label[i];
    bool capital = c >= 'A' && c <= 'Z';
    char small = (char)(capital ? c - 'A' + 'a' : c), large = (char)(capital ? c : c - 'a' + 'A');
    str_add(to, i ? ", " : "");
    if (c == '.') str_add(to, "..");
    else if (coordinates) str_printf(to, "%s%c", capital ? "u" : "", small);
    else str_printf(to, "%s%c", capital ? "U" : "", large);
  }
  str_add(to, "]");
}

const char *einsum_text(Ctx *ctx, Place place, const char *equation, int ninputs) {
  Equation q = {0};
  const char *complaint = NULL;
  if (!read_equation(ctx, equation, &q, &complaint)) {
    diag(ctx, E0401, place, "the equation `%.80s` cannot be read: %s", equation, complaint);
    return NULL;
  }
  if (q.in.n != (size_t)ninputs) {
    diag(ctx, E0401, place, "the equation `%.80s` is of %zu operands, the node has %d", equation, q.in.n, ninputs);
    return NULL;
  }
  Str text = str_new(ctx);
  str_add(&text, "op Einsum: num (");
  for (int i = 0; i < ninputs; i++) {
    str_printf(&text, "%sX%d", i ? ", " : "", i + 1);
    print_labels(&text, &q.in.at[i], false);
  }
  str_add(&text, "; equation) -> Y0");
  print_labels(&text, &q.out, false);
  str_add(&text, " { Y0");
  print_labels(&text, &q.out, true);
  str_add(&text, " += ");
  for (int i = 0; i < ninputs; i++) {
    str_printf(&text, "%sX%d", i ? " * " : "", i + 1);
    print_labels(&text, &q.in.at[i], true);
  }
  str_add(&text, " }\n");
  return text.s;
}

bool einsum_is_op(const char *op, const char *domain, int opset) {
  return !strcmp(op, "Einsum") && (!domain || !*domain || !strcmp(domain, "ai.onnx")) && opset >= 12;
}

const EinLib *einsum_lib(Ctx *ctx, const BindRequest *req) {
  const Attr *equation = NULL;
  for (int i = 0; i < req->nattr; i++)
    if (!strcmp(req->attr[i].name, "equation") && req->attr[i].kind == ATTR_STRING) equation = &req->attr[i];
  if (!equation) return diag(ctx, E0403, req->place, "Einsum without an equation"), NULL;
  const char *text = einsum_text(ctx, req->place, equation->s, req->nin);
  EinLib *lib = ein_lib_new(ctx);
  return text && ein_load(ctx, lib, ctx_printf(ctx, "equation of %s", req->place.node ? req->place.node : "Einsum"), text, strlen(text)) ? lib : NULL;
}
