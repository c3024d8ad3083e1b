"""A plan as text, JSON or Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from mlspec.compiler.project.layout import LEDGER
from mlspec.diagnostics.render.json_text import dump
from mlspec.diagnostics.words import rest
from mlspec.pipelines.plan.actions import Change, Plan
from mlspec.pipelines.plan.states import StageState

NOTHING = "nothing to do"
_SIGNS = {"create": "+", "update": "~", "delete": "-", "conflict": "!", "keep": "="}


def as_text(plan: Plan) -> str:
    """The plan for a terminal."""
    return "\n".join([*file_lines(plan), *stage_lines(plan.stages)])


def file_lines(plan: Plan) -> Iterator[str]:
    """What would become of generated files."""
    shown = [c for c in (*plan.conflicts, *plan.pending) if c.path != LEDGER]
    yield f"Files: {summary(plan)}" if shown else "Files: all generated files are up to date."
    for change in (*shown, *plan.kept):
        yield f"  {_SIGNS[change.action]} {change.path}" + (f"  ({change.reason})" if change.reason else "")


def told_changes(plan: Plan) -> list[Change]:
    """What people are told of generated files: all but the ledger, which changes with each of them."""
    return [c for c in (*plan.conflicts, *plan.pending, *plan.kept) if c.path != LEDGER]


def summary(plan: Plan) -> str:
    """`3 to create, 1 to update`: the counts that are not nought."""
    return _counts(plan, {"create": "to create", "update": "to update", "delete": "to delete", "conflict": "in conflict"})


def done(plan: Plan) -> str:
    """`3 files created, 1 updated`: what an apply did."""
    return _counts(plan, {"create": "created", "update": "updated", "delete": "deleted"})


def _counts(plan: Plan, words: dict[str, str]) -> str:
    actions = [c.action for c in plan.changes if c.path != LEDGER]
    return ", ".join(f"{sum(x == a for x in actions)} {word}" for a, word in words.items() if a in actions) or NOTHING


def stage_lines(stages: Iterable[StageState], most: int | None = None) -> Iterator[str]:
    """Which stages would run and why, by object; of at most so many objects."""
    states = list(stages)
    stale = [s for s in states if s.status != "current"]
    if not stale:
        yield f"Stages: all {len(states)} are up to date."
        return
    running = sum(s.status == "run" for s in stale)
    yield f"Stages: {running} to run, {len(stale) - running} may run after them, {len(states) - len(stale)} up to date"
    objects = [(ref, list(group)) for ref, group in groupby(stale, key=lambda s: s.ref)]
    for ref, group in objects[:most]:
        yield f"  {ref}"
        for state in group:
            yield from _stage(state)
    if len(objects) > len(objects[:most]):
        yield f"  {rest(len(objects), len(objects[:most]), 'object')}"


def _stage(state: StageState) -> Iterator[str]:
    sign = ">" if state.status == "run" else "?"
    first, *rest = state.told or ("",)
    yield f"    {sign} {state.stage:<9} {first}"
    for reason in rest:
        yield f"      {'':<9} {reason}"


def as_json(plan: Plan) -> str:
    """The plan for programs; `version` counts changes of this form."""
    form = {
        "version": 1,
        "files": [{"path": c.path, "action": c.action, "reason": c.reason} for c in (*plan.conflicts, *plan.pending)],
        "kept": [{"path": c.path, "reason": c.reason} for c in plan.kept],
        "stages": [_state_form(s) for s in plan.stages],
        "stale": sorted({s.ref for s in plan.stale}),
    }
    return dump(form).rstrip("\n")


def _state_form(state: StageState) -> dict[str, object]:
    form: dict[str, object] = {"object": state.ref, "stage": state.stage, "status": state.status, "reasons": list(state.reasons)}
    return form | ({"note": state.note} if state.note else {})


def as_markdown(plan: Plan) -> str:
    """The plan for a step summary or a comment. What makes Markdown is imported here alone, so that a plan for a terminal starts fast."""
    from mlspec.pipelines.plan.page import as_markdown as made

    return made(plan)
