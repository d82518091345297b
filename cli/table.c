/* Columns for people: a table that finds its own widths, and numbers that can be read. */
#include "cli/cli.h"
#include <math.h>

struct Table {
  Ctx *ctx;
  const char *alignment;
  size_t columns;
  Texts cells;
};

Table *table_new(Ctx *ctx, const char *alignment)
{
  Table *t = NEW(ctx, Table);
  *t = (Table){.ctx = ctx, .alignment = alignment, .columns = strlen(alignment)};
  return t;
}

void table_cell(Table *t, const char *fmt, ...) {
  char text[400];
  va_list list;
  va_start(list, fmt);
  vsnprintf(text, sizeof text, fmt, list);
  va_end(list);
  vec_push(t->ctx, &t->cells, ctx_printf(t->ctx, "%s", text));
}

/* Columns a terminal shows, not bytes: continuation bytes of UTF-8 take no room. */
static int text_width(const char *s) {
  int n = 0;
  for (; *s; s++) n += ((unsigned char)*s & 0xc0) != 0x80;
  return n;
}

void table_print(const Table *t, FILE *to, const char *indent) {
  int *width = NEWN(t->ctx, int, t->columns);
  for (size_t i = 0; i < t->cells.n; i++) {
    int w = text_width(t->cells.at[i]);
    if (w > width[i % t->columns]) width[i % t->columns] = w;
  }
  for (size_t row = 0; row + t->columns <= t->cells.n; row += t->columns) {
    Str line = str_new(t->ctx);
    for (size_t c = 0; c < t->columns; c++) {
      const char *cell = t->cells.at[row + c];
      int pad = width[c] - text_width(cell);
      if (t->alignment[c] == 'r') str_printf(&line, "%*s%s", pad, "", cell);
      else str_printf(&line, "%s%*s", cell, pad, "");
      if (c + 1 < t->columns) str_add(&line, "  ");
    }
    while (line.n && line.s[line.n - 1] == ' ') line.s[--line.n] = 0;
    fprintf(to, "%s%s\n", indent, line.s);
  }
}

const char *thousands(Ctx *ctx, int64_t n) {
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%lld", (long long)(n < 0 ? -n : n));
  Str s = str_new(ctx);
  str_add(&s, n < 0 ? "-" : "");
  for (int i = 0; i < length; i++) {
    if (i && (length - i) % 3 == 0) str_add(&s, ",");
    str_addn(&s, &digits[i], 1);
  }
  return s.s;
}

const char *engineering(Ctx *ctx, double v, const char *unit) {
  static const struct { double one; const char *prefix; } scale[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}, {1, ""}, {1e-3, "m"}, {1e-6, "u"}, {1e-9, "n"}};
  size_t i = 0, last = sizeof scale / sizeof *scale - 1;
  while (i < last && fabs(v) < scale[i].one * 0.9995) i++;
  if (v == 0) i = 4;
  double x = v / scale[i].one;
  int decimals = fabs(x) >= 99.95 ? 0 : fabs(x) >= 9.995 ? 1 : 2;
  return ctx_printf(ctx, "%.*f %s%s", decimals, x, scale[i].prefix, unit);
}
