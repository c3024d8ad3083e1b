"""What staleness saw, noted and looked at again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from mlspec.pipelines.locks import StageLock
from mlspec.pipelines.plan.sight import Noting, Sight, is_as_noted


@pytest.fixture
def noting(tmp_path: Path) -> Noting:
    (tmp_path / "p").mkdir()
    (tmp_path / "p/out").write_text("written\n")
    (tmp_path / "p/dvc.lock").write_text("stages: {}\n")
    sight = Noting(tmp_path)
    sight.lock("p")
    sight.lock("none")
    sight.md5("p/out")
    sight.md5("p/none")
    md5 = hashlib.md5(b"written\n").hexdigest()
    assert not sight.is_altered("p", "out", StageLock("", {}, {"out": md5}, {}, {"out": (8, 1)}))
    assert not sight.is_altered("p", "out", StageLock("", {}, {"out": md5}, {}))  # without a size DVC recorded none, and nobody looks
    return sight


def test_the_same_disk_looks_the_same(tmp_path: Path, noting: Noting) -> None:
    notes = json.loads(json.dumps(noting.notes))
    assert len(notes) == 5
    assert is_as_noted(Sight(tmp_path), notes)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("p/out", "wr1tten\n"),
        ("p/out", None),
        ("p/dvc.lock", "stages: {} \n"),
        ("p/dvc.lock", None),
        ("none/dvc.lock", "x\n"),
        ("p/none", "x\n"),
    ],
)
def test_each_change_is_seen(tmp_path: Path, noting: Noting, path: str, text: str | None) -> None:
    if text is None:
        (tmp_path / path).unlink()
    else:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    assert not is_as_noted(Sight(tmp_path), noting.notes)


def test_an_unknown_note_never_holds(tmp_path: Path) -> None:
    assert not is_as_noted(Sight(tmp_path), [["other", "p", "x"]])
