"""A proposal's folder: what a job which ran code of the project leaves for a job that runs none.

What is read back is checked like user input: the job before may have written anything. This module knows the folder's form; which
branch, title and paths a kind may have is said in `rules` and `promotion`.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.atomic import new_folder, to_json
from mlspec.pipelines.safe_files import read_plain, walk
from mlspec.promotion.proposals.proposal import KindName, Proposal
from mlspec.reports.markdown import LIMIT

HEAD, FILES = "proposal.json", "files"
HEAD_BYTES, FILE_BYTES, MAX_FILES = 1 << 20, 20 << 20, 20_000
BODY_LIMIT, TITLE_LIMIT = 60_000, 200
"""In characters, of what we write. GitHub takes 65,536 and 256; our marker needs some room."""
KINDS: tuple[KindName, ...] = ("promotion", "rollback", "refresh", "retrain")
"""What may be handed over."""
_KEYS = ("kind", "subject", "branch", "base", "commit", "title", "body", "message")
_DOT = "%2E"
"""Stands for the dot that a part of a path begins with."""
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def leave(proposal: Proposal | None, folder: Path | None) -> None:
    """Write what a verb proposes to a folder, for `mlspec ci propose`, where both are there."""
    if proposal is not None and folder is not None:
        write_proposal(folder, proposal)


def write_proposal(folder: Path, proposal: Proposal) -> None:
    """Write a proposal to `folder`, in place of an earlier one. Raises MLS0521 when something else stands there."""
    if folder.exists() and not (folder / HEAD).is_file() and any(folder.iterdir()):
        raise problem("MLS0521", f"{folder.name} is no proposal, and holds files already", help="name another folder")
    with new_folder(folder) as made:
        head = {key: getattr(proposal, key) for key in _KEYS}
        (made / HEAD).write_text(to_json({"version": 1, **head}), encoding="utf-8")
        for path, content in proposal.files.items():
            target = made / FILES / _visible(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def find_proposals(folder: Path) -> list[Path]:
    """The proposals in a folder, which is one itself or holds some, by name; none in one that is empty or not there."""
    if not folder.is_dir() or (folder / HEAD).is_file():
        return [folder] if folder.is_dir() else []
    return sorted(entry for entry in folder.iterdir() if entry.is_symlink() or entry.is_dir())


def clear_proposals(folder: Path) -> None:
    """Remove the proposals of an earlier run; anything else stays."""
    for found in find_proposals(folder):
        if (found / HEAD).is_file() and not found.is_symlink():
            shutil.rmtree(found)


def read_proposal(folder: Path) -> Proposal:
    """Read a proposal and check its form. Raises MLS0521: keys, types, sizes, encodings, links, control characters."""
    if folder.is_symlink() or not folder.is_dir():
        raise _bad(folder, "it is no folder")
    head = _head(folder)
    return Proposal(**head, files=_files(folder))


def _head(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_plain(folder / HEAD, HEAD_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise _bad(folder, f"{HEAD} can't be read: {_line(error)}") from None
    if not isinstance(found, dict) or found.pop("version", None) != 1 or sorted(found) != sorted(_KEYS):
        raise _bad(folder, f"{HEAD} has not the keys of version 1")
    wrong = [key for key in _KEYS if not isinstance(found[key], str) or not _is_text(key, found[key])]
    if wrong:
        raise _bad(folder, f"`{wrong[0]}` is no sound text")
    return found


def _is_text(key: str, value: str) -> bool:
    if key == "kind":
        return value in KINDS
    if key == "commit":
        return _COMMIT.fullmatch(value) is not None
    if key in ("body", "message"):
        return len(value) < LIMIT and all(c.isprintable() or c in "\n\t" for c in value)
    return 0 < len(value) <= TITLE_LIMIT and value.isprintable() and value == value.strip()


def _files(folder: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for path, _ in walk(folder):
        if path == HEAD:
            continue
        if not path.startswith(f"{FILES}/") or len(files) == MAX_FILES:
            raise _bad(folder, f"{shown(path)} has no place in it" if len(files) < MAX_FILES else f"it has more than {MAX_FILES} files")
        try:
            content = read_plain(folder / path, FILE_BYTES)
            content.decode("utf-8")
        except (OSError, ValueError) as error:
            raise _bad(folder, f"{shown(path)}: {'it is not UTF-8' if isinstance(error, UnicodeError) else _line(error)}") from None
        files[_real(path.removeprefix(f"{FILES}/"))] = content
    if not files:
        raise _bad(folder, "it has no files")
    return files


def _visible(path: str) -> str:
    """A path none of whose parts begins with a dot: what uploads artifacts leaves hidden files out."""
    return "/".join(_DOT + part[1:] if part.startswith(".") else part for part in path.split("/"))


def _real(path: str) -> str:
    return "/".join("." + part.removeprefix(_DOT) if part.startswith(_DOT) else part for part in path.split("/"))


def shown(path: str) -> str:
    """A path that somebody else chose, on one line."""
    return "`" + "".join(c if c.isprintable() and c != "`" else "?" for c in path[:200]) + "`"


def _line(error: Exception) -> str:
    return "".join(c if c.isprintable() else " " for c in str(getattr(error, "strerror", None) or error))[:200]


def _bad(folder: Path, why: str) -> Problems:
    return problem(
        "MLS0521", f"the proposal {shown(folder.name)} can't be used: {why}", help="nothing was pushed; run the step that writes it again"
    )
