/* A hash table from pointers to pointers or numbers. Interned names are pointers, so this is also the table of names. Nothing is ever removed. */
#pragma once
#include "ir/base.h"

typedef struct MapEntry { const void *key; union { void *p; size_t i; }; } MapEntry;
typedef struct Map { MapEntry *at; size_t n, cap; } Map;    /* all zero: an empty map */

MapEntry *map_find(const Map *m, const void *key);          /* NULL when absent */
MapEntry *map_add(Arena *arena, Map *m, const void *key);   /* finds or makes (value zero); the entry stays put until the next map_add. key is not NULL */
