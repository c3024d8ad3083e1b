"""What a project's models and sets are called: all that a report of a run needs, and small enough to be remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """Models in the project's order; by ModelSet, those that it made."""

    models: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]

    def chosen(self, refs: Iterable[str]) -> tuple[str, ...]:
        """The objects that were asked for: `modelset/x` stands for its models."""
        sets = {f"modelset/{name}": tuple(f"model/{model}" for model in models) for name, models in self.members.items()}
        return tuple(dict.fromkeys(found for ref in refs for found in sets.get(ref, (ref,))))
