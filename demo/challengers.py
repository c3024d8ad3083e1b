"""The second half of the demo: a worse edit is refused, a better one reaches production, and is rolled back."""

from __future__ import annotations

from demo import edits, gitflow
from demo.client import query
from demo.first_version import FIRST, reconcile
from demo.world import World

SECOND = "v1.1.0"


def edit_worse(world: World) -> None:
    """One number changes; the plan names exactly the two stages that run again, and leaves the rest alone."""
    edits.fewer_trees(world)
    plan = world.run("mlspec", "plan", says=["1 to run, 1 may run", "max_iter: 100 -> 40"])
    only_demand_reruns(world, plan.text)
    world.run("mlspec", "apply")
    world.run("mlspec", "run")
    world.run("mlspec", "gate", "model/demand", code=1, says=["fail"])
    world.run("dvc", "push", "--quiet")
    gitflow.commit(world, "Train demand with 40 trees: quicker")


def only_demand_reruns(world: World, plan: str) -> None:
    for untouched in ("demand-forest", "demand-linear", "ingest", "clean", "validate", "split"):
        world.check(untouched not in plan, f"the plan runs {untouched}, which no edit touched")


def refuse_worse(world: World) -> None:
    """The error rose by some 3 of 85: each interval alone hides it, the paired one does not."""
    refused = world.run("mlspec", "promote", "model/demand", "--to", "staging", code=1, says=["MLS0706", "fail: mae vs champion"])
    world.facts.append("Refused: 40 trees instead of 100.")
    world.facts.extend("  " + line.strip() for line in refused.text.splitlines() if line.strip().startswith("fail: mae vs champion"))
    world.run("git", "status", "--short", "--branch", says=["## main"])


def edit_better(world: World) -> None:
    edits.trend_feature(world)
    only_demand_reruns(world, world.run("mlspec", "plan", says=["1 to run, 1 may run", "demand_28d"]).text)
    world.run("mlspec", "apply")
    world.run("mlspec", "run")
    world.run("dvc", "push", "--quiet")
    gitflow.commit(world, "Let demand know the mean of the last 28 days")
    world.run("mlspec", "gate", "model/demand", says=["pass"])


def promote_better(world: World) -> None:
    gitflow.promote(world, "staging", SECOND)
    reconcile(world, "staging")
    query(world, "staging", SECOND)
    gitflow.promote(world, "production", SECOND)
    reconcile(world, "production")


def query_better(world: World) -> None:
    query(world, "production", SECOND)


def roll_back(world: World) -> None:
    world.run("mlspec", "rollback", "deployment/production/demand", "--reason", "vans ran empty on Sunday")
    gitflow.merge_pushed(world)
    reconcile(world, "production")
    query(world, "production", FIRST)


def status(world: World) -> None:
    world.on_host("mlspec", "status", says=["deployment/production/demand", FIRST, SECOND])
