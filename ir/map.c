/* A hash table from pointers: open addressing, at most half full. */
#include "ir/map.h"

static MapEntry *slot_of(const Map *m, const void *key) {
  size_t i = (size_t)(((uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u) >> 20) & (m->cap - 1);
  while (m->at[i].key && m->at[i].key != key) i = (i + 1) & (m->cap - 1);
  return &m->at[i];
}

static void grow(Arena *arena, Map *m) {
  Map bigger = {.n = m->n, .cap = m->cap ? m->cap * 2 : 16};
  bigger.at = arena_alloc(arena, bigger.cap * sizeof *bigger.at); /* cap stays below the memory that already holds the keys */
  for (size_t i = 0; i < m->cap; i++)
    if (m->at[i].key) *slot_of(&bigger, m->at[i].key) = m->at[i];
  *m = bigger;
}

MapEntry *map_find(const Map *m, const void *key) {
  if (!m->cap) return NULL;
  MapEntry *e = slot_of(m, key);
  return e->key ? e : NULL;
}

MapEntry *map_add(Arena *arena, Map *m, const void *key) {
  if ((m->n + 1) * 2 > m->cap) grow(arena, m);
  MapEntry *e = slot_of(m, key);
  if (!e->key) {
    e->key = key;
    m->n++;
  }
  return e;
}
