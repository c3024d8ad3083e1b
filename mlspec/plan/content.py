"""The content of files as DVC names it: md5 of the file, or what a `.dvc` file beside it records."""

from __future__ import annotations

import hashlib
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
        """Return the md5 of a file, or None when it is not here and nothing records it."""
        if path not in self.known:
            self.known[path] = self._file(self.root / path) or self._recorded(path)
        return self.known[path]

    @staticmethod
    def _file(path: Path) -> str | None:
        try:
            return file_md5(path)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def _recorded(self, path: str) -> str | None:
        outs = read_yaml(self.root / f"{path}.dvc").get("outs")
        first = outs[0] if isinstance(outs, list) and outs else None
        return str(first["md5"]) if isinstance(first, dict) and "md5" in first else None


def file_md5(path: Path) -> str:
    """The md5 of a file's bytes, as DVC names them."""
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a plan opens some thousand files
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
