"""Which objects refer to user code, and which files a stage must therefore depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mlspec.compiler.inputs import Inputs
from mlspec.ir.project import Bound, Project

Route = tuple[str | int, ...]


def callables(project: Project) -> Iterator[tuple[Bound[Any], Route, str]]:
    """Every `module:function` that a spec names, with its place."""
    for source in project.sources.values():
        if source.envelope.spec.python:
            yield source, ("spec", "python", "callable"), source.envelope.spec.python.callable
    for rules in project.rules.values():
        for index, rule in enumerate(rules.envelope.spec.rules):
            if rule.python:
                yield rules, ("spec", "rules", index, "python", "callable"), rule.python.callable
    for model in project.models.values():
        if model.envelope.spec.trainer:
            yield model, ("spec", "trainer", "callable"), model.envelope.spec.trainer.callable


def callable_file(path: str, files: Sequence[str]) -> str | None:
    """The file of a callable's module among `files`: `src.train:fit` -> src/train.py (or its package)."""
    module = path.split(":", maxsplit=1)[0].replace(".", "/")
    return next((f for f in (f"{module}.py", f"{module}/__init__.py") if f in files), None)


def code_files(inputs: Inputs, names: Iterable[str]) -> tuple[str, ...]:
    """All code files, if one of the dotted names lies in a code folder; else none.

    A module may import any other of its folder, so the whole folders count: a stale model is worse than a spare run.
    """
    roots = {folder.split("/")[0] for folder in inputs.code}
    if not any(name.split(":")[0].split(".")[0] in roots for name in names):
        return ()
    return tuple(sorted(f for files in inputs.code.values() for f in files))
