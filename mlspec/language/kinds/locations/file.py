"""Rows from files in the repository: one, or all that a pattern names."""

from __future__ import annotations

from pydantic import Field

from mlspec.language.kinds.base import RepoPattern
from mlspec.language.kinds.locations.location import LocationSettings, MemberPattern, NamedPath


class FileLocation(LocationSettings):
    path: RepoPattern = Field(
        description="A file in the repository (or tracked by DVC), or a pattern of several: `*` within a folder, `**` across folders.",
        examples=["data/rentals.csv"],
    )
    member: MemberPattern | None = Field(
        None, description="Of an archive (ZIP, tar): which of its files, or a pattern of several.", examples=["hour.csv"]
    )

    def reads(self) -> tuple[NamedPath, ...]:
        return (NamedPath("path", self.path),)

    def named(self) -> tuple[str, str] | None:
        return ("path", self.path) if self.member is None else ("member", self.member)
