"""Rules about a source's rows that were removed, widened, or made to count for less.

All rules of a source are compared with all rules of it, whichever object they stand in. Each check of a column, and each end of a
range, is a condition of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.project.project import Bound, Project
from mlspec.language.kinds.validation_rules import ValidationRules
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
        if [r.envelope.spec for r in old] == [r.envelope.spec for r in new]:
            continue
        places = {r.ref: r.document.span(["spec", "rules"], key=True) for r in sides.after.rules.values()}
        yield from lost(_conditions(sides, sides.before, source), _conditions(sides, sides.after, source), places)
        yield from _contracts(sides, old, new)


def _conditions(sides: Sides, project: Project, source: str) -> Iterator[Condition]:
    for rules in project.rules_of(source):
        owner = sides.owner(rules, project.sources[source])
        for index, rule in enumerate(rules.envelope.spec.rules):
            failure = rule.on_failure or rules.envelope.spec.on_failure
            for part in parts(rule):
                yield _condition(rules, index, part, failure, owner)


def _condition(rules: Bound[ValidationRules], index: int, part: Part, failure: str, owner: str | None) -> Condition:
    text = part.text if failure == "fail" else f"{part.text} (onFailure: {failure})"
    limits = (*part.limits, ("onFailure", FAILURES[failure]))
    span = rules.document.span(["spec", "rules", index])
    return Condition(part.key, "the rule", text, rules.ref, owner, span, part.exact, limits, part.members, near=part.key[0])


def _contracts(sides: Sides, old: list[Bound[ValidationRules]], new: list[Bound[ValidationRules]]) -> Iterator[Loosened]:
    """A contract in place of rules: another file can't be compared."""
    there: dict[str, Any] = {rules.ref: rules.envelope.spec.contract for rules in new}
    for rules in old:
        before, after = rules.envelope.spec.contract, there.get(rules.ref)
        if before is not None and before != after:
            texts = f"contract: {before}", f"contract: {after}" if after else None
            yield sides.note(rules, "the contract was changed, and can't be compared with what it was", texts, ["spec", "contract"])
