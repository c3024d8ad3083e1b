"""Rules about a source's rows that were removed, widened, or made to count for less.

All rules of a source are compared with all rules of it, whichever object they stand in. Each check of a column, and each end of a
range, is a condition of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.project.column_rules import column_rules
from mlspec.compiler.project.project import Bound, Project
from mlspec.promotion.loosening.conditions import Condition, lost
from mlspec.promotion.loosening.found import Loosened
from mlspec.promotion.loosening.rule_parts import Part, parts
from mlspec.promotion.loosening.sides import Sides

FAILURES = {"fail": 0.0, "quarantine": 1.0, "warn": 2.0}
"""What a broken rule does, the strictest first."""


def looser_rules(sides: Sides) -> Iterator[Loosened]:
    """What the rules of sources that are still there asked, and no longer ask."""
    for source in sorted(sides.before.sources.keys() & sides.after.sources.keys()):
        old, new = sides.before.rules_of(source), sides.after.rules_of(source)
        columns = [side.sources[source].envelope.spec.columns for side in (sides.before, sides.after)]
        if [r.envelope.spec for r in old] == [r.envelope.spec for r in new] and columns[0] == columns[1]:
            continue
        places = {r.ref: r.document.span(["spec", "rules"], key=True) for r in sides.after.rules.values()}
        places[sides.after.sources[source].ref] = sides.after.sources[source].document.span(["spec", "columns"], key=True)
        yield from lost(_conditions(sides, sides.before, source), _conditions(sides, sides.after, source), places)


def _conditions(sides: Sides, project: Project, source: str) -> Iterator[Condition]:
    bound = project.sources[source]
    for index, rule in column_rules(bound.envelope.spec):
        for part in parts(rule):
            yield _condition(bound, ("columns", index), part, "fail", sides.owner(bound))
    for rules in project.rules_of(source):
        owner = sides.owner(rules, project.sources[source])
        for index, rule in enumerate(rules.envelope.spec.rules):
            failure = rule.on_failure or rules.envelope.spec.on_failure
            for part in parts(rule):
                yield _condition(rules, ("rules", index), part, failure, owner)


def _condition(bound: Bound[Any], route: tuple[str | int, ...], part: Part, failure: str, owner: str | None) -> Condition:
    text = part.text if failure == "fail" else f"{part.text} (onFailure: {failure})"
    limits = (*part.limits, ("onFailure", FAILURES[failure]))
    span = bound.document.span(["spec", *route])
    return Condition(part.key, "the rule", text, bound.ref, owner, span, part.exact, limits, part.members, near=part.key[0])
