"""What the compiler, the refresh and reviews ask of a source's location, whatever its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import SpecModel


class NamedPath(NamedTuple):
    """A file of the repository that a location names, or a pattern of several: under which key, and its path."""

    key: str
    path: str

    @property
    def depends(self) -> str:
        """The path that a stage depends on: of a pattern its folder, with all in it."""
        return self.path.partition("*")[0].rpartition("/")[0] if "*" in self.path else self.path


def _check_member(value: str) -> str:
    if not value.isprintable() or value.startswith("/") or value.endswith("/") or ".." in value.split("/") or "\\" in value:
        fix = "write it as the archive has it, such as `data/hour.csv`, or a pattern: `data/*.csv`"
        raise PydanticCustomError("mls_path", "{message}", {"message": "not a name of a file in an archive", "help": fix})
    return value


MemberPattern = Annotated[str, Field(min_length=1, max_length=1024), AfterValidator(_check_member)]
"""The name of a file in an archive, or a pattern of several."""


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
