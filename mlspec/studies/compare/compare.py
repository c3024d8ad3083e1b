"""Models and versions on the same test rows: fetched by content, verified and scored at a desk, told apart by the gates' statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlspec.adapters.dvc import store as dvc_store
from mlspec.diagnostics import did_you_mean, problem
from mlspec.diagnostics.words import rest
from mlspec.gates.alongside import Entrant, Question, score_alongside
from mlspec.gates.candidate import Candidate, fetch, from_record, from_workspace
from mlspec.gates.champion import require_record
from mlspec.gates.workspace import record_files, stale_models
from mlspec.metrics.catalog import METRICS, MetricInfo
from mlspec.metrics.tasks import TASKS
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.place import check_version, model_name
from mlspec.studies.compare.found import Comparison
from mlspec.studies.measuring import measuring

FEWEST = 2


@dataclass(frozen=True, slots=True)
class Contender:
    """A model as it is named for people (`model/demand`, `demand@v1.0.0`), and what is to be fetched of it."""

    name: str
    candidate: Candidate


def compare(workspace: Workspace, names: Sequence[str], by: str | None = None, *, against_best: bool = False) -> Comparison:
    """Compare what was trained here (`model/demand`), versions (`demand@v1.0.0`) and sets of models (`modelset/shops`).

    With the first that is named, or the best by `by`. Raises MLS0003 and MLS0715 for what is not there, MLS0714 for a model that was
    never trained, MLS0795 for models that can't be compared; what fetching and scoring raise.
    """
    chosen = list(dict.fromkeys(_canonical(name) for name in workspace.project.chosen(names)))
    if len(chosen) < FEWEST:
        raise problem("MLS0795", "there is nothing to compare one model with", help="name two: `mlspec compare model/demand demand@v1.0.0`")
    with dvc_store.kept_open():
        found = [_contender(workspace, name) for name in chosen]
        require_same_rows(found)
        for one in found:
            fetch(workspace.root, one.candidate.artifacts.model)
        test = found[0].candidate.artifacts.test
        fetch(workspace.root, test)
    first = _declared(workspace, found)
    params = measuring(workspace.graph, first)
    metric = metric_for(workspace, first, str(params["task"]), by)
    params["metrics"] = list(dict.fromkeys([metric.name, *params["metrics"]]))
    entrants = tuple(Entrant(one.name, one.candidate.artifacts.model, one.candidate.digest) for one in found)
    scored = score_alongside(workspace.root, Question(params, test, entrants, metric.name, against_best), "compare")
    trained = [one.candidate.model for one in found if one.candidate.version is None]
    stale = tuple(diagnostic for _, diagnostic in stale_models(workspace, trained))
    return Comparison(metric, test.digest, tuple((e.name, e.digest) for e in entrants), against_best, scored, stale)


def _declared(workspace: Workspace, found: Sequence[Contender]) -> str:
    """The first model that the specs declare still: they say how rows are drawn. Raises MLS0795 where all are of the past."""
    known = next((one.candidate.model for one in found if one.candidate.model in workspace.project.models), None)
    if known is None:
        message = "none of these models is declared any more, so nothing says how they are measured"
        raise problem("MLS0795", message, help="`mlspec diff` compares versions by their records")
    return known


def _canonical(name: str) -> str:
    """One spelling of each: `model/demand`, `demand@v1.0.0`."""
    bare = name.removeprefix("model/")
    return bare if "@" in bare else f"model/{bare}"


def _contender(workspace: Workspace, name: str) -> Contender:
    model, _, version = name.partition("@")
    if version:
        check_version(version)
        return Contender(name, from_record(require_record(record_files(workspace.root, model), model, version).record))
    return Contender(name, from_workspace(workspace, model_name(workspace.project, name)))


def require_same_rows(found: Sequence[Contender]) -> None:
    """Raises MLS0795 unless all were set aside the same test rows: on other rows a difference says as much of the rows as of the models."""
    first = found[0]
    odd = [one for one in found if one.candidate.artifacts.test.digest != first.candidate.artifacts.test.digest]
    if odd:
        said = [f"{one.name} has {one.candidate.artifacts.test.digest[:19]}…" for one in (first, odd[0])]
        more = f"; so have {rest(len(odd), 1, 'model')}" if len(odd) > 1 else ""
        message = f"they have other test rows: {', '.join(said)}{more}"
        help_text = "give both the same `data` and `split`, and run them; on new rows `mlspec gate` compares with what stands"
        raise problem("MLS0795", message, help=help_text)


def metric_for(workspace: Workspace, model: str, task: str, by: str | None) -> MetricInfo:
    """What is sorted by: the one asked for, else the first KPI's, else the task's usual one. It must have a better and a worse."""
    kpis = workspace.project.kpis_of(model)
    named = [k.metric for k in kpis.envelope.spec.kpis if not k.step] if kpis else []
    own = {name: metric.info(name) for name, metric in kpis.envelope.spec.metrics.items()} if kpis else {}
    fitting = {name: info for name, info in METRICS.items() if task in info.tasks and info.greater is not None} | own
    if by is None:
        return fitting[next((m for m in named if m in fitting), TASKS[task].usual)]
    if by not in fitting:
        why = "has no better and no worse" if by in METRICS and task in METRICS[by].tasks else f"is no metric of {task}"
        raise problem("MLS0795", f"`{by}` {why}", help=did_you_mean(by, fitting))
    return fitting[by]
