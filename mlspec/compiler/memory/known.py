"""What is known of a compilation: the texts it was made of, what else it asked, and what came of it. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlspec.compiler.load import asked as asking
from mlspec.compiler.load.asked import Asked
from mlspec.compiler.memory import findings
from mlspec.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a file: how it is named, and what it names, by `model/demand`."""

    ref: str
    uses: tuple[str, ...] = ()
    reads: bool = False
    """Whether what it is decides what those that use it mean: a target that reads sources."""
    face: str = ""
    """The digest of what generated files that belong to no one object say of it."""
    schedule: str = ""
    """The digest of when it is refreshed, which is compared with all other schedules (MLS0449)."""


@dataclass(frozen=True, slots=True)
class SpecFile:
    """A file's objects in order, and the variables that its text uses."""

    objects: tuple[Object, ...]
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """`specs`: path -> digest of the text. `counted`: what the project declares, None with errors.

    `files`: what each spec file holds, where a part of the project can be compiled for itself; None where it can't.
    """

    specs: Mapping[str, str]
    asked: Asked
    diagnostics: tuple[Diagnostic, ...]
    counted: str | None
    files: Mapping[str, SpecFile] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What who plans knows besides."""

    def changed(self, specs: Mapping[str, str]) -> set[str]:
        """The paths whose text is another one now, was not there, or is gone."""
        return {path for path in self.specs.keys() | specs.keys() if self.specs.get(path) != specs.get(path)}

    def as_form(self) -> dict[str, Any]:
        """Plain data for a store."""
        files = None if self.files is None else {path: _file_form(file) for path, file in self.files.items()}
        found = [findings.as_form(d) for d in self.diagnostics]
        return {
            "specs": dict(self.specs),
            "asked": self.asked.as_form(),
            "diagnostics": found,
            "counted": self.counted,
            "files": files,
            "extra": dict(self.extra),
        }


def _file_form(file: SpecFile) -> list[Any]:
    return [[[o.ref, list(o.uses), o.reads, o.face, o.schedule] for o in file.objects], list(file.variables)]


def from_form(form: Mapping[str, Any]) -> Known | None:
    """The same of what a store gave; None for another form."""
    try:
        files = form["files"] and {
            path: SpecFile(tuple(Object(ref, tuple(uses), *rest) for ref, uses, *rest in objects), tuple(variables))
            for path, (objects, variables) in form["files"].items()
        }
        found = tuple(map(findings.from_form, form["diagnostics"]))
        return Known(form["specs"], asking.from_form(form["asked"]), found, form["counted"], files, form["extra"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
