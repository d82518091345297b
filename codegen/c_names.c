/* Names in generated C: model names become identifiers, unique within a kernel. */
#include "codegen/c_text.h"
#include <ctype.h>

/* Words a variable may not be called: keywords of C and C++, and what the runtime and the vector types use. */
static const char *const reserved[] = {
  "asm", "auto", "bool", "break", "case", "catch", "char", "class", "const", "continue", "default", "delete", "do", "double", "else", "enum", "extern", "false",
  "float", "for", "friend", "goto", "if", "inline", "int", "long", "main", "namespace", "new", "operator", "private", "protected", "public", "register", "restrict",
  "return", "short", "signed", "sizeof", "static", "struct", "switch", "template", "this", "throw", "true", "try", "typedef", "typename", "typeof", "union",
  "unsigned", "using", "virtual", "void", "volatile", "while", "memcpy", "memset", "linux", "unix", "errno", "INFINITY", "NAN",
};

static bool is_reserved(const char *s) {
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
    if (!strcmp(s, reserved[i])) return true;
  /* v8f32, u16i32 ...: the vector types of the prelude; and the runtime's own prefix */
  return ((s[0] == 'v' || s[0] == 'u') && isdigit((unsigned char)s[1])) || !strncmp(s, "sinter_", 7);
}

static const char *identifier(Ctx *ctx, const char *wish) {
  Str s = str_new(ctx);
  for (const char *c = wish ? wish : ""; *c; c++) {
    bool fine = isalnum((unsigned char)*c) && (unsigned char)*c < 128;
    if (s.n == 0 && isdigit((unsigned char)*c)) str_add(&s, "_");
    str_addn(&s, fine ? c : "_", 1);
    if (s.n >= 48) break;
  }
  if (s.n == 0) str_add(&s, "t");
  if (is_reserved(s.s)) str_add(&s, "_");
  return intern(ctx, s.s);
}

static bool is_taken(const CPrint *p, const char *name) {
  for (size_t i = 0; i < p->names.n; i++)
    if (p->names.at[i].name == name) return true;
  return false;
}

static const char *with_suffix(const CPrint *p, const char *name, const char *suffix) { return intern(p->ctx, ctx_printf(p->ctx, "%s%s", name, suffix)); }

static bool all_free(const CPrint *p, const char *name, int n, const char *const *suffix) {
  bool taken = is_taken(p, name);
  for (int i = 0; i < n && !taken; i++) taken = is_taken(p, with_suffix(p, name, suffix[i]));
  return !taken;
}

const char *c_name_family(CPrint *p, const void *what, const char *wish, int n, const char *const *suffix) {
  for (size_t i = 0; what && i < p->names.n; i++)
    if (p->names.at[i].what == what) return p->names.at[i].name;
  const char *name = identifier(p->ctx, wish);
  const char *stem = name; /* already cut to its length: a number behind it stays */
  for (int i = 2; !all_free(p, name, n, suffix); i++) name = intern(p->ctx, ctx_printf(p->ctx, "%s_%d", stem, i));
  vec_push(p->ctx, &p->names, ((Naming){what, name}));
  for (int i = 0; i < n; i++) vec_push(p->ctx, &p->names, ((Naming){NULL, with_suffix(p, name, suffix[i])}));
  return name;
}

const char *c_name_new(CPrint *p, const char *wish) { return c_name_family(p, NULL, wish, 0, NULL); }

const char *c_name_of(CPrint *p, const void *what, const char *wish) { return c_name_family(p, what, wish, 0, NULL); }
