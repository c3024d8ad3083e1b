"""The working tree and the index beside HEAD: what is not committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlspec.adapters.git.refs import Refs
from mlspec.adapters.git.run import git
from mlspec.diagnostics import problem
from mlspec.diagnostics.words import some


@dataclass(frozen=True, slots=True)
class Dirty:
    """Uncommitted work: paths relative to the root, sorted."""

    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.untracked)

    def within(self, paths: Sequence[str]) -> Dirty:
        """Every changed path, and the untracked ones that are one of `paths` or below one."""
        inside = tuple(u for u in self.untracked if any(u == p or u.startswith(p.rstrip("/") + "/") for p in paths))
        return Dirty(self.changed, inside)


class WorkTree(Refs):
    """What people did and did not commit."""

    __slots__ = ()

    def dirty(self) -> Dirty:
        """What is changed or untracked (and not ignored) in the working tree and the index."""
        parts = git(self.root, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames").text.split("\0")
        rows = [(p[:2], p[3:]) for p in parts if p]
        changed = sorted(path for state, path in rows if state != "??")
        return Dirty(tuple(changed), tuple(sorted(path for state, path in rows if state == "??")))

    def require_clean(self, untracked_in: Sequence[str] = ()) -> None:
        """Raises MLS0954 when a tracked file is changed, or an untracked one stands in one of the paths given."""
        found = self.dirty().within(untracked_in)
        if found:
            listed = [*found.changed, *(f"{u} (untracked)" for u in found.untracked)]
            message = f"there is uncommitted work: {some(listed, 8)}"
            raise problem("MLS0954", message, help="commit it, so that others can see what was judged")
