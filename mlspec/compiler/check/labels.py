"""A LabelSet names a key and a label that fit its source, and a Model takes its target from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.metrics.tasks import TASKS

_NUMBERS = ("integer", "number")


def label_problems(project: Project) -> Iterator[Diagnostic]:
    """MLS0427 for each place where labels, their source and a model don't fit."""
    for labels in project.label_sets.values():
        yield from _free_name(project, labels)
    for model in project.models.values():
        given = project.labels_of(model.name)
        if given is not None:
            yield from _fits(project, model, given)


def _free_name(project: Project, labels: Bound[Any]) -> Iterator[Diagnostic]:
    spec = labels.envelope.spec
    source = project.sources.get(spec.source)
    taken = {c.name.casefold() for c in source.envelope.spec.columns} if source else set()
    if spec.label.casefold() in taken:
        message = f"the source `{spec.source}` has a column `{spec.label}` already"
        yield Diagnostic("MLS0427", message, labels.document.span(["spec", "label"]), "give the label a name of its own")


def _fits(project: Project, model: Bound[Any], labels: Bound[Any]) -> Iterator[Diagnostic]:
    spec, given = model.envelope.spec, labels.envelope.spec
    if spec.target != given.label:
        message = f"the target `{spec.target}` is not the label of `{labels.ref}`, which is `{given.label}`"
        yield Diagnostic("MLS0427", message, model.document.span(["spec", "target"]), did_you_mean(spec.target, [given.label]))
    if spec.data in project.sources and spec.data != given.source:
        message = f"`{labels.ref}` labels the rows of `{given.source}`, and the model reads those of `{spec.data}`"
        yield Diagnostic("MLS0427", message, model.document.span(["spec", "data"]), f"write `data: {given.source}`, or name other labels")
    if TASKS[spec.task].has_numbers and given.type not in _NUMBERS:
        message = f"{spec.task} needs numbers, and the labels of `{labels.ref}` are of the type {given.type}"
        yield Diagnostic(
            "MLS0427", message, model.document.span(["spec", "task"]), "declare the label's `type: number`, or use `task: multiclass`"
        )
    if TASKS[spec.task].is_labels:
        message = f"`{labels.ref}` settles one label a row, and the task is {spec.task}"
        advice = "keep the sets of labels in a column of the source, or use `task: multiclass`"
        yield Diagnostic("MLS0427", message, model.document.span(["spec", "task"]), advice)
    if TASKS[spec.task].is_label and given.type == "number":
        message = f"classes are text, whole numbers or booleans, and the labels of `{labels.ref}` are numbers"
        yield Diagnostic(
            "MLS0427", message, model.document.span(["spec", "task"]), "declare the label's `type: integer`, or use `task: regression`"
        )
