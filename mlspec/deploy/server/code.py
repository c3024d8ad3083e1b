"""Whether code on disk, the project's and its libraries', is still what this process has imported.

A model's pickle names functions of the project's. A process that imported them once answers by that text for as long as it lives: a new
version of a model, loaded into it, would run by old code, and nobody would hear of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from importlib import metadata
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "scikit-learn", "pandas", "joblib", "onnxruntime")


class Code:
    """Modules under `root`, virtual environments aside, by the digest that they had when they were first seen."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._seen: dict[Path, str | None] = {}
        self._libraries = _installed()

    def remember(self) -> None:
        """Take note of what was imported since. Call it as soon as something was loaded."""
        for path in self._imported():
            self._seen.setdefault(path, _digest(path))

    def stale(self) -> list[str]:
        """The files that changed since, as paths in the repository, and the libraries that were installed anew."""
        files = sorted(str(path.relative_to(self._root)) for path, digest in self._seen.items() if _digest(path) != digest)
        here = _installed()
        return [*files, *sorted(name for name in {**self._libraries, **here} if self._libraries.get(name) != here.get(name))]

    def _imported(self) -> list[Path]:
        files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        paths = [Path(file).resolve() for file in files if file]
        return [path for path in paths if path.is_relative_to(self._root) and not {"site-packages", "dist-packages"} & set(path.parts)]


def _installed() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
