"""GitHub's environments: they hold the secrets, and stop what may not be deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from mlspec.adapters.github.settings import Settings, Unreadable
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Skipped, Verdict, bad, ok, skip
from mlspec.setup.doctor.github.branch import Rules
from mlspec.setup.doctor.github.plan import REVIEWERS, RULES, Plan, needs_enterprise
from mlspec.setup.doctor.github.used import by_the_clock, of_pull_requests
from mlspec.setup.doctor.github.used import environments as used_environments

Check = tuple[str, Callable[[], Verdict]]


@dataclass(frozen=True)
class Environments:
    """The environments on GitHub, and what the workflows use. No slots: each is read once."""

    examined: Examined
    rules: Rules
    plan: Plan

    @property
    def settings(self) -> Settings:
        return self.rules.settings

    @property
    def offered(self) -> bool:
        """GitHub ignores what environments say in a private repository of a free plan."""
        return self.plan.offers(RULES) is not False

    @cached_property
    def there(self) -> dict[str, dict[str, Any]]:
        return self.settings.environments()

    @cached_property
    def used(self) -> dict[str, frozenset[str]]:
        return used_environments(self.examined)

    @cached_property
    def open(self) -> frozenset[str]:
        return of_pull_requests(self.examined)

    @cached_property
    def alone(self) -> frozenset[str]:
        """Those of schedules, beside the project's own and those of pull requests."""
        return by_the_clock(self.examined) - self.open - set(self.examined.workspace.settings.environments)

    @property
    def place(self) -> str:
        return self.settings.page("environments")

    def require(self, name: str) -> dict[str, Any]:
        """The environment. Raises `Skipped` where it is not there: its own line says so."""
        if name not in self.there:
            raise Skipped(f"there is no environment {name}")
        return self.there[name]


def checks(examined: Examined, rules: Rules, plan: Plan) -> Iterator[Check]:
    """Name and check: each environment is there, lets in what it should, and has its secrets."""
    environments = Environments(examined, rules, plan)
    path = examined.workspace.settings.environments
    for name in [*sorted(set(environments.used) - set(path)), *path]:
        yield f"{name}: environment", partial(exists, environments, name)
        if name not in environments.used:
            continue
        if not environments.offered:
            if environments.used[name]:
                yield f"{name}: secrets", partial(secrets, environments, name)
            continue
        yield f"{name}: branches", partial(open_to_all if name in environments.open else branches, environments, name)
        if name == path[-1]:
            yield f"{name}: reviewers", partial(reviewers, environments, name)
        elif name in environments.alone:
            yield f"{name}: reviewers", partial(waits_for_nobody, environments, name)
        if environments.used[name]:
            yield f"{name}: secrets", partial(secrets, environments, name)


def exists(environments: Environments, name: str) -> Verdict:
    """GitHub makes an environment that is not there at its first use: without protection, and without secrets."""
    if not environments.offered:
        return environments.plan.without("environments, their secrets and their branches", INSTEAD)
    if name in environments.there:
        return ok("there")
    if name not in environments.used:
        return ok("not there, and no workflow uses it yet")
    return bad(
        "it does not exist: GitHub makes it at its first use, without any protection", f"{environments.place}: New environment, `{name}`"
    )


def branches(environments: Environments, name: str) -> Verdict:
    """Whether only the main branch deploys."""
    policy, main = environments.require(name).get("deployment_branch_policy"), environments.examined.workspace.settings.ci.branch
    fix = f"{environments.place}, `{name}`: Deployment branches and tags, Selected branches and tags, `{main}` alone"
    if not isinstance(policy, dict):
        return bad("a workflow of any branch may deploy here, and read its secrets", fix)
    if policy.get("protected_branches"):
        return _protected(environments, fix)
    found = environments.settings.deployment_branches(name)
    if found - {main}:
        return bad(f"branches beside `{main}` may deploy here: {', '.join(sorted(found - {main}))}", fix)
    return ok(f"{main} only") if found else bad("no branch may deploy here", fix)


def _protected(environments: Environments, fix: str) -> Verdict:
    """*Protected branches only* speaks of branch protection: where no branch has any, every branch may deploy, whatever rulesets there are.

    https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments, "Deployment branches and tags"
    """
    protection = environments.rules.protection
    if isinstance(protection, Unreadable):
        raise protection
    if protection is None:
        what = f"'Protected branches only', and `{environments.rules.branch}` has no branch protection: GitHub may let every branch deploy"
        return bad(f"{what}, since a ruleset is none", fix)
    return ok("protected branches only")


def open_to_all(environments: Environments, name: str) -> Verdict:
    """Whether pull requests can use it: they train with its secrets, and wait for nobody."""
    environment = environments.require(name)
    if _waits(environment):
        return bad(
            "its jobs wait, and every pull request trains with it", f"{environments.place}, `{name}`: remove reviewers and wait timer"
        )
    if environment.get("deployment_branch_policy"):
        fix = f"{environments.place}, `{name}`: Deployment branches and tags, No restriction"
        return bad("it is not open to all branches, and pull requests train with it", fix)
    return ok("open to pull requests")


def waits_for_nobody(environments: Environments, name: str) -> Verdict:
    """Whether a scheduled job goes on by itself: what it does was reviewed where it was deployed."""
    if _waits(environments.require(name)):
        fix = f"{environments.place}, `{name}`: remove reviewers and wait timer"
        return bad("its jobs wait, and a schedule starts them: nobody is there to let them go on", fix)
    return ok("none, as a schedule needs it")


def _waits(environment: dict[str, Any]) -> bool:
    kinds = {str(r.get("type")) for r in environment.get("protection_rules") or () if isinstance(r, dict)}
    return bool(kinds & {"required_reviewers", "wait_timer"})


def reviewers(environments: Environments, name: str) -> Verdict:
    """Whether a person lets a deployment into the last environment. A plan without reviewers asks none of those that are listed."""
    environment, offered = environments.require(name), environments.plan.offers(REVIEWERS)
    if offered is False:
        return environments.plan.without("reviewers of a deployment", INSTEAD)
    listed = (r for r in environment.get("protection_rules") or () if isinstance(r, dict))
    found = [r for r in listed if r.get("type") == "required_reviewers" and r.get("reviewers")]
    if found:
        own = ", and nobody approves their own" if any(r.get("prevent_self_review") for r in found) else ""
        forced = "; administrators may force a deployment without them" if environment.get("can_admins_bypass") is True else ""
        return ok(f"required{own}{forced}{'' if offered else '; if the plan has them, which GitHub does not tell this token'}")
    fix = f"{environments.place}, `{name}`: tick 'Required reviewers' and name somebody"
    if offered is None:
        return skip(needs_enterprise(environments.plan), f"a token of an owner of it, with its Plan: read; with Enterprise: {fix}")
    return bad("nobody need approve a deployment", fix)


def secrets(environments: Environments, name: str) -> Verdict:
    """Whether the secrets that the jobs read are there, by name."""
    needed = environments.used[name]
    if not environments.offered:
        return _of_the_repository(environments, needed)
    environments.require(name)
    lacking = sorted(needed - environments.settings.secrets(name))
    if lacking:
        commands = " and ".join(f"`gh secret set {s} --env {name} --repo {environments.settings.slug}`" for s in lacking)
        return bad(f"it lacks {', '.join(lacking)}", commands)
    return ok(", ".join(sorted(needed)))


def _of_the_repository(environments: Environments, needed: frozenset[str]) -> Verdict:
    """Without environments the repository's own secrets are all that there is: a workflow of any branch may read them."""
    lacking = sorted(needed - environments.settings.repository_secrets())
    if lacking:
        commands = " and ".join(f"`gh secret set {s} --repo {environments.settings.slug}`" for s in lacking)
        return bad(f"the repository lacks {', '.join(lacking)}", commands)
    return ok(f"{', '.join(sorted(needed))}, of the repository: every workflow may read them")


INSTEAD = (
    "the review of the pull request, and `mlspec verify` before each deployment, are what stops one; keep write access to few, "
    "and keys that may do little"
)
"""What protects a deployment where GitHub asks nobody."""
