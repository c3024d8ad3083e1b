"""The proposal of a retraining, made from the report of `mlspec ci gather`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from mlspec.ci import seconds
from mlspec.ci.plan_file import Held
from mlspec.ci.propose import rules as proposal_rules
from mlspec.ci.propose.folder import BODY_LIMIT
from mlspec.ci.propose.propose import propose_scheduled
from mlspec.ci.record import comment
from mlspec.ci.report import FILES, Report, read_report
from mlspec.ci.results import read_results
from mlspec.diagnostics import problem
from mlspec.diagnostics.words import rest
from mlspec.promotion.proposals.publish import Published
from mlspec.promotion.proposals.upstream import Upstream
from mlspec.registry.at_commit import compile_at
from mlspec.reports.markdown import code

MAX_HELD = 100
"""Held models that are named one by one."""
_HELD_ROOM = 20_000


def propose_report(upstream: Upstream, folder: Path) -> Published | None:
    """Propose what was trained; None when nothing was. Raises MLS0560 for a report that can't be read, MLS0561 for strange files.

    The text is made here, from the report's data: what the job before wrote as Markdown is not taken.
    """
    report = read_report(folder)
    if upstream.repository.find(report.commit) is None:
        raise problem("MLS0524", f"the report is about {report.commit[:12]}, which is not known here", help="fetch the whole history")
    graph = compile_at(upstream.repository, report.commit).graph
    trained = {o.object: o.seconds for o in report.objects if o.outcome == "ok"}
    files = read_results(folder / FILES, graph, trained)
    if not files:
        return None
    made = proposal_rules.make("retrain", proposal_rules.RETRAIN_SUBJECT, upstream.base, report.commit, _body(report), files)
    return propose_scheduled(upstream, made, seconds.trailers(trained))


def _body(report: Report) -> str:
    style = replace(comment.COMMENT, limit=BODY_LIMIT - _HELD_ROOM)
    return "\n".join([comment.render(report, style).rstrip("\n"), *_held(report.held)]) + "\n"


def _held(found: tuple[Held, ...]) -> Iterable[str]:
    """The models that were left alone, with the reasons."""
    if found:
        yield "\n### Held back\n"
        yield from (f"- {code(held.object)}: {code(held.why, 100)}" for held in found[:MAX_HELD])
    if len(found) > MAX_HELD:
        yield f"- {rest(len(found), MAX_HELD)}"
