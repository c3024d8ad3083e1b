"""Plain data in which every part remembers where it stood: what a conversion moves about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

Route = tuple[str | int, ...]


class At(NamedTuple):
    """A place of the document that was converted: the value at `route`, or its key."""

    route: Route
    key: bool = False


@dataclass(slots=True, eq=False)
class Part:
    """A scalar, or a dict or list of parts. `at`: where it stood; `named`: where the key that it has now comes from, when not from its own.

    A part that no document says (a mapping that the other version asks for) stands where the first thing in it does.
    """

    value: Any
    at: At
    named: At | None = None

    @property
    def key_at(self) -> At:
        """Where the key of this part stands in the document that was converted."""
        if self.named is not None:
            return self.named
        route = self.at.route
        return At(route, key=True) if route and isinstance(route[-1], str) else self.at

    @property
    def is_scalar(self) -> bool:
        return not isinstance(self.value, dict | list)


@dataclass(frozen=True, slots=True)
class Misfit:
    """What can't be said in the other version, or is no word of this one: where, and what helps."""

    at: At
    message: str
    help: str


@dataclass(slots=True)
class Log:
    """Collects what does not fit on the way from version `old` to version `new`."""

    old: str
    new: str
    misfits: list[Misfit]

    def add(self, at: At, message: str, help_text: str) -> None:
        self.misfits.append(Misfit(at, message, help_text))

    def foreign(self, part: Part, key: str, instead: str) -> None:
        """A key that only the other version has."""
        self.add(part.key_at, f"`{key}` is not a key of {self.old}", instead)

    def inexpressible(self, at: At, what: str, help_text: str) -> None:
        """Something that the other version has no words for."""
        self.add(at, f"{what} can't be said in {self.new}", help_text)


def lift(value: Any, route: Route = ()) -> Part:
    """Return plain data as parts, each standing where it stands."""
    if isinstance(value, dict):
        return Part({key: lift(item, (*route, key)) for key, item in value.items()}, At(route))
    if isinstance(value, list):
        return Part([lift(item, (*route, index)) for index, item in enumerate(value)], At(route))
    return Part(value, At(route))


def lower(part: Part) -> Any:
    """Return the plain data."""
    if isinstance(part.value, dict):
        return {key: lower(item) for key, item in part.value.items()}
    if isinstance(part.value, list):
        return [lower(item) for item in part.value]
    return part.value


def walk(part: Part, route: Route = ()) -> Iterator[tuple[Route, Part]]:
    """Yield every part with the route it has now, holders first."""
    yield route, part
    if isinstance(part.value, dict):
        for key, item in part.value.items():
            yield from walk(item, (*route, key))
    elif isinstance(part.value, list):
        for index, item in enumerate(part.value):
            yield from walk(item, (*route, index))
