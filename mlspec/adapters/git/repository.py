"""What mlspec asks of Git: a thin typed wrapper on the `git` program. Commits are made by `git_commit.py`.

Why no library: docs/decisions/0002-git-subprocess.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.git.run import git, last_line, run_git
from mlspec.diagnostics import problem


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


@dataclass(frozen=True, slots=True)
class Repository:
    """A Git repository whose top level is the project's root. Revisions are names or ids; ids come back as 40 (or 64) hex digits."""

    root: Path

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
        result = run_git(self.root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"])
        return result.text if result.code == 0 else None

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
        refs = {ref: self.find(ref) for ref in (f"refs/{kind}/{name}" for kind in ("heads", "remotes", "tags"))}
        known = {ref: commit for ref, commit in refs.items() if commit}
        if len(set(known.values())) > 1:
            listed = ", ".join(f"{ref} ({commit[:12]})" for ref, commit in known.items())
            raise problem("MLS0958", f"`{name}` names several commits: {listed}", help="delete the tag or branch that should not be there")
        return next(iter(known.values()), None) or self.resolve(name)

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
            shown = ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")
            raise problem("MLS0954", f"there is uncommitted work: {shown}", help="commit it, so that others can see what was judged")

    def identity(self) -> str:
        """Who commits, as `Name <mail>`. Raises MLS0956 when Git does not know."""
        result = run_git(self.root, ["var", "GIT_COMMITTER_IDENT"])
        if result.code != 0 or "<>" in result.text:
            raise problem(
                "MLS0956",
                "Git does not know who you are",
                help='`git config user.name "Your Name"` and `git config user.email you@example.org`',
            )
        return result.text.rsplit(" ", 2)[0]

    def remotes(self) -> dict[str, str]:
        """{name: URL to push to}."""
        names = git(self.root, "remote").text.split()
        return {name: git(self.root, "remote", "get-url", "--push", name).text for name in names}

    def require_remote(self, name: str) -> str:
        """The URL of a remote. Raises MLS0957 when there is none of that name."""
        found = self.remotes()
        if name not in found:
            others = f"; there is {', '.join(f'`{n}`' for n in sorted(found))}" if found else ""
            raise problem(
                "MLS0957", f"this repository has no remote `{name}`{others}", help=f"`git remote add {name} URL`, or --remote NAME"
            )
        return found[name]

    def fetch(self, remote: str, branch: str, *, extra: Mapping[str, str] | None = None) -> None:
        """Fetch one branch into its remote-tracking branch. A branch that the remote lacks is no error: its tracking branch goes."""
        result = run_git(
            self.root, ["fetch", "--quiet", "--no-tags", remote, f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}"], extra=extra
        )
        if result.code == 0:
            return
        if "couldn't find remote ref" not in result.err:
            raise problem("MLS0960", f"`{remote}` can't be fetched: {last_line(result.err)}", help="check the remote's address and access")
        run_git(self.root, ["update-ref", "-d", f"refs/remotes/{remote}/{branch}"])

    def merge_base(self, one: str, other: str) -> str | None:
        """The newest common ancestor of two commits; None when they share no history."""
        result = run_git(self.root, ["merge-base", self.resolve(one), self.resolve(other)])
        return result.text if result.code == 0 else None

    def is_ancestor(self, older: str, newer: str) -> bool:
        return run_git(self.root, ["merge-base", "--is-ancestor", self.resolve(older), self.resolve(newer)]).code == 0

    def commits_since(self, base: str, tip: str) -> list[str]:
        """The commits, merges left out, that `tip` has and `base` has not; newest first."""
        return git(self.root, "rev-list", "--no-merges", self.resolve(tip), f"^{self.resolve(base)}").text.split()

    def changed_between(self, old: str, new: str) -> dict[str, str]:
        """{path: A | M | D | T} of what differs between two commits. A rename is a deletion and an addition."""
        every = ("--no-renames", "--no-ext-diff", "--ignore-submodules=none")  # .gitmodules may say that modules are passed over
        result = git(self.root, "diff", "--name-status", "-z", *every, self.resolve(old), self.resolve(new))
        parts = [p for p in result.text.split("\0") if p]
        return {path: state[:1] for state, path in zip(parts[::2], parts[1::2], strict=True)}

    def tree_hashes(self, revision: str, paths: Iterable[str]) -> dict[str, str | None]:
        """{path: id of the tree or blob there at a revision}; None where there is nothing."""
        commit = self.resolve(revision)
        return {path: self._object(commit, path) for path in paths}

    def _object(self, commit: str, path: str) -> str | None:
        result = run_git(self.root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}:{path}"])
        return result.text if result.code == 0 else None

    def show(self, revision: str, path: str) -> bytes | None:
        """The bytes of a regular file at a revision; None when there is none (or a link, or a folder)."""
        return self.show_all(revision, [path]).get(path)

    def show_all(self, revision: str, paths: Sequence[str]) -> dict[str, bytes]:
        """{path: bytes} of the regular files at or below `paths` at a revision."""
        if not paths:
            return {}
        blobs = self.blobs(revision, paths)
        return dict(zip(blobs, self.contents(list(blobs.values())), strict=True))

    def list_files(self, revision: str, paths: Sequence[str]) -> list[str]:
        """The regular files at or below `paths` at a revision, sorted."""
        return sorted(self.blobs(revision, paths)) if paths else []

    def blobs(self, revision: str, paths: Sequence[str]) -> dict[str, str]:
        """{path: id} of the regular files at or below `paths` (one at least) at a revision."""
        listing = git(self.root, "ls-tree", "-r", "-z", "--full-tree", self.resolve(revision), "--", *paths).text
        rows = [row.split("\t", 1) for row in listing.split("\0") if row]
        return {path: meta.split()[2] for meta, path in rows if meta.startswith("100")}

    def odd_entries(self, revision: str, paths: Sequence[str]) -> list[str]:
        """The links and modules at or below `paths` (one at least) at a revision: what `blobs` passes over."""
        listing = git(self.root, "ls-tree", "-r", "-z", "--full-tree", self.resolve(revision), "--", *paths).text
        rows = [row.split("\t", 1) for row in listing.split("\0") if row]
        return [path for meta, path in rows if not meta.startswith("100")]

    def contents(self, blobs: Sequence[str]) -> list[bytes]:
        """The bytes of each blob, by one process. Every id must be one that Git named."""
        if not blobs:
            return []
        out = git(self.root, "cat-file", "--batch", stdin="".join(f"{b}\n" for b in blobs).encode()).out
        found, at = [], 0
        for _ in blobs:
            end = out.index(b"\n", at)
            size = int(out[at:end].split()[2])
            found.append(out[end + 1 : end + 1 + size])
            at = end + size + 2
        return found


def open_repository(root: Path) -> Repository:
    """Return the repository whose top level is `root`. Raises MLS0951 when `root` is in none, or below the top level of one."""
    result = run_git(root, ["rev-parse", "--show-toplevel"])
    if result.code != 0:
        if "dubious ownership" in result.err:
            raise problem(
                "MLS0951", "Git refuses this repository: another user owns it", help=f"`git config --global --add safe.directory {root}`"
            )
        raise problem("MLS0951", "the project is not in a Git repository", help="`git init --initial-branch main`, then commit")
    top = Path(result.text).resolve()
    if top != root.resolve():
        below = root.resolve().relative_to(top).as_posix()
        raise problem(
            "MLS0951",
            f"mlspec.yaml stands in `{below}/`, and the Git repository starts above it",
            help="put the project at the top level of its own repository: promotions and workflows name files from there",
        )
    return Repository(root)
