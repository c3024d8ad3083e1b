"""Who stands behind an owner: `@login` herself, the members of `@organization/team`. "Can't tell" is an answer of its own, and no yes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mlspec.compiler.project.codeowners import named_owners

Ask = Callable[[str, str], bool | None]
"""ask('organization/team', login): whether GitHub says so; None where it does not tell."""


def stands_behind(login: str, owner: str, teams: Mapping[str, Sequence[str]], ask: Ask) -> bool | None:
    """Whether a person is an owner (several stand with spaces between), or one of the team; None where nobody can tell.

    `teams`: `Project.spec.teams` of the base branch. A team that it lists is not asked for.
    """
    answers = [_one(login, each, teams, ask) for each in named_owners(owner)]
    if any(answers):
        return True
    return None if not answers or None in answers else False


def _one(login: str, owner: str, teams: Mapping[str, Sequence[str]], ask: Ask) -> bool | None:
    if not owner.startswith("@"):
        return None  # a mail address: GitHub tells nobody whose it is
    if "/" not in owner:
        return owner[1:].lower() == login.lower()
    listed = {team.lower(): members for team, members in teams.items()}.get(owner.lower())
    if listed is not None:
        return login.lower() in {member.lower() for member in listed}
    return ask(owner[1:], login)
