"""`mlspec validate --fix`: applies safe fixes to texts, file by file, and diagnoses again.

Up to three rounds, since one fix can bare the next mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from mlspec.diagnostics import Diagnostic, Edit, Fix
from mlspec.language.format.places import Places
from mlspec.language.format.propose import with_fixes
from mlspec.language.yaml.load import load_documents

ROUNDS = 3
_BOM = b"\xef\xbb\xbf"
Files = Mapping[str, bytes]
Diagnose = Callable[[Files], Iterable[Diagnostic]]


@dataclass(frozen=True, slots=True)
class Applied:
    """One edit that was made: where it stood in the text of its round, what stood there, what stands there now."""

    edit: Edit
    old: str

    def __str__(self) -> str:
        if not self.edit.text.strip():
            done = f"removed `{_line(self.old)}`" if self.old.strip() else f"{_tabs(self.old)}"
        else:
            done = f"`{_line(self.old)}` -> `{_line(self.edit.text)}`"
        return f"fixed {self.edit.span} {done}"


def _line(text: str) -> str:
    return text.strip("\r\n ,") if text.strip() else text


def _tabs(old: str) -> str:
    return "tabs -> spaces" if "\t" in old else "spaces"


@dataclass(frozen=True, slots=True)
class Fixed:
    """The files that changed, what was done to them, and what remains to be said of the whole."""

    files: dict[str, bytes]
    applied: list[Applied]
    remaining: list[Diagnostic]


def fix(files: Files, diagnose: Diagnose) -> Fixed:
    """Apply safe fixes in memory. `diagnose` is given the files that changed, and returns what is wrong with the project then."""
    changed: dict[str, bytes] = {}
    applied: list[Applied] = []
    found = with_fixes(diagnose(changed), files)
    for _ in range(ROUNDS):
        done = _round({**files, **changed}, found)
        if not done:
            break
        for path, (content, edits) in done.items():
            changed[path] = content
            applied += edits
        found = with_fixes(diagnose(changed), {**files, **changed})
    return Fixed(changed, applied, found)


def _round(files: Files, found: Iterable[Diagnostic]) -> dict[str, tuple[bytes, list[Applied]]]:
    by_path: dict[str, list[Fix]] = {}
    for diagnostic in found:
        if diagnostic.fix and diagnostic.fix.applicability == "safe":
            by_path.setdefault(diagnostic.fix.edits[0].span.path, []).append(diagnostic.fix)
    results = {path: apply_fixes(path, files[path], fixes) for path, fixes in sorted(by_path.items()) if path in files}
    return {path: result for path, result in results.items() if result[1]}


def apply_fixes(path: str, content: bytes, fixes: Iterable[Fix]) -> tuple[bytes, list[Applied]]:
    """Apply fixes that do not overlap. One that leaves the file with more problems of YAML than before is left out."""
    taken = _compatible(path, content, list(dict.fromkeys(fixes)))
    places = Places.of(path, content.decode("utf-8-sig"))
    edits = [Applied(places_edit, places.text[start:end]) for start, end, places_edit in _located(places, taken)]
    return _apply(path, content, taken) or content, edits


def _compatible(path: str, content: bytes, fixes: list[Fix]) -> list[Fix]:
    """All of them where that is sound, as it nearly always is; else one by one."""
    before = _problems(path, content)
    if _problems(path, _apply(path, content, fixes)) <= before:
        return fixes
    taken: list[Fix] = []
    for each in fixes:
        now = _problems(path, _apply(path, content, [*taken, each]))
        if now <= before:
            taken.append(each)
            before = now
    return taken


def _problems(path: str, content: bytes | None) -> float:
    return float("inf") if content is None else len(load_documents(path, content)[1])


def _apply(path: str, content: bytes, fixes: Iterable[Fix]) -> bytes | None:
    """The content with the edits made; None where they overlap. All other bytes stay, the byte order mark and line ends among them."""
    places = Places.of(path, content.decode("utf-8-sig"))
    located = _located(places, fixes)
    if any(one[1] > other[0] for one, other in pairwise(located)):
        return None
    parts, at = [], 0
    for start, end, edit in located:
        parts += [places.text[at:start], edit.text]
        at = end
    mark = _BOM if content.startswith(_BOM) else b""
    return mark + "".join([*parts, places.text[at:]]).encode()


def _located(places: Places, fixes: Iterable[Fix]) -> list[tuple[int, int, Edit]]:
    pairs = [(places.offsets(edit.span), edit) for each in fixes for edit in each.edits]
    return sorted(((*offsets, edit) for offsets, edit in pairs if offsets), key=lambda item: item[:2])
