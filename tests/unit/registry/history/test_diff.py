"""Two versions side by side: what differs by their records, told from the commits where these are here. Records may say anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.line_world import LineWorld
from support.projects import MODEL, PROJECT
from support.records import artifacts, estimate, record, sha

from mlspec.diagnostics import Problems
from mlspec.diagnostics.render.json_text import dump
from mlspec.registry.branch import open_line
from mlspec.registry.history.diff import Difference, compare
from mlspec.registry.history.diff_forms import as_json, metrics, notes, tables
from mlspec.registry.history.objects import Named
from mlspec.registry.history.requirements import Package

OLD, NEW = (Named("version", "demand", version=version) for version in ("v1.0.0", "v1.1.0"))
FILES = {"mlspec.yaml": PROJECT + "  code: [shop]\n", "specs/demand.yaml": MODEL, "requirements.lock": "numpy==2.0\n", "shop/a.py": "1\n"}
"""A project; `later` is what its next commit changes."""


def later(world: LineWorld) -> LineWorld:
    world.push({"requirements.lock": "numpy==2.1\nnew==1.0\n", "shop/a.py": "2\n", "shop/b.py": "3\n", "other.py": "4\n"})
    return world


def compared(root: Path, old: bytes | str, new: bytes | str, world: LineWorld | None = None) -> Difference:
    """`HEAD~2` and `HEAD~1` are the two commits of the project, where `world` is none."""
    texts = [t if isinstance(t, str) else t.decode() for t in (old, new)]
    chosen = world or later(LineWorld(root / "project").start(FILES))
    chosen.push({f"registry/demand/{n.version}.yaml": t for n, t in zip((OLD, NEW), texts, strict=True)})
    return compare(open_line(chosen.write()), OLD, NEW)


def loose(**more: Any) -> str:
    """A record's text that no reader of records would take."""
    return json.dumps({"model": "demand", "version": "v1.0.0", "commit": "1" * 40, "metrics": {}, "artifacts": artifacts(), **more})


def test_the_same_record_has_no_difference(tmp_path: Path) -> None:
    found = compared(tmp_path, record(), record("v1.1.0"))
    assert [title for title, _, _ in tables(found)] == ["metrics"]
    assert found.same_test
    assert notes(found) == [f"{what}: the same" for what in ("training rows", "test rows", "code", "spec", "environment")]


def test_code_and_packages_are_told_from_the_commits(tmp_path: Path) -> None:
    sides = [
        loose(commit="HEAD~2", code=sha("1"), environment=sha("1")),
        loose(commit="HEAD~1", code=sha("2"), environment=sha("2"), version="v1.1.0"),
    ]
    found = compared(tmp_path, sides[0], sides[1])
    assert found.code.files == {"shop/a.py": "M", "shop/b.py": "A"}
    assert found.code.command == "git diff 'HEAD~2' 'HEAD~1' -- shop"
    assert found.packages == [Package("new", None, "1.0"), Package("numpy", "2.0", "2.1")]
    shown = {title: rows for title, _, rows in tables(found)}
    assert shown["code"] == [["shop/a.py", "changed"], ["shop/b.py", "added"]]
    assert shown["environment"] == [["new", "-", "1.0"], ["numpy", "2.0", "2.1"]]
    assert "code: `git diff 'HEAD~2' 'HEAD~1' -- shop`" in notes(found)


def test_a_commit_that_is_gone_leaves_what_the_digests_say(tmp_path: Path) -> None:
    sides = [loose(code=sha(n), spec=sha(n), environment=sha(n)) for n in "12"]
    found = compared(tmp_path, sides[0], sides[1])
    assert (found.code.files, found.specs.changes, found.packages) == (None, None, None)
    gone = "differs, and a commit that tells how is not in this clone"
    assert notes(found)[:3] == [f"{what}: {gone}" for what in ("code", "specs", "environment")]
    form = as_json(found)
    assert (form["code"], form["specs"], form["environment"]) == ({"files": None, "command": None}, None, None)


def test_other_test_rows_make_the_metrics_incomparable(tmp_path: Path) -> None:
    other = artifacts()
    other["test"] = other["test"] | {"digest": sha("other"), "md5": "0" * 32}
    found = compared(tmp_path, record(), record("v1.1.0", artifacts=other))
    assert not found.same_test
    assert found.columns == {"train": (), "test": None}
    told = notes(found)
    assert "columns of the test rows: not in DVC's cache here" in told
    assert told[-1].startswith("metrics: measured on different test rows")
    assert [row[:2] for title, _, rows in tables(found) if title == "data" for row in rows] == [["test", "digest"]]


def test_metrics_of_either_side_are_told(tmp_path: Path) -> None:
    found = compared(
        tmp_path, record(metrics={"mae": estimate(3.0), "r2": {"value": 0.5}}), record("v1.1.0", metrics={"mae": estimate(2.5)})
    )
    assert [(m["metric"], m["difference"]) for m in metrics(found)] == [("mae", -0.5), ("r2", None)]
    (rows,) = [rows for title, _, rows in tables(found) if title == "metrics"]
    assert rows == [["mae", "3 (2 to 4)", "2.5 (1.5 to 3.5)", "-0.5"], ["r2", "0.5", "-", "-"]]


HOSTILE: list[Mapping[str, Any]] = [
    {"metrics": {"mae": {"value": True}, "x\x1b[31m": {"value": "3", "low": [1]}}},
    {"metrics": [1, 2], "artifacts": []},
    {"metrics": {"mae": 3}, "artifacts": {"train": 3, "test": {"digest": ["x"], "md5": {}}}},
    {"commit": None, "code": 3, "spec": [], "environment": {}},
    {"commit": "HEAD\nHEAD:mlspec.yaml", "environment": "x", "code": "y", "spec": "z"},
    {"commit": "--output=owned", "environment": "x", "code": "y", "spec": "z"},
    {"commit": "HEAD", "environment": "x", "code": "y", "spec": "z"},
    {"metrics": {"mae": {"value": -0.0, "low": 1e308, "high": 1e-308}}, "version": "\u202ev1", "model": ["m"]},
]


@pytest.mark.parametrize("more", HOSTILE, ids=str)
@pytest.mark.parametrize("swapped", [False, True])
def test_a_record_of_anything_is_compared(tmp_path: Path, more: Mapping[str, Any], swapped: bool) -> None:
    sides = [record().decode(), loose(**more)]
    found = compared(tmp_path, *(reversed(sides) if swapped else sides))
    assert all(cell.isprintable() for _, _, rows in tables(found) for row in rows for cell in row)
    assert notes(found)
    dump(as_json(found)).encode()
    assert not (tmp_path / "project/owned").exists()


@pytest.mark.parametrize("text", ["", "[]", "- a\n", "a: [", "\x00", "text"])
def test_a_record_that_is_no_mapping_differs_in_all(tmp_path: Path, text: str) -> None:
    found = compared(tmp_path, record(), text)
    assert (found.after, found.same_test) == ({}, False)
    assert as_json(found)["after"]["digest"] is None


def test_half_of_a_character_in_the_split_can_be_printed(tmp_path: Path) -> None:
    split = '{"test": {"rows": "\\ud800", "first": ["\\udfff"]}, "train": {"last": "\\u009b31m"}}'
    world = LineWorld(tmp_path / "project").start({"pipelines/models/demand/split.json": split})
    found = compared(tmp_path, loose(commit="HEAD~1"), loose(commit="HEAD"), world)
    assert b"\\ud800" in dump(as_json(found)).encode()
    assert all(cell.isprintable() for _, _, rows in tables(found) for row in rows for cell in row)


def test_a_version_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    world = LineWorld(tmp_path / "project").start({"registry/demand/v1.0.0.yaml": record().decode(), "registry/demand/notes.yaml": "x"})
    line = open_line(world.write())
    with pytest.raises(Problems) as caught:
        compare(line, OLD, Named("version", "demand", version="v1.0.1"))
    assert [(d.code, "v1.0.0" in str(d.help)) for d in caught.value.diagnostics] == [("MLS0720", True)]
    with pytest.raises(Problems, match="MLS0720"):
        compare(line, OLD, Named("version", "other", version="v1.0.0"))
    with pytest.raises(Problems, match="MLS0003"):
        compare(line, OLD, Named("model", "demand"))
