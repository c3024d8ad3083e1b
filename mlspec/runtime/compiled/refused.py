"""What can't be compiled, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class NotCompiledError(Exception):
    """The message ends a sentence: `scikit-learn answers, since …`."""


def need(holds: Any, why: str) -> None:
    """Raise NotCompiledError unless it holds."""
    if not holds:
        raise NotCompiledError(why)


def exactly(value: Any, *classes: type) -> bool:
    """Whether a value is of one of these classes itself, its methods its class's own: a subclass may do anything."""
    return type(value) in classes and not any(callable(found) for name, found in vars(value).items() if hasattr(type(value), name))


LONG_NUMBER, OTHER_TIME, OTHER_VALUE = "long-number", "other-time", "other-value"
NOT_FINITE, REFUSED, TEXT, NO_WAY = "not-finite", "refused", "text", "not-compiled"
REASONS: Mapping[str, str] = {
    LONG_NUMBER: "a whole number from 2**53 on, or a number that is no finite double",
    OTHER_TIME: "a time or date that is not spelled in full seconds, or lies outside the years 1700 to 2199",
    OTHER_VALUE: "a value of another type than its feature's",
    NOT_FINITE: "missing values that the estimator refuses, or numbers too large for its precision",
    REFUSED: "the estimator refused the rows",
    TEXT: "a feature of free text",
    NO_WAY: "the model is not compiled",
}
"""Why rows are not answered by arithmetic alone: few words, since they are labels of a metric."""


class UnsureError(Exception):
    """These rows are scikit-learn's to answer, or to refuse: they hold what the arithmetic here was not made for. `reason`: of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason
