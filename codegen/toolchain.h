/* The C compiler and the archiver. */
#pragma once
#include "codegen/codegen.h"

typedef VEC(const char *) Command;
void command_add(Ctx *ctx, Command *c, const char *words);           /* split at blanks */
const char *command_text(Ctx *ctx, const Command *c);
bool command_run(Ctx *ctx, const char *dir, const Command *c, bool quiet); /* in folder dir; E0801 with the command and what it said, unless quiet */

/* cc with the flags of the target and of the floating-point policy; the caller adds files. */
Command compiler(Ctx *ctx, const Unit *u, const EmitOptions *o);
Command archiver(Ctx *ctx, const Unit *u);
const char *compiler_flags(Ctx *ctx, const Options *opt);            /* the flags that generated code needs, for its header comment */

/* ---- what came out (codegen/object.c) */
int64_t object_code_bytes(Ctx *ctx, const char *dir, const char *object); /* bytes of executable sections of an ELF object; -1 when it is none */
/* Deepest stack of `entry` from the compiler's .su file: entry, then one kernel, then at most all the helpers; -1 when it is not bounded or not known. */
int64_t stack_bound(Ctx *ctx, const char *dir, const char *su, const char *entry, const Program *p);
