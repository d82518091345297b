/* Binding: each row is an op, its inputs and attributes, and the types and statements that come out; then texts that must be refused. */
#include "tests/unit/bind_case.h"
#include "tests/unit/suite.h"

static Ctx *ctx;
static EinLib *lib;
static void setup(void) {
  ctx = ctx_new();
  lib = ein_lib_new(ctx);
  ext_symbol(ctx, "n", 1, 64);
  ext_symbol(ctx, "s", 1, 512);
}
static void teardown(void) { ctx_free(ctx); }

static bool load(const char *text) { return ein_load(ctx, lib, "t.ein", text, strlen(text)); }

/* ---- the language, with texts of its own */
typedef struct Case { const char *text, *inputs, *attributes; int nout; const char *want; } Case;
static const char conv[] =
  "def window(D, K, strides, pads) -> O, lo { lo = lo(pads); O = (D - K + lo + hi(pads)) // strides + 1 }\n"
  "op F: float (X[N, (G, C), D..], W[(G, M), C, K..], B?[(G, M)]; strides = 1, pads = 0, group = 1) -> Y[N, (G, M), O..] {\n"
  "  G = group;  O.., p = window(D.., K.., strides, pads)\n"
  "  A[n,g,m,o..] += X[n, g, c, strides*o.. + k.. - p] * W[g, m, c, k..]\n"
  "  Y[n,g,m,o..]  = A[n,g,m,o..] + (B[g,m] else 0)\n}\n";
static const char reduce[] =
  "op F: num (X[.., R..@r], axes = all; keepdims = 1) -> Y[.., 1@r if keepdims] { r = axes if len(axes) > 0 else all;  Y[..] += X[.., r..] }\n";
static const char lstm[] =
  "op F: float (X[T@layout, N], H0?[N]; layout = 0) -> Y[T@layout, N], YH?[N] {\n"
  "  S[t,n] = U[t,n] * (S[t-1,n] else H0[n] else 0);  U[t,n] = X[t,n] + (S[t-1,n] else 0);  Y[t,n] = S[t,n];  YH[n] = S[T - 1, n]\n}\n";
static const Case cases[] = {
  /* groups, composed ranks, strides and pads by member; an absent input folds away */
  {conv, "f32[1,6,8,9] f32[4,3,3,3] f32[4]", "group=2 strides=[2,1] pads=[1,0,1,0]", 1,
   "f32[1,4,4,7]\n"
   "A[0,g,m,o0,o1] += X[0,3*g+c,2*o0+k0-1,o1+k1]*W[2*g+m,c,k0,k1]   over g:2 m:2 o0:4 o1:7 | c:3 k0:3 k1:3\n"
   "Y[0,2*g+m,o0,o1] = A[0,g,m,o0,o1] + B[2*g+m]   over g:2 m:2 o0:4 o1:7\n"},
  {conv, "f32[n,1,s] f32[1,1,3]", "", 1,
   "f32[n,1,s-2]\n"
   "A[n,0,0,o0] += X[n,0,o0+k0]*W[0,0,k0]   over n:n o0:s-2 | k0:3\n"
   "Y[n,0,o0] = A[n,0,0,o0]   over n:n o0:s-2\n"},
  /* broadcasting: aligned at the right, extent 1 repeats */
  {"op F: num (A[.., M, K], B[.., K, N]) -> Y[.., M, N] { Y[.., m, n] += A[.., m, k] * B[.., k, n] }", "f32[2,1,3,4] f32[5,4,6]", "", 1,
   "f32[2,5,3,6]\nY[i0,i1,m,n] += A[i0,0,m,k]*B[i1,k,n]   over i0:2 i1:5 m:3 n:6 | k:4\n"},
  {"map F: num (a, b) = a + b", "i32[2,3] i32[3]", "", 1, "i32[2,3]\nRESULT[i0,i1] = A[i0,i1] + B[i1]   over i0:2 i1:3\n"},
  /* integer division is exact, and a quotient toward zero */
  {"map F: num (a, b) = a / b", "i32[2] i32[2]", "", 1, "i32[2]\nRESULT[i0] = tdiv(A[i0], B[i0])   over i0:2\n"},
  {"map F: num (a, b) = a / b", "f32[2] f32[2]", "", 1, "f32[2]\nRESULT[i0] = A[i0]/B[i0]   over i0:2\n"},
  /* an input that arrives as an attribute; limits of the destination */
  {"map F: num (x, min?, max?) = min(max(x, min else lowest()), max else highest())", "i8[2]", "min=0", 1, "i8[2]\nRESULT[i0] = max(X[i0], MIN[])   over i0:2\n"},
  /* placed ranks, optional ranks */
  {"op F: num (A[M@t, K], C?[M?, K?]; t = 0) -> Y[M, K] { Y[m,k] = A[m,k] + (C[m,k] else 0) }", "f32[3,2] f32[3]", "t=1", 1, "f32[2,3]\nY[m,k] = A[k,m] + C[k]   over m:2 k:3\n"},
  {"op F (X[D..@perm]; perm = reverse(range(rank(X)))) -> Y[D..] { Y[d..] = X[d..] }", "f32[2,3,4]", "perm=[2,0,1]", 1, "f32[4,2,3]\nY[d0,d1,d2] = X[d1,d2,d0]   over d0:4 d1:2 d2:3\n"},
  {"op F (X[D..@perm]; perm = reverse(range(rank(X)))) -> Y[D..] { Y[d..] = X[d..] }", "f32[2,3]", "", 1, "f32[3,2]\nY[d0,d1] = X[d1,d0]   over d0:3 d1:2\n"},
  {"op F: float (X[.., K@axis]; axis = -1) -> Y[.., K@axis] { M[..] max= X[.., k];  Y[.., k] = X[.., k] - M[..] }", "f32[2,3,4]", "axis=1", 1,
   "f32[2,3,4]\nM[i0,i1] max= X[i0,k,i1]   over i0:2 i1:4 | k:3\nY[i0,k,i1] = X[i0,k,i1] - M[i0,i1]   over i0:2 i1:4 k:3\n"},
  {"op F (X[A.., K@axis, B..], I[Q..]: int; axis = 0) -> Y[A.., Q.., B..] { Y[a.., q.., b..] = X[a.., I[q..] % K, b..] }", "f32[5,4,6] i64[2]", "axis=1", 1,
   "f32[5,2,6]\nY[a0,q0,b0] = X[a0,I[q0]%4,b0]   over a0:5 q0:2 b0:6\n"},
  {reduce, "f32[3,4,5] i64{1,-1}", "", 1, "f32[3,1,1]\nY[i0,0,0] += X[i0,r0,r1]   over i0:3 | r0:4 r1:5\n"},
  {reduce, "f32[3,4]", "keepdims=0", 1, "f32[]\nY[] += X[r0,r1]   over | r0:3 r1:4\n"},
  {reduce, "f32[3,4]", "axes=[0] keepdims=0", 1, "f32[4]\nY[i0] += X[r0,i0]   over i0:4 | r0:3\n"},
  /* starred tensors */
  {"op F(*X[.., *K@axis]; axis) -> Y[.., sum(K)@axis] { Y[.., before(K) + k] = X[.., k] }", "f32[2,3] f32[2,5]", "axis=-1", 1,
   "f32[2,8]\nY[i0,k] = X0[i0,k]   over i0:2 k:3\nY[i0,k+3] also = X1[i0,k]   over i0:2 k:5\n"},
  {"op F(X[.., D@axis], split = fill(count(Y), D // count(Y)); axis = 0) -> *Y[.., *K@axis] { K = split;  Y[.., k] = X[.., before(K) + k] }", "f32[5,2] i64{2,3}", "", 2,
   "f32[2,2] f32[3,2]\nY0[k,i0] = X[k,i0]   over i0:2 k:2\nY1[k,i0] = X[k+2,i0]   over i0:2 k:3\n"},
  {"op F: num (*X[..]) -> Y[..] { Y[..] max= X[..] }", "f32[2,3] f32[3] f32[2,1]", "", 1, "f32[2,3]\nY[i0,i1] max= max(max(X0[i0,i1], X1[i1]), X2[i0,0])   over i0:2 i1:3\n"},
  {"op F: num (*X[*K]) -> Y[] { Y[] += X[k] }", "f32[2] f32[3]", "", 1, "f32[]\nY[] += X0[k]   over | k:2\nY[] also += X1[k]   over | k:3\n"},
  /* tuples: every member of the list brings its own scale; an absent one where the text says none, and one that an untaken `when` writes */
  {"op F(*(X[*K]: int, S[]: float)) -> Y[]: float { Y[] += X[k] * S[] }", "i8[2] f32[] i8[3] f32[]", "", 1, "f32[]\nY[] += real(X0[k])*S0[]   over | k:2\nY[] also += real(X1[k])*S1[]   over | k:3\n"},
  {"op sinter.G: float (A[N], B?[N], C?[N]) -> Y[N] { Y[n] = A[n] + (B[n] else 0) + (C[n] else 0) }\nop F: float (X[N]; twice = 0) -> Y[N] { when twice { Z[n] = X[n] }\n  Y = G(X, none, Z) }",
   "f32[2]", "", 1, "f32[2]\nY[n] = X[n]   over n:2\n"},
  /* padding is reading outside; what intervals prove needs no `else` */
  {"op F(X[D..], pads) -> Y[O..] { O.. = D.. + lo(pads) + hi(pads);  Y[o..] = X[o.. - lo(pads)] else 0 }", "f32[3,4] i64{1,0,2,1}", "", 1, "f32[6,5]\nY[o0,o1] = X[o0-1,o1] else 0.0   over o0:6 o1:5\n"},
  {"op F(X[D..], pads) -> Y[O..] { O.. = D.. + lo(pads) + hi(pads);  Y[o..] = X[D.. - 1 - abs(D.. - 1 - abs(o.. - lo(pads)))] }", "f32[4] i64{3,3}", "", 1,
   "f32[10]\nY[o0] = X[3 - abs(3 - abs(o0-3))]   over o0:10\n"},
  {"op F(X[D..], scales) -> Y[O..] { O.. = floor(D.. * scales);  Y[o..] = X[floor(o.. / scales)] }", "f32[4] f32{2.5}", "", 1, "f32[10]\nY[o0] = X[i64(floor(real(o0)/2.5))]   over o0:10\n"},
  /* a coordinate that may leave its part of a composed rank is tested: storage bounds would let it reach the neighbour */
  {"op F(X[(G, C)]; group) -> Y[(G, C)] { G = group;  Y[g,c] = X[g, c - 1] else 0 }", "f32[6]", "group=2", 1, "f32[6]\nY[3*g+c] = X[3*g+c-1] if c-1 >= 0 else 0.0   over g:2 c:3\n"},
  /* the row-major number of an element */
  {"op F(X[D..], shape) -> Y[O..] { O.. = shape;  Y[$i] = X[$i] }", "f32[6,4] i64{2,12}", "", 1, "f32[2,12]\nY[i0,4*i1+i2] = X[3*i0+i1,i2]   over i0:2 i1:3 i2:4\n"},
  {"op F(X[D..], shape) -> Y[O..] { O.. = shape;  Y[$i] = X[$i] }", "f32[4,6] i64{3,8}", "", 1, "f32[3,8]\nY[i0,i1] = X[(8*i0+i1)//6,(8*i0+i1)%6]   over i0:3 i1:8\n"},
  {"op F(X[D..], shape) -> Y[O..] { O.. = copyzero(shape, D..);  Y[$i] = X[$i] }", "f32[n,s,8] i64{0,0,4,2}", "", 1, "f32[n,s,4,2]\nY[i0,i1,i2,i3] = X[i0,i1,2*i2+i3]   over i0:n i1:s i2:4 i3:2\n"},
  /* recurrence: found, ordered, and gone where there is one step */
  {lstm, "f32[5,2]", "", 2,
   "f32[5,2] f32[2]\nfor t:5\n  U[t,n] = X[t,n] + (S[t-1,n] else 0.0)   over t:5 n:2\n  S[t,n] = U[t,n]*(S[t-1,n] else 0.0)   over t:5 n:2\n"
   "Y[t,n] = S[t,n]   over t:5 n:2\nYH[n] = S[4,n]   over n:2\n"},
  {lstm, "f32[1,2] f32[2]", "", 1, "f32[1,2]\nU[0,n] = X[0,n]   over n:2\nS[0,n] = U[0,n]*H0[n]   over n:2\nY[0,n] = S[0,n]   over n:2\n"},
  {"op F: num (X[K]) -> Y[K] { Y[k] = X[k] + (Y[k + 1] else 0) }", "f32[4]", "", 1, "f32[4]\nfor k:4 down\n  Y[k] = X[k] + (Y[k+1] else 0.0)   over k:4\n"},
  /* computed writes, masks are for who may read a hole */
  {"op F(X[K], I[N]: int, U[N]) -> Y[K] { S[I[n] % K] last= U[n];  Y[k] = S[k] else X[k] }", "f32[4] i64[2] f32[2]", "", 1,
   "f32[4]\nS[I[n]%4] last= U[n]   over n:2\nY[k] = S[k] else X[k]   over k:4\n"},
  /* use of another op */
  {"op G: num (X[..]; a = 1) -> Y[..] { Y[..] = X[..] * a }\nop F: num (X[N]) -> Y[N] { P = G(X; a = 3);  Y[n] = P[n] + 1 }", "i32[4]", "", 1,
   "i32[4]\nP[i0] = X[i0]*3   over i0:4\nY[n] = P[n] + 1   over n:4\n"},
  /* what is known when compiling */
  {"op F(X[D..]: any; start = 0, end = inf) -> Y[N]: i64 { s = slice(D.., start, end);  N = len(s);  Y[n] = s[n] }", "f32[n,3]", "", 1, "i64[2]\nY[n] = select(n == 0, (n), 3)   over n:2\n"},
  {"op F(X[D..]) -> Y[]: i64 { Y[] = prod(D..) }", "f32[4,3]", "", 1, "i64[]\nY[] = 12\n"},
};

START_TEST(language) {
  const Case *c = &cases[_i];
  Bound b;
  ck_assert_msg(load(c->text), "row %d", _i);
  bool ok = bind_case(ctx, lib, "F", 1, c->inputs, c->attributes, c->nout, &b);
  if (!ok) diag_print(ctx, stderr);
  ck_assert(ok);
  ck_assert_str_eq(bound_text(ctx, &b), c->want);
}
END_TEST

/* ---- the library: types that come out */
static const struct { const char *op; int opset; const char *inputs, *attributes; int nout; const char *want; } library[] = {
  {"Conv", 11, "f32[1,3,224,224] f32[64,3,7,7] f32[64]", "kernel_shape=[7,7] strides=[2,2] pads=[3,3,3,3]", 1, "f32[1,64,112,112]"},
  {"Conv", 11, "f32[1,3,7,7] f32[2,3,3,3]", "auto_pad=\"SAME_UPPER\" strides=[2,2]", 1, "f32[1,2,4,4]"},
  {"ConvTranspose", 11, "f32[1,4,5,5] f32[4,2,3,3]", "strides=[2,2] output_padding=[1,1] pads=[1,1,1,1]", 1, "f32[1,2,10,10]"},
  {"Gemm", 13, "f32[4,3] f32[5,4] f32[5]", "transA=1 transB=1", 1, "f32[3,5]"},
  {"MatMul", 13, "f32[3] f32[7,3,4]", "", 1, "f32[7,4]"},
  {"MatMul", 13, "f32[3] f32[3]", "", 1, "f32[]"},
  {"Softmax", 11, "f32[2,3,4]", "axis=1", 1, "f32[2,3,4]"},
  {"Softmax", 13, "f16[2,3,4]", "", 1, "f16[2,3,4]"},
  {"BatchNormalization", 9, "f32[2,3,4] f32[3] f32[3] f32[3] f32[3]", "", 1, "f32[2,3,4]"},
  {"Transpose", 13, "i8[2,3,4]", "perm=[0,2,1]", 1, "i8[2,4,3]"},
  {"Reshape", 13, "f32[n,3,4] i64{0,-1}", "", 1, "f32[n,12]"},
  {"Flatten", 13, "f32[n,3,4]", "", 1, "f32[n,12]"},
  {"Squeeze", 11, "f32[1,3,1]", "axes=[0]", 1, "f32[3,1]"},
  {"Squeeze", 13, "f32[1,3,1]", "", 1, "f32[3]"},
  {"Unsqueeze", 13, "f32[3] i64{0,-1}", "", 1, "f32[1,3,1]"},
  {"Concat", 13, "f32[2,3] f32[2,s]", "axis=1", 1, "f32[2,s+3]"},
  {"Split", 13, "f32[2,9] i64{2,3,4}", "axis=1", 3, "f32[2,2] f32[2,3] f32[2,4]"},
  {"Split", 11, "f32[2,9]", "axis=1", 3, "f32[2,3] f32[2,3] f32[2,3]"},
  {"Slice", 10, "f32[8,9] i64{1,-1} i64{9223372036854775807,-9223372036854775807} i64{0,1} i64{2,-2}", "", 1, "f32[4,5]"},
  {"Slice", 13, "f32[n,9] i64{1} i64{9223372036854775807} i64{0}", "", 1, "f32[n-1,9]"},
  {"Gather", 13, "f32[5,4] i64[2,3]", "axis=1", 1, "f32[5,2,3]"},
  {"Expand", 13, "f32[3,1] i64{2,1,6}", "", 1, "f32[2,3,6]"},
  {"Where", 16, "bool[2,1] f32[3] f32[]", "", 1, "f32[2,3]"},
  {"Pad", 2, "f32[3,4]", "pads=[1,0,2,1] value=1.5", 1, "f32[6,5]"},
  {"TopK", 11, "f32[3,9] i64{4}", "axis=-1", 2, "f32[3,4] i64[3,4]"},
  {"ReduceMean", 13, "f32[3,4,5]", "axes=[-1] keepdims=0", 1, "f32[3,4]"},
  {"ReduceSum", 13, "f32[3,4,5] i64{}", "noop_with_empty_axes=1", 1, "f32[3,4,5]"},
  {"ArgMax", 13, "f32[3,4]", "axis=1 keepdims=0", 1, "i64[3]"},
  {"MaxPool", 12, "f32[1,2,7,7]", "kernel_shape=[3,3] strides=[2,2] ceil_mode=1", 2, "f32[1,2,3,3] i64[1,2,3,3]"},
  {"Resize", 13, "f32[1,3,n,8] - f32{1,1,2,0.5}", "mode=\"nearest\"", 1, "f32[1,3,2*n,4]"},
  {"QLinearConv", 10, "u8[1,3,8,8] f32[] u8[] i8[4,3,3,3] f32[4] i8[] f32[] u8[] i32[4]", "pads=[1,1,1,1]", 1, "u8[1,4,8,8]"},
  {"QuantizeLinear", 13, "f32[2,3] f32[] i8[]", "", 1, "i8[2,3]"},
  {"DequantizeLinear", 13, "i8[2,3] f32[3] i8[3]", "axis=1", 1, "f32[2,3]"},
  {"LSTM", 14, "f32[5,2,3] f32[1,16,3] f32[1,16,4]", "hidden_size=4", 3, "f32[5,1,2,4] f32[1,2,4] f32[1,2,4]"},
  {"GRU", 14, "f32[5,2,3] f32[2,12,3] f32[2,12,4]", "hidden_size=4 direction=\"bidirectional\"", 2, "f32[5,2,2,4] f32[2,2,4]"},
  {"Cast", 13, "f32[3]", "to=7", 1, "i64[3]"},
  {"ConstantOfShape", 9, "i64{2,3}", "", 1, "f32[2,3]"},
  {"Range", 11, "i64 2 i64 9 i64 3", "", 1, "i64[3]"},
  {"SoftmaxCrossEntropyLoss", 13, "f32[3,5] i64[3]", "reduction=\"none\"", 2, "f32[3] f32[3,5]"},
};

START_TEST(library_types) {
  lib = ein_lib_builtin(ctx);
  ck_assert_ptr_nonnull(lib);
  Bound b;
  for (int infer = 0; infer < 2; infer++) {
    bool ok = bind_case_want(ctx, lib, library[_i].op, library[_i].opset, library[_i].inputs, library[_i].attributes, library[_i].nout, NULL, infer, &b);
    if (!ok) diag_print(ctx, stderr);
    ck_assert_msg(ok, "%s", library[_i].op);
    const char *text = bound_text(ctx, &b);
    size_t n = strlen(library[_i].want);
    ck_assert_msg(strncmp(text, library[_i].want, n) == 0 && text[n] == '\n', "%s: %s", library[_i].op, text);
    ck_assert(infer == (b.cascade.steps.n == 0));
  }
}
END_TEST

START_TEST(unwanted_outputs) {
  lib = ein_lib_builtin(ctx);
  Bound b;
  ck_assert(bind_case_want(ctx, lib, "LayerNormalization", 17, "f32[2,8] f32[8]", "", 3, (const bool[]){true, false, true}, false, &b));
  ck_assert_ptr_null(b.out_buf[1]);
  ck_assert_int_eq(b.out[1].elem, ELEM_NONE);
  ck_assert_ptr_nonnull(b.out_buf[2]);
  ck_assert_int_eq(b.out_buf[0]->space, SPACE_OUTPUT);
  ck_assert(b.in_buf[0]->space == SPACE_INPUT && b.reads_inputs);
  for (size_t i = 0; i < b.cascade.locals.n; i++) ck_assert_int_eq(b.cascade.locals.at[i]->space, SPACE_TEMP);
  ck_assert(bind_case(ctx, lib, "LSTM", 14, "f32[5,2,3] f32[1,16,3] f32[1,16,4]", "", 1, &b));
  ck_assert(bind_case(ctx, lib, "Shape", 15, "f32[5,2,3]", "", 1, &b));
  ck_assert(!b.reads_inputs);
}
END_TEST

START_TEST(masks) {
  ck_assert(load("op F(X[K], I[N]: int, U[N]) -> Y[K] { S[I[n] % K] last= U[n];  C[I[n] % K] += 1;  Y[k] = (S[k] else X[k]) * C[k] }"));
  Bound b;
  ck_assert(bind_case(ctx, lib, "F", 1, "f32[4] i64[2] f32[2]", "", 1, &b));
  ck_assert_uint_eq(b.cascade.locals.n, 2);
  for (int i = 0; i < 2; i++) {
    const Buf *l = b.cascade.locals.at[i];
    bool scatters = strcmp(l->name, "S") == 0; /* an untouched sum is 0, an untouched copy is nothing */
    ck_assert_int_eq(l->mask != NULL, scatters);
    ck_assert_int_eq(l->elem, scatters ? ELEM_real : ELEM_int);
  }
}
END_TEST

/* ---- refusals */
static const struct { const char *text, *inputs, *attributes; int nout; DiagCode code; } refused[] = {
  {"op F(X[N]) -> Y[N] { Y[n] = X[n] + z }", "f32[3]", "", 1, E0301},
  {"op F(X[N]) -> Y[N] { Y[n] = X[n] + Z[n] }", "f32[3]", "", 1, E0301},
  {"op F(X[N]) -> Y[M] { Y[m] = 1 }", "f32[3]", "", 1, E0301},
  {"op F(X[N]) -> Y[N] { Y[n] = frobnicate(X[n]) }", "f32[3]", "", 1, E0301},
  {"op F(X[N], W[N]) -> Y[N] { Y[n] = X[n] + W[n] }", "f32[3] f32[4]", "", 1, E0302},
  {"op F(X[..], W[..]) -> Y[..] { Y[..] = X[..] + W[..] }", "f32[3] f32[4]", "", 1, E0302},
  {"op F(X[(G, C)]; group) -> Y[G, C] { G = group;  Y[g,c] = X[g,c] }", "f32[7]", "group=2", 1, E0302},
  {"op F(X[D..], shape) -> Y[O..] { O.. = shape;  Y[$i] = X[$i] }", "f32[7] i64{2,3}", "", 1, E0302},
  {"op F(X[.., K@axis]; axis) -> Y[..] { Y[..] += X[.., k] }", "f32[3]", "axis=1", 1, E0303},
  {"op F(X[.., R..@axes]; axes) -> Y[..] { Y[..] += X[.., r..] }", "f32[3,4]", "axes=[0,-2]", 1, E0303},
  {"op F(X[N, K]) -> Y[N] { Y[n] = X[n, k] }", "f32[3,4]", "", 1, E0304},
  {"op F(X[N]) -> Y[N] { Y[n] = X[n] if X[n] > 0 }", "f32[3]", "", 1, E0305},
  {"op F(X[N]) -> Y[N] { Y[n] = X[n + 1] }", "f32[3]", "", 1, E0305},
  {"op F(X[N]) -> Y[M] { M = 2 * N;  Y[2 * n] = X[n] }", "f32[3]", "", 1, E0305},
  {"op F(X[N, M]) -> Y[N, M] { Y[n, m] = X[m, n] }", "f32[3,3]", "", 1, E0306},
  {"op F(X[N, M]) -> Y[N] { Y[n] = X[n] }", "f32[3,3]", "", 1, E0306},
  {"op F(X[N], axis) -> Y[N] { Y[n] = X[n] * axis }", "f32[3] i64[]", "", 1, E0307},
  {"op F(X[N], W[]: i64) -> Y[M] { M = W[];  Y[m] = 1 }", "f32[3] i64[]", "", 1, E0307},
  {"op F(X[N]; pads = [1, 2]) -> Y[N] { Y[n] = X[n] + pads }", "f32[3]", "", 1, E0308},
  {"op F(X[D..]; pads) -> Y[D..] { Y[d..] = X[d.. - pads] else 0 }", "f32[3,3,3]", "pads=[1,1]", 1, E0308},
  {"op F(X[D..]; k) -> Y[D..] { K.. = k; Y[d..] max= X[d.. + k..] }", "f32[3,3]", "k=[2]", 1, E0308}, /* one window for two ranks would be its diagonal */
  {"op F(X[N]) -> Y[N] { S[n + 1] = X[n];  Y[n] = S[0] }", "f32[3]", "", 1, E0309},
  {"op F(X[N]) -> Y[N] { A[n] = B[n];  B[n] = A[n];  Y[n] = A[n] }", "f32[3]", "", 1, E0310},
  {"op F(X[N]) -> Y[N] { Y[n] = X[n] + (Y[n - 1] else 0) + (Y[n + 1] else 0) }", "f32[3]", "", 1, E0310},
  {"op F(X[N]) -> Y[] { Y[] = X[n] }", "f32[3]", "", 1, E0304},
  {"op F(X[N, M]) -> Y[N] { S[n] = X[n, m] if m == 0;  Y[n] = S[n] }", "f32[3,3]", "", 1, E0304},
  {"op F(X[N, M]) -> Y[P] { P = N + M - 1;  Y[n + m] = X[n, m] }", "f32[3,3]", "", 1, E0311},
  {"op F(X[N]) -> Y[N] { Y[n] = X[n];  Y[n] += X[n] }", "f32[3]", "", 1, E0311},
  {"op F(X[N, K]; k = 1) -> Y[N] { Y[n] += X[n, k] }", "f32[3,4]", "", 1, E0312},
  {"op F(X[N]) -> Y[N], Z[N] { Y[n] = X[n] }", "f32[3]", "", 2, E0313},
  {"op G(X[N]) -> Y[N] { Y[n] = X[n] }", "f32[3]", "", 1, E0400},
  {"op F(X[N, M]) -> Y[N] { Y[n] += X[n, m] }", "f32[3]", "", 1, E0401},
  {"op F(X[N]; mode) -> Y[N] when mode == \"a\" { Y[n] = X[n] }", "f32[3]", "mode=\"b\"", 1, E0401},
  {"op F(X[N]) -> Y[N] { Y[n] = X[n] }", "f32[3] f32[3]", "", 1, E0401},
  {"op F(X[N]) -> Y[N] { Y[n] = X[n] }", "f32[3]", "alpha=1", 1, E0402},
  {"op F(X[N]; alpha) -> Y[N] { Y[n] = alpha * X[n] }", "f32[3]", "", 1, E0403},
  {"op F(X[N], W[N]) -> Y[N] { Y[n] = X[n] }", "f32[3]", "", 1, E0403},
  {"op F: float (X[N]) -> Y[N] { Y[n] = X[n] }", "i32[3]", "", 1, E0404},
  {"fn code(t) = t in [2, 3, \"u8\", \"i8\"]\nop F(X[N]: V) -> Y[N]: i32 when code(type(X)) { Y[n] = X[n] }", "i32[3]", "", 1, E0401},
  {"fn code(t) = t in [2, 3, \"u8\", \"i8\"]\nop F(X[N]: V) -> Y[N]: i32 when code(type(X)) { Y[n] = X[n] }", "f32[3]", "", 1, E0401},
  {"op F(X[N], W[N]) -> Y[N] { Y[n] = X[n] + W[n] }", "f32[3] f64[3]", "", 1, E0404},
  {"op F(X[N]: i64) -> Y[N] { Y[n] = X[n] }", "i32[3]", "", 1, E0404},
  {"op F(X[N], W[M]) -> Y[N] { Y[n] = X[n] if N > M else W[0] }", "f32[n] f32[s]", "", 1, E0700},
  {"fn f(x) = f(x) + 1\nop F(X[N]) -> Y[N] { Y[n] = f(X[n]) }", "f32[3]", "", 1, E0300},
  {"op F(X[N]) -> Y[N] { a(x) = b(x) + b(x);  b(x) = a(x);  Y[n] = a(X[n]) }", "f32[3]", "", 1, E0300},
  {"op F: num (X[N]) -> Y[N] { Y = F(X) }", "f32[3]", "", 1, E0300},
  {"op F(X[N]) -> Y[M] { M = M + 1;  Y[m] = 1 }", "f32[3]", "", 1, E0301},
  {"op F(X[N]) -> Y[M] { M = 1 // (N - 3);  Y[m] = 1 }", "f32[3]", "", 1, E0701},
  {"op F(X[N]) -> Y[M] { M = 0 - N;  Y[m] = 1 }", "f32[3]", "", 1, E0401},
};

START_TEST(refusals) {
  ck_assert_msg(load(refused[_i].text), "row %d", _i);
  Bound b;
  ck_assert_msg(!bind_case(ctx, lib, "F", 1, refused[_i].inputs, refused[_i].attributes, refused[_i].nout, &b), "row %d: %s", _i, refused[_i].text);
  ck_assert_uint_eq(ctx->diags.n, 1);
  ck_assert_msg(ctx->diags.at[0].code == refused[_i].code, "row %d: %s: %s", _i, diag_info(ctx->diags.at[0].code)->name, ctx->diags.at[0].text);
}
END_TEST

START_TEST(best_clause_speaks) { /* the text that got furthest, not the last */
  ck_assert(load("op F(X[N, M]; mode = 1) -> Y[N] when mode == 1 { Y[n] += X[n, m] }\nop F(X[N, M]; mode = 1) -> Y[N] when mode == 2 { Y[n] += X[n, m] }"));
  Bound b;
  ck_assert(!bind_case(ctx, lib, "F", 1, "f32[3]", "", 1, &b));
  ck_assert_ptr_nonnull(strstr(ctx->diags.at[0].text, "X has rank 1, the text wants 2"));
}
END_TEST

START_TEST(newer_texts_go_first) {
  ck_assert(load("op F(X[N]) -> Y[N] { Y[n] = X[n] + 1 }"));
  ck_assert(ein_load(ctx, lib, "mine.ein", "op F(X[3]) -> Y[3] { Y[$i] = X[$i] + 2 }", 40));
  Bound b;
  ck_assert(bind_case(ctx, lib, "F", 1, "f32[3]", "", 1, &b));
  ck_assert_ptr_nonnull(strstr(bound_text(ctx, &b), "+ 2"));
  ck_assert(bind_case(ctx, lib, "F", 1, "f32[4]", "", 1, &b));
  ck_assert_ptr_nonnull(strstr(bound_text(ctx, &b), "+ 1"));
}
END_TEST

int main(void) {
  Suite *suite = suite_create("bind");
  TCase *t = tcase_create("all");
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_loop_test(t, language, 0, sizeof cases / sizeof *cases);
  tcase_add_loop_test(t, library_types, 0, sizeof library / sizeof *library);
  tcase_add_test(t, unwanted_outputs);
  tcase_add_test(t, masks);
  tcase_add_loop_test(t, refusals, 0, sizeof refused / sizeof *refused);
  tcase_add_test(t, best_clause_speaks);
  tcase_add_test(t, newer_texts_go_first);
  suite_add_tcase(suite, t);
  return run_suite(suite);
}
