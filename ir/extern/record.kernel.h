/* Sequences, optionals and maps in memory, as kernels see them; ir/record.h has the layout. Shared by the kernels of all operators on them. */
#ifndef SINTER_RECORD_KERNEL
#define SINTER_RECORD_KERNEL
#include <stdint.h>
#include <string.h>

/* A record and the three numbers that describe it: elements there is room for, extents of each, bytes from one element to the next. */
typedef struct sinter_record { int64_t cap, rank, slot, *words; } sinter_record;

static inline sinter_record sinter_record_of(const void *at, const int64_t *arg) {
  sinter_record r = {arg[0], arg[1], arg[2], (int64_t *)(uintptr_t)at};
  return r;
}

static inline int64_t *sinter_record_dim(sinter_record r, int64_t i) { return r.words + 1 + i * r.rank; }
static inline unsigned char *sinter_record_slot(sinter_record r, int64_t i) { return (unsigned char *)(r.words + 1 + r.cap * r.rank) + i * r.slot; }

/* An extent of -1 ends the list: an element of lower rank. */
static inline int64_t sinter_tensor_bytes(int64_t bits, int64_t rank, const int64_t *dim) {
  for (int64_t d = 0; d < rank && dim[d] >= 0; d++) bits *= dim[d];
  return (bits + 7) / 8;
}

/* Element i becomes a tensor; 0 when there is no room for it. */
static inline int sinter_record_put(sinter_record r, int64_t i, int64_t bits, int64_t rank, const int64_t *dim, const void *data) {
  int64_t bytes = sinter_tensor_bytes(bits, rank, dim);
  if (i < 0 || i >= r.cap || rank > r.rank || bytes > r.slot) return 0;
  for (int64_t d = 0; d < r.rank; d++) sinter_record_dim(r, i)[d] = d < rank ? dim[d] : -1;
  if (bytes) memcpy(sinter_record_slot(r, i), data, (size_t)bytes);
  return 1;
}

/* The integer an input holds, of 4 or 8 bytes; 0 bytes: there is none. */
static inline int64_t sinter_integer(const void *at, int64_t bytes, int64_t otherwise) {
  int32_t narrow;
  if (bytes == 8) memcpy(&otherwise, at, 8);
  if (bytes == 4) memcpy(&narrow, at, 4), otherwise = narrow;
  return otherwise;
}
#endif
