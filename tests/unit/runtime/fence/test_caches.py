"""A machine whose home holds no cache yet, with the repository below that home, as in a fresh CI job."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlspec.runtime.fence.caches import VARIABLES, _remove_if_empty, make_caches


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    home = tmp_path.resolve() / "home"
    (home / "work/project").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    registered: list[tuple[object, ...]] = []
    monkeypatch.setattr("mlspec.runtime.fence.caches.atexit.register", lambda *call: registered.append(call))
    return home


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_what_is_missing_above_the_repository_is_made_and_removed_when_it_stays_empty(home: Path) -> None:
    (home / ".cache").mkdir()
    make_caches(home / "work/project")
    assert {".cache", ".keras", "nltk_data", "scikit_learn_data"} < names(home)
    (home / "nltk_data/words.txt").write_text("x")
    for folder in home.iterdir():
        _remove_if_empty(folder)
    assert names(home) == {"work", "nltk_data"}


def test_a_repository_elsewhere_needs_none(home: Path, tmp_path: Path) -> None:
    root = tmp_path.resolve() / "elsewhere/project"
    root.mkdir(parents=True)
    make_caches(root)
    assert names(home) == {"work"}


@pytest.mark.parametrize(
    ("variable", "value", "made"),
    [
        ("HF_HOME", "{home}/work/hub/deep", "work/hub"),
        ("NLTK_DATA", "{home}/one:{home}/work/two", "work/two"),
        ("XDG_CACHE_HOME", "~/caches", "caches"),
        ("TORCH_HOME", "{home}/work/project/torch", None),
        ("TORCH_HOME", "relative/torch", None),
        ("TORCH_HOME", "{home}/work/deep/torch", None),
    ],
)
def test_a_place_that_a_variable_names(home: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, made: str | None) -> None:
    if made is None:
        (home / "work/deep").mkdir()  # granted with all that comes into it
    monkeypatch.setenv(variable, value.format(home=home))
    before = names(home / "work")
    make_caches(home / "work/project")
    assert names(home / "work/project") == set()
    assert made is None or (home / made).is_dir()
    assert made or names(home / "work") == before


def test_a_home_that_nobody_has_is_not_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home / "work/nobody"))
    make_caches(home / "work/project")
    assert names(home / "work") == {"project"}
