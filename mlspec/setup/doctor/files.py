"""What mlspec generates: current, and in nobody's way; and who must approve a change of it."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.project.github import CODEOWNERS, CODEOWNERS_PLACES, DEPENDABOT, DEPENDABOT_PLACES, RENOVATE_PLACES
from mlspec.diagnostics.words import some
from mlspec.pipelines.plan.diff import HAND_WRITTEN
from mlspec.pipelines.plan.prune import deletions
from mlspec.setup.doctor.finding import Finding, Verdict, bad, judge, ok
from mlspec.setup.doctor.workspace import Workspace

OWNERS_RULES = ("MLS1048", "MLS1049")
UPDATES_RULES = ("MLS1050",)
"""The lint rules that say what a hand-written file lacks. They run here though the project ignores them."""


def examine(workspace: Workspace) -> Iterator[Finding]:
    """One finding a question."""
    yield judge("files", "specs", lambda: specs(workspace))
    yield judge("files", "generated files", lambda: current(workspace))
    yield judge("files", "hand-written files", lambda: conflicts(workspace))
    yield judge("files", "CODEOWNERS", lambda: code_owners(workspace))
    yield judge("files", "updates", lambda: updates(workspace))


def specs(workspace: Workspace) -> Verdict:
    """Whether the specs compile."""
    errors = [d for d in workspace.compiled.diagnostics if d.is_error]
    if errors:
        return bad(f"{len(errors)} problems; the first: {errors[0].message} ({errors[0].code})", "`mlspec validate`")
    return ok("no errors")


def current(workspace: Workspace) -> Verdict:
    """Whether the files are what the specs say now."""
    pending = workspace.plan.pending
    if pending:
        apply = "mlspec apply --prune" if deletions(workspace.plan) else "mlspec apply"
        return bad(f"out of date: {some(sorted(c.path for c in pending))}", f"`{apply}`, then commit what it did")
    return ok(f"{len(workspace.generated)} files are what the specs say")


def conflicts(workspace: Workspace) -> Verdict:
    """Whether somebody's own file stands where one is to be written."""
    found = workspace.plan.conflicts
    if found:
        first = found[0]
        return bad(f"{some(sorted(c.path for c in found))}: {first.reason}", f"`git mv {first.path} …`, then `mlspec apply`")
    kept = {c.path: c.reason for c in workspace.plan.kept if c.path in workspace.generated}
    yours = [c.path for c in workspace.plan.changes if c.reason == HAND_WRITTEN or c.path in kept]
    told = "; ".join(f"{path}: {reason}" for path, reason in kept.items())
    return ok(
        (f"yours, and left alone: {some(sorted(yours))}" + (f" ({told})" if told else ""))
        if yours
        else "none stands where one is generated"
    )


def code_owners(workspace: Workspace) -> Verdict:
    """Whether a change of what is deployed needs the approval of those who answer for it."""
    return _told(workspace, OWNERS_RULES) or _there(
        workspace, CODEOWNERS, CODEOWNERS_PLACES, 'add `owner: "@you"` to mlspec.yaml\'s metadata'
    )


def updates(workspace: Workspace) -> Verdict:
    """Whether somebody keeps the lock and the user's own workflows up to date."""
    places = (*DEPENDABOT_PLACES, *RENOVATE_PLACES)
    return _told(workspace, UPDATES_RULES) or _there(workspace, DEPENDABOT, places, "write .github/dependabot.yml")


def _told(workspace: Workspace, rules: tuple[str, ...]) -> Verdict | None:
    """What the rules find, if anything. Only a sound project is linted."""
    workspace.require_sound()
    found = [d for d in workspace.compiled.diagnostics if d.code in rules]
    return bad(f"{found[0].message} ({found[0].code})", found[0].help or f"`mlspec explain {found[0].code}`") if found else None


def _there(workspace: Workspace, generated: str, places: tuple[str, ...], fix: str) -> Verdict:
    standing = next((p for p in places if (workspace.root / p).is_file()), None)
    if standing is not None:
        return ok(f"{standing} names no less than it should")
    if generated == DEPENDABOT:
        workspace.require_ci()
    if generated in workspace.generated:
        return bad(f"{generated} is not there yet", "`mlspec apply`, then commit it")
    if generated == CODEOWNERS and not workspace.project.deployments:
        return ok("none, and nothing is deployed")
    return bad(f"there is no {generated}", f"{fix}, then `mlspec apply`")
