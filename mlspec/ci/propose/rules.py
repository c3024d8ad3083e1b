"""What a scheduled proposal may be: its branch, its title, its commit's message, and the paths that it may touch.

Everything is derived from the specs at the commit it builds on, so that the job before can choose none of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from mlspec.ci.propose.folder import shown
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.layout import LEDGER, source_folder
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.words import some
from mlspec.pipelines.results import result_paths
from mlspec.promotion.proposals.proposal import Files, Proposal

Scheduled = Literal["refresh", "retrain"]
RETRAIN_SUBJECT = "models"


def branch_of(kind: Scheduled, subject: str) -> str:
    """The branch of a refresh or of the retraining: one a subject, so that there is one pull request."""
    return "mlspec/retrain" if kind == "retrain" else f"mlspec/refresh/{subject.removeprefix('source/')}"


def title_of(kind: Scheduled, subject: str) -> str:
    return f"Refresh {subject}" if kind == "refresh" else "Retrain stale models"


def make(kind: Scheduled, subject: str, base: str, commit: str, body: str, files: Files) -> Proposal:
    """A refresh or retraining with the branch, title and message that belong to it."""
    return Proposal.make(kind, subject, branch_of(kind, subject), (base, commit), title_of(kind, subject), body, files)


def check(proposal: Proposal, base: str, project: Project, graph: Graph) -> None:
    """Check a proposal of a refresh or retraining against the specs at its commit. Raises MLS0522 with what oversteps."""
    if proposal.base != base:
        raise overstep(proposal, f"its base is {shown(proposal.base)}, and the main branch is `{base}`")
    allowed = _allowed(proposal, project, graph)
    kind: Scheduled = "retrain" if proposal.kind == "retrain" else "refresh"
    expected = make(kind, proposal.subject, base, proposal.commit, proposal.body, proposal.files)
    for key in ("branch", "title", "message"):
        if getattr(proposal, key) != getattr(expected, key):
            raise overstep(proposal, f"its {key} is not what its content calls for")
    require_allowed(proposal, (p for p in proposal.files if p not in allowed))


def require_allowed(proposal: Proposal, wrong: Iterable[str]) -> None:
    """Raises MLS0522 for paths that the kind may not touch."""
    found = sorted(wrong)
    if found:
        raise overstep(proposal, f"it touches {some(map(shown, found))}")


def _allowed(proposal: Proposal, project: Project, graph: Graph) -> frozenset[str]:
    if proposal.kind == "retrain":
        if proposal.subject != RETRAIN_SUBJECT:
            raise overstep(proposal, f"it is about {shown(proposal.subject)}")
        return graph.results
    name = proposal.subject.removeprefix("source/")
    source = project.sources.get(name)
    if source is None or proposal.subject != source.ref or source.envelope.spec.refresh is None:
        raise overstep(proposal, f"the specs have no {shown(proposal.subject)} with a `refresh`")
    pin = (source.path, f"{source_folder(name)}/params.yaml", LEDGER) if _is_pinned(source.envelope.spec) else ()
    return result_paths(graph, [source.ref]) | frozenset(pin)


def _is_pinned(spec: object) -> bool:
    http = getattr(spec, "http", None)
    return http is not None and http.sha256 is not None


def overstep(proposal: Proposal, why: str) -> Problems:
    """The diagnostic of a proposal that asks for more than its kind may have."""
    message = f"the proposal for {shown(proposal.subject)} may not be made: {why}"
    return problem("MLS0522", message, help="nothing was pushed. Find out what the job that wrote it ran")
