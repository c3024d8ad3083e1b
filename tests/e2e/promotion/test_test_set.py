"""The test set's uses: told at every judgement, and a limit of the KPISet that neither promote nor the check lets pass."""

from __future__ import annotations

import json

import pytest
from support.promotion_world import World, commit, git, replace, run

pytestmark = pytest.mark.e2e
KPIS = "specs/demand-kpis.yaml"
LIMIT = "  bootstrap: {resamples: 200}"


def limited(world: World, limits: str) -> None:
    """Merge `testUses` into the base branch, which leaves every stage as it is."""
    replace(world.root, KPIS, LIMIT, f"{LIMIT}\n  testUses: {limits}")
    commit(world.root, "Limit the uses of the test set")


def test_it_is_told_by_gate_and_promote(waiting: World) -> None:
    told = "This test set has decided 2 times (v1.0.0, 1 candidate without a version)."
    assert told in run(waiting.root, "gate", "model/demand", check=0).out
    document = json.loads(run(waiting.root, "gate", "--format", "json", check=0).out)
    assert document["models"][0]["testSet"].startswith(told)
    assert told in run(waiting.root, "gate", "--format", "markdown", check=0).out
    result = run(waiting.root, "promote", "model/demand", "--to", "staging", "--dry-run", check=0)
    assert told in result.err and f"### Test set\n\n{told}" in result.out


def test_a_worn_test_set_is_a_warning(waiting: World) -> None:
    limited(waiting, "{warn: 2}")
    git(waiting.root, "push", "-q", "origin", "main")
    result = run(waiting.root, "promote", "model/demand", "--to", "staging", "--dry-run", check=0)
    assert "### Test set\n\n⚠️ This test set has decided 2 times" in result.out and "It is worn" in result.err


@pytest.mark.parametrize(("most", "code"), [(2, 0), (1, 1)])
def test_a_limit(waiting: World, most: int, code: int) -> None:
    limited(waiting, f"{{max: {most}}}")
    git(waiting.root, "push", "-q", "origin", "main")
    result = run(waiting.root, "promote", "model/demand", "--to", "staging", "--dry-run")
    assert result.code == code, result.text
    assert ("[MLS0760]" in result.text and "decided 2 times" in result.text) == (code == 1)


def test_the_check_counts_by_the_base_branch(proposed: World) -> None:
    """A client that does not ask is caught by the required check; the KPIs changed, too, and both are told."""
    root = proposed.root
    assert proposed.verify().code == 0
    git(root, "switch", "-q", "--detach", "origin/main")
    limited(proposed, "{max: 1}")
    git(root, "push", "-q", "origin", "HEAD:main")
    git(root, "fetch", "-q")
    git(root, "switch", "-q", "main")
    git(root, "merge", "-q", "-m", "Update", "origin/main")
    proposed.refused(proposed.verify(), "MLS0760", "decided 2 times", "`testUses.max` of kpis/demand is 1")
