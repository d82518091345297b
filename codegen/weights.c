/* Constants of a model, outside the code: numbers as C text, one blob included by the assembler, or a file that the caller loads. */
#include "codegen/emit.h"
#include <math.h>
#include <stdlib.h>

bool weights_collect(Library *l, const KernelParam *param, size_t n) {
  Ctx *ctx = l->ctx;
  for (size_t i = 0; i < n; i++) {
    const Buf *b = param[i].buf, *root = b->alias ? b->alias : b;
    if (root->space != SPACE_CONST) continue;
    MapEntry *by_buf = map_add(ctx->arena, &l->weight_of, b);
    if (by_buf->i) continue;
    int64_t bytes = buf_bound_bytes(ctx, root);
    if (!root->data || bytes < 0 || root->data->nbytes < (size_t)bytes) return diag(ctx, E0601, (Place){0}, "the constant '%s' has fewer bytes than its extents need", b->name);
    MapEntry *by_data = bytes ? map_add(ctx->arena, &l->weight_of, root->data->bytes) : by_buf; /* buffers over the same bytes share them */
    if (!by_data->i || l->weights.at[by_data->i - 1].bytes != bytes || l->weights.at[by_data->i - 1].buf->elem != root->elem) {
      const char *name = name_unique(&l->names, ctx_printf(ctx, "%s_%s", l->name, c_identifier(ctx, root->name)));
      bool texts = root->elem == ELEM_string;
      vec_push(ctx, &l->weights, ((Weight){root, name, texts ? -1 : l->sizes.weights, bytes}));
      if (texts) bytes = 0;
      if (l->sizes.weights > (INT64_C(1) << 52) - bytes) return diag(ctx, E0701, (Place){0}, "the weights take more than 2^52 bytes");
      l->sizes.weights += (bytes + PLAN_ALIGN - 1) / PLAN_ALIGN * PLAN_ALIGN;
      if (!by_data->i) by_data->i = l->weights.n;
      map_add(ctx->arena, &l->weight_of, b)->i = l->weights.n;
    } else map_add(ctx->arena, &l->weight_of, b)->i = map_find(&l->weight_of, root->data->bytes)->i;
  }
  return true;
}

const Weight *weight_of(const Library *l, const Buf *b) {
  const MapEntry *e = map_find(&l->weight_of, b);
  return e && e->i ? &l->weights.at[e->i - 1] : NULL;
}

/* ---- numbers as text */

/* snprintf writes the locale's decimal sign; C text has a point. */
static void put_decimal(Str *out, const char *text) {
  for (const char *c = text; *c;) {
    if (strchr("+-0123456789eE", *c)) { str_addn(out, c++, 1); continue; }
    str_add(out, ".");
    while (*c && !strchr("+-0123456789eE", *c)) c++;
  }
}

static void put_f32(Str *out, const void *at) {
  float v;
  uint32_t u;
  memcpy(&v, at, sizeof v), memcpy(&u, at, sizeof u);
  if (isnan(v)) { str_printf(out, "%s__builtin_nanf(\"0x%x\")", u >> 31 ? "-" : "", u & 0x3fffffu); return; }
  if (isinf(v)) { str_add(out, v < 0 ? "-__builtin_inff()" : "__builtin_inff()"); return; }
  char text[64];
  for (int digits = 6; digits <= 9; digits++) { /* the shortest that reads back */
    snprintf(text, sizeof text, "%.*g", digits, (double)v);
    if (strtof(text, NULL) == v) break;
  }
  size_t before = out->n;
  put_decimal(out, text);
  if (!strpbrk(out->s + before, ".e")) str_add(out, ".0");
  str_add(out, "f");
}

static void put_f64(Str *out, const void *at) {
  double v;
  uint64_t u;
  memcpy(&v, at, sizeof v), memcpy(&u, at, sizeof u);
  if (isnan(v)) { str_printf(out, "%s__builtin_nan(\"0x%llx\")", u >> 63 ? "-" : "", (unsigned long long)(u & UINT64_C(0x7ffffffffffff))); return; }
  if (isinf(v)) { str_add(out, v < 0 ? "-__builtin_inf()" : "__builtin_inf()"); return; }
  size_t before = out->n;
  str_real(out, v);
  if (!strpbrk(out->s + before, ".e")) str_add(out, ".0");
}

static void put_code8(Str *out, const void *at) { str_printf(out, "0x%02x", *(const uint8_t *)at); }
static void put_code16(Str *out, const void *at) { uint16_t v; memcpy(&v, at, sizeof v); str_printf(out, "0x%04x", v); }
static void put_u8(Str *out, const void *at) { str_printf(out, "%u", *(const uint8_t *)at); }
static void put_i8(Str *out, const void *at) { str_printf(out, "%d", *(const int8_t *)at); }
static void put_u16(Str *out, const void *at) { uint16_t v; memcpy(&v, at, sizeof v); str_printf(out, "%u", v); }
static void put_i16(Str *out, const void *at) { int16_t v; memcpy(&v, at, sizeof v); str_printf(out, "%d", v); }
static void put_u32(Str *out, const void *at) { uint32_t v; memcpy(&v, at, sizeof v); str_printf(out, "%uu", v); }
static void put_i32(Str *out, const void *at) { int32_t v; memcpy(&v, at, sizeof v); if (v == INT32_MIN) str_add(out, "INT32_MIN"); else str_printf(out, "%d", v); }
static void put_u64(Str *out, const void *at) { uint64_t v; memcpy(&v, at, sizeof v); str_printf(out, "UINT64_C(%llu)", (unsigned long long)v); }
static void put_i64(Str *out, const void *at) { int64_t v; memcpy(&v, at, sizeof v); if (v == INT64_MIN) str_add(out, "INT64_MIN"); else str_printf(out, "INT64_C(%lld)", (long long)v); }

/* How a stored unit is written; types without a row are bytes in hexadecimal. */
typedef struct Writer { Elem elem; int bytes; void (*put)(Str *out, const void *at); } Writer;
static const Writer writers[] = {
  {ELEM_f32, 4, put_f32}, {ELEM_f64, 8, put_f64}, {ELEM_f16, 2, put_code16}, {ELEM_bf16, 2, put_code16}, {ELEM_i64, 8, put_i64}, {ELEM_i32, 4, put_i32}, {ELEM_i16, 2, put_i16}, {ELEM_i8, 1, put_i8},
  {ELEM_u64, 8, put_u64}, {ELEM_u32, 4, put_u32}, {ELEM_u16, 2, put_u16}, {ELEM_u8, 1, put_u8}, {ELEM_bool, 1, put_u8}, {ELEM_real, 8, put_f64}, {ELEM_int, 8, put_i64}, {ELEM_c64, 4, put_f32}, {ELEM_c128, 8, put_f64},
  {ELEM_NONE, 1, put_code8}};
static const Writer *writer(Elem e) {
  const Writer *w = writers;
  while (w->elem != e && w->elem != ELEM_NONE) w++;
  return w;
}

static void declaration(const Library *l, const Weight *w, Str *out) {
  const Writer *how = writer(w->buf->elem);
  int64_t n = w->bytes / how->bytes;
  str_printf(out, "const %s %s[%lld]%s", member_type(w->buf->elem), w->name, (long long)(n ? n : 1), l->unit->opt->target->vector_extension ? " __attribute__((aligned(64)))" : "");
}

static void describe(const Library *l, const Weight *w, Str *out) {
  str_printf(out, "/* %s %s[", c_comment(l->ctx, w->buf->name), elem_info(w->buf->elem)->name);
  for (int d = 0; d < w->buf->rank; d++) str_printf(out, "%s%lld", d ? "," : "", (long long)w->buf->dim[d]);
  str_add(out, "] */");
}

/* Text is many times larger than what it says: it goes to the file line by line. */
static void put_weight(const Library *l, const Weight *w, Str *line, FILE *f) {
  enum { WIDTH = 140 };
  const Writer *how = writer(w->buf->elem);
  const char *bytes = w->buf->data->bytes;
  str_add(line, "\n");
  describe(l, w, line);
  str_add(line, "\nextern "); /* some compilers warn of a definition nobody announced */
  declaration(l, w, line);
  str_add(line, ";\n");
  declaration(l, w, line);
  str_add(line, " = {");
  for (int64_t at = 0; at + how->bytes <= w->bytes || at == 0; at += how->bytes) {
    if (!at || line->n > WIDTH) {
      fputs(line->s, f);
      line->n = 0;
      str_add(line, "\n  ");
    }
    if (w->bytes) how->put(line, bytes + at);
    else str_add(line, "0");
    str_add(line, ", ");
  }
  fputs(line->s, f);
  fputs("\n};\n", f);
  line->n = 0;
}

bool weights_write_c(const Library *l, Workdir *w, const char *file) {
  FILE *f = fopen(ctx_printf(l->ctx, "%s/%s", w->path, file), "w");
  if (!f) return diag(l->ctx, E0800, (Place){.file = file}, "the weights cannot be written");
  Str line = str_new(l->ctx);
  fprintf(f, "/* Weights of %s, %lld bytes. */\n#include <stdint.h>\n", l->name, (long long)l->sizes.weights);
  for (size_t i = 0; i < l->weights.n; i++)
    if (l->weights.at[i].offset >= 0) put_weight(l, &l->weights.at[i], &line, f);
  bool good = !ferror(f);
  if (fclose(f)) good = false;
  return good || diag(l->ctx, E0800, (Place){.file = file}, "writing the weights (%lld bytes) failed", (long long)l->sizes.weights);
}

/* A C string literal: bytes that a compiler may read otherwise are octal, and no two question marks meet (trigraphs). */
static void put_text(const char *text, Str *out) {
  str_add(out, "\"");
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
    if (*c == '"' || *c == '\\' || *c == '?') str_printf(out, "\\%c", *c);
    else if (*c < ' ' || *c > '~') str_printf(out, "\\%03o", *c);
    else str_addn(out, (const char *)c, 1);
  }
  str_add(out, "\"");
}

static void define_texts(const Library *l, const Weight *w, Str *out) {
  int64_t n = w->bytes / (int64_t)sizeof(char *);
  describe(l, w, out);
  str_printf(out, "\nstatic const char *const %s[%lld] = {", w->name, (long long)(n ? n : 1));
  for (int64_t i = 0; i < n; i++) {
    str_add(out, i % 8 ? ", " : i ? ",\n  " : "");
    put_text(data_text(w->buf->data, i), out);
  }
  str_add(out, n ? "};\n" : "\"\"};\n");
}

void weights_declare(const Library *l, Str *out) {
  for (size_t i = 0; i < l->weights.n; i++)
    if (l->weights.at[i].offset < 0) define_texts(l, &l->weights.at[i], out);
  if (!l->sizes.weights || l->mode == WEIGHTS_BIN) return;
  str_printf(out, "/* ---- weights: %s_weights.%s */\n\n", l->name, l->mode == WEIGHTS_C ? "c" : "S");
  if (l->mode == WEIGHTS_INCBIN) str_printf(out, "extern const unsigned char %s_weights[%lld] __attribute__((visibility(\"hidden\")));\n", l->name, (long long)l->sizes.weights);
  else for (size_t i = 0; i < l->weights.n; i++) {
    if (l->weights.at[i].offset < 0) continue;
    str_add(out, "extern ");
    declaration(l, &l->weights.at[i], out);
    str_add(out, "; ");
    describe(l, &l->weights.at[i], out);
    str_add(out, "\n");
  }
  str_add(out, "\n");
}

const char *weight_pointer(const Library *l, const Weight *w) {
  if (!w->bytes && w->offset >= 0) return ctx_printf(l->ctx, "(const %s *)(const void *)\"\"", member_type(w->buf->elem)); /* no bytes, no place */
  if (l->mode == WEIGHTS_C || w->offset < 0) return w->name;
  return ctx_printf(l->ctx, "(const %s *)(const void *)(%s + %lld)", member_type(w->buf->elem), l->mode == WEIGHTS_INCBIN ? ctx_printf(l->ctx, "%s_weights", l->name) : "weights", (long long)w->offset);
}

bool weights_write_blob(const Library *l, Workdir *w, const char *file) {
  FILE *f = fopen(ctx_printf(l->ctx, "%s/%s", w->path, file), "wb");
  static const char zeros[PLAN_ALIGN];
  bool good = f != NULL;
  int64_t at = 0;
  for (size_t i = 0; i < l->weights.n && good; i++) {
    const Weight *x = &l->weights.at[i];
    if (x->offset < 0) continue;
    good = fwrite(zeros, 1, (size_t)(x->offset - at), f) == (size_t)(x->offset - at) && fwrite(x->buf->data->bytes, 1, (size_t)x->bytes, f) == (size_t)x->bytes;
    at = x->offset + x->bytes;
  }
  if (good) good = fwrite(zeros, 1, (size_t)(l->sizes.weights - at), f) == (size_t)(l->sizes.weights - at);
  if (f && fclose(f)) good = false;
  return good || diag(l->ctx, E0800, (Place){.file = file}, "writing the weights (%lld bytes) failed", (long long)l->sizes.weights);
}

void weights_incbin_text(const Library *l, const char *file, Str *out) {
  str_printf(out, "/* Weights of %s, %lld bytes: the assembler includes them. */\n"
                  "  .section .rodata\n  .balign %d\n  .globl %s_weights\n  .hidden %s_weights\n%s_weights:\n  .incbin \"%s\"\n"
                  "  .section .note.GNU-stack,\"\",%%progbits\n", l->name, (long long)l->sizes.weights, PLAN_ALIGN, l->name, l->name, l->name, file);
}
