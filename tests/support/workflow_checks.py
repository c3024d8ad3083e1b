"""What `make test` holds a workflow to: zizmor, jactionlint with both profiles and shellcheck, and rules of our own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

BIN = Path(sys.executable).parent
FOLDER = ".github/workflows"
Found = dict[str, set[str]]
"""Path of a workflow -> the rules that found something in it."""

# Their pins are ours to move; what else they'd look up stays offline.
_PIN = re.compile(r"""\s*(- )?uses: "?actions/[a-z-]+@[0-9a-f]{40}"? # v\d+\.\d+\.\d+""")
_VARIABLE = re.compile(r"(?<![\\'])\$\{?([A-Z][A-Z0-9_]*)")
_SECRET = re.compile(r"\bsecrets\b")


def _output(root: Path, *command: str) -> Any:
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"{command} exited {done.returncode}: {done.stdout}{done.stderr}") from None


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write the workflows among `files` below `root`."""
    for path, text in files.items():
        if path.startswith(FOLDER):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
    return root


def zizmor(root: Path) -> Found:
    """The findings of zizmor's strictest persona in every workflow below `root`. Raises AssertionError where zizmor can't read one."""
    found: Found = {}
    for finding in _output(
        root, "zizmor", "--offline", "--quiet", "--no-exit-codes", "--persona=auditor", "--format=json", *_folders(root)
    ):
        for location in finding["locations"]:
            found.setdefault(location["symbolic"]["key"]["Local"]["verbatim_path"], set()).add(finding["ident"])
    return found


def jactionlint(root: Path, profile: str) -> Found:
    """The findings of jactionlint in every workflow below `root`, of each severity; the default profile asks shellcheck too, which takes longer."""
    shellcheck = BIN / "shellcheck" if profile == "default" else ""
    files = [str(path.relative_to(root)) for path in sorted(root.glob(f"**/{FOLDER}/*.yml"))]
    words = ("--no-hints", "--strict-exit", "--no-online", f"--profile={profile}", f"--shellcheck={shellcheck}", "--format=json")
    found: Found = {}
    for finding in _output(root, "jactionlint", *words, *files):
        found.setdefault(finding["filepath"], set()).add(finding["id"])
    return found


def _folders(root: Path) -> list[str]:
    return sorted({str(path.parent.relative_to(root)) for path in root.glob(f"**/{FOLDER}/*.yml")})


def broken_rules(text: str) -> list[str]:
    """What a workflow of ours breaks of the house rules, each told with its place; none when it is sound."""
    try:
        form = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"no YAML: {error}"]
    if not isinstance(form, dict) or not isinstance(form.get("jobs"), dict):
        return ["no workflow"]
    return [*_of_text(text), *_of_workflow(form), *(f"{name}: {rule}" for name, job in form["jobs"].items() for rule in _of_job(job))]


def _of_text(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*(- )?uses:", line) and not _PIN.fullmatch(line):
            yield f"line {number}: an action that is not GitHub's own, pinned to a commit with its release in a comment"


def _of_workflow(form: Mapping[str, Any]) -> Iterator[str]:
    if form.get("permissions") != {}:
        yield "permissions: {} is not on top"
    if not {"group", "cancel-in-progress"} <= set(form.get("concurrency") or ()):
        yield "no concurrency with group and cancel-in-progress"
    if refused := {"pull_request_target", "workflow_run", "issue_comment"} & set(form.get("on") or ()):
        yield f"started by {', '.join(sorted(refused))}: it would run with secrets on a stranger's word"
    if form.get("defaults") != {"run": {"shell": "bash"}}:
        yield "the shell is not bash, which stops at the first failure of a pipe"
    if _SECRET.search(json.dumps(form.get("env", {}))):
        yield "secrets for the whole workflow"


def _of_job(job: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(job.get("timeout-minutes"), int):
        yield "no timeout-minutes"
    permissions = job.get("permissions")
    if not isinstance(permissions, dict) or not permissions:
        yield "no permissions of its own"
    elif "write" in permissions.values() and _installs(job) and _is_of_pull_requests(job):
        yield "code of a pull request runs with a token that writes"
    if _SECRET.search(json.dumps(job)) and not job.get("environment"):
        yield "secrets without an environment"
    for step in job.get("steps", ()):
        yield from _of_step(step)
        known = {*step.get("env", ()), *job.get("env", ())}
        for name in sorted(set(_VARIABLE.findall(step.get("run", ""))) - known):
            if not name.startswith(("GITHUB_", "RUNNER_")):
                yield f"{step.get('name')}: nothing sets {name}"


def _installs(job: Mapping[str, Any]) -> bool:
    return any("mlspec " in step.get("run", "") or "pip " in step.get("run", "") for step in job.get("steps", ()))


def _is_of_pull_requests(job: Mapping[str, Any]) -> bool:
    return "github.event.pull_request" in json.dumps(job)


def _of_step(step: Mapping[str, Any]) -> Iterator[str]:
    name = step.get("name")
    if not name:
        yield "a step without a name"
    if "${{" in step.get("run", ""):
        yield f"{name}: an expression inside run"
    if "actions/checkout@" in step.get("uses", "") and step.get("with", {}).get("persist-credentials") is not False:
        yield f"{name}: the checkout leaves its token behind"
    if _SECRET.search(json.dumps(step)):
        yield f"{name}: a secret in a step"
