"""The environment that a commit's lock says, made anew beside a clone: by uv where it is installed, else by venv and pip."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.requirements.lock_file import lock_environment, normal_name, read_lock
from mlspec.diagnostics import problem
from mlspec.language.kinds.project import ProjectSpec
from mlspec.studies.clone import Clone

_PROBE = """
import importlib.metadata as m, json, platform
print(json.dumps({"python": platform.python_version(), "platform": platform.platform(),
                  "packages": {d.metadata["Name"]: d.version for d in m.distributions() if d.metadata["Name"]}}))
"""
_RUNTIME = "import dvc, mlspec.runtime"
_WAY_ON = "`--here` trains in the environment that mlspec runs in, and says so"


@dataclass(frozen=True, slots=True)
class Environment:
    """Where stages run. `by`: who made it (`uv`, `pip`), or `here`. `packages`: {normal name: version}, of what is installed."""

    python: str
    by: str
    version: str
    platform: str
    packages: Mapping[str, str]

    def unlike(self, lock: bytes) -> list[tuple[str, str, str]]:
        """(name, locked, installed) of each release that the lock pins for this machine and that is another one here, or none."""
        here = lock_environment(".".join(self.version.split(".")[:2]), system=_system(), machine=os.uname().machine)
        pinned = {one.name: one.version for one in read_lock(lock) if one.version is not None and one.applies(here)}
        return [(n, v, self.packages.get(n, "-")) for n, v in sorted(pinned.items()) if self.packages.get(n) != v]


def _system() -> str:
    found = os.uname().sysname
    return found if found in ("Linux", "Darwin") else "Linux"


def this_environment() -> Environment:
    """The one that mlspec runs in."""
    return _looked_at(sys.executable, "here")


def locked_environment(clone: Clone, settings: ProjectSpec, say: Callable[[str], None]) -> Environment:
    """Install the lock of the clone's commit, and nothing else, by hash. Raises MLS0794."""
    lock = settings.requirements
    if lock is None or not (clone.tree / lock).is_file():
        raise problem("MLS0794", f"the commit has no requirements lock{f' {lock}' if lock else ''}", help=_WAY_ON)
    folder = clone.home / "environment"
    python = str(folder / "bin/python")
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    say(f"installing {lock} by {'uv' if uv else 'pip'} …")
    if uv:
        _run(clone, [uv, "venv", "--quiet", "--no-project", "--python", settings.python, str(folder)])
        _run(clone, [uv, "pip", "install", "--quiet", "--python", python, "--no-deps", "--require-hashes", "-r", lock])
    else:
        _run(clone, [_interpreter(settings.python), "-m", "venv", str(folder)])
        pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        _run(clone, [*pip, "install", "--no-deps", "--require-hashes", "-r", lock])
    _run(clone, [python, "-I", "-c", _RUNTIME], f"{lock} does not hold what stages need, mlspec and DVC: ")
    return _looked_at(python, "uv" if uv else "pip")


def _interpreter(version: str) -> str:
    if sys.version_info[:2] == tuple(int(part) for part in version.split(".")[:2]):
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        raise problem(
            "MLS0794", f"Python {version} (`python` in mlspec.yaml) is not here", help=f"install it, or uv, which brings it; {_WAY_ON}"
        )
    return found


def _run(clone: Clone, words: Sequence[str], what: str = "") -> str:
    done = subprocess.run(words, cwd=clone.tree, env=_variables(), capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or [f"exit code {done.returncode}"]
        raise problem("MLS0794", f"{what or 'the locked environment could not be made: '}{lines[-1].strip()[:300]}", help=_WAY_ON)
    return done.stdout


def _looked_at(python: str, by: str) -> Environment:
    done = subprocess.run([python, "-I", "-c", _PROBE], env=_variables(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise problem("MLS0794", f"{python} does not run: {done.stderr.strip()[-300:]}", help=_WAY_ON)
    found = json.loads(done.stdout)
    packages = {normal_name(name): version for name, version in found["packages"].items()}
    return Environment(python, by, found["python"], found["platform"], packages)


def _variables() -> dict[str, str]:
    """Nothing of the environment that mlspec runs in."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX")}
