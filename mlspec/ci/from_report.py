"""The proposal of a retraining, made from the report of `mlspec ci gather`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mlspec.ci import proposal_rules
from mlspec.ci.proposal import BODY_LIMIT
from mlspec.ci.propose import Ground, Proposed, propose
from mlspec.ci.results import read_results
from mlspec.ci.safe_files import read_plain
from mlspec.diagnostics import Problems, problem
from mlspec.promotion.at_commit import compile_at
from mlspec.targets.markdown import code, fit

REPORT, COMMENT, FILES = "report.json", "comment.md", "files"
REPORT_BYTES = 20 << 20
MAX_HELD = 200
"""Held models that are named one by one."""


def propose_report(ground: Ground, folder: Path) -> Proposed | None:
    """Propose what was trained; None when nothing was. Raises MLS0528 for a report that can't be read, MLS0561 for strange files."""
    report = _report(folder)
    commit = str(report.get("commit"))
    if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit) is None or ground.repository.find(commit) is None:
        raise _bad("it names no commit that is known here")
    graph = compile_at(ground.repository, commit).graph
    files = read_results(folder / FILES, graph, [p.ref for p in graph.pipelines])
    if not files:
        return None
    subject = proposal_rules.RETRAIN_SUBJECT
    body = fit([("", _comment(folder)), *_held(report.get("held"))], BODY_LIMIT)
    return propose(ground, proposal_rules.make("retrain", subject, ground.base, commit, body, files))


def _report(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_plain(folder / REPORT, REPORT_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise _bad(str(getattr(error, "strerror", None) or error)[:200]) from None
    if not isinstance(found, dict) or found.get("version") != 1:
        raise _bad("it is none of version 1")
    return found


def _comment(folder: Path) -> str:
    """The comment that gather wrote, which is Markdown already, without what no text needs."""
    try:
        text = read_plain(folder / COMMENT, REPORT_BYTES).decode("utf-8")
    except (OSError, ValueError):
        raise _bad(f"{COMMENT} can't be read") from None
    return "".join(c for c in text if c.isprintable() or c == "\n")


def _held(found: Any) -> Iterable[tuple[str, str]]:
    """The models that were left alone, with the reasons."""
    rows = [r for r in found if isinstance(r, Mapping)] if isinstance(found, list) else []
    if not rows:
        return
    lines = [f"- {code(row.get('object'))}: {code(row.get('why'))}" for row in rows[:MAX_HELD]]
    more = [f"- and {len(rows) - MAX_HELD} more"] if len(rows) > MAX_HELD else []
    yield "### Held back", "\n".join([*lines, *more])


def _bad(why: str) -> Problems:
    shown = "".join(c if c.isprintable() else " " for c in why)
    return problem("MLS0528", f"the report can't be used: {shown}", help="nothing was pushed; run `mlspec ci gather` again")
