/* What the files of the C printer share: the state while one kernel is printed. Private to codegen/c_*.c. */
#pragma once
#include "codegen/codegen.h"

/* The C type a number is computed in. Narrow integers are computed in int where their interval fits, as C does anyway. */
typedef enum CType { C_I32, C_I64, C_U64, C_F32, C_F64, C_OPAQUE } CType; /* OPAQUE: whatever the element is stored as */

/* Binding strength of C's operators, weakest first: a text is wrapped in parentheses where something stronger is asked for. */
typedef enum Prec { PREC_ANY, PREC_SELECT, PREC_OR, PREC_AND, PREC_BOR, PREC_BXOR, PREC_BAND, PREC_EQ, PREC_REL, PREC_SHIFT, PREC_ADD, PREC_MUL, PREC_UNARY, PREC_PRIMARY } Prec;

typedef struct Naming { const void *what; const char *name; } Naming;
/* A pointer into a buffer, computed where the loop that binds its last variable begins, so that addresses inside are constants. */
typedef struct Window { const Buf *buf; const char *name; int n; const Term *term; } Window;

typedef struct CPrint {
  Ctx *ctx; const Target *target; Str *out; int depth;
  CType real;                              /* of the kernel: float, or double when it touches f64 */
  VEC(Naming) names;
  VEC(const Var *) fixed; VEC(const Expr *) fixed_to;   /* variables of unrolled loops and their value now */
  VEC(const Var *) scope;                  /* variables of the loops that are printed as loops, outermost first */
  VEC(Window) windows; bool use_windows;
  const Var *lane; int lanes, live;        /* inside a VEC loop: its variable, lanes, and how many of them take part (ragged end) */
  VEC(const Buf *) arrays;                 /* register arrays that are indexed by a variable */
  VEC(const Buf *) inside;                 /* registers declared inside the VEC loop */
} CPrint;

/* ---- c_expr.c */
CType c_type(const CPrint *p, const Expr *e);
bool c_is_vector(CPrint *p, const Expr *e);
void c_expr(CPrint *p, const Expr *e, CType want, Prec prec, Str *out);
void c_vector(CPrint *p, const Expr *e, CType want, Prec prec, Str *out);   /* the same inside a VEC loop: a vector; scalars are broadcast */
void c_condition(CPrint *p, const Expr *e, Str *out);
const char *c_type_name(CType t);
const char *c_vector_name(CPrint *p, CType t);                                   /* v8f32 */
void c_literal(double v, CType t, Str *out);
CType c_elem_type(Elem e);                                                       /* what an element is computed in */

/* ---- c_access.c: addresses, windows, loads */
bool c_lane_stride(CPrint *p, const Buf *b, int n, const Expr *const *index, int64_t *stride); /* by how much the address moves with the lane; false when by no fixed step */
void c_place(CPrint *p, const Buf *b, int n, const Expr *const *index, Str *out);   /* lvalue of one element as stored: x[i] or a register's name */
void c_pointer(CPrint *p, const Buf *b, int n, const Expr *const *index, Str *out); /* address of the element, the lane left out: x + 16 */
const char *c_base(CPrint *p, const Buf *b, int n, const Expr *const *index);          /* the pointer variable an access is made from */
void c_index_text(CPrint *p, const Expr *e, Prec prec, Str *out);
void c_open_windows(CPrint *p, const Body *body, const Var *v);
bool c_is_packed(Elem e);                                                        /* several elements to a byte */

/* ---- c_names.c */
const char *c_name_of(CPrint *p, const void *what, const char *wish);             /* the C name given to a variable or buffer, made at first use */
const char *c_name_new(CPrint *p, const char *wish);
const char *c_name_family(CPrint *p, const void *what, const char *wish, int n, const char *const *suffix); /* the same for variables NAME SUFFIX: all are free */

const Expr *c_fixed(CPrint *p, const Expr *e);                                   /* e with the variables of unrolled loops replaced */
void c_line(CPrint *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
