"""All checks of the repository's settings. What the token may not read is skipped, and says which right is needed: it is never ok."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.settings import Settings, Unreadable
from mlspec.diagnostics import Problems
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Finding, Skipped, Verdict, bad, judge, of_problems, ok
from mlspec.setup.doctor.github import actions, app, bots, branch, deploys, environments, server, subjects
from mlspec.setup.doctor.github.plan import Plan
from mlspec.setup.doctor.github.used import required_checks
from mlspec.setup.doctor.repository import slug_of

AREA = "github"
PUSH_RIGHTS = "Contents and Pull requests: write"


def examine(examined: Examined) -> Iterator[Finding]:
    """One finding a question. Without a repository on GitHub, or a token that it takes, one line says so and is all."""
    try:
        slug = slug_of(examined)
    except Skipped as skipped:
        yield Finding(AREA, "repository", skipped.verdict)
        return
    try:
        api = GitHubApi.from_environment()
    except Problems as problems:
        yield Finding(AREA, "token", of_problems(problems))
        return
    with api:
        settings = Settings(api, slug)
        try:
            verdict = token(settings)
        except (Unreadable, Problems) as error:
            yield Finding(AREA, "token", of_problems(error) if isinstance(error, Problems) else _unseen(slug, error))
            return
        yield Finding(AREA, "token", verdict)
        yield from _all(examined, settings)


def _unseen(slug: str, unreadable: Unreadable) -> Verdict:
    what = f"GitHub shows no repository {slug} to this token ({unreadable.status})"
    return bad(what, f"correct the remote's URL, or give the token access to {slug}")


def _all(examined: Examined, settings: Settings) -> Iterator[Finding]:
    whole = _judged("specs", lambda: ok(examined.workspace.project.settings.name))
    if whole.verdict.outcome != "ok":
        yield whole
        return
    if not examined.workspace.settings.on_github:
        yield _judged("workflows", lambda: no_workflows(examined))
        return
    rules = branch.Rules(settings, examined.workspace.settings.ci.branch)
    plan = Plan(settings, lambda: rules.are_refused)
    yield _judged("server", server.runs_workflows)
    yield _judged("main branch", lambda: default_branch(examined, settings))
    for name, look in (
        *branch.checks(examined, rules, plan),
        *bots.checks(examined, rules, required_checks(examined)),
        *environments.checks(examined, rules, plan),
        *subjects.checks(examined, settings),
        *app.checks(examined, settings),
        *actions.checks(examined, settings, plan),
        *deploys.checks(examined, settings),
    ):
        yield _judged(name, look)


def no_workflows(examined: Examined) -> Verdict:
    """What the other checks ask for is what workflows need."""
    examined.require_ci()
    if not examined.workspace.settings.on_github:
        raise Skipped("the workflows are Forgejo's", "its settings are not read: docs/guides/forgejo.md says what to set")
    return ok("generated")


def _judged(name: str, look: Callable[[], Verdict]) -> Finding:
    """Like `judge`; what GitHub does not tell is skipped."""

    def told() -> Verdict:
        try:
            return look()
        except Unreadable as unreadable:
            raise unknown(unreadable) from None

    return judge(AREA, name, told)


def unknown(unreadable: Unreadable) -> Skipped:
    """A check that the token's rights don't allow."""
    said = f": {unreadable.message}" if unreadable.message else ""
    scope = f"set GH_TOKEN to a token with `{unreadable.needs}` on the repository (a classic one: the scope `repo`, of an administrator)"
    return Skipped(f"GitHub does not tell this token ({unreadable.status}{said})", scope)


def token(settings: Settings) -> Verdict:
    """Whether the token may open a pull request, as far as GitHub tells. Raises `Unreadable` where it does not see the repository."""
    found, scopes = settings.repository()
    if scopes is not None:
        enough = "repo" in scopes or ("public_repo" in scopes and not found.get("private"))
        listed = ", ".join(sorted(scopes)) or "no scopes"
        fix = f"tick `repo`, or make a fine-grained token for {settings.slug} with {PUSH_RIGHTS}"
        return ok(f"classic, with {listed}") if enough else bad(f"a classic token with {listed} can't open pull requests", fix)
    rights = found.get("permissions")
    if settings.api.token.startswith("github_pat_") and isinstance(rights, dict) and rights.get("push") is False:
        return bad("its owner may only read the repository", f"have an administrator give you write access, and the token {PUSH_RIGHTS}")
    return ok("accepted; it has permissions, which GitHub does not list: what they don't cover is skipped below")


def default_branch(examined: Examined, settings: Settings) -> Verdict:
    """Whether GitHub's default branch is the one that the workflows follow: schedules and dispatches run there."""
    here, there = examined.workspace.settings.ci.branch, settings.repository()[0].get("default_branch")
    if here == there:
        return ok(here)
    fix = f"make `{here}` the default branch at {settings.page()}, or write `ci: {{branch: {there}}}` in mlspec.yaml and run `mlspec apply`"
    return bad(f"GitHub's default branch is `{there}`, and `ci.branch` is `{here}`", fix)
