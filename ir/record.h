/* Records: how values that are no tensor lie in memory, and their elements as constant data.
 *
 *     sequence, optional    int64_t length; int64_t dim[cap][rank]; T data[cap][slot];
 *     map                   int64_t length; K key[entries]; T value[entries];              in the order of the keys
 *     sequence of maps      int64_t length; map data[cap];
 *
 * A slot has room for an element at the bounds of its extents, and the element lies dense in it, so its extents are in `dim`; an extent that an element of lower
 * rank does not have is -1. The length of an optional
 * tensor is 0 or 1, that of an optional sequence that is none is -1. Every part begins at a multiple of 8 bytes, and so a record is a vector of i64 for all
 * who only move it. The generated header declares the same as a struct; ir/extern/record.kernel.h reads it. */
#pragma once
#include "ir/type.h"

typedef struct Record {                                   /* where things are, in bytes from the beginning of the record */
  int64_t cap, rank, slot;                                /* slot: bytes from one element to the next */
  int64_t elements;                                       /* of a slot */
  int64_t dim, data, bytes;                               /* dim, data: of element 0; a map: its keys, its values */
} Record;
bool record_layout(const Ctx *ctx, const Type *t, Record *r);         /* false when it is too large; extents at their bounds */
int64_t record_words(const Ctx *ctx, const Type *t);                   /* i64 elements of the record; -1 when it is too large */

/* The type of one element, its varying extents at their bounds: a tensor, or a map where t is a sequence of maps. */
Type record_element_type(const Type *t);
/* The smallest type that holds the values of both, which are of one form; false with the reason when there is none. */
bool record_join(Ctx *ctx, const Type *a, const Type *b, Type *to, const char **why);
/* The same for elements alone: `of` makes room for elements of type `element` (a tensor, or of the same kind); the capacity is left. A record without
 * capacity has no elements yet, so nothing is known of them but their type. */
bool record_admit(Ctx *ctx, Type *of, const Type *element, const char **why);

/* ---- records as data: Data.type is the record's, Data.bytes the record itself */
Data *record_new(Ctx *ctx, const Type *t);                            /* length 0; NULL with E0701 */
int64_t record_length(const Data *d);
void record_set_length(Data *d, int64_t n);
Data record_element(Ctx *ctx, const Data *d, int64_t i);               /* a view, typed with its own extents */
bool record_push(Ctx *ctx, Data *d, const Data *element);              /* false when there is no room for it */
const void *record_keys(const Ctx *ctx, const Data *map);
bool record_sort_map(Ctx *ctx, Data *map);                            /* entries in the order of their keys; false when two are equal */
const Data *record_refit(Ctx *ctx, const Data *d, const Type *to);     /* in the layout of another type; NULL when it does not fit */
bool record_is_sound(Ctx *ctx, const Data *d);                        /* lengths and extents are within the bounds of the type */
/* Every text of a tensor or a record, where its pointer lies. */
void record_each_text(Ctx *ctx, const Data *d, void (*f)(const char **text, void *arg), void *arg);
