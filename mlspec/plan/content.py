"""The content of files and folders as DVC names it: md5 of the bytes or of the listing, or what a `.dvc` file beside it records."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.plan.locks import read_yaml

_CHUNK = 1 << 20


@dataclass(slots=True)
class Contents:
    """Digests of the repository's files, each read once."""

    root: Path
    known: dict[str, str | None] = field(default_factory=dict)

    def md5(self, path: str) -> str | None:
        """Return the md5 of a file or folder, or None when it is not here and nothing records it."""
        if path not in self.known:
            self.known[path] = self._file(self.root / path) or self._recorded(path)
        return self.known[path]

    @staticmethod
    def _file(path: Path) -> str | None:
        try:
            return folder_md5(path) if path.is_dir() else file_md5(path)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def _recorded(self, path: str) -> str | None:
        outs = read_yaml(self.root / f"{path}.dvc").get("outs")
        first = outs[0] if isinstance(outs, list) and outs else None
        return str(first["md5"]) if isinstance(first, dict) and "md5" in first else None


def folder_md5(folder: Path) -> str:
    """DVC's name of a folder that people keep, without what .dvcignore leaves out."""
    return listing_md5(folder, list(_kept(folder)))


_IGNORED_FOLDERS, _IGNORED_SUFFIX = frozenset({".git", ".hg", ".dvc", "__pycache__", ".venv"}), ".pyc"
"""What DVC ignores of itself, and by the .dvcignore that mlspec writes."""


def _kept(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - _IGNORED_FOLDERS)
        yield from (Path(here) / name for name in files if not name.endswith(_IGNORED_SUFFIX) and name not in _IGNORED_FOLDERS)


def listing_md5(folder: Path, files: list[Path]) -> str:
    """DVC's name of a folder: the md5 of the JSON list of its files, by path."""
    rows = sorted(({"md5": file_md5(p), "relpath": p.relative_to(folder).as_posix()} for p in files), key=lambda row: row["relpath"])
    return hashlib.md5(json.dumps(rows, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"


def file_md5(path: Path) -> str:
    """The md5 of a file's bytes, as DVC names them."""
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a plan opens some thousand files
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
