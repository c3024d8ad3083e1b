"""What the compiler, the refresh and reviews ask of a source's location, whatever its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mlspec.language.kinds.base import SpecModel


class NamedPath(NamedTuple):
    """A file of the repository that a location names: under which key, and its path."""

    key: str
    path: str


class LocationSettings(SpecModel):
    """Base of what each kind of location declares; a kind overrides what it has an answer to. All answers follow from the spec alone."""

    def reads(self) -> tuple[NamedPath, ...]:
        """The files of the repository that `ingest` depends on."""
        return ()

    def named(self) -> tuple[str, str] | None:
        """The key and the name that say by their suffix what format the rows have; None where no format is asked for."""
        return None

    def place(self) -> Mapping[str, Any]:
        """What decides which rows come, without how often or how long it is asked."""
        return self.canonical()

    def secrets(self) -> tuple[str, ...]:
        """The environment variables that hold a secret it needs."""
        return ()

    def goes_on(self) -> bool:
        """Whether a reading goes on from the rows of the last one, so that it is worth having them."""
        return False

    def pin(self) -> str | None:
        """The digest that its content is held to, as hex."""
        return None
