/* Tokens of the operator language. A newline ends a statement unless it stands inside ( [, after a binary operator, or before
 * + * / and or if else ->; newlines that end nothing are dropped here, so that the parser never sees them. */
#include "ir/ein_ast.h"
#include <stdlib.h>

enum { MAX_TEXT = 1 << 24 };
static const int64_t MAX_NUMBER = (int64_t)1 << 59; /* extents are numbers below 2^60 */

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *const words[] = {"if", "else", "and", "or", "not", "in"};
static const char *const marks[] = { /* longest first */
  "..", "->", "+=", "*=", "//", "**", "==", "!=", "<=", ">=", "<<", ">>",
  "-", "+", "*", "/", "%", "@", "?", "$", "[", "]", "{", "}", "(", ")", ",", ";", ":", "=", "<", ">", "&", "|", "^", "~", "."};
static const char *const reductions[] = {"max", "min", "and", "or", "last", "first"};
static const char *const continues_after[] = {"+", "-", "*", "/", "//", "%", "**", "and", "or", "else", "if", ",", "=", "+=", "*=", "max=", "min=", "and=", "or=", "last=", "first=", "->", "==", "!=", "<", ">", "<=", ">="};
static const char *const continues_before[] = {"+", "*", "/", "and", "or", "else", "if", "->"};

static bool among(const char *const *list, size_t n, const char *text) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(list[i], text) == 0) return true;
  return false;
}
#define AMONG(list, text) among(list, sizeof list / sizeof *list, text)

typedef struct Lexer { Ctx *ctx; const char *file, *text; size_t n, at, line_start; int line, depth; Tokens *out; } Lexer;

static char peek(const Lexer *l, size_t ahead) { return l->at + ahead < l->n ? l->text[l->at + ahead] : '\0'; }

static Place place_of(const Lexer *l) { return (Place){.file = l->file, .line = l->line, .column = (int)(l->at - l->line_start) + 1}; }

static void push(Lexer *l, Token t, size_t length) {
  t.begin = l->at;
  t.end = l->at + length;
  t.line = l->line;
  t.column = (int)(l->at - l->line_start) + 1;
  vec_push(l->ctx, &l->out->list, t);
  l->at += length;
}

static bool lex_number(Lexer *l) {
  const char *s = l->text + l->at;
  size_t n = 0;
  bool real = false, hex = s[0] == '0' && (peek(l, 1) == 'x' || peek(l, 1) == 'X');
  if (hex) {
    n = 2;
    while (is_digit(peek(l, n)) || (peek(l, n) >= 'a' && peek(l, n) <= 'f') || (peek(l, n) >= 'A' && peek(l, n) <= 'F')) n++;
  } else {
    while (is_digit(peek(l, n))) n++;
    if (peek(l, n) == '.' && is_digit(peek(l, n + 1))) {
      real = true;
      for (n++; is_digit(peek(l, n));) n++;
    }
    if (peek(l, n) == 'e' || peek(l, n) == 'E') {
      size_t m = n + 1;
      if (peek(l, m) == '+' || peek(l, m) == '-') m++;
      if (is_digit(peek(l, m))) {
        real = true;
        for (n = m; is_digit(peek(l, n));) n++;
      }
    }
  }
  if (n > 60) return diag(l->ctx, E0300, place_of(l), "a number of %zu characters", n);
  char copy[64] = {0};
  memcpy(copy, s, n);
  Token t = {.kind = real ? TOKEN_REAL : TOKEN_INT, .text = intern(l->ctx, copy)};
  if (real) t.r = strtod(copy, NULL);
  else {
    unsigned long long v = strtoull(copy, NULL, hex ? 16 : 10);
    if (v > (unsigned long long)MAX_NUMBER) return diag(l->ctx, E0300, place_of(l), "the number %s is too large", copy);
    t.i = (int64_t)v;
  }
  push(l, t, n);
  return true;
}

static bool lex_name(Lexer *l) {
  size_t n = 0;
  while (is_letter(peek(l, n)) || is_digit(peek(l, n))) n++;
  const char *word = internn(l->ctx, l->text + l->at, n);
  if (l->depth == 0 && peek(l, n) == '=' && peek(l, n + 1) != '=' && AMONG(reductions, word)) { /* max= */
    push(l, (Token){.kind = TOKEN_MARK, .text = internn(l->ctx, l->text + l->at, n + 1)}, n + 1);
    return true;
  }
  if (AMONG(words, word)) { push(l, (Token){.kind = TOKEN_MARK, .text = word}, n); return true; }
  while (peek(l, n) == '\'') n++;
  word = internn(l->ctx, l->text + l->at, n);
  bool group = peek(l, n) == '.' && peek(l, n + 1) == '.';
  push(l, (Token){.kind = group ? TOKEN_GROUP : TOKEN_NAME, .text = word}, n + (group ? 2 : 0));
  return true;
}

static bool lex_string(Lexer *l) {
  size_t n = 1;
  while (peek(l, n) != '"') {
    if (l->at + n >= l->n || peek(l, n) == '\n') return diag(l->ctx, E0300, place_of(l), "a string without its closing quote");
    n++;
  }
  push(l, (Token){.kind = TOKEN_STRING, .text = internn(l->ctx, l->text + l->at + 1, n - 1)}, n + 1);
  return true;
}

static bool lex_mark(Lexer *l) {
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    size_t n = strlen(marks[i]);
    if (l->n - l->at < n || memcmp(l->text + l->at, marks[i], n) != 0) continue;
    if (marks[i][0] == '(' || marks[i][0] == '[') l->depth++;
    if ((marks[i][0] == ')' || marks[i][0] == ']') && l->depth > 0) l->depth--;
    push(l, (Token){.kind = TOKEN_MARK, .text = intern(l->ctx, marks[i])}, n);
    return true;
  }
  unsigned char c = (unsigned char)peek(l, 0);
  return diag(l->ctx, E0300, place_of(l), c >= 32 && c < 127 ? "unexpected character `%c`" : "unexpected byte 0x%02x", c);
}

/* Drops the newlines at which a statement goes on. */
static void join_lines(Ctx *ctx, Tokens *t) {
  Tokens kept = {0};
  for (size_t i = 0; i < t->list.n; i++) {
    const Token *k = &t->list.at[i];
    if (k->kind == TOKEN_NEWLINE) {
      const Token *before = kept.list.n ? &kept.list.at[kept.list.n - 1] : NULL;
      const Token *after = i + 1 < t->list.n ? &t->list.at[i + 1] : NULL;
      if (before && before->kind == TOKEN_MARK && AMONG(continues_after, before->text)) continue;
      if (after && after->kind == TOKEN_MARK && AMONG(continues_before, after->text)) continue;
    }
    vec_push(ctx, &kept.list, *k);
  }
  *t = kept;
}

bool ein_lex(Ctx *ctx, const char *file, const char *text, size_t n, Tokens *out) {
  *out = (Tokens){0};
  Lexer l = {.ctx = ctx, .file = file, .text = text, .n = n, .line = 1, .out = out};
  if (n > MAX_TEXT) return diag(ctx, E0300, (Place){.file = file}, "the text has %zu bytes; the limit is %d", n, MAX_TEXT);
  while (l.at < n) {
    char c = peek(&l, 0);
    if (c == ' ' || c == '\t' || c == '\r') l.at++;
    else if (c == '#') while (l.at < n && text[l.at] != '\n') l.at++;
    else if (c == '\n') {
      bool ends = l.depth == 0 && out->list.n && out->list.at[out->list.n - 1].kind != TOKEN_NEWLINE;
      if (ends) push(&l, (Token){.kind = TOKEN_NEWLINE, .text = intern(ctx, "end of line")}, 0);
      l.at++;
      l.line++;
      l.line_start = l.at;
    } else if (is_digit(c) ? !lex_number(&l) : is_letter(c) ? !lex_name(&l) : c == '"' ? !lex_string(&l) : !lex_mark(&l)) return false;
  }
  push(&l, (Token){.kind = TOKEN_NEWLINE, .text = intern(ctx, "end of line")}, 0);
  push(&l, (Token){.kind = TOKEN_END, .text = intern(ctx, "end of file")}, 0);
  join_lines(ctx, out);
  return true;
}
