"""The Project: the promotion path, who may approve, whose signatures count, which lint findings stop a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mlspec.compiler.lint import Wish, all_rules, choose
from mlspec.compiler.project.project import Project
from mlspec.language.kinds.project import ProjectSpec
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.models import Change
from mlspec.promotion.loosening.sides import Sides


def looser_project(sides: Sides) -> Iterator[Loosened]:
    """What became easier in `mlspec.yaml`."""
    old, new = sides.before.settings.envelope.spec, sides.after.settings.envelope.spec
    if old == new:
        return
    changes = [*_path(old.environments, new.environments), *_ci(old, new), *_teams(old, new), *_signing(old, new)]
    changes += _lint(sides.before, sides.after) if old.lint != new.lint else ()
    for what, before, after, route in changes:
        yield sides.note(sides.before.settings, what, (before, after), ["spec", *route])


def _path(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """More environments on the way are stricter; fewer, or another order, are not."""
    rest = iter(new)
    if not all(environment in rest for environment in old):
        yield "the promotion path is shorter, or goes another way", ", ".join(old), ", ".join(new), ("environments",)


def _ci(old: ProjectSpec, new: ProjectSpec) -> Iterator[Change]:
    """Without its workflows no required check runs: nobody judges a pull request, verifies a promotion or asks for approvals."""
    if (old.runs_in_ci and not new.runs_in_ci) or (old.on_github and not new.on_github):
        before, after = f"provider: {old.ci.provider}", f"provider: {new.ci.provider}"
        yield "what CI checked is checked there no more", before, after, ("ci", "provider")
    if old.ci.branch != new.ci.branch:
        yield "another branch decides what is deployed", f"branch: {old.ci.branch}", f"branch: {new.ci.branch}", ("ci", "branch")


def _teams(old: ProjectSpec, new: ProjectSpec) -> Iterator[Change]:
    """Who stands behind an owner. A team that is not listed is asked of the forge; to list it is another answer."""
    before, after = ({team: {*people} for team, people in spec.teams.items()} for spec in (old, new))
    for team in sorted(before.keys() | after.keys()):
        texts = tuple(f"{team}: {', '.join(sorted(t[team]))}" if team in t else None for t in (before, after))
        if team not in before or team not in after or not after[team] <= before[team]:
            yield "other people stand behind a team", texts[0], texts[1], ("teams", team)


def _signing(old: ProjectSpec, new: ProjectSpec) -> Iterator[Change]:
    """Keys and identities whose signatures count: one more is one more that may sign."""
    before, after = (_trusted(getattr(spec, "signing", None)) for spec in (old, new))
    for one in sorted(after - before):
        yield "one more signature is trusted", None, one, ("signing", "trusted")


def _trusted(signing: Any) -> set[str]:
    trusted = signing.canonical().get("trusted", {}) if signing is not None else {}
    keys = {f"key {path}" for path in trusted.get("keys", ())}
    return keys | {f"{i['identity']} of {i['issuer']}" for i in trusted.get("identities", ())}


def _lint(before: Project, after: Project) -> Iterator[Change]:
    """Rules whose findings made `mlspec validate` fail, and that no longer run, or only warn."""
    gone = _failing(before) - _failing(after)
    if gone:
        yield "findings of lint rules no longer fail", f"errors: {', '.join(sorted(gone))}", None, ("lint",)


def _failing(project: Project) -> set[str]:
    choice = choose(project, Wish())
    return {rule.code for rule in all_rules() if rule.code in choice.codes and choice.severity(rule) == "error"}
