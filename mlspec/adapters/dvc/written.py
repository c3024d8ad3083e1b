"""A dvc.lock that DVC writes: half of the time goes into ruamel.yaml's emitter, for a text that is nearly always of the simplest kind.

Such a text is put together here, to the same bytes; whatever is not surely of that kind is written by DVC's own way. What DVC writes, and
when, stays DVC's.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_WORDS = re.compile(r"(?:\.{1,2}/)*[A-Za-z][A-Za-z0-9._/-]*(?: [A-Za-z0-9._/-]+)*")
"""Begins with a letter, or a way up, so that it is no number, date or mark of YAML's."""
_DIGEST = re.compile(r"(?!0b)(?=[0-9e]*[abcdf])[0-9a-f]{32}(?:\.dir)?")
"""With a letter that is none of a number's. `e` alone may be: 1e5."""
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_FRACTION = re.compile(r"-?[0-9]+\.[0-9]+")
_KEY, _LINE, _ODD = 100, 60, 24
"""Above them YAML may write a key with a question mark, and fold words into two lines."""
_WIDTH = 80
"""Beyond it a value goes to a line of its own, though it is one word."""


class _OtherwiseError(Exception):
    """Not surely of the simplest kind."""


@contextlib.contextmanager
def plainly() -> Iterator[None]:
    """Within the block DVC changes its lock files by `_changed`."""
    from dvc import dvcfile

    before = dvcfile.modify_yaml
    dvcfile.modify_yaml = _changed
    try:
        yield
    finally:
        dvcfile.modify_yaml = before


@contextlib.contextmanager
def _changed(path: Any, fs: Any = None) -> Iterator[Any]:
    """What DVC's own `modify_yaml` does: the file's content, or an empty mapping, to be changed in the block and written after it."""
    from dvc.utils.serialize import _yaml

    text = _text(path, fs)
    data = {} if text is None else _yaml.parse_yaml(text, path)
    if text is not None and plain(data) != text:  # it holds what only a round trip keeps: comments, quotes, an order of keys
        data = _yaml.parse_yaml_for_update(text, path)
    yield data
    written = plain(data)
    if written is None:
        _yaml.dump_yaml(path, data, fs=fs)
        return
    with (fs.open if fs else open)(path, "w+", encoding="utf-8") as file:
        file.write(written)


def _text(path: Any, fs: Any) -> str | None:
    if not (fs.exists(os.fspath(path)) if fs else os.path.exists(path)):  # noqa: PTH110 - as DVC asks
        return None
    from dvc.utils.serialize import EncodingError

    with (fs.open if fs else open)(path, encoding="utf-8") as file:
        try:
            return str(file.read())
        except UnicodeDecodeError as error:
            raise EncodingError(path, "utf-8") from error


def plain(data: Any) -> str | None:
    """A mapping as ruamel.yaml's round-trip dumper writes it; None where that is not sure."""
    if type(data) is not dict or not data:
        return None
    try:
        return "".join(f"{line}\n" for line in _mapping(data, "", set()))
    except _OtherwiseError:
        return None


def _mapping(data: Mapping[Any, Any], indent: str, seen: set[int]) -> Iterator[str]:
    for key, value in data.items():
        yield from _item(f"{indent}{_key(key)}:", value, indent, seen)


def _key(key: Any) -> str:
    if type(key) is str and len(key) <= _KEY and _WORDS.fullmatch(key) and key.casefold() not in _RESERVED:
        return key
    raise _OtherwiseError


def _item(head: str, value: Any, indent: str, seen: set[int]) -> Iterator[str]:
    """The lines of a value whose key, or dash, is `head`."""
    if not isinstance(value, (dict, list)):
        yield _line(head, value)
        return
    if id(value) in seen or not isinstance(value, dict | list):  # the second time YAML writes an alias
        raise _OtherwiseError
    seen.add(id(value))
    if not value:
        yield f"{head} {'{}' if isinstance(value, dict) else '[]'}"
    elif isinstance(value, dict):
        yield head
        yield from _mapping(value, f"{indent}  ", seen)
    else:
        yield head
        yield from _sequence(value, indent, seen)


def _sequence(items: list[Any], indent: str, seen: set[int]) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict) and item and id(item) not in seen:
            seen.add(id(item))
            first, *others = _mapping(item, f"{indent}  ", seen)
            yield f"{indent}- {first.lstrip()}"
            yield from others
        elif isinstance(item, (dict, list)):
            raise _OtherwiseError
        else:
            yield _line(f"{indent}-", item)


def _line(head: str, value: Any) -> str:
    line = f"{head} {_scalar(value)}"
    if len(line) > _WIDTH:
        raise _OtherwiseError
    return line


def _scalar(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return _word(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float and _FRACTION.fullmatch(found := repr(value)):
        return found
    raise _OtherwiseError


def _word(text: str) -> str:
    if _DIGEST.fullmatch(text):
        return text
    if _WORDS.fullmatch(text) and text.casefold() not in _RESERVED and (len(text) <= _LINE or " " not in text):
        return text
    return _asked(text)


@lru_cache(1024)
def _asked(text: str) -> str:
    """A short text as ruamel.yaml writes it on one line, in quotes or not."""
    from dvc.utils.serialize import dumps_yaml

    if len(text) > _ODD:
        raise _OtherwiseError
    lines = dumps_yaml({"k": text}).splitlines()
    if len(lines) != 1:
        raise _OtherwiseError
    return str(lines[0].removeprefix("k: "))
