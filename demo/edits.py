"""The edits that a person makes to specs in the demo: text replaced by text, and the difference shown."""

from __future__ import annotations

from demo.world import World

DEMAND = "specs/models/demand.yaml"


def replace(world: World, path: str, old: str, new: str) -> None:
    """Replace the one place of `old` in a file of the project, and show what changed."""
    file = world.project / path
    text = file.read_text(encoding="utf-8")
    world.check(text.count(old) == 1, f"{path} holds {old!r} {text.count(old)} times, not once")
    file.write_text(text.replace(old, new), encoding="utf-8")
    world.run("git", "diff", "--unified=0", "--", path)


def fewer_trees(world: World) -> None:
    """Somebody wants training to be quicker. The error barely moves: from 85 to 88."""
    replace(world, DEMAND, "max_iter: 100", "max_iter: 40")


def trend_feature(world: World) -> None:
    """Back to 100 trees, and the model may know how much has been rented lately."""
    replace(world, DEMAND, "max_iter: 40", "max_iter: 100")
    replace(world, DEMAND, "wind_speed]", "wind_speed, demand_28d]")
