"""Record files: bytes -> typed record with positions in its diagnostics, and back to canonical bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from pydantic import ValidationError

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.load.shape import shape_diagnostics
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.language.kinds.base import SpecModel
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.write import dump

R = TypeVar("R", bound=SpecModel)

Files = Mapping[str, bytes]
"""{path: bytes}, of a commit or of the working tree."""


def below(files: Files, folder: str) -> dict[str, bytes]:
    """The files below a folder, and no other read: a commit's are read from Git when they are asked for."""
    wanted = [path for path in files if path.startswith(f"{folder}/")]
    if isinstance(files, CommitFiles):
        files.read(wanted)
    return {path: files[path] for path in wanted}


class CommitFiles(Mapping[str, bytes]):
    """{path: bytes} of a commit: the list of names at once, and contents when they are asked for, a folder at a time.

    A registry has thousands of records, and a promotion is about one model's.
    """

    def __init__(self, repository: Repository, commit: str, paths: Sequence[str]) -> None:
        self._repository, self._blobs = repository, repository.blobs(commit, paths)
        self._read: dict[str, bytes] = {}

    def __getitem__(self, path: str) -> bytes:
        if path not in self._read:
            folder = path.rpartition("/")[0] if path in self._blobs else None
            self.read([p for p in self._blobs if p.rpartition("/")[0] == folder])
        return self._read[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blobs)

    def __len__(self) -> int:
        return len(self._blobs)

    def __contains__(self, path: object) -> bool:
        return path in self._blobs

    def read(self, paths: Iterable[str]) -> None:
        """Read these paths with one process."""
        missing = [p for p in paths if p not in self._read]
        self._read.update(zip(missing, self._repository.contents([self._blobs[p] for p in missing]), strict=True))


def to_bytes(record: SpecModel) -> bytes:
    """The canonical text of a record: keys in the order of the contract, ambiguous scalars quoted, LF."""
    return dump(record.canonical()).encode()


def parse_record(path: str, content: bytes, model: type[R]) -> R:
    """Read a record. Raises `Problems` with positions when it is no sound YAML or does not fit `model`."""
    documents, found = load_documents(path, content)
    if found:
        raise Problems(found)
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise Problems(Diagnostic("MLS0710", f"{path} holds no record", Span(path), "restore it from Git: records never change"))
    try:
        return model.model_validate(documents[0].value, by_name=False, by_alias=True)
    except ValidationError as error:
        raise Problems(shape_diagnostics(error, documents[0], documents[0].value, model)) from None
