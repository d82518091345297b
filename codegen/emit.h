/* What the writers of a compiled model share. Private to codegen/{library,header,weights,report}.c. */
#pragma once
#include "codegen/files.h"
#include "codegen/identifier.h"
#include "passes/plan.h"

typedef struct Weight { const Buf *buf; const char *name; int64_t offset, bytes; } Weight; /* in the blob of all weights, every one aligned to PLAN_ALIGN; offset -1: texts, which are pointers and so C text in <name>.c always */

typedef struct Library {
  Ctx *ctx; const Unit *unit; const Program *p; const EmitOptions *o;
  const char *name, *macro;                  /* KWS_: what every macro begins with */
  WeightsMode mode;
  const char **in, **out;                    /* C names of the members, in the program's order */
  ProgramSymbol *symbol; size_t nsymbols;
  const char **symbol_member;                /* of the struct */
  const char *weights_member, *state_member; /* NULL when there is none */
  NameSet names;                             /* at file scope and inside run */
  VEC(Weight) weights; Map weight_of;        /* const buffer, or the bytes of its data -> number of the weight + 1 */
  Sizes sizes;
} Library;

/* ---- weights.c */
bool weights_collect(Library *l, const KernelParam *param, size_t n); /* adds the constants among a kernel's parameters */
const Weight *weight_of(const Library *l, const Buf *b);
bool weights_write_c(const Library *l, Workdir *w, const char *file);  /* <name>_weights.c: readable numbers */
void weights_declare(const Library *l, Str *out);                     /* what <name>.c says of them */
bool weights_write_blob(const Library *l, Workdir *w, const char *file); /* all bytes, for incbin and bin */
void weights_incbin_text(const Library *l, const char *file, Str *out);  /* <name>_weights.S */
const char *weight_pointer(const Library *l, const Weight *w);        /* a C expression of pointer type */

/* ---- record.c: of buffers that are records; direction: in or out */
const char *record_struct_name(const Library *l, const char *direction, const char *member);
void record_struct(const Library *l, const Buf *b, const char *direction, const char *member, Str *out);
void record_checks(const Library *l, const Buf *b, const char *member, Str *out); /* of an input: statements that return SINTER_EXTENT */

/* ---- header.c */
void header_text(const Library *l, Str *out);                         /* sizes are those known so far */
const char *member_type(Elem e);                                      /* C type that both C99 and C++ have */
