"""What the compiler and the generated workflows ask of a target, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Self

from mlspec.language.kinds.base import SpecModel
from mlspec.language.kinds.schedule import Zoned

Route = tuple[str | int, ...]
"""The way to a field from the kind's own key on: `("input",)` of `batch: {input: …}`."""


class Read(NamedTuple):
    """A DataSource that a target reads, and where it is named."""

    route: Route
    source: str


class Output(NamedTuple):
    """A folder of the repository that a target fills, kept out of Git, and which of its files are worth keeping with a run of CI."""

    folder: str
    pattern: str


class Looser(NamedTuple):
    """A part of a target's spec that guards less than it did: what of it, before, now, and where it stands under the kind's key."""

    what: str
    before: str | None
    after: str | None
    route: tuple[str, ...]


class Lacking(NamedTuple):
    """A part of a target's spec that this version can't run: where it stands, what it is, and what to write instead."""

    route: Route
    what: str
    instead: str


class TargetSettings(SpecModel):
    """Base of what each kind of target declares; a kind overrides what it has an answer to. All answers follow from the spec alone."""

    def reads(self) -> Iterable[Read]:
        """The sources whose rows it scores."""
        return ()

    def outputs(self) -> Iterable[Output]:
        """The folders it fills."""
        return ()

    def address(self) -> tuple[str, int] | None:
        """The host and port that it binds on the machine that deploys it; port 0: any free one."""
        return None

    def exposed(self) -> str | None:
        """What is amiss where the whole network reaches that address: ends the sentence `… is every interface, and`."""
        return None

    def looser_than(self, old: Self) -> Iterable[Looser]:  # noqa: ARG002 - for kinds that guard something
        """What a change from `old`, of the same kind, opens."""
        return ()

    def timetable(self) -> str | Zoned | None:
        """The schedule by which it has something to do without any change in Git."""
        return None

    def lacking(self) -> Iterable[Lacking]:
        """What of this spec has no runtime in this version."""
        return ()
