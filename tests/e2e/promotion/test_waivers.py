"""A waiver lets a gate miss when the base branch has it: shown everywhere, kept in the claim, checked again, and never by the change itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.promotion_world import BRANCH, CLAIM, World, commit, forge, git, read, replace, run
from support.shared import Shared

pytestmark = pytest.mark.e2e
STRICT = "mae <= 0.5"
DAY = datetime.now(UTC).date() + timedelta(days=5)
WAIVER = "specs/waiver.yaml"
TEXT = """\
apiVersion: mlspec/v1
kind: Waiver
metadata: {{name: gap, owner: "@acme/all"}}
spec: {{model: demand, environments: [staging], kpi: "mae <= 0.5", reason: "a stricter KPI is tried, see #88", until: "{day}"}}
"""


@pytest.fixture(scope="module")
def strict(better_once: World, shared: Shared) -> World:
    """The base branch has a KPI that no model passes, a better model, and no waiver. To be copied."""

    def make(home: Path) -> None:
        world = better_once.copy(home)
        replace(world.root, "specs/demand-kpis.yaml", "mae <= 50", STRICT)
        world.train("Stricter")

    return World(shared.once("strict", make))


@pytest.fixture(scope="module")
def waiting_home(strict: World, shared: Shared) -> Path:
    """The waiver is merged, and the promotion that rests on it waits on its branch. To be copied."""

    def make(home: Path) -> None:
        world = strict.copy(home)
        merge_waiver(world.root)
        told = world.promote()
        assert "1 waived" in told.text and "waiver/gap of @acme/all" in told.text

    return shared.once("waived", make)


def merge_waiver(root: Path) -> None:
    (root / WAIVER).write_text(TEXT.format(day=DAY))
    commit(root, "Waive mae")
    git(root, "push", "-q", "origin", "main")


@pytest.fixture
def proposed(waiting_home: Path, tmp_path: Path) -> World:
    world = World(waiting_home).copy(tmp_path)
    world.propose()
    return world


def test_without_a_waiver_the_gate_refuses(strict: World, tmp_path: Path) -> None:
    world = strict.copy(tmp_path)
    world.refused(run(world.root, "promote", "model/demand", "--to", "staging", "--dry-run"), "MLS0706", STRICT)


def test_a_waiver_of_another_place_is_none(strict: World, tmp_path: Path) -> None:
    world = strict.copy(tmp_path)
    (world.root / WAIVER).write_text(TEXT.format(day=DAY).replace("[staging]", "[production]"))
    commit(world.root)
    git(world.root, "push", "-q", "origin", "main")
    world.refused(run(world.root, "promote", "model/demand", "--to", "staging", "--dry-run"), "MLS0706", STRICT)


def test_with_it_the_claim_says_so_and_ends_with_it(proposed: World) -> None:
    claim = read(proposed.root, CLAIM)
    entry = next(g for g in claim["gates"] if g["kpi"] == STRICT)
    assert entry["verdict"] == "waived"
    assert entry["waiver"] == {"name": "gap", "owner": "@acme/all", "until": DAY.isoformat(), "reason": "a stricter KPI is tried, see #88"}
    assert claim["validUntil"] == f"{DAY}T00:00:00Z"
    assert proposed.verify().code == 0


def test_the_waiver_can_t_come_with_the_promotion(waiting_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The base branch has none: the change brings both. The list of paths refuses; without that guard the gate is judged without."""
    world = World(waiting_home).copy(tmp_path)
    git(world.root, "push", "-q", "--force", "origin", "HEAD~1:main")
    git(world.root, "fetch", "-q")
    git(world.root, "merge", "-q", "--no-ff", "-m", "Both", f"origin/{BRANCH}")
    world.refused(world.verify(), "MLS0741", WAIVER)
    nothing: Callable[..., tuple[()]] = lambda *_: ()  # noqa: E731
    monkeypatch.setattr("mlspec.promotion.verify.change.check_paths", nothing)
    monkeypatch.setattr("mlspec.promotion.verify.evidence._check_commit", nothing)
    world.refused(world.verify(), "MLS0706", STRICT)


def test_a_waiver_that_the_base_took_back(proposed: World) -> None:
    root = proposed.root
    git(root, "switch", "-q", "--detach", "origin/main")
    (root / WAIVER).unlink()
    commit(root, "No waiver")
    git(root, "push", "-q", "origin", "HEAD:main")
    git(root, "fetch", "-q")
    git(root, "switch", "-q", "main")
    git(root, "merge", "-q", "-m", "Update", "origin/main")
    result = proposed.verify()
    proposed.refused(result, "MLS0706", STRICT)
    assert "the claim says verdict waived" in result.text


def test_a_waiver_that_ends_before_the_merge(proposed: World) -> None:
    late = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
    assert proposed.verify(now=late - timedelta(hours=1)).code == 0
    proposed.refused(proposed.verify(now=late), "MLS0734", "expired")


FORGED = {
    "a longer life": (lambda c: c.update(validUntil=f"{DAY + timedelta(days=1)}T00:00:00Z"), "MLS0734", "outlives a waiver"),
    "another end": (lambda c: gate(c)["waiver"].update(until="2030-01-01"), "MLS0739", "waiver"),
    "another owner": (lambda c: gate(c)["waiver"].update(owner="@me"), "MLS0739", "waiver"),
    "a pass": (lambda c: gate(c).pop("waiver") and gate(c).update(verdict="pass"), "MLS0739", "verdict pass"),
    "no waiver": (lambda c: gate(c).pop("waiver"), "MLS0", "only then"),
}


def gate(claim: dict) -> dict:
    return next(g for g in claim["gates"] if g["kpi"] == STRICT)


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_waiver(proposed: World, name: str) -> None:
    edit, code, word = FORGED[name]
    forge(proposed.root, CLAIM, edit)
    result = proposed.verify()
    assert result.code == 1 and f"[{code}" in result.text and word in result.text, result.text
