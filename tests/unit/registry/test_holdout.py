"""How often a test set has decided: counted from history and records, whatever anybody edits; and what the count means."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import git

from mlspec.adapters.git.repository import Repository
from mlspec.registry.holdout import WORN, Holdout, Judged, holdouts, is_worn, told, worn_from
from mlspec.registry.record_files import to_bytes
from mlspec.registry.records import Artifact, Artifacts, ProvenArtifact, RegistryRecord

LOCK = "pipelines/models/demand/dvc.lock"
TEST, OTHER = "b" * 32, "e" * 32
DIGEST = "sha256:" + "0" * 64


def lock(model: int, test: str = TEST) -> str:
    outs = f"    - path: test.parquet\n      md5: {test}\n    - path: train.parquet\n      md5: {'c' * 32}\n"
    return f"schema: '2.0'\nstages:\n  split:\n    outs:\n{outs}  train:\n    outs:\n    - path: model\n      md5: {named(model)}\n"


def named(model: int) -> str:
    return f"{model:032x}.dir"


def record(version: str, model: int, test: str = TEST) -> bytes:
    proven = {n: ProvenArtifact(path=n, md5=test if n == "test" else "d" * 32, digest=DIGEST) for n in ("baseline", "train", "test")}
    artifacts = Artifacts(model=Artifact(path="m", md5=named(model)), **proven)
    return to_bytes(
        RegistryRecord(model="demand", version=version, digest=DIGEST, artifacts=artifacts, spec=DIGEST, code="none", environment=DIGEST,
                       commit="0" * 40, metrics={}, created_at="2026-11-21T08:00:00Z", created_by="A <a@b>")
    )  # fmt: skip


class Past:
    """A repository that gets one commit after the other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        git(root, "init", "-q", "-b", "main")
        self.write("mlspec.yaml", "x")

    def write(self, path: str, text: str | bytes | None) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        if text is not None:
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        git(self.root, "add", "--all")
        git(self.root, "commit", "-q", "--allow-empty", "-m", path)

    def count(self, model: int, test: str = TEST) -> Holdout:
        return holdouts(Repository(self.root), "HEAD", {"demand": Judged(test, named(model))})["demand"]


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path)


def test_every_candidate_of_the_history_counts_once(past: Past) -> None:
    for model in (1, 2, 1, 3):
        past.write(LOCK, lock(model))
    assert past.count(3) == Holdout((), 3)
    assert past.count(4) == Holdout((), 4), "the candidate itself is judged, too"


def test_another_test_set_starts_anew(past: Past) -> None:
    for model in (1, 2):
        past.write(LOCK, lock(model))
    past.write(LOCK, lock(3, OTHER))
    assert past.count(3, OTHER) == Holdout((), 1)
    assert past.count(3) == Holdout((), 3)


def test_versions_are_named_and_not_counted_twice(past: Past) -> None:
    for model in (1, 2, 3):
        past.write(LOCK, lock(model))
    past.write("registry/demand/v1.0.0.yaml", record("v1.0.0", 1))
    past.write("registry/demand/v1.1.0.yaml", record("v1.1.0", 3))
    past.write("registry/demand/v0.9.0.yaml", record("v0.9.0", 9, OTHER))
    past.write("registry/other/v1.0.0.yaml", b"not even YAML: [")
    assert past.count(3) == Holdout(("v1.0.0", "v1.1.0"), 1)


def test_branches_that_were_merged_count_and_so_do_merges(past: Past) -> None:
    past.write(LOCK, lock(1))
    git(past.root, "switch", "-q", "-c", "feature")
    for model in (2, 3, 4):
        past.write(LOCK, lock(model))
    git(past.root, "switch", "-q", "main")
    past.write("README.md", "moved on")
    git(past.root, "merge", "-q", "--no-ff", "--no-commit", "feature")
    past.write(LOCK, lock(5))
    assert past.count(5) == Holdout((), 5)


def test_a_branch_that_lost_everything_in_its_merge_counts(past: Past) -> None:
    past.write(LOCK, lock(1))
    git(past.root, "switch", "-q", "-c", "feature")
    past.write(LOCK, lock(2))
    git(past.root, "switch", "-q", "main")
    past.write(LOCK, lock(3))
    git(past.root, "merge", "-q", "--no-ff", "-s", "ours", "-m", "Ours", "feature")
    assert past.count(3) == Holdout((), 3)


def test_what_is_taken_back_or_broken_does_no_harm_and_does_not_help(past: Past) -> None:
    past.write(LOCK, lock(1))
    past.write(LOCK, None)
    past.write(LOCK, f"<<<<<<< {TEST}\n")
    past.write(LOCK, f"stages: [{TEST}]\n")
    (past.root / LOCK).unlink()
    (past.root / LOCK).symlink_to("elsewhere")
    git(past.root, "add", "--all")
    git(past.root, "commit", "-q", "-m", "A link")
    past.write(LOCK, lock(2))
    assert past.count(2) == Holdout((), 2)


def test_several_models_in_one_walk(past: Past) -> None:
    past.write(LOCK, lock(1))
    past.write(LOCK.replace("demand", "sales"), lock(7, OTHER))
    found = holdouts(Repository(past.root), "HEAD", {"demand": Judged(TEST, named(1)), "sales": Judged(OTHER, named(8)), "new": Judged(TEST, named(9))})  # fmt: skip
    assert {model: holdout.decisions for model, holdout in found.items()} == {"demand": 1, "sales": 2, "new": 1}
    assert holdouts(Repository(past.root), "HEAD", {}) == {}


# Šidák 1967: 1 - (1 - alpha)^n; the table of any textbook on multiple comparisons.
@pytest.mark.parametrize(("decisions", "confidence", "chance"), [(1, 0.95, 0.05), (2, 0.95, 0.0975), (3, 0.95, 0.142625), (5, 0.95, 0.2262), (10, 0.95, 0.4013), (20, 0.95, 0.6415), (100, 0.95, 0.9941), (10, 0.99, 0.0956), (100, 0.99, 0.6340)])  # fmt: skip
def test_the_chance_of_luck(decisions: int, confidence: float, chance: float) -> None:
    found = Holdout((), decisions).luck(confidence)
    assert found == pytest.approx(chance, abs=5e-5)
    assert found <= decisions * (1 - confidence) + 1e-12, "Bonferroni's bound"


@pytest.mark.parametrize("decisions", [1, 3, 20])
def test_bonferroni_s_level_keeps_the_promise(decisions: int) -> None:
    assert Holdout((), decisions).luck(1 - 0.05 / decisions) <= 0.05 + 1e-12


def test_it_warns_when_luck_is_likelier_than_not() -> None:
    assert [worn_from(c) for c in (0.9, 0.95, 0.99)] == [7, 14, 69]
    for confidence in (0.8, 0.9, 0.95, 0.99):
        worn = worn_from(confidence)
        assert Holdout((), worn).luck(confidence) > 0.5 >= Holdout((), worn - 1).luck(confidence)
    assert not is_worn(Holdout((), 13), 0.95) and is_worn(Holdout((), 14), 0.95)
    assert is_worn(Holdout((), 3), 0.95, 3) and not is_worn(Holdout((), 19), 0.95, 20)


def test_what_is_told() -> None:
    assert told(Holdout((), 1), 0.95) == "This test set has decided once (1 candidate without a version)."
    text = told(Holdout(("v1.0.0", "v1.1.0"), 2), 0.95)
    assert text.startswith("This test set has decided 4 times (v1.0.0, v1.1.0, 2 candidates without a version).")
    assert "right with 95%" in text and text.endswith("with a chance of 19%.") and WORN not in text
    many = told(Holdout(tuple(f"v1.{n}.0" for n in range(14)), 0), 0.95)
    assert "(9 older versions, v1.9.0, v1.10.0" in many and WORN in many and many.endswith("go to training.")
