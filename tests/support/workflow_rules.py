"""House rules of workflows, which no linter knows: who may write, what a job may run, what it hands on, and what must not be skipped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from support import quick_yaml

_PIN = re.compile(r"""\s*(- )?uses: "?actions/[a-z-]+@[0-9a-f]{40}"? # v\d+\.\d+\.\d+""")
_VARIABLE = re.compile(r"(?<![\\'])\$\{?([A-Z][A-Z0-9_]*)")
_OWN = re.compile(r"""\s*uses: "?\./\.github/workflows/mlspec-sign\.yml"? # zizmor: .*""")
_HANDED = re.compile(r"\$\{\{ secrets\.([A-Z0-9_]+) \}\}")
_SECRET = re.compile(r"\bsecrets\b")
_TOKEN = re.compile(r"\bgithub\.token\b|\bGITHUB_TOKEN\b|\bGH_TOKEN\b")
_NAMES = r'read -ra names <<< "\$[A-Z]+"'
_WRITING_STEP = re.compile(rf"({_NAMES}\n)?mlspec (ci (record|propose|statuses|retarget|supersede)|approvals|tag) [^\n;|&]*")
_READING_STEP = re.compile(rf'({_NAMES}\n)?mlspec (verify --format github|reconcile --env "\$ENVIRONMENT")( "\$\{{names\[@\]\}}")?')
"""What reads approvals from GitHub, with a token that reads, and from the main branch."""
_LOOKING_STEP = re.compile(
    r'(if [^\n]*; then set -- --every; fi\n)?mlspec ci (deploys ("\$@"|--still "\$ENVIRONMENT")|batches \$\{SCHEDULE[^\n]*)'
)
"""What reads runs of the deploy workflow, likewise."""
_ALLOWED_TO_WRITERS = (
    re.compile(r'python (-P )?-m pip install --disable-pip-version-check --no-deps --require-hashes -r "\$REQUIREMENTS"'),
    re.compile(r"python (-P )?-m pip check"),
    re.compile(r'git config user\.(name|email) "[^"$]*"'),
    re.compile(_NAMES),
    _WRITING_STEP,
)
_SCOPES_OF_WRITERS = {"contents", "pull-requests", "statuses", "actions"}
_OF_APPS = {"name": "mlspec-app", "deployment": False}
_APP_KEY = "${{ secrets.MLSPEC_APP_KEY }}"
_OPEN = "${{"


def broken_rules(text: str, *, thin: bool = True) -> list[str]:
    """What a workflow breaks of the house rules, each told with its place; none when it is sound.

    `thin`: what it does are commands of mlspec's; one that an ejected project keeps does it in its scripts.
    """
    try:
        form = quick_yaml.load(text)
    except yaml.YAMLError as error:
        return [f"no YAML: {error}"]
    if not isinstance(form, dict) or not isinstance(form.get("jobs"), dict):
        return ["no workflow"]
    of_jobs = (f"{name}: {rule}" for name, job in form["jobs"].items() for rule in _of_job(job, thin=thin))
    return [*_of_text(text), *_of_workflow(form), *_of_required(form), *of_jobs]


def _of_text(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*(- )?uses:", line) and not _PIN.fullmatch(line) and not _OWN.fullmatch(line):
            yield f"line {number}: an action that is not GitHub's own, pinned to a commit with its release in a comment"


def _of_workflow(form: Mapping[str, Any]) -> Iterator[str]:
    if form.get("permissions") != {}:
        yield "permissions: {} is not on top"
    if form.get("cache-mode") != "none" or any("cache-mode" in job for job in form["jobs"].values() if isinstance(job, dict)):
        yield "a cache, which a pull request could fill for a job that deploys"
    yield from _of_concurrency(form)
    of_change = {"pull_request", "pull_request_review", "merge_group"} & set(form.get("on") or ())
    if of_change and any(_reads(job) for job in form["jobs"].values() if isinstance(job, dict)):
        yield "a token for a job that a pull request starts, and that verifies or deploys"
    if refused := {"pull_request_target", "workflow_run", "issue_comment"} & set(form.get("on") or ()):
        yield f"started by {', '.join(sorted(refused))}: it would run with secrets on a stranger's word"
    if form.get("defaults") != {"run": {"shell": "bash"}}:
        yield "the shell is not bash, which stops at the first failure of a pipe"
    if _SECRET.search(json.dumps(form.get("env", {}))):
        yield "secrets for the whole workflow"
    if _TOKEN.search(json.dumps(form.get("env", {}))):
        yield "a token for the whole workflow"


_DEPLOYS = ("mlspec deploy", "mlspec batch")
"""Workflows whose jobs may wait for a reviewer."""


def _of_concurrency(form: Mapping[str, Any]) -> Iterator[str]:
    """A run that waits for a reviewer holds the workflow's group, and later runs are cancelled in silence: there each job has its own."""
    deploys, on = form.get("name") in _DEPLOYS, form.get("on") or {}
    if deploys and "concurrency" in form:
        yield "a group for the whole workflow, which a run that waits for a reviewer holds"
    if deploys and "schedule" in on and "push" in on:
        yield "a schedule beside a push: GitHub switches off both when nobody touches the repository"
    if isinstance(on, dict) and isinstance(push := on.get("push"), dict) and "paths" in push:
        yield "a filter of paths, for which GitHub looks at 300 files of a push"
    holders = list(form["jobs"].values()) if deploys else [form]
    if not all({"group", "cancel-in-progress"} <= set(holder.get("concurrency") or ()) for holder in holders):
        yield "no concurrency with group and cancel-in-progress"


def _reads(job: Mapping[str, Any]) -> bool:
    return any(
        _TOKEN.search(json.dumps(s))
        and (_READING_STEP.fullmatch(s.get("run", "").strip()) or _LOOKING_STEP.fullmatch(s.get("run", "").strip()))
        for s in job.get("steps", ())
    )


def _of_required(form: Mapping[str, Any]) -> Iterator[str]:
    """To GitHub a required check that is skipped has passed."""
    if form.get("name") != "mlspec ci":
        return
    jobs = form["jobs"]
    for name in ("plan", "verify"):
        if {"if", "needs"} & set(jobs.get(name, {"if": "absent"})):
            yield f"{name}: a required check that may be skipped"
    if jobs.get("gather", {}).get("if") != "${{ !cancelled() }}":
        yield "gather: a required check that may be skipped"
    if "edited" in ((form["on"].get("pull_request") or {}).get("types") or ()):
        yield "it runs at a new title, which would cancel what runs, or skip what is required"
    if form["on"].get("merge_group", "absent") == "absent":
        yield "it does not run in the merge queue, where its checks are required too"


def _of_job(job: Mapping[str, Any], *, thin: bool) -> Iterator[str]:
    if "uses" in job:
        yield from _of_call(job)
        return
    yield from _of_permissions(job, thin=thin)
    if "strategy" in job:
        yield from _of_matrix(job)
    elif not isinstance(job.get("timeout-minutes"), int):
        yield "no timeout-minutes"
    if _SECRET.search(json.dumps(job)) and not job.get("environment"):
        yield "secrets without an environment"
    if _TOKEN.search(json.dumps(job.get("env", {}))):
        yield "a token for the whole job"
    if "continue-on-error" in json.dumps(job):
        yield "a failure that is passed over"
    for step in job.get("steps", ()):
        yield from _of_step(step)
        if "actions/download-artifact@" in step.get("uses", "") and not _is_outside(step):
            yield f"{step.get('name')}: an artifact goes into the working folder, where a link could lead it elsewhere"
        known = {*step.get("env", ()), *job.get("env", ())}
        for name in sorted(set(_VARIABLE.findall(step.get("run", ""))) - known):
            if not name.startswith(("GITHUB_", "RUNNER_")):
                yield f"{step.get('name')}: nothing sets {name}"


def _of_call(job: Mapping[str, Any]) -> Iterator[str]:
    """A job that calls a workflow of ours hands it less than it may have, and secrets by name alone."""
    if set(job) - {"name", "needs", "if", "permissions", "uses", "secrets"}:
        yield "a call with more than it needs"
    if {scope: level for scope, level in job.get("permissions", {}).items() if (scope, level) != ("id-token", "write")} != {
        "contents": "read"
    }:
        yield "a call that may write"
    handed = job.get("secrets", {})
    if not isinstance(handed, dict) or any(
        (match := _HANDED.fullmatch(value)) is None or match[1] != name for name, value in handed.items()
    ):
        yield "secrets that are not handed over one by one"


def _of_permissions(job: Mapping[str, Any], *, thin: bool) -> Iterator[str]:
    permissions = job.get("permissions")
    if not isinstance(permissions, dict) or not permissions:
        yield "no permissions of its own"
        return
    if "id-token" in permissions and not job.get("environment"):
        yield "a token to sign in elsewhere without an environment, which that place could ask for"
    app = _app_scopes(job)
    if isinstance(job.get("environment"), dict) and "id-token" not in permissions and not job.get("env") and not app:
        yield "the storage's environment without a way to sign in"
    writes = {scope for scope, level in permissions.items() if level == "write"} - {"id-token"}
    if app:
        yield from _of_app(job, writes)
    if writes or app:
        yield from _of_writer(job, writes | {scope for scope, level in app.items() if level == "write"})
        yield from _of_thin_writer(job) if thin else _of_plain_writer(job)
    else:
        yield from _of_reader(job, permissions)


def _of_reader(job: Mapping[str, Any], permissions: Mapping[str, str]) -> Iterator[str]:
    """Only who deploys, or looks after it, reads approvals with a token; nothing of a pull request is checked out there."""
    for step in job.get("steps", ()):
        if not _TOKEN.search(json.dumps(step)):
            continue
        run = step.get("run", "").strip()
        reads = _READING_STEP.fullmatch(run) and permissions.get("pull-requests") == "read"
        looks = _LOOKING_STEP.fullmatch(run) and permissions.get("actions") == "read"
        if not reads and not looks:
            yield "a token in a job that need not write"


def _of_writer(job: Mapping[str, Any], writes: set[str]) -> Iterator[str]:
    """A job whose token writes has no other credential in reach; a thin one runs the trusted commands alone, from the main branch."""
    known = _SCOPES_OF_WRITERS | ({"workflows"} if job.get("name") == "tag" and _app_scopes(job) else set())
    if writes - known:
        yield f"nothing here writes {', '.join(sorted(writes - known))}"
    if (job.get("environment") and not _app_scopes(job)) or "id-token" in job["permissions"] or "strategy" in job:
        yield "a token that writes beside the storage's credentials, or in a matrix"


def _app_scopes(job: Mapping[str, Any]) -> dict[str, str]:
    """What a job asks for an App's token; empty without one."""
    given: dict[str, Any] = next((step.get("with", {}) for step in job.get("steps", ()) if _is_app(step)), {})
    return {key.removeprefix("permission-"): level for key, level in given.items() if key.startswith("permission-")}


def _is_app(step: Mapping[str, Any]) -> bool:
    return "actions/create-github-app-token@" in step.get("uses", "")


def _of_app(job: Mapping[str, Any], writes: set[str]) -> Iterator[str]:
    """An App's token is for the one step that follows, for this repository and for what is listed; the job's own then only reads."""
    steps = job.get("steps", ())
    at = next(number for number, step in enumerate(steps) if _is_app(step))
    if writes or job.get("environment") != _OF_APPS or "env" in job:
        yield "an App's key beside a token that writes, or outside its environment"
    if not _app_scopes(job) or set(steps[at]["with"]) - {f"permission-{s}" for s in _app_scopes(job)} != {"client-id", "private-key"}:
        yield "a token of the App for more than what is listed"
    users = [n for n, step in enumerate(steps) if "steps.app." in json.dumps(step)]
    if users != [at + 1] or at + 2 != len(steps) or steps[at].get("id") != "app":
        yield "an App's token that is there before the step that writes, or after it"


def _of_thin_writer(job: Mapping[str, Any]) -> Iterator[str]:
    for step in job.get("steps", ()):
        ref = str(step.get("with", {}).get("ref", ""))
        if "actions/checkout@" in step.get("uses", "") and (not ref or _OPEN in ref):
            yield "a token that writes where something else than the main branch is checked out"
        for line in filter(None, step.get("run", "").splitlines()):
            if not any(allowed.fullmatch(line) for allowed in _ALLOWED_TO_WRITERS):
                yield f"code of a change could run with a token that writes: {line}"
        if _TOKEN.search(json.dumps(step)) and not _WRITING_STEP.fullmatch(step.get("run", "").strip()):
            yield f"{step.get('name')}: a token in a step that need not write"


def _of_plain_writer(job: Mapping[str, Any]) -> Iterator[str]:
    if any(re.search(r"\b(pip|dvc|python) ", step.get("run", "")) for step in job.get("steps", ())):
        yield "code of a change could run with a token that writes"


def _of_matrix(job: Mapping[str, Any]) -> Iterator[str]:
    strategy = job["strategy"]
    if strategy.get("fail-fast") is not False:
        yield "one failure of the matrix cancels the others"
    if not isinstance(strategy.get("max-parallel"), int):
        yield "a matrix without max-parallel takes every runner"
    if "timeout-minutes" not in job:
        yield "no timeout-minutes"
    if job.get("needs") and "!cancelled()" not in str(job.get("if")):
        yield "a failed layer stops what does not depend on it"


def _of_step(step: Mapping[str, Any]) -> Iterator[str]:
    name, uses, given, run = step.get("name"), step.get("uses", ""), step.get("with", {}), step.get("run", "")
    if not name:
        yield "a step without a name"
    if _OPEN in run:
        yield f"{name}: an expression inside run"
    if re.search(r"(^|[\s;&|(])gh ", run):
        yield f"{name}: gh, which is not on every runner"
    if "pip install" in run:
        installs = [line for line in run.splitlines() if "pip install" in line]
        if any("--require-hashes" not in line for line in installs):
            yield f"{name}: an installation without hashes"
        if any("--no-deps" not in line for line in installs):
            yield f"{name}: an installation that resolves what is locked"
        if not re.search(r"pip install .*\n(?:.*\n)*\s*python (?:-P )?-m pip check(?:\nfi)?$", run.rstrip()):
            yield f"{name}: an installation that is not checked"
    if re.search(r"\|\| *(true|:)\s*$", run, re.MULTILINE):
        yield f"{name}: a failure that is passed over"
    is_key = _is_app(step) and given.get("private-key") == _APP_KEY and json.dumps(step).count("secrets") == 1
    if _SECRET.search(json.dumps(step)) and not is_key:
        yield f"{name}: a secret in a step"
    for action, rules in (("checkout", _of_checkout), ("upload-artifact", _of_upload)):
        if f"actions/{action}@" in uses:
            yield from (f"{name}: {rule}" for rule in rules(given))
    if "actions/setup-python@" in uses and "cache" in given:
        yield f"{name}: a cache, which a pull request could have filled"


def _of_checkout(given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("persist-credentials") is not False:
        yield "the checkout leaves its token behind"
    if "sparse-checkout" in given and given.get("sparse-checkout-cone-mode") is not False:
        yield "patterns of a sparse checkout are read as folders"


def _of_upload(given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("overwrite") is not True:
        yield "a job that runs again can't replace what it handed on"
    if not {"if-no-files-found", "retention-days"} <= set(given):
        yield "an artifact without if-no-files-found and retention-days"
    if "include-hidden-files" in given:
        yield "hidden files among what is handed on"


def _is_outside(step: Mapping[str, Any]) -> bool:
    return str(step.get("with", {}).get("path", "")).startswith("${{ runner.temp }}/")
