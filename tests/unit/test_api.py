"""The door of the package: what `import mlspec` costs, which names it has, and how values and mistakes read."""

from __future__ import annotations

import ast
import importlib
import pickle
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from support.projects import SPECS, write_project

import mlspec
from mlspec.pipelines.run.reporter import StageFailed

ROOT = Path(__file__).resolve().parents[2]
STUB = ast.parse((ROOT / "mlspec/__init__.pyi").read_text(encoding="utf-8"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project")


def loaded_by(program: str) -> set[str]:
    """The modules that a program brings into a new process."""
    words = f"import sys; before = set(sys.modules)\n{program}\nprint('\\n'.join(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_import_loads_nothing_else() -> None:
    assert loaded_by("import mlspec; dir(mlspec); mlspec.__version__") == {"mlspec"}


def test_a_name_loads_no_more_than_its_home_needs(root: Path) -> None:
    seen = {m for m in loaded_by("import mlspec; mlspec.open; mlspec.Problems") if m.startswith("mlspec.") and "diagnostics" not in m}
    assert {m for m in seen if not m.startswith("mlspec.api.")} == {"mlspec.api"}
    heavy = {"duckdb", "dvc", "pandas", "numpy", "sklearn", "scipy", "pyarrow", "starlette", "httpx2", "click"}
    seen = loaded_by(
        f"import mlspec; project = mlspec.open({str(root)!r}); project.validate(); project.plan(); project.explain('model/demand')"
    )
    assert not {m.split(".")[0] for m in seen} & heavy


def test_what_type_checkers_see_is_what_is_there() -> None:
    told = {alias.name: node.module for node in STUB.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert {*told, "__version__"} == set(vars(mlspec)["__all__"])
    for name, home in told.items():
        assert getattr(mlspec, name) is getattr(importlib.import_module(str(home)), name)
    assert set(vars(mlspec)["__all__"]) <= set(dir(mlspec))


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'opne'"):
        mlspec.opne  # type: ignore[attr-defined]  # noqa: B018
    assert not hasattr(mlspec, "__path_of_nothing__")


def test_every_method_says_what_it_is_for_and_what_it_raises() -> None:
    named = [name for name in dir(mlspec.OpenProject) if not name.startswith("_") and name not in mlspec.OpenProject.__dataclass_fields__]
    methods = {name: getattr(mlspec.OpenProject, name) for name in named}
    assert len(methods) > 30
    for name, method in methods.items():
        assert method.__doc__, name
        assert "MLS" in method.__doc__ or "Problems" in method.__doc__ or name == "doctor", f"{name} tells no code"


def test_no_project_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path, tmp_path / "gone", str(tmp_path)):
        with pytest.raises(mlspec.Problems, match="MLS0002") as raised:
            mlspec.open(path)
        assert str(tmp_path) in str(raised.value)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(mlspec.Problems, match="in this folder or above it"):
        mlspec.open()


def test_any_path_in_the_project_will_do(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (root, root / "specs", root / "mlspec.yaml", root / "specs/demand.yaml"):
        assert mlspec.open(path).root == root.resolve()
    monkeypatch.chdir(root.parent)
    project = mlspec.open("project")
    monkeypatch.chdir("/")
    assert project.validate().ok, "where it was opened from is forgotten"
    assert mlspec.open(root) == project


def test_mistakes_have_their_place(root: Path) -> None:
    (root / "specs/demand.yaml").write_text(SPECS["specs/demand.yaml"].replace("target: count", "targt: count"))
    project = mlspec.open(root)
    found = project.validate()
    assert (found.ok, found.project) == (False, None)
    [typo] = [d for d in found.diagnostics if d.span and "targt" in d.message]
    assert str(typo).startswith("specs/demand.yaml:7:3: error[MLS0")
    with pytest.raises(mlspec.Problems) as raised:
        project.plan()
    assert raised.value.diagnostics
    told = "".join(traceback.format_exception(raised.value))
    assert "specs/demand.yaml:7:3" in told and "target" in told
    fixes = project.fix(write=False)
    assert b"target: count" in fixes.after["specs/demand.yaml"] and b"targt" in (root / "specs/demand.yaml").read_bytes()
    assert project.fix().compiled.ok and project.validate().ok


def test_lint_rules_are_chosen(root: Path) -> None:
    project = mlspec.open(root)
    assert {d.code for d in project.validate(select=["mls1049"]).diagnostics} == {"MLS1049"}
    assert "MLS1049" not in {d.code for d in project.validate(select=["all"], ignore=["MLS1049"]).diagnostics}
    with pytest.raises(mlspec.Problems, match="MLS0480"):
        project.validate(select=["MLS9"])


def test_what_is_read_is_what_is_there_now(root: Path) -> None:
    project = mlspec.open(root)
    before = project.read()
    (root / "specs/local-rest.yaml").unlink()
    for path in root.glob("environments/*/demand.yaml"):
        path.unlink()
    assert (len(before.project.targets), len(project.read().project.targets)) == (1, 0)


def test_warnings_go_to_whom_asked_for_them(root: Path) -> None:
    heard: list[str] = []
    project = mlspec.open(root, on_warnings=lambda found: heard.extend(d.code for d in found))
    project.apply()
    assert "MLS0511" in heard, "this folder is in no Git repository"


def test_many_files_are_deleted_only_when_somebody_agrees(root: Path) -> None:
    (root / "specs/demand.yaml").unlink()
    project = mlspec.open(root)
    for path in ("specs/demand-kpis.yaml", "environments/staging/demand.yaml", "environments/production/demand.yaml"):
        (root / path).unlink()
    project.apply()
    for number in range(6):
        (root / f"specs/m{number}.yaml").write_text(SPECS["specs/demand.yaml"].replace("demand", f"m{number}"))
    project.apply()
    for made in root.glob("specs/m?.yaml"):
        made.unlink()
    asked: list[str] = []
    for agree in (None, lambda paths: bool(asked.extend(paths))):
        with pytest.raises(mlspec.Problems, match="MLS0510"):
            project.apply(agree=agree)
    assert len(asked) > 5 and all(not (root / path).is_absolute() or (root / path).exists() for path in asked)
    assert len([c for c in project.apply(prune=True).pending if c.action == "delete"]) == len(asked)


def test_values_read_well(root: Path) -> None:
    project = mlspec.open(root)
    space = project.read()
    assert repr(project) == f"<mlspec project at {root}>"
    assert repr(space.project) == "<Project shop: 1 source, 1 rule set, 1 model, 1 KPI set, 1 target, 2 deployments>"
    assert repr(space.project.models["demand"]) == "<Model model/demand, specs/demand.yaml>"
    assert repr(space.graph) == "<Graph: 2 pipelines, 6 stages>"
    assert repr(space).startswith("<Workspace ")
    assert repr(project.validate()).endswith("0 errors, 0 warnings>") or "warnings" in repr(project.validate())
    assert repr(project.plan()).startswith("<Plan: ")
    assert str(project.plan()).splitlines()[0].startswith("Files: ")
    assert "target: count" in str(project.explain("model/demand"))
    assert len(repr(project.explain("model/demand"))) < 100


def test_problems_come_back_whole_from_another_process() -> None:
    found = mlspec.Diagnostic("MLS0302", "no such column", mlspec.Span("specs/a.yaml", 3, 5), "did you mean `count`?")
    for error in (mlspec.Problems(found), StageFailed([found], ["a line"])):
        back = pickle.loads(pickle.dumps(error))
        assert (type(back), back.diagnostics, str(back)) == (type(error), (found,), str(error))
        assert back.__notes__ == error.__notes__ == ["specs/a.yaml:3:5: error[MLS0302]: no such column (did you mean `count`?)"]


def test_no_secret_stands_in_a_traceback_or_a_repr() -> None:
    found = mlspec.Diagnostic("MLS0613", "https://ada:hunter2@example.org can't be fetched", None, "see https://x.org/?token=hunter2")
    told = "".join(traceback.format_exception(mlspec.Problems(found))) + repr(mlspec.Problems(found)) + repr(found) + str(found)
    assert "hunter2" not in told and "ada" not in told
    assert "***" in told
