"""What the compiler takes from the disk: spec texts, the files of user code, and whether the lock file is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.compiler.load.constructor import ConstructorOf, nobody_knows
from mlspec.compiler.project.codeowners import MAX_BYTES
from mlspec.compiler.project.github import CODEOWNERS_PLACES, DEPENDABOT_PLACES, RENOVATE_PLACES
from mlspec.diagnostics.digest import canonical_digest
from mlspec.language.yaml.header import is_generated

IGNORED_FOLDERS = frozenset({"__pycache__", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache"})


ReadList = Callable[[str], bytes | None]
"""A repository-relative path -> the file's bytes, or None where no file can be read."""

MAX_LIST_BYTES = 64_000_000


def no_list(path: str) -> bytes | None:
    """The `ReadList` of a project whose ModelSets name no file."""
    del path
    return None


KindOf = Callable[[str], str | None]
"""A repository-relative path -> `file`, `folder`, or None where nothing is (or nobody looked)."""


def nothing_there(path: str) -> str | None:
    """The `KindOf` of specs that are compiled without a disk."""
    del path
    return None


def kind_of(root: Path, path: str) -> str | None:
    """What stands at a path of the repository. Data that DVC tracks may not be there, which is no mistake."""
    full = root / path
    return "file" if full.is_file() else "folder" if full.is_dir() else None


_HEADING_BYTES = 65_536


def read_start(root: Path, path: str) -> bytes | None:
    """The first bytes of a file inside the repository, a CSV file's heading among them; None where there is none."""
    try:
        with (root / path).open("rb") as file:
            return file.read(_HEADING_BYTES)
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class Inputs:
    """`specs`: path -> bytes. `code`: declared folder -> its files, sorted. `present`: named files that exist.

    `outside`: declared paths that lead out of the repository by a link. `read_list` gives the CSV files that ModelSets name.
    `hand_written`: CODEOWNERS and dependabot files that lack mlspec's header, path -> bytes. `constructor_of` knows the libraries here.
    """

    specs: Mapping[str, bytes]
    code: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    read_list: ReadList = no_list
    outside: frozenset[str] = frozenset()
    kind_of: KindOf = nothing_there
    read_start: ReadList = no_list
    constructor_of: ConstructorOf = nobody_knows
    hand_written: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the specs, by what the Project names: the fields of `Inputs` of the same names."""

    code: Mapping[str, tuple[str, ...]]
    present: frozenset[str]
    outside: frozenset[str]
    hand_written: Mapping[str, bytes]


def look_around(root: Path, locks: Iterable[str], code: Iterable[str]) -> Surroundings:
    """Find the lock files, the files of the code folders, and what people wrote that mlspec would else generate."""
    locks, code = tuple(locks), tuple(code)
    outside = frozenset(path for path in (*locks, *code) if leads_out(root, path))
    present = frozenset(path for path in locks if (root / path).is_file()) - outside
    return Surroundings(list_code(root, [folder for folder in code if folder not in outside]), present, outside, read_hand_written(root))


def surroundings_digest(found: Surroundings) -> str:
    """`sha256:<hex>` of all of it."""
    written = {path: content.hex() for path, content in found.hand_written.items()}
    return canonical_digest([{k: list(v) for k, v in found.code.items()}, sorted(found.present), sorted(found.outside), written])


def leads_out(root: Path, path: str) -> bool:
    """Whether a declared path ends outside the repository when links are followed: no review sees what stands there."""
    return not (root / path).resolve().is_relative_to(root.resolve())


def read_list(root: Path, path: str) -> bytes | None:
    """Read a list inside the repository; None for what is no regular file there, or larger than 64 MB."""
    full = (root / path).resolve()
    if leads_out(root, path) or not full.is_file() or full.stat().st_size > MAX_LIST_BYTES:
        return None
    return full.read_bytes()


def read_hand_written(root: Path) -> dict[str, bytes]:
    """Return the CODEOWNERS and dependabot files that a person wrote. A link is theirs too; none is followed out."""
    found = {}
    for path in (*CODEOWNERS_PLACES, *DEPENDABOT_PLACES, *RENOVATE_PLACES):
        full = root / path
        if not os.path.lexists(full) or full.is_dir():
            continue
        content = b"" if leads_out(root, path) or not full.is_file() else _start(full)
        if not is_generated(content):
            found[path] = content
    return found


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES)


def list_code(root: Path, folders: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the files of each code folder (repository-relative, sorted), leaving out caches and hidden files."""
    return {folder: tuple(sorted(_walk(root, root / folder))) for folder in folders if (root / folder).is_dir()}


def _walk(root: Path, folder: Path) -> Iterable[str]:
    for item in folder.iterdir():
        if item.name.startswith(".") or item.name in IGNORED_FOLDERS or item.is_symlink():
            continue
        if item.is_dir():
            yield from _walk(root, item)
        elif item.suffix not in (".pyc", ".pyo"):
            yield item.relative_to(root).as_posix()
