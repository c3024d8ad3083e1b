"""What is looked at in an ONNX graph before onnxruntime reads it: its operators, its opset, and where its weights lie."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from mlspec.diagnostics import Problems, problem

KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Operators that onnxruntime brings itself; those of another domain are code that would have to be loaded."""


def checked(data: bytes, files: Collection[str]) -> Any:
    """The parsed graph. `files`: names of the files beside it. Raises MLS0669."""
    import onnx

    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:
        raise unfit(f"it can't be read: {str(error)[:200]}", "let the program write an ONNX graph") from error
    _check_opset(model, onnx.defs.onnx_opset_version())
    _check_operators(model)
    _check_weights(model, files)
    return model


def _check_opset(model: Any, newest: int) -> None:
    found = next((one.version for one in model.opset_import if one.domain in ("", "ai.onnx")), None)
    if found is not None and found > newest:
        what = f"it is of opset {found}, and {newest} is the newest that is known here"
        raise unfit(what, f"export it with an opset of at most {newest}")


def _check_operators(model: Any) -> None:
    own = {function.domain for function in model.functions}
    for node in _nodes(model):
        if node.domain not in KNOWN_DOMAINS and node.domain not in own:
            text = f"it needs the operator `{node.domain}.{node.op_type}`, which is not ONNX's own"
            raise unfit(text, "export it with standard operators; or serve it by a program: `predict: {argv: […]}`")


def _check_weights(model: Any, files: Collection[str]) -> None:
    for tensor in _tensors(model):
        if tensor.data_location != 1:  # EXTERNAL
            continue
        place = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
        if place not in files:
            text = f"its weights `{tensor.name}` lie in `{place}`, which is no file beside it"
            raise unfit(text, "write weights into the graph, or into a file in MLSPEC_OUTPUT beside `model.onnx`")


def _graphs(model: Any) -> Iterator[Any]:
    yield model.graph
    yield from model.functions


def _nodes(model: Any) -> Iterator[Any]:
    waiting = [node for graph in _graphs(model) for node in graph.node]
    while waiting:
        node = waiting.pop()
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                waiting += inner.node


def _tensors(model: Any) -> Iterator[Any]:
    yield from model.graph.initializer
    for sparse in model.graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in _nodes(model):
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for inner in (attribute.g, *attribute.graphs):
                yield from inner.initializer


def unfit(what: str, help_text: str) -> Problems:
    """The diagnostic of a graph that can't be used."""
    return problem("MLS0669", f"`model.onnx`: {what}", help=help_text)
