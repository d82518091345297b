/* Test data as the ONNX project lays it out: folders test_data_set_N, in each input_K.pb and output_K.pb, numbered as in the model. */
#include "cli/cli.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static int by_name(const void *a, const void *b) {
  const char *const *x = a, *const *y = b;
  size_t nx = strlen(*x), ny = strlen(*y); /* test_data_set_2 before test_data_set_10 */
  return nx != ny ? (nx > ny) - (nx < ny) : strcmp(*x, *y);
}

/* Names in a folder that start and end so, in the order of their numbers. */
static bool folder_names(Ctx *ctx, const char *dir, const char *start, const char *end, Texts *out) {
  DIR *d = opendir(dir);
  if (!d) return diag(ctx, E0100, (Place){.file = dir}, "%s", strerror(errno));
  for (struct dirent *e; (e = readdir(d));) {
    size_t n = strlen(e->d_name), m = strlen(end);
    if (!strncmp(e->d_name, start, strlen(start)) && n >= m && !strcmp(e->d_name + n - m, end)) vec_push(ctx, out, intern(ctx, e->d_name));
  }
  closedir(d);
  if (out->n) qsort(out->at, out->n, sizeof *out->at, by_name);
  return true;
}

typedef VEC(const Data *) Tensors;

/* PREFIX_0.pb, PREFIX_1.pb ...: each at its number, NULL where one is missing. */
static bool read_numbered(Ctx *ctx, const char *dir, const char *prefix, Value *const *values, size_t n, Tensors *out) {
  Texts names = {0};
  if (!folder_names(ctx, dir, prefix, ".pb", &names)) return false;
  bool good = true;
  for (size_t i = 0; i < names.n; i++) {
    unsigned long number = strtoul(names.at[i] + strlen(prefix), NULL, 10);
    if (number > 4096) continue;
    while (out->n <= number) vec_push(ctx, out, NULL);
    const Type tensor = {0}, *type = number < n ? feed_type(values[number]) : &tensor;
    out->at[number] = value_read(ctx, ctx_printf(ctx, "%s/%s", dir, names.at[i]), type);
    good = good && out->at[number];
  }
  return good;
}

static bool read_set(Ctx *ctx, const char *dir, const Model *model, DataSets *out) {
  const Graph *g = model->graph;
  DataSet set = {.dir = dir};
  Tensors inputs = {0}, outputs = {0};
  bool good = read_numbered(ctx, dir, "input_", g->inputs.at, g->inputs.n, &inputs) && read_numbered(ctx, dir, "output_", g->outputs.at, g->outputs.n, &outputs);
  for (size_t i = 0; i < inputs.n; i++) vec_push(ctx, &set.inputs, inputs.at[i]);
  for (size_t i = 0; i < outputs.n; i++) vec_push(ctx, &set.outputs, outputs.at[i]);
  if (good) vec_push(ctx, out, set);
  return good;
}

bool dataset_find(Ctx *ctx, const char *dir, const Model *model, DataSets *out) {
  Texts outputs = {0}, sets = {0};
  if (!folder_names(ctx, dir, "output_", ".pb", &outputs)) return false;
  if (outputs.n) return read_set(ctx, dir, model, out);
  if (!folder_names(ctx, dir, "test_data_set_", "", &sets)) return false;
  bool good = true;
  for (size_t i = 0; i < sets.n; i++) good = read_set(ctx, ctx_printf(ctx, "%s/%s", dir, sets.at[i]), model, out) && good;
  if (good && !out->n) return diag(ctx, E0100, (Place){.file = dir}, "found neither output_0.pb nor a folder test_data_set_0 in it");
  return good;
}
