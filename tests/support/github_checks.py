"""What GitHub starts, cancels and counts: a model of its rules, each with its source, fed with generated workflows and what they report.

Where sources disagree there are two readings, and a test asks both: nothing may be merged by one that should not be by the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from support import quick_yaml

REQUIRED = ("plan", "gather", "record", "verify", "mlspec/approvals")
"""What docs/guides/ci.md has people require."""
BOT = "github-actions[bot]"
DEFAULT_TYPES = ("opened", "synchronize", "reopened")
"""https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request"""
Reading = Literal["the newest", "each run"]
READINGS: tuple[Reading, ...] = ("the newest", "each run")
"""Of several checks of one name on a commit the newest counts (https://github.com/yonatangross/orchestkit/issues/4177,
https://github.com/apache/texera/pull/8523), or that of each run (https://github.com/databricks/cli/pull/5566,
https://github.com/wasm-micro-runtime/wasm-micro-runtime/pull/5053)."""


@dataclass(frozen=True)
class Event:
    """Something that happened: `name` as a workflow knows it. Its payload; the run's number, ref and commit."""

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    run: int = 1
    ref: str = "refs/pull/7/merge"
    sha: str = "f" * 40

    def context(self) -> dict[str, Any]:
        """What expressions read."""
        github = {"event_name": self.name, "event": self.payload, "ref": self.ref, "sha": self.sha, "run_id": self.run}
        kind, _, name = self.ref.removeprefix("refs/").partition("/")
        github |= {"repository": "acme/shop", "ref_type": "branch" if kind == "heads" else "", "ref_name": name}
        return {"github": github, "inputs": self.payload.get("inputs") or {}}


@dataclass(frozen=True)
class Check:
    """A check on a commit, told in the order of a list."""

    name: str
    conclusion: str
    event: str
    run: int


def pull_event(action: str, *, run: int = 1, sender: str = "ada", base: str = "main", was: str = "", **more: Any) -> Event:
    """An event of pull request #7 from `change`. `was`: the base of before, at an edit of it."""
    ends = {"head": {"sha": "c" * 40, "ref": "change", "repo": {"full_name": more.get("source", "acme/shop")}}, "base": {"ref": base}}
    pull = {"number": 7, "user": {"login": more.get("author", "ada")}, **ends}
    changes = {"changes": {"base": {"ref": {"from": was}}} if was else {"title": {"from": "Old words"}}} if action == "edited" else {}
    payload = {"action": action, "pull_request": pull, "sender": {"login": sender}, **changes}
    return Event(more.get("name", "pull_request"), payload, run)


def dispatched(run: int = 1, branch: str = "change", sha: str = "c" * 40) -> Event:
    """A run that somebody, or a workflow, started on a branch."""
    return Event("workflow_dispatch", {"sender": {"login": BOT}}, run, f"refs/heads/{branch}", sha)


def starts(form: Mapping[str, Any], event: Event) -> str:
    """`runs`, `waits` (until somebody with write access approves it), or "": no run at all.

    Of what a workflow's own token does only a dispatch starts a run; an opened, pushed to or reopened pull request makes one that waits:
    https://docs.github.com/en/actions/concepts/security/github_token, https://github.blog/changelog/2026-06-11-bot-created-pull-requests-can-run-workflows-if-approved/
    """
    on = form["on"]
    if event.name not in on:
        return ""
    wanted, action = on[event.name] or {}, event.payload.get("action")
    if event.name in ("pull_request", "pull_request_review"):
        if action not in wanted.get("types", DEFAULT_TYPES):
            return ""
        if "branches" in wanted and event.payload["pull_request"]["base"]["ref"] not in wanted["branches"]:
            return ""
        if event.payload["sender"]["login"] == BOT:
            return "waits" if event.name == "pull_request" and action in DEFAULT_TYPES else ""
    return "runs"


def group(form: Mapping[str, Any], event: Event) -> tuple[str, bool]:
    """The run's group of concurrency, and whether it cancels what runs in it. One that waits there always gives way to the newest."""
    made, cancels = (evaluate(form["concurrency"][key], event.context()) for key in ("group", "cancel-in-progress"))
    return str(made), bool(cancels)


def reported(
    form: Mapping[str, Any], event: Event, results: Mapping[str, str] | None = None, needs: Mapping[str, Any] | None = None
) -> list[Check]:
    """The checks of a run that is let run: a job whose condition does not hold is `skipped`, each other one ends as `results` say."""
    context = event.context() | {"needs": needs or {}}
    found = []
    for name, job in form["jobs"].items():
        runs = evaluate(job.get("if", True), context)
        found.append(Check(job.get("name", name), (results or {}).get(name, "success") if runs else "skipped", event.name, event.run))
    return found


def may_merge(checks: Iterable[Check], statuses: Iterable[Mapping[str, Any]], reading: Reading) -> bool:
    """Whether everything required has passed on a commit."""
    told, states = list(checks), list(statuses)
    return all(_passed(name, told, states, reading) for name in REQUIRED)


def _passed(name: str, checks: list[Check], statuses: list[Mapping[str, Any]], reading: Reading) -> bool:
    """A job that is skipped has passed: https://docs.github.com/articles/about-statuses. Of a status the newest counts.

    A check and a status of one name must both pass (docs.github.com, troubleshooting required status checks). Checks of a dispatched run
    are not the pull request's: https://github.com/ThemeParks/ThemeParks_JavaScript/pull/37
    """
    mine = [check.conclusion for check in checks if check.name == name and check.event != "workflow_dispatch"]
    states = [status["state"] for status in statuses if status["context"] == name]
    counted = mine[-1:] if reading == "the newest" else mine
    passed = all(conclusion in ("success", "skipped", "neutral") for conclusion in counted)
    return bool(counted or states) and passed and states[-1:] in ([], ["success"])


_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|&&|\|\||==|!=|!|[(),]|[A-Za-z_][\w.-]*|\d+)")
_WORDS = {"&&": " and ", "||": " or ", "!": " not ", "null": "''", "true": "True", "false": "False"}


def evaluate(given: Any, context: Mapping[str, Any]) -> Any:
    """A value of a workflow, with its expressions evaluated; whole ones keep their type. What is not there is ''."""
    if not isinstance(given, str) or "${{" not in given:
        return given
    parts = re.split(r"\$\{\{(.*?)\}\}", given)
    values = [_value(part, context) if number % 2 else part for number, part in enumerate(parts)]
    return values[1] if len(values) == 3 and not values[0] and not values[2] else "".join(map(str, values))


def _value(text: str, context: Mapping[str, Any]) -> Any:
    """GitHub's operators are Python's, but for their signs; a part of a payload that is missing is ''."""
    found = _TOKEN.findall(text)
    assert "".join(found) == re.sub(r"\s", "", text) or "'" in text, text
    python = "".join(_python(token, following) for token, following in zip(found, [*found[1:], ""], strict=True))
    names = {"get": lambda path: _get(context, path), "format": _format, "cancelled": lambda: False}
    return eval(python, {"__builtins__": {}}, names)


def _python(token: str, following: str) -> str:
    if token.startswith("'"):
        return repr(token[1:-1].replace("''", "'"))
    is_name = re.match(r"[A-Za-z_]", token) and token not in _WORDS and following != "("
    return f"get({token!r})" if is_name else _WORDS.get(token, token)


def _get(context: Mapping[str, Any], path: str) -> Any:
    found: Any = context
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return "" if found is None else found


def _format(text: str, *given: Any) -> str:
    return re.sub(r"\{(\d)\}", lambda match: str(given[int(match[1])]), text)


def load(text: str) -> dict[str, Any]:
    """A workflow, whose `on` YAML 1.1 would read as true."""
    form = quick_yaml.load(text)
    return form if "on" in form else {**form, "on": form.pop(True)}
