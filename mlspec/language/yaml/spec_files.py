"""Finds the spec files of a project."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from mlspec.diagnostics import Diagnostic, Span
from mlspec.language.yaml.limits import LIMITS

PROJECT_FILE = "mlspec.yaml"
SPECS, ENVIRONMENTS = "specs", "environments"
FOLDERS = (SPECS, ENVIRONMENTS)
SUFFIXES = (".yaml", ".yml")
API_VERSION = "mlspec/v1"
"""What documents of the language's newest version say."""


def find_root(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upwards, that holds mlspec.yaml."""
    return next((p for p in (start, *start.parents) if (p / PROJECT_FILE).is_file()), None)


def find_specs(root: Path) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """Return {path: bytes} of every spec file, sorted, and the problems of those that can't be read."""
    files: dict[str, bytes] = {}
    found: list[Diagnostic] = []
    home = os.path.realpath(root)
    for path in sorted(_paths(str(root))):
        full = os.path.join(root, path)  # noqa: PTH118 - thousands of files: pathlib costs more than reading them
        if os.path.islink(full) and not os.path.realpath(full).startswith(home + os.sep):  # noqa: PTH114
            found.append(Diagnostic("MLS0144", "the link leads out of the repository", Span(path), "copy in what it leads to"))
        elif path not in FOLDERS:
            _read(full, path, files, found)
    return files, found


def _read(full: str, path: str, files: dict[str, bytes], found: list[Diagnostic]) -> None:
    """Read one byte more than a spec may have: enough to refuse it. A pipe or a device is not opened, since that could wait for ever."""
    try:
        content = _content(full)
    except OSError as error:
        found.append(Diagnostic("MLS0145", f"the file can't be read: {error.strerror}", Span(path), "check its permissions, or remove it"))
        return
    if content is None:
        found.append(Diagnostic("MLS0145", "this is not a file but a device, a pipe or a folder", Span(path), "remove it"))
    else:
        files[path] = content


def _content(full: str) -> bytes | None:
    """The file's first bytes; None for what is no file. Plain system calls: a file object for each of thousands costs more than reading."""
    if not stat.S_ISREG(os.stat(full).st_mode):  # noqa: PTH116
        return None
    handle = os.open(full, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        parts = [os.read(handle, 1 << 16)]
        while parts[-1] and sum(map(len, parts)) <= LIMITS.size:
            parts.append(os.read(handle, 1 << 20))
        return b"".join(parts)[: LIMITS.size + 1]
    finally:
        os.close(handle)


def _paths(root: str) -> Iterator[str]:
    if os.path.lexists(os.path.join(root, PROJECT_FILE)):  # noqa: PTH118
        yield PROJECT_FILE
    for folder in FOLDERS:
        if os.path.islink(os.path.join(root, folder)):  # noqa: PTH114, PTH118
            yield folder
        else:
            yield from _walk(root, folder)


def _walk(root: str, folder: str) -> Iterator[str]:
    """Spec files below a folder; links to folders are not followed, so no walk leaves the repository or goes in a circle."""
    try:
        entries = list(os.scandir(os.path.join(root, folder)))  # noqa: PTH118
    except OSError:
        return
    for entry in entries:
        path = f"{folder}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, path)
        elif is_spec_name(entry.name):
            yield path


def is_spec_name(name: str) -> bool:
    """Whether a file of `specs/` or `environments/` is read, by its name. Hidden ones are not, wherever they are read from."""
    return name.endswith(SUFFIXES) and not name.startswith(".")
