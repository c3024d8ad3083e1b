"""Whether a worker computes as this machine does: its Python, the libraries that decide results, and mlspec itself, to the byte.

A worker with another scikit-learn answers too, and its model has another digest: it is refused, by name.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from mlspec.adapters.requirements.lock_file import lock_environment, read_lock
from mlspec.compiler.project.graph import Pipeline
from mlspec.pipelines.engines.pack import sha256

DECIDING = ("duckdb", "dvc", "dvc-data", "joblib", "numpy", "pandas", "pyarrow", "ruamel.yaml", "scikit-learn", "scipy", "threadpoolctl")
"""What stages compute with, and what writes their locks."""
MAX_TOLD = 8


def python_here() -> str:
    """Such as `3.11`: pickled models and code are of one."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def installed(name: str) -> str | None:
    """The version of a distribution; None where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def versions_of(pipeline: Pipeline) -> dict[str, str]:
    """{distribution: version} here, of all that decides what the pipeline makes: also of what its estimators come from."""
    searches = any(stage.params.get("search", {}).get("engine") == "optuna" for stage in pipeline.stages)
    found = {name: installed(name) for name in (*DECIDING, *_of_estimators(pipeline), *(["optuna"] if searches else []))}
    return {name: version for name, version in sorted(found.items()) if version is not None}


def _of_estimators(pipeline: Pipeline) -> Iterator[str]:
    given = [stage.params.get(key) for stage in pipeline.stages for key in ("estimator", "baseline")]
    paths = [str(form.get("class") or (form.get("estimator") or {}).get("class", "")) for form in given if isinstance(form, dict)]
    modules = {path.partition(".")[0] for path in paths} - {"", "sklearn"}
    return (name for module in sorted(modules) for name in _distributions().get(module, ()))


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())


@cache
def code_digest() -> str:
    """The digest of mlspec's own modules: of two checkouts with one version number, one may compute otherwise."""
    package = Path(__file__).resolve().parents[2]
    files = sorted(package.rglob("*.py"), key=lambda path: path.relative_to(package).as_posix())
    return sha256("".join(f"{path.relative_to(package).as_posix()} {sha256(path.read_bytes())}\n" for path in files).encode())


def differences(python: str, versions: dict[str, str], code: str, lock: bytes | None, include: Callable[[str], bytes | None]) -> list[str]:
    """In words, what is installed here and differs from what a task asks for; a lock's pins go before what the sender had."""
    if python != python_here():
        return [f"Python {python_here()}, and {python} is asked for"]
    wanted = {**versions, **(_pins(lock, include, python) if lock is not None else {})}
    found = [(name, version, installed(name)) for name, version in sorted(wanted.items())]
    told = [
        f"{name} {here}, and {version} is asked for" if here else f"no {name}, and {version} is asked for"
        for name, version, here in found
        if not _same(here, version)
    ]
    if code != code_digest():
        told.append(f"another build of mlspec {installed('mlspec-gitops') or ''}".rstrip())
    return told[:MAX_TOLD] + ([f"{len(told) - MAX_TOLD} more"] if len(told) > MAX_TOLD else [])


def _same(here: str | None, wanted: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return here is not None and Version(here) == Version(wanted)
    except InvalidVersion:
        return here == wanted


def _pins(lock: bytes, include: Callable[[str], bytes | None], python: str) -> dict[str, str]:
    """{name: version} of what a lock pins for this machine; mlspec itself is compared by its code."""
    system = platform.system() if platform.system() in ("Linux", "Darwin", "Windows") else "Linux"
    here = lock_environment(python, system=system, machine=platform.machine())
    return {one.name: one.version for one in read_lock(lock, include) if one.version and one.applies(here) and one.name != "mlspec-gitops"}
