"""What rules ask of the workflows' own pushes and statuses: other branches, signatures, who reports a check, how all is merged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from mlspec.adapters.github.settings import Unreadable
from mlspec.diagnostics.words import some
from mlspec.setup.doctor.examined import Examined
from mlspec.setup.doctor.finding import Skipped, Verdict, bad, ok
from mlspec.setup.doctor.github.branch import Rules, at

Check = tuple[str, Callable[[], Verdict]]
ACTIONS_APP = 15368
"""GitHub Actions, as an app: what a job's own token acts as."""
PROPOSED, PUSHED_TO = "mlspec/retrain", "mlspec-doctor/any-branch"
"""A branch of ours, and the name of some branch of a pull request. They need not exist: GitHub answers by name."""
_STOPS = frozenset(
    {
        "branch_name_pattern",
        "code_scanning",
        "commit_author_email_pattern",
        "commit_message_pattern",
        "committer_email_pattern",
        "merge_queue",
        "pull_request",
        "required_deployments",
        "required_status_checks",
        "update",
        "workflows",
    }
)
"""Rules that a push by a token meets (docs.github.com, "Available rules for rulesets"). Signatures are a check of their own."""


def checks(examined: Examined, rules: Rules, needed: list[str]) -> Iterator[Check]:
    """Name and check."""
    yield "sources of checks", partial(any_source, rules, needed)
    yield "signed commits", partial(signatures, examined, rules)
    yield "branches of pull requests", partial(free_branches, examined, rules)
    yield "merge methods", partial(merge_methods, rules)


def any_source(rules: Rules, needed: list[str]) -> Verdict:
    """Whether a required check takes our statuses: in runs that no event started, the results are statuses set by a job's token.

    GitHub's documentation does not say whether such a status comes from the app that the check is pinned to; one of another app doesn't.
    """
    pins = {name: sorted(found) for name, found in _pinned(rules).items() if name in needed}
    if not pins:
        return ok("any")
    apps = sorted({number for found in pins.values() for number in found})
    who = "GitHub Actions" if apps == [ACTIONS_APP] else f"the app {', '.join(map(str, apps))}"
    return bad(
        f"{some(sorted(pins))} must come from {who}: a status by the same name may not count, and the pull request then waits for ever",
        at(rules, "set the source of these checks to 'Any source'"),
    )


def _pinned(rules: Rules) -> dict[str, set[int]]:
    """{required check: the apps that it must come from}."""
    found: dict[str, set[int]] = {}
    for given in rules.of_rulesets.get("required_status_checks", ()):
        _add(found, given.get("required_status_checks"), "integration_id")
    seen: Any = rules.protection
    if isinstance(seen, Unreadable):
        seen = rules.settings.branch(rules.branch).get("protection")
    required = (seen or {}).get("required_status_checks") if isinstance(seen, dict) else None
    _add(found, (required or {}).get("checks"), "app_id")
    return found


def _add(found: dict[str, set[int]], listed: Any, key: str) -> None:
    for check in listed if isinstance(listed, list) else ():
        number = check.get(key) if isinstance(check, dict) else None
        if isinstance(number, int) and number > 0:  # branch protection writes -1 for any
            found.setdefault(str(check.get("context")), set()).add(number)


def signatures(examined: Examined, rules: Rules) -> Verdict:
    """Whether commits must be signed, and are. Those of `record` and `propose` in a workflow GitHub makes, and signs."""
    if not rules.holds("required_signatures", None, lambda p: (p.get("required_signatures") or {}).get("enabled") is True):
        return ok("not required")
    signs = examined.repository.setting("commit.gpgsign").lower() in ("true", "yes", "on", "1")
    if signs or os.environ.get("GITHUB_ACTIONS") == "true":
        return ok("required; GitHub signs those of the workflows" + (", Git yours" if signs else ""))
    fix = "`git config commit.gpgsign true`, with a key that GitHub knows as yours"
    return bad("required, and Git here does not sign: GitHub merges no pull request with what `mlspec promote` commits here", fix)


def free_branches(examined: Examined, rules: Rules) -> Verdict:
    """Whether `record` may push results to a pull request's branch, and `propose` may make and renew one."""
    if rules.offered is None:
        return ok("no ruleset holds for them")
    app = examined.workspace.settings.ci.app
    stopped = {
        "`propose` can't push to `mlspec/…`": _stopped(rules, PROPOSED, by_app=app is not None),
        "`record` can't push to people's branches": _stopped(rules, PUSHED_TO, by_app=app is not None and app.pull_requests),
    }
    who = [words for words, kinds in stopped.items() if kinds]
    if not who:
        return ok("no ruleset stops a push to them")
    return bad(
        f"{', and '.join(who)}: a ruleset has {some(sorted(set().union(*stopped.values())))}",
        f"{rules.settings.page('rules')}: narrow the ruleset to `{rules.branch}` (Target branches), or let an App by, as `ci.app`. "
        "GitHub Actions, as which jobs push without one, a repository's ruleset can't let by (422)",
    )


def _stopped(rules: Rules, name: str, *, by_app: bool) -> set[str]:
    """The types of the rules that stop a push to a branch of this name."""
    found = (rule for rule in rules.settings.rules(name) if _stops(rule, name))
    return {str(rule.get("type")) for rule in found if not _lets_us_by(rules, rule.get("ruleset_id"), by_app=by_app)}


def merge_methods(rules: Rules) -> Verdict:
    """Whether a pull request can be rebased: of several commits GitHub may not say then which pull request brought a claim."""
    limits = [g["allowed_merge_methods"] for g in rules.of_rulesets.get("pull_request", ()) if g.get("allowed_merge_methods")]
    if any("rebase" not in allowed for allowed in limits):
        return ok("no rebases")
    allows = rules.settings.repository()[0].get("allow_rebase_merge")
    if allows is None:
        raise Skipped("GitHub tells how pull requests are merged to those who may push", "a token of somebody with write access")
    if allows is False:
        return ok("no rebases")
    fix = f"{rules.settings.page()}: Pull Requests, untick 'Allow rebase merging'"
    return bad("a promotion of several commits that is merged by rebase can't be deployed (MLS0758)", fix)


def _stops(rule: dict[str, Any], name: str) -> bool:
    """A proposal is made, and renewed by a push that is no fast-forward; results are pushed on top of what is there."""
    return rule.get("type") in (_STOPS | {"creation", "non_fast_forward"} if name == PROPOSED else _STOPS)


def _lets_us_by(rules: Rules, number: Any, *, by_app: bool) -> bool:
    """Whether the ruleset lets by whose token the jobs push with: GitHub Actions', or an App's. Which App it is, its number does not tell.

    A repository's ruleset can't let GitHub Actions by; an organization's may: https://github.com/cisco-ai-defense/defenseclaw/issues/620.
    `pull_request`, as a mode, lets nobody push. Who may not see the list is told of the rule.
    """
    if not isinstance(number, int):
        return False
    try:
        actors = rules.settings.ruleset(number).get("bypass_actors")
    except Unreadable:
        return False
    return any(isinstance(a, dict) and _may_push(a, by_app=by_app) for a in actors or ())


def _may_push(actor: dict[str, Any], *, by_app: bool) -> bool:
    is_us = actor.get("actor_type") == "Integration" and (actor.get("actor_id") == ACTIONS_APP) is not by_app
    return is_us and actor.get("bypass_mode", "always") != "pull_request"
