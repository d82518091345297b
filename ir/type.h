/* Element types, tensor types, and constant tensor data. */
#pragma once
#include "ir/ext.h"

typedef enum Elem {
  ELEM_NONE,
#define ELEM(name, onnx, bits, cls, c) ELEM_##name,
#include "ir/elem.def"
#undef ELEM
  ELEM_COUNT
} Elem;
typedef struct ElemInfo { const char *name; int onnx, bits; char cls; const char *c; } ElemInfo;
const ElemInfo *elem_info(Elem e);                        /* never NULL */
Elem elem_find(const char *name);                         /* ELEM_NONE when unknown */
Elem elem_from_onnx(int64_t number);                      /* ELEM_NONE when unknown */
bool elem_in_class(Elem e, const char *cls);              /* classes of operator texts: float int uint num any bool (int includes unsigned), or a type's own name */
bool elem_is_number(Elem e);                              /* real, integer or truth value: what data_real and data_int read */
int64_t elem_bytes(Elem e, int64_t count);                /* bytes of count elements, sub-byte types packed; -1 on overflow */

#define MAX_RANK 16                                       /* of a tensor in a model; more is E0104 */
/* What a value is. All but tensors are records: one block of memory of fixed size with room for `cap` elements (ir/record.h). */
typedef enum TypeForm { FORM_TENSOR, FORM_SEQUENCE, FORM_OPTIONAL, FORM_OPTIONAL_SEQUENCE, FORM_MAP } TypeForm;
typedef struct Type {
  Elem elem; int rank; ext_t dim[MAX_RANK];               /* of a record: of its elements; dim of a map: how many entries it may have */
  TypeForm form;
  Elem key;                                               /* FORM_MAP, and FORM_SEQUENCE where the elements are maps: string or i64; else ELEM_NONE */
  uint32_t varies;                                        /* records: bit d is set where dim[d] is a bound, and elements may be smaller there */
  bool ranks_vary;                                        /* records: elements may also have fewer extents than rank, the last ones missing */
  int64_t cap;                                            /* records: elements there is room for; FORM_OPTIONAL: 0 or 1 */
} Type;
bool type_is_record(const Type *t);
int64_t type_bound(const Ctx *ctx, const Type *t);        /* number of elements (of a record: in one of its tensors) at the symbols' bounds; -1 on overflow beyond 2^48 */
bool type_is_const(const Ctx *ctx, const Type *t);        /* no symbols */
bool type_equal(const Type *a, const Type *b);
void type_print(const Ctx *ctx, const Type *t, Str *out); /* f32[1,n,28,28]; seq(f32[2,<=3])<=4, seq(f32[..<=2,<=3])<=4 where ranks vary, opt(f32[2])<=1, opt(seq(f32[2])<=4), map(i64,f32)<=7, seq(map(i64,f32)<=7)<=4 */
bool type_parse(Ctx *ctx, const char **text, Type *t);

/* A constant tensor: row-major, little-endian, sub-byte elements packed low nibble first, texts by pointer. Bytes are owned by an arena or by a mapped file that lives as long as the context. */
typedef struct Data {
  Type type; const void *bytes; size_t nbytes;
  Arena *own;                                             /* holds the bytes and nothing else, so that they can be given back; NULL: they live as long as the context */
  uint64_t hash;                                          /* of bytes that were given back; else 0 */
} Data;
double data_real(const Data *d, int64_t i);               /* element i as a double (f16, bf16, f8 ... decoded) */
int64_t data_int(const Data *d, int64_t i);               /* element i as an integer (real ones truncated; u64 as its bits) */
const char *data_text(const Data *d, int64_t i);          /* element i of a string tensor */
void data_set_text(Ctx *ctx, Data *d, int64_t i, const char *text); /* the text is interned */
/* Stores with the project's one rounding rule: reals round to nearest even into real types; into integer types a real is cut toward zero and wraps; integers wrap. */
void data_set_real(void *bytes, Elem e, int64_t i, double v);
void data_set_int(void *bytes, Elem e, int64_t i, int64_t v);
double elem_round(Elem e, double v);                      /* v as it reads back after a store into real type e */
const void *data_aligned(Ctx *ctx, const Data *d);        /* its bytes, for who reads them through a pointer of their type: a copy in ctx->arena where they lie askew in a mapped file */
void data_release(Data *d);                               /* gives the bytes back where they are its own: for a large constant that nobody reads any more */
uint64_t data_hash(const Data *d);                        /* of elements and type; also of what was given back */
Data *data_new(Ctx *ctx, Elem e, int rank, const int64_t *dims); /* zeros or empty texts, in ctx->arena; NULL with a diagnostic E0701 when over limits */
