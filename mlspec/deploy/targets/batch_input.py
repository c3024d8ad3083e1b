"""The rows that a batch deployment scores: what dvc.lock names, from the working copy or the remote."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mlspec.compiler.project.layout import INPUT_CACHE, source_folder, source_output
from mlspec.deploy.cache import Fetch
from mlspec.deploy.state import inside_repository
from mlspec.diagnostics import problem
from mlspec.pipelines.locks import read_locks


@dataclass(frozen=True, slots=True)
class BatchInput:
    """`path` in the repository, and DVC's md5 of its content."""

    path: str
    md5: str

    def identity(self) -> dict[str, str]:
        """How a manifest names it."""
        return {"path": self.path, "md5": self.md5}


def declared_input(root: Path, source: str) -> BatchInput | None:
    """What Git declares as the source's valid rows (its dvc.lock); without a lock, the file that is there; else None."""
    folder = source_folder(source)
    path, lock = source_output(source), read_locks(root, folder).get("validate")
    if lock and lock.outs.get("valid.parquet"):
        return BatchInput(path, lock.outs["valid.parquet"])
    return BatchInput(path, _md5(root / path)) if (root / path).is_file() else None


def input_file(root: Path, rows: BatchInput, fetch: Fetch) -> Path:
    """Return a file with these rows: the working copy's if it is that content, else one fetched by content. Raises MLS0810."""
    here = root / rows.path
    if here.is_file() and _md5(here) == rows.md5:
        return here
    kept = inside_repository(root, root / INPUT_CACHE) / f"{rows.md5}.parquet"
    if kept.is_file() and _md5(kept) == rows.md5:
        return kept
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=kept.parent) as scratch:
        found = fetch(root, rows.identity(), Path(scratch) / "rows.parquet")
        if _md5(found) != rows.md5:
            raise problem("MLS0810", f"the remote has other bytes for {rows.path}", help="`dvc push` it again where it was made")
        found.rename(kept)
    return kept


@contextmanager
def private_copy(rows: Path, md5: str) -> Iterator[IO[bytes]]:
    """Yield the content of a file, in one without a name that nobody else can write. Raises MLS0810 unless it is the content named."""
    with tempfile.TemporaryFile(dir=rows.parent) as private:
        with rows.open("rb") as handle:
            found = _copied(handle, private)
        if found != md5:
            message = f"`{rows.name}` was replaced by other rows while they were about to be scored"
            raise problem("MLS0810", message, help="run `mlspec reconcile` again: it scores what is declared by then")
        private.seek(0)
        yield private


def _copied(source: IO[bytes], into: IO[bytes] | None) -> str:
    """DVC's name of a content, read to its end, and written elsewhere on the way."""
    digest = hashlib.md5(usedforsecurity=False)
    while chunk := source.read(1 << 20):
        digest.update(chunk)
        if into is not None:
            into.write(chunk)
    return digest.hexdigest()


def _md5(path: Path) -> str:
    with path.open("rb") as handle:
        return _copied(handle, None)
