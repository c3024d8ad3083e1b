from __future__ import annotations

import sys
from importlib import util
from pathlib import Path

import pytest
from support.doctor_world import ask, told

from mlspec.adapters.git.run import Result
from mlspec.setup.doctor import tools
from mlspec.setup.doctor.examine import open_project

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def test_this_python_is_the_workflows_or_not(root: Path) -> None:
    spec = root / "mlspec.yaml"
    for wanted, outcome in ((HERE, "ok"), ("3.99", "problem")):
        spec.write_text(spec.read_text().split("  python:")[0].rstrip("\n") + f'\n  python: "{wanted}"\n')
        found = ask(root, tools.python)
        assert found.outcome == outcome and wanted in found.what
    assert f'python: "{HERE}"' in found.fix


@pytest.mark.parametrize(
    ("said", "outcome"), [("git version 2.43.0", "ok"), ("git version 2.30.windows.1", "ok"), ("git version 2.25.1", "problem")]
)
def test_git_s_version(root: Path, said: str, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlspec.adapters.git.repository.git", lambda *words: Result(0, said.encode(), ""))
    assert ask(root, tools.git_version).outcome == outcome


def test_no_git_is_a_problem_and_not_the_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root / "nowhere"))
    found = told(root, tools.examine, "Git")
    assert found.outcome == "problem" and "MLS0950" in found.what and "2.30" in found.fix


@pytest.mark.parametrize(
    ("version", "outcome"), [("3.67.1", "ok"), ("3.66", "ok"), ("3.65.9", "problem"), ("3.9.0", "problem"), (None, "problem")]
)
def test_dvc_s_version(version: str | None, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "installed", lambda name: version)
    found = tools.dvc_version()
    assert found.outcome == outcome and ("pip install" in found.fix) == (outcome == "problem")


def test_the_fast_yaml_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tools.yaml_parser().outcome == "ok"
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    assert "ruamel.yaml.clib" in tools.yaml_parser().fix


@pytest.mark.parametrize(
    ("url", "version", "outcome"),
    [("../storage", None, "ok"), ("s3://acme-ml/shop", "3.3.0", "ok"), ("gs://acme-ml/shop", None, "problem")],
)
def test_the_storage_s_plugin(root: Path, url: str, version: str | None, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "mlspec.yaml").write_text((root / "mlspec.yaml").read_text().replace("../storage", url))
    monkeypatch.setattr(tools, "installed", lambda name: version)
    found = ask(root, tools.plugin)
    assert found.outcome == outcome
    assert found.fix == ("`pip install 'mlspec-gitops[gs]'`" if outcome == "problem" else "")


def test_broken_specs_skip_what_needs_them(root: Path) -> None:
    (root / "mlspec.yaml").write_text("apiVersion: mlspec/v1\nkind: Project\n")
    found = {f.check: f.verdict for f in tools.examine(open_project(root))}
    assert (found["Python"].outcome, found["DVC's plugin"].outcome, found["Git"].outcome) == ("skipped", "skipped", "ok")
    assert "mlspec validate" in found["Python"].fix
