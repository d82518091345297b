/* The operator reference: one page for each file of the library, and an index. What a page says of an operator is the operator's text; so it cannot be out of date. */
#include "cli/op_pages.h"
#include <errno.h>
#include <sys/stat.h>

/* ir/ops/norm.ein -> norm; ir/extern -> extern */
static const char *page_of(Ctx *ctx, const OpText *op) {
  const char *slash = strrchr(op->file, '/'), *base = slash ? slash + 1 : op->file;
  return internn(ctx, base, strcspn(base, "."));
}

static const char *title(Ctx *ctx, const OpText *op) { return *op->domain ? ctx_printf(ctx, "%s.%s", op->domain, op->name) : op->name; }
static bool same_op(const OpText *a, const OpText *b) { return !strcmp(a->name, b->name) && !strcmp(a->domain, b->domain); }

static bool write_page(Ctx *ctx, const char *dir, const char *page, const Str *text) {
  const char *path = ctx_printf(ctx, "%s/%s.md", dir, page);
  FILE *f = fopen(path, "w");
  bool good = f && fwrite(text->s, 1, text->n, f) == text->n;
  if (f && fclose(f)) good = false;
  return good || diag(ctx, E0800, (Place){.file = path}, "%s", strerror(errno));
}

static void add_op(Ctx *ctx, Str *out, const OpText *ops, size_t n) {
  str_printf(out, "\n## %s\n\nSince", title(ctx, ops));
  for (size_t i = 0; i < n; i++)
    if (!i || ops[i].since != ops[i - 1].since) str_printf(out, "%s %d", i ? "," : "", ops[i].since);
  str_add(out, n > 1 ? ". Of the texts of the greatest version that is not above the model's opset, the first that fits is taken.\n" : ".\n");
  for (size_t i = 0; i < n; i++) {
    size_t length = strlen(ops[i].text);
    str_printf(out, "\n```%s\n%s%s```\n", strcmp(page_of(ctx, &ops[i]), "extern") ? "ein" : "c", ops[i].text, length && ops[i].text[length - 1] == '\n' ? "" : "\n");
    if (!ops[i].clause) continue;
    str_add(out, "\n");
    ein_facts(ctx, ops[i].clause, out);
  }
}

bool op_pages_write(Ctx *ctx, const char *dir, const OpText *ops, size_t n) {
  if (mkdir(dir, 0777) && errno != EEXIST) return diag(ctx, E0800, (Place){.file = dir}, "%s", strerror(errno));
  VEC(const char *) pages = {0};
  VEC(Str) texts = {0};
  Str index = str_new(ctx);
  str_add(&index, "# Operators\n\nWritten by `sinter list ops -o docs/ops` from the library. How to read a text: [language.md](../language.md). The row `operations` gives, for each statement, the\npoints it is evaluated at (a product of ranks) times the operations at each point; memory is what the inputs and outputs hold, once fused.\n\n| operator | since | texts | page |\n|---|---|---|---|\n");
  for (size_t i = 0, count; i < n; i += count) {
    for (count = 1; i + count < n && same_op(&ops[i], &ops[i + count]); count++) {}
    const char *page = page_of(ctx, &ops[i]);
    size_t p = 0;
    while (p < pages.n && pages.at[p] != page) p++;
    if (p == pages.n) {
      vec_push(ctx, &pages, page);
      vec_push(ctx, &texts, str_new(ctx));
      str_printf(&texts.at[p], "# Operators: %s\n", page);
    }
    add_op(ctx, &texts.at[p], &ops[i], count);
    str_printf(&index, "| %s | %d | %zu | [%s](%s.md) |\n", title(ctx, &ops[i]), ops[i].since, count, page, page);
  }
  bool good = write_page(ctx, dir, "README", &index);
  for (size_t p = 0; p < pages.n; p++) good = write_page(ctx, dir, pages.at[p], &texts.at[p]) && good;
  if (good) printf("%s: %zu pages\n", dir, pages.n + 1);
  return good;
}
