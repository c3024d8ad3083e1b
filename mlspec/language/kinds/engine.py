"""`engine` of the Project or a Model: where pipelines run. It decides how fast, and nothing else: it is in no digest."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from mlspec.language.kinds.base import EnvName, SpecModel, one_of

EngineKind = Literal["dask", "ray"]


class Engine(SpecModel):
    """Where pipelines run; exactly one key. An address is never written here: the environment holds it."""

    dask: EnvName | None = Field(
        None, description="The environment variable that holds the address of a Dask scheduler.", examples=["DASK_ADDRESS"]
    )
    ray: EnvName | None = Field(
        None, description="The environment variable that holds the address of a Ray cluster.", examples=["RAY_ADDRESS"]
    )
    local: Literal[True] | None = Field(None, description="Here, in a project whose other objects run on a cluster.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "dask", "ray", "local")
        return self

    @property
    def cluster(self) -> tuple[EngineKind, str] | None:
        """What kind of cluster, and the variable that holds its address; None for this machine."""
        if self.dask is not None:
            return "dask", self.dask
        return ("ray", self.ray) if self.ray is not None else None
