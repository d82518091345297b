/* The types that every compiled model shares with its caller. */
#ifndef SINTER_H
#define SINTER_H
#include <stdint.h>

/* What NAME_run returns. */
enum {
  SINTER_OK = 0,
  SINTER_MISSING = 1,   /* a pointer is NULL: an input, an output, the arena, the state or the weights */
  SINTER_ALIGNMENT = 2, /* arena, state or weights do not begin at a multiple of NAME_ALIGN bytes */
  SINTER_EXTENT = 3,    /* a dimension, given by the caller or found while running, lies outside the bounds the model was compiled for */
  SINTER_CAPACITY = 4,  /* what a kernel makes is larger than the memory there is for it: texts, sequences (outputs are not complete) */
  SINTER_VALUE = 5      /* an input holds what has no result: a text that is no number (outputs are not complete) */
};

/* Optional services of the caller; any member may be NULL. A model never keeps the pointer. */
typedef struct sinter_hooks {
  void *user; /* handed to every hook */
  /* Called before (begin = 1) and after (begin = 0) each kernel; kernel counts from 0. */
  void (*profile)(void *user, int kernel, const char *name, int begin);
  /* Runs body(arg, i) for 0 <= i < n in any order, perhaps at the same time; results never depend on how. Kernels of this version use one thread and do not call it. */
  void (*parallel_for)(void *user, int64_t n, void (*body)(void *arg, int64_t i), void *arg);
  /* Reads `bytes` bytes of the weight file at `offset` into `to`; 0 is success. Kernels of this version find all weights in memory and do not call it. */
  int (*read_weights)(void *user, void *to, int64_t offset, int64_t bytes);
} sinter_hooks;
#endif
