"""Documents of older versions are read as v1, and what is found in them is told in their own words.

A converted document has a node tree of its own, whose nodes have the marks of what the user wrote: whoever asks it for a place gets the
user's. Only names need care: `retold` puts the user's routes for v1's, and says how a v1 key is called in the document's version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mlspec.diagnostics import Advice, Diagnostic, did_you_mean
from mlspec.language.kinds.base import API_VERSION
from mlspec.language.kinds.catalog import KINDS
from mlspec.language.yaml.document import Document, span_of

if TYPE_CHECKING:
    from mlspec.language.kinds.versions.part import At, Misfit, Part, Route
    from mlspec.language.kinds.versions.registry import Converted

_CORE = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Old:
    """A document as its author wrote it, and what it is in v1. No slots: what messages need is made when there is one."""

    document: Document
    converted: Converted

    @property
    def version(self) -> str:
        return str(self.document.value["apiVersion"])

    @property
    def is_sound(self) -> bool:
        return not self.converted.misfits

    @cached_property
    def routes(self) -> Mapping[str, str]:
        """v1's `spec.split.strategy` -> the document's `spec.split.kind`; those of a template also as they are in its models."""
        found = {_dotted(now): _dotted(at.route) for now, at in self.converted.places().items()}
        template = "spec.template."
        return {key.removeprefix(template): was for key, was in found.items() if key.startswith(template)} | found


def upgrade(documents: list[Document]) -> tuple[list[Document], tuple[Old, ...], list[Diagnostic]]:
    """Return all sound documents in v1 (with the places of what was written), the old ones, and the problems: a warning a file, misfits."""
    if all(_version(d) in (API_VERSION, None) for d in documents):
        return documents, (), []
    from mlspec.language.kinds.versions.registry import convert, versions

    known = {v for v in versions() if v != API_VERSION}
    olds = {id(d): Old(d, convert(d.value)) for d in documents if _version(d) in known}
    now = [_document(olds[id(d)]) if id(d) in olds else d for d in documents if id(d) not in olds or olds[id(d)].is_sound]
    found = [each for old in olds.values() for each in misfit_diagnostics(old.document, old.converted.misfits)]
    return now, tuple(olds.values()), [*_warnings(olds.values()), *found]


def _version(document: Document) -> str | None:
    version = document.value.get("apiVersion") if isinstance(document.value, dict) else None
    return version if isinstance(version, str) else None


def _warnings(olds: Iterable[Old]) -> list[Diagnostic]:
    first: dict[str, list[Old]] = {}
    for old in olds:
        first.setdefault(old.document.path, []).append(old)
    return [_warning(path, here[0], len(here)) for path, here in first.items()]


def _warning(path: str, old: Old, count: int) -> Diagnostic:
    message = f"`{old.version}` is an old version of the language" + (f" ({count} documents of this file)" if count > 1 else "")
    return Diagnostic("MLS0210", message, old.document.span(["apiVersion"]), f"`mlspec migrate {path}` rewrites the file", "warning")


def misfit_diagnostics(document: Document, misfits: Iterable[Misfit], code: str = "MLS0211") -> list[Diagnostic]:
    """What a conversion could not bring over, at the places of the document."""
    return [Diagnostic(code, m.message, document.span(m.at.route, key=m.at.key), m.help or None) for m in misfits]


def _document(old: Old) -> Document:
    """The document in v1: the converted value, and nodes with the marks of what is written."""
    places = dict(_nodes(old.document.node))
    node = _node(old.converted.part, places)
    return replace(old.document, value=old.converted.value, node=node)


def _nodes(node: Node, route: Route = ()) -> Iterable[tuple[Route, tuple[Node | None, Node]]]:
    """Every node of a document by its route, with its key."""
    if not route:
        yield route, (None, node)
    if isinstance(node, MappingNode):
        for key, child in node.value:
            yield (*route, key.value), (key, child)
            yield from _nodes(child, (*route, key.value))
    elif isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            yield (*route, index), (None, child)
            yield from _nodes(child, (*route, index))


Places = Mapping["Route", tuple[Node | None, Node]]


def _written(at: At, places: Places) -> Node:
    key, node = places[at.route]
    return key if at.key and key is not None else node


def _node(part: Part, places: Places) -> Node:
    written = _written(part.at, places)
    marks = written.start_mark, written.end_mark
    if isinstance(part.value, dict):
        return MappingNode(_CORE + "map", [(_key(k, p, places), _node(p, places)) for k, p in part.value.items()], *marks)
    if isinstance(part.value, list):
        return SequenceNode(_CORE + "seq", [_node(p, places) for p in part.value], *marks)
    return written if isinstance(written, ScalarNode) else ScalarNode(_CORE + "str", str(part.value), *marks)


def _key(key: str, part: Part, places: Places) -> Node:
    written = _written(part.key_at, places)
    return ScalarNode(_CORE + "str", key, written.start_mark, written.end_mark)


def _dotted(route: Sequence[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in route).removeprefix(".")


_ROUTE = re.compile(r"`((?:metadata|spec)(?:[.\[][^`\s]*)?)`")
_WORD = re.compile(r"`([A-Za-z]+)`")
_UNKNOWN = re.compile(r"unknown key `([^`]+)`(?: in `([^`]+)`)?")


def retold(found: Iterable[Diagnostic], olds: Sequence[Old]) -> list[Diagnostic]:
    """Return the diagnostics, those about old documents in the words of their version. Places need no change."""
    if not olds:
        return list(found)
    by_path: dict[str, list[Old]] = {}
    for old in olds:
        by_path.setdefault(old.document.path, []).append(old)
    elsewhere = {new: said for old in olds for new, said in old.converted.words.items()}
    told = (_retold(d, by_path.get(d.span.path, []), elsewhere) if d.span else d for d in found)
    return list(dict.fromkeys(told))


def _retold(diagnostic: Diagnostic, here: Iterable[Old], elsewhere: Mapping[str, str]) -> Diagnostic:
    old = next((o for o in here if _covers(o, diagnostic)), None)
    if old is None or diagnostic.code in ("MLS0210", "MLS0211"):
        return diagnostic
    message = _ROUTE.sub(lambda use: f"`{old.routes.get(use[1], use[1])}`", diagnostic.message)
    help_text = _help(diagnostic, old, elsewhere)
    if help_text is diagnostic.help:
        return replace(diagnostic, message=message)
    return replace(diagnostic, message=message, help=help_text, fix=None)


def _covers(old: Old, diagnostic: Diagnostic) -> bool:
    whole, span = span_of(old.document.path, old.document.node), diagnostic.span
    return span is not None and whole.line <= span.line <= whole.end_line


def _help(diagnostic: Diagnostic, old: Old, elsewhere: Mapping[str, str]) -> str | None:
    """The help line, with how the version calls the v1 keys that it or the message names; for an unknown key, the keys of that version."""
    words, text = {**elsewhere, **old.converted.words}, diagnostic.help
    unknown = _UNKNOWN.fullmatch(diagnostic.message)
    if diagnostic.code == "MLS0101" and unknown:
        return did_you_mean(unknown[1], _keys(old, unknown[2] or ""))
    named = dict.fromkeys(_WORD.findall(_ROUTE.sub("", diagnostic.message)) + _WORD.findall(text or ""))
    notes = [f"v1's `{word}` is `{words[word]}`" for word in named if word in words]
    if not notes:
        return text
    told = "; ".join([*([text] if text else []), f"in {old.version}, {', '.join(notes)}"])
    return Advice(told, text.instead, text.of) if isinstance(text, Advice) and text.instead not in words else told


def _keys(old: Old, route: str) -> set[str]:
    """The keys that the version allows at a route of v1."""
    from mlspec.compiler.load.shape import keys_at
    from mlspec.language.kinds.versions.registry import sayings

    kind = old.document.value.get("kind")
    said = sayings(old.version, str(kind))
    kind = "Model" if kind == "ModelSet" and not route.startswith(("metadata", "spec.template", "spec.overrides")) else kind
    model: Any = KINDS[str(kind)]
    steps: list[str | int] = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", route)]
    told = {word for key in keys_at(model, tuple(steps)) for word in said.get(key, {key})}
    return {key for key in told if re.fullmatch(r"[A-Za-z]+", key)} or {key.rpartition(".")[2] for key in told}
