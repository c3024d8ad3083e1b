"""The last part of the demo: what Git alone answers, months later: what stood where, what differs, where it came from."""

from __future__ import annotations

from datetime import UTC, datetime

from demo.challengers import SECOND
from demo.first_version import FIRST
from demo.world import World


def mark(world: World) -> None:
    """Tags that GTO and DVC read, too. Pushing them again changes nothing."""
    world.run("mlspec", "tag", "--push", says=[f"demand@{FIRST}", f"demand@{SECOND}", "demand#staging#"])
    world.run("mlspec", "tag", "--push")


def ask(world: World) -> None:
    """The line of what was deployed, a day, two versions side by side, and everything that a version was made from and went to."""
    world.run("mlspec", "history", "deployment/production/demand", says=["rollback", FIRST, SECOND])
    world.run("mlspec", "at", datetime.now(UTC).date().isoformat(), "production", says=[FIRST])
    world.run("mlspec", "diff", f"demand@{FIRST}", f"demand@{SECOND}", says=["demand_28d", "mae"])
    world.run("mlspec", "lineage", f"demand@{SECOND}", says=["data/bike-rentals.csv", "deployment/staging/demand"])


def document(world: World) -> None:
    """The papers of a version: model card, datasheet, bill of materials, provenance, and which items of the AI Act have evidence."""
    world.run("mlspec", "evidence", "model/demand", SECOND, "--output", "../evidence", says=["8 files", "missing"])
