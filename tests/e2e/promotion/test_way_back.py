"""A promotion that replaces a version proves that one can go back to it: with today's rows, code and libraries."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from support.promotion_world import CODE, World, git, replace, run

from mlspec.gates.ruling import rule_at_desk
from mlspec.gates.scoring.helper import HELPER

pytestmark = pytest.mark.e2e
PROMOTE = ("promote", "model/demand", "--to", "staging")
HIGHER = CODE + "\n    def predict(self, rows):\n        return super().predict(rows) + 0.5\n"


def test_the_rehearsal_is_told(waiting: World) -> None:
    (body,) = (waiting.root / ".mlspec/pull-requests").glob("promote-staging-demand-v1.1.0.md")
    assert "Rollback: rehearsed. `v1.0.0` was fetched, verified and loaded, answered its golden rows, and all" in body.read_text()


def test_a_column_that_the_champion_takes_is_gone(deployed: World) -> None:
    sales = deployed.root / "data/sales.csv"
    sales.write_text(sales.read_text().replace("day,shop,price,count", "day,shop,cost,count"))
    source = next(p for p in (deployed.root / "specs").glob("*.yaml") if "kind: DataSource" in p.read_text())
    replace(deployed.root, f"specs/{source.name}", "name: price", "name: cost")
    deployed.train("Another name")
    result = run(deployed.root, *PROMOTE)
    deployed.refused(result, "MLS0719", "no way back", "the champion, demand v1.0.0", "lacks `price`", "two steps")
    assert git(deployed.remote, "for-each-ref", "refs/heads/mlspec/promote/staging/demand/v1.1.0") == ""


def test_the_champion_answers_otherwise_with_todays_code(deployed: World) -> None:
    """Its class was changed under it: what would come back is not what was approved."""
    (deployed.root / "worldcode/level.py").write_text(HIGHER)
    replace(deployed.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 1.0")
    deployed.train("Another class by the same name")
    deployed.refused(run(deployed.root, *PROMOTE), "MLS0719", "the champion, demand v1.0.0", "golden rows otherwise: smoke row 1")
    work = HELPER.work

    def here(what: str, details: Any, *more: Any, **options: Any) -> Any:
        """No desk, which is another process."""
        return rule_at_desk(details) if what == "judge" else work(what, details, *more, **options)

    look_away = patch("mlspec.gates.bench.champion_answers", lambda bench: bench.score(bench.champion).answers)
    with patch.object(HELPER, "work", here), look_away:
        deployed.promote()  # a client that looks away
    deployed.propose()
    deployed.refused(deployed.verify(), "MLS0719", "golden rows otherwise")


@pytest.mark.slow
def test_the_same_in_two_steps(deployed: World) -> None:
    """The clean twin: what the champion needs stays until it is replaced."""
    (deployed.root / "worldcode/higher.py").write_text(HIGHER)
    replace(
        deployed.root, "specs/demand.yaml", "worldcode.level.Level, params: {alpha: 200.0}", "worldcode.higher.Level, params: {alpha: 1.0}"
    )
    deployed.train("A class of its own")
    run(deployed.root, *PROMOTE, check=0)
    deployed.propose()
    assert deployed.verify().code == 0
