/* Names in generated C. */
#pragma once
#include "codegen/codegen.h"
#include "ir/map.h"

typedef struct NameSet { Ctx *ctx; Map taken; } NameSet;           /* names that are in use, whatever their case: macros are made of them */
void name_reserve(NameSet *s, const char *name);
const char *name_unique(NameSet *s, const char *wish);             /* c_identifier(wish), or that with a number; reserved from now on */
const char *c_upper(Ctx *ctx, const char *identifier);             /* for macros */
const char *c_comment(Ctx *ctx, const char *text);                 /* text that cannot end or open a comment, nor hide anything: other than printable ASCII as \xNN */
