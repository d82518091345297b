/* ONNX models: from the file to the graph IR. This file does what concerns the model as a whole. */
#include "frontend/onnx_import.h"
#include "frontend/onnx_unpack.h"
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { NEWEST_IR = 14, NEWEST_OPSET = 28 }; /* of ONNX 1.23 */
static const size_t inline_work = 400000;   /* what inlining functions may add to a model */

/* ---- files that are something else */
typedef struct Magic { size_t at, n; const char *bytes, *what; } Magic;
static const Magic magics[] = {
  {0, 2, "\x1f\x8b", "a gzip archive: unpack it first"}, {0, 4, "PK\x03\x04", "a zip archive (a PyTorch or NumPy file?): unpack or export it first"},
  {0, 4, "\x28\xb5\x2f\xfd", "a zstd archive: unpack it first"}, {0, 3, "BZh", "a bzip2 archive: unpack it first"}, {0, 5, "\xfd""7zXZ", "an xz archive: unpack it first"},
  {0, 4, "\x89HDF", "an HDF5 file (Keras?): export it as ONNX"}, {0, 6, "\x93NUMPY", "a NumPy array, not a model"}, {0, 4, "GGUF", "a GGUF file"}, {0, 4, "\x7f""ELF", "a program"},
  {2, 6, "\0\0TFL3", "a TensorFlow Lite model"}, {2, 6, "\0\0ORTM", "a model in ONNX Runtime's own format: use the .onnx file it was made from"},
};

static bool is_text(const uint8_t *bytes, size_t n) {
  for (size_t i = 0; i < n && i < 512; i++)
    if (bytes[i] < 0x20 && bytes[i] != '\n' && bytes[i] != '\r' && bytes[i] != '\t') return false;
  return n >= 4;
}

static bool is_foreign(Ctx *ctx, Place at, const uint8_t *bytes, size_t n) {
  static const char lfs[] = "version https://git-lfs";
  if (n >= sizeof lfs - 1 && memcmp(bytes, lfs, sizeof lfs - 1) == 0) return diag(ctx, E0102, at, "the file holds a pointer of %zu bytes to a model in Git LFS", n), true;
  if (n == 0) return diag(ctx, E0101, at, "the file is empty"), true;
  for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
    if (n >= magics[i].at + magics[i].n && memcmp(bytes + magics[i].at, magics[i].bytes, magics[i].n) == 0) return diag(ctx, E0101, at, "this is %s", magics[i].what), true;
  if (is_text(bytes, n)) return diag(ctx, E0101, at, "this is a text file"), true;
  return false;
}

/* ---- the model */
static const char *model_name(Import *im) {
  if (im->opt->name && *im->opt->name) return intern(im->ctx, im->opt->name);
  const char *slash = strrchr(im->path, '/'), *base = slash ? slash + 1 : im->path, *dot = strrchr(base, '.');
  return dot && dot != base ? internn(im->ctx, base, (size_t)(dot - base)) : intern(im->ctx, base);
}

static bool read_versions(Import *im, const Onnx__ModelProto *m) {
  Ctx *ctx = im->ctx;
  Place at = {.file = im->path};
  bool ok = true;
  if (!m->has_ir_version || m->ir_version < 1) ok = diag(ctx, E0200, at, "the format version (ir_version) is %lld", (long long)m->ir_version);
  else if (m->ir_version > NEWEST_IR) ok = diag(ctx, E0201, at, "the format version (ir_version) is %lld, the newest known is %d", (long long)m->ir_version, NEWEST_IR);
  if (!onnx_opsets(im, &im->opsets, m->n_opset_import, m->opset_import, NULL)) ok = false;
  const char *standard = intern(ctx, "");
  const MapEntry *e = map_find(&im->opsets, standard);
  if (e && e->i > NEWEST_OPSET) ok = diag(ctx, E0201, at, "operator set %zu is used, the newest known is %d", e->i, NEWEST_OPSET);
  if (m->n_opset_import == 0 && m->ir_version >= 3) ok = diag(ctx, E0200, at, "the model imports no operator set");
  if (m->n_opset_import == 0) map_add(im->scratch, &im->opsets, standard)->i = 1;
  for (size_t i = 0; i < m->n_opset_import; i++) {
    const char *domain = onnx_name(im, m->opset_import[i]->domain);
    vec_push(ctx, &im->model->opsets, ((OpsetId){strcmp(domain, "ai.onnx") == 0 ? standard : domain, m->opset_import[i]->version}));
  }
  return ok;
}

static void warn(Import *im) {
  Place at = {.file = im->path};
  if (im->renamed) diag(im->ctx, W0001, at, "%zu nodes have the name of another node, for example '%s'; a number was appended", im->renamed, im->renamed_example);
  if (im->shadowing) diag(im->ctx, W0001, at, "%zu names within regions hide one of an outer graph, for example '%s'; the inner one applies", im->shadowing, im->shadowing_example);
}

/* Are all producers before their readers? Reading does not depend on it, but the format asks for it. */
static bool in_order(const Graph *g) {
  for (size_t i = 0; i < g->nodes.n; i++)
    for (size_t k = 0; k < g->nodes.at[i]->in.n; k++) {
      const Value *v = g->nodes.at[i]->in.at[k];
      if (v && v->def && v->def->id >= (int)i && (size_t)v->def->id < g->nodes.n && g->nodes.at[v->def->id] == v->def) return false;
    }
  return true;
}

static bool read_graph(Import *im, const Onnx__GraphProto *p) {
  Ctx *ctx = im->ctx;
  Place at = {.file = im->path};
  Graph *g = NEW(ctx, Graph);
  g->name = onnx_name(im, p->name);
  Scope s = {.graph = g, .opsets = &im->opsets, .prefix = ""};
  bool ok = onnx_inputs(im, &s, p);
  if (!onnx_graph_body(im, &s, p->n_node, p->node)) ok = false;
  if (p->n_output == 0) ok = diag(ctx, E0200, at, "the model has no outputs");
  if (!onnx_outputs(im, &s, p)) ok = false;
  im->model->graph = g;
  bool sorted = in_order(g);
  if (!graph_sort(ctx, g)) ok = false;
  else if (ok && !sorted) diag(ctx, W0001, at, "nodes do not stand in the order they run in; they were sorted");
  return ok;
}

static bool read_model(Import *im, const Onnx__ModelProto *m) {
  im->model->ir_version = m->ir_version;
  im->model->producer = *onnx_name(im, m->producer_version) ? intern(im->ctx, ctx_printf(im->ctx, "%s %s", onnx_name(im, m->producer_name), m->producer_version)) : onnx_name(im, m->producer_name);
  if (!m->graph) return diag(im->ctx, E0101, (Place){.file = im->path}, "the file holds no graph");
  bool ok = read_versions(im, m);
  if (!onnx_functions(im, m)) ok = false;
  if (!read_graph(im, m->graph)) ok = false;
  warn(im);
  return ok;
}

Model *onnx_read(Ctx *ctx, const char *path, const ImportOptions *opt) {
  const ImportOptions none = {0};
  Place at = {.file = path};
  const void *mapped;
  size_t n;
  if (!file_map(ctx, path, &mapped, &n) || is_foreign(ctx, at, mapped, n)) return NULL;
  const uint8_t *bytes = mapped;
  Arena *scratch = arena_new(ctx);
  if (!scratch) ctx_out_of_memory(ctx);
  Import im = {.ctx = ctx, .opt = opt ? opt : &none, .path = intern(ctx, path), .model = NEW(ctx, Model), .scratch = scratch, .text = str_new(ctx), .work = inline_work + n};
  im.tensors = (TensorSource){.ctx = ctx, .path = im.path, .file = bytes, .file_bytes = n, .scratch = scratch, .budget = onnx_budget(ctx, n)};
  im.model->path = im.path;
  im.model->name = model_name(&im);
  im.model->lib = im.opt->lib;
  im.model->file = bytes;
  im.model->file_bytes = n;
  im.model->hash = XXH64(bytes, n, 0);
  const ProtobufCMessage *m = onnx_unpack(ctx, scratch, at, bytes, n, &onnx__model_proto__descriptor);
  bool ok = m && read_model(&im, (const Onnx__ModelProto *)(const void *)m);
  arena_free(scratch);
  return ok ? im.model : NULL;
}
