"""Comments that silence a finding: `# mlspec: ignore[MLS1001] reason`, on its line or alone on a line above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mlspec.compiler.lint.registry import all_rules
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, Span

_MARK = b"mlspec:"
_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*mlspec:\s*ignore(?:\[([^\]]*)\])?")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


Stretch = tuple[tuple[int, int], tuple[int, int]]
"""From and to: (line, column), 0-based, the end exclusive."""


@dataclass(slots=True)
class Ignore:
    """One code of one comment. `line`: whose findings it silences; `span`: where the code stands."""

    code: str
    line: int
    span: Span
    used: bool = field(default=False)


@dataclass(frozen=True, slots=True)
class Unneeded:
    """A comment that silences nothing."""

    message: str
    span: Span
    help: str


def find_ignores(project: Project, texts: Mapping[str, bytes]) -> list[Ignore]:
    """Return every code that a comment of a spec file ignores. `# mlspec: ignore` without codes gives one with the code ``."""
    paths = [path for path, text in sorted(texts.items()) if _MARK in text]
    if not paths:
        return []
    scalars: dict[str, list[Stretch]] = {path: [] for path in paths}
    overlaid = any("/overlays/" in path for path in paths)
    for bound in project.by_ref().values():
        if (overlaid or bound.path in scalars) and not bound.document.origin:  # what a ModelSet makes stands in the ModelSet
            for path, stretch in _scalars(bound.path, bound.document.node):
                scalars.get(path, []).append(stretch)
    return [i for path in paths for i in _ignores(path, texts[path], scalars[path])]


def _ignores(path: str, text: bytes, scalars: list[Stretch]) -> Iterator[Ignore]:
    lines = _BREAK.split(text.decode("utf-8-sig", errors="replace"))
    for number, line in enumerate(lines):
        for found in _COMMENT.finditer(line):
            if any(start <= (number, found.start()) < end for start, end in scalars):
                continue  # text that looks like a comment
            alone = not line[: found.start()].strip()
            target = _next_content(lines, number) if alone else number
            for code, start in _codes(found):
                yield Ignore(code, target + 1, Span(path, number + 1, start + 1, number + 1, start + 1 + max(len(code), 1)))


def _codes(found: re.Match[str]) -> Iterator[tuple[str, int]]:
    """Each code with its column; `` at the comment's start when it names none."""
    named = [(m.group(), found.start(1) + m.start()) for m in re.finditer(r"[^,\s]+", found[1] or "")]
    yield from named or [("", found.start())]


def _next_content(lines: list[str], number: int) -> int:
    """The next line that is neither empty nor a comment alone."""
    later = (i for i in range(number + 1, len(lines)) if lines[i].strip() and not lines[i].lstrip().startswith("#"))
    return next(later, number)


def _scalars(path: str, node: Node) -> Iterator[tuple[str, Stretch]]:
    """The file of each scalar of the tree (an overlay's parts say their own), and from where to where it reaches."""
    pending, seen = [node], set[int]()
    while pending:
        here = pending.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        if isinstance(here, MappingNode):
            pending += [part for pair in here.value for part in pair]
        elif isinstance(here, SequenceNode):
            pending += here.value
        elif isinstance(here, ScalarNode) and here.start_mark and here.end_mark:
            start, end = here.start_mark, here.end_mark
            yield getattr(here, "path", path), ((start.line, start.column), (end.line, end.column))


def sift(found: Iterable[Diagnostic], ignores: list[Ignore], ran: Iterable[str]) -> tuple[list[Diagnostic], list[Unneeded]]:
    """Return the findings that no comment ignores, and the comments that ignore nothing (of the rules that ran)."""
    by_place: dict[tuple[str, int, str], list[Ignore]] = {}
    for ignore in ignores:
        by_place.setdefault((ignore.span.path, ignore.line, ignore.code), []).append(ignore)
    kept = []
    for diagnostic in found:
        span = diagnostic.span
        matching = by_place.get((span.path, span.line, diagnostic.code), []) if span else []
        for ignore in matching:
            ignore.used = True
        if not matching:
            kept.append(diagnostic)
    ran, known = set(ran), {r.code for r in all_rules()}
    return kept, [u for i in ignores if (u := _unneeded(i, ran, known))]


def _unneeded(ignore: Ignore, ran: set[str], known: set[str]) -> Unneeded | None:
    if not ignore.code:
        return Unneeded("the comment names no rule", ignore.span, "write `# mlspec: ignore[CODE] reason`")
    if ignore.code not in known:
        return Unneeded(f"`{ignore.code}` is no lint rule", ignore.span, "only findings of lint rules can be ignored; remove it")
    if ignore.used or ignore.code not in ran:
        return None
    return Unneeded(f"{ignore.code} finds nothing here", ignore.span, "remove it from the comment")
