"""The main branch's rules: of rulesets (the repository's and the organization's) and of branch protection, together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from mlspec.adapters.github.settings import Settings, Unreadable
from mlspec.diagnostics.words import some
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Skipped, Verdict, bad, ok
from mlspec.setup.doctor.github.plan import RULES, Plan
from mlspec.setup.doctor.github.used import required_checks

Check = tuple[str, Callable[[], Verdict]]


@dataclass(frozen=True)
class Rules:
    """What holds for a branch; each is read once. No slots, for that."""

    settings: Settings
    branch: str

    @cached_property
    def offered(self) -> list[dict[str, Any]] | None:
        """The rules of every ruleset that holds; None where the owner's plan has no rulesets."""
        try:
            return self.settings.rules(self.branch)
        except Unreadable as unreadable:
            if unreadable.is_plan:
                return None
            raise

    @property
    def are_refused(self) -> bool:
        """Whether GitHub says that the owner's plan has none."""
        try:
            return self.offered is None
        except Unreadable:
            return False

    @property
    def rules(self) -> list[dict[str, Any]]:
        return self.offered or []

    @cached_property
    def of_rulesets(self) -> dict[str, list[dict[str, Any]]]:
        """{type of rule: the parameters of each that holds}."""
        found: dict[str, list[dict[str, Any]]] = {}
        for rule in self.rules:
            found.setdefault(str(rule.get("type")), []).append(rule.get("parameters") or {})
        return found

    @cached_property
    def protection(self) -> dict[str, Any] | Unreadable | None:
        """Branch protection; None where there is none. Who may not read it may still see that a branch has none, and its checks."""
        try:
            return self.settings.protection(self.branch)
        except Unreadable as unreadable:
            if unreadable.is_plan or self.settings.branch(self.branch).get("protected") is False:
                return None
            return unreadable

    def holds(self, rule: str, parameter: str | None, protected: Callable[[dict[str, Any]], bool]) -> bool:
        """Whether a ruleset has the rule (with the parameter true), or branch protection has what `protected` looks for.

        Raises `Unreadable` where no ruleset has it and branch protection can't be read: then nobody knows.
        """
        if any(parameter is None or given.get(parameter) is True for given in self.of_rulesets.get(rule, ())):
            return True
        if isinstance(self.protection, Unreadable):
            raise self.protection
        return self.protection is not None and protected(self.protection)

    def checks(self) -> frozenset[str]:
        """The names of the required checks. Raises `Unreadable` as `holds` does."""
        listed = [c for given in self.of_rulesets.get("required_status_checks", ()) for c in given.get("required_status_checks") or ()]
        found = {str(c.get("context")) for c in listed if isinstance(c, dict)}
        if isinstance(self.protection, Unreadable):
            seen = (self.settings.branch(self.branch).get("protection") or {}).get("required_status_checks")
            if not isinstance(seen, dict):
                raise self.protection
        else:
            seen = (self.protection or {}).get("required_status_checks")
        return frozenset(found | {str(c) for c in (seen or {}).get("contexts") or ()})


def checks(examined: Examined, rules: Rules, plan: Plan) -> Iterator[Check]:
    """Name and check, a rule each. What the plan does not offer is no problem of the settings."""
    listed: tuple[Check, ...] = (
        ("pull requests", lambda: pull_request(rules)),
        ("code owners", lambda: code_owners(rules)),
        ("stale approvals", lambda: stale_approvals(rules)),
        ("required checks", lambda: checks_required(rules, required_checks(examined))),
        ("force pushes", lambda: force_pushes(rules)),
        ("bypass", lambda: bypass(rules)),
    )
    yield from ((name, partial(_offered, rules, plan, look)) for name, look in listed)


def _offered(rules: Rules, plan: Plan, look: Callable[[], Verdict]) -> Verdict:
    verdict = look()
    if verdict.outcome != "problem" or not (rules.offered is None or plan.offers(RULES) is False):
        return verdict
    return plan.without(verdict.what, INSTEAD)


INSTEAD = (
    "keep write access to few; `mlspec verify` asks before each deployment who approved what was merged (Policies with `approvals`), "
    "and a public repository has rules on every plan"
)
"""What protects a branch that can have no rules."""


def pull_request(rules: Rules) -> Verdict:
    """Whether nothing reaches the branch but by a pull request that somebody approved."""
    protected = rules.holds("pull_request", None, lambda p: bool(p.get("required_pull_request_reviews")))
    counts = [g.get("required_approving_review_count", 0) for g in rules.of_rulesets.get("pull_request", ())]
    classic = rules.protection if isinstance(rules.protection, dict) else {}
    counts.append((classic.get("required_pull_request_reviews") or {}).get("required_approving_review_count", 0))
    if not protected:
        return bad(
            f"anybody who can push changes `{rules.branch}` directly",
            at(rules, "tick 'Require a pull request before merging', 1 approval"),
        )
    if max(counts) < 1:
        return bad("pull requests are merged without an approval", at(rules, "set 'Required approvals' to 1 at least"))
    return ok(f"required, with {max(counts)} approval{'s' * (max(counts) > 1)}")


def code_owners(rules: Rules) -> Verdict:
    """Whether those who answer for a file must approve its change."""
    if rules.holds("pull_request", "require_code_owner_review", lambda p: _review(p, "require_code_owner_reviews")):
        return ok("their review is required")
    return bad("anybody's approval will do", at(rules, "tick 'Require review from Code Owners'"))


def stale_approvals(rules: Rules) -> Verdict:
    """Whether an approval ends with the next push: it was given to other content."""
    if rules.holds("pull_request", "dismiss_stale_reviews_on_push", lambda p: _review(p, "dismiss_stale_reviews")):
        return ok("dismissed when commits are pushed")
    return bad(
        "an approval outlives what was approved", at(rules, "tick 'Dismiss stale pull request approvals when new commits are pushed'")
    )


def checks_required(rules: Rules, needed: list[str]) -> Verdict:
    """Whether a merge waits for the jobs that judge and verify."""
    lacking = [name for name in needed if name not in rules.checks()]
    if lacking:
        fix = at(rules, f"tick 'Require status checks to pass' and add {', '.join(f'`{n}`' for n in lacking)}")
        return bad(f"a merge does not wait for {', '.join(lacking)}", fix)
    return ok(", ".join(needed))


def force_pushes(rules: Rules) -> Verdict:
    """Whether the history stays: what was promoted is judged by it."""
    if rules.holds("non_fast_forward", None, lambda p: (p.get("allow_force_pushes") or {}).get("enabled") is not True):
        return ok("blocked")
    return bad(f"the history of `{rules.branch}` can be rewritten", at(rules, "tick 'Block force pushes'"))


def bypass(rules: Rules) -> Verdict:
    """Whether the rules hold for everybody: administrators, and whom a ruleset lets by."""
    classic = rules.protection
    numbers = {int(r["ruleset_id"]) for r in rules.rules if isinstance(r.get("ruleset_id"), int)}
    lets = [name for name in (_lets_by(rules.settings.ruleset(n)) for n in sorted(numbers)) if name]
    if isinstance(classic, Unreadable):
        raise classic
    if classic and not (classic.get("enforce_admins") or {}).get("enabled"):
        lets.append("branch protection (by administrators)")
    if lets:
        return bad(
            f"can be bypassed: {some(sorted(lets))}",
            at(rules, "empty the bypass list, and tick 'Do not allow bypassing the above settings'"),
        )
    return ok("nobody may bypass them") if classic or numbers else bad("there are no rules", at(rules, "add it"))


def _lets_by(ruleset: dict[str, Any]) -> str:
    """The name of a ruleset that somebody may bypass, or nothing. Raises `Skipped` where GitHub keeps the list to itself."""
    name = f"the ruleset {ruleset.get('name')}"
    if ruleset.get("bypass_actors") or ruleset.get("current_user_can_bypass") in ("always", "pull_requests_only", "exempt"):
        return name
    if "bypass_actors" not in ruleset:
        raise Skipped(f"GitHub does not tell this token who may bypass {name}", f"a token with `{WRITE}` on the repository")
    return ""


WRITE = "Administration: write"
"""GitHub shows the list only to those who may change it. mlspec changes nothing."""


def _review(protection: dict[str, Any], key: str) -> bool:
    return (protection.get("required_pull_request_reviews") or {}).get(key) is True


def at(rules: Rules, what: str) -> str:
    """The setting's place, and what to do there."""
    return f"{rules.settings.page('rules')}, in the ruleset of `{rules.branch}`: {what}"
