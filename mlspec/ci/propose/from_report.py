"""The proposal of a retraining, made from the report of `mlspec ci gather`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mlspec.ci import seconds
from mlspec.ci.plan_file import Held
from mlspec.ci.propose import rules as proposal_rules
from mlspec.ci.propose.folder import BODY_LIMIT
from mlspec.ci.propose.moved import late_text, merged_files, moved_objects
from mlspec.ci.propose.propose import propose_scheduled
from mlspec.ci.record import comment
from mlspec.ci.report import FILES, Report, read_report
from mlspec.ci.results import read_results
from mlspec.diagnostics import problem
from mlspec.diagnostics.words import rest
from mlspec.pipelines.results import result_paths
from mlspec.promotion.proposals.proposal import Files, Proposal
from mlspec.promotion.proposals.publish import Published, require_on_main
from mlspec.promotion.proposals.upstream import Upstream
from mlspec.registry.at_commit import compile_at
from mlspec.reports.markdown import code

MAX_HELD = 100
"""Held models that are named one by one."""
_HELD_ROOM = 20_000


def propose_report(upstream: Upstream, folder: Path) -> Published | None:
    """Propose what was trained, without what the main branch changed under it meanwhile; None when nothing was trained.

    Raises MLS0560 for a report that can't be read, MLS0561 for strange files, and what `propose_scheduled` raises.
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
    require_on_main(upstream.repository, _proposal(upstream, report, files, ()), upstream.base, upstream.main)
    late = moved_objects(upstream, report.commit, graph, files)
    own = {ref: result_paths(graph, [ref]) & files.keys() for ref in trained}
    there = merged_files(upstream, files, files) if report.commit != upstream.main else set[str]()
    on_time = {ref: spent for ref, spent in trained.items() if ref not in late and not (own[ref] and own[ref] <= there)}
    kept = {path: files[path] for path in sorted(frozenset().union(*(own[ref] for ref in on_time)))}
    told = tuple(late_text(upstream.base, ref, paths) for ref, paths in late.items())
    made = _proposal(upstream, report, kept, late)
    if not kept:
        return Published(made.subject, made.branch, "left" if late else "merged", late=told)
    return replace(propose_scheduled(upstream, made, seconds.trailers(on_time)), late=told)


def _proposal(upstream: Upstream, report: Report, files: Files, late: Iterable[str]) -> Proposal:
    body = _body(report, late)
    return proposal_rules.make("retrain", proposal_rules.RETRAIN_SUBJECT, upstream.base, report.commit, body, files)


def _body(report: Report, late: Iterable[str]) -> str:
    style = replace(comment.COMMENT, limit=BODY_LIMIT - _HELD_ROOM)
    return "\n".join([comment.render(report, style).rstrip("\n"), *_held(report.held), *_late(sorted(late))]) + "\n"


def _late(refs: Sequence[str]) -> Iterable[str]:
    """What stands above as trained, and is not among the files."""
    if refs:
        yield "\n### Left for the next run\n"
        yield "The main branch changed what these were trained from, so that their results are not in this pull request:\n"
        yield from (f"- {code(ref)}" for ref in refs[:MAX_HELD])
    if len(refs) > MAX_HELD:
        yield f"- {rest(len(refs), MAX_HELD)}"


def _held(found: tuple[Held, ...]) -> Iterable[str]:
    """The models that were left alone, with the reasons."""
    if found:
        yield "\n### Held back\n"
        yield from (f"- {code(held.object)}: {code(held.why, 100)}" for held in found[:MAX_HELD])
    if len(found) > MAX_HELD:
        yield f"- {rest(len(found), MAX_HELD)}"
