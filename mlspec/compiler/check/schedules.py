"""Schedules that one workflow file has, and GitHub can't tell apart: a run is handed the cron text, and not the zone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.project.layout import batch_environment
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic
from mlspec.language.kinds.schedule import Zoned, cron_of, shown, zone_of

Route = tuple[str | int, ...]


def schedules(project: Project) -> Iterator[tuple[Bound[Any], Route, str | Zoned]]:
    """Each schedule that workflows are started by, with its object and its place there."""
    yield from _refreshes(project)
    yield from _batches(project)
    spec = project.settings.envelope.spec
    yield project.settings, ("spec", "ci", "retrain", "schedule"), spec.ci.retrain.schedule


def _refreshes(project: Project) -> Iterator[tuple[Bound[Any], Route, str | Zoned]]:
    for _, source in sorted(project.sources.items()):
        if refresh := source.envelope.spec.refresh:
            yield source, ("spec", "refresh", "schedule"), refresh.schedule


def _batches(project: Project) -> Iterator[tuple[Bound[Any], Route, str | Zoned]]:
    for target, deployments in project.target_forms():
        timetable = target.envelope.spec.settings.timetable()
        if deployments and timetable is not None:
            yield target, ("spec", target.envelope.spec.kind.name, "schedule"), timetable


def schedule_problems(project: Project) -> Iterator[Diagnostic]:
    """Yield MLS0449 for a schedule that starts at other hours what another one of its file starts, too, and MLS0450 as below."""
    yield from _guards(project)
    for found in (_refreshes(project), _batches(project)):
        first: dict[str, tuple[str, str | Zoned]] = {}
        for bound, route, schedule in found:
            ref, other = first.setdefault(cron_of(schedule), (bound.ref, schedule))
            if zone_of(other) != zone_of(schedule):
                message = f"`{shown(schedule)}` and `{shown(other)}` of {ref} can't be told apart: GitHub hands a run the cron text alone"
                yield Diagnostic("MLS0449", message, bound.document.span(route), "shift one by a minute, or give both the same zone")


def _guards(project: Project) -> Iterator[Diagnostic]:
    """Yield MLS0450 for an environment that has the name of another one's batches: who reviews it would have to review each scoring."""
    scheduled = (deployments for target, deployments in project.target_forms() if target.envelope.spec.settings.timetable() is not None)
    guards = {batch_environment(env): env for deployments in scheduled for env in (d.envelope.metadata.environment for d in deployments)}
    for index, name in enumerate(project.settings.envelope.spec.environments):
        if name in guards:
            message = f"GitHub's environment `{name}` is the one in which the scheduled batches of `{guards[name]}` are scored"
            span = project.settings.document.span(["spec", "environments", index])
            yield Diagnostic("MLS0450", message, span, "give this environment another name")
