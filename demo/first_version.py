"""The first half of the demo: an empty folder becomes version v1.0.0 in staging and production."""

from __future__ import annotations

import shutil

from demo import gitflow
from demo.client import query
from demo.world import World

FIRST = "v1.0.0"


def set_up(world: World) -> None:
    """A bare Git remote, a folder for DVC, and a clone with the example in it."""
    (world.root / "storage").mkdir(parents=True)
    world.copy_example()
    world.run("git", "init", "--quiet", "--bare", "--initial-branch", "main", "../remote.git")
    world.run("git", "init", "--quiet", "--initial-branch", "main")
    world.run("git", "config", "user.name", "Demo")
    world.run("git", "config", "user.email", "demo@example.org")
    world.run("git", "remote", "add", "origin", "../remote.git")
    gitflow.commit(world, "Start the bike-demand project")


def validate(world: World) -> None:
    world.run("mlspec", "validate", says=["3 models"])


def plan_and_apply(world: World) -> None:
    """Plan writes nothing; apply writes; a second plan has nothing left to write."""
    world.run("mlspec", "plan", says=["pipelines/models/demand/dvc.yaml"])
    world.run("mlspec", "apply")
    world.run("mlspec", "apply", "--check")
    gitflow.commit(world, "Generate pipelines and workflows")


def train(world: World) -> None:
    """DVC runs every stage; run again, it runs none."""
    world.run("mlspec", "run", says=["model/demand", "mae"])
    world.run("mlspec", "run", says=["up to date"])
    world.run("dvc", "push", "--quiet")
    gitflow.commit(world, "Train demand, demand-forest and demand-linear")


def gate(world: World) -> None:
    world.run("mlspec", "gate", says=["pass"])


def promote_to_staging(world: World) -> None:
    gitflow.promote(world, "staging", FIRST)


def reconcile_staging(world: World) -> None:
    """The host clones, and brings up what Git declares; a second reconcile finds nothing to do."""
    shutil.rmtree(world.host, ignore_errors=True)
    world.run("git", "clone", "--quiet", "../remote.git", "../host")
    reconcile(world, "staging")


def reconcile(world: World, environment: str) -> None:
    """Pull, reconcile, and reconcile again: the second finds the environment in sync."""
    world.on_host("git", "pull", "--quiet")
    world.on_host("mlspec", "reconcile", "--env", environment)
    world.on_host("mlspec", "reconcile", "--env", environment, says=["in sync"])


def query_staging(world: World) -> None:
    query(world, "staging", FIRST)


def promote_to_production(world: World) -> None:
    """Two deployments of one model: the REST server, and the batch that scores the week ahead."""
    gitflow.promote(world, "production", FIRST)
    gitflow.promote(world, "production", FIRST, "--deployment", "demand-week")


def reconcile_production(world: World) -> None:
    reconcile(world, "production")
    query(world, "production", FIRST)
    scored = sorted((world.host / "predictions" / "week-ahead").glob("**/*.parquet"))
    world.check(bool(scored), "no batch was scored")
    world.facts.append(f"production scored the week ahead: {scored[0].relative_to(world.root)}")
