"""What asks for approvals, and whether those that stand are enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Span
from mlspec.diagnostics.words import counted
from mlspec.language.kinds.deployment import Deployment
from mlspec.promotion.approvals.owners import Ask as AskTeam
from mlspec.promotion.approvals.owners import stands_behind
from mlspec.promotion.approvals.standing import Approval, Standing


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that needs approvals: `count` of them; by an owner, where one is named. `what`: a sentence for people."""

    what: str
    count: int
    not_author: bool = True
    owner: str | None = None
    span: Span | None = None
    loosens: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """How owners are told: the teams that the base branch lists, and GitHub's for the others."""

    teams: Mapping[str, Sequence[str]]
    member: AskTeam


def asks_of_policies(project: Project, deployment: Bound[Deployment]) -> list[Ask]:
    """What the policies of a deployment's environment ask, by a project (the base branch's)."""
    found = []
    for policy in project.policies_of(deployment.envelope.metadata.environment):
        wanted = policy.envelope.spec.require.approvals
        if wanted is not None:
            what = f"{deployment.ref} needs {counted(wanted.count, 'approval')} ({policy.ref})"
            span = policy.document.span(["spec", "require", "approvals"], key=True)
            found.append(Ask(what, wanted.count, wanted.not_author, None, span))
    return found


def judge(number: int, asks: Sequence[Ask], standing: Standing, people: People) -> Iterator[Diagnostic]:
    """Every reason against the change, each once: somebody asks for changes, nobody can tell, too few approve, the owner does not."""
    if not asks:
        return
    for login in standing.blocking:
        message = f"#{number}: {login} asks for changes"
        yield Diagnostic("MLS0751", message, None, f"settle it with {login}, who then approves, or whose review is dismissed")
    if standing.unknown and any(a.not_author for a in asks):
        message = f"#{number}: who had a hand in it can't be told, so nobody's approval is known to be a second person's: "
        fix = (
            "link the commit's address to the account (GitHub, Settings, Emails), or make the commit anew; "
            "start promotions by hand, by `mlspec-promote.yml`"
        )
        yield Diagnostic("MLS0753", message + "; ".join(standing.unknown), None, fix)
    if standing.untold and standing.is_merged and any(a.not_author for a in asks):
        message = (
            f"#{number}: {standing.untold} (the branch is deleted?): that an approval is a second person's is told by the commits alone"
        )
        yield Diagnostic("MLS0753", message, None, "compare who merged and who approved, on the pull request's page", severity="warning")
    for ask in asks:
        yield from _loosening(number, ask, standing, people) if ask.loosens else _policy(number, ask, standing)


def _policy(number: int, ask: Ask, standing: Standing) -> Iterator[Diagnostic]:
    counting, more = standing.counting(not_author=ask.not_author), standing.more if ask.not_author else 0
    if len(counting) >= ask.count + more:
        return
    have = f"{len(counting)} of #{number} count{'s' if len(counting) == 1 else ''}" + _names(
        [f"{a.login} {a.hand}" if a.hand and more else a.login for a in counting]
    )
    message = f"{ask.what}{_one_more(standing) if more else ''}, and {have}{_lines(standing.told(not_author=ask.not_author))}"
    yield Diagnostic(
        "MLS0750", message, ask.span, "ask somebody for a review who may write to the repository and had no hand in the change"
    )


def _loosening(number: int, ask: Ask, standing: Standing, people: People) -> Iterator[Diagnostic]:
    """An owner must agree who had no hand in the change. Without an owner, anybody who may write will do."""
    counting = standing.counting(not_author=True)
    if ask.owner is None:
        if len(counting) <= standing.more:
            few = f"Nobody else approved #{number}" if not counting else f"One approval does not do{_one_more(standing)}"
            message = f"this change loosens what is judged: {ask.what}. {few}{_lines(standing.told(not_author=True))}"
            yield Diagnostic(
                "MLS0752", message, ask.span, "ask for a review; name an `owner` in the object or in mlspec.yaml, to say whose"
            )
        return
    answers = {a.login: stands_behind(a.login, ask.owner, people.teams, people.member) for a in counting}
    owners = [login for login, answer in answers.items() if answer]
    if len(owners) > standing.more:
        return
    if None in answers.values():
        untold = [login for login, answer in answers.items() if answer is None]
        message = f"this change loosens what is judged: {ask.what}. Whether {', '.join(untold)} stands behind {ask.owner} can't be told"
        fix = (
            "list the team's logins under `teams` in mlspec.yaml (on the main branch), name owners by login, "
            "or use a token that may read the organization's members"
        )
        yield Diagnostic("MLS0754", message, ask.span, fix)
        return
    others = [f"{login}: stands not behind {ask.owner}" for login in answers if login not in owners]
    few = f"One owner does not do{_one_more(standing)}" if owners else f"No owner ({ask.owner}) but its author approved #{number}"
    message = f"this change loosens what is judged: {ask.what}. {few}"
    yield Diagnostic(
        "MLS0752",
        message + _lines((*others, *standing.told(not_author=True))),
        ask.span,
        f"ask {ask.owner} for a review; or put it back, and loosen it in a pull request of its own",
    )


def _told(approval: Approval) -> str:
    return f"{approval.login} {approval.hand}" if approval.hand else approval.login


def _one_more(standing: Standing) -> str:
    if standing.bot:
        return f", and one more since {standing.bot}, and anybody may have made it do so"
    return f", and one more since {standing.untold}: it may be one of those who approve"


def _lines(told: Sequence[str]) -> str:
    return "".join(f"\n  does not count: {line}" for line in told)


def _names(logins: Sequence[str]) -> str:
    return f" ({', '.join(logins)})" if logins else ""
