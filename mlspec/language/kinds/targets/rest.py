"""spec.rest of a DeploymentTarget."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from mlspec.language.kinds.targets.settings import Lacking, TargetSettings


class RestTarget(TargetSettings):
    """An HTTP server that speaks the Open Inference Protocol v2, kept running by `mlspec reconcile`."""

    host: str = Field("127.0.0.1", pattern=r"^[A-Za-z0-9.:-]+$", description="The address to bind.")
    port: int = Field(8080, ge=0, le=65535, description="0: any free port, kept across restarts.")
    workers: int = Field(1, ge=1, le=64, description="Processes; one in this version.")

    def address(self) -> tuple[str, int]:
        return self.host, self.port

    def lacking(self) -> Iterator[Lacking]:
        if self.workers > 1:
            yield Lacking(("workers",), "more than one worker", "leave it out: one worker serves")
