"""What can't be compiled, and why."""

from __future__ import annotations

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


class UnsureError(Exception):
    """These rows are scikit-learn's to answer, or to refuse: they hold what the arithmetic here was not made for."""
