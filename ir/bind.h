/* Binding one operator text to actual types and attributes. Private to ir/bind_*.c and ir/ein_model.c.
 *
 *   bind.c           chooses the clause and drives the rest
 *   bind_value.c     compile-time values and their arithmetic
 *   bind_scope.c     names: parameters, lets, ranks, groups, functions
 *   bind_eval.c      one evaluator for both times: what is constant folds, what reads a tensor becomes an expression
 *   bind_call.c      the built-in functions
 *   bind_guard.c     what must hold so that a text applies
 *   bind_pattern.c   patterns: input types give ranks, ranks give output types
 *   bind_type.c      element types: classes and type variables
 *   bind_access.c    coordinates of a tensor -> indices in storage order
 *   bind_stmt.c      a statement -> Ein
 *   bind_flat.c      Y[$i] = X[$i]
 *   bind_order.c     which statements are needed, in which order, and which advance together
 *
 * Every function returns false for one of two reasons. Bind.later: something is not known yet, nothing was said, and another pass may
 * succeed; or a diagnostic was added. */
#pragma once
#include "ir/ein_ast.h"

/* ---- values */
typedef enum ValKind { VAL_EMPTY, VAL_BOOL, VAL_INT, VAL_REAL, VAL_RATIO, VAL_STRING, VAL_ALL, VAL_LIST, VAL_TENSOR, VAL_EXPR } ValKind;
enum { NEVER_EMPTY = 0, EMPTY_BY_RANGE = 1, EMPTY_BY_DATA = 2 }; /* why an expression may be empty; DATA: a computed index that no interval proves */
typedef struct Val {
  ValKind kind;
  int n;                                  /* LIST */
  uint8_t empty;                          /* EXPR */
  bool choice;                            /* EXPR: if(a, c) where neither a nor c can be empty */
  bool symbolic;                          /* TENSOR: i64 entries are ext_t */
  union { ext_t i; double r; const char *s; const struct Val *list; const Data *tensor; const Expr *x; }; /* BOOL and INT in i; RATIO is i / den */
  ext_t den;
} Val;

/* ---- names */
typedef enum KnownKind { KNOWN_VALUE, KNOWN_RANK, KNOWN_GROUP, KNOWN_STAR } KnownKind; /* STAR: a list with one extent per member of a starred tensor */
typedef struct Known { KnownKind kind; const char *name; Val value; } Known;
typedef struct Let { Target target; const EinStmt *stmt; int which; bool busy; } Let;
typedef struct Scope {
  bool is_def;                            /* of a compile-time function: capitals are plain values */
  VEC(Known) known;
  VEC(Let) lets;
  VEC(const EinStmt *) fns;
  VEC(const EinStmt *) pending;              /* `when` whose condition is not known yet */
} Scope;

/* ---- tensors */
typedef struct Part { ext_t extent, scale; int dim; bool inner; } Part; /* index of storage dim += coordinate * scale; dim -1: not stored. inner: not the leading part of a composed dim */
typedef struct Slot {                     /* one coordinate of an access */
  const char *rank;                       /* the rank it walks; NULL: not named */
  bool group, optional;
  int n; Part *part;                      /* a group has one part per member, others one (none: an optional rank that is missing) */
} Slot;
typedef enum Role { ROLE_INPUT, ROLE_OUTPUT, ROLE_LOCAL } Role;
typedef struct Tensor {
  const char *name;
  Role role;
  bool solved;                            /* the pattern is */
  bool absent;                            /* nothing was written to it: it reads as empty */
  bool wanted;                            /* an output that is asked for */
  Elem elem;                              /* ELEM_NONE: of the kind of what is written */
  int rank; ext_t dim[MAX_RANK * 2];
  int nslots; Slot *slot;
  Buf *buf;                               /* NULL: absent */
  int number;                             /* of the input or output */
} Tensor;
typedef struct Entity { const char *name; const TensorDecl *decl; Role role; bool star; int n; Tensor **member; } Entity;

/* ---- evaluation */
typedef struct Arg { const char *name; const Ast *value; const struct Frame *frame; } Arg;
typedef struct Frame { int n; Arg *arg; } Frame;                 /* parameters of an inlined function, by name */
typedef struct Axis { const char *name; int member; ext_t extent; const Var *var; bool left; } Axis; /* var NULL: extent 1, always 0 */
typedef struct AxisList { VEC(Axis) list; } AxisList;
typedef struct Sheet {                    /* the statement that is being written */
  AxisList axes;
  AxisList *shared;                       /* of a recurrence: one Var per coordinate for all its statements */
  const char *flat;                       /* i of $i, or NULL */
  const Expr *flat_value;
  int natoms; const Var *const *atom; const ext_t *atom_extent; /* row-major refinement that $i runs over */
} Sheet;
typedef struct Env {
  struct Bind *b;
  Scope *scope;
  const Frame *frame;
  int member, outer, star;                /* entry of groups and lists; entry round about a coordinate of its own; member of starred tensors. -1: none */
  int members;                            /* how many entries the group has whose coordinate this is; 0: it is none */
  Sheet *sheet;                           /* NULL: compile time */
  Elem dest;                              /* what the value is stored into */
  bool exact;                             /* integer / integer is a quotient toward zero: the value goes straight into an integer */
  bool assume;                            /* a comparison that bounds do not decide holds, and is checked when running (out->require) */
} Env;

typedef struct TypeVar { const char *name; Elem elem; } TypeVar;
typedef struct Work Work;
typedef struct Bind {
  Ctx *ctx;
  const EinLib *lib;
  const BindRequest *req;
  const Clause *clause;
  Scope scope;
  VEC(Entity *) entities;
  VEC(TypeVar) types;
  VEC(const EinStmt *) stmts;                /* assignments and uses of other ops that apply */
  int all_rank;                           /* what `all` means in patterns: rank of the tensor with a placed group; -1 */
  int changes;                            /* counts what patterns made known */
  bool later; const char *missing; const Ast *missing_at;
  int steps, depth;
  int stage;                              /* how far a clause got: the best one speaks when none fits */
  int calls;                              /* nesting of ops that use other ops */
  Buf *const *in_buf, *const *out_buf;    /* given from outside, or NULL */
  bool lenient;                           /* extents that may be equal are taken to be: out->require says so */
  Bound *out;
} Bind;

/* bind_value.c */
Val val_int(ext_t i);
Val val_bool(bool v);
Val val_real(double r);
Val val_list(int n, const Val *list);
Val val_expr(const Expr *x, uint8_t empty);
bool val_is_const(const Val *v);                                /* not EXPR and no list with one */
Val val_plain(Bind *b, Val v);                                  /* constant tensors of rank 0 and 1 as numbers and lists */
Val val_of_data(const Data *d, bool symbolic, int64_t i);
bool val_unary(Env *env, const Ast *at, Op op, Val a, Val *out);
bool val_binary(Env *env, const Ast *at, Op op, Val a, Val b, Val *out); /* lifted over lists */
bool val_truth(Env *env, const Ast *at, const Val *v, bool *out); /* of a constant */
bool val_ext(Bind *b, const Ast *at, Val v, ext_t *out);        /* an integer known when compiling */
bool val_to_expr(Env *env, const Ast *at, const Val *v, const Expr **out); /* not of EMPTY */
bool val_same(const Val *a, const Val *b);
void val_print(const Ctx *ctx, const Val *v, Str *out);
Elem val_elem(const Val *v);                                    /* a type's name or ONNX number; ELEM_NONE when it is neither */

/* bind_scope.c */
bool bind_later(Bind *b, const Ast *at, const char *name);      /* returns false */
bool bind_fail(Bind *b, DiagCode code, const Ast *at, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
const char *upper_of(Bind *b, const char *coordinate);          /* the rank that a coordinate walks: k' -> K */
void scope_collect(Bind *b, Scope *s, const Block *block, bool statements);
bool scope_collect_pending(Bind *b, Scope *s);                            /* `when` whose condition has become known */
const Known *scope_find(const Scope *s, KnownKind kind, const char *name);
void scope_set(Bind *b, Scope *s, KnownKind kind, const char *name, Val v);
const EinStmt *scope_fn(const Scope *s, const char *name, int nparams);
bool scope_has_let(const Scope *s, const char *name, bool group);
bool scope_value(Env *env, const Ast *at, const char *name, Val *out);
bool scope_group(Env *env, const Ast *at, const char *name, Val *out); /* a LIST of extents */
bool scope_is_static(Env *env, const char *name);
bool scope_is_coordinate(Env *env, const char *name);
bool def_call(Env *env, const Ast *call, const Def *def, Val *out);    /* several results: a list */
Entity *bind_entity(const Bind *b, const char *name);
Env static_env(Bind *b);
const Attr *bind_attr(const Bind *b, const char *name, const char *alias);
Val val_of_attr(Bind *b, const Attr *a);

void bind_require(Bind *b, ext_t x, ext_t y, bool at_most);     /* x == y, or x <= y, is checked when running */
Tri bind_equal(Bind *b, ext_t x, ext_t y);                      /* TRI_TRUE also where equality is required from now on (lenient) */

/* bind_eval.c */
bool eval(Env *env, const Ast *e, Val *out);
bool eval_static(Env *env, const Ast *e, Val *out);             /* at compile time, lists whole, parameters of the frame visible */
bool eval_condition(Env *env, const Ast *e, bool *out);         /* at compile time */
bool eval_project(Env *env, const Ast *at, Val *v);             /* a list stands for its entry, inside a statement */
bool eval_axis(Env *env, const Ast *at, const char *name, int member, Val *out);
const Ast *resolve_name(const Env *env, const Ast *e, Env *where); /* a parameter -> what was passed, with its frame */
bool collect_axes(Env *env, const Ast *e, bool left);
const Arg *frame_find(const Frame *f, const char *name);
bool call_frame(Env *env, const Ast *call, Frame *f, const Ast **body); /* the function called, if it is one that is inlined */
const Ast *first_group(Env *env, const Ast *e, Env *where);     /* the group that says how many entries an expression has */
bool group_length(Env *env, const Ast *group, int *n);

/* bind_guard.c */
bool guard_holds(Bind *b, bool *open);                          /* false with what fails and why; open: it cannot be said yet */

/* bind_call.c */
bool eval_call(Env *env, const Ast *call, Val *out);
const Expr *to_index(Bind *b, const Expr *e);                   /* a real coordinate is cut to an integer */

/* bind_pattern.c */
bool solve_input(Bind *b, const TensorDecl *d, const Type *type, int member, Tensor *t);
bool evaluate_output(Bind *b, const TensorDecl *d, int member, Tensor *t);
Type tensor_type(const Tensor *t);

/* bind_type.c */
bool bind_input_types(Bind *b);
bool bind_output_type(Bind *b, const TensorDecl *d, Elem *out);
Elem bind_type_of(const Bind *b, const char *input);            /* of a tensor or compile-time input */
bool is_type_class(const char *name);

/* bind_access.c */
typedef struct Access { const Expr *index[MAX_RANK * 2]; const Expr *guard; uint8_t empty; bool nothing, inside; } Access; /* certainly outside; certainly inside, whatever the bounds of the extents tell */
bool access_tensor(Env *env, const Ast *at, const Tensor *t, Access *out);
bool read_tensor(Env *env, const Ast *at, Tensor *t, Val *out);
bool surely_inside(Ctx *ctx, const Expr *index, ext_t extent);
bool flat_index(Env *env, const Ast *at, const Ast *number, const Tensor *t, Access *out); /* bind_flat.c */

/* bind_stmt.c */
struct Work {                             /* a statement on its way to the cascade */
  const EinStmt *stmt;
  bool is_call;                           /* a use of another op */
  bool several, accumulate;               /* others write the tensor too, and before */
  VEC(Ein *) eins;
  VEC(Step) steps;                        /* is_call: the cascade of the other op */
  AxisList *shared;
};
bool lower(Bind *b, Work *w);                                   /* fills eins or steps; may be called again when kinds of locals have widened */
bool make_buffer(Bind *b, Tensor *t);                           /* of a local, or of an output nobody asked for */
typedef void (*NameVisitor)(void *arg, const char *name);
void each_name(const Bind *b, const EinStmt *s, NameVisitor f, void *arg); /* tensors that the right side (and coordinates on the left) may read */
bool is_op_call(const Bind *b, const EinStmt *s);
bool make_local(Bind *b, const char *name);                     /* from plain coordinates in one of its uses */
bool covers(Ctx *ctx, const Tensor *t, const Expr *const *index); /* every element of t is written */
bool flat_fits(Bind *b, const EinStmt *s, const Tensor *t);     /* the same number of elements on both sides */
bool lower_flat(Bind *b, Work *w, const Tensor *t, Env *env, Sheet *sheet);      /* bind_flat.c */
bool fits_opaque(Bind *b, const EinStmt *s, const Tensor *t, const Expr **rhs); /* E0404 where a text or a complex number is computed with */
void emit(Bind *b, Work *w, const Tensor *t, Reduce reduce, const Access *left, const Expr *rhs, const Sheet *sheet);

/* bind_call_op.c */
bool lower_call(Bind *b, Work *w);

/* bind_order.c */
bool statements_read_inputs(Bind *b);                           /* of what is needed; as the text says it */
bool bind_statements(Bind *b);

/* bind.c */
bool bind_op(Ctx *ctx, const EinLib *lib, const BindRequest *req, Buf *const *in_buf, Buf *const *out_buf, int calls, Bound *out);
