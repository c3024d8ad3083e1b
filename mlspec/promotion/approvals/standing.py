"""Which approvals stand: the latest word of each person who may write, about what is there now. All others are told with their reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mlspec.adapters.github.reviews import DECIDING, Account, Review
from mlspec.promotion.approvals.facts import Facts
from mlspec.promotion.approvals.hands import ASKED, Hands

Access = Callable[[str], bool | None]
"""access(login): whether that person may write; None where it can't be read."""
Bound = Callable[[str], bool | None]
"""bound(commit): whether what was looked at is what is there now; None where the commit can't be had."""


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval of what is there now, by a person who may write. `hand`: what that person did in the change, if anything."""

    login: str
    commit: str
    hand: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A word that does not count, and why."""

    login: str
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`blocking`: who asks for changes. `unknown`: why nobody's approval can be called a second person's."""

    approvals: tuple[Approval, ...]
    left: tuple[Left, ...]
    blocking: tuple[str, ...]
    unknown: tuple[str, ...]
    notes: tuple[str, ...]
    bot: str | None = None
    """What a bot did in the change, if anything."""
    untold: str | None = None
    """Why who pushed can't be told, where it can't."""
    is_merged: bool = False

    @property
    def more(self) -> int:
        """How many approvals more are needed than asked: who made a bot do it, or who pushed, is not proven, and may be one who approves.

        GitHub may forget who pushed when the branch is gone. What was merged would be refused some day by that, so there it is a warning.
        """
        return 1 if self.bot or (self.untold and not self.is_merged) else 0

    def counting(self, *, not_author: bool) -> tuple[Approval, ...]:
        """The approvals that count; with `not_author`, of those who had no hand in the change.

        Behind a bot, whoever is said to have asked for it counts as well: to be `more` than asked takes all of them to be somebody.
        """
        if not not_author:
            return self.approvals
        return () if self.unknown else tuple(a for a in self.approvals if a.hand is None or (self.bot and a.hand == ASKED))

    def told(self, *, not_author: bool) -> tuple[str, ...]:
        """Who approved and does not count, and why, a line each."""
        counting = self.counting(not_author=not_author)
        own = [f"{a.login} {a.hand}" for a in self.approvals if a.hand and a not in counting]
        return (*own, *(f"{left.login}: {left.why}" for left in self.left))


def standing(facts: Facts, hands: Hands, access: Access, bound: Bound) -> Standing:
    """Judge the reviews, oldest first. Whatever `access` and `bound` raise comes through: no answer is no approval.

    Where GitHub does not tell whether somebody may write, their approval does not count, and their objection does. `author_association` is
    no answer: a member may have the right to read alone, and whoever hides the membership is no member to this token.
    """
    approvals, left, blocking = list[Approval](), list[Left](), list[str]()
    for account, review in _latest(facts.reviews, left):
        writes = access(account.login)
        if review.state == "CHANGES_REQUESTED" and writes is not False:
            blocking.append(account.login)
        elif review.state == "APPROVED":
            why = _too_early(facts, review) or _why_not(account, review, bound, writes=writes)
            if why:
                left.append(Left(account.login, why))
            else:
                approvals.append(Approval(account.login, str(review.commit), hands.of(account.login)))
    return Standing(
        tuple(approvals),
        tuple(left),
        tuple(blocking),
        hands.unknown,
        tuple(hands.notes),
        hands.bot,
        hands.untold,
        facts.pull.merged_at is not None,
    )


def _latest(reviews: Iterable[Review], left: list[Left]) -> list[tuple[Account, Review]]:
    """The last deciding word of each account. A comment takes nothing back; a dismissed review is nobody's word any more."""
    last: dict[str, tuple[Account, Review]] = {}
    for review in reviews:
        if review.account is None:
            if review.state == "APPROVED":
                left.append(Left("somebody", "the account is gone"))
        elif review.state in DECIDING:
            last[review.account.login.lower()] = (review.account, review)
    left += [Left(account.login, "the review was dismissed") for account, review in last.values() if review.state == "DISMISSED"]
    return [pair for pair in last.values() if pair[1].state != "DISMISSED"]


def _too_early(facts: Facts, review: Review) -> str | None:
    """The same commits are another change when they go into another branch."""
    return "approved it before it went into another branch" if facts.retargeted and review.at <= facts.retargeted else None


def _why_not(account: Account, review: Review, bound: Bound, *, writes: bool | None) -> str | None:
    if not account.is_person:
        return f"is no person ({account.kind})"
    if writes is None:
        return f"whether this person may write can't be told: GitHub shows this token the association {review.association}, and no right"
    if not writes:
        return "may not write to the repository"
    if review.commit is None:
        return "GitHub no longer knows which commit was looked at"
    same = bound(review.commit)
    if same is None:
        return f"the commit that was looked at, {review.commit[:12]}, can't be had any more (force-pushed away?)"
    return None if same else f"looked at {review.commit[:12]}, and what the change brings is not the same any more"
