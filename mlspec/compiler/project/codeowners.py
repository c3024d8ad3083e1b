"""CODEOWNERS as GitHub reads it: which line counts for a path, and how a path is written as a pattern.

The rules are those of GitHub's page "About code owners": patterns as in .gitignore, but without negation, ranges and escaped `#`; the last
line that matches counts; a line that can't be read is skipped. Matching never backtracks, so that no pattern takes for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_BYTES = 3_000_000
"""GitHub does not load a larger file."""

_USER = r"@[A-Za-z0-9](?:[A-Za-z0-9_-]{0,100})"
_TEAM = r"@[A-Za-z0-9][A-Za-z0-9_-]{0,100}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}"
_MAIL = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
_OWNER = re.compile(rf"{_TEAM}|{_USER}|{_MAIL}")
_WILD = re.compile(r"[*?\\]")
_TOKEN = re.compile(r"(?:\\.|[^\s\\])+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `segments`: its pattern between slashes; `inside`: only what is in a folder; `shallow`: only what is right in it."""

    segments: tuple[str, ...]
    owners: tuple[str, ...]
    inside: bool = False
    shallow: bool = False

    def matches(self, path: str) -> bool:
        parts = path.split("/")
        if self.segments and self.segments[0] != "**" and not fits(self.segments[0], parts[0]):
            return False  # nearly always, in a file of many lines
        ends = [taken for taken, done in enumerate(self._progress(parts)) if done]
        if self.shallow:
            return len(parts) in ends
        return any(taken < len(parts) or not self.inside for taken in ends)

    def _progress(self, parts: Sequence[str]) -> Iterator[bool]:
        """Whether the whole pattern fits the path's first 0, 1, 2 … parts."""
        states = self._skipped({0})
        yield len(self.segments) in states
        for part in parts:
            stay = {s for s in states if s < len(self.segments) and self.segments[s] == "**"}
            moved = {s + 1 for s in states - stay if s < len(self.segments) and fits(self.segments[s], part)}
            states = self._skipped(stay | moved)
            yield len(self.segments) in states

    def _skipped(self, states: set[int]) -> set[int]:
        """`**` may stand for nothing."""
        found, pending = set(states), list(states)
        while pending:
            state = pending.pop()
            if state < len(self.segments) and self.segments[state] == "**" and state + 1 not in found:
                found.add(state + 1)
                pending.append(state + 1)
        return found


@lru_cache(maxsize=8192)
def fits(pattern: str, name: str) -> bool:
    """Whether a pattern without slashes (`*`, `?`, escapes) fits a whole name; at most pattern times name steps."""
    if not _WILD.search(pattern):
        return pattern == name
    tokens = re.findall(r"\\.|.", pattern, re.DOTALL)
    at, here, star, since = 0, 0, -1, 0
    while here < len(name):
        if at < len(tokens) and tokens[at] == "*":
            star, since, at = at, here, at + 1
        elif at < len(tokens) and (tokens[at] == "?" or tokens[at][-1] == name[here]):
            at, here = at + 1, here + 1
        elif star >= 0:
            since += 1
            at, here = star + 1, since
        else:
            return False
    return all(rest == "*" for rest in tokens[at:])


def read(content: bytes) -> tuple[Line, ...]:
    """Return the lines that GitHub takes, in order; none of a file that it does not load."""
    if len(content) >= MAX_BYTES:
        return ()
    lines = (_line(text) for text in re.split(r"\r\n|\n|\r", content.decode("utf-8-sig", errors="replace")))
    return tuple(line for line in lines if line)


def _line(text: str) -> Line | None:
    """A line, or None for a comment, an empty line, and one that GitHub skips."""
    tokens = _TOKEN.findall(text)
    comment = next((i for i, token in enumerate(tokens) if token.startswith("#")), len(tokens))
    pattern, owners = tokens[:1], tokens[1:comment]
    if not comment or not pattern or any(not is_owner(o) for o in owners):
        return None
    return _parsed(pattern[0], tuple(owners))


def _parsed(pattern: str, owners: tuple[str, ...]) -> Line | None:
    if pattern.startswith(("!", "\\#")) or re.search(r"[\[\]]|\*{3}", pattern):
        return None
    segments = [segment for segment in pattern.split("/") if segment]
    anchored, inside = "/" in pattern.rstrip("/"), pattern.endswith("/")
    if not segments:
        return None
    if segments[-1] == "**":
        segments, inside = segments[:-1], True
    shallow = anchored and not inside and segments[-1:] == ["*"]
    return Line(tuple(segments if anchored else ["**", *segments]), owners, inside, shallow)


def owners_of(lines: Sequence[Line], path: str) -> tuple[str, ...]:
    """The owners of a file: those of the last line that matches; none when no line does, or when that line names none."""
    return next((line.owners for line in reversed(lines) if line.matches(path)), ())


def is_owner(text: str) -> bool:
    """Whether GitHub takes a text for an owner: `@user`, `@org/team`, or an e-mail address."""
    return _OWNER.fullmatch(text) is not None


def named_owners(text: str | None) -> tuple[str, ...]:
    """The owners that a spec names, several with spaces between; none when anything else stands there too."""
    words = (text or "").split(" ")
    return tuple(dict.fromkeys(words)) if all(map(is_owner, words)) else ()


def pattern_of(path: str) -> str:
    """A repository path (a folder with `/` at its end) as a pattern for just that.

    A character that GitHub gives a meaning, or that would end the line, becomes `?`: any one character.
    """
    return "/" + "".join("\\ " if c == " " else c if c.isprintable() and not c.isspace() and c not in "#*?[]\\" else "?" for c in path)
