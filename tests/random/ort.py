"""Runs models in ONNX Runtime with nothing optimised. Every line of standard input names a folder with model.onnx and in_K.npy; out_K.npy are
written there, and the answer is the line `ran`, or why not. What is no tensor of numbers comes and goes as in_K.pb, out_K.pb. A line that ends
in ` reference` asks onnx's own evaluator in its place where ONNX Runtime has no such operator."""
import glob
import os
import sys

import numpy as np
import onnxruntime as ort

try:
    import onnx
    from onnx import numpy_helper
    from onnx.reference import ReferenceEvaluator
except ImportError:  # numbers and ONNX Runtime alone
    onnx = None

WRONG = {"Unique"}  # in onnx's evaluator: it forgets the axis of what it does not sort

options = ort.SessionOptions()
options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
options.log_severity_level = 4
options.intra_op_num_threads = options.inter_op_num_threads = 1


def value_of(message):
    if isinstance(message, onnx.TensorProto):
        return numpy_helper.to_array(message)
    if isinstance(message, onnx.MapProto):
        keys = [k.decode() for k in message.string_keys] or list(message.keys)
        return dict(zip(keys, [v.item() for v in value_of(message.values)]))
    of = {1: "tensor", 3: "sequence", 4: "map", 5: "optional"}.get(message.elem_type)
    if isinstance(message, onnx.OptionalProto):
        return value_of(getattr(message, of + "_value")) if message.HasField(of + "_value") else None
    return [value_of(v) for v in getattr(message, of + "_values")]


def read(folder, i, kind):
    path = os.path.join(folder, f"in_{i}.")
    if os.path.exists(path + "npy"):
        return np.load(path + "npy")
    messages = {"seq": onnx.SequenceProto, "opt": onnx.OptionalProto, "map": onnx.MapProto}
    message = messages.get(kind[:3], onnx.TensorProto)()
    with open(path + "pb", "rb") as f:
        message.ParseFromString(f.read())
    return value_of(message)


def map_message(value):
    message = onnx.MapProto()
    text = bool(value) and isinstance(next(iter(value)), str)
    message.key_type = onnx.TensorProto.STRING if text else onnx.TensorProto.INT64
    for k in value:
        message.string_keys.append(k.encode()) if text else message.keys.append(k)
    message.values.CopyFrom(message_of([np.asarray(v, dtype=type_of_map(v)) for v in value.values()]))
    return message


def type_of_map(v):
    return object if isinstance(v, str) else np.float32 if isinstance(v, float) else np.int64


def message_of(value):
    if isinstance(value, dict):
        return map_message(value)
    if isinstance(value, list):
        message = onnx.SequenceProto()
        maps = bool(value) and isinstance(value[0], dict)
        message.elem_type = 4 if maps else 1
        (message.map_values if maps else message.tensor_values).extend(message_of(v) for v in value)
        return message
    return numpy_helper.from_array(value if value.dtype.kind not in "US" else value.astype(object))


def write(folder, i, value):
    path = os.path.join(folder, f"out_{i}.")
    if not isinstance(value, (dict, list)):
        value = np.asarray(value)
        if value.dtype.kind not in "OUS":
            np.save(path + "npy", value, allow_pickle=False)
            return
    with open(path + "pb", "wb") as f:
        f.write(message_of(value).SerializeToString())


def in_runtime(folder, model):
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return session.run(None, {x.name: read(folder, i, x.type) for i, x in enumerate(session.get_inputs())})


def in_reference(folder, model):
    proto = onnx.load(model)
    if any(node.op_type in WRONG for node in proto.graph.node):
        raise NotImplementedError("onnx's evaluator is not to be trusted")
    kinds = [x.type.WhichOneof("value").split("_")[0] for x in proto.graph.input]
    return ReferenceEvaluator(proto).run(None, {x.name: read(folder, i, kinds[i]) for i, x in enumerate(proto.graph.input)})


def run(folder, reference):
    model = os.path.join(folder, "model.onnx")
    try:
        results = in_runtime(folder, model)
    except Exception as e:
        missing = any(words in str(e) for words in ("NOT_IMPLEMENTED", "Could not find an implementation", "is not a registered function/op", "No Op registered", "Unexpected input data type", "Unexpected value type"))
        if not (reference and missing and onnx):
            raise
        results = in_reference(folder, model)
    for i, result in enumerate(results):
        write(folder, i, result)


print("ready", flush=True)
for line in sys.stdin:
    where, _, how = line.strip().partition(" ")
    try:
        for old in glob.glob(os.path.join(where, "out_*.*")):
            os.remove(old)
        run(where, how == "reference")
        print("ran", flush=True)
    except Exception as e:  # whatever it does not do is no result
        print(" ".join(str(e).split())[:1000] or "no reason given", flush=True)
