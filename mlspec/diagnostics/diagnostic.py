"""What mlspec says about a problem: one frozen value, rendered by several renderers.

Expected failures (a user's mistake, a refused gate, a conflict on disk) are diagnostics. Exceptions
are kept for bugs and I/O; `Problems` is the one exception that carries diagnostics to the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mlspec.diagnostics.fix import Fix, fix_of

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file: 1-based lines, 1-based columns in characters, end exclusive."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains the first: the other duplicate, the object referred to."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: `code` is stable and listed in `mlspec.diagnostics.codes`; `help` says the fix.

    Where `help` is an `Advice`, or one is given, `fix` is what a program may write (`mlspec validate --fix`).
    `secret`: a secret stands at the span; no style shows what is written there.
    """

    code: str
    message: str
    span: Span | None = None
    help: str | None = None
    severity: Severity = "error"
    related: tuple[Related, ...] = ()
    fix: Fix | None = field(default=None, compare=False)
    secret: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        if self.fix is None:
            object.__setattr__(self, "fix", fix_of(self.span, self.help))

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    def __str__(self) -> str:
        """One line: `path:line:column: error[CODE]: message (help)`. Secrets in addresses stand as `***`."""
        from mlspec.diagnostics.render import render

        return render([self], "concise").rstrip("\n")

    def __repr__(self) -> str:
        return f"<{self}>"


class Problems(Exception):
    """Carries diagnostics from a command's depth to the command line (exit code 1), or to who called `mlspec` from Python.

    Its text has codes and messages, and a traceback tells place and help of each below it; secrets in addresses stand as `***` in both.
    `sources`: {path: text} of files that are meant as they are not on the disk; None where they are meant as they are there.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic, sources: Mapping[str, str] | None = None) -> None:
        from mlspec.diagnostics.secrets import masked

        found = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        super().__init__(masked("; ".join(f"{d.code}: {d.message}" for d in found)))
        self.diagnostics, self.sources = found, sources
        for diagnostic in found:
            self.add_note(str(diagnostic))

    def __reduce__(self) -> tuple[type[Problems], tuple[object, ...]]:
        """Pickled with its diagnostics: from a process of a pool it comes back whole."""
        return type(self), (self.diagnostics, self.sources)


def problem(code: str, message: str, *, help: str | None = None, span: Span | None = None) -> Problems:  # noqa: A002
    """Return (for `raise`) a `Problems` with one error diagnostic."""
    return Problems(Diagnostic(code, message, span, help))


def sort_key(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    """Order findings by place, then code: the order every renderer prints in."""
    span = diagnostic.span or Span("")
    return (span.path, span.line, span.column, diagnostic.code, diagnostic.message)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(d.is_error for d in diagnostics)
