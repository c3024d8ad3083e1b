"""Validate with a memory: what is unchanged is told as it was, what an edit reaches is compiled, and else the whole project is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mlspec.compiler.load.asked import Asked, holds
from mlspec.compiler.memory import store
from mlspec.compiler.memory.known import Known, from_form
from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.digest import bytes_digest, canonical_digest
from mlspec.language.yaml.pause import without_collector
from mlspec.language.yaml.spec_files import find_specs

if TYPE_CHECKING:
    from mlspec.compiler.lint import Wish
    from mlspec.compiler.pipeline import Compiled


Rules = tuple[Sequence[str], Sequence[str]]
"""Codes of lint rules that are selected, and of those that are ignored, as the command line has them."""


class Memory(Protocol):
    """Where a `Known` is kept from one time to the next. `read` gives the last one first."""

    def read(self) -> Sequence[Known]: ...

    def write(self, known: Known) -> None: ...


class InProcess:
    """For a process that lives on. The last project without errors is kept beside: from there a mended one is not far."""

    def __init__(self) -> None:
        self._kept: tuple[Known, ...] = ()

    def read(self) -> Sequence[Known]:
        return self._kept

    def write(self, known: Known) -> None:
        sound = [k for k in self._kept if k.files is not None]
        self._kept = (known, *(sound[:1] if known.files is None else ()))


class OnDisk:
    """For the next process: `.mlspec/cache/memory/`. What another program wrote is not read (`versions.program`)."""

    def __init__(self, root: Path, name: str) -> None:
        from mlspec.compiler.memory.versions import program

        self._root, self._name, self._program = root, name, f"{root.resolve()} {program()}"

    def read(self) -> Sequence[Known]:
        form = store.load(self._root, self._name) or {}
        known = from_form(form["known"]) if form.get("program") == self._program and isinstance(form.get("known"), dict) else None
        return () if known is None else (known,)

    def write(self, known: Known) -> None:
        store.save(self._root, self._name, {"program": self._program, "known": known.as_form()})


@dataclass(frozen=True, slots=True)
class Checked:
    """What `Compiled` has to say to people. `counted`: what the project declares; None where there are errors."""

    diagnostics: tuple[Diagnostic, ...]
    counted: str | None


@dataclass(frozen=True, slots=True)
class Texts:
    """Spec texts that were read once, with their digests; `found`: the problems of those that can't be read."""

    root: Path
    specs: Mapping[str, bytes]
    found: list[Diagnostic]
    digests: Mapping[str, str]


def read_texts(root: Path, unsaved: Mapping[str, bytes] | None = None) -> Texts:
    """Read every spec file of a project, with `unsaved` texts in place of files."""
    specs, found = find_specs(root)
    specs = dict(sorted({**specs, **(unsaved or {})}.items()))
    return Texts(root, specs, found, {path: bytes_digest(text) for path, text in specs.items()})


@without_collector()
def validate(root: Path, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Checked:
    """Return what `OpenProject.validate` finds, of the project as it stands now; `select` and `ignore` are codes of rules that exist."""
    known = recall(read_texts(root), validations(root, (select, ignore)), (select, ignore), with_fixes=True)
    return Checked(known.diagnostics, known.counted)


def validations(root: Path, rules: Rules) -> OnDisk:
    """What earlier processes found by these rules."""
    return OnDisk(root, f"validate-{canonical_digest([list(codes) for codes in rules])[7:23]}")


def recall(texts: Texts, memory: Memory, rules: Rules, *, with_fixes: bool) -> Known:
    """What is known of these texts now; lint rules are chosen by `rules`. What was found anew is kept."""
    for known in () if texts.found else memory.read():
        changed = known.changed(texts.digests)
        if (changed and known.files is None) or not holds(known.asked, texts.root):
            continue
        found = _part(known, texts, changed, rules, with_fixes=with_fixes) if changed else known
        if found is not None:
            if changed:
                memory.write(found)
            return found
    found = _whole(texts, rules, with_fixes=with_fixes)
    if not texts.found and not found.asked.unsure:
        memory.write(found)
    return found


def _wish(rules: Rules) -> Wish:
    from mlspec.compiler.lint import Wish

    return Wish(*map(tuple, rules))


def _part(known: Known, texts: Texts, changed: set[str], rules: Rules, *, with_fixes: bool) -> Known | None:
    from mlspec.compiler.memory.part import compile_part

    part = compile_part(texts.root, known, texts.specs, changed, _wish(rules))
    if part is None or part.known.asked.unsure:
        return None
    found = part.known.diagnostics
    return replace(part.known, specs=texts.digests, diagnostics=_fixed(found, texts) if with_fixes else found)


def _whole(texts: Texts, rules: Rules, *, with_fixes: bool) -> Known:
    from mlspec.compiler.pipeline import compile_read

    asked = Asked()
    compiled = compile_read(texts.root, texts.specs, texts.found, wish=_wish(rules), asked=asked)
    known = known_of(compiled, texts, asked)
    return replace(known, diagnostics=_fixed(known.diagnostics, texts)) if with_fixes else known


def known_of(compiled: Compiled, texts: Texts, asked: Asked, extra: Mapping[str, Any] | None = None) -> Known:
    """What a whole compilation brought to light."""
    from mlspec.compiler.memory.part import files_of

    project, graph, found = compiled.project, compiled.graph, compiled.diagnostics
    files = None if project is None or graph is None else files_of(project, graph, texts.specs, found)
    return Known(texts.digests, asked, found, project.counted() if project else None, files, extra or {})


def _fixed(found: Sequence[Diagnostic], texts: Texts) -> tuple[Diagnostic, ...]:
    """With the fixes that fit the texts; those that have fitted already stay."""
    if not found:
        return ()
    from mlspec.language.format.propose import with_fixes

    return tuple(with_fixes(found, texts.specs))
