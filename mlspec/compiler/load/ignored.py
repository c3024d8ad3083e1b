"""Whether the .gitignore files that people wrote keep an output out of Git, by plain lines: a path, or a folder on the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from mlspec.compiler.load.inputs import Inputs
from mlspec.language.yaml.header import is_generated

NAME = ".gitignore"


def is_ignored(inputs: Inputs, path: str) -> bool:
    """Whether a hand-written file says so, or stands where mlspec's own would: what lacks in that is told by `check`."""
    return names_it(inputs, path) or written_beside(inputs, path) is not None


def names_it(inputs: Inputs, path: str) -> bool:
    """Whether a hand-written .gitignore in a folder above names the path, or a folder that it lies in."""
    return any(_names(text, path, folder) for folder, text in _above(inputs, path))


def written_beside(inputs: Inputs, path: str) -> str | None:
    """The hand-written .gitignore of the folder in which a path lies."""
    folder = path.rpartition("/")[0]
    return next((f"{folder}/{NAME}".lstrip("/") for own, _ in _above(inputs, path) if own == folder), None)


def _above(inputs: Inputs, path: str) -> Iterator[tuple[str, bytes]]:
    for parent in PurePosixPath(path).parents:
        folder = "" if str(parent) == "." else str(parent)
        text = inputs.read_list(f"{folder}/{NAME}".lstrip("/"))
        if text is not None and not is_generated(text):
            yield folder, text


def _names(text: bytes, path: str, folder: str) -> bool:
    parts = path.removeprefix(folder).lstrip("/").split("/")
    ways = {"/".join(parts[: n + 1]) for n in range(len(parts))}
    lines = [line.strip().rstrip("/") for line in text.decode("utf-8", "replace").splitlines()]
    return any(line.lstrip("/") in (ways if "/" in line else parts) for line in lines if line)
