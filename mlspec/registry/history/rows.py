"""What Git (and, where it is there, DVC's local cache) knows of a version's rows: digests, counts, times, columns. Nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlspec.registry.branch import Line, pick

SIDES = ("train", "test")


def rows_of(line: Line, record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """{train | test: {digest, rows, first, last}} of a record; counts from split.json at the record's commit, where it is there."""
    commit, path = pick(record, "commit"), str(pick(record, "artifacts", "test", "path"))
    content = line.repository.read([f"{commit}:{path.rpartition('/')[0]}/split.json"])[0]
    split = _json(content)
    return {side: _side(record, split, side) for side in SIDES}


def _side(record: Mapping[str, Any], split: Any, side: str) -> dict[str, Any]:
    known = {key: pick(split, side, key) for key in ("rows", "first", "last")}
    return {"digest": pick(record, "artifacts", side, "digest"), **{k: v for k, v in known.items() if v is not None}}


def _json(content: bytes | None) -> Any:
    try:
        return json.loads(content or b"")
    except (ValueError, RecursionError):
        return None


def columns_of(root: Path, record: Mapping[str, Any], side: str) -> dict[str, str] | None:
    """{column: type} of the rows, from the Parquet file in DVC's local cache; None where it is not there."""
    md5 = str(pick(record, "artifacts", side, "md5"))
    path = root / ".dvc" / "cache" / "files" / "md5" / md5[:2] / md5[2:]
    if len(md5) != 32 or not md5.isalnum() or not path.is_file():
        return None
    import pyarrow.parquet

    try:
        schema = pyarrow.parquet.read_schema(path)
    except (OSError, ValueError):  # what is broken there is DVC's to repair
        return None
    return {field.name: str(field.type) for field in schema}
