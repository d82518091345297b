/* Binding in one line, for tests: bind_case(ctx, lib, "Conv", 11, "f32[1,3,8,8] f32[4,3,3,3] -", "strides=[2,2] auto_pad=\"VALID\"", nout). Inputs are
 * types, `-` for an absent one, or constants `i64{1,2}` (`f32{0.5}`; `i64 3` has rank 0). Symbols in types must exist. */
#include "ir/bind.h"
#include <stdlib.h>

static inline const char *skip(const char *s) { while (*s == ' ' || *s == ',') s++; return s; }

static inline bool case_input(Ctx *ctx, const char **text, BindInput *in) {
  const char *s = skip(*text);
  *in = (BindInput){0};
  if (*s == '-') { *text = s + 1; return true; }
  size_t n = strcspn(s, "[{ ");
  if (s[n] == '[') {
    Type *t = NEW(ctx, Type);
    if (!type_parse(ctx, &s, t)) return false;
    in->type = t;
  } else {
    Elem e = elem_find(internn(ctx, s, n));
    bool list = s[n] == '{';
    double v[64];
    int64_t w[64], count = 0;
    s += n + 1;
    do {
      s = skip(s);
      char *end;
      w[count] = strtoll(s, NULL, 10);
      v[count] = strtod(s, &end);
      if (end == s) break;
      s = end, count++;
    } while (list && *s != '}');
    if (list) s++;
    Data *d = data_new(ctx, e, list, &count);
    for (int64_t i = 0; i < count; i++) {
      if (elem_info(e)->cls == 'r') data_set_real((void *)d->bytes, e, i, v[i]);
      else data_set_int((void *)d->bytes, e, i, w[i]);
    }
    in->data = d;
    in->type = &d->type;
  }
  *text = s;
  return true;
}

static inline Attr case_attr(Ctx *ctx, const char **text) {
  const char *s = skip(*text);
  size_t n = strcspn(s, "=");
  Attr a = {.name = internn(ctx, s, n), .kind = ATTR_INT};
  s += n + 1;
  bool list = *s == '[';
  if (*s == '"') {
    n = strcspn(s + 1, "\"");
    a.kind = ATTR_STRING;
    a.s = internn(ctx, s + 1, n);
    s += n + 2;
  } else {
    double *v = NEWN(ctx, double, 64);
    int64_t *w = NEWN(ctx, int64_t, 64);
    bool real = false;
    if (list) s++;
    while (*s && *s != ' ' && *s != ']') {
      s = skip(s);
      if (*s == ']') break;
      n = strcspn(s, ",] ");
      real |= memchr(s, '.', n) != NULL || memchr(s, 'e', n) != NULL;
      v[a.n] = strtod(s, NULL);
      w[a.n] = strtoll(s, NULL, 10);
      a.n++;
      s += n;
      if (*s == ',') s++;
    }
    if (list) s++;
    a.kind = list ? (real ? ATTR_REALS : ATTR_INTS) : real ? ATTR_REAL : ATTR_INT;
    if (list && real) a.reals = v;
    else if (list) a.ints = w;
    else if (real) a.r = v[0];
    else a.i = w[0];
  }
  *text = s;
  return a;
}

static inline bool bind_case_want(Ctx *ctx, const EinLib *lib, const char *op, int opset, const char *inputs, const char *attributes, int nout, const bool *want, bool infer_only, Bound *out) {
  BindInput *in = NEWN(ctx, BindInput, 32);
  Attr *attr = NEWN(ctx, Attr, 32);
  BindRequest *r = NEW(ctx, BindRequest);
  *r = (BindRequest){.op = op, .domain = "", .opset = opset, .in = in, .attr = attr, .nout = nout, .want = want, .place = {.node = "n", .op = op, .opset = opset}, .infer_only = infer_only};
  for (const char *s = skip(inputs); *s; s = skip(s))
    if (!case_input(ctx, &s, &in[r->nin++])) return diag(ctx, E0600, (Place){0}, "bad test input %s", s);
  for (const char *s = skip(attributes); *s; s = skip(s)) attr[r->nattr++] = case_attr(ctx, &s);
  return ein_bind(ctx, lib, r, out);
}

static inline bool bind_case(Ctx *ctx, const EinLib *lib, const char *op, int opset, const char *inputs, const char *attributes, int nout, Bound *out) {
  return bind_case_want(ctx, lib, op, opset, inputs, attributes, nout, NULL, false, out);
}

/* Output types, then one statement per line; a recurrence is indented under its loop. */
static inline const char *bound_text(Ctx *ctx, const Bound *b) {
  Str s = str_new(ctx);
  for (int i = 0; i < b->nout; i++) {
    if (i) str_add(&s, " ");
    if (b->out_buf[i]) type_print(ctx, &b->out[i], &s);
    else str_add(&s, "-");
  }
  str_add(&s, "\n");
  for (size_t i = 0; i < b->cascade.steps.n; i++) {
    const Step *step = &b->cascade.steps.at[i];
    if (step->iter) {
      str_printf(&s, "for %s:", step->iter->name);
      ext_print(ctx, step->iter->extent, &s);
      str_add(&s, step->descending ? " down\n" : "\n");
    }
    for (int k = 0; k < step->n; k++) {
      if (step->iter) str_add(&s, "  ");
      ein_print(ctx, step->ein[k], &s);
      str_add(&s, "\n");
    }
  }
  return s.s;
}
