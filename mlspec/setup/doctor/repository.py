"""The Git repository: what promotions, workflows and their history need of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from mlspec.adapters.github.remote import remote_slug
from mlspec.compiler.project.layout import LEDGER, LOCAL, PIPELINES
from mlspec.diagnostics import Problems
from mlspec.diagnostics.words import some
from mlspec.pipelines.plan.surroundings import hidden
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Finding, Skipped, Verdict, bad, judge, ok
from mlspec.setup.doctor.line_endings import line_endings

REMOTE = "origin"
_FOLDERS = (".dvc", ".github", LOCAL, PIPELINES)
"""Where nearly all is that mlspec writes."""


def examine(examined: Examined) -> Iterator[Finding]:
    """One finding a question; without a repository, one in all."""
    whole = judge("git", "repository", lambda: repository(examined))
    yield whole
    if whole.verdict.outcome != "ok":
        return
    yield judge("git", "identity", lambda: identity(examined))
    yield judge("git", "remote", lambda: remote(examined))
    yield judge("git", "history", lambda: history(examined))
    yield judge("git", "branch", lambda: branch(examined))
    yield judge("git", "main branch", lambda: main_branch(examined))
    yield judge("git", "uncommitted files", lambda: uncommitted(examined))
    yield judge("git", "ignored files", lambda: ignored(examined))
    yield judge("git", "line endings", lambda: line_endings(examined))


def repository(examined: Examined) -> Verdict:
    """Whether the project is the top of a repository with a commit in it."""
    examined.repository.require_commits()
    return ok("mlspec.yaml is at its top")


def identity(examined: Examined) -> Verdict:
    """Whether Git can sign commits with a name."""
    return ok(examined.repository.identity())


def remote(examined: Examined) -> Verdict:
    """Whether there is a remote to push promotions to, and it is one of GitHub's."""
    url = examined.repository.require_remote(REMOTE)
    slug = remote_slug(url)
    return ok(f"{REMOTE} is {slug} on GitHub" if slug else f"{REMOTE} is not on GitHub: pull requests are opened by hand")


def history(examined: Examined) -> Verdict:
    """Whether the history is whole: promotions are judged by what stands in it."""
    examined.repository.require_full()
    return ok("whole")


def branch(examined: Examined) -> Verdict:
    """Which branch is checked out."""
    found = examined.repository.branch()
    if found is None and os.environ.get("GITHUB_ACTIONS") == "true":
        return ok("none, as GitHub checks out a commit")
    return ok(found or examined.repository.require_branch())


def main_branch(examined: Examined) -> Verdict:
    """Whether the branch that `ci.branch` names is known here: changes are compared with it."""
    name = examined.workspace.settings.ci.branch
    if examined.repository.find(f"refs/remotes/{REMOTE}/{name}") or examined.repository.find(f"refs/heads/{name}"):
        return ok(name)
    return bad(f"`{name}` (`ci.branch` in mlspec.yaml) is not known here", f"`git fetch {REMOTE} {name}`, or correct `ci.branch`")


def uncommitted(examined: Examined) -> Verdict:
    """Whether what mlspec wrote is committed: workflows and reviewers see nothing else."""
    dirty = examined.repository.dirty()
    ours = {*examined.workspace.generated, LEDGER} | {p for p in (*dirty.changed, *dirty.untracked) if p.endswith("/dvc.lock")}
    found = ours & {*dirty.changed, *dirty.untracked}
    if found:
        return bad(f"not committed: {some(sorted(found))}", f"`git add --all -- {' '.join(_places(found))}`, then `git commit`")
    return ok("no generated file is among them")


def _places(paths: Iterable[str]) -> list[str]:
    """The folders of mlspec's files, and its files elsewhere. Git refuses a name where nothing is."""
    tops = {path: path.partition("/")[0] for path in paths}
    return sorted({top if top in _FOLDERS else path for path, top in tops.items()})


def ignored(examined: Examined) -> Verdict:
    """Whether Git takes the generated files: an ignored one would be missing in every workflow."""
    found = hidden(examined.root, [*examined.workspace.generated, LEDGER]) or []
    if found:
        first = next((f for f in found if f.path.endswith("dvc.yaml")), found[0])
        return bad(f"{first.place} (`{first.pattern}`) hides {some(sorted(f.path for f in found))}", first.mend)
    return ok("no generated file is among them")


def slug_of(examined: Examined) -> str:
    """`owner/name` of the remote on GitHub. Raises `Skipped` where there is none."""
    try:
        slug = remote_slug(examined.repository.require_remote(REMOTE))
    except Problems as problems:
        raise Skipped(problems.diagnostics[0].message, problems.diagnostics[0].help or "") from None
    if slug is None:
        server = "set GITHUB_SERVER_URL for an enterprise server"
        raise Skipped(
            f"the remote `{REMOTE}` is not on GitHub", f"`git remote set-url {REMOTE} https://github.com/OWNER/NAME.git`; {server}"
        )
    return slug
