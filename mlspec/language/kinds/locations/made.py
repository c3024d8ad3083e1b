"""Rows that are made of other sources' rows, and of files, by one SELECT or by a function."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import RepoPath, one_of
from mlspec.language.kinds.locations.location import LocationSettings, NamedPath
from mlspec.language.kinds.user_code import Alias, CodeAlone, UserInput, named_inputs, or_a_list

_TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class MadeLocation(LocationSettings):
    inputs: Annotated[dict[Alias, UserInput], BeforeValidator(named_inputs)] = Field(
        min_length=1,
        description="What it is made of, by alias: a table of the SELECT, or a path of the function's `inputs`.",
        examples=[{"trips": {"source": "trips"}, "zips": {"file": "data/zips.csv"}}],
        json_schema_extra=or_a_list,
    )
    sql: RepoPath | None = Field(None, description="A file with one SELECT over the aliases.", examples=["queries/rides.sql"])
    python: CodeAlone | None = Field(None, description="Or a function of yours.", examples=[{"callable": "src.join:rides"}])

    @model_validator(mode="after")
    def _fits(self) -> Self:
        one_of(self, "sql", "python")
        seen: dict[str, str] = {}
        for alias, given in self.inputs.items() if self.sql else ():
            if not _TABLE.fullmatch(alias):
                raise _wrong(alias, "`{alias}` is no name of a table", "use letters, digits and `_`, beginning with a letter")
            if first := seen.get(alias.casefold()):
                raise _wrong(alias, f"`{{alias}}` and `{first}` are one table: SQL compares names without case", "rename one of the two")
            if given.folder is not None:
                fix = "read its files by a source of their own, and give it that: `{source: NAME}`; or let a function read it, by `python`"
                raise _wrong(alias, "`{alias}` is a folder, and a SELECT reads tables", fix)
            seen[alias.casefold()] = alias
        return self

    def reads(self) -> tuple[NamedPath, ...]:
        return (NamedPath("sql", self.sql),) if self.sql else ()

    def place(self) -> Mapping[str, Any]:
        inputs = ", ".join(f"{alias} = {given}" for alias, given in sorted(self.inputs.items()))
        return {"inputs": inputs, "by": self.sql or (self.python.callable if self.python else "")}


def _wrong(alias: str, message: str, advice: str) -> PydanticCustomError:
    return PydanticCustomError("mls_input", message, {"alias": alias, "at": ["inputs", alias], "help": advice})
