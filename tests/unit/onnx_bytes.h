/* ONNX files put together byte by byte, sound ones and others; and running the reader on them. */
#pragma once
#include "frontend/frontend.h"
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct Pb { uint8_t *at; size_t n, cap; } Pb;

static inline Pb pb_raw(Pb m, const void *bytes, size_t n) { /* appends; a message is passed on and on by value, and freed by who consumes it */
  if (m.n + n > m.cap) {
    m.cap = (m.n + n) * 2 + 64;
    m.at = realloc(m.at, m.cap);
  }
  if (n) memcpy(m.at + m.n, bytes, n);
  m.n += n;
  return m;
}
static inline Pb pb_varint(Pb m, uint64_t v) {
  do {
    uint8_t byte = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
    m = pb_raw(m, &byte, 1);
  } while (v >>= 7);
  return m;
}
static inline Pb pb_int(Pb m, unsigned id, int64_t v) { return pb_varint(pb_varint(m, (uint64_t)id << 3), (uint64_t)v); }
static inline Pb pb_bytes(Pb m, unsigned id, const void *bytes, size_t n) { return pb_raw(pb_varint(pb_varint(m, (uint64_t)id << 3 | 2), n), bytes, n); }
static inline Pb pb_text(Pb m, unsigned id, const char *s) { return pb_bytes(m, id, s, strlen(s)); }
static inline Pb pb_float(Pb m, unsigned id, float v) { return pb_raw(pb_varint(m, (uint64_t)id << 3 | 5), &v, 4); }
static inline Pb pb_message(Pb m, unsigned id, Pb inner) {
  m = pb_bytes(m, id, inner.at, inner.n);
  free(inner.at);
  return m;
}
static inline Pb pb_join(Pb m, Pb more) {
  m = pb_raw(m, more.at, more.n);
  free(more.at);
  return m;
}

/* ---- pieces of models; lists of names are separated by spaces, "-" stands for the empty name */
static inline Pb pb_names(Pb m, unsigned id, const char *names) {
  for (const char *s = names; *s;) {
    size_t n = strcspn(s, " ");
    m = n == 1 && *s == '-' ? pb_bytes(m, id, "", 0) : pb_bytes(m, id, s, n);
    s += n + (s[n] == ' ');
  }
  return m;
}
static inline Pb pb_node(const char *op, const char *in, const char *out) { return pb_text(pb_names(pb_names((Pb){0}, 1, in), 2, out), 4, op); }
static inline Pb pb_node_of(const char *domain, const char *op, const char *in, const char *out) { return pb_text(pb_node(op, in, out), 7, domain); }
/* dims: "2 3", "n 3", "? 3"; NULL: no shape */
static inline Pb pb_type(int elem, const char *dims) {
  Pb shape = {0}, tensor = pb_int((Pb){0}, 1, elem);
  for (const char *s = dims; s && *s;) {
    size_t n = strcspn(s, " ");
    char word[64] = {0};
    memcpy(word, s, n);
    Pb dim = {0};
    if (*word == '-' || (*word >= '0' && *word <= '9')) dim = pb_int(dim, 1, strtoll(word, NULL, 10));
    else if (*word != '?') dim = pb_text(dim, 2, word);
    shape = pb_message(shape, 1, dim);
    s += n + (s[n] == ' ');
  }
  if (dims) tensor = pb_message(tensor, 2, shape);
  return pb_message((Pb){0}, 1, tensor);
}
static inline Pb pb_value(const char *name, int elem, const char *dims) { return pb_message(pb_text((Pb){0}, 1, name), 2, pb_type(elem, dims)); }
static inline Pb pb_input(Pb graph, const char *name, int elem, const char *dims) { return pb_message(graph, 11, pb_value(name, elem, dims)); }
static inline Pb pb_output(Pb graph, const char *name) { return pb_message(graph, 12, pb_value(name, 1, NULL)); }
static inline Pb pb_tensor(const char *name, int elem, const char *dims, const void *raw, size_t n) {
  Pb t = {0};
  for (const char *s = dims; *s; s += strcspn(s, " "), s += *s == ' ') t = pb_int(t, 1, strtoll(s, NULL, 10));
  t = pb_int(t, 2, elem);
  if (*name) t = pb_text(t, 8, name);
  return raw ? pb_bytes(t, 9, raw, n) : t;
}
static inline Pb pb_attr(const char *name, int type) { return pb_int(pb_text((Pb){0}, 1, name), 20, type); }
static inline Pb pb_opset(Pb model, const char *domain, int version) { return pb_message(model, 8, pb_int(pb_text((Pb){0}, 1, domain), 2, version)); }
static inline Pb pb_model(Pb graph) { return pb_message(pb_opset(pb_int((Pb){0}, 1, 8), "", 13), 7, graph); }
/* y = Relu(x), x f32[2]: what defects are put into */
static inline Pb pb_relu(void) { return pb_output(pb_input(pb_message((Pb){0}, 1, pb_node("Relu", "x", "y")), "x", 1, "2"), "y"); }

/* ---- running the reader */
typedef struct Run { Ctx *ctx; Model *model; const char *path; const ImportOptions *opt; } Run;
static inline bool run_body(Ctx *ctx, void *arg) {
  Run *r = arg;
  r->model = onnx_read(ctx, r->path, r->opt);
  return r->model != NULL;
}
static inline const char *temporary_path(char path[64], const char *suffix) {
  snprintf(path, 64, "/tmp/sinter_frontend_%d%s", (int)getpid(), suffix);
  return path;
}
static inline void write_bytes(const char *path, const void *bytes, size_t n) {
  FILE *f = fopen(path, "wb");
  ck_assert_ptr_nonnull(f);
  if (n) ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
  ck_assert_int_eq(fclose(f), 0);
}
static inline Run run_file(const char *path, const ImportOptions *opt) {
  Run r = {.ctx = ctx_new(), .path = path, .opt = opt};
  ck_assert_ptr_nonnull(r.ctx);
  ctx_try(r.ctx, run_body, &r);
  if (!r.model) ck_assert_uint_gt(diag_errors(r.ctx), 0);
  else ck_assert_uint_eq(diag_errors(r.ctx), 0);
  if (r.model) ck_assert(graph_verify(r.ctx, r.model->graph));
  return r;
}
static inline Run run_bytes(const void *bytes, size_t n, const ImportOptions *opt) {
  char path[64];
  write_bytes(temporary_path(path, ".onnx"), bytes, n);
  Run r = run_file(path, opt);
  unlink(path);
  return r;
}
static inline Run run_pb(Pb m, const ImportOptions *opt) {
  Run r = run_bytes(m.at, m.n, opt);
  free(m.at);
  return r;
}
/* The codes of all diagnostics, in order: "E0200 E0203"; "" for none. */
static inline const char *codes(const Ctx *ctx) {
  static char text[2048];
  size_t n = 0;
  *text = 0;
  for (size_t i = 0; i < ctx->diags.n && n + 8 < sizeof text; i++) n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i ? " " : "", diag_info(ctx->diags.at[i].code)->name);
  return text;
}
static inline bool said(const Ctx *ctx, const char *part) {
  for (size_t i = 0; i < ctx->diags.n; i++)
    if (strstr(ctx->diags.at[i].text, part)) return true;
  return false;
}
/* Reads the model, expects those codes and (where not NULL) that text in one of them. */
static inline void expect(Pb m, const ImportOptions *opt, const char *want, const char *text) {
  Run r = run_pb(m, opt);
  if (strcmp(codes(r.ctx), want) != 0 || (text && !said(r.ctx, text))) {
    diag_print(r.ctx, stderr);
    ck_abort_msg("expected '%s' with '%s', got '%s'", want, text ? text : "", codes(r.ctx));
  }
  ctx_free(r.ctx);
}
