"""What the generated workflows need of GitHub, read from their text: never another list that could be out of date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from mlspec.compiler.project.layout import WORKFLOWS
from mlspec.language.yaml.load import load_documents
from mlspec.pipelines.generate.github_actions import batch, deploy
from mlspec.setup.doctor.examined import Examined

FOLDER = f"{WORKFLOWS}/"
CI = f"{FOLDER}mlspec-ci.yml"
OF_STARTED_RUNS = ("statuses", "approvals")
"""Jobs that set statuses where no event does: nothing of their own."""
APPROVALS = f"{FOLDER}mlspec-approvals.yml"
STATUS = "mlspec/approvals"
"""The status that its job sets: that counts, and not the job's own check."""
_SECRET = re.compile(r"\bsecrets\.([A-Za-z_][A-Za-z0-9_]*)")


def workflow_files(examined: Examined) -> list[str]:
    """The generated workflows, by path."""
    return [path for path in examined.workspace.generated if path.startswith(FOLDER)]


def required_checks(examined: Examined) -> list[str]:
    """The jobs of a pull request that always report, and its status, by the names that a ruleset lists: those of a matrix come and go."""
    jobs = dict(_jobs(examined, CI))
    checks = [str(job.get("name", key)) for key, job in jobs.items() if "strategy" not in job and key not in OF_STARTED_RUNS]
    return [*checks, *([STATUS] if APPROVALS in examined.workspace.generated else [])]


def environments(examined: Examined) -> dict[str, frozenset[str]]:
    """{environment that a job names: the secrets that its jobs read}."""
    found: dict[str, frozenset[str]] = {}
    for _, name, job in _in_environments(examined):
        found[name] = found.get(name, frozenset()) | _secrets(job)
    return found


def signing_in(examined: Examined) -> frozenset[str]:
    """The environments whose jobs open the storage by their identity (`storage.oidc`)."""
    if examined.workspace.project.settings.envelope.spec.storage.oidc is None:
        return frozenset()
    return frozenset(name for _, name, job in _in_environments(examined) if (job.get("permissions") or {}).get("id-token") == "write")


def of_pull_requests(examined: Examined) -> frozenset[str]:
    """The environments in which pull requests train and are judged: of any branch."""
    return frozenset(name for path, name, _ in _in_environments(examined) if path == CI)


def by_the_clock(examined: Examined) -> frozenset[str]:
    """The environments of jobs that a schedule starts: nobody is there who could let them go on."""
    return frozenset(name for path, name, _ in _in_environments(examined) if "schedule" in _workflow(examined, path).get("on", ()))


def _in_environments(examined: Examined) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The workflow's path, the environment and the job, of each job that names one."""
    for path in workflow_files(examined):
        for _, job in _jobs(examined, path):
            given = job.get("environment")
            name = given.get("name") if isinstance(given, dict) else given
            for each in _named(examined, name) if isinstance(name, str) else ():
                yield path, each, job


def _named(examined: Examined, name: str) -> list[str]:
    """The environment that a job names; those of a matrix follow from the deployments."""
    project = examined.workspace.project
    if name == deploy.ENVIRONMENT:
        return sorted({d.envelope.metadata.environment for d in project.deployments.values()})
    return batch.environments(project) if name == batch.ENVIRONMENT else [name]


def _secrets(job: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(_SECRET.findall(repr(job))) - {"GITHUB_TOKEN"}


def _workflow(examined: Examined, path: str) -> dict[str, Any]:
    return _read(path, examined.workspace.generated.get(path, ""))


@lru_cache(maxsize=64)
def _read(path: str, text: str) -> dict[str, Any]:
    """Every check asks for every workflow again: each is read once."""
    documents, _ = load_documents(path, text.encode())
    value = documents[0].value if documents else {}
    return value if isinstance(value, dict) else {}


def _jobs(examined: Examined, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    jobs = _workflow(examined, path).get("jobs", {})
    yield from ((str(key), job) for key, job in jobs.items() if isinstance(job, dict))
