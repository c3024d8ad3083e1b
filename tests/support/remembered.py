"""A project that is edited at random, and what `validate` and `plan` say of it with a memory and without one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support.projects import KPIS, MODEL, PROJECT, RULES, SOURCE, TARGET, sales_rows

from mlspec.api import OpenProject
from mlspec.compiler import pipeline as compiling
from mlspec.compiler.memory import checked
from mlspec.compiler.memory.findings import as_form
from mlspec.compiler.pipeline import compile_root
from mlspec.compiler.project.paths import relative
from mlspec.diagnostics import Diagnostic, Problems, sort_key
from mlspec.language.yaml.write import dump
from mlspec.pipelines.plan import remembered
from mlspec.pipelines.plan.report import as_json, as_markdown, as_text
from mlspec.pipelines.run import remembered as running
from mlspec.pipelines.run.options import RunOptions, RunResult
from mlspec.pipelines.run.report import report_of


def compilations(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The paths of each compilation that is made from now on."""
    calls: list[list[str]] = []
    real = compiling.compile_read

    def noted(root: Path, specs: Any, *rest: Any, **named: Any) -> Any:
        calls.append(sorted(specs))
        return real(root, specs, *rest, **named)

    monkeypatch.setattr(compiling, "compile_read", noted)
    return calls


def model(name: str, source: str = "sales", *changes: tuple[str, str]) -> str:
    text = MODEL.replace("name: demand", f"name: {name}").replace("data: sales", f"data: {source}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def kpis(name: str, *changes: tuple[str, str]) -> str:
    text = KPIS.replace("demand", name)
    for old, new in changes:
        text = text.replace(old, new)
    return text


def source(name: str, *changes: tuple[str, str]) -> str:
    text = SOURCE.replace("name: sales", f"name: {name}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def deployment(name: str, environment: str, target: str = "local-rest") -> str:
    head = f"apiVersion: mlspec/v1\nkind: Deployment\nmetadata: {{name: {name}, environment: {environment}}}\n"
    return head + f"spec: {{model: {name}, target: {target}}}\n"


_HEAD = "apiVersion: mlspec/v1\nkind: {}\nmetadata: {{name: {}}}\nspec:\n"
_POLICY = _HEAD.format("Policy", "rules") + "  environments: [production]\n  require: {card: [intendedUse], kpis: {versusChampion: true}}\n"
_WAIVER = _HEAD.format("Waiver", "a") + "  model: a\n  kpi: mae <= 50\n  until: 2026-01-31\n  reason: known\n"
_OVERLAY = "apiVersion: mlspec/v1\nkind: KPISet\nmetadata: {name: a}\nspec: {kpis: [mae <= 40]}\n"
_SET = (
    _HEAD.format("ModelSet", "many")
    + "  forEach: {list: [{shop: north}, {shop: south}]}\n  template:\n    metadata: {name: 'of-${each.shop}'}\n    spec:\n"
    + "      task: regression\n      data: sales\n      target: count\n      split: {strategy: time}\n"
    + "      estimator: {class: sklearn.linear_model.Ridge}\n"
)
_OLD = MODEL.replace("mlspec/v1", "mlspec/v1alpha1").replace("name: demand", "name: c")
_TARGETS = {
    "free": TARGET,
    "taken": TARGET.replace("port: 0", "port: 8080"),
    "batch": _HEAD.format("DeploymentTarget", "local-rest") + "  batch: {input: other, output: predictions}\n",
}

VARIANTS: dict[str, list[str]] = {
    "mlspec.yaml": [
        PROJECT,
        PROJECT.replace("name: shop", 'name: shop, owner: "@acme/platform"'),
        PROJECT + "  variables: {alpha: {default: 1.5}, unused: {default: 2}}\n",
        PROJECT + "  lint: {select: [all], errors: [MLS1020]}\n",
        PROJECT + "  code: [src]\n",
        PROJECT.replace("seed: 7", "seed: 8"),
        PROJECT.replace("seed: 7", "sead: 8"),
    ],
    "specs/sales.yaml": [
        source("sales"),
        source("sales", ("type: number}", "type: number, pii: true}")),
        source("sales", ("  timeColumn: day\n", "")),
        source("sales", ("  timeColumn: day\n", "  timeColumn: dya\n")),
        source("sales", ("  key:", "  refresh: {schedule: daily}\n  key:")),
        source("sales", ("file: {path: data/sales.csv}", "python: {callable: 'src.load:rows', inputs: {other: {source: other}}}")),
        source("sales", ("name: sales}", 'name: sales, owner: "@acme/data"}')),
        "kind: [\n",
    ],
    "specs/other.yaml": [source("other"), source("other", ("name: price, type: number", "name: price, type: string")), SOURCE],
    "specs/sales-rules.yaml": [
        RULES,
        RULES + '    - expression: "count = price * 2"\n',
        RULES + "    - {references: {column: shop, source: other, key: shop}}\n",
        RULES + "    - {column: nothing, notNull: true}\n",
        RULES.replace("source: sales", "source: salse"),
    ],
    "specs/a.yaml": [
        model("a"),
        model("a", "other"),
        model("a", "sales", ("alpha: 1.0", "alpha: 2.0")),
        model("a", "sales", ("strategy: time", "strategy: random")),
        model(
            "a",
            "sales",
            ("strategy: time", "strategy: random  # mlspec: ignore[MLS1001] as we know\n   "),
            ("{strategy", "{\n    strategy"),
        ),
        model("a", "sales", ("alpha: 1.0", "alpha: '${var.alpha}'")),
        model("a", "sales", ("alpha: 1.0", "alhpa: 1.0")),
        model("a", "sales", ("name: a}", "name: a, description: what it says, labels: {team: x}}")),
        model("a", "sales", ("Ridge", "Rigde")),
        model("a", "sales", ("Ridge", "SGDClassifier")),
        model("aa"),
        model("a") + "---\n" + kpis("a"),
        model("a", "nowhere"),
        model("a", "sales", ("task: regression", "task: multiclass")),
    ],
    "specs/b.yaml": [model("b", "other"), model("b", "sales"), model("a"), model("b", "other", ("target: count", "target: price"))],
    "specs/c.yaml": [
        model("c"),
        _OLD,
        model(
            "c",
            "sales",
            ("estimator: {class: sklearn.linear_model.Ridge, params: {alpha: 1.0}}", "estimator: {class: src.own.Mine, params: {x: 1}}"),
        ),
    ],
    "specs/a-kpis.yaml": [kpis("a"), kpis("a", ("mae <= 50", "mea <= 50")), kpis("a", ("improveBy: 10%", "improveBy: 20%")), kpis("b")],
    "specs/b-kpis.yaml": [kpis("b"), kpis("b", ("mae", "accuracy"))],
    "specs/target.yaml": list(_TARGETS.values()),
    "specs/policy.yaml": [_POLICY, _POLICY.replace("intendedUse", "limitations")],
    "specs/waiver.yaml": [_WAIVER, _WAIVER.replace("<= 50", "<= 51")],
    "specs/many.yaml": [_SET],
    "specs/notes.yaml": ["# nothing yet\n"],
    "environments/staging/a.yaml": [deployment("a", "staging"), deployment("a", "stagin")],
    "environments/production/a.yaml": [deployment("a", "production"), deployment("a", "production", "remote")],
    "environments/production/b.yaml": [deployment("b", "production")],
    "environments/production/overlays/a.yaml": [_OVERLAY],
    "CODEOWNERS": ["* @acme/all\n", "/specs/ @acme/data\n"],
    "requirements.lock": ["# locked\n"],
    "src/load.py": ["def rows(): ...\n"],
    "src/own.py": [
        "class Mine:\n    def __init__(self, x=0): ...\n",
        "class Mine:\n    def __init__(self, y=0): ...\n",
        "class Other: ...\n",
    ],
    "data/sales.csv": [sales_rows(1), sales_rows(2)],
    "pipelines/models/a/params.yaml": ["a: 1\n"],
    "pipelines/models/a/notes.md": ["by hand\n"],
    "pipelines/data/gone/dvc.yaml": ["stages: {}\n"],
    ".mlspec/ledger.json": ["{}"],
}
"""What may stand at a path. The first of each is sound; none at all is a choice, too."""
START = [p for p in VARIANTS if p.split("/")[0] in ("mlspec.yaml", "specs", "environments", "requirements.lock", "data")]
LEFT_OUT = ("specs/many.yaml", "specs/waiver.yaml", "environments/production/overlays/a.yaml")


def put(root: Path, path: str, text: str | None) -> None:
    """Write a file, or take it away."""
    target = root / path
    if text is None:
        target.unlink(missing_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def start(root: Path) -> Path:
    """A sound project of two sources, three models, and what belongs to them."""
    for path in START:
        if path not in LEFT_OUT:
            put(root, path, VARIANTS[path][0])
    return root


def of_pairs(root: Path, names: Iterable[str]) -> Path:
    """The same with a source and a model `of-NAME` for each name, in a file of their own; applied."""
    start(root)
    for name in names:
        put(root, f"specs/{name}.yaml", source(name) + "---\n" + model(f"of-{name}", name) + "---\n" + kpis(f"of-{name}"))
    applied(root)
    return root


def applied(root: Path) -> None:
    """`mlspec apply`, where that can be done."""
    with suppress(Problems):
        OpenProject(root).apply(prune=True)


def ran(root: Path, *, whole: bool = False, texts: Mapping[str, str] | None = None) -> None:
    """Locks as if every stage had run, and small outputs of some; `whole`: of all. `texts`: what stands in some of them."""
    compiled = compile_root(root)
    for pipeline in compiled.graph.pipelines if compiled.graph else ():
        stages: dict[str, Any] = {}
        for stage in pipeline.stages:
            for out in stage.outs:
                if whole or not out.cache or out.path.endswith("valid.parquet"):
                    put(root, out.path, (texts or {}).get(out.path, "written\n"))
            entry = [{"path": relative(p, pipeline.folder), "hash": "md5", "md5": _md5(root / p), "size": 8} for p in stage.deps]
            outs = [{"path": relative(o.path, pipeline.folder), "hash": "md5", "md5": _md5(root / o.path), "size": 8} for o in stage.outs]
            stages[stage.name] = {"cmd": stage.command, "deps": entry, "params": {"params.yaml": {stage.name: stage.params}}, "outs": outs}
        put(root, f"{pipeline.folder}/dvc.lock", dump({"schema": "2.0", "stages": stages}))


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest() if path.is_file() else "0" * 32


def shown(found: Sequence[Diagnostic]) -> list[Any]:
    """All of the diagnostics, in the order they are printed in."""
    return [as_form(d) for d in sorted(found, key=sort_key)]


def checks(root: Path) -> tuple[Any, Any]:
    """What `validate` has to say: with a memory, and without."""
    known = checked.validate(root)
    cold = OpenProject(root).validate()
    return (shown(known.diagnostics), known.counted), (shown(cold.diagnostics), cold.project.counted() if cold.project else None)


def plans(root: Path) -> tuple[Any, Any]:
    """What `plan` has to say: with a memory, and without."""

    def told(make: Callable[[Callable[[Sequence[Diagnostic]], object]], Any]) -> Any:
        said: list[Any] = []
        try:
            plan = make(lambda found: said.append(shown(found)))
        except Problems as problems:
            return said, shown(problems.diagnostics)
        return said, as_text(plan), as_json(plan), as_markdown(plan)

    return told(lambda tell: remembered.plan(root, tell)), told(lambda tell: OpenProject(root, on_warnings=tell).plan())


def idle(root: Path) -> tuple[str | None, str | None]:
    """What `run` says where there is nothing to do, None where there is: with a memory, and without (nothing is run)."""
    found = running.nothing_to_do(checked.read_texts(root), (), RunOptions(), lambda _: None)
    try:
        workspace = OpenProject(root).read()
    except Problems:
        return str(found) if found else None, None
    done = not workspace.plan.pending and not workspace.plan.conflicts and all(s.status == "current" for s in workspace.plan.stages)
    there = all((root / out.path).exists() for pipeline in workspace.graph.pipelines for s in pipeline.stages for out in s.outs)
    cold = report_of(root, workspace.project.names, (), RunResult((), (), 0.0)) if done and there else None
    return str(found) if found else None, str(cold) if cold else None


def emptied(root: Path) -> None:
    """No memory of anything."""
    shutil.rmtree(root / ".mlspec/cache", ignore_errors=True)
