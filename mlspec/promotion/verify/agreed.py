"""`mlspec approvals`: do the people agree who must? The base branch says what asks, the forge who agreed, the change nothing.

Read from the top: `check_agreement` is the story. What would be merged is judged, and every approval must be of just that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from mlspec.adapters.git.content import content_of
from mlspec.adapters.git.merge import merged_commit
from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.compiler.project.layout import REGISTRY
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, Problems, problem
from mlspec.diagnostics.words import rest
from mlspec.promotion.approvals.ask import Ask, People, asks_of_policies, judge
from mlspec.promotion.approvals.connection import Forge, connected
from mlspec.promotion.approvals.facts import Facts, find_number, moved, read_event, read_facts
from mlspec.promotion.approvals.hands import hands, updates_among
from mlspec.promotion.approvals.standing import Standing, standing
from mlspec.promotion.loosening import loosened
from mlspec.promotion.verify.guards import asks_of_guards
from mlspec.promotion.verify.proposed import Change
from mlspec.registry.at_commit import compile_at
from mlspec.registry.record_files import parse_record
from mlspec.registry.records import RegistryRecord

ASKS = "a change may ask for approvals"


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was asked of whom, and every reason against a merge. `commit`: what would be merged; `number`: None where nothing was asked."""

    commit: str
    asks: tuple[Ask, ...] = ()
    number: int | None = None
    standing: Standing | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    facts: Facts | None = None
    """What GitHub said, which all this is told by."""

    @property
    def line(self) -> str:
        """All of it in one line."""
        if not self.asks and not self.diagnostics:
            return "no approvals are asked"
        if self.diagnostics:
            return self.diagnostics[0].message.split("\n")[0]
        who = ", ".join(a.login for a in self.standing.approvals) if self.standing else ""
        return f"#{self.number}: approved by {who}"


@dataclass(frozen=True, slots=True)
class ApprovalsRequest:
    """What is asked about. `number`, `head` None: of the event of GitHub Actions; else HEAD, and its pull request."""

    base: str
    number: int | None = None
    head: str | None = None
    remote: str = "origin"
    tell: Callable[[str], None] = field(default=lambda _: None)
    """Called with the commit that would be merged, as soon as it is known."""


def check_agreement(root: Path, request: ApprovalsRequest) -> Agreement:
    """Check the approvals of the change from `request.base` to what would be merged. Raises `Problems` where there is no answer."""
    repository = open_repository(root)
    repository.require_commits()
    repository.require_full()
    event = read_event()
    base, number = repository.resolve_unambiguous(request.base), request.number or event.number
    head = request.head or (event.head if event.number == number else None)
    if number is None:
        commit = repository.resolve(head or "HEAD")
        change, asks = _asked(repository, base, commit)
        if not asks:
            return Agreement(commit)
    with connected(repository, request.remote, _first(asks) if number is None else ASKS) as forge:
        if number is None:
            number = find_number(forge.api, forge.slug, commit, _branch(change.base.project))
        facts = read_facts(forge.api, forge.slug, number)
        commit = repository.resolve(head) if head and forge.bring(head) else facts.pull.head
        request.tell(commit)
        return _agreement(forge, facts, base, commit)


def _agreement(forge: Forge, facts: Facts, base: str, commit: str) -> Agreement:
    number = facts.pull.number
    if not forge.bring(facts.pull.head, number):
        raise problem(
            "MLS0757", f"the head of #{number}, {facts.pull.head[:12]}, can't be fetched", help="check the remote's address and access"
        )
    change, asks = _asked(forge.repository, base, commit)
    if not asks:
        return Agreement(commit, number=number, facts=facts)
    if facts.pull.base != _branch(change.base.project):
        message = f"#{number} goes into `{facts.pull.base}`, and not into `{_branch(change.base.project)}`"
        raise problem("MLS0755", message, help="name the pull request that does: --pull NUMBER")
    _require_same(forge.repository, base, facts, commit)
    found = stand(forge, facts, base, commit, _made_by(change))
    people = People(change.base.project.settings.envelope.spec.teams, forge.member)
    return Agreement(commit, tuple(asks), number, found, tuple(judge(number, asks, found, people)), facts)


def is_out_of_date(root: Path, request: ApprovalsRequest, found: Agreement) -> bool:
    """Whether GitHub says something else by now than what was judged: a review came in, or was dismissed. Raises as `check_agreement`."""
    if found.facts is None:
        return False
    with connected(open_repository(root), request.remote, ASKS) as forge:
        return not found.facts.says_as(read_facts(forge.api, forge.slug, found.facts.pull.number))


def stand(forge: Forge, facts: Facts, base: str, commit: str, made_by: Sequence[str]) -> Standing:
    """The approvals of a pull request that stand for what `commit` changes since `base`."""
    repository, number = forge.repository, facts.pull.number
    content = content_of(repository, base, commit)

    def bound(reviewed: str) -> bool | None:
        return content_of(repository, base, reviewed) == content if forge.bring(reviewed, number) else None

    updates = updates_among(repository, base, facts.commits)
    return standing(facts, hands(facts, updates, made_by), forge.access, bound)


def _asked(repository: Repository, base: str, commit: str) -> tuple[Change, list[Ask]]:
    """What a merge would change, and what in it asks for approvals, by the base branch."""
    result = merged_commit(repository, base, commit)
    if result is None:
        message = f"{commit[:12]} does not merge with the base branch by itself"
        raise problem("MLS0757", message, help="merge the base branch into yours, resolve what conflicts, and push")
    change = Change(compile_at(repository, base), compile_at(repository, result), repository.changed_between(base, result))
    today = datetime.now(UTC).date()
    asks = [ask for deployment in change.promoted() for ask in asks_of_policies(change.base.project, deployment)]
    code = partial(repository.show, change.base.commit), partial(repository.show, change.head.commit)
    looser = loosened(change.base.project, change.head.project, today, code)
    return change, [*asks, *(Ask(f.line, 1, owner=f.owner, span=f.span, loosens=True) for f in looser), *asks_of_guards(change)]


def _require_same(repository: Repository, base: str, facts: Facts, commit: str) -> None:
    """Raises MLS0757 where what would be merged (a merge queue's commit, the merge result) is not what the pull request brings."""
    if commit == facts.pull.head:
        return
    one, other = content_of(repository, base, commit), content_of(repository, base, facts.pull.head)
    if one is None or one != other:
        raise moved(facts.pull.number)


def _made_by(change: Change) -> list[str]:
    """Who made the records that are new in the change, as these say. A record that can't be read is for `verify` to refuse."""
    found = []
    for path, state in change.paths.items():
        if state == "A" and path.startswith(f"{REGISTRY}/") and path.endswith(".yaml"):
            try:
                found.append(parse_record(path, change.head.files[path], RegistryRecord).created_by)
            except (Problems, KeyError):
                continue
    return found


def _branch(project: Project) -> str:
    return project.settings.envelope.spec.ci.branch


def _first(asks: Sequence[Ask]) -> str:
    more = f" ({rest(len(asks), 1)})" if len(asks) > 1 else ""
    return f"{asks[0].what}{more}" if not asks[0].loosens else f"this change loosens what is judged: {asks[0].what}{more}"
