"""GitHub Actions: allowed, held to what the workflows need, and the workflows there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mlspec.adapters.github.settings import Settings
from mlspec.compiler.project.github import actions_used
from mlspec.diagnostics.words import and_more, some
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Skipped, Verdict, bad, ok
from mlspec.setup.doctor.github.plan import RULES, Plan
from mlspec.setup.doctor.github.used import workflow_files

Check = tuple[str, Callable[[], Verdict]]


def checks(examined: Examined, settings: Settings, plan: Plan) -> Iterator[Check]:
    """Name and check."""
    yield "Actions", lambda: allowed(examined, settings)
    yield "pinned actions", lambda: pinned(settings)
    yield "workflow token", lambda: read_only(settings)
    yield "workflows' pull requests", lambda: pull_requests(settings)
    yield "workflows", lambda: workflows(examined, settings)
    yield "CODEOWNERS", lambda: code_owners(settings, plan)


def allowed(examined: Examined, settings: Settings) -> Verdict:
    """Whether the workflows may run, with GitHub's own actions."""
    found = settings.actions()
    place = settings.page("actions")
    if found.get("enabled") is not True:
        return bad("Actions are switched off", f"{place}: Actions permissions, allow them")
    kind = found.get("allowed_actions")
    if kind == "local_only":
        return bad("only the owner's own actions may run", f"{place}: allow actions created by GitHub")
    wanted = actions_used(by_app=examined.workspace.settings.ci.app is not None)
    if kind == "selected" and not _selected(settings.selected_actions(), wanted):
        return bad(f"not all of {', '.join(wanted)} may run", f"{place}: tick 'Allow actions created by GitHub'")
    return ok("allowed" + (", selected ones only" if kind == "selected" else ""))


def _selected(found: dict[str, Any], wanted: Iterable[str]) -> bool:
    patterns = [str(p).split("@")[0].rstrip("*") for p in found.get("patterns_allowed") or ()]
    return found.get("github_owned_allowed") is True or all(any(a.startswith(p) for p in patterns) for a in wanted)


def pinned(settings: Settings) -> Verdict:
    """Whether GitHub refuses actions by tag or branch. The generated workflows pin theirs; others in the repository may not."""
    found = settings.actions()
    if "sha_pinning_required" not in found:
        raise Skipped("this GitHub does not say whether it requires pinned actions")
    if found["sha_pinning_required"] is True:
        return ok("required for every workflow")
    fix = f"{settings.page('actions')}: tick 'Require actions to be pinned to a full-length commit SHA'"
    return bad("a workflow may use an action by a tag, which its owner can move", fix)


def read_only(settings: Settings) -> Verdict:
    """What a workflow that asks for nothing may do."""
    if settings.workflow_token().get("default_workflow_permissions") == "read":
        return ok("read, unless a job asks for more")
    fix = f"{settings.page('actions')}: Workflow permissions, 'Read repository contents and packages permissions'"
    return bad("every workflow that names no permissions may write to the repository", fix)


def pull_requests(settings: Settings) -> Verdict:
    """Whether promote, refresh and retrain can open theirs."""
    if settings.workflow_token().get("can_approve_pull_request_reviews") is True:
        return ok("allowed")
    fix = f"{settings.page('actions')}: tick 'Allow GitHub Actions to create and approve pull requests'"
    return bad("no workflow may open a pull request", f"{fix} (an organization may have to allow it first)")


def workflows(examined: Examined, settings: Settings) -> Verdict:
    """Whether the generated workflows are on the default branch: schedules and dispatches start from there alone."""
    needed, known = workflow_files(examined), settings.workflows()
    lacking = [path for path in needed if path not in known]
    if lacking:
        return bad(
            f"GitHub knows no {some(sorted(lacking))}", "commit them (`mlspec apply` writes them), and merge that into the default branch"
        )
    off = [path for path in needed if known[path] != "active"]
    if off:
        names = " && ".join(f"gh workflow enable {path.rpartition('/')[2]} --repo {settings.slug}" for path in off)
        idle = any(known[path] == "disabled_inactivity" for path in off)
        why = ": after 60 days without a commit GitHub switches off a file with a schedule, and with it every other event of the file"
        return bad(f"switched off: {', '.join(f'{path} ({known[path]})' for path in off)}{why if idle else ''}", f"`{names}`")
    return ok(f"{len(needed)}, all active")


def code_owners(settings: Settings, plan: Plan) -> Verdict:
    """Whether GitHub understands CODEOWNERS: a line with an owner it does not know counts for nothing."""
    if plan.offers(RULES) is False:
        return plan.without("code owners", "`approvals` of Policies, which `mlspec verify` asks for, name people and teams themselves")
    errors = settings.owner_errors()
    if errors is None:
        return bad(
            "there is none on the default branch", 'add `owner: "@you"` to mlspec.yaml, `mlspec apply`, and merge .github/CODEOWNERS'
        )
    if errors:
        first = errors[0]
        what = f"{first.get('path')} line {first.get('line')}: {first.get('kind')}" + and_more(len(errors), 1)
        return bad(what, str(first.get("suggestion") or "correct the line; an owner needs write access to the repository"))
    return ok("GitHub understands every line")
