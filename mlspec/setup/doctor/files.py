"""What mlspec generates: current, and in nobody's way; and who must approve a change of it."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.project.github import CODEOWNERS, CODEOWNERS_PLACES, DEPENDABOT, DEPENDABOT_PLACES, RENOVATE_PLACES
from mlspec.diagnostics.words import some
from mlspec.pipelines.plan.diff import HAND_WRITTEN
from mlspec.pipelines.plan.prune import deletions
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Finding, Verdict, bad, judge, ok

OWNERS_RULES = ("MLS1048", "MLS1049")
UPDATES_RULES = ("MLS1050",)
"""The lint rules that say what a hand-written file lacks. They run here though the project ignores them."""


def examine(examined: Examined) -> Iterator[Finding]:
    """One finding a question."""
    yield judge("files", "specs", lambda: specs(examined))
    yield judge("files", "generated files", lambda: current(examined))
    yield judge("files", "hand-written files", lambda: conflicts(examined))
    yield judge("files", "CODEOWNERS", lambda: code_owners(examined))
    yield judge("files", "updates", lambda: updates(examined))


def specs(examined: Examined) -> Verdict:
    """Whether the specs compile."""
    errors = [d for d in examined.compiled.diagnostics if d.is_error]
    if errors:
        return bad(f"{len(errors)} problems; the first: {errors[0].message} ({errors[0].code})", "`mlspec validate`")
    return ok("no errors")


def current(examined: Examined) -> Verdict:
    """Whether the files are what the specs say now."""
    pending = examined.workspace.files.pending
    if pending:
        apply = "mlspec apply --prune" if deletions(examined.workspace.files) else "mlspec apply"
        return bad(f"out of date: {some(sorted(c.path for c in pending))}", f"`{apply}`, then commit what it did")
    return ok(f"{len(examined.workspace.generated)} files are what the specs say")


def conflicts(examined: Examined) -> Verdict:
    """Whether somebody's own file stands where one is to be written."""
    found = examined.workspace.files.conflicts
    if found:
        first = found[0]
        return bad(f"{some(sorted(c.path for c in found))}: {first.reason}", f"`git mv {first.path} …`, then `mlspec apply`")
    kept = {c.path: c.reason for c in examined.workspace.files.kept if c.path in examined.workspace.generated}
    yours = [c.path for c in examined.workspace.files.changes if c.reason == HAND_WRITTEN or c.path in kept]
    told = "; ".join(f"{path}: {reason}" for path, reason in kept.items())
    return ok(
        (f"yours, and left alone: {some(sorted(yours))}" + (f" ({told})" if told else ""))
        if yours
        else "none stands where one is generated"
    )


def code_owners(examined: Examined) -> Verdict:
    """Whether a change of what is deployed needs the approval of those who answer for it."""
    return _told(examined, OWNERS_RULES) or _there(
        examined, CODEOWNERS, CODEOWNERS_PLACES, 'add `owner: "@you"` to mlspec.yaml\'s metadata'
    )


def updates(examined: Examined) -> Verdict:
    """Whether somebody keeps the lock and the user's own workflows up to date."""
    places = (*DEPENDABOT_PLACES, *RENOVATE_PLACES)
    return _told(examined, UPDATES_RULES) or _there(examined, DEPENDABOT, places, "write .github/dependabot.yml")


def _told(examined: Examined, rules: tuple[str, ...]) -> Verdict | None:
    """What the rules find, if anything. Only a sound project is linted."""
    found = [d for d in examined.workspace.warnings if d.code in rules]
    return bad(f"{found[0].message} ({found[0].code})", found[0].help or f"`mlspec explain {found[0].code}`") if found else None


def _there(examined: Examined, generated: str, places: tuple[str, ...], fix: str) -> Verdict:
    standing = next((p for p in places if (examined.root / p).is_file()), None)
    if standing is not None:
        return ok(f"{standing} names no less than it should")
    if generated == DEPENDABOT:
        examined.require_ci()
    if generated in examined.workspace.generated:
        return bad(f"{generated} is not there yet", "`mlspec apply`, then commit it")
    if generated == CODEOWNERS and not examined.workspace.project.deployments:
        return ok("none, and nothing is deployed")
    return bad(f"there is no {generated}", f"{fix}, then `mlspec apply`")
