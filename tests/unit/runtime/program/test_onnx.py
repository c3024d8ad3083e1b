"""ONNX graphs as models: by a matrix or by columns, numbers, labels and shares; what does not fit is refused before it serves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlspec.diagnostics import Problems
from mlspec.runtime.artifact import digest_folder, load_model
from mlspec.runtime.compiled.choose import engine_of
from mlspec.runtime.signature import Feature, Signature, foreign_libraries

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

NUMBERS = (Feature("a", "numeric", "number"), Feature("b", "numeric", "integer"))
MIXED = (Feature("a", "numeric", "number"), Feature("c", "categorical", "string"))


def graph(nodes: list[Any], inputs: Any, outputs: Any, weights: Any = (), **more: Any) -> bytes:
    """A graph's bytes. `inputs`, `outputs`: (name, type, shape)."""
    from onnx import TensorProto, helper

    def values(given: Any) -> list[Any]:
        return [helper.make_tensor_value_info(name, getattr(TensorProto, kind), shape) for name, kind, shape in given]

    made = helper.make_graph(nodes, "g", values(inputs), values(outputs), [onnx.numpy_helper.from_array(v, n) for n, v in weights])
    opset = [helper.make_opsetid("", more.get("opset", 18)), *(helper.make_opsetid(d, 3) for d in more.get("domains", ()))]
    return bytes(helper.make_model(made, opset_imports=opset, ir_version=10).SerializeToString())


def node(kind: str, inputs: str, outputs: str, **more: Any) -> Any:
    from onnx import helper

    return helper.make_node(kind, inputs.split(), outputs.split(), **more)


def load(folder: Path, data: bytes, features: Any = NUMBERS, classes: Any = None, *, sealed: bool = False, **files: bytes) -> Any:
    task = "regression" if classes is None else "binary" if len(classes) == 2 else "multiclass"
    artifact = {"kind": "onnx"}
    signature = Signature(task, "y", features, classes, foreign_libraries(artifact), artifact=artifact)
    folder.mkdir()
    contents = {
        "model.onnx": data,
        "signature.json": json.dumps(signature.to_json()).encode(),
        "smoke.json": b'{"inputs": [], "outputs": []}',
    }
    for name, content in {**contents, **{name.replace("_", "."): content for name, content in files.items()}}.items():
        (folder / name).write_bytes(content)
    return load_model(folder, digest_folder(folder), sealed=sealed)


def sums(kind: str = "FLOAT", shape: Any = (None, 2), name: str = "x") -> bytes:
    """a + 2 b + 1, of a matrix."""
    type_ = np.float64 if kind == "DOUBLE" else np.float32
    weights = [("w", np.array([[1], [2]], type_)), ("o", np.array([1], type_))]
    return graph([node("Gemm", f"{name} w o", "y")], [(name, kind, shape)], [("y", kind, [None, 1])], weights)


@pytest.mark.parametrize("kind", ["FLOAT", "DOUBLE"])
def test_a_matrix_of_numbers(tmp_path: Path, kind: str) -> None:
    engine = engine_of(load(tmp_path / "m", sums(kind), sealed=True))
    assert engine.kind == "onnx"
    assert engine.ways is not None  # no pandas for a request
    assert engine.columns({"a": [1.5, 2], "b": [3, 4]}).predicted.tolist() == [8.5, 11.0]
    assert engine.rows([[1.5, 3.0]]).predicted.tolist() == [8.5]


def test_missing_values_pass_as_nan_and_an_answer_of_nan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="NaN or infinity for 1 of 1"):
        engine_of(load(tmp_path / "m", sums())).columns({"a": [None], "b": [3]})


def test_columns_by_name_with_text(tmp_path: Path) -> None:
    data = graph(
        [
            node("LabelEncoder", "c", "n", domain="ai.onnx.ml", keys_strings=["x", "y"], values_floats=[10.0, 20.0], default_float=-1.0),
            node("Add", "a n", "r"),
        ],
        [("c", "STRING", [None, 1]), ("a", "FLOAT", [None, 1])],
        [("r", "FLOAT", [None, 1])],
        domains=["ai.onnx.ml"],
    )
    engine = engine_of(load(tmp_path / "m", data, MIXED))
    assert engine.columns({"a": [1, 1, 1], "c": ["y", "other", None]}).predicted.tolist() == [21.0, 0.0, 0.0]


def softmax(kind: str = "Softmax") -> bytes:
    weights = [("w", np.array([[1, 0, -1], [0, 1, 0]], np.float32))]
    return graph([node("MatMul", "x w", "s"), node(kind, "s", "p")], [("x", "FLOAT", [None, 2])], [("p", "FLOAT", [None, 3])], weights)


def test_shares_of_the_classes_in_their_order(tmp_path: Path) -> None:
    found = engine_of(load(tmp_path / "m", softmax(), classes=("low", "mid", "top"))).columns({"a": [3, -3, 0], "b": [0, 0, 5]})
    assert found.predicted.tolist() == ["low", "top", "mid"]
    assert found.proba is not None
    assert found.proba.sum(axis=1) == pytest.approx(1, abs=1e-6)


def test_one_share_of_two_classes_is_the_second_ones(tmp_path: Path) -> None:
    data = graph(
        [node("ReduceSum", "x axes", "s", keepdims=1), node("Sigmoid", "s", "p")],
        [("x", "FLOAT", [None, 2])],
        [("p", "FLOAT", [None, 1])],
        [("axes", np.array([1]))],
    )
    found = engine_of(load(tmp_path / "m", data, classes=(False, True))).columns({"a": [9, -9], "b": [0, 0]})
    assert found.predicted.tolist() == [True, False]


def test_labels_are_the_rows_own(tmp_path: Path) -> None:
    data = graph([node("ArgMax", "x", "label", axis=1, keepdims=0)], [("x", "FLOAT", [None, 2])], [("label", "INT64", [None])])
    assert engine_of(load(tmp_path / "m", data, classes=(0, 1))).columns({"a": [3, 1], "b": [1, 3]}).predicted.tolist() == [0, 1]
    with pytest.raises(Problems, match="none of the classes: no, yes"):
        engine_of(load(tmp_path / "n", data, classes=("no", "yes"))).columns({"a": [3], "b": [1]})


def external(location: str) -> bytes:
    from onnx import TensorProto

    model = onnx.load_model_from_string(sums())
    weights = model.graph.initializer[0]
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value=location)
    return bytes(model.SerializeToString())


def test_weights_in_a_file_beside_it(tmp_path: Path) -> None:
    data = np.array([[1], [2]], np.float32).tobytes()
    assert engine_of(load(tmp_path / "m", external("weights.bin"), weights_bin=data)).columns({"a": [1], "b": [3]}).predicted.tolist() == [
        8.0
    ]


@pytest.mark.parametrize(
    ("data", "more", "told"),
    [
        (b"no graph", {}, "can't be read"),
        (sums(shape=(64, 2)), {}, "first dimension of its input `x` is 64"),
        (
            graph([node("Neg", "x", "y")], [("x", "FLOAT", [None, 3])], [("y", "FLOAT", [None, 3])]),
            {},
            "and there are 2 features",
        ),
        (sums(), {"features": MIXED}, "the feature `c` is text"),
        (sums(), {"classes": (0, 1)}, "gives 1 shares|no probabilities"),
        (softmax(), {}, "answers .3. per row|one value a row|answers \\(1, 3\\)"),
        (softmax("Identity"), {"classes": (0, 1, 2)}, "no probabilities"),
        (softmax(), {"classes": (0, 1, 2, 3)}, "gives 3 shares, and there are 4 classes"),
        (external("../../etc/passwd"), {}, "no file beside it"),
        (external("/etc/passwd"), {}, "no file beside it"),
        (
            graph([node("Foo", "x", "y", domain="acme")], [("x", "FLOAT", [None, 2])], [("y", "FLOAT", [None, 1])], domains=["acme"]),
            {},
            "`acme.Foo`",
        ),
        (graph([node("Foo", "x", "y")], [("x", "FLOAT", [None, 2])], [("y", "FLOAT", [None, 1])]), {}, "refuses it"),
        (graph([node("Neg", "x", "y")], [("x", "FLOAT", [None, 2])], [("y", "FLOAT", [None, 1])], opset=99), {}, "opset 99"),
        (
            graph([node("Add", "a z", "y")], [("a", "FLOAT", [None, 1]), ("z", "FLOAT", [None, 1])], [("y", "FLOAT", [None, 1])]),
            {},
            "takes `a`, `z`",
        ),
        (
            graph(
                [node("Neg", "a", "y"), node("Neg", "b", "z")],
                [("a", "FLOAT", [None, 1]), ("b", "FLOAT", [None, 1])],
                [("y", "FLOAT", [None, 1]), ("z", "FLOAT", [None, 1])],
            ),
            {},
            "one number a row is asked for",
        ),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, data: bytes, more: Any, told: str) -> None:
    with pytest.raises(Problems, match=told) as found:
        load(tmp_path / "m", data, **more).predict(_frame(more.get("features", NUMBERS)))
    assert {one.code for one in found.value.diagnostics} == {"MLS0669"}


def _frame(features: Any) -> Any:
    import pandas as pd

    return pd.DataFrame({f.name: ["x" if f.type == "string" else 5] for f in features})


def test_nothing_is_unpickled_of_it(tmp_path: Path) -> None:
    """A pickle beside it is a file like any other."""
    import pickle

    model = load(tmp_path / "m", sums(), model_joblib=pickle.dumps(Trap()))
    assert engine_of(model).columns({"a": [1], "b": [1]}).predicted.tolist() == [4.0]


class Trap:
    def __reduce__(self) -> Any:
        return pytest.fail, ("it was unpickled",)
