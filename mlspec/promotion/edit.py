"""Edits an environment file in place: sets keys of a Deployment's `spec` and leaves comments, order and style as they were.

Works by the positions of YAML nodes, and then reads the result again: unless exactly the keys asked for changed, nothing is
written and the user is told to edit by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yaml.nodes import MappingNode, Node

from mlspec.diagnostics import Problems, Span, problem
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.write import scalar

_ORDER = ("model", "target", "version", "digest", "previous", "claim", "hold")
Values = Mapping[str, Any]


def set_spec_keys(path: str, content: bytes, index: int, values: Values) -> bytes:
    """Return the file with `values` (scalars, or mappings of scalars) set in `spec` of its document number `index`.

    Raises MLS0711 when the file can't be edited safely (`spec` is an alias, say).
    """
    text = content.decode("utf-8-sig")
    for key, value in values.items():
        spec = _spec(path, text, index)
        text = _set_nested(text, spec, key, value) if isinstance(value, Mapping) else _set(text, spec, key, scalar(value))
    _check(path, content, text.encode(), index, values)
    return text.encode()


def _spec(path: str, text: str, index: int) -> MappingNode:
    documents, found = load_documents(path, text)
    if found:
        raise Problems(found)
    spec = _child(documents[index].node, "spec")
    if not isinstance(spec, MappingNode):
        raise problem("MLS0711", f"{path} has no `spec` to edit", help="write `spec` as a mapping", span=Span(path))
    return spec


def _child(node: Node, key: str) -> Node | None:
    pair = _pair(node, key)
    return None if pair is None else pair[1]


def _pair(node: Node, key: str) -> tuple[Node, Node] | None:
    pairs: Sequence[tuple[Node, Node]] = node.value if isinstance(node, MappingNode) else ()
    return next(((k, v) for k, v in pairs if k.value == key), None)


def _set_nested(text: str, spec: MappingNode, key: str, values: Values) -> str:
    """A mapping of scalars is written on one line: `hold: {until: "…", reason: "…"}`."""
    inline = "{" + ", ".join(f"{k}: {scalar(v)}" for k, v in values.items()) + "}"
    pair = _pair(spec, key)
    if pair is None or not isinstance(pair[1], MappingNode) or pair[1].flow_style:
        return _set(text, spec, key, inline)
    end = max(v.end_mark.index for _, v in pair[1].value)
    return text[: pair[0].end_mark.index] + f": {inline}" + text[end:]


def _set(text: str, spec: MappingNode, key: str, written: str) -> str:
    pair = _pair(spec, key)
    if pair is None:
        return _insert(text, spec, key, written)
    start, end = pair[1].start_mark.index, pair[1].end_mark.index
    if text[start:end].strip():
        return text[:start] + written + text[end:]
    colon = text.index(":", pair[0].end_mark.index) + 1  # `key:` with nothing after it
    return f"{text[:colon]} {written}{text[colon:]}"


def _insert(text: str, spec: MappingNode, key: str, written: str) -> str:
    before = [name for name in _ORDER[: _ORDER.index(key)] if _child(spec, name) is not None]
    anchor_key, anchor = _pair(spec, before[-1] if before else spec.value[-1][0].value) or spec.value[-1]
    at = anchor.end_mark.index
    if spec.flow_style:
        return f"{text[:at]}, {key}: {written}{text[at:]}"
    newline = "\r\n" if "\r\n" in text else "\n"
    line = text.find("\n", at)
    head, tail = (text + newline, "") if line < 0 else (text[: line + 1], text[line + 1 :])
    return f"{head}{' ' * anchor_key.start_mark.column}{key}: {written}{newline}{tail}"


def _check(path: str, old: bytes, new: bytes, index: int, values: Values) -> None:
    before, _ = load_documents(path, old)
    after, found = load_documents(path, new)
    expected = [d.value for d in before]
    if isinstance(expected[index], dict):
        expected[index] = {**expected[index], "spec": {**expected[index].get("spec", {}), **values}}
    if found or [d.value for d in after] != expected:
        listed = ", ".join(f"`{k}: {v}`" for k, v in values.items())
        raise problem("MLS0711", f"{path} can't be edited safely", help=f"set these keys of `spec` by hand: {listed}", span=Span(path))
