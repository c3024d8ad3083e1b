"""Reports of every kind, as data: what the comment makes of each is a golden (tests/golden/comments, written by tools/comment_goldens.py)."""

from __future__ import annotations

from typing import Any

from mlspec.ci.report import (
    ByPart,
    Chart,
    Gate,
    JudgedModel,
    Looser,
    Metric,
    Number,
    Part,
    Report,
    Series,
    Stage,
    Trained,
    Trouble,
    verdict_of,
)

COMMIT, BASE = "4f1c" * 10, "9a0b" * 10
DIGEST = "sha256:" + "a" * 64


def gate(
    kpi: str = "mae <= 50", subject: str = "overall", verdict: str = "pass", value: float = 41.2, message: str = "", **more: Any
) -> Gate:
    told = message or f"{kpi} on {subject}"
    form = {"kpi": kpi, "metric": "mae", "subject": subject, "value": value, "low": value - 1.3, "high": value + 1.4}
    return Gate.model_validate(form | {"threshold": 50.0, "rows": 3400, "verdict": verdict, "message": told} | more)


def metric(champion: bool = True) -> Metric:
    theirs, difference = (Number(value=44.0, low=42.9, high=45.1), Number(value=-2.8, low=-3.5, high=-2.1)) if champion else (None, None)
    ours, baseline = Number(value=41.2, low=39.9, high=42.6), Number(value=150.1, low=147.0, high=153.2)
    return Metric(metric="mae", challenger=ours, baseline=baseline, champion=theirs, difference=difference)


def chart(title: str = "Predicted (line) and actual (bars)", label: str = "") -> Chart:
    labels = tuple(f"{label}{10 * i} to {10 * i + 9}" for i in range(4))
    series = (
        Series(name=label or "actual", form="bar", values=(5.0, 14.2, 25.1, 33.3)),
        Series(name="predicted", form="line", values=(7.5, 15.0, 24.0, 30.25)),
    )
    return Chart(title=title, x="test rows by actual value", y="mean", labels=labels, series=series)


def model(name: str = "demand", *gates: Gate, champion: str | None = "v1.0.0", charts: tuple[Chart, ...] = ()) -> JudgedModel:
    return JudgedModel(
        model=name,
        digest=DIGEST,
        champion=champion,
        rows=3400,
        confidence=0.95,
        gates=gates or (gate(),),
        metrics=(metric(champion is not None),),
        charts=charts,
    )


def trained(ref: str = "model/demand", outcome: str = "ok", why: str = "", seconds: float = 12.3, before: float | None = 14.0) -> Trained:
    stages = (Stage(name="train", seconds=seconds), Stage(name="evaluate", seconds=2.0)) if outcome == "ok" else ()
    reasons = ("train: estimator.params.max_iter: 300 -> 100", "evaluate: after model/demand:train")
    return Trained(object=ref, outcome=outcome, stages=stages, reasons=reasons, before=before, why=why)  # type: ignore[arg-type]


def report(**parts: Any) -> Report:
    """A report with the verdict that follows from its parts."""
    found: dict[str, Any] = {"objects": (), "troubles": (), "behind": (), "models": ()} | parts
    verdict = verdict_of(found["objects"], found["troubles"], found["behind"], found["models"])
    return Report(**({"commit": COMMIT, "base": BASE, "mode": "pull-request", "verdict": verdict} | found))


VERSUS = gate("mae vs champion, not worse by 0%", value=-2.8, low=-3.5, high=-2.1, threshold=0.0, reference=44.0)
SLICES = tuple(gate("mae <= 60 by hour", f"hour={h}", "pass", 30.0 + h, threshold=60.0) for h in range(24))
FAILING = gate(verdict="fail", value=61.0, message="mae is 61 (95% interval 59.7 to 62.4); needed: <= 50")
UNSURE = gate(verdict="inconclusive", value=49.8, message="mae is 49.8 and its interval reaches 51.2; about 5,900 rows would settle it")
MISSING = "its job brought nothing: re-run the failed jobs"
FORK = Trouble(
    code="MLS0585", message="a fork's pull request trains nothing, and 1 objects are stale: model/demand", help="docs/guides/ci.md#forks"
)
LACKS = Trouble(
    code="MLS0583", object="model/demand", message="the DVC remote lacks pipelines/models/demand/model", help="run its job again"
)

WAIVED = gate(
    verdict="waived",
    value=61.0,
    message="mae is 61 (95% interval 59.7 to 62.4); needed: <= 50",
    waiver={"name": "sensor-gap", "owner": "@acme/forecasting", "until": "2026-12-01", "reason": "sensors are replaced, see #88"},
)
LOOSER = (
    Looser(
        object="kpis/demand",
        what="the KPI is easier (threshold)",
        before="mae <= 50",
        after="mae <= 60",
        owner="@acme/risk",
        path="specs/demand-kpis.yaml",
        line=8,
    ),
    Looser(
        object="rules/sales",
        what="the rule is gone",
        before="count | matches `[a](http://x)` @all",
        after=None,
        owner=None,
        path="specs/sales-rules.yaml",
        line=7,
    ),
)

BY_CLASS = ByPart(
    by="class",
    metrics=("precision", "recall", "f1"),
    parts=(Part(name="no", rows=3100, values=(0.97, 0.99, 0.98)), Part(name="@yes", rows=300, values=(0.9, 0.7, None))),
)
BY_GROUP = ByPart(by="plan <b>", metrics=("accuracy",), parts=(Part(name="basic|gold", rows=1, values=(None,)),), left_out=12)

CASES = {
    "by-class-and-group": report(models=(model("churn").model_copy(update={"breakdowns": (BY_CLASS, BY_GROUP)}),)),
    "pass": report(objects=(trained(),), models=(model("demand", gate(), VERSUS, *SLICES, charts=(chart(),)),), unchanged=("churn", "fraud")),
    "first-version": report(objects=(trained(before=None),), models=(model(champion=None),)),
    "fail": report(objects=(trained(),), models=(model(), model("churn", FAILING, VERSUS))),
    "inconclusive": report(models=(model("demand", UNSURE),)),
    "waived": report(models=(model("demand", WAIVED, VERSUS),)),
    "loosened": report(models=(model(),), loosened=LOOSER),
    "behind": report(objects=(trained(),), models=(model(),), behind=("conflict: specs/demand.yaml", "model/churn would be stale: train: its command changed")),
    "killed-job": report(objects=(trained(), trained("model/churn", "missing", MISSING), trained("model/fraud", "skipped", "source/cards failed")), models=(model(),)),
    "storage": report(objects=(trained(),), troubles=(LACKS,)),
    "fork": report(mode="fork", troubles=(FORK,), notes=("a fork's run can't read the storage",)),
    "nothing": report(unchanged=tuple(f"model-{n}" for n in range(40))),
}  # fmt: skip
