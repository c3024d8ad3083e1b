"""Codes of the lint rules: the docstrings of `mlspec/compiler/lint/mls1NNN_*.py`, read as text, so that no rule is imported for its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

from mlspec.diagnostics.codes.code import Code

_NAME = re.compile(r"(mls1\d{3})_\w+\.py")


def _pages() -> Iterator[tuple[str, Code]]:
    """(code, page) of each rule. A docstring's first line is the title; the rest is the explanation."""
    for file in (files("mlspec") / "compiler" / "lint").iterdir():
        found = _NAME.fullmatch(file.name)
        if found:
            title, _, explanation = file.read_text(encoding="utf-8").split('"""')[1].partition("\n\n")
            yield found[1].upper(), Code(title.strip().removesuffix("."), explanation.strip())


CODES: dict[str, Code] = dict(sorted(_pages()))
