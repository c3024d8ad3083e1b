"""A stage that is carried over as it is: the same command, with what it reads and writes declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mlspec.language.kinds.base import RepoPath
from mlspec.setup.adopt.facts import Draft, Gap
from mlspec.setup.adopt.found.stages import Stage, inside, overlap, writer_of
from mlspec.setup.adopt.propose.noted import Notes

_PATH: TypeAdapter[str] = TypeAdapter(RepoPath)


@dataclass(frozen=True, slots=True)
class Carried:
    """The Step, or None and in `note` why it has none; `script`: the smallest script that would make one of it."""

    draft: Draft | None
    notes: Notes
    note: str = ""
    script: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What else there is: who writes what, the names of steps, and of stages that are no steps any more (kind, name) of what they are."""

    root: Path
    writers: Mapping[str, Stage]
    names: Mapping[str, str]
    objects: Mapping[str, tuple[str, str]]


def carry(stage: Stage, around: Around) -> Carried:
    """The Step of a stage."""
    name = around.names[stage.name]
    notes = Notes(f"step/{name}")
    if stage.words is None:
        script = f"scripts/{name}.sh"
        text = f"#!/bin/sh\nset -eu\n{stage.text}\n"
        notes.gaps.append(
            Gap(stage.place, f"the command needs a shell: {stage.why}", f"write {script}, and run it by `argv: [sh, {script}]`")
        )
        return Carried(None, notes, f"needs a shell ({stage.why}): write `{script}`", text)
    bad = [(path, why) for path in (*stage.deps, *stage.written) if (why := _refused(path))]
    if bad:
        notes.gaps += [Gap(stage.place, f"`{path}`: {why}") for path, why in bad]
        return Carried(None, notes, f"`{bad[0][0]}`: {bad[0][1]}")
    spec: dict[str, Any] = {"command": {"argv": notes.fact("command.argv", list(stage.words), stage.place, "certain")}}
    inputs = _inputs(stage, around, notes)
    spec |= {"inputs": inputs} if inputs else {}
    outputs = _outer(stage.written)
    spec |= {"outputs": notes.fact("outputs", outputs, stage.place, "certain")} if outputs else {}
    return Carried(Draft("Step", name, spec), notes)


def _refused(path: str) -> str:
    try:
        _PATH.validate_python(path)
    except ValidationError as error:
        return str(error.errors()[0]["msg"])
    return ""


def _outer(paths: tuple[str, ...]) -> list[str]:
    """Paths without those that lie in another one."""
    return [p for p in dict.fromkeys(paths) if not any(p != o and inside(p, o) for o in paths)]


def _inputs(stage: Stage, around: Around, notes: Notes) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    named = [w for w in stage.words or () if "/" in w and not w.startswith("-") and (around.root / w).exists() and not _refused(w)]
    wanted = [*stage.deps, *stage.params, *(w for w in named if not any(overlap(w, o) for o in (*stage.deps, *stage.written)))]
    for path in dict.fromkeys(wanted):
        if path in (stage.words or ()) and path == stage.script:
            continue  # the script: code of the step by its word
        form = _input(path, stage, around, notes)
        if form is not None:
            found[_alias(path, found)] = form
    return found


def _input(path: str, stage: Stage, around: Around, notes: Notes) -> dict[str, Any] | None:
    writer = writer_of(path, around.writers)
    if writer is not None and writer.name != stage.name:
        return _from_stage(path, writer, around, notes, stage)
    if path in stage.params:
        values = ", ".join(stage.params[path]) or "all of it"
        return {"file": notes.fact(f"inputs.{path}", path, stage.place, "certain", f"it reads {values}")}
    is_folder = (around.root / path).is_dir() or (not (around.root / path).exists() and "." not in path.rpartition("/")[2])
    key = "folder" if is_folder else "file"
    sure = "certain" if (around.root / path).exists() else "likely"
    return {key: notes.fact(f"inputs.{path}", path, stage.place, sure)}  # type: ignore[arg-type]  # one of the three words


def _from_stage(path: str, writer: Stage, around: Around, notes: Notes, stage: Stage) -> dict[str, Any] | None:
    if writer.name in around.objects:
        kind, name = around.objects[writer.name]
        how = f"`{path}` is no file any more: MLSPEC_INPUTS says where {kind}/{name} is"
        notes.gaps.append(
            Gap(stage.place, f"`{path}`, which {writer.name} writes today", f"let the program read the input that is {kind}/{name}")
        )
        return {kind: notes.fact(f"inputs.{path}", name, stage.place, "guess", how)}
    if writer.name not in around.names:
        notes.gaps.append(Gap(stage.place, f"`{path}`, which {writer.name} writes", "make a Step of that too"))
        return None
    form: dict[str, Any] = {"step": notes.fact(f"inputs.{path}", around.names[writer.name], stage.place, "certain")}
    outputs = _outer(writer.written)
    if len(outputs) > 1:
        form["output"] = next(o for o in outputs if overlap(o, path))
    return form


def _alias(path: str, taken: Mapping[str, Any]) -> str:
    import re

    base = re.sub(r"[^A-Za-z0-9]+", "_", path.rpartition("/")[2].partition(".")[0]).strip("_") or "input"
    alias, number = base, 2
    while alias.upper() in {t.upper() for t in taken}:
        alias, number = f"{base}_{number}", number + 1
    return alias
