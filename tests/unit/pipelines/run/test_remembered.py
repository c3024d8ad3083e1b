"""A run of what is up to date compiles nothing to say so; where anything hangs on it, it is a run like any other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from support import remembered
from support.git_repos import sh
from support.remembered import kpis, model, put, source

from mlspec.cli.context import CommandLine
from mlspec.compiler.memory import versions
from mlspec.compiler.memory.checked import read_texts
from mlspec.diagnostics import Problems
from mlspec.pipelines import verbs
from mlspec.pipelines.plan import remembered as planning
from mlspec.pipelines.run import remembered as running
from mlspec.pipelines.run.options import RunOptions

MODEL = "pipelines/models/of-x"


@pytest.fixture(autouse=True)
def one_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "program", lambda: "this one")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Applied, every stage has run, and `plan` was asked."""
    root = remembered.of_pairs(tmp_path / "project", "xy")
    sh(root, "git", "init", "--initial-branch", "main", "--quiet")
    remembered.ran(root, whole=True, texts={f"{MODEL}/evaluation.json": '{"metrics": {"mae": {"value": 1.5, "low": 1, "high": 2}}}'})
    planning.plan(root, lambda _: None)
    return root


def idle(root: Path, *refs: str, **options: Any) -> str | None:
    found = running.nothing_to_do(read_texts(root), refs, RunOptions(**options), lambda _: None)
    return str(found) if found else None


def test_nothing_is_compiled_and_the_figures_are_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = remembered.compilations(monkeypatch)
    report = CommandLine(root).brought((), RunOptions(), local=False)
    assert (str(report), compiled) == ("Everything is up to date.\n  model/of-x: mae 1.5 (1 to 2)", [])
    assert "model/of-y" in report.result.skipped


def test_it_says_what_a_cold_run_says(root: Path) -> None:
    known, cold = remembered.idle(root)
    assert known == cold is not None


@pytest.mark.parametrize("refs", [("model/of-x",), ("source/y", "model/of-x")])
def test_objects_can_be_asked_for(root: Path, refs: tuple[str, ...]) -> None:
    assert "of-x" in (idle(root, *refs) or "")


@pytest.mark.parametrize("refs", [("model/of-y",), ("source/x",)])
def test_and_others_are_not_told(root: Path, refs: tuple[str, ...]) -> None:
    assert idle(root, *refs) == "Everything is up to date."


@pytest.mark.parametrize("options", [{"force": True}, {"pull": True}, {"executor": "dvc"}])
def test_who_wants_more_gets_a_run(root: Path, options: dict[str, Any]) -> None:
    assert idle(root, **options) is None


def test_a_name_that_nothing_has_is_left_to_a_run(root: Path) -> None:
    assert idle(root, "model/nobody") is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("specs/x.yaml", source("x") + "---\n" + model("of-x", "x", ("alpha: 1.0", "alpha: 9.0")) + "---\n" + kpis("of-x")),
        (f"{MODEL}/params.yaml", "by hand\n"),
        (f"{MODEL}/dvc.lock", None),
        (f"{MODEL}/dvc.lock", ""),
        (f"{MODEL}/model", None),
        (f"{MODEL}/evaluation.json", "{}"),
        (f"{MODEL}/evaluation.json", None),
        ("pipelines/data/x/valid.parquet", "0ther!!\n"),
        ("data/sales.csv", "other\n"),
        (".dvc/tmp/rwlock", "{"),
        (".gitignore", "pipelines/\n"),
        (".dvcignore", "pipelines/\n"),
    ],
)
def test_what_was_touched_is_left_to_a_run(root: Path, path: str, text: str | None) -> None:
    assert idle(root)
    put(root, path, text)
    assert idle(root) is None


def test_a_file_of_its_old_size_and_times_too(root: Path) -> None:
    path = root / "data/sales.csv"
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"0", b"1"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert idle(root) is None


def test_a_run_that_found_nothing_to_do_is_remembered(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered.emptied(root)
    compiled = remembered.compilations(monkeypatch)
    for expected in (1, 1):
        CommandLine(root).brought((), RunOptions(), local=False)
        assert len(compiled) == expected


def test_a_run_that_failed_is_not(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Problems([])

    remembered.emptied(root)
    monkeypatch.setattr(verbs, "run_objects", fail)
    with pytest.raises(Problems):
        CommandLine(root).brought((), RunOptions(), local=False)
    assert idle(root) is None
