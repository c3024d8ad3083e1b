"""Deployments that a ModelSet's template makes, beside the environment files that promotions wrote for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from mlspec.diagnostics import Advice, Diagnostic, Related
from mlspec.language.kinds.base import Envelope
from mlspec.language.yaml.document import Document

KEYS = ("model", "target", "strategy")
"""What the template says of a Deployment; all else is written by promotions and rollbacks."""


class Made(Protocol):
    """A typed object and the document it came from."""

    @property
    def envelope(self) -> Envelope: ...

    @property
    def document(self) -> Document: ...


def place_of(envelope: Any) -> tuple[str, str]:
    """(environment, name) of a Deployment."""
    return envelope.metadata.environment, envelope.metadata.name


def written_places(documents: Iterable[Document]) -> frozenset[tuple[str, str]]:
    """(environment, name) of every Deployment that stands in a file of its own."""
    written = (d.value for d in documents if isinstance(d.value, dict) and d.value.get("kind") == "Deployment")
    metadata = (v["metadata"] for v in written if isinstance(v.get("metadata"), dict))
    return frozenset((str(m.get("environment")), str(m.get("name"))) for m in metadata)


def disagreements(objects: Iterable[Made], templates: Iterable[Made]) -> Iterator[Diagnostic]:
    """MLS0436 for each environment file that says something else than the template of its ModelSet."""
    wanted = {place_of(t.envelope): t for t in templates}
    if not wanted:
        return
    for written in objects:
        template = wanted.get(place_of(written.envelope)) if written.document.value.get("kind") == "Deployment" else None
        if template is not None:
            yield from _differences(written, template)


def _differences(written: Made, template: Made) -> Iterator[Diagnostic]:
    ours, theirs = (one.envelope.canonical()["spec"] for one in (written, template))
    for key in KEYS:
        if ours.get(key) == theirs.get(key):
            continue
        name = "/".join(place_of(written.envelope))
        message = f"`deployment/{name}` has the {key} `{ours.get(key)}` here, and its ModelSet says `{theirs.get(key)}`"
        related = (Related(template.document.span(["spec", key]), "the template"),)
        yield Diagnostic("MLS0436", message, written.document.span(["spec", key]), _advice(key, ours, theirs), related=related)


def _advice(key: str, ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    """Where a version stands, which of the two is meant is for a person to say: what was reviewed names the target."""
    if ours.get("version") is not None:
        return f"write the same in both; a version stands with `{key}: {ours.get(key)}`, and is promoted again after a change here"
    text = f"write `{key}: {theirs[key]}`"
    plain = isinstance(theirs.get(key), str) and isinstance(ours.get(key), str)
    return Advice(text, str(theirs[key]), str(ours[key])) if plain and key != "model" else text
