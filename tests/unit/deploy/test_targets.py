"""A new kind of target is what it declares, a row and a runtime: a toy one goes through all that asks about targets."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.line_world import LineWorld
from support.projects import SPECS, compile_texts, write_project

from mlspec.ci.deploys.jobs import deploy_row, groups
from mlspec.compiler.project.project import Bound
from mlspec.deploy.context import Context
from mlspec.deploy.decide import Action
from mlspec.deploy.outcome import Outcome
from mlspec.deploy.reconcile import reconcile, stop_all
from mlspec.deploy.status.collect import tell_status
from mlspec.deploy.targets.protocol import Declared
from mlspec.deploy.targets.registry import RUNTIMES
from mlspec.diagnostics import Diagnostic
from mlspec.language.kinds.catalog import KINDS
from mlspec.language.kinds.deployment import Deployment, DeploymentTarget, DeploymentTargetSpec
from mlspec.language.kinds.targets.settings import Lacking, Output, Read, TargetSettings
from mlspec.language.kinds.targets.table import TARGET_KINDS, TargetKind, kinds_that_run
from mlspec.pipelines.generate.targets import BY_KIND
from mlspec.pipelines.workspace import open_workspace
from mlspec.registry.branch import open_line
from mlspec.registry.history.used_by import target_kinds

ROOT = Path(__file__).resolve().parents[3]
DIGEST = "sha256:" + "a" * 64


class NoteTarget(TargetSettings):
    """Writes down which version is meant, into a file."""

    folder: str
    source: str = "sales"
    loud: bool = False

    def reads(self) -> tuple[Read]:
        return (Read(("source",), self.source),)

    def outputs(self) -> tuple[Output]:
        return (Output(self.folder, "*.txt"),)

    def timetable(self) -> str:
        return "7 5 * * *"

    def lacking(self) -> Iterator[Lacking]:
        if self.loud:
            yield Lacking(("loud",), "a loud note", "leave it out")


class SpecWithNote(DeploymentTargetSpec):
    note: NoteTarget | None = None


class TargetWithNote(DeploymentTarget):
    spec: SpecWithNote


def rendered(settings: NoteTarget, deployments: Sequence[Bound[Deployment]]) -> dict[str, str]:
    return {f"{settings.folder}/README.txt": "".join(f"{d.ref}\n" for d in deployments)}


@dataclass(frozen=True)
class Seen:
    path: Path
    where: str

    @property
    def text(self) -> str:
        return self.path.read_text() if self.path.is_file() else ""

    def __str__(self) -> str:
        return self.text or "no note"


class NoteRuntime:
    """The runtime, which may write other than it was told."""

    def __init__(self) -> None:
        self.forgets = False

    def observe(self, context: Context, declared: Declared[NoteTarget]) -> Seen:
        where = f"{declared.settings.folder}/{context.environment}-{declared.deployment.name}.txt"
        return Seen(context.root / where, where)

    def decide(self, observed: Seen, declared: Declared[NoteTarget]) -> Action:
        version = declared.desired.version
        return Action("noop", f"in sync: {version}") if observed.text == version else Action("replace", f"{observed} -> {version}")

    def converge(self, context: Context, declared: Declared[NoteTarget], observed: Seen, action: Action) -> str:
        observed.path.parent.mkdir(parents=True, exist_ok=True)
        observed.path.write_text("" if self.forgets else declared.desired.version)
        return observed.where

    def smoke(self, context: Context, declared: Declared[NoteTarget]) -> list[Diagnostic]:
        return [] if self.observe(context, declared).text else [Diagnostic("MLS0803", "the note is empty")]

    def known(self, root: Path, environment: str) -> list[str]:
        return [path.stem.removeprefix(f"{environment}-") for path in (root / "notes").glob(f"{environment}-*.txt")]

    def withdraw(self, root: Path, environment: str, name: str, reason: str, *, dry_run: bool = False) -> Outcome | None:
        path = root / "notes" / f"{environment}-{name}.txt"
        if not path.is_file():
            return None
        outcome = Outcome(f"deployment/{environment}/{name}", Action("stop", reason), path.read_text())
        if not dry_run:
            path.unlink()
        return outcome


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> NoteRuntime:
    """The kind is there: its spec, its row, its files, its runtime."""
    made: Any = NoteRuntime()
    tables: list[tuple[Any, str, Any]] = [
        (KINDS, "DeploymentTarget", TargetWithNote),
        (TARGET_KINDS, "note", TargetKind("note", NoteTarget, has_runtime=True)),
        (BY_KIND, "note", rendered),
        (RUNTIMES, "note", made),
    ]
    for table, name, row in tables:
        monkeypatch.setitem(table, name, row)
    return made


def specs(target: str = "{folder: notes}", version: str = "v1.0.0") -> dict[str, str]:
    kept = {path: text for path, text in SPECS.items() if path != "environments/production/demand.yaml"}
    promoted = f'version: {version}, digest: "{DIGEST}", claim: "{DIGEST}"' + "}"
    return kept | {
        "specs/local-rest.yaml": f"apiVersion: mlspec/v1\nkind: DeploymentTarget\nmetadata: {{name: local-rest}}\nspec: {{note: {target}}}\n",
        "environments/staging/demand.yaml": SPECS["environments/staging/demand.yaml"].replace("local-rest}", "local-rest, " + promoted),
    }


@pytest.mark.parametrize(
    ("target", "code", "told"),
    [
        ("{folder: notes, source: nowhere}", "MLS0302", "refers to DataSource `nowhere`"),
        ("{folder: notes, loud: true}", "MLS0490", "a loud note has no runtime"),
        ("{folder: notes, fodler: x}", "MLS0101", "fodler"),
    ],
)
@pytest.mark.usefixtures("runtime")
def test_validate_reads_it_like_any_other(target: str, code: str, told: str) -> None:
    found = compile_texts(specs(target)).diagnostics
    assert [d.code for d in found] == [code]
    assert told in found[0].message
    assert found[0].span is not None
    assert found[0].span.path == "specs/local-rest.yaml"


@pytest.mark.usefixtures("runtime")
def test_a_target_that_names_two_kinds_is_told_of_those_that_run() -> None:
    both = specs()["specs/local-rest.yaml"].replace("{note:", "{rest: {}, note:")
    (found,) = compile_texts(specs() | {"specs/local-rest.yaml": both}).diagnostics
    assert "`rest`, `batch`, `note`" in found.message


@pytest.mark.usefixtures("runtime")
def test_plan_has_its_files_and_the_workflow_its_schedule(tmp_path: Path) -> None:
    workspace = open_workspace(write_project(tmp_path, specs()))
    assert {"notes/README.txt", ".github/workflows/mlspec-deploy.yml"} <= {change.path for change in workspace.plan.changes}
    assert workspace.generated["notes/README.txt"] == "deployment/staging/demand\n"
    batch = yaml.safe_load(workspace.generated[".github/workflows/mlspec-batch.yml"])
    assert batch["on"]["schedule"] == [{"cron": "7 5 * * *"}]
    [group] = groups(workspace.project, "staging")
    row = deploy_row(workspace.project, group)
    assert row["reconcile"] == "deployment/staging/demand", "it leaves nothing running: any runner will do"
    assert row["predictions"].split() == ["notes/*.txt"]


def test_reconcile_and_status_observe_converge_and_try_it(tmp_path: Path, runtime: NoteRuntime) -> None:
    root = write_project(tmp_path, specs())

    def turn(*, dry_run: bool = False) -> list[Outcome]:
        return reconcile(open_workspace(root), "staging", fetch=lambda *_: root, verify=lambda *_: [], dry_run=dry_run)

    def state() -> tuple[str, str]:
        found = tell_status(open_workspace(root), environment="staging")["deployment/staging/demand"]
        return found.state, found.details

    assert state() == ("out of sync", "no note -> v1.0.0")
    assert [(o.action.kind, o.where, o.observed) for o in turn()] == [("replace", "notes/staging-demand.txt", "no note")]
    assert state() == ("in sync", "in sync: v1.0.0")
    assert [o.action.kind for o in turn()] == ["noop"]
    write_project(root, specs(version="v1.1.0"))
    runtime.forgets = True
    (failed,) = turn()
    assert failed.failed
    assert [d.message for d in failed.diagnostics] == ["the note is empty"]
    runtime.forgets = False
    assert [(o.action.kind, o.failed) for o in turn()] == [("replace", False)]
    (root / "environments/staging/demand.yaml").unlink()
    assert [(o.action.kind, o.action.reason) for o in turn()] == [("stop", "its Deployment is gone")]
    assert turn() == []


def test_what_stands_goes_when_the_target_is_of_another_kind_and_when_all_is_stopped(tmp_path: Path, runtime: NoteRuntime) -> None:
    root = write_project(tmp_path, specs())
    for name in ("demand", "other"):
        (root / "notes").mkdir(exist_ok=True)
        (root / f"notes/staging-{name}.txt").write_text("v0.9.0")
    other = specs()["specs/local-rest.yaml"].replace("{note: {folder: notes}}", "{batch: {input: sales, output: predictions}}")
    write_project(root, specs() | {"specs/local-rest.yaml": other})
    (failed,) = reconcile(open_workspace(root), "staging", fetch=lambda *_: root, verify=lambda *_: [], only=["demand"])
    assert [d.code for d in failed.diagnostics] == ["MLS0810"], "the batch target has no rows yet"
    assert runtime.known(root, "staging") == ["other"]
    assert [o.ref for o in stop_all(root, "staging")] == ["deployment/staging/other"]
    assert runtime.known(root, "staging") == []


@pytest.mark.usefixtures("runtime")
def test_history_names_its_kind(tmp_path: Path) -> None:
    old = "apiVersion: mlspec/v1alpha1\nkind: DeploymentTarget\nmetadata: {name: old}\nspec: {type: rest, port: 0}\n"
    world = LineWorld(tmp_path / "line").start()
    world.push({"specs/note.yaml": specs()["specs/local-rest.yaml"], "specs/old.yaml": old})
    assert target_kinds(open_line(world.write(), "main")) == {"local-rest": "note", "old": "rest"}


def test_the_table_the_language_and_the_runtimes_name_the_same_kinds() -> None:
    assert [name for name in DeploymentTargetSpec.model_fields if name != "runs_on"] == list(TARGET_KINDS)
    assert tuple(RUNTIMES) == kinds_that_run()
    assert {*BY_KIND} <= {*TARGET_KINDS}
    for row in TARGET_KINDS.values():
        assert row.settings is not TargetSettings or not row.has_runtime, "what runs is spelt out"


HOMES = (
    "mlspec/language/kinds/deployment.py",
    "mlspec/language/kinds/targets/",
    "mlspec/language/kinds/versions/",
    "mlspec/pipelines/generate/targets.py",
    "mlspec/deploy/targets/",
    "mlspec/setup/init/files.py",
    "mlspec/setup/adopt/code/",
)
"""Where kinds of target are spelt: what they declare, are made into, and are run by; how old versions wrote them; what `init` writes first.
`setup/adopt/code` reads the calls of a library that has a target's name."""


def test_nothing_else_asks_for_a_kind_by_name() -> None:
    asked = list[str]()
    for path in sorted((ROOT / "mlspec").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(HOMES):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            word = node.attr if isinstance(node, ast.Attribute) else node.value if isinstance(node, ast.Constant) else None
            if isinstance(word, str) and word in TARGET_KINDS:
                asked.append(f"{name}:{getattr(node, 'lineno', '?')} asks for `{word}`")
    assert asked == []
