"""Names of objects: what is there may be called anything; what is changed is told."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from mlspec.language.kinds.base import is_name
from mlspec.setup.adopt.code.values import Fit, Frame, Series
from mlspec.setup.adopt.facts import Fact, Place


class Names:
    """Gives out names, each once for a kind; the same `key` has the same name."""

    def __init__(self) -> None:
        self.taken: dict[tuple[str, str], str] = {}
        self.known: dict[tuple[str, str], str] = {}
        self.facts: list[Fact] = []

    def of(self, kind: str, wanted: str, place: Place, key: str = "") -> str:
        """A valid name near the one that is wanted."""
        if key and (kind, key) in self.known:
            return self.known[kind, key]
        slug = re.sub(r"[^a-z0-9]+", "-", wanted.casefold()).strip("-")[:55].strip("-") or kind.casefold()
        slug = slug if is_name(slug) else f"{slug}-{kind.casefold()}"
        name, number = slug, 2
        while (kind, name) in self.taken:
            name, number = f"{slug}-{number}", number + 1
        self.taken[kind, name] = wanted
        if key:
            self.known[kind, key] = name
        if name != wanted:
            self.facts.append(Fact(f"{kind} {name}", "metadata.name", name, place, "certain", f"`{wanted}` there"))
        return name


GENERIC = frozenset(
    {"train", "training", "fit", "model", "main", "run", "script", "notebook", "untitled", "train_model", "train-model", "pipeline"}
)
"""Names that say what is done, and not what is predicted: the source's name stands in for them."""


def wanted(name: str, fit: Fit) -> str:
    """The name of the model of a stage or a script."""
    frame = fit.features.frame if isinstance(fit.features, Series) else fit.features
    if name.casefold() not in GENERIC or not isinstance(frame, Frame):
        return name
    return PurePosixPath(str(frame.read.path.value)).name.partition(".")[0] or name
