"""A repository with one model version and everything that an evidence pack can find, with fixed dates: the same commits on every machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from support import records
from support.cli import command, git
from support.projects import PROJECT, RULES, SOURCE, SPECS, TARGET
from support.records import estimate, gate, sha

HOSTILE = "</details><script>alert(1)</script> @everyone [x](javascript:1) ![i](http://e.example/i.png)\n## Fake heading\n\n- [x] done"
MODEL = {
    "apiVersion": "mlspec/v1",
    "kind": "Model",
    "metadata": {"name": "demand", "owner": "@acme/forecasting", "description": "Sales a day and shop, from the price."},
    "spec": {
        "task": "regression",
        "data": "sales",
        "target": "count",
        "split": {"strategy": "time", "test": 0.25},
        "estimator": {"class": "sklearn.linear_model.Ridge", "params": {"alpha": 1.0}},
        "card": {
            "intendedUse": HOSTILE,
            "users": ["buyers of the shops", "@nobody <b>"],
            "limitations": "Not for new | `shops`.",
            "ethicalConsiderations": "None of the rows is about people.",
            "metrics": "One unit too many costs as much as one too few.",
            "humanOversight": "Buyers see the forecast and order by hand.",
            "license": "Apache-2.0",
        },
    },
}
SHEET = """\
  datasheet:
    motivation: Kept by the tills since 2019.
    license: CC-BY-4.0
"""
KPIS = """\
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand}
spec:
  model: demand
  kpis:
    - mae <= 50
    - {metric: mae, versus: baseline, improveBy: 10%}
    - {metric: mae, max: 60, slice: {by: shop}}
"""
LOCK = "# locked\nnumpy==2.3.0 \\\n    --hash=sha256:" + "a" * 64 + " \\\n    --hash=sha256:" + "b" * 64 + "\nScikit_Learn[x]==1.9.1+cpu\n"


EVALUATION = {
    "rows": 150,
    "metrics": {"mae": estimate(3.0)},
    "baseline": {"mae": estimate(8.0)},
    "slices": {"shop": {"north|<i>": {"rows": 75, "mae": estimate(2.5)}, "south": {"rows": 75, "mae": estimate(3.5)}}},
    "fairness": {},
    "measured": {"reproducible": True},
    "leakage": {},
}
SPLIT = {
    "rows": 600,
    "train": {"rows": 450, "first": "2024-01-01", "last": "2024-09-01"},
    "test": {"rows": 150, "first": "2024-09-02", "last": "2024-11-20"},
}
VALIDATION = {"rows": 600, "passed": 2, "warned": 0, "failed": 0, "quarantined": 1, "rules": {"rowCount": {"status": "pass"}}}
PROFILE = {"version": 1, "last": {"rows": 599, "columns": {"price": {"min": 1.0, "max": 5.0, "missing": 0}}}}

SPEC_FILES: dict[str, str] = {
    **SPECS,
    "mlspec.yaml": PROJECT,
    "specs/demand.yaml": json.dumps(MODEL, indent=1),
    "specs/sales.yaml": SOURCE.replace("type: string}", "type: string, pii: true, description: Where it was sold}") + SHEET,
    "specs/sales-rules.yaml": RULES,
    "specs/demand-kpis.yaml": KPIS,
    "specs/local-rest.yaml": TARGET,
    "requirements.lock": LOCK,
    "data/sales.csv": "day,shop,price,count\n",
    "pipelines/models/demand/evaluation.json": json.dumps(EVALUATION),
    "pipelines/models/demand/split.json": json.dumps(SPLIT),
    "pipelines/models/demand/dvc.lock": "schema: '2.0'\n",
    "pipelines/data/sales/validation.json": json.dumps(VALIDATION),
    "pipelines/data/sales/profile.json": json.dumps(PROFILE),
    ".github/workflows/mlspec-ci.yml": "name: mlspec ci\n",
}


def commit(root: Path, files: Mapping[str, str | bytes], seconds: int) -> str:
    """Commit files at a fixed moment; the id of the commit."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    dates = {f"GIT_{role}_DATE": f"@{1_790_000_000 + seconds} +0000" for role in ("AUTHOR", "COMMITTER")}
    command(root, "git", "add", "--all", check=0)
    command(root, "git", "commit", "-q", "-m", "Change", check=0, extra=dates)
    return git(root, "rev-parse", "HEAD").strip()


def record(of: str, version: str) -> bytes:
    """A record whose commit is `of`."""
    return records.record(version, commit=of, environment=sha(LOCK))


def claim(environment: str, version: str, of: bytes) -> bytes:
    gates = [gate("mae <= 50"), gate("mae vs baseline, better by 10%"), gate("mae <= 60 within shop", "shop=south")]
    return records.claim(environment, version, of, gates=gates)


def make(root: Path, files: Mapping[str, str] = SPEC_FILES) -> Path:
    """v1.0.0 is in staging; v1.1.0 has a record alone."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch", "main")
    trained = commit(root, files, 0)
    first = record(trained, "v1.0.0")
    added: dict[str, str | bytes] = {
        "registry/demand/v1.0.0.yaml": first,
        "registry/demand/v1.1.0.yaml": record(trained, "v1.1.0"),
        "promotions/staging/demand/v1.0.0.yaml": claim("staging", "v1.0.0", first),
    }
    commit(root, added, 60)
    return root


CASES: dict[str, tuple[str, str | None]] = {"promoted": ("v1.0.0", None), "never-promoted": ("v1.1.0", None)}
"""{name of the golden: (version, environment)}."""
