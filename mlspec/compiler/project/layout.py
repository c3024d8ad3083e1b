"""Where the generated folders and what they hold are."""

from __future__ import annotations

SPECS, ENVIRONMENTS, PIPELINES = "specs", "environments", "pipelines"
REGISTRY, CLAIMS = "registry", "promotions"
LOCAL = ".mlspec"


def environment_folder(environment: str) -> str:
    return f"{ENVIRONMENTS}/{environment}"


def source_folder(name: str) -> str:
    return f"pipelines/data/{name}"


def source_output(name: str) -> str:
    """The rows that models read."""
    return f"{source_folder(name)}/valid.parquet"


def pull_request_text(branch: str) -> str:
    """Where people find the text of a proposal's pull request: `mlspec/refresh/x` -> `.mlspec/pull-requests/refresh-x.md`."""
    return f".mlspec/pull-requests/{branch.removeprefix('mlspec/').replace('/', '-')}.md"
