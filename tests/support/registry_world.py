"""Large registries in Git, made fast: so many models, each with versions that were promoted by merges, one after another.

`write_registry` streams everything to `git fast-import`: 10,000 merges in seconds. The files are what mlspec writes, in the same form
(tests/unit/registry/history/test_registry_world.py holds them against mlspec's own reader); no bytes of models stand behind them.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from support.projects import KPIS, MODEL, PROJECT, RULES, SOURCE, TARGET, compile_texts
from support.records import sha

ENVIRONMENTS = ("staging", "canary", "production")
START = 1_767_225_600
"""2026-01-01T00:00:00Z."""
STEP = 60
"""Seconds between two merges."""

RECORD = """\
apiVersion: mlspec/v1
kind: ModelVersion
model: {model}
version: {version}
digest: "{digest}"
artifacts:
  model:
    path: pipelines/models/{model}/model
    md5: {md5}.dir
  baseline:
    path: pipelines/models/{model}/baseline
    md5: {baseline}.dir
    digest: "sha256:{baseline}{baseline}"
  train:
    path: pipelines/models/{model}/train.parquet
    md5: {train}
    digest: "sha256:{train}{train}"
  test:
    path: pipelines/models/{model}/test.parquet
    md5: {test}
    digest: "sha256:{test}{test}"
spec: "sha256:{spec}{spec}"
code: none
environment: "sha256:{environment}"
commit: "{commit}"
metrics:
  mae:
    value: {mae}
    low: {low}
    high: {high}
createdAt: "{at}"
createdBy: Ada <ada@example.org>
"""
CLAIM = """\
apiVersion: mlspec/v1
kind: Claim
type: promotion
subject:
  environment: {environment}
  deployment: {model}
  model: {model}
  version: {version}
  digest: "{digest}"
  previous: {previous}
registry: "{registry}"
kpis: "sha256:{spec}{spec}"
target: "sha256:{spec}{spec}"
policy: none
test: "sha256:{test}{test}"
champion: none
gates:
  - kpi: mae <= 50
    metric: mae
    subject: overall
    value: {mae}
    low: {low}
    high: {high}
    threshold: 50.0
    rows: 3400
    verdict: pass
    message: the interval's end holds
verdict: pass
evaluatedAt: "{at}"
validUntil: "{until}"
nonce: "{nonce}"
"""
DEPLOYMENT = """\
apiVersion: mlspec/v1
kind: Deployment
metadata: {{name: {model}, environment: {environment}}}
spec:
  model: {model}
  target: local-rest
"""
LOCK = """\
schema: '2.0'
stages:
  split:
    cmd: python -m mlspec.runtime split
    deps:
    - path: ../../data/{source}/valid.parquet
      hash: md5
      md5: {valid}
      size: 1000
    outs:
    - path: test.parquet
      hash: md5
      md5: {test}
      size: 1000
    - path: train.parquet
      hash: md5
      md5: {train}
      size: 3000
  train:
    cmd: python -m mlspec.runtime train
    deps:
    - path: train.parquet
      hash: md5
      md5: {train}
      size: 3000
    outs:
    - path: baseline
      hash: md5
      md5: {baseline}.dir
      size: 100
      nfiles: 3
    - path: model
      hash: md5
      md5: {md5}.dir
      size: 100
      nfiles: 3
"""
SOURCE_LOCK = """\
schema: '2.0'
stages:
  ingest:
    cmd: python -m mlspec.runtime ingest
    deps:
    - path: ../../../data/sales.csv
      hash: md5
      md5: {source}
      size: 5000
    outs:
    - path: raw.parquet
      hash: md5
      md5: {raw}
      size: 4000
  validate:
    cmd: python -m mlspec.runtime validate
    deps:
    - path: raw.parquet
      hash: md5
      md5: {raw}
      size: 4000
    outs:
    - path: valid.parquet
      hash: md5
      md5: {valid}
      size: 4000
"""


def hexes(*parts: object) -> str:
    """32 hex digits that these parts decide."""
    return hashlib.md5(" ".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


def instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def requirements(number: int) -> str:
    return f"numpy==2.{number}\npandas==3.0\n"


def specs_of(model: str, number: int = 0) -> dict[str, str]:
    """The four documents of a model, by kind; its estimator differs from version to version."""
    source = f"s{model[1:]}"
    renamed = {"name: demand": f"name: {model}", "model: demand": f"model: {model}", "data: sales": f"data: {source}"}
    renamed |= {"name: sales": f"name: {source}", "source: sales": f"source: {source}", "alpha: 1.0": f"alpha: {number + 1}.0"}
    found = {}
    for kind, text in {"models": MODEL, "kpis": KPIS, "sources": SOURCE, "rules": RULES}.items():
        for old, new in renamed.items():
            text = text.replace(old, new)  # noqa: PLW2901 - each renaming builds on the one before
        found[kind] = text
    return found


def spec_digest(model: str, number: int) -> str:
    """The true digest of a model's specs."""
    texts = {f"specs/{kind}.yaml": text for kind, text in specs_of(model, number).items()}
    project = compile_texts({"mlspec.yaml": PROJECT, **texts}).project
    assert project is not None
    return project.spec_digest(model)


@dataclass
class Registry:
    """What to make: `models` x `versions`; version n is promoted to the environment n modulo three. `tags`: GTO's, one a version.

    `exact`: a model whose specs change with each version, and whose records name the true digests of them (it costs a compilation each).
    """

    models: int
    versions: int = 10
    tags: bool = False
    exact: str | None = None
    clock: int = START
    deployed: dict[tuple[str, str], str] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return [f"m{n}" for n in range(self.models)]

    def rounds(self) -> Iterator[Callable[[str], Iterator[str]]]:
        """Commands for `git fast-import`, in parts; each part is told the id of the commit that `main` has before it."""
        yield lambda _: iter([self._commit("refs/heads/main", "Start", self._start())])
        for number in range(self.versions):
            yield partial(self._training, number)
            yield partial(self._promotions, number)

    def bare(self) -> Iterator[str]:
        """Commands for a line of commits with a version tag on each."""
        for number in range(self.versions):
            for model in self.names:
                name = f"{model}@v1.{number}.0"
                yield self._commit("refs/heads/main", name, {"version": name}) + self._tag(name, name)

    def _training(self, number: int, before: str) -> Iterator[str]:
        files = {f"pipelines/models/{m}/dvc.lock": self._lock(m, number) for m in self.names}
        files |= {f"specs/models/{self.exact}.yaml": specs_of(self.exact, number)["models"]} if self.exact else {}
        files["requirements.lock"] = requirements(number)
        yield self._commit("refs/heads/main", f"Train all, round {number}", files, f"from {before}\n")

    def _promotions(self, number: int, before: str) -> Iterator[str]:
        yield f"reset refs/heads/main\nfrom {before}\n\n"
        for model in self.names:
            yield self._promotion(model, number, before)

    def _start(self) -> dict[str, str]:
        files = {
            "mlspec.yaml": PROJECT.replace("[staging, production]", f"[{', '.join(ENVIRONMENTS)}]"),
            "requirements.lock": requirements(0),
        }
        files |= {"specs/local-rest.yaml": TARGET, "data/sales.csv": "day,shop,price,count\n"}
        for number, model in enumerate(self.names):
            files |= {f"specs/{kind}/{model}.yaml": text for kind, text in specs_of(model).items()}
            ingested = {"source": hexes("source"), "raw": hexes("raw", model), "valid": hexes("valid", model)}
            files[f"pipelines/data/s{number}/dvc.lock"] = SOURCE_LOCK.format(**ingested)
            for environment in ENVIRONMENTS:
                files[f"environments/{environment}/{model}.yaml"] = DEPLOYMENT.format(model=model, environment=environment)
        return files

    def _lock(self, model: str, version: int) -> str:
        names = {k: hexes(k, model, version) for k in ("test", "train", "baseline", "md5")}
        return LOCK.format(source=f"s{model[1:]}", valid=hexes("valid", model), **names)

    def _promotion(self, model: str, number: int, before: str) -> str:
        environment, version = ENVIRONMENTS[number % len(ENVIRONMENTS)], f"v1.{number}.0"
        facts = {k: hexes(k, model, number) for k in ("test", "train", "baseline", "md5", "nonce")}
        mae, digest = 40 - number / 10, f"sha256:{hexes('digest', model, number)}{hexes('digest', number, model)}"
        facts |= {"model": model, "version": version, "digest": digest, "spec": hexes("spec", model)}
        facts |= {
            "mae": str(mae),
            "low": str(mae - 1),
            "high": str(mae + 1),
            "at": instant(self.clock),
            "until": instant(self.clock + 86_400),
        }
        record = RECORD.format(**facts, environment=sha(requirements(number)).removeprefix("sha256:"), commit=before)
        if model == self.exact:
            record = record.replace(f'spec: "sha256:{facts["spec"]}{facts["spec"]}"', f'spec: "{spec_digest(model, number)}"')
        previous = self.deployed.get((environment, model), "none")
        quoted = previous if previous == "none" else f'"{previous}"'
        claim = CLAIM.format(**facts, environment=environment, previous=quoted, registry=sha(record))
        self.deployed[environment, model] = digest
        head = DEPLOYMENT.format(model=model, environment=environment)
        keys = f'  version: {version}\n  digest: "{digest}"\n  previous: {quoted}\n  claim: "{sha(claim)}"\n'
        files = {
            f"registry/{model}/{version}.yaml": record,
            f"promotions/{environment}/{model}/{version}.yaml": claim,
            f"environments/{environment}/{model}.yaml": head + keys,
        }
        title = f"Promote {model} {version} to {environment}"
        merge = self._merge(title, files)
        return merge + (self._tag(f"{model}@{version}", title) if self.tags else "")

    def _merge(self, title: str, files: dict[str, str]) -> str:
        """A commit on a side branch, and the merge of it: what a forge makes of a pull request."""
        side = self._commit("refs/heads/side", title, files, "from refs/heads/main\n")
        return side + self._commit("refs/heads/main", f"Merge: {title}", files, "merge refs/heads/side\n", "Bob")

    def _commit(self, ref: str, message: str, files: dict[str, str], parents: str = "", author: str = "Ada") -> str:
        self.clock += STEP
        person = f"{author} <{author.lower()}@example.org> {self.clock} +0000"
        body = "".join(f"M 100644 inline {path}\n{_data(text)}" for path, text in files.items())
        return f"commit {ref}\nauthor {person}\ncommitter {person}\n{_data(message)}{parents}{body}\n"

    def _tag(self, name: str, message: str) -> str:
        return f"tag {name}\nfrom refs/heads/main\ntagger Ada <ada@example.org> {self.clock} +0000\n{_data(message)}"


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


def write_registry(root: Path, registry: Registry) -> Path:
    """Make the repository in `root`, with `main` checked out."""
    root.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=root, check=True)
    for part in registry.rounds():
        _import(root, part)
    subprocess.run(["git", "branch", "--quiet", "--delete", "--force", "side"], cwd=root, check=True)
    subprocess.run(["git", "pack-refs", "--all"], cwd=root, check=True)
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=root, check=True)
    return root


def write_tags(root: Path, registry: Registry) -> Path:
    """A bare-bones repository for GTO: as many version tags on as many commits of one line, and nothing else in it."""
    root.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=root, check=True)
    _import(root, lambda _: registry.bare())
    subprocess.run(["git", "pack-refs", "--all"], cwd=root, check=True)
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=root, check=True)
    return root


def _import(root: Path, part: Callable[[str], Iterator[str]]) -> None:
    before = subprocess.run(["git", "rev-parse", "--verify", "--quiet", "main"], cwd=root, stdout=subprocess.PIPE, text=True, check=False)
    importer = subprocess.Popen(["git", "fast-import", "--quiet", "--force"], cwd=root, stdin=subprocess.PIPE)
    assert importer.stdin is not None
    with importer.stdin as pipe:
        for text in part(before.stdout.strip()):
            pipe.write(text.encode())
    assert importer.wait() == 0
