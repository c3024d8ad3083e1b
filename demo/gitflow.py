"""Git, as the demo uses it: commit, push, and merge a promotion the way a protected branch would."""

from __future__ import annotations

from demo import shell
from demo.world import World


def commit(world: World, message: str) -> None:
    """Commit everything in the project and push main."""
    world.run("git", "add", "--all", quiet=True)
    world.run("git", "commit", "--quiet", "--message", message)
    world.run("git", "push", "--quiet", "origin", "main")


def promote(world: World, environment: str, version: str, *flags: str) -> None:
    """Promote the model as it stands on main, and merge the branch that this pushed."""
    world.run("mlspec", "promote", "model/demand", "--to", environment, *flags, says=[version])
    merge_pushed(world)


def merge_pushed(world: World) -> None:
    """Merge the branch pushed last into main once `mlspec verify` has passed on the merge result, as the required check in CI would.

    On GitHub this is the pull request's merge button. Here the remote is a bare repository, so the demo presses it.
    """
    world.run("git", "fetch", "--quiet", "origin")
    world.run("git", "switch", "--quiet", "main")
    branch = pushed_branch(world)
    world.run("git", "merge", "--quiet", "--no-ff", "--message", f"Merge {branch}", f"origin/{branch}")
    world.run("git", "diff", "--stat", "HEAD^1", "HEAD")
    world.run("mlspec", "verify", "--base", "origin/main")
    world.run("git", "push", "--quiet", "origin", "main")


def pushed_branch(world: World) -> str:
    """The branch of the remote that was pushed last and is not main: the promotion or rollback."""
    listing = shell.run(
        world.screen,
        world.project,
        ("git", "branch", "--remotes", "--no-merged", "main", "--sort=-committerdate", "--format=%(refname:lstrip=3)"),
    )
    branches = listing.text.split()
    world.check(len(branches) == 1, f"one open branch was expected, found {branches}")
    return branches[0]
