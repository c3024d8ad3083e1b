"""spec.batch of a DeploymentTarget."""

from __future__ import annotations

from pydantic import Field

from mlspec.language.kinds.base import Name, RepoPath, refers_to
from mlspec.language.kinds.schedule import Schedule, Zoned
from mlspec.language.kinds.targets.settings import Output, Read, TargetSettings


class BatchTarget(TargetSettings):
    """Scores a source's rows to a Parquet file."""

    input: Name = Field(description="The DataSource to score.", json_schema_extra=refers_to("DataSource"))
    output: RepoPath = Field(description="A folder in the repository (kept out of Git).", examples=["predictions"])
    schedule: Schedule | None = Field(
        None, description="When it scores: five cron fields (UTC), or `{cron, timezone}`.", examples=["0 6 * * *"]
    )

    def reads(self) -> tuple[Read]:
        return (Read(("input",), self.input),)

    def outputs(self) -> tuple[Output]:
        return (Output(self.output, "*.parquet"),)

    def timetable(self) -> str | Zoned | None:
        return self.schedule
