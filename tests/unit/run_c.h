/* For tests: prints a kernel as C, compiles it, loads it, and hands back a function of an array of buffers in the order of kernel_params. */
#pragma once
#include "codegen/codegen.h"
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

typedef void (*KernelFn)(void **buf);

static inline KernelFn compile_kernel(Ctx *ctx, const Kernel *k, const Target *t, const char *cc) {
  Str s = str_new(ctx);
  str_add(&s, "#include <stdint.h>\n#include <string.h>\n#include \"runtime/convert.h\"\n#include \"runtime/integer.h\"\n#include \"runtime/math_f32.h\"\n#include \"runtime/math_f64.h\"\n");
  if (t->vector_extension) str_printf(&s, "#define SINTER_LANES %d\n#include \"runtime/vector.h\"\n", t->lanes_f32);
  c_prelude(ctx, t, &s);
  c_kernel(ctx, NULL, k, t, &s);
  KernelParam *params; const char **symbols; size_t nsymbols;
  size_t n = kernel_params(ctx, k, &params, &symbols, &nsymbols);
  str_printf(&s, "void run(void **buf) { %s(", k->name);
  for (size_t i = 0; i < n; i++) str_printf(&s, "%sbuf[%zu]", i ? ", " : "", i);
  str_add(&s, "); }\n");
  char dir[] = "/tmp/sinter_kernel_XXXXXX";
  if (!mkdtemp(dir)) return NULL;
  char *source = ctx_printf(ctx, "%s/k.c", dir), *object = ctx_printf(ctx, "%s/k.so", dir);
  FILE *f = fopen(source, "w");
  if (!f) return NULL;
  fputs(s.s, f);
  fclose(f);
  char *command = ctx_printf(ctx, "%s -std=gnu11 -w %s -fwrapv -I%s -shared -fPIC -o %s %s", cc, t->cflags ? t->cflags : "-O2", SINTER_ROOT, object, source);
  if (getenv("SINTER_SHOW_C")) fputs(s.s, stderr);
  if (system(command) != 0) { fprintf(stderr, "failed: %s\n", command); return NULL; }
  void *so = dlopen(object, RTLD_NOW);
  remove(source);
  remove(object);
  rmdir(dir);
  return so ? (KernelFn)dlsym(so, "run") : NULL;
}
