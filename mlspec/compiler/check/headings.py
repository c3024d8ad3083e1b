"""The columns of a source that declares none: by the heading of its CSV file, where that is here, and its cleaning."""

from __future__ import annotations

import csv
from typing import Any

from mlspec.compiler.load.inputs import Inputs

_ENCODINGS = {"utf-8": "utf-8-sig", "utf-16": "utf-16"}
_PACKED = (".gz", ".zst")
_NO_ROWS = ("version ", "/annex/", "<", "{", "[", "PAR1", "PK", "\x1f")
"""How something begins that is no CSV file: the stage says what it is."""


def columns_in_heading(spec: Any, inputs: Inputs) -> tuple[str, ...]:
    """The columns after cleaning; empty where they can't be told for sure: no file, no heading, a doubtful one."""
    plain = spec.file and spec.file.path == spec.path and spec.file.member is None and not spec.path.endswith(_PACKED)
    if not plain or spec.resolved_format != "csv" or not spec.read.header:
        return ()
    names = _heading(inputs.read_start(spec.path), spec.read)
    return _cleaned(names, spec.clean) if names else ()


def _heading(start: bytes | None, read: Any) -> list[str]:
    """The first row. One column alone is most often another delimiter; a name that is missing or comes twice is told when it is read."""
    if start is None:
        return []
    encoding = _ENCODINGS.get(read.encoding, read.encoding)
    text = start.decode(encoding, errors="replace")
    first, end, _ = text.partition("\n")
    if not end or first.count('"') % 2 or "\ufffd" in first or text.startswith(_NO_ROWS):
        return []
    names = [name.strip() for name in next(csv.reader([first.rstrip("\r")], delimiter=read.delimiter), [])]
    unlike = {name.casefold() for name in names}
    return names if len(names) > 1 and len(unlike) == len(names) and "" not in unlike else []


def _cleaned(names: list[str], steps: Any) -> tuple[str, ...]:
    """What the steps leave: `rename`, `derive` and `drop` change the columns."""
    for step in steps:
        renamed = {old.casefold(): new for old, new in (step.rename or {}).items()}
        names = [renamed.get(name.casefold(), name) for name in names]
        names += [step.derive.column] if step.derive else []
        gone = {name.casefold() for name in step.drop or ()}
        names = [name for name in names if name.casefold() not in gone]
    return tuple(dict.fromkeys(names))
