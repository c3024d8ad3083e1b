"""Our own locks against themselves: complete, hashed, naming no index and no path, for every Python and platform that is supported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import pytest

from mlspec.adapters.requirements.complete import completeness
from mlspec.adapters.requirements.lock_file import Locked, included_files, lock_environment, normal_name, read_lock

ROOT = Path(__file__).resolve().parents[4]
LOCKS = {
    "dev": ROOT / "requirements/dev.lock",
    "bench": ROOT / "requirements/bench.lock",
    "example": ROOT / "example-project/requirements.lock",
}
MACHINES = [(python, system) for python in ("3.11", "3.12", "3.13") for system in ("Linux", "Darwin")]
HERE = {(normal_name(d.name), d.version): d.requires or [] for d in metadata.distributions()}


def locked(name: str) -> tuple[Locked, ...]:
    return read_lock(LOCKS[name].read_bytes())


def asks(name: str, version: str) -> Sequence[str] | None:
    return HERE.get((name, version))


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    found = locked(name)
    assert len(found) > 20
    assert [one.name for one in found if not (one.version and one.sha256)] == []
    assert included_files(LOCKS[name].read_bytes()) == ()


@pytest.mark.parametrize("name", LOCKS)
def test_no_index_and_no_path_stands_in_it(name: str) -> None:
    text = LOCKS[name].read_text(encoding="utf-8")
    assert not re.search(r"^\s*(-|[./]|file:)(?!-hash)", text, re.MULTILINE)
    assert "://" not in text and "find-links" not in text and "@" not in text


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_a_name_is_locked_once_for_a_machine(name: str, python: str) -> None:
    for system in ("Linux", "Darwin", "Windows"):
        held = [one.name for one in locked(name) if one.applies(lock_environment(python, system=system))]
        assert len(held) == len(set(held))


@pytest.mark.parametrize(("python", "system"), MACHINES)
def test_all_that_is_asked_for_is_locked(python: str, system: str) -> None:
    """Extras too. What is not installed here, since it is for other machines, is named."""
    environment = lock_environment(python, system=system, machine="arm64" if system == "Darwin" else "x86_64")
    found = completeness(locked("dev"), asks, environment)
    assert found.lacking == ()
    here = {one.name for one in locked("dev") if one.applies(lock_environment("3.11"))}
    held = {one.name: one for one in locked("dev") if one.applies(environment)}
    elsewhere = {name for name, one in held.items() if (name, one.version) not in HERE and name in here}
    assert set(found.unknown) <= elsewhere | {name for name in held if name not in here}
    assert len(found.unknown) < len(held) / 10


def test_what_is_installed_here_is_what_is_locked() -> None:
    """Else the test above would compare with other releases' needs."""
    import sys

    environment = lock_environment(f"{sys.version_info[0]}.{sys.version_info[1]}")
    assert [one.name for one in locked("dev") if one.applies(environment) and (one.name, one.version) not in HERE] == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lock_has_what_the_package_asks_for(python: str) -> None:
    from packaging.requirements import Requirement

    environment = lock_environment(python)
    held = {one.name: one.version for one in locked("dev") if one.applies(environment)}
    for need in map(Requirement, metadata.requires("mlspec-gitops") or ()):
        if need.marker is None or need.marker.evaluate({**environment, "extra": "signing"}):
            assert need.specifier.contains(held[normal_name(need.name)] or ""), need
