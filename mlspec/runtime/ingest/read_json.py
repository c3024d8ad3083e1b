"""JSON: one array of objects (`json`) or one object a line (`jsonl`); types told from all rows."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.diagnostics import problem
from mlspec.runtime.tables import columns_of, literal

_NOT_JSON = ("DATE", "TIME", "TIMESTAMP", "UUID")
"""JSON has no such types: what DuckDB takes for one is text, and `clean` casts it as declared."""


def json_relation(connection: Any, path: Path, params: Mapping[str, Any], name: str) -> str:
    """Return the relation that reads a JSON file; columns listed in `text` stay text. Raises MLS0611, MLS0612."""
    _check_layout(path, params["format"], name)
    layout = "array" if params["format"] == "json" else "newline_delimited"
    options = f"{literal(str(path))}, format = '{layout}', sample_size = -1, union_by_name = false"
    found = columns_of(connection, f"read_json({options})")
    text = set(params.get("text", ()))
    kinds = {n: "VARCHAR" if n in text or kind.startswith(_NOT_JSON) else kind for n, kind in found.items()}
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in kinds.items())
    return f"read_json({options}, columns = {{{columns}}})"


def _check_layout(path: Path, form: str, name: str) -> None:
    """DuckDB reads an array as one line of a `jsonl`; look at the first sign ourselves."""
    first = _first_sign(path)
    if first == b"":
        raise problem("MLS0611", f"`{name}` is empty", help="put rows in it, or point the source at another file")
    wanted, other, fix = (b"[", b"{", "jsonl") if form == "json" else (b"{", b"[", "json")
    if first != wanted:
        shape = "one array of objects" if form == "json" else "one object a line"
        hint = f"set `format: {fix}`" if first == other else "it holds no JSON rows"
        raise problem("MLS0612", f"`{name}` can't be read as {form}: it is not {shape}", help=hint)


def _first_sign(path: Path) -> bytes:
    with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as handle:
        while chunk := handle.read(1 << 16):
            if text := chunk.removeprefix(b"\xef\xbb\xbf").lstrip():
                return bytes(text[:1])
    return b""
