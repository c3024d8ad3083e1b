"""`mlspec explain`, as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import mlspec
from support.projects import write_project

from mlspec.diagnostics.codes import all_codes
from mlspec.diagnostics.codes.page import WIDTH, as_text


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("project"))


def test_a_code_needs_no_project(tmp_path: Path) -> None:
    done = mlspec(tmp_path, "explain", "mls0302", check=0)
    assert done.out.startswith("MLS0302: reference to nothing\n\n")


def test_a_code_as_json(tmp_path: Path) -> None:
    found = json.loads(mlspec(tmp_path, "explain", "MLS0302", "--format", "json", check=0).out)
    assert found["code"] == "MLS0302" and found["title"] and found["explanation"]


def test_an_unknown_code_names_a_near_one(tmp_path: Path) -> None:
    done = mlspec(tmp_path, "explain", "MLS0322", check=1)
    assert "error[MLS0004]" in done.err and "near it: `MLS0302`, `MLS0303`" in done.err


@pytest.mark.parametrize("name", ["MLS", "MLSx", "MLS99999999999", "MLS\u00b2"])
def test_what_looks_like_a_code_is_refused(tmp_path: Path, name: str) -> None:
    assert "error[MLS0004]" in mlspec(tmp_path, "explain", name, check=1).err


def test_every_code_has_a_page() -> None:
    for code, found in all_codes().items():
        lines = as_text(code, found).splitlines()
        assert lines[0] == f"{code}: {found.title}" and len(lines) > 2
        assert all(len(line) <= WIDTH for line in lines[1:] if " " in line and not line.lstrip().startswith(("-", "|"))), code


def test_lists_and_code_stay_as_they_are() -> None:
    from mlspec.diagnostics.codes import Code

    text = as_text("MLS0000", Code("x", "One\ntwo.\n\n- a\n- b\n\n    code here"))
    assert text == "MLS0000: x\n\nOne two.\n\n- a\n- b\n\n    code here\n"


def test_an_object_with_its_origins(root: Path) -> None:
    out = mlspec(root, "explain", "model/demand", check=0).out
    assert any(line.split("#")[0].strip() == "test: 0.25" and "specs/demand.yaml:8, from `25%`" in line for line in out.splitlines())
    assert any("scale: standard" in line and line.endswith("# default") for line in out.splitlines())


def test_every_kind_of_object(root: Path) -> None:
    refs = ("project", "project/shop", "source/sales", "rules/sales", "kpis/demand", "target/local-rest", "deployment/staging/demand")
    for ref in refs:
        assert mlspec(root, "explain", ref, check=0).out.startswith("apiVersion: mlspec/v1")


def test_an_object_as_json(root: Path) -> None:
    found = json.loads(mlspec(root, "explain", "kpis/demand", "--format", "json", check=0).out)
    assert found["form"]["spec"]["kpis"][0] == {"metric": "mae", "max": 50.0, "bound": "interval"}
    expected = {"how": "shorthand", "file": "specs/demand-kpis.yaml", "line": 6, "text": "mae <= 50"}
    assert found["origins"]["spec.kpis[0].max"] == expected
    assert found["origins"]["spec.kpis[0].bound"] == {"how": "default"}


def test_an_unknown_object_names_a_near_one(root: Path) -> None:
    done = mlspec(root, "explain", "model/demnd", check=1)
    assert "error[MLS0003]" in done.err and "did you mean `model/demand`?" in done.err
