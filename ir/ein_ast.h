/* The operator language as it was written: tokens, expressions, patterns, statements, clauses. Private to ir/ein_*.c and ir/bind_*.c.
 * Trees live in the context's arena, are immutable once parsed, and keep the place they came from. */
#pragma once
#include "ir/ein.h"

/* ---- tokens */
typedef enum TokenKind { TOKEN_END, TOKEN_NEWLINE, TOKEN_INT, TOKEN_REAL, TOKEN_STRING, TOKEN_NAME, TOKEN_GROUP, TOKEN_MARK } TokenKind;
typedef struct Token {
  TokenKind kind;
  const char *text;                       /* interned; of a group without its dots */
  int64_t i; double r;
  size_t begin, end;                      /* bytes of the file */
  int line, column;
} Token;
typedef struct Tokens { VEC(Token) list; } Tokens;
bool ein_lex(Ctx *ctx, const char *file, const char *text, size_t n, Tokens *out); /* ends with TOKEN_END; E0300 */

/* ---- expressions */
typedef enum AstKind {
  AST_INT, AST_REAL, AST_STRING,
  AST_NAME, AST_GROUP,                    /* k, K; k.., K.., .. (name "") */
  AST_READ, AST_CALL,                     /* X[...], f(...; name = ...) */
  AST_LIST, AST_UNARY, AST_BINARY, AST_IN,
  AST_IF, AST_ELSE,                       /* a if c: arg[0], arg[1]; a else b */
  AST_FLAT                                /* $i */
} AstKind;
typedef struct Ast {
  AstKind kind; Op op;                    /* op: UNARY, BINARY */
  const char *name;                       /* or the text of a STRING */
  int64_t i; double r;
  int n; const struct Ast **arg;
  int nnamed; const char **named; const struct Ast **named_arg; /* CALL */
  const char *file; int line, column;
} Ast;

/* ---- patterns of tensors */
typedef enum PatKind { PAT_RANK, PAT_GROUP, PAT_NUMBER, PAT_EXTENT, PAT_COMPOSED } PatKind;
typedef struct Pat {
  PatKind kind;
  const char *name;                       /* RANK, GROUP ("" for the broadcast group) */
  const Ast *extent;                      /* NUMBER, EXTENT */
  bool star, optional, repeated;          /* *K, K?, 1.. */
  const Ast *count, *at, *cond;           /* {n}, @axis, if c; NULL when not given */
  int nparts; const struct Pat **part;    /* COMPOSED */
  int line, column;
} Pat;

typedef struct TensorDecl {
  const char *name, *alias;               /* V|value: the attribute that may stand in for it */
  bool star, optional, tuple;             /* tuple: of a list whose members come several tensors at a time, *(X[..], S[]) */
  const char *type, *type_default;        /* : U|u8; NULL when not given */
  int npats; const Pat **pat;
  int line, column;
} TensorDecl;

typedef struct Param {                    /* of a signature: a tensor, or a compile-time value */
  const TensorDecl *tensor;               /* NULL: a compile-time value */
  const char *name, *alias; const Ast *fallback;
  int line, column;
} Param;

/* ---- statements */
typedef enum EinStmtKind { STMT_SET, STMT_LET, STMT_FN, STMT_WHEN } EinStmtKind;
typedef struct Target { const char *name; bool group; } Target;
typedef struct Block { int n; const struct EinStmt **stmt; } Block;
typedef struct EinStmt {
  EinStmtKind kind;
  Reduce reduce;                          /* SET */
  const Ast *left, *right;                /* left: a READ; right: value of SET, LET, FN; condition of WHEN */
  const char *type;                       /* SET: declared type of the element, or NULL */
  int ntargets; const Target *target;     /* LET */
  const char *name; int nparams; const char **param; /* FN */
  Block then, otherwise;                  /* WHEN */
  const char *file; int line, column;
} EinStmt;

/* ---- definitions */
typedef struct Clause {                   /* one text of an operator */
  const char *name, *domain, *cls;        /* cls: class of T, or NULL */
  int since;
  int nin; const Param *in;
  int nattr; const Param *attr;
  int nout; const TensorDecl **out;
  const Ast *guard;
  Block body;                             /* the shared signature's statements first */
  const char *file, *text; int line, column; /* text: source, verbatim, with the shared signature and leading comments */
} Clause;
typedef struct Signature { const char *name; Clause shape; } Signature;
typedef struct Fn {                       /* an element function, inlined: `fn`, or a map without optional arguments */
  const char *name; int nparams; const char **param;
  int nattr; const Param *attr;
  const Ast *value;
} Fn;
typedef struct Def { const char *name; int nparams, nresults; const char **param, **result; Block body; } Def;

struct EinLib { VEC(const Clause *) clauses; VEC(const Signature *) signatures; VEC(const Fn *) fns; VEC(const Def *) defs; };

void ast_print(const Ast *e, Str *out);                           /* an expression as it could be written (ir/ein_facts.c) */
bool ein_parse(Ctx *ctx, EinLib *lib, const char *file, const char *text, size_t n);
const Fn *ein_find_fn(const EinLib *lib, const char *name);       /* names are interned; the latest definition wins */
const Def *ein_find_def(const EinLib *lib, const char *name);
/* The clauses that may apply: same name and domain, the greatest `since` not above opset; in the order of the texts. */
int ein_candidates(const EinLib *lib, const char *op, const char *domain, int opset, const Clause **out, int max);
