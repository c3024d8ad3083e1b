"""Answers that carry what metrics of the user's gave for them, asked in this process: a stage, shut in with what it declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.metrics.answers import Array
from mlspec.metrics.estimate import Resampling
from mlspec.metrics.own import own_from, parts_of

if TYPE_CHECKING:
    import pandas as pd

    from mlspec.runtime.own.asked import Asked
    from mlspec.runtime.own.given import Given
    from mlspec.runtime.predict import Predictions


def with_own(
    root: Path, params: Mapping[str, Any], rows: pd.DataFrame, actual: Array, answers: Predictions, how: Resampling
) -> Predictions:
    """Ask the metrics of a section of evaluate (`own`) for these answers to `rows`; see `asked.ask` for what it raises."""
    from mlspec.runtime.own.asked import ask, loaded
    from mlspec.runtime.own.given import given_of

    sections: Mapping[str, Any] = params.get("own", {})
    if not sections:
        return answers
    given, codes = given_of(rows, params, actual, answers), parts_of(len(rows), how)
    carried = {}
    for name, section in sections.items():
        one = loaded(root, name, section)
        again = _Again(one, given, codes)
        carried[name] = own_from(name, section, ask(one, given, codes), codes, again)
    return replace(answers, own=carried)


class _Again:
    """A metric for some of the rows, as `asked.ask_again` says."""

    def __init__(self, asked: Asked, given: Given, codes: Array) -> None:
        self._asked, self._given, self._codes = asked, given, codes

    def __call__(self, index: Array) -> Array:
        from mlspec.runtime.own.asked import ask_again

        return ask_again(self._asked, self._given.at(index), self._codes[index])
