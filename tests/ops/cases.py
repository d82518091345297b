# The cases, by family. Read by ./make, whose names are known here.
def erf(x):
    from math import erf as e
    return np.vectorize(e)(np.asarray(x, np.float64))
def gelu(x): return 0.5 * x * (1 + erf(x / np.sqrt(2)))
def sigmoid(x): return 1 / (1 + np.exp(-np.asarray(x, np.float64)))
def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)

# ---- activations with a bias
case("Gelu", [F(2, 5, lo=-3, hi=3)])
case("QuickGelu", [F(7, lo=-3, hi=3)], alpha=1.3)
case("QuickGelu", [F(7, lo=-3, hi=3)])
case("FastGelu", [F(2, 3, 4, lo=-3, hi=3)])
case("FastGelu", [F(2, 3, 4, lo=-3, hi=3), F(4)])
case("BiasGelu", [F(2, 3, 4, lo=-3, hi=3), F(4)])
case("BiasAdd", [F(2, 3, 4), F(4), F(2, 3, 4)], ref=lambda x, b, s: f32(x + b + s))
case("BiasSplitGelu", [F(1, 3, 8), F(8)], ref=lambda x, b: f32((x + b)[..., :4] * gelu((x + b)[..., 4:])))
case("BiasDropout", [F(2, 3), F(3), F(2, 3)], 2, ref=lambda x, b, s: (x + b + s, np.ones(x.shape, bool)))
case("BitmaskDropout", [F(2, 3)], ref=lambda x: x)
case("BitmaskBiasDropout", [F(2, 3), F(3)], ref=lambda x, b: x + b)
# ---- products
case("FusedMatMul", [F(3, 4), F(4, 5)], alpha=0.5)
case("FusedMatMul", [F(2, 4, 3), F(1, 5, 4)], transA=1, transB=1)
case("FusedMatMul", [F(4, 2, 3, 5), F(2, 3, 5, 6)], transBatchA=1)
case("FusedMatMul", [F(5, 2, 3, 4), F(6, 2, 3, 5)], transA=1, transB=1, transBatchA=1, transBatchB=1, alpha=2.0)
case("TransposeMatMul", [F(4, 3), F(4, 5)], transA=1)
case("FusedMatMulActivation", [F(3, 4), F(4, 5)], activation="Relu", ref=lambda a, b, **k: np.maximum(a @ b, 0))
case("GemmFastGelu", [F(3, 4), F(4, 5), F(5)], ref=lambda a, b, c: f32((lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3))))(a @ b + c)))
case("FusedGemm", [F(3, 4), F(5, 4), F(5)], transB=1, alpha=0.5, beta=2.0, activation="Relu")
case("FusedGemm", [F(4, 3), F(4, 5), F(3, 1)], transA=1, activation="LeakyRelu", activation_alpha=0.2)
case("FusedGemm", [F(3, 4), F(4, 5)], activation="HardSigmoid", activation_alpha=0.3, activation_beta=0.4)
# ---- convolutions
case("FusedConv", [F(1, 4, 5, 6), F(6, 2, 3, 3), F(6)], group=2, pads=[1, 1, 0, 1], strides=[2, 1], activation="Relu")
case("FusedConv", [F(1, 3, 4, 4), F(4, 3, 1, 1), F(4), F(1, 4, 4, 4)], activation="LeakyRelu", activation_params=[0.1])
case("FusedConv", [F(1, 2, 6), F(3, 2, 3)], activation="Clip", activation_params=[-0.2, 0.5], dilations=[2])
def conv_last(act):
    def ref(x, w, b, z=None, **k):
        n, h, wd, c = x.shape
        m, _, kh, kw = w.shape
        y = np.zeros((n, h - kh + 1, wd - kw + 1, m))
        for i in range(y.shape[1]):
            for j in range(y.shape[2]): y[:, i, j] = np.einsum("nhwc,mchw->nm", x[:, i:i + kh, j:j + kw], w)
        y += b
        return f32(act(y if z is None else y + z))
    return ref
case("NhwcConv", [F(1, 4, 5, 3), F(2, 3, 2, 2), F(2)], ref=conv_last(lambda y: y))
case("NhwcFusedConv", [F(1, 4, 5, 3), F(2, 3, 2, 2), F(2), F(1, 3, 4, 2)], activation="Relu", ref=conv_last(lambda y: np.maximum(y, 0)))
# ---- normalisations
case("BiasSoftmax", [F(2, 3, 4), F(2, 1, 4)], axis=2, is_inner_broadcast=1, ref=lambda x, b, **k: softmax(x + b))
case("ScaledSiLU", [F(2, 3)], alpha=1.5)
case("ScaledSiLU", [F(2, 3), f32(0.7)])
case("SimplifiedLayerNormalization", [F(2, 3, 4), F(4)], 2, domain="", axis=-1, epsilon=1e-6, stash_type=1)
case("SkipLayerNormalization", [F(2, 3, 4), F(2, 3, 4), F(4), F(4), F(4)], 4, want=[0, 3], epsilon=1e-5)
case("SkipLayerNormalization", [F(2, 3, 4), F(3, 4), F(4)])
case("SkipSimplifiedLayerNormalization", [F(2, 3, 4), F(1, 3, 4), F(4), F(4)], 4, want=[0, 3], epsilon=1e-5)
case("SkipSimplifiedLayerNormalization", [F(3, 4), F(3, 4), F(4)], epsilon=1e-5)
case("EmbedLayerNormalization", [I(0, 9, 2, 4, t=np.int32), I(0, 2, 2, 4, t=np.int32), F(9, 6), F(5, 6), F(2, 6), F(6), F(6), typed(np.int32, [[1, 1, 1, 0], [1, 1, 0, 0]])], 3, epsilon=1e-5)
case("EmbedLayerNormalization", [I(0, 9, 2, 4, t=np.int32), None, F(9, 6), F(5, 6), None, F(6), F(6), None, I(0, 5, 1, 4, t=np.int32)], 3, want=[0], epsilon=1e-5)
def group_norm(x, g, b, skip=None, bias=None, groups=1, activation=0, epsilon=1e-5, channels_last=1):
    s = x if channels_last else np.moveaxis(x, 1, -1)
    if skip is not None: s = s + skip.reshape(skip.shape[0], *([1] * (s.ndim - 2)) if skip.ndim == 2 else skip.shape[1:-1], -1)
    if bias is not None: s = s + bias
    n, c = s.shape[0], s.shape[-1]
    r = s.reshape(n, -1, groups, c // groups).astype(np.float64)
    y = ((r - r.mean((1, 3), keepdims=True)) / np.sqrt(r.var((1, 3), keepdims=True) + epsilon)).reshape(s.shape) * g + b
    if activation: y = y * sigmoid(y)
    if not channels_last: y, s = np.moveaxis(y, -1, 1), np.moveaxis(s, -1, 1)
    return f32(y), f32(s)
case("GroupNorm", [F(2, 3, 2, 4), F(4), F(4)], groups=2, activation=1, ref=lambda *a, **k: group_norm(*a, **k)[0])
case("GroupNorm", [F(2, 4, 3, 2), F(4), F(4)], groups=2, activation=0, channels_last=0, ref=lambda *a, **k: group_norm(*a, **k)[0])
case("SkipGroupNorm", [F(2, 3, 2, 4), F(4), F(4), F(2, 4), F(4)], 2, groups=2, activation=1, ref=group_norm)
case("SkipGroupNorm", [F(2, 3, 2, 4), F(4), F(4), F(2, 3, 2, 4)], 2, groups=1, activation=0, ref=group_norm)
# ---- weights of few bits
def nbits(n, k, bits, block, zeros="none", flat=False):
    g, q = -(-k // block), block * bits // 8
    b, s = U8(n, g, q), F(n, g, lo=0.01, hi=0.1)
    z = {"none": None, "packed": U8(n, -(-g * bits // 8)), "float": F(n, g, lo=0, hi=2 ** bits - 1)}[zeros]
    if flat: s, z = s.reshape(-1), None if z is None else z.reshape(-1)
    return [Const(b), Const(s), None if z is None else Const(z)]
case("MatMulNBits", [F(3, 32), *nbits(5, 32, 4, 16)], K=32, N=5, bits=4, block_size=16)
case("MatMulNBits", [F(2, 2, 40), *nbits(3, 40, 4, 16, "packed"), None, F(3)], K=40, N=3, bits=4, block_size=16)
case("MatMulNBits", [F(3, 48), *nbits(5, 48, 4, 16, "float")], K=48, N=5, bits=4, block_size=16)
case("MatMulNBits", [F(3, 32), *nbits(5, 32, 8, 16, "packed")], K=32, N=5, bits=8, block_size=16)
case("MatMulNBits", [F(3, 80), *nbits(2, 80, 2, 16, "packed")], K=80, N=2, bits=2, block_size=16)
case("MatMulNBits", [F(1, 32), *nbits(4, 32, 4, 16, "packed", True)], K=32, N=4, bits=4, block_size=16)
import ml_dtypes
case("MatMulNBits", [F(2, 32), *nbits(3, 32, 4, 16), Const(I(0, 2, 32, t=np.int32))], K=32, N=3, bits=4, block_size=16)
case("MatMulNBits", [F(2, 32), *nbits(3, 32, 4, 16, "packed"), Const(I(0, 2, 32, t=np.int32)), F(3)], K=32, N=3, bits=4, block_size=16)
case("MatMulNBits", [F(2, 32).astype(np.float16), Const(U8(3, 2, 8)), Const(F(3, 2, lo=0.01, hi=0.1).astype(np.float16))], K=32, N=3, bits=4, block_size=16)
case("MatMulBnb4", [F(2, 32), Const(U8(48)), Const(F(6, lo=0.1))], K=32, N=3, block_size=16, quant_type=0)
case("MatMulBnb4", [F(2, 32), Const(U8(48)), Const(F(6, lo=0.1))], K=32, N=3, block_size=16, quant_type=1)
case("GatherBlockQuantized", [Const(I(0, 16, 5, 32).astype(ml_dtypes.uint4)), I(-5, 5, 2, 3), Const(F(5, 2)), Const(I(0, 16, 5, 2).astype(ml_dtypes.uint4))], block_size=16, gather_axis=0, quantize_axis=1)
case("GatherBlockQuantized", [Const(I(-8, 8, 2, 32, 3).astype(ml_dtypes.int4)), I(0, 3, 2, t=np.int32), Const(F(2, 2, 3))], block_size=16, gather_axis=2, quantize_axis=1)
case("GatherBlockQuantized", [Const(U8(5, 16)), I(-5, 5, 2, 3), Const(F(5, 2)), Const(U8(5, 1))], block_size=16, gather_axis=0, quantize_axis=1, bits=4)
case("GatherBlockQuantized", [Const(U8(5, 3, 16)), I(-5, 5, 2), Const(F(5, 3, 1))], block_size=16, gather_axis=0, quantize_axis=-1, bits=8)
# ---- codes
u8z, i8z = lambda z: typed(np.uint8, z), lambda z: typed(np.int8, z)
del cases[[i for i, c in enumerate(cases) if c["op"] == "MatMulNBits" and len(c["inputs"]) == 6 and c["inputs"][4] is not None][0]]       # zero points together with groups are refused
case("QLinearAdd", [U8(2, 3, 4), f32(0.031), u8z(120), U8(4), f32(0.017), u8z(100), f32(0.041), u8z(131)])
case("QLinearAdd", [I8(2, 3), f32(0.031), i8z(-3), I8(2, 1), f32(0.017), i8z(5), f32(0.041), i8z(3)])
case("QLinearMul", [U8(2, 3, 4), f32(0.031), u8z(120), U8(4), f32(0.017), u8z(100), f32(0.0203), u8z(131)])
case("QLinearMul", [I8(2, 3), f32(0.031), i8z(0), I8(2, 1), f32(0.017), i8z(0), f32(0.1), i8z(0)])
case("QLinearWhere", [I(0, 2, 2, 3) > 0, U8(2, 3), f32(0.031), u8z(120), U8(3), f32(0.017), u8z(100), f32(0.041), u8z(131)])
case("QLinearLeakyRelu", [I8(2, 5), f32(0.031), i8z(-3), f32(0.0173), i8z(-60)], alpha=0.2)
case("QLinearSigmoid", [U8(2, 5), f32(0.0231), u8z(120), f32(1 / 256), u8z(0)])
case("QLinearSoftmax", [U8(2, 3, 4), Const(f32(0.0231)), Const(u8z(120)), Const(f32(1 / 256)), Const(u8z(0))], axis=-1, opset=13)
case("QLinearSoftmax", [I8(2, 3, 4), Const(f32(0.0231)), Const(i8z(12)), Const(f32(1 / 256)), Const(i8z(-128))], axis=1, opset=12)
case("QLinearSoftmax", [U8(2, 3, 4), Const(f32(0.0231)), Const(u8z(120)), Const(f32(1 / 256)), Const(u8z(0))], axis=1, opset=13)
def qmean(x, s, z, ys, yz, axes, keepdims): return np.clip(np.rint(((x.astype(np.float64) - z) * s).mean(tuple(axes), keepdims=bool(keepdims)) / ys) + yz, 0, 255).astype(np.uint8)
case("QLinearReduceMean", [U8(2, 3, 4), f32(0.031), u8z(120), f32(0.017), u8z(110)], axes=[1, -1], keepdims=1, ref=qmean)
case("QLinearReduceMean", [U8(2, 3, 4), f32(0.031), u8z(120), f32(0.017), u8z(110)], axes=[0], keepdims=0, ref=qmean)
case("QLinearGlobalAveragePool", [U8(2, 3, 4, 5), f32(0.031), u8z(120), f32(0.017), u8z(110)])
case("QLinearGlobalAveragePool", [U8(2, 4, 5, 3), f32(0.031), u8z(120), f32(0.017), u8z(110)], channels_last=1)
case("QLinearAveragePool", [U8(1, 3, 5, 6), f32(0.031), u8z(120), f32(0.017), u8z(110)], kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1])
case("QLinearAveragePool", [I8(1, 5, 6, 3), f32(0.031), i8z(12), f32(0.017), i8z(-10)], kernel_shape=[3, 2], pads=[1, 0, 1, 1], channels_last=1, count_include_pad=1)
case("NhwcMaxPool", [I8(1, 5, 6, 3)], kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1])
case("MatMulInteger16", [I(-300, 300, 2, 3, t=np.int16), I(-300, 300, 3, 4, t=np.int16)])
case("MulInteger", [U8(2, 3), u8z(7), U8(3), u8z(9)], ref=lambda a, z, b, y: (a.astype(np.int32) - int(z)) * (b.astype(np.int32) - int(y)))
case("ReduceSumInteger", [I8(2, 3)], axes=[1], keepdims=0, ref=lambda x, **k: x.astype(np.int32).sum(1, dtype=np.int32))
case("MatMulIntegerToFloat", [U8(2, 3, 4), U8(4, 5), f32(0.03), f32(0.02), u8z(120), u8z(99), F(5)])
case("MatMulIntegerToFloat", [I8(3, 4), I8(4, 5), f32(0.03), F(5, lo=0.01, hi=0.1), None, I8(5)])
case("DynamicQuantizeMatMul", [F(2, 3, 4), Const(U8(4, 5)), Const(f32(0.02)), Const(u8z(99)), F(5)])
case("DynamicQuantizeMatMul", [f32(rng.normal(size=(3, 4))), Const(I(-64, 64, 4, 5, t=np.int8)), Const(F(5, lo=0.01, hi=0.1))])
case("QGemm", [U8(3, 4), f32(0.03), u8z(120), U8(5, 4), f32(0.02), u8z(110), I(-99, 99, 5, t=np.int32), f32(0.05), u8z(125)], transB=1)
case("QGemm", [I8(4, 3), f32(0.03), i8z(-7), Const(I8(4, 5)), Const(F(5, lo=0.01, hi=0.1)), Const(I8(5)), I(-99, 99, 3, 5, t=np.int32)], transA=1, alpha=0.5)
case("QLinearConv", [U8(1, 5, 4, 4), f32(0.03), u8z(120), Const(U8(6, 2, 3, 3)), Const(F(6, lo=0.01, hi=0.1)), Const(u8z([99] * 6)), f32(0.5), u8z(130), Const(I(-99, 99, 6, t=np.int32))], channels_last=1, group=2, pads=[1, 1, 1, 1], strides=[1, 1])
case("QuantizeLinear", [F(2, 3, lo=-3, hi=3), f32(0.0001), typed(np.uint16, 32000)])
case("QuantizeLinear", [F(2, 3, lo=-3, hi=3), F(3, lo=0.0001, hi=0.001), I(-99, 99, 3, t=np.int16)], axis=1)
case("DequantizeLinear", [I(-999, 999, 2, 3, t=np.int16), f32(0.001), typed(np.int16, 7)])
case("DequantizeLinear", [I(-9, 9, 2, 3, t=np.int32), F(2, lo=0.1, hi=1)], axis=0)
