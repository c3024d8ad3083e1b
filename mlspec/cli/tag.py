"""`mlspec tag`: mark promoted versions by Git tags that GTO and DVC read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mlspec.cli import console, context

if TYPE_CHECKING:
    from mlspec.registry.tags.mark import Marked


@click.command("tag")
@click.option("--push", is_flag=False, flag_value="origin", metavar="[REMOTE]", help="Push them, too.  [REMOTE: origin]")
@click.option("--at", metavar="COMMIT", help="Mark what was merged up to this commit.  [default: the newest of the main branch]")
@click.option("--except", "left_out", multiple=True, metavar="ENVIRONMENT", help="Leave out what went there; can be given again.")
@click.option("--dry-run", is_flag=True, help="Show what is missing; write and push nothing.")
def command(push: str | None, at: str | None, left_out: tuple[str, ...], dry_run: bool) -> int:  # noqa: FBT001
    """Write the Git tags that are missing after a merge: `demand@v1.2.0` for a version, `demand#production#3` for where it went.

    GTO and `dvc artifacts get` read them. They are markers: no approval and no deployment goes by them. One that is there is never moved;
    one that points elsewhere is an error.
    """
    from mlspec.registry.tags.mark import TagRequest

    marked = context.opened().tag(TagRequest(push, at, dry_run, left_out))
    _show(marked, push, dry_run=dry_run)
    return console.show(marked.problems, "github" if console.is_on_github() else "full")


def _show(marked: Marked, push: str | None, *, dry_run: bool) -> None:
    if marked.made:
        console.table(("tag", "commit", ""), ((t.ref, t.commit[:12], "missing" if dry_run else "written") for t in marked.made))
    else:
        console.out(f"{marked.standing} tags stand; none is missing.")
    if marked.pushed:
        console.out(f"pushed to {push}: {len(marked.pushed)} tags")
    elif marked.made and not push and not dry_run:
        console.out("They are in this clone alone: `mlspec tag --push` shares them.")
