"""What user code reads, in jobs that have nothing of it: a fresh, sparse clone gets files and folders that DVC tracks, and rows of sources."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.ci_jobs import clone, jobs, report, train
from support.cli import command, commit, git, mlspec, publish
from support.inputs_world import SPECS, TRACKED
from support.projects import write_project

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that DVC tracks is in the storage, nothing was trained."""
    place = write_project(tmp_path_factory.mktemp("inputs") / "project", SPECS)
    publish(place)
    git(place, "rm", "-rq", "--cached", *TRACKED)
    command(place, "dvc", "add", "-q", *TRACKED, check=0)
    mlspec(place, "apply", check=0)
    commit(place, "DVC tracks the data")
    command(place, "dvc", "push", "-q", *(f"{path}.dvc" for path in TRACKED), check=0)
    return place


@pytest.fixture(scope="module")
def trained(root: Path) -> Path:
    """What the jobs of CI made is committed."""
    home, matrix = root.parent, jobs(root)
    assert list(matrix) == ["data-1", "data-2-1", "models-1"]
    results = home / "results"
    for shard in matrix:
        place = clone(root, matrix[shard])
        assert not [path for path in TRACKED if (place / path).exists()]
        train(root, place, shard, home / shard, results if shard != "data-1" else None)
        assert {made["status"] for made in report(home / shard, shard).values()} == {"ok"}
        assert git(place, "status", "--porcelain", "--", "data") == ""
        command(home, "cp", "-r", f"{shard}/.", "results", check=0)
    command(home, "cp", "-r", "results/pipelines", "project/", check=0)
    commit(root, "Results")
    return root


def fresh(root: Path, name: str) -> Path:
    git(root.parent, "clone", "-q", "remote.git", name)
    return root.parent / name


def test_jobs_have_what_the_code_reads_and_their_results_are_current_everywhere(trained: Path) -> None:
    for place in (trained, fresh(trained, "without-data")):
        assert "6 to run" not in (text := mlspec(place, "plan", check=0).out)
        assert "Stages: all" in text or "0 to run" in text, text
    assert jobs(trained) == {}


def test_a_gate_brings_what_a_second_training_reads(trained: Path) -> None:
    place = fresh(trained, "judging")
    told = mlspec(place, "gate", check=0).out
    assert "reproducible is True" in told
    assert sorted(p.name for p in (place / "data/weights").iterdir()) == ["one.txt"]


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("data/raw/prices.csv", "price\n1\n3\n", "data/raw changed"),
        ("data/notes/b.txt", "c\n", "data/notes changed"),
        ("data/shops.csv", "shop\nnorth\nsouth\neast\n", "data/shops.csv changed"),
        ("data/weights/two.txt", "2\n", "data/weights changed"),
    ],
)
def test_changed_data_is_told_where_it_is_not(trained: Path, path: str, text: str, told: str) -> None:
    author = fresh(trained, "author-" + path.replace("/", "-"))
    tracker = next(name for name in TRACKED if path == name or path.startswith(f"{name}/"))
    command(author, "dvc", "pull", "-q", tracker, check=0)
    (author / path).write_text(text)
    command(author, "dvc", "add", "-q", tracker, check=0)
    git(author, "commit", "-qam", "Other data")
    reader = trained.parent / f"reader-{author.name}"
    git(trained.parent, "clone", "-q", author.name, reader.name)
    assert told in mlspec(reader, "plan", check=0).out
