"""YAML that DVC parses again and again: `params.yaml` eight times a stage, 7 ms each. A text that it has parsed is not parsed again."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_KEPT = 256
"""Texts, the least recently used ones going first: stages of a few folders are under way at a time."""


@contextlib.contextmanager
def parsed_once() -> Iterator[None]:
    """Within the block DVC's table of loaders has one for `.yaml` that reads a file each time, and parses each text once."""
    from dvc.utils import serialize

    parse = lru_cache(_KEPT)(serialize.parse_yaml)

    def load(path: Any, fs: Any = None, **named: Any) -> Any:
        try:
            with (fs.open if fs else open)(path, encoding="utf-8") as file:
                text = file.read()
        except UnicodeDecodeError:
            return serialize.load_yaml(path, fs=fs, **named)  # which says what is wrong
        return _copy(parse(text, path))

    before = serialize.LOADERS.get(".yaml")
    serialize.LOADERS[".yaml"] = load
    try:
        yield
    finally:
        if before is None:
            del serialize.LOADERS[".yaml"]
        else:
            serialize.LOADERS[".yaml"] = before


def _copy(value: Any) -> Any:
    """copy.deepcopy, which takes several times as long, since it remembers each object that it saw."""
    if type(value) is dict:
        return {key: _copy(inner) for key, inner in value.items()}
    if type(value) is list:
        return [_copy(inner) for inner in value]
    return copy.deepcopy(value)
