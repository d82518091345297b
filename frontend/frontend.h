/* Readers of what others write. Nothing is decided here. */
#pragma once
#include "ir/ein.h"

typedef struct DimOption { const char *name; bool bounded; int64_t value; } DimOption;          /* --dim seq=5 | seq<=512 */
typedef struct ShapeOption {               /* --shape x=1x3x8x8; of a sequence seq=4*1x<=8: at most 4 elements, each 1 by at most 8 */
  const char *input; int rank; int64_t dim[MAX_RANK];
  uint32_t varies; bool has_cap; int64_t cap;
} ShapeOption;
typedef struct ConstOption { const char *input; const Data *data; } ConstOption;                /* --const sr=16000: the input becomes an initializer */
typedef struct StateOption { const char *output, *input; } StateOption;                          /* --state out=in: kept between runs */
typedef struct ImportOptions {
  const char *name;                          /* of the model; NULL: from the file name */
  VEC(DimOption) dims; VEC(ShapeOption) shapes; VEC(ConstOption) consts; VEC(StateOption) states;
  const ShapeOption *output; size_t noutputs; /* how large outputs get: bounds the extents that the model leaves open (Value.declared) */
  const EinLib *lib;
  bool keep_open;                            /* dimensions that nothing binds stay -1, ranks that nothing gives too, instead of E0203: for who only asks what the inputs are */
} ImportOptions;

/* Reads an ONNX file: pre-scan, unpack with a capped allocator, check, convert to the graph IR; weights stay in the mapped file. Model-local functions are inlined;
 * options are applied (an option that names nothing is E0204). Every defect is reported; NULL when there was an error. */
Model *onnx_read(Ctx *ctx, const char *path, const ImportOptions *opt);
/* The operators of an ONNX file, known or not, without reading it any further. */
typedef struct OperatorUse { const char *op, *domain; int opset, nodes; } OperatorUse; /* domain "" for ai.onnx */
typedef VEC(OperatorUse) OperatorUses;
bool onnx_uses(Ctx *ctx, const char *path, OperatorUses *out);
/* Reads MODEL by what it is: .onnx, .ein (an op of it as a model), or graph IR text written by `inspect`. */
Model *model_read(Ctx *ctx, const char *path, const ImportOptions *opt);

/* Writes a model: to be read back by onnx_read, and by others. */
bool onnx_write(Ctx *ctx, const char *path, const Model *m);
/* Joins outputs to inputs as the options say (E0204 where one names nothing); their types are compared when they are known, in bind. */
bool model_states(Ctx *ctx, Model *m, const ImportOptions *opt);

/* Tensor files: TensorProto (.pb) or NumPy (.npy, versions 1-3, C or Fortran order, little-endian, no objects). */
const Data *tensor_read(Ctx *ctx, const char *path);
/* A file that holds a value of the type a model declares: a tensor as above; a sequence, an optional or a map as SequenceProto, OptionalProto or MapProto, never found
 * out by trying. A folder of files 0.npy, 1.pb ... is a sequence too, and `none` in place of a path an optional that is none. What the type leaves open is as the data are. */
const Data *value_read(Ctx *ctx, const char *path, const Type *type);
bool value_write_pb(Ctx *ctx, const char *path, const char *name, const Data *d);
bool npy_holds(Elem e);                                          /* NumPy has that type of elements, and files of it are read and written */
bool tensor_write_npy(Ctx *ctx, const char *path, const Data *d);
bool tensor_write_pb(Ctx *ctx, const char *path, const char *name, const Data *d);
const Data *tensor_parse(Ctx *ctx, const char *text, Elem elem);  /* "16000", "[1,2,3]", "1.5", a file name ending in .npy or .pb; ELEM_NONE: i64 for integers, f32 for reals */

/* A file mapped for the life of the context; false with a diagnostic (E0100; directories, FIFOs and devices are refused). */
bool file_map(Ctx *ctx, const char *path, const void **bytes, size_t *n);
/* Lets the system have the pages of a mapped file back; who reads it again gets them from the file. */
void file_rest(const void *bytes, size_t n);
