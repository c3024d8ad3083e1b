"""A change as a unified diff, in Git's form: `git apply` and reviewers read it."""

from __future__ import annotations

import difflib


def unified(path: str, before: str, after: str) -> str:
    """Return the diff of two texts; empty where they are the same."""
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{path}", f"b/{path}", n=3)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """Lines by LF alone, as Git counts them."""
    *whole, rest = text.split("\n")
    return [line + "\n" for line in whole] + ([rest] if rest else [])
