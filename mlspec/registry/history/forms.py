"""History as rows for a terminal and as JSON. Text of other people is made visible: no name can write to the terminal."""

from __future__ import annotations

from typing import Any

from mlspec.diagnostics.render.excerpt import visible
from mlspec.registry.branch import Line, Step
from mlspec.registry.history.at import Then
from mlspec.registry.history.periods import Period
from mlspec.registry.history.tell import History, Version

VERSIONS = ("version", "merged", "created", "by", "commit", "digest")
PERIODS = ("deployment", "version", "from", "until", "how", "merged by", "why")
STOOD = ("deployment", "version", "since", "digest", "claim")
SHORT = 19
"""`sha256:` and twelve digits."""


def version_rows(versions: tuple[Version, ...]) -> list[list[str]]:
    return [
        [v.version, v.merged.instant, visible(v.created_at), visible(v.created_by), visible(v.commit[:12]), visible(v.digest[:SHORT])]
        for v in versions
    ]


def period_rows(periods: tuple[Period, ...]) -> list[list[str]]:
    return [
        [
            f"{p.environment}/{p.deployment}",
            visible(p.version or "-"),
            p.start.instant,
            p.until.instant if p.until else "now",
            p.how,
            visible(p.start.author) + ("" if p.start.is_merge else " (no merge)"),
            visible(p.reason or "") + (f" (hold until {visible(p.hold)})" if p.hold else ""),
        ]
        for p in periods
    ]


def stood_rows(then: Then) -> list[list[str]]:
    rows = ((s.declared, s.since) for s in then.stood)
    return [[d.name, visible(d.version or "-"), since.instant if since else "-", _short(d.digest), _short(d.claim)] for d, since in rows]


def _short(digest: str | None) -> str:
    return visible((digest or "-")[:SHORT])


def line_json(line: Line) -> dict[str, Any]:
    return {"name": line.name, "commit": line.tip}


def step_json(step: Step | None) -> dict[str, Any] | None:
    return None if step is None else {"at": step.instant, "commit": step.commit, "by": step.author, "isMerge": step.is_merge}


def history_json(history: History) -> dict[str, Any]:
    """The document of `mlspec history --format json`."""
    form: dict[str, Any] = {"version": 1, "object": history.ref, "branch": line_json(history.line), "more": history.more}
    if history.versions is not None:
        form["versions"] = [version_json(v) for v in history.versions]
    return form | {"periods": [period_json(p) for p in history.periods]}


def version_json(version: Version) -> dict[str, Any]:
    keys = {"model": version.model, "version": version.version, "digest": version.digest, "commit": version.commit, "record": version.path}
    return {**keys, "createdAt": version.created_at, "createdBy": version.created_by, "merged": step_json(version.merged)}


def period_json(period: Period) -> dict[str, Any]:
    where = {"environment": period.environment, "deployment": period.deployment, "model": period.model}
    what = {"version": period.version, "digest": period.digest, "claim": period.claim, "claimPath": period.claim_path}
    why = {"how": period.how, "reason": period.reason, "holdUntil": period.hold}
    return where | what | why | {"from": step_json(period.start), "until": step_json(period.until)}


def then_json(then: Then) -> dict[str, Any]:
    """The document of `mlspec at --format json`."""
    rows = [
        {
            "deployment": s.declared.name,
            "model": s.declared.model,
            "version": s.declared.version,
            "digest": s.declared.digest,
            "claim": s.declared.claim,
            "target": s.declared.target,
            "file": s.path,
            "since": step_json(s.since),
        }
        for s in then.stood
    ]
    head = {
        "version": 1,
        "environment": then.environment,
        "at": then.asked.text,
        "branch": line_json(then.line),
        "step": step_json(then.step),
    }
    return head | {"deployments": rows, "clocksRanBackwards": [s.commit for s in then.backwards]}
