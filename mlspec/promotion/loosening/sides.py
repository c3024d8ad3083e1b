"""The two projects that are compared, with what every comparison asks of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Span
from mlspec.promotion.loosening.found import Loosened

Read = Callable[[str], bytes | None]
"""A path from the root -> the file's bytes on one of the sides; None where it is not there."""


@dataclass(frozen=True)
class Sides:
    """`today`: what has ended before is no longer in force; None: everything is. `code`: reads files of either side, where that can be
    asked. No slots: the objects are indexed once.
    """

    before: Project
    after: Project
    today: date | None = None
    code: tuple[Read, Read] | None = None

    def owner(self, *bounds: Bound[Any] | None) -> str | None:
        """The first owner that is named by objects of `before`, else the project's."""
        named = (bound.envelope.metadata.owner for bound in bounds if bound)
        return next((owner for owner in named if owner), self.before.settings.envelope.metadata.owner)

    def place(self, bound: Bound[Any], route: Sequence[str | int] = ()) -> Span:
        """Where a part of an object of `before` stands after the change, or stood when the object is gone."""
        there = self._after_by_ref.get(bound.ref, bound)
        return there.document.span(route, key=True)

    def note(
        self, bound: Bound[Any], what: str, texts: tuple[str | None, str | None], route: Sequence[str | int], *owners: Bound[Any] | None
    ) -> Loosened:
        """What became easier in an object of `before`. `texts`: what stood and what stands. `owners`: whom to ask when it names none."""
        return Loosened(bound.ref, what, *texts, self.owner(bound, *owners), self.place(bound, route))

    @property
    def environments(self) -> tuple[str, ...]:
        """The environments that are there after the change."""
        return self.after.settings.envelope.spec.environments

    @cached_property
    def _after_by_ref(self) -> dict[str, Bound[Any]]:
        return self.after.by_ref()


def number(value: float) -> str:
    """A number as a spec would have it."""
    return f"{value:,.10g}"
