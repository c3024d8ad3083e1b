"""One run of a workflow by act, told by act's JSON log: which jobs ended how, what they said, what they handed on."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import quick_yaml
from support.cli import BIN

from mlspec.pipelines.generate.lowered import lowered


@dataclass
class Job:
    """A job, or one of a matrix. `name`: its id, with the matrix' label. `outputs`: by step. `summary`: its page, in Markdown. `seconds`: of its steps."""

    id: str
    name: str
    matrix: dict[str, Any]
    result: str = ""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    summary: str = ""
    failed_step: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Run:
    """How a workflow's run ended: its exit code, its jobs in the order of their names, the whole log, and what it was started with."""

    code: int
    jobs: tuple[Job, ...]
    log: str
    started: Mapping[str, Any] = field(default_factory=dict)

    @property
    def succeeded(self) -> list[str]:
        return [job.name for job in self.jobs if job.result == "success"]

    @property
    def failed(self) -> list[str]:
        return [job.name for job in self.jobs if job.result == "failure"]

    @property
    def told(self) -> str:
        """The log without what act says of its own work."""
        own = re.compile(r"LocalRepositoryCache|⭐|Cleaning up container|::set-env|✅|docker connection")
        return "\n".join(line for line in self.log.splitlines() if not own.search(line))

    def job(self, name: str) -> Job:
        """The job of that name."""
        return next(each for each in self.jobs if each.name == name)


def run_act(words: Iterable[str], cwd: Path, environment: Mapping[str, str], started: Mapping[str, Any]) -> Run:
    """Start act and wait for it."""
    done = subprocess.run(
        [str(BIN / "act"), *words, "--json"], cwd=cwd, env=dict(environment), capture_output=True, text=True, timeout=900, check=False
    )
    jobs: dict[str, Job] = {}
    told: list[str] = []
    for line in (done.stdout + done.stderr).splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            entry = {"msg": line}
        told.append(f"[{entry.get('job', '').strip()}] {str(entry.get('msg', '')).rstrip()}")
        if "jobID" in entry:
            _note(jobs, entry)
    return Run(done.returncode, tuple(sorted(jobs.values(), key=lambda job: job.name)), "\n".join(told), started)


def _note(jobs: dict[str, Job], entry: Mapping[str, Any]) -> None:
    matrix = entry.get("matrix") or {}
    name = " ".join([entry["jobID"], *([str(matrix["label"])] if "label" in matrix else [])])
    job = jobs.setdefault(name, Job(entry["jobID"], name, matrix))
    steps = entry.get("stepID") or [""]
    if len(steps) == 1:  # a step of a composite action is a part of that action's
        job.seconds += entry.get("executionTime", 0) / 1e9
    step = steps[0]
    if entry.get("command") == "set-output":
        job.outputs.setdefault(step, {})[entry["name"]] = entry["arg"]
    if entry.get("command") == "summary":
        job.summary += entry.get("content", "")
    if entry.get("stepResult") == "failure" and not job.failed_step:
        job.failed_step = entry.get("step", "")
    if "jobResult" in entry:  # act gives all of a matrix the result of the one that failed first; GitHub doesn't
        job.result = "success" if matrix and not job.failed_step else entry["jobResult"]


def for_act(text: str) -> str:
    """The workflow without the keys that act does not know, nor the addresses before actions, which Forgejo's runner knows."""
    form = quick_yaml.load(text.replace("https://data.forgejo.org/", ""))
    form["on"] = form.pop(True, form.get("on"))  # YAML 1.1 reads `on` as true
    return quick_yaml.dump(lowered(form), sort_keys=False)


def only_failed(text: str, run: Run) -> str:
    """The workflow as GitHub runs it by "Re-run failed jobs": what succeeded is not run again, and hands on what it did.

    act has no such thing, so a job that succeeded becomes one without work, whose outputs are those of the first attempt; of a matrix only
    the failed combinations are left; what depends on a job that runs again, or never ran, is as it was.
    """
    form = quick_yaml.load(text)
    form["on"] = form.pop(True, form.get("on"))  # YAML 1.1 reads `on` as true
    fresh: set[str] = set()
    for name, job in form["jobs"].items():  # in the order of their needs, as they are generated
        ran = [each for each in run.jobs if each.id == name]
        failed = [each for each in ran if each.result != "success"]
        needs = {job["needs"]} if isinstance(job.get("needs"), str) else set(job.get("needs", ()))
        if ran and not failed and not needs & fresh:
            form["jobs"][name] = _done(job, ran)
            continue
        if failed and not needs & fresh and "strategy" in job:
            job["strategy"]["matrix"] = {"include": [each.matrix for each in failed]}
        fresh.add(name)
    return quick_yaml.dump(form, sort_keys=False)


def _done(job: Mapping[str, Any], ran: list[Job]) -> dict[str, Any]:
    outputs = {}
    for name, expression in (job.get("outputs") or {}).items():
        step, output = re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", expression)[0]
        outputs[name] = ran[-1].outputs.get(step, {}).get(output, "")
    kept = {key: job[key] for key in ("name", "needs", "if") if key in job and "matrix." not in str(job[key])}
    return kept | {"runs-on": "ubuntu-latest", "outputs": outputs, "steps": [{"run": "true"}]}
