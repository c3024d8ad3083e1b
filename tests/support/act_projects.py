"""Projects for the workflows' world: small, quick to train, with what each test is about."""

from __future__ import annotations

from support.projects import KPIS, MODEL, PROJECT, SOURCE, SPECS, deployment

MODEL_FILE, KPI_FILE, SOURCE_FILE = "specs/demand.yaml", "specs/demand-kpis.yaml", "specs/sales.yaml"

EASY = "\n".join('  kpis: ["mae <= 50"]' if line.startswith("  kpis:") else line for line in KPIS.splitlines()) + "\n"
"""KPIs that the model meets."""

BATCH = "apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {name: nightly}\nspec:\n  batch: {input: sales, output: predictions, schedule: '0 6 * * *'}\n"
SCORED = SPECS | {
    KPI_FILE: EASY,
    "specs/nightly.yaml": BATCH,
    "environments/staging/demand.yaml": deployment("staging").replace("local-rest", "nightly"),
}

DEADLY = '''\
"""Training that takes its whole job down, as a machine out of memory does, while the file $STAND_IN_KILL is there; else it tells what it sees."""

import json
import os
import signal
from pathlib import Path

from sklearn.linear_model import Ridge


def fit(features, target, params):
    if Path(os.environ.get("STAND_IN_KILL", "/nowhere")).exists():
        process = os.getpid()
        while process > 1:
            words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\\0")
            parent = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
            if b"train" in words and b"ci" in words:
                os.kill(process, signal.SIGKILL)
            process = parent
        os.kill(os.getpid(), signal.SIGKILL)
    if "STAND_IN_SEEN" in os.environ:
        seen = {k: v for k, v in os.environ.items() if not k.startswith("STAND_IN_")}
        Path(os.environ["STAND_IN_SEEN"]).write_text(json.dumps(seen))
    return Ridge().fit(features, target)
'''


def model(name: str, alpha: float = 1.0, *, data: str = "sales", more: str = "") -> str:
    """The text of a model of the count, with lines `more` below its spec."""
    text = MODEL.replace("name: demand", f"name: {name}").replace("alpha: 1.0", f"alpha: {alpha}").replace("data: sales", f"data: {data}")
    return text + more


def kpis(name: str, gate: str = "mae <= 50") -> str:
    """The text of the KPIs of a model: one gate."""
    return EASY.replace("name: demand", f"name: {name}").replace("model: demand", f"model: {name}").replace("mae <= 50", gate)


def models(*names: str) -> dict[str, str]:
    """Spec files of models with KPIs that they meet."""
    return {f"specs/{name}.yaml": model(name) for name in names} | {f"specs/{name}-kpis.yaml": kpis(name) for name in names}


KILLABLE = SPECS | {KPI_FILE: EASY, "src/__init__.py": "", "src/train.py": DEADLY, "mlspec.yaml": PROJECT + "  code: [src]\n"}
KILLABLE |= {
    "specs/fragile.yaml": model("fragile").replace(
        "estimator: {class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}", 'trainer: {callable: "src.train:fit"}'
    )
}
KILLABLE |= {"specs/fragile-kpis.yaml": kpis("fragile")}

SHOPS = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: shops}
spec:
  file: {path: data/shops.csv}
  columns: [{name: shop, type: string}]
  key: [shop]
"""
REFERENCES = """\
apiVersion: mlspec/v1
kind: ValidationRules
metadata: {name: sales-shops}
spec:
  source: sales
  rules:
    - references: {column: shop, source: shops, key: shop}
"""
LAYERED = (
    SPECS
    | {KPI_FILE: EASY, "specs/shops.yaml": SHOPS, "specs/references.yaml": REFERENCES, "data/shops.csv": "shop\nnorth\nsouth\n"}
    | {"mlspec.yaml": PROJECT + "  ci: {maxParallel: 1}\n"}
    | models("a", "b", "c", "d", "e")
    | {"specs/e.yaml": model("e", more="  resources: {runsOn: [self-hosted, gpu], timeout: 10m}\n")}
)
"""Sources in two layers; six models, one on a runner of its own, that must share four shards."""


def fetched(url: str) -> str:
    """The text of the source when it is fetched by HTTP, every morning."""
    return SOURCE.replace("file: {path: data/sales.csv}", f'http: {{url: "{url}"}}\n  refresh: {{schedule: "0 5 * * *"}}')
