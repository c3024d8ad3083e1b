"""Names that a source's column can't have."""

from __future__ import annotations

from collections.abc import Iterable

from mlspec.diagnostics import problem
from mlspec.runtime.tables import ROW


def check_reserved(names: Iterable[str], shown: str) -> None:
    """Raise MLS0615 for a column that is called like the hidden number of a row: it would be lost, or renamed, without a word."""
    for name in names:
        if name.casefold() == ROW:
            raise problem("MLS0615", f"`{shown}`: a column is called `{name}`, which the stages keep for themselves", help="rename it")
