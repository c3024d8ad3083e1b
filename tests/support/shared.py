"""What is made once in a run of the tests, whichever of its worker processes and modules asks first: a folder by name, to be copied.

What stands in such a folder names no place of its own (relative paths, no port), and nobody writes into it once it is made.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Shared:
    """The folder of this run's shared folders."""

    home: Path

    def once(self, name: str, make: Callable[[Path], object]) -> Path:
        """The folder `name`, made by `make` in the process that asks first; the others wait. Where that fails, the next one tries."""
        folder, done = self.home / name, self.home / f"{name}.made"
        self.home.mkdir(exist_ok=True)
        with (self.home / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                packed(folder)
                done.touch()
        return folder


def copy_into(folder: Path, target: Path) -> None:
    """Copy what a folder holds into another, new or there already: times and links as they are. Half of what `shutil.copytree` takes."""
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", f"{folder}/.", str(target)], check=True)


def packed(folder: Path) -> None:
    """Put the objects of every repository below a folder into one file each, and take the sample hooks away: a copy is then half as many files."""
    for config in [*folder.glob("*/.git/config"), *folder.glob("*.git/config")]:
        subprocess.run(["git", "repack", "-a", "-d", "-k", "-q"], cwd=config.parent, check=True)
        for sample in config.parent.glob("hooks/*.sample"):
            sample.unlink()


def of_run(factory: pytest.TempPathFactory) -> Shared:
    """Workers of one run have folders side by side."""
    base = factory.getbasetemp()
    return Shared((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared")
