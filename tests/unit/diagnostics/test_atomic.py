"""Whole files or none, for the three who write by rename: stages, apply, and the rewriting of specs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mlspec.diagnostics import Problems, atomic
from mlspec.language.format.files import TEMPORARY as REWRITES
from mlspec.language.format.files import write_file
from mlspec.pipelines.plan.apply import TEMPORARY as APPLIES
from mlspec.pipelines.plan.apply import write_atomically

Writer = Callable[[Path, str], None]


def rewrite(target: Path, text: str) -> None:
    write_file(target, text.encode())


WRITERS: dict[str, tuple[Writer, str]] = {
    "stage": (atomic.write_text, atomic.PREFIX),
    "apply": (write_atomically, APPLIES),
    "rewrite": (rewrite, REWRITES),
}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "a.yaml"
    path.write_text("old\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", WRITERS)
def test_the_file_is_replaced_and_nothing_is_left(target: Path, name: str) -> None:
    WRITERS[name][0](target, "new\nä\n")
    assert target.read_bytes() == "new\nä\n".encode()
    assert [p.name for p in target.parent.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize("name", WRITERS)
def test_what_fails_leaves_the_old_file_and_no_other(target: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def full(path: Path, other: Path) -> Path:
        seen.append(path.name)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises((OSError, Problems)) as found:
        WRITERS[name][0](target, "new\n")
    assert "No space left" in str(found.value)
    assert seen[0].startswith(WRITERS[name][1])
    assert target.read_text() == "old\n"
    assert [p.name for p in target.parent.iterdir()] == ["a.yaml"]


def test_each_has_a_prefix_of_its_own() -> None:
    """So that an apply, which clears away what a killed one left, does not take what a stage is writing."""
    prefixes = [prefix for _, prefix in WRITERS.values()]
    assert not [p for p in prefixes for other in prefixes if p != other and p.startswith(other)]


def test_only_stages_wait_for_the_disk(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[int] = []
    monkeypatch.setattr(os, "fsync", waited.append)
    write_atomically(target, "a\n")
    assert waited == []
    atomic.write_text(target, "a\n")
    assert len(waited) == 1


def test_a_rewritten_file_keeps_its_permissions(target: Path) -> None:
    target.chmod(0o640)
    rewrite(target, "new\n")
    assert target.stat().st_mode & 0o7777 == 0o640
    write_atomically(target, "new\n")
    assert target.stat().st_mode & 0o7777 == 0o644


def test_a_rewritten_link_stays_one(target: Path) -> None:
    link = target.with_name("b.yaml")
    link.symlink_to(target.name)
    rewrite(link, "new\n")
    assert link.is_symlink()
    assert target.read_text() == "new\n"


def test_what_is_for_another_disk_is_made_there(target: Path, other_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that is fenced in writes at a place of its own, and a model trained a second time for a comparison into a temporary folder."""
    place = target.parent / "place"
    place.mkdir()
    monkeypatch.setattr(atomic, "_PLACE", [])
    atomic.write_in(place)
    for folder in (target.parent, other_disk):
        atomic.write_text(folder / "out.txt", "new\n")
        for text in ("one", "two"):
            with atomic.new_folder(folder / "out") as new:
                (new / "file").write_text(text)
            with atomic.new_file(folder / "one.txt") as path:
                path.write_text(text)
        assert ((folder / "out/file").read_text(), (folder / "one.txt").read_text()) == ("two", "two")
        assert not list(folder.glob(f"{atomic.PREFIX}*"))
    assert not list(place.iterdir())
