"""What a compilation asked of the disk beside the spec texts, with the answers: asked again, the same answers make the same outcome.

Nothing is told by times or sizes of files: contents are compared, by their digests. The spec texts are the caller's to compare.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mlspec.diagnostics.digest import bytes_digest, canonical_digest

Around = tuple[tuple[str, ...], tuple[str, ...]]
"""The locks and the code folders that the Project names."""


def digest_of(content: bytes | None) -> str:
    """`sha256:<hex>`; empty where there is nothing."""
    return "" if content is None else bytes_digest(content)


def named_like(path: str) -> str:
    """The digest of the names in the folder of `path` that are its last part, whatever follows a dot: where a module may stand."""
    folder, _, stem = path.rpartition("/")
    try:
        return canonical_digest(sorted(name for name in os.listdir(folder) if name.partition(".")[0] == stem))  # noqa: PTH208 - fast
    except OSError:
        return ""


def text_of(path: str) -> str:
    """The digest of a file, wherever it is; empty where it can't be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return bytes_digest(file.read())
    except OSError:
        return ""


@dataclass(slots=True)
class Asked:
    """Questions and answers of one compilation. `unsure`: something was asked whose answer may change unseen."""

    lists: dict[str, str] = field(default_factory=dict)
    """Path of `Inputs.read_list` -> digest."""
    starts: dict[str, str] = field(default_factory=dict)
    """Path of `Inputs.read_start` -> digest."""
    kinds: dict[str, str | None] = field(default_factory=dict)
    """Path of `Inputs.kind_of` -> answer."""
    places: dict[str, str] = field(default_factory=dict)
    """Where a module was looked for, without its suffix -> digest of the names there."""
    modules: dict[str, str] = field(default_factory=dict)
    """Source file of a module that was looked at -> digest."""
    around: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """Which locks and code folders were looked for; `surroundings` is the digest of what was there."""
    surroundings: str = ""
    day: str = ""
    """The day in UTC, where it plays a part: a waiver ends."""
    unsure: bool = False

    def noting(self, question: Callable[[str], bytes | None], answers: dict[str, str]) -> Callable[[str], bytes | None]:
        """The same question, each answer noted."""

        def ask(path: str) -> bytes | None:
            content = question(path)
            answers[path] = digest_of(content)
            return content

        return ask

    def noting_kind(self, question: Callable[[str], str | None]) -> Callable[[str], str | None]:
        def ask(path: str) -> str | None:
            self.kinds[path] = found = question(path)
            return found

        return ask

    def with_day(self, texts: Mapping[str, bytes]) -> None:
        """Note the day where a spec may be a waiver."""
        if any(b"Waiver" in text for text in texts.values()):
            self.day = today()

    def joined(self, later: Asked) -> Asked:
        """Both: what `later` asked again counts as it was answered then."""
        forms = {name: getattr(self, name) | getattr(later, name) for name in ("lists", "starts", "kinds", "places", "modules")}
        return Asked(**forms, around=later.around, surroundings=later.surroundings, day=later.day or self.day, unsure=later.unsure)

    def as_form(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def from_form(form: Mapping[str, Any]) -> Asked:
    """Raises TypeError, KeyError or ValueError for another form."""
    locks, code = form["around"] or ((), ())
    around = (tuple(locks), tuple(code)) if form["around"] is not None else None
    return Asked(**{**form, "around": around})


def holds(asked: Asked, root: Path) -> bool:
    """Whether every question has the same answer now."""
    return not asked.unsure and all(same for same in _compared(asked, root))


def _compared(asked: Asked, root: Path) -> Iterator[bool]:
    from mlspec.compiler.load import inputs

    yield not asked.day or asked.day == today()
    if asked.around is not None:
        yield inputs.surroundings_digest(inputs.look_around(root, *asked.around)) == asked.surroundings
    yield from (inputs.kind_of(root, path) == kind for path, kind in asked.kinds.items())
    yield from (digest_of(inputs.read_list(root, path)) == digest for path, digest in asked.lists.items())
    yield from (digest_of(inputs.read_start(root, path)) == digest for path, digest in asked.starts.items())
    yield from (named_like(place) == digest for place, digest in asked.places.items())
    yield from (text_of(path) == digest for path, digest in asked.modules.items())
