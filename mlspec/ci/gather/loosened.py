"""What a change makes easier to pass, and the gates that a Waiver of the base branch lets pass: parts of the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial

from mlspec.adapters.git.repository import Repository
from mlspec.ci.gather.judging import gate_of
from mlspec.ci.report import JudgedModel, Looser, Report, Trouble
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems
from mlspec.gates.waivers import in_force, waive
from mlspec.promotion.loosening import Loosened, loosened
from mlspec.promotion.loosening.sides import Read
from mlspec.registry.at_commit import compile_at


def by_base(found: Sequence[JudgedModel | Trouble], project: Project) -> list[JudgedModel | Trouble]:
    """The judged models with their gates waived by the waivers of `project`: a waiver counts once it is merged."""
    today = datetime.now(UTC).date()
    return [_waived(one, project, today) if isinstance(one, JudgedModel) else one for one in found]


def _waived(judged: JudgedModel, project: Project, today: date) -> JudgedModel:
    waivers = in_force(project, judged.model, None, today)
    report = waive(judged.shown().report, waivers)
    return judged.model_copy(update={"gates": tuple(map(gate_of, report.gates))}) if waivers else judged


def loosened_since(before: Project | None, after: Project, code: tuple[Read, Read] | None = None) -> tuple[Looser, ...]:
    """What `after` makes easier to pass; nothing where there is no base to compare with."""
    if before is None:
        return ()
    return tuple(_looser(one) for one in loosened(before, after, datetime.now(UTC).date(), code))


def _looser(one: Loosened) -> Looser:
    before, after, owner = (None if text is None else text[:1_000] for text in (one.before, one.after, one.owner))
    return Looser(
        object=one.ref[:1_000],
        what=one.what[:1_000],
        before=before,
        after=after,
        owner=owner,
        path=one.span.path[:1_000],
        line=one.span.line,
    )


def from_git(repository: Repository, base: str, report: Report) -> Report:
    """The report with what its commit loosens against `base`, compared here: the job that wrote it ran code of the change.

    Where one of the two can't be compiled, what the report says is left as it is.
    """
    fork = repository.merge_base(base, report.commit)
    try:
        before, after = (compile_at(repository, commit).project for commit in (fork or base, report.commit))
    except Problems:
        return report
    code = partial(repository.show, fork or base), partial(repository.show, report.commit)
    return report.model_copy(update={"loosened": loosened_since(before, after, code)})
