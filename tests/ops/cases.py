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
