"""A tree of what came from what, as lines for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlspec.diagnostics.render.excerpt import visible


@dataclass(frozen=True, slots=True)
class Node:
    """One thing, what is known of it, and what hangs on it. `kind`: version, file, stage, claim, deployment, source, model."""

    kind: str
    name: str
    facts: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Node, ...] = ()

    def as_json(self) -> dict[str, Any]:
        form: dict[str, Any] = {"kind": self.kind, "name": self.name, **({"facts": dict(self.facts)} if self.facts else {})}
        return form | ({"children": [c.as_json() for c in self.children]} if self.children else {})

    def lines(self) -> list[str]:
        """The tree, a line a node."""
        return [self._line(), *_below(self.children, "")]

    def _line(self) -> str:
        facts = "  ".join(f"{key} {visible(value)}" for key, value in self.facts.items())
        return f"{visible(self.name)}  {facts}".rstrip()


def _below(children: tuple[Node, ...], indent: str) -> Iterator[str]:
    for number, child in enumerate(children):
        last = number == len(children) - 1
        yield f"{indent}{'└─ ' if last else '├─ '}{child._line()}"  # noqa: SLF001 - its own kind
        yield from _below(child.children, indent + ("   " if last else "│  "))
