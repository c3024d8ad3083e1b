"""How commits stand to each other: ancestors, what one has and another lacks, which files differ, what their messages say."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from mlspec.adapters.git.refs import Refs
from mlspec.adapters.git.run import git


class Ancestry(Refs):
    """Questions about two commits, or about a commit and what came before it."""

    __slots__ = ()

    def merge_base(self, one: str, other: str) -> str | None:
        """The newest common ancestor of two commits; None when they share no history."""
        result = self.ask(["merge-base"], one, other, allowed=(0, 1))
        return result.text if result.code == 0 else None

    def is_ancestor(self, older: str, newer: str) -> bool:
        return self.ask(["merge-base", "--is-ancestor"], older, newer, allowed=(0, 1)).code == 0

    def parents(self, commit: str) -> list[str]:
        """The parents of a commit, in order."""
        return self.ask(["rev-list", "--parents", "-1"], commit).text.split()[1:]

    def commits_since(self, base: str, tip: str) -> list[str]:
        """The commits, merges left out, that `tip` has and `base` has not; newest first."""
        return self._since(base, tip, "--no-merges")

    def merges_since(self, base: str, tip: str) -> list[str]:
        """The merges that `tip` has and `base` has not; newest first."""
        return self._since(base, tip, "--merges")

    def line_since(self, base: str, tip: str) -> list[str]:
        """The commits of the line of first parents down from `tip` that `base` has not; newest first."""
        return self._since(base, tip, "--first-parent")

    def lacking(self, tip: str, known: Sequence[str]) -> list[str]:
        """The commits, merges too, that `tip` has and none of `known` has; newest first, and each before its parents."""
        without = [f"^{self.resolve(commit)}" for commit in known]
        return git(self.root, "rev-list", "--topo-order", self.resolve(tip), *without, "--").text.split()

    def _since(self, base: str, tip: str, which: str) -> list[str]:
        return git(self.root, "rev-list", which, self.resolve(tip), f"^{self.resolve(base)}", "--").text.split()

    def changed_between(self, old: str, new: str, paths: Sequence[str] | None = None) -> dict[str, str]:
        """{path: A | M | D | T} of what differs between two commits, at or below `paths`. A rename is a deletion and an addition."""
        every = ("--no-renames", "--no-ext-diff", "--ignore-submodules=none")  # .gitmodules may say that modules are passed over
        result = self.ask(["diff", "--name-status", "-z", *every], old, new, paths=None if paths is None else tuple(paths))
        parts = [p for p in result.text.split("\0") if p]
        return {path: state[:1] for state, path in zip(parts[::2], parts[1::2], strict=True)}

    def combined_in(self, merge: str) -> list[str]:
        """The files of a merge that are as no side had them: somebody put them together."""
        words = ["diff-tree", "-c", "-r", "-z", "--no-commit-id", "--name-only"]
        return [path for path in self.ask(words, merge).text.split("\0") if path]

    def message(self, commit: str) -> str:
        """The message of a commit."""
        return self.messages(commit, count=1)[0]

    def messages(
        self, tip: str, *, base: str | None = None, paths: Sequence[str] = (), skip: int = 0, count: int | None = None
    ) -> list[str]:
        """The messages of the commits that `tip` comes from, newest first: of those that `base` has not, that changed one of `paths`."""
        words = ["log", "-z", "--format=%B", f"--skip={skip}", *([] if count is None else [f"--max-count={count}"])]
        since = [] if base is None else [f"^{self.resolve(base)}"]
        parts = git(self.root, *words, self.resolve(tip), *since, "--", *paths).text.split("\0")
        return [message.rstrip("\n") for message in parts[:-1]]


def compare_command(old: str, new: str, paths: Sequence[str]) -> str:
    """What a person runs to see how two commits differ."""
    return shlex.join(["git", "diff", old[:12], new[:12], "--", *paths])
