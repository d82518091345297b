/* Reading the tile IR's text: the reader walks one line at a time. */
#pragma once
#include "ir/map.h"
#include "ir/tile_text.h"

typedef struct Line { const char *text; int indent, number; } Line; /* without its indentation; two spaces are one step */
typedef struct Weight { uint64_t hash; const Data *data; } Weight;
typedef struct Reader {
  Ctx *ctx;
  const char *file;
  Line *line; size_t nlines, next;       /* next: the first that is not read */
  const char *at;                        /* in the line being read */
  int number, depth;                     /* of that line; of the expression or block being read */
  Map bufs, kernel_bufs, vars;           /* by interned name */
  const Program *weights;
  VEC(Weight) weight;                    /* its constants; looked up by hash */
  Map weight_seen;
} Reader;

bool read_fail(Reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* E0600; returns false */
bool read_char(Reader *r, char c);                     /* these three skip spaces, and take what they are asked for or nothing */
bool read_text(Reader *r, const char *text);           /* punctuation */
bool read_word(Reader *r, const char *word);
const char *read_name(Reader *r);                      /* plain or quoted, interned; NULL, without a diagnostic, when there is none */
const char *read_quoted(Reader *r);                    /* where the next character is a quote: interned; NULL where it does not end */
bool read_number(Reader *r, int64_t *v);
bool read_literal(Reader *r, bool *is_real, int64_t *i, double *v); /* 12, -3.5e7, -inf; false, without a diagnostic, when there is none */
bool read_extent(Reader *r, ext_t *e);
Buf *read_buf_name(Reader *r);                         /* NULL with a diagnostic */
const Expr *read_expr(Reader *r);                      /* NULL with a diagnostic */
bool read_access(Reader *r, Buf **b, int *n, const Expr **index); /* x[...]; index has room for MAX_RANK * 2 + 1 */
