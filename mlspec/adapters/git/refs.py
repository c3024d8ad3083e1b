"""Names of commits: branches, tags, HEAD and ids, and what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.adapters.git.objects import find_ids
from mlspec.adapters.git.run import Result, failed, git, run_git
from mlspec.diagnostics import problem

FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""The name of one object for ever; a branch, or the beginning of an id, names another one later."""


@dataclass(frozen=True, slots=True)
class Refs:
    """A repository by its root. Revisions are names or ids; ids come back as 40 (or 64) hex digits."""

    root: Path
    _commits: set[str] = field(default_factory=set, init=False, repr=False, compare=False)
    """Ids that Git named: a commit stays what it is, so that nobody need ask for it again."""

    def has_commits(self) -> bool:
        return self.find("HEAD") is not None

    def require_commits(self) -> str:
        """Return the id of HEAD. Raises MLS0952 when nothing was committed yet."""
        head = self.find("HEAD")
        if head is None:
            raise problem("MLS0952", "this repository has no commits yet", help="`git add --all && git commit -m 'Start'`")
        return head

    def find(self, revision: str) -> str | None:
        """The id of a commit, or None when there is none of that name."""
        if revision in self._commits:
            return revision
        result = run_git(self.root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"])
        if result.code != 0:
            return None
        self._commits.add(result.text)
        return result.text

    def know(self, commits: Iterable[str]) -> None:
        """Ids that Git named just now: none of them need be asked for again."""
        self._commits.update(commits)

    def resolve(self, revision: str) -> str:
        """The id of a commit. Raises MLS0958 when there is none of that name."""
        found = self.find(revision)
        if found is None:
            shallow = " (this clone is shallow: `git fetch --unshallow`)" if self.is_shallow() else ""
            raise problem("MLS0958", f"Git knows no commit `{revision}`{shallow}", help="`git fetch`, or name another branch or commit")
        return found

    def resolve_unambiguous(self, name: str) -> str:
        """Like `resolve`, for a name that decides something: a tag or branch of the same name elsewhere may not take its place.

        Git itself prefers `refs/tags/origin/main` to `refs/remotes/origin/main`, and takes foreign tags along in a fetch.
        """
        refs = [f"refs/{kind}/{name}" for kind in ("heads", "remotes", "tags")]
        found = find_ids(self.root, [f"{ref}^{{commit}}" for ref in refs])
        known = {ref: commit for ref, commit in zip(refs, found, strict=True) if commit}
        if len(set(known.values())) > 1:
            listed = ", ".join(f"{ref} ({commit[:12]})" for ref, commit in known.items())
            raise problem("MLS0958", f"`{name}` names several commits: {listed}", help="delete the tag or branch that should not be there")
        return next(iter(known.values()), None) or self.resolve(name)

    def named(self, revision: str) -> str:
        """A revision as an argument of Git's: a name is looked up (MLS0958), so that it can be no option; an id must be a commit's."""
        return f"{revision}^{{commit}}" if FULL_ID.fullmatch(revision) else self.resolve(revision)

    def ask(self, words: list[str], *revisions: str, paths: tuple[str, ...] | None = None, allowed: tuple[int, ...] = (0,)) -> Result:
        """Run `git WORDS REVISIONS [-- PATHS]`. Raises MLS0958 for a commit that is not there, MLS0959 for another exit code."""
        command = [*words, *map(self.named, revisions), *(("--", *paths) if paths is not None else ())]
        result = run_git(self.root, command)
        if result.code not in allowed:
            for revision in revisions:
                self.resolve(revision)
            raise failed(words[0], result.err)
        return result

    def branch(self) -> str | None:
        """The branch that is checked out; None when HEAD is detached."""
        result = run_git(self.root, ["symbolic-ref", "--quiet", "--short", "HEAD"])
        return result.text if result.code == 0 else None

    def require_branch(self) -> str:
        """Like `branch`. Raises MLS0955 when HEAD is detached."""
        found = self.branch()
        if found is None:
            raise problem("MLS0955", "no branch is checked out (HEAD is detached)", help="`git switch main`, or name the branch by --base")
        return found

    def branches_in_use(self) -> frozenset[str]:
        """Branches checked out in any worktree: moving one of them would make that worktree look edited."""
        lines = git(self.root, "worktree", "list", "--porcelain").text.splitlines()
        return frozenset(line.removeprefix("branch refs/heads/") for line in lines if line.startswith("branch refs/heads/"))

    def is_shallow(self) -> bool:
        return git(self.root, "rev-parse", "--is-shallow-repository").text == "true"

    def require_full(self) -> None:
        """Raises MLS0953 for a shallow clone: its history ends early, so that nothing older can be judged."""
        if self.is_shallow():
            raise problem(
                "MLS0953",
                "this is a shallow clone: the history that a promotion is judged by is not all here",
                help="`git fetch --unshallow`; in GitHub Actions, `fetch-depth: 0` at the checkout",
            )
