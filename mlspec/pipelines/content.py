"""The content of files and folders as DVC names it: md5 of the bytes or of the listing, or what a `.dvc` file beside it records."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from mlspec.pipelines.tracked import absent, recorded

_CHUNK = 1 << 20


@dataclass(slots=True)
class Contents:
    """Digests of the repository's files, each read once."""

    root: Path
    known: dict[str, str | None] = field(default_factory=dict)

    def md5(self, path: str) -> str | None:
        """Return the md5 of a file or folder, or None when it is not here and nothing records it."""
        if path not in self.known:
            self.known[path] = self._here(path) or recorded(self.root, path)
        return self.known[path]

    def _here(self, path: str) -> str | None:
        full = self.root / path
        try:
            return folder_md5(full, self._absent(path)) if full.is_dir() else file_md5(full)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def _absent(self, path: str) -> dict[str, str]:
        """Files in a folder that `.dvc` files track and that are not here: a fresh clone has the same content. Tracked folders in it
        are known by their listing alone, so the folder counts as changed until they are here.
        """
        found = {PurePosixPath(name).relative_to(path).as_posix(): md5 for name, md5 in absent(self.root, path)}
        return {name: md5 for name, md5 in found.items() if not md5.endswith(".dir")}


def folder_md5(folder: Path, absent: Mapping[str, str] | None = None) -> str:
    """DVC's name of a folder that people keep, without what .dvcignore leaves out; `absent`: {path in it: md5} of what is not here."""
    return listing_md5(folder, list(kept_files(folder)), absent)


_IGNORED_FOLDERS, _IGNORED_SUFFIX = frozenset({".git", ".hg", ".dvc", "__pycache__", ".venv"}), ".pyc"
"""What DVC ignores of itself, and by the .dvcignore that mlspec writes."""


def kept_files(folder: Path) -> Iterator[Path]:
    """The files of a folder that people keep, without what .dvcignore leaves out."""
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - _IGNORED_FOLDERS)
        yield from (Path(here) / name for name in files if not name.endswith(_IGNORED_SUFFIX) and name not in _IGNORED_FOLDERS)


def listing_md5(folder: Path, files: list[Path], absent: Mapping[str, str] | None = None) -> str:
    """DVC's name of a folder: the md5 of the JSON list of its files, by path."""
    return listed_md5({p.relative_to(folder).as_posix(): file_md5(p) for p in files} | dict(absent or {}))


def listed_md5(digests: Mapping[str, str]) -> str:
    """The same, of {path in the folder: md5}."""
    rows = [{"md5": md5, "relpath": path} for path, md5 in sorted(digests.items())]
    return hashlib.md5(json.dumps(rows, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"


def file_md5(path: Path) -> str:
    """The md5 of a file's bytes, as DVC names them."""
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a plan opens some thousand files
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
