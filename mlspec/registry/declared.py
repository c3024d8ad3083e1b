"""What Deployments declared at a commit, in any version of the language, as history and tags need it: what is broken declares nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mlspec.compiler.project.layout import ENVIRONMENTS
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.spec_files import SUFFIXES
from mlspec.registry.branch import Line, pick


@dataclass(frozen=True, slots=True)
class Declared:
    """What a Deployment declared at some commit. `version` None: nothing was deployed."""

    environment: str
    name: str
    model: str
    version: str | None
    digest: str | None
    previous: str | None
    claim: str | None
    target: str | None
    hold: Mapping[str, Any] | None = None

    @property
    def ref(self) -> str:
        return f"deployment/{self.environment}/{self.name}"

    @property
    def standing(self) -> tuple[str | None, ...]:
        """What makes one period: a change of anything else in the file is no new deployment."""
        return (self.version, self.digest, self.claim)


@lru_cache(maxsize=8192)
def read_deployments(content: bytes) -> tuple[Declared, ...]:
    """Every Deployment of a spec file. The same text is met twice: what one step wrote, the next one found."""
    if b"Deployment" not in content:
        return ()
    documents, _ = load_documents(ENVIRONMENTS, content)
    return tuple(found for d in documents if (found := _declared(d.value)) is not None)


def _declared(value: Any) -> Declared | None:
    if pick(value, "kind") != "Deployment":
        return None
    environment = _text(value, "metadata", "environment") or _text(value, "spec", "environment")  # v1alpha1 has it in the spec
    name, model = _text(value, "metadata", "name"), _text(value, "spec", "model")
    if environment is None or name is None or model is None:
        return None
    keys = {key: _text(value, "spec", key) for key in ("version", "digest", "previous", "claim", "target")}
    hold = pick(value, "spec", "hold")
    return Declared(environment, name, model, hold=hold if isinstance(hold, dict) else None, **keys)


def _text(value: Any, *keys: str) -> str | None:
    found = pick(value, *keys)
    return found if isinstance(found, str) else None


def deployments_at(line: Line, commit: str, environment: str | None = None, word: str | None = None) -> dict[str, tuple[str, Declared]]:
    """{ref: (path, Deployment)} at a commit: of one environment or of all; `word`: of the files that have this word in them only."""
    folder = f"{ENVIRONMENTS}/{environment}" if environment else ENVIRONMENTS
    blobs = {p: b for p, b in line.repository.blobs(commit, [folder]).items() if p.endswith(SUFFIXES)}
    contents = zip(blobs, line.repository.contents(list(blobs.values())), strict=True)
    found = ((path, d) for path, content in contents if has_word(content, word) for d in read_deployments(content))
    return {d.ref: (path, d) for path, d in found if environment in (None, d.environment)}


def has_word(content: bytes, word: str | None) -> bool:
    """Whether a text has a name in it: cheap, and asked before anything is parsed."""
    if word is None:
        return True
    plain = word.encode()  # most texts don't have it at all: a plain search says so many times faster than a pattern
    return plain in content and re.search(rb"(?<![\w-])" + re.escape(plain) + rb"(?![\w-])", content) is not None


def only(found: Iterable[Declared], environment: str, name: str) -> Declared | None:
    """The one of an environment and a name."""
    return next((d for d in found if (d.environment, d.name) == (environment, name)), None)
