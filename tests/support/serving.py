"""A world for tests of deployment: a repository with a registry, a store by content, small real models, and servers that end with the test."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlspec.compiler.load.parse import parse
from mlspec.compiler.load.resolve import resolve
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.deploy.outcome import Outcome
from mlspec.deploy.reconcile import reconcile
from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.atomic import write_json
from mlspec.language.yaml.load import load_documents
from mlspec.pipelines.workspace import Workspace
from mlspec.runtime.artifact import LoadedModel, digest_folder
from mlspec.runtime.signature import Feature, Signature, libraries

HEAD = "apiVersion: mlspec/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"
PROJECT = HEAD.format(
    kind="Project", name="shop", spec="{requirements: requirements.lock, storage: {url: ../storage}, environments: [staging, production]}"
)
SOURCE = HEAD.format(
    kind="DataSource",
    name="visits",
    spec="{file: {path: visits.csv}, columns: [{name: id, type: integer}, {name: day, type: date}, {name: hour, type: integer}, {name: warm, type: boolean}, "
    "{name: weather, type: string}, {name: temperature, type: number}, {name: count, type: integer}], key: [id], timeColumn: day}",
)
MODEL = "{task: regression, data: visits, target: count, estimator: {class: sklearn.linear_model.Ridge}}"
REST = "{rest: {host: 127.0.0.1, port: 0}}"
BATCH = "{batch: {input: visits, output: predictions}}"
FEATURES = (
    Feature("temperature", "numeric", "number"),
    Feature("hour", "numeric", "integer"),
    Feature("warm", "numeric", "boolean"),
    Feature("weather", "categorical", "string"),
)


def rows(count: int = 200, seed: int = 0) -> Any:
    """Rows with a signal, as a data frame; some values are missing."""
    import numpy as np
    import pandas as pd

    dice = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "id": range(count),
            "day": pd.date_range("2026-01-01", periods=count).date,
            "temperature": dice.normal(15, 8, count).round(2),
            "hour": dice.integers(0, 24, count),
            "warm": dice.random(count) > 0.5,
            "weather": dice.choice(["clear", "mist", "rain"], count),
        }
    )
    frame["count"] = (200 + 3 * frame.temperature + frame.hour - 40 * (frame.weather == "rain")).round().astype(int)
    frame.loc[3, "temperature"] = None
    frame.loc[4, "weather"] = None
    return frame


def make_model(folder: Path, *, shift: float = 0.0, classes: bool = False, estimator: Any = None, kept: bool = True) -> str:
    """Train a small pipeline, write a model folder, and return its digest. `shift` makes versions that answer differently.

    `kept`: with what it compiles to, where that can be kept, as `train` does.
    """
    import joblib
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    from mlspec.runtime.compiled.kept.keep import kept as compiled
    from mlspec.runtime.inputs import prepare

    frame = rows()
    target = (frame["count"] + shift) if not classes else pd.Series(["busy" if c > 220 else "calm" for c in frame["count"]])
    labels = ("busy", "calm") if classes else None
    signature = Signature("binary" if classes else "regression", "count", FEATURES, labels, libraries())
    numeric = make_pipeline(SimpleImputer(), StandardScaler())
    category = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    columns = make_column_transformer((numeric, ["temperature", "hour", "warm"]), (category, ["weather"]))
    model = make_pipeline(columns, estimator or (LogisticRegression() if classes else Ridge()))
    model.fit(prepare(signature, frame), target)
    folder.mkdir(parents=True)
    joblib.dump(model, folder / "model.joblib")
    write_json(folder / "signature.json", signature.to_json())
    golden = json.loads(frame[list(signature.names)].head(5).to_json(orient="records"))
    answers = model.predict(prepare(signature, frame.head(5))).tolist()
    write_json(folder / "smoke.json", {"inputs": golden, "outputs": answers})
    if kept:
        for name, data in compiled(LoadedModel(model, signature, {"inputs": golden, "outputs": answers}, "")).items():
            (folder / name).write_bytes(data)
    return digest_folder(folder)


def tensors(count: int = 1, **changes: Any) -> list[dict[str, Any]]:
    """Sound inputs of `count` rows; a keyword replaces one tensor's fields, None drops the tensor."""
    sound: dict[str, dict[str, Any]] = {
        "temperature": {"datatype": "FP64", "data": [20.5] * count},
        "hour": {"datatype": "INT64", "data": [17] * count},
        "warm": {"datatype": "BOOL", "data": [True] * count},
        "weather": {"datatype": "BYTES", "data": ["rain"] * count},
    }
    made = [{"name": name, "shape": [count], **fields, **(changes.get(name) or {})} for name, fields in sound.items()]
    return [t for t in made if changes.get(t["name"], {}) is not None]


@dataclass
class World:
    """A repository at `root` and its store. `refusals`: what the verification says. `models`: of deployments that serve another than `demand`."""

    root: Path
    store: Path
    target: str = REST
    versions: dict[str, str] = field(default_factory=dict)
    declared: dict[str, str | None] = field(default_factory=dict)
    refusals: list[Diagnostic] = field(default_factory=list)
    fetched: int = 0
    models: dict[str, str] = field(default_factory=dict)

    def add_version(self, version: str, **how: Any) -> str:
        """Train a version, put it in the store and in the registry; return its digest."""
        self.versions[version] = make_model(self.store / version, **how)
        return self.register(version)

    def register(self, version: str) -> str:
        """Write a version's registry record for what the store holds now."""
        self.versions[version] = digest_folder(self.store / version)
        record = f'digest: "{self.versions[version]}"\nartifacts:\n  model: {{path: pipelines/models/demand/model, md5: "{version}"}}\n'
        for model in {"demand", *self.models.values()}:
            path = self.root / "registry" / model / f"{version}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(record)
        return self.versions[version]

    def project(self) -> Project:
        """The specs, with the declared versions."""
        texts = {"mlspec.yaml": PROJECT, "specs/a.yaml": SOURCE}
        texts |= {f"specs/{m}.yaml": HEAD.format(kind="Model", name=m, spec=MODEL) for m in {"demand", *self.models.values()}}
        texts["specs/c.yaml"] = HEAD.format(kind="DeploymentTarget", name="here", spec=self.target)
        for name, version in self.declared.items():
            promoted = (
                ""
                if version is None
                else f', version: {version}, digest: "{self.versions[version]}", previous: none, claim: "sha256:{"0" * 64}"'
            )
            spec = f"{{model: {self.models.get(name, 'demand')}, target: here{promoted}}}"
            texts[f"environments/staging/{name}.yaml"] = HEAD.format(kind="Deployment", name=f"{name}, environment: staging", spec=spec)
        documents = [d for path, text in texts.items() for d in load_documents(path, text.encode())[0]]
        all_parsed = parse(documents)
        parsed, wrong = all_parsed.objects, all_parsed.diagnostics
        project, unresolved = resolve(parsed)
        assert not wrong and not unresolved, (wrong, unresolved)
        assert project is not None
        return project

    def fetch(self, root: Path, artifact: dict[str, Any], into: Path) -> Path:
        """Like mlspec.adapters.dvc.store.fetch, from a plain folder."""
        self.fetched += 1
        found = self.store / artifact["md5"]
        (shutil.copytree if found.is_dir() else shutil.copy)(found, into)
        return into

    def workspace(self) -> Workspace:
        """The project at hand, of which nothing is trained."""
        return Workspace(self.root, self.project(), Graph())

    def reconcile(self, *, dry_run: bool = False) -> list[Outcome]:
        return reconcile(self.workspace(), "staging", fetch=self.fetch, verify=lambda *_: self.refusals, dry_run=dry_run)

    def one(self, *, dry_run: bool = False) -> Outcome:
        """Reconcile, and return the only outcome."""
        (outcome,) = self.reconcile(dry_run=dry_run)
        return outcome

    def state(self, name: str = "demand") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / ".mlspec/state/staging" / f"{name}.json").read_text())
        return found

    def url(self, name: str = "demand") -> str:
        return f"http://127.0.0.1:{self.state(name)['port']}"

    def add_rows(self, count: int = 200, seed: int = 0) -> None:
        """Write the source's valid rows."""
        path = self.root / "pipelines/data/visits/valid.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows(count, seed).to_parquet(path)

    def lock_rows(self) -> None:
        """Put the rows in the store and in a dvc.lock, and take them from the working copy."""
        path = self.root / "pipelines/data/visits/valid.parquet"
        md5 = hashlib.md5(path.read_bytes()).hexdigest()
        shutil.move(path, self.store / md5)
        lock = f"schema: '2.0'\nstages:\n  validate:\n    cmd: x\n    outs:\n    - {{path: valid.parquet, md5: {md5}}}\n"
        (path.parent / "dvc.lock").write_text(lock)

    def server_pids(self) -> list[int]:
        """Every process that was started for this repository."""
        import psutil

        found = psutil.process_iter(["cmdline"])
        return [p.pid for p in found if any(str(self.root) in word for word in p.info["cmdline"] or [])]

    def end(self) -> None:
        """End every server: asked first, so that it tidies up, then made to."""
        from mlspec.deploy.process import wait_gone

        pids = self.server_pids()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for pid in pids:
            if not wait_gone(pid, 2):
                os.kill(pid, signal.SIGKILL)


def make_world(folder: Path) -> World:
    """An empty world in `folder`."""
    world = World(folder / "project", folder / "store")
    for path in (world.root, world.store):
        path.mkdir()
    return world
