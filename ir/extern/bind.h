/* What the bind functions of extern ops share: reading a request, extents, the symbol of a data-dependent extent. */
#pragma once
#include "ir/extern.h"
#include "ir/record.h"

bool extern_inputs(Ctx *ctx, const BindRequest *req, int required);                      /* the first `required` are there, none too many; E0403, E0401 */
bool extern_attrs(Ctx *ctx, const BindRequest *req, const char *const *known);           /* no attribute but these (NULL ends the list); E0402 */
const Attr *extern_attr(const BindRequest *req, const char *name);                       /* NULL when absent */
bool extern_int(Ctx *ctx, const BindRequest *req, const char *name, int64_t otherwise, int64_t *to);
bool extern_axis(Ctx *ctx, const BindRequest *req, int64_t axis, int rank, int *to);     /* negative counts from the end; E0303 */
bool extern_texts(Ctx *ctx, const BindRequest *req, int input);                           /* that input holds strings; E0404 */
/* For an extent that nothing in the inputs bounds (the height of a picture): dimension `dim` of output 0. The bound is the user's (--dim 'SYMBOL<=N'), or what the
 * model declares; E0203 says how to give it. The kernel must keep to it: nothing may be written beyond. */
bool extern_open_symbol(Ctx *ctx, const BindRequest *req, const char *what, int dim, ext_t *to);
bool extern_plain_elem(Ctx *ctx, const BindRequest *req, Elem e, const char *classes);   /* whole bytes, class letter (elem.def) among these; E0404 */
bool extern_real_kind(Ctx *ctx, const BindRequest *req, Elem e, int *kind);              /* as ir/extern/real.kernel.h counts them; E0404 */
/* The next table of the kernel. From an attribute: a vector of its entries, empty where the attribute is absent (E0401 where it is of another kind); integers and
 * reals are stored as `elem`, which must hold every integer (E0401). Equal tables of a program are stored once. */
bool extern_table(Ctx *ctx, const BindRequest *req, const Data *d, ExternBound *to);                      /* one that `bind` made (data_new); E0701 when there are too many */
bool extern_table_ints(Ctx *ctx, const BindRequest *req, const char *name, Elem elem, ExternBound *to);
bool extern_table_reals(Ctx *ctx, const BindRequest *req, const char *name, Elem elem, ExternBound *to);
bool extern_table_strings(Ctx *ctx, const BindRequest *req, const char *name, ExternBound *to);
bool extern_table_tensor(Ctx *ctx, const BindRequest *req, const char *name, ExternBound *to);            /* a tensor attribute, as it is */
ext_t extern_text_pool(Ctx *ctx, ext_t texts);                                           /* bytes of a pool for so many texts */
ext_t extern_size(Ctx *ctx, const Type *t, int from, int to);                            /* product of the extents [from, to) */
bool extern_symbol(Ctx *ctx, const BindRequest *req, const char *what, ext_t bound, ext_t *to); /* 0..bound, set by the kernel; E0701 */

/* Of operators on records. */
bool extern_form(Ctx *ctx, const BindRequest *req, int i, TypeForm form);                    /* input i, where there is one, is of this form; E0404 */
bool extern_put(Ctx *ctx, const BindRequest *req, ExternBound *to, ext_t number);        /* the next number of the kernel; E0701 */
bool extern_put_record(Ctx *ctx, const BindRequest *req, ExternBound *to, const Type *t); /* the three numbers that describe a record (ir/extern/record.kernel.h) */
bool extern_put_extents(Ctx *ctx, const BindRequest *req, ExternBound *to, const Type *t);
int64_t extern_bits(Elem e);                                                              /* of an element as it is stored */
int64_t extern_position(Ctx *ctx, const BindRequest *req, int i);                        /* bytes of an input that holds one integer; 0: absent; -1 with E0404 */
bool extern_open_extents(Ctx *ctx, const BindRequest *req, ExternBound *to, uint32_t open, Type *out); /* the extents in `open` become symbols that the kernel counts, in their order */
bool extern_element(Ctx *ctx, const BindRequest *req, int64_t position, ExternBound *to); /* of the kernel sequence_at: numbers and result for input 0; position: bytes of input 1 */
