"""The clean twin of every move: nothing moved, and each step passes."""

from __future__ import annotations

import pytest
from support.promotion_world import CLAIM, ENVIRONMENT, RECORD, World, git, read, run

pytestmark = pytest.mark.e2e


def test_what_was_evaluated_is_verified_merged_and_promoted_on(proposed: World) -> None:
    root = proposed.root
    assert git(root, "diff", "--name-only", "origin/main", "HEAD").split() == sorted([ENVIRONMENT, CLAIM, RECORD])
    assert "deployment/staging/demand: verified against origin/main" in proposed.verify().out
    git(root, "push", "--quiet", "origin", "main")
    assert "No promotion in this change." in proposed.verify().out
    assert "deployment/staging/demand: v1.1.0 verified" in run(root, "verify", check=0).out
    assert "nothing to do" in proposed.promote().out
    proposed.promote("production")
    proposed.propose("mlspec/promote/production/demand/v1.1.0")
    assert "deployment/production/demand: verified" in proposed.verify().out
    assert read(root, "environments/production/demand.yaml")["spec"]["previous"] == "none"


def test_a_rollback_is_verified_and_holds(proposed: World) -> None:
    root = proposed.root
    git(root, "push", "--quiet", "origin", "main")
    run(root, "rollback", "deployment/staging/demand", "--reason", "too low on Sundays", check=0)
    proposed.propose("mlspec/rollback/staging/demand/v1.0.0")
    assert "deployment/staging/demand: verified" in proposed.verify().out
    git(root, "push", "--quiet", "origin", "main")
    proposed.refused(run(root, "promote", "model/demand", "--to", "staging"), "MLS0703", "too low on Sundays")
