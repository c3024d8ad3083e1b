"""The texts that `mlspec init` writes. Pure: names and columns in, {path: text} out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlspec.spec.base import API_VERSION
from mlspec.targets.text import dump

SCHEMAS = ".mlspec/schemas/v1"


@dataclass(frozen=True, slots=True)
class DataFile:
    """What is known of the data: path, target, task, and (column, type) pairs.

    `key`: a text column whose every value is different: it names a row, and says nothing of it.
    `twins`: rows that equal an earlier one in all but their times, which a split may put on both sides.
    """

    path: str
    target: str
    task: str
    columns: tuple[tuple[str, str], ...]
    twins: int = 0
    key: tuple[str, ...] = ()

    @property
    def time_column(self) -> str | None:
        return next((name for name, kind in self.columns if kind in ("timestamp", "date")), None)


def project_files(name: str, data: DataFile | None, requirements: str) -> dict[str, str]:
    """Return every file of a new project."""
    files = {
        "mlspec.yaml": _document("Project", name, _project_spec(), "mlspec.yaml"),
        "requirements.lock": requirements,
        ".gitignore": "__pycache__/\n.venv/\ndvc_plots/\n",
    }
    return files | (_objects(name, data) if data else {"specs/.gitkeep": ""})


def _project_spec() -> dict[str, Any]:
    return {
        "python": "3.11",
        "requirements": "requirements.lock",
        "storage": {"url": "../storage"},
        "environments": ["staging", "production"],
    }


def _objects(name: str, data: DataFile) -> dict[str, str]:
    specs: list[tuple[str, str, dict[str, Any]]] = [
        (f"specs/data/{name}.yaml", "DataSource", _source(data)),
        (f"specs/data/{name}-rules.yaml", "ValidationRules", _rules(name, data)),
        (f"specs/models/{name}.yaml", "Model", _model(name, data)),
        (f"specs/models/{name}-kpis.yaml", "KPISet", _kpis(name, data)),
    ]
    files = {path: _document(kind, name, spec, path) for path, kind, spec in specs}
    deployments = [deployment_file(name, environment, name, "local-rest") for environment in ("staging", "production")]
    return files | dict([target_file("local-rest"), *deployments])


def target_file(name: str) -> tuple[str, str]:
    """(path, text) of a DeploymentTarget that serves by REST on this machine, on any free port."""
    path = f"specs/targets/{name}.yaml"
    return path, _document("DeploymentTarget", name, {"rest": {"host": "127.0.0.1", "port": 0}}, path)


def deployment_file(name: str, environment: str, model: str, target: str) -> tuple[str, str]:
    """(path, text) of a Deployment that has no version yet."""
    path = f"environments/{environment}/{name}.yaml"
    return path, _document("Deployment", name, {"model": model, "target": target}, path, {"environment": environment})


def _document(kind: str, name: str, spec: dict[str, Any], path: str, metadata: dict[str, str] | None = None) -> str:
    modeline = f"# yaml-language-server: $schema={'../' * path.count('/')}{SCHEMAS}/{kind}.json\n"
    return modeline + dump({"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name, **(metadata or {})}, "spec": spec})


def _source(data: DataFile) -> dict[str, Any]:
    spec: dict[str, Any] = {"file": {"path": data.path}}
    if data.columns:
        spec["columns"] = [{"name": column, "type": kind} for column, kind in data.columns]
    spec |= {"key": list(data.key)} if data.key else {}
    return spec | ({"timeColumn": data.time_column} if data.time_column else {})


def _rules(name: str, data: DataFile) -> dict[str, Any]:
    return {"source": name, "rules": [{"rowCount": {"min": 100}}, {"column": data.target, "notNull": True}]}


def _model(name: str, data: DataFile) -> dict[str, Any]:
    ensemble = "HistGradientBoostingRegressor" if data.task == "regression" else "HistGradientBoostingClassifier"
    strategy = "time" if data.time_column else "random" if data.task == "regression" else "stratified"
    return {
        "task": data.task,
        "data": name,
        "target": data.target,
        "split": {"strategy": strategy, "test": "20%"},
        "estimator": {"class": f"sklearn.ensemble.{ensemble}", "params": {"max_iter": 100}},
    }


def _kpis(name: str, data: DataFile) -> dict[str, Any]:
    metric = {"regression": "mae", "binary": "f1", "multiclass": "f1_macro"}[data.task]
    leakage = {"leakage": {"sharedRows": data.twins}} if data.twins else {}
    return {
        "model": name,
        "kpis": [
            {"metric": metric, "versus": "baseline", "improveBy": "10%" if data.task == "regression" else {"points": 0.05}},
            {"metric": metric, "versus": "champion", "notWorseBy": "2%" if data.task == "regression" else {"points": 0.02}},
        ],
        **leakage,
    }
