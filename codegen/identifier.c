/* Any name of a model, as a C identifier, as a macro, or inside a comment. Nothing of a model reaches generated code by another way. */
#include "codegen/identifier.h"
#include <stdlib.h>

enum { LONGEST = 64, HEAD = 30, TAIL = 32 }; /* of a long name, how much of both ends stays */

/* Sorted. Keywords of C and C++, macros of common systems, and functions a compiler knows or <string.h> and <stdint.h> declare. */
static const char *const reserved[] = {
  "NULL", "abort", "abs", "acos", "acosh", "alignas", "alignof", "and", "and_eq", "asin", "asinh", "asm", "atan", "atan2", "atanh", "auto", "bitand", "bitor", "bool", "break", "calloc",
  "case", "catch", "cbrt", "ceil", "char", "char16_t", "char32_t", "class", "compl", "concept", "const", "const_cast", "constexpr", "continue", "copysign", "cos", "cosh", "decltype",
  "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "erf", "erfc", "errno", "exit", "exp", "exp2", "explicit", "expm1", "export", "extern", "fabs", "false", "fdim",
  "float", "floor", "fma", "fmax", "fmin", "fmod", "for", "fprintf", "free", "frexp", "friend", "gamma", "goto", "hypot", "i386", "if", "ilogb", "index", "inline", "int", "int16_t",
  "int32_t", "int64_t", "int8_t", "isinf", "isnan", "j0", "j1", "jn", "labs", "ldexp", "lgamma", "linux", "llabs", "llrint", "log", "log10", "log1p", "log2", "logb", "long", "lrint",
  "lround", "main", "malloc", "memchr", "memcmp", "memcpy", "memmove", "memset", "modf", "mutable", "namespace", "nearbyint", "new", "noexcept", "not", "not_eq", "nullptr", "operator",
  "or", "or_eq", "pow", "printf", "private", "protected", "public", "putchar", "puts", "realloc", "register", "reinterpret_cast", "remainder", "requires", "restrict", "return", "rindex",
  "rint", "round", "scanf", "short", "signed", "significand", "sin", "sinh", "size_t", "sizeof", "snprintf", "sprintf", "sqrt", "static", "static_assert", "static_cast", "stderr",
  "stdin", "stdout", "stpcpy", "strcat", "strchr", "strcmp", "strcpy", "strcspn", "strdup", "strlen", "strncat", "strncmp", "strncpy", "strpbrk", "strrchr", "strspn", "strstr",
  "struct", "switch", "tan", "tanh", "template", "tgamma", "this", "thread_local", "throw", "true", "trunc", "try", "typedef", "typeid", "typename", "typeof", "uint16_t", "uint32_t",
  "uint64_t", "uint8_t", "uintptr_t", "union", "unix", "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq", "y0", "y1", "yn",
};

static int compare(const void *a, const void *b) { return strcmp(a, *(const char *const *)b); }

static bool is_reserved(const char *s) {
  size_t n = strlen(s);
  if (bsearch(s, reserved, sizeof reserved / sizeof *reserved, sizeof *reserved, compare)) return true;
  if (n > 1 && (s[n - 1] == 'f' || s[n - 1] == 'l')) { /* sinf, sinl */
    char stem[LONGEST + 1];
    memcpy(stem, s, n - 1), stem[n - 1] = 0;
    if (bsearch(stem, reserved, sizeof reserved / sizeof *reserved, sizeof *reserved, compare)) return true;
  }
  return !strncmp(s, "sinter_", 7) || !strncmp(s, "SINTER_", 7);
}

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

const char *c_identifier(Ctx *ctx, const char *name) {
  Str s = str_new(ctx);
  for (; name && *name; name++) { /* words, with one underscore between them */
    if (is_word(*name)) str_addn(&s, name, 1);
    else if (s.n && s.s[s.n - 1] != '_') str_add(&s, "_");
  }
  while (s.n > 1 && s.s[s.n - 1] == '_') s.s[--s.n] = 0;
  if (s.n > LONGEST) s.s = ctx_printf(ctx, "%.*s__%s", HEAD, s.s, s.s + s.n - TAIL);
  if (!s.n) s.s = ctx_printf(ctx, "x");
  if ((s.s[0] >= '0' && s.s[0] <= '9') || !strncmp(s.s, "sinter_", 7) || !strncmp(s.s, "SINTER_", 7)) s.s = ctx_printf(ctx, "x%.*s", LONGEST - 1, s.s);
  return intern(ctx, is_reserved(s.s) ? ctx_printf(ctx, "%s_", s.s) : s.s);
}

const char *c_upper(Ctx *ctx, const char *identifier) {
  char *s = arena_copy(ctx->arena, identifier, strlen(identifier) + 1);
  for (char *c = s; *c; c++)
    if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
  return s;
}

const char *c_comment(Ctx *ctx, const char *text) {
  Str s = str_new(ctx);
  str_add(&s, "");
  for (const char *c = text; *c; c++) {
    if (s.n >= 200) { str_add(&s, "..."); break; }
    if ((*c == '/' && s.n && s.s[s.n - 1] == '*') || (*c == '*' && s.n && s.s[s.n - 1] == '/')) str_add(&s, " ");
    if (*c >= ' ' && *c <= '~' && *c != '\\') str_addn(&s, c, 1);
    else str_printf(&s, "\\x%02x", (unsigned char)*c);
  }
  return s.s;
}

void name_reserve(NameSet *s, const char *name) { map_add(s->ctx->arena, &s->taken, intern(s->ctx, c_upper(s->ctx, name)))->i = 1; }

const char *name_unique(NameSet *s, const char *wish) {
  const char *stem = c_identifier(s->ctx, wish), *name = stem;
  for (size_t i = 2;; i++) {
    MapEntry *e = map_add(s->ctx->arena, &s->taken, intern(s->ctx, c_upper(s->ctx, name)));
    if (!e->i) { e->i = 1; return name; }
    MapEntry *first = map_add(s->ctx->arena, &s->taken, intern(s->ctx, c_upper(s->ctx, stem)));
    if (first->i > i) i = first->i; /* where the last search ended: many equal names stay linear */
    first->i = i;
    name = intern(s->ctx, ctx_printf(s->ctx, "%s_%zu", stem, i));
  }
}
