"""Git, as the demo uses it: commit, push, and merge a promotion the way a protected branch would."""

from __future__ import annotations

from demo.world import World


def commit(world: World, message: str) -> None:
    """Commit everything in the project and push main."""
    world.run("git", "add", "--all", quiet=True)
    world.run("git", "commit", "--quiet", "--message", message)
    world.run("git", "push", "--quiet", "origin", "main")


def merge_promotion(world: World, branch: str) -> None:
    """Merge a pushed branch into main once `mlspec verify` has passed on the merge result, as the required check in CI would.

    On GitHub this is the pull request's merge button. Here the remote is a bare repository, so the demo presses it.
    """
    world.run("git", "fetch", "--quiet", "origin")
    world.run("git", "switch", "--quiet", "main")
    world.run("git", "merge", "--quiet", "--no-ff", "--message", f"Merge {branch}", f"origin/{branch}")
    world.run("git", "show", "--stat", "--format=%h %s", "--first-parent", "-m", "HEAD")
    world.run("mlspec", "verify", "--base", "origin/main")
    world.run("git", "push", "--quiet", "origin", "main")


def promotion_branch(world: World) -> str:
    """The branch that was pushed last: where `mlspec promote` or `mlspec rollback` put its change."""
    listing = world.run(
        "git", "for-each-ref", "--sort=-creatordate", "--count=1", "--format=%(refname:lstrip=3)", "refs/remotes/origin/mlspec", quiet=True
    )
    branch = listing.text.strip()
    world.check(bool(branch), "no branch was pushed")
    return branch
