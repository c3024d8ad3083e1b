"""Rows from a database: one SELECT, read as a whole or from where the last reading ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from mlspec.language.kinds.base import EnvName, RepoPath, Seconds, SpecModel
from mlspec.language.kinds.locations.location import LocationSettings, NamedPath


class Cursor(SpecModel):
    """Rows that are new or changed are told by a column that only grows, such as the time of the last change."""

    column: Annotated[str, Field(min_length=1, max_length=255)] = Field(
        description="A column of the query: a timestamp, a date or a whole number that each change of a row moves up.",
        examples=["updated_at"],
    )
    overlap: Seconds = Field(
        3600.0,
        description="How far before the largest value seen it reads again, for what was committed late; of whole numbers, in their unit.",
    )
    full_read_every: Seconds = Field(
        604800.0, gt=0, description="How often all rows are read, so that deleted ones are noticed.", examples=["7d"]
    )


class SqlLocation(LocationSettings):
    connection: EnvName = Field(description="The environment variable that holds a SQLAlchemy URL.", examples=["WAREHOUSE_URL"])
    query: RepoPath = Field(description="A file with one SELECT.", examples=["queries/rentals.sql"])
    cursor: Cursor | None = Field(
        None, description="Reads only what changed; needs `key`. Left out: all rows, each time.", examples=[{"column": "updated_at"}]
    )
    timeout: Seconds = Field(
        300.0,
        gt=0,
        description="How long the database may keep us waiting: for the connection, and for each batch of rows.",
        examples=["30s"],
    )

    def reads(self) -> tuple[NamedPath, ...]:
        return (NamedPath("query", self.query),)

    def place(self) -> Mapping[str, Any]:
        return {"connection": self.connection, "query": self.query}

    def goes_on(self) -> bool:
        return self.cursor is not None

    def secrets(self) -> tuple[str, ...]:
        return (self.connection,)
