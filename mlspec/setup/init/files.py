"""The texts that `mlspec init` writes. Pure: names and columns in, {path: text} out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlspec.compiler.project.layout import SCHEMAS, SPECS, environment_file
from mlspec.diagnostics import Diagnostic
from mlspec.language.format.layout import format_text
from mlspec.language.kinds.base import API_VERSION
from mlspec.language.yaml.write import Commented, dump
from mlspec.metrics.tasks import TASKS
from mlspec.setup.init.ahead import Ahead
from mlspec.setup.init.first_kpis import first_kpis
from mlspec.setup.init.notes import Conversion, Decision, Role, comment, spelled


@dataclass(frozen=True, slots=True)
class ColumnFile:
    """A column after cleaning: its declared type, what it is to the model, and in words why (empty for a plain feature)."""

    name: str
    type: str
    role: Role = "feature"
    what: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """The strategy, for `group` with the column, and why."""

    strategy: str
    group: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class DataFile:
    """What is known of the data: all that the specs are written from.

    `read`: options of the reader that are not its defaults. `positive`: the share of the positive class of a binary target, or of the
    rows that are odd. `ahead`: of a forecast.
    `told`: each decision with its reason. `notes`: what ingest will tell of the file.
    """

    path: str
    target: str
    task: str
    columns: tuple[ColumnFile, ...]
    rows: int = 0
    read: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Conversion, ...] = ()
    key: tuple[str, ...] = ()
    time_column: str | None = None
    split: Split = field(default_factory=lambda: Split("random"))
    ahead: Ahead | None = None
    positive: float = 0.5
    task_why: str = ""
    missing_targets: int = 0
    told: tuple[Decision, ...] = ()
    notes: tuple[Diagnostic, ...] = ()

    def in_role(self, role: Role) -> list[ColumnFile]:
        return [c for c in self.columns if c.role == role]


def project_files(name: str, data: DataFile | None, requirements: str, code: Sequence[str] = ()) -> dict[str, str]:
    """Return every file of a new project. `code`: folders of the user's code."""
    files = {
        "mlspec.yaml": document_text("Project", name, _project_spec() | ({"code": list(code)} if code else {}), "mlspec.yaml"),
        "requirements.lock": requirements,
        ".gitignore": "__pycache__/\n.venv/\ndvc_plots/\n",
        ".gitattributes": "# Files are compared by their bytes: Git hands out what it took in, whatever core.autocrlf says.\n* -text\n",
    }
    return files | (_objects(name, data) if data else {f"{SPECS}/.gitkeep": ""})


def _project_spec() -> dict[str, Any]:
    return {
        "python": "3.11",
        "requirements": "requirements.lock",
        "storage": {"url": "../storage"},
        "environments": ["staging", "production"],
    }


def _objects(name: str, data: DataFile) -> dict[str, str]:
    specs: list[tuple[str, str, dict[str, Any]]] = [
        (f"{SPECS}/data/{name}.yaml", "DataSource", _source(data)),
        (f"{SPECS}/data/{name}-rules.yaml", "ValidationRules", _rules(name, data)),
        (f"{SPECS}/models/{name}.yaml", "Model", _model(name, data)),
        (f"{SPECS}/models/{name}-kpis.yaml", "KPISet", _kpis(name, data)),
    ]
    files = {path: document_text(kind, name, spec, path) for path, kind, spec in specs}
    deployments = [deployment_file(name, environment, name, "local-rest") for environment in ("staging", "production")]
    return files | dict([target_file("local-rest"), *deployments])


def target_file(name: str) -> tuple[str, str]:
    """(path, text) of a DeploymentTarget that serves by REST on this machine, on any free port."""
    path = f"{SPECS}/targets/{name}.yaml"
    return path, document_text("DeploymentTarget", name, {"rest": {"host": "127.0.0.1", "port": 0}}, path)


def deployment_file(name: str, environment: str, model: str, target: str) -> tuple[str, str]:
    """(path, text) of a Deployment that has no version yet."""
    path = environment_file(environment, name)
    return path, document_text("Deployment", name, {"model": model, "target": target}, path, {"environment": environment})


def document_text(
    kind: str,
    name: str,
    spec: dict[str, Any],
    path: str,
    metadata: dict[str, str] | None = None,
    *,
    head: Sequence[str] = (),
    tail: Sequence[str] = (),
) -> str:
    """The text of a spec that will stand at `path`. `head`, `tail`: lines of comments above and below it, without their sign."""
    modeline = f"# yaml-language-server: $schema={'../' * path.count('/')}{SCHEMAS}/{kind}.json\n"
    above, below = ("".join(f"# {line}".rstrip() + "\n" for line in lines) for lines in (head, tail))
    body = dump({"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name, **(metadata or {})}, "spec": spec})
    text = modeline + above + body + below
    return format_text(path, text.encode())[0] or text  # as `mlspec fmt` leaves it: the first thing a project checks is its own


def _source(data: DataFile) -> dict[str, Any]:
    spec: dict[str, Any] = {"file": {"path": data.path}}
    if data.read:
        spec["read"] = {
            k: [_noted(v, "missing, where numbers or dates stand" if v else "") for v in option] if isinstance(option, list) else option
            for k, option in data.read.items()
        }
    reasons = {c.column: c.why for c in data.steps if c.type}
    if data.columns:
        spec["columns"] = [{"name": c.name, "type": _noted(c.type, reasons.get(c.name, ""))} for c in data.columns]
    if data.key:
        spec["key"] = [_noted(c.name, c.what) for c in data.in_role("key")]
    if data.time_column:
        spec["timeColumn"] = data.time_column
    steps = [dict(c.step) for c in data.steps]
    if data.missing_targets:
        rows = "row has" if data.missing_targets == 1 else "rows have"
        steps.append(
            {"filter": _noted(f"{spelled(data.target)} IS NOT NULL", f"{data.missing_targets:,} {rows} no target: nothing to learn from")}
        )
    return spec | ({"clean": steps} if steps else {})


def _noted(value: Any, why: str) -> Any:
    return Commented(value, comment(why)) if why else value


def _rules(name: str, data: DataFile) -> dict[str, Any]:
    least = max(1, int((data.rows - data.missing_targets) * 0.8))
    rows = _noted(least, f"80% of the {data.rows:,} rows that were there at first: a file cut short is refused")
    return {"source": name, "rules": [{"rowCount": {"min": rows}}, {"column": data.target, "notNull": True}]}


def _model(name: str, data: DataFile) -> dict[str, Any]:
    features = _features(data)
    spec: dict[str, Any] = {"task": _noted(data.task, data.task_why), "data": name, "target": data.target}
    if any(features.values()):
        spec["features"] = {key: names for key, names in features.items() if names}
    spec |= _of_task(data) | {"split": _split(data), "estimator": _estimator(data)}
    return spec | ({"baseline": _noted("median", "the best constant for the mean absolute error")} if data.task == "regression" else {})


def _features(data: DataFile) -> dict[str, Any]:
    """Of a forecast only what tells series apart: whether anything else is known ahead, no file says."""
    excluded = [_noted(c.name, c.what) for c in (*data.in_role("excluded"), *data.in_role("group"))]
    if data.ahead is not None:
        others = [c.name for c in (*data.in_role("feature"), *data.in_role("text")) if c.name not in data.ahead.series]
        return {"exclude": [*excluded, *(_noted(name, UNKNOWN_AHEAD) for name in others)]}
    return {"exclude": excluded, "text": [_noted(c.name, c.what) for c in data.in_role("text")]}


UNKNOWN_AHEAD = "take it in if it is known for the whole horizon: a calendar, a plan, a price list"


def _of_task(data: DataFile) -> dict[str, Any]:
    """Keys that only this task has."""
    if data.ahead is not None:
        series = {"series": list(data.ahead.series)} if data.ahead.series else {}
        return {**series, "lags": data.ahead.lags}
    return {"quantiles": [0.1, 0.5, 0.9]} if TASKS[data.task].is_quantiles else {}


def _split(data: DataFile) -> dict[str, Any]:
    if data.ahead is not None:
        return {"strategy": "rolling", "horizon": _noted(data.ahead.horizon, data.ahead.why), "folds": data.ahead.folds}
    split: dict[str, Any] = {"strategy": _noted(data.split.strategy, data.split.why)}
    return split | ({"group": data.split.group} if data.split.group else {}) | {"test": "20%"}


def _estimator(data: DataFile) -> dict[str, Any]:
    """Trees take numbers of any scale, and no sparse table, which text becomes: there a linear model stands."""
    if data.in_role("text") and data.ahead is None and not TASKS[data.task].is_quantiles and not TASKS[data.task].is_oddness:
        has_errors = TASKS[data.task].has_errors
        name, params = ("Ridge", {"alpha": 1.0}) if has_errors else ("LogisticRegression", {"max_iter": 1000})
        return {"class": f"sklearn.linear_model.{name}", "params": params}
    if TASKS[data.task].is_oddness:
        return {"class": "sklearn.ensemble.IsolationForest", "params": {"n_estimators": 100}}
    kind = "Regressor" if TASKS[data.task].has_errors else "Classifier"
    return {"class": f"sklearn.ensemble.HistGradientBoosting{kind}", "params": {"max_iter": 100}}


def _kpis(name: str, data: DataFile) -> dict[str, Any]:
    kpis = [
        {"metric": _noted(kpi["metric"], why), **{k: v for k, v in kpi.items() if k != "metric"}}
        for kpi, why in first_kpis(data.task, data.positive)
    ]
    return {"model": name, "kpis": kpis}
