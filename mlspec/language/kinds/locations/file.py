"""Rows from a file in the repository."""

from __future__ import annotations

from pydantic import Field

from mlspec.language.kinds.base import RepoPath
from mlspec.language.kinds.locations.location import LocationSettings, NamedPath


class FileLocation(LocationSettings):
    path: RepoPath = Field(description="A file in the repository (or tracked by DVC).", examples=["data/rentals.csv"])

    def reads(self) -> tuple[NamedPath, ...]:
        return (NamedPath("path", self.path),)

    def named(self) -> tuple[str, str] | None:
        return "path", self.path
