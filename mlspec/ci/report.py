"""The report of a run: what `mlspec ci gather` found. `record` renders the comment from it, so whatever stands here is checked as data.

The job that gathers runs code of the pull request, so a report is not believed beyond what it can do: it is text in a comment and a
status. Promotion judges again from the base branch's side.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from mlspec.ci.handover import Commit, Handover, ObjectRef, StageName, Text, read_handover, write_handover
from mlspec.ci.plan_file import Held, Mode
from mlspec.ci.shard_report import Seconds
from mlspec.diagnostics.digest import canonical_digest
from mlspec.gates import breakdown
from mlspec.gates.breakdown import Breakdown
from mlspec.gates.overview import MetricRow
from mlspec.gates.result import GateReport, GateResult
from mlspec.gates.tables import Shown
from mlspec.language.kinds.deployment import Version
from mlspec.registry.records import Estimate
from mlspec.reports.charts import model as charts
from mlspec.reports.charts.model import Categories

FILE = "report.json"
FILES = "files"
"""Of a report's folder: the result files to commit, at their paths."""

Verdict = Literal["pass", "fail", "inconclusive", "behind", "nothing"]
Outcome = Literal["ok", "failed", "skipped", "missing"]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Code = Annotated[str, Field(pattern=r"^MLS[0-9]{4}$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Line = Annotated[str, Field(max_length=1_000)]
Count = Annotated[int, Field(ge=0, le=10**15)]


class Stage(Handover):
    """A stage that ran, and the seconds it took."""

    name: StageName
    seconds: Seconds


class Trained(Handover):
    """What became of a planned object. `missing`: its job brought nothing. `before`: the seconds of the last recorded run."""

    object: ObjectRef
    outcome: Outcome
    stages: Annotated[tuple[Stage, ...], Field(max_length=100)] = ()
    reasons: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    before: Seconds | None = None
    why: Text = ""

    @property
    def seconds(self) -> float:
        """What its stages took together."""
        return sum(stage.seconds for stage in self.stages)


class Trouble(Handover):
    """A check that did not hold: a diagnostic's code and message; of an object, or of the whole run."""

    code: Code
    message: Text
    object: ObjectRef | None = None
    help: Text = ""


class Number(Handover):
    """A value with its interval, where one was taken."""

    value: float
    low: float | None = None
    high: float | None = None


class WaivedBy(Handover):
    """The Waiver by which a gate may miss, and the day it ends."""

    name: Name
    owner: Line
    until: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    reason: Line


class Gate(Handover):
    """A gate's verdict, as `gates.result.GateResult` has it; null where a number is not defined."""

    kpi: Line
    metric: Line
    subject: Line
    value: float | None
    low: float | None
    high: float | None
    threshold: float | None
    reference: float | None = None
    rows: Count
    verdict: Literal["pass", "fail", "inconclusive", "skipped", "waived"]
    message: Text
    waiver: WaivedBy | None = None
    warning: bool = False


class Metric(Handover):
    """A metric of challenger, baseline and champion, and the paired difference; `train`: the challenger's on training rows."""

    metric: Line
    challenger: Number
    baseline: Number
    champion: Number | None = None
    difference: Number | None = None
    train: float | None = None


class Series(Handover):
    """The heights of one line or row of bars; null where there is none."""

    name: Line
    form: Literal["bar", "line"]
    values: Annotated[tuple[float, ...], Field(min_length=1, max_length=40)]


class Chart(Handover):
    """A small drawing: `labels` name the points along x, one a value of each series."""

    title: Line
    x: Line
    y: Line
    labels: Annotated[tuple[Line, ...], Field(min_length=1, max_length=40)]
    series: Annotated[tuple[Series, ...], Field(min_length=1, max_length=4)]

    @model_validator(mode="after")
    def _even(self) -> Self:
        if any(len(series.values) != len(self.labels) for series in self.series):
            raise ValueError("a series has not one value a label")
        return self

    def shown(self) -> Categories:
        """As it is drawn."""
        return Categories(self.title, self.x, self.y, self.labels, tuple(charts.Series(s.name, s.form, s.values) for s in self.series))


class Part(Handover):
    """A class or a group: a value a metric, null where it is not defined."""

    name: Line
    rows: Count
    values: Annotated[tuple[float | None, ...], Field(max_length=100)]


class ByPart(Handover):
    """How a model does by class or by the values of a column, as `gates.breakdown.Breakdown` has it."""

    by: Line
    metrics: Annotated[tuple[Line, ...], Field(max_length=100)]
    parts: Annotated[tuple[Part, ...], Field(max_length=40)]
    left_out: Count = 0

    @model_validator(mode="after")
    def _even(self) -> Self:
        if any(len(part.values) != len(self.metrics) for part in self.parts):
            raise ValueError("a part has not one value a metric")
        return self

    def shown(self) -> Breakdown:
        """As the tables show it."""
        return Breakdown(self.by, self.metrics, tuple(breakdown.Part(p.name, p.rows, p.values) for p in self.parts), self.left_out)


class Uses(Handover):
    """The decisions that a model's test set was used for, as `registry.holdout.Holdout` counts them; `warn`: from how many to warn."""

    versions: Annotated[tuple[Version, ...], Field(max_length=100_000)]
    others: Count
    warn: Annotated[int, Field(ge=1)] | None = None


class JudgedModel(Handover):
    """A model's judgement: its gates against the champion (null before the first) on its test rows.

    `digest`: of the model folder. `search`: what is told of the search for its params, `decision`: of its calibration and
    threshold, `alike`: how far its clusters are the champion's; "" where there was none.
    """

    model: Name
    digest: Digest
    champion: Version | None
    rows: Count
    seen: Count = 0
    confidence: Annotated[float, Field(gt=0, lt=1)]
    gates: Annotated[tuple[Gate, ...], Field(max_length=20_000)]
    metrics: Annotated[tuple[Metric, ...], Field(max_length=200)] = ()
    charts: Annotated[tuple[Chart, ...], Field(max_length=6)] = ()
    test_set: Uses | None = None
    breakdowns: Annotated[tuple[ByPart, ...], Field(max_length=100)] = ()
    search: Line = ""
    decision: Line = ""
    alike: Line = ""

    def shown(self) -> Shown:
        """What the tables of a promotion show."""
        gates = tuple(GateResult.from_form(gate.model_dump()) for gate in self.gates)
        report, metrics = GateReport(gates, self.confidence), tuple(map(_metric, self.metrics))
        return Shown(self.model, self.champion, report, self.rows, metrics, self.seen, tuple(b.shown() for b in self.breakdowns))

    @property
    def verdict(self) -> str:
        """pass, fail or inconclusive."""
        return self.shown().report.verdict


def _metric(row: Metric) -> MetricRow:
    champion, difference = (None if number is None else _estimate(number) for number in (row.champion, row.difference))
    return MetricRow(row.metric, _estimate(row.challenger), _estimate(row.baseline), champion, difference, row.train)


def _estimate(number: Number) -> Estimate:
    return Estimate.model_validate(number.model_dump())


class Looser(Handover):
    """Something that the change makes easier to pass; `owner`: who is to be asked. `path`, `line`: where it stands."""

    object: Line
    what: Line
    before: Line | None
    after: Line | None
    owner: Line | None
    path: Line
    line: Count


class Report(Handover):
    """The whole report. `behind`: what merging the base branch in would make stale, or put in conflict.

    `notes`: what was not checked. `held`: what the plan held back. `loosened`: what the change makes easier to pass.
    """

    version: Literal[1] = 1
    commit: Commit
    base: Commit | None
    mode: Mode
    verdict: Verdict
    objects: tuple[Trained, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    behind: tuple[Line, ...] = ()
    models: tuple[JudgedModel, ...] = ()
    unchanged: tuple[Name, ...] = ()
    notes: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    held: tuple[Held, ...] = ()
    loosened: Annotated[tuple[Looser, ...], Field(max_length=10_000)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for names in ([o.object for o in self.objects], [m.model for m in self.models]):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                raise ValueError(f"{twice[0]} stands in it twice")
        if self.verdict != verdict_of(self.objects, self.troubles, self.behind, self.models):
            raise ValueError("the verdict does not follow from what stands in it")
        return self

    @property
    def failed(self) -> tuple[Trained, ...]:
        """The planned objects that are not ok."""
        return tuple(o for o in self.objects if o.outcome != "ok")

    def digest(self) -> str:
        """`sha256:<hex>` of what the verdict rests on, without commits, times, and what was trained on the way."""
        models = [
            [m.model, m.digest, m.champion, m.rows, [[g.kpi, g.subject, g.verdict, g.threshold] for g in m.gates]] for m in self.models
        ]
        troubles = [t.model_dump() for t in self.troubles]
        failed = [[o.object, o.outcome, o.why] for o in self.failed]
        looser = [[one.model_dump() for one in self.loosened]] if self.loosened else []
        return canonical_digest([self.verdict, failed, troubles, list(self.behind), models, list(self.notes), *looser])


def verdict_of(objects: Any, troubles: Any, behind: Any, models: Any) -> Verdict:
    """`fail` before `inconclusive` before `behind` before `pass`; `nothing` where nothing was trained and nothing judged."""
    verdicts = {m.verdict for m in models}
    if troubles or "fail" in verdicts or any(o.outcome != "ok" for o in objects):
        return "fail"
    if "inconclusive" in verdicts:
        return "inconclusive"
    return "behind" if behind else "pass" if models or objects else "nothing"


def read_report(folder: Path) -> Report:
    """Read the report of a folder. Raises MLS0560 when it is not there or not what it should be."""
    return read_handover(Report, folder / FILE, "the report")


def write_report(folder: Path, report: Report) -> None:
    """Write the report into a folder, whole or not at all."""
    write_handover(folder / FILE, report)
