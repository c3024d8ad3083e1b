"""An environment that holds the base of mlspec only: links to what is installed here, so that nothing is fetched and it takes a moment."""

from __future__ import annotations

import os
import subprocess
import venv
from importlib import metadata
from pathlib import Path

from support.cli import Result, environment

import mlspec
from mlspec.diagnostics.extras import PACKAGE, declared

ROOT = Path(mlspec.__file__).parents[1]


def base_distributions() -> list[str]:
    """What `pip install mlspec-gitops` brings, by the needs of what is installed here: no extra of anything."""
    from packaging.requirements import Requirement

    found, waiting = [], [one.name for one in declared()]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.append(name)
        needs = map(Requirement, metadata.requires(name) or ())
        waiting += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return sorted(found)


def make(folder: Path) -> Path:
    """Make the environment; return its Python."""
    venv.create(folder, symlinks=True)
    [place] = folder.glob("lib/python*/site-packages")
    for name in [PACKAGE, *base_distributions()]:
        files = metadata.files(name) or []
        tops = {Path(str(file)).parts[0] for file in files if file.suffix != ".pth" and ".." not in file.parts}
        for top in sorted(tops - {"__pycache__"}):
            source = Path(str(metadata.distribution(name).locate_file(top)))
            if source.exists() and not (place / top).exists():
                (place / top).symlink_to(source)
    if not (place / "mlspec").exists():  # installed to be edited: its distribution names no files of the package
        (place / "mlspec").symlink_to(ROOT / "mlspec")
    return folder / "bin/python"


def run(python: Path, root: Path, *words: str) -> Result:
    """`mlspec …` by that Python, from a folder."""
    variables = {k: v for k, v in environment().items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    variables["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    command = [str(python), "-m", "mlspec", *words]
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, timeout=180, check=False, input="")
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return Result(done.returncode, done.stdout, done.stderr)
