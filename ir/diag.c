/* Diagnostics: rows, collecting, printing. */
#include "ir/base.h"

enum { DIAG_KEEP = 200 };

static const DiagInfo rows[DIAG_COUNT] = {
#define DIAG(code, sev, title, next) [code] = {#code, sev, title, next},
#include "ir/diag.def"
#undef DIAG
};
static const char *const severity_names[] = {"note", "warning", "error"};

const DiagInfo *diag_info(DiagCode code) { return &rows[code < DIAG_COUNT ? code : E0601]; }

bool diag_find(const char *name, DiagCode *code) {
  for (int i = 0; i < DIAG_COUNT; i++)
    if (strcmp(rows[i].name, name) == 0) return *code = (DiagCode)i, true;
  return false;
}

static bool same(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool already_said(const Ctx *ctx, const Diag *d) {
  for (size_t i = 0; i < ctx->diags.n; i++) {
    const Diag *o = &ctx->diags.at[i];
    if (o->code == d->code && o->place.line == d->place.line && same(o->place.file, d->place.file) && same(o->place.node, d->place.node) && same(o->text, d->text)) return true;
  }
  return false;
}

bool diag(Ctx *ctx, DiagCode code, Place place, const char *fmt, ...) {
  if (ctx->diags.n >= DIAG_KEEP) return false;
  va_list args;
  va_start(args, fmt);
  char text[2048];
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  Diag d = {.code = code, .severity = rows[code].severity, .place = place, .next = rows[code].next};
  d.text = text;
  if (already_said(ctx, &d)) return false;
  d.text = intern(ctx, text);
  if (place.file) d.place.file = intern(ctx, place.file);
  if (place.node) d.place.node = intern(ctx, place.node);
  if (place.op) d.place.op = intern(ctx, place.op);
  vec_push(ctx, &ctx->diags, d);
  return false;
}

/* Names come from files: what a terminal could take as a command is shown as \xNN. */
static void put(FILE *to, const char *s) {
  for (; *s; s++) {
    unsigned char c = (unsigned char)*s;
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) fprintf(to, "\\x%02x", c);
    else fputc(c, to);
  }
}

void diag_print(const Ctx *ctx, FILE *to) {
  for (size_t i = 0; i < ctx->diags.n; i++) {
    const Diag *d = &ctx->diags.at[i];
    const Place *p = &d->place;
    if (d->severity == SEV_NOTE && !ctx->verbose) continue;
    if (p->file) { put(to, p->file); fputs(p->line ? ":" : ": ", to); }
    if (p->line && p->column) fprintf(to, "%d:%d: ", p->line, p->column);
    else if (p->line) fprintf(to, "%d: ", p->line);
    if (p->node) {
      fputs("node '", to); put(to, p->node); fputc('\'', to);
      if (p->op && p->opset) fprintf(to, " (%s, opset %d)", p->op, p->opset);
      else if (p->op) fprintf(to, " (%s)", p->op);
      fputs(": ", to);
    }
    fprintf(to, "%s[%s]: ", severity_names[d->severity], rows[d->code].name);
    put(to, d->text);
    fputc('\n', to);
    if (d->next && d->severity == SEV_ERROR) fprintf(to, "    next: %s\n", d->next);
  }
  if (ctx->diags.n >= DIAG_KEEP) fprintf(to, "only the first %d diagnostics are kept\n", DIAG_KEEP);
}

size_t diag_errors(const Ctx *ctx) {
  size_t n = 0;
  for (size_t i = 0; i < ctx->diags.n; i++) n += ctx->diags.at[i].severity == SEV_ERROR;
  return n;
}

size_t diag_mark(const Ctx *ctx) { return ctx->diags.n; }
void diag_rewind(Ctx *ctx, size_t mark) { if (mark < ctx->diags.n) ctx->diags.n = mark; }
