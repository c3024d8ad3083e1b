r"""Regular expressions that say no more than LIKE: texts and gaps, `^[^@]+@[^@]+$`, `INV-.*`. RE2 takes four times as long for them.

A gap is a run of any character but one, the same one (d) for all gaps of an expression. Where the texts hold d k times, a value matches
exactly if LIKE finds texts and gaps in it, and d stands in it no more than k times: whatever way LIKE found, its gaps then hold none.
"""

from __future__ import annotations

import re

from mlspec.runtime.tables import literal

_GAP = re.compile(r"(?:\.|\[\^(?P<but>[^\]\[\\^-])\])(?P<least>[*+])(?![*+?{])")
_TEXT = re.compile(r"(?P<char>[^\\.^$|?*+()\[\]{}]|\\[^\w\s])(?![*+?{])", re.ASCII)
_OF_LIKE = "%_\\"


def like(value: str, pattern: str) -> str | None:
    """SQL that is what `regexp_full_match(value, pattern)` is for any text; None where the expression says more, or may."""
    parts = _parts(pattern.removeprefix("^"))
    if parts is None:
        return None
    wanted, but = parts
    found = f"{value} LIKE {literal(wanted)}"
    if but is None:
        return f"({found})"
    more = "%" + f"{but}%" * (1 + wanted.count(but))
    return f"({found} AND {value} NOT LIKE {literal(more)})"


def _parts(pattern: str) -> tuple[str, str | None] | None:
    """What LIKE finds texts and gaps by, and the character that no gap holds."""
    wanted, at, but = "", 0, set[str]()
    while at < len(pattern):
        if pattern[at:] == "$":
            break
        gap, text = _GAP.match(pattern, at), _TEXT.match(pattern, at)
        if gap:
            but.add(gap["but"] or "\n")
            wanted += "_%" if gap["least"] == "+" else "%"
        elif text and _is_plain(text["char"][-1]):
            wanted += text["char"][-1]
        else:
            return None
        at = (gap or text).end()  # type: ignore[union-attr]  # one of them is there
    if len(but) > 1 or not all(char == "\n" or _is_plain(char) for char in but):
        return None
    return wanted, next(iter(but), None)


def _is_plain(char: str) -> bool:
    return char.isprintable() and char not in _OF_LIKE
