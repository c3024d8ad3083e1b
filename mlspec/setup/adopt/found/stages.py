"""One step of what is there, whatever declared it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlspec.language.kinds.command import split_command
from mlspec.language.kinds.step import inside, overlap
from mlspec.setup.adopt.facts import Place


@dataclass(frozen=True, slots=True)
class Stage:
    """`words`: the command, split; None where it needs a shell (`why` says what for). `entry`: what a foreach or matrix put in.

    `params`: {file: keys}; `metrics`, `outs`, `deps`: paths from the root.
    """

    name: str
    place: Place
    text: str
    words: tuple[str, ...] | None
    why: str = ""
    deps: tuple[str, ...] = ()
    outs: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: str = ""
    entry: Any = None

    @property
    def written(self) -> tuple[str, ...]:
        return (*self.outs, *(m for m in self.metrics if m not in self.outs))

    @property
    def script(self) -> str | None:
        """The Python file that it runs, and None where it runs something else."""
        words = self.words or ()
        if not words or not words[0].rpartition("/")[2].startswith("python"):
            return None
        rest = [w for w in words[1:] if w not in ("-u", "-B", "-E", "-s")]
        if rest[:1] == ["-m"] and len(rest) > 1:
            return rest[1].replace(".", "/") + ".py"
        return rest[0].removeprefix("./") if rest and rest[0].endswith(".py") else None

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words from the script on."""
        words = self.words or ()
        start = next((i for i, w in enumerate(words) if w.endswith(".py")), None)
        start = words.index("-m") + 1 if start is None and "-m" in words else start
        return words[start:] if start is not None else ()


def split(text: str) -> tuple[tuple[str, ...] | None, str]:
    """A command as words, or None and what it needs a shell for. Whitespace may be any: a folded text of YAML has line breaks."""
    from pydantic_core import PydanticCustomError

    lines = [line for line in text.strip().splitlines() if line.strip()]
    if len(lines) > 1 and not all(line.rstrip().endswith("\\") for line in lines[:-1]):
        return None, "several lines, one command each"
    plain = " ".join(line.rstrip().removesuffix("\\").strip() for line in lines)
    try:
        words = split_command(plain)["argv"]
    except PydanticCustomError as error:
        context = error.context or {}
        return None, f"`{context['sign']}`" if "sign" in context else str(context.get("why", "it can't be split"))
    odd = next((w for w in words if "*" in w or w.startswith("~")), None) if plain else "nothing"
    if odd and not _is_quoted(plain, odd):
        return None, f"`{odd}`"
    if words and "=" in words[0]:
        return None, f"`{words[0]}`, a variable for one command"
    return tuple(words), ""


def _is_quoted(text: str, word: str) -> bool:
    return f"'{word}'" in text or f'"{word}"' in text or shlex.quote(word) in text


def ordered(stages: Sequence[Stage]) -> list[Stage]:
    """Stages so that each stands after those whose outputs it reads; where that can't be, ValueError with the names of the cycle."""
    before = _before(stages)
    done: dict[str, Stage] = {}
    on_the_way: list[str] = []

    def visit(stage: Stage) -> None:
        if stage.name in done:
            return
        if stage.name in on_the_way:
            raise ValueError(" → ".join([*on_the_way[on_the_way.index(stage.name) :], stage.name]))
        on_the_way.append(stage.name)
        for earlier in before[stage.name]:
            visit(earlier)
        on_the_way.pop()
        done[stage.name] = stage

    for stage in stages:
        visit(stage)
    return list(done.values())


class Wiring:
    """Which stages stand before and after which, of stages in order. `writers`: {path: the stage that writes it}."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self.stages, self.writers = stages, writers_of(stages)
        self._before: dict[str, dict[str, Stage]] = {}
        self._after: dict[str, list[Stage]] = {s.name: [] for s in stages}
        direct = _before(stages)
        for stage in stages:
            found: dict[str, Stage] = {}
            for earlier in direct[stage.name]:
                found |= {earlier.name: earlier} | self._before[earlier.name]
            self._before[stage.name] = found
            for name in found:
                self._after[name].append(stage)

    def before(self, stage: Stage) -> list[Stage]:
        """All whose outputs it hangs on."""
        return list(self._before[stage.name].values())

    def after(self, stage: Stage) -> list[Stage]:
        """All that hang on its outputs."""
        return self._after[stage.name]


def writers_of(stages: Sequence[Stage]) -> dict[str, Stage]:
    return {out: s for s in stages for out in s.written}


def _before(stages: Sequence[Stage]) -> dict[str, list[Stage]]:
    writers = writers_of(stages)
    return {s.name: before_of(s, writers) for s in stages}


def before_of(stage: Stage, writers: Mapping[str, Stage]) -> list[Stage]:
    """The stages whose outputs it reads."""
    found = {writer.name: writer for dep in stage.deps if (writer := writer_of(dep, writers)) and writer.name != stage.name}
    return list(found.values())


def writer_of(path: str, writers: Mapping[str, Stage]) -> Stage | None:
    if path in writers:
        return writers[path]
    return next((stage for out, stage in writers.items() if overlap(path, out)), None)


__all__ = ["Stage", "Wiring", "inside", "ordered", "overlap", "split", "writer_of"]
