"""Which files are rewritten, and how: whole or not at all, with their permissions; a link's file, not the link."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from mlspec.diagnostics import Diagnostic, problem
from mlspec.diagnostics.atomic import replace_file
from mlspec.language.yaml.limits import LIMITS
from mlspec.language.yaml.spec_files import SUFFIXES, find_specs

TEMPORARY = ".mlspec-rewrite-"


def read_files(root: Path | None, paths: Iterable[Path]) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """Return {path: bytes} of the files named, of the YAML files in the folders named, or of all specs of the project at `root`."""
    named = list(paths)
    if not named:
        if root is None:
            raise problem("MLS0002", "there is no mlspec.yaml in this folder or above it", help="name the files to format")
        files, found = find_specs(root)
        return {_shown(root / path): content for path, content in files.items()}, found
    return {_shown(path): _read(path) for path in _expand(named)}, []


def _shown(path: Path) -> str:
    """The path as users name it: relative to the working directory where it is below it."""
    return os.path.relpath(path) if path.is_absolute() and path.is_relative_to(Path.cwd()) else str(path)


def _expand(paths: Iterable[Path]) -> list[Path]:
    found: set[Path] = set()
    for path in paths:
        found |= {p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file() and not _hidden(p)} if path.is_dir() else {path}
    return sorted(found)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") and part not in (".", "..") for part in path.parts)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LIMITS.size + 1)
    except OSError as error:
        raise problem("MLS0145", f"{path} can't be read: {error.strerror}", help="check its path and permissions") from error


def write_file(path: Path, content: bytes) -> None:
    """Replace a file's content by rename, so that nobody sees half of it. Raises MLS0151 when it can't be written."""
    target = path.resolve()
    try:
        replace_file(target, content, prefix=TEMPORARY, mode=target.stat().st_mode & 0o7777, durable=False)
    except OSError as error:
        raise problem("MLS0151", f"{path} can't be written: {error.strerror}", help="check the permissions of its folder") from error
