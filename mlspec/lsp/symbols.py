"""Objects, and the names that refer to them, in every file; found without the compiler, so that broken files count too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mlspec.compiler.load.overlays import environment_of
from mlspec.language.kinds.catalog import KINDS, REF_PREFIX
from mlspec.lsp import fields
from mlspec.lsp.scan import Route, Scalar, scan

ENVIRONMENT = "Environment"


@dataclass(frozen=True, slots=True)
class Symbol:
    """An object. `key` is what references say: its name; of a Deployment `environment/name`. `name` is where the name stands."""

    kind: str
    key: str
    path: str
    document: int
    name: Scalar

    @property
    def ref(self) -> str:
        """How the command line names it: `model/demand`."""
        return f"{REF_PREFIX.get(self.kind, self.kind.lower())}/{self.key}"


@dataclass(frozen=True, slots=True)
class Use:
    """A name that refers to an object of one of `kinds`."""

    kinds: tuple[str, ...]
    path: str
    scalar: Scalar


@dataclass(frozen=True, slots=True)
class Symbols:
    """All objects and uses of a project."""

    objects: tuple[Symbol, ...]
    uses: tuple[Use, ...]

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Symbols:
        found = [_of_text(path, text) for path, text in texts.items()]
        return cls(tuple(s for objects, _ in found for s in objects), tuple(u for _, uses in found for u in uses))

    def named(self, kinds: tuple[str, ...], key: str) -> list[Symbol]:
        """Return the objects of these kinds and this key (more than one when it is declared twice)."""
        return [s for s in self.objects if s.kind in kinds and s.key == key]

    def keys(self, *kinds: str) -> list[str]:
        return sorted({s.key for s in self.objects if s.kind in kinds})

    def uses_of(self, symbol: Symbol) -> list[Use]:
        return [u for u in self.uses if symbol.kind in u.kinds and u.scalar.value == symbol.key]

    def at(self, path: str, scalar: Scalar) -> list[Symbol]:
        """Return what a scalar names: the object whose name it is, or the objects it refers to."""
        own = [s for s in self.objects if s.path == path and s.name == scalar]
        use = next((u for u in self.uses if u.path == path and u.scalar == scalar), None)
        return own or (self.named(use.kinds, scalar.value) if use else [])

    def in_document(self, path: str, document: int) -> Symbol | None:
        return next((s for s in self.objects if (s.path, s.document) == (path, document) and s.kind != ENVIRONMENT), None)


@lru_cache(maxsize=20_000)
def _of_text(path: str, text: str) -> tuple[tuple[Symbol, ...], tuple[Use, ...]]:
    found = scan(text)
    objects: list[Symbol] = []
    uses: list[Use] = []
    for document in sorted({s.document for s in found.scalars}):
        scalars = [s for s in found.scalars if s.document == document and not s.is_key]
        by_route = {s.route: s for s in scalars}
        kind = by_route[("kind",)].value if ("kind",) in by_route else ""
        if environment_of(path) is not None and ("metadata", "name") in by_route:  # an overlay refers to what it is laid over
            uses.append(Use((kind,), path, by_route[("metadata", "name")]))
        else:
            objects += _objects(kind, path, by_route)
        uses += [Use(kinds, path, s) for s in scalars if (kinds := _refers_to(kind, s.route))]
    return tuple(objects), tuple(uses)


def _refers_to(kind: str, route: Route) -> tuple[str, ...]:
    told = fields.mark(kind, route, "x-mlspec-reference") if kind in KINDS else None
    return tuple(str(told).split("|")) if told else ()


def _objects(kind: str, path: str, by_route: Mapping[Route, Scalar]) -> Iterator[Symbol]:
    name = by_route.get(("metadata", "name"))
    if kind in KINDS and name is not None:
        environment = by_route.get(("metadata", "environment"))
        key = f"{environment.value}/{name.value}" if kind == "Deployment" and environment else name.value
        yield Symbol(kind, key, path, name.document, name)
    if kind == "Project":
        listed = (s for route, s in by_route.items() if route[:2] == ("spec", "environments"))
        yield from (Symbol(ENVIRONMENT, s.value, path, s.document, s) for s in listed)
