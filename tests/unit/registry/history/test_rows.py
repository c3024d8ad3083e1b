"""What is known of a version's rows: from `split.json` at the record's commit, and from DVC's cache. Either may hold anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.line_world import LineWorld
from support.records import artifacts

from mlspec.registry.branch import Line, open_line
from mlspec.registry.history.rows import columns_of, rows_of

SPLIT = "pipelines/models/demand/split.json"


def line_with(root: Path, split: str | None) -> Line:
    return open_line(LineWorld(root / "project").start({} if split is None else {SPLIT: split}).write())


def record(commit: str = "HEAD", **more: Any) -> dict[str, Any]:
    return {"commit": commit, "artifacts": artifacts(), **more}


def test_counts_and_times_come_from_the_split(tmp_path: Path) -> None:
    line = line_with(tmp_path, '{"train": {"rows": 450, "first": "2024-01-01", "last": null}, "test": {"rows": 150, "other": 1}}')
    digests = {side: artifacts()[side]["digest"] for side in ("train", "test")}
    assert rows_of(line, record()) == {
        "train": {"digest": digests["train"], "rows": 450, "first": "2024-01-01"},
        "test": {"digest": digests["test"], "rows": 150},
    }


@pytest.mark.parametrize("split", [None, "", "[", "[1]", '{"train": 3, "test": [1]}', "null", "NaN"])
def test_without_a_sound_split_the_digests_are_left(tmp_path: Path, split: str | None) -> None:
    found = rows_of(line_with(tmp_path, split), record())
    assert {side: list(known) for side, known in found.items()} == {"train": ["digest"], "test": ["digest"]}


def test_a_split_that_nests_too_deep_for_the_reader_leaves_the_digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(_: bytes) -> object:
        raise RecursionError

    line = line_with(tmp_path, "{}")
    monkeypatch.setattr("mlspec.registry.history.rows.json.loads", too_deep)
    assert {side: list(known) for side, known in rows_of(line, record()).items()} == {"train": ["digest"], "test": ["digest"]}


@pytest.mark.parametrize("value", [{}, {"commit": "1" * 40}, {"commit": None, "artifacts": 3}, {"commit": "HEAD\nHEAD:x", "artifacts": []}])
def test_a_broken_record_has_rows_of_nothing(tmp_path: Path, value: dict[str, Any]) -> None:
    assert rows_of(line_with(tmp_path, "{}"), value) == {"train": {"digest": None}, "test": {"digest": None}}


def cached(root: Path, content: bytes, md5: str = "ab" * 16) -> dict[str, Any]:
    place = root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    return record(artifacts={"test": {"md5": md5}})


def test_columns_come_from_the_cache(tmp_path: Path) -> None:
    found = cached(tmp_path, pd.DataFrame({"day": pd.to_datetime(["2026-01-01"]), "n": [1], "x": [0.5]}).to_parquet(index=False))
    assert list((columns_of(tmp_path, found, "test") or {}).items())[1:] == [("n", "int64"), ("x", "double")]
    assert columns_of(tmp_path, found, "train") is None


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" * 10, b"day,n\n1,2\n"])
def test_what_is_broken_in_the_cache_has_no_columns(tmp_path: Path, content: bytes) -> None:
    assert columns_of(tmp_path, cached(tmp_path, content), "test") is None


@pytest.mark.parametrize("md5", ["../../../../../../etc/passwd", "/" * 32, "..%2f" * 8, "", None, 3, "ab" * 17, "ab/../" * 5 + "xx"])
def test_an_md5_leads_nowhere_else(tmp_path: Path, md5: Any) -> None:
    assert columns_of(tmp_path, record(artifacts={"test": {"md5": md5}}), "test") is None
