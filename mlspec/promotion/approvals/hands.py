"""Who had a hand in a change, and so can't be the second pair of eyes: wrote it, pushed it, opened it, asked for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mlspec.adapters.git.content import content_of
from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github.reviews import Account, PullCommit
from mlspec.promotion.approvals.facts import Facts
from mlspec.promotion.approvals.trailers import co_authors, login_of, requesters

GITHUB = "web-flow"
"""Whom GitHub names as committer of what is done on its pages."""
ASKED = "asked for it"
Said = tuple[str, str]
"""(login, what that person did)."""


@dataclass(frozen=True, slots=True)
class Hands:
    """`people`: {login in lower case: what that person did}. `unknown`: what can't be told, so that nobody's approval may count."""

    people: Mapping[str, str]
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    bot: str | None = None
    """What a bot did in the change; None where none did. Who made it do so nobody can prove: see `_by_bots`."""
    untold: str | None = None
    """Why who pushed can't be told; None where it can. It may be one of those who approve."""

    def of(self, login: str) -> str | None:
        """What a person did; None for who had no hand in it."""
        return self.people.get(login.lower())


def hands(facts: Facts, updates: Mapping[str, str], made_by: Iterable[str]) -> Hands:
    """Gather them from GitHub's word. `updates`: see `updates_among`; `made_by`: `Name <mail>`, as records have it."""
    own = [c for c in facts.commits if c.commit not in updates]
    unknown, notes = list(_unknown(facts, own)), list(_notes(facts))
    said = [*_opened(facts), *(s for c in own for s in _wrote(c)), *_pushed(facts, updates), *_made(own, made_by), *_requested(facts)]
    people: dict[str, str] = {}
    for login, what in said:
        people.setdefault(login.lower(), what)
    return Hands(people, tuple(dict.fromkeys(unknown)), tuple(notes), next(_by_bots(facts, own, updates), None), _untold(facts))


def updates_among(repository: Repository, base: str, commits: Iterable[PullCommit]) -> dict[str, str]:
    """{commit: its first parent} of the merges that bring in what `base` has and nothing else, as 'Update branch' makes them.

    What the branch changes is then the same before and after. Who makes one wrote nothing.
    """
    found = {}
    for commit in commits:
        known = repository.parents(commit.commit) if repository.find(commit.commit) else []
        if len(known) == 2 and repository.is_ancestor(known[1], base):
            before, after = (content_of(repository, base, c) for c in (known[0], commit.commit))
            if before is not None and before == after:
                found[commit.commit] = known[0]
    return found


def _opened(facts: Facts) -> Iterator[Said]:
    if facts.pull.author:
        yield facts.pull.author.login, "opened the pull request"


def _requested(facts: Facts) -> Iterator[Said]:
    for commit in facts.commits:
        for login in requesters(commit.message):
            yield login, ASKED


def _wrote(commit: PullCommit) -> Iterator[Said]:
    for account, what in ((commit.author, "wrote"), (commit.committer, "committed")):
        if account and account.login != GITHUB:
            yield account.login, f"{what} {commit.commit[:12]}"
    for login in filter(None, map(login_of, co_authors(commit.message))):
        yield login, f"wrote {commit.commit[:12]} with somebody"


def _pushed(facts: Facts, updates: Mapping[str, str]) -> Iterator[Said]:
    """Pushes whose commits are still there; a push of nothing but an update of the branch brought nothing."""
    here = {c.commit for c in facts.commits}
    for push in facts.pushes or ():
        if push.after in here and push.login and updates.get(push.after) != push.before:
            yield push.login, f"pushed {push.after[:12]}"


def _made(commits: Iterable[PullCommit], made_by: Iterable[str]) -> Iterator[Said]:
    """A record's `createdBy`, where its address is one of GitHub's, or that of a commit's author."""
    by_mail = {c.author_mail.lower(): c.author.login for c in commits if c.author}
    for text in made_by:
        match = re.search(r"<([^<>]*)>\s*$", text)
        mail = match[1].lower() if match else ""
        login = login_of(mail) or by_mail.get(mail)
        if login:
            yield login, "made the record"


def _unknown(facts: Facts, own: Iterable[PullCommit]) -> Iterator[str]:
    if facts.pull.author is None:
        yield "the account that opened the pull request is gone"
    for commit in own:
        if commit.author is None or commit.committer is None:
            yield f"GitHub knows no account for the author or committer of {commit.commit[:12]}"
    heads = {c.commit for c in facts.commits}
    if any(push.after in heads and not push.login for push in facts.pushes or ()):
        yield "an account that pushed to the branch is gone"
    if facts.pull.author and not facts.pull.author.is_person:
        yield from _unknown_of_bot(facts, facts.pull.author)


def _by_bots(facts: Facts, own: Iterable[PullCommit], updates: Mapping[str, str]) -> Iterator[str]:
    """What bots did. Whoever may push can start a workflow of their own branch: it commits and pushes as the bot, and names anybody."""
    if facts.pull.author and not facts.pull.author.is_person:
        yield f"`{facts.pull.author.login}` opened the pull request"
    for commit in own:
        for account in (commit.author, commit.committer):
            if account and not account.is_person:
                yield f"`{account.login}` made {commit.commit[:12]}"
    yield from (f"`{login}` {what}" for login, what in _pushed(facts, updates) if login.endswith("[bot]"))


def _unknown_of_bot(facts: Facts, bot: Account) -> Iterator[str]:
    """Behind a bot stands a person: the one whom the trusted job named. It must name one, though that is no proof (`_by_bots`)."""
    named = [login for c in facts.commits if c.author and not c.author.is_person for login in requesters(c.message)]
    if not named or all(login.endswith("[bot]") for login in named):
        yield f"`{bot.login}` opened the pull request, and no commit of its says for which person (`Requested-by:`)"
    if facts.pull.merged_at is None and facts.pull.head not in {p.after for p in facts.pushes or ()}:
        yield f"`{bot.login}` opened the pull request, and GitHub does not tell this token who pushed {facts.pull.head[:12]}"


def _untold(facts: Facts) -> str | None:
    return f"GitHub does not tell who pushed {facts.pull.head[:12]}" if facts.pushes is None else None


def _notes(facts: Facts) -> Iterator[str]:
    if facts.pushes is None:
        yield "who pushed to the branch can't be read: the last pusher is told by the commits alone"
    if facts.retargeted is None:
        yield "whether the pull request once went into another branch can't be read"
