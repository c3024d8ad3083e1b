"""What a signature is about: a name, and files by sha256. Read from a bundle with suspicion: it may be anything."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.runtime.artifact import combine

MAX_BUNDLE = 8 << 20
"""Bytes. A file of a model takes about 200, base64 and all."""
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://model_signing/signature/v1.0"

_HEX = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,4000}")


class BrokenBundle(ValueError):
    """The bytes are no bundle of a model signature. The message says why, in words of ours."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`name`: what is signed, such as `registry/demand/v1.0.0`; `files`: {path: sha256 hex}."""

    name: str
    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The digest of a folder with these files."""
        return combine(self.files)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle's content and what it states; nothing of it is proven. `hint`: which key, or None for a keyless one."""

    content: bytes
    statement: Statement
    hint: str | None


def read_bundle(content: bytes) -> Bundle:
    """Read a signature file. Raises `BrokenBundle` for whatever is not exactly what model-signing 1.x writes."""
    if len(content) > MAX_BUNDLE:
        raise BrokenBundle(f"it is larger than {MAX_BUNDLE >> 20} MB")
    form = _json(content, "the file")
    if form.get("mediaType") != MEDIA_TYPE:
        raise BrokenBundle("it is no sigstore bundle of version 0.3")
    envelope = _part(form, "dsseEnvelope")
    if envelope.get("payloadType") != PAYLOAD_TYPE or not _is_list(envelope.get("signatures"), 1):
        raise BrokenBundle("it holds no single signature of an in-toto statement")
    return Bundle(content, _statement(_json(_decoded(envelope.get("payload")), "the statement")), _hint(form))


def _hint(form: Mapping[str, Any]) -> str | None:
    material = _part(form, "verificationMaterial")
    if "certificate" in material:
        return None
    hint = _part(material, "publicKey").get("hint")
    if not isinstance(hint, str) or not _HEX.fullmatch(hint):
        raise BrokenBundle("it does not say by which key it is")
    return hint


def _statement(form: Mapping[str, Any]) -> Statement:
    if form.get("_type") != STATEMENT_TYPE or form.get("predicateType") != PREDICATE_TYPE:
        raise BrokenBundle("its statement is no model signature of version 1.0")
    subjects, predicate = form.get("subject"), _part(form, "predicate")
    if not _is_list(subjects, 1) or not isinstance(subjects[0], dict):  # type: ignore[index]
        raise BrokenBundle("its statement is not about one thing")
    serialization = _part(predicate, "serialization")
    if serialization != {"method": "files", "hash_type": "sha256", "allow_symlinks": False}:
        raise BrokenBundle("its statement is not about whole files by sha256")
    return Statement(_text(subjects[0].get("name")), _files(predicate.get("resources")))  # type: ignore[index]


def _files(resources: object) -> dict[str, str]:
    if not isinstance(resources, list) or not resources:
        raise BrokenBundle("its statement names no files")
    found: dict[str, str] = {}
    for row in resources:
        if not isinstance(row, dict) or row.get("algorithm") != "sha256" or set(row) != {"name", "algorithm", "digest"}:
            raise BrokenBundle("its statement names a file without its sha256")
        name, digest = _text(row["name"]), row["digest"]
        if name in found or not isinstance(digest, str) or not _HEX.fullmatch(digest):
            raise BrokenBundle("its statement names a file twice, or without its sha256")
        found[name] = digest
    return found


def _text(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise BrokenBundle("its statement has no sound name")
    return value


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(text if isinstance(text, str) else "*", validate=True)
    except ValueError:
        raise BrokenBundle("its statement is no base64") from None


def _json(content: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise BrokenBundle(f"{what} is no JSON") from None
    if not isinstance(found, dict):
        raise BrokenBundle(f"{what} is no JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may differ in which of two equal keys they take."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _part(form: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = form.get(key)
    if not isinstance(found, dict):
        raise BrokenBundle(f"it has no `{key}`")
    return found


def _is_list(value: object, length: int) -> bool:
    return isinstance(value, list) and len(value) == length
