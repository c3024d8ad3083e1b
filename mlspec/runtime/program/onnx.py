"""An ONNX graph as a model: what it takes and answers is compared with the signature; onnxruntime answers. Nothing is unpickled."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlspec.diagnostics import problem
from mlspec.runtime.foreign import Foreign
from mlspec.runtime.program.onnx_checks import checked, unfit
from mlspec.runtime.program.rows import spelled
from mlspec.runtime.signature import Feature, Signature

if TYPE_CHECKING:
    import pandas as pd

GRAPH = "model.onnx"
_NUMBERS = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(bool)": np.bool_,
}
_TEXT = "tensor(string)"
_SHARES = ("tensor(float)", "tensor(double)")
TOLERANCE = 1e-3


class OnnxModel(Foreign):
    """`files`: {name: bytes} of the model's folder. Raises MLS0669 for a graph that does not fit the signature."""

    kind = "onnx"
    reason = "onnxruntime, on one thread"

    def __init__(self, files: Mapping[str, bytes], signature: Signature) -> None:
        self.signature = signature
        self._session = _session(files)
        self._is_matrix = _is_matrix(self._session.get_inputs(), signature)
        self._types = {one.name: one.type for one in self._session.get_inputs()}
        self._label, self._shares = _outputs(self._session.get_outputs(), signature)
        self.has_shares = self._shares is not None
        self.n_features_in_ = len(signature.features)
        self.by_matrix = _ByMatrix(self) if self._is_matrix else None

    def answers(self, features: pd.DataFrame) -> tuple[Any, Any]:
        """See `Foreign.answers`."""
        return self._answered(self._matrix(features.to_numpy(np.float64)) if self._is_matrix else self._columns(features), len(features))

    def of_matrix(self, matrix: Any) -> tuple[Any, Any]:
        """The same of a matrix of doubles, for a graph that takes one."""
        return self._answered(self._matrix(matrix), len(matrix))

    def _matrix(self, values: Any) -> dict[str, Any]:
        ((name, type_),) = self._types.items()
        return {name: _numbers(values, type_, "its matrix")}

    def _columns(self, features: pd.DataFrame) -> dict[str, Any]:
        found = {}
        for one in self._session.get_inputs():
            values = features[one.name]
            if one.type == _TEXT:
                column = np.array([v if isinstance(v, str) else "" for v in values], dtype=object)
            else:
                column = _numbers(values.to_numpy(np.float64), one.type, f"input `{one.name}`")
            found[one.name] = column.reshape(-1, 1) if len(one.shape) == 2 else column
        return found

    def _answered(self, given: Mapping[str, Any], count: int) -> tuple[Any, Any]:
        names = [name for name in (self._label, self._shares) if name]
        try:
            found = dict(zip(names, self._session.run(names, given), strict=True))
        except Exception as error:
            raise problem("MLS0665", f"the model failed to predict: {str(error)[:300]}", help="see the graph") from error
        shares: Any = None if self._shares is None else self._distribution(found[self._shares], count)
        if self._label is None:
            labels = np.empty(count, dtype=object)
            assert self.signature.classes is not None  # noqa: S101 - without classes there is a value
            labels[:] = [self.signature.classes[i] for i in np.argmax(shares, axis=1)]
            return labels, shares
        values = np.asarray(found[self._label])
        if values.size != count:
            raise unfit(f"it answers {values.shape} for {count} rows", "let it answer one value a row: the shape (N,) or (N, 1)")
        return (values.reshape(-1).astype(np.float64) if self.signature.classes is None else self._labels(values.reshape(-1))), shares

    def _labels(self, values: Any) -> Any:
        classes = self.signature.classes or ()
        known = {c: c for c in classes if not isinstance(c, bool)} | {int(c): c for c in classes if isinstance(c, bool)}
        labels = np.empty(len(values), dtype=object)
        labels[:] = [known.get(v.item() if isinstance(v, np.generic) else v) for v in values]
        if any(label is None for label in labels):
            wrong = next(v for v, label in zip(values.tolist(), labels, strict=True) if label is None)
            shown = ", ".join(spelled(c) for c in classes[:5])
            raise unfit(f"it answers {wrong!r}, which is none of the classes: {shown}", "let it answer the labels as the rows have them")
        return labels

    def _distribution(self, values: Any, count: int) -> Any:
        """(n, classes) of probabilities; of two classes the second's alone will do."""
        classes = len(self.signature.classes or ())
        found = np.asarray(values, dtype=np.float64).reshape(count, -1)
        if found.shape[1] == 1 and classes == 2:
            found = np.hstack([1 - found, found])
        if found.shape[1] != classes:
            what = "give one a class, in the order of MLSPEC_CLASSES"
            raise unfit(f"it gives {found.shape[1]} shares, and there are {classes} classes", what)
        if not ((found >= -TOLERANCE) & (found <= 1 + TOLERANCE)).all() or (np.abs(found.sum(axis=1) - 1) > TOLERANCE).any():
            what = "end the graph with a softmax, or a sigmoid for two classes"
            raise unfit(f"its shares of the classes are no probabilities: {np.array2string(found[0][:5], precision=4)}", what)
        return found


class _ByMatrix:
    """See `runtime.compiled.scorer.Scorer`."""

    alone = False

    def __init__(self, model: OnnxModel) -> None:
        self._model = model

    def __call__(self, matrix: Any) -> tuple[Any, Any]:
        return self._model.of_matrix(matrix)


def _session(files: Mapping[str, bytes]) -> Any:
    """Weights in a file of their own are read from a folder that holds what was compared, and nothing else."""
    import onnxruntime

    beside = {name: data for name, data in files.items() if name != GRAPH}
    checked(files[GRAPH], beside)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # sums in one order, on any machine
    options.log_severity_level = 4
    try:
        with tempfile.TemporaryDirectory(prefix="mlspec-onnx-") as name:
            for path, data in files.items():
                (Path(name) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(name) / path).write_bytes(data)
            return onnxruntime.InferenceSession(f"{name}/{GRAPH}", options, providers=["CPUExecutionProvider"])
    except Exception as error:
        text = str(error).replace("\n", " ").rpartition(" failed:")[2][:300]  # before it is the path of a temporary file
        raise unfit(f"onnxruntime {onnxruntime.__version__} refuses it: {text}", "export it anew, for this version") from error


def _is_matrix(inputs: Sequence[Any], signature: Signature) -> bool:
    """Whether it takes one matrix of all features; else it takes each by its name. Raises MLS0669."""
    names = [one.name for one in inputs]
    for one in inputs:
        if one.shape and isinstance(one.shape[0], int):
            text = f"the first dimension of its input `{one.name}` is {one.shape[0]}, and must be free: rows come in any number"
            raise unfit(text, "export it so: `dynamic_shapes` of torch.onnx.export, None in the shape for skl2onnx")
    if len(inputs) == 1 and (names != signature.names or len(inputs[0].shape) == 2):
        return _check_matrix(inputs[0], signature)
    if set(names) != set(signature.names):
        text = f"it takes {', '.join(f'`{n}`' for n in names[:8])}, and the features are {', '.join(f'`{n}`' for n in signature.names[:8])}"
        raise unfit(text, "one input of all features as a matrix, in the order of MLSPEC_FEATURES; or one input a feature, by its name")
    for one in inputs:
        _check_column(one, next(f for f in signature.features if f.name == one.name))
    return False


def _check_matrix(one: Any, signature: Signature) -> bool:
    width = len(signature.features)
    if one.type == _TEXT and width == 1 and signature.features[0].type == "string" and one.name == signature.features[0].name:
        return False
    text = next((f for f in signature.features if f.type == "string"), None)
    if text is not None:
        raise unfit(f"it takes one matrix, and the feature `{text.name}` is text", "give it an input a feature, by its name")
    if one.type not in _NUMBERS:
        raise unfit(f"its input `{one.name}` is {one.type}, and the features are numbers", "let it take float or double")
    if len(one.shape) != 2 or (isinstance(one.shape[1], int) and one.shape[1] != width):
        raise unfit(f"its input `{one.name}` has the shape {one.shape}, and there are {width} features", f"let it take (N, {width})")
    return True


def _check_column(one: Any, feature: Feature) -> None:
    if (one.type == _TEXT) != (feature.type == "string") or (one.type != _TEXT and one.type not in _NUMBERS):
        text = f"its input `{one.name}` is {one.type}, and the feature is {feature.type}"
        raise unfit(text, "let it take text as string, numbers as float")
    if len(one.shape) > 2 or (len(one.shape) == 2 and isinstance(one.shape[1], int) and one.shape[1] != 1):
        raise unfit(f"its input `{one.name}` has the shape {one.shape}", "let it take (N, 1) or (N,)")


def _outputs(outputs: Sequence[Any], signature: Signature) -> tuple[str | None, str | None]:
    """The names of the value or label, and of the shares. Raises MLS0669."""
    kinds = ", ".join(f"`{one.name}` {one.type}" for one in outputs)
    if signature.classes is None:
        if len(outputs) != 1 or outputs[0].type not in _NUMBERS:
            raise unfit(f"it answers {kinds}, and one number a row is asked for", "let it have one output, of float or double")
        return outputs[0].name, None
    if any(not one.type.startswith("tensor(") for one in outputs):
        raise unfit(f"it answers {kinds}", "let it answer shares as a matrix: skl2onnx writes one with `options={'zipmap': False}`")
    shares = [one.name for one in outputs if one.type in _SHARES]
    labels = [one.name for one in outputs if one.type not in _SHARES]
    if len(shares) > 1 or len(labels) > 1:
        raise unfit(f"it answers {kinds}", "let it answer a label, or shares of the classes, or both, and nothing else")
    return (labels or [None])[0], (shares or [None])[0]


def _numbers(values: Any, type_: str, what: str) -> Any:
    """In the graph's own type. Raises MLS0665 for what that can't hold."""
    wanted = _NUMBERS[type_]
    if wanted in (np.float32, np.float64):
        with np.errstate(over="ignore"):
            found = values.astype(wanted, order="C")
        if np.isinf(found).any():
            raise problem("MLS0665", f"{what} holds numbers too large for {type_}", help="let the graph take double")
        return found
    if not np.isfinite(values).all() or (values != np.floor(values)).any():
        text = f"{what} holds missing values, or no whole ones, and the graph takes {type_}"
        raise problem("MLS0665", text, help="let it take float or double")
    return values.astype(wanted)
