/* A map in memory: its length, its keys, its values (ir/record.h). Shared by kernels that read maps. */
#ifndef SINTER_MAP_KERNEL
#define SINTER_MAP_KERNEL
#include "runtime/text.h"
#include <stdint.h>
#include <string.h>

static inline const unsigned char *sinter_map_value(const void *map, int64_t entries, int64_t bytes, int64_t i) { return (const unsigned char *)map + 8 + 8 * entries + i * bytes; }

static inline int64_t sinter_map_key(const void *map, int64_t i) {
  int64_t key;
  memcpy(&key, (const unsigned char *)map + 8 + 8 * i, sizeof key);
  return key;
}

static inline const char *sinter_map_text(const void *map, int64_t i) {
  const char *key;
  memcpy(&key, (const unsigned char *)map + 8 + 8 * i, sizeof key);
  return key;
}
#endif
