"""Record files: bytes -> typed record with positions in its diagnostics, and back to canonical bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from mlspec.compiler.shape import shape_diagnostics
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.source.yaml import load_documents
from mlspec.spec.base import SpecModel
from mlspec.targets.text import dump

R = TypeVar("R", bound=SpecModel)

Files = Mapping[str, bytes]
"""{path: bytes}, of a commit or of the working tree."""


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
