"""A code's page for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from mlspec.diagnostics.codes import Code, all_codes
from mlspec.diagnostics.diagnostic import problem

WIDTH = 90
NEAR = 5


def page(name: str) -> tuple[str, Code]:
    """Return the code (in capitals) and what it means. Raises MLS0004 with near codes."""
    codes, code = all_codes(), name.upper()
    if code not in codes:
        raise problem("MLS0004", f"there is no diagnostic code `{name}`", help=_near(code, codes))
    return code, codes[code]


def _near(code: str, codes: Iterable[str]) -> str:
    """The codes with the nearest numbers, their own area first; where all stand when there is no number."""
    digits = code.removeprefix("MLS")
    if not digits.isascii() or not digits.isdigit():
        return "a code is MLS and four digits; docs/reference/codes.md lists all"
    number = int(digits)
    nearest = sorted(codes, key=lambda c: (int(c[3:]) // 100 != number // 100, abs(int(c[3:]) - number)))[:NEAR]
    return "near it: " + ", ".join(f"`{c}`" for c in sorted(nearest))


def as_text(code: str, found: Code) -> str:
    """Return the page as plain text: the Markdown with its lines filled; lists and indented code stay as they are."""
    head = f"{code}: {found.title}"
    return "\n\n".join([head, *(_fill(block) for block in found.explanation.split("\n\n"))]) + "\n"


def _fill(block: str) -> str:
    as_it_is = block.lstrip().startswith(("- ", "* ", "```", "|")) or block.startswith("    ")
    return block if as_it_is else textwrap.fill(" ".join(block.split()), WIDTH, break_long_words=False, break_on_hyphens=False)
