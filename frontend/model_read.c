/* Reads a model by what it is: graph IR text and .ein files by their first word and name, everything else as ONNX. */
#include "frontend/frontend.h"

static bool ends_in(const char *path, const char *suffix) {
  size_t n = strlen(path), m = strlen(suffix);
  return n >= m && strcmp(path + n - m, suffix) == 0;
}

static Model *read_ein(Ctx *ctx, const char *path, const ImportOptions *opt) {
  size_t n = opt->dims.n;
  const char **name = NEWN(ctx, const char *, n);
  ext_t *dim = NEWN(ctx, ext_t, n);
  for (size_t i = 0; i < n; i++) {
    const DimOption *d = &opt->dims.at[i];
    name[i] = d->name;
    dim[i] = d->bounded ? ext_symbol(ctx, d->name, 1, d->value) : d->value;
  }
  return ein_model(ctx, (EinLib *)opt->lib, path, NULL, (int)n, name, dim); /* the model's own texts join the library */
}

static Model *read_text(Ctx *ctx, const char *path, const char *bytes, size_t n, const ImportOptions *opt) {
  char *text = arena_alloc(ctx->arena, n + 1);
  memcpy(text, bytes, n);
  if (memchr(text, 0, n)) { diag(ctx, E0600, (Place){.file = path}, "the text holds a NUL byte"); return NULL; }
  Model *m = model_parse(ctx, path, text, NULL);
  if (!m) return NULL;
  m->lib = opt->lib;
  for (size_t i = 0; i < opt->dims.n; i++) { /* of inputs they are in the text already; others are bounds for what operators find */
    const DimOption *d = &opt->dims.at[i];
    ext_t known;
    if (!d->bounded || ext_find_symbol(ctx, d->name, &known)) continue;
    if (graph_find(ctx, m->graph, d->name)) vec_push(ctx, &m->bounds, ((ValueBound){intern(ctx, d->name), d->value}));
    else {
      vec_push(ctx, &m->bounded, d->name);
      ext_symbol(ctx, d->name, 0, d->value);
    }
  }
  return m;
}

Model *model_read(Ctx *ctx, const char *path, const ImportOptions *opt) {
  const ImportOptions none = {0};
  const void *bytes;
  size_t n;
  if (!opt) opt = &none;
  if (ends_in(path, ".ein")) return read_ein(ctx, path, opt);
  if (!file_map(ctx, path, &bytes, &n)) return NULL;
  if (n > 6 && memcmp(bytes, "model ", 6) == 0) return read_text(ctx, path, bytes, n, opt);
  return onnx_read(ctx, path, opt);
}
