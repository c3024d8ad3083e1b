"""`contract`: which file, and which of its tables, says what a source's rows are. What it says counts as written in the spec."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from mlspec.language.kinds.base import RepoPath, SpecModel


class NamedContract(SpecModel):
    """A path alone is short for `{path: PATH}`."""

    path: RepoPath = Field(description="The contract, in the repository.", examples=["contracts/rentals.odcs.yaml"])
    object: str | None = Field(
        None,
        min_length=1,
        max_length=255,
        description="Which object of the contract's `schema`; when left out the only one, or the one of the source's name.",
        examples=["rentals"],
    )


def _named(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


def _or_a_path(schema: dict[str, Any]) -> None:
    schema["anyOf"] = [*schema.get("anyOf", ()), {"type": "string"}]
    if "$ref" in schema:
        schema["anyOf"].insert(0, {"$ref": schema.pop("$ref")})


ContractUse = Annotated[NamedContract, BeforeValidator(_named), Field(json_schema_extra=_or_a_path)]
