"""Rows from a function of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from mlspec.language.kinds.base import CallablePath
from mlspec.language.kinds.locations.location import LocationSettings
from mlspec.language.kinds.user_code import UserCode


class PythonLocation(UserCode, LocationSettings):
    callable: CallablePath = Field(
        description="A function of yours that returns a pandas DataFrame; takes nothing, or `inputs`, or `inputs` and `params`.",
        examples=["src.sources:fetch"],
    )

    def place(self) -> Mapping[str, Any]:
        inputs = ", ".join(f"{alias} = {given}" for alias, given in sorted((self.inputs or {}).items()))
        return {"callable": self.callable, **({"inputs": inputs} if inputs else {})}
