/* Unpacks a protobuf file: scan, copy without weights, protobuf-c with an allocator that ends. */
#include "frontend/onnx_unpack.h"
#include "frontend/onnx_scan.h"

enum { POOL_ALIGN = 16, POOL_SLACK = 1 << 16 };
static const size_t budget_base = 64u << 20, largest_file = ((size_t)1 << 31) - 1; /* 2 GiB: the limit of protobuf itself */

typedef struct Pool { Arena *arena; size_t left; } Pool;

static void *pool_alloc(void *pool, size_t bytes) {
  Pool *p = pool;
  if (bytes > p->left || p->left - bytes < POOL_ALIGN) return NULL;
  p->left -= bytes + (POOL_ALIGN - bytes % POOL_ALIGN);
  return arena_alloc(p->arena, bytes);
}

static void pool_free(void *pool, void *at) { (void)pool, (void)at; } /* the arena goes as a whole */

size_t onnx_budget(const Ctx *ctx, size_t file_bytes) {
  size_t usual = budget_base + 2 * (file_bytes < SIZE_MAX / 4 ? file_bytes : SIZE_MAX / 4);
  return ctx->memory_cap > usual ? ctx->memory_cap : usual;
}

static bool report(Ctx *ctx, Place place, const OnnxScan *scan) {
  DiagCode code = scan->over_limit ? E0104 : E0103;
  if (scan->field) return diag(ctx, code, place, "at byte %zu, field '%s': %s", scan->fault_at, scan->field, scan->fault);
  return diag(ctx, code, place, "at byte %zu: %s", scan->fault_at, scan->fault);
}

ProtobufCMessage *onnx_unpack(Ctx *ctx, Arena *arena, Place place, const uint8_t *bytes, size_t n, const ProtobufCMessageDescriptor *root) {
  OnnxScan scan, again;
  if (n > largest_file) { diag(ctx, E0104, place, "the file has %zu bytes, a protobuf file at most %zu; larger models keep their weights in external files", n, largest_file); return NULL; }
  if (!onnx_scan(bytes, n, root, onnx_budget(ctx, n), &scan, NULL, 0)) { report(ctx, place, &scan); return NULL; }
  Arena *temporary = arena_new(ctx);
  if (!temporary) ctx_out_of_memory(ctx);
  uint8_t *compact = arena_alloc(temporary, scan.compact_bytes);
  ProtobufCMessage *message = NULL;
  if (!onnx_scan(bytes, n, root, scan.cost, &again, compact, scan.compact_bytes) || again.compact_bytes != scan.compact_bytes) diag(ctx, E0103, place, "the file changed while it was read");
  else {
    Pool pool = {arena, 2 * (size_t)(scan.cost + scan.numbers) + POOL_SLACK}; /* twice: protobuf-c's own lists while parsing, which it doubles */
    message = protobuf_c_message_unpack(root, &(ProtobufCAllocator){pool_alloc, pool_free, &pool}, scan.compact_bytes, compact);
    if (!message) diag(ctx, E0103, place, "the protobuf structure cannot be unpacked");
  }
  arena_free(temporary);
  return message;
}
