"""The style for people: message, place, excerpt with carets, help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mlspec.diagnostics.diagnostic import Diagnostic, Span
from mlspec.diagnostics.render.excerpt import Sources, excerpt, visible

_COLOURS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}
_RESET = "\x1b[0m"


def render(found: Sequence[Diagnostic], *, colour: bool = False, sources: Mapping[str, str] | None = None) -> str:
    """Return every finding, then a line that counts them."""
    if not found:
        return ""
    lines = Sources(sources)
    blocks = ["\n".join(_block(d, lines, colour=colour)) for d in found]
    return "\n\n".join([*blocks, count(found)]) + "\n"


def _block(diagnostic: Diagnostic, sources: Sources, *, colour: bool) -> Iterator[str]:
    label = f"{diagnostic.severity}[{diagnostic.code}]"
    label = f"{_COLOURS[diagnostic.severity]}{label}{_RESET}" if colour else label
    first, *rest = diagnostic.message.split("\n")
    yield f"{label}: {visible(first)}"
    yield from (f"  {visible(line)}" for line in rest)
    gutter = len(str(max([s.line for s in _spans(diagnostic)], default=1)))
    if diagnostic.span:
        yield from _place(diagnostic.span, sources, gutter, "", secret=diagnostic.secret)
    for related in diagnostic.related:
        yield from _place(related.span, sources, gutter, related.message)
    if diagnostic.help:
        yield f"{' ' * gutter} = help: {visible(diagnostic.help)}"


def _spans(diagnostic: Diagnostic) -> list[Span]:
    return ([diagnostic.span] if diagnostic.span else []) + [r.span for r in diagnostic.related]


def _place(span: Span, sources: Sources, gutter: int, note: str, *, secret: bool = False) -> Iterator[str]:
    pad = " " * gutter
    yield f"{pad}--> {visible(str(span))}"
    line = None if span == Span(span.path) else sources.line(span.path, span.line)
    if line is None:
        if note:
            yield f"{pad} | {visible(note)}"
        return
    text, carets = excerpt(line, span, secret=secret)
    yield f"{pad} |"
    yield f"{span.line:>{gutter}} | {text}".rstrip()
    yield f"{pad} | {carets}" + (f" {visible(note)}" if note else "")


def count(found: Sequence[Diagnostic]) -> str:
    """`found 2 errors and 1 warning`."""
    parts = []
    for severity in ("error", "warning", "note"):
        number = sum(d.severity == severity for d in found)
        if number:
            parts.append(f"{number} {severity}{'' if number == 1 else 's'}")
    return "found " + " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[:-1] else parts)
