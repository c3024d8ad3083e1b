"""`engine` of the Project or a Model: where pipelines run; of ValidationRules: where rules are measured.

It decides how fast, and nothing else: it is in no digest.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from mlspec.language.kinds.base import EnvName, Seconds, SpecModel, one_of

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


class RulesEngine(SpecModel):
    """Where rules are measured. Verdicts, messages and files are the same as of rules that are measured here."""

    spark: EnvName = Field(
        description="The environment variable that holds the address of a Spark Connect server.", examples=["SPARK_REMOTE"]
    )
    timeout: Seconds = Field(3600.0, gt=0, description="How long Spark may take for the rules of a source.", examples=["1h"])
