/* What the run function of a model needs besides its kernels. */
#ifndef SINTER_RUN_H
#define SINTER_RUN_H
#include "runtime/sinter.h"

static inline void sinter_profile(const sinter_hooks *hooks, int kernel, const char *name, int begin) {
  if (hooks && hooks->profile) hooks->profile(hooks->user, kernel, name, begin);
}

#endif
